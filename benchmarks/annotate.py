"""Reading a study: sentences a second as it grows, memory, and how much of the time the model takes.

    python benchmarks/annotate.py [--sizes 1000 10000] [--workers 2]

Articles are made of the sentences of `examples/harbour`, drawn by seed, so that nothing is a copy of a whole article.
The share of the model is measured in one process: the same unit of articles read whole, and its sentences given to the
model alone. Memory is the largest that any worker had.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import time
from pathlib import Path
from typing import Any

import pyarrow as pa

from tenor.annotate import reading
from tenor.annotate.encoder import Encoder
from tenor.annotate.language import language_named
from tenor.annotate.pieces import pieces
from tenor.annotate.run import Coders
from tenor.annotate.sentences import sentences
from tenor.errors import ModelMissing
from tenor.study import Study
from tenor.testing import example_folder

HARBOUR = example_folder("harbour")
A_TEXT, A_UNIT = 20, 60
ARTICLE = {"outlet": "a", "published": "2023-03-12", "lang": "en"}


def drawn(many: int, seed: int = 1) -> list[dict[str, str]]:
    """Return articles of twenty English sentences, so many sentences in all."""
    lines = (HARBOUR / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [row["text"] for row in map(json.loads, lines) if row["lang"] == "en"]
    pool = [text[start:stop] for text in texts for start, stop in sentences(text, "en")]
    order = random.Random(seed)  # noqa: S311 - no secret
    return [
        {**ARTICLE, "id": f"{at}", "title": order.choice(pool), "text": " ".join(order.choices(pool, k=A_TEXT))}
        for at in range(many // (A_TEXT + 1))
    ]


def whole(many: int, workers: int) -> None:
    """Print how long a study of so many sentences takes, from its articles to its tables."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "tenor.yaml").write_bytes((HARBOUR / "tenor.yaml").read_bytes())
        (path / "counts.csv").write_bytes((HARBOUR / "counts.csv").read_bytes())
        (path / "a.jsonl").write_text("\n".join(map(json.dumps, drawn(many))), encoding="utf-8")
        study = Study.open(path)
        study.add([path / "a.jsonl"])
        study.refresh()
        start = time.perf_counter()
        found = study.annotate(workers=workers)
        seconds = time.perf_counter() - start
    heaviest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    rate = found.sentences / seconds
    print(
        f"{found.sentences:8,} sentences  {seconds:7.1f} s  {rate:6,.0f} a second  {heaviest:6,.0f} MB at most so far"
    )


def share() -> None:
    """Print how much of the time of a unit the model takes."""
    plan = Study.open(HARBOUR).plan
    coders = Coders.of(plan)
    settings = reading.Settings(model="", encoder=coders.encoder, finder=coders.finder, actors=plan.actors, whole=True)
    rows: list[dict[str, Any]] = [
        {"doc_id": row["id"], "lang": "en", "day": None, "title": row["title"], "text": row["text"]}
        for row in drawn(A_UNIT * (A_TEXT + 1), seed=2)
    ]
    batch = pa.RecordBatch.from_pylist(rows, reading.ARTICLES.with_metadata(settings.packed()))
    reading.annotate(batch.slice(0, 2))  # what is loaded once
    start = time.perf_counter()
    reading.annotate(batch)
    all_of_it = time.perf_counter() - start
    texts: dict[str, None] = {}
    for row in rows:
        for one in pieces(row["title"], row["text"], language_named("en")):
            words = row["title"] if one.part == "title" else row["text"]
            voices = [words[voice.start : voice.stop] for voice in one.voices if len(one.voices) > 1]
            texts |= dict.fromkeys([words[one.start : one.stop], *voices])
    encoder = Encoder.open()
    start = time.perf_counter()
    encoder.read(list(texts), ["en"] * len(texts))
    alone = time.perf_counter() - start
    print(f"of a unit of {A_UNIT} articles the model takes {alone:.2f} of {all_of_it:.2f} s: {alone / all_of_it:.0%}")


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000], help="sentences")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    said = parser.parse_args()
    try:
        Encoder.open()
    except ModelMissing as missing:
        print(missing)
        return
    share()
    for many in said.sizes:
        whole(many, said.workers)


if __name__ == "__main__":
    main()
