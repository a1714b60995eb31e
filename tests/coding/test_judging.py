"""From articles to a sheet, from answers to precision and recall: equal to what is counted by hand."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from tenor.coding.judging import NAME, Judgements
from tenor.coding.sample import kept_sample, strike
from tenor.corpus.human import Journal
from tenor.errors import MissingInput, SeveralErrors, SourceError, StudyError
from tenor.study import JUDGE_FILE, Study
from tests.audit.planted import OUTLETS, STUDY, Row, Words, added, row, study_of

TALKS = STUDY.replace("negotiator*", "talks")
SIZES = {"outside/cue": 2, "outside/no cue": 2, "r1/no cue": 6, "r2/no cue": 6, "r3/cue": 3, "r3/no cue": 3}
Sheet = dict[str, dict[str, str]]


def write(folder: Path) -> Study:
    """22 articles: six in each round, four outside; a cue for the third round in three and in two."""
    words = Words()
    rows: list[Row] = []
    for n, outlet in enumerate(OUTLETS):
        rows += [
            row(n, outlet, "2024-02-01", words.text(30, "talks")),
            row(10 + n, outlet, "2024-03-01", words.text(30, "talks")),
        ]
        rows.append(row(20 + n, outlet, "2024-04-01", words.text(30, "talks", *["the third round"] * (n < 3))))
    for n, outlet in enumerate(OUTLETS[:4]):
        rows.append(row(30 + n, outlet, "2024-04-10", words.text(30, "talks", *["the third round"] * (n < 2))))
    rows.append(row(99, "Daily", "2024-04-10", words.text(30)))
    return study_of(folder, rows, TALKS)


def numbers(study: Study) -> dict[str, int]:
    rows = study.store.query("SELECT doc_id, native_id FROM documents", {}).to_pylist()
    return {item["doc_id"]: int(item["native_id"][1:]) for item in rows}


def truth(number: int) -> tuple[str, str]:
    """About the event: all of the first round, none of the second, four of the third. By hand."""
    about = number < 10 or 20 <= number < 24
    # The cue is wrong in 20; 23 refers to the third round without a cue.
    refers = number in {21, 22, 23, 30, 31}
    return "yes" if about else "no", "r3" if refers else "none"


def fill(study: Study, answer: Callable[[int, int], tuple[str, str]]) -> Path:
    """Fill in the sheet by place in it and number of the article."""
    path, own = study.folder / JUDGE_FILE, numbers(study)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for place, item in enumerate(rows):
        item["about_event"], item["refers_to"] = answer(place, own[item["doc_id"]])
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def words_of(found: Judgements) -> str:
    said = [item.words for _, item in found.selection]
    said += [part.words for item in found.cues for part in (item.precision, item.recall)]
    return "\n".join((*said, *found.notes))


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return write(tmp_path / "talks")


def limits(study: Study) -> tuple[str, ...]:
    return study.audit().verdicts[0].findings[0].limits


def test_from_draw_to_quality(study: Study) -> None:
    assert study.judgements() == Judgements()
    assert any("nobody judged how many of the articles" in item for item in limits(study))
    with pytest.raises(MissingInput, match="no sample was drawn yet"):
        study.judged(study.folder / JUDGE_FILE)

    path, lines = study.judge(3)
    assert "there are 6 kinds of articles: judge at least 6" in lines[0]
    # Nothing is filled in yet, so it may be drawn again.
    path, lines = study.judge(100)
    assert "judge.csv has 22 articles to judge" in lines[0]
    assert "r1 (the first round)" in lines[2]
    sample = kept_sample(Journal(study.folder / "human.sqlite"), NAME)
    assert sample is not None
    assert dict(sample.sizes) == SIZES
    assert study.judgements().notes == ("a sample was drawn, and nothing of it is judged yet",)

    # The strata take turns: the first twelve are two of each.
    fill(study, lambda place, number: truth(number) if place < 12 else ("", ""))
    assert study.judged(path, coder="ann")[0] == "12 articles judged, 24 entries are new; 10 left to judge"
    with pytest.raises(StudyError, match="12 articles of this sheet are judged already; read it in first"):
        study.judge(100)
    third = dict(study.judgements().selection)["r3"]
    assert third.estimate is not None
    assert third.judged == 4
    assert 0 < float(str(third.estimate.low)) <= 4 / 6 <= float(str(third.estimate.high)) <= 1
    assert float(str(third.estimate.high)) - float(str(third.estimate.low)) > 0.1

    fill(study, lambda _, number: truth(number))
    assert study.judged(path, coder="ann")[0] == "22 articles judged, 20 entries are new; 0 left to judge"
    assert study.judged(path, coder="ann")[0] == "22 articles judged, 0 entries are new; 0 left to judge"
    found = study.judgements()
    by_hand = {"r1": 1.0, "r2": 0.0, "r3": 4 / 6}
    for name, quality in found.selection:
        assert quality.estimate is not None
        values = (quality.estimate.value, quality.estimate.low, quality.estimate.high)
        assert values == pytest.approx((by_hand[name],) * 3)
    first, third_cues = found.cues
    assert (first.round, third_cues.round) == ("r1", "r3")
    assert first.precision.estimate is None
    assert "None of the judged articles refers to the first round." in words_of(found)
    # Five are named by a cue, four of them rightly; five refer to it, four of them with a cue.
    for quality in (third_cues.precision, third_cues.recall):
        assert quality.estimate is not None
        assert (quality.estimate.value, quality.estimate.low, quality.estimate.high) == pytest.approx((0.8,) * 3)
    assert found.notes == ()
    said = "Of the articles the search found for the third round, 67 % are about the event (all 6 judged)"
    assert said in limits(study)
    _then_the_study_changes(study)


def _then_the_study_changes(study: Study) -> None:
    folder, own = study.folder, numbers(study)
    more = [row(40, "Daily", "2024-04-02", Words(7).text(30, "talks"))]
    study = added(folder, more, "more.jsonl")
    assert "'r3/no cue' had 3 articles when the sample was drawn and has 4 now" in words_of(study.judgements())

    gone = next(doc_id for doc_id, number in own.items() if number == 0)
    assert gone in (folder / JUDGE_FILE).read_text(encoding="utf-8-sig")
    study.remove([gone], why="a court order", now=True)
    assert gone not in (folder / JUDGE_FILE).read_text(encoding="utf-8-sig")
    entries = Journal(folder / "human.sqlite").latest("code")
    assert entries
    assert gone not in {item.unit for item in entries}
    assert "'r1/no cue' had 6 articles when the sample was drawn and has 5 now" in words_of(study.judgements())

    # Other days belong to the rounds now: the sample is no sample of them, and the study goes on.
    moved = TALKS.replace("date: 2024-02-01", "date: 2024-02-10")
    (folder / "tenor.yaml").write_text(moved, encoding="utf-8")
    study = Study.open(folder)
    found = study.judgements()
    assert found.selection == ()
    assert "draw the sample again" in words_of(found)
    assert study.audit().verdicts


def test_answers_with_mistakes(study: Study) -> None:
    path, _ = study.judge(6)
    fill(study, lambda place, _: ("maybe", "none") if place == 1 else ("yes", "r9") if place == 2 else ("", ""))
    with pytest.raises(SeveralErrors) as error:
        study.judged(path)
    assert f"{path}:3: about_event is 'maybe'; write yes or no" in str(error.value)
    assert f"{path}:4: no round 'r9'" in str(error.value)
    fill(study, lambda place, number: ("", "r1") if place == 1 else truth(number))
    counted, problem = study.judged(path, coder="ann")
    assert counted == "5 articles judged, 10 entries are new; 0 left to judge"
    assert problem == f"{path}:3: about_event is empty; the row is skipped"


def test_striking_keeps_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "judge.csv"
    assert strike(path, ["d1"]) == 0
    path.write_text(
        'doc_id;title;about_event;refers_to;note\nd1;a;yes;none;\nd2;"b;\nc";no;none;x\nd3;e;;;\n', "utf-16"
    )
    assert strike(path, ["d1", "d3", "d9"]) == 2
    left = path.read_text(encoding="utf-8-sig")
    assert left == 'doc_id;title;about_event;refers_to;note\n\nd2;"b;\nc";no;none;x\n'.replace("\n\n", "\n")
    path.write_text("no sheet at all", encoding="utf-8")
    with pytest.raises(SourceError, match="no sheet to judge"):
        strike(path, ["d2"])
