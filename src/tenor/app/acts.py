"""The command that shows who did what to whom."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    import pyarrow as pa

_WIDEST = 160


@click.command()
@click.option("--actor", default="", help="Who does it: an actor's id.")
@click.option("--type", "kind", default="", help="One of 16 types, such as ACCUSE, CONSULT or ASSAULT.")
@click.option("--target", default="", help="To whom: an actor's id.")
@click.option("--round", "round_", default="", help="Told in articles of which round, by their day.")
@click.option("--study", "folder", type=click.Path(path_type=Path), default=Path(), show_default="here")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def events(actor: str, kind: str, target: str, round_: str, folder: Path, as_json: bool) -> None:
    """Show who did what to whom, on which day, and who reports it."""
    from tenor.annotate.happened import Sought
    from tenor.app.output import show
    from tenor.study import Study

    study = Study.open(folder)
    found = study.events(Sought(actor=actor, type=kind.upper(), target=target, round=round_))
    show(found.to_pylist(), as_json, event_lines(found, {one.id: one.name for one in study.plan.actors}))


def event_lines(table: pa.Table, names: dict[str, str]) -> Iterator[str]:
    """Yield three lines for each event: what, a passage, and its place."""
    for row in table.to_pylist():
        day = row["day"].isoformat() if row["day"] else "undated"
        who, whom = (names.get(one, one) for one in (row["source"], row["target"]))
        told = _count(row["reports"], "report"), _count(row["outlets"], "outlet")
        doubt = "" if row["score"] >= 0.7 else ", low confidence"
        passage, place = row["passage"], row["places"][0]
        yield f"{day}{'' if row['dated'] else ' (the day of the article)'} {who} {row['type']} {whom}{doubt}"
        yield f"  {passage if len(passage) <= _WIDEST else f'{passage[:_WIDEST]} ...'}"
        where = f"{place['doc_id'][:12]} {place['part']} {place['start']}-{place['stop']}"
        yield f"  {', '.join(told)}; {place['outlet']}, {where}"
    yield _count(table.num_rows, "event")


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
