"""LexisNexis as it was before Nexis Uni, TXT and HTML: "1 of 10 DOCUMENTS", then outlet, date, title, labels, text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from tenor.model import Export
from tenor.sources.article import Raw
from tenor.sources.exports import ExportImporter, Found, begins_with_date, day_of, label_of
from tenor.sources.files import bounded_lines, open_text, rough_text
from tenor.sources.importer import MOST_CHARACTERS, ArticleSettings
from tenor.sources.markup import html_lines
from tenor.sources.text import clean_text

_START = re.compile(
    r"\s*(?:(\d{1,7}) (?:of|von|de) (\d{1,7}) (?:DOCUMENTS?|DOKUMENTEN?)"
    r"|(?:Dokument|Document) (\d{1,7}) (?:von|de) (\d{1,7}))\s*"
)
_IN_HTML = re.compile(r">\s*\d{1,7} (?:of|von|de) \d{1,7} (?:DOCUMENTS?|DOKUMENTEN?)\s*<")
_CAPITALS = re.compile(r"[A-ZÄÖÜÉÈ][A-ZÄÖÜÉÈ \-]{2,28}:")
_TITLES = ("headline", "title", "überschrift", "titel", "titre")
_LANGUAGES = ("language", "sprache", "langue")
_AFTER_NAMES = (
    "load-date language graphic publication-type journal-code subject company organization person geographic "
    "correction correction-date country state city industry ticker document-type type sprache update grafik "
    "langue date-chargement name thema"
)
_AFTER = frozenset(_AFTER_NAMES.split())
_SEARCHES = ("terms", "search terms", "suchbegriffe")
_TIMES = ("time of request", "datum/uhrzeit der anfrage")


def looks_like_lexis_text(path: Path, head: bytes) -> bool:
    r"""Return whether a file is an old LexisNexis export as text.

    Examples
    --------
    >>> looks_like_lexis_text(Path("x"), b"\n   1 of 10 DOCUMENTS\n\n  The Paper\n")
    True
    """
    del path
    text = rough_text(head)
    if text is None or text.lstrip().startswith("<"):
        return False
    return any(_START.fullmatch(line) for line in text.splitlines())


def looks_like_lexis_html(path: Path, head: bytes) -> bool:
    """Return whether a file is an old LexisNexis export as HTML.

    Examples
    --------
    >>> looks_like_lexis_html(Path("x"), b"<html><p>1 of 10 DOCUMENTS</p>")
    True
    """
    del path
    text = rough_text(head)
    return text is not None and text.lstrip().startswith("<") and _IN_HTML.search(text) is not None


def _lines(path: Path, charset: str, *, html: bool) -> Iterator[str]:
    if html:
        yield from (clean_text(line).text for line in html_lines(path, charset))
        return
    with open_text(path, charset) as stream:
        for _, line in bounded_lines(stream, MOST_CHARACTERS):
            yield clean_text(line or "").text


def _blocks(lines: Iterator[str]) -> Iterator[list[str]]:
    """Yield the lines before the first article, then those of every article, its count first."""
    block: list[str] = []
    for line in lines:
        if _START.fullmatch(line):
            yield block
            block = []
        block.append(line)
    yield block


def text_articles(path: Path, settings: ArticleSettings) -> Iterator[Found]:
    """Yield the strings of every article of a text file."""
    yield from _articles(_lines(path, settings.charset, html=False))


def html_articles(path: Path, settings: ArticleSettings) -> Iterator[Found]:
    """Yield the strings of every article of an HTML file."""
    yield from _articles(_lines(path, settings.charset, html=True))


def _articles(lines: Iterator[str]) -> Iterator[Found]:
    blocks = _blocks(lines)
    next(blocks, None)
    for block in blocks:
        yield _article(_groups(block[1:]))


def _groups(lines: list[str]) -> list[list[str]]:
    """Return lines that stand together, as paragraphs do."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if line:
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def _article(groups: list[list[str]]) -> Found:
    dated = next((place for place, group in enumerate(groups[:5]) if begins_with_date(group[0])), None)
    if dated is None or not dated:
        return "no outlet and date stand before its text"
    paragraphs = [" ".join(group) for group in groups]
    title, start = "", dated + 1
    if start < len(groups) and not _CAPITALS.match(paragraphs[start]):
        title, start = paragraphs[start], start + 1
    labels: dict[str, str] = {}
    while start < len(groups) and _CAPITALS.match(paragraphs[start]):
        label, rest = label_of(paragraphs[start])
        labels[label] = rest
        start += 1
    stop = next((place for place in range(start, len(groups)) if _is_after(paragraphs[place])), len(groups))
    after = dict(map(label_of, filter(_CAPITALS.match, paragraphs[stop:])))
    lost = {name for name in (*labels, *after) if name not in (*_LANGUAGES, *_TITLES)}
    return Raw(
        title=title or next((labels[name] for name in _TITLES if name in labels), ""),
        outlet=" ".join(paragraphs[:dated]),
        date=groups[dated][0],
        dated_line=True,
        text="\n".join(paragraphs[start:stop]),
        lang=next(((labels | after)[name] for name in _LANGUAGES if name in labels | after), ""),
        lost=tuple(sorted(lost)),
    )


def _is_after(paragraph: str) -> bool:
    if _CAPITALS.match(paragraph):
        return label_of(paragraph)[0] in _AFTER
    return paragraph.startswith("Copyright ") and len(paragraph) < 200


def text_cover(path: Path) -> Export:
    """Return what a text file says of its search."""
    return _cover(_lines(path, "latin-1", html=False))


def html_cover(path: Path) -> Export:
    """Return what an HTML file says of its search."""
    return _cover(_lines(path, "latin-1", html=True))


def _cover(lines: Iterator[str]) -> Export:
    blocks = _blocks(lines)
    cover, first = next(blocks, []), next(blocks, [])
    match = _START.fullmatch(first[0]) if first else None
    search: str | None = None
    exported: date | None = None
    for group in _groups(cover):
        for place, line in enumerate(group):
            label, rest = label_of(line)
            if label in _SEARCHES:
                search = " ".join([rest, *group[place + 1 :]])
            elif label in _TIMES:
                exported = day_of(rest)
    announced = int(match[2] or match[4]) if match else None
    return Export(search=search, exported=exported, announced=announced)


IMPORTERS = (
    ExportImporter(
        name="lexis-txt@1",
        reads="old LexisNexis (TXT)",
        recognise=looks_like_lexis_text,
        articles=text_articles,
        cover=text_cover,
    ),
    ExportImporter(
        name="lexis-html@1",
        reads="old LexisNexis (HTML)",
        recognise=looks_like_lexis_html,
        articles=html_articles,
        cover=html_cover,
    ),
)
