"""A measure over time and round by round, as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

import numpy as np

from tenor.audit.frame import OBSERVED, Floats, Grid, Windows, ordinary_columns, summed
from tenor.model import Measure, Plan, Pooling, Stretch
from tenor.results import Point, Series, WindowValue
from tenor.studyfile import round_stretch


def window_values(
    found: Windows, pooling: Pooling, *, labels: Sequence[str], occasions: Sequence[int], levels: Floats | None
) -> tuple[WindowValue, ...]:
    """Return what is shown of windows; a comparison window has no occasions of its own (0)."""
    values = found.values(pooling)
    return tuple(
        WindowValue(
            label=labels[at],
            kind="round" if occasions[at] else "comparison",
            stretch=stretch,
            num=float(found.num[:, at].sum()),
            den=float(found.den[:, at].sum()),
            value=_known(values[at]),
            baseline=None if levels is None else _known(levels[at]),
            occasions=occasions[at] or 1,
            observed=float(found.observed[at]),
        )
        for at, stretch in enumerate(found.stretches)
    )


def _known(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def round_values(grid: Grid, plan: Plan, query: str) -> tuple[WindowValue, ...]:
    """Return the pooled value of every round that this query counts."""
    mine = [item for item in plan.rounds if item.query in (None, query)]
    columns = [list(grid.columns(round_stretch(plan.event, item, plan.event.window))) for item in mine]
    return window_values(
        summed(grid, columns),
        "pool",
        labels=[item.label for item in mine],
        occasions=[item.occasions for item in mine],
        levels=None,
    )


def series_of(grid: Grid, plan: Plan, measure: Measure, query: str) -> Series:
    """Return a measure over time, all outlets together, with rounds, comparison windows and their level."""
    num, den = grid.num.sum(axis=0), grid.den.sum(axis=0)
    good = np.mean(grid.seen & ~grid.doubt, axis=0) >= OBSERVED
    points = tuple(
        Point(
            start=grid.stretch([at]).start,
            days=grid.step,
            num=float(num[at]),
            den=float(den[at]),
            value=float(num[at] / den[at]) if den[at] > 0 else None,
            observed=bool(good[at]),
        )
        for at in range(grid.units)
    )
    rounds = tuple(
        (item.label, round_stretch(plan.event, item, plan.event.window))
        for item in plan.rounds
        if item.query in (None, query)
    )
    ordinary, level = _ordinary(grid, plan, [stretch for _, stretch in rounds])
    return Series(measure=measure, query=query, points=points, rounds=rounds, comparison=ordinary, level=level)


def _ordinary(grid: Grid, plan: Plan, rounds: list[Stretch]) -> tuple[tuple[Stretch, ...], float | None]:
    if not rounds:
        return (), None
    busy = {column for stretch in rounds for column in grid.columns(stretch)}
    found = summed(grid, ordinary_columns(grid, plan.comparison, busy, len(grid.columns(rounds[0]))))
    den = float(found.den.sum())
    return found.stretches, float(found.num.sum()) / den if den > 0 else None
