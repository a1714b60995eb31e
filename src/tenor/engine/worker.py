"""A worker: one process that loads the work once and does one unit after the other.

It ends when its pipe ends, also in the middle of a unit: a run that was killed leaves none behind.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import traceback
from collections.abc import Callable
from typing import BinaryIO

import pyarrow as pa

from tenor.engine.pipe import BATCH, BROKEN, ERROR, READY, packed, receive, send, unpacked
from tenor.engine.work import loaded


def main() -> None:
    """Work for the run at the other end of standard input and output."""
    requests, replies = _pipes()
    messages: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    _, settings = receive(requests)
    threading.Thread(target=_listen, args=(requests, messages), daemon=True).start()
    try:
        work = _loaded(json.loads(settings)["work"], replies)
        while work is not None:
            _do(work, messages.get(), replies)
    except BrokenPipeError:
        os._exit(0)  # the run is gone, and nobody asks for the result


def _pipes() -> tuple[BinaryIO, BinaryIO]:
    """Take standard input and output for the run; what the work prints goes to standard error."""
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return requests, replies


def _listen(requests: BinaryIO, messages: queue.SimpleQueue[bytes]) -> None:
    """Hear the end of the pipe also while a unit is being worked on."""
    try:
        while True:
            messages.put(receive(requests)[1])
    except EOFError:
        os._exit(0)


def _loaded(name: str, replies: BinaryIO) -> Callable[[pa.RecordBatch], pa.RecordBatch] | None:
    try:
        work = loaded(name)
    except Exception:  # whatever importing somebody's module raises
        send(replies, BROKEN, traceback.format_exc().encode())
        return None
    send(replies, READY, str(os.getpid()).encode())
    return work


def _do(work: Callable[[pa.RecordBatch], pa.RecordBatch], message: bytes, replies: BinaryIO) -> None:
    try:
        payload = packed(_batch(work(unpacked(message))))
    except (Exception, SystemExit):  # the unit is reported with it, the rest goes on
        send(replies, ERROR, traceback.format_exc().encode())
        return
    send(replies, BATCH, payload)


def _batch(result: object) -> pa.RecordBatch:
    if not isinstance(result, pa.RecordBatch):
        raise TypeError(f"the work returned {type(result).__name__}, not a RecordBatch")
    return result
