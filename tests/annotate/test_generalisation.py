"""Sweeping generalisations: what claims all, none or always; not what was counted, asked or ruled."""

from __future__ import annotations

import pytest
from hypothesis import given

from tenor.annotate.generalisation import generalisations
from tests.annotate.test_sentences import LANGUAGE, TEXT


@pytest.mark.parametrize(
    ("language", "text", "marked"),
    [
        ("en", "We all know how this ends.", "We all know"),
        ("en", "Not a single sane voter trusts the mayor.", "Not a single sane voter trusts"),
        ("ru", "Любому дураку понятно, что это обман.", "Любому дураку понятно"),
        ("uk", "Кожен школяр знає це.", "Кожен школяр знає"),
        ("tr", "Bunu herkes bilir.", "herkes bilir"),
    ],
)
def test_what_is_found(language: str, text: str, marked: str) -> None:
    assert [text[start:stop] for start, stop, _ in generalisations(text, language)] == [marked]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Everyone in the car survived."),
        ("en", "Does everyone agree?"),
        ("en", "No one knows who fired first."),
        ("ru", "Все жители должны уехать до полудня."),
        ("ru", "Никто не знает, кто выстрелил первым."),
        ("uk", "Нікого не було вдома."),
        ("tr", "Herkes salondan çıktı."),
        ("de", "Alle wissen das."),
        ("en", ""),
    ],
)
def test_what_is_not(language: str, text: str) -> None:
    assert generalisations(text, language) == []


def test_a_pattern_tells_its_name_and_hidden_hyphens_keep_their_place() -> None:
    text = "He left. Every\u00adone under\u00adstands that."
    [(start, stop, name)] = generalisations(text, "en")
    assert (text[start:stop], name) == ("Every\u00adone under\u00adstands", "everyone knows")


@given(text=TEXT, language=LANGUAGE)
def test_spans_lie_in_the_text_in_order(text: str, language: str) -> None:
    places = [place for start, stop, _ in generalisations(text, language) for place in (start, stop)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)


@pytest.mark.parametrize(("language", "unit"), [("en", "everyone "), ("ru", "все "), ("uk", "усі "), ("tr", "herkes ")])
def test_a_hostile_line_ends(language: str, unit: str) -> None:
    assert generalisations(unit * 5_000, language) == []
