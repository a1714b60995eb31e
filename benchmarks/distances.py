"""Distances in content: how fast, how much memory, and whether chance is called chance.

python benchmarks/distances.py            # speed: 10,000 texts of 384 numbers, 10,000 exchanges
python benchmarks/distances.py chance     # methods.md 6.6: documents or whole stories exchanged
python benchmarks/distances.py coverage   # intervals of the ratio of two distances
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tenor.compare.apart import apart
from tenor.compare.distance import Points, exchanged
from tenor.model import Population

Floats = NDArray[np.float64]
# Pairs of three rounds: the third against the mean of the first two, and these against each other.
ABOVE = np.array([[0, 0, 0.5], [0, 0, 0.5], [0.5, 0.5, 0]])
BELOW = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 0]])


def texts(generator: np.random.Generator, n: int, dimensions: int) -> Points:
    """Return texts of 20 outlets in two rounds that differ a little, as vectors of length 1."""
    at = np.arange(n)
    vectors = generator.normal(size=(n, dimensions)).astype(np.float32)
    vectors[:, 0] += np.float32(0.5) * (at % 2)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Points(vectors=vectors, outlet=(at // 2) % 20, round=at % 2, copy=at, day=at % 8, lang=0 * at)


def naive(points: Points, draws: int) -> float:
    """Return the seconds of the same in a few lines of numpy: every distance at once, a loop over exchanges."""
    start = time.perf_counter()
    x = points.vectors.astype(np.float64)
    squares = (x**2).sum(axis=1)
    matrix = np.sqrt(np.maximum(squares[:, None] + squares[None, :] - 2 * x @ x.T, 0))
    generator, side = np.random.default_rng(0), points.round == 0
    for _ in range(draws):
        for outlet in np.unique(points.outlet):
            mine = np.flatnonzero(points.outlet == outlet)
            side[mine] = side[generator.permutation(mine)]
        one, other = matrix[np.ix_(side, side)], matrix[np.ix_(~side, ~side)]
        2 * matrix[np.ix_(side, ~side)].mean() - one.sum() - other.sum()
    return time.perf_counter() - start


def speed(sizes: Sequence[tuple[int, int]] = ((1_000, 10_000), (3_000, 10_000), (10_000, 10_000))) -> None:
    """Print seconds and peak memory for some numbers of texts and exchanges, and what a loop would take."""
    for n, draws in sizes:
        points = texts(np.random.default_rng(0), n, 384)
        start = time.perf_counter()
        found = exchanged(points, points.round == 0, draws)
        seconds = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{n:,} texts, {draws:,} exchanges: {seconds:.1f} s, peak {peak:,.0f} MB, p = {found.p_value:.4f}",
            flush=True,
        )
    few, (n, draws) = 3, (3_000, 10_000)
    points = texts(np.random.default_rng(0), n, 384)
    matrix = naive(points, 0)
    each = (naive(points, few) - matrix) / few
    print(f"{n:,} texts in a loop over {draws:,} exchanges: {matrix + each * draws:,.0f} s (from {few} of them)")


def type_one(icc: float, runs: int, *, whole: bool, seed: int = 0) -> float:
    """Return how often two rounds that do not differ are called different at .05: methods.md 6.6.

    60 and 60 documents in stories of 4; exchanged one by one, or stories as a whole. Of 16 numbers a document,
    which the table does not say and which gives its figures.
    """
    generator, at = np.random.default_rng(seed), np.arange(120)
    story, called = at // 4, 0
    for run in range(runs):
        centres = generator.normal(size=(30, 16)) * np.sqrt(icc)
        x = centres[story] + generator.normal(size=(120, 16)) * np.sqrt(1 - icc)
        points = Points(
            vectors=x.astype(np.float32),
            outlet=0 * at,
            round=at // 60,
            copy=story if whole else at,
            day=at,
            lang=0 * at,
        )
        called += exchanged(points, at < 60, 199, seed=run).p_value <= 0.05
    return called / runs


def chance(runs: int = 1_000) -> None:
    """Print the table of methods.md 6.6."""
    print("share of variance that is of stories: documents exchanged / stories exchanged (target .05)")
    for icc in (0.0, 0.2, 0.5):
        print(f"  {icc}: {type_one(icc, runs, whole=False):.3f} / {type_one(icc, runs, whole=True):.3f}", flush=True)


def _world(
    generator: np.random.Generator, cells: tuple[int, int], third: float, effects: tuple[Floats, Floats]
) -> Points:
    outlets, each = cells
    outlet = np.repeat(np.arange(outlets), 3 * each)
    item = np.tile(np.repeat(np.arange(3), each), outlets)
    x = generator.normal(size=(outlet.size, 8)) + effects[0][outlet] + effects[1][outlet, item]
    x[:, 0] += np.array([0.0, 1.5, third])[item]
    at = np.arange(outlet.size)
    day = generator.integers(0, 6, at.size)
    return Points(vectors=x.astype(np.float32), outlet=outlet, round=item, copy=at, day=day, lang=0 * at)


def _effects(generator: np.random.Generator, outlets: int) -> tuple[Floats, Floats]:
    return generator.normal(0, 0.5, (outlets, 8)), generator.normal(0, 0.2, (outlets, 3, 8))


def missed(population: Population, third: float, cells: tuple[int, int], runs: int) -> tuple[float, float, float]:
    """Return how often a 95 % interval lies above the truth, below it, or has no end."""
    generator = np.random.default_rng(1)
    fixed = _effects(generator, cells[0])
    these = population == "these outlets"
    large = (cells[0], 150) if these else (300, 10)
    whole = _world(generator, large, third, fixed if these else _effects(generator, 300))
    truth = apart(whole, ABOVE, BELOW, population=population).value or 0.0
    count = np.zeros(3)
    for _ in range(runs):
        points = _world(generator, cells, third, fixed if these else _effects(generator, cells[0]))
        test = apart(points, ABOVE, BELOW, population=population).test
        low, high = test.interval(0.05) if test is not None else (None, None)
        count += (False, False, True) if low is None or high is None else (low > truth, high < truth, False)
    return tuple((count / runs).tolist())


def coverage(runs: int = 300) -> None:
    """Print how often intervals miss: at most .05 together."""
    print("population, third round at, outlets, texts a round: above the truth / below it / without end")
    for population in ("outlets like these", "these outlets"):
        for third in (0.75, 2.0):
            for cells in ((8, 4), (20, 4)):
                found = missed(population, third, cells, runs)
                print(f"  {population}, {third}, {cells}: " + " / ".join(f"{one:.3f}" for one in found), flush=True)


if __name__ == "__main__":
    {"chance": chance, "coverage": coverage}.get(sys.argv[1] if len(sys.argv) > 1 else "", speed)()
