"""Promises as a fold of their log: states, deadlines, revisions, and what may not be entered."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.coding.ledger import Days, Event, events_of
from tenor.coding.promises import (
    Promise,
    Resolution,
    check_promise,
    check_resolution,
    check_revision,
    promise_records,
    promises_of,
)
from tenor.corpus.human import Entry
from tenor.errors import StudyError, UnknownName
from tenor.model import Actor

MADE, DEADLINE = date(2025, 7, 14), date(2025, 9, 2)
LATER = date(2026, 1, 1)
TRUMP = Actor(id="trump", name="Donald Trump", kind="person", public_role="President")


def entry(number: int, item: str, action: str, by: str = "ann", /, **said: Any) -> Entry:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return Entry(
        id=number, at=at, coder=by, kind="promise", unit=item, variable=action, value=json.dumps(said), supersedes=None
    )


def made(number: int = 1, item: str = "P1", **more: Any) -> Entry:
    fields = {"holder": "trump", "what": "tariffs", "said": str(MADE), "deadline": [str(DEADLINE), str(DEADLINE)]}
    return entry(number, item, "made", **{**fields, **more})


def resolved(number: int, outcome: str, day: str, by: str = "ann", **more: Any) -> Entry:
    return entry(number, "P1", "resolved", by, outcome=outcome, day=day, **more)


def revised(number: int, on: str, *days: str) -> Entry:
    return entry(number, "P1", "revised", on=on, deadline=[days[0], days[-1]])


def one(*log: Entry, at: date = LATER) -> Promise:
    (found,) = promises_of(events_of(log), at)
    return found


# --- what it is worth -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ([], "in force"),
        ([revised(2, "2025-07-28", "2025-08-07", "2025-08-09")], "revised"),
        ([entry(2, "P1", "withdrawn", on="2025-08-01")], "withdrawn"),
        ([resolved(2, "kept", "2025-09-02")], "kept"),
        ([resolved(2, "kept", "2025-09-03")], "kept late"),
        ([resolved(2, "partly kept", "2025-09-10")], "partly kept"),
        ([resolved(2, "broken", "2025-09-10")], "broken"),
        ([resolved(2, "moot", "2025-08-10")], "moot"),
        ([resolved(2, "disputed", "2025-08-10")], "disputed"),
        # Two people: they agree, they do not, and one of them looked before it was kept.
        ([resolved(2, "broken", "2025-09-10"), resolved(3, "broken", "2025-10-10", "bea")], "broken"),
        ([resolved(2, "kept", "2025-09-01"), resolved(3, "broken", "2025-09-10", "bea")], "disputed"),
        ([resolved(2, "broken", "2025-09-10"), resolved(3, "kept", "2025-10-01", "bea")], "kept late"),
        # One person who changes their mind is not two.
        ([resolved(2, "broken", "2025-09-10"), resolved(3, "moot", "2025-09-12")], "moot"),
        # A third may settle it.
        (
            [
                resolved(2, "kept", "2025-09-01"),
                resolved(3, "broken", "2025-09-10", "bea"),
                resolved(4, "partly kept", "2025-09-12", "cem", settles=True),
            ],
            "partly kept",
        ),
        # What was withdrawn and done nevertheless was kept.
        ([entry(2, "P1", "withdrawn", on="2025-08-01"), resolved(3, "kept", "2025-08-20")], "kept"),
        # Undone, and the undoing undone.
        ([resolved(2, "kept", "2025-09-02"), entry(3, "P1", "undone", entry=2)], "in force"),
        (
            [resolved(2, "kept", "2025-09-02"), entry(3, "P1", "undone", entry=2), entry(4, "P1", "undone", entry=3)],
            "kept",
        ),
    ],
)
def test_the_state_follows_from_the_log(log: list[Entry], says: str) -> None:
    assert one(made(), *log).says == says


def test_a_revision_keeps_the_first_deadline_for_scoring() -> None:
    log = [made(), revised(2, "2025-07-28", "2025-08-07", "2025-08-09"), revised(3, "2025-07-29", "2025-08-08")]
    found = one(*log)
    assert (found.first, found.deadline) == (Days.on(DEADLINE), Days.on(date(2025, 8, 8)))
    assert found.revised_within == Days(first=date(2025, 8, 7), last=date(2025, 8, 9))
    # Moved forward, missed there, and done by the day that was named first: in time.
    assert one(*log, resolved(4, "kept", "2025-09-01")).says == "kept"
    # Moved back, and kept by then: late by the first deadline.
    moved = [made(), revised(2, "2025-08-30", "2025-12-31"), resolved(3, "kept", "2025-12-01")]
    assert one(*moved).says == "kept late"


@pytest.mark.parametrize(
    ("at", "timing", "state"),
    [
        (date(2025, 7, 14), "running", "in force"),
        (date(2025, 7, 27), "running", "in force"),
        (date(2025, 7, 28), "running", "revised"),
        (date(2025, 7, 31), "due", "revised"),
        (date(2025, 8, 9), "due", "revised"),
        (date(2025, 8, 12), "due", "revised"),
        (date(2025, 8, 13), "overdue", "revised"),
        (date(2025, 8, 20), "settled", "kept"),
    ],
)
def test_a_promise_as_it_stood_on_a_day(at: date, timing: str, state: str) -> None:
    log = [made(), revised(2, "2025-07-28", "2025-08-07", "2025-08-09"), resolved(3, "kept", "2025-08-20")]
    found = one(*log, at=at)
    assert (found.timing, found.state) == (timing, state)


def test_before_it_was_made_there_is_none() -> None:
    assert promises_of(events_of([made()]), MADE - timedelta(days=1)) == ()


def test_without_a_deadline_it_is_never_overdue() -> None:
    assert one(made(deadline=None)).timing == "no deadline"


# --- one out of many --------------------------------------------------------------------------------------


def test_what_was_said_twice_is_one_promise() -> None:
    again = made(2, "P2", said="2025-07-10", passages=["d2:body:5:40"])
    log = [made(passages=["d1:body:0:30"]), again, entry(3, "P2", "merged", into="P1")]
    found = one(*log)
    assert found.merged == ("P2",)
    assert found.said == date(2025, 7, 10), "it was said first when it was first said"
    assert [str(item) for item in found.passages] == ["d1:body:0:30", "d2:body:5:40"]
    assert one(*log, entry(4, "P2", "resolved", outcome="kept", day="2025-08-01")).state == "kept"
    assert len(promises_of(events_of([*log, entry(4, "P2", "undone", entry=3)]), LATER)) == 2


def test_a_later_promise_taken_in_is_a_revision() -> None:
    later = made(2, "P2", said="2025-07-28", deadline=["2025-08-07", "2025-08-09"], passages=["d2:title:0:9"])
    taken = entry(3, "P1", "revised", on="2025-07-28", deadline=["2025-08-07", "2025-08-09"], item="P2")
    (only,) = promises_of(events_of([made(), later, taken]), LATER)
    assert (only.id, only.said, only.state) == ("P1", MADE, "revised")
    assert [str(item) for item in only.revisions[0].passages] == ["d2:title:0:9"]


def test_a_circle_in_the_log_is_cut_and_said() -> None:
    # Nobody can enter this through tenor; two copies of a study that were put together might hold it.
    log = [
        made(),
        made(2, "P2"),
        made(3, "P3"),
        entry(4, "P2", "merged", into="P1"),
        entry(5, "P3", "merged", into="P2"),
        entry(6, "P1", "merged", into="P3"),
        entry(7, "P3", "revised", on="2025-07-20", deadline=["2025-08-01", "2025-08-01"], item="P1"),
    ]
    found = promises_of(events_of(log), LATER)
    assert [item.id for item in found] == ["P1"]
    assert set(found[0].merged) == {"P2", "P3"}
    assert found[0].notes == (
        "event 6 leads in a circle and does not count",
        "event 7 leads in a circle and does not count",
    )


def test_an_entry_that_is_no_event_is_named() -> None:
    broken = Entry(
        id=7, at=datetime.now(tz=UTC), coder="x", kind="promise", unit="P1", variable="made", value="{", supersedes=None
    )
    with pytest.raises(StudyError, match=r"entry 7 of human\.sqlite is no event"):
        events_of([broken])


# --- what may not be entered ------------------------------------------------------------------------------


def test_a_promise_that_can_not_be_one() -> None:
    with pytest.raises(StudyError, match="comes before the promise, which was made on 2025-07-14"):
        check_promise(MADE, Days.on(MADE - timedelta(days=1)), "tariffs", ())
    with pytest.raises(StudyError, match="nothing says what was promised"):
        check_promise(MADE, None, "", ())
    check_promise(MADE, Days.on(MADE), "tariffs", ())


def test_a_revision_that_can_not_be_one() -> None:
    with pytest.raises(StudyError, match="after this revision"):
        check_revision(one(made()), date(2025, 7, 13), Days.on(DEADLINE))
    with pytest.raises(StudyError, match="comes before 2025-07-28, when it was named"):
        check_revision(one(made()), date(2025, 7, 28), Days.on(date(2025, 7, 27)))


FINDING: dict[str, Any] = {"searched": "all papers, for the order", "why": "as reported"}


@pytest.mark.parametrize(
    ("promise", "found", "wrong"),
    [
        ({}, {"outcome": "broken", "day": date(2025, 9, 1)}, "P1 is not over"),
        ({}, {"outcome": "broken", "day": date(2025, 9, 5)}, r"3 days of grace.*looked up to 2025-09-05"),
        ({}, {"outcome": "partly kept", "day": date(2025, 9, 2)}, "P1 is not over"),
        ({}, {"outcome": "broken", "day": date(2025, 9, 6), "searched": ""}, "needs the trace of a search"),
        ({"deadline": None}, {"outcome": "broken", "day": LATER}, "has no deadline"),
        ({}, {"outcome": "kept", "day": date(2025, 7, 13)}, "P1 was made on 2025-07-14"),
        ({}, {"outcome": "moot", "day": DEADLINE, "why": ""}, "nothing says why P1 is moot"),
        ({}, {"outcome": "disputed", "day": DEADLINE, "why": ""}, "nothing says why"),
        ({"continuous": True}, {"outcome": "kept", "day": date(2025, 9, 1)}, "P1 is not over"),
        ({"continuous": True}, {"outcome": "broken", "day": date(2025, 8, 1)}, "no source tells of it"),
    ],
)
def test_a_resolution_for_which_it_is_too_early(promise: dict[str, Any], found: dict[str, Any], wrong: str) -> None:
    with pytest.raises(StudyError, match=wrong):
        check_resolution(one(made(**promise)), Resolution(**{**FINDING, **found}))


@pytest.mark.parametrize(
    ("promise", "found"),
    [
        ({}, {"outcome": "kept", "day": MADE}),
        ({}, {"outcome": "broken", "day": date(2025, 9, 6)}),
        ({"grace": 0}, {"outcome": "broken", "day": date(2025, 9, 3)}),
        ({"condition": "no deal"}, {"outcome": "moot", "day": date(2025, 8, 1), "why": "", "searched": ""}),
        ({"continuous": True}, {"outcome": "kept", "day": date(2025, 9, 6)}),
    ],
)
def test_a_resolution_that_may_be(promise: dict[str, Any], found: dict[str, Any]) -> None:
    check_resolution(one(made(**promise)), Resolution(**{**FINDING, **found}))


def test_a_revised_deadline_is_the_one_to_wait_for() -> None:
    moved = one(made(), revised(2, "2025-08-30", "2025-12-31"))
    with pytest.raises(StudyError, match="resolve it as broken after 2026-01-03"):
        check_resolution(moved, Resolution(outcome="broken", day=date(2025, 12, 1), **FINDING))


def test_what_was_withdrawn_in_time_was_not_broken() -> None:
    gone = one(made(), entry(2, "P1", "withdrawn", on="2025-08-01"))
    with pytest.raises(StudyError, match="was withdrawn on 2025-08-01"):
        check_resolution(gone, Resolution(outcome="broken", day=LATER, **FINDING))
    late = one(made(), entry(2, "P1", "withdrawn", on="2025-10-01"))
    assert "29 days after its deadline" in late.notes[0]
    check_resolution(late, Resolution(outcome="broken", day=LATER, **FINDING))


def test_an_unknown_outcome_is_offered_the_nearest() -> None:
    with pytest.raises(UnknownName, match="did you mean 'broken'"):
        check_resolution(one(made()), Resolution(outcome="brokn", day=LATER, **FINDING))  # type: ignore[arg-type]


# --- the record of a holder -------------------------------------------------------------------------------


def test_the_record_by_hand() -> None:
    # Two kept of four ended: Wilson (1927) gives .150 to .850.
    log = [made(number, f"P{number}") for number in range(1, 8)]
    ends = [("kept", "2025-09-01"), ("kept", "2025-12-01"), ("broken", "2025-12-01"), ("partly kept", "2025-12-01")]
    for number, (outcome, day) in enumerate([*ends, ("moot", "2025-08-01"), ("disputed", "2025-08-01")], 1):
        log.append(entry(10 + number, f"P{number}", "resolved", outcome=outcome, day=day))
    promises = promises_of(events_of(log), LATER)
    (record,) = promise_records(promises, [TRUMP])
    assert (record.made, record.open, record.overdue) == (7, 1, 1)
    assert (record.kept, record.kept_late, record.partly_kept, record.broken) == (1, 1, 1, 1)
    assert (record.moot, record.disputed, record.withdrawn) == (1, 1, 0)
    assert record.share == 0.5
    assert record.low == pytest.approx(0.150, abs=5e-4)
    assert record.high == pytest.approx(0.850, abs=5e-4)
    assert promise_records(promises, []) == (), "nobody without a public role is added up"


# --- whatever the log holds --------------------------------------------------------------------------------

days = st.dates(MADE, date(2025, 12, 31)).map(str)
names = st.sampled_from(["P1", "P2", "P3"])
first = st.fixed_dictionaries({"holder": st.just(""), "what": st.text(max_size=5), "said": days})
moved = days.map(lambda day: {"on": day, "deadline": [day, day]})
taken = st.tuples(days, names).map(lambda two: {"on": two[0], "deadline": [two[0]] * 2, "item": two[1]})
ended = st.fixed_dictionaries({"outcome": st.sampled_from(["kept", "broken", "moot"]), "day": days})
acts = st.one_of(
    st.tuples(names, st.just("made"), first),
    st.tuples(names, st.just("revised"), moved | taken),
    st.tuples(names, st.just("merged"), names.map(lambda name: {"into": name})),
    st.tuples(names, st.just("withdrawn"), days.map(lambda day: {"on": day})),
    st.tuples(names, st.just("resolved"), ended),
    st.tuples(names, st.just("undone"), st.integers(1, 12).map(lambda number: {"entry": number})),
)


def log_of(steps: list[tuple[str, str, dict[str, Any]]], by: list[str]) -> list[Entry]:
    return [entry(at, item, action, by[at % len(by)], **said) for at, (item, action, said) in enumerate(steps, 1)]


@given(st.lists(acts, max_size=14), st.lists(st.sampled_from(["ann", "bea"]), min_size=1, max_size=3))
def test_any_log_folds(steps: list[tuple[str, str, dict[str, Any]]], by: list[str]) -> None:
    events = events_of(log_of(steps, by))
    found = promises_of(events, LATER)
    assert promises_of(events, LATER) == found
    items = {event.item for event in events if event.action == "made"}
    ids = [item.id for item in found]
    assert len(ids) == len(set(ids))
    assert set(ids) | {name for item in found for name in item.merged} <= items
    for item in found:
        assert item.late <= (item.state == "kept")
        assert (item.timing == "settled") == (item.state not in {"in force", "revised"})


@given(st.lists(acts, max_size=12), st.integers(0, 11))
def test_undoing_is_as_if_it_had_never_been(steps: list[tuple[str, str, dict[str, Any]]], which: int) -> None:
    log = [item for item in log_of(steps, ["ann"]) if item.variable != "undone"]
    if not log:
        return
    gone = log[which % len(log)]
    without = events_of([item for item in log if item is not gone])
    undone = events_of([*log, entry(99, gone.unit, "undone", entry=gone.id)])
    assert promises_of(undone, LATER) == promises_of(without, LATER)


@given(st.lists(acts, max_size=12))
def test_what_concerns_one_item_does_not_touch_another(steps: list[tuple[str, str, dict[str, Any]]]) -> None:
    log = [item for item in log_of(steps, ["ann"]) if item.variable not in {"undone", "merged"}]
    log = [item for item in log if "item" not in json.loads(item.value)]
    events = events_of(log)
    alone: list[Event] = [event for event in events if event.item == "P1"]
    together = [item for item in promises_of(events, LATER) if item.id == "P1"]
    assert list(promises_of(alone, LATER)) == together
