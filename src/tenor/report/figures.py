"""Charts as they stand in a page: drawn in two widths, each with the specification that makes it answer."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tenor.report import charts
from tenor.report.sheet import FONT

if TYPE_CHECKING:
    from collections.abc import Callable

    import altair as alt

# Elements and names that a drawing must not hold; what stands in its words and quoted values is only text.
_ACTIVE = re.compile(r'<(?:script|foreignObject|image|a)\b|<(?:[^<>"]|"[^"]*")*?\sid=')
# What every mark repeats and nobody reads, and what is so by itself; the face of all words is said once, at the root.
_REPEATED = re.compile(
    rf' font-family="{re.escape(FONT)}"| class="(?:mark-|role-|background|foreground)[^"<>]*"| pointer-events="none"'
    r'| opacity="1"| stroke-width="1"| font-weight="normal"| stroke-miterlimit="10"| transform="translate\(0,0\)"'
    r'| fill-opacity="1"| x2="0"| y2="0"'
)
_NOTHING = re.compile(
    r'<path aria-hidden="true" d="(?:M0,0h0v0h0Z)?"(?: display="none")?/>|<g></g>|<g aria-hidden="true"></g>'
)
_LONG_NUMBER = re.compile(r"(?<=[ ,(\"MLCHVAQ-])(\d+\.\d{3,})(?=[ ,)\"MLCHVAQZ-])")
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart as it stands in the page: drawn, and as the specification that makes it answer; its height in pixels."""

    svg: str
    spec: str
    height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A chart in both widths with the table behind it."""

    key: str
    wide: Drawing
    narrow: Drawing


def both_widths(key: str, draw: Callable[[bool], alt.LayerChart], *, light: bool = False) -> Figure:
    """Return a chart in both widths.

    Parameters
    ----------
    key
        The id of the figure.
    draw
        Told whether it is for the narrow width.
    light
        Whether only the wide one is drawn beforehand: the narrow one is left to the script of the page.
    """
    return Figure(key=key, wide=drawing(draw(False)), narrow=drawing(draw(True), drawn=not light))


def drawing(chart: alt.LayerChart, *, drawn: bool = True) -> Drawing:
    """Return a chart drawn, and as its specification."""
    spec = charts.chart_spec(chart)
    svg = charts.chart_svg(spec) if drawn else ""
    if _ACTIVE.search(svg):
        raise ValueError("a drawn chart holds an element that it must not hold")
    text = json.dumps(spec, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    padding = spec["padding"]
    # Vega escapes all text in its SVG; in JSON only "<" could end the script element.
    return Drawing(
        svg=slim(svg),
        spec=text.replace("<", "\\u003c"),
        height=round(spec["height"] + padding["top"] + padding["bottom"]),
    )


def slim(svg: str) -> str:
    """Return a drawing without what its marks repeat, and with numbers no finer than a hundredth of a pixel.

    Examples
    --------
    >>> thin = slim('<svg class="marks"><g class="mark-rule" transform="translate(1.23456,0.5)"><g></g></g></svg>')
    >>> thin.split(FONT)
    ['<svg font-family="', '" class="marks"><g transform="translate(1.23,0.5)"></g></svg>']
    """
    thin = _TAG.sub(lambda tag: _LONG_NUMBER.sub(_shorter, _REPEATED.sub("", tag[0])), svg)
    for _ in range(3):  # what held nothing else is empty now
        thin = _NOTHING.sub("", thin)
    return thin.replace("<svg ", f'<svg font-family="{FONT}" ', 1)


def _shorter(number: re.Match[str]) -> str:
    return f"{float(number[1]):.2f}".rstrip("0").rstrip(".")
