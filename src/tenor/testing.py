"""Checks that a plug-in can run on itself, and the bundled examples to run them on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from tenor.errors import StudyError, UnknownName
from tenor.model import Measure
from tenor.tables import ROWS, TABLES

Query = Callable[[str, Mapping[str, object]], pa.Table]


def example_folder(name: str) -> Path:
    """Return the folder of a bundled example.

    Parameters
    ----------
    name
        ``debates`` or ``hurricanes``.

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
    if pc.any(pc.less_equal(rows["den"], 0)).as_py():
        raise refuse("gives a denominator of zero or below; leave it empty where there is none")
    if query(measure.sql, parameters) != rows:
        raise refuse("gives other rows, or another order, when it is asked again")
