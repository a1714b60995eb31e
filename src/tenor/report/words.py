"""Numbers and other people's words, as a reader meets them."""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING

from tenor import grammar
from tenor.report.catalogue import NBSP, Catalogue, catalogue

if TYPE_CHECKING:
    from tenor.model import Hypothesis, MarginUnit, Measure, Plan

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
RELATIONS = {
    "less": "less",
    "greater": "more",
    "differs": "different",
    "equivalent": "about the same",
}
# What can reorder or hide the text around it: embeddings, overrides, isolates, separators, tags.
_UNSEEN = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0xFEFF, *range(0xE0000, 0xE0080)}


def seen(text: str) -> str:
    r"""Return third-party text with every control and bidi override character made visible.

    Examples
    --------
    >>> seen("safe\u202etxt.exe")
    'safe⟦U+202E⟧txt.exe'
    """
    return "".join(_visible(char) for char in text)


def _visible(char: str) -> str:
    if char in "\n\t":
        return char
    hidden = ord(char) in _UNSEEN or unicodedata.category(char) in {"Cc", "Cs"}
    return f"⟦U+{ord(char):04X}⟧" if hidden else char


def number(value: float | None) -> str:
    """Return a number with as many digits as help.

    Examples
    --------
    >>> [number(x) for x in (0.58333, 12.344, 14200, 3.0, None)]
    ['0.58', '12.3', '14,200', '3', '–']
    """
    if value is None or math.isnan(value):
        return NOTHING
    if math.isinf(value):
        return "unbounded"
    tiny = value != 0 and abs(value) < 0.0005
    text = f"{value:.1e}" if tiny else f"{value:,.{_decimals(abs(value))}f}"
    text = text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    return text.replace("-", MINUS, 1) if text.startswith("-") else text


def _decimals(size: float) -> int:
    for decimals, least in ((0, 100), (1, 10), (2, 0.1), (3, 0.01)):
        if size >= least:
            return decimals
    return 4


def ratio(value: float | None) -> str:
    """Return a ratio with a fixed look, so that rows can be compared.

    A ratio of rises above a usual level can be below zero: then one of them was a fall.

    Examples
    --------
    >>> ratio(0.6), ratio(12.31), ratio(-0.3), ratio(None)
    ('0.60', '12.3', 'below 0', '–')
    """
    if value is None or not math.isfinite(value):
        return number(value)
    if value < 0:
        return "below 0"
    if value >= 100:
        return f"{value:,.0f}"
    if value >= 10:
        return f"{value:.1f}"
    return f"{value:.2f}" if value >= 0.005 or value == 0 else f"{value:.1g}"


def times(value: float | None, say: Catalogue | None = None) -> str:
    """Return a ratio in words, as in ``0.58 times``."""
    return ratio(value) if value is None or value < 0 else (say or catalogue("en"))("times", ratio(value))


def percent(value: float | None) -> str:
    """Return a share of one as a percentage."""
    return NOTHING if value is None else f"{number(100 * value)}{NBSP}%"


def change(value: float | None, say: Catalogue | None = None) -> str:
    """Return what a ratio means as a percentage, as in ``42 % less``."""
    if value is None or not math.isfinite(value) or value < 0:
        return ""
    say = say or catalogue("en")
    off = round(100 * (value - 1))
    return say("no change") if off == 0 else say("more" if off > 0 else "less", f"{abs(off):,}{NBSP}%")


def apart(value: float | None, unit: MarginUnit, say: Catalogue | None = None) -> str:
    """Return a difference in the unit in which a measure is compared.

    Examples
    --------
    >>> [apart(value, "sd").replace(NBSP, " ") for value in (-0.52, 0.8, None)]
    ['−0.52 sd', '+0.8 sd', '–']
    """
    if value is None:
        return NOTHING
    size = 100 * value if unit == "points" else value
    return f"{'+' if size > 0 else ''}{number(round(size, 2))}{NBSP}{say(f'unit {unit}') if say else unit}"


def interval(low: float | None, high: float | None, say: Catalogue | None = None) -> str:
    """Return an interval of ratios in words; a side without a bound is said to have none."""
    say = say or catalogue("en")
    if low is None and high is None:
        return say("no bound")
    left = say("no lower bound") if low is None else ratio(low)
    right = say("no upper bound") if high is None else ratio(high)
    return say("to", left, right)


def span(low: float | None, high: float | None, say: Catalogue | None = None) -> str:
    """Return an interval of ratios for a narrow column; an open side is an ellipsis.

    Examples
    --------
    >>> span(0.34, 0.77), span(-0.2, None)
    ('(0.34 to 0.77)', '(<0 to …)')
    """
    if low is None and high is None:
        return ""
    ends = ("…" if end is None else "<0" if end < 0 else ratio(end) for end in (low, high))
    return f"({(say or catalogue('en'))('to', *ends)})"


def probability(value: float | None) -> str:
    """Return a p-value without false digits."""
    if value is None:
        return NOTHING
    return "below 0.001" if value < 0.001 else f"{value:.2g}" if value < 0.1 else f"{value:.2f}"


def value_of(measure: Measure, value: float | None) -> str:
    """Return a value of a measure: a share as a percentage, a rate as a number."""
    return percent(value) if measure.scale == "share" else number(value)


def unit_of(measure: Measure, say: Catalogue | None = None) -> str:
    """Return what is divided by what, read aloud.

    A share counts parts of a whole, a rate something for each of something else.
    """
    say = say or catalogue("en")
    above, below = say.term(measure.numerator), say.term(measure.denominator)
    if measure.scale != "share":
        return say("per", above, below)
    if measure.denominator == f"all {measure.numerator}":
        return say("share of", below)
    return say("as a share of", above, below)


def query_of(query: str, say: Catalogue | None = None, *, own: bool = False) -> str:
    """Return a query in quotation marks; without one, each round has its own, or all articles count."""
    say = say or catalogue("en")
    if query:
        return say("query", query)
    return say("own query" if own else "all articles")


def capital(text: str) -> str:
    """Return a sentence that begins with a capital."""
    return text[:1].upper() + text[1:]


def counted(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun, never parted from it at the end of a line."""
    return grammar.counted(count, one, many).replace(" ", NBSP, 1)


def sized(letter: str, count: int, one: str, many: str = "") -> str:
    """Return a count under its letter, as in ``n = 30 weeks``."""
    return f"{letter}{NBSP}={NBSP}{counted(count, one, many)}"


def agreement(agree: int, of: int, say: Catalogue | None = None) -> str:
    """Return how many of the counted ways agree, as in ``3 of 4 counted agree``."""
    return (say or catalogue("en"))("one agrees" if agree == 1 else "some agree", f"{agree:,}", f"{of:,}")


def contrast(hypothesis: Hypothesis, plan: Plan, say: Catalogue | None = None) -> tuple[str, str]:
    """Return the two sides of a contrast in words, the claimed side first."""
    say = say or catalogue("en")
    above, below = (_side(hypothesis, plan, sign, say) or say("the comparison windows") for sign in (1, -1))
    return above, below


def _side(hypothesis: Hypothesis, plan: Plan, sign: int, say: Catalogue) -> str:
    labels = {item.id: item.label for item in plan.rounds}
    parts = [(labels.get(name, name), abs(weight)) for name, weight in hypothesis.contrast if weight * sign > 0]
    if len({round(weight, 9) for _, weight in parts}) <= 1:
        return say.listed([label for label, _ in parts])
    return say.listed([say("weighed", label, number(weight)) for label, weight in parts])
