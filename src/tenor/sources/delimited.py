"""Delimited text (CSV, TSV, semicolons) record by record: no field is held that is too long to keep.

The csv module reads a field of 300 MB whole and takes its limit from a setting of the whole process;
this reader follows the same rules for quotes and skips such a field while it reads on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from tenor.errors import Place, SourceError, shown
from tenor.model import Reject
from tenor.sources.columns import looks_like_header
from tenor.sources.files import open_text, rough_text
from tenor.sources.importer import MOST_CHARACTERS, ArticleSettings
from tenor.sources.rows import Row, RowItem
from tenor.sources.text import excerpt_of

_PIECE = 1 << 20
_DELIMITERS = (",", ";", "\t", "|")
_QUOTE = '"'


@dataclass(slots=True)
class Record:
    """One record as it comes in, piece by piece.

    Parameters
    ----------
    delimiter
        What stands between cells.
    most
        How many characters a cell may have; of a longer one only the beginning is kept.
    """

    delimiter: str
    most: int
    cells: list[str] = field(default_factory=list)
    quoted: bool = False
    too_long: bool = False
    broken: bool = False
    begun: bool = False
    _parts: list[str] = field(default_factory=list)
    _size: int = 0

    def feed(self, piece: str) -> bool:
        r"""Take in the next piece of the file; return whether the record is complete.

        Examples
        --------
        >>> record = Record(",", 100)
        >>> record.feed('one,"two\n'), record.feed('lines"\n'), record.cells
        (False, True, ['one', 'two\nlines'])
        """
        ended = piece.endswith(("\n", "\r"))
        if not self.begun and _QUOTE not in piece and ended and len(piece) <= self.most:
            self.cells += piece.rstrip("\r\n").split(self.delimiter)
            return True
        position = 0
        while position < len(piece):
            position = self._in_quotes(piece, position) if self.quoted else self._outside(piece, position)
        if self.quoted or not ended:
            return False
        self.close()
        return True

    def close(self) -> None:
        """End the last cell, at the end of the record or of the file."""
        self.cells.append("".join(self._parts))
        self._parts, self._size, self.begun = [], 0, False

    def _in_quotes(self, piece: str, start: int) -> int:
        end = piece.find(_QUOTE, start)
        if end < 0:
            self._keep(piece[start:])
            return len(piece)
        self._keep(piece[start:end])
        if piece.startswith(_QUOTE, end + 1):
            self._keep(_QUOTE)
            return end + 2
        self.quoted = False
        after = piece[end + 1 : end + 2]
        self.broken = self.broken or after not in ("", "\r", "\n", self.delimiter)
        return end + 1

    def _outside(self, piece: str, start: int) -> int:
        if piece[start] == self.delimiter:
            if self.begun:
                self.close()
            else:
                self.cells.append("")
            # What follows a delimiter is a cell, be it empty: the end of the record closes it.
            return start + 1
        if not self.begun and piece[start] == _QUOTE:
            self.quoted = self.begun = True
            return start + 1
        end = piece.find(self.delimiter, start)
        stop = len(piece) if end < 0 else end
        self._keep(piece[start:stop].rstrip("\r\n") if end < 0 else piece[start:stop])
        self.begun = True
        return stop

    def _keep(self, part: str) -> None:
        room = self.most - self._size
        self._size += len(part)
        if len(part) > room:
            self.too_long = True
            part = part[: max(room, 0)]
        self._parts.append(part)


def records(stream: TextIO, delimiter: str, place: Place, most: int = MOST_CHARACTERS) -> Iterator[tuple[int, Record]]:
    r"""Yield every record with the line on which it begins; blank lines are skipped.

    Raises
    ------
    SourceError
        A quote is opened and never closed: everything after it would be one cell.

    Examples
    --------
    >>> import io
    >>> [(line, record.cells) for line, record in records(io.StringIO('a;b\n"1\n2";3\n'), ";", Place("x"))]
    [(1, ['a', 'b']), (2, ['1\n2', '3'])]
    """
    line, begins, record = 1, 1, Record(delimiter, most)
    for piece in _pieces(stream):
        blank = not record.cells and not record.quoted and not record.begun and not piece.strip("\r\n")
        complete = not blank and record.feed(piece)
        line += piece.endswith(("\n", "\r"))
        if complete:
            yield begins, record
        if complete or blank:
            begins, record = line, Record(delimiter, most)
    if record.quoted:
        do = "close it, or double the quotes inside the cell"
        raise SourceError("a quote opened here is never closed", do=do, place=Place(place.file, begins))
    if record.cells or record.begun:
        record.close()
        yield begins, record


def _pieces(stream: TextIO) -> Iterator[str]:
    """Yield lines, long ones in pieces that never end between two quotes or in a line end."""
    while piece := stream.readline(_PIECE):
        while len(piece) >= _PIECE and piece[-1] in '"\r':
            more = stream.read(1)
            if not more:
                break
            piece += more
        yield piece


def header_of(text: str) -> tuple[str, list[str], int]:
    r"""Return the delimiter, the column names and the number of lines before the header's end.

    The delimiter is the one that gives most columns; a first line ``sep=;``, as Excel writes it, says it.

    Examples
    --------
    >>> header_of("sep=;\ntitle;text\n")
    (';', ['title', 'text'], 1)
    """
    first, _, rest = text.lstrip("\ufeff").partition("\n")
    said = first.strip().removeprefix("sep=")
    if first.lower().startswith("sep=") and len(said) == 1:
        return said, _cells(rest, said), 1
    best = max(_DELIMITERS, key=lambda delimiter: len(_cells(text, delimiter)))
    return best, _cells(text, best), 0


def _cells(text: str, delimiter: str) -> list[str]:
    record = Record(delimiter, MOST_CHARACTERS)
    for piece in text.lstrip("\ufeff").splitlines(keepends=True):
        if record.feed(piece):
            return [cell.strip() for cell in record.cells]
    record.close()
    return [cell.strip() for cell in record.cells]


def looks_delimited(path: Path, head: bytes) -> bool:
    r"""Return whether a file is delimited text with a header, or a table at any rate.

    Examples
    --------
    >>> looks_delimited(Path("x"), b"title;text\nOne;Two\n")
    True
    >>> looks_delimited(Path("x"), b"<html><body>title,text\n")
    False
    """
    del path
    text = rough_text(head)
    if text is None or text.lstrip()[:1] in ("<", "{", "["):
        return False
    delimiter, names, _ = header_of(text)
    if looks_like_header(names):
        return True
    if delimiter == "," and not all(name and len(name) <= 60 for name in names):
        return False
    lines = [line for line in text.splitlines() if line.strip()][:4]
    counts = {len(line.split(delimiter)) for line in lines}
    return len(lines) > 2 and counts == {len(names)} and len(names) > 2


def delimited_rows(path: Path, settings: ArticleSettings) -> Iterator[RowItem]:
    r"""Yield every row of a delimited file.

    Raises
    ------
    SourceError
        The file is not in the encoding it should be in, or a quote is never closed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.csv"
    ...     _ = path.write_text("title,text\nOne,Two\n")
    ...     [row.cells for row in delimited_rows(path, ArticleSettings())]
    [{'title': 'One', 'text': 'Two'}]
    """
    place = Place(shown(path))
    with open_text(path, settings.charset) as stream:
        start = stream.read(_PIECE)
    delimiter, names, skipped = header_of(start)
    with open_text(path, settings.charset) as stream:
        for _ in range(skipped):
            stream.readline()
        found = records(stream, delimiter, place)
        next(found, None)
        for line, record in found:
            yield _row(line + skipped, record, names, f"{place.file}:{line + skipped}")


def _row(line: int, record: Record, names: list[str], place: str) -> RowItem:
    excerpt = excerpt_of(record.cells[0]) if record.cells else ""
    if record.too_long:
        return Reject(place=place, why=f"a field holds more than {MOST_CHARACTERS:,} characters", excerpt=excerpt)
    if record.broken:
        why = "text stands after a closing quote; quotes inside must be doubled"
        return Reject(place=place, why=why, excerpt=excerpt)
    if len(record.cells) != len(names):
        why = f"{len(record.cells)} cells under {len(names)} columns"
        return Reject(place=place, why=why, excerpt=excerpt)
    return Row(line=line, cells=dict(zip(names, record.cells, strict=True)), columns=tuple(names))
