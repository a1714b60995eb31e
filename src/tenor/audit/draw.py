"""The verb that draws sentences to be coded: kept with their chances, then written as a sheet."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from tenor.annotate.scales import fix
from tenor.audit.drawable import asked_of, drawable
from tenor.audit.effect import Query
from tenor.audit.run import CODEBOOK, source_of
from tenor.coding.codebook import read_codebook
from tenor.coding.codes import codes
from tenor.coding.drawn import ToCode, name_of, take_codes, write_coding_sheet
from tenor.coding.sample import keep_sample
from tenor.corpus.human import HUMAN_FILE, Journal
from tenor.corpus.journal import record
from tenor.corpus.store import Store
from tenor.errors import MissingInput, UnknownName
from tenor.grammar import counted, verb
from tenor.model import Plan

_TEXTS = "SELECT doc_id, text FROM documents WHERE doc_id IN (SELECT unnest($ids))"
# Agreement is asked of two people.
_ENOUGH = 2


def draw_codes(
    store: Store, plan: Plan, folder: Path, asked: tuple[str, str], number: int, to: Path | None = None
) -> tuple[str, ...]:
    """Draw sentences, keep which and with which chance, and write those that are not coded yet into a sheet.

    They are spread evenly over the rounds and over thirds of each round by what the model says. Drawing again gives
    the same sentences, or more of them; after the corpus grew, the same ones as far as they still belong.

    Parameters
    ----------
    store, plan, folder
        The study; what is made from its articles must be up to date.
    asked
        The variable, and the actor it is about, or "".
    number
        How many sentences.
    to
        The sheet; ``code-<variable>.csv`` in the study's folder if not given.

    Returns
    -------
    tuple of str
        What whoever fills it in has to know, a line each; the path of the sheet comes last.

    Raises
    ------
    TenorError
        There is no such variable or actor, the articles were not read, or the sheet holds answers.
    """
    name, actor = asked
    variables = {item.name: item for item in read_codebook(folder / CODEBOOK)}
    if name not in variables:
        raise UnknownName.of("variable", name, variables)
    variable, journal = variables[name], Journal(folder / HUMAN_FILE)
    if "scales" in asked_of(variable, actor)[0].needs:
        fix(store)
    there = drawable(source_of(store), plan, variable, actor)
    if not len(there.units):
        raise MissingInput("no sentence of any round could be coded", do="run `tenor add`, then `tenor annotate`")
    sample = take_codes(there.strata, number, seed=0, name=name_of(name, actor))
    units = sample.rows["doc_id"].to_pylist()
    done = _coded_twice(journal, name, actor)
    rows = to_code(store.query, [unit for unit in units if unit not in done])
    path = to or folder / f"code-{name}{f'-{actor}' if actor else ''}.csv"
    lines = write_coding_sheet(path, rows, variable, actor)
    keep_sample(journal, sample, coder="tenor")
    record(store, "coding sample", [], [])
    left = len(units) - len(rows)
    coded = f"{left:,} of {counted(len(units), 'drawn sentence')} {verb(left, 'is', 'are')} coded by two people already"
    return (*([coded] if left else []), *lines, str(path))


def _coded_twice(journal: Journal, variable: str, actor: str) -> set[str]:
    coders: defaultdict[str, set[str]] = defaultdict(set)
    for row in codes(journal).to_pylist():
        if (row["variable"], row["actor"]) == (variable, actor):
            coders[f"{row['doc_id']}:{row['start']}:{row['stop']}"].add(row["coder"])
    return {unit for unit, names in coders.items() if len(names) >= _ENOUGH}


def to_code(query: Query, units: list[str]) -> list[ToCode]:
    """Return sentences as the sheet shows them, in the same order."""
    places = [unit.rsplit(":", 2) for unit in units]
    ids = sorted({doc_id for doc_id, _, _ in places})
    texts = {row["doc_id"]: row["text"] for row in query(_TEXTS, {"ids": ids}).to_pylist()}
    return [
        ToCode(doc_id=doc_id, start=int(start), stop=int(stop), text=texts[doc_id][int(start) : int(stop)])
        for doc_id, start, stop in places
    ]
