"""How far two sets of texts lie apart as clouds of points, and how far chance alone would put them.

Pairs are only made inside a language, a text is never paired with itself, and distances are summed block by block:
memory grows with the number of texts, not with its square.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenor.compare.clusters import pairs, places

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
BLOCK = 512


def energy_distance(x: Floats, y: Floats, *, unbiased: bool = True) -> float:
    """Return the energy distance between two samples.

    Estimand: 2 E|X - Y| - E|X - X'| - E|Y - Y'|. Source: Szekely and Rizzo 2013. Not its square root, which
    `scipy.stats.energy_distance` gives.

    Parameters
    ----------
    x, y
        Points, shape (n, dimensions), or numbers.
    unbiased
        Whether a point is never paired with itself: right on average, and below zero about half the time where
        nothing differs. Otherwise never below zero, and too large.

    Raises
    ------
    ValueError
        There are fewer than two points on a side.

    Examples
    --------
    >>> x, y = np.array([0.0, 1, 3]), np.array([1.0, 2, 4])
    >>> round(energy_distance(x, y, unbiased=False), 6), round(energy_distance(x, y), 6)
    (0.666667, -0.666667)
    """
    one, other = (np.asarray(item, np.float64).reshape(len(item), -1) for item in (x, y))
    if min(len(one), len(other)) < 2:
        raise ValueError(f"an energy distance needs two points on each side, not {len(one)} and {len(other)}")
    across = _total(one, other) / (len(one) * len(other))
    inside = [_total(item, item) / (len(item) * (len(item) - int(unbiased))) for item in (one, other)]
    return 2 * across - sum(inside)


def _total(x: Floats, y: Floats) -> float:
    step = max(1, 2_000_000 // max(1, y.size))
    parts = (x[start : start + step, None, :] - y[None, :, :] for start in range(0, len(x), step))
    return float(sum(np.sqrt(np.sum(part**2, axis=2)).sum() for part in parts))


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Texts as points, and where each belongs.

    Parameters
    ----------
    vectors
        Shape (texts, dimensions).
    outlet, round, copy, day, lang
        One number a text; rounds are numbered from 0.

    Raises
    ------
    ValueError
        The arrays don't fit each other, or a vector is not finite.
    """

    vectors: Singles
    outlet: Numbers
    round: Numbers
    copy: Numbers
    day: Numbers
    lang: Numbers

    def __post_init__(self) -> None:
        shapes = {item.shape for item in (self.outlet, self.round, self.copy, self.day, self.lang)}
        if self.vectors.ndim != 2 or shapes != {self.vectors.shape[:1]}:
            raise ValueError(f"vectors of shape {self.vectors.shape} and columns of {sorted(map(str, shapes))}")
        if not np.all(np.isfinite(self.vectors)):
            raise ValueError("a vector is not finite: leave its text out before it is compared, and count it")

    def __len__(self) -> int:
        return int(self.vectors.shape[0])

    def only(self, keep: Flags | NDArray[np.integer[Any]]) -> Points:
        """Return some of the points."""
        return Points(
            vectors=self.vectors[keep],
            outlet=self.outlet[keep],
            round=self.round[keep],
            copy=self.copy[keep],
            day=self.day[keep],
            lang=self.lang[keep],
        )

    @property
    def strata(self) -> Numbers:
        """Return the place of each point's outlet and language among all pairs of these."""
        return pairs(self.outlet, self.lang)


def capped(points: Points, most: int, seed: int) -> tuple[Points, int]:
    """Return at most so many points of each round and language, drawn by chance, and how many were left out.

    Examples
    --------
    >>> at = np.arange(6)
    >>> few = Points(vectors=np.ones((6, 1), np.float32), outlet=at, round=at // 3, copy=at, day=at, lang=0 * at)
    >>> kept, left = capped(few, 2, 0)
    >>> kept.round.tolist(), left
    ([0, 0, 1, 1], 2)
    """
    cell = pairs(points.round, points.lang)
    order = np.lexsort((np.random.default_rng(seed).random(len(points)), cell))
    starts = np.flatnonzero(np.diff(cell[order], prepend=-1))
    rank = np.arange(len(points)) - np.repeat(starts, np.diff(np.append(starts, len(points))))
    kept = np.sort(order[rank < most])
    return points.only(kept), len(points) - kept.size


# ------------------------------------------------------------------------------------ what chance gives


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchanged:
    """The energy distance between two sides, and what it is after exchanging texts between them.

    Parameters
    ----------
    observed
        As the texts lie; NaN where no language has two texts on each side.
    draws
        After exchanging copy groups inside outlets, once a draw.
    """

    observed: float
    draws: Floats

    @property
    def p_value(self) -> float:
        """Return the share of exchanges that lie as far apart, the texts as they are among them."""
        far = np.sum(self.draws >= self.observed - 1e-9 * max(abs(self.observed), 1e-6))
        return float((1 + far) / (self.draws.size + 1))


def exchanged(points: Points, side: Flags, draws: int, *, seed: int = 0) -> Exchanged:
    """Compare two sides with what exchanging copy groups between them inside each outlet gives.

    Estimand: under "no difference", copy groups of an outlet could stand on either side; documents of one copy group
    could not, and whoever exchanges them one by one finds differences that are not there (methods.md 6.6).

    Parameters
    ----------
    points, side
        The texts, and which of them stand on the first side; a copy group moves as a whole, inside the outlet and
        language of its first text.
    draws, seed
        How many exchanges, and their seed.

    Examples
    --------
    >>> at = np.arange(8)
    >>> made = Points(
    ...     vectors=at[:, None].astype(np.float32), outlet=at % 2, round=at // 4, copy=at, day=at, lang=0 * at
    ... )
    >>> found = exchanged(made, at < 4, 99)
    >>> round(found.observed, 4), found.p_value < 0.1
    (4.6667, True)
    """
    total = np.zeros(draws + 1)
    weight = 0.0
    for part, own in _languages(points, side):
        found = _exchanged_in(part, own, draws, np.random.default_rng([seed, int(part.lang[0])]))
        if found is not None:
            total, weight = total + len(part) * found, weight + len(part)
    if not weight:
        return Exchanged(observed=float("nan"), draws=np.empty(0))
    return Exchanged(observed=float(total[0] / weight), draws=total[1:] / weight)


def halves(points: Points, draws: int, *, seed: int = 0) -> Floats:
    """Return how far random halves of the same texts lie apart, copy groups and outlets halved; empty if too few.

    Examples
    --------
    >>> at = np.arange(8)
    >>> made = Points(
    ...     vectors=at[:, None].astype(np.float32), outlet=at % 2, round=0 * at, copy=at, day=at, lang=0 * at
    ... )
    >>> halves(made, 200).size
    200
    """
    strata = points.strata
    order = np.lexsort((points.copy, strata))
    side = np.zeros(len(points), np.bool_)
    _, group = places(points.copy)
    # Every other copy group, in order of outlets: halves of each, and of outlets with one text half of these.
    first = np.unique(group[order], return_index=True)[1]
    rank = np.empty(first.size, np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    side[:] = rank[group] % 2 == 0
    return exchanged(points, side, draws, seed=seed).draws


def _languages(points: Points, side: Flags) -> Iterator[tuple[Points, Flags]]:
    for code in np.unique(points.lang):
        own = points.lang == code
        if min(np.sum(side[own]), np.sum(~side[own])) >= 2:
            yield points.only(own), side[own]


def _exchanged_in(points: Points, side: Flags, draws: int, generator: np.random.Generator) -> Floats | None:
    """Return the distance as it is and after each exchange, of texts of one language."""
    labels = np.empty((draws + 1, len(points)), np.int8)
    labels[0], labels[1:] = side, _labels(points, side, draws, generator)
    ones = labels.sum(axis=1, dtype=np.float64)
    inside, reach, whole = _sums(points.vectors, labels)
    n = float(len(points))
    zeros = n - ones
    if np.any(np.minimum(ones, zeros) < 2):  # large copy groups may leave a side with one text
        return None
    across, other = reach - inside, whole - 2 * reach + inside
    return np.asarray(
        2 * across / (ones * zeros) - inside / (ones * (ones - 1)) - other / (zeros * (zeros - 1)), np.float64
    )


def _labels(points: Points, side: Flags, draws: int, generator: np.random.Generator) -> NDArray[np.int8]:
    """Return which texts stand on the first side after each exchange."""
    _, group = places(points.copy)
    _, first = np.unique(group, return_index=True)
    own, stratum = side[first].astype(np.int8), points.strata[first]
    found = np.empty((draws, first.size), np.int8)
    for code in np.unique(stratum):
        mine = np.flatnonzero(stratum == code)
        found[:, mine] = generator.permuted(np.tile(own[mine], (draws, 1)), axis=1)
    return found[:, group]


def _sums(vectors: Singles, labels: NDArray[np.int8]) -> tuple[Floats, Floats, float]:
    """Return for each labelling the distances inside the first side, those from it to all, and those of all.

    Each pair counts twice. A constant is taken off every distance, which changes no energy distance and keeps single
    precision exact enough; only pairs of a block with itself and later ones are computed.
    """
    n, draws = len(vectors), len(labels)
    inside, reach, whole, off = np.zeros(draws), np.zeros(draws), 0.0, 0.0
    squares = np.einsum("ij,ij->i", vectors, vectors)
    far = np.zeros(n)
    for start in range(0, n, BLOCK):
        stop = min(n, start + BLOCK)
        block = distances(vectors[start:stop], vectors[start:], squares[start:stop], squares[start:])
        off = off or float(block.mean())
        block -= np.float32(off)
        own = np.arange(stop - start)
        block[own, own] = 0
        block[:, stop - start :] *= 2
        far[start:] += block.sum(axis=0, dtype=np.float64) / np.where(np.arange(n - start) < stop - start, 1, 2)
        far[start:stop] += block[:, stop - start :].sum(axis=1, dtype=np.float64) / 2
        whole += float(block.sum(dtype=np.float64))
        for at in range(0, draws, BLOCK):
            some = labels[at : at + BLOCK, start:].astype(np.float32)
            near = some @ block.T
            inside[at : at + BLOCK] += np.einsum("ij,ij->i", near, some[:, : stop - start], dtype=np.float64)
    for at in range(0, draws, BLOCK):
        reach[at : at + BLOCK] = labels[at : at + BLOCK] @ far
    return inside, reach, whole


def distances(x: Singles, y: Singles, x2: Singles, y2: Singles) -> Singles:
    """Return the distances between points, given the squares of their lengths.

    Examples
    --------
    >>> x, y = np.array([[3.0, 4.0]], np.float32), np.zeros((1, 2), np.float32)
    >>> distances(x, y, np.array([25.0], np.float32), np.zeros(1, np.float32)).tolist()
    [[5.0]]
    """
    found = x @ y.T
    found *= -2
    found += x2[:, None]
    found += y2[None, :]
    np.maximum(found, 0, out=found)
    np.sqrt(found, out=found)
    return found
