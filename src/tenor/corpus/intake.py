"""The verbs that change what is in a study: add counts, add articles, remove."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tenor.corpus.human import HUMAN_FILE, Journal
from tenor.corpus.ingest import add_counts, add_documents
from tenor.corpus.store import Store
from tenor.errors import StudyError
from tenor.model import ArticleSource, ImportReport, Plan
from tenor.sources.articles import read_articles
from tenor.sources.counts import read_counts
from tenor.sources.importer import ArticleColumns, ArticleSettings, importer_named
from tenor.sources.sniff import sniff
from tenor.sources.table import TableImporter
from tenor.studyfile import read_sources, write_sources

SOURCES_FILE = "sources.yaml"
_SEGMENTS = 50


def add_all(store: Store, home: Path, plan: Plan) -> tuple[ImportReport, ...]:
    """Import every file of counts the study declares, and every file of articles added before.

    Raises
    ------
    StudyError
        The study declares none, and none was added.
    """
    known = read_sources(home / SOURCES_FILE)
    if not plan.sources and not known:
        do = f"add a 'counts' entry to {plan.file}, or name files of articles: `tenor add press/*.csv`"
        raise StudyError("the study has no file to add", do=do)
    starts = plan.event.week_starts
    read = [read_counts(home / item.file, item, week_starts=starts) for item in plan.sources]
    counts = [add_counts(store, found, report) for found, report in read]
    reports = (*counts, *(_add(store, home, item)[0] for item in known))
    _tidy(store)
    return reports


def add_paths(store: Store, home: Path, paths: Sequence[Path], how: ArticleSource | None) -> tuple[ImportReport, ...]:
    """Import files or folders of articles, and keep how each was read.

    Raises
    ------
    TenorError
        A file is missing or can't be read; what was imported before it is kept.
    """
    reports = []
    for path in paths:
        known = {item.path: item for item in read_sources(home / SOURCES_FILE)}
        name = _name(home, path)
        said = replace(how, path=name) if how else known.get(name, ArticleSource(path=name))
        report, kept = _add(store, home, said)
        reports.append(report)
        known[name] = kept
        write_sources(home / SOURCES_FILE, list(known.values()))
    _tidy(store)
    return tuple(reports)


def _tidy(store: Store) -> None:
    """Merge tables that have come in many small pieces, and delete what nobody can be reading any more."""
    for table, segments in store.live().items():
        if len(segments) > _SEGMENTS:
            store.compact(table)
    store.sweep()


def remove(store: Store, home: Path, doc_ids: Sequence[str], *, why: str, now: bool) -> int:
    """Remove articles from the store, and what was made of them."""
    found = store.remove(doc_ids, why, now=now)
    human = home / HUMAN_FILE
    if human.exists():
        journal = Journal(human)
        for doc_id in doc_ids:
            journal.forget(doc_id)
    for suffix in ("", "-wal", "-shm"):
        (home / "corpus" / f"search.sqlite{suffix}").unlink(missing_ok=True)
    return found


def _name(home: Path, path: Path) -> str:
    """Return the path as `sources.yaml` has it: from the study's folder, if it lies inside."""
    whole = path.resolve()
    inside = whole.is_relative_to(home.resolve())
    return whole.relative_to(home.resolve()).as_posix() if inside else str(whole)


def _add(store: Store, home: Path, said: ArticleSource) -> tuple[ImportReport, ArticleSource]:
    path = home / said.path
    settings = ArticleSettings(
        columns=ArticleColumns(**dict(said.columns)) if said.columns else None,
        # What `sources.yaml` holds is complete; what a person says of a new file need not be.
        guess_rest=not said.importer,
        outlet=said.outlet,
        lang=said.lang,
        charset=said.charset,
        date_format=said.date_format,
        timezone=said.timezone,
    )
    importer, settings = _settled(path, settings, said.importer)
    columns = asdict(settings.columns) if settings.columns else {}
    kept = replace(said, importer=importer, columns=tuple((role, name) for role, name in columns.items() if name))
    tag = hashlib.sha256(said.path.encode()).hexdigest()[:8]
    rejects = home / "rejects" / f"{Path(said.path).name}-{tag}.csv"
    report = add_documents(store, read_articles(path, settings, importer=importer or None), rejects)
    if report.refused:
        where = f"all {report.refused:,} refused records: {rejects.relative_to(home).as_posix()}"
        report = replace(report, notes=(*report.notes, where))
    return report, kept


def _settled(path: Path, settings: ArticleSettings, name: str) -> tuple[str, ArticleSettings]:
    """Return the importer of a file and its settings with the columns found; a folder's files decide each."""
    if path.is_dir():
        return name, settings
    importer = importer_named(name) if name else sniff(path)
    if isinstance(importer, TableImporter) and (settings.columns is None or settings.guess_rest):
        settings = importer.survey(path, settings).settings
    return importer.name, settings
