"""The command line as a stranger meets it: exit codes, errors as sentences, results as text and JSON."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tenor.app.cli import cli, run
from tenor.app.examples import EXAMPLES
from tenor.study import Study
from tenor.testing import example_folder

Small = Callable[..., Path]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(example_folder("debates"), tmp_path / "study")
    monkeypatch.chdir(tmp_path / "study")
    return tmp_path / "study"


def out(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    assert run(list(arguments)) == code
    captured = capsys.readouterr()
    return captured.out if code in (0, 1) else captured.err


def test_from_new_to_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "talks"
    assert "next: edit it" in out(capsys, "new", str(folder))
    assert "3 rounds, 1 claims, no mistake found" in out(capsys, "check", "--study", str(folder))
    assert json.loads((folder / "schemas" / "study.json").read_text(encoding="utf-8"))["title"] == "StudyDescription"
    assert "this file is there already" in out(capsys, "new", str(folder), code=65)
    assert "there is no file" in out(capsys, "add", "--study", str(folder), code=66)


def test_the_whole_way(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "self-declared" in out(capsys, "preregister")
    assert "there are no figures in this study yet" in out(capsys, "audit", code=66)
    assert "1,008 rows read" in out(capsys, "add")
    assert "43 already there" in out(capsys, "add")
    assert "any candidate" in out(capsys, "describe", "--json")
    text = out(capsys, "audit")
    assert "INCONCLUSIVE." in text
    assert "DEPENDS ON HOW IT IS COUNTED." in text
    assert "volume.share@1" in out(capsys, "measures")
    assert "0.07577" in out(capsys, "measure", "volume.share", "--query", "any candidate")
    assert "4164" in out(capsys, "evidence", "H1")
    assert out(capsys, "report").strip().endswith("report.html")
    assert (here / "reports" / "report.html").is_file()


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["add"],
        ["describe"],
        ["measures"],
        ["measure", "volume.share", "--query", "Joe Biden"],
        ["preregister"],
        ["audit"],
        ["evidence", "H1"],
        ["report"],
    ],
)
def test_every_command_prints_json(here: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    Study.open(here).add()
    found = json.loads(out(capsys, *arguments, "--json"))
    assert found


def test_schemas_are_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(out(capsys, "schema", "claims"))["title"] == "ClaimsDescription"


def test_fail_on(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Study.open(here).add()
    out(capsys, "audit", "--fail-on", "inconclusive", code=1)
    out(capsys, "audit", "--fail-on", "supported")
    assert "did you mean 'supported'?" in out(capsys, "audit", "--fail-on", "suported", code=65)


def test_errors_are_sentences_with_codes(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "No such command" in out(capsys, "adit", code=2)
    assert "there are no articles in this study; run `tenor add`" in out(capsys, "measure", "volume.rate", code=66)
    assert "no file" in out(capsys, "check", "--study", "nowhere", code=66)
    Study.open(here).add()
    capsys.readouterr()
    message = out(capsys, "measure", "volume.rat", "--query", "x", code=65)
    assert message == "tenor: no measure 'volume.rat'; did you mean 'volume.rate'?\n"
    assert "did you mean 'Joe Biden'?" in out(capsys, "measure", "volume.rate", "--query", "Joe Bidn", code=65)
    assert "no hypothesis 'H9'" in out(capsys, "evidence", "H9", code=65)
    (here / "tenor.yaml").write_text("tenor: 1\ntitle: [", encoding="utf-8")
    assert out(capsys, "check", code=65).startswith("tenor: tenor.yaml:")


def test_a_bug_is_called_a_bug(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_self: Study, _phrases: tuple[str, ...]) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr(Study, "describe", broken)
    message = out(capsys, "describe", code=70)
    assert "this is a bug in tenor: ZeroDivisionError: boom" in message
    assert "Traceback" not in message


def test_demo_writes_a_report_an_example_and_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        text = out(capsys, "demo", str(tmp_path / "demo"))
        assert text.count("report.html") == len(EXAMPLES)
    assert "self-declared" in Study.open(tmp_path / "demo" / "debates").audit().verdicts[0].findings[0].registration
    other = tmp_path / "other" / "debates"
    other.mkdir(parents=True)
    (other / "thesis.txt").write_text("years of work", encoding="utf-8")
    assert "holds something else" in out(capsys, "demo", str(tmp_path / "other"), code=65)
    assert (other / "thesis.txt").is_file()


def test_same_study_same_bytes(tmp_path: Path) -> None:
    pages = []
    for name in ("one", "two"):
        shutil.copytree(example_folder("debates"), tmp_path / name)
        study = Study.open(tmp_path / name)
        study.add()
        page = study.report()
        pages.append(
            {path.relative_to(page.parent): path.read_bytes() for path in page.parent.rglob("*") if path.is_file()}
        )
    assert pages[0] == pages[1]
    assert len(pages[0]) > 3


def test_every_command_has_help_with_a_first_line() -> None:
    for name, command in cli.commands.items():
        assert command.help, name


def test_help_is_quick_and_light() -> None:
    """No heavy library is loaded by `--help`; the clock is asked only to catch a blunder."""
    code = "import sys; from tenor.app.cli import run; run(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = ("numpy", "scipy", "pyarrow", "duckdb", "altair", "vl_convert", "pydantic", "ruamel", "jinja2")
    assert [name for name in heavy if f"'{name}'" in found.stderr] == []
    assert "audit" in found.stdout


def test_interrupt_is_no_traceback(here: Path) -> None:
    # Whoever starts the tests in the background leaves SIGINT ignored, and children inherit it.
    code = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    child = subprocess.Popen(
        [sys.executable, "-c", f"{code}from tenor.app.cli import main; main()", "demo", str(here / "demo")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    deadline = time.monotonic() + 60
    while not (here / "demo" / "debates" / "corpus").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(2)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "Traceback" not in errors
    assert "interrupted" in errors
