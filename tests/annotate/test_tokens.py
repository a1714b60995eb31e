"""Where tokens stand in a text."""

from __future__ import annotations

import pytest

from tenor.annotate.tokens import MOST_A_TOKEN, Spelt, has_letter, spelt, spelt_all, stretch, tokens_of
from tests.annotate import tiny

TOKENIZER = tiny.speller()
END = (0, 0)


def places(text: str, longest: int = 12) -> list[tuple[int, int]]:
    return spelt(TOKENIZER, text, longest).places


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("good talks", [END, (0, 4), (5, 10), END]),
        ("good  talks", [END, (0, 4), (5, 5), (6, 11), END]),
        ("", [END, END]),
        ("😀 Anna!", [END, (0, 1), (0, 1), (2, 6), (6, 7), END]),
        ("a‼", [END, (0, 1), (0, 1), (1, 2), (1, 2), END]),
        ("\u0438\u0306", [END, (0, 1), (0, 1), END]),
    ],
)
def test_a_token_stands_where_its_own_letters_do(text: str, expected: list[tuple[int, int]]) -> None:
    assert places(text) == expected


def test_a_long_text_keeps_its_first_tokens_and_its_end() -> None:
    whole = spelt(TOKENIZER, "good bad good bad good", 12)
    cut = spelt(TOKENIZER, "good bad good bad good", 5)
    assert (whole.cut, cut.cut) == (False, True)
    assert cut.ids == [*whole.ids[:4], whole.ids[-1]]
    assert cut.places == [END, (0, 4), (5, 8), (9, 13), END]


def test_a_text_as_long_as_what_is_read_is_not_cut() -> None:
    assert not spelt(TOKENIZER, "good bad good", 5).cut


def test_of_a_text_without_end_only_a_part_is_looked_at() -> None:
    blanks = " " * (MOST_A_TOKEN * 12)
    assert spelt(TOKENIZER, "good" + blanks, 12).cut
    assert spelt(TOKENIZER, "漢" * (MOST_A_TOKEN * 12), 12) == Spelt(
        [0, 8 + 4, 3, 2], [END, (0, 1), (0, 1200), END], False
    )
    assert spelt(TOKENIZER, "漢" * (MOST_A_TOKEN * 12 + 1), 12).cut


def test_a_sign_that_is_none_shifts_nothing() -> None:
    assert places("\ud800 good") == [END, (0, 1), (0, 1), (2, 6), END]
    assert places("good\udfff") == [END, (0, 4), (4, 5), END]


def test_many_texts_are_spelt_as_each_alone() -> None:
    texts = ["good talks", "", "😀 Anna!", "good bad " * 9, "\ud800"]
    assert spelt_all(TOKENIZER, texts, 12) == [spelt(TOKENIZER, text, 12) for text in texts]


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        (0, 4, (1, 1)),
        (0, 11, (1, 3)),
        (3, 7, (1, 3)),
        (4, 6, None),
        (2, 2, None),
        (6, 6, None),
        (10, 11, (3, 3)),
    ],
)
def test_a_stretch_has_the_tokens_it_shares_a_letter_with(start: int, stop: int, expected: object) -> None:
    assert tokens_of(places("good  talks"), start, stop) == expected


def test_only_a_letter_that_is_read_counts_as_one() -> None:
    late = "1 2 3 4 5 6 7 a"
    assert [has_letter(late, spelt(TOKENIZER, late, longest)) for longest in (40, 10)] == [True, False]
    assert not has_letter("", spelt(TOKENIZER, "", 12))


@pytest.mark.parametrize(
    ("text", "start", "stop", "expected"),
    [
        ("e\u0301\u0302x", 0, 1, (0, 3)),
        ("ab\u0301", 0, 1, (0, 1)),
        ("a \u0301", 0, 2, (0, 1)),
        ("\u00a0a\u2003", 0, 3, (1, 2)),
        ("abc", 2, 2, (2, 2)),
        ("abc", 3, 1, (3, 1)),
    ],
)
def test_a_stretch_has_no_blanks_around_it_and_whole_letters(
    text: str, start: int, stop: int, expected: tuple[int, int]
) -> None:
    assert stretch(text, start, stop) == expected
