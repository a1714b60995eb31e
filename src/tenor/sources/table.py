"""Articles from tables: find the columns and the form of the dates first, then read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tenor.errors import Place, SourceError, shown
from tenor.model import Export, Reject
from tenor.sources.article import Maker, Raw
from tenor.sources.columns import (
    checked_columns,
    completed_columns,
    date_candidates,
    guess_mapping,
    listed,
    settled_columns,
)
from tenor.sources.datecolumn import DateColumn
from tenor.sources.dates import DateRules, check_format, zone_named
from tenor.sources.delimited import delimited_rows, looks_delimited
from tenor.sources.importer import ArticleColumns, ArticleSettings, Item, Note, place_in
from tenor.sources.jsonrows import json_rows, looks_like_json_rows
from tenor.sources.parquetrows import looks_like_parquet, parquet_rows
from tenor.sources.rows import Row, RowItem
from tenor.sources.xlsxrows import looks_like_xlsx, xlsx_rows

_SAMPLE = 200
_SAMPLE_CELL = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was found out about a table before it is read: to be shown, corrected, saved.

    `settings` are the user's with columns put in; `rules` says how dates are read.
    """

    settings: ArticleSettings
    rules: DateRules
    names: tuple[str, ...]
    rows: int
    notes: tuple[str, ...]


@dataclass(slots=True)
class _Seen:
    """What a first pass over a table has seen."""

    names: dict[str, None] = field(default_factory=dict)
    twice: set[str] = field(default_factory=set)
    rows: int = 0
    refused: list[Reject] = field(default_factory=list)
    sample: list[dict[str, str]] = field(default_factory=list)
    dates: dict[str, DateColumn] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TableImporter:
    r"""A table with a row an article, in one kind of file.

    Parameters
    ----------
    name, reads
        As in `Importer`.
    recognise
        Whether a file is of this kind, from its path and first bytes.
    rows
        Its rows, from its path and the settings.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.csv"
    ...     _ = path.write_text("headline,paper,date\nTalks resume,The Paper,1 July 2019\n")
    ...     note, document = IMPORTERS[0].read(path, ArticleSettings())
    >>> note.text
    'columns: title = headline, date = date, outlet = paper'
    >>> document.title, document.outlet, str(document.published.date())
    ('Talks resume', 'The Paper', '2019-07-01')
    """

    name: str
    reads: str
    recognise: Callable[[Path, bytes], bool]
    rows: Callable[[Path, ArticleSettings], Iterator[RowItem]]

    def looks_like(self, path: Path, head: bytes) -> bool:
        """Return whether a file is of this kind."""
        return self.recognise(path, head)

    def export_of(self, path: Path) -> Export:
        """Return nothing: a table does not say which search it came from."""
        del path
        return Export()

    def survey(self, path: Path, settings: ArticleSettings) -> Survey:
        """Find the columns and the form of the dates, reading the table once.

        Raises
        ------
        SourceError
            There is no row, no column for what an article needs, or the dates read two ways.
        """
        check_format(settings.date_format)
        if settings.timezone:
            zone_named(settings.timezone)
        place = Place(shown(path))
        seen = self._look(path, settings)
        names = [*seen.names, *sorted(seen.twice)]
        if not seen.rows:
            why = f": {seen.refused[0].why}" if seen.refused else ""
            raise SourceError(f"the table holds no row that can be read{why}", do="export it again", place=place)
        guess = guess_mapping(names, seen.sample)
        if settings.columns is None:
            columns = settled_columns(guess, names, settings.outlet, place)
            unclear = [f"{role} could be {listed(rivals)}: none was taken" for role, rivals in guess.unclear]
        else:
            columns, unclear = checked_columns(settings.columns, names, place), []
            if settings.guess_rest:
                columns = completed_columns(columns, guess)
        if not (columns.title or columns.text) or not (columns.outlet or settings.outlet):
            what = "columns must name a title or a text, and an outlet unless one is given for the whole file"
            raise SourceError(what, do=f"name them (columns: {listed(names)})", place=place)
        rules, notes = self._dates(columns, seen, settings, place)
        taken = ", ".join(f"{role} = {column}" for role, column in columns.by_role().items())
        return Survey(
            settings=replace(settings, columns=columns),
            rules=rules,
            names=tuple(names),
            rows=seen.rows,
            notes=(f"columns: {taken}", *unclear, *notes),
        )

    def _look(self, path: Path, settings: ArticleSettings) -> _Seen:
        seen = _Seen()
        rules = DateRules(date_format=settings.date_format, timezone=settings.timezone)
        named = {settings.columns.date} if settings.columns and settings.columns.date else set()
        for item in self.rows(path, settings):
            if isinstance(item, Row):
                _see(item, seen, named, rules)
            elif isinstance(item, Reject) and not seen.refused:
                seen.refused.append(item)
        return seen

    def _dates(
        self, columns: ArticleColumns, seen: _Seen, settings: ArticleSettings, place: Place
    ) -> tuple[DateRules, tuple[str, ...]]:
        column = seen.dates.get(columns.date or "")
        if column is None:
            return DateRules(timezone=settings.timezone), () if columns.date else ("no column holds a date",)
        rules = column.settle(Place(place.file, setting=columns.date or ""))
        return rules, column.notes()

    def read(self, path: Path, settings: ArticleSettings) -> Iterator[Item]:
        """Yield every article, every refused row, and what was found out about the table."""
        survey = self.survey(path, settings)
        for text in survey.notes:
            yield Note(text)
        maker = Maker(importer=self.name, settings=survey.settings, rules=survey.rules)
        columns = (survey.settings.columns or ArticleColumns()).by_role()
        kept = frozenset(columns.values())
        places = (place_in(path, settings), shown(path))
        for item in self.rows(path, settings):
            if isinstance(item, Row):
                yield _article(item, columns, kept, maker, places)
            else:
                yield item


def _see(row: Row, seen: _Seen, named: set[str], rules: DateRules) -> None:
    """Take note of a row: its columns, a sample of it, its dates."""
    seen.rows += 1
    for name in row.columns:
        if name not in seen.names:
            seen.names[name] = None
            if name in named or date_candidates([name]):
                seen.dates[name] = DateColumn(rules)
    if len(set(row.columns)) < len(row.columns):
        seen.twice |= {name for name in row.columns if row.columns.count(name) > 1}
    if len(seen.sample) < _SAMPLE:
        seen.sample.append({name: cell[:_SAMPLE_CELL] for name, cell in row.cells.items()})
    for name, column in seen.dates.items():
        column.add(row.cells.get(name, ""))


def _article(row: Row, columns: dict[str, str], kept: frozenset[str], maker: Maker, places: tuple[str, str]) -> Item:
    """Return the article of a row; `places` are the file's name for the store and for messages."""
    shown_place = f"{places[1]}:{row.line}"
    nested = sorted(column for column in kept if column in row.nested)
    if nested:
        return Reject(place=shown_place, why=f"'{nested[0]}' holds a list or an object, not a text")
    fields = {role: row.cells.get(column, "") for role, column in columns.items()}
    lost = tuple(
        name for name in row.columns if name not in kept and (name in row.nested or row.cells.get(name, "").strip())
    )
    made = maker.make(Raw.of(fields, lost), f"{places[0]}:{row.line}")
    return replace(made, place=shown_place) if isinstance(made, Reject) else made


IMPORTERS = (
    TableImporter(
        name="table@1",
        reads="CSV, TSV or semicolon-separated text",
        recognise=looks_delimited,
        rows=delimited_rows,
    ),
    TableImporter(name="jsonl@1", reads="JSON, an object a line", recognise=looks_like_json_rows, rows=json_rows),
    TableImporter(name="parquet@1", reads="Parquet", recognise=looks_like_parquet, rows=parquet_rows),
    TableImporter(name="xlsx@1", reads="Excel (XLSX)", recognise=looks_like_xlsx, rows=xlsx_rows),
)
