"""Texts in ordinary time, and without the days of other events: worked out by hand on agency texts."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from tenor.results import Finding
from tests.corpus.press import COMPARISON, ROUNDS, article, press

CLAIM = """\
tenor_claims: 1
claims:
  - id: agency
    quote: nothing but agency text
    holder: a commentator
    date: 2024-04-10
    source: a test
    hypotheses:
      - id: H1
        measure: originality.agency_share
        query: talks
        population: these outlets
        outlets: [a, b]
        contrast: {r3: 1, r1: -1}
        relation: greater
        margin: at least 10 points higher
"""
THIRD = (date(2024, 4, 1), date(2024, 4, 2), date(2024, 4, 3))
OTHER = ROUNDS.replace("date: 2024-04-01,", "date: 2024-04-01, confounders: [{date: 2024-04-02, what: a strike}],")


def _found(folder: Path, wired: set[date], *, rounds: str = ROUNDS, comparison: str = COMPARISON) -> Finding:
    """Judge a corpus with an article an outlet and day; on some days all of it is agency text, but b's of 1 April."""
    documents = []
    for at in range(121):
        day = date(2024, 1, 1) + timedelta(days=at)
        for outlet in ("a", "b"):
            text = f"The talks as {outlet} told them on day {at}."
            documents.append(
                article(
                    text + "\n\nSource: Reuters" * (day in wired and (outlet, day) != ("b", THIRD[0])),
                    outlet=outlet,
                    at=str(day),
                )
            )
    study = press(folder, documents, rounds=rounds, comparison=comparison, claims=CLAIM)
    return study.audit().verdicts[0].findings[0]


def test_where_nothing_happened_nothing_moves(tmp_path: Path) -> None:
    placebo = _found(tmp_path, set(THIRD)).placebo
    assert placebo is not None
    # 121 days less three rounds of three days: 10 + 8 + 9 + 9 stretches of three days.
    assert (placebo.k, placebo.placements, placebo.as_far) == (36, 200, 0)
    assert set(placebo.effects) == {0.0}
    assert placebo.observed == pytest.approx(100 * 5 / 6)
    assert (placebo.scale, placebo.unit) == ("difference", "percentage points")


def test_ordinary_time_may_move_as_far(tmp_path: Path) -> None:
    often = {date(2024, 1, 1) + timedelta(days=at) for at in range(0, 121, 4)}
    placebo = _found(tmp_path, often | set(THIRD)).placebo
    assert placebo is not None
    assert len(set(placebo.effects)) > 1
    assert max(map(abs, placebo.effects)) <= 100
    assert placebo.as_far == sum(abs(value) >= abs(placebo.observed) for value in placebo.effects)


def test_without_ordinary_time_there_is_no_line(tmp_path: Path) -> None:
    assert _found(tmp_path, set(THIRD), comparison="").placebo is None


def test_days_of_other_events_are_left_out_as_one_way_of_counting(tmp_path: Path) -> None:
    found = _found(tmp_path, {THIRD[1]}, rounds=OTHER)
    effects = {dict(item.choices)["days"]: item.effect for item in found.specifications}
    assert effects["all days"] == pytest.approx(1 / 3)
    assert effects["without the days of other events"] == 0
