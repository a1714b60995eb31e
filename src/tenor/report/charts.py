"""The charts of the pages, each designed for a wide and for a narrow page, and their way out of Altair.

Colours are CSS variables, which Vega's SVG passes through: one drawing serves light and dark pages.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from tenor.report.dots import outlet_dots
from tenor.report.first import had_it_first
from tenor.report.forest import forest
from tenor.report.heatmap import heat_map
from tenor.report.levels import round_levels
from tenor.report.outletmap import outlet_map
from tenor.report.palette import PALETTE
from tenor.report.placebo import placebo_strip
from tenor.report.sheet import paint
from tenor.report.slope import slope
from tenor.report.strip import specification_strip
from tenor.report.timeline import timeline

__all__ = ["chart_png", "chart_spec", "chart_svg", "forest", "had_it_first", "heat_map", "outlet_dots", "outlet_map",
           "placebo_strip", "round_levels", "slope", "specification_strip", "timeline"]  # fmt: skip

VL_VERSION = "6.4"


def chart_spec(chart: alt.LayerChart) -> dict[str, Any]:
    """Return the Vega-Lite specification of a chart, however many rows it holds."""
    with alt.data_transformers.enable("default", max_rows=None, consolidate_datasets=False):
        spec: dict[str, Any] = chart.to_dict(validate=False)  # its parts were checked when they were made
    return spec


def chart_svg(spec: dict[str, Any]) -> str:
    """Return a chart as SVG with CSS variables for its colours."""
    svg: str = vl_convert.vegalite_to_svg(spec, vl_version=VL_VERSION)
    return svg


def chart_png(chart: alt.LayerChart, path: Path, dark: bool = False) -> None:
    """Save a chart as PNG with real colours and a background."""
    text = json.dumps({**chart_spec(chart), "background": paint("paper")})
    for name, colours in PALETTE.items():
        text = text.replace(paint(name), colours[dark])
    image = vl_convert.vegalite_to_png(json.loads(text), vl_version=VL_VERSION, scale=2)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".tenor-") as near:
        draft = Path(near) / path.name
        draft.write_bytes(image)
        draft.replace(path)
