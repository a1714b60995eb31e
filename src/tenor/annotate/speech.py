"""Who speaks in a text: its narrator, somebody who is quoted, or somebody whose words are told, by rule."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tenor.annotate.language import Language, language_named
from tenor.annotate.plain import Plain
from tenor.annotate.quotations import Page, Said, quotations
from tenor.annotate.reported import reported
from tenor.corpus.phrases import fold

Kind = Literal["narration", "reported", "quoted"]
_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a sentence in which one voice speaks.

    Parameters
    ----------
    start, stop
        Where it stands, in code points.
    kind
        ``narration``, ``reported`` (told without quotation marks) or ``quoted``.
    doubt
        Whether a quotation mark is missing, so that its end is a guess.
    """

    start: int
    stop: int
    kind: Kind
    doubt: bool = False


def speech(text: str, sentences: Sequence[tuple[int, int]], language: str | Language) -> list[Part]:
    """Return the parts of each sentence: narration, reported speech and quotation.

    The parts of a sentence share it out without gaps. Titles, names and words that are only kept at a distance
    by quotation marks are narration. The time taken grows as the text does.

    Parameters
    ----------
    text
        Any text.
    sentences
        Its sentences, in order, as `tenor.annotate.sentences.sentences` gives them.
    language
        Its code, or the language itself; in one that is not known only marks are read.

    Returns
    -------
    list of Part
        In order.

    Examples
    --------
    >>> text = 'She said that the dam would hold.'
    >>> [(part.kind, text[part.start:part.stop]) for part in speech(text, [(0, 33)], "en")]
    [('narration', 'She said that '), ('reported', 'the dam would hold.')]
    """
    known = language if isinstance(language, Language) else language_named(language)
    plain = Plain(text)
    inside = [(plain.there(start), plain.there(stop)) for start, stop in sentences]
    page = Page(plain.text, fold(plain.text), inside, known.speech)
    said = quotations(page)
    found: list[Part] = []
    first = 0
    for whole, sentence in zip(sentences, inside, strict=True):
        while first < len(said) and said[first].stop <= sentence[0]:
            first += 1
        last = first
        while last < len(said) and said[last].start < sentence[1]:
            last += 1
        found += _parts(plain, whole, sentence, _voices(page, sentence, said[first:last]))
    return found


_Voice = tuple[int, int, Kind, bool]


def _voices(page: Page, sentence: tuple[int, int], said: Sequence[Said]) -> list[_Voice]:
    """Return what is quoted and what is reported in a sentence."""
    voices: list[_Voice] = [
        (max(item.start, sentence[0]), min(item.stop, sentence[1]), "quoted", item.doubt) for item in said
    ]
    told = reported(page, sentence, said, headline=is_headline(page.text, sentence))
    return sorted([*voices, *((start, stop, "reported", False) for start, stop in told)])


def is_headline(text: str, sentence: tuple[int, int]) -> bool:
    """Return whether a sentence is a line of its own, short and without a full stop."""
    start, stop = sentence
    begins = start == 0 or any(sign in _BREAKS for sign in text[max(0, start - 8) : start])
    own = begins and text[stop : stop + 1] in ("", *_BREAKS)
    return own and stop - start <= 200 and text[stop - 1] not in ".!…;:"


def _parts(plain: Plain, whole: tuple[int, int], sentence: tuple[int, int], voices: list[_Voice]) -> Iterator[Part]:
    """Yield a sentence shared out among its voices; signs and blanks between two go to the one before them."""
    cuts: list[tuple[int, Kind, bool]] = []
    place = sentence[0]
    for start, stop, kind, doubt in voices:
        if any(map(str.isalnum, plain.text[place:start])):
            cuts.append((place, "narration", False))
            cuts.append((start, kind, doubt))
        else:
            cuts.append((start if cuts else sentence[0], kind, doubt))
        place = stop
    if not cuts or any(map(str.isalnum, plain.text[place : sentence[1]])):
        cuts.append((place, "narration", False))
    edges = [*(plain.back(start, start)[0] for start, _, _ in cuts), whole[1]]
    edges[0] = whole[0]
    for (_, kind, doubt), start, stop in zip(cuts, edges[:-1], edges[1:], strict=True):
        if start < stop:
            yield Part(start=start, stop=stop, kind=kind, doubt=doubt)
