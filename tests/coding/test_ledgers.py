"""The ledgers of a study: proposals from statements, what people enter, its sources, files, and many writers."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tenor.coding.evidence import Cited
from tenor.coding.keeping import Found, Wording
from tenor.coding.ledger import Days, today
from tenor.coding.ledger_files import import_predictions, import_promises
from tenor.coding.ledgers import Predictions, Promises
from tenor.coding.predictions import Chance
from tenor.errors import MissingInput, SeveralErrors, StudyError, TenorError, UnknownName
from tenor.study import Study
from tenor.tables import STATEMENTS
from tests.corpus.press import article, press

ACTORS = """\
actors:
  - {id: envoy, name: the envoy, kind: person, public_role: envoy, aliases: {en: [envoy]}}
  - {id: union, name: the union, kind: organisation, aliases: {en: [union]}}
outlets:
  - {name: Tidewire, agency: true}
  - {name: a}
"""
QUAY = '"The quay will be open again by 20 February," the envoy said on Thursday.'
AGAIN = "The envoy repeated that the quay will be open again by 20 February."
COPY = "The agency's report in full. " * 12 + QUAY
LATER = "The quay was opened on 18 February, said the envoy, and everybody was surprised."
FIRST = date(2024, 2, 1)


@dataclass(frozen=True)
class Told:
    """A study whose articles hold promises, with the statements that a rule might have read off them."""

    study: Study
    ids: dict[str, str]

    def statement(self, name: str, text: str, kind: str = "promise", **more: Any) -> str:
        """Write a row into the table of statements; return its id."""
        whole = self.study.store.query("SELECT text FROM documents WHERE doc_id = $id", {"id": self.ids[name]})
        start = whole["text"][0].as_py().index(text)
        span = [start, start + len(text)]
        row = {
            "statement_id": hashlib.sha256(f"{name}{kind}{text}".encode()).hexdigest()[:16],
            "doc_id": self.ids[name],
            "part": "body",
            "start": span[0],
            "stop": span[1],
            "kind": kind,
            "form": "direct",
            "actor": "envoy",
            "source_start": -1,
            "source_stop": -1,
            "cue_start": -1,
            "cue_stop": -1,
            "content": [span],
            "target": "",
            "frame": "",
            "polarity": "",
            "window_from": None,
            "window_to": date(2024, 2, 20),
            "window_text": "by 20 February",
            "outer": "",
            "coder": "rules",
            "score": 0.9,
            **more,
        }
        self.study.store.append("statements", pa.Table.from_pylist([row], STATEMENTS))
        return str(row["statement_id"])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The study with all that is made from its articles; it is copied for each test."""
    articles = {
        "n1": article(f"{COPY}\n\nSource: Tidewire", native_id="n1", outlet="a"),
        "n2": article(f"{COPY}\n\n(Tidewire)", native_id="n2", outlet="b", at="2024-02-02"),
        "n3": article(f"Something else altogether stands here. {AGAIN}", native_id="n3", outlet="c", at="2024-02-05"),
        "n4": article(LATER, native_id="n4", outlet="c", at="2024-02-18"),
        "n5": article(
            "Ships came in on Sunday again, for the first time.", native_id="n5", outlet="Tidewire", at="2024-02-18"
        ),
    }
    study = press(tmp_path_factory.mktemp("ledgers"), articles.values(), rest=ACTORS)
    study.refresh()
    return Told(study, {name: item.doc_id for name, item in articles.items()})


@pytest.fixture
def told(whole: Told, tmp_path: Path) -> Told:
    shutil.copytree(whole.study.folder, tmp_path / "study")
    return Told(Study.open(tmp_path / "study"), whole.ids)


WORDED = Wording(holder="envoy", what="open the quay", said=FIRST, days=Days.on(date(2024, 2, 20)))


def by_hand(study: Study, **more: Any) -> str:
    fields = {name: getattr(WORDED, name) for name in ("holder", "what", "said", "days")}
    return study.promises.confirm([], Wording(**{**fields, **more}), by="ann").item.id


# --- from statements to promises ------------------------------------------------------------------------------


def test_copies_are_one_utterance_and_repeats_are_shown_beside(told: Told) -> None:
    first, copy = told.statement("n1", QUAY), told.statement("n2", QUAY)
    again = told.statement("n3", AGAIN)
    told.statement("n4", "The quay was opened on 18 February", kind="quote")
    found = {item.statement: item for item in told.study.promises.proposed()}
    assert set(found) == {first, again}
    assert {passage.doc_id for passage in found[first].passages} == {told.ids["n1"], told.ids["n2"]}
    assert (found[first].holder, found[first].last, found[first].day) == ("envoy", date(2024, 2, 20), FIRST)
    assert found[again].alike == (first,)
    assert told.study.predictions.proposed() == ()

    kept = told.study.promises.confirm([first], Wording(what="open the quay"), by="ann")
    assert (kept.item.id, kept.item.state, kept.item.deadline) == ("P1", "in force", Days.on(date(2024, 2, 20)))
    (left,) = told.study.promises.proposed()
    assert left.alike == ("P1",)
    both = told.study.promises.repeat("P1", [again], by="ann")
    assert len(both.item.passages) == 3
    assert told.study.promises.proposed() == ()
    with pytest.raises(UnknownName, match="nothing is proposed"):
        told.study.promises.confirm([copy], Wording(), by="bea")


def test_a_statement_read_anew_stays_settled(told: Told) -> None:
    told.study.promises.confirm([told.statement("n1", QUAY)], Wording(), by="ann")
    # Another version of the rules finds it a little shorter, under another id.
    told.statement("n1", QUAY[:40])
    assert told.study.promises.proposed() == ()


def test_what_is_dismissed_is_proposed_no_more(told: Told) -> None:
    name = told.statement("n1", QUAY)
    assert [item.statement for item in told.study.promises.dismiss([name[:8]], why="a hope", by="ann")] == [name]
    assert told.study.promises.proposed() == ()
    assert told.study.promises.at() == ()


def test_a_promise_without_a_subject_is_doubted_and_kept_of_nobody(told: Told) -> None:
    name = told.statement("n1", QUAY, actor="", window_to=None, window_text="")
    (found,) = told.study.promises.proposed()
    assert found.doubt == "nobody whom the study names makes it; nothing says by when"
    kept = told.study.promises.confirm([name], Wording(), by="ann").item
    assert (kept.holder, kept.timing) == ("", "no deadline")
    assert told.study.promises.score() == ()


def test_only_actors_with_a_public_role_are_added_up(told: Told) -> None:
    by_hand(told.study)
    by_hand(told.study, holder="union")
    assert [item.holder for item in told.study.promises.score()] == ["envoy"]
    assert len(told.study.promises.at()) == 2


def test_a_prediction_from_a_statement(told: Told) -> None:
    name = told.statement("n1", QUAY, kind="prediction")
    found = told.study.predictions.confirm([name], Wording(chance=Chance(words="likely")), by="ann").item
    assert (found.id, str(found.window)) == ("F1", "2024-02-01 to 2024-02-20")
    done = told.study.predictions.resolve(
        "F1", Found(outcome="happened", day=date(2024, 2, 18), cited=(Cited(doc="n4"), Cited(doc="n5"))), by="ann"
    )
    assert done.item.state == "happened"
    (record,) = told.study.predictions.score()
    assert {name for name, _ in record.scores} == {"perceptions", "ICD 203"}


# --- errors say what to do ----------------------------------------------------------------------------------


REFUSED: list[tuple[Callable[[Promises], object], str]] = [
    (lambda p: p.open("P7"), "no promise 'P7'; known: P1"),
    (lambda p: p.open("P11"), "no promise 'P11'; did you mean 'P1'"),
    (lambda p: p.confirm(["ffffffff"], Wording()), "no proposed promise 'ffffffff'; nothing is proposed"),
    (lambda p: p.confirm([], Wording(what="x")), "nothing says when it was said"),
    (lambda p: p.confirm([], Wording(said=FIRST)), "nothing says what was promised"),
    (lambda p: p.confirm([], Wording(what="x", said=today() + timedelta(1))), "which is still to come"),
    (lambda p: p.confirm([], Wording(what="x", said=date(1850, 1, 1))), "lies before 1900"),
    (
        lambda p: p.confirm([], Wording(what="x", said=FIRST, days=Days.on(date(2024, 1, 31)))),
        "comes before the pro",
    ),
    (
        lambda p: p.confirm([], Wording(what="x", said=FIRST, holder="envoi")),
        "no actor 'envoi'; did you mean 'envoy'",
    ),
    (lambda p: p.confirm([], Wording(what="x" * 2_001, said=FIRST)), "has 2,001 characters"),
    (lambda p: p.confirm([], Wording(what="\ud83d", said=FIRST)), "half a character"),
    (lambda p: p.confirm([], Wording(what="x", said=FIRST, id="no id")), "can't be an id"),
    (lambda p: p.confirm([], Wording(what="x", said=FIRST, id="P1")), "there is a promise 'P1' already"),
    (lambda p: p.confirm([], Wording(what="x", said=FIRST, grace=-1)), "-1 days of grace"),
    (lambda p: p.confirm([], Wording(what="x", said=FIRST, chance=Chance(low=0.5, high=0.5))), "has no 'chance'"),
    (lambda p: p.edit("P1", Wording()), "nothing is corrected"),
    (lambda p: p.edit("P1", Wording(said=date(2024, 3, 1))), "comes before the promise"),
    (lambda p: p.revise("P1", date(2024, 2, 5), None), "nothing says which deadline is the new one"),
    (lambda p: p.revise("P1", date(2024, 1, 5), Days.on(date(2024, 3, 1))), "after this revision"),
    (lambda p: p.withdraw("P1", date(2024, 1, 5)), "P1 was made on 2024-02-01"),
    (lambda p: p.withdraw("P1", today() + timedelta(1)), "still to come"),
    (lambda p: p.resolve("P1", Found(outcome="broken", day=date(2024, 2, 19), searched="x")), "is not over"),
    (lambda p: p.resolve("P1", Found(outcome="kept", day=today() + timedelta(1))), "still to come"),
    (lambda p: p.resolve("P1", Found(outcome="kept", cited=(Cited(doc="n9"),))), "no article 'n9'"),
    (lambda p: p.resolve("P1", Found(outcome="kept", cited=(Cited(text=" \n"),))), "copy of a source is empty"),
    (lambda p: p.resolve("P1", Found(outcome="kept", cited=(Cited(text="x" * 1_000_001),))), "at most 1,000,000"),
    (lambda p: p.resolve("P1", Found(outcome="kept", cited=(Cited(text="x"),) * 101)), "101 sources are too many"),
    (lambda p: p.merge("P1", "P1"), "are one promise already"),
    (lambda p: p.take_in("P1", "P1"), "can't revise each other"),
    (lambda p: p.undo(99), "no event 99"),
]


def test_what_can_not_be_is_refused_and_nothing_entered(told: Told) -> None:
    by_hand(told.study)
    for what, wrong in REFUSED:
        with pytest.raises(TenorError, match=wrong):
            what(told.study.promises)
    assert len(told.study.promises.log()) == 1


def test_revisions_can_not_go_in_a_circle(told: Told) -> None:
    promises = told.study.promises
    by_hand(told.study)
    by_hand(told.study, said=date(2024, 2, 10), days=Days.on(date(2024, 3, 1)))
    assert promises.take_in("P1", "P2", by="ann").item.state == "revised"
    with pytest.raises(StudyError, match="one promise already: they can't revise each other"):
        promises.take_in("P2", "P1")
    with pytest.raises(StudyError, match="P1 and P2 are one promise already"):
        promises.merge("P1", "P2")
    assert [item.id for item in promises.at()] == ["P1"]
    assert promises.open("P2").item.id == "P1"


def test_the_earlier_one_can_not_revise_the_later(told: Told) -> None:
    by_hand(told.study)
    by_hand(told.study, said=date(2024, 2, 10), days=Days.on(date(2024, 3, 1)))
    with pytest.raises(StudyError, match="P2 was made on 2024-02-10, after this revision of 2024-02-01"):
        told.study.promises.take_in("P2", "P1")


def test_a_mistake_is_undone_and_stays_in_the_log(told: Told) -> None:
    promises = told.study.promises
    by_hand(told.study)
    promises.withdraw("P1", date(2024, 2, 5), by="ann")
    number = promises.log()[-1].entry
    promises.undo(number, by="bea")
    assert promises.at()[0].state == "in force"
    assert [event.action for event in promises.log()] == ["made"]
    with pytest.raises(UnknownName, match=f"no event {number}"):
        promises.undo(number)


def test_hostile_words_are_kept_as_words(told: Told) -> None:
    name = by_hand(told.study, what="'); DROP TABLE entries; --\x00 \u202e<script>\n" + "я" * 1_900)
    what = told.study.promises.open(name).item.what
    assert "DROP TABLE entries" in what
    assert not {"\x00", "\u202e", "\n"} & set(what)


# --- sources --------------------------------------------------------------------------------------------------


def kept(*cited: Cited) -> Found:
    return Found(outcome="kept", day=date(2024, 2, 18), cited=cited)


def test_a_copy_is_kept_with_its_hash_and_day(told: Told) -> None:
    by_hand(told.study)
    text = "ORDER No. 7\nThe quay is open."
    cited = Cited(text=text, url="https://example.org/7", title="Order", retrieved=date(2024, 2, 19))
    (source,) = told.study.promises.resolve("P1", kept(cited), by="ann").item.resolutions[0].sources
    assert source.sha256 == hashlib.sha256(text.encode()).hexdigest()
    assert (source.url, source.retrieved, source.copy) == ("https://example.org/7", date(2024, 2, 19), True)
    (copy,) = told.study._journal.entries("source")
    assert copy.unit == source.sha256
    assert json.loads(copy.value) == {"text": text}
    told.study.remove([source.sha256], why="a court order", now=True)
    assert told.study._journal.entries("source") == ()
    assert told.study.promises.at()[0].resolutions[0].sources == (source,), "that there was one is still said"


def test_an_article_is_cited_by_its_hash(told: Told) -> None:
    by_hand(told.study)
    found = told.study.promises.resolve("P1", kept(Cited(doc="n4"), Cited(doc=told.ids["n3"])), by="ann")
    (one, other) = found.item.resolutions[0].sources
    assert (one.doc_id, other.doc_id) == (told.ids["n4"], told.ids["n3"])
    assert one.sha256 == hashlib.sha256(LATER.encode()).hexdigest()
    assert not one.copy


@pytest.mark.parametrize(
    ("cited", "doubt"),
    [
        ((), "it rests on no source; two of different origin are asked for"),
        ((Cited(doc="n4"),), "it rests on 1 source; two of different origin are asked for"),
        ((Cited(doc="n1"), Cited(doc="n2")), "sources 1 and 2 share an origin: the copy group"),
        ((Cited(doc="n3"), Cited(doc="n4")), "sources 1 and 2 share an origin: the outlet c"),
        ((Cited(doc="n1"), Cited(doc="n5")), "sources 1 and 2 share an origin: the agency Tidewire"),
        ((Cited(text="x", agency="TASS"), Cited(text="y\n\n(ТАСС)")), "share an origin: the agency TASS"),
        ((Cited(text="same"), Cited(text="same ", url="https://e.org")), "share an origin: the text"),
    ],
)
def test_sources_of_one_origin_are_doubted(told: Told, cited: tuple[Cited, ...], doubt: str) -> None:
    by_hand(told.study)
    found = told.study.promises.resolve("P1", kept(*cited), by="ann")
    assert any(doubt in item for item in found.doubts), found.doubts
    assert found.item.notes == found.doubts


def test_two_of_different_origin_are_enough(told: Told) -> None:
    by_hand(told.study)
    assert told.study.promises.resolve("P1", kept(Cited(doc="n4"), Cited(doc="n5")), by="ann").doubts == ()


# --- what was removed ------------------------------------------------------------------------------------------


def test_a_removed_article_leaves_no_words_behind(told: Told) -> None:
    promises = told.study.promises
    promises.confirm([told.statement("n1", QUAY)], Wording(), by="ann")
    promises.repeat("P1", [told.statement("n3", AGAIN)], by="ann")
    told.study.remove([told.ids["n1"]], why="a court order", now=True)
    found = promises.open("P1")
    assert {item.text for item in found.passages if item.passage.doc_id == told.ids["n1"]} == {""}
    assert "1 article behind it was removed" in found.removed
    told.study.remove([told.ids["n2"], told.ids["n3"]], why="a court order", now=True)
    assert promises.open("P1").removed == "all 2 articles behind it were removed: it rests on what people entered"
    raw = b"".join(path.read_bytes() for path in told.study.folder.glob("human.sqlite*"))
    assert b"quay" not in raw
    assert promises.proposed() == ()


# --- files -----------------------------------------------------------------------------------------------------

FILE = """\
tenor_promises: 1
promises:
  - id: quay
    holder: envoy
    what: open the quay
    said: 2024-02-01
    deadline: 2024-02-20
    passages: [{doc: n3, text: the quay will be open again by 20 February}]
    revised: [{on: 2024-02-05, deadline: {from: 2024-02-24, to: 2024-02-26}, words: a few days more}]
    resolved: {outcome: kept, day: 2024-02-18, sources: [{doc: n4}, {text: an order, retrieved: 2024-02-19}]}
"""


def write(told: Told, text: str, name: str = "promises.yaml") -> Path:
    path = told.study.folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_read_whole_and_twice_adds_nothing(told: Told) -> None:
    promises, refresh, path = told.study.promises, told.study.refresh, write(told, FILE)
    read = import_promises(promises, refresh, path, by="ann")
    assert (read.items, read.events, read.doubts) == (1, 3, ())
    assert promises.at()[0].says == "kept"
    assert str(promises.at()[0].deadline) == "2024-02-24 to 2024-02-26"
    assert import_promises(promises, refresh, path, by="ann").events == 0
    # Somebody corrects it in tenor: reading the file again does not turn that back.
    promises.edit("quay", Wording(what="open the north quay"), by="bea")
    assert import_promises(promises, refresh, path, by="ann").events == 0
    assert promises.at()[0].what == "open the north quay"
    # The file changes: what is new in it is entered.
    changed = FILE.replace("2024-02-18, sources", "2024-02-19, sources").replace("a few days more}", "soon}")
    assert import_promises(promises, refresh, write(told, changed), by="ann").events == 2
    # Another person's file is another voice.
    other = FILE.replace("outcome: kept, day: 2024-02-18", "outcome: disputed, why: they differ, day: 2024-02-18")
    import_promises(promises, refresh, write(told, other), by="bea")
    assert promises.at()[0].state == "disputed"


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("holder: envoy", "holder: envoi", r"promises\.yaml:3: promises\.0: no actor 'envoi'; did you mean 'envoy'"),
        ("deadline: 2024-02-20", "deadline: 2024-01-20", r"promises\.yaml:3.*comes before the promise"),
        ("deadline: 2024-02-20", "deadlin: 2024-02-20", r"promises\.yaml:7.*did you mean 'deadline'"),
        ("deadline: 2024-02-20", "deadline: soon", "promises.yaml:7"),
        ("doc: n3", "doc: n8", r"promises\.yaml:3.*no article 'n8'"),
        ("open again by 20", "open again by 21", r"stands nowhere in the article 'n3'"),
        ("on: 2024-02-05", "on: 2024-01-05", r"promises\.yaml:3.*after this revision"),
        ("outcome: kept", "outcome: keept", r"promises\.yaml:10.*'keept' is not possible"),
        ("outcome: kept", "outcome: broken", r"promises\.yaml:3.*is not over"),
        ("retrieved: 2024-02-19", "url: x", "nothing says when the copy of a source was made"),
        ("{doc: n4}", "{doc: n4, text: x}", "a source is an article, a file or a text"),
        ("{doc: n4}", "{file: no.txt, retrieved: 2024-02-19}", "there is no such file"),
        ("tenor_promises: 1", "tenor_promises: 2", r"promises\.yaml:1"),
        ("holder: envoy", "holder: &a envoy", ""),
    ],
)
def test_a_broken_file_says_where_and_nothing_of_it_is_kept(told: Told, old: str, new: str, wrong: str) -> None:
    assert old in FILE
    path = write(told, FILE.replace(old, new))
    if not wrong:
        assert import_promises(told.study.promises, told.study.refresh, path).items == 1
        return
    with pytest.raises((StudyError, UnknownName, SeveralErrors, MissingInput), match=wrong):
        import_promises(told.study.promises, told.study.refresh, path, by="ann")
    assert told.study.promises.log() == ()


def test_one_mistake_in_a_long_file_keeps_all_of_it_out(told: Told) -> None:
    late = "  - {id: light, holder: envoy, what: keep the light, said: 2024-03-01, deadline: 2024-02-20}\n"
    with pytest.raises(StudyError, match=r"promises\.yaml:11.*comes before the promise"):
        import_promises(told.study.promises, told.study.refresh, write(told, FILE + late))
    with pytest.raises(SeveralErrors, match=r"promises\.yaml:11.*the id 'quay' is used twice"):
        import_promises(told.study.promises, told.study.refresh, write(told, FILE + late.replace("light,", "quay,", 1)))
    assert told.study.promises.log() == ()


PREDICTED = """\
tenor_predictions: 1
predictions:
  - {id: quay, holder: envoy, what: the quay opens, said: 2024-02-01, window: 2024-02-20, probability: 0.8}
"""


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("0.8", ""),
        ("[0.7, 0.9]", ""),
        ("likely", ""),
        ("1.2", "1.2 to 1.2 is no probability"),
        ("-0.1", "is no probability"),
        (".nan", "is no probability"),
        ("[0.9, 0.7]", "is no probability"),
        ("[0.1, 0.2, 0.3]", "is no probability"),
        ("true", "is no probability"),
        ("{a: 1}", "is no probability"),
    ],
)
def test_probabilities_in_a_file(told: Told, said: str, wrong: str) -> None:
    path = write(told, PREDICTED.replace("0.8", said), "predictions.yaml")
    predictions: Predictions = told.study.predictions
    if wrong:
        with pytest.raises(StudyError, match=rf"predictions\.yaml:3.*{wrong}"):
            import_predictions(predictions, told.study.refresh, path)
        assert predictions.log() == ()
    else:
        assert import_predictions(predictions, told.study.refresh, path).events == 1
        assert import_predictions(predictions, told.study.refresh, path).events == 0
        assert str(predictions.at()[0].window) == "2024-02-01 to 2024-02-20"


# --- many writers, and one that is killed ------------------------------------------------------------------------


def test_many_writers_at_once_lose_and_double_nothing(told: Told) -> None:
    name = told.statement("n1", QUAY)
    told.study.refresh()
    done: list[str] = []
    refused: list[str] = []

    def confirm(who: int) -> None:
        study = Study.open(told.study.folder)
        try:
            done.append(study.promises.confirm([name], Wording(), by=f"person {who}").item.id)
        except TenorError as error:
            refused.append(str(error))
        by_hand(study, what=f"promise of {who}")

    pool = [threading.Thread(target=confirm, args=(who,)) for who in range(6)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    assert len(done) == 1
    assert len(refused) == 5
    found = told.study.promises.at()
    assert len(found) == len({item.id for item in found}) == 7
    assert {item.what for item in found} == {"", *(f"promise of {who}" for who in range(6))}


WRITER = """\
import sys
from datetime import date
from tenor.coding.keeping import Wording
from tenor.study import Study
study = Study.open(sys.argv[1])
for number in range(10_000):
    item = study.promises.confirm([], Wording(what=f"number {number}", said=date(2024, 2, 1)), by="ann").item
    print(item.id, flush=True)
"""


def test_a_writer_that_is_killed_loses_nothing_it_acknowledged(told: Told) -> None:
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    command = [sys.executable, "-c", WRITER, str(told.study.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None
        said = [writer.stdout.readline().strip() for _ in range(5)]
        time.sleep(0.02)
        writer.send_signal(signal.SIGKILL)
        said += [line.strip() for line in writer.stdout if line.endswith("\n")]
    found = told.study.promises.at()
    assert {item.id for item in found} >= set(said)
    assert [item.what for item in found] == [f"number {number}" for number in range(len(found))]
    assert by_hand(told.study) == f"P{len(found) + 1}", "the next one goes on where it ended"
