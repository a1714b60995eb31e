"""Registration: the hash of what will be tested, taken before the numbers are looked at."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from tenor.audit.effect import query_of
from tenor.model import Hypothesis, Plan
from tenor.registry import measure_named, measures
from tenor.results import Registered


def fingerprint(hypothesis: Hypothesis, plan: Plan) -> str:
    """Return the sha256 of everything that could change a verdict: the hypothesis, rounds, windows, comparison."""
    said = asdict(hypothesis)
    for name in ("line", "claim"):  # the same sentence may be moved to another line or claim
        said.pop(name)
    for name in ("secondary", "groups"):  # what was registered before there were such settings keeps its hash
        if not said[name]:
            said.pop(name)
    rounds = [asdict(plan.round(name)) for name, _ in hypothesis.contrast]
    for item in rounds:
        item.pop("line")
    event, comparison = asdict(plan.event), plan.comparison and asdict(plan.comparison)
    version = _version(hypothesis.measure)
    whole = {"hypothesis": said, "rounds": rounds, "event": event, "comparison": comparison, "measure": version}
    text = json.dumps(whole, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def looked_at(hypothesis: Hypothesis, plan: Plan) -> list[str]:
    """Return the names under which a run records that it looked at what a hypothesis is about."""
    measure = hypothesis.measure.partition("@")[0]
    queries = {query_of(hypothesis, plan.round(name)) for name, _ in hypothesis.contrast}
    return sorted(seen_as(measure, query, dict(hypothesis.parameters)) for query in queries)


def seen_as(measure: str, query: str, of: Mapping[str, str]) -> str:
    """Return the name under which a run records that it looked at a measure.

    Examples
    --------
    >>> seen_as("volume.rate", "talks", {}), seen_as("tone.toward", "", {"actor": "brandel"})
    ('volume.rate:talks', 'tone.toward(actor=brandel):')
    """
    said = ", ".join(f"{name}={value}" for name, value in sorted(of.items()))
    return f"{measure}({said}):{query}" if said else f"{measure}:{query}"


def _version(name: str) -> str:
    """Return the measure with its version; one that is only planned will be its first."""
    bare = name.partition("@")[0]
    return measure_named(name).full_name if bare in measures() else f"{bare}@1"


def registration_words(hypothesis: Hypothesis, plan: Plan, registered: Sequence[Registered]) -> str:
    """Say whether, when and how a hypothesis was registered.

    A registration is self-declared: tenor can show that a text was hashed and when its own
    runs looked at the measure, not what its author had seen elsewhere.
    """
    mine = [item for item in registered if item.hypothesis == hypothesis.id]
    if not mine:
        return "not registered: treat as exploratory"
    same = [item for item in mine if item.sha256 == fingerprint(hypothesis, plan)]
    if not same:
        return f"changed since it was registered on {mine[-1].at:%Y-%m-%d}: treat as exploratory"
    first = min(same, key=lambda item: item.at)
    seen = "after viewing" if first.after_viewing else "self-declared"
    return f"registered {first.at:%Y-%m-%d %H:%M} UTC, {seen}, sha256 {first.sha256[:12]}"
