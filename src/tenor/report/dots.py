"""Outlet by outlet, before and now: paired dots, and all outlets together with their interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import altair as alt

from tenor.report import words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.heatmap import LONGEST, fitted
from tenor.report.outletmap import between
from tenor.report.sheet import (
    NARROW_TOTAL,
    WIDE_TOTAL,
    Datum,
    EffectAxis,
    Frame,
    Ink,
    Look,
    Sheet,
    data_chart,
    down,
    head,
    paint,
    point_mark,
    text_width,
    upright,
    whole,
)

if TYPE_CHECKING:
    from tenor.evidence import Behind, OutletValues
    from tenor.model import MarginUnit, Measure
    from tenor.results import Finding

MOST_OUTLETS = 40
STEP = 22.0
NOW = Look(shape="diamond", fill="orange", stroke="paper", size=110)
BEFORE = Look(shape="circle", fill="paper", stroke="blue", size=62)
ALONE_NOW = Look(shape="diamond", fill="paper", stroke="ghost", size=80)
ALONE_BEFORE = Look(shape="circle", fill="paper", stroke="ghost", size=50)
NONE = Look(shape="dash", stroke="ghost")
NAME = Ink(size=11.5, colour="ink", align="right")
TOTAL = Ink(size=11.5, bold=True, colour="ink", align="right")
FIGURE = Ink(size=11.5, colour="soft", align="right")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of the plot: an outlet, or all of them together with the interval of their difference."""

    name: str
    now: float | None
    before: float | None
    ends: tuple[float, float] | None = None
    pooled: bool = False
    out: bool = False


def outlet_dots(finding: Finding, measure: Measure, *, narrow: bool, say: Catalogue | None = None) -> alt.LayerChart:
    """Return each outlet's value before and now, and that of all together with the interval of the difference.

    Outlets that have nothing in one of the rounds are hollow and stand apart: they are not in the estimate.
    """
    say = say or catalogue("en")
    if finding.behind is None:
        raise ValueError(f"there is nothing behind {finding.hypothesis.id} to draw")
    rows = _rows(finding, finding.behind, say)
    total = NARROW_TOTAL if narrow else WIDE_TOTAL
    figures = [_figure(row, finding, say) for row in rows]
    left = 132.0 if narrow else 190.0
    right = 14 + max(text_width(text, TOTAL) for text in figures)
    scale = _scale(rows, measure, total - left - right)
    title, lines, keys = _head(finding, finding.behind, rows, say)
    sheet, top = head(title, lines, keys, width=total)
    frame = Frame(width=scale.width, height=STEP * len(rows) + 8, left=left, right=right, bottom=30, top=top + 10)
    around = Sheet()
    around.add(sheet, -left, -frame.top)
    for at, (row, text) in enumerate(zip(rows, figures, strict=True)):
        y = _middle(at)
        ink = TOTAL if row.pooled else NAME
        around.text(fitted(row.name, left - 14, ink), -10, y, ink)
        around.text(text, frame.width + right, y, TOTAL if row.pooled else FIGURE)
        if row.pooled:
            around.rule((-left, y + STEP / 2 + 2), (frame.width + right, y + STEP / 2 + 2), "ghost")
    return whole(_data(rows, figures, (finding, measure, say), scale, frame), around, frame, f"{title}. {lines[0]}")


def _rows(finding: Finding, figures: Behind, say: Catalogue) -> list[_Row]:
    """Return all outlets together, then each; the largest ones where they are too many."""
    estimate = finding.estimate
    before = -sum(item.weight * item.value for item in figures.rounds if item.weight < 0 and item.value is not None)
    unit = finding.hypothesis.margin.unit
    both = None
    if estimate and estimate.low is not None and estimate.high is not None:
        both = _beyond(before, estimate.low, unit), _beyond(before, estimate.high, unit)
    pooled = _Row(
        name=say("all outlets"),
        before=before,
        now=_beyond(before, estimate.value, unit) if estimate else None,
        ends=both,
        pooled=True,
    )
    largest = sorted(figures.outlets, key=lambda item: -item.documents)[:MOST_OUTLETS]
    return [pooled, *(_of(item) for item in figures.outlets if item in largest)]


def _beyond(before: float, effect: float, unit: MarginUnit) -> float:
    """Return what lies an effect away from a value: so much more, or so many times it."""
    return before * effect if unit == "ratio" else before + effect


def _of(item: OutletValues) -> _Row:
    return _Row(name=item.outlet, now=item.now, before=item.before, out=bool(item.why))


def _middle(at: int) -> float:
    return STEP / 2 + STEP * at + (8 if at else 0)


def _figure(row: _Row, finding: Finding, say: Catalogue) -> str:
    return (
        say("left out")
        if row.out
        else _apart(between(row.now, row.before, finding.hypothesis.margin.unit), finding, say)
    )


def _apart(value: float | None, finding: Finding, say: Catalogue) -> str:
    unit = finding.hypothesis.margin.unit
    return words.times(value, say) if unit == "ratio" else words.apart(value, unit, say)


def _scale(rows: list[_Row], measure: Measure, width: float) -> EffectAxis:
    values = [value for row in rows for value in (row.now, row.before) if value is not None]
    ends = [end for row in rows for end in row.ends or ()]
    if measure.scale == "share":
        return EffectAxis.shares([*values, *(min(max(end, 0), 1) for end in ends)], width)
    return EffectAxis.differences([*values, *ends], width)


def _head(
    finding: Finding, figures: Behind, rows: list[_Row], say: Catalogue
) -> tuple[str, list[str], list[tuple[Look, str]]]:
    labels = [[item.label for item in figures.rounds if item.weight * sign > 0] for sign in (1, -1)]
    now, before = say.listed(labels[0]), say.listed(labels[1])
    counted = sum(not item.why for item in figures.outlets)
    note = say(
        "dots.note",
        say.sized("n", figures.documents, "article"),
        say.count(figures.copy_groups, "copy group"),
        say.count(counted, "outlet"),
        say.term(finding.hypothesis.population),
        _interval(finding, say),
    )
    lines = [note]
    if len(figures.outlets) >= len(rows):
        lines.append(say("dots.largest", len(rows) - 1))
    keys = [(NOW, now), (BEFORE, before if len(labels[1]) < 2 else say("mean of", before))]
    if any(row.ends for row in rows):
        keys.append((Look(shape="strip", fill="orange"), say("dots.interval")))
    if any(row.out for row in rows):
        keys.append((ALONE_NOW, say("dots.out")))
    title = say("dots.title", words.capital(say.term(figures.what)))
    return words.seen(title), [words.seen(line) for line in lines], [(look, words.seen(text)) for look, text in keys]


def _interval(finding: Finding, say: Catalogue) -> str:
    found = finding.estimate
    if found is None or found.low is None or found.high is None:
        return say("no interval")
    said = [_apart(value, finding, say) for value in (found.value, found.low, found.high)]
    return say("difference with interval", said[0], words.percent(found.level), *said[1:])


def _data(
    rows: list[_Row], figures: list[str], about: tuple[Finding, Measure, Catalogue], scale: EffectAxis, frame: Frame
) -> list[alt.Chart]:
    _, measure, say = about
    data = [_datum(row, at, text, measure, say) for at, (row, text) in enumerate(zip(rows, figures, strict=True))]
    y = down(frame.height)
    layers = [upright(scale, scale.none, [(0.0, frame.height)], NONE)]
    spans = [row for row in data if row["now"] is not None and row["before"] is not None]
    line = data_chart(spans).mark_rule(stroke=paint("shade"), strokeWidth=2.2, aria=False)
    layers.append(line.encode(x=scale.encoding("before"), x2="now:Q", y=y))
    bars: list[Datum] = [
        {"low": scale.inside(row.ends[0]), "high": scale.inside(row.ends[1]), "y": _middle(at)}
        for at, row in enumerate(rows)
        if row.ends
    ]
    if bars:
        bar = data_chart(bars).mark_rule(stroke=paint("orange"), strokeWidth=5, opacity=0.45, aria=False)
        layers.append(bar.encode(x=scale.encoding("low"), x2="high:Q", y=y))
    for field, looks in (("before", (BEFORE, ALONE_BEFORE)), ("now", (NOW, ALONE_NOW))):
        for look, out in zip(looks, ("no", "yes"), strict=True):
            chosen = [row for row in data if row[field] is not None and row["out"] == out]
            if chosen:
                layers.append(point_mark(data_chart(chosen), look).encode(x=scale.encoding(field), y=y))
    hits = data_chart(data).mark_rect(fill="transparent")
    tips = [
        alt.Tooltip(f"{name}:N", title=title)
        for name, title in (
            ("outlet", say("outlet")),
            ("said now", say("now")),
            ("said before", say("before")),
            ("apart", say("difference")),
        )
    ]
    encoded = hits.encode(
        x=alt.value(0), x2=alt.value(frame.width), y=alt.Y("y0:Q", axis=None), y2="y1:Q", description="said:N"
    )
    return [*layers, encoded.encode(tooltip=tips)]


def _datum(row: _Row, at: int, figure: str, measure: Measure, say: Catalogue) -> Datum:
    name = words.seen(row.name[:LONGEST])
    now, before = words.value_of(measure, row.now), words.value_of(measure, row.before)
    return {
        "y": _middle(at),
        "y0": _middle(at) - STEP / 2,
        "y1": _middle(at) + STEP / 2,
        "now": row.now,
        "before": row.before,
        "out": "yes" if row.out else "no",
        "outlet": name,
        "said now": now,
        "said before": before,
        "apart": figure,
        "said": say("dots.said", name, now, before, figure),
    }
