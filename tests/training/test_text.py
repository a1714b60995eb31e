"""Normal form, sentences and windows."""

from __future__ import annotations

import pytest
from training.text import normalise, sentences, windows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He left. She stayed.", ["He left.", "She stayed."]),
        ("“No.” He left!", ["“No.”", "He left!"]),
        ("Mr. Smith of the U.S. Senate left. Good.", ["Mr. Smith of the U.S. Senate left.", "Good."]),
        ("Он ушёл. «Нет», — сказала она.", ["Он ушёл.", "«Нет», — сказала она."]),
        ("В 2014 г. Киев ответил. Їх не чули.", ["В 2014 г. Киев ответил.", "Їх не чули."]),
        ("It cost 3.5 million. it was cheap.", ["It cost 3.5 million. it was cheap."]),
        ("A headline\n\nThe text.", ["A headline", "The text."]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[start:stop] for start, stop in sentences(text)] == expected


def test_windows_hold_every_sentence_once_and_stay_short() -> None:
    text = "\n".join(" ".join(f"Sentence {line}.{place} ends here." for place in range(9)) for line in range(4))
    cuts = windows(text, 100)
    assert all(stop - start <= 100 and "\n" not in text[start:stop] for start, stop in cuts)
    assert "".join(text[start:stop] for start, stop in cuts).replace(" ", "") == text.replace(" ", "").replace("\n", "")


def test_a_long_sentence_is_a_window() -> None:
    assert windows("a" * 10_000, 300) == [(0, 10_000)]


def test_normalise_ignores_case_signs_and_width() -> None:
    assert normalise("Ｔhe  TALKS—ended…") == normalise("the talks ended") == "the talks ended"
    assert normalise('..."') == ""
