"""Add a claim to a claims file: all that stands in it stays, and nothing is written that its own checks refuse."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tenor import model
from tenor.errors import MissingInput, Place, SeveralErrors, StudyError, TenorError, shown
from tenor.studyfile.claims import read_claims
from tenor.studyfile.whole import write_whole

HEAD = "tenor_claims: 1\nclaims:\n"
_ITEM = re.compile(r"^( *)- (?:id|quote|holder):", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClaim:
    """A claim as somebody fills it in: words, a measure, and which rounds against which.

    Parameters
    ----------
    id, quote, holder, date, source, not_tested
        As in the claims file.
    untestable
        Why no figures could answer it; then all that follows is left empty.
    measure, relation, margin, population, query
        How it is read.
    claimed, others
        Ids of the rounds that it is about, and of those they are compared with.
    of
        What the measure is asked about.
    settled
        Axes that the sentence settles, with why.
    """

    id: str
    quote: str
    holder: str
    date: str
    source: str
    not_tested: str = ""
    untestable: str = ""
    measure: str = ""
    relation: str = "less"
    margin: str = ""
    population: str = "comparable events"
    query: str = ""
    claimed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    of: tuple[tuple[str, str], ...] = ()
    settled: tuple[tuple[str, str], ...] = ()


def claim_text(said: NewClaim, hypothesis: str) -> str:
    """Return a claim as the file writes one; every value is quoted, so that none can be anything but text.

    Parameters
    ----------
    said
        The claim.
    hypothesis
        The id that its hypothesis gets.

    Raises
    ------
    StudyError
        It compares no rounds.

    Examples
    --------
    >>> print(claim_text(NewClaim(id="war", quote="it is war", holder="x", date="2025-07-24", source="y",
    ...                           untestable="nothing shows it"), "H1"))
    - id: "war"
      quote: "it is war"
      holder: "x"
      date: 2025-07-24
      source: "y"
      untestable: "nothing shows it"
    """
    lines = [f"- id: {quoted(said.id)}"]
    lines += [f"  {name}: {quoted(getattr(said, name))}" for name in ("quote", "holder")]
    lines += [f"  date: {said.date if _is_day(said.date) else quoted(said.date)}", f"  source: {quoted(said.source)}"]
    lines += [
        f"  {name}: {quoted(getattr(said, name))}" for name in ("not_tested", "untestable") if getattr(said, name)
    ]
    if said.untestable:
        return "\n".join(lines)
    if not said.claimed or not said.others:
        do = "choose at least one round that the sentence is about, and one to compare it with"
        raise StudyError("the claim compares no rounds", do=do)
    weights = {name: 1 / len(said.claimed) for name in said.claimed}
    weights |= {name: -1 / len(said.others) for name in said.others}
    contrast = ", ".join(f"{name}: {weight:.12g}" for name, weight in weights.items())
    lines += ["  hypotheses:", f"    - id: {quoted(hypothesis)}"]
    lines += [
        f"      {name}: {quoted(getattr(said, name))}" for name in ("measure", "population", "relation", "margin")
    ]
    lines += [f"      contrast: {{{contrast}}}"]
    lines += [f"      query: {quoted(said.query)}"] if said.query else []
    lines += [f"      of: {json.dumps(dict(said.of), ensure_ascii=False)}"] if said.of else []
    lines += [f"      settled: {json.dumps(dict(said.settled), ensure_ascii=False)}"] if said.settled else []
    return "\n".join(lines)


def _is_day(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) is not None


def quoted(text: str) -> str:
    """Return a text as YAML in quotation marks: JSON's strings are YAML's, but for what YAML does not take as it is.

    Examples
    --------
    >>> quoted("no")
    '"no"'
    """
    return "".join(map(_escaped, json.dumps(text, ensure_ascii=False)))


def _escaped(char: str) -> str:
    return char if char.isprintable() else f"\\U{ord(char):08X}"


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
    body = text if text.strip() else HEAD
    body = body if body.endswith("\n") else f"{body}\n"
    return body + "".join(f"{indent}{line}\n" for line in block.splitlines())


def next_id(taken: Sequence[str], head: str) -> str:
    """Return the first free id of a kind.

    Examples
    --------
    >>> next_id(["H1", "H3"], "H")
    'H2'
    """
    return next(name for number in range(1, len(taken) + 2) if (name := f"{head}{number}") not in set(taken))


def checked(text: str, plan: model.Plan, name: str) -> tuple[model.Claim, ...]:
    """Read a claims file that is not written yet.

    Raises
    ------
    TenorError
        Every mistake, with its line, under the file's own name.
    """
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / name
        draft.write_text(text, encoding="utf-8", newline="\n")
        try:
            return read_claims(draft, plan)
        except TenorError as error:
            every = list(getattr(error, "errors", (error,)))
    for item in every:
        if item.place:
            item.place = Place(name, item.place.line, item.place.setting)
    raise SeveralErrors(every)


def add_claim(path: Path, plan: model.Plan, said: NewClaim) -> model.Claim:
    """Add a claim to a claims file, whole or not at all.

    Parameters
    ----------
    path
        The file; it is made where there is none.
    plan, said
        The study, and the claim.

    Returns
    -------
    Claim
        As it was understood.

    Raises
    ------
    TenorError
        The file or the claim is not right, with its line; then nothing is written.
    """
    text = claims_text(path)
    there = checked(text, plan, path.name) if text.strip() else ()
    taken = [item.id for claim in there for item in claim.hypotheses]
    new = with_claim(text, claim_text(said, next_id(taken, "H")))
    found = checked(new, plan, path.name)
    write_claims(path, new)
    return found[-1]


def claims_text(path: Path) -> str:
    """Return the text of a claims file; nothing where there is none yet."""
    if not path.is_file():
        return ""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError("this is not UTF-8", do="save the file as UTF-8", place=Place(shown(path))) from error


def write_claims(path: Path, text: str) -> None:
    """Replace a claims file by a text, or leave it as it was.

    Raises
    ------
    MissingInput
        The folder can't be written to.
    """
    try:
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        do = "give yourself the right to write there, or work on a copy of the study"
        raise MissingInput(f"{shown(path)} can't be written: {error.strerror}", do=do) from error
