"""Which round an article belongs to: by its day, and by what it says. Both are kept; they may disagree."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import pyarrow as pa

from tenor.corpus.boilerplate import SPANS, own_words
from tenor.corpus.phrases import Finder, finder, fold
from tenor.corpus.store import Store
from tenor.model import Plan
from tenor.studyfile import round_stretch
from tenor.tables import ASSIGNMENTS, MATCHES

UNKNOWN = "und"
_ARTICLES = "SELECT doc_id, outlet, day, copy_id FROM articles ORDER BY doc_id"
_TEXTS = """\
SELECT articles.doc_id, articles.lang, title, text, spans FROM articles JOIN documents USING (doc_id)
{spans} ORDER BY doc_id"""

# An article refers to none, one or several rounds; its day lies in one or none.
_DISAGREEMENT = """\
WITH dated AS (SELECT doc_id, round FROM assignments WHERE "by" = 'date' AND round <> ''),
referring AS (SELECT doc_id, string_agg(round, ' ' ORDER BY round) AS rounds FROM assignments
  WHERE "by" = 'reference' GROUP BY doc_id)
SELECT coalesce(dated.round, 'none') AS by_date, coalesce(referring.rounds, 'none') AS by_reference,
       count(*) AS articles, count(DISTINCT articles.copy_id) AS copy_groups
FROM articles LEFT JOIN dated USING (doc_id) LEFT JOIN referring USING (doc_id)
GROUP BY ALL ORDER BY by_date, by_reference"""

_BY_ROUND = """\
SELECT round, count(DISTINCT doc_id) FILTER (WHERE "by" = 'date') AS by_date,
       count(DISTINCT doc_id) FILTER (WHERE "by" = 'reference') AS by_reference,
       count(DISTINCT doc_id) FILTER (WHERE "by" = 'date' AND cue <> '') AS by_first_copy
FROM assignments WHERE round <> '' GROUP BY round"""

_FOLLOWS = """\
SELECT assignments.doc_id, assignments.round, cue, outlet, day
FROM assignments JOIN articles USING (doc_id) WHERE "by" = 'date' AND cue <> '' ORDER BY day, outlet, doc_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundsTables:
    """How articles fall into rounds.

    `rounds`: a row a round, by date and by reference. `disagreement`: a row for each pair of "its day
    says" and "it refers to". `follows`: copies whose round is that of their first publication.
    """

    rounds: pa.Table
    disagreement: pa.Table
    follows: pa.Table


def by_date(articles: pa.Table, plan: Plan) -> Iterator[dict[str, object]]:
    """Yield a row for each article whose own day, or whose family's first day, lies in a round.

    A near-copy belongs to the round in which its family was first published; where its own day
    says otherwise, the row says so.
    """
    sha = rules_sha(plan)
    stretches = {item.id: round_stretch(plan.event, item, plan.event.window) for item in plan.rounds}

    def round_of(day: date | None) -> str:
        if day is None:
            return ""
        return next((name for name, days in stretches.items() if days.start <= day < days.stop), "")

    rows = articles.to_pylist()
    firsts = {row["doc_id"]: row for row in rows if row["doc_id"] == row["copy_id"]}
    for row in rows:
        first = firsts.get(row["copy_id"], row)
        # An undated first publisher says nothing: then each copy goes by its own day.
        first = row if first["day"] is None else first
        own, name = round_of(row["day"]), round_of(first["day"])
        if name != own:
            where = f"its own day says {own or 'no round'}" if row["day"] else "it has no day of its own"
            cue = f"first published by {first['outlet']} on {first['day']}; {where}"
            yield _row(row["doc_id"], name, sha, by="date", cue=cue)
        elif name:
            yield _row(row["doc_id"], name, sha, by="date")


def by_reference(texts: Iterable[Mapping[str, str]], plan: Plan) -> Iterator[dict[str, object]]:
    """Yield a row for each round an article refers to, with the first cue and its place.

    Parameters
    ----------
    texts
        ``doc_id, lang, title, text``; a text of unknown language is looked through with the cues of all.
    plan
        The study; cues stand at its rounds.
    """
    sha = rules_sha(plan)
    finders: dict[str, Sequence[tuple[str, Finder]]] = {}
    for item in texts:
        lang = item["lang"]
        if lang not in finders:
            finders[lang] = cue_finders(plan, lang)
        parts = (("title", fold(item["title"])), ("text", fold(item["text"]))) if finders[lang] else ()
        for name, cues in finders[lang]:
            hit = cues.first_in(parts)
            if hit:
                part, (start, stop) = hit
                yield _row(item["doc_id"], name, sha, by="reference", cue=item[part][start:stop]) | {
                    "part": "title" if part == "title" else "body",
                    "start": start,
                    "stop": stop,
                }


def cue_finders(plan: Plan, lang: str) -> Sequence[tuple[str, Finder]]:
    """Return for each round what finds its cues in a language."""
    found = []
    for item in plan.rounds:
        phrases = [phrase for code, cues in item.cues if lang in (code, UNKNOWN, "") for phrase in cues]
        if phrases:
            found.append((item.id, finder(phrases)))
    return found


def _row(doc_id: str, name: str, sha: str, *, by: str, cue: str = "") -> dict[str, object]:
    empty = {"part": "", "start": None, "stop": None}
    return {"doc_id": doc_id, "round": name, "by": by, "cue": cue, "study_sha": sha, **empty}


def rules_sha(plan: Plan) -> str:
    """Return the sha256 of what a study says of its rounds: their days, window and cues."""
    said = [asdict(plan.event.window), plan.event.week_starts, *((r.id, str(r.date), r.cues) for r in plan.rounds)]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


def assigned(store: Store, plan: Plan) -> pa.Table:
    """Return all assignments of the stored articles, as rows of `ASSIGNMENTS`."""
    with store.snapshot() as then:
        rows = list(by_date(then.query(_ARTICLES, {}), plan))
        if any(item.cues for item in plan.rounds):
            for part in then.batches(_TEXTS.format(spans=SPANS), {}):
                rows += by_reference(own_words(part).to_pylist(), plan)
    return pa.Table.from_pylist(rows, ASSIGNMENTS).sort_by([("doc_id", "ascending"), ("by", "ascending")])


def matched(store: Store, plan: Plan) -> pa.Table:
    """Return which of the stored articles each query of the study picks, as rows of `MATCHES`."""
    wanted = [(item.id, finder(item.phrases), finder(item.without)) for item in plan.queries]
    rows = [{"doc_id": "", "query": item.id} for item in plan.queries]
    with store.snapshot() as then:
        for part in then.batches(_TEXTS.format(spans=SPANS), {}) if wanted else ():
            for item in own_words(part).to_pylist():
                # The headline's last word and the text's first one are no phrase.
                folded = f"{fold(item['title'])}\n_\n{fold(item['text'])}"
                rows += [
                    {"doc_id": item["doc_id"], "query": name}
                    for name, any_of, none_of in wanted
                    if any_of.first(folded) and not none_of.first(folded)
                ]
    return pa.Table.from_pylist(rows, MATCHES)


def rounds_tables(store: Store, plan: Plan) -> RoundsTables:
    """Return how the articles of a store fall into rounds; what it is made from must be up to date."""
    found = {row["round"]: row for row in store.query(_BY_ROUND, {}).to_pylist()}
    rows = []
    for item in plan.rounds:
        counted = found.get(item.id, {"by_date": 0, "by_reference": 0, "by_first_copy": 0})
        days = str(round_stretch(plan.event, item, plan.event.window))
        cues = sum(len(phrases) for _, phrases in item.cues)
        rows.append({"round": item.id, "label": item.label, "days": days, "cues": cues} | counted)
    return RoundsTables(
        rounds=pa.Table.from_pylist(rows),
        disagreement=store.query(_DISAGREEMENT, {}),
        follows=store.query(_FOLLOWS, {}),
    )
