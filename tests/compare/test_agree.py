"""Krippendorff's alpha: published and hand-computed numbers, what never changes it, how its interval covers."""

from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tenor.compare.agree import Agreement, Floats, Level, agreement, krippendorff

_ = np.nan
# Krippendorff's canonical reliability data: twelve units, four coders.
CANONICAL = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
).T
# The example of the encyclopaedia: fifteen units, three coders.
THREE = np.array(
    [
        [_, _, _, _, _, 3, 4, 1, 2, 1, 1, 3, 3, _, 3],
        [1, _, 2, 1, 3, 3, 4, 3, _, _, _, _, _, _, _],
        [_, _, 2, 1, 3, 4, 4, _, 2, 1, 1, 3, 3, _, 4],
    ]
).T
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")

TABLES = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 8), st.integers(1, 4)),
    elements=st.one_of(st.just(np.nan), st.integers(0, 4).map(float)),
)


def same(one: float | None, other: float | None) -> bool:
    return (one is None and other is None) or one == pytest.approx(other, abs=1e-9)


@pytest.mark.parametrize(
    ("codes", "level", "alpha"),
    [
        (CANONICAL, "nominal", 0.743421),
        (CANONICAL, "ordinal", 0.815388),
        (CANONICAL, "interval", 0.849107),
        (CANONICAL, "ratio", 0.797403),
        (THREE, "nominal", 0.691358),
        (THREE, "ordinal", 0.806721),
        (THREE, "interval", 0.810845),
        (THREE, "ratio", 0.808944),
    ],
)
def test_alpha_as_published(codes: Floats, level: Level, alpha: float) -> None:
    assert krippendorff(codes, level) == pytest.approx(alpha, abs=5e-7)


def test_two_coders_and_two_values() -> None:
    # Krippendorff 2011: 20 codes, 14 of them 0 and 6 of them 1; four of ten units differ: 1 - 19 * 8 / (2 * 14 * 6).
    codes = np.array([list(map(float, "0100000010")), list(map(float, "1110010000"))]).T
    assert krippendorff(codes, "nominal") == pytest.approx(1 - 19 * 8 / 168)
    assert krippendorff(codes, "nominal") == pytest.approx(0.0952, abs=5e-5)


def test_twelve_units_are_far_too_few() -> None:
    found = agreement(CANONICAL, "nominal", resamples=4_000, seed=0)
    assert found.low == pytest.approx(0.414, abs=0.03)
    assert found.high == pytest.approx(1.0, abs=5e-4)
    assert (found.units, found.coders, found.pairable, found.word) == (12, 4, 11, "low")


def test_units_are_those_with_a_code_and_pairable_those_with_two() -> None:
    found = agreement(THREE, "interval")
    assert (found.units, found.coders, found.pairable, found.level) == (13, 3, 12, "interval")


def test_ordinal_distance_by_hand() -> None:
    # Codes 1 1 2 3 | 1 2 2 3: n = (3, 3, 2), mid-ranks 1.5, 4.5, 7; one pair (1, 2) apart by 3, counted both ways.
    codes = np.array([[1.0, 1.0], [1.0, 2.0], [2.0, 2.0], [3.0, 3.0]])
    expected = 2 * (3 * 3 * 3**2 + 3 * 2 * 5.5**2 + 3 * 2 * 2.5**2) / 7
    assert krippendorff(codes, "ordinal") == pytest.approx(1 - 2 * 3**2 / expected)


def test_same_seed_same_interval() -> None:
    assert agreement(CANONICAL, "ordinal", seed=3) == agreement(CANONICAL, "ordinal", seed=3)
    assert agreement(CANONICAL, "ordinal", seed=3) != agreement(CANONICAL, "ordinal", seed=4)


def test_blocks_change_nothing_but_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = agreement(CANONICAL, "nominal", resamples=500)
    monkeypatch.setattr("tenor.compare.agree._MOST", 50)
    assert agreement(CANONICAL, "nominal", resamples=500) == whole


# ------------------------------------------------------------------------------------------ clusters


def test_units_of_one_document_are_drawn_together() -> None:
    rng = np.random.default_rng(5)
    once = rng.integers(1, 6, size=(30, 1)) + np.array([[0, 0]]) + rng.integers(0, 2, size=(30, 2))
    codes = np.repeat(once.astype(np.float64), 6, axis=0)
    documents = np.repeat(np.arange(30), 6)
    alone, together = agreement(codes, "interval"), agreement(codes, "interval", clusters=documents)
    apart = agreement(once.astype(np.float64), "interval")
    assert alone.alpha == together.alpha
    assert width(together) == pytest.approx(width(apart), rel=0.1)
    # Six copies of each unit: taken as units, the interval is too narrow by the root of six.
    assert width(together) == pytest.approx(width(alone) * 6**0.5, rel=0.15)


def width(found: Agreement) -> float:
    assert found.low is not None
    assert found.high is not None
    return found.high - found.low


def test_clusters_are_one_a_unit() -> None:
    with pytest.raises(ValueError, match="3 clusters for 12 units"):
        agreement(CANONICAL, "nominal", clusters=np.arange(3))


# ----------------------------------------------------------------------------------------- undefined


def test_no_overlap_says_so() -> None:
    found = agreement(np.array([[1.0, _], [_, 2.0], [3.0, _]]), "interval")
    assert (found.alpha, found.low, found.high, found.pairable, found.units, found.coders) == (
        None,
        None,
        None,
        0,
        3,
        2,
    )
    assert (found.why, found.word) == ("no unit was coded by two coders", "undefined")


@pytest.mark.parametrize("level", LEVELS)
def test_one_value_only_is_undefined(level: Level) -> None:
    found = agreement(np.full((20, 2), 3.0), level)
    assert (found.alpha, found.low, found.word) == (None, None, "undefined")
    assert found.why.startswith("all codes are the same")


def test_a_lone_other_value_that_has_no_partner_does_not_help() -> None:
    codes = np.array([[1.0, 1.0], [1.0, 1.0], [5.0, _]])
    assert agreement(codes, "nominal").why.startswith("all codes are the same")


def test_one_unit_has_an_alpha_and_no_interval() -> None:
    found = agreement(np.array([[1.0, 2.0]]), "interval")
    assert (found.alpha, found.low, found.high) == (0.0, None, None)
    assert "two documents or more" in found.why


def test_one_document_has_no_interval_however_many_units() -> None:
    found = agreement(CANONICAL, "nominal", clusters=np.zeros(12, np.int64))
    assert found.alpha == pytest.approx(0.743421, abs=5e-7)
    assert (found.low, found.word) == (None, "undefined")


def test_nothing_at_all() -> None:
    assert agreement(np.empty((0, 2)), "nominal").why == "no unit was coded by two coders"


@pytest.mark.parametrize(
    ("codes", "level"),
    [(np.ones(3), "nominal"), (np.array([[1.0, np.inf]]), "interval"), (np.array([[-1.0, 1.0]]), "ratio")],
)
def test_no_table_of_codes(codes: Floats, level: Level) -> None:
    with pytest.raises(ValueError, match="codes"):
        krippendorff(codes, level)


def test_a_rare_code_that_is_never_drawn_counts_as_no_agreement() -> None:
    # One unit of 30 differs from the rest: a third of all draws miss it, and these must not look like agreement.
    codes = np.zeros((30, 2))
    codes[0] = 1.0
    found = agreement(codes, "nominal")
    assert (found.alpha, found.low, found.high, found.word) == (1.0, 0.0, 1.0, "low")


# ---------------------------------------------------------------------------------------- invariants


@given(TABLES, st.sampled_from(LEVELS), st.randoms())
def test_order_of_units_and_coders_does_not_matter(codes: Floats, level: Level, random: np.random.Generator) -> None:
    units, coders = list(range(codes.shape[0])), list(range(codes.shape[1]))
    random.shuffle(units)
    random.shuffle(coders)
    assert same(krippendorff(codes, level), krippendorff(codes[units][:, coders], level))


@given(TABLES, st.permutations(range(5)))
def test_names_of_nominal_values_do_not_matter(codes: Floats, names: list[int]) -> None:
    there = ~np.isnan(codes)
    renamed = codes.copy()
    renamed[there] = np.array(names, dtype=np.float64)[codes[there].astype(int)]
    assert same(krippendorff(codes, "nominal"), krippendorff(renamed, "nominal"))


@given(TABLES, st.integers(1, 9), st.integers(-20, 20))
def test_zero_and_step_of_an_interval_scale_do_not_matter(codes: Floats, step: int, zero: int) -> None:
    assert same(krippendorff(codes, "interval"), krippendorff(codes * step + zero, "interval"))


@given(TABLES)
def test_an_ordinal_scale_may_be_stretched(codes: Floats) -> None:
    assert same(krippendorff(codes, "ordinal"), krippendorff(codes**3 + codes, "ordinal"))


@given(TABLES)
def test_levels_agree_on_two_values(codes: Floats) -> None:
    two = np.minimum(codes, 1.0)
    assert same(krippendorff(two, "nominal"), krippendorff(two, "ordinal"))
    assert same(krippendorff(two, "nominal"), krippendorff(two, "interval"))


@given(TABLES, st.sampled_from(LEVELS))
def test_alpha_is_at_most_one(codes: Floats, level: Level) -> None:
    found = krippendorff(codes, level)
    assert found is None or found <= 1 + 1e-12


@given(st.lists(st.integers(0, 4), min_size=2, max_size=20), st.integers(2, 4), st.sampled_from(LEVELS))
def test_perfect_agreement_is_one(values: list[int], coders: int, level: Level) -> None:
    found = krippendorff(np.repeat(np.array(values, np.float64)[:, None], coders, axis=1), level)
    assert found == (None if len(set(values)) == 1 else pytest.approx(1.0))


# ------------------------------------------------------------------------------- speed and simulation


@pytest.mark.parametrize("level", LEVELS)
def test_four_thousand_resamples_of_two_hundred_units_take_less_than_a_second(level: Level) -> None:
    codes = np.random.default_rng(1).integers(1, 6, size=(200, 3)).astype(np.float64)
    start = time.process_time()
    agreement(codes, level, resamples=4_000)
    assert time.process_time() - start < 1


@pytest.mark.slow
def test_the_interval_covers() -> None:
    # The second coder repeats the first in four of five units, else codes by chance: alpha is .8. 600 rounds, so the
    # standard error is .01; .94 is what 1,500 rounds gave (200 units, a value in three of ten).
    rng = np.random.default_rng(11)
    covered = 0
    for number in range(600):
        one, other = rng.random((2, 200)) < 0.3
        second = np.where(rng.random(200) < 0.8, one, other)
        found = agreement(np.array([one, second], np.float64).T, "nominal", resamples=500, seed=number)
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 0.8 <= found.high
    assert covered / 600 == pytest.approx(0.94, abs=0.03)
