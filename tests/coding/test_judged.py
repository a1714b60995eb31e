"""Precision and recall of what people judged: by hand, against planted truth, and where nothing can be said."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.coding.judged import (
    Codes,
    Held,
    JudgedCues,
    JudgedHit,
    codes_of,
    cue_quality,
    held_in,
    judged_cues,
    judged_hits,
    keep_answers,
    percent,
    selection_precision,
)
from tenor.coding.sample import Answer, ToJudge, keep_sample, kept_sample, read_sheet, take_sample, write_sheet
from tenor.corpus.human import Journal
from tenor.errors import StudyError
from tenor.model import Round

FIRST = Round(id="r1", label="the first round", date=date(2024, 2, 1))
THIRD = Round(id="r3", label="the third round", date=date(2024, 4, 1))
R1, R3, NO = frozenset({"r1"}), frozenset({"r3"}), frozenset[str]()


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "human.sqlite")


def answer(doc_id: str = "d1", *, about: bool = True, refers_to: Sequence[str] = ("r1",), note: str = "") -> Answer:
    return Answer(doc_id=doc_id, about_event=about, refers_to=tuple(refers_to), note=note, line=2)


def cues(stratum: str, found: frozenset[str], truth: frozenset[str], count: int, start: int = 0) -> list[JudgedCues]:
    return [JudgedCues(doc_id=f"{stratum}{start + n}", stratum=stratum, found=found, truth=truth) for n in range(count)]


# --- what is kept ------------------------------------------------------------------------------------------


def test_reading_in_twice_adds_nothing(journal: Journal) -> None:
    answers = [answer("d1", note="unsure"), answer("d2", about=False, refers_to=())]
    assert keep_answers(journal, answers, coder="ann") == 5
    assert keep_answers(journal, answers, coder="ann") == 0
    assert [(entry.unit, entry.variable, entry.value) for entry in journal.latest("code")] == [
        ("d1", "about_event", "yes"),
        ("d1", "refers_to", "r1"),
        ("d1", "note", "unsure"),
        ("d2", "about_event", "no"),
        ("d2", "refers_to", "none"),
    ]


def test_a_changed_answer_is_a_correction(journal: Journal) -> None:
    keep_answers(journal, [answer(refers_to=("r1",))], coder="ann")
    assert keep_answers(journal, [answer(refers_to=("r1", "r3"))], coder="ann") == 1
    assert codes_of(journal).refers_to == (("d1", frozenset({"r1", "r3"})),)
    assert len(journal.entries("code")) == 3


def test_coders_who_disagree_are_counted_and_left_out(journal: Journal) -> None:
    keep_answers(journal, [answer("d1"), answer("d2"), answer("d3")], coder="ann")
    keep_answers(journal, [answer("d1"), answer("d2", about=False), answer("d3", refers_to=("r3",))], coder="bea")
    found = codes_of(journal)
    assert found.about == (("d1", True), ("d3", True))
    assert found.refers_to == (("d1", R1), ("d2", R1))
    assert found.disputed == (("d2", "about_event"), ("d3", "refers_to"))
    assert found.words == "2 articles on which coders disagree are left out"
    journal.enter(coder="cat", kind="adjudication", unit="d2", variable="about_event", value="no")
    assert codes_of(journal).about == (("d1", True), ("d2", False), ("d3", True))


def test_the_order_of_rounds_is_no_disagreement(journal: Journal) -> None:
    for coder, value in (("ann", "r3 r1"), ("bea", "r1  r3 r1")):
        journal.enter(coder=coder, kind="code", unit="d1", variable="refers_to", value=value)
    assert codes_of(journal).refers_to == (("d1", R1 | R3),)
    assert codes_of(journal).words == ""


def test_a_code_that_is_neither_yes_nor_no(journal: Journal) -> None:
    journal.enter(coder="llm", kind="code", unit="d1", variable="about_event", value="probably")
    with pytest.raises(StudyError, match="entry 1 by llm says 'probably' on about_event of d1"):
        codes_of(journal)


# --- precision and recall ------------------------------------------------------------------------------------


def test_precision_and_recall_by_hand() -> None:
    # 10 of 40 articles with the cue: 8 refer to the round, so 32 do and 8 don't: precision .8.
    # 20 of 400 without: 1 refers to it, so 20 do: recall 32 / 52.
    judged = cues("cue", R1, R1, 8) + cues("cue", R1, NO, 2, 8) + cues("none", NO, R1, 1) + cues("none", NO, NO, 19, 1)
    strata = {"cue": Held(size=40, rounds={"r1": 40}), "none": Held(size=400, rounds={})}
    (found,) = cue_quality(judged, strata, [FIRST])
    assert found.precision.estimate is not None
    assert found.recall.estimate is not None
    assert found.precision.estimate.value == pytest.approx(0.8)
    assert found.recall.estimate.value == pytest.approx(32 / 52)
    assert (found.precision.judged, found.recall.judged) == (10, 9)
    # Wilson at 10 * 39 / 30 = 13 judgements: .5299 to .9340, outward to 21 and 38 of 40.
    assert (found.precision.estimate.low, found.precision.estimate.high) == (21 / 40, 38 / 40)
    assert found.recall.estimate.population == "these documents"
    assert found.precision.words == (
        "Of the articles in which a cue names the first round, 80 % refer to it (95 % interval 52 to 95 %, 10 judged)."
    )
    assert found.recall.words.startswith(
        "Of the articles that refer to the first round, cues find 62 % (95 % interval "
    )


def test_nobody_writes_first_round_in_the_first() -> None:
    # Every cue is right, and yet cues find next to nothing: 9 of 10 without a cue refer to the round.
    judged = cues("cue", R1, R1, 10) + cues("none", NO, R1, 9) + cues("none", NO, NO, 1, 9)
    strata = {"cue": Held(size=10, rounds={"r1": 10}), "none": Held(size=1000, rounds={})}
    (found,) = cue_quality(judged, strata, [FIRST])
    assert found.precision.words.endswith("100 % refer to it (all 10 judged).")
    assert found.recall.estimate is not None
    assert found.recall.estimate.value == pytest.approx(10 / 910)
    # 9 of 10, worth 10.08: Wilson's 596 of 1000 are missed at least, Poisson's 1 - .0513 / 10.08, or 995, at most.
    assert (found.recall.estimate.low, found.recall.estimate.high) == pytest.approx((10 / 1005, 10 / 606), rel=0.002)
    # Who does not say how many articles have a cue learns less.
    (blind,) = cue_quality(judged, {"cue": Held(size=10), "none": Held(size=1000)}, [FIRST])
    assert blind.recall.estimate is not None
    assert blind.recall.estimate.high is not None
    assert blind.recall.estimate.high > 0.2
    assert blind.recall.estimate.value == found.recall.estimate.value


def test_a_part_nobody_judged_stays_within_what_is_known() -> None:
    # 3 of 1,000 have a cue for the third round; none of these was judged, 20 of the others were.
    judged = cues("a", NO, NO, 20) + cues("b", R3, R3, 10)
    strata = {"a": Held(size=1000, rounds={"r3": 3}), "b": Held(size=10, rounds={"r3": 10})}
    (found,) = cue_quality(judged, strata, [THIRD])
    assert found.precision.estimate is not None
    assert found.precision.estimate.low == pytest.approx(10 / 13)
    assert (found.precision.estimate.value, found.precision.estimate.high) == (1, 1)


def test_an_article_may_be_found_for_several_rounds() -> None:
    judged = cues("x", R1 | R3, R3, 4) + cues("x", R3, R1 | R3, 4, 4)
    first, third = cue_quality(judged, {"x": Held(size=8)}, [FIRST, THIRD])
    values = [item.estimate.value for item in (first.precision, first.recall, third.precision) if item.estimate]
    assert values == [0, 0, 1]
    assert third.recall.words == "Of the articles that refer to the third round, cues find 100 % (all 8 judged)."
    assert first.recall.words == "Of the articles that refer to the first round, cues find 0 % (all 4 judged)."


def test_where_nothing_can_be_said() -> None:
    strata = {
        "cue": Held(size=1, rounds={"r1": 1}),
        "none": Held(size=1200, rounds={}),
        "b": Held(size=3, rounds={"r3": 3}),
    }
    judged = cues("cue", R1, NO, 1)
    first, third = cue_quality(judged, strata, [FIRST, THIRD])
    assert first.precision.words.endswith("0 % refer to it (all 1 judged).")
    assert first.recall.estimate is third.precision.estimate is None
    assert first.recall.words == (
        "Nothing can be said for the first round yet: no article of 'b' (3 in all) and 'none' (1,200 in all) "
        "has been judged."
    )
    judged += cues("none", NO, NO, 5) + cues("b", R3, R3, 1)
    (first,) = cue_quality(judged, strata, [FIRST])
    assert first.recall.estimate is None
    assert first.recall.words == "None of the judged articles refers to the first round."


def test_strata_that_changed_meanwhile() -> None:
    judged = cues("a", R1, R1, 4)
    with pytest.raises(StudyError, match="there is no stratum 'a', and yet articles of it were judged; draw"):
        cue_quality(judged, {"b": Held(size=4)}, [FIRST])
    for held in (Held(size=3), Held(size=9, rounds={"r1": 3}), Held(size=9, rounds={})):
        with pytest.raises(StudyError, match="more articles of 'a' were judged for the first round than there are"):
            cue_quality(judged, {"a": held}, [FIRST])


def test_selection_in_a_sentence() -> None:
    judged = [JudgedHit(doc_id=f"d{n}", stratum="r3", rounds=R3, about=n >= 3) for n in range(50)]
    judged += [JudgedHit(doc_id="o", stratum="outside", rounds=NO, about=False)]
    strata = {"r3": Held(size=5000, rounds={"r3": 5000}), "outside": Held(size=9, rounds={})}
    (third, found), (first, none) = selection_precision(judged, strata, [THIRD, FIRST])
    assert (third, first) == ("r3", "r1")
    assert found.words == (
        "Of the articles the search found for the third round, 94 % are about the event "
        "(95 % interval 84 to 98 %, 50 judged)."
    )
    assert none.estimate is None
    assert none.words == "None of the judged articles belongs to the first round by its date."


def test_percentages_never_round_to_certainty() -> None:
    assert [percent(share) for share in (0.99499, 0.99501, 0.00501, 1, 0)] == ["99 %", "99.5 %", "1 %", "100 %", "0 %"]


# --- whatever was judged ---------------------------------------------------------------------------------------

SETS = st.frozensets(st.sampled_from(["r1", "r3"]))


@st.composite
def populations(draw: st.DrawFn) -> tuple[list[JudgedCues], dict[str, Held]]:
    rows: list[JudgedCues] = []
    strata = {}
    for name in draw(st.lists(st.sampled_from("abcd"), min_size=1, unique=True)):
        pairs = draw(st.lists(st.tuples(SETS, SETS), min_size=1, max_size=15))
        known = {round_: sum(round_ in f for f, _ in pairs) for round_ in ("r1", "r3")}
        strata[name] = Held(size=len(pairs), rounds=draw(st.sampled_from([None, known])))
        rows += [JudgedCues(doc_id=f"{name}{n}", stratum=name, found=f, truth=t) for n, (f, t) in enumerate(pairs)]
    return rows, strata


@given(populations())
def test_all_judged_is_the_truth(population: tuple[list[JudgedCues], dict[str, Held]]) -> None:
    rows, strata = population
    (found,) = cue_quality(rows, strata, [FIRST])
    hit = sum("r1" in row.found & row.truth for row in rows)
    for quality, of in (
        (found.precision, sum("r1" in row.found for row in rows)),
        (found.recall, sum("r1" in row.truth for row in rows)),
    ):
        assert quality.judged == of
        assert (quality.estimate is None) == (of == 0)
        if quality.estimate:
            assert quality.estimate.low == quality.estimate.value == quality.estimate.high
            assert quality.estimate.value == pytest.approx(hit / of)


@given(populations(), st.integers(1, 5))
def test_a_part_judged_gives_an_interval_or_a_reason(
    population: tuple[list[JudgedCues], dict[str, Held]], factor: int
) -> None:
    rows, strata = population
    wide = {
        name: replace(
            held,
            size=held.size * factor + 3,
            rounds=None if held.rounds is None else {key: count * factor + 1 for key, count in held.rounds.items()},
        )
        for name, held in strata.items()
    }
    for found in cue_quality(rows, wide, [FIRST, THIRD]):
        for quality in (found.precision, found.recall):
            assert "nan" not in quality.words
            if estimate := quality.estimate:
                assert estimate.low is not None
                assert estimate.high is not None
                assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


# --- the whole way ------------------------------------------------------------------------------------------------


def test_from_the_draw_to_the_sentence(tmp_path: Path, journal: Journal) -> None:
    # 400 articles; 60 have the cue, 54 of these and 34 others refer to the round: precision .9, recall 54 / 88.
    ids = [f"d{n:03}" for n in range(400)]
    found = dict.fromkeys(ids[:60], R1)
    truth = {*ids[:54], *ids[60:94]}
    table = pa.table({"doc_id": ids, "stratum": ["r1/cue" if doc_id in found else "r1/no cue" for doc_id in ids]})
    sample = take_sample(table, n=160, seed=11, name="rounds", what="articles that match the search")
    keep_sample(journal, sample, coder="tenor")
    path = tmp_path / "judge.csv"
    drawn = sample.rows["doc_id"].to_pylist()
    blank = {"outlet": "Daily", "published": "2024-02-01", "lang": "en", "title": "Talks", "passage": "They met"}
    write_sheet(path, [ToJudge(doc_id=doc_id, **blank) for doc_id in drawn], [FIRST])
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    # A person fills in all but the last ten rows.
    filled = [f"{line[:-2]}yes,{'r1' if line[:4] in truth else 'none'}," for line in lines[1:-10]]
    path.write_text("\n".join([lines[0], *filled, *lines[-10:]]), encoding="utf-8")
    answers = read_sheet(path, ["r1"], drawn)
    assert (len(answers.answers), answers.empty, answers.problems) == (150, 10, ())
    keep_answers(journal, answers.answers, coder="ann")

    kept = kept_sample(journal, "rounds")
    assert kept == sample
    judged = judged_cues(kept, codes_of(journal), found)
    strata = held_in(table, found)
    (quality,) = cue_quality(judged, strata, [FIRST])
    for found_, planted in ((quality.precision, 54 / 60), (quality.recall, 54 / 88)):
        estimate = found_.estimate
        assert estimate is not None
        assert estimate.low is not None
        assert estimate.high is not None
        assert estimate.low <= planted <= estimate.high
        assert estimate.high - estimate.low < 0.35
    hits = judged_hits(kept, codes_of(journal), dict.fromkeys(ids, R1))
    assert len(hits) == 150
    assert selection_precision(hits, held_in(table, dict.fromkeys(ids, R1)), [FIRST])[0][1].estimate is not None


def test_what_was_not_drawn_does_not_count() -> None:
    sample = take_sample(
        pa.table({"doc_id": ["d1", "d2"], "stratum": ["x", "x"]}), n=1, seed=1, name="rounds", what="articles"
    )
    codes = Codes(about=(("d1", True), ("d2", True)), refers_to=(("d1", R1), ("d2", R1)), disputed=())
    assert len(judged_cues(sample, codes, {})) == 1
    assert len(judged_hits(sample, codes, {})) == 1


def test_intervals_hold_over_many_draws() -> None:
    # Planted: recall 54 / 88. 300 samples of 60; 95 % give or take 4 standard errors of 1.26 % is at least 90 %.
    ids = [f"d{n:03}" for n in range(400)]
    found = dict.fromkeys(ids[:60], R1)
    truth = {*ids[:54], *ids[60:94]}
    codes = Codes(about=(), refers_to=tuple((name, R1 if name in truth else NO) for name in ids), disputed=())
    table = pa.table({"doc_id": ids, "stratum": ["cue" if name in found else "no cue" for name in ids]})
    held, strata = 0, held_in(table, found)
    for seed in random.Random(5).sample(range(10**6), 300):
        sample = take_sample(table, n=60, seed=seed, name="rounds", what="articles")
        (quality,) = cue_quality(judged_cues(sample, codes, found), strata, [FIRST])
        estimate = quality.recall.estimate
        assert estimate is not None
        assert estimate.low is not None
        assert estimate.high is not None
        held += estimate.low <= 54 / 88 <= estimate.high
    assert held >= 270
