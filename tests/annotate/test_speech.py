"""Speech: narration, reported speech and quotation share out every sentence, whatever the marks do."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given

from tenor.annotate.sentences import sentences
from tenor.annotate.speech import Part, speech
from tests.annotate.test_sentences import LANGUAGE, TEXT


def parts(text: str, language: str = "en") -> list[Part]:
    return speech(text, sentences(text, language), language)


def said(text: str, language: str = "en") -> list[tuple[str, str]]:
    """Return what is not narration, without signs at the edges."""
    found = [(part.kind, text[part.start : part.stop]) for part in parts(text, language) if part.kind != "narration"]
    return [(kind, piece.strip(" \n.,:;!?…—–-\"'“”«»‘’")) for kind, piece in found]


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [
        ("en", "The king told his guests he would not abdicate.", [("reported", "he would not abdicate")]),
        ("en", "He denied stealing the boat.", [("reported", "stealing the boat")]),
        ("en", "The study says bees prefer blue.", [("reported", "bees prefer blue")]),
        ("en", 'The "experts" said nothing.', []),
        ("en", 'He wrote "The Long Night" in prison.', []),
        ("en", "Police: 'We had no warning'\n\nTwo died.", [("quoted", "We had no warning")]),
        ("ru", "Тренер сказал, что игра была трудной, и ушёл.", [("reported", "игра была трудной")]),
        ("ru", "«Эксперты» никогда не видели корову.", []),
        (
            "uk",
            "«Ми готові, — заявила вона. — Давно готові».",
            [("quoted", "Ми готові"), ("quoted", "Давно готові")],
        ),
        ("tr", "Şirket rüşvet verdiğini yalanladı.", [("reported", "rüşvet verdiğini")]),
        ("tr", "“Kaçın!” diye bağırdı bekçi.", [("quoted", "Kaçın")]),
        ("und", "«Нет!»", [("quoted", "Нет")]),
    ],
)
def test_voices(language: str, text: str, expected: list[tuple[str, str]]) -> None:
    assert said(text, language) == expected


def test_a_quotation_over_three_paragraphs() -> None:
    text = (
        "She wrote:\n\n“We heard the ice. It cracked.\n\n“Then it was dark.\n\n“Nobody spoke.”\n\nThe staff applauded."
    )
    assert [(part.kind, part.doubt) for part in parts(text)] == [
        ("narration", False),
        *[("quoted", False)] * 4,
        ("narration", False),
    ]


def test_a_quotation_closed_three_paragraphs_later_without_new_marks() -> None:
    text = "Посланник читал: «Переговоры завершены.\n\nДаты нет.\n\nЭто всё».\n\nОн ушёл."
    assert [part.kind for part in parts(text, "ru")] == ["narration", "quoted", "quoted", "quoted", "narration"]


def test_a_missing_mark_is_told_and_bounded() -> None:
    text = 'The mayor said: "The town is safe.\n\nThe water reached the square.\n\nIt rained.'
    found = parts(text)
    assert [(part.kind, part.doubt) for part in found] == [
        ("narration", False),
        ("quoted", True),
        ("narration", False),
        ("narration", False),
    ]
    long = 'The mayor said: "The town is safe. ' + "The water rose all night and nobody slept at all. " * 100
    assert sum(part.stop - part.start for part in parts(long) if part.kind == "quoted") < 100


def test_an_attribution_ends_a_quotation_without_its_closing_mark() -> None:
    text = '"We will not pay, the owner said and left. He left.'
    first = parts(text)[0]
    assert (first.kind, text[first.start : first.stop].strip(), first.doubt) == ("quoted", '"We will not pay', True)


def test_a_monologue_of_five_thousand_words_is_one_voice() -> None:
    text = "“" + "We saw the ice break and nobody came. " * 625 + "I am tired,” she said. The hall was silent."
    found = parts(text)
    assert {part.kind for part in found[:625]} == {"quoted"}
    assert [part.kind for part in found[-3:]] == ["quoted", "narration", "narration"]


def test_apostrophes_and_inches_are_no_quotations() -> None:
    assert said("The boys' choir won; it's '98 again, and the plank is 6\" wide and 8' long.") == []


def test_a_name_with_soft_hyphens_keeps_its_offsets() -> None:
    text = "Mar\u00adholm's mayor sa\u00adid that the bri\u00addge would open."
    assert [(part.kind, text[part.start : part.stop]) for part in parts(text)] == [
        ("narration", "Mar\u00adholm's mayor sa\u00adid that "),
        ("reported", "the bri\u00addge would open."),
    ]


def test_a_table_and_a_post_are_narration() -> None:
    assert said("Team\tPlayed\nCalder\t3\n\nok so the jury hates us\nwhat else is new") == []


def test_no_sentence_gives_no_part() -> None:
    assert speech("", [], "en") == []


@given(text=TEXT, language=LANGUAGE)
def test_parts_share_out_every_sentence(text: str, language: str) -> None:
    spans = sentences(text, language)
    found = speech(text, spans, language)
    assert all(part.start < part.stop for part in found)
    for start, stop in spans:
        inside = [part for part in found if start <= part.start < stop]
        assert inside[0].start == start
        assert inside[-1].stop == stop
        assert all(one.stop == other.start for one, other in pairwise(inside))
    assert sum(part.stop - part.start for part in found) == sum(stop - start for start, stop in spans)


@pytest.mark.parametrize(
    "unit",
    [
        '"a ',
        "“a” ",
        "'a ",
        "«a ",
        "he said that ",
        "said «a», ",
        "сказал, что ",
        ", по словам х, ",
        "dedi “a” ",
        "— А, — сказал. ",
    ],
)
@pytest.mark.parametrize("language", ["en", "ru", "tr"])
def test_hostile_lines_end(unit: str, language: str) -> None:
    text = unit * 4_000
    assert parts(text, language)[-1].stop == len(text.rstrip())
