"""Put what was read into the store: what is there already stays, what contradicts it is refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from tenor.corpus.clean import identify
from tenor.corpus.rejects import Rejects
from tenor.corpus.store import Store
from tenor.errors import Place, SourceError
from tenor.model import Count, Document, ImportReport, Reject
from tenor.tables import COUNTS, DOCUMENTS, IMPORTS

_BATCH = 2_000


def add_counts(store: Store, counts: Sequence[Count], report: ImportReport) -> ImportReport:
    """Add the counts that are not there yet.

    Parameters
    ----------
    store
        The study's store.
    counts
        As an importer read them.
    report
        What the importer said of them.

    Returns
    -------
    ImportReport
        With `kept` and `already_there` as they turned out; it is stored beside the counts.

    Raises
    ------
    SourceError
        A figure differs from one that is stored for the same outlet, query and date.

    Examples
    --------
    >>> import tempfile
    >>> from datetime import date
    >>> from tenor.model import Count, ImportReport
    >>> one = Count(outlet="o", query="q", start=date(2019, 1, 6), days=7, matched=1, total=9, source="f", line=2)
    >>> said = ImportReport(
    ...     source="f", importer="counts@1", read=1, kept=1, merged=0, already_there=0, refused=0
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     first, second = (add_counts(Store(folder), [one], said) for _ in range(2))
    >>> first.kept, second.kept, second.already_there
    (1, 0, 1)
    """
    with store.writing() as write:
        known = _known(store)
        new = [count for count in counts if not _is_there(count, known)]
        final = replace(report, kept=len(new), already_there=len(counts) - len(new))
        write("counts", pa.Table.from_pylist([asdict(count) for count in new], COUNTS))
        if new:
            write("imports", pa.Table.from_pylist([asdict(final)], IMPORTS))
    return final


def _known(store: Store) -> dict[tuple[object, ...], tuple[object, ...]]:
    rows = store.query("SELECT outlet, query, start, days, matched, total, source, line FROM counts", {})
    columns = [column.to_pylist() for column in rows.columns]
    return {tuple(row[:4]): tuple(row[4:]) for row in zip(*columns, strict=True)}


def _is_there(count: Count, known: dict[tuple[object, ...], tuple[object, ...]]) -> bool:
    stored = known.get((count.outlet, count.query, count.start, count.days))
    if stored is None:
        return False
    matched, total, source, line = stored
    if (matched, total) != (count.matched, count.total):
        what = (
            f"{count.outlet}, '{count.query}', {count.start}: {count.matched} of {count.total} here, "
            f"but {matched} of {total} are stored (from {source}, line {line})"
        )
        do = "figures under a published verdict never change in place: put a revised export into a new study"
        raise SourceError(what, do=do, place=Place(count.source, count.line))
    return True


class Reading(Protocol):
    """Articles being read: documents and refused records one by one, then a report."""

    def __iter__(self) -> Iterator[Document | Reject]:
        """Yield them; it can be gone through once."""

    def report(self) -> ImportReport:
        """Return what was read and refused, once all has been read."""


def add_documents(store: Store, reading: Reading, rejects: Path) -> ImportReport:
    """Add the articles that are not there yet; nothing is visible before all of them are read.

    Parameters
    ----------
    store
        The study's store.
    reading
        What `sources.read_articles` gives; never held in memory as a whole.
    rejects
        A CSV file for the refused records, written if there are any.

    Returns
    -------
    ImportReport
        With `kept` and `already_there` as they turned out; it is stored in the same step.

    Raises
    ------
    TenorError
        The file turns out to be wrong, or to have changed while it was read; nothing is kept.
    """
    intake = _Intake(store, datetime.now(tz=UTC))
    with store.writing() as write, Rejects(rejects) as refused:
        for batch in _batched(_documents(reading, refused), _BATCH):
            write("documents", pa.Table.from_pylist(intake.rows(batch), DOCUMENTS))
        report = intake.completed(reading.report())
        if report.kept:
            write("imports", pa.Table.from_pylist([asdict(report)], IMPORTS))
    return report


def _documents(reading: Reading, refused: Rejects) -> Iterator[Document]:
    """Pass on documents, with their language found if none is given; file the refused records."""
    for item in reading:
        if isinstance(item, Reject):
            refused.add(item)
        elif item.lang:
            yield item
        else:
            yield replace(item, lang=identify(f"{item.title}\n{item.text}"))


def _batched(documents: Iterable[Document], size: int) -> Iterator[list[Document]]:
    source = iter(documents)
    while batch := list(islice(source, size)):
        yield batch


class _Intake:
    """What one import has seen so far: ids, and the newest version of what has an identifier."""

    __slots__ = ("_newest", "_now", "_seen", "_store", "already_there", "edited", "kept")

    def __init__(self, store: Store, now: datetime) -> None:
        self._store = store
        self._now = now
        self._seen: set[str] = set()
        self._newest: dict[tuple[str, str], _Version] = {}
        self.kept = self.already_there = self.edited = 0

    def completed(self, report: ImportReport) -> ImportReport:
        """Return the importer's report with what the store made of it."""
        edited = (f"{self.edited:,} are other versions of articles that were there",) if self.edited else ()
        return replace(report, kept=self.kept, already_there=self.already_there, notes=(*report.notes, *edited))

    def rows(self, batch: Sequence[Document]) -> list[dict[str, object]]:
        """Return a row for each document that is new."""
        found = self._store.query(_THERE, {"ids": [item.doc_id for item in batch]})["doc_id"].to_pylist()
        self._seen.update(found)
        natives = sorted({item.native_id for item in batch if item.native_id})
        for row in self._store.query(_NEWEST, {"natives": natives}).to_pylist() if natives else ():
            key = (row.pop("outlet"), row.pop("native_id"))
            self._newest.setdefault(key, _Version(**row))
        return [row for item in batch if (row := self._row(item)) is not None]

    def _row(self, item: Document) -> dict[str, object] | None:
        doc_id = item.doc_id
        if doc_id in self._seen:
            self.already_there += 1
            return None
        self._seen.add(doc_id)
        self.kept += 1
        key = (item.outlet, item.native_id)
        before = self._newest.get(key) if item.native_id else None
        mine = _Version(before.version + 1 if before else 1, _digest(item.title), _digest(item.text), item.deleted)
        if item.native_id:
            self._newest[key] = mine
        self.edited += before is not None
        own = {name: getattr(item, name) for name in DOCUMENTS.names if hasattr(item, name)}
        changed = mine.against(before) if before else ""
        return {**own, "version": mine.version, "changed": changed, "first_seen": self._now, "lost": list(item.lost)}


# What was removed stays out, also if it is added again.
_THERE = """\
SELECT doc_id FROM documents WHERE doc_id IN (SELECT unnest($ids))
UNION SELECT doc_id FROM tombstones WHERE doc_id IN (SELECT unnest($ids))"""
_NEWEST = """\
SELECT outlet, native_id, CAST(max(version) AS INTEGER) AS version, arg_max(md5(title), version) AS title,
       arg_max(md5(text), version) AS text, arg_max(deleted, version) AS deleted
FROM documents WHERE native_id IN (SELECT unnest($natives)) GROUP BY outlet, native_id"""


def _digest(text: str) -> str:
    return hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()


@dataclass(frozen=True, slots=True)
class _Version:
    version: int
    title: str
    text: str
    deleted: bool

    def against(self, before: _Version) -> str:
        """Say what differs from the version before."""
        if self.deleted != before.deleted:
            return "deleted" if self.deleted else "restored"
        return " and ".join(name for name in ("title", "text") if getattr(self, name) != getattr(before, name))


def imports_of(store: Store) -> tuple[ImportReport, ...]:
    """Return what every import into this store reported.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     imports_of(Store(folder))
    ()
    """
    rows = store.query("SELECT * FROM imports ORDER BY source, importer, kept", {}).to_pylist()
    return tuple(ImportReport(**{**row, "lost": tuple(row["lost"]), "notes": tuple(row["notes"])}) for row in rows)
