"""Time expressions: where a sentence names a day, a stretch of time or a deadline, and which days that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeExpression:
    """Words that name a time, and the days they name.

    Parameters
    ----------
    start, stop
        Code points of the text, with the words that change what is named ("by", "within", "ago").
    text
        The words.
    kind
        ``point``: on these days. ``duration``: so long. ``by``, ``within``, ``until``, ``before``: a deadline.
        ``since``, ``after``: from then on. ``set``: again and again.
    first, last
        The first and last day; None where there is no such end, or it is not told.
    value
        As TIMEX3 writes it: ``2025-09-02``, ``2025-W31``, ``2025-Q3``, ``P50D``, ``PRESENT_REF``.
    alternatives
        What the words may mean too.
    confidence
        From 0 to 1: how far the words alone settle it. A rule of thumb, no probability.
    precision
        ``hour``, ``day``, ``week``, ``month``, ``quarter``, ``season``, ``year``, ``decade`` or ``vague``.
    inner
        The code points that TIMEX3 would mark: without "by" and "within".
    """

    start: int
    stop: int
    text: str
    kind: str
    first: date | None
    last: date | None
    value: str
    alternatives: tuple[tuple[date, date], ...] = ()
    confidence: float = 1.0
    precision: str = "day"
    inner: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days in which something is to happen.

    Parameters
    ----------
    first, last
        The first and last day; there is none where the end is open.
    earliest, latest
        Between which days the end lies, all that the words may mean taken together.
    expression
        The words that say so.
    """

    first: date
    last: date | None
    earliest: date | None
    latest: date | None
    expression: TimeExpression


def find_times(text: str, lang: str, anchor: date) -> tuple[TimeExpression, ...]:
    """Return the time expressions of a sentence, in order, without overlaps.

    Parameters
    ----------
    text
        A sentence.
    lang
        The code of its language; in one without words for times nothing is found.
    anchor
        The day on which it was said, which is not always the day on which it was published; day 0.
    """
    return ()


def window_of(expressions: Sequence[TimeExpression], said: date) -> Window | None:
    """Return the days in which a promise or prediction is to come true, or None if no words say so.

    Parameters
    ----------
    expressions
        Those of its sentence.
    said
        The day on which it was said.
    """
    return None


def said_on(text: str, lang: str, published: date) -> TimeExpression | None:
    """Return when the words of a sentence were said, if it tells so ("he threatened a week ago to ...").

    Parameters
    ----------
    text
        A sentence.
    lang
        The code of its language.
    published
        The day on which the sentence was published.
    """
    return None
