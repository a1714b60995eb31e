"""The command that shows who says what, and writes it as a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import pyarrow as pa

    from tenor.coding.dna import StatementsRead

_WIDEST = 160


def _filter(context: click.Context, parameter: click.Parameter, value: str) -> None:
    """Keep a filter until the command asks for all of them."""
    context.meta.setdefault(__name__, {})[parameter.name] = value


def _filtered(flag: str, name: str, what: str) -> Callable[[Any], Any]:
    return click.option(flag, name, default="", help=what, callback=_filter, expose_value=False)


@click.command()
@_filtered("--actor", "actor", "Who says it: an actor's id.")
@_filtered("--kind", "kind", "quote, framing, assessment, prediction, promise or rhetorical.")
@_filtered("--outlet", "outlet", "In which outlet.")
@_filtered("--round", "round", "In articles of which round, by their day.")
@_filtered("--target", "target", "Of whom: an actor's id.")
@click.option("--network", type=click.Path(path_type=Path), help="Write who says what to a .csv or .graphml file.")
@click.option("--import", "project", type=click.Path(path_type=Path), help="First keep what a .dna project holds.")
@click.option("--study", "folder", type=click.Path(path_type=Path), default=Path(), show_default="here")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
@click.pass_context
def statements(context: click.Context, network: Path | None, project: Path | None, folder: Path, as_json: bool) -> None:
    """Show who says what: its sort, the days it speaks of, the passage and its place."""
    from tenor.annotate.told import Wanted
    from tenor.app.output import show
    from tenor.study import Study

    wanted = Wanted(**context.meta[__name__])
    study = Study.open(folder)
    if project:
        from tenor.coding.dna import import_statements

        read = import_statements(study.refresh(), study.plan, project)
        show(read, as_json, import_lines(read))
        return
    if network:
        from tenor.annotate.told import edges
        from tenor.report.network import write

        path = write(edges(study.statements(wanted)), network)
        show({"network": str(path)}, as_json, [str(path)])
        return
    found = study.statements(wanted)
    show(found.to_pylist(), as_json, statement_lines(found))


def import_lines(read: StatementsRead) -> Iterator[str]:
    """Yield what was read, kept and refused."""
    yield f"{read.read:,} statements read, {read.kept:,} kept, {read.already_there:,} were there"
    if read.unnamed:
        yield f"  {read.unnamed:,} of them by speakers whom the study does not name"
    yield f"  coded by {', '.join(read.coders)}"
    for one in read.refused:
        yield f"  refused {one.place}: {one.why}"


def statement_lines(table: pa.Table) -> Iterator[str]:
    """Yield a line or two for each statement."""
    for row in table.to_pylist():
        yield f"{row['who']}: {row['kind']}{_aside(row)}{_window(row)}"
        passage = row["passage"] if len(row["passage"]) <= _WIDEST else f"{row['passage'][:_WIDEST]} ..."
        day = row["day"].isoformat() if row["day"] else "undated"
        where = f"{row['doc_id'][:12]} {row['part']} {row['start']}-{row['stop']}"
        yield f"  {passage}"
        yield f"  {day} {row['outlet']}, {where}"
    yield f"{table.num_rows:,} statements"


def _aside(row: dict[str, Any]) -> str:
    """Return what else is to be told: the form, of whom, within whose words, and that it is doubtful."""
    said = [row["form"]]
    if row["target"]:
        said.append(f"of {row['target']}")
    if row["frame"]:
        said.append(f"as {row['frame']!r}")
    if row["polarity"] == "negative":
        said.append("negative")
    if row["within"]:
        said.append(f"as told by {row['within']}")
    if row["form"] == "announced":
        said.append("content omitted")
    if (row["score"] or 0) < 0.5:
        said.append("low confidence")
    return f" ({', '.join(said)})"


def _window(row: dict[str, Any]) -> str:
    first, last = row["window_from"], row["window_to"]
    if not (first or last):
        return ""
    return f" [{first or ''} to {last or 'open'}]"
