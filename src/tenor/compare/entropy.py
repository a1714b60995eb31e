"""How predictable behaviour is, and how far two mixtures of behaviour lie apart, in bits.

Plug-in figures of small samples lie: entropy comes out too small by about (K - 1) / (2 n ln 2), a divergence of two
samples of n too large by about (K - 1) / (4 n ln 2). So entropies are corrected, and a divergence is shown less what
exchanging whole days or weeks between the two periods gives. Percentile intervals of a divergence would add the same
error a second time; basic ones take it off.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
_LN2 = float(np.log(2))
# How many resamples times kinds one array may hold.
_CELLS = 4_000_000


def shares(counts: Floats) -> Floats:
    """Return counts as shares of their sum along the last axis.

    Raises
    ------
    ValueError
        A count is negative or not finite, or nothing was counted.

    Examples
    --------
    >>> shares(np.array([2.0, 6.0])).tolist()
    [0.25, 0.75]
    """
    if counts.size == 0 or not np.all(np.isfinite(counts)) or np.any(counts < 0):
        raise ValueError("counts are finite and not negative, and there is at least one")
    total = counts.sum(axis=-1, keepdims=True)
    if np.any(total <= 0):
        raise ValueError("nothing was counted, so there are no shares")
    return np.asarray(counts / total, np.float64)


def _surprise(p: Floats, q: Floats) -> Floats:
    """Return -sum p log2 q along the last axis, with 0 log 0 = 0."""
    logs = np.zeros(np.broadcast_shapes(p.shape, q.shape))
    np.log2(q, out=logs, where=np.broadcast_to(q, logs.shape) > 0)
    return np.asarray(-np.sum(p * logs, axis=-1) + 0.0)


def entropy(counts: Floats, *, corrected: bool = True) -> float:
    """Return the entropy of what was counted, in bits.

    Estimand: the entropy of the distribution the counts were drawn from. Source of the correction,
    (kinds seen - 1) / (2 n ln 2): Miller 1955.

    Parameters
    ----------
    counts
        How often each kind was seen.
    corrected
        Whether the correction is added; shares instead of counts can't be corrected.

    Raises
    ------
    ValueError
        As `shares`.

    Examples
    --------
    >>> round(entropy(np.array([5.0, 3.0, 2.0]), corrected=False), 6)
    1.485475
    >>> round(entropy(np.array([5.0, 3.0, 2.0])), 3)
    1.63
    """
    p = shares(counts)
    found = float(_surprise(p, p))
    return float(found + (np.count_nonzero(counts) - 1) / (2 * float(counts.sum()) * _LN2)) if corrected else found


def conditional_entropy(joint: Floats, *, corrected: bool = True) -> float:
    """Return the entropy of the column given the row, in bits: H(row, column) - H(row).

    Parameters
    ----------
    joint
        How often each pair was seen, shape (given, kinds): what an actor did before, and what it did then.
    corrected
        As for `entropy`; both terms are corrected.

    Examples
    --------
    >>> conditional_entropy(np.array([[5.0, 0.0], [0.0, 5.0]]), corrected=False)
    0.0
    """
    return entropy(joint.ravel(), corrected=corrected) - entropy(joint.sum(axis=1), corrected=corrected)


def smoothed(counts: Floats) -> Floats:
    """Return shares with a half added to every kind, so that none is impossible.

    Source: Krichevsky and Trofimov 1981.

    Examples
    --------
    >>> smoothed(np.array([1.0, 0.0])).tolist()
    [0.75, 0.25]
    """
    return shares(counts + 0.5)


def cross_entropy(p: Floats, q: Floats) -> float:
    """Return how surprising p is to who expects q, in bits: -sum p log2 q; infinite where q rules out what p holds.

    Parameters
    ----------
    p, q
        Shares; for q from counts, take `smoothed`.

    Examples
    --------
    >>> p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    >>> round(cross_entropy(p, q), 6), round(cross_entropy(p, q) - cross_entropy(p, p), 6)
    (1.882054, 0.396578)
    """
    if p.shape != q.shape:
        raise ValueError(f"{p.size} shares against {q.size}")
    if np.any((q == 0) & (p > 0)):
        return float("inf")
    return float(_surprise(p, q))


def jensen_shannon(p: Floats, q: Floats) -> Floats:
    """Return the Jensen-Shannon divergence of shares along the last axis, in bits (0 to 1).

    Estimand: H((p + q) / 2) - (H(p) + H(q)) / 2. Source: Lin 1991. Not its square root, which
    `scipy.spatial.distance.jensenshannon` gives.

    Examples
    --------
    >>> round(float(jensen_shannon(np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5]))), 6)
    0.095816
    """
    middle = (p + q) / 2
    found = _surprise(middle, middle) - (_surprise(p, p) + _surprise(q, q)) / 2
    return np.asarray(np.clip(found, 0.0, 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class Divergence:
    """How far two periods lie apart.

    Parameters
    ----------
    plain
        The divergence as counted, in bits: too large.
    by_chance
        What exchanging blocks between the periods gives on average.
    p_value
        The share of exchanges that lie as far apart, the periods themselves among them.
    low, high
        The basic bootstrap interval; measured, it holds the truth in 93 of 100 cases at 100 days of four events,
        less often with fewer.
    blocks
        How many blocks each period has.
    """

    plain: float
    by_chance: float
    p_value: float
    low: float
    high: float
    blocks: tuple[int, int]

    @property
    def value(self) -> float:
        """Return the divergence less what chance gives."""
        return self.plain - self.by_chance


def divergence(
    counts: Floats, period: Numbers, *, level: float = 0.95, draws: int = 2_000, seed: int = 0
) -> Divergence:
    """Compare what was done in two periods.

    Estimand: the Jensen-Shannon divergence, in bits, of the mixtures from which the days (weeks) of two
    periods are drawn. Blocks and not single events are exchanged and resampled, because one day's events
    are of one piece.

    Parameters
    ----------
    counts
        Events of each kind on each day or in each week, shape (blocks, kinds).
    period
        0 or 1, one a block.
    level
        Of the interval.
    draws, seed
        How many exchanges and resamples, and their seed.

    Raises
    ------
    ValueError
        A period has fewer than two blocks with anything in them, or the arrays don't fit.

    Examples
    --------
    >>> days = np.array([[3.0, 0], [2, 1], [3, 1], [0, 4], [1, 3], [0, 2]])
    >>> found = divergence(days, np.array([0, 0, 0, 1, 1, 1]))
    >>> round(found.plain, 3), found.blocks, found.value < found.plain
    (0.397, (3, 3), True)
    """
    if counts.ndim != 2 or period.shape != counts.shape[:1] or not np.all(np.isin(period, (0, 1))):
        raise ValueError("counts are blocks by kinds, with a period, 0 or 1, for each block")
    shares(np.where(counts.sum(axis=1, keepdims=True) > 0, counts, 1.0))
    there = counts.sum(axis=1) > 0
    counts, period = counts[there], period[there]
    sizes = int(np.sum(period == 0)), int(np.sum(period == 1))
    if min(sizes) < 2:
        raise ValueError(f"a divergence needs two days or weeks with events in each period, there are {sizes}")
    generator = np.random.default_rng(seed)
    plain = float(jensen_shannon(shares(counts[period == 0].sum(axis=0)), shares(counts[period == 1].sum(axis=0))))
    chance = _exchanged(counts, period, draws, generator)
    again = _resampled(counts, period, draws, generator)
    below, above = np.quantile(again, [(1 - level) / 2, (1 + level) / 2])
    return Divergence(
        plain=plain,
        by_chance=float(chance.mean()),
        p_value=float((1 + np.sum(chance >= plain - 1e-12)) / (draws + 1)),
        low=max(0.0, 2 * plain - float(above)),
        high=min(1.0, max(0.0, 2 * plain - float(below))),
        blocks=sizes,
    )


def _exchanged(counts: Floats, period: Numbers, draws: int, generator: np.random.Generator) -> Floats:
    """Return the divergence after exchanging blocks between the periods, once a draw."""
    found = np.empty(draws)
    for part in _parts(draws, counts):
        size = part.stop - part.start
        side = generator.permuted(np.tile(period, (size, 1)), axis=1).astype(np.float64)
        found[part] = jensen_shannon(shares((1 - side) @ counts), shares(side @ counts))
    return found


def _resampled(counts: Floats, period: Numbers, draws: int, generator: np.random.Generator) -> Floats:
    """Return the divergence of blocks drawn anew inside each period, once a draw."""
    found = np.empty(draws)
    for part in _parts(draws, counts):
        mixtures = []
        for number in (0, 1):
            own = counts[period == number]
            times = generator.multinomial(len(own), np.full(len(own), 1 / len(own)), part.stop - part.start)
            mixtures.append(shares(times @ own))
        found[part] = jensen_shannon(*mixtures)
    return found


def _parts(draws: int, counts: Floats) -> list[slice]:
    step = max(1, _CELLS // max(counts.shape))
    return [slice(start, min(draws, start + step)) for start in range(0, draws, step)]
