"""Which outlet was observed on which day: real archives with known holes, declarations, impossible dates."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.corpus.completeness import checked, disagreements, faults, impossible_dates
from tenor.corpus.samples import Fault
from tenor.errors import StudyError
from tenor.model import Declared, Stretch
from tenor.tables import COMPLETENESS

FIRST = date(2024, 1, 1)
SPAN = Stretch(start=FIRST, stop=FIRST + timedelta(days=300))


def flows(counts: Mapping[str, Sequence[int]]) -> pa.Table:
    """Rows of the days with at least one piece."""
    rows = [
        {"outlet": outlet, "day": FIRST + timedelta(days=at), "pieces": int(pieces)}
        for outlet, row in counts.items()
        for at, pieces in enumerate(row)
        if pieces
    ]
    schema = pa.schema([("outlet", pa.string()), ("day", pa.date32()), ("pieces", pa.int64())])
    return pa.Table.from_pylist(rows, schema)


def day_of(text: str | None) -> date | None:
    """Return the day of a date in the corpus; some are no dates."""
    try:
        return date.fromisoformat((text or "")[:10])
    except ValueError:
        return None


def corpus_flows(folder: Path) -> pa.Table:
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    counts = Counter((row["source"], day) for row in rows if (day := day_of(row["date"])))
    outlets, days = zip(*counts, strict=True)
    return pa.table({"outlet": list(outlets), "day": list(days), "pieces": list(counts.values())})


def declare(outlet: str, first: int, stop: int, *, observed: bool, why: str = "") -> Declared:
    stretch = Stretch(start=FIRST + timedelta(days=first), stop=FIRST + timedelta(days=stop))
    return Declared(outlet=outlet, stretch=stretch, observed=observed, why=why)


def unobserved(table: pa.Table, outlet: str, first: date, stop: date) -> int:
    return sum(
        row["outlet"] == outlet and first <= row["day"] < stop and not row["observed"] for row in table.to_pylist()
    )


def kinds(found: list[tuple[str, Fault]], outlet: str) -> list[tuple[str, date, date]]:
    return [(fault.kind, fault.start, fault.stop) for name, fault in found if name == outlet]


MEDIA = Stretch(start=date(2022, 1, 1), stop=date(2026, 3, 15))


# The planted truth is the archive's own README and its counts by hand: 15 headlines of 1TV on 1,450
# days; RT's last day before the new year 2025-07-13; TASS 61 and 39 on 5 and 6 June 2025, then
# none until 22 October. The Telegram channels of two ministries have pieces on all days but a few.
def test_the_archive_of_state_media(tenor_data: Path) -> None:
    table = corpus_flows(tenor_data / "ru_state_media")
    found = faults(table, MEDIA)
    sample, *others = kinds(found, "1tv.ru")
    assert sample == ("constant sample", date(2022, 1, 1), date(2026, 3, 5))
    assert others[-1] == ("stopped", date(2026, 3, 5), MEDIA.stop)
    assert ("gap", date(2025, 7, 14), date(2026, 1, 1)) in kinds(found, "rt.com")
    assert ("level break", date(2022, 1, 1), date(2025, 1, 1)) in kinds(found, "rt.com")
    assert ("late start", date(2022, 1, 1), date(2025, 10, 22)) in kinds(found, "tass.com")
    assert kinds(found, "mod-telegram") == [("late start", date(2022, 1, 1), date(2025, 1, 17))]
    assert kinds(found, "mfa-telegram") == [("stopped", date(2026, 3, 11), MEDIA.stop)]


def test_who_was_observed_in_the_summer_of_the_talks(tenor_data: Path) -> None:
    table = checked(corpus_flows(tenor_data / "ru_state_media"), MEDIA, [])
    first, stop = date(2025, 3, 1), date(2025, 9, 1)
    missing = {name: unobserved(table, name, first, stop) for name in ("mfa-telegram", "mod-telegram", "rt.com")}
    assert missing == {"mfa-telegram": 0, "mod-telegram": 0, "rt.com": 49}  # 14 July to 31 August
    assert unobserved(table, "1tv.ru", first, stop) == unobserved(table, "tass.com", first, stop) == 184


@pytest.mark.parametrize(("first", "last"), [(date(2025, 4, 1), date(2025, 8, 31)), (date(2025, 5, 1), MEDIA.stop)])
def test_a_shorter_study_sees_the_same(tenor_data: Path, first: date, last: date) -> None:
    found = faults(corpus_flows(tenor_data / "ru_state_media"), Stretch(start=first, stop=last))
    assert kinds(found, "1tv.ru")[0][0] == "constant sample"
    assert {"stopped", "gap"} & {kind for kind, start, _ in kinds(found, "rt.com") if start == date(2025, 7, 14)}
    assert not [kind for kind, *_ in kinds(found, "mod-telegram")]


def test_nine_british_papers_lack_one_weekend(tenor_data: Path) -> None:
    table = corpus_flows(tenor_data / "uk_immigration_news")
    found = faults(table, Stretch(start=date(2014, 2, 22), stop=date(2014, 5, 24)))
    assert {(fault.kind, fault.start, fault.stop) for _, fault in found} == {
        ("gap", date(2014, 4, 12), date(2014, 4, 14))
    }
    assert len(found) == 9
    assert found[0][1].why.startswith("all 9 outlets together: no piece from 2014-04-12 to 2014-04-13")


# The texts about Asia Bibi burst on 31 October 2018, fade within six weeks and end in December.
def test_an_event_that_is_over_leaves_no_gap(tenor_data: Path) -> None:
    table = corpus_flows(tenor_data / "bsnlp_news")
    found = faults(table, Stretch(start=date(2018, 1, 1), stop=date(2019, 1, 1)))
    assert not [fault for _, fault in found if fault.start >= date(2018, 10, 31)]


def test_the_grid_is_whole() -> None:
    table = checked(flows({"b": [0, 2], "a": [1, 0, 3]}), Stretch(start=FIRST, stop=FIRST + timedelta(days=3)), [])
    assert table.schema == COMPLETENESS
    assert table["outlet"].to_pylist() == ["a"] * 3 + ["b"] * 3
    assert table["pieces"].to_pylist() == [1, 0, 3, 0, 2, 0]
    assert table["observed"].to_pylist() == [True] * 6
    assert set(table["why"].to_pylist()) == {""}


def test_rows_outside_the_span_and_rows_of_the_same_day() -> None:
    rows = pa.concat_tables([flows({"a": [1, 2, 3]}), flows({"a": [10]})])
    table = checked(rows, Stretch(start=FIRST, stop=FIRST + timedelta(days=2)), [])
    assert table["pieces"].to_pylist() == [11, 2]


def test_nothing_and_no_day() -> None:
    assert checked(flows({}), SPAN, []).num_rows == 0
    assert checked(flows({"a": [1]}), Stretch(start=FIRST, stop=FIRST), []).num_rows == 0
    assert faults(flows({}), SPAN) == []
    assert disagreements(checked(flows({}), SPAN, [])) == ()


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(StudyError, match="fewer than 0"):
        checked(flows({"a": [-1]}), SPAN, [])


def ordinary(seed: int, rate: float) -> list[int]:
    return [int(count) for count in np.random.default_rng(seed).poisson(rate, SPAN.days)]


def test_what_is_declared_unobserved_is_unobserved_for_the_reason_given() -> None:
    table = checked(flows({"a": ordinary(1, 9)}), SPAN, [declare("a", 5, 8, observed=False, why="a strike")])
    rows = table.to_pylist()
    assert [row["why"] for row in rows if not row["observed"]] == ["a strike"] * 3
    assert {row["declared"] for row in rows[5:8]} == {"unobserved"}
    assert [row["declared"] for row in rows[3:5]] == ["", ""]


def test_unobserved_stands_where_two_declarations_contradict_each_other() -> None:
    both = [declare("a", 5, 8, observed=False, why="a strike"), declare("a", 0, 20, observed=True)]
    for order in (both, both[::-1]):
        table = checked(flows({"a": ordinary(1, 9)}), SPAN, order)
        assert table["declared"].to_pylist()[4:9] == ["observed", *["unobserved"] * 3, "observed"]


def test_an_outlet_that_is_only_declared_has_its_days() -> None:
    table = checked(flows({}), SPAN, [declare("a", 0, 300, observed=True)])
    assert table.num_rows == 300
    assert sum(table["pieces"].to_pylist()) == 0


def test_a_silence_on_days_declared_observed_is_a_zero_only_where_few_pieces_were_usual() -> None:
    rare, busy = ordinary(2, 2), ordinary(3, 40)
    rare[100:130] = busy[100:130] = [0] * 30
    quiet = flows({"rare": rare, "busy": busy})
    days = (FIRST + timedelta(days=100), FIRST + timedelta(days=130))
    assert unobserved(checked(quiet, SPAN, []), "rare", *days) == 30
    table = checked(quiet, SPAN, [declare(name, 90, 140, observed=True) for name in ("rare", "busy")])
    assert unobserved(table, "rare", *days) == 0
    assert unobserved(table, "busy", *days) == 30
    (sentence,) = disagreements(table)
    assert sentence.startswith("busy is declared observed from 2024-03-31 to 2024-05-19, but: no piece from 2024-04-10")


def test_disagreements_of_a_sample_and_of_pieces_where_none_could_be() -> None:
    declared = [declare("fixed", 0, 300, observed=True), declare("a", 10, 12, observed=False, why="server down")]
    counts = {"fixed": [15] * 300, "a": [*ordinary(1, 4)[:10], 3, 5, *ordinary(1, 4)[12:]]}
    sentences = disagreements(checked(flows(counts), SPAN, declared))
    assert sentences[0] == "a is declared unobserved from 2024-01-11 to 2024-01-12, but has 8 pieces there"
    assert "fixed is declared observed from 2024-01-01 to 2024-10-26, but: the same number" in sentences[1]
    assert len(sentences) == 2


def test_the_faults_of_a_day_stand_together_and_each_once() -> None:
    counts = [15] * 300
    counts[200:210] = [0] * 10
    declared = [declare("a", 205, 206, observed=False, why="server down")]
    table = checked(flows({"a": counts}), SPAN, declared).to_pylist()
    whys = table[205]["why"].split("; ")
    assert len(whys) == len(set(whys)) == 3
    assert whys[-1] == "server down"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000))
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    fixed = flows({"a": ordinary(1, 20), "b": [7] * 250, "c": ordinary(4, 3)[:200]})
    order = np.random.default_rng(seed).permutation(fixed.num_rows)
    assert checked(fixed.take(order), SPAN, []).equals(checked(fixed, SPAN, []))


def document(
    number: int, published: datetime | None, *, seen: date = date(2025, 6, 1), precision: str = "second"
) -> dict[str, object]:
    first_seen = datetime(seen.year, seen.month, seen.day, 9, tzinfo=UTC)
    return {
        "doc_id": str(number),
        "outlet": "a",
        "published": published,
        "precision": precision if published else "none",
        "first_seen": first_seen,
    }


def found_in(rows: list[dict[str, object]]) -> dict[str, str]:
    moment = pa.timestamp("us", tz="UTC")
    fields = [("doc_id", pa.string()), ("outlet", pa.string()), ("published", moment)]
    schema = pa.schema([*fields, ("precision", pa.string()), ("first_seen", moment)])
    found = impossible_dates(pa.Table.from_pylist(rows, schema)).to_pylist()
    return {row["doc_id"]: row["why"] for row in found}


def at(day: date, minutes: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minutes)


SPREAD = [document(number, at(date(2024, 11, 1) + timedelta(days=number), 600 + number)) for number in range(120)]


def test_dates_that_can_be_are_left_alone() -> None:
    assert found_in([]) == {}
    assert found_in([document(0, None)]) == {}
    assert found_in(SPREAD) == {}
    speeches = [document(year, at(date(year, 1, 25)), precision="day") for year in range(1790, 2025)]
    assert found_in(speeches) == {}


@pytest.mark.parametrize(
    ("published", "why"),
    [
        (at(date(2025, 6, 3)), "dated 2025-06-03, after it was first seen on 2025-06-01"),
        (at(date(1, 1, 1)), "dated 0001-01-01, before there were newspapers"),
        (at(date(1970, 1, 1)), "dated 1970-01-01, the day from which computers count where a date is missing"),
    ],
)
def test_dates_that_can_not_be(published: datetime, why: str) -> None:
    assert found_in([*SPREAD, document(999, published)]) == {"999": why}


def test_a_day_after_it_was_seen_may_be_a_time_zone() -> None:
    assert found_in([document(0, at(date(2025, 6, 2), 500), precision="day")]) == {}


def test_the_first_of_january_1970_among_its_neighbours_is_a_date() -> None:
    days = [date(1969, 12, 15) + timedelta(days=number) for number in range(40)]
    assert found_in([document(number, at(day), precision="day") for number, day in enumerate(days)]) == {}


def test_a_heap_on_new_year() -> None:
    heap = [document(500 + number, at(date(2025, 1, 1)), precision="day") for number in range(30)]
    found = found_in(SPREAD + heap)
    assert set(found) == {str(500 + number) for number in range(30)} | {"61"}
    assert (
        found["500"]
        == "31 of the outlet's 150 pieces are dated 2025-01-01, what a date with a year only is often turned into"
    )
    assert found_in(SPREAD + [{**row, "precision": "year"} for row in heap]) == {}


def test_a_heap_on_the_day_of_the_import() -> None:
    heap = [document(500 + number, at(date(2025, 6, 1), number)) for number in range(20)]
    assert set(found_in(SPREAD + heap)) == {str(500 + number) for number in range(20)}
    daily = [
        document(
            number,
            at(date(2025, 5, 1) + timedelta(days=number // 9), number % 9 * 60),
            seen=date(2025, 5, 1) + timedelta(days=number // 9),
        )
        for number in range(270)
    ]
    assert found_in(daily) == {}


def test_a_heap_on_one_moment() -> None:
    heap = [document(500 + number, at(date(2025, 2, 3), 754)) for number in range(12)]
    found = found_in(SPREAD + heap)
    assert set(found) == {str(500 + number) for number in range(12)}
    assert found["500"] == "12 of the outlet's 132 pieces are dated 2025-02-03 12:34:00, to the moment"
    big_day = [document(500 + number, at(date(2025, 2, 3), 400 + number)) for number in range(80)]
    assert found_in(SPREAD + big_day) == {}
