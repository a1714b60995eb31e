"""What sort of statement something is: a quotation, a judgement, a prediction, a promise, or not meant so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from tenor.annotate.cues import Stating
from tenor.annotate.quotations import Page
from tenor.annotate.speaker import Span

Kind = Literal["quote", "framing", "assessment", "prediction", "promise", "rhetorical"]
Polarity = Literal["positive", "negative", ""]
# No more of what is said is looked at.
_MOST = 1_200


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """Who says something, as far as it tells what sort of statement it is.

    Parameters
    ----------
    source
        How the text calls them, folded.
    role
        An actor's public role, folded; empty for others.
    """

    source: str = ""
    role: str = ""


def has(page: Page, pattern: re.Pattern[str], span: Span) -> bool:
    """Return whether words stand in a stretch; one with a capital letter inside a sentence is a name."""
    base = span[0]
    for match in pattern.finditer(page.folded[base : span[1]]):
        start = base + match.start()
        name = page.text[start : start + 1].isupper() and match.start() > 1 and page.text[start - 2].isalnum()
        if not name:
            return True
    return False


def kind_of(page: Page, rules: Stating, content: tuple[Span, ...], cue: Span | None, who: Who) -> Kind:
    """Return what sort of statement a content is.

    A question, a wish or an order is neither promise nor prediction. What an expert says of the future is a prediction,
    what somebody in office says of what they have in hand a promise.

    Parameters
    ----------
    page
        The text.
    rules
        The language's.
    content
        What is said.
    cue
        The words that announce it.
    who
        Who says it.
    """
    parts = [(start, min(stop, start + _MOST)) for start, stop in content]
    announced = cue or (0, 0)
    if any(has(page, rules.rhetorical, span) for span in parts):
        return "rhetorical"
    ahead = any(has(page, rules.future, span) or has(page, rules.first_person, span) for span in parts)
    if _is_question(page, rules, parts):
        return "rhetorical" if ahead else "quote"
    if any(has(page, rules.not_promise, span) for span in parts):
        return "quote"
    if has(page, rules.promise_cue, announced):
        return "promise"
    if ahead:
        return _of_the_future(page, rules, parts, announced, who)
    return "assessment" if any(has(page, rules.assessment, span) for span in parts) else "quote"


def _is_question(page: Page, rules: Stating, parts: list[Span]) -> bool:
    last = page.text[parts[-1][0] : parts[-1][1]].rstrip("\"”’»' ") if parts else ""
    return last.endswith("?") and has(page, rules.asked, (page.sentence_at(parts[-1][1] - 1)[0], parts[-1][1]))


def _of_the_future(page: Page, rules: Stating, parts: list[Span], cue: Span, who: Who) -> Kind:
    mine = any(has(page, rules.promise, span) for span in parts)
    foretold = any(has(page, rules.prediction, span) for span in parts)
    expert = bool(rules.expert.search(who.role) or rules.expert.search(who.source))
    if has(page, rules.prediction_cue, cue):
        return "prediction"
    if any(has(page, rules.first_person, span) for span in parts):
        return "promise"
    if foretold or expert:
        return "prediction"
    if mine:
        return "promise"
    if any(has(page, rules.vague, span) for span in parts):
        return "quote"
    return "promise" if who.role and not expert else "prediction"


def polarity_of(page: Page, rules: Stating, content: tuple[Span, ...], cue: Span | None) -> Polarity:
    """Return ``negative`` where what is said is denied or says no, else ``positive``; nothing without words."""
    if not content:
        return ""
    denied = cue is not None and has(page, rules.denial, (max(0, cue[0] - 12), cue[1]))
    negated = any(has(page, rules.negated, (start, min(stop, start + _MOST))) for start, stop in content)
    return "negative" if denied != negated else "positive"
