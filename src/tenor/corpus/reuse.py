"""How much of an article's wording had stood in articles of earlier rounds: what makes coverage a routine.

A phrase is five words in a row. Quotations, names and numbers are not the outlet's wording: a phrase does not run
through a quotation, and holds at most one name or number, whichever it is. A phrase is reused if it stood in two
outlets' articles of an earlier round, copies of one text counting as one. Later rounds have more behind them to
repeat, so every round is held against as many earlier copy groups as the round that has fewest; which ones is
drawn by a seed, and several draws are averaged.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.corpus.boilerplate import SPANS, own_words
from tenor.corpus.phrases import fold
from tenor.corpus.store import Store
from tenor.model import Plan
from tenor.tables import REUSE

Hashes = NDArray[np.uint64]
LENGTH, MOST_MASKED = 5, 1
OUTLETS = 2
DRAWS, SEED = 10, 0
FEWEST = 5
"""A round with fewer earlier copy groups in a language has no figure there: two outlets could hardly agree."""

_QUOTED = re.compile(r"«[^«»]{0,2000}»|“[^“”]{0,2000}”|„[^„“”]{0,2000}[“”]|\"[^\"\n]{0,2000}\"")
_TOKEN = re.compile(r"[.!?…:]+(?=\s|$)|\n|\d[\d.,]*|[^\W\d_]+(?:['’-][^\W\d_]+)*|[^\w\s]")
_NUMBER, _NAME = "0", "1"
_BREAK = ""

_ARTICLES = """\
SELECT articles.doc_id, articles.outlet, articles.copy_id, articles.lang, assignments.round, title, text, spans
FROM articles JOIN documents USING (doc_id)
JOIN assignments ON assignments.doc_id = articles.doc_id AND assignments."by" = 'date' AND assignments.round <> ''
{spans} ORDER BY doc_id"""


@dataclass(frozen=True, slots=True)
class Piece:
    """An article by its phrases, as hashes, each once."""

    doc_id: str
    outlet: str
    copy_id: str
    lang: str
    round: str
    phrases: Hashes


def words_of(text: str) -> list[str]:
    """Return the words of a text with names and numbers masked; an empty word breaks what stands in a row.

    A word in capitals or with a capital that does not begin a sentence is taken for a name.

    Examples
    --------
    >>> words_of("The delegations met in Corvan on 5 May. Nothing was “signed at all”.")
    ['the', 'delegations', 'met', 'in', '1', 'on', '0', '1', '', 'nothing', 'was', '', '']
    """
    found: list[str] = []
    begins = True
    for token in _TOKEN.findall(_QUOTED.sub(" “ ", text)):
        if token[0].isdigit():
            found.append(_NUMBER)
        elif token[0].isalpha():
            name = not begins and token[0].isupper()
            if not (name and found and found[-1] == _NAME):  # a name of two words is one name
                found.append(_NAME if name else fold(token))
        elif token[0] in ".!?…:\n“":
            found.append(_BREAK)
        begins = token[0] in ".!?…:\n"
    return found


def phrases_of(text: str) -> Hashes:
    """Return the phrases of a text as hashes, each once, sorted.

    Examples
    --------
    >>> first = phrases_of("The talks between Velmara and Sundovia were held on 5 May.")
    >>> second = phrases_of("The talks between Aldermark and Corvan were held on 12 June.")
    >>> len(first), len(np.intersect1d(first, second))
    (2, 2)
    """
    words = words_of(text)
    found = set()
    for at in range(len(words) - LENGTH + 1):
        some = words[at : at + LENGTH]
        if _BREAK not in some and sum(word in (_NUMBER, _NAME) for word in some) <= MOST_MASKED:
            found.add(int.from_bytes(blake2b(" ".join(some).encode(), digest_size=8).digest(), "little"))
    return np.array(sorted(found), np.uint64)


def reuse(store: Store, plan: Plan) -> pa.Table:
    """Return how much each article of a round repeats of earlier rounds, as rows of `REUSE`.

    The first round has no rows. Articles without a phrase have none either.

    Parameters
    ----------
    store, plan
        The study; its articles, copies and rounds must be up to date.
    """
    pieces: list[Piece] = []
    with store.snapshot() as then:
        for part in then.batches(_ARTICLES.format(spans=SPANS), {}):
            pieces += _pieces(own_words(part).to_pylist())
    order = [item.id for item in sorted(plan.rounds, key=lambda item: item.date)]
    rows = [row for lang in sorted({piece.lang for piece in pieces})
            for row in _counted([piece for piece in pieces if piece.lang == lang], order)]  # fmt: skip
    return pa.Table.from_pylist(sorted(rows, key=lambda row: str(row["doc_id"])), REUSE)


def _pieces(rows: Sequence[Mapping[str, str]]) -> Iterator[Piece]:
    for row in rows:
        yield Piece(row["doc_id"], row["outlet"], row["copy_id"], row["lang"], row["round"], phrases_of(row["text"]))


def _counted(pieces: Sequence[Piece], order: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield a row for each article of a round that has enough behind it, all in one language."""
    by_round = {name: [piece for piece in pieces if piece.round == name] for name in order}
    behind = {name: [p for before in order[:at] for p in by_round[before]] for at, name in enumerate(order)}
    sizes = {name: len({piece.copy_id for piece in earlier}) for name, earlier in behind.items() if by_round[name]}
    enough = {name: size for name, size in sizes.items() if size >= FEWEST}
    if not enough:
        return
    size = min(enough.values())
    for name in enough:
        known = [_known(_drawn(behind[name], size, draw)) for draw in range(DRAWS)]
        for piece in by_round[name]:
            if piece.phrases.size:
                reused = [np.isin(piece.phrases, some, assume_unique=True).sum() for some in known]
                yield {"doc_id": piece.doc_id, "round": name, "reused": float(np.mean(reused)),
                       "phrases": float(piece.phrases.size), "reference": size}  # fmt: skip


def _drawn(earlier: Sequence[Piece], size: int, draw: int) -> list[Piece]:
    """Return the articles of so many copy groups, drawn by a seed: what comes in later moves few of them."""
    groups = sorted({piece.copy_id for piece in earlier}, key=lambda name: _rank(name, draw))
    kept = set(groups[:size])
    return [piece for piece in earlier if piece.copy_id in kept]


def _rank(name: str, draw: int) -> bytes:
    return blake2b(f"{SEED} {draw} {name}".encode(), digest_size=8).digest()


def _known(pieces: Sequence[Piece]) -> Hashes:
    """Return the phrases that stand in the texts of two outlets at least, copies of one text counting for the first."""
    first: dict[str, Piece] = {}
    for piece in pieces:
        if piece.copy_id not in first or piece.doc_id == piece.copy_id:
            first[piece.copy_id] = piece
    by_outlet: dict[str, list[Hashes]] = defaultdict(list)
    for piece in first.values():
        by_outlet[piece.outlet].append(piece.phrases)
    each = [np.unique(np.concatenate(some)) for some in by_outlet.values()]
    found, counts = np.unique(np.concatenate(each), return_counts=True) if each else (np.array([], np.uint64), 0)
    return found[np.asarray(counts) >= OUTLETS] if found.size else found
