"""A row of a table, whatever file it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tenor.model import Reject
from tenor.sources.importer import Note


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row: its line or number, its cells as text, and cells that hold a list or an object.

    `columns` is the whole header where there is one, also of columns that occur twice.
    """

    line: int
    cells: Mapping[str, str]
    columns: tuple[str, ...] = ()
    nested: frozenset[str] = frozenset()


RowItem = Row | Reject | Note
