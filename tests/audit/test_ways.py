"""When another way of counting agrees with the registered one, worked out by hand."""

from __future__ import annotations

import pytest

from tenor.audit.decide import Question, agrees, word_of
from tenor.compare.contrasts import DifferenceTest
from tenor.model import Relation, Word

MANY = 1_000.0


def _question(relation: Relation, margin: float = 0.2) -> Question:
    return Question(relation=relation, margin=margin, alpha=0.05, unit="sd")


# With so many degrees of freedom an interval reaches 1.962 errors.
@pytest.mark.parametrize(
    ("relation", "own", "other", "word", "agreeing"),
    [
        # Both beyond the margin.
        ("less", (-0.5, 0.05), (-0.4, 0.05), "supported", True),
        # Below zero, yet shown to lie inside the margin: a direction of no consequence is no support.
        ("less", (-0.5, 0.05), (-0.1, 0.03), "supported", False),
        # The interval holds zero.
        ("less", (-0.5, 0.05), (-0.3, 0.2), "supported", False),
        # Below zero, and not beyond the margin: the direction is what was decided.
        ("less", (-0.5, 0.05), (-0.25, 0.1), "supported", True),
        ("less", (-0.25, 0.1), (0.3, 0.05), "right direction, size not established", False),
        ("greater", (-0.5, 0.05), (-0.3, 0.05), "opposite direction found", True),
        ("less", (-0.02, 0.03), (0.19, 0.3), "no meaningful difference", True),
        ("less", (-0.02, 0.03), (0.21, 0.01), "no meaningful difference", False),
        ("equivalent", (0.02, 0.03), (0.19, 0.3), "supported", True),
        ("equivalent", (0.5, 0.03), (0.4, 0.3), "opposite direction found", True),
        ("less", (-0.1, 0.2), (-0.01, 0.2), "inconclusive", True),
        ("less", (-0.1, 0.2), (0.01, 0.2), "inconclusive", False),
    ],
)
def test_agreement(
    relation: Relation, own: tuple[float, float], other: tuple[float, float], word: Word, agreeing: bool
) -> None:
    question = _question(relation)
    mine, theirs = DifferenceTest(*own, MANY), DifferenceTest(*other, MANY)
    assert word_of(mine, question) == word
    assert agrees(theirs, mine, question, word) is agreeing
