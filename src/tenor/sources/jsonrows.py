"""Rows from JSON: one object a line, or one list of objects if the file is small."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tenor.errors import Place, SourceError, shown
from tenor.model import Reject
from tenor.sources.files import bounded_lines, open_text, rough_text
from tenor.sources.importer import MOST_CHARACTERS, ArticleSettings
from tenor.sources.rows import Row, RowItem
from tenor.sources.text import excerpt_of

_MOST_LINE = 2 * MOST_CHARACTERS
_MOST_ARRAY = 100_000_000


def looks_like_json_rows(path: Path, head: bytes) -> bool:
    r"""Return whether a file holds an object a line, or a list of objects.

    Examples
    --------
    >>> looks_like_json_rows(Path("x"), b'{"title": "One"}\n'), looks_like_json_rows(Path("x"), b'{\n "title"')
    (True, False)
    """
    del path
    text = rough_text(head)
    if text is None:
        return False
    start = text.lstrip()
    if start.startswith("["):
        return start[1:].lstrip()[:1] == "{"
    line, ended, _ = start.partition("\n")
    if not line.startswith("{"):
        return False
    if not ended and len(head) >= 1 << 16:
        return True
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def json_rows(path: Path, settings: ArticleSettings) -> Iterator[RowItem]:
    r"""Yield every object of a JSON file as a row.

    Raises
    ------
    SourceError
        The file is one list and too large or broken, or not in its encoding.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.jsonl"
    ...     _ = path.write_text('{"title": "One", "words": 3}\n')
    ...     [row.cells for row in json_rows(path, ArticleSettings())]
    [{'title': 'One', 'words': '3'}]
    """
    with open_text(path, settings.charset) as stream:
        start = stream.read(1000).lstrip()
    file = shown(path)
    with open_text(path, settings.charset) as stream:
        if start.startswith("["):
            yield from _array(stream.read(_MOST_ARRAY + 1), path)
            return
        for number, line in bounded_lines(stream, _MOST_LINE):
            place = f"{file}:{number}"
            if line is None:
                yield Reject(place=place, why=f"the line holds more than {_MOST_LINE:,} characters")
            elif line.strip():
                yield _line(line, number, place)


def _line(line: str, number: int, place: str) -> RowItem:
    try:
        found = json.loads(line)
    except ValueError as error:
        return Reject(place=place, why=f"this is no JSON: {error}", excerpt=excerpt_of(line))
    except RecursionError:
        return Reject(place=place, why="lists and objects stand too deep inside each other", excerpt=excerpt_of(line))
    return _row(found, number, place)


def _array(text: str, path: Path) -> Iterator[RowItem]:
    place = Place(shown(path))
    if len(text) > _MOST_ARRAY:
        do = "write one object a line (jq -c '.[]')"
        raise SourceError(f"one list of more than {_MOST_ARRAY:,} characters is too large", do=do, place=place)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceError(f"this is no JSON: {error}", do="export it again", place=place) from error
    for number, item in enumerate(found, start=1):
        yield _row(item, number, f"{place.file}, entry {number}")


def _row(found: object, number: int, place: str) -> RowItem:
    if not isinstance(found, dict):
        return Reject(place=place, why="this is no object with named fields", excerpt=excerpt_of(repr(found)))
    cells = {name: _cell(value) for name, value in found.items() if not isinstance(value, list | dict)}
    nested = frozenset(name for name, value in found.items() if isinstance(value, list | dict) and value)
    return Row(line=number, cells=cells, columns=tuple(found), nested=nested)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
