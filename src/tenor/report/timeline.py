"""A measure over time: its rounds, its gaps, its comparison windows."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import TYPE_CHECKING

import altair as alt

from tenor.model import Stretch
from tenor.report import words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.rounds import ROUND, key_of, lanes_of, numbered
from tenor.report.sheet import (
    FLAG_STEP,
    NARROW_TOTAL,
    WIDE_TOTAL,
    Datum,
    Frame,
    Look,
    Place,
    Sheet,
    TimeAxis,
    data_chart,
    flags,
    head,
    iso,
    paint,
    point_mark,
    whole,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tenor.results import Point, Series

MANY_POINTS = 130
IN_ROUND = Look(shape="diamond", fill="orange", stroke="paper", size=110)
OTHER_DAY = Look(shape="circle", fill="blue", stroke="paper", size=42)
GAP = Look(shape="cross", fill="soft", stroke="paper", size=60)
LEVEL = Look(shape="dash", stroke="ink")
MOST_LANES = 5


def timeline(series: Series, *, narrow: bool, say: Catalogue | None = None) -> alt.LayerChart:
    """Return a measure over time, with its rounds, its gaps and its comparison windows.

    A day or week that was not observed is hatched and breaks the line: it is never drawn as zero.
    """
    say = say or catalogue("en")
    total, left, right = (NARROW_TOTAL, 40, 8) if narrow else (WIDE_TOTAL, 52, 12)
    first, last = _extent(series)
    axis = TimeAxis(start=first, stop=last, width=total - left - right)
    height = 190 if narrow else 270
    labels, label_height, key = _round_labels(series, axis, (-left, axis.width + right), say)
    sheet, top = head(*_timeline_head(series, key, say), width=total)
    frame = Frame(width=axis.width, height=height, left=left, right=right, bottom=38, top=top + label_height + 8)
    around = Sheet()
    around.add(sheet, -left, -frame.top)
    around.add(labels, 0, 0)
    _draw_stretches(around, series, axis, height)
    said = f"{say('timeline')}. {_timeline_head(series, [], say)[0]}."
    return whole(_timeline_data(series, axis, frame, say), around, frame, said)


def _extent(series: Series) -> tuple[date, date]:
    if not series.points:
        raise ValueError(f"no points to draw for {series.measure.full_name}")
    return (
        min(point.start for point in series.points),
        max(point.start + timedelta(days=point.days) for point in series.points),
    )


def _timeline_head(series: Series, key: list[str], say: Catalogue) -> tuple[str, list[str], list[tuple[Look, str]]]:
    lengths = Counter(point.days for point in series.points)
    unit = {1: "day", 7: "week"}.get(lengths.most_common(1)[0][0], "period")
    gaps = sum(not _known(point) for point in series.points)
    about = words.capital(words.unit_of(series.measure, say)), words.query_of(series.query, say)
    title = say(f"timeline.title {unit}", *about)
    whose = say("timeline.some", say.listed(series.outlets)) if series.outlets else say("timeline.all")
    note = say(
        "timeline.note",
        say.sized("n", len(series.points), unit),
        f"{gaps}" if gaps else say("none"),
        say.sized("K", len(series.comparison), "comparison window"),
        whose,
    )
    keys = [(OTHER_DAY, say(f"one {unit}"))] if len(series.points) <= MANY_POINTS else []
    if series.rounds:
        keys += [(IN_ROUND, say(f"{unit} in a round")), (Look(shape="band", fill="band"), say("round"))]
    if gaps:
        keys.append((Look(shape="hatch"), say("not observed")))
    if series.level is not None:
        keys.append((LEVEL, say("timeline.level", words.value_of(series.measure, series.level))))
    if series.comparison:
        keys.append((Look(shape="strip", fill="ghost"), say("comparison windows")))
    return words.seen(title), [words.seen(line) for line in (note, *key)], keys


def _known(point: Point) -> bool:
    return point.observed and point.value is not None


def _round_labels(series: Series, axis: TimeAxis, ends: Place, say: Catalogue) -> tuple[Sheet, float, list[str]]:
    """Return the flags above the plot, their height, and a key where only numbers fit."""
    drawn = [(words.seen(name), *ends) for name, item in series.rounds for ends in _within(axis, [item])]
    names, poles = [name for name, _, _ in drawn], [(low + high) / 2 for _, low, high in drawn]
    sheet, hung = Sheet(), flags(names, poles, ends, ROUND)
    if lanes_of(hung) > MOST_LANES:
        return sheet, FLAG_STEP * numbered(sheet, poles, clear=10), [key_of(names, say("Rounds"))]
    for flag in hung:
        flag.hang(sheet, ROUND, "ghost")
    return sheet, FLAG_STEP * lanes_of(hung), []


def _draw_stretches(sheet: Sheet, series: Series, axis: TimeAxis, height: float) -> None:
    for low, high in _within(axis, [stretch for _, stretch in series.rounds]):
        sheet.rect(low, 0, max(high - low - 1, 1), height, "band")
    for low, high in _within(axis, series.comparison):
        sheet.rect(low, height + 4, max(high - low - 1, 0.5), 4, "ghost")
    for low, high in _within(axis, _gaps(series.points)):
        sheet.hatch(low, 0, high - low, height)
        sheet.symbol((low + high) / 2, height / 2, GAP)


def _within(axis: TimeAxis, stretches: Iterable[Stretch]) -> list[Place]:
    """Return the ends in pixels of the parts that lie on the axis."""
    ends = ((max(axis.px(item.start), 0.0), min(axis.px(item.stop), axis.width)) for item in stretches)
    return [(low, high) for low, high in ends if low < high]


def _gaps(points: Sequence[Point]) -> list[Stretch]:
    found: list[Stretch] = []
    for point in points:
        if not _known(point):
            stop = point.start + timedelta(days=point.days)
            joins = bool(found) and found[-1].stop == point.start
            found[-1:] = [Stretch(start=found[-1].start, stop=stop)] if joins else [
                *found[-1:], Stretch(start=point.start, stop=stop)]  # fmt: skip
    return found


def _timeline_data(series: Series, axis: TimeAxis, frame: Frame, say: Catalogue) -> list[alt.Chart]:
    rows = _timeline_rows(series, say)
    known = [row for row in rows if row["value"] is not None]
    few = len(rows) <= MANY_POINTS
    x, y = axis.encoding("mid"), _value_axis(series)
    line = data_chart(known).mark_line(
        stroke=paint("blue"), strokeWidth=1.5, aria=False, interpolate="linear" if few else "step"
    )
    layers = [line.encode(x=x, y=y, detail="run:N")]
    if series.level is not None:
        rule = data_chart([{"value": series.level}]).mark_rule(stroke=paint("ink"), strokeDash=[4, 3], aria=False)
        layers.append(rule.encode(y=y))
    for look, inside in ((OTHER_DAY, "no"), (IN_ROUND, "yes")):
        chosen = [row for row in known if row["round"] == inside]
        if chosen and (few or inside == "yes"):
            layers.append(point_mark(data_chart(chosen), look).encode(x=x, y=y))
    if len(rows) <= 3 * MANY_POINTS:
        layers.append(_hits(rows, axis, frame, say))
    return layers


def _value_axis(series: Series) -> alt.Y:
    values = [point.value for point in series.points if point.value is not None]
    highest, lowest = max([1e-9, series.level or 0, *values]), min([0.0, *values])
    return alt.Y(
        "value:Q",
        scale=alt.Scale(domain=[lowest, highest * 1.06], nice=False, zero=True),
        axis=alt.Axis(
            title=None,
            tickCount=5,
            ticks=False,
            format=".3~%" if series.measure.scale == "share" else ",.6~g",
            grid=True,
        ),
    )


def _hits(rows: list[Datum], axis: TimeAxis, frame: Frame, say: Catalogue) -> alt.Chart:
    """Return what answers the pointer and the screen reader: one clear column a point."""
    columns: alt.Chart = data_chart(rows).mark_rect(fill="transparent")
    return columns.encode(
        x=axis.encoding("start", stretch=True),
        x2="stop:T",
        y=alt.value(0),
        y2=alt.value(frame.height),
        description="said:N",
        tooltip=[alt.Tooltip("when:N", title=say("When")), alt.Tooltip("what:N", title=say("Value"))],
    )


def _timeline_rows(series: Series, say: Catalogue) -> list[Datum]:
    rows: list[Datum] = []
    run, before = 0, None
    for point in series.points:
        stretch = Stretch(start=point.start, stop=point.start + timedelta(days=point.days))
        run += before != point.start or not _known(point)
        before = stretch.stop
        inside = any(stretch.overlaps(other) for _, other in series.rounds)
        what = words.value_of(series.measure, point.value) if _known(point) else say("not observed")
        rows.append(
            {
                "start": iso(stretch.start),
                "stop": iso(stretch.stop),
                "mid": iso(stretch.start, 12 * point.days),
                "value": point.value if _known(point) else None,
                "run": run,
                "round": "yes" if inside else "no",
                "when": str(stretch),
                "what": what,
                "said": f"{stretch}: {what}",
            }
        )
    return rows
