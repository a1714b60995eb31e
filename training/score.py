"""The numbers of the score table: arrays or spans in, one number out; nothing here knows a model."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.shapes import Mark

# The spans of each document.
Spans = Mapping[str, Collection[Mark]]
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Precision, recall and their harmonic mean; what has nothing to divide by is 0."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def pearson(gold: ArrayLike, guess: ArrayLike) -> float:
    """Return Pearson's r.

    Raises
    ------
    ValueError
        The two differ in length, or one of them does not vary, so that r does not exist.

    Examples
    --------
    >>> round(pearson([1, 2, 3], [1, 2, 4]), 4)
    0.982
    """
    one, other = _numbers(gold), _numbers(guess)
    _same_length(one, other)
    one, other = one - one.mean(), other - other.mean()
    size = float(np.sqrt((one @ one) * (other @ other)))
    if not size:
        raise ValueError("Pearson's r does not exist where one side does not vary.")
    return float(one @ other) / size


def f1_each(gold: Sequence[str], guess: Sequence[str], labels: Sequence[str]) -> dict[str, float]:
    """Return each label's F1; a label that is neither in the gold nor guessed has 0.

    Examples
    --------
    >>> f1_each(["a", "a", "b"], ["a", "b", "b"], ["a", "b"])
    {'a': 0.6666666666666666, 'b': 0.6666666666666666}
    """
    one, other = np.asarray(gold, dtype=object), np.asarray(guess, dtype=object)
    _same_length(one, other)
    return {label: _f1(one == label, other == label) for label in labels}


def macro_f1(gold: Sequence[str], guess: Sequence[str], labels: Sequence[str] | None = None) -> float:
    """Return the mean of the labels' F1, over the labels that occur unless `labels` says which.

    ``labels=("negative", "positive")`` gives RuSentNE's F1(pos, neg).

    Examples
    --------
    >>> macro_f1(["pos", "neg", "neutral"], ["pos", "neutral", "neutral"], ["pos", "neg"])
    0.5
    """
    each = f1_each(gold, guess, labels if labels is not None else sorted({*gold, *guess}))
    if not each:
        raise ValueError("There is no label to score.")
    return float(np.mean(list(each.values())))


def multilabel_macro_f1(
    gold: Sequence[Collection[str]], guess: Sequence[Collection[str]], labels: Sequence[str]
) -> float:
    """Return the mean over `labels` of the F1 of having the label.

    Examples
    --------
    >>> multilabel_macro_f1([{"joy"}, {"joy", "fear"}], [{"joy"}, {"joy"}], ["joy", "fear"])
    0.5
    """
    if len(gold) != len(guess):
        raise ValueError(f"{len(gold)} gold texts cannot be compared with {len(guess)} others.")
    each = [
        _f1(np.array([label in some for some in gold], bool), np.array([label in some for some in guess], bool))
        for label in labels
    ]
    return float(np.mean(each))


def exact_spans(gold: Spans, guess: Spans, labels: Collection[str]) -> Found:
    """Compare spans that must agree in start, stop and label, over all documents and labels at once.

    One label gives the exact span F1 of quotes; PER, LOC and ORG together give the entity F1.

    Examples
    --------
    >>> ours = {"d": [Mark(start=0, stop=4, label="PER"), Mark(start=9, stop=12, label="LOC")]}
    >>> exact_spans({"d": [Mark(start=0, stop=4, label="PER")]}, ours, ["PER", "LOC"])
    Found(precision=0.5, recall=1.0)
    """
    one, other = _listed(gold, labels), _listed(guess, labels)
    right = len(one & other)
    return Found(precision=right / len(other) if other else 0.0, recall=right / len(one) if one else 0.0)


def stretches(gold: Spans, guess: Spans) -> Found:
    """Score stretches of whatever label as SemEval-2020 task 11 does its first part (SI).

    Overlapping spans are first merged. Each guessed span earns the share of it that is gold, each gold span the
    share of it that was guessed; precision and recall are the means. This is the F1 behind the published .516.

    Examples
    --------
    >>> half = {"d": [Mark(start=5, stop=15, label="Doubt")]}
    >>> stretches({"d": [Mark(start=0, stop=10, label="Slogans")]}, half)
    Found(precision=0.5, recall=0.5)
    """
    one = {doc: _merged(marks) for doc, marks in gold.items()}
    other = {doc: _merged(marks) for doc, marks in guess.items()}
    return Found(precision=_covered(other, one), recall=_covered(one, other))


def labelled_stretches(gold: Spans, guess: Spans) -> Found:
    """Score stretches that must also agree in label, by the same partial credit (NLP4IF 2019's full task).

    Examples
    --------
    >>> gold = {"d": [Mark(start=0, stop=10, label="Doubt"), Mark(start=0, stop=10, label="Slogans")]}
    >>> labelled_stretches(gold, {"d": [Mark(start=0, stop=5, label="Doubt")]})
    Found(precision=1.0, recall=0.25)
    """
    one, other = _by_label(gold), _by_label(guess)
    return Found(precision=_covered(other, one), recall=_covered(one, other))


def characters(gold: Spans, guess: Spans) -> Found:
    """Score the characters that stand in any span, over all documents.

    Examples
    --------
    >>> characters({"d": [Mark(start=0, stop=4, label="x")]}, {"d": [Mark(start=2, stop=4, label="x")]})
    Found(precision=1.0, recall=0.5)
    """
    one = {(doc, place) for doc, marks in gold.items() for span in _merged(marks) for place in range(*span)}
    other = {(doc, place) for doc, marks in guess.items() for span in _merged(marks) for place in range(*span)}
    right = len(one & other)
    return Found(precision=right / len(other) if other else 0.0, recall=right / len(one) if one else 0.0)


def average_precision(gold: Sequence[bool], score: ArrayLike) -> float:
    """Return the mean precision at each true text, best score first; of equal scores the first in the list is first.

    Examples
    --------
    >>> round(average_precision([True, False, True], [0.9, 0.8, 0.1]), 4)
    0.8333
    """
    truth = np.asarray(gold, dtype=bool)
    given = _numbers(score)
    _same_length(truth, given)
    if not truth.any():
        raise ValueError("Average precision does not exist where no text is true.")
    ranked = truth[np.argsort(-given, kind="stable")]
    right = np.cumsum(ranked) / np.arange(1, len(ranked) + 1)
    return float(right[ranked].mean())


def _numbers(values: ArrayLike) -> NDArray[np.float64]:
    return np.asarray(values, dtype=np.float64)


def _same_length(one: NDArray[np.generic], other: NDArray[np.generic]) -> None:
    if one.shape != other.shape or one.ndim != 1 or not one.size:
        raise ValueError(f"Two rows of the same length are needed, not {one.shape} and {other.shape}.")


def _f1(gold: NDArray[np.bool_], guess: NDArray[np.bool_]) -> float:
    both = int(gold.sum()) + int(guess.sum())
    return 2 * int((gold & guess).sum()) / both if both else 0.0


def _listed(spans: Spans, labels: Collection[str]) -> set[tuple[str, Mark]]:
    return {(doc, mark) for doc, marks in spans.items() for mark in marks if mark.label in labels}


def _merged(marks: Iterable[Mark]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for mark in sorted(marks):
        if merged and mark.start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], mark.stop))
        else:
            merged.append((mark.start, mark.stop))
    return merged


def _by_label(spans: Spans) -> dict[tuple[str, str], list[tuple[int, int]]]:
    labels = {(doc, mark.label) for doc, marks in spans.items() for mark in marks}
    return {(doc, label): _merged(mark for mark in spans[doc] if mark.label == label) for doc, label in sorted(labels)}


def _covered(spans: Mapping[Key, list[tuple[int, int]]], by: Mapping[Key, list[tuple[int, int]]]) -> float:
    """Return the mean share of a span that the others cover."""
    shares = [
        sum(max(0, min(stop, end) - max(start, begin)) for begin, end in by.get(doc, ())) / (stop - start)
        for doc, found in spans.items()
        for start, stop in found
    ]
    return float(np.mean(shares)) if shares else 0.0
