"""`sources.yaml`: which files of articles were added, and how each was read."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from pydantic import Field
from ruamel.yaml import YAML

from tenor import model
from tenor.studyfile.lined import describe, read_lined
from tenor.studyfile.settings import Strict, Text
from tenor.studyfile.whole import write_whole

_HEAD = """\
# Files of articles and how they are read; `tenor add` writes it and reads it again.
# What is wrong here may be mended by hand: columns, outlet, lang, charset, date_format, timezone.
"""
_Role = Literal["title", "text", "date", "outlet", "url", "native_id", "lang"]


class SourceSetting(Strict):
    """One file or folder."""

    path: Text = Field(description="The file or folder, from the study's folder if it lies inside.")
    importer: str = Field(default="", description="Empty: found by the file's content.")
    columns: dict[_Role, str] = Field(default={}, description="For tables: which column holds what.")
    outlet: str = Field(default="", description="For articles that do not name theirs.")
    lang: str = Field(default="", description="For articles that do not name theirs.")
    charset: str = Field(default="", description="For text that is not UTF-8, such as cp1251.")
    date_format: str = Field(default="", description="day first, month first, epoch, or a form such as %d/%m/%Y.")
    timezone: str = Field(default="", description="For times without a zone, such as Europe/Moscow.")


class SourcesDescription(Strict):
    """The article sources of a study."""

    tenor_sources: Literal[1] = Field(description="The version of this file's format.")
    sources: tuple[SourceSetting, ...] = ()


def read_sources(path: Path) -> tuple[model.ArticleSource, ...]:
    """Read `sources.yaml`; there are none where there is no such file.

    Raises
    ------
    TenorError
        With file, line, setting, what is wrong and what to do.

    Examples
    --------
    >>> read_sources(Path("nowhere/sources.yaml"))
    ()
    """
    if not path.exists():
        return ()
    said = describe(read_lined(path), SourcesDescription)
    return tuple(
        model.ArticleSource(columns=tuple(item.columns.items()), **item.model_dump(exclude={"columns"}))
        for item in said.sources
    )


def write_sources(path: Path, sources: Sequence[model.ArticleSource]) -> None:
    """Write `sources.yaml` whole, or leave it as it was.

    Examples
    --------
    >>> import tempfile
    >>> one = model.ArticleSource(path="press.csv", columns=(("text", "body"),), outlet="The Paper")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_sources(Path(folder) / "sources.yaml", [one])
    ...     read_sources(Path(folder) / "sources.yaml") == (one,)
    True
    """
    entries = [
        {name: dict(value) if name == "columns" else value for name, value in asdict(item).items() if value}
        for item in sources
    ]
    text = io.StringIO()
    YAML(typ="safe", pure=True).dump({"tenor_sources": 1, "sources": entries}, text)
    write_whole(path, (_HEAD + text.getvalue()).encode("utf-8"))
