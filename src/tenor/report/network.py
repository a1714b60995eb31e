"""Who agrees with what, as a network: files that spreadsheets, Gephi, visone and R read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tenor.errors import StudyError
from tenor.tables import no_formula

_KEYS = (
    ("node", "label", "string"),
    ("node", "mode", "string"),
    ("edge", "agreement", "string"),
    ("edge", "statements", "int"),
    ("edge", "articles", "int"),
)
# What XML has no way to write.
_UNWRITABLE = {code: None for code in range(32) if code not in (9, 10, 13)} | {0xFFFE: None, 0xFFFF: None}


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Edge:
    """How often somebody says something.

    Parameters
    ----------
    actor
        Who says it.
    concept
        What: a frame, or the concept of a coder.
    agreement
        ``yes`` or ``no``.
    statements, articles
        In how many statements, and in how many articles.
    """

    actor: str
    concept: str
    agreement: str
    statements: int
    articles: int


def as_csv(edges: Iterable[Edge]) -> str:
    """Return edges as a table with a row each.

    Examples
    --------
    >>> print(as_csv([Edge(actor="A", concept="farce", agreement="no", statements=2, articles=1)]).strip())
    actor,concept,agreement,statements,articles
    A,farce,no,2,1
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["actor", "concept", "agreement", "statements", "articles"])
    for one in sorted(edges):
        words = [no_formula(word) for word in (one.actor, one.concept, one.agreement)]
        writer.writerow([*words, one.statements, one.articles])
    return text.getvalue()


def as_graphml(edges: Iterable[Edge]) -> str:
    """Return edges as GraphML: actors and concepts are nodes of two modes, an edge for each agreement.

    Examples
    --------
    >>> "<graph" in as_graphml([])
    True
    """
    ordered = sorted(edges)
    actors = sorted({one.actor for one in ordered})
    concepts = sorted({one.concept for one in ordered})
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">',
        *(f'<key id="{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>' for of, name, kind in _KEYS),
        '<graph edgedefault="undirected">',
        *_nodes("actor", actors),
        *_nodes("concept", concepts),
    ]
    for place, one in enumerate(ordered):
        ends = f'source="a{actors.index(one.actor)}" target="c{concepts.index(one.concept)}"'
        lines.append(f'<edge id="e{place}" {ends}>')
        lines += [f"<data key={quoteattr(name)}>{escape(str(getattr(one, name)))}</data>" for _, name, _ in _KEYS[2:]]
        lines.append("</edge>")
    return "\n".join([*lines, "</graph>", "</graphml>"]) + "\n"


def _nodes(mode: str, names: Sequence[str]) -> list[str]:
    return [
        f'<node id="{mode[0]}{place}"><data key="label">{escape(name.translate(_UNWRITABLE))}</data>'
        f'<data key="mode">{mode}</data></node>'
        for place, name in enumerate(names)
    ]


def write(rows: Iterable[Mapping[str, Any]], path: Path) -> Path:
    """Write edges to a file, by how its name ends.

    Parameters
    ----------
    rows
        ``actor, concept, agreement, statements, articles`` each.
    path
        A ``.csv`` or ``.graphml`` file.

    Raises
    ------
    StudyError
        It ends otherwise.
    """
    ways = {".csv": as_csv, ".graphml": as_graphml}
    if path.suffix not in ways:
        raise StudyError(f"a network can't be written as '{path.name}'", do="end its name in .csv or .graphml")
    path.write_text(ways[path.suffix](Edge(**row) for row in rows), encoding="utf-8")
    return path
