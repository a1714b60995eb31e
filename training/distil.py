"""A smaller encoder learns from a larger one: its token states, and what its heads say of every text.

``python -m training.distil BASE TEACHER RUN --layers 0,2,4,6,9,11`` begins with those of the teacher's layers and
with its heads, goes on from what the folder RUN holds, and leaves there what `training.learn` leaves.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import zlib
from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional

from tenor.annotate.tokens import spelt
from training.base import load
from training.leaks import clean, distillation, held, scored_on
from training.learn import TOKENS, Plan, finished, learn
from training.model import TOKEN, WEIGHTS, Heads, Model, smaller
from training.samples import LONGEST, Batch, Sample, batch, held_out, padding_of, samples, scales_of
from training.sets import chosen
from training.shapes import LICENCES
from training.tasks import MARKED, SENTENCE

RATE = 2e-4
# What each part of the loss counts: like states, like answers, the gold.
STATES, ANSWERS, GOLD = 2.0, 1.0, 0.5
# Speeches and debates without gold, beside the texts with gold.
EXTRA = 15_000


class Lesson:
    """The loss of a student against its teacher; the teacher reads each text once."""

    def __init__(self, teacher: Model, student: Model, padding: int, *, half: bool = False) -> None:
        self.teacher, self.student, self.padding, self.half = teacher.eval(), student, padding, half
        self.known: dict[str, Tensor] = {}

    def loss(self, found: list[Sample]) -> Tensor:
        """Return the loss of some samples."""
        some = batch(found, self.padding)
        states = self._states(found, some)
        with torch.no_grad():
            theirs = self.teacher.heads(states, some.mask)
        ours = self.student(some.ids, some.mask, half=self.half)
        seen = some.mask.bool()
        alike = functional.mse_loss(ours.states[seen], states[seen]) / states[seen].var()
        total = STATES * alike + ANSWERS * (answers(ours, theirs, some) + self._about(ours, theirs, found, some))
        return total + GOLD * self.student.loss(ours, some)

    def _states(self, found: list[Sample], some: Batch) -> Tensor:
        """Return the teacher's token states, from memory where it has read the texts."""
        new = [row for row, sample in enumerate(found) if sample.text not in self.known]
        if new:
            with torch.no_grad():
                read = self.teacher(some.ids[new], some.mask[new], half=self.half).states
            for place, row in enumerate(new):
                self.known[found[row].text] = read[place, : len(found[row].ids)].half()
        states = torch.zeros(*some.ids.shape, self.teacher.encoder.sizes.width)
        for row, sample in enumerate(found):
            states[row, : len(sample.ids)] = self.known[sample.text].float()
        return states

    def _about(self, ours: Heads, theirs: Heads, found: Sequence[Sample], some: Batch) -> Tensor:
        """Return the loss of the marked heads on a stretch of each text; which, the batch itself settles."""
        draws = torch.Generator().manual_seed(zlib.crc32("".join(sample.text for sample in found).encode()))
        lengths = some.mask.sum(1)
        first = 1 + (torch.rand(some.size, generator=draws) * (lengths - 2).clamp(min=1)).long()
        last = torch.minimum(first + torch.randint(0, 4, (some.size,), generator=draws), lengths - 2)
        ends, rows = torch.stack([first.minimum(last), last], 1), torch.arange(some.size)
        total = ours.states.new_zeros(())
        for task in MARKED:
            with torch.no_grad():
                wanted = self.teacher.about(task.name, theirs.states, some.mask, rows, ends)
            said = self.student.about(task.name, ours.states, some.mask, rows, ends)
            total = total + _divergence(said, wanted).mean()
        return total


def answers(ours: Heads, theirs: Heads, some: Batch) -> Tensor:
    """Return how far the student's answers are from the teacher's, over all tasks and texts."""
    total = ours.sentence.new_zeros(())
    begin = 0
    for task in SENTENCE:
        end = begin + len(task.labels)
        said, wanted = ours.sentence[:, begin:end], theirs.sentence[:, begin:end]
        if task.head == "regression":
            each = functional.mse_loss(said, wanted)
        elif task.head == "labels":
            each = functional.binary_cross_entropy_with_logits(said, wanted.sigmoid())
            each = each - functional.binary_cross_entropy_with_logits(wanted, wanted.sigmoid())
        else:
            each = _divergence(said, wanted).mean()
        total = total + WEIGHTS.get(task.name, 1.0) * each
        begin = end
    tokens = _divergence(ours.tokens, theirs.tokens) * some.mask[:, :, None]
    return total + TOKEN * tokens.sum() / some.size


def _divergence(said: Tensor, wanted: Tensor) -> Tensor:
    """Return the Kullback-Leibler divergence of each row."""
    theirs = functional.log_softmax(wanted, -1)
    return (theirs.exp() * (theirs - functional.log_softmax(said, -1))).sum(-1)


def lessons(folder: Path, tokenizer: Tokenizer, licences: Sequence[str]) -> list[Sample]:
    """Return all texts to distil on: those with gold, and sentences of speeches and debates without."""
    kept_back = held(scored_on(folder))
    found = clean(folder, chosen(licences), kept_back).train
    with_gold = [sample for sample in samples(tokenizer, found, scales_of(found)) if not held_out(sample.text)]
    known = {sample.text for sample in with_gold}
    extra = [text for text in distillation(folder, [], kept_back) if text not in known and len(text.split()) > 3]
    random.Random(0).shuffle(extra)  # noqa: S311 - no secret
    return with_gold + [_without_gold(tokenizer, text) for text in extra[:EXTRA]]


def _without_gold(tokenizer: Tokenizer, text: str) -> Sample:
    return Sample(text=text, lang="en", sources=("extra",), ids=tuple(spelt(tokenizer, text, LONGEST).ids))


def main() -> None:
    """Distil."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("base", type=Path, help="what training.base made")
    parser.add_argument("teacher", type=Path, help="the folder of a run of training.learn")
    parser.add_argument("run", type=Path, help="a folder for checkpoints and the model")
    parser.add_argument(
        "--layers", default="0,2,4,6,9,11", help="which of the teacher's layers the student begins with"
    )
    parser.add_argument("--inner", type=int, default=1_024, help="how many inner units a layer of the student has")
    parser.add_argument("--samples", type=int, default=150_000, help="how many texts are shown in all")
    parser.add_argument("--rate", type=float, default=RATE, help="the layers' highest learning rate")
    parser.add_argument("--half", action="store_true", help="products in 16 bits, for a processor that has them")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--licences", default=",".join(LICENCES), help="licence classes to train on")
    said = parser.parse_args()
    said.run.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(said.seed)
    _, tokenizer = load(said.base)
    teacher = finished(said.teacher, said.base)
    student = smaller(teacher, [int(layer) for layer in said.layers.split(",")], said.inner)
    some = lessons(Path(os.environ["TENOR_DATA"]), tokenizer, said.licences.split(","))
    recipe = {name: str(value) if isinstance(value, Path) else value for name, value in vars(said).items()}
    recipe |= {"texts": len(some), "tokens": TOKENS, "threads": torch.get_num_threads()}
    (said.run / "run.json").write_text(json.dumps(recipe, indent=1) + "\n", encoding="utf-8")
    lesson = Lesson(teacher, student, padding_of(tokenizer), half=said.half)
    learn(student, some, said.run, Plan(said.samples, 0, said.rate), lesson.loss)


if __name__ == "__main__":
    main()
