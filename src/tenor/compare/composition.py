"""Did outlets write otherwise, or did other outlets write: a contrast taken apart in two.

Source: Kitagawa 1955. Within: outlets' values move, their shares stay at the mean of both rounds.
Composition: shares move, values stay. Both parts sum to the contrast of all pieces pooled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenor.compare.clusters import Cells, Rows, summed
from tenor.compare.contrasts import (
    Estimated,
    Part,
    Table,
    coefficients_of,
    divided,
    effective,
    judged,
    pooled,
    table_of,
    weighed,
)
from tenor.model import Population

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
FEWEST_DOCUMENTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Decomposition:
    """A pooled contrast and its two parts.

    `merged` are the outlets taken as one, because they have fewer than five documents in a round.
    """

    total: Estimated
    within: Estimated
    composition: Estimated
    merged: tuple[int, ...]


def within(num: Floats, den: Floats, coefficients: Floats) -> Floats:
    """Return the part of a pooled contrast that is due to groups' own values.

    Parameters
    ----------
    num, den
        Sums above and below the line: groups by rounds, perhaps many tables stacked before them. A
        group with nothing in one of two rounds has no value there and counts as composition only.
    coefficients
        One a round, each side summing to one. With several rounds a side, the part is the mean
        over all pairs of a round above and a round below.

    Examples
    --------
    >>> share = np.array([[0.2, 0.5], [0.3, 0.3], [0.5, 0.2]])
    >>> value = np.array([[0.1, 0.2], [-0.1, -0.1], [-0.5, -0.4]])
    >>> round(float(within(share * value, share, np.array([1.0, -1.0]))), 12)
    -0.07
    """
    share, change = _pairs(num, den, coefficients)
    return np.asarray(np.sum(_pair_weights(coefficients) * np.sum(share * change, axis=-3), axis=(-2, -1)))


def kitagawa(
    rows: Rows, weights: Sequence[float], *, population: Population, fewest: int = FEWEST_DOCUMENTS
) -> Decomposition | None:
    """Take the pooled contrast of rounds apart into within and composition.

    Parameters
    ----------
    rows, weights, population
        As for `contrast`.
    fewest
        Outlets with fewer documents in a round are taken as one group.

    Returns
    -------
    Decomposition or None
        None where a round has nothing at all. The parts' errors count shares and values as
        estimated, both.

    Examples
    --------
    >>> at = np.arange(20)
    >>> rows = Rows(
    ...     num=np.repeat([1.0, 3.0, 2.0, 4.0], 5), den=np.ones(20),
    ...     outlet=at // 5 % 2, round=at // 10, copy=at, day=at, document=at,
    ... )
    >>> found = kitagawa(rows, [-1, 1], population="these outlets")
    >>> found.total.value, found.within.value, found.composition.value
    (1.0, 1.0, 0.0)
    """
    found = parts(rows, weights, fewest)
    if found is None:
        return None
    total, own, rest = (judged([part], [1.0], population) for part in (found.total, found.within, found.composition))
    return Decomposition(total=total, within=own, composition=rest, merged=found.merged)


class Parts(NamedTuple):
    """A decomposition before it is judged."""

    total: Part
    within: Part
    composition: Part
    merged: tuple[int, ...]


def parts(rows: Rows, weights: Sequence[float], fewest: int = FEWEST_DOCUMENTS) -> Parts | None:
    """Return total, within and composition before they are judged; None where a round has nothing."""
    rows, coefficients = weighed(rows, coefficients_of(weights))
    table = table_of(rows, coefficients.size)
    if not np.all(table.den.sum(axis=0) > 0):
        return None
    total = pooled(rows, table, coefficients)
    small = np.any(table.documents < fewest, axis=1)
    own = _own(rows, table, coefficients, small)
    rest = replace(
        total,
        value=total.value - own.value,
        values=np.full(table.outlets.size, np.nan),
        moves=total.moves - own.moves,
        without=total.without - own.without,
        psi=total.psi - own.psi,
    )
    return Parts(total, own, rest, tuple(int(code) for code in table.outlets[small]))


def _pair_weights(coefficients: Floats) -> Floats:
    return np.outer(coefficients[coefficients > 0], -coefficients[coefficients < 0])


def _pairs(num: Floats, den: Floats, coefficients: Floats) -> tuple[Floats, Floats]:
    """Return groups' mean share and change of value: groups by rounds above by rounds below."""
    shares, values = divided(den, den.sum(axis=-2, keepdims=True)), divided(num, den)
    up, down = coefficients > 0, coefficients < 0
    change = values[..., up][..., :, None] - values[..., down][..., None, :]
    share = (shares[..., up][..., :, None] + shares[..., down][..., None, :]) / 2
    there = np.isfinite(change)
    return np.where(there, share, 0.0), np.where(there, change, 0.0)


def _slopes(num: Floats, den: Floats, coefficients: Floats) -> tuple[Floats, Floats]:
    """Return how far the part within moves with each group's value and share, a round a column."""
    share, change = _pairs(num, den, coefficients)
    weight, up, down = _pair_weights(coefficients), coefficients > 0, coefficients < 0
    by_value, by_share = np.zeros(num.shape), np.zeros(num.shape)
    by_value[:, up], by_value[:, down] = np.sum(weight * share, axis=2), -np.sum(weight * share, axis=1)
    by_share[:, up], by_share[:, down] = np.sum(weight * change, axis=2) / 2, np.sum(weight * change, axis=1) / 2
    return by_value, by_share


def _own(rows: Rows, table: Table, coefficients: Floats, small: NDArray[np.bool_]) -> Part:
    """Return the part within, small outlets taken as one group."""
    group = np.where(small, 0, np.cumsum(~small))
    member = (group == np.arange(group.max() + 1)[:, None]).astype(float)
    num, den = member @ table.num, member @ table.den
    by_value, by_share = _slopes(num, den, coefficients)
    own, rounds = group[table.at] * coefficients.size + rows.round, rows.round
    total = den.sum(axis=0)
    from_mean = rows.num - np.nan_to_num(divided(num, den)).ravel()[own] * rows.den
    from_share = by_share.ravel()[own] - np.sum(by_share * den / total, axis=0)[rounds]
    psi = divided(by_value, den).ravel()[own] * from_mean + from_share * rows.den / total[rounds]
    weights = (table.den / total) @ np.abs(coefficients) / 2
    lost = [member.T[:, :, None] * item[:, None, :] for item in (table.num, table.den)]
    left = np.all(np.sum(den - lost[1], axis=1) > 0, axis=1)
    return Part(
        value=float(within(num, den, coefficients)),
        outlets=table.outlets,
        values=table.means @ coefficients,
        weights=weights,
        moves=summed(table.at, psi, table.outlets.size),
        df=effective(weights) - 1,
        without=np.where(left, within(num - lost[0], den - lost[1], coefficients), np.nan),
        rows=rows,
        psi=psi,
        cells=Cells(own=own, den=rows.den, weights=by_value.ravel()),
        incomplete=table.incomplete,
    )
