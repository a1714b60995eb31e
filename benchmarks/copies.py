"""Near-copies: documents a second beside a plain MinHash on Python sets, and what is found of planted copies.

The planted copies are edited, cut and prefixed; beside them stand hard negatives: outlets with
footers, templates filled in anew, and pairs that share a background paragraph. Both ways read the
same texts in the same process, one after the other; only the ratio of their speeds means anything.

    python benchmarks/copies.py [documents]        (8,000 by default)
"""

from __future__ import annotations

import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import combinations

import pyarrow as pa

from tenor.corpus.copies import find_copies

BINS, ROWS, THRESHOLD = 128, 4, 0.5
PRIME = 2**61 - 1
VOCABULARY = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in ("a", "ei", "o", "ur") for c in "nrstxlmk"]
Row = dict[str, object]
Pairs = set[tuple[int, int]]


def planted(size: int) -> tuple[list[Row], dict[str, Pairs], dict[str, Pairs]]:
    """Return documents, the pairs that are copies and the pairs that only look alike, each by kind."""
    rng = random.Random(1)  # noqa: S311 (texts, no secrets)
    rows: list[Row] = []
    copies: dict[str, Pairs] = defaultdict(set)
    others: dict[str, Pairs] = defaultdict(set)
    footers = [words(rng, 40) for _ in range(20)]
    templates = [words(rng, 60) for _ in range(20)]

    def add(text: list[str], outlet: int, hour: int) -> int:
        body = " ".join([*text, *footers[outlet]])
        moment = 1_700_000_000_000_000 + hour * 3_600_000_000
        rows.append({"text": body, "outlet": f"outlet {outlet}", "published": moment})
        return len(rows) - 1

    changes: dict[str, Callable[[list[str]], list[str]]] = {
        "edited by 5 %": lambda text: edited(rng, text, 0.05),
        "edited by 10 %": lambda text: edited(rng, text, 0.10),
        "edited by 20 %": lambda text: edited(rng, text, 0.20),
        "cut to 60 %": lambda text: text[: len(text) * 6 // 10],
        "cut to 35 %": lambda text: text[: len(text) * 35 // 100],
        "prefixed, other title": lambda text: [*words(rng, 9), "agency", *text],
    }
    while len(rows) < size:
        hour = len(rows)
        text = words(rng, rng.randint(150, 400))
        first = add(text, rng.randrange(20), hour)
        for kind in rng.sample(sorted(changes), rng.choice([0, 0, 1, 2])):
            copies[kind].add((first, add(changes[kind](text), rng.randrange(20), hour + 2)))
        background = words(rng, 80)
        pair = [add([*words(rng, 160), *background], rng.randrange(20), hour) for _ in range(2)]
        others["shared background"].add((pair[0], pair[1]))
        outlet = rng.randrange(20)
        pair = [add(filled(rng, templates[outlet]), outlet, hour) for _ in range(2)]
        others["same template"].add((pair[0], pair[1]))
        short = [add(words(rng, 30), outlet, hour) for _ in range(2)]
        others["same footer"].add((short[0], short[1]))
    return rows, copies, others


def words(rng: random.Random, number: int) -> list[str]:
    """Return random words, drawn evenly."""
    return rng.choices(VOCABULARY, k=number)


def edited(rng: random.Random, text: list[str], share: float) -> list[str]:
    """Replace stretches of six words."""
    made = list(text)
    for _ in range(max(1, round(share * len(text) / 6))):
        at = rng.randrange(len(text) - 6)
        made[at : at + 6] = words(rng, 6)
    return made


def filled(rng: random.Random, template: list[str]) -> list[str]:
    """Fill a template with a name of two words and a number at every tenth word."""
    made: list[str] = []
    for place, word in enumerate(template):
        if place % 10 == 0:
            made += [*words(rng, 2), str(rng.randrange(10_000))]
        made.append(word)
    return made


# --- the plain way ---------------------------------------------------------------------------------


def plain(texts: list[str]) -> Pairs:
    """Return the pairs that MinHash with 128 permutations, banding and Jaccard find, on Python sets."""
    rng = random.Random(2)  # noqa: S311 (no secrets)
    keys = [(rng.randrange(1, PRIME), rng.randrange(PRIME)) for _ in range(BINS)]
    sets = [shingles(text) for text in texts]
    buckets: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, hashes in enumerate(sets):
        if not hashes:
            continue
        signature = [min((a * value + b) % PRIME for value in hashes) for a, b in keys]
        for band in range(0, BINS, ROWS):
            buckets[band, *signature[band : band + ROWS]].append(number)
    candidates = {pair for bucket in buckets.values() for pair in combinations(bucket, 2)}
    return {
        (one, two) for one, two in candidates if len(sets[one] & sets[two]) >= THRESHOLD * len(sets[one] | sets[two])
    }


def shingles(text: str) -> set[int]:
    """Return the three-word shingles of a text as numbers."""
    parts = text.casefold().split()
    joined = (" ".join(parts[place : place + 3]) for place in range(len(parts) - 2))
    return {int.from_bytes(blake2b(item.encode(), digest_size=7).digest(), "little") for item in joined}


# --- what is measured ------------------------------------------------------------------------------


def of_families(table: pa.Table) -> Pairs:
    """Return all pairs inside families."""
    members: dict[str, list[int]] = defaultdict(list)
    for row in table.to_pylist():
        members[row["copy_id"]].append(int(row["doc_id"]))
    return {pair for family in members.values() for pair in combinations(sorted(family), 2)}


def lines(name: str, found: Pairs, copies: dict[str, Pairs], others: dict[str, Pairs]) -> Iterator[str]:
    """Say what was found of the copies, and of what only looks alike."""
    true = set().union(*copies.values())
    families: dict[int, set[int]] = defaultdict(set)
    for one, two in true:
        families[one] |= {one, two}
    true = {pair for family in families.values() for pair in combinations(sorted(family), 2)}
    yield f"{name}: precision {len(found & true) / max(len(found), 1):.3f}, recall {len(found & true) / len(true):.3f}"
    for kind, pairs in sorted(copies.items()):
        yield f"    found, {kind}: {len(found & pairs) / len(pairs):.3f} of {len(pairs)}"
    for kind, pairs in sorted(others.items()):
        yield f"    wrongly, {kind}: {len(found & pairs) / len(pairs):.3f} of {len(pairs)}"


def main(size: int) -> None:
    """Measure and print."""
    rows, copies, others = planted(size)
    full = [{"doc_id": f"{number:08}", "title": "", **row} for number, row in enumerate(rows)]
    documents = pa.Table.from_pylist(full)
    start = time.perf_counter()
    result = find_copies(documents, [THRESHOLD])
    ours = len(rows) / (time.perf_counter() - start)
    start = time.perf_counter()
    again = find_copies(documents, [THRESHOLD], stored=result.signatures)
    stored = len(rows) / (time.perf_counter() - start)
    part = [str(row["text"]) for row in rows[:1_000]]
    start = time.perf_counter()
    plain(part)
    theirs = len(part) / (time.perf_counter() - start)
    print(f"{len(rows):,} documents, all steps: {ours:,.0f} a second; with stored signatures {stored:,.0f}")
    print(f"    plain MinHash on Python sets, on 1,000 of them: {theirs:,.0f} a second; ratio {ours / theirs:.1f}")
    assert again.table.equals(result.table)
    print(result.report)
    print("\n".join(lines("tenor", of_families(result.table), copies, others)))
    small, few, alike = planted(1_000)
    print("\n".join(lines("plain, 1,000 documents", plain([str(row["text"]) for row in small]), few, alike)))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 8_000)
