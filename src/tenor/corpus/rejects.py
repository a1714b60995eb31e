"""Refused records: a CSV file that says where each stands and why, so that it can be mended."""

from __future__ import annotations

import csv
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from tenor.model import Reject
from tenor.tables import no_formula


class Rejects:
    """Collects refused records; the file appears whole when the import has ended without an error.

    Parameters
    ----------
    path
        The CSV file; an older one of that name is replaced, or taken away if nothing was refused.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Rejects(Path(folder) / "press.csv") as refused:
    ...         refused.add(Reject(place="press.csv:2", why="no text"))
    ...     (Path(folder) / "press.csv").read_text(encoding="utf-8").splitlines()[1]
    'press.csv:2,no text,'
    """

    __slots__ = ("_draft", "_file", "_path", "_writer", "count")

    def __init__(self, path: Path) -> None:
        self._path = path
        self._draft = path.with_name(f".tmp-{os.getpid()}-{path.name}")
        self.count = 0

    def __enter__(self) -> Self:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self._draft.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(["place", "why", "excerpt"])
        return self

    def add(self, item: Reject) -> None:
        """Write a refused record; a cell that would be a formula in a spreadsheet is made text."""
        self._writer.writerow([no_formula(cell) for cell in (item.place, item.why, item.excerpt)])
        self.count += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._file.close()
        if kind is None and self.count:
            self._draft.replace(self._path)
            return
        self._draft.unlink()
        if kind is None:
            self._path.unlink(missing_ok=True)
