"""How much: pieces, counted by others or as articles that are there, as a rate, as a share, and their length."""

from __future__ import annotations

from typing import Literal

from tenor.measure.spoken import days
from tenor.model import Measure

_HEAD = """\
SELECT {doc_id} AS doc_id, CAST(NULL AS BIGINT) AS start, CAST(NULL AS BIGINT) AS stop,
       {date} AS date, CAST({days} AS SMALLINT) AS days, {table}.outlet AS outlet,
       {copy_id} AS copy_id, {part} AS part, CAST(NULL AS VARCHAR) AS speech,
       CAST({num} AS DOUBLE) AS num, CAST({den} AS DOUBLE) AS den
FROM {table}
WHERE {which}
"""
_NOTHING = "CAST(NULL AS VARCHAR)"
_MATCHED = "articles.doc_id IN (SELECT doc_id FROM matches WHERE query = $query)"
# A share has all articles below the line, whatever they are about.
_ANY = "$query IN (SELECT query FROM matches)"


def _counts(den: str) -> str:
    """Return the figures counted by others: one row is one outlet's day or week."""
    return _HEAD.format(
        table="counts",
        doc_id=_NOTHING,
        copy_id=_NOTHING,
        part=_NOTHING,
        date="counts.start",
        days="counts.days",
        num="counts.matched",
        den=den,
        which="counts.query = $query",
    )


def _articles(num: str, den: str, *, part: str = _NOTHING, all_of_them: bool = False) -> str:
    """Return the articles that are there: one row each."""
    picked = _ANY if all_of_them else _MATCHED
    return _HEAD.format(
        table="articles",
        doc_id="articles.doc_id",
        copy_id="articles.copy_id",
        part=part,
        date="articles.day",
        days="1",
        num=num,
        den=den,
        which=f"articles.day IS NOT NULL AND ($query = '' OR {picked})",
    )


def _joined(*parts: str) -> str:
    return "UNION ALL\n".join(parts) + "ORDER BY outlet, date, doc_id, part"


def _volume(
    name: str, sql: str, *, numerator: str, over: str, scale: Literal["rate", "share", "mean"], asks: str
) -> Measure:
    return Measure(
        name=name,
        version=1,
        numerator=numerator,
        denominator=over,
        scale=scale,
        needs=(*(() if scale == "mean" else ("counts",)), "articles", "completeness", "matches"),
        parameters=("query",),
        asks=asks,
        sql=sql,
    )


RATE = _volume(
    "volume.rate",
    _joined(_counts("counts.days"), _articles("1", "NULL"), days("1")),
    numerator="pieces",
    over="outlet-day",
    scale="rate",
    asks="How many pieces did an outlet run a day?",
)
SHARE = _volume(
    "volume.share",
    _joined(_counts("counts.total"), _articles(f"$query = '' OR {_MATCHED}", "1", all_of_them=True), days("0")),
    numerator="pieces",
    over="all pieces",
    scale="share",
    asks="Which share of everything the outlets ran was about this?",
)
WORDS = _volume(
    "volume.words",
    _joined(
        _articles("articles.body_words", "1", part="'body'"),
        _articles("articles.boilerplate_words", "NULL", part="'boilerplate'"),
        days("0"),
    ),
    numerator="words",
    over="piece",
    scale="mean",
    asks="How long was a piece?",
)

MEASURES = (RATE, SHARE, WORDS)
