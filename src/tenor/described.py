"""The nouns of a description and of word lists: frozen, slotted, keyword-only, as those of `tenor.model`."""

from __future__ import annotations

from dataclasses import dataclass


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
