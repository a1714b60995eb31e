"""The list of documents, by outlet, language, round, query and day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tenor.app.web.render import page
from tenor.errors import StudyError
from tenor.studyfile import round_stretch

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask

_A_PAGE = 50
SORTS = {"new": "day DESC NULLS LAST, doc_id", "old": "day NULLS LAST, doc_id", "outlet": "outlet, day, doc_id"}
_ROWS = """\
SELECT doc_id, outlet, day, lang, copy_id, first_publisher, body_words FROM articles WHERE {where}
ORDER BY {order} LIMIT $limit OFFSET $skip"""
_TITLES = "SELECT doc_id, left(title, 2000) AS title FROM documents WHERE doc_id IN (SELECT unnest($ids))"
_TOTAL = "SELECT count(*) AS n FROM articles WHERE {where}"
_FACET = "SELECT {column} AS name, count(*) AS n FROM articles GROUP BY 1 ORDER BY n DESC, name"
_QUERIES = "SELECT query AS name, count(*) AS n FROM matches WHERE doc_id IS NOT NULL GROUP BY 1 ORDER BY 1"


def documents(ask: Ask) -> Response:
    """List documents, fifty a page, the newest first."""
    where, bound = conditions(ask)
    order = SORTS[ask.one_of("sort", tuple(SORTS), "new")]
    reader = ask.site.reader
    total = reader.remembered(("total", where, tuple(sorted(bound.items()))), lambda: _total(ask, where, bound))
    at, last = ask.number("page", 1), max(1, -(-total // _A_PAGE))
    at = min(at, last)
    sql = _ROWS.format(where=where, order=order)
    rows = reader.rows(sql, {**bound, "limit": _A_PAGE, "skip": (at - 1) * _A_PAGE})
    ids = [row["doc_id"] for row in rows]
    titles = {row["doc_id"]: row["title"] for row in reader.rows(_TITLES, {"ids": ids})} if ids else {}
    values = {
        "rows": [{**row, "title": titles.get(row["doc_id"], "")} for row in rows],
        "total": total,
        "at": at,
        "last": last,
        "facets": _facets(ask),
        "outdated": ask.site.outdated(),
        "sorts": tuple(SORTS),
    }
    return page(ask, "documents.html.j2", values)


def _total(ask: Ask, where: str, bound: dict[str, Any]) -> int:
    return int(ask.site.reader.rows(_TOTAL.format(where=where), bound)[0]["n"])


def _facets(ask: Ask) -> dict[str, list[tuple[str, str, int | None]]]:
    """Return for each filter its values: (value, how it is shown, how many articles in all)."""
    reader = ask.site.reader

    def spread(name: str, sql: str) -> list[tuple[str, str, int | None]]:
        rows = reader.remembered(("facet", name), lambda: reader.rows(sql))
        return [(row["name"], row["name"], row["n"]) for row in rows]

    return {
        "outlet": spread("outlet", _FACET.format(column="outlet")),
        "lang_of": spread("lang", _FACET.format(column="lang")),
        "round": [(item.id, item.label, None) for item in ask.site.plan.rounds],
        "query": spread("query", _QUERIES),
    }


def conditions(ask: Ask) -> tuple[str, dict[str, Any]]:
    """Return the filters of an address as a condition on articles, and what is bound in it.

    Raises
    ------
    StudyError
        A day is no day.
    """
    where, bound = ["true"], dict[str, Any]()
    for name, column in (("outlet", "outlet"), ("lang_of", "lang")):
        if value := ask.get(name):
            where.append(f"{column} = ${name}")
            bound[name] = value
    for name, sign in (("from", ">="), ("to", "<=")):
        if value := ask.get(name):
            where.append(f"day {sign} ${name}")
            bound[name] = day_of(value)
    if value := ask.get("round"):
        plan = ask.site.plan
        mine = next((item for item in plan.rounds if item.id == value), None)
        if mine is None:
            raise StudyError(f"there is no round '{value[:60]}'", do="choose one of the list")
        stretch = round_stretch(plan.event, mine, plan.event.window)
        where.append("day >= $first AND day < $stop")
        bound |= {"first": stretch.start, "stop": stretch.stop}
    if value := ask.get("query"):
        where.append("doc_id IN (SELECT doc_id FROM matches WHERE query = $query)")
        bound["query"] = value
    if ask.get("undated"):
        where.append("day IS NULL")
    return " AND ".join(where), bound


def day_of(text: str) -> date:
    """Return a day as addresses write it.

    Raises
    ------
    StudyError
        It is none.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise StudyError(f"'{text[:40]}' is no day", do="write it as in 2025-07-23") from error
