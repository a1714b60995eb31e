"""Where each number of the table `scores` comes from: which task of the encoder, which of its labels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.annotate.encoder import Read, Task
from tenor.tables import EMOTIONS, FRAMES, SLANTS

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]


class Source(NamedTuple):
    """A task's label; ``other`` takes the probability of all its other labels together."""

    task: str
    label: str
    other: bool = False


_FRAME_LABELS = dict(zip(FRAMES, ("CO", "RE", "HI", "MO", "EC"), strict=True))
SOURCES: Mapping[str, Source] = {
    **{name: Source("affect", name) for name in ("valence", "arousal", "dominance")},
    **{name: Source(name, "yes") for name in ("biased", "npov", "check_worthy", "promise", "future")},
    "pledge": Source("pledge", "no", other=True),
    **{f"emotion_{name}": Source("emotions", name) for name in EMOTIONS},
    **{f"frame_{name}": Source("frames", label) for name, label in _FRAME_LABELS.items()},
    **{f"slant_{name}": Source("slant", name) for name in SLANTS},
}
# The label that is taken, as a text.
DECIDED = ("event", "quad")


def numbers(tasks: Sequence[Task], read: Read, rows: Rows) -> dict[str, pa.Array]:
    """Return the columns of `SOURCES` for some of the texts; empty where the model says nothing of them.

    Parameters
    ----------
    tasks
        What the model answers.
    read
        What it said.
    rows
        Which of its texts, one an item of the columns.
    """
    labels = {task.name: task.labels for task in tasks}
    found = {}
    for column, source in SOURCES.items():
        values = np.full(len(rows), np.nan, np.float32)
        if source.label in labels.get(source.task, ()):
            values = read.values[source.task][rows, labels[source.task].index(source.label)].astype(np.float32)
        found[column] = pa.array(1 - values if source.other else values, pa.float32(), from_pandas=True)
    return found


def decided(tasks: Sequence[Task], read: Read, rows: Rows) -> dict[str, pa.Array]:
    """Return the label that is taken of each task of `DECIDED`, and the list of emotions that hold."""
    labels = {task.name: task.labels for task in tasks}
    found = {}
    for name in DECIDED:
        taken = read.decided[name][rows] if name in labels else np.full(len(rows), -1)
        found[name] = pa.array([labels[name][number] if number >= 0 else None for number in taken], pa.string())
    found["emotions"] = _emotions(labels.get("emotions", ()), read, rows)
    return found


def _emotions(labels: Sequence[str], read: Read, rows: Rows) -> pa.Array:
    if not labels:
        return pa.nulls(len(rows), pa.list_(pa.string()))
    holds, known = read.decided["emotions"][rows], ~np.isnan(read.values["emotions"][rows, 0])
    lists = [
        [labels[int(k)] for k in np.flatnonzero(row)] if there else None
        for row, there in zip(holds, known, strict=True)
    ]
    return pa.array(lists, pa.list_(pa.string()))
