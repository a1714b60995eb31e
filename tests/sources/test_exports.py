"""Exports of press databases: every article, the cover sheet apart, what can't be kept named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tenor.errors import SourceError
from tenor.sources.articles import export_of
from tenor.sources.importer import ArticleSettings
from tenor.sources.sniff import sniff
from tests.sources.builders import (
    FACTIVA_ARTICLE,
    FACTIVA_XML,
    ITEM,
    LEXIS,
    LEXIS_HTML,
    docx,
    factiva,
    nexis_article,
    nexis_cover,
    read,
)

TEXT = "The talks resumed on Monday.\nNobody expected a breakthrough."


# --- Nexis Uni ---------------------------------------------------------------------------------------


def test_nexis_reads_the_article_and_not_the_cover(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", [*nexis_cover(2), *nexis_article("link:Talks resume"), *nexis_article()], [ITEM])
    (first, second), rejects, report = read(path)
    assert (first.title, first.outlet, first.text) == ("Talks resume", "The Paper (London)", TEXT)
    assert (first.published, first.precision) == (datetime(2019, 7, 1, 9, 20, tzinfo=UTC), "minute")
    assert (first.lang, first.native_id, first.url) == ("en", "5XYZ-0001-F021-0001-00000-00", ITEM)
    assert first.lost == ("byline", "classification", "graphic", "length", "load-date", "publication-type", "section")
    assert (first.raw, second.raw) == ("a.docx, article 1", "a.docx, article 2")
    assert (second.title, second.native_id) == ("Talks resume in the city", "")
    assert not rejects
    assert "search: talks AND city" in report.notes
    export = export_of(path)
    assert (export.search, export.exported, export.announced) == ("talks AND city", date(2019, 7, 5), 2)


def test_nexis_without_a_cover(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", nexis_article(date="December 10, 2019 Tuesday, Lucknow Edition"))
    (document,), _, _ = read(path)
    assert (document.title, str(document.published)[:10]) == ("Talks resume in the city", "2019-12-10")
    assert export_of(path).announced is None


def test_a_capped_export_says_so(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", [*nexis_cover(120), *nexis_article(), *nexis_article("Other news")])
    _, _, report = read(path)
    assert report.lost[0].endswith("a.docx: the export announces 120 hits and holds 2")


def test_nexis_in_german_and_french(tmp_path: Path) -> None:
    german = ["Gespräche", "Die Zeitung", "1. Juli 2019 Montag", "", "Rubrik:\u00a0WELT", "Länge:\u00a055 Wörter"]
    german += ["Volltext", "Ein Absatz.", "Klassifizierung", "Sprache:\u00a0DEUTSCH", "Ende des Dokuments"]
    french = ["Pourparlers", "Le Journal", "lundi 1 juillet 2019", "", "Longueur:\u00a055 mots", "Corps", "Un texte."]
    french += ["Classification", "Langue:\u00a0FRANÇAIS", "Fin du document"]
    documents, _, _ = read(docx(tmp_path / "a.docx", [*german, "", *french]))
    assert [(item.title, item.outlet, item.text, item.lang) for item in documents] == [
        ("Gespräche", "Die Zeitung", "Ein Absatz.", "de"),
        ("Pourparlers", "Le Journal", "Un texte.", "fr"),
    ]
    assert {str(item.published)[:10] for item in documents} == {"2019-07-01"}


def test_nexis_without_a_body_label(tmp_path: Path) -> None:
    lines = ["Talks", "The Paper", "July 1, 2019", "", "Length: 5 words", "Some text.", "More.", "End of Document"]
    (document,), _, _ = read(docx(tmp_path / "a.docx", lines))
    assert (document.title, document.text) == ("Talks", "Some text.\nMore.")


def test_nexis_with_a_date_that_can_not_be_read_keeps_the_article(tmp_path: Path) -> None:
    (document,), _, report = read(docx(tmp_path / "a.docx", [*nexis_cover(1), *nexis_article(date="Winter issue")]))
    assert (document.title, document.outlet, document.published) == (
        "Talks resume in the city",
        "The Paper (London)",
        None,
    )
    assert "unreadable date: Winter issue" in document.lost
    assert "1 article without a date" in report.notes


def test_a_box_is_not_read_twice(tmp_path: Path) -> None:
    box = "<w:p><w:r><w:t>In a box.</w:t></w:r></w:p>"
    both = f"<w:p><AlternateContent><Choice>{box}</Choice><Fallback>{box}</Fallback></AlternateContent></w:p>"
    lines = ["Talks", "The Paper", "July 1, 2019", "", "Body", both, "Text.", "End of Document"]
    (document,), _, _ = read(docx(tmp_path / "a.docx", lines))
    assert document.text == "In a box.\nText."


def test_an_article_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    documents, rejects, report = read(docx(tmp_path / "a.docx", [*nexis_article(), *nexis_article()[:-1]]))
    assert (len(documents), [reject.why for reject in rejects]) == (1, ["the file ends inside this article"])
    assert (report.read, report.kept, report.refused) == (2, 1, 1)


def test_a_word_file_that_is_no_export_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="a Word document that is no Nexis export"):
        sniff(docx(tmp_path / "a.docx", ["A letter", "with no articles"]))


# --- old LexisNexis ----------------------------------------------------------------------------------


def test_lexis_text(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(LEXIS, encoding="utf-8-sig", newline="\r\n")
    (first, second), rejects, report = read(path)
    assert (first.title, first.outlet) == ("A title that runs over two lines", "The Paper (London)")
    assert first.text == "The first paragraph is wrapped.\nNOTE: a label inside the text stays."
    assert (str(first.published)[:10], first.lang) == ("2010-01-11", "en")
    assert first.lost == ("byline", "graphic", "length", "load-date")
    assert (second.title, second.text, second.lang, str(second.published)[:10]) == (
        "Ein Titel",
        "Ein Absatz.",
        "de",
        "2010-01-12",
    )
    assert not rejects
    assert not any("announces" in line for line in report.lost)
    export = export_of(path)
    assert (export.search, export.exported, export.announced) == (
        "(DATE(>=2009-12-01) and talks and not (TYPE(web)))",
        date(2018, 3, 20),
        2,
    )


def test_lexis_html(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(LEXIS_HTML, encoding="utf-8")
    (document,), _, report = read(path)
    assert (document.title, document.outlet, document.lang) == ("First part; second part", "The Paper", "en")
    assert document.text == 'Some "text", marked\nAnd more.'
    assert str(document.published)[:10] == "1991-12-19"
    assert report.lost[0].endswith("the export announces 12 hits and holds 1")


# --- Factiva -----------------------------------------------------------------------------------------


def test_factiva_html(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(factiva([FACTIVA_ARTICLE], found="1,120"), encoding="utf-8")
    (document,), rejects, report = read(path, ArticleSettings(timezone="Europe/Paris"))
    assert (document.title, document.outlet, document.lang) == ("Talks resume", "The Paper", "fr")
    assert document.text == "First paragraph.\nSecond.\nThird."
    assert document.native_id == "PAPER00020111229"
    assert document.published == datetime(2011, 12, 29, 14, 32, tzinfo=UTC)
    assert (document.tz_source, document.lost) == ("study", ("WC",))
    assert not rejects
    assert report.lost[0].endswith("the export announces 1,120 hits and holds 1")
    export = export_of(path)
    assert (export.search, export.database, export.exported) == ("talks AND city", "Factiva", date(2012, 1, 2))


def test_factiva_without_codes_asks_for_them(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(factiva([{"": "Talks resume"}]), encoding="utf-8")
    documents, rejects, _ = read(path)
    assert not documents
    assert "Full Article/Report plus Indexing" in rejects[0].why


def test_factiva_xml(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text(FACTIVA_XML, encoding="utf-8-sig")
    (document,), _, report = read(path)
    assert (document.title, document.text) == ("Talks resume", "First.\nSecond.\nThird.")
    assert (document.native_id, document.lang, document.precision) == ("PAPER1", "en", "second")
    assert report.lost[0].endswith("the export announces 3 hits and holds 1")


# --- real exports ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "importer", "articles", "announced"),
    [
        ("lnt.docx", "nexis-docx@1", 10, 10),
        ("lexisnexis_advance_test_en.docx", "nexis-docx@1", 2, None),
        ("lnt.txt", "lexis-txt@1", 10, 10),
        ("lexisnexis_test_en.html", "lexis-html@1", 2, 2146),
        ("factiva_test.html", "factiva-html@1", 2, None),
        ("factiva_test.xml", "factiva-xml@1", 3, 3),
    ],
)
def test_real_exports(tenor_data: Path, name: str, importer: str, articles: int, announced: int | None) -> None:
    path = tenor_data / "imports" / name
    documents, rejects, report = read(path)
    assert (len(documents), len(rejects), report.importer) == (articles, 0, importer)
    assert all(item.title and item.text and item.outlet and item.published for item in documents)
    assert export_of(path).announced == announced


def test_the_real_cover_sheet_is_not_swallowed(tenor_data: Path) -> None:
    documents, _, _ = read(tenor_data / "imports" / "lnt.docx")
    assert {item.outlet for item in documents} == {"The Guardian(London)"}
    assert not any("Search Terms" in item.title + item.text for item in documents)
    days = [f"{item.published:%d %H:%M}" for item in documents]
    assert days[:3] == ["01 09:20", "02 09:33", "04 13:04"]
    assert export_of(tenor_data / "imports" / "lnt.docx").exported == date(2019, 7, 5)
