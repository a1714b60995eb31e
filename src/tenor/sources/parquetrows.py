"""Rows from Parquet files, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from tenor.errors import Place, SourceError, shown
from tenor.sources.importer import ArticleSettings
from tenor.sources.rows import Row, RowItem

_MAGIC = b"PAR1"
_BATCH = 256


def looks_like_parquet(path: Path, head: bytes) -> bool:
    """Return whether a file is Parquet.

    Examples
    --------
    >>> looks_like_parquet(Path("x"), b"PAR1....")
    True
    """
    del path
    return head.startswith(_MAGIC)


def parquet_rows(path: Path, settings: ArticleSettings) -> Iterator[RowItem]:
    """Yield every row of a Parquet file.

    Raises
    ------
    SourceError
        The file is damaged or cut off.

    Examples
    --------
    >>> import tempfile
    >>> import pyarrow.parquet as pq
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.parquet"
    ...     pq.write_table(pa.table({"title": ["One"], "date": [date(2019, 7, 1)]}), path)
    ...     [row.cells for row in parquet_rows(path, ArticleSettings())]
    [{'title': 'One', 'date': '2019-07-01'}]
    """
    del settings
    import pyarrow.parquet as pq  # noqa: PLC0415 - it takes long to load, and few files are Parquet

    number = 0
    try:
        with pq.ParquetFile(path, memory_map=False) as file:
            names = tuple(file.schema_arrow.names)
            for batch in file.iter_batches(batch_size=_BATCH):
                for values in zip(*map(_values, batch.columns), strict=True):
                    number += 1
                    yield _row(number, names, values)
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        what = f"this Parquet file is damaged or cut off: {error}"
        raise SourceError(what, do="copy or export it again", place=Place(shown(path))) from error


def _values(column: Any) -> list[Any]:
    if pa.types.is_timestamp(column.type):
        column = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False)
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return list(column.to_pylist())


def _row(number: int, names: tuple[str, ...], values: tuple[object, ...]) -> Row:
    pairs = list(zip(names, values, strict=True))
    cells = {name: _cell(value) for name, value in pairs if not isinstance(value, list | dict)}
    nested = frozenset(name for name, value in pairs if isinstance(value, list | dict) and value)
    return Row(line=number, cells=cells, columns=names, nested=nested)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)
