"""What a report shows of all hypotheses together, and of the data they rest on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tenor.report import charts, tables
from tenor.report.figures import Figure, both_widths

if TYPE_CHECKING:
    from tenor.described import Description
    from tenor.report.catalogue import Catalogue
    from tenor.report.export import Table
    from tenor.results import Audit, Finding

MOST_ACTORS = 7
"""So many lines can be told apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The charts of all hypotheses together, each with the table behind it, and what is said of the data."""

    forest: Figure | None
    slope: Figure | None
    moved: Figure | None
    first: Figure | None
    observed: Figure | None
    findings: Table
    levels: Table
    outlets: Table
    copies: Table
    sections: tuple[tuple[str, tuple[str, ...]], ...]


def overview(audit: Audit, found: Description | None, say: Catalogue) -> Overview:
    """Return what is shown of all hypotheses together.

    Parameters
    ----------
    audit, found
        The verdicts, and what is in the study; None where it holds no articles.
    say
        In which language.
    """
    findings = [finding for verdict in audit.verdicts for finding in verdict.findings]
    behind = [finding for finding in findings if finding.behind is not None]
    named = _named(audit, behind)
    borrowed = audit.context.borrowed
    drawn = {
        "forest": (bool(findings), lambda narrow: charts.forest(audit, narrow=narrow, say=say)),
        "slope": (bool(named), lambda narrow: charts.slope(named, narrow=narrow, say=say)),
        "moved": (len(behind) > 1, lambda narrow: charts.outlet_map(behind, narrow=narrow, say=say)),
        "first": (bool(borrowed), lambda narrow: charts.had_it_first(borrowed, narrow=narrow, say=say)),
    }
    made = {key: both_widths(key, draw, light=True) for key, (there, draw) in drawn.items() if there}
    if found is not None and found.flows:
        made["observed"] = both_widths("observed", lambda narrow: charts.heat_map(found, narrow=narrow), light=True)
    return Overview(
        forest=made.get("forest"),
        slope=made.get("slope"),
        moved=made.get("moved"),
        first=made.get("first"),
        observed=made.get("observed"),
        findings=tables.findings_table(findings, audit.context.checked),
        levels=tables.levels(behind),
        outlets=tables.moved(behind),
        copies=tables.copies(borrowed),
        sections=_sections(found),
    )


def _named(audit: Audit, behind: list[Finding]) -> list[tuple[str, Finding]]:
    """Return the actors whose share of articles was asked, each once, where all were asked of the same rounds."""
    names = {item.id: item.name for item in audit.plan.actors}
    found: dict[str, Finding] = {}
    for finding in behind:
        of = dict(finding.hypothesis.parameters)
        if finding.hypothesis.measure.partition("@")[0] == "salience.documents" and not finding.hypothesis.outlets:
            found.setdefault(names.get(of.get("actor", ""), ""), finding)
    days = [frozenset(item.day for item in finding.behind.rounds) for finding in found.values() if finding.behind]
    alike = [
        pair for pair, own in zip(found.items(), days, strict=True) if own == max(days, key=days.count) and pair[0]
    ]
    return alike[:MOST_ACTORS]


# What names persons stays in the description of the study, which is not for the public.
_SAID = ("here", "counts", "completeness", "copies", "boilerplate", "rounds")


def _sections(found: Description | None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    if found is None:
        return ()
    return tuple((item.title, item.sentences) for item in found.sections if item.id in _SAID and item.sentences)
