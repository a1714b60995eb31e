"""What must hold before any number becomes a verdict; what does not hold is said in words."""

from __future__ import annotations

import numpy as np

from tenor.audit.effect import NEEDED, Effect, query_of
from tenor.audit.frame import OBSERVED, Cell, Frame
from tenor.model import Hypothesis, Measure


def closed_gates(
    frame: Frame | None, cell: Cell | None, found: Effect | None, hypothesis: Hypothesis, measure: Measure
) -> list[str]:
    """Return why this corpus can't answer the hypothesis; empty where it can.

    Parameters
    ----------
    frame, cell, found
        The frame, the registered cell and its effect; None where the query has no figures.
    hypothesis, measure
        What is asked.
    """
    if frame is None or cell is None:
        return [_nothing(hypothesis, measure)]
    if cell.why_not or found is None:
        return [cell.why_not]
    reasons = _empty(frame, hypothesis, measure) + _unobserved(frame, cell)
    if np.any(cell.rounds.den.sum(axis=0) == 0):
        what = {"share": "the total of all pieces", "rate": "an observed day", "mean": "a piece"}[measure.scale]
        reasons.append(f"no denominator: {what} is missing in at least one round")
    elif found.value is None:
        reasons.append(
            "the rounds compared with did not rise above their usual level, so there is nothing to compare with"
        )
    reasons += _too_few(frame, cell)
    if not reasons and found.test is None:
        reasons.append("all comparison windows are alike, so there is no spread to judge by")
    return reasons


def _empty(frame: Frame, hypothesis: Hypothesis, measure: Measure) -> list[str]:
    """Return what is asked and is not in the corpus at all."""
    reasons = []
    missing = [name for name in hypothesis.outlets if name not in frame.grids[0].outlets]
    if missing:
        reasons.append(f"nothing is stored of {', '.join(missing)}")
    if measure.scale == "mean" and not any(grid.num.any() for grid in frame.grids):
        reasons.append("the articles have no text besides their headlines")
    if measure.scale == "share" and not any(query_of(hypothesis, item) for item in frame.rounds):
        reasons.append("without a query every article counts, so the share is always 100 %")
    return reasons


def _nothing(hypothesis: Hypothesis, measure: Measure) -> str:
    if measure.scale == "mean":
        return "no articles are stored whose length could be measured"
    named = f"the query '{hypothesis.query}'" if hypothesis.query else "this, as counts or as articles"
    outlets = f" of {', '.join(hypothesis.outlets)}" if hypothesis.outlets else ""
    return f"no figures{outlets} are stored for {named}, and no articles with a day"


def _unobserved(frame: Frame, cell: Cell) -> list[str]:
    reasons = []
    for at, (item, grid) in enumerate(zip(frame.rounds, frame.grids, strict=True)):
        stretch, observed = cell.rounds.stretches[at], float(cell.rounds.observed[at])
        if observed >= OBSERVED:
            continue
        whole = grid.stretch(range(grid.units))
        outside = f"what is stored is of {whole}" if not stretch.overlaps(whole) else "figures are missing"
        why = "; ".join(grid.why(stretch)) or outside
        reasons.append(f"the window of {item.label} ({stretch}) is {observed:.0%} observed: {why}")
    return reasons


def _too_few(frame: Frame, cell: Cell) -> list[str]:
    k = len(cell.comparison)
    if k >= NEEDED:
        return []
    dropped = f" ({cell.dropped} more were not observed well enough)" if cell.dropped else ""
    if frame.plan.comparison is None:
        why = "the study names no comparison period"
    elif not frame.one_query:
        why = "the rounds are counted by different queries, and none of them has an ordinary time of its own"
    else:
        why = f"there are {k} comparison windows{dropped}"
    return [f"{why}; a verdict on volume needs at least {NEEDED} comparable stretches of time"]
