"""Results in a notebook: drawn without scripts and network, in a real Jupyter kernel too."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tenor.report.notebook import render
from tenor.results import Measured
from tenor.study import Study
from tests.report import sample
from tests.report.test_page import Reader


def html_of(result: object) -> str:
    found = render(result)
    assert found is not None
    return found


def test_an_audit_shows_verdicts_limits_and_all_hypotheses() -> None:
    html = html_of(sample.audit())
    text = Reader(html).text
    for said in (
        "Supported",
        "Depends on how it is counted",
        "An archive is not a census",
        "0.51 times",
        "in its own margin",
    ):
        assert said in text, said
    assert html == sample.audit()._repr_html_()


def test_a_verdict_stands_alone() -> None:
    text = Reader(html_of(sample.audit().verdicts[1])).text
    assert "О третьем раунде писали" in text
    assert "Depends on how it is counted" in text


def test_a_measure_shows_its_rounds() -> None:
    series = sample.audit().series[0]
    windows = sample.audit().verdicts[0].findings[0].windows[:2]
    html = html_of(Measured(series=series, rounds=windows))
    assert "First debate" in Reader(html).text
    assert html.count("<svg") == 1


@pytest.mark.parametrize(
    "result", [sample.audit(), sample.audit().verdicts[0], sample.PLAN], ids=["audit", "verdict", "plan"]
)
def test_nothing_of_others_runs_and_nothing_is_fetched(result: object) -> None:
    html = html_of(result)
    reader = Reader(html)
    assert reader.scripts == []
    assert not [tag for tag, _ in reader.tags if tag in {"img", "iframe", "link", "script", "style", "a"}]
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert not re.search(r"https?://(?!www\.w3\.org/)", html)
    assert sample.OVERRIDE not in html


def test_what_is_no_result_is_left_to_others() -> None:
    assert render(object()) is None


def test_a_study_shows_its_rounds(debates: Study) -> None:
    assert "First debate" in Reader(debates._repr_html_() or "").text or debates.plan.rounds[0].label in str(
        debates._repr_html_()
    )


def _code(source: str) -> dict[str, object]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}


def test_a_jupyter_kernel_shows_results(debates: Study, tmp_path: Path) -> None:
    cells = [
        f"import tenor; study = tenor.Study.open({str(debates.folder)!r}); study",
        "study.audit()",
        "study.audit().verdicts[0]",
    ]
    written = {"cells": [_code(cell) for cell in cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}
    notebook = nbformat.from_dict(written)  # type: ignore[no-untyped-call]
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute(cwd=str(tmp_path))
    shown = [cell["outputs"][-1]["data"]["text/html"] for cell in notebook["cells"]]
    assert all(text.startswith('<div class="tenor"') for text in shown)
    assert "<svg" in shown[1]
    assert debates.plan.rounds[0].label in shown[0]
