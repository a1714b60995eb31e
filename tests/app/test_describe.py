"""`describe`, `copies`, `rounds` and `compare` on the command line: text for people, JSON, and hostile articles."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from tenor.app.cli import run
from tenor.app.output import copies_lines, plain, show, table_lines
from tenor.coding.judging import Judgements
from tenor.report import describe as page
from tenor.study import Study
from tests.audit.planted import STUDY, Words, in_rounds, row, study_of

EVIL = "Wire\x1b[2J\u202e\x9b31m"
NO_QUERY = STUDY.replace("queries:\n  - {id: talks, any: [negotiator*]}\n", "")
TITLE = "\x1b]0;owned\x07 fifty days\u202egnp.exe"
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    words = Words()
    rows = in_rounds(words, planted=[(5, 2, "ultimatum")])
    copied = words.text(60, "one")
    rows.append(row(108, "Daily", "2024-02-01T08:00:00Z", copied))
    rows.append(row(109, "Echo", "2024-02-01T09:00:00Z", copied))
    hostile = words.text(60, "third round \x1b[31m")
    rows.append(row(200, EVIL, "2024-02-01T08:00:00Z", hostile, TITLE))
    rows.append(row(201, EVIL, "2024-02-02T08:00:00Z", hostile, TITLE + "T" * 1_000_000))
    return study_of(tmp_path_factory.mktemp("cli"), rows, NO_QUERY)


def test_nothing_hidden_is_shown(capsys: Captured) -> None:
    show(None, False, [f"{EVIL} 🕊\ufe0f", "شلام İ"])
    # Each that would hide or reorder is made visible; writing that runs to the left is left alone.
    assert capsys.readouterr().out == "Wire⟦U+001B⟧[2J⟦U+202E⟧⟦U+009B⟧31m 🕊\ufe0f\nشلام İ\n"
    show({"a": EVIL, "b": "🕊\U000e0041\u2028"}, True, [])
    text = capsys.readouterr().out
    assert not set(text) & set("\x1b\u202e\x9b\U000e0041\u2028")
    assert json.loads(text) == {"a": EVIL, "b": "🕊\U000e0041\u2028"}


def out(capsys: Captured, study: Study, *arguments: str, code: int = 0) -> str:
    """Run a command; what it says must be harmless on a terminal."""
    assert run([*arguments, "--study", str(study.folder)]) == code
    captured = capsys.readouterr()
    for text in (captured.out, captured.err):
        assert not [mark for mark in text if unicodedata.category(mark) == "Cc" and mark not in "\n\t"]
        assert not set(text) & set(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029)))
    if code:
        assert captured.out == ""
        return captured.err
    return captured.out


def parsed(capsys: Captured, study: Study, *arguments: str) -> Any:
    return json.loads(out(capsys, study, *arguments, "--json"))


def test_describe(capsys: Captured, study: Study) -> None:
    text = out(capsys, study, "describe", "--phrase", "fifty days")
    found = parsed(capsys, study, "describe", "--phrase", "fifty days")
    one_line = " ".join(text.split())
    assert found["articles"] == 76
    assert [item["title"].upper() for item in found["sections"]] == [
        line for line in text.splitlines() if line.isupper() and not line.startswith(" ")
    ]
    for section in found["sections"]:
        for said in section["sentences"]:
            assert said.startswith("In these 76 articles, ")
            assert " ".join(said.split()) in one_line


def test_a_page(capsys: Captured, study: Study, monkeypatch: pytest.MonkeyPatch) -> None:
    # How it is written is tested with the report.
    monkeypatch.setattr(page, "write_description", lambda found, folder: folder / f"{found.plan.id}.html")
    assert out(capsys, study, "describe", "--page") == f"{study.folder / 'reports' / 'planted.html'}\n"


def test_progress_goes_to_stderr(capsys: Captured, tmp_path: Path) -> None:
    study = study_of(tmp_path, [row(1, "Daily", "2024-02-01", "Three words only.")])
    assert run(["describe", "--json", "--study", str(tmp_path)]) == 0
    captured = capsys.readouterr()
    assert json.loads(captured.out)["articles"] == 1
    assert "finding near-copies ...\n" in captured.err
    assert out(capsys, study, "copies") == "no near-copy was found at a likeness of 0.7\n"
    assert parsed(capsys, study, "copies") == []
    assert "nobody judged search and cues yet: `tenor rounds --judge 50`" in out(capsys, study, "rounds")
    assert "no article in the round" in out(capsys, study, "compare", "r3", "r1")
    # An error may quote the file that it is about.
    (tmp_path / "bad.jsonl").write_text('{"text": "a", "outlet": "\x1b[31m"', encoding="utf-8")
    assert "tenor: " in out(capsys, study, "add", str(tmp_path / "bad.jsonl"), code=65)


def test_an_empty_study(capsys: Captured, tmp_path: Path) -> None:
    (tmp_path / "tenor.yaml").write_text(STUDY, encoding="utf-8")
    study = Study.open(tmp_path)
    assert out(capsys, study, "describe") == "nothing was added yet\n"
    assert parsed(capsys, study, "describe")["sections"] == []
    assert out(capsys, study, "compare", "r3", "r1") == "no article lies in these rounds\n"
    assert "r3" in out(capsys, study, "rounds")
    assert out(capsys, study, "copies", "--at", "0.9") == "no near-copy was found at a likeness of 0.9\n"
    assert "run `tenor add`" in out(capsys, study, "rounds", "--judge", "5", code=66)


def test_copies(capsys: Captured, study: Study) -> None:
    lines = out(capsys, study, "copies").splitlines()
    assert lines[0] == "2 near-copies in 2 copy groups, at a likeness of 0.7"
    assert "  2024-02-01  Echo  copy 1.00" in lines
    heads = [line for line in lines[1:] if not line.startswith(" ")]
    assert {line.split()[1][:4] for line in heads} == {"Dail", "Wire"}
    assert max(map(len, lines)) < 200
    rows = parsed(capsys, study, "copies")
    assert {(item["first_outlet"][:4], item["outlet"][:4], item["threshold"]) for item in rows} == {
        ("Dail", "Echo", 0.7),
        ("Wire", "Wire", 0.7),
    }
    assert len(rows) == 2
    # A threshold at which nothing is found is no unknown one.
    assert copies_lines([], 0.9) == ["no near-copy was found at a likeness of 0.9"]
    assert "no threshold '0.6'" in out(capsys, study, "copies", "--at", "0.6", code=65)


def test_rounds(capsys: Captured, study: Study) -> None:
    text = out(capsys, study, "rounds")
    found = parsed(capsys, study, "rounds")
    assert [(item["round"], item["by_date"], item["by_reference"]) for item in found["tables"]["rounds"]] == [
        ("r1", 28, 0),
        ("r2", 24, 0),
        ("r3", 24, 2),
    ]
    days = "2024-04-01 to 2024-04-03"
    assert text.splitlines()[3].split() == f"r3 the third round {days} 1 24 2 0".split()
    assert found["quality"] == plain(Judgements())
    assert "--judge writes a sheet" in out(capsys, study, "rounds", "--judge", "5", "--judged", "x.csv", code=2)
    assert "use it with --judged" in out(capsys, study, "rounds", "--coder", "ann", code=2)


def test_judging(capsys: Captured, study: Study) -> None:
    lines = out(capsys, study, "rounds", "--judge", "76").splitlines()
    sheet = study.folder / "judge.csv"
    assert lines[-1] == str(sheet)
    assert "76 articles to judge" in lines[0]
    text = sheet.read_text(encoding="utf-8-sig")
    assert "\x1b" not in text
    filled = [line.removesuffix(",,,") + ",yes,r3," if line.endswith(",,,") else line for line in text.splitlines()]
    sheet.write_text("\n".join(filled), encoding="utf-8-sig")
    assert "judged already" in out(capsys, study, "rounds", "--judge", "9", code=65)
    said = out(capsys, study, "rounds", "--judged", str(sheet), "--coder", "ann")
    assert said == "76 articles judged, 152 entries are new; 0 left to judge\n"
    assert {entry.coder for entry in study._journal.latest("code")} == {"ann"}
    text = " ".join(out(capsys, study, "rounds").split())
    assert "Of the articles the search found for the third round, 100 % are about the event (all 24 judged)." in text
    # Two of all that refer to it hold the cue.
    assert "Of the articles that refer to the third round, cues find 3 % (all 76 judged)." in text
    quality = parsed(capsys, study, "rounds")["quality"]
    recall = next(item for item in quality["cues"] if item["round"] == "r3")["recall"]["estimate"]
    assert recall["value"] == pytest.approx(2 / 76)
    sheet.write_text("\n".join(filled).replace(",yes,r3,", ",perhaps,r3,", 1), encoding="utf-8-sig")
    assert "judge.csv:2: about_event is 'perhaps'; write yes or no" in out(
        capsys, study, "rounds", "--judged", str(sheet), code=65
    )
    assert "there is no file" in out(capsys, study, "rounds", "--judged", "nothing.csv", code=66)


def test_compare(capsys: Captured, study: Study) -> None:
    lines = out(capsys, study, "compare", "r3", "r1", "r2").splitlines()
    # Two of each pair of copies speak once.
    assert lines[0] == "en: 24 articles against 50, each copy group once"
    cells = next(line.split() for line in lines if line.split()[0] == "ultimatum")
    assert cells[1:3] == ["40", "0"]
    (found,) = parsed(capsys, study, "compare", "r3", "r1", "r2")
    first = found["words"][0]
    assert (first["word"], first["uses"]) == ("ultimatum", [40, 0])
    assert f"{first['log_odds']:.2f}" == cells[3]
    assert "did you mean 'r3'" in out(capsys, study, "compare", "r33", "r1", code=65)
    assert "no round on both" in out(capsys, study, "compare", "r3", "r3", code=65)
    assert "no query 'nothing'; none is known here" in out(
        capsys, study, "compare", "r3", "r1", "--query", "nothing", code=65
    )
    assert "THEIRS" in out(capsys, study, "compare", "r3", code=2)


def test_long_cells_are_cut(study: Study) -> None:
    table = study.store.query("SELECT title FROM documents WHERE length(title) > 1000", {})
    assert table.num_rows == 1
    assert max(map(len, table_lines(table))) <= 160
