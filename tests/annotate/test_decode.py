"""Scores of tokens to spans: held against all orders of tags that there are."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tenor.annotate.decode import FIRST, INSIDE, OUTSIDE, Runs, log_softmax, spans

Scores = NDArray[np.float64]


@st.composite
def tables(draw: st.DrawFn, texts: int = 2, labels: int = 2, *, least: int = 0) -> tuple[Scores, NDArray[np.int64]]:
    """Return raw scores of some texts of up to five tokens, and the texts' lengths."""
    tokens = draw(st.integers(1, 5))
    lengths = draw(st.lists(st.integers(least, tokens), min_size=texts, max_size=texts))
    seed = draw(st.integers(0, 2**32 - 1))
    spread = draw(st.sampled_from([0.3, 2.0, 20.0]))
    scores = np.random.default_rng(seed).normal(0, spread, (texts, tokens, labels, 3))
    return scores, np.array(lengths)


def tags_of(found: Runs, text: int, label: int, length: int) -> list[int]:
    tags = [OUTSIDE] * length
    for place in np.flatnonzero((found.row == text) & (found.label == label)).tolist():
        first, last = int(found.first[place]), int(found.last[place])
        tags[first : last + 1] = [FIRST, *[INSIDE] * (last - first)]
    return tags


def worth(scores: Scores, tags: list[int], bias: float, cost: float = 0.0) -> float:
    """Return the log-probability of an order of tags for one text and label, with the bias and the spans' costs."""
    logs = log_softmax(scores)
    return sum(
        float(logs[place, tag]) + bias * (tag == OUTSIDE) - cost * (tag == FIRST) for place, tag in enumerate(tags)
    )


def allowed(tags: tuple[int, ...]) -> bool:
    return all(tag != INSIDE or before != OUTSIDE for before, tag in zip((OUTSIDE, *tags), tags, strict=False))


PAIRS = st.tuples(st.floats(-3, 3), st.floats(-3, 3))


@given(tables(), PAIRS, st.none() | PAIRS)
@settings(max_examples=80, deadline=None)
def test_no_order_of_tags_is_likelier(
    table: tuple[Scores, NDArray[np.int64]], biases: tuple[float, float], costs: tuple[float, float] | None
) -> None:
    scores, lengths = table
    found = spans(scores, lengths, np.array(biases), None if costs is None else np.array(costs))
    costs = costs or (0.0, 0.0)
    for text, label in product(range(2), range(2)):
        own, length = scores[text, :, label], int(lengths[text])
        every = [list(tags) for tags in product(range(3), repeat=length) if allowed(tags)]
        best = max(worth(own, tags, biases[label], costs[label]) for tags in every)
        tags = tags_of(found, text, label, length)
        assert allowed(tuple(tags))
        assert worth(own, tags, biases[label], costs[label]) == pytest.approx(best, abs=1e-9)


@given(tables(), st.lists(st.floats(-4, 4), min_size=2, max_size=2, unique=True).map(sorted))
@settings(max_examples=80, deadline=None)
def test_a_greater_bias_finds_no_more_tokens(table: tuple[Scores, NDArray[np.int64]], biases: list[float]) -> None:
    few, more = (spans(*table, np.full(2, bias)) for bias in reversed(biases))
    assert (few.last + 1 - few.first).sum() <= (more.last + 1 - more.first).sum()


@given(tables())
@settings(max_examples=80, deadline=None)
def test_spans_lie_in_their_text_in_order_and_apart(table: tuple[Scores, NDArray[np.int64]]) -> None:
    scores, lengths = table
    found = spans(scores, lengths, np.zeros(2))
    assert (found.first >= 0).all()
    assert (found.first <= found.last).all()
    assert (found.last < lengths[found.row]).all()
    items = list(zip(found.row.tolist(), found.label.tolist(), found.first.tolist(), found.last.tolist(), strict=True))
    assert items == sorted(items)
    assert all(one[:2] != other[:2] or one[3] < other[2] for one, other in pairwise(items))
    # The score is the mean chance of the tokens not to be outside.
    chances = 1 - np.exp(log_softmax(scores))[..., OUTSIDE]
    wanted = [chances[row, first : last + 1, label].mean() for row, label, first, last in items]
    np.testing.assert_allclose(found.score, wanted, atol=1e-12)


@given(tables(least=1), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_padding_and_other_texts_change_nothing(table: tuple[Scores, NDArray[np.int64]], padding: int) -> None:
    scores, lengths = table
    wild = np.random.default_rng(padding).normal(0, 30, (2, padding, 2, 3))
    padded = np.concatenate([scores, wild], 1)
    for text, length in enumerate(lengths.tolist()):
        padded[text, length:] = (-9.0, 9.0, 9.0)  # what follows would all be spans
    together = spans(padded, lengths, np.zeros(2))
    for text, length in enumerate(lengths.tolist()):
        alone = spans(scores[text : text + 1, :length], np.array([length]), np.zeros(2))
        mine = together.row == text
        for name in ("label", "first", "last"):
            assert getattr(together, name)[mine].tolist() == getattr(alone, name).tolist()
        np.testing.assert_allclose(together.score[mine], alone.score, atol=1e-12)


def sure(*tags: int, by: float = 9.0) -> Scores:
    """Return scores of one text and label that leave no doubt."""
    return (by * np.eye(3)[list(tags)])[None, :, None, :]


def found_in(scores: Scores, bias: float = 0.0) -> list[tuple[int, int]]:
    found = spans(scores, np.array([scores.shape[1]]), np.array([bias]))
    return list(zip(found.first.tolist(), found.last.tolist(), strict=True))


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        ((OUTSIDE, OUTSIDE), []),
        ((FIRST,), [(0, 0)]),
        ((FIRST, INSIDE, INSIDE), [(0, 2)]),
        ((FIRST, FIRST, INSIDE), [(0, 0), (1, 2)]),  # two that touch
        ((OUTSIDE, FIRST, OUTSIDE, FIRST), [(1, 1), (3, 3)]),
    ],
)
def test_sure_tags_give_their_spans(tags: tuple[int, ...], wanted: list[tuple[int, int]]) -> None:
    assert found_in(sure(*tags)) == wanted


def test_a_span_does_not_fall_apart_over_one_doubtful_token() -> None:
    # Outside is a little likelier at the third token, but what follows would be left without a first.
    scores = sure(FIRST, INSIDE, INSIDE, INSIDE)
    scores[0, 2, 0] = (1.0, -9.0, 0.0)
    assert found_in(scores) == [(0, 3)]


def test_inside_without_a_first_is_no_span_unless_a_first_is_likely_enough() -> None:
    scores = np.array([[9.0, 0.0, 0.0], [0.0, -2.0, 3.0], [9.0, 0.0, 0.0]])[None, :, None, :]
    assert found_in(scores) == []
    scores[0, 1, 0, FIRST] = 1.0
    assert found_in(scores) == [(1, 1)]


def test_a_bias_is_worth_as_much_as_a_difference_of_scores() -> None:
    scores = np.array([[0.0, 1.5, -30.0]])[None, :, None, :]
    assert found_in(scores, 1.4) == [(0, 0)]
    assert found_in(scores, 1.6) == []


def test_a_bias_may_part_one_span_into_two() -> None:
    scores = np.array([[0.0, 9.0, 0.0], [0.0, -9.0, 1.0], [0.0, 8.9, 9.0]])[None, :, None, :]
    assert found_in(scores) == [(0, 2)]
    assert found_in(scores, 2.0) == [(0, 0), (2, 2)]


def test_each_label_has_its_own_spans_and_bias() -> None:
    scores = np.concatenate([sure(FIRST, INSIDE, by=1.0)] * 3, 2)
    found = spans(scores, np.array([2]), np.array([0.0, 5.0, 0.0]))
    assert found.label.tolist() == [0, 2]
    assert found.last.tolist() == [1, 1]


def test_whole_numbers_of_32_bits_and_great_scores_do_no_harm() -> None:
    scores = 1e4 * sure(FIRST, INSIDE, OUTSIDE).astype(np.float32)
    found = spans(scores, np.array([3], np.int32), np.zeros(1, np.float32))
    assert (found.first.tolist(), found.last.tolist()) == ([0], [1])
    assert found.score.tolist() == [1.0]


def test_a_long_text_of_32_bits_keeps_every_span() -> None:
    tags = ([OUTSIDE, FIRST, INSIDE] * 200)[:512]
    found = found_in(sure(*tags).astype(np.float32))
    assert found == [(place, min(place + 1, 511)) for place in range(1, 512, 3)]


@pytest.mark.parametrize("shape", [(0, 4, 2, 3), (2, 0, 2, 3), (2, 4, 0, 3)])
def test_nothing_in_nothing_out(shape: tuple[int, ...]) -> None:
    found = spans(np.zeros(shape), np.zeros(shape[0], np.int64), np.zeros(shape[2]))
    assert [len(part) for part in found] == [0] * 5


def test_texts_without_a_token_beside_one_with() -> None:
    found = spans(np.concatenate([sure(FIRST)] * 3), np.array([0, 1, 0]), np.zeros(1))
    assert (found.row.tolist(), found.first.tolist()) == ([1], [0])


def test_the_scores_stay_as_they_are() -> None:
    scores = sure(FIRST, INSIDE)
    before = scores.copy()
    spans(scores, np.array([1]), np.array([2.0]))
    assert (scores == before).all()


@pytest.mark.parametrize(
    ("shape", "lengths", "biases"), [((1, 2, 1, 2), 1, 1), ((2, 2, 1, 3), 1, 1), ((1, 2, 2, 3), 1, 1)]
)
def test_shapes_that_do_not_fit_are_refused(shape: tuple[int, ...], lengths: int, biases: int) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        spans(np.zeros(shape), np.ones(lengths, np.int64), np.zeros(biases))


def test_a_cost_for_another_number_of_labels_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit"):
        spans(np.zeros((1, 2, 2, 3)), np.ones(1, np.int64), np.zeros(2), np.zeros(1))


@given(tables(), st.lists(st.floats(-4, 4), min_size=2, max_size=2, unique=True).map(sorted))
@settings(max_examples=80, deadline=None)
def test_a_greater_cost_finds_no_more_spans(table: tuple[Scores, NDArray[np.int64]], costs: list[float]) -> None:
    few, more = (spans(*table, np.zeros(2), np.full(2, cost)) for cost in reversed(costs))
    assert len(few.row) <= len(more.row)


def test_log_softmax_by_hand() -> None:
    found = np.exp(log_softmax(np.array([[0.0, np.log(3)], [1e4, 0.0]])))
    np.testing.assert_allclose(found, [[0.25, 0.75], [1.0, 0.0]], atol=1e-12)
