"""Read YAML 1.2 into plain values that remember their lines, and say every mistake with its line."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from tenor.errors import MissingInput, Place, SeveralErrors, StudyError, TenorError, did_you_mean, shown

_LARGEST = 1_000_000
_DEEPEST = 20
SettingPath = tuple[str | int, ...]
_Description = TypeVar("_Description", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Lined:
    """Plain values and the line on which each stands."""

    file: str
    values: Any
    lines: Mapping[SettingPath, int]
    sha256: str

    def place(self, path: Sequence[str | int]) -> Place:
        """Return where a setting stands, or where it would."""
        known = tuple(path)
        while known and known not in self.lines:
            known = known[:-1]
        return Place(self.file, self.lines.get(known, 1), ".".join(str(part) for part in path))

    def error(self, path: Sequence[str | int], what: str, do: str = "") -> StudyError:
        """Return an error about a setting."""
        return StudyError(what, do=do, place=self.place(path))


def _scalar(node: ScalarNode) -> Any:
    kind = str(node.tag).rpartition(":")[2]
    text = str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() == "true"
    if kind == "int":
        return int(text.replace("_", ""), 0 if text.lstrip("+-").lower().startswith(("0x", "0o")) else 10)
    if kind == "float":
        return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
    return text


def _plain(node: Node, path: SettingPath, lines: dict[SettingPath, int], place: Place) -> Any:
    line: int = node.start_mark.line + 1
    lines[path] = line
    here = Place(place.file, line, ".".join(map(str, path)))
    if len(path) > _DEEPEST:
        raise StudyError("settings are nested too deeply", place=here)
    if isinstance(node, ScalarNode):
        return _scalar(node)
    if isinstance(node, SequenceNode):
        return [_plain(item, (*path, index), lines, place) for index, item in enumerate(node.value)]
    if not isinstance(node, MappingNode):
        raise StudyError("something that is no text, list or mapping", place=here)
    found: dict[str, Any] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in found:
            again = Place(place.file, key.start_mark.line + 1, ".".join(map(str, (*path, name))))
            raise StudyError("this setting stands here twice", do="keep one", place=again)
        found[name] = _plain(value, (*path, name), lines, place)
        lines[(*path, name)] = key.start_mark.line + 1
    return found


def read_lined(path: Path) -> Lined:
    """Read a YAML file.

    Raises
    ------
    TenorError
        It is missing, too large, not UTF-8, not YAML 1.2, or uses aliases.
    """
    file = shown(path)
    raw, text = _text_of(path, file)
    try:
        _refuse_aliases(text, file)
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or str(error).splitlines()[0]
        place = Place(file, mark.line + 1 if mark else None)
        do = "check the indentation and the quotes around this line"
        raise StudyError(f"this is not YAML: {what}", do=do, place=place) from error
    if not isinstance(node, MappingNode):
        do = "`tenor new FOLDER` shows what it holds"
        raise StudyError("the file holds no settings", do=do, place=Place(file, 1))
    lines: dict[SettingPath, int] = {}
    return Lined(file, _plain(node, (), lines, Place(file)), lines, hashlib.sha256(raw).hexdigest())


def _text_of(path: Path, file: str) -> tuple[bytes, str]:
    if not path.is_file():
        raise MissingInput(f"there is no file {file}", do="`tenor new FOLDER` writes a commented one")
    raw = path.read_bytes()
    if len(raw) > _LARGEST:
        raise StudyError(f"{len(raw):,} bytes are too many for this file", place=Place(file))
    try:
        return raw, raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise StudyError("this is not UTF-8", do="save the file as UTF-8", place=Place(file, line)) from error


def _refuse_aliases(text: str, file: str) -> None:
    for event in YAML(typ="safe", pure=True).parse(text):
        if type(event).__name__ == "AliasEvent":
            place = Place(file, event.start_mark.line + 1)
            raise StudyError("YAML aliases (*name) are not allowed here", do="write it out", place=place)


def describe(lined: Lined, description: type[_Description]) -> _Description:
    """Check values against a description.

    Raises
    ------
    SeveralErrors
        Every setting that does not fit it, with its line.
    """
    try:
        return description.model_validate(lined.values)
    except ValidationError as error:
        raise SeveralErrors(_in_words(lined, item, description) for item in error.errors()) from error


def _in_words(lined: Lined, item: Mapping[str, Any], description: type[BaseModel]) -> StudyError:
    path = tuple(item["loc"])
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        siblings = _allowed(description, path[:-1])
        return lined.error(path, f"unknown setting '{path[-1]}'", did_you_mean(str(path[-1]), siblings))
    if kind == "missing":
        return lined.error(path, f"'{path[-1]}' is missing here", "add it")
    if kind == "value_error":
        what, _, do = str(context["error"]).partition("; ")
        return lined.error(path, what, do)
    if kind == "literal_error":
        return lined.error(path, f"'{item['input']}' is not possible here", f"write {context['expected']}")
    if kind == "string_type":
        return lined.error(path, f"{item['input']!r} is not text", "put it in quotes")
    if kind == "string_pattern_mismatch":
        do = "use a letter, then letters, digits, - _ ."
        return lined.error(path, f"'{item['input']}' can't be an id", do)
    return lined.error(path, f"{item['msg'][0].lower()}{item['msg'][1:]}", f"it says {item['input']!r}"[:200])


def _allowed(description: type[BaseModel], path: Iterable[str | int]) -> list[str]:
    schema = description.model_json_schema(by_alias=True)
    here: Any = schema
    for part in path:
        here = here.get("items", here) if isinstance(part, int) else here.get("properties", {}).get(part, {})
        here = next((option for option in here.get("anyOf", ()) if "$ref" in option), here)
        items = here.get("items", {})
        if "$ref" in items:
            here = {"items": schema["$defs"][items["$ref"].rpartition("/")[2]]}
        elif "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
    return list(here.get("properties", {}))


def duplicates(lined: Lined, paths: Sequence[SettingPath], ids: Sequence[str]) -> list[TenorError]:
    """Return an error for every id that was used before."""
    return [
        lined.error((*path, "id"), f"the id '{name}' is used twice", "give each its own")
        for position, (path, name) in enumerate(zip(paths, ids, strict=True))
        if name in ids[:position]
    ]


def raise_all(errors: Sequence[TenorError]) -> None:
    """Raise all errors together, if there are any."""
    if errors:
        raise SeveralErrors(errors)
