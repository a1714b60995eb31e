"""How far rounds lie apart, against how far others do: a ratio of energy distances with its interval.

The size of a distance means nothing by itself, so it is set against that between other rounds, and judged by Fieller's
interval, which also holds where a distance is near zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from tenor.compare.clusters import Cells, Rows, copies_and_days, places, summed
from tenor.compare.contrasts import FEWEST_OUTLETS, LeftOut
from tenor.compare.distance import BLOCK, Flags, Floats, Numbers, Points, distances
from tenor.compare.effects import POWER, quantile
from tenor.model import Population

# Relative to the values: what is left of equal ones by rounding.
_NO_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class DistanceRatio:
    """A ratio of two distances that were measured on the same texts, judged as Fieller (1954) does.

    Distances are never below zero, so nothing lies below a ratio of 0.

    Examples
    --------
    >>> low, high = DistanceRatio(1.0, 2.0, 0.1, 0.2, 0.0, 15).interval(0.05)
    >>> round(low, 3), round(high, 3)
    (0.368, 0.68)
    """

    above: float
    below: float
    error_above: float
    error_below: float
    covariance: float
    df: float

    @property
    def value(self) -> float:
        """Return the ratio, below zero where the distance above the line was estimated so."""
        return self.above / self.below

    def error(self, against: float) -> float:
        """Return the standard error of ``above - against * below``."""
        variance = self.error_above**2 - 2 * against * self.covariance + (against * self.error_below) ** 2
        return float(np.sqrt(max(variance, 0.0)))

    def statistic(self, against: float) -> float:
        """Return t for the null "the ratio is `against`"."""
        if against <= 0:
            return float("inf")
        error, off = self.error(against), self.above - against * self.below
        return off / error if error > 0 else float(np.copysign(np.inf, off))

    def interval(self, alpha: float) -> tuple[float | None, float | None]:
        """Return Fieller's interval at level 1 - alpha, cut at 0; None is an unbounded side."""
        t2 = quantile(1 - alpha / 2, self.df) ** 2
        lead = self.below**2 - t2 * self.error_below**2
        middle = self.above * self.below - t2 * self.covariance
        end = self.above**2 - t2 * self.error_above**2
        root = float(np.sqrt(max(middle**2 - lead * end, 0.0)))
        if lead <= 0:  # below can't be told from nothing: the ratio may be any, or any above an end
            return (end / (middle + root), None) if end > 0 and self.above > 0 and middle + root > 0 else (None, None)
        return max(0.0, (middle - root) / lead), max(0.0, (middle + root) / lead)

    def detectable(self, alpha: float, *, below: bool) -> float | None:
        """Return the smallest ratio away from 1 found with 80 % chance, None if even none at all is not."""
        reach = (quantile(1 - alpha / 2, self.df) + quantile(POWER, self.df)) * self.error(1.0) / self.below
        found = 1 - reach if below else 1 + reach
        return found if found > 0 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Apart:
    """How far rounds lie apart, against how far others do.

    Parameters
    ----------
    value
        The ratio; None where it can't be formed.
    distances
        The energy distance of every pair of rounds, shape (rounds, rounds).
    test, why_not, method
        The test, or why there is none, and how the error was made.
    outlets, incomplete
        The outlets that count, and those without texts in one of the rounds.
    documents, copy_groups
        How many there are in the outlets that count.
    left_out
        How far one outlet alone moves the ratio.
    """

    value: float | None
    population: Population
    distances: Floats
    test: DistanceRatio | None = None
    why_not: str = ""
    method: str = ""
    outlets: tuple[int, ...] = ()
    incomplete: tuple[int, ...] = ()
    documents: int = 0
    copy_groups: int = 0
    left_out: LeftOut | None = None


def form_of(weights: Sequence[Sequence[float]] | Floats) -> Floats:
    """Return weights of pairs of rounds as weights of their mean distances.

    Parameters
    ----------
    weights
        Symmetric, zero on the diagonal; what stands at (r, s) and (s, r) is the weight of that pair.

    Examples
    --------
    >>> form_of([[0, 1], [1, 0]]).tolist()
    [[-1.0, 1.0], [1.0, -1.0]]
    """
    found = np.asarray(weights, np.float64)
    return found - np.diag(found.sum(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Language:
    """Texts of one language in outlets that have some in every round, and the sums of their distances.

    `sums` has shape (outlets, rounds, outlets, rounds), `size` (outlets, rounds); `near` holds for each text the sum
    of its distances to every outlet and round, shape (texts, outlets, rounds). `own` says whether two texts of one
    outlet make a pair: not where outlets stand for endlessly many others.
    """

    outlets: Numbers
    sums: Floats
    size: Floats
    near: Floats
    rows: Numbers
    place: Numbers
    round: Numbers
    own: bool = True

    def without(self, outlet: int) -> _Language:
        keep = self.outlets != outlet
        return replace(self, outlets=self.outlets[keep], sums=self.sums[keep][:, :, keep], size=self.size[keep])


def apart(points: Points | Laid, above: Floats, below: Floats, *, population: Population, even: bool = True) -> Apart:
    """Estimate a ratio of energy distances between rounds.

    Estimand: sum of `above` over pairs of rounds of their energy distance, over the same with `below`. Every language
    by itself, weighing as its outlets (texts, if not `even`) do. If `even`, all outlets weigh the same, and pairs of
    texts of two outlets, and of one outlet, have the same shares inside rounds and between them, so that outlets which
    differ make no distance where none changed; for "outlets like these" only pairs of two outlets count.
    Error: "outlets like these", leaving out one outlet at a time (Efron and Stein 1981: never too small on average),
    t(G - 1); "these outlets", linearised, by copy groups and days.

    Parameters
    ----------
    points
        The texts of all rounds, or what `laid_out` made of them.
    above, below
        Symmetric weights of pairs of rounds, shape (rounds, rounds).
    population
        What the interval is for.
    even
        Whether outlets, and not texts, weigh the same.

    Examples
    --------
    >>> at, generator = np.arange(240), np.random.default_rng(0)
    >>> where = np.array([0.0, 1.0, 0.5])[at % 3]
    >>> x = generator.normal(size=(240, 2)) + where[:, None]
    >>> made = Points(
    ...     vectors=x.astype(np.float32), outlet=at // 24, round=at % 3, copy=at, day=at % 5, lang=0 * at
    ... )
    >>> third = np.array([[0, 0, 0.5], [0, 0, 0.5], [0.5, 0.5, 0]])
    >>> first = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 0]])
    >>> found = apart(made, third, first, population="outlets like these")
    >>> 0 < found.value < 0.6, found.method
    (True, 'leaving out each of 10 outlets in turn, t(9)')
    """
    rounds = len(above)
    forms = form_of(above), form_of(below)
    laid = points if isinstance(points, Laid) else laid_out(points, rounds)
    points = laid.points
    languages, incomplete = _for_population(laid, population)
    means = _mean_distances(languages, even=even)
    empty = np.full((rounds, rounds), np.nan)
    if means is None:
        why = "no language has outlets with two texts or more in every round"
        return Apart(value=None, population=population, distances=empty, why_not=why, incomplete=incomplete)
    shown = 2 * means - np.diag(means)[:, None] - np.diag(means)[None, :]
    over, under = (float(np.sum(form * means)) for form in forms)
    rows = np.concatenate([item.rows for item in languages])
    found = Apart(
        value=over / under if under > 0 else None,
        population=population,
        distances=shown,
        outlets=tuple(int(code) for code in np.unique(np.concatenate([item.outlets for item in languages]))),
        incomplete=incomplete,
        documents=int(rows.size),
        copy_groups=int(np.unique(points.copy[rows]).size),
    )
    if under <= 0:
        why = "the rounds it is measured against lie no further apart than chance puts them, so there is no measure"
        return replace(found, why_not=why)
    turns = _jackknifed(languages, forms, even=even)
    left = _left_out(found, turns)
    if population == "outlets like these":
        return replace(_over_outlets(found, (over, under), turns), left_out=left)
    if population == "these documents":
        return replace(found, why_not="nothing about these documents is uncertain but the model that placed them")
    psi = np.stack([_influence(languages, form, means, len(points), even=even) for form in forms])
    return replace(_inside_outlets(found, (over, under), psi, points, rows, forms), left_out=left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Laid:
    """Texts with their distances summed, so that outlets and texts can be weighed without measuring twice."""

    points: Points
    languages: list[_Language]
    incomplete: tuple[int, ...]


def laid_out(points: Points, rounds: int) -> Laid:
    """Measure the distances of texts in so many rounds."""
    found, there = [], set()
    for code in np.unique(points.lang):
        own = np.flatnonzero(points.lang == code)
        outlets, at = places(points.outlet[own])
        size = summed(at * rounds + points.round[own], np.ones(own.size), outlets.size * rounds)
        whole = np.all(size.reshape(outlets.size, rounds) > 0, axis=1)
        kept = own[whole[at]]
        if kept.size:
            made = _language(points.only(kept), kept, rounds)
            if _means(made, even=True) is not None:
                there |= set(made.outlets.tolist())
                found.append(made)
    left = tuple(int(code) for code in np.unique(points.outlet) if int(code) not in there)
    return Laid(points=points, languages=found, incomplete=left)


def _for_population(laid: Laid, population: Population) -> tuple[list[_Language], tuple[int, ...]]:
    """Return the languages that count for a population, and the outlets that don't."""
    every = [replace(item, own=population != "outlets like these") for item in laid.languages]
    kept = [item for item in every if _means(item, even=True) is not None]
    there = {int(code) for item in kept for code in item.outlets}
    lost = {int(code) for item in every for code in item.outlets} - there
    return kept, tuple(sorted({*laid.incomplete, *lost}))


def _language(points: Points, rows: Numbers, rounds: int) -> _Language:
    outlets, place = places(points.outlet)
    cell = place * rounds + points.round
    cells = outlets.size * rounds
    order = np.argsort(cell, kind="stable")
    sorted_ = points.vectors[order]
    starts = np.searchsorted(cell[order], np.arange(cells))
    squares, near = np.einsum("ij,ij->i", sorted_, sorted_), np.empty((len(points), cells))
    for start in range(0, len(points), BLOCK):
        stop = min(len(points), start + BLOCK)
        block = distances(sorted_[start:stop], sorted_, squares[start:stop], squares)
        block[np.arange(stop - start), np.arange(start, stop)] = 0
        near[order[start:stop]] = np.add.reduceat(block, starts, axis=1, dtype=np.float64)
    sums = np.zeros((cells, cells))
    np.add.at(sums, cell, near)
    shape = (outlets.size, rounds)
    return _Language(
        outlets=outlets,
        sums=sums.reshape(*shape, *shape),
        size=summed(cell, np.ones(len(points)), cells).reshape(shape),
        near=near.reshape(len(points), *shape),
        rows=rows,
        place=place,
        round=points.round,
    )


def _pairs_of(language: _Language) -> tuple[Floats, Flags]:
    """Return how many pairs stand behind each sum, none with itself, and which outlets have two texts a round."""
    size = language.size
    count = size[:, :, None, None] * size[None, None, :, :]
    outlet, item = np.indices(size.shape)
    count[outlet, item, outlet, item] -= size
    return count, np.all(size >= 2, axis=1)


def _means(language: _Language, *, even: bool) -> Floats | None:
    """Return the mean distance between (inside) rounds, shape (rounds, rounds); None where it can't be had."""
    count, twice = _pairs_of(language)
    if not even:
        total = count.sum(axis=(0, 2))
        return np.asarray(language.sums.sum(axis=(0, 2)) / total, np.float64) if np.all(total > 0) else None
    outlets = len(language.outlets)
    mean = np.divide(language.sums, count, out=np.zeros_like(count), where=count > 0)
    own = np.einsum("urus->urs", mean)
    inside = own[twice].mean(axis=0) if twice.any() and language.own else None
    if outlets < 2:
        return inside
    across: Floats = (mean.sum(axis=(0, 2)) - own.sum(axis=0)) / (outlets * (outlets - 1))
    return across if inside is None else across * (1 - 1 / outlets) + inside / outlets


def _shares(languages: Sequence[_Language], *, even: bool) -> Floats:
    sizes = np.array([len(item.outlets) if even else item.size.sum() for item in languages], np.float64)
    return np.asarray(sizes / sizes.sum(), np.float64)


def _mean_distances(languages: Sequence[_Language], *, even: bool) -> Floats | None:
    found = [(item, _means(item, even=even)) for item in languages if len(item.outlets)]
    there = [(item, means) for item, means in found if means is not None]
    if not there:
        return None
    weights = _shares([item for item, _ in there], even=even)
    return np.asarray(sum(weight * means for weight, (_, means) in zip(weights, there, strict=True)), np.float64)


def _jackknifed(languages: Sequence[_Language], forms: tuple[Floats, Floats], *, even: bool) -> dict[int, Floats]:
    """Return both sides without each outlet; an outlet without which nothing is left is not there."""
    found = {}
    for outlet in np.unique(np.concatenate([item.outlets for item in languages])).tolist():
        means = _mean_distances([item.without(outlet) for item in languages], even=even)
        if means is not None:
            found[outlet] = np.array([np.sum(form * means) for form in forms])
    return found


def _left_out(found: Apart, turns: dict[int, Floats]) -> LeftOut | None:
    ratios = {outlet: float(one[0] / one[1]) for outlet, one in turns.items() if one[1] > 0}
    if len(ratios) < 2 or found.value is None:
        return None
    most = max(ratios, key=lambda outlet: abs(ratios[outlet] - (found.value or 0.0)))
    return LeftOut(outlet=most, value=ratios[most], low=min(ratios.values()), high=max(ratios.values()))


def _over_outlets(found: Apart, sides: tuple[float, float], turns: dict[int, Floats]) -> Apart:
    outlets = len(turns)
    if outlets < FEWEST_OUTLETS:
        what = f"only {outlets} outlet{'' if outlets == 1 else 's'}"
        return replace(found, why_not=f"{what}, where {FEWEST_OUTLETS} are needed to speak of others like them")
    values = np.array(list(turns.values()))
    off = values - values.mean(axis=0)
    spread = (outlets - 1) / outlets * off.T @ off
    method = f"leaving out each of {outlets} outlets in turn, t({outlets - 1})"
    return _tested(found, sides, spread, outlets - 1, method)


def _tested(found: Apart, sides: tuple[float, float], spread: Floats, df: float, method: str) -> Apart:
    errors = np.sqrt(np.maximum(np.diag(spread), 0))
    test = DistanceRatio(*sides, float(errors[0]), float(errors[1]), float(spread[0, 1]), df)
    if test.error(1.0) <= _NO_SPREAD * max(abs(sides[0]), sides[1]):
        return replace(found, why_not="there is no spread at all to judge by")
    return replace(found, test=test, method=method)


def _influence(languages: Sequence[_Language], form: Floats, means: Floats, size: int, *, even: bool) -> Floats:
    """Return how far each text moves a side."""
    found = np.zeros(size)
    for share, item in zip(_shares(languages, even=even), languages, strict=True):
        pull = _pulls(item, even=even)
        found[item.rows] = 2 * share * np.einsum("is,is->i", pull, form[item.round])
    return found


def _pulls(language: _Language, *, even: bool) -> Floats:
    """Return how far each text moves the mean distance from its round to each round, shape (texts, rounds)."""
    count, twice = _pairs_of(language)
    at, item, rows = language.place, language.round, np.arange(language.place.size)
    size = np.broadcast_to(language.size, (rows.size, *language.size.shape)).copy()
    size[rows, at, item] -= 1
    own = language.size[at, item]
    if not even:
        mean = language.near.sum(axis=1) / np.maximum(size.sum(axis=1), 1)
        whole = language.sums.sum(axis=(0, 2)) / count.sum(axis=(0, 2))
        return np.asarray((mean - whole[item]) / language.size.sum(axis=0)[item][:, None])
    outlets = len(language.outlets)
    mean = np.divide(language.sums, count, out=np.zeros_like(count), where=count > 0)
    near = np.divide(language.near, size, out=np.zeros_like(size), where=size > 0) - mean[at, item]
    near[(size <= 0)] = 0
    inside = near[rows, at] * twice[at][:, None] / max(int(twice.sum()), 1)
    across = (near.sum(axis=1) - near[rows, at]) / max(outlets * (outlets - 1), 1)
    if outlets < 2:
        return np.asarray(inside / own[:, None])
    weights = (1 - 1 / outlets, 1 / outlets) if twice.any() else (1.0, 0.0)
    return np.asarray((weights[0] * across + weights[1] * inside) / own[:, None])


def _inside_outlets(
    found: Apart, sides: tuple[float, float], psi: Floats, points: Points, rows: Numbers, forms: tuple[Floats, Floats]
) -> Apart:
    """Judge by how far texts of the same outlet and round differ."""
    own, moves = points.only(rows), psi[:, rows]
    ones = np.ones(rows.size)
    laid = Rows(
        num=ones,
        den=ones,
        outlet=own.outlet,
        round=own.round,
        copy=own.copy,
        day=own.day,
        document=np.arange(rows.size),
    )
    _, cell = places(own.strata * len(forms[0]) + own.round)
    ratio = sides[0] / sides[1]
    pull = np.abs(forms[0]).sum(axis=1) + ratio**2 * np.abs(forms[1]).sum(axis=1)
    size = np.bincount(cell)
    weights = np.zeros(size.size)
    weights[cell] = pull[own.round] / np.bincount(own.round, minlength=len(pull))[own.round] * size[cell]
    cells = Cells(own=cell, den=ones, weights=weights)
    judged = [copies_and_days(move, laid, cells) for move in (*moves, moves[0] - moves[1], moves[0] - ratio * moves[1])]
    first, second, both, along = judged
    if first is None or second is None or both is None or along is None:
        return replace(found, why_not="nowhere do two texts of one outlet and round tell how far texts differ")
    shared = (first.variance + second.variance - both.variance) / 2
    limit = float(np.sqrt(first.variance * second.variance))
    shared = float(np.clip(shared, -limit, limit))
    spread = np.array([[first.variance, shared], [shared, second.variance]])
    method = f"spread inside the outlets over {along.over}, t({along.df:.1f})"
    return _tested(found, sides, spread, along.df, method)
