"""Entropy and divergence: numbers of reference/methods.md 2.5 and 6.7, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from tenor.compare.entropy import (
    conditional_entropy,
    cross_entropy,
    divergence,
    entropy,
    jensen_shannon,
    shares,
    smoothed,
)

P, Q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
COUNTS = st.lists(st.integers(0, 40), min_size=2, max_size=8).filter(lambda counts: sum(counts) > 0)


def test_published_numbers_of_section_2_5() -> None:
    assert float(jensen_shannon(P, Q)) == pytest.approx(0.095816, abs=1e-6)
    assert float(jensen_shannon(P, Q)) == pytest.approx(jensenshannon(P, Q, base=2) ** 2, abs=1e-12)
    assert entropy(P, corrected=False) == pytest.approx(1.485475, abs=1e-6)
    assert cross_entropy(P, Q) == pytest.approx(1.882054, abs=1e-6)
    assert cross_entropy(P, Q) - cross_entropy(P, P) == pytest.approx(0.396578, abs=1e-6)


# The table does not say of which mixture. Even shares give its K = 5, not its K = 20; shares that fall as 1 / k give
# all nine means, within two errors of the 250 runs that the table beside it (6.6) is of.
RUNS = 250


def _falling(kinds: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return shares(1 / np.arange(1, kinds + 1))


@pytest.mark.parametrize(
    ("kinds", "n", "mean"),
    [(5, 20, 0.081), (5, 50, 0.029), (5, 200, 0.007), (20, 20, 0.317), (20, 50, 0.154), (20, 200, 0.037)],
)
def test_plain_divergence_of_equal_mixtures_is_what_section_6_7_says(kinds: int, n: int, mean: float) -> None:
    draws = np.random.default_rng(7).multinomial(n, _falling(kinds), size=(2, 4_000)).astype(float)
    found = jensen_shannon(shares(draws[0]), shares(draws[1]))
    assert found.mean() == pytest.approx(mean, abs=2 * found.std() / np.sqrt(RUNS) + 0.0005)


@pytest.mark.parametrize(("n", "bias"), [(20, -0.691), (50, -0.312), (200, -0.078)])
def test_plain_entropy_is_too_small_and_the_correction_takes_most_of_it_off(n: int, bias: float) -> None:
    mixture = _falling(20)
    draws = np.random.default_rng(11).multinomial(n, mixture, size=4_000).astype(float)
    plain = np.array([entropy(row, corrected=False) for row in draws]) - cross_entropy(mixture, mixture)
    assert plain.mean() == pytest.approx(bias, abs=2 * plain.std() / np.sqrt(RUNS) + 0.0005)
    mended = np.array([entropy(row) for row in draws]) - cross_entropy(mixture, mixture)
    assert abs(mended.mean()) < 0.6 * abs(bias)


@pytest.mark.parametrize(("kinds", "n"), [(5, 50), (5, 200), (20, 200)])
def test_of_large_samples_the_error_is_the_one_of_the_books(kinds: int, n: int) -> None:
    """(K - 1) / (2 n ln 2) for an entropy (Miller 1955), half of it for a divergence of two samples."""
    draws = np.random.default_rng(17).multinomial(n, np.full(kinds, 1 / kinds), size=(2, 4_000)).astype(float)
    book = (kinds - 1) / (2 * n * np.log(2))
    assert np.log2(kinds) - np.mean([entropy(row, corrected=False) for row in draws[0]]) == pytest.approx(book, rel=0.1)
    assert jensen_shannon(shares(draws[0]), shares(draws[1])).mean() == pytest.approx(book / 2, rel=0.1)


def test_exchanging_blocks_finds_what_chance_gives() -> None:
    days = np.random.default_rng(3).multinomial(5, np.full(5, 0.2), size=20).astype(float)
    found = divergence(days, np.repeat([0, 1], 10))
    # 50 events a period in five kinds: .029 on average (section 6.7), of these days a little more or less.
    assert 0.015 < found.by_chance < 0.045


def test_whole_days_are_exchanged_and_not_single_events() -> None:
    """Each day of one piece: exchanging events would call the periods different, exchanging days can't."""
    generator = np.random.default_rng(5)
    p_values = []
    for _ in range(200):
        days = 20.0 * np.eye(5)[generator.integers(0, 5, 12)]
        p_values.append(divergence(days, np.repeat([0, 1], 6), draws=199).p_value)
    assert np.mean(np.array(p_values) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 200)


def test_a_basic_interval_reaches_nothing_where_nothing_differs_and_a_percentile_one_never_does() -> None:
    generator, reaches, percentile = np.random.default_rng(13), 0, 0
    for _ in range(200):
        days = generator.multinomial(2, _falling(20), 200).astype(float)
        found = divergence(days, np.repeat([0, 1], 100), draws=300)
        reaches += found.low == 0
        percentile += 2 * found.plain - found.high <= 0
    assert reaches / 200 >= 0.95 - 2 * np.sqrt(0.95 * 0.05 / 200)
    assert percentile == 0


@pytest.mark.slow
def test_the_basic_interval_of_a_difference_holds_it_a_little_too_seldom() -> None:
    """Of 400 events in 100 days a period, 95 % intervals hold the truth in 93 of 100 cases; the docstring says so."""
    generator, truth, held = np.random.default_rng(13), 0.095816, 0
    for run in range(2_000):
        days = np.vstack([generator.multinomial(4, P, 100), generator.multinomial(4, Q, 100)]).astype(float)
        found = divergence(days, np.repeat([0, 1], 100), draws=300, seed=run)
        held += found.low <= truth <= found.high
    assert 0.92 <= held / 2_000 <= 0.96


def test_different_behaviour_is_found() -> None:
    days = np.vstack([np.tile([6.0, 1, 0], (10, 1)), np.tile([0.0, 1, 6], (10, 1))])
    found = divergence(days, np.repeat([0, 1], 10))
    assert found.p_value < 0.01
    assert found.low > 0.3
    assert found.value < found.plain


@given(COUNTS, COUNTS)
def test_bounds_and_symmetry(one: list[int], other: list[int]) -> None:
    size = max(len(one), len(other))
    p, q = (shares(np.pad(np.array(counts, float), (0, size - len(counts)))) for counts in (one, other))
    assert 0 <= float(jensen_shannon(p, q)) <= 1
    assert float(jensen_shannon(p, q)) == pytest.approx(float(jensen_shannon(q, p)), abs=1e-12)
    assert float(jensen_shannon(p, p)) == pytest.approx(0, abs=1e-12)
    assert cross_entropy(p, smoothed(q)) >= entropy(p, corrected=False) - 1e-9


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=2, max_size=4))
def test_knowing_what_came_before_never_adds_surprise(rows: list[list[int]]) -> None:
    joint = np.array(rows, float)
    if joint.sum() == 0:
        return
    assert conditional_entropy(joint, corrected=False) <= entropy(joint.sum(axis=0), corrected=False) + 1e-9


@pytest.mark.parametrize("bad", [[], [-1.0, 2.0], [np.nan, 1.0], [np.inf, 1.0], [0.0, 0.0]])
def test_bad_counts_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match=r"counts are finite|nothing was counted"):
        entropy(np.array(bad))


def test_a_period_of_one_day_is_refused() -> None:
    with pytest.raises(ValueError, match="two days or weeks"):
        divergence(np.ones((3, 2)), np.array([0, 1, 1]))
    with pytest.raises(ValueError, match="a period"):
        divergence(np.ones((3, 2)), np.array([0, 1, 2]))


def test_what_is_impossible_under_the_expectation_surprises_without_end() -> None:
    assert cross_entropy(np.array([0.5, 0.5]), np.array([1.0, 0.0])) == float("inf")
