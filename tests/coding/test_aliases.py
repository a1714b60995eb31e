"""Alias recall from judged sentences: a ratio of weighted totals, with an interval, or the reason why there is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.coding.aliases import JudgedSentence, alias_recall
from tenor.errors import StudyError


def rows(name: str, stratum: str, *, found: bool, yes: int, no: int) -> list[JudgedSentence]:
    return [
        JudgedSentence(round=name, stratum=stratum, found=found, names=names) for names in [True] * yes + [False] * no
    ]


def test_each_judged_sentence_stands_for_others_of_its_stratum() -> None:
    judged = [
        *rows("r1", "found", found=True, yes=10, no=0),
        *rows("r1", "near", found=False, yes=1, no=9),
        *rows("r2", "found", found=True, yes=5, no=5),
        *rows("r2", "near", found=False, yes=0, no=10),
    ]
    sizes = {("r1", "found"): 50, ("r1", "near"): 100, ("r2", "found"): 40, ("r2", "near"): 20}
    first, second = alias_recall(judged, sizes)
    # 10 of 10 stand for 50 found, 1 of 10 for 10 missed: 50 / 60. In the second, 20 found and none missed.
    assert first.share is not None
    assert second.share is not None
    assert first.share.value == pytest.approx(50 / 60)
    assert second.share.value == 1.0
    assert first.share.low < 50 / 60 < first.share.high
    assert second.share.low < 1.0, "20 sentences of which half were judged keep their doubt"
    assert (first.judged, second.judged) == (20, 20)


def test_where_all_were_judged_nothing_is_in_doubt() -> None:
    judged = [*rows("r1", "found", found=True, yes=3, no=0), *rows("r1", "near", found=False, yes=1, no=1)]
    (only,) = alias_recall(judged, {("r1", "found"): 3, ("r1", "near"): 2})
    assert only.share is not None
    assert (only.share.value, only.share.low, only.share.high) == (0.75, 0.75, 0.75)


def test_what_can_not_be_said_is_told() -> None:
    found = rows("r1", "found", found=True, yes=0, no=2)
    assert "none of the judged" in alias_recall(found, {("r1", "found"): 9})[0].why
    assert "'near' (7 in all)" in alias_recall(found, {("r1", "found"): 9, ("r1", "near"): 7})[0].why
    assert alias_recall([], {("r1", "found"): 0})[0].share is None


@pytest.mark.parametrize(
    ("judged", "what"),
    [
        (rows("r1", "new", found=True, yes=1, no=0), "no stratum 'new'"),
        (rows("r1", "found", found=True, yes=3, no=0), "3 sentences of 'found'"),
        ([*rows("r1", "found", found=True, yes=1, no=0), *rows("r1", "found", found=False, yes=1, no=0)], "with and"),
    ],
)
def test_a_sample_that_can_not_be_from_there_is_refused(judged: list[JudgedSentence], what: str) -> None:
    with pytest.raises(StudyError, match=what):
        alias_recall(judged, {("r1", "found"): 2})


@given(yes=st.integers(0, 8), no=st.integers(0, 8), missed=st.integers(0, 8), seen=st.integers(0, 8))
def test_the_interval_holds_the_estimate(yes: int, no: int, missed: int, seen: int) -> None:
    judged = [*rows("r", "found", found=True, yes=yes, no=no), *rows("r", "near", found=False, yes=missed, no=seen)]
    (only,) = alias_recall(judged, {("r", "found"): 20, ("r", "near"): 30})
    assert (only.share is None) == bool(only.why)
    if only.share:
        assert 0 <= only.share.low <= only.share.value <= only.share.high <= 1
