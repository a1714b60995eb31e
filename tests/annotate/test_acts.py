"""Who does what to whom, against sentences that were written before the rules, and against published cases."""

from __future__ import annotations

import gzip
import json
import os
import time
from datetime import date
from pathlib import Path

import pytest

from tenor.annotate.actors import finder_of
from tenor.annotate.acts import LANGUAGES, Act, acts
from tenor.annotate.language import language_named
from tenor.annotate.sentences import sentences
from tenor.annotate.speakers import Named
from tenor.model import Actor

GOLD = Path(__file__).parent / "gold"
# Forms in which the made-up names stand.
FORMS = {
    "en": ("Ardan", "Belmar", ("",), ("",)),
    "tr": ("Ardan", "Belmar", ("",), ("",)),
    "ru": ("Ардан", "Белмар", ("", "а", "у", "ом", "е"), ("", "а", "у", "ом", "е")),
    "uk": ("Ардан", "Белмар", ("", "а", "у", "ом", "і"), ("", "а", "у", "ом", "і")),
}


def gold(lang: str) -> list[tuple[str, str]]:
    lines = (GOLD / f"acts.{lang}.txt").read_text(encoding="utf-8").splitlines()
    return [(one.split(" | ")[0], one.split(" | ")[1]) for one in lines if one and not one.startswith("#")]


def read(text: str, lang: str, day: date | None = None) -> list[Act]:
    one, two, first, second = FORMS[lang]
    actors = [
        Actor(id=one, name=one, kind="state", aliases=((lang, tuple(one + end for end in first)),)),
        Actor(id=two, name=two, kind="state", aliases=((lang, tuple(two + end for end in second)),)),
    ]
    finder = finder_of(actors)
    found = finder.mentions(text, lang, day, sentences(text, language_named(lang)))
    return acts(text, lang, day, [Named(one.start, one.stop, one.actor) for one in found if one.actor])


def told(found: list[Act]) -> str:
    return ", ".join(f"{one.source} {one.type} {one.target}" for one in found) or "-"


# Sentences of the gold that the rules are known to miss.
MISSED = {"Ardan polisi Belmar'lı bir gazeteciyi gözaltına aldı."}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_gold(lang: str) -> None:
    found = gold(lang)
    assert len(found) == 15
    wrong = [sentence for sentence, wanted in found if told(read(sentence, lang)) != wanted]
    assert set(wrong) <= MISSED


def test_places_and_days() -> None:
    text = "\u200bNothing. On 4 May Ardan condemned Belmar. Belmar condemned Ardan."
    first, second = read(text, "en", date(2023, 5, 6))
    assert text[slice(*first.verb)] == "condemned"
    assert (text[slice(*first.source_at)], text[slice(*first.target_at)]) == ("Ardan", "Belmar")
    assert (first.day, first.dated) == (date(2023, 5, 4), True)
    assert (second.day, second.dated, second.source) == (date(2023, 5, 6), False, "Belmar")


@pytest.mark.parametrize(
    "text",
    [
        'A neighbour said: "Ardan attacked Belmar."',
        "Ardan was expected to attack Belmar.",
        "The attack on Belmar surprised Ardan.",
        "Ardan attacked.",
        "",
    ],
)
def test_what_is_quoted_possible_or_of_one_actor_is_no_event(text: str) -> None:
    assert read(text, "en") == []


def test_talks_between_two() -> None:
    assert told(read("The talks between Ardan and Belmar ended.", "en")) == "Ardan CONSULT Belmar"
    assert acts("Ardan condemned Belmar.", "de", None, [Named(0, 5, "a"), Named(16, 22, "b")]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Ardan " + "x" * 10_000 + " Belmar",
        '"' * 10_000 + "Ardan attacked Belmar",
        "Ardan «said \"that 'Belmar „attacked" * 500,
        "Ardan imposed " * 2_000 + "Belmar",
    ],
)
def test_hostile_text_takes_bounded_time(text: str) -> None:
    begun = time.perf_counter()
    read(text, "en")
    assert time.perf_counter() - begun < 5


# PLOVER's examples carry names of types that later versions merged into others.
OLDER = {"DEMAND": "REQUEST", "DISAPPROVE": "ACCUSE", "FIGHT": "ASSAULT", "INVESTIGATE": "ACCUSE"}
MARKED = ("SRC", "TAR", "SRC/TAR")


def test_the_page_tells_what_is_measured_on_published_examples() -> None:
    data = Path(os.environ.get("TENOR_DATA", "")) / "plover_gsr" / "train.jsonl.gz"
    if not data.is_file():
        pytest.skip("TENOR_DATA holds no plover_gsr")
    right = every = 0
    for row in map(json.loads, gzip.decompress(data.read_bytes()).splitlines()):
        spans = [(one["start"], one["end"], one["label"]) for one in row["spans"] if one["label"] in MARKED]
        named = [Named(start, stop, f"{label}{at}") for at, (start, stop, label) in enumerate(sorted(spans))]
        if len(named) > 1:
            every += 1
            right += OLDER.get(row["event"], row["event"]) in {one.type for one in acts(row["text"], "en", None, named)}
    page = (Path(__file__).parents[2] / "docs" / "events.md").read_text(encoding="utf-8")
    assert f"| {every} with two actors marked" in page
    assert f"| {right} ({right / every:.0%}".replace("%", " %)") in page
