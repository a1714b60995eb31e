"""What a comparison of outlets could ever show, before any number is looked at."""

from __future__ import annotations

import math

from scipy import stats

from tenor.compare.effects import POWER, quantile


def smallest_seen(spread: float, clusters: int, alpha: float = 0.05) -> float:
    """Return the smallest mean difference that is found four times out of five.

    Parameters
    ----------
    spread
        Standard deviation of the clusters' own differences, in any unit.
    clusters
        Outlets or windows, at least 2.
    alpha
        The level of the two-sided test.

    Returns
    -------
    float
        In the unit of `spread`. Source: (t(1 - alpha/2) + t(.8)) spread / sqrt(clusters), with clusters - 1
        degrees of freedom.

    Raises
    ------
    ValueError
        There are fewer than two clusters, or the spread is no positive number.

    Examples
    --------
    >>> [round(smallest_seen(0.3, clusters), 3) for clusters in (8, 12, 20, 40)]
    [0.346, 0.266, 0.198, 0.136]
    """
    error = _error(spread, clusters)
    return (quantile(1 - alpha / 2, clusters - 1) + quantile(POWER, clusters - 1)) * error


def chance_of_sameness(margin: float, spread: float, clusters: int, alpha: float = 0.05) -> float:
    """Return the chance that two one-sided tests show sameness where the true mean difference is nil.

    Parameters
    ----------
    margin
        The smallest difference that would matter, in the unit of `spread`.
    spread, clusters, alpha
        As for `smallest_seen`; `alpha` is the level of each one-sided test. Source: Schuirmann 1987.

    Examples
    --------
    >>> round(chance_of_sameness(0.2, 0.3, 8), 3), round(chance_of_sameness(0.2, 0.3, 40), 3)
    (0.0, 0.985)
    """
    error = _error(spread, clusters)
    room = margin / error - quantile(1 - alpha, clusters - 1)
    return max(0.0, 2 * float(stats.t.cdf(room, clusters - 1)) - 1)


def _error(spread: float, clusters: int) -> float:
    if clusters < 2:
        raise ValueError(f"{clusters} clusters: two are needed to see a spread")
    if not (math.isfinite(spread) and spread > 0):
        raise ValueError(f"a spread of {spread} is no positive number")
    return spread / math.sqrt(clusters)
