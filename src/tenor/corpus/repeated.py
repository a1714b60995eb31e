"""The texts of a corpus, read some at a time, and what each outlet repeats: its boilerplate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenor.corpus.minhash import Hashes, Numbers, boilerplate, made_with
from tenor.errors import StudyError
from tenor.tables import REPEATED

BOILERPLATE_SHARE, BOILERPLATE_LEAST = 0.1, 10
SAMPLE = 100
"""Of how many documents of an outlet its boilerplate is read off: those with the smallest hashed ids."""
AT_ONCE = 10_000
"""How many texts, or the texts of how many pairs, are read at a time."""

Texts = Callable[[Sequence[str]], pa.Table]


class Reader:
    """Reads texts by doc_id, some at a time, and counts them."""

    def __init__(self, texts: Texts, doc_ids: pa.Array) -> None:
        self.texts, self.doc_ids, self.read = texts, doc_ids, 0

    def __call__(self, rows: Numbers) -> list[str]:
        """Return title and text of documents as one, in the order asked for."""
        if not rows.size:
            return []
        asked = self.doc_ids.take(pa.array(rows))
        given = self.texts(asked.to_pylist()).select(["doc_id", "title", "text"])
        places = pc.index_in(asked, value_set=given["doc_id"].cast(pa.string()).combine_chunks())
        if places.null_count:
            one = asked.filter(places.is_null())[0].as_py()
            raise StudyError(f"{places.null_count} texts are not there, that of {one!r} too", do="give their texts")
        self.read += rows.size
        # Large strings: all texts together may be more than 2 GiB.
        parts = [pc.fill_null(given[name].cast(pa.large_string()), "").take(places) for name in ("title", "text")]
        texts: list[str] = pc.binary_join_element_wise(*parts, pa.scalar("\n", pa.large_string())).to_pylist()
        return texts


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """The boilerplate of each kind of document, and of which kind each is."""

    outlets: list[str | None]
    samples: list[int]
    lists: list[Hashes]
    kinds: Numbers

    @property
    def versions(self) -> Hashes:
        """What each document's signature is made with."""
        return np.array([made_with(item) for item in self.lists], np.uint64)[self.kinds]

    def column(self, rows: Numbers) -> pa.DictionaryArray:
        """Return the column that `signatures` is given."""
        lists = pa.array(self.lists, pa.list_(pa.uint64()))
        return pa.DictionaryArray.from_arrays(pa.array(self.kinds[rows].astype(np.int32)), lists)

    def table(self) -> pa.Table:
        """Return rows of `REPEATED`, by outlet."""
        lists = pa.array(self.lists if self.outlets else [], pa.list_(pa.uint64()))
        columns = {"outlet": self.outlets, "sample": pa.array(self.samples, pa.uint64()), "shingles": lists}
        return pa.table(columns, REPEATED).sort_by("outlet")


def repeated_lines(rows: pa.Table, reader: Reader, stored: pa.Table | None) -> Repeated:
    """Return each outlet's boilerplate; samples are read only where they are not the stored ones."""
    if "outlet" not in rows.schema.names or not rows.num_rows:
        kinds = np.zeros(rows.num_rows, np.int64)
        return Repeated(outlets=[], samples=[], lists=[np.empty(0, np.uint64)], kinds=kinds)
    encoded = rows["outlet"].cast(pa.string()).combine_chunks().dictionary_encode(null_encoding="encode")
    kinds = encoded.indices.to_numpy().astype(np.int64)
    draws = np.array([_hash(item) for item in rows["doc_id"].to_pylist()], np.uint64)
    order = np.lexsort((draws, kinds))
    ends = np.searchsorted(kinds[order], np.arange(len(encoded.dictionary) + 1))
    chosen = [order[start : min(stop, start + SAMPLE)] for start, stop in pairwise(ends.tolist())]
    samples = [_hash(made_with(draws[item])) for item in chosen]
    outlets = encoded.dictionary.to_pylist()
    before = {} if stored is None else {row["outlet"]: row for row in stored.to_pylist()}
    lists: list[Hashes | None] = [np.empty(0, np.uint64) if item.size < BOILERPLATE_LEAST else None for item in chosen]
    for kind, (outlet, sample) in enumerate(zip(outlets, samples, strict=True)):
        if lists[kind] is None and outlet in before and before[outlet]["sample"] == sample:
            lists[kind] = np.array(before[outlet]["shingles"], np.uint64)
    for kind, texts in _samples(reader, {kind: chosen[kind] for kind, item in enumerate(lists) if item is None}):
        lists[kind] = boilerplate(texts, share=BOILERPLATE_SHARE, least=BOILERPLATE_LEAST)
    return Repeated(outlets=outlets, samples=samples, lists=[item for item in lists if item is not None], kinds=kinds)


def _samples(reader: Reader, chosen: dict[int, Numbers]) -> Iterator[tuple[int, list[str]]]:
    """Read the texts of samples, those of several outlets at once."""
    kinds, step = list(chosen), AT_ONCE // SAMPLE
    for start in range(0, len(kinds), step):
        some = kinds[start : start + step]
        texts = iter(reader(np.concatenate([chosen[kind] for kind in some])))
        yield from ((kind, [next(texts) for _ in range(chosen[kind].size)]) for kind in some)


def _hash(item: object) -> int:
    return int.from_bytes(blake2b(str(item).encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")
