"""Read files of counts: how many pieces an outlet (or pool) ran on a day or in a week.

A file is read whole or not at all: a wrong figure makes its neighbours doubtful, so every
mistake is listed with its line and nothing is kept.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

from tenor.errors import MissingInput, Place, SeveralErrors, SourceError, TenorError, did_you_mean, shown
from tenor.model import Count, CountSource, ImportReport
from tenor.studyfile.study import WEEKDAYS

IMPORTER = "counts@1"
_LARGEST = 500_000_000
_SHOWN = 12
_Key = tuple[str, str, date]


@dataclass(slots=True)
class _Reading:
    """What has been read so far of one file."""

    file: str
    source: CountSource
    counts: dict[_Key, Count] = field(default_factory=dict)
    read: int = 0
    merged: int = 0
    errors: list[TenorError] = field(default_factory=list)

    def wrong(self, line: int, column: str, what: str, do: str) -> None:
        self.errors.append(SourceError(what, do=do, place=Place(self.file, line, column)))


def read_counts(path: Path, source: CountSource, *, week_starts: int = 0) -> tuple[list[Count], ImportReport]:
    """Read one file of counts as the study declares it.

    Parameters
    ----------
    path
        A CSV, TSV or semicolon-separated file in UTF-8, with a header.
    source
        Which column holds what.
    week_starts
        The weekday on which the study's weeks begin, 0 for Monday.

    Returns
    -------
    list of Count, ImportReport
        In the order of outlet, query and date. Rows that repeat the same figures for the
        same outlet, query and date are merged, and counted as such.

    Raises
    ------
    TenorError
        The file is missing, is no table, lacks a column, or holds figures that can't be
        counts; each with file, line and column.

    Examples
    --------
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> folder = example_folder("hurricanes")
    >>> counts, report = read_counts(folder / "mediacloud_hurricanes.csv", read_study(folder / "tenor.yaml").sources[0])
    >>> report.read, report.kept, report.merged
    (38, 152, 0)
    """
    reading = _Reading(shown(path), source)
    rows = _rows(path, reading)
    for line, row in rows:
        reading.read += 1
        for count in _counts_of(row, line, reading, week_starts):
            _keep(count, reading)
        if len(reading.errors) >= _SHOWN:
            break
    if reading.errors:
        raise SeveralErrors(reading.errors)
    if not reading.counts:
        raise SourceError("the file holds a header and no figures", place=Place(reading.file, 1))
    counts = [reading.counts[key] for key in sorted(reading.counts)]
    return counts, _report(reading, counts)


def _rows(path: Path, reading: _Reading) -> Iterator[tuple[int, dict[str, str]]]:
    text = _text(path)
    if not text.strip():
        raise SourceError("the file is empty", do="export it again", place=Place(reading.file, 1))
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    if text.lstrip()[:1] in "<{[":
        do = "export the figures as CSV"
        raise SourceError("this is no table but HTML, XML or JSON", do=do, place=Place(reading.file, 1))
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip() for name in next(table)]
        _check_columns(names, reading)
        for cells in table:
            if not cells:
                continue
            if len(cells) != len(names):
                what = f"{len(cells)} cells under {len(names)} columns"
                raise SourceError(
                    what, do="quote the cell that holds the separator", place=Place(reading.file, table.line_num)
                )
            yield table.line_num, dict(zip(names, cells, strict=True))
    except csv.Error as error:
        raise SourceError(
            f"this is no table: {error}", do="export it again", place=Place(reading.file, table.line_num)
        ) from error


def _text(path: Path) -> str:
    if not path.is_file():
        do = "check 'file' in the study; paths start at the study's folder"
        raise MissingInput(f"there is no file {shown(path)}", do=do)
    if path.stat().st_size > _LARGEST:
        raise SourceError("the file is larger than 500 MB", do="split it by year", place=Place(shown(path)))
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        do = "save it as UTF-8 (in a spreadsheet: CSV UTF-8)"
        raise SourceError("this is not UTF-8", do=do, place=Place(shown(path), line)) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise SourceError("a zero byte stands here: this is no text file", place=Place(shown(path), line))
    return text


def _check_columns(names: Sequence[str], reading: _Reading) -> None:
    columns = reading.source.columns
    wanted = [columns.date, columns.matched, columns.total, columns.outlet, columns.query, *columns.wide]
    missing = [name for name in wanted if name is not None and name not in names]
    errors: list[TenorError] = [
        SourceError(f"no column '{name}'", do=did_you_mean(name, names), place=Place(reading.file, 1))
        for name in missing
    ]
    twice = {name for name in wanted if name is not None and names.count(name) > 1}
    errors += [SourceError(f"two columns '{name}'", do="rename one", place=Place(reading.file, 1)) for name in twice]
    if errors:
        raise SeveralErrors(errors)


def _counts_of(row: Mapping[str, str], line: int, reading: _Reading, week_starts: int) -> Iterator[Count]:
    source, columns = reading.source, reading.source.columns
    start = _date(row[columns.date], line, reading, week_starts)
    outlet = _name(row, columns.outlet, source.outlet, line, reading)
    total = None if columns.total is None else _whole(row[columns.total], line, columns.total, reading)
    fields = [columns.matched] if columns.matched else list(columns.wide)
    for column in fields:
        query = column if columns.wide else _name(row, columns.query, source.query, line, reading)
        matched = _whole(row[column], line, column, reading)
        if start is None or matched is None:
            continue
        if total is not None and matched > total:
            do = "check which column is which: 'total' must count everything the outlet ran"
            reading.wrong(line, column, f"{matched:,} matched of a total of {total:,}", do)
            continue
        yield Count(
            outlet=outlet,
            query=query,
            start=start,
            days=7 if source.every == "week" else 1,
            matched=matched,
            total=total,
            source=source.file,
            line=line,
        )


def _date(cell: str, line: int, reading: _Reading, week_starts: int) -> date | None:
    source = reading.source
    column = source.columns.date
    try:
        found = datetime.strptime(cell.strip(), source.date_format).replace(tzinfo=UTC).date()
    except ValueError:
        do = f"the study says dates look like {source.date_format}; set 'date_format'"
        reading.wrong(line, column, f"'{cell}' is no date of that form", do)
        return None
    if found > datetime.now(tz=UTC).date():
        reading.wrong(line, column, f"{found} lies in the future", "check 'date_format': day and month may be swapped")
        return None
    if source.every == "week" and found.weekday() != week_starts:
        day, said = WEEKDAYS[found.weekday()], WEEKDAYS[week_starts]
        do = f"set event.week_starts to {day}, or every to day; all weeks must start on the same weekday"
        reading.wrong(line, column, f"this week starts on a {day}, the study's weeks on a {said}", do)
        return None
    return found


def _name(row: Mapping[str, str], column: str | None, constant: str | None, line: int, reading: _Reading) -> str:
    if column is None:
        return constant or ""
    name = row[column].strip()
    if not name:
        reading.wrong(line, column, "the name is empty", "fill it in or drop the row")
    return name


def _whole(cell: str, line: int, column: str, reading: _Reading) -> int | None:
    text = cell.strip()
    try:
        number = float(text)
    except ValueError:
        do = "write whole numbers without separators; drop rows where nothing was observed"
        reading.wrong(line, column, f"'{cell}' is no number", do)
        return None
    if number < 0:
        reading.wrong(line, column, f"{text} is below zero", "a count can't be")
        return None
    if not number.is_integer() or number > 1e15:
        do = "shares and averages can't be audited as counts: use the figures they were computed from"
        reading.wrong(line, column, f"{text} is no whole number", do)
        return None
    return int(number)


def _keep(count: Count, reading: _Reading) -> None:
    key = (count.outlet, count.query, count.start)
    there = reading.counts.setdefault(key, count)
    if there is count:
        return
    if (there.matched, there.total) == (count.matched, count.total):
        reading.merged += 1
        return
    what = (
        f"{count.outlet}, '{count.query}', {count.start} has {count.matched} of {count.total} here "
        f"and {there.matched} of {there.total} in line {there.line}"
    )
    do = "if the file holds several queries or outlets, name their columns under 'columns'"
    reading.wrong(count.line, reading.source.columns.matched or count.query, what, do)


def _report(reading: _Reading, counts: Sequence[Count]) -> ImportReport:
    first, last = min(c.start for c in counts), max(c.start for c in counts)
    notes = [
        f"{len({c.outlet for c in counts})} outlet(s), {len({c.query for c in counts})} query(ies), {first} to {last}"
    ]
    if reading.merged:
        notes.append(f"{reading.merged} rows repeat the figures of another row for the same outlet, query and date")
    if reading.source.columns.total is None:
        notes.append("no column holds the total of all pieces: shares can't be computed")
    return ImportReport(
        source=reading.source.file,
        importer=IMPORTER,
        read=reading.read,
        kept=len(counts),
        merged=reading.merged,
        already_there=0,
        refused=0,
        notes=tuple(notes),
    )
