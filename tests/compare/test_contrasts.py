"""Contrasts of measures on texts: by hand, on published toys, and where there is nothing to judge by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.compare.clusters import Rows, stacked
from tenor.compare.composition import kitagawa, parts, within
from tenor.compare.contrasts import (
    DifferenceTest,
    Estimated,
    Weighing,
    coefficients_of,
    contrast,
    difference_in_differences,
    effective,
    level,
    pooled,
    table_of,
)
from tenor.compare.effects import RatioTest, equivalence, two_sided
from tenor.model import Population

LIKE: Population = "outlets like these"
THESE: Population = "these outlets"
WEIGHINGS: tuple[Weighing, ...] = ("outlet", "precision", "pool")


def rows_of(y: Sequence[float], outlet: Sequence[int], at: Sequence[int]) -> Rows:
    """Return documents as rows, each a text and a day of its own."""
    own = np.arange(len(y))
    return Rows(
        num=np.array(y, float),
        den=np.ones(len(y)),
        outlet=np.array(outlet, np.int64),
        round=np.array(at, np.int64),
        copy=own,
        day=own,
        document=own,
    )


def outlets_moving(moves: Sequence[float], first: int = 0) -> Rows:
    """Return one document an outlet and round; from the first round to the second each moves by so much."""
    names = [first + at for at in range(len(moves))]
    levels = np.sqrt(np.array(names))
    return rows_of(
        np.concatenate([levels, levels + np.array(moves)]).tolist(),
        [*names, *names],
        [0] * len(moves) + [1] * len(moves),
    )


def value_of(found: Estimated) -> float:
    assert found.value is not None
    return found.value


def the_test(found: Estimated) -> DifferenceTest:
    assert isinstance(found.test, DifferenceTest), found.why_not
    assert found.why_not == ""
    assert found.value == found.test.value
    return found.test


# ------------------------------------------------------------------------------------------ the test


def test_difference_against_published_numbers() -> None:
    # Estimate .02, error .03, 11 degrees of freedom, margin .1: p .010962, 90 % interval [-.033877, .073877].
    found = DifferenceTest(0.02, 0.03, 11)
    assert found.interval(0.10) == pytest.approx((-0.033877, 0.073877), abs=5e-7)
    assert equivalence(found, -0.1, 0.1) == pytest.approx(0.010962, abs=5e-7)
    # It is asked the same as a ratio, but for where no difference is.
    same: RatioTest = DifferenceTest(2.200985 * 0.03, 0.03, 11)
    assert two_sided(same, 0.0) == pytest.approx(0.05, abs=1e-7)


@pytest.mark.parametrize(("outlets", "smallest"), [(8, 0.346), (12, 0.266), (20, 0.198), (40, 0.136)])
def test_smallest_detectable_difference(outlets: int, smallest: float) -> None:
    # Outlets' differences with a standard deviation of .3.
    found = DifferenceTest(0.0, 0.3 / np.sqrt(outlets), outlets - 1)
    assert found.detectable(0.05, below=False) == pytest.approx(smallest, abs=6e-4)
    assert found.detectable(0.05, below=True) == -found.detectable(0.05, below=False)


# ----------------------------------------------------------------------------------------- one window


def test_clustered_error_of_a_mean() -> None:
    # Six groups of 3, 5, 2, 4, 4, 2; statsmodels OLS with cov_type="cluster" gives the same error.
    y = [1, 2, 3, 2, 2, 4, 3, 5, 0, 1, 2, 3, 3, 4, 1, 1, 2, 2, 5, 4]
    rows = rows_of(y, np.repeat(np.arange(6), (3, 5, 2, 4, 4, 2)).tolist(), [0] * 20)
    part = pooled(rows, table_of(rows, 1), np.ones(1))
    error = float(np.sqrt(6 / 5 * np.sum(part.moves**2)))
    assert part.value == 2.5
    assert error == pytest.approx(0.446654, abs=5e-7)
    assert DifferenceTest(2.5, error, 5).interval(0.05) == pytest.approx((1.351839, 3.648161), abs=5e-7)
    # Six groups are as good as 20^2 / (9 + 25 + 4 + 16 + 16 + 4) of equal size.
    assert part.df == pytest.approx(400 / 74 - 1)
    found = level(rows, population=LIKE)
    assert found.value == 2.5
    assert found.test is None
    assert found.why_not == "only 6 outlets, where 8 are needed to speak of others like them"


def test_a_mean_of_eight_outlets_by_hand() -> None:
    # Values 0 ... 7: variance 6 over 8; equal sizes are worth themselves.
    rows = rows_of(range(8), range(8), [0] * 8)
    for weighing in WEIGHINGS:
        found = the_test(level(rows, population=LIKE, weighing=weighing))
        assert (found.value, found.std_error, found.df) == pytest.approx((3.5, np.sqrt(6 / 8), 7))


def test_ratio_of_sums_and_mean_of_outlets_differ() -> None:
    rows = rows_of([1, 1, 1, 5], [0, 0, 0, 1], [0] * 4)
    assert level(rows, population=THESE).value == 2
    assert level(rows, population=THESE, weighing="outlet").value == 3


def test_effective_number() -> None:
    assert effective(np.ones(7)) == pytest.approx(7)
    # G / (1 + cv^2) with the variance over G: sizes 1 and 3 have cv 1/2.
    assert effective(np.array([1.0, 3.0])) == pytest.approx(2 / 1.25)


# ------------------------------------------------------------------------------------------ contrasts


def test_outlets_like_these_by_hand() -> None:
    # Outlets move by 1 ... 8: mean 4.5, variance 6 over 8, on 7 degrees of freedom.
    found = contrast(outlets_moving(range(1, 9)), [-1, 1], population=LIKE)
    assert (the_test(found).value, the_test(found).std_error, the_test(found).df) == pytest.approx(
        (4.5, np.sqrt(0.75), 7)
    )
    assert found.values == pytest.approx(range(1, 9))
    assert found.weights == pytest.approx([1 / 8] * 8)
    assert (found.documents, found.copy_groups, found.method) == (16, 16, "spread of 8 outlets, t(7.0)")


def test_three_rounds_by_hand() -> None:
    # Third round less the mean of the first two, whatever their sizes: 5 - (1 + 3) / 2.
    rows = rows_of([1, 1, 1, 3, 5], [0] * 5, [0, 0, 0, 1, 2])
    assert contrast(rows, [-0.5, -0.5, 1], population=THESE).value == 3
    assert contrast(rows, [-1, -1, 2], population=THESE).value == 3
    # A round without weight is as good as not there.
    assert contrast(rows, [0, -1, 1], population=THESE).documents == 2


def test_weights_by_precision_by_hand() -> None:
    # sqrt(4 4 / 8) and sqrt(1 4 / 5), scaled to sum to one.
    rows = rows_of([0.0] * 13, [0] * 8 + [1] * 5, [0] * 4 + [1] * 4 + [0] * 4 + [1])
    found = contrast(rows, [-1, 1], population=THESE, weighing="precision")
    assert found.weights == pytest.approx([0.612574, 0.387426], abs=5e-7)


def test_outlets_missing_in_a_round_are_left_out_and_named() -> None:
    rows = rows_of([1, 2, 7, 9, 5], [10, 10, 11, 12, 12], [0, 1, 0, 0, 1])
    found = contrast(rows, [-1, 1], population=THESE)
    assert found.value == pytest.approx((1 - 4) / 2)
    assert found.outlets == (10, 12)
    assert found.incomplete == (11,)
    assert contrast(rows, [-1, 1], population=THESE, weighing="pool").value == pytest.approx(7 / 2 - 17 / 3)


def test_these_outlets_by_hand() -> None:
    # 1, 2, 3 and 2, 4, 6: variances 1 and 4 over 3, pooled on 4 degrees of freedom.
    rows = rows_of([1, 2, 3, 2, 4, 6], [0] * 6, [0, 0, 0, 1, 1, 1])
    found = the_test(contrast(rows, [-1, 1], population=THESE))
    assert (found.value, found.std_error, found.df) == pytest.approx((2, np.sqrt(5 / 3), 4))


def test_copies_in_two_outlets_are_one_text() -> None:
    one = rows_of([1, 2, 3, 2, 4, 6], [0] * 6, [0, 0, 0, 1, 1, 1])
    twice = stacked([one, replace(one, outlet=one.outlet + 1, document=one.document + 6)])
    alone = the_test(contrast(one, [-1, 1], population=THESE))
    found = contrast(twice, [-1, 1], population=THESE)
    assert (the_test(found).std_error, the_test(found).df) == pytest.approx((alone.std_error, alone.df))
    assert (found.documents, found.copy_groups) == (12, 6)
    # Taken for texts of their own, they would halve the variance.
    apart = replace(twice, copy=twice.document, day=twice.document)
    assert the_test(contrast(apart, [-1, 1], population=THESE)).std_error == pytest.approx(alone.std_error / np.sqrt(2))


def test_these_documents_have_no_interval() -> None:
    found = contrast(outlets_moving(range(8)), [-1, 1], population="these documents")
    assert found.value == pytest.approx(3.5)
    assert found.test is None
    assert "no human codes" in found.why_not


def test_comparable_events_are_judged_elsewhere() -> None:
    with pytest.raises(ValueError, match="comparison windows"):
        contrast(outlets_moving(range(8)), [-1, 1], population="comparable events")


@pytest.mark.parametrize("weighing", WEIGHINGS)
def test_the_one_outlet_that_moves_most(weighing: Weighing) -> None:
    # Moves 1, 2, 9: without the third 1.5, without the first 5.5, without the second 5.
    found = contrast(outlets_moving([1, 2, 9]), [-1, 1], population=THESE, weighing=weighing)
    assert found.value == pytest.approx(4)
    left = found.left_out
    assert left is not None
    assert left.outlet == 2
    assert (left.value, left.low, left.high) == pytest.approx((1.5, 1.5, 5.5))


# --------------------------------------------------------------------------- difference in differences


def test_two_groups_by_hand() -> None:
    # Variances 6/8 = .75 and (8/7)/8 = .142857, each on 7: Welch (.892857)^2 / ((.75^2 + .142857^2) / 7).
    first, second = outlets_moving(range(1, 9)), outlets_moving([0, 2] * 4, first=100)
    found = difference_in_differences(first, second, [-1, 1], population=LIKE)
    test = the_test(found)
    assert (test.value, test.std_error**2, test.df) == pytest.approx((3.5, 0.892857, 9.57331), abs=1e-5)
    assert len(found.outlets) == 16
    assert found.weights == pytest.approx([1 / 8] * 8 + [-1 / 8] * 8)
    # Without outlet 0 the first group moves by 5 (+ 1/2); no outlet of the second moves it by more than 1/7.
    assert found.left_out is not None
    assert (found.left_out.low, found.left_out.high) == pytest.approx((3, 4))


def test_two_actors_in_the_same_outlets_are_paired() -> None:
    first, second = outlets_moving(range(1, 9)), outlets_moving([1] * 8)
    with pytest.raises(ValueError, match="pair them"):
        difference_in_differences(first, second, [-1, 1], population=LIKE)
    found = difference_in_differences(first, second, [-1, 1], population=LIKE, paired=True)
    assert found.values == pytest.approx(range(8))
    assert (the_test(found).std_error, the_test(found).df) == pytest.approx((np.sqrt(0.75), 7))


def test_each_group_needs_its_outlets() -> None:
    found = difference_in_differences(outlets_moving(range(9)), outlets_moving([1, 2], 50), [-1, 1], population=LIKE)
    assert found.why_not == "only 2 outlets in one of the groups, where 8 are needed to speak of others like them"


def test_days_that_move_both_groups_cancel() -> None:
    # Every day has its own level and nothing else happens: groups move, their difference doesn't.
    day, at = np.arange(6), np.array([0, 0, 0, 1, 1, 1])
    shock = [1.0, 5.0, 3.0, 2.0, 8.0, 2.0]
    first = replace(rows_of(shock, [0] * 6, at.tolist()), day=day)
    second = replace(rows_of(shock, [1] * 6, at.tolist()), day=day, copy=day + 6, document=day + 6)
    assert the_test(contrast(first, [-1, 1], population=THESE)).std_error > 1
    found = difference_in_differences(first, second, [-1, 1], population=THESE)
    assert found.value == 0
    # Texts differ and days don't; the wider of both is taken.
    assert the_test(found).std_error > 1
    assert "12 copy groups and 6 days" in found.method
    same = replace(second, copy=first.copy)
    assert difference_in_differences(first, same, [-1, 1], population=THESE).why_not.startswith("there is no spread")


# --------------------------------------------------------------------------------- within, composition


def toy() -> Rows:
    # Shares .2 .3 .5 with values .1 -.1 -.5, then shares .5 .3 .2 with values .2 -.1 -.4.
    share, value = np.array([0.2, 0.3, 0.5, 0.5, 0.3, 0.2]), np.array([0.1, -0.1, -0.5, 0.2, -0.1, -0.4])
    rows = rows_of(share * value, [0, 1, 2] * 2, [0, 0, 0, 1, 1, 1])
    return replace(rows, den=share)


def test_kitagawa_against_the_toy() -> None:
    # The other way round: -.25 = -.07 within and -.18 composition.
    found = kitagawa(toy(), [1, -1], population=THESE, fewest=1)
    assert found is not None
    assert (found.total.value, found.within.value, found.composition.value) == pytest.approx((-0.25, -0.07, -0.18))
    assert found.merged == ()


def test_an_outlet_absent_in_a_round_is_composition_only() -> None:
    rows = rows_of([0, 0, 1], [0, 0, 1], [0, 1, 1])
    found = kitagawa(rows, [-1, 1], population=THESE, fewest=1)
    assert found is not None
    assert (found.total.value, found.within.value, found.composition.value) == (0.5, 0, 0.5)


def test_small_outlets_are_taken_as_one() -> None:
    # Outlets 1 and 2 have too little: as one they keep a mean of 5 and their share, though each of them moved.
    rows = rows_of([0] * 6 + [2, 8] + [1] * 6 + [6, 4], [0] * 6 + [1, 2] + [0] * 6 + [1, 2], [0] * 8 + [1] * 8)
    found = kitagawa(rows, [-1, 1], population=THESE)
    assert found is not None
    assert found.merged == (1, 2)
    assert (found.total.value, found.within.value, found.composition.value) == pytest.approx((0.75, 0.75, 0))


def random_rows(seed: int, outlets: int = 9, rounds: int = 3) -> Rows:
    generator = np.random.default_rng(seed)
    n = outlets * rounds * 7
    cell = np.concatenate([np.arange(outlets * rounds), generator.integers(0, outlets * rounds, n)])
    rows = rows_of(generator.normal(size=cell.size).tolist(), (cell // rounds).tolist(), (cell % rounds).tolist())
    return replace(rows, den=generator.uniform(0.5, 3, cell.size), copy=rows.copy // 2, day=rows.copy % 11)


@pytest.mark.parametrize("seed", range(3))
def test_influence_is_what_a_little_more_weight_does(seed: int) -> None:
    rows, weights, step = random_rows(seed, outlets=4), [-0.5, -0.5, 1.0], 1e-6
    found = parts(rows, weights, 6)
    assert found is not None
    for at in range(0, len(rows), 5):
        more = np.ones(len(rows))
        more[at] += step
        moved = parts(replace(rows, num=rows.num * more, den=rows.den * more), weights, 6)
        assert moved is not None
        for before, after in zip(found[:3], moved[:3], strict=True):
            assert (after.value - before.value) / step == pytest.approx(before.psi[at], abs=1e-4)


def test_several_rounds_a_side_by_hand() -> None:
    # One outlet of value 3 against rounds of 1 and 2: all of it within.
    num, den = np.array([[1.0, 2.0, 3.0]]), np.ones((1, 3))
    assert float(within(num, den, np.array([-0.5, -0.5, 1.0]))) == pytest.approx(1.5)


def test_parts_are_judged_for_outlets_like_these() -> None:
    found = kitagawa(random_rows(4), [-0.5, -0.5, 1], population=LIKE, fewest=1)
    assert found is not None
    for part in (found.total, found.within, found.composition):
        assert the_test(part).std_error > 0
        assert the_test(part).df < 8


# ------------------------------------------------------------------------------- nothing to judge by


@pytest.mark.parametrize("weighing", WEIGHINGS)
def test_outlets_that_move_alike_have_no_spread(weighing: Weighing) -> None:
    names = list(range(9))
    rows = rows_of([*[0.3] * 9, *[0.1] * 9], names * 2, [0] * 9 + [1] * 9)
    for population in (LIKE, THESE):
        found = contrast(rows, [-1, 1], population=population, weighing=weighing)
        assert found.value == pytest.approx(-0.2)
        assert found.test is None
        assert found.why_not


def test_nothing_anywhere_has_no_spread() -> None:
    rows = rows_of([0.0] * 36, list(range(9)) * 4, [0] * 18 + [1] * 18)
    for population in (LIKE, THESE):
        found = contrast(rows, [-1, 1], population=population)
        assert (found.value, found.test, found.why_not) == (0, None, "there is no spread at all to judge by")


def test_one_outlet() -> None:
    rows = rows_of([1, 2, 4, 6], [3] * 4, [0, 0, 1, 1])
    found = contrast(rows, [-1, 1], population=LIKE)
    assert found.why_not == "only 1 outlet, where 8 are needed to speak of others like them"
    assert found.left_out is None
    assert the_test(contrast(rows, [-1, 1], population=THESE)).df == pytest.approx(2)
    apart = kitagawa(rows, [-1, 1], population=THESE)
    assert apart is not None
    assert apart.composition.value == 0
    assert apart.within.left_out is None


def test_one_outlet_with_nearly_everything() -> None:
    rows = replace(rows_of(range(8), range(8), [0] * 8), den=np.array([1000.0, *[1.0] * 7]))
    found = level(rows, population=LIKE)
    assert found.test is None
    assert found.why_not.startswith("nearly all is of one outlet")


@pytest.mark.parametrize("weighing", WEIGHINGS)
def test_an_empty_round(weighing: Weighing) -> None:
    rows = rows_of([1, 2], [0, 1], [0, 0])
    for some in (rows, rows.only(np.zeros(2, bool))):
        found = contrast(some, [-1, 1], population=THESE, weighing=weighing)
        assert found.value is None
        assert found.test is None
        assert found.why_not
    assert kitagawa(rows, [-1, 1], population=THESE) is None
    assert level(rows.only(np.zeros(2, bool)), population=THESE).value is None
    two = difference_in_differences(rows, outlets_moving([1, 2], 50), [-1, 1], population=THESE, weighing=weighing)
    assert two.value is None


def test_one_text_an_outlet_and_round_tells_nothing_of_texts() -> None:
    found = contrast(outlets_moving(range(8)), [-1, 1], population=THESE)
    assert found.why_not == "nowhere do two texts of one outlet and round tell how far texts differ"


@pytest.mark.parametrize("bad", [[1, 1], [0, 0], [1, -0.9], [np.nan, 1], [np.inf, -np.inf]])
def test_weights_that_are_no_contrast_are_refused(bad: list[float]) -> None:
    with pytest.raises(ValueError, match="sum to zero"):
        coefficients_of(bad)


def test_a_round_without_a_weight_is_refused() -> None:
    with pytest.raises(ValueError, match="none of the 2 weights"):
        contrast(rows_of([1, 2, 3], [0] * 3, [0, 1, 2]), [-1, 1], population=THESE)


# ------------------------------------------------------------------------------------- what must hold


SEEDS = st.integers(0, 2**32 - 1)


@given(SEEDS, st.sampled_from(WEIGHINGS), st.sampled_from([LIKE, THESE]))
def test_an_outlets_own_level_and_the_order_of_rows_do_not_matter(
    seed: int, weighing: Weighing, population: Population
) -> None:
    rows = random_rows(seed)
    plain = the_test(contrast(rows, [-0.5, -0.5, 1], population=population, weighing=weighing))
    order = np.random.default_rng(seed).permutation(len(rows))
    added = rows.outlet if weighing != "pool" else np.full(len(rows), 3)
    moved = replace(rows, num=5 * rows.num + added * rows.den).only(order)
    other = the_test(contrast(moved, [1, 1, -2], population=population, weighing=weighing))
    np.testing.assert_allclose([other.value, other.std_error], [-5 * plain.value, 5 * plain.std_error], atol=1e-9)
    np.testing.assert_allclose(other.df, plain.df)


@given(SEEDS, st.sampled_from(WEIGHINGS))
def test_without_an_outlet_is_without_its_rows(seed: int, weighing: Weighing) -> None:
    rows = random_rows(seed)
    found = contrast(rows, [-1, 0, 1], population=LIKE, weighing=weighing)
    assert found.left_out is not None
    rest = contrast(rows.only(rows.outlet != found.left_out.outlet), [-1, 0, 1], population=THESE, weighing=weighing)
    np.testing.assert_allclose(value_of(rest), found.left_out.value)


@given(SEEDS)
def test_within_and_composition_are_the_whole(seed: int) -> None:
    rows = random_rows(seed)
    found = kitagawa(rows, [-0.5, -0.5, 1], population=LIKE)
    assert found is not None
    both = value_of(found.within) + value_of(found.composition)
    np.testing.assert_allclose(both, value_of(found.total), atol=1e-12)
    assert found.total.value == contrast(rows, [-0.5, -0.5, 1], population=LIKE, weighing="pool").value
    left = found.within.left_out
    assert left is not None
    rest = kitagawa(rows.only(rows.outlet != left.outlet), [-0.5, -0.5, 1], population=THESE)
    assert rest is not None
    np.testing.assert_allclose(value_of(rest.within), left.value, atol=1e-12)
