"""Merging, sweeping, taking down, checking: no row changes, what must go is gone, readers end in peace."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tenor.corpus import manifest, segments
from tenor.corpus.manifest import Manifest, Upgrade, newest
from tenor.corpus.store import Store
from tenor.errors import NoSpace, StoreDamaged, TenorError, UnknownName
from tenor.model import Count, Document
from tenor.tables import COUNTS, DOCUMENTS, TABLES

LATER = datetime.now(tz=UTC) + timedelta(days=1)


def documents(numbers: Iterable[int], text: str = "text") -> pa.Table:
    rows = []
    for number in numbers:
        item = Document(outlet="a", title=f"t{number}", text=f"{text} {number}", importer="test@1", raw="f:1")
        seen = datetime(2025, 1, 1, tzinfo=UTC)
        own = {"doc_id": f"d{number:06d}", "version": 1, "changed": "", "first_seen": seen}
        rows.append({**asdict(item), **own, "lost": []})
    return pa.Table.from_pylist(rows, DOCUMENTS)


def counts(days: Iterable[int]) -> pa.Table:
    rows = [
        Count(
            outlet="a",
            query="q",
            start=date.fromordinal(738_000 + day),
            days=1,
            matched=1,
            total=9,
            source="f",
            line=day,
        )
        for day in days
    ]
    return pa.Table.from_pylist([asdict(row) for row in rows], COUNTS)


def ids(store: Store) -> list[str]:
    found: list[str] = store.query("SELECT doc_id FROM documents ORDER BY doc_id", {})["doc_id"].to_pylist()
    return found


def on_disk(folder: Path, text: bytes) -> bool:
    return any(text in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "corpus")


@pytest.fixture
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write Parquet so that a text can be found in its bytes."""
    whole = pq.ParquetWriter

    def writer(where: object, schema: pa.Schema, *, compression: str) -> pq.ParquetWriter:
        assert compression == "zstd"
        return whole(where, schema, compression="none", use_dictionary=False)

    monkeypatch.setattr("tenor.corpus.segments.pq.ParquetWriter", writer)


# --- merging ---------------------------------------------------------------------------------------


def test_merging_changes_no_row(store: Store, tmp_path: Path) -> None:
    for number in range(5):
        store.append("documents", documents([2 * number, 2 * number + 1]))
        store.append("counts", counts([number]))
    before = [store.query(f"SELECT * FROM {table} ORDER BY ALL", {}) for table in ("documents", "counts")]
    old = store.live()
    assert store.compact("documents") == 5
    assert len(store.live()["documents"]) == 1
    assert store.live()["counts"] == old["counts"]
    assert store.compact() == 5
    assert store.compact() == 0
    after = [store.query(f"SELECT * FROM {table} ORDER BY ALL", {}) for table in ("documents", "counts")]
    assert before == after
    retired = newest(tmp_path / "corpus").retired
    assert sorted(retired) == sorted(f"{table}/{name}" for table in old for name in old[table])
    assert store.verify() == ()


def test_merging_is_the_same_again(tmp_path: Path) -> None:
    names = []
    for folder in ("one", "two"):
        store = Store(tmp_path / folder)
        for number in range(3):
            store.append("documents", documents([number]))
        store.compact()
        names.append(store.live())
    assert names[0] == names[1]


def test_large_segments_are_left_alone(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "TARGET", 12_000)
    monkeypatch.setattr(segments, "HELD", 4_000)
    store.append("documents", documents(range(400)))
    store.append("documents", documents(range(400, 403)))
    store.append("documents", documents(range(403, 405)))
    before = store.live()["documents"]
    sizes = [path.stat().st_size for path in store.paths("documents")]
    small = [name for name, size in zip(before, sizes, strict=True) if size < 6_000]
    assert len(before) > len(small) >= 2
    assert store.compact() == len(small)
    assert set(before) - set(store.live()["documents"]) == set(small)
    assert len(ids(store)) == 405


def test_rows_that_were_written_twice_are_there_twice(store: Store) -> None:
    # The same bytes have the same name: one file, named twice.
    for _ in range(2):
        store.append("counts", counts([0]))
    assert store.query("SELECT * FROM counts", {}).num_rows == 2
    assert store.compact() == 2
    assert store.query("SELECT * FROM counts", {}).num_rows == 2


def test_what_comes_back_while_it_waits_to_be_swept_stays(store: Store) -> None:
    for number in range(2):
        store.append("counts", counts([number]))
    store.compact()
    store.append("counts", counts([0]))
    store.sweep(LATER)
    assert store.query("SELECT * FROM counts", {}).num_rows == 3
    assert store.verify() == ()


def test_many_small_writes_make_one_segment(store: Store) -> None:
    with store.writing() as write:
        for number in range(50):
            write("documents", documents([number]))
        assert ids(store) == []
    assert len(store.live()["documents"]) == 1
    assert len(ids(store)) == 50


def test_others_read_what_is_live(store: Store) -> None:
    for number in range(3):
        store.append("documents", documents([number]))
    store.compact()
    (path,) = map(str, store.paths("documents"))
    assert pq.read_table(path).num_rows == 3
    with duckdb.connect() as connection:
        assert connection.read_parquet(path).count("doc_id").fetchall() == [(3,)]
    with pytest.raises(UnknownName, match="did you mean 'documents'"):
        store.paths("document")
    with pytest.raises(UnknownName):
        store.append("document", documents([]))


# --- readers and the grace time --------------------------------------------------------------------


def test_a_reader_keeps_what_it_opened(store: Store) -> None:
    store.append("documents", documents([0]))
    store.append("documents", documents([1]))
    with store.snapshot() as then:
        store.append("documents", documents([2]))
        store.compact()
        assert store.sweep() == 0
        assert store.sweep(datetime.now(tz=UTC) + timedelta(minutes=9)) == 0
        assert then.query("SELECT * FROM documents", {}).num_rows == 2
        assert len(ids(store)) == 3
        assert store.sweep(datetime.now(tz=UTC) + timedelta(minutes=11)) == 3
        with pytest.raises(StoreDamaged, match="open a new snapshot"):
            then.query("SELECT * FROM documents", {})
    assert len(ids(store)) == 3
    assert store.verify() == ()


def test_a_query_that_comes_too_late_looks_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(2):
        store.append("documents", documents([number]))
    manifests = [newest(store._folder)]
    store.compact()
    store.sweep(LATER)
    looked = 0

    def late(folder: Path) -> Manifest:
        nonlocal looked
        looked += 1
        return manifests.pop() if manifests else newest(folder)

    monkeypatch.setattr("tenor.corpus.store.newest", late)
    assert len(ids(store)) == 2
    assert looked == 3
    store.paths("documents")[0].unlink()
    with pytest.raises(StoreDamaged, match=r"this segment is missing; put it back from a copy"):
        ids(store)


def test_sweeping_takes_what_killed_writers_left_and_nothing_else(store: Store, tmp_path: Path) -> None:
    for number in range(15):
        store.append("documents", documents([number]))
    folder = tmp_path / "corpus" / "documents"
    for name in (".tmp-0123", "seg-0123.parquet", "notes.txt"):
        (folder / name).write_text("half", encoding="ascii")
    (tmp_path / "corpus" / "_log" / ".tmp-4567").touch()
    (tmp_path / "corpus" / "search").mkdir()
    (tmp_path / "corpus" / "search" / ".tmp-89").touch()
    assert store.sweep() == 0
    assert store.sweep(LATER) == 3 + 5
    assert files(folder) == sorted(["notes.txt", *store.live()["documents"]])
    assert files(tmp_path / "corpus" / "_log") == [f"{number:06d}.json" for number in range(6, 16)]
    assert files(tmp_path / "corpus" / "search") == [".tmp-89"]
    assert len(ids(store)) == 15


def test_an_error_while_writing_leaves_no_file(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "TARGET", 8_000)
    monkeypatch.setattr(segments, "HELD", 4_000)
    store.append("documents", documents([0]))
    before = files(tmp_path / "corpus" / "documents")

    def write_then_fail() -> None:
        with store.writing() as write:
            write("documents", documents(range(1, 500)))
            assert len(files(tmp_path / "corpus" / "documents")) > 2
            raise RuntimeError("a mistake in the importer")

    with pytest.raises(RuntimeError):
        write_then_fail()
    assert files(tmp_path / "corpus" / "documents") == before
    assert ids(store) == ["d000000"]


# --- taking down -----------------------------------------------------------------------------------


def test_what_is_taken_down_is_not_seen(store: Store) -> None:
    store.append("documents", documents(range(5)))
    assert store.remove(["d000001", "d000003", "d000003", "d000009"], "asked by the author") == 2
    assert ids(store) == ["d000000", "d000002", "d000004"]
    assert store.remove(["d000001"]) == 0
    store.append("documents", documents([1, 9]))
    assert ids(store) == ["d000000", "d000002", "d000004"]
    kept = store.query("SELECT doc_id, why FROM tombstones ORDER BY doc_id", {}).to_pylist()
    assert [row["doc_id"] for row in kept] == ["d000001", "d000003", "d000009"]
    assert {row["why"] for row in kept} == {"asked by the author"}
    assert store.remove([]) == 0


@pytest.mark.usefixtures("plain")
def test_what_is_taken_down_goes_with_the_next_merge(store: Store, tmp_path: Path) -> None:
    store.append("documents", documents(range(3), "unforgettable"))
    store.remove(["d000001"])
    assert on_disk(tmp_path, b"unforgettable 1")
    with store.snapshot() as then:
        assert store.compact() == 1
        store.sweep()
        assert then.query("SELECT * FROM documents", {}).num_rows == 2
    store.sweep(LATER)
    assert not on_disk(tmp_path, b"unforgettable 1")
    assert on_disk(tmp_path, b"unforgettable 2")
    assert ids(store) == ["d000000", "d000002"]
    assert store.verify() == ()


@pytest.mark.usefixtures("plain")
def test_what_must_go_now_is_gone(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scores = pa.schema([pa.field("doc_id", pa.string(), nullable=False), pa.field("span", pa.string())])
    monkeypatch.setitem(TABLES, "scores", scores)
    for number in range(4):
        store.append("documents", documents([number], "unforgettable"))
        store.append("scores", pa.table({"doc_id": [f"d{number:06d}"], "span": [f"span of {number}"]}, scores))
    store.append("counts", counts([1]))
    # A killed merge left the text twice more.
    (tmp_path / "corpus" / "documents" / "seg-0123.parquet").write_bytes(b"unforgettable 1")
    (tmp_path / "corpus" / "documents" / ".tmp-0123").write_bytes(b"unforgettable 1")
    before = store.live()
    assert store.remove(["d000001"], now=True) == 1
    assert not on_disk(tmp_path, b"unforgettable 1")
    assert not on_disk(tmp_path, b"span of 1")
    assert ids(store) == ["d000000", "d000002", "d000003"]
    assert store.query("SELECT doc_id FROM scores ORDER BY ALL", {})["doc_id"].to_pylist() == ids(store)
    # Segments without a row of it are the same files.
    assert [name for name in before["documents"] if name in store.live()["documents"]] == store.live()["documents"]
    assert len(store.live()["documents"]) == 3
    assert store.live()["counts"] == before["counts"]
    assert newest(tmp_path / "corpus").retired == {}


@pytest.mark.usefixtures("plain")
def test_a_takedown_that_was_cut_short_is_finished_by_the_next(tmp_path: Path) -> None:
    def dies(point: str) -> None:
        if point == "in compaction":
            raise KeyboardInterrupt

    store = Store(tmp_path, at=dies)
    store.append("documents", documents(range(3), "unforgettable"))
    with pytest.raises(KeyboardInterrupt):
        store.remove(["d000001"], now=True)
    assert ids(store) == ["d000000", "d000002"]
    assert on_disk(tmp_path, b"unforgettable 1")
    assert Store(tmp_path).remove(["d000001"], now=True) == 0
    assert not on_disk(tmp_path, b"unforgettable 1")


# --- checking --------------------------------------------------------------------------------------


def test_damage_is_found(store: Store) -> None:
    for number in range(4):
        store.append("counts", counts([number]))
    paths = store.paths("counts")
    whole = paths[0].read_bytes()
    paths[0].write_bytes(whole[:20] + bytes([whole[20] ^ 1]) + whole[21:])
    paths[1].write_bytes(paths[1].read_bytes()[:-5])
    paths[2].unlink()
    found = store.verify()
    assert [(str(error.place).rpartition("/")[2], error.what.partition(":")[0]) for error in found] == [
        (paths[0].name, "the bytes of this segment are not those that were written"),
        (paths[1].name, "this segment can't be read"),
        (paths[2].name, "this segment is missing"),
    ]
    with pytest.raises(StoreDamaged):
        store.compact()
    assert [path.name for path in paths] == store.live()["counts"]


# --- formats ---------------------------------------------------------------------------------------


def as_format_1(folder: Path) -> None:
    """Turn the newest log entry into what the first tenor wrote."""
    path = max((folder / "_log").iterdir())
    names = {table: [item["name"] for item in items] for table, items in read(path)["segments"].items()}
    path.write_text(json.dumps({"format": 1, "segments": names}), encoding="utf-8")


def read(path: Path) -> dict[str, dict[str, list[dict[str, object]]]]:
    found: dict[str, dict[str, list[dict[str, object]]]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_an_older_format_is_read_and_then_brought_to_todays(store: Store, tmp_path: Path) -> None:
    store.append("documents", documents([0, 1]))
    store.append("counts", counts([0]))
    as_format_1(tmp_path / "corpus")
    assert newest(tmp_path / "corpus").format == 1
    assert ids(store) == ["d000000", "d000001"]
    assert store.verify() == ()
    live = store.live()
    store.append("counts", counts([1]))
    entry = newest(tmp_path / "corpus")
    assert entry.format == 2
    assert [(item.rows, len(item.sha256 or "")) for item in entry.segments["documents"]] == [(2, 64)]
    assert store.live()["documents"] == live["documents"]
    assert store.query("SELECT * FROM counts", {}).num_rows == 2
    assert store.verify() == ()


def test_an_upgrade_that_changes_rows(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.append("counts", counts([0, 1]))
    store.append("counts", counts([2]))
    as_format_1(tmp_path / "corpus")
    wider = COUNTS.append(pa.field("note", pa.string(), nullable=False))
    select = "SELECT * REPLACE (matched + 10 AS matched), 'from ' || source AS note FROM counts"
    monkeypatch.setattr(manifest, "FORMAT", 3)
    monkeypatch.setattr("tenor.corpus.store.FORMAT", 3)
    monkeypatch.setitem(manifest.UPGRADES, 2, Upgrade(entry=dict, rows={"counts": select}))
    monkeypatch.setitem(TABLES, "counts", wider)
    asked = "SELECT line, matched, note FROM counts ORDER BY line"
    seen = store.query(asked, {}).to_pylist()
    assert seen == [{"line": line, "matched": 11, "note": "from f"} for line in range(3)]
    store.append("documents", documents([0]))
    assert store.query(asked, {}).to_pylist() == seen
    assert newest(tmp_path / "corpus").format == 3
    (path,) = store.paths("counts")
    assert pq.read_schema(path).equals(wider)
    assert len(newest(tmp_path / "corpus").retired) == 2
    assert store.verify() == ()


def test_a_newer_format_is_refused(store: Store, tmp_path: Path) -> None:
    store.append("counts", counts([0]))
    (tmp_path / "corpus" / "_log" / "000002.json").write_text('{"format": 99}', encoding="utf-8")
    for attempt in (store.live, store.compact, lambda: ids(store)):
        with pytest.raises(TenorError, match=r"000002.json: this was written by a newer tenor .*; update tenor"):
            attempt()


def test_the_log_counts_beyond_six_figures(store: Store, tmp_path: Path) -> None:
    store.append("counts", counts([0]))
    (tmp_path / "corpus" / "_log" / "000001.json").rename(tmp_path / "corpus" / "_log" / "999999.json")
    for day in (1, 2):
        store.append("counts", counts([day]))
    assert store.query("SELECT * FROM counts", {}).num_rows == 3


# --- the world -------------------------------------------------------------------------------------


@pytest.mark.parametrize("call", range(4))
def test_a_full_disk_is_said_and_nothing_is_half_there(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    store.append("documents", documents([0]))
    before = {path: path.read_bytes() for path in (tmp_path / "corpus").rglob("*") if path.is_file()}
    calls, sync = iter(range(100)), os.fsync

    def full(handle: int) -> None:
        if next(calls) == call:
            raise OSError(errno.ENOSPC, "No space left on device")
        sync(handle)

    monkeypatch.setattr("os.fsync", full)
    # The file of a segment, its folder, the log's file, its folder.
    with pytest.raises(NoSpace, match="free some space"):
        store.append("documents", documents([1]))
    after = {path: path.read_bytes() for path in (tmp_path / "corpus").rglob("*") if path.is_file()}
    if call < 3:
        assert after == before
    else:  # the log entry had its name by then: the rows are there, and so are their bytes
        assert len(after) == len(before) + 2
    assert ids(store) == ["d000000", "d000001"][: 1 + (call == 3)]
    assert store.verify() == ()


_FULL = """
import resource, sys
from tenor.corpus import segments
from tenor.corpus.store import Store
from tests.corpus.test_maintenance import documents
store = Store(sys.argv[1])
store.append("documents", documents([0]))
segments.HELD = 4_000
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, resource.RLIM_INFINITY))
try:
    with store.writing() as write:
        for number in range(1, 2000):
            write("documents", documents([number], "".join(map(str, range(number, number + 100)))))
except Exception as error:
    print(type(error).__name__)
"""


def test_a_disk_that_fills_up_while_writing(store: Store, tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _FULL, str(tmp_path / "corpus")],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("NoSpace\n", "")
    assert ids(store) == ["d000000"]
    assert files(tmp_path / "corpus" / "documents") == store.live()["documents"]


@pytest.mark.parametrize("name", ["talks [2024]", "a*", "what?", "it's", "{x,y}"])
def test_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    for folder in (name, "aa", "whatx"):
        Store(tmp_path / folder / "corpus").append("counts", counts([0]))
    store = Store(tmp_path / name / "corpus")
    assert store.query("SELECT * FROM counts", {}).num_rows == 1


def test_a_date_is_the_same_everywhere(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    store.append("documents", documents([0]).set_column(5, DOCUMENTS.field("outlet"), [["a"]]))
    sql = "SELECT first_seen, CAST(first_seen + INTERVAL 20 HOURS AS DATE) AS day FROM documents"
    found = store.query(sql, {})
    assert found.schema.field("first_seen").type == pa.timestamp("us", tz="UTC")
    assert str(found["day"][0]) == "2025-01-01"


def test_a_name_that_is_no_table_is_not_a_variable(store: Store) -> None:
    mine = documents([0])
    with pytest.raises(duckdb.CatalogException, match="mine"):
        store.query("SELECT * FROM mine", {})
    assert mine.num_rows == 1


@pytest.mark.parametrize("work", [Store.compact, Store.sweep])
def test_maintenance_of_an_empty_store(store: Store, work: Callable[[Store], int]) -> None:
    assert work(store) == 0
    assert store.live() == {}
