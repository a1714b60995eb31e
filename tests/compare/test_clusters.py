"""Variances over copy groups and days, against what can be worked out by hand or written down in full."""

from __future__ import annotations

import numpy as np
import pytest

from tenor.compare.clusters import (
    Cells,
    Floats,
    Numbers,
    Rows,
    by_document,
    copies_and_days,
    pairs,
    spread,
    stacked,
)


def rows_of(
    y: list[float],
    at: list[int],
    *,
    outlet: list[int] | None = None,
    copy: list[int] | None = None,
    day: int | None = 0,
) -> Rows:
    """Return documents as rows; `day` None gives each a day of its own."""
    own = np.arange(len(y))
    return Rows(
        num=np.array(y, float),
        den=np.ones(len(y)),
        outlet=np.array(outlet) if outlet else 0 * own,
        round=np.array(at),
        copy=np.array(copy) if copy else own,
        day=own if day is None else np.full(len(y), day),
        document=own,
    )


def in_full(clusters: Numbers, cells: Cells) -> tuple[float, float]:
    """Return the factor and the degrees of freedom from the map of cluster effects, written down."""
    share = np.zeros((clusters.max() + 1, cells.weights.size))
    np.add.at(share, (clusters, cells.own), cells.den)
    share /= share.sum(axis=0)
    weights = np.abs(cells.weights)
    own = share @ weights
    moves = np.diag(own) - (share * weights) @ share.T
    seen = moves.T @ moves
    return float(np.sum(own**2) / np.trace(seen)), float(np.trace(seen) ** 2 / np.trace(seen @ seen))


@pytest.mark.parametrize("seed", range(5))
def test_the_short_way_is_the_long_way(seed: int) -> None:
    generator = np.random.default_rng(seed)
    own, clusters = np.arange(60) % 6, generator.permutation(np.arange(60) % 9)
    cells = Cells(own=own, den=generator.uniform(0.5, 2, 60), weights=generator.normal(size=6))
    psi = generator.normal(size=60)
    found = spread(psi, clusters, cells)
    factor, df = in_full(clusters, cells)
    assert found is not None
    assert found.variance == pytest.approx(factor * np.sum(np.bincount(clusters, weights=psi) ** 2))
    assert found.df == pytest.approx(df)


def test_one_cell_of_equal_clusters_is_the_plain_error_of_a_mean() -> None:
    y: Floats = np.array([1.0, 2.0, 6.0, 3.0])
    cells = Cells(own=np.zeros(4, np.int64), den=np.ones(4), weights=np.ones(1))
    found = spread((y - 3) / 4, np.arange(4), cells)
    # Squares 4 + 1 + 9 + 0 over 3, over 4.
    assert found is not None
    assert [found.variance, found.df] == pytest.approx([14 / 12, 3])


def test_one_cluster_tells_nothing() -> None:
    cells = Cells(own=np.array([0, 0, 1]), den=np.ones(3), weights=np.array([1.0, -1.0]))
    assert spread(np.zeros(3), np.array([0, 0, 1]), cells) is None


def test_a_cell_with_one_text_borrows_from_the_others() -> None:
    # Rounds of three texts and of one: 1, 2, 3 against 7. A text's variance is 1, seen in the first
    # round only, on 2 degrees of freedom; the difference has variance 1/3 + 1.
    own = np.array([0, 0, 0, 1])
    cells = Cells(own=own, den=np.ones(4), weights=np.array([-1.0, 1.0]))
    found = spread(np.array([1 / 3, 0, -1 / 3, 0]), np.arange(4), cells)
    assert found is not None
    assert [found.variance, found.df] == pytest.approx([4 / 3, 2])


def test_the_widest_of_copies_and_days() -> None:
    # Copies move nothing against each other inside a day; days do.
    y, day = np.array([1.0, 1.0, 3.0, 3.0, 5.0, 5.0]), np.array([0, 0, 1, 1, 2, 2])
    own = np.arange(6)
    rows = Rows(num=y, den=np.ones(6), outlet=0 * own, round=0 * own, copy=own, day=day, document=own)
    found = copies_and_days((y - 3) / 6, rows, Cells(own=0 * own, den=rows.den, weights=np.ones(1)))
    # Three days 1, 3, 5: variance 4 over 3, on 2 degrees of freedom (copies: 16 / 5 over 6).
    assert found is not None
    assert [found.variance, found.df] == pytest.approx([4 / 3, 2])
    assert found.over == "6 copy groups and 3 days, whichever moves it more"


def test_one_day_is_said_to_be_blind() -> None:
    rows = rows_of([1, 2, 3], [0, 0, 0])
    found = copies_and_days((rows.num - 2) / 3, rows, Cells(own=rows.round, den=rows.den, weights=np.ones(1)))
    assert found is not None
    assert found.over == "3 copy groups, blind to what is particular to a day"


def test_one_copied_text_tells_nothing_however_many_days_it_runs() -> None:
    rows = rows_of([1, 2, 3], [0, 0, 0], copy=[5, 5, 5], day=None)
    assert copies_and_days((rows.num - 2) / 3, rows, Cells(own=rows.round, den=rows.den, weights=np.ones(1))) is None


def test_pairs_of_numbers() -> None:
    assert pairs(np.array([3, 3, -1, 3]), np.array([9, 8, 9, 9])).tolist() == [2, 1, 0, 2]


def test_a_document_weighs_the_same_however_long() -> None:
    own = np.array([4, 4, 4, 9])
    rows = Rows(
        num=np.array([1.0, 0.0, 0.0, 3.0]),
        den=np.array([1.0, 1.0, 2.0, 1.0]),
        outlet=own,
        round=np.array([0, 0, 1, 0]),
        copy=own,
        day=own,
        document=own,
    )
    found = by_document(rows)
    # Document 4 has a ratio of 1/2 in the first round and of 0 in the second.
    assert found.num.tolist() == [0.5, 0.0, 3.0]
    assert found.den.tolist() == [1.0, 1.0, 1.0]
    assert found.round.tolist() == [0, 1, 0]
    assert len(by_document(rows.only(np.zeros(4, bool)))) == 0


@pytest.mark.parametrize(("column", "what"), [("outlet", "outlets"), ("copy", "copy groups"), ("day", "days")])
def test_a_document_stands_in_one_place(column: str, what: str) -> None:
    same, two = np.zeros(2, np.int64), np.arange(2)
    codes = {name: two if name == column else same for name in ("outlet", "copy", "day")}
    rows = Rows(
        num=np.ones(2),
        den=np.ones(2),
        outlet=codes["outlet"],
        round=same,
        copy=codes["copy"],
        day=codes["day"],
        document=same,
    )
    with pytest.raises(ValueError, match=f"stands in two {what}"):
        by_document(rows)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_what_is_not_finite_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not finite"):
        rows_of([1, bad], [0, 0])
    same = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="not finite"):
        Rows(num=np.ones(1), den=np.array([bad]), outlet=same, round=same, copy=same, day=same, document=same)


@pytest.mark.parametrize("bad", [0.0, -1.0])
def test_nothing_below_the_line_is_refused(bad: float) -> None:
    same = np.zeros(1, np.int64)
    with pytest.raises(ValueError, match="below the line"):
        Rows(num=np.ones(1), den=np.array([bad]), outlet=same, round=same, copy=same, day=same, document=same)


def test_columns_of_different_length_are_refused() -> None:
    one, two = np.zeros(1, np.int64), np.zeros(2, np.int64)
    with pytest.raises(ValueError, match="differ in length"):
        Rows(num=np.ones(2), den=np.ones(2), outlet=two, round=one, copy=two, day=two, document=two)


def test_stacked_rows_keep_their_order() -> None:
    found = stacked([rows_of([1, 2], [0, 1]), rows_of([3], [0])])
    assert found.num.tolist() == [1, 2, 3]
    assert found.round.tolist() == [0, 1, 0]
