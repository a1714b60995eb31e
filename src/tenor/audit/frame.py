"""Rounds, windows, baseline, exposure, pooling and copies, applied once to the rows of any measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.audit.layers import Fault, Layer, faults_of, places_of, rows_of, squares_of
from tenor.errors import StudyError
from tenor.model import (
    Baseline,
    BoilerplateRule,
    ComparisonPeriod,
    CopyRule,
    Event,
    Exposure,
    Plan,
    Pooling,
    Round,
    Stretch,
    Unit,
    Window,
)
from tenor.studyfile import round_stretch

Floats = NDArray[np.float64]
OBSERVED = 0.9
_UNITS_BEFORE: Mapping[Baseline, int] = {"none": 0, "week before": 1, "three weeks before": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way of counting."""

    window: Window
    baseline: Baseline
    exposure: Exposure
    pooling: Pooling
    copies: CopyRule = ""
    boilerplate: BoilerplateRule = ""

    @property
    def layer(self) -> Layer:
        """Return which rows are counted."""
        return Layer(self.copies, self.boilerplate)

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return (axis, choice) pairs in words; an axis that the rows do not have is not named."""
        copies = (("copies", f"copies {self.copies}"),) if self.copies else ()
        boilerplate = (("boilerplate", f"boilerplate {self.boilerplate}"),) if self.boilerplate else ()
        return (
            ("window", str(self.window)),
            ("baseline", self.baseline),
            ("exposure", self.exposure),
            ("pooling", self.pooling),
            *copies,
            *boilerplate,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The rows of a measure on the full outlet by day (or week) grid.

    `num` and `den` are zero where nothing was observed; `squares` sums the squares of `num` article
    by article; `seen` says where something was observed, `doubt` where a figure stands that can't
    be believed, and `faults` why.
    """

    origin: date
    step: int
    outlets: tuple[str, ...]
    num: Floats
    den: Floats
    squares: Floats
    seen: NDArray[np.bool_]
    doubt: NDArray[np.bool_]
    faults: tuple[Fault, ...] = ()

    @property
    def units(self) -> int:
        """Return how many days (weeks) the grid is long."""
        return int(self.num.shape[1])

    @property
    def unit(self) -> Unit:
        """Return what one column of the grid is."""
        return "week" if self.step == 7 else "day"

    def index(self, day: date) -> int:
        """Return the column a day falls in; it may lie outside the grid."""
        return (day - self.origin).days // self.step

    def columns(self, stretch: Stretch) -> range:
        """Return the columns of a stretch, inside the grid or not."""
        return range(self.index(stretch.start), self.index(stretch.stop - timedelta(days=1)) + 1)

    def stretch(self, columns: Sequence[int]) -> Stretch:
        """Return the days of a run of columns."""
        start = self.origin + timedelta(days=columns[0] * self.step)
        return Stretch(start=start, stop=self.origin + timedelta(days=(columns[-1] + 1) * self.step))

    def why(self, stretch: Stretch) -> list[str]:
        """Return why figures inside a stretch can't be believed, with the outlets."""
        found: dict[str, list[str]] = {}
        for fault in self.faults:
            if fault.stretch.overlaps(stretch) and fault.outlet not in found.setdefault(fault.why, []):
                found[fault.why].append(fault.outlet)
        return [why if len(self.outlets) == 1 else f"{', '.join(names)}: {why}" for why, names in found.items()]


def grid(rows: pa.Table, doubtful: pa.Table, layer: Layer) -> Grid | None:
    """Lay the rows of a measure on a grid; None where there is no row.

    Raises
    ------
    StudyError
        Daily and weekly rows are mixed under one query.
    """
    if rows.num_rows == 0:
        return None
    steps = rows["days"].unique().to_pylist()
    if len(steps) > 1:
        raise StudyError(
            "this query is counted by day in one file and by week in another", do="give them two query names"
        )
    outlets, at = places_of(rows["outlet"])
    starts = rows["date"].cast(pa.int32()).to_numpy()
    columns = (starts - starts.min()) // steps[0]
    found = _empty_grid(date(1970, 1, 1) + timedelta(days=int(starts.min())), steps[0], outlets, int(columns.max()) + 1)
    counted = rows_of(rows, layer)
    below, of_article = counted.den, counted.of_article
    seen = ~of_article & ~np.isnan(below)
    found.seen[at[seen], columns[seen]] = True
    # Without a denominator an article still counts above the line, if its day was observed.
    there = seen | (of_article & counted.kept & found.seen[at, columns])
    where = at[there], columns[there]
    np.add.at(found.num, where, counted.num[there])
    np.add.at(found.den, where, np.nan_to_num(below[there]))
    articles = there & of_article
    squares = squares_of(rows["doc_id"].filter(pa.array(articles)), counted.num[articles])
    np.add.at(found.squares, (at[articles], columns[articles]), squares)
    faults = faults_of(doubtful, outlets, found.step)
    for fault in faults:
        first, stop = (max(found.index(day), 0) for day in (fault.stretch.start, fault.stretch.stop))
        found.doubt[outlets.index(fault.outlet), first:stop] = True
    return replace(found, faults=faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """Stretches of a grid summed: outlets by windows above and below the line, and what was observed."""

    stretches: tuple[Stretch, ...]
    num: Floats
    den: Floats
    squares: Floats
    observed: Floats

    def __len__(self) -> int:
        return len(self.stretches)

    def values(self, pooling: Pooling) -> Floats:
        """Return for each window the ratio of sums, or the mean over outlets of their ratios.

        NaN where there is no denominator.
        """
        if pooling == "pool":
            num, den = self.num.sum(axis=0), self.den.sum(axis=0)
            return _divided(num, den)
        own = _divided(self.num, self.den)
        return _divided(np.nansum(own, axis=0), np.isfinite(own).sum(axis=0).astype(float))

    def only(self, keep: NDArray[np.bool_]) -> Windows:
        """Return the windows that are to be kept."""
        stretches = tuple(stretch for stretch, kept in zip(self.stretches, keep, strict=True) if kept)
        return Windows(
            stretches=stretches,
            num=self.num[:, keep],
            den=self.den[:, keep],
            squares=self.squares[:, keep],
            observed=self.observed[keep],
        )

    @property
    def spread(self) -> Floats:
        """Return for each window the variance of the mean of its articles, as if each were drawn by itself."""
        num, den, squares = (item.sum(axis=0) for item in (self.num, self.den, self.squares))
        mean = _divided(num, den)
        found: Floats = np.maximum(_divided(squares, den) - mean**2, 0) / np.maximum(den, 1)
        return found


def _divided(num: Floats, den: Floats) -> Floats:
    found: Floats = np.full(num.shape, np.nan)
    np.divide(num, den, out=found, where=den > 0)
    return found


def summed(grid: Grid, columns: Sequence[Sequence[int]]) -> Windows:
    """Sum sets of columns of a grid, all of one size; columns outside the grid count as unobserved."""
    length = len(columns[0]) if columns else 1
    at = np.array([list(item) for item in columns], dtype=np.int64).reshape(len(columns), length)
    inside = (at >= 0) & (at < grid.units)
    safe = np.where(inside, at, 0)
    good = (grid.seen & ~grid.doubt)[:, safe] & inside
    return Windows(
        stretches=tuple(grid.stretch(item) for item in columns),
        num=(grid.num[:, safe] * inside).sum(axis=2),
        den=(grid.den[:, safe] * inside).sum(axis=2),
        squares=(grid.squares[:, safe] * inside).sum(axis=2),
        observed=good.mean(axis=(0, 2)),
    )


def joined(parts: Sequence[Windows]) -> Windows:
    """Put windows of several grids with the same outlets side by side."""
    return Windows(
        stretches=tuple(stretch for item in parts for stretch in item.stretches),
        num=np.hstack([item.num for item in parts]),
        den=np.hstack([item.den for item in parts]),
        squares=np.hstack([item.squares for item in parts]),
        observed=np.concatenate([item.observed for item in parts]),
    )


def aligned(grids: Sequence[Grid]) -> list[Grid]:
    """Lay grids of several queries on the same outlets; what one of them lacks is unobserved there.

    Raises
    ------
    StudyError
        One query is counted by day and another by week.
    """
    if len({grid.step for grid in grids}) > 1:
        raise StudyError("one query is counted by day and another by week", do="compare like with like")
    outlets = tuple(sorted({outlet for grid in grids for outlet in grid.outlets}))
    return [_on_outlets(grid, outlets) for grid in grids]


def _on_outlets(grid: Grid, outlets: tuple[str, ...]) -> Grid:
    found = _empty_grid(grid.origin, grid.step, outlets, grid.units)
    places = [outlets.index(outlet) for outlet in grid.outlets]
    found.num[places], found.den[places], found.squares[places] = grid.num, grid.den, grid.squares
    found.seen[places], found.doubt[places] = grid.seen, grid.doubt
    return replace(found, faults=grid.faults)


def _empty_grid(origin: date, step: int, outlets: tuple[str, ...], units: int) -> Grid:
    shape = (len(outlets), units)
    return Grid(
        origin=origin,
        step=step,
        outlets=outlets,
        num=np.zeros(shape),
        den=np.zeros(shape),
        squares=np.zeros(shape),
        seen=np.zeros(shape, np.bool_),
        doubt=np.zeros(shape, np.bool_),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One way of counting, carried out: the rounds and the comparison windows.

    `values` and `comparison_values` have the baseline taken off, if the choice has one.
    """

    choice: Choice
    rounds: Windows
    values: Floats
    baselines: Floats
    comparison: Windows
    comparison_values: Floats
    dropped: int
    why_not: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Everything a hypothesis is counted on: its rounds, their grids, and ordinary time.

    `layers` has the grids under each rule for copies and boilerplate, one grid a round, all with the
    same outlets; they are the same object where all rounds have the same query. `as_of` cuts every
    round to as many days as had passed on that day in the one that was under way.
    """

    plan: Plan
    rounds: tuple[Round, ...]
    layers: Mapping[Layer, tuple[Grid, ...]]
    as_of: date | None = None

    @property
    def grids(self) -> tuple[Grid, ...]:
        """Return the grids of the first layer; outlets and days are the same in all."""
        return next(iter(self.layers.values()))

    @property
    def one_query(self) -> bool:
        """Return whether all rounds are counted by the same query."""
        return all(grid is self.grids[0] for grid in self.grids)

    def stretches(self, window: Window) -> list[Stretch]:
        """Return the stretch of every round of the study under a window, those of this frame first."""
        others = [item for item in self.plan.rounds if item not in self.rounds]
        return [round_stretch(self.plan.event, item, window) for item in (*self.rounds, *others)]

    def cell(self, choice: Choice) -> Cell:
        """Count in one way."""
        grids = self.layers[choice.layer]
        taken = self.stretches(choice.window)
        window, too_early = cut(choice.window, self.rounds, self.plan.event, self.as_of)
        own = [round_stretch(self.plan.event, item, window) for item in self.rounds]
        why_not = too_early or self._impossible(choice, own)
        busy = {column for stretch in taken for column in grids[0].columns(stretch)} if self.one_query else set()
        columns = [list(grid.columns(stretch)) for grid, stretch in zip(grids, own, strict=True)]
        pairs = list(zip(grids, columns, strict=True))
        rounds = joined([summed(grid, [item]) for grid, item in pairs])
        levels = np.concatenate([_levels(grid, [item], choice, busy) for grid, item in pairs])
        comparison, values, dropped = self._comparison(choice, busy, len(columns[0]))
        if choice.baseline != "none" and np.any(np.isnan(levels)):
            why_not = why_not or "the usual level before a round was not observed"
        return Cell(
            choice=choice,
            rounds=rounds,
            values=rounds.values(choice.pooling) - levels,
            baselines=levels,
            comparison=comparison,
            comparison_values=values,
            dropped=dropped,
            why_not=why_not,
        )

    def _impossible(self, choice: Choice, own: Sequence[Stretch]) -> str:
        if self.grids[0].unit == "week" and choice.window.unit == "day":
            return "the figures are weekly: a window of days would cut weeks in two; use {from: 0, to: 0, unit: week}"
        if self.one_query and any(a.overlaps(b) for at, a in enumerate(own) for b in own[:at]):
            return "under this window the rounds overlap"
        return ""

    def _comparison(self, choice: Choice, busy: set[int], length: int) -> tuple[Windows, Floats, int]:
        grid, period = self.layers[choice.layer][0], self.plan.comparison
        columns = ordinary_columns(grid, period, busy, length) if self.one_query else []
        found = summed(grid, columns)
        values = found.values(choice.pooling) - _levels(grid, columns, choice, busy)
        keep = (found.observed >= OBSERVED) & np.isfinite(values)
        return found.only(keep), values[keep], int((~keep).sum())


def cut(window: Window, rounds: Sequence[Round], event: Event, as_of: date | None) -> tuple[Window, str]:
    """Return a window without the days that had not passed when the claim was made, or why there is none.

    Examples
    --------
    >>> event = Event(title="talks", timezone="UTC", window=Window(start=-1, stop=5, unit="day"))
    >>> third = Round(id="r3", label="the third round", date=date(2025, 7, 23))
    >>> str(cut(event.window, [third], event, date(2025, 7, 24))[0])
    'days -1 to +1'
    """
    if as_of is None:
        return window, ""
    for item in rounds:
        whole = round_stretch(event, item, window)
        if as_of < whole.start:
            return window, f"{item.label} lies after {as_of}, the last day the speaker could know"
        if as_of < whole.stop - timedelta(days=1):
            passed = (as_of - whole.start).days + 1
            units = passed // (7 if window.unit == "week" else 1)
            if units == 0:
                return window, f"on {as_of} not one whole {window.unit} of {item.label} had passed"
            window = replace(window, stop=window.start + units - 1)
    return window, ""


def ordinary_columns(grid: Grid, period: ComparisonPeriod | None, busy: set[int], length: int) -> list[list[int]]:
    """Return the comparison windows: as long as a round's, side by side, outside rounds and exclusions."""
    if period is None:
        return []
    left_out = {column for item in period.excluded for column in grid.columns(item.stretch)}
    whole = grid.columns(period.stretch)
    start = whole.start if grid.stretch([whole.start]).start >= period.stretch.start else whole.start + 1
    stop = whole.stop if grid.stretch([whole.stop - 1]).stop <= period.stretch.stop else whole.stop - 1
    return packed(range(start, stop), busy | left_out, length)


def packed(columns: Sequence[int], busy: set[int], length: int) -> list[list[int]]:
    """Return the windows of `length` that fit side by side into columns, around the busy ones.

    Examples
    --------
    >>> packed(range(7), {3}, 2)
    [[0, 1], [4, 5]]
    """
    found: list[list[int]] = []
    run: list[int] = []
    for column in columns:
        run = [] if column in busy else [*run, column]
        if len(run) == length:
            found.append(run)
            run = []
    return found


def _levels(grid: Grid, windows: Sequence[Sequence[int]], choice: Choice, busy: set[int]) -> Floats:
    """Return the usual level before each window: the nearest weeks before it that belong to no round.

    Zero where no baseline is taken off, NaN where the weeks before were not observed.
    """
    wanted = _UNITS_BEFORE[choice.baseline] * (7 // grid.step)
    if wanted == 0 or not windows:
        return np.zeros(len(windows))
    nowhere = [-1] * wanted
    before = [_free_before(window[0], busy, wanted) or nowhere for window in windows]
    found = summed(grid, before)
    return np.where(found.observed >= OBSERVED, found.values(choice.pooling), np.nan)


def _free_before(first: int, busy: set[int], wanted: int) -> list[int]:
    found: list[int] = []
    column = first - 1
    while len(found) < wanted and column >= 0:
        if column not in busy:
            found.append(column)
        column -= 1
    return found[::-1] if len(found) == wanted else []
