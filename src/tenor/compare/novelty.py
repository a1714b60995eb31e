"""Texts as points by their words, and how far each is from the nearest of as many earlier ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Numbers = NDArray[np.int64]
DIMENSIONS = 2048
"""On how many numbers words are laid; more change what is found little (docs/content.md)."""
_BLOCK = 512
_REST = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Novelty:
    """How new texts are.

    Parameters
    ----------
    values
        One minus the expected likeness to the nearest of so many earlier texts, from 0 (there was one like it) up.
    nearest
        The nearest of all earlier texts, by its row.
    """

    values: Floats
    nearest: Numbers


def novelty(vectors: Singles, references: Singles, size: int) -> Novelty:
    """Return how new each text is against earlier ones.

    Estimand: 1 - E max cos(text, earlier), the maximum over `size` of the earlier texts drawn by chance. The more a
    text is compared with, the nearer the nearest one is; with the same number for all, later rounds don't look less
    new only because more was written before them. The mean over all draws is computed, so that none is drawn.

    Parameters
    ----------
    vectors, references
        Of length 1, shape (texts, dimensions); earlier texts in `references`.
    size
        With how many earlier texts each is compared.

    Raises
    ------
    ValueError
        `size` is below 1 or more than there are earlier texts.

    Examples
    --------
    >>> east, north = np.array([[1.0, 0.0]], np.float32), np.array([[0.0, 1.0]], np.float32)
    >>> novelty(east, np.vstack([east, north]), 2).values.tolist()
    [0.0]
    >>> novelty(east, np.vstack([east, north]), 1).values.tolist()
    [0.5]
    """
    if not 1 <= size <= len(references):
        raise ValueError(f"{size} of {len(references)} earlier texts can't be drawn")
    chances = _chances(len(references), size)
    values, nearest = np.empty(len(vectors)), np.empty(len(vectors), np.int64)
    for start in range(0, len(vectors), _BLOCK):
        alike = vectors[start : start + _BLOCK] @ references.T
        nearest[start : start + _BLOCK] = np.argmax(alike, axis=1)
        top = -np.sort(np.partition(-alike, chances.size - 1, axis=1)[:, : chances.size], axis=1)
        values[start : start + _BLOCK] = 1 - top.astype(np.float64) @ chances
    return Novelty(values=np.maximum(values, 0.0), nearest=nearest)


def _chances(there: int, size: int) -> Floats:
    """Return the chance that the nearest of all, the second nearest and so on is the nearest of those drawn."""
    found, chance, rest = [], size / there, 1.0
    for rank in range(1, there - size + 2):
        found.append(chance)
        rest -= chance
        if rest < _REST:
            break
        chance *= (there - rank - size + 1) / (there - rank)
    return np.array(found) / sum(found)


def worded(doc: Numbers, term: Numbers, count: Numbers, shape: tuple[int, int], keys: NDArray[np.uint64]) -> Singles:
    """Return texts as points by their words: the rarer a word among the texts, the more it weighs.

    A text's weight on a word is log(1 + uses) * log((texts + 1) / (texts with it + 1)) (Salton and Buckley 1988);
    words are laid on `DIMENSIONS` numbers by their hash, with its sign (Weinberger et al. 2009), and each text has
    length 1, zero if nothing is left of it.

    Parameters
    ----------
    doc, term, count
        One entry for a text and a word it uses: their numbers, and uses.
    shape
        How many texts and words there are.
    keys
        A hash a word.

    Examples
    --------
    >>> doc, term = np.array([0, 0, 1, 2]), np.array([0, 1, 0, 2])
    >>> found = worded(doc, term, np.array([1, 2, 5, 1]), (4, 3), np.array([3, 8, 11], np.uint64))
    >>> np.linalg.norm(found, axis=1).round(6).tolist(), float((found[0] @ found[2]).round(6))
    ([1.0, 1.0, 1.0, 0.0], 0.0)
    """
    documents, terms = shape
    spread = np.bincount(term[count > 0], minlength=terms)
    weight = np.log1p(count) * np.log((documents + 1) / (spread[term] + 1))
    place = (keys % np.uint64(DIMENSIONS)).astype(np.int64)
    sign = np.where((keys >> np.uint64(32)) & np.uint64(1), 1.0, -1.0)
    found = np.zeros((documents, DIMENSIONS), np.float32)
    np.add.at(found, (doc, place[term]), (weight * sign[term]).astype(np.float32))
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.where(length > 0, length, 1), np.float32)
