"""Everything the interface says has its Russian."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.app.web.catalogue import LANGUAGES, OFFERED, chosen, words
from tenor.coding.predictions import Result, Standing
from tenor.coding.promises import Outcome, State, Timing
from tenor.model import Population, Relation, Word
from tenor.report.verdicts import BADGES

TEMPLATES = sorted((files("tenor.app.web") / "templates").iterdir(), key=lambda path: path.name)
SAID = re.compile(r"""\bt\((["'])(.+?)\1\)""")
COUNTED = re.compile(r'counted\([^"]*?"([a-z -]+)"\)')
# Table headings of the page on data quality are given to a macro as lists.
LISTED = re.compile(r'\[((?:"[^"]+"(?:, )?)+)\], \w+, \[')


def said() -> set[str]:
    found = set()
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        found |= {match[2] for match in SAID.finditer(text)}
        found |= {name for match in LISTED.finditer(text) for name in re.findall(r'"([^"]+)"', match[1])}
        found |= set(re.findall(r'\("[^"]*", "([^"]+)"\)', text))
    known = (Word, Relation, Population, Outcome, State, Timing, Result, Standing)
    found |= {value for kind in known for value in get_args(kind)}
    # What the patterns take for texts and is none.
    found -= {" ", "last"}
    return found | {badge.meaning for badge in BADGES.values()}


def test_every_text_of_the_templates_has_its_russian() -> None:
    everything = said()
    assert len(everything) > 250
    assert sorted(text for text in everything if text not in words("ru").texts) == []
    nouns = {match[1] for path in TEMPLATES for match in COUNTED.finditer(path.read_text(encoding="utf-8"))}
    assert sorted(noun for noun in nouns if len(words("ru").plural.get(noun, ())) != 3) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_catalogue_has_no_empty_word_and_keeps_the_ends_of_sentences(lang: str) -> None:
    for text, answer in words(lang).texts.items():
        assert answer.strip() == answer != ""
        assert text.endswith(".") == answer.endswith("."), text


@given(st.text(max_size=60))
def test_whatever_a_browser_accepts_a_language_is_found(accepted: str) -> None:
    assert chosen(asked="", before="", accepted=accepted) in OFFERED


def test_the_address_wins_then_what_was_chosen_before_then_the_browser() -> None:
    assert chosen(asked="ru", before="en", accepted="en") == "ru"
    assert chosen(asked="", before="ru", accepted="en") == "ru"
    assert chosen(asked="<script>", before="", accepted="ru;q=0.2, en;q=0.9") == "en"
    assert chosen(asked="", before="", accepted="ru-RU,ru;q=0.9,en;q=0.8") == "ru"
