"""Charts: valid, honest about gaps and ends of scales, the same on every machine, saved with real colours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import altair as alt
import pytest

from tenor.model import Stretch
from tenor.report import charts
from tenor.report.sheet import EffectAxis, Ink, TimeAxis, flags, text_width, wrapped
from tenor.results import Audit
from tests.report import sample

AUDITS = {"sample": sample.audit, "crowded": sample.crowded}


def drawn(audit: Audit, *, narrow: bool) -> Iterator[alt.LayerChart]:
    """Yield every chart of an audit."""
    for finding in (finding for verdict in audit.verdicts for finding in verdict.findings):
        yield charts.specification_strip(finding, sample.RATE, narrow=narrow)
        if finding.placebo:
            yield charts.placebo_strip(finding.placebo, finding.hypothesis, sample.RATE, narrow=narrow)
    for series in audit.series:
        yield charts.timeline(series, narrow=narrow)


def rows_of(spec: dict[str, Any], field: str) -> list[dict[str, Any]]:
    """Return the data rows of the layers that hold a field."""
    if "layer" in spec:
        return [row for layer in spec["layer"] for row in rows_of(layer, field)] + rows_of(
            {key: value for key, value in spec.items() if key != "layer"}, field
        )
    return [row for row in spec.get("data", {}).get("values", []) if field in row]


def texts(svg: str) -> str:
    """Return the words of a drawn chart."""
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", svg))


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize("name", AUDITS)
def test_every_chart_is_valid_and_as_wide_as_designed(name: str, narrow: bool) -> None:
    for chart in drawn(AUDITS[name](), narrow=narrow):
        with alt.data_transformers.enable("default", max_rows=None):
            chart.to_dict(validate=True)
        spec = charts.chart_spec(chart)
        svg = charts.chart_svg(spec)
        assert float(re.findall(r'width="([\d.]+)"', svg)[0]) == pytest.approx(350 if narrow else 820)
        assert "NaN" not in svg
        assert "Infinity" not in svg
        assert spec["description"]


def test_titles_say_what_is_measured_on_how_much_and_for_whom() -> None:
    audit = sample.audit()
    finding = audit.verdicts[0].findings[0]
    assert finding.placebo
    strip, spread, line = (
        texts(charts.chart_svg(charts.chart_spec(chart))).replace("\N{NO-BREAK SPACE}", " ")
        for chart in drawn(replace(audit, verdicts=audit.verdicts[:1], series=audit.series[:1]), narrow=False)
    )
    for text in (strip, spread):
        assert "query “debate”" in text
        assert "Population: comparable events" in text
        assert "K = 23 comparison windows" in text
    assert "Bars: 95 % interval" in strip
    assert "n = 6 ways" in strip
    assert "n = 120 placements, 60 drawn" in spread
    assert "Clips per channel-week" in line
    assert "n = 30 weeks, 1 not observed; K = 8 comparison windows" in line


def test_a_week_without_figures_breaks_the_line_and_is_no_zero() -> None:
    rows = rows_of(charts.chart_spec(charts.timeline(sample.audit().series[0], narrow=False)), "said")
    weeks = {row["start"]: row for row in rows}
    gap, zero = weeks["2020-11-02T00:00:00Z"], weeks["2020-12-21T00:00:00Z"]
    assert (gap["value"], gap["what"]) == (None, "not observed")
    assert (zero["value"], zero["what"]) == (0.0, "0")
    before, after = weeks["2020-10-26T00:00:00Z"], weeks["2020-11-09T00:00:00Z"]
    assert before["run"] != after["run"]


def test_a_missing_row_breaks_the_line_too() -> None:
    series = sample.audit().series[0]
    holed = replace(series, points=series.points[:3] + series.points[5:8])
    rows = rows_of(charts.chart_spec(charts.timeline(holed, narrow=True)), "said")
    assert len({row["run"] for row in rows}) == 2


def test_an_empty_series_is_refused_with_its_name() -> None:
    with pytest.raises(ValueError, match=r"volume\.rate@1"):
        charts.timeline(replace(sample.audit().series[0], points=()), narrow=True)


def test_the_registered_way_and_uncounted_ways_differ_in_shape_and_colour() -> None:
    finding = sample.audit().verdicts[0].findings[0]
    spec = charts.chart_spec(charts.specification_strip(finding, sample.RATE, narrow=False))
    marks = [layer for layer in spec["layer"][1]["layer"] if layer["mark"]["type"] == "point"]
    looks = {
        layer["data"]["values"][0]["state"].split(":")[0]: (layer["mark"]["shape"], layer["mark"]["fill"])
        for layer in marks
    }
    assert looks == {
        "registered, agrees": ("diamond", "var(--orange)"),
        "agrees": ("circle", "var(--blue)"),
        "does not agree": ("square", "var(--ink)"),
        "not counted": ("circle", "transparent"),
    }


def test_effects_off_the_scale_become_arrows_not_points() -> None:
    finding = sample.crowded().verdicts[0].findings[1]
    spec = charts.chart_spec(charts.specification_strip(finding, sample.RATE, narrow=False))
    arrows = [row for layer in spec["layer"][1]["layer"] if str(layer["mark"].get("shape")).startswith("triangle")
              for row in layer["data"]["values"] if row["off"] != "no"]  # fmt: skip
    assert {row["found"].split(" ")[0] for row in arrows} >= {"below", "0.00", "900"}


def test_dots_stand_where_their_effect_is() -> None:
    scale = EffectAxis.ratios([0.5, 2.0], 300)
    assert scale.px(1) == pytest.approx(150)
    assert scale.at(scale.px(0.7)) == pytest.approx(0.7)
    assert scale.distance(0.5) == pytest.approx(scale.distance(2.0))
    assert 1 in scale.ticks()
    plain = EffectAxis.differences([-3, 7], 300)
    assert (plain.none, plain.distance(-3)) == (0, 3)
    assert 0 in plain.ticks()


def test_placements_as_far_out_are_marked() -> None:
    finding = sample.audit().verdicts[0].findings[0]
    assert finding.placebo
    placebo = replace(finding.placebo, observed=0.5, effects=(0.4, 0.5, 0.6, 1.0, 1.9, 2.0, 2.1))
    spec = charts.chart_spec(charts.placebo_strip(placebo, finding.hypothesis, sample.RATE, narrow=False))
    far = [row["said"] for row in rows_of(spec, "far") if row["far"] == "yes"]
    assert far == [f"one placement: {value} times" for value in ("0.40", "0.50", "2.00", "2.10")]


@pytest.mark.parametrize(("days", "pattern"), [(5, "%-d %b %Y"), (38, "%-d %b %Y"), (400, "%b %Y"), (5000, "%Y")])
@pytest.mark.parametrize("width", [300, 750])
def test_days_are_labelled_with_room_between(days: int, pattern: str, width: float) -> None:
    start = date(2019, 12, 29)
    axis = TimeAxis(start=start, stop=date.fromordinal(start.toordinal() + days), width=width)
    ticks, found = axis.ticks()
    assert ticks
    assert found == pattern
    places = [axis.px(tick) for tick in ticks]
    assert all(b - a > 35 for a, b in pairwise(places))


def test_flags_do_not_touch() -> None:
    hung = flags(["Vice-presidential debate", "Town halls", "Last debate"], [100, 110, 120], (0, 300), Ink())
    for index, flag in enumerate(hung):
        assert flag.low >= 0
        assert flag.high <= 300
        assert not any(flag.touches(other) for other in hung[index + 1 :])


def test_lines_are_no_wider_than_their_column() -> None:
    ink = Ink()
    text = "О третьем раунде писали скупо " * 4 + "Donaudampfschifffahrtsgesellschaftskapitän" * 3
    lines = wrapped(text, 120, ink)
    assert all(text_width(line, ink) <= 120 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("dark", [False, True])
def test_png_has_real_colours(tmp_path: Path, dark: bool) -> None:
    chart = charts.timeline(sample.audit().series[0], narrow=True)
    charts.chart_png(chart, tmp_path / "chart.png", dark=dark)
    charts.chart_png(chart, tmp_path / "other.png", dark=not dark)
    first, second = ((tmp_path / name).read_bytes() for name in ("chart.png", "other.png"))
    assert first.startswith(b"\x89PNG")
    assert first != second
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["chart.png", "other.png"]


def test_the_window_of_a_round_is_shaded_to_its_last_day() -> None:
    series = sample.audit().series[0]
    one = replace(series, rounds=(("all", Stretch(start=date(2020, 8, 3), stop=date(2021, 3, 1))),))
    rows = rows_of(charts.chart_spec(charts.timeline(one, narrow=False)), "x2")
    assert any(row["x"] == 0 and row["x2"] == pytest.approx(755) for row in rows)


def test_what_lies_before_or_after_the_figures_is_not_drawn() -> None:
    series = sample.audit().series[0]
    few = charts.chart_spec(charts.timeline(replace(series, points=series.points[8:10]), narrow=True))
    assert all(0 <= row["x"] <= row["x2"] <= 302 for row in rows_of(few["layer"][0], "x2") if row["y"] >= 0)
    assert "Town halls" not in texts(charts.chart_svg(few))
    assert "First debate" in texts(charts.chart_svg(few))
