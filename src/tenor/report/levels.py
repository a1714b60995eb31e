"""A measure round by round in small multiples: all outlets together, then each, with their intervals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import altair as alt

from tenor.report import words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.heatmap import LONGEST, fitted
from tenor.report.rounds import key_of
from tenor.report.sheet import (
    NARROW_TOTAL,
    WIDE_TOTAL,
    Datum,
    EffectAxis,
    Frame,
    Ink,
    Look,
    Place,
    Sheet,
    data_chart,
    head,
    paint,
    point_mark,
    whole,
)

if TYPE_CHECKING:
    from tenor.evidence import Behind, OutletValues
    from tenor.model import Measure
    from tenor.results import Finding

MOST_PANELS, MOST_NARROW = 25, 12
PLOT, TITLED, BELOW, BETWEEN = 74.0, 20.0, 20.0, 16.0
NOW = Look(shape="diamond", fill="orange", stroke="paper", size=80)
BEFORE = Look(shape="circle", fill="blue", stroke="paper", size=44)
TITLE = Ink(size=11.5, colour="ink")
TOGETHER = Ink(size=11.5, bold=True, colour="ink")
TICK = Ink(size=10.5, align="center")
SIDE = Ink(size=10.5, align="right")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """One of the multiples: a value and an interval a round, in the order of time."""

    name: str
    values: tuple[float | None, ...]
    ends: tuple[tuple[float, float] | None, ...]
    together: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Grid:
    """Where the panels stand: all share one scale, so that they can be compared."""

    columns: int
    width: float
    left: float
    low: float
    high: float
    rounds: int

    def corner(self, at: int) -> Place:
        """Return the upper left corner of the plot of a panel."""
        column, row = at % self.columns, at // self.columns
        return column * (self.width + BETWEEN), row * (TITLED + PLOT + BELOW + 6) + TITLED

    def x(self, at: int, number: int) -> float:
        """Return where a round stands in a panel."""
        return self.corner(at)[0] + self.width * (number + 0.5) / self.rounds

    def y(self, at: int, value: float) -> float:
        """Return where a value stands in a panel; one beyond the scale stands at its end."""
        inside = min(max(value, self.low), self.high)
        return self.corner(at)[1] + PLOT * (self.high - inside) / (self.high - self.low)


def round_levels(finding: Finding, measure: Measure, *, narrow: bool, say: Catalogue | None = None) -> alt.LayerChart:
    """Return a measure round by round: first all outlets together, then each outlet, all on one scale.

    Intervals of all outlets together are made for the population of the verdict, those of one outlet from its own
    copy groups and days; a round in which nothing could be measured has no point.
    """
    say = say or catalogue("en")
    if finding.behind is None:
        raise ValueError(f"there is nothing behind {finding.hypothesis.id} to draw")
    rounds = finding.behind.rounds
    order = sorted(range(len(rounds)), key=lambda at: rounds[at].day)
    panels = _panels(finding.behind, order, MOST_NARROW if narrow else MOST_PANELS, say)
    total, left = (NARROW_TOTAL, 40.0) if narrow else (WIDE_TOTAL, 44.0)
    grid = _laid(panels, measure, 2 if narrow else 5, (total - left, left))
    title, lines, keys = _head(finding, finding.behind, panels, order, say)
    sheet, top = head(title, lines, keys, width=total)
    rows = -(-len(panels) // grid.columns)
    height = rows * (TITLED + PLOT + BELOW + 6)
    frame = Frame(width=total - left, height=height, left=left, right=0, bottom=4, top=top + 4)
    around = Sheet()
    around.add(sheet, -left, -frame.top)
    for at, panel in enumerate(panels):
        _draw_panel(around, panel, at, grid, measure)
    return whole(
        _data(panels, finding.behind, order, (grid, measure, say), frame), around, frame, f"{title}. {lines[0]}"
    )


def _panels(figures: Behind, order: list[int], most: int, say: Catalogue) -> list[_Panel]:
    together = _Panel(
        name=say("all outlets"),
        values=tuple(figures.rounds[at].value for at in order),
        ends=tuple(_both(figures.rounds[at].low, figures.rounds[at].high) for at in order),
        together=True,
    )
    largest = sorted(figures.outlets, key=lambda item: (-item.documents, item.outlet))[: most - 1]
    return [together, *(_of(item, order) for item in sorted(largest, key=lambda item: item.outlet.casefold()))]


def _of(item: OutletValues, order: list[int]) -> _Panel:
    values = tuple(item.rounds[at] for at in order)
    return _Panel(name=item.outlet, values=values, ends=tuple(item.ends[at] for at in order))


def _both(low: float | None, high: float | None) -> tuple[float, float] | None:
    return None if low is None or high is None else (low, high)


def _laid(panels: list[_Panel], measure: Measure, columns: int, room: Place) -> _Grid:
    """Return the grid; far ends of single outlets' intervals do not squeeze all the others."""
    values = [value for panel in panels for value in panel.values if value is not None] or [0.0]
    low, high = min(values), max(values)
    reach = (high - low) or max(abs(high), 1.0)
    ends = [end for panel in panels for both in panel.ends if both for end in both]
    low = min([low, *(max(end, low - reach / 2) for end in ends)])
    high = max([high, *(min(end, high + reach / 2) for end in ends)])
    if measure.scale == "share":
        low, high = max(low, 0.0), min(high, 1.0)
    pad = 0.08 * (high - low) or 0.5
    columns = min(columns, len(panels))
    width = (room[0] - BETWEEN * (columns - 1)) / columns
    return _Grid(columns=columns, width=min(width, 240), left=room[1], low=low - pad, high=high + pad,
                 rounds=len(panels[0].values))  # fmt: skip


def _head(
    finding: Finding, figures: Behind, panels: list[_Panel], order: list[int], say: Catalogue
) -> tuple[str, list[str], list[tuple[Look, str]]]:
    labels = [figures.rounds[at].label for at in order]
    units = sum(item.units for item in figures.rounds)
    note = say(
        "levels.note",
        say.sized("n", units, figures.units),
        say.count(figures.documents, "article"),
        say.term(finding.hypothesis.population),
        words.percent(figures.level),
    )
    lines = [note, key_of(labels, say("Rounds"))]
    if len(figures.outlets) >= len(panels):
        lines.append(say("dots.largest", len(panels) - 1))
    keys = [
        (NOW, say("claimed round")),
        (BEFORE, say("other round")),
        (Look(shape="strip", fill="shade"), say("interval")),
    ]
    title = say("levels.title", words.capital(say.term(figures.what)))
    return words.seen(title), [words.seen(line) for line in lines], keys


def _draw_panel(sheet: Sheet, panel: _Panel, at: int, grid: _Grid, measure: Measure) -> None:
    left, top = grid.corner(at)
    ink = TOGETHER if panel.together else TITLE
    sheet.text(fitted(panel.name, grid.width - 4, ink), left, top - 11, ink)
    for edge in (top, top + PLOT):
        sheet.rule((left, edge), (left + grid.width, edge), "line")
    if grid.low < 0 < grid.high:
        sheet.rule((left, grid.y(at, 0)), (left + grid.width, grid.y(at, 0)), "ghost", (4, 3))
    if at % grid.columns == 0:
        for value in _ticks(grid):
            sheet.text(words.value_of(measure, value), left - 6, grid.y(at, value), SIDE)
    for number in range(grid.rounds):
        sheet.text(str(number + 1), grid.x(at, number), top + PLOT + 10, TICK)


def _ticks(grid: _Grid) -> list[float]:
    """Return round values to label, zero among them where it is inside."""
    axis = EffectAxis(kind="difference", low=grid.low, high=grid.high, width=PLOT)
    return axis.ticks(26)


def _data(
    panels: list[_Panel],
    figures: Behind,
    order: list[int],
    about: tuple[_Grid, Measure, Catalogue],
    frame: Frame,
) -> list[alt.Chart]:
    say = about[2]
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, frame.width], nice=False, zero=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[frame.height, 0], nice=False, zero=False))
    rows = [row for at, panel in enumerate(panels) for row in _points(panel, at, figures, order, about)]
    line = data_chart(rows).mark_line(stroke=paint("shade"), strokeWidth=1.5, aria=False)
    layers = [line.encode(x=x, y=y, detail="panel:N")]
    bars = [row for row in rows if row["high"] is not None]
    if bars:
        bar = data_chart(bars).mark_rule(stroke=paint("shade"), strokeWidth=3.5, aria=False)
        layers.append(bar.encode(x=x, y=alt.Y("low:Q", axis=None), y2="high:Q"))
    for look, claimed in ((BEFORE, "no"), (NOW, "yes")):
        chosen = [row for row in rows if row["claimed"] == claimed]
        if chosen:
            mark = point_mark(data_chart(chosen), look, aria=True).encode(x=x, y=y, description="said:N")
            layers.append(mark.encode(tooltip=[alt.Tooltip("said:N", title=say("Here"))]))
    return layers


def _points(
    panel: _Panel, at: int, figures: Behind, order: list[int], about: tuple[_Grid, Measure, Catalogue]
) -> list[Datum]:
    grid, measure, say = about
    found: list[Datum] = []
    for number, (value, ends) in enumerate(zip(panel.values, panel.ends, strict=True)):
        if value is None:
            continue
        item = figures.rounds[order[number]]
        said = words.value_of(measure, value)
        if ends:
            said = say("value with interval", said, *(words.value_of(measure, end) for end in ends))
        found.append(
            {
                "panel": at,
                "x": round(grid.x(at, number), 2),
                "y": round(grid.y(at, value), 2),
                "low": round(grid.y(at, ends[0]), 2) if ends else None,
                "high": round(grid.y(at, ends[1]), 2) if ends else None,
                "claimed": "yes" if item.weight > 0 else "no",
                "said": words.seen(f"{panel.name[:LONGEST]}, {item.label}: {said}"),
            }
        )
    return found
