"""Correct a model by people's codes where the truth is known: how often do intervals hold it, and how wide are they?

Four tables. Outlets: 2,000 documents, a model that is off, 200 codes; the truth is that of outlets like these, or of
these documents. Rounds: a classifier that errs more often in the second round than in the first, and the contrast of
the two. Within outlets: the same outlet by outlet, with codes drawn by round and thirds of the model's figure. Widths:
what the model saves. Beside tenor's numbers stand those of the model alone, of one correction for all rounds, and of
PPI++ as it is for independent documents.

    python benchmarks/correction.py [runs]        (2000 by default)
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import product

import numpy as np
from numpy.typing import NDArray

from tenor.compare.clusters import Rows
from tenor.compare.contrasts import DifferenceTest, Estimated
from tenor.compare.correct import Coded, corrected, corrected_level

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Tests = dict[str, tuple[DifferenceTest, float]]
SIZES, OUTLET_SD, ALPHA = 0.8, 0.65, 0.05
PREVALENCE, FOUND, FALSE = 0.3, 0.85, (0.05, 0.12)


@dataclass(slots=True)
class Tally:
    """How often each interval held the truth, and how wide it was."""

    runs: int = 0
    held: dict[str, int] = field(default_factory=dict)
    width: dict[str, float] = field(default_factory=dict)

    def add(self, tests: Tests) -> None:
        """Count the intervals of one world."""
        self.runs += 1
        for name, (test, truth) in tests.items():
            low, high = test.interval(ALPHA)
            self.held[name] = self.held.get(name, 0) + (low <= truth <= high)
            self.width[name] = self.width.get(name, 0.0) + high - low

    def coverage(self, name: str) -> float:
        """Return how often an interval held the truth."""
        return self.held[name] / self.runs

    def mean_width(self, name: str) -> float:
        """Return the mean width of an interval."""
        return self.width[name] / self.runs

    def row(self) -> str:
        """Return coverage and width of every interval."""
        return "   ".join(f"{name} {self.coverage(name):.3f} ({self.mean_width(name):.3f})" for name in self.held)


def coded_rows(truth: Floats, figures: Floats, draw: tuple[Numbers, Floats], outlet: Numbers, at: Numbers) -> Coded:
    """Return documents as rows, each a copy group of its own; `draw` has the strata and which chance a row has."""
    (stratum, chance), own = draw, np.arange(truth.size)
    rows = Rows(num=figures, den=np.ones(own.size), outlet=outlet, round=at, copy=own, day=0 * own, document=own)
    return Coded(rows=rows, codes=truth, pi=chance, stratum=stratum)


def drawn(generator: np.random.Generator, stratum: Numbers, number: int) -> tuple[NDArray[np.bool_], Floats]:
    """Draw so many rows of each stratum; return which, and with which chance."""
    there, chance = np.zeros(stratum.size, np.bool_), np.ones(stratum.size)
    for one in np.unique(stratum):
        own = np.flatnonzero(stratum == one)
        there[generator.permutation(own)[:number]] = True
        chance[own] = min(1.0, number / own.size)
    return there, chance


def judged(found: Estimated) -> DifferenceTest:
    """Return the test of an estimate that is known to have one."""
    assert isinstance(found.test, DifferenceTest)
    return found.test


def plain(values: Floats) -> tuple[float, float]:
    """Return a mean and its variance."""
    return float(np.mean(values)), float(np.var(values, ddof=1) / values.size)


def independent(codes: Floats, figures: Floats) -> DifferenceTest:
    """Return PPI++ for documents that are independent draws."""
    there = ~np.isnan(codes)
    share = float(np.mean(there))
    slope = np.cov(codes[there], figures[there])[0, 1] / max(np.var(figures), 1e-12) * (1 - share)
    lam = float(np.clip(slope, 0, 1))
    middle, error = plain(lam * figures[~there])
    off, more = plain(codes[there] - lam * figures[there])
    return DifferenceTest(middle + off, float(np.sqrt(error + more)), np.inf)


# ------------------------------------------------------------------------------------------ outlets


def outlets(generator: np.random.Generator, count: int, icc: float) -> Tests:
    """Return intervals for the mean of 2,000 documents, 200 of them coded; `icc` of the variance is of outlets."""
    sizes = generator.lognormal(0, SIZES, count)
    outlet = generator.choice(count, size=2000, p=sizes / sizes.sum())
    truth = np.sqrt(icc) * generator.normal(size=count)[outlet] + np.sqrt(1 - icc) * generator.normal(size=2000)
    figures = 0.4 + 0.8 * truth + 0.6 * generator.normal(size=2000)
    one = np.zeros(2000, np.int64)
    there, chance = drawn(generator, one, 200)
    coded = coded_rows(np.where(there, truth, np.nan), figures, (one, chance), outlet, one)
    like, these = (corrected_level(coded, population=item) for item in ("outlets like these", "these documents"))
    assert like is not None
    assert these is not None
    own, iid = float(truth.mean()), independent(coded.codes, figures)
    return {
        "outlets: model alone": (judged(like.model), 0.0),
        "PPI++ of documents": (iid, 0.0),
        "tenor": (judged(like.corrected), 0.0),
        "documents: PPI++": (iid, own),
        "documents: codes": (judged(these.codes), own),
        "documents: tenor": (judged(these.corrected), own),
    }


# ------------------------------------------------------------------------------------------- rounds


def classified(generator: np.random.Generator, truth: Floats, at: Numbers) -> Floats:
    """Return what a classifier says: it calls more of what is not there in the second round."""
    chance = np.where(truth > 0, FOUND, np.array(FALSE)[at])
    return np.asarray(generator.random(truth.size) < chance, np.float64)


def rounds(generator: np.random.Generator, codes: int, size: int = 1000) -> Tests:
    """Return intervals for a difference of rounds that is zero, where the classifier errs differently."""
    at = np.repeat([0, 1], size)
    truth = np.asarray(generator.random(2 * size) < PREVALENCE, np.float64)
    figures = classified(generator, truth, at)
    there, chance = drawn(generator, at, codes)
    said, one = np.where(there, truth, np.nan), np.zeros(2 * size, np.int64)
    coded = coded_rows(said, figures, (one, chance), one, at)
    over, these = (
        corrected(coded, [-1, 1], population=item, weighing="pool") for item in ("these outlets", "these documents")
    )
    assert over is not None
    assert these is not None
    own = float(truth[at == 1].mean() - truth[at == 0].mean())
    return {
        "model alone": (judged(over.model), 0.0),
        "one correction for both": (_pooled(said, figures, at), 0.0),
        "codes alone": (judged(over.codes), 0.0),
        "tenor": (judged(over.corrected), 0.0),
        "documents: codes": (judged(these.codes), own),
        "documents: tenor": (judged(these.corrected), own),
    }


def _pooled(codes: Floats, figures: Floats, at: Numbers) -> DifferenceTest:
    """Return what comes out if what the model is off by is taken to be the same in both rounds.

    Then it cancels in the difference, and only in the error one who adds up two corrected means counts it twice.
    """
    there = ~np.isnan(codes)
    _, off = plain(codes[there] - figures[there])
    shares = [plain(figures[at == one]) for one in (0, 1)]
    return DifferenceTest(shares[1][0] - shares[0][0], float(np.sqrt(shares[0][1] + shares[1][1] + 2 * off)), np.inf)


# ------------------------------------------------------------------------------------ within outlets


def within(generator: np.random.Generator, count: int, codes: int) -> Tests:
    """Return intervals for the mean contrast of outlets that move by .3; codes are drawn by round and third."""
    sizes = generator.lognormal(0, SIZES, count)
    outlet = generator.choice(count, size=2400, p=sizes / sizes.sum())
    at = np.repeat([0, 1], 1200)
    levels = generator.normal(0, OUTLET_SD, (count, 1)) + generator.normal(0, 0.3, (count, 2))
    truth = levels[outlet, at] + generator.normal(size=2400)
    figures = 0.7 * truth + 0.6 * generator.normal(size=2400) - 0.4 * at
    third = np.zeros(2400, np.int64)
    for one in (0, 1):
        own = at == one
        third[own] = np.searchsorted(np.quantile(figures[own], [1 / 3, 2 / 3]), figures[own])
    stratum = at * 3 + third
    there, chance = drawn(generator, stratum, codes // 3)
    coded = coded_rows(np.where(there, truth, np.nan), figures, (stratum, chance), outlet, at)
    like, these = (corrected(coded, [-1, 1], population=item) for item in ("outlets like these", "these documents"))
    assert like is not None
    assert these is not None
    kept = list(like.corrected.outlets)
    own_truth = np.mean([_rise(truth, outlet == one, at) for one in kept])
    return {
        "model alone": (judged(like.model), 0.0),
        "codes alone": (judged(like.codes), 0.0),
        "tenor": (judged(like.corrected), 0.0),
        "documents: codes": (judged(these.codes), float(own_truth)),
        "documents: tenor": (judged(these.corrected), float(own_truth)),
    }


def _rise(truth: Floats, own: NDArray[np.bool_], at: Numbers) -> float:
    return float(truth[own & (at == 1)].mean() - truth[own & (at == 0)].mean())


# ------------------------------------------------------------------------------------------- widths


def width(generator: np.random.Generator, rho: float, codes: int, size: int = 5000) -> Tests:
    """Return intervals for a mean, where codes and figures have the correlation `rho`."""
    truth = generator.normal(size=size + codes)
    figures = rho * truth + np.sqrt(1 - rho**2) * generator.normal(size=size + codes)
    one = np.zeros(size + codes, np.int64)
    there, chance = drawn(generator, one, codes)
    coded = coded_rows(np.where(there, truth, np.nan), figures, (one, chance), one, one)
    found = corrected_level(coded, population="these outlets")
    assert found is not None
    return {"codes alone": (judged(found.codes), 0.0), "tenor": (judged(found.corrected), 0.0)}


def expected(rho: float, codes: int, size: int = 5000) -> float:
    """Return how wide the corrected interval is against that of the codes alone, in theory."""
    return float(np.sqrt(1 - rho**2 * size / (size + codes)))


# --------------------------------------------------------------------------------------- the tables


def simulate(runs: int, seed: int, world: Callable[[np.random.Generator], Tests]) -> Tally:
    """Count the intervals of `runs` worlds."""
    generator, tally = np.random.default_rng(seed), Tally()
    for _ in range(runs):
        tally.add(world(generator))
    return tally


# What is simulated, with the seed of each row.
OUTLETS = {key: seed for seed, key in enumerate(product((15, 40), (0.3,)), start=1)}
ROUNDS = {codes: seed for seed, codes in enumerate((50, 100, 200), start=11)}
WITHIN = {key: seed for seed, key in enumerate(product((10, 20), (150, 300)), start=21)}
WIDTHS = {key: seed for seed, key in enumerate(product((0.4, 0.6, 0.8, 0.9), (100,)), start=31)}


def lines(runs: int) -> Iterator[str]:
    """Print the tables row by row."""
    yield f"{runs} runs a row, fixed seeds: how often 95 % intervals hold the truth (their mean width)"
    yield "\none window, 200 of 2,000 documents coded: outlets, share of variance that is of outlets"
    for (count, icc), seed in OUTLETS.items():
        yield f"{count:3} {icc:4}   {simulate(runs, seed, partial(outlets, count=count, icc=icc)).row()}"
    yield "\ntwo rounds, false calls 5 % and 12 %, 1,000 documents each: codes a round"
    for codes, seed in ROUNDS.items():
        yield f"{codes:4}   {simulate(runs, seed, partial(rounds, codes=codes)).row()}"
    yield "\nwithin outlets, codes by round and third of the model's figure: outlets, codes a round"
    for (count, codes), seed in WITHIN.items():
        yield f"{count:3} {codes:4}   {simulate(runs, seed, partial(within, count=count, codes=codes)).row()}"
    yield "\nwidth against codes alone, 5,000 documents and 100 codes: correlation, simulated, in theory"
    for (rho, codes), seed in WIDTHS.items():
        tally = simulate(max(1, runs // 10), seed, partial(width, rho=rho, codes=codes))
        share = tally.mean_width("tenor") / tally.mean_width("codes alone")
        yield f"{rho:4}   {share:.3f}   {expected(rho, codes):.3f}"


if __name__ == "__main__":
    for line in lines(int(sys.argv[1]) if len(sys.argv) > 1 else 2000):
        print(line, flush=True)
