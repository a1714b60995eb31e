"""A shipped model back as torch weights, so that learning can go on from it when the run it was made by is gone.

``python -m training.unpack BASE MODEL RUN`` leaves in the folder RUN the ``model.pt`` that `training.distil` takes for
a teacher and `training.pack` packs again; ``training.learn --from MODEL`` does it by itself.

The graph does not hold what the run held, but what says the same: norms have no bias (it stands in the biases after
them), keys and values have none either, and weights are those that 8 or 16 bits kept. The next run moves all of them.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from tokenizers import Tokenizer

from training.base import Encoder, load
from training.model import Model
from training.quantise import Floats
from training.tasks import MARKED, SENTENCE, SPANS

MODEL, TOKENIZER, MANIFEST = "model.onnx", "tokenizer.json", "manifest.json"
PARTS = ("query", "key", "value", "out", "inner", "outer")


def unpacked(base: Path, folder: Path) -> Model:
    """Return the torch model that says what a shipped folder's file says.

    Parameters
    ----------
    base
        What `training.base` made: its tokenizer must be the shipped one.
    folder
        A folder with ``model.onnx`` in 8 bits, ``tokenizer.json`` and ``manifest.json``.

    Raises
    ------
    ValueError
        The file is not the manifest's, or its pieces or labels are not ours.
    """
    encoder, tokenizer = load(base)
    said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    _check(folder, said, tokenizer)
    graph = onnx.load(folder / MODEL).graph
    kept = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    inner = kept["encoder.layers.0.inner.weight"].shape[1]
    model = Model(Encoder(replace(encoder.sizes, layers=said["layers"], inner=inner)))
    found = {**_words(kept), **_layers(kept, said["layers"]), **_heads(kept, model)}
    model.load_state_dict({name: torch.from_numpy(np.array(values, np.float32)) for name, values in found.items()})
    model.eval()
    return model


def history(folder: Path) -> dict[str, Any]:
    """Return how a shipped model was made, for the recipe of what goes on from it."""
    said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return {"version": said["version"], "model": said["files"][MODEL], **said["made"]}


def _check(folder: Path, said: Mapping[str, Any], tokenizer: Tokenizer) -> None:
    if hashlib.sha256((folder / MODEL).read_bytes()).hexdigest() != said["files"][MODEL]:
        raise ValueError(f"{folder / MODEL} is not the file that its manifest names: take both from one place.")
    if Tokenizer.from_file(str(folder / TOKENIZER)).get_vocab() != tokenizer.get_vocab():
        raise ValueError(f"{folder / TOKENIZER} has other pieces than the base: make the base of the same data.")
    ours = {
        "sentence": [(task.name, list(task.labels)) for task in SENTENCE],
        "marked": [(task.name, list(task.labels)) for task in MARKED],
        "spans": [(name, list(labels)) for name, labels in SPANS],
    }
    for kind, wanted in ours.items():
        if [(one["task"], one["labels"]) for one in said[kind]] != wanted:
            raise ValueError(f"{folder / MANIFEST} has other {kind} labels than training/tasks.py.")


def _words(kept: Mapping[str, NDArray[Any]]) -> dict[str, Floats]:
    norm = kept["encoder.norm.weight"]
    return {
        "encoder.words.weight": kept["words"].astype(np.float32) * kept["words.scales"],
        "encoder.positions.weight": kept["positions.half"],
        "encoder.norm.weight": norm,
        "encoder.norm.bias": np.zeros_like(norm),
    }


def _layers(kept: Mapping[str, NDArray[Any]], layers: int) -> dict[str, Floats]:
    found: dict[str, Floats] = {}
    shares = {"inner": "thought", "outer": "raised"}
    for name in (f"encoder.layers.{place}" for place in range(layers)):
        for kind in PARTS:
            part = f"{name}.{kind}"
            weight = kept[f"{part}.weight"] * kept[f"{part}.scales"]
            # What a place's channels were multiplied by there, its weights are here.
            even = kept.get(f"{name}.{shares.get(kind)}.shares", np.ones(len(weight), np.float32))
            found[f"{part}.weight"] = (weight * even[:, None]).T
            found[f"{part}.bias"] = kept.get(f"{part}.bias", np.zeros(len(kept[f"{part}.scales"]), np.float32))
        for norm in (f"{name}.attention_norm", f"{name}.norm"):
            weight = found[f"{norm}.weight"] = kept[f"{norm}.weight"]
            # Only the last norm's bias is added where it stands.
            found[f"{norm}.bias"] = kept.get(f"{norm}.bias", np.zeros_like(weight))
    return found


def _heads(kept: Mapping[str, NDArray[Any]], model: Model) -> dict[str, Floats]:
    both, spans = kept["on_tokens.half"].T, model.tokens.out_features
    found = {"tokens.weight": both[:spans], "look.weight": both[spans:], "tokens.bias": kept["on_tokens.bias"][:spans]}
    for place, task in enumerate(SENTENCE):
        many = len(task.labels)
        found[f"sentence.{task.name}.weight"] = kept["on_sentences.half"][place, :, :many].T
        found[f"sentence.{task.name}.bias"] = kept["on_sentences.bias"][place, 0, :many]
    looks = np.split(kept["on_marks.look.half"], len(MARKED), 1)
    for place, task in enumerate(MARKED):
        name, many = f"marked.{task.name}", len(task.labels)
        found[f"{name}.look.weight"] = looks[place].T
        mix = [kept[f"on_marks.{part}.half"][place] for part in ("own", "around")]
        found[f"{name}.mix.weight"] = np.concatenate(mix).T
        found[f"{name}.mix.bias"] = kept["on_marks.bias"][place, 0]
        found[f"{name}.out.weight"] = kept["on_marks.out.half"][place, :, :many].T
        found[f"{name}.out.bias"] = kept["on_marks.out.bias"][place, 0, :many]
    return found


def main() -> None:
    """Unpack a model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="what training.base made")
    parser.add_argument("model", type=Path, help="the folder of a shipped model")
    parser.add_argument("run", type=Path, help="a folder for what is unpacked")
    said = parser.parse_args()
    said.run.mkdir(parents=True, exist_ok=True)
    torch.save(unpacked(said.base, said.model).state_dict(), said.run / "model.pt")


if __name__ == "__main__":
    main()
