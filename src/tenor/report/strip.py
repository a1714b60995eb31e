"""Every way of counting, one row each: effect, interval, and whether it agrees."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

import altair as alt

from tenor.report import words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.sheet import (
    FLAG_STEP,
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
    flags,
    head,
    paint,
    point_mark,
    text_width,
    upright,
    whole,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from tenor.model import Hypothesis, MarginUnit, Measure
    from tenor.results import Finding, Specification

REGISTERED = Look(shape="diamond", fill="orange", stroke="paper", size=150)
AGREES = Look(shape="circle", fill="blue", stroke="paper", size=64)
DISAGREES = Look(shape="square", fill="ink", stroke="paper", size=64)
NOT_COUNTED = Look(shape="circle", stroke="ghost", size=52)

NONE = Look(shape="rule", stroke="ink")
MARGIN = Look(shape="dash", stroke="orange")
LABEL = Ink(size=11.5, bold=True, colour="ink")
LINE = 16.0
Keys = list[tuple[Look, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The rows from the top down: their words, and the middle of each mark in pixels.

    ``columns`` puts each choice under its axis, ``beside`` joins the choices left of the
    mark, ``above`` puts them over it.
    """

    layout: Literal["columns", "beside", "above"]
    specs: list[Specification]
    axes: list[str]
    cells: list[list[str]]
    starts: list[float]
    middles: list[float]
    height: float
    left: float


def specification_strip(
    finding: Finding, measure: Measure, *, narrow: bool, say: Catalogue | None = None
) -> alt.LayerChart:
    """Return one row for each way of counting: effect, interval, and whether it agrees.

    The registered way is a diamond; a way that is shown but not counted is hollow. Effects are ratios, or
    differences where the margin is one.
    """
    say = say or catalogue("en")
    unit = finding.hypothesis.margin.unit
    total = NARROW_TOTAL if narrow else WIDE_TOTAL
    founds = {spec: _found(spec, unit, say) for spec in finding.specifications}
    numbers = 16 + max((text_width(text, LABEL) for text in founds.values()), default=0)
    rows = _laid_out(finding.specifications, total - numbers, say, narrow=narrow)
    scale = _strip_scale(finding, total - rows.left - numbers)
    scale = replace(scale, grid=rows.layout != "above")
    title, lines, keys = _strip_head(finding, measure, rows.axes, say)
    sheet, top = head(title, lines, keys, width=total)
    labels, label_height = _rule_labels(finding, scale, numbers, say)
    top += label_height + 8
    frame = Frame(width=scale.width, height=rows.height, left=rows.left, right=numbers, bottom=26, top=top)
    around = Sheet()
    around.add(sheet, -rows.left, -top)
    around.add(labels, 0, 0)
    _write_rows(around, rows, frame, (founds, say))
    data = [
        _strip_row(spec, middle, scale, (founds[spec], say))
        for spec, middle in zip(rows.specs, rows.middles, strict=True)
    ]
    return whole(_strip_data(rows, data, finding, (scale, frame, say)), around, frame, f"{title}. {lines[0]}")


# --- rows


def _laid_out(specs: Iterable[Specification], room: float, say: Catalogue, *, narrow: bool) -> _Rows:
    ordered = sorted(specs, key=lambda s: (s.agrees is None, s.effect is None, s.effect or 0.0, s.choices))
    axes = _varying(ordered)
    cells = [[words.seen(_choice(dict(spec.choices).get(axis, ""), say)) for axis in axes] for spec in ordered]
    axes = [say.term(axis) for axis in axes]
    starts = _column_starts(axes, cells)
    if not narrow and axes and starts[-1] <= room - 240:
        middles = [12 + 24.0 * index for index, _ in enumerate(ordered)]
        return _Rows(layout="columns", specs=ordered, axes=axes, cells=cells, starts=starts, middles=middles,
                     height=24.0 * max(len(ordered), 1), left=starts[-1])  # fmt: skip
    left = 10.0 if narrow else 320.0
    lines = [
        wrapped(_joined(axes, row, say), NARROW_TOTAL if narrow else left - 24, Ink(size=11.5, bold=True))
        for row in cells
    ]
    middles, height = _stacked(lines, above=narrow)
    return _Rows(layout="above" if narrow else "beside", specs=ordered, axes=axes, cells=lines, starts=[],
                 middles=middles, height=height, left=left)  # fmt: skip


def _varying(specs: Sequence[Specification]) -> list[str]:
    """Return the axes on which the ways differ: what is the same for all is said once, above."""
    names = list(dict.fromkeys(axis for spec in specs for axis, _ in spec.choices))
    return [name for name in names if len({dict(spec.choices).get(name) for spec in specs}) > 1]


def _column_starts(axes: list[str], cells: list[list[str]]) -> list[float]:
    """Return where each column of choices begins, and the plot after them."""
    starts = [0.0]
    for index, axis in enumerate(axes):
        texts = (words.capital(axis), *(row[index] for row in cells))
        starts.append(starts[-1] + max(text_width(text, LABEL) for text in texts) + 18)
    return starts


def _choice(text: str, say: Catalogue) -> str:
    """Return a choice as it is shown: "pool" says more when it is spelt out."""
    return say.terms.get(f"choice {text}") or say.term(text)


def _joined(axes: list[str], row: list[str], say: Catalogue) -> str:
    text = " · ".join(f"{axis}: {choice}" for axis, choice in zip(axes, row, strict=True) if choice)
    return text or say("the one way")


def _stacked(lines: list[list[str]], *, above: bool) -> tuple[list[float], float]:
    """Return the middle of each mark, and the height of all rows."""
    middles, y = [], 0.0
    for row in lines:
        words_high = LINE * len(row)
        middles.append(y + words_high + 15 if above else y + words_high / 2 + 5)
        y += words_high + (32 if above else 10)
    return middles, max(y, 24)


def _write_rows(sheet: Sheet, rows: _Rows, frame: Frame, about: tuple[Mapping[Specification, str], Catalogue]) -> None:
    founds, _ = about
    for spec, cells, y in zip(rows.specs, rows.cells, rows.middles, strict=True):
        colour = "ink" if spec.registered else "soft" if spec.agrees is not None else "ghost"
        ink = Ink(size=11.5, bold=spec.registered, colour=colour)
        for index, text in enumerate(cells):
            sheet.text(text, *_spot(rows, index, len(cells), y), ink)
        number = Ink(size=11.5, bold=spec.registered, colour=colour, align="right")
        sheet.text(founds[spec], frame.width + frame.right, y, number)
    for axis, start in zip(rows.axes, rows.starts, strict=False):
        sheet.text(words.seen(words.capital(axis)), start - rows.left, -10, LABEL)
    for above, below in pairwise(rows.middles if rows.layout != "above" else []):
        edge = (above + below) / 2
        sheet.rule((-rows.left, edge), (frame.width + frame.right, edge), "line")


def _spot(rows: _Rows, index: int, count: int, y: float) -> tuple[float, float]:
    """Return where one of the texts of a row stands."""
    if rows.layout == "columns":
        return rows.starts[index] - rows.left, y
    up = LINE * (count - index) if rows.layout == "above" else LINE * ((count - 1) / 2 - index)
    return -rows.left, y - up


def _found(spec: Specification, unit: MarginUnit, say: Catalogue) -> str:
    if spec.effect is None:
        return say("no value")
    if unit == "ratio":
        return f"{words.ratio(spec.effect)} {words.span(spec.low, spec.high, say)}".strip()
    if spec.low is None or spec.high is None:
        return words.apart(spec.effect, unit, say)
    factor = 100 if unit == "points" else 1
    effect, low, high = (words.number(round(factor * end, 2)) for end in (spec.effect, spec.low, spec.high))
    return f"{effect} ({say('to', low, high)})"


# --- head


def _strip_head(finding: Finding, measure: Measure, axes: list[str], say: Catalogue) -> tuple[str, list[str], Keys]:
    specs, given = finding.specifications, finding.hypothesis
    unit = given.margin.unit
    k = "comparison window" if unit == "ratio" else "outlet"
    ks = [say.sized("K" if unit == "ratio" else "G", spec.k, k) for spec in specs if spec.registered]
    note = say(
        f"strip.note {'ratio' if unit == 'ratio' else 'difference'}",
        say.sized("n", len(specs), "way"),
        words.agreement(*finding.agreement, say),
        say("strip.registered", ks[0]) if ks else "",
        say.term(given.population),
        words.percent(finding.estimate.level) if finding.estimate else say("stated"),
        say(f"unit {unit}"),
    )
    lines = [note]
    told = [(say.term(axis), _choice(choice, say)) for axis, choice in (specs[0].choices if specs else ())]
    fixed = [f"{axis}: {choice}" for axis, choice in told if axis not in axes]
    if fixed:
        lines.append(say("strip.same", "; ".join(fixed)))
    query = words.query_of(given.query, say, own=given.own_queries)
    title = say("strip.title", words.capital(words.unit_of(measure, say)), query)
    if finding.behind is not None:
        title = say("strip.texts", words.capital(say.term(finding.behind.what)))
    return words.seen(title), [words.seen(line) for line in lines], _strip_keys(specs, say)


def _strip_keys(specs: Sequence[Specification], say: Catalogue) -> Keys:
    used = {_look(spec) for spec in specs}
    keys = ((REGISTERED, "registered"), (AGREES, "agrees"), (DISAGREES, "does not agree"),
            (NOT_COUNTED, "shown, not counted"))  # fmt: skip
    return [(look, say(text)) for look, text in keys if look in used]


def _look(spec: Specification) -> Look:
    if spec.registered:
        return REGISTERED
    if spec.agrees is None:
        return NOT_COUNTED
    return AGREES if spec.agrees else DISAGREES


def _state(spec: Specification, say: Catalogue) -> str:
    state = say("not counted" if spec.agrees is None else "agrees" if spec.agrees else "does not agree")
    return f"{say('registered') + ', ' if spec.registered else ''}{state}{f': {spec.why}' if spec.why else ''}"


# --- scale


def _strip_scale(finding: Finding, width: float) -> EffectAxis:
    """Return the scale of effects, margins, and interval ends that are not far off."""
    specs, unit = finding.specifications, finding.hypothesis.margin.unit
    if unit == "ratio":
        return EffectAxis.ratios(_strip_values(finding), width)
    core = [s.effect for s in specs if s.effect is not None] + _margins(finding.hypothesis)
    low, high = min([0.0, *core]), max([0.0, *core])
    reach = high - low or 1.0
    ends = [end for s in specs for end in (s.low, s.high) if end is not None]
    values = [*core, *(min(max(end, low - reach), high + reach) for end in ends)]
    return EffectAxis.shares(values, width) if unit == "points" else EffectAxis.differences(values, width)


def _strip_values(finding: Finding) -> list[float]:
    """Return what a scale of ratios must hold: effects, margins, and interval ends that are not far off."""
    effects = [s.effect for s in finding.specifications if s.effect is not None and s.effect > 0]
    core = [*effects, *_margins(finding.hypothesis)]
    low, high = min([1, *core]), max([1, *core])
    ends = [end for s in finding.specifications for end in (s.low, s.high) if end is not None and end > 0]
    return [*core, *(min(max(end, low / 3), high * 3) for end in ends)]


def _margins(hypothesis: Hypothesis) -> list[float]:
    """Return where the margins lie: on the claimed side, or on both."""
    size, unit = hypothesis.margin.size, hypothesis.margin.unit
    both = hypothesis.relation in {"differs", "equivalent"}
    if unit != "ratio":
        size = abs(size) / (100 if unit == "points" else 1)
        return sorted({-size, size}) if both else [-size if hypothesis.relation == "less" else size]
    if size <= 0:
        return []
    return sorted({size, 1 / size}) if both else [size]


def _rule_labels(finding: Finding, scale: EffectAxis, numbers: float, say: Catalogue) -> tuple[Sheet, float]:
    """Return the flags of the rules at no difference and at the margin, apart from each other, and their height."""
    marks = {say("no difference"): (scale.none, "ink")}
    unit = finding.hypothesis.margin.unit
    for m in _margins(finding.hypothesis):
        if m != scale.none:
            marks[say("margin", words.ratio(m) if unit == "ratio" else words.apart(m, unit, say))] = (m, "orange")
    poles = [scale.px(value) for value, _ in marks.values()]
    hung = flags(list(marks), poles, (0, scale.width + numbers), Ink(size=11))
    sheet = Sheet()
    for flag in hung:
        colour = marks[flag.text][1]
        flag.hang(sheet, Ink(size=11, colour=colour), colour)
    return sheet, FLAG_STEP * (max(flag.lane for flag in hung) + 1)


# --- data


def _strip_data(
    rows: _Rows, data: list[Datum], finding: Finding, about: tuple[EffectAxis, Frame, Catalogue]
) -> list[alt.Chart]:
    scale, frame, say = about
    y = down(frame.height)
    spans = [(0.0, frame.height)]
    if rows.layout == "above":  # the rules must not cross the words
        spans = [(middle - 9, middle + 9) for middle in rows.middles]
    layers = [upright(scale, m, spans, MARGIN) for m in _margins(finding.hypothesis) if m != scale.none]
    layers.append(upright(scale, scale.none, spans, NONE))
    for look in (NOT_COUNTED, AGREES, DISAGREES, REGISTERED):
        mine = [row for row, spec in zip(data, rows.specs, strict=True) if _look(spec) == look]
        layers += _marks(mine, look, scale, y)
    hits = data_chart(data).mark_rect(fill="transparent")
    return [
        *layers,
        hits.encode(
            x=alt.value(0),
            x2=alt.value(frame.width),
            y=alt.Y("y0:Q", axis=None),
            y2="y1:Q",
            description="said:N",
            tooltip=[alt.Tooltip("choices:N", title=say("Way")), alt.Tooltip("found:N", title=say("Found")),
                     alt.Tooltip("state:N", title=say("State"))],
        ),
    ]  # fmt: skip


def _marks(rows: list[Datum], look: Look, scale: EffectAxis, y: alt.Y) -> list[alt.Chart]:
    """Return the bars of some rows, arrow heads where a bar goes on beyond the scale, and the points."""
    colour = look.fill or look.stroke or "ink"
    bars = [row for row in rows if row["low"] is not None]
    layers: list[alt.Chart] = []
    if bars:
        bar = data_chart(bars).mark_rule(stroke=paint(colour), strokeWidth=1.8, opacity=0.8, aria=False)
        layers.append(bar.encode(x=scale.encoding("low"), x2="high:Q", y=y))
    for end, edge, shape in (("low", scale.low, "triangle-left"), ("high", scale.high, "triangle-right")):
        beyond = [row for row in bars if row[end] == edge]
        if beyond:
            arrow = point_mark(data_chart(beyond), Look(shape=shape, fill=colour, size=40))
            layers.append(arrow.encode(x=scale.encoding(end), y=y))
    drawn = [row for row in rows if row["off"] == "no"]
    if drawn:
        layers.append(point_mark(data_chart(drawn), look).encode(x=scale.encoding("effect"), y=y))
    for end, shape in (("below", "triangle-left"), ("above", "triangle-right")):
        beyond = [row for row in rows if row["off"] == end]
        if beyond:
            arrow = point_mark(data_chart(beyond), replace(look, shape=shape))
            layers.append(arrow.encode(x=scale.encoding("effect"), y=y))
    return layers


def _strip_row(spec: Specification, y: float, scale: EffectAxis, about: tuple[str, Catalogue]) -> Datum:
    found, say = about
    has_bar = spec.low is not None or spec.high is not None
    least = 0 if scale.kind == "ratio" else -math.inf
    told = ((say.term(axis), _choice(choice, say)) for axis, choice in spec.choices)
    choices = words.seen("; ".join(f"{axis}: {choice}" for axis, choice in told))
    state = words.seen(_state(spec, say))
    return {
        "y": y,
        "y0": y - 11,
        "y1": y + 11,
        "effect": None if spec.effect is None else scale.inside(spec.effect),
        "off": "none" if spec.effect is None else scale.side(spec.effect),
        "low": scale.inside(least if spec.low is None else spec.low) if has_bar else None,
        "high": scale.inside(math.inf if spec.high is None else spec.high) if has_bar else None,
        "choices": choices,
        "found": found,
        "state": state,
        "said": say("strip.said", choices, found, state),
    }
