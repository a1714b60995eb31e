"""Influence values: one linearisation serves means, ratios and contrasts, clustered or not.

An estimate moves by about ``psi[i]`` when row i is left out; the variance is the sum over
clusters of the squared sums of psi. Source: Deville 1999; Liang and Zeger 1986 for clusters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Linear:
    """An estimate and what each row adds to its error.

    Parameters
    ----------
    value
        The estimate.
    psi
        One influence value a row; they sum to zero.
    """

    value: float
    psi: Floats

    def clustered_error(self, clusters: NDArray[np.int64]) -> float:
        """Return the standard error over clusters, with the factor G/(G-1).

        Parameters
        ----------
        clusters
            The cluster of each row, numbered from 0.

        Raises
        ------
        ValueError
            There are fewer than two clusters, or not one a row.
        """
        if clusters.shape != self.psi.shape:
            raise ValueError(f"{clusters.size} clusters for {self.psi.size} rows")
        sums = np.bincount(clusters, weights=self.psi)
        sums = sums[np.bincount(clusters) > 0]
        if sums.size < 2:
            raise ValueError("an error over clusters needs two clusters or more")
        return float(np.sqrt(sums.size / (sums.size - 1) * np.sum(sums**2)))


def mean(y: Floats, weights: Floats | None = None) -> Linear:
    """Return the (weighted) mean with its influence values.

    Examples
    --------
    >>> mean(np.array([1.0, 2.0, 6.0])).value
    3.0
    """
    w = np.ones_like(y) if weights is None else weights
    if w.shape != y.shape:
        raise ValueError(f"{w.size} weights for {y.size} values")
    value = float(np.sum(w * y) / np.sum(w))
    return Linear(value, w * (y - value) / np.sum(w))


def ratio(num: Floats, den: Floats) -> Linear:
    """Return the ratio of sums with its influence values: ``(num - R den) / sum(den)``.

    Examples
    --------
    >>> ratio(np.array([1.0, 3.0]), np.array([2.0, 6.0])).psi.tolist()
    [0.0, 0.0]
    """
    if num.shape != den.shape:
        raise ValueError(f"{num.size} numerators for {den.size} denominators")
    value = float(np.sum(num) / np.sum(den))
    return Linear(value, (num - value * den) / np.sum(den))


def combine(parts: Sequence[Linear], weights: Sequence[float]) -> Linear:
    """Return the weighted sum of estimates made on the same rows."""
    value = sum(weight * part.value for part, weight in zip(parts, weights, strict=True))
    psi = np.sum([weight * part.psi for part, weight in zip(parts, weights, strict=True)], axis=0)
    return Linear(float(value), psi)


def log(part: Linear) -> Linear:
    """Return the logarithm of an estimate, by the delta method."""
    return Linear(float(np.log(part.value)), part.psi / part.value)
