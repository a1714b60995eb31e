"""Where measures and estimates meet: rows of a measure become a frame, cells of it become estimates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.audit.asked import bound, spoken
from tenor.audit.frame import Cell, Frame, Grid, aligned, grid
from tenor.audit.layers import Layer, layers_of
from tenor.compare.effects import (
    LinearRatio,
    LogRatio,
    RatioTest,
    Sides,
    dispersion,
    linear_contrast,
    log_contrast,
    noise_contrast,
    noise_variance,
    outlet_contrast,
    quantile,
    two_sided,
)
from tenor.compare.resample import placebo_differences, placebo_ratios
from tenor.errors import StudyError
from tenor.model import Hypothesis, Measure, Plan, Round
from tenor.registry import measure_named
from tenor.results import Estimate, Placebo

Floats = NDArray[np.float64]
Query = Callable[[str, Mapping[str, object]], pa.Table]
NEEDED = 20
_STRIP = 400
# Relative to the values: what is left of equal ones by rounding.
_NO_SPREAD = 1e-9
POPULATION = "comparable events"


def query_of(hypothesis: Hypothesis, item: Round) -> str:
    """Return the query that counts a round under a hypothesis."""
    return hypothesis.query or item.query or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where rows come from: the store's SELECTs, and the days of each kind that can't be believed.

    `counts` and `articles` are tables ``outlet, start, days, why``.
    """

    query: Query
    counts: pa.Table
    articles: pa.Table

    def doubtful(self, plan: Plan, name: str) -> pa.Table:
        """Return the days that can't be believed for a query."""
        return self.articles if plan.of_articles(name) else self.counts


def rows_named(
    source: Source, measure: Measure, name: str, outlets: Sequence[str] = (), of: Mapping[str, str] | None = None
) -> pa.Table:
    """Ask the store for the rows of a measure under a query, perhaps of some outlets or in one voice only."""
    rows = spoken(source.query(measure.sql, bound(name, of or {})), of or {})
    return rows.filter(pc.is_in(rows["outlet"], pa.array(outlets, pa.string()))) if outlets else rows


def frame_of(source: Source, plan: Plan, hypothesis: Hypothesis) -> Frame | None:
    """Build the frame of a hypothesis; None where a query has no figures at all."""
    measure = measure_named(hypothesis.measure)
    rounds = tuple(plan.round(name) for name, _ in hypothesis.contrast)
    names = sorted({query_of(hypothesis, item) for item in rounds})
    if len({plan.of_articles(name) for name in names}) > 1:
        raise StudyError(
            f"'{hypothesis.id}' compares counts with articles",
            do="count all rounds of a contrast the same way",
        )
    rows = {name: rows_named(source, measure, name, hypothesis.outlets, dict(hypothesis.parameters)) for name in names}
    if any(item.num_rows == 0 for item in rows.values()):
        return None
    layers: dict[Layer, tuple[Grid, ...]] = {}
    # Of all queries together: one that picks no article has neither copies nor texts of its own.
    for layer in sorted(layers_of(pa.concat_tables(rows.values())), reverse=True):
        grids = [grid(item, source.doubtful(plan, name), layer) for name, item in rows.items()]
        same = dict(zip(names, aligned([item for item in grids if item is not None]), strict=True))
        layers[layer] = tuple(same[query_of(hypothesis, item)] for item in rounds)
    return Frame(plan=plan, rounds=rounds, layers=layers, as_of=hypothesis.as_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """An estimate of one cell: the ratio as counted, and its test where one can be made."""

    value: float | None
    sides: Sides
    comparison: Floats
    test: RatioTest | None
    note: str = ""


def effect(cell: Cell, hypothesis: Hypothesis, measure: Measure, rounds: tuple[Round, ...]) -> Effect:
    """Estimate the contrast of a hypothesis in one cell.

    Returns
    -------
    Effect
        With `value` None where the other side is not above zero, so that no ratio exists,
        and `test` None where comparison windows are fewer than 20, or all alike.
    """
    weights = np.array([weight for _, weight in hypothesis.contrast])
    occasions = np.array([item.occasions if cell.choice.exposure == "per occasion" else 1 for item in rounds], float)
    if not np.all(np.isfinite(cell.values)) or cell.values.size == 0:
        nothing = Sides(weights, np.full_like(weights, np.nan), occasions, np.full_like(weights, np.nan))
        return Effect(value=None, sides=nothing, comparison=np.empty(0), test=None)
    raw = cell.choice.baseline == "none"
    values, comparison, note = _above_zero(cell) if raw else (cell.values, cell.comparison_values, "")
    level = values if raw else values + cell.baselines
    noise = cell.rounds.spread
    if measure.scale != "mean":
        noise = noise_variance(level, cell.rounds.den.sum(axis=0), measure.scale)
    sides = Sides(weights, values, occasions, noise)
    if sides.side(above=False) <= 0:
        return Effect(value=None, sides=sides, comparison=comparison, test=None, note=note)
    test = _test(sides, comparison, raw=raw) if comparison.size >= NEEDED else None
    value = sides.side(above=True) / sides.side(above=False)
    return Effect(value=value, sides=sides, comparison=comparison, test=test, note=note)


def _test(sides: Sides, comparison: Floats, *, raw: bool) -> RatioTest | None:
    """Return the test, None where nothing varies at all: there is no spread to judge by."""
    if raw:
        by_logarithm = log_contrast(sides, comparison)
        return by_logarithm if by_logarithm.std_error > _NO_SPREAD else None
    by_rise = linear_contrast(sides, comparison)
    return by_rise if max(by_rise.error_above, by_rise.error_below) > _NO_SPREAD * by_rise.below else None


def _above_zero(cell: Cell) -> tuple[Floats, Floats, str]:
    """Add half of what is counted to every window where one has none: a logarithm needs it."""
    if np.all(cell.values > 0) and np.all(cell.comparison_values > 0):
        return cell.values, cell.comparison_values, ""

    note = "half a piece was added to every window, because at least one holds none"
    rounds, ordinary = (0.5 / windows.den.sum(axis=0) for windows in (cell.rounds, cell.comparison))
    return cell.values + rounds, cell.comparison_values + ordinary, note


def placebo(found: Effect, unit: str, factor: float) -> Placebo | None:
    """Return what the same contrast gives on comparison windows; differences are shown times `factor`."""
    if found.test is None or found.value is None:
        return None
    if isinstance(found.test, LogRatio):
        effects = placebo_ratios(found.sides, found.comparison)
        observed = found.value
        far = np.abs(np.log(effects)) >= abs(np.log(observed))
    else:
        effects = factor * placebo_differences(found.sides, found.comparison)
        observed = factor * (found.sides.side(above=True) - found.sides.side(above=False))
        far = np.abs(effects) >= abs(observed)
    if effects.size == 0:
        return None
    some = effects[np.unique(np.linspace(0, effects.size - 1, _STRIP).astype(int))]
    return Placebo(
        scale="ratio" if isinstance(found.test, LogRatio) else "difference",
        unit=unit,
        observed=float(observed),
        effects=tuple(float(value) for value in some),
        placements=int(effects.size),
        as_far=int(far.sum()),
        k=int(found.comparison.size),
    )


def estimate_of(test: RatioTest, alpha: float, method: str, population: str = POPULATION) -> Estimate:
    """Put a test into the form that is shown."""
    low, high = test.interval(alpha)
    error = test.std_error if isinstance(test, LogRatio) else None
    return Estimate(
        value=test.value,
        low=low,
        high=high,
        level=1 - alpha,
        std_error=error,
        p_value=two_sided(test),
        method=method,
        population=population,
        df=test.df if np.isfinite(test.df) else None,
    )


def own_method(test: RatioTest, k: int, alpha: float) -> str:
    """Say how tenor's own interval was made."""
    kind = "difference of rises, Fieller" if isinstance(test, LinearRatio) else "log ratio"
    t = quantile(1 - alpha / 2, test.df)
    return f"spread of the same contrast over K = {k} comparison windows ({kind}), t({test.df:.0f}) = {t:.3f}"


def alternatives(cell: Cell, found: Effect, measure: Measure, alpha: float) -> tuple[Estimate, ...]:
    """Return the intervals others would print for the same ratio, each with why not to believe it."""
    if found.test is None or not isinstance(found.test, LogRatio):
        return ()
    own = f"{own_method(found.test, found.comparison.size, alpha)}, not adjusted for several hypotheses"
    shown = [estimate_of(found.test, alpha, own), *_by_noise(cell, found, measure, alpha)]
    rounds = cell.rounds
    if len(rounds.num) >= 2 and np.all(rounds.den.sum(axis=0) > 0) and np.all(rounds.num.sum(axis=0) > 0):
        by_outlet = outlet_contrast(rounds.num.T, rounds.den.T, found.sides.weights, found.sides.occasions)
        how = "outlets as clusters (do not believe for volume: blind to news days all outlets share)"
        if by_outlet.std_error > _NO_SPREAD:
            shown.append(estimate_of(by_outlet, alpha, how, "outlets like these"))
    return tuple(shown)


def _by_noise(cell: Cell, found: Effect, measure: Measure, alpha: float) -> list[Estimate]:
    """Return the intervals of those who take pieces for independent draws."""
    if measure.scale == "mean" or noise_contrast(found.sides, 1.0).std_error <= _NO_SPREAD:
        return []
    noise = "binomial" if measure.scale == "share" else "Poisson"
    phi = dispersion(cell.comparison.num.sum(axis=0), cell.comparison.den.sum(axis=0), measure.scale)
    return [
        estimate_of(
            noise_contrast(found.sides, 1.0),
            alpha,
            f"{noise} (do not believe: it takes every piece for an independent throw of dice)",
            "none: pieces as independent draws",
        ),
        estimate_of(
            noise_contrast(found.sides, phi),
            alpha,
            f"quasi-{noise}, dispersion {phi:.2f} from the comparison windows, normal quantile",
        ),
    ]
