"""Headers as they occur: guessed where they are clear, said where they are not."""

from __future__ import annotations

import pytest

from tenor.errors import Place, SourceError
from tenor.sources.columns import checked_columns, guess_mapping, looks_like_header, settled_columns
from tenor.sources.importer import ArticleColumns

PLACE = Place("a.csv")


@pytest.mark.parametrize(
    ("header", "by_role"),
    [
        (
            "id indexed_date language media_name media_url publish_date title url",
            "title=title date=publish_date outlet=media_name url=url native_id=id lang=language",
        ),
        ("id thread_id author body timestamp subject", "title=subject text=body date=timestamp native_id=id"),
        ("Titel Volltext Datum Zeitung Sprache", "title=Titel text=Volltext date=Datum outlet=Zeitung lang=Sprache"),
        ("titre texte date journal langue", "title=titre text=texte date=date outlet=journal lang=langue"),
        ("Заголовок Текст Дата Издание", "title=Заголовок text=Текст date=Дата outlet=Издание"),
        ("Назва Зміст Дата Джерело Мова", "title=Назва text=Зміст date=Дата outlet=Джерело lang=Мова"),
        ("BAŞLIK Metin Tarih Gazete Dil", "title=BAŞLIK text=Metin date=Tarih outlet=Gazete lang=Dil"),
        ("headline content pubDate source link", "title=headline text=content date=pubDate outlet=source url=link"),
        ("date id lang source text", "text=text date=date outlet=source native_id=id lang=lang"),
        ("source newspaper text", "text=text outlet=newspaper"),
        ("a b c", ""),
    ],
)
def test_common_headers_are_understood(header: str, by_role: str) -> None:
    found = guess_mapping(header.split()).columns.by_role()
    assert found == dict(pair.split("=") for pair in by_role.split())


def test_two_candidates_are_said_and_not_guessed() -> None:
    guess = guess_mapping(["title", "text", "date", "pub_date", "outlet"])
    assert guess.columns.date is None
    assert guess.unclear == (("date", ("date", "pub_date")),)
    rows = [{"title": "One", "text": "Two", "date": "soon", "pub_date": "2024-01-01", "outlet": "O"}]
    assert guess_mapping(["title", "text", "date", "pub_date", "outlet"], rows).columns.date == "pub_date"


def test_rows_speak_against_a_column() -> None:
    rows = [{"id": "1", "text": "a", "url": ""}, {"id": "1", "text": "b", "url": ""}]
    guess = guess_mapping(["id", "text", "url"], rows)
    assert guess.columns.by_role() == {"text": "text"}
    assert guess.unused == ("id", "url")


def test_what_is_missing_is_named_with_the_columns_there_are() -> None:
    with pytest.raises(SourceError, match=r"hold a title or a text.*columns: a, b"):
        settled_columns(guess_mapping(["a", "b"]), ["a", "b"], "The Paper", PLACE)
    with pytest.raises(SourceError, match=r"hold the outlet.*give one outlet"):
        settled_columns(guess_mapping(["title"]), ["title"], "", PLACE)
    with pytest.raises(SourceError, match="the outlet could be in paper, newspaper"):
        settled_columns(guess_mapping(["title", "paper", "newspaper"]), ["title"], "", PLACE)
    with pytest.raises(SourceError, match="two columns 'text'"):
        checked_columns(ArticleColumns(text="text"), ["text", "text"], PLACE)


@pytest.mark.parametrize(
    ("names", "is_header"),
    [
        (["title"], True),
        (["Text"], True),
        (["title", "date"], True),
        (["date", "outlet"], False),
        (["The talks", " said one", " failed."], False),
        ([""], False),
    ],
)
def test_a_header_is_told_from_a_sentence(names: list[str], is_header: bool) -> None:
    assert looks_like_header(names) is is_header
