"""Shares from stratified samples: published and hand-computed numbers, and coverage summed over every outcome."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.compare.proportions import Share, Tally, documents_within, stratified_share, wilson

ENDLESS = 10**9


@pytest.mark.parametrize(
    ("yes", "judged", "low", "high"),
    # Newcombe 1998, table I, method 3; and 45 of 50.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (45, 50, 0.7864, 0.9565),
    ],
)
def test_wilson_as_published(yes: int, judged: int, low: float, high: float) -> None:
    assert wilson(yes, judged) == pytest.approx((low, high), abs=5e-5)


def test_one_endless_stratum_is_the_plain_interval() -> None:
    for yes, judged in ((81, 263), (15, 148), (0, 20), (45, 50)):
        found = stratified_share([Tally(size=ENDLESS, judged=judged, yes=yes, no=judged - yes)])
        assert found is not None
        assert (found.low, found.high) == pytest.approx(wilson(yes, judged), abs=5e-8)
        assert found.value == pytest.approx(yes / judged)


def test_one_in_many_has_poissons_bound() -> None:
    # Brown, Cai and DasGupta 2001: -log(.95) / 29 = .0017687, and the other way round.
    found = stratified_share([Tally(size=ENDLESS, judged=29, yes=1, no=28)])
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.0017687, 0.1718), abs=5e-5)
    turned = stratified_share([Tally(size=ENDLESS, judged=29, yes=28, no=1)])
    assert turned is not None
    assert (turned.low, turned.high) == pytest.approx((0.8282, 0.9982313), abs=5e-5)


def test_two_strata_by_hand() -> None:
    # 8 of 10 from 100 and 15 of 30 from 300: (80 + 150) / 400. Worth 11 and 33.222 judgements, so Wilson gives
    # 50.45 to 94.02 (50 to 95) and 101.7 to 198.3 (101 to 199) documents. 230 - |(30, 49)| = 172.55 and
    # 230 + |(15, 49)| = 281.24, outward: 172 to 282 of 400.
    found = stratified_share([Tally(size=100, judged=10, yes=8, no=2), Tally(size=300, judged=30, yes=15, no=15)])
    assert found == Share(value=0.575, low=172 / 400, high=282 / 400)


def test_a_large_stratum_without_a_find_keeps_its_doubt() -> None:
    # 10 of 10 found among 50; none of 10 judged among 1000 refers to it: up to 276 of these may (Wilson, 0 of 10.08).
    found = stratified_share([Tally(size=50, judged=10, yes=10, no=0), Tally(size=1000, judged=10, yes=0, no=0)])
    assert found is not None
    assert (found.value, found.high) == (1.0, 1.0)
    assert 50 / (50 + 300) < found.low < 50 / (50 + 250)


def test_what_is_seen_bounds_what_can_be() -> None:
    # 3 of 11 count, 12 in all: three or four do.
    assert documents_within(3, 11, 12) == (3.0, 4.0)
    assert documents_within(0, 11, 12)[1] == 1.0


def test_nothing_to_share() -> None:
    assert stratified_share([Tally(size=50, judged=10, yes=0, no=0)]) is None
    assert stratified_share([]) is None


@pytest.mark.parametrize("numbers", [(5, 6, 1, 1), (5, 0, 0, 0), (5, 3, 2, 2), (5, 3, -1, 2)])
def test_impossible_numbers(numbers: tuple[int, int, int, int]) -> None:
    size, judged, yes, no = numbers
    with pytest.raises(ValueError, match="judged of 5"):
        Tally(size=size, judged=judged, yes=yes, no=no)


@pytest.mark.parametrize(("yes", "judged"), [(0, 0), (3, 2), (-1, 2)])
def test_no_share(yes: int, judged: int) -> None:
    with pytest.raises(ValueError, match="is no share"):
        wilson(yes, judged)


# --- whatever was judged -----------------------------------------------------------------------------


@st.composite
def tallies(draw: st.DrawFn, *, most: int = 10_000) -> Tally:
    size = draw(st.integers(1, most))
    judged = draw(st.integers(1, min(size, 60)))
    yes = draw(st.integers(0, judged))
    return Tally(size=size, judged=judged, yes=yes, no=draw(st.integers(0, judged - yes)))


@given(st.lists(tallies(), min_size=1, max_size=6), st.floats(0.001, 0.5))
def test_an_interval_is_one(found: list[Tally], alpha: float) -> None:
    share = stratified_share(found, alpha)
    assert (share is None) == (sum(tally.yes + tally.no for tally in found) == 0)
    if share:
        assert 0 <= share.low <= share.value <= share.high <= 1


@given(st.lists(tallies(), min_size=1, max_size=4))
def test_the_other_answer_is_one_minus(found: list[Tally]) -> None:
    share = stratified_share(found)
    turned = stratified_share([tally.turned for tally in found])
    if share and turned:
        assert (1 - turned.value, 1 - turned.high, 1 - turned.low) == pytest.approx(
            (share.value, share.low, share.high)
        )


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=5))
def test_all_judged_is_exact(counts: list[tuple[int, int, int]]) -> None:
    full = [Tally(size=sum(row), judged=sum(row), yes=row[0], no=row[1]) for row in counts if sum(row)]
    yes, no = (sum(row[at] for row in counts) for at in (0, 1))
    share = stratified_share(full)
    if share:
        assert share.low == share.value == share.high
        assert share.value == pytest.approx(yes / (yes + no))


@given(tallies(most=500))
def test_more_of_the_same_is_narrower(tally: Tally) -> None:
    if 2 * tally.judged > tally.size:
        return
    more = Tally(size=tally.size, judged=2 * tally.judged, yes=2 * tally.yes, no=2 * tally.no)
    before, after = stratified_share([tally]), stratified_share([more])
    if before and after:
        # Bounds are whole documents, hence the room.
        assert after.high - after.low <= before.high - before.low + 2 / tally.size + 1e-9 or tally.yes + tally.no < 5


# --- coverage: the chance of every outcome is known, so nothing is simulated ------------------------------

Population = tuple[int, int, int]  # how many documents there are, how many for, how many against
Interval = Callable[[list[Tally]], tuple[float, float] | None]


def ours(found: list[Tally]) -> tuple[float, float] | None:
    share = stratified_share(found)
    return (share.low, share.high) if share else None


def where_known(found: list[Tally]) -> tuple[float, float] | None:
    return ours([replace(found[0], most_no=0), replace(found[1], most_yes=0)])


def at_effective_size(found: list[Tally]) -> tuple[float, float] | None:
    """Wilson at Kish's effective number of judgements: what is commonly done."""
    weights = [tally.weight for tally in found for _ in range(tally.yes + tally.no)]
    if not weights:
        return None
    size = sum(weights) ** 2 / sum(weight**2 for weight in weights)
    return wilson(sum(tally.weight * tally.yes for tally in found) / sum(weights) * size, size)


def outcomes(population: Population, judged: int) -> Iterator[tuple[float, Tally]]:
    size, yes, no = population
    ways = math.comb(size, judged)
    for a in range(min(yes, judged) + 1):
        for b in range(min(no, judged - a) + 1):
            chance = math.comb(yes, a) * math.comb(no, b) * math.comb(size - yes - no, judged - a - b) / ways
            if chance > 1e-7:
                yield chance, Tally(size=size, judged=judged, yes=a, no=b)


def coverage(interval: Interval, populations: list[Population], judged: list[int]) -> float:
    truth = sum(item[1] for item in populations) / sum(item[1] + item[2] for item in populations)
    held = of = 0.0
    for seen in itertools.product(*(list(outcomes(*pair)) for pair in zip(populations, judged, strict=True))):
        chance = math.prod(item[0] for item in seen)
        if chance > 1e-7 and (ends := interval([item[1] for item in seen])):
            held += chance * (ends[0] - 1e-9 <= truth <= ends[1] + 1e-9)
            of += chance
    return held / of


@pytest.mark.parametrize("n", [10, 25, 50])
@pytest.mark.parametrize("p", [0.5, 0.8, 0.95, 1.0])
def test_it_covers_where_weights_differ_much(p: float, n: int) -> None:
    strata = [(1800, round(1800 * p), 1800 - round(1800 * p)), (200, round(200 * p), 200 - round(200 * p))]
    assert coverage(ours, strata, [n // 2, n - n // 2]) >= 0.93


@pytest.mark.parametrize("n", [5, 10, 25])
@pytest.mark.parametrize("missed", [0, 5, 20, 100])
def test_it_covers_where_a_large_stratum_hides_what_was_missed(missed: int, n: int) -> None:
    strata = [(50, 45, 0), (1000, 0, missed)]
    assert coverage(ours, strata, [n, n]) >= 0.95
    # It still does, and with less width, where it is known which stratum can hold what.
    assert coverage(where_known, strata, [n, n]) >= 0.94


def test_an_effective_size_would_not_cover() -> None:
    assert coverage(at_effective_size, [(50, 45, 0), (1000, 0, 20)], [10, 10]) < 0.5


@pytest.mark.parametrize(
    ("strata", "judged"),
    [([(27, 25, 2), (28, 27, 1)], [16, 22]), ([(60, 54, 6), (40, 20, 20)], [5, 5]), ([(12, 11, 1)], [10])],
)
def test_it_covers_where_most_was_judged(strata: list[Population], judged: list[int]) -> None:
    assert coverage(ours, strata, judged) >= 0.93
