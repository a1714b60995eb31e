"""`tenor promises` and `tenor predictions` as a stranger meets them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tenor.app.cli import run
from tenor.testing import example_folder


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(example_folder("istanbul"), tmp_path / "talks")
    monkeypatch.chdir(tmp_path / "talks")
    return tmp_path / "talks"


@pytest.fixture
def tenor(here: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def said(*arguments: str, code: int = 0) -> str:
        assert run(list(arguments)) == code
        captured = capsys.readouterr()
        return captured.out if code == 0 else captured.err

    return said


def test_from_nothing_to_a_score(here: Path, tenor: Any) -> None:
    assert "nothing is here" in tenor("promises")
    assert "1 promise read, 3 entries are new" in tenor("promises", "import", "promises.yaml", "--by", "ann")
    assert "1 promise read, 0 entries are new" in tenor("promises", "import", "promises.yaml", "--by", "ann")
    assert "not due yet" in tenor("promises", "--at", "2025-07-20")
    late = tenor("promises", "list", "--at", "2025-09-01")
    assert "overdue: look what became of them" in late
    assert "by 2025-09-02, revised on 2025-07-29 to 2025-08-08, over its revisions 2025-08-07 to 2025-08-09" in late
    (here / "copy.txt").write_text("the text of a page", encoding="utf-8")
    resolve = ("promises", "resolve", "fifty-days")
    done = tenor(
        *resolve, "broken", "--day", "2025-08-20", "--searched", "all", "--source", "https://e.org/?a=b=copy.txt"
    )
    assert "fifty-days  broken  trump" in done
    assert "it rests on 1 source" in done
    assert "disputed" in tenor(*resolve, "moot", "--day", "2025-08-10", "--by", "bea")
    assert "partly kept" in tenor(
        *resolve, "partly-kept", "--day", "2025-08-20", "--searched", "all", "--settle", "--by", "c"
    )
    shown = json.loads(tenor("promises", "show", "fifty-days", "--json"))
    assert [event["action"] for event in shown["log"]] == ["made", "revised", "revised", *["resolved"] * 3]
    assert shown["log"][3]["said"]["sources"][0]["url"] == "https://e.org/?a=b"
    (record,) = json.loads(tenor("promises", "score", "--json"))
    assert (record["holder"], record["partly_kept"], record["share"]) == ("trump", 1, 0)
    assert "kept of ended" in tenor("promises", "score")


def test_every_verb_of_promises(tenor: Any) -> None:
    made = ("--holder", "trump", "--said", "2025-07-14", "--by", "ann", "--json")
    one = json.loads(tenor("promises", "confirm", "--what", "tariffs", "--deadline", "2025-09-02", *made))
    assert (one["item"]["id"], one["item"]["says"], one["item"]["first"]["last"]) == ("P1", "in force", "2025-09-02")
    tenor("promises", "confirm", "--what", "the same", "--id", "again", *made)
    merged = json.loads(tenor("promises", "merge", "again", "--into", "P1", "--json"))
    assert merged["item"]["merged"] == ["again"]
    tenor(
        "promises", "revise", "P1", "--on", "2025-07-28", "--deadline", "2025-08-07..2025-08-09", "--words", "10 or 12"
    )
    tenor("promises", "edit", "P1", "--what", "very high tariffs", "--grace", "0", "--condition", "no deal")
    tenor("promises", "withdraw", "P1", "--on", "2025-08-01", "--why", "a meeting")
    (item,) = json.loads(tenor("promises", "--json"))["promises"]
    assert (item["says"], item["grace"], item["revised_within"]) == (
        "withdrawn",
        0,
        {"first": "2025-08-07", "last": "2025-08-09"},
    )
    log = json.loads(tenor("promises", "show", "P1", "--json"))["log"]
    tenor("promises", "undo", str(log[-1]["entry"]))
    assert "revised  trump: very high tariffs" in tenor("promises", "list", "--holder", "trump", "--state", "revised")
    assert "very high" not in tenor("promises", "list", "--state", "kept")


def test_every_verb_of_predictions(tenor: Any) -> None:
    made = ("--what", "a ceasefire", "--said", "2025-07-24", "--window", "2025-12-31", "--absent", "--by", "ann")
    one = json.loads(
        tenor(
            "predictions", "confirm", *made, "--holder", "trump", "--chance", "0.9..0.95", "--event", "truce", "--json"
        )
    )["item"]
    assert (one["id"], one["window"]["first"], one["absent"], one["event"]) == ("F1", "2025-07-24", True, "truce")
    assert "open  trump: a ceasefire" in tenor("predictions", "--at", "2025-08-01")
    tenor("predictions", "revise", "F1", "--on", "2025-08-01", "--chance", "likely")
    done = tenor("predictions", "resolve", "F1", "did-not-happen", "--day", "2026-01-05", "--searched", "all papers")
    assert "did not happen: right" in done
    text = tenor("predictions", "score")
    assert "trump, as given: Brier 0.006" in text
    assert "1 event is resolved, and a verdict needs 10" in text
    assert json.loads(tenor("predictions", "score", "--json"))[0]["right"] == 1


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("show", "P9"), 65, "no promise 'P9'; there is none yet: `tenor promises` lists what is proposed"),
        (("confirm", "--what", "x", "--said", "soon"), 2, "'soon' is no day"),
        (("confirm", "--what", "x", "--said", "2025-13-01"), 2, "is no day"),
        (("confirm", "--what", "x", "--said", "2025-07-14", "--deadline", "2025-09-02..2025-08-01"), 65, "earlier day"),
        (("confirm", "--what", "x", "--said", "2025-07-14", "--holder", "trumpp"), 65, "did you mean 'trump'"),
        (("confirm", "abcdef12", "--into", "P1", "--what", "x"), 2, "--into adds statements"),
        (("confirm", "abcdef12"), 65, "nothing is proposed"),
        (("import", "no.yaml"), 66, "there is no file"),
        (("import", "claims.yaml"), 65, "claims.yaml:"),
        (("revise", "P1",), 2, "say when the new deadline was named"),
        (("resolve", "P1", "kept", "--source", "x=no.txt"), 66, "there is no such file"),
        (("wthdraw",), 2, "No such command"),
    ],
)  # fmt: skip
def test_errors_say_what_to_do(tenor: Any, arguments: tuple[str, ...], code: int, says: str) -> None:
    assert says in tenor("promises", *arguments, code=code)


def test_help_is_for_people(tenor: Any) -> None:
    for group in ("promises", "predictions"):
        assert "until time has told" in " ".join(tenor(group, "--help").split())
        for command in ("list", "show", "score", "confirm", "dismiss", "import", "edit", "merge", "undo", "revise",
                        "withdraw", "resolve"):  # fmt: skip
            assert "--study" in tenor(group, command, "--help")
