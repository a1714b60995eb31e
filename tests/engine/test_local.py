"""The local engine: nothing that happens to a worker loses a unit, changes a byte, or leaves a process behind."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from tenor.engine.local import RETRIES, run
from tenor.engine.pipe import packed
from tenor.engine.progress import Progress
from tenor.engine.work import RunReport, Unit, Work, cores
from tenor.errors import TenorError, UnknownName
from tests.engine import sample

ROOT = Path(__file__).parents[2]


def units(number: int, mark: Path | str = "") -> Iterator[Unit]:
    for n in range(number):
        yield Unit(id=f"u{n}", batch=pa.record_batch({"n": [n, n + 100], "mark": [str(mark)] * 2}))


def results(work: str | Work, number: int, *, mark: Path | str = "", workers: int = 2) -> tuple[bytes, RunReport]:
    """Return everything that was handed over, as bytes, and the report."""
    found: list[bytes] = []

    def done(unit: Unit, batch: pa.RecordBatch) -> None:
        found.append(unit.id.encode() + packed(batch).to_pybytes())

    report = run(units(number, mark), work, done=done, workers=workers)
    return b"".join(found), report


def test_same_bytes_again_and_with_more_workers() -> None:
    first, report = results(sample.uneven, 12, workers=1)
    assert (report.units, report.rows, report.failed, report.restarts, report.workers) == (12, 24, (), 0, 1)
    assert results(sample.uneven, 12, workers=3)[0] == first
    assert results("tests.engine.sample:uneven", 12, workers=3)[0] == first


def test_a_killed_worker_loses_nothing(tmp_path: Path) -> None:
    untouched, _ = results(sample.double, 16)
    killed, report = results(sample.dies_once, 16, mark=tmp_path / "died")
    assert (tmp_path / "died").exists()
    assert killed == untouched
    assert (report.units, report.failed, report.restarts) == (16, (), 1)


def test_a_worker_killed_while_it_waits_is_replaced() -> None:
    pids: list[int] = []

    def done(unit: Unit, batch: pa.RecordBatch) -> None:
        pids.append(batch["pid"][0].as_py())
        if len(pids) == 2:
            os.kill(pids[-1], signal.SIGKILL)
            time.sleep(0.2)

    report = run(units(8), sample.whose, done=done, workers=1)
    assert (report.units, report.failed) == (8, ())
    assert report.restarts == 1
    assert len(set(pids)) == 2


def test_a_poisoned_unit_is_reported_and_the_rest_goes_on(tmp_path: Path) -> None:
    mark = tmp_path / "begun"
    found, report = results(sample.poisoned, 8, mark=mark)
    assert (report.units, report.rows) == (8, 14)
    (failure,) = report.failed
    assert (failure.unit, failure.attempts) == ("u3", RETRIES + 1)
    assert "SIGKILL" in failure.error
    assert mark.read_text(encoding="ascii") == "x" * (RETRIES + 1)
    assert [name for name in (f"u{n}".encode() for n in range(8)) if name not in found] == [b"u3"]


@pytest.mark.parametrize(
    ("work", "failed", "said"),
    [
        (sample.fails, ["u3"], "ValueError: no words in here"),
        (sample.exits, ["u0", "u1", "u2", "u3"], "SystemExit: 3"),
        (sample.forgets, ["u0", "u1", "u2", "u3"], "returned NoneType, not a RecordBatch"),
    ],
)
def test_an_exception_is_reported_with_its_unit(work: Work, failed: list[str], said: str) -> None:
    _, report = results(work, 4)
    assert [failure.unit for failure in report.failed] == failed
    assert all(said in failure.error and failure.attempts == 1 for failure in report.failed)
    assert report.restarts == 0


def test_what_the_work_prints_disturbs_nothing(capfd: pytest.CaptureFixture[str]) -> None:
    assert results(sample.loud, 2)[0] == results(sample.double, 2)[0]
    said = capfd.readouterr()
    assert said.out == ""
    assert "and one from a library in C" in said.err


@pytest.mark.parametrize(
    ("work", "error", "said"),
    [
        (lambda batch: batch, UnknownName, "put it into a module"),
        ("tests.engine.sample:nothing", TenorError, "no function 'tests.engine.sample:nothing'"),
        ("tests.engine.sample", TenorError, "name it 'module:function'"),
        ("no_such_module:f", TenorError, "ModuleNotFoundError"),
        ("tests.engine.deadly:work", TenorError, "ends before it is ready, with exit code 7"),
    ],
)
def test_work_that_no_worker_can_load(work: str | Work, error: type[TenorError], said: str) -> None:
    with pytest.raises(error, match=said):
        results(work, 4)


def test_units_are_taken_as_they_are_needed() -> None:
    taken = finished = 0
    furthest = 0

    def lazily() -> Iterator[Unit]:
        nonlocal taken
        for unit in units(30):
            taken += 1
            yield unit

    def done(unit: Unit, batch: pa.RecordBatch) -> None:
        nonlocal finished, furthest
        furthest = max(furthest, taken - finished)
        finished += 1

    run(lazily(), sample.double, done=done, workers=2)
    assert finished == 30
    assert furthest <= 6


def test_no_units_no_workers() -> None:
    report = run(iter(()), sample.double, done=lambda unit, batch: None, workers=2)
    assert (report.units, report.rows, report.restarts) == (0, 0, 0)


def test_an_error_while_handing_over_ends_the_run() -> None:
    pids = set()

    def done(unit: Unit, batch: pa.RecordBatch) -> None:
        pids.add(batch["pid"][0].as_py())
        if unit.id == "u2":
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="the disk is full"):
        run(units(100), sample.whose, done=done, workers=2)
    assert not any(alive(pid) for pid in pids)


def test_an_error_in_the_source_keeps_what_is_finished(tmp_path: Path) -> None:
    found = []

    def broken() -> Iterator[Unit]:
        yield from units(3, tmp_path)
        patience = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 3 and time.monotonic() < patience:
            time.sleep(0.05)
        time.sleep(1)  # the last result is on its way
        raise ValueError("line 4 has no date")

    with pytest.raises(ValueError, match="line 4"):
        run(broken(), sample.marks, done=lambda unit, batch: found.append(unit.id), workers=2)
    assert found == ["u0", "u1", "u2"]


# Whoever starts the tests in the background leaves SIGINT ignored, and children inherit it.
_PARENT = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from tests.engine import sample
from tests.engine.test_local import units
from tenor.engine.local import run
try:
    run(units(8, sys.argv[1]), sample.endless, done=lambda unit, batch: print(unit.id, flush=True), workers=2)
except KeyboardInterrupt:
    print("interrupted", flush=True)
"""


def started(folder: Path) -> tuple[subprocess.Popen[str], list[int]]:
    """Start a run of its own, and wait until both workers are in the middle of a long unit."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(folder)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout is not None
    assert [parent.stdout.readline() for _ in range(2)] == ["u0\n", "u1\n"]
    wait_until(lambda: len(list(folder.iterdir())) == 2)
    time.sleep(0.1)
    return parent, [int(path.name) for path in folder.iterdir()]


def test_interrupting_ends_the_workers_and_keeps_what_is_finished(tmp_path: Path) -> None:
    parent, pids = started(tmp_path)
    with parent:
        os.killpg(parent.pid, signal.SIGINT)  # as a terminal does it: to all of them
        said, _ = parent.communicate(timeout=20)
    assert said == "interrupted\n"
    assert not any(alive(pid) for pid in pids)


def test_a_killed_run_leaves_no_worker(tmp_path: Path) -> None:
    parent, pids = started(tmp_path)
    with parent:
        parent.kill()
    wait_until(lambda: not any(alive(pid) for pid in pids))


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{pid}/status")
    # A container may have nobody who takes note that an orphan ended.
    return not (status.exists() and "State:\tZ" in status.read_text(encoding="utf-8"))


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline, "waited for 20 seconds"
        time.sleep(0.02)


@pytest.mark.parametrize(("quota", "most"), [("100000 100000\n", 1), ("50000 100000", 1), ("max 100000\n", 4096)])
def test_cores_of_a_container(tmp_path: Path, quota: str, most: int) -> None:
    (tmp_path / "cpu.max").write_text(quota, encoding="ascii")
    assert 1 <= cores(tmp_path / "cpu.max") <= most


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 0.0
    monkeypatch.setattr("tenor.engine.progress.time.monotonic", lambda: clock)
    plain, terminal = io.StringIO(), Terminal()
    shown = [Progress(plain, 4000), Progress(terminal, None)]
    for second in range(11):
        clock = float(second)
        for progress in shown:
            progress.show(second, 100 * second)
    for progress in shown:
        progress.show(11, 1100, last=True)
    assert plain.getvalue().splitlines() == [
        "5 of 4,000 units, 100 rows a second, 67 min left",
        "10 of 4,000 units, 100 rows a second, 66 min left",
        "11 of 4,000 units, 110 rows a second, 60 min left",
    ]
    assert terminal.getvalue().count("\r") == 11
    assert terminal.getvalue().endswith("11 units, 110 rows a second\x1b[K\n")


def test_a_short_run_shows_nothing() -> None:
    stream = io.StringIO()
    run(units(2), sample.double, done=lambda unit, batch: None, workers=1, total=2, progress=stream)
    assert stream.getvalue() == ""
