"""How many times as large a measure is in one round as in others, outlet by outlet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tenor.compare.clusters import Rows
from tenor.compare.contrasts import (
    Estimated,
    Floats,
    Table,
    Weighing,
    coefficients_of,
    divided,
    farthest,
    judged,
    part_of,
    table_of,
)
from tenor.compare.effects import LogRatio
from tenor.model import Population


def ratio(rows: Rows, weights: Sequence[float], *, population: Population, weighing: Weighing = "outlet") -> Estimated:
    """Estimate how many times as large a measure is on one side of a contrast as on the other.

    Estimand: the mean over outlets of the rounds with positive weights, over that of the others; with "pool" the ratio
    of what all outlets print together. Judged on the logarithm, by the delta method, with the error of `contrast`.

    Parameters
    ----------
    rows, weights, population, weighing
        As for `contrast`; the measure is above zero on both sides.

    Returns
    -------
    Estimated
        With a ratio as its value, and each outlet's own ratio.

    Raises
    ------
    ValueError
        The weights are no contrast, or outlets are to be weighed by precision.

    Examples
    --------
    >>> at = np.arange(6)
    >>> rows = Rows(
    ...     num=np.array([1.0, 2.0, 2.0, 4.0, 3.0, 3.0]), den=np.ones(6),
    ...     outlet=at // 2, round=at % 2, copy=at, day=at, document=at,
    ... )
    >>> found = ratio(rows, [-1, 1], population="outlets like these")
    >>> found.value, found.values
    (1.5, (2.0, 2.0, 1.0))
    """
    if weighing == "precision":
        raise ValueError("a ratio weighs outlets the same, or pools them")
    coefficients = coefficients_of(weights)
    whole = part_of(rows, coefficients, weighing)
    if whole is None:
        return judged([], [1.0], population)
    used = coefficients[coefficients != 0]
    table = table_of(whole.rows, used.size)
    above, below = (_side_of(table, np.clip(sign * used, 0, None), weighing) for sign in (1, -1))
    if not (above[0] > 0 and below[0] > 0):
        why = "a side of the comparison is not above zero, so that no ratio exists"
        return replace(judged([], [1.0], population), why_not=why, incomplete=whole.incomplete)
    part = part_of(whole.rows, used / np.where(used > 0, above[0], below[0]), weighing)
    assert part is not None
    own = divided(above[2], below[2])
    found = replace(judged([part], [1.0], population), incomplete=whole.incomplete, values=tuple(own.tolist()))
    value, without = above[0] / below[0], divided(above[1], below[1])
    test = found.test and LogRatio(float(np.log(value)), found.test.std_error, found.test.df)
    return replace(found, value=value, test=test, left_out=farthest(table.outlets, without, value))


def _side_of(table: Table, weights: Floats, weighing: Weighing) -> tuple[float, Floats, Floats]:
    """Return one side of a contrast: its value, what it is without each outlet, and each outlet's own."""
    used = weights > 0
    own = table.means[:, used] @ weights[used]
    if weighing == "pool":
        num, den = table.num.sum(axis=0), table.den.sum(axis=0)
        without = divided(num - table.num, den - table.den)[:, used] @ weights[used]
        return float((num / den)[used] @ weights[used]), without, own
    value = float(np.mean(own))
    return value, divided(own.sum() - own, np.full(own.size, own.size - 1.0)), own
