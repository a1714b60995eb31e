"""Segments: immutable Parquet files of rows, named by the hash of their bytes, written in bounded memory."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tenor.corpus.durable import At, Draft
from tenor.corpus.manifest import Segment
from tenor.errors import Place, StoreDamaged, shown

# A segment is closed once it is this large on the disk; rows are held until they are this large in memory.
TARGET = 64 * 2**20
HELD = 16 * 2**20

RESTORE = "put it back from a copy of the study, or move the corpus folder away and add all sources again"


class Rows:
    """Rows of one table on their way into segments.

    Parameters
    ----------
    folder
        The table's folder.
    schema
        Its schema.
    at
        Called at the commit points of every file.

    Examples
    --------
    >>> from tenor.corpus.durable import nowhere
    >>> table = pa.table({"n": [1, 2]})
    >>> rows = Rows(Path("numbers"), table.schema, nowhere)
    >>> rows.add(table)
    >>> rows.add(table)
    >>> [segment.rows for segment in rows.finish()]
    [4]
    """

    __slots__ = ("_at", "_bytes", "_count", "_draft", "_folder", "_held", "_schema", "_writer", "made")

    def __init__(self, folder: Path, schema: pa.Schema, at: At) -> None:
        self._folder, self._schema, self._at = folder, schema, at
        self._held: list[pa.Table] = []
        self._bytes = self._count = 0
        self._draft: Draft | None = None
        self._writer: pq.ParquetWriter | None = None
        self.made: list[Segment] = []

    def add(self, rows: pa.Table) -> None:
        """Take rows; they reach the disk when enough of them are there."""
        step = _rows_that_fit(rows.nbytes, rows.num_rows)
        for start in range(0, rows.num_rows, step):
            part = rows.slice(start, step)
            self._held.append(part)
            self._bytes += part.nbytes
            if self._bytes >= HELD:
                self._write_held()

    def finish(self) -> list[Segment]:
        """Write what is held, and return the segments that were made."""
        self._write_held()
        self._close()
        return self.made

    def discard(self) -> None:
        """Drop what is held and the file that is begun."""
        self._held.clear()
        if self._draft is not None:
            self._draft.discard()
        if self._writer is not None:
            self._writer.close()
        self._draft = self._writer = None

    def _write_held(self) -> None:
        if not self._held:
            return
        rows = pa.concat_tables(self._held)
        self._held.clear()
        self._bytes = 0
        if self._draft is None or self._writer is None:
            self._draft = Draft(self._folder, self._at)
            self._writer = pq.ParquetWriter(pa.PythonFile(self._draft, mode="w"), self._schema, compression="zstd")
        self._writer.write_table(rows)
        self._count += rows.num_rows
        self._draft.pause()
        if self._draft.size >= TARGET:
            self._close()

    def _close(self) -> None:
        if self._draft is None or self._writer is None:
            return
        self._writer.close()
        sha256 = self._draft.sha256
        segment = Segment(name=name_of(sha256), rows=self._count, sha256=sha256)
        self.made.append(segment)  # first: what fails from here on may leave the file behind
        self._draft.keep(segment.name)
        self._draft = self._writer = None
        self._count = 0


def _rows_that_fit(size: int, rows: int) -> int:
    """Return how many rows of a table together are about as large as what is held at most."""
    return max(1, HELD * rows // size) if size else max(1, rows)


def name_of(sha256: str) -> str:
    """Return the name of the segment whose bytes have this hash.

    Examples
    --------
    >>> name_of("0123456789abcdef" * 4)
    'seg-0123456789abcdef0123456789abcdef.parquet'
    """
    return f"seg-{sha256[:32]}.parquet"


def batches(path: Path) -> Iterator[pa.Table]:
    """Read a segment piece by piece, each about as large as what a writer holds.

    Raises
    ------
    StoreDamaged
        It is missing or can't be read.

    Examples
    --------
    >>> pq.write_table(pa.table({"n": [1, 2]}), "one.parquet")
    >>> [table.num_rows for table in batches(Path("one.parquet"))]
    [2]
    """
    try:
        with pq.ParquetFile(path) as file:
            groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
            size = sum(group.total_byte_size for group in groups)
            for batch in file.iter_batches(min(65536, _rows_that_fit(size, file.metadata.num_rows))):
                yield pa.Table.from_batches([batch])
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def column(path: Path, name: str) -> pa.ChunkedArray:
    """Read one column of a segment.

    Examples
    --------
    >>> pq.write_table(pa.table({"n": [1, 2]}), "one.parquet")
    >>> column(Path("one.parquet"), "n").to_pylist()
    [1, 2]
    """
    try:
        with pq.ParquetFile(path) as file:
            return file.read(columns=[name])[name]
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def measured(path: Path) -> Segment:
    """Read a segment and say what it is: its name, rows and hash.

    Examples
    --------
    >>> pq.write_table(pa.table({"n": [1, 2]}), "one.parquet")
    >>> measured(Path("one.parquet")).rows
    2
    """
    try:
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        with pq.ParquetFile(path) as parquet:
            return Segment(name=path.name, rows=parquet.metadata.num_rows, sha256=sha256)
    except (pa.ArrowException, OSError) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> StoreDamaged:
    place = Place(shown(path))
    if isinstance(error, FileNotFoundError):
        return StoreDamaged("this segment is missing", do=RESTORE, place=place)
    return StoreDamaged(f"this segment can't be read: {error}", do=RESTORE, place=place)
