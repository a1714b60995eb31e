"""Articles in the store: versions are versions, the same import twice is once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.corpus.ingest import Added, add_documents
from tenor.corpus.store import Store
from tenor.model import Document


def article(native_id: str = "1", text: str = "text", *, title: str = "title", deleted: bool = False) -> Document:
    return Document(
        outlet="a",
        title=title,
        text=text,
        native_id=native_id,
        published=datetime(2024, 3, 1, tzinfo=UTC),
        precision="day",
        importer="test@1",
        raw="f:1",
        deleted=deleted,
    )


def stored(store: Store) -> list[tuple[object, ...]]:
    sql = "SELECT version, changed, title, text, deleted FROM documents ORDER BY native_id, version"
    return [tuple(row.values()) for row in store.query(sql, {}).to_pylist()]


def test_versions(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert add_documents(store, [article()], source="one") == Added(kept=1, already_there=0, versions=0)
    assert add_documents(store, [article(text="other")], source="two") == Added(kept=1, already_there=0, versions=1)
    add_documents(store, [article(text="", deleted=True), article(title="new", text="third")], source="three")
    assert stored(store) == [
        (1, "", "title", "text", False),
        (2, "text", "title", "other", False),
        (3, "deleted", "title", "", True),
        (4, "restored", "new", "third", False),
    ]


def test_the_same_again_is_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path)
    items = [article(str(number)) for number in range(5)]
    add_documents(store, items, source="one")
    log = sorted((tmp_path / "_log").iterdir())
    assert add_documents(store, items, source="one") == Added(kept=0, already_there=5, versions=0)
    assert sorted((tmp_path / "_log").iterdir()) == log


def test_an_error_half_way_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> object:
        yield from (article(str(number)) for number in range(5_000))
        raise RuntimeError("the file changed")

    store = Store(tmp_path)
    with pytest.raises(RuntimeError):
        add_documents(store, broken(), source="one")  # type: ignore[arg-type]
    assert stored(store) == []


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("123"), st.sampled_from(["x", "y", "z"])), max_size=12), st.integers(0, 12))
def test_how_an_import_is_cut_does_not_matter(
    tmp_path_factory: pytest.TempPathFactory, items: list[tuple[str, str]], cut: int
) -> None:
    """Everything at once, or in two imports: the same documents and versions."""
    documents = [article(native, text) for native, text in items]
    whole, parts = Store(tmp_path_factory.mktemp("whole")), Store(tmp_path_factory.mktemp("parts"))
    add_documents(whole, documents, source="f")
    add_documents(parts, documents[:cut], source="f")
    add_documents(parts, documents[cut:], source="f")
    assert stored(whole) == stored(parts)
