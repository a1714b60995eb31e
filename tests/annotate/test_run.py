"""Reading a study: what is kept, what is read again, and that a run that was killed goes on to the same rows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tenor.annotate.run import Coders, annotate, unread
from tenor.errors import ModelMissing
from tenor.model import Document
from tenor.study import Study
from tests.corpus.press import article, press

ACTORS = """\
actors:
  - {id: smith, name: Anna Smith, kind: person, public_role: minister, aliases: {en: [Smith]}}
"""
MORE = ACTORS + "  - {id: talks, name: the talks, kind: organisation, aliases: {en: [Talks]}}\n"
TEXT = 'good talks. Anna Smith was hot. "It was bad bad talks," she said.\n\nEveryone knows it.'
TABLES = ("scores", "vectors", "annotations", "annotated", "statements")


def documents() -> list[Document]:
    """Four articles; the second is a copy of the first."""
    return [
        article(TEXT, title="good", outlet="a", at="2024-02-01"),
        article(TEXT, title="good", outlet="b", at="2024-02-01"),
        article("", title="", outlet="a", at="2024-02-02"),
        article("hot hot.", outlet="a", at="2024-02-03", lang="xx"),
    ]


def rows(study: Study, table: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = study.store.query(f"SELECT * FROM {table} ORDER BY ALL", {}).to_pylist()
    return found


def tables(study: Study) -> dict[str, pa.Table]:
    return {name: study.store.query(f"SELECT * FROM {name} ORDER BY ALL", {}) for name in TABLES}


def test_what_is_kept_of_an_article(tmp_path: Path, tiny_folder: Path) -> None:
    study = press(tmp_path, documents()[:1], rest=ACTORS)
    found = study.annotate(model=tiny_folder, workers=1)
    assert (found.articles, found.sentences, found.there, found.unread) == (1, 5, 0, 0)
    scores = sorted(rows(study, "scores"), key=lambda row: (row["part"] != "title", row["start"]))
    texts = {"title": "good", "body": TEXT}
    said = [(texts[row["part"]][row["start"] : row["stop"]].strip(), row["speech"]) for row in scores]
    assert said == [
        ("good", "narration"),
        ("good talks.", "narration"),
        ("Anna Smith was hot.", "narration"),
        ('"It was bad bad talks,"', "quoted"),
        ("she said.", "narration"),
        ("Everyone knows it.", "narration"),
    ]
    # One word of three tokens is good, two of them the ends; tone is in the gold's units, times 2 plus 3.
    assert scores[0]["valence"] == pytest.approx(3 + 2 / 3)
    assert scores[4]["valence"] is None
    marked = {(row["variable"], texts[row["part"]][row["start"] : row["stop"]]) for row in rows(study, "annotations")}
    assert ("mention", "Anna Smith") in marked or ("mention", "Smith") in marked
    assert ("generalisation", "Everyone knows") in marked
    assert {row["coder"] for row in scores} == {Coders.of(study.plan, tiny_folder).encoder}
    assert len(rows(study, "vectors")) == 5


def test_what_is_there_is_not_read_again(tmp_path: Path, tiny_folder: Path) -> None:
    study = press(tmp_path, documents(), rest=ACTORS)
    assert study.annotate(model=tiny_folder, workers=1).articles == 4
    before = tables(study)
    again = study.annotate(model=tiny_folder, workers=1)
    assert (again.articles, again.there) == (0, 4)
    assert tables(study) == before
    assert unread(study.store.query, study.plan, ["scores", "annotations"]) == ""


def test_other_names_are_looked_for_without_scoring_anew(tmp_path: Path, tiny_folder: Path) -> None:
    study = press(tmp_path, documents(), rest=ACTORS)
    study.annotate(model=tiny_folder, workers=1)
    before = rows(study, "scores")
    other = press(tmp_path, rest=MORE)
    assert unread(other.store.query, other.plan, ["annotations"]).startswith("the study names its actors otherwise")
    assert other.annotate(model=tiny_folder, workers=1).articles == 4
    assert rows(other, "scores") == before
    assert unread(other.store.query, other.plan, ["annotations"]) == ""


def test_one_process_or_two_give_the_same_rows(
    tmp_path: Path, tiny_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenor.annotate.run.UNIT", 60)
    one, two = (press(tmp_path / name, documents(), rest=ACTORS) for name in ("one", "two"))
    one.annotate(model=tiny_folder, workers=1)
    two.annotate(model=tiny_folder, workers=2)
    assert tables(one) == tables(two)
    assert [path.name for path in one.store.paths("scores")] == [path.name for path in two.store.paths("scores")]


def test_a_language_without_gold_is_left_empty(tmp_path: Path, tiny_folder: Path) -> None:
    study = press(tmp_path, [article("hot hot.", outlet="a", at="2024-02-03", lang="xx")])
    study.annotate(model=tiny_folder, workers=1)
    assert [row["arousal"] for row in rows(study, "scores")] == [None]
    assert len(rows(study, "vectors")) == 1


def test_without_a_model_the_command_says_so(tmp_path: Path) -> None:
    study = press(tmp_path, documents())
    with pytest.raises(ModelMissing, match=r"manifest.json: a file of the model is missing"):
        annotate(study.refresh(), study.plan, model=tmp_path / "nowhere")


_KILLED = """\
import sys
import tenor.annotate.run as run
from tenor.study import Study
run.UNIT = 60
if __name__ == "__main__":
    print(Study.open(sys.argv[1]).annotate(model=sys.argv[2], workers=1).articles, flush=True)
"""


def test_a_run_that_was_killed_goes_on_to_the_same_rows(tmp_path: Path, tiny_folder: Path) -> None:
    script = tmp_path / "read.py"
    script.write_text(_KILLED, encoding="utf-8")
    whole, killed = (press(tmp_path / name, documents() * 1, rest=ACTORS) for name in ("whole", "killed"))
    for study in (whole, killed):
        study.refresh()

    def start(study: Study) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(script), str(study.folder), str(tiny_folder)]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        )

    assert start(whole).communicate()[0] == b"4\n"
    for _ in range(3):
        run = start(killed)
        before = killed.store.query("SELECT count(*) AS n FROM annotated", {})["n"][0].as_py()
        limit = time.monotonic() + 60
        while run.poll() is None and time.monotonic() < limit:
            if killed.store.query("SELECT count(*) AS n FROM annotated", {})["n"][0].as_py() > before:
                break
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        run.communicate()
    start(killed).communicate()
    assert tables(killed) == tables(whole)
