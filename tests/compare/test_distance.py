"""Energy distances: numbers of reference/methods.md 2.5 and 6.6, brute force, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tenor.compare.distance import Points, capped, energy_distance, exchanged, halves
from tests.scripts import loaded

X, Y = np.array([0.0, 1, 3]), np.array([1.0, 2, 4])


def cloud(n: int, seed: int = 0, apart: float = 0.0) -> Points:
    """Two rounds, three outlets, two languages; the rounds lie so far apart in one direction."""
    generator, at = np.random.default_rng(seed), np.arange(n)
    x = generator.normal(size=(n, 4))
    x[:, 0] += apart * (at % 2)
    lang = (at // 2 % 3 == 2).astype(np.int64)
    return Points(vectors=x.astype(np.float32), outlet=at // 2 % 3, round=at % 2, copy=at, day=at % 5, lang=lang)


def by_hand(points: Points, side: NDArray[np.bool_]) -> float:
    """The energy distance language by language, weighed by texts, from all pairs at once."""
    total, weight = 0.0, 0
    for code in np.unique(points.lang):
        one, other = (points.vectors[(points.lang == code) & which].astype(float) for which in (side, ~side))
        total += (len(one) + len(other)) * energy_distance(one, other)
        weight += len(one) + len(other)
    return total / weight


def test_published_number_of_section_2_5() -> None:
    assert energy_distance(X, Y, unbiased=False) == pytest.approx(2 / 3, abs=1e-6)
    assert energy_distance(X, Y, unbiased=False) == pytest.approx(stats.energy_distance(X, Y) ** 2, abs=1e-9)
    # By hand: 2 * 15/9 - 12/6 - 12/6.
    assert energy_distance(X, Y) == pytest.approx(-2 / 3, abs=1e-9)


def test_only_the_unbiased_distance_is_nothing_on_average_where_nothing_differs() -> None:
    generator = np.random.default_rng(2)
    draws = [(generator.normal(size=(8, 3)), generator.normal(size=(12, 3))) for _ in range(2_000)]
    found = np.array([energy_distance(*draw) for draw in draws])
    assert abs(found.mean()) < 2 * found.std() / np.sqrt(found.size)
    assert np.mean([energy_distance(*draw, unbiased=False) for draw in draws]) > 10 * found.std() / np.sqrt(found.size)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(24, 70))
def test_blocks_give_what_all_pairs_at_once_give(seed: int, n: int) -> None:
    points = cloud(n, seed, apart=1.0)
    found = exchanged(points, points.round == 0, 20, seed=seed)
    assert found.observed == pytest.approx(by_hand(points, points.round == 0), abs=1e-4)
    back = exchanged(points, points.round == 1, 20, seed=seed)
    assert back.observed == pytest.approx(found.observed, abs=1e-5)


def test_more_than_one_block_gives_what_all_pairs_at_once_give() -> None:
    points = cloud(1_300, 5, apart=0.3)
    found = exchanged(points, points.round == 0, 600)
    assert found.observed == pytest.approx(by_hand(points, points.round == 0), abs=1e-5)
    assert found.p_value == pytest.approx(1 / 601)


def test_every_exchange_is_the_distance_of_some_labels() -> None:
    points = cloud(12, 1)
    side = points.round == 0
    every = set()
    for bits in range(2**12):
        labels = np.array([bits >> at & 1 for at in range(12)], bool)
        same = all(labels[points.outlet == code].sum() == side[points.outlet == code].sum() for code in range(3))
        if same:
            every.add(round(by_hand(points, labels), 3))
    assert {round(value, 3) for value in exchanged(points, side, 300).draws.tolist()} <= every


def test_a_copy_group_moves_as_a_whole() -> None:
    points = cloud(40, 3)
    alike = np.repeat(points.vectors[::4], 4, axis=0)
    group = np.repeat(np.arange(10), 4)
    same = np.zeros(40, np.int64)
    made = Points(vectors=alike, outlet=same, round=group % 2, copy=group, day=same, lang=same)
    draws = exchanged(made, made.round == 0, 400).draws
    # Groups of four equal texts on one side each: few distinct distances, and none as small as halves of a group give.
    single = Points(vectors=alike, outlet=same, round=group % 2, copy=np.arange(40), day=same, lang=same)
    assert np.unique(draws.round(4)).size <= 252
    assert draws.var() > 3 * exchanged(single, single.round == 0, 400).draws.var()


def test_an_outlet_in_one_round_only_is_never_exchanged() -> None:
    at = np.arange(20)
    x = np.where(at < 10, 0.0, 5.0)[:, None] + np.random.default_rng(0).normal(size=(20, 2))
    points = Points(vectors=x.astype(np.float32), outlet=at // 10, round=at // 10, copy=at, day=at, lang=0 * at)
    found = exchanged(points, at < 10, 50)
    assert found.draws == pytest.approx(np.full(50, found.observed))
    assert found.p_value == 1.0


def test_halves_of_the_same_texts_lie_at_nothing_on_average() -> None:
    found = halves(cloud(400, 9), 500)
    assert abs(found.mean()) < 4 * found.std() / np.sqrt(500)


def test_a_cap_is_per_round_and_language_and_drawn_the_same_again() -> None:
    points = cloud(600, 4)
    kept, left = capped(points, 50, 7)
    assert (len(kept), left) == (200, 400)
    again, _ = capped(points, 50, 7)
    assert np.array_equal(kept.copy, again.copy)
    assert not np.array_equal(kept.copy, capped(points, 50, 8)[0].copy)
    assert capped(points, 10_000, 7)[1] == 0


def test_too_few_texts_say_nothing() -> None:
    points = cloud(12).only(np.arange(3))
    assert np.isnan(exchanged(points, np.array([True, False, False]), 10).observed)
    with pytest.raises(ValueError, match="two points"):
        energy_distance(X[:1], Y)


def test_texts_that_are_no_points_are_refused() -> None:
    points = cloud(12)
    with pytest.raises(ValueError, match="not finite"):
        Points(
            vectors=np.full((12, 4), np.nan, np.float32),
            outlet=points.outlet,
            round=points.round,
            copy=points.copy,
            day=points.day,
            lang=points.lang,
        )
    with pytest.raises(ValueError, match="columns of"):
        Points(
            vectors=points.vectors[:3],
            outlet=points.outlet,
            round=points.round,
            copy=points.copy,
            day=points.day,
            lang=points.lang,
        )


def test_texts_that_are_all_equal_lie_at_nothing() -> None:
    at = np.arange(12)
    points = Points(vectors=np.ones((12, 3), np.float32), outlet=at % 2, round=at // 6, copy=at, day=at, lang=0 * at)
    found = exchanged(points, at < 6, 20)
    assert found.observed == pytest.approx(0, abs=1e-6)
    assert found.p_value == 1.0


@pytest.mark.slow
@pytest.mark.parametrize(("icc", "documents", "stories"), [(0.0, 0.03, 0.04), (0.2, 0.42, 0.06), (0.5, 0.90, 0.03)])
def test_only_whole_stories_keep_the_level_of_section_6_6(icc: float, documents: float, stories: float) -> None:
    bench = loaded("benchmarks/distances.py")
    runs = 1_000
    for whole, published in ((False, documents), (True, stories)):
        share = bench.type_one(icc, runs, whole=whole)
        spread = max(published, 0.05) * (1 - max(published, 0.05))
        # The published shares are of 250 runs.
        assert abs(share - published) <= 2.5 * np.sqrt(spread * (1 / runs + 1 / 250)), (whole, share)
        assert not whole or share <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / runs)
