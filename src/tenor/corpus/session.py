"""What the one writer holds while it writes: rows on their way, and the log entry they will be in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from tenor.corpus.durable import At
from tenor.corpus.manifest import Manifest, Segment, newest, write_entry
from tenor.corpus.segments import Rows
from tenor.errors import UnknownName
from tenor.tables import TABLES


class Session:
    """One writer's work, from taking the lock to letting go of it.

    Parameters
    ----------
    folder
        The store's folder; the caller holds its lock.
    at
        Called at every commit point.

    Examples
    --------
    >>> from tenor.corpus.durable import nowhere
    >>> session = Session(Path("corpus"), nowhere)
    >>> session.write("counts", TABLES["counts"].empty_table())
    >>> session.commit()
    >>> session.manifest.number
    0
    """

    __slots__ = ("_begun", "_cleared", "_made", "at", "folder", "manifest")

    def __init__(self, folder: Path, at: At) -> None:
        self.folder = folder
        self.at = at
        self.manifest: Manifest = newest(folder)
        self._begun: dict[str, Rows] = {}
        self._made: list[Path] = []
        self._cleared: set[str] = set()

    def write(self, table: str, rows: pa.Table) -> None:
        """Take rows of a table; they are seen by nobody before `commit`."""
        if table not in TABLES:
            raise UnknownName.of("table", table, TABLES)
        rows = rows.cast(TABLES[table])
        if rows.num_rows:
            if table not in self._begun:
                self._begun[table] = Rows(self.folder / table, TABLES[table], self.at)
            self._begun[table].add(rows)

    def clear(self, table: str) -> None:
        """Let go of all rows a table has; what is written to it takes their place at `commit`."""
        if table not in TABLES:
            raise UnknownName.of("table", table, TABLES)
        self._cleared.add(table)

    def finish(self, table: str) -> list[Segment]:
        """Close what was written to a table into segments that no log entry names yet."""
        rows = self._begun.get(table)
        if rows is None:
            return []
        made = rows.finish()
        self._made += [self.folder / table / segment.name for segment in made]
        del self._begun[table]
        return made

    def commit(self) -> None:
        """Make everything that was written visible at once."""
        added = {table: self.finish(table) for table in list(self._begun)}
        live = {name: () if name in self._cleared else items for name, items in self.manifest.segments.items()}
        emptied = {table: () for table in self._cleared if self.manifest.segments.get(table)}
        if added or emptied:
            self.change({**emptied, **{table: [*live.get(table, ()), *new] for table, new in added.items()}})
        self._cleared.clear()

    def change(self, segments: Mapping[str, Sequence[Segment]]) -> None:
        """Write a log entry with other segments for these tables."""
        manifest = self.manifest
        for table, items in segments.items():
            manifest = manifest.changed(table, items, datetime.now(tz=UTC))
        self.log(manifest)

    def log(self, manifest: Manifest) -> None:
        """Write a log entry."""
        self.manifest = write_entry(self.folder, manifest, self.at)
        self._made.clear()

    def abandon(self) -> None:
        """Drop what no log entry names."""
        for table, rows in self._begun.items():
            rows.discard()
            self._made += [self.folder / table / segment.name for segment in rows.made]
        known = newest(self.folder).names()
        for path in self._made:
            if f"{path.parent.name}/{path.name}" not in known:
                path.unlink(missing_ok=True)
