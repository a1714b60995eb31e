"""What everybody may read of articles: short passages, few of each, and of persons only those the study names."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from tenor.report.form import PUBLIC_AN_ARTICLE, PUBLIC_PASSAGE

if TYPE_CHECKING:
    from tenor.evidence import Context, Passages, Quoted

HIDDEN = "[…]"
_TITLE = 140


def public(context: Context, protected: Sequence[str] = ()) -> Context:
    """Return what a report shows as everybody may read it.

    A passage has at most 280 characters, and an article at most three in the whole report. Names that may be a
    person's and are none of the study's actors are hidden, and passages that name someone protected are left out.

    Parameters
    ----------
    context
        As it is shown to the study's owner.
    protected
        Names and phrases that stand for victims, prisoners, minors.
    """
    hidden = {doc_id: _finder(names) for doc_id, names in context.masked}
    kept_back = _finder(protected)
    used: Counter[str] = Counter()
    return replace(
        context, passages=tuple(_public(part, hidden, kept_back, used) for part in context.passages), masked=()
    )


def _public(
    part: Passages, hidden: dict[str, re.Pattern[str] | None], kept_back: re.Pattern[str] | None, used: Counter[str]
) -> Passages:
    drawn = []
    for item in part.drawn:
        said = f"{item.title}\n{item.text}"
        if used[item.doc_id] >= PUBLIC_AN_ARTICLE or (kept_back is not None and kept_back.search(said)):
            continue
        used[item.doc_id] += 1
        drawn.append(_cut(_masked(item, hidden.get(item.doc_id))))
    return replace(part, drawn=tuple(drawn))


def _finder(names: Sequence[str]) -> re.Pattern[str] | None:
    if not names:
        return None
    words = "|".join(re.escape(name) for name in sorted(names, key=lambda name: -len(name)))
    return re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)


def _masked(item: Quoted, names: re.Pattern[str] | None) -> Quoted:
    """Return a passage with names hidden; its marks move with the text."""
    if names is None:
        return item
    spans = [match.span() for match in names.finditer(item.text)]
    text, at = [], 0
    for start, stop in spans:
        text += [item.text[at:start], HIDDEN]
        at = stop
    moved = tuple((_moved(low, spans, first=True), _moved(high, spans, first=False)) for low, high in item.marks)
    return replace(item, title=names.sub(HIDDEN, item.title), text="".join([*text, item.text[at:]]), marks=moved)


def _moved(place: int, spans: Sequence[tuple[int, int]], *, first: bool) -> int:
    """Return where a place lies once spans are hidden; one inside a span goes to its beginning or its end."""
    shift = 0
    for start, stop in spans:
        if stop <= place:
            shift += len(HIDDEN) - (stop - start)
        elif start < place:
            return start + shift + (0 if first else len(HIDDEN))
    return place + shift


def _cut(item: Quoted) -> Quoted:
    """Return a passage of at most 280 characters around its first mark."""
    title = item.title if len(item.title) <= _TITLE else f"{item.title[: _TITLE - 1].rstrip()}…"
    if len(item.text) <= PUBLIC_PASSAGE:
        return replace(item, title=title)
    low, high = item.marks[0] if item.marks else (0, 0)
    room = PUBLIC_PASSAGE - 2  # for an ellipsis on either side
    start = max(0, min(low, len(item.text) - room, low - max(0, room - (high - low)) // 2))
    stop = min(len(item.text), start + room)
    # Whole words, where the mark leaves room for it.
    if start and (space := item.text.find(" ", start, min(low, start + 20))) >= 0:
        start = space + 1
    if stop < len(item.text) and (space := item.text.rfind(" ", max(high, stop - 20), stop)) > start:
        stop = space
    before, after = "…" if start else "", "…" if stop < len(item.text) else ""
    marks = [(max(a, start), min(b, stop)) for a, b in item.marks]
    return replace(
        item,
        title=title,
        text=f"{before}{item.text[start:stop]}{after}",
        marks=tuple((a - start + len(before), b - start + len(before)) for a, b in marks if a < b),
    )
