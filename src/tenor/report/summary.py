"""The report as Markdown: the bottom lines, for a note or a repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tenor.report import words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.environment import host, marked
from tenor.report.form import Form
from tenor.report.tables import counted_outlets

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tenor.evidence import Passages, Quoted
    from tenor.results import Audit, Finding, Verdict

MOST_PASSAGES = 6
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|<>~&:-])")
_SPACE = re.compile(r"\s+")


def report_markdown(audit: Audit, form: Form | None = None) -> str:
    """Return the report as Markdown; what others wrote is escaped, so that it is only text.

    Parameters
    ----------
    audit
        What was found, with the context that is to be shown.
    form
        In which language.
    """
    say = catalogue((form or Form()).lang)
    lines = [f"# {plain(audit.plan.title)}", "", say("dek"), ""]
    if audit.limits:
        lines += [f"## {say('Limits of this study')}", "", *(f"- {plain(limit)}" for limit in audit.limits), ""]
    for verdict in audit.verdicts:
        lines += _claim(verdict, audit, say)
    lines += [f"## {say('How to cite')}", "", _cite(audit, say), ""]
    return "\n".join(lines)


def plain(text: str) -> str:
    r"""Return a text on one line in which nothing is markup.

    Examples
    --------
    >>> plain("# <b>[x](javascript:1)</b>")
    '\\# \\<b\\>\\[x\\]\\(javascript\\:1\\)\\</b\\>'
    """
    return _SPECIAL.sub(r"\\\1", _SPACE.sub(" ", words.seen(text)).strip())


def _claim(verdict: Verdict, audit: Audit, say: Catalogue) -> Iterator[str]:
    claim = verdict.claim
    yield from (f"## “{plain(claim.quote)}”", "", f"{plain(claim.holder)}, {claim.date}", "")
    yield from (f"**{words.capital(say(f'word {verdict.word}'))}.** {plain(verdict.sentence)}", "")
    limits = list(dict.fromkeys(limit for finding in verdict.findings for limit in finding.limits))
    if limits:
        yield from (f"{say('What this can’t tell you')}:", "", *(f"- {plain(limit)}" for limit in limits), "")
    for finding in verdict.findings:
        yield from _finding(finding, say)
        shown = [part for part in audit.context.passages if part.hypothesis == finding.hypothesis.id]
        for part in shown:
            yield from _passages(part, say)
    if claim.not_tested:
        yield from (f"{say('What was not tested')}: {plain(claim.not_tested)}", "")


def _finding(finding: Finding, say: Catalogue) -> Iterator[str]:
    e, b, unit = finding.estimate, finding.behind, finding.hypothesis.margin.unit
    yield f"- {finding.hypothesis.id}: {plain(finding.reading or finding.hypothesis.measure)}"
    if e is not None:
        value = words.times(e.value, say) if unit == "ratio" else words.apart(e.value, unit, say)
        both = words.interval(e.low, e.high, say)
        if unit != "ratio" and e.low is not None and e.high is not None:
            both = say("to", words.apart(e.low, unit, say), words.apart(e.high, unit, say))
        level = say("level interval", words.percent(e.level))
        yield f"- {say('effect')}: {value}; {level} {both}; {say('Population')}: {say.term(e.population)}"
    if b is not None:
        parts = [say.count(b.documents, "article"), say.count(b.copy_groups, "copy group"),
                 say.count(counted_outlets(finding), "outlet")]  # fmt: skip
        yield f"- n: {', '.join(parts)}"
    yield ""


def _passages(part: Passages, say: Catalogue) -> Iterator[str]:
    for item in part.drawn[:MOST_PASSAGES]:
        yield f"> {_quote(item)}"
        where = f"[{plain(host(item.url))}](<{item.url}>)" if host(item.url) else ""
        yield ">"
        yield f"> {plain(item.outlet)}, {item.day}, {plain(item.round)}{f', {where}' if where else ''}"
        yield ""


def _quote(item: Quoted) -> str:
    return "".join(f"**{plain(text)}**" if mark else _spaced(text) for text, mark in marked(item))


def _spaced(text: str) -> str:
    """Return a text as markup-free text that keeps its spaces at the ends, so that marks do not touch words."""
    left, right = text[:1].isspace(), text[-1:].isspace()
    return f"{' ' if left else ''}{plain(text)}{' ' if right else ''}"


def _cite(audit: Audit, say: Catalogue) -> str:
    digest = audit.plan.sha256[:16]
    return say("cite", plain(audit.plan.title), audit.manifest.tenor, plain(audit.plan.file), digest)
