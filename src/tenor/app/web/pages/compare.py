"""Compare anything: a measure by rounds and outlets, as one table with its chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.app.web.render import go, link, page
from tenor.app.web.results import Asked, measure_name
from tenor.app.web.site import read_only
from tenor.errors import TenorError, UnknownName
from tenor.registry import measure_named, measures
from tenor.tables import EMOTIONS

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask
    from tenor.results import WindowValue

_QUERIES = """\
SELECT query FROM counts UNION SELECT query FROM matches ORDER BY query"""
_TECHNIQUES = "SELECT DISTINCT value FROM annotations WHERE variable = 'technique' ORDER BY 1"
VOICES = ("narration", "reported", "quoted")
OF = ("actor", "emotion", "technique", "speech")


def compare(ask: Ask) -> Response:
    """Show a measure that was taken, or the form that asks for one."""
    asked = _asked(ask.get)
    found, name = None, ""
    drawn = {**asked, "lang": ask.words.lang}
    if asked.get("measure"):
        if asked["measure"] not in measures():
            raise UnknownName.of("measure", asked["measure"][:60], measures())
        name = measure_name(ask.site.study(), drawn)
        found = ask.site.kept.asked(name)
    known = {key: item for key, item in measures().items() if item.scale != "words"}
    values = {
        "measures": known,
        "asked": asked,
        "needs": needs(asked.get("measure", "")),
        "queries": ask.site.reader.remembered("queries", lambda: [r["query"] for r in ask.site.reader.rows(_QUERIES)]),
        "actors": [(actor.id, actor.name) for actor in ask.site.plan.actors],
        "emotions": EMOTIONS,
        "techniques": ask.site.reader.remembered(
            "techniques", lambda: [row["value"] for row in ask.site.reader.rows(_TECHNIQUES)]
        ),
        "voices": VOICES,
        "found": found,
        "table": _table(found) if found else None,
        "run": ask.site.runs.current(),
        "read_only": read_only(ask.site.folder),
        "claim": link("/claims/new", {"measure": asked.get("measure"), "query": asked.get("query"), **_of(asked)}),
    }
    return page(ask, "compare.html.j2", values)


def take(ask: Ask) -> Response:
    """Start the run that takes a measure; what was taken before is shown at once."""
    asked = _asked(ask.sent)
    here = link("/compare", asked)
    measure = measure_named(asked.get("measure", ""))
    asked = {
        key: value
        for key, value in asked.items()
        if not key.startswith("of.") or key.removeprefix("of.") in needs(measure.name)
    }
    here = link("/compare", asked)
    drawn = {**asked, "lang": ask.words.lang}
    if ask.site.kept.asked(measure_name(ask.site.study(), drawn)):
        return go(here)
    found = ask.site.runs.start("measure", drawn)
    return go(link(f"/runs/{found.id}"))


def _asked(get: object) -> dict[str, str]:
    """Return what is asked, as a run is told it: measure, query, and of.actor and its like."""
    assert callable(get)
    found = {"measure": get("measure"), "query": get("query"), **{f"of.{name}": get(f"of.{name}") for name in OF}}
    return {name: value for name, value in found.items() if value}


def _of(asked: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if name.startswith("of.")}


def needs(name: str) -> tuple[str, ...]:
    """Return what a measure can be asked of, besides a query."""
    try:
        measure = measure_named(name)
    except TenorError:
        return ()
    own = tuple(item for item in measure.parameters if item != "query")
    return (*own, "speech") if "scores" in measure.needs else own


def _table(found: Asked) -> dict[str, object]:
    """Return rows of outlets under columns of rounds, all outlets first, and the largest value for the bars."""
    rounds = [item.label for item in found.measured.rounds]
    rows = [("", found.measured.rounds), *found.outlets]
    values = [abs(item.value) for _, cells in rows for item in cells if item.value is not None]
    return {
        "rounds": rounds,
        "rows": [(name, [_cell(cells, label) for label in rounds]) for name, cells in rows],
        "largest": max(values, default=0) or 1,
    }


def _cell(cells: tuple[WindowValue, ...], label: str) -> WindowValue | None:
    return next((item for item in cells if item.label == label), None)
