"""A model that errs more in one round than in others, people who code drawn sentences, and what the audit says then."""

from __future__ import annotations

import csv
import shutil
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tenor.app.cli import run
from tenor.coding.sample import kept_sample
from tenor.corpus.human import HUMAN_FILE, Journal
from tenor.errors import MissingInput, StudyError, UnknownName
from tenor.model import Document
from tenor.results import Finding
from tenor.study import Study
from tests.corpus.press import article, press, put
from tests.measure.scored import keep, score

OUTLETS = "abcdefghij"
DAYS = ("2024-02-01", "2024-03-01", "2024-04-01")
A_ROUND, SENTENCES = 4, 6
ACTORS = "actors:\n  - {id: accord, name: the accord, kind: organisation, aliases: {en: [accord]}}\n"
CLAIMS = """\
tenor_claims: 1
claims:
  - id: cold
    quote: It was colder.
    holder: a commentator
    date: 2024-04-10
    source: a test
    hypotheses:
      - id: H1
        measure: tone.arousal
        population: POPULATION
        contrast: {r3: 1, r1: -0.5, r2: -0.5}
        relation: less
        margin: at least 0.2 sd lower
"""
PEOPLE = ("ann", "bea")


def text_of(name: str) -> str:
    """Return six sentences of words that no other article has."""
    words = [f"w{number}" for number in np.random.default_rng(list(name.encode())).integers(0, 10**6, 8 * SENTENCES)]
    return " ".join(f"{' '.join(words[8 * at : 8 * at + 8])}." for at in range(SENTENCES))


def documents(first: int = 0, pieces: int = A_ROUND) -> list[Document]:
    """Return so many articles of every outlet in every round, each of six sentences."""
    found = []
    for outlet in OUTLETS:
        for day in DAYS:
            for piece in range(first, first + pieces):
                name = f"{outlet}{day}{piece}"
                found.append(article(text_of(name), outlet=outlet, at=day, native_id=name))
    return found


@cache
def moods(outlet: str, day: str, number: int) -> tuple[float, float]:
    """Return how a sentence sounds in truth, from 1 to 5, and what the model says: colder in the third round."""
    generator = np.random.default_rng([ord(outlet), DAYS.index(day), number])
    own = np.random.default_rng(ord(outlet)).normal(0, 0.3)
    truth = float(np.clip(round(3 + own + generator.normal(0, 1)), 1, 5))
    return truth, truth / 5 + generator.normal(0, 0.1) - 0.3 * (day == DAYS[2])


def read(study: Study) -> dict[str, float]:
    """Let the model read every sentence; return the truth of each by its place."""
    rows, truth = [], {}
    for row in study.store.query("SELECT doc_id, outlet, native_id, text FROM documents", {}).to_pylist():
        start, day = 0, row["native_id"][1:11]
        for at, words in enumerate(row["text"].split(". ")):
            stop = start + len(words) + (at < SENTENCES - 1)
            said, seen = moods(row["outlet"], day, int(row["native_id"][11:]) * SENTENCES + at)
            rows.append(score(row["doc_id"], start, stop, arousal=seen))
            truth[f"{row['doc_id']}:{start}:{stop}"] = said
            start = stop + 1
    keep(study.store, rows)
    return truth


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, float]]:
    """A study that the model has read, to be copied, and what is true of every sentence."""
    folder = tmp_path_factory.mktemp("kept") / "study"
    study = press(folder, documents(), rest=ACTORS)
    (folder / "claims.yaml").write_text(CLAIMS.replace("POPULATION", "outlets like these"))
    study.refresh()
    return folder, read(study)


@pytest.fixture
def made(tmp_path: Path, kept: tuple[Path, dict[str, float]]) -> tuple[Study, dict[str, float]]:
    shutil.copytree(kept[0], tmp_path / "study")
    return Study.open(tmp_path / "study"), dict(kept[1])


def fill(study: Study, truth: dict[str, float], people: tuple[str, ...] = PEOPLE, most: int = 10_000) -> Path:
    """Fill in the sheet as a spreadsheet would, once for each person."""
    sheet = study.folder / "code-arousal.csv"
    with sheet.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    path = study.folder / "filled.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0].keys())
        writer.writeheader()
        for person in people:
            for at, row in enumerate(rows):
                value = f"{truth[':'.join((row['doc'], row['start'], row['stop']))]:g}"
                writer.writerow(row | ({"coder": person, "value": value} if at < most else {}))
    return path


def finding(study: Study) -> Finding:
    (verdict,) = study.audit().verdicts
    (found,) = verdict.findings
    return found


def true_difference(truth: dict[str, float], study: Study) -> float:
    """Return the difference of what people would say of all sentences, in their standard deviation."""
    places = {row["doc_id"]: row for row in study.store.query("FROM documents", {}).to_pylist()}
    means = np.zeros((len(OUTLETS), 3))
    for outlet in OUTLETS:
        for at, day in enumerate(DAYS):
            own = [
                value
                for unit, value in truth.items()
                if (row := places[unit.split(":")[0]])["outlet"] == outlet and row["native_id"][1:11] == day
            ]
            means[OUTLETS.index(outlet), at] = np.mean(own)
    rise = means[:, 2] - (means[:, 0] + means[:, 1]) / 2
    return float(rise.mean() / np.std(list(truth.values())))


def test_the_corrected_number_decides(made: tuple[Study, dict[str, float]]) -> None:
    study, truth = made
    lines = study.draw("arousal", 405)
    assert lines[0].endswith("has 405 sentences to code, one a row, in random order: begin at the top.")
    assert Path(lines[-1]) == study.folder / "code-arousal.csv"
    read_in = study.code(fill(study, truth))
    assert (read_in.report.kept, read_in.refused) == (810, ())
    found, gold = finding(study), true_difference(truth, study)
    three = found.corrections
    assert three is not None
    assert three.decides
    numbers = {item.whose: item for item in three.numbers}
    # The model sees a fall of a good standard deviation where there is next to none.
    assert numbers["the model alone"].value < -0.9
    assert abs(gold) < 0.15
    corrected = numbers["corrected"]
    assert corrected.low is not None
    assert corrected.high is not None
    assert corrected.low < gold < corrected.high
    assert found.estimate is not None
    assert found.estimate.value == corrected.value
    assert found.word in ("inconclusive", "no meaningful difference")
    assert (three.n_codes, [item.coded for item in three.rounds]) == (405, [135, 135, 135])
    assert [item.units for item in three.rounds] == [240, 240, 240]
    assert "the model's figures corrected by the 405 sentences that people coded" in found.sentence
    assert found.estimate.method.startswith("corrected by 405 sentences that people coded; spread of 10 outlets")
    assert any("as the model reads them, uncorrected" in limit for limit in found.limits)
    # Where nothing else is unsure, the interval is that of the coding alone.
    claims = study.folder / "claims.yaml"
    claims.write_text(CLAIMS.replace("POPULATION", "these documents"))
    ours = finding(study)
    assert ours.estimate is not None
    assert ours.estimate.low is not None
    assert ours.estimate.high is not None
    assert ours.estimate.low < gold < ours.estimate.high
    assert ours.estimate.high - ours.estimate.low < corrected.high - corrected.low


def test_pi_is_kept_before_anybody_codes_and_drawing_again_gives_the_same(made: tuple[Study, dict[str, float]]) -> None:
    study, _ = made
    study.draw("arousal", 60)
    journal = Journal(study.folder / HUMAN_FILE)
    first = kept_sample(journal, "code:arousal")
    assert first is not None
    assert {round(pi, 6) for pi in first.rows["pi"].to_pylist()} <= {round(n / 80, 6) for n in range(1, 81)}
    assert len(first.sizes) == 9
    study.draw("arousal", 60)
    assert kept_sample(journal, "code:arousal") == first
    study.draw("arousal", 90)
    more = kept_sample(journal, "code:arousal")
    assert more is not None
    assert set(first.rows["doc_id"].to_pylist()) < set(more.rows["doc_id"].to_pylist())


def test_codes_that_were_not_drawn_tell_of_agreement_only(made: tuple[Study, dict[str, float]]) -> None:
    study, truth = made
    some = list(truth)[::3]
    table = ["coder,doc,start,stop,text,variable,actor,value"]
    texts = {row["doc_id"]: row["text"] for row in study.store.query("FROM documents", {}).to_pylist()}
    for person in PEOPLE:
        for unit in some:
            doc_id, start, stop = unit.split(":")
            words = texts[doc_id][int(start) : int(stop)]
            table.append(f"{person},{doc_id},{start},{stop},{words},arousal,,{truth[unit]:g}")
    path = study.folder / "codes.csv"
    path.write_text("\n".join(table))
    study.code(path)
    found = finding(study)
    assert found.corrections is None
    assert found.word == "supported"  # as the model has it
    why = "the codes were not drawn by chance (`tenor coding sample arousal -n 400`)"
    assert f"the model's figures are not corrected: {why}" in found.limits


def test_where_everything_is_coded_no_draw_is_needed(made: tuple[Study, dict[str, float]]) -> None:
    study, truth = made
    study.draw("arousal", 10_000)
    study.code(fill(study, truth))
    found, gold = finding(study), true_difference(truth, study)
    assert found.corrections is not None
    assert found.corrections.coding_error == pytest.approx(0, abs=1e-9)
    assert found.corrections.numbers[2].value == pytest.approx(gold)
    assert found.corrections.numbers[1].value == pytest.approx(gold)


def test_too_few_codes_leave_it_open(made: tuple[Study, dict[str, float]]) -> None:
    study, truth = made
    study.draw("arousal", 207)
    study.code(fill(study, truth))
    found = finding(study)
    assert found.word == "not validated"
    assert found.reasons[0].startswith("too few sentences that were drawn by chance are coded: 69 of ")
    assert found.corrections is not None
    assert not found.corrections.decides
    assert found.sentence.startswith("The model's figures, not checked by people: ")
    assert "With the 207 sentences that people coded so far, the model alone gives " in found.sentence


def test_rows_left_empty_wait_and_are_taken_to_be_missing_by_chance(made: tuple[Study, dict[str, float]]) -> None:
    study, truth = made
    study.draw("arousal", 480)
    read_in = study.code(fill(study, truth, most=400))
    assert read_in.refused == ()
    assert "160 rows have no coder and no value yet" in read_in.report.notes
    found = finding(study)
    assert any(limit.startswith("80 of 480 drawn sentences are not coded") for limit in found.limits)
    assert found.corrections is not None
    assert found.corrections.n_codes == 400


def test_a_sample_is_outgrown_and_topped_up(made: tuple[Study, dict[str, float]]) -> None:
    study, truth = made
    study.draw("arousal", 420)
    study.code(fill(study, truth))
    (study.folder / "code-arousal.csv").unlink()
    put(study.store, *documents(first=A_ROUND, pieces=1))
    study.refresh()
    known = {unit.split(":")[0] for unit in truth}
    truth |= {unit: value for unit, value in read(study).items() if unit.split(":")[0] not in known}
    found = finding(study)
    assert found.word == "not validated"
    assert "the sample was drawn from 720 sentences, and now there are 900" in found.reasons[0]
    lines = study.draw("arousal", 420)
    assert "drawn sentences are coded by two people already" in lines[0]
    study.code(fill(study, truth))
    assert finding(study).corrections is not None


def test_what_cannot_be_drawn_is_refused(made: tuple[Study, dict[str, float]], tmp_path: Path) -> None:
    study, truth = made
    with pytest.raises(UnknownName, match="no variable 'arusal'; did you mean 'arousal'"):
        study.draw("arusal", 10)
    with pytest.raises(StudyError, match="toward is asked about an actor; name one: --of actor=ID"):
        study.draw("toward", 10)
    with pytest.raises(StudyError, match="arousal is not asked about an actor"):
        study.draw("arousal", 10, of={"actor": "accord"})
    with pytest.raises(UnknownName, match="no actor 'acord'"):
        study.draw("toward", 10, of={"actor": "acord"})
    with pytest.raises(UnknownName, match="no speech 'narated'; did you mean 'narration'"):
        study.draw("arousal", 10, of={"speech": "narated"})
    with pytest.raises(UnknownName, match="no question for codes 'emotion'"):
        study.draw("emotion", 10, of={"emotion": "fear"})
    study.draw("arousal", 10)
    filled = fill(study, truth, people=("ann",))
    filled.replace(study.folder / "code-arousal.csv")
    with pytest.raises(StudyError, match="10 rows of this sheet are filled in already"):
        study.draw("arousal", 20)
    unread = press(tmp_path / "unread", documents(pieces=1), rest=ACTORS)
    with pytest.raises(MissingInput, match="nothing can be drawn for arousal"):
        unread.draw("arousal", 10)


def test_the_command_line_draws_a_sheet(
    made: tuple[Study, dict[str, float]], capsys: pytest.CaptureFixture[str]
) -> None:
    study, _ = made
    folder = str(study.folder)
    assert run(["coding", "sample", "arousal", "-n", "30", "--of", "speech=narration", "--study", folder]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert printed[-1] == str(study.folder / "code-arousal-narration.csv")
    assert "30 sentences to code" in printed[0]
    sample = kept_sample(Journal(study.folder / HUMAN_FILE), "code:arousal@narration")
    assert sample is not None
    assert sample.rows.num_rows == 30
    # Nothing is quoted in this press.
    assert run(["coding", "sample", "arousal", "-n", "30", "--of", "speech=quoted", "--study", folder]) == 66
    assert "no sentence of any round could be coded" in capsys.readouterr().err
