"""Long work in a process of its own: one at a time, its state on the disk, so that any browser may watch or cancel it.

A run holds an operating system's lock for as long as it lives; a run whose lock is free is over, whatever
its file says.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from tenor.app.output import plain
from tenor.app.web.kept import STATE, unpacked
from tenor.corpus.lock import locked
from tenor.errors import Busy, StudyError, UnknownName, shown
from tenor.studyfile.whole import write_whole

Stage = Literal["waiting", "running", "done", "failed", "cancelled"]
KINDS = ("audit", "annotate", "refresh", "preregister", "measure")
_KEPT = 40
_PATIENCE = 10.0
_BEGINS_WITHIN = 20.0
# For as long as this is another's look at the lock, and not a run.
_A_LOOK = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as its file says it: what was asked, how far it is, how it ended.

    `asked` are (name, value) pairs; `said` the last lines of its progress; `done` of `total` units.
    """

    id: str
    kind: str
    asked: tuple[tuple[str, str], ...]
    stage: Stage
    began: datetime
    ended: datetime | None = None
    pid: int = 0
    said: tuple[str, ...] = ()
    done: int = 0
    total: int = 0
    error: str = ""
    result: str = ""

    @property
    def over(self) -> bool:
        """Return whether it has ended."""
        return self.stage in {"done", "failed", "cancelled"}


class Runs:
    """The runs of one study.

    Parameters
    ----------
    folder
        The study's folder.
    """

    __slots__ = ("_children", "_folder", "_guard", "_look")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._guard = threading.Lock()
        self._look = threading.Lock()

    @property
    def home(self) -> Path:
        """Return where the states lie."""
        return self._folder / STATE / "runs"

    def all(self) -> list[Run]:
        """Return the runs, the newest first."""
        found = sorted(self.home.glob("*.json"), reverse=True)[:_KEPT]
        return [run for path in found if (run := self._read(path))]

    def get(self, name: str) -> Run:
        """Return a run by its id.

        Raises
        ------
        UnknownName
            There is none.
        """
        run = self._read(self.home / f"{name}.json") if name and name == Path(name).name else None
        if run is None:
            raise UnknownName(f"no run '{name}'", do="see the list of runs")
        return run

    def current(self) -> Run | None:
        """Return the run that is under way."""
        newest = self.all()[:1]
        return newest[0] if newest and not newest[0].over else None

    def start(self, kind: str, asked: Mapping[str, str] | None = None) -> Run:
        """Start a run in a process of its own.

        Raises
        ------
        Busy
            Another one is under way.
        StudyError
            The study's folder can't be written.
        """
        if kind not in KINDS:
            raise UnknownName.of("kind of run", kind, KINDS)
        with self._guard:
            if self._held() or self.current():
                raise Busy("another run is under way", do="wait for it to end, or cancel it")
            now = datetime.now(tz=UTC)
            pairs = tuple(sorted((asked or {}).items()))
            run = Run(id=f"{now:%Y%m%d-%H%M%S-%f}-{kind}", kind=kind, asked=pairs, stage="waiting", began=now)
            try:
                save(self._folder, run)
                self._spawn(run)
            except OSError as error:
                do = "give yourself the right to write there, or work on a copy of it"
                raise StudyError(f"{shown(self._folder)} can't be written: {error.strerror}", do=do) from error
            self._forget_old()
        return run

    def cancel(self, name: str) -> Run:
        """Ask a run to stop; what it finished is kept. One that does not listen is ended."""
        run = self.get(name)
        if not run.over and run.pid:
            _ask_to_stop(run.pid)
            timer = threading.Timer(_PATIENCE, self._end, [name])
            timer.daemon = True
            timer.start()
        return run

    def close(self) -> None:
        """Stop what this server started, as it goes away."""
        for name, child in list(self._children.items()):
            if child.poll() is None:
                with contextlib.suppress(UnknownName):  # its file may be gone
                    self.cancel(name)
                try:
                    child.wait(_PATIENCE)
                except subprocess.TimeoutExpired:
                    self._end(name)
                    child.kill()
                    child.wait()

    # --- inside ------------------------------------------------------------------------------------

    def _spawn(self, run: Run) -> None:
        command = [sys.executable, "-m", "tenor.app.web.work", str(self._folder), run.id]
        with (self.home / f"{run.id}.log").open("wb") as log:
            # Out of our group: an interrupt typed in our terminal is ours, and we pass it on.
            self._children[run.id] = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _read(self, path: Path) -> Run | None:
        """Return a run; one whose process is gone without a word is said to have failed."""
        try:
            run: Run = unpacked(Run, json.loads(path.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        if run.over or self._held() or not self._gone(run):
            return run
        try:  # it may have ended while we looked
            again: Run = unpacked(Run, json.loads(path.read_bytes()))
        except (OSError, ValueError, KeyError, TypeError):
            return None
        lost = "its process ended without a word; what it finished before is kept"
        return again if again.over else replace(again, stage="failed", ended=again.began, error=lost)

    def _gone(self, run: Run) -> bool:
        child = self._children.get(run.id)
        if child is not None and child.poll() is None:
            return False
        return run.stage == "running" or child is not None or _age(run) > _BEGINS_WITHIN

    def _held(self) -> bool:
        """Return whether a run lives; looked up by one thread at a time, which would take another's look for a run."""
        lock = self._folder / STATE / "RUN"
        if not lock.is_file():
            return False
        with self._look:
            try:
                with locked(lock, wait=_A_LOOK):
                    return False
            except (Busy, OSError):
                return True

    def _end(self, name: str) -> None:
        run = self._read(self.home / f"{name}.json")
        if run is None or run.over or not self._held():
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            _kill(run.pid)
        why = "it was cancelled, and did not end by itself"
        save(self._folder, replace(run, stage="cancelled", ended=datetime.now(tz=UTC), error=why))

    def _forget_old(self) -> None:
        self._children = {name: child for name, child in self._children.items() if child.poll() is None}
        for path in sorted(self.home.glob("*.json"), reverse=True)[_KEPT:]:
            path.unlink(missing_ok=True)
            path.with_suffix(".log").unlink(missing_ok=True)


def save(folder: Path, run: Run) -> None:
    """Write the state of a run."""
    content = json.dumps(plain(run), ensure_ascii=False).encode("utf-8", "backslashreplace")
    write_whole(folder / STATE / "runs" / f"{run.id}.json", content)


@contextlib.contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold the lock of the one run.

    Raises
    ------
    Busy
        Another run holds it.
    """
    with locked(folder / STATE / "RUN", wait=_PATIENCE * _A_LOOK):
        yield


def _age(run: Run) -> float:
    return (datetime.now(tz=UTC) - run.began).total_seconds()


def _ask_to_stop(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGTERM if sys.platform == "win32" else signal.SIGINT)


def _kill(pid: int) -> None:
    if sys.platform == "win32":
        os.kill(pid, signal.SIGTERM)
    else:
        os.killpg(pid, signal.SIGKILL)
