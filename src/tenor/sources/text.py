r"""Bring the text of an article into the one form that offsets count in.

Line ends become ``\n``, no-break spaces plain ones, everything is NFC, and control characters
go: what is removed is counted. Zero-width marks stay, because languages need them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2007", " "))
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f\x81\x8d\x8f\x90\x9d]")
_STRAYS = re.compile("[\x80-\x9f]")
# What these bytes mean in Windows-1252: programs that take them for Latin-1 leave them behind.
_STRAY = str.maketrans({chr(byte): bytes([byte]).decode("cp1252", "ignore") or None for byte in range(0x80, 0xA0)})
_OVERRIDES = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_TO_MEND = re.compile("[\x00-\x08\x0b-\x1f\x7f-\xa0\u2007\u2028\u2029\u202f\ufeff]")
_MARK = "\ufeff"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cleaned:
    """A text in its final form, and how many characters had to go for it.

    `controls` counts control characters, `strays` bytes of Windows-1252 that stood for dashes and
    quotation marks and are these again, `overrides` characters that change the direction of
    writing (taken out of single lines only, where they can disguise a name).
    """

    text: str
    controls: int = 0
    strays: int = 0
    overrides: int = 0


def clean_text(raw: str) -> Cleaned:
    r"""Return a running text in its final form.

    Parameters
    ----------
    raw
        As the file has it.

    Returns
    -------
    Cleaned
        NFC, with plain spaces and line ends, without control characters other than tab and line
        end and without white space around it. Doing it twice changes nothing.

    Examples
    --------
    >>> clean_text("Kyiv\u00a0talks\r\nend\x00 ")
    Cleaned(text='Kyiv talks\nend', controls=1, strays=0, overrides=0)
    """
    text, controls, strays = raw, 0, 0
    if _TO_MEND.search(text):
        text = _LINE_ENDS.sub("\n", text).translate(_SPACES).replace(_MARK, "")
        text, controls = _CONTROLS.subn("", text)
        strays = len(_STRAYS.findall(text))
        text = text.translate(_STRAY) if strays else text
    return Cleaned(text=unicodedata.normalize("NFC", text.strip()), controls=controls, strays=strays)


def clean_line(raw: str) -> Cleaned:
    r"""Return a title, a name or an address in its final form: one line, single spaces.

    Examples
    --------
    >>> clean_line(" The\u202e Daily\n News ").text
    'The Daily News'
    """
    cleaned = clean_text(raw)
    text, overrides = _OVERRIDES.subn("", cleaned.text)
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    return Cleaned(text=line, controls=cleaned.controls, strays=cleaned.strays, overrides=overrides)


def has_surrogate(text: str) -> bool:
    r"""Return whether a text holds half a character, which no encoding can write.

    Examples
    --------
    >>> has_surrogate("\ud83d"), has_surrogate("\U0001f600")
    (True, False)
    """
    return _SURROGATES.search(text) is not None


def fold(text: str) -> str:
    """Return a text for comparison: without case, accents and the dots of the Turkish i.

    Examples
    --------
    >>> fold("MAYIS"), fold("mayıs"), fold("Décembre"), fold("NİSAN")
    ('mayis', 'mayis', 'decembre', 'nisan')
    """
    apart = unicodedata.normalize("NFD", text.casefold().replace("ı", "i"))
    return "".join(mark for mark in apart if not unicodedata.combining(mark))


def excerpt_of(text: str, length: int = 80) -> str:
    r"""Return the beginning of a text for a message: one line, nothing in it that can't be printed.

    Examples
    --------
    >>> excerpt_of("one\ntwo", 5)
    'one t…'
    """
    shown = "".join(mark if mark.isprintable() else " " for mark in text[: length * 4])
    line = " ".join(shown.split())
    return line if len(line) <= length else f"{line[:length]}…"
