"""By what can it be told that two articles are of the same event: by their words, or by the model's vectors?

    TENOR_DATA=... python benchmarks/same_event.py            # words
    TENOR_DATA=... python benchmarks/same_event.py model      # and the sentence vectors of the installed model

ECB+ (`ecbplus`, its dev part: nothing is learnt here): 197 articles of 16 events in 8 pairs, the two events of a pair
of one kind. Printed: how often an article's nearest one is of the same event, and how often two articles of one event
are nearer than two others (area under the ROC curve).
"""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tenor.annotate.encoder import Encoder
from tenor.audit.contents import by_words, stems

Singles = NDArray[np.float32]


def articles() -> list[dict[str, Any]]:
    """Return the articles with their events."""
    path = Path(os.environ["TENOR_DATA"]) / "ecbplus" / "dev.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def told(points: Singles, events: NDArray[np.str_]) -> tuple[float, float]:
    """Return how often the nearest article is of the same event, and the area under the curve over all pairs."""
    alike = points @ points.T
    one, other = np.triu_indices(len(points), 1)
    same, values = events[one] == events[other], alike[one, other]
    ranks = stats.rankdata(values)
    positives = int(same.sum())
    area = (ranks[same].sum() - positives * (positives + 1) / 2) / (positives * (same.size - positives))
    np.fill_diagonal(alike, -2)
    return float(np.mean(events[np.argmax(alike, axis=1)] == events)), float(area)


def unit(points: NDArray[Any]) -> Singles:
    """Return points with length 1."""
    length = np.linalg.norm(points, axis=1, keepdims=True)
    return np.asarray(points / np.where(length > 0, length, 1), np.float32)


def by_model(rows: Sequence[dict[str, Any]]) -> tuple[Singles, Singles]:
    """Return articles as the mean of their sentences' vectors, as they are and with the mean of all taken off."""
    own = [(at, line) for at, row in enumerate(rows) for line in row["text"].split("\n") if line.strip()]
    encoder, parts = Encoder.open(), list[Singles]()
    made: list[Singles] = []
    for start in range(0, len(own), 256):
        some = [line for _, line in own[start : start + 256]]
        parts.append(encoder.read(some, ["en"] * len(some)).vectors)
    vectors = np.vstack(parts)
    good = ~np.isnan(vectors[:, 0])
    owner = np.array([at for at, _ in own])[good]
    for points in (vectors[good], unit(vectors[good] - vectors[good].mean(axis=0))):
        total = np.zeros((len(rows), points.shape[1]))
        np.add.at(total, owner, points)
        made.append(unit(total))
    return made[0], made[1]


def main(arguments: Sequence[str]) -> None:
    """Print a line a way of placing articles."""
    rows = articles()
    events = np.array([row["subtopic"] for row in rows])
    ways = {"words": by_words([stems(row["text"], "en") for row in rows])}
    if "model" in arguments:
        plain, centred = by_model(rows)
        ways |= {"the model's vectors": plain, "the model's vectors, mean taken off": centred}
    for name, points in ways.items():
        nearest, area = told(points, events)
        print(f"{name}: nearest of the same event {nearest:.3f}, area {area:.3f}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
