"""The one form of text: reached once, it does not change; what is removed is counted."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.sources.text import clean_line, clean_text, excerpt_of, fold, has_surrogate

NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from(
            "ab\u0301\u00a0\u202f\u2007\r\n\t\x00\x0b\x0c\x1c\x7f\x85\x97\x9d\ufeff\u202e\u2066\u2028\u200d\u0344 "
        ),
        st.characters(exclude_categories=["Cs"]),
    )
)


@given(NASTY)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    for clean in (clean_text, clean_line):
        once = clean(raw)
        twice = clean(once.text)
        assert (twice.text, twice.controls, twice.strays, twice.overrides) == (once.text, 0, 0, 0)
        assert unicodedata.is_normalized("NFC", once.text)
        assert not set(once.text) & set("\r\u00a0\u202f\u2007\ufeff")
        assert not any(unicodedata.category(mark) == "Cc" and mark not in "\n\t" for mark in once.text)


@given(NASTY)
def test_letters_stay(raw: str) -> None:
    def letters(text: str) -> str:
        return unicodedata.normalize("NFC", "".join(filter(str.isalpha, unicodedata.normalize("NFD", text))))

    strays = sum("\x80" <= mark <= "\x9f" for mark in raw)
    assert strays or letters(clean_text(raw).text) == letters(raw)


@pytest.mark.parametrize(
    ("raw", "text", "controls", "strays"),
    [
        ("a\u00a0b\u202fc\u2007d", "a b c d", 0, 0),
        ("a\r\nb\rc\u2028d\x0ce", "a\nb\nc\nd\ne", 0, 0),
        ("e\u0301", "é", 0, 0),
        ("\ufeffa\u200db", "a\u200db", 0, 0),
        ("a\x00b\x07\tc", "ab\tc", 2, 0),
        ("нет \x97 да\x85", "нет — да…", 0, 2),
        ("x\x9dy", "xy", 1, 0),
    ],
)
def test_text_takes_its_final_form(raw: str, text: str, controls: int, strays: int) -> None:
    cleaned = clean_text(raw)
    assert (cleaned.text, cleaned.controls, cleaned.strays) == (text, controls, strays)


def test_marks_that_change_the_direction_leave_lines_and_stay_in_texts() -> None:
    raw = "The \u202eelba\u2066 Paper"
    assert clean_text(raw).text == raw
    line = clean_line(raw)
    assert (line.text, line.overrides) == ("The elba Paper", 2)


def test_half_characters_are_seen() -> None:
    assert has_surrogate("a\udc80")
    assert not has_surrogate("a😀")


def test_excerpts_can_be_printed() -> None:
    assert excerpt_of("a\x1b[31mb\u202e\nc") == "a [31mb c"
    assert len(excerpt_of("x" * 500)) == 81


def test_folding_knows_the_turkish_i() -> None:
    assert fold("KASIM") == fold("Kasım") == "kasim"
    assert fold("NİSAN") == fold("nisan")
