"""Statements that people coded with the Discourse Network Analyzer -> rows of the table ``statements``."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from tenor.corpus.phrases import fold
from tenor.corpus.store import Store
from tenor.model import Plan, Reject
from tenor.sources.dna import Coded, coded_statements
from tenor.sources.text import clean_line, clean_text
from tenor.tables import STATEMENTS

# The variables of the type that the program begins with.
ACTORS, CONCEPT, AGREEMENT = ("organization", "person"), "concept", "agreement"
# So far a place may be from where the project has it: blanks at the ends of a text are not kept.
_SHIFT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementsRead:
    """What was read of a project.

    Parameters
    ----------
    read, kept, already_there
        How many statements.
    unnamed
        How many of those kept have a speaker who is not among the study's actors.
    refused
        Those that could not be kept, with the reason.
    coders
        Who coded them.
    """

    read: int
    kept: int
    already_there: int
    unnamed: int
    refused: tuple[Reject, ...]
    coders: tuple[str, ...]


def import_statements(store: Store, plan: Plan, path: Path) -> StatementsRead:
    """Keep the statements of a project whose documents were added before; reading it twice adds nothing.

    Organisation, or else person, becomes the actor where the study names one so; the concept is kept as frame,
    agreement as polarity. Names that the study does not know are not kept.

    Parameters
    ----------
    store, plan
        The study.
    path
        A ``.dna`` file.

    Raises
    ------
    SourceError
        It is no such project.
    """
    every = coded_statements(path)
    documents = _documents(store)
    names = _names(plan)
    rows: list[dict[str, Any]] = []
    refused: list[Reject] = []
    for one in every:
        row = _row(one, documents, names)
        if isinstance(row, str):
            refused.append(Reject(place=f"{path.name}#{one.number}", why=row, excerpt=""))
        else:
            rows.append(row)
    there = set(store.query("SELECT statement_id FROM statements", {})["statement_id"].to_pylist())
    new = [row for row in rows if row["statement_id"] not in there]
    if new:
        with store.writing() as write:
            write("statements", pa.Table.from_pylist(new, STATEMENTS))
    return StatementsRead(
        read=len(every),
        kept=len(new),
        already_there=len(rows) - len(new),
        unnamed=sum(not row["actor"] for row in new),
        refused=tuple(refused),
        coders=tuple(sorted({one.coder for one in every})),
    )


def _documents(store: Store) -> dict[tuple[str, str], tuple[str, str]]:
    """Return id and text of the documents of projects, by their own id and title."""
    sql = "SELECT doc_id, native_id, title, text FROM documents WHERE starts_with(importer, 'dna@')"
    return {(row["native_id"], row["title"]): (row["doc_id"], row["text"]) for row in store.query(sql, {}).to_pylist()}


def _names(plan: Plan) -> dict[str, str]:
    """Return the ids of actors by their names and aliases, folded."""
    found: dict[str, str] = {}
    for actor in plan.actors:
        for name in (actor.name, *(word for _, words in actor.aliases for word in words)):
            found.setdefault(fold(name), actor.id)
    return found


def _row(
    one: Coded, documents: Mapping[tuple[str, str], tuple[str, str]], names: Mapping[str, str]
) -> dict[str, Any] | str:
    """Return the row of a statement, or why it can't be kept."""
    found = documents.get((one.native_id, clean_line(one.title).text))
    if found is None:
        return "its document is not in the study: add the project with `tenor add` first"
    doc_id, text = found
    words = clean_text(one.text[one.start : one.stop]).text
    start = text.find(words, max(0, one.start - _SHIFT), one.stop + _SHIFT) if words else -1
    if start < 0:
        return "its words do not stand where the project says"
    actor = next((names[fold(one.values[key])] for key in ACTORS if fold(one.values.get(key, "")) in names), "")
    agrees = one.values.get(AGREEMENT, "")
    key = f"{doc_id}|{one.coder}|{one.number}|{one.start}|{one.stop}"
    return {
        "statement_id": hashlib.sha256(key.encode()).hexdigest()[:16],
        "doc_id": doc_id,
        "part": "body",
        "start": start,
        "stop": start + len(words),
        "kind": "quote",
        "form": "coded",
        "actor": actor,
        "source_start": -1,
        "source_stop": -1,
        "cue_start": -1,
        "cue_stop": -1,
        "content": [[start, start + len(words)]],
        "target": "",
        "frame": one.values.get(CONCEPT, ""),
        "polarity": {"1": "positive", "0": "negative"}.get(agrees, ""),
        "window_from": None,
        "window_to": None,
        "window_text": "",
        "outer": "",
        "coder": f"dna:{one.coder}",
        "score": None,
    }
