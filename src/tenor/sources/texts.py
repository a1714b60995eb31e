"""Articles as text files, one a file: the name of the file is the identifier, a date in front of it the date."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from tenor.errors import shown
from tenor.model import Export, Reject
from tenor.sources.article import Maker, Raw
from tenor.sources.delimited import looks_delimited
from tenor.sources.files import open_text, rough_text
from tenor.sources.importer import MOST_CHARACTERS, ArticleSettings, Item, place_in
from tenor.sources.jsonrows import looks_like_json_rows
from tenor.sources.lexis import looks_like_lexis_text

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?!\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextImporter:
    """A text file that is one article.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "2019-07-01_talks.txt"
    ...     _ = path.write_text("The talks began.")
    ...     [document] = IMPORTERS[0].read(path, ArticleSettings(outlet="The Paper"))
    >>> document.native_id, document.text, str(document.published.date())
    ('2019-07-01_talks', 'The talks began.', '2019-07-01')
    """

    name: str = "text@1"
    reads: str = "text files, an article a file"

    def looks_like(self, path: Path, head: bytes) -> bool:
        """Return whether a file is running text and nothing that another importer reads."""
        text = rough_text(head)
        if text is None or text.lstrip()[:1] in ("<", "{", "") or text.startswith("WARC/"):
            return False
        others = (looks_delimited, looks_like_json_rows, looks_like_lexis_text)
        return not _is_grid(text) and not any(looks(path, head) for looks in others)

    def export_of(self, path: Path) -> Export:
        """Return nothing: a text does not say which search it came from."""
        del path
        return Export()

    def read(self, path: Path, settings: ArticleSettings) -> Iterator[Item]:
        """Yield the one article."""
        with open_text(path, settings.charset) as stream:
            text = stream.read(MOST_CHARACTERS + 1)
        place = place_in(path, settings)
        date = _DATE.match(path.name)
        raw = Raw(text=text, native_id=str(PurePosixPath(place).with_suffix("")), date=date[0] if date else "")
        made = Maker.plain(self.name, settings).make(raw, place)
        yield Reject(place=shown(path), why=made.why, excerpt=made.excerpt) if isinstance(made, Reject) else made


def _is_grid(text: str) -> bool:
    """Return whether every one of several lines holds the same number of separators: a table without a known header."""
    lines = [line for line in text.splitlines()[:20] if line.strip()]
    if len(lines) < 4:
        return False
    return any(len(counts := {line.count(mark) for line in lines}) == 1 and 0 not in counts for mark in ",;\t|")


IMPORTERS = (TextImporter(),)
