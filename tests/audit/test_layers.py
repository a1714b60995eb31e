"""Which rows count: copies once or each time, boilerplate left out or in, days that were observed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.audit.frame import grid
from tenor.audit.layers import Fault, Layer, faults_of, layers_of, rows_of
from tenor.model import Stretch
from tenor.tables import ROWS

FIRST = date(2024, 2, 1)
NO_DOUBT = pa.schema([("outlet", pa.string()), ("start", pa.date32()), ("days", pa.int16()), ("why", pa.string())])
ONCE, ALL = Layer("once", ""), Layer("all", "")


def row(
    day: int, outlet: str = "a", doc: str | None = None, copy: str | None = None, num: float = 0, **more: object
) -> dict[str, object]:
    """A row of a measure; without `doc` a day, with `den` 1 if nothing else is said."""
    own = {"date": FIRST.replace(day=day), "days": 1, "outlet": outlet, "doc_id": doc, "copy_id": copy or doc}
    return {**own, "num": num, "den": None if doc else 1.0, **more}


def rows(items: Sequence[dict[str, object]]) -> pa.Table:
    return pa.Table.from_pylist(list(items), ROWS)


def kept(items: Sequence[dict[str, object]], layer: Layer) -> list[object]:
    table = rows(items)
    found: list[object] = table["doc_id"].filter(pa.array(rows_of(table, layer).kept)).to_pylist()
    return found


def test_which_layers_there_are() -> None:
    assert layers_of(rows([row(1)])) == [("", "")]
    assert layers_of(rows([row(1), row(1, doc="x", num=1)])) == [("once", ""), ("all", "")]
    with_parts = [row(1, doc="x", num=5, part="body"), row(1, doc="x", part="boilerplate")]
    assert sorted(layers_of(rows(with_parts))) == [
        ("all", "counted"),
        ("all", "left out"),
        ("once", "counted"),
        ("once", "left out"),
    ]


def test_a_family_counts_once_for_the_first_that_is_counted() -> None:
    family = [row(3, "b", "late", "f", 1), row(1, "a", "early", "f", 1), row(2, "a", "alone", None, 1)]
    assert kept(family, ONCE) == ["early", "alone"]
    assert kept(family, ALL) == ["late", "early", "alone"]
    # The first one is about something else: the first that is counted stands for the family, and once below the line.
    share = [
        row(1, "a", "early", "f", 0, den=1.0),
        row(3, "b", "late", "f", 1, den=1.0),
        row(4, "b", "last", "f", 1, den=1.0),
    ]
    assert kept(share, ONCE) == ["late"]
    assert kept([item | {"num": 0.0} for item in share], ONCE) == ["early"]
    # On one day the name decides, so that the order of rows does not.
    tied = [row(1, "a", "y", "f", 1), row(1, "b", "x", "f", 1)]
    assert kept(tied, ONCE) == kept(tied[::-1], ONCE) == ["x"]


def test_of_a_family_that_is_boilerplate_first_the_text_counts() -> None:
    items = [
        row(1, "a", "frame", "f", 0, part="body", den=1.0),
        row(1, "a", "frame", "f", 9, part="boilerplate"),
        row(2, "b", "text", "f", 7, part="body", den=1.0),
        row(2, "b", "text", "f", 2, part="boilerplate"),
    ]
    assert kept(items, Layer("once", "left out")) == ["text"]
    assert kept(items, Layer("once", "counted")) == ["frame", "frame"]
    assert kept(items, Layer("all", "left out")) == ["frame", "text"]


@given(st.lists(st.tuples(st.integers(1, 20), st.integers(0, 4), st.booleans()), min_size=1, max_size=30))
def test_each_family_once(items: list[tuple[int, int, bool]]) -> None:
    """Against a plain loop over families."""
    made = [row(day, "a", f"d{at:02d}", f"f{copy}", float(some), den=1.0) for at, (day, copy, some) in enumerate(items)]
    wanted = set()
    for copy in {copy for _, copy, _ in items}:
        mine = [(not some, day, f"d{at:02d}") for at, (day, own, some) in enumerate(items) if own == copy]
        wanted.add(min(mine)[2])
    assert set(kept(made, ONCE)) == wanted
    assert len(kept(made, ONCE)) == len(wanted)


def laid(items: Sequence[dict[str, object]], layer: Layer = ALL) -> tuple[list[object], list[object], list[object]]:
    found = grid(rows(items), NO_DOUBT.empty_table(), layer)
    assert found is not None
    return found.num.tolist(), found.den.tolist(), found.seen.tolist()


def test_a_day_without_an_article_is_a_zero_and_an_unobserved_one_is_nothing() -> None:
    items = [
        *(row(day, name) for name in "ab" for day in (1, 2, 3) if (name, day) != ("b", 2)),
        row(2, "b", den=None),
        row(1, "a", "x", num=1),
        row(1, "a", "y", num=1),
        # An article of a day that was not observed is no full count of it.
        row(2, "b", "z", num=1),
    ]
    assert laid(items) == ([[2, 0, 0], [0, 0, 0]], [[1, 1, 1], [1, 0, 1]], [[True] * 3, [True, False, True]])


def test_an_article_outside_the_observed_days_is_nowhere() -> None:
    assert laid([row(1), row(5, doc="x", num=1)])[0] == [[0, 0, 0, 0, 0]]


def test_squares_are_those_of_whole_articles() -> None:
    items = [
        row(1, "a", den=0.0),
        row(1, "a", "x", num=3, part="body", den=1.0),
        row(1, "a", "x", num=4, part="boilerplate"),
        row(1, "a", "y", num=5, part="body", den=1.0),
        row(1, "a", "y", num=0, part="boilerplate"),
    ]
    squares = {}
    for rule in ("left out", "counted"):
        found = grid(rows(items), NO_DOUBT.empty_table(), Layer("all", rule))
        assert found is not None
        squares[rule] = (found.num.tolist(), found.den.tolist(), found.squares.tolist())
    assert squares == {"left out": ([[8]], [[2]], [[9 + 25]]), "counted": ([[12]], [[2]], [[49 + 25]])}


def test_faults_are_joined_day_by_day() -> None:
    doubts = [("a", 1, "x"), ("a", 2, "x"), ("a", 3, "y"), ("a", 5, "y"), ("b", 6, "y"), ("c", 7, "y")]
    table = pa.Table.from_pylist(
        [{"outlet": name, "start": FIRST.replace(day=day), "days": 1, "why": why} for name, day, why in doubts],
        NO_DOUBT,
    )
    found = faults_of(table, ("a", "b"), 1)
    assert found == tuple(
        Fault(name, Stretch(start=FIRST.replace(day=start), stop=FIRST.replace(day=stop)), why)
        for name, start, stop, why in [("a", 1, 3, "x"), ("a", 3, 4, "y"), ("a", 5, 6, "y"), ("b", 6, 7, "y")]
    )
    assert faults_of(table, ("a",), 7) == ()


@pytest.mark.parametrize("layer", [ONCE, ALL])
def test_order_of_rows_does_not_matter(layer: Layer) -> None:
    generator = np.random.default_rng(3)
    items = [row(day, name) for name in "abc" for day in range(1, 20)]
    items += [
        row(int(generator.integers(1, 20)), "abc"[at % 3], f"d{at}", f"f{at % 7}", float(generator.integers(0, 2)))
        for at in range(60)
    ]
    assert laid(items, layer) == laid([items[at] for at in generator.permutation(len(items))], layer)
