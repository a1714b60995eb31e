"""The tables of a study and the one shape of a measure's rows, as Arrow schemas."""

from __future__ import annotations

import pyarrow as pa

COUNTS = pa.schema(
    [
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("query", pa.string(), nullable=False),
        pa.field("start", pa.date32(), nullable=False),
        pa.field("days", pa.int16(), nullable=False),
        pa.field("matched", pa.int64(), nullable=False),
        pa.field("total", pa.int64()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("line", pa.int32(), nullable=False),
    ]
)

# `version` counts up within (outlet, native_id); `changed` says what differs from the version before.
DOCUMENTS = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("native_id", pa.string(), nullable=False),
        pa.field("version", pa.int32(), nullable=False),
        pa.field("changed", pa.string(), nullable=False),
        pa.field("first_seen", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("published", pa.timestamp("us", tz="UTC")),
        pa.field("precision", pa.string(), nullable=False),
        pa.field("tz_source", pa.string(), nullable=False),
        pa.field("lang", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("url", pa.string(), nullable=False),
        pa.field("importer", pa.string(), nullable=False),
        pa.field("raw", pa.string(), nullable=False),
        pa.field("lost", pa.list_(pa.string()), nullable=False),
        pa.field("deleted", pa.bool_(), nullable=False),
    ]
)

RUNS = pa.schema(
    [
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("command", pa.string(), nullable=False),
        pa.field("tenor", pa.string(), nullable=False),
        pa.field("looked_at", pa.list_(pa.string()), nullable=False),
        pa.field("inputs", pa.list_(pa.string()), nullable=False),
    ]
)

IMPORTS = pa.schema(
    [
        pa.field("source", pa.string(), nullable=False),
        pa.field("importer", pa.string(), nullable=False),
        pa.field("read", pa.int64(), nullable=False),
        pa.field("kept", pa.int64(), nullable=False),
        pa.field("merged", pa.int64(), nullable=False),
        pa.field("already_there", pa.int64(), nullable=False),
        pa.field("refused", pa.int64(), nullable=False),
        pa.field("lost", pa.list_(pa.string()), nullable=False),
        pa.field("notes", pa.list_(pa.string()), nullable=False),
    ]
)

REGISTRATIONS = pa.schema(
    [
        pa.field("hypothesis", pa.string(), nullable=False),
        pa.field("sha256", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("after_viewing", pa.bool_(), nullable=False),
    ]
)

# Documents that were taken down: not seen from then on, and gone for good with the next compaction.
TOMBSTONES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("why", pa.string(), nullable=False),
    ]
)

TABLES: dict[str, pa.Schema] = {
    "counts": COUNTS,
    "documents": DOCUMENTS,
    "imports": IMPORTS,
    "registrations": REGISTRATIONS,
    "runs": RUNS,
    "tombstones": TOMBSTONES,
}

_STARTS_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def no_formula(text: str) -> str:
    """Return a text as a CSV cell that no spreadsheet runs.

    Examples
    --------
    >>> no_formula("=1+1"), no_formula("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{text}" if text.startswith(_STARTS_FORMULA) else text


# Every measure gives rows of this shape; `days` is how long a row lasts (7 for a weekly count).
ROWS = pa.schema(
    [
        pa.field("doc_id", pa.string()),
        pa.field("start", pa.int64()),
        pa.field("stop", pa.int64()),
        pa.field("date", pa.date32()),
        pa.field("days", pa.int16()),
        pa.field("outlet", pa.string()),
        pa.field("copy_id", pa.string()),
        pa.field("part", pa.string()),
        pa.field("speech", pa.string()),
        pa.field("num", pa.float64()),
        pa.field("den", pa.float64()),
    ]
)
