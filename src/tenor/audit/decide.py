"""From a test to one of the verdict words: the only place where a word is chosen for a number."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

from tenor.compare.effects import RatioTest, equivalence, quantile, two_sided
from tenor.model import Hypothesis, MarginUnit, Relation, Word

VERDICT_WORDS: tuple[tuple[Word, str], ...] = (
    ("supported", "the Holm-adjusted interval lies on the claimed side of no difference and beyond the margin"),
    ("right direction, size not established", "the interval lies on the claimed side, but not beyond the margin"),
    ("opposite direction found", "the interval lies on the other side (for a claim of sameness: outside the margin)"),
    (
        "no meaningful difference",
        "an equivalence test places the effect inside the margin (for a claim of sameness this is 'supported')",
    ),
    ("depends on how it is counted", "under 80 % of the distinct, applicable ways of counting agree"),
    ("inconclusive", "the interval is too wide; the smallest detectable effect is printed"),
    ("not validated", "human codes are missing or agree too little; the model's estimate is shown, marked uncorrected"),
    ("not testable", "this corpus can't answer: no denominator, an incomplete round, too few comparable windows"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a test: relation, margin, and the level Holm leaves to this hypothesis.

    A margin is a ratio, or a difference in standard deviations or in percentage points. Of distances a ratio near 0
    is no less the same than one near 1: `nearer_is_same`.
    """

    relation: Relation
    margin: float
    alpha: float
    unit: MarginUnit = "ratio"
    nearer_is_same: bool = False

    @property
    def nothing(self) -> float:
        """Return the value at which there is no difference."""
        return 1.0 if self.unit == "ratio" else 0.0

    @property
    def same(self) -> tuple[float, float]:
        """Return the values between which a difference does not matter."""
        if self.unit != "ratio":
            size = self.margin / 100 if self.unit == "points" else self.margin
            return -size, size
        low = min(self.margin, 1 / self.margin)
        return -inf if self.nearer_is_same and self.relation == "equivalent" else low, 1 / low


def question_of(hypothesis: Hypothesis, alpha: float) -> Question:
    """Return what a hypothesis asks at a level."""
    margin = hypothesis.margin
    near = hypothesis.measure.partition("@")[0] == "content.distance"
    return Question(
        relation=hypothesis.relation, margin=margin.size, alpha=alpha, unit=margin.unit, nearer_is_same=near
    )


def p_value(test: RatioTest, question: Question) -> float:
    """Return the p-value that enters the family: of a difference, or of sameness where that is claimed."""
    if question.relation == "equivalent":
        return equivalence(test, *question.same)
    return two_sided(test, question.nothing)


def direction(test: RatioTest, alpha: float, against: float = 1.0) -> int:
    """Return -1 or 1 where the interval lies below or above `against`, else 0."""
    statistic, reach = test.statistic(against), quantile(1 - alpha / 2, test.df)
    return -1 if statistic < -reach else 1 if statistic > reach else 0


def word_of(test: RatioTest, question: Question) -> Word:
    """Return the verdict word of a test, before other ways of counting are looked at."""
    low, high = question.same
    same = equivalence(test, low, high) <= question.alpha
    if question.relation == "equivalent":
        outside = direction(test, question.alpha, low) < 0 or direction(test, question.alpha, high) > 0
        return "supported" if same else "opposite direction found" if outside else "inconclusive"
    found = direction(test, question.alpha, question.nothing)
    claimed = {"less": -1, "greater": 1, "differs": found}[question.relation]
    beyond = low if claimed < 0 else high
    if found and found == claimed and direction(test, question.alpha, beyond) == claimed:
        return "supported"
    if same:
        return "no meaningful difference"
    if not found:
        return "inconclusive"
    return "right direction, size not established" if found == claimed else "opposite direction found"


_DIRECTIONAL: tuple[Word, ...] = ("supported", "right direction, size not established", "opposite direction found")


def agrees(test: RatioTest, own: RatioTest, question: Question, word: Word) -> bool:
    """Return whether another way of counting agrees with the decision of the registered one.

    After a decision for a direction, a way agrees that reaches it on its own; after "no meaningful
    difference", one whose effect lies inside the margin; after "inconclusive", one that points the same way.

    Parameters
    ----------
    test, own
        What the other way and the registered way find.
    question, word
        What is asked, and the word that the registered way got.
    """
    low, high = question.same
    inside = low < test.value < high
    if word == "no meaningful difference" or (question.relation == "equivalent" and word == "supported"):
        return inside
    if question.relation == "equivalent":
        return inside == (low < own.value < high)
    if word == "inconclusive":
        return (test.value < question.nothing) == (own.value < question.nothing)
    if word_of(test, question) not in _DIRECTIONAL:
        return False
    against = question.nothing
    return direction(test, question.alpha, against) == direction(own, question.alpha, against)
