"""Wrong directional verdicts where nothing differs: at most 2 %, within two Monte Carlo errors."""

from __future__ import annotations

import pytest

from tests.scripts import loaded


def check(runs: int, day_sd: float, seed: int) -> None:
    tally = loaded("benchmarks/volume_verdicts.py").simulate(runs, day_sd, seed=seed)
    slack = 2 * (0.02 * 0.98 / runs) ** 0.5
    assert tally.directional <= 0.02 + slack
    # The clustered interval is fooled wherever outlets share their days.
    if day_sd >= 0.3:
        assert tally.share("outlets") > 0.15
        assert tally.share("Poisson") > 0.4


@pytest.mark.parametrize(("day_sd", "seed"), [(0.0, 1), (0.3, 2), (0.6, 3)])
def test_short(day_sd: float, seed: int) -> None:
    check(150, day_sd, seed)


@pytest.mark.slow
@pytest.mark.parametrize(("day_sd", "seed"), [(0.0, 1), (0.3, 2), (0.6, 3)])
def test_two_thousand_worlds(day_sd: float, seed: int) -> None:
    check(2000, day_sd, seed)


def test_a_real_decline_is_found() -> None:
    tally = loaded("benchmarks/volume_verdicts.py").simulate(60, 0.0, seed=1, ratio=0.4, rise=3.0)
    right = tally.words.get("supported", 0) + tally.words.get("right direction, size not established", 0)
    assert right >= 48
    assert "opposite direction found" not in tally.words
