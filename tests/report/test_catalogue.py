"""The words of the interface: every language has every phrase, with places for the same values."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest

from tenor.errors import UnknownName
from tenor.model import Measure, Relation, Word
from tenor.report.catalogue import FOLDER, LANGUAGES, catalogue
from tenor.report.form import Form
from tenor.report.page import report_html
from tests.report import sample
from tests.report.test_page import Reader

SOURCE = FOLDER.parent
CALL = re.compile(r"""\bsay\(\s*(?:"([^"]+)"|'([^']+)')""")
EITHER = re.compile(r"""\bsay\(\s*"([^"]+)" if [^)]*? else "([^"]+)\"""")
COUNT = re.compile(r"""\bsay\.(?:count|sized)\((?:[^()]|\([^()]*\))*?,\s*"([^"]+)"\)""")


def files() -> list[Path]:
    return [*SOURCE.glob("*.py"), *SOURCE.glob("templates/*.j2")]


def raw(lang: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_phrase_that_is_asked_for_is_there(lang: str) -> None:
    asked: set[str] = set()
    counted: set[str] = set()
    for path in files():
        text = path.read_text(encoding="utf-8")
        asked |= {one or other for one, other in CALL.findall(text)}
        asked |= {name for pair in EITHER.findall(text) for name in pair}
        counted |= set(COUNT.findall(text))
    assert len(asked) > 150
    # A key that ends with a space is put together with a word of the model: those are below.
    missing = {key for key in asked if not key.endswith(" ")} - catalogue(lang).phrases.keys()
    assert not missing
    assert not counted - catalogue(lang).counts.keys()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_words_of_the_model_have_phrases(lang: str) -> None:
    say = catalogue(lang)
    for word in get_args(Word):
        assert say(f"word {word}")
        assert say(f"meaning {word}")
    for relation in get_args(Relation):
        assert say(f"relation {relation}")
    for scale in get_args(Measure.__dataclass_fields__["scale"].type.replace("Literal", "") and _scales()):
        assert say(f"scale {scale}")


def _scales() -> Any:
    from typing import get_type_hints

    return get_type_hints(Measure)["scale"]


@pytest.mark.parametrize("lang", [name for name in LANGUAGES if name != "en"])
def test_languages_have_the_same_phrases_with_the_same_places(lang: str) -> None:
    english, own = raw("en"), raw(lang)
    assert own["phrases"].keys() == english["phrases"].keys()
    assert own["counts"].keys() == english["counts"].keys()
    for key, phrase in english["phrases"].items():
        assert places(own["phrases"][key]) <= places(phrase), key
    forms = {"ru": 3, "uk": 3}.get(lang, 2)
    assert {len(words) for words in own["counts"].values()} == {forms}


def test_a_missing_phrase_is_an_error_and_says_which() -> None:
    with pytest.raises(ValueError, match="'ru' has no phrase 'nonsense'"):
        catalogue("ru")("nonsense")
    with pytest.raises(ValueError, match="no forms for 'nonsense'"):
        catalogue("ru").count(3, "nonsense")


def test_a_language_without_a_catalogue_is_named() -> None:
    with pytest.raises(UnknownName, match="no language of a report 'eng'; did you mean 'en'"):
        catalogue("eng")


@pytest.mark.parametrize(
    ("number", "word"),
    [(1, "статья"), (2, "статьи"), (5, "статей"), (11, "статей"), (12, "статей"), (21, "статья"), (111, "статей"),
     (122, "статьи"), (0, "статей")],
)  # fmt: skip
def test_russian_nouns_follow_their_number(number: int, word: str) -> None:
    assert catalogue("ru").count(number, "article").split("\N{NO-BREAK SPACE}")[-1] == word


def test_a_russian_page_speaks_russian_and_quotes_as_written() -> None:
    html = report_html(sample.audit(), Form(lang="ru"))
    text = Reader(html).text
    assert '<html lang="ru">' in html
    assert "О третьем раунде писали «скупо и холодно»" in text
    for said in ("Наше прочтение", "Почему такой вывод", "Что не проверялось", "Подтверждается"):
        assert said in text
    for english in ("Our reading", "Why this verdict", "every way of counting", "Population:"):
        assert english not in text


@pytest.mark.parametrize(("lang", "word"), [("uk", "підтверджується"), ("tr", "doğrulandı")])
def test_a_language_in_the_making_says_the_rest_in_english(lang: str, word: str) -> None:
    own, english = raw(lang), raw("en")
    assert own["phrases"].keys() < english["phrases"].keys()
    assert own["counts"].keys() < english["counts"].keys()
    say = catalogue(lang)
    assert say("word supported") == word
    assert say("Our reading") == "Our reading"
    assert say.count(5, "article").endswith(own["counts"]["article"][-1])
