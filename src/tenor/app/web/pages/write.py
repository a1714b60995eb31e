"""Writing claims: a form for a new one, an editor for the file; nothing is saved that the file's own checks refuse."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tenor.app.web.kept import file_hash
from tenor.app.web.pages.compare import OF, VOICES, needs
from tenor.app.web.render import go, link, page
from tenor.errors import StudyError, TenorError
from tenor.registry import PLANNED, measures
from tenor.study import CLAIMS_FILE
from tenor.studyfile.writing import HEAD, checked, claims_text, quoted, with_claim, write_claims
from tenor.tables import EMOTIONS

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask

RELATIONS = ("less", "greater", "differs", "equivalent")
POPULATIONS = ("comparable events", "outlets like these", "these outlets", "these documents")
CHOICES = {
    "baseline": ("none", "week before", "three weeks before"),
    "exposure": ("per round", "per occasion"),
    "pooling": ("pool", "outlet"),
    "copies": ("once", "all"),
}
MARGINS = {"ratio": "at least 20 % fewer", "sd": "at least 0.2 sd lower", "points": "at least 5 points lower"}


def new(ask: Ask) -> Response:
    """Show the form for a new claim; what the address says is filled in."""
    return _form(ask, {name: values[-1] for name, values in ask.arguments.items()}, ())


def add(ask: Ask) -> Response:
    """Add a claim to the file, or show the form again with what is wrong."""
    said = {name: values[-1].strip() for name, values in ask.form.items()}
    try:
        text = with_claim(_text(ask), _block(ask, said))
        _check(ask, text)
    except TenorError as error:
        return _form(ask, said, getattr(error, "errors", (error,)), 422)
    _write(ask, text)
    return go(link(f"/claims/{said['id']}"))


def _form(ask: Ask, said: dict[str, str], errors: Sequence[TenorError], status: int = 200) -> Response:
    plan = ask.site.plan
    known = [name for name, item in measures().items() if item.scale != "words"]
    queries = [item.id for item in plan.queries] or [source.query for source in plan.sources if source.query]
    queries += [name for source in plan.sources for name in source.columns.wide]
    values = {
        "said": {"id": _next_id(ask), **said},
        "errors": errors,
        "plan": plan,
        "measures": known,
        "planned": sorted(set(PLANNED) - set(known)),
        "queries": list(dict.fromkeys(queries)),
        "relations_known": RELATIONS,
        "populations": POPULATIONS,
        "choices": CHOICES,
        "emotions": EMOTIONS,
        "voices": VOICES,
        "margins": MARGINS,
    }
    return page(ask, "write.html.j2", values, status)


def _next_id(ask: Ask) -> str:
    claims, _ = ask.site.claims_or_why()
    taken = {claim.id for claim in claims}
    return next(name for number in range(1, 10_000) if (name := f"claim-{number}") not in taken)


def _block(ask: Ask, said: dict[str, str]) -> str:
    """Return a claim as the file writes one; every value is quoted, so that none can be anything but text."""
    sides = {item.id: said.get(f"side.{item.id}", "") for item in ask.site.plan.rounds}
    claimed = [name for name, side in sides.items() if side == "claimed"]
    others = [name for name, side in sides.items() if side == "other"]
    if not claimed or not others:
        do = "choose at least one round that the sentence is about, and one to compare it with"
        raise StudyError("the claim compares no rounds", do=do)
    weights = {name: _share(1, len(claimed)) for name in claimed} | {name: _share(-1, len(others)) for name in others}
    lines = [
        f"- id: {_text_of(said, 'id')}",
        *(f"  {name}: {_text_of(said, name)}" for name in ("quote", "holder", "date", "source")),
        *([f"  not_tested: {_text_of(said, 'not_tested')}"] if said.get("not_tested") else []),
        "  hypotheses:",
        f"    - id: {json.dumps(_hypothesis_id(ask), ensure_ascii=False)}",
        *(f"      {name}: {_text_of(said, name)}" for name in ("measure", "population", "relation", "margin")),
        f"      contrast: {{{', '.join(f'{name}: {weight}' for name, weight in weights.items())}}}",
        *([f"      query: {_text_of(said, 'query')}"] if said.get("query") else []),
        *(
            f"      {name}: {_text_of(said, name)}"
            for name in CHOICES
            if said.get(name, CHOICES[name][0]) != CHOICES[name][0]
        ),
    ]
    mine = {
        name: said[f"of.{name}"] for name in OF if said.get(f"of.{name}") and name in needs(said.get("measure", ""))
    }
    lines += [f"      of: {json.dumps(mine, ensure_ascii=False)}"] if mine else []
    return "\n".join(lines)


def _share(sign: int, count: int) -> str:
    return f"{sign / count:.12g}"


def _text_of(said: dict[str, str], name: str) -> str:
    return quoted(said.get(name, ""))


def _hypothesis_id(ask: Ask) -> str:
    claims, _ = ask.site.claims_or_why()
    taken = {item.id for claim in claims for item in claim.hypotheses}
    return next(name for number in range(1, 100_000) if (name := f"H{number}") not in taken)


def edit(ask: Ask) -> Response:
    """Show the claims file to be edited, with what is wrong in it."""
    text = _text(ask) or HEAD
    try:
        _check(ask, text)
    except TenorError as error:
        return _editor(ask, text, getattr(error, "errors", (error,)))
    return _editor(ask, text, ())


def save(ask: Ask) -> Response:
    """Save the claims file if it is right; else show it again, with every mistake and its line."""
    text = ask.form.get("text", ("",))[-1].replace("\r\n", "\n").replace("\r", "\n")
    if ask.sent("before") != file_hash(ask.site.folder / CLAIMS_FILE):
        what = "somebody else changed the claims file since you opened it; yours is below and was not saved"
        return _editor(ask, text, [StudyError(what, do="copy what you need, then reload the page")], 409, stale=True)
    try:
        _check(ask, text)
    except TenorError as error:
        return _editor(ask, text, getattr(error, "errors", (error,)), 422)
    _write(ask, text)
    return go("/#claims")


def _editor(ask: Ask, text: str, errors: Sequence[TenorError], status: int = 200, *, stale: bool = False) -> Response:
    line = ask.number("line", 0, least=0)
    values = {
        "text": text,
        "errors": errors,
        "line": line or next((e.place.line for e in errors if e.place and e.place.line), 0),
        "before": "" if stale else file_hash(ask.site.folder / CLAIMS_FILE),
        "rows": min(40, max(16, text.count("\n") + 2)),
    }
    return page(ask, "edit.html.j2", values, status)


def _text(ask: Ask) -> str:
    return claims_text(ask.site.folder / CLAIMS_FILE)


def _check(ask: Ask, text: str) -> None:
    checked(text, ask.site.plan, CLAIMS_FILE)


def _write(ask: Ask, text: str) -> None:
    write_claims(ask.site.folder / CLAIMS_FILE, text)
