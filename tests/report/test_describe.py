"""The page of a description: all of it there, nothing in it that runs or fetches, a heat map that tells the truth."""

from __future__ import annotations

import base64
import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tenor.described import Description, Listing, Observed, Passage, Section
from tenor.model import Stretch
from tenor.report import charts, page
from tenor.report.describe import cut, description_html, write_description
from tenor.report.heatmap import QUIET, SILENT, by_outlet, fitted
from tenor.report.sheet import Ink, text_width
from tests.report import describe_sample as sample
from tests.report.test_browser import SIGHTS, Scheme, opened
from tests.report.test_charts import rows_of, texts
from tests.report.test_page import Reader

VOID = {"meta", "link", "br", "hr", "img", "input"}
NBSP = "\N{NO-BREAK SPACE}"
MADE: dict[str, Callable[[], Description]] = {
    "sample": sample.description,
    "crowded": sample.crowded,
    "least": sample.least,
    "empty": sample.empty,
}


class Balance(HTMLParser):
    """Whether every element that is opened is closed, in order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A path in a drawing closes itself."""

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> at {self.getpos()}")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The page of every description of the sample."""
    folder = tmp_path_factory.mktemp("describe")
    return {name: write_description(make(), folder / name) for name, make in MADE.items()}


@pytest.fixture(scope="module")
def html(pages: dict[str, Path]) -> str:
    return pages["sample"].read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reader(html: str) -> Reader:
    return Reader(html)


def only(**changes: Any) -> Description:
    """Return a description with one section."""
    section = Section(id="here", title="Here", sentences=())
    return replace(sample.empty(), articles=4, sections=(replace(section, **changes),))


def flow(outlet: str, *weeks: tuple[int, int]) -> tuple[Observed, ...]:
    """Return weeks of an outlet, each as (pieces, observed days)."""
    return tuple(
        Observed(outlet=outlet, stretch=sample.week(n), pieces=pieces, observed=observed, why="")
        for n, (pieces, observed) in enumerate(weeks)
    )


def saved(path: Path, name: str) -> list[list[str]]:
    """Return the rows of a table beside a page."""
    with (path.parent / "data" / f"describe-{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


# --- the page ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MADE)
def test_every_element_is_closed_and_every_id_is_there_once(name: str, pages: dict[str, Path]) -> None:
    text = pages[name].read_text(encoding="utf-8")
    balance = Balance(text)
    assert balance.wrong == []
    assert balance.open == []
    names = [attributes["id"] for _, attributes in Reader(text).tags if "id" in attributes]
    assert len(names) == len(set(names))


def test_the_balance_check_sees_what_is_not_closed() -> None:
    assert Balance("<p><b>x</p>").wrong


def test_parts_stand_in_order(reader: Reader) -> None:
    text = reader.text.replace(NBSP, " ")
    parts = ["Talks", "Three rounds of talks in İstanbul", "What is in these 32,108 articles, before any claim.",
             "In these 32,108 articles 61 %", "Languages: 3 rows", "12,871", "Records that were refused: no rows.",
             "Copies", "Pieces per observed day", "n = 32,108 articles, 12 outlets, 60 weeks",
             "The table behind this chart: 720 rows", "“The Daily Sample” has the same", "cue for r3: third round",
             "Words of the third round: 24 rows", "Names", "First uses", "Versions and inputs", "3f" * 32]  # fmt: skip
    place = 0
    for part in parts:
        assert part in text[place:], part
        place = text.index(part, place)


def test_a_passage_has_its_span_marked_and_its_source_named(html: str, reader: Reader) -> None:
    assert "for a <mark>third round of talks</mark> in Istanbul." in html
    assert "<mark>третий раунд переговоров</mark>" in html
    assert "<mark>ikinci tur görüşmeler</mark>" in html
    assert "<mark>סבב שלישי</mark>" in html
    assert "Reuters, 2024-08-21: Delegations meet again in Istanbul, example.org" in reader.text
    assert "undated" in reader.text


def test_another_process_elsewhere_makes_the_same_bytes(pages: dict[str, Path], tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from tenor.report.describe import write_description; "
        "from tests.report import describe_sample as s; "
        "write_description(s.description(), pathlib.Path(sys.argv[1]))"
    )
    root = Path(__file__).parents[2]
    paths = os.pathsep.join([str(root), str(root / "src")])
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONPATH": paths}
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, cwd=root, env=environment)
    home = pages["sample"].parent
    here = {p.relative_to(home): p.read_bytes() for p in home.rglob("*") if p.is_file()}
    there = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert here == there


def test_a_failure_leaves_the_earlier_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "describe.html").write_text("earlier", encoding="utf-8")

    def fail(*_: object) -> str:
        raise OSError("no room")

    monkeypatch.setattr(page, "environment", fail)
    with pytest.raises(OSError, match="no room"):
        write_description(sample.description(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["describe.html"]
    assert (tmp_path / "describe.html").read_text(encoding="utf-8") == "earlier"


def test_no_article_is_said_and_what_to_do(pages: dict[str, Path]) -> None:
    reader = Reader(pages["empty"].read_text(encoding="utf-8"))
    assert "There is no article in this study" in reader.text
    assert "tenor add" in reader.text
    assert "before any claim" not in reader.text
    assert not [tag for tag, _ in reader.tags if tag == "svg"]
    assert list((pages["empty"].parent / "data").iterdir()) == []


def test_one_outlet_on_one_day(pages: dict[str, Path]) -> None:
    text = Reader(pages["least"].read_text(encoding="utf-8")).text.replace(NBSP, " ")
    assert "What is in this one article, before any claim." in text
    assert "n = 1 article, 1 outlet, 1 day" in text
    assert saved(pages["least"], "outlet-periods")[1:] == [["Diken", "2024-08-21", "2024-08-21", "1", "1", "1", ""]]


# --- hostile text -----------------------------------------------------------------------------------


def test_text_of_others_is_never_markup(html: str, reader: Reader) -> None:
    assert len(reader.scripts) == 1
    assert "alert(" not in "".join(reader.scripts).replace("window.alert(", "")
    for text in (sample.HOSTILE_TAG, sample.HOSTILE_MARK):
        assert text not in html
        assert text in reader.text
    assert html.count("<mark>") == html.count("</mark>") == 6
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]


def test_bidi_overrides_are_shown_not_obeyed(html: str, reader: Reader) -> None:
    assert sample.OVERRIDE not in html
    assert "⟦U+202E⟧reversed" in reader.text


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)//https://a.org", " https://a.org", "//a.org/x",
     "ftp://a.org", "https://a.org/x y", 'https://a.org/"x', "https://", "http://[broken", "https://a.org/\u202eb",
     "https://a.org/\x00", "vbscript:x", "https://a.org/" + "x" * 3000],
)  # fmt: skip
def test_only_web_addresses_become_links(url: str) -> None:
    made = Reader(description_html(only(passages=(replace(sample.PASSAGES[0], url=url),))))
    links = [str(attributes["href"]) for tag, attributes in made.tags if tag == "a"]
    assert [link for link in links if not link.startswith(("data:text/csv", "data/", "#"))] == []


@pytest.mark.parametrize(
    ("url", "host"),
    [("https://bank.example@evil.example/a", "evil.example"), ("HTTP://Example.ORG:8080/x.", "example.org"),
     ("https://пример.example/а?б=1&в=2", "пример.example")],
)  # fmt: skip
def test_a_link_says_where_it_leads(url: str, host: str) -> None:
    made = Reader(description_html(only(passages=(replace(sample.PASSAGES[0], url=url),))))
    (link,) = [attributes for tag, attributes in made.tags if tag == "a" and attributes["href"] == url]
    assert link["rel"] == "noopener noreferrer nofollow"
    assert f"Delegations meet again in Istanbul, {host}" in made.text


def test_the_policy_names_exactly_our_script_and_nothing_is_fetched(reader: Reader) -> None:
    policy = next(str(a["content"]) for tag, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == page._policy(reader.scripts[0])
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    for tag, attributes in reader.tags:
        assert tag not in {"iframe", "object", "embed", "img", "base", "form"}
        assert "src" not in attributes
        assert tag != "link" or attributes["href"] == "data:,"


def test_a_million_letters_are_cut_with_an_ellipsis(pages: dict[str, Path]) -> None:
    text = pages["crowded"].read_text(encoding="utf-8")
    assert len(text) < 5_000_000
    assert max(len(run) for run in re.findall("Ж+", text)) == 799 - len("In these 9 articles is one title: “")
    assert f'<h1 dir="auto">{"Ж" * 299}…</h1>' in text
    assert f"<mark>{'Ж' * 599}…</mark>" in text
    assert f"<p>…{'Ж' * 299}<mark>" in text
    assert "z\u0301" not in text  # the letter and all that is stacked on it go together
    whole = (pages["crowded"].parent / "data" / "describe-titles.csv").read_text(encoding="utf-8")
    assert "Ж" * 1_000_000 in whole


def test_a_cut_does_not_part_a_letter_from_its_accents() -> None:
    assert cut("abc" + "e\u0301" * 10, 7) == "abce\u0301…"
    assert cut("x" * 300) == "x" * 300
    assert cut("x" * 301) == "x" * 299 + "…"


def test_long_tables_and_many_passages_are_shown_in_part_and_say_so(pages: dict[str, Path]) -> None:
    reader = Reader(pages["crowded"].read_text(encoding="utf-8"))
    text = reader.text.replace(NBSP, " ")
    assert "The first 1,000 rows of 5,000; all are in the file." in text
    assert "Many: 5,000 rows" in text
    assert len(saved(pages["crowded"], "many")) == 5001
    assert sum(tag == "blockquote" for tag, _ in reader.tags) == 100
    assert "21 more passages are not shown." in text
    assert "The first 1,000 rows of 24,000; all are in the file." in text
    assert len(saved(pages["crowded"], "outlet-periods")) == 24_001


# --- tables -----------------------------------------------------------------------------------------


def test_tables_are_saved_whole_and_never_as_formulas(pages: dict[str, Path], reader: Reader) -> None:
    assert saved(pages["sample"], "families") == [
        ["first publisher", "day", "outlets", "title"],
        ["Reuters", "2024-08-21", "9", "Delegations meet again in Istanbul"],
        [f"'{sample.HOSTILE_FORMULA}", "", "4", f"{sample.OVERRIDE}gnihton"],
    ]
    inside = {str(a["download"]): str(a["href"]) for tag, a in reader.tags if tag == "a" and "download" in a}
    names = {path.name for path in (pages["sample"].parent / "data").iterdir()}
    assert set(inside) == names - {"describe-refused.csv"}  # an empty table has nothing to download
    for name, address in inside.items():
        beside = (pages["sample"].parent / "data" / name).read_bytes()
        assert base64.b64decode(address.split(",", 1)[1]) == beside


def test_a_number_that_is_none_is_no_figure() -> None:
    nan = float("nan")
    listing = Listing(name="x", title="X", columns=("a", "b"), rows=((nan, 1.5), (None, 2.0)))
    made = Reader(description_html(only(listings=(listing,))))
    assert "nan" not in made.text.lower()
    address = next(str(a["href"]) for tag, a in made.tags if "download" in a)
    rows = list(csv.reader(io.StringIO(base64.b64decode(address.split(",", 1)[1]).decode())))
    assert rows == [["a", "b"], ["", "1.5"], ["", "2.0"]]


def test_short_tables_stand_open_and_long_ones_wait(reader: Reader) -> None:
    states = [(attributes.get("class"), "open" in attributes) for tag, attributes in reader.tags if tag == "details"]
    # outlets 12 rows, languages 3, copies 2, flows 720, words 24
    assert states == [(None, False), (None, True), (None, True), ("long", False), (None, False)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"listings": (Listing(name="../x", title="", columns=(), rows=()),)}, "can't be the name of a table"),
        ({"listings": (Listing(name="x", title="", columns=(), rows=()),) * 2}, "two tables .* 'x'"),
        ({"listings": (Listing(name="x", title="", columns=("a",), rows=((1, 2),)),)}, "has 2 cells for 1 columns"),
        ({"id": "a b"}, "can't be the name of a section"),
        ({"id": "versions"}, "two sections .* 'versions'"),
        ({"passages": (replace(sample.PASSAGES[0], stop=9999),)}, r"\[39:9999\] of a passage from d0 lies outside"),
        ({"passages": (replace(sample.PASSAGES[0], start=50, stop=49),)}, "lies outside its text"),
    ],
)
def test_what_can_not_be_shown_is_refused_before_anything_is_written(
    changes: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match=says):
        write_description(only(**changes), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_place_of_no_length_marks_nothing() -> None:
    passage = Passage(doc_id="x", outlet="", day=None, title="", text="abc", start=1, stop=1)
    made = description_html(only(passages=(passage,)))
    assert '<blockquote dir="auto"><p>abc</p></blockquote>' in made
    assert "no outlet" in made


# --- the heat map -----------------------------------------------------------------------------------


def test_the_usual_is_the_outlets_own_median_per_observed_day() -> None:
    big = flow("big", (70, 7), (70, 7), (140, 7), (0, 7), (30, 3), (0, 0), (34, 7))
    small = flow("small", (0, 7), (0, 7), (1, 7), (0, 7), (0, 7), (0, 0), (0, 7))
    rows = by_outlet((*small, *big))
    assert [row.outlet for row in rows] == ["big", "small"]
    # big: 10, 10, 20, 0, 10, 34/7 pieces a day: median 10; the week that was not observed does not count
    assert rows[0].usual == 10
    assert [rows[0].level(item) for item in rows[0].flows] == [
        "the usual or more", "the usual or more", "twice the usual or more", SILENT, "the usual or more", "",
        "under half the usual",
    ]  # fmt: skip
    # small: median 0, so the mean of 0, 0, 1/7, 0, 0, 0
    assert rows[1].usual == pytest.approx(1 / 42)
    assert [rows[1].level(item) for item in rows[1].flows][:3] == [QUIET, QUIET, "twice the usual or more"]


def test_a_gap_is_hatched_and_never_drawn_as_nothing() -> None:
    found = replace(sample.least(), articles=28, flows=flow("A", (7, 7), (0, 0), (7, 7), (3, 3), (11, 7)))
    spec = charts.chart_spec(charts.heat_map(found, narrow=False))
    cells = {row["when"]: row for row in rows_of(spec["layer"][1], "what")}
    assert cells["2023-09-11 to 2023-09-17"]["what"] == f"0{NBSP}pieces; 0 of 7{NBSP}days observed"
    assert (
        cells["2023-09-25 to 2023-10-01"]["what"] == f"3{NBSP}pieces, 1.00 times its usual; 3 of 7{NBSP}days observed"
    )
    fills = {row["when"]: layer["mark"]["fill"] for layer in spec["layer"][1]["layer"]
             for row in layer["data"]["values"] if "what" in row}  # fmt: skip
    assert fills["2023-09-11 to 2023-09-17"] == "transparent"
    assert set(fills.values()) == {"transparent", "var(--blue)"}
    full, part = cells["2023-09-04 to 2023-09-10"], cells["2023-09-25 to 2023-10-01"]
    assert part["y2"] - part["y"] == pytest.approx((full["y2"] - full["y"]) / 2)
    # 642 pixels for five weeks: the second is hatched from 128.4 to 256.8, the fourth in its lower half
    hatch = [row for layer in spec["layer"][0]["layer"] if layer["mark"].get("stroke") == "var(--hatch)"
             for row in layer["data"]["values"] if row["y"] >= 0 and row["x"] >= 0]  # fmt: skip
    upright = {(row["x"], row["y"], row["y2"]) for row in hatch if row["x"] == row["x2"]}
    assert upright == {(128.4, 1, 19), (256.8, 1, 19), (385.2, 10, 19), (513.6, 10, 19)}


@pytest.mark.parametrize("narrow", [True, False])
@pytest.mark.parametrize("name", ["sample", "crowded", "least"])
def test_the_chart_is_as_wide_as_designed(name: str, narrow: bool) -> None:
    svg = charts.chart_svg(charts.chart_spec(charts.heat_map(MADE[name](), narrow=narrow)))
    assert float(re.findall(r'width="([\d.]+)"', svg)[0]) == pytest.approx(350 if narrow else 820)
    assert "NaN" not in svg
    assert "Infinity" not in svg


def test_forty_outlets_are_drawn_and_the_others_counted() -> None:
    words = texts(charts.chart_svg(charts.chart_spec(charts.heat_map(sample.crowded(), narrow=False))))
    text = words.replace(NBSP, " ")
    assert "200 outlets, 120 weeks" in text
    assert "The 40 largest outlets are drawn; 160 smaller outlets are only in the table." in text
    assert "Rounds: 1 The 1. round of tal" in text
    assert len(re.findall(r"\b\d+\. (?:Gazete|Ж)", text)) == 40


def test_articles_without_a_day_are_told_from_those_drawn() -> None:
    svg = charts.chart_svg(charts.chart_spec(charts.heat_map(replace(sample.least(), articles=3), narrow=False)))
    assert "n = 1 of 3 articles" in texts(svg).replace(NBSP, " ")


def test_rounds_stand_on_their_days() -> None:
    spec = charts.chart_spec(charts.heat_map(sample.description(), narrow=False))
    edges = [row["at"][:10] for row in rows_of(spec["layer"][1], "at") if "y2" in row]
    # one day before to nine days after, both included: the second edge is the day after
    assert edges == ["2023-11-14", "2023-11-25", "2024-04-09", "2024-04-20", "2024-08-20", "2024-08-31"]


def test_rounds_outside_the_days_are_not_drawn() -> None:
    text = texts(charts.chart_svg(charts.chart_spec(charts.heat_map(sample.least(), narrow=True))))
    assert "third round" in text
    assert "first round" not in text


def test_a_description_without_days_has_no_chart() -> None:
    with pytest.raises(ValueError, match="no outlet to draw"):
        charts.heat_map(sample.empty(), narrow=True)


def test_months_are_called_months() -> None:
    stretches = (Stretch(start=date(2024, n, 1), stop=date(2024, n + 1, 1)) for n in range(1, 7))
    flows = tuple(Observed(outlet="A", stretch=s, pieces=9, observed=s.days, why="") for s in stretches)
    text = texts(
        charts.chart_svg(charts.chart_spec(charts.heat_map(replace(sample.least(), flows=flows), narrow=False)))
    )
    assert "month by month" in text


@pytest.mark.parametrize(
    "name", ["", " \n\t", "Ж" * 1_000_000, "a\u202eb", "Ein sehr langer Name einer Zeitung", "e" + "\u0301" * 999]
)
def test_names_fit_their_column(name: str) -> None:
    ink = Ink(size=11.5)
    found = fitted(name, 90, ink)
    assert text_width(found, ink) <= 90
    assert found.strip()
    assert "\u202e" not in found


def test_a_name_that_looks_like_an_attribute_stops_no_page_and_a_real_one_does(monkeypatch: pytest.MonkeyPatch) -> None:
    assert " id=x onload=y" in description_html(sample.description()).replace("&quot;", '"')
    monkeypatch.setattr(charts, "chart_svg", lambda _: '<svg><g aria-label="a>b" id="x"/></svg>')
    with pytest.raises(ValueError, match="must not hold"):
        description_html(sample.description())


# --- in a browser -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("width", "scheme"), SIGHTS)
@pytest.mark.parametrize("name", ["sample", "crowded", "least"])
def test_the_page_is_sound(name: str, width: int, scheme: Scheme, browser: Browser, pages: dict[str, Path]) -> None:
    path = pages[name]
    with opened(browser, path, width, color_scheme=scheme) as seen:
        assert seen.wrong_labels() == []  # as drawn beforehand
        assert seen.width() <= width
        assert seen.enliven() == 1
        assert seen.wrong_labels() == []  # as drawn by the browser
        seen.page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true; })")
        assert seen.width() <= width
        assert seen.console == []
        assert seen.requests == [path.as_uri()]


def test_a_page_without_articles_is_sound(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["empty"], 390) as seen:
        assert "There is no article in this study" in seen.page.locator("header").inner_text()
        assert seen.console == []
        assert seen.requests == [pages["empty"].as_uri()]


@pytest.mark.parametrize("width", [390, 1280])
def test_without_scripts_the_page_can_be_read(width: int, browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["sample"], width, java_script_enabled=False) as seen:
        assert "third round of talks" in seen.page.locator("body").inner_text()
        assert [svg.is_visible() for svg in seen.page.locator("figure.chart svg").all()].count(True) == 1
        seen.page.locator("summary", has_text="The table behind this chart").click()
        assert seen.page.get_by_role("cell", name="the archive was offline").first.is_visible()


def test_a_cell_answers_the_pointer_and_a_row_the_screen_reader(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["sample"], 1280) as seen:
        seen.enliven()
        row = seen.page.locator(".wide [aria-label^='Diken:']")
        assert "7 not observed, 0 observed in part, 0 observed with nothing" in str(row.get_attribute("aria-label"))
        box = row.bounding_box()
        assert box
        seen.page.mouse.move(box["x"] + box["width"] * 27.5 / 60, box["y"] + box["height"] / 2)
        tip = seen.page.locator("#vg-tooltip-element")
        tip.wait_for(state="visible")
        assert "the archive was offline" in tip.inner_text()
        assert "0 of 7\N{NO-BREAK SPACE}days observed" in tip.inner_text()


def test_a_hostile_name_is_text_in_the_tip(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["sample"], 1280) as seen:
        seen.enliven()
        box = seen.page.locator(".wide [aria-label^='<script>']").bounding_box()
        assert box
        seen.page.mouse.move(box["x"] + 30, box["y"] + box["height"] / 2)
        tip = seen.page.locator("#vg-tooltip-element")
        tip.wait_for(state="visible")
        assert sample.HOSTILE_TAG in tip.inner_text()
        assert seen.console == []


def test_what_is_long_is_printed_only_if_it_was_opened(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["sample"], 1280) as seen:
        seen.page.emulate_media(media="print")
        assert seen.page.get_by_role("cell", name="görüşme7").is_visible()
        cell = seen.page.locator("td", has_text="the archive was offline").first
        assert not cell.is_visible()
        seen.page.eval_on_selector("details.long", "one => { one.open = true; }")
        assert cell.is_visible()
