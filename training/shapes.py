"""One form for every labelled set: what an example, a task and a set are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

# "train", "dev", or how else a file of a set is called.
Split = str
Head = Literal["regression", "classes", "labels", "spans"]
Licence = Literal["permissive", "share-alike", "copyleft", "unstated", "non-commercial"]
LICENCES: tuple[Licence, ...] = get_args(Licence)
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One question that a head answers.

    ``regression``: one number per label. ``classes``: exactly one label. ``labels``: any number of labels.
    ``spans``: marks in the text; spans of different labels may overlap, spans of one label never do.
    Without labels the set of labels is open. ``marked`` says that the example has a target span.
    """

    name: str
    head: Head
    labels: tuple[str, ...]
    asks: str
    marked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Mark:
    """A labelled stretch of a text, in code points, end exclusive."""

    start: int
    stop: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One text with the gold of one task.

    ``doc`` and ``offset`` lead back to the document the text was cut from, so that spans can be scored in it.
    """

    id: str
    source: str
    task: str
    split: Split
    lang: str
    text: str
    doc: str
    offset: int = 0
    target: tuple[int, int] | None = None
    labels: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A labelled set: its tasks, its licence class, and how its rows become examples."""

    name: str
    tasks: tuple[str, ...]
    licence: Licence
    read: Callable[[Sequence[Row], Split], Iterator[Example]]
    evaluate_only: bool = False
    own_dev: bool = False
    silver: bool = False
