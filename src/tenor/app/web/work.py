"""What a run does, in its own process: audit, read sentences, bring up to date, measure. Started by `Runs`."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from tenor.app.web.runs import Run, Runs, Stage, alone, save
from tenor.errors import TenorError

if TYPE_CHECKING:
    from types import FrameType
    from typing import TextIO

    from tenor.study import Study

_LINES = 12
_EVERY = 0.3
_UNITS = re.compile(r"([\d,]+) of ([\d,]+) units")


class Told(io.TextIOBase):
    """Keeps a run's file up to date with what the work says; not more often than one can read."""

    def __init__(self, folder: Path, run: Run) -> None:
        super().__init__()
        self.run = run
        self._folder = folder
        self._next = 0.0

    def say(self, what: str) -> None:
        """Note that something begins."""
        self.change(replace(self.run, said=(*self.run.said, what)[-_LINES:]))

    def write(self, text: str) -> int:
        """Take a line of progress."""
        if units := _UNITS.search(text):
            done, total = (int(number.replace(",", "")) for number in units.groups())
            said = (*self.run.said[:-1], text.strip())
            if time.monotonic() >= self._next or done == total:
                self._next = time.monotonic() + _EVERY
                self.change(replace(self.run, said=said, done=done, total=total))
        return len(text)

    def change(self, run: Run) -> None:
        """Write the run's file."""
        self.run = run
        save(self._folder, run)


def main(arguments: list[str]) -> int:
    """Do the work of a run: ``work FOLDER RUN``."""
    folder, name = Path(arguments[0]), arguments[1]
    told = Told(folder, Runs(folder).get(name))
    signal.signal(signal.SIGTERM, _interrupted)
    # A background job of a shell starts with interrupts ignored.
    signal.signal(signal.SIGINT, _interrupted)
    try:
        with alone(folder):
            told.change(replace(told.run, stage="running", pid=os.getpid()))
            result = _work(folder, told)
            ended = datetime.now(tz=UTC)
            told.change(replace(told.run, stage="done", ended=ended, result=result))
    except KeyboardInterrupt:
        _end(told, "cancelled", "")
    except TenorError as error:
        _end(told, "failed", str(error))
    except OSError as error:
        _end(told, "failed", f"{error.filename or ''}: {error.strerror or error}")
    except Exception as error:
        traceback.print_exc()
        _end(told, "failed", f"this is a bug in tenor: {type(error).__name__}: {error}; its log has more")
    return 0


def _interrupted(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _end(told: Told, stage: Stage, why: str) -> None:
    told.change(replace(told.run, stage=stage, ended=datetime.now(tz=UTC), error=why))


def _work(folder: Path, told: Told) -> str:
    from tenor.study import Study

    study = Study.open(folder, say=told.say)
    return DOES[told.run.kind](study, told)


def _audit(study: Study, told: Told) -> str:
    from tenor.app.web.results import audit_and_keep

    return audit_and_keep(study, told.run.id, told.say, dict(told.run.asked).get("lang", "en"))


def _annotate(study: Study, told: Told) -> str:
    from tenor.app.output import annotated_lines
    from tenor.corpus.search import SearchIndex

    told.say("reading sentences")
    told.say("0 units")
    found = study.annotate(progress=cast("TextIO", told))
    SearchIndex(study.store, study.folder / "corpus" / "search.sqlite").bring_up_to_date()
    return annotated_lines(found)[0]


def _refresh(study: Study, told: Told) -> str:
    from tenor.corpus.search import SearchIndex

    study.refresh()
    told.say("indexing words")
    SearchIndex(study.store, study.folder / "corpus" / "search.sqlite").bring_up_to_date()
    return ""


def _preregister(study: Study, told: Told) -> str:
    told.say("hashing every hypothesis")
    found = study.preregister()
    late = sum(item.after_viewing for item in found)
    return f"{len(found)} registered, {late} of them after viewing"


def _measure(study: Study, told: Told) -> str:
    from tenor.app.web.results import measure_and_keep

    return measure_and_keep(study, dict(told.run.asked), told.say)


DOES: dict[str, Callable[[Study, Told], str]] = {
    "audit": _audit,
    "annotate": _annotate,
    "refresh": _refresh,
    "preregister": _preregister,
    "measure": _measure,
}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
