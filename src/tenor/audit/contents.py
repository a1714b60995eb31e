"""Articles -> points by their words -> how new each is, and which earlier passage is nearest to it.

Words and not the vectors of the model that ships: that one learnt tone. On ECB+ (docs/content.md) two articles are told
to be of one event by their words nearly always, by the model's vectors much less well; and where only the tone changes,
the vectors move and the words stay.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.annotate.sentences import sentences
from tenor.audit.within import NOWHERE, Texts, round_of, texts_of
from tenor.compare.novelty import novelty, worded
from tenor.corpus.boilerplate import SPANS, own_words
from tenor.corpus.wording import tokens
from tenor.model import Hypothesis, Measure, Plan, Stretch
from tenor.studyfile import round_stretch
from tenor.tables import ROWS

Query = Callable[[str, Mapping[str, object]], pa.Table]
Singles = NDArray[np.float32]
Numbers = NDArray[np.int64]
READINGS = ("body", "headline and body")
"""Which words of an article are taken for what it says."""
FEWEST = 3
"""With fewer earlier articles of its language than this, nothing is said of how new an article is."""
_STEM = 6
_SOME = 1_000
_COLUMNS = ("doc_id", "date", "outlet", "copy_id", "lang")
_TEXTS = """\
SELECT doc_id, articles.lang AS lang, title, text, spans FROM articles JOIN documents USING (doc_id, outlet)
{spans}
WHERE doc_id IN (SELECT unnest($ids)) ORDER BY doc_id"""
_DOCUMENTS = """\
SELECT doc_id, articles.outlet AS outlet, articles.day AS day, articles.lang AS lang, title, text, url, spans
FROM articles JOIN documents USING (doc_id, outlet)
{spans}
WHERE doc_id IN (SELECT unnest($ids)) ORDER BY doc_id"""


def of_contents(measure: Measure) -> bool:
    """Return whether a measure's SELECT only says which articles are compared: a figure takes two of them.

    Examples
    --------
    >>> from tenor.registry import measure_named
    >>> of_contents(measure_named("content.novelty")), of_contents(measure_named("volume.rate"))
    (True, False)
    """
    return measure.name in {"content.distance", "content.novelty"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Articles as points.

    Parameters
    ----------
    documents
        ``doc_id, date, outlet, copy_id, lang``, one row an article, by day and name.
    vectors
        Where each lies by its words, of length 1; see `tenor.compare.novelty.worded`.
    """

    documents: pa.Table
    vectors: Singles

    def only(self, keep: NDArray[np.bool_] | Numbers) -> Placed:
        """Return some of the articles."""
        at = np.flatnonzero(keep) if keep.dtype == np.bool_ else keep
        return Placed(documents=self.documents.take(pa.array(at)), vectors=self.vectors[at])


def placed(query: Query, rows: pa.Table, reading: str) -> Placed:
    """Return the articles of a measure's rows as points, each language by itself; boilerplate is left out.

    Parameters
    ----------
    query
        Runs a SELECT on the study's store.
    rows
        As the SELECT of `content.novelty` gives them.
    reading
        One of `READINGS`.
    """
    heads = rows.filter(rows["doc_id"].is_valid()).select(["doc_id", "date", "outlet", "copy_id"])
    heads = heads.group_by(["doc_id", "date", "outlet", "copy_id"]).aggregate([]).sort_by("doc_id")
    langs: list[str] = []
    entries: dict[str, list[tuple[int, Counter[str]]]] = {}
    for number, (lang, words) in enumerate(_worded(query, heads["doc_id"].to_pylist(), reading)):
        langs.append(lang)
        entries.setdefault(lang, []).append((number, words))
    vectors = np.zeros((len(langs), worded(*_nothing()).shape[1]), np.float32)
    for own in entries.values():
        vectors[[number for number, _ in own]] = by_words([words for _, words in own])
    documents = heads.append_column("lang", pa.array(langs, pa.string())).select(list(_COLUMNS))
    order = pc.sort_indices(documents, [("date", "ascending"), ("doc_id", "ascending")]).to_numpy()
    there = np.linalg.norm(vectors[order], axis=1) > 0
    return Placed(documents=documents.take(pa.array(order[there])), vectors=vectors[order[there]])


def _nothing() -> tuple[Numbers, Numbers, Numbers, tuple[int, int], NDArray[np.uint64]]:
    none = np.empty(0, np.int64)
    return none, none, none, (0, 0), np.empty(0, np.uint64)


def _worded(query: Query, names: Sequence[str], reading: str) -> Iterator[tuple[str, Counter[str]]]:
    """Yield the language and the words of each article, in order of the names."""
    for start in range(0, len(names), _SOME):
        part = own_words(query(_TEXTS.format(spans=SPANS), {"ids": names[start : start + _SOME]}))
        for lang, title, text in zip(*(part[name].to_pylist() for name in ("lang", "title", "text")), strict=True):
            whole = f"{title}\n{text}" if reading == READINGS[1] else text
            yield lang or "", stems(whole or "", lang or "")


def stems(text: str, lang: str) -> Counter[str]:
    """Return how often a text uses each word; words count as one if their first six letters are the same.

    Examples
    --------
    >>> sorted(stems("Negotiators negotiate; 28.5 crowns.", "en").items())
    [('28.5', 1), ('crowns', 1), ('negoti', 2)]
    """
    return Counter(word if word[0].isdigit() else word[:_STEM] for word in tokens(text, lang))


def by_words(documents: Sequence[Counter[str]]) -> Singles:
    """Return texts as points by their words, given how often each uses each.

    Examples
    --------
    >>> same, other = stems("the harbour", "en"), stems("the railway", "en")
    >>> found = by_words([same, same, other])
    >>> float((found[0] @ found[1]).round(6)), float((found[0] @ found[2]).round(6))
    (1.0, 0.0)
    """
    vocabulary = {word: number for number, word in enumerate(sorted({word for words in documents for word in words}))}
    sizes = np.array([len(words) for words in documents], np.int64)
    term = np.array([vocabulary[word] for words in documents for word in words], np.int64)
    count = np.array([uses for words in documents for uses in words.values()], np.int64)
    digests = (hashlib.blake2b(word.encode(), digest_size=8).digest() for word in vocabulary)
    keys = np.frombuffer(b"".join(digests), "<u8").astype(np.uint64)
    doc = np.repeat(np.arange(len(documents)), sizes)
    return worded(doc, term, count, (len(documents), len(vocabulary)), keys)


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """How new articles are: their rows in `placed`, the value of each, and the row of the nearest earlier article."""

    placed: Placed
    rows: Numbers
    values: NDArray[np.float64]
    nearest: Numbers
    size: tuple[tuple[str, int], ...]


def how_new(plan: Plan, articles: Placed) -> New:
    """Return how new each article is against those of earlier rounds in its language, each copy group once.

    As many earlier articles are looked at for each, in a language: as many as the first round that has some has.

    Parameters
    ----------
    plan
        The rounds; an article belongs to one under any of the study's windows, and its references are the articles
        in the study's own window of the rounds before.
    articles
        All articles of the measure.
    """
    days = articles.documents["date"]
    own, wide = _stretches(plan)
    inside, around = round_of(days, own), round_of(days, wide)
    ends = np.array([_number(item.stop) for item in own])
    number = days.cast(pa.int32()).to_numpy()
    before = np.where(around != NOWHERE, around, np.searchsorted(ends, number, side="right"))
    langs = articles.documents["lang"].combine_chunks().dictionary_encode()
    codes = langs.indices.to_numpy()
    copies = articles.documents["copy_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    rows, values, nearest, sizes = [], [], [], []
    for code, lang in enumerate(langs.dictionary.to_pylist()):
        mine = codes == code
        pools = [_once(np.flatnonzero(mine & (inside != NOWHERE) & (inside < k)), copies) for k in range(len(own) + 1)]
        size = min((pool.size for pool in pools if pool.size >= FEWEST), default=0)
        for k, pool in enumerate(pools):
            here = np.flatnonzero(mine & (before == k))
            if size and pool.size >= size and here.size:
                found = novelty(articles.vectors[here], articles.vectors[pool], size)
                rows.append(here)
                values.append(found.values)
                nearest.append(pool[found.nearest])
        sizes.append((str(lang), int(size)))
    empty = np.empty(0, np.int64)
    return New(
        placed=articles,
        rows=np.concatenate([empty, *rows]),
        values=np.concatenate([np.empty(0), *values]),
        nearest=np.concatenate([empty, *nearest]),
        size=tuple(sorted(sizes)),
    )


def _stretches(plan: Plan) -> tuple[list[Stretch], list[Stretch]]:
    """Return the days of each round under the study's window, and under all of its windows together, in time."""
    event = plan.event
    pairs = []
    for item in plan.rounds:
        every = [round_stretch(event, item, window) for window in (event.window, *event.other_windows)]
        whole = Stretch(start=min(one.start for one in every), stop=max(one.stop for one in every))
        pairs.append((every[0], whole))
    pairs.sort(key=lambda pair: pair[0].start)
    return [own for own, _ in pairs], [whole for _, whole in pairs]


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _once(rows: Numbers, copies: Numbers) -> Numbers:
    """Return the first row of each copy group."""
    _, first = np.unique(copies[rows], return_index=True)
    return np.asarray(rows[np.sort(first)])


def new_rows(query: Query, plan: Plan, rows: pa.Table, reading: str = READINGS[0]) -> pa.Table:
    """Return the rows of `content.novelty`, one an article, and the days on which outlets were observed.

    Parameters
    ----------
    query, plan
        The study.
    rows
        As the measure's SELECT gives them.
    reading
        One of `READINGS`.
    """
    found = how_new(plan, placed(query, rows, reading))
    documents = found.placed.documents.take(pa.array(found.rows))
    empty = {name: pa.nulls(len(documents), ROWS.field(name).type) for name in ROWS.names}
    made = {
        **empty,
        **{name: documents[name] for name in ("doc_id", "date", "outlet", "copy_id")},
        "days": pa.array(np.ones(len(documents), np.int16)),
        "num": pa.array(found.values),
        "den": pa.array(np.ones(len(documents))),
    }
    days = rows.filter(rows["doc_id"].is_null()).select(ROWS.names)
    days = days.set_column(ROWS.names.index("num"), ROWS.field("num"), pa.array(np.zeros(len(days))))
    whole = pa.concat_tables([pa.table([made[name] for name in ROWS.names], ROWS.names).cast(ROWS), days.cast(ROWS)])
    return whole.sort_by([("outlet", "ascending"), ("date", "ascending"), ("doc_id", "ascending")])


def first_round(plan: Plan, hypothesis: Hypothesis) -> str:
    """Say that a round has no earlier one to be new against, where a hypothesis names the first."""
    first = min(plan.rounds, key=lambda item: item.date)
    named = first.id in {name for name, _ in hypothesis.contrast}
    return f"{first.label} is the first: there is nothing earlier that it could be new against" if named else ""


def texts_new(query: Query, plan: Plan, hypothesis: Hypothesis, rows: pa.Table, articles: pa.Table) -> Texts:
    """Gather how new articles are for a hypothesis, under every reading.

    Parameters
    ----------
    query, plan, hypothesis
        What is asked, and of which study.
    rows
        As the measure's SELECT gives them.
    articles
        ``doc_id, lang, day, outlet`` of every article.
    """
    made = tuple((reading, new_rows(query, plan, rows, reading)) for reading in READINGS)
    return replace(texts_of(plan, hypothesis, made[0][1], articles), readings=made)


def new_pairs(query: Query, plan: Plan, hypothesis: Hypothesis, rows: pa.Table) -> pa.Table:
    """Return for every article of a hypothesis' rounds the nearest earlier one, the least new first.

    Returns
    -------
    pyarrow.Table
        As `pairs_of`; `value` is how new the article is.
    """
    found = how_new(plan, placed(query, rows, READINGS[0]))
    stretches = [round_stretch(plan.event, plan.round(name), plan.event.window) for name, _ in hypothesis.contrast]
    inside = round_of(found.placed.documents["date"], stretches) != NOWHERE
    names = found.placed.documents["doc_id"].to_pylist()
    whole = zip(found.rows.tolist(), found.nearest.tolist(), found.values.tolist(), strict=True)
    pairs = [(names[row], names[other], value) for row, other, value in whole if inside[row]]
    return pairs_of(query, sorted(pairs, key=lambda pair: (pair[2], pair[0])))


def pairs_of(query: Query, pairs: Sequence[tuple[str, str, float]]) -> pa.Table:
    """Return for pairs of articles the two sentences of their bodies that are most alike, with where they stand.

    Parameters
    ----------
    query
        Runs a SELECT on the study's store.
    pairs
        An article, the one it is nearest to, and the value that is shown.

    Returns
    -------
    pyarrow.Table
        ``value, outlet, date, doc_id, start, stop, passage, likeness, earlier_outlet, earlier_date, earlier_doc_id,
        earlier_start, earlier_stop, earlier_passage, url``; offsets are code points of the text, likeness goes from 0
        to 1.
    """
    texts: dict[str, dict[str, Any]] = {}
    names = sorted({name for one, other, _ in pairs for name in (one, other)})
    for start in range(0, len(names), _SOME):
        part = query(_DOCUMENTS.format(spans=SPANS), {"ids": names[start : start + _SOME]})
        blanked = own_words(part)["text"].to_pylist()
        for row, own in zip(part.to_pylist(), blanked, strict=True):
            texts[row["doc_id"]] = {**row, "own": own}
    found = [_pair(texts[one], texts[other], value) for one, other, value in pairs]
    return pa.Table.from_pylist([row for row in found if row])


def _pair(one: Mapping[str, Any], other: Mapping[str, Any], value: float) -> dict[str, Any]:
    """Return the most alike sentences of two articles; nothing where one has none."""
    here, there = (list(_sentences(item)) for item in (one, other))
    if not here or not there:
        return {}
    points = by_words([words for _, words in (*here, *there)])
    alike = points[: len(here)] @ points[len(here) :].T
    at, to = np.unravel_index(int(np.argmax(alike)), alike.shape)
    found: dict[str, Any] = {"value": value}
    for prefix, document, (start, stop) in (("", one, here[at][0]), ("earlier_", other, there[to][0])):
        found |= {
            f"{prefix}outlet": document["outlet"],
            f"{prefix}date": document["day"],
            f"{prefix}doc_id": document["doc_id"],
            f"{prefix}start": start,
            f"{prefix}stop": stop,
            f"{prefix}passage": document["text"][start:stop],
        }
        found |= {} if prefix else {"likeness": round(float(alike[at, to]), 4)}
    return {**found, "url": one["url"]}


def _sentences(document: Mapping[str, Any]) -> Iterable[tuple[tuple[int, int], Counter[str]]]:
    """Yield the places of a text's own sentences, with their words."""
    lang = document["lang"] or ""
    for start, stop in sentences(document["own"], lang):
        words = stems(document["own"][start:stop], lang)
        if words:
            yield (start, stop), words
