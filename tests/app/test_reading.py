"""Reading and coding from the command line, with the tiny model."""

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
TEXT = "Anna Smith was hot. They were good talks."


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study with two articles, and the tiny model beside it."""
    documents = [article(TEXT, title="good", outlet=name, at="2024-02-01", native_id=f"n-{name}") for name in "ab"]
    press(tmp_path, documents, rest=ACTORS)
    tiny.write(tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Run a command and return what it printed, errors too."""
    capsys.readouterr()
    assert run(list(arguments)) == code
    streams = capsys.readouterr()
    return streams.out + (streams.err if code else "")


def test_from_articles_to_a_measure(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no article was read yet: run `tenor annotate`" in said(capsys, "measure", "tone.arousal", code=66)
    text = said(capsys, "annotate", "--model", "model", "--workers", "1")
    assert "2 articles with 6 sentences read" in text
    assert "all 2 articles were read before by tiny@0.0.1-" in said(capsys, "annotate", "--model", "model")
    found = json.loads(said(capsys, "measure", "salience.documents", "--of", "actor=smith", "--json"))
    assert found["rounds"][0]["value"] == 1.0


def test_what_is_asked_wrongly(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said(capsys, "annotate", "--model", "model", "--workers", "1")
    for arguments, words in {
        ("salience.documents",): "is asked of one actor; name it, as in actor=smith",
        ("salience.documents", "--of", "actor=smit"): "no actor 'smit'; did you mean 'smith'?",
        ("tone.emotion", "--of", "emotion=feer"): "did you mean 'fear'?",
        ("tone.arousal", "--of", "speech"): "'speech' does not say what is asked",
        ("volume.rate", "--of", "actor=smith"): "no question for volume.rate 'actor'",
    }.items():
        assert words in said(capsys, "measure", *arguments, code=65)


def test_without_articles_or_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    press(tmp_path)
    tiny.write(tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    assert "there are no articles here" in said(capsys, "annotate", "--model", "model")
    assert "a file of the model is missing" in said(capsys, "annotate", "--model", "nowhere", code=69)


def test_codes_are_imported_and_compared(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = ["coder,doc,start,stop,text,variable,actor,value"]
    rows += [f"{coder},n-a,0,19,Anna Smith was hot.,arousal,,{value}" for coder, value in (("ann", 4), ("bob", 5))]
    rows.append("ann,n-a,0,5,Bertha,arousal,,3")
    Path("codes.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    text = said(capsys, "coding", "import", "codes.csv")
    assert "3 rows read · 2 kept" in text
    assert "1 refused" in text
    assert "codes.csv:4" in text
    assert "arousal" in said(capsys, "coding", "agreement")
