"""Run intervals for measures on texts where the truth is known: how often do they hold it?

Three tables. One window: 300 documents of outlets of unequal size. Two rounds: 150 documents each,
outlets that differ and react differently. These outlets: five of them, five days a round, texts
that stand in several outlets and days that move all outlets alike; the truth is what these
outlets' own levels are. Beside tenor's own intervals stand those that count documents as draws.

    python benchmarks/contrasts.py [runs]        (2000 by default)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tenor.compare.clusters import Cells, Rows, places, spread
from tenor.compare.composition import kitagawa
from tenor.compare.contrasts import (
    DifferenceTest,
    Estimated,
    Weighing,
    contrast,
    difference_in_differences,
    level,
)
from tenor.compare.influence import mean

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Tests = dict[str, DifferenceTest | None]
SIZES, OUTLET_SD, DAYS = 0.8, 0.65, 5
ALPHA = 0.05


@dataclass(slots=True)
class Tally:
    """How often each interval held the truth, and how wide it was."""

    runs: int = 0
    held: dict[str, int] = field(default_factory=dict)
    width: dict[str, float] = field(default_factory=dict)
    none: dict[str, int] = field(default_factory=dict)

    def add(self, tests: Tests, truth: float) -> None:
        """Count the intervals of one world."""
        self.runs += 1
        for name, test in tests.items():
            if test is None:
                self.none[name] = self.none.get(name, 0) + 1
                continue
            low, high = test.interval(ALPHA)
            self.held[name] = self.held.get(name, 0) + (low <= truth <= high)
            self.width[name] = self.width.get(name, 0.0) + high - low

    def coverage(self, name: str) -> float:
        """Return how often an interval held the truth, of the worlds in which it could be made."""
        return self.held[name] / (self.runs - self.none.get(name, 0))

    def mean_width(self, name: str) -> float:
        """Return the mean width of an interval."""
        return self.width[name] / (self.runs - self.none.get(name, 0))

    def row(self) -> str:
        """Return coverage and width of every interval."""
        return "   ".join(
            f"{name} {self.coverage(name):.3f} ({self.mean_width(name):.2f})" for name in sorted(self.held)
        )


def difference(found: Estimated) -> DifferenceTest | None:
    """Return the test of a difference; ratios are not simulated here."""
    assert found.test is None or isinstance(found.test, DifferenceTest)
    return found.test


def outlets_of(generator: np.random.Generator, outlets: int, documents: int, shares: Floats | None = None) -> Numbers:
    """Return the outlet of each document; sizes are lognormal."""
    sizes = generator.lognormal(0, SIZES, outlets) if shares is None else shares
    return generator.choice(outlets, size=documents, p=sizes / np.sum(sizes))


def rows_of(y: Floats, outlet: Numbers, at: Numbers, copy: Numbers | None = None, day: Numbers | None = None) -> Rows:
    """Return documents as rows; without copies or days each is a text and a day of its own."""
    own = np.arange(y.size)
    return Rows(
        num=y,
        den=np.ones(y.size),
        outlet=outlet,
        round=at,
        copy=own if copy is None else copy,
        day=own if day is None else day,
        document=own,
    )


# ------------------------------------------------------------------------------------ one window


def one_window(generator: np.random.Generator, outlets: int, icc: float) -> tuple[Tests, float]:
    """Return intervals for the mean of 300 documents; a share `icc` of the variance is of outlets."""
    outlet = outlets_of(generator, outlets, 300)
    y = np.sqrt(icc) * generator.normal(size=outlets)[outlet] + np.sqrt(1 - icc) * generator.normal(size=300)
    clusters = places(outlet)[1]
    plain, count = mean(y), int(clusters.max()) + 1
    error = plain.clustered_error(clusters)
    return {
        "documents": DifferenceTest(plain.value, plain.clustered_error(np.arange(y.size)), y.size - 1),
        "outlets z": DifferenceTest(plain.value, error, np.inf),
        "outlets t(G-1)": DifferenceTest(plain.value, error, count - 1),
        "tenor t(G*-1)": difference(level(rows_of(y, outlet, 0 * outlet), population="outlets like these")),
    }, 0.0


# ------------------------------------------------------------------------------------ two rounds


def two_rounds(generator: np.random.Generator, outlets: int, tau: float) -> tuple[Tests, float]:
    """Return intervals for a difference that is zero; outlets move by `tau` from round to round."""
    shares = generator.lognormal(0, SIZES, outlets)
    outlet = outlets_of(generator, outlets, 300, shares)
    at = np.repeat([0, 1], 150)
    levels = generator.normal(0, OUTLET_SD, (outlets, 1)) + generator.normal(0, tau, (outlets, 2))
    y = levels[outlet, at] + generator.normal(size=300)
    rows = rows_of(y, outlet, at)
    sides = [y[at == one] for one in (0, 1)]
    error = float(np.sqrt(sum(np.var(side, ddof=1) / side.size for side in sides)))

    def test(weighing: Weighing) -> DifferenceTest | None:
        return difference(contrast(rows, [-1, 1], population="outlets like these", weighing=weighing))

    parts = kitagawa(rows, [-1, 1], population="outlets like these")
    return {
        "documents": DifferenceTest(float(np.mean(sides[1]) - np.mean(sides[0])), error, 298),
        "outlet": test("outlet"),
        "precision": test("precision"),
        "pool": test("pool"),
        "within": difference(parts.within) if parts else None,
        "composition": difference(parts.composition) if parts else None,
    }, 0.0


# ---------------------------------------------------------------------------------- these outlets


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Five outlets, five days a round: texts in how many copies, how far days move all outlets."""

    copies: int = 1
    day_sd: float = 0.0
    ar: float = 0.0
    spread_copies: bool = False
    rounds: int = 3
    texts: int = 60
    outlets: int = 5


def stories(generator: np.random.Generator, world: World) -> tuple[Rows, Floats]:
    """Return rows of a world, and the true level of each outlet (row) in each round (column)."""
    levels = generator.normal(0, OUTLET_SD, (world.outlets, 1)) + generator.normal(
        0, 0.3, (world.outlets, world.rounds)
    )
    texts = world.rounds * max(1, world.texts // world.copies)
    at, day = np.arange(texts) % world.rounds, generator.integers(0, DAYS, texts)
    shocks = generator.normal(0, 1, (world.rounds, DAYS))
    for one in range(1, DAYS):
        shocks[:, one] = world.ar * shocks[:, one - 1] + np.sqrt(1 - world.ar**2) * shocks[:, one]
    sizes = generator.lognormal(0, SIZES, world.outlets)
    copy = np.repeat(np.arange(texts), world.copies)
    outlet = outlets_of(generator, world.outlets, copy.size, sizes)
    late = generator.integers(0, 1 + world.spread_copies, copy.size)
    day_of = (day[copy] + late) % DAYS
    y = levels[outlet, at[copy]] + world.day_sd * shocks[at[copy], day_of]
    y = y + 0.9 * generator.normal(size=texts)[copy] + np.sqrt(0.19) * generator.normal(size=copy.size)
    return rows_of(y, outlet, at[copy], copy, at[copy] * DAYS + day_of), levels


def these_outlets(generator: np.random.Generator, world: World) -> tuple[Tests, float]:
    """Return intervals for the mean contrast of these outlets, whose truth is their own levels."""
    rows, levels = stories(generator, world)
    weights = [-0.5, -0.5, 1.0] if world.rounds == 3 else [-1.0, 1.0]
    found = contrast(rows, weights, population="these outlets")
    truth = float(np.mean(levels[list(found.outlets)] @ np.array(weights))) if found.outlets else 0.0
    kept = rows.only(np.isin(rows.outlet, found.outlets))
    return {**_by_one_kind(kept, np.array(weights)), "tenor": difference(found)}, truth


def _by_one_kind(rows: Rows, weights: Floats) -> Tests:
    """Return what documents, copy groups and days alone would say of the mean contrast."""
    outlets, at = places(rows.outlet)
    own = at * weights.size + rows.round
    count = np.bincount(own, minlength=outlets.size * weights.size)
    if not np.all(count):
        return {}
    means = np.bincount(own, weights=rows.num) / count
    pulls = np.tile(weights, outlets.size) / outlets.size
    psi = (pulls / count)[own] * (rows.num - means[own])
    cells = Cells(own=own, den=rows.den, weights=pulls)
    found: Tests = {}
    for name, codes in (("documents", rows.document), ("copies", rows.copy), ("days", rows.day)):
        one = spread(psi, places(codes)[1], cells)
        found[name] = DifferenceTest(float(pulls @ means), float(np.sqrt(one.variance)), one.df) if one else None
    return found


def two_groups(generator: np.random.Generator, outlets: int, tau: float) -> tuple[Tests, float]:
    """Return intervals for a difference in differences that is zero, the second group half as large."""
    groups = []
    for first, count in ((0, outlets), (outlets, max(8, outlets // 2))):
        outlet = outlets_of(generator, count, 300)
        at = np.repeat([0, 1], 150)
        levels = generator.normal(0, OUTLET_SD, (count, 1)) + generator.normal(0, tau, (count, 2))
        groups.append(rows_of(levels[outlet, at] + generator.normal(size=300), outlet + first, at))
    found = difference_in_differences(groups[0], groups[1], [-1, 1], population="outlets like these")
    return {"tenor": difference(found)}, 0.0


# -------------------------------------------------------------------------------------- the tables


def simulate(runs: int, seed: int, world: Callable[[np.random.Generator], tuple[Tests, float]]) -> Tally:
    """Count the intervals of `runs` worlds."""
    generator, tally = np.random.default_rng(seed), Tally()
    for _ in range(runs):
        tally.add(*world(generator))
    return tally


WORLDS = {
    "texts once, days alike": World(),
    "texts once, 12 a round, 2 rounds": World(texts=12, rounds=2),
    "copies of 4, days alike": World(copies=4),
    "texts once, days move": World(day_sd=0.3),
    "copies of 4, days move": World(copies=4, day_sd=0.3),
    "copies of 4 over 2 days, days move": World(copies=4, day_sd=0.3, spread_copies=True),
    "copies of 4, days move, 2 rounds": World(copies=4, day_sd=0.3, rounds=2),
    "copies of 4, days move together (AR .5)": World(copies=4, day_sd=0.3, ar=0.5),
}


# What is simulated, with the seed of each row.
WINDOWS = {key: seed for seed, key in enumerate(product((0.0, 0.05, 0.1, 0.3), (8, 15, 30, 60)), start=1)}
ROUNDS = {key: seed for seed, key in enumerate(product((0.0, 0.2, 0.4), (8, 15, 30)), start=101)}
GROUPS = {key: seed for seed, key in enumerate(product((0.0, 0.4), (8, 16)), start=201)}
SEEDS = {name: seed for seed, name in enumerate(WORLDS, start=301)}


def lines(runs: int) -> Iterator[str]:
    """Print the tables row by row."""
    yield f"{runs} runs a row, fixed seeds: how often 95 % intervals hold the truth (their mean width)"
    yield "\none window, outlets like these: share of variance that is of outlets, outlets"
    for (icc, outlets), seed in WINDOWS.items():
        yield f"{icc:4} {outlets:3}   {simulate(runs, seed, partial(one_window, outlets=outlets, icc=icc)).row()}"
    yield "\ntwo rounds, outlets like these: sd of outlets' own moves, outlets"
    for (tau, outlets), seed in ROUNDS.items():
        yield f"{tau:4} {outlets:3}   {simulate(runs, seed, partial(two_rounds, outlets=outlets, tau=tau)).row()}"
    yield "\ntwo groups of outlets, difference in differences: sd of outlets' own moves, outlets of the first"
    for (tau, outlets), seed in GROUPS.items():
        yield f"{tau:4} {outlets:3}   {simulate(runs, seed, partial(two_groups, outlets=outlets, tau=tau)).row()}"
    yield "\nthese outlets: five of them, five days a round"
    for name, world in WORLDS.items():
        yield f"{name:40} {simulate(runs, SEEDS[name], partial(these_outlets, world=world)).row()}"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 2000):
        print(line, flush=True)
