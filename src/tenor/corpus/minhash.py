"""Texts as sets of three-word shingles, and short signatures by which similar sets are found.

A shingle is a 48-bit hash of three words that stand side by side. A text's signature is its
one-permutation MinHash: the range of hashes is cut into bins, the smallest hash of each bin is
kept, and an empty bin borrows from a filled one. Two signatures agree in about as many bins as
the two sets share shingles. Everything is computed on arrays and is the same on every machine.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.tables import BINS, LEAD_BINS, SIGNATURES

Hashes = NDArray[np.uint64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LEAD = 80
"""How many shingles from a text's beginning its lead signature is made of."""

# Another number whenever signatures come out differently: stored ones are then made anew.
_FORMAT = 2
_HASH_BITS = 48
_AT_ONCE = 1_000_000
_MOST_SETS = 65_536
_NEARLY = 0.9
_SCALES = {
    **dict.fromkeys(("thousand", "тыс", "тис", "bin"), 3),
    **dict.fromkeys(("million", "mln", "млн", "миллион", "мільйон", "milyon"), 6),
    **dict.fromkeys(("billion", "bn", "млрд", "миллиард", "мільярд", "milyar"), 9),
}
# It begins with a set of characters, so that the search for it is quick.
_NUMBER = re.compile(
    r"[0-9](?:[0-9]{0,2}(?:[., \u00a0\u202f'’][0-9]{3}(?![0-9]))+|[0-9]*)(?:[.,](?P<part>[0-9]+))?"
    rf"(?:[ \u00a0-]?(?P<scale>(?i:{'|'.join(_SCALES)})))?"
)
_SPECIAL = {"İ": "i", "I": "i", "ı": "i", "ё": "е", "Ё": "е", "ß": "s", "ſ": "s"}
# Letters of their own, not a letter with an accent.
_WHOLE = frozenset("йЙїЇўЎ")
_DROPPED, _BREAK = 1, 0
_BASE = 0x9E3779B97F4A7C15
_INVERSE = pow(_BASE, -1, 2**64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of some texts as hashes; text i has those from ``first[i]`` to ``first[i + 1]``."""

    hashes: Hashes
    first: Numbers

    @property
    def texts(self) -> Numbers:
        """The text in which each word stands."""
        return np.repeat(np.arange(self.first.size - 1), np.diff(self.first))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sets:
    """Sets of hashes, each sorted; set i has those from ``first[i]`` to ``first[i + 1]``."""

    values: Hashes
    first: Numbers

    @property
    def sizes(self) -> Numbers:
        """How many each set holds."""
        return np.diff(self.first)

    def pick(self, which: Numbers) -> Sets:
        """Return some of the sets, in the order asked for."""
        sizes = self.sizes[which]
        first = _offsets(sizes)
        places = np.arange(first[-1]) + np.repeat(self.first[which] - first[:-1], sizes)
        return Sets(values=self.values[places], first=first)


def signatures(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the signatures of texts.

    Parameters
    ----------
    batch
        Columns ``doc_id`` and ``text`` (title and text); and ``boilerplate``, where there is
        any: a dictionary of lists of shingles that do not count (`boilerplate`).

    Returns
    -------
    pyarrow.RecordBatch
        Rows of `SIGNATURES`, in the same order. ``shingles`` is how many different ones count;
        ``fingerprint`` is equal for texts of the same words and 0 for one without words;
        ``lead`` is the signature of the first 80 shingles; ``made_with`` changes with the boilerplate.

    Examples
    --------
    >>> texts = ["Talks ended without a deal.", "TALKS ended — without a deal", "Talks"]
    >>> made = signatures(pa.record_batch({"doc_id": ["a", "b", "c"], "text": texts}))
    >>> made["shingles"].to_pylist(), made["signature"][0] == made["signature"][1]
    ([3, 3, 0], True)
    """
    texts = batch["text"].to_pylist()
    lists, kinds = _boilerplate_of(batch)
    made: list[list[NDArray[Any]]] = []
    for start, stop in stretches(texts):
        made.append(_signed(texts[start:stop], lists, kinds[start:stop]))
    if not made:
        return pa.RecordBatch.from_pylist([], schema=SIGNATURES)
    columns = [np.concatenate(parts) for parts in zip(*made, strict=True)]
    arrays = [
        batch["doc_id"].cast(pa.string()),
        pa.FixedSizeListArray.from_arrays(pa.array(columns[0].ravel()), BINS),
        pa.FixedSizeListArray.from_arrays(pa.array(columns[1].ravel()), LEAD_BINS),
        *(pa.array(column) for column in columns[2:]),
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=SIGNATURES)


def boilerplate(texts: Sequence[str], *, share: float, least: int) -> Hashes:
    """Return the shingles of what stands in many of an outlet's texts: runs of five words and more.

    A shorter run is a turn of phrase ("one of the"). Texts that are nearly the same count once, so
    that an outlet's many versions of one text are no boilerplate.

    Parameters
    ----------
    texts
        Texts of one outlet.
    share
        The share of different texts from which on a run is boilerplate.
    least
        The number of different texts below which none is.

    Returns
    -------
    numpy.ndarray
        Their hashes, sorted.

    Examples
    --------
    >>> items = [f"Item {number} stands here. Follow us for more." for number in range(20)]
    >>> boilerplate(items, share=0.5, least=10).size, boilerplate(items[:9], share=0.5, least=10).size
    (4, 0)
    """
    rows, minima = [], []
    number = 0
    for start, stop in stretches(texts):
        words = words_of(texts[start:stop])
        owners, values, _ = _shingles(words, (), None)
        minima.append(_minima(_as_sets(owners, values, stop - start), BINS))
        rows.append((owners + number, values))
        number += stop - start
    if number < least:
        return np.empty(0, np.uint64)
    owners, values = (np.concatenate(parts) for parts in zip(*rows, strict=True))
    kept = _different(np.concatenate(minima))
    # A run of five words is three shingles that stand side by side.
    whole = (owners[:-2] == owners[2:]) & kept[owners[:-2]]
    one, two, three = _weights()[:3]
    runs = _mixed(values[:-2] * one + values[1:-1] * two + values[2:] * three) >> np.uint64(64 - _HASH_BITS)
    found, counts = np.unique(_as_sets(owners[:-2][whole], runs[whole], number).values, return_counts=True)
    places = np.flatnonzero(whole & _among(runs, found[counts >= max(least, share * int(kept.sum()))]))
    return np.unique(values[places[:, None] + np.arange(3)])


def made_with(dropped: Hashes) -> int:
    """Return a number for the boilerplate, and the way, with which signatures were made.

    Examples
    --------
    >>> made_with(np.empty(0, np.uint64)) == made_with(np.array([7], np.uint64))
    False
    """
    head = np.array([_FORMAT, dropped.size], np.uint64)
    return int(_mixed(_mixed(np.concatenate([head, dropped])).sum(keepdims=True))[0])


def words_of(texts: Sequence[str]) -> Words:
    """Return the words of texts, without regard to case, accents and punctuation.

    Examples
    --------
    >>> words = words_of(["Don't stop.", "", "İSTANBUL istanbul", "за́мок замок 50"])
    >>> words.first.tolist(), words.hashes[3] == words.hashes[4]
    ([0, 3, 3, 5, 8], np.True_)
    """
    together = "\n".join([*texts, ""])
    if not unicodedata.is_normalized("NFC", together):
        texts = [unicodedata.normalize("NFC", text) for text in texts]
        together = "\n".join([*texts, ""])
    codes = np.frombuffer(together.encode("utf-32-le", "surrogatepass"), "<u4")
    ends = _offsets(np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts)))
    values = _table(codes)[codes]
    kept = values != _DROPPED
    if not kept.all():
        ends = _offsets(kept)[ends]
        values = values[kept]
    return _cut(values, ends)


def shingle_sets(words: Words, dropped: Sequence[Hashes] = (), kinds: Numbers | None = None) -> Sets:
    """Return the shingles of each text as a set, without those that are dropped for its kind."""
    texts, values, _ = _shingles(words, dropped, kinds)
    return _as_sets(texts, values, words.first.size - 1)


def number_sets(texts: Sequence[str]) -> Sets:
    """Return the numbers that stand in each text as a set, "1,200", "1 200" and "1.2 thousand" as one.

    Examples
    --------
    >>> sets = number_sets(["1,200 men, 50 tanks", "50 tanks and 1.2 thousand men", "1,5 млн", "1 500 000"])
    >>> shared(sets, np.array([0, 2, 0]), np.array([1, 3, 2])).tolist()
    [2, 1, 0]
    """
    sets = [sorted({_number(found) for found in _NUMBER.finditer(text)}) for text in texts]
    sizes = np.fromiter(map(len, sets), np.int64, len(sets))
    values = np.fromiter((value for found in sets for value in found), np.uint64, int(sizes.sum()))
    return Sets(values=values, first=_offsets(sizes))


def shared(sets: Sets, left: Numbers, right: Numbers) -> Numbers:
    """Return how many hashes the sets of each pair have in common.

    Examples
    --------
    >>> sets = Sets(values=np.array([1, 2, 3, 2, 3, 9], np.uint64), first=np.array([0, 3, 6]))
    >>> shared(sets, np.array([0]), np.array([1])).tolist()
    [2]
    """
    sizes = sets.sizes
    found = [np.empty(0, np.int64)]
    for start, stop in _stretches((sizes[left] + sizes[right]).tolist()):
        keys = np.concatenate([_keys(sets.pick(side[start:stop])) for side in (left, right)])
        keys.sort()
        twice = keys[1:][keys[1:] == keys[:-1]] >> np.uint64(_HASH_BITS)
        found.append(np.bincount(twice.astype(np.int64), minlength=stop - start))
    return np.concatenate(found)


def joined(parts: Sequence[Sets]) -> Sets:
    """Return the sets of all parts, one part after the other."""
    sizes = np.concatenate([np.empty(0, np.int64), *(part.sizes for part in parts)])
    values = np.concatenate([np.empty(0, np.uint64), *(part.values for part in parts)])
    return Sets(values=values, first=_offsets(sizes))


def stretches(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield from where to where texts are worked on at once, so that memory stays bounded.

    Examples
    --------
    >>> list(stretches(["Talks", "Talks resume"]))
    [(0, 2)]
    """
    return _stretches([len(text) + 1 for text in texts])


# --- signatures ------------------------------------------------------------------------------------


def _boilerplate_of(batch: pa.RecordBatch) -> tuple[list[Hashes], Numbers]:
    if "boilerplate" not in batch.schema.names:
        return [np.empty(0, np.uint64)], np.zeros(batch.num_rows, np.int64)
    column = batch["boilerplate"]
    lists = [np.array(item, np.uint64) for item in column.dictionary.to_pylist()]
    return lists, column.indices.to_numpy().astype(np.int64)


def _signed(texts: Sequence[str], lists: Sequence[Hashes], kinds: Numbers) -> list[NDArray[Any]]:
    """Return the columns of `SIGNATURES` but the first."""
    words = words_of(texts)
    owners, values, places = _shingles(words, lists, kinds)
    all_of_it = _as_sets(owners, values, len(texts))
    leading = places < LEAD
    lead = _as_sets(owners[leading], values[leading], len(texts))
    versions = np.array([made_with(item) for item in lists], np.uint64)
    return [
        _minima(all_of_it, BINS),
        _minima(lead, LEAD_BINS),
        all_of_it.sizes.astype(np.int32),
        _fingerprints(words),
        versions[kinds],
    ]


def _minima(sets: Sets, bins: int) -> NDArray[np.uint32]:
    """Return the smallest hash of each bin; the sets are sorted, so it is the first."""
    owner = np.repeat(np.arange(sets.first.size - 1), sets.sizes)
    where = owner * bins + ((sets.values * np.uint64(bins)) >> np.uint64(_HASH_BITS)).astype(np.int64)
    starts = np.flatnonzero(np.diff(where, prepend=-1))
    made = np.full((sets.first.size - 1) * bins, 0xFFFFFFFF, np.uint32)
    filled = np.zeros(made.size, np.bool_)
    made[where[starts]] = (sets.values[starts] & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    filled[where[starts]] = True
    return _densified(made.reshape(-1, bins), filled.reshape(-1, bins))


def _densified(made: NDArray[np.uint32], filled: Flags) -> NDArray[np.uint32]:
    """Let each empty bin borrow from the first filled one in an order of its own."""
    order = _borrowing(made.shape[1])
    rows, bins = np.nonzero(~filled & filled.any(axis=1, keepdims=True))
    for step in range(made.shape[1]):
        if not rows.size:
            break
        lender = order[bins, step]
        able = filled[rows, lender]
        made[rows[able], bins[able]] = made[rows[able], lender[able]]
        rows, bins = rows[~able], bins[~able]
    return made


@lru_cache(maxsize=4)
def _borrowing(bins: int) -> Numbers:
    return np.argsort(_mixed(np.arange(bins * bins, dtype=np.uint64)).reshape(bins, bins), axis=1, kind="stable")


def _different(minima: NDArray[np.uint32]) -> Flags:
    """Return which texts agree with none before them in nine of ten bins."""
    kept = np.ones(minima.shape[0], np.bool_)
    for row in range(1, minima.shape[0]):
        kept[row] = (minima[:row] == minima[row]).mean(axis=1).max() < _NEARLY
    return kept


def _number(found: re.Match[str]) -> int:
    """Return a hash of a number's value: whole, without separators, with its scale."""
    part, scale = found["part"] or "", found["scale"]
    stop = found.start("part") - 1 if part else found.start("scale") if scale else found.end()
    zeros = _SCALES[scale.casefold()] if scale else 0
    digits = "".join(filter(str.isdigit, found.string[found.start() : stop])) + part[:zeros].ljust(zeros, "0")
    text = f"{digits.lstrip('0')}.{part[zeros:].rstrip('0')}"
    return int.from_bytes(blake2b(text.encode(), digest_size=_HASH_BITS // 8).digest(), "little")


def _fingerprints(words: Words) -> Hashes:
    """Return a hash of the words of each text in their order; 0 for a text without words."""
    places = np.arange(words.hashes.size) - np.repeat(words.first[:-1], np.diff(words.first))
    sums = _offsets_of_hashes(_mixed(words.hashes + _mixed(places.astype(np.uint64))))
    made: Hashes = sums[words.first[1:]] - sums[words.first[:-1]]
    return made


# --- words and shingles ----------------------------------------------------------------------------


def _cut(values: Hashes, ends: Numbers) -> Words:
    """Cut folded characters into words and hash each."""
    inside = values != _BREAK
    edges = np.flatnonzero(np.diff(inside, prepend=False, append=False))
    starts, stops = edges[::2], edges[1::2]
    # A polynomial in an odd number: sums from the beginning, differences at the edges, divided by its power there.
    sums = _offsets_of_hashes(values * _powers(_BASE, values.size))
    hashes = _mixed((sums[stops] - sums[starts]) * _powers(_INVERSE, values.size)[starts])
    return Words(hashes=hashes, first=np.searchsorted(starts, ends))


def _powers(base: int, number: int) -> Hashes:
    """Return 1, b, b*b ... modulo 2**64."""
    return _all_powers(base, max(number, _AT_ONCE))[:number]


@lru_cache(maxsize=2)
def _all_powers(base: int, number: int) -> Hashes:
    steps = np.full(number, base, np.uint64)
    steps[0] = 1
    return np.cumprod(steps, dtype=np.uint64)


def _offsets_of_hashes(values: Hashes) -> Hashes:
    return np.concatenate([np.zeros(1, np.uint64), np.cumsum(values, dtype=np.uint64)])


def _shingles(words: Words, dropped: Sequence[Hashes], kinds: Numbers | None) -> tuple[Numbers, Hashes, Numbers]:
    """Return the text, the hash and the place in the text of each shingle that counts."""
    hashes, texts = words.hashes, words.texts
    whole = texts[:-2] == texts[2:]
    one, two, three = _weights()[:3]
    values = _mixed(hashes[:-2] * one + hashes[1:-1] * two + hashes[2:] * three) >> np.uint64(64 - _HASH_BITS)
    owners, values = texts[:-2][whole], values[whole]
    places = np.flatnonzero(whole) - words.first[owners]
    if kinds is not None and any(item.size for item in dropped):
        counts = np.ones(values.size, np.bool_)
        first = np.searchsorted(owners, np.arange(kinds.size + 1)).tolist()
        for text, kind in enumerate(kinds.tolist()):
            if dropped[kind].size:
                part = slice(first[text], first[text + 1])
                counts[part] = ~_among(values[part], dropped[kind])
        owners, values, places = owners[counts], values[counts], places[counts]
    return owners, values, places


def _among(values: Hashes, known: Hashes) -> Flags:
    if not known.size:
        return np.zeros(values.size, np.bool_)
    made: Flags = known[np.minimum(np.searchsorted(known, values), known.size - 1)] == values
    return made


def _as_sets(owners: Numbers, values: Hashes, number: int) -> Sets:
    keys = (owners.astype(np.uint64) << np.uint64(_HASH_BITS)) | values
    keys.sort()
    keys = keys[np.concatenate([np.ones(min(keys.size, 1), np.bool_), keys[1:] != keys[:-1]])]
    sizes = np.bincount((keys >> np.uint64(_HASH_BITS)).astype(np.int64), minlength=number)
    return Sets(values=keys & np.uint64(2**_HASH_BITS - 1), first=_offsets(sizes))


def _keys(sets: Sets) -> Hashes:
    owners = np.repeat(np.arange(sets.first.size - 1, dtype=np.uint64), sets.sizes)
    return (owners << np.uint64(_HASH_BITS)) | sets.values


def _table(codes: NDArray[Any]) -> Hashes:
    """Return what each character in use counts as: a hash, a break between words, or nothing."""
    used = np.flatnonzero(np.bincount(codes))
    table = np.zeros(int(used.max(initial=0)) + 1, np.uint64)
    table[used] = [_character(code) for code in used.tolist()]
    return table


@lru_cache(maxsize=65_536)
def _character(code: int) -> int:
    char = chr(code)
    if not char.isalnum():
        return _DROPPED if unicodedata.category(char) in {"Mn", "Cf"} else _BREAK
    return int(_mixed(np.array([ord(_folded(char)) + 2], np.uint64))[0])


def _folded(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char in _WHOLE:
        return char.lower()
    return unicodedata.normalize("NFD", char)[0].casefold()[0]


@lru_cache(maxsize=1)
def _weights() -> Hashes:
    return _mixed(np.arange(1_000, 1_256, dtype=np.uint64)) | np.uint64(1)


def _mixed(values: Hashes) -> Hashes:
    """Return splitmix64 of each value."""
    made = values + np.uint64(0x9E3779B97F4A7C15)
    made = (made ^ (made >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    made = (made ^ (made >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return made ^ (made >> np.uint64(31))


def _offsets(sizes: NDArray[Any]) -> Numbers:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes, dtype=np.int64)])


def _stretches(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield from where to where things are worked on at once; a single large one goes alone."""
    start = total = 0
    for place, size in enumerate(sizes):
        if place > start and (total + size > _AT_ONCE or place - start == _MOST_SETS):
            yield start, place
            start, total = place, 0
        total += size
    if len(sizes) > start:
        yield start, len(sizes)
