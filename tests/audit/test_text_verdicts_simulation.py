"""Verdicts on texts keep their promises where the truth is known."""

from __future__ import annotations

import numpy as np
import pytest

from tenor.compare.clusters import Rows
from tenor.compare.contrasts import contrast
from tests.scripts import loaded

RUNS = 2_000
BENCH = "benchmarks/text_verdicts.py"


def test_an_estimate_is_the_mean_of_the_outlets_own_differences() -> None:
    bench = loaded(BENCH)
    own = bench.outlet_differences(np.random.default_rng(1), -0.3, 12, 15)[0]
    # One row an outlet and round: nothing in the first two, the outlet's difference in the third.
    outlets = np.repeat(np.arange(12), 3)
    rounds = np.tile(np.arange(3), 12)
    places = np.arange(36)
    rows = Rows(num=np.where(rounds == 2, own[outlets], 0.0), den=np.ones(36), outlet=outlets, round=rounds,
                copy=places, day=rounds, document=places)  # fmt: skip
    found = contrast(rows, [-0.5, -0.5, 1.0], population="outlets like these", weighing="outlet")
    assert found.test is not None
    assert found.value == pytest.approx(own.mean())
    assert found.test.std_error == pytest.approx(own.std(ddof=1) / 12**0.5)
    assert found.test.df == 11


def slack(share: float, runs: int) -> float:
    """Return two standard errors of a simulated share; hypotheses of a family are independent."""
    return float(2 * (share * (1 - share) / (8 * runs)) ** 0.5)


@pytest.mark.slow
@pytest.mark.parametrize(("outlets", "documents"), [(8, 10), (12, 15), (20, 20), (40, 20)])
def test_verdicts_keep_their_promises(outlets: int, documents: int) -> None:
    bench = loaded(BENCH)
    nothing, margin, twice = (bench.told(1, RUNS, truth, outlets, documents) for truth in (0.0, -0.2, -0.4))
    assert nothing.share(*bench.DIRECTIONAL) <= 0.02 + slack(0.02, RUNS)
    # The naive rule calls nothing a difference too often, and a difference that matters "the same".
    assert margin.share(bench.SAME) <= 0.05 + slack(0.05, RUNS)
    assert margin.share("supported") <= 0.05 + slack(0.05, RUNS)
    assert margin.naive_same / margin.runs > margin.share(bench.SAME)
    assert twice.share("opposite direction found", bench.SAME) == 0
    if outlets >= 20:
        assert twice.share("supported", "right direction, size not established") >= 0.9
