"""`tenor statements`: what it prints, its filters, and what it says where there is nothing to show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenor.app.cli import run
from tests.annotate import tiny
from tests.corpus.press import article, press

ACTORS = """\
actors:
  - {id: smith, name: Anna Smith, kind: person, public_role: minister, aliases: {en: [Smith]}}
"""
TEXT = '"We will sign by 9 February," Smith said. "The talks are over," said Petra Quill, a neighbour.'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study with one article that was read by the tiny model."""
    place = tmp_path_factory.mktemp("said")
    study = press(place / "study", [article(TEXT, outlet="a", at="2024-02-01")], rest=ACTORS)
    study.annotate(model=tiny.write(place / "model"), workers=1)
    return study.folder


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["statements", *arguments]) == 0
    return capsys.readouterr().out


def test_a_line_says_who_what_when_and_where(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "--study", str(folder), "--kind", "promise").splitlines()
    assert lines[0] == "Anna Smith: promise (direct) [2024-02-01 to 2024-02-09]"
    assert lines[1] == '  "We will sign by 9 February,"'
    assert lines[2].startswith("  2024-02-01 a, ")
    assert lines[-1] == "1 statements"


def test_who_is_not_an_actor_is_not_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = said(capsys, "--study", str(folder))
    assert "unnamed speaker: quote (direct)" in text
    assert "Quill" not in text
    rows = json.loads(said(capsys, "--study", str(folder), "--json"))
    assert {row["who"] for row in rows} == {"Anna Smith", "unnamed speaker"}
    assert "Quill" not in json.dumps(rows)


def test_filters_and_files(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "--study", str(folder), "--actor", "smith", "--round", "r1").count("Anna Smith") == 1
    assert said(capsys, "--study", str(folder), "--round", "r2") == "0 statements\n"
    said(capsys, "--study", str(folder), "--network", str(tmp_path / "out.csv"))
    assert (tmp_path / "out.csv").read_text(encoding="utf-8") == "actor,concept,agreement,statements,articles\n"


def test_what_is_wrong_is_said(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["statements", "--study", str(folder), "--kind", "song"]) == 65
    assert "no kind of statement 'song'" in capsys.readouterr().err
    assert run(["statements", "--study", str(folder), "--network", str(tmp_path / "out.png")]) == 65
    assert "end its name in .csv or .graphml" in capsys.readouterr().err
    unread = press(tmp_path / "unread", [article(TEXT)], rest=ACTORS)
    assert run(["statements", "--study", str(unread.folder)]) == 66
    assert "run `tenor annotate`" in capsys.readouterr().err
