"""Full-text search over all documents and languages: an SQLite FTS5 index, rebuilt from the store.

The index is a cache: it can be deleted at any time.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tenor.corpus.phrases import Term, fold, places, terms
from tenor.corpus.store import Store
from tenor.model import Stretch

FORMAT = 1
_BATCH = 2_000
_AROUND = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A document found, with the places of the words in its title and text."""

    doc_id: str
    outlet: str
    day: str
    lang: str
    title: str
    passage: str
    start: int
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The hits asked for, how many there are in all, and how they spread."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which documents are looked at; None means all."""

    outlet: str | None = None
    lang: str | None = None
    days: Stretch | None = None


class SearchIndex:
    """The search index of a study.

    Parameters
    ----------
    store
        Where the documents are.
    path
        The index file; it is made, and made anew, as the store changes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     SearchIndex(Store(folder), Path(folder) / "search.sqlite").search("peace").total
    0
    """

    __slots__ = ("_path", "_store")

    def __init__(self, store: Store, path: Path) -> None:
        self._store = store
        self._path = path

    def search(
        self,
        words: str,
        filters: Filters | None = None,
        *,
        rounds: Mapping[str, Stretch] | None = None,
        limit: int = 20,
        skip: int = 0,
        fresh: bool = True,
    ) -> Found:
        """Find documents that hold all words.

        Parameters
        ----------
        words
            Words, ``"phrases"`` and ``beginnings*``; all must occur, in title or text.
        filters
            Outlet, language, days.
        rounds
            Days of each round, for the facet by round.
        limit, skip
            Which hits to return, best first.
        fresh
            Bring the index up to date first; else it is asked as it is, and what was removed since is not returned.

        Returns
        -------
        Found
            Facets count all matching documents by outlet, language, month and round.

        Raises
        ------
        StudyError
            Nothing to look for is given.
        """
        wanted = terms(words)
        expression = " AND ".join(f'"{" ".join(term.words)}"{"*" if term.beginning else ""}' for term in wanted)
        where, bound = _conditions(filters or Filters())
        with closing(self._current() if fresh else self._as_it_is()) as index:
            every = f"FROM texts JOIN docs ON docs.rowid = texts.rowid WHERE texts MATCH ?{where}"
            total = int(index.execute(f"SELECT count(*) {every}", [expression, *bound]).fetchone()[0])
            rows = index.execute(
                f"SELECT docs.* {every} ORDER BY bm25(texts, 4.0, 1.0), docs.doc_id LIMIT ? OFFSET ?",
                [expression, *bound, limit, skip],
            ).fetchall()
            facets = _facets(index, every, [expression, *bound], rounds or {})
        return Found(total=total, hits=tuple(self._hits(rows, wanted)), facets=facets)

    def _hits(self, rows: Sequence[tuple[str, ...]], wanted: Sequence[Term]) -> Iterator[Hit]:
        ids = [row[0] for row in rows]
        sql = "SELECT doc_id, title, text FROM documents WHERE doc_id IN (SELECT unnest($ids))"
        texts = {row["doc_id"]: row for row in self._store.query(sql, {"ids": ids}).to_pylist()} if ids else {}
        for doc_id, outlet, day, lang in rows:
            if doc_id not in texts:
                continue
            found = texts[doc_id]
            start, passage = _passage(found["text"] or found["title"], wanted)
            yield Hit(
                doc_id=doc_id,
                outlet=outlet,
                day=day,
                lang=lang,
                title=found["title"],
                passage=passage,
                start=start,
                marks=tuple(places(passage, wanted)),
            )

    def bring_up_to_date(self) -> None:
        """Index what is new in the store, and forget what is gone."""
        self._current().close()

    def is_current(self) -> bool:
        """Return whether the index holds what the store holds."""
        if not self._path.is_file():
            return False
        try:
            with closing(self._as_it_is()) as index:
                said = index.execute("SELECT said FROM state").fetchone()
        except sqlite3.DatabaseError:
            return False
        return said is not None and said[0] == self._state()

    def _as_it_is(self) -> sqlite3.Connection:
        """Open the index to read; where nothing can be written, SQLite must be told that nothing will change."""
        how = "mode=ro" if os.access(self._path.parent, os.W_OK) else "mode=ro&immutable=1"
        return sqlite3.connect(f"file:{quote(str(self._path.resolve()))}?{how}", timeout=30, uri=True)

    def _state(self) -> str:
        live = self._store.live()
        return repr((FORMAT, live.get("documents", []), live.get("tombstones", [])))

    def _current(self) -> sqlite3.Connection:
        """Open the index, brought up to what the store holds now."""
        state = self._state()
        self._path.parent.mkdir(parents=True, exist_ok=True)
        index = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            index.execute("PRAGMA journal_mode = WAL")
            index.execute("BEGIN IMMEDIATE")
            index.execute("CREATE TABLE IF NOT EXISTS state (said TEXT)")
            said = index.execute("SELECT said FROM state").fetchone()
            if said is None or said[0] != state:
                self._rebuild(index)
                index.execute("DELETE FROM state")
                index.execute("INSERT INTO state VALUES (?)", [state])
            index.execute("COMMIT")
        except BaseException:
            index.close()
            raise
        return index

    def _rebuild(self, index: sqlite3.Connection) -> None:
        index.execute("CREATE TABLE IF NOT EXISTS docs (doc_id TEXT UNIQUE, outlet TEXT, day TEXT, lang TEXT)")
        index.execute(
            "CREATE VIRTUAL TABLE IF NOT EXISTS texts USING fts5"
            "(title, text, prefix = '3 4', tokenize = 'unicode61 remove_diacritics 0')"
        )
        there = {row[0] for row in index.execute("SELECT doc_id FROM docs")}
        now = self._store.query("SELECT doc_id FROM documents", {})["doc_id"].to_pylist()
        for gone in there.difference(now):
            index.execute("DELETE FROM texts WHERE rowid = (SELECT rowid FROM docs WHERE doc_id = ?)", [gone])
            index.execute("DELETE FROM docs WHERE doc_id = ?", [gone])
        new = sorted(set(now).difference(there))
        for at in range(0, len(new), _BATCH):
            self._index(index, new[at : at + _BATCH])

    def _index(self, index: sqlite3.Connection, ids: Sequence[str]) -> None:
        sql = (
            "SELECT doc_id, outlet, coalesce(strftime(published, '%Y-%m-%d'), '') AS day, lang, title, text "
            "FROM documents WHERE doc_id IN (SELECT unnest($ids)) ORDER BY doc_id"
        )
        for row in self._store.query(sql, {"ids": list(ids)}).to_pylist():
            place = index.execute(
                "INSERT INTO docs VALUES (?, ?, ?, ?)", [row["doc_id"], row["outlet"], row["day"], row["lang"]]
            ).lastrowid
            index.execute(
                "INSERT INTO texts (rowid, title, text) VALUES (?, ?, ?)",
                [place, fold(row["title"]), fold(row["text"])],
            )


def _passage(text: str, wanted: Sequence[Term]) -> tuple[int, str]:
    first = next(places(text, wanted), (0, 0))
    start = max(0, first[0] - _AROUND)
    return start, text[start : first[1] + _AROUND]


def _conditions(filters: Filters) -> tuple[str, list[str]]:
    where, bound = "", []
    for column, value in (("outlet", filters.outlet), ("lang", filters.lang)):
        if value is not None:
            where += f" AND docs.{column} = ?"
            bound.append(value)
    if filters.days is not None:
        where += " AND docs.day >= ? AND docs.day < ?"
        bound += [filters.days.start.isoformat(), filters.days.stop.isoformat()]
    return where, bound


def _facets(
    index: sqlite3.Connection, every: str, bound: Sequence[object], rounds: Mapping[str, Stretch]
) -> dict[str, dict[str, int]]:
    def spread(expression: str) -> dict[str, int]:
        sql = f"SELECT {expression} AS facet, count(*) {every} GROUP BY facet ORDER BY count(*) DESC, facet"
        return {str(name): int(count) for name, count in index.execute(sql, list(bound))}

    within = {}
    for name, days in rounds.items():
        sql = f"SELECT count(*) {every} AND docs.day >= ? AND docs.day < ?"
        within[name] = int(index.execute(sql, [*bound, days.start.isoformat(), days.stop.isoformat()]).fetchone()[0])
    return {
        "outlet": spread("docs.outlet"),
        "lang": spread("docs.lang"),
        "month": spread("substr(docs.day, 1, 7)"),
        "round": within,
    }
