"""Dates in nine languages, written and read back; what reads two ways is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.errors import Place, SourceError
from tenor.sources.datecolumn import DateColumn
from tenor.sources.dates import DateRules, Undated, check_format, parse_date
from tenor.sources.months import MONTHS, NAMES
from tenor.sources.text import fold

DAYS = st.dates(min_value=date(1700, 1, 1), max_value=date(2199, 12, 31))
WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "ru": "понедельник вторник среда четверг пятница суббота воскресенье",
    "uk": "понеділок вівторок середа четвер п'ятниця субота неділя",
    "tr": "Pazartesi Salı Çarşamba Perşembe Cuma Cumartesi Pazar",
    "pl": "poniedziałek wtorek środa czwartek piątek sobota niedziela",
    "cs": "pondělí úterý středa čtvrtek pátek sobota neděle",
    "bg": "понеделник вторник сряда четвъртък петък събота неделя",
}
FORMS = (
    "{d} {month} {y}",
    "{weekday}, {d}. {month} {y}",
    "{d} {month} {y} {weekday}",
    "{month} {d}, {y}",
    "{month} {d}, {y} {weekday}",
    "{d}-{month}-{y}",
    "{y} {month} {d}",
)


def names(language: str, month: int) -> list[str]:
    return NAMES[language].split()[month - 1].split("|")


@pytest.mark.parametrize("language", sorted(NAMES))
def test_every_language_has_twelve_months(language: str) -> None:
    assert len(NAMES[language].split()) == 12
    assert len(WEEKDAYS[language].split()) == 7


def test_no_name_means_two_months() -> None:
    for months in NAMES.values():
        for number, variants in enumerate(months.split(), start=1):
            assert {MONTHS[fold(name)] for name in variants.split("|")} == {number}, variants


@given(st.sampled_from(sorted(NAMES)), DAYS, st.sampled_from(FORMS), st.data())
def test_what_is_written_is_read_back(language: str, day: date, form: str, data: st.DataObject) -> None:
    month = data.draw(st.sampled_from(names(language, day.month)))
    month = data.draw(st.sampled_from([month, month.upper(), month.capitalize()]))
    weekday = WEEKDAYS[language].split()[day.weekday()]
    text = form.format(d=day.day, month=month, y=day.year, weekday=weekday)
    for line in (False, True):
        if line and form.startswith(("{month}", "{y}")) and not weekday.isascii():
            continue
        moment = parse_date(text, line=line)
        assert (moment.published.date(), moment.precision) == (day, "day"), text


@given(
    DAYS,
    st.integers(min_value=0, max_value=86_399),
    st.integers(min_value=-12 * 4, max_value=14 * 4),
)
def test_iso_is_read_back(day: date, seconds: int, quarters: int) -> None:
    zone = timezone(timedelta(minutes=15 * quarters))
    moment = datetime.combine(day, datetime.min.time(), zone) + timedelta(seconds=seconds)
    for text in (moment.isoformat(), moment.isoformat(sep=" "), moment.strftime("%a, %d %b %Y %H:%M:%S %z")):
        read = parse_date(text)
        assert (read.published, read.precision, read.tz_source) == (moment.astimezone(UTC), "second", "given"), text


READ = [
    ("July 1, 2019 Monday 9:20 AM GMT", True, "2019-07-01T09:20", "minute", "given"),
    ("December 10, 2019 Tuesday, Lucknow Edition", True, "2019-12-10T00:00", "day", "none"),
    ("January 11, 2010 Monday Edition 1; Scotland", True, "2010-01-11T00:00", "day", "none"),
    ("10 июля 2023 г.", False, "2023-07-10T00:00", "day", "none"),
    ("12 липня 2022 року о 08:00", False, "2022-07-12T08:00", "minute", "none"),
    ("5 Ağustos 2020 ÇARŞAMBA 18:30 TRT", False, "2020-08-05T15:30", "minute", "given"),
    ("1er janvier 2020 à 9h20", False, "2020-01-01T09:20", "minute", "none"),
    ("14.03.2020 um 18.30 Uhr MEZ", False, "2020-03-14T17:30", "minute", "given"),
    ("2 May 2019 9 p.m. BST", False, "2019-05-02T20:00", "hour", "given"),
    ("July 1, 2019 12:05 AM EST", False, "2019-07-01T05:05", "minute", "given"),
    ("09:20, 1 июля 2019 МСК", False, "2019-07-01T09:20", "minute", "none"),
    ("1 июля 2019, 09:20 (МСК)", False, "2019-07-01T06:20", "minute", "given"),
    ("1 Haziran 2022 10:00 (UTC+3)", False, "2022-06-01T07:00", "minute", "given"),
    ("20190701T092000Z", False, "2019-07-01T09:20", "second", "given"),
    ("20190701", False, "2019-07-01T00:00", "day", "none"),
    ("1. 7. 2019", False, "2019-07-01T00:00", "day", "none"),
    ("13/02/2024", False, "2024-02-13T00:00", "day", "none"),
    ("02/13/2024", False, "2024-02-13T00:00", "day", "none"),
    ("05/05/2024", False, "2024-05-05T00:00", "day", "none"),
    ("2019/07/01 10:00", False, "2019-07-01T10:00", "minute", "none"),
    ("July 2019", False, "2019-07-01T00:00", "month", "none"),
    ("2019-07", False, "2019-07-01T00:00", "month", "none"),
    ("2019", False, "2019-01-01T00:00", "year", "none"),
]


@pytest.mark.parametrize(("text", "line", "when", "precision", "source"), READ, ids=[row[0] for row in READ])
def test_newspapers_dates(text: str, line: bool, when: str, precision: str, source: str) -> None:
    moment = parse_date(text, line=line)
    assert f"{moment.published:%Y-%m-%dT%H:%M}" == when
    assert (moment.precision, moment.tz_source, moment.published.tzinfo) == (precision, source, UTC)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("01/02/2024", "either way round"),
        ("1-2-2024", "either way round"),
        ("30 February 2020", "no such day"),
        ("2024-02-30", "no such day"),
        ("2024-04-10 24:00", "no such day or time"),
        ("1 July 2019 13:00 PM", "no such day or time"),
        ("1 July 2019 10:00 +15:00", "no such time zone"),
        ("10 April 2014 - 12 April 2014", "more in it"),
        ("10 April 2014 or May", "more in it"),
        ("May 14", "no date"),
        ("1481202661", "no date"),
        ("yesterday", "no date"),
        ("", "no date"),
        ("1 July 1066", "can't be"),
        ("x" * 300, "too long"),
    ],
)
def test_what_is_no_date_says_why(text: str, why: str) -> None:
    with pytest.raises(Undated, match=why):
        parse_date(text)


@given(st.text(max_size=60))
def test_any_text_is_a_date_or_says_why(text: str) -> None:
    try:
        assert parse_date(text).published.tzinfo is UTC
    except Undated:
        with pytest.raises(Undated, match=r"\w"):
            parse_date(text)


def test_a_line_must_begin_with_its_date() -> None:
    with pytest.raises(Undated, match="does not begin"):
        parse_date("The Paper of 1 July 2019", line=True)


@pytest.mark.parametrize(("text", "year"), [("10-Apr-14", 2014), ("10 April '68", 2068), ("10/31/69", 1969)])
def test_years_of_two_digits_turn_at_69_and_are_doubtful(text: str, year: int) -> None:
    moment = parse_date(text)
    assert (moment.published.year, moment.doubts) == (year, ("two-digit year",))


def test_a_zone_that_means_several_is_not_used() -> None:
    moment = parse_date("July 1, 2019 9:20 PM IST")
    assert (moment.tz_source, moment.doubts) == ("none", ("zone IST means several",))


def test_the_studys_zone_is_used_for_times_and_not_for_days() -> None:
    rules = DateRules(timezone="Europe/Moscow")
    timed, day = parse_date("1 июля 2019 01:30", rules), parse_date("1 июля 2019", rules)
    assert (timed.published.isoformat(), timed.tz_source) == ("2019-06-30T22:30:00+00:00", "study")
    assert (day.published.isoformat(), day.tz_source) == ("2019-07-01T00:00:00+00:00", "none")


@pytest.mark.parametrize(
    ("date_format", "text", "when", "precision"),
    [
        ("%d/%m/%Y", "01/02/2024", "2024-02-01T00:00", "day"),
        ("%m/%d/%Y %H:%M", "01/02/2024 10:30", "2024-01-02T10:30", "minute"),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-01-02T10:30:00+0300", "2024-01-02T07:30", "second"),
        ("%d.%m.%y", "01.02.24", "2024-02-01T00:00", "day"),
        ("%m/%Y", "02/2024", "2024-02-01T00:00", "month"),
        ("epoch", "1481202661", "2016-12-08T13:11", "second"),
        ("epoch ms", "1481202661000", "2016-12-08T13:11", "second"),
        ("month first", "01/02/2024", "2024-01-02T00:00", "day"),
    ],
)
def test_a_declared_form_is_followed(date_format: str, text: str, when: str, precision: str) -> None:
    check_format(date_format)
    moment = parse_date(text, DateRules(date_format=date_format))
    assert (f"{moment.published:%Y-%m-%dT%H:%M}", moment.precision) == (when, precision)


@pytest.mark.parametrize("text", ["x", "1e400", "99999999999999999", "nan", ""])
def test_what_is_no_epoch_says_so(text: str) -> None:
    with pytest.raises(Undated, match="no number of seconds"):
        parse_date(text, DateRules(date_format="epoch"))


@pytest.mark.parametrize("date_format", ["%d %B %Y", "%A", "%d/%m", "dd/mm/yyyy"])
def test_a_form_that_depends_on_the_machine_is_refused(date_format: str) -> None:
    with pytest.raises(SourceError, match="date_format"):
        check_format(date_format)


def settle(cells: list[str], **rules: str) -> tuple[DateRules, tuple[str, ...]]:
    column = DateColumn(DateRules(**rules))  # type: ignore[arg-type]
    for cell in cells:
        column.add(cell)
    return column.settle(Place("a.csv", setting="date")), column.notes()


def test_one_clear_date_decides_for_its_column() -> None:
    rules, _ = settle(["01/02/2024", "", "31/01/2024"])
    assert parse_date("01/02/2024", rules).published.month == 2
    rules, _ = settle(["01/02/2024", "01/31/2024"])
    assert parse_date("01/02/2024", rules).published.month == 1
    with pytest.raises(Undated):
        parse_date("01-02-2024", rules)


def test_an_undecidable_column_asks() -> None:
    with pytest.raises(SourceError, match=r"a\.csv: date: '01/02/2024' reads two ways.*set date_format"):
        settle(["01/02/2024", "05/05/2024", "2024-01-31"])
    rules, _ = settle(["01/02/2024"], date_format="day first")
    assert parse_date("01/02/2024", rules).published.month == 2


def test_a_column_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(SourceError, match="'31/01/2024' has the day first and '01/31/2024' the month"):
        settle(["31/01/2024", "01/31/2024", "01/02/2024"])
    settle(["31/01/2024", "01/31/2024"])


def test_a_declaration_that_the_column_contradicts_is_refused() -> None:
    with pytest.raises(SourceError, match="set date_format to 'month first'"):
        settle(["01/31/2024", "01/02/2024"], date_format="day first")


def test_dates_with_dots_have_the_day_first_unless_they_show_otherwise() -> None:
    rules, notes = settle(["01.02.2024"])
    assert parse_date("01.02.2024", rules).published.month == 2
    assert "with the day first" in notes[0]
    rules, _ = settle(["01.02.2024", "01.31.2024"])
    assert parse_date("01.02.2024", rules).published.month == 1


def test_three_clear_forms_in_one_column_are_read_and_said() -> None:
    rules, notes = settle(["2024-01-31", "1 July 2019", "31.12.2024", "31.12.2023"])
    assert notes == ("dates stand in several forms: DD.MM.YYYY (2), D Month YYYY (1), YYYY-MM-DD (1)",)
    assert parse_date("31.12.2024", rules).published.day == 31


def test_a_column_that_is_no_date_is_refused() -> None:
    with pytest.raises(SourceError, match="3 of 4 dates can't be read, the first is 'soon'"):
        settle(["soon", "later", "2024-01-01", "never"])


def test_midnights_mean_days() -> None:
    rules, notes = settle(["2024-01-01 00:00:00", "2024-01-02T00:00:00Z"])
    assert parse_date("2024-01-01 00:00:00", rules).precision == "day"
    assert notes[-1] == "all times are 00:00:00 and were read as whole days"
    rules, _ = settle(["2024-01-01 00:00:00", "2024-01-02 10:00:00"])
    assert parse_date("2024-01-01 00:00:00", rules).precision == "second"
