"""A model's figures corrected by people's codes: published numbers, and what must hold whatever the numbers are."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.compare.clusters import Rows
from tenor.compare.contrasts import DifferenceTest, Weighing
from tenor.compare.correct import Coded, Corrected, Floats, Numbers, corrected, corrected_level
from tenor.errors import StudyError
from tenor.model import Population

Z = 1.959964
DOCUMENTS: Population = "these documents"
OUTLETS: Population = "these outlets"


def one_window(codes: Floats, figures: Floats) -> Coded:
    """Return rows of one window, each a copy group of its own, coded with equal chance."""
    at = np.arange(codes.size)
    rows = Rows(num=figures, den=np.ones(at.size), outlet=0 * at, round=0 * at, copy=at, day=0 * at, document=at)
    return Coded(rows=rows, codes=codes, pi=np.full(at.size, np.mean(~np.isnan(codes))), stratum=0 * at)


def judged(found: Corrected | None) -> DifferenceTest:
    assert found is not None
    assert isinstance(found.corrected.test, DifferenceTest)
    return found.corrected.test


def as_published(found: Corrected | None, rows: int) -> tuple[float, float]:
    """Return the interval with the normal quantile, and without the factor G / (G - 1) over copy groups."""
    test = judged(found)
    reach = Z * test.std_error * np.sqrt((rows - 1) / rows)
    return test.value - reach, test.value + reach


# ------------------------------------------------------------------------------------------ published


@pytest.fixture
def panchen(tenor_data: Path) -> Coded:
    """Letters to officials, 500 of 1,412 read by people (Pan and Chen 2018, in the R package dsl)."""
    with (tenor_data / "methods" / "panchen.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    said = np.array([float(row["countyWrong"] or "nan") if row["countyWrong"] != "NA" else np.nan for row in rows])
    found = one_window(said, np.array([float(row["pred_countyWrong"]) for row in rows]))
    assert (len(found.rows), int(found.there.sum())) == (1412, 500)
    return found


def test_panchen_is_corrected_as_ppi_does(panchen: Coded) -> None:
    found = corrected_level(panchen, population=OUTLETS)
    assert found is not None
    assert found.lam[0] == pytest.approx(0.2922, abs=5e-5)
    assert judged(found).value == pytest.approx(0.237639, abs=2e-6)
    assert as_published(found, 1412) == pytest.approx((0.203038, 0.272241), abs=2e-6)
    assert found.model.value == pytest.approx(0.243626, abs=1e-6)
    assert found.codes.value == pytest.approx(0.236, abs=1e-9)


def test_panchen_with_lam_of_one_is_classical_ppi(panchen: Coded) -> None:
    found = corrected_level(panchen, population=OUTLETS, lam=1)
    assert judged(found).value == pytest.approx(0.241614, abs=1e-6)
    assert as_published(found, 1412) == pytest.approx((0.193800, 0.289428), abs=5e-6)


def test_panchen_without_the_model_is_the_mean_of_the_codes(panchen: Coded) -> None:
    found = corrected_level(panchen, population=OUTLETS, lam=0)
    assert as_published(found, 1412) == pytest.approx((0.19878, 0.27322), abs=1e-5)
    alone = corrected_level(panchen, population=DOCUMENTS, lam=0)
    assert judged(alone).std_error == pytest.approx(0.015277, abs=1e-6)


def test_panchen_of_these_documents(panchen: Coded) -> None:
    found = corrected_level(panchen, population=DOCUMENTS, lam=0.4533)
    test = judged(found)
    assert (test.value, test.std_error) == pytest.approx((0.237644, 0.013567), abs=1e-6)
    assert (test.value - Z * test.std_error, test.value + Z * test.std_error) == pytest.approx(
        (0.211052, 0.264236), abs=1e-6
    )
    # The published lam divides the covariance by n - 1, which moves it in the third digit.
    tuned = corrected_level(panchen, population=DOCUMENTS)
    assert tuned is not None
    assert tuned.lam[0] == pytest.approx(0.4533, abs=1e-3)
    assert (judged(tuned).value, judged(tuned).std_error) == pytest.approx((0.237644, 0.013567), abs=4e-6)


def test_a_bad_model_costs_nothing(tenor_data: Path) -> None:
    table = np.loadtxt(tenor_data / "methods" / "forest_badmodel.csv", delimiter=",", skiprows=1)
    some = np.random.default_rng(0).permutation(1596)[:300]
    codes = np.full(1596, np.nan)
    codes[some] = table[some, 0]
    coded = one_window(codes, table[:, 1])
    found = corrected_level(coded, population=OUTLETS)
    assert found is not None
    assert found.lam == (0.0,)
    assert as_published(found, 1596) == pytest.approx((0.127494, 0.212506), abs=1e-6)
    assert found.corrected == found.codes
    classical = corrected_level(coded, population=OUTLETS, lam=1)
    assert as_published(classical, 1596) == pytest.approx((0.096863, 0.195544), abs=5e-6)


# ------------------------------------------------------------------------------------------ by hand


def test_strata_weigh_what_they_hold() -> None:
    # Two strata of 4 and 2 rows, of which 2 and 2 are coded: means 1 and 5, so (4 * 1 + 2 * 5) / 6.
    codes = np.array([0.0, 2.0, np.nan, np.nan, 4.0, 6.0])
    at = np.arange(6)
    rows = Rows(num=np.zeros(6), den=np.ones(6), outlet=0 * at, round=0 * at, copy=at, day=at, document=at)
    coded = Coded(rows=rows, codes=codes, pi=np.repeat([0.5, 1.0], [4, 2]), stratum=np.repeat([0, 1], [4, 2]))
    found = corrected_level(coded, population=DOCUMENTS)
    assert found is not None
    assert found.corrected.value == pytest.approx(14 / 6)
    # Only the first stratum is unsure: (4/6)^2 (1 - 2/4) 2 / 2, with a variance of 2 among its codes.
    assert found.coding_error**2 == pytest.approx((4 / 6) ** 2 * 0.5 * 2 / 2)
    assert judged(found).df == pytest.approx(1.0)


def test_rounds_are_corrected_each_by_itself() -> None:
    # The model is right in the first round and says 1 too much in the second: of the rise of 1 nothing is left.
    at = np.arange(12)
    truth = np.tile([0.0, 1.0, 2.0], 4)
    figures = truth + (at >= 6)
    rows = Rows(num=figures, den=np.ones(12), outlet=0 * at, round=at // 6, copy=at, day=at, document=at)
    codes = np.where(at % 6 < 3, truth, np.nan)
    coded = Coded(rows=rows, codes=codes, pi=np.full(12, 0.5), stratum=0 * at)
    found = corrected(coded, [-1, 1], population=DOCUMENTS, weighing="pool")
    assert found is not None
    assert found.model.value == pytest.approx(1.0)
    assert found.corrected.value == pytest.approx(0.0, abs=1e-12)
    assert (found.coded, found.size) == ((3, 3), (6, 6))


# ------------------------------------------------------------------------------------------ always


@st.composite
def coded_rounds(draw: st.DrawFn, share: float = 0.5) -> Coded:
    """Return two rounds of three outlets, of which about a share was coded in each of two strata."""
    seed, size = draw(st.integers(0, 10_000)), draw(st.integers(30, 80))
    generator = np.random.default_rng(seed)
    outlet, at = generator.integers(0, 3, size), np.arange(size)
    outlet[:6], at_round = np.repeat([0, 1, 2], 2), generator.integers(0, 2, size)
    at_round[:6] = np.tile([0, 1], 3)
    truth = generator.normal(size=size) + outlet
    figures = draw(st.sampled_from([0.0, 0.6, 1.0])) * truth + generator.normal(0, 0.5, size)
    stratum, chance = generator.integers(0, 2, size), np.full(size, share)
    there = generator.random(size) < share
    there[6:14], at_round[6:14], stratum[6:14] = True, np.tile([0, 1], 4), np.tile([0, 0, 1, 1], 2)
    rows = Rows(num=figures, den=np.ones(size), outlet=outlet, round=at_round, copy=at // 2, day=at % 5, document=at)
    return Coded(rows=rows, codes=np.where(there, truth, np.nan), pi=chance, stratum=stratum)


POPULATIONS: list[Population] = ["these documents", "these outlets"]
ASKED = st.tuples(st.sampled_from(POPULATIONS), st.sampled_from(["outlet", "pool", "precision"]))
Asked = tuple[Population, Weighing]


def numbers(found: Corrected | None) -> Floats:
    assert found is not None
    parts = (found.model, found.codes, found.corrected)
    tests = [one.test for one in parts if one.test is not None]
    return np.array([*(one.value for one in parts), *(one.std_error for one in tests), *found.lam], np.float64)


def permuted(coded: Coded, order: Numbers) -> Coded:
    return Coded(
        rows=coded.rows.only(order), codes=coded.codes[order], pi=coded.pi[order], stratum=coded.stratum[order]
    )


@settings(deadline=None, max_examples=40)
@given(coded_rounds(), ASKED)
def test_the_other_way_round_is_the_same_below_zero(coded: Coded, asked: Asked) -> None:
    population, weighing = asked
    one = corrected(coded, [-1, 1], population=population, weighing=weighing)
    other = corrected(coded, [1, -1], population=population, weighing=weighing)
    found, turned = numbers(one), numbers(other)
    np.testing.assert_allclose(found[:3], -turned[:3], atol=1e-9)
    np.testing.assert_allclose(found[3:], turned[3:], atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(coded_rounds(), ASKED, st.integers(0, 100))
def test_the_order_of_rows_and_their_unit_change_nothing(coded: Coded, asked: Asked, seed: int) -> None:
    population, weighing = asked
    order = np.random.default_rng(seed).permutation(len(coded.rows))
    found = numbers(corrected(coded, [-1, 1], population=population, weighing=weighing))
    mixed = permuted(coded, order)
    np.testing.assert_allclose(
        numbers(corrected(mixed, [-1, 1], population=population, weighing=weighing)), found, atol=1e-9
    )
    heavier = replace(coded, rows=replace(coded.rows, num=7 * coded.rows.num, den=7 * coded.rows.den))
    np.testing.assert_allclose(
        numbers(corrected(heavier, [-1, 1], population=population, weighing=weighing)), found, atol=1e-9
    )


@settings(deadline=None, max_examples=40)
@given(coded_rounds(), st.sampled_from(["outlet", "pool"]))
def test_printing_everything_twice_changes_nothing(coded: Coded, weighing: Weighing) -> None:
    twice = permuted(coded, np.tile(np.arange(len(coded.rows)), 2))
    found = numbers(corrected(coded, [-1, 1], population=OUTLETS, weighing=weighing, lam=0.5))
    again = numbers(corrected(twice, [-1, 1], population=OUTLETS, weighing=weighing, lam=0.5))
    np.testing.assert_allclose(again, found, atol=1e-9)


@settings(deadline=None, max_examples=40)
@given(coded_rounds(), ASKED)
def test_lam_of_nothing_is_the_codes_alone(coded: Coded, asked: Asked) -> None:
    found = corrected(coded, [-1, 1], population=asked[0], weighing=asked[1], lam=0)
    assert found is not None
    assert found.corrected == found.codes


@settings(deadline=None, max_examples=40)
@given(coded_rounds(), st.sampled_from(POPULATIONS))
def test_lam_of_one_is_the_model_and_what_it_is_off_by(coded: Coded, population: Population) -> None:
    plain = replace(coded, stratum=0 * coded.stratum)
    found = corrected(plain, [-1, 1], population=population, weighing="pool", lam=1)
    sides = []
    for at in (0, 1):
        own = plain.rows.round == at
        read = own & plain.there
        seen = own if population == "these documents" else own & ~plain.there
        off = plain.codes[read] - plain.figures[read]
        sides.append(plain.figures[seen].mean() + off.mean() if seen.any() else plain.codes[read].mean())
    assert found is not None
    assert found.corrected.value == pytest.approx(sides[1] - sides[0], abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(coded_rounds(share=1.0), ASKED)
def test_where_all_is_coded_the_codes_stand_and_nothing_is_unsure(coded: Coded, asked: Asked) -> None:
    found = corrected(coded, [-1, 1], population=asked[0], weighing=asked[1])
    assert found is not None
    truth = corrected(
        replace(coded, rows=replace(coded.rows, num=coded.codes)), [-1, 1], population=asked[0], weighing=asked[1]
    )
    assert truth is not None
    assert found.corrected.value == pytest.approx(truth.model.value)
    assert found.coding_error == pytest.approx(0, abs=1e-9)
    if asked[0] == "these documents":
        assert found.corrected.test is None
        assert found.corrected.why_not.startswith("every row was coded")


@settings(deadline=None, max_examples=40)
@given(coded_rounds(), ASKED)
def test_there_is_never_a_number_that_is_none(coded: Coded, asked: Asked) -> None:
    found = corrected(coded, [-1, 1], population=asked[0], weighing=asked[1])
    assert np.all(np.isfinite(numbers(found)))
    assert found is not None
    assert all(0 <= lam <= 1 for lam in found.lam)


# ------------------------------------------------------------------------------------------ bad input


def example() -> Coded:
    at = np.arange(8)
    rows = Rows(num=at / 8, den=np.ones(8), outlet=0 * at, round=at // 4, copy=at, day=at, document=at)
    codes = np.array([0.1, 0.3, np.nan, np.nan, 0.4, 0.9, np.nan, np.nan])
    return Coded(rows=rows, codes=codes, pi=np.full(8, 0.5), stratum=0 * at)


@pytest.mark.parametrize("chance", [0.0, np.nan, -0.1, 1.5])
def test_a_chance_that_is_none_is_refused(chance: float) -> None:
    pi = np.full(8, 0.5)
    pi[3] = chance
    with pytest.raises(StudyError, match="1 row has no chance above 0 to be coded, or none that is known"):
        replace(example(), pi=pi)


def test_codes_the_model_learnt_from_are_refused() -> None:
    with pytest.raises(StudyError, match="the model learnt from 1 code that is to correct it; leave these out"):
        replace(example(), trained=np.arange(8) == 1)
    replace(example(), trained=np.arange(8) == 3)  # nobody coded that one


def test_too_few_codes_are_named() -> None:
    codes = example().codes.copy()
    codes[4] = np.nan
    with pytest.raises(StudyError, match="people coded 1 row of round 2 of the contrast, and two are needed"):
        corrected(replace(example(), codes=codes), [-1, 1], population=DOCUMENTS, weighing="pool")


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="7 codes for 8 rows"):
        replace(example(), codes=np.zeros(7))
    with pytest.raises(ValueError, match="infinite"):
        replace(example(), codes=np.full(8, np.inf))
    with pytest.raises(ValueError, match=r"lam is 1\.5"):
        corrected(example(), [-1, 1], population=DOCUMENTS, weighing="pool", lam=1.5)
    with pytest.raises(ValueError, match="sum to zero"):
        corrected(example(), [1, 1], population=DOCUMENTS)
    with pytest.raises(ValueError, match="none of the 3 weights"):
        corrected(
            replace(example(), rows=replace(example().rows, round=np.full(8, 3))), [1, -1, 0], population=DOCUMENTS
        )


def test_where_nothing_can_be_compared_there_is_no_number() -> None:
    alone = replace(example(), rows=replace(example().rows, outlet=np.arange(8) // 4))
    assert corrected(alone, [-1, 1], population=DOCUMENTS) is None
    assert corrected(example(), [-1, 1, 0], population=DOCUMENTS, weighing="pool") is not None
    nothing = np.zeros(8, bool)
    assert corrected(example().only(nothing), [-1, 1], population=DOCUMENTS, weighing="pool") is None
    assert corrected_level(example().only(nothing), population=DOCUMENTS) is None
