"""An article as it is counted: which version, which day, how many words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tenor.corpus.articles import counted, days, heads
from tenor.corpus.store import Store
from tenor.model import Precision, TzSource
from tests.corpus.press import article, day, press, put, rows, table

LATE = "2025-07-23T22:30:00"


def day_in(zone: str, moment: str, precision: Precision = "minute", tz_source: TzSource = "given") -> date | None:
    at = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    published, known, said = (pa.chunked_array([[item]]) for item in (at, precision, tz_source))
    found: date | None = days(published, known, said, zone)[0].as_py()
    return found


@pytest.mark.parametrize(
    ("zone", "moment", "precision", "tz_source", "found"),
    [
        ("Europe/Istanbul", LATE, "minute", "given", "2025-07-24"),
        ("Europe/Istanbul", LATE, "second", "study", "2025-07-24"),
        ("Europe/Istanbul", LATE, "hour", "given", "2025-07-24"),
        ("Europe/Istanbul", LATE, "minute", "none", "2025-07-23"),
        ("Europe/Istanbul", "2025-07-23T00:00:00", "day", "given", "2025-07-23"),
        ("Pacific/Kiritimati", "2025-07-23T00:00:00", "day", "study", "2025-07-23"),
        ("America/New_York", "2025-07-23T00:00:00", "day", "given", "2025-07-23"),
        ("America/New_York", "2025-07-24T03:59:00", "minute", "given", "2025-07-23"),
        # Winter time ended in Berlin on 2025-03-30 at 01:00 UTC, summer time on 2025-10-26 at 01:00 UTC.
        ("Europe/Berlin", "2025-03-29T22:59:59", "second", "given", "2025-03-29"),
        ("Europe/Berlin", "2025-03-29T23:00:00", "second", "given", "2025-03-30"),
        ("Europe/Berlin", "2025-03-30T21:59:59", "second", "given", "2025-03-30"),
        ("Europe/Berlin", "2025-03-30T22:00:00", "second", "given", "2025-03-31"),
        ("Europe/Berlin", "2025-10-25T22:00:00", "second", "given", "2025-10-26"),
        ("Europe/Berlin", "2025-10-26T22:59:59", "second", "given", "2025-10-26"),
        # Five and three quarters hours ahead.
        ("Asia/Kathmandu", "2025-07-23T18:14:59", "second", "given", "2025-07-23"),
        ("Asia/Kathmandu", "2025-07-23T18:15:00", "second", "given", "2025-07-24"),
        # Before clocks were set by zones: Istanbul was 1 h 55 m 52 s ahead (to 1910).
        ("Europe/Istanbul", "1905-01-01T22:10:00", "minute", "given", "1905-01-02"),
        ("UTC", "1899-12-31T23:59:59", "second", "given", "1899-12-31"),
        ("America/New_York", "0001-01-01T00:00:00", "second", "given", None),
        ("Europe/Istanbul", "9999-12-31T23:59:59", "second", "given", None),
        ("UTC", "2025-07-01T00:00:00", "month", "given", None),
        ("UTC", "2025-01-01T00:00:00", "year", "none", None),
    ],
)
def test_the_day_of_a_moment(
    zone: str, moment: str, precision: Precision, tz_source: TzSource, found: str | None
) -> None:
    if moment[:4] in ("0001", "9999"):  # no local time that Python knows; all that matters is that there is no error
        published = pa.chunked_array([[datetime.fromisoformat(moment).replace(tzinfo=UTC)]])
        assert len(days(published, pa.chunked_array([[precision]]), pa.chunked_array([[tz_source]]), zone)) == 1
        return
    assert day_in(zone, moment, precision, tz_source) == (None if found is None else day(found))


def test_the_newest_version_with_a_text_on_the_day_of_the_first(tmp_path: Path) -> None:
    study = press(
        tmp_path,
        [
            article("one two", native_id="1", at="2025-05-16"),
            article("one two three", native_id="1", at="2025-05-18"),
            article("", native_id="1", at="2025-05-19", deleted=True),
            article("", native_id="2", at="2025-05-16", deleted=True),
            article("of another outlet", native_id="1", outlet="b", at="2025-05-17"),
            article("without an identifier", at="2025-05-17"),
            article("without an identifier", at="2025-05-18"),
        ],
    )
    assert table(study, "articles", ["outlet", "day", "body_words"]) == [
        ("a", day("2025-05-16"), 3),
        ("a", day("2025-05-17"), 3),
        ("a", day("2025-05-18"), 3),
        ("b", day("2025-05-17"), 3),
    ]


def test_a_version_that_was_undated_first_stays_undated(tmp_path: Path) -> None:
    study = press(tmp_path, [article("one", native_id="1", at=""), article("one two", native_id="1")])
    assert table(study, "articles", ["day", "body_words", "why_undated"]) == [(None, 2, "no date is given")]


def test_why_there_is_no_day(tmp_path: Path) -> None:
    zero = [article(f"text {number}", at="1970-01-01") for number in range(2)]
    documents = [
        article("no date", at=""),
        article("a month", at="2025-05-01", precision="month"),
        article("a year", at="2025-01-01", precision="year"),
        article("to come", at="2999-01-01"),
        article("before the press", at="0001-01-01", precision="second", tz_source="given"),
        *zero,
        article("good", at="2025-05-16"),
    ]
    study = press(tmp_path, documents, zone="America/New_York")
    found = table(study, "articles", ["day", "why_undated"])
    seen = datetime.now(tz=UTC).date()
    assert sorted(found, key=str) == sorted(
        [
            (day("2025-05-16"), ""),
            (None, "no date is given"),
            (None, "only the month is known"),
            (None, "only the year is known"),
            (None, f"dated 2999-01-01, after it was first seen on {seen}"),
            (None, "dated 0001-01-01, before there were newspapers"),
            (None, "dated 1970-01-01, the day from which computers count where a date is missing"),
            (None, "dated 1970-01-01, the day from which computers count where a date is missing"),
        ],
        key=str,
    )


def test_words_add_up(tmp_path: Path) -> None:
    # Ten articles of ten days: a body of its own, an opening line and a footer that are always the same.
    opening, footer = "Our agency reports from the capital on", "All you need to know every day at noon"
    own = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"]
    documents = [
        article(f"{opening}\n{word} {word}s said so, {word}er.\n{footer}", title=f"On {word}", at=f"2024-03-{at:02d}")
        for at, word in enumerate(own, 1)
    ]
    study = press(tmp_path, documents)
    assert table(study, "articles", ["headline_words", "body_words", "boilerplate_words"]) == [(2, 5, 16)] * 10
    marked = rows(
        study, 'SELECT substr(text, "start" + 1, "stop" - "start") AS s FROM boilerplate JOIN documents USING (doc_id)'
    )
    assert {row["s"] for row in marked} == {opening, footer}


def test_families_of_the_counted_threshold(tmp_path: Path) -> None:
    text = "The delegations met in the palace on Friday and spoke for two hours about the exchange of prisoners."
    study = press(
        tmp_path, [article(text, at="2024-02-02", outlet="b"), article(text, at="2024-02-01"), article("x y")]
    )
    found = rows(study, "SELECT outlet, first_publisher, count(*) OVER (PARTITION BY copy_id) AS n FROM articles")
    assert sorted((row["outlet"], row["first_publisher"], row["n"]) for row in found) == [
        ("a", True, 1),
        ("a", True, 2),
        ("b", False, 2),
    ]


def test_words_in_scripts_and_none() -> None:
    assert counted([]).tolist() == []
    assert counted(["", "Стамбул: переговоры", "İstanbul'da", "…", "a" * 3]).tolist() == [0, 2, 2, 0, 1]


def test_a_removed_version_gives_way_to_the_one_before(tmp_path: Path) -> None:
    store = Store(tmp_path / "corpus")
    put(store, article("one", native_id="1"), article("one two", native_id="1", at="2024-02-05"))
    (newest,) = heads(store)["doc_id"].to_pylist()
    store.remove([newest])
    (found,) = heads(store).to_pylist()
    assert found["doc_id"] != newest
