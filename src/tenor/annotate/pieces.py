"""Articles -> the sentences that are read, and the stretches of them in which one voice speaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from tenor.annotate.language import Language
from tenor.annotate.sentences import sentences
from tenor.annotate.speech import Part, speech

# The model reads so many words of a sentence for certain; a longer one is cut where it breathes.
MOST = 110
_LONGEST_WORD = 60
_WORD = re.compile(rf"\S{{1,{_LONGEST_WORD}}}")
_BREATHS = ";:,—–)»”…"


class Sentence(NamedTuple):
    """A sentence of a title or a body, and who speaks in it."""

    part: str
    start: int
    stop: int
    voices: tuple[Part, ...]


def pieces(title: str, text: str, language: Language) -> Iterator[Sentence]:
    """Yield the sentences of an article, title first.

    Parameters
    ----------
    title, text
        As they stand in the corpus; places are code points of the one or the other.
    language
        Whose rules to split by.

    Examples
    --------
    >>> from tenor.annotate.language import language_named
    >>> found = list(pieces("Talks end", "She said that the dam would hold. It did.", language_named("en")))
    >>> [(one.part, one.start, one.stop, [voice.kind for voice in one.voices]) for one in found]
    [('title', 0, 9, ['narration']), ('body', 0, 33, ['narration', 'reported']), ('body', 34, 41, ['narration'])]
    """
    for part, words in (("title", title), ("body", text)):
        spans = [piece for span in sentences(words, language) for piece in shortened(words, span)]
        voices = speech(words, spans, language)
        first = 0
        for start, stop in spans:
            last = first
            while last < len(voices) and voices[last].start < stop:
                last += 1
            yield Sentence(part, start, stop, tuple(_bare(words, voice) for voice in voices[first:last]))
            first = last


def _bare(text: str, voice: Part) -> Part:
    """Return a voice without the blanks around it."""
    said = text[voice.start : voice.stop]
    start = voice.start + len(said) - len(said.lstrip())
    return replace(voice, start=start, stop=start + len(said.strip()))


def shortened(text: str, span: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Yield a sentence, or stretches of one that is too long to be read at once, blanks left out.

    Examples
    --------
    >>> words = "one two, " * 60
    >>> [len(words[start:stop].split()) for start, stop in shortened(words, (0, 539))]
    [110, 10]
    >>> list(shortened("x" * 7000, (0, 7000)))
    [(0, 6600), (6600, 7000)]
    """
    found = list(_WORD.finditer(text, *span))
    first = 0
    while len(found) - first > MOST:
        last = _breath(found[first : first + MOST], text) + first
        yield found[first].start(), found[last].end()
        first = last + 1
    yield (found[first].start(), found[-1].end()) if found else span


def _breath(words: Sequence[re.Match[str]], text: str) -> int:
    """Return the last word of the second half behind which a sentence may be cut."""
    half = len(words) // 2
    ends = (place for place in range(len(words) - 1, half, -1) if text[words[place].end() - 1] in _BREATHS)
    return next(ends, len(words) - 1)
