"""The days that a promise or prediction speaks of, counted from the day on which it was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenor.annotate.quotations import Page
from tenor.annotate.speaker import Span
from tenor.annotate.times import find_times, said_on
from tenor.annotate.times import window_of as window_in

# No more of a content, or of the sentence around it, is looked at.
_MOST = 600


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


def window_of(page: Page, lang: str, content: tuple[Span, ...], day: date | None) -> Window | None:
    """Return the days that a content speaks of; None where it names none, or nobody knows when it was said.

    Parameters
    ----------
    page
        The text.
    lang
        Its language.
    content
        What is said.
    day
        When the text was published. Where the sentence around the content tells another day, that one counts:
        "tomorrow" in a post of last week is a day of last week.
    """
    if day is None or not content:
        return None
    said = _said(page, lang, content, day)
    for start, stop in content:
        text = page.text[start : min(stop, start + _MOST)]
        if window := window_in(find_times(text, lang, said), said):
            return Window(first=window.first, last=window.last, text=window.expression.text, said=said)
    return None


def _said(page: Page, lang: str, content: tuple[Span, ...], day: date) -> date:
    """Return when a content was said: as the words around it in its sentence tell, else when the text came out."""
    begin = max(page.sentence_at(content[0][0])[0], content[0][0] - _MOST)
    end = min(page.sentence_at(max(content[-1][1] - 1, 0))[1], content[-1][1] + _MOST)
    around = page.text[begin : content[0][0]]
    for (_, stop), (start, _) in zip(content, [*content[1:], (end, end)], strict=True):
        around += f" {page.text[stop:start]}"
    told = said_on(around, lang, day)
    return told.first if told and told.first and told.first <= day else day
