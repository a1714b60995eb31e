"""One page that shows the verdicts and everything a reader needs to doubt them, without a network."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import vl_convert

from tenor import grammar
from tenor.registry import PLANNED
from tenor.report import charts, tables, words
from tenor.report.export import csv_bytes, csv_uri
from tenor.report.palette import PALETTE
from tenor.report.verdicts import BADGES

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt

    from tenor.model import Audit, Finding, Measure, Plan, Series, Stretch
    from tenor.report.export import Cell, Table

TEMPLATES = Path(__file__).with_name("templates")
_WEB = re.compile(r"(https?://[^\s<>\"'\\]*[^\s<>\"'\\.,;:!?)\]])")
# Elements and names that a drawing must not hold; what stands in its words and quoted values is only text.
_ACTIVE = re.compile(r'<(?:script|foreignObject|image|a)\b|<(?:[^<>"]|"[^"]*")*?\sid=')


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart as it stands in the page: drawn, and as the specification that makes it answer."""

    svg: str
    spec: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart in both widths with the table behind it."""

    key: str
    wide: Drawing
    narrow: Drawing


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
    strip: Figure | None
    spread: Figure | None


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


def write_report(audit: Audit, folder: Path) -> Path:
    """Write ``report.html`` and ``data/*.csv`` into a folder and return the path of the page.

    Everything is made before anything is replaced; each file is replaced in one step. The same
    audit gives the same bytes.
    """
    files = {f"data/{table.name}.csv": csv_bytes(table) for table in tables.all_tables(audit)}
    files["report.html"] = report_html(audit).encode("utf-8")  # last: a new page never shows old figures
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


def report_html(audit: Audit) -> str:
    """Return the page."""
    shown = [
        [finding_shown(audit, finding, f"c{i}f{j}") for j, finding in enumerate(verdict.findings, 1)]
        for i, verdict in enumerate(audit.verdicts, 1)
    ]
    lines = [series_shown(audit.plan, series, f"t{i}") for i, series in enumerate(audit.series, 1)]
    values = {
        "audit": audit,
        "claims": list(zip(audit.verdicts, shown, strict=True)),
        "lines": lines,
        "events": _events(audit),
        "badges": BADGES,
    }
    return filled("report.html.j2", values)


def filled(template: str, values: dict[str, object]) -> str:
    """Return a page from its template, with our scripts, the policy that lets only them run, and the colours."""
    scripts = [chart_library(), (TEMPLATES / "report.js").read_text(encoding="utf-8")]
    shared = {"policy": _policy(scripts), "scripts": scripts, "palette": PALETTE}
    return _environment().get_template(template).render(values | shared)


def finding_shown(audit: Audit, finding: Finding, key: str) -> Shown:
    """Return a finding with its charts drawn; `key` begins their ids."""
    measure = _measure(audit, finding)
    placebo = finding.placebo
    strip = spread = None
    if finding.specifications and measure and finding.hypothesis.margin.unit == "ratio":
        strip = both_widths(f"{key}s", lambda narrow: charts.specification_strip(finding, measure, narrow=narrow))
    if placebo is not None and measure:
        spread = both_widths(
            f"{key}p",
            lambda narrow: charts.placebo_strip(placebo, finding.hypothesis, measure, narrow=narrow),
        )
    return Shown(
        key=key,
        finding=finding,
        measure=measure,
        sides=words.contrast(finding.hypothesis, audit.plan),
        windows=tables.windows([finding]),
        specifications=tables.specifications([finding]),
        placebo=tables.placebo([finding]),
        strip=strip,
        spread=spread,
    )


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


def series_shown(plan: Plan, given: Series, key: str) -> Line:
    """Return a series with its chart drawn; `key` is the id of the chart."""
    series = replace(given, measure=_worded(plan, given.measure, {given.query}))
    figure = both_widths(key, lambda narrow: charts.timeline(series, narrow=narrow)) if series.points else None
    return Line(series=series, table=tables.timeline([series]), figure=figure)


def both_widths(key: str, draw: Callable[[bool], alt.LayerChart]) -> Figure:
    """Return a chart in both widths; `draw` is told whether it is for the narrow one."""
    return Figure(key=key, wide=_drawing(draw(False)), narrow=_drawing(draw(True)))


def _drawing(chart: alt.LayerChart) -> Drawing:
    spec = charts.chart_spec(chart)
    svg = charts.chart_svg(spec)
    if _ACTIVE.search(svg):
        raise ValueError("a drawn chart holds an element that it must not hold")
    text = json.dumps(spec, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    # Vega escapes all text in its SVG; in JSON only "<" could end the script element.
    return Drawing(svg=svg, spec=text.replace("<", "\\u003c"))


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


def _policy(scripts: list[str]) -> str:
    """Return the content security policy: only our own scripts run, and nothing is fetched."""
    digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ratio": words.ratio,
        "apart": words.apart,
        "times": words.times,
        "change": words.change,
        "number": words.number,
        "percent": words.percent,
        "probability": words.probability,
        "cell": _cell,
        "pieces": _pieces,
        "csv": csv_uri,
        "limits": _limits,
    }
    environment.globals |= {
        "interval": words.interval,
        "unit_of": words.unit_of,
        "query_of": words.query_of,
        "agreement": words.agreement,
        "value_of": words.value_of,
        "capital": words.capital,
        "listed": grammar.listed,
        "counted": words.counted,
        "relations": words.RELATIONS,
        "n_windows": tables.n_windows,
    }
    return environment


def _final(value: object) -> object:
    """Make control characters visible in whatever text reaches the page; what is marked safe stays."""
    return words.seen(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _cell(value: Cell) -> str:
    if value is None:
        return words.NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    return words.number(value) if isinstance(value, int | float) else value


def _limits(items: list[Shown]) -> list[str]:
    """Return the limits of all findings of a claim, each once."""
    return list(dict.fromkeys(limit for item in items for limit in item.finding.limits))


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is a web address that may become a link."""
    parts = _WEB.split(text)
    return [(part, bool(number % 2) and words.seen(part) == part) for number, part in enumerate(parts) if part]
