"""What people take words of probability for: "likely" is not a number but as many numbers as there are readers.

Two tables come with tenor, both for English: what 46 people answered in a poll, and the bands that an intelligence
service tells its writers to use (ICD 203). For other languages there are none, and their words are `unmapped`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from tenor.errors import Place, SourceError, shown
from tenor.sources.text import fold

OWN_TABLES = "verbal"
"""The folder of a study in which it keeps tables of its own, as ``uk.poll.csv``."""

_LARGEST = 1_000_000
_NAME = re.compile(r"(?P<lang>[a-z]{2})\.(?P<name>[\w-]{1,40})\.csv")
_BANDS = {
    ("almost no chance", "remote"): (1, 5),
    ("very unlikely", "highly improbable"): (5, 20),
    ("unlikely", "improbable"): (20, 45),
    ("roughly even chance", "roughly even odds", "roughly even"): (45, 55),
    ("likely", "probable", "probably"): (55, 80),
    ("very likely", "highly probable", "highly likely"): (80, 95),
    ("almost certain", "almost certainly", "nearly certain"): (95, 99),
}


@dataclass(frozen=True, slots=True)
class VerbalTable:
    """What words of one language stand for: for each wording the probabilities it was taken for, each as often."""

    name: str
    lang: str
    words: Mapping[str, tuple[float, ...]]

    def of(self, wording: str) -> tuple[float, ...] | None:
        """Return what a wording stands for, or None where the table does not have it.

        Examples
        --------
        >>> band = verbal_tables()[-1]
        >>> band.name, band.of("Roughly  even")[0], band.of("perhaps")
        ('ICD 203', 0.45, None)
        """
        return self.words.get(_key(wording))


def _key(wording: str) -> str:
    return " ".join(fold(wording).split())


def verbal_tables(folder: Path | None = None) -> tuple[VerbalTable, ...]:
    """Return the tables there are: those of the study first, then those that come with tenor.

    Parameters
    ----------
    folder
        The study's folder; its tables lie in ``verbal``.

    Raises
    ------
    SourceError
        A table can't be read, with file and line.

    Examples
    --------
    >>> [(table.name, table.lang, len(table.of("likely"))) for table in verbal_tables()]
    [('perceptions', 'en', 46), ('ICD 203', 'en', 26)]
    """
    own = [read_table(path) for path in sorted((folder / OWN_TABLES).glob("*.csv"))] if folder else []
    taken = {(table.lang, table.name) for table in own}
    return (*own, *(table for table in _shipped() if (table.lang, table.name) not in taken))


@lru_cache(maxsize=1)
def _shipped() -> tuple[VerbalTable, ...]:
    text = (files("tenor.coding") / "verbal" / "en.perceptions.csv").read_text(encoding="utf-8")
    bands = {
        _key(word): tuple(percent / 100 for percent in range(low, high + 1))
        for words, (low, high) in _BANDS.items()
        for word in words
    }
    return _table(text, "en", "perceptions", "en.perceptions.csv"), VerbalTable("ICD 203", "en", bands)


def read_table(path: Path) -> VerbalTable:
    """Read a table: wordings in its first row, then a row a person, in per cent; lines with # are remarks.

    Raises
    ------
    SourceError
        It is no such table.
    """
    name = _NAME.fullmatch(path.name)
    place = Place(shown(path))
    if not name:
        do = "name it as in uk.poll.csv: the language, then a name"
        raise SourceError("the name of this table does not say its language", do=do, place=place)
    if (size := path.stat().st_size) > _LARGEST:
        raise SourceError(f"{size:,} bytes are too many for this table", place=place)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError("this is not UTF-8", do="save the table as UTF-8", place=place) from error
    return _table(text, name["lang"], name["name"], shown(path))


def _table(text: str, lang: str, name: str, file: str) -> VerbalTable:
    lines = [(at, line) for at, line in enumerate(text.splitlines(), 1) if line.strip() and not line.startswith("#")]
    rows = [(at, _cells(line, Place(file, at))) for at, line in lines]
    if len(rows) < 2:
        do = "write wordings in the first row, then a row of per cents for each person"
        raise SourceError("this table has no answers", do=do, place=Place(file))
    head = rows[0][1]
    answers = [_answers(cells, len(head), Place(file, at)) for at, cells in rows[1:]]
    words: dict[str, tuple[float, ...]] = {}
    for column, wordings in enumerate(head):
        points = tuple(row[column] for row in answers if row[column] is not None)
        for word in filter(None, map(_key, wordings.split("|"))):
            if points:
                words[word] = tuple(point for point in points if point is not None)
    return VerbalTable(name, lang, words)


def _cells(line: str, place: Place) -> list[str]:
    try:
        return next(csv.reader([line]))
    except csv.Error as error:
        raise SourceError(
            f"this row is no row of a table: {error}", do="write cells with commas", place=place
        ) from error


def _answers(cells: list[str], columns: int, place: Place) -> list[float | None]:
    if len(cells) != columns:
        do = "leave a cell empty where somebody gave no answer"
        raise SourceError(f"this row has {len(cells)} cells, the first one {columns}", do=do, place=place)
    return [_percent(cell.strip(), place) for cell in cells]


def _percent(cell: str, place: Place) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError as error:
        raise SourceError(f"'{cell[:40]}' is no number", do="write per cents, as in 75", place=place) from error
    if not 0 <= value <= 100:
        raise SourceError(f"{cell[:40]} is not between 0 and 100", do="write per cents, as in 75", place=place)
    return value / 100
