"""Days, weeks, months, quarters, seasons and years as stretches of days, and how TIMEX3 writes them."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

# What a unit is called where a precision is told.
PRECISION = {
    "S": "hour", "MIN": "hour", "H": "hour", "D": "day", "WE": "day", "W": "week", "M": "month", "Q": "quarter",
    "Y": "year", "10Y": "decade", "100Y": "decade",
}  # fmt: skip
_DAYS = {"D": 1, "W": 7, "WE": 7}
_MONTHS = {"M": 1, "Q": 3, "Y": 12, "10Y": 120, "100Y": 1200}
# Days: how close a period must be to be meant against the tense of the verb, and how far the other.
_CLOSE, _FAR = 90, 240
_SECONDS = {"S": 1, "MIN": 60, "H": 3600}
_SEASONS = {"SP": 3, "SU": 6, "FA": 9, "WI": 12}
_THIRD_OF_MONTH = {"START": (1, 10), "MID": (11, 20), "END": (21, 31)}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the calendar.

    Parameters
    ----------
    first, last
        Its days.
    value
        As TIMEX3 writes it.
    unit
        What it is one of: a unit, or ``SEASON``.
    """

    first: date
    last: date
    value: str
    unit: str


def moved(day: date, count: float, unit: str) -> date | None:
    """Return the day so many units later, or earlier; None where the calendar ends.

    A month later is the same day of the next month, or its last one. Part of a day counts as one.

    Examples
    --------
    >>> moved(date(2025, 7, 14), 50, "D"), moved(date(2024, 1, 31), 1, "M"), moved(date(2025, 7, 14), 10**10, "D")
    (datetime.date(2025, 9, 2), datetime.date(2024, 2, 29), None)
    """
    try:
        if unit in _SECONDS:
            days = -(-abs(count) * _SECONDS[unit] // 86_400)
            return day + timedelta(days=int(days if count >= 0 else -days))
        if unit in _DAYS:
            return day + timedelta(days=round(count * _DAYS[unit]))
        return _months_on(day, round(count * _MONTHS[unit]))
    except (OverflowError, ValueError):
        return None


def _months_on(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def working(day: date, count: int) -> date | None:
    """Return the day so many working days later, Monday to Friday; holidays are not known.

    Examples
    --------
    >>> working(date(2025, 7, 14), 5), working(date(2025, 7, 19), 1)
    (datetime.date(2025, 7, 21), datetime.date(2025, 7, 21))
    """
    weekday = min(day.weekday(), 4)
    weeks, rest = divmod(weekday + count, 5)
    return moved(day, weeks * 7 + rest - day.weekday(), "D")


def day_of(day: date) -> Period:
    """Return a single day."""
    return Period(day, day, day.isoformat(), "D")


def month_of(year: int, month: int) -> Period:
    """Return a month."""
    return Period(date(year, month, 1), date(year, month, monthrange(year, month)[1]), f"{year:04}-{month:02}", "M")


def quarter_of(year: int, quarter: int) -> Period:
    """Return a quarter, 1 to 4."""
    first, last = month_of(year, 3 * quarter - 2), month_of(year, 3 * quarter)
    return Period(first.first, last.last, f"{year:04}-Q{quarter}", "Q")


def half_of(year: int, half: int) -> Period:
    """Return the first or second half of a year."""
    return Period(quarter_of(year, 2 * half - 1).first, quarter_of(year, 2 * half).last, f"{year:04}-H{half}", "Q")


def year_of(year: int) -> Period:
    """Return a year."""
    return Period(date(year, 1, 1), date(year, 12, 31), f"{year:04}", "Y")


def years_of(first: int, count: int) -> Period:
    """Return ten or a hundred years from a round one on."""
    value = f"{first // count:0{3 if count == 10 else 2}}"
    return Period(date(max(first, 1), 1, 1), date(first + count - 1, 12, 31), value, f"{count}Y")


def season_of(year: int, season: str) -> Period:
    """Return a season of three whole months; winter begins in December of its year."""
    start = date(year, _SEASONS[season], 1)
    last = _months_on(start, 2)
    return Period(start, month_of(last.year, last.month).last, f"{year:04}-{season}", "SEASON")


def week_of(day: date) -> Period:
    """Return the week of a day, Monday to Sunday."""
    year, week, weekday = day.isocalendar()
    first = day - timedelta(days=weekday - 1)
    return Period(first, first + timedelta(days=6), f"{year:04}-W{week:02}", "W")


def weekend_of(day: date) -> Period:
    """Return Saturday and Sunday of the week of a day."""
    week = week_of(day)
    return Period(week.first + timedelta(days=5), week.last, f"{week.value}-WE", "WE")


def around(day: date, unit: str) -> Period:
    """Return the period of a unit that a day lies in.

    Examples
    --------
    >>> around(date(2025, 7, 14), "Q").value, around(date(2024, 12, 31), "W").value
    ('2025-Q3', '2025-W01')
    """
    made: dict[str, Callable[[date], Period]] = {
        "W": week_of,
        "WE": weekend_of,
        "M": lambda day: month_of(day.year, day.month),
        "Q": lambda day: quarter_of(day.year, (day.month + 2) // 3),
        "Y": lambda day: year_of(day.year),
        "10Y": lambda day: years_of(day.year // 10 * 10, 10),
        "100Y": lambda day: years_of(day.year // 100 * 100, 100),
    }
    return made.get(unit, day_of)(day)


def part_of(period: Period, part: str, today: date) -> tuple[date, date]:
    """Return the days that "early", "mid" and "late" name: a third of the period.

    "Later" and "earlier" this year are what is left of it, and what has passed.
    """
    if part == "LATER":
        return max(period.first, min(today, period.last)), period.last
    if part == "EARLIER":
        return period.first, min(period.last, max(today, period.first))
    if period.unit == "M":
        begin, end = _THIRD_OF_MONTH[part]
        return period.first.replace(day=begin), period.first.replace(day=min(end, period.last.day))
    if period.unit == "W":
        days = {"START": (0, 1), "MID": (2, 3), "END": (4, 6)}[part]
        return period.first + timedelta(days=days[0]), period.first + timedelta(days=days[1])
    if period.unit in ("D", "WE"):
        return period.first, period.last
    months = (period.last.year - period.first.year) * 12 + period.last.month - period.first.month + 1
    at = {"START": 0, "MID": months // 3, "END": months - months // 3}[part]
    first = _months_on(period.first, at)
    size = months - 2 * (months // 3) if part == "MID" else months // 3
    stop = _months_on(period.first, at + size - 1)
    return first, month_of(stop.year, stop.month).last


def nearest(
    candidates: Iterable[Period], today: date, direction: int, *, sure: bool = False
) -> tuple[Period, Period | None]:
    """Return which of some periods is meant by words that name no year, and the next best.

    Parameters
    ----------
    candidates
        The period in several years, in order.
    today
        The day on which it was said.
    direction
        1: it lies ahead, -1: it has been, 0: nothing tells.
    sure
        Whether the direction is sure. If not, a period close by is meant rather than one most of a year away.
    """
    known = list(candidates)
    ahead = [one for one in known if one.last >= today]
    behind = [one for one in known if one.first <= today]
    sides = (ahead[:1], behind[-1:]) if direction > 0 else (behind[-1:], ahead[:1])
    if direction and sides[0]:
        best, other = sides[0][0], next(iter(sides[1]), None)
        close = (
            other is not None
            and (direction > 0 or other.unit == "D")
            and _distance(other, today) <= _CLOSE
            and _distance(best, today) >= _FAR
        )
        if other is not None and close and not sure:
            return other, best
        return best, other if other != best else None
    ranked = sorted(known, key=lambda one: (_distance(one, today), one.first))
    return ranked[0], ranked[1] if len(ranked) > 1 else None


def _distance(period: Period, today: date) -> int:
    if period.first <= today <= period.last:
        return 0
    return min(abs((period.first - today).days), abs((period.last - today).days))
