"""Tables as CSV that a spreadsheet opens without running anything in them."""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import dataclass

from tenor.tables import no_formula

Cell = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows under named columns; `name` is the file it is saved as, without the ending."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def neutral(cell: Cell) -> str:
    """Return a cell as CSV text: numbers as they are, text never as a formula.

    Examples
    --------
    >>> neutral("=1+1"), neutral(-0.5), neutral(None)
    ("'=1+1", '-0.5', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return repr(cell)
    return no_formula(cell)


def csv_bytes(table: Table) -> bytes:
    """Return a table as UTF-8 CSV with a header line."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([neutral(name) for name in table.columns])
    writer.writerows([neutral(cell) for cell in row] for row in table.rows)
    return stream.getvalue().encode("utf-8", "backslashreplace")


def csv_uri(table: Table) -> str:
    """Return a table as a ``data:`` address that a page can offer for download."""
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(csv_bytes(table)).decode('ascii')}"
