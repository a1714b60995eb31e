"""Results on the disk: what a run worked out, beside the study until it is worked out anew.

No text of an article is kept here: passages are kept as places, so that an article that is removed is gone here too.
"""

from __future__ import annotations

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from tenor.app.output import plain
from tenor.errors import Place, TenorError, shown
from tenor.studyfile.whole import write_whole

STATE = ".tenor"
FORMAT = 1
_Noun = TypeVar("_Noun")


class OtherVersion(TenorError):
    """A result was kept by another version of tenor, or is not what it should be."""


def keep(path: Path, value: object, made_of: Mapping[str, str]) -> None:
    """Keep a noun, with what it was made of."""
    content = {"format": FORMAT, "tenor": version("tenor"), "made_of": dict(made_of), "value": plain(value)}
    write_whole(path, json.dumps(content, ensure_ascii=False).encode("utf-8", "backslashreplace"))


def kept(path: Path, kind: type[_Noun]) -> tuple[_Noun, dict[str, str]]:
    """Return a noun that was kept, and what it was made of.

    Raises
    ------
    OtherVersion
        Another version of tenor kept it, or the file was altered.
    """
    place = Place(shown(path))
    try:
        content = json.loads(path.read_bytes())
        if content["format"] == FORMAT and content["tenor"] == version("tenor"):
            return unpacked(kind, content["value"]), {str(key): str(of) for key, of in content["made_of"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise OtherVersion("this result can't be read", do="run it again", place=place) from error
    raise OtherVersion("another version of tenor worked this out", do="run it again", place=place)


def unpacked(kind: Any, value: Any) -> Any:
    """Return a noun from what JSON knows of it, by its types.

    Examples
    --------
    >>> from tenor.model import Stretch
    >>> days = Stretch(start=date(2024, 1, 1), stop=date(2024, 1, 3))
    >>> unpacked(Stretch, plain(days)) == days
    True
    """
    if value is None:
        return None
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: unpacked(hints[name], value[name]) for name in hints if name in value})
    args = get_args(kind)
    origin = get_origin(kind)
    if origin is tuple:
        return _tuple(args, value)
    if origin in (Union, types.UnionType):
        return _one_of([item for item in args if item is not type(None)], value)
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    return float(value) if kind is float else value


def _tuple(args: tuple[Any, ...], value: list[Any]) -> tuple[Any, ...]:
    if args[-1:] == (Ellipsis,):
        return tuple(unpacked(args[0], item) for item in value)
    return tuple(unpacked(item, part) for item, part in zip(args, value, strict=True))


def _one_of(kinds: list[Any], value: Any) -> Any:
    """Return a value as the one kind it can be; plain values of several kinds stay as they are."""
    return unpacked(kinds[0], value) if len(kinds) == 1 else value


@cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {item.name: hints[item.name] for item in fields(kind)}


def file_hash(path: Path) -> str:
    """Return the hash of a file; "" where there is none."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
