"""Scores of tokens -> spans: the likeliest order of outside, first and inside, for all texts and labels at once."""

from __future__ import annotations

from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Whole = NDArray[np.int64]
# What a token is to a label.
OUTSIDE, FIRST, INSIDE = 0, 1, 2
_NEVER = -1e9


class Runs(NamedTuple):
    """Spans as token numbers, one item a span, in order of text, label and place.

    ``first`` and ``last`` both belong to the span; ``score`` is the mean probability of its tokens not to be outside.
    """

    row: Whole
    label: Whole
    first: Whole
    last: Whole
    score: NDArray[np.float64]


def log_softmax(scores: Floats) -> Floats:
    """Return the logarithms of the probabilities along the last axis.

    Examples
    --------
    >>> np.exp(log_softmax(np.array([0.0, 0.0]))).tolist()
    [0.5, 0.5]
    """
    # Column by column: numpy is five times slower along a last axis of three.
    parts = [scores[..., place] for place in range(scores.shape[-1])]
    top = reduce(np.maximum, parts)
    total: Floats = top + np.log(sum(np.exp(part - top) for part in parts))
    return scores - total[..., None]


def spans(scores: Floats, lengths: NDArray[np.integer[Any]], biases: Floats, costs: Floats | None = None) -> Runs:
    """Return the spans of each label in each text.

    A span's first token is tagged first, the others inside; inside never follows outside. Of all such orders the
    likeliest is taken (Viterbi), so that a span does not fall apart over one doubtful token.

    Parameters
    ----------
    scores
        Raw scores of outside, first and inside, shape (texts, tokens, labels, 3).
    lengths
        How many tokens each text has; what follows is padding.
    biases
        Added to each label's log-probability of outside, shape (labels,): more than 0 finds fewer tokens.
    costs
        What each span of a label costs, in log-probability, shape (labels,): more than 0 finds fewer and longer spans.
        None cost nothing.

    Returns
    -------
    Runs
        The spans. Spans of one label never overlap.

    Raises
    ------
    ValueError
        The shapes do not fit.

    Examples
    --------
    >>> sure = 9 * np.eye(3)[[OUTSIDE, FIRST, INSIDE, OUTSIDE]]
    >>> found = spans(sure[None, :, None, :], np.array([4]), np.zeros(1))
    >>> found.first.tolist(), found.last.tolist()
    ([1], [2])
    """
    texts, tokens, labels, tags = scores.shape
    costs = np.zeros(labels, biases.dtype) if costs is None else costs
    if tags != 3 or lengths.shape != (texts,) or {biases.shape, costs.shape} != {(labels,)}:
        shapes = f"{biases.shape} and costs {costs.shape}"
        raise ValueError(f"Scores {scores.shape}, lengths {lengths.shape}, biases {shapes} do not fit.")
    if not scores.size:
        nothing = np.zeros(0, np.int64)
        return Runs(nothing, nothing, nothing, nothing, np.zeros(0))
    logs = log_softmax(scores)
    chance = 1 - np.exp(logs[..., OUTSIDE])
    logs[..., OUTSIDE] += biases
    logs[..., FIRST] -= costs
    padding = np.arange(tokens) >= lengths[:, None]
    logs[padding] = (0.0, _NEVER, _NEVER)
    return _runs(_tags(logs), chance)


def _tags(logs: Floats) -> NDArray[np.int8]:
    """Return the likeliest tags, shape (texts, labels, tokens)."""
    texts, tokens, labels, _ = logs.shape
    best = logs[:, 0].copy()
    best[..., INSIDE] = _NEVER
    came = np.zeros((tokens, texts, labels, 2), np.int8)  # before outside or first; before inside
    for token in range(1, tokens):
        inner = np.where(best[..., FIRST] >= best[..., INSIDE], FIRST, INSIDE).astype(np.int8)
        top = np.maximum(best[..., FIRST], best[..., INSIDE])
        out = best[..., OUTSIDE] >= top
        came[token, ..., 0], came[token, ..., 1] = np.where(out, OUTSIDE, inner), inner
        any_before = np.where(out, best[..., OUTSIDE], top)
        best = logs[:, token] + np.stack([any_before, any_before, top], -1)
    tags = np.empty((tokens, texts, labels), np.int8)
    tags[-1] = best.argmax(-1)
    for token in range(tokens - 1, 0, -1):
        tags[token - 1] = np.where(tags[token] == INSIDE, came[token, ..., 1], came[token, ..., 0])
    return np.ascontiguousarray(tags.transpose(1, 2, 0))


def _runs(tags: NDArray[np.int8], chance: Floats) -> Runs:
    begins = tags == FIRST
    following = np.concatenate([tags[..., 1:], np.zeros_like(tags[..., :1])], -1)
    ends = (tags != OUTSIDE) & (following != INSIDE)
    row, label, first = np.nonzero(begins)
    last = np.nonzero(ends)[2]
    sums = np.concatenate([np.zeros_like(chance[:, :1]), chance.cumsum(1)], 1)
    score = (sums[row, last + 1, label] - sums[row, first, label]) / (last + 1 - first)
    return Runs(row, label, first, last, score.astype(np.float64))
