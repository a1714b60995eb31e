"""Which days of which outlet were observed: gaps, and feeds that seem to have stopped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import pyarrow as pa

from tenor.corpus.store import Store

_BEFORE = 14
_ORDINARY = 20
_STOPPED = 0.05

COMPLETENESS = pa.schema(
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
    return pa.Table.from_pylist(found, COMPLETENESS)


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
