"""The reader of delimited text does what the csv module does, and holds no field that is too long."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.errors import Place, SourceError
from tenor.sources.delimited import header_of, looks_delimited, records

PLACE = Place("a.csv")
CELLS = st.text(alphabet=st.sampled_from('ab,;"\n\r\t |é'), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6)


@given(TABLES, st.sampled_from(",;\t|"), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_what_csv_writes_is_read_back(table: list[list[str]], delimiter: str, end: str, last_end: bool) -> None:
    out = io.StringIO(newline="")
    # A writer that ends lines with \n leaves a lone \r bare.
    csv.writer(
        out, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL if end == "\n" else csv.QUOTE_MINIMAL
    ).writerows(table)
    text = out.getvalue() if last_end else out.getvalue().removesuffix(end)
    found = list(records(io.StringIO(text, newline=""), delimiter, PLACE))
    assert [record.cells for _, record in found] == table
    assert not any(record.broken or record.too_long for _, record in found)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    begins = [1, *(reader.line_num + 1 for _ in reader)]
    if "\r" not in "".join(map("".join, table)):
        assert [line for line, _ in found] == begins[: len(table)]


def test_a_long_cell_is_skipped_and_not_held() -> None:
    text = "a,b\n" + "x" * 50 + ",1\n" + '"' + 'y"",\n' * 20 + '",2\nc,d\n'
    found = list(records(io.StringIO(text, newline=""), ",", PLACE, most=20))
    assert [record.too_long for _, record in found] == [False, True, True, False]
    assert max(len(cell) for _, record in found for cell in record.cells) == 20
    assert found[-1][1].cells == ["c", "d"]


def test_a_piece_never_ends_between_two_quotes(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '"a""b""""c","d\r\ne"\r\n1,2\r\n'
    for size in range(1, 12):
        monkeypatch.setattr("tenor.sources.delimited._PIECE", size)
        found = [record.cells for _, record in records(io.StringIO(text, newline=""), ",", PLACE)]
        assert found == [['a"b""c', "d\r\ne"], ["1", "2"]], size


def test_an_open_quote_names_its_line() -> None:
    with pytest.raises(SourceError, match=r"a\.csv:2: a quote opened here is never closed"):
        list(records(io.StringIO('a,b\n"c,d\ne,f\n'), ",", PLACE))


def test_text_after_a_closing_quote_is_seen() -> None:
    (_, record), (_, after) = records(io.StringIO('"He said "no" to it",2\nc,d\n'), ",", PLACE)
    assert record.broken
    assert after.cells == ["c", "d"]


@pytest.mark.parametrize(
    ("text", "delimiter", "names"),
    [
        ("a,b\n", ",", ["a", "b"]),
        ("a;b,c;d\n", ";", ["a", "b,c", "d"]),
        ("a\tb\n1\t2\n", "\t", ["a", "b"]),
        ('"a,x";b\n', ";", ["a,x", "b"]),
        ("sep=|\na|b\n", "|", ["a", "b"]),
        ("\ufefftitle,text\n", ",", ["title", "text"]),
    ],
)
def test_headers(text: str, delimiter: str, names: list[str]) -> None:
    assert header_of(text)[:2] == (delimiter, names)


@pytest.mark.parametrize(
    ("head", "is_table"),
    [
        (b"title,text\nOne,Two\n", True),
        ("Überschrift;Volltext\r\n".encode("cp1252"), True),
        ("заголовок,текст\n".encode("utf-16"), True),
        (b"x,y,z\n1,2,3\n4,5,6\n", True),
        (b"text\nOne\n", True),
        (b"<!DOCTYPE html><html>title,text\n", False),
        (b'{"title": 1, "text": 2}\n', False),
        (b"The talks, held on Monday, failed.\nNobody, it seems, cared.\nNot one, or two.\n", False),
        (b"PK\x03\x04\x00\x00", False),
    ],
)
def test_tables_are_told_by_their_content(head: bytes, is_table: bool) -> None:
    from pathlib import Path

    assert looks_delimited(Path("named.pdf"), head) is is_table
