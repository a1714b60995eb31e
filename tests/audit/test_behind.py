"""The figures behind a verdict on texts, worked out by hand, and the draw of passages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.audit.behind import behind
from tenor.audit.shown import _drawn, _room
from tenor.audit.within import Texts
from tenor.model import Hypothesis, Margin, Measure, Plan, Population, Relation
from tenor.registry import measure_named
from tenor.studyfile import read_study
from tenor.testing import example_folder

DAYS = {"r1": date(2023, 3, 14), "r2": date(2023, 4, 25), "r3": date(2023, 9, 5)}
# Outlet, round, one value a sentence of one article; "C" says nothing in the second round.
SAID = [
    ("A", "r1", [1.0, 3.0]), ("A", "r2", [4.0]), ("A", "r3", [1.0, 0.0]),
    ("B", "r1", [0.0, 2.0]), ("B", "r2", [3.0, 5.0]), ("B", "r3", [2.0]),
    ("C", "r1", [9.0]), ("C", "r3", [9.0]),
]  # fmt: skip


@pytest.fixture(scope="module")
def plan() -> Plan:
    return read_study(example_folder("harbour") / "tenor.yaml")


def rows(said: list[tuple[str, str, list[float]]]) -> pa.Table:
    found: list[dict[str, Any]] = []
    for number, (outlet, name, values) in enumerate(said):
        for at, value in enumerate(values):
            found.append({"doc_id": f"d{number}", "start": at * 10, "stop": at * 10 + 9, "date": DAYS[name],
                          "outlet": outlet, "copy_id": f"d{number}", "part": "body", "speech": "narration",
                          "num": value, "den": 1.0})  # fmt: skip
    schema = pa.schema([("doc_id", pa.string()), ("start", pa.int64()), ("stop", pa.int64()), ("date", pa.date32()),
                        ("outlet", pa.string()), ("copy_id", pa.string()), ("part", pa.string()),
                        ("speech", pa.string()), ("num", pa.float64()), ("den", pa.float64())])  # fmt: skip
    return pa.Table.from_pylist(found, schema)


def asked(
    plan: Plan, measure: str, said: list[tuple[str, str, list[float]]], relation: Relation = "less"
) -> tuple[Texts, Measure]:
    population: Population = "these outlets"
    hypothesis = Hypothesis(
        id="H", claim="c", measure=measure, query="", population=population, relation=relation,
        contrast=(("r3", 1.0), ("r1", -0.5), ("r2", -0.5)), margin=Margin(size=0.2, words="", unit="sd"),
    )  # fmt: skip
    made = rows(said)
    rounds = tuple(plan.round(name) for name, _ in hypothesis.contrast)
    outlets = tuple(sorted(set(made["outlet"].to_pylist())))
    return Texts(plan=plan, hypothesis=hypothesis, rounds=rounds, rows=made, outlets=outlets), measure_named(measure)


def test_outlets_and_rounds_by_hand(plan: Plan) -> None:
    texts, measure = asked(plan, "tone.arousal", SAID)
    found = behind(texts, texts.estimated(texts.registered), measure, "arousal")
    assert found is not None
    assert [(o.outlet, o.rounds, o.now, o.before, bool(o.why)) for o in found.outlets] == [
        ("A", (0.5, 2.0, 4.0), 0.5, 3.0, False),  # differs by -2.5
        ("B", (2.0, 1.0, 4.0), 2.0, 2.5, False),  # by -0.5
        ("C", (9.0, 9.0, None), 9.0, None, True),
    ]
    # Each outlet weighs the same: (0.5 + 2) / 2, (2 + 1) / 2, (4 + 4) / 2; C is left out.
    assert [item.value for item in found.rounds] == [1.25, 1.5, 4.0]
    # Sentences before: (1 + 3 + 0 + 2) / 4 = 1.5 and (4 + 3 + 5) / 3 = 4, whose mean is 2.75.
    assert (found.centre, found.side) == (2.75, "below")
    assert [(item.bearing, item.units) for item in found.rounds] == [(3, 3), (3, 4), (0, 3)]
    assert found.documents == 6


def test_a_claim_of_more_is_borne_out_above(plan: Plan) -> None:
    texts, measure = asked(plan, "tone.arousal", SAID, "greater")
    found = behind(texts, texts.estimated(texts.registered), measure, "arousal")
    assert found is not None
    assert [item.bearing for item in found.rounds] == [0, 1, 3]


def test_of_a_share_what_is_counted_bears_the_claim_out(plan: Plan) -> None:
    said = [(name, item, [float(value > 2) for value in values]) for name, item, values in SAID]
    texts, measure = asked(plan, "tone.neutral", said)
    found = behind(texts, texts.estimated(texts.registered), measure, "neutral")
    assert found is not None
    assert (found.side, found.units) == ("", "sentences")
    assert [(item.bearing, item.units) for item in found.rounds] == [(0, 3), (1, 4), (3, 3)]


def test_nothing_to_compare_has_nothing_behind(plan: Plan) -> None:
    texts, measure = asked(plan, "tone.arousal", SAID[-2:])
    assert behind(texts, texts.estimated(texts.registered), measure, "arousal") is None


def units(cells: dict[tuple[str, bool], int]) -> list[dict[str, Any]]:
    return [
        {"doc_id": f"{name}{bears}{n}", "part": "body", "start": n, "window": name, "bears": bears}
        for (name, bears), many in cells.items()
        for n in range(many)
    ]


def test_as_many_of_each_round_are_drawn_and_half_of_them_against() -> None:
    drawn = _drawn(units({("r3", True): 90, ("r3", False): 9, ("r1", True): 50, ("r1", False): 50}), 20)
    cells = [(row["window"], row["bears"]) for row in drawn]
    assert {cell: cells.count(cell) for cell in cells} == {
        ("r3", True): 5, ("r3", False): 5, ("r1", True): 5, ("r1", False): 5,
    }  # fmt: skip


@given(st.dictionaries(st.tuples(st.sampled_from(["r1", "r2"]), st.booleans()), st.integers(0, 30)), st.integers(0, 60))
def test_the_draw_gives_what_there_is_up_to_the_limit(cells: dict[tuple[str, bool], int], most: int) -> None:
    rows = units(cells)
    drawn = _drawn(rows, most)
    assert len(drawn) == min(most, len(rows))
    assert len({row["doc_id"] for row in drawn}) == len(drawn)
    assert drawn == _drawn(rows[::-1], most) or len({row["window"] for row in rows}) > 1


@given(st.text(alphabet="ab \n", max_size=900), st.integers(0, 900), st.integers(0, 300))
def test_what_is_shown_holds_the_beginning_of_the_place(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    span = start, min(len(text), start + length)
    low, high = _room(text, span)
    assert 0 <= low <= span[0] <= span[1] <= high <= len(text)
    assert span[0] - low <= 140
    assert high - span[1] <= 140
