"""Bad input: an error with the place, or a record refused with its reason; nothing is half imported."""

from __future__ import annotations

import gzip
import io
import os
import struct
import tracemalloc
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tenor.errors import MissingInput, SourceError, TenorError
from tenor.model import Document, Reject
from tenor.sources.articles import read_articles
from tenor.sources.importer import MOST_CHARACTERS, ArticleSettings
from tenor.sources.sniff import sniff
from tests.sources.builders import docx, nexis_article, pack, read, xlsx

HEADER = "title,text,date,outlet\n"


def table(folder: Path, text: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def error_of(path: Path, settings: ArticleSettings | None = None) -> str:
    with pytest.raises(TenorError) as caught:
        read(path, settings)
    return str(caught.value)


# --- dates -------------------------------------------------------------------------------------------


def test_three_forms_of_dates(tmp_path: Path) -> None:
    rows = "A,a,2024-01-31,O\nB,b,1 July 2019,O\nC,c,31.12.2023,O\n"
    documents, _, report = read(table(tmp_path, HEADER + rows))
    assert [str(item.published)[:10] for item in documents] == ["2024-01-31", "2019-07-01", "2023-12-31"]
    assert any(note.startswith("dates stand in several forms") for note in report.notes)


def test_day_and_month_that_can_not_be_told_apart(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "A,a,01/02/2024,O\nB,b,03/04/2024,O\n")
    assert "a.csv: date: '01/02/2024' reads two ways" in error_of(path)
    documents, _, _ = read(path, ArticleSettings(date_format="month first"))
    assert [str(item.published)[:10] for item in documents] == ["2024-01-02", "2024-03-04"]


def test_years_of_two_digits_are_said(tmp_path: Path) -> None:
    documents, _, report = read(table(tmp_path, HEADER + "A,a,13.02.24,O\n"))
    assert (str(documents[0].published)[:10], documents[0].lost) == ("2024-02-13", ("two-digit year",))
    assert "two-digit year: 1 article" in report.lost


def test_the_future_is_refused_and_tomorrow_is_not(tmp_path: Path) -> None:
    now = datetime.now(tz=UTC)
    days = [f"{now + timedelta(days=days):%Y-%m-%d}" for days in (1, 4)]
    documents, rejects, _ = read(table(tmp_path, HEADER + "".join(f"A,a,{day},O\n" for day in days)))
    assert len(documents) == 1
    assert rejects[0].why == f"it is dated in the future ({days[1]})"


def test_undated_articles_are_kept_and_counted(tmp_path: Path) -> None:
    rows = "A,a,,O\nB,b,soon,O\nC,c,2024-01-31,O\nD,d,2024-01-31,O\n"
    documents, _, report = read(table(tmp_path, HEADER + rows))
    assert [item.precision for item in documents] == ["none", "none", "day", "day"]
    assert "2 articles without a date" in report.notes
    assert "unreadable date: 1 article" in report.lost


# --- encodings ---------------------------------------------------------------------------------------

RUSSIAN = HEADER + "Переговоры в Стамбуле,Стороны не договорились ни о чём,2022-04-01,Газета\n"


@pytest.mark.parametrize("charset", ["cp1251", "koi8-r", "cp866"])
def test_an_encoding_is_proposed_and_never_guessed(tmp_path: Path, charset: str) -> None:
    path = table(tmp_path, RUSSIAN.encode(charset))
    message = error_of(path)
    assert "a.csv:2: this is not UTF-8" in message
    assert f"likely {charset}" in message
    documents, _, _ = read(path, ArticleSettings(charset=charset))
    assert documents[0].title == "Переговоры в Стамбуле"


def test_western_and_turkish_encodings_are_proposed(tmp_path: Path) -> None:
    text = HEADER + "Überraschung für Köln,Die Gespräche wären fast geplatzt,2022-04-01,Zeitung\n"
    assert "cp1252" in error_of(table(tmp_path, text.encode("cp1252")))
    text = HEADER + "Görüşmeler başladı,İki taraf da anlaşmaya varamadı,2022-04-01,Gazete\n"
    assert "cp1254" in error_of(table(tmp_path, text.encode("cp1254")))


def test_a_bad_byte_far_down_keeps_nothing(tmp_path: Path) -> None:
    good = "A,a,2022-04-01,O\n" * 20_000
    path = table(tmp_path, (HEADER + good).encode() + b"B\xff,b,2022-04-01,O\n")
    articles = read_articles(path)
    with pytest.raises(SourceError, match=r"a\.csv:20002: this is not UTF-8"):
        list(articles)
    assert list(articles) == []
    with pytest.raises(SourceError, match="not been read to the end"):
        articles.report()


@pytest.mark.parametrize("charset", ["utf-16", "utf-8-sig", "utf-32"])
def test_byte_order_marks_are_followed(tmp_path: Path, charset: str) -> None:
    documents, _, _ = read(table(tmp_path, RUSSIAN.encode(charset)))
    assert documents[0].outlet == "Газета"


def test_utf_16_without_a_mark_is_named(tmp_path: Path) -> None:
    assert "UTF-16 without a byte order mark" in error_of(table(tmp_path, RUSSIAN.encode("utf-16-le")))


def test_an_unknown_encoding_is_named(tmp_path: Path) -> None:
    assert "no encoding 'cp125'" in error_of(table(tmp_path, RUSSIAN), ArticleSettings(charset="cp125"))


# --- what a file is ----------------------------------------------------------------------------------


def test_a_csv_that_is_html_is_named(tmp_path: Path) -> None:
    message = error_of(table(tmp_path, "<!DOCTYPE html><html><body>Please log in, title, text</body></html>"))
    assert "a.csv: this is an HTML page that is no export tenor knows" in message
    assert "Nexis" in message


def test_a_docx_that_is_an_xlsx_is_read_as_what_it_is(tmp_path: Path) -> None:
    names = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("title", "outlet"))
    path = xlsx(tmp_path / "a.docx", f"<row>{names}</row><row>{names}</row>")
    assert sniff(path).name == "xlsx@1"
    assert sniff(docx(tmp_path / "a.xlsx", nexis_article())).name == "nexis-docx@1"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"{\\rtf1\\ansi", "an RTF file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "an old Word or Excel file"),
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"<?xml version='1.0'?><rss>", "an XML file"),
        (b'{\n "articles": []\n}', "JSON of a form"),
        (bytes(range(256)), "no text"),
        (b"a;b\n1;2\n3;4\n5;6\n", "text of a form tenor does not know"),
        (b"PK\x03\x04 cut off", "a damaged or cut-off ZIP archive"),
    ],
)
def test_what_nothing_reads_is_named(tmp_path: Path, raw: bytes, says: str) -> None:
    message = error_of(table(tmp_path, raw))
    assert f"this is {says}" in message
    assert "tenor reads: " in message


def test_other_archives_are_named(tmp_path: Path) -> None:
    assert "a ZIP archive of 1 files; unpack it" in error_of(pack(tmp_path / "a", {"a.csv": HEADER}))
    assert "a presentation" in error_of(pack(tmp_path / "a", {"ppt/presentation.xml": ""}))


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="there is no file"):
        sniff(tmp_path / "none.csv")
    assert "the file is empty" in error_of(table(tmp_path, b""))
    assert "no row that can be read" in error_of(table(tmp_path, HEADER))
    assert "3 cells under 4 columns" in error_of(table(tmp_path, HEADER + "a,b,c\n"))


# --- archives and XML --------------------------------------------------------------------------------


def bomb(path: Path, megabytes: int) -> Path:
    """Write a Word file whose text unpacks to very much more than the file."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("word/document.xml", "w") as member:
        member.write(b'<d xmlns:w="x"><w:p><w:t>End of Document</w:t></w:p>')
        for _ in range(megabytes):
            member.write(b"<w:p><w:t>" + b"x" * 1_000_000 + b"</w:t></w:p>")
        member.write(b"</d>")
    return path


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = bomb(tmp_path / "a.docx", 64)
    assert path.stat().st_size < 200_000
    with pytest.raises(SourceError, match="unpacks to more than"):
        read(path)


def test_a_gzip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb") as packed:
        packed.write(HEADER.encode())
        for _ in range(40):
            packed.write(b"a" * 1_000_000)
    assert "unpacks to more than 16 MB" in error_of(table(tmp_path, buffer.getvalue()))


def test_a_cut_off_gzip_is_named(tmp_path: Path) -> None:
    rows = "".join(f"Title {n},text {n * n},2024-01-01,O\n" for n in range(9_000))
    packed = gzip.compress((HEADER + rows).encode())
    assert "damaged or cut off" in error_of(table(tmp_path, packed[: len(packed) // 2]))


LAUGHS = (
    """<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>"""
)
EXTERNAL = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("before", [LAUGHS, EXTERNAL, '<!DOCTYPE d SYSTEM "http://example.org/d.dtd">'])
def test_xml_that_declares_entities_is_refused(tmp_path: Path, before: str) -> None:
    message = error_of(docx(tmp_path / "a.docx", nexis_article(), before=before))
    assert "a.docx: word/document.xml: the XML declares a document type" in message


@pytest.mark.parametrize("name", ["../out.xml", "/etc/out.xml", "a/../../out.xml", "..\\out.xml", "C:/out.xml"])
def test_archives_that_reach_outside_are_refused(tmp_path: Path, name: str) -> None:
    path = docx(tmp_path / "a.docx", nexis_article())
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(name, "x")
    assert "holds a member outside its own folder" in error_of(path)
    assert [item.name for item in tmp_path.iterdir()] == ["a.docx"]


def test_two_members_of_one_name_and_passwords_are_refused(tmp_path: Path) -> None:
    path = docx(tmp_path / "a.docx", nexis_article())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("word/document.xml", "x")
    assert "two members of one name" in error_of(path)
    raw = bytearray(docx(tmp_path / "b.docx", nexis_article()).read_bytes())
    place = raw.index(b"PK\x01\x02")
    struct.pack_into("<H", raw, place + 8, struct.unpack_from("<H", raw, place + 8)[0] | 1)
    assert "protected by a password" in error_of(table(tmp_path, bytes(raw)))


def test_a_damaged_member_is_named(tmp_path: Path) -> None:
    raw = bytearray(docx(tmp_path / "a.docx", nexis_article() * 40).read_bytes())
    raw[200:300] = bytes(100)
    message = error_of(table(tmp_path, bytes(raw)))
    assert "damaged" in message


# --- sizes -------------------------------------------------------------------------------------------


def large_field(path: Path, megabytes: int, *, quoted: bool) -> Path:
    quote = '"' if quoted else ""
    with path.open("w", encoding="utf-8") as out:
        out.write(HEADER + "A,a,2024-01-01,O\nB," + quote)
        for _ in range(megabytes):
            out.write("x" * 1_000_000)
        out.write(quote + ",2024-01-01,O\nC,c,2024-01-01,O\n")
    return path


def peak(path: Path) -> tuple[list[Document], list[Reject], int]:
    tracemalloc.start()
    documents, rejects, _ = read(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return documents, rejects, most


@pytest.mark.parametrize("quoted", [True, False])
def test_a_field_of_60_mb_is_refused_and_its_neighbours_are_kept(tmp_path: Path, quoted: bool) -> None:
    documents, rejects, most = peak(large_field(tmp_path / "a.csv", 60, quoted=quoted))
    assert [item.title for item in documents] == ["A", "C"]
    assert [item.why for item in rejects] == [f"a field holds more than {MOST_CHARACTERS:,} characters"]
    assert most < 3 * MOST_CHARACTERS


@pytest.mark.slow
def test_a_field_of_300_mb_takes_no_more_memory(tmp_path: Path) -> None:
    documents, rejects, most = peak(large_field(tmp_path / "a.csv", 300, quoted=True))
    assert (len(documents), len(rejects)) == (2, 1)
    assert most < 3 * MOST_CHARACTERS


def test_a_json_line_of_60_mb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("w") as out:
        out.write('{"text": "One", "outlet": "O"}\n{"text": "')
        for _ in range(60):
            out.write("x" * 1_000_000)
        out.write('", "outlet": "O"}\n{"text": "Two", "outlet": "O"}\n')
    documents, rejects, _ = read(path)
    assert [item.text for item in documents] == ["One", "Two"]
    assert "the line holds more than" in rejects[0].why


# --- characters --------------------------------------------------------------------------------------


def test_control_characters_and_marks_of_direction(tmp_path: Path) -> None:
    row = "Ta\u202elks\x07,te\x00xt\x1b[31m,2024-01-31,The\u2066 Paper\n"
    (document,), _, report = read(table(tmp_path, HEADER + row))
    assert (document.title, document.text, document.outlet) == ("Talks", "text[31m", "The Paper")
    assert document.lost == ("control characters: 3", "marks that change the direction of writing: 2")
    assert "control characters: 1 article" in report.lost


def test_empty_bodies(tmp_path: Path) -> None:
    rows = 'A,,2024-01-01,O\n, ,2024-01-01,O\n,"\u00a0\n\ufeff",2024-01-01,O\n'
    documents, rejects, _ = read(table(tmp_path, HEADER + rows))
    assert [(item.title, item.text) for item in documents] == [("A", "")]
    assert {item.why for item in rejects} == {"it has neither title nor text"}


# --- files that change, folders, links ---------------------------------------------------------------


def test_a_file_that_changes_while_it_is_read_gives_nothing(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "A,a,2024-01-01,O\n" * 3)
    articles = read_articles(path)
    next(articles)
    with path.open("a") as out:
        out.write("B,b,2024-01-01,O\n")
    with pytest.raises(SourceError, match=r"a\.csv: the file changed while it was read; nothing is kept"):
        list(articles)


def test_a_file_that_is_replaced_while_it_is_read_gives_nothing(tmp_path: Path) -> None:
    path = table(tmp_path, HEADER + "A,a,2024-01-01,O\n" * 3)
    times = path.stat().st_mtime_ns
    articles = read_articles(path)
    next(articles)
    other = table(tmp_path, path.read_bytes(), "b.csv")
    os.utime(other, ns=(times, times))
    other.replace(path)
    with pytest.raises(SourceError, match="the file changed"):
        list(articles)


def test_a_folder_is_read_in_order_and_odd_files_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / "press"
    (folder / "2020").mkdir(parents=True)
    table(folder, HEADER + "B,b,2024-01-01,O\n", "b.csv")
    table(folder / "2020", HEADER + "A,a,2024-01-01,O\n", "z.csv")
    table(folder, "%PDF-1.7", "c.pdf")
    table(folder, "Just a text.", "d.txt")
    table(folder, "x", ".hidden")
    table(tmp_path, HEADER + "C,c,2024-01-01,O\n", "outside.csv")
    (folder / "link.csv").symlink_to(tmp_path / "outside.csv")
    (folder / "loop").symlink_to(folder)
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe")
    documents, rejects, report = read(folder)
    assert [(item.title, item.raw) for item in documents] == [("A", "2020/z.csv:2"), ("B", "b.csv:2")]
    reasons = {Path(item.place).name: item.why for item in rejects}
    assert reasons.pop("pipe", "this is no regular file") == "this is no regular file"
    assert reasons == {
        "c.pdf": "this is a PDF",
        "d.txt": "a text file beside exports or tables: add the folder of texts by itself",
        "link.csv": "a link is not followed: name what it leads to",
        "loop": "a link is not followed: name what it leads to",
    }
    assert "1 hidden files were ignored" in report.notes


def test_a_folder_of_texts(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    table(tmp_path, "The talks began.\r\n", "2019-07-01_talks.txt")
    table(tmp_path / "b", "They ended.", "talks.txt")
    table(tmp_path, "What this is.", "README.md")
    documents, rejects, _ = read(tmp_path, ArticleSettings(outlet="The Paper", lang="en"))
    assert [(item.native_id, item.text, str(item.published)[:10]) for item in documents] == [
        ("2019-07-01_talks", "The talks began.", "2019-07-01"),
        ("b/talks", "They ended.", "None"),
    ]
    assert rejects[0].why == "a file named README.md is taken for no article"


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    assert "holds no file that tenor reads" in error_of(tmp_path)


def test_one_bad_file_keeps_the_whole_folder_out(tmp_path: Path) -> None:
    table(tmp_path, HEADER + "A,a,2024-01-01,O\n", "a.csv")
    table(tmp_path, HEADER + "A,a,2024-01-01,O\n".replace("A", "\xe9"), "b.csv").write_bytes(RUSSIAN.encode("cp1251"))
    assert "b.csv:2: this is not UTF-8" in error_of(tmp_path)
