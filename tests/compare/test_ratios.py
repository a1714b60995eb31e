"""A ratio of rounds outlet by outlet: hand-made numbers, invariants, and what can't be a ratio."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.compare.clusters import Rows
from tenor.compare.contrasts import Weighing
from tenor.compare.effects import LogRatio
from tenor.compare.ratios import ratio
from tenor.model import Population


def rows(seed: int = 0, outlets: int = 12, each: int = 6, times: float = 0.7) -> Rows:
    """Two rounds; in the second everything is so many times as large."""
    generator = np.random.default_rng(seed)
    n = outlets * each * 2
    at = np.arange(n)
    item = at % 2
    y = generator.gamma(4, 0.25, n) * np.where(item == 1, times, 1.0)
    return Rows(num=y, den=np.ones(n), outlet=at // (2 * each), round=item, copy=at, day=at % 9, document=at)


def test_by_hand() -> None:
    y = np.array([2.0, 4, 1, 3, 2, 3])  # outlets at (2, 4), (1, 3), (2, 3)
    at = np.arange(6)
    data = Rows(num=y, den=np.ones(6), outlet=at // 2, round=at % 2, copy=at, day=at, document=at)
    found = ratio(data, [-1, 1], population="outlets like these")
    assert found.value == pytest.approx(10 / 5)
    assert found.values == pytest.approx((2, 3, 1.5))
    assert found.left_out is not None
    assert (found.left_out.low, found.left_out.high) == pytest.approx((7 / 4, 7 / 3))


def test_the_error_over_outlets_is_that_of_the_linearised_logarithm() -> None:
    data = rows()
    found = ratio(data, [-1, 1], population="outlets like these")
    means = np.array([[data.num[(data.outlet == o) & (data.round == r)].mean() for r in (0, 1)] for o in range(12)])
    before, now = means.mean(axis=0)
    moves = means[:, 1] / now - means[:, 0] / before
    assert isinstance(found.test, LogRatio)
    assert found.test.std_error == pytest.approx(np.std(moves, ddof=1) / np.sqrt(12))
    assert found.test.df == 11


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 10_000),
    st.sampled_from(["outlet", "pool"]),
    st.sampled_from(["outlets like these", "these outlets"]),
)
def test_turned_round_it_is_one_over_it_and_units_change_nothing(
    seed: int, weighing: Weighing, population: Population
) -> None:
    data = rows(seed)
    one = ratio(data, [-1, 1], population=population, weighing=weighing)
    other = ratio(data, [1, -1], population=population, weighing=weighing)
    scaled = Rows(
        num=data.num * 7,
        den=data.den,
        outlet=data.outlet,
        round=data.round,
        copy=data.copy,
        day=data.day,
        document=data.document,
    )
    third = ratio(scaled, [-2, 2], population=population, weighing=weighing)
    assert one.value is not None
    assert other.value == pytest.approx(1 / one.value)
    assert third.value == pytest.approx(one.value)
    assert one.test is not None
    assert other.test is not None
    assert third.test is not None
    assert other.test.std_error == pytest.approx(one.test.std_error)
    assert third.test.std_error == pytest.approx(one.test.std_error)


def test_intervals_hold_what_they_promise() -> None:
    held = 0
    for seed in range(400):
        generator = np.random.default_rng(seed)
        data = rows(seed, times=0.7)
        shift = generator.normal(1, 0.15, 12)[data.outlet] * np.where(
            data.round == 1, generator.normal(1, 0.1, 12)[data.outlet], 1
        )
        moved = Rows(
            num=data.num * shift,
            den=data.den,
            outlet=data.outlet,
            round=data.round,
            copy=data.copy,
            day=data.day,
            document=data.document,
        )
        test = ratio(moved, [-1, 1], population="outlets like these").test
        assert test is not None
        low, high = test.interval(0.05)
        assert low is not None
        assert high is not None
        held += low <= 0.7 <= high
    assert held / 400 >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / 400)


def test_what_can_be_no_ratio() -> None:
    data = rows()
    nothing = Rows(
        num=np.where(data.round == 0, 0.0, data.num),
        den=data.den,
        outlet=data.outlet,
        round=data.round,
        copy=data.copy,
        day=data.day,
        document=data.document,
    )
    assert "not above zero" in ratio(nothing, [-1, 1], population="these outlets").why_not
    assert ratio(data.only(data.round == 0), [-1, 1], population="these outlets").value is None
    with pytest.raises(ValueError, match="weighs outlets the same"):
        ratio(data, [-1, 1], population="these outlets", weighing="precision")
