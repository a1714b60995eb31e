"""Predictions, kept until time has told: what was said to come, how likely, what came, and how good that was.

What was foretold is a proposition that can be true or false of a stretch of days. A prediction says that it will be
true or, turned round, that it won't; its words of probability are never turned into one number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, get_args

from tenor.coding.ledger import (
    GRACE,
    Days,
    Event,
    Gathered,
    Passage,
    Source,
    by_item,
    day_read,
    days_read,
    passages_read,
    source_read,
    stands,
)
from tenor.coding.promises import SOON, Timing
from tenor.coding.verbal_probabilities import VerbalTable
from tenor.compare.forecast import (
    AcrossTables,
    Calibration,
    Forecasts,
    ForecastScore,
    across_tables,
    calibration,
    score,
)
from tenor.compare.proportions import wilson
from tenor.errors import StudyError, UnknownName
from tenor.grammar import counted
from tenor.model import Actor

KIND = "prediction"

Result = Literal["happened", "did not happen", "void", "disputed", "unscorable as worded"]
Standing = Literal["open", "withdrawn", "happened", "did not happen", "void", "disputed", "unscorable as worded"]
_SURE = 1.0
# Between two numbers, all are taken to be as likely to have been meant.
_STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How likely something was said to be: a number, two numbers, or words; without any it was said flatly.

    Words whose language nobody names are those of the article, else English.

    Raises
    ------
    StudyError
        A probability is not between 0 and 1, or there are numbers and words at once.

    Examples
    --------
    >>> Chance(low=0.8, high=0.8).points(()), Chance().points(())
    ({'as given': (0.8,)}, {})
    """

    low: float | None = None
    high: float | None = None
    words: str = ""
    lang: str = ""

    def __post_init__(self) -> None:
        if (self.low is None) != (self.high is None):
            raise StudyError("a probability has one end only", do="give both, or one number")
        if self.low is None or self.high is None:
            return
        if not 0 <= self.low <= self.high <= 1:
            do = "write it between 0 and 1: 80 per cent is 0.8"
            raise StudyError(f"{self.low:g} to {self.high:g} is no probability", do=do)
        if self.words:
            do = "leave out the words: a number that was said needs no reading"
            raise StudyError(f"'{self.words}' and a number are both given as the probability", do=do)

    def points(self, tables: Sequence[VerbalTable]) -> dict[str, tuple[float, ...]]:
        """Return what it may stand for, by table; empty for what no table has, and for what was said flatly."""
        if self.low is not None and self.high is not None:
            step = (self.high - self.low) / _STEPS
            points = [min(1.0, self.low + step * at) for at in range(_STEPS + 1)]
            return {"as given": tuple(dict.fromkeys(points))}
        lang = self.lang or "en"
        found = ((table.name, table.of(self.words)) for table in tables if table.lang == lang)
        return {name: points for name, points in found if points is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reworded:
    """What its holder said later of the same: another stretch of days, or another probability."""

    on: date
    window: Days | None
    chance: Chance
    by: str = ""
    entry: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What somebody found to have come of a prediction; `day` is when it happened, or up to when was looked."""

    outcome: Result
    day: date
    searched: str = ""
    why: str = ""
    sources: tuple[Source, ...] = ()
    doubts: tuple[str, ...] = ()
    by: str = ""
    entry: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """One prediction as it stands on a day.

    `what` is the proposition, `window` the days of which it speaks, `absent` that it was said not to come true. It is
    scored by what it said first; `reworded` are later versions. `event` names what it is about: predictions of one
    event share an outcome. `right` is None where it is open, can't be told, or was said to be as likely as not.
    """

    id: str
    holder: str
    what: str
    said: date
    window: Days | None
    chance: Chance
    absent: bool
    condition: str
    event: str
    grace: int
    state: Standing
    right: bool | None
    timing: Timing
    withdrawn: date | None
    reworded: tuple[Reworded, ...]
    resolutions: tuple[Verified, ...]
    passages: tuple[Passage, ...]
    merged: tuple[str, ...]
    notes: tuple[str, ...]
    events: tuple[int, ...]

    @property
    def says(self) -> str:
        """Return the state in words, and whether it came out as was said."""
        return self.state if self.right is None else f"{self.state}: {'right' if self.right else 'wrong'}"

    @property
    def outcome(self) -> int | None:
        """Return 1 if it happened, 0 if not, None where neither can be said."""
        return {"happened": 1, "did not happen": 0}.get(self.state)

    @property
    def over(self) -> date | None:
        """Return the last day of grace after its window."""
        return self.window.last + timedelta(days=self.grace) if self.window else None


def predictions_of(events: Sequence[Event], at: date) -> tuple[Prediction, ...]:
    """Fold a log into predictions as they stood on a day, in the order they were made.

    Parameters
    ----------
    events
        The events that count, in the order they were entered (`tenor.coding.ledger.events_of`).
    at
        What was said or happened later is left out.

    Examples
    --------
    >>> predictions_of([], date(2025, 8, 1))
    ()
    """
    found = (_prediction(item, at) for item in by_item(events))
    return tuple(item for item in found if item.said <= at)


def chance_said(chance: Chance) -> dict[str, Any]:
    """Return a probability as an event holds it."""
    return {"low": chance.low, "high": chance.high, "words": chance.words, "lang": chance.lang}


def _chance(said: Mapping[str, Any]) -> Chance:
    return Chance(low=said.get("low"), high=said.get("high"), words=said.get("words", ""), lang=said.get("lang", ""))


def _prediction(item: Gathered, at: date) -> Prediction:
    first, events = item.first, item.events
    said = {"condition": "", "absent": False, "event": "", "grace": GRACE, "window": None, "chance": {}, **first.said}
    for event in events:
        if event.action == "edited" and event.item == first.item:
            said |= event.said
    made_on = min(day_read(event.said["said"]) for event in events if event.action == "made")
    window, chance, grace = _from(day_read(said["said"]), said["window"]), _chance(said["chance"]), int(said["grace"])
    resolutions = _resolutions(events, at)
    withdrawn = [day for event in events if event.action == "withdrawn" and (day := day_read(event.said["on"])) <= at]
    state = _state(resolutions, bool(withdrawn))
    made = [event for event in events if event.action in {"made", "repeated"}]
    return Prediction(
        id=first.item,
        holder=said["holder"],
        what=said["what"],
        said=made_on,
        window=window,
        chance=chance,
        absent=bool(said["absent"]),
        condition=said["condition"],
        event=said["event"] or first.item,
        grace=grace,
        state=state,
        right=_right(state, chance, bool(said["absent"])),
        timing=_timing(state, window, grace, at),
        withdrawn=withdrawn[-1] if withdrawn else None,
        reworded=_reworded(events, window, chance, at),
        resolutions=resolutions,
        passages=tuple(dict.fromkeys(passage for event in made for passage in passages_read(event.said))),
        merged=item.merged,
        notes=(*item.notes, *_notes(resolutions)),
        events=tuple(event.entry for event in events),
    )


def _from(said: date, window: Sequence[str] | None) -> Days | None:
    """Return the days of which a prediction speaks: none before it was made, whatever a person wrote."""
    days = days_read(window)
    return Days(first=max(days.first, said), last=days.last) if days and days.last >= said else days


def _reworded(events: Sequence[Event], window: Days | None, chance: Chance, at: date) -> tuple[Reworded, ...]:
    found = []
    for event in events:
        if event.action == "revised" and (on := day_read(event.said["on"])) <= at:
            window = _from(on, event.said.get("window")) or window
            chance = _chance(event.said["chance"]) if event.said.get("chance") else chance
            found.append(Reworded(on=on, window=window, chance=chance, by=event.by, entry=event.entry))
    return tuple(sorted(found, key=lambda item: item.on))


def _resolutions(events: Sequence[Event], at: date) -> tuple[Verified, ...]:
    own = [event for event in events if event.action == "resolved" and day_read(event.said["day"]) <= at]
    return tuple(
        Verified(
            outcome=event.said["outcome"],
            day=day_read(event.said["day"]),
            searched=str(event.said.get("searched", "")),
            why=str(event.said.get("why", "")),
            sources=tuple(source_read(item) for item in event.said.get("sources", ())),
            doubts=tuple(event.said.get("doubts", ())),
            by=event.by,
            entry=event.entry,
        )
        for event in stands(own)
    )


def _state(resolutions: Sequence[Verified], withdrawn: bool) -> Standing:
    outcomes = {item.outcome for item in resolutions}
    if len(outcomes) > 1:
        return "disputed"
    if outcomes:
        return outcomes.pop()
    return "withdrawn" if withdrawn else "open"


def _right(state: Standing, chance: Chance, absent: bool) -> bool | None:
    """Return whether what was said to be likelier came; of words that is not asked, but of their absence it is."""
    if state not in {"happened", "did not happen"}:
        return None
    if chance.words:
        return None
    low, high = (_SURE, _SURE) if chance.low is None or chance.high is None else (chance.low, chance.high)
    if low <= 0.5 <= high:
        return None
    likely = (low > 0.5) != absent
    return likely == (state == "happened")


def _timing(state: Standing, window: Days | None, grace: int, at: date) -> Timing:
    if state != "open":
        return "settled"
    if window is None:
        return "no deadline"
    if at > window.last + timedelta(days=grace):
        return "overdue"
    return "due" if at >= window.last - timedelta(days=SOON) else "running"


def _notes(resolutions: Sequence[Verified]) -> list[str]:
    notes = [doubt for item in resolutions for doubt in item.doubts]
    if len({item.outcome for item in resolutions}) > 1:
        said = "; ".join(f"{item.by}: {item.outcome}" for item in resolutions)
        notes.append(f"not everybody says the same ({said})")
    return notes


# --- what may be entered ---------------------------------------------------------------------------------


def check_prediction(said: date, window: Days | None, what: str, passages: Sequence[Passage]) -> None:
    """Refuse a prediction that can't be one.

    Raises
    ------
    StudyError
        Its days were over when it was made, or nothing says what was predicted.
    """
    if window and window.last < said:
        do = "check both days; what is said of days that have passed is no prediction"
        raise StudyError(f"its days ({window}) were over when it was made, on {said}", do=do)
    if not what and not passages:
        raise StudyError("nothing says what was predicted", do="name a statement, or say it with --what")


def check_verified(prediction: Prediction, found: Verified) -> None:
    """Refuse a resolution for which it is too early, or for which something is missing.

    Raises
    ------
    StudyError
        With what is missing.
    """
    if found.outcome not in get_args(Result):
        raise UnknownName.of("outcome", found.outcome, get_args(Result))
    if found.day < prediction.said:
        what = f"{prediction.id} was made on {prediction.said}, and this is of {found.day}"
        raise StudyError(what, do="check the day")
    if found.outcome in {"happened", "did not happen"}:
        _check_told(prediction, found)
    elif not (found.why or found.sources or (found.outcome == "void" and prediction.condition)):
        raise StudyError(f"nothing says why {prediction.id} is {found.outcome}", do="say it with --why")


def _check_told(prediction: Prediction, found: Verified) -> None:
    window, over = prediction.window, prediction.over
    if window is None or over is None:
        do = "resolve it as 'unscorable as worded', or give it days with `edit` if its words name them"
        raise StudyError(f"{prediction.id} names no days, so it could only ever come true", do=do)
    if found.outcome == "happened":
        if not window.first <= found.day <= window.last:
            what = f"{prediction.id} speaks of {window}, and this happened on {found.day}"
            raise StudyError(what, do="resolve it as 'did not happen', or check the days")
        return
    if found.day <= over:
        grace = f", with {counted(prediction.grace, 'day')} of grace" if prediction.grace else ""
        what = f"{prediction.id} is not over: it speaks of {window}{grace}, and you looked up to {found.day}"
        raise StudyError(what, do=f"resolve it after {over}")
    if not found.searched:
        do = "say with --searched where you looked and for what"
        raise StudyError(f"that what {prediction.id} speaks of did not happen needs the trace of a search", do=do)


# --- how good they were ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionRecord:
    """How the predictions of one holder came out.

    `right` and `wrong` count those that were said flatly or with a number. `share` is that of right ones with Wilson's
    interval, at as many outcomes as there are events. `scores` are those with a probability, by the table by which
    their words are read; `unmapped` counts resolved ones without a probability in each table. `across` is None where
    there are none to score.
    """

    holder: str
    name: str
    public_role: str
    made: int
    open: int
    overdue: int
    withdrawn: int
    void: int
    disputed: int
    unscorable: int
    resolved: int
    right: int
    wrong: int
    share: float | None
    low: float | None
    high: float | None
    scores: tuple[tuple[str, ForecastScore], ...]
    unmapped: tuple[tuple[str, int], ...]
    across: AcrossTables | None
    curve: Calibration


def prediction_records(
    predictions: Sequence[Prediction], actors: Sequence[Actor], tables: Sequence[VerbalTable]
) -> tuple[PredictionRecord, ...]:
    """Score predictions, for those actors who made any.

    Parameters
    ----------
    predictions
        As `predictions_of` folds them.
    actors
        Only these (`tenor.coding.ledger.scorable`): others are not scored.
    tables
        By which words are read.

    Examples
    --------
    >>> prediction_records([], [], ())
    ()
    """
    found = []
    for actor in actors:
        own = [item for item in predictions if item.holder == actor.id]
        if own:
            found.append(_record(actor, own, tables))
    return tuple(found)


def _record(actor: Actor, own: Sequence[Prediction], tables: Sequence[VerbalTable]) -> PredictionRecord:
    number = {state: sum(item.state == state for item in own) for state in get_args(Standing)}
    told = [item for item in own if item.outcome is not None]
    scores, unmapped = _scores(told, tables)
    share, low, high = _share([item for item in told if item.right is not None])
    curves = {name: calibration(_forecasts(told, name, tables)) for name in scores}
    none = Calibration(why="no resolved prediction has a probability")
    return PredictionRecord(
        holder=actor.id,
        name=actor.name,
        public_role=actor.public_role,
        made=len(own),
        open=number["open"],
        overdue=sum(item.timing == "overdue" for item in own),
        withdrawn=number["withdrawn"],
        void=number["void"],
        disputed=number["disputed"],
        unscorable=number["unscorable as worded"],
        resolved=len(told),
        right=sum(item.right is True for item in told),
        wrong=sum(item.right is False for item in told),
        share=share,
        low=low,
        high=high,
        scores=tuple(scores.items()),
        unmapped=tuple(unmapped.items()),
        across=across_tables(scores) if scores else None,
        curve=next(iter(curves.values()), none),
    )


def _share(told: Sequence[Prediction]) -> tuple[float | None, float | None, float | None]:
    """Return the share of right predictions; those of one event count together for one."""
    if not told:
        return None, None, None
    events = {item.event for item in told}
    share = sum(item.right is True for item in told) / len(told)
    low, high = wilson(share * len(events), len(events))
    return share, low, high


def _scores(
    told: Sequence[Prediction], tables: Sequence[VerbalTable]
) -> tuple[dict[str, ForecastScore], dict[str, int]]:
    """Return the score by each table that reads at least one of the words; where none has words, as they were given."""
    named = [table.name for table in tables if any(table.name in item.chance.points([table]) for item in told)]
    scores, unmapped = {}, {}
    for name in named or ["as given"]:
        found = _forecasts(told, name, tables)
        unmapped[name] = len(told) - found.number
        if found.number:
            scores[name] = score(found)
    return scores, unmapped


def _forecasts(told: Sequence[Prediction], name: str, tables: Sequence[VerbalTable]) -> Forecasts:
    """Return the predictions with a number, and those with words that one table has."""
    read, outcomes, events = [], [], []
    for item in told:
        found = item.chance.points(tables)
        points = found.get("as given") or found.get(name)
        if points and item.outcome is not None:
            read.append(tuple(1 - point for point in points) if item.absent else points)
            outcomes.append(item.outcome)
            events.append(item.event)
    return Forecasts.of(read, outcomes, events)
