"""The planted promises and predictions of the harbour end as its truth says; the 50 days of Istanbul are kept open."""

from __future__ import annotations

import re
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tenor.coding.evidence import Cited
from tenor.coding.keeping import Found
from tenor.coding.ledger import Days
from tenor.coding.ledger_files import import_predictions, import_promises
from tenor.errors import StudyError
from tenor.study import Study
from tenor.testing import example_folder

HARBOUR, ISTANBUL = example_folder("harbour"), example_folder("istanbul")
TRUTH: dict[str, Any] = YAML(typ="safe").load((HARBOUR / "truth.yaml").read_text(encoding="utf-8"))
AS_OF: date = TRUTH["as_of"]


def plants(kind: str) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in TRUTH["plants"] if row["kind"] == kind}


PROMISES, EVENTS, PREDICTIONS = plants("promise"), plants("promise event"), plants("prediction")


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("harbour") / "study"
    shutil.copytree(HARBOUR, folder)
    study = Study.open(folder)
    study.add([folder / "articles.jsonl"])
    import_promises(study.promises, study.refresh, folder / "promises.yaml", by="reader")
    import_predictions(study.predictions, study.refresh, folder / "predictions.yaml", by="reader")
    return study


def test_every_planted_promise_ends_in_its_planted_state(harbour: Study) -> None:
    found = {item.id: item for item in harbour.promises.at(AS_OF)}
    assert set(found) == set(PROMISES)
    for name, plant in PROMISES.items():
        item = found[name]
        # "kept late, after two revisions": the revisions are counted beside.
        assert item.says == plant["state"].partition(",")[0], name
        assert (item.holder, str(item.said)) == (plant["speaker"], plant["said"])
        first = plant.get("first_deadline", plant["deadline"])
        if first is None or not re.fullmatch(r"\d{4}-\d\d-\d\d", first):
            assert item.first is None, name
        else:
            assert str(item.first) == first, name
        assert str(item.deadline) == plant.get("final_deadline", str(item.first))
        revisions = [row for row in EVENTS.values() if row["of"] == name and row["becomes"].startswith("revised to")]
        assert [(str(one.on), f"revised to {one.deadline}") for one in item.revisions] == [
            (row["on"], row["becomes"]) for row in revisions
        ]


def test_every_planted_prediction_ends_as_it_was_planted(harbour: Study) -> None:
    found = {item.id: item for item in harbour.predictions.at(AS_OF)}
    assert set(found) == set(PREDICTIONS)
    for name, plant in PREDICTIONS.items():
        item = found[name]
        said = {True: "right", False: "wrong", None: item.state}[item.right]
        assert said == plant["outcome"], name
        assert (item.holder, str(item.said)) == (plant["speaker"], plant["said"])
        assert item.chance.low == plant.get("probability"), name


def test_everything_stands_on_its_planted_passage(harbour: Study) -> None:
    for ledger, planted in ((harbour.promises, PROMISES), (harbour.predictions, PREDICTIONS)):
        for name, plant in planted.items():
            opened = ledger.open(name, AS_OF)
            texts = {" ".join(item.text.split()) for item in opened.passages}
            assert texts == {" ".join(plant["text"].split())}
            assert len(opened.passages) == len(plant["articles"])


def test_the_states_on_the_way(harbour: Study) -> None:
    def says(name: str, day: date) -> tuple[str, str]:
        item = next(item for item in harbour.promises.at(day) if item.id == name)
        return item.says, item.timing

    assert says("PR1", date(2023, 3, 20)) == ("in force", "running")
    assert says("PR1", date(2023, 3, 29)) == ("kept", "settled")
    assert says("PR3", date(2023, 4, 21)) == ("revised", "running")
    assert says("PR3", date(2023, 5, 26)) == ("kept late", "settled")
    # Nobody had looked before the end of the articles: overdue, and not yet broken.
    assert says("PR2", date(2023, 4, 22)) == ("in force", "due")
    assert says("PR2", date(2023, 4, 23)) == ("in force", "overdue")
    assert says("PR4", date(2023, 7, 2)) == ("in force", "overdue")
    assert says("PR4", date(2023, 7, 3)) == ("withdrawn", "settled")


def test_the_records_of_the_harbour(harbour: Study) -> None:
    kept = {item.holder: item for item in harbour.promises.score(AS_OF)}
    assert (kept["hope"].kept, kept["hope"].partly_kept, kept["hope"].share) == (3, 1, 0.75)
    assert (kept["ossian"].kept_late, kept["ossian"].broken, kept["ossian"].open) == (1, 1, 1)
    told = {item.holder: item for item in harbour.predictions.score(AS_OF)}
    castell = told["castell"]
    # F01, F03, F10 and F11 right, F07 unscorable, F08 open; one gave a number: (0.8 - 1)^2 = 0.04.
    assert (castell.made, castell.right, castell.wrong, castell.unscorable, castell.open) == (6, 4, 0, 1, 1)
    assert dict(castell.scores)["as given"].brier == pytest.approx(0.04)
    assert castell.across is not None
    assert castell.across.skill == "no verdict"
    assert (told["sorrel"].right, told["sorrel"].wrong, told["ossian"].void) == (0, 2, 1)
    roles = {actor.id for actor in harbour.plan.actors if actor.public_role}
    assert set(kept) | set(told) <= roles


# --- the 50 days ----------------------------------------------------------------------------------------------


@pytest.fixture
def talks(tmp_path: Path) -> Study:
    shutil.copytree(ISTANBUL, tmp_path / "talks")
    study = Study.open(tmp_path / "talks")
    import_promises(study.promises, study.refresh, tmp_path / "talks" / "promises.yaml", by="reader")
    return study


def test_fifty_days_made_and_revised_and_left_open(talks: Study) -> None:
    (found,) = talks.promises.at()
    assert (found.id, found.holder, found.said) == ("fifty-days", "trump", date(2025, 7, 14))
    assert found.first == Days.on(date(2025, 7, 14) + timedelta(50)) == Days.on(date(2025, 9, 2))
    assert [(item.on, item.deadline) for item in found.revisions] == [
        (date(2025, 7, 28), Days(first=date(2025, 7, 28) + timedelta(10), last=date(2025, 7, 28) + timedelta(12))),
        (date(2025, 7, 29), Days.on(date(2025, 7, 29) + timedelta(10))),
    ]
    assert found.revised_within == Days(first=date(2025, 8, 7), last=date(2025, 8, 9))
    assert (found.state, found.timing, found.resolutions) == ("revised", "overdue", ())
    states = {day: talks.promises.at(day)[0] for day in (date(2025, 7, 20), date(2025, 7, 28), date(2025, 8, 5))}
    assert [(item.state, item.timing) for item in states.values()] == [
        ("in force", "running"),
        ("revised", "running"),
        ("revised", "due"),
    ]
    assert talks.promises.at(date(2025, 7, 13)) == ()


def test_the_template_of_the_fifty_days_can_be_filled_in(talks: Study) -> None:
    path = talks.folder / "promises.yaml"
    head, template = path.read_text(encoding="utf-8").split("    # resolved:")
    lines = ["    resolved:", *(line.replace("    # ", "    ", 1) for line in template.splitlines()[1:])]
    filled = "\n".join(lines).replace(
        "{doc: the id of an article of yours}", "{text: what a paper wrote, retrieved: 2025-09-06}"
    )
    (talks.folder / "copies").mkdir()
    (talks.folder / "copies" / "order.txt").write_text("the text of it", encoding="utf-8")
    path.write_text(head + filled + "\n", encoding="utf-8")
    import_promises(talks.promises, talks.refresh, path, by="reader")
    (found,) = talks.promises.at()
    assert (found.state, found.timing) == ("broken", "settled")
    assert [source.copy for source in found.resolutions[0].sources] == [True, True]


@pytest.mark.parametrize(
    ("outcome", "day", "more", "says"),
    [
        ("kept", date(2025, 8, 8), {}, "kept"),
        ("kept", date(2025, 9, 2), {}, "kept"),
        ("kept", date(2025, 9, 3), {}, "kept late"),
        ("moot", date(2025, 8, 15), {}, "moot"),
        ("broken", date(2025, 8, 12), {"searched": "all"}, "broken"),
        ("broken", date(2025, 8, 11), {"searched": "all"}, ""),
        ("broken", date(2025, 9, 10), {}, ""),
    ],
)
def test_what_a_user_may_find_of_the_fifty_days(
    talks: Study, outcome: str, day: date, more: dict[str, Any], says: str
) -> None:
    found = Found(outcome=outcome, day=day, cited=(Cited(text="one"), Cited(text="another")), **more)
    if says:
        assert talks.promises.resolve("fifty-days", found, by="reader").item.says == says
    else:
        with pytest.raises(StudyError, match=r"is not over|trace of a search"):
            talks.promises.resolve("fifty-days", found, by="reader")
