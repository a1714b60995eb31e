"""All hypotheses at once: how far each effect goes the claimed way, measured in its own margin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import altair as alt

from tenor.report import words
from tenor.report.catalogue import Catalogue, catalogue
from tenor.report.sheet import (
    NARROW_TOTAL,
    WIDE_TOTAL,
    Datum,
    EffectAxis,
    Frame,
    Ink,
    Look,
    Sheet,
    data_chart,
    down,
    head,
    paint,
    point_mark,
    text_width,
    upright,
    whole,
    wrapped,
)
from tenor.report.verdicts import BADGES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenor.model import Word
    from tenor.results import Audit, Finding

REACH = 6.0
"""Effects farther than so many margins stand at the end of the scale."""
LINE, PAD = 15.0, 9.0
NONE = Look(shape="rule", stroke="ink")
MARGIN = Look(shape="dash", stroke="orange")
NAME = Ink(size=11.5, bold=True, colour="ink")
WORDS = Ink(size=11.5, colour="soft")
FIGURE = Ink(size=11.5, colour="ink", align="right")
# The shapes are those of the verdicts on the page, as near as point marks come to them.
LOOKS: dict[Word, Look] = {
    "supported": Look(shape="circle", fill="green", stroke="paper", size=130),
    "right direction, size not established": Look(shape="triangle-right", fill="sky", stroke="paper", size=120),
    "opposite direction found": Look(shape="triangle-left", fill="orange", stroke="paper", size=120),
    "no meaningful difference": Look(shape="square", fill="blue", stroke="paper", size=100),
    "depends on how it is counted": Look(shape="diamond", fill="purple", stroke="paper", size=130),
    "inconclusive": Look(shape="circle", fill="paper", stroke="ochre", size=90),
    "not validated": Look(shape="square", fill="paper", stroke="soft", size=80),
    "not testable": Look(shape="cross", fill="ghost", stroke="paper", size=80),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A hypothesis: its effect in margins, positive the claimed way, and what it says in its own unit."""

    name: str
    lines: list[str]
    word: Word
    value: float | None
    low: float | None
    high: float | None
    figure: str
    both: bool


def forest(audit: Audit, *, narrow: bool, say: Catalogue | None = None) -> alt.LayerChart:
    """Return a row a hypothesis: effect and interval in units of its own margin, with the shape of its verdict.

    0 is no difference and 1 the margin fixed beforehand, towards what is claimed; where sameness is claimed, or only
    that there is a difference, a larger value points right and the margins stand on both sides. Ratios are measured
    by their logarithm.
    """
    say = say or catalogue("en")
    findings = [finding for verdict in audit.verdicts for finding in verdict.findings]
    if not findings:
        raise ValueError("no hypothesis to draw")
    total = NARROW_TOTAL if narrow else WIDE_TOTAL
    left = 10.0 if narrow else 300.0
    rows = [_row(finding, (total if narrow else left - 20, narrow), say) for finding in findings]
    right = 10.0 if narrow else 14 + max(text_width(row.figure, FIGURE) for row in rows)
    scale = _scale(rows, total - left - right, grid=not narrow)
    middles, height = _stacked(rows, narrow=narrow)
    title, lines, keys = _head(audit, rows, say)
    sheet, top = head(title, lines, keys, width=total)
    frame = Frame(width=scale.width, height=height, left=left, right=right, bottom=30, top=top + 10)
    around = Sheet()
    around.add(sheet, -left, -frame.top)
    for row, middle in zip(rows, middles, strict=True):
        _write(around, row, middle, frame, narrow=narrow)
    return whole(_data(rows, middles, scale, frame, (narrow, say)), around, frame, f"{title}. {lines[0]}")


def in_margins(finding: Finding, value: float | None) -> float | None:
    """Return an effect in units of the margin, positive the claimed way; None where that can't be said.

    Examples
    --------
    >>> math.log(0.5) / math.log(0.8) > 3  # half as much is more than three times "at least 20 % fewer"
    True
    """
    margin, relation = finding.hypothesis.margin, finding.hypothesis.relation
    if value is None:
        return None
    if margin.unit == "ratio":
        if value <= 0 or margin.size in (0, 1) or margin.size < 0:
            return None
        parts = math.log(value) / abs(math.log(margin.size))
    else:
        size = margin.size / 100 if margin.unit == "points" else margin.size
        if not size:
            return None
        parts = value / abs(size)
    return -parts if relation == "less" else parts


def _row(finding: Finding, room: tuple[float, bool], say: Catalogue) -> _Row:
    found = finding.estimate
    value = in_margins(finding, found.value if found else None)
    ends = [in_margins(finding, end) for end in ((found.low, found.high) if found else (None, None))]
    low, high = reversed(ends) if finding.hypothesis.relation == "less" else ends
    known = finding.reading or finding.hypothesis.measure
    about = words.seen(finding.behind.what if finding.behind else known)
    lines = wrapped(words.capital(say.term(about)), room[0], WORDS)
    most = 2
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1].rstrip()}…"]
    return _Row(
        name=words.seen(f"{finding.hypothesis.id}  {words.capital(say(f'word {finding.word}'))}"),
        lines=lines,
        word=finding.word,
        value=value,
        low=low,
        high=high,
        figure=_figure(finding, say),
        both=finding.hypothesis.relation in {"differs", "equivalent"},
    )


def _figure(finding: Finding, say: Catalogue) -> str:
    found, unit = finding.estimate, finding.hypothesis.margin.unit
    if found is None:
        return words.NOTHING
    if unit == "ratio":
        return f"{words.ratio(found.value)} {words.span(found.low, found.high)}".strip()
    both = "" if found.low is None or found.high is None else _between(found.low, found.high, unit == "points")
    return f"{words.apart(found.value, unit, say)} {both}".strip()


def _between(low: float, high: float, points: bool) -> str:
    ends = (words.number(round(end * (100 if points else 1), 2)) for end in (low, high))
    return f"({' … '.join(ends)})"


def _scale(rows: list[_Row], width: float, *, grid: bool) -> EffectAxis:
    values = [value for row in rows for value in (row.value, row.low, row.high) if value is not None]
    low, high = max(min([-1.0, *values]), -REACH), min(max([1.0, *values]), REACH)
    pad = 0.05 * (high - low)
    return EffectAxis(kind="difference", low=low - pad, high=high + pad, width=width, grid=grid)


def _stacked(rows: list[_Row], *, narrow: bool) -> tuple[list[float], float]:
    """Return the middle of each row's mark, and the height of all."""
    middles, y = [], 0.0
    for row in rows:
        tall = LINE * (1 + len(row.lines) + narrow)
        middles.append(y + PAD + (tall + 12 if narrow else tall / 2))
        y += tall + 2 * PAD + (16 if narrow else 0)
    return middles, y


def _head(audit: Audit, rows: list[_Row], say: Catalogue) -> tuple[str, list[str], list[tuple[Look, str]]]:
    levels = {finding.hypothesis.population for verdict in audit.verdicts for finding in verdict.findings}
    note = say(
        "forest.note",
        say.sized("n", len(rows), "hypothesis"),
        say.listed([say.term(name) for name in sorted(levels)]),
    )
    used = {row.word for row in rows}
    keys = [(LOOKS[word], words.capital(say(f"word {word}"))) for word in BADGES if word in used]
    keys.append((Look(shape="dash", stroke="orange"), say("forest.margin")))
    return say("forest.title"), [note], keys


def _write(sheet: Sheet, row: _Row, middle: float, frame: Frame, *, narrow: bool) -> None:
    tall = LINE * (1 + len(row.lines) + narrow)
    y = middle - 12 - tall + LINE / 2 if narrow else middle - tall / 2 + LINE / 2
    sheet.text(row.name, -frame.left, y, NAME)
    for number, line in enumerate(row.lines, 1):
        sheet.text(line, -frame.left, y + LINE * number, WORDS)
    if narrow:
        sheet.text(row.figure, -frame.left, y + LINE * (1 + len(row.lines)), Ink(size=11.5, colour="ink"))
        edge = middle + PAD + 12
    else:
        sheet.text(row.figure, frame.width + frame.right, middle, FIGURE)
        edge = middle + tall / 2 + PAD
    sheet.rule((-frame.left, edge), (frame.width + frame.right, edge), "line")


def _data(
    rows: list[_Row], middles: list[float], scale: EffectAxis, frame: Frame, about: tuple[bool, Catalogue]
) -> list[alt.Chart]:
    narrow, say = about
    y = down(frame.height)
    spans = [(m - 9, m + 9) for m in middles] if narrow else [(0.0, frame.height)]
    layers = [upright(scale, 0.0, spans, NONE), upright(scale, 1.0, spans, MARGIN)]
    if any(row.both for row in rows):
        own = [(m - 9, m + 9) for m, row in zip(middles, rows, strict=True) if row.both]
        layers.append(upright(scale, -1.0, own, MARGIN))
    data = [_datum(row, middle, scale, say) for row, middle in zip(rows, middles, strict=True)]
    layers += _bars(data, scale, y)
    for word, look in LOOKS.items():
        mine = [item for item in data if item["word"] == word and item["value"] is not None]
        if mine:
            layers.append(point_mark(data_chart(mine), look).encode(x=scale.encoding("value"), y=y))
    hits = data_chart(data).mark_rect(fill="transparent")
    tips = [alt.Tooltip("name:N", title=say("hypothesis")), alt.Tooltip("figure:N", title=say("effect"))]
    edges = {"x": alt.value(0), "x2": alt.value(frame.width)}
    return [*layers, hits.encode(y=alt.Y("y0:Q", axis=None), y2="y1:Q", description="said:N", tooltip=tips, **edges)]


def _bars(data: Iterable[Datum], scale: EffectAxis, y: alt.Y) -> list[alt.Chart]:
    """Return the intervals, with an arrow head where one goes on beyond the scale."""
    layers: list[alt.Chart] = []
    rows = [row for row in data if row["low"] is not None]
    for colour in sorted({str(row["colour"]) for row in rows}):
        mine = [row for row in rows if row["colour"] == colour]
        bar = data_chart(mine).mark_rule(stroke=paint(colour), strokeWidth=2, aria=False)
        layers.append(bar.encode(x=scale.encoding("low"), x2="high:Q", y=y))
        for end, edge, shape in (("low", scale.low, "triangle-left"), ("high", scale.high, "triangle-right")):
            beyond = [row for row in mine if row[end] == edge]
            if beyond:
                arrow = point_mark(data_chart(beyond), Look(shape=shape, fill=colour, size=40))
                layers.append(arrow.encode(x=scale.encoding(end), y=y))
    return layers


def _datum(row: _Row, middle: float, scale: EffectAxis, say: Catalogue) -> Datum:
    has = row.value is not None and (row.low is not None or row.high is not None)
    look = LOOKS[row.word]
    return {
        "y": middle,
        "y0": middle - 12,
        "y1": middle + 12,
        "value": None if row.value is None else scale.inside(row.value),
        "low": scale.inside(-math.inf if row.low is None else row.low) if has else None,
        "high": scale.inside(math.inf if row.high is None else row.high) if has else None,
        "word": row.word,
        "colour": (look.stroke if look.fill == "paper" else look.fill) or "ink",
        "name": row.name,
        "figure": row.figure,
        "said": say("forest.said", row.name, " ".join(row.lines), row.figure),
    }
