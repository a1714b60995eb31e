"""The rounds above a plot over time: flags with their names, or numbers and a key where flags stand too high."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from tenor.report.catalogue import NBSP
from tenor.report.sheet import FLAG_STEP, Ink, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenor.report.sheet import Flag, Sheet

ROUND = Ink(size=11.5, bold=True, colour="ink")


def lanes_of(hung: list[Flag]) -> int:
    """Return how many lanes flags take."""
    return max((flag.lane for flag in hung), default=-1) + 1


def numbered(sheet: Sheet, poles: list[float], *, clear: float, most: float = math.inf) -> int:
    """Set a number over each round, each as low as it can stand, and return how many lanes that took.

    The lowest stand `clear` pixels above the plot; a number that would need more than `most` lanes is left out.
    """
    ink, ends = replace(ROUND, align="center"), list[float]()
    for number, pole in enumerate(poles, 1):
        half = text_width(str(number), ink) / 2
        lane = next((i for i, end in enumerate(ends) if pole - half >= end + 3), len(ends))
        if lane < most:
            ends[lane : lane + 1] = [pole + half]
            sheet.text(str(number), pole, -clear - FLAG_STEP * lane, ink)
    return len(ends)


def key_of(names: Iterable[str], rounds: str = "Rounds") -> str:
    """Return which number stands for which round."""
    return f"{rounds}: " + " · ".join(f"{i}{NBSP}{name}" for i, name in enumerate(names, 1))
