"""When each outlet was observed and how much it ran, each against its own usual."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import groupby
from statistics import fmean, median
from typing import TYPE_CHECKING

import altair as alt

from tenor.grammar import verb
from tenor.model import Stretch
from tenor.report import words
from tenor.report.catalogue import NBSP
from tenor.report.rounds import ROUND, key_of, lanes_of, numbered
from tenor.report.sheet import (
    FLAG_STEP,
    NARROW_TOTAL,
    WIDE_TOTAL,
    Datum,
    Frame,
    Ink,
    Look,
    Place,
    Sheet,
    TimeAxis,
    data_chart,
    down,
    flags,
    head,
    iso,
    paint,
    text_width,
    whole,
)
from tenor.studyfile import round_stretch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tenor.described import Description, Observed
    from tenor.model import Plan

MOST_OUTLETS = 40
# So many cells say what they are when pointed at; more would make the page heavy, and the table says it too.
MOST_ANSWERS = 2500
MOST_LANES = 4
# More rounds than these are only marked above the plot: their edges would hide the cells.
MOST_EDGED = 12
# Where at least so many pieces are usual, chance alone leaves no piece at all in under 1 of 100 stretches: exp(-5).
SURELY_SOME = 5
LONGEST = 240
NAME = Ink(size=11.5, colour="ink", align="right")
GAP = Look(shape="hatch")
# What a cell can be, in the order of the key.
LEVELS: dict[str, Look] = {
    f"nothing, where {SURELY_SOME} or more are usual": Look(shape="square", fill="orange", size=130),
    f"nothing, where fewer than {SURELY_SOME} are usual": Look(shape="square", fill="tint", stroke="shade", size=130),
    "under half the usual": Look(shape="square", fill="blue", size=130, opacity=0.16),
    "half the usual or more": Look(shape="square", fill="blue", size=130, opacity=0.4),
    "the usual or more": Look(shape="square", fill="blue", size=130, opacity=0.64),
    "twice the usual or more": Look(shape="square", fill="blue", size=130),
}
SILENT, QUIET, *STEPS = LEVELS


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """An outlet, its usual pieces per observed day, and its stretches in the order of time."""

    outlet: str
    usual: float
    flows: tuple[Observed, ...]

    @property
    def pieces(self) -> int:
        """Return all pieces of the outlet."""
        return sum(item.pieces for item in self.flows)

    def level(self, item: Observed) -> str:
        """Return how a stretch stands against the usual; empty where it was not observed."""
        if item.observed <= 0:
            return ""
        if item.pieces == 0:
            return SILENT if self.usual * item.observed >= SURELY_SOME else QUIET
        part = item.pieces / item.observed / self.usual
        return STEPS[sum(part >= least for least in (0.5, 1, 2))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Where the rows and days of a heat map stand."""

    axis: TimeAxis
    pitch: float
    left: float
    right: float

    def cell(self, number: int) -> Place:
        """Return the upper and lower edge of a row of cells."""
        return number * self.pitch + 1, (number + 1) * self.pitch - 1

    def ends(self, stretch: Stretch) -> Place:
        """Return the ends of a stretch, no farther than the plot reaches."""
        return max(self.axis.px(stretch.start), 0.0), min(self.axis.px(stretch.stop), self.axis.width)


def by_outlet(flows: Sequence[Observed]) -> list[Row]:
    """Return the outlets, the largest first.

    What is usual for an outlet is the median of its pieces per observed day over its observed stretches;
    where that is nothing, the mean.
    """
    of: defaultdict[str, list[Observed]] = defaultdict(list)
    for item in flows:
        of[item.outlet].append(item)
    rows = [
        Row(outlet=name, usual=_usual(mine), flows=tuple(sorted(mine, key=lambda item: item.stretch)))
        for name, mine in of.items()
    ]
    return sorted(rows, key=lambda row: (-row.pieces, row.outlet))


def _usual(flows: list[Observed]) -> float:
    rates = [item.pieces / item.observed for item in flows if item.observed > 0]
    return (median(rates) or fmean(rates)) if rates else 0.0


def heat_map(found: Description, *, narrow: bool) -> alt.LayerChart:
    """Return outlets by stretches of days: how much each ran against its own usual, and what was not observed.

    Days that were not observed are hatched and never drawn as nothing; a stretch of which some days
    were observed is hatched in its lower half.
    """
    if not found.flows:
        raise ValueError("no outlet to draw: the description has no stretches of days")
    total, left, right = (NARROW_TOTAL, 104, 6) if narrow else (WIDE_TOTAL, 168, 10)
    everything = by_outlet(found.flows)
    rows = everything[:MOST_OUTLETS]
    start, stop = min(i.stretch.start for i in found.flows), max(i.stretch.stop for i in found.flows)
    axis = TimeAxis(start=start, stop=stop, width=total - left - right)
    grid = Grid(axis=axis, pitch=20 if len(rows) <= 16 else 16, left=left, right=right)
    labels, label_height, key = _round_labels(found.plan, grid)
    title, lines = _head(found, everything, key)
    sheet, top = head(title, lines, _keys(rows), width=total)
    frame = Frame(width=axis.width, height=grid.pitch * len(rows), left=left, right=right, bottom=38,
                  top=top + label_height + 8)  # fmt: skip
    around = Sheet()
    around.add(sheet, -left, -frame.top)
    around.add(labels, 0, 0)
    _draw_rows(around, rows, grid)
    return whole(_data(found.plan, rows, grid), around, frame, f"Heat map. {title}. {lines[0]}")


def unit_of(flows: Sequence[Observed]) -> str:
    """Return what most stretches are: days, weeks, months, or periods of another length."""
    days = Counter(item.stretch.days for item in flows).most_common(1)[0][0]
    return "month" if 28 <= days <= 31 else {1: "day", 7: "week"}.get(days, "period")


def _head(found: Description, rows: list[Row], key: list[str]) -> tuple[str, list[str]]:
    unit, pieces = unit_of(found.flows), sum(row.pieces for row in rows)
    columns = len({item.stretch for item in found.flows})
    title = f"Pieces per observed day against each outlet's own usual, {unit} by {unit}"
    size = words.sized("n", pieces, "piece")
    if pieces <= found.articles:
        some = "" if pieces == found.articles else f"{pieces:,} of "
        size = f"n{NBSP}={NBSP}{some}{words.counted(found.articles, 'article')}"
    note = (
        f"{size}, {words.counted(len(rows), 'outlet')}, {words.counted(columns, unit)}. "
        f"Usual: the median over an outlet's own observed {unit}s, or the mean where that is 0. "
        "Population: these documents. Counts as they stand, no interval."
    )
    lines = [note]
    if len(rows) > MOST_OUTLETS:
        more = len(rows) - MOST_OUTLETS
        left_out = f"{words.counted(more, 'smaller outlet')} {verb(more, 'is', 'are')}"
        lines.append(f"The {MOST_OUTLETS} largest outlets are drawn; {left_out} only in the table.")
    return title, [*lines, *key]


def _keys(rows: list[Row]) -> list[tuple[Look, str]]:
    """Return the looks that are drawn, in words."""
    found = {row.level(item) for row in rows for item in row.flows}
    keys = [(look, name) for name, look in LEVELS.items() if name in found]
    if any(_gap(item) for row in rows for item in row.flows):
        keys.append((GAP, "not observed; lower half: not on all days"))
    return keys


def _gap(item: Observed) -> str:
    """Return how much of a stretch was not observed: all, part, or nothing of it."""
    return "all" if item.observed <= 0 else "part" if item.observed < item.stretch.days else ""


def _draw_rows(sheet: Sheet, rows: list[Row], grid: Grid) -> None:
    """Set the names and hatch what was not observed; stretches that follow each other are hatched as one."""
    for number, row in enumerate(rows):
        top, bottom = grid.cell(number)
        sheet.text(fitted(row.outlet, grid.left - 8, NAME), -8, (top + bottom) / 2, NAME)
        for kind, items in groupby(row.flows, key=_gap):
            for low, high in _joined([item.stretch for item in items], grid) if kind else ():
                y = top if kind == "all" else (top + bottom) / 2
                sheet.hatch(low, y, max(high - low, 1), bottom - y)


def _joined(stretches: list[Stretch], grid: Grid) -> list[Place]:
    found: list[Stretch] = []
    for item in stretches:
        if found and item.start <= found[-1].stop:
            found[-1] = Stretch(start=found[-1].start, stop=max(item.stop, found[-1].stop))
        else:
            found.append(item)
    return [grid.ends(item) for item in found]


def fitted(text: str, width: float, ink: Ink) -> str:
    """Return other people's words on one line, with an ellipsis where they are too long for it."""
    name = words.seen(" ".join(text[:LONGEST].split())) or "(no name)"
    if len(text) <= LONGEST and text_width(name, ink) <= width:
        return name
    while name and text_width(f"{name}…", ink) > width:
        name = name[:-1]
    return f"{name.rstrip()}…"


def _round_labels(plan: Plan, grid: Grid) -> tuple[Sheet, float, list[str]]:
    """Return the flags of the rounds, their height, and a key where only numbers fit."""
    longest = (grid.axis.width + grid.left) * 0.6
    drawn = [(fitted(name, longest, ROUND), *grid.ends(item)) for name, item in _rounds(plan, grid)]
    names, poles = [name for name, _, _ in drawn], [(low + high) / 2 for _, low, high in drawn]
    sheet = Sheet()
    for _, low, high in drawn:
        sheet.rect(low, -4, max(high - low, 2), 4, "ghost")
    hung = flags(names, poles, (-grid.left, grid.axis.width + grid.right), ROUND) if len(names) <= 24 else []
    if names and (not hung or lanes_of(hung) > MOST_LANES):
        lanes = numbered(sheet, poles, clear=12, most=MOST_LANES)
        return sheet, FLAG_STEP * lanes, [key_of(fitted(name, 130, ROUND) for name in names)]
    for flag in hung:
        flag.hang(sheet, ROUND, "ghost")
    return sheet, FLAG_STEP * lanes_of(hung), []


def _rounds(plan: Plan, grid: Grid) -> list[tuple[str, Stretch]]:
    """Return the rounds that the plot shows some days of, in the order of time."""
    all_rounds = ((item.label, round_stretch(plan.event, item, plan.event.window)) for item in plan.rounds)
    shown = Stretch(start=grid.axis.start, stop=grid.axis.stop)
    return sorted(((name, item) for name, item in all_rounds if item.overlaps(shown)), key=lambda pair: pair[1])


def _data(plan: Plan, rows: list[Row], grid: Grid) -> list[alt.Chart]:
    height = grid.pitch * len(rows)
    y = down(height)
    # An unseen mark at both ends of time: only a layer without second ends may carry the axis.
    ends: list[Datum] = [{"at": iso(day), "y": 0} for day in (grid.axis.start, grid.axis.stop)]
    unseen = data_chart(ends).mark_point(opacity=0, aria=False).encode(x=grid.axis.encoding("at"), y=y)
    layers: list[alt.Chart] = [_spoken(rows, grid, y), *_cells(rows, grid, y), unseen]
    rounds = _rounds(plan, grid)
    edges: list[Datum] = [
        {"at": iso(day), "y": 0, "y2": height}
        for _, item in (rounds if len(rounds) <= MOST_EDGED else ())
        for day in (item.start, item.stop)
        if grid.axis.start <= day <= grid.axis.stop
    ]
    if edges:
        rule = data_chart(edges).mark_rule(stroke=paint("ink"), strokeWidth=1, aria=False)
        layers.append(rule.encode(x=grid.axis.encoding("at"), y=y, y2="y2:Q"))
    return layers


def _spoken(rows: list[Row], grid: Grid, y: alt.Y) -> alt.Chart:
    """Return what answers a screen reader: one clear bar an outlet, under the cells."""
    start, stop = iso(grid.axis.start), iso(grid.axis.stop)
    data: list[Datum] = [
        {"start": start, "stop": stop, "y": grid.cell(n)[0], "y2": grid.cell(n)[1], "said": _said(row)}
        for n, row in enumerate(rows)
    ]
    bars: alt.Chart = data_chart(data).mark_rect(fill="transparent")
    return bars.encode(x=grid.axis.encoding("start", stretch=True), x2="stop:T", y=y, y2="y2:Q", description="said:N")


def _said(row: Row) -> str:
    unit = unit_of(row.flows)
    gaps = Counter(_gap(item) for item in row.flows)
    silent = sum(item.observed > 0 and not item.pieces for item in row.flows)
    return (
        f"{words.seen(row.outlet[:LONGEST])}: {words.counted(row.pieces, 'piece')}, usually {words.number(row.usual)} "
        f"per observed day; of {words.counted(len(row.flows), unit)}, {gaps['all']:,} not observed, "
        f"{gaps['part']:,} observed in part, {silent:,} observed with nothing"
    )


def _cells(rows: list[Row], grid: Grid, y: alt.Y) -> Iterator[alt.Chart]:
    count = sum(len(row.flows) for row in rows)
    answering = count <= MOST_ANSWERS
    # Edges of the page's colour part the cells; they would wash out cells that are hardly wider themselves.
    edge = 0.6 if grid.axis.width * len(rows) / count >= 4 else 0
    found: defaultdict[str, list[Datum]] = defaultdict(list)
    for number, row in enumerate(rows):
        for item in row.flows:
            found[row.level(item)].append(_cell(row, item, grid.cell(number), answering=answering))
    for name, look in {"": Look(shape="square"), **LEVELS}.items():
        if name in found:
            marked: alt.Chart = data_chart(found[name]).mark_rect(
                fill=paint(look.fill) if look.fill else "transparent",
                fillOpacity=look.opacity,
                stroke=paint(look.stroke or "paper") if look.fill else None,
                strokeWidth=edge,
                aria=False,
            )
            x = grid.axis.encoding("start", stretch=True)
            tips = [alt.Tooltip("outlet:N", title="Outlet"), alt.Tooltip("when:N", title="When"),
                    alt.Tooltip("what:N", title="What")]  # fmt: skip
            drawn: alt.Chart = marked.encode(x=x, x2="stop:T", y=y, y2="y2:Q")
            yield drawn.encode(tooltip=tips) if answering else drawn


def _cell(row: Row, item: Observed, edges: Place, *, answering: bool) -> Datum:
    top, bottom = edges
    low = (top + bottom) / 2 if _gap(item) == "part" else bottom
    cell: Datum = {"start": iso(item.stretch.start), "stop": iso(item.stretch.stop), "y": top, "y2": low}
    if not answering:
        return cell
    days = f"{min(max(item.observed, 0), item.stretch.days):,} of {words.counted(item.stretch.days, 'day')} observed"
    times = (
        f", {words.times(item.pieces / item.observed / row.usual)} its usual" if item.observed > 0 < row.usual else ""
    )
    why = f"; {words.seen(item.why[:LONGEST])}" if item.why else ""
    what = f"{words.counted(item.pieces, 'piece')}{times}; {days}{why}"
    return {**cell, "outlet": words.seen(row.outlet[:LONGEST]), "when": str(item.stretch), "what": what}
