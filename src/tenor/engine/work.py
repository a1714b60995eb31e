"""What a run does and what it is done to: units, and functions by a name that every process can load."""

from __future__ import annotations

import importlib
import math
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tenor.errors import UnknownName

Work = Callable[[pa.RecordBatch], pa.RecordBatch]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A piece of work: rows that are always worked on together, under a name that stays."""

    id: str
    batch: pa.RecordBatch


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A unit that could not be done: why, and how often it was begun."""

    unit: str
    error: str
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunReport:
    """What became of the units of a run.

    `rows` are the rows of all results; `restarts` says how many workers were started in
    place of one that died.
    """

    units: int
    rows: int
    failed: tuple[Failure, ...]
    restarts: int
    workers: int
    seconds: float


def named(work: str | Work) -> str:
    """Return the ``module:function`` by which a worker loads the work.

    Raises
    ------
    UnknownName
        There is no such function, or it has no name outside the place where it was made.

    Examples
    --------
    >>> named(loaded), named("tenor.engine.work:loaded")
    ('tenor.engine.work:loaded', 'tenor.engine.work:loaded')
    """
    if isinstance(work, str):
        return work
    module, name = getattr(work, "__module__", None), getattr(work, "__qualname__", None)
    path = f"{module}:{name}"
    if not module or not name or module == "__main__" or "<" in name or loaded(path) is not work:
        what = f"a worker can't load {work!r}"
        raise UnknownName(what, do="put it into a module, as a function of its own, and give 'module:function'")
    return path


def loaded(name: str) -> Work:
    """Return the function of a ``module:function`` name.

    Raises
    ------
    UnknownName
        The module has no such function.

    Examples
    --------
    >>> loaded("math:sqrt")(16.0)
    4.0
    """
    module, _, attributes = name.partition(":")
    found: object = importlib.import_module(module) if attributes else None
    for attribute in attributes.split("."):
        found = getattr(found, attribute, None)
    if not callable(found):
        raise UnknownName(f"no function '{name}'", do="name it 'module:function'")
    work: Work = found
    return work


def cores(quota: Path = Path("/sys/fs/cgroup/cpu.max")) -> int:
    """Return how many processor cores this process may use.

    Parameters
    ----------
    quota
        Where a container's share stands, as ``quota period`` in microseconds.

    Examples
    --------
    >>> cores() >= 1
    True
    """
    found = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    if quota.is_file():
        share, _, period = quota.read_text(encoding="ascii").partition(" ")
        if share.isdecimal() and period.strip().isdecimal():
            found = min(found, math.ceil(int(share) / int(period)))
    return max(1, found)
