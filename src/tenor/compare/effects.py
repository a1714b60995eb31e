"""Contrasts between stretches of time, judged by the spread of comparable stretches.

Population: comparable events, that is, another such stretch of time. Shocks shared by all
outlets make every interval that ignores them too narrow, so the error is not computed from
the number of pieces but from how much the same contrast moves where nothing happened.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tenor.compare.influence import Linear, combine, log, ratio

Floats = NDArray[np.float64]
Scale = Literal["rate", "share", "mean", "sd", "words", "distance"]
POWER = 0.8


@lru_cache(maxsize=4096)
def quantile(probability: float, df: float) -> float:
    """Return the quantile of Student's t; `df` may be infinite."""
    return float(stats.t.ppf(probability, df) if np.isfinite(df) else stats.norm.ppf(probability))


class RatioTest(Protocol):
    """A ratio of two sides with an error: whatever scale it lives on, it is asked the same."""

    @property
    def value(self) -> float:
        """Return the ratio of the claimed side to the other."""

    @property
    def df(self) -> float:
        """Return the degrees of freedom."""

    def statistic(self, against: float) -> float:
        """Return t for the null "the ratio is `against`"; negative where it is below."""

    def interval(self, alpha: float) -> tuple[float | None, float | None]:
        """Return the interval at level 1 - alpha; None is an unbounded side."""

    def detectable(self, alpha: float, *, below: bool) -> float | None:
        """Return the smallest ratio away from 1 found with 80 % chance, or None if there is none."""


@dataclass(frozen=True, slots=True)
class LogRatio:
    """A ratio whose error is judged on the logarithm.

    Estimand: the ratio of the claimed side to the other, in another such stretch of time.
    """

    log_value: float
    std_error: float
    df: float

    @property
    def value(self) -> float:
        """Return the ratio."""
        return float(np.exp(self.log_value))

    def statistic(self, against: float) -> float:
        """Return t for the null "the ratio is `against`"."""
        return (self.log_value - float(np.log(against))) / self.std_error

    def interval(self, alpha: float) -> tuple[float | None, float | None]:
        """Return the interval at level 1 - alpha."""
        reach = quantile(1 - alpha / 2, self.df) * self.std_error
        return float(np.exp(self.log_value - reach)), float(np.exp(self.log_value + reach))

    def detectable(self, alpha: float, *, below: bool) -> float | None:
        """Return the smallest ratio away from 1 found with 80 % chance."""
        reach = (quantile(1 - alpha / 2, self.df) + quantile(POWER, self.df)) * self.std_error
        return float(np.exp(-reach if below else reach))


@dataclass(frozen=True, slots=True)
class LinearRatio:
    """A ratio of two sides that may be near zero, as rises above a usual level are.

    Judged by ``A - ratio * B``, which is normal where A and B are; the interval is Fieller's
    (1954) and unbounded where B itself can't be told from zero.
    """

    above: float
    below: float
    error_above: float
    error_below: float
    df: float

    @property
    def value(self) -> float:
        """Return the ratio; it is only meaningful where the lower side is above zero."""
        return self.above / self.below

    def statistic(self, against: float) -> float:
        """Return t for the null "the ratio is `against`"."""
        error = np.hypot(self.error_above, against * self.error_below)
        return float((self.above - against * self.below) / error)

    def interval(self, alpha: float) -> tuple[float | None, float | None]:
        """Return Fieller's interval at level 1 - alpha; (None, None) where it is unbounded."""
        t2 = quantile(1 - alpha / 2, self.df) ** 2
        lead = self.below**2 - t2 * self.error_below**2
        if lead <= 0:
            return None, None
        middle = self.above * self.below
        root = np.sqrt(middle**2 - lead * (self.above**2 - t2 * self.error_above**2))
        return float((middle - root) / lead), float((middle + root) / lead)

    def detectable(self, alpha: float, *, below: bool) -> float | None:
        """Return the smallest ratio away from 1 found with 80 % chance, None if even none at all is not."""
        error = float(np.hypot(self.error_above, self.error_below))
        reach = (quantile(1 - alpha / 2, self.df) + quantile(POWER, self.df)) * error / self.below
        found = 1 - reach if below else 1 + reach
        return found if found > 0 else None


def two_sided(test: RatioTest, against: float = 1.0) -> float:
    """Return the two-sided p-value for the null "the ratio is `against`"."""
    return float(2 * stats.t.sf(abs(test.statistic(against)), test.df))


def equivalence(test: RatioTest, low: float, high: float) -> float:
    """Return the p-value of two one-sided tests that the ratio lies between `low` and `high`.

    Source: Schuirmann 1987.

    Examples
    --------
    >>> round(equivalence(LogRatio(0.02, 0.03, 11), np.exp(-0.1), np.exp(0.1)), 6)
    0.010962
    """
    return float(max(stats.t.sf(test.statistic(low), test.df), stats.t.cdf(test.statistic(high), test.df)))


@dataclass(frozen=True, slots=True)
class Sides:
    """The rounds of a contrast: weights that sum to zero, values, occasions, model variance.

    Parameters
    ----------
    weights, values, occasions, variance
        One a round. `values` are rates or shares (minus their baseline, if any), not yet
        divided by occasions; `variance` is what Poisson or binomial noise alone would give.
    """

    weights: Floats
    values: Floats
    occasions: Floats
    variance: Floats

    @property
    def coefficients(self) -> Floats:
        """Return the weights scaled so that each side sums to one, the lower side negative."""
        return self.weights / np.sum(np.clip(self.weights, 0, None))

    def side(self, *, above: bool) -> float:
        """Return the weighted mean per occasion of the claimed side, or of the other."""
        use = self.coefficients > 0 if above else self.coefficients < 0
        return float(np.sum(np.abs(self.coefficients[use]) * self.values[use] / self.occasions[use]))

    @property
    def log_ratio(self) -> float:
        """Return the logarithm of the claimed side over the other."""
        return float(np.log(self.side(above=True) / self.side(above=False)))

    @property
    def pulls(self) -> Floats:
        """Return the linearised weights: how far the log ratio moves with the logarithm of each value."""
        side = np.where(self.coefficients > 0, self.side(above=True), self.side(above=False))
        return self.coefficients * self.values / self.occasions / side

    @property
    def noise(self) -> float:
        """Return the error of the log ratio under Poisson or binomial noise alone."""
        return float(np.sqrt(np.sum(self.pulls**2 * self.variance / self.values**2)))


def log_contrast(sides: Sides, comparison: Floats) -> LogRatio:
    """Judge a ratio of sides by the spread of comparison windows on the logarithm.

    Parameters
    ----------
    sides
        The rounds; all values above zero.
    comparison
        The same measure in the K comparison windows; all above zero.

    Returns
    -------
    LogRatio
        On K - 1 degrees of freedom. The standard error is the root mean square of the same
        contrast over all placements on distinct comparison windows, which for a contrast
        linear in the logarithm is the windows' standard deviation times the length of the
        linearised weights; never below what Poisson or binomial noise alone gives.

    Examples
    --------
    >>> one = np.ones(2)
    >>> sides = Sides(np.array([1.0, -1.0]), np.array([2.0, 4.0]), one, 0 * one)
    >>> log_contrast(sides, np.exp(np.array([-1.0, 0.0, 1.0]))).value
    0.5
    """
    spread = float(np.std(np.log(comparison), ddof=1) * np.sqrt(np.sum(sides.pulls**2)))
    return LogRatio(sides.log_ratio, max(spread, sides.noise), comparison.size - 1)


def linear_contrast(sides: Sides, comparison: Floats) -> LinearRatio:
    """Judge a ratio of rises above a usual level by the spread of such rises in comparison windows.

    Parameters
    ----------
    sides
        The rounds; values may be of either sign.
    comparison
        Rises of the K comparison windows above their own usual level.

    Returns
    -------
    LinearRatio
        On K - 1 degrees of freedom.
    """
    spread = np.maximum(np.var(comparison, ddof=1), sides.variance)
    errors = (sides.coefficients / sides.occasions) ** 2 * spread
    up = sides.coefficients > 0
    return LinearRatio(
        above=sides.side(above=True),
        below=sides.side(above=False),
        error_above=float(np.sqrt(np.sum(errors[up]))),
        error_below=float(np.sqrt(np.sum(errors[~up]))),
        df=comparison.size - 1,
    )


# ------------------------------------------------- named alternatives: what others would print


def noise_variance(value: Floats, den: Floats, scale: Scale) -> Floats:
    """Return the variance of a rate under Poisson, of a share under binomial noise."""
    return np.asarray(value * (1 - value) / den if scale == "share" else value / den)


def dispersion(num: Floats, den: Floats, scale: Scale) -> float:
    """Return Pearson's dispersion of comparison windows around their common value, at least 1."""
    common = float(np.sum(num) / np.sum(den))
    if common == 0 or (scale == "share" and common == 1):
        return 1.0
    unit = noise_variance(np.full_like(num, common), den, scale)
    return max(1.0, float(np.sum((num / den - common) ** 2 / unit) / (num.size - 1)))


def noise_contrast(sides: Sides, phi: float) -> LogRatio:
    """Judge the ratio by Poisson or binomial noise times a dispersion, with the normal quantile."""
    return LogRatio(sides.log_ratio, float(np.sqrt(phi)) * sides.noise, np.inf)


def outlet_contrast(num: Floats, den: Floats, weights: Floats, occasions: Floats) -> LogRatio:
    """Judge the ratio by outlets as clusters, with t(G - 1): blind to shocks all outlets share.

    Parameters
    ----------
    num, den
        Rounds by outlets.
    weights, occasions
        One a round.
    """
    coefficients = weights / np.sum(np.clip(weights, 0, None))
    parts = [ratio(num[at], den[at]) for at in range(len(weights))]
    sides = [_side(parts, coefficients, occasions, sign) for sign in (1, -1)]
    contrast = combine([log(sides[0]), log(sides[1])], [1, -1])
    outlets = np.arange(num.shape[1])
    return LogRatio(contrast.value, contrast.clustered_error(outlets), outlets.size - 1)


def _side(parts: Sequence[Linear], coefficients: Floats, occasions: Floats, sign: int) -> Linear:
    use = [at for at, weight in enumerate(coefficients) if weight * sign > 0]
    return combine([parts[at] for at in use], [abs(coefficients[at]) / occasions[at] for at in use])
