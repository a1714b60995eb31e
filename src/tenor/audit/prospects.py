"""What this corpus could ever decide of a hypothesis, said before any of its numbers is looked at.

Only what says nothing of the rounds is used: how many outlets have articles in all of them, how far ordinary stretches
of time lie from each other, and how many hypotheses share the family.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial

import numpy as np

from tenor.audit.effect import NEEDED, Source, frame_of, query_of
from tenor.audit.specifications import registered_choice
from tenor.audit.verdict import ALPHA, of_texts, unmeasured
from tenor.compare.contrasts import FEWEST_OUTLETS, coefficients_of
from tenor.compare.power import chance_of_sameness, smallest_seen
from tenor.model import Claim, Hypothesis, Plan
from tenor.registry import measure_named
from tenor.studyfile import round_stretch

Present = Callable[[str, str], frozenset[str]]
# How far outlets' own differences usually lie from each other, where nothing is known of them yet.
USUAL = {"sd": 0.3, "points": 10.0}
_UNITS = {"sd": "sd", "points": "points"}
_LIKELY, _HARDLY = 0.8, 0.05
_OUTLETS = """\
SELECT DISTINCT outlet FROM articles WHERE day >= $start AND day < $stop
AND ($query = '' OR doc_id IN (SELECT doc_id FROM matches WHERE query = $query))"""


def prospects(plan: Plan, source: Source, claims: Sequence[Claim]) -> Mapping[str, str]:
    """Return by hypothesis what this corpus could decide.

    Parameters
    ----------
    plan, source, claims
        The study. The level is that of Holm's first step: the hardest that any of the family can meet.
    """
    every = [item for claim in claims for item in claim.hypotheses]
    present = cache(partial(_present, plan, source))
    found = {}
    for item in every:
        family = sum(other.secondary == item.secondary for other in every)
        found[item.id] = _prospect(plan, source, item, ALPHA / family, present)
    return found


def _prospect(plan: Plan, source: Source, item: Hypothesis, alpha: float, present: Present) -> str:
    if unmeasured(item):
        return f"not testable: this version of tenor can't measure {item.measure} yet"
    if of_texts(measure_named(item.measure)):
        return _of_outlets(item, alpha, _complete(plan, item, present))
    return _of_windows(plan, source, item, alpha)


def _of_windows(plan: Plan, source: Source, item: Hypothesis, alpha: float) -> str:
    frame = frame_of(source, plan, item)
    if frame is None:
        return "not testable: no figure is stored that it could be judged by"
    cell = frame.cell(registered_choice(frame, item))
    ordinary = cell.comparison_values
    if cell.why_not:
        return f"not testable: {cell.why_not}"
    if ordinary.size < NEEDED:
        return f"not testable: only {ordinary.size} comparison windows, {NEEDED} are needed"
    if item.baseline != "none" or not np.all(ordinary > 0):
        return f"{ordinary.size} comparison windows; of a rise above the usual nothing can be said beforehand"
    weights = coefficients_of([weight for _, weight in item.contrast])
    # The error of a contrast of rounds that differ as ordinary windows do; smallest_seen divides it by sqrt(K).
    spread = float(np.std(np.log(ordinary), ddof=1) * np.sqrt(np.sum(weights**2)))
    if spread <= 0:
        return "not testable: all comparison windows are alike, so there is no spread to judge by"
    scaled = spread * float(np.sqrt(ordinary.size))
    reach = smallest_seen(scaled, ordinary.size, alpha)
    size = float(np.exp(reach))
    fall, rise = 100 * (1 - 1 / size), 100 * (size - 1)
    head = f"with {ordinary.size} comparison windows"
    if item.relation == "equivalent":
        room = abs(float(np.log(item.margin.size)))
        return f"{head} {_sameness(chance_of_sameness(room, scaled, ordinary.size, alpha))}"
    seen = {"less": f"a fall of {fall:.0f} %", "greater": f"a rise of {rise:.0f} %"}
    said = seen.get(item.relation, f"a fall of {fall:.0f} % or a rise of {rise:.0f} %")
    return f"{head} you could see {said} or more, four times out of five"


def _of_outlets(item: Hypothesis, alpha: float, complete: int) -> str:
    if item.population == "comparable events":
        return "not testable: what texts say is judged by outlets; name the population 'outlets like these'"
    if item.population != "outlets like these":
        return f"{complete} outlets have articles in all rounds; copy groups and days decide, not known beforehand"
    if complete < FEWEST_OUTLETS:
        return f"not testable: only {complete} outlets have articles in all rounds, {FEWEST_OUTLETS} are needed"
    unit = item.margin.unit
    if unit not in USUAL:
        return f"{complete} outlets have articles in all rounds"
    usual = USUAL[unit]
    head = f"with {complete} outlets, if their own differences spread by {usual:g} {_UNITS[unit]},"
    if item.relation == "equivalent":
        return f"{head} {_sameness(chance_of_sameness(item.margin.size, usual, complete, alpha))}"
    seen = smallest_seen(usual, complete, alpha)
    return f"{head} you could see a difference of {seen:.2g} {_UNITS[unit]} or more, four times out of five"


def _sameness(chance: float) -> str:
    if chance < _HARDLY:
        return "sameness can't be supported, even where it is true"
    words = "would" if chance >= _LIKELY else "would only sometimes"
    return f"sameness {words} be shown where it is true ({chance:.0%})"


def _complete(plan: Plan, item: Hypothesis, present: Present) -> int:
    """Return how many outlets have an article in every round of a contrast."""
    found = (present(name, query_of(item, plan.round(name))) for name, _ in item.contrast)
    there = frozenset.intersection(*found)
    return len(there & set(item.members) if item.members else there)


def _present(plan: Plan, source: Source, name: str, query: str) -> frozenset[str]:
    """Return the outlets that have an article in a round."""
    days = round_stretch(plan.event, plan.round(name), plan.event.window)
    rows = source.query(_OUTLETS, {"query": query, "start": days.start, "stop": days.stop})
    return frozenset(rows["outlet"].to_pylist())
