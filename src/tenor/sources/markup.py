"""HTML of old exports as plain lines: no browser, no network, nothing run."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeVar

from tenor.errors import Place, SourceError, shown
from tenor.sources.files import open_text

_PIECE = 1 << 16
_MOST_OPEN = 4 << 20
_BLOCKS = frozenset({"p", "div", "tr", "table", "h1", "h2", "h3", "h4", "li", "article", "section", "header", "footer"})


class Reader(HTMLParser):
    """An HTML parser that is fed from a file and gives back what it has finished.

    Subclasses put finished things into `finished`.
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.finished: list[object] = []


ReaderType = TypeVar("ReaderType", bound=Reader)


def feed(path: Path, charset: str, reader: ReaderType) -> Iterator[ReaderType]:
    """Feed a file to a reader and yield it after every piece, so that it can be emptied.

    Raises
    ------
    SourceError
        A tag is opened and never closed.
    """
    with open_text(path, charset) as stream:
        while piece := stream.read(_PIECE):
            reader.feed(piece)
            if len(reader.rawdata) > _MOST_OPEN:
                what = "the HTML is damaged: a tag is opened and never closed"
                raise SourceError(what, do="export it again", place=Place(shown(path)))
            yield reader
    reader.close()
    yield reader


class Lines(Reader):
    """HTML as lines of text; a new block is an empty line."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line or a block."""
        del attrs
        self._hidden += tag in ("style", "script", "title")
        if tag == "br":
            self._end_line()
        elif tag in _BLOCKS:
            self._end_block()

    def handle_endtag(self, tag: str) -> None:
        """End a block."""
        self._hidden -= tag in ("style", "script", "title") and self._hidden > 0
        if tag in _BLOCKS:
            self._end_block()

    def handle_data(self, data: str) -> None:
        """Take in text."""
        if not self._hidden:
            self._parts.append(data)

    def close(self) -> None:
        """End the last line."""
        super().close()
        self._end_line()

    def _end_line(self) -> None:
        self.finished.append(" ".join("".join(self._parts).split()))
        self._parts = []

    def _end_block(self) -> None:
        if "".join(self._parts).strip():
            self._end_line()
        self._parts = []
        self.finished.append("")


def html_lines(path: Path, charset: str) -> Iterator[str]:
    """Yield the lines of text in an HTML file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.html"
    ...     _ = path.write_text("<p>One<br>Two</p><p>Three</p>")
    ...     [line for line in html_lines(path, "") if line]
    ['One', 'Two', 'Three']
    """
    for reader in feed(path, charset, Lines()):
        yield from map(str, reader.finished)
        reader.finished.clear()
