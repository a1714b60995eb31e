"""What the store costs: documents a second beside a plain Parquet file and DuckDB's CSV import, and peak memory.

Every line is measured in a process of its own, one after the other in the same run, on the same
synthetic articles (about 2 KB each, made while they are written). Peak memory is that of the
whole process, Python and libraries included; "bare" is the process that only makes the articles.

    python benchmarks/store.py [articles]        (200,000 for the full size; 20,000 by default)

Counts are five times as many as articles.
"""

from __future__ import annotations

import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tenor.corpus.ingest import add_documents
from tenor.corpus.store import Store
from tenor.model import Document, ImportReport
from tenor.tables import COUNTS, DOCUMENTS

AT_ONCE = 2_000
ADDED = 1_000
WORDS = [f"{first}{second}{third}" for first in "bdfgklm" for second in ("a", "ei", "o", "ur") for third in "nrstx"]
START = datetime(2024, 1, 1, tzinfo=UTC)


def articles(first: int, stop: int) -> Iterator[pa.Table]:
    """Yield articles in tables of a few thousand; each text is a stretch of a long random one."""
    words = random.Random(1).choices(WORDS, k=1_000_000)  # noqa: S311 (texts, no secrets)
    for low in range(first, stop, AT_ONCE):
        numbers = range(low, min(low + AT_ONCE, stop))
        size = len(numbers)
        choose = random.Random(low)  # noqa: S311 (texts, no secrets)
        columns: dict[str, list[object]] = {
            "doc_id": [f"{number * 2654435761 % 2**32:08x}{number:024x}" for number in numbers],
            "native_id": [str(number) for number in numbers],
            "version": [1] * size,
            "changed": [""] * size,
            "first_seen": [START] * size,
            "outlet": [f"outlet {number % 40}" for number in numbers],
            "published": [START + timedelta(minutes=number) for number in numbers],
            "precision": ["minute"] * size,
            "tz_source": ["given"] * size,
            "lang": ["en"] * size,
            "title": [" ".join(choose.choices(WORDS, k=8)) for _ in numbers],
            "text": [" ".join(words[place : place + 430]) for place in choose.choices(range(len(words) - 430), k=size)],
            "url": [f"https://example.org/{number}" for number in numbers],
            "importer": ["benchmark@1"] * size,
            "raw": [f"made:{number}" for number in numbers],
            "lost": [[]] * size,
            "deleted": [False] * size,
        }
        yield pa.table(columns, DOCUMENTS)


def counts(number: int) -> Iterator[pa.Table]:
    """Yield counts in tables of fifty thousand."""
    for low in range(0, number, 50_000):
        rows = range(low, min(low + 50_000, number))
        columns: dict[str, list[object]] = {
            "outlet": [f"outlet {row % 400}" for row in rows],
            "query": [f"query {row // 400 % 5}" for row in rows],
            "start": [date(2015, 1, 1) + timedelta(days=row // 2000) for row in rows],
            "days": [1] * len(rows),
            "matched": [row * 7919 % 97 for row in rows],
            "total": [1000] * len(rows),
            "source": ["benchmark.csv"] * len(rows),
            "line": [row + 2 for row in rows],
        }
        yield pa.table(columns, COUNTS)


def bare(folder: Path, number: int) -> float:
    """Make the articles and write nothing."""
    return timed(lambda: sum(table.num_rows for table in articles(0, number)))


def store_articles(folder: Path, number: int) -> float:
    """Write articles to the store, in one go."""
    return stored(Store(folder / "corpus"), "documents", articles(0, number))


def store_counts(folder: Path, number: int) -> float:
    """Write counts to the store, in one go."""
    return stored(Store(folder / "corpus"), "counts", counts(number))


def stored(store: Store, table: str, tables: Iterable[pa.Table]) -> float:
    """Return the seconds that writing takes, from the lock to the log, without those that making the rows takes."""
    clock = Clock()
    with clock.running(), store.writing() as write:
        for rows in clock.paused(tables):
            write(table, rows)
    return clock.seconds


def plain_parquet(folder: Path, number: int) -> float:
    """Write the same articles with pyarrow alone, a row group a table."""
    clock = Clock()
    path = folder / "plain.parquet"
    with clock.running(), pq.ParquetWriter(path, DOCUMENTS, compression="zstd") as writer:
        for rows in clock.paused(articles(0, number)):
            writer.write_table(rows)
    return clock.seconds


class Clock:
    """Seconds, without those for which it is paused."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Count the time inside."""
        start = time.perf_counter()
        yield
        self.seconds += time.perf_counter() - start

    def paused(self, tables: Iterable[pa.Table]) -> Iterator[pa.Table]:
        """Hand on tables, and do not count the time it takes to make them."""
        start = time.perf_counter()
        for table in tables:
            self.seconds -= time.perf_counter() - start
            yield table
            start = time.perf_counter()


def pandas_parquet(folder: Path, number: int) -> float:
    """Write the articles with pandas, which needs all of them in memory at once."""
    path = folder / "articles.parquet"
    return timed(lambda: pd.concat([table.to_pandas() for table in articles(0, number)]).to_parquet(path))


def duckdb_csv(folder: Path, number: int) -> float:
    """Have DuckDB import the same articles from a CSV file into a DuckDB file; writing the CSV does not count."""
    names = [name for name in DOCUMENTS.names if name != "lost"]
    with (folder / "articles.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        for table in articles(0, number):
            writer.writerows(zip(*(table[name].to_pylist() for name in names), strict=True))

    def work() -> None:
        with duckdb.connect(str(folder / "articles.duckdb")) as connection:
            connection.read_csv(str(folder / "articles.csv")).create("documents")

    return timed(work)


def add_to(folder: Path, number: int) -> float:
    """Add a thousand articles to a store that holds some, nine times; return the median."""
    store = Store(folder / "corpus")
    if number:
        with store.writing() as write:
            for table in articles(0, number):
                write("documents", table)
    firsts = range(number, number + 9 * ADDED, ADDED)
    seconds = [stored(store, "documents", [pa.concat_tables(articles(first, first + ADDED))]) for first in firsts]
    return sorted(seconds)[4]


class Exported:
    """New articles as an importer gives them."""

    def __init__(self, first: int) -> None:
        self._first = first

    def __iter__(self) -> Iterator[Document]:
        """Yield a thousand."""
        for number in range(self._first, self._first + ADDED):
            text = " ".join(random.Random(number).choices(WORDS, k=430))  # noqa: S311 (texts, no secrets)
            yield Document(
                outlet=f"outlet {number % 40}",
                title=f"Article {number}",
                text=text,
                native_id=f"new {number}",
                lang="en",
                importer="benchmark@1",
                raw=str(number),
            )

    def report(self) -> ImportReport:
        """Return what an importer would say."""
        return ImportReport(
            source="benchmark", importer="benchmark@1", read=ADDED, kept=ADDED, merged=0, already_there=0, refused=0
        )


def import_to(folder: Path, number: int) -> float:
    """Import a thousand articles into a store that holds some, told apart from all of them; the median of nine."""
    store = Store(folder / "corpus")
    if number:
        with store.writing() as write:
            for table in articles(0, number):
                write("documents", table)
    rejects = folder / "rejects.csv"
    firsts = range(0, 9 * ADDED, ADDED)
    seconds = [timed(partial(add_documents, store, Exported(first), rejects)) for first in firsts]
    return sorted(seconds)[4]


def merge(folder: Path, number: int) -> float:
    """Merge a store of articles that were added a thousand at a time."""
    store = Store(folder / "corpus")
    for first in range(0, number, ADDED):
        store.append("documents", pa.concat_tables(articles(first, first + ADDED)))
    return timed(store.compact)


def timed(work: Callable[[], object]) -> float:
    """Return how many seconds something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


TASKS: dict[str, Callable[[Path, int], float]] = {
    task.__name__: task
    for task in (
        bare,
        store_articles,
        store_counts,
        plain_parquet,
        pandas_parquet,
        duckdb_csv,
        add_to,
        import_to,
        merge,
    )
}


def measured(task: str, number: int) -> tuple[float, int]:
    """Run a task in a fresh process; return its seconds and its peak memory in MB."""
    command = [sys.executable, __file__, "--task", task, str(number)]
    said = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return said["seconds"], said["peak"]


def task(name: str, number: int) -> None:
    """Run one task in this process, and print what it took."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = TASKS[name](Path(folder), number)
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit
    print(json.dumps({"seconds": seconds, "peak": peak}))


def main(number: int) -> None:
    """Run all tasks one after the other and print them with their ratios."""
    making, peak = measured("bare", number)
    print(f"{'making the articles':34} {number / making:9,.0f} a second             peak {peak:5,} MB")
    ours = 0.0
    for name in ("store_articles", "plain_parquet", "pandas_parquet", "duckdb_csv"):
        seconds, peak = measured(name, number)
        ours = ours or number / seconds
        print(
            f"{name:34} {number / seconds:9,.0f} articles a second    peak {peak:5,} MB"
            f"   store / this {ours / number * seconds:.2f}"
        )
    for rows in (5 * number // 4, 5 * number):
        seconds, peak = measured("store_counts", rows)
        print(f"{f'store_counts, {rows:,}':34} {rows / seconds:9,.0f} counts a second      peak {peak:5,} MB")
    seconds, peak = measured("merge", number)
    print(f"{'merge, 1,000 articles a segment':34} {number / seconds:9,.0f} articles a second    peak {peak:5,} MB")
    for name, what in (("add_to", "writing"), ("import_to", "importing, told apart from all that is there,")):
        empty, _ = measured(name, 0)
        full, _ = measured(name, number)
        print(
            f"{what} {ADDED:,} articles to none: {1000 * empty:.0f} ms, to {number:,}: {1000 * full:.0f} ms, "
            f"ratio {full / empty:.2f}"
        )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--task"]:
        task(sys.argv[2], int(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
