"""Sentences: every character in one, ends where people put them, and any text in linear time."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.annotate import sentences as module
from tenor.annotate.sentences import lines, sentences

LANGUAGE = st.sampled_from(["en", "ru", "uk", "tr", "und", "de"])
# Pieces in which a splitter can go wrong, more often than chance puts them together.
PIECE = st.sampled_from(
    ["Dr.", "U.S.", "г.", "vb.", "3.", "II.", "«", "»", '"', "“", "”", "'", "(", ")", "[...]", "...", "…", "?!", "— ",
     "- ",
     "\n", "\n\n", "\r\n", "\t", " ", "\u00a0", "\u00ad", "\u200b", "\ufe0f", "😭", "#tag", "@who", "https://a.b/c?d=e.",
     "word", "Слово", "Ülke", "said", "1,5", "§ 14", "。", "iPhone", "A.", "и.", "\x85", "\u2028", "\x0b"]
)  # fmt: skip
TEXT = st.one_of(st.text(st.characters(exclude_categories=["Cs"])), st.lists(PIECE, max_size=30).map("".join))
UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f]")


def split(text: str, language: str) -> list[str]:
    return [text[start:stop] for start, stop in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("en", "Gov. Reyes met Adm. Cole at 9 a.m. on Feb. 12.|Rev. Hall was late."),
        ("en", "The vote is at 5 p.m. Monday.|It ends at 7 p.m.|Officials hope for calm."),
        ("en", '"Where is it?" Lena Voss asked.|Nobody knew.'),
        ("en", '"I... I saw nothing," he said.|He was ill.|Doctors came.'),
        ("en", "The plan (was it his? Nobody knows.) failed.|(Applause.)|Next."),
        ("en", "He took vitamin C.|Doctors approved.|World War I. ended."),
        ("en", "we lost.|again.|who cares"),
        ("ru", "Он помог им.|Они ушли.|В г. Москве и г. Туле тихо."),
        ("ru", "В 1998 г. Иванов уехал.|Родился в 1950 г.|Жил в с. Петрово."),
        ("ru", "Дело Петрова И. И.|Суд закрыл его.|По словам В. В. Крылова, всё ясно."),
        ("ru", "При Карле V.|Войска ушли.|Фильм «Что делать?» Петрова понравился."),
        ("uk", "Зустріч о 18 год. 30 хв.|Потім вечеря.|2020 р. Петренко поїхав."),
        ("tr", "12. Cumhurbaşkanı geldi.|Sayı 14.|12 kişi öldü.|II. Abdülhamit devrildi."),
        ("und", "One.|Two!|Три?|Four"),
        ("zh", "会谈结束。|没有结果。"),
    ],
)
def test_hard_cases(language: str, marked: str) -> None:
    parts = marked.split("|")
    text = "".join(parts) if language == "zh" else " ".join(parts)
    assert split(text, language) == parts


def test_a_blank_that_is_missing_behind_a_full_stop() -> None:
    text = "Он потерял лицо.Затем Яндекс.Такси приехал.Ранее сообщалось иное."
    assert split(text, "ru") == ["Он потерял лицо.", "Затем Яндекс.Такси приехал.", "Ранее сообщалось иное."]
    assert split("The site Node.js and Marholm.Post are down.", "en") == ["The site Node.js and Marholm.Post are down."]


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\u00ad", "\u200b \ufeff"])
def test_nothing_gives_nothing(text: str) -> None:
    assert sentences(text, "en") == []


@pytest.mark.parametrize("text", ["***", "…", "—", '"', ")", "😭", ". . ."])
def test_a_text_without_words_is_one_sentence(text: str) -> None:
    assert split(text, "en") == [text]


def test_a_table_gives_its_lines() -> None:
    table = "Team\tPlayed\tPoints\nCalder\t3\t7.5\nAshby\t3\t1.0"
    assert split(table, "en") == table.split("\n")


def test_a_post_without_punctuation_is_its_lines() -> None:
    assert split("nobody told us anything\njust go home lol", "en") == ["nobody told us anything", "just go home lol"]


def test_hard_wrapped_lines_are_one_paragraph() -> None:
    text = (
        "The ferry sank in calm water on the way from the island to the port\n"
        "of Marholm, and all forty passengers who were on board at that hour\n"
        "swam ashore. An inquiry has opened."
    )
    assert [item.replace("\n", " ")[-12:] for item in split(text, "en")] == ["swam ashore.", " has opened."]
    assert list(lines("Short\nlines\nstay lines")) == [(0, 5), (6, 11), (12, 22)]


def test_offsets_hold_in_a_text_with_soft_hyphens() -> None:
    text = "Dr. Mar\u00adhol\u00adme left.\u00ad Sun\u00adday came\u00ad"
    assert split(text, "en") == ["Dr. Mar\u00adhol\u00adme left.\u00ad", "Sun\u00adday came\u00ad"]


@given(text=TEXT, language=LANGUAGE)
def test_every_character_belongs_to_one_sentence(text: str, language: str) -> None:
    spans = sentences(text, language)
    places = [place for span in spans for place in span]
    assert places == sorted(places)
    assert all(start < stop for start, stop in spans)
    assert all(text[start:stop].strip() == text[start:stop] for start, stop in spans)
    edges = [0, *places, len(text)]
    outside = "".join(text[start:stop] for start, stop in zip(edges[::2], edges[1::2], strict=True))
    assert not UNSEEN.sub("", outside).strip()


@given(text=TEXT, more=TEXT, language=LANGUAGE)
def test_a_paragraph_behind_changes_nothing_before_it(text: str, more: str, language: str) -> None:
    alone = sentences(text, language)
    together = sentences(f"{text}\n\n{more}", language)
    assert together[: len(alone)] == alone


def work(text: str, language: str) -> int:
    """Return how many characters the rules were given to look at."""
    seen = 0
    build = module._Spot

    def counted(*args: object, **kwargs: object) -> object:
        nonlocal seen
        spot = build(*args, **kwargs)  # type: ignore[arg-type]
        seen += len(spot.before) + len(spot.behind)
        return spot

    with patch.object(module, "_Spot", counted):
        sentences(text, language)
    return seen


@pytest.mark.parametrize("unit", ["e.g. a ", "Dr. Marsh left. ", "a (b. c ", "#a. ", "He… he… ", '"A." b. ', "1. 2. "])
def test_the_work_grows_as_the_text_does(unit: str) -> None:
    small, large = work(unit * 200, "en"), work(unit * 2_000, "en")
    assert large <= 11 * max(small, 1)


def test_two_hundred_thousand_words_in_one_article() -> None:
    sentence = "The U.S. delegation left on Jan. 3, and Dr. Marsh stayed. "
    text = sentence * 20_000
    assert len(sentences(text, "en")) == 20_000
    assert sentences("слово " * 200_000, "ru") == [(0, 6 * 200_000 - 1)]
