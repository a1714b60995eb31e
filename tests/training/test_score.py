"""The numbers of the score table against worked examples, scikit-learn and seqeval."""

from __future__ import annotations

import random

import numpy as np
import pytest
from training.score import (
    Found,
    average_precision,
    characters,
    exact_spans,
    f1_each,
    labelled_stretches,
    macro_f1,
    multilabel_macro_f1,
    pearson,
    stretches,
)
from training.shapes import Mark


def mark(start: int, stop: int, label: str = "x") -> Mark:
    return Mark(start=start, stop=stop, label=label)


def test_pearson_by_hand() -> None:
    # Deviations -1.5 -.5 .5 1.5 and -1 1 -1 1: 2 / sqrt(5 * 4).
    assert pearson([1, 2, 3, 4], [2, 4, 2, 4]) == pytest.approx(2 / 20**0.5)
    assert pearson([1, 2, 3], [3, 2, 1]) == pytest.approx(-1)


@pytest.mark.parametrize(("gold", "guess"), [([1, 1], [1, 2]), ([], []), ([1, 2], [1, 2, 3])])
def test_pearson_refuses_what_has_no_r(gold: list[float], guess: list[float]) -> None:
    with pytest.raises(ValueError, match=r"Pearson's r does not exist|same length"):
        pearson(gold, guess)


def test_f1_by_hand() -> None:
    gold = ["neg", "neg", "neu", "pos", "pos", "pos"]
    guess = ["neg", "neu", "neu", "pos", "pos", "neg"]
    # neg: 1 right of 2 and 2; neu: 1 right of 1 and 2; pos: 2 right of 3 and 2.
    assert f1_each(gold, guess, ["neg", "neu", "pos"]) == pytest.approx({"neg": 1 / 2, "neu": 2 / 3, "pos": 4 / 5})
    assert macro_f1(gold, guess) == pytest.approx((1 / 2 + 2 / 3 + 4 / 5) / 3)
    assert macro_f1(gold, guess, ["neg", "pos"]) == pytest.approx((1 / 2 + 4 / 5) / 2)


def test_a_label_never_right_counts_as_zero() -> None:
    assert macro_f1(["a", "a"], ["a", "a"], ["a", "b"]) == pytest.approx(0.5)
    with pytest.raises(ValueError, match="no label"):
        macro_f1(["a"], ["a"], [])


def test_multilabel_by_hand() -> None:
    gold = [{"joy"}, {"joy", "fear"}, set()]
    guess = [{"joy"}, {"fear"}, {"fear"}]
    # joy: 1 right of 2 and 1; fear: 1 right of 1 and 2; grief: nothing.
    assert multilabel_macro_f1(gold, guess, ["joy", "fear", "grief"]) == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)
    with pytest.raises(ValueError, match="3 gold texts"):
        multilabel_macro_f1(gold, guess[:2], ["joy"])


def test_exact_spans_need_the_same_document_borders_and_label() -> None:
    gold = {"a": [mark(0, 4, "PER"), mark(6, 9, "LOC")], "b": [mark(0, 4, "PER")]}
    guess = {"a": [mark(0, 4, "PER"), mark(6, 8, "LOC"), mark(20, 22, "ORG")], "c": [mark(0, 4, "PER")]}
    assert exact_spans(gold, guess, ["PER", "LOC", "ORG"]) == Found(precision=1 / 4, recall=1 / 3)
    assert exact_spans(gold, guess, ["PER"]) == Found(precision=1 / 2, recall=1 / 2)
    assert exact_spans(gold, {}, ["PER"]).f1 == 0


def test_stretches_by_hand() -> None:
    gold = {"a": [mark(0, 10, "x"), mark(5, 20, "y")], "b": [mark(0, 10)]}
    guess = {"a": [mark(10, 30, "z")], "b": []}
    # Gold of a merges to 0-20. Guessed 10-30: half is gold. Gold spans: half of the first, none of the second.
    assert stretches(gold, guess) == Found(precision=1 / 2, recall=1 / 4)
    assert stretches(gold, gold).f1 == 1
    assert stretches({}, guess) == Found(precision=0, recall=0)


def test_labelled_stretches_by_hand() -> None:
    gold = {"a": [mark(0, 10, "x"), mark(0, 10, "y")]}
    guess = {"a": [mark(0, 10, "y"), mark(0, 10, "z")]}
    assert labelled_stretches(gold, guess) == Found(precision=1 / 2, recall=1 / 2)


def test_characters_by_hand() -> None:
    assert characters({"a": [mark(0, 4), mark(2, 6)]}, {"a": [mark(4, 8)]}) == Found(precision=1 / 2, recall=1 / 3)


def test_average_precision_by_hand() -> None:
    # Ranked: true, false, true, false, true.
    assert average_precision([True, False, True, False, True], [5, 4, 3, 2, 1]) == pytest.approx(
        (1 + 2 / 3 + 3 / 5) / 3
    )
    with pytest.raises(ValueError, match="no text is true"):
        average_precision([False], [1.0])


def test_against_scikit_learn() -> None:
    metrics = pytest.importorskip("sklearn.metrics", reason="scikit-learn is not installed")
    chance = np.random.default_rng(5)
    gold, guess = chance.choice(list("abc"), 400).tolist(), chance.choice(list("abcd"), 400).tolist()
    assert macro_f1(gold, guess) == pytest.approx(metrics.f1_score(gold, guess, average="macro", zero_division=0))
    pair = metrics.f1_score(gold, guess, labels=["a", "c"], average="macro")
    assert macro_f1(gold, guess, ["a", "c"]) == pytest.approx(pair)
    truth, score = chance.random(300) < 0.2, chance.random(300)
    assert average_precision(truth.tolist(), score) == pytest.approx(metrics.average_precision_score(truth, score))
    many, few = chance.random((200, 4)) < 0.3, chance.random((200, 4)) < 0.4
    names = list("wxyz")
    sets = [[{name for name, on in zip(names, row, strict=True) if on} for row in side] for side in (many, few)]
    expected = metrics.f1_score(many, few, average="macro", zero_division=0)
    assert multilabel_macro_f1(sets[0], sets[1], names) == pytest.approx(expected)


@pytest.mark.filterwarnings("ignore")
def test_entities_against_seqeval() -> None:
    metrics = pytest.importorskip("seqeval.metrics", reason="seqeval is not installed")
    chance = random.Random(7)
    gold, guess = [_tags(chance) for _ in range(60)], [_tags(chance) for _ in range(60)]
    guess[::3] = gold[::3]
    ours = exact_spans(_marks(gold), _marks(guess), ["PER", "LOC"])
    assert ours.f1 == pytest.approx(metrics.f1_score(gold, guess))
    assert ours.precision == pytest.approx(metrics.precision_score(gold, guess))
    assert 0.2 < ours.f1 < 0.9


def _tags(chance: random.Random) -> list[str]:
    """Return twenty well-formed BIO tags."""
    tags: list[str] = []
    while len(tags) < 20:
        label = chance.choice(["PER", "LOC", ""])
        tags += [f"B-{label}", *[f"I-{label}"] * chance.randrange(3)] if label else ["O"]
    return tags[:20]


def _marks(rows: list[list[str]]) -> dict[str, list[Mark]]:
    found: dict[str, list[Mark]] = {}
    for doc, tags in enumerate(rows):
        starts = [place for place, tag in enumerate(tags) if tag[0] == "B"]
        for start in starts:
            stop = start + 1
            while stop < len(tags) and tags[stop][0] == "I":
                stop += 1
            found.setdefault(str(doc), []).append(mark(start, stop, tags[start][2:]))
    return found
