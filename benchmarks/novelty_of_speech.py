"""Does what is said get less new the longer somebody is in office? Real text: press conferences and debates.

    TENOR_DATA=... python benchmarks/novelty_of_speech.py             # the figures
    TENOR_DATA=... python benchmarks/novelty_of_speech.py passages    # and twenty passages

Chairs of the Federal Reserve, 2011 to 2022 (`fomc_press`): every answer of 50 words or more against the chair's own
answers of earlier press conferences. Candidates in debates, 1960 to 2020 (`us_debates`): every turn of 50 words or more
against all candidates' of earlier days. As many earlier ones are looked at for each: as many as the first three
occasions have. Earlier ones are the older the later it is, so the same is done with the last three occasions. The unit
is the occasion: its mean, and how it goes with time.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tenor.audit.contents import by_words, stems
from tenor.compare.novelty import novelty

Floats = NDArray[np.float64]
FIRST, SHORTEST, PASSAGES = 3, 50, 20
CHAIRS = {"BERNA": "Bernanke", "YELLEN": "Yellen", "POWELL": "Powell"}


@dataclass(frozen=True, slots=True)
class Turn:
    """Something said: when, by whom, and what."""

    date: str
    who: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """How new turns are: each with its value and the nearest earlier one."""

    turns: Sequence[Turn]
    rows: NDArray[np.int64]
    values: Floats
    nearest: NDArray[np.int64]
    size: int

    def occasions(self) -> tuple[Floats, Floats]:
        """Return the years since the first occasion and the mean of each occasion."""
        by: defaultdict[str, list[float]] = defaultdict(list)
        for row, value in zip(self.rows.tolist(), self.values.tolist(), strict=True):
            by[self.turns[row].date].append(value)
        days = np.array(sorted(by), "datetime64[D]")
        years = (days - np.datetime64(self.turns[0].date)).astype(float) / 365.25
        return years, np.array([np.mean(by[str(day)]) for day in days])


def turns_of(name: str) -> Iterator[Turn]:
    """Yield the turns of a corpus, in order of days."""
    path = Path(os.environ["TENOR_DATA"]) / name / "corpus.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    for row in sorted(rows, key=lambda row: row["date"]):
        if len(row["text"].split()) < SHORTEST:
            continue
        if name == "us_debates" and row["candidate"]:
            yield Turn(row["date"], row["speaker"], row["text"])
        for mark, who in CHAIRS.items() if name == "fomc_press" else ():
            if re.search(rf"\bCHAI\w* {mark}", row["speaker"]):
                yield Turn(row["date"], who, row["text"])


def openings(turns: Sequence[Turn]) -> list[Turn]:
    """Return the first long turn of every day: the statement that is read out."""
    return [turn for at, turn in enumerate(turns) if at == 0 or turns[at - 1].date != turn.date]


def spoken(turns: Sequence[Turn], *, last: bool = False) -> Spoken:
    """Return how new each turn after the first occasions is against those of earlier days, or of the last three."""
    vectors = by_words([stems(turn.text, "en") for turn in turns])
    dates = np.array([turn.date for turn in turns])
    days = np.unique(dates)
    size = int(np.sum(dates < days[FIRST]))
    if last:
        size = min(int(np.sum((dates >= days[at - FIRST]) & (dates < days[at]))) for at in range(FIRST, len(days)))
    rows, values, nearest = [], [], []
    for at, day in enumerate(days[FIRST:]):
        here = np.flatnonzero(dates == day)
        before = np.flatnonzero((dates < day) & ((dates >= days[at]) | (not last)))
        found = novelty(vectors[here], vectors[before], size)
        rows.append(here)
        values.append(found.values)
        nearest.append(before[found.nearest])
    return Spoken(
        turns=turns,
        rows=np.concatenate(rows),
        values=np.concatenate(values),
        nearest=np.concatenate(nearest),
        size=size,
    )


def slope(years: Floats, values: Floats) -> tuple[float, float, float]:
    """Return the change a year with its 95 % interval; neighbours err together (Newey and West 1987, lag 2)."""
    design = np.column_stack([np.ones_like(years), years])
    solved, *_ = np.linalg.lstsq(design, values, rcond=None)
    moves = design * (values - design @ solved)[:, None]
    meat = moves.T @ moves
    for lag in (1, 2):
        both = moves[lag:].T @ moves[:-lag]
        meat += (1 - lag / 3) * (both + both.T)
    bread = np.linalg.inv(design.T @ design)
    n = len(years)
    error = float(np.sqrt((bread @ meat @ bread)[1, 1] * n / (n - 2)))
    reach = float(stats.t.ppf(0.975, n - 2)) * error
    return float(solved[1]), float(solved[1] - reach), float(solved[1] + reach)


def report(name: str, found: Spoken) -> None:
    """Print one line: how new at first and at last, and the change a year."""
    years, values = found.occasions()
    change, low, high = slope(years, values)
    third = max(2, len(values) // 3)
    print(
        f"{name}: {len(values)} occasions, {len(found.rows):,} turns, {found.size:,} earlier ones looked at for each; "
        f"first third {values[:third].mean():.3f}, last third {values[-third:].mean():.3f}; "
        f"{change:+.4f} a year ({low:+.4f} to {high:+.4f})"
    )


def passages(found: Spoken, name: str, number: int) -> None:
    """Print the least and the most new turns, each beside the nearest earlier one."""
    order = np.argsort(found.values)
    for place in [*order[: number // 2], *order[-(number // 2) :]]:
        turn, other = found.turns[found.rows[place]], found.turns[found.nearest[place]]
        print(f"\n{name} {found.values[place]:.3f} {turn.date} {turn.who}: {turn.text[:300]}")
        print(f"    nearest, {other.date} {other.who}: {other.text[:300]}")


def main(arguments: Sequence[str]) -> None:
    """Print the figures of both corpora, and passages if asked."""
    by: defaultdict[str, list[Turn]] = defaultdict(list)
    for turn in turns_of("fomc_press"):
        by[turn.who].append(turn)
    sets: Mapping[str, list[Turn]] = {**by, "debates": list(turns_of("us_debates"))}
    for name, turns in sets.items():
        found = spoken(turns)
        report(name, found)
        report(f"  {name}, against the last three occasions only", spoken(turns, last=True))
        if name in CHAIRS.values():
            report(f"  {name}, opening statements", spoken(openings(turns)))
            report(f"  {name}, opening statements, against the last three only", spoken(openings(turns), last=True))
        if "passages" in arguments:
            passages(found, name, PASSAGES)


if __name__ == "__main__":
    main(sys.argv[1:])
