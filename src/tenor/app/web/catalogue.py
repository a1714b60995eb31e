"""The words of the interface in the languages it speaks: English text is the key, a file a language the answer."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from tenor.grammar import counted

LANGUAGES = {"en": "English", "ru": "Русский", "uk": "Українська", "tr": "Türkçe"}
# Those whose catalogue is complete; the others are begun.
OFFERED = ("en", "ru")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language; what it lacks is said in English.

    `plural` has the forms of a noun: in Russian and Ukrainian for 1, 2 to 4, and 5 and more.
    """

    lang: str
    texts: Mapping[str, str] = field(default_factory=dict)
    plural: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def say(self, text: str) -> str:
        """Return a text in this language."""
        return self.texts.get(text, text)

    def counted(self, count: int, one: str, many: str = "") -> str:
        """Return a count with its noun.

        Examples
        --------
        >>> ru = Words(lang="ru", plural={"article": ("статья", "статьи", "статей")})
        >>> [ru.counted(n, "article").replace("\N{NO-BREAK SPACE}", " ") for n in (1, 22, 11, 1500)]
        ['1 статья', '22 статьи', '11 статей', '1 500 статей']
        """
        forms = self.plural.get(one)
        if self.lang == "en" or not forms:
            return counted(count, one, many)
        return f"{self.number(count)}\N{NO-BREAK SPACE}{forms[min(_slavic(count), len(forms) - 1)]}"

    def number(self, count: int) -> str:
        """Return a whole number with its thousands parted as this language does."""
        mark = {"en": ",", "tr": "."}.get(self.lang, "\N{NO-BREAK SPACE}")
        return f"{count:,}".replace(",", mark)


def _slavic(count: int) -> int:
    if count % 10 == 1 and count % 100 != 11:
        return 0
    return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2


@cache
def words(lang: str) -> Words:
    """Return the words of a language; English where there is no catalogue.

    Examples
    --------
    >>> words("ru").say("Documents"), words("xx").lang
    ('Документы', 'en')
    """
    if lang not in LANGUAGES or lang == "en":
        return Words(lang="en")
    read = tomllib.loads((files("tenor.app.web") / "words" / f"{lang}.toml").read_text(encoding="utf-8"))
    return Words(lang=lang, texts=read["texts"], plural={name: tuple(forms) for name, forms in read["plural"].items()})


def chosen(*, asked: str, before: str, accepted: str) -> str:
    """Return the language to speak: the one asked for, else the one chosen before, else what the browser prefers.

    Examples
    --------
    >>> chosen(asked="", before="", accepted="fr;q=0.9, uk;q=0.3, ru-RU;q=0.8")
    'ru'
    >>> chosen(asked="xx", before="", accepted="")
    'en'
    """
    for name in (asked, before):
        if name in LANGUAGES:
            return name
    return next((name for _, name in sorted(_preferred(accepted), reverse=True)), "en")


def _preferred(accepted: str) -> list[tuple[float, str]]:
    found = []
    for at, part in enumerate(accepted[:500].split(",")):
        name, _, weight = part.strip().partition(";q=")
        base = name.partition("-")[0].lower()
        if base in OFFERED:
            try:
                found.append((float(weight or 1) - at / 1000, base))
            except ValueError:
                continue
    return found
