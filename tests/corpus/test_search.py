"""Search finds what people type, in every script, and shows it where it stands."""

from __future__ import annotations

import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.corpus.ingest import add_documents
from tenor.corpus.phrases import fold, places, terms
from tenor.corpus.search import Filters, SearchIndex
from tenor.corpus.store import Store
from tenor.errors import StudyError
from tenor.model import Document, Stretch
from tests.corpus.listed import Listed

TEXTS = [
    ("a", "en", "Peace talks resume", "Mr Trump said the peace talks resumed. The café in Istanbul was full."),
    ("b", "ru", "Третий раунд", "Трамп заявил, что переговоров не будет. Ещё раз: её ждёт ёлка."),
    ("c", "uk", "Переговори", "Перемовини тривають; п'ять годин у Києві, їхня мета — мир."),
    (
        "d",
        "tr",
        "Görüşmeler İstanbul'da",
        "Trump'ın sözleri ISPARTA ve ıspanak üzerine değildi; İSTANBUL'da görüşüldü.",
    ),
]


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    store = Store(tmp_path / "corpus")
    documents = [
        Document(
            outlet=outlet,
            lang=lang,
            title=title,
            text=text,
            native_id=outlet,
            published=datetime(2024, 3, day, 12, tzinfo=UTC),
            precision="day",
            importer="test@1",
            raw="x",
        )
        for day, (outlet, lang, title, text) in enumerate(TEXTS, start=1)
    ]
    add_documents(store, Listed(documents), tmp_path / "rejects.csv")
    return SearchIndex(store, tmp_path / "corpus" / "search.sqlite")


@pytest.mark.parametrize(
    ("words", "outlets"),
    [
        ("trump", "ad"),
        ("Трамп", "b"),
        ("истанбул istanbul", ""),
        ("istanbul", "ad"),
        ("İSTANBUL", "ad"),
        ("isparta ıspanak", "d"),
        ("cafe", "a"),
        ("еще ее елка", "b"),
        ("їхня", "c"),
        ("іхня", ""),
        ("перем*", "c"),
        ("перегов*", "bc"),
        ('"peace talks"', "a"),
        ('"talks peace"', ""),
        ("п'ять", "c"),
        ('peace NOT talks" OR (', ""),
        ("gorusmeler", "d"),
    ],
)
def test_what_people_type(index: SearchIndex, words: str, outlets: str) -> None:
    found = index.search(words)
    assert sorted(hit.outlet for hit in found.hits) == sorted(outlets)
    assert found.total == len(outlets)
    for hit in found.hits:
        assert hit.marks or hit.title


def test_marks_stand_where_the_words_stand(index: SearchIndex) -> None:
    (hit,) = index.search("ISPANAK").hits
    assert [hit.passage[start:stop] for start, stop in hit.marks] == ["ıspanak"]
    text = TEXTS[3][3]
    assert text[hit.start : hit.start + len(hit.passage)] == hit.passage


def test_filters_and_facets(index: SearchIndex) -> None:
    whole = index.search("trump")
    assert whole.facets["outlet"] == {"a": 1, "d": 1}
    assert whole.facets["lang"] == {"en": 1, "tr": 1}
    assert whole.facets["month"] == {"2024-03": 2}
    first = Stretch(start=date(2024, 3, 1), stop=date(2024, 3, 2))
    assert index.search("trump", rounds={"r1": first}).facets["round"] == {"r1": 1}
    assert index.search("trump", Filters(lang="tr")).total == 1
    assert index.search("trump", Filters(outlet="a", days=first)).total == 1
    assert [hit.outlet for hit in index.search("trump", limit=1, skip=1).hits] in (["a"], ["d"])


def test_nothing_to_look_for(index: SearchIndex) -> None:
    with pytest.raises(StudyError, match="no word"):
        index.search(' "" *?! ')


def test_the_index_follows_the_store(index: SearchIndex, tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    assert index.search("trump").total == 2
    more = Document(outlet="e", title="Trump again", text="", native_id="e", lang="en", importer="test@1", raw="x")
    add_documents(store, Listed([more]), tmp_path / "rejects.csv")
    assert index.search("trump").total == 3
    (tmp_path / "corpus" / "search.sqlite").unlink()
    assert index.search("trump").total == 3


def test_a_damaged_index_is_an_error_of_its_own(index: SearchIndex, tmp_path: Path) -> None:
    (tmp_path / "corpus" / "search.sqlite").write_bytes(b"not a database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        index.search("trump")


@given(st.text())
def test_folding_moves_nothing(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert fold(fold(text)) == fold(text)


@given(st.text(), st.text(alphabet="abв і\"*'-", max_size=12))
def test_places_lie_inside(text: str, words: str) -> None:
    try:
        wanted = terms(words)
    except StudyError:
        return
    assert all(0 <= start < stop <= len(text) for start, stop in places(text, wanted))
