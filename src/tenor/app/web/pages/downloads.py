"""Downloads: every table as CSV that a spreadsheet opens without running anything in it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from starlette.responses import StreamingResponse

from tenor.app.web.pages.documents import conditions
from tenor.app.web.pages.start import standing
from tenor.app.web.render import page
from tenor.errors import UnknownName
from tenor.report import tables
from tenor.report.export import neutral

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask

# Texts stay where they are: who wants them in R or Python opens the Parquet files.
STORED = {
    "documents": """\
SELECT articles.doc_id, native_id, articles.outlet, articles.day, published, articles.precision, articles.lang, title,
       url, copy_id, headline_words, body_words, boilerplate_words
FROM articles JOIN (SELECT doc_id, native_id, title, url FROM documents) USING (doc_id)
WHERE {where} ORDER BY day NULLS LAST, articles.outlet, articles.doc_id""",
    "rounds": "SELECT * FROM assignments ORDER BY doc_id, round",
    "copies": "SELECT * FROM copies ORDER BY threshold, copy_id, doc_id",
    "days": "SELECT * FROM completeness ORDER BY outlet, day",
    "counts": "SELECT * FROM counts ORDER BY outlet, query, start",
    "imports": "SELECT * FROM imports",
    "scores": "SELECT * FROM scores ORDER BY doc_id, part, start",
    "annotations": "SELECT * FROM annotations ORDER BY doc_id, part, start",
    "statements": "SELECT * FROM statements ORDER BY doc_id, part, start",
    "registrations": 'SELECT * FROM registrations ORDER BY "at", hypothesis',
    "runs": 'SELECT * FROM runs ORDER BY "at"',
}
ANSWERED = ("findings", "specifications", "windows", "placebo", "timeline")
BY_PEOPLE = ("codes", "agreement")


def downloads(ask: Ask) -> Response:
    """List what can be downloaded, with how many rows each has."""
    sizes = ask.site.reader.remembered("sizes", lambda: _sizes(ask))
    results, _, _ = standing(ask)
    values = {
        "stored": [(name, sizes[name]) for name in STORED],
        "answered": ANSWERED if results else (),
        "by_people": BY_PEOPLE if (ask.site.folder / "human.sqlite").is_file() else (),
        "hypotheses": [f.hypothesis.id for v in results.audit.verdicts for f in v.findings] if results else [],
    }
    return page(ask, "downloads.html.j2", values)


def _sizes(ask: Ask) -> dict[str, int]:
    names = {"documents": "articles", "rounds": "assignments", "days": "completeness"}
    counted = ", ".join(f'(SELECT count(*) FROM {names.get(name, name)}) AS "{name}"' for name in STORED)  # noqa: S608
    return {name: int(number) for name, number in ask.site.reader.rows(f"SELECT {counted}")[0].items()}


def table(ask: Ask) -> Response:
    """Send a table, in pieces, so that its size does not matter."""
    name = ask.part("table")
    if name in STORED:
        return _csv(name, _stored(ask, name))
    if name in BY_PEOPLE:
        return _csv(name, _rows(_by_people(ask, name)))
    results, _, _ = standing(ask)
    if results and name in ANSWERED:
        found = next(item for item in tables.all_tables(results.audit) if item.name == name)
        return _csv(name, [found.columns, *found.rows])
    if results and name.startswith("evidence-"):
        return _csv(name, _rows(ask.site.kept.places(results, name.removeprefix("evidence-")).to_pylist()))
    raise UnknownName.of("table", name[:60], (*STORED, *BY_PEOPLE, *(ANSWERED if results else ())))


def _stored(ask: Ask, name: str) -> Iterator[Iterable[Any]]:
    where, bound = conditions(ask) if name == "documents" else ("true", {})
    sql = STORED[name].format(where=where.replace("outlet =", "articles.outlet =").replace("lang =", "articles.lang ="))
    with ask.site.reader.store.snapshot() as then:
        yield then.query(f"FROM ({sql}) LIMIT 0", bound).column_names
        for part in then.batches(sql, bound):
            yield from zip(*(column.to_pylist() for column in part.columns), strict=True)


def _by_people(ask: Ask, name: str) -> list[dict[str, Any]]:
    from tenor.coding.codes import codes
    from tenor.corpus.human import HUMAN_FILE, Journal

    study = ask.site.study()
    found = study.agreement() if name == "agreement" else codes(Journal(study.folder / HUMAN_FILE))
    rows: list[dict[str, Any]] = found.to_pylist()
    return rows


def _rows(rows: list[dict[str, Any]]) -> Iterator[Iterable[Any]]:
    if rows:
        yield rows[0].keys()
    for row in rows:
        yield row.values()


def _csv(name: str, rows: Iterable[Iterable[Any]]) -> Response:
    headers = {"content-disposition": f'attachment; filename="{name}.csv"'}
    return StreamingResponse(_lines(rows), media_type="text/csv; charset=utf-8", headers=headers)


def _lines(rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\n")
    for number, row in enumerate(rows, 1):
        writer.writerow([neutral(_plain(cell)) for cell in row])
        if number % 500 == 0:
            yield _taken(stream)
    yield _taken(stream)


def _taken(stream: io.StringIO) -> bytes:
    text = stream.getvalue()
    stream.seek(0)
    stream.truncate()
    return text.encode("utf-8", "backslashreplace")


def _plain(cell: Any) -> str | int | float | bool | None:
    if cell is None or isinstance(cell, str | int | float | bool):
        return cell
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bytes):
        return cell.hex()
    return json.dumps(cell, ensure_ascii=False, default=str)
