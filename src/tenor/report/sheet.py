"""What surrounds the data of a chart, placed in pixels: titles, keys, labels, and the scales they need.

Everything is laid out here and nothing by the renderer, so that the same chart has the same bytes on every
machine whatever fonts it has, and labels can be kept apart.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import altair as alt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Style = TypeVar("Style")
Datum = dict[str, str | float | None]
Place = tuple[float, float]
Align = Literal["left", "center", "right"]

FONT = "Helvetica Neue, Helvetica, Arial, Liberation Sans, sans-serif"
NARROW_TOTAL, WIDE_TOTAL = 350, 820
AREAS = {"band", "hatch", "strip", "dash"}
# Ratios farther than this from 1 stand at the end of the scale.
REACH = 64
FLAG_STEP = 16.0
# The roundest first.
_ROUND_RATIOS = (
    *(1, 0.5, 2, 0.2, 5, 0.1, 10, 0.05, 20, 0.02, 50, 0.01, 100, 0.7, 1.5, 3, 0.3, 0.8, 1.2, 0.6, 1.4),
    *(0.9, 1.1, 0.4, 2.5, 4, 0.95, 1.05, 0.98, 1.02, 0.99, 1.01),
)


_WIDTHS = {
    **dict.fromkeys(" .,:;'|!ijlItf()[]/·’‘ıіїІЇ", 0.29),
    **dict.fromkeys('r-“”"г', 0.36),
    **dict.fromkeys("ckszvxyJсзухтç", 0.51),
    **dict.fromkeys("mwMW@%—…ЖШЩЮФМЫжшщюфмыд⟦⟧", 0.92),
}


def paint(name: str) -> str:
    """Return a colour of the palette as a CSS variable."""
    return f"var(--{name})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """How words are set."""

    size: float = 12
    bold: bool = False
    colour: str = "soft"
    align: Align = "left"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a mark is drawn: a point shape of Vega, or one of ``band``, ``hatch``, ``strip``, ``dash``."""

    shape: str
    fill: str | None = None
    stroke: str | None = None
    size: float = 60
    opacity: float = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The plot and the margins around it."""

    width: float
    height: float
    left: float
    top: float
    right: float
    bottom: float


def text_width(text: str, ink: Ink) -> float:
    """Return about how wide words are when set in an Arial-like face, rather too wide than too narrow."""
    return sum(_em(char) for char in text) * ink.size * (1.1 if ink.bold else 1.03)


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0
    width = _WIDTHS.get(char)
    if width is not None:
        return width
    if unicodedata.east_asian_width(char) in "WF":
        return 1
    return 0.7 if char.isupper() else 0.56


def wrapped(text: str, width: float, ink: Ink) -> list[str]:
    """Return the lines of a text; a word wider than the line is cut."""
    lines = [""]
    for word in re.split(r"[ \t\n]+", text.strip()):
        longer = f"{lines[-1]} {word}".strip()
        if text_width(longer, ink) <= width:
            lines[-1] = longer
            continue
        pieces = _cut(word, width, ink)
        lines = [*lines, *pieces] if lines[-1] else pieces
    return lines


def _cut(word: str, width: float, ink: Ink) -> list[str]:
    pieces = [""]
    for char in word:
        if pieces[-1] and text_width(pieces[-1] + char, ink) > width:
            pieces.append("")
        pieces[-1] += char
    return pieces


@dataclass(slots=True)
class Sheet:
    """Marks in pixels, counted from the upper left corner of the plot."""

    texts: dict[Ink, list[Datum]] = field(default_factory=dict)
    symbols: dict[Look, list[Datum]] = field(default_factory=dict)
    rules: dict[tuple[str, tuple[int, ...]], list[Datum]] = field(default_factory=dict)
    rects: dict[str, list[Datum]] = field(default_factory=dict)

    def text(self, words: str, x: float, y: float, ink: Ink) -> None:
        """Set words with their middle line at `y`."""
        if words:
            self.texts.setdefault(ink, []).append({"x": _px(x), "y": _px(y), "text": words})

    def symbol(self, x: float, y: float, look: Look) -> None:
        """Draw a point mark."""
        self.symbols.setdefault(look, []).append({"x": _px(x), "y": _px(y)})

    def rule(self, start: Place, stop: Place, colour: str, dash: tuple[int, ...] = ()) -> None:
        """Draw a straight line."""
        row: Datum = {"x": _px(start[0]), "y": _px(start[1]), "x2": _px(stop[0]), "y2": _px(stop[1])}
        self.rules.setdefault((colour, dash), []).append(row)

    def rect(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Fill a rectangle."""
        row: Datum = {"x": _px(x), "y": _px(y), "x2": _px(x + width), "y2": _px(y + height)}
        self.rects.setdefault(colour, []).append(row)

    def hatch(self, x: float, y: float, width: float, height: float) -> None:
        """Fill a rectangle with slanting lines."""
        for step in range(6, int(width + height), 7):
            low, high = max(0.0, step - height), min(width, float(step))
            self.rule((x + low, y + step - low), (x + high, y + step - high), "hatch")
        for edge in (x, x + width):
            self.rule((edge, y), (edge, y + height), "hatch")

    def mark(self, x: float, y: float, look: Look) -> None:
        """Draw the sample of a look that stands in a key."""
        if look.shape == "dash":
            self.rule((x, y), (x + 18, y), look.stroke or "ink", (4, 3))
        elif look.shape == "hatch":
            self.hatch(x, y - 6, 18, 12)
        elif look.shape in {"band", "strip"}:
            height = 12 if look.shape == "band" else 5
            self.rect(x, y - height / 2, 18, height, look.fill or "band")
        else:
            self.symbol(x + 6, y, look)

    def add(self, other: Sheet, dx: float, dy: float) -> None:
        """Take over the marks of another sheet, moved."""
        way = (dx, dy)
        _take(self.rects, other.rects, way)
        _take(self.rules, other.rules, way)
        _take(self.symbols, other.symbols, way)
        _take(self.texts, other.texts, way)

    def layers(self, frame: Frame) -> list[alt.Chart]:
        """Return the marks as layers with scales of their own."""
        x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, frame.width], nice=False, zero=False))
        y = down(frame.height)
        boxes = [
            data_chart(rows).mark_rect(fill=paint(colour), aria=False).encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
            for colour, rows in self.rects.items()
        ]
        lines = [
            data_chart(rows)
            .mark_rule(stroke=paint(colour), strokeDash=list(dash), aria=False)
            .encode(x=x, y=y, x2="x2:Q", y2="y2:Q")
            for (colour, dash), rows in self.rules.items()
        ]
        points = [point_mark(data_chart(rows), look).encode(x=x, y=y) for look, rows in self.symbols.items()]
        return [
            *boxes,
            *lines,
            *points,
            *(_text(rows, ink).encode(x=x, y=y) for ink, rows in self.texts.items()),
        ]


def _px(value: float) -> float:
    return round(value, 2)


def _take(mine: dict[Style, list[Datum]], theirs: dict[Style, list[Datum]], way: Place) -> None:
    for style, rows in theirs.items():
        mine.setdefault(style, []).extend({k: _moved(k, v, *way) for k, v in row.items()} for row in rows)


def _moved(name: str, value: str | float | None, dx: float, dy: float) -> str | float | None:
    if isinstance(value, float | int):
        return _px(value + (dx if name.startswith("x") else dy))
    return value


class _Rows(alt.InlineData):
    """Rows that Altair does not copy each time it copies the chart around them, which took most of the time."""

    def __deepcopy__(self, memo: object) -> _Rows:
        return self


def data_chart(rows: list[Datum]) -> alt.Chart:
    """Return a chart of some rows, without marks."""
    return alt.Chart(_Rows(values=list[Any](rows)))


def _text(rows: list[Datum], ink: Ink) -> alt.Chart:
    marked: alt.Chart = data_chart(rows).mark_text(
        align=ink.align,
        baseline="middle",
        fontSize=ink.size,
        font=FONT,
        aria=False,
        fontWeight="bold" if ink.bold else "normal",
        fill=paint(ink.colour),
    )
    return marked.encode(text="text:N")


def point_mark(chart: alt.Chart, look: Look, *, aria: bool = False) -> alt.Chart:
    """Return a chart with point marks of a look."""
    marked: alt.Chart = chart.mark_point(
        shape=look.shape,
        size=look.size,
        opacity=look.opacity,
        strokeWidth=1.5,
        aria=aria,
        fill=paint(look.fill) if look.fill else "transparent",
        stroke=paint(look.stroke) if look.stroke else None,
    )
    return marked


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A label beside a pole that stands on its round."""

    text: str
    pole: float
    low: float
    high: float
    lane: int

    def hang(self, sheet: Sheet, ink: Ink, colour: str) -> None:
        """Draw the flag over the plot."""
        y = -10 - FLAG_STEP * self.lane
        sheet.text(self.text, self.low, y, ink)
        sheet.rule((self.pole, y - 6), (self.pole, 0), colour)

    def touches(self, other: Flag) -> bool:
        """Return whether a label lies on the other's label or on a pole."""
        if self.lane == other.lane and self.low < other.high + 6 and other.low < self.high + 6:
            return True
        return self._on_pole(other) or other._on_pole(self)

    def _on_pole(self, other: Flag) -> bool:
        return self.lane <= other.lane and self.low - 3 < other.pole < self.high + 3


def flags(names: list[str], poles: list[float], ends: Place, ink: Ink) -> list[Flag]:
    """Return a flag for each pole, as low as it can hang without touching another."""
    placed: list[Flag] = []
    for name, pole in sorted(zip(names, poles, strict=True), key=lambda pair: -pair[1]):
        waiting = [other for other in poles if other < pole]
        ways = _hangings((name, pole), ink, len(names) + len(placed))
        placed.append(next(flag for flag in ways if _fits(flag, placed, waiting, ends)))
    return placed


def _hangings(named: tuple[str, float], ink: Ink, top: int) -> Iterator[Flag]:
    """Yield the ways to hang a flag: low before high, right before left; the last is high above all."""
    name, pole = named
    wide = text_width(name, ink)
    for lane in range(top):
        for low in (pole + 4, pole - 4 - wide):
            yield Flag(text=name, pole=pole, low=low, high=low + wide, lane=lane)
    yield Flag(text=name, pole=pole, low=pole + 4, high=math.inf, lane=top)


def _fits(flag: Flag, placed: list[Flag], waiting: list[float], ends: Place) -> bool:
    if flag.high == math.inf:
        return True
    # A pole that still waits for its flag and is covered by this one needs a lane below.
    covered = sum(flag.low - 3 < other < flag.high + 3 for other in waiting)
    inside = ends[0] <= flag.low and flag.high <= ends[1]
    return inside and flag.lane >= covered and not any(map(flag.touches, placed))


def head(title: str, lines: list[str], keys: list[tuple[Look, str]], width: float) -> tuple[Sheet, float]:
    """Return title, explanation and key of a chart, set from the top down, and their height."""
    sheet, y = Sheet(), 9.0
    strong, plain = Ink(size=15, bold=True, colour="ink"), Ink(size=12)
    for words, ink, lead in ((title, strong, 19), *((line, plain, 16) for line in lines)):
        for line in wrapped(words, width, ink):
            sheet.text(line, 0, y, ink)
            y += lead
        y += 3
    x, y, ink = 0.0, y + 4, Ink(size=11.5)
    for look, words in keys:
        swatch = 18 if look.shape in AREAS else 12
        wide = swatch + 6 + text_width(words, ink)
        if x and x + wide > width:
            x, y = 0.0, y + 18
        sheet.mark(x, y, look)
        sheet.text(words, x + swatch + 6, y, ink)
        x += wide + 18
    return sheet, y + (14 if keys else -6)


def whole(data: list[alt.Chart], sheet: Sheet, frame: Frame, description: str) -> alt.LayerChart:
    """Return one chart from its data and what surrounds it."""
    axis = alt.AxisConfig(
        gridColor=paint("line"),
        domainColor=paint("ghost"),
        tickColor=paint("ghost"),
        labelFont=FONT,
        labelColor=paint("soft"),
        labelFontSize=11,
        labelPadding=5,
        domain=False,
        aria=False,
    )
    return alt.LayerChart(
        layer=[alt.LayerChart(layer=sheet.layers(frame)), alt.LayerChart(layer=data)],
        resolve=alt.Resolve(scale=alt.ScaleResolveMap(x="independent", y="independent")),
        width=frame.width,
        height=frame.height,
        autosize=alt.AutoSizeParams(type="none"),
        background="transparent",
        description=description,
        padding={"left": frame.left, "top": frame.top, "right": frame.right, "bottom": frame.bottom},
        config=alt.Config(axis=axis, view=alt.ViewConfig(stroke=None)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectAxis:
    """A scale of effects: ratios, where the same percentage has the same length, or differences.

    A ratio is drawn on a logarithmic scale around 1, a difference on a plain one around 0.
    """

    kind: Literal["ratio", "difference"]
    low: float
    high: float
    width: float
    grid: bool = True
    percent: bool = False

    @classmethod
    def shares(cls, values: Iterable[float], width: float) -> EffectAxis:
        """Return the scale that holds 0 and all shares, or differences of shares, read as percentages."""
        return replace(cls.differences(values, width), percent=True)

    @classmethod
    def ratios(cls, values: Iterable[float], width: float) -> EffectAxis:
        """Return the scale that holds 1 and all ratios up to `REACH` times away from it."""
        logs = [0.0, *(math.log(v) for v in values if v > 0 and math.isfinite(v))]
        limit = math.log(REACH)
        low, high = max(min(logs), -limit), min(max(logs), limit)
        pad = max(0.06 * (high - low), 0.03)
        return cls(kind="ratio", low=math.exp(low - pad), high=math.exp(high + pad), width=width)

    @classmethod
    def differences(cls, values: Iterable[float], width: float) -> EffectAxis:
        """Return the scale that holds 0 and all differences."""
        finite = [0.0, *(value for value in values if math.isfinite(value))]
        pad = 0.06 * (max(finite) - min(finite)) or 1.0
        return cls(kind="difference", low=min(finite) - pad, high=max(finite) + pad, width=width)

    @property
    def none(self) -> float:
        """Return the effect that is no difference."""
        return 1.0 if self.kind == "ratio" else 0.0

    def px(self, value: float) -> float:
        """Return where an effect stands; one beyond an end stands at that end."""
        part = (self._length(self.inside(value)) - self._length(self.low)) / self._range
        return part * self.width

    def at(self, px: float) -> float:
        """Return the effect that stands at a place."""
        length = self._length(self.low) + min(max(px / self.width, 0.0), 1.0) * self._range
        return self.inside(math.exp(length) if self.kind == "ratio" else length)

    @property
    def _range(self) -> float:
        return self._length(self.high) - self._length(self.low)

    def _length(self, value: float) -> float:
        return math.log(value) if self.kind == "ratio" else value

    def inside(self, value: float) -> float:
        """Return the effect, or the end of the scale that it is beyond."""
        return min(max(value, self.low), self.high)

    def side(self, value: float) -> Literal["no", "below", "above"]:
        """Return whether an effect is off the scale, and on which side."""
        return "below" if value < self.low else "above" if value > self.high else "no"

    def distance(self, value: float) -> float:
        """Return how far an effect is from no difference."""
        if self.kind == "ratio" and value <= 0:
            return math.inf
        return abs(self._length(value) - self._length(self.none))

    def ticks(self, spacing: float = 46) -> list[float]:
        """Return round effects that stand far enough apart, no difference always among them."""
        if self.kind == "difference":
            return self._even_ticks(spacing)
        chosen: list[float] = []
        for value in _ROUND_RATIOS:
            near = (abs(self.px(value) - self.px(other)) < spacing for other in chosen)
            if self.low <= value <= self.high and not any(near):
                chosen.append(value)
        return sorted(chosen)

    def _even_ticks(self, spacing: float) -> list[float]:
        least = (self.high - self.low) * spacing / self.width
        power = 10 ** math.floor(math.log10(least))
        step = next(power * m for m in (1, 2, 5, 10) if power * m >= least)
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        ticks = (float(f"{n * step:.10g}") for n in range(first, last + 1))
        # The label of one at the very end would reach out of the chart.
        return [tick for tick in ticks if 10 <= self.px(tick) <= self.width - 10]

    def encoding(self, field_name: str) -> alt.X:
        """Return the scale and its axis for a field of effects."""
        ratio = self.kind == "ratio"
        plain = "format(datum.value * 100, ',.6~g') + ' %'" if self.percent else "format(datum.value, ',~g')"
        label = "format(datum.value, '~g') + '×'" if ratio else plain
        return alt.X(
            f"{field_name}:Q",
            scale=alt.Scale(
                type="log" if ratio else "linear",
                domain=[self.low, self.high],
                nice=False,
                zero=alt.Undefined if ratio else False,
            ),
            axis=alt.Axis(title=None, values=self.ticks(), labelExpr=label, tickSize=4, grid=self.grid),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAxis:
    """A scale of days, in UTC."""

    start: date
    stop: date
    width: float

    def px(self, day: date) -> float:
        """Return where a day begins."""
        return (day - self.start).days / max((self.stop - self.start).days, 1) * self.width

    def ticks(self) -> tuple[list[date], str]:
        """Return days to label and the format to label them in."""
        days = (self.stop - self.start).days
        for step in (1, 2, 7, 14):
            if days / step * 84 <= self.width:
                every = [self.start + timedelta(days=n) for n in range(0, days, step)]
                return self._with_room(every, 34), "%-d %b %Y"
        for months, room in ((1, 66), (2, 66), (3, 66), (6, 66), (12, 42), (24, 42), (60, 42), (120, 42), (240, 0)):
            if days / 30.44 / months * room <= self.width:
                break
        firsts = self._with_room(self._months(months), 27)
        return firsts or [self.start], "%b %Y" if months < 12 else "%Y"

    def _with_room(self, ticks: list[date], half: float) -> list[date]:
        """Return the days whose label, centred, does not reach over the right end."""
        return [day for day in ticks if self.px(day) <= self.width + 8 - half]

    def _months(self, step: int) -> list[date]:
        numbers = range(self.start.year * 12, self.stop.year * 12 + 12, step)
        firsts = (date(n // 12, n % 12 + 1, 1) for n in numbers)
        return [first for first in firsts if self.start <= first < self.stop]

    def encoding(self, field_name: str, *, stretch: bool = False) -> alt.X:
        """Return the scale and its axis for a field of ISO times.

        Where a mark has a second end, the scale must be left to the other layers: for second
        ends Vega-Lite reads the domain as text, not as times.
        """
        values, pattern = self.ticks()
        domain = alt.Undefined if stretch else [iso(self.start), iso(self.stop)]
        return alt.X(
            f"{field_name}:T",
            scale=alt.Scale(type="utc", domain=domain, nice=False),
            axis=alt.Axis(
                title=None,
                values=[iso(day) for day in values],
                format=pattern,
                grid=False,
                labelFlush=False,
                tickSize=4,
                offset=11,
                domain=True,
            ),
        )


def iso(day: date, hours: float = 0) -> str:
    """Return a moment in UTC as text that no browser reads in its own time zone."""
    moment = datetime.combine(day, time(), UTC) + timedelta(hours=hours)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def down(height: float) -> alt.Y:
    """Return a scale of pixels from the top of the plot."""
    return alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[height, 0], nice=False, zero=False))


def upright(scale: EffectAxis, value: float, spans: list[Place], look: Look) -> alt.Chart:
    """Return a rule at an effect, from the first to the second y of each span."""
    rows: list[Datum] = [{"effect": scale.inside(value), "y": low, "y2": high} for low, high in spans]
    rule: alt.Chart = data_chart(rows).mark_rule(
        stroke=paint(look.stroke or "ink"), strokeDash=[4, 3] if look.shape == "dash" else [], aria=False
    )
    return rule.encode(x=scale.encoding("effect"), y=alt.Y("y:Q", axis=None), y2="y2:Q")
