"""The same contrast of texts where nothing happened: what ordinary stretches of time give, as a line beside a verdict.

It decides nothing. Texts are judged by how outlets differ; this says how far the same outlets move from one ordinary
stretch to another, and whether the rounds moved farther.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.audit.frame import packed
from tenor.audit.layers import rows_of
from tenor.audit.within import Texts, rows_in
from tenor.compare.contrasts import contrast
from tenor.model import Stretch
from tenor.results import Placebo
from tenor.studyfile import round_stretch

_MOST, _SEED = 200, 0
_UNITS = {"sd": "standard deviations", "points": "percentage points"}


def occasions(texts: Texts, observed: float) -> Placebo | None:
    """Return what the contrast gives between ordinary stretches as long as the rounds.

    Parameters
    ----------
    texts
        The rows; of their study the comparison period is used.
    observed
        What the contrast of the rounds is.

    Returns
    -------
    Placebo or None
        None where no ordinary time is stored, or too little of it to place the rounds, or where ratios or groups are
        compared.
    """
    hypothesis = texts.hypothesis
    if hypothesis.margin.unit not in _UNITS or hypothesis.groups:
        return None
    windows = _windows(texts)
    rounds = len(hypothesis.contrast)
    if len(windows) <= rounds:
        return None
    way = texts.registered
    kept = texts.rows.filter(texts.rows["doc_id"].is_valid())
    kept = kept.filter(pa.array(rows_of(kept, way.layer).kept))
    rows = rows_in(kept, windows, texts.outlets)
    weights = [weight for _, weight in hypothesis.contrast]
    found = []
    for places in _placements(len(windows), rounds):
        at = np.full(len(windows), -1)
        at[places] = np.arange(rounds)
        chosen = at[rows.round]
        one = replace(rows.only(chosen >= 0), round=chosen[chosen >= 0])
        value = contrast(one, weights, population=hypothesis.population, weighing=way.weighing).value
        found += [] if value is None else [value]
    if not found:
        return None
    factor = 100.0 if hypothesis.margin.unit == "points" else 1.0
    return Placebo(
        scale="difference",
        unit=_UNITS[hypothesis.margin.unit],
        observed=factor * observed,
        effects=tuple(factor * value for value in sorted(found)),
        placements=len(found),
        as_far=sum(abs(value) >= abs(observed) for value in found),
        k=len(windows),
    )


def _windows(texts: Texts) -> list[Stretch]:
    """Return the ordinary stretches in which something was read, side by side, outside rounds and exclusions."""
    period = texts.plan.comparison
    stretches, why = texts.stretches(texts.registered.window)
    if period is None or why or not stretches:
        return []
    event = texts.plan.event
    taken = [round_stretch(event, item, event.window) for item in texts.plan.rounds]
    taken += [item.stretch for item in period.excluded]
    first = period.stretch.start
    busy = {at for at in range(period.stretch.days) if any(_holds(one, first + timedelta(days=at)) for one in taken)}
    runs = packed(range(period.stretch.days), busy, stretches[0].days)
    all_of = [Stretch(start=first + timedelta(days=run[0]), stop=first + timedelta(days=run[-1] + 1)) for run in runs]
    there = texts.rows.filter(texts.rows["doc_id"].is_valid())
    return [one for one, rows in zip(all_of, _counts(there, all_of), strict=True) if rows]


def _holds(stretch: Stretch, day: date) -> bool:
    return stretch.start <= day < stretch.stop


def _counts(rows: pa.Table, stretches: Sequence[Stretch]) -> list[int]:
    days = rows["date"].cast(pa.int32()).to_numpy()
    ends = [((item.start - date(1970, 1, 1)).days, (item.stop - date(1970, 1, 1)).days) for item in stretches]
    return [int(np.sum((days >= start) & (days < stop))) for start, stop in ends]


def _placements(windows: int, rounds: int) -> list[NDArray[np.int64]]:
    """Return ways to put the rounds on distinct windows, drawn by a fixed seed."""
    generator = np.random.default_rng(_SEED)
    return [generator.choice(windows, rounds, replace=False) for _ in range(_MOST)]
