"""Read what is new: find the articles that were not read by today's coders, read them, keep what was found.

An article is read once by a coder, whatever is added later. The work is cut into units that depend on the articles and
not on what is missing, so a run that was killed goes on to the same rows. A unit's rows are kept all at once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import pyarrow as pa
import pyarrow.compute as pc

from tenor.annotate.actors import finder_of
from tenor.annotate.encoder import Encoder
from tenor.annotate.lexicon import Lexicon
from tenor.annotate.manifest import MODEL, Manifest
from tenor.annotate.reading import ARTICLES, RULES, TABLES, Settings
from tenor.annotate.stating import ROLE as STATEMENTS
from tenor.annotate.stating import state_all
from tenor.corpus.store import Store
from tenor.engine.local import run
from tenor.engine.work import Unit
from tenor.errors import TenorError
from tenor.model import Plan
from tenor.tables import ANNOTATED, CODERS

Query = Callable[[str, Mapping[str, object]], pa.Table]
WORK = "tenor.annotate.reading:annotate"
# So many characters of articles are a unit: some 1,500 sentences, ten seconds of one core.
UNIT = 200_000

_ORDER = """\
SELECT articles.doc_id, length(title) + length(text) AS size,
       articles.doc_id IN (SELECT doc_id FROM annotated WHERE coder = $encoder) AS read,
       articles.doc_id IN (SELECT doc_id FROM annotated WHERE coder = $finder) AS named
FROM articles JOIN documents USING (doc_id) ORDER BY copy_id, articles.doc_id"""
_TEXTS = """\
SELECT articles.doc_id, articles.lang, articles.day, title, text FROM articles JOIN documents USING (doc_id)
WHERE articles.doc_id IN (SELECT unnest($ids)) ORDER BY copy_id, articles.doc_id"""
_LEFT = """\
SELECT count(*) AS missing FROM articles WHERE doc_id NOT IN (SELECT doc_id FROM annotated WHERE coder = $coder)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotated:
    """What a run read.

    Parameters
    ----------
    articles, sentences
        How many were read now.
    there
        How many articles were read before.
    unread
        Sentences without a letter.
    encoder, finder
        Under which names the answers are kept.
    seconds
        How long it took.
    """

    articles: int
    sentences: int
    there: int
    unread: int
    encoder: str
    finder: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Coders:
    """Whose answers count today: the model's with the rules of this version, and those for the study's actors."""

    encoder: str
    finder: str

    @classmethod
    def of(cls, plan: Plan, model: Path | None = None) -> Coders:
        """Return the coders of a study.

        Raises
        ------
        ModelMissing
            The model is not installed.
        """
        manifest = Manifest.read(model or Encoder.home())
        digest = manifest.files[MODEL][:8]
        encoder = f"{manifest.name}@{manifest.version}-{digest}+{RULES}+lexicon-{Lexicon.open().version}"
        return cls(encoder, f"{named(plan)}{hashlib.sha256(encoder.encode()).hexdigest()[:8]}")


def named(plan: Plan) -> str:
    """Return how the name of a coder begins that looked for these actors."""
    return f"actors@{finder_of(plan.actors).version}+"


def annotate(
    store: Store,
    plan: Plan,
    *,
    model: Path | None = None,
    workers: int | None = None,
    progress: TextIO | None = None,
) -> Annotated:
    """Read every article that today's coders did not read yet.

    Parameters
    ----------
    store, plan
        The study; its articles must be up to date (`Study.refresh`).
    model
        A folder with a model; the installed one if not given.
    workers
        How many processes; as many as there are cores if not given. The rows are the same.
    progress
        Where to show how far it is.

    Returns
    -------
    Annotated

    Raises
    ------
    ModelMissing
        The model is not installed, or altered.
    TenorError
        Some articles could not be read; what could be is kept.
    """
    coders = Coders.of(plan, model)
    Encoder.open(model)  # a model that is altered is found here, and not by every worker
    order = store.query(_ORDER, {"encoder": coders.encoder, "finder": coders.finder})
    units = list(_units(order))
    report = run(
        _with_texts(store, plan, coders, model, units),
        WORK,
        done=lambda unit, found: _keep(store, coders, unit, found),
        workers=min(workers, len(units)) if workers and units else workers,
        total=len(units),
        progress=progress,
    )
    if report.failed:
        first = report.failed[0]
        raise TenorError(
            f"{len(report.failed)} of {report.units} units of articles could not be read: {first.error}",
            do="run `tenor annotate` again; what was read is kept",
        )
    statements = state_all(store, plan, (coders.encoder, coders.finder), workers=workers, progress=progress)
    _appoint(store, coders, statements)
    return _summary(store, coders, order, report.seconds)


def unread(query: Query, plan: Plan, needs: Sequence[str]) -> str:
    """Return why a measure that needs what was read can't be taken yet; empty if it can.

    Parameters
    ----------
    query
        Runs a SELECT on the study's store.
    plan
        The study.
    needs
        The tables a measure needs.

    Examples
    --------
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> unread(Store("corpus").query, read_study(example_folder("harbour") / "tenor.yaml"), ["scores"])
    'no article was read yet: run `tenor annotate`'
    """
    if not {"scores", "annotations"} & set(needs):
        return ""
    coders = {row["role"]: row["coder"] for row in query("FROM coders", {}).to_pylist()}
    if not coders:
        return "no article was read yet: run `tenor annotate`"
    if "annotations" in needs and not coders["actors"].startswith(named(plan)):
        return "the study names its actors otherwise than when its articles were read: run `tenor annotate`"
    left = int(query(_LEFT, {"coder": coders["actors"]})["missing"][0].as_py())
    return f"{left:,} articles were not read yet: run `tenor annotate`" if left else ""


@dataclass(frozen=True, slots=True)
class _Part:
    """Articles that are read together, all of it or only their actors."""

    name: str
    ids: tuple[str, ...]
    whole: bool


def _units(order: pa.Table) -> Iterator[_Part]:
    """Yield the units in which something is missing; where one begins depends on all articles alone."""
    rows = order.to_pylist()
    begin = size = 0
    for place, row in enumerate([*rows, None]):
        if row is not None and (size == 0 or size + row["size"] <= UNIT):
            size += row["size"] or 1
            continue
        some = rows[begin:place]
        for whole in (True, False):
            wanted = [item for item in some if item["read"] != whole and (whole or not item["named"])]
            if ids := tuple(item["doc_id"] for item in wanted):
                yield _Part(f"{begin:08}{'' if whole else '-actors'}", ids, whole)
        begin, size = place, (row["size"] or 1) if row else 0


def _with_texts(store: Store, plan: Plan, coders: Coders, model: Path | None, units: Sequence[_Part]) -> Iterator[Unit]:
    for part in units:
        settings = Settings(
            model=str(model or ""), encoder=coders.encoder, finder=coders.finder, actors=plan.actors, whole=part.whole
        )
        rows = store.query(_TEXTS, {"ids": list(part.ids)}).cast(ARTICLES).combine_chunks()
        batch = rows.replace_schema_metadata(settings.packed()).to_batches()[0]
        yield Unit(id=part.name, batch=batch)


def _keep(store: Store, coders: Coders, unit: Unit, found: pa.RecordBatch) -> None:
    """Write what was found in a unit: all of it, or nothing."""
    whole = not unit.id.endswith("-actors")
    with store.writing() as write:
        for name, schema in TABLES.items():
            rows = found[name].flatten()
            columns = [rows.field(place) for place in range(len(schema))]
            write(name, pa.table(columns, schema=schema))
        for coder in (coders.encoder, coders.finder) if whole else (coders.finder,):
            names = pa.array([coder] * found.num_rows)
            write(
                "annotated", pa.table([found["doc_id"], names, found["sentences"], found["unread"]], schema=ANNOTATED)
            )


def _appoint(store: Store, coders: Coders, statements: str) -> None:
    """Say whose answers count, if it was not said before."""
    wanted = [
        {"role": "actors", "coder": coders.finder},
        {"role": "encoder", "coder": coders.encoder},
        {"role": STATEMENTS, "coder": statements},
    ]
    if store.query("SELECT * FROM coders ORDER BY role", {}).to_pylist() != wanted:
        store.replace({"coders": pa.Table.from_pylist(wanted, CODERS)})


def _summary(store: Store, coders: Coders, order: pa.Table, seconds: float) -> Annotated:
    new = order.filter(pc.invert(pc.and_(order["read"], order["named"])))["doc_id"].to_pylist()
    sql = (
        "SELECT coalesce(sum(sentences), 0) AS sentences, coalesce(sum(unread), 0) AS unread FROM annotated "
        "WHERE coder = $coder AND doc_id IN (SELECT unnest($ids))"
    )
    row = store.query(sql, {"coder": coders.finder, "ids": new}).to_pylist()[0]
    return Annotated(
        articles=len(new),
        sentences=int(row["sentences"]),
        there=order.num_rows - len(new),
        unread=int(row["unread"]),
        encoder=coders.encoder,
        finder=coders.finder,
        seconds=seconds,
    )
