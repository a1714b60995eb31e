"""The other ways to count: every combination of the axes that apply, identical ones collapsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from tenor.audit.decide import Question, agrees
from tenor.audit.effect import NEEDED, Effect, effect
from tenor.audit.frame import Cell, Choice, Frame
from tenor.model import Baseline, Exposure, Hypothesis, Measure, Pooling, Word
from tenor.results import Specification

AGREEMENT = 0.8
_BASELINES: tuple[Baseline, ...] = ("none", "week before", "three weeks before")


@dataclass(frozen=True, slots=True)
class Counted:
    """One way of counting with its effect, before it is judged."""

    choice: Choice
    found: Effect | None
    settled: str
    why_not: str


def registered_choice(frame: Frame, hypothesis: Hypothesis) -> Choice:
    """Return the way of counting the hypothesis names."""
    return Choice(
        window=frame.plan.event.window,
        baseline=hypothesis.baseline,
        exposure=hypothesis.exposure,
        pooling=hypothesis.pooling,
        copies=hypothesis.copies if any(layer.copies for layer in frame.layers) else "",
        boilerplate=next(iter(frame.layers)).boilerplate,
    )


def choices(frame: Frame, hypothesis: Hypothesis, measure: Measure) -> list[Choice]:
    """Return all ways of counting that apply, the registered one first."""
    event = frame.plan.event
    exposures: list[Exposure] = ["per round"]
    if len({item.occasions for item in frame.rounds}) > 1 or hypothesis.exposure == "per occasion":
        exposures.append("per occasion")
    # A rise above the usual length of a piece is no claim anybody makes, and its ratios are wild.
    baselines = _BASELINES if measure.scale != "mean" else (hypothesis.baseline,)
    poolings: list[Pooling] = ["pool", "outlet"] if len(frame.grids[0].outlets) > 1 else ["pool"]
    ways = [
        Choice(window=window, baseline=baseline, exposure=exposure, pooling=pooling, copies=copies, boilerplate=lines)
        for window, baseline, exposure, pooling, (copies, lines) in product(
            (event.window, *event.other_windows), baselines, exposures, poolings, frame.layers
        )
    ]
    first = registered_choice(frame, hypothesis)
    return [first, *(way for way in ways if way != first)]


def count_all(frame: Frame, hypothesis: Hypothesis, measure: Measure) -> list[Counted]:
    """Count in every way, and collapse those that give the same numbers."""
    first = registered_choice(frame, hypothesis)
    settled = dict(hypothesis.settled)
    seen: set[tuple[object, ...]] = set()
    counted = []
    cells: dict[Choice, Cell] = {}
    for way in choices(frame, hypothesis, measure):
        # Exposure only divides: the sums are the same per round and per occasion.
        plain = replace(way, exposure="per round")
        if plain not in cells:
            cells[plain] = frame.cell(plain)
        cell = replace(cells[plain], choice=way)
        found = None if cell.why_not else effect(cell, hypothesis, measure, frame.rounds)
        key = _fingerprint(found)
        if key is not None and key in seen:
            continue
        seen |= {key} if key is not None else set()
        said = dict(first.pairs())
        differs = [axis for axis, here in way.pairs() if here != said[axis]]
        reason = next((f"the sentence settles the {axis}: {settled[axis]}" for axis in differs if axis in settled), "")
        counted.append(Counted(way, found, reason, cell.why_not or _why_not(found)))
    return counted


def _fingerprint(found: Effect | None) -> tuple[object, ...] | None:
    if found is None or found.value is None:
        return None
    statistic = None if found.test is None else round(found.test.statistic(1.0), 9)
    return round(found.value, 9), statistic


def _why_not(found: Effect | None) -> str:
    if found is None or found.value is None:
        return "no ratio exists: the other rounds are not above their usual level"
    if found.test is None and found.comparison.size >= NEEDED:
        return "all comparison windows are alike, so there is no spread to judge by"
    if found.test is None:
        return f"only {found.comparison.size} comparison windows, {NEEDED} are needed"
    return ""


def judged(counted: Sequence[Counted], question: Question, word: Word) -> tuple[Specification, ...]:
    """Say of every way of counting whether it agrees with the registered one's decision."""
    first = counted[0]
    return tuple(
        replace(_shown(item, question), registered=item is first, agrees=_agrees(item, first, question, word))
        for item in counted
    )


def _agrees(item: Counted, first: Counted, question: Question, word: Word) -> bool | None:
    if item.settled or item.why_not or item.found is None or item.found.test is None:
        return None
    if first.found is None or first.found.test is None:
        return None
    return agrees(item.found.test, first.found.test, question, word)


def _shown(item: Counted, question: Question) -> Specification:
    test = None if item.found is None else item.found.test
    low, high = test.interval(question.alpha) if test is not None else (None, None)
    return Specification(
        choices=item.choice.pairs(),
        effect=None if item.found is None else item.found.value,
        low=low,
        high=high,
        k=0 if item.found is None else int(item.found.comparison.size),
        registered=False,
        agrees=None,
        why=item.settled or item.why_not,
    )


def agreement(specifications: Sequence[Specification]) -> tuple[int, int]:
    """Return how many distinct, applicable ways of counting agree, and how many there are."""
    votes = [item.agrees for item in specifications if item.agrees is not None]
    return sum(votes), len(votes)
