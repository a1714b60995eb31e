"""Near-copies: what is found of planted ones, and how fast, beside datasketch and rensa in the same run.

The texts are like news: word frequencies after Zipf, stock phrases, numbers, footers of outlets, a third of them
Cyrillic. A fifth are copies: lightly edited, given another headline, cut, with numbers in words. Beside them stand
texts that only look alike: short ones with the footer of one outlet, shared background, two desks on one event,
templates filled in anew. All ways read the same texts in the same process; only ratios of speeds mean anything.

    python benchmarks/copies.py [documents]                20,000 by default; needs datasketch 2 and rensa 0.5
    python benchmarks/copies.py 200000 --only tenor        without the others
    python benchmarks/copies.py 100000 --add 1000          what it takes to add to what is stored
    TENOR_DATA=... python benchmarks/copies.py             also the reports of ECB+
"""

from __future__ import annotations

import argparse
import gzip
import importlib
import json
import os
import resource
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from hashlib import blake2b
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tenor.corpus.copies import copies, find_copies, update

THRESHOLD = 0.5
PERMUTATIONS = 128
OUTLETS = 40
START = 1_700_000_000_000_000
HOUR = 3_600_000_000
SMALL = {2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight", 9: "nine", 10: "ten"}
SMALL |= {11: "eleven", 12: "twelve", 15: "fifteen", 20: "twenty", 30: "thirty", 40: "forty", 50: "fifty", 60: "sixty"}
Pairs = set[tuple[int, int]]
Words = list[str]


@dataclass
class Planted:
    """Documents, and which pairs are copies and which only look alike, each by kind."""

    rows: list[dict[str, object]] = field(default_factory=list)
    copies: dict[str, Pairs] = field(default_factory=lambda: defaultdict(set))
    others: dict[str, Pairs] = field(default_factory=lambda: defaultdict(set))

    @property
    def documents(self) -> pa.Table:
        """The documents as a table."""
        return pa.Table.from_pylist(self.rows)

    @property
    def texts(self) -> list[str]:
        """Title and text of each."""
        return [f"{row['title']}\n{row['text']}" for row in self.rows]

    def true(self) -> Pairs:
        """Return all pairs of copies: those of one original too."""
        families: dict[int, set[int]] = defaultdict(set)
        for first, second in set().union(*self.copies.values()):
            families[first] |= {first, second}
        return {pair for family in families.values() for pair in combinations(sorted(family), 2)}


# --- texts that are like news ----------------------------------------------------------------------


class Desk:
    """Writes texts of one language: Zipf's words, stock phrases, numbers."""

    def __init__(self, rng: np.random.Generator, consonants: str, vowels: str) -> None:
        self.rng = rng
        syllables = [a + b for a in consonants for b in vowels]
        lengths = np.minimum(1 + np.arange(30_000) // 300, 4)
        made = dict.fromkeys("".join(rng.choice(syllables, int(size))) for size in np.repeat(lengths, 2))
        self.vocabulary = np.array(list(made)[:30_000], object)
        self.reach = np.cumsum(1 / (np.arange(self.vocabulary.size) + 2.7))
        self.reach /= self.reach[-1]
        self.phrases = [self._drawn(int(size)) for size in rng.integers(3, 7, 2_000)]

    def _drawn(self, number: int) -> Words:
        drawn: Words = self.vocabulary[np.searchsorted(self.reach, self.rng.random(number))].tolist()
        return drawn

    def words(self, number: int) -> Words:
        """Return a text of about so many words."""
        made = self._drawn(number)
        for at in self.rng.integers(0, number, number // 40):
            made[at] = self.number()
        for at in self.rng.integers(0, number, number // 50):
            phrase = self.phrases[int(len(self.phrases) * self.rng.random() ** 2)]
            made[at : at + len(phrase)] = phrase
        return made

    def number(self) -> str:
        """Return a number as the press writes it."""
        kind = self.rng.integers(4)
        if kind == 0:
            return str(self.rng.choice(list(SMALL)))
        if kind == 1:
            return f"{self.rng.integers(1, 100)},{self.rng.integers(0, 10)}00"
        return str(self.rng.integers(2, 31) if kind == 2 else self.rng.integers(2000, 2027))


def edited(desk: Desk, text: Words, share: float) -> Words:
    """Replace, insert and leave out stretches of one to four words until a share has changed."""
    made = list(text)
    changed = 0
    while changed < share * len(text):
        at, size, kind = desk.rng.integers(0, (max(len(made) - 5, 1), 4, 3)).tolist()
        size += 1
        made[at : at + (0 if kind == 0 else size)] = [] if kind == 1 else desk.words(size)
        changed += size
    return made


def retold(text: Words) -> Words:
    """Write '50' as 'fifty' and '1,200' as '1.2 thousand'."""
    made: Words = []
    for word in text:
        if word.isdigit() and int(word) in SMALL:
            made.append(SMALL[int(word)])
        elif word.endswith("00") and "," in word:
            made += [word.replace(",", ".")[:-2], "thousand"]
        else:
            made.append(word)
    return made


Piece = tuple[Words, Words]


def changes(desk: Desk) -> dict[str, Callable[[Piece], Piece]]:
    """Return what is done to a piece that is copied: (title, body) to (title, body)."""

    def cut(body: Words) -> Words:
        return body[: int(len(body) * desk.rng.uniform(0.4, 0.9))]

    def title() -> Words:
        return desk.words(int(desk.rng.integers(5, 13)))

    return {
        "the same": lambda piece: piece,
        "light edits, 2-8 %": lambda piece: (piece[0], edited(desk, piece[1], desk.rng.uniform(0.02, 0.08))),
        "another headline": lambda piece: (title(), piece[1]),
        "another headline, cut to 40-90 %": lambda piece: (title(), cut(piece[1])),
        "cut, light edits": lambda piece: (piece[0], edited(desk, cut(piece[1]), 0.03)),
        "numbers in words": lambda piece: (retold(piece[0]), retold(piece[1])),
        "agency line, headline, numbers, edits": lambda piece: (
            title(),
            [*desk.words(5), *edited(desk, retold(piece[1]), 0.03)],
        ),
    }


def planted(size: int, seed: int = 1) -> Planted:
    """Return documents of which a fifth are copies and about a third only look alike."""
    rng = np.random.default_rng(seed)
    desks = [Desk(rng, "bcdfghklmnprstvw", "aeiou"), Desk(rng, "бвгджзклмнпрстчш", "аеиоу")]
    made = Planted()
    footers = [desks[number % 3 == 0].words(int(rng.integers(20, 60))) for number in range(OUTLETS)]
    templates = [desks[number % 3 == 0].words(60) for number in range(OUTLETS)]

    def add(outlet: int, piece: Piece, hour: float) -> int:
        text = " ".join([*piece[1], *footers[outlet]])
        when = None if rng.random() < 0.02 else START + int(hour * HOUR)
        number = len(made.rows)
        made.rows.append(
            {
                "doc_id": f"{number:08}",
                "title": " ".join(piece[0]),
                "text": text,
                "outlet": f"outlet {outlet}",
                "published": when,
            }
        )
        return number

    copied = 0
    while len(made.rows) < size:
        outlet, hour = int(rng.integers(OUTLETS)), len(made.rows) / 50
        desk = desks[outlet % 3 == 0]
        home = [number for number in range(OUTLETS) if (number % 3 == 0) == (outlet % 3 == 0)]
        piece = desk.words(int(rng.integers(6, 12))), desk.words(int(rng.integers(120, 450)))
        first = add(outlet, piece, hour)
        kinds = changes(desk)
        if copied < 0.2 * len(made.rows):
            for kind in rng.choice(list(kinds), min(1 + rng.geometric(0.4), 12)):
                copy = add(int(rng.choice(home)), kinds[kind](piece), hour + rng.uniform(0.5, 40))
                made.copies[kind].add((first, copy))
                copied += 1
        for _ in range(3):
            add(int(rng.choice(home)), (desk.words(8), desk.words(int(rng.integers(60, 450)))), hour)
        if rng.random() < 0.7:
            look_alikes(made, desk, home, partial(add, hour=hour), templates)
    return made


def look_alikes(
    made: Planted, desk: Desk, home: list[int], add: Callable[[int, Piece], int], templates: list[Words]
) -> None:
    """Add one group of texts that look alike and are no copies."""
    rng = desk.rng
    kind = ["same footer", "shared background", "one event, two desks", "same template"][rng.integers(4)]
    outlets = [int(item) for item in rng.choice(home, 3)]
    pieces: list[Piece]
    if kind == "same footer":
        outlets = outlets[:1] * 3
        pieces = [(desk.words(7), desk.words(int(rng.integers(15, 50)))) for _ in outlets]
    elif kind == "shared background":
        background = desk.words(int(rng.integers(50, 90)))
        pieces = [(desk.words(8), [*desk.words(int(rng.integers(100, 250))), *background]) for _ in outlets]
    elif kind == "one event, two desks":
        quotes, names = [desk.words(int(rng.integers(10, 20))) for _ in range(3)], desk.words(12)
        pieces = [(desk.words(8), reported(desk, quotes, names)) for _ in outlets]
    else:
        outlets = outlets[:1] * 3
        pieces = [(desk.words(7), filled(desk, templates[outlets[0]])) for _ in outlets]
    made.others[kind] |= set(
        combinations(sorted(add(outlet, piece) for outlet, piece in zip(outlets, pieces, strict=True)), 2)
    )


def reported(desk: Desk, quotes: list[Words], names: Words) -> Words:
    """Report an event in own words, with the same quotes and names as others."""
    made = desk.words(int(desk.rng.integers(150, 300)))
    for at in desk.rng.integers(0, len(made), 40):
        made[at] = names[desk.rng.integers(len(names))]
    for quote in quotes:
        at = int(desk.rng.integers(0, len(made)))
        made[at:at] = quote
    return made


def filled(desk: Desk, template: Words) -> Words:
    """Fill a template with a name of two words and a number at every tenth word."""
    made: Words = []
    for place, word in enumerate(template):
        if place % 10 == 0:
            made += [*desk.words(2), str(desk.rng.integers(10_000))]
        made.append(word)
    return made


# --- others ----------------------------------------------------------------------------------------


def shingles(text: str) -> set[int]:
    """Return the three-word shingles of a text as numbers."""
    parts = text.casefold().split()
    joined = (" ".join(parts[place : place + 3]) for place in range(len(parts) - 2))
    return {int.from_bytes(blake2b(item.encode(), digest_size=8).digest(), "little") for item in joined}


Candidates = Callable[[int, int], Pairs]


def datasketch_index(sets: Sequence[set[int]]) -> Candidates:
    """Make the signatures, and return what finds candidates with so many bands of so many rows."""
    sketch = library("datasketch")
    items = ([value.to_bytes(8, "little") for value in hashes] for hashes in sets)
    signatures = list(sketch.MinHash.generator(items, num_perm=PERMUTATIONS))

    def found(bands: int, rows: int) -> Pairs:
        index = sketch.MinHashLSH(num_perm=PERMUTATIONS, params=(bands, rows))
        pairs: Pairs = set()
        for number, signature in enumerate(signatures):
            pairs |= {(other, number) for other in index.query(signature)}
            index.insert(number, signature)
        return pairs

    return found


def rensa_index(sets: Sequence[set[int]]) -> Candidates:
    """Make the signatures from one flat buffer, and return what finds candidates by banding them on arrays."""
    rensa = library("rensa")
    ends = np.concatenate([[0], np.cumsum([len(item) for item in sets])]).astype(np.uint64)
    flat = np.fromiter((value for item in sets for value in item), np.uint64, int(ends[-1]))
    made = rensa.RMinHash.digest_matrix_from_flat_token_hashes(flat, ends.tolist(), PERMUTATIONS, 42)
    matrix = np.array(made.to_rows(), np.uint32)

    def found(bands: int, rows: int) -> Pairs:
        pairs: Pairs = set()
        for band in range(bands):
            part = np.ascontiguousarray(matrix[:, band * rows : (band + 1) * rows])
            buckets: dict[bytes, list[int]] = defaultdict(list)
            for number, key in enumerate(part.view(f"V{4 * rows}").ravel().tolist()):
                buckets[key].append(number)
            pairs |= {pair for bucket in buckets.values() if len(bucket) > 1 for pair in combinations(bucket, 2)}
        return pairs

    return found


def found_pairs(sets: Sequence[set[int]], index: Candidates, bands: int, rows: int, least: float) -> Pairs:
    """Return all pairs of what hangs together by verified candidates."""
    return chained(verified(sets, index(bands, rows), least))


def verified(sets: Sequence[set[int]], found: Iterable[tuple[int, int]], least: float) -> Pairs:
    """Return the pairs whose sets have that Jaccard similarity."""
    return {
        (one, two) for one, two in found if len(sets[one] & sets[two]) >= least * max(len(sets[one] | sets[two]), 1)
    }


def library(name: str) -> Any:
    """Import what tenor is compared with."""
    try:
        return importlib.import_module(name)
    except ImportError:
        raise SystemExit(f"{name} is missing: pip install 'datasketch>=2' 'rensa>=0.5', or give --only tenor") from None


# --- what is measured ------------------------------------------------------------------------------


def of_families(table: pa.Table) -> Pairs:
    """Return all pairs inside families."""
    members: dict[str, list[int]] = defaultdict(list)
    for doc_id, copy_id in zip(table["doc_id"].to_pylist(), table["copy_id"].to_pylist(), strict=True):
        members[copy_id].append(int(doc_id))
    return {pair for family in members.values() for pair in combinations(sorted(family), 2)}


def chained(found: Pairs) -> Pairs:
    """Return all pairs of what hangs together."""
    root: dict[int, int] = {}

    def top(item: int) -> int:
        while root.setdefault(item, item) != item:
            item = root[item]
        return item

    for one, two in found:
        root[max(top(one), top(two))] = min(top(one), top(two))
    members: dict[int, list[int]] = defaultdict(list)
    for item in list(root):
        members[top(item)].append(item)
    return {pair for family in members.values() for pair in combinations(sorted(family), 2)}


def scores(found: Pairs, true: Pairs) -> tuple[float, float]:
    """Return precision and recall."""
    return len(found & true) / max(len(found), 1), len(found & true) / max(len(true), 1)


def lines(name: str, seconds: float, found: Pairs, made: Planted) -> Iterator[str]:
    """Say how fast it was and what was found of the copies, and of what only looks alike."""
    precision, recall = scores(found, made.true())
    speed = len(made.rows) / seconds
    yield f"{name}: {speed:,.0f} documents a second, precision {precision:.4f}, recall {recall:.4f}"
    for kind, pairs in sorted(made.copies.items()):
        yield f"    found, {kind}: {len(found & pairs) / len(pairs):.3f} of {len(pairs):,}"
    for kind, pairs in sorted(made.others.items()):
        yield f"    wrongly, {kind}: {len(found & pairs) / len(pairs):.4f} of {len(pairs):,}"


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds a call takes, and what it gives."""
    start = time.perf_counter()
    made = call()
    return time.perf_counter() - start, made


def compared(made: Planted, only: str) -> None:
    """Measure tenor and the others on the same documents, and print."""
    documents, texts = made.documents, made.texts
    share = len(set().union(*made.copies.values())) / len(made.rows)
    print(f"{len(made.rows):,} documents, {share:.0%} copies, {len(made.true()):,} pairs of copies")
    seconds, result = timed(lambda: find_copies(documents, [THRESHOLD]))
    found = of_families(result.table)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(*lines("tenor", seconds, found, made), f"    {result.report}", f"    peak memory {peak:.1f} GiB", sep="\n")
    if only == "tenor":
        return
    recall = scores(found, made.true())[1]
    recall = scores(found, made.true())[1]
    # From the setting that is usual to one that finds more, until as much is found as by tenor.
    settings = [(32, 4, 0.5), (32, 4, 0.35), (42, 3, 0.25)]
    cutting, sets = timed(lambda: [shingles(text) for text in texts])
    for name, make in (("datasketch", datasketch_index), ("rensa", rensa_index)):
        signing, index = timed(partial(make, sets))
        for bands, rows, least in settings:
            finding, pairs = timed(partial(found_pairs, sets, index, bands, rows, least))
            total, reached = cutting + signing + finding, scores(pairs, made.true())[1]
            print(*lines(f"{name}, {bands} bands of {rows}, Jaccard of {least}", total, pairs, made), sep="\n")
            print(f"    seconds: {cutting:.1f} shingles, {signing:.1f} signatures, {finding:.1f} pairs")
            print(f"    tenor is {total / seconds:.1f} times as fast, recall {recall:.4f} beside {reached:.4f}")
            if reached >= recall:
                break


def added(made: Planted, more: int) -> None:
    """Measure what it takes to add documents to stored ones; the result is that of all at once."""
    documents = made.documents
    heads, asked = documents.drop_columns(["title", "text"]), []

    def texts(doc_ids: Sequence[str]) -> pa.Table:
        asked.append(len(doc_ids))
        return documents.select(["doc_id", "title", "text"]).take(pa.array([int(item) for item in doc_ids], pa.int64()))

    stored = heads.slice(0, heads.num_rows - more)
    first, before = timed(lambda: update(stored, texts))
    print(f"{stored.num_rows:,} documents from nothing: {first:.1f} s, {sum(asked):,} texts read")
    asked.clear()
    seconds, after = timed(lambda: update(heads, texts, stored=before))
    print(f"{more:,} more: {seconds:.1f} s, {sum(asked):,} texts read, {len(asked)} times")
    assert after.table.equals(copies(documents)), "what is added must give what all at once give"
    print("    the same families as from all at once")


def of_ecbplus(path: Path) -> None:
    """Say what becomes of reports of one event, and of another event of the kind.

    Some reports of one event are copies. Which are is judged by another way than tenor's: runs of words.
    """
    rows = []
    for name in ("train", "dev"):
        with gzip.open(path / f"{name}.jsonl.gz", "rt", encoding="utf-8") as file:
            rows += [json.loads(line) for line in file]
    columns = {"doc_id": [f"{number:08}" for number in range(len(rows))], "title": [""] * len(rows)}
    columns |= {"text": [row["text"] for row in rows], "outlet": [row["id"] for row in rows]}
    documents = pa.table({**columns, "published": pa.nulls(len(rows), pa.int64())})
    found = of_families(copies(documents, [THRESHOLD]))
    events = [(row["id"].partition("_")[0], row["id"].endswith("ecbplus")) for row in rows]
    twins = {pair for pair in combinations(range(len(rows)), 2) if events[pair[0]][0] == events[pair[1]][0]}
    same = {pair for pair in twins if events[pair[0]] == events[pair[1]]}
    print(f"ECB+: {len(rows)} reports; {len(twins - same):,} pairs of twin events, wrongly {len(found - same)}")
    overlaps = {pair: overlap(*(rows[number]["text"].split() for number in pair)) for pair in sorted(same)}
    true = {pair for pair, (_, longer) in overlaps.items() if longer >= 0.75}
    clear = {pair for pair, (shorter, _) in overlaps.items() if shorter < 0.4}
    print(
        f"    {len(same):,} pairs on one event; in {len(true)} three quarters of both texts are common runs of 5 words,"
    )
    print(f"    found {len(found & true)}; in {len(clear):,} under 40 % of the shorter, wrongly {len(found & clear)}")


def overlap(one: Words, two: Words) -> tuple[float, float]:
    """Return the share of the shorter and of the longer text that stands in common runs of five words and more."""
    blocks = SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
    common = sum(block.size for block in blocks if block.size >= 5)
    return common / max(min(len(one), len(two)), 1), common / max(len(one), len(two), 1)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Near-copies: speed, precision, recall.")
    parser.add_argument("documents", nargs="?", type=int, default=20_000)
    parser.add_argument("--only", choices=["tenor", "all"], default="all")
    parser.add_argument("--add", type=int, default=0, metavar="N", help="add N documents to as many as are stored")
    given = parser.parse_args()
    if given.only == "all" and not given.add:
        for name in ("datasketch", "rensa"):
            library(name)
    if given.add:
        added(planted(given.documents + given.add), given.add)
        return
    compared(planted(given.documents), given.only)
    data = os.environ.get("TENOR_DATA")
    if data:
        of_ecbplus(Path(data) / "ecbplus")
    else:
        print("ECB+: left out, TENOR_DATA is not set")


if __name__ == "__main__":
    main()
