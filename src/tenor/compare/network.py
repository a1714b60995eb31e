"""Who says what as matrices: actors by concepts, actors by actors, and how far they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TwoMode:
    """How often each actor says each concept.

    Parameters
    ----------
    actors, concepts
        The names, in order.
    yes, no
        Counts of statements that agree and that don't, shape (actors, concepts).
    """

    actors: tuple[str, ...]
    concepts: tuple[str, ...]
    yes: Whole
    no: Whole

    @property
    def counts(self) -> Whole:
        """All statements, whether they agree or not, shape (actors, concepts)."""
        found: Whole = self.yes + self.no
        return found


def two_mode(statements: Sequence[tuple[str, str, bool]]) -> TwoMode:
    """Return the network of actors and concepts.

    Parameters
    ----------
    statements
        ``(actor, concept, agrees)`` each.

    Examples
    --------
    >>> two_mode([("a", "x", True), ("b", "x", False), ("b", "x", True)]).counts.tolist()
    [[1], [2]]
    """
    actors = tuple(sorted({actor for actor, _, _ in statements}))
    concepts = tuple(sorted({concept for _, concept, _ in statements}))
    counts = np.zeros((2, len(actors), len(concepts)), np.int64)
    row = {name: place for place, name in enumerate(actors)}
    column = {name: place for place, name in enumerate(concepts)}
    for actor, concept, agrees in statements:
        counts[int(agrees), row[actor], column[concept]] += 1
    return TwoMode(actors=actors, concepts=concepts, yes=counts[1], no=counts[0])


def one_mode(network: TwoMode) -> Whole:
    """Return how often two actors speak of the same concepts, whether they agree or not, shape (actors, actors).

    The product of the counts of both, summed over concepts, as Discourse Network Analyzer does without normalisation
    (Leifeld 2017, *Discourse Network Analysis*); an actor with itself counts nothing.
    """
    return _paired([network.counts])


def congruence(network: TwoMode, *, binary: bool = False) -> Whole:
    """Return how often two actors take the same side on the same concepts, shape (actors, actors).

    Parameters
    ----------
    network
        Who says what.
    binary
        Whether a concept counts once on each side, however often it is said.

    Examples
    --------
    >>> congruence(two_mode([("a", "x", True), ("b", "x", True), ("c", "x", False)])).tolist()
    [[0, 1, 0], [1, 0, 0], [0, 0, 0]]
    """
    sides = [network.yes, network.no]
    return _paired([(side > 0).astype(np.int64) for side in sides] if binary else sides)


def _paired(sides: Sequence[Whole]) -> Whole:
    total: Whole = np.sum([side @ side.T for side in sides], axis=0)
    np.fill_diagonal(total, 0)
    return total
