"""Sentences drawn to be coded: how many of each stratum, and a sheet that survives spreadsheets and takedowns."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.coding.codebook import VARIABLES
from tenor.coding.drawn import ToCode, by_size, outgrown, strike_codes, take_codes, write_coding_sheet
from tenor.errors import StudyError

AROUSAL = VARIABLES[0]
SIZES = st.dictionaries(
    st.sampled_from(["r1: low", "r1: high", "r2: low", "r2: middle"]), st.integers(1, 60), min_size=1
)


def strata(sizes: dict[str, int]) -> pa.Table:
    rows = [(f"{name}:{at}:{at + 1}", name) for name, size in sizes.items() for at in range(size)]
    return pa.table({"doc_id": [unit for unit, _ in rows], "stratum": [name for _, name in rows]})


@settings(deadline=None)
@given(SIZES, st.integers(1, 300))
def test_a_draw_gives_as_many_as_asked_and_their_chances(sizes: dict[str, int], number: int) -> None:
    found = take_codes(strata(sizes), number, seed=0, name="code:arousal")
    names = found.rows["stratum"].to_pylist()
    assert len(names) == min(number, sum(sizes.values()))
    assert len(set(found.rows["doc_id"].to_pylist())) == len(names)
    for name, pi in zip(names, found.rows["pi"].to_pylist(), strict=True):
        assert pi == pytest.approx(names.count(name) / sizes[name])
    assert dict(found.sizes) == sizes
    assert not outgrown(found, strata(sizes), "again")
    # Rounds give alike, as far as they have enough.
    rounds = {one: sum(size for name, size in sizes.items() if name[:2] == one) for one in ("r1", "r2")}
    given_ = {one: sum(1 for name in names if name[:2] == one) for one in rounds}
    if all(rounds.values()) and all(given_[one] < rounds[one] for one in rounds):
        assert abs(given_["r1"] - given_["r2"]) <= 1


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 500), min_size=1), st.integers(0, 900))
def test_a_stratum_gives_at_most_what_it_has(sizes: dict[str, int], number: int) -> None:
    found = by_size(sizes, number)
    assert sum(found.values()) == min(number, sum(sizes.values()))
    assert all(0 <= found[name] <= size for name, size in sizes.items())


def test_a_rare_third_is_seen_and_does_not_take_half() -> None:
    assert by_size({"low": 1_900, "high": 100}, 200) == {"low": 147, "high": 53}


def test_what_comes_first_in_the_sheet_is_of_all_strata() -> None:
    found = take_codes(strata({"r1: low": 40, "r1: high": 40, "r2: low": 40}), 60, seed=0, name="code:arousal")
    first = found.rows["stratum"].to_pylist()[:20]
    assert {name: first.count(name) for name in set(first)} == {"r1: low": 5, "r1: high": 5, "r2: low": 10}


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(StudyError, match="there is no article to draw from"):
        take_codes(strata({}), 5, seed=0, name="code:arousal")
    with pytest.raises(StudyError, match="a sample of 0 articles"):
        take_codes(strata({"r1: low": 4}), 0, seed=0, name="code:arousal")


def sheet(folder: Path, *texts: str) -> Path:
    path = folder / "code-arousal.csv"
    rows = [ToCode(doc_id=f"d{at}", start=0, stop=len(text), text=text) for at, text in enumerate(texts)]
    write_coding_sheet(path, rows, AROUSAL)
    return path


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "-5 degrees", 'He said "no"; then, no.', "two\nlines", "\u202eevil", ""]
)
def test_a_hostile_sentence_stays_in_its_cell(tmp_path: Path, text: str) -> None:
    with sheet(tmp_path, text, "Next.").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 2
    assert rows[0]["text"].removeprefix("'") == text
    assert not rows[0]["text"].startswith(("=", "-"))


def test_a_sheet_that_is_filled_in_is_not_written_over(tmp_path: Path) -> None:
    path = sheet(tmp_path, "One.", "Two.")
    sheet(tmp_path, "Three.")  # nothing was filled in
    path.write_text(
        "sep=;\n" + path.read_text(encoding="utf-8-sig").replace(",", ";").replace("arousal;;", "arousal;;4")
    )
    with pytest.raises(StudyError, match="1 row of this sheet is filled in already; read it in first"):
        sheet(tmp_path, "Four.")
    path.write_text("not,a,sheet\n1,2,3\n")
    with pytest.raises(StudyError, match="this file is no sheet written here"):
        sheet(tmp_path, "Four.")


def test_a_takedown_strikes_the_sentences_of_an_article(tmp_path: Path) -> None:
    path = sheet(tmp_path, "One, secret.", "Two.", "Three, secret.")
    assert strike_codes(tmp_path, ["d0", "d2", "d9"]) == 2
    assert "secret" not in path.read_text(encoding="utf-8-sig")
    assert "Two." in path.read_text(encoding="utf-8-sig")
    path.write_text("not,a,sheet\n")
    with pytest.raises(StudyError, match="its columns are not those of a sheet of codes"):
        strike_codes(tmp_path, ["d1"])
