"""Families of near-copies: which documents give the same text, and who published it first.

What counts as a copy, at a threshold t:

- texts of the same words (case, accents, punctuation aside), however short;
- texts whose sets of three-word shingles have a Jaccard similarity of t or more;
- a text cut from an earlier one, to a quarter of it at least: `CUT`, and t, of its shingles stand
  in the other (texts of the same time may be cut to a half, either from the other).

Below a similarity of 0.9 it is no copy if most of the numbers differ: a template filled in anew.

Lines that stand in many of an outlet's texts (footers, "read also") do not count. A text of fewer
than `FEWEST` shingles is compared for the same words only: one word more or less is its news.

A family is a star, no chain: each member is similar to the family's first publisher itself, so two
texts that are each half like a third are not thereby one family. A document that is like no earlier
first publisher begins a family; any other belongs to the one that it is most like. Signatures only
find the pairs to look at; every similarity that is kept was counted on the texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.corpus.minhash import (
    SIGNATURES,
    Flags,
    Hashes,
    Numbers,
    Sets,
    boilerplate,
    joined,
    made_with,
    number_sets,
    shared,
    shingle_sets,
    signatures,
    stretches,
    words_of,
)
from tenor.errors import StudyError

COPIES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("threshold", pa.float64(), nullable=False),
        pa.field("copy_id", pa.string(), nullable=False),
        pa.field("first_publisher", pa.bool_(), nullable=False),
        pa.field("similarity", pa.float64(), nullable=False),
    ]
)

THRESHOLDS = (0.5, 0.7, 0.9)
FEWEST = 10
CUT = 0.8
FEWEST_OF_A_CUT = 30
BUCKET = 50
"""With how many texts that follow it in a bucket a text is compared, besides the first."""
BOILERPLATE_SHARE, BOILERPLATE_LEAST = 0.1, 10
SAMPLE = 500
"""Of how many documents of an outlet its boilerplate is read off: those with the smallest hashed ids."""

_ROWS = 4
_CUT_TO, _CUT_TO_IF_TIED, _CUT_BY = 0.25, 0.5, 0.8
_NUMBERS, _SHARED_NUMBERS, _SURE = 3, 0.5, 0.9
_ALL_PAIRS = 64
_DAY = 86_400_000_000
_AT_ONCE = 20_000

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesReport:
    """What a search for copies looked at, and what it left out.

    `capped` buckets held too many texts for all pairs to be looked at, `largest_bucket` is the most
    that one held; `left_out` counts the pairs passed over in them (a pair may be found in another
    bucket). `same_words_only` texts have too few shingles for more. `boilerplate` counts the
    shingles that do not count, over all outlets.
    """

    documents: int
    different_texts: int
    same_words_only: int
    boilerplate: int
    pairs: int
    verified: int
    capped: int
    largest_bucket: int
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The families as rows of `COPIES`, all signatures (for the next time), and the report."""

    table: pa.Table
    signatures: pa.Table
    report: CopiesReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """How many documents there are, in how many families, how many families have copies, and the largest."""

    documents: int
    families: int
    with_copies: int
    largest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pairs:
    """Pairs of documents, the earlier one first, and how similar they are."""

    first: Numbers
    second: Numbers
    similarity: Floats

    def at(self, threshold: float) -> _Pairs:
        kept = self.similarity >= threshold
        return _Pairs(first=self.first[kept], second=self.second[kept], similarity=self.similarity[kept])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """What texts are compared by; `place` says which set is a document's."""

    place: Numbers
    shingles: Sets
    numbers: Sets
    published: Numbers


def copies(
    documents: pa.Table, thresholds: Sequence[float] = THRESHOLDS, *, stored: pa.Table | None = None
) -> pa.Table:
    """Return the family of each document at each threshold; `find_copies` also says what was left out.

    Parameters
    ----------
    documents
        Rows with ``doc_id``, ``title``, ``text`` and ``published``; with ``outlet``, boilerplate is
        found; with ``precision``, a document dated to the day counts as published at its end.
    thresholds
        From which similarity on texts are copies; above 0 and at most 1.
    stored
        Signatures from before (`Copies.signatures`); the result is the same with and without them.

    Returns
    -------
    pyarrow.Table
        Rows of `COPIES`, by threshold and doc_id. ``copy_id`` is the document of the family that was
        published first (undated ones last, then by doc_id), ``similarity`` the one to it. A
        document without copies is a family of one.

    Raises
    ------
    StudyError
        A threshold is out of range, a column is missing, or a document is there twice.

    Examples
    --------
    >>> text = "The talks in Istanbul ended on Monday after two hours without a deal on a ceasefire."
    >>> rows = {"title": ["Talks end"] * 2, "text": [text, f"AGENCY - {text}"], "published": [20240302, 20240301]}
    >>> copies(pa.table({"doc_id": ["a", "b"], **rows}), [0.5])["copy_id"].to_pylist()
    ['b', 'b']
    """
    return find_copies(documents, thresholds, stored=stored).table


def find_copies(
    documents: pa.Table, thresholds: Sequence[float] = THRESHOLDS, *, stored: pa.Table | None = None
) -> Copies:
    """Return the families, the signatures to store, and what was looked at.

    Parameters and errors are those of `copies`.

    Examples
    --------
    >>> rows = {"doc_id": ["a", "b"], "title": ["Talks", "talks"], "text": ["", ""], "published": [1, 2]}
    >>> found = find_copies(pa.table(rows))
    >>> found.report.different_texts, found.signatures.num_rows, families(found.table, 0.5).largest
    (1, 2, 2)
    """
    levels = _checked(documents, thresholds)
    rows = _in_order(documents)
    ready = prepared(rows)
    signed = _all_signatures(ready, stored)
    groups = _same_words(signed)
    nodes = np.flatnonzero((groups == np.arange(groups.size)) & (_column(signed, "shingles") >= FEWEST))
    first, second, buckets = _candidates(signed, nodes)
    texts = _texts(ready, _in_use(nodes, first, second), _column(rows, "order"))
    pairs = _completed(_verified(first, second, texts), texts, groups.size, levels[0])
    tables = [_table(rows["doc_id"], groups, level, *_stars(pairs.at(level), groups.size)) for level in levels]
    lists = ready["boilerplate"].combine_chunks().dictionary if rows.num_rows else []
    report = CopiesReport(
        documents=rows.num_rows,
        different_texts=int(np.unique(groups).size),
        same_words_only=int(np.unique(groups).size - nodes.size),
        boilerplate=sum(len(item) for item in lists),
        pairs=first.size,
        verified=int(pairs.at(levels[0]).first.size),
        **buckets,
    )
    return Copies(table=pa.concat_tables(tables).combine_chunks(), signatures=signed.sort_by("doc_id"), report=report)


def families(table: pa.Table, threshold: float) -> Families:
    """Return how many families there are at a threshold.

    Examples
    --------
    >>> rows = {"doc_id": ["a", "b"], "title": ["Talks", "talks"], "text": ["", ""], "published": [1, 2]}
    >>> families(copies(pa.table(rows)), 0.7)
    Families(documents=2, families=1, with_copies=1, largest=2)
    """
    there = table.filter(pc.equal(table["threshold"], pa.scalar(threshold, pa.float64())))
    sizes = there.group_by("copy_id").aggregate([("doc_id", "count")])["doc_id_count"].to_numpy()
    return Families(
        documents=there.num_rows,
        families=sizes.size,
        with_copies=int((sizes > 1).sum()),
        largest=int(sizes.max(initial=0)),
    )


def prepared(documents: pa.Table) -> pa.Table:
    r"""Return what `signatures` is given: title and text as one, and each outlet's boilerplate.

    Examples
    --------
    >>> prepared(pa.table({"doc_id": ["a"], "title": ["Talks"], "text": ["They ended."]}))["text"].to_pylist()
    ['Talks\nThey ended.']
    """
    # Large strings: all texts together may be more than 2 GiB.
    parts = [documents[name].cast(pa.large_string()) for name in ("title", "text")]
    texts = pc.binary_join_element_wise(*parts, pa.scalar("\n", pa.large_string()))
    column = _boilerplate_column(documents, texts)
    columns = {"doc_id": documents["doc_id"], "text": texts, "boilerplate": column}
    return pa.table(columns)


def missing(documents: pa.Table, stored: pa.Table) -> pa.Table:
    """Return the rows for which `signatures` must be called: new ones, and those of outlets whose boilerplate changed.

    Examples
    --------
    >>> documents = pa.table({"doc_id": ["a", "b"], "title": ["Talks", "No talks"], "text": ["", ""]})
    >>> done = pa.Table.from_batches([signatures(prepared(documents.slice(0, 1)).to_batches()[0])])
    >>> missing(documents, done)["doc_id"].to_pylist()
    ['b']
    """
    ready = prepared(documents)
    return ready.filter(pa.array(~_still_good(ready, stored)[0]))


# --- documents -------------------------------------------------------------------------------------


def _checked(documents: pa.Table, thresholds: Sequence[float]) -> list[float]:
    """Return the thresholds, lowest first."""
    levels = sorted(set(map(float, thresholds)))
    if not levels or not 0 < levels[0] <= levels[-1] <= 1:
        raise StudyError(f"copies can't be told by the thresholds {list(thresholds)}", do="give some in (0, 1]")
    lacking = {"doc_id", "title", "text", "published"} - set(documents.schema.names)
    if lacking:
        raise StudyError(f"documents lack the columns {', '.join(sorted(lacking))}", do="give a table that has them")
    if pc.count_distinct(documents["doc_id"]).as_py() != documents.num_rows:
        raise StudyError("a document is there twice", do="give each doc_id once")
    return levels


def _in_order(documents: pa.Table) -> pa.Table:
    """Return the documents by (published, doc_id), undated ones last; ``order`` is the time of each."""
    times = documents["published"].cast(pa.int64())
    if "precision" in documents.schema.names:
        coarse = pc.equal(documents["precision"], "day")
        times = pc.if_else(coarse, pc.add(times, _DAY - 1), times)
    names = [name for name in ("doc_id", "title", "text", "outlet") if name in documents.schema.names]
    chosen = documents.select(names)
    for name in ("title", "text"):
        place = chosen.schema.get_field_index(name)
        chosen = chosen.set_column(place, name, chosen[name].cast(pa.large_string()))
    ordered = chosen.append_column("order", pc.fill_null(times, np.iinfo(np.int64).max))
    places = pc.sort_indices(ordered, sort_keys=[("order", "ascending"), ("doc_id", "ascending")])
    return ordered.take(places)


def _boilerplate_column(documents: pa.Table, texts: pa.ChunkedArray) -> pa.DictionaryArray:
    lists = pa.list_(pa.uint64())
    if "outlet" not in documents.schema.names or not documents.num_rows:
        kinds = pa.array(np.zeros(documents.num_rows, np.int32))
        return pa.DictionaryArray.from_arrays(kinds, pa.array([[]], lists))
    outlets = documents["outlet"].combine_chunks().dictionary_encode()
    codes = pc.fill_null(outlets.indices, len(outlets.dictionary)).to_numpy().astype(np.int32)
    draws = np.array([_draw(item) for item in documents["doc_id"].to_pylist()], np.uint64)
    order = np.lexsort((draws, codes))
    ends = np.searchsorted(codes[order], np.arange(codes.max() + 2))
    found = []
    for start, stop in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        chosen = texts.take(pa.array(np.sort(order[start : min(stop, start + SAMPLE)])))
        found.append(boilerplate(chosen.to_pylist(), share=BOILERPLATE_SHARE, least=BOILERPLATE_LEAST))
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(found, lists))


def _draw(doc_id: str) -> int:
    return int.from_bytes(blake2b(doc_id.encode(), digest_size=8).digest(), "little")


def _still_good(ready: pa.Table, stored: pa.Table) -> tuple[Flags, Numbers]:
    """Return which documents have a stored signature that is still theirs, and in which row it is."""
    if not ready.num_rows or not stored.num_rows:
        return np.zeros(ready.num_rows, np.bool_), np.zeros(ready.num_rows, np.int64)
    column = ready["boilerplate"].combine_chunks()
    versions = np.array([made_with(np.array(item, np.uint64)) for item in column.dictionary.to_pylist()], np.uint64)
    places = pc.index_in(ready["doc_id"], value_set=stored["doc_id"]).combine_chunks()
    rows = pc.fill_null(places, 0).to_numpy().astype(np.int64)
    same = _column(stored, "made_with")[rows] == versions[column.indices.to_numpy()]
    return same & places.is_valid().to_numpy(zero_copy_only=False), rows


def _all_signatures(ready: pa.Table, stored: pa.Table | None) -> pa.Table:
    """Return the signatures of all documents, in their order; only those that are not stored are made."""
    before = SIGNATURES.empty_table() if stored is None else stored.select(SIGNATURES.names).cast(SIGNATURES)
    good, rows = _still_good(ready, before)
    new = ready.filter(pa.array(~good)).combine_chunks()
    made = pa.Table.from_batches([signatures(batch) for batch in new.to_batches(_AT_ONCE)], SIGNATURES)
    places = np.where(good, rows, before.num_rows + np.cumsum(~good) - 1)
    return pa.concat_tables([before, made]).combine_chunks().take(pa.array(places))


def _column(table: pa.Table, name: str) -> NDArray[Any]:
    made: NDArray[Any] = table[name].to_numpy()
    return made


def _same_words(signed: pa.Table) -> Numbers:
    """Return for each document the first one of the same words; one without words stands alone."""
    prints = _column(signed, "fingerprint")
    _, first, group = np.unique(prints, return_index=True, return_inverse=True)
    return np.where(prints == 0, np.arange(prints.size), first[group])


# --- pairs to look at ------------------------------------------------------------------------------


def _candidates(signed: pa.Table, nodes: Numbers) -> tuple[Numbers, Numbers, dict[str, int]]:
    """Return pairs that agree in a band of a signature, each once, and what became of large buckets."""
    found = [np.empty(0, np.int64)]
    capped = largest = left_out = 0
    for name in ("signature", "lead"):
        bins = SIGNATURES.field(name).type.list_size
        flat = signed[name].combine_chunks().flatten().to_numpy()
        matrix = flat.reshape(-1, bins)[nodes]
        for band in range(0, bins, _ROWS):
            keys = np.ascontiguousarray(matrix[:, band : band + _ROWS]).view(np.dtype((np.void, 4 * _ROWS))).ravel()
            order, starts, sizes = _buckets(keys)
            pairs = _bucket_pairs(order, starts, sizes)
            found.append(np.unique((nodes[pairs[0]] << 32) | nodes[pairs[1]]))
            over = sizes[sizes > BUCKET + 1].astype(np.int64)
            capped, largest = capped + over.size, max(largest, int(sizes.max(initial=0)))
            left_out += int((over * (over - 1) // 2).sum()) - int(_kept(over).sum())
    together = np.unique(np.concatenate(found))
    counted = {"capped": capped, "largest_bucket": largest, "left_out": left_out}
    return together >> 32, together & 0xFFFFFFFF, counted


def _buckets(keys: NDArray[Any]) -> tuple[Numbers, Numbers, Numbers]:
    """Return the order by key (earlier ones first in each), and start and size of buckets of two and more."""
    _, codes = np.unique(keys, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    sizes = np.diff(starts, append=keys.size)
    return order, starts[sizes > 1], sizes[sizes > 1]


def _bucket_pairs(order: Numbers, starts: Numbers, sizes: Numbers) -> tuple[Numbers, Numbers]:
    """Return the pairs of buckets, the earlier one first."""
    left, right = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    places = np.repeat(starts, sizes) + _within(sizes)
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


def _within(sizes: Numbers) -> Numbers:
    """Return 0, 1, 2 ... for each size."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)


def _kept(sizes: Numbers) -> Numbers:
    """Return how many pairs of a capped bucket are looked at."""
    return BUCKET * (sizes - BUCKET) + BUCKET * (BUCKET - 1) // 2 + (sizes - BUCKET - 1)


# --- similarity ------------------------------------------------------------------------------------


def _in_use(nodes: Numbers, first: Numbers, second: Numbers) -> Numbers:
    return np.intersect1d(nodes, np.concatenate([first, second]))


def _texts(ready: pa.Table, used: Numbers, published: Numbers) -> _Texts:
    """Return the shingles and numbers of the documents that are compared."""
    chosen = ready.select(["text", "boilerplate"]).take(pa.array(used)).combine_chunks()
    shingles, numbers = [], []
    for batch in chosen.to_batches(_AT_ONCE):
        texts, column = batch["text"].to_pylist(), batch["boilerplate"]
        lists: list[Hashes] = [np.array(item, np.uint64) for item in column.dictionary.to_pylist()]
        kinds = column.indices.to_numpy().astype(np.int64)
        for start, stop in stretches(texts):
            words = words_of(texts[start:stop])
            shingles.append(shingle_sets(words, lists, kinds[start:stop]))
            numbers.append(number_sets(words))
    place = np.full(ready.num_rows, -1, np.int64)
    place[used] = np.arange(used.size)
    return _Texts(place=place, shingles=joined(shingles), numbers=joined(numbers), published=published)


def _verified(first: Numbers, second: Numbers, texts: _Texts) -> _Pairs:
    """Return the pairs with their similarity: the Jaccard one, or the share of a cut text in the other."""
    left, right = texts.place[first], texts.place[second]
    common = shared(texts.shingles, left, right)
    long, short = texts.shingles.sizes[left], texts.shingles.sizes[right]
    jaccard = common / np.maximum(long + short - common, 1)
    times = texts.published
    tied = (times[first] == times[second]) | (times[second] == np.iinfo(np.int64).max)
    cut = _share_of_a_cut(common, long, short, _CUT_TO)
    cut[tied] = _share_of_a_cut(common, np.maximum(long, short), np.minimum(long, short), _CUT_TO_IF_TIED)[tied]
    similarity = np.maximum(jaccard, cut)
    similarity[(similarity < _SURE) & _other_numbers(texts.numbers, left, right)] = 0
    return _Pairs(first=first, second=second, similarity=similarity)


def _share_of_a_cut(common: Numbers, long: Numbers, short: Numbers, least: float) -> Floats:
    """Return how much of the shorter text stands in the longer; 0 where it is no cut of it."""
    share = common / np.maximum(short, 1)
    fits = (short >= np.maximum(FEWEST_OF_A_CUT, least * long)) & (short <= _CUT_BY * long) & (share >= CUT)
    return np.where(fits, share, 0.0)


def _other_numbers(numbers: Sets, left: Numbers, right: Numbers) -> Flags:
    """Return where both texts hold several numbers, most of them others."""
    fewer = np.minimum(numbers.sizes[left], numbers.sizes[right])
    made: Flags = (fewer >= _NUMBERS) & (shared(numbers, left, right) < _SHARED_NUMBERS * fewer)
    return made


def _completed(pairs: _Pairs, texts: _Texts, number: int, threshold: float) -> _Pairs:
    """Add the pairs that the signatures did not find inside of what hangs together.

    All of them where up to 64 documents do, else those with the earliest.
    """
    near = pairs.at(threshold)
    label = components(number, near.first, near.second)
    members = np.unique(np.concatenate([near.first, near.second]))
    members = members[np.argsort(label[members], kind="stable")]
    starts = np.flatnonzero(np.diff(label[members], prepend=-1))
    sizes = np.diff(starts, append=members.size)
    places = np.repeat(starts, sizes) + _within(sizes)
    ends = np.repeat(starts + sizes, sizes)
    reach = np.where((np.repeat(sizes, sizes) <= _ALL_PAIRS) | (_within(sizes) == 0), ends - places - 1, 0)
    first = np.repeat(members[places], reach)
    second = members[np.repeat(places, reach) + 1 + _within(reach)]
    fresh = np.setdiff1d((first << 32) | second, (pairs.first << 32) | pairs.second)
    more = _verified(fresh >> 32, fresh & 0xFFFFFFFF, texts)
    return _Pairs(
        first=np.concatenate([near.first, more.first]),
        second=np.concatenate([near.second, more.second]),
        similarity=np.concatenate([near.similarity, more.similarity]),
    )


# --- families --------------------------------------------------------------------------------------


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


def _stars(pairs: _Pairs, number: int) -> tuple[Numbers, Floats]:
    """Return each document's first publisher and its similarity to it.

    First publishers are those that are similar to no earlier one of them; the others take the
    most similar, of equals the earlier.
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


def _first_publishers(pairs: _Pairs, number: int) -> Flags:
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


def _table(doc_ids: pa.ChunkedArray, groups: Numbers, level: float, family: Numbers, likeness: Floats) -> pa.Table:
    ids = doc_ids.combine_chunks().cast(pa.string())
    owner = family[groups]
    made = pa.table(
        {
            "doc_id": ids,
            "threshold": pa.array(np.full(groups.size, level, np.float64)),
            "copy_id": ids.take(pa.array(owner)),
            "first_publisher": pa.array(owner == np.arange(groups.size)),
            "similarity": pa.array(likeness[groups].astype(np.float64)),
        },
        COPIES,
    )
    return made.sort_by("doc_id")
