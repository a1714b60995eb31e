"""Predictions as a fold of their log, their words as many numbers, and the scores of those who made them."""

from __future__ import annotations

import json
import statistics
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.coding.ledger import events_of
from tenor.coding.predictions import (
    Chance,
    Prediction,
    Verified,
    check_prediction,
    check_verified,
    prediction_records,
    predictions_of,
)
from tenor.coding.verbal_probabilities import VerbalTable, read_table, verbal_tables
from tenor.corpus.human import Entry
from tenor.errors import SourceError, StudyError, UnknownName
from tenor.model import Actor

SAID, FIRST, LAST = date(2025, 3, 17), date(2025, 4, 1), date(2025, 6, 20)
LATER = date(2026, 1, 1)
CASTELL = Actor(id="castell", name="Noor Castell", kind="person", public_role="director of an institute")
TABLES = verbal_tables()
# As published for this poll (46 answers).
MEDIANS = {
    "almost certainly": 95,
    "highly likely": 90,
    "very good chance": 80,
    "probable": 70,
    "likely": 70,
    "probably": 75,
    "we believe": 70,
    "better than even": 60,
    "about even": 50,
    "we doubt": 25,
    "improbable": 15,
    "unlikely": 20,
    "probably not": 26.5,
    "little chance": 15,
    "almost no chance": 2,
    "highly unlikely": 5,
    "chances are slight": 10,
}


def entry(number: int, item: str, action: str, by: str = "ann", /, **said: Any) -> Entry:
    at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number)
    return Entry(
        id=number,
        at=at,
        coder=by,
        kind="prediction",
        unit=item,
        variable=action,
        value=json.dumps(said),
        supersedes=None,
    )


def made(number: int = 1, item: str = "F1", /, **more: Any) -> Entry:
    fields = {"holder": "castell", "what": "an accord", "said": str(SAID), "window": [str(FIRST), str(LAST)]}
    return entry(number, item, "made", **{**fields, **more})


def resolved(number: int, outcome: str, by: str = "ann", item: str = "F1", **more: Any) -> Entry:
    return entry(number, item, "resolved", by, outcome=outcome, day="2025-09-01", **more)


def one(*log: Entry, at: date = LATER) -> Prediction:
    (found,) = predictions_of(events_of(log), at)
    return found


def p(low: float, high: float | None = None, words: str = "") -> dict[str, Any]:
    return {"low": low, "high": low if high is None else high, "words": words, "lang": "en"}


def words(said: str, lang: str = "en") -> dict[str, Any]:
    return {"low": None, "high": None, "words": said, "lang": lang}


# --- states -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "outcome", "says"),
    [
        ({}, "happened", "happened: right"),
        ({}, "did not happen", "did not happen: wrong"),
        ({"absent": True}, "did not happen", "did not happen: right"),
        ({"absent": True}, "happened", "happened: wrong"),
        ({"chance": p(0.8)}, "happened", "happened: right"),
        ({"chance": p(0.2)}, "happened", "happened: wrong"),
        ({"chance": p(0.2), "absent": True}, "happened", "happened: right"),
        # As likely as not, and words, can be neither right nor wrong.
        ({"chance": p(0.5)}, "happened", "happened"),
        ({"chance": p(0.4, 0.6)}, "happened", "happened"),
        ({"chance": words("likely")}, "happened", "happened"),
        ({}, "void", "void"),
        ({}, "disputed", "disputed"),
        ({}, "unscorable as worded", "unscorable as worded"),
    ],
)
def test_what_came_and_whether_it_was_said(how: dict[str, Any], outcome: str, says: str) -> None:
    assert one(made(**how), resolved(2, outcome)).says == says


def test_two_who_differ_make_a_dispute_and_a_third_settles_it() -> None:
    log = [made(), resolved(2, "happened"), resolved(3, "did not happen", "bea")]
    found = one(*log)
    assert (found.state, found.right, found.outcome) == ("disputed", None, None)
    assert found.notes == ("not everybody says the same (ann: happened; bea: did not happen)",)
    assert one(*log, resolved(4, "happened", "cem", settles=True)).says == "happened: right"


def test_it_is_scored_by_what_was_said_first() -> None:
    log = [
        made(chance=p(0.9)),
        entry(2, "F1", "revised", on="2025-06-01", chance=p(0.2)),
        entry(3, "F1", "revised", on="2025-06-10", window=["2025-06-10", "2025-07-01"]),
        resolved(4, "did not happen"),
    ]
    found = one(*log)
    assert (found.chance.low, found.right) == (0.9, False)
    assert [(item.chance.low, item.window and str(item.window.last)) for item in found.reworded] == [
        (0.2, "2025-06-20"),
        (0.2, "2025-07-01"),
    ]
    (record,) = prediction_records([found], [CASTELL], TABLES)
    assert dict(record.scores)["as given"].brier == pytest.approx(0.81)


def test_as_it_stood_on_a_day() -> None:
    log = [made(), entry(2, "F1", "withdrawn", on="2025-05-01"), resolved(3, "void")]
    assert [one(*log, at=day).state for day in (SAID, date(2025, 5, 1), date(2025, 9, 1))] == [
        "open",
        "withdrawn",
        "void",
    ]
    timings = [one(made(), at=day).timing for day in (SAID, date(2025, 6, 13), date(2025, 6, 23), date(2025, 6, 24))]
    assert timings == ["running", "due", "due", "overdue"]
    assert one(made(window=None)).timing == "no deadline"


# --- what may not be entered --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "found", "wrong"),
    [
        ({}, {"outcome": "did not happen", "day": date(2025, 6, 23)}, "F1 is not over"),
        ({}, {"outcome": "did not happen", "day": LATER, "searched": ""}, "needs the trace of a search"),
        ({}, {"outcome": "happened", "day": date(2025, 6, 21)}, "speaks of 2025-04-01 to 2025-06-20"),
        ({}, {"outcome": "happened", "day": date(2025, 3, 20)}, "this happened on 2025-03-20"),
        ({"window": None}, {"outcome": "happened", "day": LATER}, "could only ever come true"),
        ({}, {"outcome": "void", "day": LATER, "why": ""}, "nothing says why F1 is void"),
        ({}, {"outcome": "happened", "day": date(2025, 3, 1)}, "was made on 2025-03-17"),
    ],
)
def test_a_resolution_that_can_not_be(how: dict[str, Any], found: dict[str, Any], wrong: str) -> None:
    full: dict[str, Any] = {"searched": "all papers", "why": "it is so", **found}
    with pytest.raises(StudyError, match=wrong):
        check_verified(one(made(**how)), Verified(**full))


def test_a_resolution_that_may_be() -> None:
    check_verified(one(made()), Verified(outcome="happened", day=LAST))
    check_verified(one(made()), Verified(outcome="did not happen", day=date(2025, 6, 24), searched="all"))
    check_verified(one(made(condition="a deal")), Verified(outcome="void", day=SAID))
    with pytest.raises(UnknownName, match="did you mean 'happened'"):
        check_verified(one(made()), Verified(outcome="hapened", day=LAST))  # type: ignore[arg-type]


def test_a_prediction_of_days_that_have_passed_is_none() -> None:
    window = one(made()).window
    with pytest.raises(StudyError, match="were over when it was made"):
        check_prediction(date(2025, 6, 21), window, "an accord", ())
    check_prediction(date(2025, 6, 20), window, "an accord", ())


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(-0.1, 0.2, ""), (0.2, 1.2, ""), (0.8, 0.2, ""), (float("nan"), 0.5, ""), (0.5, None, ""), (0.5, 0.5, "likely")],
)
def test_what_is_no_probability(low: float, high: float | None, said: str) -> None:
    with pytest.raises(StudyError):
        Chance(low=low, high=high, words=said)


# --- words of probability -----------------------------------------------------------------------------------


def test_the_poll_has_the_medians_that_were_published() -> None:
    table = TABLES[0]
    assert table.name == "perceptions"
    for said, median in MEDIANS.items():
        points = table.of(said)
        assert points is not None
        assert len(points) == 46
        assert 100 * statistics.median(points) == pytest.approx(median)


def test_words_are_scored_as_all_that_they_may_mean() -> None:
    # ICD 203: likely is 55 to 80. If it comes, the mean of (1 - p)^2 over 55, 56, ... 80 per cent.
    found = one(made(chance=words("likely")), resolved(2, "happened"))
    (record,) = prediction_records([found], [CASTELL], TABLES)
    scores = dict(record.scores)
    assert scores["ICD 203"].brier == pytest.approx(sum((1 - x / 100) ** 2 for x in range(55, 81)) / 26)
    answers = TABLES[0].of("likely")
    assert answers is not None
    assert scores["perceptions"].brier == pytest.approx(statistics.fmean((1 - x) ** 2 for x in answers))
    assert record.across is not None
    assert (record.across.low, record.across.high) == (
        min(item.brier for item in scores.values()),
        max(item.brier for item in scores.values()),
    )
    assert (record.right, record.wrong, record.resolved) == (0, 0, 1)


def test_what_was_foretold_not_to_come_is_turned_round() -> None:
    # "Probably no accord", and there was none: as good as "probably an accord" where there was one.
    not_to = one(made(chance=words("probably"), absent=True), resolved(2, "did not happen"))
    to = one(made(chance=words("probably")), resolved(2, "happened"))
    turned, plain = (prediction_records([item], [CASTELL], TABLES)[0] for item in (not_to, to))
    assert dict(turned.scores)["perceptions"].brier == pytest.approx(dict(plain.scores)["perceptions"].brier)


def test_words_of_another_language_and_unknown_ones_are_unmapped() -> None:
    log = [
        made(chance=words("вероятно", "ru")),
        resolved(2, "happened"),
        made(3, "F2", chance=words("perhaps")),
        resolved(4, "happened", item="F2"),
        made(5, "F3"),
        resolved(6, "happened", item="F3"),
    ]
    (record,) = prediction_records(predictions_of(events_of(log), LATER), [CASTELL], TABLES)
    assert record.scores == ()
    assert record.across is None
    assert record.unmapped == (("as given", 3),)
    assert (record.resolved, record.right) == (3, 1)


def test_a_study_may_bring_tables(tmp_path: Path) -> None:
    (tmp_path / "verbal").mkdir()
    path = tmp_path / "verbal" / "ru.poll.csv"
    path.write_text("# a poll\nвероятно|скорее всего,едва ли\n80,10\n70,\n", encoding="utf-8")
    tables = verbal_tables(tmp_path)
    assert [(table.lang, table.name) for table in tables] == [("ru", "poll"), ("en", "perceptions"), ("en", "ICD 203")]
    assert Chance(words="Скорее  всего", lang="ru").points(tables) == {"poll": (0.8, 0.7)}
    assert tables[0].of("едва ли") == (0.1,)
    (tmp_path / "verbal" / "en.perceptions.csv").write_text("likely\n99\n", encoding="utf-8")
    assert verbal_tables(tmp_path)[0].of("likely") == (0.99,), "a table of one's own takes the place of ours"


@pytest.mark.parametrize(
    ("name", "content", "wrong"),
    [
        ("poll.csv", b"likely\n70\n", "does not say its language"),
        ("en.poll.csv", b"likely\n", "has no answers"),
        ("en.poll.csv", b"likely\n170\n", "170 is not between 0 and 100"),
        ("en.poll.csv", b"likely\nnan\n", "nan is not between"),
        ("en.poll.csv", b"likely\nmuch\n", r"en\.poll\.csv:2: 'much' is no number"),
        ("en.poll.csv", b"likely,unlikely\n70\n", "1 cells, the first one 2"),
        ("en.poll.csv", b"\xff\xfe", "not UTF-8"),
        ("en.poll.csv", b"likely\n" + b"7" * 1_000_001, "too many for this table"),
        ("en.poll.csv", b"likely\n" + b"7" * 200_000, "no row of a table|is not between 0 and 100"),
    ],
)
def test_what_is_no_table(tmp_path: Path, name: str, content: bytes, wrong: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=wrong):
        read_table(tmp_path / name)


# --- the record of a holder ---------------------------------------------------------------------------------


def many(number: int, right: int, chance: dict[str, Any], **more: Any) -> list[Prediction]:
    log = []
    for at in range(number):
        log.append(made(2 * at + 1, f"F{at}", chance=chance, **more))
        log.append(resolved(2 * at + 2, "happened" if at < right else "did not happen", item=f"F{at}"))
    return list(predictions_of(events_of(log), LATER))


def test_shares_count_events_and_not_predictions() -> None:
    alone, crowd = many(8, 6, p(0.8)), many(8, 6, p(0.8), event="accord")
    (one_each,), (together,) = (prediction_records(item, [CASTELL], TABLES) for item in (alone, crowd))
    assert (one_each.share, together.share) == (0.75, 0.75)
    # Wilson (1927) for 6 of 8, and for three quarters of one.
    assert one_each.low == pytest.approx(0.409, abs=1e-3)
    assert together.low is not None
    assert together.low < 0.15
    assert dict(together.scores)["as given"].low is None


def test_a_verdict_that_hangs_on_the_table_is_none() -> None:
    optimist = VerbalTable("optimist", "en", {"likely": (0.9,)})
    pessimist = VerbalTable("pessimist", "en", {"likely": (0.1,)})
    found = many(20, 19, words("likely"))
    (alone,) = prediction_records(found, [CASTELL], [pessimist])
    assert alone.across is not None
    assert alone.across.skill == "worse than the base rate"
    (both,) = prediction_records(found, [CASTELL], [optimist, pessimist])
    assert both.across is not None
    assert both.across.skill == "no verdict"
    assert both.curve.bins == ()


def test_what_is_not_resolved_is_counted_and_scored_nowhere() -> None:
    log = [made(number, f"F{number}", chance=p(0.7)) for number in range(1, 6)]
    outcomes = ["void", "disputed", "unscorable as worded"]
    log += [resolved(10 + at, outcome, item=f"F{at + 1}") for at, outcome in enumerate(outcomes)]
    log.append(entry(20, "F4", "withdrawn", on="2025-04-01"))
    (record,) = prediction_records(predictions_of(events_of(log), LATER), [CASTELL], TABLES)
    assert (record.made, record.void, record.disputed, record.unscorable, record.withdrawn) == (5, 1, 1, 1, 1)
    assert (record.open, record.overdue, record.resolved, record.scores) == (1, 1, 0, ())
    assert prediction_records([one(made())], [], TABLES) == ()


@given(st.floats(0, 1), st.floats(0, 1), st.booleans(), st.booleans())
def test_any_chance_scores_between_zero_and_one(one_end: float, other: float, absent: bool, came: bool) -> None:
    chance = p(min(one_end, other), max(one_end, other))
    found = one(made(chance=chance, absent=absent), resolved(2, "happened" if came else "did not happen"))
    (record,) = prediction_records([found], [CASTELL], TABLES)
    (scored,) = [score for _, score in record.scores]
    assert 0 <= scored.brier <= 1
    middle = (one_end + other) / 2
    target = float(came != absent)
    assert scored.brier >= (middle - target) ** 2 - 1e-9


# --- whatever the log holds ----------------------------------------------------------------------------------

days = st.dates(SAID, date(2025, 12, 31)).map(str)
names = st.sampled_from(["F1", "F2", "F3"])
windows = st.none() | st.tuples(days, days).map(sorted)
numbers: st.SearchStrategy[dict[str, Any]] = (
    st.floats(0, 1).map(p) | st.sampled_from(["likely", "perhaps"]).map(words) | st.just({})
)
first = st.fixed_dictionaries(
    {"holder": st.just(""), "what": st.text(max_size=5), "said": days, "window": windows, "chance": numbers}
)
outcomes = st.sampled_from(["happened", "did not happen", "void", "disputed", "unscorable as worded"])
acts = st.one_of(
    st.tuples(names, st.just("made"), first),
    st.tuples(names, st.just("revised"), st.fixed_dictionaries({"on": days, "window": windows})),
    st.tuples(names, st.just("merged"), names.map(lambda name: {"into": name})),
    st.tuples(names, st.just("withdrawn"), days.map(lambda day: {"on": day})),
    st.tuples(names, st.just("resolved"), st.fixed_dictionaries({"outcome": outcomes, "day": days})),
    st.tuples(names, st.just("undone"), st.integers(1, 12).map(lambda number: {"entry": number})),
)


@given(st.lists(acts, max_size=14), st.lists(st.sampled_from(["ann", "bea"]), min_size=1, max_size=3))
def test_any_log_folds_and_scores(steps: list[tuple[str, str, dict[str, Any]]], by: list[str]) -> None:
    log = [entry(at, item, action, by[at % len(by)], **said) for at, (item, action, said) in enumerate(steps, 1)]
    found = predictions_of(events_of(log), LATER)
    nobody = Actor(id="", name="x", kind="person", public_role="x")
    for record in prediction_records(found, [nobody], TABLES):
        ended = record.withdrawn + record.void + record.disputed + record.unscorable + record.resolved
        assert record.made == len(found) == ended + record.open
        assert record.right + record.wrong <= record.resolved
        assert all(0 <= scored.brier <= 1 for _, scored in record.scores)
    for item in found:
        assert (item.timing == "settled") == (item.state != "open")


def test_no_prediction_speaks_of_days_before_it_was_made() -> None:
    found = one(made(window=["1900-01-01", str(LAST)]))
    assert str(found.window) == f"{SAID} to {LAST}"
