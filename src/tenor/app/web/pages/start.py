"""The start page: the study, its rounds, and every claim with its word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.app.web.render import page
from tenor.app.web.results import Results, made_of
from tenor.app.web.site import Ask, read_only
from tenor.errors import TenorError
from tenor.studyfile import round_stretch

if TYPE_CHECKING:
    from starlette.responses import Response

_COUNTS = """\
SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(DISTINCT outlet) FROM articles) AS outlets,
       (SELECT count(*) FROM documents) AS versions, (SELECT count(*) FROM counts) AS figures,
       (SELECT min(day) FROM articles) AS first, (SELECT max(day) FROM articles) AS last,
       (SELECT count(*) FROM annotated JOIN coders ON coders.coder = annotated.coder AND role = 'encoder') AS read"""
_BY_ROUND = """\
SELECT round, count(DISTINCT doc_id) AS articles, count(DISTINCT outlet) AS outlets
FROM assignments JOIN articles USING (doc_id) WHERE "by" = 'date' GROUP BY round"""


def start(ask: Ask) -> Response:
    """Show what the study is about and how its claims stand."""
    site = ask.site
    plan = site.plan
    claims, mistake = site.claims_or_why()
    results, changed, why_not = standing(ask)
    totals = site.reader.remembered("totals", lambda: site.reader.rows(_COUNTS)[0])
    counted = site.reader.remembered("by round", lambda: {row["round"]: row for row in site.reader.rows(_BY_ROUND)})
    rounds = [(item, round_stretch(plan.event, item, plan.event.window), counted.get(item.id)) for item in plan.rounds]
    values = {
        "plan": plan,
        "rounds": rounds,
        "claims": [(claim, results.verdict(claim.id) if results else None) for claim in claims],
        "mistake": mistake,
        "results": results,
        "changed": changed,
        "why_not": why_not,
        "totals": totals,
        "outdated": site.outdated(),
        "run": site.runs.current(),
        "read_only": read_only(site.folder),
    }
    return page(ask, "start.html.j2", values)


def standing(ask: Ask) -> tuple[Results | None, tuple[str, ...], str]:
    """Return the newest results, what has changed since they were made, and why there are none."""
    try:
        found = ask.site.kept.results()
    except TenorError as error:
        return None, (), str(error)
    if found is None:
        return None, (), ""
    results, of = found
    now = made_of(ask.site.study())
    return results, tuple(name for name in now if now[name] != of.get(name, "")), ""
