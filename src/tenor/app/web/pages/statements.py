"""Who says what, of whom: the statements of the articles, with their passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenor.annotate.told import KINDS, UNNAMED
from tenor.app.web.render import link, page
from tenor.app.web.spans import around
from tenor.errors import UnknownName

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask

_A_PAGE = 25
# The rules' rows of today, and those of every person, as `tenor.annotate.told` takes them.
_MINE = """\
FROM statements AS said JOIN articles USING (doc_id)
WHERE (NOT starts_with(said.coder, 'statements@') OR said.coder IN (SELECT coder FROM coders WHERE role = 'statements'))
  AND ($actor = '' OR said.actor = $actor OR ($actor = '-' AND said.actor = ''))
  AND ($kind = '' OR said.kind = $kind) AND ($target = '' OR said.target = $target)
  AND ($outlet = '' OR articles.outlet = $outlet)
  AND ($round = '' OR said.doc_id IN (SELECT doc_id FROM assignments WHERE "by" = 'date' AND round = $round))"""
_ROWS = f"""\
SELECT said.*, articles.outlet AS outlet, day, articles.lang AS lang {_MINE}
ORDER BY day NULLS LAST, articles.outlet, said.doc_id, said.part DESC, said.start, said.stop, statement_id
LIMIT $limit OFFSET $skip"""
_TOTAL = f"SELECT count(*) AS n {_MINE}"
_SPREAD = f"SELECT said.kind AS kind, said.actor AS actor, count(*) AS n {_MINE} GROUP BY ALL"
_TEXTS = "SELECT doc_id, title, text FROM documents WHERE doc_id IN (SELECT unnest($ids))"
_OUTLETS = (
    "SELECT outlet, count(*) AS n FROM articles WHERE doc_id IN (SELECT doc_id FROM statements) GROUP BY 1 ORDER BY 1"
)


def statements(ask: Ask) -> Response:
    """List statements, by day, outlet and place."""
    if ask.get("kind") and ask.get("kind") not in KINDS:
        raise UnknownName.of("kind of statement", ask.get("kind")[:60], KINDS)
    reader = ask.site.reader
    bound: dict[str, Any] = {name: ask.get(name) for name in ("actor", "kind", "target", "outlet", "round")}
    key = tuple(sorted(bound.items()))
    total = reader.remembered(("statements", key), lambda: reader.rows(_TOTAL, bound)[0]["n"])
    at, last = ask.number("page", 1), max(1, -(-total // _A_PAGE))
    at = min(at, last)
    rows = reader.rows(_ROWS, {**bound, "limit": _A_PAGE, "skip": (at - 1) * _A_PAGE})
    ids = sorted({row["doc_id"] for row in rows})
    texts = {row["doc_id"]: row for row in reader.rows(_TEXTS, {"ids": ids})} if ids else {}
    actors = {actor.id: actor.name for actor in ask.site.plan.actors}
    everything = dict.fromkeys(bound, "")
    spread = reader.remembered("spread", lambda: reader.rows(_SPREAD, everything))
    values = {
        "rows": [_shown(row, texts.get(row["doc_id"]), actors) for row in rows],
        "total": total,
        "at": at,
        "last": last,
        "kinds": [(kind, sum(row["n"] for row in spread if row["kind"] == kind)) for kind in KINDS],
        "actors": [(name, label, sum(r["n"] for r in spread if r["actor"] == name)) for name, label in actors.items()],
        "unnamed": sum(row["n"] for row in spread if not row["actor"]),
        "outlets": [
            (r["outlet"], r["outlet"], r["n"]) for r in reader.remembered("said in", lambda: reader.rows(_OUTLETS))
        ],
        "rounds": [(item.id, item.label, None) for item in ask.site.plan.rounds],
        "read": bool(spread),
    }
    return page(ask, "statements.html.j2", values)


def _shown(row: dict[str, Any], found: dict[str, Any] | None, actors: dict[str, str]) -> dict[str, Any]:
    whole = "" if found is None else found["title"] if row["part"] == "title" else found["text"]
    before, inside, after = around(whole, row["start"], row["stop"], room=120)
    span = f"{row['part']}:{row['start']}:{row['stop']}"
    return {
        **row,
        "who": actors.get(row["actor"], row["actor"]) or UNNAMED,
        "whom": actors.get(row["target"], row["target"]),
        "before": before,
        "inside": inside,
        "after": after,
        "title": found["title"] if found else "",
        "address": link(f"/documents/{row['doc_id']}", {"span": span}) + "#span",
    }
