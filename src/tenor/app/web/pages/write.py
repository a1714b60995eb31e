"""Writing claims: a form for a new one, an editor for the file; nothing is saved that the file's own checks refuse."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tenor.app.web.kept import file_hash, write_whole
from tenor.app.web.pages.compare import OF, VOICES, needs
from tenor.app.web.render import go, link, page
from tenor.errors import MissingInput, Place, StudyError, TenorError, shown
from tenor.registry import PLANNED, measures
from tenor.study import CLAIMS_FILE
from tenor.tables import EMOTIONS

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask

_HEAD = "tenor_claims: 1\nclaims:\n"
_ITEM = re.compile(r"^( *)- (?:id|quote|holder):", re.MULTILINE)
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
    # JSON's strings are YAML's, but for what YAML does not take as it is.
    return "".join(map(_escaped, json.dumps(said.get(name, ""), ensure_ascii=False)))


def _escaped(char: str) -> str:
    return char if char.isprintable() else f"\\U{ord(char):08X}"


def _hypothesis_id(ask: Ask) -> str:
    claims, _ = ask.site.claims_or_why()
    taken = {item.id for claim in claims for item in claim.hypotheses}
    return next(name for number in range(1, 100_000) if (name := f"H{number}") not in taken)


def with_claim(text: str, block: str) -> str:
    r"""Return a claims file with a claim added at its end; all that stands in it stays as it is.

    Examples
    --------
    >>> print(with_claim("tenor_claims: 1\nclaims:\n  - id: a # first\n", "- id: b"))
    tenor_claims: 1
    claims:
      - id: a # first
      - id: b
    <BLANKLINE>
    """
    found = _ITEM.search(text)
    indent = found[1] if found else "  "
    body = text if text.strip() else _HEAD
    body = body if body.endswith("\n") else f"{body}\n"
    return body + "".join(f"{indent}{line}\n" for line in block.splitlines())


def edit(ask: Ask) -> Response:
    """Show the claims file to be edited, with what is wrong in it."""
    text = _text(ask) or _HEAD
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
    """Return the claims file; "" where there is none yet."""
    path = ask.site.folder / CLAIMS_FILE
    if not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError("this is not UTF-8", do="save the file as UTF-8", place=Place(shown(path))) from error


def _check(ask: Ask, text: str) -> None:
    """Raise what is wrong with a claims file, under its own name.

    Raises
    ------
    TenorError
        Every mistake, with its line.
    """
    from tenor.studyfile import read_claims

    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / CLAIMS_FILE
        draft.write_text(text, encoding="utf-8", newline="\n")
        try:
            read_claims(draft, ask.site.plan)
        except TenorError as error:
            every = getattr(error, "errors", (error,))
            for item in every:
                if item.place:
                    item.place = Place(CLAIMS_FILE, item.place.line, item.place.setting)
            raise


def _write(ask: Ask, text: str) -> None:
    path = ask.site.folder / CLAIMS_FILE
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        do = "give yourself the right to write there, or work on a copy of the study"
        raise MissingInput(f"{shown(path)} can't be written: {error.strerror}", do=do) from error
