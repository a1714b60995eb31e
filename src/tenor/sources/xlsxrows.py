"""Rows from the first sheet of an Excel file. A formula is never computed: what its cell last showed is read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from tenor.errors import Place, SourceError, shown
from tenor.model import Reject
from tenor.sources.importer import ArticleSettings, Note
from tenor.sources.ooxml import Package, is_package_with
from tenor.sources.rows import Row, RowItem

_WORKBOOK = "xl/workbook.xml"
_STRINGS = "xl/sharedStrings.xml"
_STYLES = "xl/styles.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_MOST_STRINGS = 400_000_000
# Excel's own formats for dates and times, by number.
_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_QUOTED = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_DATE_LETTER = re.compile(r"[ymdhs]", re.IGNORECASE)
_COLUMN = re.compile(r"([A-Z]{1,3})\d+")
_LAST_COLUMN = 16_384


def looks_like_xlsx(path: Path, head: bytes) -> bool:
    """Return whether a file is an Excel workbook.

    Examples
    --------
    >>> looks_like_xlsx(Path("x"), b"title,text")
    False
    """
    return is_package_with(path, head, _WORKBOOK)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Book:
    """What the cells of a sheet refer to."""

    strings: list[str]
    date_styles: frozenset[int]
    first_day: datetime


@dataclass(slots=True)
class _Cell:
    """A cell while it is read."""

    column: int
    kind: str
    style: int
    value: str = ""
    inline: str = ""
    formula: str | None = None


@dataclass(slots=True)
class _Sheet:
    """The state of reading a sheet."""

    book: _Book
    row: list[str] = field(default_factory=list)
    cell: _Cell | None = None
    inside: str = ""
    formulas: int = 0


def xlsx_rows(path: Path, settings: ArticleSettings) -> Iterator[RowItem]:
    """Yield every row of the first sheet.

    Raises
    ------
    SourceError
        The file is damaged, protected, or unpacks to too much.
    """
    del settings
    with Package(path) as package:
        sheets, is_1904 = _sheets(package, Place(shown(path)))
        if len(sheets) > 1:
            yield Note(f"only the first of {len(sheets)} sheets was read, '{sheets[0][0]}'")
        book = _Book(
            strings=_strings(package, path),
            date_styles=_date_styles(package),
            first_day=datetime(1904, 1, 1) if is_1904 else datetime(1899, 12, 30),  # noqa: DTZ001 - Excel has no zones
        )
        sheet = _Sheet(book)
        yield from _table(_rows(package, sheets[0][1], sheet), shown(path))
        if sheet.formulas:
            yield Note(f"{sheet.formulas:,} cells hold formulas; what they last showed was read as text")


def _table(rows: Iterator[tuple[int, list[str]]], file: str) -> Iterator[RowItem]:
    names: list[str] = []
    for number, cells in rows:
        if not any(cells):
            continue
        if not names:
            names = [name.strip() for name in cells]
            continue
        if any(cells[len(names) :]):
            why = f"{len(cells)} cells under {len(names)} columns"
            yield Reject(place=f"{file}:{number}", why=why, excerpt=cells[0][:80])
            continue
        filled = cells[: len(names)] + [""] * (len(names) - len(cells))
        yield Row(line=number, cells=dict(zip(names, filled, strict=True)), columns=tuple(names))


def _sheets(package: Package, place: Place) -> tuple[list[tuple[str, str]], bool]:
    """Return the sheets' names and members in order, and whether days count from 1904."""
    targets = {}
    for item in package.xml(_RELATIONS):
        if item.kind == "start" and item.name == "Relationship":
            targets[item.attributes.get("Id", "")] = item.attributes.get("Target", "")
    found, is_1904 = [], False
    for item in package.xml(_WORKBOOK):
        if item.kind == "start" and item.name == "sheet":
            target = targets.get(item.attributes.get("id", ""), "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            found.append((item.attributes.get("name", ""), member))
        if item.kind == "start" and item.name == "workbookPr":
            is_1904 = item.attributes.get("date1904", "") in ("1", "true")
    readable = [sheet for sheet in found if sheet[1] in package.members]
    if not readable:
        raise SourceError("the workbook holds no sheet", do="save it anew in an office program", place=place)
    return readable, is_1904


def _strings(package: Package, path: Path) -> list[str]:
    """Return the texts that cells share; readings of East Asian characters are left out."""
    if _STRINGS not in package.members:
        return []
    found: list[str] = []
    parts: list[str] = []
    inside, phonetic, held = False, 0, 0
    for item in package.xml(_STRINGS):
        if item.name == "rPh" and item.kind != "text":
            phonetic += 1 if item.kind == "start" else -1
        elif item.kind == "text":
            if inside and not phonetic:
                parts.append(item.text)
                held += len(item.text)
        elif item.name == "t":
            inside = item.kind == "start"
        elif item.name == "si" and item.kind == "end":
            found.append(_plain("".join(parts)))
            parts = []
        if held > _MOST_STRINGS:
            raise SourceError("the workbook is too large", do="save it as CSV UTF-8", place=Place(shown(path)))
    return found


def _date_styles(package: Package) -> frozenset[int]:
    """Return the numbers of the cell styles that show a number as a date."""
    if _STYLES not in package.members:
        return frozenset()
    formats: dict[int, str] = {}
    styles: list[int] = []
    inside = False
    for item in package.xml(_STYLES):
        if item.name == "cellXfs" and item.kind != "text":
            inside = item.kind == "start"
        if item.kind != "start":
            continue
        if item.name == "numFmt":
            formats[_number(item.attributes.get("numFmtId"))] = item.attributes.get("formatCode", "")
        if item.name == "xf" and inside:
            styles.append(_number(item.attributes.get("numFmtId")))
    return frozenset(place for place, code in enumerate(styles) if _is_date(code, formats))


def _number(text: str | None) -> int:
    return int(text) if text and text.isdigit() else 0


def _is_date(code: int, formats: dict[int, str]) -> bool:
    if code in formats:
        return _DATE_LETTER.search(_QUOTED.sub("", formats[code].partition(";")[0])) is not None
    return code in _DATES


def _rows(package: Package, member: str, sheet: _Sheet) -> Iterator[tuple[int, list[str]]]:
    number = 0
    for item in package.xml(member):
        if item.kind == "text":
            _take_text(sheet, item.text)
        elif item.name == "row":
            if item.kind == "start":
                number = _number(item.attributes.get("r")) or number + 1
                sheet.row = []
            else:
                yield number, sheet.row
        elif item.name == "c":
            if item.kind == "start":
                _begin(sheet, item.attributes)
            else:
                _finish(sheet)
        elif item.name in ("v", "t", "f"):
            sheet.inside = item.name if item.kind == "start" else ""
            if item.name == "f" and sheet.cell is not None and sheet.cell.formula is None:
                sheet.cell.formula = ""


def _begin(sheet: _Sheet, attributes: dict[str, str]) -> None:
    match = _COLUMN.fullmatch(attributes.get("r", ""))
    column = len(sheet.row)
    if match:
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        column -= 1
    sheet.cell = _Cell(column, attributes.get("t", "n"), _number(attributes.get("s")))


def _take_text(sheet: _Sheet, text: str) -> None:
    cell = sheet.cell
    if cell is None:
        return
    if sheet.inside == "v":
        cell.value += text
    elif sheet.inside == "t":
        cell.inline += text
    elif sheet.inside == "f":
        cell.formula = (cell.formula or "") + text


def _finish(sheet: _Sheet) -> None:
    cell = sheet.cell
    sheet.cell = None
    if cell is None or cell.column >= _LAST_COLUMN:
        return
    sheet.row += [""] * (cell.column + 1 - len(sheet.row))
    sheet.row[cell.column] = _shown(cell, sheet.book)
    sheet.formulas += cell.formula is not None


def _shown(cell: _Cell, book: _Book) -> str:
    """Return what a cell shows, as text."""
    if cell.kind == "s":
        place = _number(cell.value)
        return book.strings[place] if cell.value and place < len(book.strings) else ""
    if cell.kind == "inlineStr":
        return _plain(cell.inline)
    if cell.formula is not None and not cell.value:
        return f"={cell.formula}"
    if cell.kind == "n" and cell.style in book.date_styles and cell.value:
        return _date(cell.value, book.first_day)
    if cell.kind == "b":
        return "true" if cell.value == "1" else "false"
    return _plain(cell.value) if cell.kind == "str" else cell.value.removesuffix(".0")


def _date(value: str, first_day: datetime) -> str:
    try:
        moment = first_day + timedelta(seconds=round(float(value) * 86_400))
    except (ValueError, OverflowError):
        return value
    return moment.date().isoformat() if moment.time() == datetime.min.time() else moment.isoformat()


_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def _plain(text: str) -> str:
    """Return a text with the characters that Excel writes as _x000D_."""
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text
