"""The score table, from the model file that users get: every task on a split of every set.

``python -m training.evaluate`` scores dev in the folder that ``TENOR_DATA`` names; ``--data`` and ``--split`` name
any other folder of the same form and any other split, ``--json`` gives the lines as data. Needs no torch.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import compress
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tenor.annotate.encoder import Encoder, Manifest, Read, Task
from tenor.errors import ModelMissing
from training.anchors import ANCHORS, Anchor
from training.score import (
    Found,
    Spans,
    average_precision,
    characters,
    exact_spans,
    macro_f1,
    multilabel_macro_f1,
    pearson,
    stretches,
)
from training.sets import SOURCES, examples, gold
from training.shapes import Example, Mark, Source
from training.tasks import ANY, TASKS, UNANSWERED

DRAWS = 200
# Stands for a class where the model says nothing: no label of its own, but wrong.
SILENT = ""
# All languages that some set is in.
LANGUAGES = ("bg", "cs", "en", "fr", "pl", "ru", "sl", "sv", "tr", "uk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the model says of one example, in the form of its gold; ``chances`` are a class task's probabilities."""

    values: tuple[float, ...] = ()
    labels: tuple[str, ...] = ()
    chances: tuple[float, ...] = ()
    marks: tuple[Mark, ...] = ()


class Reader(Protocol):
    """What answers examples: the shipped encoder, or a model that is still learning."""

    def answers(self, found: Sequence[Example]) -> list[Answer]:
        """Return one answer an example."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number of the table, with the interval of a bootstrap over documents (95 %)."""

    set: str
    task: str
    language: str
    metric: str
    score: float
    low: float
    high: float
    examples: int
    floor: float | None
    must: float | None
    anchor: str
    licence: str


# Two sides' spans -> how well they agree.
Compare = Callable[[Spans, Spans], Found]
# Of the places drawn (documents, or examples where each is one), a number.
Metric = Callable[[Sequence[int]], float]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to be scored: its name, how many places there are to draw, and the number for some of them."""

    metric: str
    places: int
    number: Metric


def lines(reader: Reader, folder: Path, split: str, only: Iterable[str] = ()) -> list[Line]:
    """Return the table.

    Parameters
    ----------
    reader
        What answers.
    folder
        A folder with one folder a set.
    split
        Which file of each set, such as ``dev``; sets without it are left out.
    only
        Names of sets; all when empty.
    """
    found: list[Line] = []
    wanted = set(only)
    for source in SOURCES.values():
        if wanted and source.name not in wanted:
            continue
        use = split
        every = examples(folder, source, use)
        if not every and source.evaluate_only and split == "dev":
            use = "train"  # nothing is learnt from it, so all of it is there to score on
            every = examples(folder, source, use)
        for task in source.tasks:
            some = [example for example in every if example.task == task]
            if some and task not in UNANSWERED:
                found += _task_lines(reader, folder, source, use, some)
    return found


def _task_lines(reader: Reader, folder: Path, source: Source, split: str, some: list[Example]) -> list[Line]:
    answers = reader.answers(some)
    by_language: dict[str, list[int]] = {}
    for place, example in enumerate(some):
        by_language.setdefault(example.lang, []).append(place)
    parts = {lang: places for lang, places in by_language.items() if len(by_language) > 1}
    if source.name not in _PARTED:
        parts["+".join(sorted(by_language))] = list(range(len(some)))
    found = []
    for lang, places in parts.items():
        chosen, said = [some[place] for place in places], [answers[place] for place in places]
        for question in _questions(folder, source, split, chosen, said):
            key = f"{source.name}/{some[0].task}/{lang}/{question.metric}"
            low, high = _spread(question)
            anchor = ANCHORS.get(key, Anchor())
            found.append(
                Line(
                    set=source.name,
                    task=some[0].task,
                    language=lang,
                    metric=question.metric,
                    score=question.number(range(question.places)),
                    low=low,
                    high=high,
                    examples=len(chosen),
                    floor=anchor.floor,
                    must=anchor.must,
                    anchor=anchor.best,
                    licence=source.licence,
                )
            )
    return found


# Languages of these are scored one by one only: they were asked for apart.
_PARTED = ("bsnlp_ner",)


def _questions(
    folder: Path, source: Source, split: str, some: Sequence[Example], said: Sequence[Answer]
) -> list[Question]:
    if TASKS[some[0].task].head == "spans":
        return _span_questions(folder, source, split, some, said)
    return [_of_documents(question, some) for question in _text_questions(source, some, said)]


def _text_questions(source: Source, some: Sequence[Example], said: Sequence[Answer]) -> list[Question]:
    task = TASKS[some[0].task]
    if task.head == "regression":
        return [_correlation(label, place, some, said) for place, label in enumerate(task.labels)]
    if task.head == "labels":
        return [_many_labels(task.labels, *_whole_articles(task.labels, some, said))]
    truth, guess = [example.labels[0] for example in some], [answer.labels[0] for answer in said]
    made = [_one_label("macro-F1", None, truth, guess)]
    if task.name == "tone":
        made.append(_one_label("F1(pos, neg)", ("negative", "positive"), truth, guess))
    if source.name == "petrarch_unit":
        made = [Question("accuracy", len(truth), lambda drawn: float(np.mean([truth[k] == guess[k] for k in drawn])))]
    if source.name == "checkthat19":
        worth, chance = [label == "yes" for label in truth], [answer.chances[1] for answer in said]
        made = [_ranked(worth, chance)]
    return made


def _of_documents(question: Question, some: Sequence[Example]) -> Question:
    """Let whole documents be drawn: texts of one document are alike, and would make the interval too narrow."""
    places: dict[str, list[int]] = {}
    for place, example in enumerate(some):
        places.setdefault(example.doc, []).append(place)
    docs = list(places.values())
    return Question(
        question.metric, len(docs), lambda drawn: question.number([place for k in drawn for place in docs[k]])
    )


def _correlation(label: str, place: int, some: Sequence[Example], said: Sequence[Answer]) -> Question:
    truth = np.array([example.values[place] for example in some])
    guess = np.array([answer.values[place] for answer in said])

    def number(drawn: Sequence[int]) -> float:
        one, other = truth[list(drawn)], guess[list(drawn)]
        return pearson(one, other) if np.ptp(one) and np.ptp(other) else 0.0  # what never varies tells nothing

    return Question(f"r {label}", len(some), number)


def _one_label(metric: str, labels: tuple[str, ...] | None, truth: list[str], guess: list[str]) -> Question:
    def number(drawn: Sequence[int]) -> float:
        one, other = [truth[k] for k in drawn], [guess[k] for k in drawn]
        return macro_f1(one, other, labels or sorted({*one, *other} - {SILENT}))

    return Question(metric, len(truth), number)


def _many_labels(labels: tuple[str, ...], truth: list[set[str]], guess: list[set[str]]) -> Question:
    return Question(
        "macro-F1",
        len(truth),
        lambda drawn: multilabel_macro_f1([truth[k] for k in drawn], [guess[k] for k in drawn], labels),
    )


def _ranked(worth: list[bool], chance: list[float]) -> Question:
    def number(drawn: Sequence[int]) -> float:
        some = [worth[k] for k in drawn]
        return average_precision(some, [chance[k] for k in drawn]) if any(some) else 0.0

    return Question("average precision", len(worth), number)


def _whole_articles(
    labels: tuple[str, ...], some: Sequence[Example], said: Sequence[Answer]
) -> tuple[list[set[str]], list[set[str]]]:
    return [set(example.labels) for example in some], [set(answer.labels) & set(labels) for answer in said]


def _span_questions(
    folder: Path, source: Source, split: str, some: Sequence[Example], said: Sequence[Answer]
) -> list[Question]:
    task, docs = TASKS[some[0].task], list(dict.fromkeys(example.doc for example in some))
    every = gold(folder, source, split).get(task.name, {})
    truth = {doc: every.get(doc, []) for doc in docs}
    guess: dict[str, list[Mark]] = {doc: [] for doc in docs}
    for example, answer in zip(some, said, strict=True):
        guess[example.doc] += [
            Mark(start=mark.start + example.offset, stop=mark.stop + example.offset, label=mark.label)
            for mark in answer.marks
        ]
    if task.name == "technique":
        any_of = {doc: [mark for mark in marks if mark.label == ANY] for doc, marks in guess.items()}
        return [_by_doc("span F1", docs, truth, any_of, stretches)]
    if task.name in {"loaded", "manipulative"}:
        return [_by_doc("F1 of characters", docs, truth, guess, characters)]
    if task.name == "entity":
        return [_by_doc("entity F1", docs, truth, guess, lambda one, other: exact_spans(one, other, task.labels))]
    return [_by_doc(f"exact F1 {label}", docs, truth, guess, _exact(label)) for label in task.labels]


def _exact(label: str) -> Compare:
    return lambda one, other: exact_spans(one, other, [label])


def _by_doc(
    metric: str,
    docs: list[str],
    truth: Mapping[str, list[Mark]],
    guess: Mapping[str, list[Mark]],
    compare: Compare,
) -> Question:
    def number(drawn: Sequence[int]) -> float:
        # A document drawn twice counts twice, so each draw has a name of its own.
        one = {f"{place}": truth[docs[k]] for place, k in enumerate(drawn)}
        other = {f"{place}": guess[docs[k]] for place, k in enumerate(drawn)}
        return compare(one, other).f1

    return Question(metric, len(docs), number)


def _spread(question: Question) -> tuple[float, float]:
    order = np.random.default_rng(1)
    numbers: NDArray[np.float64] = np.array(
        [question.number(order.integers(0, question.places, question.places).tolist()) for _ in range(DRAWS)]
    )
    low, high = np.quantile(numbers, [0.025, 0.975])
    return float(low), float(high)


class Shipped:
    """The encoder that users get, as a `Reader`; it answers in every language, also where no gold stands behind it."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    @classmethod
    def open(cls, folder: Path | None, languages: tuple[str, ...], threads: int = 2) -> Shipped:
        """Load the installed model, or the one in a folder, and let it answer in some languages."""
        encoder = Encoder.open(folder, threads=threads)

        def widened(tasks: tuple[Task, ...]) -> tuple[Task, ...]:
            return tuple(replace(task, languages=languages) for task in tasks)

        known = encoder.manifest
        encoder.manifest = replace(
            known, sentence=widened(known.sentence), marked=widened(known.marked), spans=widened(known.spans)
        )
        return cls(encoder)

    def answers(self, found: Sequence[Example]) -> list[Answer]:
        """Return one answer an example; where the model says nothing, the mean of train or `SILENT`."""
        task, texts = TASKS[found[0].task], [example.text for example in found]
        marks = [() if example.target is None else (example.target,) for example in found]
        read = self.encoder.read(texts, [example.lang for example in found], marks)
        if task.head == "spans":
            return _span_answers(task.name, read, self.encoder.manifest, len(found))
        side = read.marked if task.marked else read
        values = side.values[task.name]
        if task.head == "regression":
            mean = next(one.mean for one in self.encoder.manifest.sentence if one.name == task.name)
            return [Answer(values=tuple(row)) for row in np.where(np.isnan(values), mean, values).tolist()]
        decided = side.decided[task.name]
        if task.head == "labels":
            return [Answer(labels=tuple(compress(task.labels, row))) for row in decided.tolist()]
        return [
            Answer(labels=(task.labels[place] if place >= 0 else SILENT,), chances=tuple(row))
            for place, row in zip(decided.tolist(), np.nan_to_num(values).tolist(), strict=True)
        ]


def _span_answers(name: str, read: Read, manifest: Manifest, many: int) -> list[Answer]:
    number = next(place for place, task in enumerate(manifest.spans) if task.name == name)
    labels, spans = manifest.spans[number].labels, read.spans
    marks: list[list[Mark]] = [[] for _ in range(many)]
    for place in np.flatnonzero(spans.task == number).tolist():
        mark = Mark(start=int(spans.start[place]), stop=int(spans.stop[place]), label=labels[int(spans.label[place])])
        marks[int(spans.text[place])].append(mark)
    return [Answer(marks=tuple(some)) for some in marks]


def shown(found: Sequence[Line]) -> str:
    """Return the table as text."""
    head = ("set", "task", "language", "metric", "ours", "95 %", "floor", "must", "best published", "licence", "n")
    rows = [
        (
            line.set,
            line.task,
            line.language,
            line.metric,
            _short(line.score),
            f"{_short(line.low)}-{_short(line.high)}",
            _short(line.floor),
            _short(line.must),
            line.anchor,
            line.licence,
            f"{line.examples:,}",
        )
        for line in found
    ]
    widths = [max(len(row[place]) for row in [head, *rows]) for place in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in [head, *rows]
    )


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".replace("0.", ".", 1)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="sets; all if none is named")
    parser.add_argument("--data", type=Path, default=None, help="a folder with one folder a set, instead of TENOR_DATA")
    parser.add_argument("--split", default="dev", help="which file of each set")
    parser.add_argument("--model", type=Path, default=None, help="a model's folder, instead of the installed one")
    parser.add_argument("--json", action="store_true", help="the lines as data")
    said = parser.parse_args()
    folder = said.data or Path(os.environ.get("TENOR_DATA", ""))
    if not (said.data or "TENOR_DATA" in os.environ) or not folder.is_dir():
        parser.exit(66, "There is nothing to score on: name a folder with --data, or set TENOR_DATA.\n")
    if unknown := sorted({*said.only} - set(SOURCES)):
        parser.error(f"no set is called {', '.join(unknown)}; there are {', '.join(SOURCES)}")
    try:
        reader = Shipped.open(said.model, LANGUAGES)
    except ModelMissing as error:
        parser.exit(error.exit_code, f"{error}.\n")
    found = lines(reader, folder, said.split, said.only)
    if not found:
        parser.exit(66, f"No set in {folder} has a file {said.split}.jsonl.gz.\n")
    print(json.dumps([asdict(line) for line in found], indent=1) if said.json else shown(found))


if __name__ == "__main__":
    main()
