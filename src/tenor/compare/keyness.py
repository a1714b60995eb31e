"""Which words one side uses more than the other: weighted log-odds with an informative prior.

Source: Monroe, Colaresi and Quinn 2008, "Fightin' Words". Their z takes every token as independent,
which tokens are not: a story of forty articles moves a word forty times. So z is no p-value and only
ranks. What is kept is decided by outlets: a word's log-odds must have an interval, from resampling
whole outlets, that excludes zero.

Estimand: the difference in the log-odds of the word, side 0 minus side 1, in outlets like these and in
these stretches of time, drawn towards no difference by the prior. What all outlets share (an agency's
report that everybody carries) is part of the stretch: give each copy group once to leave it out.

Several intervals were tried where nothing differed (6, 12 and 30 outlets of unequal size, with words of
their own and bursts in copy groups): of words tested at 95 %, the percentile interval called 9 to 16 %
different, the basic one 8 to 25 %, the studentised 1 to 11 %, the linearised t 9 to 21 %. The standard
error over draws of outlets, times the t quantile of the effective number of outlets less one, called 0 to
6 %. That one is used, never narrower than independent tokens would make it (tests/compare/test_keyness.py).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from tenor.errors import StudyError
from tenor.grammar import counted

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

_CELLS = 1_000_000
"""How many numbers one array of a chunk of terms may hold: resamples, or outlets, times terms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """How often each document uses each term, sparsely, and where each document belongs.

    Parameters
    ----------
    doc, term, count
        One entry for a document and a term that it uses: the two numbers from 0, and uses (tokens).
        A pair may come twice; its counts are added.
    side
        One value a document: 0 or 1, or -1 for background that shapes only the prior.
    outlet, group
        One number, from 0, a document: its outlet, its copy group.
    terms
        How many terms there are.

    Raises
    ------
    ValueError
        The arrays don't fit each other.
    """

    doc: Numbers
    term: Numbers
    count: Numbers
    side: Numbers
    outlet: Numbers
    group: Numbers
    terms: int

    def __post_init__(self) -> None:
        if not self.doc.shape == self.term.shape == self.count.shape:
            raise ValueError("doc, term and count must be equally long")
        if not self.side.shape == self.outlet.shape == self.group.shape:
            raise ValueError("side, outlet and group must be equally long")
        limits = ((self.doc, self.side.size), (self.term, self.terms), (self.side + 1, 3))
        for values, end in limits:
            if values.size and not 0 <= values.min() <= values.max() < end:
                raise ValueError("a document, a term or a side is out of range")
        if min(values.min(initial=0) for values in (self.count, self.outlet, self.group)) < 0:
            raise ValueError("counts, outlets and copy groups can't be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What a word must pass to be kept.

    Parameters
    ----------
    prior
        Weight of the prior as a share of each side's tokens; 0.1 adds to each side a tenth of its
        tokens, spread as in all texts. Equal shares leave no difference where there is none.
    level
        Level of the interval.
    resamples, seed
        How many times outlets are drawn, with replacement, and the seed of the draws.
    outlets, groups
        In how many outlets and copy groups a word must stand at least.
    """

    prior: float = 0.1
    level: float = 0.95
    resamples: int = 500
    seed: int = 0
    outlets: int = 3
    groups: int = 5

    def __post_init__(self) -> None:
        if not (self.prior > 0 and 0 < self.level < 1 and self.resamples >= 100 and self.outlets >= 3):
            raise ValueError("a rule needs a prior above 0, a level in (0, 1), 100 resamples and 3 outlets or more")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyness:
    """One value a term; positive log-odds lean to side 0.

    Parameters
    ----------
    log_odds, z
        The estimate (natural logarithm), and it over the error if tokens were independent: a rank, no test.
    low, high
        Its interval, infinite where there is none.
    p_value
        That of no difference, by the same error; 1 where there is no interval.
    uses
        Tokens on side 0 and side 1, shape (2, terms).
    outlets, groups
        In how many outlets and copy groups of the two sides the term stands.
    kept, why_not
        Whether it passed, and in words why it did not ("" if it did).
    tested
        How many terms stood in enough outlets and copy groups to be tested.
    by_chance
        How many of those the level lets pass at most where nothing differs.
    note
        Why there are no intervals at all; "" if there are.
    """

    log_odds: Floats
    z: Floats
    low: Floats
    high: Floats
    p_value: Floats
    uses: Numbers
    outlets: Numbers
    groups: Numbers
    kept: Flags
    why_not: tuple[str, ...]
    tested: int
    by_chance: float
    note: str


def log_odds(uses: Floats, prior: Floats) -> tuple[Floats, Floats]:
    """Return the difference in log-odds and its z, by Monroe, Colaresi and Quinn 2008.

    Parameters
    ----------
    uses
        Tokens of each term on two sides, shape (2, terms).
    prior
        Pseudo-tokens, above 0, shape (terms,) for both sides or (2, terms).

    Returns
    -------
    tuple
        log((y0 + a) / (n0 + sum a - y0 - a)) minus the same for side 1, and it over
        sqrt(1 / (y0 + a) + 1 / (y1 + a)).

    Raises
    ------
    ValueError
        The shapes don't fit, a prior is not above 0, or there are fewer than two terms.

    Examples
    --------
    >>> uses = np.array([[30.0, 10, 60], [10, 20, 170]])
    >>> delta, z = log_odds(uses, 10 * uses.sum(axis=0) / uses.sum())
    >>> delta.round(3).tolist(), z.round(3).tolist()
    ([1.943, 0.0, -1.235], [5.606, 0.0, -8.644])
    """
    if uses.ndim != 2 or uses.shape[0] != 2 or uses.shape[1] < 2 or not np.all(prior > 0):
        raise ValueError("log-odds need two sides, two terms or more and a prior above 0")
    delta, z, _ = _estimated(uses, prior)
    return delta, z


def _estimated(uses: Floats, prior: Floats) -> tuple[Floats, Floats, Floats]:
    """Return log-odds, z, and the error if tokens were independent."""
    raised = uses + prior
    logits = np.log(raised / (raised.sum(axis=1, keepdims=True) - raised))
    delta, noise = logits[0] - logits[1], np.sqrt((1 / raised).sum(axis=0))
    return delta, delta / noise, noise


def _outer(words: Floats, frequency: Floats) -> Floats:
    """Return the tokens of each side spread as in all texts."""
    return np.outer(words.sum(axis=1), frequency)


def keyness(uses: Uses, rule: Rule | None = None) -> Keyness:
    """Return which terms the sides use differently, each with an interval over outlets.

    Parameters
    ----------
    uses
        Counts of terms in documents.
    rule
        What a word must pass; the standard rule if none is given.

    Returns
    -------
    Keyness
        A value for every term. With fewer than three outlets on a side there is no interval
        and nothing is kept; `Keyness.note` says so.

    Raises
    ------
    StudyError
        A side has no words, or there are not two different words.

    Examples
    --------
    >>> doc = np.arange(12)
    >>> side, outlet = doc % 2, doc // 2
    >>> counts = {"doc": np.repeat(doc, 2), "term": np.tile([0, 1], 12), "count": np.tile([9, 91, 1, 99], 6)}
    >>> found = keyness(Uses(**counts, side=side, outlet=outlet, group=doc, terms=2))
    >>> found.kept.tolist(), bool(found.low[0] > 0)
    ([True, True], True)
    """
    rule = rule or Rule()
    words, tokens, frequency = _totals(uses)
    used = np.flatnonzero(frequency > 0)
    delta, z, noise = (np.zeros(uses.terms) for _ in range(3))
    delta[used], z[used], noise[used] = _estimated(words[:, used], rule.prior * _outer(words, frequency[used]))
    note = _too_few(tokens)
    draws = np.empty((0, tokens.shape[1])) if note else _draws(tokens, rule)
    outlets, groups, spread = _over_outlets(uses, tokens, draws, rule.prior, frequency)
    # Outlets that agree by luck agree no better than tokens drawn at random would.
    error = np.maximum(spread, noise)
    testable = (outlets >= rule.outlets) & (groups >= rule.groups) & (not note)
    low, high, p_value = _judged(delta, error, testable, _effective(tokens) - 1, rule.level)
    kept = testable & ((low > 0) | (high < 0))
    return Keyness(
        log_odds=delta,
        z=z,
        low=low,
        high=high,
        p_value=p_value,
        uses=words.astype(np.int64),
        outlets=outlets,
        groups=groups,
        kept=kept,
        why_not=tuple(_reasons(kept.astype(np.int64), outlets, groups, rule, note)),
        tested=int(testable.sum()),
        by_chance=float(testable.sum() * (1 - rule.level)),
        note=note,
    )


# --- counts ----------------------------------------------------------------------------------------


def _totals(uses: Uses) -> tuple[Floats, Floats, Floats]:
    """Return tokens by (side, term) and by (side, outlet), and each term's share of all texts, background too."""
    sides = uses.side[uses.doc]
    compared = sides >= 0
    outlets = int(uses.outlet.max(initial=-1)) + 1
    count = uses.count.astype(np.float64)
    words = _table(sides[compared], uses.term[compared], count[compared], uses.terms)
    tokens = _table(sides[compared], uses.outlet[uses.doc[compared]], count[compared], outlets)
    if not np.all(words.sum(axis=1) > 0):
        raise StudyError("words can't be compared: one side has none", do="choose sides that both have texts")
    pooled = np.bincount(uses.term, weights=count, minlength=uses.terms)
    if np.count_nonzero(pooled) < 2:
        raise StudyError("words can't be compared: all texts hold the same single word", do="give longer texts")
    return words, tokens, pooled / pooled.sum()


def _table(side: Numbers, column: Numbers, count: Floats, columns: int) -> Floats:
    made = np.bincount(side * columns + column, weights=count, minlength=2 * columns)
    return made.astype(np.float64).reshape(2, columns)


def _over_outlets(
    uses: Uses, tokens: Floats, draws: Floats, share: float, frequency: Floats
) -> tuple[Numbers, Numbers, Floats]:
    """Return each term's outlets, copy groups and standard error over draws of outlets."""
    outlets, groups = np.zeros(uses.terms, np.int64), np.zeros(uses.terms, np.int64)
    spread = np.zeros(uses.terms)
    for terms, counts, families in _chunks(uses, max(draws.shape)):
        outlets[terms] = (counts.sum(axis=0) > 0).sum(axis=0)
        groups[terms] = families
        spread[terms] = _spread(counts, tokens, draws, share, frequency[terms])
    return outlets, groups, spread


def _chunks(uses: Uses, deep: int) -> Iterator[tuple[slice, Floats, Numbers]]:
    """Yield terms, their tokens by (side, outlet, term), and their number of copy groups, some terms at a time."""
    compared = np.flatnonzero((uses.side[uses.doc] >= 0) & (uses.count > 0))
    order = compared[np.argsort(uses.term[compared], kind="stable")]
    outlets = int(uses.outlet.max()) + 1
    step = max(1, _CELLS // deep)
    ends = np.searchsorted(uses.term[order], np.arange(0, uses.terms + step, step))
    for at, (start, stop) in enumerate(pairwise(ends.tolist())):
        rows, first = order[start:stop], at * step
        width = min(step, uses.terms - first)
        doc, term = uses.doc[rows], uses.term[rows] - first
        cells = (uses.side[doc] * outlets + uses.outlet[doc]) * width + term
        counts = np.bincount(cells, weights=uses.count[rows], minlength=2 * outlets * width).astype(np.float64)
        families = np.unique(uses.group[doc].astype(np.int64) * width + term) % width
        held: Numbers = np.bincount(families, minlength=width)
        yield slice(first, first + width), counts.reshape(2, outlets, width), held


# --- resampling outlets ----------------------------------------------------------------------------


def _too_few(tokens: Floats) -> str:
    """Return why outlets can't be resampled, or ""."""
    there = (tokens > 0).sum(axis=1).tolist()
    if min(there) >= 3:
        return ""
    return f"no interval: the sides have {there[0]} and {there[1]} outlets, and an interval needs 3 on each"


def _effective(tokens: Floats) -> float:
    """Return how many outlets of equal size tell as much, on the side with fewer: G / (1 + cv^2)."""
    return float(np.min(tokens.sum(axis=1) ** 2 / (tokens**2).sum(axis=1)))


def _draws(tokens: Floats, rule: Rule) -> Floats:
    """Return how often each outlet is drawn, shape (resamples, outlets); draws without one side are drawn again."""
    generator = np.random.default_rng(rule.seed)
    outlets = np.flatnonzero(tokens.sum(axis=0) > 0)
    made = np.zeros((rule.resamples, tokens.shape[1]))
    wanted = np.arange(rule.resamples)
    while wanted.size:
        made[np.ix_(wanted, outlets)] = generator.multinomial(
            outlets.size, np.full(outlets.size, 1 / outlets.size), wanted.size
        )
        wanted = np.flatnonzero(~np.all(made @ tokens.T > 0, axis=1))
    return made


def _spread(counts: Floats, tokens: Floats, draws: Floats, share: float, frequency: Floats) -> Floats:
    """Return the standard error of the log-odds over draws of outlets; 0 without draws or without the term."""
    error = np.zeros(frequency.size)
    there = np.flatnonzero(frequency > 0)
    if not draws.size or not there.size:
        return error
    logits = []
    for side in (0, 1):
        total = (draws @ tokens[side])[:, None]
        raised = draws @ counts[side][:, there] + share * total * frequency[there]
        logits.append(np.log(raised / ((1 + share) * total - raised)))
    # The variance over draws of G outlets is (G - 1) / G too small.
    fewest = int((tokens > 0).sum(axis=1).min())
    error[there] = np.std(logits[0] - logits[1], axis=0) * np.sqrt(fewest / (fewest - 1))
    return error


def _judged(delta: Floats, error: Floats, testable: Flags, df: float, level: float) -> tuple[Floats, Floats, Floats]:
    """Return interval and p-value of each term: infinite and 1 where it is not tested."""
    freedom = max(df, 1.0)
    reach = np.where(testable, float(stats.t.ppf((1 + level) / 2, freedom)) * error, np.inf)
    statistic = np.divide(np.abs(delta), error, out=np.zeros_like(delta), where=testable)
    return delta - reach, delta + reach, 2 * np.asarray(stats.t.sf(statistic, freedom))


def _reasons(found: Numbers, outlets: Numbers, groups: Numbers, rule: Rule, note: str) -> Iterator[str]:
    """Yield in words why each term was not kept; `found` is 1 for a kept term."""
    for kept, outlet, group in zip(found.tolist(), outlets.tolist(), groups.tolist(), strict=True):
        if kept:
            yield ""
        elif not outlet:
            yield "neither side uses it"
        elif note:
            yield note
        elif outlet < rule.outlets:
            yield f"in {counted(outlet, 'outlet')}, {rule.outlets} are needed"
        elif group < rule.groups:
            yield f"in {counted(group, 'copy group')}, {rule.groups} are needed"
        else:
            yield "the interval over outlets includes no difference"
