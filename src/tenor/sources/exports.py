"""What the exports of press databases have in common: how they write labels, articles and covers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from tenor.errors import shown
from tenor.model import Export, Reject
from tenor.sources.article import Maker, Raw
from tenor.sources.dates import Undated, parse_date
from tenor.sources.importer import ArticleSettings, Item, place_in

Found = Raw | str
_LABEL = re.compile(r"([^\W\d_][\w \-/]{1,28}):\s*(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportImporter:
    """The export of a press database: articles one after the other, perhaps with a cover.

    Parameters
    ----------
    name, reads
        As in `Importer`.
    recognise
        Whether a file is such an export, from its path and first bytes.
    articles
        The strings of every article, or why one can't be read, from the path and the settings.
    cover
        What the file says of the search, from its path.
    """

    name: str
    reads: str
    recognise: Callable[[Path, bytes], bool]
    articles: Callable[[Path, ArticleSettings], Iterator[Found]]
    cover: Callable[[Path], Export]

    def looks_like(self, path: Path, head: bytes) -> bool:
        """Return whether a file is such an export."""
        return self.recognise(path, head)

    def export_of(self, path: Path) -> Export:
        """Return what the file says of the search it came from."""
        return self.cover(path)

    def read(self, path: Path, settings: ArticleSettings) -> Iterator[Item]:
        """Yield every article, and what was refused."""
        maker = Maker.plain(self.name, settings)
        name, file = place_in(path, settings), shown(path)
        for number, found in enumerate(self.articles(path, settings), start=1):
            place = f"{file}, article {number}"
            if isinstance(found, str):
                yield Reject(place=place, why=found)
                continue
            made = maker.make(found, f"{name}, article {number}")
            yield replace(made, place=place) if isinstance(made, Reject) else made


def label_of(line: str) -> tuple[str, str]:
    """Return the label of a line in lower case and what stands after it; an empty label if there is none.

    Examples
    --------
    >>> label_of("Load-Date: July 1, 2019"), label_of("no label")
    (('load-date', 'July 1, 2019'), ('', 'no label'))
    """
    match = _LABEL.fullmatch(line.strip())
    return (match[1].strip().lower(), match[2].strip()) if match else ("", line.strip())


def begins_with_date(line: str) -> bool:
    """Return whether a line begins with a date, a weekday before it or not.

    Examples
    --------
    >>> begins_with_date("Tuesday, 2 July 2019, Late Edition"), begins_with_date("The Guardian 2019")
    (True, False)
    """
    try:
        return parse_date(line.strip(), line=True).precision in ("day", "month", "hour", "minute", "second")
    except Undated:
        return False


def day_of(text: str) -> date | None:
    """Return the day in a text, if one stands there.

    Examples
    --------
    >>> day_of("Friday, 5. July 2019 09:31:00 CEST")
    datetime.date(2019, 7, 5)
    """
    try:
        return parse_date(text.strip(), line=True).published.date()
    except Undated:
        return None
