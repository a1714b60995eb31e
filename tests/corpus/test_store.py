"""The store: what is written is there wholly or not at all, whatever happens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tenor.corpus.completeness import gaps, stops
from tenor.corpus.ingest import add_counts, imports_of
from tenor.corpus.store import Store
from tenor.errors import Busy, SourceError, StoreDamaged, UnknownName
from tenor.model import Count, ImportReport
from tenor.tables import COUNTS

REPORT = ImportReport(source="f", importer="counts@1", read=1, kept=1, merged=0, already_there=0, refused=0)


def count(day: int, matched: int = 1) -> Count:
    start = date(2024, 1, 1) + timedelta(days=day)
    return Count(outlet="a", query="q", start=start, days=1, matched=matched, total=10, source="f", line=day + 2)


def test_adding_twice_changes_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    first = add_counts(store, [count(0), count(1)], REPORT)
    entries = sorted((tmp_path / "corpus" / "_log").iterdir())
    second = add_counts(store, [count(0), count(1)], REPORT)
    assert (first.kept, second.kept, second.already_there) == (2, 0, 2)
    assert sorted((tmp_path / "corpus" / "_log").iterdir()) == entries
    assert len(imports_of(store)) == 1


def test_a_figure_never_changes_in_place(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    add_counts(store, [count(0)], REPORT)
    with pytest.raises(SourceError, match="1 of 10 are stored"):
        add_counts(store, [count(1), count(0, matched=2)], REPORT)
    assert store.query("SELECT matched FROM counts", {})["matched"].to_pylist() == [1]


def test_others_can_read_the_segments(tmp_path: Path) -> None:
    add_counts(Store(tmp_path / "corpus"), [count(day) for day in range(5)], REPORT)
    pattern = str(tmp_path / "corpus" / "counts" / "*.parquet")
    assert duckdb.connect().execute(f"SELECT sum(matched) FROM '{pattern}'").fetchall() == [(5,)]
    assert pq.read_table(tmp_path / "corpus" / "counts").num_rows == 5


def test_same_rows_same_bytes(tmp_path: Path) -> None:
    names = []
    for folder in ("one", "two"):
        add_counts(Store(tmp_path / folder), [count(day) for day in range(5)], REPORT)
        names.append(sorted(item.name for item in (tmp_path / folder / "counts").iterdir()))
    assert names[0] == names[1]


def test_damage_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    add_counts(store, [count(0)], REPORT)
    segment = next((tmp_path / "corpus" / "counts").iterdir())
    segment.write_bytes(segment.read_bytes()[:50])
    with pytest.raises(StoreDamaged, match="can't be read"):
        store.query("SELECT * FROM counts", {})
    segment.unlink()
    with pytest.raises(StoreDamaged, match="missing"):
        store.query("SELECT * FROM counts", {})
    (tmp_path / "corpus" / "_log" / "000002.json").write_text("{half", encoding="utf-8")
    with pytest.raises(StoreDamaged, match="log entry"):
        store.query("SELECT * FROM counts", {})


def test_a_second_writer_waits_then_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenor.corpus.lock._WAIT", 0.1)
    store = Store(tmp_path)
    with store.writing(), pytest.raises(Busy, match="another process"):
        store.append("counts", COUNTS.empty_table())


def test_an_error_while_writing_leaves_nothing_visible(tmp_path: Path) -> None:
    store = Store(tmp_path)

    def write_then_fail() -> None:
        with store.writing() as write:
            write("counts", pa.Table.from_pylist([{**_row(0)}], COUNTS))
            raise RuntimeError("power failure")

    with pytest.raises(RuntimeError):
        write_then_fail()
    assert store.query("SELECT * FROM counts", {}).num_rows == 0


def _row(day: int) -> dict[str, object]:
    item = count(day)
    return {name: getattr(item, name) for name in COUNTS.names}


def counted(*days: int) -> pa.Table:
    return pa.Table.from_pylist([_row(day) for day in days], COUNTS)


def stored(store: Store) -> list[int]:
    return [line - 2 for line in store.query("SELECT line FROM counts ORDER BY line", {})["line"].to_pylist()]


def test_replaced_rows_take_the_place_of_all(tmp_path: Path) -> None:
    store = Store(tmp_path, grace=timedelta(0))
    store.append("counts", counted(0, 1))
    store.append("counts", counted(2))
    with store.snapshot() as before:
        store.replace({"counts": counted(1, 5)})
        assert before.query("SELECT count(*) AS n FROM counts", {}).to_pylist() == [{"n": 3}]
    assert stored(store) == [1, 5]
    store.append("counts", counted(6))
    assert stored(store) == [1, 5, 6]
    store.replace({"counts": COUNTS.empty_table()})
    assert stored(store) == []
    # What was replaced goes with the next sweep; rows that were there before may come back.
    store.replace({"counts": counted(1, 5)})
    store.sweep(datetime.now(tz=UTC) + timedelta(hours=1))
    assert stored(store) == [1, 5]
    assert len(list((tmp_path / "counts").iterdir())) == 1
    assert store.verify() == ()


def test_replacing_with_the_same_rows_keeps_them(tmp_path: Path) -> None:
    store = Store(tmp_path, grace=timedelta(0))
    for _ in range(2):
        store.replace({"counts": counted(0, 1)})
    store.sweep(datetime.now(tz=UTC) + timedelta(hours=1))
    assert stored(store) == [0, 1]
    assert store.verify() == ()


def test_several_tables_are_replaced_at_once_or_not_at_all(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.replace({"counts": counted(0)})
    entries = sorted((tmp_path / "_log").iterdir())
    with pytest.raises(UnknownName, match="cuonts"):
        store.replace({"counts": counted(1), "cuonts": counted(1)})
    with pytest.raises(ValueError, match="field names"):
        store.replace({"counts": counted(1), "runs": pa.table({"at": ["no moment"]})})
    assert stored(store) == [0]
    assert sorted((tmp_path / "_log").iterdir()) == entries
    assert len(list((tmp_path / "counts").iterdir())) == 1


_REPLACER = """
import os, signal, sys
from pathlib import Path
from tests.corpus.test_store import counted
from tenor.corpus.store import Store

point = sys.argv[2]
store = Store(Path(sys.argv[1]), at=lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == point else None)
store.replace({"counts": counted(7, 8)})
"""


@pytest.mark.parametrize("point", ["half file", "after rename", "before log", "after log"])
def test_killed_while_replacing(tmp_path: Path, point: str) -> None:
    root, store = Path(__file__).parents[2], Store(tmp_path)
    store.append("counts", counted(0))
    environment = {**os.environ, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", _REPLACER, str(tmp_path), point]
    died = subprocess.run(command, check=False, cwd=root, env=environment, timeout=60)
    assert died.returncode == -signal.SIGKILL
    assert stored(store) == ([7, 8] if point == "after log" else [0])
    assert store.verify() == ()
    store.replace({"counts": counted(9)})
    store.sweep(datetime.now(tz=UTC) + timedelta(hours=1))
    assert stored(store) == [9]
    assert len(list((tmp_path / "counts").iterdir())) == 1


def test_rows_in_pieces_are_all_rows_in_order(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append("counts", counted(*range(5_000)))
    with store.snapshot() as then:
        parts = list(then.batches("SELECT line FROM counts WHERE line > $n ORDER BY line DESC", {"n": 11}, rows=1_700))
        store.replace({"counts": counted(0)})
        again = [row for part in then.batches("SELECT line FROM counts", {}) for row in part["line"].to_pylist()]
    assert [value for part in parts for value in part["line"].to_pylist()] == list(range(5_001, 11, -1))
    assert len(parts) > 1
    assert max(part.num_rows for part in parts) <= 1_700
    assert len(again) == 5_000
    with store.snapshot() as then:
        assert [part.num_rows for part in then.batches("SELECT line FROM counts WHERE line < 0", {})] == []


def test_rows_in_pieces_of_a_damaged_segment(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.append("counts", counted(0))
    with store.snapshot() as then:
        store.paths("counts")[0].unlink()
        with pytest.raises(StoreDamaged, match="missing"):
            list(then.batches("SELECT * FROM counts", {}))


_WRITER = """
import sys
from pathlib import Path
from tests.corpus.test_store import REPORT, count
from tenor.corpus.ingest import add_counts
from tenor.corpus.store import Store
store = Store(Path(sys.argv[1]))
for day in range(int(sys.argv[2]), 10_000):
    add_counts(store, [count(2 * day), count(2 * day + 1)], REPORT)
"""


def test_killed_writers_lose_and_double_nothing(tmp_path: Path) -> None:
    root, folder, seen = Path(__file__).parents[2], tmp_path / "corpus", 0
    for moment in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(folder), str(seen // 2)],
            cwd=root,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        deadline = time.monotonic() + 60
        while len(list(folder.glob("_log/[0-9]*"))) < seen // 2 + 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        time.sleep(moment * 0.007)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        starts = Store(folder).query("SELECT start FROM counts ORDER BY start", {})["start"].to_pylist()
        assert starts == [count(day).start for day in range(len(starts))]
        assert len(starts) % 2 == 0
        assert len(starts) >= seen + 4
        seen = len(starts)
        for entry in (folder / "_log").glob("[0-9]*.json"):
            json.loads(entry.read_text(encoding="utf-8"))


def test_stops() -> None:
    assert stops([50] * 14 + [1, 0, 2]) == [(14, 16, 50.0)]
    assert stops([50] * 14 + [1, 50, 1, 50]) == []
    assert stops([5] * 14 + [0] * 10) == []
    assert stops([]) == []


def test_gaps() -> None:
    days = [date(2024, 1, day) for day in (1, 2, 5)]
    assert gaps(days, 1) == [(date(2024, 1, 3), date(2024, 1, 5))]
