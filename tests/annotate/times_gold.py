"""Reads the gold of time expressions: tests/annotate/gold/times.LANG.{dev,test}.txt."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from tenor.annotate.times import TimeExpression, find_times
from tests.annotate.gold_files import GOLD


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence with its marked expression; ``kind`` is "none" where nothing in it is a time."""

    said: date
    kind: str
    value: str
    days: tuple[str, str]
    text: str
    span: tuple[int, int]


def marked(language: str, part: str) -> Iterator[Marked]:
    """Give the sentences of a language."""
    for line in (GOLD / f"times.{language}.{part}.txt").read_text(encoding="utf-8").splitlines():
        said, kind, value, first, last, text = line.split("\t")
        span = (text.index("⟦"), text.index("⟧") - 1) if kind != "none" else (0, 0)
        plain = text.replace("⟦", "").replace("⟧", "")
        yield Marked(date.fromisoformat(said), kind, value, (first, last), plain, span)


def scores(language: str, part: str) -> dict[str, float]:
    """Return the share of expressions with the right span, value, days and kind, and how many are too many."""
    right = dict.fromkeys(("span", "value", "days", "kind"), 0)
    many = extra = 0
    for one in marked(language, part):
        found = find_times(one.text, language, one.said)
        near = [item for item in found if item.start < one.span[1] and item.stop > one.span[0]]
        best = next((item for item in near if (item.start, item.stop) == one.span), near[0] if near else None)
        extra += len(found) - (best is not None)
        many += one.kind != "none"
        for name, is_right in (_judged(best, one) if best else {}).items():
            right[name] += is_right
    return {**{name: number / many for name, number in right.items()}, "extra": extra}


def _judged(found: TimeExpression, one: Marked) -> dict[str, bool]:
    return {
        "span": (found.start, found.stop) == one.span,
        "value": found.value == one.value,
        "days": (str(found.first or "-"), str(found.last or "-")) == one.days,
        "kind": found.kind == one.kind,
    }
