"""What can be done with a ledger, whichever it is: every verb adds events, and none changes any."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, ClassVar, Generic, TypeVar

from tenor.coding.evidence import ASKED_FOR, Articles, Cited, Rests, Shown, gone, resolved_said, rests_on, shown
from tenor.coding.ledger import (
    Days,
    Draft,
    Event,
    Passage,
    absorbed,
    enter,
    events_of,
    grace_of,
    holder_of,
    item_id,
    known_item,
    line,
    next_id,
    passages_read,
    past_day,
    root,
    today,
    undoing,
)
from tenor.coding.predictions import Chance, Prediction
from tenor.coding.promises import Promise
from tenor.coding.proposals import DISMISSED, Kept, Proposal, named, proposals
from tenor.corpus.human import Journal
from tenor.corpus.store import Store
from tenor.errors import StudyError
from tenor.model import Plan

Item = TypeVar("Item", bound=Promise | Prediction)
Said = Mapping[str, Any]
Step = Callable[[Sequence[Event]], Sequence[Draft]]
"""What is to be entered, given the events that are there; raises where that is not possible."""

LONG = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How a person words a promise or a prediction; None leaves what a statement says, or what stood there.

    `days` are the deadline of a promise, or the days of which a prediction speaks. `continuous` and `words` (of the
    deadline) belong to promises; `chance`, `absent` and `event` to predictions.
    """

    id: str | None = None
    holder: str | None = None
    what: str | None = None
    said: date | None = None
    days: Days | None = None
    condition: str | None = None
    grace: int | None = None
    continuous: bool | None = None
    words: str | None = None
    chance: Chance | None = None
    absent: bool | None = None
    event: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a person found to have become of an item. `settles` ends a dispute: nothing else counts then."""

    outcome: str
    day: date | None = None
    searched: str = ""
    why: str = ""
    cited: tuple[Cited, ...] = ()
    settles: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act(Generic[Item]):
    """Something that is to be said of an item that is there; `check` raises where it does not go with how it stands.

    `copies` are texts of sources that are kept beside it.
    """

    item: str
    action: str
    said: Said
    check: Callable[[Item], None]
    copies: tuple[Draft, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered(Generic[Item]):
    """An item as it stands after something was entered, and what is doubtful about that."""

    item: Item
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Generic[Item]):
    """An item with its passages and its whole log; `removed` says how much of what it rests on is gone."""

    item: Item
    passages: tuple[Shown, ...]
    log: tuple[Event, ...]
    removed: str


class Ledger(ABC, Generic[Item]):
    """One ledger: what is proposed, what was entered, and what follows from it.

    Parameters
    ----------
    store
        Called when articles are needed; brings up to date what is made of them.
    plan, journal
        The study, and where its people's entries lie.
    folder
        The study's folder.
    """

    kind: ClassVar[str]
    prefix: ClassVar[str]

    __slots__ = ("_journal", "_plan", "_store", "folder")

    def __init__(self, store: Callable[[], Store], plan: Plan, journal: Journal, folder: Path) -> None:
        self._store = store
        self._plan = plan
        self._journal = journal
        self.folder = folder

    # --- reading -----------------------------------------------------------------------------------

    def at(self, day: date | None = None) -> tuple[Item, ...]:
        """Return what is in the ledger as it stood on a day; today, if not given."""
        return self._fold(self.log(), day or today())

    def log(self) -> tuple[Event, ...]:
        """Return the events that count, in the order they were entered."""
        return events_of(self._journal.entries(self.kind))

    def proposed(self) -> tuple[Proposal, ...]:
        """Return what the rules propose and nobody has confirmed or dismissed."""
        store, events = self._store(), self.log()
        items = [item for item in self._fold(events, date.max) if item.holder]
        places = [(item.id, passage) for item in items for passage in item.passages]
        texts = {item.id: [item.what] for item in items}
        for (name, _), found in zip(places, shown(store, [place for _, place in places]), strict=True):
            texts[name].append(found.text)
        kept = [Kept(id=item.id, holder=item.holder, texts=tuple(filter(None, texts[item.id]))) for item in items]
        return proposals(store, self.kind, events, kept)

    def open(self, name: str, day: date | None = None) -> Opened[Item]:
        """Return one item with the words of its passages and its log.

        Raises
        ------
        TenorError
            There is none of that id, or it was made after the day.
        """
        events = self.log()
        item = self.item(events, name, day or today())
        found = shown(self._store(), item.passages)
        log = tuple(event for event in events if event.entry in item.events)
        return Opened(item=item, passages=found, log=log, removed=gone(found))

    def item(self, events: Sequence[Event], name: str, at: date = date.max) -> Item:
        """Return one item, given the events that count.

        Raises
        ------
        TenorError
            There is none of that id, or it was made after the day.
        """
        known = known_item(name, events, self.kind)
        into, _ = absorbed(events)
        own = [event for event in events if root(into, event.item) == known]
        for item in self._fold(own, at):
            if item.id == known:
                return item
        raise StudyError(f"{known} was made after {at}", do="name a later day with --at")

    # --- entering ----------------------------------------------------------------------------------

    def confirm(self, statements: Sequence[str], wording: Wording, *, by: str = "") -> Entered[Item]:
        """Take statements into the ledger as one item; without any, what `wording` says.

        Raises
        ------
        TenorError
            Nothing is proposed under such an id, or the wording is not possible.
        """
        found = named(self.proposed(), statements, self.kind) if statements else ()
        passages = tuple(passage for item in found for passage in item.passages)
        said = self.first_said(wording, found[0] if found else None, passages)
        return self._entered(self._do(by, [self.making(wording.id, said, passages)]))

    def repeat(self, name: str, statements: Sequence[str], *, by: str = "") -> Entered[Item]:
        """Add statements to an item that says the same already."""
        found = named(self.proposed(), statements, self.kind)
        said = {"passages": [str(passage) for item in found for passage in item.passages]}
        return self.act(Act(item=name, action="repeated", said=said, check=lambda _: None), by=by)

    def dismiss(self, statements: Sequence[str], *, why: str = "", by: str = "") -> tuple[Proposal, ...]:
        """Say that statements are none: they are proposed no more."""
        found = named(self.proposed(), statements, self.kind)
        said = {"why": line(why, "why it is none")}
        drafts = [Draft(item=str(one), action=DISMISSED, said=said) for item in found for one in item.passages]
        self._do(by, [lambda _: drafts])
        return found

    def edit(self, name: str, wording: Wording, *, by: str = "") -> Entered[Item]:
        """Correct how an item is worded; what its holder changed later is a revision instead."""
        said = self.said(wording)
        if not said:
            raise StudyError("nothing is corrected", do="say what, as in --said 2025-07-14")
        return self.act(self.correcting(name, said), by=by)

    def merge(self, name: str, into: str, *, by: str = "") -> Entered[Item]:
        """Put an item into another that turned out to be the same.

        Raises
        ------
        StudyError
            It is in it already, or the other is in it.
        """

        def merging(events: Sequence[Event]) -> list[Draft]:
            one, other = (known_item(item, events, self.kind) for item in (name, into))
            if one == other:
                raise StudyError(f"{name} and {into} are one {self.kind} already", do="`undo` takes a merging back")
            return [Draft(item=one, action="merged", said={"into": other})]

        return self._entered(self._do(by, [merging]))

    def withdraw(self, name: str, on: date, *, why: str = "", by: str = "") -> Entered[Item]:
        """Say that its holder took it back."""
        return self.act(withdrawing(name, on, why), by=by)

    def resolve(self, name: str, found: Found, *, by: str = "") -> Entered[Item]:
        """Say what became of it, and on what that rests.

        Raises
        ------
        TenorError
            It is too early, something is missing, or a source is not there.
        """
        rests = self.rests(found)
        return Entered(item=self.act(self.resolving(name, found, rests), by=by).item, doubts=rests.doubts)

    def act(self, act: Act[Item], *, by: str = "") -> Entered[Item]:
        """Enter something about an item."""
        return self._entered(self._do(by, [self.step(act)]))

    def undo(self, number: int, *, by: str = "") -> tuple[int, ...]:
        """Take back one event, by its number in the log; it stays there, and counts no more.

        Raises
        ------
        UnknownName
            No event that counts has that number.
        """
        return enter(self._journal, self.kind, by, lambda events: [undoing(events, number)])

    def load(self, steps: Sequence[Step], *, by: str = "") -> int:
        """Enter what several steps say, all of it or nothing; return how many events that were."""
        return len(self._do(by, steps))

    # --- the steps that verbs and files are made of ------------------------------------------------------

    def making(self, name: str | None, said: Said, passages: Sequence[Passage]) -> Step:
        """Return the step that adds an item."""

        def step(events: Sequence[Event]) -> list[Draft]:
            there = [own for event in events for own in passages_read(event.said)]
            if twice := next((one for one in passages if any(one.overlaps(own) for own in there)), None):
                do = "add what is said again with --into, or `undo` what rests on it"
                raise StudyError(f"the passage {twice} belongs to another {self.kind}", do=do)
            new = item_id(name) if name else next_id(self.prefix, [event.item for event in events])
            if any(event.item == new and event.action == "made" for event in events):
                raise StudyError(f"there is a {self.kind} '{new}' already", do="give it another id, or use --into")
            return [Draft(item=new, action="made", said={**said, "passages": [str(item) for item in passages]})]

        return step

    def step(self, act: Act[Item]) -> Step:
        """Return the step that says something of an item, if it goes with how the item then stands."""

        def step(events: Sequence[Event]) -> list[Draft]:
            item = self.item(events, act.item)
            act.check(item)
            return [*act.copies, Draft(item=item.id, action=act.action, said=act.said)]

        return step

    def resolving(self, name: str, found: Found, rests: Rests) -> Act[Item]:
        """Return what resolves an item."""
        return Act(
            item=name,
            action="resolved",
            said=resolution_said(found, rests),
            check=lambda item: self.check_found(item, found, rests),
            copies=rests.copies,
        )

    def correcting(self, name: str, said: Said) -> Act[Item]:
        """Return what corrects the wording of an item."""
        return Act(
            item=name,
            action="edited",
            said=said,
            check=lambda item: self.check_said({**self.as_said(item), **said}, item.passages),
        )

    def rests(self, found: Found, articles: Articles | None = None) -> Rests:
        """Look up what a resolution rests on; that words can't be scored rests on the words alone."""
        asked = 0 if found.outcome == "unscorable as worded" else ASKED_FOR
        return rests_on(articles or Articles(self._store), self._plan, found.cited, today(), asked)

    def first_said(self, wording: Wording, found: Proposal | None, passages: Sequence[Passage]) -> dict[str, Any]:
        """Return what an item says when it is made, checked."""
        said = {"holder": "", "what": "", **(self.from_statement(found) if found else {}), **self.said(wording)}
        if not said.get("said"):
            raise StudyError("nothing says when it was said", do="give the day, as in --said 2025-07-14")
        past_day(date.fromisoformat(said["said"]), "the day on which it was said", today())
        self.check_said(said, passages)
        return said

    def common(self, wording: Wording) -> dict[str, Any]:
        """Return what promises and predictions have in common."""
        said: dict[str, Any] = {}
        for name, what, most in (("what", "what was said", 2_000), ("condition", "the condition", 1_000)):
            text = getattr(wording, name)
            said |= {name: line(text, what, most)} if text is not None else {}
        said |= {"holder": holder_of(self._plan, wording.holder)} if wording.holder is not None else {}
        said |= {"said": wording.said.isoformat()} if wording.said else {}
        return {**said, **({"grace": grace_of(wording.grace)} if wording.grace is not None else {})}

    def _do(self, by: str, steps: Sequence[Step]) -> tuple[Draft, ...]:
        """Run steps one after another, each on what the ones before it said, and enter all or nothing."""
        done: list[Draft] = []

        def decide(events: tuple[Event, ...]) -> list[Draft]:
            there = list(events)
            for step in steps:
                new = list(step(there))
                done.extend(new)
                there += [self._as_event(draft, by, len(there)) for draft in new if not draft.kind]
            return done

        enter(self._journal, self.kind, by, decide)
        return tuple(draft for draft in done if not draft.kind)

    @staticmethod
    def _as_event(draft: Draft, by: str, number: int) -> Event:
        """Return what is about to be entered as steps after it see it; its number is not known yet."""
        now = datetime.now(tz=UTC)
        return Event(
            entry=-number - 1, at=now, by=by or "unnamed", item=draft.item, action=draft.action, said=draft.said
        )

    def _entered(self, drafts: Sequence[Draft]) -> Entered[Item]:
        return Entered(item=self.item(self.log(), drafts[-1].item))

    # --- what differs between the two ----------------------------------------------------------------

    @abstractmethod
    def _fold(self, events: Sequence[Event], at: date) -> tuple[Item, ...]:
        """Return the items."""

    @abstractmethod
    def check_found(self, item: Item, found: Found, rests: Rests) -> None:
        """Refuse a resolution that can't be."""

    @abstractmethod
    def check_said(self, said: Said, passages: Sequence[Passage]) -> None:
        """Refuse a wording that can't be."""

    @abstractmethod
    def said(self, wording: Wording) -> dict[str, Any]:
        """Return what a wording says, as an event holds it."""

    @abstractmethod
    def as_said(self, item: Item) -> dict[str, Any]:
        """Return how an item was made, as an event holds it."""

    @abstractmethod
    def from_statement(self, found: Proposal) -> dict[str, Any]:
        """Return what a statement says, as an event holds it."""


def withdrawing(name: str, on: date, why: str) -> Act[Any]:
    """Return what withdraws an item.

    Raises
    ------
    StudyError
        The day is still to come.
    """
    past_day(on, "the day on which it was withdrawn", today())

    def check(item: Promise | Prediction) -> None:
        if on < item.said:
            raise StudyError(f"{item.id} was made on {item.said}, after {on}", do="check both days")

    said = {"on": on.isoformat(), "why": line(why, "why it was withdrawn", LONG)}
    return Act(item=name, action="withdrawn", said=said, check=check)


def resolution_said(found: Found, rests: Rests) -> dict[str, Any]:
    """Return a resolution as an event holds it.

    Raises
    ------
    StudyError
        Its day is still to come, or a text of it is too long.
    """
    day = past_day(found.day or today(), "the day of this outcome", today())
    said = {"outcome": found.outcome, "day": day.isoformat(), **resolved_said(rests)}
    for name, what in (("searched", "the trace of a search"), ("why", "the reason")):
        text = line(getattr(found, name), what, LONG)
        said |= {name: text} if text else {}
    return {**said, "settles": True} if found.settles else said
