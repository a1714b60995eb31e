"""Who is spoken of more or less from round to round: one line an actor."""

from __future__ import annotations

from itertools import pairwise
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
    head,
    paint,
    point_mark,
    text_width,
    whole,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tenor.evidence import RoundLevel
    from tenor.results import Finding

HEIGHT = 260.0
APART = 15.0
LABEL = Ink(size=11.5, colour="ink")
TICK = Ink(size=11, align="right")
ROUND = Ink(size=11.5, bold=True, colour="ink", align="center")
# Lines are told apart by colour, shape and dash, and named where they end.
LINES: tuple[tuple[str, str, tuple[int, ...]], ...] = (
    ("blue", "circle", ()),
    ("orange", "diamond", (6, 3)),
    ("green", "square", (2, 2)),
    ("purple", "triangle-up", ()),
    ("ochre", "triangle-down", (6, 3)),
    ("sky", "cross", (2, 2)),
    ("ghost", "circle", (1, 3)),
)


def slope(named: Sequence[tuple[str, Finding]], *, narrow: bool, say: Catalogue | None = None) -> alt.LayerChart:
    """Return the shares in which actors are named, round by round: one line an actor, with its intervals.

    Parameters
    ----------
    named
        (actor, finding) pairs on `salience.documents`, all of the same rounds; at most as many as there are looks.
    narrow, say
        For which page, and in which language.
    """
    say = say or catalogue("en")
    if not named:
        raise ValueError("no actor to draw")
    named = list(named)[: len(LINES)]
    total = NARROW_TOTAL if narrow else WIDE_TOTAL
    room = 96.0 if narrow else 220.0
    levels = [(name, _in_time(finding)) for name, finding in named]
    labels = [item.label for item in levels[0][1]]
    ends = [fitted(f"{_said(items[-1])} {name}", room - 12, LABEL) for name, items in levels]
    right = 14 + max(text_width(text, LABEL) for text in ends)
    frame_width = total - 44 - right
    title, lines, keys = _head(named, levels, say)
    sheet, top = head(title, lines, keys, width=total)
    below = [wrapped(label, frame_width / len(labels) - 8, ROUND) for label in labels]
    frame = Frame(width=frame_width, height=HEIGHT, left=44, right=right, top=top + 6,
                  bottom=12 + 15 * max(map(len, below)))  # fmt: skip
    around = Sheet()
    around.add(sheet, -44, -frame.top)
    for number, label in enumerate(below):
        for at, line in enumerate(label):
            around.text(line, _x(number, labels, frame), HEIGHT + 14 + 15 * at, ROUND)
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        around.rule((0, _y(share)), (frame.width, _y(share)), "line")
        around.text(words.percent(share), -8, _y(share), TICK)
    values = [items[-1].value or 0.0 for _, items in levels]
    for text, y in zip(ends, _spread([_y(value) for value in values]), strict=True):
        around.text(text, frame.width + 10, y, LABEL)
    return whole(_data(levels, labels, frame, say), around, frame, f"{title}. {lines[0]}")


def _in_time(finding: Finding) -> list[RoundLevel]:
    if finding.behind is None:
        raise ValueError(f"there is nothing behind {finding.hypothesis.id} to draw")
    return sorted(finding.behind.rounds, key=lambda item: item.day)


def _said(item: RoundLevel) -> str:
    return words.percent(round(item.value, 2)) if item.value is not None else words.NOTHING


def _x(number: int, labels: list[str], frame: Frame) -> float:
    return frame.width * (number + 0.5) / len(labels)


def _y(share: float) -> float:
    return HEIGHT * (1 - min(max(share, 0.0), 1.0))


def _spread(wanted: list[float]) -> list[float]:
    """Return places for labels as near as can be to where they belong, none on another and none outside."""
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    places = list(wanted)
    for before, at in pairwise(order):
        places[at] = max(places[at], places[before] + APART)
    for after, at in pairwise(order[::-1]):
        places[after] = min(places[after], HEIGHT)
        places[at] = min(places[at], places[after] - APART)
    return places


def _head(
    named: Sequence[tuple[str, Finding]], levels: list[tuple[str, list[RoundLevel]]], say: Catalogue
) -> tuple[str, list[str], list[tuple[Look, str]]]:
    behind = named[0][1].behind
    assert behind is not None
    populations = list(dict.fromkeys(say.term(finding.hypothesis.population) for _, finding in named))
    note = say(
        "slope.note",
        say.sized("n", behind.documents, "article"),
        say.count(behind.copy_groups, "copy group"),
        say.listed(populations),
        words.percent(behind.level),
    )
    keys = [
        (Look(shape=shape, fill=colour, size=60), words.seen(name[:LONGEST]))
        for (name, _), (colour, shape, _) in zip(levels, LINES, strict=False)
    ]
    return say("slope.title"), [words.seen(note)], keys


def _data(
    levels: list[tuple[str, list[RoundLevel]]], labels: list[str], frame: Frame, say: Catalogue
) -> list[alt.Chart]:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, frame.width], nice=False, zero=False))
    y = alt.Y("value:Q", axis=None, scale=alt.Scale(domain=[0, 1], nice=False))
    layers: list[alt.Chart] = []
    for at, ((name, items), (colour, shape, dash)) in enumerate(zip(levels, LINES, strict=False)):
        known = [(number, item) for number, item in enumerate(items) if item.value is not None]
        rows = [_datum(name, item, (_x(number, labels, frame), at), say) for number, item in known]
        base = data_chart(rows)
        line = base.mark_line(stroke=paint(colour), strokeWidth=2, strokeDash=list(dash), aria=False)
        layers.append(line.encode(x=x, y=y))
        bars = [row for row in rows if row["high"] is not None]
        if bars:
            bar = data_chart(bars).mark_rule(stroke=paint(colour), strokeWidth=1.2, opacity=0.6, aria=False)
            layers.append(bar.encode(x=x, y=alt.Y("low:Q", axis=None), y2="high:Q"))
        mark = point_mark(base, Look(shape=shape, fill=colour, stroke="paper", size=80), aria=True)
        tip = [alt.Tooltip("said:N", title=say("Here"))]
        layers.append(mark.encode(x=x, y=y, description="said:N", tooltip=tip))
    return layers


def _datum(name: str, item: RoundLevel, at: tuple[float, int], say: Catalogue) -> Datum:
    x, line = at
    said = _said(item)
    low, high = (None, None) if item.low is None or item.high is None else (max(0.0, item.low), min(1.0, item.high))
    if low is not None and high is not None:
        said = say("value with interval", said, words.percent(round(low, 2)), words.percent(round(high, 2)))
    return {
        # Lines stand a little beside each other, so that no interval hides another.
        "x": round(x + (line - 3) * 3.5, 2),
        "value": item.value,
        "low": low,
        "high": high,
        "said": words.seen(f"{name[:LONGEST]}, {item.label}: {said}"),
    }
