"""Promises, kept until time has told: what was promised, by when, how it was revised, and what became of it.

The state of a promise is folded from the events of its log, as of any day. A threat and a pledge are promises too.
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
from tenor.compare.proportions import wilson
from tenor.errors import StudyError, UnknownName
from tenor.grammar import counted
from tenor.model import Actor

KIND = "promise"
SOON = 7
"""A deadline is due from so many days before it on."""

Outcome = Literal["kept", "partly kept", "broken", "disputed", "moot"]
State = Literal["in force", "revised", "withdrawn", "kept", "partly kept", "broken", "disputed", "moot"]
Timing = Literal["settled", "no deadline", "running", "due", "overdue"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What its holder said later: another deadline, on a later day."""

    on: date
    deadline: Days
    words: str = ""
    passages: tuple[Passage, ...] = ()
    by: str = ""
    entry: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolution:
    """What somebody found to have become of a promise.

    `day` is when it was kept or became moot; of a broken or partly kept one the last day up to which was looked, and of
    a breach of something continuous its day. `searched` says where was looked, and for what.
    """

    outcome: Outcome
    day: date
    searched: str = ""
    why: str = ""
    sources: tuple[Source, ...] = ()
    doubts: tuple[str, ...] = ()
    by: str = ""
    entry: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """One promise, however often it was repeated, as it stands on a day.

    `first` is the deadline it was made with, by which it is scored; `deadline` the one that holds. Both are None where
    none was named. `continuous` promises say that something will go on, or not be done. `said_again` counts the later
    passages, `merged` names items that turned out to be this one.
    """

    id: str
    holder: str
    what: str
    said: date
    first: Days | None
    deadline: Days | None
    condition: str
    continuous: bool
    grace: int
    words: str
    state: State
    late: bool
    timing: Timing
    withdrawn: date | None
    revisions: tuple[Revision, ...]
    resolutions: tuple[Resolution, ...]
    passages: tuple[Passage, ...]
    merged: tuple[str, ...]
    notes: tuple[str, ...]
    events: tuple[int, ...]

    @property
    def says(self) -> str:
        """Return the state in words: that something was kept late stands in it."""
        return "kept late" if self.state == "kept" and self.late else self.state

    @property
    def over(self) -> date | None:
        """Return the last day of grace after the deadline that holds."""
        return self.deadline.last + timedelta(days=self.grace) if self.deadline else None

    @property
    def revised_within(self) -> Days | None:
        """Return the earliest and the latest day that revisions named; None where there was none."""
        if not self.revisions:
            return None
        return Days(
            first=min(item.deadline.first for item in self.revisions),
            last=max(item.deadline.last for item in self.revisions),
        )


def promises_of(events: Sequence[Event], at: date) -> tuple[Promise, ...]:
    """Fold a log into promises as they stood on a day, in the order they were made.

    Parameters
    ----------
    events
        The events that count, in the order they were entered (`tenor.coding.ledger.events_of`).
    at
        What was said or happened later is left out.

    Examples
    --------
    >>> promises_of([], date(2025, 8, 1))
    ()
    """
    found = (_promise(item, at) for item in by_item(events))
    return tuple(item for item in found if item.said <= at)


def _promise(item: Gathered, at: date) -> Promise:
    first, events = item.first, item.events
    said = _edited(first, events)
    revisions = _revisions(events, at)
    resolutions = _resolutions(events, at)
    withdrawn = [day for event in events if event.action == "withdrawn" and (day := day_read(event.said["on"])) <= at]
    start = days_read(said["deadline"])
    deadline = revisions[-1].deadline if revisions else start
    grace = int(said["grace"])
    state, kept = _state(resolutions, bool(withdrawn), bool(revisions))
    last = withdrawn[-1] if withdrawn else None
    return Promise(
        id=first.item,
        holder=said["holder"],
        what=said["what"],
        said=min(day_read(event.said["said"]) for event in _made(events)),
        first=start,
        deadline=deadline,
        condition=said["condition"],
        continuous=said["continuous"],
        grace=grace,
        words=said["words"],
        state=state,
        late=kept is not None and start is not None and kept > start.last,
        timing=_timing(state, deadline, grace, at),
        withdrawn=last,
        revisions=revisions,
        resolutions=resolutions,
        passages=_passages(events),
        merged=item.merged,
        notes=(*item.notes, *_notes(resolutions, last, deadline, grace)),
        events=tuple(event.entry for event in events),
    )


def _made(events: Sequence[Event]) -> list[Event]:
    """Return the making of items that were merged into this one; what a revision took in was said later."""
    taken = {event.said.get("item") for event in events if event.action == "revised"}
    return [event for event in events if event.action == "made" and event.item not in taken]


def _edited(first: Event, events: Sequence[Event]) -> dict[str, Any]:
    said = {"condition": "", "continuous": False, "grace": GRACE, "words": "", "deadline": None, **first.said}
    for event in events:
        if event.action == "edited" and event.item == first.item:
            said |= event.said
    return said


def _revisions(events: Sequence[Event], at: date) -> tuple[Revision, ...]:
    """Return the revisions up to a day, in the order they were said; of two on one day, as they were entered."""
    passages = {event.item: passages_read(event.said) for event in events if event.action == "made"}
    found = []
    for event in events:
        deadline = days_read(event.said.get("deadline")) if event.action == "revised" else None
        if deadline and (on := day_read(event.said["on"])) <= at:
            found.append(
                Revision(
                    on=on,
                    deadline=deadline,
                    words=str(event.said.get("words", "")),
                    passages=(*passages_read(event.said), *passages.get(str(event.said.get("item", "")), ())),
                    by=event.by,
                    entry=event.entry,
                )
            )
    return tuple(sorted(found, key=lambda item: item.on))


def _resolutions(events: Sequence[Event], at: date) -> tuple[Resolution, ...]:
    own = [event for event in events if event.action == "resolved" and day_read(event.said["day"]) <= at]
    return tuple(
        Resolution(
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


def _passages(events: Sequence[Event]) -> tuple[Passage, ...]:
    said = (event for event in events if event.action in {"made", "repeated"})
    return tuple(dict.fromkeys(passage for event in said for passage in passages_read(event.said)))


def _state(resolutions: Sequence[Resolution], withdrawn: bool, revised: bool) -> tuple[State, date | None]:
    """Return the state, and the day on which it was kept if it was."""
    if not resolutions:
        return ("withdrawn" if withdrawn else "revised" if revised else "in force"), None
    kept = max((item.day for item in resolutions if item.outcome == "kept"), default=None)
    # Whoever had looked up to an earlier day does not contradict that it was kept on a later one.
    counts = [item for item in resolutions if not (kept and item.outcome in _NOT_YET and item.day < kept)]
    outcomes = {item.outcome for item in counts}
    if len(outcomes) > 1:
        return "disputed", None
    return outcomes.pop(), kept


_NOT_YET = {"broken", "partly kept"}


def _timing(state: State, deadline: Days | None, grace: int, at: date) -> Timing:
    if state not in {"in force", "revised"}:
        return "settled"
    if deadline is None:
        return "no deadline"
    if at > deadline.last + timedelta(days=grace):
        return "overdue"
    return "due" if at >= deadline.first - timedelta(days=SOON) else "running"


def _notes(resolutions: Sequence[Resolution], withdrawn: date | None, deadline: Days | None, grace: int) -> list[str]:
    notes = [doubt for item in resolutions for doubt in item.doubts]
    outcomes = {item.outcome for item in resolutions}
    if len(outcomes) > 1:
        said = "; ".join(f"{item.by}: {item.outcome}" for item in resolutions)
        notes.append(f"not everybody says the same ({said})")
    elif len(days := sorted({item.day for item in resolutions if item.outcome == "kept"})) > 1:
        notes.append(f"not everybody names the same day ({', '.join(map(str, days))}); the last one counts")
    if withdrawn and deadline and withdrawn > deadline.last + timedelta(days=grace) and not resolutions:
        late = (withdrawn - deadline.last).days
        notes.append(f"withdrawn {counted(late, 'day')} after its deadline: look whether it was broken before")
    return notes


# --- what may be entered ---------------------------------------------------------------------------------


def check_promise(said: date, deadline: Days | None, what: str, passages: Sequence[Passage]) -> None:
    """Refuse a promise that can't be one.

    Raises
    ------
    StudyError
        Its deadline comes before it, or nothing says what was promised.
    """
    if deadline and deadline.first < said:
        do = "check both days; what was promised for a day that had passed is no promise"
        raise StudyError(f"the deadline {deadline} comes before the promise, which was made on {said}", do=do)
    if not what and not passages:
        raise StudyError("nothing says what was promised", do="name a statement, or say it with --what")


def check_revision(promise: Promise, on: date, deadline: Days) -> None:
    """Refuse a revision that can't be one.

    Raises
    ------
    StudyError
        It comes before the promise, or its deadline before it.
    """
    if on < promise.said:
        raise StudyError(f"{promise.id} was made on {promise.said}, after this revision of {on}", do="check both days")
    if deadline.last < on:
        raise StudyError(f"the new deadline {deadline} comes before {on}, when it was named", do="check both days")


def check_resolution(promise: Promise, found: Resolution) -> None:
    """Refuse a resolution for which it is too early, or for which something is missing.

    Raises
    ------
    StudyError
        With what is missing.
    """
    if found.outcome not in get_args(Outcome):
        raise UnknownName.of("outcome", found.outcome, get_args(Outcome))
    if found.day < promise.said:
        what = f"{promise.id} was made on {promise.said}, and this is of {found.day}"
        raise StudyError(what, do="check the day")
    check = _CONTINUOUS if promise.continuous else _ONCE
    check[found.outcome](promise, found)


def _after_grace(promise: Promise, found: Resolution) -> None:
    if promise.over is None:
        do = "without a deadline it can be kept, withdrawn or moot; `revise` or `edit` gives it one"
        raise StudyError(f"{promise.id} has no deadline, so it can't be {found.outcome} yet", do=do)
    if found.day <= promise.over:
        grace = f", with {counted(promise.grace, 'day')} of grace" if promise.grace else ""
        what = f"{promise.id} is not over: its deadline is {promise.deadline}{grace}, and you looked up to {found.day}"
        raise StudyError(what, do=f"resolve it as {found.outcome} after {promise.over}")
    if promise.withdrawn and promise.withdrawn <= promise.over:
        what = f"{promise.id} was withdrawn on {promise.withdrawn}, before its deadline was over"
        raise StudyError(what, do="leave it withdrawn, or resolve it as kept if it was")


def _searched(promise: Promise, found: Resolution) -> None:
    if not found.searched:
        do = "say with --searched where you looked and for what"
        raise StudyError(f"that {promise.id} is {found.outcome} needs the trace of a search", do=do)


def _missed(promise: Promise, found: Resolution) -> None:
    _after_grace(promise, found)
    _searched(promise, found)


def _breach(promise: Promise, found: Resolution) -> None:
    if not found.sources:
        do = "name with --source what reports it"
        raise StudyError(f"a breach of {promise.id} is something that happened, and no source tells of it", do=do)
    if promise.deadline and found.day > promise.deadline.last:
        what = f"{promise.id} held up to {promise.deadline.last}, and this breach is of {found.day}"
        raise StudyError(what, do="what comes after its end breaks it no more")


def _explained(promise: Promise, found: Resolution) -> None:
    if not (found.why or found.sources or (found.outcome == "moot" and promise.condition)):
        do = "say it with --why"
        raise StudyError(f"nothing says why {promise.id} is {found.outcome}", do=do)


def _fine(promise: Promise, found: Resolution) -> None:
    """Allow it: something was done, on a day after it was promised."""


_ONCE = {"kept": _fine, "partly kept": _missed, "broken": _missed, "moot": _explained, "disputed": _explained}
_CONTINUOUS = {**_ONCE, "kept": _missed, "broken": _breach}


# --- the record of a holder ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PromiseRecord:
    """What became of the promises of one holder.

    `share` is that of kept ones among those kept, kept late, partly kept and broken, with Wilson's interval; None where
    there are none. What is open, withdrawn, moot or disputed is counted and in no share.
    """

    holder: str
    name: str
    public_role: str
    made: int
    open: int
    overdue: int
    kept: int
    kept_late: int
    partly_kept: int
    broken: int
    withdrawn: int
    moot: int
    disputed: int
    share: float | None
    low: float | None
    high: float | None


def promise_records(promises: Sequence[Promise], actors: Sequence[Actor]) -> tuple[PromiseRecord, ...]:
    """Add up what became of promises, for those actors who made any.

    Parameters
    ----------
    promises
        As `promises_of` folds them.
    actors
        Only these (`tenor.coding.ledger.scorable`): others are not added up.

    Examples
    --------
    >>> promise_records([], [])
    ()
    """
    found = []
    for actor in actors:
        own = [item for item in promises if item.holder == actor.id]
        if own:
            found.append(_record(actor, own))
    return tuple(found)


def _record(actor: Actor, own: Sequence[Promise]) -> PromiseRecord:
    number: Mapping[str, int] = {state: sum(item.says == state for item in own) for state in (*get_args(State), _LATE)}
    kept = number["kept"] + number[_LATE]
    ended = kept + number["partly kept"] + number["broken"]
    low, high = wilson(kept, ended) if ended else (None, None)
    return PromiseRecord(
        holder=actor.id,
        name=actor.name,
        public_role=actor.public_role,
        made=len(own),
        open=number["in force"] + number["revised"],
        overdue=sum(item.timing == "overdue" for item in own),
        kept=number["kept"],
        kept_late=number[_LATE],
        partly_kept=number["partly kept"],
        broken=number["broken"],
        withdrawn=number["withdrawn"],
        moot=number["moot"],
        disputed=number["disputed"],
        share=kept / ended if ended else None,
        low=low,
        high=high,
    )


_LATE = "kept late"
