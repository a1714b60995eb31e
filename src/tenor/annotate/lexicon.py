"""A list of words with what each adds to how pleasant and how agitated a sentence sounds: simple, and open to view.

It stands beside the model so that a finding can be counted a second way. It knows English only, because there is
gold for no other language. Made by `training.lexicon` from EmoBank's train part.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FILE = "en.affect.tsv"
# A sentence in which fewer words are known says too little.
FEWEST = 2
# A word, marks of exclamation or question, or a sign at which a negation ends.
_PART = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|!+|\?+|[.,;:()…—\n]")
_ENDS = frozenset(".,;:()…—\n!?")
_NOT = frozenset({"not", "no", "never", "neither", "nor", "without", "cannot", "nothing", "nobody", "hardly"})
# A negation holds for so many words behind it.
_REACH = 3
# Endings that change little of how a word sounds, and what they leave behind: planned, plan; loving, lov, love.
_PLURAL = re.compile(r"'s$|(?<=[a-z]{3})(?<![su])s$")
_FORM = re.compile(r"(?<=[a-z]{3})(?:ing|ed|ly)$")
_DOUBLE = re.compile(r"([bdgmnprt])\1$")
_SILENT = re.compile(r"(?<=[a-z]{3})e$")


class Push(NamedTuple):
    """A word of a text: where it stands, and by how much it moves the text's valence and arousal."""

    start: int
    stop: int
    valence: float
    arousal: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Words, as `stem` writes them, with their weights; `open` gives the one that comes with tenor.

    Parameters
    ----------
    middle
        Valence and arousal of a sentence whose words weigh nothing.
    weights
        What each word adds, over the root of the number of the sentence's words.
    version
        The beginning of the file's sha256.
    """

    middle: tuple[float, float]
    weights: Mapping[str, tuple[float, float]]
    version: str

    @classmethod
    def open(cls) -> Self:
        """Read the list that comes with tenor.

        Examples
        --------
        >>> happy, murder = Lexicon.open().scores(["A happy and wonderful day.", "A terrible murder: they died."])
        >>> happy[0] > 3.5, murder[0] < 2.5
        (np.True_, np.True_)
        """
        return cls.of((files("tenor.annotate") / "lang" / FILE).read_bytes())

    @classmethod
    def of(cls, data: bytes) -> Self:
        """Return the list that stands in a file: lines of word, valence, arousal, sentences; the first is the middle.

        Parameters
        ----------
        data
            The file's bytes, as `training.lexicon` writes them.
        """
        rows = [line.split("\t") for line in data.decode("utf-8").splitlines() if not line.startswith("#")]
        (_, *middle), *rest = rows
        return cls(
            middle=(float(middle[0]), float(middle[1])),
            weights={word: (float(valence), float(arousal)) for word, valence, arousal, _ in rest},
            version=hashlib.sha256(data).hexdigest()[:8],
        )

    def scores(self, texts: Sequence[str]) -> Floats:
        """Return valence and arousal of each text, from 1 to 5 as in the gold; NaN where too few words are known.

        Estimand: the mean of readers' and writers' judgements. Source: Buechel and Hahn 2017 (EmoBank).

        Parameters
        ----------
        texts
            English sentences.
        """
        found = np.full((len(texts), 2), np.nan)
        for row, text in enumerate(texts):
            said = words(text)
            known = [self.weights[word] for word, _, _ in said if word in self.weights]
            if len(known) >= FEWEST:
                root = len(said) ** 0.5
                found[row] = sum(one for one, _ in known) / root, sum(other for _, other in known) / root
        return found + self.middle

    def words_of(self, text: str) -> list[Push]:
        """Return the known words of a text, in order; what they add and `middle` make the text's score.

        Parameters
        ----------
        text
            An English sentence.
        """
        said = words(text)
        root = len(said) ** 0.5
        known = [(start, stop, self.weights[word]) for word, start, stop in said if word in self.weights]
        return [Push(start, stop, valence / root, arousal / root) for start, stop, (valence, arousal) in known]


def words(text: str) -> list[tuple[str, int, int]]:
    """Return the words of a text as the list has them, each with its place; "!" and "?" are words too.

    Behind a negation a word says nothing of its own: its word is empty, up to the third or the next comma or stop.

    Parameters
    ----------
    text
        An English sentence.

    Examples
    --------
    >>> [word for word, _, _ in words("They didn’t like it, sadly. No deal!!")]
    ['they', "didn't", '', '', 'sad', 'no', '', '!']
    """
    found, left = [], 0
    for match in _PART.finditer(text):
        word = match[0]
        if word[0] in _ENDS:
            left = 0
            if word[0] in "!?":
                found.append((word[0], match.start(), match.end()))
            continue
        word = word.lower().replace("’", "'")
        found.append(("" if left else stem(word), match.start(), match.end()))
        left = _REACH if word in _NOT or word.endswith("n't") else max(0, left - 1)
    return found


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """Return what the forms of a word have in common, or nearly so.

    Parameters
    ----------
    word
        An English word in small letters.

    Examples
    --------
    >>> [stem(word) for word in ("loves", "loving", "planned", "calmly", "minister's", "news", "red")]
    ['lov', 'lov', 'plan', 'calm', 'minister', 'new', 'red']
    """
    plain = _PLURAL.sub("", word)
    short = _FORM.sub("", plain)
    return _SILENT.sub("", _DOUBLE.sub(r"\1", short) if short != plain else short)
