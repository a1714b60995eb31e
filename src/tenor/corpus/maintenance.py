"""What keeps a store small and sound: merging segments, erasing rows, sweeping files, checking hashes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tenor.corpus import segments
from tenor.corpus.durable import UNFINISHED, sync_folder
from tenor.corpus.manifest import Manifest, Segment, entries
from tenor.corpus.segments import RESTORE
from tenor.corpus.session import Session
from tenor.errors import Busy, Place, StoreDamaged, shown
from tenor.tables import TABLES

EVERYTHING = datetime.max.replace(tzinfo=UTC)
_LOG_KEPT = 10


def of_documents() -> tuple[str, ...]:
    """Return the tables whose rows belong to a document each, and go with it.

    Examples
    --------
    >>> "documents" in of_documents(), "counts" in of_documents()
    (True, False)
    """
    return tuple(name for name in sorted(TABLES) if name != "tombstones" and "doc_id" in TABLES[name].names)


def removed(folder: Path, manifest: Manifest) -> pa.Array:
    """Return the ids of all documents that were taken down.

    Examples
    --------
    >>> removed(Path("corpus"), Manifest()).to_pylist()
    []
    """
    live = manifest.segments.get("tombstones", ())
    found = [segments.column(folder / "tombstones" / segment.name, "doc_id") for segment in live]
    return pa.chunked_array(found, pa.string()).unique()


def compact(session: Session, tables: Iterable[str], *, only_removed: bool = False) -> int:
    """Merge small segments and drop the rows of documents that were taken down.

    Parameters
    ----------
    session
        Holds the lock.
    tables
        Which tables; each is committed by itself.
    only_removed
        Leave segments alone that hold no row of such a document.

    Returns
    -------
    int
        How many segments were replaced.

    Examples
    --------
    >>> from tenor.corpus.durable import nowhere
    >>> compact(Session(Path("corpus"), nowhere), ["counts"])
    0
    """
    gone = removed(session.folder, session.manifest)
    replaced = 0
    for table in tables:
        live = session.manifest.segments.get(table, ())
        ids = gone if table in of_documents() else gone.slice(0, 0)
        old = _worth_merging(session.folder / table, live, ids, only_removed=only_removed)
        if old:
            _merge(session, table, [segment for segment in live if segment in old], ids)
            made = session.finish(table)
            session.at("in compaction")
            session.change({table: [*(segment for segment in live if segment not in old), *made]})
            replaced += len(old)
    return replaced


def _worth_merging(folder: Path, live: Iterable[Segment], gone: pa.Array, *, only_removed: bool) -> list[Segment]:
    marked = [segment for segment in live if len(gone) and _holds(folder / segment.name, gone)]
    if only_removed:
        return marked
    chosen = [segment for segment in live if segment in marked or _size(folder / segment.name) < segments.TARGET // 2]
    return chosen if marked or len(chosen) > 1 else []


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError as error:
        raise StoreDamaged("this segment is missing", do=RESTORE, place=Place(shown(path))) from error


def _holds(path: Path, ids: pa.Array) -> bool:
    return bool(pc.any(pc.is_in(segments.column(path, "doc_id"), value_set=ids)).as_py())


def _merge(session: Session, table: str, old: Iterable[Segment], gone: pa.Array) -> None:
    for segment in old:
        path = session.folder / table / segment.name
        read = 0
        for rows in segments.batches(path):
            read += rows.num_rows
            kept = rows.filter(pc.invert(pc.is_in(rows["doc_id"], value_set=gone))) if len(gone) else rows
            session.write(table, kept)
        if segment.rows not in {None, read}:
            what = f"this segment holds {read} rows, its log entry says {segment.rows}"
            raise StoreDamaged(what, do=RESTORE, place=Place(shown(path)))


def sweep(session: Session, until: datetime) -> int:
    """Delete what no reader needs: segments retired and unfinished files left until then, and old log entries.

    Parameters
    ----------
    session
        Holds the lock, so that no file is on its way.
    until
        A moment; `EVERYTHING` leaves no grace.

    Returns
    -------
    int
        How many files were deleted.

    Examples
    --------
    >>> from tenor.corpus.durable import nowhere
    >>> sweep(Session(Path("corpus"), nowhere), EVERYTHING)
    0
    """
    due = [session.folder / name for name, since in session.manifest.retired.items() if since <= until]
    paths = [*due, *_leftovers(session, until)]
    deleted = {path for path in paths if _deleted(path, session)}
    for folder in {path.parent for path in deleted if path.parent.is_dir()}:
        sync_folder(folder)
    left = {name: since for name, since in session.manifest.retired.items() if session.folder / name not in deleted}
    if len(left) < len(session.manifest.retired):
        session.log(replace(session.manifest, retired=left))
    if until == EVERYTHING and len(deleted) < len(paths):
        still = min(set(paths) - deleted)
        raise Busy("a reader has this file open", do="let it end, then try again", place=Place(shown(still)))
    return len(deleted)


def _leftovers(session: Session, until: datetime) -> Iterator[Path]:
    """Yield what killed writers left, and log entries that nobody goes back to."""
    known = session.manifest.names()
    log = entries(session.folder)[:-_LOG_KEPT]
    folders = {*TABLES, *session.manifest.segments, "_log"}
    for path in sorted(path for folder in folders for path in (session.folder / folder).glob("*")):
        name = f"{path.parent.name}/{path.name}"
        orphan = path.match("seg-*.parquet") and name not in known
        if (orphan or path.match(UNFINISHED) or path in log) and _changed(path) <= until:
            yield path


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, tz=UTC)


def _deleted(path: Path, session: Session) -> bool:
    try:
        path.unlink(missing_ok=True)
    except PermissionError:  # Windows keeps what a reader has open; the next sweep takes it
        return False
    session.at("in sweep")
    return True


def damage(folder: Path, manifest: Manifest) -> Iterator[StoreDamaged]:
    """Read every live segment and yield what is wrong with it.

    Examples
    --------
    >>> list(damage(Path("corpus"), Manifest()))
    []
    """
    for table, live in manifest.segments.items():
        for segment in live:
            path = folder / table / segment.name
            try:
                found = segments.measured(path)
            except StoreDamaged as error:
                yield error
                continue
            yield from _differs(path, segment, found)


def _differs(path: Path, segment: Segment, found: Segment) -> Iterator[StoreDamaged]:
    place, do = Place(shown(path)), RESTORE
    if segment.sha256 not in {None, found.sha256} or segments.name_of(found.sha256 or "") != segment.name:
        yield StoreDamaged("the bytes of this segment are not those that were written", do=do, place=place)
    elif segment.rows not in {None, found.rows}:
        yield StoreDamaged(f"this segment holds {found.rows} rows, not {segment.rows}", do=do, place=place)
