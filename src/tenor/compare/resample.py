"""The same contrast placed where nothing happened."""

from __future__ import annotations

from itertools import permutations
from math import perm

import numpy as np
from numpy.typing import NDArray

from tenor.compare.effects import Sides

Floats = NDArray[np.float64]
_MOST = 20_000
_SEED = 0


def placements(sides: Sides, windows: int) -> NDArray[np.int64]:
    """Return ways to put the rounds of a contrast on distinct comparison windows.

    Parameters
    ----------
    sides
        The rounds; those of equal weight and occasions are interchangeable and are placed
        in one order only.
    windows
        How many comparison windows there are (K).

    Returns
    -------
    array of shape (placements, rounds)
        All of them, or 20,000 drawn with a fixed seed where there are more.

    Examples
    --------
    >>> one = np.ones(3)
    >>> placements(Sides(np.array([1.0, -0.5, -0.5]), one, one, one), 4).shape
    (12, 3)
    """
    rounds = sides.weights.size
    if windows < rounds:
        return np.empty((0, rounds), dtype=np.int64)
    if perm(windows, rounds) <= 10 * _MOST:
        found = np.array(list(permutations(range(windows), rounds)), dtype=np.int64)
    else:
        generator = np.random.default_rng(_SEED)
        found = np.argsort(generator.random((10 * _MOST, windows)), axis=1)[:, :rounds]
    for one in range(rounds):
        for other in range(one + 1, rounds):
            if sides.weights[one] == sides.weights[other] and sides.occasions[one] == sides.occasions[other]:
                found = found[found[:, one] < found[:, other]]
    if len(found) > _MOST:
        found = found[np.linspace(0, len(found) - 1, _MOST).astype(np.int64)]
    return found


def placebo_ratios(sides: Sides, comparison: Floats) -> Floats:
    """Return the contrast as a ratio for every placement on comparison windows (all above zero)."""
    values = comparison[placements(sides, comparison.size)]
    up = sides.coefficients > 0
    above = values[:, up] @ sides.coefficients[up]
    below = values[:, ~up] @ -sides.coefficients[~up]
    return np.asarray(above / below)


def placebo_differences(sides: Sides, comparison: Floats) -> Floats:
    """Return the contrast per occasion as a difference for every placement on comparison windows."""
    values = comparison[placements(sides, comparison.size)]
    return np.asarray(values @ (sides.coefficients / sides.occasions))
