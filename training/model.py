"""The encoder with its heads, and what is to be made small when it learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.base import Encoder
from training.samples import Batch
from training.tasks import LABELS, MARKED, SENTENCE, SPANS

# What each task's loss counts beside the others'.
WEIGHTS = {
    "affect": 4.0,
    "slant": 0.5,
    "emotions": 14.0,
    "future": 0.5,
    "deadline": 0.5,
    "frames": 1.0,
    "tone": 2.0,
    "quote": 1.5,
    "entity": 1.5,
}
# A token counts so much of a sentence, for each label.
TOKEN = 0.06
TAGS = 3


@dataclass(frozen=True, slots=True)
class Heads:
    """What the heads say of a batch: raw scores before any softmax.

    ``sentence`` is (batch, all sentence labels); ``tokens`` is (batch, tokens, all span labels, 3).
    """

    states: Tensor
    sentence: Tensor
    tokens: Tensor


class Tone(nn.Module):
    """A question about a stretch of the sentence: its own states, what it looks at, and a layer over both."""

    def __init__(self, width: int, labels: int) -> None:
        super().__init__()
        self.look = nn.Linear(width, width, bias=False)
        self.mix = nn.Linear(2 * width, width)
        self.out = nn.Linear(width, labels)

    def forward(self, states: Tensor, mask: Tensor, targets: Tensor) -> Tensor:
        """Return the scores of each target, (batch, targets, labels).

        `targets` is (batch, targets, tokens), each row the weights of the target's tokens, summing to 1.
        """
        target = targets @ states
        scores = self.look(target) @ states.transpose(1, 2) * states.shape[-1] ** -0.5
        scores = scores.masked_fill(~mask.bool()[:, None, :], -1e4)
        seen = torch.softmax(scores, -1) @ states
        hidden: Tensor = functional.gelu(self.mix(torch.cat([target, seen], -1)))
        found: Tensor = self.out(hidden)
        return found


class Model(nn.Module):
    """An encoder, a pooled vector of its own for each sentence task, one linear layer for all span labels."""

    def __init__(self, encoder: Encoder) -> None:
        super().__init__()
        width = encoder.sizes.width
        self.encoder = encoder
        self.look = nn.Linear(width, len(SENTENCE), bias=False)
        self.sentence = nn.ModuleDict({task.name: nn.Linear(width, len(task.labels)) for task in SENTENCE})
        self.tokens = nn.Linear(width, len(LABELS) * TAGS)
        self.marked = nn.ModuleDict({task.name: Tone(width, len(task.labels)) for task in MARKED})
        nn.init.zeros_(self.look.weight)  # every task begins with the plain mean

    def forward(self, ids: Tensor, mask: Tensor, frozen: int = 0, *, half: bool = False) -> Heads:
        """Return what the heads say; the first `frozen` layers and the words do not learn.

        With `half` the encoder's products are in 16 bits (bfloat16), everything else stays in 32.
        """
        with torch.autocast("cpu", torch.bfloat16, enabled=half):
            with torch.set_grad_enabled(torch.is_grad_enabled() and not frozen):
                lower = self.encoder.lower(ids, mask, frozen)
            states = self.encoder.upper(lower, mask, frozen)
        return self.heads(states.float(), mask)

    def heads(self, states: Tensor, mask: Tensor) -> Heads:
        """Return what the heads say of token states."""
        weights = self.look(states).masked_fill(~mask.bool()[:, :, None], -1e4)
        vectors = self.encoder.lost(torch.softmax(weights, 1).transpose(1, 2) @ states)
        said = [self.sentence[task.name](vectors[:, place]) for place, task in enumerate(SENTENCE)]
        tokens = self.tokens(states).unflatten(-1, (len(LABELS), TAGS))
        return Heads(states=states, sentence=torch.cat(said, -1), tokens=tokens)

    def about(self, name: str, states: Tensor, mask: Tensor, rows: Tensor, ends: Tensor) -> Tensor:
        """Return a marked task's scores of each mark, (marks, labels); `ends` is its first and last token."""
        places = torch.arange(states.shape[1])
        inside = ((places >= ends[:, :1]) & (places <= ends[:, 1:])).to(states.dtype)
        targets = (inside / inside.sum(1, keepdim=True))[:, None, :]
        found: Tensor = self.marked[name](states[rows], mask[rows], targets)[:, 0]
        return found

    def loss(self, said: Heads, some: Batch) -> Tensor:
        """Return the batch's loss: each task's over its rows, as a share of all texts."""
        total = said.states.new_zeros(())
        begin = 0
        for task in SENTENCE:
            end = begin + len(task.labels)
            if task.name in some.golds:
                rows, gold = some.golds[task.name]
                scores = said.sentence[rows, begin:end]
                each = _sentence_loss(task.head, scores, gold)
                total = total + WEIGHTS.get(task.name, 1.0) * each.sum() / some.size
            begin = end
        begin = 0
        for name, labels in SPANS:
            end = begin + len(labels)
            if name in some.tags:
                rows, gold = some.tags[name]
                scores = said.tokens[rows, :, begin:end].permute(0, 3, 2, 1)
                each = functional.cross_entropy(scores, gold, ignore_index=-1, reduction="sum")
                total = total + WEIGHTS.get(name, 1.0) * TOKEN * each / some.size
            begin = end
        for name, (rows, ends, gold) in some.marked.items():
            scores = self.about(name, said.states, some.mask, rows, ends)
            each = functional.cross_entropy(scores, gold, reduction="sum")
            total = total + WEIGHTS.get(name, 1.0) * each / some.size
        return total


def smaller(model: Model, layers: Sequence[int], inner: int) -> Model:
    """Return a model with some of a model's layers, its words and its heads.

    Of each layer's inner units the `inner` stay that weigh most, going in and coming out.
    """
    small = Model(Encoder(replace(model.encoder.sizes, layers=len(layers), inner=inner)))
    kept = {name: values for name, values in model.state_dict().items() if not name.startswith("encoder.layers.")}
    for place, layer in enumerate(layers):
        state = model.encoder.layers[layer].state_dict()
        weight = state["inner.weight"].norm(dim=1) * state["outer.weight"].norm(dim=0)
        units = weight.topk(inner).indices.sort().values
        state |= {name: state[name][units] for name in ("inner.weight", "inner.bias")}
        state["outer.weight"] = state["outer.weight"][:, units]
        kept |= {f"encoder.layers.{place}.{name}": values for name, values in state.items()}
    small.load_state_dict(kept)
    return small


def forgetful(model: Model, share: float) -> None:
    """Let a share of all states be left out by chance while the model learns, so that it learns no set by heart."""
    for part in model.modules():
        if isinstance(part, nn.Dropout):
            part.p = share


def _sentence_loss(head: str, scores: Tensor, gold: Tensor) -> Tensor:
    if head == "regression":
        return functional.mse_loss(scores, gold, reduction="none").mean(1)
    if head == "labels":
        return functional.binary_cross_entropy_with_logits(scores, gold, reduction="none").mean(1)
    return functional.cross_entropy(scores, gold[:, 0].long(), reduction="none")
