"""Which days of which outlet were observed: what the study declares, and what the daily counts show.

An archive is not a census: a day without a piece is a zero only where the outlet was observed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby, pairwise
from statistics import median
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenor.corpus.feeds import check_feed, silences
from tenor.corpus.samples import Fault, Ints
from tenor.corpus.store import Store
from tenor.errors import StudyError
from tenor.grammar import counted
from tenor.model import Declared, Stretch
from tenor.tables import COMPLETENESS

_BEFORE = 14
_ORDINARY = 20
_STOPPED = 0.05

# A day without a piece is a zero, against a gap that was found, where the study declares the day
# observed and the feed had less than this many pieces a day: there a silence proves little.
_LOW_RATE = 5.0
# Days on which no outlet at all has a piece are looked for in one feed, the sum of all, whose spread
# is that of shocks shared by all: one test a corpus, so one false hole in a thousand corpora.
_SHARED_CHANCE = 1e-3
_SHARED_OUTLETS = 3
# No outlet says anything of the others where it alone has more than half of all pieces.
_SHARED_MOST = 0.5
# The first printed newspaper, the Relation of Strasbourg, is of 1605.
_FIRST_NEWSPAPER = 1605
# Where clocks and spreadsheets begin to count: what a missing date turns into.
_ZERO_DATES = {date(1970, 1, 1), date(1900, 1, 1), date(1899, 12, 30), date(1899, 12, 31), date(1904, 1, 1)}
# A heap: so many pieces of an outlet, so large a share of its pieces, so many times a usual day.
_HEAP, _HEAP_SHARE, _HEAP_TIMES = 5, 0.05, 10.0
_AROUND = 30

_SAID = ("", "observed", "unobserved")

_DOUBTFUL = pa.schema(
    [
        pa.field("outlet", pa.string(), nullable=False),
        pa.field("start", pa.date32(), nullable=False),
        pa.field("days", pa.int16(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
    ]
)

_FLOWS = """\
SELECT outlet, days, start, CAST(coalesce(max(total), sum(matched)) AS BIGINT) AS pieces
FROM counts GROUP BY outlet, days, start ORDER BY outlet, days, start"""


def doubtful_days(store: Store) -> pa.Table:
    """Return the days or weeks of an outlet that look unobserved although figures are there.

    A feed seems to have stopped where, for two or more days (weeks) running, everything
    counted from an outlet is below 5 % of the median of the 14 before, and that median was
    at least 20 pieces. The total of all pieces is looked at where there is one, else the
    sum over all queries.

    Returns
    -------
    pyarrow.Table
        ``outlet, start, days, why``, a row a day or week.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     doubtful_days(Store(folder)).num_rows
    0
    """
    rows = store.query(_FLOWS, {}).to_pylist()
    flows: dict[tuple[str, int], list[tuple[date, int]]] = {}
    for row in rows:
        flows.setdefault((row["outlet"], row["days"]), []).append((row["start"], row["pieces"]))
    found: list[Mapping[str, object]] = []
    for (outlet, days), flow in flows.items():
        for first, last, before in stops([pieces for _, pieces in flow]):
            why = f"the feed seems to have stopped on {flow[first][0]}: under 5 % of the usual {before:,.0f} pieces"
            found += [
                {"outlet": outlet, "start": flow[at][0], "days": days, "why": why} for at in range(first, last + 1)
            ]
    return pa.Table.from_pylist(found, _DOUBTFUL)


def stops(pieces: Sequence[int]) -> list[tuple[int, int, float]]:
    """Return the stretches (first, last, median before) in which a flow all but ceases.

    Examples
    --------
    >>> stops([50] * 14 + [1, 0, 2])
    [(14, 16, 50.0)]
    """
    found: list[tuple[int, int, float]] = []
    at = _BEFORE
    while at < len(pieces):
        usual = float(median(pieces[at - _BEFORE : at]))
        last = at
        while last < len(pieces) and usual >= _ORDINARY and pieces[last] < _STOPPED * usual:
            last += 1
        if last - at >= 2:
            found.append((at, last - 1, usual))
        at = max(last, at + 1)
    return found


def gaps(starts: Sequence[date], days: int) -> list[tuple[date, date]]:
    """Return the stretches (first missing, first present again) inside a run of days or weeks.

    Examples
    --------
    >>> gaps([date(2019, 1, 1), date(2019, 1, 4)], 1)
    [(datetime.date(2019, 1, 2), datetime.date(2019, 1, 4))]
    """
    step = timedelta(days=days)
    ordered = sorted(set(starts))
    return [(here + step, there) for here, there in pairwise(ordered) if there - here > step]


def checked(flows: pa.Table, span: Stretch, declared: Sequence[Declared]) -> pa.Table:
    """Return every outlet on every day of a span: its pieces, and whether it was observed.

    A day is unobserved where the study says so or where the daily counts show that they are no
    full count (`tenor.corpus.feeds`). What is declared observed overrules nothing that was
    found but a gap in a feed of less than five pieces a day.

    Parameters
    ----------
    flows
        Rows ``outlet, day, pieces``; days without a piece need no row.
    span
        The days of the study; rows outside it are left out.
    declared
        What the study file says; where two contradict each other, "unobserved" stands.

    Returns
    -------
    pyarrow.Table
        `tenor.tables.COMPLETENESS`, ordered by outlet and day.

    Examples
    --------
    >>> flows = pa.table({"outlet": ["a"], "day": [date(2024, 1, 2)], "pieces": [3]})
    >>> checked(flows, Stretch(start=date(2024, 1, 1), stop=date(2024, 1, 4)), [])["pieces"].to_pylist()
    [0, 3, 0]
    """
    names = sorted({*pc.unique(flows["outlet"]).to_pylist(), *(item.outlet for item in declared)})
    counts = _grid(flows, span, names)
    said, why = np.zeros_like(counts), _Reasons(counts.shape)
    places = {name: row for row, name in enumerate(names)}
    # Unobserved last, so that it stands where two declarations contradict each other.
    for item in sorted(declared, key=lambda item: not item.observed):
        said[places[item.outlet], _inside(item.stretch, span)] = _SAID.index(
            "observed" if item.observed else "unobserved"
        )
    for name, fault in _found(names, counts, span):
        row, days = places[name], _days_of(fault, span)
        if fault.kind == "gap" and fault.usual < _LOW_RATE:
            days = days[(said[row, days] != _SAID.index("observed")) | (counts[row, days] > 0)]
        why.add(row, days, fault.why)
    for item in declared:
        if not item.observed:
            why.add(places[item.outlet], _inside(item.stretch, span), item.why or "declared unobserved")
    return _table(names, span, counts, said, why)


def faults(flows: pa.Table, span: Stretch) -> list[tuple[str, Fault]]:
    """Return what was found in each outlet's feed, and what all have in common, by outlet and day.

    Examples
    --------
    >>> days = [date(2024, 1, 1) + timedelta(days=day) for day in range(90)]
    >>> flows = pa.table({"outlet": ["a"] * 90, "day": days, "pieces": [*range(15, 25)] * 9})
    >>> [(name, fault.kind) for name, fault in faults(flows, Stretch(start=days[0], stop=date(2024, 6, 1)))]
    [('a', 'stopped')]
    """
    names = sorted(pc.unique(flows["outlet"]).to_pylist())
    return _found(names, _grid(flows, span, names), span)


def disagreements(table: pa.Table) -> tuple[str, ...]:
    """Return where what the study declares and what was found contradict each other, in sentences.

    Parameters
    ----------
    table
        What `checked` returned.

    Examples
    --------
    >>> flows = pa.table({"outlet": ["a"], "day": [date(2024, 1, 2)], "pieces": [3]})
    >>> span = Stretch(start=date(2024, 1, 1), stop=date(2024, 1, 4))
    >>> disagreements(checked(flows, span, [Declared(outlet="a", stretch=span, observed=False, why="a strike")]))
    ('a is declared unobserved from 2024-01-01 to 2024-01-03, but has 3 pieces there',)
    """
    sentences: list[str] = []
    kept = table.filter(pc.not_equal(table["declared"], "")).sort_by([("outlet", "ascending"), ("day", "ascending")])
    rows = enumerate(kept.to_pylist())
    for (outlet, said, _), group in groupby(rows, key=lambda item: _in_a_row(*item)):
        days = [row for _, row in group]
        over = str(Stretch(start=days[0]["day"], stop=days[-1]["day"] + timedelta(days=1)))
        when = f"from {over}" if len(days) > 1 else f"on {over}"
        if said == "unobserved":
            pieces = sum(row["pieces"] for row in days)
            there = f"{outlet} is declared unobserved {when}, but has {counted(pieces, 'piece')} there"
            sentences += [there] if pieces else []
            continue
        whys = dict.fromkeys(row["why"] for row in days if row["why"])
        sentences += [f"{outlet} is declared observed {when}, but: {why}" for why in whys]
    return tuple(sentences)


def _in_a_row(place: int, row: Mapping[str, Any]) -> tuple[str, str, int]:
    """Return a key that is the same for days that follow each other and say the same."""
    return row["outlet"], row["declared"], row["day"].toordinal() - place


def _grid(flows: pa.Table, span: Stretch, names: Sequence[str]) -> Ints:
    """Return pieces as outlets x days."""
    counts = np.zeros((len(names), max(span.days, 0)), dtype=np.int64)
    if not flows.num_rows or not counts.size:
        return counts
    rows = np.asarray(pc.index_in(flows["outlet"], pa.array(names, pa.string())))
    days = (np.asarray(flows["day"].cast(pa.date32())) - np.datetime64(span.start, "D")).astype(np.int64)
    pieces = np.asarray(flows["pieces"].cast(pa.int64()))
    if pieces.min() < 0:
        raise StudyError("an outlet can't have fewer than 0 pieces on a day")
    inside = (days >= 0) & (days < span.days)
    np.add.at(counts, (rows[inside], days[inside]), pieces[inside])
    return counts


def _found(names: Sequence[str], counts: Ints, span: Stretch) -> list[tuple[str, Fault]]:
    days = [span.start + timedelta(days=day) for day in range(span.days)]
    found = [(name, fault) for name, row in zip(names, counts, strict=True) for fault in check_feed(days, row)]
    own = {(name, fault.start, fault.stop) for name, fault in found}
    for fault in _shared(days, counts):
        found += [(name, fault) for name in names if (name, fault.start, fault.stop) not in own]
    return sorted(found, key=lambda item: (item[0], item[1].start, item[1].stop, item[1].kind))


def _shared(days: Sequence[date], counts: Ints) -> list[Fault]:
    """Return the silences of all outlets together, whatever each alone is too small to show."""
    sums = counts.sum(axis=1)
    if np.count_nonzero(sums) < _SHARED_OUTLETS or sums.max() > _SHARED_MOST * sums.sum():
        return []
    total = counts.sum(axis=0)
    number = np.count_nonzero(sums)
    found = []
    for fault in silences(days, total, _SHARED_CHANCE):
        inside = slice((fault.start - days[0]).days, (fault.stop - days[0]).days)
        if not total[inside].any():
            found.append(replace(fault, why=f"all {number} outlets together: {fault.why}"))
    return found


def _inside(stretch: Stretch, span: Stretch) -> Ints:
    """Return the places of a stretch's days in the span."""
    first = max((stretch.start - span.start).days, 0)
    return np.arange(first, max(min((stretch.stop - span.start).days, span.days), first), dtype=np.int64)


def _days_of(fault: Fault, span: Stretch) -> Ints:
    """Return the places of a fault's days in the span."""
    days = _inside(Stretch(start=fault.start, stop=fault.stop), span)
    return days[np.isin((days + span.start.weekday()) % 7, fault.weekdays)] if fault.weekdays else days


class _Reasons:
    """Why days are unobserved: a code for each day, a sentence for each code."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.codes = np.zeros(shape, dtype=np.int32)
        self.sentences = [""]

    def add(self, row: int, days: Ints, why: str) -> None:
        """Add a reason to days of an outlet, behind those they have."""
        before = self.codes[row, days]
        for code in np.unique(before):
            said = self.sentences[code]
            if why in said.split("; "):
                continue
            self.codes[row, days[before == code]] = len(self.sentences)
            self.sentences.append(f"{said}; {why}" if said else why)


def _table(names: Sequence[str], span: Stretch, counts: Ints, said: Ints, why: _Reasons) -> pa.Table:
    days = max(span.days, 0)
    first = np.datetime64(span.start, "D")
    rows = np.repeat(np.arange(len(names), dtype=np.int32), days)
    return pa.table(
        {
            "outlet": pa.array(names, pa.string()).take(pa.array(rows)),
            "day": pa.array(np.tile(np.arange(first, first + days), len(names)), pa.date32()),
            "pieces": pa.array(counts.ravel(), pa.int64()),
            "declared": pa.array(_SAID, pa.string()).take(pa.array(said.ravel())),
            "observed": pa.array(why.codes.ravel() == 0),
            "why": pa.array(why.sentences, pa.string()).take(pa.array(why.codes.ravel())),
        },
        schema=COMPLETENESS,
    )


IMPOSSIBLE = pa.schema([pa.field(name, pa.string(), nullable=False) for name in ("doc_id", "outlet", "why")])


def impossible_dates(documents: pa.Table) -> pa.Table:
    """Return the documents whose dates can't be when they were published, with what was seen.

    Parameters
    ----------
    documents
        Rows with ``doc_id, outlet, published, precision, first_seen``; undated ones are passed over.

    Returns
    -------
    pyarrow.Table
        ``doc_id, outlet, why``, in the order of the documents.

    Examples
    --------
    >>> seen = datetime(2025, 6, 1, tzinfo=UTC)
    >>> row = {"doc_id": "d", "outlet": "a", "published": datetime(2031, 1, 5, tzinfo=UTC), "precision": "day"}
    >>> impossible_dates(pa.Table.from_pylist([{**row, "first_seen": seen}]))["why"].to_pylist()
    ['dated 2031-01-05, after it was first seen on 2025-06-01']
    """
    columns = ("doc_id", "outlet", "published", "precision", "first_seen")
    dated = documents.select(columns).filter(pc.is_valid(documents["published"])).to_pylist()
    heaps = _heaps(dated)
    found = []
    for row in dated:
        why = _impossible(row) or heaps.get((row["outlet"], row["published"])) or _of_day(row, heaps)
        if why:
            found.append({"doc_id": row["doc_id"], "outlet": row["outlet"], "why": why})
    return pa.Table.from_pylist(found, IMPOSSIBLE)


def _impossible(row: Mapping[str, Any]) -> str:
    """Return what is wrong with a date by itself, "" where nothing is."""
    published: datetime = row["published"]
    if published.year < _FIRST_NEWSPAPER:
        return f"dated {published.date()}, before there were newspapers"
    if published > row["first_seen"] + timedelta(days=1):
        return f"dated {published.date()}, after it was first seen on {row['first_seen'].date()}"
    return ""


def _of_day(row: Mapping[str, Any], heaps: Mapping[tuple[str, date], str]) -> str:
    """Return what is wrong with the day of a date that names one."""
    named = row["precision"] not in ("month", "year")
    return heaps.get((row["outlet"], row["published"].date()), "") if named else ""


def _heaps(dated: Sequence[Mapping[str, Any]]) -> dict[tuple[str, date], str]:
    """Return the moments (or days) of an outlet that hold more pieces than can have been published then."""
    by_outlet: dict[str, list[Mapping[str, Any]]] = {}
    for row in dated:
        by_outlet.setdefault(row["outlet"], []).append(row)
    found: dict[tuple[str, date], str] = {}
    for outlet, rows in by_outlet.items():
        found |= {(outlet, moment): why for moment, why in _same_moment(rows).items()}
        found |= {(outlet, day): why for day, why in _same_day(rows).items()}
    return found


def _same_moment(rows: Sequence[Mapping[str, Any]]) -> dict[date, str]:
    """Return the moments other than midnight, exact to the minute or second, that many pieces share."""
    moments = Counter(row["published"] for row in rows if row["precision"] in ("minute", "second"))
    return {
        moment: f"{count:,} of the outlet's {len(rows):,} pieces are dated {moment:%Y-%m-%d %H:%M:%S}, to the moment"
        for moment, count in moments.items()
        if count >= max(2 * _HEAP, _HEAP_SHARE * len(rows)) and moment.timetz() != time(tzinfo=UTC)
    }


def _same_day(rows: Sequence[Mapping[str, Any]]) -> dict[date, str]:
    """Return the days that a missing date turns into and that hold far more pieces than those around."""
    days = Counter(row["published"].date() for row in rows if row["precision"] not in ("month", "year"))
    imported = Counter(row["first_seen"].date() for row in rows)
    numbered = {day.toordinal(): count for day, count in days.items()}
    found = {}
    for day, count in sorted(days.items()):
        here = day.toordinal()
        around = [numbered.get(here + away, 0) for away in range(-_AROUND, _AROUND + 1) if away]
        share = f"{count:,} of the outlet's {len(rows):,} pieces are dated {day}"
        heap = count >= max(_HEAP, _HEAP_SHARE * len(rows), _HEAP_TIMES * sum(around) / len(around) + 1)
        if day in _ZERO_DATES and not any(around):
            found[day] = f"dated {day}, the day from which computers count where a date is missing"
        elif heap and (day.month, day.day) == (1, 1):
            found[day] = f"{share}, what a date with a year only is often turned into"
        elif heap and len(days) > 1 and 2 * imported[day] > len(rows):
            found[day] = f"{share}, the day of the import"
    return found
