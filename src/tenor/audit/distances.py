"""Claims on how far rounds lie apart in content: counted, judged, put into words, with the nearest passages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenor.audit.asked import bound
from tenor.audit.contents import READINGS, Placed, Query, new_pairs, pairs_of, placed
from tenor.audit.decide import Question, agrees, question_of, word_of
from tenor.audit.effect import Source, query_of, rows_named
from tenor.audit.frame import OBSERVED, cut
from tenor.audit.sentences import confounding, number, sides
from tenor.audit.specifications import AGREEMENT, agreement
from tenor.audit.within import NOWHERE, round_of
from tenor.compare.apart import Apart, DistanceRatio, Laid, apart, laid_out
from tenor.compare.contrasts import coefficients_of
from tenor.compare.distance import Flags, Floats, Numbers, Points, capped, exchanged, halves
from tenor.compare.effects import two_sided
from tenor.errors import MissingInput
from tenor.grammar import counted, listed
from tenor.model import CopyRule, Hypothesis, Measure, Plan, Round, Stretch, Window, Word
from tenor.registry import measure_named
from tenor.results import Estimate, Finding, Specification, WindowValue
from tenor.studyfile import round_stretch

CAP = 1_000
"""So many texts of each round and language are compared at most, drawn by chance."""
SEED = 0
_DRAWS = 999
_OUTSIDE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of comparing contents."""

    window: Window
    reading: str
    copies: CopyRule
    even: bool
    seed: int = SEED

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return (axis, choice) pairs in words."""
        drawn = (("drawn", f"texts drawn with seed {self.seed}"),) if self.seed != SEED else ()
        return (
            ("window", str(self.window)),
            ("pooling", "outlet" if self.even else "pool"),
            ("copies", f"copies {self.copies}"),
            ("text", self.reading),
            *drawn,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """The articles of a hypothesis on distances, ready to be compared in any way.

    Parameters
    ----------
    plan, hypothesis
        What is asked.
    rounds
        Those of the contrast, then those that are only measured against.
    above, below
        Weights of pairs of rounds on both sides of the ratio.
    against
        The rounds whose distances from each other are the measure.
    articles
        By reading, all articles as points.
    outlets
        Their names, in the order of their numbers.
    """

    plan: Plan
    hypothesis: Hypothesis
    rounds: tuple[Round, ...]
    above: Floats
    below: Floats
    against: tuple[str, ...]
    articles: Mapping[str, Placed]
    outlets: tuple[str, ...]

    @property
    def registered(self) -> Way:
        """Return the way that the hypothesis names."""
        copies: CopyRule = "all" if self.hypothesis.copies == "all" else "once"
        return Way(window=self.plan.event.window, reading=READINGS[0], copies=copies, even=True)

    def ways(self) -> list[Way]:
        """Return every way that applies, the registered one first; another draw where texts had to be drawn."""
        event, first = self.plan.event, self.registered
        rules: tuple[CopyRule, ...] = ("once", "all")
        every = [
            Way(window=window, reading=reading, copies=copies, even=even)
            for window in (event.window, *event.other_windows)
            for reading in READINGS
            for copies in rules
            for even in (True, False)
        ]
        again = [replace(first, seed=SEED + 1)] if self.points(first)[1] else []
        return [first, *again, *(way for way in every if way != first)]

    def stretches(self, window: Window) -> tuple[tuple[Stretch, ...], str]:
        """Return the days of each round, and why they can't be had."""
        event = self.plan.event
        shorter, why = cut(window, self.rounds, event, self.hypothesis.as_of)
        found = tuple(round_stretch(event, item, shorter) for item in self.rounds)
        if not why and any(one.overlaps(other) for at, one in enumerate(found) for other in found[:at]):
            why = "under this window the rounds overlap"
        return found, why

    def points(self, way: Way) -> tuple[Points, int]:
        """Return the texts of the rounds under a way, and how many were left out by the cap.

        Under ``once`` a copy group counts once in each round: the same text in two rounds is sameness.
        """
        articles, at = self.inside(way)
        return capped(self.as_points(articles, at), CAP, way.seed)

    @property
    def langs(self) -> list[str]:
        """Return the languages of all articles."""
        return sorted(set(self.articles[READINGS[1]].documents["lang"].to_pylist()))

    def as_points(self, articles: Placed, at: Numbers) -> Points:
        """Return articles as what is compared; `at` is the round of each."""
        documents = articles.documents
        outlet = pc.index_in(documents["outlet"], pa.array(self.outlets, pa.string())).to_numpy()
        lang = pc.index_in(documents["lang"], pa.array(self.langs, pa.string())).to_numpy()
        copy = documents["copy_id"].combine_chunks().dictionary_encode().indices.to_numpy()
        return Points(
            vectors=articles.vectors,
            outlet=outlet.astype(np.int64),
            round=at,
            copy=copy.astype(np.int64),
            day=documents["date"].cast(pa.int32()).to_numpy().astype(np.int64),
            lang=lang.astype(np.int64),
        )

    def inside(self, way: Way) -> tuple[Placed, Numbers]:
        """Return the articles of the rounds under a way, and the round of each."""
        whole = self.articles[way.reading]
        at = round_of(whole.documents["date"], self.stretches(way.window)[0])
        kept = at != NOWHERE
        if way.copies == "once":
            copies = whole.documents["copy_id"].combine_chunks().dictionary_encode().indices.to_numpy()
            rows = np.flatnonzero(kept)
            _, first = np.unique(np.stack([copies[rows], at[rows]]), axis=1, return_index=True)
            kept = np.zeros(at.size, np.bool_)
            kept[rows[first]] = True
        return whole.only(kept), at[kept]

    def laid(self, way: Way) -> Laid:
        """Return the texts of the rounds under a way with their distances, however they are weighed then."""
        return laid_out(self.points(way)[0], len(self.rounds))

    def estimated(self, way: Way, laid: Laid | None = None) -> Apart:
        """Return the ratio of distances under a way of comparing; `laid` as `laid` gives it, if it is there."""
        population = self.hypothesis.population
        _, why = self.stretches(way.window)
        there = laid or self.laid(way)
        if why or not len(there.points):
            nothing = np.full(self.above.shape, np.nan)
            return Apart(value=None, population=population, distances=nothing, why_not=why or "no such text")
        return apart(there, self.above, self.below, population=population, even=way.even)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDistance:
    """A hypothesis on distances with everything counted for it, before the family is closed."""

    hypothesis: Hypothesis
    measure: Measure
    contents: Contents
    found: Apart
    closed: tuple[str, ...]

    @property
    def test(self) -> DistanceRatio | None:
        """Return the test, where a verdict may stand on it."""
        return None if self.closed else self.found.test


def ask_distance(
    query: Query, plan: Plan, hypothesis: Hypothesis, measure: Measure, doubtful: pa.Table
) -> AskedDistance:
    """Compare the contents of a hypothesis in its registered way and try the gates.

    Parameters
    ----------
    query, plan
        The study.
    hypothesis, measure
        What is asked.
    doubtful
        Days of outlets that were not observed.
    """
    contents, why_not = contents_of(query, plan, hypothesis, measure)
    found = contents.estimated(contents.registered)
    missing = [name for name in hypothesis.members if name not in contents.outlets]
    reasons = [why_not, _population(hypothesis), _unobserved(contents, doubtful), found.why_not]
    reasons += [f"nothing that could be compared is stored of {listed(missing)}"] if missing else []
    closed = tuple(dict.fromkeys(reason for reason in reasons if reason))
    return AskedDistance(hypothesis=hypothesis, measure=measure, contents=contents, found=found, closed=closed)


def contents_of(query: Query, plan: Plan, hypothesis: Hypothesis, measure: Measure) -> tuple[Contents, str]:
    """Return the articles of a hypothesis, and why there is nothing to measure a distance against."""
    own = [name for name, _ in hypothesis.contrast]
    weights = coefficients_of([weight for _, weight in hypothesis.contrast])
    claimed = {name for name, weight in hypothesis.contrast if weight > 0}
    other = [name for name, weight in hypothesis.contrast if weight < 0]
    against = other if len(other) > 1 else [item.id for item in plan.rounds if item.id not in claimed]
    names = [*own, *(name for name in against if name not in own)]
    up, down = (np.array([*np.clip(sign * weights, 0, None), *np.zeros(len(names) - len(own))]) for sign in (1, -1))
    above = np.outer(up, down) + np.outer(down, up)
    measured = np.array([name in against for name in names], np.float64)
    below = np.outer(measured, measured) - np.diag(measured)
    pairs = len(against) * (len(against) - 1)
    queries = sorted({query_of(hypothesis, plan.round(name)) for name in names})
    rows = pa.concat_tables([query(measure.sql, bound(name, {})) for name in queries])
    if hypothesis.members:
        rows = rows.filter(pc.is_in(rows["outlet"], pa.array(hypothesis.members, pa.string())))
    articles = {reading: placed(query, rows, reading) for reading in READINGS}
    outlets = sorted(set(articles[READINGS[1]].documents["outlet"].to_pylist()))
    found = Contents(
        plan=plan,
        hypothesis=hypothesis,
        rounds=tuple(plan.round(name) for name in names),
        above=above,
        below=below * 2 / pairs if pairs else below,
        against=tuple(plan.round(name).label for name in against),
        articles=articles,
        outlets=tuple(outlets),
    )
    why = "a distance is measured against that between other rounds, and there are no two others in the study"
    return found, "" if pairs else why


def _population(hypothesis: Hypothesis) -> str:
    if hypothesis.groups:
        return "of two groups no distances are compared yet: ask of one of them, with 'outlets'"
    if hypothesis.population != "comparable events":
        return ""
    return "what texts say is judged by outlets: name the population 'outlets like these' or 'these outlets'"


def _unobserved(contents: Contents, doubtful: pa.Table) -> str:
    """Return which round can't be judged because too many of its days were not observed."""
    mine = doubtful.filter(pc.is_in(doubtful["outlet"], pa.array(contents.outlets, pa.string())))
    stretches, _ = contents.stretches(contents.registered.window)
    for item, stretch in zip(contents.rounds, stretches, strict=True):
        inside = mine.filter(round_of(mine["start"], [stretch]) != NOWHERE).num_rows if mine.num_rows else 0
        observed = 1 - inside / max(1, stretch.days * len(contents.outlets))
        if observed < OBSERVED:
            return f"the window of {item.label} ({stretch}) is {observed:.0%} observed"
    return ""


def distance_finding(asked: AskedDistance, alpha: float, adjusted: float | None, registration: str) -> Finding:
    """Give a hypothesis on distances its word, with everything that stands behind it."""
    question, found = question_of(asked.hypothesis, alpha), asked.found
    word, reasons, ways = _judged(asked, question)
    below = asked.hypothesis.relation in ("less", "differs")
    estimate = _estimate(asked, alpha)
    return Finding(
        hypothesis=asked.hypothesis,
        reading=reading(asked),
        word=word,
        sentence=_sentence(asked, estimate),
        reasons=reasons,
        estimate=estimate,
        alternatives=(),
        difference="" if found.value is None else f"{number(max(found.value, 0.0))} times",
        p_adjusted=adjusted,
        detectable=None if asked.test is None else asked.test.detectable(alpha, below=below),
        windows=_windows(asked),
        specifications=ways,
        agreement=agreement(ways),
        placebo=None,
        limits=tuple(_limits(asked)),
        registration=registration,
    )


def _judged(asked: AskedDistance, question: Question) -> tuple[Word, tuple[str, ...], tuple[Specification, ...]]:
    if asked.test is None:
        return "not testable", (*asked.closed, *_chance(asked)), ()
    first = word_of(asked.test, question)
    ways = _ways(asked, question, first)
    agree, of = agreement(ways)
    word: Word = "depends on how it is counted" if agree < AGREEMENT * of else first
    return word, (*_reasons(asked, word, ways), *_chance(asked)), ways


def _ways(asked: AskedDistance, question: Question, first: Word) -> tuple[Specification, ...]:
    """Return every distinct way of comparing; one that the sentence settles is shown and has no vote."""
    assert asked.test is not None
    settled, own = dict(asked.hypothesis.settled), dict(asked.contents.registered.pairs())
    seen: set[tuple[float, float]] = set()
    found: list[Specification] = []
    last: tuple[Way, Laid] | None = None
    for way in asked.contents.ways():
        plain = replace(way, even=True)
        # Ways that only weigh otherwise follow each other: what is measured for one serves both.
        laid = last[1] if last is not None and last[0] == plain else asked.contents.laid(way)
        last = (plain, laid)
        one = asked.contents.estimated(way, laid)
        key = None if one.value is None or one.test is None else (round(one.value, 9), round(one.test.error(1.0), 9))
        if key is not None and key in seen:
            continue
        seen |= set() if key is None else {key}
        said = [f"the sentence settles the {axis}: {settled[axis]}" for axis, choice in way.pairs()
                if axis in settled and choice != own.get(axis)]  # fmt: skip
        low, high = one.test.interval(question.alpha) if one.test is not None else (None, None)
        votes = one.test is not None and not said
        made = Specification(
            choices=way.pairs(),
            effect=None if one.value is None else max(one.value, 0.0),
            low=low,
            high=high,
            k=len(one.outlets),
            registered=way == asked.contents.registered,
            agrees=agrees(one.test, asked.test, question, first) if votes and one.test is not None else None,
            why=said[0] if said else one.why_not,
        )
        found.append(made)
    return tuple(found)


def farther(hypothesis: Hypothesis) -> str:
    """Say the margin of a claim on distances."""
    low, high = sorted((hypothesis.margin.size, 1 / hypothesis.margin.size))
    nearer, further = f"{(1 - low) * 100:.3g} % nearer", f"{(high - 1) * 100:.3g} % further"
    return {
        "less": f"at least {nearer}",
        "greater": f"at least {further}",
        "differs": f"at least {nearer} or {further}",
        "equivalent": f"less than {further}; nearer is as good as the same",
    }[hypothesis.relation]


def _reasons(asked: AskedDistance, word: Word, ways: Sequence[Specification]) -> list[str]:
    assert asked.test is not None
    found = []
    margin = farther(asked.hypothesis)
    if word == "right direction, size not established":
        found.append(f"the interval does not lie beyond the margin fixed beforehand ({margin})")
    if word == "no meaningful difference":
        found.append(f"an equivalence test places the distance inside the margin fixed beforehand ({margin})")
    agree, of = agreement(ways)
    if of > 1:
        values = [item.effect for item in ways if item.agrees is not None and item.effect is not None]
        ends = f"{number(min(values))} to {number(max(values))}"
        found.append(f"of {of} distinct ways of counting {agree} agree; the ratio runs from {ends}")
    left = asked.found.left_out
    if left is not None:
        without = asked.contents.outlets[left.outlet]
        found.append(f"without {without}, which moves it most, it is {number(max(left.value, 0.0))}")
    return found


def _chance(asked: AskedDistance) -> list[str]:
    """Say how far apart chance alone would put texts: exchanged between the sides, and halves of one round."""
    contents = asked.contents
    points, _ = contents.points(contents.registered)
    if not len(points):
        return []
    claimed = np.array([contents.above[row].sum() > 0 and dict(asked.hypothesis.contrast).get(item.id, 0) > 0
                        for row, item in enumerate(contents.rounds)])  # fmt: skip
    other = (contents.above.sum(axis=1) > 0) & ~claimed
    both = points.only((claimed | other)[points.round])
    found = exchanged(both, claimed[both.round], _DRAWS, seed=SEED)
    if np.isnan(found.observed):
        return []
    as_far = round(found.p_value * (_DRAWS + 1)) - 1
    said = [f"of {_DRAWS:,} exchanges of copy groups between the sides, inside outlets, {as_far:,} lie as far apart"]
    inside = [halves(points.only(points.round == at), 200, seed=SEED) for at in range(len(contents.rounds))]
    wide = [float(np.quantile(draws, 0.95)) for draws in inside if draws.size]
    if wide:
        said.append(
            f"energy distance {found.observed:.4f}; random halves of one round lie up to {max(wide):.4f} apart "
            "(95 of 100 draws)"
        )
    return [*said, *_elsewhere(contents, points, claimed)]


def _elsewhere(contents: Contents, points: Points, claimed: Flags) -> list[str]:
    """Say how far the claimed rounds lie from texts of the same outlets outside all rounds, where there are some."""
    event, whole = contents.plan.event, contents.articles[READINGS[0]]
    taken = [round_stretch(event, item, event.window) for item in contents.plan.rounds]
    outside = whole.only(round_of(whole.documents["date"], taken) == NOWHERE)
    if len(outside.vectors) < _OUTSIDE:
        return []
    mine = points.only(claimed[points.round])
    others, _ = capped(contents.as_points(outside, np.ones(len(outside.vectors), np.int64)), CAP, SEED)
    both = Points(
        vectors=np.concatenate([mine.vectors, others.vectors]),
        outlet=np.concatenate([mine.outlet, others.outlet]),
        round=np.concatenate([0 * mine.round, others.round]),
        copy=np.arange(len(mine) + len(others)),
        day=np.concatenate([mine.day, others.day]),
        lang=np.concatenate([mine.lang, others.lang]),
    )
    found = exchanged(both, both.round == 0, 0)
    if np.isnan(found.observed):
        return []
    return [f"from {counted(len(others), 'article')} of these outlets outside all rounds they lie {found.observed:.4f}"]


def reading(asked: AskedDistance) -> str:
    """Say how a claim was read, in words a reader can disagree with."""
    up, down = _rounds(asked)
    how = {
        "less": "nearer to",
        "greater": "further from",
        "differs": "not as far from",
        "equivalent": "no further from",
    }
    than = "as" if asked.hypothesis.relation == "differs" else "than"
    head = f"In {listed(asked.hypothesis.members)}, the" if asked.hypothesis.members else "The"
    return (
        f"{head} articles of {listed(up)} lie {how[asked.hypothesis.relation]} those of {listed(down)} "
        f"in what they say, {than} {_measured(asked)}; what would matter: {farther(asked.hypothesis)}."
    )


def _rounds(asked: AskedDistance) -> tuple[list[str], list[str]]:
    contrast = asked.contents.rounds[: len(asked.hypothesis.contrast)]
    return sides(contrast, asked.hypothesis)


def _measured(asked: AskedDistance) -> str:
    """Name the rounds whose distance from each other is the measure."""
    _, down = _rounds(asked)
    against = list(asked.contents.against)
    return "these lie from each other" if against == down else f"{listed(against)} lie from each other"


def _sentence(asked: AskedDistance, estimate: Estimate | None) -> str:
    found, contents = asked.found, asked.contents
    if found.value is None or estimate is None:
        return f"This corpus can't answer it: {asked.closed[0]}." if asked.closed else "This corpus can't answer it."
    up, down = _rounds(asked)
    interval = f" ({estimate.level * 100:.4g} % interval unbounded)" if estimate.std_error is not None else ""
    if estimate.low is not None and estimate.high is None:
        interval = f" ({estimate.level * 100:.4g} % interval {number(estimate.low)} and more, without end)"
    if estimate.low is not None and estimate.high is not None:
        interval = f" ({estimate.level * 100:.4g} % interval {number(estimate.low)} to {number(estimate.high)})"
    stretches, _ = contents.stretches(contents.registered.window)
    head = "In what is stored, the" if asked.test is None else "The"
    return (
        f"{head} articles of {listed(up)} lie {number(max(found.value, 0.0))} times as far from those of "
        f"{listed(down)} in what they say as {_measured(asked)}{interval}. Population: {estimate.population}; "
        f"{counted(len(found.outlets), 'outlet')}, {found.documents:,} articles in {found.copy_groups:,} copy groups."
        f"{confounding(contents.rounds, stretches)}"
    )


def _estimate(asked: AskedDistance, alpha: float) -> Estimate | None:
    found, test = asked.found, asked.found.test
    if found.value is None:
        return None
    low, high = test.interval(alpha) if test is not None else (None, None)
    return Estimate(
        value=max(found.value, 0.0),
        low=low,
        high=high,
        level=1 - alpha,
        std_error=None if test is None else test.error(found.value) / test.below,
        p_value=None if test is None else two_sided(test),
        method=f"ratio of energy distances, Fieller; {found.method}" if found.method else "ratio of energy distances",
        population=asked.hypothesis.population,
        df=None if test is None else test.df,
    )


def _windows(asked: AskedDistance) -> tuple[WindowValue, ...]:
    """Return for each round its mean energy distance from the others."""
    contents, distances = asked.contents, asked.found.distances
    stretches, why = contents.stretches(contents.registered.window)
    if why or not np.all(np.isfinite(distances)):
        return ()
    means = distances.sum(axis=1) / max(1, len(distances) - 1)
    return tuple(
        WindowValue(
            label=item.label,
            kind="round",
            stretch=stretch,
            num=float(mean),
            den=1.0,
            value=float(mean),
            baseline=None,
            occasions=1,
            observed=1.0,
        )
        for item, stretch, mean in zip(contents.rounds, stretches, means, strict=True)
    )


def _limits(asked: AskedDistance) -> list[str]:
    contents, found = asked.contents, asked.found
    said = ["what is alike is what uses the same words, the rare ones above all: another wording of the same is far"]
    if left := contents.points(contents.registered)[1]:
        said.append(f"of each round and language {CAP:,} texts are compared, drawn by chance; {left:,} were left out")
    if found.incomplete:
        names = listed([contents.outlets[code] for code in found.incomplete])
        said.append(f"left out, because they have too few texts in one of the rounds: {names}")
    langs = contents.langs
    if len(langs) > 1:
        said.append(f"{listed(langs)}: each language is compared with itself, and weighs as its outlets do")
    return said


def nearest(query: Query, asked: AskedDistance) -> pa.Table:
    """Return for every article of the claimed rounds the nearest one of the others, with the passages most alike.

    Parameters
    ----------
    query
        Runs a SELECT on the study's store.
    asked
        As `ask_distance` gives it.

    Returns
    -------
    pyarrow.Table
        As `tenor.audit.contents.pairs_of`; `value` is the distance between the two articles, 0 to 1.42.
    """
    contents = asked.contents
    articles, at = contents.inside(contents.registered)
    weights = dict(asked.hypothesis.contrast)
    claimed = np.array([weights.get(item.id, 0) > 0 for item in contents.rounds])[at]
    other = np.array([weights.get(item.id, 0) < 0 for item in contents.rounds])[at]
    lang = np.array(articles.documents["lang"].to_pylist(), dtype=object)
    names = articles.documents["doc_id"].to_pylist()
    pairs = []
    for row in np.flatnonzero(claimed):
        there = np.flatnonzero(other & (lang == lang[row]))
        if there.size:
            alike = articles.vectors[there] @ articles.vectors[row]
            best = int(np.argmax(alike))
            pairs.append((names[row], names[there[best]], float(np.sqrt(max(0.0, 2 - 2 * float(alike[best]))))))
    return pairs_of(query, sorted(pairs, key=lambda pair: (pair[2], pair[0])))


def nearest_passages(source: Source, plan: Plan, hypothesis: Hypothesis) -> pa.Table:
    """Return the passages behind a hypothesis on contents: each article's beside the nearest of another round.

    Raises
    ------
    MissingInput
        There are no two articles to compare.
    """
    measure = measure_named(hypothesis.measure)
    if measure.scale == "distance":
        found = nearest(source.query, ask_distance(source.query, plan, hypothesis, measure, source.articles))
    else:
        names = sorted({query_of(hypothesis, plan.round(name)) for name, _ in hypothesis.contrast})
        parts = [rows_named(source, measure, name, hypothesis.members) for name in names]
        found = new_pairs(source.query, plan, hypothesis, pa.concat_tables(parts))
    if not found.num_rows:
        raise MissingInput(f"'{hypothesis.id}' can't be looked into: no two articles could be compared")
    return found
