"""What tenor says when something is wrong: what, where, and what to do.

TenorError
 ├── StudyError      a study, claims or counts setting is wrong            exit 65
 ├── SourceError     a file with figures or articles is wrong              exit 65
 ├── UnknownName     no measure, round, query ... of that name             exit 65
 ├── MissingInput    a file or folder that is needed is not there          exit 66
 ├── ModelMissing    the encoder's files are not there, or not the ones    exit 69
 ├── Busy            another process is writing to this study              exit 69
 ├── NoSpace         the disk is full                                  exit 69
 ├── StoreDamaged    a stored file does not hold what its log says         exit 65
 └── SeveralErrors   several of these, shown together                      exit of the first
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mistake stands: a file, perhaps a line, perhaps the path of a setting."""

    file: str
    line: int | None = None
    setting: str = ""

    def __str__(self) -> str:
        """Return ``file:line: setting``, leaving out what is not known."""
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{where}: {self.setting}" if self.setting else where


class TenorError(Exception):
    """The root of every error a user can cause or mend.

    Parameters
    ----------
    what
        The mistake, in a sentence without a full stop.
    do
        What the user can do about it.
    place
        Where it stands.
    """

    exit_code = 65

    def __init__(self, what: str, *, do: str = "", place: Place | None = None) -> None:
        self.what = what
        self.do = do
        self.place = place
        super().__init__(str(self))

    def __str__(self) -> str:
        """Return ``place: what; do``."""
        head = f"{self.place}: " if self.place else ""
        return f"{head}{self.what}{f'; {self.do}' if self.do else ''}"


class StudyError(TenorError):
    """A setting of the study or of its claims is wrong."""


class SourceError(TenorError):
    """A file with figures or articles can't be read as what it is said to be."""


class StoreDamaged(TenorError):
    """A stored file does not hold what its log says it holds."""


class MissingInput(TenorError):
    """A file or folder that is needed is not there."""

    exit_code = 66


class ModelMissing(TenorError):
    """The model that reads texts is not installed, or its files are not those that were made."""

    exit_code = 69


class Busy(TenorError):
    """Another process is writing to this study."""

    exit_code = 69


class NoSpace(TenorError):
    """The disk, or the user's share of it, is full."""

    exit_code = 69


class UnknownName(TenorError):
    """A name that nothing has; the nearest known name is offered."""

    @classmethod
    def of(cls, kind: str, name: str, known: Iterable[str], *, place: Place | None = None) -> UnknownName:
        """Build the error from the unknown name and all known ones."""
        return cls(f"no {kind} '{name}'", do=did_you_mean(name, known), place=place)


class SeveralErrors(TenorError):
    """Several things are wrong; all are shown at once."""

    def __init__(self, errors: Iterable[TenorError]) -> None:
        self.errors = tuple(errors)
        self.exit_code = self.errors[0].exit_code
        super().__init__("\n".join(str(error) for error in self.errors))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a sentence that offers the nearest known names.

    Examples
    --------
    >>> did_you_mean("volume.rat", ["volume.rate", "volume.share"])
    "did you mean 'volume.rate'?"
    """
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known: {', '.join(names)}" if names else "none is known here"


def shown(path: Path) -> str:
    """Return a path as the user would type it from where they stand."""
    try:
        return str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
