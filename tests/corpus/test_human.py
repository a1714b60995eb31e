"""What people enter: there for good when it is acknowledged, whoever is killed, and never overwritten."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenor.corpus.human import Entry, Journal, NewEntry
from tenor.errors import Busy, NoSpace, StoreDamaged, StudyError, UnknownName

ROOT = Path(__file__).parents[2]


def enter(journal: Journal, value: str, *, coder: str = "ann", unit: str = "d1", supersedes: int | None = None) -> int:
    return journal.enter(coder=coder, kind="code", unit=unit, variable="tone", value=value, supersedes=supersedes)


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "human.sqlite")


def test_a_correction_is_a_new_entry(journal: Journal) -> None:
    before = datetime.now(tz=UTC)
    assert [enter(journal, "cold"), enter(journal, "warm", coder="bea"), enter(journal, "neutral")] == [1, 2, 3]
    assert [(entry.value, entry.supersedes) for entry in journal.entries()] == [
        ("cold", None),
        ("warm", None),
        ("neutral", 1),
    ]
    assert [(entry.coder, entry.value) for entry in journal.latest("code")] == [("bea", "warm"), ("ann", "neutral")]
    assert journal.latest("adjudication") == ()
    assert before <= journal.entries()[0].at <= journal.entries()[2].at <= datetime.now(tz=UTC)


def test_an_entry_is_corrected_once(journal: Journal) -> None:
    first = enter(journal, "cold")
    second = enter(journal, "warm", coder="bea", supersedes=first)
    assert [entry.id for entry in journal.latest()] == [second]
    with pytest.raises(StudyError, match="was corrected meanwhile, by bea in entry 2"):
        enter(journal, "neutral", supersedes=first)
    with pytest.raises(UnknownName, match="no entry 9"):
        enter(journal, "neutral", supersedes=9)
    with pytest.raises(StudyError, match="entry 2 is about d1 tone code, not d2 tone code"):
        enter(journal, "neutral", unit="d2", supersedes=second)
    assert len(journal.entries()) == 2


def tone(coder: str, unit: str, value: str) -> tuple[str, str, str, str]:
    return coder, unit, "tone", value


def test_many_are_entered_at_once_and_never_twice(journal: Journal) -> None:
    enter(journal, "cold")
    many = [tone("ann", "d1", "cold"), tone("bea", "d1", "warm"), tone("ann", "d2", "warm"), tone("ann", "d2", "cold")]
    assert journal.enter_all(many, kind="code") == 3
    assert [(entry.coder, entry.unit, entry.value, entry.supersedes) for entry in journal.entries()] == [
        ("ann", "d1", "cold", None),
        ("bea", "d1", "warm", None),
        ("ann", "d2", "warm", None),
        ("ann", "d2", "cold", 3),
    ]
    assert journal.enter_all([many[0], many[1], many[3]], kind="code") == 0
    # Of another kind it is another question.
    assert journal.enter_all(many[:1], kind="adjudication") == 1
    assert journal.enter_all([tone("bea", "d1", "cold")], kind="code") == 1


def test_what_somebody_else_corrected_is_not_entered_again(journal: Journal) -> None:
    first = enter(journal, "cold")
    enter(journal, "warm", coder="bea", supersedes=first)
    assert journal.enter_all([tone("ann", "d1", "cold")], kind="code") == 0
    assert [(entry.coder, entry.value) for entry in journal.latest()] == [("bea", "warm")]


def test_nothing_to_enter_makes_no_file(journal: Journal, tmp_path: Path) -> None:
    assert journal.enter_all([], kind="code") == 0
    assert not list(tmp_path.iterdir())


def test_all_are_entered_or_none(journal: Journal) -> None:
    enter(journal, "cold")
    broken = ("ann", "d3", "tone", None)
    with pytest.raises(sqlite3.IntegrityError):
        journal.enter_all([tone("ann", "d2", "warm"), broken], kind="code")  # type: ignore[list-item]
    assert [entry.unit for entry in journal.entries()] == ["d1"]
    assert journal.enter_all([tone("ann", "d2", "warm")], kind="code") == 1


@pytest.mark.parametrize("statement", ["UPDATE entries SET value = 'x'", "DELETE FROM entries"])
def test_nothing_is_overwritten(journal: Journal, tmp_path: Path, statement: str) -> None:
    enter(journal, "cold")
    connection = sqlite3.connect(tmp_path / "human.sqlite")
    with pytest.raises(sqlite3.IntegrityError, match="entries are never"):
        connection.execute(statement)
    connection.close()
    assert [entry.value for entry in journal.entries()] == ["cold"]


def test_an_entry_is_synced_before_it_is_acknowledged(journal: Journal, tmp_path: Path) -> None:
    enter(journal, "cold")
    with journal._open() as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)  # FULL


def test_forgetting_erases_for_good(journal: Journal, tmp_path: Path) -> None:
    for number in range(40):
        enter(journal, f"unforgettable {number} " + "x" * 500, unit=f"gone:{number}")
        enter(journal, f"kept {number}", unit=f"g%ne:{number}")
    assert on_disk(tmp_path, b"unforgettable")
    assert journal.forget("gone:") == 40
    assert not on_disk(tmp_path, b"unforgettable")
    assert on_disk(tmp_path, b"kept 39")
    assert [entry.unit for entry in journal.entries()] == [f"g%ne:{number}" for number in range(40)]
    assert enter(journal, "later") == 81
    assert journal.forget("g%") == 40
    assert journal.forget("nothing") == 0
    test_refusal = sqlite3.connect(tmp_path / "human.sqlite")
    with pytest.raises(sqlite3.IntegrityError):
        test_refusal.execute("DELETE FROM entries")
    test_refusal.close()
    with pytest.raises(StudyError, match="every unit"):
        journal.forget("")


def test_forgetting_where_nothing_was_entered(journal: Journal, tmp_path: Path) -> None:
    assert (journal.forget("d1"), journal.entries(), journal.latest()) == (0, (), ())
    assert not list(tmp_path.iterdir())


def test_forgetting_says_so_when_a_reader_holds_the_past(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenor.corpus.human._WAIT", 0.1)
    enter(journal, "unforgettable")
    reader = sqlite3.connect(tmp_path / "human.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM entries").fetchall()
    with pytest.raises(Busy):
        journal.forget("d1")
    assert journal.entries() == ()
    reader.close()
    assert journal.forget("d1") == 0
    assert not on_disk(tmp_path, b"unforgettable")


def on_disk(folder: Path, text: bytes) -> bool:
    return any(text in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_a_writer_that_waits_too_long_is_told(
    journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tenor.corpus.human._WAIT", 0.1)
    enter(journal, "cold")
    other = sqlite3.connect(tmp_path / "human.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy, match="others are writing"):
        enter(journal, "warm")
    assert [entry.value for entry in journal.latest()] == ["cold"]
    other.close()


def test_a_file_that_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "human.sqlite").write_bytes(b"not a database, but long enough to be taken for one" * 100)
    with pytest.raises(StoreDamaged, match="can't be read"):
        Journal(tmp_path / "human.sqlite").entries()


_FULL = """
import resource, sys
from tenor.corpus.human import Entry, Journal, NewEntry
journal = Journal(sys.argv[1])
journal.enter(coder="a", kind="code", unit="d", variable="v", value="first")
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
try:
    journal.enter(coder="a", kind="code", unit="d", variable="v", value="x" * 200_000)
except Exception as error:
    print(type(error).__name__)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
print([entry.value for entry in journal.entries()])
"""


def test_a_full_disk(journal: Journal, tmp_path: Path) -> None:
    command = [sys.executable, "-c", _FULL, str(tmp_path / "human.sqlite")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"{NoSpace.__name__}\n['first']\n"
    assert enter(journal, "second") == 2


def test_threads_share_a_journal(journal: Journal) -> None:
    threads = [
        threading.Thread(target=lambda name=str(n): [enter(journal, str(i), unit=name + str(i)) for i in range(10)])
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [entry.id for entry in journal.entries()] == list(range(1, 81))


_WRITER = """
import sys
from tenor.corpus.human import Entry, Journal, NewEntry
journal, name = Journal(sys.argv[1]), sys.argv[2]
for number in range(100_000):
    entry = journal.enter(coder=name, kind="code", unit=f"u{number}", variable="v", value=f"{name}-{number}")
    print(entry, number, flush=True)
"""


def killed_writers(path: Path, writers: int, moments: random.Random) -> None:
    """Let many processes enter, kill each at some moment, and see that what they acknowledged is there once."""
    known = {entry.id for entry in Journal(path).entries()}
    processes = {
        f"w{number}-{len(known)}": subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(path), f"w{number}-{len(known)}"],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        )
        for number in range(writers)
    }
    while len(Journal(path).entries()) < len(known) + writers:
        time.sleep(0.01)
    for process in processes.values():
        time.sleep(moments.uniform(0, 0.06))
        process.send_signal(signal.SIGKILL)
    acknowledged = {}
    for name, process in processes.items():
        said, _ = process.communicate()
        whole = said[: said.rfind("\n") + 1].splitlines()
        acknowledged.update({int(line.split()[0]): f"{name}-{line.split()[1]}" for line in whole})
    entries = Journal(path).entries()
    values = {entry.id: entry.value for entry in entries}
    assert acknowledged
    assert acknowledged.items() <= values.items()
    assert max(Counter(values.values()).values()) == 1
    for name in processes:
        numbers = [int(entry.unit[1:]) for entry in entries if entry.coder == name]
        # One more may be there: killed between the commit and its acknowledgement.
        said_numbers = sum(value.startswith(f"{name}-") for value in acknowledged.values())
        assert numbers == list(range(len(numbers)))
        assert said_numbers <= len(numbers) <= said_numbers + 1


def test_killed_writers_lose_and_double_nothing(tmp_path: Path) -> None:
    killed_writers(tmp_path / "human.sqlite", 20, random.Random(1))


@pytest.mark.slow
def test_killed_writers_at_a_hundred_moments(tmp_path: Path) -> None:
    for number in range(5):
        killed_writers(tmp_path / "human.sqlite", 20, random.Random(number))


def test_what_follows_from_what_is_there_is_added_under_one_lock(journal: Journal) -> None:
    def next_draw(there: tuple[Entry, ...]) -> list[NewEntry]:
        return [NewEntry(coder="ann", kind="draw", unit=f"d{len(there)}", variable="order", value="")]

    enter(journal, "cold")
    pool = [threading.Thread(target=journal.enter_from, args=(["draw"], next_draw)) for _ in range(12)]
    for thread in pool:
        thread.start()
    for thread in pool:
        thread.join()
    assert [entry.unit for entry in journal.entries("draw")] == [f"d{number}" for number in range(12)]
    assert {entry.supersedes for entry in journal.entries()} == {None}


def test_nothing_is_added_where_it_is_refused(journal: Journal) -> None:
    enter(journal, "cold")

    def refuse(there: tuple[Entry, ...]) -> list[NewEntry]:
        raise StudyError(f"{len(there)} are enough")

    with pytest.raises(StudyError, match="1 are enough"):
        journal.enter_from(["code", "draw"], refuse)
    assert journal.enter_from(["code"], lambda _: []) == ()
    assert len(journal.entries()) == 1
