"""The promises and the predictions of a study, and what can be done with each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import Any

from tenor.coding.evidence import Rests
from tenor.coding.keeping import Act, Entered, Found, Ledger, Wording
from tenor.coding.ledger import (
    Days,
    Draft,
    Event,
    Passage,
    days_read,
    days_said,
    item_id,
    line,
    past_day,
    scorable,
    today,
)
from tenor.coding.predictions import KIND as PREDICTION
from tenor.coding.predictions import (
    Chance,
    Prediction,
    PredictionRecord,
    Verified,
    chance_said,
    check_prediction,
    check_verified,
    prediction_records,
    predictions_of,
)
from tenor.coding.promises import KIND as PROMISE
from tenor.coding.promises import (
    Promise,
    PromiseRecord,
    Resolution,
    check_promise,
    check_resolution,
    check_revision,
    promise_records,
    promises_of,
)
from tenor.coding.proposals import Proposal, named
from tenor.coding.verbal_probabilities import verbal_tables
from tenor.errors import StudyError


def _only(wording: Wording, allowed: Sequence[str], what: str) -> None:
    for item in fields(Wording):
        if item.name not in allowed and getattr(wording, item.name) is not None:
            raise StudyError(f"a {what} has no '{item.name}'", do=f"it has {', '.join(allowed)}")


_SHARED = ("id", "holder", "what", "said", "days", "condition", "grace")


class Promises(Ledger[Promise]):
    """The promises of a study: proposed by rules, confirmed by people, kept until time has told.

    Examples
    --------
    >>> from tenor.study import Study
    >>> from tenor.testing import example_folder
    >>> Study.open(example_folder("istanbul")).promises.at()
    ()
    """

    kind = PROMISE
    prefix = "P"
    __slots__ = ()

    def revise(
        self,
        name: str,
        on: date,
        deadline: Days | None,
        *,
        words: str = "",
        statements: Sequence[str] = (),
        by: str = "",
    ) -> Entered[Promise]:
        """Say that its holder named another deadline later; the first one stays, and is what it is scored by.

        Parameters
        ----------
        name
            The promise.
        on
            When the new deadline was named.
        deadline
            The new one; None takes it from the statement.
        words
            How it was put.
        statements
            Proposed ones that say it.
        """
        found = named(self.proposed(), statements, self.kind) if statements else ()
        new = deadline or next((Days.on(item.last) for item in found if item.last), None)
        passages = tuple(passage for item in found for passage in item.passages)
        return self.act(self.revising(name, on, new, words, passages), by=by)

    def revising(
        self, name: str, on: date, deadline: Days | None, words: str = "", passages: Sequence[Passage] = ()
    ) -> Act[Promise]:
        """Return what revises a promise."""
        if deadline is None:
            raise StudyError("nothing says which deadline is the new one", do="give it, as in --deadline 2025-08-08")
        said = {
            "on": past_day(on, "the day of this revision", today()).isoformat(),
            "deadline": days_said(deadline),
            "words": line(words, "the words of a deadline"),
            "passages": [str(item) for item in passages],
        }

        return Act(item=name, action="revised", said=said, check=lambda item: check_revision(item, on, deadline))

    def take_in(self, name: str, later: str, *, by: str = "") -> Entered[Promise]:
        """Say that a later promise of the ledger is a revision of an earlier one.

        Raises
        ------
        StudyError
            One is a revision of the other already, or the later one comes first or names no deadline.
        """

        def step(events: Sequence[Event]) -> list[Draft]:
            one, other = (self.item(events, item) for item in (name, later))
            if one.id == other.id:
                do = "`undo` takes a revision or a merging back"
                raise StudyError(f"{name} and {later} are one promise already: they can't revise each other", do=do)
            if other.deadline is None:
                raise StudyError(f"{other.id} names no deadline", do="`edit` gives it one, or withdraw the earlier one")
            check_revision(one, other.said, other.deadline)
            said = {"on": other.said.isoformat(), "deadline": days_said(other.deadline), "item": other.id}
            return [Draft(item=one.id, action="revised", said=said)]

        return self._entered(self._do(by, [step]))

    def score(self, day: date | None = None) -> tuple[PromiseRecord, ...]:
        """Add up what became of the promises of each actor of the study that has a public role."""
        return promise_records(self.at(day), scorable(self._plan))

    def _fold(self, events: Sequence[Event], at: date) -> tuple[Promise, ...]:
        return promises_of(events, at)

    def check_found(self, item: Promise, found: Found, rests: Rests) -> None:
        """Refuse a resolution that can't be."""
        check_resolution(item, Resolution(**_resolution(found, rests)))

    def check_said(self, said: Mapping[str, Any], passages: Sequence[Passage]) -> None:
        """Refuse a wording that can't be."""
        check_promise(date.fromisoformat(said["said"]), days_read(said.get("deadline")), said["what"], passages)

    def said(self, wording: Wording) -> dict[str, Any]:
        """Return what a wording says, as an event holds it."""
        _only(wording, (*_SHARED, "continuous", "words"), "promise")
        said = self.common(wording)
        said |= {"deadline": days_said(wording.days)} if wording.days else {}
        said |= {"continuous": wording.continuous} if wording.continuous is not None else {}
        return {**said, **({"words": line(wording.words, "the words of a deadline")} if wording.words else {})}

    def as_said(self, item: Promise) -> dict[str, Any]:
        """Return how an item was made, as an event holds it."""
        return {"said": item.said.isoformat(), "deadline": days_said(item.first), "what": item.what}

    def from_statement(self, found: Proposal) -> dict[str, Any]:
        """Return what a statement says, as an event holds it."""
        deadline = days_said(Days.on(found.last)) if found.last else None
        return {"holder": found.holder, "said": _iso(found.day), "deadline": deadline}


class Predictions(Ledger[Prediction]):
    """The predictions of a study: proposed by rules, confirmed by people, kept until time has told.

    Examples
    --------
    >>> from tenor.study import Study
    >>> from tenor.testing import example_folder
    >>> Study.open(example_folder("istanbul")).predictions.at()
    ()
    """

    kind = PREDICTION
    prefix = "F"
    __slots__ = ()

    def revise(
        self, name: str, on: date, window: Days | None, *, chance: Chance | None = None, by: str = ""
    ) -> Entered[Prediction]:
        """Say that its holder put it otherwise later; it is scored by what was said first."""
        return self.act(self.revising(name, on, window, chance), by=by)

    def revising(self, name: str, on: date, window: Days | None, chance: Chance | None) -> Act[Prediction]:
        """Return what revises a prediction."""
        if window is None and chance is None:
            raise StudyError("nothing is revised", do="give other days, or another probability")
        said: dict[str, Any] = {"on": past_day(on, "the day of this revision", today()).isoformat()}
        said |= {"window": days_said(window)} if window else {}
        said |= {"chance": chance_said(chance)} if chance else {}

        def check(item: Prediction) -> None:
            if on < item.said or (window and window.last < on):
                what = f"{item.id} was made on {item.said}, revised on {on} and speaks of {window or item.window}"
                raise StudyError(f"{what}: these can't follow each other", do="check the days")

        return Act(item=name, action="revised", said=said, check=check)

    def score(self, day: date | None = None) -> tuple[PredictionRecord, ...]:
        """Score the predictions of each actor of the study that has a public role."""
        return prediction_records(self.at(day), scorable(self._plan), verbal_tables(self.folder))

    def _fold(self, events: Sequence[Event], at: date) -> tuple[Prediction, ...]:
        return predictions_of(events, at)

    def check_found(self, item: Prediction, found: Found, rests: Rests) -> None:
        """Refuse a resolution that can't be."""
        check_verified(item, Verified(**_resolution(found, rests)))

    def check_said(self, said: Mapping[str, Any], passages: Sequence[Passage]) -> None:
        """Refuse a wording that can't be."""
        check_prediction(date.fromisoformat(said["said"]), days_read(said.get("window")), said["what"], passages)
        if said.get("absent") and not said["what"]:
            do = "say with --what what is not going to happen"
            raise StudyError("a prediction that something won't happen does not name it", do=do)

    def said(self, wording: Wording) -> dict[str, Any]:
        """Return what a wording says, as an event holds it."""
        _only(wording, (*_SHARED, "chance", "absent", "event"), "prediction")
        said = self.common(wording)
        said |= {"window": days_said(wording.days)} if wording.days else {}
        said |= {"chance": chance_said(wording.chance)} if wording.chance else {}
        said |= {"absent": wording.absent} if wording.absent is not None else {}
        return {**said, **({"event": item_id(wording.event)} if wording.event else {})}

    def as_said(self, item: Prediction) -> dict[str, Any]:
        """Return how an item was made, as an event holds it."""
        return {
            "said": item.said.isoformat(),
            "window": days_said(item.window),
            "what": item.what,
            "absent": item.absent,
        }

    def first_said(self, wording: Wording, found: Proposal | None, passages: Sequence[Passage]) -> dict[str, Any]:
        """Return what a prediction says when it is made; words of probability are in the language of the article."""
        if found and wording.chance and wording.chance.words and not wording.chance.lang:
            wording = replace(wording, chance=replace(wording.chance, lang=found.lang))
        return super().first_said(wording, found, passages)

    def from_statement(self, found: Proposal) -> dict[str, Any]:
        """Return what a statement says, as an event holds it."""
        first = found.first or found.day
        window = days_said(Days(first=min(first, found.last), last=found.last)) if first and found.last else None
        return {"holder": found.holder, "said": _iso(found.day), "window": window}


def _resolution(found: Found, rests: Rests) -> dict[str, Any]:
    return {
        "outcome": found.outcome,
        "day": past_day(found.day or today(), "the day of this outcome", today()),
        "searched": found.searched.strip(),
        "why": found.why.strip(),
        "sources": rests.sources,
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
