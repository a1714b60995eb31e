"""What an importer is, what it is told, and which importers there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol, runtime_checkable

from tenor.errors import UnknownName
from tenor.model import Document, Export, Reject
from tenor.registry import plugged

MOST_CHARACTERS = 20_000_000
ROLES = ("title", "text", "date", "outlet", "url", "native_id", "lang")


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleColumns:
    """Which column of a table holds what; None where the table has no such column."""

    title: str | None = None
    text: str | None = None
    date: str | None = None
    outlet: str | None = None
    url: str | None = None
    native_id: str | None = None
    lang: str | None = None

    def by_role(self) -> dict[str, str]:
        """Return the columns that are there, by what they hold.

        Examples
        --------
        >>> ArticleColumns(text="body").by_role()
        {'text': 'body'}
        """
        return {role: column for role in ROLES if (column := getattr(self, role)) is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSettings:
    """What the user says of a file of articles; what is left out is found or does not matter.

    Parameters
    ----------
    columns
        For tables; None lets `guess_mapping` find them.
    outlet, lang
        For articles that do not name theirs.
    charset
        For text that is not UTF-8, such as ``cp1251``.
    date_format
        ``day first``, ``month first``, ``epoch``, ``epoch ms`` or a form such as ``%d/%m/%Y``.
    timezone
        For times without a zone, such as ``Europe/Moscow``.
    root
        The folder that is imported, if the file is one of many.
    guess_rest
        Whether columns that are not named are guessed although some are.
    """

    columns: ArticleColumns | None = None
    outlet: str = ""
    lang: str = ""
    charset: str = ""
    date_format: str = ""
    timezone: str = ""
    root: Path | None = None
    guess_rest: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence about the whole file, for the report."""

    text: str


Item = Document | Reject | Note


@runtime_checkable
class Importer(Protocol):
    """A format of files with articles.

    Content decides: `looks_like` gets the first bytes of the file (behind gzip, if it is packed) and
    never looks at its name. `read` streams: it must not hold the whole file, it raises `SourceError`
    where the file as a whole is wrong and yields a `Reject` where one record is. The same file and
    settings give the same items in the same order.
    """

    @property
    def name(self) -> str:
        """Return the name with its version, such as ``nexis-docx@1``."""

    @property
    def reads(self) -> str:
        """Return in a few words what it reads, for messages."""

    def looks_like(self, path: Path, head: bytes) -> bool:
        """Return whether the file is of this format."""

    def read(self, path: Path, settings: ArticleSettings) -> Iterator[Item]:
        """Yield every article, every refused record, and notes about the file."""

    def export_of(self, path: Path) -> Export:
        """Return what the file says of the search it came from."""


@cache
def importers() -> dict[str, Importer]:
    """Return every importer by name, from the entry points ``tenor.importers``.

    An entry point names a tuple of importers; tenor's own come the same way.

    Raises
    ------
    StudyError
        Two plug-ins give an importer of the same name, or an entry point holds something else.

    Examples
    --------
    >>> "table@1" in importers()
    True
    """
    return plugged("importer", lambda item: isinstance(item, Importer))


def importer_named(name: str) -> Importer:
    """Return the importer of that name, with or without its version.

    Raises
    ------
    UnknownName
        There is none.

    Examples
    --------
    >>> importer_named("table").name
    'table@1'
    """
    known = importers()
    bare = {full.partition("@")[0]: full for full in known}
    full = bare.get(name, name)
    if full not in known:
        raise UnknownName.of("importer", name, known)
    return known[full]


def place_in(path: Path, settings: ArticleSettings) -> str:
    """Return the name of a file as `Document.raw` begins: the same wherever the folder lies.

    Examples
    --------
    >>> place_in(Path("/data/press/2019/a.csv"), ArticleSettings(root=Path("/data/press")))
    '2019/a.csv'
    >>> place_in(Path("/data/press/2019/a.csv"), ArticleSettings())
    'a.csv'
    """
    return path.name if settings.root is None else path.relative_to(settings.root).as_posix()
