"""Intervals for measures on texts hold what they promise, and the tables of coverage come out as published before.

The expected coverages are of an independent simulation (2,000 and 4,000 worlds a row); a row may be
three standard errors of the difference of two simulations away.
"""

from __future__ import annotations

from functools import partial

import pytest

from tests.scripts import loaded

# share of variance that is of outlets, outlets: documents as draws, z, t(G - 1), t(G* - 1).
WINDOWS = {
    (0.0, 8): (0.946, 0.884, 0.924, 0.954),
    (0.0, 30): (0.952, 0.935, 0.942, 0.948),
    (0.05, 8): (0.695, 0.878, 0.922, 0.954),
    (0.05, 30): (0.861, 0.930, 0.944, 0.952),
    (0.1, 8): (0.540, 0.852, 0.904, 0.948),
    (0.1, 15): (0.644, 0.889, 0.918, 0.933),
    (0.1, 30): (0.779, 0.924, 0.938, 0.946),
    (0.1, 60): (0.855, 0.941, 0.948, 0.952),
    (0.3, 8): (0.370, 0.846, 0.906, 0.943),
    (0.3, 15): (0.444, 0.896, 0.927, 0.944),
    (0.3, 30): (0.574, 0.923, 0.937, 0.946),
    (0.3, 60): (0.722, 0.927, 0.931, 0.937),
}
COLUMNS = ("documents", "outlets z", "outlets t(G-1)", "tenor t(G*-1)")
# sd of outlets' own moves, outlets: coverage within outlets weighed by precision; width of documents as draws, and its.
ROUNDS = {
    (0.0, 8): (0.956, 0.54, 0.57),
    (0.0, 30): (0.954, 0.54, 0.51),
    (0.2, 8): (0.953, 0.55, 0.74),
    (0.2, 15): (0.953, 0.55, 0.62),
    (0.2, 30): (0.947, 0.55, 0.55),
    (0.4, 8): (0.942, 0.57, 1.10),
    (0.4, 15): (0.950, 0.57, 0.84),
    (0.4, 30): (0.951, 0.57, 0.68),
}


def slack(share: float, runs: int, others: float = float("inf")) -> float:
    return float(3 * (share * (1 - share) * (1 / runs + 1 / others)) ** 0.5)


@pytest.mark.parametrize("name", ["copies of 4, days move", "texts once, 12 a round, 2 rounds"])
def test_these_outlets_short(name: str) -> None:
    bench = loaded("benchmarks/contrasts.py")
    tally = bench.simulate(150, 7, lambda generator: bench.these_outlets(generator, bench.WORLDS[name]))
    assert tally.coverage("tenor") >= 0.95 - slack(0.95, 150)
    assert "tenor" not in tally.none
    # Copies taken for texts of their own promise far too much.
    if "copies" in name:
        assert tally.coverage("documents") < 0.85


def test_outlets_like_these_short() -> None:
    bench = loaded("benchmarks/contrasts.py")
    rounds = bench.simulate(150, 7, lambda generator: bench.two_rounds(generator, 10, 0.4))
    for name in ("outlet", "precision", "within", "composition"):
        assert rounds.coverage(name) >= 0.95 - slack(0.95, 150)
    assert rounds.coverage("documents") < 0.85
    window = bench.simulate(150, 7, lambda generator: bench.one_window(generator, 10, 0.3))
    assert window.coverage("tenor t(G*-1)") >= 0.95 - slack(0.95, 150)
    assert window.coverage("documents") < 0.6


@pytest.mark.slow
@pytest.mark.parametrize(("icc", "outlets"), WINDOWS)
def test_one_window(icc: float, outlets: int) -> None:
    bench = loaded("benchmarks/contrasts.py")
    tally = bench.simulate(2000, bench.WINDOWS[icc, outlets], partial(bench.one_window, outlets=outlets, icc=icc))
    for name, expected in zip(COLUMNS, WINDOWS[icc, outlets], strict=True):
        assert abs(tally.coverage(name) - expected) <= slack(expected, 2000, 2000), name


@pytest.mark.slow
@pytest.mark.parametrize(("tau", "outlets"), ROUNDS)
def test_two_rounds(tau: float, outlets: int) -> None:
    bench = loaded("benchmarks/contrasts.py")
    tally = bench.simulate(2000, bench.ROUNDS[tau, outlets], partial(bench.two_rounds, outlets=outlets, tau=tau))
    own, *widths = ROUNDS[tau, outlets]
    # What documents as draws would say hangs on how outlets' numbers vary, which was not published.
    assert tally.coverage("documents") < 0.9 or tau < 0.4
    assert abs(tally.coverage("precision") - own) <= slack(own, 2000, 4000)
    assert [tally.mean_width("documents"), tally.mean_width("precision")] == pytest.approx(widths, rel=0.1)
    # Every outlet the same weight is the default.
    assert abs(tally.coverage("outlet") - 0.95) <= slack(0.95, 2000)


@pytest.mark.slow
@pytest.mark.parametrize("name", loaded("benchmarks/contrasts.py").WORLDS)
def test_these_outlets(name: str) -> None:
    bench = loaded("benchmarks/contrasts.py")
    tally = bench.simulate(2000, bench.SEEDS[name], partial(bench.these_outlets, world=bench.WORLDS[name]))
    # Days that move together for days on end are one more thing that no day-by-day spread sees: 1 % less.
    floor = 0.94 if "AR" in name else 0.95
    assert tally.coverage("tenor") >= floor - slack(floor, 2000)
    assert tally.coverage("tenor") <= 0.995
