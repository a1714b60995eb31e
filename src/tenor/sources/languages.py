"""Names of languages as export files write them, to codes."""

from __future__ import annotations

import re
from types import MappingProxyType

from tenor.sources.text import fold

_NAMES = MappingProxyType(
    {
        "ar": "arabic arabisch arabe арабский العربية",
        "be": "belarusian белорусский білоруська",
        "bg": "bulgarian bulgarisch bulgare болгарский болгарська български",
        "cs": "czech tschechisch tchèque чешский чеська čeština",
        "de": "german deutsch allemand немецкий німецька almanca",
        "el": "greek griechisch grec греческий",
        "en": "english englisch anglais английский англійська ingilizce inglés",
        "es": "spanish spanisch espagnol испанский español",
        "fa": "persian persisch persan farsi",
        "fr": "french französisch français французский французька fransızca",
        "he": "hebrew hebräisch hébreu",
        "hu": "hungarian ungarisch hongrois венгерский magyar",
        "it": "italian italienisch italien итальянский italiano",
        "nl": "dutch niederländisch néerlandais нидерландский nederlands",
        "pl": "polish polnisch polonais польский польська polski",
        "pt": "portuguese portugiesisch portugais португальский português",
        "ro": "romanian rumänisch roumain румынский română",
        "ru": "russian russisch russe русский російська rusça",
        "sr": "serbian serbisch serbe сербский српски",
        "sv": "swedish schwedisch suédois шведский svenska",
        "tr": "turkish türkisch turc турецкий турецька türkçe",
        "uk": "ukrainian ukrainisch ukrainien украинский українська ukraynaca",
        "zh": "chinese chinesisch chinois китайский 中文",
    }
)
_CODES = MappingProxyType({fold(name): code for code, names in _NAMES.items() for name in names.split()})
_TAG = re.compile(r"([a-z]{2,3})(?:[-_][A-Za-z0-9]{2,8})*", re.IGNORECASE)
UNKNOWN = "und"


def language_code(name: str) -> str:
    """Return the code of a language, "und" for one that is not known.

    Examples
    --------
    >>> language_code("ENGLISH"), language_code("en-GB"), language_code("Türkçe"), language_code("Klingon")
    ('en', 'en', 'tr', 'und')
    """
    plain = name.strip()
    known = _CODES.get(fold(plain))
    if known:
        return known
    tag = _TAG.fullmatch(plain)
    return tag[1].lower() if tag else UNKNOWN
