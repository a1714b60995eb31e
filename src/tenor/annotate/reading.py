"""A unit of articles -> all that is read out of their sentences: the pure function that workers run.

What goes in: articles, and in the schema's metadata which model reads them, for which actors, and what is wanted. What
comes out: a row an article, with lists of rows for the tables `scores`, `vectors` and `annotations`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.annotate.actors import ActorFinder, Mention, finder_of
from tenor.annotate.columns import decided, numbers
from tenor.annotate.encoder import Encoder, Read
from tenor.annotate.generalisation import generalisations
from tenor.annotate.language import language_named
from tenor.annotate.lexicon import Lexicon
from tenor.annotate.pieces import Sentence, pieces
from tenor.model import Actor, Title
from tenor.tables import ANNOTATIONS, SCORES, VECTORS

# A voice with fewer words in a sentence of several is not scored by itself: "she said" has no tone.
FEWEST = 3
RULES = "rules@1"
TABLES: Mapping[str, pa.Schema] = {"scores": SCORES, "vectors": VECTORS, "annotations": ANNOTATIONS}
ARTICLES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("lang", pa.string(), nullable=False),
        pa.field("day", pa.date32()),
        pa.field("title", pa.string(), nullable=False),
        pa.field("text", pa.string(), nullable=False),
    ]
)
_TONES = ("negative", "neutral", "positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run reads with.

    Parameters
    ----------
    model
        The model's folder; empty for the installed one.
    encoder, finder
        The names under which the model's and the actors' answers are kept.
    actors
        Whose mentions are looked for.
    whole
        Whether everything is read, or only the mentions of actors.
    """

    model: str
    encoder: str
    finder: str
    actors: tuple[Actor, ...]
    whole: bool

    def packed(self) -> dict[bytes, bytes]:
        """Return them as a schema's metadata."""
        return {b"settings": json.dumps(asdict(self), default=str, ensure_ascii=False).encode()}

    @classmethod
    def unpacked(cls, metadata: Mapping[bytes, bytes]) -> Settings:
        """Return those of a schema's metadata."""
        said = json.loads(metadata[b"settings"])
        return cls(**{**said, "actors": tuple(map(_actor, said["actors"]))})


def _actor(said: Mapping[str, Any]) -> Actor:
    """Return an actor from what JSON keeps of it."""
    titles = [
        Title(words=_phrases(item["words"]), start=_day(item["start"]), stop=_day(item["stop"]))
        for item in said["titles"]
    ]
    return Actor(**{**said, "aliases": _phrases(said["aliases"]), "titles": tuple(titles)})


def _phrases(said: Sequence[tuple[str, Sequence[str]]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((lang, tuple(words)) for lang, words in said)


def _day(said: str | None) -> date | None:
    return None if said is None else date.fromisoformat(said)


class _Found(NamedTuple):
    """A mention in a sentence: in which of the unit's sentences, where, and its number among the marks of its text."""

    sentence: int
    mention: Mention
    mark: int


@dataclass(slots=True)
class _Texts:
    """The texts that are given to the model, each once, with the stretches to say something about."""

    texts: list[str] = field(default_factory=list)
    langs: list[str] = field(default_factory=list)
    marks: list[list[tuple[int, int]]] = field(default_factory=list)
    known: dict[tuple[str, str], int] = field(default_factory=dict)

    def number(self, text: str, lang: str) -> int:
        """Return the number of a text."""
        number = self.known.setdefault((lang, text), len(self.texts))
        if number == len(self.texts):
            self.texts.append(text)
            self.langs.append(lang)
            self.marks.append([])
        return number

    def mark(self, number: int, start: int, stop: int) -> int:
        """Return the number of a stretch among those of its text."""
        marks = self.marks[number]
        if (start, stop) not in marks:
            marks.append((start, stop))
        return marks.index((start, stop))


@dataclass(slots=True)
class _Unit:
    """What is to be read: sentences with their articles and texts, voices with theirs, mentions."""

    texts: _Texts = field(default_factory=_Texts)
    sentences: list[tuple[int, Sentence, int]] = field(default_factory=list)
    voices: list[tuple[int, Sentence, int, int]] = field(default_factory=list)
    mentions: list[_Found] = field(default_factory=list)
    sweeping: list[tuple[int, str, int, int, str]] = field(default_factory=list)


def annotate(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Read some articles.

    Parameters
    ----------
    batch
        Rows of `ARTICLES`; the metadata of its schema holds `Settings`.

    Returns
    -------
    pyarrow.RecordBatch
        ``doc_id``, how many ``sentences`` were read and how many of them hold nothing to read, and lists of rows of the
        three tables. The same articles in the same order give the same bytes.
    """
    settings = Settings.unpacked(batch.schema.metadata)
    finder = finder_of(settings.actors)
    unit = _Unit()
    articles = batch.to_pylist()
    for number, article in enumerate(articles):
        _take(unit, number, article, finder, whole=settings.whole)
    read = _encoder(settings.model).read(unit.texts.texts, unit.texts.langs, unit.texts.marks)
    tables = {
        "scores": _scores(unit, read, settings, articles),
        "vectors": _vectors(unit, read, settings, articles),
        "annotations": _annotations(unit, read, settings, articles),
    }
    return _by_article(articles, unit, tables, read)


@lru_cache(maxsize=1)
def _encoder(folder: str) -> Encoder:
    """Load the model once a process."""
    return Encoder.open(Path(folder) if folder else None)


@lru_cache(maxsize=1)
def _lexicon() -> Lexicon:
    return Lexicon.open()


def _take(unit: _Unit, number: int, article: Mapping[str, Any], finder: ActorFinder, *, whole: bool) -> None:
    """Split an article and note what is to be asked of it."""
    lang, day = article["lang"], article["day"]
    language = language_named(lang)
    found = list(pieces(article["title"], article["text"], language))
    for part, words in (("title", article["title"]), ("body", article["text"])):
        own = [one for one in found if one.part == part]
        mentions = finder.mentions(words, lang, day, [(one.start, one.stop) for one in own])
        _take_part(unit, number, (lang, words), own, mentions, whole=whole)
        if whole:
            unit.sweeping += [(number, part, *span) for span in generalisations(words, language)]


def _take_part(
    unit: _Unit,
    number: int,
    said: tuple[str, str],
    own: Sequence[Sentence],
    mentions: Sequence[Mention],
    *,
    whole: bool,
) -> None:
    lang, words = said
    first = 0
    for one in own:
        last = first
        while last < len(mentions) and mentions[last].start < one.stop:
            last += 1
        inside = mentions[first:last]
        first = last
        if not whole and not inside:
            continue
        text = unit.texts.number(words[one.start : one.stop], lang)
        at = len(unit.sentences)
        unit.sentences.append((number, one, text))
        for mention in inside:
            stop = min(mention.stop, one.stop)
            mark = unit.texts.mark(text, mention.start - one.start, stop - one.start) if mention.actor else -1
            unit.mentions.append(_Found(at, mention, mark))
        if whole:
            unit.voices += _voices(unit.texts, number, one, said, text)


def _voices(
    texts: _Texts, number: int, one: Sentence, said: tuple[str, str], whole: int
) -> Iterator[tuple[int, Sentence, int, int]]:
    """Yield the voices of a sentence with their texts; -1 for one that says too little."""
    lang, words = said
    for place, voice in enumerate(one.voices):
        if len(one.voices) == 1:
            yield number, one, place, whole
        elif len(words[voice.start : voice.stop].split()) < FEWEST:
            yield number, one, place, -1
        else:
            yield number, one, place, texts.number(words[voice.start : voice.stop], lang)


def _scores(unit: _Unit, read: Read, settings: Settings, articles: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return the rows of `SCORES`; a voice that says too little has none of the numbers."""
    tasks = _encoder(settings.model).manifest.sentence
    rows = np.array([text for _, _, _, text in unit.voices], np.int64)
    spoken = [one.voices[place] for _, one, place, _ in unit.voices]
    said = [
        _words(articles[number], one.part)[one.voices[place].start : one.voices[place].stop]
        for number, one, place, _ in unit.voices
    ]
    english = [articles[number]["lang"] == "en" and text >= 0 for number, _, _, text in unit.voices]
    lexicon = _lexicon().scores([text if read_it else "" for text, read_it in zip(said, english, strict=True)])
    columns: dict[str, Any] = {
        "doc_id": [articles[number]["doc_id"] for number, *_ in unit.voices],
        "part": [one.part for _, one, _, _ in unit.voices],
        "start": [voice.start for voice in spoken],
        "stop": [voice.stop for voice in spoken],
        "speech": [voice.kind for voice in spoken],
        "doubt": [voice.doubt for voice in spoken],
        "words": [len(text.split()) for text in said],
        "coder": [settings.encoder] * len(rows),
        "lexicon_valence": pa.array(lexicon[:, 0], pa.float32(), from_pandas=True),
        "lexicon_arousal": pa.array(lexicon[:, 1], pa.float32(), from_pandas=True),
        **_answers(tasks, read, rows),
    }
    return pa.table({name: columns[name] for name in SCORES.names}, SCORES)


def _answers(tasks: Any, read: Read, rows: NDArray[np.int64]) -> dict[str, Any]:
    """Return the model's columns; rows below 0 are empty."""
    if not len(read.vectors):
        return {field.name: pa.nulls(len(rows), field.type) for field in SCORES if field.nullable}
    there = pa.array(rows >= 0)
    asked = np.maximum(rows, 0)
    found = {**numbers(tasks, read, asked), **decided(tasks, read, asked)}
    return {name: _where(there, column) for name, column in found.items()}


def _where(there: pa.Array, column: pa.Array) -> pa.Array:
    places = pc.if_else(there, pa.array(np.arange(len(column))), pa.scalar(None, pa.int64()))
    return column.take(places)


def _words(article: Mapping[str, Any], part: str) -> str:
    words: str = article["title"] if part == "title" else article["text"]
    return words


def _vectors(unit: _Unit, read: Read, settings: Settings, articles: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Return the rows of `VECTORS`: one a sentence that holds a letter."""
    kept = [
        (articles[number]["doc_id"], one, text)
        for number, one, text in unit.sentences
        if settings.whole and not np.isnan(read.vectors[text, 0])
    ]
    columns = {
        "doc_id": [doc_id for doc_id, _, _ in kept],
        "part": [one.part for _, one, _ in kept],
        "start": [one.start for _, one, _ in kept],
        "stop": [one.stop for _, one, _ in kept],
        "coder": [settings.encoder] * len(kept),
        "vector": [read.vectors[text].astype("<f2").tobytes() for _, _, text in kept],
    }
    return pa.table(columns, VECTORS)


class _Row(NamedTuple):
    """A row of `ANNOTATIONS`, with its article's number first."""

    article: int
    part: str
    start: int
    stop: int
    variable: str
    value: str
    actor: str
    coder: str
    score: float | None


def _annotations(unit: _Unit, read: Read, settings: Settings, articles: Sequence[Mapping[str, Any]]) -> pa.Table:
    rows = [*_mentioned(unit, read, settings)]
    if settings.whole:
        rows += _spans(unit, read, settings)
        rows += [
            _Row(number, part, start, stop, "generalisation", name, "", RULES, None)
            for number, part, start, stop, name in unit.sweeping
        ]
    rows.sort(key=lambda row: (row.article, row.part != "title", *row[2:8]))
    columns: dict[str, Any] = {name: [getattr(row, name) for row in rows] for name in ANNOTATIONS.names[1:]}
    columns["doc_id"] = [articles[row.article]["doc_id"] for row in rows]
    return pa.table({name: columns[name] for name in ANNOTATIONS.names}, ANNOTATIONS)


def _spans(unit: _Unit, read: Read, settings: Settings) -> Iterator[_Row]:
    """Yield what the model marked in sentences."""
    tasks = _encoder(settings.model).manifest.spans
    spans = read.spans
    begins = np.searchsorted(spans.text, np.arange(len(unit.texts.texts) + 1))
    for number, one, text in unit.sentences:
        for at in range(begins[text], begins[text + 1]):
            task = tasks[spans.task[at]]
            start, stop = one.start + int(spans.start[at]), one.start + int(spans.stop[at])
            label, score = task.labels[spans.label[at]], float(spans.score[at])
            yield _Row(number, one.part, start, stop, task.name, label, "", settings.encoder, score)


def _mentioned(unit: _Unit, read: Read, settings: Settings) -> Iterator[_Row]:
    """Yield the mentions of actors, and the tone towards each: from -1 to 1, negative to positive."""
    marked = read.marked
    first = np.searchsorted(marked.text, np.arange(len(unit.texts.texts)))
    tone = marked.values.get("tone")
    for sentence, mention, mark in unit.mentions:
        number, one, text = unit.sentences[sentence]
        place = (number, one.part, mention.start, mention.stop)
        if not mention.actor:
            yield _Row(*place, "ambiguous", mention.alias, "", settings.finder, None)
            continue
        yield _Row(*place, "mention", mention.how, mention.actor, settings.finder, None)
        if tone is not None and mark >= 0 and not np.isnan(tone[first[text] + mark, 0]):
            chances = tone[first[text] + mark]
            word = _TONES[int(marked.decided["tone"][first[text] + mark])]
            yield _Row(*place, "toward", word, mention.actor, settings.finder, float(chances[2] - chances[0]))


def _by_article(
    articles: Sequence[Mapping[str, Any]], unit: _Unit, tables: Mapping[str, pa.Table], read: Read
) -> pa.RecordBatch:
    """Gather the rows of each article into lists."""
    ids = [article["doc_id"] for article in articles]
    counts = np.bincount([number for number, _, _ in unit.sentences], minlength=len(ids))
    blank = [number for number, _, text in unit.sentences if np.isnan(read.vectors[text, 0])]
    columns: dict[str, Any] = {
        "doc_id": pa.array(ids, pa.string()),
        "sentences": pa.array(counts.astype(np.int32)),
        "unread": pa.array(np.bincount(np.array(blank, np.int64), minlength=len(ids)).astype(np.int32)),
    }
    for name, rows in tables.items():
        columns[name] = _lists(rows, ids)
    return pa.record_batch(columns)


def _lists(rows: pa.Table, ids: Sequence[str]) -> pa.Array:
    """Return for each article the list of its rows; rows stand in the order of the articles."""
    own = rows["doc_id"].combine_chunks().dictionary_encode()
    place = {doc_id: at for at, doc_id in enumerate(ids)}
    code = np.array([place[name] for name in own.dictionary.to_pylist()], np.int64)
    counts = np.bincount(code[own.indices.to_numpy()], minlength=len(ids)) if rows.num_rows else np.zeros(len(ids), int)
    offsets = np.concatenate([[0], counts.cumsum()]).astype(np.int32)
    struct = pa.StructArray.from_arrays([column.combine_chunks() for column in rows.columns], rows.schema.names)
    return pa.ListArray.from_arrays(offsets, struct)
