"""Texts -> vectors, scores and spans, by the model that is installed beside tenor.

The one module that runs a model. What it reads comes from `tenor_models`, a distribution of its own; nothing is
ever downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tenor.annotate import decode
from tenor.annotate.batches import Row, feeds, packs, rows
from tenor.annotate.manifest import AGAIN, INSTALL, MODEL, TOKENIZER, Manifest, Task, where
from tenor.annotate.tokens import has_letter, spelt, spelt_all, stretch, tokens_of, whole_words
from tenor.errors import ModelMissing, Place

__all__ = ["Empty", "Encoder", "Manifest", "Marked", "Read", "Spans", "Task", "spelt", "tokens_of"]

PACKAGE, FOLDER = "tenor_models", "default"
# Of all texts, so many are spelt, sorted by length and run together.
CHUNK = 512
INPUTS = ("ids", "mask", "targets")
# How languages are called that nobody knows.
UNKNOWN = frozenset({"", "und"})
TAGS = 3

Floats = NDArray[np.float32]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Stretches = Sequence[Sequence[tuple[int, int]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Why texts, or marks, have no answer of a task: how many for each reason, the first that holds.

    ``no_text`` have no letter in what is read of the text; ``unknown_language`` are in a language that nobody named;
    ``other_language`` in one for which the task has no gold; ``out_of_reach`` are marks that no token of what is read
    shares a letter with: blank ones, or beyond the end of a text that is cut.
    """

    no_text: int
    unknown_language: int
    other_language: int
    out_of_reach: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Spans:
    """Stretches that tasks found, one item a span, in order of text, task, label and place.

    ``text`` is the text's number, ``task`` the task's among ``manifest.spans``, ``label`` the label's in its task.
    ``start`` and ``stop`` are code points of the text; no span is empty, has a blank at an end or cuts a word in two,
    and those of one label never overlap. ``score`` is the mean probability of its tokens to belong to such a span.
    """

    text: Whole
    task: Whole
    label: Whole
    start: Whole
    stop: Whole
    score: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Marked:
    """What is said of marked stretches, a row a mark in the order given; ``mark`` is its number in its text."""

    text: Whole
    mark: Whole
    values: Mapping[str, Floats]
    decided: Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Read:
    """What the encoder says of texts, a row a text in the order given.

    Attributes
    ----------
    vectors
        One vector of length 1 a text; NaN for a text without a letter.
    values
        For each task the texts' values, a column a label: in the gold's units for a regression, else
        probabilities. NaN where ``empty`` says why.
    decided
        For each task with classes the number of the label that is taken, -1 where there is none; for each with
        labels which of them hold, all False where nothing is known.
    spans, marked
        What was found in the texts, and of their marks.
    cut
        How many texts are longer than what is read of them.
    empty
        For each task how many texts (for a task about marks: how many marks) it says nothing of, and why.
    """

    vectors: Floats
    values: Mapping[str, Floats]
    decided: Mapping[str, NDArray[Any]]
    spans: Spans
    marked: Marked
    cut: int
    empty: Mapping[str, Empty]


class Encoder:
    """The installed model, ready to read texts; `open` gives one."""

    def __init__(self, manifest: Manifest, session: Any, tokenizer: Any) -> None:
        self.manifest = manifest
        self._session = session
        self._tokenizer = tokenizer
        self._outputs = tuple(_outputs(manifest))
        labels = [(task, label) for task, one in enumerate(manifest.spans) for label in range(len(one.labels))]
        self._span_of = np.array(labels, np.int64).reshape(-1, 2)
        self._biases = np.array([bias for task in manifest.spans for bias in task.biases], np.float32)
        self._costs = np.array([cost for task in manifest.spans for cost in task.costs], np.float32)

    @classmethod
    def open(cls, folder: Path | None = None, *, threads: int = 1) -> Self:
        """Load the model, after holding its files against their hashes.

        Parameters
        ----------
        folder
            A folder with the model's files; that of the installed `tenor-models` if not given.
        threads
            How many processor cores it may use at a time.

        Raises
        ------
        ModelMissing
            The model is not installed, or a file is missing or altered.

        Examples
        --------
        >>> Encoder.open(Path("nowhere"))
        Traceback (most recent call last):
        ...
        tenor.errors.ModelMissing: nowhere/manifest.json: a file of the model is missing; install the model: ...
        """
        place = folder or cls.home()
        manifest = Manifest.read(place)
        model, words = manifest.checked(place, MODEL, TOKENIZER)
        try:
            session, tokenizer = _session(model, threads), _speller(words)
        except Exception as error:  # whatever the libraries raise for files they can't load
            raise ModelMissing(
                f"the model can't be loaded: {error}", do=AGAIN, place=Place(file=where(place, MODEL))
            ) from (error)
        if wrong := _misfit(session, manifest):
            raise ModelMissing(wrong, do=AGAIN, place=Place(file=where(place, MODEL)))
        return cls(manifest, session, tokenizer)

    @staticmethod
    def home() -> Traversable:
        """Return the folder of the installed model.

        Raises
        ------
        ModelMissing
            There is none.
        """
        try:
            return files(PACKAGE) / FOLDER
        except ModuleNotFoundError as error:
            raise ModelMissing("the model that reads texts is not installed", do=INSTALL) from error

    def read(self, texts: Sequence[str], langs: Sequence[str | None], marks: Stretches | None = None) -> Read:
        """Return what the model says of texts and of marked stretches in them.

        The same texts in the same order give the same numbers. What is said of one text does not depend on the others
        beyond rounding. Of a long text only the first tokens are read.

        Parameters
        ----------
        texts
            Sentences or paragraphs, as they stand; places are code points in them.
        langs
            The language code of each; None, "" or "und" if it is not known: then only the vector is of use.
        marks
            For each text the (start, stop) of stretches to say something about; they may overlap.

        Raises
        ------
        ValueError
            The lists differ in length, or a mark reaches outside its text.
        """
        marks = _checked(texts, langs, marks)
        codes = [lang or "" for lang in langs]
        raw = _Raw.of(self.manifest, marks, _asked(self.manifest.spans, codes))
        for begin in range(0, len(texts), CHUNK):
            self._read_some(texts, marks, range(begin, min(begin + CHUNK, len(texts))), raw)
        return self._said(codes, raw)

    def _read_some(self, texts: Sequence[str], marks: Stretches, some: range, raw: _Raw) -> None:
        """Run the graph over some of the texts and put what it says into `raw`."""
        spelt_some = spelt_all(self._tokenizer, [texts[text] for text in some], self.manifest.longest)
        queue: list[Row] = []
        for text, one in zip(some, spelt_some, strict=True):
            raw.cut += one.cut
            if has_letter(texts[text], one):
                raw.readable[text] = True
                queue += rows(text, texts[text], one, marks[text], raw.first_mark[text])
        queue.sort(key=lambda row: (len(row.spelt.ids), row.spelt.ids))
        for pack in packs(queue):
            self._run(pack, raw)

    def _run(self, pack: Sequence[Row], raw: _Raw) -> None:
        given = self._session.run(self._outputs, feeds(pack, self.manifest.padding))
        said = dict(zip(self._outputs, given, strict=True))
        fresh = np.array([not row.again for row in pack])
        numbers = np.array([row.text for row in pack])[fresh]
        raw.vectors[numbers] = _unit(said["pooled"][fresh])
        if "sentence" in said:
            raw.sentence[numbers] = said["sentence"][fresh]
        if "marked" in said:
            for place, row in enumerate(pack):
                for mark, (number, _, _) in enumerate(row.marks):
                    raw.marked[number] = said["marked"][place, mark]
                    raw.reached[number] = True
        if "tokens" in said:
            self._find(said["tokens"][fresh], [row for row in pack if not row.again], raw)

    def _find(self, tokens: Floats, pack: Sequence[Row], raw: _Raw) -> None:
        """Decode the spans of some texts; the two tokens at the ends are left out, they stand nowhere."""
        lengths = np.array([len(row.spelt.ids) - 2 for row in pack], np.int64)
        runs = decode.spans(tokens[:, 1:], lengths, self._biases, self._costs)
        numbers = np.array([row.text for row in pack], np.int64)[runs.row]
        kept = np.flatnonzero(raw.asked[numbers, self._span_of[runs.label, 0]])
        found, before, reach = [], (-1, -1), 0
        for row, label, first, last in zip(*(part[kept].tolist() for part in runs[:4]), strict=True):
            places = pack[row].spelt.places
            # Two tokens of one sign stand in the same place, so the next span may begin inside the last.
            reach = reach if before == (row, label) else 0
            start, stop = stretch(pack[row].string, max(places[first + 1][0], reach), places[last + 1][1])
            start, stop = whole_words(pack[row].string, start, stop, reach)
            before, reach = (row, label), max(reach, stop)
            found.append((pack[row].text, label, start, stop))
        columns = np.array(found, np.int64).reshape(-1, 4)
        whole = columns[:, 2] < columns[:, 3]
        raw.spans.append((columns[whole], runs.score[kept][whole].astype(np.float32)))

    def _said(self, codes: Sequence[str], raw: _Raw) -> Read:
        known = np.array([code not in UNKNOWN for code in codes], bool)
        empty = {}
        for number, task in enumerate(self.manifest.spans):
            empty[task.name] = _empty(raw.readable, known, raw.asked[:, number])
        values, decided = {}, {}
        asked = _asked(self.manifest.sentence, codes)
        for number, (task, scores) in enumerate(_columns(self.manifest.sentence, raw.sentence)):
            empty[task.name] = _empty(raw.readable, known, asked[:, number])
            values[task.name], decided[task.name] = _judged(task, scores, raw.readable & asked[:, number])
        marked = self._marked(codes, known, raw, empty)
        return Read(
            vectors=raw.vectors,
            values=values,
            decided=_taken(decided),
            spans=self._spans(raw.spans),
            marked=marked,
            cut=raw.cut,
            empty=empty,
        )

    def _marked(self, codes: Sequence[str], known: Flags, raw: _Raw, empty: dict[str, Empty]) -> Marked:
        text = raw.mark_text
        asked = _asked(self.manifest.marked, codes)[text]
        values, decided = {}, {}
        for number, (task, scores) in enumerate(_columns(self.manifest.marked, raw.marked)):
            empty[task.name] = _empty(raw.readable[text], known[text], asked[:, number], raw.reached)
            values[task.name], decided[task.name] = _judged(task, scores, raw.reached & asked[:, number])
        mark = np.arange(len(text)) - raw.first_mark[text]
        return Marked(text=text, mark=mark, values=values, decided=_taken(decided))

    def _spans(self, found: Sequence[tuple[Whole, Floats]]) -> Spans:
        columns = np.concatenate([np.empty((0, 4), np.int64), *(some for some, _ in found)])
        score = np.concatenate([np.empty(0, np.float32), *(some for _, some in found)])
        order = np.lexsort((columns[:, 2], columns[:, 1], columns[:, 0]))
        text, column, start, stop = columns[order].T
        task, label = self._span_of[column].T
        return Spans(text=text, task=task, label=label, start=start, stop=stop, score=score[order])


@dataclass(slots=True)
class _Raw:
    """Raw scores as they come, a row a text or a mark; NaN until then."""

    vectors: Floats
    sentence: Floats
    marked: Floats
    readable: Flags
    reached: Flags
    asked: Flags
    mark_text: Whole
    first_mark: Whole
    cut: int = 0
    spans: list[tuple[Whole, Floats]] = field(default_factory=list)

    @classmethod
    def of(cls, manifest: Manifest, marks: Stretches, asked: Flags) -> Self:
        counts = np.array([len(some) for some in marks], np.int64)
        texts, many = len(counts), int(counts.sum())
        return cls(
            vectors=np.full((texts, manifest.width), np.nan, np.float32),
            sentence=np.full((texts, _width(manifest.sentence)), np.nan, np.float32),
            marked=np.full((many, _width(manifest.marked)), np.nan, np.float32),
            readable=np.zeros(texts, bool),
            reached=np.zeros(many, bool),
            asked=asked,
            mark_text=np.repeat(np.arange(texts), counts),
            first_mark=counts.cumsum() - counts,
        )


def _session(model: bytes, threads: int) -> Any:
    import onnxruntime  # noqa: PLC0415 - it takes its time

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.use_deterministic_compute = True
    options.enable_mem_pattern = False  # a plan for each shape of batch would be kept
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _speller(words: bytes) -> Any:
    from tokenizers import Tokenizer  # noqa: PLC0415 - only those who read texts need it

    tokenizer = Tokenizer.from_buffer(words)
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _outputs(manifest: Manifest) -> dict[str, tuple[int, ...]]:
    """Return what is asked of the graph, each with the last sizes of its shape; nothing where there is no such task."""
    wanted = {
        "pooled": (manifest.width,),
        "sentence": (_width(manifest.sentence),),
        "tokens": (_width(manifest.spans), TAGS),
        "marked": (_width(manifest.marked),),
    }
    return {name: last for name, last in wanted.items() if last[0]}


def _misfit(session: Any, manifest: Manifest) -> str:
    """Return what keeps the graph from being the manifest's, in a sentence."""
    shapes = {one.name: one.shape for one in session.get_outputs()}
    outputs = _outputs(manifest)
    if {one.name for one in session.get_inputs()} != set(INPUTS) or not set(outputs) <= set(shapes):
        return f"the graph must have the inputs {', '.join(INPUTS)} and the outputs {', '.join(outputs)}"
    for name, last in outputs.items():
        found = shapes[name][-len(last) :]
        if any(isinstance(one, int) and one != other for one, other in zip(found, last, strict=False)):
            return f"the graph's '{name}' ends in {found}, the manifest asks for {list(last)}"
    return ""


def _checked(texts: Sequence[str], langs: Sequence[str | None], marks: Stretches | None) -> Stretches:
    found: Stretches = [()] * len(texts) if marks is None else marks
    if not len(texts) == len(langs) == len(found):
        raise ValueError(f"{len(texts)} texts, {len(langs)} languages and marks for {len(found)} do not fit.")
    for number, (text, some) in enumerate(zip(texts, found, strict=True)):
        for start, stop in some:
            if not 0 <= start <= stop <= len(text):
                raise ValueError(f"Mark ({start}, {stop}) is not inside text {number}, which has {len(text)} signs.")
    return found


def _asked(tasks: Sequence[Task], codes: Sequence[str]) -> Flags:
    """Return for which texts each task has gold in their language, shape (texts, tasks)."""
    kinds = sorted(set(codes))
    place = {code: number for number, code in enumerate(kinds)}
    table = np.array([[code in task.languages for task in tasks] for code in kinds], bool)
    return table.reshape(len(kinds), len(tasks))[np.array([place[code] for code in codes], np.int64)]


def _width(tasks: Sequence[Task]) -> int:
    return sum(len(task.labels) for task in tasks)


def _columns(tasks: Sequence[Task], scores: Floats) -> Iterator[tuple[Task, Floats]]:
    begin = 0
    for task in tasks:
        yield task, scores[:, begin : begin + len(task.labels)]
        begin += len(task.labels)


def _judged(task: Task, scores: Floats, asked: Flags) -> tuple[Floats, NDArray[Any] | None]:
    """Return a task's values, NaN for texts that are not asked about, and what is decided by them."""
    values = np.full(scores.shape, np.nan, np.float32)
    some = scores[asked].astype(np.float64)
    if task.head == "regression":
        values[asked] = some * task.sd + task.mean
        return values, None
    if task.head == "labels":
        values[asked] = chances = 0.5 * (1 + np.tanh(0.5 * some))
        holds = np.zeros(scores.shape, bool)
        holds[asked] = chances >= task.thresholds
        return values, holds
    logs = decode.log_softmax(some)
    values[asked] = np.exp(logs)
    taken = np.full(len(scores), -1, np.int64)
    taken[asked] = (logs + task.biases).argmax(1)
    return values, taken


def _taken(decided: Mapping[str, NDArray[Any] | None]) -> dict[str, NDArray[Any]]:
    return {name: found for name, found in decided.items() if found is not None}


def _empty(readable: Flags, known: Flags, asked: Flags, reached: Flags | None = None) -> Empty:
    left = readable & known & asked
    return Empty(
        no_text=int((~readable).sum()),
        unknown_language=int((readable & ~known).sum()),
        other_language=int((readable & known & ~asked).sum()),
        out_of_reach=0 if reached is None else int((left & ~reached).sum()),
    )


def _unit(vectors: Floats) -> Floats:
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    found: Floats = vectors / np.maximum(lengths, np.finfo(np.float32).tiny)
    return found
