"""Verdicts on what texts say: gates, other ways of counting, and sentences, for differences between outlets' rounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from tenor.audit.asked import SPEECH
from tenor.audit.behind import behind
from tenor.audit.corrected import Checks, corrections
from tenor.audit.decide import Question, agrees, question_of, word_of
from tenor.audit.frame import OBSERVED
from tenor.audit.occasions import occasions
from tenor.audit.sentences import confounding, sides
from tenor.audit.specifications import AGREEMENT, agreement
from tenor.audit.within import Texts, Way
from tenor.compare.contrasts import DifferenceTest, Estimated
from tenor.compare.effects import LogRatio, two_sided
from tenor.evidence import Behind, Corrections
from tenor.grammar import listed
from tenor.model import Hypothesis, Measure, Stretch, Word
from tenor.results import Estimate, Finding, Placebo, Specification, WindowValue
from tenor.studyfile import margin_in_words

NO_CHECKS = Checks()
_UNITS = {"sd": "standard deviations ", "points": "percentage points ", "ratio": "% "}
# Measures that a model reads, so that people must have checked it.
MODELLED = ("tone.", "language.loaded", "language.techniques")


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTexts:
    """A hypothesis on texts with everything counted for it, before the family is closed.

    Parameters
    ----------
    hypothesis, measure
        What is asked.
    texts, found
        The rows, and the estimate of the registered way of counting; None where there is none.
    closed
        Why this corpus can't answer.
    checks
        What people's codes do for a model's figures: correct them, or say why they can't be believed yet.
    """

    hypothesis: Hypothesis
    measure: Measure
    texts: Texts | None
    found: Estimated | None
    closed: tuple[str, ...]
    checks: Checks = NO_CHECKS

    @property
    def unchecked(self) -> str:
        """Return why a model's figures can't be believed yet; empty where they can, or no model is asked."""
        return self.checks.unchecked

    @property
    def test(self) -> DifferenceTest | LogRatio | None:
        """Return the test, where a verdict may stand on it."""
        return None if self.closed or self.unchecked or self.found is None else self.found.test


def ask_texts(texts: Texts | None, hypothesis: Hypothesis, measure: Measure, why: str, checks: Checks) -> AskedTexts:
    """Count a hypothesis in its registered way and try the gates.

    Parameters
    ----------
    texts
        The rows; None where the articles were not read.
    hypothesis, measure
        What is asked.
    why
        Why the articles were not read, or their days not observed.
    checks
        What people's codes do for a model's figures.
    """
    if texts is None:
        return AskedTexts(hypothesis=hypothesis, measure=measure, texts=None, found=None, closed=(why,))
    if hypothesis.population == "comparable events":
        do = "what texts say is judged by outlets: name the population 'outlets like these' or 'these outlets'"
        return AskedTexts(hypothesis=hypothesis, measure=measure, texts=texts, found=None, closed=(do,))
    found = (checks.decides or texts).estimated(texts.registered)
    missing = [name for name in hypothesis.members if name not in texts.outlets]
    closed = [why, found.why_not, f"nothing that could be counted is stored of {listed(missing)}" if missing else ""]
    return AskedTexts(
        hypothesis=hypothesis,
        measure=measure,
        texts=texts,
        found=found,
        closed=tuple(reason for reason in closed if reason),
        checks=checks,
    )


def unobserved(texts: Texts, doubtful: pa.Table) -> str:
    """Return which round can't be judged because too many of its days were not observed."""
    stretches, _ = texts.stretches(texts.registered.window)
    mine = doubtful.filter(pc.is_in(doubtful["outlet"], pa.array(texts.outlets, pa.string())))
    for item, stretch in zip(texts.rounds, stretches, strict=True):
        inside = pc.and_(
            pc.greater_equal(mine["start"], pa.scalar(stretch.start)), pc.less(mine["start"], pa.scalar(stretch.stop))
        )
        missing = int(pc.sum(inside).as_py() or 0)
        observed = 1 - missing / max(1, stretch.days * len(texts.outlets))
        if observed < OBSERVED:
            return f"the window of {item.label} ({stretch}) is {observed:.0%} observed"
    return ""


def texts_finding(asked: AskedTexts, alpha: float, adjusted: float | None, registration: str) -> Finding:
    """Give a hypothesis on texts its word, with everything that stands behind it."""
    question = question_of(asked.hypothesis, alpha)
    estimate = _estimate(asked, alpha)
    word, reasons, ways = _judged(asked, question)
    three = _corrections(asked, alpha)
    return Finding(
        hypothesis=asked.hypothesis,
        reading=reading(asked),
        word=word,
        sentence=_sentence(asked, word, estimate) + _three_in_words(asked, three),
        reasons=reasons,
        estimate=estimate,
        alternatives=(),
        difference=_difference(asked) if asked.found is not None and asked.found.value is not None else "",
        p_adjusted=adjusted,
        detectable=_detectable(asked, alpha),
        windows=_windows(asked),
        specifications=ways,
        agreement=agreement(ways),
        placebo=_occasions(asked),
        limits=(*_limits(asked), *(three.notes if three is not None else ())),
        registration=registration,
        behind=_behind(asked),
        corrections=three,
    )


def _occasions(asked: AskedTexts) -> Placebo | None:
    if asked.texts is None or asked.closed or asked.found is None or asked.found.value is None:
        return None
    return occasions(asked.texts, asked.found.value)


def _corrections(asked: AskedTexts, alpha: float) -> Corrections | None:
    correction = asked.checks.correction
    return None if correction is None or asked.closed else corrections(correction, alpha, asked.unchecked)


def _behind(asked: AskedTexts) -> Behind | None:
    # What stands behind a difference of differences is two such pictures, not one.
    if asked.texts is None or asked.found is None or asked.hypothesis.groups:
        return None
    return behind(asked.texts, asked.found, asked.measure, what(asked))


def _judged(asked: AskedTexts, question: Question) -> tuple[Word, tuple[str, ...], tuple[Specification, ...]]:
    if asked.closed:
        return "not testable", asked.closed, ()
    if asked.unchecked:
        return "not validated", (asked.unchecked,), ()
    assert asked.test is not None
    first = word_of(asked.test, question)
    ways = _ways(asked, question, first)
    agree, of = agreement(ways)
    word: Word = "depends on how it is counted" if agree < AGREEMENT * of else first
    return word, tuple(_reasons(asked, question, word, ways)), ways


def _ways(asked: AskedTexts, question: Question, first: Word) -> tuple[Specification, ...]:
    """Return every distinct way of counting; one that the sentence settles is shown and has no vote."""
    assert asked.texts is not None
    seen: set[tuple[float, float]] = set()
    found: list[Specification] = []
    for way in asked.texts.ways():
        one = (asked.checks.decides or asked.texts).estimated(way)
        key = None if one.value is None or one.test is None else (round(one.value, 9), round(one.test.std_error, 9))
        if key is None or key not in seen:
            seen |= set() if key is None else {key}
            found.append(_specification(asked, way, one, question, first))
    return tuple(found)


def _specification(asked: AskedTexts, way: Way, one: Estimated, question: Question, first: Word) -> Specification:
    assert asked.texts is not None
    assert asked.test is not None
    settled, own = dict(asked.hypothesis.settled), dict(asked.texts.registered.pairs())
    said = [f"the sentence settles the {axis}: {settled[axis]}" for axis, choice in way.pairs()
            if axis in settled and choice != own[axis]]  # fmt: skip
    low, high = one.test.interval(question.alpha) if one.test is not None else (None, None)
    counts = not said and one.test is not None
    return Specification(
        choices=way.pairs(),
        effect=one.value,
        low=low,
        high=high,
        k=len(one.outlets),
        registered=way == asked.texts.registered,
        agrees=agrees(one.test, asked.test, question, first) if counts and one.test is not None else None,
        why=said[0] if said else one.why_not,
    )


def _reasons(asked: AskedTexts, question: Question, word: Word, ways: Sequence[Specification]) -> list[str]:
    assert asked.found is not None
    assert asked.test is not None
    margin = margin_in_words(asked.hypothesis.margin, asked.hypothesis.relation)
    found = []
    if word == "right direction, size not established":
        found.append(f"the interval does not lie beyond the margin fixed beforehand ({margin})")
    if word == "no meaningful difference":
        found.append(f"an equivalence test places the difference inside the margin fixed beforehand ({margin})")
    if word == "inconclusive":
        size = asked.test.detectable(question.alpha, below=asked.hypothesis.relation != "greater")
        found.append(f"the smallest difference these outlets show four times out of five is {_sized(asked, size)}")
    agree, of = agreement(ways)
    if of > 1:
        values = [item.effect for item in ways if item.agrees is not None and item.effect is not None]
        found.append(
            f"of {of} distinct ways of counting {agree} agree; the difference runs from "
            f"{_sized(asked, min(values))} to {_sized(asked, max(values))}"
        )
    left = asked.found.left_out
    if left is not None and asked.texts is not None:
        without = asked.texts.outlets[left.outlet]
        found.append(f"without {without}, which moves it most, it is {_sized(asked, left.value)}")
    return found


def _estimate(asked: AskedTexts, alpha: float) -> Estimate | None:
    found = asked.found
    if found is None or found.value is None:
        return None
    test = found.test
    low, high = test.interval(alpha) if test is not None else (None, None)
    uncorrected = "; the model's figures, uncorrected" if asked.unchecked else ""
    return Estimate(
        value=found.value,
        low=low,
        high=high,
        level=1 - alpha,
        std_error=None if test is None else test.std_error,
        p_value=None if test is None else two_sided(test, question_of(asked.hypothesis, alpha).nothing),
        method=f"{found.method}{uncorrected}",
        population=asked.hypothesis.population,
        df=None if test is None else test.df,
    )


def _detectable(asked: AskedTexts, alpha: float) -> float | None:
    if asked.found is None or asked.found.test is None:
        return None
    return asked.found.test.detectable(alpha, below=asked.hypothesis.relation != "greater")


def what(asked: AskedTexts) -> str:
    """Say what is measured, with the names of actor and emotion, and in whose voice."""
    measure, of = asked.measure, dict(asked.hypothesis.parameters)
    whole = measure.denominator.removeprefix("all ")
    words = f"share of {whole} that {measure.numerator.removeprefix(f'{whole} that ')}"
    if measure.scale != "share" or not measure.numerator.startswith(f"{whole} that "):
        words = measure.numerator if measure.scale != "share" else f"share of {measure.numerator} among {whole}"
    if "actor" in of and asked.texts is not None:
        name = next((item.name for item in asked.texts.plan.actors if item.id == of["actor"]), of["actor"])
        words = words.replace("the actor", name)
    words = words.replace("the emotion", of.get("emotion", "the emotion"))
    return f"{words} ({of[SPEECH]} only)" if SPEECH in of else words


def reading(asked: AskedTexts) -> str:
    """Say how a claim was read, in words a reader can disagree with."""
    if asked.texts is None:
        return ""
    up, down = sides(asked.texts.rounds, asked.hypothesis)
    verb = {"less": "is lower", "greater": "is higher", "differs": "differs", "equivalent": "is the same"}
    than = {"less": "than", "greater": "than", "differs": "from", "equivalent": "as"}[asked.hypothesis.relation]
    mean = "" if len(down) == 1 else "the mean of "
    margin = margin_in_words(asked.hypothesis.margin, asked.hypothesis.relation)
    head = f"In {listed(asked.hypothesis.outlets)}, the" if asked.hypothesis.outlets else "The"
    if asked.hypothesis.groups:
        first, second = asked.hypothesis.groups
        change = {"less": "fell more or rose less", "greater": "rose more or fell less", "differs": "changed otherwise"}
        return (
            f"From {mean}{listed(down)} to {listed(up)}, the {what(asked)} "
            f"{change.get(asked.hypothesis.relation, 'changed alike')} in {first.name} "
            f"{'and' if asked.hypothesis.relation == 'equivalent' else 'than'} in {second.name}; "
            f"what would matter: {margin}."
        )
    return (
        f"{head} {what(asked)} {verb[asked.hypothesis.relation]} in {listed(up)} {than} in {mean}{listed(down)}; "
        f"what would matter: {margin}."
    )


def _sized(asked: AskedTexts, value: float | None) -> str:
    """Write a difference in the unit in which it is compared."""
    unit = asked.hypothesis.margin.unit
    if value is None:
        return "beyond any that can be"
    if unit == "ratio":
        return f"{value:.2f} times"
    return f"{value * 100:+.1f} points" if unit == "points" else f"{value:+.2f} sd"


def _difference(asked: AskedTexts) -> str:
    assert asked.found is not None
    assert asked.found.value is not None
    return _sized(asked, asked.found.value)


def _sentence(asked: AskedTexts, word: Word, estimate: Estimate | None) -> str:
    found = asked.found
    if asked.texts is None or found is None or found.value is None or estimate is None:
        return f"This corpus can't answer it: {asked.closed[0]}." if asked.closed else "This corpus can't answer it."
    up, down = sides(asked.texts.rounds, asked.hypothesis)
    mean = listed(down) if len(down) == 1 else f"the mean of {listed(down)}"
    unit = asked.hypothesis.margin.unit
    off = found.value - question_of(asked.hypothesis, 1.0).nothing
    size, side = abs(off) * (1 if unit == "sd" else 100), "lower" if off < 0 else "higher"
    interval = ""
    if estimate.low is not None and estimate.high is not None:
        low, high = (_sized(asked, end) for end in (estimate.low, estimate.high))
        interval = f" ({estimate.level * 100:.4g} % interval {low} to {high})"
    head = {"not validated": "The model's figures, not checked by people: ", "not testable": "In what is stored: "}
    stretches, _ = asked.texts.stretches(asked.texts.registered.window)
    text = (
        f"{_effect(asked, f'{size:.2f} {_UNITS[unit]}', side, (listed(up), mean))}{interval}. "
        f"Population: {estimate.population}; {len(found.outlets)} outlets, {found.documents:,} articles in "
        f"{found.copy_groups:,} copy groups.{confounding(asked.texts.rounds, stretches)}"
    )
    begin = head.get(word, "")
    return begin + text if begin else text[0].upper() + text[1:]


def _effect(asked: AskedTexts, size: str, side: str, rounds: tuple[str, str]) -> str:
    now, before = rounds
    if not asked.hypothesis.groups:
        return f"{now}: {what(asked)} is {size}{side} than for {before}"
    first, second = asked.hypothesis.groups
    more = "less" if side == "lower" else "more"
    return f"From {before} to {now}, {what(asked)} changed by {size}{more} in {first.name} than in {second.name}"


def _three_in_words(asked: AskedTexts, three: Corrections | None) -> str:
    """Say what the model, people's codes and both together give."""
    if three is None:
        return ""
    model, codes, both = (_sized(asked, item.value) for item in three.numbers)
    alone = f"the model alone gives {model}, the codes alone {codes}"
    if three.decides:
        return f" It is the model's figures corrected by the {three.n_codes:,} sentences that people coded: {alone}."
    return f" With the {three.n_codes:,} sentences that people coded so far, {alone}, and both together {both}."


def _windows(asked: AskedTexts) -> tuple[WindowValue, ...]:
    """Return what each round is worth, all outlets together."""
    if asked.texts is None:
        return ()
    way = asked.texts.registered
    stretches, why = asked.texts.stretches(way.window)
    rows, why_not = asked.texts.counted(way)
    if why or why_not:
        return ()
    values = []
    for number, (item, stretch) in enumerate(zip(asked.texts.rounds, stretches, strict=True)):
        own = rows.round == number
        values.append(_window(item.label, stretch, float(rows.num[own].sum()), float(rows.den[own].sum())))
    return tuple(values)


def _window(label: str, stretch: Stretch, num: float, den: float) -> WindowValue:
    return WindowValue(
        label=label,
        kind="round",
        stretch=stretch,
        num=num,
        den=den,
        value=num / den if den > 0 else None,
        baseline=None,
        occasions=1,
        observed=1.0,
    )


def _limits(asked: AskedTexts) -> list[str]:
    limits = [f"the model's figures are not corrected: {asked.checks.note}"] if asked.checks.note else []
    found = asked.found
    if found is not None and found.incomplete and asked.texts is not None:
        names = listed([asked.texts.outlets[code] for code in found.incomplete])
        limits.append(f"left out, because they have nothing in one of the rounds: {names}")
    if asked.texts is not None and asked.texts.silent:
        many = sum(number for _, number in asked.texts.silent)
        langs = listed([lang or "an unknown language" for lang, _ in asked.texts.silent])
        limits.append(f"it says nothing of {many:,} articles in {langs}: nothing was read there that could be counted")
    groups = asked.hypothesis.groups
    limits += [f"{item.name}: {len(item.outlets)} outlets, put together by {item.source}" for item in groups]
    if asked.hypothesis.outlets:
        limits.append(f"these outlets only ({listed(asked.hypothesis.outlets)}): it says nothing of others")
    if asked.measure.name.startswith("salience."):
        limits.append("mentions by name and dated title; pronouns are not counted")
    return limits
