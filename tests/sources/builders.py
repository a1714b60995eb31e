"""Small files of the forms that the importers read, written for the tests."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from tenor.model import Document, ImportReport, Reject
from tenor.sources.articles import read_articles
from tenor.sources.importer import ArticleSettings

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGED = "http://schemas.openxmlformats.org/package/2006/relationships"
ITEM = "https://advance.lexis.com/api/document?id=urn:contentItem:5XYZ-0001-F021-0001-00000-00&idtype=PID"


def read(path: Path, settings: ArticleSettings | None = None) -> tuple[list[Document], list[Reject], ImportReport]:
    """Read a file to its end."""
    articles = read_articles(path, settings)
    items = list(articles)
    documents = [item for item in items if isinstance(item, Document)]
    return documents, [item for item in items if isinstance(item, Reject)], articles.report()


def pack(path: Path, members: dict[str, str]) -> Path:
    """Write a ZIP archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path


def paragraph(text: str, link: str = "") -> str:
    """Return a paragraph of a Word file; a line end becomes a break."""
    runs = "<w:r><w:br/></w:r>".join(f"<w:r><w:t>{escape(line)}</w:t></w:r>" for line in text.split("\n"))
    return f'<w:p>{f"""<w:hyperlink r:id="{link}">{runs}</w:hyperlink>""" if link else runs}</w:p>'


def docx(path: Path, paragraphs: Iterable[str], links: Sequence[str] = (), *, before: str = "") -> Path:
    """Write a Word file of paragraphs; those given as XML are taken as they are."""
    body = "".join(item if item.startswith("<") else paragraph(item) for item in paragraphs)
    relations = "".join(
        f'<Relationship Id="r{number}" Target="{escape(link)}"/>' for number, link in enumerate(links, start=1)
    )
    document = f'{before}<w:document xmlns:w="{WORD}" xmlns:r="{RELATED}"><w:body>{body}</w:body></w:document>'
    return pack(
        path,
        {
            "word/document.xml": document,
            "word/_rels/document.xml.rels": f'<Relationships xmlns="{PACKAGED}">{relations}</Relationships>',
        },
    )


def nexis_cover(count: int) -> list[str]:
    """Return a cover sheet whose second half stands in a table, as Nexis writes it."""
    cells = "".join(f"<w:tr><w:tc>{paragraph(text)}</w:tc></w:tr>" for text in ("Content Type", "News"))
    return [
        "",
        "Date and Time: Friday, 5. July 2019 09:31:00 CEST",
        "Job Number: 00000001",
        f"Documents ({count})",
        "1. Talks resume in the city",
        "Client/Matter: -None-",
        "Search Terms: talks AND city",
        "Narrowed by: ",
        f"<w:tbl>{cells}</w:tbl>",
        "",
    ]


def nexis_article(title: str = "Talks resume in the city", date: str = "July 1, 2019 Monday 9:20 AM GMT") -> list[str]:
    """Return the paragraphs of one article."""
    return [
        "",
        title if not title.startswith("link:") else paragraph(title.removeprefix("link:"), "r1"),
        "The Paper (London)",
        date,
        "",
        "\nCopyright 2019 The Paper All Rights Reserved",
        "Section:\u00a0WORLD; Pg. 3",
        "Length:\u00a055 words",
        "Byline:\u00a0A Reporter",
        "Body",
        "",
        "The talks resumed on Monday.",
        "",
        "Nobody expected a breakthrough.",
        "\nGraphic",
        "A table.",
        "Classification",
        "Language:\u00a0ENGLISH\n\n",
        "Publication-Type:\u00a0Newspaper\n\n",
        "Load-Date:\u00a0July 2, 2019",
        "",
        "\nEnd of Document",
    ]


def xlsx(path: Path, rows: str, *, strings: Sequence[str] = (), date1904: bool = False) -> Path:
    """Write a workbook of one sheet; style 1 shows a date."""
    shared = "".join(f"<si><t>{escape(text)}</t></si>" for text in strings)
    mode = '<workbookPr date1904="1"/>' if date1904 else ""
    return pack(
        path,
        {
            "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{RELATED}">{mode}'
            '<sheets><sheet name="First" sheetId="1" r:id="r1"/></sheets></workbook>',
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGED}">'
            '<Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{SHEET}">{shared}</sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{SHEET}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{rows}</sheetData></worksheet>',
        },
    )


LEXIS = """\


Download Request: Selected Items: 1-2
Time Of Request: Friday, March 20, 2018  16:51:31

Terms: (DATE(>=2009-12-01) and talks
and not (TYPE(web)))


                               1 of 2 DOCUMENTS



                               The Paper (London)

                            January 11, 2010 Monday
                                   Edition 1;
                                National Edition

A title that runs
over two lines

BYLINE: A Reporter

LENGTH: 55 words


The first paragraph
is wrapped.

NOTE: a label inside the text stays.

LOAD-DATE: January 11, 2010

LANGUAGE: ENGLISH

GRAPHIC: A picture
of talks


                       Copyright 2010 The Paper Limited
                              All Rights Reserved

                               2 of 2 DOCUMENTS


                                 Die Zeitung

                              12. Januar 2010

Ein Titel

LÄNGE: 12 Wörter

Ein Absatz.

SPRACHE: DEUTSCH
"""

LEXIS_HTML = """\
<HTML><HEAD><STYLE>.c0 { x: 1 }</STYLE><TITLE>&nbsp;</TITLE></HEAD><BODY>
<BR><DIV CLASS="c0"><P CLASS="c1"><SPAN CLASS="c2">11 of 12 DOCUMENTS</SPAN></P></DIV>
<BR><DIV CLASS="c3"><P CLASS="c1"><SPAN CLASS="c2">The Paper</SPAN></P></DIV>
<BR><DIV CLASS="c3"><P CLASS="c1"><SPAN CLASS="c4">December</SPAN><SPAN CLASS="c2"> 19, 1991, Sunday</SPAN></P></DIV>
<BR><DIV CLASS="c5"><P CLASS="c6"><SPAN CLASS="c7">First part;<BR>second part</SPAN></P></DIV>
<BR><DIV CLASS="c5"><P CLASS="c6"><SPAN CLASS="c8">LENGTH: </SPAN><SPAN CLASS="c2">5 words</SPAN></P></DIV>
<BR><DIV CLASS="c5"><P CLASS="c9"><SPAN CLASS="c2">Some &quot;text&quot;, </SPAN><SPAN CLASS="c4">marked</SPAN></P>
<P CLASS="c9"><SPAN CLASS="c2">And more.</SPAN></P></DIV>
<BR><DIV CLASS="c5"><P CLASS="c6"><SPAN CLASS="c8">LANGUAGE: </SPAN><SPAN CLASS="c2">ENGLISH</SPAN></P></DIV>
</BODY></HTML>
"""


def factiva_row(code: str, cell: str) -> str:
    """Return a row of an article's table."""
    return f'<tr><td class="index"><b>{code}</b>&nbsp;</td><td>{cell}</td></tr>'


def factiva(articles: Iterable[dict[str, str]], found: str = "") -> str:
    """Return a Factiva page; `found` is the number of results in the summary at its end."""
    tables = "".join(
        f'<div class="article enArticle"><table>{rows}</table><br/></div>'
        for rows in ("".join(factiva_row(*row) for row in codes.items()) for codes in articles)
    )
    summary = f"""<div><table><tr><td>Text</td><td>talks AND city</td></tr>
    <tr><td>Results Found</td><td>{found}</td></tr>
    <tr><td>Timestamp</td><td>2 January 2012 10:15</td></tr></table></div>"""
    style = "<style>.article { a: b }</style>"
    head = f'<!DOCTYPE html PUBLIC "x" "y"><html><head><title>Factiva</title>{style}</head>'
    return f"{head}<body>{tables}{summary if found else ''}</body></html>"


FACTIVA_ARTICLE = {
    "HD": "<b class='enHeadline'>Talks resume</b>",
    "WC": "55 words",
    "PD": "29 décembre 2011",
    "ET": "15:32",
    "SN": "The Paper",
    "LA": "Français",
    "LP": '<p class="articleParagraph">First\nparagraph.</p><p class="articleParagraph">Second.</p>',
    "TD": '<p class="articleParagraph">Third.</p>',
    "AN": "<br/>Document PAPER00020111229",
}

FACTIVA_XML = """\
<?xml version="1.0"?><PPSResponse><r xmlns="http://global.factiva.com/pps/2.0"><ppsarticleResultSet count="3">
<ppsarticle><article><accessionNo>PAPER1</accessionNo><baseLanguage>EN</baseLanguage>
<headline><paragraph><hlt>Talks</hlt> resume</paragraph></headline>
<leadParagraph><paragraph>First.</paragraph><paragraph>Second.</paragraph></leadParagraph>
<publicationDate><dateTime>2012-01-09T01:35:58Z</dateTime></publicationDate><sourceName>The Paper</sourceName>
<tailParagraphs><paragraph>Third.</paragraph></tailParagraphs><wordCount>3</wordCount></article></ppsarticle>
</ppsarticleResultSet></r></PPSResponse>
"""
