"""The verb that draws sentences to be coded: kept with their chances, then written as a sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tenor.annotate.scales import fix
from tenor.audit.asked import SPEECH
from tenor.audit.drawable import asked_of, drawable
from tenor.audit.effect import Query
from tenor.audit.run import CODEBOOK, source_of
from tenor.coding.codebook import read_codebook
from tenor.coding.codes import codes
from tenor.coding.drawn import ToCode, Wanted, take_codes, write_coding_sheet
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


def wanted_of(variable: str, of: Mapping[str, str]) -> Wanted:
    """Return what is to be coded.

    Raises
    ------
    UnknownName
        Something else is asked than an actor and a voice.

    Examples
    --------
    >>> wanted_of("toward", {"actor": "accord"}).name
    'code:toward:accord'
    """
    for key in of:
        if key not in ("actor", SPEECH):
            raise UnknownName.of("question for codes", key, ("actor", SPEECH))
    return Wanted(variable=variable, actor=of.get("actor", ""), speech=of.get(SPEECH, ""))


def draw_codes(
    store: Store, plan: Plan, folder: Path, wanted: Wanted, number: int, to: Path | None = None
) -> tuple[str, ...]:
    """Draw sentences, keep which and with which chance, and write those that are not coded yet into a sheet.

    They are spread evenly over the rounds and over thirds of each round by what the model says. Drawing again gives
    the same sentences, or more of them; after the corpus grew, the same ones as far as they still belong.

    Parameters
    ----------
    store, plan, folder
        The study; what is made from its articles must be up to date.
    wanted
        What is to be coded.
    number
        How many sentences.
    to
        The sheet; in the study's folder if not given.

    Returns
    -------
    tuple of str
        What whoever fills it in has to know, a line each; the path of the sheet comes last.

    Raises
    ------
    TenorError
        There is no such variable or actor, the articles were not read, or the sheet holds answers.
    """
    variables = {item.name: item for item in read_codebook(folder / CODEBOOK)}
    if wanted.variable not in variables:
        raise UnknownName.of("variable", wanted.variable, variables)
    variable, journal = variables[wanted.variable], Journal(folder / HUMAN_FILE)
    if "scales" in asked_of(plan, variable, wanted)[0].needs:
        fix(store)
    there = drawable(source_of(store), plan, variable, wanted)
    if not len(there.units):
        raise MissingInput("no sentence of any round could be coded", do="run `tenor add`, then `tenor annotate`")
    sample = take_codes(there.strata, number, seed=0, name=wanted.name)
    units = sample.rows["doc_id"].to_pylist()
    done = _coded_twice(journal, wanted)
    rows = to_code(store.query, [unit for unit in units if unit not in done])
    path = to or folder / wanted.sheet
    lines = write_coding_sheet(path, rows, variable, wanted.actor)
    keep_sample(journal, sample, coder="tenor")
    record(store, "coding sample", [], [])
    left = len(units) - len(rows)
    coded = f"{left:,} of {counted(len(units), 'drawn sentence')} {verb(left, 'is', 'are')} coded by two people already"
    return (*([coded] if left else []), *lines, str(path))


def _coded_twice(journal: Journal, wanted: Wanted) -> set[str]:
    coders: defaultdict[str, set[str]] = defaultdict(set)
    for row in codes(journal).to_pylist():
        if (row["variable"], row["actor"]) == (wanted.variable, wanted.actor):
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
