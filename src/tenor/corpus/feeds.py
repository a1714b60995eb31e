"""Where one outlet's daily counts can't be a full count: holes, breaks, constant samples, caps.

Everything is judged against the feed itself. News is bursty, so "improbable" is never read
off a plain Poisson law: the usual rate is the lower quartile of the weeks beside a hole, the
smaller of both sides, and the spread and its persistence are the feed's own. A feed that
covers events only has weeks without a piece beside every silence, so its silences are zeros;
a feed that fades out before it falls silent has an ordinary end; only a feed that was steady
and then has nothing, against its own habit, is called unobserved. What is flagged without
need costs some days of a study; a hole that is taken for a zero makes its verdict false.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from math import log

import numpy as np

from tenor.corpus.samples import Fault, Floats, Ints, Mask, Run, fixed_numbers, runs_of, sums_of
from tenor.errors import StudyError
from tenor.grammar import counted

# Of fewer pieces nothing can be told: ten pieces at random have silences of any length.
FEWEST_PIECES = 10
# Chance of one false hole in a whole feed, after counting every day on which one could begin.
GAP_CHANCE = 1e-4
# Weeks beside a hole that say what was usual, and the fewest that say it alone (four: a month).
WEEKS_BESIDE = 8
FEWEST_WEEKS = 4
# A feed whose last two weeks have less than half of the usual is fading out (or in) by itself.
FADED = 0.5
# A day below a twentieth of what is usual is as good as nothing ("all but ceased").
CEASED = 0.05
# So it is if it lasts for two weeks; a quiet day or two is not a feed that has ceased.
CEASED_DAYS = 14
# From 22 December to 8 January a fifth of the usual is expected: newsrooms rest.
CHRISTMAS = 0.2
# Pieces on a few days amid months of nothing are an island: they do not make a feed live.
ISLAND_DAYS, LONG_HOLE = 7, 28
# One day without a piece may be a holiday without an edition. Where at least so many pieces a
# day were usual, on every day of the week, and it happens on less than 1 day in 100, it is not.
ONE_DAY_RATE, ONE_DAY_SHARE = 50.0, 0.01
# The same silence a year before or after is a habit (summer, Christmas), up to this length.
YEARLY_DAYS = 45
# A day of the week that is missing four times running, before it is asked how probable that is.
FEWEST_WEEKDAYS = 4
# A level break needs eight weeks on either side, of which all but one are clear of the other level,
# a factor of 1.8 and of five times the feed's own spread between weeks, and most of it at once.
LEVEL_WEEKS = 8
LEVEL_FACTOR, LEVEL_SPREADS, LEVEL_APART, LEVEL_AT_ONCE = 1.8, 5.0, 1.25, 0.6
LEVEL_LEAST = 7.0
# It is not a break if it lies within three standard errors of chance, or if a straight line,
# growth or a season, explains the sixteen weeks nearly as well as a step.
LEVEL_CHANCE, LEVEL_TREND = 3.0, 0.5
# A part at less than a fifth of the best level is incomplete, however long it lasts.
LEVEL_SMALL = 5.0


@dataclass(frozen=True, slots=True)
class _Rhythm:
    """How a feed moves: share of each day of the week (from the first day on), spread, persistence."""

    shares: Floats
    spread: float
    together: float
    level: Floats

    def share(self, positions: Ints) -> Floats:
        """Return the share of a week that each day has."""
        return self.shares[positions % 7]


def too_sparse(pieces: Sequence[int] | Ints) -> bool:
    """Return whether a feed has so few pieces that nothing can be told of its gaps.

    Examples
    --------
    >>> too_sparse([0, 3, 0, 1]), too_sparse([5, 5, 5])
    (True, False)
    """
    return int(np.sum(np.asarray(pieces, dtype=np.int64))) < FEWEST_PIECES


def check_feed(days: Sequence[date], pieces: Sequence[int] | Ints) -> tuple[Fault, ...]:
    """Return what makes stretches of a feed no full count, in the order of their first days.

    Parameters
    ----------
    days
        Every day of the study's span, consecutive.
    pieces
        How many pieces the feed has on each of them.

    Returns
    -------
    tuple of Fault
        Nothing where all looks complete, or where `too_sparse` says that it can't be told.

    Raises
    ------
    StudyError
        Days and pieces differ in number, a day is left out, or a count is negative.

    Examples
    --------
    >>> span = [date(2024, 1, 1) + timedelta(days=day) for day in range(120)]
    >>> [fault.why for fault in check_feed(span, [*range(15, 26)] * 8 + [0] * 32)]
    ['no piece from 2024-03-29 on, where 20 a day were usual: the feed seems to have stopped']
    """
    counts = np.asarray(pieces, dtype=np.int64)
    _must_fit(days, counts)
    if not len(counts) or too_sparse(counts):
        return ()
    rhythm = _rhythm(counts)
    holes = _holes(days, counts, rhythm, GAP_CHANCE)
    present = np.ones(len(counts), dtype=bool)
    for fault in holes:
        present[_places(days, fault)] = False
    weekly = _missing_weekdays(days, counts, present, rhythm)
    for fault in weekly:
        present[_places(days, fault)] = False
    found = [*holes, *weekly, *_levels(days, counts, present, rhythm), *fixed_numbers(days, counts, present)]
    return tuple(sorted(found, key=lambda fault: (fault.start, fault.stop, fault.kind, fault.weekdays)))


def silences(days: Sequence[date], pieces: Sequence[int] | Ints, chance: float = GAP_CHANCE) -> tuple[Fault, ...]:
    """Return only the holes of a feed: gaps, a stop, a late start.

    Parameters
    ----------
    days, pieces
        As for `check_feed`.
    chance
        How probable one false hole in the whole feed may be.

    Examples
    --------
    >>> span = [date(2024, 1, 1) + timedelta(days=day) for day in range(120)]
    >>> [str(fault.start) for fault in silences(span, [*range(15, 25)] * 6 + [0] * 20 + [*range(15, 25)] * 4)]
    ['2024-03-01']
    """
    counts = np.asarray(pieces, dtype=np.int64)
    _must_fit(days, counts)
    if not len(counts) or too_sparse(counts):
        return ()
    return tuple(_holes(days, counts, _rhythm(counts), chance))


def _must_fit(days: Sequence[date], counts: Ints) -> None:
    if counts.ndim != 1 or len(days) != len(counts):
        raise StudyError(f"{len(days)} days do not fit {counts.size} counts")
    if len(days) and (days[-1] - days[0]).days != len(days) - 1:
        raise StudyError("the days of a feed do not follow one another")
    if np.any(counts < 0):
        raise StudyError("a feed can't have fewer than 0 pieces on a day")


def _places(days: Sequence[date], fault: Fault) -> Ints:
    """Return the positions of the days that a fault is about."""
    positions = np.arange((fault.start - days[0]).days, (fault.stop - days[0]).days)
    if not fault.weekdays:
        return positions
    return positions[np.isin((positions + days[0].weekday()) % 7, fault.weekdays)]


# Rhythm: what is usual for a feed


def _rhythm(counts: Ints) -> _Rhythm:
    positions = np.arange(len(counts))
    shares = _shares(counts)
    level = _local_level(counts)
    expected = level * shares[positions % 7]
    # Days deep inside a silence say nothing about how the feed varies while it runs.
    silent = counts == 0
    deep = np.zeros(len(counts), dtype=bool)
    for start, stop in runs_of(silent):
        deep[start:stop] = stop - start > 1
    there = (expected >= 1) & ~deep
    return _Rhythm(shares, _spread(counts, expected, there), _together(counts, expected, there), level)


def _shares(counts: Ints) -> Floats:
    """Return the share of a week's pieces on each of its days, no week weighing more than the median one."""
    weeks = len(counts) // 7
    table = counts[: weeks * 7].reshape(weeks, 7)
    sums = table.sum(axis=1)
    if not np.any(sums):
        return np.full(7, 1 / 7)
    table, sums = table[sums > 0], sums[sums > 0]
    weighed = (table * (np.minimum(sums, np.median(sums)) / sums)[:, None]).sum(axis=0)
    shares: Floats = weighed / weighed.sum()
    return shares


def _local_level(counts: Ints) -> Floats:
    """Return the pieces of a usual week around each day: the median of seven weeks."""
    size = len(counts)
    sums = sums_of(counts)
    low = np.clip(np.arange(size) - 3, 0, size)
    high = np.clip(np.arange(size) + 4, 0, size)
    weekly = (sums[high] - sums[low]) * 7 / (high - low)
    around = np.arange(size)[:, None] + np.arange(-21, 22, 7)[None, :]
    level: Floats = np.median(weekly[np.clip(around, 0, size - 1)], axis=1)
    return level


def _spread(counts: Ints, expected: Floats, there: Mask) -> float:
    """Return how far days fall below what is usual, beyond chance: the 1/k of a negative binomial.

    Only days below the level count, since bursts say nothing about how low a feed can fall.
    The prior, 0.2 with the weight of a hundred days of one piece, keeps short feeds sane.
    """
    below = there & (counts < expected)
    shortfall = expected[below] - counts[below]
    beyond = float(np.sum(shortfall**2 - expected[below]))
    return min(max((beyond + 0.2 * 100) / (float(np.sum(expected[below] ** 2)) + 100), 0.02), 2.0)


def _together(counts: Ints, expected: Floats, there: Mask) -> float:
    """Return how many days share one shock, from the correlation of neighbouring days; 2 to 7."""
    moved = np.clip(counts / np.maximum(expected, 1e-9) - 1, -1, 1)
    pairs = there[1:] & there[:-1]
    if pairs.sum() < 30:
        return 3.0
    first, second = moved[:-1][pairs], moved[1:][pairs]
    scale = float(first.std() * second.std())
    tied = float(np.mean((first - first.mean()) * (second - second.mean()))) / scale if scale > 0 else 0.0
    tied = min(max(tied, 0.0), 0.9)
    return min(max((1 + tied) / (1 - tied), 2.0), 7.0)


def _silence(expected: Floats, blocks: Floats, spread: float) -> Floats:
    """Return the log chance of no piece where so many were expected in so many independent blocks."""
    chance: Floats = -blocks / spread * np.log1p(expected / blocks * spread)
    return chance


# Holes: gaps, a stop, a late start


def _holes(days: Sequence[date], counts: Ints, rhythm: _Rhythm, chance: float) -> list[Fault]:
    size = len(counts)
    sides = np.maximum(np.roll(rhythm.level, 28), np.roll(rhythm.level, -28))
    sides[:28], sides[-28:] = rhythm.level[28:56].max(initial=0), rhythm.level[-56:-28].max(initial=0)
    alive = np.where(counts <= np.floor(CEASED * sides * rhythm.share(np.arange(size))), 0, counts)
    low = [run for run in runs_of(alive == 0) if run[1] - run[0] >= CEASED_DAYS]
    runs = sorted({*_join_islands(runs_of(counts == 0)), *_join_islands(low)}, key=lambda run: (run[0] - run[1], run))
    if not runs:
        return []
    start, stop = np.array(runs).T
    before = _beside(alive, start, 7, back=True)
    after = _beside(alive, stop, 7, back=False)
    usual = _usual(before, after)
    shares = sums_of(rhythm.share(np.arange(size)) * np.where(_christmas(days), CHRISTMAS, 1.0))
    weight = shares[stop] - shares[start]
    blocks = np.maximum((stop - start) / rhythm.together, 1.0)
    improbable = _silence(usual * weight, blocks, rhythm.spread) + log(size) < log(chance)
    # What is left in a run must be next to nothing beside the quieter side too.
    totals = sums_of(counts)
    improbable &= totals[stop] - totals[start] <= 2 * CEASED * usual * weight
    found: list[Fault] = []
    taken = np.zeros(size, dtype=bool)
    for at in np.flatnonzero(improbable):
        run = (int(start[at]), int(stop[at]))
        if taken[slice(*run)].any():
            continue  # the longer run around it has been called a hole
        if _may_be_one_day(run, usual[at], rhythm, runs, size) and not _every_year(run, runs, size):
            found.append(_hole(days, counts, run, _ordinary(before[at], after[at])))
            taken[slice(*run)] = True
    return found


def _christmas(days: Sequence[date]) -> Mask:
    """Return the days from 22 December to 8 January."""
    dates = np.datetime64(days[0], "D") + np.arange(len(days))
    months = dates.astype("datetime64[M]")
    number = (dates - months).astype(np.int64) + 1
    month = months.astype(np.int64) % 12 + 1
    found: Mask = ((month == 12) & (number >= 22)) | ((month == 1) & (number <= 8))
    return found


def _join_islands(runs: list[Run]) -> list[Run]:
    joined: list[Run] = []
    for start, stop in runs:
        long = stop - start >= LONG_HOLE
        if joined and long and joined[-1][1] - joined[-1][0] >= LONG_HOLE and start - joined[-1][1] <= ISLAND_DAYS:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _beside(counts: Ints, edge: Ints, step: int, *, back: bool) -> Floats:
    """Return the totals of the eight blocks next to each edge, the nearest first, NaN outside the feed."""
    sums = sums_of(counts)
    size = len(counts)
    near = edge[:, None] + np.arange(WEEKS_BESIDE)[None, :] * (-step if back else step)
    far = near + (-step if back else step)
    inside = (far >= 0) & (far <= size)
    totals = np.abs(sums[np.clip(far, 0, size)] - sums[np.clip(near, 0, size)])
    return np.where(inside, totals, np.nan)


def _usual(before: Floats, after: Floats) -> Floats:
    """Return the pieces a week that were surely usual at a hole: the smaller side, 0 if too little is known.

    Where there is one side only, a feed that fades out (or in) there has no usual rate; between
    two sides the weeks after the hole say whether it had faded.
    """
    lows, known = zip(*(_low(side) for side in (before, after)), strict=True)
    both = (known[0] >= 2) & (known[1] >= 2)
    alone = np.where(known[0] >= known[1], lows[0] * ~_fades(before, out=True), lows[1] * ~_fades(after, out=False))
    enough = np.maximum(known[0], known[1]) >= FEWEST_WEEKS
    usual: Floats = np.where(enough, np.where(both, np.minimum(lows[0], lows[1]), alone), 0.0)
    return usual


def _low(side: Floats) -> tuple[Floats, Ints]:
    """Return the lower quartile of the known weeks, or the nearest week where that is less, and how many are known."""
    known = np.sum(~np.isnan(side), axis=1)
    ordered = np.sort(side, axis=1)
    quartile = ordered[np.arange(len(side)), np.maximum(known - 1, 0) // 4]
    lowest = np.minimum(np.where(known < FEWEST_WEEKS, ordered[:, 0], quartile), side[:, 0])
    return np.where(known > 0, lowest, 0.0), known


def _fades(side: Floats, *, out: bool) -> Mask:
    """Return where the two nearest weeks have less than half of the median week, or of the mean if it fades out.

    An event that is over has burst before it faded, which only the mean remembers.
    """
    known = np.sum(~np.isnan(side), axis=1)
    usual = np.sort(side, axis=1)[np.arange(len(side)), np.maximum(known - 1, 0) // 2]
    if out:
        usual = np.fmax(usual, np.nansum(side, axis=1) / np.maximum(known, 1))
    fades: Mask = side[:, :2].mean(axis=1) < FADED * usual
    return fades


def _ordinary(before: Floats, after: Floats) -> float:
    """Return the median pieces a day in the weeks beside a hole, the smaller side of two."""
    sides = [float(np.median(side[~np.isnan(side)])) / 7 for side in (before, after) if np.sum(~np.isnan(side)) >= 2]
    return min(sides)


def _may_be_one_day(run: Run, usual: float, rhythm: _Rhythm, runs: list[Run], size: int) -> bool:
    """Return whether a hole is long enough for a fault; one day only in a busy feed of seven days a week."""
    weight = float(rhythm.share(np.arange(*run)).sum())
    if run[1] - run[0] > 1 and weight >= 1 / 7:
        return True
    singles = sum(stop - start == 1 for start, stop in runs)
    busy = usual / 7 >= ONE_DAY_RATE and bool(np.all(rhythm.shares >= 0.3 / 7))
    return busy and singles <= max(ONE_DAY_SHARE * size, 1)


def _every_year(run: Run, runs: list[Run], size: int) -> bool:
    """Return whether a feed is as silent at the same time of another year."""
    length = run[1] - run[0]
    if length > YEARLY_DAYS:
        return False
    silent = np.zeros(size, dtype=bool)
    for start, stop in runs:
        silent[start:stop] = stop - start <= 2 * length + 14
    for shift in (-731, -365, 365, 731):
        start, stop = run[0] + shift, run[1] + shift
        if start >= 0 and stop <= size and silent[start:stop].mean() >= 0.6:
            return True
    return False


def _hole(days: Sequence[date], counts: Ints, run: Run, usual: float) -> Fault:
    first, stop = days[run[0]], days[run[1] - 1] + timedelta(days=1)
    left = int(counts[slice(*run)].sum())
    none = "no piece" if not left else f"next to nothing ({counted(left, 'piece')})"
    rate = f"where {_rate(usual)} were usual"
    if run[1] == len(counts):
        return Fault("stopped", first, stop, f"{none} from {first} on, {rate}: the feed seems to have stopped", usual)
    if run[0] == 0:
        later = f"where {_rate(usual)} are usual from {stop} on"
        return Fault("late start", first, stop, f"{none} before {stop}, {later}: the feed seems to start late", usual)
    until = f"on {first}" if run[1] - run[0] == 1 else f"from {first} to {stop - timedelta(days=1)}"
    return Fault("gap", first, stop, f"{none} {until}, {rate}: days seem to be missing", usual)


def _rate(a_day: float) -> str:
    """Return a rate in words: by the day, or by the week where a day has less than two."""
    return f"{a_day:,.0f} a day" if a_day >= 2 else f"{a_day * 7:,.0f} a week"


# Days of the week that are missing


def _missing_weekdays(days: Sequence[date], counts: Ints, present: Mask, rhythm: _Rhythm) -> list[Fault]:
    found: dict[Run, tuple[set[int], float]] = {}
    weekly = sums_of(counts)
    for column in range(min(7, len(counts))):
        places = np.arange(column, len(counts), 7)
        places = places[present[places]]
        for start, stop, usual in _missing_on(counts, places, rhythm, len(counts)):
            first, last = int(places[start]), int(places[stop - 1])
            if not _others_go_on(weekly, first, last, len(counts)):
                continue
            week = (first // 7, last // 7)
            names, sum_so_far = found.setdefault(week, (set(), 0.0))
            names.add((first + days[0].weekday()) % 7)
            found[week] = (names, sum_so_far + usual)
    faults = []
    for (first_week, last_week), (names, usual) in found.items():
        inside = [
            at
            for at in range(first_week * 7, min(last_week * 7 + 7, len(days)))
            if days[at].weekday() in names and present[at]
        ]
        faults.append(_weekdays_fault(days, inside, names, usual / len(names)))
    return faults


def _missing_on(counts: Ints, places: Ints, rhythm: _Rhythm, size: int) -> list[tuple[int, int, float]]:
    """Return the runs of weeks (first, stop, usual pieces) in which one day of the week is missing."""
    column = counts[places]
    runs = [run for run in runs_of(column == 0) if run[1] - run[0] >= FEWEST_WEEKDAYS]
    if not runs:
        return []
    start, stop = np.array(runs).T
    before, after = (_beside(column, edge, 1, back=back) for edge, back in ((start, True), (stop, False)))
    usual = _usual(before, after)
    length = (stop - start).astype(np.float64)
    chance = _silence(usual * length, np.maximum(length / 2, 1), rhythm.spread)
    fits = np.flatnonzero(chance + log(size) < log(GAP_CHANCE))
    return [(*runs[at], _ordinary(before[at], after[at]) * 7) for at in fits]


def _others_go_on(sums: Floats, first: int, last: int, size: int) -> bool:
    """Return whether the feed as a whole keeps at least half of its pieces while a day of the week is missing."""
    length = last - first + 1
    around = []
    if first >= 28:
        around.append((sums[first] - sums[max(first - 56, 0)]) / (first - max(first - 56, 0)))
    if size - last - 1 >= 28:
        stop = min(last + 57, size)
        around.append((sums[stop] - sums[last + 1]) / (stop - last - 1))
    return bool((sums[last + 1] - sums[first]) / length >= 0.5 * max(around, default=0.0))


_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _weekdays_fault(days: Sequence[date], inside: list[int], names: set[int], usual: float) -> Fault:
    first, last = days[inside[0]], days[inside[-1]]
    named = " and ".join(f"{_NAMES[name]}s" for name in sorted(names))
    until = "on" if inside[-1] + 7 >= len(days) else f"to {last}"
    why = f"no piece on {named} from {first} {until}, where {usual:,.0f} on such a day were usual"
    return Fault("missing weekdays", first, last + timedelta(days=1), why, usual, tuple(sorted(names)))


# Breaks of level


def _levels(days: Sequence[date], counts: Ints, present: Mask, rhythm: _Rhythm) -> list[Fault]:
    places = np.flatnonzero(present)
    if len(places) < 14 * LEVEL_WEEKS:
        return []
    breaks = _breaks(counts[places], rhythm.share(places))
    if not breaks:
        return []
    edges = [0, *breaks, len(places)]
    parts = list(pairwise(edges))
    totals = [float(counts[places[slice(*part)]].sum() / rhythm.share(places[slice(*part)]).sum()) for part in parts]
    whole = [part for part, total in zip(parts, totals, strict=True) if total * LEVEL_SMALL >= max(totals)]
    longest = max(whole, key=lambda part: (part[1] - part[0], part[1]))
    level = totals[parts.index(longest)]
    found = []
    for (start, stop), total in zip(parts, totals, strict=True):
        high, low = max(total, level), min(total, level)
        if high >= LEVEL_FACTOR * low:
            found.append(_level_fault(days, int(places[start]), int(places[stop - 1]) + 1, total / 7, level / 7))
    return found


def _breaks(counts: Ints, shares: Floats) -> list[int]:
    """Return the positions at which the feed steps from one level to another and stays there for weeks."""
    places = np.arange(7 * LEVEL_WEEKS, len(counts) - 7 * LEVEL_WEEKS + 1)
    weights = [_block_shares(shares, places, back=back) for back in (True, False)]
    # Each block is scaled to a whole week, so that days left out do not count as days without pieces.
    before, after = (
        np.log(_beside(counts, places, 7, back=back) / np.maximum(weight, 0.3) + 0.5)
        for back, weight in zip((True, False), weights, strict=True)
    )
    step = np.median(after, axis=1) - np.median(before, axis=1)
    known = np.minimum(weights[0].min(axis=1), weights[1].min(axis=1)) >= 0.3
    fits = (np.abs(step) >= log(LEVEL_FACTOR)) & known
    large = np.flatnonzero(fits)
    if not len(large):
        return []
    fits[large] = _is_step(before[large], after[large])
    fits &= ~_steps_every_year(step)
    sharp = np.where(fits, np.abs(after[:, 0] - before[:, 0]), -1.0)
    return [_sharpest(counts, shares, int(places[run[0] + int(np.argmax(sharp[slice(*run)]))])) for run in _near(fits)]


def _is_step(before: Floats, after: Floats) -> Mask:
    """Return where the log totals of the weeks before and after, the nearest first, make a step."""
    middle = [np.median(side, axis=1) for side in (before, after)]
    step = middle[1] - middle[0]
    size = np.abs(step)
    away = np.concatenate([before - middle[0][:, None], after - middle[1][:, None]], axis=1)
    spread = np.maximum(1.4826 * np.median(np.abs(away), axis=1), 0.08)
    lows, highs = (np.sort(side, axis=1) for side in (before, after))
    # One week a side may be a burst or a lull.
    apart = np.where(step > 0, highs[:, 1] - lows[:, -2], lows[:, 1] - highs[:, -2])
    at_once = (after[:, :2].mean(axis=1) - before[:, :2].mean(axis=1)) * np.sign(step)
    straight = _around_a_line(np.concatenate([before[:, ::-1], after], axis=1))
    fits: Mask = (
        (size >= LEVEL_SPREADS * spread)
        & (size >= LEVEL_CHANCE * np.sqrt(np.exp(-middle[0]) + np.exp(-middle[1])))
        & (apart >= log(LEVEL_APART))
        & (np.sum(away**2, axis=1) <= LEVEL_TREND * straight)
        & (at_once >= LEVEL_AT_ONCE * size)
        & (np.maximum(middle[0], middle[1]) >= log(LEVEL_LEAST))
    )
    return fits


def _steps_every_year(step: Floats) -> Mask:
    """Return where the feed makes at least half of the same step a year before or after: a season."""
    yearly = np.zeros(len(step), dtype=bool)
    for shift in range(365 - 14, 365 + 15, 7):
        alike = step[shift:] / np.where(step[:-shift] == 0, np.inf, step[:-shift])
        yearly[:-shift] |= alike >= 0.5
        back = step[:-shift] / np.where(step[shift:] == 0, np.inf, step[shift:])
        yearly[shift:] |= back >= 0.5
    return yearly


def _around_a_line(weeks: Floats) -> Floats:
    """Return the squared distances of each row from its straight line."""
    away = weeks - weeks.mean(axis=1, keepdims=True)
    line = np.arange(weeks.shape[1]) - (weeks.shape[1] - 1) / 2
    squares: Floats = np.sum(away**2, axis=1) - (away @ line) ** 2 / float(np.sum(line**2))
    return squares


def _block_shares(shares: Floats, edge: Ints, *, back: bool) -> Floats:
    sums = sums_of(shares)
    step = -7 if back else 7
    near = edge[:, None] + np.arange(LEVEL_WEEKS)[None, :] * step
    weights: Floats = np.abs(sums[near + step] - sums[near])
    return weights


def _near(fits: Mask) -> list[Run]:
    """Return the runs of positions that fit, those less than four weeks apart as one."""
    joined: list[Run] = []
    for start, stop in runs_of(fits):
        if joined and start - joined[-1][1] < 28:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return joined


def _sharpest(counts: Ints, shares: Floats, around: int) -> int:
    """Return the most likely first day of the new level, within two weeks of where the step was seen."""
    width, far = 14, 7 * LEVEL_WEEKS
    old, new = slice(around - far, max(around - width, 0)), slice(around + width, around + far)
    before, after = (float(counts[side].sum() + 0.5) / float(shares[side].sum()) for side in (old, new))
    near = slice(around - width, around + width)
    gain = counts[near] * log(after / before) - shares[near] * (after - before)
    return around - width + int(np.argmin(sums_of(gain)))


def _level_fault(days: Sequence[date], start: int, stop: int, here: float, usual: float) -> Fault:
    first, last = days[start], days[stop - 1]
    share = 100 * here / usual if usual else 0.0
    low = here < usual
    seen = f"about {_rate(here)} from {first} to {last}, where {_rate(usual)} are usual"
    said = f"{max(share, 1):.0f} % of it" if low else f"{here / max(usual, 1e-9):.1f} times as many"
    why = f"{seen} ({said}): the way of collecting seems to have changed"
    return Fault("level break", first, last + timedelta(days=1), why, usual)
