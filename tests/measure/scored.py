"""Rows that a coder might have written, by hand: for tests of what is made of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from tenor.corpus.store import Store
from tenor.tables import ANNOTATED, ANNOTATIONS, CODERS, SCORES

ENCODER, ACTORS = "tiny@1", "actors@none+tiny"


def score(doc_id: str, start: int, stop: int, **numbers: Any) -> dict[str, Any]:
    """Return a row of `scores`: narration in a body, unless said otherwise."""
    row: dict[str, Any] = dict.fromkeys(SCORES.names)
    plain = {"part": "body", "speech": "narration", "doubt": False, "words": 5, "coder": ENCODER}
    return {**row, **plain, "doc_id": doc_id, "start": start, "stop": stop, **numbers}


def span(doc_id: str, start: int, stop: int, variable: str, value: str, **more: Any) -> dict[str, Any]:
    """Return a row of `annotations`: by the encoder, in a body, unless said otherwise."""
    plain = {"part": "body", "actor": "", "coder": ENCODER, "score": None}
    return {**plain, "doc_id": doc_id, "start": start, "stop": stop, "variable": variable, "value": value, **more}


def keep(store: Store, scores: Sequence[dict[str, Any]], annotations: Sequence[dict[str, Any]] = ()) -> None:
    """Write rows, say whose they are, and that every article was read."""
    ids = store.query("SELECT doc_id FROM articles ORDER BY doc_id", {})["doc_id"].to_pylist()
    done = [
        {"doc_id": doc_id, "coder": coder, "sentences": 1, "unread": 0} for doc_id in ids for coder in (ENCODER, ACTORS)
    ]
    coders = [{"role": "actors", "coder": ACTORS}, {"role": "encoder", "coder": ENCODER}]
    with store.writing() as write:
        write("scores", pa.Table.from_pylist(list(scores), SCORES))
        write("annotations", pa.Table.from_pylist(list(annotations), ANNOTATIONS))
        write("annotated", pa.Table.from_pylist(done, ANNOTATED))
        write("coders", pa.Table.from_pylist(coders, CODERS))
