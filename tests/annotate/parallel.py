"""The parallel gold, and whether its editions score alike from language to language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenor.compare.effects import quantile
from tests.annotate.gold_files import GOLD

Floats = NDArray[np.float64]
EDITIONS = ("en", "ru", "uk", "tr")
_MARK = re.compile(r"\[\[(.+?)\]\]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A sentence in four editions, and how pleasant and how stirred it was meant to sound."""

    id: str
    valence: str
    arousal: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Toward:
    """A sentence in four editions, where its target stands in each, and the tone towards it that was meant."""

    id: str
    tone: str
    texts: Mapping[str, str]
    spans: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How far the second language's scores lie from the first's, over the sentences that both have.

    Parameters
    ----------
    first, second
        The languages.
    items
        How many sentences have a score in both.
    difference, low, high
        The second minus the first, on average, in standard deviations of a sentence's score (the root of the mean
        of the two languages' variances), with its 95 % interval by Student's t over sentences.
    correlation
        Pearson's r over sentences.
    """

    first: str
    second: str
    items: int
    difference: float
    low: float
    high: float
    correlation: float


def pieces() -> list[Piece]:
    """Return the sentences of the grid, in the file's order."""
    return [
        Piece(id=row["id"], valence=row["valence"], arousal=row["arousal"], texts={one: row[one] for one in EDITIONS})
        for row in _rows("piece")
    ]


def toward() -> list[Toward]:
    """Return the sentences with a target, in the file's order."""
    found = []
    for row in _rows("toward"):
        marks = {one: _marked(row[one]) for one in EDITIONS}
        texts = {one: text for one, (text, _) in marks.items()}
        spans = {one: span for one, (_, span) in marks.items()}
        found.append(Toward(id=row["id"], tone=row["tone"], texts=texts, spans=spans))
    return found


def alike(scores: Mapping[str, Floats]) -> list[Alike]:
    """Compare every two languages' scores of the same sentences.

    Estimand: the mean difference between two editions of a sentence, over sentences like these; the standard
    deviation it is divided by is taken as known.

    Parameters
    ----------
    scores
        For each language the scores of the same sentences in the same order; NaN where there is none.

    Returns
    -------
    list of Alike
        In the order of the languages.

    Raises
    ------
    ValueError
        Two languages share fewer than three sentences, or one of them scores them all alike.
    """
    return [_pair(first, second, scores[first], scores[second]) for first, second in combinations(scores, 2)]


def _pair(first: str, second: str, one: Floats, other: Floats) -> Alike:
    both = np.isfinite(one) & np.isfinite(other)
    one, other = one[both], other[both]
    items = int(both.sum())
    if items < 3 or not np.ptp(one) or not np.ptp(other):
        raise ValueError(f"{first} and {second}: {items} sentences with both scores are too few or all alike")
    sd = np.sqrt((np.var(one, ddof=1) + np.var(other, ddof=1)) / 2)
    between = (other - one) / sd
    reach = quantile(0.975, items - 1) * np.std(between, ddof=1) / np.sqrt(items)
    return Alike(
        first=first,
        second=second,
        items=items,
        difference=float(between.mean()),
        low=float(between.mean() - reach),
        high=float(between.mean() + reach),
        correlation=float(np.corrcoef(one, other)[0, 1]),
    )


def _rows(kind: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads((GOLD / "parallel.toml").read_text(encoding="utf-8"))[kind]
    return rows


def _marked(text: str) -> tuple[str, tuple[int, int]]:
    """Return a text without its mark, and where the marked words stand."""
    (mark,) = _MARK.finditer(text)
    start = mark.start()
    return text[:start] + mark[1] + text[mark.end() :], (start, start + len(mark[1]))
