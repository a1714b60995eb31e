"""The figures behind the report as tidy tables: points, windows, ways of counting, placements, findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.report.export import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenor.evidence import Borrowed, Checked, Passages
    from tenor.report.export import Cell
    from tenor.results import Audit, Finding, Series

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
            "n_documents", "n_copy_groups", "n_outlets", "n_codes", "population",
            "p_adjusted", "n_windows", "verdict")  # fmt: skip
LEVELS = ("claim", "hypothesis", "round", "day", "weight", "value", "conf_low", "conf_high", "units", "of", "bearing",
          "n_documents", "n_outlets")  # fmt: skip
OUTLETS = ("claim", "hypothesis", "outlet", "round", "value", "conf_low", "conf_high", "now", "before", "difference",
           "n_documents", "left_out")  # fmt: skip
PASSAGES = ("hypothesis", "round", "claimed", "bears", "value", "outlet", "day", "lang", "title", "text", "marks",
            "speech", "url", "doc_id")  # fmt: skip
LONGEST_TITLE = 300
COPIES = ("had_it_first", "printed_it_later", "articles", "order_unknown")


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


def levels(findings: Iterable[Finding]) -> Table:
    """Return every round of findings on texts; `bearing` of its `units` bear the claim out."""
    rows = (
        (*_key(f), r.label, str(r.day), r.weight, r.value, r.low, r.high, r.units, f.behind.units, r.bearing,
         r.documents, r.outlets)
        for f in findings if f.behind is not None for r in f.behind.rounds
    )  # fmt: skip
    return Table(name="rounds", columns=LEVELS, rows=tuple(rows))


def outlets(findings: Iterable[Finding]) -> Table:
    """Return every outlet in every round, with its values on both sides of the contrast."""
    rows: list[tuple[Cell, ...]] = []
    for f in findings:
        for o in f.behind.outlets if f.behind else ():
            apart = None if o.now is None or o.before is None else o.now - o.before
            for r, value, ends in zip(f.behind.rounds if f.behind else (), o.rounds, o.ends, strict=True):
                low, high = ends or (None, None)
                own = (o.now, o.before, apart, o.documents, o.why)
                rows.append((*_key(f), o.outlet, r.label, value, low, high, *own))
    return Table(name="outlets", columns=OUTLETS, rows=tuple(rows))


def sides(findings: Iterable[Finding]) -> Table:
    """Return every outlet on both sides of the contrast, one row each: `outlets` with less detail, for the page."""
    rows = (
        (o.outlet, o.now, o.before, None if o.now is None or o.before is None else o.now - o.before, o.documents, o.why)
        for f in findings if f.behind is not None for o in f.behind.outlets
    )  # fmt: skip
    return Table(
        name="outlets", columns=("outlet", "now", "before", "difference", "n_documents", "left_out"), rows=tuple(rows)
    )


def moved(findings: Iterable[Finding]) -> Table:
    """Return how far each outlet moved on each hypothesis, a column each; a ratio where the margin is one."""
    asked = [f for f in findings if f.behind is not None]
    apart = {
        (o.outlet, f.hypothesis.id): o.now / o.before if f.hypothesis.margin.unit == "ratio" else o.now - o.before
        for f in asked if f.behind for o in f.behind.outlets if o.now is not None and o.before is not None
        and (o.before > 0 or f.hypothesis.margin.unit != "ratio")
    }  # fmt: skip
    names = sorted({o.outlet for f in asked if f.behind for o in f.behind.outlets})
    rows = tuple((name, *(apart.get((name, f.hypothesis.id)) for f in asked)) for name in names)
    return Table(name="outlets", columns=("outlet", *(f.hypothesis.id for f in asked)), rows=rows)


def passages(parts: Iterable[Passages]) -> Table:
    """Return the passages that are shown; `marks` are code points into `text`."""
    rows = (
        (part.hypothesis, q.round, q.claimed, q.bears, q.value, q.outlet, str(q.day), q.lang,
         q.title[:LONGEST_TITLE], q.text,
         " ".join(f"{low}-{high}" for low, high in q.marks), q.speech, q.url, q.doc_id)
        for part in parts for q in part.drawn
    )  # fmt: skip
    return Table(name="passages", columns=PASSAGES, rows=tuple(rows))


def copies(borrowed: Iterable[Borrowed]) -> Table:
    """Return who had how many articles before whom."""
    rows = tuple((item.first, item.later, item.articles, item.unknown) for item in borrowed)
    return Table(name="copies", columns=COPIES, rows=rows)


def findings_table(findings: Iterable[Finding], checked: Iterable[Checked] = ()) -> Table:
    """Return one row a finding, under the column names the field uses."""
    codes = {item.hypothesis: item.n_codes for item in checked}
    rows = tuple(_finding_row(finding, codes.get(finding.hypothesis.id)) for finding in findings)
    return Table(name="findings", columns=FINDINGS, rows=rows)


def _finding_row(finding: Finding, n_codes: int | None) -> tuple[Cell, ...]:
    e, b = finding.estimate, finding.behind
    numbers = (e.value, e.std_error, e.low, e.high, e.p_value) if e else (None,) * 5
    counts = (b.documents, b.copy_groups, counted_outlets(finding)) if b else (None,) * 3
    population = e.population if e else finding.hypothesis.population
    return (*_key(finding), finding.hypothesis.measure, *numbers, *counts, n_codes, population,
            finding.p_adjusted, n_windows(finding), finding.word)  # fmt: skip


def counted_outlets(finding: Finding) -> int:
    """Return how many outlets are in the estimate of a finding on texts."""
    return sum(not item.why for item in finding.behind.outlets) if finding.behind else 0


def all_tables(audit: Audit) -> tuple[Table, ...]:
    """Return the tables that are saved beside the page; those that could hold nothing in this study are left out."""
    findings = [finding for verdict in audit.verdicts for finding in verdict.findings]
    always = (findings_table(findings, audit.context.checked), specifications(findings), windows(findings),
              placebo(findings), timeline(audit.series))  # fmt: skip
    of_texts = (outlets(findings), levels(findings), passages(audit.context.passages), copies(audit.context.borrowed))
    return (*always, *(table for table in of_texts if table.rows))


def _key(finding: Finding) -> tuple[str, str]:
    return finding.hypothesis.claim, finding.hypothesis.id
