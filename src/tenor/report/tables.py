"""The figures behind the report as tidy tables: points, windows, ways of counting, placements, findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.report.export import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenor.model import Audit, Finding, Series
    from tenor.report.export import Cell

TIMELINE = ("measure", "query", "start", "days", "num", "den", "value", "observed")
WINDOWS = ("claim", "hypothesis", "label", "kind", "start", "stop", "days", "num", "den", "value", "baseline",
           "occasions", "observed")  # fmt: skip
SPECIFICATIONS = (
    "claim",
    "hypothesis",
    "choices",
    "effect",
    "low",
    "high",
    "k",
    "registered",
    "agrees",
    "why",
)
PLACEBO = ("claim", "hypothesis", "kind", "effect")
FINDINGS = ("claim", "hypothesis", "measure", "estimate", "std_error", "conf_low", "conf_high", "p_value",
            "p_adjusted", "population", "n_windows", "verdict")  # fmt: skip


def n_windows(finding: Finding) -> int:
    """Return K: how many comparison windows stand behind a finding."""
    if finding.placebo is not None:
        return finding.placebo.k
    return sum(window.kind == "comparison" for window in finding.windows)


def timeline(all_series: Iterable[Series]) -> Table:
    """Return every point of some series; `stop` is not needed: a point lasts `days`."""
    rows = (
        (series.measure.full_name, series.query, str(p.start), p.days, p.num, p.den, p.value, p.observed)
        for series in all_series
        for p in series.points
    )
    return Table(name="timeline", columns=TIMELINE, rows=tuple(rows))


def windows(findings: Iterable[Finding]) -> Table:
    """Return the figures of every round and comparison window; `stop` is the day after the last."""
    rows = (
        (*_key(f), w.label, w.kind, str(w.stretch.start), str(w.stretch.stop), w.stretch.days, w.num, w.den,
         w.value, w.baseline, w.occasions, w.observed)
        for f in findings for w in f.windows
    )  # fmt: skip
    return Table(name="windows", columns=WINDOWS, rows=tuple(rows))


def specifications(findings: Iterable[Finding]) -> Table:
    """Return every way of counting and what it finds."""
    rows = (
        (*_key(f), "; ".join(f"{axis}: {choice}" for axis, choice in s.choices), s.effect, s.low, s.high, s.k,
         s.registered, s.agrees, s.why)
        for f in findings for s in f.specifications
    )  # fmt: skip
    return Table(name="specifications", columns=SPECIFICATIONS, rows=tuple(rows))


def placebo(findings: Iterable[Finding]) -> Table:
    """Return the observed effect and the effects of the same contrast elsewhere."""
    rows: list[tuple[Cell, ...]] = []
    for finding in findings:
        if finding.placebo is not None:
            rows.append((*_key(finding), "observed", finding.placebo.observed))
            rows.extend((*_key(finding), "placebo", effect) for effect in finding.placebo.effects)
    return Table(name="placebo", columns=PLACEBO, rows=tuple(rows))


def findings_table(findings: Iterable[Finding]) -> Table:
    """Return one row a finding, under the column names the field uses."""
    return Table(name="findings", columns=FINDINGS, rows=tuple(_finding_row(finding) for finding in findings))


def _finding_row(finding: Finding) -> tuple[Cell, ...]:
    e = finding.estimate
    numbers = (e.value, e.std_error, e.low, e.high, e.p_value) if e else (None,) * 5
    population = e.population if e else finding.hypothesis.population
    return (*_key(finding), finding.hypothesis.measure, *numbers, finding.p_adjusted, population,
            n_windows(finding), finding.word)  # fmt: skip


def all_tables(audit: Audit) -> tuple[Table, ...]:
    """Return the tables that are saved beside the page."""
    findings = [finding for verdict in audit.verdicts for finding in verdict.findings]
    return (timeline(audit.series), windows(findings), specifications(findings), placebo(findings),
            findings_table(findings))  # fmt: skip


def _key(finding: Finding) -> tuple[str, str]:
    return finding.hypothesis.claim, finding.hypothesis.id
