"""Run a pure function over units of work in processes of this machine, supervised.

A worker that dies takes nothing along: its unit is begun again by a fresh one, three times at
most, and then reported; an exception is reported at once, and the rest goes on. Results are
handed over in the order of the units, so the same run gives the same bytes, however many
workers did it. To resume, give only the units that are missing.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TextIO

import pyarrow as pa

from tenor.engine.pipe import BATCH, BROKEN, ERROR, SETTINGS, packed, receive, send, unpacked
from tenor.engine.progress import Progress
from tenor.engine.work import Failure, RunReport, Unit, Work, cores, named
from tenor.errors import TenorError

Done = Callable[[Unit, pa.RecordBatch], None]

RETRIES = 3
_TICK = 0.25
_AHEAD = 2
_LAST_WORDS = 5.0

_START = (
    "import json, signal, sys; signal.signal(signal.SIGINT, signal.SIG_IGN); sys.path[:] = json.loads(sys.argv[1]); "
    "from tenor.engine.worker import main; main()"
)
# A worker has one core; and the order of a set must not differ between two of them.
_ONE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def run(
    units: Iterable[Unit],
    work: str | Work,
    *,
    done: Done,
    workers: int | None = None,
    total: int | None = None,
    progress: TextIO | None = None,
) -> RunReport:
    """Do all units, and hand over what came out of each, in their order.

    Parameters
    ----------
    units
        What is to be done; taken one by one as workers become free, so that it may be long.
        What a unit holds must not depend on the number of workers.
    work
        A pure function from a batch to a batch, of a module: itself or ``"module:function"``.
        Each worker loads it once and calls it for one unit at a time. What it prints goes to
        standard error.
    done
        Called in this process with each unit and its result. What it raises ends the run.
    workers
        How many processes; as many as there are cores to use if not given.
    total
        How many units there will be, for the time left.
    progress
        Where to show how far it is: at once on a terminal, else a line every five seconds.

    Returns
    -------
    RunReport
        With the units that failed.

    Raises
    ------
    UnknownName
        Workers can't load the work by its name.
    TenorError
        The work's module can't be imported, or workers die before they are ready.
    KeyboardInterrupt
        Handed on, after the workers were ended and every finished unit was handed over.

    Examples
    --------
    >>> units = [Unit(id=f"u{n}", batch=pa.record_batch({"n": [n, 10 * n]})) for n in range(3)]
    >>> results = []
    >>> report = run(units, "copy:copy", done=lambda unit, batch: results.append(batch["n"].to_pylist()), workers=2)
    >>> results, report.units, report.failed
    ([[0, 0], [1, 10], [2, 20]], 3, ())
    """
    with _Crew(named(work), max(1, workers or cores())) as crew:
        line = _Line(crew, done, Progress(progress, total))
        try:
            line.pass_through(units)
        except BaseException:
            crew.stop()
            line.keep_finished()
            raise
    return line.report()


@dataclass(slots=True)
class _Ticket:
    """A unit on its way, and what came of it."""

    unit: Unit
    outcome: pa.RecordBatch | Failure | None = None


class _Line:
    """The units under way, in their order: never more than a few, whatever is slow."""

    def __init__(self, crew: _Crew, done: Done, progress: Progress) -> None:
        self._crew, self._done, self._progress = crew, done, progress
        self._waiting: deque[_Ticket] = deque()
        self._handing_over = False
        self._started = time.monotonic()
        self._units = self._rows = 0
        self._failed: list[Failure] = []

    def pass_through(self, units: Iterable[Unit]) -> None:
        """Give all units to the crew, and hand over their results."""
        for unit in units:
            while len(self._waiting) >= _AHEAD * self._crew.size:
                self._step()
            ticket = _Ticket(unit)
            self._waiting.append(ticket)
            self._crew.todo.put(ticket)
        while self._waiting:
            self._step()
        self._progress.show(self._units, self._rows, last=True)

    def keep_finished(self) -> None:
        """Hand over what was finished before a run was ended, unless handing over is what failed."""
        while self._waiting and not self._handing_over:
            self._hand_over(self._waiting.popleft())

    def report(self) -> RunReport:
        """Return what became of the units."""
        return RunReport(
            units=self._units,
            rows=self._rows,
            failed=tuple(self._failed),
            restarts=self._crew.restarts,
            workers=self._crew.size,
            seconds=time.monotonic() - self._started,
        )

    def _step(self) -> None:
        if self._waiting[0].outcome is None:
            self._crew.wait(_TICK)
        else:
            self._hand_over(self._waiting.popleft())
        self._progress.show(self._units, self._rows)

    def _hand_over(self, ticket: _Ticket) -> None:
        if ticket.outcome is None:
            return
        self._units += 1
        if isinstance(ticket.outcome, Failure):
            self._failed.append(ticket.outcome)
            return
        self._rows += ticket.outcome.num_rows
        self._handing_over = True
        self._done(ticket.unit, ticket.outcome)
        self._handing_over = False


class _Crew:
    """A thread for each worker: it starts the process, talks to it, and starts another when it dies."""

    def __init__(self, work: str, size: int) -> None:
        self.size = size
        self.todo: queue.SimpleQueue[_Ticket | None] = queue.SimpleQueue()
        self._news: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        starting = threading.Lock()
        self._places = [_Place(work, starting) for _ in range(size)]
        self._threads = [threading.Thread(target=self._serve, args=(place,), daemon=True) for place in self._places]

    @property
    def restarts(self) -> int:
        """Return how many workers were started in place of one that died."""
        return sum(max(0, place.starts - 1) for place in self._places)

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def wait(self, seconds: float) -> None:
        """Wait until a unit has an outcome, or for so long; raise what keeps workers from starting."""
        try:
            error = self._news.get(timeout=seconds)
        except queue.Empty:
            return
        if error is not None:
            raise error

    def stop(self) -> None:
        """End all workers, whatever they are at."""
        for place in self._places:
            place.stop()
        for _ in self._threads:
            self.todo.put(None)
        for thread in self._threads:
            thread.join()

    def _serve(self, place: _Place) -> None:
        try:
            while (ticket := self.todo.get()) is not None:
                ticket.outcome = place.do(ticket.unit)
                self._news.put(None)
        except _Stopped:
            return
        except BaseException as error:  # `wait` raises it in the thread that runs the run
            self._news.put(error)
        finally:
            place.clear()


class _Stopped(Exception):
    """The run ends, so no worker is started any more."""


class _Place:
    """Where one worker sits at a time; its thread does everything but `stop`."""

    def __init__(self, work: str, starting: threading.Lock) -> None:
        self._work = work
        self._starting = starting
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False
        self.starts = 0

    def do(self, unit: Unit) -> pa.RecordBatch | Failure:
        """Have a unit done; begin it again if the worker dies."""
        payload = packed(unit.batch)
        for attempt in range(1, RETRIES + 2):
            self._make_ready()
            try:
                kind, answer = self._ask(BATCH, payload)
            except (EOFError, OSError):
                ending = self.clear()
                continue
            if kind == ERROR:
                return Failure(unit=unit.id, error=answer.decode(), attempts=attempt)
            return unpacked(answer)
        error = f"the worker died each of the {RETRIES + 1} times this unit was begun, last with {ending}"
        return Failure(unit=unit.id, error=error, attempts=RETRIES + 1)

    def stop(self) -> None:
        """End the worker and start no other; who waits for its answer gets an EOFError."""
        with self._starting:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def clear(self) -> str:
        """Let go of a worker that died, and say how."""
        process, self._process = self._process, None
        if process is None:
            return "nothing"
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            pipe.close()
        try:
            return _said(process.wait(timeout=_LAST_WORDS))
        except subprocess.TimeoutExpired:  # it closed its pipe and lives on
            process.kill()
            return _said(process.wait())

    def _make_ready(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        for _ in range(RETRIES + 1):
            self.clear()
            self._start()
            try:
                kind, answer = self._ask(SETTINGS, json.dumps({"work": self._work}).encode())
            except (EOFError, OSError):
                ending = self.clear()
                continue
            if kind == BROKEN:
                raise TenorError(f"a worker can't load '{self._work}':\n{answer.decode()}", do="mend its module")
            return
        raise TenorError(f"a worker ends before it is ready, with {ending}", do="see what it said above")

    def _start(self) -> None:
        environment = {**_ONE_CORE, **os.environ, "PYTHONHASHSEED": "0"}
        command = [sys.executable, "-c", _START, json.dumps(sys.path)]
        # One at a time: on Windows a worker would inherit the pipes of another that is being started.
        with self._starting:
            if self._stopped:
                raise _Stopped
            self._process = subprocess.Popen(  # noqa: S603 (this Python, and what it has itself)
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment
            )
        self.starts += 1

    def _ask(self, kind: bytes, payload: bytes | pa.Buffer) -> tuple[bytes, bytes]:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        send(self._process.stdin, kind, payload)
        return receive(self._process.stdout)


def _said(code: int) -> str:
    """Return how a process ended, in words."""
    if code >= 0:
        return f"exit code {code}"
    name = signal.Signals(-code).name
    return f"{name}, as when memory runs out" if name == "SIGKILL" else name
