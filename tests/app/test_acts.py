"""`tenor events`: what it prints, how reports become events, and what it says where there is nothing to show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenor.app.cli import run
from tests.annotate import tiny
from tests.corpus.press import article, press

ACTORS = """\
actors:
  - {id: ardan, name: Ardan, kind: state, aliases: {en: [Ardan]}}
  - {id: belmar, name: Belmar, kind: state, aliases: {en: [Belmar]}}
"""
ONE = "On Monday the rain came down in sheets over the old town. Ardan condemned Belmar, and nobody slept."
TWO = "Nothing moved in the harbour all day long. Late in the evening Ardan denounced Belmar before the press."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("acts")
    texts = [article(ONE, outlet="a", at="2024-02-01"), article(TWO, outlet="b", at="2024-02-01")]
    study = press(place / "study", texts, rest=ACTORS)
    study.annotate(model=tiny.write(place / "model"), workers=1)
    return study.folder


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["events", *arguments]) == 0
    return capsys.readouterr().out


def test_two_reports_are_one_event(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = told(capsys, "--study", str(folder)).splitlines()
    assert lines[0] == "2024-02-01 (the day of the article) Ardan ACCUSE Belmar"
    assert lines[1] == "  Ardan condemned Belmar, and nobody slept."
    assert lines[2].startswith("  2 reports, 2 outlets; a, ")
    assert lines[-1] == "1 event"
    row = json.loads(told(capsys, "--study", str(folder), "--json"))[0]
    assert [one["outlet"] for one in row["places"]] == ["a", "b"]


def test_filters(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(capsys, "--study", str(folder), "--actor", "ardan", "--type", "accuse").endswith("1 event\n")
    assert told(capsys, "--study", str(folder), "--target", "ardan") == "0 events\n"
    assert run(["events", "--study", str(folder), "--type", "SONG"]) == 65
    assert "no type of event 'SONG'" in capsys.readouterr().err


def test_an_unread_study_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unread = press(tmp_path / "unread", [article(ONE)], rest=ACTORS)
    assert run(["events", "--study", str(unread.folder)]) == 66
    assert "run `tenor annotate`" in capsys.readouterr().err
