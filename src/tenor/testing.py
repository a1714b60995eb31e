"""Checks that a plug-in can run on itself, and the bundled examples to run them on."""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tenor.errors import StudyError, TenorError, UnknownName
from tenor.model import Document, Measure, Reject
from tenor.tables import ROWS, TABLES

Query = Callable[[str, Mapping[str, object]], pa.Table]


def example_folder(name: str) -> Path:
    """Return the folder of a bundled example.

    Parameters
    ----------
    name
        ``debates``, ``hurricanes`` or ``istanbul``.

    Raises
    ------
    UnknownName
        No example has that name.

    Examples
    --------
    >>> example_folder("debates").name
    'debates'
    """
    here = Path(__file__).parent
    # In a wheel the examples lie inside the package, in a checkout beside `src`.
    folders = [here / "examples", here.parents[1] / "examples"]
    root = next((folder for folder in folders if folder.is_dir()), folders[0])
    known = sorted(item.name for item in root.iterdir() if item.is_dir()) if root.is_dir() else []
    if name not in known:
        raise UnknownName.of("example", name, known)
    return root / name


def check_measure(measure: Measure, query: Query, parameters: Mapping[str, object]) -> None:
    """Check that a measure keeps the promises every measure makes.

    Parameters
    ----------
    measure
        The measure.
    query
        Runs a SELECT with bound parameters on a store that holds at least one row for it.
    parameters
        A value for each of ``measure.parameters``.

    Raises
    ------
    StudyError
        With the promise that is not kept.

    Examples
    --------
    >>> import tempfile
    >>> from tenor.corpus.store import Store
    >>> from tenor.registry import measure_named
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     check_measure(measure_named("volume.rate"), Store(folder).query, {"query": "x"})
    Traceback (most recent call last):
    tenor.errors.StudyError: volume.rate@1: gives no row here; check it on a store that holds some
    """

    def refuse(what: str) -> StudyError:
        return StudyError(f"{measure.full_name}: {what}")

    unknown = [table for table in measure.needs if table not in TABLES]
    if unknown:
        raise refuse(f"needs unknown tables {unknown}")
    unbound = [name for name in measure.parameters if f"${name}" not in measure.sql]
    if unbound or set(parameters) != set(measure.parameters):
        raise refuse(f"its parameters {measure.parameters} must each be bound in the SQL and given here")
    rows = query(measure.sql, parameters)
    if rows.schema.names != ROWS.names or rows.schema.types != ROWS.types:
        raise refuse(f"gives columns {rows.schema.names} of types {rows.schema.types}, not those of tables.ROWS")
    if rows.num_rows == 0:
        raise refuse("gives no row here; check it on a store that holds some")
    if rows["num"].null_count or pc.min(rows["num"]).as_py() < 0:
        raise refuse("gives a numerator that is missing or negative")
    empty = pc.and_(pc.equal(rows["den"], 0), pc.or_(pc.is_valid(rows["doc_id"]), pc.not_equal(rows["num"], 0)))
    if pc.any(pc.or_(pc.less(rows["den"], 0), empty)).as_py():
        raise refuse("gives a denominator of zero or below; leave it empty where there is none")
    if query(measure.sql, parameters) != rows:
        raise refuse("gives other rows, or another order, when it is asked again")


def check_importer(importer: Any, sample: Path, settings: object) -> None:
    r"""Check that an importer keeps the promises every importer makes.

    Parameters
    ----------
    importer
        The importer.
    sample
        A file of its format with at least one article.
    settings
        `tenor.sources.importer.ArticleSettings` with which the sample can be read.

    Raises
    ------
    StudyError
        With the promise that is not kept.

    Examples
    --------
    >>> import tempfile
    >>> from tenor.sources.importer import ArticleSettings
    >>> from tenor.sources.table import IMPORTERS
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sample = Path(folder) / "a.csv"
    ...     _ = sample.write_text("headline,paper,date\nTalks resume,The Paper,2019-07-01\n")
    ...     check_importer(IMPORTERS[0], sample, ArticleSettings())
    """

    def promise(kept: object, what: str) -> None:
        if not kept:
            raise StudyError(f"{importer.name}: {what}")

    promise(re.fullmatch(r"[a-z0-9-]+@\d+", importer.name), "its name is not like nexis-docx@1")
    raw = sample.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        renamed = Path(folder) / "renamed"
        shutil.copyfile(sample, renamed)
        promise(importer.looks_like(renamed, _head(raw)), "does not know its own format by the content")
        items = list(importer.read(sample, settings))
        promise(items == list(importer.read(sample, settings)), "gives other items when it reads again")
        documents = [item for item in items if isinstance(item, Document)]
        promise(documents, "gives no article here; check it on a file that holds some")
        ids = [item.doc_id for item in importer.read(renamed, settings) if isinstance(item, Document)]
        promise(ids == [item.doc_id for item in documents], "gives other doc_ids when the file has another name")
        for document in documents:
            _check_document(document, importer.name, promise)
        for reject in (item for item in items if isinstance(item, Reject)):
            promise(reject.place and reject.why, f"refuses without a place or a reason: {reject!r}")
        for share in (0.1, 0.25, 0.5, 0.75, 0.9, 0.99):
            renamed.write_bytes(raw[: int(len(raw) * share)])
            promise(_fails_well(importer, renamed, settings), f"breaks on the first {share:.0%} of the file")
    for other in (b"", b"\x00\x01\x02\xff" * 64, b"\x89PNG\r\n\x1a\n\x00\x00\x00"):
        promise(not importer.looks_like(sample.parent / "none", other), f"takes {other[:8]!r} for its format")
    promise(sample.read_bytes() == raw, "changes the file")


def _check_document(document: Document, name: str, promise: Any) -> None:
    place = document.raw
    promise(place, f"sets no place: {document.title[:60]!r}")
    promise(document.importer == name, f"{place}: carries the name {document.importer!r}")
    promise(document.outlet and (document.title or document.text), f"{place}: has no outlet, or neither title nor text")
    for text in (document.outlet, document.title, document.text):
        promise(unicodedata.is_normalized("NFC", text), f"{place}: is not NFC")
        promise(not set(text) & set("\r\x00\u00a0"), f"{place}: holds line ends or spaces that are not plain")
    published = document.published
    promise((published is None) == (document.precision == "none"), f"{place}: date and precision disagree")
    promise(published is None or published.utcoffset() == timedelta(0), f"{place}: is not dated in UTC")


def _head(raw: bytes) -> bytes:
    return gzip.decompress(raw)[: 1 << 16] if raw.startswith(b"\x1f\x8b") else raw[: 1 << 16]


def _fails_well(importer: Any, path: Path, settings: object) -> bool:
    """Return whether a cut-off file is read in part or refused with an error of tenor."""
    try:
        head = path.read_bytes()[: 1 << 16]
        if not head.startswith(b"\x1f\x8b"):
            importer.looks_like(path, head)
        for _ in importer.read(path, settings):
            pass
    except TenorError:
        return True
    except Exception as error:
        raise StudyError(f"{importer.name}: raises {type(error).__name__} on a cut-off file") from error
    return True
