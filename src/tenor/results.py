"""What is found out of a study: estimates, findings, verdicts, series. Frozen, slotted, keyword-only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from tenor.evidence import Behind, Context, Corrections
from tenor.model import Claim, Hypothesis, ImportReport, Measure, Plan, Stretch, Word
from tenor.rich import rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with the interval made for its population.

    `value`, `low`, `high` are on the scale that is shown (a ratio: 1 is "no change").
    An unbounded side is None. `std_error` is on the scale on which it was computed.
    """

    value: float
    low: float | None
    high: float | None
    level: float
    std_error: float | None
    p_value: float | None
    method: str
    population: str
    df: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowValue:
    """A measure in one stretch of days: the sums, the value, and what was observed of it."""

    label: str
    kind: Literal["round", "comparison"]
    stretch: Stretch
    num: float
    den: float
    value: float | None
    baseline: float | None
    occasions: int
    observed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Specification:
    """One way of counting, and what it finds.

    `choices` are (axis, choice) pairs, `effect` the ratio of the claimed side to the other, or their difference
    in the unit of the margin; `k` counts comparison windows, or outlets where outlets are what is compared.
    `agrees` is None where the cell is shown but not counted (`why` says why not).
    """

    choices: tuple[tuple[str, str], ...]
    effect: float | None
    low: float | None
    high: float | None
    k: int
    registered: bool
    agrees: bool | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placebo:
    """The same contrast where nothing happened: what ordinary weeks give.

    `effects` are ratios (1 is "no difference") or, for rises above a usual level,
    differences in `unit` (0 is "no difference"), at most 400 of them, evenly taken out of
    `placements`; `as_far` of all placements are at least as far from "no difference" as `observed`.
    """

    scale: Literal["ratio", "difference"]
    unit: str
    observed: float
    effects: tuple[float, ...]
    placements: int
    as_far: int
    k: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The verdict on one hypothesis, with everything that stands behind it."""

    hypothesis: Hypothesis
    reading: str
    word: Word
    sentence: str
    reasons: tuple[str, ...]
    estimate: Estimate | None
    alternatives: tuple[Estimate, ...]
    difference: str
    p_adjusted: float | None
    detectable: float | None
    windows: tuple[WindowValue, ...]
    specifications: tuple[Specification, ...]
    agreement: tuple[int, int]
    placebo: Placebo | None
    limits: tuple[str, ...]
    registration: str
    behind: Behind | None = None
    corrections: Corrections | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The one bottom line of a claim; `parts` are the hypotheses that decide it, each with its word."""

    claim: Claim
    word: Word
    sentence: str
    findings: tuple[Finding, ...]
    parts: tuple[tuple[str, Word], ...] = ()

    def _repr_html_(self) -> str | None:
        return rendered(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One day or week of a measure, all outlets together, for the timeline."""

    start: date
    days: int
    num: float
    den: float
    value: float | None
    observed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """A measure over time with the stretches that matter in it; of all outlets, or of some."""

    measure: Measure
    query: str
    points: tuple[Point, ...]
    rounds: tuple[tuple[str, Stretch], ...]
    comparison: tuple[Stretch, ...]
    level: float | None
    outlets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A measure asked for by itself: its series and its value in every round's window."""

    series: Series
    rounds: tuple[WindowValue, ...]

    def _repr_html_(self) -> str | None:
        return rendered(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A hypothesis as it was registered; `prospect` is what this corpus could decide of it."""

    hypothesis: str
    sha256: str
    at: datetime
    after_viewing: bool
    prospect: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """Everything needed to compute the same bytes again."""

    tenor: str
    libraries: tuple[tuple[str, str], ...]
    inputs: tuple[tuple[str, str], ...]
    looked_at: tuple[str, ...]
    settings: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """All verdicts of a study, and what a reader needs to check them."""

    plan: Plan
    verdicts: tuple[Verdict, ...]
    series: tuple[Series, ...]
    measures: tuple[Measure, ...]
    imports: tuple[ImportReport, ...]
    limits: tuple[str, ...]
    manifest: Manifest
    family: str = field(default="Holm over all hypotheses of the claims file")
    context: Context = field(default_factory=Context)

    def _repr_html_(self) -> str | None:
        return rendered(self)
