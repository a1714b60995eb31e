"""The nouns of tenor: frozen, slotted, keyword-only. Nothing here computes more than a name or a date."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

Unit = Literal["day", "week"]
Baseline = Literal["none", "week before", "three weeks before"]
Exposure = Literal["per round", "per occasion"]
Pooling = Literal["pool", "outlet"]
# A family of near-copies counts once or as often as it was printed; "" where counts have no copies to tell.
CopyRule = Literal["", "once", "all"]
# What an outlet repeats in its articles; "" where the measure does not look into the text.
BoilerplateRule = Literal["", "left out", "counted"]
MarginUnit = Literal["ratio", "sd", "points"]
StateControl = Literal["state", "public", "private", "party", "unknown"]
Precision = Literal["second", "minute", "hour", "day", "month", "year", "none"]
TzSource = Literal["given", "study", "none"]
Relation = Literal["less", "greater", "differs", "equivalent"]
Population = Literal["these documents", "these outlets", "outlets like these", "comparable events"]
Word = Literal[
    "supported",
    "right direction, size not established",
    "opposite direction found",
    "no meaningful difference",
    "depends on how it is counted",
    "inconclusive",
    "not validated",
    "not testable",
]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Stretch:
    """A run of days, from `start` up to but not including `stop`."""

    start: date
    stop: date

    @property
    def days(self) -> int:
        """Return the number of days."""
        return (self.stop - self.start).days

    def overlaps(self, other: Stretch) -> bool:
        """Return whether the two share a day."""
        return self.start < other.stop and other.start < self.stop

    def __str__(self) -> str:
        """Return both days included, as people write them."""
        last = self.stop - timedelta(days=1)
        return f"{self.start}" if last == self.start else f"{self.start} to {last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which days around an event day belong to its round, both ends included."""

    start: int
    stop: int
    unit: Unit

    def __str__(self) -> str:
        """Return the window in words."""
        if self.unit == "week" and self.start == self.stop == 0:
            return "the week of the event"
        return f"{self.unit}s {self.start:+d} to {self.stop:+d}".replace("+0", "0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confounder:
    """Something else that happened and could move the coverage."""

    date: date
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One occurrence of a recurring event.

    `cues` are (language, phrases) pairs: words by which a text refers to this round.
    """

    id: str
    label: str
    date: date
    occasions: int = 1
    query: str | None = None
    cues: tuple[tuple[str, tuple[str, ...]], ...] = ()
    confounders: tuple[Confounder, ...] = ()
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What recurs, and which days count as its coverage."""

    title: str
    timezone: str
    window: Window
    other_windows: tuple[Window, ...] = ()
    occasion: str = "occasion"
    week_starts: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded:
    """Days left out of the comparison, with the reason."""

    stretch: Stretch
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPeriod:
    """The days from which comparison windows are cut."""

    stretch: Stretch
    excluded: tuple[Excluded, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """Days of which somebody knows whether an outlet was observed."""

    outlet: str
    stretch: Stretch
    observed: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet:
    """An outlet as the study describes it; `name` is how its articles are signed in the store."""

    name: str
    owner: str = ""
    state_control: StateControl = "unknown"
    country: str = ""
    agency: bool = False
    declared: tuple[Declared, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What texts call an actor as long as the actor holds an office: (language, phrases) pairs.

    It is held from `start` up to but not including `stop`; None where that is open.
    """

    words: tuple[tuple[str, tuple[str, ...]], ...]
    start: date | None = None
    stop: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Someone or something the coverage is about; a person needs a public role.

    `aliases` are (language, phrases) pairs.
    """

    id: str
    name: str
    kind: Literal["person", "organisation", "state"]
    public_role: str = ""
    aliases: tuple[tuple[str, tuple[str, ...]], ...] = ()
    titles: tuple[Title, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Outlets that a claim speaks of as one; `source` says who put them together, and by what."""

    id: str
    name: str
    outlets: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextQuery:
    """Which articles are about something: those that hold any of these phrases and none of the others."""

    id: str
    phrases: tuple[str, ...]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountColumns:
    """Which column of a file holds what; a wide file has one column a query."""

    date: str
    matched: str | None = None
    total: str | None = None
    outlet: str | None = None
    query: str | None = None
    wide: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CountSource:
    """A file of counts as the study declares it."""

    file: str
    every: Unit
    columns: CountColumns
    outlet: str | None = None
    query: str | None = None
    date_format: str = "%Y-%m-%d"
    counts_what: str = "pieces"
    cite: str = ""
    licence: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleSource:
    """A file or folder of articles, and how it was read: kept, so that it is read the same way again.

    `columns` are (what it holds, column) pairs, for tables.
    """

    path: str
    importer: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    outlet: str = ""
    lang: str = ""
    charset: str = ""
    date_format: str = ""
    timezone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A study as its file describes it; `protected` are names and phrases that no public report shows."""

    id: str
    title: str
    event: Event
    rounds: tuple[Round, ...]
    comparison: ComparisonPeriod | None
    sources: tuple[CountSource, ...]
    file: str
    sha256: str
    outlets: tuple[Outlet, ...] = ()
    actors: tuple[Actor, ...] = ()
    groups: tuple[Group, ...] = ()
    queries: tuple[TextQuery, ...] = ()
    protected: tuple[str, ...] = ()

    def round(self, name: str) -> Round:
        """Return the round of that id."""
        return next(item for item in self.rounds if item.id == name)

    def of_articles(self, query: str) -> bool:
        """Return whether a query picks articles, and is not the name of a column or file of counts."""
        return query == "" or any(item.id == query for item in self.queries)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many pieces an outlet (or pool) ran on one day or in one week."""

    outlet: str
    query: str
    start: date
    days: int
    matched: int
    total: int | None
    source: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of an article or post, as an importer gives it; its text never changes.

    `text` and `title` are NFC, with no-break spaces and line ends as plain ones: offsets are
    Unicode code points into exactly these. `published` is UTC; `precision` says how much of it
    was given, `tz_source` where its time zone is from. `native_id` is the identifier of the
    source (empty if it has none); `raw` names the place in the imported file; `lost` names
    fields that were there and could not be kept. `deleted` is a version without a text.
    """

    outlet: str
    title: str
    text: str
    native_id: str = ""
    url: str = ""
    published: datetime | None = None
    precision: Precision = "none"
    tz_source: TzSource = "none"
    lang: str = ""
    importer: str
    raw: str
    lost: tuple[str, ...] = ()
    deleted: bool = False

    @property
    def doc_id(self) -> str:
        """Return the hash of what makes this version what it is.

        Where the source has no identifier, the address or else the date stands in for it,
        so that the same headline on two days is two documents.
        """
        key = self.native_id or self.url or (self.published.isoformat() if self.published else "")
        parts = (self.outlet, key, self.title, self.text, "deleted" if self.deleted else "")
        return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """A record an importer refused: where it stands, why, and the beginning of it."""

    place: str
    why: str
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """What an export file says of itself; None where it does not say."""

    search: str | None = None
    database: str | None = None
    exported: date | None = None
    announced: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import read, kept, merged, refused and lost."""

    source: str
    importer: str
    read: int
    kept: int
    merged: int
    already_there: int
    refused: int
    lost: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A question put to the tables: one SELECT with bound parameters.

    `numerator` and `denominator` name what is summed above and below the line, so
    that a value can be read aloud: "1.2 pieces per outlet-day".
    """

    name: str
    version: int
    numerator: str
    denominator: str
    scale: Literal["rate", "share", "mean", "sd", "words", "distance"]
    needs: tuple[str, ...]
    parameters: tuple[str, ...]
    asks: str
    sql: str

    @property
    def full_name(self) -> str:
        """Return ``name@version``."""
        return f"{self.name}@{self.version}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """The smallest difference that would matter, with the words it was given in.

    `size` is a ratio (0.8 is 20 % less), or a difference in standard deviations of the study's
    reference, or in percentage points.
    """

    size: float
    words: str
    unit: MarginUnit = "ratio"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hypothesis:
    """A sentence about coverage in a form that can be tested.

    `own_queries` says that each round is counted by a query of its own; `as_of` is the last day
    the speaker could know, if a round was still under way. `secondary` ones are shown and decide nothing.
    With two `groups` the contrast is that of the first group's outlets less that of the second's.
    """

    id: str
    claim: str
    measure: str
    query: str
    population: Population
    contrast: tuple[tuple[str, float], ...]
    relation: Relation
    margin: Margin
    baseline: Baseline = "none"
    exposure: Exposure = "per round"
    pooling: Pooling = "pool"
    copies: CopyRule = "once"
    outlets: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    own_queries: bool = False
    as_of: date | None = None
    settled: tuple[tuple[str, str], ...] = ()
    secondary: bool = False
    groups: tuple[Group, ...] = ()
    line: int | None = None

    @property
    def members(self) -> tuple[str, ...]:
        """Return the outlets it is about; none where it is about all."""
        return self.outlets or tuple(name for group in self.groups for name in group.outlets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What somebody said about the coverage, and how we read it.

    `all_of` names hypotheses of other claims that it rests on too; `untestable` says why nothing can answer it.
    """

    id: str
    quote: str
    holder: str
    date: date
    source: str
    hypotheses: tuple[Hypothesis, ...]
    not_tested: str = ""
    all_of: tuple[str, ...] = ()
    untestable: str = ""
    line: int | None = None
