"""Every importer of tenor keeps the promises of an importer, and is found by its entry point."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenor.errors import SourceError, StudyError, UnknownName
from tenor.sources import importer as registry
from tenor.sources.importer import ArticleSettings, Importer, importer_named, importers
from tenor.sources.sniff import sniff
from tenor.testing import check_importer
from tests.sources.builders import (
    FACTIVA_ARTICLE,
    FACTIVA_XML,
    LEXIS,
    LEXIS_HTML,
    docx,
    factiva,
    nexis_article,
    nexis_cover,
)
from tests.sources.test_tables import KINDS, write

TEXTS = {
    "lexis-txt@1": LEXIS,
    "lexis-html@1": LEXIS_HTML,
    "factiva-html@1": factiva([FACTIVA_ARTICLE, FACTIVA_ARTICLE], found="2"),
    "factiva-xml@1": FACTIVA_XML,
    "text@1": "The talks began on Monday.\n\nThey ended on Tuesday.\n",
}


def sample(folder: Path, name: str) -> Path:
    if name == "nexis-docx@1":
        return docx(folder / "sample", [*nexis_cover(2), *nexis_article(), *nexis_article()])
    if name in TEXTS:
        (folder / "sample").write_text(TEXTS[name], encoding="utf-8")
        return folder / "sample"
    return write(folder, next(kind for kind, importer in KINDS.items() if importer == name))


NAMES = [
    "factiva-html@1",
    "factiva-xml@1",
    "jsonl@1",
    "lexis-html@1",
    "lexis-txt@1",
    "nexis-docx@1",
    "parquet@1",
    "table@1",
    "text@1",
    "xlsx@1",
]


def test_all_are_found_by_their_entry_points() -> None:
    # Projects of coders hold no articles of outlets: tests/coding/test_dna.py reads them.
    assert list(importers()) == ["dna@1", *NAMES]


@pytest.mark.parametrize("name", NAMES)
def test_every_importer_keeps_the_promises(tmp_path: Path, name: str) -> None:
    path = sample(tmp_path, name)
    # A text has no title to carry its name: its identifier is the name of its file.
    settings = ArticleSettings(outlet="The Paper")
    if name == "text@1":
        with pytest.raises(StudyError, match="other doc_ids when the file has another name"):
            check_importer(importers()[name], path, settings)
        path = path.rename(tmp_path / "renamed")
    check_importer(importers()[name], path, settings)


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_known_by_one_importer(tmp_path: Path, name: str) -> None:
    path = sample(tmp_path, name)
    assert sniff(path).name == name


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_table_keeps_the_promises(tmp_path: Path, kind: str) -> None:
    check_importer(importers()[KINDS[kind]], write(tmp_path, kind), ArticleSettings())


def test_names() -> None:
    assert importer_named("nexis-docx").name == importer_named("nexis-docx@1").name == "nexis-docx@1"
    with pytest.raises(UnknownName, match="no importer 'nexis'"):
        importer_named("nexis")


def test_a_name_overrides_the_content(tmp_path: Path) -> None:
    from tenor.sources.articles import read_articles

    path = tmp_path / "a.txt"
    path.write_text("title,text\nOne,Two\n")
    (document,) = read_articles(path, ArticleSettings(outlet="O"), importer="text")
    assert document.importer == "text@1"  # type: ignore[union-attr]


def test_two_that_claim_a_file_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table: Importer = importers()["table@1"]
    monkeypatch.setattr("tenor.sources.sniff.importers", lambda: {"a": table, "b": table})
    path = tmp_path / "a.csv"
    path.write_text("title,text\nOne,Two\n")
    with pytest.raises(SourceError, match="both say they read this; name one"):
        sniff(path)
    assert registry.importers() is importers()
