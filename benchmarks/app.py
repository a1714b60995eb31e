"""The app over a large store: how soon it answers, how long pages take with twenty readers, how much memory it takes.

    python benchmarks/app.py [DOCUMENTS ...]

Twenty readers open pages one after the other, each looking at a page for a second, while another process adds articles.
Goals, at 100,000 documents: the 95th percentile of every page under 300 ms, start under 1.5 s, under 400 MB.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa

from tenor.corpus.search import SearchIndex
from tenor.corpus.store import Store
from tenor.study import Study
from tenor.tables import ANNOTATIONS, ARTICLES, ASSIGNMENTS, COMPLETENESS, COPIES, DOCUMENTS, SCORES

READERS, SECONDS, THINKS = 20, 30.0, 1.0
OUTLETS = [f"Outlet {number:02}" for number in range(40)]
FIRST = date(2024, 1, 1)
_SYLLABLES = [one + two for one in "bdfgklmnprstvz" for two in "aeiou"]
# 20,000 words, used as unevenly as those of a language: the tenth a tenth as often as the first.
WORDS = [f"{one}{two}{three}" for one in _SYLLABLES for two in _SYLLABLES for three in ("", "n", "ra", "st", "ly")][
    :20_000
]
OFTEN = np.cumsum(1 / np.arange(1, len(WORDS) + 1)).tolist()
STUDY = """\
tenor: 1
id: large
title: A large study
event: {title: Talks, timezone: UTC, window: {from: 0, to: 7, unit: day}}
rounds:
  - {id: r1, label: the first round, date: 2024-03-01}
  - {id: r2, label: the second round, date: 2024-06-01}
  - {id: r3, label: the third round, date: 2024-09-01}
actors:
  - {id: one, name: Actor One, kind: organisation, aliases: {en: [Actor One]}}
"""
CLAIMS = """\
tenor_claims: 1
claims:
  - id: sparse
    quote: The third round was covered sparsely.
    holder: a commentator
    date: 2024-10-10
    source: a benchmark
    hypotheses:
      - id: H1
        measure: volume.rate
        contrast: {r3: 1, r1: -0.5, r2: -0.5}
        relation: less
        margin: at least 20 % fewer
"""
ADDS = """\
import sys, time
from pathlib import Path
from benchmarks.app import texts
from tenor.corpus.store import Store
store, number = Store(Path(sys.argv[1]) / "corpus"), 10_000_000
while True:
    store.append("documents", texts(number, 50))
    number += 50
    time.sleep(0.5)
"""


def made_id(number: int) -> str:
    """Return a document's id, spread as hashes are."""
    return f"{(number * 0x9E3779B97F4A7C15) % 2**64:016x}{number:016x}"


def texts(start: int, count: int) -> pa.Table:
    """Return rows of documents with some 250 words each."""
    draw = random.Random(start)  # noqa: S311 - no secret
    rows = []
    for number in range(start, start + count):
        lines = [" ".join(draw.choices(WORDS, cum_weights=OFTEN, k=12)) for _ in range(20)]
        title = " ".join(draw.choices(WORDS, cum_weights=OFTEN, k=8))
        day = datetime(2024, 1, 1, 12, tzinfo=UTC) + timedelta(days=number % 366)
        rows.append(
            {
                "doc_id": made_id(number), "native_id": str(number), "version": 1, "changed": "", "first_seen": day,
                "outlet": OUTLETS[number % len(OUTLETS)], "published": day, "precision": "second", "tz_source": "given",
                "lang": "en", "title": title, "text": ". ".join(lines),
                "url": f"https://example.org/{number}", "importer": "made@1", "raw": str(number), "lost": [],
                "deleted": False,
            }
        )  # fmt: skip
    return pa.Table.from_pylist(rows, DOCUMENTS)


def build(folder: Path, documents: int) -> None:
    """Write a study with so many documents, and what is made from them, without looking for copies."""
    folder.mkdir()
    (folder / "tenor.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "claims.yaml").write_text(CLAIMS, encoding="utf-8")
    store = Store(folder / "corpus")
    with store.writing() as write:
        for start in range(0, documents, 5_000):
            part = texts(start, min(5_000, documents - start))
            write("documents", part)
            write("articles", articles(part))
            write("copies", copies(part))
            write("assignments", assignments(part))
            write("annotations", marked(part, ANNOTATIONS, 8))
            write("scores", marked(part, SCORES, 20))
        write("completeness", days())
    SearchIndex(store, folder / "corpus" / "search.sqlite").bring_up_to_date()


def _as(schema: pa.Schema, columns: dict[str, object], rows: int) -> pa.Table:
    """Return a table of a schema; what is not given is empty, or null where it may be."""
    plain = {pa.string(): "", pa.int64(): 0, pa.int32(): 0, pa.bool_(): False, pa.float64(): 0.0}
    whole = [
        columns.get(field.name, [plain.get(field.type) if not field.nullable else None] * rows) for field in schema
    ]
    return pa.table([pa.array(column, field.type) for column, field in zip(whole, schema, strict=True)], schema=schema)


def articles(part: pa.Table) -> pa.Table:
    """Return the documents as articles; every tenth is a copy of the one before."""
    ids = part["doc_id"].to_pylist()
    firsts = [ids[at - 1] if at % 10 == 9 else name for at, name in enumerate(ids)]
    columns = {
        "doc_id": ids, "outlet": part["outlet"], "lang": part["lang"], "published": part["published"],
        "day": [item.date() for item in part["published"].to_pylist()], "precision": part["precision"],
        "copy_id": firsts, "first_publisher": [one == name for one, name in zip(firsts, ids, strict=True)],
        "headline_words": [8] * len(ids), "body_words": [240] * len(ids),
    }  # fmt: skip
    return _as(ARTICLES, {name: _plain(value) for name, value in columns.items()}, len(ids))


def _plain(value: object) -> object:
    return value.to_pylist() if isinstance(value, pa.ChunkedArray) else value


def copies(part: pa.Table) -> pa.Table:
    """Return the families of copies."""
    rows = articles(part)
    how = ["first" if first else "copy" for first in rows["first_publisher"].to_pylist()]
    columns = {
        "doc_id": rows["doc_id"].to_pylist(), "threshold": [0.7] * len(how), "copy_id": rows["copy_id"].to_pylist(),
        "first_publisher": rows["first_publisher"].to_pylist(), "similarity": [1.0] * len(how), "how": how,
    }  # fmt: skip
    return _as(COPIES, columns, len(how))


def assignments(part: pa.Table) -> pa.Table:
    """Return one article in ten as one of a round."""
    ids = part["doc_id"].to_pylist()[::10]
    rounds = [f"r{at % 3 + 1}" for at in range(len(ids))]
    return _as(ASSIGNMENTS, {"doc_id": ids, "round": rounds, "by": ["date"] * len(ids)}, len(ids))


def marked(part: pa.Table, schema: pa.Schema, each: int) -> pa.Table:
    """Return so many annotations, or scored sentences, of each document."""
    ids = np.repeat(part["doc_id"].to_pylist(), each).tolist()
    at = [int(number) * 60 for number in np.tile(np.arange(each), part.num_rows)]
    columns: dict[str, object] = {
        "doc_id": ids, "part": ["body"] * len(ids), "start": at, "stop": [start + 40 for start in at],
        "coder": ["made@1"] * len(ids),
    }  # fmt: skip
    if "variable" in schema.names:
        columns |= {"variable": ["mention"] * len(ids), "value": ["alias"] * len(ids), "actor": ["one"] * len(ids)}
    else:
        columns |= {"speech": ["narration"] * len(ids), "valence": [0.1] * len(ids), "arousal": [0.2] * len(ids)}
    return _as(schema, columns, len(ids))


def days() -> pa.Table:
    """Return every outlet on every day, observed."""
    rows = [(outlet, FIRST + timedelta(days=number)) for outlet in OUTLETS for number in range(366)]
    columns = {
        "outlet": [outlet for outlet, _ in rows],
        "day": [day for _, day in rows],
        "observed": [True] * len(rows),
    }
    return _as(COMPLETENESS, columns, len(rows))


def pages(documents: int) -> dict[str, list[str]]:
    """Return addresses by the kind of page."""
    some = [made_id(number * max(1, documents // 50)) for number in range(50)]
    return {
        "start": ["/"],
        "claim": ["/claims/sparse"],
        "documents": [f"/documents?page={number}" for number in range(1, 20)],
        "documents, filtered": [
            f"/documents?outlet=Outlet+{number:02}&round=r{number % 3 + 1}" for number in range(40)
        ],
        "document": [f"/documents/{name}" for name in some],
        "search": [f"/search?q={one}+{other}" for one in WORDS[50:60] for other in WORDS[100:104]],
        "copies": [f"/copies?page={number}" for number in range(1, 9)],
        "quality": ["/quality"],
        "compare": ["/compare?measure=volume.rate"],
        "statements": ["/statements"],
        "downloads": ["/downloads"],
        "runs": ["/runs"],
    }


def ask(address: str, path: str) -> tuple[int, float]:
    """Return status and seconds of a page."""
    where = urlsplit(address)
    started = time.perf_counter()
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status, time.perf_counter() - started


def reading(address: str, kinds: dict[str, list[str]], seed: int, times: dict[str, list[float]], until: float) -> None:
    """Open pages by chance until the time is over."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    while time.monotonic() < until:
        kind = draw.choice(list(kinds))
        status, seconds = ask(address, draw.choice(kinds[kind]))
        times[kind].append(seconds if status == 200 else float("inf"))
        time.sleep(THINKS)


def memory(pid: int) -> tuple[float, float]:
    """Return how many MB a process takes, and took at most."""
    said = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = {line.split(":")[0]: line.split()[1] for line in said.splitlines() if line.startswith(("VmRSS", "VmHWM"))}
    return int(found["VmRSS"]) / 1024, int(found["VmHWM"]) / 1024


def run(documents: int) -> dict[str, object]:
    """Measure the app over so many documents."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "study"
        build(folder, documents)
        Study.open(folder).store.compact()
        started = time.perf_counter()
        command = [sys.executable, "-c", "from tenor.app.cli import main; main()", "serve", "--port", "0"]
        with subprocess.Popen([*command, "--study", str(folder)], stdout=subprocess.PIPE) as server:
            assert server.stdout
            address = server.stdout.readline().decode().strip()
            status, _ = ask(address, "/")
            begun = time.perf_counter() - started
            assert status == 200
            kinds = pages(documents)
            for kind in kinds:  # the first of each loads its code
                ask(address, kinds[kind][0])
            times: dict[str, list[float]] = {kind: [] for kind in kinds}
            until = time.monotonic() + SECONDS
            root = Path(__file__).parents[1]
            with subprocess.Popen([sys.executable, "-c", ADDS, str(folder)], cwd=root) as adding:
                readers = [
                    threading.Thread(target=reading, args=(address, kinds, seed, times, until))
                    for seed in range(READERS)
                ]
                for reader in readers:
                    reader.start()
                for reader in readers:
                    reader.join()
                adding.terminate()
            now, most = memory(server.pid)
            server.terminate()
    return {
        "documents": documents,
        "start, s": round(begun, 2),
        "memory now, MB": round(now),
        "memory at most, MB": round(most),
        "load of the machine": round(os.getloadavg()[0], 1),
        "p95, ms": {kind: round(1000 * _p95(found)) for kind, found in times.items() if found},
        "pages": sum(map(len, times.values())),
    }


def _p95(found: list[float]) -> float:
    return statistics.quantiles(found, n=20)[-1] if len(found) > 1 else found[0]


if __name__ == "__main__":
    for size in [int(text) for text in sys.argv[1:]] or [1_000, 10_000, 100_000]:
        print(json.dumps(run(size), indent=1))
