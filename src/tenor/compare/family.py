"""Several hypotheses at once: Holm for a family of claims, Benjamini-Hochberg for dashboards."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p_values: Sequence[float]) -> list[float]:
    """Return Holm-adjusted p-values, in the order given.

    Estimand: none; the chance that any true null is rejected stays below the level.
    Source: Holm 1979.

    Examples
    --------
    >>> [round(p, 4) for p in holm([0.01, 0.04, 0.03, 0.005])]
    [0.03, 0.06, 0.06, 0.02]
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return [float(value) for value in adjusted]


def holm_alphas(p_values: Sequence[float], alpha: float) -> list[float]:
    """Return for each hypothesis the level at which Holm's procedure judges it.

    An interval at one minus this level excludes the null exactly where the Holm-adjusted
    p-value is below `alpha`: after the first hypothesis that is not rejected, the level stays.

    Examples
    --------
    >>> holm_alphas([0.001, 0.9, 0.2], 0.06)
    [0.02, 0.03, 0.03]
    """
    p = _checked(p_values)
    levels = np.empty_like(p)
    stopped: float | None = None
    for rank, at in enumerate(np.argsort(p, kind="stable")):
        level = stopped if stopped is not None else alpha / (p.size - rank)
        levels[at] = level
        if p[at] > level:
            stopped = level
    return [float(value) for value in levels]


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Return p-values adjusted for the false discovery rate, in the order given.

    Source: Benjamini and Hochberg 1995.

    Examples
    --------
    >>> [round(p, 4) for p in benjamini_hochberg([0.01, 0.04, 0.03, 0.005])]
    [0.02, 0.04, 0.04, 0.02]
    """
    p = _checked(p_values)
    order = np.argsort(p, kind="stable")[::-1]
    steps = np.minimum.accumulate(p[order] * p.size / np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return [float(value) for value in adjusted]


def _checked(p_values: Sequence[float]) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    p = np.array(list(p_values), dtype=np.float64)
    if not np.all((p >= 0) & (p <= 1)):
        raise ValueError(f"p-values lie between 0 and 1, not {p.tolist()}")
    return p
