"""Small studies of articles, written for a test: documents in one call, a study file of parts."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from tenor.corpus.ingest import add_documents
from tenor.corpus.store import Store
from tenor.model import Document, Precision, TzSource
from tenor.study import Study
from tests.corpus.listed import Listed

HEAD = """\
tenor: 1
id: press
title: Rounds of talks in the press
event:
  title: The talks
  timezone: {zone}
  window: {window}
"""
ROUNDS = """\
rounds:
  - {id: r1, label: the first round, date: 2024-02-01, cues: {en: [first round*], tr: ["birinci tur*"]}}
  - {id: r2, label: the second round, date: 2024-03-01, cues: {en: [second round*], ru: ["втор* раунд*"]}}
  - {id: r3, label: the third round, date: 2024-04-01, cues: {en: [third round*], ru: ["трет* раунд*"]}}
"""
QUERIES = "queries:\n  - {id: talks, any: [talks, переговор*]}\n"
COMPARISON = "comparison: {from: 2024-01-01, to: 2024-04-30}\n"
PLAIN = "{from: 0, to: 2, unit: day}"


def article(
    text: str = "",
    *,
    title: str = "",
    outlet: str = "a",
    at: str = "2024-02-01",
    native_id: str = "",
    lang: str = "en",
    precision: Precision = "day",
    tz_source: TzSource = "none",
    deleted: bool = False,
) -> Document:
    """Return an article; `at` is a day or a moment in UTC, "" for one without a date."""
    return Document(
        outlet=outlet,
        title=title,
        text=text,
        native_id=native_id,
        published=datetime.fromisoformat(at).replace(tzinfo=UTC) if at else None,
        precision=precision if at else "none",
        tz_source=tz_source,
        lang=lang,
        importer="test@1",
        raw="f:1",
        deleted=deleted,
    )


def put(store: Store, *documents: Document) -> None:
    """Add articles the way files are added."""
    with tempfile.TemporaryDirectory() as folder:
        add_documents(store, Listed(documents), Path(folder) / "rejects.csv")


def press(
    folder: Path,
    documents: Iterable[Document] = (),
    *,
    zone: str = "UTC",
    window: str = PLAIN,
    rounds: str = ROUNDS,
    queries: str = QUERIES,
    comparison: str = COMPARISON,
    rest: str = "",
    claims: str = "",
) -> Study:
    """Write a study, add articles to it, and open it."""
    folder.mkdir(parents=True, exist_ok=True)
    head = HEAD.format(zone=zone, window=window)
    (folder / "tenor.yaml").write_text(head + rounds + queries + comparison + rest, encoding="utf-8")
    if claims:
        (folder / "claims.yaml").write_text(claims, encoding="utf-8")
    study = Study.open(folder)
    items = list(documents)
    if items:
        put(study.store, *items)
    return study


def claim(*hypotheses: str, as_of: str = "") -> str:
    """Return a claims file with one claim; each hypothesis is what stands in its braces."""
    head = """\
tenor_claims: 1
claims:
  - id: c
    quote: They were covered sparsely.
    holder: a commentator
    date: 2024-04-10
    source: a test
"""
    parts = [f"      - {{id: H{number}, {item}}}\n" for number, item in enumerate(hypotheses, 1)]
    return head + (f"    as_of: {as_of}\n" if as_of else "") + "    hypotheses:\n" + "".join(parts)


def hypothesis(
    measure: str = "volume.rate", query: str | None = "talks", relation: str = "less", rest: str = "", margin: str = ""
) -> str:
    """Return a hypothesis on the third round against the first two."""
    named = "" if query is None else f", query: {query}"
    size = margin or {"less": "at least 20 % fewer", "greater": "at least 20 % more"}.get(relation, "20 %")
    more = f", {rest}" if rest else ""
    contrast = "{r3: 1, r1: -0.5, r2: -0.5}"
    return f"measure: {measure}{named}, contrast: {contrast}, relation: {relation}, margin: {size}{more}"


def rows(study: Study, sql: str) -> list[dict[str, object]]:
    """Return the rows of a SELECT over a refreshed study."""
    found: list[dict[str, object]] = study.refresh().query(sql, {}).to_pylist()
    return found


def table(study: Study, name: str, columns: Sequence[str]) -> list[tuple[object, ...]]:
    """Return some columns of a table of a refreshed study, in order."""
    named = ", ".join(f'"{column}"' for column in columns)
    return [tuple(row.values()) for row in rows(study, f"SELECT {named} FROM {name} ORDER BY ALL")]


def day(text: str) -> date:
    """Return a day."""
    return date.fromisoformat(text)
