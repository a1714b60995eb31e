"""Nexis Uni and Lexis Advance, DOCX: an optional cover sheet, then articles, each up to "End of Document"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from pathlib import Path

from tenor.model import Export
from tenor.sources.article import Raw
from tenor.sources.exports import ExportImporter, Found, begins_with_date, day_of, label_of
from tenor.sources.importer import ArticleSettings
from tenor.sources.ooxml import Element, Package, is_package_with
from tenor.sources.text import clean_text, fold

_DOCUMENT = "word/document.xml"
_RELATIONS = "word/_rels/document.xml.rels"
_ENDS = frozenset(
    map(fold, ("End of Document", "Ende des Dokuments", "Dokumentende", "Fin du document", "Fin del documento"))
)
_BODIES = frozenset(map(fold, ("Body", "Text", "Volltext", "Haupttext", "Hauptteil", "Corps", "Texte", "Cuerpo")))
_AFTER = frozenset(
    map(
        fold, ("Classification", "Klassifizierung", "Klassifikation", "Clasificación", "Graphic", "Grafik", "Graphique")
    )
)
_AFTER_LABELS = frozenset({"load-date", "language", "sprache", "langue", "publication-type", "ladedatum"})
_LANGUAGES = ("language", "sprache", "langue")
_SEARCHES = ("search terms", "suchbegriffe", "termes de la recherche", "termes de recherche")
_TIMES = ("date and time", "datum und uhrzeit", "date et heure")
_COUNT = re.compile(r"(?:documents?|dokumente?|articles?|artikel)\s*\((\d{1,7})\)", re.IGNORECASE)
_ITEM = re.compile(r"urn:contentItem:([0-9A-Z][0-9A-Z-]+)")
_LOOKED_AT = 20_000


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a Word file: its text, and the ids of the links in it."""

    text: str
    links: tuple[str, ...] = ()


@dataclass(slots=True)
class _Open:
    """A paragraph while it is read."""

    parts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)


def paragraphs(elements: Iterator[Element]) -> Iterator[Paragraph]:
    r"""Yield every paragraph of a Word document, those in tables and boxes too, in their final form.

    Examples
    --------
    >>> from tenor.sources.ooxml import xml_elements
    >>> import io
    >>> from tenor.errors import Place
    >>> xml = b"<d><tbl><p><r><t>One</t><br/><t>Two</t></r></p></tbl></d>"
    >>> [paragraph.text for paragraph in paragraphs(xml_elements(io.BytesIO(xml), Place("x")))]
    ['One\nTwo']
    """
    stack: list[_Open] = []
    skipping, inside = 0, False
    for item in elements:
        # A box is written twice, the second time for programs that do not know the first form.
        if item.name == "Fallback":
            skipping += 1 if item.kind == "start" else -1
        if skipping:
            continue
        if item.kind == "start" and item.name == "p":
            stack.append(_Open())
        elif item.kind == "end" and item.name == "p" and stack:
            done = stack.pop()
            yield Paragraph(clean_text("".join(done.parts)).text, tuple(done.links))
        elif item.name == "t":
            inside = item.kind == "start"
        elif stack:
            _take(stack[-1], item, inside=inside)


def _take(paragraph: _Open, item: Element, *, inside: bool) -> None:
    if item.kind == "text":
        if inside:
            paragraph.parts.append(item.text)
    elif item.kind == "start":
        paragraph.parts.append({"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}.get(item.name, ""))
        if item.name == "hyperlink" and "id" in item.attributes:
            paragraph.links.append(item.attributes["id"])


def looks_like_nexis(path: Path, head: bytes) -> bool:
    """Return whether a file is a Word document with the ends that Nexis gives its articles.

    Examples
    --------
    >>> looks_like_nexis(Path("x"), b"title,text")
    False
    """
    if not is_package_with(path, head, _DOCUMENT):
        return False
    with Package(path) as package, closing(package.xml(_DOCUMENT)) as elements:
        return any(fold(item.text) in _ENDS for item in islice(paragraphs(elements), _LOOKED_AT))


def _blocks(package: Package) -> Iterator[tuple[list[Paragraph], bool]]:
    """Yield the paragraphs up to every end of an article, and whether that end was there."""
    block: list[Paragraph] = []
    for item in paragraphs(package.xml(_DOCUMENT)):
        if fold(item.text) in _ENDS:
            yield block, True
            block = []
        else:
            block.append(item)
    if any(item.text for item in block):
        yield block, False


def nexis_articles(path: Path, settings: ArticleSettings) -> Iterator[Found]:
    """Yield the strings of every article.

    Raises
    ------
    SourceError
        The file is damaged, or its XML is not to be trusted.
    """
    del settings
    with Package(path) as package:
        targets = _targets(package)
        for block, ended in _blocks(package):
            if ended:
                yield _article(block, targets)
            elif _index(block, _BODIES) is not None:
                yield "the file ends inside this article"


def _targets(package: Package) -> dict[str, str]:
    if _RELATIONS not in package.members:
        return {}
    return {
        item.attributes.get("Id", ""): item.attributes.get("Target", "")
        for item in package.xml(_RELATIONS)
        if item.kind == "start" and item.name == "Relationship"
    }


def _index(block: list[Paragraph], names: frozenset[str], start: int = 0) -> int | None:
    """Return where a paragraph stands that is one of these names and nothing more."""
    return next((place for place in range(start, len(block)) if fold(block[place].text) in names), None)


def _article(block: list[Paragraph], targets: dict[str, str]) -> Found:
    body = _index(block, _BODIES)
    head_stop = len(block) if body is None else body
    title = _title_index(block, head_stop)
    if title is None:
        return "no title, outlet and date stand before its text"
    filled = [place for place in range(title, head_stop) if block[place].text]
    if body is None:
        body = _last_label(block, filled[3:])
    stop = _body_stop(block, body + 1)
    labels = dict(map(label_of, (block[place].text for place in filled[3:])))
    after = dict(label_of(item.text) for item in block[stop:])
    link = next((targets[name] for name in block[title].links if name in targets), "")
    item = _ITEM.search(link)
    lang = next((after[name] for name in _LANGUAGES if after.get(name)), "")
    lost = {name for name in (*labels, *after) if name and name not in _LANGUAGES}
    lost |= {fold(paragraph.text) for paragraph in block[stop:] if fold(paragraph.text) in _AFTER}
    return Raw(
        title=block[title].text,
        outlet=block[filled[1]].text if len(filled) > 1 else "",
        date=block[filled[2]].text if len(filled) > 2 else "",
        dated_line=True,
        text="\n".join(paragraph.text for paragraph in block[body + 1 : stop] if paragraph.text),
        native_id=item[1] if item else "",
        url=link if item else "",
        lang=lang,
        lost=tuple(sorted(lost)),
    )


def _title_index(block: list[Paragraph], stop: int) -> int | None:
    """Return where the title stands: two lines above the last date before the text, whatever the cover holds."""
    for place in range(stop - 1, 1, -1):
        if begins_with_date(block[place].text) and block[place - 1].text and block[place - 2].text:
            return place - 2
    # No date can be read: the last lines that stand together above the copyright or the first label.
    end = next((place for place in range(stop) if _is_below_date(block[place].text)), stop)
    while end and not block[end - 1].text:
        end -= 1
    start = end
    while start and block[start - 1].text:
        start -= 1
    return start if end - start in (2, 3) else None


def _is_below_date(text: str) -> bool:
    return fold(text).startswith(("copyright", "section:", "length:", "byline:", "lange:", "rubrik:", "longueur:"))


def _last_label(block: list[Paragraph], places: list[int]) -> int:
    """Return where the last line with a label stands before a text that nothing announces."""
    last = 0
    for place in places:
        if not label_of(block[place].text)[0] and not fold(block[place].text).startswith(("copyright", "©")):
            break
        last = place
    return last


def _body_stop(block: list[Paragraph], start: int) -> int:
    for place in range(start, len(block)):
        text = fold(block[place].text)
        if text in _AFTER or (len(text) < 60 and label_of(text)[0] in _AFTER_LABELS):
            return place
    return len(block)


def nexis_cover(path: Path) -> Export:
    """Return what the cover sheet says: the search, when it was exported, how many articles there should be."""
    with Package(path) as package:
        block, _ = next(_blocks(package), ([], False))
    stop = _index(block, _BODIES)
    title = _title_index(block, len(block) if stop is None else stop)
    search: str | None = None
    exported: date | None = None
    announced: int | None = None
    for item in block[: title or 0]:
        label, rest = label_of(item.text)
        count = _COUNT.fullmatch(item.text)
        if label in _SEARCHES and search is None:
            search = rest
        elif label in _TIMES:
            exported = day_of(rest)
        elif count:
            announced = int(count[1])
    return Export(search=search, exported=exported, announced=announced)


IMPORTERS = (
    ExportImporter(
        name="nexis-docx@1",
        reads="Nexis Uni and Lexis Advance (DOCX)",
        recognise=looks_like_nexis,
        articles=nexis_articles,
        cover=nexis_cover,
    ),
)
