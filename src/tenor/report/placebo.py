"""What the same contrast gives where nothing happened."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

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
    point_mark,
    upright,
    whole,
)

if TYPE_CHECKING:
    from tenor.model import Hypothesis, Measure
    from tenor.results import Placebo

ONE_PLACEMENT = Look(shape="circle", fill="blue", size=30, opacity=0.55)
AS_FAR = Look(shape="square", fill="ink", size=30, opacity=0.75)
OBSERVED = Look(shape="diamond", fill="orange", stroke="paper", size=190)
NONE = Look(shape="rule", stroke="ink")
THIS_TIME = Look(shape="rule", stroke="orange")
DOT_STEPS = (14.0, 12.0, 10.0, 8.5, 7.0)
TALLEST = 130.0


def placebo_strip(
    placebo: Placebo, hypothesis: Hypothesis, measure: Measure, *, narrow: bool, say: Catalogue | None = None
) -> alt.LayerChart:
    """Return what the same contrast gives where nothing happened, beside what it gave this time.

    Each dot is one placement; dots stand on each other where placements give about the same.
    """
    say = say or catalogue("en")
    total, side = (NARROW_TOTAL, 10) if narrow else (WIDE_TOTAL, 12)
    make = EffectAxis.ratios if placebo.scale == "ratio" else EffectAxis.differences
    scale = make([*placebo.effects, placebo.observed], total - 2 * side)
    rows, height, step = _dots(placebo, scale, say)
    title, lines = _placebo_head(placebo, hypothesis, measure, say)
    keys = [(OBSERVED, say("this time")), (ONE_PLACEMENT, say("one placement"))]
    if any(row["far"] == "yes" for row in rows):
        keys.append((AS_FAR, say("as far", f"{scale.none:g}")))
    sheet, top = head(title, lines, keys, width=total)
    labels, label_height = _placebo_labels(placebo, scale, side, say)
    top += label_height + 10
    frame = Frame(width=scale.width, height=height, left=side, right=side, bottom=26, top=top)
    around = Sheet()
    around.add(sheet, -side, -frame.top)
    around.add(labels, 0, 0)
    return whole(_placebo_data(placebo, (rows, step), scale, (frame, say)), around, frame, f"{title}. {lines[0]}")


def _placebo_head(placebo: Placebo, hypothesis: Hypothesis, measure: Measure, say: Catalogue) -> tuple[str, list[str]]:
    found = _said(placebo, placebo.observed, say)
    title = say("placebo.none", found)
    if placebo.effects:
        low, high = _bare(placebo, min(placebo.effects)), _said(placebo, max(placebo.effects), say)
        title = say("placebo.title", low, high, found)
    drawn = say("placebo.drawn", f"{len(placebo.effects):,}") if len(placebo.effects) != placebo.placements else ""
    none = 1 if placebo.scale == "ratio" else 0
    note = say(
        "placebo.note",
        words.capital(words.unit_of(measure, say)),
        words.query_of(hypothesis.query, say, own=hypothesis.own_queries),
        say(placebo.scale),
        none,
        f"{say.sized('n', placebo.placements, 'placement')}{drawn}",
        say.sized("K", placebo.k, "comparison window"),
        f"{placebo.as_far:,}",
        f"{placebo.placements:,}",
        say.term(hypothesis.population),
    )
    return words.seen(title), [words.seen(note)]


def _bare(placebo: Placebo, effect: float) -> str:
    return words.ratio(effect) if placebo.scale == "ratio" else words.number(effect)


def _said(placebo: Placebo, effect: float, say: Catalogue) -> str:
    if placebo.scale == "ratio":
        return words.times(effect, say)
    return f"{words.number(effect)} {say.term(placebo.unit)}".strip()


def _dots(placebo: Placebo, scale: EffectAxis, say: Catalogue) -> tuple[list[Datum], float, float]:
    """Return the dots stacked in bins, the height of the plot, and the width of a bin."""
    far = scale.distance(placebo.observed) - 1e-12
    step = next((step for step in DOT_STEPS if _tallest(placebo, scale, step) * step <= TALLEST), DOT_STEPS[-1])
    stacks: Counter[int] = Counter()
    lift = min(step, TALLEST / _tallest(placebo, scale, step))
    height = max(64.0, _tallest(placebo, scale, step) * lift + 10)
    rows: list[Datum] = []
    for effect in sorted(placebo.effects):
        column = _column(scale, effect, step)
        rows.append(
            {
                "effect": scale.at(scale.px(scale.none) + column * step),
                "y": round(height - step / 2 - 1 - lift * stacks[column], 2),
                "far": "yes" if scale.distance(effect) >= far else "no",
                "said": words.seen(f"{say('one placement')}: {_said(placebo, effect, say)}"),
            }
        )
        stacks[column] += 1
    return rows, height, step


def _tallest(placebo: Placebo, scale: EffectAxis, step: float) -> int:
    return max(Counter(_column(scale, effect, step) for effect in placebo.effects).values(), default=1)


def _column(scale: EffectAxis, effect: float, step: float) -> int:
    """Return the bin of an effect, counted from the one that stands on no difference."""
    return round((scale.px(effect) - scale.px(scale.none)) / step)


def _placebo_labels(placebo: Placebo, scale: EffectAxis, side: float, say: Catalogue) -> tuple[Sheet, float]:
    """Return the flags of this time and of no difference, and their height."""
    this_time = f"{say('this time')}: {_bare(placebo, placebo.observed)}"
    inks = {this_time: Ink(size=12, bold=True, colour="orange"), say("no difference"): Ink(size=12, colour="ink")}
    poles = [scale.px(placebo.observed), scale.px(scale.none)]
    hung = flags(list(inks), poles, (-side, scale.width + side), inks[this_time])
    sheet = Sheet()
    for flag in hung:
        flag.hang(sheet, inks[flag.text], inks[flag.text].colour)
    return sheet, FLAG_STEP * (max(flag.lane for flag in hung) + 1)


def _placebo_data(
    placebo: Placebo, dots: tuple[list[Datum], float], scale: EffectAxis, about: tuple[Frame, Catalogue]
) -> list[alt.Chart]:
    frame, say = about
    y = down(frame.height)
    x = scale.encoding("effect")
    full = [(0.0, frame.height)]
    layers = [upright(scale, scale.none, full, NONE), upright(scale, placebo.observed, full, THIS_TIME)]
    rows, step = dots
    for look, far in ((ONE_PLACEMENT, "no"), (AS_FAR, "yes")):
        chosen = [row for row in rows if row["far"] == far]
        if chosen:
            sized = replace(look, size=0.62 * step**2)
            marks = point_mark(data_chart(chosen), sized, aria=True).encode(x=x, y=y, description="said:N")
            layers.append(marks.encode(tooltip=alt.Tooltip("said:N", title=say("Here"))))
    found: Datum = {"effect": scale.inside(placebo.observed), "y": frame.height - 8}
    return [*layers, point_mark(data_chart([found]), OBSERVED).encode(x=x, y=y)]
