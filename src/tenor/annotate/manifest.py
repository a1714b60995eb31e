"""What the encoder's distribution says of itself: its files with their hashes, its tasks with their labels."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Self

from tenor.errors import ModelMissing, Place, shown

NAME = "manifest.json"
MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
INSTALL = "install the model: pip install tenor-models"
AGAIN = "install the model anew: pip install --force-reinstall tenor-models"

_KEYS = {"name", "version", "made", "files", "width", "layers", "longest", "padding", "sentence", "marked", "spans"}
_COMMON = {"task", "head", "labels", "languages"}
# The numbers that turn a head's raw scores into what is said, one a label.
_NUMBERS: Mapping[str, tuple[str, ...]] = {
    "regression": ("mean", "sd"),
    "labels": ("thresholds",),
    "classes": ("biases",),
    "spans": ("biases", "costs"),
}
_DIGEST = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One question that the encoder answers.

    ``head`` is "regression", "labels" (any number of them), "classes" (one of them) or "spans". There is gold behind
    the answers in ``languages`` only. Of ``mean``, ``sd``, ``thresholds``, ``biases`` and ``costs``, one number a
    label, a head has those it needs.
    """

    name: str
    head: str
    labels: tuple[str, ...]
    languages: tuple[str, ...]
    mean: tuple[float, ...] = ()
    sd: tuple[float, ...] = ()
    thresholds: tuple[float, ...] = ()
    biases: tuple[float, ...] = ()
    costs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What is known of the encoder; the tasks stand in the order of the graph's columns.

    ``files`` holds the sha256 of each file, ``made`` whatever its makers noted, ``longest`` how many tokens of a text
    are read, ``padding`` the number of the token that fills up a batch.

    Examples
    --------
    >>> import json
    >>> task = {"task": "biased", "head": "classes", "labels": ["no", "yes"], "biases": [0, 0.3], "languages": ["en"]}
    >>> written = {"name": "tiny", "version": "1", "made": {}, "width": 4, "layers": 0, "longest": 8, "padding": 1}
    >>> written |= {"files": {"model.onnx": "0" * 64, "tokenizer.json": "1" * 64}}
    >>> manifest = Manifest.parsed(json.dumps(written | {"sentence": [task], "marked": [], "spans": []}).encode())
    >>> manifest.sentence[0].labels, manifest.sentence[0].biases
    (('no', 'yes'), (0.0, 0.3))
    """

    name: str
    version: str
    made: Mapping[str, Any]
    files: Mapping[str, str]
    width: int
    layers: int
    longest: int
    padding: int
    sentence: tuple[Task, ...]
    marked: tuple[Task, ...]
    spans: tuple[Task, ...]

    @classmethod
    def parsed(cls, data: bytes, place: Place | None = None) -> Self:
        """Return the manifest that is written in a file.

        Parameters
        ----------
        data
            The file's bytes: JSON.
        place
            Where they are from, for the error.

        Raises
        ------
        ModelMissing
            It is no such manifest; the error says what is wrong with it.
        """
        try:
            return cls(**_manifest(json.loads(data)))
        except (ValueError, RecursionError) as error:
            raise ModelMissing(f"this is no manifest of an encoder: {error}", do=AGAIN, place=place) from error

    @classmethod
    def read(cls, folder: Path | Traversable) -> Self:
        """Return the manifest of a folder.

        Raises
        ------
        ModelMissing
            There is none, or it is none.
        """
        return cls.parsed(read_file(folder, NAME), Place(file=where(folder, NAME)))

    def checked(self, folder: Path | Traversable, *wanted: str) -> list[bytes]:
        """Return what is in the files `wanted`, after holding every file against its sha256.

        Raises
        ------
        ModelMissing
            A file is missing or altered; the error has its name and both hashes.
        """
        found = {}
        for name, expected in self.files.items():
            data = read_file(folder, name)
            digest = hashlib.sha256(data).hexdigest()
            if digest != expected:
                what = f"the file is not the one that was made: its sha256 is {digest}, expected {expected}"
                raise ModelMissing(what, do=AGAIN, place=Place(file=where(folder, name)))
            if name in wanted:
                found[name] = data
        return [found[name] for name in wanted]


def read_file(folder: Path | Traversable, name: str) -> bytes:
    """Return a file of the model.

    Raises
    ------
    ModelMissing
        It is not there or can't be read.
    """
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise ModelMissing("a file of the model is missing", do=INSTALL, place=Place(file=where(folder, name))) from (
            error
        )
    except OSError as error:
        what = f"a file of the model can't be read: {error.strerror or error}"
        raise ModelMissing(what, do=AGAIN, place=Place(file=where(folder, name))) from error


def where(folder: Path | Traversable, name: str) -> str:
    """Return a file's path as the user would type it."""
    path = folder / name
    return shown(path) if isinstance(path, Path) else str(path)


def _manifest(data: object) -> dict[str, Any]:
    found = _object(data, _KEYS, "it")
    for key in ("name", "version"):
        _demand(isinstance(found[key], str) and bool(found[key]), f"'{key}' must be a text")
    _demand(isinstance(found["made"], dict), "'made' must be an object")
    for key, least in (("width", 1), ("layers", 0), ("longest", 3), ("padding", 0)):
        _demand(type(found[key]) is int and found[key] >= least, f"'{key}' must be a whole number from {least}")
    parts = {key: _tasks(found[key], key) for key in ("sentence", "marked", "spans")}
    names = [task.name for tasks in parts.values() for task in tasks]
    _demand(len(set(names)) == len(names), "two tasks have the same name")
    return {**found, "files": _files(found["files"]), **parts}


def _files(data: object) -> dict[str, str]:
    _demand(isinstance(data, dict) and {MODEL, TOKENIZER} <= set(data), f"'files' must name {MODEL} and {TOKENIZER}")
    assert isinstance(data, dict)
    for name, digest in data.items():
        _demand(name not in {"", ".", ".."} and not set(name) & set("/\\:"), f"'{name}' is no plain file name")
        _demand(
            isinstance(digest, str) and len(digest) == _DIGEST and set(digest) <= set("0123456789abcdef"),
            f"the sha256 of '{name}' must be {_DIGEST} hexadecimal digits",
        )
    return data


def _tasks(data: object, part: str) -> tuple[Task, ...]:
    _demand(isinstance(data, list), f"'{part}' must be a list")
    assert isinstance(data, list)
    return tuple(_task(one, part, f"{part}[{place}]") for place, one in enumerate(data))


def _task(data: object, part: str, where: str) -> Task:
    if part == "spans" and isinstance(data, dict):
        free = [0.0] * len(data["labels"]) if isinstance(data.get("labels"), list) else []
        data = {"head": "spans", "costs": free, **data}  # models before 0.2.0 have no costs
    head = data.get("head") if isinstance(data, dict) else None
    _demand(isinstance(head, str) and head in _NUMBERS and (head == "spans") == (part == "spans"), f"{where}: no head")
    assert isinstance(head, str)
    found = _object(data, {*_COMMON, *_NUMBERS[head]}, where)
    _demand(isinstance(found["task"], str) and bool(found["task"]), f"{where}: 'task' must be a text")
    labels, languages = _texts(found["labels"], f"{where}.labels"), _texts(found["languages"], f"{where}.languages")
    _demand(bool(labels), f"{where}.labels must be a list of texts, and not empty")
    numbers = {key: _floats(found[key], len(labels), f"{where}.{key}") for key in _NUMBERS[head]}
    _demand(min(numbers.get("sd", (1.0,))) > 0, f"{where}.sd must be more than 0")
    return Task(name=found["task"], head=head, labels=labels, languages=languages, **numbers)


def _object(data: object, keys: set[str], where: str) -> dict[str, Any]:
    _demand(isinstance(data, dict), f"{where} must be an object")
    assert isinstance(data, dict)
    for words, some in (("has no", keys - set(data)), ("has an unknown", set(data) - keys)):
        _demand(not some, f"{where} {words} '{min(some, default='')}'")
    return data


def _texts(data: object, where: str) -> tuple[str, ...]:
    fits = isinstance(data, list) and all(isinstance(item, str) and item for item in data)
    _demand(fits, f"{where} must be a list of texts")
    assert isinstance(data, list)
    _demand(len(set(data)) == len(data), f"{where} names one twice")
    return tuple(data)


def _floats(data: object, many: int, where: str) -> tuple[float, ...]:
    fits = isinstance(data, list) and len(data) == many and all(map(_is_number, data))
    _demand(fits, f"{where} must have a number for each of {many} labels")
    assert isinstance(data, list)
    return tuple(map(float, data))


def _is_number(item: object) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool) and abs(item) <= sys.float_info.max


def _demand(fits: bool, sentence: str) -> None:
    if not fits:
        raise ValueError(sentence)
