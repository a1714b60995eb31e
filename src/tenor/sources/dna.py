"""Projects of the Discourse Network Analyzer (``.dna``): its documents, and what was coded in them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tenor.errors import Place, SourceError, shown
from tenor.model import Export, Reject
from tenor.sources.article import Maker, Raw
from tenor.sources.importer import ArticleSettings, Item, Note, place_in

_SQLITE = b"SQLite format 3\x00"
_TABLES = (b"STATEMENTTYPES", b"DATASHORTTEXT")
_DOCUMENTS = "SELECT ID, Title, Text, Source, Date, Author FROM DOCUMENTS ORDER BY ID"
_STATEMENTS = """\
SELECT STATEMENTS.ID, DocumentId, Title, Text, Start, Stop, Name, Label
FROM STATEMENTS JOIN DOCUMENTS ON DOCUMENTS.ID = DocumentId LEFT JOIN CODERS ON CODERS.ID = STATEMENTS.Coder
JOIN STATEMENTTYPES ON STATEMENTTYPES.ID = StatementTypeId ORDER BY STATEMENTS.ID"""
_WORDS = """\
SELECT StatementId, Variable, ENTITIES.Value
FROM DATASHORTTEXT JOIN VARIABLES ON VARIABLES.ID = DATASHORTTEXT.VariableId JOIN ENTITIES ON ENTITIES.ID = Entity
UNION ALL
SELECT StatementId, Variable, Value FROM DATALONGTEXT JOIN VARIABLES ON VARIABLES.ID = VariableId
UNION ALL
SELECT StatementId, Variable, CAST(Value AS TEXT) FROM DATAINTEGER JOIN VARIABLES ON VARIABLES.ID = VariableId
UNION ALL
SELECT StatementId, Variable, CAST(Value AS TEXT) FROM DATABOOLEAN JOIN VARIABLES ON VARIABLES.ID = VariableId"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """A statement as somebody coded it.

    Parameters
    ----------
    number
        Its number in the project.
    native_id, title, text
        The document it stands in, as the project has it.
    start, stop
        Where, in code points of that text.
    coder
        Who coded it.
    kind
        The statement type, such as ``DNA Statement``.
    values
        What was coded: ``organization``, ``concept``, ``agreement`` (``1`` for yes) and whatever else.
    """

    number: int
    native_id: str
    title: str
    text: str
    start: int
    stop: int
    coder: str
    kind: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class DnaImporter:
    """The documents of a project of the Discourse Network Analyzer, version 3."""

    name: str = "dna@1"
    reads: str = "projects of the Discourse Network Analyzer"

    def looks_like(self, path: Path, head: bytes) -> bool:
        """Return whether a file is such a project."""
        del path
        return head.startswith(_SQLITE) and all(table in head for table in _TABLES)

    def export_of(self, path: Path) -> Export:
        """Return nothing: a project does not say which search its documents came from."""
        del path
        return Export()

    def read(self, path: Path, settings: ArticleSettings) -> Iterator[Item]:
        """Yield its documents; a document whose source is not told is of the outlet that the settings name."""
        make = Maker.plain(self.name, settings)
        authors = 0
        for number, title, text, source, seconds, author in _rows(path, _DOCUMENTS):
            place = f"{place_in(path, settings)}#{number}"
            raw = Raw(
                title=str(title or ""),
                text=str(text or ""),
                outlet=str(source or ""),
                date=_day(seconds),
                native_id=native_id(number),
            )
            authors += bool(author)
            made = make.make(raw, place)
            yield Reject(place=place, why=made.why, excerpt=made.excerpt) if isinstance(made, Reject) else made
        if authors:
            yield Note(f"author: {authors:,} documents")


def native_id(number: int) -> str:
    """Return what identifies a document of a project."""
    return f"dna-{number}"


def _day(seconds: object) -> str:
    if not isinstance(seconds, int):
        return ""
    try:
        return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()
    except (OverflowError, OSError, ValueError):
        return ""


def coded_statements(path: Path) -> list[Coded]:
    """Return what was coded in a project, in the order of its numbers.

    Parameters
    ----------
    path
        The ``.dna`` file.

    Raises
    ------
    SourceError
        It is no such project, or damaged.
    """
    values: dict[int, dict[str, str]] = {}
    for number, variable, value in _rows(path, _WORDS):
        values.setdefault(number, {})[str(variable)] = str(value or "")
    return [
        Coded(
            number=number,
            native_id=native_id(document),
            title=str(title or ""),
            text=str(text or ""),
            start=start,
            stop=stop,
            coder=str(coder or "unknown"),
            kind=str(kind),
            values=values.get(number, {}),
        )
        for number, document, title, text, start, stop, coder, kind in _rows(path, _STATEMENTS)
    ]


def _rows(path: Path, sql: str) -> Iterator[tuple[Any, ...]]:
    """Yield rows of a project, which is opened for reading alone."""
    if not path.exists():
        raise SourceError("there is no such file", place=Place(shown(path)))
    try:
        address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            yield from connection.execute(sql)
    except sqlite3.Error as error:
        raise SourceError(
            f"this is no project of the Discourse Network Analyzer that can be read: {error}",
            do="open it there and save it anew (version 3)",
            place=Place(shown(path)),
        ) from error


IMPORTERS = (DnaImporter(),)
