"""Which outlets changed how, on every question at once: a map of differences, each in its own margin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt

from tenor.report import words
from tenor.report.catalogue import NBSP, Catalogue, catalogue
from tenor.report.forest import in_margins
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

    from tenor.evidence import OutletValues
    from tenor.model import MarginUnit
    from tenor.results import Finding

MOST_OUTLETS, MOST_COLUMNS, MOST_NARROW = 40, 12, 7
PITCH = 22.0
NAME = Ink(size=11.5, colour="ink", align="right")
COLUMN = Ink(size=11.5, bold=True, colour="ink", align="center")
CELL = Ink(size=10.5, colour="ink", align="center")
# Up and down are told apart by hue and by the sign in the cell, more and less by how deep the hue is.
DEPTHS = (0.16, 0.34, 0.58)
STEPS = (0.5, 1.0, 2.0)
UP, DOWN = "orange", "blue"


def outlet_map(findings: Sequence[Finding], *, narrow: bool, say: Catalogue | None = None) -> alt.LayerChart:
    """Return outlets by hypotheses: how far each outlet moved between the two sides, in margins.

    A cell says the difference in its own unit; its hue is the direction, its depth how many margins it is. A dash is
    an outlet with nothing in one of the rounds, an empty cell one that is not asked about.
    """
    say = say or catalogue("en")
    everything = [finding for finding in findings if finding.behind is not None]
    findings = everything[: MOST_NARROW if narrow else MOST_COLUMNS]
    if not findings:
        raise ValueError("there is nothing behind these findings to draw")
    total, left = (NARROW_TOTAL, 104.0) if narrow else (WIDE_TOTAL, 180.0)
    outlets = _outlets(findings)
    width = total - left
    title, lines, keys = _head(findings, outlets, say)
    if len(findings) < len(everything):
        lines.append(say("map.some", len(findings), len(everything)))
    sheet, top = head(title, lines, keys, width=total)
    frame = Frame(width=width, height=PITCH * len(outlets), left=left, right=0, bottom=4, top=top + 24)
    around = Sheet()
    around.add(sheet, -left, -frame.top)
    wide = width / len(findings)
    for at, name in enumerate(outlets):
        around.text(fitted(name, left - 12, NAME), -8, (at + 0.5) * PITCH, NAME)
    for at, finding in enumerate(findings):
        around.text(fitted(finding.hypothesis.id, wide - 2, COLUMN), (at + 0.5) * wide, -12, COLUMN)
    data = _cells(findings, outlets, wide, say)
    for row in data:
        text = str(row["short"])
        around.text(text, float(str(row["x"])) + wide / 2, float(str(row["y"])) + PITCH / 2, CELL)
    # The numbers stand over the cells: they are drawn with the data, after it.
    return whole([*_boxes(data, frame, say), *_numbers(around, frame)], around, frame, f"{title}. {lines[0]}")


def _outlets(findings: Sequence[Finding]) -> list[str]:
    sizes: dict[str, int] = {}
    for finding in findings:
        for item in finding.behind.outlets if finding.behind else ():
            sizes[item.outlet] = max(sizes.get(item.outlet, 0), item.documents)
    return sorted(sizes, key=lambda name: (-sizes[name], name))[:MOST_OUTLETS]


def _head(
    findings: Sequence[Finding], outlets: list[str], say: Catalogue
) -> tuple[str, list[str], list[tuple[Look, str]]]:
    populations = list(dict.fromkeys(say.term(finding.hypothesis.population) for finding in findings))
    asked = " · ".join(
        f"{finding.hypothesis.id}{NBSP}{say.term(finding.behind.what)}" for finding in findings if finding.behind
    )
    lines = [
        say("map.note", say.sized("n", len(outlets), "outlet"), say.listed(populations)),
        asked,
    ]
    keys = [
        (Look(shape="square", fill=DOWN, size=130, opacity=DEPTHS[1]), say("map.down")),
        (Look(shape="square", fill=UP, size=130, opacity=DEPTHS[1]), say("map.up")),
        (Look(shape="square", fill="tint", stroke="shade", size=130), say("map.little")),
    ]
    return say("map.title"), [words.seen(line) for line in lines], keys


def _cells(findings: Sequence[Finding], outlets: list[str], wide: float, say: Catalogue) -> list[Datum]:
    place = {name: at for at, name in enumerate(outlets)}
    return [
        _cell(finding, item, (column * wide, place[item.outlet] * PITCH, wide), say)
        for column, finding in enumerate(findings)
        for item in (finding.behind.outlets if finding.behind else ())
        if item.outlet in place
    ]


def _cell(finding: Finding, item: OutletValues, box: tuple[float, float, float], say: Catalogue) -> Datum:
    x, y, wide = box
    unit = finding.hypothesis.margin.unit
    apart = between(item.now, item.before, unit)
    size = None if apart is None else in_margins(finding, apart)
    depth = 0 if size is None else sum(abs(size) >= step for step in STEPS)
    said = (
        say("left out")
        if apart is None
        else words.times(apart, say)
        if unit == "ratio"
        else words.apart(apart, unit, say)
    )
    return {
        "x": round(x, 2),
        "x2": round(x + wide, 2),
        "y": y,
        "y2": y + PITCH,
        "hue": "none" if not depth else (UP if (apart or 0) > (unit == "ratio") else DOWN),
        "depth": depth,
        "short": _short(apart, unit),
        "said": words.seen(f"{item.outlet[:LONGEST]}, {finding.hypothesis.id}: {said}"),
    }


def _short(apart: float | None, unit: MarginUnit) -> str:
    """Return a difference or ratio without its unit, as it stands in a cell."""
    if apart is None:
        return words.NOTHING
    if unit == "ratio":
        return f"{words.ratio(apart)}×"
    # What rounds to nothing has no sign.
    rounded = round(apart * 100 if unit == "points" else apart, 0 if unit == "points" else 1) + 0.0
    return f"{'+' if rounded > 0 else ''}{words.number(rounded)}"


def between(now: float | None, before: float | None, unit: MarginUnit) -> float | None:
    """Return the difference of two values, or their ratio where the margin is one; None where there is none.

    Examples
    --------
    >>> between(0.3, 0.6, "ratio"), between(0.5, 0.25, "points"), between(1.0, 0.0, "ratio")
    (0.5, 0.25, None)
    """
    if now is None or before is None:
        return None
    if unit != "ratio":
        return now - before
    return now / before if before > 0 else None


def _boxes(data: list[Datum], frame: Frame, say: Catalogue) -> list[alt.Chart]:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, frame.width], nice=False, zero=False))
    y = down(frame.height)
    layers: list[alt.Chart] = []
    for hue, depth in sorted({(str(row["hue"]), int(str(row["depth"]))) for row in data}):
        mine = [row for row in data if (row["hue"], row["depth"]) == (hue, depth)]
        box = data_chart(mine).mark_rect(
            fill=paint("tint" if hue == "none" else hue),
            fillOpacity=1 if hue == "none" else DEPTHS[depth - 1],
            stroke=paint("paper"),
            strokeWidth=1.5,
        )
        tip = [alt.Tooltip("said:N", title=say("Here"))]
        layers.append(box.encode(x=x, x2="x2:Q", y=y, y2="y2:Q", description="said:N", tooltip=tip))
    return layers


def _numbers(around: Sheet, frame: Frame) -> list[alt.Chart]:
    """Move the numbers of the cells out of the sheet, which is drawn under the data."""
    own = Sheet()
    own.texts[CELL] = around.texts.pop(CELL, [])
    return own.layers(frame) if own.texts[CELL] else []
