"""Read articles -> their statements, as one more step behind the encoder: the pure function, and what runs it.

It needs the texts, the encoder's marks and the mentions of actors, and no model: so other actors, or better rules, make
statements anew without reading anything again.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TextIO

import pyarrow as pa

from tenor.annotate.assembled import Mark
from tenor.annotate.speakers import Named
from tenor.annotate.statements import RULES, Article, Statement, statements
from tenor.corpus.phrases import fold
from tenor.corpus.store import Store
from tenor.engine.local import run
from tenor.engine.work import Unit
from tenor.errors import TenorError
from tenor.model import Actor, Plan
from tenor.tables import ANNOTATED, STATEMENTS

WORK = "tenor.annotate.stating:state"
ROLE = "statements"
# So many characters of articles are a unit.
UNIT = 1_000_000
_SPAN = pa.struct([("part", pa.string()), ("start", pa.int64()), ("stop", pa.int64()), ("value", pa.string())])
ARTICLES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("lang", pa.string(), nullable=False),
        pa.field("day", pa.date32()),
        pa.field("title", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
        pa.field("marks", pa.list_(pa.struct([*_SPAN, pa.field("score", pa.float32())]))),
        pa.field("named", pa.list_(pa.struct([*_SPAN]))),
    ]
)
_ORDER = """\
SELECT articles.doc_id, length(title) + length(text) AS size,
       articles.doc_id IN (SELECT doc_id FROM annotated WHERE coder = $coder) AS done
FROM articles JOIN documents USING (doc_id) ORDER BY copy_id, articles.doc_id"""
_TEXTS = """\
WITH marks AS (
    SELECT doc_id, list({'part': part, 'start': start, 'stop': stop, 'value': value, 'score': score}
                        ORDER BY part, start, stop, value) AS marks
    FROM annotations WHERE coder = $encoder AND variable = 'quote' AND doc_id IN (SELECT unnest($ids)) GROUP BY doc_id),
named AS (
    SELECT doc_id, list({'part': part, 'start': start, 'stop': stop, 'value': actor}
                        ORDER BY part, start, stop, actor) AS named
    FROM annotations WHERE coder = $finder AND variable = 'mention' AND doc_id IN (SELECT unnest($ids)) GROUP BY doc_id)
SELECT articles.doc_id, articles.lang, articles.day, title, text, marks, named
FROM articles JOIN documents USING (doc_id) LEFT JOIN marks USING (doc_id) LEFT JOIN named USING (doc_id)
WHERE articles.doc_id IN (SELECT unnest($ids)) ORDER BY copy_id, articles.doc_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a unit is read with: under which name, and for which actors."""

    coder: str
    actors: tuple[Actor, ...]

    def packed(self) -> dict[bytes, bytes]:
        """Return them as a schema's metadata; of actors only what is used."""
        actors = [
            {"id": one.id, "name": one.name, "kind": one.kind, "role": one.public_role, "forms": _first_forms(one)}
            for one in self.actors
        ]
        return {b"settings": json.dumps({"coder": self.coder, "actors": actors}, ensure_ascii=False).encode()}


def _first_forms(actor: Actor) -> dict[str, list[str]]:
    """Return how an actor is called in each language, in the plain form: the first alias, the titles."""
    forms: dict[str, list[str]] = defaultdict(list)
    for lang, words in actor.aliases:
        forms[lang] += [fold(word) for word in words[:1]]
    for title in actor.titles:
        for lang, words in title.words:
            forms[lang] += [fold(word) for word in words]
    return dict(forms)


def coder_of(encoder: str, finder: str) -> str:
    """Return the name under which statements are kept that rest on these coders' answers."""
    return f"{RULES}+{hashlib.sha256(f'{encoder}|{finder}'.encode()).hexdigest()[:8]}"


# --- one unit --------------------------------------------------------------------------------------


def state(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the statements of some articles.

    Parameters
    ----------
    batch
        Rows of `ARTICLES`; the metadata of its schema holds `Settings`.

    Returns
    -------
    pyarrow.RecordBatch
        ``doc_id`` and a list of rows of `STATEMENTS` an article. The same articles give the same bytes.
    """
    said = json.loads(batch.schema.metadata[b"settings"])
    actors = {item["id"]: item for item in said["actors"]}
    roles = {name: item["role"] for name, item in actors.items()}
    rows: list[dict[str, Any]] = []
    counts: list[int] = []
    for item in batch.to_pylist():
        found = statements(_article(item, actors), roles)
        rows += _rows(item["doc_id"], found, said["coder"])
        counts.append(len(found))
    columns = pa.Table.from_pylist(rows, STATEMENTS).combine_chunks()
    fields = [column.combine_chunks() for column in columns.columns]
    struct = pa.StructArray.from_arrays(fields, fields=list(STATEMENTS))
    offsets = pa.array([0, *_sums(counts)], pa.int32())
    return pa.record_batch({"doc_id": batch["doc_id"], "statements": pa.ListArray.from_arrays(offsets, struct)})


def _sums(counts: Sequence[int]) -> Iterator[int]:
    total = 0
    for count in counts:
        total += count
        yield total


def _article(item: Mapping[str, Any], actors: Mapping[str, Mapping[str, Any]]) -> Article:
    marks: dict[str, list[Mark]] = defaultdict(list)
    for one in item["marks"] or ():
        marks[one["part"]].append(Mark(one["start"], one["stop"], one["value"], one["score"]))
    named: dict[str, list[Named]] = defaultdict(list)
    for one in item["named"] or ():
        text = item["title"] if one["part"] == "title" else item["text"]
        if one["value"] in actors:
            actor = actors[one["value"]]
            bare = is_bare(text[one["start"] : one["stop"]], item["lang"], actor["name"], actor["forms"])
            named[one["part"]].append(Named(one["start"], one["stop"], actor["id"], actor["kind"] == "person", bare))
    return Article(title=item["title"], text=item["text"], lang=item["lang"], day=item["day"], marks=marks, named=named)


def is_bare(words: str, lang: str, name: str, forms: Mapping[str, Sequence[str]]) -> bool:
    """Return whether words name an actor in the plain form, as who does something stands.

    Examples
    --------
    >>> is_bare("Хоупа", "ru", "Jonas Hope", {"ru": ["хоуп"]}), is_bare("Хоуп", "ru", "Jonas Hope", {"ru": ["хоуп"]})
    (False, True)
    """
    if lang == "en":
        return True
    own = fold(words)
    return any(own.split()[-1] == form.split()[-1] for form in (fold(name), *forms.get(lang, ())) if form and own)


def named_of(start: int, stop: int, actor: Actor, text: str, lang: str) -> Named:
    """Return a mention as the rules for speakers take it."""
    bare = is_bare(text[start:stop], lang, actor.name, _first_forms(actor))
    return Named(start, stop, actor.id, actor.kind == "person", bare)


def _rows(doc_id: str, found: Sequence[Statement], coder: str) -> Iterator[dict[str, Any]]:
    names = [_name(doc_id, one, place, coder) for place, one in enumerate(found)]
    for name, one in zip(names, found, strict=True):
        source, cue = one.source or (-1, -1), one.cue or (-1, -1)
        window = one.window
        yield {
            "statement_id": name,
            "doc_id": doc_id,
            "part": one.part,
            "start": one.start,
            "stop": one.stop,
            "kind": one.kind,
            "form": one.form,
            "actor": one.actor,
            "source_start": source[0],
            "source_stop": source[1],
            "cue_start": cue[0],
            "cue_stop": cue[1],
            "content": [list(span) for span in one.content],
            "target": one.target,
            "frame": one.frame,
            "polarity": one.polarity,
            "window_from": window.first if window else None,
            "window_to": window.last if window else None,
            "window_text": window.text if window else "",
            "outer": names[one.outer] if one.outer >= 0 else "",
            "coder": coder,
            "score": one.score,
        }


def _name(doc_id: str, one: Statement, place: int, coder: str) -> str:
    said = f"{doc_id}|{coder}|{one.part}|{place}|{one.start}|{one.stop}"
    return hashlib.sha256(said.encode()).hexdigest()[:16]


# --- all of them -----------------------------------------------------------------------------------


def state_all(
    store: Store,
    plan: Plan,
    coders: tuple[str, str],
    *,
    workers: int | None = None,
    progress: TextIO | None = None,
) -> str:
    """Add the statements of every article that has none by today's rules; return their coder.

    Parameters
    ----------
    store, plan
        The study, its articles read.
    coders
        The encoder's and the finder's names.
    workers
        How many processes; the rows are the same.
    progress
        Where to show how far it is.

    Raises
    ------
    TenorError
        Some articles could not be read; what could be is kept.
    """
    coder = coder_of(*coders)
    units = list(_units(store.query(_ORDER, {"coder": coder})))
    report = run(
        _with_texts(store, Settings(coder=coder, actors=plan.actors), coders, units),
        WORK,
        done=lambda unit, found: _keep(store, coder, found),
        workers=min(workers, len(units)) if workers and units else workers,
        total=len(units),
        progress=progress,
    )
    if report.failed:
        raise TenorError(
            f"{len(report.failed)} of {report.units} units of statements could not be read: {report.failed[0].error}",
            do="run `tenor annotate` again; what was read is kept",
        )
    return coder


def _units(order: pa.Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the units in which something is missing; where one begins depends on all articles alone."""
    rows = order.to_pylist()
    begin = size = 0
    for place, row in enumerate([*rows, None]):
        if row is not None and (size == 0 or size + row["size"] <= UNIT):
            size += row["size"] or 1
            continue
        if ids := tuple(item["doc_id"] for item in rows[begin:place] if not item["done"]):
            yield f"{begin:08}-statements", ids
        begin, size = place, (row["size"] or 1) if row else 0


def _with_texts(
    store: Store, settings: Settings, coders: tuple[str, str], units: Sequence[tuple[str, tuple[str, ...]]]
) -> Iterator[Unit]:
    for name, ids in units:
        asked = {"ids": list(ids), "encoder": coders[0], "finder": coders[1]}
        rows = store.query(_TEXTS, asked).cast(ARTICLES).combine_chunks()
        yield Unit(id=name, batch=rows.replace_schema_metadata(settings.packed()).to_batches()[0])


def _keep(store: Store, coder: str, found: pa.RecordBatch) -> None:
    """Write the statements of a unit: all of them, or nothing."""
    rows = found["statements"].flatten()
    counts = found["statements"].value_lengths()
    nothing = pa.array([0] * found.num_rows, pa.int32())
    with store.writing() as write:
        if len(rows):
            columns = [rows.field(place) for place in range(len(STATEMENTS))]
            write("statements", pa.table(columns, schema=STATEMENTS))
        names = pa.array([coder] * found.num_rows)
        write("annotated", pa.table([found["doc_id"], names, counts.cast(pa.int32()), nothing], schema=ANNOTATED))
