"""What a report shows beside the verdicts: passages drawn by chance, who had copies first, and checks by people."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tenor.audit.behind import bears
from tenor.audit.description import describe
from tenor.audit.effect import Query, Source
from tenor.audit.run import CODEBOOK, ROUNDS, source_of
from tenor.audit.texts import MODELLED, AskedTexts
from tenor.audit.verdict import ask_any, of_texts, unmeasured
from tenor.coding.agreement import validated
from tenor.coding.codebook import read_codebook
from tenor.coding.codes import codes
from tenor.coding.judging import judgements
from tenor.corpus.human import HUMAN_FILE, Journal
from tenor.corpus.store import Store
from tenor.corpus.wording import perhaps_persons
from tenor.described import Description
from tenor.evidence import Behind, Borrowed, Checked, Context, Passages, Quoted
from tenor.model import Hypothesis, Plan
from tenor.registry import measure_named
from tenor.results import Audit

AROUND = 140
_MOST = 16
_LONGEST_MARK = 600
_SPOKEN = 20_000
_DOCUMENTS = "SELECT doc_id, title, text, url, lang FROM documents WHERE doc_id IN (SELECT unnest($ids))"
_MENTIONS = """\
SELECT doc_id, part, start, stop FROM annotations
JOIN coders ON coders.role = 'actors' AND coders.coder = annotations.coder
WHERE variable = 'mention' AND actor = $actor AND doc_id IN (SELECT unnest($ids)) ORDER BY doc_id, part, start"""
_SPANS = """\
SELECT DISTINCT doc_id, part, start, stop FROM annotations
WHERE variable = $variable AND ($value IN ('', 'any') OR value = $value) AND doc_id IN (SELECT unnest($ids))
ORDER BY doc_id, part, start, stop"""
_BORROWED = """\
SELECT first.outlet AS first, later.outlet AS later, count(*) AS articles, count(*) FILTER (WHERE NOT coalesce(
         later.day > first.day OR (later.published > first.published
         AND first.precision <> 'day' AND later.precision <> 'day'), false)) AS unknown
FROM articles AS later JOIN articles AS first ON later.copy_id = first.doc_id
WHERE later.doc_id <> first.doc_id AND later.outlet <> first.outlet
GROUP BY ALL ORDER BY articles DESC, first.outlet, later.outlet"""

_Rows = list[dict[str, Any]]
_Marks = Mapping[tuple[str, str], list[tuple[int, int]]]


def shown(
    store: Store, audit: Audit, folder: Path, each: Callable[[int], int] | None = None
) -> tuple[Audit, Description]:
    """Return an audit with what a report shows beside its verdicts, and what is in the study.

    Parameters
    ----------
    store, audit, folder
        The study, its verdicts, its folder.
    each
        How many passages each of so many hypotheses on texts may show; 16 if not given.
    """
    many = sum(item.behind is not None for verdict in audit.verdicts for item in verdict.findings)
    most = each(many) if each else _MOST
    return replace(audit, context=context(store, audit, folder, most=most)), describe(store, audit.plan, words=False)


def context(store: Store, audit: Audit, folder: Path, *, most: int) -> Context:
    """Return what a report shows beside the verdicts.

    Parameters
    ----------
    store, audit
        The study and its verdicts.
    folder
        Its folder, for what people coded and judged.
    most
        How many passages to draw for each hypothesis.
    """
    journal = Journal(folder / HUMAN_FILE)
    asked = [item for verdict in audit.verdicts for item in verdict.findings]
    judged = judgements(store, audit.plan, journal).selection
    # One snapshot for all: opening the tables takes longer than asking them.
    source = source_of(store)
    with store.snapshot() as then:
        same = replace(source, query=then.query)
        drawn = tuple(
            passages(same, audit.plan, item.hypothesis, item.behind, most) for item in asked if item.behind is not None
        )
        return Context(
            passages=drawn,
            checked=tuple(_checked(then.query, journal, folder, [item.hypothesis for item in asked])),
            borrowed=tuple(Borrowed(**row) for row in then.query(_BORROWED, {}).to_pylist()),
            selection=tuple((audit.plan.round(name).label, quality.words) for name, quality in judged),
            masked=tuple(_persons(then.query, audit.plan, drawn)),
        )


def passages(source: Source, plan: Plan, hypothesis: Hypothesis, figures: Behind, most: int) -> Passages:
    """Draw passages behind a hypothesis on texts: as many of each round, half of them such as bear the claim out.

    The draw is by a hash of where a passage stands: by chance, and the same each time.

    Parameters
    ----------
    source
        As `tenor.audit.run.source_of` gives it.
    plan, hypothesis, figures
        What is asked, and the figures of its finding.
    most
        How many to draw.
    """
    asked = ask_any(plan, source, hypothesis)
    assert isinstance(asked, AskedTexts)
    assert asked.texts is not None
    rows: _Rows = asked.texts.shown().to_pylist()
    for row in rows:
        row["bears"] = _bears(row, figures)
    chosen = _drawn(rows, most)
    ids = sorted({row["doc_id"] for row in chosen})
    texts = {row["doc_id"]: row for row in source.query(_DOCUMENTS, {"ids": ids}).to_pylist()}
    marks = _marks(source.query, hypothesis, ids)
    claimed = {item.label for item in figures.rounds if item.weight > 0}
    made = tuple(_quoted(row, texts[row["doc_id"]], marks, claimed) for row in chosen)
    return Passages(hypothesis=hypothesis.id, drawn=made, units=len(rows))


def _bears(row: Mapping[str, Any], figures: Behind) -> bool:
    return bool(bears(np.array([row["num"]]), np.array([row["den"]]), figures.centre, figures.side)[0])


def _drawn(rows: _Rows, most: int) -> _Rows:
    """Take passages in turn from each round, such as bear the claim out and such as do not."""
    piles: defaultdict[tuple[str, bool], _Rows] = defaultdict(list)
    for row in sorted(rows, key=_lot):
        piles[row["window"], row["bears"]].append(row)
    order = list(dict.fromkeys((row["window"], bears) for bears in (True, False) for row in rows))
    chosen: _Rows = []
    depth = 0
    while len(chosen) < most and any(depth < len(piles[name]) for name in order):
        chosen += [piles[name][depth] for name in order if depth < len(piles[name])]
        depth += 1
    place = {name: at for at, (name, _) in enumerate(order)}
    return sorted(chosen[:most], key=lambda row: (place[row["window"]], not row["bears"], _lot(row)))


def _lot(row: Mapping[str, Any]) -> str:
    return hashlib.md5(f"{row['doc_id']}/{row['part']}/{row['start']}".encode(), usedforsecurity=False).hexdigest()


def _marks(query: Query, hypothesis: Hypothesis, ids: Sequence[str]) -> _Marks:
    """Return by article and part the places that show what is counted."""
    of, name = dict(hypothesis.parameters), hypothesis.measure.partition("@")[0]
    if "actor" in of:
        rows = query(_MENTIONS, {"actor": of["actor"], "ids": list(ids)})
    elif name in {"language.techniques", "language.generalisation"}:
        variable = "technique" if name == "language.techniques" else "generalisation"
        rows = query(_SPANS, {"variable": variable, "value": of.get("technique", ""), "ids": list(ids)})
    else:
        return {}
    found: defaultdict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    for row in rows.to_pylist():
        found[row["doc_id"], row["part"]].append((row["start"], row["stop"]))
    return found


def _quoted(row: Mapping[str, Any], document: Mapping[str, Any], marks: _Marks, claimed: set[str]) -> Quoted:
    whole = row["start"] is None
    named = [part for part in ("title", "body") if marks.get((row["doc_id"], part))] if whole else []
    part = (named[0] if named else "body") if whole else "title" if row["part"] == "title" else "body"
    words = document["title"] if part == "title" or not document["text"] else document["text"]
    inside = marks.get((row["doc_id"], part), [])
    first = (inside[0] if inside else (0, 2 * AROUND)) if whole else (row["start"], row["stop"])
    start, stop = _room(words, first)
    shown = [span for span in inside if first[0] <= span[0] and span[1] <= first[1]] if not whole else inside
    if not whole and not shown:
        shown = [(row["start"], min(row["stop"], row["start"] + _LONGEST_MARK))]
    return Quoted(
        doc_id=row["doc_id"],
        outlet=row["outlet"],
        day=row["date"],
        lang=document["lang"] or "",
        title=document["title"],
        url=document["url"] or "",
        round=row["window"],
        claimed=row["window"] in claimed,
        speech=row["speech"] or "",
        in_title=part == "title",
        value=row["num"] / row["den"],
        bears=row["bears"],
        text=words[start:stop],
        marks=tuple((low - start, high - start) for low, high in shown if start <= low and high <= stop),
    )


def _room(words: str, span: tuple[int, int]) -> tuple[int, int]:
    """Return what is shown around a place: whole words, and no more than the paragraph before and after."""
    start, stop = max(0, span[0] - AROUND), min(len(words), min(span[1], span[0] + _LONGEST_MARK) + AROUND)
    if start and (space := words.find(" ", start, span[0])) >= 0:
        start = space + 1
    if stop < len(words) and (space := words.rfind(" ", span[1], stop)) > 0:
        stop = space
    return start, stop


def _persons(query: Query, plan: Plan, drawn: Sequence[Passages]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the names in each drawn article that may be a person's and are none of the study's actors."""
    ids = sorted({item.doc_id for part in drawn for item in part.drawn})
    known = _known(plan)
    for at in range(0, len(ids), 500):
        for row in query(_DOCUMENTS, {"ids": ids[at : at + 500]}).to_pylist():
            names = perhaps_persons(row["text"][:_SPOKEN], row["lang"] or "")
            words = Counter(row["text"][:_SPOKEN].split())
            single = {word for name in names for word in name.split() if words[word.lower()] == 0}
            strange = sorted(word for word in single if not _is_known(word, known))
            if strange:
                yield row["doc_id"], tuple(strange)


def _known(plan: Plan) -> frozenset[str]:
    """Return the words that name actors, outlets, queries and rounds."""
    said = [plan.event.title, plan.title, *(item.label for item in plan.rounds)]
    said += [phrase for item in plan.queries for phrase in item.phrases]
    said += [phrase for item in plan.rounds for _, cues in item.cues for phrase in cues]
    said += [name for item in plan.outlets for name in (item.name, item.owner, item.country)]
    for actor in plan.actors:
        titles = [words for title in actor.titles for _, words in title.words]
        said += [actor.name, *(word for _, words in actor.aliases for word in words), *(w for t in titles for w in t)]
    return frozenset(word.strip("*.,\"'").casefold() for text in said for word in text.split())


def _is_known(word: str, known: frozenset[str]) -> bool:
    """Return whether a word is one of the known, or a form of one: the last two letters may differ."""
    plain = word.casefold()
    return any(plain == item or (len(item) > 4 and plain.startswith(item[: max(4, len(item) - 2)])) for item in known)


def _checked(query: Query, journal: Journal, folder: Path, asked: Sequence[Hypothesis]) -> Iterator[Checked]:
    """Yield for every hypothesis that a model reads how many codes stand behind it, and how they agree."""
    mine = [item for item in asked if not unmeasured(item) and of_texts(measure_named(item.measure))]
    mine = [item for item in mine if item.measure.startswith(MODELLED)]
    if not mine:
        return
    kept, variables = codes(journal), read_codebook(folder / CODEBOOK)
    rounds = {row["doc_id"]: row["round"] for row in query(ROUNDS, {}).to_pylist()}
    for item in mine:
        contrast = [name for name, _ in item.contrast]
        found = validated(
            item.measure, dict(item.parameters), kept, rounds=rounds, contrast=contrast, variables=variables
        )
        alpha = found.agreement
        yield Checked(
            hypothesis=item.id,
            n_codes=found.n_codes,
            alpha=alpha.alpha if alpha else None,
            low=alpha.low if alpha else None,
            high=alpha.high if alpha else None,
            why=found.why,
        )
