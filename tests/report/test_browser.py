"""The page in a real browser, offline: nothing overlaps, nothing is fetched, nothing fails, every chart answers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tenor.report.page import write_report
from tenor.study import Study

Scheme = Literal["light", "dark"]
SIGHTS: list[tuple[int, Scheme]] = list(product((390, 1280), ("light", "dark")))
NARROW, WIDE = 390, 1280

# Pairs of labels in one drawn chart that lie on each other, and labels that leave their chart.
LABELS = """
svgs => svgs.filter(svg => svg.getClientRects().length).flatMap(svg => {
  const frame = svg.getBoundingClientRect();
  const boxes = Array.from(svg.querySelectorAll("text"))
    .filter(text => text.textContent.trim())
    .map(text => ({text: text.textContent, box: text.getBoundingClientRect()}));
  const wrong = boxes
    .filter(({box}) => box.left < frame.left - 2 || box.right > frame.right + 2
      || box.top < frame.top - 2 || box.bottom > frame.bottom + 2)
    .map(({text}) => `outside: ${text}`);
  boxes.forEach((a, i) => boxes.slice(i + 1).forEach(b => {
    const across = Math.min(a.box.right, b.box.right) - Math.max(a.box.left, b.box.left);
    const down = Math.min(a.box.bottom, b.box.bottom) - Math.max(a.box.top, b.box.top);
    if (across > 1.5 && down > 1.5) wrong.push(`${a.text} / ${b.text}`);
  }));
  return wrong;
})
"""


@dataclass
class Seen:
    """A page with what it said and what it asked for."""

    page: Page
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def enliven(self) -> int:
        """Scroll to every chart, wait until it answers, and return how many there are."""
        figures = self.page.locator("figure.chart")
        for index in range(figures.count()):
            figures.nth(index).scroll_into_view_if_needed()
            self.page.locator("figure.chart[data-ready=true]").nth(index).wait_for()
        return figures.count()

    def wrong_labels(self) -> list[str]:
        """Return labels that lie on each other or leave their chart."""
        return self.page.eval_on_selector_all("figure.chart svg", LABELS)  # type: ignore[no-any-return]

    def width(self) -> int:
        """Return how wide the page is."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


@contextmanager
def opened(browser: Browser, path: Path, width: int, **options: Any) -> Iterator[Seen]:
    """Open a page offline."""
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, **options)
    seen = Seen(context.new_page())
    seen.page.on("console", lambda message: seen.console.append(message.text))
    seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
    seen.page.on("dialog", lambda dialog: seen.console.append(f"dialog: {dialog.message}"))
    # The library is unpacked into the page's own memory, which is no request to anybody.
    seen.page.on("request", lambda asked: None if asked.url.startswith("blob:") else seen.requests.append(asked.url))
    seen.page.goto(path.as_uri())
    try:
        yield seen
    finally:
        context.close()


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
@pytest.mark.parametrize("name", ["report", "crowded"])
def test_the_page_is_sound(
    name: str, width: int, scheme: Scheme, browser: Browser, request: pytest.FixtureRequest
) -> None:
    path: Path = request.getfixturevalue(name)
    with opened(browser, path, width, color_scheme=scheme) as seen:
        assert seen.wrong_labels() == []  # as drawn beforehand
        assert seen.width() <= width
        assert seen.enliven() >= 4
        assert seen.wrong_labels() == []  # as drawn by the browser
        assert seen.width() <= width
        assert seen.console == []
        assert seen.requests == [path.as_uri()]


@pytest.mark.parametrize("name", ["debates", "hurricanes"])
def test_real_figures_make_a_sound_page(
    name: str, browser: Browser, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    study: Study = request.getfixturevalue(name)
    path = write_report(study.audit(), tmp_path / "out")
    for width in (NARROW, WIDE):
        with opened(browser, path, width) as seen:
            assert seen.enliven() >= 1
            assert seen.wrong_labels() == []
            assert seen.width() <= width
            assert seen.console == []


@pytest.mark.parametrize("width", [NARROW, WIDE])
def test_without_scripts_the_page_can_be_read(browser: Browser, report: Path, width: int) -> None:
    with opened(browser, report, width, java_script_enabled=False) as seen:
        text = seen.page.locator("body").inner_text()
        assert "The last debate got about half the clips of the first two." in text
        assert "О третьем раунде писали" in text
        shown = [svg for svg in seen.page.locator("figure.chart svg").all() if svg.is_visible()]
        assert len(shown) == seen.page.locator("figure.chart").count() == 6
        assert all((svg.bounding_box() or {"height": 0})["height"] > 100 for svg in shown)


def test_the_narrow_chart_is_shown_on_a_narrow_screen_and_changes_with_it(browser: Browser, report: Path) -> None:
    with opened(browser, report, NARROW) as seen:
        seen.enliven()
        assert seen.page.locator("figure .narrow svg").first.is_visible()
        assert not seen.page.locator("figure .wide svg").first.is_visible()
        seen.page.set_viewport_size({"width": WIDE, "height": 900})
        seen.enliven()
        assert seen.page.locator("figure .wide svg").first.is_visible()
        assert seen.page.locator("figure .wide .vega-embed svg").count() == 6
        assert seen.console == []


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
def test_days_are_the_same_in_every_time_zone(browser: Browser, report: Path, zone: str) -> None:
    labels = "svg => Array.from(svg.querySelectorAll('text')).map(text => text.textContent)"
    with opened(browser, report, WIDE, timezone_id=zone, locale="ru-RU") as seen:
        before = seen.page.eval_on_selector("#t1 .wide svg", labels)
        seen.enliven()
        assert seen.page.eval_on_selector("#t1 .wide svg", labels) == before
        assert "Oct 2020" in before


def test_a_point_answers_the_pointer(browser: Browser, report: Path) -> None:
    with opened(browser, report, WIDE) as seen:
        seen.enliven()
        seen.page.locator("#t1 .wide [aria-label='2020-11-02 to 2020-11-08: not observed']").hover()
        tip = seen.page.locator("#vg-tooltip-element")
        tip.wait_for(state="visible")
        assert "not observed" in tip.inner_text()
        assert "2020-11-02" in tip.inner_text()


def test_colours_follow_the_scheme(browser: Browser, report: Path) -> None:
    colours = []
    for scheme in ("light", "dark"):
        with opened(browser, report, WIDE, color_scheme=scheme) as seen:
            colour = "getComputedStyle(document.querySelector('#t1 .wide svg text')).fill"
            before = seen.page.evaluate(colour)
            seen.enliven()
            assert seen.page.evaluate(colour) == before
            colours.append(before)
    assert colours[0] != colours[1]


def test_a_foreign_script_does_not_run(browser: Browser, report: Path, tmp_path: Path) -> None:
    html = report.read_text(encoding="utf-8")
    changed = tmp_path / "changed.html"
    changed.write_text(html.replace("</h1>", "</h1><script>window.ran = true</script>", 1), encoding="utf-8")
    with opened(browser, changed, WIDE) as seen:
        assert seen.page.evaluate("window.ran") is None
        assert any("Content Security Policy" in line for line in seen.console)


def test_a_chart_that_fails_says_so_and_leaves_the_drawing(browser: Browser, report: Path, tmp_path: Path) -> None:
    html = report.read_text(encoding="utf-8")
    changed = tmp_path / "changed.html"
    start = html.index('id="c1f1s-spec">') + len('id="c1f1s-spec">')
    changed.write_text(f"{html[:start]}not packed{html[start:]}", encoding="utf-8")
    with opened(browser, changed, WIDE) as seen:
        seen.page.locator("#c1f1s").scroll_into_view_if_needed()
        seen.page.locator("#c1f1p").scroll_into_view_if_needed()
        seen.page.locator("#c1f1p[data-ready=true]").wait_for()
        assert any("Error" in line for line in seen.console)
        assert seen.page.locator("#c1f1s .wide svg").is_visible()
        assert seen.page.locator("#c1f1s").get_attribute("data-ready") is None


def test_the_check_for_labels_finds_labels_on_each_other(browser: Browser, report: Path) -> None:
    with opened(browser, report, WIDE) as seen:
        seen.page.evaluate(
            """() => { const [a, b] = document.querySelectorAll("#t1 .wide svg text");
            b.setAttribute("transform", a.getAttribute("transform")); }"""
        )
        assert len(seen.wrong_labels()) >= 1
