"""Words that set rounds apart, language by language; a family of near-copies speaks once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.audit.layers import Layer, rows_of
from tenor.compare.keyness import Keyness, Rule, Uses, keyness
from tenor.corpus.boilerplate import SPANS, own_words
from tenor.corpus.store import Store
from tenor.corpus.wording import TermTable, term_table
from tenor.described import KeyWord, KeyWords
from tenor.errors import StudyError, UnknownName
from tenor.model import Plan
from tenor.registry import measure_named
from tenor.studyfile import round_stretch

Numbers = NDArray[np.int64]
_TEXTS = """\
SELECT doc_id, articles.outlet, articles.lang, copy_id, title, text, spans
FROM articles JOIN documents USING (doc_id)
{spans}
WHERE doc_id IN (SELECT unnest($ids)) ORDER BY doc_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The articles of one language in some rounds, once a family, with their words counted."""

    lang: str
    articles: pa.Table
    rounds: tuple[str, ...]
    terms: TermTable


def texts_of(store: Store, ids: Sequence[str]) -> Iterator[pa.Table]:
    """Yield articles with their texts, boilerplate blanked so that places stay the same."""
    with store.snapshot() as then:
        for part in then.batches(_TEXTS.format(spans=SPANS), {"ids": list(ids)}):
            yield own_words(part)


def in_rounds(store: Store, plan: Plan, names: Sequence[str], query: str = "") -> dict[str, str]:
    """Return the round of each article whose day lies in one of some rounds, once a family of near-copies."""
    rows = store.query(measure_named("content.keyness").sql, {"query": query})
    kept = rows.filter(pa.array(rows_of(rows, Layer("once", "")).kept)) if rows.num_rows else rows
    found: dict[str, str] = {}
    for name in names:
        days = round_stretch(plan.event, plan.round(name), plan.event.window)
        inside = pc.and_(pc.greater_equal(kept["date"], days.start), pc.less(kept["date"], days.stop))
        found |= dict.fromkeys(kept.filter(inside)["doc_id"].to_pylist(), name)
    return found


def spoken(store: Store, rounds: Mapping[str, str]) -> list[Spoken]:
    """Return the articles of rounds language by language, with their words counted; the largest first."""
    ids = sorted(rounds)
    heads = store.query(
        "SELECT doc_id, lang FROM articles WHERE doc_id IN (SELECT unnest($ids)) ORDER BY doc_id", {"ids": ids}
    )
    found = []
    for lang in sorted(set(heads["lang"].to_pylist())):
        mine = heads.filter(pc.equal(heads["lang"], lang))["doc_id"].to_pylist()
        parts: list[pa.Table] = []
        terms = term_table(_remembered(texts_of(store, mine), parts))
        articles = pa.concat_tables(parts)
        own = tuple(rounds[doc_id] for doc_id in articles["doc_id"].to_pylist())
        found.append(Spoken(lang=lang, articles=articles, rounds=own, terms=terms))
    return sorted(found, key=lambda item: -item.articles.num_rows)


def _remembered(parts: Iterator[pa.Table], heads: list[pa.Table]) -> Iterator[pa.Table]:
    """Pass on title and text as one, and keep the rest."""
    for part in parts:
        heads.append(part.select(["doc_id", "outlet", "copy_id"]))
        whole = pc.binary_join_element_wise(part["title"], part["text"], "\n")
        yield pa.table({"text": whole, "lang": part["lang"]})


def words_between(said: Spoken, ours: Sequence[str], theirs: Sequence[str], rule: Rule | None = None) -> KeyWords:
    """Return the words by which rounds differ from others in one language, most telling first."""
    side = np.array([0 if name in ours else 1 if name in theirs else -1 for name in said.rounds], np.int64)
    counts = (int((side == 0).sum()), int((side == 1).sum()))
    if not all(counts):
        which = "the round" if not counts[0] else "the others"
        return _without_words(said, counts, f"no article in {which}")
    terms = said.terms
    uses = Uses(
        doc=terms.doc.astype(np.int64),
        term=terms.term.astype(np.int64),
        count=terms.count.astype(np.int64),
        side=side,
        outlet=_numbered(said.articles["outlet"]),
        group=_numbered(said.articles["copy_id"]),
        terms=len(terms.vocabulary),
    )
    if len(terms.vocabulary) < 2:
        return _without_words(said, counts, "hardly any words")
    found = keyness(uses, rule)
    kept = np.flatnonzero(found.kept)
    order = kept[np.argsort(-np.abs(found.z[kept]), kind="stable")]
    return KeyWords(
        lang=said.lang,
        articles=counts,
        words=tuple(_word(terms.vocabulary[at], found, int(at)) for at in order),
        tested=found.tested,
        by_chance=found.by_chance,
        note=found.note,
    )


def _without_words(said: Spoken, counts: tuple[int, int], note: str) -> KeyWords:
    return KeyWords(lang=said.lang, articles=counts, words=(), tested=0, by_chance=0.0, note=note)


def _word(word: str, found: Keyness, at: int) -> KeyWord:
    return KeyWord(
        word=word,
        log_odds=float(found.log_odds[at]),
        low=float(found.low[at]),
        high=float(found.high[at]),
        z=float(found.z[at]),
        uses=(int(found.uses[0, at]), int(found.uses[1, at])),
        outlets=int(found.outlets[at]),
        groups=int(found.groups[at]),
    )


def _numbered(names: pa.ChunkedArray) -> Numbers:
    made: Numbers = names.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return made


def compared(
    store: Store, plan: Plan, ours: Sequence[str], theirs: Sequence[str], query: str = ""
) -> tuple[KeyWords, ...]:
    """Return the words that set some rounds apart from others, a list a language.

    Raises
    ------
    UnknownName
        There is no such round, or no such query.
    StudyError
        A round stands on both sides, or a side is empty.
    """
    known = [item.id for item in plan.rounds]
    for name in (*ours, *theirs):
        if name not in known:
            raise UnknownName.of("round", name, known)
    if query and query not in (queries := [item.id for item in plan.queries]):
        raise UnknownName.of("query", query, queries)
    if not ours or not theirs or set(ours) & set(theirs):
        raise StudyError("a comparison needs two sides, and no round on both", do="as in `tenor compare r3 r1 r2`")
    found = in_rounds(store, plan, [*ours, *theirs], query)
    return tuple(words_between(item, ours, theirs) for item in spoken(store, found))
