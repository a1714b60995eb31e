"""Run verdicts on texts where the truth is known: eight hypotheses at once, outlets that react differently.

Three rounds, the third against the mean of the first two. Each outlet has its own level in each round (sd .2) and its
documents scatter by one standard deviation around it. The eight hypotheses of a family share the true difference and
are independent; the margin is .2. The table prints how often each word is given, and what somebody would say who takes
documents as draws and "not significant" for "the same".

    python benchmarks/text_verdicts.py [runs]        (2000 by default)
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tenor.audit.decide import Question, p_value, word_of
from tenor.compare.contrasts import DifferenceTest
from tenor.compare.family import holm_alphas

Floats = NDArray[np.float64]
OUTLET_SD, MARGIN, FAMILY, ALPHA = 0.2, 0.2, 8, 0.05
WEIGHTS = np.array([1.0, -0.5, -0.5])
# Outlets, and documents an outlet has in a round.
CORPORA = ((8, 10), (12, 15), (20, 20), (40, 20))
TRUTHS = (-0.6, -0.4, -0.2, 0.0, 0.2, 0.4)
DIRECTIONAL = ("supported", "right direction, size not established", "opposite direction found")
SAME = "no meaningful difference"


@dataclass(frozen=True, slots=True)
class Told:
    """How often each word was given, out of how many, and how often the naive rule called a difference none."""

    words: Mapping[str, int]
    runs: int
    naive_same: int

    def share(self, *words: str) -> float:
        """Return how often one of some words was given."""
        return sum(self.words.get(word, 0) for word in words) / self.runs


def outlet_differences(generator: np.random.Generator, truth: float, outlets: int, documents: int) -> Floats:
    """Return each outlet's own difference, one row a hypothesis of the family."""
    sd = float(np.sqrt(np.sum(WEIGHTS**2) * (OUTLET_SD**2 + 1 / documents)))
    return generator.normal(truth, sd, (FAMILY, outlets))


def told(seed: int, runs: int, truth: float, outlets: int, documents: int) -> Told:
    """Return what is said of `runs` families of claims that something is less.

    With the same weight for every outlet an estimate is the mean of the outlets' own differences, and its error is
    that of a mean: `tenor.compare.contrasts.contrast` is held against it in the tests.
    """
    generator = np.random.default_rng([seed, outlets, round(1000 * abs(truth)), truth > 0])
    words: Counter[str] = Counter()
    naive = 0
    plain_error = float(np.sqrt(np.sum(WEIGHTS**2) / (outlets * documents)))
    for _ in range(runs):
        found = outlet_differences(generator, truth, outlets, documents)
        means, errors = found.mean(axis=1), found.std(axis=1, ddof=1) / np.sqrt(outlets)
        tests = [DifferenceTest(float(m), float(e), outlets - 1) for m, e in zip(means, errors, strict=True)]
        asked = [Question(relation="less", margin=MARGIN, alpha=ALPHA, unit="sd")] * FAMILY
        alphas = holm_alphas([p_value(test, one) for test, one in zip(tests, asked, strict=True)], ALPHA)
        for test, alpha in zip(tests, alphas, strict=True):
            words[word_of(test, Question(relation="less", margin=MARGIN, alpha=alpha, unit="sd"))] += 1
        naive += int(np.sum(np.abs(means) < 1.96 * plain_error))
    return Told(words, runs * FAMILY, naive)


def main() -> None:
    """Print the table."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    print(f"{runs} families of {FAMILY} hypotheses a row; claimed: less, by {MARGIN} at least")
    print("outlets  true   supported  right dir.  opposite  no diff.  inconclusive   naive: the same")
    for outlets, documents in CORPORA:
        for truth in TRUTHS:
            found = told(1, runs, truth, outlets, documents)
            shares = [found.share(word) for word in (*DIRECTIONAL, SAME, "inconclusive")]
            row = "".join(f"{share:10.3f}" for share in shares)
            print(f"{outlets:4} ({documents}) {truth:5.1f} {row} {found.naive_same / found.runs:12.3f}", flush=True)


if __name__ == "__main__":
    main()
