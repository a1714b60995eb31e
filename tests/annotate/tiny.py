"""A model of the encoder's form, so small that every number it gives can be worked out by hand.

A token's state is what `STATES` says of its piece, zeros if it says nothing. Padding has states that would spoil
every number if they were taken for a token's.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WIDTH = 8
LONGEST = 12
TONE, HEAT, SOURCE, SOURCE_IN, CONTENT, CONTENT_IN, LOADED, LOADED_IN = range(WIDTH)

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
STATES: dict[str, tuple[int, ...]] = {
    "▁good": (TONE, CONTENT_IN),
    "▁bad": (LOADED, CONTENT_IN),
    "▁hot": (HEAT,),
    "▁Anna": (SOURCE,),
    "▁Smith": (SOURCE_IN,),
    "▁talks": (CONTENT,),
    "!": (LOADED,),
    "й": (LOADED,),
    "▁": (CONTENT_IN,),
}
PIECES = (*SPECIAL, *STATES, *"abcdefghijklmnopqrstuvwxyzABCDEF0123456789.,?")

TASKS: dict[str, list[dict[str, Any]]] = {
    "sentence": [
        {
            "task": "affect",
            "head": "regression",
            "labels": ["valence", "arousal"],
            "mean": [3.0, 2.0],
            "sd": [2.0, 0.5],
            "languages": ["en", "uk"],
        },
        {
            "task": "emotions",
            "head": "labels",
            "labels": ["joy", "fear"],
            "thresholds": [0.7, 0.2],
            "languages": ["en"],
        },
        {"task": "biased", "head": "classes", "labels": ["no", "yes"], "biases": [0.0, 0.3], "languages": ["en"]},
    ],
    "marked": [
        {
            "task": "tone",
            "head": "classes",
            "labels": ["negative", "neutral", "positive"],
            "biases": [0.0, 0.0, 0.0],
            "languages": ["en", "uk"],
        },
        {"task": "role", "head": "classes", "labels": ["hero", "villain"], "biases": [0.0, 0.0], "languages": ["en"]},
    ],
    "spans": [
        {
            "task": "quote",
            "labels": ["source", "content"],
            "biases": [0.0, 0.0],
            "costs": [0.0, 0.0],
            "languages": ["en"],
        },
        {"task": "loaded", "labels": ["word"], "biases": [0.0], "languages": ["en", "uk"]},
    ],
}


def speller() -> Tokenizer:
    """Return a tokenizer that works as the real one does: pieces of one text, composed letters, two ends."""
    scores = {piece: -1.0 if len(piece) > 1 else -9.0 for piece in PIECES}
    tokenizer = Tokenizer(models.Unigram([(piece, scores[piece]) for piece in PIECES], unk_id=3))
    tokenizer.normalizer = normalizers.NFKC()
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    ends = [("<s>", 0), ("</s>", 2)]
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, ends)
    tokenizer.add_special_tokens(list(SPECIAL))
    return tokenizer


def words() -> NDArray[np.float32]:
    """Return the state of each piece."""
    table = np.zeros((len(PIECES), WIDTH), np.float32)
    table[SPECIAL.index("<pad>")] = 1e3
    for piece, marks in STATES.items():
        table[PIECES.index(piece), list(marks)] = 1
    return table


def heads() -> dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]:
    """Return the weights and the bias of the three heads.

    Valence is the mean tone, arousal the mean heat; joy is four times the tone, fear its opposite; "biased" says no
    by 0.2 whatever there is. A marked stretch is positive by four times its tone, a hero by four times its heat.
    A label's first token is first by 5 against outside, others are outside by 5; the same for what is inside.
    """
    sentence, marked = np.zeros((WIDTH, 6), np.float32), np.zeros((WIDTH, 5), np.float32)
    sentence[TONE, 0] = sentence[HEAT, 1] = 1
    sentence[TONE, 2], sentence[TONE, 3] = 4, -4
    marked[TONE, 0], marked[TONE, 2], marked[HEAT, 3] = -4, 4, 4
    tokens = np.zeros((WIDTH, 9), np.float32)
    for label, state in enumerate((SOURCE, CONTENT, LOADED)):
        tokens[state, 3 * label + 1] = tokens[state + 1, 3 * label + 2] = 10
    return {
        "sentence": (sentence, np.array([0, 0, 0, 0, 0.2, 0], np.float32)),
        "tokens": (tokens, np.array([0, -5, -5] * 3, np.float32)),
        "marked": (marked, np.zeros(5, np.float32)),
    }


def graph(table: NDArray[np.float32], parts: dict[str, tuple[NDArray[np.float32], NDArray[np.float32]]]) -> bytes:
    """Return the graph that looks states up in a table and gives them to heads."""
    node, info = helper.make_node, helper.make_tensor_value_info
    width, labels = table.shape[1], parts["tokens"][1].size // 3
    constants = {
        "words": table,
        "one": np.array([1]),
        "two": np.array([2]),
        "shape": np.array([0, 0, labels, 3]),
        **{f"{name}_weights": weights for name, (weights, _) in parts.items()},
        **{f"{name}_bias": bias for name, (_, bias) in parts.items()},
    }
    nodes = [
        node("Gather", ["words", "ids"], ["states"]),
        node("Cast", ["mask"], ["flags"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["flags", "two"], ["weights"]),
        node("Mul", ["states", "weights"], ["seen"]),
        node("ReduceSum", ["seen", "one"], ["sum"], keepdims=0),
        node("ReduceSum", ["weights", "one"], ["many"], keepdims=0),
        node("Div", ["sum", "many"], ["pooled"]),
        node("MatMul", ["targets", "states"], ["about"]),
    ]
    for name, source in (("sentence", "pooled"), ("tokens", "states"), ("marked", "about")):
        nodes.append(node("MatMul", [source, f"{name}_weights"], [f"{name}_plain"]))
        nodes.append(node("Add", [f"{name}_plain", f"{name}_bias"], [f"{name}_flat" if name == "tokens" else name]))
    nodes.append(node("Reshape", ["tokens_flat", "shape"], ["tokens"]))
    outputs = {
        "states": ["B", "T", width],
        "pooled": ["B", width],
        "sentence": ["B", parts["sentence"][1].size],
        "tokens": ["B", "T", labels, 3],
        "marked": ["B", "K", parts["marked"][1].size],
    }
    inputs = [info(name, TensorProto.INT64, ["B", "T"]) for name in ("ids", "mask")]
    made = helper.make_graph(
        nodes,
        "tiny",
        [*inputs, info("targets", TensorProto.FLOAT, ["B", "K", "T"])],
        [info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(values, name) for name, values in constants.items()],
    )
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString())


def put(folder: Path, model: bytes) -> dict[str, str]:
    """Write the files beside the manifest, and return the sha256 of each."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = {"model.onnx": model, "tokenizer.json": speller().to_str().encode()}
    for name, data in contents.items():
        (folder / name).write_bytes(data)
    return {name: hashlib.sha256(data).hexdigest() for name, data in contents.items()}


def manifest(files: dict[str, str], **changes: Any) -> dict[str, Any]:
    """Return the manifest of the tiny model; `changes` are other values for its keys."""
    return {
        "name": "tiny",
        "version": "0.0.1",
        "made": {"by": "a test"},
        "files": files,
        "width": WIDTH,
        "layers": 0,
        "longest": LONGEST,
        "padding": SPECIAL.index("<pad>"),
        **TASKS,
        **changes,
    }


def write(folder: Path, model: bytes | None = None, /, **changes: Any) -> Path:
    """Write a model's files and its manifest into a folder: the tiny model's, if no other is given."""
    files = put(folder, model or graph(words(), heads()))
    (folder / "manifest.json").write_text(json.dumps(manifest(files, **changes)), encoding="utf-8")
    return folder
