"""How often does the interval of Krippendorff's alpha hold the truth, and how often does it pass the gate?

Two coders, a yes-or-no code of some prevalence, units coded by both. Each coder sees the true code with a chance that
makes alpha what it is said to be. Expected: an interval from resampled units holds the truth less often than it says
where codes are rare and units few, so that fifty double-coded units are no evidence of agreement.

    python benchmarks/coder_agreement.py [runs] [resamples]        (1500 and 500 by default)
"""

from __future__ import annotations

import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenor.compare.agree import ACCEPTABLE, agreement

Floats = NDArray[np.float64]
UNITS = (50, 100, 200, 400)
PREVALENCES = (0.1, 0.3, 0.5)
ALPHAS = (0.8, 0.9)


@dataclass(frozen=True, slots=True)
class Row:
    """How often the interval held the true alpha, and how often its lower end passed the gate."""

    coverage: float
    passed: float


def codes(generator: np.random.Generator, alpha: float, prevalence: float, units: int) -> Floats:
    """Return the codes of two coders who agree by chance except on a share `alpha` of units.

    On that share both write down the same draw, on the others each draws alone: then alpha is that share, because
    what is drawn alone agrees as often as chance does.
    """
    shared = generator.random((units, 1)) < alpha
    same = generator.random((units, 1)) < prevalence
    alone = generator.random((units, 2)) < prevalence
    return np.where(shared, same, alone).astype(np.float64)


def row(seed: int, runs: int, resamples: int, alpha: float, prevalence: float, units: int) -> Row:
    """Return what `runs` samples say."""
    generator = np.random.default_rng([seed, units, round(100 * alpha), round(100 * prevalence)])
    held = passed = made = 0
    for number in range(runs):
        found = agreement(codes(generator, alpha, prevalence, units), "nominal", resamples=resamples, seed=number)
        if found.low is None or found.high is None:
            continue
        made += 1
        held += found.low <= alpha <= found.high
        passed += found.low >= ACCEPTABLE
    return Row(held / made, passed / runs)


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 1500
    resamples = int(sys.argv[2]) if len(sys.argv) > 2 else 500
    print(f"{runs} samples a cell, {resamples} resamples; interval holds alpha / lower end reaches {ACCEPTABLE:.3f}")
    print("alpha  prevalence" + "".join(f"{units:>15} units" for units in UNITS))
    for alpha in ALPHAS:
        for prevalence in PREVALENCES:
            cells = [row(1, runs, resamples, alpha, prevalence, units) for units in UNITS]
            shown = "".join(f"{cell.coverage:14.3f} / {cell.passed:.3f}"[-21:].rjust(21) for cell in cells)
            print(f"{alpha:5.1f} {prevalence:9.1f}  {shown}", flush=True)


if __name__ == "__main__":
    main()
