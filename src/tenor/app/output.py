"""What the command line prints: results as aligned text or JSON."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, get_args

import click

from tenor.described import Description, stand_out
from tenor.errors import StudyError, UnknownName
from tenor.grammar import counted
from tenor.model import ArticleSource, Claim, ImportReport, Measure, Plan, Word
from tenor.report.words import seen
from tenor.results import Audit, Measured, Point, Registered, WindowValue
from tenor.sources.importer import ROLES
from tenor.studyfile import margin_in_words, round_stretch

if TYPE_CHECKING:
    import pyarrow as pa

    from tenor.annotate.run import Annotated
    from tenor.coding.codes import CodesRead
    from tenor.coding.judging import Judgements
    from tenor.corpus.rounds import RoundsTables
    from tenor.corpus.search import Found
    from tenor.described import KeyWords

_WIDTH = 100
_ROWS = 200
_FEW, _WIDEST, _WIDEST_OF_ROWS = 12, 60, 160
# What would hide or reorder text on a terminal, as `seen` finds it; JSON has a way to write it.
_UNSEEN = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]")


def show(result: object, as_json: bool, lines: Iterable[str]) -> None:
    """Print a result as JSON, or the lines made for people."""
    if as_json:
        text = json.dumps(plain(result), ensure_ascii=False, indent=1, allow_nan=False)
        click.echo(_UNSEEN.sub(lambda match: json.dumps(match[0])[1:-1], text))
    else:
        click.echo("\n".join(seen(line) for line in lines))


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
    rows = getattr(value, "to_pylist", None)
    return value if rows is None else plain(rows())


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
    lines = [counted(found.total, "article")]
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


def description_lines(found: Description) -> list[str]:
    """Say a description section by section: its sentences, then the short tables."""
    if not found.sections:
        return ["nothing was added yet"]
    lines = []
    for section in found.sections:
        lines.append(section.title.upper())
        lines += [line for said in section.sentences for line in _wrapped(said, "  ")]
        for item in section.listings:
            shown = item.rows[:_FEW]
            lines += ["", *(f"  {line}" for line in listing_lines(item.columns, shown))]
            if len(item.rows) > _FEW:
                lines.append(f"  and {counted(len(item.rows) - _FEW, 'row')} more: --json or --page")
        lines.append("")
    return lines[:-1]


def copies_at(table: pa.Table, threshold: float, known: Sequence[float]) -> list[dict[str, Any]]:
    """Return the copies found at a threshold, or refuse one that was not looked at."""
    if threshold not in known:
        raise UnknownName.of("threshold", f"{threshold:g}", [f"{level:g}" for level in known])
    return [row for row in table.to_pylist() if row["threshold"] == threshold]


def copies_lines(rows: Sequence[Mapping[str, Any]], threshold: float) -> list[str]:
    """Say copies, a block a copy group."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row["copy_id"], []).append(row)
    if not groups:
        return [f"no near-copy was found at a likeness of {threshold:g}"]
    found = f"{counted(len(rows), 'near-copy', 'near-copies')} in {counted(len(groups), 'copy group')}"
    lines = [f"{found}, at a likeness of {threshold:g}"]
    for copies in list(groups.values())[:_ROWS]:
        first = copies[0]
        lines.append(f"{first['first_day'] or 'undated'}  {first['first_outlet']}  {first['copy_id']}")
        lines += [
            "  ".join(
                (
                    f"  {row['day'] or 'undated'}",
                    row["outlet"],
                    f"{row['how']} {row['similarity']:.2f}",
                    _short(row["title"]),
                )
            ).rstrip()
            for row in copies
        ]
    if len(groups) > _ROWS:
        lines.append(f"and {len(groups) - _ROWS:,} copy groups more: --json has all")
    return lines


def rounds_lines(found: RoundsTables, quality: Judgements) -> list[str]:
    """Say how articles fall into rounds, and how good search and cues are where that was judged."""
    lines = [*table_lines(found.rounds), "", "by date, and by what they refer to:", *table_lines(found.disagreement)]
    if found.follows.num_rows:
        lines += ["", "copies that follow their first publication:", *table_lines(found.follows)]
    said = [item.words for _, item in quality.selection]
    said += [part.words for item in quality.cues for part in (item.precision, item.recall)]
    said = said or ["nobody judged search and cues yet: `tenor rounds --judge 50`"]
    return [*lines, "", *(line for item in (*said, *quality.notes) for line in _wrapped(item, ""))]


def keywords_lines(found: Sequence[KeyWords]) -> list[str]:
    """Say the words that set rounds apart, a table a language."""
    lines = []
    for item in found:
        ours, theirs = item.articles
        lines.append(f"{item.lang}: {counted(ours, 'article')} against {theirs:,}, each copy group once")
        lines.append(f"  no words can be told: {item.note}" if item.note else f"  {stand_out(item)}")
        columns = ("word", "uses", "other uses", "log-odds", "low", "high", "outlets", "copy groups")
        rows = [
            (
                word.word,
                *word.uses,
                *(f"{n:.2f}" for n in (word.log_odds, word.low, word.high)),
                word.outlets,
                word.groups,
            )
            for word in item.words[:40]
        ]
        lines += [f"  {line}" for line in listing_lines(columns, rows)] if rows else []
    return lines or ["no article lies in these rounds"]


def listing_lines(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """Align rows under their columns; long cells are cut."""
    numeric = [all(isinstance(row[at], int | float) for row in rows) for at in range(len(columns))]
    return _aligned([[_short(cell) for cell in row] for row in (columns, *rows)], numeric)


def _aligned(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> list[str]:
    """Return rows of cells as lines, every column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ).rstrip()
        for row in rows
    ]


def _short(value: object, most: int = _WIDEST) -> str:
    text = f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)
    text = " ".join(text[: 4 * most].split()) if len(text) > 4 * most else " ".join(text.split())
    return text if len(text) <= most else f"{text[: most - 3]}..."


def registered_lines(found: Sequence[Registered]) -> list[str]:
    """Say what was registered, and what this corpus could ever decide of it."""
    lines = []
    for item in found:
        seen = "after viewing" if item.after_viewing else "self-declared"
        lines.append(f"{item.hypothesis}: sha256 {item.sha256} {seen}")
        lines += _wrapped(item.prospect, "  ") if item.prospect else []
    return lines


def measured_lines(found: Measured) -> list[str]:
    """Say a measure round by round, then unit by unit."""
    measure = found.series.measure
    lines = [f"{measure.full_name}  {measure.asks}  query: {found.series.query}"]
    for item in found.rounds:
        value = "no value" if item.value is None else f"{item.value:.5g}"
        lines.append(f"  {item.label:24} {value:>10}  {_sums(measure, item)}  {item.stretch}")
    for point in found.series.points:
        value = "not observed" if point.value is None else f"{point.value:.5g}"
        doubt = "" if point.observed else "  doubtful or partly observed"
        lines.append(f"{point.start}  {value:>12}  {_sums(measure, point)}{doubt}")
    return lines


def _sums(measure: Measure, item: WindowValue | Point) -> str:
    """Say what a value is made of: of a mean in standard deviations only how many it is of."""
    if measure.scale == "sd":
        return counted(int(item.den), measure.denominator)
    return f"{item.num:,.0f} of {item.den:,.0f}"


def annotated_lines(found: Annotated) -> list[str]:
    """Say what was read."""
    if not found.articles and not found.there:
        return ["there are no articles here: `tenor add` brings some"]
    if not found.articles:
        return [f"all {counted(found.there, 'article')} were read before by {found.encoder}"]
    a_second = found.sentences / max(found.seconds, 0.1)
    read = f"{counted(found.articles, 'article')} with {counted(found.sentences, 'sentence')} read in"
    lines = [
        f"{read} {found.seconds:,.0f} s ({a_second:,.0f} a second), {found.there:,} were read before",
        f"by {found.encoder} and {found.finder}",
    ]
    if found.unread:
        lines.append(f"{counted(found.unread, 'sentence')} without a letter")
    return [*lines, "next: `tenor measure tone.arousal`, `tenor audit`"]


def codes_lines(found: CodesRead) -> list[str]:
    """Say what an import of codes did, and what it refused."""
    lines = import_lines([found.report])
    lines += [f"  {item.place}: {item.why}" for item in found.refused[:_FEW]]
    if len(found.refused) > _FEW:
        lines.append(f"  ... {len(found.refused) - _FEW:,} more; `--json` has all")
    return lines


def pairs_of(said: Sequence[str]) -> dict[str, str]:
    """Return what a user asks of a measure: actor=brandel.

    Examples
    --------
    >>> pairs_of(["actor=brandel", "speech=narration"])
    {'actor': 'brandel', 'speech': 'narration'}
    """
    found = {}
    for item in said:
        name, equals, value = item.partition("=")
        if not equals or not name or not value:
            raise StudyError(f"'{item}' does not say what is asked", do="write it as in actor=brandel")
        found[name] = value
    return found


def audit_lines(found: Audit) -> list[str]:
    """Say the bottom line of every claim, with its reasons."""
    lines = [found.plan.title]
    for verdict in found.verdicts:
        lines += _wrapped(f"«{verdict.claim.quote}» ({verdict.claim.holder})", "  ")
        lines += _wrapped(f"{verdict.word.upper()}. {verdict.sentence}", "    ")
        several = len(verdict.findings) > 1
        for finding in verdict.findings:
            lines += _wrapped(f"{finding.hypothesis.id}: {finding.word}. {finding.sentence}", "    ") if several else []
            for reason in finding.reasons:
                lines += _wrapped(f"- {reason}", "      ")
    return lines


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(text, _WIDTH, initial_indent=indent, subsequent_indent=indent + "  ")


def table_lines(table: pa.Table) -> list[str]:
    """Align a table as text; long ones are cut, and say so."""
    rows = [[_cell(item) for item in row.values()] for row in table.slice(0, _ROWS).to_pylist()]
    lines = _aligned([table.column_names, *rows], [False] * table.num_columns)
    if table.num_rows > _ROWS:
        lines.append(f"... {table.num_rows - _ROWS:,} more rows; `--json` prints all")
    return lines


def _cell(value: object) -> str:
    return "" if value is None else _short(str(value), _WIDEST_OF_ROWS)
