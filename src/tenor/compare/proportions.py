"""Shares from small stratified samples, with intervals that hold near 0 and 1.

Population: these documents. Each stratum was drawn from at random without return, so the only
uncertainty is about documents nobody judged: where all were judged, there is none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from tenor.compare.effects import quantile

# Room for rounding errors where a bound is a whole number of documents.
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was judged of one stratum.

    Parameters
    ----------
    size
        How many documents the stratum has.
    judged
        How many of them were judged; at least one.
    yes, no
        How many of the judged count for and against; a document that does neither (an article
        about something else, when the share is among articles about the event) is in none.
    most_yes, most_no
        How many of all documents can count for and against, where that is known beforehand.

    Raises
    ------
    ValueError
        The numbers can't be true together.

    Examples
    --------
    >>> Tally(size=50, judged=10, yes=8, no=2).weight
    5.0
    """

    size: int
    judged: int
    yes: int
    no: int
    most_yes: int | None = None
    most_no: int | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.judged <= self.size or min(self.yes, self.no) < 0 or self.yes + self.no > self.judged:
            raise ValueError(f"{self.yes} for and {self.no} against, {self.judged} judged of {self.size}")

    @property
    def weight(self) -> float:
        """Return how many documents one judged document stands for."""
        return self.size / self.judged

    @property
    def turned(self) -> Tally:
        """Return the same with for and against exchanged."""
        return replace(self, yes=self.no, no=self.yes, most_yes=self.most_no, most_no=self.most_yes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share with its interval; all three lie between 0 and 1, `value` between the other two."""

    value: float
    low: float
    high: float


def wilson(yes: float, judged: float, alpha: float = 0.05) -> tuple[float, float]:
    """Return the interval of a plain share at level 1 - `alpha`.

    Source: Wilson 1927.

    Raises
    ------
    ValueError
        Nothing was judged, or more than all of it counts.

    Examples
    --------
    >>> [round(end, 3) for end in wilson(45, 50)]
    [0.786, 0.957]
    """
    if not 0 <= yes <= judged or judged <= 0:
        raise ValueError(f"{yes} of {judged} is no share")
    share, z = yes / judged, quantile(1 - alpha / 2, np.inf)
    middle = (share + z**2 / (2 * judged)) / (1 + z**2 / judged)
    reach = z * float(np.sqrt(share * (1 - share) / judged + (z / (2 * judged)) ** 2)) / (1 + z**2 / judged)
    return max(0.0, middle - reach), min(1.0, middle + reach)


def documents_within(yes: int, judged: int, size: int, alpha: float = 0.05) -> tuple[float, float]:
    """Return between which numbers of documents of one stratum count, seen from those judged.

    Wilson's interval, at the number of judgements that would tell as much of an endless stratum,
    ``judged (size - 1) / (size - judged)``, taken outward to whole documents, and never against
    what was seen: at least `yes`, at most `yes` and all that were not judged. Where next to none
    or next to all of the judged count, Wilson's bound is too near: there it is Poisson's, as in
    the modified interval of Brown, Cai and DasGupta 2001.

    Examples
    --------
    >>> documents_within(0, 10, 40), documents_within(3, 12, 12)
    ((0.0, 10.0), (3.0, 3.0))
    """
    if judged >= size:
        return float(yes), float(yes)
    worth = judged * (size - 1) / (size - judged)
    low, high = wilson(yes / judged * worth, worth, alpha)
    few = 2 if judged <= 50 else 3
    low = min(low, _rare(yes, worth, alpha)) if 1 <= yes <= few else low
    high = max(high, 1 - _rare(judged - yes, worth, alpha)) if 1 <= judged - yes <= few else high
    least, most = np.floor(size * low + _TINY), np.ceil(size * high - _TINY)
    return float(max(least, yes)), float(min(most, yes + size - judged))


def _rare(count: int, worth: float, alpha: float) -> float:
    return float(stats.chi2.ppf(alpha, 2 * count)) / (2 * worth)


def stratified_share(tallies: Sequence[Tally], alpha: float = 0.05) -> Share | None:
    """Estimate ``yes / (yes + no)`` over all documents of all strata.

    Estimand: the share among these documents. The value is the ratio of the two totals, each
    stratum weighted by its size (Horvitz and Thompson 1952). The interval joins the intervals of
    the strata by their distances from the estimates (MOVER; Zou and Donner 2008, for ratios
    Donner and Zou 2012), so that a large stratum in which nothing was found keeps its doubt:
    an effective sample size would lose it, as would a linearised error.

    Parameters
    ----------
    tallies
        One a stratum; a stratum nobody judged may not be left out by the caller.
    alpha
        One minus the level.

    Returns
    -------
    Share or None
        None where nothing that was judged counts for or against.

    Examples
    --------
    >>> found = stratified_share([Tally(size=50, judged=10, yes=10, no=0), Tally(size=1000, judged=10, yes=0, no=0)])
    >>> found.value, round(found.low, 2), found.high
    (1.0, 0.15, 1.0)
    >>> stratified_share([Tally(size=12, judged=12, yes=9, no=3)])
    Share(value=0.75, low=0.75, high=0.75)
    """
    yes = sum(tally.weight * tally.yes for tally in tallies)
    no = sum(tally.weight * tally.no for tally in tallies)
    if yes + no == 0:
        return None
    value = yes / (yes + no)
    low, high = _low(tallies, alpha), 1 - _low([tally.turned for tally in tallies], alpha)
    if all(tally.yes + tally.no == tally.judged for tally in tallies):
        size = sum(tally.size for tally in tallies)
        low, high = float(np.floor(size * low + _TINY)) / size, float(np.ceil(size * high - _TINY)) / size
    # Rounding errors must not put the value outside, and all judged is no interval.
    if all(tally.judged == tally.size for tally in tallies):
        low = high = value
    return Share(value=value, low=max(0.0, min(low, value)), high=min(1.0, max(high, value)))


def _low(tallies: Sequence[Tally], alpha: float) -> float:
    """Return the share R at which ``(1 - R) yes - R no`` may just be zero; closed as Fieller's is.

    With x = R / (1 - R): (yes - x no)^2 = down^2 + 2 x both + x^2 up^2, and its smaller root.
    """
    yes = no = down = up = both = 0.0
    for tally in tallies:
        for_it, against = tally.weight * tally.yes, tally.weight * tally.no
        below = for_it - documents_within(tally.yes, tally.judged, tally.size, alpha)[0]
        most = documents_within(tally.no, tally.judged, tally.size, alpha)[1]
        above = max(0.0, (most if tally.most_no is None else min(most, tally.most_no)) - against)
        yes, no = yes + for_it, no + against
        down, up, both = down + below**2, up + above**2, both + _opposed(tally) * below * above
    room = yes**2 - down
    if room <= 0:
        return 0.0
    half = yes * no + both
    root = float(np.sqrt(max(0.0, half**2 - (no**2 - up) * room)))
    return room / (room + half + root)


def _opposed(tally: Tally) -> float:
    """Return how strongly the two counts of a stratum pull against each other, 1 where each answer is one of them."""
    if tally.yes + tally.no == tally.judged:
        return 1.0
    yes, no = tally.yes / tally.judged, tally.no / tally.judged
    return float(np.sqrt(yes * no / ((1 - yes) * (1 - no))))
