"""Search in all texts, with facets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.app.web.pages.documents import day_of
from tenor.app.web.render import page
from tenor.errors import StudyError
from tenor.model import Stretch
from tenor.studyfile import round_stretch

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask
    from tenor.corpus.search import Filters, Found, Hit, SearchIndex

_A_PAGE = 20
# As many new texts are indexed in a second or two; more than that is a run.
_AT_ONCE = 3_000
# A passage longer than this was cut at its end.
_CUT = 120
_FACETS = ("outlet", "lang", "round", "month")


def search(ask: Ask) -> Response:
    """Find documents that hold all words."""
    words = ask.get("q")
    values: dict[str, object] = {
        "found": None,
        "hits": [],
        "at": 1,
        "last": 1,
        "why": "",
        "old": False,
        "missing": False,
    }
    if words:
        try:
            values |= _found(ask, words)
        except StudyError as error:
            values["why"] = str(error)
    return page(ask, "search.html.j2", values)


def index_of(ask: Ask) -> SearchIndex:
    """Return the study's index."""
    from tenor.corpus.search import SearchIndex

    return SearchIndex(ask.site.reader.store, ask.site.folder / "corpus" / "search.sqlite")


def _found(ask: Ask, words: str) -> dict[str, object]:
    index, plan = index_of(ask), ask.site.plan
    current = ask.site.reader.remembered("index is current", index.is_current)
    small = ask.site.reader.remembered("versions", lambda: _versions(ask)) <= _AT_ONCE
    if not current and small:
        index.bring_up_to_date()
        current = True
    if not current and not (ask.site.folder / "corpus" / "search.sqlite").is_file():
        return {"missing": True}
    at = ask.number("page", 1, most=5_000)
    rounds = {item.id: round_stretch(plan.event, item, plan.event.window) for item in plan.rounds}
    found = index.search(
        words, _filters(ask, rounds), rounds=rounds, limit=_A_PAGE, skip=(at - 1) * _A_PAGE, fresh=False
    )
    return {
        "found": found,
        "hits": [(hit, _marked(hit)) for hit in found.hits],
        "facets": _facets(found, {item.id: item.label for item in plan.rounds}),
        "at": at,
        "last": max(1, -(-found.total // _A_PAGE)),
        "old": not current,
    }


def _versions(ask: Ask) -> int:
    return int(ask.site.reader.rows("SELECT count(*) AS n FROM documents")[0]["n"])


def _filters(ask: Ask, rounds: dict[str, Stretch]) -> Filters:
    from datetime import timedelta

    from tenor.corpus.search import Filters

    days = rounds.get(ask.get("round"))
    if month := ask.get("month"):
        first = day_of(f"{month}-01")
        days = Stretch(start=first, stop=(first + timedelta(days=31)).replace(day=1))
    return Filters(outlet=ask.get("outlet") or None, lang=ask.get("lang_of") or None, days=days)


def _facets(found: Found, labels: dict[str, str]) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """Return (parameter, heading, values), values as (value, how it is shown, hits)."""
    shown = []
    for name in _FACETS:
        spread = [
            (value, labels.get(value, value), count) for value, count in found.facets.get(name, {}).items() if count
        ]
        spread = sorted(spread, reverse=True) if name == "month" else spread
        shown.append(("lang_of" if name == "lang" else name, name, spread[:40]))
    return shown


def _marked(hit: Hit) -> list[tuple[str, bool]]:
    """Return a passage in pieces, each with whether it is one of the words."""
    pieces, at = [], _word_start(hit)
    for start, stop in hit.marks:
        if start >= at:
            pieces += [(hit.passage[at:start], False), (hit.passage[start:stop], True)]
            at = stop
    tail = hit.passage[at:]
    cut = len(hit.passage) > _CUT and " " in tail
    return [*pieces, (f"{tail.rsplit(None, 1)[0]} …" if cut and tail.strip() else tail, False)]


def _word_start(hit: Hit) -> int:
    """Return where the first whole word of a passage begins, but not behind a word that was found."""
    first = hit.marks[0][0] if hit.marks else 0
    return min(hit.passage.find(" ") + 1, first) if hit.start else 0
