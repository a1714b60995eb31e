"""A ratio of distances between rounds: brute force, invariants, and intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.compare.apart import Apart, DistanceRatio, apart, form_of
from tenor.compare.distance import Points, energy_distance
from tenor.compare.effects import equivalence
from tenor.model import Population
from tests.scripts import loaded

ABOVE = np.array([[0, 0, 0.5], [0, 0, 0.5], [0.5, 0.5, 0]])
BELOW = np.array([[0.0, 1, 0], [1, 0, 0], [0, 0, 0]])
POPULATIONS: tuple[Population, ...] = ("outlets like these", "these outlets")


def rounds(n: int = 240, seed: int = 0, third: float = 0.5, langs: int = 1) -> Points:
    """Three rounds at 0, 1 and `third` in ten outlets, each of which writes one language."""
    generator, at = np.random.default_rng(seed), np.arange(n)
    x = generator.normal(size=(n, 4))
    x[:, 0] += np.array([0.0, 1.5, third])[at % 3]
    outlet = at // 3 % 10
    return Points(vectors=x.astype(np.float32), outlet=outlet, round=at % 3, copy=at, day=at % 7, lang=outlet % langs)


def found(points: Points, population: Population = "outlets like these", *, even: bool = True) -> Apart:
    return apart(points, ABOVE, BELOW, population=population, even=even)


def test_the_pooled_ratio_is_that_of_all_pairs_at_once() -> None:
    points = rounds()
    x = [points.vectors[points.round == number].astype(float) for number in range(3)]
    above = (energy_distance(x[2], x[0]) + energy_distance(x[2], x[1])) / 2
    made = found(points, even=False)
    assert made.value == pytest.approx(above / energy_distance(x[0], x[1]), rel=1e-4)
    assert made.distances[0, 1] == pytest.approx(energy_distance(x[0], x[1]), rel=1e-4)
    assert made.distances == pytest.approx(made.distances.T)


def test_even_outlets_weigh_pairs_of_outlets_the_same_inside_rounds_and_between() -> None:
    points = rounds(120, 3)
    x, outlet, item = points.vectors.astype(float), points.outlet, points.round
    apart_ = np.linalg.norm(x[:, None] - x[None, :], axis=2)
    mean = np.empty((3, 3))
    for r in range(3):
        for s in range(3):
            own: list[float] = []
            other: list[float] = []
            for u in range(10):
                for p in range(10):
                    block = apart_[np.ix_((outlet == u) & (item == r), (outlet == p) & (item == s))]
                    n = block.size - (len(block) if (u, r) == (p, s) else 0)
                    (own if u == p else other).append(block.sum() / n)
            mean[r, s] = 0.9 * np.mean(other) + 0.1 * np.mean(own)
    expected = 2 * mean - np.diag(mean)[:, None] - np.diag(mean)[None, :]
    assert found(points, "these outlets").distances == pytest.approx(expected, abs=1e-4)


def test_outlets_that_differ_and_never_change_make_no_distance() -> None:
    """One text or four in a round: outlets of their own kind would look like change if texts were just pooled."""
    generator, values = np.random.default_rng(8), []
    for _ in range(60):
        size = np.array([[2, 2, 8], [8, 2, 2], [2, 8, 2], [2, 2, 8], [8, 2, 2], [2, 8, 2], [2, 2, 2], [8, 8, 2]])
        outlet = np.repeat(np.arange(8), size.sum(axis=1))
        item = np.concatenate([np.repeat(np.arange(3), row) for row in size])
        x = generator.normal(size=(outlet.size, 3)) + 6 * np.eye(8)[:, :3][outlet]
        at = np.arange(outlet.size)
        points = Points(vectors=x.astype(np.float32), outlet=outlet, round=item, copy=at, day=at, lang=0 * at)
        values.append(found(points).distances[0, 1])
    assert abs(np.mean(values)) < 2.5 * np.std(values) / np.sqrt(60)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1_000))
def test_order_names_and_scale_change_nothing(seed: int) -> None:
    points = rounds(120, seed, langs=2)
    order = np.random.default_rng(seed).permutation(120)
    same = points.only(order)
    wide = Points(
        vectors=points.vectors * 3 + 1,
        outlet=points.outlet * 7 + 5,
        round=points.round,
        copy=points.copy + 9,
        day=points.day,
        lang=points.lang + 4,
    )
    for population in POPULATIONS:
        one = found(points, population)
        assert one.value is not None
        for other in (found(same, population), found(wide, population)):
            assert other.value == pytest.approx(one.value, rel=1e-3)
            assert one.test is not None
            assert other.test is not None
            assert other.test.error(1.0) / other.test.below == pytest.approx(
                one.test.error(1.0) / one.test.below, rel=1e-2
            )


def test_how_far_a_text_moves_a_distance_is_what_doubling_it_shows() -> None:
    """The linearised error against the spread of the ratio over worlds, outlets fixed."""
    generator, values, errors = np.random.default_rng(4), [], []
    own = generator.normal(size=(10, 4))
    for _ in range(120):
        points = rounds(360, int(generator.integers(10**9)))
        moved = Points(
            vectors=points.vectors + own[points.outlet].astype(np.float32),
            outlet=points.outlet,
            round=points.round,
            copy=points.copy,
            day=points.day,
            lang=points.lang,
        )
        made = found(moved, "these outlets")
        assert made.value is not None
        assert made.test is not None
        values.append(made.value)
        errors.append(made.test.error(made.value) / made.test.below)
    # Never too small; days and copy groups, whichever moves it more, make it larger than need be.
    assert 0.9 * np.std(values) < np.mean(errors) < 2 * np.std(values)


def test_an_outlet_that_misses_a_round_is_left_out_and_named() -> None:
    points = rounds()
    made = found(points.only((points.outlet != 4) | (points.round != 2)))
    assert made.incomplete == (4,)
    assert 4 not in made.outlets


def test_too_few_outlets_have_a_ratio_and_no_interval() -> None:
    points = rounds()
    made = found(points.only(points.outlet < 5))
    assert made.value is not None
    assert made.test is None
    assert made.why_not == "only 5 outlets, where 8 are needed to speak of others like them"
    assert found(points.only(points.outlet < 5), "these outlets").test is not None


def test_nothing_to_measure_against_is_said() -> None:
    at = np.arange(120)
    flat = np.random.default_rng(1).normal(size=(120, 3)).astype(np.float32)
    points = Points(vectors=flat, outlet=at // 3 % 10, round=at % 3, copy=at, day=at % 7, lang=0 * at)
    made = found(points)
    if made.distances[0, 1] <= 0:
        assert made.value is None
        assert "no further apart than chance" in made.why_not
    equal = Points(
        vectors=np.ones_like(flat), outlet=points.outlet, round=points.round, copy=at, day=points.day, lang=points.lang
    )
    assert found(equal).test is None
    assert (
        found(points.only(points.round < 2)).why_not == "no language has outlets with two texts or more in every round"
    )


def test_one_outlet_is_judged_by_its_texts() -> None:
    points = rounds(2_400)
    alone = points.only(points.outlet == 3)
    assert found(alone, "these outlets").value is not None
    assert found(alone).test is None


def test_a_language_with_one_text_a_round_does_not_count() -> None:
    points = rounds(langs=2)
    few = np.zeros(len(points), np.bool_)
    few[np.flatnonzero(points.outlet == 1)[:3]] = True
    kept = points.only((points.lang == 0) | few)
    assert found(kept).outlets == (0, 2, 4, 6, 8)
    assert 1 in found(kept).incomplete


def test_an_outlet_that_is_alone_in_its_language_says_nothing_of_others_like_it() -> None:
    points = rounds(langs=10)
    alone = found(points)
    assert (alone.value, alone.outlets) == (None, ())
    mixed = Points(
        vectors=points.vectors,
        outlet=points.outlet,
        round=points.round,
        copy=points.copy,
        day=points.day,
        lang=(points.outlet == 9).astype(np.int64),
    )
    assert (found(mixed).outlets, found(mixed).incomplete) == (tuple(range(9)), (9,))
    assert found(mixed, "these outlets").outlets == tuple(range(10))


def test_fieller_as_by_hand() -> None:
    test = DistanceRatio(1.0, 2.0, 0.1, 0.2, 0.01, 15)
    low, high = test.interval(0.05)
    assert low is not None
    assert high is not None
    for end in (low, high):
        assert abs(test.statistic(end)) == pytest.approx(2.131450, abs=1e-5)
    assert DistanceRatio(0.1, 0.1, 0.1, 0.2, 0.0, 15).interval(0.05) == (None, None)
    far = DistanceRatio(1.0, 0.1, 0.1, 0.2, 0.0, 15)
    low, high = far.interval(0.05)
    assert low is not None
    assert high is None
    assert far.statistic(low) == pytest.approx(2.131450, abs=1e-5)


def test_a_distance_of_nothing_is_as_near_as_can_be() -> None:
    """The lower end of sameness is no end: whatever lies nearer than a distance of nothing is the same, too."""
    near = DistanceRatio(-0.05, 1.0, 0.1, 0.1, 0.0, 15)
    assert near.statistic(0.0) == float("inf")
    assert equivalence(near, 0.0, 1.25) < 0.001
    assert near.interval(0.05)[0] == 0


def test_pairs_become_mean_distances() -> None:
    means = np.array([[1.0, 3, 4], [3, 2, 5], [4, 5, 3]])
    # 2 * 4 - 1 - 3 and 2 * 5 - 2 - 3, half of each.
    assert np.sum(form_of(ABOVE) * means) == pytest.approx((4 + 5) / 2)


@pytest.mark.slow
@pytest.mark.parametrize("population", POPULATIONS)
def test_intervals_miss_at_most_as_often_as_they_say(population: Population) -> None:
    bench = loaded("benchmarks/distances.py")
    above, below, _ = bench.missed(population, 0.75, (20, 4), 300)
    assert above + below <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 300)
