"""Families of near-copies: which documents give the same text, and who published it first.

What counts as a copy, at a threshold t:

- texts of the same words (case, accents, punctuation aside), however short;
- texts whose sets of three-word shingles have a Jaccard similarity of t or more;
- a text cut from an earlier one, to a quarter of it at least: `CUT`, and t, of its shingles stand
  in the other (texts of the same time may be cut to a half, either from the other).

Below a similarity of 0.9 it is no copy if most of the numbers differ: a template filled in anew.

A text of fewer than `SHORT` shingles is a copy only within three days of the first publisher, any other
within a year: the same heading over each day's bulletin is a habit, and no copy of the first bulletin.

Lines that stand in many of an outlet's texts (footers, "read also") do not count. A text of fewer
than `FEWEST` shingles is compared for the same words only: one word more or less is its news.

A family is a star, no chain: each member is similar to the family's first publisher itself, so two
texts that are each half like a third are not thereby one family. A document that is like no earlier
first publisher begins a family; any other belongs to the one that it is most like. Signatures only
find the pairs to look at; every similarity that is kept was counted on the texts.

Language editions of one piece (`tenor.corpus.editions`) are one family at every threshold: the
family of the later edition joins that of the earlier.

`update` reads the texts that it has not seen, and no more than `AT_ONCE` at a time; what it found is
stored, and what it gives does not depend on what was stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.corpus.editions import links
from tenor.corpus.families import (
    Buckets,
    Flags,
    Floats,
    Numbers,
    Pairs,
    apart,
    candidates,
    components,
    inside,
    stars,
    together,
)
from tenor.corpus.minhash import (
    Hashes,
    joined,
    number_sets,
    shared,
    shingle_sets,
    signatures,
    stretches,
    words_of,
)
from tenor.corpus.repeated import AT_ONCE, Reader, Repeated, Texts, repeated_lines
from tenor.errors import StudyError
from tenor.tables import COPIES, PAIRS, SIGNATURES

THRESHOLDS = (0.5, 0.7, 0.9)
FEWEST = 10
CUT = 0.8
FEWEST_OF_A_CUT = 30
SHORT = 30

_CUT_TO, _CUT_TO_IF_TIED, _CUT_BY = 0.25, 0.5, 0.8
_NUMBERS, _SHARED_NUMBERS, _SURE = 3, 0.5, 0.9
_DAY = 86_400_000_000
_SHORT_REACH, _REACH = 3 * _DAY, 366 * _DAY
_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True, kw_only=True)
class Families:
    """How many documents there are, in how many families, how many families have copies, and the largest.

    `copies` and `editions` count the documents that are not the first of their family.
    """

    documents: int
    families: int
    with_copies: int
    largest: int
    copies: int
    editions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CopiesReport:
    """What a search for copies looked at, and what it left out.

    `families` come by threshold, lowest first. `undated` documents are never first where another has
    a date; `without_words` stand alone; `same_words_only` texts have too few shingles for more.
    `boilerplate` counts the shingles that do not count, over all outlets. `pairs` were looked at,
    `verified` are copies at the lowest threshold, and `read` texts had to be read, again or for the first
    time. `buckets` says which pairs were passed over. `editions` were linked, and `ambiguous_editions`
    and `editions_apart` were not (`tenor.corpus.editions.Links`).
    """

    documents: int
    undated: int
    without_words: int
    different_texts: int
    same_words_only: int
    boilerplate: int
    pairs: int
    verified: int
    read: int
    buckets: Buckets
    editions: int
    ambiguous_editions: int
    editions_apart: int
    families: tuple[tuple[float, Families], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What to store for the next time: rows of `SIGNATURES`, of `PAIRS`, and of `REPEATED`."""

    signatures: pa.Table
    pairs: pa.Table
    boilerplate: pa.Table


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies(Stored):
    """The families as rows of `COPIES`, the report, and what to store."""

    table: pa.Table
    report: CopiesReport


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """What was counted on pairs of texts: the shingles they share, and if most numbers are others."""

    keys: Numbers
    shared: Numbers
    other_numbers: Flags

    def pick(self, keys: Numbers) -> _Counted:
        """Return some of the pairs, all of which are there."""
        at = np.searchsorted(self.keys, keys)
        return _Counted(keys=keys, shared=self.shared[at], other_numbers=self.other_numbers[at])


def copies(documents: pa.Table, thresholds: Sequence[float] = THRESHOLDS) -> pa.Table:
    """Return the family of each document at each threshold; `find_copies` also says what was left out.

    Parameters
    ----------
    documents
        Rows with ``doc_id``, ``title``, ``text`` and ``published``; with ``outlet``, boilerplate is
        found; with ``precision``, a document dated to the day counts as published at its end; with
        ``lang``, and ``url`` or ``edition``, language editions are linked.
    thresholds
        From which similarity on texts are copies; above 0 and at most 1.

    Returns
    -------
    pyarrow.Table
        Rows of `COPIES`, by threshold and doc_id. ``copy_id`` is the document of the family that was
        published first (undated ones last, then by doc_id) and ``similarity`` the one to it. A
        document without copies is a family of one. ``how`` is "first" for the first publisher, "copy", or
        "edition" where a language edition brought the document, or what it copies, into the family: its
        similarity is then that to the first publisher of those that came with it.

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
    return find_copies(documents, thresholds).table


def find_copies(
    documents: pa.Table, thresholds: Sequence[float] = THRESHOLDS, *, stored: Stored | None = None
) -> Copies:
    """Return the families, what to store, and what was looked at.

    Parameters and errors are those of `copies`; ``stored`` is that of `update`.

    Examples
    --------
    >>> rows = {"doc_id": ["a", "b"], "title": ["Talks", "talks"], "text": ["", ""], "published": [1, 2]}
    >>> found = find_copies(pa.table(rows))
    >>> found.report.different_texts, found.signatures.num_rows, families(found.table, 0.5).largest
    (1, 2, 2)
    """
    _lacks(documents, {"doc_id", "title", "text", "published"})
    names = ["title", "text"]
    parts = documents.select(["doc_id", *names]).cast(
        pa.schema([("doc_id", pa.string()), *((name, pa.large_string()) for name in names)])
    )
    known = parts["doc_id"].combine_chunks()

    def texts(doc_ids: Sequence[str]) -> pa.Table:
        return parts.take(pc.index_in(pa.array(doc_ids, pa.string()), value_set=known))

    return update(documents.drop_columns(names), texts, stored=stored, thresholds=thresholds)


def update(
    heads: pa.Table, texts: Texts, *, stored: Stored | None = None, thresholds: Sequence[float] = THRESHOLDS
) -> Copies:
    """Return the families of all documents, reading only texts about which something is not yet known.

    Parameters
    ----------
    heads
        All documents, with the columns of `copies` except ``title`` and ``text``.
    texts
        Is given doc_ids, at most twice `AT_ONCE` at a time; returns ``doc_id``, ``title`` and ``text`` of each.
    stored
        What was returned before (`Copies` is one), for documents of which some may be gone and others have
        come; the result is the same with and without it. A doc_id stands for the same text each time.
    thresholds
        As in `copies`.

    Returns
    -------
    Copies
        The families, what to store, and what was looked at.

    Raises
    ------
    StudyError
        As in `copies`, or a text is not given.

    Examples
    --------
    >>> heads = pa.table({"doc_id": ["a", "b"], "published": [1, 2]})
    >>> def texts(doc_ids):
    ...     return pa.table({"doc_id": doc_ids, "title": doc_ids, "text": ["Talks ended"] * len(doc_ids)})
    >>> before = update(heads.slice(0, 1), texts)
    >>> update(heads, texts, stored=before).report.read
    1
    """
    levels = _levels(thresholds)
    rows = _in_order(heads)
    ids = rows["doc_id"].combine_chunks()
    reader = Reader(texts, ids)
    repeated = repeated_lines(rows, reader, None if stored is None else stored.boilerplate)
    signed = _signed(ids, repeated, reader, stored)
    order = _column(rows, "order")
    groups = _same_words(signed, order)
    nodes = np.flatnonzero((groups == np.arange(groups.size)) & (_column(signed, "shingles") >= FEWEST))
    keys, buckets = _candidates(signed, nodes)
    counted = _counted(keys, _known(ids, repeated.versions, stored), repeated, reader)
    near = _similar(counted.pick(keys), signed, order).at(levels[0])
    keys = np.union1d(keys, inside(near, groups.size))
    counted = _counted(keys, counted, repeated, reader).pick(keys)
    pairs = _similar(counted, signed, order).at(levels[0])
    editions = links(rows)
    joins = [_places(editions.pairs[name], ids)[0] for name in ("first", "second")]
    tables = [_table(ids, groups, level, *stars(pairs.at(level), groups.size), joins) for level in levels]
    table = pa.concat_tables(tables).combine_chunks()
    report = CopiesReport(
        documents=rows.num_rows,
        undated=int((order == _NEVER).sum()),
        without_words=int((_column(signed, "fingerprint") == 0).sum()),
        different_texts=int(np.unique(groups).size),
        same_words_only=int(np.unique(groups).size - nodes.size),
        boilerplate=sum(item.size for item in repeated.lists),
        pairs=keys.size,
        verified=pairs.first.size,
        read=reader.read,
        buckets=buckets,
        editions=editions.pairs.num_rows,
        ambiguous_editions=editions.ambiguous,
        editions_apart=editions.apart,
        families=tuple((level, families(table, level)) for level in levels),
    )
    return Copies(
        table=table,
        signatures=signed.sort_by("doc_id"),
        pairs=_pairs_table(counted, ids, repeated.versions),
        boilerplate=repeated.table(),
        report=report,
    )


def families(table: pa.Table, threshold: float) -> Families:
    """Return how many families there are at a threshold.

    Examples
    --------
    >>> rows = {"doc_id": ["a", "b"], "title": ["Talks", "talks"], "text": ["", ""], "published": [1, 2]}
    >>> families(copies(pa.table(rows)), 0.7)
    Families(documents=2, families=1, with_copies=1, largest=2, copies=1, editions=0)
    """
    there = table.filter(pc.equal(table["threshold"], pa.scalar(threshold, pa.float64())))
    sizes = there.group_by("copy_id").aggregate([("doc_id", "count")])["doc_id_count"].to_numpy()
    how = {name: pc.sum(pc.equal(there["how"], name), min_count=0).as_py() for name in ("copy", "edition")}
    return Families(
        documents=there.num_rows,
        families=sizes.size,
        with_copies=int((sizes > 1).sum()),
        largest=int(sizes.max(initial=0)),
        copies=how["copy"],
        editions=how["edition"],
    )


# --- documents -------------------------------------------------------------------------------------


def _levels(thresholds: Sequence[float]) -> list[float]:
    """Return the thresholds, lowest first."""
    levels = sorted(set(map(float, thresholds)))
    if not levels or not 0 < levels[0] <= levels[-1] <= 1:
        raise StudyError(f"copies can't be told by the thresholds {list(thresholds)}", do="give some in (0, 1]")
    return levels


def _lacks(table: pa.Table, columns: set[str]) -> None:
    lacking = columns - set(table.schema.names)
    if lacking:
        raise StudyError(f"documents lack the columns {', '.join(sorted(lacking))}", do="give a table that has them")


def _in_order(heads: pa.Table) -> pa.Table:
    """Return the documents by (published, doc_id), undated ones last; ``order`` is the time of each."""
    _lacks(heads, {"doc_id", "published"})
    if pc.count_distinct(heads["doc_id"]).as_py() != heads.num_rows:
        raise StudyError("a document is there twice", do="give each doc_id once")
    times = heads["published"].cast(pa.int64())
    if "precision" in heads.schema.names:
        coarse = pc.equal(heads["precision"], "day")
        times = pc.if_else(coarse, pc.add(times, _DAY - 1), times)
    names = [name for name in ("published", "outlet", "lang", "url", "edition") if name in heads.schema.names]
    ids = heads["doc_id"].cast(pa.string())
    chosen = heads.select(names).add_column(0, "doc_id", ids)
    ordered = chosen.append_column("order", pc.fill_null(times, _NEVER))
    return ordered.sort_by([("order", "ascending"), ("doc_id", "ascending")])


def _column(table: pa.Table, name: str) -> NDArray[Any]:
    made: NDArray[Any] = table[name].to_numpy()
    return made


def _places(wanted: pa.ChunkedArray, known: pa.Array) -> tuple[Numbers, Flags]:
    """Return in which row of what is known each value is, and if it is there at all."""
    found = pc.fill_null(pc.index_in(wanted, value_set=known), -1).to_numpy().astype(np.int64)
    return np.maximum(found, 0), found >= 0


# --- boilerplate and signatures --------------------------------------------------------------------


def _signed(ids: pa.Array, repeated: Repeated, reader: Reader, stored: Stored | None) -> pa.Table:
    """Return the signatures of all documents, in their order; only those that are not stored are made."""
    before = SIGNATURES.empty_table() if stored is None else stored.signatures.select(SIGNATURES.names).cast(SIGNATURES)
    rows, good = _places(ids, before["doc_id"].combine_chunks())
    if before.num_rows:
        good = good & (_column(before, "made_with")[rows] == repeated.versions)
    missing = np.flatnonzero(~good)
    made = []
    for start in range(0, missing.size, AT_ONCE):
        some = missing[start : start + AT_ONCE]
        columns = [ids.take(pa.array(some)), pa.array(reader(some), pa.large_string()), repeated.column(some)]
        made.append(signatures(pa.RecordBatch.from_arrays(columns, ["doc_id", "text", "boilerplate"])))
    places = np.where(good, rows, before.num_rows + np.cumsum(~good) - 1)
    together_ = pa.concat_tables([before, pa.Table.from_batches(made, SIGNATURES)])
    return together_.combine_chunks().take(pa.array(places))


def _same_words(signed: pa.Table, times: Numbers) -> Numbers:
    """Return for each document the first one of the same words within reach; one without words stands alone."""
    prints, reach = _column(signed, "fingerprint"), _reach(_column(signed, "shingles"))
    found = np.arange(prints.size)
    order = np.argsort(prints, kind="stable")
    starts = np.flatnonzero(np.diff(prints[order].astype(np.int64), prepend=np.int64(-1)))
    sizes = np.diff(starts, append=prints.size)
    for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        members = order[start : start + size]
        if prints[members[0]] == 0:
            continue
        first = members[0]
        # Members come in the order of their dates.
        for member in members[1:]:
            if times[member] != _NEVER and times[member] - times[first] > reach[first]:
                first = member
            found[member] = first
    return found


def _reach(shingles: NDArray[Any]) -> Numbers:
    """Return how long after its first publication a text of so many shingles can be copied."""
    return np.where(shingles < SHORT, _SHORT_REACH, _REACH)


def _candidates(signed: pa.Table, nodes: Numbers) -> tuple[Numbers, Buckets]:
    """Return the pairs that agree in a band of one of the signatures, each once."""
    found, buckets = [], []
    for name in ("signature", "lead"):
        flat = signed[name].combine_chunks().flatten().to_numpy()
        keys, counts = candidates(flat.reshape(-1, SIGNATURES.field(name).type.list_size)[nodes], nodes)
        found.append(keys)
        buckets.append(counts)
    one, two = buckets
    counts = Buckets(
        capped=one.capped + two.capped,
        largest=max(one.largest, two.largest),
        left_out=one.left_out + two.left_out,
    )
    return np.unique(np.concatenate(found)), counts


# --- similarity ------------------------------------------------------------------------------------


def _known(ids: pa.Array, versions: Hashes, stored: Stored | None) -> _Counted:
    """Return the stored pairs of documents that are there and are still compared in the same way."""
    pairs = PAIRS.empty_table() if stored is None else stored.pairs.select(PAIRS.names).cast(PAIRS)
    sides = [_places(pairs[name], ids) for name in ("first", "second")]
    good = sides[0][1] & sides[1][1]
    rows = [places[good] for places, _ in sides]
    same = np.ones(rows[0].size, np.bool_)
    for name, places in zip(("first", "second"), rows, strict=True):
        same &= _column(pairs, f"{name}_made_with")[good] == versions[places]
    keys = together(np.minimum(*rows), np.maximum(*rows))[same]
    order = np.argsort(keys)
    counts = [_column(pairs, name)[good][same][order] for name in ("shared", "other_numbers")]
    return _Counted(keys=keys[order], shared=counts[0].astype(np.int64), other_numbers=counts[1])


def _counted(keys: Numbers, known: _Counted, repeated: Repeated, reader: Reader) -> _Counted:
    """Add to what is known what must be counted on the texts."""
    fresh = np.setdiff1d(keys, known.keys)
    first, second = apart(fresh)
    # Texts that hang together are read together.
    fresh = fresh[np.argsort(components(repeated.kinds.size, first, second)[first], kind="stable")]
    stretch = range(0, fresh.size, AT_ONCE)
    parts = [known, *(_compared(fresh[start : start + AT_ONCE], repeated, reader) for start in stretch)]
    keys = np.concatenate([part.keys for part in parts])
    order = np.argsort(keys)
    return _Counted(
        keys=keys[order],
        shared=np.concatenate([part.shared for part in parts])[order],
        other_numbers=np.concatenate([part.other_numbers for part in parts])[order],
    )


def _compared(keys: Numbers, repeated: Repeated, reader: Reader) -> _Counted:
    """Count on the texts of pairs."""
    first, second = apart(keys)
    used = np.unique(np.concatenate([first, second]))
    texts = reader(used)
    kinds = repeated.kinds[used]
    parts = stretches(texts)
    shingles = joined([shingle_sets(words_of(texts[a:b]), repeated.lists, kinds[a:b]) for a, b in parts])
    numbers = number_sets(texts)
    left, right = np.searchsorted(used, first), np.searchsorted(used, second)
    # Both texts hold several numbers, most of them others.
    fewer = np.minimum(numbers.sizes[left], numbers.sizes[right])
    others = (fewer >= _NUMBERS) & (shared(numbers, left, right) < _SHARED_NUMBERS * fewer)
    return _Counted(keys=keys, shared=shared(shingles, left, right), other_numbers=others)


def _similar(counted: _Counted, signed: pa.Table, times: Numbers) -> Pairs:
    """Return the pairs with their similarity: the Jaccard one, or the share of a cut text in the other."""
    first, second = apart(counted.keys)
    sizes = _column(signed, "shingles").astype(np.int64)
    common, long, short = counted.shared, sizes[first], sizes[second]
    jaccard = common / np.maximum(long + short - common, 1)
    tied = (times[first] == times[second]) | (times[second] == _NEVER)
    cut = _share_of_a_cut(common, long, short, _CUT_TO)
    cut[tied] = _share_of_a_cut(common, np.maximum(long, short), np.minimum(long, short), _CUT_TO_IF_TIED)[tied]
    similarity = np.maximum(jaccard, cut)
    similarity[(similarity < _SURE) & counted.other_numbers] = 0
    dated = (times[first] != _NEVER) & (times[second] != _NEVER)
    similarity[dated & (times[second] - np.where(dated, times[first], 0) > _reach(np.minimum(long, short)))] = 0
    return Pairs(first=first, second=second, similarity=similarity)


def _share_of_a_cut(common: Numbers, long: Numbers, short: Numbers, least: float) -> Floats:
    """Return how much of the shorter text stands in the longer; 0 where it is no cut of it."""
    share = common / np.maximum(short, 1)
    fits = (short >= np.maximum(FEWEST_OF_A_CUT, least * long)) & (short <= _CUT_BY * long) & (share >= CUT)
    return np.where(fits, share, 0.0)


# --- tables ----------------------------------------------------------------------------------------


def _pairs_table(counted: _Counted, ids: pa.Array, versions: Hashes) -> pa.Table:
    rows = apart(counted.keys)
    names = [ids.take(pa.array(side)) for side in rows]
    before = pc.less(*names).to_numpy(zero_copy_only=False)
    first, second = np.where(before, *rows), np.where(before, *reversed(rows))
    columns = {"first": ids.take(pa.array(first)), "second": ids.take(pa.array(second))}
    counts = {"shared": pa.array(counted.shared.astype(np.int32)), "other_numbers": pa.array(counted.other_numbers)}
    made = {"first_made_with": pa.array(versions[first]), "second_made_with": pa.array(versions[second])}
    return pa.table({**columns, **counts, **made}, PAIRS).sort_by([("first", "ascending"), ("second", "ascending")])


def _table(
    ids: pa.Array, groups: Numbers, level: float, family: Numbers, likeness: Floats, joins: Sequence[Numbers]
) -> pa.Table:
    owner = family[groups]
    whole = components(groups.size, *(owner[side] for side in joins))[owner]
    lead = whole == np.arange(groups.size)
    how = np.where(lead, 0, np.where(whole == owner, 1, 2))
    made = pa.table(
        {
            "doc_id": ids,
            "threshold": pa.array(np.full(groups.size, level, np.float64)),
            "copy_id": ids.take(pa.array(whole)),
            "first_publisher": pa.array(lead),
            "similarity": pa.array(likeness[groups].astype(np.float64)),
            "how": pa.array(["first", "copy", "edition"]).take(pa.array(how)),
        },
        COPIES,
    )
    return made.sort_by("doc_id")
