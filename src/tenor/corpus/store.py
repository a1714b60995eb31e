"""The store: immutable Parquet segments and a log that says which of them are live.

Readers never wait and never see a half-written table: a reader opens the newest log entry
and keeps to the segments it names. One writer at a time holds the lock. Segments that were
replaced stay for a grace time, so that a reader that opened them can end.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa

from tenor.corpus import maintenance
from tenor.corpus.durable import At, enough_room, make_folder, nowhere
from tenor.corpus.lock import locked
from tenor.corpus.manifest import FORMAT, Manifest, newest, selects
from tenor.corpus.segments import RESTORE, measured
from tenor.corpus.session import Session
from tenor.errors import Place, StoreDamaged, UnknownName, shown
from tenor.tables import TABLES, TOMBSTONES

GRACE = timedelta(minutes=10)

_LIVE_ROWS = 'SELECT live.* FROM "_{0}" AS live ANTI JOIN tombstones USING (doc_id)'


class Store:
    """The tables of one study.

    Parameters
    ----------
    folder
        The study's ``corpus`` folder; it need not exist before something is written.
    grace
        How long a replaced segment stays for readers that opened it.
    at
        Called with the name of every point between which a process can die without harm:
        "before write", "half file", "before rename", "after rename" of each file,
        "before log", "after log", "in compaction", "in sweep".

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Store(folder).query("SELECT count(*) AS n FROM counts", {}).to_pylist()
    [{'n': 0}]
    """

    __slots__ = ("_at", "_folder", "_grace")

    def __init__(self, folder: Path | str, *, grace: timedelta = GRACE, at: At = nowhere) -> None:
        self._folder = Path(folder)
        self._grace = grace
        self._at = at

    # --- reading -----------------------------------------------------------------------------------

    def live(self) -> dict[str, list[str]]:
        """Return the live segments of each table, as the newest log entry names them.

        Raises
        ------
        StoreDamaged
            The newest log entry can't be read.

        Examples
        --------
        >>> Store("corpus").live()
        {}
        """
        return {table: [item.name for item in items] for table, items in newest(self._folder).segments.items()}

    def paths(self, table: str) -> list[Path]:
        """Return the files that hold a table, for R, pandas, Polars or DuckDB to read.

        Beside them may lie files that were replaced and wait to be swept: read these, not the folder.
        Rows of documents that were removed are in them until `compact`.

        Examples
        --------
        >>> Store("corpus").paths("documents")
        []
        """
        if table not in TABLES:
            raise UnknownName.of("table", table, TABLES)
        return [self._folder / table / name for name in self.live().get(table, ())]

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open the tables as they are now; what is written meanwhile is not seen inside.

        Raises
        ------
        StoreDamaged
            A live segment is missing or can't be read.

        Examples
        --------
        >>> with Store("corpus").snapshot() as then:
        ...     [then.query(f"SELECT count(*) AS n FROM {table}", {})["n"][0].as_py() for table in ("counts", "runs")]
        [0, 0]
        """
        with _connected() as connection:
            yield Snapshot(connection, self._folder, newest(self._folder))

    def query(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """Run a SELECT over the live tables; rows of removed documents are not seen.

        Parameters
        ----------
        sql
            A SELECT; parameters are written ``$name``.
        parameters
            Their values, bound and never formatted into the text.

        Returns
        -------
        pyarrow.Table

        Raises
        ------
        StoreDamaged
            A live segment is missing or can't be read.

        Examples
        --------
        >>> Store("corpus").query("SELECT $n + 1 AS m", {"n": 1}).to_pylist()
        [{'m': 2}]
        """
        try:
            return self._ask(sql, parameters)
        except _Missing:  # swept since the log was read: the newest entry names what took its place
            return self._ask(sql, parameters)

    def _ask(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        with self.snapshot() as then:
            return then.query(sql, parameters)

    def verify(self) -> tuple[StoreDamaged, ...]:
        """Read all live segments and return what is wrong with them: missing, cut short, other bytes.

        Examples
        --------
        >>> Store("corpus").verify()
        ()
        """
        return tuple(maintenance.damage(self._folder, newest(self._folder)))

    # --- writing -----------------------------------------------------------------------------------

    def append(self, table: str, rows: pa.Table) -> None:
        """Write rows to a table; they are there wholly or not at all.

        Parameters
        ----------
        table
            A name of `tenor.tables.TABLES`.
        rows
            Rows of its schema. The caller sees to it that none is there already.

        Raises
        ------
        Busy
            Another process writes for more than five seconds.
        NoSpace
            The disk is full.

        Examples
        --------
        >>> store = Store("corpus")
        >>> store.append("tombstones", TOMBSTONES.empty_table())
        >>> store.live()
        {}
        """
        with self.writing() as write:
            write(table, rows)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Callable[[str, pa.Table], None]]:
        """Hold the one writer's lock; everything written inside becomes visible at once, at the end.

        Read what is there after entering: nobody else can add to it until the end. The function
        may be called as often as needed, with as few or many rows: about 16 MB a table are held in memory.

        Examples
        --------
        >>> store = Store("corpus")
        >>> with store.writing() as write:
        ...     for _ in range(3):
        ...         write("counts", TABLES["counts"].empty_table())
        >>> store.live()
        {}
        """
        with self._session() as session:
            yield session.write
            session.commit()

    def replace(self, tables: Mapping[str, pa.Table]) -> None:
        """Write tables anew that are made from others; readers see all of the old rows or all of the new.

        Parameters
        ----------
        tables
            All rows of each table.

        Examples
        --------
        >>> store = Store("corpus")
        >>> store.replace({"tombstones": TOMBSTONES.empty_table()})
        >>> store.live()
        {}
        """
        with self._session() as session:
            for table, rows in tables.items():
                session.clear(table)
                session.write(table, rows)
            session.commit()

    def remove(self, doc_ids: Iterable[str], why: str = "", *, now: bool = False) -> int:
        """Take documents down: nothing of them is seen any more, also if they are added again.

        Parameters
        ----------
        doc_ids
            Which. An id that is not there is kept out from now on.
        why
            The reason, kept with the id.
        now
            Erase their rows from the disk before returning; a reader that is at work may fail.
            Otherwise they go with the next `compact` and the first `sweep` after the grace time.

        Returns
        -------
        int
            How many documents were there and are seen no more.

        Examples
        --------
        >>> Store("corpus").remove(["0123456789abcdef"], "a court order")
        0
        """
        asked = sorted(set(doc_ids))
        with self._session() as session:
            there = "SELECT count(DISTINCT doc_id) AS n FROM documents WHERE doc_id IN (SELECT unnest($ids))"
            found = int(self.query(there, {"ids": asked})["n"][0].as_py()) if asked else 0
            before = set(maintenance.removed(self._folder, session.manifest).to_pylist())
            at = datetime.now(tz=UTC)
            rows = [{"doc_id": doc_id, "at": at, "why": why} for doc_id in asked if doc_id not in before]
            session.write("tombstones", pa.Table.from_pylist(rows, TOMBSTONES))
            session.commit()
            if now:
                maintenance.compact(session, maintenance.of_documents(), only_removed=True)
                maintenance.sweep(session, maintenance.EVERYTHING)
        return found

    def compact(self, table: str | None = None) -> int:
        """Merge small segments, and erase the rows of removed documents; what queries give stays the same.

        Parameters
        ----------
        table
            Only this one.

        Returns
        -------
        int
            How many segments were replaced; they stay on the disk until the first `sweep` after the grace time.

        Examples
        --------
        >>> Store("corpus").compact()
        0
        """
        if table is not None and table not in TABLES:
            raise UnknownName.of("table", table, TABLES)
        with self._session() as session:
            return maintenance.compact(session, sorted(TABLES) if table is None else [table])

    def sweep(self, now: datetime | None = None) -> int:
        """Delete segments that were replaced, and files that killed writers left, when the grace time is over.

        Parameters
        ----------
        now
            The moment to reckon from, with its time zone; the clock's if not given.

        Returns
        -------
        int
            How many files were deleted.

        Examples
        --------
        >>> Store("corpus").sweep()
        0
        """
        with self._session() as session:
            return maintenance.sweep(session, (now or datetime.now(tz=UTC)) - self._grace)

    @contextlib.contextmanager
    def _session(self) -> Iterator[Session]:
        with enough_room(self._folder):
            make_folder(self._folder)
        with locked(self._folder / "LOCK"):
            session = Session(self._folder, self._at)
            try:
                if session.manifest.format < FORMAT:
                    _upgrade(session)
                yield session
            except BaseException:
                session.abandon()
                raise


class Snapshot:
    """The tables as one log entry names them, for as long as it is open."""

    __slots__ = ("_connection", "_folder", "_manifest")

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, manifest: Manifest) -> None:
        self._connection = connection
        self._folder = folder
        self._manifest = manifest
        with self._explained():
            self._show_tables()

    def query(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """Run a SELECT, as `Store.query` does.

        Raises
        ------
        StoreDamaged
            A segment can't be read, or is gone because this was open for longer than the grace time.

        Examples
        --------
        >>> with Store("corpus").snapshot() as then:
        ...     then.query("SELECT count(*) AS n FROM counts", {}).to_pylist()
        [{'n': 0}]
        """
        with self._explained():
            return self._connection.sql(sql, params=dict(parameters) or None).to_arrow_table()

    def batches(self, sql: str, parameters: Mapping[str, object], rows: int = 2_000) -> Iterator[pa.Table]:
        """Run a SELECT and yield its rows in pieces, so that memory stays bounded; ask nothing else meanwhile.

        Examples
        --------
        >>> with Store("corpus").snapshot() as then:
        ...     [part.num_rows for part in then.batches("SELECT range AS n FROM range(5)", {}, rows=3)]
        [3, 2]
        """
        with self._explained():
            reader = self._connection.sql(sql, params=dict(parameters) or None).to_arrow_reader(rows)
            for batch in reader:
                yield pa.Table.from_batches([batch])

    def _show_tables(self) -> None:
        erased = bool(self._manifest.segments.get("tombstones"))
        for table in ("tombstones", *sorted(TABLES.keys() - {"tombstones"})):
            paths = self._paths(table)
            if not paths:
                self._connection.register(table, TABLES[table].empty_table())
                continue
            rows = _relation(self._connection, paths, selects(self._manifest, table))
            if erased and table in maintenance.of_documents():
                rows.create_view(f"_{table}")
                rows = self._connection.sql(_LIVE_ROWS.format(table))
            rows.create_view(table)

    def _paths(self, table: str) -> list[Path]:
        return [self._folder / table / segment.name for segment in self._manifest.segments.get(table, ())]

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Say it in a sentence when a segment is missing or can't be read."""
        try:
            yield
        except duckdb.Error as error:
            for path in (path for table in self._manifest.segments for path in self._paths(table)):
                if not path.is_file():
                    raise self._missing(path) from error
            if ".parquet" in str(error):
                raise StoreDamaged(f"a stored file can't be read: {error}", do=RESTORE) from error
            raise

    def _missing(self, path: Path) -> _Missing:
        if newest(self._folder).number > self._manifest.number:
            what = "this segment was replaced and swept while a reader had it open"
            return _Missing(what, do="open a new snapshot", place=Place(shown(path)))
        return _Missing("this segment is missing", do=RESTORE, place=Place(shown(path)))


class _Missing(StoreDamaged):
    """A segment is not where the log entry that was opened says it is."""


_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    # A name that is no table is an error, and not a variable of ours.
    "python_enable_replacements": "false",
    # What does not fit into memory, out of the folder the user stands in.
    "temp_directory": tempfile.gettempdir(),
}


@contextlib.contextmanager
def _connected() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(":memory:", config=_SETTINGS) as connection:
        # The date of a moment is its date in UTC, on every machine.
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def _relation(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], steps: Iterable[str]
) -> duckdb.DuckDBPyRelation:
    """Return the rows of files, brought to today's format."""
    # DuckDB takes a path for a pattern.
    rows = connection.read_parquet([re.sub(r"([*?\[])", r"[\1]", str(path)) for path in paths])
    for number, select in enumerate(steps):
        table = f"_{number}_{paths[0].parent.name}"
        rows.create_view(table)
        rows = connection.sql(f"WITH {paths[0].parent.name} AS (FROM {table}) {select}")
    return rows


def _upgrade(session: Session) -> None:
    """Bring an older store to today's format, as one log entry."""
    made = {}
    for table, live in session.manifest.segments.items():
        paths = [session.folder / table / segment.name for segment in live]
        steps = selects(session.manifest, table)
        if not steps:
            made[table] = [measured(path) for path in paths]
            continue
        for path in paths:
            with _connected() as connection:
                session.write(table, _relation(connection, [path], steps).to_arrow_table())
        made[table] = session.finish(table)
    session.change(made)
