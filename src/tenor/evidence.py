"""What stands behind a verdict on texts: rounds, outlets and passages. Frozen, slotted, keyword-only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLevel:
    """What one round is worth, with the interval made for the population of the verdict.

    `weight` is that of the round in the contrast: above zero on the claimed side. `bearing` of `units` bear the
    claim out: they hold what is counted, or lie on the claimed side of the level of the other rounds.
    """

    label: str
    day: date
    weight: float
    value: float | None
    low: float | None
    high: float | None
    units: int
    bearing: int
    documents: int
    outlets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletValues:
    """An outlet in every round, and on the two sides of the contrast; `why` it is left out of the estimate.

    `ends` are the intervals of its rounds, from copy groups and days inside the outlet; None where there is none.
    """

    outlet: str
    rounds: tuple[float | None, ...]
    ends: tuple[tuple[float, float] | None, ...]
    now: float | None
    before: float | None
    documents: int
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """The figures behind a verdict on texts.

    `what` is measured, in words; `units` are what is counted: sentences, mentions, articles, headlines. A unit bears
    the claim out if it lies `side` (below or above) `centre`, or, where `side` is empty, if it has what is counted.
    """

    what: str
    units: str
    side: str
    centre: float
    level: float
    method: str
    rounds: tuple[RoundLevel, ...]
    outlets: tuple[OutletValues, ...]
    documents: int
    copy_groups: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quoted:
    """A passage behind a claim: what stands around it, and which parts of `text` are marked.

    `bears` says whether it bears the claim out, None where that can't be said of one passage; `marks` are
    (start, stop) pairs in code points into `text`.
    """

    doc_id: str
    outlet: str
    day: date
    lang: str
    title: str
    url: str
    round: str
    claimed: bool
    speech: str
    in_title: bool
    value: float
    bears: bool
    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passages:
    """Passages behind a hypothesis, drawn by chance out of all its units."""

    hypothesis: str
    drawn: tuple[Quoted, ...]
    units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How many codes by people stand behind a hypothesis, and how well the coders agree."""

    hypothesis: str
    n_codes: int
    alpha: float | None
    low: float | None
    high: float | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One of the three numbers of a correction: whose it is, and the interval for the population of the verdict."""

    whose: str
    value: float
    low: float | None
    high: float | None
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedRound:
    """Of how many units of a round people coded how many, and how much the model counts there, from 0 to 1."""

    label: str
    coded: int
    units: int
    lam: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """What people's codes make of a model's figure: three numbers side by side.

    `decides` says whether the verdict stands on the corrected one, and `why` why it does not; `coding_error` is its
    standard error from the units that nobody coded; `notes` say what it leaves out.
    """

    numbers: tuple[Number, ...]
    rounds: tuple[CodedRound, ...]
    n_codes: int
    coding_error: float
    decides: bool
    why: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Borrowed:
    """How many articles of one outlet another had before; for `unknown` of them the order is not known."""

    first: str
    later: str
    articles: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a report shows beside the verdicts.

    `selection` says by round how good the search is, where people judged it. `masked` are (doc_id, names) pairs:
    persons named in the drawn passages who are none of the study's actors.
    """

    passages: tuple[Passages, ...] = ()
    checked: tuple[Checked, ...] = ()
    borrowed: tuple[Borrowed, ...] = ()
    selection: tuple[tuple[str, str], ...] = ()
    masked: tuple[tuple[str, tuple[str, ...]], ...] = ()
