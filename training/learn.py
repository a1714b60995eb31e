"""Teach the base all tasks at once, with checkpoints: kill it at any moment and start it again.

``python -m training.learn BASE RUN --samples 180000`` goes on from what the folder RUN holds, and leaves there
``model.pt`` (the mean of the last weights), ``log.jsonl`` and ``run.json`` (recipe, digests, seconds).
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from training.base import Encoder, load
from training.leaks import clean, held, scored_on
from training.model import Model, forgetful, smaller
from training.samples import Sample, batch, batches, held_out, padding_of, samples, scales_of, shown
from training.sets import chosen
from training.shapes import LICENCES
from training.unpack import history, unpacked

RATE, HEAD_RATE, DECAY, WARM = 1e-4, 1e-3, 0.01, 0.05
TOKENS = 1_536
# The mean of the weights forgets by this share a step.
FORGETS = 0.002
SAVED = 100
WORDS = "encoder.words.weight"


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast a model learns: texts in all, lower layers that stay, the layers' highest rate.

    With ``words`` the word vectors learn too, each in the steps in which it is read.
    """

    total: int
    frozen: int
    rate: float = RATE
    words: bool = False


def groups(model: Model, plan: Plan) -> list[dict[str, Any]]:
    """Return what learns: heads fast, layers slowly, and no decay of norms and biases."""
    for part in (
        model.encoder.words,
        model.encoder.positions,
        model.encoder.norm,
        *model.encoder.layers[: plan.frozen],
    ):
        for values in part.parameters():
            values.requires_grad_(False)
    made: list[dict[str, Any]] = []
    for heads in (False, True):
        for flat in (False, True):
            values = [
                values
                for name, values in model.named_parameters()
                if values.requires_grad and name.startswith("encoder.") is not heads and (values.ndim < 2) is flat
            ]
            rate = HEAD_RATE if heads else plan.rate
            made.append({"params": values, "lr": rate, "peak": rate, "weight_decay": 0.0 if flat else DECAY})
    return made


def optimisers(model: Model, plan: Plan) -> list[torch.optim.Optimizer]:
    """Return what moves the weights; the words have one of their own, that touches only the rows of a batch."""
    made: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(groups(model, plan), betas=(0.9, 0.98), eps=1e-6, fused=True)
    ]
    if plan.words:
        model.encoder.words.sparse = True
        some = {"params": [model.encoder.words.weight.requires_grad_()], "lr": plan.rate, "peak": plan.rate}
        made.append(torch.optim.SparseAdam([some], betas=(0.9, 0.98), eps=1e-6))
    return made


def pace(done: float) -> float:
    """Return the share of the peak rate after the share `done` of all samples: up in a line, then down in a line."""
    return done / WARM if done < WARM else max(0.0, (1 - done) / (1 - WARM))


def endless(some: Sequence[Sample], epoch: int, skip: int) -> Iterator[tuple[int, int, list[Sample]]]:
    """Yield batches for ever, with their epoch and number, from a given place on."""
    while True:
        for place, found in enumerate(batches(shown(some, epoch), TOKENS, epoch)):
            if place >= skip:
                yield epoch, place, found
        epoch, skip = epoch + 1, 0


@dataclass(slots=True)
class State:
    """How far a run is: texts seen, the epoch and the batch in it, seconds spent, steps taken."""

    seen: int = 0
    epoch: int = 0
    place: int = -1
    seconds: float = 0.0
    steps: int = 0


class Mean:
    """A slowly moving mean of the weights that learn, which guesses better than the last weights."""

    def __init__(self, model: nn.Module) -> None:
        self.values = {name: values.detach().clone() for name, values in model.named_parameters()}
        self.steps = 0

    def kept(self, model: nn.Module) -> dict[str, Tensor]:
        """Return the mean, with the words as they are now: they are too many to be met in every step."""
        return {**self.values, **{name: values.detach() for name, values in model.named_parameters() if name == WORDS}}

    def take(self, model: nn.Module) -> None:
        """Move towards the model's weights; the first steps are forgotten fast."""
        self.steps += 1
        share = max(FORGETS, 1 / (self.steps + 1))
        for name, values in model.named_parameters():
            if values.requires_grad and name != WORDS:
                self.values[name].lerp_(values.detach(), share)


def learn(
    model: Model, some: Sequence[Sample], run: Path, plan: Plan, loss_of: Callable[[list[Sample]], Tensor]
) -> None:
    """Learn until the plan's texts were seen; go on from the folder's checkpoint if there is one.

    Raises
    ------
    ValueError
        There are no samples.
    """
    if not some:
        raise ValueError("There is nothing to learn from.")
    movers = optimisers(model, plan)
    mean, state = Mean(model), State()
    if (run / "checkpoint.pt").exists():
        kept = torch.load(run / "checkpoint.pt")
        model.load_state_dict(kept["model"])
        for mover, one in zip(movers, kept["optimisers"], strict=True):
            mover.load_state_dict(one)
        mean.values, mean.steps, state = kept["mean"], kept["steps"], State(**kept["state"])
    if state.seen >= plan.total:  # finished before; the model's file may be older than the checkpoint
        _replace(run / "model.pt", mean.kept(model))
        return
    model.train()
    clock, losses = time.monotonic(), []
    learning = [values for name, values in model.named_parameters() if values.requires_grad and name != WORDS]
    for epoch, place, found in endless(some, state.epoch, state.place + 1):
        torch.manual_seed(state.steps)  # what is left out by chance is the same when a run goes on
        loss = loss_of(found)
        _step(loss, learning, movers, pace(state.seen / plan.total))
        mean.take(model)
        losses.append(loss.item())
        state.seen, state.steps = state.seen + len(found), state.steps + 1
        state.epoch, state.place = epoch, place
        done = state.seen >= plan.total
        if state.steps % SAVED == 0 or done:
            now = time.monotonic()
            state.seconds += now - clock
            clock = now
            _log(run, {**asdict(state), "loss": sum(losses) / len(losses)})
            losses = []
            _save(run, model, movers, mean, state)
        if done:
            return


def _step(loss: Tensor, learning: Sequence[Tensor], movers: Sequence[torch.optim.Optimizer], share: float) -> None:
    """Move the weights, at a share of the highest rates."""
    for mover in movers:
        mover.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(learning, 1.0)
    for mover in movers:
        for group in mover.param_groups:
            group["lr"] = group["peak"] * share
        mover.step()


def finished(run: Path, base: Path) -> Model:
    """Return the model of a run, the mean of its weights; how large it is, they tell."""
    state = torch.load(run / "model.pt")
    layers = 1 + max(int(name.split(".")[2]) for name in state if name.startswith("encoder.layers."))
    sizes = replace(load(base)[0].sizes, layers=layers, inner=len(state["encoder.layers.0.inner.bias"]))
    model = Model(Encoder(sizes))
    model.load_state_dict(state)
    model.eval()
    return model


def train_samples(
    base: Path, licences: Sequence[str]
) -> tuple[list[Sample], list[Sample], dict[str, tuple[list[float], list[float]]]]:
    """Return the samples to learn from, those that choose thresholds, and the scales of the regression tasks."""
    folder, (_, tokenizer) = Path(os.environ["TENOR_DATA"]), load(base)
    found = clean(folder, chosen(licences), held(scored_on(folder))).train
    scales = scales_of(found)
    every = samples(tokenizer, found, scales)
    return (
        [sample for sample in every if not held_out(sample.text)],
        [sample for sample in every if held_out(sample.text)],
        scales,
    )


def _log(run: Path, line: dict[str, Any]) -> None:
    with (run / "log.jsonl").open("a", encoding="utf-8") as out:
        out.write(json.dumps(line) + "\n")


def _save(run: Path, model: Model, movers: Sequence[torch.optim.Optimizer], mean: Mean, state: State) -> None:
    kept = {
        "model": model.state_dict(),
        "optimisers": [mover.state_dict() for mover in movers],
        "mean": mean.values,
        "steps": mean.steps,
        "state": asdict(state),
    }
    _replace(run / "checkpoint.pt", kept)
    _replace(run / "model.pt", mean.kept(model))


def _replace(path: Path, kept: dict[str, Any] | dict[str, Tensor]) -> None:
    part = path.with_suffix(".part")
    torch.save(kept, part)
    part.replace(path)


def main() -> None:
    """Learn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="what training.base made")
    parser.add_argument("run", type=Path, help="a folder for checkpoints and the model")
    parser.add_argument("--samples", type=int, default=180_000, help="how many texts are shown in all")
    parser.add_argument("--frozen", type=int, default=4, help="how many lower layers keep their weights")
    parser.add_argument("--layers", default="", help="which of the base's layers to begin with; all if not given")
    parser.add_argument("--inner", type=int, default=0, help="how many inner units a layer keeps; all if not given")
    parser.add_argument("--from", dest="shipped", type=Path, help="the folder of a shipped model to go on from")
    parser.add_argument("--words", action="store_true", help="the word vectors learn too")
    parser.add_argument("--forget", type=float, default=0.0, help="the share of states left out by chance")
    parser.add_argument("--languages", default="", help="texts of which languages to learn from; all if not given")
    parser.add_argument("--rate", type=float, default=RATE, help="the layers' highest learning rate")
    parser.add_argument("--half", action="store_true", help="products in 16 bits, for a processor that has them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--licences", default=",".join(LICENCES), help="licence classes to train on")
    said = parser.parse_args()
    said.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(said.seed)
    some, _, scales = train_samples(said.base, said.licences.split(","))
    encoder, tokenizer = load(said.base)
    if said.languages:
        some = [sample for sample in some if sample.lang in said.languages.split(",")]
    padding = padding_of(tokenizer)
    recipe = {name: str(value) if isinstance(value, Path) else value for name, value in vars(said).items()}
    recipe |= {"scales": scales, "texts": len(some), "tokens": TOKENS, "threads": torch.get_num_threads()}
    if said.shipped:
        recipe["shipped"] = history(said.shipped)
    (said.run / "run.json").write_text(json.dumps(recipe, indent=1) + "\n", encoding="utf-8")
    model = unpacked(said.base, said.shipped) if said.shipped else Model(encoder)
    if said.layers:
        model = smaller(model, [int(layer) for layer in said.layers.split(",")], said.inner or encoder.sizes.inner)

    def loss_of(found: list[Sample]) -> Tensor:
        ready = batch(found, padding)
        return model.loss(model(ready.ids, ready.mask, said.frozen, half=said.half), ready)

    forgetful(model, said.forget)
    learn(model, some, said.run, Plan(said.samples, said.frozen, said.rate, said.words), loss_of)


if __name__ == "__main__":
    main()
