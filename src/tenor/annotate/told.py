"""The statements of a study as a table for people: who, what sort, which days, the words, and where they stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tenor.annotate.run import unread
from tenor.annotate.stating import ROLE
from tenor.corpus.store import Store
from tenor.errors import MissingInput, UnknownName
from tenor.model import Plan

UNNAMED, AUTHOR = "unnamed speaker", "the author"
KINDS = ("quote", "framing", "assessment", "prediction", "promise", "rhetorical")
TOLD = pa.schema(
    [
        pa.field("statement_id", pa.string(), nullable=False),
        pa.field("who", pa.string(), nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("form", pa.string(), nullable=False),
        pa.field("target", pa.string(), nullable=False),
        pa.field("frame", pa.string(), nullable=False),
        pa.field("polarity", pa.string(), nullable=False),
        pa.field("window_from", pa.date32()),
        pa.field("window_to", pa.date32()),
        pa.field("window_text", pa.string(), nullable=False),
        pa.field("passage", pa.string(), nullable=False),
        pa.field("within", pa.string(), nullable=False),
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("day", pa.date32()),
        pa.field("round", pa.string(), nullable=False),
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("part", pa.string(), nullable=False),
        pa.field("start", pa.int64(), nullable=False),
        pa.field("stop", pa.int64(), nullable=False),
        pa.field("coder", pa.string(), nullable=False),
        pa.field("score", pa.float32()),
    ]
)
# The rules' rows of today, and those of every person; what an outlet repeats under every piece is left out.
_ROWS = """\
SELECT said.*, title, text, coalesce(outlets.outlet, documents.outlet) AS outlet, day, coalesce(round, '') AS round
FROM statements AS said JOIN documents USING (doc_id)
LEFT JOIN (SELECT doc_id, outlet, day FROM articles) AS outlets USING (doc_id)
LEFT JOIN (SELECT doc_id, min(round) AS round FROM assignments WHERE "by" = 'date' GROUP BY doc_id) USING (doc_id)
WHERE (said.coder = $coder OR NOT starts_with(said.coder, 'statements@'))
  AND ($actor = '' OR said.actor = $actor) AND ($kind = '' OR said.kind = $kind)
  AND ($target = '' OR said.target = $target) AND ($outlet = '' OR documents.outlet = $outlet)
  AND ($round = '' OR round = $round)
  AND NOT EXISTS (SELECT 1 FROM boilerplate WHERE boilerplate.doc_id = said.doc_id AND said.part = 'body'
                  AND boilerplate.start <= said.start AND said.stop <= boilerplate.stop)
ORDER BY day, documents.outlet, doc_id, part DESC, said.start, said.stop, statement_id"""
_CODER = "SELECT coder FROM coders WHERE role = $role"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which statements; an empty filter lets all pass.

    Parameters
    ----------
    actor, target
        Ids of actors: who says it, and of whom.
    kind
        One of `KINDS`.
    outlet
        In which outlet.
    round
        In articles of which round, by their day.
    """

    actor: str = ""
    kind: str = ""
    outlet: str = ""
    round: str = ""
    target: str = ""


def told(store: Store, plan: Plan, wanted: Wanted) -> pa.Table:
    """Return statements as a table of `TOLD`, by day, outlet and place.

    A speaker whom the study does not name is an unnamed speaker, whatever the text calls them.

    Parameters
    ----------
    store, plan
        The study, its articles up to date.
    wanted
        Which of them.

    Raises
    ------
    UnknownName
        There is no such actor, kind, outlet or round.
    MissingInput
        The articles were not read yet.
    """
    _check(plan, store, wanted)
    people = store.query("SELECT count(*) AS n FROM statements WHERE NOT starts_with(coder, 'statements@')", {})
    why = unread(store.query, plan, ["annotations"])
    if why and not people["n"][0].as_py():
        raise MissingInput(f"there are no statements: {why}")
    coder = store.query(_CODER, {"role": ROLE}).to_pylist()
    asked = {name: getattr(wanted, name) for name in Wanted.__slots__}
    rows = store.query(_ROWS, {**asked, "coder": coder[0]["coder"] if coder else ""}).to_pylist()
    names = {one.id: one.name for one in plan.actors}
    who = {row["statement_id"]: _who(row, names) for row in rows}
    return pa.Table.from_pylist([_told(row, who) for row in rows], TOLD)


def _check(plan: Plan, store: Store, wanted: Wanted) -> None:
    actors = [one.id for one in plan.actors]
    for name in filter(None, (wanted.actor, wanted.target)):
        if name not in actors:
            raise UnknownName.of("actor", name, actors)
    if wanted.kind and wanted.kind not in KINDS:
        raise UnknownName.of("kind of statement", wanted.kind, KINDS)
    rounds = [one.id for one in plan.rounds]
    if wanted.round and wanted.round not in rounds:
        raise UnknownName.of("round", wanted.round, rounds)
    if wanted.outlet:
        outlets = store.query("SELECT DISTINCT outlet FROM documents ORDER BY outlet", {})["outlet"].to_pylist()
        if wanted.outlet not in outlets:
            raise UnknownName.of("outlet", wanted.outlet, outlets)


def _who(row: dict[str, Any], names: dict[str, str]) -> str:
    actor: str = row["actor"]
    if actor:
        return names.get(actor, actor)
    return AUTHOR if row["form"] == "author" else UNNAMED


def _told(row: dict[str, Any], who: dict[str, str]) -> dict[str, Any]:
    text = row["title"] if row["part"] == "title" else row["text"]
    spans = row["content"] or [[row["cue_start"], row["cue_stop"]]]
    passage = " … ".join(" ".join(text[start:stop].split()) for start, stop in spans if start >= 0)
    kept = {name: row[name] for name in TOLD.names if name in row}
    return {**kept, "who": who[row["statement_id"]], "passage": passage, "within": who.get(row["outer"], "")}


def edges(table: pa.Table) -> list[dict[str, Any]]:
    """Return how often each actor says each frame: ``actor, concept, agreement, statements, articles``.

    Statements of speakers without a name, and those that call nothing something, are no edges.
    """
    articles: dict[tuple[str, str, str], list[str]] = {}
    for row in table.to_pylist():
        if row["actor"] and row["frame"]:
            agreement = "no" if row["polarity"] == "negative" else "yes"
            articles.setdefault((row["who"], row["frame"], agreement), []).append(row["doc_id"])
    names = ("actor", "concept", "agreement")
    return [
        {**dict(zip(names, key, strict=True)), "statements": len(docs), "articles": len(set(docs))}
        for key, docs in sorted(articles.items())
    ]
