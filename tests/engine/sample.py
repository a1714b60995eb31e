"""Work for the tests of the engine: pure but for the functions that are there to go wrong."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc


def double(batch: pa.RecordBatch) -> pa.RecordBatch:
    return pa.record_batch({"n": pc.multiply(batch["n"], 2), "order": [",".join({"a", "b", "c", "d"})] * len(batch)})


def loud(batch: pa.RecordBatch) -> pa.RecordBatch:
    print("a line nobody asked for")
    os.write(1, b"and one from a library in C\n")
    sys.stdin.read()
    return double(batch)


def uneven(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The earlier the unit, the longer it takes."""
    time.sleep(max(0, 6 - batch["n"][0].as_py()) * 0.02)
    return double(batch)


def dies_once(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Die in the seventh unit, unless the file says it did."""
    mark = Path(batch["mark"][0].as_py())
    if batch["n"][0].as_py() == 7 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return double(batch)


def poisoned(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Die in the third unit, always; say that it was begun."""
    if batch["n"][0].as_py() == 3:
        with Path(batch["mark"][0].as_py()).open("a", encoding="ascii") as file:
            file.write("x")
        os.kill(os.getpid(), signal.SIGKILL)
    return double(batch)


def marks(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Say that the unit is as good as done."""
    (Path(batch["mark"][0].as_py()) / str(batch["n"][0].as_py())).touch()
    return double(batch)


def fails(batch: pa.RecordBatch) -> pa.RecordBatch:
    if batch["n"][0].as_py() == 3:
        raise ValueError("no words in here")
    return double(batch)


def exits(batch: pa.RecordBatch) -> pa.RecordBatch:
    sys.exit(3)


def forgets(batch: pa.RecordBatch) -> None:
    """Return nothing."""


def whose(batch: pa.RecordBatch) -> pa.RecordBatch:
    return pa.record_batch({"pid": [os.getpid()] * len(batch)})


def endless(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Say who is at it, then take a minute, all but for the first two units."""
    mark = Path(batch["mark"][0].as_py())
    (mark / str(os.getpid())).touch()
    if batch["n"][0].as_py() > 1:
        time.sleep(60)
    return double(batch)
