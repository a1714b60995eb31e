"""What words that name a time mean on a given day: one reader for all languages, from classes of words to days."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import MAXYEAR, MINYEAR, date

from tenor.annotate import timespans as calendar
from tenor.annotate.timespans import Period
from tenor.annotate.timewords import Item

Days = tuple[date, date]
# How many years before and after the day are looked at where words name no year.
_YEARS_AROUND = 4
_SHIFTS = {"this": 0, "same": 0, "next": 1, "coming": 1, "last": -1, "past": -1}
_LARGEST = 10**6


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What the words mean by themselves, before "by", "within" or "ago" is read.

    Parameters
    ----------
    form
        ``period``, ``length``, ``set`` or ``reference``; ``stretch`` for a length that is tied to the day ("the past
        two weeks"); ``void`` for what looks like a day and is none ("31 June").
    value, precision, confidence
        As in a time expression.
    first, last
        Its days.
    others
        Other days that may be meant.
    low, high, unit
        A length: at least, at most, in which unit.
    period
        The stretch of the calendar that is named, for its parts.
    """

    form: str
    value: str = ""
    precision: str = "day"
    confidence: float = 1.0
    first: date | None = None
    last: date | None = None
    others: tuple[Days, ...] = ()
    low: float = 0
    high: float = 0
    unit: str = ""
    period: Period | None = None


VOID = Reading(form="void", confidence=0)


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the items that a pattern found.

    Parameters
    ----------
    items
        The sentence.
    found
        The places of the items, by class.
    today
        The day on which it is said.
    direction
        1: the sentence speaks of what lies ahead, -1: of what has been, 0: nothing tells.
    deadline
        Whether a word such as "by" stands before it.
    month_first
        Whether 7/14/2025 is in July.
    part
        Whether a part of it is meant ("the end of").
    """

    items: Sequence[Item]
    found: Mapping[str, list[int]]
    today: date
    direction: int
    deadline: bool = False
    month_first: bool = False
    part: bool = False

    def read(self) -> Reading:
        """Return what they mean; `VOID` where that is no day of the calendar."""
        for kind, method in _METHODS:
            if kind in self.found:
                with suppress(OverflowError):
                    try:
                        return method(self)
                    except ValueError:
                        return VOID
                return VOID
        return VOID

    def _get(self, kind: str, which: int = 0) -> str:
        places = self.found.get(kind, [])
        return self.items[places[which]].senses[kind] if len(places) > which else ""

    def _number(self, kind: str, which: int = 0) -> int:
        return min(int(self._get(kind, which)), _LARGEST)

    def _unit(self) -> str:
        found = (self._get(kind) for kind in ("unit", "units", "single", "quarter", "century"))
        return next(filter(None, found), "Y" if "yearword" in self.found else "")

    def _year(self) -> int | None:
        if "year" in self.found:
            return self._number("year")
        if "deictic" in self.found and "Y" in (self._get("unit"), self._get("yearword")):
            return self.today.year + _SHIFTS[self._get("deictic")]
        return None

    # --- days --------------------------------------------------------------------------------------

    def _iso(self) -> Reading:
        return _of(calendar.day_of(date(*map(int, self._get("iso").split("-")))))

    def _dated(self) -> Reading:
        written = self._get("dated")
        a, b, year = (int(part) for part in written.replace("/", ".").split("."))
        year += 0 if year > 99 else 1900 if year > 68 else 2000
        orders = [(b, a)] if "." in written else [(a, b), (b, a)] if self.month_first else [(b, a), (a, b)]
        days = list(_valid((year, month, day) for month, day in orders))
        if not days:
            return VOID
        several = len(set(days)) > 1
        reading = _of(calendar.day_of(days[0]), 0.6 if several else 1.0)
        return replace(reading, others=((days[1], days[1]),)) if several else reading

    def _clock(self) -> Reading:
        hour, minute = (int(part) for part in self._get("clock").split(":"))
        return self._at_hour(hour, minute)

    def _hour(self) -> Reading:
        return self._at_hour(self._number("num"), 0)

    def _at_hour(self, hour: int, minute: int) -> Reading:
        half = self._get("meridiem")
        hour = hour % 12 + (12 if half.startswith("p") else 0) if half else hour
        if hour > 24 or minute > 59:
            return VOID
        ways = {"month": self._month, "weekday": self._weekday, "dayword": self._dayword}
        day = next((way() for kind, way in ways.items() if kind in self.found), None)
        day = day or _of(calendar.day_of(self.today), 0.6)
        return replace(day, value=f"{day.value[:10]}T{hour:02}:{minute:02}", precision="hour")

    def _dayword(self) -> Reading:
        said = self._get("dayword")
        count = said.rstrip("MOAFEVNIDT")
        day = calendar.moved(self.today, int(count), "D")
        return self._in_part(_day(day), said[len(count) :] or self._get("daypart"))

    def _daypart(self) -> Reading:
        shift = {"next": 1, "last": -1}.get(self._get("deictic"), 0)
        day = calendar.moved(self.today, shift, "D")
        return replace(
            self._in_part(_day(day), self._get("daypart")), confidence=0.9 if "deictic" in self.found else 0.5
        )

    @staticmethod
    def _in_part(reading: Reading, part: str) -> Reading:
        return replace(reading, value=f"{reading.value}T{part}", precision="hour") if part else reading

    def _weekday(self) -> Reading:
        reading = self._some_weekday(int(self._get("weekday")))
        return self._in_part(reading, self._get("daypart"))

    def _some_weekday(self, weekday: int) -> Reading:
        today = self.today
        away = weekday - today.isoweekday()
        said = self._get("deictic")
        if said in ("this", "same"):
            return _of(calendar.day_of(_known(calendar.moved(today, away, "D"))), 0.9)
        coming, gone = (away - 1) % 7 + 1, (away % 7) - 7
        if said in ("last", "past"):
            return self._with_other(gone, away - 7, 0.9)
        if said == "next":
            return self._with_other(7 + away, coming, 0.6)
        if said == "coming" or self.deadline:
            return self._with_other(coming, coming, 0.9)
        ahead, behind = away % 7, -(-away % 7)
        if self.direction > 0:
            return self._with_other(ahead, behind, 0.9)
        return self._with_other(behind, ahead, 0.9 if self.direction < 0 else 0.7)

    def _with_other(self, days: int, other: int, confidence: float) -> Reading:
        day, second = (_known(calendar.moved(self.today, count, "D")) for count in (days, other))
        return replace(_of(calendar.day_of(day), confidence), others=((second, second),) if second != day else ())

    def _month(self) -> Reading:
        month, year = self._number("month"), self._year()
        days = [self._number("day", which) for which in range(len(self.found.get("day", ())))]
        if any(not any(_valid([(2024, month, day)])) for day in days):
            return VOID

        def make(year: int) -> Period:
            if not days:
                return calendar.month_of(year, month)
            return replace(calendar.day_of(date(year, month, days[0])), last=date(year, month, days[-1]))

        if days != sorted(days):
            return VOID
        return _of(make(year)) if year is not None else self._some_year(make, "deictic" in self.found)

    def _season(self) -> Reading:
        year, season = self._year(), self._get("season")
        if year is not None:
            reading = _of(calendar.season_of(year, season))
            before = calendar.season_of(year - 1, season)
            return replace(reading, others=((before.first, before.last),)) if season == "WI" else reading
        return self._some_year(lambda year: calendar.season_of(year, season), "deictic" in self.found)

    def _holiday(self) -> Reading:
        said = self._get("holiday")

        def make(year: int) -> Period:
            if said == "N4":
                return calendar.day_of(date(year, 11, 28 - (date(year, 11, 1).isoweekday() + 2) % 7))
            month, day = map(int, said.split("-"))
            return calendar.day_of(date(year, month, day))

        return self._some_year(make, "deictic" in self.found)

    def _some_year(self, make: Callable[[int], Period], deictic: bool) -> Reading:
        """Return the one of several years that is meant."""
        years = range(max(MINYEAR, self.today.year - _YEARS_AROUND), min(MAXYEAR, self.today.year + _YEARS_AROUND))
        several = [period for period in map(_tried(make), years) if period]
        said = self._get("deictic") if deictic else ""
        if said in ("last", "past"):
            return _of([one for one in several if one.last < self.today][-1], 0.9)
        if said in ("next", "coming"):
            return _of(next(one for one in several if one.first > self.today), 0.9)
        if said in ("this", "same"):
            return _of(next(one for one in several if one.first.year == self.today.year), 0.9)
        direction = 1 if self.deadline else self.direction
        best, other = calendar.nearest(several, self.today, direction, sure=self.deadline)
        others = ((other.first, other.last),) if other else ()
        return replace(_of(best, 0.9 if direction else 0.7), others=others)

    # --- periods -----------------------------------------------------------------------------------

    def _half(self) -> Reading:
        if "unit" in self.found and "of" not in self.found and "ord" not in self.found:
            return self._length_of(0.5 + (self._number("num") if "num" in self.found else 0))
        half = self._number("ord") if "ord" in self.found else 2
        year = self._year()
        if half not in (1, 2):
            return VOID
        if year is not None:
            return _of(calendar.half_of(year, half))
        return self._some_year(lambda year: calendar.half_of(year, half), False)

    def _quarter(self) -> Reading:
        year = self._year()
        if "ago_word" in self.found:
            return _of(self._shifted("Q", -5), 0.5)
        if "ord" in self.found:
            quarter = self._number("ord")
            if not 1 <= quarter <= 4:
                return VOID
            if year is not None:
                return _of(calendar.quarter_of(year, quarter))
            return self._some_year(lambda year: calendar.quarter_of(year, quarter), False)
        if "report" in self.found:
            return _of(self._shifted("Q", -1), 0.4) if self._get("deictic") in ("last", "past") else VOID
        if "deictic" in self.found or "num" in self.found or "every" in self.found or "one" in self.found:
            return self._units()
        return _of(self._shifted("Q", 0 if self.part or self.deadline else -1), 0.5)

    def _ahead(self) -> bool:
        return self.deadline or self.direction > 0

    def _decade(self) -> Reading:
        said = self._number("decade") if "decade" in self.found else self._number("tens")
        return _of(calendar.years_of(said if said >= 100 else 1900 + said if said > 20 else 2000 + said, 10))

    def _century(self) -> Reading:
        century = self._number("ord" if "ord" in self.found else "num")
        return _of(calendar.years_of((century - 1) * 100, 100)) if 1 <= century <= 99 else VOID

    def _only_year(self) -> Reading:
        year = _of(calendar.year_of(self._number("year" if "year" in self.found else "yearcase")), 0.9)
        if len(self.found.get("year", ())) < 2:
            return year
        last = calendar.year_of(self._number("year", 1)).last
        return replace(year, last=last, period=None) if year.first and year.first <= last else VOID

    def _ago_word(self) -> Reading:
        return _of(self._shifted(self._get("unit"), -1), 0.6)

    def _only_clock(self) -> Reading:
        """Read "noon" and "midnight"."""
        return self._at_hour(int(self._get("hourword")), 0)

    def _shifted(self, unit: str, count: int) -> Period:
        start = calendar.around(self.today, unit).first
        return calendar.around(_known(calendar.moved(start, count, unit)), unit)

    # --- lengths -----------------------------------------------------------------------------------

    def _units(self) -> Reading:
        """Read what is told in units: a length, a stretch tied to today, this or the next one, a set."""
        unit = self._unit()
        if "deictic" not in self.found:
            if (self.part or "single" in self.found or {"fiscal", "ord"} & self.found.keys()) and not {
                "num",
                "one",
                "few",
            } & self.found.keys():
                back = unit == "WE" and not self._ahead() and self.today.isoweekday() < 6
                back = back or (unit == "Q" and not self.part and not self.deadline)
                return _of(self._shifted(unit, -1 if back else 0), 0.6)
            return self._length()
        said = self._get("deictic")
        plural = said in ("past", "coming") and any(
            "units" in self.items[place].senses for kind in ("unit", "yearword") for place in self.found.get(kind, ())
        )
        if plural and not {"num", "few"} & self.found.keys():
            return self._stretch(_vague(unit), said)
        if {"num", "few", "units"} & self.found.keys():
            return self._stretch(self._length(), said)
        if said == "past" and unit != "WE":
            return self._stretch(self._length_of(1), said)
        period = self._shifted(unit, _SHIFTS[said])
        reading = _of(period, 0.9 if said != "same" else 0.4)
        following = calendar.moved(self.today, 1, unit)
        day_after = calendar.moved(self.today, 1, "D")
        if said in ("coming", "next") and following and day_after:
            return replace(reading, others=((day_after, following),))
        return reading

    def _stretch(self, length: Reading, said: str) -> Reading:
        if said in ("last", "past"):
            first = calendar.moved(self.today, -length.high, length.unit) if length.high else None
            return replace(length, form="stretch", first=first, last=self.today, confidence=0.9 if length.high else 0.5)
        last = calendar.moved(self.today, length.high, length.unit) if length.high and said != "same" else None
        if said in ("this", "same"):
            return length
        return replace(length, form="stretch", first=self.today, last=last, confidence=0.9 if length.high else 0.5)

    def _length(self) -> Reading:
        if "num" in self.found:
            numbers = [self._number("num", which) for which in range(len(self.found["num"]))]
            return self._length_of(min(numbers), max(numbers))
        unit = self._unit()
        plural = "few" in self.found or ("units" in self.found and "one" not in self.found and "unit" not in self.found)
        if plural:
            return _vague(unit)
        return self._length_of(1)

    def _length_of(self, low: float, high: float | None = None) -> Reading:
        unit = self._unit()
        high = low if high is None else high
        precision = calendar.PRECISION[unit]
        return Reading(form="length", value=written(low, unit), precision=precision, low=low, high=high, unit=unit)

    def _fixed(self) -> Reading:
        """Read a word that is a length by itself: "fortnight", "полгода"."""
        value = self._get("length")
        unit = value[-1]
        count = float(value.strip("PT")[:-1])
        if "num" in self.found:
            count *= self._number("num")
        shown = written(int(count) if count == int(count) else count, unit)
        length = Reading(
            form="length", value=shown, precision=calendar.PRECISION[unit], low=count, high=count, unit=unit
        )
        return self._stretch(length, self._get("deictic")) if "deictic" in self.found else length

    # --- sets and references -----------------------------------------------------------------------

    def _every(self) -> Reading:
        if "weekday" in self.found:
            return _set(f"XXXX-WXX-{self._get('weekday')}")
        if "month" in self.found:
            return _set(f"XXXX-{self._number('month'):02}")
        if "season" in self.found:
            return _set(f"XXXX-{self._get('season')}")
        if "daypart" in self.found:
            return _set(f"XXXX-XX-XXT{self._get('daypart')}")
        count = self._number("num") if "num" in self.found else self._number("ord") if "ord" in self.found else 1
        return _set(written(count, self._unit()))

    def _repeat(self) -> Reading:
        return _set(written(1, self._get("repeat")))

    def _repeated(self) -> Reading:
        return _set(f"XXXX-WXX-{self._get('repeated')}")

    def _reference(self) -> Reading:
        value = self._get("reference")
        first = None if value == "PAST_REF" else self.today
        last = None if value == "FUTURE_REF" else self.today
        return Reading(form="reference", value=value, precision="vague", confidence=0.5, first=first, last=last)

    def _the_past(self) -> Reading:
        """Read "the past" without a unit."""
        if self._get("deictic") != "past":
            return VOID
        return Reading(form="reference", value="PAST_REF", precision="vague", confidence=0.4, last=self.today)


# In this order: the first class that is there tells how the words are read.
_METHODS: tuple[tuple[str, Callable[[Reader], Reading]], ...] = (
    ("clock", Reader._clock),
    ("meridiem", Reader._hour),
    ("hourword", Reader._only_clock),
    ("iso", Reader._iso),
    ("dated", Reader._dated),
    ("every", Reader._every),
    ("repeat", Reader._repeat),
    ("repeated", Reader._repeated),
    ("reference", Reader._reference),
    ("length", Reader._fixed),
    ("holiday", Reader._holiday),
    ("month", Reader._month),
    ("weekday", Reader._weekday),
    ("season", Reader._season),
    ("dayword", Reader._dayword),
    ("daypart", Reader._daypart),
    ("half", Reader._half),
    ("century", Reader._century),
    ("report", Reader._quarter),
    ("quarter", Reader._quarter),
    ("ago_word", Reader._ago_word),
    ("decade", Reader._decade),
    ("tens", Reader._decade),
    ("year", Reader._only_year),
    ("yearcase", Reader._only_year),
    ("unit", Reader._units),
    ("units", Reader._units),
    ("single", Reader._units),
    ("yearword", Reader._units),
    ("deictic", Reader._the_past),
)


def written(count: float | str, unit: str) -> str:
    """Return a length as TIMEX3 writes it.

    Examples
    --------
    >>> written(50, "D"), written(48, "H"), written(2, "10Y"), written(1.5, "Y"), written("X", "M")
    ('P50D', 'PT48H', 'P20Y', 'P18M', 'PXM')
    """
    if isinstance(count, float) and count == int(count):
        count = int(count)
    if isinstance(count, float) and unit in ("Y", "M", "H"):
        finer, parts = {"Y": ("M", 12), "M": ("D", 30), "H": ("MIN", 60)}[unit]
        return written(round(count * parts), finer)
    if unit in ("10Y", "100Y"):
        many = {"10Y": 10, "100Y": 100}[unit]
        return (
            f"P{'X' if isinstance(count, str) else round(count * many)}{'DE' if count == 'X' and many == 10 else 'Y'}"
        )
    if unit in ("S", "MIN", "H"):
        return f"PT{count}{unit[0]}"
    return f"P{count}{unit}"


def _of(period: Period, confidence: float = 1.0) -> Reading:
    return Reading(
        form="period",
        value=period.value,
        precision={"SEASON": "season"}.get(period.unit) or calendar.PRECISION[period.unit],
        confidence=confidence,
        first=period.first,
        last=period.last,
        period=period,
    )


def _vague(unit: str) -> Reading:
    return Reading(form="length", value=written("X", unit), precision="vague", confidence=0.5, unit=unit)


def _day(day: date | None) -> Reading:
    return _of(calendar.day_of(_known(day)))


def _known(day: date | None) -> date:
    if day is None:
        raise OverflowError
    return day


def _set(value: str) -> Reading:
    return Reading(form="set", value=value, confidence=0.9)


def _valid(days: Iterable[tuple[int, int, int]]) -> Iterator[date]:
    for year, month, day in days:
        with suppress(ValueError):
            yield date(year, month, day)


def _tried(make: Callable[[int], Period]) -> Callable[[int], Period | None]:
    def period(year: int) -> Period | None:
        try:
            return make(year)
        except (ValueError, OverflowError):
            return None

    return period
