"""Where a phrase stands in texts of every script."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.corpus.phrases import finder, fold, places, terms
from tenor.errors import StudyError


@pytest.mark.parametrize(
    ("phrase", "text", "found"),
    [
        ("third round", "In the THIRD  round, again", "THIRD  round"),
        ("third round", "In the third rounds", None),
        ("third round*", "In the third rounds, ", "third rounds"),
        ("third round", "the thirdround, a third surround", None),
        ("third round", "a-third-round!", "third-round"),
        ("трет* раунд*", "После Третьего раунда переговоров", "Третьего раунда"),
        ("трет* раунд*", "После третьих этих раундов", None),
        ("втор* раунд", "второй раунд", "второй раунд"),
        ("втор* раунд", "второго раунда", None),
        ("переговор*", "ПЕРЕГОВОРЫ", "ПЕРЕГОВОРЫ"),
        ("переговор*", "напереговорить", None),
        ("звездочка", "Звёздочка", "Звёздочка"),
        ("istanbul*", "İSTANBUL'da görüşme", "İSTANBUL"),
        ("ISTANBUL'da", "İstanbul’da görüşme", "İstanbul’da"),
        ("görüşmeler", "GÖRÜŞMELER başladı", "GÖRÜŞMELER"),
        ("yildiz", "Yıldız", "Yıldız"),
        ("перемовини", "Переговори — Перемовини", "Перемовини"),
        ("їхати", "ихати", None),
        ("한국", "한국 서울", "한국"),
        ("하기", "한국", None),
        ("서울", "수우", None),
        ("C++", "in C sharp", "C"),
    ],
)
def test_phrases(phrase: str, text: str, found: str | None) -> None:
    place = finder([phrase]).first(fold(text))
    assert (None if place is None else text[place[0] : place[1]]) == found


def test_a_phrase_typed_in_pieces_is_the_same_phrase() -> None:
    pieces = unicodedata.normalize("NFD", "третий раунд görüşme")
    assert pieces != "третий раунд görüşme"
    text = "Вчера третий раунд görüşme был"
    assert finder([pieces]).first(fold(text)) == (6, 26)
    assert [text[a:b] for a, b in places(text, terms(unicodedata.normalize("NFD", '"третий раунд"')))] == [
        "третий раунд"
    ]


def test_korean_syllables_that_begin_alike_are_not_alike() -> None:
    assert fold("한국") == "한국"
    assert finder(["가"]).first(fold("각 간")) is None


def test_the_first_of_several() -> None:
    assert finder(["round", "third"]).first(fold("the third round")) == (4, 9)
    assert finder([]).first("anything") is None
    assert finder(["b", "a*"]).first("") is None


def test_nothing_is_a_pattern() -> None:
    assert finder(["a.c"]).first(fold("abc")) is None
    assert finder(["(a|b)+"]).first(fold("x a b y")) == (2, 5)


@pytest.mark.parametrize("phrase", ["", "*", "«»", "…"])
def test_a_phrase_without_a_word(phrase: str) -> None:
    with pytest.raises(StudyError, match="no word"):
        finder([phrase])


@given(st.text(), st.text())
def test_offsets_are_those_of_the_text(before: str, after: str) -> None:
    assert len(fold(before)) == len(before)
    text = f"{before} трЕтьего  РАУНДА {after}"
    place = finder(["третьего раунда"]).first(fold(text))
    assert place is not None
    assert text[place[0] : place[1]].casefold() == "третьего  раунда"
    assert place[0] <= len(before) + 1
