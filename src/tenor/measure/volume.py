"""How much: counts of pieces, as a rate and as a share of everything an outlet ran."""

from __future__ import annotations

from typing import Literal

from tenor.model import Measure

_COLUMNS = """\
SELECT CAST(NULL AS VARCHAR) AS doc_id, CAST(NULL AS BIGINT) AS start, CAST(NULL AS BIGINT) AS stop,
       counts.start AS date, counts.days AS days, counts.outlet AS outlet,
       CAST(NULL AS VARCHAR) AS copy_id, CAST(NULL AS VARCHAR) AS part, CAST(NULL AS VARCHAR) AS speech,
       CAST(counts.matched AS DOUBLE) AS num, CAST({denominator} AS DOUBLE) AS den
FROM counts
WHERE counts.query = $query
ORDER BY counts.outlet, counts.start"""


def _volume(name: str, denominator: str, *, over: str, scale: Literal["rate", "share"], asks: str) -> Measure:
    return Measure(
        name=name,
        version=1,
        numerator="pieces",
        denominator=over,
        scale=scale,
        needs=("counts",),
        parameters=("query",),
        asks=asks,
        sql=_COLUMNS.format(denominator=denominator),
    )


RATE = _volume(
    "volume.rate",
    "counts.days",
    over="outlet-day",
    scale="rate",
    asks="How many pieces did an outlet run a day?",
)
SHARE = _volume(
    "volume.share",
    "counts.total",
    over="all pieces",
    scale="share",
    asks="Which share of everything the outlets ran was about this?",
)

MEASURES = (RATE, SHARE)
