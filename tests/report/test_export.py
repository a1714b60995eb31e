"""CSV: numbers stay numbers, text never becomes a formula, columns keep the names the field uses."""

from __future__ import annotations

import base64
import csv
import io
from pathlib import Path

import pytest

from tenor.report import tables
from tenor.report.export import Cell, Table, csv_bytes, csv_uri, neutral
from tests.report import sample


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_text_that_would_be_a_formula_is_neutralised(start: str) -> None:
    assert neutral(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    ("cell", "text"),
    [(-0.5, "-0.5"), (0.1 + 0.2, "0.30000000000000004"), (7, "7"), (None, ""), (True, "true"), ("a=b", "a=b")],
)
def test_other_cells_stay_as_they_are(cell: Cell, text: str) -> None:
    assert neutral(cell) == text


def test_rows_survive_commas_quotes_lines_and_broken_characters() -> None:
    table = Table(name="t", columns=("a", "b"), rows=(('say "no", twice', "two\nlines"), ("İğ и ё", "\ud800")))
    rows = list(csv.reader(io.StringIO(csv_bytes(table).decode("utf-8"), newline="")))
    assert rows == [["a", "b"], ['say "no", twice', "two\nlines"], ["İğ и ё", "\\ud800"]]


def test_the_address_holds_the_same_bytes() -> None:
    table = tables.timeline(sample.audit().series)
    head, body = csv_uri(table).split(",", 1)
    assert head == "data:text/csv;charset=utf-8;base64"
    assert base64.b64decode(body) == csv_bytes(table)


def test_all_tables_are_saved_beside_the_page(report: Path) -> None:
    names = {path.name for path in (report.parent / "data").iterdir()}
    assert names == {"findings.csv", "placebo.csv", "specifications.csv", "timeline.csv", "windows.csv"}


def test_findings_are_one_tidy_row_each(report: Path) -> None:
    with (report.parent / "data" / "findings.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        *("claim", "hypothesis", "measure", "estimate", "std_error", "conf_low", "conf_high", "p_value"),
        *("n_documents", "n_copy_groups", "n_outlets", "n_codes", "population", "p_adjusted", "n_windows", "verdict"),
    ]
    assert [row["hypothesis"] for row in rows] == ["sparse-h1", "cold-h2"]
    assert (float(rows[0]["estimate"]), rows[0]["n_windows"], rows[0]["verdict"]) == (0.5127, "23", "supported")
    assert (rows[1]["n_windows"], rows[1]["verdict"]) == ("8", "depends on how it is counted")


def test_a_week_without_figures_is_no_zero(report: Path) -> None:
    with (report.parent / "data" / "timeline.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["measure"] == "volume.rate@1"]
    assert (rows[13]["value"], rows[13]["observed"]) == ("", "false")
    assert (rows[20]["value"], rows[20]["observed"]) == ("0.0", "true")
