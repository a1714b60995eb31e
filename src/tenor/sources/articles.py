"""Read articles from a file or a folder, streaming, and report what was read, kept, refused and lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from tenor.errors import MissingInput, Place, SourceError, shown
from tenor.grammar import counted
from tenor.model import Document, Export, ImportReport, Reject
from tenor.sources.files import Snapshot
from tenor.sources.importer import ArticleSettings, Importer, Note, importer_named
from tenor.sources.sniff import sniff

_SHOWN = 5
_OFFICE_LOCK = "~$"
_TEXT = "text@1"


@dataclass(slots=True)
class _Tally:
    """What has been seen so far: counts, never the articles."""

    kept: int = 0
    refused: int = 0
    rejects: list[Reject] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    undated: int = 0
    assumed_utc: int = 0
    first: date | None = None
    last: date | None = None
    importers: Counter[str] = field(default_factory=Counter)
    notes: dict[str, int] = field(default_factory=dict)
    capped: list[str] = field(default_factory=list)
    hidden: int = 0

    def keep(self, document: Document) -> None:
        """Count a document."""
        self.kept += 1
        self.lost.update(item.partition(": ")[0] for item in document.lost)
        if document.published is None:
            self.undated += 1
            return
        day = document.published.date()
        self.first = day if self.first is None else min(self.first, day)
        self.last = day if self.last is None else max(self.last, day)
        has_clock = document.precision in ("hour", "minute", "second")
        self.assumed_utc += has_clock and document.tz_source == "none"

    def refuse(self, reject: Reject) -> None:
        """Count a record that was refused, and remember the first few."""
        self.refused += 1
        self.reasons[reject.why] += 1
        if len(self.rejects) < _SHOWN:
            self.rejects.append(reject)


class Articles:
    """The articles of a file or folder, one after the other; afterwards, the report.

    Nothing may be kept of it before it has come to its end without an error: only then is it
    known that the file was whole and did not change meanwhile. Use `read_articles`.

    Parameters
    ----------
    path
        A file or a folder.
    settings
        What the user says of it.
    importer
        The format's name, if the content is not to decide.
    """

    def __init__(self, path: Path, settings: ArticleSettings, importer: str | None) -> None:
        self._path = path
        self._tally = _Tally()
        self._ended = self._failed = False
        self._items = self._walk(settings, importer)

    def __iter__(self) -> Iterator[Document | Reject]:
        """Return itself: it can be gone through once."""
        return self

    def __next__(self) -> Document | Reject:
        """Return the next article or refused record."""
        if self._failed:
            raise StopIteration
        self._failed = True
        item = next(self._items, None)
        self._failed = False
        if item is None:
            self._ended = True
            raise StopIteration
        if isinstance(item, Document):
            self._tally.keep(item)
        else:
            self._tally.refuse(item)
        return item

    def report(self) -> ImportReport:
        """Return what was read, kept, refused and lost; `merged` and `already_there` are the store's to say.

        Raises
        ------
        SourceError
            The articles have not been read to the end.
        """
        if not self._ended:
            raise SourceError("the articles have not been read to the end, so nothing can be reported")
        tally = self._tally
        return ImportReport(
            source=shown(self._path),
            importer=", ".join(sorted(tally.importers)),
            read=tally.kept + tally.refused,
            kept=tally.kept,
            merged=0,
            already_there=0,
            refused=tally.refused,
            lost=tuple(_lost_lines(tally)),
            notes=tuple(_note_lines(tally)),
        )

    def _walk(self, settings: ArticleSettings, name: str | None) -> Iterator[Document | Reject]:
        if not self._path.is_dir():
            importer = importer_named(name) if name else sniff(self._path)
            yield from self._file(self._path, importer, settings)
            return
        inside = replace(settings, root=self._path)
        found: list[tuple[Path, Importer]] = []
        for path in _files_below(self._path, self._tally):
            if isinstance(path, Reject):
                yield path
                continue
            choice = _choose(path, name)
            if isinstance(choice, Reject):
                yield choice
            else:
                found.append((path, choice))
        if not found:
            what = "this folder holds no file that tenor reads"
            raise SourceError(
                what, do="name a folder with exports, tables or text files", place=Place(shown(self._path))
            )
        only_text = all(importer.name == _TEXT for _, importer in found)
        for path, importer in found:
            if importer.name == _TEXT and not only_text and not name:
                why = "a text file beside exports or tables: add the folder of texts by itself"
                yield Reject(place=shown(path), why=why)
            else:
                yield from self._file(path, importer, inside)

    def _file(self, path: Path, importer: Importer, settings: ArticleSettings) -> Iterator[Document | Reject]:
        tally, before = self._tally, Snapshot.of(path)
        tally.importers[importer.name] += 1
        export, found = importer.export_of(path), 0
        for item in importer.read(path, settings):
            if isinstance(item, Note):
                tally.notes[item.text] = tally.notes.get(item.text, 0) + 1
            else:
                found += 1
                yield item
        before.check(path)
        if export.announced is not None and export.announced > found:
            what = f"the export announces {export.announced:,} hits and holds {found:,}"
            tally.capped.append(f"{shown(path)}: {what}")
        for text in _export_notes(export):
            tally.notes[text] = tally.notes.get(text, 0) + 1


def read_articles(
    path: Path | str, settings: ArticleSettings | None = None, *, importer: str | None = None
) -> Articles:
    r"""Read the articles of a file or folder, one at a time.

    Parameters
    ----------
    path
        A file, or a folder whose files are read in the order of their names.
    settings
        What the file does not say by itself.
    importer
        The name of an importer, if the content is not to decide.

    Returns
    -------
    Articles
        An iterator of `Document` and `Reject`; when it has ended, its `report`.

    Raises
    ------
    TenorError
        While it is gone through: the file as a whole is wrong, with the place and what to do.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.csv"
    ...     _ = file.write_text("title,outlet,date\nTalks resume,The Paper,2019-07-01\n,The Paper,2019-07-02\n")
    ...     articles = read_articles(file)
    ...     [getattr(item, "title", None) or item.why for item in articles]
    ['Talks resume', 'it has neither title nor text']
    >>> articles.report().read, articles.report().kept, articles.report().refused
    (2, 1, 1)
    """
    return Articles(Path(path), settings or ArticleSettings(), importer)


def export_of(path: Path | str, *, importer: str | None = None) -> Export:
    r"""Return what an export file says of the search it came from.

    Parameters
    ----------
    path
        The file.
    importer
        The name of an importer, if the content is not to decide.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "a.csv"
    ...     _ = file.write_text("title,outlet\nTalks resume,The Paper\n")
    ...     export_of(file).announced is None
    True
    """
    found = importer_named(importer) if importer else sniff(Path(path))
    return found.export_of(Path(path))


# --- folders -----------------------------------------------------------------------------------------


def _files_below(folder: Path, tally: _Tally) -> Iterator[Path | Reject]:
    """Yield the files of a folder and the folders in it, sorted; links and devices are refused."""
    for path in sorted(folder.iterdir(), key=lambda item: item.name):
        if path.name.startswith((".", _OFFICE_LOCK)) or path.name in ("__MACOSX", "Thumbs.db", "desktop.ini"):
            tally.hidden += 1
        elif path.is_symlink():
            yield Reject(place=shown_link(path), why="a link is not followed: name what it leads to")
        elif path.is_dir():
            yield from _files_below(path, tally)
        elif path.is_file():
            yield path
        else:
            yield Reject(place=str(path.name), why="this is no regular file")


def shown_link(path: Path) -> str:
    """Return the place of a link itself, not of what it leads to.

    Examples
    --------
    >>> shown_link(Path("folder/link")).endswith("folder/link")
    True
    """
    return f"{shown(path.parent)}/{path.name}"


def _choose(path: Path, name: str | None) -> Importer | Reject:
    """Return the importer for a file of a folder, or why there is none: one odd file spoils no folder."""
    try:
        importer = importer_named(name) if name else sniff(path)
    except MissingInput as error:
        return Reject(place=shown(path), why=error.what)
    except SourceError as error:
        return Reject(place=shown(path), why=error.what)
    if importer.name == _TEXT and not name and path.stem.lower() in ("readme", "license", "licence"):
        return Reject(place=shown(path), why=f"a file named {path.name} is taken for no article")
    return importer


# --- the report --------------------------------------------------------------------------------------


def _lost_lines(tally: _Tally) -> Iterator[str]:
    yield from tally.capped
    for what, count in sorted(tally.lost.items(), key=lambda item: (-item[1], item[0])):
        yield f"{what}: {counted(count, 'article')}"


def _note_lines(tally: _Tally) -> Iterator[str]:
    files = sum(tally.importers.values())
    if files > 1:
        yield f"{files:,} files: " + ", ".join(f"{n:,} {name}" for name, n in sorted(tally.importers.items()))
    if tally.hidden:
        yield f"{tally.hidden:,} hidden files were ignored"
    if tally.first:
        yield f"{tally.first} to {tally.last}"
    if tally.undated:
        yield f"{counted(tally.undated, 'article')} without a date"
    if tally.assumed_utc:
        whose = counted(tally.assumed_utc, "article")
        yield f"the times of {whose} name no time zone and were taken as UTC: set timezone"
    for text, count in tally.notes.items():
        yield text if count == 1 else f"{text} ({count:,} files)"
    for why, count in sorted(tally.reasons.items(), key=lambda item: (-item[1], item[0]))[:_SHOWN]:
        yield f"refused: {why} ({count:,})"
    for reject in tally.rejects:
        yield f"{reject.place}: {reject.why}" + (f" '{reject.excerpt}'" if reject.excerpt else "")


def _export_notes(export: Export) -> Iterator[str]:
    if export.search:
        yield f"search: {export.search[:300]}"
    if export.exported:
        yield f"exported on {export.exported}"
