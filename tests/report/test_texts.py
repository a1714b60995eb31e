"""A report of texts: what others wrote runs nowhere, breaks no layout, and its charts say what they should."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tenor.model import Margin
from tenor.report.catalogue import catalogue
from tenor.report.dots import _rows
from tenor.report.forest import in_margins
from tenor.report.form import Form
from tenor.report.page import write_report
from tenor.report.slope import APART, HEIGHT, _spread
from tests.report import sample, texts_sample
from tests.report.test_browser import NARROW, WIDE, opened
from tests.report.test_page import Reader


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page."""
    return write_report(texts_sample.audit(), tmp_path_factory.mktemp("texts"))


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_a_hostile_corpus_runs_nothing_and_breaks_no_layout(browser: Browser, path: Path, width: int) -> None:
    with opened(browser, path, width, color_scheme="dark") as seen:
        seen.page.evaluate("document.querySelectorAll('details').forEach(item => item.open = true)")
        assert seen.enliven() == 9  # all, two of dots, one of rounds, two of ways, moved, slope, first
        assert seen.wrong_labels() == []
        assert seen.width() <= width
        assert seen.console == []
        assert seen.requests == [path.as_uri()]


def test_text_of_others_is_text_in_every_form(path: Path) -> None:
    html = path.read_text(encoding="utf-8")
    reader = Reader(html)
    assert sample.HOSTILE_TAG not in html
    assert sample.OVERRIDE not in html
    assert len(html) < 1_200_000  # the title of a megabyte is cut
    links = [str(attributes["href"]) for tag, attributes in reader.tags if tag == "a"]
    assert "https://a.example/x" in links
    assert not [link for link in links if link.startswith("javascript:")]
    markdown = (path.parent / "report.md").read_text(encoding="utf-8")
    assert "<script>" not in markdown
    assert "](<javascript" not in markdown
    for file in (path.parent / "data").iterdir():
        for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8"), newline="")):
            assert not [cell for cell in row if cell.startswith(("=", "@", "+"))], file.name


def test_the_share_of_each_side_is_printed_and_marks_are_where_they_belong(path: Path) -> None:
    reader = Reader(path.read_text(encoding="utf-8"))
    text = reader.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "312 of 340 sentences lie below the level before (91.8 %): Last debate" in text
    assert "97 articles, 90 copy groups, 10 outlets, 220 codes" in text
    assert sum(tag == "mark" for tag, _ in reader.tags) == 16  # two that touch, in each of eight passages


def test_a_public_page_is_the_same_in_both_languages_but_for_its_words(tmp_path: Path) -> None:
    pages = [
        write_report(texts_sample.audit(), tmp_path / lang, Form(lang=lang, public=True)).read_text(encoding="utf-8")
        for lang in ("en", "ru")
    ]
    counts = [(page.count("<figure"), page.count("<mark>"), page.count("<table")) for page in pages]
    assert counts[0] == counts[1]
    assert "312 из 340 предложений" in pages[1].replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("relation", "unit", "size", "value", "expected"),
    [
        ("less", "ratio", 0.8, 0.8, 1.0), ("less", "ratio", 0.8, 0.64, 2.0), ("less", "ratio", 0.8, 1.25, -1.0),
        ("greater", "ratio", 1.25, 1.25, 1.0), ("less", "sd", 0.2, -0.5, 2.5), ("greater", "sd", 0.2, -0.5, -2.5),
        ("less", "points", 20, -0.3, 1.5), ("equivalent", "points", 10, -0.05, -0.5),
    ],
)  # fmt: skip
def test_effects_in_margins_by_hand(relation: str, unit: str, size: float, value: float, expected: float) -> None:
    finding = sample.audit().verdicts[0].findings[0]
    given = replace(finding.hypothesis, relation=relation, margin=Margin(size=size, words="", unit=unit))  # type: ignore[arg-type]
    found = in_margins(replace(finding, hypothesis=given), value)
    assert found is not None
    assert math.isclose(found, expected)


def test_what_has_no_place_in_margins_has_none() -> None:
    finding = sample.audit().verdicts[0].findings[0]
    assert in_margins(finding, None) is None
    assert in_margins(finding, 0.0) is None  # a ratio of nothing has no logarithm


def test_labels_at_the_end_of_lines_stand_apart_and_inside() -> None:
    places = sorted(_spread([0.0, 1.0, 2.0, HEIGHT - 1, HEIGHT, HEIGHT]))
    assert places[-1] <= HEIGHT
    assert all(later - earlier >= APART - 1e-9 for earlier, later in pairwise(places))


def test_what_is_compared_as_a_ratio_is_drawn_as_one() -> None:
    audit = texts_sample.audit()
    finding = audit.verdicts[0].findings[1]
    assert finding.estimate is not None
    ratio = replace(
        finding,
        hypothesis=replace(finding.hypothesis, margin=Margin(size=0.8, words="20 %", unit="ratio")),
        estimate=replace(finding.estimate, value=0.7, low=0.6, high=0.8),
    )
    rows = _rows(ratio, texts_sample.behind(share=True), catalogue("en"))
    # Before: 0.5 * 0.55 + 0.5 * 0.55 = 0.55, so 0.7 times it is 0.385.
    assert rows[0].before is not None
    assert rows[0].now is not None
    assert rows[0].ends is not None
    assert [round(value, 3) for value in (rows[0].before, rows[0].now, *rows[0].ends)] == [0.55, 0.385, 0.33, 0.44]
