"""What the rules know of a language to find times: words by class, and the orders in which classes name a time.

A sentence becomes a string with one character a word, which stands for the classes that the word belongs to; the
patterns of a language are regular expressions on that string. So a search costs the same however many words a
language has, and no pattern meets a letter.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from tenor.corpus.phrases import fold
from tenor.errors import Place, StudyError, shown

# The classes that a language file may fill, and what the keys of each may be ("" for any number).
_YES = ("yes",)
_UNITS = ("MIN", "S", "H", "D", "W", "M", "Q", "Y", "10Y", "100Y", "WE")
_NAMED = {"Q": "quarter", "100Y": "century"}
_SINGLE = ("W", "M", "Q", "Y", "WE")
_SIGNALS = ("by", "within", "until", "before", "since", "after", "in", "at")
_PARTS = ("START", "MID", "END", "LATER", "EARLIER")
# Classes that are only a list of words.
_PLAIN = (
    *("post_ago", "post_later", "post_earlier", "post_ended", "join", "article", "approx", "one", "or", "of", "half"),
    *("fiscal", "yearword", "meridiem", "more", "ago_word", "will", "did", "said", "neither", "results", "monthword"),
    *("dayword_after", "report", "zone", "roughly"),
)
KEYS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("num", "ord", "month", "weekday", "few", "tens"), ()),
    **dict.fromkeys(("unit", "units", "every", "repeat"), _UNITS),
    **dict.fromkeys(("length", "holiday", "dayword", "year", "hourword"), ()),
    "season": ("SP", "SU", "FA", "WI"),
    "daypart": ("MO", "AF", "EV", "NI", "MI", "DT"),
    "deictic": ("this", "next", "last", "past", "coming", "same"),
    "reference": ("PAST_REF", "PRESENT_REF", "FUTURE_REF"),
    "repeated": ("1", "2", "3", "4", "5", "6", "7"),
    **dict.fromkeys(("part", "post_part"), _PARTS),
    **{f"{side}{name}": _YES for side in ("", "post_") for name in _SIGNALS},
    **dict.fromkeys(_PLAIN, _YES),
    **dict.fromkeys(("single", "century", "quarter", "day", "decade", "iso", "dated", "clock", "case", "yearcase"), ()),
}
# How the keys are written that can't be listed.
_WRITTEN: Mapping[str, str] = {
    **dict.fromkeys(("num", "ord"), r"\d{1,4}"),
    "month": r"[1-9]|1[0-2]",
    "weekday": r"[1-7]",
    "tens": r"[1-9]0",
    "few": "X",
    "hourword": r"\d\d?",
    "dayword": r"-?\d(?:MO|AF|EV|NI)?",
    "holiday": r"N4|[01]\d-[0-3]\d",
    "length": r"P\d+[DWMY]",
}
# How a number may go on in one word, and what it is then.
_ENDINGS = ("ordinal", "decade", "case")
_PUNCTUATION = {",": "comma", "-": "hyphen", "–": "hyphen", "—": "dash", "‑": "hyphen", ".": "dot", "/": "slash"}
_ONE = (
    r"(?P<half>[ap]\.\s?m\b)|(?P<word>[^\W\d_]+(?:['’ʼ][^\W\d_]+)*)|(?P<iso>\d{{4}}-\d\d?-\d\d?(?![\w-]))"
    r"|(?P<dated>\d\d?([./])\d\d?\5\d{{2,4}}(?!\w))|(?P<clock>\d\d?:\d\d(?!\w))|(?P<long>\d+(?:[.,]\d+)+)"
    r"|(?P<number>['’]?\d+(?P<ending>(?:{endings})(?!\w))?)|(?P<sign>[^\w\s]|_)"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+")
# Longer words name no time, and a number of more digits is none that is counted in days.
_LONGEST_WORD, _LONGEST_NUMBER = 40, 6
_NOTHING = r"[^\s\S]"
_FIRST_CODE = 0xE000
_NUMBERS = (
    ("meridiem",), ("num",), ("num", "day"), ("num", "year"), ("ord", "day"), ("ord",), ("decade",), ("iso",),
    ("dated",), ("clock",),
    ("num", "day", "case"), ("num", "year", "case", "yearcase"), ("num", "year", "yearcase"), ("num", "case"),
    ("other",), ("num", "year", "day"),
    *((name,) for name in _PUNCTUATION.values()),
)  # fmt: skip

Senses = Mapping[str, str]
Phrases = tuple[tuple[tuple[str, ...], Senses], ...]
_NO_SENSE: Senses = {"other": ""}
_SIGNS: Mapping[str, Senses] = {sign: {kind: sign} for sign, kind in _PUNCTUATION.items()}
# Each pattern has one of these.
_CORE = frozenset(
    (
        *(
            "unit",
            "units",
            "month",
            "weekday",
            "season",
            "dayword",
            "daypart",
            "reference",
            "repeat",
            "repeated",
            "length",
        ),
        *("holiday", "year", "yearcase", "yearword", "tens", "decade", "iso", "dated", "clock", "hourword", "meridiem"),
        *("deictic", "quarter", "century", "report", "half", "ago_word"),
    )
)


class Item(NamedTuple):
    """A word, number or sign, or a phrase that is one word to the patterns, with what it may mean.

    Parameters
    ----------
    start, stop
        Code points of the sentence.
    senses
        A value for each class that it belongs to.
    capital
        Whether its first letter is a capital one.
    """

    start: int
    stop: int
    senses: Senses
    capital: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """An order of classes that names a time.

    Parameters
    ----------
    order
        The expression on the string of codes; a group is a class with a number behind it.
    needs
        Signals one of which must stand beside it; empty if none must.
    """

    order: re.Pattern[str]
    needs: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """The words and patterns of a language.

    Parameters
    ----------
    name
        Its code.
    words, stems, ends
        What a word means by itself, by its beginning, by its ending; folded.
    phrases
        What several words mean together, by the first of them; the longest first.
    endings
        How a number may go on in the same word.
    codes
        The character for each set of classes.
    core
        A character for a set with one of the classes of which each pattern has one.
    patterns
        In which order classes name a time.
    token
        What one word, number or sign is.
    possessive
        Whether what follows an apostrophe does not belong to the expression.
    weak
        Words that name a time only next to a word that says so.
    capital
        Words that name a time only if they begin with a capital letter.
    month_first
        Whether 7/14/2025 is in July.
    verb_last
        Whether the verb ends the sentence, so that it may stand far from a time that belongs to it.
    """

    name: str
    words: Mapping[str, Senses] = field(default_factory=dict)
    stems: Mapping[str, Senses] = field(default_factory=dict)
    ends: Mapping[str, Senses] = field(default_factory=dict)
    phrases: Mapping[str, Phrases] = field(default_factory=dict)
    endings: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[frozenset[str], str] = field(default_factory=dict)
    core: re.Pattern[str] = field(default_factory=lambda: re.compile(_NOTHING))
    patterns: tuple[Pattern, ...] = ()
    token: re.Pattern[str] = field(default_factory=lambda: _token({}))
    possessive: bool = False
    weak: frozenset[str] = frozenset()
    capital: frozenset[str] = frozenset()
    month_first: bool = False
    verb_last: bool = False


# --- a sentence as items ---------------------------------------------------------------------------


def items_of(text: str, timing: Timing) -> list[Item]:
    """Return the words, numbers and signs of a text, phrases and numbers of several words as one.

    Examples
    --------
    >>> [dict(item.senses) for item in items_of("twenty-five days", timing_named("en"))]
    [{'num': '25', 'day': '25'}, {'unit': 'D', 'units': 'D'}]
    """
    tokens = list(timing.token.finditer(fold(text)))
    words = [_normal(match[0]) for match in tokens]
    found: list[Item] = []
    at = 0
    while at < len(tokens):
        match, size = tokens[at], 1
        start, stop = match.span()
        if match.lastgroup == "word":
            senses, phrases = _meaning(timing, words[at])
            if "'" in words[at] and timing.possessive and words[at] not in timing.words and senses is not _NO_SENSE:
                stop = start + words[at].index("'")
            if phrases:
                size, senses = _phrase(words, at, phrases, senses)
                stop = tokens[at + size - 1].end()
        else:
            senses = _other(match, words[at], timing)
        found.append(Item(start, stop, senses, text[start].isupper()))
        at += size
    return _numbers(found)


def coded(items: list[Item], timing: Timing) -> str:
    """Return the string of codes, as long as the list."""
    other = timing.codes[frozenset(("other",))]
    return "".join([timing.codes.get(frozenset(item.senses), other) for item in items])


def _normal(word: str) -> str:
    return word.replace("’", "'").replace("ʼ", "'")


def _phrase(words: list[str], at: int, phrases: Phrases, alone: Senses) -> tuple[int, Senses]:
    for parts, senses in phrases:
        if len(parts) <= len(words) - at and all(map(_fits, parts[1:], words[at + 1 : at + len(parts)])):
            return len(parts), senses
    return 1, alone


def _fits(part: str, word: str) -> bool:
    return word.startswith(part[:-1]) if part.endswith("*") else part == word


def _other(match: re.Match[str], word: str, timing: Timing) -> Senses:
    """Return what a number or a sign means."""
    kind = match.lastgroup or ""
    if kind == "number":
        return _digits(word.lstrip("'"), _normal(match["ending"] or ""), timing)
    if kind == "sign":
        return _SIGNS.get(word, _NO_SENSE)
    if kind == "long":
        return _digits(re.sub(r"[.,]", "", word), "", timing) if _THOUSANDS.fullmatch(word) else _NO_SENSE
    return {"meridiem": word[0]} if kind == "half" else {kind: word}


@lru_cache(maxsize=200_000)
def _meaning(timing: Timing, word: str) -> tuple[Senses, Phrases]:
    """Return what a word means by itself, and the phrases that may begin with it, the longest first."""
    if len(word) > _LONGEST_WORD:
        return _NO_SENSE, ()
    begins = [word, *(word[:size] + "*" for size in range(len(word), 0, -1))]
    phrases = [one for begin in begins for one in timing.phrases.get(begin, ())]
    return _alone(timing, word), tuple(sorted(phrases, key=lambda one: -len(one[0])))


def _alone(timing: Timing, word: str) -> Senses:
    for form in dict.fromkeys((word, word.partition("'")[0])):
        if form in timing.words:
            return timing.words[form]
        for size in range(len(form), 0, -1):
            if form[:size] in timing.stems:
                return timing.stems[form[:size]]
    ends = (word[-size:] for size in range(min(len(word) - 2, 8), 0, -1))
    return next((timing.ends[end] for end in ends if end in timing.ends), _NO_SENSE)


def _digits(word: str, ending: str, timing: Timing) -> Senses:
    digits = word[: len(word) - len(ending)]
    kind = _number_ending(ending, timing) if ending else ""
    if len(digits) > _LONGEST_NUMBER:
        return _NO_SENSE
    value = int(digits)
    if kind == "decade":
        return {"decade": str(value)} if value % 10 == 0 else {"other": ""}
    day = {"day": str(value)} if 1 <= value <= 31 else {}
    if kind == "ordinal":
        return {"ord": str(value), **day}
    year = {"year": str(value)} if len(digits) == 4 and 1000 <= value <= 2199 else {}
    return {
        "num": str(value),
        **year,
        **day,
        **({"case": ending} if kind else {}),
        **({"yearcase": digits} if kind and year else {}),
    }


def _number_ending(ending: str, timing: Timing) -> str:
    forms = (ending, *(ending[:size] + "*" for size in range(len(ending), 0, -1)))
    return next((timing.endings[form] for form in forms if form in timing.endings), "")


def _numbers(items: list[Item]) -> list[Item]:
    """Put numbers of several words together ("twenty-five", "двадцать пятого")."""
    found: list[Item] = []
    at = 0
    while at < len(items):
        size = 1
        if "num" in items[at].senses and "case" not in items[at].senses:
            size, senses = _number(items, at)
        if size > 1:
            found.append(Item(items[at].start, items[at + size - 1].stop, senses, items[at].capital))
        else:
            found.append(items[at])
        at += size
    return found


def _number(items: list[Item], at: int) -> tuple[int, Senses]:
    parts = [int(items[at].senses["num"])]
    size = 1
    while at + size < len(items) and len(parts) < 12:
        step = 2 if "hyphen" in items[at + size].senses and at + size + 1 < len(items) else 1
        senses = items[at + size + step - 1].senses
        if "ord" in senses and parts[-1] % 10 == 0 and 0 < int(senses["ord"]) < 10 <= parts[-1] < 100:
            return size + step, _ordinal(sum(parts[:-1]) + parts[-1] + int(senses["ord"]))
        if "num" not in senses or "case" in senses or not _joins(parts, int(senses["num"])):
            break
        parts.append(int(senses["num"]))
        size += step
    if len(parts) == 1:
        return 1, items[at].senses
    value = _sum(parts)
    if _spoken_year(parts):
        return size, {"num": str(value), "year": str(value), "yearcase": str(value)}
    return size, {"num": str(value), **({"year": str(value)} if 1000 <= value <= 2199 else _day(value))}


def _ordinal(value: int) -> Senses:
    return {"ord": str(value), **_day(value)}


def _day(value: int) -> dict[str, str]:
    return {"day": str(value)} if 1 <= value <= 31 else {}


def _joins(parts: list[int], value: int) -> bool:
    """Say whether a number goes on with another: 20 5, 2 100, 3 1000, and 19 96 for a year."""
    last = parts[-1]
    if value in (100, 1000):
        return 0 < last < value
    return (last >= 20 and last % 10 == 0 and 0 < value < last and len(str(value)) < len(str(last))) or (
        len(parts) == 1 and 10 < last < 21 and 20 <= value < 100 and value % 10 == 0
    )


def _spoken_year(parts: list[int]) -> bool:
    return 10 < parts[0] < 21 and len(parts) > 1 and 20 <= parts[1] < 100


def _sum(parts: list[int]) -> int:
    if _spoken_year(parts):
        return parts[0] * 100 + sum(parts[1:])
    total = current = 0
    for part in parts:
        if part == 1000:
            total, current = total + (current or 1) * part, 0
        else:
            current = current * 100 if part == 100 and 0 < current < 10 else current + part
    return total + current


# --- reading a language ----------------------------------------------------------------------------


@cache
def timing_named(code: str) -> Timing:
    """Return what is known of a language, or nothing at all if it is not known; its file is read once.

    Parameters
    ----------
    code
        Such as ``en`` or ``en-GB``.

    Raises
    ------
    StudyError
        Its file is wrong.

    Examples
    --------
    >>> timing_named("en-GB").name, timing_named("und").patterns
    ('en', ())
    """
    bare = code.lower().replace("_", "-").partition("-")[0]
    path = Path(__file__).parent / "lang" / "times" / f"{bare}.toml"
    return load(path) if bare.isalpha() and path.is_file() else Timing(name=code)


def load(path: Path) -> Timing:
    """Read the words for times of a language from their file.

    Parameters
    ----------
    path
        A TOML file: ``name``, the table ``words`` with a table of values for each class, the list ``patterns``, the
        table ``endings`` of numbers, the lists ``weak`` and ``capital``.

    Raises
    ------
    StudyError
        With file and setting: it is no TOML, or a class, a value or a pattern is not known.
    """
    name = shown(path)
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise StudyError(f"this is no TOML: {error}", place=Place(name, None)) from error
    unknown = raw.keys() - {
        "name",
        "words",
        "patterns",
        "endings",
        "weak",
        "capital",
        "month_first",
        "possessive",
        "verb_last",
    }
    if unknown:
        raise StudyError(f"there is no setting '{min(unknown)}'", place=Place(name, None, min(unknown)))
    lexicon = _Lexicon(name)
    for kind, value, form in _entries(raw.get("words", {}), name):
        lexicon.add(form, kind, value)
    lexicon.finish()
    codes = _codes(lexicon)
    endings = {_normal(fold(form)): kind for kind in _ENDINGS for form in raw.get("endings", {}).get(kind, [])}
    return Timing(
        name=str(raw.get("name", path.stem)),
        words=lexicon.words,
        stems=lexicon.stems,
        ends=lexicon.ends,
        phrases=lexicon.by_first(),
        endings=endings,
        token=_token(endings),
        codes=codes,
        core=re.compile(f"[{''.join(code for one, code in codes.items() if one & _CORE)}]"),
        patterns=tuple(_pattern(line, codes, name) for line in raw.get("patterns", [])),
        weak=frozenset(map(fold, raw.get("weak", []))),
        capital=frozenset(map(fold, raw.get("capital", []))),
        verb_last=raw.get("verb_last") is True,
        possessive=raw.get("possessive") is True,
        month_first=raw.get("month_first") is True,
    )


def _entries(table: object, name: str) -> Iterator[tuple[str, str, str]]:
    if not isinstance(table, dict):
        raise StudyError("this is no table", place=Place(name, None, "words"))
    for kind, values in table.items():
        if kind not in KEYS:
            what = f"there is no class '{kind}'"
            raise StudyError(what, do=f"known: {', '.join(sorted(KEYS))}", place=Place(name, None, f"words.{kind}"))
        for value, forms in (values if isinstance(values, dict) else {"yes": values}).items():
            where = Place(name, None, f"words.{kind}.{value}")
            if value not in KEYS[kind] if KEYS[kind] else not re.fullmatch(_WRITTEN.get(kind, _NOTHING), value):
                raise StudyError(f"'{value}' is no value of {kind}", do=_known(kind), place=where)
            if not isinstance(forms, list) or not all(isinstance(form, str) and form for form in forms):
                raise StudyError("this must be a list of words", place=where)
            yield from ((kind, value, form) for form in forms)


def _known(kind: str) -> str:
    return f"known: {', '.join(KEYS[kind])}" if KEYS[kind] else f"it is written like {_WRITTEN.get(kind, 'none')}"


class _Lexicon:
    """The words of a language while they are read; a word in several lists belongs to several classes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.words: dict[str, dict[str, str]] = {}
        self.stems: dict[str, dict[str, str]] = {}
        self.ends: dict[str, dict[str, str]] = {}
        self.phrases: dict[tuple[str, ...], dict[str, str]] = {}

    def add(self, form: str, kind: str, value: str) -> None:
        folded = _normal(fold(form))
        parts = tuple(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)*\*?|[^\w\s]", folded))
        if folded.startswith("*"):
            senses = self.ends.setdefault(folded[1:], {})
        elif len(parts) > 1:
            senses = self.phrases.setdefault(parts, {})
        elif folded.endswith("*"):
            senses = self.stems.setdefault(folded[:-1], {})
        else:
            senses = self.words.setdefault(folded, {})
        senses[kind] = value
        if kind == "unit" and value in _NAMED:
            senses[_NAMED[value]] = value
        if kind in ("num", "ord") and 1 <= int(value) <= 31:
            senses["day"] = value

    def finish(self) -> None:
        """Mark the units that stand in the singular, where a language says which stand in the plural."""
        for senses in (one for table in (self.words, self.stems, self.phrases) for one in table.values()):
            if senses.get("unit") in _SINGLE and "units" not in senses:
                senses["single"] = senses["unit"]

    def by_first(self) -> dict[str, tuple[tuple[tuple[str, ...], Senses], ...]]:
        found: dict[str, list[tuple[tuple[str, ...], Senses]]] = {}
        for parts, senses in self.phrases.items():
            found.setdefault(parts[0], []).append((parts, senses))
        return {first: tuple(several) for first, several in found.items()}


def _token(endings: Mapping[str, str]) -> re.Pattern[str]:
    forms = sorted(endings, key=len, reverse=True)
    written = (re.escape(form).replace("'", "['’ʼ]").replace(r"\*", r"[^\W\d_]*") for form in forms)
    return re.compile(_ONE.format(endings="|".join(written) or "(?!)"))


def _codes(lexicon: _Lexicon) -> dict[frozenset[str], str]:
    tables = (lexicon.words, lexicon.stems, lexicon.ends, lexicon.phrases)
    sets = {frozenset(senses) for table in tables for senses in table.values()} | {frozenset(one) for one in _NUMBERS}
    return {one: chr(_FIRST_CODE + number) for number, one in enumerate(sorted(sets, key=sorted))}


def _pattern(line: str, codes: Mapping[frozenset[str], str], name: str) -> Pattern:
    order, _, needs = line.partition("@")
    known = {kind for one in codes for kind in one}
    number = 0

    def group(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        if match[0] not in known and match[0] not in KEYS:
            raise StudyError(f"the pattern '{line}' names no class '{match[0]}'", place=Place(name, None, "patterns"))
        chars = "".join(code for one, code in codes.items() if match[0] in one)
        return f"(?P<{match[0]}_{number}>[{chars}])" if chars else _NOTHING

    expression = re.sub(r"[a-z_]+", group, order).replace(" ", "")
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise StudyError(f"the pattern '{line}' can't be read: {error}", place=Place(name, None, "patterns")) from error
    return Pattern(compiled, frozenset(filter(None, re.split(r"[ ,]+", needs.strip()))))


def groups(match: re.Match[str]) -> dict[str, list[int]]:
    """Return the places of the items that a pattern found, by class."""
    found: dict[str, list[int]] = {}
    for name, place in ((name, match.start(name)) for name in match.re.groupindex):
        if place >= 0:
            found.setdefault(name.rpartition("_")[0], []).append(place)
    return found
