"""Promises and predictions: what rules propose, people confirm; and what became of each."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, get_args

from tenor.app.web.pages.documents import day_of
from tenor.app.web.render import go, link, page
from tenor.errors import StudyError, TenorError

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask
    from tenor.coding.evidence import Cited
    from tenor.coding.keeping import Ledger, Wording
    from tenor.coding.ledger import Days, Passage
    from tenor.coding.predictions import Chance
    from tenor.coding.proposals import Proposal

_A_PAGE = 15


def ledger_of(ask: Ask) -> tuple[str, Ledger[Any]]:
    """Return which ledger an address is about, and the ledger; it reads the store as it is, and brings nothing up."""
    from tenor.coding.ledgers import Predictions, Promises
    from tenor.corpus.human import HUMAN_FILE, Journal

    site = ask.site
    kind = "predictions" if ask.path.startswith("/predictions") else "promises"
    made = Predictions if kind == "predictions" else Promises
    return kind, made(lambda: site.reader.store, site.plan, Journal(site.folder / HUMAN_FILE), site.folder)


def ledger(ask: Ask) -> Response:
    """List the items of a ledger, their records by holder, and what is proposed."""
    kind, found = ledger_of(ask)
    items = found.at(day_of(ask.get("at")) if ask.get("at") else None)
    state = ask.get("state")
    shown = [item for item in items if not state or item.state == state]
    proposed, why = _proposed(ask, kind, found)
    at, last = ask.number("page", 1), max(1, -(-len(proposed) // _A_PAGE))
    at = min(at, last)
    values = {
        "kind": kind,
        "items": shown,
        "states": sorted({item.state for item in items}),
        "records": found.score(),  # type: ignore[attr-defined]
        "proposed": [_shown(ask, item) for item in proposed[(at - 1) * _A_PAGE : at * _A_PAGE]],
        "total": len(proposed),
        "why": why,
        "at": at,
        "last": last,
        "actors": _actors(ask),
        "by": ask.get("by"),
        "absent": ask.get("absent"),
        "outcomes": outcomes(kind),
    }
    return page(ask, "ledger.html.j2", values)


def _proposed(ask: Ask, kind: str, found: Ledger[Any]) -> tuple[tuple[Proposal, ...], str]:
    stamp = _stamp(ask)
    try:
        return ask.site.reader.remembered(("proposed", kind, stamp), found.proposed), ""
    except TenorError as error:
        return (), str(error)


def _stamp(ask: Ask) -> tuple[int, ...]:
    """Return what changes whenever somebody enters something: the file and what is not yet merged into it."""
    paths = [ask.site.folder / name for name in ("human.sqlite", "human.sqlite-wal")]
    return tuple(path.stat().st_mtime_ns if path.is_file() else 0 for path in paths)


def _shown(ask: Ask, item: Proposal) -> dict[str, Any]:
    return {"item": item, "places": [_address(passage) for passage in item.passages], "actor": _name(ask, item.holder)}


def _address(passage: Passage) -> str:
    span = f"{passage.part}:{passage.start}:{passage.stop}"
    return link(f"/documents/{passage.doc_id}", {"span": span}) + "#span"


def _name(ask: Ask, holder: str) -> str:
    return dict(_actors(ask)).get(holder, holder)


def _actors(ask: Ask) -> list[tuple[str, str]]:
    return [(actor.id, actor.name) for actor in ask.site.plan.actors]


def outcomes(kind: str) -> tuple[str, ...]:
    """Return what can become of an item."""
    from tenor.coding.predictions import Result
    from tenor.coding.promises import Outcome

    return get_args(Result if kind == "predictions" else Outcome)


def item(ask: Ask, doubts: tuple[str, ...] = (), error: str = "", status: int = 200) -> Response:
    """Show one item: how it stands, its passages, its whole log, and the forms that add to it."""
    kind, found = ledger_of(ask)
    opened = found.open(ask.part("item"))
    values = {
        "kind": kind,
        "item": opened.item,
        "passages": [(one, _address(one.passage)) for one in opened.passages],
        "log": opened.log,
        "removed": opened.removed,
        "actor": _name(ask, opened.item.holder),
        "outcomes": outcomes(kind),
        "doubts": doubts,
        "error": error,
        "said": {name: values[-1] for name, values in ask.form.items()},
        "today": date.today().isoformat(),  # noqa: DTZ011 - the day of the person who fills the form
    }
    return page(ask, "ledger_item.html.j2", values, status)


# --- forms ------------------------------------------------------------------------------------------------


def confirm(ask: Ask) -> Response:
    """Take a proposal into the ledger, as a person words it; or say that it is none, or an earlier one again."""
    kind, found = ledger_of(ask)
    by, statement = ask.sent("by"), ask.sent("statement")
    statements = [statement] if statement else []
    if ask.sent("what_to_do") == "dismiss":
        found.dismiss(statements, why=ask.sent("why"), by=by)
        return go(f"/{kind}#proposed")
    if into := ask.sent("into"):
        return go(f"/{kind}/{found.repeat(into, statements, by=by).item.id}")
    entered = found.confirm(statements, _wording(ask, kind), by=by)
    return go(f"/{kind}/{entered.item.id}")


def _wording(ask: Ask, kind: str) -> Wording:
    from tenor.coding.keeping import Wording

    shared: dict[str, Any] = {
        "holder": ask.sent("holder"),
        "what": ask.sent("what") or None,
        "said": day_of(ask.sent("said")) if ask.sent("said") else None,
        "days": _days(ask),
        "condition": ask.sent("condition") or None,
    }
    if kind == "promises":
        return Wording(**shared, continuous=bool(ask.sent("continuous")))
    return Wording(**shared, chance=_chance(ask), absent=bool(ask.sent("absent")), event=ask.sent("event") or None)


def _days(ask: Ask) -> Days | None:
    from tenor.coding.ledger import Days

    first, last = ask.sent("first"), ask.sent("last")
    if not first and not last:
        return None
    return Days(first=day_of(first or last), last=day_of(last or first))


def _chance(ask: Ask) -> Chance | None:
    from tenor.coding.predictions import Chance

    text = ask.sent("chance")
    if not text:
        return None
    number = text.removesuffix("%").strip().replace(",", ".")
    try:
        value = float(number) / (100 if text.endswith("%") else 1)
    except ValueError:
        return Chance(words=text, lang=ask.sent("chance_lang") or "en")
    return Chance(low=value, high=value)


def act(ask: Ask) -> Response:
    """Add to an item: what became of it, that it was taken back, another deadline; or take an entry back."""
    _, found = ledger_of(ask)
    try:
        doubts = _acted(ask, found)
    except TenorError as error:
        return item(ask, error=str(error), status=422)
    if doubts:
        return item(ask, doubts=doubts)
    return go(ask.path)


def _acted(ask: Ask, found: Ledger[Any]) -> tuple[str, ...]:
    from tenor.coding.keeping import Found

    name, by, what = ask.part("item"), ask.sent("by"), ask.sent("what_to_do")
    day = day_of(ask.sent("day")) if ask.sent("day") else None
    if what == "resolve":
        said = Found(
            outcome=ask.sent("outcome"),
            day=day,
            searched=ask.sent("searched"),
            why=ask.sent("why"),
            cited=_cited(ask),
            settles=bool(ask.sent("settles")),
        )
        return found.resolve(name, said, by=by).doubts
    if what == "withdraw":
        return found.withdraw(name, _needed(day), why=ask.sent("why"), by=by).doubts
    if what == "revise":
        return found.revise(name, _needed(day), _days(ask), by=by).doubts  # type: ignore[attr-defined,no-any-return]
    if what == "undo":
        number = ask.sent("number")
        found.undo(int(number) if number.isdecimal() else -1, by=by)
        return ()
    raise StudyError("the form does not say what to do", do="reload the page and try again")


def _needed(day: date | None) -> date:
    if day is None:
        raise StudyError("the day is missing", do="say on which day it was")
    return day


def _cited(ask: Ask) -> tuple[Cited, ...]:
    """Return the sources a form names: articles by their ids, and one text that was copied, with where it is from."""
    from tenor.coding.evidence import Cited

    docs = [Cited(doc=name) for name in ask.sent("docs").replace(",", " ").split()]
    if not ask.sent("copy"):
        return tuple(docs)
    kept = Cited(
        text=ask.form["copy"][-1].replace("\r\n", "\n"),
        url=ask.sent("url"),
        title=ask.sent("title"),
        retrieved=day_of(ask.sent("retrieved")) if ask.sent("retrieved") else None,
    )
    return (*docs, kept)
