"""Files of counts: what is right is kept, what is wrong is named with file and line, nothing is half-read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.errors import MissingInput, TenorError
from tenor.model import CountColumns, CountSource
from tenor.sources.counts import read_counts
from tenor.study import Study
from tenor.testing import example_folder

Small = Callable[..., Path]
HEADER = "date,outlet,query,matched,total\n"
SOURCE = CountSource(
    file="counts.csv",
    every="day",
    columns=CountColumns(date="date", outlet="outlet", query="query", matched="matched", total="total"),
)


def error_of(folder: Path, raw: str | bytes, source: CountSource = SOURCE) -> str:
    path = folder / "counts.csv"
    path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
    with pytest.raises(TenorError) as caught:
        read_counts(path, source)
    return str(caught.value)


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ("2024-01-01,a,q,11,10\n", 2, "11 matched of a total of 10"),
        ("2024-01-01,a,q,1,10\n2024-01-02,a,q,-1,10\n", 3, "-1 is below zero"),
        ("2024-01-01,a,q,1.5,10\n", 2, "1.5 is no whole number"),
        ("2024-01-01,a,q,nan,10\n", 2, "nan is no whole number"),
        ("2024-01-01,a,q,inf,10\n", 2, "inf is no whole number"),
        ("2024-01-01,a,q,,10\n", 2, "'' is no number"),
        ('2024-01-01,a,q,"1,000",2000\n', 2, "'1,000' is no number"),
        ("01/02/2024,a,q,1,10\n", 2, "'01/02/2024' is no date of that form"),
        ("2999-01-01,a,q,1,10\n", 2, "lies in the future"),
        ("2024-01-01,a,q,1,10\n2024-01-01,a,q,2,10\n", 3, "has 2 of 10 here and 1 of 10 in line 2"),
        ("2024-01-01,,q,1,10\n", 2, "the name is empty"),
        ("2024-01-01,a,q,1\n", 2, "4 cells under 5 columns"),
        ('2024-01-01,"a,q,1,10\n', 2, "this is no table"),
        ("", 1, "a header and no figures"),
    ],
)
def test_wrong_figures_are_named(tmp_path: Path, rows: str, line: int, says: str) -> None:
    message = error_of(tmp_path, HEADER + rows)
    assert f"counts.csv:{line}: " in message
    assert says in message


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "the file is empty"),
        (b"<html><body>no export today</body></html>", "no table but HTML"),
        (b'{"a": 1}', "no table but HTML, XML or JSON"),
        ("date,outlet,query,matched,total\n2024-01-01,газета,q,1,9\n".encode("cp1251"), "not UTF-8"),
        (HEADER.encode("utf-16"), "not UTF-8"),
        (HEADER.encode() + b"2024-01-01,a\0,q,1,9\n", "a zero byte"),
        (b"date,outlet,query,matchd,total\n", "no column 'matched'; did you mean 'matchd'?"),
        (b"date,date,outlet,query,matched,total\n", "two columns 'date'"),
        (b"PK\x03\x04" + b"\0" * 100, "a zero byte"),
    ],
)
def test_files_that_are_no_counts(tmp_path: Path, raw: bytes, says: str) -> None:
    assert says in error_of(tmp_path, raw)


def test_weeks_that_start_on_another_day(tmp_path: Path) -> None:
    weekly = CountSource(file="counts.csv", every="week", columns=SOURCE.columns)
    message = error_of(tmp_path, HEADER + "2024-01-01,a,q,1,9\n2024-01-09,a,q,1,9\n", weekly)
    assert "counts.csv:3: " in message
    assert "this week starts on a tuesday, the study's weeks on a monday" in message


def test_two_queries_in_one_file_without_their_column(tmp_path: Path) -> None:
    source = CountSource(
        file="counts.csv",
        every="day",
        query="q",
        outlet="a",
        columns=CountColumns(date="date", matched="matched", total="total"),
    )
    rows = HEADER + "2024-01-01,a,one,1,10\n2024-01-01,a,two,2,10\n"
    message = error_of(tmp_path, rows, source)
    assert "counts.csv:3: " in message
    assert "several queries or outlets" in message


def test_many_mistakes_are_shown_but_not_all(tmp_path: Path) -> None:
    rows = "".join(f"2024-01-{day:02d},a,q,-1,10\n" for day in range(1, 29))
    assert error_of(tmp_path, HEADER + rows).count("counts.csv:") == 12


def test_shares_are_refused(tmp_path: Path) -> None:
    source = CountSource(
        file="tv.csv",
        every="day",
        outlet="tv",
        date_format="%m/%d/%y",
        columns=CountColumns(date="Date", wide=("Maria",)),
    )
    raw = (example_folder("hurricanes") / "tv_hurricanes.csv").read_bytes()
    assert "shares and averages can't be audited as counts" in error_of(tmp_path, raw, source)


def test_separators_and_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "counts.csv"
    for separator in ",;\t":
        text = (HEADER + "2024-01-01,газета,q,1.0,10\n").replace(",", separator)
        path.write_text(text, encoding="utf-8-sig")
        counts, report = read_counts(path, SOURCE)
        assert [(item.outlet, item.matched, item.total, item.line) for item in counts] == [("газета", 1, 10, 2)]
        assert report.read == report.kept == 1


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="there is no file"):
        read_counts(tmp_path / "nowhere.csv", SOURCE)


def test_published_files_are_byte_for_byte() -> None:
    import hashlib

    pinned = {
        "debates/cable_weekly.csv": "891e17a361295b4f",
        "debates/online_weekly.csv": "3d67c27f0f5c634b",
        "hurricanes/mediacloud_hurricanes.csv": "3052ba055f5c8043",
        "hurricanes/tv_hurricanes.csv": "a3f486fdb56e2159",
        "hurricanes/tv_hurricanes_by_network.csv": "23a9380bb9a53a54",
    }
    for name, digest in pinned.items():
        folder, _, file = name.partition("/")
        raw = (example_folder(folder) / file).read_bytes()
        assert hashlib.sha256(raw).hexdigest().startswith(digest), name


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=30))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[int, int]]) -> None:
    path = tmp_path_factory.mktemp("counts") / "counts.csv"
    start = date(2024, 1, 1)
    lines = [f"{start + timedelta(days=at)},a,q,{m},{m + more}\n" for at, (m, more) in enumerate(rows)]
    path.write_text(HEADER + "".join(reversed(lines)), encoding="utf-8")
    counts, report = read_counts(path, SOURCE)
    assert [(item.matched, item.total) for item in counts] == [(m, m + more) for m, more in rows]
    assert report.kept == report.read == len(rows)


def test_a_wrong_file_leaves_nothing(small: Small) -> None:
    folder = small(HEADER + "2024-01-01,a,talks,1,10\n2024-01-02,a,talks,11,10\n")
    with pytest.raises(TenorError):
        Study.open(folder).add()
    assert Study.open(folder).store.query("SELECT * FROM counts", {}).num_rows == 0
