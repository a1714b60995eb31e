"""What people's codes make of a model's figures: prediction-powered contrasts, by one corrected value a row.

A row's corrected value is the model's figure, plus what the model is off by on average in the row's stratum, plus, if
people coded the row itself, what is left, times the rows it stands for. A contrast of such values is the corrected
one, and its influence values, summed by outlet or copy group, are those of any other contrast. Source: Angelopoulos,
Duchi and Zrnic 2023 (PPI++); for strata, known chances and finite populations Sarndal, Swensson and Wretman 1992.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tenor.compare.clusters import Rows, Spread, pairs, summed
from tenor.compare.contrasts import DifferenceTest, Estimated, Part, Weighing, coefficients_of, judged, part_of
from tenor.compare.contrasts import table_of as sums_of
from tenor.errors import StudyError
from tenor.grammar import counted, verb
from tenor.model import Population

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
# With fewer outlets their spread may come out too small by luck: the error is then at least that of the coding.
_FEW_OUTLETS = 12
# Two coded rows are the fewest that show how far rows differ.
_TWO = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Rows of a measure, of which people coded some that were drawn by chance.

    Parameters
    ----------
    rows
        What the model says: a row for each unit that could have been drawn.
    codes
        What people say of each row, in the unit of the model's ratio; NaN where nobody coded it.
    pi
        The chance of each row to be drawn and coded, known before it was: above 0, at most 1.
    stratum
        Inside which rows were drawn at random; any whole numbers.
    trained
        Rows whose codes the model learnt from, or was tuned by; none if not given.

    Raises
    ------
    ValueError
        The arrays differ in length, or a code is infinite.
    StudyError
        A chance is missing, 0 or above 1; or the model learnt from codes that are to correct it.

    Examples
    --------
    >>> at = np.arange(2)
    >>> rows = Rows(num=np.ones(2), den=np.ones(2), outlet=at, round=at, copy=at, day=at, document=at)
    >>> Coded(rows=rows, codes=np.array([1.0, np.nan]), pi=np.array([0.5, 0.0]), stratum=at)
    Traceback (most recent call last):
    tenor.errors.StudyError: 1 row has no chance above 0 to be coded, or none that is known; draw a sample of all rows
    """

    rows: Rows
    codes: Floats
    pi: Floats
    stratum: Numbers
    trained: Flags | None = None

    def __post_init__(self) -> None:
        for what, item in (("codes", self.codes), ("chances", self.pi), ("strata", self.stratum)):
            if item.shape != (len(self.rows),):
                raise ValueError(f"{item.size} {what} for {len(self.rows)} rows")
        if np.isinf(self.codes).any():
            raise ValueError("a code is infinite")
        if unknown := int(np.sum(~((self.pi > 0) & (self.pi <= 1)))):
            have = f"{counted(unknown, 'row')} {verb(unknown, 'has', 'have')}"
            what = f"{have} no chance above 0 to be coded, or none that is known"
            raise StudyError(what, do="draw a sample of all rows")
        if self.trained is not None and (learnt := int(np.sum(self.trained & self.there))):
            what = f"the model learnt from {counted(learnt, 'code')} that {verb(learnt, 'is', 'are')} to correct it"
            raise StudyError(what, do="leave these out, and code others")

    @property
    def there(self) -> Flags:
        """Return which rows people coded."""
        return np.asarray(~np.isnan(self.codes))

    @property
    def figures(self) -> Floats:
        """Return what the model says of each row."""
        return np.asarray(self.rows.num / self.rows.den)

    def only(self, keep: Flags) -> Coded:
        """Return some of the rows."""
        return Coded(rows=self.rows.only(keep), codes=self.codes[keep], pi=self.pi[keep], stratum=self.stratum[keep])


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """Three numbers side by side: the model alone, people's codes alone, and the model corrected by the codes.

    Parameters
    ----------
    model, codes, corrected
        Each with the interval for the same population.
    lam
        How much the model counts in each round that weighs anything: 0 not at all, 1 in full.
    coded, size
        How many rows of each of these rounds people coded, and how many there are.
    coding_error
        The standard error of the corrected number that is due to the rows nobody coded.
    """

    model: Estimated
    codes: Estimated
    corrected: Estimated
    lam: tuple[float, ...]
    coded: tuple[int, ...]
    size: tuple[int, ...]
    coding_error: float


def corrected(
    coded: Coded,
    weights: Sequence[float],
    *,
    population: Population,
    weighing: Weighing = "outlet",
    lam: float | None = None,
) -> Corrected | None:
    """Estimate how far rounds differ, from the model's figures of all rows and people's codes of some.

    Estimand: the contrast of what people would say of all rows, outlet by outlet (or pooled), as
    `tenor.compare.contrasts.contrast` defines it. The correction is made in each round and stratum by itself, because
    a model may err more in one of them. For "these documents" the error is that of the rows nobody coded, from the
    design alone; for other populations their spread is counted as for any contrast, and includes it.

    Parameters
    ----------
    coded
        The rows of all rounds.
    weights, population, weighing
        As for `tenor.compare.contrasts.contrast`.
    lam
        How much the model counts, from 0 (codes alone) to 1. If not given, it is tuned in each round for the least
        error of coding, and stays between 0 and 1: a bad model costs nothing. For "these documents" 1 is the
        difference estimator; for other populations it is what PPI calls 1, which counts the rows nobody coded.

    Returns
    -------
    Corrected or None
        None where nothing can be compared: no outlet has rows in every round, or a round has none.

    Raises
    ------
    ValueError
        `lam` is outside 0 to 1, the weights are no contrast, or a row is of a round without a weight.
    StudyError
        A round has fewer than two coded rows.

    Examples
    --------
    >>> at, y = np.arange(8), np.array([0.0, 1, 0, 0, 1, 1, 0, 1])
    >>> rows = Rows(num=0.9 * y, den=np.ones(8), outlet=0 * at, round=at // 4, copy=at, day=at, document=at)
    >>> codes = np.where(at % 4 < 2, y, np.nan)
    >>> found = corrected(
    ...     Coded(rows=rows, codes=codes, pi=np.full(8, 0.5), stratum=0 * at), [-1, 1],
    ...     population="these documents", weighing="pool",
    ... )
    >>> [round(one.value, 3) for one in (found.model, found.codes, found.corrected)], found.coded
    ([0.45, 0.5, 0.725], (2, 2))
    """
    coefficients = coefficients_of(weights)
    kept, used, incomplete = _comparable(coded, coefficients, weighing)
    asked = _Asked(coefficients=used, weighing=weighing, population=population, incomplete=incomplete)
    return _three(kept, asked, lam) if kept is not None else None


def corrected_level(
    coded: Coded, *, population: Population, weighing: Weighing = "pool", lam: float | None = None
) -> Corrected | None:
    """Estimate a measure in one window: a mean or a share, from the model's figures and people's codes.

    Estimand: what people would say of all rows on average, or the mean of its outlets. Otherwise as `corrected`.

    Examples
    --------
    >>> at, y = np.arange(4), np.array([0.0, 1, 0, 1])
    >>> rows = Rows(num=y, den=np.ones(4), outlet=0 * at, round=0 * at, copy=at, day=at, document=at)
    >>> coded = Coded(rows=rows, codes=np.array([0.0, 1, np.nan, np.nan]), pi=np.full(4, 0.5), stratum=0 * at)
    >>> corrected_level(coded, population="these documents").corrected.value
    0.5
    """
    if not len(coded.rows):
        return None
    one = replace(coded, rows=replace(coded.rows, round=np.zeros_like(coded.rows.round)))
    return _three(one, _Asked(coefficients=np.ones(1), weighing=weighing, population=population), lam)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    coefficients: Floats
    weighing: Weighing
    population: Population
    incomplete: tuple[int, ...] = ()

    def part(self, rows: Rows) -> Part:
        """Return the contrast of rows that are known to be comparable."""
        found = part_of(rows, self.coefficients, self.weighing)
        assert found is not None
        return replace(found, incomplete=self.incomplete)


def _comparable(coded: Coded, coefficients: Floats, weighing: Weighing) -> tuple[Coded | None, Floats, tuple[int, ...]]:
    """Return the rows that a contrast is made of, the weights of their rounds, and the outlets left out."""
    rows, used = coded.rows, coefficients != 0
    if len(rows) and not 0 <= int(rows.round.min()) <= int(rows.round.max()) < coefficients.size:
        raise ValueError(f"rows are of a round that has none of the {coefficients.size} weights")
    kept = coded.only(used[rows.round])
    kept = replace(kept, rows=replace(kept.rows, round=np.cumsum(used)[kept.rows.round] - 1))
    table = sums_of(kept.rows, int(used.sum()))
    there = kept if weighing == "pool" else kept.only(table.complete[table.at])
    nothing = not len(there.rows) or not np.all(table.den.sum(axis=0) > 0)
    return None if nothing else there, coefficients[used], table.incomplete


def _three(coded: Coded, asked: _Asked, lam: float | None) -> Corrected:
    if lam is not None and not 0 <= lam <= 1:
        raise ValueError(f"lam is {lam}, and must be between 0 and 1")
    plain = asked.part(coded.rows)
    drawn = _drawn(coded, plain)
    own = _tuned(drawn) if lam is None else np.full(asked.coefficients.size, lam)
    # As PPI has it, lam weighs the rows nobody coded: on all rows the slope is lam / (1 - share coded).
    unseen = np.ones_like(own) if asked.population == "these documents" else 1 - drawn.coded / drawn.size
    weight = np.where(unseen > 0, np.clip(own * unseen, 0, 1) if lam is None else own, 0.0)
    slopes = np.divide(weight, unseen, out=np.zeros_like(weight), where=unseen > 0)
    return Corrected(
        model=judged([plain], [1.0], asked.population),
        codes=_judged(drawn, np.zeros_like(slopes), asked),
        corrected=_judged(drawn, slopes, asked),
        lam=tuple(float(one) for one in weight),
        coded=tuple(int(one) for one in drawn.coded),
        size=tuple(int(one) for one in drawn.size),
        coding_error=float(np.sqrt(_coding(drawn, slopes).variance)),
    )


# ------------------------------------------------------------------------------------------- the draw


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Coded rows with the groups inside which they are corrected.

    `group` is the group of each row, `of_round` the round of each group; `weight` says how many rows of its group a
    coded row stands for (0 where it is not coded), `pull` how much a row's value moves the contrast; `in_group` and
    `coded_in` count rows of groups, `size` and `coded` those of rounds.
    """

    source: Coded
    group: Numbers
    of_round: Numbers
    weight: Floats
    pull: Floats
    in_group: Floats
    coded_in: Floats
    size: Floats
    coded: Floats

    def mean(self, values: Floats) -> Floats:
        """Return the mean of each group, from its coded rows."""
        return summed(self.group, self.weight * np.nan_to_num(values), self.in_group.size) / self.in_group


def _drawn(coded: Coded, plain: Part) -> _Drawn:
    rows, there = coded.rows, coded.there
    own = pairs(rows.round, coded.stratum)
    thin = np.flatnonzero(_thin(own, there))
    # Where a stratum holds too few codes to be told by itself, those of its round are taken together.
    joined = np.isin(rows.round, np.unique(rows.round[np.isin(own, thin)]))
    group = pairs(rows.round, np.where(joined, -1, own))
    if short := np.flatnonzero(_thin(group, there)).tolist():
        at = int(rows.round[group == short[0]][0])
        what = f"{counted(int(np.sum(there & (rows.round == at))), 'row')} of round {at + 1} of the contrast"
        raise StudyError(f"people coded {what}, and two are needed", do="code more of the sample")
    size = int(group.max()) + 1
    stands = np.where(there, 1 / coded.pi, 0.0)
    in_group = summed(group, np.ones(len(rows)), size)
    total = plain.cells.weights[plain.cells.own] * rows.den
    below = summed(plain.cells.own, rows.den, plain.cells.weights.size)
    return _Drawn(
        source=coded,
        group=group,
        of_round=rows.round[np.unique(group, return_index=True)[1]],
        weight=stands * (in_group / summed(group, stands, size))[group],
        pull=total / below[plain.cells.own],
        in_group=in_group,
        coded_in=summed(group, there.astype(np.float64), size),
        size=summed(rows.round, np.ones(len(rows)), int(rows.round.max()) + 1),
        coded=summed(rows.round, there.astype(np.float64), int(rows.round.max()) + 1),
    )


def _thin(group: Numbers, there: Flags) -> Flags:
    """Return which groups have fewer than two coded rows and more rows than those."""
    coded = np.bincount(group, weights=there)
    return np.asarray((coded < _TWO) & (coded < np.bincount(group)))


def _tuned(drawn: _Drawn) -> Floats:
    """Return for each round the slope of codes on figures that makes the error of coding least.

    The covariance is that of the coded rows, the variance that of all: nothing about the figures is unknown.
    """
    coded = drawn.source
    codes, figures, size = np.nan_to_num(coded.codes), coded.figures, drawn.in_group.size
    said = drawn.pull * (codes - drawn.mean(codes)[drawn.group])
    seen = drawn.pull * (figures - drawn.mean(figures)[drawn.group])
    both = drawn.mean(said * seen) - drawn.mean(said) * drawn.mean(seen)
    middle = summed(drawn.group, figures, size) / drawn.in_group
    whole = drawn.pull * (figures - middle[drawn.group])
    mean, square = (summed(drawn.group, item, size) / drawn.in_group for item in (whole, whole**2))
    scale = drawn.in_group**2 * (1 - drawn.coded_in / drawn.in_group) / drawn.coded_in
    above = summed(drawn.of_round, scale * both, drawn.size.size)
    below = summed(drawn.of_round, scale * np.maximum(square - mean**2, 0), drawn.size.size)
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)


def _rest(drawn: _Drawn, slopes: Floats) -> tuple[Floats, Floats]:
    """Return by how much the model is off in each group, and what of each coded row is left then."""
    off = drawn.source.codes - slopes[drawn.source.rows.round] * drawn.source.figures
    middle = drawn.mean(off)
    return middle, np.where(drawn.source.there, off - middle[drawn.group], 0.0)


def _coding(drawn: _Drawn, slopes: Floats) -> Spread:
    """Return the variance over the draws that could have been made, with the rows that were not coded."""
    _, rest = _rest(drawn, slopes)
    size = drawn.in_group.size
    moved = drawn.pull * drawn.weight * rest
    there = drawn.source.there
    middle = summed(drawn.group, moved, size) / drawn.coded_in
    squares = summed(drawn.group, np.where(there, (moved - middle[drawn.group]) ** 2, 0.0), size)
    unseen = 1 - drawn.coded_in / drawn.in_group
    each = unseen * drawn.coded_in / np.maximum(drawn.coded_in - 1, 1) * squares
    total = float(np.sum(each))
    below = float(np.sum(each**2 / np.maximum(drawn.coded_in - 1, 1)))
    return Spread(variance=total, df=total**2 / below if below > 0 else np.inf)


# ---------------------------------------------------------------------------------------- the numbers


def _nothing_left(drawn: _Drawn) -> str:
    if np.array_equal(drawn.coded, drawn.size):
        return "every row was coded, so that nothing is left to be unsure of"
    return "the coded rows do not differ at all, so that nothing shows by how much others may"


def _judged(drawn: _Drawn, slopes: Floats, asked: _Asked) -> Estimated:
    coded, (middle, rest) = drawn.source, _rest(drawn, slopes)
    values = slopes[coded.rows.round] * coded.figures + middle[drawn.group] + drawn.weight * rest
    found = judged([asked.part(replace(coded.rows, num=values * coded.rows.den))], [1.0], asked.population)
    assert found.value is not None
    coding = _coding(drawn, slopes)
    error = float(np.sqrt(coding.variance))
    if asked.population == "these documents":
        if error == 0:
            return replace(found, why_not=_nothing_left(drawn))
        return replace(
            found,
            test=DifferenceTest(found.value, error, coding.df),
            why_not="",
            method=f"which rows were drawn to be coded, t({coding.df:.1f})",
        )
    if found.test is None:
        return found
    df = min(found.test.df, coding.df)
    few = asked.population == "outlets like these" and len(found.outlets) < _FEW_OUTLETS
    wider = max(found.test.std_error, error) if few else found.test.std_error
    return replace(
        found,
        test=DifferenceTest(found.value, wider, df),
        method=f"{found.method.rpartition(', t(')[0]}, which holds that of the draw of codes, t({df:.1f})",
    )
