"""The parallel gold is what it says, and the comparison of its editions is right."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest

from tests.annotate.parallel import EDITIONS, Piece, Toward, alike, pieces, toward

VALENCES, AROUSALS = ("negative", "neutral", "positive"), ("calm", "neutral", "agitated")
LATIN, RUSSIAN, UKRAINIAN, TURKISH = (
    re.compile(f"[{letters}]", re.IGNORECASE) for letters in ("a-z", "ыэъё", "іїєґ", "ğışçöü")
)


def everything() -> list[Piece | Toward]:
    return [*pieces(), *toward()]


def test_the_grid_is_even() -> None:
    cells = Counter((piece.valence, piece.arousal) for piece in pieces())
    wanted = {(valence, arousal): 9 for valence in VALENCES for arousal in AROUSALS}
    assert cells == {**wanted, ("neutral", "neutral"): 8}
    assert Counter(item.tone for item in toward()) == {"negative": 7, "neutral": 6, "positive": 7}


def test_no_sentence_stands_twice() -> None:
    found = everything()
    assert len({item.id for item in found}) == len(found) == 100
    for lang in EDITIONS:
        assert len({item.texts[lang] for item in found}) == len(found)


@pytest.mark.parametrize(("lang", "others"), [("ru", [LATIN, UKRAINIAN]), ("uk", [LATIN, RUSSIAN])])
def test_cyrillic_editions_hold_no_letter_of_another_language(lang: str, others: list[re.Pattern[str]]) -> None:
    for item in everything():
        assert not [other.pattern for other in others if other.search(item.texts[lang])], item.id


def test_latin_editions_are_in_their_languages() -> None:
    for item in everything():
        assert item.texts["en"].isascii(), item.id
        assert TURKISH.search(item.texts["tr"]), item.id


def test_a_target_is_found_without_its_mark() -> None:
    first = toward()[0]
    marked = {lang: first.texts[lang][slice(*first.spans[lang])] for lang in EDITIONS}
    assert marked == {"en": "Karvenia", "ru": "Карвению", "uk": "Карвенію", "tr": "Karvenya"}
    assert not [item.id for item in everything() for text in item.texts.values() if "[" in text or "]" in text]


def test_the_comparison_by_hand() -> None:
    # Differences 1, 0, 1, 2: mean 1, variance 2/3, error sqrt(1/6). Variances 5/3 and 11/3: sd sqrt(8/3), so the
    # error is 1/4 sd. Student's t with 3 degrees of freedom has .975 at 3.1824 in every table.
    (found,) = alike({"en": np.array([1.0, 2, 3, 4]), "ru": np.array([2.0, 2, 4, 6])})
    assert (found.first, found.second, found.items) == ("en", "ru", 4)
    assert found.difference == pytest.approx(np.sqrt(3 / 8))
    assert found.low == pytest.approx(np.sqrt(3 / 8) - 3.1824 / 4, abs=1e-4)
    assert found.high == pytest.approx(np.sqrt(3 / 8) + 3.1824 / 4, abs=1e-4)
    assert found.correlation == pytest.approx(7 / np.sqrt(55))


def test_sentences_without_a_score_are_left_out_of_their_pairs_only() -> None:
    scores = {
        "en": np.array([1.0, 2, 3, 4, np.nan]),
        "ru": np.array([2.0, 2, 4, 6, 1]),
        "tr": np.array([2.0, np.nan, 4, 6, 1]),
    }
    found = {(pair.first, pair.second): pair for pair in alike(scores)}
    assert [pair.items for pair in found.values()] == [4, 3, 4]
    assert found["en", "ru"].difference == pytest.approx(np.sqrt(3 / 8))
    assert found["ru", "tr"].difference == 0
    assert found["ru", "tr"].correlation == pytest.approx(1)


@pytest.mark.parametrize("other", [[1.0, np.nan, 2, np.nan], [2.0, 2, 2, 2]])
def test_what_cannot_be_compared_is_said(other: list[float]) -> None:
    with pytest.raises(ValueError, match=r"en and ru: [0-9] sentences with both scores"):
        alike({"en": np.array([1.0, 2, 3, 4]), "ru": np.array(other)})
