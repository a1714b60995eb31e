"""From a file of promises or predictions into the ledger: all of it or nothing, and twice adds nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, Protocol

from tenor.coding.evidence import Articles, Cited
from tenor.coding.keeping import Act, Found, Item, Ledger, Step, Wording, withdrawing
from tenor.coding.ledger import Days, Draft, Event, Passage, absorbed, known_item, line, passages_read, root
from tenor.coding.ledgers import Predictions, Promises
from tenor.coding.predictions import Chance
from tenor.corpus.store import Store
from tenor.errors import MissingInput, Place, StudyError, TenorError
from tenor.studyfile.ledgers import read_predictions, read_promises

_NOT_COMPARED = {"doubts", "passages"}
_LARGEST = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRead:
    """What a file of a ledger held: how many items, how many events were new, and what is doubtful."""

    items: int
    events: int
    doubts: tuple[str, ...] = ()


class _Days(Protocol):
    start: date
    stop: date


def import_promises(ledger: Promises, store: Callable[[], Store], path: Path, *, by: str = "") -> LedgerRead:
    """Enter what a file says of promises.

    Parameters
    ----------
    ledger
        The promises of the study.
    store
        Called where the file names articles.
    path
        The file.
    by
        Who says so. What this person has entered before is not entered again, also if somebody changed it since.

    Raises
    ------
    TenorError
        With file and line; then nothing of it is kept.
    """
    lined, said = read_promises(path)
    reading = _Reading(ledger, store, path.parent, by or "unnamed")
    reading.fetch(said)
    for number, item in enumerate(said):
        with _at(lined.place(("promises", number))):
            wording = _wording(item, days=_days(item.deadline), continuous=item.continuous, words=item.words or None)
            reading.item(item, wording)
            for later in item.revised:
                passages = reading.passages(later.passages)
                reading.once(ledger.revising(item.id, later.on, _days(later.deadline), later.words, passages))
            reading.ended(item)
        reading.placed(lined.place(("promises", number)))
    return reading.entered(len(said))


def import_predictions(ledger: Predictions, store: Callable[[], Store], path: Path, *, by: str = "") -> LedgerRead:
    """Enter what a file says of predictions; see `import_promises`.

    Raises
    ------
    TenorError
        With file and line; then nothing of it is kept.
    """
    lined, said = read_predictions(path)
    reading = _Reading(ledger, store, path.parent, by or "unnamed")
    reading.fetch(said)
    for number, item in enumerate(said):
        with _at(lined.place(("predictions", number))):
            chance = _chance(item.probability, item.lang)
            days = _days(item.window, item.said)
            reading.item(item, _wording(item, days=days, chance=chance, absent=item.absent, event=item.event))
            for later in item.revised:
                again = _chance(later.probability, item.lang)
                reading.once(ledger.revising(item.id, later.on, _days(later.window, later.on), again))
            reading.ended(item)
        reading.placed(lined.place(("predictions", number)))
    return reading.entered(len(said))


class _at:  # noqa: N801 - read as a word: with _at(place)
    """Say of what goes wrong inside where in the file it stands."""

    def __init__(self, place: Place) -> None:
        self._place = place

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, TenorError) and error.place is None:
            raise StudyError(error.what, do=error.do, place=self._place) from error


def _wording(item: Any, **more: Any) -> Wording:
    shared = {name: getattr(item, name) for name in ("id", "holder", "what", "said", "condition", "grace")}
    return Wording(**shared, **more)


def _days(said: date | _Days | None, start: date | None = None) -> Days | None:
    """Return days as a file says them: a day alone is that day, or the last of those from `start` on."""
    if said is None:
        return None
    if isinstance(said, date):
        return Days(first=min(start, said) if start else said, last=said)
    return Days(first=said.start, last=said.stop)


def _chance(said: object, lang: str) -> Chance | None:
    """Return a probability as a file says it.

    Raises
    ------
    StudyError
        It is neither a number, nor two, nor words.
    """
    if said is None:
        return None
    if isinstance(said, str):
        return Chance(words=line(said, "the words of a probability", 200), lang=lang)
    given = said if isinstance(said, list) else [said]
    numbers = [float(item) for item in given if isinstance(item, int | float) and not isinstance(item, bool)]
    if len(numbers) == len(given) and len(numbers) in {1, 2}:
        return Chance(low=numbers[0], high=numbers[-1])
    raise StudyError(f"{said!r} is no probability"[:200], do="write 0.8, [0.7, 0.9] or words in quotes")


class _Reading(Generic[Item]):
    """A file on its way into a ledger: steps, each with its place, that are then done together."""

    def __init__(self, ledger: Ledger[Item], store: Callable[[], Store], folder: Path, by: str) -> None:
        self._ledger = ledger
        self._articles = Articles(store)
        self._folder = folder
        self._by = by
        self._waiting: list[Step] = []
        self._steps: list[Step] = []
        self._doubts: list[str] = []

    def fetch(self, said: Sequence[Any]) -> None:
        """Look up at once all articles that a file names."""
        groups = [(*item.passages, *(item.resolved.sources if item.resolved else ())) for item in said]
        groups += [tuple(later.passages) for item in said for later in item.revised if hasattr(later, "passages")]
        if names := {one.doc for group in groups for one in group if one.doc}:
            self._articles.fetch(names)

    def item(self, said: Any, wording: Wording) -> None:
        """Add a step for the item itself: made, corrected, or as it was."""
        passages = self.passages(said.passages)
        fields = self._ledger.first_said(wording, None, passages)
        making = self._ledger.making(said.id, fields, passages)
        correcting = self._ledger.step(self._ledger.correcting(said.id, fields))

        def step(events: Sequence[Event]) -> Sequence[Draft]:
            if not any(event.item == said.id and event.action == "made" for event in events):
                return making(events)
            own: dict[str, Any] = {}
            for event in self._own(events, said.id, {"made", "edited"}):
                own |= event.said
            known = [own for event in events for own in passages_read(event.said)]
            new = [str(item) for item in passages if not any(item.overlaps(other) for other in known)]
            again = [
                Draft(item=known_item(said.id, events, self._ledger.kind), action="repeated", said={"passages": new})
            ]
            same = all(own.get(name) == value for name, value in fields.items())
            return [*([] if same else correcting(events)), *(again if new else [])]

        self._waiting.append(step)

    def once(self, act: Act[Item], *, last: bool = False) -> None:
        """Add a step that is left out where this person has said the same before: at any time, or last."""
        entering = self._ledger.step(act)

        def step(events: Sequence[Event]) -> Sequence[Draft]:
            before = self._own(events, act.item, {act.action})[-1 if last else 0 :]
            return [] if any(_same(act.said, event.said) for event in before) else entering(events)

        self._waiting.append(step)

    def _own(self, events: Sequence[Event], name: str, actions: set[str]) -> list[Event]:
        """Return what this person has entered about an item, also since it was merged into another."""
        names = {name, root(absorbed(events)[0], name)}
        return [event for event in events if event.by == self._by and event.item in names and event.action in actions]

    def ended(self, said: Any) -> None:
        """Add steps for what became of it."""
        if said.withdrawn:
            self.once(withdrawing(said.id, said.withdrawn.on, said.withdrawn.why), last=True)
        if said.resolved:
            found = said.resolved
            fields = {name: getattr(found, name) for name in ("outcome", "day", "searched", "why", "settles")}
            what = Found(cited=tuple(self._cited(item) for item in found.sources), **fields)
            rests = self._ledger.rests(what, self._articles)
            self._doubts += [f"{said.id}: {doubt}" for doubt in rests.doubts]
            self.once(self._ledger.resolving(said.id, what, rests), last=True)

    def passages(self, said: Sequence[Any]) -> tuple[Passage, ...]:
        """Look up where articles say something."""
        return tuple(self._articles.passage(item.doc, item.text) for item in said)

    def placed(self, place: Place) -> None:
        """Give the steps that wait the place of the item they are of."""
        self._steps += [_placed(step, place) for step in self._waiting]
        self._waiting = []

    def entered(self, items: int) -> LedgerRead:
        """Do all steps."""
        events = self._ledger.load(self._steps, by=self._by)
        return LedgerRead(items=items, events=events, doubts=tuple(self._doubts))

    def _cited(self, said: Any) -> Cited:
        given = [name for name in ("doc", "file", "text") if getattr(said, name)]
        if len(given) != 1:
            raise StudyError("a source is an article, a file or a text", do="give one of doc, file and text")
        if said.doc is None and said.retrieved is None:
            raise StudyError("nothing says when the copy of a source was made", do="add 'retrieved: DAY'")
        text = said.text or (read_copy(self._folder / said.file) if said.file else "")
        return Cited(
            doc=said.doc or "", text=text, url=said.url, title=said.title, agency=said.agency, retrieved=said.retrieved
        )


def read_copy(path: Path) -> str:
    """Read a copy of a source.

    Raises
    ------
    TenorError
        It is missing, too large, or not UTF-8.
    """
    place = Place(str(path))
    if not path.is_file():
        raise MissingInput("there is no such file", do="save a copy of the source as text", place=place)
    if (size := path.stat().st_size) > _LARGEST:
        raise StudyError(f"{size:,} bytes are too many", do="keep the part that matters", place=place)
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise StudyError("this is not UTF-8", do="save the copy as UTF-8 text", place=place) from error


def _placed(step: Step, place: Place) -> Step:
    def there(events: Sequence[Event]) -> Sequence[Draft]:
        with _at(place):
            return step(events)

    return there


def _same(one: Any, other: Any) -> bool:
    keys = ({*one, *other}) - _NOT_COMPARED
    return all(one.get(key) == other.get(key) for key in keys)
