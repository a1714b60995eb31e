"""Results in a notebook: drawn beforehand, without scripts, so that they look the same offline and when saved."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from tenor.model import Plan
from tenor.report import charts, words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.environment import environment
from tenor.report.figures import drawing
from tenor.report.palette import PALETTE
from tenor.report.verdicts import BADGES
from tenor.results import Audit, Finding, Measured, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_STYLE = (
    "font:14px/1.5 Helvetica,Arial,sans-serif;color:var(--ink);background:var(--paper);padding:12px 16px;"
    "max-width:860px"
)
_CELL = "padding:.25rem 1rem .25rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)"


def render(result: object) -> str | None:
    """Return a result of a study as HTML, None where it is none.

    Examples
    --------
    >>> render("a text") is None
    True
    """
    say = catalogue("en")
    if isinstance(result, Audit):
        return _framed(_audit(result, say))
    if isinstance(result, Verdict):
        return _framed(_verdict(result, say))
    if isinstance(result, Measured):
        return _framed(_measured(result))
    if isinstance(result, Plan):
        return _framed(_plan(result))
    return None


def _framed(parts: Iterable[str]) -> str:
    """Return parts in the colours of a light page: a notebook does not say which it is on."""
    colours = ";".join(f"--{name}:{light}" for name, (light, _) in PALETTE.items())
    return f'<div class="tenor" style="{colours};{_STYLE}">{"".join(parts)}</div>'


def _said(text: str) -> str:
    return f"<bdi>{html.escape(words.seen(text))}</bdi>"


def _table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    heads = "".join(f'<th scope="col" style="{_CELL};color:var(--soft)">{_said(name)}</th>' for name in columns)
    lines = ("".join(f'<td style="{_CELL}">{cell}</td>' for cell in row) for row in rows)
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    head = f"<thead><tr>{heads}</tr></thead>"
    return f'<table style="border-collapse:collapse;background:none">{head}<tbody>{body}</tbody></table>'


def _audit(audit: Audit, say: Catalogue) -> Iterable[str]:
    yield f"<h3>{_said(audit.plan.title)}</h3>"
    if audit.limits:
        yield "<ul>" + "".join(f"<li>{_said(words.capital(limit))}</li>" for limit in audit.limits) + "</ul>"
    for verdict in audit.verdicts:
        yield from _verdict(verdict, say)
    if any(verdict.findings for verdict in audit.verdicts):
        yield drawing(charts.forest(audit, narrow=False, say=say)).svg


def _verdict(verdict: Verdict, say: Catalogue) -> Iterable[str]:
    badge = BADGES[verdict.word]
    icon = environment(say).from_string(
        '<svg viewBox="0 0 24 24" width="16" height="16" aria-hidden="true" style="vertical-align:-2px;'
        'fill:var(--{{ badge.colour }})">{{ badge.shape|safe }}</svg>'
    )
    drawn = icon.render(badge=badge).replace('class="ring"', 'fill="none" stroke="currentColor" stroke-width="3"')
    drawn = drawn.replace('class="cut"', 'fill="none" stroke="var(--paper)" stroke-width="2.6"')
    word = _said(words.capital(say(f"word {verdict.word}")))
    yield f"<p><strong>{drawn} {word}</strong> “{_said(verdict.claim.quote)}”"
    yield f"<br>{_said(verdict.sentence)}</p>"
    rows = [_finding(finding, say) for finding in verdict.findings]
    if rows:
        yield _table((say("hypothesis"), say("effect"), say("interval"), say("Population"), ""), rows)


def _finding(finding: Finding, say: Catalogue) -> Sequence[str]:
    e, unit = finding.estimate, finding.hypothesis.margin.unit
    effect = interval = words.NOTHING
    if e is not None:
        effect = words.times(e.value, say) if unit == "ratio" else words.apart(e.value, unit, say)
        interval = words.interval(e.low, e.high, say)
        if unit != "ratio":
            ends = (words.apart(end, unit, say) for end in (e.low, e.high))
            interval = words.NOTHING if e.low is None or e.high is None else say("to", *ends)
    cells = (
        finding.hypothesis.id,
        effect,
        interval,
        say.term(finding.hypothesis.population),
        say(f"word {finding.word}"),
    )
    return [_said(cell) for cell in cells]


def _measured(measured: Measured) -> Iterable[str]:
    measure = measured.series.measure
    yield f"<h3>{_said(words.capital(words.unit_of(measure)))}, {_said(words.query_of(measured.series.query))}</h3>"
    if measured.series.points:
        yield drawing(charts.timeline(measured.series, narrow=False)).svg
    rows = [
        (item.label, str(item.stretch), words.number(item.num), words.number(item.den),
         words.value_of(measure, item.value), words.percent(item.observed))
        for item in measured.rounds
    ]  # fmt: skip
    columns = ("Round", "Days", measure.numerator, measure.denominator, "Value", "Observed")
    yield _table(columns, [[_said(cell) for cell in row] for row in rows])


def _plan(plan: Plan) -> Iterable[str]:
    yield f"<h3>{_said(plan.title)}</h3><p>{_said(plan.event.title)}</p>"
    rows = [(item.id, item.label, str(item.date), str(item.occasions)) for item in plan.rounds]
    yield _table(("Round", "Name", "Day", "Occasions"), [[_said(cell) for cell in row] for row in rows])
