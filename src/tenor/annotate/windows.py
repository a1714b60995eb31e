"""The days that a promise or prediction speaks of, counted from the day on which it was said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenor.annotate.language import Language
from tenor.annotate.quotations import Page
from tenor.annotate.speaker import Span


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
        The day on which it was said.
    """

    first: date | None
    last: date | None
    text: str
    said: date | None


def window_of(
    page: Page, language: Language, content: tuple[Span, ...], cue: Span | None, day: date | None
) -> Window | None:
    """Return the days that a content speaks of; None where it names none."""
    return None
