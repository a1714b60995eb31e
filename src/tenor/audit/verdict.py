"""The audit: gates, estimates, one family, other ways of counting, one bottom line a claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from tenor.annotate.run import unread
from tenor.audit import sentences
from tenor.audit.asked import check
from tenor.audit.claims import registration_words
from tenor.audit.contents import first_round, of_contents, texts_new
from tenor.audit.corrected import Checks, Said, checks_of
from tenor.audit.decide import p_value, question_of, word_of
from tenor.audit.distances import AskedDistance, ask_distance, distance_finding
from tenor.audit.effect import (
    Effect,
    Source,
    alternatives,
    effect,
    estimate_of,
    frame_of,
    own_method,
    placebo,
    query_of,
    rows_named,
)
from tenor.audit.frame import Cell, Frame
from tenor.audit.gates import closed_gates
from tenor.audit.series import window_values
from tenor.audit.specifications import AGREEMENT, agreement, count_all, judged, registered_choice
from tenor.audit.texts import AskedTexts, ask_texts, texts_finding, unobserved
from tenor.audit.within import texts_of
from tenor.coding.judged import Quality
from tenor.compare.effects import RatioTest
from tenor.compare.family import holm, holm_alphas
from tenor.model import Claim, Hypothesis, Measure, Plan, Word
from tenor.registry import PLANNED, measure_named, measures
from tenor.results import Finding, Registered, Verdict, WindowValue

ALPHA = 0.05
# A claim stands on all its parts: one that is refuted refutes it, whatever is unknown of the others.
_WEAKEST: tuple[Word, ...] = (
    "opposite direction found",
    "no meaningful difference",
    "not testable",
    "not validated",
    "depends on how it is counted",
    "inconclusive",
    "right direction, size not established",
    "supported",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A hypothesis with everything counted for it, before the family is closed."""

    hypothesis: Hypothesis
    measure: Measure | None
    frame: Frame | None
    cell: Cell | None
    found: Effect | None
    closed: tuple[str, ...]

    @property
    def test(self) -> RatioTest | None:
        """Return the test of the registered way of counting, where a verdict may stand on it."""
        return None if self.closed or self.found is None else self.found.test


def unmeasured(hypothesis: Hypothesis) -> bool:
    """Return whether a hypothesis is about a measure that is planned and not there."""
    name = hypothesis.measure.partition("@")[0]
    return name in PLANNED and name not in measures()


def ask(hypothesis: Hypothesis, frame: Frame | None) -> Asked:
    """Count a hypothesis in its registered way and try the gates."""
    if unmeasured(hypothesis):
        why = f"this version of tenor can't measure {hypothesis.measure} yet"
        return Asked(hypothesis=hypothesis, measure=None, frame=None, cell=None, found=None, closed=(why,))
    measure = measure_named(hypothesis.measure)
    cell = None if frame is None else frame.cell(registered_choice(frame, hypothesis))
    found = None
    if frame is not None and cell is not None and not cell.why_not:
        found = effect(cell, hypothesis, measure, frame.rounds)
    closed = tuple(closed_gates(frame, cell, found, hypothesis, measure))
    return Asked(hypothesis=hypothesis, measure=measure, frame=frame, cell=cell, found=found, closed=closed)


def of_texts(measure: Measure) -> bool:
    """Return whether a measure is of what stands in texts, so that outlets are compared with themselves."""
    return of_contents(measure) or bool({"scores", "annotations", "origins", "reuse"} & set(measure.needs))


def ask_any(
    plan: Plan, source: Source, hypothesis: Hypothesis, unchecked: str = "", said: Said | None = None
) -> Asked | AskedTexts | AskedDistance:
    """Count a hypothesis in the way that its measure asks for.

    `unchecked` says why its model is not believed, `said` what people say of the same sentences.
    """
    if unmeasured(hypothesis) or not of_texts(measure_named(hypothesis.measure)):
        return ask(hypothesis, None if unmeasured(hypothesis) else frame_of(source, plan, hypothesis))
    measure = measure_named(hypothesis.measure)
    check(plan, measure, dict(hypothesis.parameters))
    if measure.scale == "distance":
        return ask_distance(source.query, plan, hypothesis, measure, source.articles)
    if why := unread(source.query, plan, measure.needs):
        return ask_texts(None, hypothesis, measure, why, Checks(unchecked=unchecked))
    of = dict(hypothesis.parameters)
    names = {query_of(hypothesis, plan.round(name)) for name, _ in hypothesis.contrast}
    parts = [rows_named(source, measure, name, hypothesis.members, of) for name in sorted(names)]
    articles = source.query("SELECT doc_id, lang, day, outlet FROM articles WHERE day IS NOT NULL", {})
    if of_contents(measure):
        texts = texts_new(source.query, plan, hypothesis, pa.concat_tables(parts), articles)
        why = first_round(plan, hypothesis) or unobserved(texts, source.articles)
        return ask_texts(texts, hypothesis, measure, why, Checks())
    texts = texts_of(plan, hypothesis, pa.concat_tables(parts), articles)
    checks = checks_of(texts, measure, said, source, unchecked)
    return ask_texts(texts, hypothesis, measure, unobserved(texts, source.articles), checks)


def audit(
    plan: Plan,
    claims: Sequence[Claim],
    source: Source,
    registered: Sequence[Registered],
    selection: Sequence[tuple[str, Quality]] = (),
    unchecked: Mapping[str, str] | None = None,
    said: Mapping[str, Said] | None = None,
) -> tuple[Verdict, ...]:
    """Answer every claim.

    Parameters
    ----------
    plan, claims
        The study and its claims; all hypotheses form one family (Holm).
    source
        The study's store, and the days that can't be believed.
    registered
        What was registered, and when.
    selection
        How many of the articles found for a round are about the event, where people judged it.
    unchecked
        By the id of a hypothesis why a model's figures can't be believed yet; where it is empty or missing they can.
    said
        By the id of a hypothesis what people say of the sentences that a model read.

    Returns
    -------
    tuple of Verdict
        One a claim, in order.
    """
    why, codes = unchecked or {}, said or {}
    every = [item for claim in claims for item in claim.hypotheses]
    asked = [ask_any(plan, source, item, why.get(item.id, ""), codes.get(item.id)) for item in every]
    words = {item.hypothesis.id: registration_words(item.hypothesis, plan, registered) for item in asked}
    findings = {item.hypothesis.id: item for item in judge(asked, words)}
    for item in asked:
        found = findings[item.hypothesis.id]
        findings[found.hypothesis.id] = replace(found, limits=(*found.limits, *_searched(item, dict(selection))))
    return tuple(_verdict(claim, findings) for claim in claims)


def judge(asked: Sequence[Asked | AskedTexts | AskedDistance], registration: Mapping[str, str]) -> list[Finding]:
    """Close the family and give every hypothesis its word; secondary ones are a family of their own."""
    tests = {at: item.test for at, item in enumerate(asked) if item.test is not None}
    alphas: dict[int, float] = {}
    adjusted: dict[int, float] = {}
    for secondary in (False, True):
        own = [at for at in tests if asked[at].hypothesis.secondary == secondary]
        p_values = [p_value(tests[at], question_of(asked[at].hypothesis, ALPHA)) for at in own]
        alphas.update(zip(own, holm_alphas(p_values, ALPHA), strict=True))
        adjusted.update(zip(own, holm(p_values), strict=True))
    findings = []
    for at, item in enumerate(asked):
        words = registration.get(item.hypothesis.id, "")
        if isinstance(item, AskedTexts):
            findings.append(texts_finding(item, alphas.get(at, ALPHA), adjusted.get(at), words))
        elif isinstance(item, AskedDistance):
            findings.append(distance_finding(item, alphas.get(at, ALPHA), adjusted.get(at), words))
        elif at in tests:
            findings.append(_finding(item, tests[at], alphas[at], adjusted[at], words))
        else:
            findings.append(_not_testable(item, words))
    return findings


def _finding(item: Asked, test: RatioTest, alpha: float, adjusted: float, registration: str) -> Finding:
    frame, cell, found, hypothesis, measure = item.frame, item.cell, item.found, item.hypothesis, item.measure
    assert frame is not None
    assert measure is not None
    assert cell is not None
    assert found is not None
    question = question_of(hypothesis, alpha)
    first = word_of(test, question)
    specs = judged(count_all(frame, hypothesis, measure), question, first)
    agree, of = agreement(specs)
    word: Word = "depends on how it is counted" if agree < AGREEMENT * of else first
    estimate = estimate_of(test, alpha, own_method(test, found.comparison.size, alpha), hypothesis.population)
    detectable = test.detectable(alpha, below=hypothesis.relation != "greater")
    unit = sentences.unit_of_difference(frame, hypothesis, measure, found)
    strip = placebo(found, unit, 100 if measure.scale == "share" else 1)
    return Finding(
        hypothesis=hypothesis,
        reading=sentences.reading(frame, hypothesis, measure),
        word=word,
        sentence=sentences.bottom_line(frame, hypothesis, measure, estimate, cell, found),
        reasons=sentences.reasons(word, hypothesis, estimate, detectable, specs, strip),
        estimate=estimate,
        alternatives=alternatives(cell, found, measure, ALPHA),
        difference=sentences.difference_words(frame, hypothesis, measure, found),
        p_adjusted=adjusted,
        detectable=detectable,
        windows=windows_of(item),
        specifications=specs,
        agreement=(agree, of),
        placebo=strip,
        limits=tuple(_limits(item)),
        registration=registration,
    )


def _not_testable(item: Asked, registration: str) -> Finding:
    frame, found, measure = item.frame, item.found, item.measure
    sentence, difference, reading = "This corpus can't answer it.", "", ""
    if measure is None:
        sentence = f"{item.closed[0][0].upper()}{item.closed[0][1:]}."
    if frame is not None and measure is not None:
        reading = sentences.reading(frame, item.hypothesis, measure)
        if item.cell is not None and found is not None and found.value is not None:
            sentence = f"{sentence} {sentences.described_only(frame, item.hypothesis, measure, item.cell, found)}"
            difference = sentences.difference_words(frame, item.hypothesis, measure, found)
    return Finding(
        hypothesis=item.hypothesis,
        reading=reading,
        word="not testable",
        sentence=sentence,
        reasons=item.closed,
        estimate=None,
        alternatives=(),
        difference=difference,
        p_adjusted=None,
        detectable=None,
        windows=windows_of(item),
        specifications=(),
        agreement=(0, 0),
        placebo=None,
        limits=tuple(_limits(item)),
        registration=registration,
    )


def _limits(item: Asked) -> list[str]:
    frame, cell, found = item.frame, item.cell, item.found
    if frame is None or cell is None or found is None:
        return []
    limits = []
    if found.note:
        limits.append(found.note)
    if cell.dropped:
        limits.append(f"{cell.dropped} comparison windows were left out, because too little of them was observed")
    if item.hypothesis.outlets:
        limits.append(f"these outlets only ({', '.join(frame.grids[0].outlets)}): it says nothing of others")
    elif len(frame.grids[0].outlets) == 1:
        limits.append(f"one pool ({frame.grids[0].outlets[0]}): what its outlets do differently can't be seen")
    return limits


def _searched(item: Asked | AskedTexts | AskedDistance, selection: Mapping[str, Quality]) -> list[str]:
    """Say how good the search behind a number of articles is."""
    if not isinstance(item, Asked) or item.frame is None or not next(iter(item.frame.layers)).copies:
        return []
    said = [selection[one.id].words.rstrip(".") for one in item.frame.rounds if one.id in selection]
    return said or ["nobody judged how many of the articles found are about the event: `tenor rounds --judge 50`"]


def windows_of(item: Asked) -> tuple[WindowValue, ...]:
    """Return the windows a hypothesis is counted on: its rounds, then the comparison windows."""
    frame, cell = item.frame, item.cell
    if frame is None or cell is None or cell.why_not:
        return ()
    pooling, raw = cell.choice.pooling, cell.choice.baseline == "none"
    rounds = window_values(
        cell.rounds,
        pooling,
        labels=[item.label for item in frame.rounds],
        occasions=[item.occasions for item in frame.rounds],
        levels=None if raw else cell.baselines,
    )
    ordinary = window_values(
        cell.comparison,
        pooling,
        labels=[f"comparison {at}" for at in range(1, len(cell.comparison) + 1)],
        occasions=[0] * len(cell.comparison),
        levels=None if raw else cell.comparison.values(pooling) - cell.comparison_values,
    )
    return (*rounds, *ordinary)


def _verdict(claim: Claim, known: Mapping[str, Finding]) -> Verdict:
    """Give a claim the weakest word of its parts: it is supported only if all of them are."""
    if claim.untestable:
        return Verdict(claim=claim, word="not testable", sentence=f"Not testable: {claim.untestable}", findings=())
    deciding = [item.id for item in claim.hypotheses if not item.secondary]
    parts = [known[name] for name in (*deciding, *claim.all_of)]
    weakest = min(parts, key=lambda item: _WEAKEST.index(item.word))
    head = weakest.sentence
    if len(parts) > 1:
        words = "; ".join(f"{item.hypothesis.id}: {item.word}" for item in parts)
        head = f"{len(parts)} parts, all must hold, the weakest decides ({words})."
    return Verdict(
        claim=claim,
        word=weakest.word,
        sentence=head,
        findings=tuple(known[item.id] for item in claim.hypotheses),
        parts=tuple((item.hypothesis.id, item.word) for item in parts),
    )
