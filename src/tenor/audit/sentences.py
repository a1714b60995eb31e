"""Bottom lines: every number in a sentence that names its population, exposure and confounders."""

from __future__ import annotations

from collections.abc import Sequence

from tenor.audit.effect import Effect, query_of
from tenor.audit.frame import Cell, Frame
from tenor.compare.effects import LogRatio
from tenor.grammar import listed
from tenor.model import Hypothesis, Margin, Measure, Relation, Round, Stretch, Word
from tenor.results import Estimate, Placebo, Specification
from tenor.studyfile import margin_in_words


def number(value: float) -> str:
    """Write a ratio as people read it.

    Examples
    --------
    >>> number(0.5794), number(12.345), number(0)
    ('0.58', '12.3', '0.00')
    """
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.3g}"


def pieces_of(frame: Frame, hypothesis: Hypothesis) -> str:
    """Return what the figures count, as the study calls it: clips, stories, pieces."""
    names = {query_of(hypothesis, item) for item in frame.rounds}
    if all(map(frame.plan.of_articles, names)):
        return "articles"
    named = {
        source.counts_what for source in frame.plan.sources if source.query in names or names & set(source.columns.wide)
    }
    words = named or {source.counts_what for source in frame.plan.sources if source.columns.query}
    return words.pop() if len(words) == 1 else "pieces"


def what_is_counted(frame: Frame, hypothesis: Hypothesis, measure: Measure) -> str:
    """Say what a value of the measure is: the share of all clips, the clips per outlet-day."""
    pieces = pieces_of(frame, hypothesis)
    if measure.scale == "share":
        return f"share of all {pieces}"
    counted = measure.numerator if measure.scale == "mean" else pieces
    return f"number of {counted} per {_single(measure, pieces)}"


def _single(measure: Measure, pieces: str) -> str:
    """Return what stands below the line: an outlet-day, an article."""
    one = "article" if pieces == "articles" else "piece"
    return measure.denominator.replace("piece", one) if measure.scale == "mean" else measure.denominator


def exposure_words(frame: Frame, hypothesis: Hypothesis) -> str:
    """Say per what, and above what, the rounds are compared."""
    per = frame.plan.event.occasion if hypothesis.exposure == "per occasion" else "round"
    above = {
        "none": "",
        "week before": ", above the week before",
        "three weeks before": ", above the mean of the three weeks before",
    }[hypothesis.baseline]
    return f"per {per}{above}"


def reading(frame: Frame, hypothesis: Hypothesis, measure: Measure) -> str:
    """Say how a claim was read, in words a reader can disagree with."""
    up, down = sides(frame.rounds, hypothesis)
    verb = {
        "less": "is smaller for",
        "greater": "is larger for",
        "differs": "differs for",
        "equivalent": "is the same for",
    }[hypothesis.relation]
    what = f"{what_is_counted(frame, hypothesis, measure)}, {exposure_words(frame, hypothesis)}"
    mean = "" if len(down) == 1 else "the mean of "
    margin = margin_in_words(hypothesis.margin, hypothesis.relation)
    than = "as" if hypothesis.relation == "equivalent" else "from that" if hypothesis.relation == "differs" else "than"
    head = f"In {listed(hypothesis.outlets)}, the" if hypothesis.outlets else "The"
    return f"{head} {what}, {verb} {listed(up)} {than} for {mean}{listed(down)}; what would matter: {margin}."


def sides(rounds: Sequence[Round], hypothesis: Hypothesis) -> tuple[list[str], list[str]]:
    """Return the labels of the rounds on the claimed side of a contrast, and of those on the other."""
    labels = {item.id: item.label for item in rounds}
    up = [labels[name] for name, weight in hypothesis.contrast if weight > 0]
    down = [labels[name] for name, weight in hypothesis.contrast if weight < 0]
    return up, down


def interval_words(estimate: Estimate) -> str:
    """Say an interval, unbounded sides included."""
    level = f"{estimate.level * 100:.4g} % interval"
    if estimate.low is None or estimate.high is None:
        return f"{level} unbounded"
    low = "below zero" if estimate.low < 0 else number(estimate.low)
    return f"{level} {low} to {number(estimate.high)}"


def bottom_line(
    frame: Frame, hypothesis: Hypothesis, measure: Measure, estimate: Estimate, cell: Cell, found: Effect
) -> str:
    """Say the effect with interval, population, K and exposure."""
    length = len(frame.grids[0].columns(cell.rounds.stretches[0]))
    each = f"one {frame.grids[0].unit}" if length == 1 else f"{length} {frame.grids[0].unit}s"
    return (
        f"{_effect_words(frame, hypothesis, measure, found)} ({interval_words(estimate)}). "
        f"Population: {_population(frame, estimate)}, judged by {found.comparison.size} comparison windows of {each}."
        f"{_cut_short(frame, cell)}{confounding(frame.rounds, cell.rounds.stretches)}"
    )


def _population(frame: Frame, estimate: Estimate) -> str:
    if estimate.population != "these outlets":
        return estimate.population
    return f"these outlets ({listed(frame.grids[0].outlets)}) in other such stretches of time"


def _cut_short(frame: Frame, cell: Cell) -> str:
    """Say that rounds were cut because one was under way, with the days that are left."""
    whole = frame.stretches(cell.choice.window)[0]
    if frame.as_of is None or cell.rounds.stretches[0] == whole:
        return ""
    return (
        f" Every round is cut to {cell.rounds.stretches[0].days} of {whole.days} days, "
        f"because on {frame.as_of} no more had passed."
    )


def described_only(frame: Frame, hypothesis: Hypothesis, measure: Measure, cell: Cell, found: Effect) -> str:
    """Say the ratio as published, where no verdict can stand on it."""
    effect = _effect_words(frame, hypothesis, measure, found)
    whose = "articles stored" if pieces_of(frame, hypothesis) == "articles" else "figures as published"
    return f"In the {whose}: {effect}.{_cut_short(frame, cell)}{confounding(frame.rounds, cell.rounds.stretches)}"


def _effect_words(frame: Frame, hypothesis: Hypothesis, measure: Measure, found: Effect) -> str:
    up, down = sides(frame.rounds, hypothesis)
    above, below = found.sides.side(above=True), found.sides.side(above=False)
    what = what_is_counted(frame, hypothesis, measure)
    mean = listed(down) if len(down) == 1 else f"the mean of {listed(down)}"
    head = f"{listed(up)}: {level_words(above, measure)} against {level_words(below, measure)} for {mean}"
    times = number(above / below) if above / below >= 0 else "below zero"
    return f"{head[0].upper()}{head[1:]} ({what}, {exposure_words(frame, hypothesis)}), that is {times} times"


def level_words(value: float, measure: Measure) -> str:
    """Write a value of a measure in its own unit.

    Examples
    --------
    >>> from tenor.registry import measure_named
    >>> level_words(0.0442, measure_named("volume.share")), level_words(1414.43, measure_named("volume.rate"))
    ('4.42 %', '1,414.4')
    """
    return f"{value * 100:.2f} %" if measure.scale == "share" else f"{value:,.1f}" if value >= 10 else f"{value:.2f}"


def difference_words(frame: Frame, hypothesis: Hypothesis, measure: Measure, found: Effect) -> str:
    """Say the difference in the measure's own unit."""
    change = found.sides.side(above=True) - found.sides.side(above=False)
    per = f" per {frame.plan.event.occasion}" if hypothesis.exposure == "per occasion" else ""
    if measure.scale == "share":
        return f"{change * 100:+.2f} percentage points{per}"
    nothing = abs(change) < 1e-9 * abs(found.sides.side(above=False))
    size = "no difference in" if nothing else f"{change:+,.1f}" if abs(change) >= 10 else f"{change:+.3g}"
    return f"{size} {_unit(frame, hypothesis, measure)}{per}"


def _unit(frame: Frame, hypothesis: Hypothesis, measure: Measure) -> str:
    pieces = pieces_of(frame, hypothesis)
    counted = measure.numerator if measure.scale == "mean" else pieces
    return f"{counted} per {_single(measure, pieces)}"


def reasons(
    word: Word,
    hypothesis: Hypothesis,
    estimate: Estimate,
    detectable: float | None,
    specs: Sequence[Specification],
    strip: Placebo | None,
) -> tuple[str, ...]:
    """Say why the word is what it is."""
    found = [_margin_reason(word, hypothesis.margin, hypothesis.relation)]
    if word == "inconclusive" or (word == "depends on how it is counted" and _spans_one(estimate)):
        found.append(f"the {interval_words(estimate)} includes 1: that there was no difference can't be ruled out")
    if word in ("inconclusive", "depends on how it is counted"):
        found.append(_detectable(hypothesis.relation, detectable))
    counted = [item for item in specs if item.agrees is not None and item.effect is not None]
    if len(counted) > 1:
        effects = [item.effect for item in counted if item.effect is not None]
        agree = sum(1 for item in counted if item.agrees)
        found.append(
            f"of {len(counted)} distinct ways of counting {agree} agree; the effect runs from "
            f"{number(min(effects))} to {number(max(effects))} times; {least_favourable(specs, hypothesis)}"
        )
    found += [placebo_words(strip)] if strip else []
    return tuple(item for item in found if item)


def _spans_one(estimate: Estimate) -> bool:
    return estimate.low is None or estimate.high is None or estimate.low <= 1 <= estimate.high


def _margin_reason(word: Word, margin: Margin, relation: Relation) -> str:
    words = margin_in_words(margin, relation)
    if word == "right direction, size not established":
        return f"the interval does not lie beyond the margin fixed beforehand ({words})"
    if word == "no meaningful difference":
        return f"an equivalence test places the effect inside the margin fixed beforehand ({words})"
    return ""


def _detectable(relation: Relation, detectable: float | None) -> str:
    if detectable is None:
        return "even a complete absence would not be found here four times out of five: the other side rose too little"
    if relation == "equivalent":
        return f"sameness can only be shown for margins well beyond {number(detectable)} times here"
    return f"the smallest effect these figures would show four times out of five is {number(detectable)} times"


def least_favourable(specs: Sequence[Specification], hypothesis: Hypothesis) -> str:
    """Name the way of counting that speaks most against the claim."""
    counted = [item for item in specs if item.agrees is not None and item.effect is not None]

    def against(item: Specification) -> float:
        effect = item.effect or 0.0
        distance = abs(effect - 1)
        return {"less": effect, "greater": -effect, "differs": -distance, "equivalent": distance}[hypothesis.relation]

    worst = max(counted, key=against)
    choices = ", ".join(choice for _, choice in worst.choices)
    return f"least favourable to the claim: {number(worst.effect or 0)} times ({choices})"


def placebo_words(placebo: Placebo) -> str:
    """Say how unusual the observed contrast is among ordinary stretches of time."""
    return (
        f"of {placebo.placements:,} ways to place the contrast on the {placebo.k} comparison windows, "
        f"{placebo.as_far:,} lie as far from no difference as the rounds do"
    )


def confounding(rounds: Sequence[Round], stretches: Sequence[Stretch]) -> str:
    """Say what else happened inside the windows of the rounds."""
    events = [
        f"{event.what} ({event.date}, {item.label})"
        for item, stretch in zip(rounds, stretches, strict=True)
        for event in item.confounders
        if stretch.start <= event.date < stretch.stop
    ]
    return f" Inside the windows also: {'; '.join(events)}." if events else ""


def unit_of_difference(frame: Frame, hypothesis: Hypothesis, measure: Measure, found: Effect) -> str:
    """Return the unit in which placebo differences are shown."""
    if isinstance(found.test, LogRatio):
        return "times"
    per = f" per {frame.plan.event.occasion}" if hypothesis.exposure == "per occasion" else ""
    if measure.scale == "share":
        return f"percentage points{per}"
    return f"{_unit(frame, hypothesis, measure)}{per}"
