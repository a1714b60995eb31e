"""Sets in one form: toys by hand, and the real folder where there is one."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from training.datapage import PAGE, page, readme
from training.sets import SOURCES, chosen, examples, gold
from training.shapes import Example, Mark
from training.tasks import TASKS

TRAINED = frozenset(
    [
        "emobank",
        "goemotions",
        "newsmtsc",
        "rusentne",
        "narrative_frames",
        "plover_gsr",
        "ukraine_bias",
        "gne_roles",
        "babe",
        "wiki_npov",
        "claimbuster",
        "pledges",
        "promise",
        "future_statements",
        "polnear",
        "adaq",
        "ptc",
        "nerel",
        "bsnlp_ner",
        "cameo_class",
        "cameo_actors",
    ]
)
EVALUATED = {"unlp2025", "ner_uk", "frac", "petrarch_unit", "case2021_t2", "checkthat19", "timex"}


def write(folder: Path, name: str, split: str, rows: list[dict[str, Any]]) -> None:
    (folder / name).mkdir(exist_ok=True)
    with gzip.open(folder / name / f"{split}.jsonl.gz", "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps({"lang": "en", **row}) + "\n" for row in rows)


def span(text: str, words: str, label: str) -> dict[str, Any]:
    start = text.index(words)
    return {"start": start, "end": start + len(words), "label": label}


def test_the_sets_are_those_of_the_plan() -> None:
    assert {name for name, source in SOURCES.items() if not source.evaluate_only} == TRAINED
    assert {name for name, source in SOURCES.items() if source.evaluate_only} == EVALUATED
    assert {task for source in SOURCES.values() for task in source.tasks} == set(TASKS)


def test_licences_choose_sets_and_never_what_is_only_evaluated() -> None:
    names = {source.name for source in chosen(["permissive", "share-alike"])}
    assert names == {"goemotions", "newsmtsc", "rusentne", "narrative_frames", "emobank", "plover_gsr"}
    assert {source.name for source in chosen()} == TRAINED
    with pytest.raises(ValueError, match="No licence class is called free"):
        chosen(["permissive", "free"])


def test_a_split_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert examples(tmp_path, SOURCES["emobank"], "dev") == []


def test_texts_without_a_word_are_left_out(tmp_path: Path) -> None:
    affect = {"valence": 3, "arousal": 2.5, "dominance": 3}
    write(tmp_path, "emobank", "train", [{"id": "1", "text": '.."', **affect}, {"id": "2", "text": "Sad.", **affect}])
    (only,) = examples(tmp_path, SOURCES["emobank"], "train")
    assert (only.text, only.values) == ("Sad.", (3, 2.5, 3))


def test_a_span_across_windows_is_cut_but_whole_in_the_gold(tmp_path: Path) -> None:
    long = " ".join(["Word"] * 80) + "."
    text = f"Ann said: {long} It went on. {long}"
    content = span(text, text[10:], "Content")
    row = {"id": "1", "doc": "d", "annotator": "x", "text": text, "spans": [span(text, "Ann", "Source"), content]}
    write(tmp_path, "polnear", "train", [row])
    found = examples(tmp_path, SOURCES["polnear"], "train")
    assert len(found) == 2
    assert all(example.text == text[example.offset : example.offset + len(example.text)] for example in found)
    assert [sorted({mark.label for mark in example.marks}) for example in found] == [["content", "source"], ["content"]]
    whole = Mark(start=10, stop=len(text), label="content")
    assert gold(tmp_path, SOURCES["polnear"], "train")["quote"]["d"] == [Mark(start=0, stop=3, label="source"), whole]


def test_one_annotator_counts(tmp_path: Path) -> None:
    row = {"doc": "d", "text": "Ann spoke.", "spans": []}
    write(tmp_path, "polnear", "dev", [{**row, "id": f"d#{name}", "annotator": name} for name in "xyz"])
    assert len(examples(tmp_path, SOURCES["polnear"], "dev")) == 1


def test_nested_entities_keep_the_outermost(tmp_path: Path) -> None:
    text = "The Bank of England and Paris"
    spans = [
        span(text, "Bank of England", "ORGANIZATION"),
        span(text, "England", "COUNTRY"),
        span(text, "Paris", "CITY"),
    ]
    write(tmp_path, "nerel", "train", [{"id": "1", "text": text, "spans": [*spans, span(text, "The", "DATE")]}])
    (only,) = examples(tmp_path, SOURCES["nerel"], "train")
    assert [(text[mark.start : mark.stop], mark.label) for mark in only.marks] == [
        ("Bank of England", "ORG"),
        ("Paris", "LOC"),
    ]


def test_a_role_is_tied_to_the_sentence_that_names_it(tmp_path: Path) -> None:
    text = "It rained. The Greens saved it. The greens won."
    roles = [
        {"entity": "the greens", "role": "hero", "group": ""},
        {"entity": "nobody", "role": "villain", "group": ""},
    ]
    write(tmp_path, "narrative_frames", "train", [{"id": "1", "text": text, "labels": ["CO"], "roles": roles}])
    frames, role = examples(tmp_path, SOURCES["narrative_frames"], "train")
    assert (frames.task, frames.labels) == ("frames", ("CO",))
    assert role.target is not None
    assert (role.text, role.labels, role.text[slice(*role.target)]) == ("The Greens saved it.", ("hero",), "The Greens")


def test_a_statement_about_the_future_is_tied_to_its_sentence(tmp_path: Path) -> None:
    text = "Nobody was hurt yesterday. Aftershocks are expected for another day. Shops were shut."
    said = {"Event Variable": "Aftershocks", "Predicted Attribute": "expected aftershocks", "Event Date": None}
    write(
        tmp_path, "future_statements", "train", [{"id": str(n), "text": text, "statements": [said]} for n in range(40)]
    )
    parts = [examples(tmp_path, SOURCES["future_statements"], split) for split in ("train", "dev")]
    assert [example.labels[0] for example in parts[0][:3]] == ["no", "yes", "no"]
    docs = [{example.doc for example in part} for part in parts]
    assert docs[0] | docs[1] == {str(n) for n in range(40)}
    assert docs[1]
    assert not docs[0] & docs[1]


def test_quad_class_of_a_cameo_code(tmp_path: Path) -> None:
    rows = [{"id": "same", "text": f"Text {code}.", "events": [{"eventcode": code}]} for code in ("042", "190", "xx")]
    write(tmp_path, "petrarch_unit", "train", [*rows, {"id": "none", "text": "No event.", "events": []}])
    found = examples(tmp_path, SOURCES["petrarch_unit"], "train")
    assert [example.labels for example in found] == [("1",), ("4",)]
    assert len({example.id for example in found}) == 2


@pytest.mark.parametrize("name", sorted(TRAINED | EVALUATED))
def test_real_sets_fit_their_tasks(tenor_data: Path, name: str) -> None:
    source = SOURCES[name]
    for split in ("train", "dev"):
        found = examples(tenor_data, source, split)
        assert len({example.id for example in found}) == len(found)
        assert {example.task for example in found} <= set(source.tasks)
        for example in found:
            _fits(example)


def _fits(example: Example) -> None:
    task = TASKS[example.task]
    assert task.marked == (example.target is not None)
    assert not task.labels or set(example.labels) <= set(task.labels)
    assert len(example.values) == (len(task.labels) if task.head == "regression" else 0)
    assert task.head != "classes" or len(example.labels) == 1
    places = [(mark.start, mark.stop) for mark in example.marks] + [example.target or (0, 1)]
    assert all(0 <= start < stop <= len(example.text) for start, stop in places)
    assert {mark.label for mark in example.marks} <= set(task.labels)


def test_sizes_are_those_of_the_readmes(tenor_data: Path) -> None:
    sizes = {}
    for name in ("goemotions", "gne_roles", "wiki_npov", "claimbuster", "pledges", "cameo_class"):
        found = Counter(split for split in ("train", "dev") for _ in examples(tenor_data, SOURCES[name], split))
        sizes[name] = found
        said = readme(tenor_data, name)["sizes"].replace(",", "")
        # A handful of GoEmotions comments have no word.
        assert abs(int(said.split("train ")[1].split(";")[0]) - found["train"]) <= 5
    assert sizes["pledges"]["dev"] == 935


def test_licence_classes_follow_the_readmes(tenor_data: Path) -> None:
    for name, source in SOURCES.items():
        text = (tenor_data / name / "README.md").read_text(encoding="utf-8")
        licence, weights = readme(tenor_data, name)["licence"], text.split("open-source tool: ")[1].splitlines()[0]
        if "NonCommercial" in licence or "BY-NC" in licence:
            expected = "non-commercial"
        elif "GPL" in licence:
            expected = "copyleft"
        else:
            expected = "unstated" if weights == "unclear" else weights
        assert source.licence == expected, name
        assert source.evaluate_only or weights != "non-commercial"


def test_the_page_says_what_the_readmes_say(tenor_data: Path) -> None:
    assert PAGE.read_text(encoding="utf-8") == page(tenor_data), "run python -m training.datapage"
