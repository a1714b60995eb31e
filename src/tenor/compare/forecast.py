"""How good forecasts were: Brier score, log loss, skill, calibration, with one event as one outcome.

A forecast is a probability, or a spread of probabilities that are equally likely to have been meant ("likely" is
what each of many readers takes it for). A spread is never turned into a point: it scores the mean of what its
points score.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tenor.compare.clusters import places, summed
from tenor.compare.effects import quantile
from tenor.compare.influence import Linear, mean
from tenor.compare.proportions import wilson
from tenor.grammar import counted

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
CLIP = 0.01
LEAST_FOR_A_CURVE = 50
# The interval of the gain holds the truth 94 to 95 times in 100 from 4 events on, that of the score 90 times at 10; but
# a verdict on somebody should not rest on a handful.
LEAST_FOR_A_VERDICT = 10
BINS = 5
_FEW_VALUES = 10
Skill = Literal["better than the base rate", "worse than the base rate", "no verdict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecasts:
    """Forecasts that were resolved.

    Parameters
    ----------
    points
        Probabilities of all forecasts, one after another; a forecast has one or more.
    owner
        The forecast each point is of, numbered from 0 without a gap.
    outcome
        What happened, one a forecast: 1, 0, or between the two where it was settled so (a drawn game is .5).
    event
        What each forecast is about, one a forecast: ten people on one event share one outcome.

    Raises
    ------
    ValueError
        A number is not between 0 and 1, or the arrays do not fit each other.

    Examples
    --------
    >>> Forecasts.of([0.8, 0.3], [1, 0]).number
    2
    """

    points: Floats
    owner: Numbers
    outcome: Floats
    event: Numbers

    def __post_init__(self) -> None:
        for name, values in (("a probability", self.points), ("an outcome", self.outcome)):
            # Written so that a NaN is refused too.
            if not np.all((values >= 0) & (values <= 1)):
                raise ValueError(f"{name} is not between 0 and 1")
        fits = self.points.shape == self.owner.shape and self.outcome.shape == self.event.shape
        if not fits or not np.array_equal(np.unique(self.owner), np.arange(self.outcome.size)):
            raise ValueError("points, forecasts, outcomes and events do not fit each other")

    @classmethod
    def of(
        cls,
        probabilities: Sequence[float | Sequence[float]],
        outcomes: Sequence[float],
        events: Sequence[object] = (),
    ) -> Forecasts:
        """Return forecasts from plain numbers.

        Parameters
        ----------
        probabilities
            One a forecast: a number, or the numbers it may stand for.
        outcomes
            One a forecast.
        events
            Names of what they are about; without any, each is about something else.
        """
        spreads = [np.atleast_1d(np.asarray(item, np.float64)) for item in probabilities]
        names = [str(item) for item in events] or [str(at) for at in range(len(spreads))]
        known = {name: at for at, name in enumerate(dict.fromkeys(names))}
        return cls(
            points=np.concatenate(spreads) if spreads else np.zeros(0),
            owner=np.repeat(np.arange(len(spreads)), [item.size for item in spreads]).astype(np.int64),
            outcome=np.asarray(outcomes, np.float64),
            event=np.array([known[name] for name in names], np.int64),
        )

    @property
    def number(self) -> int:
        """Return how many forecasts there are."""
        return int(self.outcome.size)

    @property
    def events(self) -> int:
        """Return how many events they are about."""
        return int(np.unique(self.event).size)

    @property
    def weights(self) -> Floats:
        """Return the weight of each point: those of a forecast sum to one."""
        return np.asarray(1 / np.bincount(self.owner)[self.owner], np.float64)

    def of_each(self, values: Floats) -> Floats:
        """Return the mean of a value over the points of each forecast."""
        return summed(self.owner, values, self.number) / np.bincount(self.owner, minlength=self.number)


def brier(probabilities: Sequence[float] | Floats, outcomes: Sequence[float] | Floats) -> float:
    """Return the mean squared distance of probabilities from outcomes, between 0 and 1.

    Estimand: the binary score, half of the sum over both classes that Brier 1950 has and tournaments print.

    Raises
    ------
    ValueError
        There is nothing to score, or a number is not between 0 and 1.

    Examples
    --------
    >>> round(brier([0.1, 0.1, 0.4, 0.4, 0.4, 0.8, 0.8, 0.8, 0.8, 0.8], [0, 0, 0, 1, 0, 1, 1, 1, 0, 1]), 6)
    0.15
    """
    found = Forecasts.of(list(probabilities), list(outcomes))
    if not found.number:
        raise ValueError("there is no forecast to score")
    return float(np.mean(_squared(found)))


def _squared(found: Forecasts) -> Floats:
    return found.of_each((found.points - found.outcome[found.owner]) ** 2)


def log_loss(found: Forecasts, clip: float = CLIP) -> tuple[float, int]:
    """Return the mean of minus the logarithm of what was given to the outcome, and how many forecasts were clipped.

    A forecast of 0 or 1 that is wrong would cost without end: all are first moved to `clip` or 1 - `clip` at least.

    Examples
    --------
    >>> loss, clipped = log_loss(Forecasts.of([0.5, 1.0], [1, 1]))
    >>> round(loss, 6), clipped
    (0.351599, 1)
    """
    p, o = np.clip(found.points, clip, 1 - clip), found.outcome[found.owner]
    losses = -(o * np.log(p) + (1 - o) * np.log(1 - p))
    clipped = summed(found.owner, (p != found.points).astype(np.float64), found.number)
    return float(np.mean(found.of_each(losses))), int(np.count_nonzero(clipped))


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a Brier score is made of: ``reliability - resolution + uncertainty + within``, which is exact.

    `within` is what is left inside bins, and zero where each probability is a bin of its own.
    """

    reliability: float
    resolution: float
    uncertainty: float
    within: float = 0.0


def murphy(found: Forecasts, bins: int | None = None) -> Parts:
    """Split the Brier score.

    Estimand: how far frequencies are from what was said (reliability, small is good), how far they differ from the base
    rate (resolution, large is good), and how much there was to know (uncertainty). Source: Murphy 1973; for bins
    Stephenson, Coelho and Jolliffe 2008.

    Parameters
    ----------
    found
        The forecasts.
    bins
        How many bins of about the same size; without it, each probability that was said is one.

    Examples
    --------
    >>> said = [0.1, 0.1, 0.4, 0.4, 0.4, 0.8, 0.8, 0.8, 0.8, 0.8]
    >>> parts = murphy(Forecasts.of(said, [0, 0, 0, 1, 0, 1, 1, 1, 0, 1]))
    >>> round(parts.reliability, 6), round(parts.resolution, 6), parts.uncertainty
    (0.003333, 0.103333, 0.25)
    """
    bin_of = places(_by_value(found.points))[1] if bins is None else _bins(found, bins)
    return _parts(found, bin_of)


def _by_value(points: Floats) -> Numbers:
    return np.unique(points, return_inverse=True)[1].astype(np.int64)


def _bins(found: Forecasts, bins: int) -> Numbers:
    """Return the bin of each point; equal probabilities are never parted."""
    edges = np.unique(np.quantile(found.points, np.arange(1, bins) / bins))
    return places(np.searchsorted(edges, found.points, side="left").astype(np.int64))[1]


def _parts(found: Forecasts, bin_of: Numbers) -> Parts:
    w, o = found.weights / found.number, found.outcome[found.owner]
    size = int(bin_of.max()) + 1
    weight = summed(bin_of, w, size)
    said, seen = summed(bin_of, w * found.points, size) / weight, summed(bin_of, w * o, size) / weight
    base = float(np.sum(w * o))
    reliability = float(np.sum(weight * (said - seen) ** 2))
    resolution = float(np.sum(weight * (seen - base) ** 2))
    uncertainty = float(np.sum(w * (o - base) ** 2))
    whole = float(np.sum(w * (found.points - o) ** 2))
    within = whole - (reliability - resolution + uncertainty)
    return Parts(
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within=0.0 if abs(within) < 1e-12 else within,
    )


def corp(found: Forecasts) -> tuple[Parts, Floats]:
    """Split the Brier score without bins, and return what each point should have said.

    Estimand: miscalibration (as `reliability`), discrimination (as `resolution`) and uncertainty, with frequencies
    estimated by isotonic regression, so that nothing hangs on a choice of bins. Source: Dimitriadis, Gneiting and
    Jordan 2021.

    Examples
    --------
    >>> parts, calibrated = corp(Forecasts.of([0.2, 0.4, 0.6], [0, 1, 0]))
    >>> calibrated.tolist(), round(parts.reliability - parts.resolution + parts.uncertainty, 6)
    ([0.0, 0.5, 0.5], 0.253333)
    """
    w, o = found.weights / found.number, found.outcome[found.owner]
    value, own = np.unique(found.points, return_inverse=True)
    weight = summed(own, w, value.size)
    calibrated = _isotonic(summed(own, w * o, value.size) / weight, weight)[own]
    base = float(np.sum(w * o))
    uncertainty = float(np.sum(w * (o - base) ** 2))
    left = float(np.sum(w * (calibrated - o) ** 2))
    whole = float(np.sum(w * (found.points - o) ** 2))
    parts = Parts(reliability=whole - left, resolution=uncertainty - left, uncertainty=uncertainty)
    return parts, calibrated


def _isotonic(values: Floats, weights: Floats) -> Floats:
    """Return the nearest values that never fall: neighbours that do are pooled."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] >= pool[0]:
            before = pools.pop()
            both = before[1] + pool[1]
            pool = ((before[0] * before[1] + pool[0] * pool[1]) / both, both, before[2] + pool[2])
        pools.append(pool)
    return np.repeat([item[0] for item in pools], [item[2] for item in pools])


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Forecasts of about the same probability: what was said on average, and how often it came true."""

    said: float
    happened: float
    low: float
    high: float
    number: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How often things happened that were said to be so and so likely; `why` says why there is none."""

    bins: tuple[Bin, ...] = ()
    why: str = ""


def calibration(found: Forecasts, bins: int = BINS, alpha: float = 0.05) -> Calibration:
    """Return a calibration curve, where there are events enough for one.

    Estimand: the frequency among forecasts of about the same probability, in bins of about the same number. The
    interval is Wilson's, at as many outcomes as there are events in the bin.

    Examples
    --------
    >>> calibration(Forecasts.of([0.2, 0.4, 0.6], [0, 1, 0])).why
    '3 events are resolved, and a curve needs 50'
    """
    if found.events < LEAST_FOR_A_CURVE:
        events = counted(found.events, "event is", "events are")
        return Calibration(why=f"{events} resolved, and a curve needs {LEAST_FOR_A_CURVE}")
    bin_of, w, o = _bins(found, bins), found.weights, found.outcome[found.owner]
    return Calibration(bins=tuple(_bin(found, bin_of == at, w, o, alpha) for at in range(int(bin_of.max()) + 1)))


def _bin(found: Forecasts, inside: NDArray[np.bool_], w: Floats, o: Floats, alpha: float) -> Bin:
    weight = float(np.sum(w[inside]))
    happened = min(1.0, float(np.sum(w[inside] * o[inside])) / weight)
    by_event = np.bincount(found.event[found.owner[inside]], weights=w[inside])
    # Kish's number of events; a forecast of which only a part lies here counts for that part.
    worth = min(weight, float(np.sum(by_event) ** 2 / np.sum(by_event**2)))
    low, high = wilson(happened * worth, worth, alpha)
    said = float(np.sum(w[inside] * found.points[inside])) / weight
    return Bin(said=said, happened=happened, low=low, high=high, number=weight)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastScore:
    """How good some forecasts were.

    Ends of intervals are None where fewer than two events are resolved. `gain` is how much lower the Brier score is
    than that of a forecaster who always says the base rate of these very outcomes, and `skill` is the same as a share
    of that score; both are None where all ended alike, because then the base rate is never wrong.
    """

    number: int
    events: int
    brier: float
    low: float | None
    high: float | None
    log_loss: float
    clipped: int
    base_rate: float
    parts: Parts
    skill: float | None
    gain: float | None
    gain_low: float | None
    gain_high: float | None


def score(found: Forecasts, alpha: float = 0.05) -> ForecastScore:
    """Score forecasts.

    Estimand: the expected Brier score of forecasts on events like these; the interval is over events, with Student's t
    at as many degrees of freedom as equally large events would leave.

    Raises
    ------
    ValueError
        There is nothing to score.

    Examples
    --------
    >>> found = score(Forecasts.of([0.8, 0.7, 0.4, 0.1], [1, 1, 0, 0]))
    >>> round(found.brier, 3), found.base_rate, round(found.skill, 3)
    (0.075, 0.5, 0.7)
    """
    if not found.number:
        raise ValueError("there is no forecast to score")
    squared = mean(_squared(found))
    low, high = _interval(squared, found.event, alpha)
    loss, clipped = log_loss(found)
    values = np.unique(found.points).size
    gain, uncertainty = _gain(squared, found)
    ends = _interval(gain, found.event, alpha) if gain else (None, None)
    return ForecastScore(
        number=found.number,
        events=found.events,
        brier=squared.value,
        low=None if low is None else max(0.0, low),
        high=None if high is None else min(1.0, high),
        log_loss=loss,
        clipped=clipped,
        base_rate=float(np.mean(found.outcome)),
        parts=murphy(found, None if values <= _FEW_VALUES else BINS),
        skill=gain.value / uncertainty if gain else None,
        gain=gain.value if gain else None,
        gain_low=ends[0],
        gain_high=ends[1],
    )


def _gain(squared: Linear, found: Forecasts) -> tuple[Linear | None, float]:
    """Return the base rate's score less this one's with its influence values, and the base rate's score.

    The base rate is estimated too. The interval is made for the difference and not for the ratio: where nearly all
    ended alike, the ratio divides by next to nothing, and its interval is both wrong more often and too wide.
    """
    base, second = mean(found.outcome), mean(found.outcome**2)
    uncertainty = second.value - base.value**2
    if uncertainty <= 1e-12:
        return None, 0.0
    psi = second.psi - 2 * base.value * base.psi - squared.psi
    return Linear(uncertainty - squared.value, psi), uncertainty


def _interval(found: Linear, event: Numbers, alpha: float) -> tuple[float | None, float | None]:
    sizes = np.bincount(places(event)[1]).astype(np.float64)
    if sizes.size < 2:
        return None, None
    alike = sizes.size / (1 + float(np.var(sizes)) / float(np.mean(sizes)) ** 2)
    reach = quantile(1 - alpha / 2, max(1.0, alike - 1)) * found.clustered_error(places(event)[1])
    return found.value - reach, found.value + reach


@dataclass(frozen=True, slots=True, kw_only=True)
class AcrossTables:
    """The same forecasts, with their words read by several tables: from the lowest Brier score to the highest."""

    low: float
    high: float
    skill: Skill
    why: str


def across_tables(scores: Mapping[str, ForecastScore]) -> AcrossTables:
    """Say what holds of forecasts whichever table their words are read by.

    Parameters
    ----------
    scores
        By the name of the table; at least one.

    Returns
    -------
    AcrossTables
        A verdict only where skill has one sign, with an interval that excludes zero, in every table, over ten
        events at least.

    Examples
    --------
    >>> across_tables({"a": score(Forecasts.of([0.8, 0.3], [1, 0])), "b": score(Forecasts.of([0.4, 0.7], [1, 0]))}).why
    '2 events are resolved, and a verdict needs 10'
    """
    found = list(scores.values())
    low, high = min(item.brier for item in found), max(item.brier for item in found)
    verdict, why = _verdict(found)
    return AcrossTables(low=low, high=high, skill=verdict, why=why)


def _verdict(found: Sequence[ForecastScore]) -> tuple[Skill, str]:
    fewest = min(item.events for item in found)
    if fewest < LEAST_FOR_A_VERDICT:
        events = counted(fewest, "event is", "events are")
        return "no verdict", f"{events} resolved, and a verdict needs {LEAST_FOR_A_VERDICT}"
    if any(item.skill is None for item in found):
        return "no verdict", "all outcomes are alike, so that the base rate is never wrong"
    if len({np.sign(item.skill) for item in found if item.skill is not None}) > 1:
        return "no verdict", "it depends on the table by which words are read as probabilities"
    lows, highs = [item.gain_low for item in found], [item.gain_high for item in found]
    if all(low is not None and low > 0 for low in lows):
        return "better than the base rate", ""
    if all(high is not None and high < 0 for high in highs):
        return "worse than the base rate", ""
    return "no verdict", "the interval holds no difference from the base rate"
