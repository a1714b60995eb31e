"""One page that shows the verdicts and everything a reader needs to doubt them, without a network."""

from __future__ import annotations

import base64
import hashlib
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import vl_convert

from tenor.registry import PLANNED
from tenor.report import charts, tables, words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.environment import TEMPLATES, environment, packed
from tenor.report.export import csv_bytes
from tenor.report.figures import Figure, both_widths
from tenor.report.form import Form
from tenor.report.overview import overview
from tenor.report.palette import PALETTE
from tenor.report.plain import plain_sentence
from tenor.report.public import public
from tenor.report.summary import report_markdown
from tenor.report.verdicts import BADGES

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt

    from tenor.described import Description
    from tenor.evidence import Checked, Passages
    from tenor.model import Measure, Plan, Stretch
    from tenor.report.export import Table
    from tenor.results import Audit, Finding, Series

# Measures on which outlets are also shown round by round, in small multiples.
MULTIPLIED = ("tone.", "language.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A finding with its charts and tables, ready for the template."""

    key: str
    finding: Finding
    measure: Measure | None
    sides: tuple[str, str]
    windows: Table
    specifications: Table
    placebo: Table
    outlets: Table
    levels: Table
    strip: Figure | None
    spread: Figure | None
    dots: Figure | None
    rounds: Figure | None
    passages: Passages | None
    checked: Checked | None
    plain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A series with its chart and table."""

    series: Series
    table: Table
    figure: Figure | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something else that happened around a round; `inside` is None where the window is not known."""

    round: str
    date: str
    what: str
    inside: bool | None


def write_report(audit: Audit, folder: Path, form: Form | None = None, *, found: Description | None = None) -> Path:
    """Write ``report.html``, ``report.md`` and ``data/*.csv`` into a folder and return the path of the page.

    Everything is made before anything is replaced; each file is replaced in one step. The same
    audit gives the same bytes.

    Parameters
    ----------
    audit
        What was found, with its context.
    folder
        Where to write; a public report goes to ``public`` in it.
    form
        For whom and in which language.
    found
        What is in the study, for the section on its data.
    """
    form = form or Form()
    if form.public:
        folder = folder / "public"
        audit = replace(audit, context=public(audit.context, audit.plan.protected))
    files = {f"data/{table.name}.csv": csv_bytes(table) for table in tables.all_tables(audit)}
    files["report.md"] = report_markdown(audit, form).encode("utf-8", "backslashreplace")
    files["report.html"] = report_html(audit, form, found=found).encode("utf-8")  # last: it never shows old figures
    write_files(files, folder)
    return folder / "report.html"


def write_files(files: dict[str, bytes], folder: Path) -> None:
    """Write files into a folder and its ``data``, each in one step, once all of them lie ready beside it."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".tenor-") as name:
        drafts = {Path(name) / str(number): folder / target for number, target in enumerate(files)}
        for draft, content in zip(drafts, files.values(), strict=True):
            draft.write_bytes(content)
        for draft, target in drafts.items():
            draft.replace(target)


def report_html(audit: Audit, form: Form | None = None, *, found: Description | None = None) -> str:
    """Return the page of an audit, whose context is shown as it is: `write_report` makes it fit for the public."""
    form = form or Form()
    say = catalogue(form.lang)
    shown = [
        [finding_shown(audit, finding, f"c{i}f{j}", say, light=True) for j, finding in enumerate(verdict.findings, 1)]
        for i, verdict in enumerate(audit.verdicts, 1)
    ]
    lines = [series_shown(audit.plan, series, f"t{i}", say, light=True) for i, series in enumerate(audit.series, 1)]
    values: dict[str, object] = {
        "audit": audit,
        "form": form,
        "claims": list(zip(audit.verdicts, shown, strict=True)),
        "lines": lines,
        "events": _events(audit),
        "overview": overview(audit, found, say),
        "names": [table.name for table in tables.all_tables(audit)],
    }
    return filled("report.html.j2", values, say)


def filled(template: str, values: dict[str, object], say: Catalogue | None = None) -> str:
    """Return a page from its template, with our scripts, the policy that lets only them run, and the colours."""
    script = (TEMPLATES / "report.js").read_text(encoding="utf-8")
    shared = {"policy": _policy(script), "script": script, "palette": PALETTE, "badges": BADGES}
    shared["library"] = _packed_library()
    say = say or catalogue("en")
    return environment(say).get_template(template).render(shared | values | {"say": say})


def finding_shown(
    audit: Audit, finding: Finding, key: str, say: Catalogue | None = None, *, light: bool = False
) -> Shown:
    """Return a finding with its charts drawn; `key` begins their ids, `light` ones are drawn in one width only."""
    say = say or catalogue("en")
    measure = _measure(audit, finding)
    drawn = _drawn(finding, measure, key, say, light=light) if measure else {}
    own = finding.hypothesis.id
    return Shown(
        key=key,
        finding=finding,
        measure=measure,
        sides=words.contrast(finding.hypothesis, audit.plan, say),
        windows=tables.windows([finding]),
        specifications=tables.specifications([finding]),
        placebo=tables.placebo([finding]),
        outlets=tables.sides([finding]),
        levels=tables.levels([finding]),
        strip=drawn.get("s"),
        spread=drawn.get("p"),
        dots=drawn.get("d"),
        rounds=drawn.get("r"),
        passages=next((item for item in audit.context.passages if item.hypothesis == own and item.drawn), None),
        checked=next((item for item in audit.context.checked if item.hypothesis == own), None),
        plain=plain_sentence(finding, measure, audit.plan, say) if measure else "",
    )


def _drawn(finding: Finding, measure: Measure, key: str, say: Catalogue, *, light: bool) -> dict[str, Figure]:
    """Return the charts of a finding by the letter that ends their ids."""
    placebo, given = finding.placebo, finding.hypothesis
    draw: dict[str, Callable[[bool], alt.LayerChart]] = {}
    if finding.specifications:
        draw["s"] = lambda narrow: charts.specification_strip(finding, measure, narrow=narrow, say=say)
    if placebo is not None:
        draw["p"] = lambda narrow: charts.placebo_strip(placebo, given, measure, narrow=narrow, say=say)
    if finding.behind is not None:
        draw["d"] = lambda narrow: charts.outlet_dots(finding, measure, narrow=narrow, say=say)
        if given.measure.startswith(MULTIPLIED):
            draw["r"] = lambda narrow: charts.round_levels(finding, measure, narrow=narrow, say=say)
    return {letter: both_widths(f"{key}{letter}", way, light=light) for letter, way in draw.items()}


def _measure(audit: Audit, finding: Finding) -> Measure | None:
    """Return a finding's measure; None where it is only planned."""
    name = finding.hypothesis.measure
    found = [measure for measure in audit.measures if name in {measure.name, measure.full_name}]
    if not found and name.partition("@")[0] in PLANNED:
        return None
    if not found:
        raise ValueError(f"the audit does not say what its measure '{name}' is")
    query = finding.hypothesis.query
    named = {side for side, _ in finding.hypothesis.contrast}
    own = {item.query for item in audit.plan.rounds if item.query and item.id in named}
    return _worded(audit.plan, found[0], {query} if query or not own else own)


def _worded(plan: Plan, measure: Measure, queries: set[str]) -> Measure:
    """Return a measure that speaks of clips or stories where the study's files count those."""
    if all(map(plan.of_articles, queries)):
        return _spoken(measure, "articles")
    named = {source.counts_what for source in plan.sources if queries & {source.query, *source.columns.wide}}
    nouns = named or {source.counts_what for source in plan.sources}
    return _spoken(measure, nouns.pop()) if len(nouns) == 1 else measure


def _spoken(measure: Measure, noun: str) -> Measure:
    below = measure.denominator.replace("pieces", noun)
    return replace(
        measure,
        numerator=measure.numerator.replace("pieces", noun),
        denominator="article" if (below, noun) == ("piece", "articles") else below,
    )


def series_shown(plan: Plan, given: Series, key: str, say: Catalogue | None = None, *, light: bool = False) -> Line:
    """Return a series with its chart drawn; `key` is the id of the chart."""
    series = replace(given, measure=_worded(plan, given.measure, {given.query}))
    figure = None
    if series.points:
        figure = both_widths(key, lambda narrow: charts.timeline(series, narrow=narrow, say=say), light=light)
    return Line(series=series, table=tables.timeline([series]), figure=figure)


def _events(audit: Audit) -> list[Event]:
    """Return the confounding events with the rounds they were noted for."""
    found = []
    for item in audit.plan.rounds:
        windows = _stretches(audit, item.label)
        for event in item.confounders:
            hits = [window.start <= event.date < window.stop for window in windows]
            inside = any(hits) if hits else None
            found.append(Event(round=item.label, date=str(event.date), what=event.what, inside=inside))
    return found


def _stretches(audit: Audit, label: str) -> list[Stretch]:
    drawn = [stretch for series in audit.series for name, stretch in series.rounds if name == label]
    findings = [finding for verdict in audit.verdicts for finding in verdict.findings]
    counted = (w.stretch for f in findings for w in f.windows if w.kind == "round" and w.label == label)
    return [*drawn, *counted]


@cache
def chart_library() -> str:
    """Return the script that makes charts answer: it sets ``window.vegaEmbed`` and fetches nothing."""
    # The bundle declares short names at the top level, which would collide with ours.
    script = f"(()=>{{{vl_convert.javascript_bundle('window.vegaEmbed=vegaEmbed;', vl_version=charts.VL_VERSION)}}})();"
    if "</script" in script or "<!--" in script or "\r" in script:
        raise ValueError("the chart library can't be put into a page as it is")
    return script


@cache
def _packed_library() -> str:
    return packed(chart_library())


def _policy(script: str) -> str:
    """Return the content security policy: only our own script runs, and what it unpacks; nothing is fetched."""
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return (
        f"default-src 'none'; script-src 'sha256-{digest}' 'strict-dynamic'; style-src 'unsafe-inline'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
