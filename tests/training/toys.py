"""A tokenizer of whole words and an encoder of a few hundred weights; needs torch."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from torch import Tensor
from training.base import Encoder
from training.learn import Plan, learn
from training.model import Model
from training.samples import Sample, batch
from training.weights import Sizes

# So little work is slower on two threads, and two may round otherwise than one.
torch.set_num_threads(1)

START, PAD, END, UNKNOWN = range(4)
WORDS = ("<s>", "<pad>", "</s>", "<unk>", *"abcdefghijklmnopqrstuvwxyz")
SIZES = Sizes(width=8, layers=3, heads=2, inner=16, pieces=len(WORDS), positions=192, epsilon=1e-12)


def speller() -> Tokenizer:
    """Return a tokenizer for which every word between blanks is one token; it knows words of one letter."""
    tokenizer = Tokenizer(models.WordLevel({word: place for place, word in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", None, [("<s>", START), ("</s>", END)])
    return tokenizer


def model(seed: int = 0, sizes: Sizes = SIZES) -> Model:
    """Return a model with weights by chance, also where it would begin with zeros."""
    torch.manual_seed(seed)
    made = Model(Encoder(sizes))
    torch.nn.init.normal_(made.look.weight)
    return made


def base(folder: Path) -> Path:
    """Write what training.base leaves in a folder, with an encoder of the toy's sizes."""
    folder.mkdir()
    torch.manual_seed(0)
    encoder = Encoder(SIZES)
    np.savez(folder / "base.npz", **{name: values.numpy() for name, values in encoder.state_dict().items()})
    (folder / "base.json").write_text(json.dumps({"sizes": asdict(SIZES)}), encoding="utf-8")
    speller().save(str(folder / "tokenizer.json"))
    return folder


def yes_or_no(many: int) -> list[Sample]:
    """Return texts of 1 to 7 words, biased where the first word is of the alphabet's second half."""
    found = []
    for place in range(many):
        first = place * 7 % 26
        words = [4 + (first + step) % 26 for step in range(1 + place % 7)]
        ids = (START, *words, END)
        tags = tuple(1 if step == 1 else 0 for step in range(len(ids)))
        found.append(
            Sample(
                text=f"text {place}",
                lang="en",
                sources=("toy",),
                ids=ids,
                golds={"biased": (float(first >= 13),)},
                tags={"loaded": (tags,)},
                marked=(("tone", 1, 1, place % 3),),
            )
        )
    return found


def loss_of(made: Model, frozen: int = 0) -> Callable[[list[Sample]], Tensor]:
    """Return what gives the loss of some samples, as training.learn has it."""

    def loss(found: list[Sample]) -> Tensor:
        some = batch(found, PAD)
        return made.loss(made(some.ids, some.mask, frozen), some)

    return loss


def run(folder: Path, total: int, texts: int = 30) -> None:
    """Learn in a folder, from what it holds on."""
    made = model()
    learn(made, yes_or_no(texts), folder, Plan(total, 1, 1e-2), loss_of(made, 1))
