"""The score table on small folders: all right is 1, all wrong is 0, and what lies between was worked out by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("onnx", reason="onnx is not installed")

from training.anchors import ANCHORS
from training.evaluate import LANGUAGES, SILENT, Answer, Line, Shipped, lines, main, shown
from training.sets import SOURCES, examples
from training.shapes import Example, Mark
from training.tasks import ANY, TASKS

from tests.annotate import tiny
from tests.training.test_sets import span, write
from training import evaluate

ROOT = Path(__file__).parents[2]


class Says:
    """A reader that answers each example by a rule."""

    def __init__(self, rule: Callable[[Example], Answer]) -> None:
        self.rule = rule

    def answers(self, found: Sequence[Example]) -> list[Answer]:
        return [self.rule(example) for example in found]


def right(example: Example) -> Answer:
    """Answer with the gold."""
    task = TASKS[example.task]
    marks = example.marks
    if example.task == "technique":
        marks = (*marks, *(replace(mark, label=ANY) for mark in marks))
    chances = tuple(float(label in example.labels) for label in task.labels)
    return Answer(values=example.values, labels=example.labels, chances=chances, marks=marks)


def wrong(example: Example) -> Answer:
    """Answer with what is not the gold."""
    labels = TASKS[example.task].labels
    others = tuple(label for label in labels if label not in example.labels)
    if TASKS[example.task].head == "classes":
        others = others[:1]
    chances = tuple(float(label in others) for label in labels)
    length = len(example.text)
    marks = tuple(Mark(start=length - 1, stop=length, label=label) for label in (*labels, ANY))
    return Answer(values=tuple(-value for value in example.values), labels=others, chances=chances, marks=marks)


def quoting(doc: str, first: str, second: str) -> dict[str, Any]:
    """Return a document of two windows, with a quote in each."""
    text = f"{first} said no. {'It rained all day long. ' * 22}{second} said yes."
    spans = [span(text, first, "Source"), span(text, second, "Source"), span(text, "no", "Content")]
    return {"id": doc, "doc": doc, "annotator": "x", "text": text, "spans": spans}


ROWS: dict[str, list[dict[str, Any]]] = {
    "emobank": [
        {"id": str(n), "doc": f"d{n % 3}", "text": f"Text {n}.", "valence": 1 + n % 5, "arousal": n % 3, "dominance": n}
        for n in range(9)
    ],
    "goemotions": [
        {"id": str(n), "text": f"Text {n}.", "labels": [name]} for n, name in enumerate(TASKS["emotions"].labels)
    ],
    "newsmtsc": [
        {"id": str(n), "text": "Ann and Bob met.", "spans": [span("Ann and Bob met.", who, tone)]}
        for n, (who, tone) in enumerate([("Ann", "positive"), ("Bob", "negative"), ("Ann", "neutral")])
    ],
    "babe": [
        {
            "id": str(n),
            "text": "A vile act.",
            "biased": bool(n % 2),
            "spans": [span("A vile act.", "vile", "biased_word")],
        }
        for n in range(4)
    ],
    "polnear": [quoting("p1", "Ann", "Bob"), quoting("p2", "Eve", "Joe")],
    "ptc": [
        {"id": str(n), "text": "He is a vile liar.", "spans": [span("He is a vile liar.", "vile liar", "Doubt")]}
        for n in range(2)
    ],
    "bsnlp_ner": [
        {"id": lang, "lang": lang, "text": "Київ і Ася.", "spans": [span("Київ і Ася.", "Київ", "LOC")]}
        for lang in ("ru", "uk", "cs")
    ],
    "petrarch_unit": [
        {"id": str(n), "text": f"Text {n}.", "events": [{"eventcode": code}]} for n, code in enumerate(["042", "190"])
    ],
    "checkthat19": [
        {"id": str(n), "doc": f"d{n % 2}", "text": f"Text {n}.", "check_worthy": int(n < 3)} for n in range(8)
    ],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, rows in ROWS.items():
        write(tmp_path, name, "train" if name == "petrarch_unit" else "dev", rows)
    return tmp_path


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "DRAWS", 20)


def by_key(found: Sequence[Line]) -> dict[str, Line]:
    return {f"{line.set}/{line.task}/{line.language}/{line.metric}": line for line in found}


def test_the_gold_scores_one_everywhere(folder: Path) -> None:
    found = by_key(lines(Says(right), folder, "dev"))
    assert set(found) == {
        "emobank/affect/en/r valence",
        "emobank/affect/en/r arousal",
        "emobank/affect/en/r dominance",
        "goemotions/emotions/en/macro-F1",
        "newsmtsc/tone/en/macro-F1",
        "newsmtsc/tone/en/F1(pos, neg)",
        "babe/biased/en/macro-F1",
        "babe/loaded/en/F1 of characters",
        "polnear/quote/en/exact F1 source",
        "polnear/quote/en/exact F1 cue",
        "polnear/quote/en/exact F1 content",
        "ptc/technique/en/span F1",
        "bsnlp_ner/entity/cs/entity F1",
        "bsnlp_ner/entity/ru/entity F1",
        "bsnlp_ner/entity/uk/entity F1",
        "petrarch_unit/quad/en/accuracy",
        "checkthat19/check_worthy/en/average precision",
    }
    assert found.pop("polnear/quote/en/exact F1 cue").score == 0  # there is none
    assert [line.score for line in found.values()] == pytest.approx([1.0] * len(found))
    assert found["emobank/affect/en/r valence"].examples == 9
    assert found["polnear/quote/en/exact F1 source"].examples == 4
    assert found["bsnlp_ner/entity/uk/entity F1"].examples == 1


def test_wrong_answers_score_nothing(folder: Path) -> None:
    found = by_key(lines(Says(wrong), folder, "dev"))
    # Three that are worth it come last of eight: at ranks 6, 7 and 8.
    ranked = found.pop("checkthat19/check_worthy/en/average precision")
    assert ranked.score == pytest.approx((1 / 6 + 2 / 7 + 3 / 8) / 3)
    for key, line in found.items():
        assert line.score == pytest.approx(-1 if line.task == "affect" else 0), key


def test_average_precision_is_of_the_ranking_alone(folder: Path) -> None:
    (line,) = lines(Says(lambda example: replace(right(example), labels=("no",))), folder, "dev", ["checkthat19"])
    assert line.score == 1


def test_accuracy_of_petrarch_by_hand(folder: Path) -> None:
    (line,) = lines(Says(lambda _: Answer(labels=("4",))), folder, "dev", ["petrarch_unit"])
    assert (line.metric, line.score, line.examples) == ("accuracy", 0.5, 2)


def test_tone_by_hand(folder: Path) -> None:
    found = by_key(lines(Says(lambda _: Answer(labels=("negative",))), folder, "dev", ["newsmtsc"]))
    # Negative: one of three is right, F1 1/2; the others 0.
    assert found["newsmtsc/tone/en/macro-F1"].score == pytest.approx(1 / 6)
    assert found["newsmtsc/tone/en/F1(pos, neg)"].score == pytest.approx(1 / 4)


def test_languages_of_bsnlp_are_scored_apart(folder: Path) -> None:
    reader = Says(lambda example: right(example) if example.lang == "uk" else Answer())
    found = {line.language: line.score for line in lines(reader, folder, "dev", ["bsnlp_ner"])}
    assert found == {"cs": 0, "ru": 0, "uk": 1}


def test_other_sets_of_several_languages_are_scored_apart_and_together(tmp_path: Path) -> None:
    rows = [{"id": lang, "lang": lang, "text": f"Text {lang}.", "pledge": "no"} for lang in ("en", "en", "sv")]
    write(tmp_path, "pledges", "dev", rows)
    reader = Says(lambda example: Answer(labels=("no" if example.lang == "sv" else "narrow",)))
    found = lines(reader, tmp_path, "dev")
    assert {line.language: line.examples for line in found} == {"en": 2, "sv": 1, "en+sv": 3}
    # Together "no" has one right and two missed, F1 1/2, and "narrow" has 0.
    assert {line.language: line.score for line in found} == {"en": 0, "sv": 1, "en+sv": 1 / 4}


def test_windows_are_scored_in_their_document(folder: Path) -> None:
    some = examples(folder, SOURCES["polnear"], "dev")
    assert [example.offset > 0 for example in some] == [False, True, False, True]
    # What is found in the first windows only is half of what there is: precision 1, recall 1/2.
    first = Says(lambda example: right(example) if not example.offset else Answer())
    second = Says(lambda example: right(example) if example.offset else Answer())
    for reader in (first, second):
        found = by_key(lines(reader, folder, "dev", ["polnear"]))
        assert found["polnear/quote/en/exact F1 source"].score == pytest.approx(2 / 3)


def test_a_span_beside_its_place_is_wrong(folder: Path) -> None:
    def beside(example: Example) -> Answer:
        return Answer(marks=tuple(replace(mark, stop=mark.stop + 1) for mark in example.marks))

    found = by_key(lines(Says(beside), folder, "dev", ["polnear"]))
    assert found["polnear/quote/en/exact F1 source"].score == 0


def test_half_of_a_span_of_persuasion_counts_half(folder: Path) -> None:
    def half(example: Example) -> Answer:
        return Answer(marks=tuple(Mark(start=mark.start, stop=mark.start + 3, label=ANY) for mark in example.marks))

    # Three of the nine letters of "vile liar": precision 1, recall 1/3.
    (line,) = lines(Says(half), folder, "dev", ["ptc"])
    assert line.score == pytest.approx(1 / 2)
    other = Says(lambda example: Answer(marks=example.marks))  # by their own labels, which do not count
    assert lines(other, folder, "dev", ["ptc"])[0].score == 0


def test_loaded_words_are_scored_by_their_letters(folder: Path) -> None:
    reader = Says(lambda _: Answer(labels=("no",), marks=(Mark(start=2, stop=4, label="biased_word"),)))
    # Two of the four letters of "vile": precision 1, recall 1/2.
    assert by_key(lines(reader, folder, "dev", ["babe"]))["babe/loaded/en/F1 of characters"].score == pytest.approx(
        2 / 3
    )


def test_another_split_of_another_folder(tmp_path: Path) -> None:
    for name in ("emobank", "polnear", "petrarch_unit"):
        write(tmp_path, name, "test", ROWS[name])
    write(tmp_path, "future_statements", "test", [{"id": "1", "text": "It rains. It will rain.", "statements": []}])
    found = lines(Says(right), tmp_path, "test")
    assert {line.set for line in found} == {"emobank", "polnear", "petrarch_unit", "future_statements"}
    assert {line.score for line in found if line.set == "polnear" and "cue" not in line.metric} == {1.0}
    assert lines(Says(right), tmp_path, "dev") == []
    assert lines(Says(right), tmp_path, "train") == []


def test_only_the_named_sets_are_scored(folder: Path) -> None:
    assert {line.set for line in lines(Says(right), folder, "dev", ["babe", "ptc"])} == {"babe", "ptc"}


def sometimes(example: Example) -> Answer:
    """Answer rightly for two of three."""
    return right(example) if sum(map(ord, example.id)) % 3 else wrong(example)


def test_the_interval_holds_the_score(folder: Path) -> None:
    found = lines(Says(sometimes), folder, "dev")
    assert all(line.low - 1e-9 <= line.score <= line.high + 1e-9 for line in found)
    assert any(line.low < line.high for line in found)


def test_documents_are_drawn_and_not_their_texts(tmp_path: Path) -> None:
    """Ten texts of two documents, one of which is all right: a draw has one, both, or one twice."""
    rows = [{"id": str(n), "doc": f"d{n % 2}", "text": f"Text {n}.", "pledge": "no"} for n in range(10)]
    write(tmp_path, "pledges", "dev", rows)
    reader = Says(lambda example: Answer(labels=("no" if example.doc == "d0" else "broad",)))
    (line,) = lines(reader, tmp_path, "dev")
    assert (line.score, line.low, line.high) == pytest.approx((1 / 3, 0, 1))
    single = [{**row, "doc": f"d{n}"} for n, row in enumerate(rows)]
    write(tmp_path, "pledges", "dev", single)
    reader = Says(lambda example: Answer(labels=("no" if int(example.doc[1:]) % 2 == 0 else "broad",)))
    (line,) = lines(reader, tmp_path, "dev")
    assert line.score == pytest.approx(1 / 3)
    assert 0 < line.low < line.high < 1


@pytest.mark.parametrize("many", [1, 2])
def test_so_few_texts_that_draws_do_not_vary(tmp_path: Path, many: int) -> None:
    write(tmp_path, "emobank", "dev", ROWS["emobank"][:many])
    found = lines(Says(right), tmp_path, "dev")
    assert [line.score for line in found] == pytest.approx([float(many > 1)] * 3)
    assert all(np.isfinite([line.low, line.high]).all() for line in found)


def test_a_reader_that_always_says_the_same_has_no_correlation(folder: Path) -> None:
    found = lines(Says(lambda _: Answer(values=(3.0, 3.0, 3.0))), folder, "dev", ["emobank"])
    assert [(line.score, line.low, line.high) for line in found] == [(0, 0, 0)] * 3


def test_saying_nothing_is_wrong_but_no_label(folder: Path) -> None:
    reader = Says(lambda example: right(example) if example.labels != ("neutral",) else Answer(labels=(SILENT,)))
    found = by_key(lines(reader, folder, "dev", ["newsmtsc"]))
    assert found["newsmtsc/tone/en/macro-F1"].score == pytest.approx(2 / 3)


def test_a_line_has_its_anchor_and_licence(folder: Path) -> None:
    found = by_key(lines(Says(right), folder, "dev"))
    line = found["emobank/affect/en/r valence"]
    assert (line.floor, line.must, line.licence) == (0.53, 0.74, "share-alike")
    assert line.anchor.startswith(".838")
    assert found["babe/loaded/en/F1 of characters"].floor is None


def test_every_anchor_is_of_a_number_that_the_table_can_have(tenor_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluate, "DRAWS", 1)
    found = by_key(lines(Says(right), tenor_data, "dev"))
    assert set(ANCHORS) <= set(found)
    # Windows cut some long spans, and some entities; everything else is all right.
    cut = {"polnear/quote/en/exact F1 content", "ptc/technique/en/span F1"}
    for key, line in found.items():
        near = 0.03 if key in cut or line.task == "entity" else 1e-9
        assert line.score == pytest.approx(1, abs=near), key


def test_the_table_as_text(folder: Path) -> None:
    table = shown(lines(Says(right), folder, "dev", ["emobank", "babe"])).splitlines()
    assert table[0].split()[:4] == ["set", "task", "language", "metric"]
    assert len(table) == 1 + 3 + 2
    # The score, its interval, the floor and what must be reached.
    assert " 1.000  1.000-1.000  .530   .740  .838 (Park 2021, RoBERTa-large)" in table[1]
    assert " nan" not in "".join(table)


def ask(monkeypatch: pytest.MonkeyPatch, *words: str) -> None:
    monkeypatch.setattr(sys, "argv", ["evaluate", *words])
    monkeypatch.setattr(Shipped, "open", lambda *_: Says(right))
    main()


def test_the_lines_as_data(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("TENOR_DATA", str(folder))
    ask(monkeypatch, "--json", "emobank", "babe")
    found = json.loads(capsys.readouterr().out)
    assert [(line["set"], line["metric"]) for line in found] == [
        ("emobank", "r valence"),
        ("emobank", "r arousal"),
        ("emobank", "r dominance"),
        ("babe", "macro-F1"),
        ("babe", "F1 of characters"),
    ]
    assert {name for line in found for name in line} == set(Line.__slots__)


def test_a_folder_and_a_split_that_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("TENOR_DATA", str(tmp_path / "nowhere"))
    write(tmp_path, "babe", "test", ROWS["babe"])
    ask(monkeypatch, "--data", str(tmp_path), "--split", "test")
    assert "F1 of characters" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--data", "nowhere"], "There is nothing to score on: name a folder with --data, or set TENOR_DATA."),
        ([], "There is nothing to score on: name a folder with --data, or set TENOR_DATA."),
        (["--data", ".", "--split", "test"], "No set in . has a file test.jsonl.gz."),
    ],
)
def test_nothing_to_score_on(
    words: list[str],
    sentence: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.delenv("TENOR_DATA", raising=False)
    monkeypatch.chdir(folder)
    with pytest.raises(SystemExit) as error:
        ask(monkeypatch, *words)
    assert error.value.code == 66
    assert capsys.readouterr().err == f"{sentence}\n"


def test_a_set_that_is_none_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as error:
        ask(monkeypatch, "--data", str(folder), "emobnk")
    assert error.value.code == 2
    assert "no set is called emobnk" in capsys.readouterr().err


def test_without_a_model_the_command_says_so(folder: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "training.evaluate", "--data", str(folder), "--model", str(folder / "no_model")],
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout) == (69, "")
    assert "a file of the model is missing" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Shipped:
    """The tiny model, which knows half of the tasks' labels in English only."""
    return Shipped.open(tiny.write(tmp_path_factory.mktemp("model")), LANGUAGES, threads=1)


def asked(task: str, text: str, lang: str = "cs", **gold: Any) -> Example:
    return Example(id=text, source="toy", task=task, split="dev", lang=lang, text=text, doc=text, **gold)


def test_the_shipped_model_answers_in_every_language(shipped: Shipped) -> None:
    found = shipped.answers([asked("biased", "good talks"), asked("biased", "good talks", "en")])
    # No is likelier by .2, yes has a bias of .3.
    assert found[0].labels == found[1].labels == ("yes",)
    assert found[0].chances == pytest.approx([1 / (1 + np.exp(-0.2)), 1 / (1 + np.exp(0.2))], abs=1e-5)


def test_the_shipped_model_marks_stretches_and_answers_on_targets(shipped: Shipped) -> None:
    (quote,) = shipped.answers([asked("quote", "Anna Smith talks good")])
    assert quote.marks == (Mark(start=0, stop=10, label="source"), Mark(start=11, stop=21, label="content"))
    targets = [asked("tone", "good hot", target=(0, 4)), asked("tone", "hot good", target=(0, 3))]
    good, even = shipped.answers(targets)
    assert good.labels == ("positive",)
    assert even.chances == pytest.approx([1 / 3] * 3, abs=1e-5)


def test_where_the_shipped_model_says_nothing_it_is_wrong_and_no_number_is_missing(shipped: Shipped) -> None:
    beyond = "talks " * 20
    (answer,) = shipped.answers([asked("tone", beyond, target=(len(beyond) - 6, len(beyond) - 1))])
    assert answer.labels == (SILENT,)
    (answer,) = shipped.answers([asked("biased", "2014?")])
    assert (answer.labels, answer.chances) == ((SILENT,), (0.0, 0.0))
    (answer,) = shipped.answers([asked("affect", "2014?")])
    assert answer.values == (3.0, 2.0)
