"""What the command line prints: results as aligned text or JSON."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

import click

from tenor.errors import UnknownName
from tenor.model import ArticleSource, Audit, Claim, ImportReport, Measured, Plan, Registered, Word
from tenor.sources.importer import ROLES
from tenor.studyfile import margin_in_words, round_stretch

if TYPE_CHECKING:
    import pyarrow as pa

    from tenor.corpus.search import Found

_WIDTH = 100
_ROWS = 200


def show(result: object, as_json: bool, lines: Iterable[str]) -> None:
    """Print a result as JSON, or the lines made for people."""
    text = json.dumps(plain(result), ensure_ascii=False, indent=1, allow_nan=False) if as_json else "\n".join(lines)
    click.echo(text)


def plain(value: object) -> Any:
    """Turn nouns into what JSON knows."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, date):
        return value.isoformat()
    return value


def check_words(words: Sequence[str]) -> None:
    """Refuse a verdict word that does not exist."""
    known = get_args(Word)
    for word in words:
        if word not in known:
            raise UnknownName.of("verdict", word, known)


def check_lines(plan: Plan, claims: Sequence[Claim]) -> list[str]:
    """Say a study back: rounds with their days, claims with their margins in words."""
    lines = [f"{plan.title}: {len(plan.rounds)} rounds, {len(claims)} claims, no mistake found"]
    lines += [
        f"  {item.id:10} {item.label}: {round_stretch(plan.event, item, plan.event.window)}" for item in plan.rounds
    ]
    for claim in claims:
        lines.append(f"  {claim.id}: «{claim.quote}»")
        lines += [
            f"    {item.id}: {item.measure} {item.relation}, {margin_in_words(item.margin, item.relation)}"
            for item in claim.hypotheses
        ]
    return [*lines, "next: `tenor preregister`, then `tenor add` and `tenor audit`"]


def import_lines(reports: Sequence[ImportReport]) -> list[str]:
    """Say what each import did."""
    lines = []
    for item in reports:
        lines.append(
            f"{item.source}: {item.read:,} rows read · {item.kept:,} kept · {item.merged:,} merged · "
            f"{item.already_there:,} already there · {item.refused:,} refused · {len(item.lost):,} lost"
        )
        lines += [f"  {note}" for note in (*item.notes, *item.lost)]
    return lines


def how_to_read(columns: Sequence[str], said: Mapping[str, str | None]) -> ArticleSource | None:
    """Return what the user says of files of articles; None where nothing is said."""
    pairs = []
    for item in columns:
        role, equals, column = item.partition("=")
        if not equals or role not in ROLES:
            raise UnknownName.of("role of a column", role, ROLES)
        pairs.append((role, column))
    given = {name: value for name, value in said.items() if value}
    return ArticleSource(path="", columns=tuple(pairs), **given) if pairs or given else None


def found_lines(found: Found) -> list[str]:
    """Say hits with the passage around the words, then how all of them spread."""
    lines = [f"{found.total:,} {'article' if found.total == 1 else 'articles'}"]
    for hit in found.hits:
        lines.append(f"{hit.day or 'undated'}  {hit.outlet}  {hit.doc_id}")
        lines += _wrapped(hit.title, "  ")
        lines += _wrapped(" ".join(hit.passage.split()), "    ")
    for name, spread in found.facets.items():
        if spread:
            some = list(spread.items())[:12]
            more = f", and {len(spread) - len(some)} more" if len(spread) > len(some) else ""
            shown = ", ".join(f"{value or 'none'} {count:,}" for value, count in some)
            lines.append(f"by {name}: {shown}{more}")
    return lines


def registered_lines(found: Sequence[Registered]) -> list[str]:
    """Say what was registered."""
    return [
        f"{item.hypothesis}: sha256 {item.sha256} {'after viewing' if item.after_viewing else 'self-declared'}"
        for item in found
    ]


def measured_lines(found: Measured) -> list[str]:
    """Say a measure round by round, then unit by unit."""
    measure = found.series.measure
    lines = [f"{measure.full_name}  {measure.asks}  query: {found.series.query}"]
    for item in found.rounds:
        value = "no value" if item.value is None else f"{item.value:.5g}"
        lines.append(f"  {item.label:24} {value:>10}  {item.num:,.0f} of {item.den:,.0f}  {item.stretch}")
    for point in found.series.points:
        value = "not observed" if point.value is None else f"{point.value:.5g}"
        doubt = "" if point.observed else "  doubtful or partly observed"
        lines.append(f"{point.start}  {value:>12}  {point.num:,.0f} of {point.den:,.0f}{doubt}")
    return lines


def audit_lines(found: Audit) -> list[str]:
    """Say the bottom line of every claim, with its reasons."""
    lines = [found.plan.title]
    for verdict in found.verdicts:
        lines += _wrapped(f"«{verdict.claim.quote}» ({verdict.claim.holder})", "  ")
        lines += _wrapped(f"{verdict.word.upper()}. {verdict.sentence}", "    ")
        for finding in verdict.findings:
            for reason in finding.reasons:
                lines += _wrapped(f"- {reason}", "      ")
    return lines


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")


def table_lines(table: pa.Table) -> list[str]:
    """Align a table as text; long ones are cut, and say so."""
    rows = [table.column_names, *([_cell(item) for item in row.values()] for row in table.slice(0, _ROWS).to_pylist())]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    if table.num_rows > _ROWS:
        lines.append(f"... {table.num_rows - _ROWS:,} more rows; `--json` prints all")
    return lines


def _cell(value: object) -> str:
    return "" if value is None else str(value)
