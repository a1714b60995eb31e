"""One sentence a journalist could print, in the language of the report, with its limits inside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.report import words
from tenor.report.catalogue import NBSP, catalogue

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenor.model import Measure, Plan
    from tenor.report.catalogue import Catalogue
    from tenor.results import Finding


def plain_sentence(finding: Finding, measure: Measure, plan: Plan, say: Catalogue | None = None) -> str:
    """Return what was found, of whom it is said, by how much it may be wrong, and what else happened.

    Parameters
    ----------
    finding, measure, plan
        The verdict on one hypothesis, and what it is about.
    say
        The words of the report's language; English if not given.

    Returns
    -------
    str
        What the study itself calls its rounds and actors stays as it is written there.
    """
    say = say or catalogue("en")
    head = words.capital(say(f"word {finding.word}"))
    parts = [f"{head}.", *_effect(finding, measure, plan, say)]
    return " ".join(parts)


def _effect(finding: Finding, measure: Measure, plan: Plan, say: Catalogue) -> Iterator[str]:
    estimate = finding.estimate
    if estimate is None:
        yield say("plain.nothing")
        return
    if finding.word == "not validated":
        yield say("plain.unchecked")
    if finding.word == "not testable":
        yield say("plain.stored")
    now, before = words.contrast(finding.hypothesis, plan, say)
    several = sum(weight < 0 for _, weight in finding.hypothesis.contrast) > 1
    before = say("plain.mean", before) if several else before
    yield say("plain.effect", words.capital(now), _what(finding, measure, plan, say), _size(finding, say), before)
    if estimate.low is not None or estimate.high is not None:
        yield say("plain.interval", f"{100 * estimate.level:.4g}{NBSP}%", _ends(finding, say))
    yield say("plain.population", say.term(estimate.population), _counted(finding, say))
    if others := list(_others(finding, plan)):
        yield say("plain.others", "; ".join(others))


def _what(finding: Finding, measure: Measure, plan: Plan, say: Catalogue) -> str:
    """Return what is measured, of whom and in whose voice."""
    said = dict(finding.hypothesis.parameters)
    names = {item.id: item.name for item in plan.actors}
    about = [names.get(value, value) for name, value in said.items() if name != "speech"]
    about += [say.term(said["speech"])] if "speech" in said else []
    unit = words.unit_of(measure, say)
    return f"{unit} ({', '.join(about)})" if about else unit


def _size(finding: Finding, say: Catalogue) -> str:
    """Return the difference as people say it: 54 % less, 26.5 points lower."""
    assert finding.estimate is not None
    value, unit = finding.estimate.value, finding.hypothesis.margin.unit
    if unit == "ratio":
        return words.change(value, say) or words.times(value, say)
    size = words.apart(abs(value), unit, say).removeprefix("+")
    return say("plain.lower" if value < 0 else "plain.higher", size)


def _ends(finding: Finding, say: Catalogue) -> str:
    estimate, unit = finding.estimate, finding.hypothesis.margin.unit
    assert estimate is not None
    if unit == "ratio":
        return words.interval(estimate.low, estimate.high, say)
    return say("to", words.apart(estimate.low, unit, say), words.apart(estimate.high, unit, say))


def _counted(finding: Finding, say: Catalogue) -> str:
    """Return how much it stands on."""
    if finding.behind is not None:
        outlets = sum(not item.why for item in finding.behind.outlets)
        counts = (outlets, "outlet"), (finding.behind.documents, "article"), (finding.behind.copy_groups, "copy group")
        return ", ".join(say.count(number, noun) for number, noun in counts)
    windows = sum(item.kind == "comparison" for item in finding.windows)
    return say.count(windows, "comparison window")


def _others(finding: Finding, plan: Plan) -> Iterator[str]:
    """Yield what else happened inside the windows of the rounds, as the study says it."""
    inside = [item.stretch for item in finding.windows if item.kind == "round"]
    for name, _ in finding.hypothesis.contrast:
        for event in next((item.confounders for item in plan.rounds if item.id == name), ()):
            if any(item.start <= event.date < item.stop for item in inside):
                yield f"{event.what} ({event.date})"
