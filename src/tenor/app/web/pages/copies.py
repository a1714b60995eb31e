"""Copies: which texts were printed by several, who had them first, and how alike they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.app.web.render import page
from tenor.errors import MissingInput

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask

_A_PAGE = 50
# Above this likeness articles of one family count as copies; as `tenor.corpus.articles.COUNTED_AT`.
_GROUPS = """\
SELECT copy_id, count(*) AS articles, count(DISTINCT outlet) AS outlets, min(day) AS first, max(day) AS last,
       arg_min(outlet, (doc_id <> copy_id, doc_id)) AS had_it_first
FROM articles WHERE ($outlet = '' OR copy_id IN (SELECT copy_id FROM articles WHERE outlet = $outlet))
GROUP BY copy_id HAVING count(*) > 1 ORDER BY articles DESC, copy_id"""
_WHO = """\
SELECT first.outlet AS had_it_first, later.outlet AS printed_it_too, count(*) AS articles
FROM articles AS later JOIN articles AS first ON later.copy_id = first.doc_id
WHERE later.doc_id <> first.doc_id GROUP BY ALL ORDER BY articles DESC, 1, 2 LIMIT 60"""
_FAMILY = """\
SELECT articles.doc_id AS doc_id, articles.outlet AS outlet, day,
       title, body_words, how, similarity
FROM articles JOIN documents USING (doc_id)
LEFT JOIN (SELECT doc_id, how, similarity FROM copies WHERE threshold = $at) AS alike USING (doc_id)
WHERE articles.copy_id = $copy ORDER BY articles.published NULLS LAST, articles.doc_id"""
_TITLES = "SELECT doc_id, left(title, 2000) AS title FROM documents WHERE doc_id IN (SELECT unnest($ids))"


def copies(ask: Ask) -> Response:
    """List the families of copies, the largest first."""
    reader, outlet = ask.site.reader, ask.get("outlet")
    groups = reader.remembered(("groups", outlet), lambda: reader.rows(_GROUPS, {"outlet": outlet}))
    at, last = ask.number("page", 1), max(1, -(-len(groups) // _A_PAGE))
    at = min(at, last)
    shown = groups[(at - 1) * _A_PAGE : at * _A_PAGE]
    ids = [row["copy_id"] for row in shown]
    titles = {row["doc_id"]: row["title"] for row in reader.rows(_TITLES, {"ids": ids})} if ids else {}
    values = {
        "groups": [{**row, "title": titles.get(row["copy_id"], "")} for row in shown],
        "total": len(groups),
        "articles": sum(row["articles"] - 1 for row in groups),
        "who": reader.remembered("who", lambda: reader.rows(_WHO)),
        "outlets": reader.remembered("copying", lambda: _outlets(ask)),
        "at": at,
        "last": last,
        "outdated": ask.site.outdated(),
    }
    return page(ask, "copies.html.j2", values)


def _outlets(ask: Ask) -> list[tuple[str, str, int]]:
    sql = "SELECT outlet, count(*) AS n FROM articles GROUP BY 1 ORDER BY n DESC, 1"
    return [(row["outlet"], row["outlet"], row["n"]) for row in ask.site.reader.rows(sql)]


def family(ask: Ask) -> Response:
    """List the articles of one family, the earliest first."""
    from tenor.corpus.articles import COUNTED_AT

    name = ask.part("copy")
    rows = ask.site.reader.rows(_FAMILY, {"copy": name, "at": COUNTED_AT})
    if not rows:
        raise MissingInput(f"there is no copy group '{name[:80]}'", do="see the list of copies")
    return page(ask, "family.html.j2", {"rows": rows, "copy": name, "counted_at": COUNTED_AT})
