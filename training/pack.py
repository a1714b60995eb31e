"""A run of training -> the folder that users get: the graph in 8 bits, its tokenizer, its manifest.

``python -m training.pack BASE RUN OUT`` exports the model, chooses thresholds with the exported graph on the part of
train that was not learnt from, and writes ``manifest.json`` with the hashes of all files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from training.base import load
from training.export import MODEL, TOKENIZER, export
from training.learn import finished, train_samples
from training.samples import LONGEST, Sample, padding_of
from training.sets import SOURCES, chosen, examples
from training.shapes import LICENCES
from training.tasks import MARKED, SENTENCE, SPANS, TASKS
from training.thresholds import Floats, Run, raw, settings

NAME, VERSION = "tenor-encoder", "0.2.0"
CALIBRATED = 600
# A language counts as one with gold if so many dev examples of a task are in it.
FEWEST = 20


def runner(path: Path, threads: int = 2) -> Run:
    """Return what runs an exported graph."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    names = ["sentence", "tokens", "marked"]

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64], targets: NDArray[np.float32]) -> Mapping[str, Floats]:
        found = session.run(names, {"ids": ids, "mask": mask, "targets": targets})
        return dict(zip(names, found, strict=True))

    return run


def languages(folder: Path, licences: Sequence[str]) -> dict[str, list[str]]:
    """Return for each task the languages in which its answers can be held against gold that was not learnt from.

    A task of which nothing was learnt has none.
    """
    learnt = {task for source in chosen(licences) for task in source.tasks}
    found: dict[str, Counter[str]] = {name: Counter() for name in TASKS}
    for source in SOURCES.values():
        for example in examples(folder, source, "dev"):
            found[example.task][example.lang] += example.task in learnt
    return {name: sorted(lang for lang, many in count.items() if many >= FEWEST) for name, count in found.items()}


def manifest(
    out: Path,
    sizes: Mapping[str, int],
    cuts: Mapping[str, Mapping[str, list[float]]],
    known: Mapping[str, list[str]],
    made: Any,
) -> dict[str, Any]:
    """Return the manifest of what lies in the folder `out`."""
    scales: Mapping[str, tuple[list[float], list[float]]] = made["scales"]

    def entry(name: str, head: str, labels: Sequence[str]) -> dict[str, Any]:
        kept = {"task": name, "head": head, "labels": list(labels), "languages": known[name]}
        if head == "regression":
            # A task whose sets were left out was not learnt: its numbers mean nothing, but the graph has them.
            mean, sd = scales.get(name, ([0.0] * len(labels), [1.0] * len(labels)))
            return {**kept, "mean": mean, "sd": sd}
        return {**kept, **cuts[name]}

    return {
        "name": NAME,
        "version": VERSION,
        "made": {key: value for key, value in made.items() if key != "scales"},
        "files": {name: hashlib.sha256((out / name).read_bytes()).hexdigest() for name in (MODEL, TOKENIZER)},
        **sizes,
        "sentence": [entry(task.name, task.head, task.labels) for task in SENTENCE],
        "marked": [entry(task.name, task.head, task.labels) for task in MARKED],
        "spans": [{k: v for k, v in entry(name, "spans", labels).items() if k != "head"} for name, labels in SPANS],
    }


def recipe(base: Path, run: Path) -> dict[str, Any]:
    """Return how a run was made, without the paths of the machine it was made on."""
    kept = json.loads((run / "run.json").read_text(encoding="utf-8"))
    last = json.loads((run / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    made = {name: value for name, value in kept.items() if name not in {"base", "run", "teacher", "scales"}}
    digests = json.loads((base / "base.json").read_text(encoding="utf-8"))
    return {**made, "seen": last["seen"], "seconds": round(last["seconds"]), "base": digests["weights"]}


def main() -> None:
    """Pack a model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="what training.base made")
    parser.add_argument("run", type=Path, help="the folder of a run of training.learn or training.distil")
    parser.add_argument("out", type=Path, help="the folder of the model")
    parser.add_argument("--licences", default=",".join(LICENCES), help="those it was trained with")
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    licences = said.licences.split(",")
    some, tune, scales = train_samples(said.base, licences)
    model, (_, tokenizer) = finished(said.run, said.base), load(said.base)
    (said.out / TOKENIZER).write_text(tokenizer.to_str(), encoding="utf-8")
    export(model, calibration(some), said.out / MODEL, "int8")
    cuts = settings(list(raw(runner(said.out / MODEL), tune, padding_of(tokenizer))))
    sizes = {"width": model.encoder.sizes.width, "layers": model.encoder.sizes.layers}
    sizes |= {"longest": LONGEST, "padding": padding_of(tokenizer)}
    made = {**recipe(said.base, said.run), "scales": scales}
    known = languages(Path(os.environ["TENOR_DATA"]), licences)
    found = manifest(said.out, sizes, cuts, known, made)
    (said.out / "manifest.json").write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(cuts))


def calibration(some: Sequence[Sample]) -> list[tuple[int, ...]]:
    """Return texts of all kinds and languages, always the same, to find the scales of activations on."""
    step = max(1, len(some) // CALIBRATED)
    return [sample.ids for sample in some[::step]]


if __name__ == "__main__":
    main()
