"""Articles in the store: versions are versions, the same import twice is once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.corpus.ingest import add_documents
from tenor.corpus.store import Store
from tenor.model import Document, ImportReport, Reject
from tests.corpus.listed import Listed


def article(native_id: str = "1", text: str = "text", *, title: str = "title", deleted: bool = False) -> Document:
    return Document(
        outlet="a",
        title=title,
        text=text,
        native_id=native_id,
        published=datetime(2024, 3, 1, tzinfo=UTC),
        precision="day",
        lang="en",
        importer="test@1",
        raw="f:1",
        deleted=deleted,
    )


def add(store: Store, items: Iterable[Document | Reject], rejects: Path | None = None) -> ImportReport:
    return add_documents(store, Listed(items), rejects or Path(tempfile.mkdtemp()) / "list.csv")


def stored(store: Store) -> list[tuple[object, ...]]:
    sql = "SELECT version, changed, title, text, deleted FROM documents ORDER BY native_id, version"
    return [tuple(row.values()) for row in store.query(sql, {}).to_pylist()]


def test_versions(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert add(store, [article()]).notes == ()
    assert add(store, [article(text="other")]).notes == ("1 are other versions of articles that were there",)
    add(store, [article(text="", deleted=True), article(title="new", text="third")])
    assert stored(store) == [
        (1, "", "title", "text", False),
        (2, "text", "title", "other", False),
        (3, "deleted", "title", "", True),
        (4, "restored", "new", "third", False),
    ]


def test_the_same_again_is_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    items = [article(str(number)) for number in range(5)]
    add(store, items)
    log = sorted((tmp_path / "_log").iterdir())
    again = add(store, items)
    assert (again.read, again.kept, again.already_there) == (5, 0, 5)
    assert sorted((tmp_path / "_log").iterdir()) == log


def test_an_error_half_way_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield from (article(str(number)) for number in range(5_000))
        raise RuntimeError("the file changed")

    store = Store(tmp_path)
    with pytest.raises(RuntimeError):
        add(store, broken())
    assert stored(store) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(["x", "y", "z"])), max_size=12), st.integers(0, 12))
def test_how_an_import_is_cut_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, items: list[tuple[str, str]], cut: int
) -> None:
    """Everything at once, or in two imports: the same documents and versions."""
    documents = [article(native, text) for native, text in items]
    whole, parts = Store(tmp_path_factory.mktemp("whole")), Store(tmp_path_factory.mktemp("parts"))
    add(whole, documents)
    add(parts, documents[:cut])
    add(parts, documents[cut:])
    assert stored(whole) == stored(parts)


def test_refused_records_are_kept_with_their_reasons(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    rejects = tmp_path / "rejects" / "list.csv"
    report = add(store, [article(), Reject(place="f:2", why="no text", excerpt='=HYPERLINK("x")')], rejects)
    assert (report.read, report.kept, report.refused) == (2, 1, 1)
    lines = rejects.read_text(encoding="utf-8").splitlines()
    assert lines == ["place,why,excerpt", """f:2,no text,"'=HYPERLINK(""x"")\""""]
    add(store, [article()], rejects)
    assert not rejects.exists()


def test_others_read_the_same_articles(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    add(store, [article(str(number), f"İstanbul, раунд {number}") for number in range(50)])
    paths = [str(path) for path in store.paths("documents")]
    own = store.query("SELECT doc_id, text FROM documents ORDER BY doc_id", {}).to_pylist()
    plain = duckdb.connect().read_parquet(paths).project("doc_id, text").order("doc_id").fetchall()
    frame = pd.concat([pd.read_parquet(path) for path in paths]).sort_values("doc_id")
    polar = pl.read_parquet(paths).sort("doc_id")
    expected = [(row["doc_id"], row["text"]) for row in own]
    assert len(expected) == 50
    assert plain == expected
    assert list(zip(frame["doc_id"], frame["text"], strict=True)) == expected
    assert list(zip(polar["doc_id"], polar["text"], strict=True)) == expected
    assert str(frame["published"].dtype) == "datetime64[us, UTC]"


def test_what_was_removed_stays_out(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    add(store, [article("1"), article("2")])
    assert store.remove([article("1").doc_id], "a court order") == 1
    again = add(store, [article("1"), article("2")])
    assert (again.kept, again.already_there) == (0, 2)
    assert len(stored(store)) == 1


def test_language_is_found_where_none_is_given(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    text = "Переговоры в Стамбуле продолжались два часа, стороны договорились об обмене пленными."
    add(store, [replace(article("1", text), lang="")])
    assert store.query("SELECT lang FROM documents", {})["lang"].to_pylist() == ["ru"]
