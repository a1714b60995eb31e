"""One page that says what is in a study before any claim: sentences, tables, passages, and who was observed when."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tenor.described import Section
from tenor.report import charts, words
from tenor.report.export import Table, csv_bytes, csv_uri
from tenor.report.figures import Figure, both_widths
from tenor.report.heatmap import by_outlet
from tenor.report.page import filled, write_files

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tenor.described import Cell, Description, Listing, Passage
    from tenor.report.export import Cell as Plain

# The section that holds the heat map, and the file its figures are saved in.
COMPLETENESS = "completeness"
FLOWS = "outlet-periods"
LONGEST = 300
LONGEST_SENTENCE = 800
LONGEST_MARK = 600
LONGEST_ADDRESS = 2000
OPEN_ROWS = 10
# A longer table is printed only if the reader opened it.
PRINTED_ROWS = 60
MOST_ROWS = 1000
MOST_PASSAGES = 100
# A larger table can be had from the file beside the page, and not from the page itself.
MOST_INSIDE = 400_000
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")
_WEB = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
_OURS = {"top", "versions", "flows-chart"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A table as the page shows it; `address` holds all its rows unless they are too many for a page."""

    name: str
    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Plain, ...], ...]
    total: int
    address: str

    @property
    def short(self) -> bool:
        """Return whether the table is shown open."""
        return self.total <= OPEN_ROWS

    @property
    def long(self) -> bool:
        """Return whether the table is printed only if it is open."""
        return self.total > PRINTED_ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A passage as the page shows it, cut where it is long; `host` is where its link leads, empty without one."""

    outlet: str
    day: str
    title: str
    before: str
    marked: str
    after: str
    url: str
    host: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section, ready for the template; `left_out` passages are not shown."""

    id: str
    title: str
    sentences: tuple[str, ...]
    figure: Figure | None
    flows: Shown | None
    tables: tuple[Shown, ...]
    passages: tuple[Quoted, ...]
    left_out: int


def write_description(found: Description, folder: Path) -> Path:
    """Write ``describe.html`` and ``data/describe-*.csv`` into a folder and return the path of the page.

    Everything is made before anything is replaced; each file is replaced in one step. The same
    description gives the same bytes.

    Parameters
    ----------
    found : Description
        What is in the study. Its texts may be anybody's: nothing in them becomes markup.
    folder : Path
        Where to write; made if it is not there.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    ValueError
        If two tables have one name, a name can't be that of a file, a row does not fit its
        columns, or a mark lies outside its text.

    Examples
    --------
    >>> from datetime import date
    >>> from pathlib import Path
    >>> from tenor.described import Description
    >>> from tenor.model import Event, Plan, Window
    >>> from tenor.results import Manifest
    >>> event = Event(title="Talks", timezone="UTC", window=Window(start=0, stop=2, unit="day"))
    >>> plan = Plan(id="talks", title="Three rounds", event=event, rounds=(), comparison=None, sources=(),
    ...             file="tenor.yaml", sha256="")
    >>> manifest = Manifest(tenor="0.1.0", libraries=(), inputs=(), looked_at=(), settings=())
    >>> found = Description(plan=plan, articles=0, sections=(), flows=(), manifest=manifest)
    >>> write_description(found, Path("out")).name
    'describe.html'
    """
    _check_names(found)
    listed = [_table(item) for section in found.sections for item in section.listings]
    everything = [*listed, _flows(found)] if found.flows else listed
    files = {f"data/{table.name}.csv": csv_bytes(table) for table in everything}
    files["describe.html"] = description_html(found).encode("utf-8")  # last: a new page never shows old figures
    write_files(files, folder)
    return folder / "describe.html"


def description_html(found: Description) -> str:
    """Return the page."""
    _check_names(found)
    sections = found.sections
    if found.flows and COMPLETENESS not in {section.id for section in sections}:
        sections = (*sections, Section(id=COMPLETENESS, title="Who was observed when", sentences=()))
    values: dict[str, object] = {
        "articles": found.articles,
        "title": cut(found.plan.title),
        "event": cut(found.plan.event.title),
        "manifest": found.manifest,
        "file": cut(found.plan.file),
        "sha256": found.plan.sha256,
        "parts": [_part(found, section) for section in sections],
    }
    return filled("describe.html.j2", values)


def _check_names(found: Description) -> None:
    """Refuse names that would collide, or that can't be those of files and places in a page."""
    listings = [item.name for section in found.sections for item in section.listings]
    for kind, names, taken in (
        ("table", listings, {FLOWS} if found.flows else set[str]()),
        ("section", [section.id for section in found.sections], _OURS),
    ):
        for number, name in enumerate(names):
            if not _NAME.fullmatch(name):
                raise ValueError(f"{name!r} can't be the name of a {kind}: use small letters, digits and hyphens")
            if name in taken or name in names[:number]:
                raise ValueError(f"two {kind}s of the description have the name {name!r}")


def _part(found: Description, section: Section) -> Part:
    here = section.id == COMPLETENESS and bool(found.flows)
    return Part(
        id=section.id,
        title=cut(section.title),
        sentences=tuple(cut(text, LONGEST_SENTENCE) for text in section.sentences),
        figure=both_widths("flows-chart", lambda narrow: charts.heat_map(found, narrow=narrow), light=True)
        if here
        else None,
        flows=_shown(_flows(found), "The table behind this chart") if here else None,
        tables=tuple(_shown(_table(item), item.title) for item in section.listings),
        passages=tuple(_quoted(item) for item in section.passages[:MOST_PASSAGES]),
        left_out=max(len(section.passages) - MOST_PASSAGES, 0),
    )


def _flows(found: Description) -> Table:
    """Return every stretch of every outlet, the largest outlet first; `to` is the last day of the stretch."""
    rows: list[tuple[Plain, ...]] = []
    for row in by_outlet(found.flows):
        for item in row.flows:
            last = date.fromordinal(item.stretch.stop.toordinal() - 1)
            days = (str(item.stretch.start), str(last), item.stretch.days)
            rows.append((item.outlet, *days, item.pieces, item.observed, item.why))
    columns = ("outlet", "from", "to", "days", "pieces", "observed days", "why")
    return Table(name=f"describe-{FLOWS}", columns=columns, rows=tuple(rows))


def _table(listing: Listing) -> Table:
    for row in listing.rows:
        if len(row) != len(listing.columns):
            what = f"a row of the table '{listing.name}' has {len(row)} cells for {len(listing.columns)} columns"
            raise ValueError(what)
    rows = tuple(tuple(_plain(cell) for cell in row) for row in listing.rows)
    return Table(name=f"describe-{listing.name}", columns=listing.columns, rows=rows)


def _plain(cell: Cell) -> Plain:
    """Return a cell as text or number; what is not a number is no figure."""
    if isinstance(cell, float) and math.isnan(cell):
        return None
    return str(cell) if isinstance(cell, date) else cell


def _shown(table: Table, title: str) -> Shown:
    kinds = (_kind([row[number] for row in table.rows]) for number in range(len(table.columns)))
    rows = table.rows[:MOST_ROWS]
    address = csv_uri(table) if len(table.rows) <= 10 * MOST_ROWS else ""
    return Shown(
        name=table.name,
        title=cut(title),
        columns=tuple((cut(name, 60), kind) for name, kind in zip(table.columns, kinds, strict=True)),
        rows=tuple(tuple(cut(cell) if isinstance(cell, str) else cell for cell in row) for row in rows),
        total=len(table.rows),
        address=address if len(address) <= MOST_INSIDE else "",
    )


def _kind(cells: Sequence[Plain]) -> str:
    """Return how a column is set: figures to the right, days unbroken, long words with room."""
    filled_in = [cell for cell in cells if cell not in {None, ""}]
    if filled_in and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in filled_in):
        return "num"
    texts = [cell for cell in filled_in if isinstance(cell, str)]
    if texts and all(re.fullmatch(r"\d{4}-\d\d-\d\d", cell, re.ASCII) for cell in texts):
        return "day"
    return "words" if any(len(cell) > 24 for cell in texts) else ""


def _quoted(item: Passage) -> Quoted:
    if not 0 <= item.start <= item.stop <= len(item.text):
        where = f"[{item.start}:{item.stop}]"
        raise ValueError(f"the mark {where} of a passage from {item.doc_id} lies outside its text")
    url, host = _linked(item.url)
    return Quoted(
        outlet=cut(item.outlet, 100),
        day=str(item.day) if item.day else "",
        title=cut(item.title),
        before=_cut_front(item.text[: item.start]),
        marked=cut(item.text[item.start : item.stop], LONGEST_MARK),
        after=cut(item.text[item.stop :]),
        url=url,
        host=host,
        about=cut(item.about, 120),
    )


def _linked(url: str) -> tuple[str, str]:
    """Return a web address that may become a link, with its host; of any other address only its words."""
    if len(url) <= LONGEST_ADDRESS and _WEB.fullmatch(url) and words.seen(url) == url:
        try:
            host = urlsplit(url).hostname
        except ValueError:  # brackets that hold no address
            host = None
        if host:
            return url, cut(host, 80)
    return cut(url, 120), ""


def cut(text: str, most: int = LONGEST) -> str:
    """Return a text with an ellipsis where it is longer than the page can take.

    Examples
    --------
    >>> cut("abcdef", 4), cut("abc", 4)
    ('abc…', 'abc')
    """
    if len(text) <= most:
        return text
    end = most - 1
    while end and _joins(text[end]):
        end -= 1
    return f"{text[:end].rstrip()}…"


def _cut_front(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    start = len(text) - LONGEST + 1
    while start < len(text) and _joins(text[start]):
        start += 1
    return f"…{text[start:].lstrip()}"


def _joins(char: str) -> bool:
    """Return whether a character belongs to the one before it."""
    return unicodedata.category(char).startswith("M") or char == "\N{ZERO WIDTH JOINER}"
