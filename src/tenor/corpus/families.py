"""From signatures to pairs to look at, and from pairs with a similarity to families; on arrays only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BUCKET = 25
"""With how many texts that follow it in a bucket a text is compared, besides the first."""
ROWS = 4
"""How many bins a band of a signature has."""
ALL_PAIRS = 64
"""Up to how many texts that hang together all pairs are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Buckets:
    """How many buckets held too many texts for all pairs, the most in one, and the pairs passed over."""

    capped: int = 0
    largest: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of documents, the earlier one first, and how similar they are."""

    first: Numbers
    second: Numbers
    similarity: Floats

    def at(self, threshold: float) -> Pairs:
        """Return the pairs that are as similar."""
        kept = self.similarity >= threshold
        return Pairs(first=self.first[kept], second=self.second[kept], similarity=self.similarity[kept])


def together(first: Numbers, second: Numbers) -> Numbers:
    """Return pairs as one number each."""
    made: Numbers = (first << 32) | second
    return made


def apart(keys: Numbers) -> tuple[Numbers, Numbers]:
    """Return the firsts and seconds of pairs that are one number each."""
    return keys >> 32, keys & 0xFFFFFFFF


def candidates(matrix: NDArray[np.uint32], nodes: Numbers) -> tuple[Numbers, Buckets]:
    """Return the pairs of rows that agree in a band of bins, as numbers, each once.

    Parameters
    ----------
    matrix
        The signatures, a row a text, earlier ones first.
    nodes
        The number of each row's text.

    Examples
    --------
    >>> rows = np.array([[1, 2, 3, 4, 9, 9, 9, 9], [0, 0, 0, 0, 7, 7, 7, 7], [1, 2, 3, 4, 8, 8, 8, 8]], np.uint32)
    >>> [item.tolist() for item in apart(candidates(rows, np.array([10, 20, 30]))[0])]
    [[10], [30]]
    """
    found = [np.empty(0, np.int64)]
    capped = largest = left_out = 0
    for band in range(0, matrix.shape[1], ROWS):
        order, starts, sizes = _buckets(_band_keys(matrix[:, band : band + ROWS]))
        first, second = _bucket_pairs(order, starts, sizes)
        found.append(together(nodes[first], nodes[second]))
        over = sizes[sizes > BUCKET + 1]
        capped, largest = capped + over.size, max(largest, int(sizes.max(initial=0)))
        left_out += int((over * (over - 1) // 2).sum()) - int(_kept(over).sum())
    return np.unique(np.concatenate(found)), Buckets(capped=capped, largest=largest, left_out=left_out)


def _band_keys(bins: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return a hash of each row. Two bands that are not equal may rarely share one; the texts decide."""
    keys = np.zeros(bins.shape[0], np.uint64)
    for column in bins.T:
        keys = (keys ^ column) * np.uint64(0x9E3779B97F4A7C15)
        keys ^= keys >> np.uint64(29)
    return keys


def _buckets(keys: NDArray[Any]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the order by key (earlier ones first in each), and start and size of buckets of two and more."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.concatenate([np.ones(min(keys.size, 1), np.bool_), ordered[1:] != ordered[:-1]]))
    sizes = np.diff(starts, append=keys.size)
    return order, starts[sizes > 1], sizes[sizes > 1]


def _bucket_pairs(order: Numbers, starts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """Return the pairs of buckets, the earlier one first."""
    left, right = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    places = np.repeat(starts, sizes) + within(sizes)
    ends = np.repeat(starts + sizes, sizes)
    opening = np.repeat(starts, sizes)
    far = places > opening + BUCKET
    left.append(order[opening[far]])
    right.append(order[places[far]])
    for step in range(1, BUCKET + 1):
        inside = places + step < ends
        places, ends = places[inside], ends[inside]
        if not places.size:
            break
        left.append(order[places])
        right.append(order[places + step])
    return np.concatenate(left), np.concatenate(right)


def within(sizes: Numbers) -> Numbers:
    """Return 0, 1, 2 ... for each size.

    Examples
    --------
    >>> within(np.array([2, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _kept(sizes: Numbers) -> Numbers:
    """Return how many pairs of a capped bucket are looked at."""
    return BUCKET * (sizes - BUCKET) + BUCKET * (BUCKET - 1) // 2 + (sizes - BUCKET - 1)


def inside(pairs: Pairs, number: int) -> Numbers:
    """Return the pairs inside of what hangs together.

    All of them where up to `ALL_PAIRS` documents do, else those with the earliest.

    Examples
    --------
    >>> pairs = Pairs(first=np.array([0, 1]), second=np.array([1, 2]), similarity=np.ones(2))
    >>> [item.tolist() for item in apart(inside(pairs, 4))]
    [[0, 0, 1], [1, 2, 2]]
    """
    label = components(number, pairs.first, pairs.second)
    members = np.unique(np.concatenate([pairs.first, pairs.second]))
    members = members[np.argsort(label[members], kind="stable")]
    starts = np.flatnonzero(np.diff(label[members], prepend=-1))
    sizes = np.diff(starts, append=members.size)
    places = np.repeat(starts, sizes) + within(sizes)
    ends = np.repeat(starts + sizes, sizes)
    reach = np.where((np.repeat(sizes, sizes) <= ALL_PAIRS) | (within(sizes) == 0), ends - places - 1, 0)
    first = np.repeat(members[places], reach)
    second = members[np.repeat(places, reach) + 1 + within(reach)]
    return together(first, second)


def components(number: int, first: Numbers, second: Numbers) -> Numbers:
    """Return for each of ``number`` things the smallest one that it hangs together with (union-find on arrays).

    Examples
    --------
    >>> components(5, np.array([1, 3]), np.array([3, 4])).tolist()
    [0, 1, 2, 1, 1]
    """
    root = np.arange(number)
    while True:
        left, right = root[first], root[second]
        if np.array_equal(left, right):
            return root
        np.minimum.at(root, np.maximum(left, right), np.minimum(left, right))
        while not np.array_equal(root[root], root):
            root = root[root]


def stars(pairs: Pairs, number: int) -> tuple[Numbers, Floats]:
    """Return each document's first publisher and its similarity to it.

    First publishers are those that are similar to no earlier one of them; the others take the
    most similar, of equals the earlier.

    Examples
    --------
    >>> pairs = Pairs(first=np.array([0, 1]), second=np.array([1, 2]), similarity=np.array([0.6, 0.9]))
    >>> [item.tolist() for item in stars(pairs, 3)]
    [[0, 0, 2], [1.0, 0.6, 1.0]]
    """
    leads = _first_publishers(pairs, number)
    kept = leads[pairs.first] & ~leads[pairs.second]
    first, second, similarity = pairs.first[kept], pairs.second[kept], pairs.similarity[kept]
    order = np.lexsort((first, -similarity, second))
    chosen = order[np.flatnonzero(np.diff(second[order], prepend=-1))]
    family, likeness = np.arange(number), np.ones(number)
    family[second[chosen]] = first[chosen]
    likeness[second[chosen]] = similarity[chosen]
    return family, likeness


def _first_publishers(pairs: Pairs, number: int) -> Flags:
    """Decide in rounds: who has no undecided earlier neighbour left, and none that leads, leads."""
    leads = np.zeros(number, np.bool_)
    open_ = np.ones(number, np.bool_)
    first, second = pairs.first, pairs.second
    while open_.any():
        follows = np.zeros(number, np.bool_)
        follows[second[leads[first]]] = True
        open_ &= ~follows
        waits = np.zeros(number, np.bool_)
        waits[second[open_[first]]] = True
        ready = open_ & ~waits
        leads |= ready
        open_ &= ~ready
        still = open_[second]
        first, second = first[still], second[still]
    return leads
