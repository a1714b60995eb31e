"""The figures behind a verdict on texts: each round with its interval, each outlet on both sides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tenor.audit.within import Texts
from tenor.compare.clusters import Rows
from tenor.compare.contrasts import Estimated, Floats, Table, coefficients_of, divided, level, table_of
from tenor.evidence import Behind, OutletValues, RoundLevel
from tenor.model import Hypothesis, Measure

ALPHA = 0.05
"""Of the intervals of single rounds and outlets: they are shown, and no verdict stands on them."""
# What reports have words for; a plug-in may count anything.
_UNITS = ("articles", "headlines", "mentions", "phrases", "sentences", "words")
_INCOMPLETE = "it has nothing in one of the rounds"


def behind(texts: Texts, found: Estimated, measure: Measure, what: str) -> Behind | None:
    """Return the figures behind an estimate in its registered way; None where nothing could be counted.

    Parameters
    ----------
    texts, found, measure
        The rows, the estimate made of them, and what they measure.
    what
        What is measured, in words.
    """
    way = texts.registered
    rows, why = texts.counted(way)
    if why or found.value is None:
        return None
    hypothesis = texts.hypothesis
    weights = coefficients_of([weight for _, weight in hypothesis.contrast])
    table = table_of(rows, weights.size)
    kept = table.complete if way.weighing == "outlet" else np.ones(table.outlets.size, np.bool_)
    counted = rows.only(kept[table.at])
    centre, side = _centre(table_of(counted, weights.size), weights, measure, hypothesis)
    return Behind(
        what=what,
        units=units_of(measure),
        side=side,
        centre=centre,
        level=1 - ALPHA,
        method=found.method,
        rounds=tuple(_round(texts, counted, number, (centre, side)) for number in range(weights.size)),
        outlets=tuple(_outlets(texts, (rows, table), weights, kept)),
        documents=found.documents,
        copy_groups=found.copy_groups,
    )


def units_of(measure: Measure) -> str:
    """Return what a row of a measure on texts is.

    Examples
    --------
    >>> from tenor.registry import measure_named
    >>> [units_of(measure_named(name)) for name in ("tone.arousal", "salience.headlines", "salience.mentions")]
    ['sentences', 'headlines', 'articles']
    """
    if measure.name.startswith("salience.") and measure.name != "salience.headlines":
        return "articles"
    whole = measure.denominator.removeprefix("all ")
    many = whole if whole.endswith("s") else f"{whole}s"
    return many if many in _UNITS else "row"


def bears(num: Floats, den: Floats, centre: float, side: str) -> NDArray[np.bool_]:
    """Return which rows bear a claim out: those that have what is counted, or lie on the claimed side of a level."""
    if not side:
        return np.asarray(num > 0)
    values = num / den
    return np.asarray(values < centre if side == "below" else values > centre)


def _centre(table: Table, weights: Floats, measure: Measure, hypothesis: Hypothesis) -> tuple[float, str]:
    """Return the level of the other side, and on which side of it the claim is borne out."""
    if measure.scale == "share":
        return 0.0, ""
    before = divided(table.num.sum(axis=0), table.den.sum(axis=0)) @ np.clip(-weights, 0, None)
    return float(before), "below" if hypothesis.relation == "less" else "above"


def _round(texts: Texts, rows: Rows, number: int, claimed: tuple[float, str]) -> RoundLevel:
    item, (_, weight) = texts.rounds[number], texts.hypothesis.contrast[number]
    own = rows.only(rows.round == number)
    weighing = texts.registered.weighing
    found = level(own, population=texts.hypothesis.population, weighing=weighing)
    low, high = found.test.interval(ALPHA) if found.test is not None else (None, None)
    return RoundLevel(
        label=item.label,
        day=item.date,
        weight=weight,
        value=found.value,
        low=low,
        high=high,
        units=len(own),
        bearing=int(bears(own.num, own.den, *claimed).sum()),
        documents=found.documents,
        outlets=len(found.outlets),
    )


def _outlets(texts: Texts, summed: tuple[Rows, Table], weights: Floats, kept: NDArray[np.bool_]) -> list[OutletValues]:
    """Return every outlet, the largest difference downwards first."""
    rows, table = summed
    means = table.means
    now, before = (_side(means, np.clip(sign * weights, 0, None)) for sign in (1, -1))
    order = sorted(range(table.outlets.size), key=lambda at: (not kept[at], _last(float(now[at] - before[at])), at))
    return [
        OutletValues(
            outlet=texts.outlets[table.outlets[at]],
            rounds=tuple(_known(value) for value in means[at]),
            ends=tuple(_ends(rows.only((table.at == at) & (rows.round == one))) for one in range(weights.size)),
            now=_known(now[at]),
            before=_known(before[at]),
            documents=int(table.documents[at].sum()),
            why="" if kept[at] else _INCOMPLETE,
        )
        for at in order
    ]


def _ends(rows: Rows) -> tuple[float, float] | None:
    """Return the interval of one outlet in one round, from what its copy groups and days tell of its texts."""
    if not len(rows):
        return None
    test = level(rows, population="these outlets").test
    low, high = (None, None) if test is None else test.interval(ALPHA)
    return None if low is None or high is None else (low, high)


def _side(means: Floats, weights: Floats) -> Floats:
    """Return the weighted mean of the rounds of one side; NaN where one of them has nothing."""
    used = weights > 0
    return np.asarray(means[:, used] @ weights[used])


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _last(value: float) -> float:
    return float(value) if np.isfinite(value) else np.inf
