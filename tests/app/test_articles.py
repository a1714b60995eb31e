"""Articles on the command line: added, found, changed, removed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tenor.app.cli import run
from tenor.study import Study

PRESS = """\
id;Überschrift;Text;Datum;Zeitung
1;Gespräche beginnen;Die Unterhändler trafen sich in Istanbul zu einer ersten Runde.;16.05.2025;Tageblatt
2;=HYPERLINK("http://x");Ein zweiter Artikel über die Gespräche und ihre Folgen.;02.06.2025;Tageblatt
3;Ohne Zeitung;Ein Artikel, von dem niemand weiß, woher er stammt.;23.07.2025;
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    Study.new(tmp_path / "talks")
    (tmp_path / "talks" / "press").mkdir()
    (tmp_path / "talks" / "press" / "a.csv").write_text(PRESS, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "talks")
    capsys.readouterr()
    return tmp_path / "talks"


def out(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(list(arguments)) == code
    captured = capsys.readouterr()
    return captured.out if code == 0 else captured.err


def test_add_search_describe(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = out(capsys, "add", "press/a.csv")
    assert "3 rows read · 2 kept" in text
    assert "1 refused" in text
    assert "title = Überschrift" in text
    rejects = list((here / "rejects").glob("*.csv"))
    assert len(rejects) == 1
    assert "it names no outlet" in rejects[0].read_text(encoding="utf-8")
    saved = (here / "sources.yaml").read_text(encoding="utf-8")
    assert "press/a.csv" in saved
    assert "Überschrift" in saved
    assert out(capsys, "search", "istanbul").startswith("1 article\n")
    found = json.loads(out(capsys, "search", "gespräche", "--json"))
    assert found["total"] == 2
    described = json.loads(out(capsys, "describe", "--json"))
    outlets = next(item for item in described["sections"] if item["id"] == "here")["listings"][0]
    assert [row[:3] for row in outlets["rows"]] == [["Tageblatt", "de", 2]]


def test_adding_again_and_adding_an_edited_export(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out(capsys, "add", "press/a.csv")
    assert "2 already there" in out(capsys, "add", "press/a.csv")
    (here / "press" / "a.csv").write_text(PRESS.replace("ersten Runde", "dritten Runde"), encoding="utf-8")
    assert "1 are other versions of articles that were there" in out(capsys, "add", "press/a.csv")
    changes = json.loads(out(capsys, "new-since", "2020-01-01", "--json"))
    assert [(row["native_id"], row["version"], row["changed"]) for row in changes] == [
        ("1", 1, ""),
        ("2", 1, ""),
        ("1", 2, "text"),
    ]
    assert json.loads(out(capsys, "new-since", "2999-01-01", "--json")) == []


def test_what_is_missing_may_be_said(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "3 kept" in out(capsys, "add", "press/a.csv", "--outlet", "Wochenblatt")
    assert "outlet: Wochenblatt" in (here / "sources.yaml").read_text(encoding="utf-8")
    assert "no role of a column 'titel'" in out(capsys, "add", "press/a.csv", "--column", "titel=x", code=65)


def test_removed_is_gone_from_the_disk(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out(capsys, "add", "press/a.csv")
    (hit,) = json.loads(out(capsys, "search", "istanbul", "--json"))["hits"]
    assert "1 of 1 were there and are erased" in out(capsys, "remove", hit["doc_id"], "--why", "a court order", "--now")
    assert json.loads(out(capsys, "search", "istanbul", "--json"))["total"] == 0
    store = [path for path in (here / "corpus").rglob("*") if path.is_file()]
    assert store
    assert not any("Unterhändler".encode() in path.read_bytes() for path in store)
    assert "2 already there" in out(capsys, "add", "press/a.csv")
    assert json.loads(out(capsys, "search", "istanbul", "--json"))["total"] == 0
    assert "files merged" in out(capsys, "compact")


def test_a_wrong_file_changes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "press" / "b.csv").write_text("<html><body>Sitzung abgelaufen</body></html>", encoding="utf-8")
    assert "HTML" in out(capsys, "add", "press/b.csv", code=65)
    assert "there is no file" in out(capsys, "add", "press/c.csv", code=66)
    assert not (here / "sources.yaml").exists()
    assert Study.open(here).store.query("SELECT * FROM documents", {}).num_rows == 0


def test_a_folder(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "texts").mkdir()
    for day in (1, 2):
        path = here / "texts" / f"2025-06-0{day} talks.txt"
        path.write_text(f"Talks, day {day}\n\nThe negotiators met again and said nothing new.", encoding="utf-8")
    assert "2 kept" in out(capsys, "add", "texts", "--outlet", "The Paper")
    rows = Study.open(here).store.query("SELECT title, CAST(published AS DATE) AS day FROM documents ORDER BY day", {})
    assert [str(day) for day in rows["day"].to_pylist()] == ["2025-06-01", "2025-06-02"]
