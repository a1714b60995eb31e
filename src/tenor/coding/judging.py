"""From a study to a sheet of articles to judge, and back: how good its search and its cues are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa

from tenor.coding.judged import (
    CueQuality,
    Quality,
    codes_of,
    cue_quality,
    held_in,
    judged_cues,
    judged_hits,
    keep_answers,
    selection_precision,
)
from tenor.coding.sample import ToJudge, keep_sample, kept_sample, read_sheet, stale, take_sample, write_sheet
from tenor.corpus.human import Journal
from tenor.corpus.store import Store
from tenor.errors import MissingInput, StudyError
from tenor.grammar import counted
from tenor.model import Plan

NAME = "rounds"
_AROUND = 250
# Without queries of its own, a study's search is whatever its articles were found by.
_FOUND = """\
SELECT doc_id FROM articles WHERE NOT EXISTS (SELECT 1 FROM matches) OR doc_id IN (SELECT doc_id FROM matches)
ORDER BY doc_id"""
_ROUNDS = """\
SELECT DISTINCT doc_id, round, "by" FROM assignments WHERE round <> '' ORDER BY doc_id, round"""
_SHEET = """\
SELECT articles.doc_id AS doc_id, articles.outlet AS outlet, day, articles.lang AS lang, title, text,
       cue.start AS start, cue.stop AS stop
FROM articles JOIN documents USING (doc_id)
LEFT JOIN (SELECT doc_id, min(start) AS start, min(stop) AS stop FROM assignments
           WHERE "by" = 'reference' AND part = 'body' GROUP BY doc_id) AS cue ON cue.doc_id = articles.doc_id
WHERE articles.doc_id IN (SELECT unnest($ids))"""

Rounds = Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgements:
    """How well the search and the cues do, round by round, as far as articles were judged.

    `selection` are (round, quality) pairs; `notes` say what changed since, and what is left out.
    """

    selection: tuple[tuple[str, Quality], ...] = ()
    cues: tuple[CueQuality, ...] = ()
    notes: tuple[str, ...] = ()


def judge(store: Store, plan: Plan, journal: Journal, path: Path, number: int) -> tuple[str, ...]:
    """Draw articles and write them into a sheet; return what to do with it.

    Parameters
    ----------
    store, plan, journal
        The study; what is made from its articles must be up to date.
    path
        The sheet; it is not written over if it holds answers.
    number
        How many articles; spread evenly over rounds by date, with and without a cue.

    Raises
    ------
    TenorError
        There are no articles, or the sheet holds answers.
    """
    strata, _, _ = _strata(store)
    if strata.num_rows == 0:
        raise MissingInput("the search found no article that could be judged", do="run `tenor add`")
    sample = take_sample(strata, n=number, seed=0, name=NAME, what="articles that the search found")
    ids = sample.rows["doc_id"].to_pylist()
    texts = {row["doc_id"]: row for row in store.query(_SHEET, {"ids": ids}).to_pylist()}
    lines = write_sheet(path, [_to_judge(texts[doc_id]) for doc_id in ids], plan.rounds)
    keep_sample(journal, sample, coder="tenor")
    kinds = len(sample.sizes)
    few = (
        () if number >= kinds else (f"there are {kinds} kinds of articles: judge at least {kinds}, better 10 of each",)
    )
    return (*few, *lines)


def _to_judge(row: Mapping[str, str | int | date | None]) -> ToJudge:
    text, start = str(row["text"]), row["start"]
    begin = max(0, int(str(start)) - _AROUND) if start is not None else 0
    return ToJudge(
        doc_id=str(row["doc_id"]),
        outlet=str(row["outlet"]),
        published=str(row["day"] or ""),
        lang=str(row["lang"]),
        title=str(row["title"]),
        passage=("... " if begin else "") + text[begin : begin + 3 * _AROUND],
    )


def judged(store: Store, plan: Plan, journal: Journal, path: Path, coder: str) -> tuple[str, ...]:
    """Read a sheet that was filled in and keep its answers; return what was read.

    Raises
    ------
    TenorError
        The sheet can't be read, names a round that there is not, or contradicts itself, with file and line.
    """
    sample = kept_sample(journal, NAME)
    if sample is None:
        raise MissingInput("no sample was drawn yet", do="run `tenor rounds --judge 50`")
    found = read_sheet(path, [item.id for item in plan.rounds], sample.rows["doc_id"].to_pylist())
    kept = keep_answers(journal, found.answers, coder=coder or "unnamed")
    said = f"{counted(len(found.answers), 'article')} judged, {counted(kept, 'entry is', 'entries are')} new"
    return (f"{said}; {found.empty:,} left to judge", *found.problems)


def judgements(store: Store, plan: Plan, journal: Journal) -> Judgements:
    """Return how well the search and the cues do, from all answers that were kept.

    Examples
    --------
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> plan = read_study(example_folder("debates") / "tenor.yaml")
    >>> judgements(Store("corpus"), plan, Journal("human.sqlite"))
    Judgements(selection=(), cues=(), notes=())
    """
    sample = kept_sample(journal, NAME)
    if sample is None:
        return Judgements()
    strata, dated, referring = _strata(store)
    codes = codes_of(journal)
    notes = [*stale(sample, strata), *([codes.words] if codes.words else [])]
    if not codes.about and not codes.refers_to:
        return Judgements(notes=("a sample was drawn, and nothing of it is judged yet", *notes))
    hits, cued = judged_hits(sample, codes, dated), judged_cues(sample, codes, referring)
    try:
        return Judgements(
            selection=selection_precision(hits, held_in(strata, dated), plan.rounds),
            cues=cue_quality(cued, held_in(strata, referring), [item for item in plan.rounds if item.cues]),
            notes=tuple(notes),
        )
    except StudyError as error:
        # Articles or rounds changed so much that the sample is none of theirs; the rest of a study goes on.
        return Judgements(notes=(*notes, f"nothing can be said of search and cues: {error}"))


def _strata(store: Store) -> tuple[pa.Table, Rounds, Rounds]:
    """Return which stratum each found article is in, and its rounds by date and by reference."""
    ids = store.query(_FOUND, {})["doc_id"].to_pylist()
    found: dict[str, defaultdict[str, set[str]]] = {"date": defaultdict(set), "reference": defaultdict(set)}
    for row in store.query(_ROUNDS, {}).to_pylist():
        found[row["by"]][row["doc_id"]].add(row["round"])
    dated, referring = ({key: frozenset(names) for key, names in found[by].items()} for by in ("date", "reference"))
    names = [
        f"{' '.join(sorted(dated.get(doc_id, ['outside'])))}/{'cue' if doc_id in referring else 'no cue'}"
        for doc_id in ids
    ]
    table = pa.table({"doc_id": pa.array(ids, pa.string()), "stratum": pa.array(names, pa.string())})
    return table, dated, referring
