"""What the encoder learns from: texts as token ids, with the gold of every task that has some for them."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from tenor.annotate.tokens import spelt, tokens_of
from training.shapes import Example
from training.tasks import ANY, MARKED, SENTENCE, SPANS, TASKS

# A text is read up to here; longer paragraphs (promises, articles) lose their end, or are read in windows.
LONGEST = 192
# Of each hundred train texts, so many choose thresholds and are not learnt from.
TUNE = 4
# How often an epoch shows the bsnlp_ner samples of a language, and how many of the others.
NEAR: Mapping[str, int] = {"ru": 1, "uk": 3}
KIN = 3_000
# An emotion that fewer samples have is rare: an epoch shows all of these.
RARE = 1_600
# How many samples of a set an epoch shows at most; of the other sets it shows all.
SHOWN: Mapping[str, int] = {
    "goemotions": 15_000,
    "ptc": 6_000,
    "wiki_npov": 8_000,
    "pledges": 3_000,
    "future_statements": 1_500,
}
# Small sets are shown so many times in each epoch.
REPEATED: Mapping[str, int] = {
    "emobank": 2,
    "newsmtsc": 2,
    "rusentne": 3,
    "babe": 2,
    "claimbuster": 2,
    "cameo_actors": 2,
    "plover_gsr": 4,
    "adaq": 3,
    "narrative_frames": 2,
    "ukraine_bias": 2,
}
# What a token is to a label: outside, first of a span, or further inside.
OUT, FIRST, INSIDE = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One text and its gold.

    ``tags`` holds for a span task one row a label, one tag a token. ``marked`` holds for each mark its task, its
    first and last token and its label.
    """

    text: str
    lang: str
    sources: tuple[str, ...]
    ids: tuple[int, ...]
    golds: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    tags: Mapping[str, tuple[tuple[int, ...], ...]] = field(default_factory=dict)
    marked: tuple[tuple[str, int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples side by side; what has no gold is left out of the rows named in each part."""

    ids: Tensor
    mask: Tensor
    golds: Mapping[str, tuple[Tensor, Tensor]]
    tags: Mapping[str, tuple[Tensor, Tensor]]
    marked: Mapping[str, tuple[Tensor, Tensor, Tensor]]
    size: int


def padding_of(tokenizer: Tokenizer) -> int:
    """Return the number of the token that fills up a batch."""
    pieces = tokenizer.get_vocab()
    return pieces["<pad>"] if "<pad>" in pieces else pieces["[PAD]"]


def held_out(text: str) -> bool:
    """Say whether a train text is kept for thresholds; the same text always gives the same."""
    return zlib.crc32(text.encode()) % 100 < TUNE


def samples(
    tokenizer: Tokenizer, found: Iterable[Example], scales: Mapping[str, tuple[list[float], list[float]]]
) -> list[Sample]:
    """Return one sample a text, with the gold of all examples that have this text.

    Parameters
    ----------
    tokenizer
        The pruned tokenizer.
    found
        Examples; long texts are cut at `LONGEST` tokens, their spans with them.
    scales
        The mean and the standard deviation of each value of a regression task; gold is learnt in these units.
    """
    by_text: dict[str, list[Example]] = {}
    for example in found:
        by_text.setdefault(example.text, []).append(example)
    return [_sample(tokenizer, text, some, scales) for text, some in by_text.items()]


def scales_of(found: Sequence[Example]) -> dict[str, tuple[list[float], list[float]]]:
    """Return the mean and the standard deviation of each value of each regression task."""
    scales = {}
    for task in SENTENCE:
        if task.head == "regression":
            values = np.array([example.values for example in found if example.task == task.name])
            if len(values):
                scales[task.name] = (values.mean(0).tolist(), values.std(0).tolist())
    return scales


def _sample(
    tokenizer: Tokenizer, text: str, some: Sequence[Example], scales: Mapping[str, tuple[list[float], list[float]]]
) -> Sample:
    ids, places, _ = spelt(tokenizer, text, LONGEST)
    golds: dict[str, tuple[float, ...]] = {}
    tags: dict[str, tuple[tuple[int, ...], ...]] = {}
    marked = []
    spans = dict(SPANS)
    for example in some:
        task = TASKS[example.task]
        if task.marked and example.target is not None:
            inside = tokens_of(places, *example.target)
            if inside is not None:
                marked.append((task.name, *inside, task.labels.index(example.labels[0])))
        elif task.head == "spans":
            tags[task.name] = tuple(tagged(places, example, label) for label in spans[task.name])
        elif task.head == "regression":
            mean, sd = scales[task.name]
            golds[task.name] = tuple(
                (value - middle) / spread for value, middle, spread in zip(example.values, mean, sd, strict=True)
            )
        elif task.head == "labels":
            golds[task.name] = tuple(float(label in example.labels) for label in task.labels)
        else:
            golds[task.name] = (float(task.labels.index(example.labels[0])),)
    sources = tuple(dict.fromkeys(example.source for example in some))
    return Sample(
        text=text, lang=some[0].lang, sources=sources, ids=tuple(ids), golds=golds, tags=tags, marked=tuple(marked)
    )


def tagged(places: Sequence[tuple[int, int]], example: Example, label: str) -> tuple[int, ...]:
    """Return the tag of each token for one label."""
    tags = [OUT] * len(places)
    for mark in sorted(example.marks):
        inside = tokens_of(places, mark.start, mark.stop) if label in (mark.label, ANY) else None
        if inside is None:
            continue
        first, last = inside
        shared = tags[first]
        tags[first : last + 1] = [shared or FIRST, *[INSIDE] * (last - first)]
        if shared and label != ANY and first < last:  # two spans meet inside one token: the later one begins after it
            tags[first + 1] = FIRST
    return tuple(tags)


def shown(all_samples: Sequence[Sample], epoch: int) -> list[Sample]:
    """Return the samples of one epoch, in an order that the epoch's number settles."""
    order = random.Random(epoch)  # noqa: S311 - no secret
    by_source: dict[str, list[Sample]] = {}
    for sample in all_samples:
        by_source.setdefault(sample.sources[0], []).append(sample)
    chosen: list[Sample] = []
    for name, every in by_source.items():
        some = _half_empty(every, order) if name == "ptc" else every
        some = _near(some, order) if name == "bsnlp_ner" else some
        some = _rare_first(some, epoch) if name == "goemotions" else some
        if len(some) > SHOWN.get(name, len(some)):
            some = _next(some, epoch, SHOWN[name])
        chosen += some * REPEATED.get(name, 1)
    order.shuffle(chosen)
    return chosen


def batches(some: Sequence[Sample], tokens: int, seed: int) -> Iterator[list[Sample]]:
    """Yield samples of like length together, at most `tokens` tokens with the padding."""
    order = random.Random(seed)  # noqa: S311 - no secret
    stretch = 2_000
    for begin in range(0, len(some), stretch):
        ready: list[list[Sample]] = [[]]
        for sample in sorted(some[begin : begin + stretch], key=lambda sample: len(sample.ids)):
            if ready[-1] and (len(ready[-1]) + 1) * len(sample.ids) > tokens:
                ready.append([])
            ready[-1].append(sample)
        order.shuffle(ready)
        yield from ready


def batch(some: Sequence[Sample], padding: int) -> Batch:
    """Return samples as tensors."""
    width = max(len(sample.ids) for sample in some)
    ids = torch.full((len(some), width), padding)
    mask = torch.zeros((len(some), width), dtype=torch.long)
    for row, sample in enumerate(some):
        ids[row, : len(sample.ids)] = torch.tensor(sample.ids)
        mask[row, : len(sample.ids)] = 1
    golds, tags, marked = {}, {}, {}
    for task in SENTENCE:
        rows = [row for row, sample in enumerate(some) if task.name in sample.golds]
        if rows:
            golds[task.name] = (torch.tensor(rows), torch.tensor([some[row].golds[task.name] for row in rows]))
    for name, labels in SPANS:
        rows = [row for row, sample in enumerate(some) if name in sample.tags]
        if rows:
            gold = torch.full((len(rows), len(labels), width), -1)
            for place, row in enumerate(rows):
                gold[place, :, : len(some[row].ids)] = torch.tensor(some[row].tags[name])
            tags[name] = (torch.tensor(rows), gold)
    for task in MARKED:
        found = [(row, *mark[1:]) for row, sample in enumerate(some) for mark in sample.marked if mark[0] == task.name]
        if found:
            rows_of, first, last, gold_of = (torch.tensor(part) for part in zip(*found, strict=True))
            marked[task.name] = (rows_of, torch.stack([first, last], 1), gold_of)
    return Batch(ids=ids, mask=mask, golds=golds, tags=tags, marked=marked, size=len(some))


def _next(some: Sequence[Sample], epoch: int, many: int) -> list[Sample]:
    """Return the next `many` of a fixed order, so that epochs show others before they repeat any."""
    order = list(some)
    random.Random(0).shuffle(order)  # noqa: S311 - no secret
    begin = epoch * many
    return [order[(begin + place) % len(order)] for place in range(many)]


def _rare_first(some: Sequence[Sample], epoch: int) -> list[Sample]:
    """Return all samples with a rare emotion, and of the others the next ones, up to what an epoch shows."""
    counts = np.array([sample.golds["emotions"] for sample in some]).sum(0)
    rare = [any(label and counts[k] < RARE for k, label in enumerate(sample.golds["emotions"])) for sample in some]
    kept = [sample for sample, one in zip(some, rare, strict=True) if one]
    others = [sample for sample, one in zip(some, rare, strict=True) if not one]
    left = min(len(others), max(0, SHOWN["goemotions"] - len(kept)))
    return kept + _next(others, epoch, left)


def _half_empty(some: Sequence[Sample], order: random.Random) -> list[Sample]:
    """Return all samples with a span and as many without."""
    full = [sample for sample in some if any(any(tags) for rows in sample.tags.values() for tags in rows)]
    empty = [sample for sample in some if not any(any(tags) for rows in sample.tags.values() for tags in rows)]
    return full + order.sample(empty, min(len(full), len(empty)))


def _near(some: Sequence[Sample], order: random.Random) -> list[Sample]:
    """Return all Russian samples, the few Ukrainian ones thrice, and some in languages of their kin."""
    kin = [sample for sample in some if sample.lang not in NEAR]
    kept = [sample for sample in some for _ in range(NEAR.get(sample.lang, 0))]
    return kept + order.sample(kin, min(len(kin), KIN))
