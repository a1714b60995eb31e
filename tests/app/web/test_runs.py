"""Runs: one at a time, whoever asks; their state is on the disk, and tells the truth when a process is gone."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tenor.app.web.runs import Run, Runs, alone, save
from tenor.errors import Busy, UnknownName
from tenor.study import Study
from tests.app.web.served import serving


@pytest.fixture
def figures(small: Callable[..., Path]) -> Path:
    days = [f"2024-{month:02}-{day:02}" for month in range(1, 5) for day in range(1, 29)]
    folder = small("date,outlet,query,matched,total\n" + "".join(f"{day},A,talks,5,100\n" for day in days))
    Study.open(folder).add()
    return folder


@pytest.fixture
def opened(figures: Path) -> Iterator[Callable[[], Runs]]:
    """Open the runs of the study, as a server does; what was started is waited for."""
    every = list[Runs]()

    def make() -> Runs:
        every.append(Runs(figures))
        return every[-1]

    yield make
    for runs in every:
        runs.close()


def until(runs: Runs, name: str, what: Callable[[Run], bool], seconds: float = 300) -> Run:
    """Wait for a run to be like that."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        run = runs.get(name)
        if what(run):
            return run
        time.sleep(0.05)
    raise AssertionError(f"still {run}")


def test_a_run_ends_with_its_result(figures: Path, opened: Callable[[], Runs]) -> None:
    runs = opened()
    started = runs.start("audit")
    ended = until(runs, started.id, lambda run: run.over)
    assert (ended.stage, ended.error) == ("done", "")
    assert ended.result
    assert ended.ended is not None
    assert [run.id for run in Runs(figures).all()] == [started.id]  # another server sees the same
    assert runs.current() is None


def test_one_at_a_time_whoever_asks(figures: Path, opened: Callable[[], Runs]) -> None:
    one, other = opened(), opened()
    started = one.start("preregister")
    for runs in (one, other):
        with pytest.raises(Busy, match="another run"):
            runs.start("refresh")
    until(one, started.id, lambda run: run.over)
    assert until(other, other.start("refresh").id, lambda run: run.over).stage == "done"


def test_what_fails_says_why(figures: Path, opened: Callable[[], Runs]) -> None:
    (figures / "claims.yaml").write_text("tenor_claims: [", encoding="utf-8")
    runs = opened()
    ended = until(runs, runs.start("audit").id, lambda run: run.over)
    assert ended.stage == "failed"
    assert "claims.yaml:1" in ended.error
    measured = runs.start("measure", {"measure": "tone.bold"})
    assert "no measure" in until(runs, measured.id, lambda run: run.over).error


def test_a_run_that_is_killed_is_said_to_have_failed(figures: Path, opened: Callable[[], Runs]) -> None:
    runs = opened()
    started = runs.start("audit")
    running = until(runs, started.id, lambda run: run.stage == "running")
    os.kill(running.pid, signal.SIGKILL)
    ended = until(Runs(figures), started.id, lambda run: run.over, 60)
    assert ended.stage == "failed"
    assert "without a word" in ended.error
    assert until(runs, runs.start("refresh").id, lambda run: run.over).stage == "done"  # and the way is free


def test_a_run_is_cancelled_and_leaves_the_lock(figures: Path, opened: Callable[[], Runs]) -> None:
    runs = opened()
    started = runs.start("audit")
    until(runs, started.id, lambda run: run.stage == "running")
    Runs(figures).cancel(started.id)
    assert until(runs, started.id, lambda run: run.over).stage in {"cancelled", "done"}
    with alone(figures):
        assert runs.cancel(started.id).over  # cancelling what is over does nothing


def test_a_server_that_goes_takes_its_run_along(figures: Path) -> None:
    with serving(figures) as served:
        place = served.send("/runs", {"kind": "audit"}).headers["location"]
        name = place.rpartition("/")[2]
        until(Runs(figures), name, lambda run: run.stage == "running")
    assert Runs(figures).get(name).over


@pytest.mark.parametrize("name", ["", "nothing", "../../tenor", "..", "a/b", "\x00"])
def test_a_name_that_is_no_run_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnknownName):
        Runs(tmp_path).get(name)


def test_files_that_are_no_runs_are_passed_over(figures: Path, opened: Callable[[], Runs]) -> None:
    runs = opened()
    ended = until(runs, runs.start("refresh").id, lambda run: run.over)
    (runs.home / "99999999-x.json").write_text("{")
    (runs.home / "99999998-x.json").write_text("[]")
    assert [run.id for run in runs.all()] == [ended.id]
    for number in range(60):
        save(figures, Run(**{**as_dict(ended), "id": f"20200101-{number:06}-refresh"}))
    until(runs, runs.start("refresh").id, lambda run: run.over)
    assert len(list(runs.home.glob("*.json"))) <= 41
    shutil.rmtree(runs.home)
    assert runs.all() == []


def as_dict(run: Run) -> dict:  # type: ignore[type-arg]
    return {name: getattr(run, name) for name in Run.__slots__}
