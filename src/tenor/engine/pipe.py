"""What goes through the pipe between a run and a worker: a kind, a length, and so many bytes."""

from __future__ import annotations

import struct
from typing import IO

import pyarrow as pa

# Settings of the run, then batches go down; "ready", results, errors and reasons not to start come up.
SETTINGS, BATCH, READY, ERROR, BROKEN = b"S", b"B", b"R", b"E", b"X"

_HEAD = struct.Struct("<cQ")
_PART = 2**20


def send(pipe: IO[bytes], kind: bytes, payload: bytes | pa.Buffer = b"") -> None:
    """Write one message.

    Examples
    --------
    >>> from io import BytesIO
    >>> pipe = BytesIO()
    >>> send(pipe, READY, b"1")
    >>> _ = pipe.seek(0)
    >>> receive(pipe)
    (b'R', b'1')
    """
    for part in (_HEAD.pack(kind, len(payload)), payload):
        rest = memoryview(part)
        while rest:
            rest = rest[pipe.write(rest) :]
    pipe.flush()


def receive(pipe: IO[bytes]) -> tuple[bytes, bytes]:
    """Read one message.

    Raises
    ------
    EOFError
        The other side is gone, perhaps in the middle of a message.

    Examples
    --------
    >>> from io import BytesIO
    >>> receive(BytesIO(b""))
    Traceback (most recent call last):
    ...
    EOFError
    """
    kind, length = _HEAD.unpack(_exactly(pipe, _HEAD.size))
    return kind, _exactly(pipe, length)


def _exactly(pipe: IO[bytes], length: int) -> bytes:
    parts = []
    while length:
        part = pipe.read(min(length, _PART))
        if not part:
            raise EOFError
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def packed(batch: pa.RecordBatch) -> pa.Buffer:
    """Return a batch as bytes.

    Examples
    --------
    >>> unpacked(packed(pa.record_batch({"n": [1, 2]})).to_pybytes()).to_pydict()
    {'n': [1, 2]}
    """
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as stream:
        stream.write_batch(batch)
    return sink.getvalue()


def unpacked(data: bytes) -> pa.RecordBatch:
    """Return the batch that bytes hold.

    Examples
    --------
    >>> unpacked(packed(pa.record_batch({"n": [1]})).to_pybytes()).num_rows
    1
    """
    with pa.ipc.open_stream(data) as stream:
        return stream.read_next_batch()
