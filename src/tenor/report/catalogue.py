"""The words of the interface, by language: one catalogue a language, and what others wrote stays as they wrote it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tenor.errors import UnknownName
from tenor.grammar import listed

NBSP = "\N{NO-BREAK SPACE}"
FOLDER = Path(__file__).with_name("lang")
LANGUAGES = ("en", "ru")
"""The languages that have every word; others may be added as a file each."""
_SLAVIC = {"ru", "uk"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """The words of one language.

    `phrases` have places for values, as in ``{0} of {1}``; `counts` have the forms that a number asks for; `terms` are
    what measures count and divide by, and what is not among them stays as it is.
    """

    lang: str
    phrases: Mapping[str, str]
    counts: Mapping[str, tuple[str, ...]]
    terms: Mapping[str, str]

    def __call__(self, key: str, /, *values: object) -> str:
        """Return a phrase with values in its places.

        Examples
        --------
        >>> catalogue("en")("of", "3", "4"), catalogue("ru")("of", "3", "4")
        ('3 of 4', '3 из 4')
        """
        if key not in self.phrases:
            raise ValueError(f"the catalogue '{self.lang}' has no phrase '{key}'")
        return self.phrases[key].format(*values) if values else self.phrases[key]

    def count(self, number: int, key: str) -> str:
        """Return a number with its noun in the form it asks for, never parted from it.

        Examples
        --------
        >>> [catalogue("ru").count(n, "outlet").replace(NBSP, " ") for n in (1, 3, 12, 21)]
        ['1 издание', '3 издания', '12 изданий', '21 издание']
        """
        if key not in self.counts:
            raise ValueError(f"the catalogue '{self.lang}' has no forms for '{key}'")
        forms = self.counts[key]
        return f"{number:,}{NBSP}{forms[min(_form(self.lang, number), len(forms) - 1)]}"

    def sized(self, letter: str, number: int, key: str) -> str:
        """Return a count under its letter, as in ``n = 30 weeks``."""
        return f"{letter}{NBSP}={NBSP}{self.count(number, key)}"

    def term(self, text: str) -> str:
        """Return what a measure counts in this language; as it is where the catalogue does not know it."""
        return self.terms.get(text, text)

    def listed(self, names: tuple[str, ...] | list[str]) -> str:
        """Return names joined as in speech."""
        if self.lang == "en" or len(names) < 2:
            return listed(names)
        return f"{', '.join(names[:-1])} {self('and')} {names[-1]}"


def _form(lang: str, number: int) -> int:
    """Return which form of a noun goes with a number: one, few, many; one, other; or always the same."""
    if lang in _SLAVIC:
        if number % 10 == 1 and number % 100 != 11:
            return 0
        return 1 if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else 2
    return 0 if number == 1 else 1


@cache
def catalogue(lang: str) -> Catalogue:
    """Return the catalogue of a language; what one that is still being written lacks is said in English.

    Raises
    ------
    UnknownName
        There is none.
    """
    known = sorted(path.stem for path in FOLDER.glob("*.toml"))
    if lang not in known:
        raise UnknownName.of("language of a report", lang, known)
    own = _read(lang)
    return own if lang in LANGUAGES else _joined(_read("en"), own)


def _read(lang: str) -> Catalogue:
    found = tomllib.loads((FOLDER / f"{lang}.toml").read_text(encoding="utf-8"))
    counts = {key: tuple(forms) for key, forms in found["counts"].items()}
    return Catalogue(lang=lang, phrases=found["phrases"], counts=counts, terms=found.get("terms", {}))


def _joined(english: Catalogue, own: Catalogue) -> Catalogue:
    return Catalogue(
        lang=own.lang,
        phrases={**english.phrases, **own.phrases},
        counts={**english.counts, **own.counts},
        terms=own.terms,
    )
