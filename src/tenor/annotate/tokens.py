"""Text -> token ids, and where each token stands in it; every place is in code points of the text as it was given."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple, Protocol

# Of a text, so many code points are looked at for each token that may be read.
MOST_A_TOKEN = 100
# No text in the sense of Unicode; one sign takes the place of one, so that places stay.
_SURROGATE = re.compile("[\ud800-\udfff]")
_STAND_IN = "\ufffd"


class Encoded(Protocol):
    """What is asked of an encoded text."""

    @property
    def ids(self) -> list[int]:
        """The numbers of its tokens."""

    @property
    def offsets(self) -> list[tuple[int, int]]:
        """Where each token begins and ends, in code points."""


class Speller(Protocol):
    """What is asked of a tokenizer; it must not cut or pad."""

    def encode_batch(self, input: list[str], /) -> Sequence[Encoded]:  # noqa: A002 - its name there
        """Spell texts."""


class Spelt(NamedTuple):
    """A text as tokens, its two ends included; `cut` says that it is longer than what is read."""

    ids: list[int]
    places: list[tuple[int, int]]
    cut: bool


def spelt(tokenizer: Speller, text: str, longest: int) -> Spelt:
    """Return a text's tokens and where each stands in it.

    Parameters
    ----------
    tokenizer
        It sets a token before and one after each text; these two stand nowhere: their place is (0, 0).
    text
        Any text, also one with signs that are none. Nothing in it is changed.
    longest
        How many tokens are read at most, the two ends among them.

    Examples
    --------
    >>> from tokenizers import Tokenizer, models, pre_tokenizers, processors
    >>> tiny = Tokenizer(models.WordLevel({"<s>": 0, "</s>": 1, "talks": 2, "?": 3}, unk_token="?"))
    >>> tiny.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    >>> tiny.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", 0), ("</s>", 1)])
    >>> spelt(tiny, "new  talks", 8)
    Spelt(ids=[0, 3, 2, 1], places=[(0, 0), (0, 3), (5, 10), (0, 0)], cut=False)
    """
    return spelt_all(tokenizer, [text], longest)[0]


def spelt_all(tokenizer: Speller, texts: Sequence[str], longest: int) -> list[Spelt]:
    """Return each text's tokens, as `spelt` does for one; many at once are quicker."""
    most = MOST_A_TOKEN * longest
    plain = [_SURROGATE.sub(_STAND_IN, text[:most]) for text in texts]
    encoded = tokenizer.encode_batch(plain)
    return [_spelt(text, one, longest, most) for text, one in zip(texts, encoded, strict=True)]


def tokens_of(places: Sequence[tuple[int, int]], start: int, stop: int) -> tuple[int, int] | None:
    """Return the first and the last token that share a letter with a stretch of the text, if there are any.

    Examples
    --------
    >>> places = [(0, 0), (0, 3), (5, 10), (0, 0)]
    >>> tokens_of(places, 2, 6), tokens_of(places, 5, 10), tokens_of(places, 3, 5)
    ((1, 2), (2, 2), None)
    """
    if start >= stop:
        return None
    inside = [token for token, (begin, end) in enumerate(places) if begin < stop and start < end and begin < end]
    return (inside[0], inside[-1]) if inside else None


def has_letter(text: str, one: Spelt) -> bool:
    """Say whether there is a letter in the part of a text that is read."""
    reach = one.places[-2][1] if len(one.places) > 2 else 0
    return any(map(str.isalpha, text[:reach]))


def stretch(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return a stretch without blanks around it, and with the accents that belong to its last letter.

    A tokenizer that composes letters says that "й" of two code points stands where its first one does.

    Examples
    --------
    >>> stretch("  new talks ", 1, 12), stretch("Украи\u0306на", 0, 5), stretch("  ", 0, 2)
    ((2, 11), (0, 6), (2, 2))
    """
    while start < stop and text[start].isspace():
        start += 1
    while start < stop and text[stop - 1].isspace():
        stop -= 1
    while start < stop < len(text) and unicodedata.category(text[stop])[0] == "M":
        stop += 1
    return start, stop


def whole_words(text: str, start: int, stop: int, least: int = 0) -> tuple[int, int]:
    """Return a stretch with all of the words it begins and ends in; it begins no earlier than `least`.

    A tokenizer's pieces are parts of words, and what people mark is words.

    Examples
    --------
    >>> whole_words("new talks, Путина", 5, 7), whole_words("new talks, Путина", 11, 14)
    ((4, 9), (11, 17))
    """
    while start > least and start < stop and text[start].isalnum() and text[start - 1].isalnum():
        start -= 1
    while start < stop < len(text) and text[stop].isalnum() and text[stop - 1].isalnum():
        stop += 1
    return start, stop


def _spelt(text: str, one: Encoded, longest: int, most: int) -> Spelt:
    ids, places = one.ids, one.offsets
    cut = len(ids) > longest
    if cut:
        ids, places = [*ids[: longest - 1], ids[-1]], [*places[: longest - 1], places[-1]]
    own = [place if place[0] == place[1] or not text[place[0]].isspace() else _own(text, *place) for place in places]
    return Spelt(ids, own, cut or len(text) > most)


def _own(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return where a token's own letters stand: its place may take the blanks before it along."""
    while start < stop and text[start].isspace():
        start += 1
    return start, stop
