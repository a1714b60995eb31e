"""What could be seen: the numbers of the reference, and what must hold of any."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.compare.power import chance_of_sameness, smallest_seen


def test_the_smallest_difference_of_some_numbers_of_outlets() -> None:
    # methods.md 4, "Power": outlets' differences spread by .3; and by .5 in the logarithm, as a fall.
    assert [round(smallest_seen(0.3, outlets), 3) for outlets in (8, 12, 20, 40)] == [0.346, 0.266, 0.198, 0.136]
    falls = [round(math.exp(-smallest_seen(0.5, outlets)), 2) for outlets in (8, 12, 20, 40)]
    assert falls == [0.56, 0.64, 0.72, 0.80]


def test_the_chance_of_sameness_is_how_often_it_is_shown() -> None:
    generator = np.random.default_rng(5)
    runs, outlets, spread, margin = 4_000, 12, 0.3, 0.25
    draws = generator.normal(0, spread, (runs, outlets))
    means, errors = draws.mean(axis=1), draws.std(axis=1, ddof=1) / math.sqrt(outlets)
    shown = np.mean(np.abs(means) < margin - 1.795885 * errors)  # t(.95) with 11 degrees of freedom
    # The formula takes the error for known; what is left out moves it by less than this.
    assert chance_of_sameness(margin, spread, outlets) == pytest.approx(shown, abs=0.05)


@given(st.floats(0.01, 10), st.integers(2, 200), st.floats(0.01, 10))
def test_more_outlets_see_more(spread: float, outlets: int, margin: float) -> None:
    assert smallest_seen(spread, outlets + 1) < smallest_seen(spread, outlets)
    assert 0 <= chance_of_sameness(margin, spread, outlets) <= chance_of_sameness(margin, spread, outlets + 1) <= 1


@pytest.mark.parametrize(("spread", "outlets"), [(0.3, 1), (0.0, 9), (-1.0, 9), (math.nan, 9), (math.inf, 9)])
def test_what_has_no_spread_is_refused(spread: float, outlets: int) -> None:
    with pytest.raises(ValueError, match="spread"):
        smallest_seen(spread, outlets)
