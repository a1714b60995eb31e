"""Time expressions: where a sentence names a day, a stretch of time or a deadline, and which days that is."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tenor.annotate import timespans as calendar
from tenor.annotate.plain import Plain
from tenor.annotate.timereading import Days, Reader, Reading
from tenor.annotate.timespans import Period
from tenor.annotate.timewords import Item, Pattern, Timing, coded, groups, items_of, timing_named

DEADLINES = ("by", "within", "until", "before")
_BESIDE = ("by", "within", "until", "before", "since", "after", "in", "at")
_OF_LENGTH = ("within", "in")
# "In ten years" behind a past tense tells how long it took, or since when nothing like it had been.
_YEARS = ("Y", "10Y", "100Y")
_SHIFTED = {"post_ago": -1, "post_earlier": -1, "post_later": 1}
# An article before one of these belongs to the expression; before "August 7" it belongs to what follows.
_NOUNS = frozenset(("unit", "units", "season", "decade", "tens", "quarter", "half", "length", "reference"))
_MONTHS = re.compile(r"P\d+M")
_OWNS = ("'s", "’s")
_OWNER = re.compile("['’]s?$")
# How many words away a verb may stand that tells whether a day without a year has been or is to come.
_REACH = 12
_WORDS_TO_VERB, _WORDS_TO_LAST_VERB = 5, 15


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeExpression:
    """Words that name a time, and the days they name.

    Parameters
    ----------
    start, stop
        Code points of the text, with the words that change what is named ("by", "within", "ago").
    text
        The words.
    kind
        ``point``: on these days. ``duration``: so long. ``by``, ``within``, ``until``, ``before``: a deadline.
        ``since``, ``after``: from then on. ``set``: again and again.
    first, last
        The first and last day; None where there is no such end, or it is not told.
    value
        As TIMEX3 writes it: ``2025-09-02``, ``2025-W31``, ``2025-Q3``, ``P50D``, ``PRESENT_REF``.
    alternatives
        What the words may mean too.
    confidence
        From 0 to 1: how far the words alone settle it. A rule of thumb, no probability.
    precision
        ``hour``, ``day``, ``week``, ``month``, ``quarter``, ``season``, ``year``, ``decade`` or ``vague``.
    inner
        The code points that TIMEX3 would mark: without "by" and "within".
    """

    start: int
    stop: int
    text: str
    kind: str
    first: date | None
    last: date | None
    value: str
    alternatives: tuple[tuple[date, date], ...] = ()
    confidence: float = 1.0
    precision: str = "day"
    inner: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The days in which something is to happen.

    Parameters
    ----------
    first, last
        The first and last day; there is none where the end is open.
    earliest, latest
        Between which days the end lies, all that the words may mean taken together.
    expression
        The words that say so.
    """

    first: date
    last: date | None
    earliest: date | None
    latest: date | None
    expression: TimeExpression


def find_times(text: str, lang: str, anchor: date) -> tuple[TimeExpression, ...]:
    """Return the time expressions of a sentence, in order, without overlaps.

    Day 0 is the day on which it was said, and "within 50 days" ends with day 50. Words that may mean several
    days give the likelier ones and keep the others as alternatives.

    Parameters
    ----------
    text
        A sentence.
    lang
        The code of its language; in one without words for times nothing is found.
    anchor
        The day on which it was said, which is not always the day on which it was published (`said_on`).

    Raises
    ------
    StudyError
        The file of the language is wrong.

    Examples
    --------
    >>> for one in find_times("Tariffs will come within 50 days, by early September.", "en", date(2025, 7, 14)):
    ...     print(one.text, "|", one.kind, one.value, one.first, one.last)
    within 50 days | within P50D 2025-07-14 2025-09-02
    by early September | by 2025-09 2025-07-14 2025-09-10
    """
    timing = timing_named(lang)
    if not timing.patterns or not text:
        return ()
    plain = Plain(text)
    sentence = _Sentence(plain.text, items_of(plain.text, timing), timing, anchor)
    found: list[TimeExpression] = []
    for one in sentence.compared(list(sentence.expressions())):
        start, stop = plain.back(one.start, one.stop)
        inner = plain.back(*one.inner)
        found.append(replace(one, start=start, stop=stop, text=text[start:stop], inner=inner))
    return tuple(found)


def window_of(expressions: Sequence[TimeExpression], said: date) -> Window | None:
    """Return the days in which a promise or prediction is to come true, or None if no words say so.

    The first deadline counts; where there is none, the first time that lies ahead.

    Parameters
    ----------
    expressions
        Those of its sentence.
    said
        The day on which it was said.

    Examples
    --------
    >>> said = date(2025, 7, 28)
    >>> window = window_of(find_times("The deadline is about 10 or 12 days from today.", "en", said), said)
    >>> window.first, window.earliest, window.latest
    (datetime.date(2025, 8, 7), datetime.date(2025, 8, 7), datetime.date(2025, 8, 9))
    """
    ahead = [one for one in expressions if one.kind != "set" and (one.last or said) >= said and (one.first or one.last)]
    ranked = sorted(ahead, key=lambda one: (_RANKS.get(one.kind, 9), one.precision == "vague", one.start))
    if not ranked or _RANKS.get(ranked[0].kind, 9) == 9:
        return None
    one = ranked[0]
    first = one.first or said
    if one.last is None:
        return Window(first=first, last=None, earliest=None, latest=None, expression=one)
    # A point that covers several days ends on one of them: "in 10 or 12 days".
    whole = one.kind == "point" and one.precision == "day" and one.first
    ends = [
        one.last,
        *([one.first] if whole and one.first else []),
        *(last for _, last in one.alternatives if last >= said),
    ]
    return Window(first=first, last=one.last, earliest=min(ends), latest=max(ends), expression=one)


_RANKS = {"by": 0, "within": 0, "until": 0, "before": 0, "point": 1, "after": 2, "since": 2}


def said_on(text: str, lang: str, published: date) -> TimeExpression | None:
    """Return when the words of a sentence were said, if it tells so ("a week ago he threatened to ...").

    Its ``first`` is the anchor with which the rest of the sentence is read.

    Parameters
    ----------
    text
        A sentence.
    lang
        The code of its language.
    published
        The day on which the sentence was published.

    Examples
    --------
    >>> one = said_on("A week ago he threatened tariffs within 50 days.", "en", date(2025, 7, 21))
    >>> one.text, one.first
    ('A week ago', datetime.date(2025, 7, 14))
    >>> said_on("He will come on Friday.", "en", date(2025, 7, 21))
    """
    timing = timing_named(lang)
    plain = Plain(text)
    items = items_of(plain.text, timing)
    verbs = [number for number, item in enumerate(items) if "said" in item.senses]
    reach = _WORDS_TO_LAST_VERB if timing.verb_last else _WORDS_TO_VERB
    best: tuple[int, TimeExpression] | None = None
    for one in find_times(text, lang, published) if verbs else ():
        if one.kind != "point" or one.first is None or one.last is None or one.last > published:
            continue
        start, stop = plain.there(one.start), plain.there(one.stop)
        before = bisect_left(items, start, key=lambda item: item.start)
        behind = bisect_left(items, stop, key=lambda item: item.start)
        away = _to_verb(items, verbs, before, behind)
        if away <= reach and (best is None or away < best[0]):
            best = away, one
    return best[1] if best else None


def _to_verb(items: Sequence[Item], verbs: Sequence[int], before: int, behind: int) -> int:
    """Return how many words are between an expression and the nearest verb of saying in its clause."""
    near = bisect_left(verbs, before)
    found = [len(items)]
    for verb in verbs[max(0, near - 1) : near + 1]:
        between = items[verb + 1 : before] if verb < before else items[behind:verb]
        if not any("join" in item.senses for item in between):
            found.append(len(between))
    return min(found)


# --- finding ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sentence:
    """A sentence as items, in which patterns are looked for."""

    text: str
    items: list[Item]
    timing: Timing
    anchor: date

    def expressions(self) -> Iterator[TimeExpression]:
        """Give what is found; of two that overlap the one that begins first, then the longer."""
        code = coded(self.items, self.timing)
        if not self.timing.core.search(code):
            return
        found = [
            (match.start(), -match.end(), number, match)
            for number, pattern in enumerate(self.timing.patterns)
            for match in pattern.order.finditer(code)
            if self._stands(match.start(), match.end(), pattern)
        ]
        free = 0
        for start, minus, _, match in sorted(found, key=lambda one: one[:3]):
            if start >= free:
                free = -minus
                yield from self._expression(start, free, groups(match))

    def compared(self, found: list[TimeExpression]) -> list[TimeExpression]:
        """Return the same with "a year ago" as the quarter a year before, where a quarter's results are compared."""
        quarters = [one for one in found if one.precision == "quarter" and one.first]
        year = str(self.anchor.year - 1)
        told = quarters or any("results" in item.senses for item in self.items)
        if not told or any(_MONTHS.fullmatch(one.value) for one in found):
            return found
        last = quarters[0].first if quarters else calendar.moved(self.anchor, -1, "Q")
        before = calendar.moved(last, -1, "Y") if last else None
        if before is None:
            return found
        quarter = calendar.around(before, "Q")
        return [self._of_quarter(one, quarter) if one.value == year and self._ago(one) else one for one in found]

    def _ago(self, one: TimeExpression) -> bool:
        first = bisect_left(self.items, one.start, key=lambda item: item.start)
        last = bisect_left(self.items, one.stop, key=lambda item: item.start)
        return any(self._has(place, kind) for place in range(first, last) for kind in (*_SHIFTED, "ago_word"))

    @staticmethod
    def _of_quarter(one: TimeExpression, quarter: Period) -> TimeExpression:
        year = ((one.first, one.last),) if one.first and one.last else ()
        return replace(
            one,
            value=quarter.value,
            first=quarter.first,
            last=quarter.last,
            precision="quarter",
            alternatives=year,
            confidence=0.5,
        )

    def _has(self, place: int, kind: str) -> bool:
        return 0 <= place < len(self.items) and kind in self.items[place].senses

    def _stands(self, start: int, stop: int, pattern: Pattern) -> bool:
        """Say whether what must stand beside a match does, and whether no word of it is only a name."""
        if start + 1 == stop and self._word(start) in self.timing.weak and not self._beside(start, stop):
            return False
        if self._has(stop, "neither") or (self._has(stop, "hyphen") and self._has(stop + 1, "neither")):
            return False
        if start + 1 == stop and self._has(start, "year") and not self._alone(start):
            return False
        if any(not self.items[at].capital and self._word(at) in self.timing.capital for at in range(start, stop)):
            return False
        return not pattern.needs or bool(pattern.needs & {*self._beside(start, stop)})

    def _alone(self, place: int) -> bool:
        """Say whether a year does not count what stands behind it ("до 2000 человек"), where no preposition tells."""
        behind = place + 1 < len(self.items) and self.text[self.items[place + 1].start].isalpha()
        return not behind or self.timing.possessive or self._has(place, "yearcase") or self._has(place + 1, "or")

    def _word(self, place: int) -> str:
        item = self.items[place]
        return self.text[item.start : item.stop].lower()

    def _beside(self, start: int, stop: int) -> list[str]:
        """Return the signals left and right of a match."""
        left = start - 1
        while self._has(left, "article") or self._has(left, "hyphen"):
            left -= 1
        signals = [name for name in (*_BESIDE, "part") if self._has(start - 1, name) or self._has(left, name)]
        if self.timing.possessive and start and _OWNER.search(self._word(start - 1)):
            signals.append("at")
        if self._has(start, "year") and self._has(start - 1, "or") and self._has(start - 2, "year"):
            signals.append("at")
        after = stop + 1 if self._has(stop, "hyphen") else stop
        names = (*(f"post_{name}" for name in (*_BESIDE, "part", "ended")), *_SHIFTED)
        return signals + [name for name in names if self._has(stop, name) or self._has(after, name)]

    def _direction(self, start: int, stop: int) -> int:
        """Return 1 if the nearest verb speaks of what lies ahead, -1 if of what has been, 0 if there is none."""
        best, sign = _REACH, 0
        for place in range(max(0, start - _REACH), min(len(self.items), stop + _REACH)):
            away = start - place if place < start else place - stop + 2
            if away < best and not start <= place < stop:
                if self._has(place, "will"):
                    best, sign = away, 1
                elif self._has(place, "did") or self._has(place, "said"):
                    best, sign = away, -1
        return sign

    # --- one expression ----------------------------------------------------------------------------

    def _expression(self, start: int, stop: int, places: dict[str, list[int]]) -> Iterator[TimeExpression]:
        part, left, right = self._part(start, stop, places)
        before = left - 1
        signal = next((name for name in _BESIDE if name != "at" and self._has(before, name)), "")
        posts = [name for name in _BESIDE if self._has(right, f"post_{name}")]
        deadline = bool({signal, *posts} & {*DEADLINES})
        owner = self.timing.possessive and self.text[self.items[stop - 1].stop : self.items[stop - 1].stop + 2] in _OWNS
        direction = 0 if owner and "weekday" in places else self._direction(start, stop)
        if not direction and "since" in (signal, *posts):
            direction = -1
        reader = Reader(self.items, places, self.anchor, direction, deadline, self.timing.month_first, bool(part))
        reading = reader.read()
        if reading.form == "void":
            return
        if part and reading.period:
            reading = _parted(reading, part, self.anchor)
        of_length = reading.form == "length"
        post = next((name for name in posts if (name in _OF_LENGTH) == of_length), "")
        extent = _Extent(self, left, right, signal if signal != "in" or reading.form == "length" else "", post)
        yield from extent.expression(reading, direction)

    def _part(self, start: int, stop: int, places: Mapping[str, list[int]]) -> tuple[str, int, int]:
        """Return which part of the period is meant, and the match with the words that say so."""
        left = start
        noun = bool(_NOUNS & places.keys()) and "hyphen" not in places
        while (noun and self._has(left - 1, "article")) or (
            self._has(left - 1, "hyphen") and self._has(left - 2, "part")
        ):
            left -= 1
        if self._has(left - 1, "part"):
            left -= 1
            part = self.items[left].senses["part"]
            return part, left - self._has(left - 1, "article"), stop
        after = stop + 1 if self._has(stop, "hyphen") else stop
        if self._has(after, "post_part"):
            return self.items[after].senses["post_part"], left, after + 1
        return "", left, stop


def _parted(reading: Reading, part: str, today: date) -> Reading:
    assert reading.period is not None
    first, last = calendar.part_of(reading.period, part, today)
    others: list[Days] = []
    if part in ("START", "END"):
        days = (reading.period.last - reading.period.first).days + 1
        other = calendar.moved(first if part == "START" else last, days // 2 * (1 if part == "START" else -1), "D")
        others = [(first, other) if part == "START" else (other, last)] if other else []
        others += [(last, last)] if part == "END" else []
    return replace(reading, first=first, last=last, others=tuple(others), confidence=min(reading.confidence, 0.8))


@dataclass(frozen=True, slots=True)
class _Extent:
    """An expression whose words are known, while it is decided what they say together."""

    sentence: _Sentence
    left: int
    right: int
    signal: str
    post: str

    def expression(self, reading: Reading, direction: int) -> Iterator[TimeExpression]:
        shifted = next((name for name in _SHIFTED if self.sentence._has(self.right, name)), "")
        if reading.form == "length":
            left = self._approximated()
            if shifted and reading.low:
                yield from _Extent(self.sentence, left, self.right, self.signal, "")._moved(reading, shifted)
            else:
                yield from _Extent(self.sentence, left, self.right, self._signal(left), self.post)._length(
                    reading, direction
                )
        elif reading.form == "period":
            yield self._period(reading)
        else:
            kinds = {
                "set": "set",
                "reference": "point",
                "stretch": "within" if reading.first == self._today else "duration",
            }
            yield self._made(reading, kinds[reading.form], (self.left, self.right), (reading.first, reading.last))

    @property
    def _today(self) -> date:
        return self.sentence.anchor

    def _approximated(self) -> int:
        has = self.sentence._has
        left = self.left
        while has(left - 1, "approx") or (has(left - 1, "article") and has(left - 2, "approx")):
            left -= 1
        return left

    def _signal(self, left: int) -> str:
        return next((name for name in _BESIDE if name != "at" and self.sentence._has(left - 1, name)), "")

    def _moved(self, reading: Reading, shifted: str) -> Iterator[TimeExpression]:
        """Give a day so long ago, or from now."""
        sign, unit = _SHIFTED[shifted], reading.unit
        days = [calendar.moved(self._today, sign * count, unit) for count in (reading.low, reading.high)]
        if days[0] is None or days[1] is None:
            return
        coarse = {"10Y": "Y", "100Y": "Y", "Q": "M"}.get(unit, unit)
        first, last = (
            calendar.around(day, coarse if coarse in ("M", "Y") else "D") for day in sorted(filter(None, days))
        )
        near = calendar.around(days[0], "W") if unit == "W" else None
        exact = near or (Period(days[0], days[0], "", "D") if coarse in ("M", "Y") else None)
        others = ((exact.first, exact.last),) if exact else ()
        value = first if sign > 0 or days[0] == days[1] else last
        made = replace(
            reading,
            value=value.value,
            precision=calendar.PRECISION[unit],
            others=others,
            confidence=0.9 if shifted == "post_ago" else 0.6,
        )
        span = (self.left, self.right + 1)
        kind = {"since": "since", "until": "until", "by": "by", "before": "before", "after": "after"}.get(
            self._signal(self.left), ""
        )
        if not kind:
            yield self._made(made, "point", span, (first.first, last.last))
            return
        outer = _Extent(self.sentence, self.left, self.right + 1, kind, "")
        period = Period(first.first, last.last, made.value, "D")
        yield outer._period(replace(made, form="period", first=first.first, last=last.last, period=period))

    def _length(self, reading: Reading, direction: int) -> Iterator[TimeExpression]:
        kind = next((name for name in (self.signal, self.post) if name in ("within", "in")), "")
        span = (self.left, self.right)
        low, high = (calendar.moved(self._today, count, reading.unit) for count in (reading.low, reading.high))
        # "Two weeks after the vote" hangs on the vote.
        elsewhere = any(self.sentence._has(self.right, name) for name in ("after", "until", "of"))
        if kind and elsewhere:
            yield self._made(replace(reading, confidence=0.4), "duration", span, (None, None))
        elif kind and reading.value.startswith(("PX", "PTX")):
            yield self._signalled(
                replace(reading, confidence=0.4), "point" if kind == "in" else kind, (self._today, None)
            )
        elif not kind or not reading.low or (kind == "in" and direction < 0 and reading.unit in _YEARS):
            yield self._made(reading, "duration", span, (None, None))
        elif low is None or high is None:
            yield self._made(replace(reading, confidence=0.1), "duration", span, (None, None))
        elif kind == "within":
            others = [(self._today, low)] if low != high else []
            yield self._signalled(
                replace(reading, others=(*others, *self._working(reading))), "within", (self._today, high)
            )
        else:
            others = [(self._today, high), *self._near(reading, low)]
            made = replace(reading, confidence=0.9, others=(*others, *self._working(reading)))
            yield self._signalled(made, "point", (low, high))

    def _near(self, reading: Reading, day: date) -> list[Days]:
        if reading.unit not in ("W", "M", "Q", "Y"):
            return []
        near = calendar.around(day, reading.unit)
        return [(near.first, near.last)]

    def _working(self, reading: Reading) -> list[Days]:
        """Return what it means if working days are counted."""
        if reading.unit != "D" or reading.low < 2:
            return []
        low, high = (calendar.working(self._today, int(count)) for count in (reading.low, reading.high))
        within = "within" in (self.signal, self.post)
        return [(self._today if within else low, high)] if low and high else []

    def _period(self, reading: Reading) -> TimeExpression:
        """Return a day or period with the word that makes a deadline or a beginning of it."""
        kind = next((name for name in (self.signal, self.post) if name and name not in ("within", "in", "at")), "")
        assert reading.first is not None
        assert reading.last is not None
        # "Before the end of the year" has the year's last day as "by" has it.
        ends = (
            reading.period is not None and reading.period.first < reading.first and reading.last == reading.period.last
        )
        days = _bounded("by" if kind == "before" and ends else kind, (reading.first, reading.last), self._today)
        if not kind:
            return self._made(reading, "point", (self.left, self.right), days)
        # "From 10 to 12 July" tells both ends.
        if kind == "since" and reading.period and reading.period.unit == "D" and reading.first < reading.last:
            return self._signalled(reading, "point", (reading.first, reading.last))
        others = [_bounded(kind, one, self._today) for one in reading.others]
        closed = tuple((first, last) for first, last in others if first and last and first <= last)
        return self._signalled(replace(reading, others=closed), kind, days)

    def _signalled(self, reading: Reading, kind: str, days: tuple[date | None, date | None]) -> TimeExpression:
        left = self.left - 1 if self.signal and self.sentence._has(self.left - 1, self.signal) else self.left
        right = self.right + 1 if self.post and self.sentence._has(self.right, f"post_{self.post}") else self.right
        return self._made(reading, kind, (left, right), days)

    def _made(
        self, reading: Reading, kind: str, span: tuple[int, int], days: tuple[date | None, date | None]
    ) -> TimeExpression:
        items = self.sentence.items
        start, stop = items[span[0]].start, items[span[1] - 1].stop
        moved = span[1] > self.right and kind == "point" and reading.form == "length" and span[0] == self.left
        inner = (items[self.left].start, items[(span[1] if moved else self.right) - 1].stop)
        return TimeExpression(
            start=start,
            stop=stop,
            text=self.sentence.text[start:stop],
            kind=kind,
            first=days[0],
            last=days[1],
            value=reading.value,
            alternatives=tuple(one for one in dict.fromkeys(reading.others) if one != days),
            confidence=reading.confidence,
            precision=reading.precision,
            inner=inner,
        )


def _bounded(kind: str, days: Days, today: date) -> tuple[date | None, date | None]:
    """Return the days of "by", "until", "since" and so on, for the period that they name."""
    first, last = days
    if kind in ("by", "until"):
        return (today if last >= today else None), last
    if kind == "before":
        end = calendar.moved(first, -1, "D")
        return (today if end and end >= today else None), end
    if kind == "since":
        return first, today if first <= today else None
    if kind == "after":
        return calendar.moved(last, 1, "D"), None
    return days
