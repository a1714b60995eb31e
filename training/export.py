"""A trained model as one ONNX graph, written by hand: the encoder, its pooled vector, all heads.

``python -m training.export BASE RUN OUT --calibrate 400`` leaves in the folder OUT ``model.onnx`` in 8 bits and the
tokenizer; with ``--float`` also ``model-float.onnx``.

The graph says what the torch module says, by shorter ways; none changes a result beyond rounding:

- A norm's bias is not added; it is multiplied into the biases of what comes after it.
- The mean that a norm takes off is taken off the weights before it and off the carried states. What is left is a
  division by the root of the mean square, which runs much faster than a whole norm.
- Keys have no bias: it adds the same to all scores of a row. The values' bias goes into the product after them.
- All heads on tokens are one product, so are those on sentences and those on marked stretches.

The 8 bits are those of `training.quantise`, with static scales found on calibration texts. The heads stay in floats.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from training.base import Encoder, load
from training.learn import train_samples
from training.model import TAGS, Model
from training.quantise import Floats, Scale, columns, fitted, rows

Kind = Literal["fp32", "int8"]
Linear = tuple[Floats, Floats | None]
OPSET, MICROSOFT, FORMAT = 21, "com.microsoft", 10
# How many tokens of the calibration texts are kept of each product's input.
KEPT = 4_096
TOKENS = 1_024
# What keeps padding out of a softmax.
FAR = 1e4
MODEL, FLOAT_MODEL, TOKENIZER = "model.onnx", "model-float.onnx", "tokenizer.json"
# Where channels differ so much that they are evened out: after a norm, and most of all after the inner layer.
EVENED = ("thought", "raised")
# Which of a layer's products begin at one place, in torch's names; one place, one scale.
PLACES = {"read": ("query", "key", "value"), "mixed": ("out",), "thought": ("inner",), "raised": ("outer",)}


class Graph:
    """Nodes and weights, in the order they are written."""

    def __init__(self, kind: Kind) -> None:
        self.small = kind == "int8"
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, NDArray[Any]] = {}

    def add(self, kind: str, inputs: Sequence[str], name: str, **settings: Any) -> str:
        """Add a node of one output; the node has its output's name."""
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **settings))
        return name

    def split(self, whole: str, sizes: Sequence[int], names: Sequence[str], axis: int) -> None:
        """Add a node that parts values along an axis."""
        inputs = [whole, self.whole(f"{names[0]}.sizes", sizes)]
        self.nodes.append(helper.make_node("Split", inputs, list(names), name=names[0], axis=axis))

    def keep(self, name: str, values: NDArray[Any]) -> str:
        """Keep values as they are."""
        self.weights[name] = np.ascontiguousarray(values)
        return name

    def number(self, name: str, value: float) -> str:
        """Keep one number."""
        self.weights[name] = np.array(value, np.float32)
        return name

    def whole(self, name: str, values: Sequence[int]) -> str:
        """Keep whole numbers."""
        return self.keep(name, np.array(values, np.int64))

    def floats(self, name: str, values: Floats) -> str:
        """Keep floats; in a small file in 16 bits, which are widened once, when the file is loaded."""
        if not self.small:
            return self.keep(name, values.astype(np.float32))
        return self.add("Cast", [self.keep(f"{name}.half", values.astype(np.float16))], name, to=TensorProto.FLOAT)

    def proto(self, inputs: Mapping[str, Any], outputs: Mapping[str, Any]) -> onnx.ModelProto:
        """Return the whole."""
        given, said = (
            [helper.make_tensor_value_info(name, kind, shape) for name, (kind, shape) in some.items()]
            for some in (inputs, outputs)
        )
        weights = [numpy_helper.from_array(found, name) for name, found in self.weights.items()]
        graph = helper.make_graph(self.nodes, "tenor", given, said, initializer=weights)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=FORMAT, producer_name="tenor")


class Products:
    """The layers' products, in floats or in 8 bits; places are named as in the samples."""

    def __init__(self, graph: Graph, linears: Mapping[str, Linear], samples: Mapping[str, Floats] | None) -> None:
        self.graph, self.linears = graph, dict(linears)
        self.samples: dict[str, Floats] = {}
        self.scales: dict[str, Scale] = {}
        self.factors: dict[str, Floats] = {}
        for place, sample in (samples or {}).items():
            self._fit(place, sample)

    def _fit(self, place: str, sample: Floats) -> None:
        """Find a place's scale, and let its products' weights take what its channels are divided by."""
        layer, _, kind = place.rpartition(".")
        names = [f"{layer}.{part}" for part in PLACES[kind]]
        weights = np.concatenate([self.linears[name][0] for name in names], 1)
        factors, self.scales[place] = fitted(sample, weights, even=kind in EVENED)
        self.samples[place] = sample / factors
        if (factors != 1).any():
            self.factors[place] = factors
            for name in names:
                self.linears[name] = (self.linears[name][0] * factors[:, None], self.linears[name][1])

    def entered(self, states: str, place: str) -> str:
        """Return states as the products that begin at a place want them."""
        if place not in self.scales:
            return states
        if place in self.factors:
            shares = self.graph.keep(f"{place}.shares", (1 / self.factors[place]).astype(np.float32))
            states = self.graph.add("Mul", [states, shares], f"{place}.even")
        scale = self.scales[place]
        zero = self.graph.keep(f"{place}.zero", np.array(scale.zero, np.uint8))
        inputs = [states, self.graph.number(f"{place}.scale", scale.scale), zero]
        return self.graph.add("QuantizeLinear", inputs, f"{place}.bytes")

    def product(self, entered: str, place: str, name: str) -> str:
        """Return one of a place's products with its bias."""
        graph, (weights, bias) = self.graph, self.linears[name]
        if place not in self.scales:
            found = graph.add("MatMul", [entered, graph.keep(f"{name}.weight", weights)], f"{name}.product")
            return found if bias is None else graph.add("Add", [found, graph.keep(f"{name}.bias", bias)], name)
        whole, scales = columns(weights)
        inputs = [entered, graph.keep(f"{name}.weight", whole), f"{place}.scale"]
        inputs += [graph.keep(f"{name}.scales", scales), f"{place}.zero"]
        if bias is not None:
            # What rounding shifts in the mean is put back.
            sample = self.samples[place]
            lost = sample.mean(0) @ weights - self.scales[place].kept(sample).mean(0) @ (whole * scales)
            inputs += ["", graph.keep(f"{name}.bias", (bias + lost).astype(np.float32))]
        return graph.add("MatMulIntegerToFloat", inputs, name, domain=MICROSOFT)


def export(model: Model, calibration: Sequence[Sequence[int]], path: Path, kind: Kind) -> None:
    """Write a model as one ONNX file.

    Parameters
    ----------
    model
        Any number of layers, any inner width.
    calibration
        Token ids of texts, on which the scales of activations are found; not needed for floats.
    path
        Where the file is written.
    kind
        "fp32", or "int8" for words and layers in 8 bits.

    Raises
    ------
    ValueError
        There is nothing to calibrate on.
    """
    if kind == "int8" and not any(calibration):
        raise ValueError("Numbers of 8 bits need calibration texts.")
    weights = {name: values.detach().numpy().astype(np.float32) for name, values in model.state_dict().items()}
    linears = _linears(weights, len(model.encoder.layers))
    samples = _samples(model, weights, calibration) if kind == "int8" else None
    graph = Graph(kind)
    products = Products(graph, linears, samples)
    states = _encoder(graph, model, weights, products)
    outputs = _heads(graph, model, weights, states)
    inputs = {"ids": (TensorProto.INT64, ["batch", "tokens"]), "mask": (TensorProto.INT64, ["batch", "tokens"])}
    inputs["targets"] = (TensorProto.FLOAT, ["batch", "marks", "tokens"])
    proto = graph.proto(inputs, {name: (TensorProto.FLOAT, shape) for name, shape in outputs.items()})
    onnx.save_model(proto, path)


def _linears(weights: Mapping[str, Floats], layers: int) -> dict[str, Linear]:
    """Return all products of the layers, (in, out), with what the norms before and after them leave to them."""
    found: dict[str, Linear] = {}
    shift = weights["encoder.norm.bias"]
    for place in range(layers):
        name = f"encoder.layers.{place}"

        def of(part: str, name: str = name) -> tuple[Floats, Floats]:
            return weights[f"{name}.{part}.weight"].T, weights[f"{name}.{part}.bias"]

        query, key, value, out, inner, outer = map(of, (*PLACES["read"], "out", "inner", "outer"))
        found[f"{name}.query"] = query[0], query[1] + shift @ query[0]
        found[f"{name}.key"] = key[0], None
        found[f"{name}.value"] = value[0], np.zeros_like(value[1])
        constant = value[1] + shift @ value[0]
        found[f"{name}.out"] = _centred(out[0]), _centred(out[1] + constant @ out[0] + shift)
        shift = weights[f"{name}.attention_norm.bias"]
        found[f"{name}.inner"] = inner[0], inner[1] + shift @ inner[0]
        found[f"{name}.outer"] = _centred(outer[0]), _centred(outer[1] + shift)
        shift = weights[f"{name}.norm.bias"]
    return found


def _samples(model: Model, weights: Mapping[str, Floats], texts: Sequence[Sequence[int]]) -> dict[str, Floats]:
    """Return some tokens of what goes into each product, without what our graph leaves out there."""
    share = min(1.0, KEPT / sum(map(len, texts)))
    order = np.random.default_rng(1)
    found: dict[str, list[Floats]] = {}
    chosen: list[NDArray[np.int64]] = []

    def hook(name: str) -> Callable[[Any, Any], None]:
        def taken(_: Any, inputs: tuple[torch.Tensor]) -> None:
            found.setdefault(name, []).append(inputs[0].flatten(0, 1).numpy()[chosen[-1]].copy())

        return taken

    hooks, shifts = [], {}
    before = "encoder.norm"
    for place, layer in enumerate(model.encoder.layers):
        name = f"encoder.layers.{place}"
        for begin, parts in PLACES.items():
            hooks.append(getattr(layer, parts[0]).register_forward_pre_hook(hook(f"{name}.{begin}")))
        shifts[f"{name}.read"] = weights[f"{before}.bias"]
        constant = weights[f"{name}.value.weight"] @ weights[f"{before}.bias"]
        shifts[f"{name}.mixed"] = weights[f"{name}.value.bias"] + constant
        shifts[f"{name}.thought"] = weights[f"{name}.attention_norm.bias"]
        before = f"{name}.norm"
    with torch.inference_mode():
        for ids, mask in _batches(texts):
            tokens = np.flatnonzero(mask.flatten())
            chosen.append(tokens[order.random(len(tokens)) < share])
            model.encoder(torch.from_numpy(ids), torch.from_numpy(mask))
    for one in hooks:
        one.remove()
    return {name: np.concatenate(some) - shifts.get(name, np.float32(0)) for name, some in found.items()}


def _batches(texts: Sequence[Sequence[int]]) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return texts of like length side by side."""
    ready: list[list[Sequence[int]]] = []
    for text in sorted(texts, key=len):
        if not ready or (len(ready[-1]) + 1) * len(text) > TOKENS:
            ready.append([])
        ready[-1].append(text)
    made = []
    for some in ready:
        ids, mask = np.zeros((2, len(some), len(some[-1])), np.int64)
        for row, text in enumerate(some):
            ids[row, : len(text)], mask[row, : len(text)] = text, 1
        made.append((ids, mask))
    return made


def _encoder(graph: Graph, model: Model, weights: Mapping[str, Floats], products: Products) -> str:
    """Write the words and the layers; return the token states' name."""
    graph.add("ReduceSum", ["mask", graph.whole("last", [-1])], "lengths.whole", keepdims=0)
    graph.add("Cast", ["lengths.whole"], "lengths", to=TensorProto.INT32)
    states = _words(graph, model, weights)
    for place in range(len(model.encoder.layers)):
        states = _layer(graph, model, weights, products, (f"encoder.layers.{place}", states))
    return graph.add("Add", [states, graph.keep(f"{states}.bias", weights[f"{states}.bias"])], "states")


def _words(graph: Graph, model: Model, weights: Mapping[str, Floats]) -> str:
    """Write the words, the positions and their norm."""
    words, positions = (_centred(weights[f"encoder.{name}.weight"]) for name in ("words", "positions"))
    if graph.small:
        whole, scales = rows(words)
        graph.add("Gather", [graph.keep("words", whole), "ids"], "word.bytes")
        graph.add("Gather", [graph.keep("words.scales", scales[:, None]), "ids"], "word.scales")
        graph.add("Cast", ["word.bytes"], "word.whole", to=TensorProto.FLOAT)
        graph.add("Mul", ["word.whole", "word.scales"], "word")
    else:
        graph.add("Gather", [graph.keep("words", words), "ids"], "word")
    graph.add("Shape", ["ids"], "width", start=1, end=2)
    graph.add("Slice", [graph.floats("positions", positions), graph.whole("zero", [0]), "width"], "position")
    inputs = ["word", "position", graph.keep("encoder.norm.weight", weights["encoder.norm.weight"])]
    epsilon = model.encoder.sizes.epsilon
    return graph.add("SkipSimplifiedLayerNormalization", inputs, "encoder.norm", domain=MICROSOFT, epsilon=epsilon)


def _layer(
    graph: Graph, model: Model, weights: Mapping[str, Floats], products: Products, before: tuple[str, str]
) -> str:
    """Write one layer, `before` being its name and the states it reads; return the states after it."""
    name, states = before
    read, mixed, thought, raised = (f"{name}.{place}" for place in PLACES)

    def norm(part: str, carried: str, added: str) -> str:
        graph.add("ReduceMean", [carried, "last"], f"{part}.mean", keepdims=1)
        graph.add("Sub", [carried, f"{part}.mean"], f"{part}.centred")
        inputs = [f"{part}.centred", added, graph.keep(f"{part}.weight", weights[f"{part}.weight"])]
        epsilon = model.encoder.sizes.epsilon
        return graph.add("SkipSimplifiedLayerNormalization", inputs, part, domain=MICROSOFT, epsilon=epsilon)

    entered = products.entered(states, read)
    parts = [products.product(entered, read, f"{name}.{part}") for part in PLACES["read"]]
    heads = model.encoder.layers[0].heads
    # A newer graph's Attention would be some 2 % faster, but needs a runtime of 2026.
    graph.add("MultiHeadAttention", [*parts, "", "lengths"], mixed, domain=MICROSOFT, num_heads=heads)
    out = products.product(products.entered(mixed, mixed), mixed, f"{name}.out")
    states = norm(f"{name}.attention_norm", states, out)
    inner = products.product(products.entered(states, thought), thought, f"{name}.inner")
    graph.add("FastGelu" if graph.small else "Gelu", [inner], raised, domain=MICROSOFT)
    outer = products.product(products.entered(raised, raised), raised, f"{name}.outer")
    return norm(f"{name}.norm", states, outer)


def _heads(graph: Graph, model: Model, weights: Mapping[str, Floats], states: str) -> dict[str, list[Any]]:
    """Write all heads; return the outputs' names and shapes."""
    width, spans, tasks = model.encoder.sizes.width, len(weights["tokens.bias"]), len(model.sentence)
    graph.add("Cast", ["mask"], "mask.float", to=TensorProto.FLOAT)
    graph.add("Unsqueeze", ["mask.float", graph.whole("one", [1])], "seen")
    graph.add("ReduceSum", ["seen", "last"], "seen.sum", keepdims=1)
    graph.add("Div", ["seen", "seen.sum"], "mean")
    graph.add("Sub", ["seen", graph.number("1", 1)], "seen.less")
    graph.add("Mul", ["seen.less", graph.number("far", FAR)], "hidden")
    both = np.concatenate([weights["tokens.weight"], weights["look.weight"]]).T
    bias = np.concatenate([weights["tokens.bias"], np.zeros(tasks, np.float32)])
    graph.add("MatMul", [states, graph.floats("on_tokens", both)], "on_tokens.product")
    graph.add("Add", ["on_tokens.product", graph.keep("on_tokens.bias", bias)], "on_tokens.said")
    graph.split("on_tokens.said", [spans, tasks], ["tokens.flat", "looks"], -1)
    labels = spans // TAGS
    graph.add("Reshape", ["tokens.flat", graph.whole("tokens.shape", [0, 0, labels, TAGS])], "tokens")
    graph.add("Transpose", ["looks"], "looks.by_task", perm=[0, 2, 1])
    graph.add("Add", ["looks.by_task", "hidden"], "looks.seen")
    graph.add("Softmax", ["looks.seen"], "looks.weights", axis=-1)
    graph.add("Concat", ["looks.weights", "mean"], "weights", axis=1)
    graph.add("MatMul", ["weights", states], "vectors.all")
    graph.split("vectors.all", [tasks, 1], ["vectors", "pooled.row"], 1)
    graph.add("Squeeze", ["pooled.row", "one"], "pooled")
    sentence = _sentence(graph, weights, list(model.sentence))
    marked = _marked(graph, weights, list(model.marked), states, width)
    return {
        "states": ["batch", "tokens", width],
        "pooled": ["batch", width],
        "sentence": ["batch", sentence],
        "tokens": ["batch", "tokens", labels, TAGS],
        "marked": ["batch", "marks", marked],
    }


def _sentence(graph: Graph, weights: Mapping[str, Floats], names: Sequence[str]) -> int:
    """Write the heads on sentences, each with its own vector; return how many labels they have."""
    stacked, bias, kept = _stacked(weights, [f"sentence.{name}" for name in names])
    graph.add("Transpose", ["vectors"], "vectors.by_task", perm=[1, 0, 2])
    graph.add("MatMul", ["vectors.by_task", graph.floats("on_sentences", stacked)], "on_sentences.product")
    graph.add("Add", ["on_sentences.product", graph.keep("on_sentences.bias", bias)], "on_sentences.said")
    graph.add("Transpose", ["on_sentences.said"], "on_sentences.by_text", perm=[1, 0, 2])
    flat = graph.whole("on_sentences.shape", [0, stacked.shape[0] * stacked.shape[2]])
    graph.add("Reshape", ["on_sentences.by_text", flat], "on_sentences.flat")
    graph.add("Gather", ["on_sentences.flat", graph.whole("on_sentences.kept", kept)], "sentence", axis=1)
    return len(kept)


def _marked(graph: Graph, weights: Mapping[str, Floats], names: Sequence[str], states: str, width: int) -> int:
    """Write the heads on marked stretches; return how many labels they have."""
    many = len(names)
    looks = np.concatenate([weights[f"marked.{name}.look.weight"].T for name in names], 1)
    mix = np.stack([weights[f"marked.{name}.mix.weight"].T for name in names])
    bias = np.stack([weights[f"marked.{name}.mix.bias"][None] for name in names])
    out, out_bias, kept = _stacked(weights, [f"marked.{name}.out" for name in names])
    graph.add("MatMul", ["targets", states], "target")
    graph.add("MatMul", ["target", graph.floats("on_marks.look", looks)], "target.looks")
    graph.add("Reshape", ["target.looks", graph.whole("by_mark", [0, -1, width])], "target.by_task")
    settings = {"transB": 1, "alpha": width**-0.5}
    graph.add("FusedMatMul", ["target.by_task", states], "target.scores", domain=MICROSOFT, **settings)
    graph.add("Add", ["target.scores", "hidden"], "target.seen")
    graph.add("Softmax", ["target.seen"], "target.weights", axis=-1)
    graph.add("MatMul", ["target.weights", states], "around")
    graph.add("Reshape", ["around", graph.whole("task_last", [-1, many, width])], "around.flat")
    graph.add("Transpose", ["around.flat"], "around.by_task", perm=[1, 0, 2])
    graph.add("Reshape", ["target", graph.whole("task_first", [1, -1, width])], "target.flat")
    graph.add("MatMul", ["target.flat", graph.floats("on_marks.own", mix[:, :width])], "mix.own")
    graph.add("MatMul", ["around.by_task", graph.floats("on_marks.around", mix[:, width:])], "mix.around")
    graph.add("Add", ["mix.own", "mix.around"], "mix.both")
    graph.add("Add", ["mix.both", graph.keep("on_marks.bias", bias)], "mix")
    graph.add("Gelu", ["mix"], "mix.raised", domain=MICROSOFT)
    graph.add("MatMul", ["mix.raised", graph.floats("on_marks.out", out)], "marks.product")
    graph.add("Add", ["marks.product", graph.keep("on_marks.out.bias", out_bias)], "marks.by_task")
    graph.add("Transpose", ["marks.by_task"], "marks.by_mark", perm=[1, 0, 2])
    flat = graph.whole("marks.shape", [-1, many * out.shape[2]])
    graph.add("Reshape", ["marks.by_mark", flat], "marks.flat")
    graph.add("Gather", ["marks.flat", graph.whole("marks.kept", kept)], "marks", axis=1)
    graph.add("Shape", ["targets"], "marks.many", start=0, end=2)
    graph.add("Concat", ["marks.many", graph.whole("marks.labels", [len(kept)])], "marks.whole", axis=0)
    graph.add("Reshape", ["marks", "marks.whole"], "marked")
    return len(kept)


def _stacked(weights: Mapping[str, Floats], names: Sequence[str]) -> tuple[Floats, Floats, list[int]]:
    """Return heads one over the other, filled up to the widest, and which of all their columns are theirs."""
    sizes = [len(weights[f"{name}.bias"]) for name in names]
    widest = max(sizes)
    found = np.zeros((len(names), weights[f"{names[0]}.weight"].shape[1], widest), np.float32)
    bias = np.zeros((len(names), 1, widest), np.float32)
    for place, (name, size) in enumerate(zip(names, sizes, strict=True)):
        found[place, :, :size] = weights[f"{name}.weight"].T
        bias[place, 0, :size] = weights[f"{name}.bias"]
    return found, bias, [place * widest + label for place, size in enumerate(sizes) for label in range(size)]


def _centred(values: NDArray[Any]) -> Floats:
    """Take the mean off each row."""
    return np.asarray(values - values.mean(-1, keepdims=True), np.float32)


def trained(base: Path, run: Path) -> Model:
    """Return the model of a run, whatever its number of layers and its inner width."""
    encoder, _ = load(base)
    state = torch.load(run / "model.pt")
    layers = 1 + max((int(name.split(".")[2]) for name in state if name.startswith("encoder.layers.")), default=-1)
    inner = len(state["encoder.layers.0.inner.bias"]) if layers else encoder.sizes.inner
    model = Model(Encoder(replace(encoder.sizes, layers=layers, inner=inner)))
    model.load_state_dict(state)
    model.eval()
    return model


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="what training.base made")
    parser.add_argument("run", type=Path, help="the folder of a run of training.learn or training.distil")
    parser.add_argument("out", type=Path, help="the folder for the files")
    parser.add_argument("--calibrate", type=int, default=400, help="on how many train texts scales are found")
    parser.add_argument("--float", action="store_true", help="also the graph in 32 bits")
    said = parser.parse_args()
    said.out.mkdir(parents=True, exist_ok=True)
    model = trained(said.base, said.run)
    licences = json.loads((said.run / "run.json").read_text(encoding="utf-8"))["licences"].split(",")
    some, _, _ = train_samples(said.base, licences)
    order = np.random.default_rng(1).permutation(len(some))[: said.calibrate]
    export(model, [some[place].ids for place in order], said.out / MODEL, "int8")
    shutil.copyfile(said.base / TOKENIZER, said.out / TOKENIZER)
    if said.float:
        export(model, [], said.out / FLOAT_MODEL, "fp32")
    for path in sorted(said.out.iterdir()):
        print(f"{path.name:20} {path.stat().st_size / 1e6:6.1f} MB")


if __name__ == "__main__":
    main()
