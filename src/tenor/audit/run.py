"""The verbs of the audit on a stored study: measure, register, audit. Every look at a number is recorded."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa

from tenor.annotate.run import unread
from tenor.annotate.scales import fix
from tenor.audit.asked import check
from tenor.audit.claims import fingerprint, looked_at, seen_as
from tenor.audit.contents import new_rows, of_contents
from tenor.audit.corrected import Said, said_by_people
from tenor.audit.distances import nearest_passages
from tenor.audit.effect import NEEDED, Source, frame_of, query_of, rows_named
from tenor.audit.frame import OBSERVED, Grid, grid
from tenor.audit.layers import layers_of
from tenor.audit.prospects import prospects
from tenor.audit.series import round_values, series_of
from tenor.audit.specifications import AGREEMENT
from tenor.audit.texts import MODELLED, AskedTexts
from tenor.audit.verdict import ALPHA, ask, ask_any, audit, of_texts, unmeasured, windows_of
from tenor.audit.within import with_words
from tenor.coding.agreement import validated
from tenor.coding.codebook import read_codebook
from tenor.coding.codes import CODES, codes
from tenor.coding.judging import judgements
from tenor.corpus.completeness import doubtful_days
from tenor.corpus.derived import unobserved_days
from tenor.corpus.human import HUMAN_FILE, Journal
from tenor.corpus.ingest import imports_of
from tenor.corpus.journal import keep, record, registrations, seen_before
from tenor.corpus.store import Store
from tenor.errors import MissingInput, StudyError, UnknownName
from tenor.model import Claim, Hypothesis, Measure, Plan
from tenor.registry import measure_named
from tenor.results import Audit, Manifest, Measured, Registered, Series

CODEBOOK = "codebook.yaml"
_LIBRARIES = ("altair", "duckdb", "numpy", "pyarrow", "scipy", "vl-convert-python")


def audit_study(store: Store, plan: Plan, claims: Sequence[Claim], files: Sequence[Path]) -> Audit:
    """Answer all claims of a stored study.

    Parameters
    ----------
    store, plan, claims
        The study.
    files
        The study's own files, whose hashes go into the manifest.

    Raises
    ------
    MissingInput
        Nothing was added yet.
    """
    imports = imports_of(store)
    if not imports:
        raise MissingInput("there are no figures in this study yet", do="run `tenor add`")
    names = sorted({name for claim in claims for item in claim.hypotheses for name in looked_at(item, plan)})
    inputs = _inputs(files, plan)
    source = source_of(store)
    if any("scales" in measure_named(item.measure).needs for item in _measured(claims)):
        fix(store)
    search = judgements(store, plan, Journal(files[0].parent / HUMAN_FILE))
    unchecked = _unchecked(store, plan, _measured(claims), files[0].parent)
    said = _said(source, plan, _measured(claims), files[0].parent)
    verdicts = audit(plan, claims, source, registrations(store), search.selection, unchecked, said)
    record(store, "audit", names, [" ".join(pair) for pair in inputs])
    asked = {item.measure for item in _measured(claims)}
    return Audit(
        plan=plan,
        verdicts=verdicts,
        series=_series(store, source, plan, claims),
        measures=tuple(measure_named(name) for name in sorted(asked)),
        imports=imports,
        limits=_limits(source),
        manifest=manifest_of(inputs, names),
    )


# Every version of an article belongs to the round of the one that counts.
ROUNDS = """\
WITH named AS (
  SELECT doc_id, outlet, CASE WHEN native_id = '' THEN doc_id ELSE native_id END AS article FROM documents
)
SELECT version.doc_id, assignments.round FROM assignments
JOIN named AS head ON head.doc_id = assignments.doc_id
JOIN named AS version ON version.outlet = head.outlet AND version.article = head.article
WHERE assignments."by" = 'date' ORDER BY version.doc_id, assignments.round"""


def _unchecked(store: Store, plan: Plan, asked: Sequence[Hypothesis], folder: Path) -> dict[str, str]:
    """Return by hypothesis why no codes by people stand behind a model's figures."""
    mine = [item for item in asked if item.measure.startswith(MODELLED)]
    if not mine:
        return {}
    kept = codes(Journal(folder / HUMAN_FILE))
    variables = read_codebook(folder / CODEBOOK)
    rounds = {row["doc_id"]: row["round"] for row in store.query(ROUNDS, {}).to_pylist()}
    found = {}
    for item in mine:
        contrast = [name for name, _ in item.contrast]
        of = dict(item.parameters)
        why = validated(item.measure, of, kept, rounds=rounds, contrast=contrast, variables=variables).why
        found[item.id] = f"{why}: `tenor coding import codes.csv`" if why.startswith("no human codes") else why
    return found


def _said(source: Source, plan: Plan, asked: Sequence[Hypothesis], folder: Path) -> dict[str, Said]:
    """Return by hypothesis what people say of the sentences that a model read."""
    journal = Journal(folder / HUMAN_FILE)
    mine = [item for item in asked if item.measure.startswith(MODELLED)]
    kept = (codes(journal), read_codebook(folder / CODEBOOK)) if mine else (CODES.empty_table(), ())
    return said_by_people(source, plan, mine, kept, journal)


def _measured(claims: Sequence[Claim]) -> list[Hypothesis]:
    """Return the hypotheses whose measure is there."""
    return [item for claim in claims for item in claim.hypotheses if not unmeasured(item)]


def measure_one(store: Store, plan: Plan, name: str, query: str, of: Mapping[str, str]) -> Measured:
    """Measure one query over time and round by round.

    Raises
    ------
    UnknownName
        There is no such measure, actor or emotion, or no figure for that query.
    MissingInput
        The articles were not read yet.
    """
    measure = measure_named(name)
    check(plan, measure, of)
    if measure.scale == "distance":
        what = f"{measure.name} compares rounds with each other: it has no value of a day"
        raise StudyError(what, do="write a claim, and see `tenor audit`")
    if why := unread(store.query, plan, measure.needs):
        raise MissingInput(f"{measure.name} can't be taken: {why}")
    if "scales" in measure.needs:
        fix(store)
    found = _grid(source_of(store), plan, measure, query, of=of)
    if found is None:
        known = store.query("SELECT query FROM counts UNION SELECT query FROM matches ORDER BY query", {})
        known = known["query"].to_pylist()
        if not query:
            do = f"name one with --query: {', '.join(known)}" if known else "run `tenor add`"
            raise MissingInput("there are no articles in this study", do=do)
        raise UnknownName.of("query", query, known)
    record(store, "measure", [seen_as(measure.name, query, of)], [])
    return Measured(series=series_of(found, plan, measure, query), rounds=round_values(found, plan, query))


_ARTICLES = """\
SELECT $window AS "window", articles.outlet, $query AS query, articles.day AS start, 1 AS days, articles.doc_id,
       articles.copy_id, documents.title, documents.url
FROM articles JOIN documents USING (doc_id)
WHERE articles.day >= $first AND articles.day < $stop
  AND ($query = '' OR articles.doc_id IN (SELECT doc_id FROM matches WHERE query = $query))
ORDER BY start, articles.outlet, articles.doc_id"""
_EVIDENCE = """\
SELECT $window AS "window", outlet, query, start, days, matched, total, source, line
FROM counts WHERE query = $query AND start >= $first AND start < $stop ORDER BY start, outlet"""


def evidence(store: Store, plan: Plan, claims: Sequence[Claim], name: str) -> pa.Table:
    """Return the figures or articles in every window of a hypothesis, each with where it is from.

    Raises
    ------
    UnknownName
        No claim has a hypothesis of that id.
    """
    known = {item.id: item for claim in claims for item in claim.hypotheses}
    if name not in known:
        raise UnknownName.of("hypothesis", name, known)
    hypothesis = known[name]
    if not unmeasured(hypothesis) and of_contents(measure_named(hypothesis.measure)):
        record(store, "evidence", looked_at(hypothesis, plan), [])
        return nearest_passages(source_of(store), plan, hypothesis)
    if not unmeasured(hypothesis) and of_texts(measure_named(hypothesis.measure)):
        return _passages(store, plan, hypothesis)
    asked = ask(hypothesis, None if unmeasured(hypothesis) else frame_of(source_of(store), plan, hypothesis))
    queries = [query_of(hypothesis, plan.round(item)) for item, _ in hypothesis.contrast]
    record(store, "evidence", looked_at(hypothesis, plan), [])
    windows = windows_of(asked)
    tables, of_articles = [], plan.of_articles(queries[0])
    for at, window in enumerate(windows):
        bound = {
            "window": window.label,
            "query": queries[min(at, len(queries) - 1)],
            "first": window.stretch.start,
            "stop": window.stretch.stop,
        }
        tables.append(store.query(_ARTICLES if of_articles else _EVIDENCE, bound))
    if not tables and unmeasured(hypothesis):
        raise MissingInput(f"'{name}' is about {hypothesis.measure}, which this version of tenor can't measure yet")
    if not tables:
        raise MissingInput(f"no figure is stored that '{name}' could be judged by", do="run `tenor add`")
    return pa.concat_tables(tables)


def _passages(store: Store, plan: Plan, hypothesis: Hypothesis) -> pa.Table:
    """Return the sentences, mentions or articles behind a hypothesis on texts, each with its words."""
    asked = ask_any(plan, source_of(store), hypothesis)
    assert isinstance(asked, AskedTexts)
    if asked.texts is None:
        raise MissingInput(f"'{hypothesis.id}' can't be looked into: {asked.closed[0]}")
    record(store, "evidence", looked_at(hypothesis, plan), [])
    rows = asked.texts.shown()
    sql = "SELECT doc_id, title, text, url FROM documents WHERE doc_id IN (SELECT unnest($ids))"
    texts = {row["doc_id"]: row for row in store.query(sql, {"ids": rows["doc_id"].unique().to_pylist()}).to_pylist()}
    return with_words(rows, texts)


def register(store: Store, plan: Plan, claims: Sequence[Claim]) -> tuple[Registered, ...]:
    """Hash every hypothesis, say if its numbers were looked at before, keep both; say what could be decided."""
    seen, now = seen_before(store), datetime.now(tz=UTC)
    could = prospects(plan, source_of(store), claims)
    found = tuple(
        Registered(
            hypothesis=item.id,
            sha256=fingerprint(item, plan),
            at=now,
            after_viewing=not seen.isdisjoint(looked_at(item, plan)),
            prospect=could[item.id],
        )
        for claim in claims
        for item in claim.hypotheses
    )
    keep(store, found)
    return found


def source_of(store: Store) -> Source:
    """Return a store as the audit asks it."""
    return Source(query=store.query, counts=doubtful_days(store), articles=unobserved_days(store))


def _grid(
    source: Source,
    plan: Plan,
    measure: Measure,
    query: str,
    outlets: Sequence[str] = (),
    of: Mapping[str, str] | None = None,
) -> Grid | None:
    """Return what is shown of a measure by itself: copies once, boilerplate left out."""
    rows = rows_named(source, measure, query, outlets, of)
    if of_contents(measure):
        rows = new_rows(source.query, plan, rows)
    return grid(rows, source.doubtful(plan, query), max(layers_of(rows)))


def _series(store: Store, source: Source, plan: Plan, claims: Sequence[Claim]) -> tuple[Series, ...]:
    """Return once each measure and query of the claims over time, and once for each choice of outlets."""
    asked = {
        (item.measure.partition("@")[0], query_of(item, plan.round(name)), item.outlets, item.parameters)
        for claim in claims
        for item in claim.hypotheses
        for name, _ in item.contrast
        if not unmeasured(item) and not of_texts(measure_named(item.measure))
    }
    found = []
    for name, query, outlets, of in sorted(asked):
        laid = _grid(source, plan, measure_named(name), query, outlets, dict(of))
        if laid is not None:
            found.append(replace(series_of(laid, plan, measure_named(name), query), outlets=outlets))
    return tuple(found)


def _limits(source: Source) -> tuple[str, ...]:
    """Return once each why figures can't be believed, with the outlets."""
    found: dict[str, set[str]] = {}
    for table in (source.counts, source.articles):
        for row in table.group_by(["outlet", "why"]).aggregate([]).to_pylist():
            found.setdefault(row["why"], set()).add(row["outlet"])
    return tuple(f"{', '.join(sorted(outlets))}: {why}" for why, outlets in sorted(found.items()))


def _inputs(files: Sequence[Path], plan: Plan) -> tuple[tuple[str, str], ...]:
    folder = files[0].parent
    paths = [*files, *(folder / source.file for source in plan.sources)]
    unique = dict.fromkeys(paths)
    return tuple(
        (path.name, hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else "no longer there")
        for path in unique
    )


def manifest_of(inputs: tuple[tuple[str, str], ...], names: Sequence[str]) -> Manifest:
    """Return the versions and settings with which something was computed, from which files and about what."""
    return Manifest(
        tenor=version("tenor"),
        libraries=(("python", platform.python_version()), *((name, version(name)) for name in _LIBRARIES)),
        inputs=inputs,
        looked_at=tuple(names),
        settings=(
            ("level", f"{1 - ALPHA:g}, Holm over all testable hypotheses"),
            ("comparison windows needed", str(NEEDED)),
            ("share of a window that must be observed", f"{OBSERVED:g}"),
            ("share of ways of counting that must agree", f"{AGREEMENT:g}"),
            ("seed of placebo placements, where not all are taken", "0"),
        ),
    )
