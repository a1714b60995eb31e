"""Who does what to whom, by rule: verbs between actors that others have found.

A first cut, and a narrow one: an event needs two named actors and a verb of `lang/acts` in one sentence, told by the
text itself and not in quotation marks. What is denied, possible or only wished is no event.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from re import Pattern
from typing import Any

from tenor.annotate.language import language_named
from tenor.annotate.quotations import Page, quotations
from tenor.annotate.speakers import Named
from tenor.annotate.statements import page_of
from tenor.annotate.times import find_times
from tenor.corpus.phrases import fold

# Goes up whenever a rule or a word list changes what is found.
RULES = "acts@1"
TYPES = (
    *("AGREE", "CONSULT", "SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "REQUEST"),
    *("ACCUSE", "REJECT", "THREATEN", "PROTEST", "SANCTION", "MOBILIZE", "COERCE", "ASSAULT"),
)
LANGUAGES = ("en", "ru", "uk", "tr")
_FOLDER = Path(__file__).parent / "lang" / "acts"
# What is further away belongs to another clause; so the time taken grows as the text does.
_NEAR, _FAR, _LONGEST = 48, 200, 2_000
_GAP = r"[^\w.;:!?]{1,3}(?:[\w'’-]{1,40}[^\w.;:!?]{1,3}){0,4}?"
_WORD = re.compile(r"[\w'’-]+")
# "4 May" is no "may".
_DATE = re.compile(r"\b\d{1,2} may\b|\bmay \d{1,4}\b")
_CLAUSE = re.compile(r"[;:!?]")
_WILL = {
    **dict.fromkeys(("SUPPORT", "CONCEDE", "COOPERATE", "AID", "RETREAT", "CONSULT"), "AGREE"),
    **dict.fromkeys(("SANCTION", "MOBILIZE", "COERCE", "ASSAULT"), "THREATEN"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Something that an actor does to another, in code points of the text.

    Parameters
    ----------
    source, type, target
        Ids of actors, and one of `TYPES`.
    start, stop
        The sentence.
    verb, source_at, target_at
        The words that tell it, and those that name the actors.
    day
        The day that the sentence names, if it is not later than the article's; the article's day otherwise.
    dated
        Whether the sentence names it.
    score
        How plain the sentence is, from 0 to 1; no probability.
    """

    source: str
    type: str
    target: str
    start: int
    stop: int
    verb: tuple[int, int]
    source_at: tuple[int, int]
    target_at: tuple[int, int]
    day: date | None
    dated: bool
    score: float


@dataclass(frozen=True, slots=True)
class _Words:
    """The word list of a language."""

    verbs: Pattern[str]
    final: bool
    negation: frozenset[str]
    modal: frozenset[str]
    future: tuple[str, ...]
    infinitive: frozenset[str]
    passive: frozenset[str]
    agent: frozenset[str]
    oblique: frozenset[str]
    both: frozenset[str]
    symmetric: frozenset[str]
    determiners: frozenset[str]
    between: frozenset[str]
    passive_ending: Pattern[str] | None
    undone: Pattern[str] | None


@dataclass(frozen=True, slots=True)
class _Hit:
    start: int
    stop: int
    type: str


@dataclass(frozen=True, slots=True)
class _Found:
    """Who, whom, how plainly."""

    source: Named
    target: Named
    score: float


def acts(text: str, lang: str, day: date | None, named: Sequence[Named]) -> list[Act]:
    """Return who does what to whom in a text, in order.

    The time taken grows as the text does.

    Parameters
    ----------
    text
        A title or a body.
    lang
        Its language; in one without a word list nothing is found.
    day
        When it was published.
    named
        Where actors are named, in order, without overlaps.

    Examples
    --------
    >>> found = acts("Belmar was attacked by Ardan.", "en", None, [Named(0, 6, "b"), Named(23, 28, "a")])
    >>> [(one.source, one.type, one.target) for one in found]
    [('a', 'ASSAULT', 'b')]
    """
    if lang not in LANGUAGES or len({one.actor for one in named}) < 2:
        return []
    words, paged = _words(lang), page_of(text, language_named(lang))
    plain, page = paged.plain, paged.page
    places = [one._replace(start=plain.there(one.start), stop=plain.there(one.stop)) for one in named if one.actor]
    quoted = [(one.start, one.stop) for one in quotations(page)]
    found: list[Act] = []
    first = said = 0
    for start, stop in page.sentences:
        while first < len(places) and places[first].start < start:
            first += 1
        last = first
        while last < len(places) and places[last].start < stop:
            last += 1
        while said < len(quoted) and quoted[said][1] <= start:
            said += 1
        inside = places[first:last]
        if len({one.actor for one in inside}) < 2 or stop - start > _LONGEST:
            continue
        when = _day(text[slice(*plain.back(start, stop))], lang, day)
        for hit, roles in _in_sentence(page, (start, stop), inside, words, _quotes(quoted, said, stop)):
            found.append(
                Act(
                    source=roles.source.actor,
                    type=hit.type,
                    target=roles.target.actor,
                    start=plain.back(start, stop)[0],
                    stop=plain.back(start, stop)[1],
                    verb=plain.back(hit.start, hit.stop),
                    source_at=plain.back(roles.source.start, roles.source.stop),
                    target_at=plain.back(roles.target.start, roles.target.stop),
                    day=when or day,
                    dated=when is not None,
                    score=roles.score,
                )
            )
    return found


def _quotes(quoted: Sequence[tuple[int, int]], first: int, stop: int) -> list[tuple[int, int]]:
    last = first
    while last < len(quoted) and quoted[last][0] < stop:
        last += 1
    return list(quoted[first:last])


def _day(sentence: str, lang: str, day: date | None) -> date | None:
    """Return the one day, not later than the article's, that a sentence names."""
    if day is None:
        return None
    days = {one.first for one in find_times(sentence, lang, day) if one.precision == "day" and one.first == one.last}
    known = {one for one in days if one is not None and one <= day}
    return known.pop() if len(known) == 1 else None


def _in_sentence(
    page: Page,
    sentence: tuple[int, int],
    named: Sequence[Named],
    words: _Words,
    quoted: Sequence[tuple[int, int]],
) -> Iterator[tuple[_Hit, _Found]]:
    """Yield the events of a sentence; a verb that another one governs is none."""
    hits = [
        hit
        for hit in _hits(page.folded, sentence, words)
        if not any(one.start < hit.stop and hit.start < one.stop for one in named)
        and not any(start <= hit.start < stop for start, stop in quoted)
    ]
    seen: set[tuple[str, str, str]] = set()
    for at, hit in enumerate(hits):
        if _governed(page.folded, hits, at, named, words):
            continue
        real = _happened(page.folded, sentence[0], hit, words)
        if not real:
            continue
        roles = _roles(page.folded, sentence, real, named, words)
        if roles and (key := (roles.source.actor, real.type, roles.target.actor)) not in seen:
            seen.add(key)
            yield real, roles


def _hits(folded: str, sentence: tuple[int, int], words: _Words) -> list[_Hit]:
    found = words.verbs.finditer(folded, *sentence)
    return [_Hit(one.start(), one.end(), str(one.lastgroup).partition("_")[0]) for one in found]


def _governed(folded: str, hits: Sequence[_Hit], at: int, named: Sequence[Named], words: _Words) -> bool:
    """Return whether another verb says what becomes of this one."""
    hit = hits[at]
    other = hits[at + 1 : at + 2] if words.final else hits[max(at - 1, 0) : at]
    if not other:
        return False
    start, stop = sorted((hit, other[0]), key=lambda one: one.start)
    between = folded[start.stop : stop.start]
    if _last_word(folded, hit.start) in words.infinitive:
        return len(between) < _FAR
    joined = set(_WORD.findall(between)) & words.both or "," in between
    return not joined and not any(start.stop <= one.start < stop.start for one in named)


def _last_word(folded: str, place: int) -> str:
    found = _WORD.findall(folded, max(place - _NEAR, 0), place)
    return found[-1] if found else ""


def _happened(folded: str, first: int, hit: _Hit, words: _Words) -> _Hit | None:
    """Return a verb as what it is where it is meant, None where it is denied or possible."""
    if words.undone and words.undone.search(folded[hit.start : hit.stop]):
        return None
    start = max(first, hit.start - _NEAR)
    clause = re.split(r"[,;:]", folded[start : hit.start])[-1]
    before = _WORD.findall(_DATE.sub(" ", clause))[-4:]
    if words.final:
        after = _WORD.findall(folded[hit.stop : hit.stop + _NEAR])[:1]
        before = [*before, *after]
    if any(one in words.negation or one in words.modal or one.endswith(("n't", "n’t")) for one in before):
        return None
    line = f" {' '.join(before)} "
    if any(f" {one} " in line for one in words.future):
        return _Hit(hit.start, hit.stop, _WILL.get(hit.type, hit.type))
    if _last_word(folded, hit.stop) in words.between:
        return hit
    return None if before and before[-1] in words.infinitive | words.determiners else hit


def _roles(folded: str, sentence: tuple[int, int], hit: _Hit, named: Sequence[Named], words: _Words) -> _Found | None:
    """Return who does it to whom."""
    first = max([sentence[0], *(one.end() for one in _CLAUSE.finditer(folded, sentence[0], hit.start))])
    ending = _CLAUSE.search(folded, hit.stop, sentence[1])
    last = ending.start() if ending else sentence[1]
    left = [one for one in named if first <= one.start and one.stop <= hit.start]
    right = [one for one in named if hit.stop <= one.start < last]
    if words.final:
        return _final(folded, hit, left, words)
    if _last_word(folded, hit.stop) in words.between:
        return _pair(folded, right, words)
    if not left:
        return None
    subject = _subject(folded, left, words)
    score = 0.9 if len(left) == 1 else 0.7
    others = [one for one in right if one.actor != subject.actor]
    if others:
        target = others[0]
        if _passive(folded, hit, target, words):
            return _Found(target, subject, score)
        near = target.start - hit.stop < 80
        return _Found(subject, target, score if near else round(score - 0.2, 1))
    pair = _pair(folded, left, words)
    return pair if pair and hit.type in words.symmetric else None


def _subject(folded: str, left: Sequence[Named], words: _Words) -> Named:
    """Return the nearest name that no preposition goes before; the first one if there is none."""
    for one in reversed(left):
        if _last_word(folded, one.start) not in words.oblique | {"the"}:
            return one
    return left[0]


def _passive(folded: str, hit: _Hit, target: Named, words: _Words) -> bool:
    if words.passive_ending and words.passive_ending.search(folded[hit.start : hit.stop]):
        return _last_word(folded, target.start) not in words.oblique
    before = set(_WORD.findall(folded[max(hit.start - 24, 0) : hit.start])[-2:])
    after = set(_WORD.findall(folded[hit.stop : target.start][:_FAR]))
    return bool(before & words.passive and after & words.agent)


def _pair(folded: str, left: Sequence[Named], words: _Words) -> _Found | None:
    for one, two in pairwise(left):
        between = _WORD.findall(folded[one.stop : two.start][:_FAR])
        if one.actor != two.actor and set(between) & words.both:
            first, second = sorted((one, two), key=lambda who: who.actor)  # it has no direction
            return _Found(first, second, 0.6)
    return None


def _final(folded: str, hit: _Hit, left: Sequence[Named], words: _Words) -> _Found | None:
    """Return the roles where the verb comes last: who first, unless a word for the doer follows."""
    for at, one in enumerate(left):
        after = _WORD.findall(folded[one.stop : one.stop + _NEAR])[:1]
        others = [two for two in (*left[:at], *left[at + 1 :]) if two.actor != one.actor]
        if after and after[0] in words.agent and others:
            return _Found(one, others[-1], 0.9)
    if not left:
        return None
    others = [one for one in left if one.actor != left[0].actor and _is_object(folded, one, hit, words)]
    return _Found(left[0], others[-1], 0.8 if len(left) == 2 else 0.6) if others else None


def _is_object(folded: str, named: Named, hit: _Hit, words: _Words) -> bool:
    """Return whether a name has a case ending, is joined to another, or stands right before the verb."""
    between = _WORD.findall(folded[named.stop : hit.start][:_FAR])
    marked = any(mark in folded[named.start : named.stop] for mark in "'’")
    return marked or len(between) <= 2 or between[0] in words.both


# --- word lists ------------------------------------------------------------------------------------


@cache
def _words(lang: str) -> _Words:
    raw = tomllib.loads((_FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
    types: Mapping[str, Sequence[str]] = raw["types"]
    # The longest first: "met with" before "met", and phrases before the words that they begin with.
    every = sorted(
        ((pattern, kind) for kind in TYPES for pattern in types.get(kind, ())),
        key=lambda one: (-len(one[0].split()), -len(one[0])),
    )
    groups = [f"(?P<{kind}_{number}>{_pattern(pattern)})" for number, (pattern, kind) in enumerate(every)]
    undone, passive = raw.get("undone"), raw.get("passive_endings")
    return _Words(
        verbs=re.compile(rf"(?<![\w'’-])(?:{'|'.join(groups)})(?![\w])"),
        final=raw["order"] == "sov",
        future=tuple(map(fold, raw["future"])),
        passive_ending=re.compile(rf"(?:{'|'.join(passive)})$") if passive else None,
        undone=re.compile("|".join(map(fold, undone))) if undone else None,
        **_sets(raw),
    )


def _sets(raw: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    names = (
        "negation",
        "modal",
        "infinitive",
        "passive",
        "agent",
        "oblique",
        "both",
        "symmetric",
        "determiners",
        "between",
    )
    return {name: frozenset(one if one in TYPES else fold(one) for one in raw.get(name, ())) for name in names}


def _pattern(words: str) -> str:
    """Return a pattern of a word list as a regular expression."""
    found = ""
    for word in fold(words).split():
        if word == "~":
            found += _GAP
            continue
        gap = "" if not found or found.endswith(_GAP) else r"[^\w.;:!?]{1,3}"
        found += gap + re.escape(word).replace(r"\*", r"\w{0,20}")
    return found
