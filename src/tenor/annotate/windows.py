"""The days that a promise or prediction speaks of, counted from the day on which it was said."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from tenor.annotate.cues import Stating
from tenor.annotate.language import Language
from tenor.annotate.quotations import Page
from tenor.annotate.speaker import Span
from tenor.annotate.times import find_times, said_on
from tenor.annotate.times import window_of as window_in

# No more of a content, or of the sentence around it, is looked at.
_MOST = 600
# A length of time that is told in days or weeks; how many days a month has depends on the month.
_DAYS = re.compile(r"P(\d{1,4})([DW])")
_LENGTHS = {"D": timedelta(days=1), "W": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Days, the last one included; either end may be open.

    Parameters
    ----------
    first, last
        The days.
    text
        The words that tell them.
    said
        The day on which it was said, as far as the sentence tells.
    """

    first: date | None
    last: date | None
    text: str
    said: date


def window_of(page: Page, language: Language, content: tuple[Span, ...], day: date | None) -> Window | None:
    """Return the days that a content speaks of; None where it names none, or nobody knows when it was said.

    Parameters
    ----------
    page
        The text.
    language
        Its language.
    content
        What is said.
    day
        When the text was published. Where the sentence around the content tells another day, that one counts:
        "tomorrow" in a post of last week is a day of last week.
    """
    if day is None or not content:
        return None
    lang, rules = language.name, language.statements
    said = _said(page, lang, content, day)
    for start, end in content:
        stop = min(end, start + _MOST)
        found = None
        # "If it is filed by 15 May, we pay within a week": the week begins when the condition is met.
        condition = rules.condition.match(page.folded[start:stop])
        if condition:
            met = window_in(find_times(page.text[start : start + condition.end()], lang, said), said)
            found = _in(page, rules, lang, (start + condition.end(), stop), met.last if met and met.last else said)
        found = found or _in(page, rules, lang, (start, stop), said)
        if found:
            return replace(found, said=said)
    return None


def _in(page: Page, rules: Stating, lang: str, span: Span, said: date) -> Window | None:
    """Return the days that a stretch speaks of."""
    text = page.text[span[0] : span[1]]
    times = find_times(text, lang, said)
    for one in times:
        days = _DAYS.fullmatch(one.value) if one.kind == "duration" else None
        if days and rules.term.search(page.folded, span[0], span[0] + one.start):
            last = said + int(days[1]) * _LENGTHS[days[2]]
            return Window(first=said, last=last, text=one.text, said=said)
    window = window_in(times, said)
    return Window(first=window.first, last=window.last, text=window.expression.text, said=said) if window else None


def _said(page: Page, lang: str, content: tuple[Span, ...], day: date) -> date:
    """Return when a content was said: as the words around it in its sentence tell, else when the text came out."""
    begin = max(page.sentence_at(content[0][0])[0], content[0][0] - _MOST)
    end = min(page.sentence_at(max(content[-1][1] - 1, 0))[1], content[-1][1] + _MOST)
    around = page.text[begin : content[0][0]]
    for (_, stop), (start, _) in zip(content, [*content[1:], (end, end)], strict=True):
        around += f" {page.text[stop:start]}"
    told = said_on(around, lang, day)
    if told and told.first and told.first <= day:
        return told.first
    # What stands beside the content in its sentence are the words that announce it: a day there is when it was said.
    days = [one for one in find_times(around, lang, day) if one.kind == "point" and one.precision in ("day", "hour")]
    past = [one.first for one in days if one.first and one.last and one.last <= day]
    return past[0] if len(past) == 1 else day
