"""Thresholds and biases: the optimum of scores that were made by hand."""

from __future__ import annotations

from math import log

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch", reason="torch is not installed")

from training.samples import Sample
from training.tasks import ANY, LABELS, MARKED, SENTENCE, SPANS, TASKS, UNANSWERED
from training.thresholds import Raw, class_biases, cuts, raw, settings, span_settings

from tests.training import toys
from training import thresholds as module

WIDTHS = sum(len(task.labels) for task in SENTENCE), sum(len(task.labels) for task in MARKED)


def column(*parts: tuple[float, int]) -> NDArray[np.float64]:
    return np.concatenate([np.full(many, value) for value, many in parts])


# Of a hundred texts, twenty are surely so, twenty probably, sixty not.
COMMON = column((0.9, 20), (0.5, 20), (0.3, 60))
COMMON_TRUE = column((1, 40), (0, 60))
# Three are so, and one looks nearly like them.
RARE = column((0.7, 3), (0.6, 1), (0.1, 96))
RARE_TRUE = column((1, 3), (0, 97))


def test_the_threshold_of_greatest_f1() -> None:
    (cut,) = cuts(["a"], COMMON[:, None], COMMON_TRUE[:, None])
    assert 0.3 < cut <= 0.5
    # If only the sure ones are true.
    (cut,) = cuts(["a"], COMMON[:, None], column((1, 20), (0, 80))[:, None])
    assert 0.5 < cut < 0.8


def test_a_rare_label_takes_what_serves_all_best() -> None:
    # Alone the rare label would be best above .6; at all of them together it is best from .3 to .5:
    # (1 + 6/7) / 2 = .93 against (2/3 + 1) / 2 = .83.
    chances, truth = np.stack([COMMON, RARE], 1), np.stack([COMMON_TRUE, RARE_TRUE], 1)
    common, rare = cuts(["a", "b"], chances, truth)
    assert 0.3 < common <= 0.5
    assert 0.3 < rare <= 0.5
    # Five times as many texts, and it is no longer rare.
    common, rare = cuts(["a", "b"], np.tile(chances, (5, 1)), np.tile(truth, (5, 1)))
    assert 0.3 < common <= 0.5
    assert 0.6 < rare <= 0.7


def test_without_a_text_a_threshold_is_in_the_middle() -> None:
    assert cuts(["a", "b"], np.zeros((0, 2)), np.zeros((0, 2))) == [0.5, 0.5]


def logs(*parts: tuple[float, int]) -> NDArray[np.float64]:
    """Return scores of two classes, given how much likelier the second is."""
    second = column(*parts)
    return np.stack([np.zeros(len(second)), second], 1)


def test_the_bias_of_greatest_macro_f1() -> None:
    # All are taken for the first class; from 1.1 to 1.9 the bias parts them rightly: 1.25, 1.5 or 1.75.
    scores, truth = logs((-1.1, 100), (-1.9, 100)), column((1, 100), (0, 100)).astype(np.int64)
    assert class_biases(scores, truth) == [0.0, 1.5]
    assert class_biases(-scores[:, ::-1], truth) == [0.0, 1.5]
    # Too many are taken for the second class.
    assert class_biases(logs((1.9, 100), (1.1, 100)), truth) == [0.0, -1.5]


def test_each_class_has_a_bias_of_its_own() -> None:
    scores = np.zeros((300, 3))
    scores[100:200, 1], scores[200:, 2] = -0.6, -1.6
    scores[:100, 1:], scores[100:200, 2], scores[200:, 1] = -9, -9, -9
    biases = class_biases(scores, np.repeat([0, 1, 2], 100))
    assert biases[0] == 0
    assert biases[1] > 0.6
    assert biases[2] > 1.6


def test_no_bias_is_greater_than_those_tried() -> None:
    # Half of the second class is found from 1.1 on, the other half would be at 2.6.
    scores = logs((-1.1, 50), (-2.6, 50), (-9.0, 100))
    assert class_biases(scores, column((1, 100), (0, 100)).astype(np.int64)) == [0.0, 1.75]


def test_too_few_texts_give_no_bias() -> None:
    scores, truth = logs((-1.1, 100), (-1.9, 100)), column((1, 100), (0, 100)).astype(np.int64)
    assert class_biases(scores[25:174], truth[25:174]) == [0.0, 0.0]  # 149 texts
    assert class_biases(scores[25:175], truth[25:175]) == [0.0, 1.5]
    assert class_biases(scores[86:], truth[86:]) == [0.0, 0.0]  # 14 of the second class, which is too few
    assert class_biases(scores[:114], truth[:114]) == [0.0, 0.0]
    assert class_biases(np.zeros((0, 2)), np.zeros(0, np.int64)) == [0.0, 0.0]


def toy(name: str, tags: tuple[tuple[int, ...], ...], scores: NDArray[np.float64]) -> Raw:
    """Return a text of one span task whose labels all have the same scores, (tokens, 3)."""
    sample = Sample(text="x", lang="en", sources=("toy",), ids=(0,) * len(scores), tags={name: tags})
    tokens = np.zeros((len(scores), len(LABELS), 3))
    tokens[:] = scores[:, None]
    return Raw(sample, np.zeros(WIDTHS[0]), tokens, np.zeros((0, WIDTHS[1])))


def shy(by: float, others: float) -> NDArray[np.float64]:
    """Return scores of five tokens; the second is by so much likelier outside than first, the others by another."""
    scores = np.full((5, 3), -30.0)
    scores[:, 0] = 0.0
    scores[:, 1] = -others
    scores[1, 1] = -by
    return scores


def biases_of(found: list[Raw], name: str, labels: list[str] | tuple[str, ...]) -> list[float]:
    """Return the biases, where no span should cost anything."""
    made = span_settings(found, name, labels)
    assert made["costs"] == [0.0] * len(labels)
    return made["biases"]


def test_the_bias_that_finds_the_spans() -> None:
    some = [toy("loaded", ((0, 1, 0, 0, 0),), shy(1.1, 3.0))] * 15
    # Every bias below -1.1 finds them, and none finds another: -2, -1.75, -1.5, -1.25.
    assert biases_of(some, "loaded", ["biased_word"]) == [-1.5]
    eager = [toy("loaded", ((0, 1, 0, 0, 0),), shy(-9.0, -1.1))] * 15
    # Without a cost 1.25 to 2 finds the span alone. Then every cost does as well, and with 2 each bias from -.75 to 2.
    assert span_settings(eager, "loaded", ["biased_word"]) == {"biases": [0.75], "costs": [2.0]}


def test_a_cost_keeps_a_span_from_falling_apart() -> None:
    # Gold is one span of four tokens; the third is by 1.1 likelier first than inside. Nothing is doubtful else.
    scores = np.full((6, 3), -30.0)
    scores[[0, 5], 0] = 0.0
    scores[1, 1] = scores[2, 2] = scores[4, 2] = scores[3, 1] = 0.0
    scores[3, 2] = -1.1
    some = [toy("loaded", ((0, 1, 2, 2, 2, 0),), scores)] * 15
    # Whole where a span costs more than 1.1: 1.5, 2, 2.5, 3, 3.5, 4. The bias then changes nothing.
    assert span_settings(some, "loaded", ["biased_word"]) == {"biases": [0.0], "costs": [3.0]}


def test_each_label_has_a_bias_of_its_own() -> None:
    one = toy("feeling", ((0, 1, 0, 0, 0),) * 2, shy(1.1, 3.0))
    one.tokens[:, LABELS.index(("feeling", "experiencer"))] = shy(-9.0, 9.0)  # found whatever the bias
    made = span_settings([one] * 15, "feeling", ["experiencer", "emotion_cue"])
    assert made == {"biases": [0.0, -1.5], "costs": [2.0, 0.0]}


def test_too_few_spans_give_no_bias() -> None:
    some = [toy("loaded", ((0, 1, 0, 0, 0),), shy(1.1, 3.0))] * 14
    assert biases_of(some, "loaded", ["biased_word"]) == [0.0]
    assert biases_of([], "loaded", ["biased_word"]) == [0.0]
    # Texts of another task do not count.
    other = [toy("feeling", ((0, 1, 0, 0, 0),) * 2, shy(1.1, 3.0))]
    assert biases_of(some + other, "loaded", ["biased_word"]) == [0.0]


def test_a_span_counts_as_found_only_with_both_its_ends() -> None:
    # Two tokens are gold, the second is found from -1.6 on: before that the span is found in part only.
    scores = np.array([[0, -9, -9], [0, -0.6, -9], [0, -9, -1.6], [0, -9, -9]], float)
    some = [toy("loaded", ((0, 1, 2, 0),), scores)] * 15
    # -2 and -1.75 find it whole; it may cost up to 1.3: 0, 0.5, 1.
    assert span_settings(some, "loaded", ["biased_word"]) == {"biases": [-1.75], "costs": [0.5]}


def test_any_technique_is_judged_by_its_tokens() -> None:
    names = dict(SPANS)["technique"]
    gold = tuple((0, 1, 2, 0, 0) if name == ANY else (0,) * 5 for name in names)
    # The second gold token is out of reach of every bias: no span is ever whole, but half its tokens are found.
    some = [toy("technique", gold, shy(1.1, 3.0))] * 15
    biases = dict(zip(names, biases_of(some, "technique", names), strict=True))
    assert biases.pop(ANY) == -1.5
    assert set(biases.values()) == {0.0}


def test_the_graph_is_asked_about_every_text_and_mark() -> None:
    marks = (("tone", 1, 1, 0), ("role", 2, 3, 1))
    ids = {"a": 5, "b": 3, "c": 5}
    some = [
        Sample(text=name, lang="en", sources=("toy",), ids=tuple(range(size)), marked=marks if name == "a" else ())
        for name, size in ids.items()
    ]

    def run(
        ids: NDArray[np.int64], mask: NDArray[np.int64], targets: NDArray[np.float32]
    ) -> dict[str, NDArray[np.float64]]:
        tokens = ids.shape[1]
        assert targets.dtype == np.float32
        lengths = mask.sum(1).astype(float)
        return {
            "sentence": np.repeat(lengths[:, None], WIDTHS[0], 1),
            "tokens": np.repeat(ids[:, :, None, None] * np.ones(3), len(LABELS), 2),
            # Where a target's middle lies.
            "marked": np.repeat((targets @ np.arange(tokens))[:, :, None], WIDTHS[1], 2),
        }

    found = {one.sample.text: one for one in raw(run, some, toys.PAD)}
    assert found.keys() == ids.keys()
    for name, size in ids.items():
        assert (found[name].sentence == size).all()
        assert found[name].tokens.shape == (size, len(LABELS), 3)
        assert found[name].tokens[:, 0, 0].tolist() == list(range(size))
    assert found["a"].marked[:, 0].tolist() == [1.0, 2.5]
    assert found["b"].marked.shape == (0, WIDTHS[1])


def test_settings_name_every_task_and_read_their_own_columns() -> None:
    labels = [(task.name, label) for task in SENTENCE for label in task.labels]
    marked = [(task.name, label) for task in MARKED for label in task.labels]
    found = []
    for place in range(300):
        yes, tone = place % 2, place % 3
        sentence, mark = np.zeros(WIDTHS[0]), np.zeros((1, WIDTHS[1]))
        sentence[labels.index(("npov", "yes"))] = -1.1 if yes else -1.9
        sentence[labels.index(("frames", "MO"))] = log(0.5 / 0.5) if yes else log(0.3 / 0.7)
        mark[0, marked.index(("tone", "positive"))] = -1.1 if tone == 2 else -9.0
        mark[0, marked.index(("tone", "negative"))] = 9.0 if tone == 0 else 0.0
        if tone == 2:
            mark[0, marked.index(("tone", "neutral"))] = 0.0
            mark[0, marked.index(("tone", "negative"))] = -9.0
        golds = {"npov": (float(yes),), "frames": (0.0, 0.0, 0.0, float(yes), 0.0)}
        gold = Sample(text="x", lang="en", sources=("t",), ids=(0, 2), golds=golds, marked=(("tone", 1, 1, tone),))
        found.append(Raw(gold, sentence, np.zeros((2, len(LABELS), 3)), mark))
    made = settings(found)
    assert made.keys() == {name for name, task in TASKS.items() if task.head != "regression"} - set(UNANSWERED)
    assert made["npov"] == {"biases": [0.0, 1.5]}
    assert made["biased"] == {"biases": [0.0, 0.0]}
    assert 0.3 < made["frames"]["thresholds"][3] <= 0.5
    assert made["tone"]["biases"][2] > 1.1
    assert made["role"] == {"biases": [0.0] * 3}
    assert made["quote"] == {"biases": [0.0] * 3, "costs": [0.0] * 3}
    for task in SENTENCE + MARKED:
        assert all(len(numbers) == len(task.labels) for numbers in made.get(task.name, {}).values())


def test_a_peak_of_one_step_is_luck() -> None:
    assert module._middle_of_best(np.array([0.1, 0.5, 0.499, 0.4985, 0.2])) == 2
    assert module._middle_of_best(np.array([0.1, 0.2, 0.9])) == 2
