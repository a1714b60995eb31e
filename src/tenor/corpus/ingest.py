"""Put what was read into the store: what is there already stays, what contradicts it is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace

import pyarrow as pa

from tenor.corpus.store import Store
from tenor.errors import Place, SourceError
from tenor.model import Count, ImportReport
from tenor.tables import COUNTS, IMPORTS

_SHOWN = 5


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
