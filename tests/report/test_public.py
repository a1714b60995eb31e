"""What everybody may read: the caps hold on every path out of the report, for an example with real texts."""

from __future__ import annotations

import base64
import csv
import gzip
import json
import re
import shutil
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.audit.shown import shown as shown_beside
from tenor.errors import ModelMissing
from tenor.evidence import Context, Passages, Quoted
from tenor.report.environment import marked
from tenor.report.form import PUBLIC_AN_ARTICLE, PUBLIC_PASSAGE, Form
from tenor.report.page import write_report
from tenor.report.public import public
from tenor.results import Audit
from tenor.study import Study
from tenor.testing import example_folder
from tests.report.test_page import Reader

PROTECTED = "Marten"
"""A trawler whose crew is held; the study is told to protect it."""


def quoted(text: str, marks: tuple[tuple[int, int], ...] = (), *, doc_id: str = "d", title: str = "") -> Quoted:
    return Quoted(
        doc_id=doc_id, outlet="A", day=date(2023, 9, 5), lang="en", title=title, url="https://a.example/1",
        round="the third round", claimed=True, speech="narration", in_title=False, value=1.0, bears=True,
        text=text, marks=marks,
    )  # fmt: skip


def shown(*items: Quoted, masked: tuple[str, ...] = (), protected: tuple[str, ...] = ()) -> list[Quoted]:
    parts = (Passages(hypothesis="H", drawn=items, units=len(items)),)
    context = Context(passages=parts, masked=(("d", masked),) if masked else ())
    return list(public(context, protected).passages[0].drawn)


@given(st.text(max_size=900), st.integers(0, 900), st.integers(0, 700))
def test_a_passage_is_short_and_its_marks_lie_inside(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    mark = start, min(len(text), start + length)
    (found,) = shown(quoted(text, (mark,) if mark[0] < mark[1] else ()))
    assert len(found.text) <= PUBLIC_PASSAGE
    assert all(0 <= low < high <= len(found.text) for low, high in found.marks)
    assert "".join(piece for piece, _ in marked(found)) == found.text
    assert found.text.strip("…") in text


@given(st.lists(st.sampled_from(["Tarn", "met", "Moss", "in", "Corvan"]), min_size=1, max_size=80), st.data())
def test_names_are_hidden_and_marks_move_with_the_text(words: list[str], data: st.DataObject) -> None:
    text = " ".join(words)
    at = data.draw(st.integers(0, len(words) - 1))
    start = len(" ".join(words[:at])) + (at > 0)
    mark = start, start + len(words[at])
    (found,) = shown(quoted(text, (mark,)), masked=("Tarn", "Moss"))
    assert not re.search("Tarn|Moss", found.text)
    ((low, high),) = found.marks
    assert found.text[low:high] == ("[…]" if words[at] in {"Tarn", "Moss"} else words[at])


def test_an_article_gives_three_passages_in_the_whole_report() -> None:
    many = tuple(quoted(f"sentence {number}") for number in range(9))
    context = Context(passages=tuple(Passages(hypothesis=name, drawn=many, units=9) for name in "ab"))
    assert sum(len(part.drawn) for part in public(context).passages) == PUBLIC_AN_ARTICLE


def test_whoever_is_protected_is_not_shown() -> None:
    found = shown(quoted("Pavel Moss wept."), quoted("Nobody wept."), quoted("x", title="pavel moss"),
                  protected=("Pavel Moss",))  # fmt: skip
    assert [item.text for item in found] == ["Nobody wept."]


# --- the whole report of an example ------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Audit, Path]:
    """harbour with somebody to protect, its audit with all that could be shown, and the folder of its public report."""
    folder = tmp_path_factory.mktemp("public") / "harbour"
    shutil.copytree(example_folder("harbour"), folder)
    with (folder / "tenor.yaml").open("a", encoding="utf-8") as file:
        file.write(f"\nprotected: [{PROTECTED}]\n")
    study = Study.open(folder)
    study.add()
    study.add([folder / "articles.jsonl"])
    try:
        study.annotate()
    except ModelMissing:
        pytest.skip("the model is not installed: `make` finds it")
    form = Form(public=True, passages=40)
    audit, found = shown_beside(study.store, study.audit(), folder, form.each)
    return study, audit, write_report(audit, folder / "reports", form, found=found).parent


def paths(folder: Path) -> dict[str, str]:
    """Return everything a reader could get out of a report: text, attributes, packed and plain data, files."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            found[path.name] = path.read_text(encoding="utf-8")
    html = found["report.html"]
    for number, body in enumerate(re.findall(r'<script type="application/gzip" id="[^"]*-spec">([^<]*)<', html)):
        found[f"spec {number}"] = json.dumps(json.loads(gzip.decompress(base64.b64decode(body))), ensure_ascii=False)
    for number, body in enumerate(re.findall(r"data:text/csv;charset=utf-8;base64,([^\"]*)", html)):
        found[f"address {number}"] = base64.b64decode(body).decode("utf-8")
    reader = Reader(html)
    found["words"] = reader.text
    found["attributes"] = " ".join(value for _, attributes in reader.tags for value in attributes.values() if value)
    return found


def runs(text: str, longer: int) -> set[str]:
    """Return every run of so many characters that begins at a word, with its white space made one."""
    plain = re.sub(r"\s+", " ", text)
    return {plain[match.start() : match.start() + longer] for match in re.finditer(r"\b\w", plain[:-longer])}


def test_no_path_holds_more_of_an_article_than_may_be_shown(written: tuple[Study, Audit, Path]) -> None:
    study, _, folder = written
    texts = study.store.query("SELECT doc_id, text FROM documents", {}).to_pylist()
    assert len(texts) > 200
    too_long = {run for row in texts for run in runs(row["text"], PUBLIC_PASSAGE + 1)}
    for name, text in paths(folder).items():
        assert not too_long & runs(text.replace("**", "").replace("\\", ""), PUBLIC_PASSAGE + 1), name


def test_no_article_gives_more_than_three_passages(written: tuple[Study, Audit, Path]) -> None:
    _, _, folder = written
    with (folder / "data" / "passages.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 50
    assert max(Counter(row["doc_id"] for row in rows).values()) <= PUBLIC_AN_ARTICLE
    assert max(len(row["text"]) for row in rows) <= PUBLIC_PASSAGE + 1  # a mark before what a spreadsheet would run
    html = (folder / "report.html").read_text(encoding="utf-8")
    assert html.count('<figure class="passage') == len(rows)


def test_nobody_but_the_actors_and_nobody_protected_is_named(written: tuple[Study, Audit, Path]) -> None:
    study, _, folder = written
    everything = paths(folder)
    # Persons of the invented town who are none of the study's actors, and one whom the study protects.
    texts = "\n".join(study.store.query("SELECT text FROM documents", {})["text"].to_pylist())
    strangers = [name for name in ("Brisk Anna", PROTECTED) if name in texts]
    assert strangers
    for name, text in everything.items():
        for stranger in strangers:
            assert stranger not in text, (name, stranger)


def test_a_private_report_would_hold_more(written: tuple[Study, Audit, Path]) -> None:
    _, audit, _ = written
    drawn = [item for part in audit.context.passages for item in part.drawn]
    assert max(len(item.text) for item in drawn) > PUBLIC_PASSAGE
    assert max(Counter(item.doc_id for item in drawn).values()) > PUBLIC_AN_ARTICLE
    said = "\n".join(f"{item.title}\n{item.text}" for item in drawn)
    assert PROTECTED in said
    assert "Brisk Anna" in said
