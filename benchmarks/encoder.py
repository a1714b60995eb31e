"""The model that reads texts: sentences a second, and whether a sentence's scores depend on its neighbours.

    python benchmarks/encoder.py [--model FOLDER] [--sentences 384] [--rounds 3]

It takes the installed tenor-models, or a FOLDER with model.onnx and tokenizer.json. Sentences are random tokens, in
the lengths of English news: 26 words in the mean. All lines of one round run one after the other, and ratios are of
the same round; the medians of the rounds are printed. Where torch and the packages of training/requirements.txt are
installed, the model is held against torch in 32 bits: the encoder as it was before anything was cut away (12 layers,
384 wide, 250,037 pieces) with the same heads, and one pass of an encoder of BERT-base's size for each task.

The machine must be idle. Beside other work torch on two threads loses much more than ours, so ratios are too high.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).parents[1]
# Tokens a word, and the two at a text's ends; measured on English news with the model's tokenizer.
PIECES, ENDS, LONGEST = 1.32, 2, 192
TOKENS, THREADS = 512, 2
NEIGHBOURS = 400
# A load of other tasks from which on rates are worthless.
IDLE = 0.5
HEADS = ("sentence", "tokens", "marked")
Feed = dict[str, NDArray[Any]]
Work = Callable[[], object]


def folder(given: Path | None) -> Path | None:
    """Return the folder of the model: the one given, or the installed one."""
    if given is not None:
        return given
    spec = find_spec("tenor_models")
    places = [Path(place) / "default" for place in (spec.submodule_search_locations or [])] if spec else []
    return next((place for place in places if (place / "model.onnx").is_file()), None)


def lengths(many: int) -> NDArray[np.int64]:
    """Return token counts, sorted; words are spread as in news and have a mean of 26."""
    words = np.clip(np.random.default_rng(1).gamma(4.5, 26 / 4.5, many).round(), 4, 80)
    tokens = words * (26 / words.mean()) * PIECES + ENDS
    return np.sort(np.clip(tokens.round(), 5, LONGEST).astype(np.int64))


def packs(sizes: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return texts of like length together, each pack at most so many tokens."""
    found: list[list[int]] = [[]]
    for size in sizes.tolist():
        if found[-1] and (len(found[-1]) + 1) * size > TOKENS:
            found.append([])
        found[-1].append(size)
    return [np.array(some) for some in found]


def feed(rows: Sequence[NDArray[np.int64]]) -> Feed:
    """Return what the graph is given: one marked stretch of two tokens a text."""
    width = max(map(len, rows))
    ids, mask = np.ones((len(rows), width), np.int64), np.zeros((len(rows), width), np.int64)
    for place, row in enumerate(rows):
        ids[place, : len(row)], mask[place, : len(row)] = row, 1
    targets = np.zeros((len(rows), 1, width), np.float32)
    targets[:, 0, 1:3] = 0.5
    return {"ids": ids, "mask": mask, "targets": targets}


def drawn(sizes: NDArray[np.int64], pieces: int, seed: int = 2) -> list[NDArray[np.int64]]:
    """Return texts of random tokens."""
    order = np.random.default_rng(seed)
    return [order.integers(4, pieces, size) for size in sizes]


def session(model: Path | bytes, threads: int) -> Any:
    """Return the graph, ready to run."""
    import onnxruntime  # noqa: PLC0415 - the benchmark says so where it is missing

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = threads, 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def works(model: Path, feeds: Sequence[Feed]) -> dict[str, Work]:
    """Return ways of running the model over all sentences."""
    one, two = session(model, 1), session(model, THREADS)
    pool = ThreadPoolExecutor(THREADS)
    turned = feeds[::-1]  # long ones first, so that both threads end together
    found: dict[str, Work] = {
        "all heads, one batch on two threads": lambda: [two.run(None, given) for given in feeds],
        "all heads, two batches at a time": lambda: list(pool.map(lambda given: one.run(None, given), turned)),
    }
    if find_spec("onnx"):
        bare = session(headless(model), 1)
        some = [{name: given[name] for name in ("ids", "mask")} for given in turned]
        found["no heads, two batches at a time"] = lambda: list(pool.map(lambda given: bare.run(None, given), some))
    return found


def headless(model: Path) -> bytes:
    """Return the graph up to the token states."""
    import onnx  # noqa: PLC0415 - only tests need it
    from onnx.utils import Extractor  # noqa: PLC0415

    whole: bytes = Extractor(onnx.load(model)).extract_model(["ids", "mask"], ["states"]).SerializeToString()
    return whole


def product(rows: int, inside: int, columns: int) -> tuple[bytes, Feed]:
    """Return a graph of one product in 8 bits and its input."""
    from onnx import TensorProto, helper, numpy_helper  # noqa: PLC0415 - only tests need it

    order = np.random.default_rng(0)
    kept: dict[str, NDArray[Any]] = {
        "weight": order.integers(-63, 64, (inside, columns)).astype(np.int8),
        "scale": np.array(0.1, np.float32),
        "scales": np.full(columns, 0.1, np.float32),
        "zero": np.array(128, np.uint8),
    }
    inputs = ["given", "weight", "scale", "scales", "zero"]
    node = helper.make_node("MatMulIntegerToFloat", inputs, ["found"], domain="com.microsoft")
    ends = (
        helper.make_tensor_value_info("given", TensorProto.UINT8, ["rows", inside]),
        helper.make_tensor_value_info("found", TensorProto.FLOAT, ["rows", columns]),
    )
    weights = [numpy_helper.from_array(values, name) for name, values in kept.items()]
    graph = helper.make_graph([node], "product", [ends[0]], [ends[1]], initializer=weights)
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    model: bytes = helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString()
    return model, {"given": order.integers(0, 256, (rows, inside)).astype(np.uint8)}


def multiplied(model: Path) -> int:
    """Return how many operations the products in 8 bits take for one token."""
    import onnx  # noqa: PLC0415 - only tests need it

    graph = onnx.load(model).graph
    sizes = {kept.name: kept.dims for kept in graph.initializer}
    return sum(2 * int(np.prod(sizes[node.input[1]])) for node in graph.node if node.op_type == "MatMulIntegerToFloat")


def references(feeds: Sequence[Feed]) -> dict[str, Work]:
    """Return torch's runs over the same sentences: the encoder before the cut, and one of BERT-base's size."""
    import torch  # noqa: PLC0415 - not installed where nothing is trained

    sys.path.insert(0, str(ROOT))
    from training.base import Encoder  # noqa: PLC0415
    from training.model import Model  # noqa: PLC0415
    from training.weights import Sizes  # noqa: PLC0415

    torch.set_num_threads(THREADS)
    before = Sizes(width=384, layers=12, heads=12, inner=1536, pieces=250_037, positions=512, epsilon=1e-12)
    whole = Model(Encoder(before)).eval()
    large = Encoder(replace(before, width=768, inner=3072, pieces=30_522)).eval()

    def read(given: Feed) -> object:
        ids, mask, targets = (torch.from_numpy(given[name]) for name in ("ids", "mask", "targets"))
        with torch.inference_mode():
            said = whole(ids, mask)
            return said, [head(said.states, mask, targets) for head in whole.marked.values()]

    def passed(given: Feed) -> object:
        with torch.inference_mode():
            return large(torch.from_numpy(given["ids"] % 30_000), torch.from_numpy(given["mask"]))

    # The large one is slow: it reads every fourth batch.
    return {
        "torch, before the cut, same heads": lambda: [read(given) for given in feeds],
        "torch, BERT-base's size, one pass": lambda: [passed(given) for given in feeds[::4]],
    }


def timed(work: Work) -> float:
    """Return how many seconds something takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def rates(model: Path, sentences: int, rounds: int, pieces: int) -> None:
    """Print sentences a second and their ratios."""
    some = packs(lengths(sentences))
    feeds = [feed(drawn(sizes, pieces, place)) for place, sizes in enumerate(some)]
    runs = works(model, feeds)
    if find_spec("torch") and find_spec("tokenizers"):
        runs |= references(feeds)
    read = dict.fromkeys(runs, sentences)
    read["torch, BERT-base's size, one pass"] = sum(len(sizes) for sizes in some[::4])
    for work in runs.values():
        work()
    found: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, work in runs.items():
            found[name].append(read[name] / timed(work))
    tokens = sum(int(sizes.sum()) for sizes in some)
    print(f"{sentences} sentences, {tokens / sentences:.1f} tokens in the mean, {TOKENS} tokens a batch")
    base = found.get("torch, before the cut, same heads")
    for name, values in found.items():
        ratio = f"   {median_ratio(values, base):5.2f} x torch before the cut" if base else ""
        print(f"{name:38} {statistics.median(values):8,.1f} sentences a second{ratio}")
    said(model, found, tokens / sentences)


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Return the median over the rounds of the ratio in a round."""
    return statistics.median(one / other for one, other in zip(ours, theirs, strict=True))


def said(model: Path, found: Mapping[str, Sequence[float]], tokens: float) -> None:
    """Print what follows from the rates."""
    ours = found["all heads, two batches at a time"]
    if "no heads, two batches at a time" in found:
        share = median_ratio(ours, found["no heads, two batches at a time"])
        print(f"with all heads {share:.2f} of its rate without")
        graph, given = product(TOKENS, 384, 1536)
        alone = session(graph, 1)
        alone.run(None, given)
        seconds = statistics.median(timed(lambda: alone.run(None, given)) for _ in range(200))
        peak = THREADS * 2 * TOKENS * 384 * 1536 / seconds
        share = statistics.median(ours) * tokens * multiplied(model) / peak
        print(f"products in 8 bits: {peak / 1e9:.0f} billion operations a second by themselves; the model reaches")
        print(f"    {share:.2f} of that rate, all else it does and padding counted as lost")
    else:
        print("without heads, and the share of the rate of products in 8 bits: left out, onnx is not installed")
    if "torch, BERT-base's size, one pass" in found:
        many = heads(model.parent)
        ratio = many * median_ratio(ours, found["torch, BERT-base's size, one pass"])
        print(f"{ratio:,.0f} times as fast as one pass of BERT-base's size for each of {many} tasks")
    else:
        print("ratios to torch: left out, torch is not installed")


def heads(place: Path) -> int:
    """Return how many tasks the model answers."""
    path = place / "manifest.json"
    if path.is_file():
        known = json.loads(path.read_text(encoding="utf-8"))
        return sum(len(known[part]) for part in ("sentence", "marked", "spans"))
    from training.tasks import MARKED, SENTENCE, SPANS  # noqa: PLC0415 - it comes with torch

    return len(SENTENCE) + len(MARKED) + len(SPANS)


def neighbours(model: Path, pieces: int) -> None:
    """Print how far scores of a text move with its neighbours: alone, among 32, beside the longest there is."""
    run = session(model, THREADS)
    texts = drawn(lengths(NEIGHBOURS), pieces, 3)
    texts = [texts[place] for place in np.random.default_rng(4).permutation(NEIGHBOURS)]
    far = drawn(np.array([LONGEST]), pieces, 5)
    alone = [one for text in texts for one in rows(run, [text])]
    among = [one for begin in range(0, NEIGHBOURS, 32) for one in rows(run, texts[begin : begin + 32])]
    beside = [one for begin in range(0, NEIGHBOURS, 4) for one in rows(run, [*texts[begin : begin + 4], *far])[:-1]]
    for name, others in (("among 32", among), ("beside the longest", beside)):
        most, flips, decisions = 0.0, 0, 0
        for one, other in zip(alone, others, strict=True):
            for ours, theirs in zip(one, other, strict=True):
                most = max(most, float(np.abs(_chance(ours) - _chance(theirs)).max()))
                flips += int(((ours > 0) != (theirs > 0)).sum())
                decisions += ours.size
        print(
            f"{name:20} against alone: largest difference of a probability {most:.6f}, "
            f"{flips} of {decisions:,} scores change sign"
        )


def rows(run: Any, texts: Sequence[NDArray[np.int64]]) -> list[tuple[NDArray[Any], ...]]:
    """Return each text's scores, without those of padding."""
    sentence, tokens, marked = run.run(HEADS, feed(texts))
    return [(sentence[place], tokens[place, : len(text)], marked[place]) for place, text in enumerate(texts)]


def _chance(scores: NDArray[Any]) -> NDArray[Any]:
    return np.asarray(1 / (1 + np.exp(-scores)))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="The encoder: speed, and independence of neighbours.")
    parser.add_argument("--model", type=Path, default=None, help="a folder, instead of the installed model")
    parser.add_argument("--sentences", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if not find_spec("onnxruntime"):
        print("left out: onnxruntime is not installed")
        return
    place = folder(given.model)
    if place is None:
        print("left out: tenor-models is not installed, and no folder is named with --model")
        return
    words = json.loads((place / "tokenizer.json").read_text(encoding="utf-8"))
    pieces = len(words["model"]["vocab"])
    size = sum((place / name).stat().st_size for name in ("model.onnx", "tokenizer.json"))
    if hasattr(os, "getloadavg") and os.getloadavg()[0] > IDLE:
        print(f"NOT IDLE: {os.getloadavg()[0]:.1f} other tasks were running, so no rate or ratio below is to be quoted")
    print(f"model.onnx and tokenizer.json: {size / 1e6:.1f} MB, {pieces:,} pieces")
    rates(place / "model.onnx", given.sentences, given.rounds, pieces)
    neighbours(place / "model.onnx", pieces)


if __name__ == "__main__":
    main()
