"""The English encoder all-MiniLM-L6-v2 as a base of the same form, for comparison only.

``python -m training.minilm CACHE`` leaves in the folder CACHE what `training.base` leaves for the multilingual one, so
that `training.learn` can begin with it.
"""

from __future__ import annotations

import argparse
import json
import struct
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch

from training.base import Encoder
from training.weights import MINILM, Floats, Sizes, pinned

SIZES = Sizes(width=384, layers=6, heads=12, inner=1_536, pieces=30_522, positions=512, epsilon=1e-12)
TOKENIZER = "tokenizer.json"
NAMES = {
    "attention.self.query": "query",
    "attention.self.key": "key",
    "attention.self.value": "value",
    "attention.output.dense": "out",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "inner",
    "output.dense": "outer",
    "output.LayerNorm": "norm",
}


def tensors(path: Path) -> dict[str, Floats]:
    """Return the 32-bit tensors of a safetensors file: a header in JSON with offsets, then the numbers."""
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = json.loads(data[8 : 8 + length])
    found = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            begin, end = (8 + length + place for place in entry["data_offsets"])
            found[name] = np.frombuffer(data[begin:end], np.float32).reshape(entry["shape"]).copy()
    return found


def encoder(found: dict[str, Floats]) -> Encoder:
    """Return the encoder; the one token type there is goes into the positions."""
    state = {
        "words.weight": found["embeddings.word_embeddings.weight"],
        "positions.weight": found["embeddings.position_embeddings.weight"]
        + found["embeddings.token_type_embeddings.weight"][0],
        "norm.weight": found["embeddings.LayerNorm.weight"],
        "norm.bias": found["embeddings.LayerNorm.bias"],
    }
    for layer in range(SIZES.layers):
        for theirs, ours in NAMES.items():
            for part in ("weight", "bias"):
                state[f"layers.{layer}.{ours}.{part}"] = found[f"encoder.layer.{layer}.{theirs}.{part}"]
    made = Encoder(SIZES)
    made.load_state_dict({name: torch.from_numpy(values) for name, values in state.items()})
    made.eval()
    return made


def main() -> None:
    """Make the base."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path, help="a folder for what is made")
    cache = parser.parse_args().cache
    path = pinned(MINILM)
    made = encoder(tensors(path))
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(cache / "base.npz", **{name: values.numpy() for name, values in made.state_dict().items()})
    spelling = json.loads((path.parent / TOKENIZER).read_text(encoding="utf-8"))
    spelling |= {"truncation": None, "padding": None}  # the package's file cuts at 128 and fills up
    (cache / TOKENIZER).write_text(json.dumps(spelling, ensure_ascii=False), encoding="utf-8")
    kept = {"sizes": asdict(SIZES), "weights": MINILM[2]}
    (cache / "base.json").write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
