"""Where a head says yes: thresholds and biases, chosen on the part of train that was not learnt from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenor.annotate.decode import log_softmax, spans
from training.samples import FIRST, OUT, Sample, batch, batches
from training.tasks import ANY, LABELS, MARKED, SENTENCE, SPANS

Floats = NDArray[np.floating[Any]]
# Ids, mask and targets -> the graph's outputs by name.
Run = Callable[[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]], Mapping[str, Floats]]
CUTS = np.round(np.arange(0.04, 0.8, 0.02), 2)
BIASES = np.round(np.arange(-2.0, 2.01, 0.25), 2)
COSTS = np.round(np.arange(0.0, 4.01, 0.5), 2)
# A label or task with fewer true cases than this takes what is best over all, or no bias.
FEWEST = 15
FEWEST_TEXTS = 150
# What is as good as the best; and what biases must win: a standard error, of the few hundred texts that choose them.
NEAR, LEAST = 0.002, 0.02
TOKENS = 1_024


@dataclass(frozen=True, slots=True)
class Raw:
    """What the graph says of one sample; ``marked`` has one row of scores a mark, all marked tasks side by side."""

    sample: Sample
    sentence: Floats
    tokens: Floats
    marked: Floats


def raw(run: Run, some: Sequence[Sample], padding: int) -> Iterator[Raw]:
    """Yield what the graph says of each sample."""
    for found in batches(some, TOKENS, 0):
        ready = batch(found, padding)
        most = max(1, *(len(sample.marked) for sample in found)) if len(found) > 1 else max(1, len(found[0].marked))
        targets = np.zeros((len(found), most, ready.ids.shape[1]), np.float32)
        for row, sample in enumerate(found):
            for place, (_, first, last, _) in enumerate(sample.marked):
                targets[row, place, first : last + 1] = 1 / (last + 1 - first)
        said = run(ready.ids.numpy(), ready.mask.numpy(), targets)
        for row, sample in enumerate(found):
            size = len(sample.ids)
            yield Raw(
                sample, said["sentence"][row], said["tokens"][row, :size], said["marked"][row, : len(sample.marked)]
            )


def cuts(task_labels: Sequence[str], chances: Floats, truth: Floats) -> list[float]:
    """Return each label's threshold of greatest F1; a rare label takes the one that serves all labels best."""
    if not len(truth):
        return [0.5] * len(task_labels)
    reached = np.array([_f1(chances >= cut, truth > 0.5) for cut in CUTS])
    common = CUTS[_middle_of_best(reached.mean(1))]
    enough = truth.sum(0) >= FEWEST
    return [float(CUTS[_middle_of_best(reached[:, k])] if enough[k] else common) for k in range(len(task_labels))]


def class_biases(logs: Floats, truth: NDArray[np.int64]) -> list[float]:
    """Return what to add to each class's log-probability for the greatest macro-F1, one class after the other.

    What wins less than `LEAST` is luck, and nothing is added.
    """
    many = logs.shape[1]
    biases = np.zeros(many)
    if len(truth) < FEWEST_TEXTS or np.bincount(truth, minlength=many).min() < FEWEST:
        return [0.0] * many
    for _ in range(2):
        for place in range(1, many):
            tried = [biases + np.where(np.arange(many) == place, step - biases[place], 0) for step in BIASES]
            reached = [_macro((logs + some).argmax(1), truth, many) for some in tried]
            biases = tried[_middle_of_best(np.array(reached))]
    won = _macro((logs + biases).argmax(1), truth, many) - _macro(logs.argmax(1), truth, many)
    return [float(bias) for bias in biases] if won >= LEAST else [0.0] * many


def span_settings(found: Sequence[Raw], name: str, labels: Sequence[str]) -> dict[str, list[float]]:
    """Return each label's bias towards outside and the cost of a span, for the greatest exact F1 (`ANY`: of tokens).

    The bias is sought without a cost, then the cost with this bias, then the bias again.
    """
    some = [one for one in found if name in one.sample.tags]
    begin = LABELS.index((name, labels[0]))
    chosen = []
    for place, label in enumerate(labels):
        # The two tokens at the ends stand nowhere; the runtime leaves them out too.
        truth = [np.array(one.sample.tags[name][place][1:-1]) for one in some]
        if sum(int((tags == FIRST).sum()) for tags in truth) < FEWEST:
            chosen.append((0.0, 0.0))
            continue
        scores = [one.tokens[1:-1, begin + place] for one in some]

        def reached(bias: float, cost: float, label: str = label, scores: Any = scores, truth: Any = truth) -> float:
            return _span_f1(scores, truth, (bias, cost), whole=label != ANY)

        chosen.append(_bias_and_cost(reached))
    return {"biases": [bias for bias, _ in chosen], "costs": [cost for _, cost in chosen]}


def _bias_and_cost(reached: Callable[[float, float], float]) -> tuple[float, float]:
    bias = float(BIASES[_middle_of_best(np.array([reached(bias, 0.0) for bias in BIASES]))])
    cost = float(COSTS[_middle_of_best(np.array([reached(bias, cost) for cost in COSTS]))])
    if not cost:
        return bias, cost
    return float(BIASES[_middle_of_best(np.array([reached(bias, cost) for bias in BIASES]))]), cost


def settings(found: Sequence[Raw]) -> dict[str, dict[str, list[float]]]:
    """Return for each task its thresholds, or its biases, and of spans the costs, by the manifest's names."""
    made: dict[str, dict[str, list[float]]] = {}
    begin = 0
    for task in SENTENCE:
        end = begin + len(task.labels)
        some = [one for one in found if task.name in one.sample.golds]
        scores = np.array([one.sentence[begin:end] for one in some]).reshape(-1, len(task.labels))
        truth = np.array([one.sample.golds[task.name] for one in some])
        if task.head == "labels":
            chances = 1 / (1 + np.exp(-scores))
            made[task.name] = {"thresholds": cuts(task.labels, chances, truth.reshape(-1, len(task.labels)))}
        elif task.head == "classes":
            made[task.name] = {"biases": class_biases(log_softmax(scores), truth.reshape(-1).astype(np.int64))}
        begin = end
    begin = 0
    for task in MARKED:
        end = begin + len(task.labels)
        rows = [
            (one.marked[place, begin:end], mark[3])
            for one in found
            for place, mark in enumerate(one.sample.marked)
            if mark[0] == task.name
        ]
        logs = log_softmax(np.array([scores for scores, _ in rows]).reshape(-1, len(task.labels)))
        made[task.name] = {"biases": class_biases(logs, np.array([gold for _, gold in rows], np.int64))}
        begin = end
    for name, labels in SPANS:
        made[name] = span_settings(found, name, labels)
    return made


def _middle_of_best(reached: Floats) -> int:
    """Return the middle of those near the best: a peak of one step is luck."""
    near = np.flatnonzero(reached >= reached.max() - NEAR)
    return int(near[len(near) // 2])


def _f1(guess: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Floats:
    both = guess.sum(0) + truth.sum(0)
    return np.where(both > 0, 2 * (guess & truth).sum(0) / np.maximum(both, 1), 0.0)


def _macro(guess: NDArray[np.int64], truth: NDArray[np.int64], many: int) -> float:
    kinds = np.arange(many)
    return float(_f1(guess[:, None] == kinds, truth[:, None] == kinds).mean())


def _span_f1(
    scores: Sequence[Floats], truth: Sequence[NDArray[np.int64]], at: tuple[float, float], *, whole: bool
) -> float:
    right = said = wanted = 0
    size = max(len(one) for one in scores)
    table = np.zeros((len(scores), size, 1, 3))
    for row, one in enumerate(scores):
        table[row, : len(one), 0] = one
    runs = spans(table, np.array([len(one) for one in scores]), np.array(at[:1]), np.array(at[1:]))
    guessed: list[set[tuple[int, int]]] = [set() for _ in scores]
    for row, first, last in zip(runs.row.tolist(), runs.first.tolist(), runs.last.tolist(), strict=True):
        guessed[row].add((first, last))
    for row, tags in enumerate(truth):
        if whole:
            firsts = np.flatnonzero(tags == FIRST)
            gold = {(int(first), _last(tags, int(first))) for first in firsts}
            right, said, wanted = right + len(gold & guessed[row]), said + len(guessed[row]), wanted + len(gold)
        else:
            inside = {token for first, last in guessed[row] for token in range(first, last + 1)}
            true = set(np.flatnonzero(tags != OUT).tolist())
            right, said, wanted = right + len(true & inside), said + len(inside), wanted + len(true)
    return 2 * right / max(said + wanted, 1)


def _last(tags: NDArray[np.int64], first: int) -> int:
    last = first
    while last + 1 < len(tags) and tags[last + 1] not in (OUT, FIRST):
        last += 1
    return last
