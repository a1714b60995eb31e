"""Text as the sets need it: a normal form to compare by, sentences, and windows with exact offsets."""

from __future__ import annotations

import re
import unicodedata

WORDS = re.compile(r"\w+")
ENDS = re.compile(r"[.!?…]+[\"'»”’)\]]*\s+(?=[\"'«“‘(\[—–-]*\s*[^\W_a-zа-яёіїєґ])|\s*\n\s*")
ABBREVIATIONS = re.compile(
    r"mrs?|ms|dr|prof|sen|rep|gov|gen|col|lt|sgt|st|jr|sr|vs|u\.s|u\.k|u\.n|e\.g|i\.e|inc|ltd|co|corp"
    r"|jan|feb|mar|apr|aug|sept|oct|nov|dec|гг?|т\.[екдп]|им|ул|д|руб|коп|тыс|млн|млрд|с|стр|см|р|м|п|ст"
)


def normalise(text: str) -> str:
    """Return the text's words in one case, parted by single spaces.

    Examples
    --------
    >>> normalise("«Don’t» — she SAID.")
    'don t she said'
    """
    return " ".join(WORDS.findall(unicodedata.normalize("NFKC", text).casefold()))


def sentences(text: str) -> list[tuple[int, int]]:
    """Return where the text's sentences start and stop, outer blanks left out; a line break always ends one.

    Examples
    --------
    >>> text = "Mr. Smith left. He said: no."
    >>> [text[start:stop] for start, stop in sentences(text)]
    ['Mr. Smith left.', 'He said: no.']
    """
    found, start = [], 0
    for end in ENDS.finditer(text):
        if "\n" not in end.group() and _abbreviated(text, start, end.start()):
            continue
        found.append(_stripped(text, start, end.end()))
        start = end.end()
    found.append(_stripped(text, start, len(text)))
    return [(begin, stop) for begin, stop in found if begin < stop]


def windows(text: str, limit: int) -> list[tuple[int, int]]:
    """Return stretches of whole sentences of one line, each at most `limit` characters where sentences allow it.

    Parameters
    ----------
    text
        A document.
    limit
        How many characters a window should have at most; a longer sentence is a window of its own.

    Examples
    --------
    >>> windows("One. Two. Three.", 9)
    [(0, 9), (10, 16)]
    """
    packed: list[tuple[int, int]] = []
    for start, stop in sentences(text):
        if packed and stop - packed[-1][0] <= limit and "\n" not in text[packed[-1][1] : start]:
            packed[-1] = (packed[-1][0], stop)
        else:
            packed.append((start, stop))
    return packed


def _abbreviated(text: str, start: int, stop: int) -> bool:
    words = text[start:stop].rsplit(maxsplit=1)
    last = words[-1].strip("\"'«“‘([").casefold() if words else ""
    if text[stop] != "." or not text[stop + 1].isspace():
        return False
    return ABBREVIATIONS.fullmatch(last) is not None or (len(last) == 1 and last.isalpha())


def _stripped(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start].isspace():
        start += 1
    while start < stop and text[stop - 1].isspace():
        stop -= 1
    return start, stop
