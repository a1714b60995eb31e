"""Differences between rounds in how outlets write: shares, means and ratios, for a named population.

Every measure on texts is a ratio of sums, and every estimate a weighted sum of such ratios with an
influence value a row. "Outlets like these" is judged by how far outlets differ from each other,
"these outlets" by copy groups and days inside them; for "these documents" nothing but the error
of whoever coded them is left, which no spread of the documents themselves can show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tenor.compare.clusters import Cells, Rows, Spread, copies_and_days, places, stacked, summed
from tenor.compare.effects import POWER, LogRatio, quantile
from tenor.compare.influence import Linear
from tenor.model import Population

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
# "outlet": every outlet weighs the same; "precision": by how well its own difference is known;
# "pool": the ratio of all sums, in which outlets that write more weigh more.
Weighing = Literal["outlet", "precision", "pool"]
FEWEST_OUTLETS = 8
# An effective number of outlets below which one of them decides alone.
_ALONE = 2.0
# Relative to the values: what is left of equal ones by rounding.
_NO_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class DifferenceTest:
    """A difference with its error: asked the same as a `RatioTest`, only that "no difference" is 0.

    Examples
    --------
    >>> low, high = DifferenceTest(0.02, 0.03, 11).interval(0.10)
    >>> round(low, 6), round(high, 6)
    (-0.033877, 0.073877)
    """

    value: float
    std_error: float
    df: float

    def statistic(self, against: float) -> float:
        """Return t for the null "the difference is `against`"."""
        return (self.value - against) / self.std_error

    def interval(self, alpha: float) -> tuple[float, float]:
        """Return the interval at level 1 - alpha."""
        reach = quantile(1 - alpha / 2, self.df) * self.std_error
        return self.value - reach, self.value + reach

    def detectable(self, alpha: float, *, below: bool) -> float:
        """Return the smallest difference from 0 found with 80 % chance, negative if `below`."""
        reach = (quantile(1 - alpha / 2, self.df) + quantile(POWER, self.df)) * self.std_error
        return -reach if below else reach


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """What an estimate would be without one of its outlets.

    Parameters
    ----------
    outlet
        The outlet that moves the estimate most.
    value
        The estimate without it.
    low, high
        Between which values the estimate stays, whichever one outlet is left out.
    """

    outlet: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimated:
    """An estimate for a population, with its test where an honest one can be made.

    Parameters
    ----------
    value
        None where no outlet, or a round as a whole, has nothing to compare.
    test, why_not
        The test, or why there is none.
    method
        How the error was made; empty without a test.
    outlets, values, weights
        The outlets that count, each one's own value (NaN where it has none), and its weight.
    incomplete
        Outlets with nothing in at least one round: left out, unless all is pooled.
    documents, copy_groups, days
        How many there are among the rows that count.
    left_out
        How far one outlet alone moves the estimate; None with fewer than two.
    """

    value: float | None
    population: Population
    test: DifferenceTest | LogRatio | None = None
    why_not: str = ""
    method: str = ""
    outlets: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    weights: tuple[float, ...] = ()
    incomplete: tuple[int, ...] = ()
    documents: int = 0
    copy_groups: int = 0
    days: int = 0
    left_out: LeftOut | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows summed by outlet (row) and round (column); `at` is the place of each row's outlet."""

    outlets: Numbers
    num: Floats
    den: Floats
    documents: Floats
    at: Numbers

    @property
    def means(self) -> Floats:
        """Return the ratio of each outlet in each round; NaN where it has nothing."""
        return divided(self.num, self.den)

    @property
    def complete(self) -> Flags:
        """Return which outlets have something in every round."""
        return np.asarray(np.all(self.den > 0, axis=1))

    @property
    def incomplete(self) -> tuple[int, ...]:
        """Return the outlets with nothing in at least one round."""
        return tuple(int(code) for code in self.outlets[~self.complete])


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An estimate before it is judged, and everything any population's error is made of.

    Parameters
    ----------
    value
        The estimate.
    outlets, values, weights
        Its outlets, with their own values and weights.
    moves
        The influence of each outlet; they sum to zero.
    df
        What outlets as clusters stand on: their number, or what they are as good as, minus 1.
    without
        The estimate without each outlet; NaN where nothing is left.
    rows, psi, cells
        The rows that count, the influence of each, and the cells whose ratios are weighed.
    incomplete
        The outlets with nothing in at least one round.
    """

    value: float
    outlets: Numbers
    values: Floats
    weights: Floats
    moves: Floats
    df: float
    without: Floats
    rows: Rows
    psi: Floats
    cells: Cells
    incomplete: tuple[int, ...]

    @property
    def scale(self) -> float:
        """Return the size of the values an error is small or large against."""
        return float(np.max(np.abs(self.rows.num / self.rows.den)))


def divided(num: Floats, den: Floats) -> Floats:
    """Return the ratio, NaN where nothing stands below the line."""
    found: Floats = np.full(np.broadcast_shapes(num.shape, den.shape), np.nan)
    np.divide(num, den, out=found, where=den > 0)
    return found


def coefficients_of(weights: Sequence[float]) -> Floats:
    """Return the weights of a contrast scaled so that each side sums to one.

    Raises
    ------
    ValueError
        They do not sum to zero, or all are zero, or one is not finite.

    Examples
    --------
    >>> coefficients_of([2, -1, -1]).tolist()
    [1.0, -0.5, -0.5]
    """
    found = np.array(list(weights), np.float64)
    above = float(np.sum(np.clip(found, 0, None)))
    if not np.all(np.isfinite(found)) or above == 0 or abs(float(np.sum(found))) > _NO_SPREAD * above:
        raise ValueError(f"the weights of a contrast are finite and sum to zero, not {found.tolist()}")
    return np.asarray(found / above)


def weighed(rows: Rows, coefficients: Floats) -> tuple[Rows, Floats]:
    """Return the rows of rounds that weigh anything, their rounds numbered anew, and those weights."""
    if len(rows) and not 0 <= int(rows.round.min()) <= int(rows.round.max()) < coefficients.size:
        raise ValueError(f"rows are of a round that has none of the {coefficients.size} weights")
    used = coefficients != 0
    kept = rows.only(used[rows.round])
    anew = np.cumsum(used).astype(np.int64) - 1
    return replace(kept, round=anew[kept.round]), coefficients[used]


def table_of(rows: Rows, rounds: int) -> Table:
    """Return the sums of rows by outlet and round."""
    outlets, at = places(rows.outlet)
    shape, cell, size = (outlets.size, rounds), at * rounds + rows.round, outlets.size * rounds
    _, first = np.unique(places(rows.document)[1] * rounds + rows.round, return_index=True)
    return Table(
        outlets=outlets,
        num=summed(cell, rows.num, size).reshape(shape),
        den=summed(cell, rows.den, size).reshape(shape),
        documents=summed(cell[first], np.ones(first.size), size).reshape(shape),
        at=at,
    )


def level(rows: Rows, *, population: Population, weighing: Weighing = "pool") -> Estimated:
    """Estimate a measure in one window: a mean, a share, a ratio of sums.

    Estimand: the ratio of sums of the population, or the mean of its outlets' ratios. Source for
    outlets as clusters of unequal size, t(G* - 1): Carter, Schnepel and Steigerwald 2017.

    Parameters
    ----------
    rows
        The rows of the window; their rounds do not matter.
    population
        What the interval is for.
    weighing
        "pool" for the ratio of sums, "outlet" for the mean of outlets.

    Examples
    --------
    >>> at = np.arange(4)
    >>> y = np.array([1.0, 2.0, 3.0, 6.0])
    >>> rows = Rows(num=y, den=np.ones(4), outlet=at // 2, round=0 * at, copy=at, day=at, document=at)
    >>> found = level(rows, population="these outlets")
    >>> found.value, found.method
    (3.0, 'spread inside the outlets over 4 copy groups and 4 days, whichever moves it more, t(3.0)')
    """
    part = part_of(replace(rows, round=np.zeros_like(rows.round)), np.ones(1), weighing)
    return judged([part] if part else [], [1.0], population)


def contrast(
    rows: Rows, weights: Sequence[float], *, population: Population, weighing: Weighing = "outlet"
) -> Estimated:
    """Estimate how far rounds differ, outlet by outlet.

    Estimand: the (weighted) mean over outlets of their own contrast, or with "pool" the contrast
    of what all outlets print together. For "outlets like these" the error is the spread of
    outlets' contrasts, on t(G - 1).

    Parameters
    ----------
    rows
        The rows of all rounds.
    weights
        One a round, summing to zero; each side is scaled to sum to one.
    population
        What the interval is for.
    weighing
        How outlets are joined. "precision" weighs an outlet by 1 / sqrt(sum c^2 / n) over its
        rounds, c their weights and n its documents.

    Returns
    -------
    Estimated
        Outlets with nothing in one of the rounds are left out and named.

    Raises
    ------
    ValueError
        The weights are no contrast, or a row is of a round without a weight.

    Examples
    --------
    >>> at = np.arange(6)
    >>> rows = Rows(
    ...     num=np.array([1.0, 2.0, 2.0, 4.0, 3.0, 3.0]), den=np.ones(6),
    ...     outlet=at // 2, round=at % 2, copy=at, day=at, document=at,
    ... )
    >>> found = contrast(rows, [-1, 1], population="outlets like these")
    >>> found.value, found.values, found.why_not
    (1.0, (1.0, 2.0, 0.0), 'only 3 outlets, where 8 are needed to speak of others like them')
    """
    part = part_of(rows, coefficients_of(weights), weighing)
    return judged([part] if part else [], [1.0], population)


def difference_in_differences(
    first: Rows,
    second: Rows,
    weights: Sequence[float],
    *,
    population: Population,
    weighing: Weighing = "outlet",
    paired: bool = False,
) -> Estimated:
    """Estimate how much more rounds differ in one group than in another.

    Estimand: the contrast of the first group less that of the second. Two groups of outlets are
    independent, with Welch and Satterthwaite's degrees of freedom; two actors, or two kinds of
    speech, in the same outlets are paired outlet by outlet. For "these outlets" days and copy
    groups run across both groups either way, so that what moves both alike cancels.

    Parameters
    ----------
    first, second
        The rows of both groups; a number of an outlet, copy group or day means the same in both.
    weights, population, weighing
        As for `contrast`.
    paired
        Whether both groups are measured in the same outlets.

    Raises
    ------
    ValueError
        The groups share outlets and are not paired: they would be taken for independent.
    """
    coefficients = coefficients_of(weights)
    if paired:
        other = replace(second, round=second.round + coefficients.size)
        part = part_of(stacked([first, other]), np.concatenate([coefficients, -coefficients]), weighing)
        return judged([part] if part else [], [1.0], population)
    shared = np.intersect1d(first.outlet, second.outlet)
    if shared.size:
        raise ValueError(f"both groups hold the outlets {shared.tolist()}: pair them, or leave them out of one")
    parts = [part_of(rows, coefficients, weighing) for rows in (first, second)]
    there = [part for part in parts if part]
    return judged(there if len(there) == len(parts) else [], [1.0, -1.0], population)


def part_of(rows: Rows, coefficients: Floats, weighing: Weighing) -> Part | None:
    """Return a contrast before it is judged; None where nothing can be compared."""
    rows, coefficients = weighed(rows, coefficients)
    table = table_of(rows, coefficients.size)
    if weighing == "pool":
        return pooled(rows, table, coefficients) if np.all(table.den.sum(axis=0) > 0) else None
    if not table.complete.any():
        return None
    kept = rows.only(table.complete[table.at])
    return _within_outlets(kept, coefficients, weighing, table.incomplete)


def _within_outlets(rows: Rows, coefficients: Floats, weighing: Weighing, incomplete: tuple[int, ...]) -> Part:
    table = table_of(rows, coefficients.size)
    known = np.sqrt(np.sum(coefficients**2 / table.documents, axis=1))
    raw: Floats = np.ones_like(known) if weighing == "outlet" else 1 / known
    weights: Floats = raw / np.sum(raw)
    values = table.means @ coefficients
    value = float(weights @ values)
    pulls = np.outer(weights, coefficients)
    own = table.at * coefficients.size + rows.round
    from_mean = rows.num - table.means.ravel()[own] * rows.den
    return Part(
        value=value,
        outlets=table.outlets,
        values=values,
        weights=weights,
        moves=weights * (values - value),
        df=table.outlets.size - 1,
        without=divided(value - weights * values, 1 - weights),
        rows=rows,
        psi=(pulls / table.den).ravel()[own] * from_mean,
        cells=Cells(own=own, den=rows.den, weights=pulls.ravel()),
        incomplete=incomplete,
    )


def pooled(rows: Rows, table: Table, coefficients: Floats) -> Part:
    """Return the contrast of what all outlets print together."""
    num, den = table.num.sum(axis=0), table.den.sum(axis=0)
    means = num / den
    psi = (coefficients / den)[rows.round] * (rows.num - means[rows.round] * rows.den)
    weights = (table.den / den) @ np.abs(coefficients) / np.sum(np.abs(coefficients))
    return Part(
        value=float(coefficients @ means),
        outlets=table.outlets,
        values=table.means @ coefficients,
        weights=weights,
        moves=summed(table.at, psi, table.outlets.size),
        df=effective(weights) - 1,
        without=divided(num - table.num, den - table.den) @ coefficients,
        rows=rows,
        psi=psi,
        cells=Cells(own=rows.round, den=rows.den, weights=coefficients),
        incomplete=table.incomplete,
    )


def effective(weights: Floats) -> float:
    """Return how many outlets of equal weight outlets are as good as: G / (1 + cv^2).

    Examples
    --------
    >>> round(effective(np.array([3, 5, 2, 4, 4, 2])), 6)
    5.405405
    """
    return float(np.sum(weights) ** 2 / np.sum(weights**2))


# ---------------------------------------------------------------------------- from parts to tests


def judged(parts: Sequence[Part], signs: Sequence[float], population: Population) -> Estimated:
    """Put a sum of parts to the test for a population.

    Parameters
    ----------
    parts, signs
        Estimates on outlets that no two of them share, and with which sign each counts; no parts
        where there is nothing to compare.
    population
        What the interval is for.

    Raises
    ------
    ValueError
        The population is "comparable events": that is judged by comparison windows.
    """
    if population == "comparable events":
        raise ValueError("comparable events are other stretches of time: judge them by comparison windows")
    if not parts:
        why = "no outlet has something in every round, or a round has nothing at all"
        return Estimated(value=None, population=population, why_not=why)
    found, method = _spread(parts, signs, population)
    value = float(sum(sign * part.value for part, sign in zip(parts, signs, strict=True)))
    why_not = method if found is None else ""
    if found is not None and np.sqrt(found.variance) <= _NO_SPREAD * max(part.scale for part in parts):
        found, why_not = None, "there is no spread at all to judge by"
    rows = stacked([part.rows for part in parts])
    return Estimated(
        value=value,
        population=population,
        test=None if found is None else DifferenceTest(value, float(np.sqrt(found.variance)), found.df),
        why_not=why_not,
        method="" if found is None else method,
        outlets=tuple(int(code) for part in parts for code in part.outlets),
        values=tuple(float(own) for part in parts for own in part.values),
        weights=tuple(float(sign * own) for part, sign in zip(parts, signs, strict=True) for own in part.weights),
        incomplete=tuple(code for part in parts for code in part.incomplete),
        documents=int(np.unique(rows.document).size),
        copy_groups=int(np.unique(rows.copy).size),
        days=int(np.unique(rows.day).size),
        left_out=_left_out(parts, signs, value),
    )


def _spread(parts: Sequence[Part], signs: Sequence[float], population: Population) -> tuple[Spread | None, str]:
    """Return the variance and how it was made, or None and why it can't be."""
    if population == "these documents":
        why = "of these documents only the error of their coding is unknown, and no human codes say how large it is"
        return None, why
    return _over_outlets(parts) if population == "outlets like these" else _inside_outlets(parts, signs)


def _over_outlets(parts: Sequence[Part]) -> tuple[Spread | None, str]:
    fewest = min(part.outlets.size for part in parts)
    if fewest < FEWEST_OUTLETS:
        each = "" if len(parts) == 1 else " in one of the groups"
        what = f"only {fewest} outlet{'' if fewest == 1 else 's'}{each}"
        return None, f"{what}, where {FEWEST_OUTLETS} are needed to speak of others like them"
    alone = min(part.df + 1 for part in parts)
    if alone < _ALONE:
        return None, f"nearly all is of one outlet: together they are as good as {alone:.1f}"
    errors = [Linear(part.value, part.moves).clustered_error(np.arange(part.moves.size)) for part in parts]
    variances = np.array(errors) ** 2
    found = Spread(variance=float(np.sum(variances)), df=_welch(variances, np.array([part.df for part in parts])))
    count = " and ".join(str(part.outlets.size) for part in parts)
    return found, f"spread of {count} outlets, t({found.df:.1f})"


def _welch(variances: Floats, df: Floats) -> float:
    """Return the degrees of freedom of a sum of independent variances (Welch 1947; Satterthwaite 1946)."""
    if np.sum(variances) == 0:
        return float(np.min(df))
    return float(np.sum(variances) ** 2 / np.sum(variances**2 / df))


def _inside_outlets(parts: Sequence[Part], signs: Sequence[float]) -> tuple[Spread | None, str]:
    rows = stacked([part.rows for part in parts])
    starts = np.cumsum([0, *(part.cells.weights.size for part in parts)]).astype(np.int64)
    cells = Cells(
        own=np.concatenate([part.cells.own + start for part, start in zip(parts, starts[:-1], strict=True)]),
        den=rows.den,
        weights=np.concatenate([sign * part.cells.weights for part, sign in zip(parts, signs, strict=True)]),
    )
    psi = np.concatenate([sign * part.psi for part, sign in zip(parts, signs, strict=True)])
    found = copies_and_days(psi, rows, cells)
    if found is None:
        return None, "nowhere do two texts of one outlet and round tell how far texts differ"
    return found, f"spread inside the outlets over {found.over}, t({found.df:.1f})"


def _left_out(parts: Sequence[Part], signs: Sequence[float], value: float) -> LeftOut | None:
    moved = np.concatenate(
        [value + sign * (part.without - part.value) for part, sign in zip(parts, signs, strict=True)]
    )
    return farthest(np.concatenate([part.outlets for part in parts]), moved, value)


def farthest(outlets: Numbers, moved: Floats, value: float) -> LeftOut | None:
    """Return the outlet without which an estimate would move most, given what it would be without each.

    Examples
    --------
    >>> farthest(np.array([3, 7]), np.array([1.0, 4.0]), 2.0).outlet
    7
    """
    can = np.isfinite(moved)
    if not can.any():
        return None
    left, names = moved[can], outlets[can]
    most = int(np.argmax(np.abs(left - value)))
    return LeftOut(outlet=int(names[most]), value=float(left[most]), low=float(left.min()), high=float(left.max()))
