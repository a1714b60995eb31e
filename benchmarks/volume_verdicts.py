"""Run the verdict where the truth is known: days share shocks, and no round differs from another.

Twelve outlets, two five-day windows 30 days apart, negative binomial counts (k = 2), day shocks
common to all outlets with autocorrelation 0.5. A directional verdict ("supported", "right
direction", "opposite direction found") is wrong here; the table prints how often tenor gives
one, beside what intervals that ignore shared days would have said.

    python benchmarks/volume_verdicts.py [runs]        (2000 runs for two digits; 200 by default)
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from tenor.audit.frame import Frame, Grid
from tenor.audit.layers import Layer
from tenor.audit.verdict import ask, judge
from tenor.model import ComparisonPeriod, Event, Hypothesis, Margin, Plan, Round, Stretch, Window
from tenor.results import Finding

OUTLETS, DAYS, FIRST, APART, LENGTH = 12, 190, 100, 30, 5
BURN_IN = 22
ORIGIN = date(2020, 1, 6)
DIRECTIONAL = ("supported", "right direction, size not established", "opposite direction found")
Floats = NDArray[np.float64]


def counts(generator: np.random.Generator, day_sd: float, ratio: float = 1.0, rise: float = 1.0) -> Floats:
    """Return pieces by outlet and day; round two is `ratio` times round one, which is `rise` times usual."""
    shocks = generator.normal(size=DAYS)
    for day in range(1, DAYS):
        shocks[day] = 0.5 * shocks[day - 1] + np.sqrt(0.75) * shocks[day]
    effect = np.ones(DAYS)
    effect[FIRST : FIRST + LENGTH] = rise
    effect[FIRST + APART : FIRST + APART + LENGTH] = rise * ratio
    size = np.exp(generator.normal(0, 0.65, size=(OUTLETS, 1)))
    mean = 3.0 * size * np.exp(day_sd * shocks) * effect
    return generator.poisson(mean * generator.gamma(2.0, 0.5, size=mean.shape)).astype(float)


def plan() -> Plan:
    """Return the study the counts belong to."""
    rounds = tuple(
        Round(id=name, label=f"round {name}", date=ORIGIN + timedelta(days=day), query="q")
        for name, day in (("r1", FIRST), ("r2", FIRST + APART))
    )
    stop = ORIGIN + timedelta(days=DAYS)
    return Plan(
        id="simulation",
        title="Simulation",
        event=Event(
            title="Simulation",
            timezone="UTC",
            window=Window(start=0, stop=LENGTH - 1, unit="day"),
            other_windows=(Window(start=0, stop=2, unit="day"),),
        ),
        rounds=rounds,
        comparison=ComparisonPeriod(stretch=Stretch(start=ORIGIN + timedelta(days=BURN_IN), stop=stop)),
        sources=(),
        file="simulation",
        sha256="",
    )


HYPOTHESIS = Hypothesis(
    id="H",
    claim="sparse",
    measure="volume.rate",
    query="q",
    population="comparable events",
    contrast=(("r2", 1.0), ("r1", -1.0)),
    relation="less",
    margin=Margin(size=0.8, words="at least 20 % fewer"),
)


def verdict_on(pieces: Floats, study: Plan) -> Finding:
    """Audit one simulated world, from its grid to the verdict."""
    everywhere = np.ones(pieces.shape, bool)
    grid = Grid(
        origin=ORIGIN,
        step=1,
        outlets=tuple(f"o{at:02d}" for at in range(OUTLETS)),
        num=pieces,
        den=np.ones(pieces.shape),
        squares=pieces**2,
        seen=everywhere,
        doubt=~everywhere,
    )
    frame = Frame(plan=study, rounds=study.rounds[::-1], layers={Layer("", ""): (grid, grid)})
    return judge([ask(HYPOTHESIS, frame)], {})[0]


@dataclass(slots=True)
class Tally:
    """How often each verdict and each naive interval spoke for a direction."""

    runs: int = 0
    words: dict[str, int] = field(default_factory=dict)
    naive: dict[str, int] = field(default_factory=dict)

    def add(self, finding: Finding) -> None:
        """Count one audited world."""
        self.runs += 1
        self.words[finding.word] = self.words.get(finding.word, 0) + 1
        for name, estimate in zip(("own", "Poisson", "quasi-Poisson", "outlets"), finding.alternatives, strict=True):
            assert estimate.low is not None
            assert estimate.high is not None
            self.naive[name] = self.naive.get(name, 0) + (estimate.low > 1 or estimate.high < 1)

    @property
    def directional(self) -> float:
        """Return the share of directional verdicts."""
        return sum(self.words.get(word, 0) for word in DIRECTIONAL) / self.runs

    def share(self, name: str) -> float:
        """Return how often a named interval excluded "no difference"."""
        return self.naive.get(name, 0) / self.runs


def simulate(runs: int, day_sd: float, *, seed: int, ratio: float = 1.0, rise: float = 1.0) -> Tally:
    """Audit `runs` worlds with day shocks of a standard deviation (log scale)."""
    generator = np.random.default_rng(seed)
    study, tally = plan(), Tally()
    for _ in range(runs):
        tally.add(verdict_on(counts(generator, day_sd, ratio, rise), study))
    return tally


def lines(runs: int) -> Iterator[str]:
    """Print the table row by row."""
    yield f"{runs} runs a row, fixed seeds; the share of verdicts (intervals) that claim a direction"
    yield "truth            day sd   verdict   own interval   Poisson   quasi-Poisson   outlets as clusters"
    for name, ratio, rise in (("no difference", 1.0, 1.0), ("half, after a threefold rise", 0.5, 3.0)):
        for seed, day_sd in enumerate((0.0, 0.3, 0.6), start=1):
            tally = simulate(runs, day_sd, seed=seed, ratio=ratio, rise=rise)
            shares = [tally.share(key) for key in ("own", "Poisson", "quasi-Poisson", "outlets")]
            row = "   ".join(f"{value:.3f}" for value in (tally.directional, *shares))
            yield f"{name:28} {day_sd:.1f}   {row}   {dict(sorted(tally.words.items()))}"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 200):
        print(line, flush=True)
