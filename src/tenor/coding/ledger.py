"""What a ledger of promises or predictions is made of: events that are only ever added, and items folded from them.

An event lies in ``human.sqlite`` under the item's id. Words of articles are never copied there: an event names its
passages, and whoever shows it looks them up, so that what `tenor remove` takes away is gone here too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from tenor.corpus.human import Entry, Journal, NewEntry
from tenor.errors import StudyError, UnknownName, did_you_mean
from tenor.model import Actor, Plan
from tenor.sources.text import clean_line, clean_text, has_surrogate

UNNAMED = "unnamed speaker"
GRACE = 3
"""Days after a deadline until "it did not happen" may be said: news takes time to come in."""

FIRST_DAY = date(1900, 1, 1)
_MOST_GRACE = 366
_ID = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,30}")
_PASSAGE = re.compile(r"(?P<doc>[^:\s]{1,64}):(?P<part>title|body):(?P<start>\d{1,9}):(?P<stop>\d{1,9})")
_UNDONE = "undone"

Said = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """One day, or the first and the last of several where nobody can say which.

    Raises
    ------
    StudyError
        The last day comes before the first, or a day lies before 1900.

    Examples
    --------
    >>> str(Days.on(date(2025, 9, 2))), str(Days(first=date(2025, 8, 7), last=date(2025, 8, 9)))
    ('2025-09-02', '2025-08-07 to 2025-08-09')
    """

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise StudyError(f"{self.last} comes before {self.first}", do="write the earlier day first")
        if self.first < FIRST_DAY:
            raise StudyError(f"{self.first} lies before 1900", do="check the year")

    @classmethod
    def on(cls, day: date) -> Days:
        """Return one day."""
        return cls(first=day, last=day)

    def __str__(self) -> str:
        """Return the days as people write them."""
        return str(self.first) if self.first == self.last else f"{self.first} to {self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A place in an article: code points of its title or its body."""

    doc_id: str
    part: str
    start: int
    stop: int

    @classmethod
    def read(cls, name: str) -> Passage:
        """Return the passage of that name.

        Raises
        ------
        StudyError
            It names none.

        Examples
        --------
        >>> Passage.read("d1:body:10:52").start
        10
        """
        found = _PASSAGE.fullmatch(name)
        if not found or int(found["start"]) >= int(found["stop"]):
            raise StudyError(f"'{name[:80]}' is no passage", do="write it as DOC:body:START:STOP")
        return cls(doc_id=found["doc"], part=found["part"], start=int(found["start"]), stop=int(found["stop"]))

    def overlaps(self, other: Passage) -> bool:
        """Return whether two passages share a letter."""
        same = (self.doc_id, self.part) == (other.doc_id, other.part)
        return same and self.start < other.stop and other.start < self.stop

    def __str__(self) -> str:
        """Return the passage's name."""
        return f"{self.doc_id}:{self.part}:{self.start}:{self.stop}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What a resolution rests on: an article of the study, or a copy that was kept of something else.

    `sha256` is that of the text as it was; `retrieved` the day on which it was read. `copy` says that the text lies in
    ``human.sqlite`` under its sha256.
    """

    doc_id: str = ""
    url: str = ""
    title: str = ""
    agency: str = ""
    sha256: str
    retrieved: date
    copy: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that somebody entered about an item, as the log has it."""

    entry: int
    at: datetime
    by: str
    item: str
    action: str
    said: Said


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """An item's making, all events that concern it, the items that went into it, and what is odd about its log."""

    first: Event
    events: tuple[Event, ...]
    merged: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An event that is to be entered. `kind` differs from the ledger's own for copies of sources."""

    item: str
    action: str
    said: Said
    kind: str = ""


def events_of(entries: Iterable[Entry]) -> tuple[Event, ...]:
    """Return the events that count: those that nobody has undone.

    Raises
    ------
    StudyError
        An entry holds something that is no event.

    Examples
    --------
    >>> events_of([])
    ()
    """
    found = [_event(entry) for entry in entries]
    undone: set[int] = set()
    # From the newest on, so that an undoing can be undone.
    for event in reversed(found):
        if event.action == _UNDONE and event.entry not in undone:
            undone.add(int(event.said["entry"]))
    return tuple(event for event in found if event.action != _UNDONE and event.entry not in undone)


def _event(entry: Entry) -> Event:
    try:
        said = json.loads(entry.value)
    except ValueError as error:
        raise StudyError(f"entry {entry.id} of human.sqlite is no event", do="put the file back from a copy") from error
    return Event(entry=entry.id, at=entry.at, by=entry.coder, item=entry.unit, action=entry.variable, said=said)


def undoing(events: Sequence[Event], number: int) -> Draft:
    """Return the event that takes another back.

    Raises
    ------
    UnknownName
        No event that counts has that number.
    """
    for event in events:
        if event.entry == number:
            return Draft(item=event.item, action=_UNDONE, said={"entry": number})
    raise UnknownName(f"no event {number}", do="its number stands beside it in `show`; it may be undone already")


def enter(
    journal: Journal, kind: str, by: str, decide: Callable[[tuple[Event, ...]], Iterable[Draft]]
) -> tuple[int, ...]:
    """Enter what follows from the events that are there: nobody else writes in between.

    Parameters
    ----------
    journal
        Where they lie.
    kind
        Of which ledger.
    by
        Who enters them.
    decide
        What is to be entered; nothing is if it raises.
    """
    who = line(by, "the name of who enters this", 200) or "unnamed"

    def drafted(entries: tuple[Entry, ...]) -> list[NewEntry]:
        return [
            NewEntry(
                coder=who,
                kind=draft.kind or kind,
                unit=draft.item,
                variable=draft.action,
                value=json.dumps(draft.said, ensure_ascii=False, sort_keys=True),
            )
            for draft in decide(events_of(entries))
        ]

    return journal.enter_from([kind], drafted)


# --- what a person writes, checked -----------------------------------------------------------------------


def line(text: str, what: str, most: int = 1_000) -> str:
    r"""Return a text in one line, or refuse it.

    Raises
    ------
    StudyError
        It is too long, or holds half a character.

    Examples
    --------
    >>> line(" keep the light\n burning ", "what")
    'keep the light burning'
    """
    if len(text) > most:
        raise StudyError(f"{what} has {len(text):,} characters, at most {most:,}", do="say it shorter")
    if has_surrogate(text):
        raise StudyError(f"{what} holds half a character", do="copy it again from its source")
    return clean_line(text).text


def whole_text(text: str, what: str, most: int) -> str:
    """Return a running text in the form that articles have, or refuse it.

    Raises
    ------
    StudyError
        It is empty or too long, or holds half a character.
    """
    if len(text) > most:
        raise StudyError(f"{what} has {len(text):,} characters, at most {most:,}", do="keep the part that matters")
    if has_surrogate(text):
        raise StudyError(f"{what} holds half a character", do="save it again, as UTF-8")
    cleaned = clean_text(text).text
    if not cleaned:
        raise StudyError(f"{what} is empty", do="keep a copy of its text")
    return cleaned


def item_id(name: str) -> str:
    """Return an id that somebody chose, or refuse it.

    Raises
    ------
    StudyError
        It can't be an id.
    """
    if not _ID.fullmatch(name):
        raise StudyError(f"'{name[:80]}' can't be an id", do="use a letter, then letters, digits, - _ . and at most 31")
    return name


def next_id(prefix: str, taken: Iterable[str]) -> str:
    """Return the next free id: the number after the highest.

    Examples
    --------
    >>> next_id("P", ["P1", "P7", "fifty-days"])
    'P8'
    """
    numbers = [int(name[len(prefix) :]) for name in taken if re.fullmatch(f"{prefix}[0-9]{{1,9}}", name)]
    return f"{prefix}{max(numbers, default=0) + 1}"


def grace_of(days: int) -> int:
    """Return the days of grace, or refuse them.

    Raises
    ------
    StudyError
        They are negative, or more than a year.
    """
    if not 0 <= days <= _MOST_GRACE:
        raise StudyError(f"{days} days of grace are not possible", do=f"write 0 to {_MOST_GRACE}")
    return days


def past_day(day: date, what: str, today: date) -> date:
    """Return a day that has come, or refuse it.

    Raises
    ------
    StudyError
        It lies in the future, or before 1900.
    """
    if day > today:
        raise StudyError(f"{what} is {day}, which is still to come", do="enter it when it has happened")
    return Days.on(day).first


def holder_of(plan: Plan, name: str) -> str:
    """Return the id of the actor who is meant; empty for a speaker whom the study does not name.

    Raises
    ------
    UnknownName
        The study has no such actor.

    Examples
    --------
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> plan = read_study(example_folder("istanbul") / "tenor.yaml")
    >>> holder_of(plan, "Donald Trump"), holder_of(plan, "")
    ('trump', '')
    """
    if name in {"", UNNAMED}:
        return ""
    found = next((actor.id for actor in plan.actors if name in {actor.id, actor.name}), None)
    if found is None:
        known = [actor.id for actor in plan.actors]
        do = f"{did_you_mean(name, known)}; leave it out for a speaker whom the study does not name"
        raise UnknownName(f"no actor '{name[:80]}'", do=do)
    return found


def scorable(plan: Plan) -> tuple[Actor, ...]:
    """Return the actors whose record may be added up: those with a public role."""
    return tuple(actor for actor in plan.actors if actor.public_role.strip())


# --- events as JSON, and back ----------------------------------------------------------------------------


def days_said(days: Days | None) -> list[str] | None:
    """Return days as an event holds them."""
    return [days.first.isoformat(), days.last.isoformat()] if days else None


def days_read(said: Sequence[str] | None) -> Days | None:
    """Return days as they were said."""
    return Days(first=date.fromisoformat(said[0]), last=date.fromisoformat(said[1])) if said else None


def day_read(said: str) -> date:
    """Return a day as it was said."""
    return date.fromisoformat(said)


def source_said(source: Source) -> dict[str, Any]:
    """Return a source as an event holds it."""
    fields = ("doc_id", "url", "title", "agency", "sha256", "copy")
    said = {name: getattr(source, name) for name in fields if getattr(source, name)}
    return {**said, "retrieved": source.retrieved.isoformat()}


def source_read(said: Said) -> Source:
    """Return a source as it was said."""
    return Source(**{**said, "retrieved": date.fromisoformat(said["retrieved"])})


def passages_read(said: Said) -> tuple[Passage, ...]:
    """Return the passages that an event names."""
    return tuple(Passage.read(name) for name in said.get("passages", ()))


# --- one out of many -------------------------------------------------------------------------------------


def absorbed(events: Sequence[Event]) -> tuple[dict[str, str], tuple[Event, ...]]:
    """Return into which item each merged one went, and the events that would lead in a circle: they do not count.

    An event ``merged`` puts its own item into another; an event ``revised`` may name an item that it takes in.

    Examples
    --------
    >>> absorbed([])
    ({}, ())
    """
    into: dict[str, str] = {}
    circles = []
    for event in events:
        item, target = event.item, str(event.said.get("into", ""))
        if event.action == "revised" and event.said.get("item"):
            item, target = str(event.said["item"]), event.item
        if not target:
            continue
        if root(into, target) == root(into, item):
            circles.append(event)
            continue
        into[root(into, item)] = root(into, target)
    return into, tuple(circles)


def by_item(events: Sequence[Event]) -> Iterable[Gathered]:
    """Return the items there are, in the order they were made, each with all events that concern it.

    Examples
    --------
    >>> list(by_item([]))
    []
    """
    into, circles = absorbed(events)
    odd = {event.entry for event in circles}
    own: dict[str, list[Event]] = {}
    merged: dict[str, list[str]] = {}
    for event in events:
        if event.entry not in odd:
            own.setdefault(root(into, event.item), []).append(event)
    made = {event.item: event for event in events if event.action == "made"}
    for name in made:
        if (target := root(into, name)) != name:
            merged.setdefault(target, []).append(name)
    for name, first in made.items():
        if name not in into:
            notes = (event.entry for event in circles if root(into, event.item) == name)
            yield Gathered(
                first=first,
                events=tuple(own[name]),
                merged=tuple(merged.get(name, ())),
                notes=tuple(f"event {number} leads in a circle and does not count" for number in notes),
            )


def root(into: Mapping[str, str], item: str) -> str:
    """Return the item into which an item was merged in the end: itself, where it was not.

    Examples
    --------
    >>> root({"P3": "P2", "P2": "P1"}, "P3"), root({}, "P9")
    ('P1', 'P9')
    """
    while item in into:
        item = into[item]
    return item


def known_item(name: str, events: Sequence[Event], what: str) -> str:
    """Return an item's id if there is one, or that into which it was merged.

    Raises
    ------
    UnknownName
        There is none; the nearest is offered.
    """
    made = [event.item for event in events if event.action == "made"]
    if name not in made:
        near = did_you_mean(name, made) if made else f"there is none yet: `tenor {what}s` lists what is proposed"
        raise UnknownName(f"no {what} '{name[:80]}'", do=near)
    return root(absorbed(events)[0], name)


def stands(events: Sequence[Event]) -> tuple[Event, ...]:
    """Return the resolutions that stand: the newest of each person, or the newest that settled a dispute."""
    settled = [event for event in events if event.said.get("settles")]
    if settled:
        return (settled[-1],)
    return tuple({event.by: event for event in events}.values())


def today() -> date:
    """Return the day it is, in UTC."""
    return datetime.now(tz=UTC).date()
