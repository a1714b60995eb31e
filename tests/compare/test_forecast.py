"""Scores of forecasts: published figures, figures worked out by hand, and what must hold of any forecast."""

from __future__ import annotations

import gzip
import json
import os
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.compare.forecast import (
    Forecasts,
    across_tables,
    brier,
    calibration,
    corp,
    log_loss,
    murphy,
    score,
)

SAID = [0.1, 0.1, 0.4, 0.4, 0.4, 0.8, 0.8, 0.8, 0.8, 0.8]
HAPPENED = [0, 0, 0, 1, 0, 1, 1, 1, 0, 1]
FOLDER = os.environ.get("TENOR_DATA")
needs_data = pytest.mark.skipif(FOLDER is None, reason="TENOR_DATA names no folder of data sets")

share = st.floats(0, 1, allow_nan=False)
pairs = st.lists(st.tuples(share, st.sampled_from([0.0, 1.0])), min_size=1, max_size=40)
spreads = st.lists(
    st.tuples(st.lists(share, min_size=1, max_size=6), st.sampled_from([0.0, 0.5, 1.0]), st.integers(0, 5)),
    min_size=1,
    max_size=25,
)


def forecasts(rows: list[tuple[list[float], float, int]]) -> Forecasts:
    return Forecasts.of([p for p, _, _ in rows], [o for _, o, _ in rows], [e for _, _, e in rows])


@cache
def published() -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with gzip.open(Path(str(FOLDER)) / "fte_forecasts" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            rows[row["source"]].append(row["fields"])
    return rows


# --- numbers that somebody else worked out -------------------------------------------------------------


def test_the_toy_of_ten_forecasts() -> None:
    found = Forecasts.of(SAID, HAPPENED)
    assert brier(SAID, HAPPENED) == pytest.approx(0.15)
    parts = murphy(found)
    assert parts.reliability == pytest.approx(0.003333, abs=1e-6)
    assert parts.resolution == pytest.approx(0.103333, abs=1e-6)
    assert parts.uncertainty == pytest.approx(0.25)
    assert parts.within == 0
    loss, clipped = log_loss(found)
    assert loss == pytest.approx(0.465068, abs=1e-6)
    assert clipped == 0
    whole = score(found)
    assert whole.skill == pytest.approx(0.4)  # 1 - .15 / .25
    assert whole.base_rate == 0.5


@needs_data
def test_games_of_the_nfl() -> None:
    games = published()["nfl_games"]
    found = Forecasts.of([float(row["prob1"]) for row in games], [float(row["prob1_outcome"]) for row in games])
    whole = score(found)
    assert whole.number == 1_889
    assert whole.brier == pytest.approx(0.22011, abs=5e-6)
    assert whole.low is not None
    assert whole.high is not None
    assert whole.low < 0.22011 < whole.high
    # These forecasts are known for being calibrated: nearly every bin holds what it says.
    bins = calibration(found).bins
    assert len(bins) == 5
    assert sum(item.low <= item.said <= item.high for item in bins) >= 4
    assert whole.gain_low is not None
    assert whole.gain_low > 0


@needs_data
@pytest.mark.parametrize(
    ("year", "kind", "published_score"),
    [
        ("2018", "lite", 0.07115),
        ("2018", "classic", 0.06266),
        ("2018", "deluxe", 0.06131),
        ("2022", "lite", 0.0269),
        ("2022", "classic", 0.02418),
        ("2022", "deluxe", 0.02854),
    ],
)
def test_elections_of_governors_on_the_last_day(year: str, kind: str, published_score: float) -> None:
    rows = [row for row in published()["governors_elections"] if row["year"] == year and row["forecast_type"] == kind]
    last = max(row["forecast_date"] for row in rows)
    rows = [row for row in rows if row["forecast_date"] == last]
    said = [float(row["probwin"]) for row in rows]
    happened = [float(row["probwin_outcome"]) for row in rows]
    assert brier(said, happened) == pytest.approx(published_score, abs=5e-6)
    # Candidates of one election are one event: one wins because the others lose.
    whole = score(Forecasts.of(said, happened, [row["state"] + row["special"] for row in rows]))
    assert whole.events == 36
    alone = score(Forecasts.of(said, happened))
    assert (whole.low, whole.high) != (alone.low, alone.high)


def test_isotonic_regression_by_hand() -> None:
    # 1, 0 | 0, 1, 1: the first falls, is pooled to .5 with the second and to 1/3 with the third.
    parts, calibrated = corp(Forecasts.of([0.1, 0.2, 0.3, 0.6, 0.9], [1, 0, 0, 1, 1]))
    assert calibrated.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1, 1])
    assert parts.uncertainty == pytest.approx(0.24)
    assert parts.resolution == pytest.approx(0.24 - (4 / 9 + 1 / 9 + 1 / 9) / 5)


def test_a_spread_costs_what_its_points_cost() -> None:
    # "likely" as .6, .7 and .8 when it happens: (.16 + .09 + .04) / 3.
    assert score(Forecasts.of([[0.6, 0.7, 0.8]], [1])).brier == pytest.approx(0.29 / 3)
    assert score(Forecasts.of([0.7], [1])).brier == pytest.approx(0.09), "its middle would cost less"


def test_clipping_is_counted() -> None:
    loss, clipped = log_loss(Forecasts.of([0.0, 1.0, 0.999, 0.5], [1, 1, 1, 1]))
    assert clipped == 3
    assert loss == pytest.approx((-np.log(0.01) - 2 * np.log(0.99) - np.log(0.5)) / 4)
    assert log_loss(Forecasts.of([[0.0, 0.5], [0.0, 0.0]], [1, 0]))[1] == 2, "a forecast is counted once"


# --- one event is one outcome ----------------------------------------------------------------------------


def test_ten_people_on_one_event_are_one_outcome() -> None:
    one = score(Forecasts.of([0.9] * 10, [1] * 10, ["talks"] * 10))
    assert (one.events, one.low, one.skill) == (1, None, None)
    crowd = Forecasts.of(SAID * 10, HAPPENED * 10, list(range(10)) * 10)
    wide, narrow = score(crowd), score(Forecasts.of(SAID * 10, HAPPENED * 10))
    alone = score(Forecasts.of(SAID, HAPPENED))
    assert wide.low == pytest.approx(alone.low)
    assert wide.high == pytest.approx(alone.high)
    assert narrow.low is not None
    assert wide.low is not None
    assert narrow.low > wide.low


def test_no_curve_under_fifty_events() -> None:
    said, happened = list(np.linspace(0.05, 0.95, 49)), [0, 1] * 24 + [0]
    few = calibration(Forecasts.of(said, happened))
    assert (few.bins, few.why) == ((), "49 events are resolved, and a curve needs 50")
    repeated = calibration(Forecasts.of(said * 3, happened * 3, list(range(49)) * 3))
    assert repeated.bins == (), "three forecasts of 49 events are 49 events"
    enough = calibration(Forecasts.of([*said, 0.5], [*happened, 1]))
    assert [item.number for item in enough.bins] == [10] * 5
    assert all(item.low <= item.happened <= item.high for item in enough.bins)


def test_equal_probabilities_are_never_parted() -> None:
    bins = calibration(Forecasts.of([0.7] * 40 + [0.2] * 20, [1] * 30 + [0] * 30)).bins
    assert [item.said for item in bins] == pytest.approx([0.2, 0.7])
    assert [item.number for item in bins] == [20, 40]
    assert bins[1].happened == pytest.approx(0.75)


# --- what is said of a holder ----------------------------------------------------------------------------


def skilled(p: float, number: int = 20) -> Forecasts:
    """Return forecasts of p for what happened and 1 - p for what did not, all but one of them right."""
    outcomes = [1, 0] * (number // 2)
    said = [p if outcome else 1 - p for outcome in outcomes]
    said[0] = 1 - said[0]
    return Forecasts.of(said, outcomes)


def test_a_verdict_needs_every_table() -> None:
    good, bad = score(skilled(0.8)), score(skilled(0.2))
    assert across_tables({"a": good, "b": good}).skill == "better than the base rate"
    assert across_tables({"a": bad}).skill == "worse than the base rate"
    mixed = across_tables({"a": good, "b": bad})
    assert (mixed.skill, mixed.low, mixed.high) == ("no verdict", good.brier, bad.brier)
    assert "depends on the table" in mixed.why
    assert "needs 10" in across_tables({"a": score(skilled(0.8, 8))}).why
    assert "alike" in across_tables({"a": score(Forecasts.of([0.8] * 12, [1] * 12))}).why
    half_right = Forecasts.of([0.7, 0.3, 0.3, 0.7, 0.7] * 4, [1, 0, 1, 0, 1] * 4)
    assert "interval" in across_tables({"a": score(half_right)}).why


# --- what can't be scored --------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", [-0.01, 1.01, float("nan"), float("inf")])
def test_numbers_outside_zero_and_one_are_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="a probability is not between 0 and 1"):
        Forecasts.of([0.5, bad], [0, 1])
    with pytest.raises(ValueError, match="outcome is not between 0 and 1"):
        Forecasts.of([0.5, 0.5], [0, bad])


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="do not fit each other"):
        Forecasts.of([0.5, 0.5], [1])
    with pytest.raises(ValueError, match="do not fit each other"):
        Forecasts.of([0.5, []], [1, 0])
    for nothing in (lambda: brier([], []), lambda: score(Forecasts.of([], []))):
        with pytest.raises(ValueError, match="there is no forecast to score"):
            nothing()


# --- what holds of any forecasts -------------------------------------------------------------------------


@given(spreads)
def test_every_split_adds_up(rows: list[tuple[list[float], float, int]]) -> None:
    found = forecasts(rows)
    whole = score(found).brier
    assert 0 <= whole <= 1
    for parts in (murphy(found), murphy(found, 5), corp(found)[0]):
        total = parts.reliability - parts.resolution + parts.uncertainty + parts.within
        assert total == pytest.approx(whole, abs=1e-9)
        assert parts.reliability >= -1e-12
        assert parts.resolution >= -1e-12
    assert murphy(found).within == 0


@given(spreads)
def test_isotonic_values_never_fall_and_keep_the_base_rate(rows: list[tuple[list[float], float, int]]) -> None:
    found = forecasts(rows)
    _, calibrated = corp(found)
    order = np.argsort(found.points, kind="stable")
    assert np.all(np.diff(calibrated[order]) >= -1e-12)
    assert np.sum(calibrated * found.weights) == pytest.approx(np.sum(found.outcome), abs=1e-9)


@given(pairs)
def test_turning_everything_round_changes_no_score(rows: list[tuple[float, float]]) -> None:
    said, happened = [p for p, _ in rows], [o for _, o in rows]
    turned = brier([1 - p for p in said], [1 - o for o in happened])
    assert turned == pytest.approx(brier(said, happened), abs=1e-12)


@given(pairs, st.randoms(use_true_random=False))
def test_the_order_of_forecasts_does_not_matter(rows: list[tuple[float, float]], random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one, other = (score(Forecasts.of([p for p, _ in item], [o for _, o in item])) for item in (rows, mixed))
    assert one.brier == pytest.approx(other.brier, abs=1e-12)
    assert one.clipped == other.clipped
    assert (one.skill is None) == (other.skill is None)


@given(st.lists(share, min_size=1, max_size=8), st.sampled_from([0.0, 1.0]))
def test_a_spread_never_costs_less_than_its_middle(points: list[float], outcome: float) -> None:
    spread = score(Forecasts.of([points], [outcome])).brier
    assert spread >= brier([float(np.mean(points))], [outcome]) - 1e-12


@given(st.lists(st.sampled_from([0.0, 1.0]), min_size=2, max_size=30))
def test_the_base_rate_has_no_skill(outcomes: list[float]) -> None:
    base = float(np.mean(outcomes))
    found = score(Forecasts.of([base] * len(outcomes), outcomes))
    assert found.skill is None if base in (0, 1) else found.skill == pytest.approx(0, abs=1e-9)
