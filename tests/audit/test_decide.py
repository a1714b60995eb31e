"""The verdict table: each word at its boundary, and never two that contradict each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.audit.decide import VERDICT_WORDS, Question, direction, word_of
from tenor.compare.effects import LogRatio
from tenor.model import Relation, Word


def word(relation: Relation, ratio: float, error: float, margin: float = 0.8) -> Word:
    question = Question(relation=relation, margin=margin, alpha=0.05)
    return word_of(LogRatio(float(np.log(ratio)), error, np.inf), question)


@pytest.mark.parametrize(
    ("relation", "ratio", "error", "margin", "expected"),
    [
        ("less", 0.5, 0.1, 0.8, "supported"),
        ("less", 0.7, 0.1, 0.8, "right direction, size not established"),
        ("less", 0.7, 0.3, 0.8, "inconclusive"),
        ("less", 1.5, 0.1, 0.8, "opposite direction found"),
        ("less", 1.0, 0.05, 0.8, "no meaningful difference"),
        ("less", 0.95, 0.01, 0.8, "no meaningful difference"),
        ("greater", 1.6, 0.1, 1.2, "supported"),
        ("greater", 1.3, 0.1, 1.2, "right direction, size not established"),
        ("greater", 0.5, 0.1, 1.2, "opposite direction found"),
        ("greater", 1.0, 0.02, 1.2, "no meaningful difference"),
        ("differs", 0.5, 0.1, 0.8, "supported"),
        ("differs", 2.0, 0.1, 0.8, "supported"),
        ("differs", 1.3, 0.1, 0.8, "right direction, size not established"),
        ("differs", 1.0, 0.3, 0.8, "inconclusive"),
        ("equivalent", 1.0, 0.05, 0.8, "supported"),
        ("equivalent", 1.0, 0.3, 0.8, "inconclusive"),
        ("equivalent", 0.5, 0.1, 0.8, "opposite direction found"),
        ("equivalent", 0.75, 0.1, 0.8, "inconclusive"),
    ],
)
def test_each_word(relation: Relation, ratio: float, error: float, margin: float, expected: Word) -> None:
    assert word(relation, ratio, error, margin) == expected


RATIOS, ERRORS = st.floats(0.05, 20), st.floats(0.001, 3)


@given(RATIOS, ERRORS)
def test_mirror_image(ratio: float, error: float) -> None:
    """Fewer by a factor reads as more by the same factor, the other way round."""
    here, there = word("less", ratio, error, 0.8), word("greater", 1 / ratio, error, 1.25)
    assert here == there


@given(RATIOS, ERRORS)
def test_supported_means_beyond_the_margin(ratio: float, error: float) -> None:
    test = LogRatio(float(np.log(ratio)), error, np.inf)
    high = test.interval(0.05)[1]
    assert high is not None
    if word("less", ratio, error) == "supported":
        assert high < 0.8 + 1e-9
    if word("less", ratio, error) == "inconclusive":
        assert direction(test, 0.05) == 0


def test_every_word_is_explained() -> None:
    assert {name for name, _ in VERDICT_WORDS} == set(Word.__args__)  # type: ignore[attr-defined]
