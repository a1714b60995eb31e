"""Whether those who coded the same units agree more than chance would have it: Krippendorff's alpha.

Alpha is one minus the disagreement observed within units over the disagreement expected if codes were dealt to
units by chance. Source: Krippendorff 2011, "Computing Krippendorff's alpha-reliability". The interval is by
resampling whole units, or whole clusters of units such as documents. Population: units like these, and these coders.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
AgreementWord = Literal["good", "acceptable", "low", "undefined"]

GOOD, ACCEPTABLE = 0.8, 0.667
"""What the lower end of the interval must reach for each word (Krippendorff 2019)."""

_ENDS = (0.025, 0.975)
# How many numbers a block of resamples may hold at once.
_MOST = 2_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Krippendorff's alpha with its 95 % interval; `why` says what is missing where it can't be given.

    Parameters
    ----------
    alpha, low, high
        1 is perfect, 0 is what chance gives, below 0 is systematic disagreement. None where undefined.
    level
        How codes are told apart: nominal, ordinal, interval or ratio.
    units
        How many units have a code.
    coders
        How many coders gave one.
    pairable
        How many units were coded by two or more; the others say nothing of agreement.
    why
        Why alpha or its interval is undefined.
    """

    alpha: float | None
    low: float | None
    high: float | None
    level: Level
    units: int
    coders: int
    pairable: int
    why: str = ""

    @property
    def word(self) -> AgreementWord:
        """Return good, acceptable or low, by the lower end of the interval."""
        if self.low is None:
            return "undefined"
        if self.low >= GOOD:
            return "good"
        return "acceptable" if self.low >= ACCEPTABLE else "low"


def krippendorff(codes: Floats, level: Level) -> float | None:
    """Return Krippendorff's alpha.

    Parameters
    ----------
    codes
        Units by coders; NaN where a coder gave none. Nominal values are numbered in any order.
    level
        ``nominal`` (the same or not), ``ordinal`` (how many codes lie between), ``interval``
        (difference) or ``ratio`` (difference over sum).

    Returns
    -------
    float or None
        None where it is undefined: no unit was coded twice, or all such codes are the same.

    Raises
    ------
    ValueError
        The table is not of two dimensions, holds infinite numbers, or negative ones on a ratio scale.

    Examples
    --------
    >>> krippendorff(np.array([[0.0, 1.0], [1.0, 1.0], [0.0, 0.0], [0.0, 0.0]]), "nominal")
    0.5333333333333333
    >>> krippendorff(np.array([[2.0, 2.0], [2.0, np.nan]]), "nominal") is None
    True
    """
    tallies = _tallies(codes, level)
    found = _alphas(tallies, np.ones((1, len(tallies.counts))), level)[0]
    return None if np.isnan(found) else float(found)


def agreement(
    codes: Floats, level: Level, *, clusters: Ints | None = None, resamples: int = 4_000, seed: int = 0
) -> Agreement:
    """Return Krippendorff's alpha with a percentile interval from resampled units.

    Parameters
    ----------
    codes, level
        As for `krippendorff`.
    clusters
        The cluster of each unit (its document, say): clusters are drawn whole, because units of one are alike.
        Without it, each unit is its own.
    resamples
        How many times to draw; a draw without any variation counts as 0, for it shows no agreement beyond chance.
    seed
        The same seed gives the same interval.

    Raises
    ------
    ValueError
        As for `krippendorff`; or there is not one cluster a unit.

    Examples
    --------
    >>> found = agreement(np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 4.0], [4.0, 4.0], [5.0, 5.0]]), "interval")
    >>> round(found.alpha, 3), round(found.low, 2), found.word
    (0.957, 0.55, 'low')
    >>> agreement(np.array([[1.0, np.nan], [np.nan, 2.0]]), "nominal").why
    'no unit was coded by two coders'
    """
    if clusters is not None and clusters.shape != codes.shape[:1]:
        raise ValueError(f"{clusters.size} clusters for {len(codes)} units")
    tallies = _tallies(codes, level)
    own = tallies.rows if clusters is None else clusters[tallies.rows]
    there = ~np.isnan(codes)
    alpha = krippendorff(codes, level)
    why = _why_undefined(tallies, own)
    low, high = (None, None) if why else _interval(_resampled(tallies, own, level, resamples, seed))
    return Agreement(
        alpha=alpha,
        low=low,
        high=high,
        level=level,
        units=int(there.any(axis=1).sum()),
        coders=int(there.any(axis=0).sum()),
        pairable=len(tallies.rows),
        why=why,
    )


@dataclass(frozen=True, slots=True)
class _Tallies:
    """How often each unit with two codes or more was given each value; `rows` are the places of these units."""

    rows: Ints
    values: Floats
    counts: Floats


def _tallies(codes: Floats, level: Level) -> _Tallies:
    if codes.ndim != 2:
        raise ValueError(f"codes of {codes.ndim} dimensions; they must be units by coders")
    if np.isinf(codes).any() or (level == "ratio" and (codes < 0).any()):
        raise ValueError("codes must be finite, and not negative on a ratio scale")
    rows = np.flatnonzero((~np.isnan(codes)).sum(axis=1) >= 2)
    unit, coder = np.nonzero(~np.isnan(codes[rows]))
    values, place = np.unique(codes[rows][unit, coder], return_inverse=True)
    cells = np.bincount(unit * values.size + place, minlength=len(rows) * values.size)
    return _Tallies(rows, values, cells.reshape(len(rows), values.size).astype(np.float64))


def _why_undefined(tallies: _Tallies, clusters: Ints) -> str:
    if not len(tallies.rows):
        return "no unit was coded by two coders"
    if tallies.values.size == 1:
        return "all codes are the same, so nothing shows whether coders would agree on another"
    if np.unique(clusters).size == 1:
        return "an interval needs units of two documents or more, coded by two coders"
    return ""


def _alphas(tallies: _Tallies, weights: Floats, level: Level) -> Floats:
    """Return alpha for each row of weights (how often each unit counts); NaN where nothing varies."""
    margins = weights @ tallies.counts
    others = tallies.counts.sum(axis=1) - 1
    if level == "ordinal":
        observed, expected = _by_rank(tallies.counts, weights, margins)
    else:
        apart = _distances(tallies.values, level)
        observed = weights @ (_between(tallies.counts, apart) / others)
        expected = _between(margins, apart)
    expected /= np.maximum(margins.sum(axis=1) - 1, 1)
    undefined = np.full(len(weights), np.nan)
    return np.asarray(1 - np.divide(observed, expected, out=undefined, where=expected > 0))


def _between(counts: Floats, apart: Floats) -> Floats:
    """Return the distances summed over all ordered pairs of codes of each row."""
    return np.asarray(((counts @ apart) * counts).sum(axis=1))


def _by_rank(counts: Floats, weights: Floats, margins: Floats) -> tuple[Floats, Floats]:
    """Return observed and expected disagreement by rank; ranks are those among the codes that were drawn.

    Krippendorff's ordinal distance is the squared difference of mid-ranks, so sums over pairs
    come from sums and sums of squares.
    """
    ranks = np.cumsum(margins, axis=1) - margins / 2
    sizes = counts.sum(axis=1)
    squares, sums = ranks**2 @ (counts * sizes[:, None]).T, ranks @ counts.T
    observed = (weights * (2 * (squares - sums**2) / (sizes - 1))).sum(axis=1)
    total = margins.sum(axis=1)
    expected = 2 * (total * (margins * ranks**2).sum(axis=1) - (margins * ranks).sum(axis=1) ** 2)
    return observed, expected


def _distances(values: Floats, level: Level) -> Floats:
    """Return the squared distance of each value from each."""
    differences = values[:, None] - values[None, :]
    if level == "nominal":
        return np.asarray(differences != 0, dtype=np.float64)
    if level == "ratio":
        sums = values[:, None] + values[None, :]
        differences = np.divide(differences, sums, out=np.zeros_like(sums), where=sums > 0)
    return np.asarray(differences**2)


def _resampled(tallies: _Tallies, clusters: Ints, level: Level, resamples: int, seed: int) -> Floats:
    names, place = np.unique(clusters, return_inverse=True)
    generator = np.random.default_rng(seed)
    block = max(1, _MOST // max(place.size, names.size))
    found = []
    for start in range(0, resamples, block):
        size = min(block, resamples - start)
        drawn = generator.integers(names.size, size=(size, names.size)) + names.size * np.arange(size)[:, None]
        times = np.bincount(drawn.ravel(), minlength=size * names.size).reshape(size, names.size)
        found.append(_alphas(tallies, times[:, place].astype(np.float64), level))
    return np.nan_to_num(np.concatenate(found), nan=0.0)


def _interval(found: Floats) -> tuple[float, float]:
    low, high = np.quantile(found, _ENDS)
    return float(low), float(high)
