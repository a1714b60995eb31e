"""A text with what coders marked in it, cut into pieces that can be drawn one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

MOST = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A span that a coder marked: `layer` is what is shown or hidden together, `about` what is said of it."""

    part: str
    start: int
    stop: int
    layer: str
    about: str
    coder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text under the same marks; `begins` are the numbers of the marks that begin here."""

    text: str
    marks: tuple[int, ...]
    begins: tuple[int, ...]


def cut(text: str, marks: Sequence[Mark]) -> list[Piece]:
    """Cut a text wherever a mark begins or ends.

    Parameters
    ----------
    text
        The title or the text.
    marks
        Of this part; those that lie outside the text are not drawn.

    Returns
    -------
    list of Piece
        Their texts joined are the text; a mark's number is its place in `marks`.

    Examples
    --------
    >>> mark = Mark(part="body", start=2, stop=4, layer="loaded", about="")
    >>> [(piece.text, piece.marks) for piece in cut("abcdef", [mark])]
    [('ab', ()), ('cd', (0,)), ('ef', ())]
    """
    drawn = [(number, mark) for number, mark in enumerate(marks) if 0 <= mark.start < mark.stop <= len(text)]
    edges = sorted({0, len(text), *(mark.start for _, mark in drawn), *(mark.stop for _, mark in drawn)})
    begins, ends = _by_place((n, m.start) for n, m in drawn), _by_place((n, m.stop) for n, m in drawn)
    found, inside = [], list[int]()
    for start, stop in pairwise(edges):
        inside = sorted([number for number in inside if number not in ends.get(start, ())] + begins.get(start, []))
        found.append(Piece(text=text[start:stop], marks=tuple(inside), begins=tuple(begins.get(start, ()))))
    return found


def _by_place(items: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for number, place in items:
        found.setdefault(place, []).append(number)
    return found


def span_of(text: str) -> tuple[str, int, int] | None:
    """Read a place in a document as addresses write it.

    Examples
    --------
    >>> span_of("body:12:40"), span_of("title:0:5"), span_of("nonsense")
    (('body', 12, 40), ('title', 0, 5), None)
    """
    part, _, rest = text.partition(":")
    start, _, stop = rest.partition(":")
    if part not in {"body", "title"} or not (start.isdecimal() and stop.isdecimal() and len(rest) < 24):
        return None
    return part, int(start), int(stop)


def around(text: str, start: int, stop: int, room: int = 160) -> tuple[str, str, str]:
    """Return what stands before, in and after a place, not more than `room` on each side, words left whole.

    Examples
    --------
    >>> around("one two three four", 4, 7, room=9)
    ('one ', 'two', ' three…')
    """
    first, last = max(0, start - room), min(len(text), stop + room)
    before, after = text[first:start], text[stop:last]
    if first:
        before = "…" + (before.split(None, 1)[-1] if " " in before.strip() else before)
    if last < len(text):
        after = (after.rsplit(None, 1)[0] if " " in after.strip() else after) + "…"
    return before, text[start:stop][:4_000], after
