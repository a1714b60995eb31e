"""The page: the same bytes each time, everything in it, nothing in it that runs or fetches."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from tenor.model import Word
from tenor.report import page, words
from tenor.report.page import write_report
from tenor.report.verdicts import BADGES
from tests.report import sample


class Reader(HTMLParser):
    """What a browser would make of the page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.scripts: list[str] = []
        self._in = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in {"script", "style"}:
            kind = dict(attrs).get("type") or ""
            self._in = "data" if kind.startswith("application/") else tag

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._in = ""

    def handle_data(self, data: str) -> None:
        if self._in == "script":
            self.scripts.append(data)
        elif not self._in:
            self.words.append(data)

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", "".join(self.words))


@pytest.fixture(scope="module")
def html(report: Path) -> str:
    return report.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def reader(html: str) -> Reader:
    return Reader(html)


def test_another_process_elsewhere_makes_the_same_bytes(report: Path, tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from tenor.report.page import write_report; from tests.report import sample; "
        "write_report(sample.audit(), pathlib.Path(sys.argv[1]))"
    )
    root = Path(__file__).parents[2]
    environment = {
        **os.environ,
        "PYTHONHASHSEED": "7",
        "TZ": "Pacific/Auckland",
        "LC_ALL": "C",
        "PYTHONPATH": os.pathsep.join([str(root), str(root / "src")]),
    }
    subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=True, cwd=root, env=environment)
    here = {p.relative_to(report.parent): p.read_bytes() for p in report.parent.rglob("*") if p.is_file()}
    there = {p.relative_to(tmp_path): p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert here.keys() == there.keys()
    assert all(here[name] == there[name] for name in here)


def test_parts_stand_in_the_order_of_a_careful_reader(reader: Reader) -> None:
    parts = ["What this can't tell you", "Our reading", "0.51 times", "Why this verdict", "Other intervals and why not",
             "every way of counting", "On ordinary stretches", "The figures behind", "Registration",
             "What was not tested", "Over time", "What else happened", "What was read", "How this was computed",
             "Versions and inputs", "Sources", "How to cite"]  # fmt: skip
    places: list[int] = []
    for part in parts:
        places.append(reader.text.index(part, places[-1] if places else 0))
    assert places == sorted(places)


def test_every_claim_says_all_its_limits_once(reader: Reader) -> None:
    assert reader.text.count("Clips are counted by channel, not by viewer.") == 2
    assert reader.text.count("Only three channels are in the file.") == 2


def test_all_numbers_are_shown(reader: Reader) -> None:
    text = reader.text.replace("\N{NO-BREAK SPACE}", " ")
    for finding in (finding for verdict in sample.audit().verdicts for finding in verdict.findings):
        for estimate in (finding.estimate, *finding.alternatives):
            assert estimate
            assert words.interval(estimate.low, estimate.high) in text
            assert estimate.method in text
        for item in finding.specifications:
            assert words.ratio(item.effect) in text
            assert item.why in text
        for window in finding.windows:
            assert str(window.stretch) in text
            assert words.number(window.value) in text
    for expected in ("0.017", "0.035", "0.68", "85.7 %", "no lower bound to 0.91", "at least 20 % fewer", "3 of 4",
                     "inside its window", "9a" * 32, "3f" * 32, "CC BY 4.0", "line 17: no date", "0.72 %",
                     "WHERE query = $query AND n < 9999",
                     "Holm over all hypotheses", "volume.rate on d1, d3"):  # fmt: skip
        assert expected in text, expected


def test_text_of_others_is_never_markup(html: str, reader: Reader) -> None:
    assert len(reader.scripts) == 1
    assert sample.HOSTILE_TAG not in html
    assert sample.HOSTILE_TAG in reader.text
    assert sample.HOSTILE_FORMULA in reader.text
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]


def test_bidi_overrides_are_shown_not_obeyed(html: str, reader: Reader) -> None:
    assert sample.OVERRIDE not in html
    assert "⟦U+202E⟧" in reader.text


def test_only_web_addresses_become_links(reader: Reader) -> None:
    links = [str(attributes["href"]) for tag, attributes in reader.tags if tag == "a"]
    outside = {link for link in links if not link.startswith(("data:text/csv", "data/", "#", "report.md"))}
    assert outside == {"https://example.org/columns/42?a=1&b=2", "https://github.com/fivethirtyeight/data"}
    assert "javascript:alert(2)" in reader.text


def test_nothing_is_fetched(reader: Reader) -> None:
    for tag, attributes in reader.tags:
        assert tag not in {"iframe", "object", "embed", "img", "base", "form"}
        assert "src" not in attributes
        assert tag != "link" or attributes["href"] == "data:,"


def test_the_policy_names_exactly_our_script(reader: Reader) -> None:
    policy = next(str(a["content"]) for tag, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy")
    hashes = {base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in reader.scripts}
    assert set(re.findall(r"'sha256-([^']+)'", policy)) == hashes
    assert "'strict-dynamic'" in policy  # so that it may run the library that it unpacks, and nothing else may
    assert "unsafe-eval" not in policy
    assert re.search(r"script-src [^;]*unsafe-inline", policy) is None
    assert "default-src 'none'" in policy


def test_names_and_labels_are_unique(reader: Reader) -> None:
    names = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(names) == len(set(names))
    scrolling = [a for _, a in reader.tags if a.get("class") == "scroll"]
    assert scrolling
    assert all(a["tabindex"] == "0" and a["aria-label"] for a in scrolling)


def test_a_failure_leaves_the_earlier_report_and_no_drafts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "report.html").write_text("earlier", encoding="utf-8")

    def fail(*_: object) -> str:
        raise OSError("no room")

    monkeypatch.setattr(page, "environment", fail)
    with pytest.raises(OSError, match="no room"):
        write_report(sample.audit(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").read_text(encoding="utf-8") == "earlier"


def test_writing_leaves_only_the_report(report: Path) -> None:
    assert sorted(path.name for path in report.parent.iterdir()) == ["data", "report.html", "report.md"]


def test_every_word_has_its_own_shape_and_colour() -> None:
    assert set(BADGES) == set(get_args(Word))
    assert len({badge.shape for badge in BADGES.values()}) == len(BADGES)
    assert len({badge.colour for badge in BADGES.values()}) == len(BADGES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain, İstanbul, Київ", "plain, İstanbul, Київ"),
        ("a\x00b\x1b[31m", "a⟦U+0000⟧b⟦U+001B⟧[31m"),
        ("x\u2066y\u2069\ufeff", "x⟦U+2066⟧y⟦U+2069⟧⟦U+FEFF⟧"),
        ("\ud800", "⟦U+D800⟧"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
    ],
)
def test_hidden_characters_are_made_visible(text: str, expected: str) -> None:
    assert words.seen(text) == expected


@pytest.mark.parametrize(("value", "text"), [(0.0004, "below 0.001"), (0.0173, "0.017"), (0.6169, "0.62"), (None, "–")])
def test_p_values_have_no_false_digits(value: float | None, text: str) -> None:
    assert words.probability(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5127, "0.51"), (12.34, "12.3"), (1234.5, "1,234"), (-0.3, "below 0"), (0.0, "0.00"), (0.0031, "0.003")],
)
def test_ratios_look_alike(value: float, text: str) -> None:
    assert words.ratio(value) == text
