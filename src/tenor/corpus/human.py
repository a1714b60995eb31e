"""What people enter: codes, confirmations, resolutions, adjudications. Never overwritten, on the disk at once."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tenor.corpus.durable import make_folder
from tenor.errors import Busy, NoSpace, Place, StoreDamaged, StudyError, TenorError, UnknownName, shown

HUMAN_FILE = "human.sqlite"
_WAIT = 30.0
# What SQLite says of a quota or a limit, where it does not say that the disk is full.
_NO_ROOM = {sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}

# Rows are only ever added; the one way out is `forget`, which lifts this trigger while it erases.
_NO_DELETE = """\
CREATE TRIGGER IF NOT EXISTS never_deleted BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never deleted'); END"""

_TABLES = (
    """\
CREATE TABLE IF NOT EXISTS entries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at TEXT NOT NULL,
  coder TEXT NOT NULL,
  kind TEXT NOT NULL,
  unit TEXT NOT NULL,
  variable TEXT NOT NULL,
  value TEXT NOT NULL,
  supersedes INTEGER REFERENCES entries (id)
)""",
    "CREATE UNIQUE INDEX IF NOT EXISTS superseded_once ON entries (supersedes) WHERE supersedes IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS of_unit ON entries (unit, variable, kind, coder)",
    """\
CREATE TRIGGER IF NOT EXISTS never_changed BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries are never changed'); END""",
    _NO_DELETE,
)

_ALL = "SELECT * FROM entries WHERE ?1 IS NULL OR kind = ?1 ORDER BY id"
_LATEST = """\
SELECT * FROM entries AS entry
WHERE (?1 IS NULL OR kind = ?1) AND NOT EXISTS (SELECT 1 FROM entries WHERE supersedes = entry.id) ORDER BY id"""
_OWN = """\
SELECT id FROM entries AS entry WHERE unit = ? AND variable = ? AND kind = ? AND coder = ?
AND NOT EXISTS (SELECT 1 FROM entries WHERE supersedes = entry.id) ORDER BY id DESC LIMIT 1"""
_LAST = """\
SELECT value FROM entries WHERE unit = ? AND variable = ? AND kind = ? AND coder = ? ORDER BY id DESC LIMIT 1"""
_INSERT = "INSERT INTO entries (at, coder, kind, unit, variable, value, supersedes) VALUES (?, ?, ?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing a person entered; a correction is a later one that supersedes it."""

    id: int
    at: datetime
    coder: str
    kind: str
    unit: str
    variable: str
    value: str
    supersedes: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An entry that is to be added; its fields are those of `Entry`."""

    coder: str
    kind: str
    unit: str
    variable: str
    value: str


class Journal:
    """What people entered into a study, in one SQLite file.

    Many processes may write at once; an entry is on the disk when `enter` returns. Nothing is
    held open between calls, so that any thread may use it.

    Parameters
    ----------
    path
        The file ``human.sqlite``; it need not exist before something is entered.

    Examples
    --------
    >>> journal = Journal("human.sqlite")
    >>> journal.enter(coder="ann", kind="code", unit="d1:0:40", variable="tone", value="negative")
    1
    >>> journal.enter(coder="ann", kind="code", unit="d1:0:40", variable="tone", value="neutral")
    2
    >>> [(entry.value, entry.supersedes) for entry in journal.latest()]
    [('neutral', 1)]
    """

    __slots__ = ("_path",)

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)

    def enter(
        self, *, coder: str, kind: str, unit: str, variable: str, value: str, supersedes: int | None = None
    ) -> int:
        """Add an entry, durably.

        Parameters
        ----------
        coder
            Who enters it.
        kind
            What it is: a code, a confirmation, a resolution, an adjudication.
        unit
            What it is about: a document's id, alone or with ``:start:stop``.
        variable
            Which question it answers.
        value
            The answer.
        supersedes
            The entry it corrects, of whichever coder. Without it, the coder's own last answer
            to the same question, if there is one.

        Returns
        -------
        int
            The id of the entry.

        Raises
        ------
        StudyError
            The entry to be corrected is about something else, or was corrected meanwhile.
        UnknownName
            There is no entry of that id.

        Examples
        --------
        >>> Journal("human.sqlite").enter(coder="ann", kind="code", unit="d1", variable="tone", value="neutral")
        1
        """
        key = (unit, variable, kind)
        with self._open() as connection, _transaction(connection):
            if supersedes is not None:
                self._check(connection, supersedes, key)
            return _added(connection, key, coder, value, supersedes)

    def enter_all(self, values: Iterable[tuple[str, str, str, str]], *, kind: str) -> int:
        """Add entries of one or many coders in one go, durably: all of them or none.

        Parameters
        ----------
        values
            Coder, unit, variable and value of each. It is left out where it is what the coder's own last
            entry to the same question says already, also if somebody has corrected that since; where it says
            something else, it corrects it.
        kind
            What they are: codes, confirmations, resolutions, adjudications.

        Returns
        -------
        int
            How many entries were added.

        Examples
        --------
        >>> journal = Journal("human.sqlite")
        >>> codes = [("ann", "d1:0:40", "arousal", "4"), ("bea", "d1:0:40", "arousal", "5")]
        >>> journal.enter_all(codes, kind="code"), journal.enter_all(codes, kind="code")
        (2, 0)
        """
        rows = list(values)
        if not rows:
            return 0
        count = 0
        with self._open() as connection, _transaction(connection):
            for coder, unit, variable, value in rows:
                key = (unit, variable, kind)
                if connection.execute(_LAST, (*key, coder)).fetchone() != (value,):
                    _added(connection, key, coder, value, None)
                    count += 1
        return count

    def enter_from(
        self, kinds: Sequence[str], decide: Callable[[tuple[Entry, ...]], Iterable[NewEntry]]
    ) -> tuple[int, ...]:
        """Add entries that follow from those that are there: nobody writes in between, and none supersedes another.

        Parameters
        ----------
        kinds
            Of which kinds `decide` is given all entries, in the order they were made.
        decide
            What is to be added, of any kind; nothing is if it raises. Others wait meanwhile: let it be quick.

        Returns
        -------
        tuple of int
            The ids of what was added.

        Examples
        --------
        >>> journal = Journal("human.sqlite")
        >>> def next_one(there):
        ...     return [NewEntry(coder="ann", kind="draw", unit=f"d{len(there)}", variable="order", value="")]
        >>> journal.enter_from(["draw"], next_one), journal.enter_from(["draw"], next_one)
        ((1,), (2,))
        """
        marks = ", ".join("?" * len(kinds))
        with self._open() as connection, _transaction(connection):
            found = connection.execute(f"SELECT * FROM entries WHERE kind IN ({marks}) ORDER BY id", tuple(kinds))  # noqa: S608 - only question marks
            new = list(decide(_entries(found)))
            return tuple(
                _inserted(connection, (item.unit, item.variable, item.kind), item.coder, item.value, None)
                for item in new
            )

    def entries(self, kind: str | None = None) -> tuple[Entry, ...]:
        """Return all entries in the order they were made, also those that were corrected.

        Examples
        --------
        >>> Journal("human.sqlite").entries()
        ()
        """
        return self._read(_ALL, kind)

    def latest(self, kind: str | None = None) -> tuple[Entry, ...]:
        """Return the entries that stand: those that no later one supersedes.

        Examples
        --------
        >>> Journal("human.sqlite").latest("code")
        ()
        """
        return self._read(_LATEST, kind)

    def forget(self, unit_prefix: str) -> int:
        """Erase all entries about units whose name begins so, for a takedown: also from the disk.

        Run it again if it was interrupted: what is then left in free pages goes with the second run.

        Returns
        -------
        int
            How many entries were erased.

        Raises
        ------
        StudyError
            The prefix is empty, which would erase everything.
        Busy
            A reader is at work for more than thirty seconds.

        Examples
        --------
        >>> journal = Journal("human.sqlite")
        >>> _ = journal.enter(coder="ann", kind="code", unit="d1:0:40", variable="tone", value="neutral")
        >>> journal.forget("d1:"), journal.entries()
        (1, ())
        """
        if not unit_prefix:
            raise StudyError("an empty name stands for every unit", do="name the document whose entries are to go")
        if not self._path.is_file():
            return 0
        with self._open() as connection:
            connection.execute("PRAGMA secure_delete = ON")
            with _transaction(connection):
                connection.execute("DROP TRIGGER never_deleted")
                gone = connection.execute(
                    "DELETE FROM entries WHERE substr(unit, 1, length(?1)) = ?1", (unit_prefix,)
                ).rowcount
                connection.execute(_NO_DELETE)
            connection.execute("VACUUM")
            # What stood in the log of recent writes goes as well; a reader that still needs it is waited for.
            if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
                raise Busy("a reader has this file open", do="let it end, then try again", place=self._place())
        return gone

    def _check(self, connection: sqlite3.Connection, number: int, key: tuple[str, str, str]) -> None:
        found = connection.execute("SELECT unit, variable, kind FROM entries WHERE id = ?", (number,)).fetchone()
        if found is None:
            raise UnknownName(f"no entry {number}", do="it may have been taken down", place=self._place())
        if found != key:
            what = f"entry {number} is about {' '.join(found)}, not {' '.join(key)}"
            raise StudyError(what, do="correct it under its own unit, variable and kind", place=self._place())
        later = connection.execute("SELECT id, coder FROM entries WHERE supersedes = ?", (number,)).fetchone()
        if later:
            what = f"entry {number} was corrected meanwhile, by {later[1]} in entry {later[0]}"
            raise StudyError(what, do="look at that entry first", place=self._place())

    def _read(self, sql: str, kind: str | None) -> tuple[Entry, ...]:
        if not self._path.is_file():
            return ()
        with self._open() as connection:
            return _entries(connection.execute(sql, (kind,)))

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        make_folder(self._path.parent)
        with (
            self._explained(),
            contextlib.closing(sqlite3.connect(self._path, timeout=_WAIT, isolation_level=None)) as connection,
        ):
            for setting in ("journal_mode = WAL", "synchronous = FULL", "fullfsync = ON", "foreign_keys = ON"):
                connection.execute(f"PRAGMA {setting}").fetchall()
            if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'never_deleted'").fetchone():
                with _transaction(connection):
                    for statement in _TABLES:
                        connection.execute(statement)
            yield connection

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise self._said(error) from error

    def _said(self, error: sqlite3.DatabaseError) -> TenorError | sqlite3.DatabaseError:
        whole = getattr(error, "sqlite_errorcode", 0)
        code = whole & 0xFF
        if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            return Busy("others are writing here without a pause", do="try again", place=self._place())
        if code == sqlite3.SQLITE_FULL or whole in _NO_ROOM:
            do = "free some space, then enter it again: what was entered before is as it was"
            return NoSpace("the disk or your share of it is full", do=do, place=self._place())
        if code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            do = "put it back from a copy of the study"
            return StoreDamaged(f"this file can't be read: {error}", do=do, place=self._place())
        return error

    def _place(self) -> Place:
        return Place(shown(self._path))


def _entries(found: sqlite3.Cursor) -> tuple[Entry, ...]:
    names = [item[0] for item in found.description]
    rows = [dict(zip(names, row, strict=True)) for row in found]
    return tuple(Entry(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows)


def _added(
    connection: sqlite3.Connection, key: tuple[str, str, str], coder: str, value: str, supersedes: int | None
) -> int:
    """Add an entry and return its id; it corrects the coder's own last one if it is not said which."""
    if supersedes is None:
        own = connection.execute(_OWN, (*key, coder)).fetchone()
        supersedes = own[0] if own else None
    return _inserted(connection, key, coder, value, supersedes)


def _inserted(
    connection: sqlite3.Connection, key: tuple[str, str, str], coder: str, value: str, supersedes: int | None
) -> int:
    unit, variable, kind = key
    # The clock is read under the lock, so that entries stand in the order of their ids.
    at = datetime.now(tz=UTC).isoformat(timespec="microseconds")
    found = connection.execute(_INSERT, (at, coder, kind, unit, variable, value, supersedes))
    assert found.lastrowid is not None
    return found.lastrowid


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Hold the file's one write lock; all that is done inside is there at the end, or nothing."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # SQLite ends it itself when the disk is full
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")
