"""Spelt texts -> batches for the encoder's graph, of like length and of a size that content alone settles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tenor.annotate.tokens import Spelt, tokens_of

# What one run of the graph holds at most: tokens with the padding, and marks of one text.
TOKENS, MARKS = 512, 16


class Row(NamedTuple):
    """One text in a batch: some of its marks, as (number of the mark, first token, last token).

    A text with very many marks takes several rows; all but the first are there `again`, for their marks only.
    """

    text: int
    string: str
    spelt: Spelt
    marks: list[tuple[int, int, int]]
    again: bool


def rows(text: int, string: str, one: Spelt, marks: Sequence[tuple[int, int]], first: int) -> Iterator[Row]:
    """Yield a text's rows; its marks have numbers from `first` on, and those that no token shares are left out."""
    found = [(number, tokens_of(one.places, *mark)) for number, mark in enumerate(marks, first)]
    inside = [(number, *tokens) for number, tokens in found if tokens is not None]
    for begin in range(0, max(1, len(inside)), MARKS):
        yield Row(text, string, one, inside[begin : begin + MARKS], begin > 0)


def packs(queue: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield rows that run together; they come sorted, so the last of a pack is its longest."""
    pack: list[Row] = []
    for row in queue:
        if pack and (len(pack) + 1) * len(row.spelt.ids) > TOKENS:
            yield pack
            pack = []
        pack.append(row)
    if pack:
        yield pack


def feeds(pack: Sequence[Row], padding: int) -> dict[str, NDArray[Any]]:
    """Return what the graph is given for a pack."""
    width = len(pack[-1].spelt.ids)
    ids = np.full((len(pack), width), padding, np.int64)
    mask = np.zeros((len(pack), width), np.int64)
    targets = np.zeros((len(pack), max(1, *(len(row.marks) for row in pack)), width), np.float32)
    for place, row in enumerate(pack):
        ids[place, : len(row.spelt.ids)] = row.spelt.ids
        mask[place, : len(row.spelt.ids)] = 1
        for mark, (_, first, last) in enumerate(row.marks):
            targets[place, mark, first : last + 1] = 1 / (last + 1 - first)
    return {"ids": ids, "mask": mask, "targets": targets}
