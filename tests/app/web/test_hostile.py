"""Texts of others run nothing, lead nowhere, and break no layout, on any page; and axe finds no serious fault."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tenor.study import Study
from tests.app.web.served import Served, opened, serving

SCRIPTS = (
    "<script>window.ran = 1</script>",
    "</script><script>window.ran = 2</script>",
    '"><img src=x onerror="window.ran = 3">',
    "<svg onload='window.ran = 4'></svg>",
    "{{ 7 * 7 }}{% raw %}",
    "</title></textarea><iframe srcdoc='<script>parent.ran=5</script>'></iframe>",
    "<a href='javascript:window.ran = 6' id='q' name='main'>x</a>",
    "<form action='https://evil.example'><input name='secret'></form>",
)
BIDI = "safe \u202etxt.exe \u2066\u2069 \u200f \U000e0041 end"
FORMULA = '=HYPERLINK("https://evil.example","x")'
ACTORS = """\
actors:
  - {id: one, name: "<b>One</b>", kind: organisation, aliases: {en: [Velmara]}}
"""
STUDY = f"""\
tenor: 1
id: hostile
title: '{SCRIPTS[1]} title'
event: {{title: '{SCRIPTS[3].replace("'", "''")}', timezone: UTC, window: {{from: 0, to: 7, unit: day}}}}
rounds:
  - {{id: r1, label: '{SCRIPTS[0]}', date: 2024-02-01}}
  - {{id: r2, label: 'the second {BIDI}', date: 2024-03-01}}
{ACTORS}"""
CLAIMS = """\
tenor_claims: 1
claims:
  - id: bad
    quote: {quote}
    holder: {quote}
    date: 2024-03-10
    source: "javascript:alert(1) https://example.org/a<script>"
    hypotheses:
      - id: H1
        measure: volume.rate
        contrast: {{r2: 1, r1: -1}}
        relation: less
        margin: at least 20 % fewer
"""
AXE = ("axe-core", "4.14.1")


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A study in which every text that can be hostile is."""
    folder = tmp_path_factory.mktemp("hostile") / "study"
    folder.mkdir()
    (folder / "tenor.yaml").write_text(STUDY, encoding="utf-8")
    (folder / "claims.yaml").write_text(CLAIMS.format(quote=json.dumps(SCRIPTS[2] + BIDI)), encoding="utf-8")
    texts = [*SCRIPTS, BIDI, FORMULA, "word " * 200_000, "W" * 100_000, "\n" * 3_000 + "word"]
    rows = [
        {
            "id": str(number),
            "title": text[:1_000_000],
            "text": f"word {text} word. {'A sentence about talks. ' * 30}{number}",
            "outlet": text[:80] if number % 2 else FORMULA,
            "url": "javascript:window.ran=7" if number % 2 else f"https://example.org/{number}?<script>",
            "published": f"2024-02-{number + 1:02}",
            "lang": "en",
        }
        for number, text in enumerate(texts)
    ]
    lines = "\n".join(json.dumps(row) for row in rows)
    (folder / "texts.jsonl").write_text(lines, encoding="utf-8")
    study = Study.open(folder)
    study.add([folder / "texts.jsonl"])
    study.refresh()
    with serving(folder) as served:
        yield served


def pages_of(served: Served) -> list[str]:
    store = Study.open(served.folder).store
    ids = store.query("SELECT doc_id FROM articles ORDER BY day", {})["doc_id"].to_pylist()
    return [
        *(
            "/",
            "/claims/bad",
            "/documents",
            "/search?q=word",
            "/search?q=%3Cscript%3E",
            "/copies",
            "/quality",
            "/compare",
        ),
        *("/statements", "/promises", "/predictions", "/downloads", "/runs", "/claims/new", "/claims/edit"),
        *(f"/documents/{name}?span=body:0:20&show=round#span" for name in ids),
        "/documents?outlet=%3Cscript%3Ewindow.ran%3D8%3C/script%3E",
        "/claims/%3Cscript%3Ewindow.ran%3D9%3C%2Fscript%3E",
        "/documents/x?q=%22%3E%3Cscript%3Ewindow.ran%3D10%3C/script%3E",
    ]


@pytest.mark.parametrize("width", [390, 1280])
def test_hostile_texts_run_nothing_and_break_no_layout(width: int, browser: Browser, hostile: Served) -> None:
    pages = pages_of(hostile)
    assert len(pages) > 25
    with opened(browser, hostile, width) as seen:
        for path in pages:
            page = seen.go(path)
            assert page.evaluate("window.ran") is None, path
            assert seen.width() <= width, path
            assert page.locator("a[href^='javascript:']").count() == 0, path
            assert page.locator("iframe, object, embed, form[action^='http']").count() == 0, path
            refused = [line for line in seen.console if "404" not in line]
            assert refused == [], path
            shown = page.locator("body").inner_text()
            assert "\u202e" not in shown, path
        assert {url for url in seen.requests if not url.startswith(hostile.address)} == set()


def test_no_table_holds_a_formula(hostile: Served) -> None:
    csv.field_size_limit(10_000_000)
    for name in ("documents", "imports", "copies", "rounds"):
        body = hostile.ask(f"/downloads/{name}.csv").text
        cells = [cell for row in csv.reader(io.StringIO(body)) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t"))] == [], name
    outlets = {row["outlet"] for row in csv.DictReader(io.StringIO(hostile.ask("/downloads/documents.csv").text))}
    assert f"'{FORMULA}" in outlets


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The checker axe-core, from npm; where npm can't be reached its test is left out."""
    folder = tmp_path_factory.mktemp("axe")
    if not shutil.which("npm"):
        pytest.skip("no npm here: axe-core can't be fetched")
    command = ["npm", "pack", "@".join(AXE), "--silent"]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=120)
    found = sorted(folder.glob("*.tgz"))
    if done.returncode or not found:
        pytest.skip("axe-core can't be fetched from npm here")
    shutil.unpack_archive(found[0], folder)
    return (folder / "package" / "axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(scheme: str, axe: str, browser: Browser, harbour: Served) -> None:
    study = Study.open(harbour.folder)
    doc = study.store.query("SELECT doc_id FROM articles ORDER BY doc_id LIMIT 1", {})["doc_id"][0].as_py()
    copy = study.store.query("SELECT copy_id FROM articles GROUP BY 1 HAVING count(*) > 1 LIMIT 1", {})["copy_id"][
        0
    ].as_py()
    paths = (
        *("/", "/claims/cold", "/claims/half-as-much", "/claims/cold/passages?h=H2", "/documents", f"/documents/{doc}"),
        *("/search?q=harbour", "/copies", f"/copies/{copy}", "/compare?measure=tone.arousal", "/quality", "/downloads"),
        *("/statements", "/promises", "/predictions", "/runs", "/claims/new", "/claims/edit", "/help", "/nothing"),
    )
    faults: dict[str, list[str]] = {}
    with opened(browser, harbour, color_scheme=scheme) as seen:
        for path in paths:
            page = seen.go(path)
            page.evaluate(axe)
            found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
            serious = [
                f"{item['id']}: {item['nodes'][0]['html'][:160]}"
                for item in found["violations"]
                if item["impact"] in {"serious", "critical"}
            ]
            faults |= {path: serious} if serious else {}
    assert faults == {}
