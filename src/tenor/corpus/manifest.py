"""The log: which segments are live, which were replaced and when, and how older formats become today's."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from tenor.corpus.durable import At, write_durably
from tenor.errors import Place, StoreDamaged, TenorError, shown

FORMAT = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A file of rows; format 1 did not say how many rows it has, nor its whole hash."""

    name: str
    rows: int | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """One log entry: what a reader that opened it sees from then on.

    `segments` are the live ones of each table. `retired` were live until the time given and
    are left for readers that opened an earlier entry; they are named ``table/segment``.
    """

    number: int = 0
    format: int = FORMAT
    segments: Mapping[str, tuple[Segment, ...]] = field(default_factory=dict)
    retired: Mapping[str, datetime] = field(default_factory=dict)

    def names(self) -> set[str]:
        """Return the live and the retired segments as ``table/segment``.

        Examples
        --------
        >>> Manifest(segments={"counts": (Segment(name="seg-1.parquet"),)}).names()
        {'counts/seg-1.parquet'}
        """
        return {f"{table}/{segment.name}" for table in self.segments for segment in self.segments[table]} | {
            *self.retired
        }

    def changed(self, table: str, segments: Sequence[Segment], now: datetime) -> Manifest:
        """Return this with other segments of a table; those it had and has no more are retired.

        Examples
        --------
        >>> from datetime import UTC
        >>> old = Manifest(segments={"counts": (Segment(name="a"), Segment(name="b"))})
        >>> new = old.changed("counts", [Segment(name="c"), Segment(name="b")], datetime(2025, 1, 1, tzinfo=UTC))
        >>> list(new.retired), [segment.name for segment in new.segments["counts"]]
        (['counts/a'], ['c', 'b'])
        """
        live = {f"{table}/{segment.name}" for segment in segments}
        left = {f"{table}/{segment.name}": now for segment in self.segments.get(table, ())}
        retired = {name: since for name, since in {**left, **self.retired}.items() if name not in live}
        return replace(self, segments={**self.segments, table: tuple(segments)}, retired=retired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """How a store of one format becomes one of the next.

    Parameters
    ----------
    entry
        A log entry's content in the old format to the same in the new one.
    rows
        For a table whose rows change: a SELECT that makes new rows of old ones, row by row
        (``SELECT *, '' AS note FROM counts``). Readers see an older store through it; the next
        writer writes the segments anew with it.
    """

    entry: Callable[[Mapping[str, Any]], dict[str, Any]]
    rows: Mapping[str, str] = field(default_factory=dict)


def _with_facts(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Make room for rows and hash of each segment; the next writer fills them in."""
    named = {
        table: [{"name": name, "rows": None, "sha256": None} for name in names]
        for table, names in entry["segments"].items()
    }
    return {"segments": named, "retired": {}}


# From format N to N + 1.
UPGRADES: dict[int, Upgrade] = {1: Upgrade(entry=_with_facts)}


def selects(manifest: Manifest, table: str) -> list[str]:
    """Return the SELECTs that make today's rows of a table out of those of an older store, in order.

    Examples
    --------
    >>> selects(Manifest(format=1), "counts")
    []
    """
    steps = (UPGRADES[number].rows for number in range(manifest.format, FORMAT))
    return [rows[table] for rows in steps if table in rows]


def entries(folder: Path) -> list[Path]:
    """Return the log entries of a store, the newest last.

    Examples
    --------
    >>> entries(Path("corpus"))
    []
    """
    found = (folder / "_log").glob("[0-9]*.json")
    return sorted((path for path in found if path.stem.isdecimal()), key=lambda path: int(path.stem))


def newest(folder: Path) -> Manifest:
    """Read the newest log entry; a store without one is empty.

    Raises
    ------
    StoreDamaged
        It can't be read.
    TenorError
        A newer tenor wrote it.

    Examples
    --------
    >>> newest(Path("corpus")).segments
    {}
    """
    while found := entries(folder):
        try:
            return _parsed(found[-1])
        except FileNotFoundError:  # swept since it was listed, so there is a newer one
            continue
    return Manifest()


def _parsed(path: Path) -> Manifest:
    place = Place(shown(path))
    try:
        entry = json.loads(path.read_text(encoding="utf-8"))
        written = int(entry["format"])
        if written > FORMAT:
            what = f"this was written by a newer tenor (format {written}; this one reads up to {FORMAT})"
            raise TenorError(what, do="update tenor, then try again", place=place)
        for number in range(written, FORMAT):
            entry = UPGRADES[number].entry(entry)
        segments = {
            str(table): tuple(Segment(name=item["name"], rows=item["rows"], sha256=item["sha256"]) for item in items)
            for table, items in entry["segments"].items()
        }
        retired = {str(name): datetime.fromisoformat(since) for name, since in entry["retired"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        do = "move this file away: the entry before it is complete"
        raise StoreDamaged("this log entry can't be read", do=do, place=place) from error
    return Manifest(number=int(path.stem), format=written, segments=segments, retired=retired)


def write_entry(folder: Path, manifest: Manifest, at: At) -> Manifest:
    """Write the next log entry in today's format: from here on it is what readers open.

    Returns
    -------
    Manifest
        With the number it got.

    Examples
    --------
    >>> from tenor.corpus.durable import nowhere
    >>> write_entry(Path("corpus"), Manifest(), nowhere).number, newest(Path("corpus")).number
    (1, 1)
    """
    number = manifest.number + 1
    segments = {
        table: [{"name": item.name, "rows": item.rows, "sha256": item.sha256} for item in items]
        for table, items in manifest.segments.items()
    }
    retired = {name: since.isoformat() for name, since in manifest.retired.items()}
    content = {"format": FORMAT, "segments": segments, "retired": retired}
    at("before log")
    payload = json.dumps(content, indent=1, sort_keys=True).encode()
    write_durably(folder / "_log" / f"{number:06d}.json", payload, at)
    at("after log")
    return replace(manifest, number=number, format=FORMAT)
