"""Write what the documentation takes from the program itself into ``docs/generated``.

Run by ``conf.py`` before every build, or by hand: ``python docs/generate.py``.
A page includes a fragment, so that the words of the program are written once.
"""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import tenor
from tenor.app.cli import cli
from tenor.audit.decide import VERDICT_WORDS
from tenor.registry import measures
from tenor.studyfile import claims_schema, study_schema

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from tenor.model import Measure

WIDTH = 90
Schema = dict[str, Any]


def write_all(folder: Path) -> None:
    """Write every fragment into a folder; a fragment that stays the same is not touched."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in _fragments():
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")


def _fragments() -> Iterator[tuple[str, str]]:
    yield "commands.md", commands_text(cli)
    yield "verdicts.md", table(("word", "when"), VERDICT_WORDS)
    yield "measures.md", measures_text(measures())
    yield "study-fields.md", fields_text(study_schema(), "study")
    yield "claims-fields.md", fields_text(claims_schema(), "claims")
    yield "python.md", python_text(tenor.__all__, tenor)


# --- commands --------------------------------------------------------------------------------------


def commands_text(group: click.Command) -> str:
    """Return the help of a command and of everything below it, a heading each."""
    return "\n".join(f"## `{name}`\n\n```text\n{text}\n```\n" for name, text in _helps(group, "tenor"))


def _helps(command: click.Command, word: str, parent: click.Context | None = None) -> Iterator[tuple[str, str]]:
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    context = click.Context(command, info_name=word, parent=parent, **settings)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _helps(below, name, context)


# --- tables ----------------------------------------------------------------------------------------


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    r"""Return a Markdown table.

    Examples
    --------
    >>> print(table(("word", "when"), [("a|b", "always")]), end="")
    | word | when |
    |---|---|
    | a\|b | always |
    """
    lines = [head, *rows]
    shown = ["| " + " | ".join(_cell(text) for text in line) + " |" for line in lines]
    return "\n".join([shown[0], "|" + "---|" * len(head), *shown[1:]]) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def measures_text(known: Mapping[str, Measure]) -> str:
    """Return a table of all measures."""
    return table(
        ("measure", "answers", "a value reads", "needs"),
        ((f"`{name}`", item.asks, _reads(item), ", ".join(item.needs)) for name, item in known.items()),
    )


def _reads(measure: Measure) -> str:
    if measure.scale == "share":
        return f"share of {measure.denominator}"
    return f"{measure.numerator} per {measure.denominator}"


# --- fields of the YAML files ------------------------------------------------------------------------


def fields_text(schema: Schema, file: str) -> str:
    """Return a table of settings for a JSON Schema and for every part that it defines."""
    known = dict(_in_order(schema))
    text = [_fields_table(schema, known, file)]
    for name, part in known.items():
        text.append(f"({_label(file, name)})=\n### {_title(name)}\n\n{part.get('description', '')}\n")
        text.append(_fields_table(part, known, file))
    return "\n".join(text)


def _in_order(schema: Schema) -> list[tuple[str, Schema]]:
    """Return the parts of a schema in the order in which a reader of the file meets them."""
    parts: dict[str, Schema] = schema.get("$defs", {})
    met: list[str] = []
    waiting = _named_in(schema.get("properties", {}))
    while waiting:
        name = waiting.pop(0)
        if name not in met:
            met.append(name)
            waiting = _named_in(parts[name]) + waiting
    return [(name, parts[name]) for name in met if "properties" in parts[name]]


def _named_in(value: object) -> list[str]:
    """Return the parts that a piece of a schema refers to."""
    if isinstance(value, dict):
        own = [_name(value["$ref"])] if "$ref" in value else []
        return own + [name for item in value.values() for name in _named_in(item)]
    if isinstance(value, list):
        return [name for item in value for name in _named_in(item)]
    return []


def _fields_table(part: Schema, known: Mapping[str, Schema], file: str) -> str:
    required = set(part.get("required", ()))
    rows = [
        (f"`{name}`", kind_of(spec, file), _need(spec, required=name in required), _meaning(spec, known))
        for name, spec in part["properties"].items()
    ]
    return table(("setting", "is", "if left out", "means"), rows)


def _meaning(spec: Schema, known: Mapping[str, Schema]) -> str:
    """Return what a setting means; one without words of its own has those of the part it holds."""
    lent = [known[name].get("description", "") for name in _named_in(spec) if name in known]
    return str(spec.get("description") or " ".join(lent))


def _need(spec: Schema, *, required: bool) -> str:
    if required:
        return "an error"
    default = spec.get("default")
    if default in (None, "", [], {}):
        return "nothing"
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"


def kind_of(spec: Schema, file: str) -> str:
    """Return in words what a setting may be.

    Examples
    --------
    >>> kind_of({"type": "array", "items": {"type": "string", "format": "date"}}, "study")
    'list of date'
    """
    match spec:
        case {"$ref": reference}:
            return f"[{_title(_name(reference))}](#{_label(file, _name(reference))})"
        case {"anyOf": choices}:
            return " or ".join(kind_of(item, file) for item in choices if item.get("type") != "null")
        case {"const": _} | {"enum": _}:
            return " or ".join(f"`{word}`" for word in spec.get("enum", [spec.get("const")]))
        case {"type": "array"}:
            return f"list of {kind_of(spec.get('items', {}), file)}"
        case {"type": "object"}:
            return f"name: {kind_of(spec.get('additionalProperties', {}), file)}, any number of them"
        case _:
            return _plain_kind(spec)


def _plain_kind(spec: Schema) -> str:
    words = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
    kind = spec.get("format") or words.get(spec.get("type", ""), "as described")
    if "pattern" in spec:
        return f"{kind} like `{spec['pattern']}`"
    if "minimum" in spec and "maximum" in spec:
        return f"{kind}, {spec['minimum']} to {spec['maximum']}"
    return str(kind)


def _name(reference: str) -> str:
    return reference.rpartition("/")[2]


def _title(name: str) -> str:
    return name.removesuffix("Setting").removesuffix("Description")


def _label(file: str, name: str) -> str:
    return f"{file}-{_title(name).lower()}"


# --- Python ----------------------------------------------------------------------------------------


def python_text(names: Iterable[str], module: object) -> str:
    """Return an autodoc directive for every public class and function."""
    found = [(f"tenor.{name}", getattr(module, name)) for name in names]
    return "\n".join(f"```{{eval-rst}}\n.. {_directive(name, item)}\n```\n" for name, item in found if callable(item))


def _directive(name: str, item: object) -> str:
    if not inspect.isclass(item):
        return f"autofunction:: {name}"
    if issubclass(item, BaseException):
        return f"autoexception:: {name}\n   :show-inheritance:"
    return f"autoclass:: {name}\n   :members:"


if __name__ == "__main__":
    write_all(Path(__file__).parent / "generated")
