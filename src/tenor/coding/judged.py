"""What people judged: kept with the study, and turned into precision and recall with honest intervals."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from tenor.coding.sample import Answer, Sample, enter_new
from tenor.compare.proportions import Share, Tally, stratified_share
from tenor.corpus.human import Entry, Journal
from tenor.errors import StudyError
from tenor.grammar import counted, listed
from tenor.model import Round
from tenor.results import Estimate

ABOUT = "about_event"
REFERS = "refers_to"
ALPHA = 0.05
_DRAW_AGAIN = "draw the sample again from the articles as they are now"
_METHOD = (
    "ratio of totals weighted by stratum (Horvitz-Thompson); modified Wilson intervals of the strata at the number of "
    "judgements, less what a finite stratum takes away, joined by MOVER"
)


def keep_answers(journal: Journal, answers: Iterable[Answer], *, coder: str) -> int:
    """Keep what a coder answered; reading the same sheet in twice adds nothing.

    Returns
    -------
    int
        How many entries were added; an answer that changed is a correction.

    Examples
    --------
    >>> journal = Journal("human.sqlite")
    >>> answer = Answer(doc_id="d1", about_event=True, refers_to=("r1",), note="", line=2)
    >>> keep_answers(journal, [answer], coder="ann"), keep_answers(journal, [answer], coder="ann")
    (2, 0)
    """
    values = []
    for answer in answers:
        values.append((answer.doc_id, ABOUT, "yes" if answer.about_event else "no"))
        values.append((answer.doc_id, REFERS, " ".join(answer.refers_to) or "none"))
        values += [(answer.doc_id, "note", answer.note)] if answer.note else []
    return enter_new(journal, values, kind="code", coder=coder)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What all coders of an article agree on.

    `about` and `refers_to` are (doc_id, answer) pairs. Where coders disagree and nobody has
    settled it, the article is not among them but in `disputed`, as (doc_id, question).
    """

    about: tuple[tuple[str, bool], ...]
    refers_to: tuple[tuple[str, frozenset[str]], ...]
    disputed: tuple[tuple[str, str], ...]

    @property
    def words(self) -> str:
        """Return what is left out, in a sentence; empty where nothing is."""
        if not self.disputed:
            return ""
        articles = len({doc_id for doc_id, _ in self.disputed})
        one, many = "article on which coders disagree is", "articles on which coders disagree are"
        return f"{counted(articles, one, many)} left out"


def codes_of(journal: Journal) -> Codes:
    """Return the codes of all articles, as far as coders agree; an adjudication settles the rest.

    Raises
    ------
    StudyError
        A code is neither yes nor no where it has to be.

    Examples
    --------
    >>> journal = Journal("human.sqlite")
    >>> for coder, about in (("ann", True), ("bea", False)):
    ...     answer = Answer(doc_id="d1", about_event=about, refers_to=(), note="", line=2)
    ...     _ = keep_answers(journal, [answer], coder=coder)
    >>> found = codes_of(journal)
    >>> found.about, found.words
    ((), '1 article on which coders disagree is left out')
    """
    codes: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for entry in journal.latest("code"):
        if entry.variable in (ABOUT, REFERS):
            codes[entry.variable, entry.unit].add(_plain(entry))
    for entry in journal.latest("adjudication"):
        if entry.variable in (ABOUT, REFERS):
            codes[entry.variable, entry.unit] = {_plain(entry)}
    agreed = {key: next(iter(values)) for key, values in sorted(codes.items()) if len(values) == 1}
    return Codes(
        about=tuple((unit, value == "yes") for (variable, unit), value in agreed.items() if variable == ABOUT),
        refers_to=tuple(
            (unit, frozenset(value.split())) for (variable, unit), value in agreed.items() if variable == REFERS
        ),
        disputed=tuple((unit, variable) for (variable, unit), values in sorted(codes.items()) if len(values) > 1),
    )


def _plain(entry: Entry) -> str:
    """Return an answer in one spelling, so that those that mean the same are the same."""
    words = sorted(set(entry.value.split()))
    if entry.variable == REFERS:
        return "" if words == ["none"] else " ".join(words)
    if entry.value not in ("yes", "no"):
        what = f"entry {entry.id} by {entry.coder} says '{entry.value}' on {ABOUT} of {entry.unit}"
        raise StudyError(what, do="correct it to yes or no")
    return entry.value


# ------------------------------------------------------------------------------- precision and recall


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A stratum: how many articles it holds, and how many of these are assigned to each round.

    `rounds` is by the rule in question, cues or dates; None where it is not known, which makes
    intervals wider than they have to be. A round that is not named in it has none.
    """

    size: int
    rounds: Mapping[str, int] | None = None

    def assigned(self, name: str) -> int | None:
        """Return how many articles are assigned to a round, None if that is not known."""
        return None if self.rounds is None else self.rounds.get(name, 0)


def held_in(strata: pa.Table, assigned: Mapping[str, frozenset[str]]) -> dict[str, Held]:
    """Count what each stratum holds.

    Parameters
    ----------
    strata
        Columns ``doc_id`` and ``stratum``, as the sample was drawn from.
    assigned
        The rounds of an article by its id, by cues or by date; without an entry, none.

    Examples
    --------
    >>> strata = pa.table({"doc_id": ["a", "b", "c"], "stratum": ["x", "x", "y"]})
    >>> held_in(strata, {"a": frozenset({"r1"})})["x"]
    Held(size=2, rounds={'r1': 1})
    """
    sizes: Counter[str] = Counter()
    rounds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for doc_id, name in zip(strata["doc_id"].to_pylist(), strata["stratum"].to_pylist(), strict=True):
        sizes[name] += 1
        rounds[name].update(assigned.get(doc_id, ()))
    return {name: Held(size=size, rounds=dict(rounds[name])) for name, size in sorted(sizes.items())}


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedCues:
    """A judged article: the rounds its cues name, and the rounds it refers to in truth."""

    doc_id: str
    stratum: str
    found: frozenset[str]
    truth: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedHit:
    """A judged article: the rounds it belongs to by date, and whether it is about the event."""

    doc_id: str
    stratum: str
    rounds: frozenset[str]
    about: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """A share of articles with its interval, or the reason why there is none; `words` says either.

    `judged` is how many judged articles the share is among.
    """

    estimate: Estimate | None
    judged: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CueQuality:
    """How well cues find the articles that refer to a round."""

    round: str
    precision: Quality
    recall: Quality


def judged_cues(sample: Sample, codes: Codes, found: Mapping[str, frozenset[str]]) -> list[JudgedCues]:
    """Join the sample, the codes and the rounds that cues name; an article without a code is not yet judged.

    Parameters
    ----------
    sample
        The sample; only its articles count, others were not chosen by chance.
    codes
        What people say.
    found
        The rounds that the cues of an article name, by its id; without an entry, none.

    Examples
    --------
    >>> from tenor.coding.sample import take_sample
    >>> table = pa.table({"doc_id": ["d1"], "stratum": ["x"]})
    >>> sample = take_sample(table, n=1, seed=1, name="rounds", what="articles")
    >>> codes = Codes(about=(), refers_to=(("d1", frozenset({"r1"})),), disputed=())
    >>> judged_cues(sample, codes, {})
    [JudgedCues(doc_id='d1', stratum='x', found=frozenset(), truth=frozenset({'r1'}))]
    """
    truth = dict(codes.refers_to)
    return [
        JudgedCues(doc_id=doc_id, stratum=stratum, found=found.get(doc_id, frozenset()), truth=truth[doc_id])
        for doc_id, stratum in _drawn(sample)
        if doc_id in truth
    ]


def judged_hits(sample: Sample, codes: Codes, rounds: Mapping[str, frozenset[str]]) -> list[JudgedHit]:
    """Join the sample, the codes and the rounds by date, as `judged_cues` does with cues.

    Examples
    --------
    >>> from tenor.coding.sample import take_sample
    >>> table = pa.table({"doc_id": ["d1"], "stratum": ["x"]})
    >>> sample = take_sample(table, n=1, seed=1, name="rounds", what="articles")
    >>> judged_hits(sample, Codes(about=(("d1", True),), refers_to=(), disputed=()), {})
    [JudgedHit(doc_id='d1', stratum='x', rounds=frozenset(), about=True)]
    """
    about = dict(codes.about)
    return [
        JudgedHit(doc_id=doc_id, stratum=stratum, rounds=rounds.get(doc_id, frozenset()), about=about[doc_id])
        for doc_id, stratum in _drawn(sample)
        if doc_id in about
    ]


def _drawn(sample: Sample) -> list[tuple[str, str]]:
    return list(zip(sample.rows["doc_id"].to_pylist(), sample.rows["stratum"].to_pylist(), strict=True))


def cue_quality(
    judged: Sequence[JudgedCues], strata: Mapping[str, Held], rounds: Sequence[Round]
) -> tuple[CueQuality, ...]:
    """Return precision and recall of cues, a round each.

    Parameters
    ----------
    judged
        Articles drawn at random within their strata; each weighs as many articles of its stratum
        as were judged there.
    strata
        All strata of the articles in question by name, also those from which none was judged;
        `Held.rounds` are here the rounds that cues name.
    rounds
        The rounds to ask about.

    Raises
    ------
    StudyError
        The judged articles can't be from these strata.

    Examples
    --------
    >>> from datetime import date
    >>> third, r3 = Round(id="r3", label="the third round", date=date(2024, 4, 1)), frozenset({"r3"})
    >>> judged = [JudgedCues(doc_id="d1", stratum="cue", found=r3, truth=r3)]
    >>> found, = cue_quality(judged, {"cue": Held(size=1)}, [third])
    >>> found.recall.words
    'Of the articles that refer to the third round, cues find 100 % (all 1 judged).'
    >>> cue_quality([], {"cue": Held(size=1)}, [third])[0].precision.words
    "Nothing can be said for the third round yet: no article of 'cue' (1 in all) has been judged."
    """
    return tuple(
        CueQuality(
            round=item.id,
            precision=_precision_of_cues(judged, strata, item),
            recall=_recall_of_cues(judged, strata, item),
        )
        for item in rounds
    )


def _precision_of_cues(judged: Sequence[JudgedCues], strata: Mapping[str, Held], item: Round) -> Quality:
    told = _Told(
        share=lambda percent: f"Of the articles in which a cue names {item.label}, {percent} refer to it",
        nothing=f"In none of the judged articles does a cue name {item.label}.",
    )
    return _quality(_seen(judged, item), strata, item, told, recall=False)


def _recall_of_cues(judged: Sequence[JudgedCues], strata: Mapping[str, Held], item: Round) -> Quality:
    told = _Told(
        share=lambda percent: f"Of the articles that refer to {item.label}, cues find {percent}",
        nothing=f"None of the judged articles refers to {item.label}.",
    )
    return _quality(_seen(judged, item), strata, item, told, recall=True)


def _seen(judged: Sequence[JudgedCues], item: Round) -> list[_Seen]:
    return [_Seen(stratum=row.stratum, assigned=item.id in row.found, right=item.id in row.truth) for row in judged]


def selection_precision(
    judged: Sequence[JudgedHit], strata: Mapping[str, Held], rounds: Sequence[Round]
) -> tuple[tuple[str, Quality], ...]:
    """Return how many of the articles the search found are about the event, for each round by its id.

    Parameters
    ----------
    judged
        Articles drawn at random within their strata.
    strata
        All strata of the articles in question by name; `Held.rounds` are here the rounds by date.
    rounds
        The rounds to ask about.

    Raises
    ------
    StudyError
        The judged articles can't be from these strata.

    Examples
    --------
    >>> from datetime import date
    >>> third = Round(id="r3", label="the third round", date=date(2024, 4, 1))
    >>> judged = [JudgedHit(doc_id=f"d{n}", stratum="r3", rounds=frozenset({"r3"}), about=n > 2) for n in range(50)]
    >>> (_, found), = selection_precision(judged, {"r3": Held(size=100_000)}, [third])
    >>> found.words
    'Of the articles the search found for the third round, 94 % are about the event (95 % interval
    84 to 98 %, 50 judged).'
    """
    return tuple((item.id, _precision_of_search(judged, strata, item)) for item in rounds)


def _precision_of_search(judged: Sequence[JudgedHit], strata: Mapping[str, Held], item: Round) -> Quality:
    seen = [_Seen(stratum=row.stratum, assigned=item.id in row.rounds, right=row.about) for row in judged]
    told = _Told(
        share=lambda percent: f"Of the articles the search found for {item.label}, {percent} are about the event",
        nothing=f"None of the judged articles belongs to {item.label} by its date.",
    )
    return _quality(seen, strata, item, told, recall=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """How a share is said, and what is said where there is none."""

    share: Callable[[str], str]
    nothing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """A judged article with regard to one round: assigned to it by the rule, and rightly so by people."""

    stratum: str
    assigned: bool
    right: bool


def _quality(seen: Sequence[_Seen], strata: Mapping[str, Held], item: Round, told: _Told, *, recall: bool) -> Quality:
    """Return the share of articles that are assigned rightly among those assigned, or among those right."""
    _check(seen, strata, item)
    among = sum(row.right if recall else row.assigned for row in seen)
    asked = {name: held for name, held in strata.items() if recall or held.assigned(item.id) != 0}
    done = {row.stratum for row in seen}
    if unjudged := [f"'{name}' ({asked[name].size:,} in all)" for name in sorted(asked) if name not in done]:
        words = f"Nothing can be said for {item.label} yet: no article of {listed(unjudged)} has been judged."
        return Quality(estimate=None, judged=among, words=words)
    tallies = [
        tally
        for name, held in asked.items()
        for tally in _tallies([row for row in seen if row.stratum == name], held, item.id, recall=recall)
    ]
    share = stratified_share(tallies, ALPHA)
    if share is None:
        return Quality(estimate=None, judged=0, words=told.nothing)
    words = f"{told.share(percent(share.value))} ({_interval(share, among)})."
    return Quality(estimate=_estimate(share), judged=among, words=words)


def _check(seen: Sequence[_Seen], strata: Mapping[str, Held], item: Round) -> None:
    for name in sorted({row.stratum for row in seen}):
        if name not in strata:
            raise StudyError(f"there is no stratum '{name}', and yet articles of it were judged", do=_DRAW_AGAIN)
        held, own = strata[name], [row.assigned for row in seen if row.stratum == name]
        known, inside = held.assigned(item.id), sum(own)
        if len(own) > held.size or (known is not None and not len(own) - (held.size - known) <= inside <= known):
            what = f"more articles of '{name}' were judged for {item.label} than there are"
            raise StudyError(what, do=_DRAW_AGAIN)


def _tallies(own: Sequence[_Seen], held: Held, name: str, *, recall: bool) -> list[Tally]:
    """Return what was judged of one stratum, apart for articles that are assigned and those that are not.

    How many of each there are is known, so each part counts for itself, unless nothing of a part
    was judged: then the stratum counts as one, within the limits of what is known.
    """
    known = held.assigned(name)
    if known is None:
        return [_tally(own, held.size, recall=recall)]
    missed = held.size - known if recall else known
    inside, outside = [row for row in own if row.assigned], [row for row in own if not row.assigned]
    if (known and not inside) or (recall and missed and not outside):
        return [replace(_tally(own, held.size, recall=recall), most_yes=known, most_no=missed)]
    found = [replace(_tally(inside, known, recall=recall), most_no=0 if recall else None)] if known else []
    apart = [replace(_tally(outside, missed, recall=True), most_yes=0)] if recall and missed else []
    return [*found, *apart]


def _tally(rows: Sequence[_Seen], size: int, *, recall: bool) -> Tally:
    yes = sum(row.assigned and row.right for row in rows)
    no = sum(row.right != row.assigned and (row.right if recall else row.assigned) for row in rows)
    return Tally(size=size, judged=len(rows), yes=yes, no=no)


def _estimate(share: Share) -> Estimate:
    return Estimate(
        value=share.value,
        low=share.low,
        high=share.high,
        level=1 - ALPHA,
        std_error=None,
        p_value=None,
        method=_METHOD,
        population="these documents",
    )


def _interval(share: Share, judged: int) -> str:
    if share.low == share.high:
        return f"all {judged:,} judged"
    ends = f"{percent(share.low).removesuffix(' %')} to {percent(share.high)}"
    return f"{1 - ALPHA:.0%} interval {ends}, {judged:,} judged".replace("%", " %", 1)


def percent(share: float) -> str:
    """Return a share in whole per cent; 0 and 100 are kept for shares that are exactly that.

    Examples
    --------
    >>> [percent(share) for share in (0, 0.0004, 0.004, 0.5, 0.998, 0.9999, 1)]
    ['0 %', 'under 0.1 %', '0.4 %', '50 %', '99.8 %', 'over 99.9 %', '100 %']
    """
    if share in (0, 1) or 0.005 < share < 0.995:
        return f"{100 * share:.0f} %"
    if 0.001 <= share <= 0.999:
        return f"{100 * share:.1f} %"
    return "under 0.1 %" if share < 0.5 else "over 99.9 %"
