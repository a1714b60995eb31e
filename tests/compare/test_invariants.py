"""What must hold whatever the numbers are."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tenor.compare.effects import LinearRatio, LogRatio, RatioTest, Sides, equivalence, log_contrast, two_sided
from tenor.compare.family import benjamini_hochberg, holm, holm_alphas
from tenor.compare.influence import Floats, mean, ratio

POSITIVE = st.floats(0.01, 1000)
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@st.composite
def contrasts(draw: st.DrawFn) -> tuple[Sides, Floats]:
    values = draw(arrays(float, 2, elements=POSITIVE))
    windows = draw(arrays(float, 20, elements=POSITIVE, unique=True))
    return Sides(np.array([1.0, -1.0]), values, np.ones(2), np.zeros(2)), windows


@given(contrasts())
def test_the_other_way_round_is_one_over(found: tuple[Sides, Floats]) -> None:
    one, windows = found
    other = Sides(-one.weights, one.values, one.occasions, one.variance)
    here, there = log_contrast(one, windows), log_contrast(other, windows)
    np.testing.assert_allclose(here.value, 1 / there.value)
    np.testing.assert_allclose(here.std_error, there.std_error)


@given(contrasts(), st.floats(0.001, 1000))
def test_a_common_factor_changes_nothing(found: tuple[Sides, Floats], factor: float) -> None:
    one, windows = found
    scaled = Sides(one.weights * 3, one.values * factor, one.occasions, one.variance)
    before, after = log_contrast(one, windows), log_contrast(scaled, windows * factor)
    np.testing.assert_allclose([before.value, before.std_error], [after.value, after.std_error], rtol=1e-6, atol=1e-9)


@given(contrasts())
def test_order_of_windows_does_not_matter(found: tuple[Sides, Floats]) -> None:
    one, windows = found
    np.testing.assert_allclose(log_contrast(one, windows).std_error, log_contrast(one, windows[::-1]).std_error)


TESTS = st.one_of(
    st.builds(LogRatio, st.floats(-3, 3), st.floats(0.01, 2), st.just(20)),
    st.builds(LinearRatio, st.floats(-5, 5), st.floats(0.5, 5), st.floats(0.01, 2), st.floats(0.01, 2), st.just(20)),
)


@given(TESTS, st.floats(0.001, 0.2))
def test_the_interval_and_the_p_value_agree(test: RatioTest, alpha: float) -> None:
    low, high = test.interval(alpha)
    p = two_sided(test)
    if low is None or high is None or min(abs(low - 1), abs(high - 1)) < 1e-6:
        return
    assert (low <= 1 <= high) == (p >= alpha)


@given(TESTS, st.floats(1.05, 3))
def test_never_the_same_and_beyond_at_once(test: RatioTest, margin: float) -> None:
    if equivalence(test, 1 / margin, margin) < 0.05:
        assert 1 / margin < test.value < margin


@given(P_VALUES)
def test_families_never_make_a_p_value_smaller(p: list[float]) -> None:
    assert all(after >= before for before, after in zip(p, holm(p), strict=True))
    assert all(after >= before - 1e-12 for before, after in zip(p, benjamini_hochberg(p), strict=True))
    assert all(bh <= hs + 1e-12 for bh, hs in zip(benjamini_hochberg(p), holm(p), strict=True))


@given(P_VALUES)
def test_holm_levels_reject_what_holm_rejects(p: list[float]) -> None:
    for value, level, adjusted in zip(p, holm_alphas(p, 0.05), holm(p), strict=True):
        if abs(adjusted - 0.05) > 1e-9:
            assert (value <= level) == (adjusted <= 0.05)


@given(arrays(float, 8, elements=st.floats(-100, 100)))
def test_unit_weights_are_no_weights(y: Floats) -> None:
    assert mean(y).value == mean(y, np.ones(8)).value
    np.testing.assert_array_equal(mean(y).psi, mean(y, np.ones(8)).psi)


@given(arrays(float, 8, elements=st.floats(0, 100)), arrays(float, 8, elements=st.floats(1, 100)))
def test_influence_values_sum_to_zero(num: Floats, den: Floats) -> None:
    assert abs(ratio(num, den).psi.sum()) < 1e-9
