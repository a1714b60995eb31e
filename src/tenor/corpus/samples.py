"""Counts that are no counts: samples of a fixed size, and feeds cut off at a number a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, lgamma, log, pi
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Kind = Literal["gap", "stopped", "late start", "missing weekdays", "level break", "constant sample", "cap"]
Run = tuple[int, int]
Cuts = list[tuple[Ints, Ints]]

# Chance of one false alarm in a whole feed; stricter than for gaps, as these condemn long stretches.
SAMPLE_CHANCE = 1e-5
# The fewest days a fixed sample is reported for.
SHORTEST = 28
# Constant: at most a quarter of the variance of chance, at least five pieces a period. Fewer
# pieces are a rhythm (one podcast a day, one column a week), not a sample.
CONSTANT_VARIANCE, CONSTANT_LEAST = 0.25, 5.0
# How many days, weeks or months running are looked at.
CONSTANT_SPANS = {"day": (28, 91), "week": (12, 26), "month": (8, 24)}
# One count on half the days of eight weeks is a fixed sample too, whatever the other days hold.
REPEATED_SPAN = 56
# A cap: the highest count, ten or more, comes back on at least seven days of a quarter.
CAP_LEAST, CAP_DAYS, CAP_WINDOW = 10, 7, 91


@dataclass(frozen=True, slots=True)
class Fault:
    """What makes the days from `start` up to but not including `stop` no full count.

    `weekdays` (Monday is 0) limits it to some days of the week; `usual` is how many pieces
    a day were to be expected there, 0 where that can't be told.
    """

    kind: Kind
    start: date
    stop: date
    why: str
    usual: float = 0.0
    weekdays: tuple[int, ...] = ()


def sums_of(values: NDArray[np.int64] | Floats) -> Floats:
    """Return the sums of the first 0, 1, 2 ... values."""
    return np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])


def runs_of(mask: Mask) -> list[Run]:
    """Return the (start, stop) of every run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], mask.astype(np.int8), [0]])))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]


# Constant samples


def fixed_numbers(days: Sequence[date], counts: Ints, present: Mask) -> list[Fault]:
    """Return the stretches in which a feed has a fixed number of pieces a day, week or month, or never more.

    Parameters
    ----------
    days, counts
        Every day of the span and its pieces.
    present
        The days that are looked at.

    Examples
    --------
    >>> span = [date(2024, 1, 1) + timedelta(days=day) for day in range(60)]
    >>> [fault.kind for fault in fixed_numbers(span, np.full(60, 15), np.ones(60, dtype=bool))]
    ['constant sample']
    """
    if not present.any() or _is_rhythm(counts, present):
        return []
    cuts = {"day": _days(present), "week": _weeks(present), "month": _months(days, present)}
    flagged = {unit: _constant(counts, cut, CONSTANT_SPANS[unit]) for unit, cut in cuts.items()}
    capped = _caps(days, counts, present & ~np.any(list(flagged.values()), axis=0))
    cut_off = np.zeros(len(counts), dtype=bool)
    for fault in capped:
        cut_off[(fault.start - days[0]).days : (fault.stop - days[0]).days] = True
    # One count that comes back on most days where nothing is above it is a cap, not a sample.
    for run in _same_count(counts, cuts["day"][0][0]):
        flagged["day"][slice(*run)] |= not cut_off[slice(*run)].any()
    faults: list[Fault] = []
    covered = np.zeros(len(counts), dtype=bool)
    for unit, mask in flagged.items():
        long = [run for run in runs_of(mask & ~covered) if run[1] - run[0] >= SHORTEST]
        faults += [_constant_fault(days, counts, cuts[unit], unit, run) for run in long]
        covered |= mask
    return faults + capped


def _constant(counts: Ints, cuts: Cuts, spans: tuple[int, ...]) -> Mask:
    """Return the days of stretches whose totals are too much alike."""
    flagged = np.zeros(len(counts), dtype=bool)
    tests = sum(len(starts) for starts, _ in cuts) * len(spans)
    for starts, stops in cuts:
        for first, last in _same_totals(counts, starts, stops, spans, tests):
            flagged[first:last] = True
    return flagged


def _is_rhythm(counts: Ints, present: Mask) -> bool:
    """Return whether a feed brings the same few pieces on each day of the week: a podcast, not a sample."""
    away = expected = 0.0
    for column in range(7):
        column_counts = counts[column::7][present[column::7]]
        if len(column_counts):
            away += float(np.sum((column_counts - column_counts.mean()) ** 2))
            expected += float(column_counts.sum())
    return away <= CONSTANT_VARIANCE * expected and bool(counts[present].mean() < CONSTANT_LEAST)


def _days(present: Mask) -> Cuts:
    places = np.flatnonzero(present)
    return [(places, places + 1)]


def _weeks(present: Mask) -> Cuts:
    """Return the weeks of seven days that are there, beginning on each day of the week in turn."""
    cuts = []
    there = sums_of(present.astype(np.int64))
    for first in range(7):
        starts = np.arange(first, len(present) - 6, 7)
        starts = starts[there[starts + 7] - there[starts] == 7]
        cuts.append((starts, starts + 7))
    return cuts


def _months(days: Sequence[date], present: Mask) -> Cuts:
    """Return the months of the calendar of which at most two days are missing."""
    dates = np.datetime64(days[0], "D") + np.arange(len(days))
    firsts = np.flatnonzero(dates == dates.astype("datetime64[M]"))
    if len(firsts) < 2:
        return []
    there = sums_of(present.astype(np.int64))
    starts, stops = firsts[:-1], firsts[1:]
    whole = stops - starts - (there[stops] - there[starts]) <= 2
    return [(starts[whole], stops[whole])]


def _same_totals(counts: Ints, starts: Ints, stops: Ints, spans: tuple[int, ...], tests: int) -> list[Run]:
    """Return the stretches in which the totals of periods vary much less than chance allows."""
    sums = sums_of(counts)
    totals = sums[stops] - sums[starts]
    found = []
    for span in spans:
        if len(totals) < span:
            continue
        means = _moving(totals, span) / span
        squares = _moving((totals - totals.mean()) ** 2, span)
        away = np.maximum(squares - span * (means - totals.mean()) ** 2, 0.0)
        # Counts are whole numbers: a sixth of a piece for each keeps equal totals from being impossible.
        index = (away + span / 6) / np.maximum(means, 1e-9)
        fits = (means >= CONSTANT_LEAST) & (index <= CONSTANT_VARIANCE * (span - 1))
        found += [
            (int(starts[at]), int(stops[at + span - 1]))
            for at in np.flatnonzero(fits)
            if lower_tail(float(index[at]), span - 1) + log(tests) < log(SAMPLE_CHANCE)
        ]
    return found


def _same_count(counts: Ints, places: Ints) -> list[Run]:
    """Return the stretches in which one count comes back on half the days or more, higher ones among the others.

    A sample of fixed size with some outliers varies as much as any feed. No smooth law has
    more than about 1 / sqrt(2 pi count) of its days on one count. Where nothing is above
    the count it is a cap.
    """
    found: list[Run] = []
    if len(places) < REPEATED_SPAN:
        return found
    seen = counts[places]
    highest = np.lib.stride_tricks.sliding_window_view(seen, REPEATED_SPAN).max(axis=1)
    values, often = np.unique(seen, return_counts=True)
    for value in values[(often >= REPEATED_SPAN // 2) & (values >= CONSTANT_LEAST)]:
        hits = _moving((seen == value).astype(np.float64), REPEATED_SPAN)
        chance = 1 / (2 * pi * value) ** 0.5
        found += [
            (int(places[at]), int(places[at + REPEATED_SPAN - 1]) + 1)
            for at in np.flatnonzero((hits >= REPEATED_SPAN // 2) & (highest > value))
            if _binomial_tail(int(hits[at]), REPEATED_SPAN, chance) * len(places) < SAMPLE_CHANCE
        ]
    return found


def _moving(values: Floats, span: int) -> Floats:
    sums = sums_of(values)
    moved: Floats = sums[span:] - sums[:-span]
    return moved


def lower_tail(value: float, freedom: int) -> float:
    """Return the log of the chance that a chi-square is at most `value`; the series of the incomplete gamma.

    Examples
    --------
    >>> round(exp(lower_tail(3.940, 10)), 3)  # the table's 5 % point for 10 degrees of freedom
    0.05
    """
    if value <= 0:
        return -np.inf
    half, shape = value / 2, freedom / 2
    term = total = 1.0
    step = shape
    while term > 1e-12 * total:
        step += 1
        term *= half / step
        total += term
    return min(shape * log(half) - half - lgamma(shape + 1) + log(total), 0.0)


def _constant_fault(days: Sequence[date], counts: Ints, cuts: Cuts, unit: str, run: Run) -> Fault:
    best: Floats = np.zeros(0)
    sums = sums_of(counts)
    for starts, stops in cuts:
        inside = (starts >= run[0]) & (stops <= run[1])
        totals = sums[stops[inside]] - sums[starts[inside]]
        if len(totals) and (not len(best) or totals.var() < best.var()):
            best = totals
    first, last = days[run[0]], days[run[1] - 1]
    often = np.quantile(best, [0.05, 0.95]).round().astype(int) if len(best) else (0, 0)
    between = f"{often[0]:,}" if often[0] == often[1] else f"{often[0]:,} to {often[1]:,}"
    most = "" if not len(best) or (best.min() == often[0] and best.max() == often[1]) else "nearly "
    why = (
        f"the same number of pieces {most}every {unit} ({between} in {len(best):,} {unit}s, "
        f"{first} to {last}): a sample, not a count"
    )
    return Fault("constant sample", first, last + timedelta(days=1), why, float(best.mean()) if unit == "day" else 0.0)


# Caps


def _caps(days: Sequence[date], counts: Ints, present: Mask) -> list[Fault]:
    """Return the stretches in which a feed is cut off at one number of pieces a day.

    The days below the cap are left out with it: leaving out only the busiest days would
    make every mean too small.
    """
    size = len(counts)
    found: dict[int, list[Run]] = {}
    starts = list(range(0, max(size - CAP_WINDOW, 0) + 1, CAP_WINDOW // 3))
    for start in starts:
        window = np.where(present, counts, 0)[start : start + CAP_WINDOW]
        most = int(window.max(initial=0))
        if most < CAP_LEAST or not _heaped(window, most, len(starts)):
            continue
        hits = np.flatnonzero(window == most) + start
        found.setdefault(most, []).append((int(hits[0]), int(hits[-1]) + 1))
    faults = []
    for most, runs in found.items():
        merged = np.zeros(size, dtype=bool)
        for run in runs:
            merged[slice(*_widen(counts, run, most))] = True
        faults += [_cap_fault(days, counts, most, run) for run in runs_of(merged)]
    return faults


def _widen(counts: Ints, run: Run, most: int) -> Run:
    """Return a capped stretch with up to six weeks on either side in which nothing is above the cap."""
    start, stop = run
    while start > max(run[0] - 42, 0) and counts[start - 1] <= most:
        start -= 1
    while stop < min(run[1] + 42, len(counts)) and counts[stop] <= most:
        stop += 1
    return start, stop


def _heaped(window: Ints, most: int, tests: int) -> bool:
    """Return whether the highest count comes back more often than a falling tail allows.

    Of the days at the highest count and at the few counts below it, at most an even share
    lies on the highest where high counts are the rarer the higher they are.
    """
    hits = int(np.count_nonzero(window == most))
    if hits < CAP_DAYS:
        return False
    below = max(round(most**0.5), 2)
    near = hits + int(np.sum((window < most) & (window >= most - below)))
    return _binomial_tail(hits, near, 1 / (below + 1)) * tests < SAMPLE_CHANCE


def _binomial_tail(hits: int, trials: int, chance: float) -> float:
    """Return the chance of at least so many hits."""
    logs = (
        lgamma(trials + 1) - lgamma(k + 1) - lgamma(trials - k + 1) + k * log(chance) + (trials - k) * log(1 - chance)
        for k in range(hits, trials + 1)
    )
    return sum(map(exp, logs))


def _cap_fault(days: Sequence[date], counts: Ints, most: int, run: Run) -> Fault:
    first, last = days[run[0]], days[run[1] - 1]
    hits = int(np.sum(counts[slice(*run)] == most))
    why = (
        f"exactly {most:,} pieces on {hits:,} of the {run[1] - run[0]:,} days from {first} to {last} "
        f"and never more: the feed seems to be cut off at {most:,} a day"
    )
    return Fault("cap", first, last + timedelta(days=1), why)
