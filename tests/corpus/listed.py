"""Documents from a list, read the way importers are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tenor.model import Document, ImportReport, Reject


class Listed:
    """What `read_articles` gives, from a list."""

    def __init__(self, items: Iterable[Document | Reject]) -> None:
        self._items = items
        self._read = self._refused = 0

    def __iter__(self) -> Iterator[Document | Reject]:
        for item in self._items:
            self._read += 1
            self._refused += isinstance(item, Reject)
            yield item

    def report(self) -> ImportReport:
        return ImportReport(
            source="a list",
            importer="list@1",
            read=self._read,
            kept=self._read - self._refused,
            merged=0,
            already_there=0,
            refused=self._refused,
        )
