"""Hide most of the codes that people gave to real texts, correct a model by the rest, and look at the whole truth.

Two sets, every text of which people coded: sentences on the Ukraine crisis with the votes of five readers each
(ukraine_bias, train and dev parts), and articles on climate change with the frames that coders found in them
(narrative_frames, train and dev parts). The model is none that has seen these codes: word weights by ridge regression,
made of four fifths of the articles and asked about the last fifth, and counted as a measure of shares counts. In
ukraine_bias one reader's vote stands beside it as a second, better model of what the other four say. The encoder that
ships learnt from the train parts of both sets, so that it can't be judged here.

Each of 500 draws hides all but so many codes, half of them in each of two rounds. The truth is that of these texts.

    TENOR_DATA=... python benchmarks/hidden_codes.py [draws]        (500 by default)
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tenor.audit.drawable import thirds
from tenor.coding.drawn import by_size
from tenor.compare.clusters import Rows
from tenor.compare.contrasts import Estimated
from tenor.compare.correct import Coded, Corrected, corrected

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
ALPHA, FOLDS, RIDGE, RAREST = 0.05, 5, 1.0, 3
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """Texts that people coded in full, what a model says of them, and in which of two rounds each is."""

    name: str
    truth: Floats
    figures: Floats
    at: Numbers

    @property
    def difference(self) -> float:
        """Return what people say of the second round, less what they say of the first."""
        return float(self.truth[self.at == 1].mean() - self.truth[self.at == 0].mean())

    def narrower(self, codes: int) -> float:
        """Return how wide a corrected interval should be against that of the codes alone.

        With rho the correlation of codes and figures in a round, the error of coding shrinks to sqrt(1 - rho^2) there.
        """
        left = whole = 0.0
        for one in (0, 1):
            own = self.at == one
            each = min(codes // 2, int(own.sum()))
            variance = float(np.var(self.truth[own])) * (1 / each - 1 / own.sum())
            spread = float(np.std(self.figures[own]))
            rho = float(np.corrcoef(self.truth[own], self.figures[own])[0, 1]) if spread > 0 else 0.0
            left, whole = left + variance * (1 - max(rho, 0) ** 2), whole + variance
        return float(np.sqrt(left / whole))


# ---------------------------------------------------------------------------------------- the texts


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """Return the train and dev parts of a set."""
    found = []
    for part in ("train", "dev"):
        with gzip.open(folder / f"{part}.jsonl.gz", "rt", encoding="utf-8") as stream:
            found += [json.loads(line) for line in stream]
    return found


def weights_of(texts: Sequence[str]) -> Floats:
    """Return the weights of words in texts (tf-idf), each text of length 1."""
    counts = [Counter(_WORD.findall(text.lower())) for text in texts]
    rows_with = Counter(word for count in counts for word in count)
    words = {word: at for at, word in enumerate(sorted(word for word, many in rows_with.items() if many >= RAREST))}
    found = np.zeros((len(texts), len(words)))
    for row, count in enumerate(counts):
        for word, many in count.items():
            if word in words:
                found[row, words[word]] = (1 + np.log(many)) * np.log(len(texts) / rows_with[word])
    length = np.linalg.norm(found, axis=1, keepdims=True)
    return np.asarray(found / np.maximum(length, 1e-12))


def unseen(texts: Sequence[str], truth: Floats, articles: Sequence[str], seed: int = 0) -> Floats:
    """Return what ridge regression on words says of each text, made without the texts of its fifth of the articles."""
    weights = weights_of(texts)
    alike, found = weights @ weights.T, np.zeros(truth.size)
    names = sorted(set(articles))
    fold_of = dict(zip(names, np.random.default_rng(seed).permutation(len(names)) % FOLDS, strict=True))
    fold = np.array([fold_of[name] for name in articles])
    for one in range(FOLDS):
        known, asked = fold != one, fold == one
        middle = truth[known].mean()
        inner = alike[np.ix_(known, known)] + RIDGE * np.eye(int(known.sum()))
        found[asked] = middle + alike[np.ix_(asked, known)] @ np.linalg.solve(inner, truth[known] - middle)
    return found


def ukraine(folder: Path) -> Iterator[Gold]:
    """Yield how subjective readers find sentences of the first and the second half of articles."""
    rows = rows_of(folder / "ukraine_bias")
    votes = [row["judgements"]["subjectivity"] for row in rows]
    length = Counter(row["doc"] for row in rows)
    at = np.array([int(row["position"] >= length[row["doc"]] / 2) for row in rows])
    texts, articles = [row["text"] for row in rows], [f"{row['split']} {row['doc']}" for row in rows]
    every = np.array([float(np.mean(vote)) for vote in votes])
    yield Gold(
        name="ukraine_bias, mean of five votes; word weights",
        truth=every,
        figures=unseen(texts, every, articles),
        at=at,
    )
    called = np.asarray(every >= 1, np.float64)
    yield Gold(
        name="ukraine_bias, mean vote of 1 or more; word weights, called at .5",
        truth=called,
        figures=np.asarray(unseen(texts, called, articles) >= 0.5, np.float64),
        at=at,
    )
    hidden_assumptions = [row["judgements"]["hidden_assumptions"] for row in rows]
    yield Gold(
        name="ukraine_bias, hidden assumptions, mean of four votes; the vote of a fifth reader",
        truth=np.array([float(np.mean([*vote[:4], *vote[5:]])) for vote in hidden_assumptions]),
        figures=np.array([float(vote[4]) for vote in hidden_assumptions]),
        at=at,
    )


def frames(folder: Path) -> Iterator[Gold]:
    """Yield how many articles of 2017 and 2018, and of 2019, are about conflict, and about the economy."""
    rows = rows_of(folder / "narrative_frames")
    at = np.array([int(row["date"] >= "2019") for row in rows])
    texts = [row["text"] for row in rows]
    for label, words in (("CO", "conflict"), ("RE", "resolution"), ("EC", "economy")):
        truth = np.array([float(label in row["labels"]) for row in rows])
        said = unseen(texts, truth, [f"{row['split']} {row['id']}" for row in rows])
        called = np.asarray(said >= 0.5, np.float64)
        yield Gold(name=f"narrative_frames, {words}; word weights, called at .5", truth=truth, figures=called, at=at)


# ---------------------------------------------------------------------------------------- the draws


@dataclass(slots=True)
class Tally:
    """How often each interval held the truth, how wide it was, and how far the model alone was off."""

    draws: int = 0
    codes: int = 0
    corrected: int = 0
    codes_width: float = 0.0
    corrected_width: float = 0.0
    lam: float = 0.0
    model: float = 0.0

    def add(self, found: Corrected, truth: float) -> None:
        """Count one draw."""
        self.draws += 1
        self.lam += float(np.mean(found.lam))
        self.model = found.model.value or 0.0
        for name, one in (("codes", found.codes), ("corrected", found.corrected)):
            low, high = _ends(one)
            setattr(self, name, getattr(self, name) + (low <= truth <= high))
            setattr(self, f"{name}_width", getattr(self, f"{name}_width") + high - low)


def _ends(one: Estimated) -> tuple[float, float]:
    assert one.value is not None
    return one.test.interval(ALPHA) if one.test is not None else (one.value, one.value)  # type: ignore[return-value]


def strata_of(gold: Gold, *, by_third: bool) -> Numbers:
    """Return the strata: rounds, or thirds of each by what the model says, as `tenor coding sample` draws."""
    return np.asarray(gold.at * 3 + (thirds(gold.figures, gold.at) if by_third else 0))


def hidden(gold: Gold, codes: int, draws: int, *, by_third: bool = False, seed: int = 0) -> Tally:
    """Hide all but so many codes, again and again."""
    generator, tally, one = np.random.default_rng(seed), Tally(), np.zeros(gold.truth.size, np.int64)
    own, strata = np.arange(gold.truth.size), strata_of(gold, by_third=by_third)
    rows = Rows(num=gold.figures, den=np.ones(own.size), outlet=one, round=gold.at, copy=own, day=one, document=own)
    counts = {
        name: many
        for at in (0, 1)
        for name, many in by_size(
            {int(one): int(np.sum(strata == one)) for one in np.unique(strata[gold.at == at])}, codes // 2
        ).items()
    }
    for _ in range(draws):
        there, chance = np.zeros(own.size, np.bool_), np.ones(own.size)
        for name, number in counts.items():
            mine = np.flatnonzero(strata == name)
            there[generator.permutation(mine)[:number]] = True
            chance[mine] = number / mine.size
        coded = Coded(rows=rows, codes=np.where(there, gold.truth, np.nan), pi=chance, stratum=strata)
        found = corrected(coded, [-1, 1], population="these documents", weighing="pool")
        assert found is not None
        tally.add(found, gold.difference)
    return tally


def line(gold: Gold, codes: int, tally: Tally, how: str) -> str:
    """Return what came out of the draws of one set."""
    by = tally.draws
    return (
        f"  {codes} codes, {how:17} codes alone {tally.codes / by:.3f} ({tally.codes_width / by:.3f})   "
        f"corrected {tally.corrected / by:.3f} ({tally.corrected_width / by:.3f})   "
        f"width {tally.corrected_width / tally.codes_width:.3f}, in theory {gold.narrower(codes):.3f}   "
        f"lam {tally.lam / by:.2f}"
    )


def sets(folder: Path) -> Iterator[Gold]:
    """Yield every question that is asked of the two sets."""
    yield from ukraine(folder)
    yield from frames(folder)


def lines(folder: Path, draws: int) -> Iterator[str]:
    """Print what comes out, set by set."""
    yield f"{draws} draws a row, fixed seeds: how often 95 % intervals hold the difference in full (their mean width)"
    for gold in sets(folder):
        first = hidden(gold, 200, draws)
        rho = float(np.corrcoef(gold.truth, gold.figures)[0, 1]) if np.std(gold.figures) > 0 else 0.0
        yield f"\n{gold.name}: {gold.truth.size:,} texts, correlation {rho:.2f}"
        levels = " and ".join(
            f"{gold.truth[gold.at == one].mean():.3f} (model {gold.figures[gold.at == one].mean():.3f})"
            for one in (0, 1)
        )
        yield f"  the two rounds {levels}; difference {gold.difference:+.3f}, the model alone {first.model:+.3f}"
        for codes in (200, 400):
            if codes < gold.truth.size:
                tally = first if codes == 200 else hidden(gold, codes, draws)
                yield line(gold, codes, tally, "by round")
                yield line(gold, codes, hidden(gold, codes, draws, by_third=True), "by round and third")


if __name__ == "__main__":
    if not os.environ.get("TENOR_DATA"):
        print("TENOR_DATA names no folder: nothing to hide")
        sys.exit(0)
    for text in lines(Path(os.environ["TENOR_DATA"]), int(sys.argv[1]) if len(sys.argv) > 1 else 500):
        print(text, flush=True)
