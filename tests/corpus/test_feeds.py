"""What daily counts can show: planted faults are found, clean feeds are left alone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from math import log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.corpus.feeds import check_feed, silences, too_sparse
from tenor.corpus.samples import Fault, Ints, lower_tail
from tenor.errors import StudyError

FIRST = date(2022, 1, 1)  # a Saturday
SIZE = 730
WEEK = (0.7, 0.6, 1.1, 1.2, 1.1, 1.2, 1.1)
WORKDAYS = (0.0, 0.0, 1.0, 1.1, 1.0, 1.1, 1.0)


def span(size: int) -> list[date]:
    return [FIRST + timedelta(days=day) for day in range(size)]


def shocks(rng: np.random.Generator, size: int) -> np.ndarray:
    """Day shocks with a mean of 1, a deviation near 0.35, each half of the one before."""
    noise = rng.normal(size=size)
    walk = np.zeros(size)
    for day in range(size):
        walk[day] = (0.5 * walk[day - 1] if day else 0.0) + noise[day] * 0.75**0.5
    shocked: np.ndarray = np.exp(0.25 * walk - 0.25**2 / 2) * rng.gamma(16, 1 / 16, size)
    return shocked


def feed(seed: int, rate: float, *, week: tuple[float, ...] = WEEK, trend: float | np.ndarray = 1.0) -> Ints:
    """A feed as they are: days of the week, shocks that last, and four events of a week."""
    rng = np.random.default_rng(seed)
    size = SIZE if isinstance(trend, float) else len(trend)
    usual = rate * np.array(week)[np.arange(size) % 7] * shocks(rng, size) * trend
    for event in rng.integers(0, size - 10, 4):
        usual[event : event + 8] *= 1 + 4 * np.exp(-np.arange(8) / 3)
    counts: Ints = rng.poisson(usual).astype(np.int64)
    return counts


def gap_of_three_days(seed: int) -> Ints:
    counts = feed(seed, 60)
    counts[300:303] = 0
    return counts


def gap_of_a_month(seed: int) -> Ints:
    counts = feed(seed, 3)
    counts[300:331] = 0
    return counts


def stop(seed: int) -> Ints:
    counts = feed(seed, 14)
    counts[600:] = 0
    return counts


def late_start(seed: int) -> Ints:
    counts = feed(seed, 8)
    counts[:200] = 0
    return counts


def cap(seed: int) -> Ints:
    counts = feed(seed, 110)
    counts[300:] = np.minimum(counts[300:], 100)
    return counts


def fifty_a_week(seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    return np.concatenate([rng.multinomial(50, [1 / 7] * 7) for _ in range(104)]).astype(np.int64)


def twelve_a_day(seed: int) -> Ints:
    return np.full(SIZE, 12 + seed % 3, dtype=np.int64)


def no_weekends_any_more(seed: int) -> Ints:
    counts = feed(seed, 15)
    counts[300:][(np.arange(300, SIZE) % 7) < 2] = 0
    return counts


def small_part(seed: int) -> Ints:
    counts = feed(seed, 40)
    counts[300:450] = np.random.default_rng(seed).binomial(counts[300:450], 0.03)
    return counts


def merged_with_another(seed: int) -> Ints:
    counts = feed(seed, 12)
    counts[500:] += np.random.default_rng(seed + 1).poisson(28, SIZE - 500)
    return counts


# The fault, the days on which it begins and ends, and how many days it may be seen off.
PLANTED: dict[Callable[[int], Ints], tuple[str, int, int, int]] = {
    gap_of_three_days: ("gap", 300, 303, 0),
    gap_of_a_month: ("gap", 300, 331, 2),
    stop: ("stopped", 600, SIZE, 2),
    late_start: ("late start", 0, 200, 2),
    cap: ("cap", 300, SIZE, 7),
    fifty_a_week: ("constant sample", 0, 728, 7),
    twelve_a_day: ("constant sample", 0, SIZE, 0),
    no_weekends_any_more: ("missing weekdays", 300, SIZE, 7),
    small_part: ("level break", 300, 450, 7),
    merged_with_another: ("level break", 500, SIZE, 7),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("make", PLANTED, ids=lambda make: make.__name__)
def test_a_planted_fault_is_found(make: Callable[[int], Ints], seed: int) -> None:
    kind, start, stop_day, off = PLANTED[make]
    counts = make(seed)
    found = check_feed(span(len(counts)), counts)
    assert [fault.kind for fault in found] == [kind]
    assert abs((found[0].start - FIRST).days - start) <= off
    assert abs((found[0].stop - FIRST).days - stop_day) <= off


def weekly_paper(seed: int, mean: float) -> Ints:
    counts = np.zeros(SIZE, dtype=np.int64)
    counts[3::7] = np.random.default_rng(seed).poisson(mean, len(counts[3::7]))
    return counts


def events_only(seed: int) -> Ints:
    rng = np.random.default_rng(seed)
    counts = np.zeros(SIZE, dtype=np.int64)
    for event in rng.integers(0, SIZE - 21, 7):
        counts[event : event + 21] += rng.poisson(15 * np.exp(-np.arange(21) / 4))
    return counts


def with_lulls(seed: int) -> Ints:
    lull = np.ones(SIZE)
    for year in (2022, 2023):
        day = (date(year, 12, 24) - FIRST).days
        lull[day : day + 9] = 0.12
    return feed(seed, 10, week=WORKDAYS, trend=lull)


def one_on(days: slice) -> Ints:
    counts = np.zeros(4000, dtype=np.int64)
    counts[days] = 1
    return counts


YEAR = np.arange(1000) / 365
CLEAN: dict[str, Callable[[int], Ints]] = {
    "agency": lambda seed: feed(seed, 3000),
    "tiny blog": lambda seed: feed(seed, 0.2),
    "no weekends": lambda seed: feed(seed, 25, week=WORKDAYS),
    "growing": lambda seed: feed(seed, 10, trend=np.exp(YEAR - 1.2)),
    "seasonal": lambda seed: feed(seed, 12, trend=1 + 0.7 * np.sin(2 * np.pi * YEAR)),
    "Christmas": with_lulls,
    "Sunday paper": lambda seed: weekly_paper(seed, 6),
    "sparse weekly": lambda seed: weekly_paper(seed, 0.8),
    "events only": events_only,
    "bursty": lambda seed: feed(seed, 4, trend=np.random.default_rng(seed).gamma(2, 0.5, SIZE)),
    "yearly speech": lambda seed: one_on(slice(25 + seed, None, 365)),
    "weekly column": lambda seed: one_on(slice(seed % 7, None, 7)),
    "daily podcast": lambda _: np.ones(SIZE, dtype=np.int64),
}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("kind", CLEAN)
def test_a_clean_feed_raises_no_alarm(kind: str, seed: int) -> None:
    counts = CLEAN[kind](seed)
    assert check_feed(span(len(counts)), counts) == ()


def test_few_of_many_clean_feeds_raise_an_alarm() -> None:
    makers = list(CLEAN.values())
    alarms = 0
    for number in range(208):
        counts = makers[number % len(makers)](100 + number)
        alarms += bool(check_feed(span(len(counts)), counts))
    assert alarms <= 2


@pytest.mark.parametrize("rate", [0.05, 0.2, 1, 3, 10, 50, 500])
def test_plain_chance_raises_no_alarm(rate: float) -> None:
    for seed in range(4):
        counts = np.random.default_rng(seed).poisson(rate, 1000).astype(np.int64)
        assert check_feed(span(1000), counts) == ()


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 10_000), max_size=150))
def test_whatever_the_counts_are_faults_lie_inside_and_say_why(counts: list[int]) -> None:
    days = span(len(counts))
    for fault in check_feed(days, counts):
        assert days[0] <= fault.start < fault.stop <= days[-1] + timedelta(days=1)
        assert fault.why
        assert "nan" not in fault.why
        assert np.isfinite(fault.usual)


@pytest.mark.parametrize("counts", [[], [5], [500], [0] * 400, [10**12] * 3, [0] * 399 + [50]])
def test_short_and_empty_feeds(counts: list[int]) -> None:
    assert check_feed(span(len(counts)), counts) == ()


def test_too_sparse() -> None:
    assert too_sparse([9, 0])
    assert not too_sparse([9, 1])


def test_days_and_counts_must_fit() -> None:
    with pytest.raises(StudyError, match="2 days do not fit 1 counts"):
        check_feed(span(2), [1])
    with pytest.raises(StudyError, match="do not follow"):
        check_feed([FIRST, FIRST + timedelta(days=2)], [1, 1])
    with pytest.raises(StudyError, match="fewer than 0"):
        check_feed(span(2), [1, -1])


def test_silence_of_a_summer_that_comes_back_is_a_habit() -> None:
    rng = np.random.default_rng(5)
    counts = rng.poisson(10, SIZE).astype(np.int64)
    once = counts.copy()
    for day in (200, 565):
        counts[day : day + 25] = 0
    once[200:225] = 0
    assert check_feed(span(SIZE), counts) == ()
    assert [fault.kind for fault in check_feed(span(SIZE), once)] == ["gap"]


def test_a_feed_that_fades_out_has_not_stopped() -> None:
    fade = np.concatenate([np.full(300, 20.0), 20 * np.exp(-np.arange(60) / 12), np.zeros(200)])
    counts = np.random.default_rng(3).poisson(fade).astype(np.int64)
    assert not [fault for fault in silences(span(len(counts)), counts) if fault.kind == "stopped"]


def test_words() -> None:
    counts = np.random.default_rng(1).poisson(14, 400).astype(np.int64)
    counts[300:] = 0
    assert check_feed(span(400), counts)[0].why == (
        "no piece from 2022-10-28 on, where 14 a day were usual: the feed seems to have stopped"
    )
    why = check_feed(span(728), fifty_a_week(0))[0].why
    assert why.startswith("the same number of pieces every week (50 in 104 weeks")


@pytest.mark.parametrize(("value", "freedom", "chance"), [(3.940, 10, 0.05), (0.0158, 1, 0.1), (29.707, 50, 0.01)])
def test_lower_tail_gives_the_points_of_the_printed_table(value: float, freedom: int, chance: float) -> None:
    assert lower_tail(value, freedom) == pytest.approx(log(chance), abs=0.01)


def test_a_fault_of_some_days_of_the_week_names_them() -> None:
    fault: Fault = check_feed(span(SIZE), no_weekends_any_more(4))[0]
    assert fault.weekdays == (5, 6)
    assert "Saturdays and Sundays" in fault.why
