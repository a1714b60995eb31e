"""Articles from tables of every kind: the same rows give the same articles, whatever the file is called."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tenor.errors import SourceError
from tenor.model import Document
from tenor.sources.importer import ArticleColumns, ArticleSettings, importers
from tenor.sources.sniff import sniff
from tenor.sources.table import TableImporter
from tests.sources.builders import read, xlsx

ROWS = [
    {"title": "Talks resume", "body": "First,\nsecond.", "date": "2019-07-01", "paper": "The Paper", "page": "3"},
    {"title": "Переговоры", "body": 'Он сказал: "нет".', "date": "2019-07-02", "paper": "Газета", "page": ""},
]


def csv_of(delimiter: str = ",", end: str = "\n") -> str:
    def quoted(cell: str) -> str:
        return '"' + cell.replace('"', '""') + '"'

    lines = [delimiter.join(ROWS[0])] + [delimiter.join(map(quoted, row.values())) for row in ROWS]
    return end.join(lines) + end


def write(folder: Path, kind: str) -> Path:
    path = folder / "articles.doc"
    texts = {
        "csv": csv_of().encode(),
        "csv, signed": csv_of().encode("utf-8-sig"),
        "semicolons": csv_of(";", "\r\n").encode(),
        "tabs": csv_of("\t").encode(),
        "utf-16": csv_of("\t").encode("utf-16"),
        "csv, packed": gzip.compress(csv_of().encode()),
        "jsonl": "".join(json.dumps(row) + "\n" for row in ROWS).encode(),
        "jsonl, packed": gzip.compress("\n".join(json.dumps(row) for row in ROWS).encode()),
        "json": json.dumps(ROWS, indent=1).encode(),
    }
    if kind in texts:
        path.write_bytes(texts[kind])
    elif kind == "parquet":
        table = pa.Table.from_pylist([{**row, "date": date.fromisoformat(row["date"])} for row in ROWS])
        pq.write_table(table, path)
    else:
        strings = [cell for row in ROWS for cell in (row["title"], row["body"], row["paper"])]
        cells = '<row r="1">' + "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ROWS[0]) + "</row>"
        for place in (0, 1):
            at = place * 3
            cells += f'<row r="{place + 2}"><c t="s"><v>{at}</v></c><c t="s"><v>{at + 1}</v></c>'
            cells += f'<c s="1"><v>{43647 + place}</v></c><c t="s"><v>{at + 2}</v></c>'
            cells += "<c><v>3</v></c></row>" if place == 0 else "</row>"
        xlsx(path, cells, strings=strings)
    return path


KINDS = {
    "csv": "table@1",
    "csv, signed": "table@1",
    "semicolons": "table@1",
    "tabs": "table@1",
    "utf-16": "table@1",
    "csv, packed": "table@1",
    "jsonl": "jsonl@1",
    "jsonl, packed": "jsonl@1",
    "json": "jsonl@1",
    "parquet": "parquet@1",
    "xlsx": "xlsx@1",
}


@pytest.mark.parametrize(("kind", "importer"), KINDS.items(), ids=KINDS)
def test_the_same_rows_give_the_same_articles(tmp_path: Path, kind: str, importer: str) -> None:
    path = write(tmp_path, kind)
    assert sniff(path).name == importer
    documents, rejects, report = read(path)
    assert not rejects
    assert [(item.title, item.text, item.outlet, str(item.published)[:10]) for item in documents] == [
        (row["title"], row["body"], row["paper"], row["date"]) for row in ROWS
    ]
    assert {item.precision for item in documents} == {"day"}
    assert [item.lost for item in documents] == [("page",), ()]
    assert (report.read, report.kept, report.refused, report.lost) == (2, 2, 0, ("page: 1 article",))
    assert "columns: title = title, text = body, date = date, outlet = paper" in report.notes


def table(folder: Path, text: str | bytes) -> Path:
    path = folder / "a.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_the_survey_can_be_saved_and_used(tmp_path: Path) -> None:
    path = table(tmp_path, "headline,paper,date\nOne,The Paper,2019-07-01\n")
    importer = importers()["table@1"]
    assert isinstance(importer, TableImporter)
    survey = importer.survey(path, ArticleSettings())
    assert survey.settings.columns == ArticleColumns(title="headline", outlet="paper", date="date")
    assert (survey.rows, survey.names) == (1, ("headline", "paper", "date"))
    assert [item.title for item in read(path, survey.settings)[0]] == ["One"]


def test_the_place_of_a_row_is_its_line(tmp_path: Path) -> None:
    documents, rejects, _ = read(table(tmp_path, 'title,outlet\n"One\n\nlong",O\n\nTwo,O\nThree\n,O\n'))
    assert [item.raw for item in documents] == ["a.csv:2", "a.csv:6"]
    assert [(item.place.rpartition("/")[2], item.why) for item in rejects] == [
        ("a.csv:7", "1 cells under 2 columns"),
        ("a.csv:8", "it has neither title nor text"),
    ]


def test_constants_fill_what_the_table_lacks(tmp_path: Path) -> None:
    path = table(tmp_path, "title,outlet,lang\nOne,,\nTwo,Other,ru\n")
    documents, _, _ = read(path, ArticleSettings(outlet="The Paper", lang="en"))
    assert [(item.outlet, item.lang) for item in documents] == [("The Paper", "en"), ("Other", "ru")]


def test_named_columns_are_taken(tmp_path: Path) -> None:
    path = table(tmp_path, "text,text_en,when,source\nЗаголовок,Heading,2022-01-01,1tv.ru\n")
    settings = ArticleSettings(columns=ArticleColumns(title="text", date="when", outlet="source"))
    (document,), _, _ = read(path, settings)
    assert (document.title, document.text, document.lost) == ("Заголовок", "", ("text_en",))
    with pytest.raises(SourceError, match=r"a\.csv: no column 'headline' for the title; known: source, text"):
        read(path, ArticleSettings(columns=ArticleColumns(title="headline", outlet="source")))
    with pytest.raises(SourceError, match="columns must name a title or a text, and an outlet"):
        read(path, ArticleSettings(columns=ArticleColumns(title="text")))


def test_addresses_that_a_browser_should_not_follow_go(tmp_path: Path) -> None:
    path = table(tmp_path, "title,outlet,url\nOne,O,javascript:alert(1)\nTwo,O,https://example.org/a\n")
    documents, _, _ = read(path)
    assert [item.url for item in documents] == ["", "https://example.org/a"]
    assert documents[0].lost == ("url that is no web address",)


def test_lists_in_a_column_that_is_needed_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    rows = [{"text": ["One", "Two"], "outlet": "O"}, {"text": "Three", "outlet": "O", "tags": ["x"]}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    documents, rejects, _ = read(path)
    assert [item.lost for item in documents] == [("tags",)]
    assert [item.why for item in rejects] == ["'text' holds a list or an object, not a text"]


def test_broken_json_lines_are_refused_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    lines = ['{"text": "One", "outlet": "O"}', '{"text": ', "[1]", '{"text": "\\ud83d", "outlet": "O"}', "[" * 200_000]
    path.write_text("\n".join(lines) + "\n")
    documents, rejects, _ = read(path)
    assert len(documents) == 1
    assert [item.why.partition(":")[0] for item in rejects] == [
        "this is no JSON",
        "this is no object with named fields",
        "it holds half a character (a lone surrogate)",
        "lists and objects stand too deep inside each other",
    ]


def test_formulas_stay_text(tmp_path: Path) -> None:
    cells = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("title", "outlet"))
    rows = f"<row>{cells}</row>"
    outlet = '<c t="inlineStr"><is><t>O</t></is></c>'
    rows += f'<row><c t="str"><f>HYPERLINK("http://x","Talks")</f><v>Talks</v></c>{outlet}</row>'
    rows += f"<row><c><f>cmd|calc</f></c>{outlet}</row>"
    documents, _, report = read(xlsx(tmp_path / "a", rows))
    assert [item.title for item in documents] == ["Talks", "=cmd|calc"]
    assert "2 cells hold formulas; what they last showed was read as text" in report.notes
    documents, _, _ = read(table(tmp_path, 'title,outlet\n"=HYPERLINK(""http://x"")",O\n'))
    assert documents[0].title == '=HYPERLINK("http://x")'


def test_excel_counts_days_from_1904_if_it_says_so(tmp_path: Path) -> None:
    names = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in ("title", "outlet", "date"))
    row = '<c t="inlineStr"><is><t>One</t></is></c><c t="inlineStr"><is><t>O</t></is></c><c r="C2" s="1"><v>0</v></c>'
    documents, _, _ = read(xlsx(tmp_path / "a", f"<row>{names}</row><row>{row}</row>", date1904=True))
    assert str(documents[0].published)[:10] == "1904-01-01"


@pytest.mark.parametrize(
    ("folder", "settings", "read_rows", "kept", "undated"),
    [
        ("uk_immigration_news", None, 2_833, 2_833, 1),
        ("bsnlp_news", None, 4_580, 4_579, 309),
    ],
)
def test_real_corpora(
    tenor_data: Path, folder: str, settings: ArticleSettings | None, read_rows: int, kept: int, undated: int
) -> None:
    documents, _, report = read(tenor_data / folder / "corpus.jsonl.gz", settings)
    assert (report.read, report.kept) == (read_rows, kept)
    assert sum(item.published is None for item in documents) == undated
    assert len({item.doc_id for item in documents}) == kept


@pytest.mark.slow
def test_72_019_headlines_are_not_held_in_memory(tenor_data: Path) -> None:
    import tracemalloc

    from tenor.sources.articles import read_articles

    columns = ArticleColumns(title="text", date="date", outlet="source", url="url", native_id="id", lang="lang")
    articles = read_articles(tenor_data / "ru_state_media" / "corpus.jsonl.gz", ArticleSettings(columns=columns))
    tracemalloc.start()
    assert sum(isinstance(item, Document) for item in articles) == 72_019
    assert tracemalloc.get_traced_memory()[1] < 30_000_000
    tracemalloc.stop()
