"""Writers are killed at every commit point and at random ones, while another process reads all along."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from tenor.corpus.store import Store

ROOT = Path(__file__).parents[2]
FILE_POINTS = ("before write", "half file", "before rename", "after rename")
POINTS = (
    *FILE_POINTS,
    "before log",
    "after log",
    "in compaction",
    "in sweep",
    # And one after another: the file of the log entry, of a merge, of a sweep.
    *(f"before log > {point}" for point in FILE_POINTS),
    "in compaction > before log",
    "in compaction > half file",
    "in compaction > after log",
    "in sweep > before log",
)

# Batch n is documents 2n and 2n + 1 and day n of the counts, in one write. Of every third batch the second
# document is taken down at once; every fourth time all is merged and swept. What is done is acknowledged.
_WRITER = """
import os, signal, sys
from datetime import UTC, datetime, timedelta
from tenor.corpus.store import Store
from tests.corpus.test_maintenance import counts, documents

folder, points, first, stop = sys.argv[1], sys.argv[2].split(" > "), *map(int, sys.argv[3:])

def at(name):
    if points[:1] == [name]:
        del points[0]
        if not points:
            os.kill(os.getpid(), signal.SIGKILL)

store = Store(folder, at=at)

def take_down(n):
    store.remove([f"d{2 * n + 1:06d}"], now=True)
    print("gone", n, flush=True)

if first % 3 == 0 and first:
    take_down(first - 1)
for n in range(first, stop):
    with store.writing() as write:
        write("documents", documents([2 * n]))
        write("counts", counts([n]))
        write("documents", documents([2 * n + 1]))
    print("there", n, flush=True)
    if n % 3 == 2:
        take_down(n)
    if n % 4 == 3:
        store.compact()
        store.sweep(datetime.now(tz=UTC) + timedelta(hours=1))
"""

_READER = """
import sys
from pathlib import Path
from tests.corpus.test_store_crash import seen
from tenor.corpus.store import Store
from tenor.errors import StoreDamaged

last, reads = (0, frozenset()), 0
while not Path(sys.argv[2]).exists():
    try:
        batches, gone = seen(Store(sys.argv[1]))
    except StoreDamaged as error:
        # Taking down at once does not wait for readers, and may do it twice while one looks.
        assert "swept while a reader had it open" in str(error), error
        continue
    assert batches >= last[0], (batches, last)
    assert gone >= last[1], (gone, last)
    last, reads = (batches, gone), reads + 1
print(reads, last[0])
"""

_SEEN = """\
SELECT 'document' AS kind, CAST(substr(doc_id, 2) AS INTEGER) AS number FROM documents
UNION ALL SELECT 'count', line FROM counts"""


def seen(store: Store) -> tuple[int, frozenset[int]]:
    """Return how many batches are there and which documents are gone; assert that this is a whole state."""
    rows = store.query(_SEEN, {}).to_pylist()
    days = sorted(row["number"] for row in rows if row["kind"] == "count")
    documents = sorted(row["number"] for row in rows if row["kind"] == "document")
    batches = len(days)
    assert days == list(range(batches)), days
    gone = frozenset(range(2 * batches)) - frozenset(documents)
    assert documents == [number for number in range(2 * batches) if number not in gone], documents
    may_be_gone = [2 * n + 1 for n in range(batches) if n % 3 == 2]
    # Only the last of them may still be on its way out.
    assert gone >= frozenset(may_be_gone[:-1]), gone
    assert gone <= frozenset(may_be_gone), gone
    return batches, gone


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def start(folder: Path, points: str, first: int, stop: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(folder), points, str(first), str(stop)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def reading(folder: Path, end: Path) -> Iterator[None]:
    """Have another process read all along; fail if it ever saw a state that is not whole."""
    reader = subprocess.Popen(
        [sys.executable, "-c", _READER, str(folder), str(end)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield
    finally:
        end.touch()
        said, wrong = reader.communicate(timeout=60)
    assert reader.returncode == 0, wrong
    reads, batches = map(int, said.split())
    assert reads > 10
    assert batches <= seen(Store(folder))[0]


def check(folder: Path, said: str, first: int) -> int:
    """Check a store after its writer died, and return how many batches there are."""
    batches, gone = seen(Store(folder))
    lines = [line.split() for line in said.splitlines()]
    there = [int(number) for what, number in lines if what == "there"]
    # One more may be there: killed between the log entry and the acknowledgement.
    assert batches in {first + len(there), first + len(there) + 1}
    assert {2 * int(number) + 1 for what, number in lines if what == "gone"} <= gone
    assert Store(folder).verify() == ()
    return batches


def finish(folder: Path, batches: int) -> None:
    """Go on where the killed one stopped: the end is the same as without a kill, and nothing lies about."""
    with start(folder, "", batches, batches + 3) as writer:
        said, _ = writer.communicate()
    assert check(folder, said, batches) == batches + 3
    store = Store(folder)
    store.compact()
    store.sweep(datetime.now(tz=UTC) + timedelta(hours=1))
    for table in ("documents", "counts", "tombstones"):
        live = store.paths(table)
        assert sorted((folder / table).iterdir()) == sorted(live)
        assert len(live) == 1
        rows = store.query(f"SELECT * FROM {table}", {}).num_rows
        # What is left on the disk is what is live: others need no log to read it now.
        assert pq.read_table(live[0]).num_rows == rows
        with duckdb.connect() as connection:
            assert connection.sql(f"SELECT count(*) FROM '{folder / table}/*.parquet'").fetchall() == [(rows,)]


def test_killed_at_each_commit_point(tmp_path: Path) -> None:
    folder, batches = tmp_path / "corpus", 0
    with reading(folder, tmp_path / "end"):
        for points in POINTS:
            with start(folder, points, batches, batches + 100) as writer:
                said, _ = writer.communicate(timeout=60)
            assert writer.returncode == -9, points
            batches = check(folder, said, batches)
        finish(folder, batches)


@pytest.mark.slow
def test_killed_at_a_hundred_random_moments(tmp_path: Path) -> None:
    folder, batches, moments = tmp_path / "corpus", 0, random.Random(1)
    with reading(folder, tmp_path / "end"):
        for _ in range(100):
            with start(folder, "", batches, batches + 10_000) as writer:
                assert writer.stdout is not None
                said = writer.stdout.readline()
                time.sleep(moments.uniform(0, 0.2))
                writer.kill()
                rest, _ = writer.communicate(timeout=60)
            whole = (said + rest).rpartition("\n")[0]
            batches = check(folder, whole, batches)
        finish(folder, batches)
