"""Rows of a measure, and how far an estimate moves between the copy groups and days they fall into.

The error over clusters is the sum of their squared influence, times a factor that makes it exact
where clusters move by independent amounts of equal size; degrees of freedom follow from the same
picture. So cells with few pieces, outlets that share their days and texts that stand in several
outlets need no rule of their own. Source: Bell and McCaffrey 2002; Cameron, Gelbach and Miller
2011 for clusters of two kinds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from tenor.compare.effects import quantile

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
# What is left of nothing by rounding, relative to what it is compared with.
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows of a measure that count, as arrays of one length.

    Parameters
    ----------
    num, den
        What stands above and below the line; below it more than zero.
    outlet, copy, day, document
        Where each row belongs; any whole numbers.
    round
        Its round, numbered from 0 in the order of the contrast's weights.

    Raises
    ------
    ValueError
        The arrays differ in length, or a number is not finite, or one below the line not above zero.

    Examples
    --------
    >>> one = np.arange(2)
    >>> len(Rows(num=np.ones(2), den=np.ones(2), outlet=one, round=one, copy=one, day=one, document=one))
    2
    """

    num: Floats
    den: Floats
    outlet: Numbers
    round: Numbers
    copy: Numbers
    day: Numbers
    document: Numbers

    def __post_init__(self) -> None:
        shapes = {item.shape for item in (self.num, self.den, self.outlet, self.round, self.copy, self.day)}
        if shapes != {(self.document.size,)}:
            raise ValueError(f"the columns of rows differ in length: {sorted(map(str, shapes))}")
        if not (np.all(np.isfinite(self.num)) and np.all(np.isfinite(self.den))):
            raise ValueError("a row of a measure is not finite: leave it out before it is compared, and count it")
        if not np.all(self.den > 0):
            raise ValueError("below the line stands something not above zero: such a row says nothing of the measure")

    def __len__(self) -> int:
        return int(self.num.size)

    def only(self, keep: NDArray[np.bool_] | NDArray[np.integer[Any]]) -> Rows:
        """Return some of the rows."""
        return Rows(
            num=self.num[keep],
            den=self.den[keep],
            outlet=self.outlet[keep],
            round=self.round[keep],
            copy=self.copy[keep],
            day=self.day[keep],
            document=self.document[keep],
        )


def stacked(parts: Sequence[Rows]) -> Rows:
    """Return rows of several sets as one; a day, copy group or document has one number in all of them."""
    return Rows(
        num=np.concatenate([item.num for item in parts]),
        den=np.concatenate([item.den for item in parts]),
        outlet=np.concatenate([item.outlet for item in parts]),
        round=np.concatenate([item.round for item in parts]),
        copy=np.concatenate([item.copy for item in parts]),
        day=np.concatenate([item.day for item in parts]),
        document=np.concatenate([item.document for item in parts]),
    )


def places(codes: Numbers) -> tuple[Numbers, Numbers]:
    """Return the distinct numbers in order, and the place of each among them."""
    found, own = np.unique(codes, return_inverse=True)
    return found, own.astype(np.int64)


def summed(at: Numbers, what: Floats, size: int) -> Floats:
    """Return the sum of what lies at each of `size` places.

    Examples
    --------
    >>> summed(np.array([0, 2, 0]), np.array([1.0, 2.0, 3.0]), 3).tolist()
    [4.0, 0.0, 2.0]
    """
    return np.asarray(np.bincount(at, weights=what, minlength=size), np.float64)


def pairs(one: Numbers, other: Numbers) -> Numbers:
    """Return for each row the place of its pair of numbers among all pairs.

    Examples
    --------
    >>> pairs(np.array([7, 7, 9, 7]), np.array([1, 2, 1, 1])).tolist()
    [0, 1, 2, 0]
    """
    (_, first), (names, second) = places(one), places(other)
    return places(first * max(names.size, 1) + second)[1]


def by_document(rows: Rows) -> Rows:
    """Return one row for each document and round: its own ratio, so that each weighs the same.

    Raises
    ------
    ValueError
        A document stands in two outlets, copy groups or days.

    Examples
    --------
    >>> same, two = np.zeros(3, np.int64), np.array([0, 0, 1])
    >>> rows = Rows(
    ...     num=np.array([1.0, 2.0, 4.0]), den=np.array([1.0, 3.0, 2.0]),
    ...     outlet=same, round=same, copy=two, day=same, document=two,
    ... )
    >>> by_document(rows).num.tolist()
    [0.75, 2.0]
    """
    if not len(rows):
        return rows
    own = pairs(rows.document, rows.round)
    _, first = np.unique(own, return_index=True)
    for codes, what in ((rows.outlet, "outlets"), (rows.copy, "copy groups"), (rows.day, "days")):
        if not np.array_equal(codes, codes[first][own]):
            raise ValueError(f"a document stands in two {what}: give each of its own number")
    one = rows.only(first)
    return Rows(
        num=np.bincount(own, weights=rows.num) / np.bincount(own, weights=rows.den),
        den=np.ones(first.size),
        outlet=one.outlet,
        round=one.round,
        copy=one.copy,
        day=one.day,
        document=one.document,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """An estimate as a weighted sum of ratios, one a cell.

    Parameters
    ----------
    own
        The cell of each row.
    den
        What stands below the line in each row.
    weights
        One a cell.
    """

    own: Numbers
    den: Floats
    weights: Floats

    def shares(self, clusters: Numbers) -> sparse.csr_array:
        """Return the share of each cluster (row) in what stands below the line of each cell (column)."""
        total = np.bincount(self.own, weights=self.den, minlength=self.weights.size)
        entries = self.den / total[self.own]
        shape = (int(clusters.max()) + 1, self.weights.size)
        return sparse.coo_array((entries, (clusters, self.own)), shape=shape).tocsr()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """A variance over clusters, the degrees of freedom it stands on, and what the clusters are."""

    variance: float
    df: float
    over: str = ""


def spread(psi: Floats, clusters: Numbers, cells: Cells) -> Spread | None:
    """Return the variance of an estimate over clusters; None where no cell has two of them.

    Estimand: how far the estimate would move with other clusters in the same cells. The value is
    exact, and `df` Satterthwaite's, where clusters move by independent amounts of equal size. What
    a cluster does on both sides of a contrast cancels in `psi`; the factor takes weights by their
    size, or it would be nothing over nothing there.

    Parameters
    ----------
    psi
        The influence of each row.
    clusters
        The cluster of each row, numbered from 0.
    cells
        The cells whose ratios the estimate weighs.

    Examples
    --------
    >>> y = np.array([1.0, 2.0, 6.0])
    >>> cells = Cells(own=np.zeros(3, np.int64), den=np.ones(3), weights=np.ones(1))
    >>> found = spread((y - 3) / 3, np.arange(3), cells)
    >>> round(found.variance, 6), round(found.df, 6)
    (2.333333, 2.0)
    """
    share = cells.shares(clusters)
    weighted = share.multiply(np.abs(cells.weights)).tocsr()
    own = np.asarray(weighted.sum(axis=1)).ravel()
    seen, squared = _moments(share, weighted, own)
    if seen <= _TINY * float(weighted.multiply(weighted).sum()):
        return None
    raw = float(np.sum(np.bincount(clusters, weights=psi) ** 2))
    return Spread(variance=raw * float(np.sum(own**2)) / seen, df=max(1.0, seen**2 / squared))


def _moments(share: sparse.csr_array, weighted: sparse.csr_array, own: Floats) -> tuple[float, float]:
    """Return tr(M'M) and tr((M'M)^2) for the map M from cluster effects to clusters' influence.

    M = diag(own) - weighted share': a cluster moves the estimate by its own weight times its
    effect, less its part in every cell's mean. It has a row for each cluster, too many to write
    down, but M'M is diagonal but for as many dimensions as there are cells.
    """
    inside, across = (share.T @ share).toarray(), (weighted.T @ weighted).toarray()

    def between(one: sparse.csr_array, other: sparse.csr_array, power: int) -> Floats:
        scaled = one.multiply((own**power)[:, None]).tocsr()
        return np.asarray((scaled.T @ other).toarray(), np.float64)

    mixed = between(weighted, share, 1)
    seen = float(np.sum(own**2) - 2 * np.trace(mixed) + np.sum(inside * across))
    turned = across @ inside - mixed
    squared = np.sum(own**4) - 4 * np.trace(between(weighted, share, 3))
    squared += 2 * np.sum(across * between(share, share, 2))
    squared += np.trace(mixed @ mixed) + np.trace(turned @ turned)
    squared += 2 * np.trace(inside @ (between(weighted, weighted, 2) - across @ mixed.T))
    return seen, float(squared)


def copies_and_days(psi: Floats, rows: Rows, cells: Cells) -> Spread | None:
    """Return the variance over copy groups, days or both, whichever makes the widest interval.

    Copy groups and days overlap, and a few days tell little of how far days move: the largest
    errs to the wide side. None where no cell has two copy groups; where no cell has two days, copy
    groups alone are seen, and `over` says so.
    """
    (named, copies), (dated, days) = places(rows.copy), places(rows.day)
    by_copy, by_day = spread(psi, copies, cells), spread(psi, days, cells)
    if by_copy is None:
        return None
    if by_day is None:
        return replace(by_copy, over=f"{named.size} copy groups, blind to what is particular to a day")
    by_pair = spread(psi, pairs(copies, days), cells)
    joint = by_copy.variance + by_day.variance - (by_pair.variance if by_pair else 0.0)
    by_both = Spread(variance=max(joint, 0.0), df=min(by_copy.df, by_day.df))
    widest = max((by_copy, by_day, by_both), key=_reach)
    return replace(widest, over=f"{named.size} copy groups and {dated.size} days, whichever moves it more")


def _reach(found: Spread) -> float:
    return quantile(0.975, found.df) * float(np.sqrt(found.variance))
