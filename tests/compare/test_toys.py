"""Estimators against published or hand-computed numbers."""

from __future__ import annotations

import numpy as np
import pytest

from tenor.compare.effects import (
    LinearRatio,
    LogRatio,
    Sides,
    dispersion,
    equivalence,
    linear_contrast,
    log_contrast,
    noise_contrast,
    noise_variance,
    outlet_contrast,
    quantile,
    two_sided,
)
from tenor.compare.family import benjamini_hochberg, holm, holm_alphas
from tenor.compare.influence import Linear, combine, log, mean, ratio
from tenor.compare.resample import placebo_differences, placebo_ratios, placements

ONE = np.ones(2)


def sides(weights: list[float], values: list[float], occasions: list[float] | None = None) -> Sides:
    w, v = np.array(weights), np.array(values)
    return Sides(w, v, np.array(occasions) if occasions else np.ones_like(w), np.zeros_like(v))


def test_holm_and_bh() -> None:
    p = (0.01, 0.04, 0.03, 0.005)
    assert holm(p) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert benjamini_hochberg(p) == pytest.approx([0.02, 0.04, 0.04, 0.02])


def test_clustered_error_of_a_mean() -> None:
    # Six groups of 3, 5, 2, 4, 4, 2; statsmodels OLS with cov_type="cluster" gives the same.
    y = np.array([1, 2, 3, 2, 2, 4, 3, 5, 0, 1, 2, 3, 3, 4, 1, 1, 2, 2, 5, 4], float)
    groups = np.repeat(np.arange(6), (3, 5, 2, 4, 4, 2))
    found = mean(y)
    error = found.clustered_error(groups)
    assert found.value == 2.5
    assert error == pytest.approx(0.446654, abs=5e-7)
    reach = quantile(0.975, 5) * error
    assert [found.value - reach, found.value + reach] == pytest.approx([1.351839, 3.648161], abs=5e-7)
    # Every row its own cluster: the independent error .312039.
    assert found.clustered_error(np.arange(20)) == pytest.approx(0.312039, abs=5e-7)


def test_rate_ratio_with_equal_exposure() -> None:
    # 150 against 240: .625; Wald [.509664, .766436]; with dispersion 4 [.415612, .939879].
    two = Sides(
        np.array([1.0, -1.0]), np.array([150.0, 240.0]), ONE, noise_variance(np.array([150.0, 240.0]), ONE, "rate")
    )
    plain, wide = noise_contrast(two, 1.0), noise_contrast(two, 4.0)
    assert plain.value == pytest.approx(0.625)
    assert plain.interval(0.05) == pytest.approx((0.509664, 0.766436), abs=5e-7)
    assert wide.interval(0.05) == pytest.approx((0.415612, 0.939879), abs=5e-7)


def test_tost() -> None:
    # Estimate .02, error .03, 11 degrees of freedom, margin .1: p .010962, 90 % interval [-.033877, .073877].
    reach = quantile(0.95, 11) * 0.03
    assert [0.02 - reach, 0.02 + reach] == pytest.approx([-0.033877, 0.073877], abs=5e-7)
    same = equivalence(LogRatio(0.02, 0.03, 11), float(np.exp(-0.1)), float(np.exp(0.1)))
    assert same == pytest.approx(0.010962, abs=5e-7)


def test_outlets_as_clusters_by_hand() -> None:
    # Rounds 10 + 20 and 20 + 20: log ratio log(.75); influence -1/6 and 1/6; error sqrt(2 (1/36 + 1/36)) = 1/3.
    num, den = np.array([[10.0, 20.0], [20.0, 20.0]]), np.ones((2, 2))
    found = outlet_contrast(num, den, np.array([1.0, -1.0]), ONE)
    assert found.value == pytest.approx(0.75)
    assert found.std_error == pytest.approx(1 / 3)
    assert found.df == 1


def test_ratio_and_log_by_hand() -> None:
    part = ratio(np.array([2.0, 6.0]), np.array([4.0, 4.0]))
    assert part.value == 1.0
    assert part.psi.tolist() == [-0.25, 0.25]
    assert log(part).value == 0.0
    assert combine([part, part], [1, -1]).psi.tolist() == [0.0, 0.0]


def test_fieller_by_hand() -> None:
    # A = 2 ± 1, B = 4 ± 1 with t = 2 (bounds of (A - rB)^2 = 4 (1 + r^2): 12 r^2 - 16 r = 0).
    found = LinearRatio(2.0, 4.0, 1.0, 1.0, np.inf)
    alpha = 2 * (1 - 0.977249868051821)
    assert found.interval(alpha) == pytest.approx((0.0, 4 / 3), abs=1e-6)
    assert LinearRatio(2.0, 1.0, 1.0, 1.0, np.inf).interval(alpha) == (None, None)


def test_log_contrast_by_hand() -> None:
    # Windows exp(-1, 0, 1) have a standard deviation of 1 on the logarithm; weights 1, -1/2, -1/2
    # at equal values pull with length sqrt(1.5).
    found = log_contrast(sides([1, -0.5, -0.5], [2, 4, 4]), np.exp(np.array([-1.0, 0.0, 1.0])))
    assert found.value == pytest.approx(0.5)
    assert found.std_error == pytest.approx(np.sqrt(1.5))
    assert found.df == 2


def test_noise_is_a_floor() -> None:
    noisy = Sides(np.array([1.0, -1.0]), np.array([4.0, 4.0]), ONE, np.array([4.0, 4.0]))
    assert log_contrast(noisy, np.array([4.0, 4.0, 4.0])).std_error == pytest.approx(np.sqrt(0.5))
    assert linear_contrast(noisy, np.array([4.0, 4.0, 4.0])).error_above == pytest.approx(2.0)


def test_linear_contrast_by_hand() -> None:
    # Rises 6 and 2 over 2 and 1 occasions; the windows' variance is 1.
    found = linear_contrast(sides([1, -1], [6, 2], [2, 1]), np.array([-1.0, 0.0, 1.0]))
    assert (found.value, found.error_above, found.error_below) == (1.5, 0.5, 1.0)
    assert two_sided(found) == pytest.approx(float(2 * (1 - _t_cdf(1 / np.hypot(0.5, 1.0), 2))))


def _t_cdf(t: float, df: int) -> float:
    assert df == 2
    return float(0.5 + t / (2 * np.sqrt(2 + t**2)))


def test_spread_is_the_mean_square_of_all_placements() -> None:
    windows = np.exp(np.random.default_rng(5).normal(0, 0.2, size=12))
    pair = sides([1, -1], [1, 1])
    logs = np.log(placebo_ratios(pair, windows))
    assert np.sqrt(np.mean(logs**2)) == pytest.approx(log_contrast(pair, windows).std_error)
    three = sides([1, -0.5, -0.5], [1, 1, 1])
    differences = placebo_differences(three, windows)
    spread = np.sqrt(1.5 * np.var(windows, ddof=1))
    assert np.sqrt(np.mean(differences**2)) == pytest.approx(spread)


def test_placements_are_distinct_and_complete() -> None:
    found = placements(sides([1, -0.5, -0.5], [1, 1, 1]), 21)
    assert found.shape == (3990, 3)
    assert len({tuple(row) for row in found.tolist()}) == 3990
    many = placements(sides([1, -0.5, -0.5], [1, 1, 1]), 200)
    assert len(many) == 20_000
    assert all(len(set(row)) == 3 for row in many.tolist())
    assert placements(sides([1, -1], [1, 1]), 1).shape == (0, 2)


def test_dispersion_never_below_one() -> None:
    even = np.array([10.0, 10.0, 10.0])
    assert dispersion(even, np.array([100.0, 100.0, 100.0]), "rate") == 1.0


def test_holm_levels_agree_with_holm() -> None:
    p = [0.012, 0.024, 0.9, 0.02]
    for value, level, adjusted in zip(p, holm_alphas(p, 0.05), holm(p), strict=True):
        assert (value <= level) == (adjusted <= 0.05)


@pytest.mark.parametrize("bad", [[-0.1], [1.2], [float("nan")]])
def test_family_refuses_what_is_no_p_value(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm(bad)


def test_unequal_lengths_raise() -> None:
    y = np.array([1.0, 2.0])
    with pytest.raises(ValueError, match="weights"):
        mean(y, np.ones(3))
    with pytest.raises(ValueError, match="denominators"):
        ratio(y, np.ones(1))
    with pytest.raises(ValueError, match="clusters"):
        Linear(1.0, y).clustered_error(np.zeros(3, dtype=np.int64))
    with pytest.raises(ValueError, match="two clusters"):
        Linear(1.0, y).clustered_error(np.zeros(2, dtype=np.int64))
