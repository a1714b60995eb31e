"""Read dates as newspapers and databases write them, and never guess which is the day and which the month.

A date that gives a day and no hour stands for that day wherever it was printed: it becomes 00:00 UTC
of the very day, with the precision "day", and no time zone is applied to it. Years of two digits are
read as POSIX does (69 to 99 are 1969 to 1999, 00 to 68 are 2000 to 2068) and marked as doubtful.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tenor.errors import SourceError
from tenor.model import Precision, TzSource
from tenor.sources.months import MONTH, MONTHS, UNCLEAR_ZONES, WEEKDAYS, ZONES
from tenor.sources.text import fold

Order = Literal["day first", "month first"]
DAY_FIRST: Order = "day first"
MONTH_FIRST: Order = "month first"

_LONGEST = 200
_YEARS = range(1600, 2201)
_PIVOT = 69
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:t?(\d{2})(\d{2})(\d{2}))?(z?)")
_TIME = re.compile(
    r"(?<![\d:.])(?:"
    r"(?P<h>\d{1,2}):(?P<m>\d{2})(?::(?P<s>\d{2})(?:[.,]\d{1,9})?)?(?:\s*(?P<half>[ap])\.?\s?m\b\.?)?"
    r"|(?P<h2>\d{1,2})(?:\.(?P<m2>\d{2}))?\s*(?P<half2>[ap])\.?\s?m\b\.?"
    r"|(?P<h3>\d{1,2})[.h](?P<m3>\d{2})(?:\s*uhr\b|(?<=h\d\d)(?!\d))"
    r"|(?P<h4>\d{1,2})\s*uhr\b"
    r")(?:\s*uhr\b)?"
)
_OFFSET = re.compile(r"\s*([+-])(\d{1,2})(?::?(\d{2}))?(?![\d:])")
_ZONE = re.compile(r"\s*[(\[]?([^\W\d_]{1,4})(?!\w)[)\]]?")
_GAP = r"[\s\-/.,]{0,3}"
_DAY = r"(?<!\d)(?P<d>\d{1,2})(?:st|nd|rd|th|er|eme|e|-го|-е|го)?"
_SHORT = r"['’]?(?P<y>\d{4}|\d{2})(?![\d:])"
_NAMED = (
    ("D Month YYYY", re.compile(rf"{_DAY}{_GAP}(?:of |de |d')?(?P<b>{MONTH}){_GAP}(?:de |of )?{_SHORT}")),
    ("Month D, YYYY", re.compile(rf"(?<!\w)(?P<b>{MONTH})\.?[\s-]{{0,2}}{_DAY}(?:\s?,\s?|[\s-]{{1,2}}){_SHORT}")),
    ("YYYY Month D", re.compile(rf"(?<!\d)(?P<y>\d{{4}}){_GAP}(?P<b>{MONTH}){_GAP}{_DAY}(?!\d)")),
    ("Month YYYY", re.compile(rf"(?<![\w\d])(?P<b>{MONTH})\.?,?\s?(?:de )?(?P<y>\d{{4}})(?!\d)")),
)
_YMD = re.compile(r"(?<!\d)(?P<y>\d{4})(?P<sep>[-/.])(?P<b>\d{1,2})(?:(?P=sep)(?P<d>\d{1,2}))?(?!\d)")
_DMY = re.compile(r"(?<!\d)(?P<d>\d{1,2})(?P<sep>[-/.])\s?(?P<b>\d{1,2})(?P=sep)\s?(?P<y>\d{4}|\d{2})(?!\d)")
_YEAR = re.compile(r"(?P<y>\d{4})")
_MONTH_LEFT = re.compile(rf"(?<!\w)(?:{MONTH})")
_STRPTIME = re.compile(r"%.")
_PARTS: dict[str, Precision] = {"Y": "year", "y": "year", "m": "month", "d": "day", "j": "day"}
_CLOCK: dict[str, Precision] = {"H": "hour", "I": "hour", "M": "minute", "S": "second", "f": "second"}
_EPOCHS = {"epoch": 1, "epoch ms": 1000}


class Undated(ValueError):
    """A text that is no date, or could be two; `args[0]` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateRules:
    """How the dates of one column are read, settled for all of them at once.

    `orders` says for a separator which of day and month comes first; `whole_days` that the times
    of this column are all midnight and mean nothing.
    """

    date_format: str = ""
    timezone: str = ""
    orders: tuple[tuple[str, Order], ...] = ((".", DAY_FIRST),)
    whole_days: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A date as it was given: in UTC, how exactly, from where its zone is, and what is doubtful in it."""

    published: datetime
    precision: Precision
    tz_source: TzSource
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The time of day in a text: `offset` in minutes east of Greenwich, None where none stands."""

    hour: int
    minute: int
    second: int
    precision: Precision
    offset: int | None
    doubts: tuple[str, ...] = ()

    @property
    def is_midnight(self) -> bool:
        """Return whether this could be a day that a program wrote as a time."""
        return (self.hour, self.minute, self.second) == (0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A date in a text before day and month are told apart.

    `swap` is the separator of a date that reads both ways (day and month then stand as if the
    day came first), `leans` what a date of figures shows about its column.
    """

    form: str
    year: int
    month: int = 0
    day: int = 0
    separator: str = ""
    swap: bool = False
    leans: Order | None = None
    clock: Clock | None = None
    doubts: tuple[str, ...] = ()


def parse_date(text: str, rules: DateRules | None = None, *, line: bool = False) -> Moment:
    """Read one date.

    Parameters
    ----------
    text
        As the source wrote it.
    rules
        How the column writes its dates; without them nothing is assumed but that in a date with
        dots the day comes first.
    line
        The text is a line of which only the beginning must be a date ("December 10, 2019
        Tuesday, Lucknow Edition").

    Returns
    -------
    Moment
        In UTC, with what was given and what was assumed.

    Raises
    ------
    Undated
        There is no date in it, or it reads two ways.

    Examples
    --------
    >>> moment = parse_date("1 Temmuz 2019 Pazartesi 09:20 TRT")
    >>> moment.published.isoformat(), moment.precision, moment.tz_source
    ('2019-07-01T06:20:00+00:00', 'minute', 'given')
    >>> parse_date("01/02/2024")
    Traceback (most recent call last):
    tenor.sources.dates.Undated: day and month could be either way round
    """
    rules = rules or DateRules()
    if rules.date_format and rules.date_format not in (DAY_FIRST, MONTH_FIRST):
        return _declared(text.strip(), rules)
    found = find_date(text, line=line)
    year, month, day = found.year, found.month, found.day
    if found.swap:
        order = rules.date_format or dict(rules.orders).get(found.separator)
        if not order:
            raise Undated("day and month could be either way round")
        if order == MONTH_FIRST:
            month, day = day, month
    clock = None if rules.whole_days and found.clock and found.clock.is_midnight else found.clock
    start = _moment(year, month or 1, day or 1, clock)
    if clock is None:
        precision: Precision = "day" if day else "month" if month else "year"
        return Moment(published=start.replace(tzinfo=UTC), precision=precision, tz_source="none", doubts=found.doubts)
    return _placed(start, clock, rules.timezone, found.doubts)


def _placed(start: datetime, clock: Clock, zone: str, doubts: tuple[str, ...]) -> Moment:
    """Return the moment at which a clock somewhere showed this time."""
    doubts = doubts + clock.doubts
    if clock.offset is not None:
        source: TzSource = "given"
        local = start.replace(tzinfo=timezone(timedelta(minutes=clock.offset)))
    elif zone:
        source, local = "study", start.replace(tzinfo=zone_named(zone))
    else:
        source, local = "none", start.replace(tzinfo=UTC)
    return Moment(published=local.astimezone(UTC), precision=clock.precision, tz_source=source, doubts=doubts)


def _moment(year: int, month: int, day: int, clock: Clock | None) -> datetime:
    try:
        if clock is None:
            return datetime(year, month, day)  # noqa: DTZ001 - its zone is put on where it is known
        return datetime(year, month, day, clock.hour, clock.minute, clock.second)  # noqa: DTZ001 - as above
    except ValueError as error:
        raise Undated("there is no such day or time") from error


def zone_named(name: str) -> ZoneInfo:
    """Return a time zone by its name.

    Raises
    ------
    SourceError
        There is none of that name.

    Examples
    --------
    >>> zone_named("Europe/Kyiv").key
    'Europe/Kyiv'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise SourceError(f"no time zone '{name}'", do="write it like Europe/Istanbul") from error


# --- a declared form ---------------------------------------------------------------------------------


def check_format(date_format: str) -> None:
    """Check that a declared form can be followed.

    Raises
    ------
    SourceError
        It names months or weekdays by words, which depend on the machine, or nothing at all.

    Examples
    --------
    >>> check_format("%d/%m/%Y")
    >>> check_format("%d %B %Y")
    Traceback (most recent call last):
    tenor.errors.SourceError: date_format can't hold %B; leave it out: names of months are read by themselves
    """
    if date_format in ("", DAY_FIRST, MONTH_FIRST, *_EPOCHS):
        return
    used = {item[1] for item in _STRPTIME.findall(date_format)}
    unknown = sorted(used - {*_PARTS, *_CLOCK, "z", "%"})
    if unknown:
        do = "leave it out: names of months are read by themselves"
        raise SourceError(f"date_format can't hold %{unknown[0]}", do=do)
    if not used & {"Y", "y"}:
        do = "write 'day first', 'month first', 'epoch', 'epoch ms' or a form such as %d/%m/%Y"
        raise SourceError(f"date_format '{date_format}' holds no year", do=do)


def _declared(text: str, rules: DateRules) -> Moment:
    if rules.date_format in _EPOCHS:
        return _epoch(text, _EPOCHS[rules.date_format])
    try:
        found = datetime.strptime(text, rules.date_format)  # noqa: DTZ007 - its zone is put on below
    except ValueError as error:
        raise Undated(f"it does not look like {rules.date_format}") from error
    used = [item[1] for item in _STRPTIME.findall(rules.date_format)]
    clock_parts = [item for item in "HIMSf" if item in used]
    doubts = ("two-digit year",) if "y" in used else ()
    if found.year not in _YEARS:
        raise Undated(f"the year {found.year} can't be")
    if not clock_parts:
        finest = max((item for item in used if item in _PARTS), key="YymdjH".index)
        day = found.replace(tzinfo=UTC)
        return Moment(published=day, precision=_PARTS[finest], tz_source="none", doubts=doubts)
    offset = found.utcoffset()
    clock = Clock(
        hour=found.hour,
        minute=found.minute,
        second=found.second,
        precision=_CLOCK[clock_parts[-1]],
        offset=None if offset is None else round(offset.total_seconds() / 60),
    )
    return _placed(found.replace(tzinfo=None), clock, rules.timezone, doubts)


def _epoch(text: str, parts: int) -> Moment:
    try:
        seconds = int(float(text)) if parts == 1 else int(float(text)) // parts
        moment = datetime.fromtimestamp(seconds, tz=UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Undated("it is no number of seconds since 1970") from error
    return Moment(published=moment, precision="second", tz_source="given")


# --- finding -----------------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def find_date(text: str, *, line: bool = False) -> Found:
    """Find the one date in a text.

    Raises
    ------
    Undated
        There is none, or more than one.

    Examples
    --------
    >>> found = find_date("31.12.2024")
    >>> found.form, found.day, found.leans
    ('DD.MM.YYYY', 31, 'day first')
    """
    if len(text) > _LONGEST:
        raise Undated("it is too long for a date")
    folded = fold(text).strip()
    compact = _COMPACT.fullmatch(folded)
    if compact:
        year, month, day, hour, minute, second, zone = compact.groups()
        folded = f"{year}-{month}-{day}" + (f" {hour}:{minute}:{second}{zone}" if hour else "")
    rest, clock = _take_time(folded)
    found, span = _take_date(rest)
    before, after = rest[: span[0]], rest[span[1] :]
    if line and any(word not in WEEKDAYS for word in re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", before)):
        raise Undated("it does not begin with a date")
    if not line and (re.search(r"\d", before + after) or _MONTH_LEFT.search(before + " " + after)):
        raise Undated("there is more in it than a date")
    return _with_clock(found, clock)


def _with_clock(found: Found, clock: Clock | None) -> Found:
    if clock is None:
        return found
    return Found(
        form=f"{found.form} and time",
        year=found.year,
        month=found.month,
        day=found.day,
        separator=found.separator,
        swap=found.swap,
        leans=found.leans,
        clock=clock if found.day else None,
        doubts=found.doubts,
    )


def _take_time(text: str) -> tuple[str, Clock | None]:
    """Return the text without its time of day, and the time."""
    match = _TIME.search(text)
    if match is None:
        return text, None
    part = match.groupdict()
    hour, half = next(part[name] for name in ("h", "h2", "h3", "h4") if part[name]), part["half"] or part["half2"]
    minute, second = part["m"] or part["m2"] or part["m3"], part["s"]
    offset, doubts, stop = _take_zone(text, match.end())
    clock = Clock(
        hour=_hour(int(hour), half),
        minute=int(minute or 0),
        second=int(second or 0),
        precision="second" if second else "minute" if minute else "hour",
        offset=offset,
        doubts=doubts,
    )
    start = match.start()
    if start and text[start - 1] == "t" and text[start - 2 : start - 1].isdigit():
        start -= 1
    return f"{text[:start]} {text[stop:]}".strip(), clock


def _hour(hour: int, half: str | None) -> int:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        raise Undated("there is no such day or time")
    return hour % 12 + (12 if half == "p" else 0)


def _take_zone(text: str, start: int) -> tuple[int | None, tuple[str, ...], int]:
    """Return the offset after a time in minutes, what is doubtful about it, and where it ends."""
    word = _ZONE.match(text, start)
    name = word[1] if word else ""
    if word and name in UNCLEAR_ZONES:
        return None, (f"zone {name.upper()} means several",), word.end()
    known = ZONES.get(name)
    stop = word.end() if word and known is not None else start
    offset = _OFFSET.match(text, stop)
    if offset is None or known not in (None, 0):
        return known, (), stop
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    if minutes > 14 * 60 or minutes % 15:
        raise Undated("there is no such time zone")
    end = offset.end() + (text[offset.end() : offset.end() + 1] in (")", "]"))
    return (minutes if offset[1] == "+" else -minutes), (), end


def _take_date(text: str) -> tuple[Found, tuple[int, int]]:
    """Return the date in a text without a time, and where it stands."""
    for form, pattern in _NAMED:
        match = pattern.search(text)
        if match:
            part = match.groupdict()
            found = _checked(form, part["y"], MONTHS[part["b"]], int(part.get("d") or 0))
            return found, match.span()
    match = _YMD.search(text)
    if match:
        form = "YYYY-MM-DD" if match["d"] else "YYYY-MM"
        return _checked(form, match["y"], int(match["b"]), int(match["d"] or 0), match["sep"]), match.span()
    match = _DMY.search(text)
    if match:
        return _figures(match), match.span()
    match = _YEAR.fullmatch(text)
    if match:
        return _checked("YYYY", match["y"], 0, 0), match.span()
    raise Undated("there is no date in it")


def _figures(match: re.Match[str]) -> Found:
    """Return a date of three figures with the year last, of which either may be the day."""
    first, second, separator = int(match["d"]), int(match["b"]), match["sep"]
    swap = first != second and max(first, second) <= 12
    leans: Order | None = None
    if not swap and first != second:
        leans = DAY_FIRST if first > 12 else MONTH_FIRST
    day, month = (second, first) if leans == MONTH_FIRST else (first, second)
    names = ("MM", "DD") if leans == MONTH_FIRST else ("DD", "MM")
    form = separator.join((*names, "YYYY" if len(match["y"]) == 4 else "YY"))
    found = _checked(form, match["y"], month, day, separator)
    return Found(
        form=form,
        year=found.year,
        month=month,
        day=day,
        separator=separator,
        swap=swap,
        leans=leans,
        doubts=found.doubts,
    )


def _checked(form: str, year: str, month: int, day: int, separator: str = "") -> Found:
    short = len(year) == 2
    number = int(year) + (0 if not short else 1900 if int(year) >= _PIVOT else 2000)
    if number not in _YEARS:
        raise Undated(f"the year {number} can't be")
    _moment(number, month or 1, day or 1, None)
    doubts = ("two-digit year",) if short else ()
    return Found(form=form, year=number, month=month, day=day, separator=separator, doubts=doubts)
