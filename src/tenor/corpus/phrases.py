"""Words and phrases in texts of every script: folding that keeps places, and where a phrase stands.

Text is folded character by character (case, accents, dotted and dotless i, ё as е), so that a
position in the folded text is the same position in the document.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from tenor.errors import StudyError

_QUERY = re.compile(r'"([^"]*)"|(\S+)')
_WORD = re.compile(r"\w+")
_STARRED = re.compile(r"(\w+)(\*?)")
_SPECIAL = {"İ": "i", "I": "i", "ı": "i", "ё": "е", "Ё": "е", "ß": "s", "ſ": "s"}
# Letters of their own, not a letter with an accent.
_WHOLE = frozenset("йЙїЇўЎ")


class _Folding(dict[int, str]):
    """What each character is folded to, found out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = _folded(chr(code))
        return self[code]


def _folded(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char in _WHOLE:
        return char.lower()
    letter, *marks = list(unicodedata.normalize("NFD", char))
    # What a Korean syllable falls apart into are letters, and no marks on its first one.
    base = (letter if all(map(unicodedata.combining, marks)) else char).lower()
    return base if len(base) == 1 else char


@lru_cache(maxsize=1)
def _folding() -> _Folding:
    return _Folding()


def fold(text: str) -> str:
    """Return the text as it is searched; every character stays where it is.

    Examples
    --------
    >>> fold("İSTANBUL'da Трёх ЗВЕЗДОЧЕК Їжак")
    "istanbul'da трех звездочек їжак"
    """
    return text.translate(_folding())


@dataclass(frozen=True, slots=True)
class Term:
    """One thing to look for: words that follow each other, perhaps the beginning of a word."""

    words: tuple[str, ...]
    beginning: bool


def terms(words: str) -> list[Term]:
    """Read what a person types into a search box; nothing typed is ever an operator.

    Examples
    --------
    >>> [term.words for term in terms('Trump "peace talks" перемови*')]
    [('trump',), ('peace', 'talks'), ('перемови',)]

    Raises
    ------
    StudyError
        There is no word in it.
    """
    found = []
    for phrase, single in _QUERY.findall(words):
        parts = tuple(_WORD.findall(fold(unicodedata.normalize("NFC", phrase or single))))
        if parts:
            found.append(Term(parts, beginning=not phrase and single.endswith("*")))
    if not found:
        raise StudyError(f"there is no word to look for in '{words}'", do='type a word, a "phrase" or a beginning*')
    return found


def places(text: str, wanted: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """Return where the terms stand in a text, as (start, stop) in code points, in order."""
    one_of = "|".join(
        r"\b" + r"\W+".join(map(re.escape, term.words)) + (r"\w*" if term.beginning else r"\b") for term in wanted
    )
    for match in re.finditer(one_of, fold(text)):
        yield match.span()


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds any of some phrases in folded texts; see `finder`."""

    phrases: tuple[str, ...]
    literals: tuple[str, ...]
    pattern: re.Pattern[str]

    def first(self, folded: str) -> tuple[int, int] | None:
        """Return where the first of the phrases stands in a folded text.

        Examples
        --------
        >>> finder(["трет* раунд*"]).first(fold("После Третьего раунда"))
        (6, 21)
        """
        # Looking for plain letters is a hundred times as fast as the pattern, and mostly there are none.
        if not any(literal in folded for literal in self.literals):
            return None
        match = self.pattern.search(folded)
        return match.span() if match else None

    def first_in(self, parts: Iterable[tuple[str, str]]) -> tuple[str, tuple[int, int]] | None:
        """Return the first of some named parts, folded, in which a phrase stands, and where in it.

        Examples
        --------
        >>> finder(["third round"]).first_in([("title", "talks"), ("text", "the third round")])
        ('text', (4, 15))
        """
        return next(((name, place) for name, folded in parts if (place := self.first(folded))), None)


def finder(phrases: Iterable[str]) -> Finder:
    """Return what finds phrases; ``*`` at the end of a word stands for any ending.

    Raises
    ------
    StudyError
        A phrase holds no word.

    Examples
    --------
    >>> finder(["third round*"]).first(fold("In the third rounds,"))
    (7, 19)
    >>> finder(["third round"]).first(fold("In the third rounds,")) is None
    True
    """
    patterns, literals, given = [], [], tuple(phrases)
    for phrase in given:
        words = _STARRED.findall(fold(unicodedata.normalize("NFC", phrase)))
        if not words:
            raise StudyError(f"there is no word to look for in '{phrase}'", do="write words; * ends a word")
        literals.append(max((word for word, _ in words), key=len))
        patterns.append(r"\b" + r"\W+".join(re.escape(word) + (r"\w*" if star else r"\b") for word, star in words))
    return Finder(given, tuple(dict.fromkeys(literals)), re.compile("|".join(patterns) or r"(?!)"))
