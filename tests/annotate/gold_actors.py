"""The actors of the hand-marked mentions, and how far rules agree with those."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tenor.annotate.actors import ActorFinder, finder_of
from tenor.annotate.sentences import sentences
from tenor.model import Actor, Title
from tests.annotate.gold_files import GOLD

_MARK = re.compile(r"⟦(\S+) (.+?)⟧")
_FIRST_DAY = date(2023, 7, 3)

# Of each name only what a dictionary would list; persons are invented, but for those at the end.
_PERSONS = {
    "brandel": {"en": "Brandel", "ru": "Брандель|Освин Брандель", "uk": "Брандель|Освін Брандель", "tr": "Brandel"},
    "vorlen": {
        "en": "Vorlen|Rasmus Vorlen",
        "ru": "Ворлен|Расмус Ворлен",
        "uk": "Ворлен|Расмус Ворлен",
        "tr": "Vorlen|Rasmus Vorlen",
    },
    "ana": {"en": "Vorlen|Ana Vorlen", "ru": "Ворлен|Ана Ворлен", "uk": "Ворлен|Ана Ворлен", "tr": "Vorlen|Ana Vorlen"},
    "talda": {"en": "Talda", "ru": "Талда|Мира Талда", "uk": "Талда|Міра Талда", "tr": "Talda|Mira Talda"},
    "hope": {"en": "Hope|Jonas Hope"},
    "will": {"en": "Will|Dana Will"},
    "may": {"en": "May|Tessa May"},
    "mark": {"en": "Mark"},
    "halsky": {"en": "Halsky"},
    "kestrin": {"en": "Kestrin"},
    "hrabenko": {"ru": "Грабенко", "uk": "Грабенко"},
    "gudz": {"uk": "Ґудзь"},
    "lukyan": {"uk": "Лук'ян"},
    "fedor": {"ru": "Федор"},
    "roman": {"ru": "Роман|Роман Дубов", "uk": "Роман|Роман Дубовий"},
    "lev": {"ru": "Лев", "uk": "Лев"},
    "vera": {"ru": "Вера|Вера Лосева"},
    "vira": {"uk": "Віра|Віра Лосюк"},
    "deniz": {"tr": "Deniz|Deniz Akal"},
    "umut": {"tr": "Umut|Umut Sarp"},
    "baris": {"tr": "Barış"},
    "nisan": {"tr": "Nisan"},
    "ismet": {"tr": "İsmet"},
    "ilgin": {"tr": "Ilgın"},
    # Well-known officials, for the forms of their names.
    "trump": {"en": "Trump", "ru": "Трамп", "uk": "Трамп", "tr": "Trump|Trumpın"},
    "putin": {"ru": "Путин", "uk": "Путін"},
    "macron": {"ru": "Макрон", "uk": "Макрон"},
    "merkel": {"ru": "Меркель", "uk": "Меркель"},
    "vitkoff": {"ru": "Уиткофф"},
    "zelensky": {"ru": "Зеленский", "uk": "Зеленський"},
}
_BODIES = {
    "wh": {"en": "White House", "ru": "Белый дом", "uk": "Білий дім", "tr": "Beyaz Saray"},
    "un": {"en": "UN", "ru": "ООН", "uk": "ООН", "tr": "BM"},
    "nato": {"en": "NATO", "ru": "НАТО", "uk": "НАТО", "tr": "NATO"},
    "eu": {"en": "EU", "ru": "ЕС", "uk": "ЄС", "tr": "AB"},
    "us": {"en": "US|U.S.", "ru": "США", "uk": "США", "tr": "ABD"},
    "mid": {"ru": "МИД"},
    "dockers": {
        "en": "Dockers' Union",
        "ru": "профсоюз докеров",
        "uk": "профспілка докерів",
        "tr": "Liman İşçileri Sendikası",
    },
}
_PRESIDENT = {"en": "the president", "ru": "президент", "uk": "президент|президентка", "tr": "cumhurbaşkanı"}
_PREMIER = {"en": "the prime minister"}
_FULL = {"brandel": "Osvin Brandel", "vorlen": "Rasmus Vorlen", "ana": "Ana Vorlen", "talda": "Mira Talda"}
_TITLES = {
    "vorlen": (
        Title(words=tuple((lang, tuple(said.split("|"))) for lang, said in _PRESIDENT.items()), stop=_FIRST_DAY),
    ),
    "talda": (
        Title(words=tuple((lang, tuple(said.split("|"))) for lang, said in _PRESIDENT.items()), start=_FIRST_DAY),
    ),
    "kestrin": (Title(words=tuple((lang, (said,)) for lang, said in _PREMIER.items())),),
}


def gold_actors() -> list[Actor]:
    """Return the actors of the marked texts."""
    return [
        Actor(
            id=name,
            name=_FULL.get(name, name),
            kind="person" if name in _PERSONS else "organisation",
            public_role="an invented office",
            aliases=tuple((lang, tuple(said.split("|"))) for lang, said in listed.items()),
            titles=_TITLES.get(name, ()),
        )
        for name, listed in {**_PERSONS, **_BODIES}.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A text as it was marked by hand: (start, stop, actor); the actor is ? where the text does not tell."""

    tag: str
    day: date | None
    text: str
    spans: tuple[tuple[int, int, str], ...]


def marked(lang: str, part: str) -> Iterator[Marked]:
    """Yield the marked texts of a language."""
    for line in (GOLD / f"actors.{lang}.{part}.txt").read_text(encoding="utf-8").splitlines():
        tag, day, said = line.split("\t")
        spans, text, place = [], "", 0
        for mark in _MARK.finditer(said):
            text += said[place : mark.start()]
            spans.append((len(text), len(text) + len(mark[2]), mark[1]))
            text += mark[2]
            place = mark.end()
        yield Marked(
            tag=tag, day=date.fromisoformat(day) if day != "-" else None, text=text + said[place:], spans=tuple(spans)
        )


def found_in(one: Marked, lang: str, finder: ActorFinder) -> set[tuple[int, int, str]]:
    """Return what the rules find in a marked text, in the form of its marks."""
    found = finder.mentions(one.text, lang, one.day, sentences(one.text, lang))
    return {(item.start, item.stop, item.actor or "?") for item in found}


def tally(lang: str, part: str) -> tuple[Counter[str], list[str]]:
    """Count what is right, missing and extra, told (a mention that the text settles) and asked (one it does not).

    A mention that is left open though the text settles it is missing, and not extra: nothing was guessed. The same at
    a place where there is no mention is `open`.
    """
    finder, counts, wrong = finder_of(gold_actors()), Counter[str](), []
    for one in marked(lang, part):
        wanted, found = set(one.spans), found_in(one, lang, finder)
        counts["right"] += len(wanted & found)
        counts["missing"] += len(wanted - found)
        counts["extra"] += sum(actor != "?" for _, _, actor in found - wanted)
        counts["open"] += sum(actor == "?" for _, _, actor in found - wanted)
        if wanted != found:
            wrong.append(f"{one.tag}: {one.text} | {sorted(wanted - found)} | {sorted(found - wanted)}")
    return counts, wrong
