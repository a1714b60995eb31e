"""Factiva, HTML with indexing codes and XML: HD is the title, LP and TD the text, AN the identifier."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tenor.errors import Place, shown
from tenor.model import Export
from tenor.sources.article import Raw
from tenor.sources.exports import ExportImporter, Found, day_of
from tenor.sources.files import open_bytes, rough_text
from tenor.sources.importer import ArticleSettings
from tenor.sources.markup import Reader, feed
from tenor.sources.ooxml import Element, xml_elements

_CODE = re.compile(r"[A-Z]{2,3}")
_KEPT = frozenset({"HD", "LP", "TD", "SN", "PD", "ET", "LA", "AN"})
_NO_CODES = "it has no codes: export it with the display option 'Full Article/Report plus Indexing'"
_BREAKS = frozenset({"p", "br", "div", "tr"})


def looks_like_factiva_html(path: Path, head: bytes) -> bool:
    """Return whether a file is a Factiva export as HTML.

    Examples
    --------
    >>> looks_like_factiva_html(Path("x"), b"<html><head><title>Factiva</title>")
    True
    """
    del path
    text = (rough_text(head) or "").lstrip().lower()
    return text.startswith("<") and not text.startswith("<?xml version") and "factiva" in text and "<html" in text


def looks_like_factiva_xml(path: Path, head: bytes) -> bool:
    """Return whether a file is a Factiva export as XML.

    Examples
    --------
    >>> looks_like_factiva_xml(Path("x"), b'<PPSResponse><a xmlns="http://global.factiva.com/pps/2.0"><ppsarticle>')
    True
    """
    del path
    text = rough_text(head) or ""
    return text.lstrip("\ufeff \t\r\n").startswith("<") and "global.factiva.com" in text and "<html" not in text


# --- HTML --------------------------------------------------------------------------------------------


class _Articles(Reader):
    """Collects every article as its codes, and the rows of the search summary as `summary`."""

    def __init__(self) -> None:
        super().__init__()
        self.summary: dict[str, str] = {}
        self._depth = 0
        self._tables = 0
        self._codes: dict[str, str] = {}
        self._cells: list[list[str]] = []
        self._hidden = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "div":
            if self._depth:
                self._depth += 1
            elif "article" in (dict(attrs).get("class") or "").split():
                self._depth, self._tables, self._codes = 1, 0, {}
        self._hidden = tag in ("style", "script")
        self._tables += tag == "table"
        if self._tables <= 1 or not self._depth:
            if tag == "tr":
                self._cells = []
            elif tag == "td":
                self._cells.append([])
        if tag in _BREAKS and self._cells:
            self._cells[-1].append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._hidden = False
        if tag == "tr" and (self._tables <= 1 or not self._depth):
            self._end_row()
        elif tag == "p" and self._cells:
            self._cells[-1].append("\n")
        self._tables -= tag == "table" and self._tables > 0
        if tag == "div" and self._depth:
            self._depth -= 1
            if not self._depth:
                self.finished.append(self._codes)

    def handle_data(self, data: str) -> None:
        if self._cells and not self._hidden:
            self._cells[-1].append(data)

    def _end_row(self) -> None:
        cells = ["\n".join(_filled_lines(parts)) for parts in self._cells]
        self._cells = []
        if len(cells) != 2:
            return
        if not self._depth:
            self.summary.setdefault(cells[0].strip().rstrip(":").lower(), cells[1])
        elif _CODE.fullmatch(cells[0]):
            there = self._codes.get(cells[0])
            self._codes[cells[0]] = f"{there}\n{cells[1]}" if there else cells[1]


def _filled_lines(parts: list[str]) -> list[str]:
    """Return the lines that are not empty; a line end in the source is a space, only tags break lines."""
    text = "".join(part if part == "\n" else part.replace("\n", " ").replace("\r", " ") for part in parts)
    return [line for line in (" ".join(line.split()) for line in text.split("\n")) if line]


def html_articles(path: Path, settings: ArticleSettings) -> Iterator[Found]:
    """Yield the strings of every article of an HTML file."""
    for reader in feed(path, settings.charset, _Articles()):
        for codes in reader.finished:
            yield _article(codes if isinstance(codes, dict) else {})
        reader.finished.clear()


def _article(codes: dict[str, str]) -> Found:
    if not codes:
        return _NO_CODES
    return Raw(
        title=codes.get("HD", ""),
        text="\n".join(codes[code] for code in ("LP", "TD") if codes.get(code)),
        outlet=codes.get("SN", ""),
        date=f"{codes.get('PD', '')} {codes.get('ET', '')}".strip(),
        native_id=codes.get("AN", "").removeprefix("Document "),
        lang=codes.get("LA", ""),
        lost=tuple(sorted(set(codes) - _KEPT)),
    )


def html_cover(path: Path) -> Export:
    """Return what the search summary at the end says, where there is one."""
    reader = _Articles()
    for fed in feed(path, "latin-1", reader):
        fed.finished.clear()
    count = re.sub(r"\D", "", reader.summary.get("results found", ""))
    return Export(
        search=reader.summary.get("text"),
        database="Factiva",
        exported=day_of(reader.summary.get("timestamp", "")),
        announced=int(count) if count else None,
    )


# --- XML ---------------------------------------------------------------------------------------------

_FIELDS = {
    "accessionNo": "AN",
    "baseLanguage": "LA",
    "headline": "HD",
    "leadParagraph": "LP",
    "tailParagraphs": "TD",
    "sourceName": "SN",
    "dateTime": "PD",
    "byline": "BY",
    "copyright": "CY",
    "wordCount": "WC",
}


@dataclass(slots=True)
class _Article:
    """An article of an XML file while it is read."""

    codes: dict[str, list[str]] = field(default_factory=dict)
    code: str = ""

    def take(self, item: Element) -> None:
        """Take in a piece of it."""
        if item.kind == "start" and item.name in _FIELDS:
            self.code = _FIELDS[item.name]
            self.codes.setdefault(self.code, [])
        elif item.kind == "end" and _FIELDS.get(item.name) == self.code:
            self.code = ""
        elif self.code:
            parts = self.codes[self.code]
            parts.append("\n" if item.name == "paragraph" else item.text)


def xml_articles(path: Path, settings: ArticleSettings) -> Iterator[Found]:
    """Yield the strings of every article of an XML file."""
    del settings
    article: _Article | None = None
    with open_bytes(path) as stream:
        for item in xml_elements(stream, Place(shown(path))):
            if item.name == "article" and item.kind == "start":
                article = _Article()
            elif item.name == "article" and article:
                yield _article({code: "\n".join(_filled_lines(parts)) for code, parts in article.codes.items()})
                article = None
            elif article:
                article.take(item)


def xml_cover(path: Path) -> Export:
    """Return how many articles the file says it holds."""
    with open_bytes(path) as stream:
        for item in xml_elements(stream, Place(shown(path))):
            if item.kind == "start" and item.name == "ppsarticleResultSet":
                count = item.attributes.get("count", "")
                return Export(database="Factiva", announced=int(count) if count.isdigit() else None)
    return Export(database="Factiva")


IMPORTERS = (
    ExportImporter(
        name="factiva-html@1",
        reads="Factiva (HTML with indexing)",
        recognise=looks_like_factiva_html,
        articles=html_articles,
        cover=html_cover,
    ),
    ExportImporter(
        name="factiva-xml@1",
        reads="Factiva (XML)",
        recognise=looks_like_factiva_xml,
        articles=xml_articles,
        cover=xml_cover,
    ),
)
