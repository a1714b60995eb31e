"""The store: immutable Parquet segments and a log that says which of them are live.

Readers never wait and never see a half-written table: a reader opens the newest log entry
and keeps to the segments it names. One writer at a time holds the lock.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tenor.errors import Busy, Place, StoreDamaged, shown
from tenor.tables import TABLES

_WAIT = 5.0


class Store:
    """The tables of one study.

    Parameters
    ----------
    folder
        The study's ``corpus`` folder; it need not exist before something is written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     Store(folder).query("SELECT count(*) AS n FROM counts", {}).to_pylist()
    [{'n': 0}]
    """

    __slots__ = ("_folder",)

    def __init__(self, folder: Path | str) -> None:
        self._folder = Path(folder)

    def live(self) -> dict[str, list[str]]:
        """Return the live segments of each table, as the newest log entry names them.

        Raises
        ------
        StoreDamaged
            The newest log entry can't be read.
        """
        entries = sorted((self._folder / "_log").glob("[0-9]*.json"))
        if not entries:
            return {}
        try:
            found = json.loads(entries[-1].read_text(encoding="utf-8"))["segments"]
        except (ValueError, KeyError) as error:
            place = Place(shown(entries[-1]))
            do = "move this file away: the entry before it is complete"
            raise StoreDamaged("this log entry can't be read", do=do, place=place) from error
        return {str(table): [str(name) for name in names] for table, names in found.items()}

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
        """
        with self.writing() as write:
            write(table, rows)

    @contextlib.contextmanager
    def writing(self) -> Iterator[Callable[[str, pa.Table], None]]:
        """Hold the one writer's lock; everything written inside becomes visible at once, at the end.

        Read what is there after entering: nobody else can add to it until the end.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with _locked(self._folder / "LOCK"):
            segments = self.live()

            def write(table: str, rows: pa.Table) -> None:
                if rows.num_rows:
                    name = self._segment(table, rows.cast(TABLES[table]))
                    segments.setdefault(table, []).append(name)

            before = json.dumps(segments)
            yield write
            if json.dumps(segments) != before:
                self._commit(segments)

    def query(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """Run a SELECT over the live tables.

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
        """
        settings: dict[str, str | bool | int | float | list[str]] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        try:
            with duckdb.connect(":memory:", config=settings) as connection:
                self._show_tables(connection)
                return connection.sql(sql, params=dict(parameters) or None).to_arrow_table()
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            if ".parquet" in str(error):
                raise StoreDamaged(f"a stored file can't be read: {error}", do="add its source again") from error
            raise

    def _show_tables(self, connection: duckdb.DuckDBPyConnection) -> None:
        live = self.live()
        for table, schema in TABLES.items():
            paths = [self._folder / table / name for name in live.get(table, ())]
            for path in paths:
                if not path.is_file():
                    raise StoreDamaged("this segment is missing", do="add its source again", place=Place(shown(path)))
            if paths:
                connection.read_parquet([str(path) for path in paths]).create_view(table)
            else:
                connection.register(table, schema.empty_table())

    def _segment(self, table: str, rows: pa.Table) -> str:
        buffer = BytesIO()
        pq.write_table(rows, buffer, compression="zstd")
        payload = buffer.getvalue()
        name = f"seg-{hashlib.sha256(payload).hexdigest()[:32]}.parquet"
        _write_durably(self._folder / table / name, payload)
        return name

    def _commit(self, segments: Mapping[str, list[str]]) -> None:
        log = self._folder / "_log"
        entries = sorted(log.glob("[0-9]*.json")) if log.is_dir() else []
        number = int(entries[-1].stem) + 1 if entries else 1
        payload = json.dumps({"format": 1, "segments": segments}, indent=1, sort_keys=True).encode()
        _write_durably(log / f"{number:06d}.json", payload)


def _write_durably(path: Path, payload: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".tmp-", delete=False) as file:
        try:
            file.write(payload)
            file.flush()
            os.fsync(file.fileno())
            file.close()
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # there a folder can't be opened for this
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a+b") as file:
        deadline = time.monotonic() + _WAIT
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline:
                what = "another process is writing to this study"
                raise Busy(what, do="wait for it to end, then try again", place=Place(shown(path)))
            time.sleep(0.02)
        try:
            yield
        finally:
            _unlock(file.fileno())


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
