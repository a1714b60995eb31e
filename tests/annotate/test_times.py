"""Time expressions: where they are, which days they name, what else they may mean; and what must not break them."""

from __future__ import annotations

import hashlib
import os
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tenor.annotate.times import TimeExpression, find_times, said_on, window_of
from tenor.annotate.timewords import coded, items_of, load, timing_named
from tenor.errors import StudyError
from tests.annotate.gold_files import LANGUAGES
from tests.annotate.test_sentences import LANGUAGE, TEXT
from tests.annotate.times_gold import marked, scores
from tests.scripts import loaded

MONDAY = date(2025, 7, 14)
# Of the news that others marked, what was measured, less what chance may take. See docs/annotating.md.
TIMEML = {
    "F1 relaxed": 0.92,
    "F1 strict": 0.84,
    "F1 relaxed and value": 0.76,
    "value right, of those found exactly": 0.85,
    "value right, of all marked": 0.80,
    "days right, of all marked": 0.82,
}
TIMEML_SHA256 = "053087e3eff47cef7ea7cbef82fd6ce180e1b2cd931adeb1f1567cfe4ba2aa7b"


def only(text: str, language: str = "en", said: date = MONDAY) -> TimeExpression:
    """Return the one expression of a text."""
    [found] = find_times(text, language, said)
    return found


def days(one: TimeExpression) -> tuple[str, str]:
    return str(one.first), str(one.last)


# --- held against what people marked ---------------------------------------------------------------


@pytest.mark.parametrize("part", ["dev", "test"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_floors_of_the_own_gold(language: str, part: str) -> None:
    found = scores(language, part)
    assert min(found[name] for name in ("span", "value", "days", "kind")) >= 0.95
    assert found["extra"] == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_own_gold_has_sixty_expressions(language: str) -> None:
    assert sum(one.kind != "none" for part in ("dev", "test") for one in marked(language, part)) == 60


def test_floors_of_news_that_others_marked() -> None:
    path = Path(os.environ.get("TENOR_DATA", "")) / "timex" / "dev.jsonl.gz"
    if "TENOR_DATA" not in os.environ or not path.is_file():
        pytest.skip("TENOR_DATA names no folder with the set timex")
    if hashlib.sha256(path.read_bytes()).hexdigest() != TIMEML_SHA256:
        pytest.skip("timex is not the file that the floors were measured on")
    found = dict(loaded("benchmarks/times.py").timeml(path).lines())
    assert {name: found[name] for name, floor in TIMEML.items() if found[name] < floor} == {}


# --- days that were worked out by hand -------------------------------------------------------------


def test_fifty_days_and_their_revision() -> None:
    first = window_of(find_times("Tariffs follow if there is no deal in 50 days.", "en", MONDAY), MONDAY)
    assert first is not None
    assert (first.last, first.expression.value) == (date(2025, 9, 2), "P50D")
    said = date(2025, 7, 28)
    second = window_of(find_times("A new deadline of 10 or 12 days from today.", "en", said), said)
    assert second is not None
    assert (second.earliest, second.latest) == (date(2025, 8, 7), date(2025, 8, 9))
    third = find_times("Ten days from today.", "en", date(2025, 7, 29))
    assert days(third[0]) == ("2025-08-08", "2025-08-08")


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("within 50 days", "en", ("2025-07-14", "2025-09-02")),
        ("за 50 дней", "ru", ("2025-07-14", "2025-09-02")),
        ("за п'ятдесят днів", "uk", ("2025-07-14", "2025-09-02")),
        ("50 gün içinde", "tr", ("2025-07-14", "2025-09-02")),
        ("by the end of the month", "en", ("2025-07-14", "2025-07-31")),
        ("within a fortnight", "en", ("2025-07-14", "2025-07-28")),
        ("in two and a half years", "en", ("2028-01-14", "2028-01-14")),
        ("since the 1990s", "en", ("1990-01-01", "2025-07-14")),
        ("before 1789", "en", ("None", "1788-12-31")),
        ("on 5 March 1789", "en", ("1789-03-05", "1789-03-05")),
        ("through January 15", "en", ("2025-07-14", "2026-01-15")),
        ("on Thanksgiving", "en", ("2025-11-27", "2025-11-27")),
        ("in the first half of 2026", "en", ("2026-01-01", "2026-06-30")),
        ("late last year", "en", ("2024-09-01", "2024-12-31")),
        ("к тридцать первому августа", "ru", ("2025-07-14", "2025-08-31")),
        ("с двадцать пятого июня по сегодня", "ru", ("2025-06-25", "2025-07-14")),
        ("в течение полутора лет", "ru", ("2025-07-14", "2027-01-14")),
        ("наприкінці серпня", "uk", ("2025-08-21", "2025-08-31")),
        ("2026 yılının sonuna kadar", "tr", ("2025-07-14", "2026-12-31")),
        ("1 Eylül'den önce", "tr", ("2025-07-14", "2025-08-31")),
        ("from 10 to 12 July", "en", ("2025-07-10", "2025-07-12")),
        ("30 и 31 августа", "ru", ("2025-08-30", "2025-08-31")),
        ("у 1996-2015 роках", "uk", ("1996-01-01", "2015-12-31")),
        ("before the end of 2025", "en", ("2025-07-14", "2025-12-31")),
        ("не раньше сентября", "ru", ("2025-09-01", "None")),
        ("в последние годы", "ru", ("None", "2025-07-14")),
        ("within 24 hours of the vote", "en", ("None", "None")),
        ("in the 19th century", "en", ("1800-01-01", "1899-12-31")),
    ],
)
def test_days(text: str, language: str, expected: tuple[str, str]) -> None:
    assert days(find_times(text, language, MONDAY)[0]) == expected


@pytest.mark.parametrize(
    ("text", "likely", "other"),
    [
        ("next Friday", "2025-07-25", ("2025-07-18", "2025-07-18")),
        ("in two weeks", "2025-07-28", ("2025-07-14", "2025-07-28")),
        # Ten working days from a Monday end on the Monday after the next.
        ("in ten days", "2025-07-24", ("2025-07-28", "2025-07-28")),
        ("by early September", "2025-09-10", ("2025-07-14", "2025-09-16")),
        ("on 07/08/2025", "2025-07-08", ("2025-08-07", "2025-08-07")),
        ("in the winter of 2025", "2026-02-28", ("2024-12-01", "2025-02-28")),
    ],
)
def test_alternatives_are_kept(text: str, likely: str, other: tuple[str, str]) -> None:
    found = only(text)
    assert str(found.last) == likely
    assert other in [(str(first), str(last)) for first, last in found.alternatives]


def test_the_verb_tells_whether_a_day_has_been() -> None:
    assert days(only("They met on Saturday.")) == ("2025-07-12", "2025-07-12")
    assert days(only("They will meet on Saturday.")) == ("2025-07-19", "2025-07-19")
    assert days(only("Yasak 15 Ocak'ta yürürlüğe girecek.", "tr")) == ("2026-01-15", "2026-01-15")
    assert days(only("They spoke in November.")) == ("2024-11-01", "2024-11-30")
    assert days(only("They will speak in November.")) == ("2025-11-01", "2025-11-30")


def test_an_inner_span_leaves_out_what_makes_the_deadline() -> None:
    text = "Leave by the end of August."
    found = only(text)
    assert text[found.start : found.stop] == found.text == "by the end of August"
    assert text[slice(*found.inner)] == "the end of August"


# --- deadlines and utterances ----------------------------------------------------------------------


def test_a_deadline_goes_before_a_day_and_a_set_is_none() -> None:
    text = "On Friday he vowed to end it within two weeks, as every day."
    window = window_of(find_times(text, "en", MONDAY), MONDAY)
    assert window is not None
    assert (window.first, window.last, window.expression.kind) == (MONDAY, date(2025, 7, 28), "within")
    assert window_of(find_times("It happens every Friday.", "en", MONDAY), MONDAY) is None
    assert window_of(find_times("It happened last week.", "en", MONDAY), MONDAY) is None
    assert window_of((), MONDAY) is None


def test_what_is_only_soon_has_no_end() -> None:
    window = window_of(find_times("A deal will come soon.", "en", MONDAY), MONDAY)
    assert window is not None
    assert (window.first, window.last, window.latest) == (MONDAY, None, None)


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [
        ("en", "A week ago he threatened tariffs in 50 days.", "2025-07-14"),
        ("en", "The minister said on Friday that troops would leave within two weeks.", "2025-07-18"),
        ("ru", "Неделю назад он пригрозил пошлинами через 50 дней.", "2025-07-14"),
        ("uk", "Тиждень тому він погрожував митом за 50 днів.", "2025-07-14"),
        ("tr", "Bir hafta önce 50 gün içinde vergi getireceğini söyledi.", "2025-07-14"),
    ],
)
def test_the_day_of_an_utterance_anchors_its_deadline(language: str, text: str, day: str) -> None:
    said = said_on(text, language, date(2025, 7, 21))
    assert said is not None
    assert str(said.first) == day
    assert said.first is not None
    window = window_of(find_times(text, language, said.first), said.first)
    assert window is not None
    assert window.last is not None
    assert (window.last - said.first).days in (14, 50)


@pytest.mark.parametrize(
    "text",
    ["He said that the attack took place on Monday.", "It happened a week ago.", "He will say so on Friday.", ""],
)
def test_a_time_of_something_else_is_no_utterance(text: str) -> None:
    assert said_on(text, "en", date(2025, 7, 21)) is None


# --- what is no time, and what must not break it ---------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The decree is dated 31 June.", "en"),
        ("February 30, 2025", "en"),
        ("до 31 сентября", "ru"),
        ("31 Haziran'a kadar", "tr"),
        ("0000-00-00, 2025-13-45, 99/99/9999, 25:99", "en"),
        ("in 10000000000 days", "en"),
        ("the fifth quarter", "en"),
        ("a 6-year-old boy, 37 years old", "en"),
        ("by the end of", "en"),
        ("in 50 days", "xx"),
        ("30 and 31 June, 12 to 10 July", "en"),
        ("до 2000 человек", "ru"),
        ("within 50 дней", "en"),
        ("", "en"),
    ],
)
def test_what_is_no_time(text: str, language: str) -> None:
    assert find_times(text, language, MONDAY) == ()


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("in 50\u00a0days", "en"),
        ("in 5\u00ad0 da\u00adys", "en"),
        ("in\u202f50\u202fdays", "en"),
        ("in \u0665\u0660 days", "en"),
        ("через 50\u00a0дн\u00adей", "ru"),
        ("IN FIFTY DAYS", "en"),
        ("in\n50 days", "en"),
    ],
)
def test_unseen_characters_and_other_digits(text: str, language: str) -> None:
    found = only(text, language)
    assert (found.start, found.stop, found.value) == (0, len(text), "P50D")
    assert days(found) == ("2025-09-02", "2025-09-02")


def test_a_length_beyond_the_calendar_has_no_day_and_little_confidence() -> None:
    found = only("in 9000 years")
    assert (found.first, found.last) == (None, None)
    assert found.confidence <= 0.1


@given(text=TEXT, language=LANGUAGE, said=st.dates())
@example(text="next century, in 50 days, a week ago, last quarter", language="en", said=date.max)
@example(text="last century, yesterday, 50 years ago, last weekend, early last year", language="en", said=date.min)
@example(text="вчера, завтра, через век, к пятнице, зимой", language="ru", said=date.max)
def test_spans_lie_in_the_text_in_order(text: str, language: str, said: date) -> None:
    found = find_times(text, language, said)
    places = [place for one in found for place in (one.start, one.stop)]
    assert places == sorted(places)
    assert all(text[one.start : one.stop] == one.text != "" for one in found)
    assert all(one.start <= one.inner[0] < one.inner[1] <= one.stop for one in found)
    assert all(0 <= one.confidence <= 1 for one in found)
    assert all(first <= last for one in found for first, last in one.alternatives)


SIGNS = (
    *("3", "31", "50", "2025", "1990s", "2014'te", "31-го", "90-х", "10:30", "7/8/2025", "1.2.2025", "2025-01-31"),
    *(",", ".", "-", "–", "'", "p.m.", "xyz"),
)


@cache
def lexicon(language: str) -> tuple[str, ...]:
    """Return a word for everything that words of a language may mean, and numbers and signs."""
    timing = timing_named(language)
    phrases = {" ".join(parts): senses for several in timing.phrases.values() for parts, senses in several}
    words = {frozenset(senses.items()): word for word, senses in {**timing.stems, **phrases, **timing.words}.items()}
    return (*(word.replace("*", "x") for word in words.values()), *SIGNS)


@settings(max_examples=200)
@given(data=st.data(), language=st.sampled_from(LANGUAGES), said=st.dates())
def test_no_order_of_words_breaks_it(data: st.DataObject, language: str, said: date) -> None:
    text = " ".join(data.draw(st.lists(st.sampled_from(lexicon(language)), max_size=10)))
    found = find_times(text, language, said)
    for one in found:
        assert one.text == text[one.start : one.stop]
        assert one.first is None or one.last is None or one.first <= one.last
        assert one.value
    window_of(found, said)
    said_on(text, language, said)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_classes_of_words_break_it(language: str) -> None:
    words = lexicon(language)
    for first in words:
        for second in words:
            find_times(f"{first} {second}", language, MONDAY)


@pytest.mark.parametrize("unit", ["x", "the ", "in ", "- ", "3 ", "twenty ", "a year ago ", "third quarter ", "'"])
def test_a_hostile_line_ends(unit: str) -> None:
    found = find_times(unit * 5_000, "en", MONDAY)
    assert all(one.stop <= 5_000 * len(unit) for one in found)


# --- a language's file -----------------------------------------------------------------------------


def test_words_of_a_user(tmp_path: Path) -> None:
    path = tmp_path / "de.toml"
    path.write_text(
        'name = "de"\npatterns = ["num unit"]\n[words.num]\n2 = ["zwei"]\n[words.unit]\nW = ["woche*"]\n',
        encoding="utf-8",
    )
    timing = load(path)
    [pattern] = timing.patterns
    assert pattern.order.search(coded(items_of("noch zwei Wochen", timing), timing))


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("name = ", "no TOML"),
        ("nam = 1", "no setting 'nam'"),
        ("[words.moon]\nfull = ['x']", "no class 'moon'"),
        ("[words.unit]\nfortnight = ['x']", "no value of unit"),
        ("[words.num]\nmany = ['x']", "no value of num"),
        ("[words.month]\n13 = ['x']", "no value of month"),
        ("[words.unit]\nD = 'day'", "list of words"),
        ("words = 1", "no table"),
        ("patterns = ['num moon']", "no class 'moon'"),
        ("patterns = ['(num']", "can't be read"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, content: str, what: str) -> None:
    path = tmp_path / "xx.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StudyError, match=what) as raised:
        load(path)
    assert raised.value.place is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_set_of_classes_has_a_character(language: str) -> None:
    timing = timing_named(language)
    assert timing.patterns
    texts = ["2025 3 31 50 twenty-five 1st 1990s 2014'te 31-го 90-х 10:30 2025-01-01 1.2.2025 a.m. 1,000 , - / — . !"]
    texts += [one.text for part in ("dev", "test") for one in marked(language, part)]
    assert {frozenset(item.senses) for text in texts for item in items_of(text, timing)} <= timing.codes.keys()
