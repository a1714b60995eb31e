"""The events of a study as a table for people: who did what to whom on which day, and the reports of it.

They are made on demand from the texts and from where the actors are named, and kept in no table: the rules are quick,
and so better rules need no second reading.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from tenor.annotate.acts import RULES, TYPES, acts
from tenor.annotate.run import unread
from tenor.annotate.speakers import Named
from tenor.corpus.store import Store
from tenor.errors import MissingInput, UnknownName
from tenor.model import Plan

HAPPENED = pa.schema(
    [
        pa.field("day", pa.date32()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("target", pa.string(), nullable=False),
        pa.field("dated", pa.bool_(), nullable=False),
        pa.field("reports", pa.int64(), nullable=False),
        pa.field("outlets", pa.int64(), nullable=False),
        pa.field("score", pa.float64(), nullable=False),
        pa.field("passage", pa.string(), nullable=False),
        pa.field(
            "places",
            pa.list_(
                pa.struct(
                    [
                        ("doc_id", pa.string()),
                        ("outlet", pa.string()),
                        ("part", pa.string()),
                        ("start", pa.int64()),
                        ("stop", pa.int64()),
                    ]
                )
            ),
            nullable=False,
        ),
        pa.field("coder", pa.string(), nullable=False),
    ]
)
# One text of each family of near-copies, the earliest; what an outlet repeats under every piece is left out below.
_TEXTS = """\
WITH named AS (
    SELECT doc_id, list({'part': part, 'start': start, 'stop': stop, 'actor': actor} ORDER BY start, stop) AS named
    FROM annotations WHERE variable = 'mention' AND actor <> '' AND coder = $finder GROUP BY doc_id),
picked AS (
    SELECT doc_id FROM articles
    QUALIFY row_number() OVER (PARTITION BY copy_id ORDER BY published NULLS LAST, doc_id) = 1)
SELECT articles.doc_id, articles.outlet, articles.lang, articles.day, title, text, named,
       coalesce(round, '') AS round,
       (SELECT list([start, stop]) FROM boilerplate WHERE boilerplate.doc_id = articles.doc_id) AS repeated
FROM articles JOIN picked USING (doc_id) JOIN documents USING (doc_id) JOIN named USING (doc_id)
LEFT JOIN (SELECT doc_id, min(round) AS round FROM assignments WHERE "by" = 'date' GROUP BY doc_id) USING (doc_id)
WHERE $round = '' OR round = $round
ORDER BY articles.day NULLS LAST, articles.outlet, articles.doc_id"""
_FINDER = "SELECT coder FROM coders WHERE role = 'actors'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Which events; an empty filter lets all pass.

    Parameters
    ----------
    actor, target
        Ids of actors: who does it, and to whom.
    type
        One of `tenor.annotate.acts.TYPES`.
    round
        Told in articles of which round, by their day.
    """

    actor: str = ""
    type: str = ""
    target: str = ""
    round: str = ""


def happened(store: Store, plan: Plan, sought: Sought) -> pa.Table:
    """Return events as a table of `HAPPENED`, by day, source, type and target.

    Reports of one day that tell the same of the same two actors are one event; of a family of near-copies only the
    earliest text reports.

    Parameters
    ----------
    store, plan
        The study, its articles up to date.
    sought
        Which of them.

    Raises
    ------
    UnknownName
        There is no such actor, type or round.
    MissingInput
        The articles were not read yet.
    """
    _check(plan, sought)
    why = unread(store.query, plan, ["annotations"])
    if why:
        raise MissingInput(f"there are no events: {why}")
    finder = store.query(_FINDER, {}).to_pylist()
    asked = {"finder": finder[0]["coder"] if finder else "", "round": sought.round}
    found: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in store.query(_TEXTS, asked).to_pylist():
        for report in _reports(row):
            if all(not wanted or report[name] == wanted for name, wanted in _filters(sought)):
                key = (report["day"], report["source"], report["type"], report["target"])
                found.setdefault(key, []).append(report)
    order = sorted(found, key=lambda key: (key[0] is None, str(key[0]), *key[1:]))
    return pa.Table.from_pylist([_merged(found[key]) for key in order], HAPPENED)


def _check(plan: Plan, sought: Sought) -> None:
    actors = [one.id for one in plan.actors]
    for name in filter(None, (sought.actor, sought.target)):
        if name not in actors:
            raise UnknownName.of("actor", name, actors)
    if sought.type and sought.type not in TYPES:
        raise UnknownName.of("type of event", sought.type, TYPES)
    rounds = [one.id for one in plan.rounds]
    if sought.round and sought.round not in rounds:
        raise UnknownName.of("round", sought.round, rounds)


def _filters(sought: Sought) -> tuple[tuple[str, str], ...]:
    return (("source", sought.actor), ("type", sought.type), ("target", sought.target))


def _reports(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what an article reports."""
    for part, text in (("title", row["title"]), ("body", row["text"])):
        named = [Named(one["start"], one["stop"], one["actor"]) for one in row["named"] if one["part"] == part]
        for act in acts(text, row["lang"], row["day"], named):
            if part == "body" and any(start <= act.start and act.stop <= stop for start, stop in row["repeated"] or ()):
                continue
            place = {"doc_id": row["doc_id"], "outlet": row["outlet"], "part": part}
            yield {
                **{name: getattr(act, name) for name in ("day", "source", "type", "target", "dated", "score")},
                "passage": " ".join(text[act.start : act.stop].split()),
                "place": {**place, "start": act.start, "stop": act.stop},
            }


def _merged(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the event that reports tell, with the passage of the plainest of them."""
    best = max(reports, key=lambda one: one["score"])
    places = [best["place"], *(one["place"] for one in reports if one is not best)]
    return {
        **{name: best[name] for name in ("day", "source", "type", "target", "score", "passage")},
        "dated": any(one["dated"] for one in reports),
        "reports": len({one["doc_id"] for one in places}),
        "outlets": len({one["outlet"] for one in places}),
        "places": places,
        "coder": RULES,
    }
