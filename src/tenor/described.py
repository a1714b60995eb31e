"""The nouns of a description and of word lists: frozen, slotted, keyword-only, as those of `tenor.model`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tenor.grammar import counted, verb
from tenor.model import Plan, Stretch
from tenor.results import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWord:
    """A word that one side uses more than the other; positive log-odds lean to the first side.

    `uses` are tokens on the two sides, `outlets` and `groups` in how many outlets and copy groups it
    stands. `z` is a rank and no test.
    """

    word: str
    log_odds: float
    low: float
    high: float
    z: float
    uses: tuple[int, int]
    outlets: int
    groups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyWords:
    """The words that set two sides apart in one language, most telling first.

    `tested` words stood in enough outlets and copy groups; `by_chance` of them would be kept at
    most where nothing differs. `note` says why there are none, if there can be none.
    """

    lang: str
    articles: tuple[int, int]
    words: tuple[KeyWord, ...]
    tested: int
    by_chance: float
    note: str


def stand_out(found: KeyWords) -> str:
    """Return how many words differ, more of them or fewer, beside how many would by chance.

    Examples
    --------
    >>> stand_out(KeyWords(lang="en", articles=(9, 9), words=(), tested=40, by_chance=2.0, note=""))
    '0 of 40 words tested stand out, more often or less; by chance up to 2 would'
    """
    chance = f"up to {found.by_chance:,.0f}" if found.by_chance >= 1 else "less than 1"
    return (
        f"{len(found.words):,} of {counted(found.tested, 'word')} tested "
        f"{verb(len(found.words), 'stands', 'stand')} out, more often or less; by chance {chance} would"
    )


Cell = str | int | float | bool | date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A place in an article: what stands around it, and from where to where in `text` it is marked."""

    doc_id: str
    outlet: str
    day: date | None
    title: str
    text: str
    start: int
    stop: int
    url: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A table of a description: rows under named columns."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a description: sentences, each true of these articles only, and what stands behind them."""

    id: str
    title: str
    sentences: tuple[str, ...]
    listings: tuple[Listing, ...] = ()
    passages: tuple[Passage, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """An outlet in one stretch of days: its pieces, on how many of the days it was observed, and why not on all."""

    outlet: str
    stretch: Stretch
    pieces: int
    observed: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """What is in a study before any claim; `flows` is every outlet week by week (or month by month)."""

    plan: Plan
    articles: int
    sections: tuple[Section, ...]
    flows: tuple[Observed, ...]
    manifest: Manifest
