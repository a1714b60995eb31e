"""Texts without what can't be seen: soft hyphens and characters without width, which stand inside words."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable

# Soft hyphen, joiners, direction marks, variation selectors, byte order mark.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff]+"
)


class Plain:
    """A text without its unseen characters, and the way back to the places in it.

    Parameters
    ----------
    text
        Any text.

    Examples
    --------
    >>> plain = Plain("Sun\u00adday.")
    >>> plain.text, plain.back(0, 6), plain.there(7)
    ('Sunday.', (0, 7), 6)
    """

    __slots__ = ("_places", "text")

    def __init__(self, text: str) -> None:
        self.text = _UNSEEN.sub("", text)
        self._places: list[int] | None = None
        if len(self.text) != len(text):
            places: list[int] = []
            start = 0
            for gap in _UNSEEN.finditer(text):
                places.extend(range(start, gap.start()))
                start = gap.end()
            places.extend(range(start, len(text)))
            places.append(len(text))
            self._places = places

    def back(self, start: int, stop: int) -> tuple[int, int]:
        """Return where a stretch that is not empty stands in the text as it was given.

        Unseen characters behind its last one belong to it.
        """
        return (start, stop) if self._places is None else (self._places[start], self._places[stop])

    def there(self, place: int) -> int:
        """Return where a place of the given text is in this one."""
        return place if self._places is None else bisect_left(self._places, place)


def back(plain: Plain, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where stretches stand in the text as it was given."""
    return [plain.back(*span) for span in spans]
