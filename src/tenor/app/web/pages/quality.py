"""Data quality: what was imported, what is missing, how well the search finds, how well coders agree."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenor.app.web.render import page
from tenor.errors import TenorError

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask

_IMPORTS = "SELECT * FROM imports"
_OUTLETS = """\
SELECT outlet, CAST(sum(pieces) AS BIGINT) AS pieces, count(*) AS days, count(*) FILTER (WHERE observed) AS observed,
       count(*) FILTER (WHERE pieces = 0) AS empty, min(day) AS first, max(day) AS last,
       string_agg(DISTINCT why, '; ') FILTER (WHERE why <> '' AND NOT observed) AS why
FROM completeness GROUP BY outlet ORDER BY pieces DESC, outlet"""
_GAPS = """\
WITH gaps AS (
  SELECT outlet, day, why, day - CAST(row_number() OVER (PARTITION BY outlet, why ORDER BY day) AS INTEGER) AS run
  FROM completeness WHERE NOT observed
)
SELECT outlet, min(day) AS first, max(day) AS last, count(*) AS days, why FROM gaps
GROUP BY outlet, why, run ORDER BY days DESC, outlet, first LIMIT 200"""
_UNDATED = """\
SELECT why_undated AS why, count(*) AS articles FROM articles WHERE day IS NULL GROUP BY 1 ORDER BY 2 DESC"""
_LANGS = "SELECT lang, count(*) AS articles FROM articles GROUP BY 1 ORDER BY 2 DESC, 1"
_READ = """\
SELECT coder, count(*) AS articles, CAST(sum(sentences) AS BIGINT) AS sentences, CAST(sum(unread) AS BIGINT) AS unread
FROM annotated GROUP BY 1 ORDER BY 2 DESC, 1"""
_REPEATED = """\
SELECT outlet, CAST(sum(boilerplate_words) AS BIGINT) AS boilerplate, CAST(sum(body_words) AS BIGINT) AS words
FROM articles GROUP BY 1 HAVING sum(boilerplate_words) > 0 ORDER BY 2 DESC, 1"""
_REMOVED = 'SELECT count(*) AS n, min("at") AS first, max("at") AS last FROM tombstones'


def quality(ask: Ask) -> Response:
    """Show what figures rest on, and where they don't."""
    reader = ask.site.reader

    def rows(name: str, sql: str) -> list[dict[str, Any]]:
        return reader.remembered(("quality", name), lambda: reader.rows(sql))

    agreed, why_not_agreed = _agreement(ask)
    selection, why_not_judged = _selection(ask)
    values = {
        "imports": rows("imports", _IMPORTS),
        "outlets": rows("outlets", _OUTLETS),
        "gaps": rows("gaps", _GAPS),
        "undated": rows("undated", _UNDATED),
        "langs": rows("langs", _LANGS),
        "read": rows("read", _READ),
        "repeated": rows("repeated", _REPEATED),
        "removed": rows("removed", _REMOVED)[0],
        "agreed": agreed,
        "why_not_agreed": why_not_agreed,
        "selection": selection,
        "why_not_judged": why_not_judged,
    }
    return page(ask, "quality.html.j2", values)


def _stamp(ask: Ask) -> int:
    path = ask.site.folder / "human.sqlite"
    return path.stat().st_mtime_ns if path.is_file() else 0


def _agreement(ask: Ask) -> tuple[list[dict[str, Any]], str]:
    """Return how well coders agree, variable by variable, or why that can't be said."""
    if not _stamp(ask):
        return [], ""
    try:
        key = ("agreement", _stamp(ask))
        return ask.site.reader.remembered(key, lambda: ask.site.study().agreement().to_pylist()), ""
    except TenorError as error:
        return [], str(error)


def _selection(ask: Ask) -> tuple[list[str], str]:
    """Return how well the search does, round by round, as far as people judged it."""
    from tenor.coding.judging import judgements
    from tenor.corpus.human import HUMAN_FILE, Journal

    if not _stamp(ask):
        return [], ""

    def said() -> list[str]:
        found = judgements(ask.site.reader.store, ask.site.plan, Journal(ask.site.folder / HUMAN_FILE))
        parts = [item.words for _, item in found.selection]
        return [*parts, *(part.words for item in found.cues for part in (item.precision, item.recall)), *found.notes]

    try:
        return ask.site.reader.remembered(("selection", _stamp(ask)), said), ""
    except TenorError as error:
        return [], str(error)
