"""Who had it first: how many articles of one outlet another had printed before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from tenor.report import words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.heatmap import LONGEST, fitted
from tenor.report.sheet import (
    NARROW_TOTAL,
    WIDE_TOTAL,
    Datum,
    Frame,
    Ink,
    Look,
    Sheet,
    data_chart,
    down,
    head,
    paint,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenor.evidence import Borrowed

MOST_PAIRS = 20
NAME = Ink(size=11.5, colour="ink")
COUNT = Ink(size=11.5, bold=True, colour="ink")
KNOWN = Look(shape="strip", fill="blue")
UNKNOWN = Look(shape="strip", fill="shade")


def had_it_first(borrowed: Sequence[Borrowed], *, narrow: bool, say: Catalogue | None = None) -> alt.LayerChart:
    """Return pairs of outlets by how many articles the second printed after the first, the most first.

    The part of a bar for which the order is not known is pale: the day is the same and no hour is known.
    """
    say = say or catalogue("en")
    if not borrowed:
        raise ValueError("no copies to draw")
    rows = sorted(borrowed, key=lambda item: (-item.articles, item.first, item.later))[:MOST_PAIRS]
    total, left = (NARROW_TOTAL, 0.0) if narrow else (WIDE_TOTAL, 340.0)
    pitch = 38.0 if narrow else 24.0
    width = total - left - 48
    title, lines, keys = _head(borrowed, rows, say)
    sheet, top = head(title, lines, keys, width=total)
    frame = Frame(width=width, height=pitch * len(rows), left=left, right=48, bottom=4, top=top + 4)
    around = Sheet()
    around.add(sheet, -left, -frame.top)
    most = rows[0].articles
    data = [_datum(item, at, pitch, width / most, narrow=narrow) for at, item in enumerate(rows)]
    for at, item in enumerate(rows):
        y = pitch * at + (9 if narrow else pitch / 2)
        room = (total if narrow else left - 20) / 2 - 12
        pair = f"{fitted(item.first, room, NAME)} → {fitted(item.later, room, NAME)}"
        around.text(pair, -left, y, NAME)
        around.text(f"{item.articles:,}", item.articles * width / most + 6, float(str(data[at]["middle"])), COUNT)
    return whole(_bars(data, frame, say), around, frame, f"{title}. {lines[0]}")


def _head(
    borrowed: Sequence[Borrowed], rows: list[Borrowed], say: Catalogue
) -> tuple[str, list[str], list[tuple[Look, str]]]:
    copies, pairs = sum(item.articles for item in borrowed), len(borrowed)
    note = say("first.note", say.sized("n", copies, "copy"), say.count(pairs, "pair"), say.term("these documents"))
    lines = [note, *([say("first.largest", len(rows))] if len(rows) < pairs else [])]
    keys = [(KNOWN, say("first.known"))]
    if any(item.unknown for item in rows):
        keys.append((UNKNOWN, say("first.unknown")))
    return say("first.title"), [words.seen(line) for line in lines], keys


def _datum(item: Borrowed, at: int, pitch: float, unit: float, *, narrow: bool) -> Datum:
    top = pitch * at + (18 if narrow else 4)
    known = (item.articles - item.unknown) * unit
    return {
        "x0": 0,
        "known": round(known, 2),
        "x1": round(item.articles * unit, 2),
        "y": top,
        "y2": top + 14,
        "middle": top + 7,
        "said": words.seen(f"{item.first[:LONGEST]} → {item.later[:LONGEST]}: {item.articles:,} ({item.unknown:,} ?)"),
    }


def _bars(data: list[Datum], frame: Frame, say: Catalogue) -> list[alt.Chart]:
    scale = alt.Scale(domain=[0, frame.width], nice=False, zero=False)
    y = down(frame.height)
    layers: list[alt.Chart] = []
    for colour, start, stop in (("blue", "x0", "known"), ("shade", "known", "x1")):
        rows = [row for row in data if float(str(row[stop])) > float(str(row[start]))]
        if rows:
            bar = data_chart(rows).mark_rect(fill=paint(colour), aria=False)
            layers.append(bar.encode(x=alt.X(f"{start}:Q", axis=None, scale=scale), x2=f"{stop}:Q", y=y, y2="y2:Q"))
    hits = data_chart(data).mark_rect(fill="transparent")
    tip = [alt.Tooltip("said:N", title=say("Here"))]
    layers.append(
        hits.encode(
            x=alt.X("x0:Q", axis=None, scale=scale), x2="x1:Q", y=y, y2="y2:Q", description="said:N", tooltip=tip
        )
    )
    return layers
