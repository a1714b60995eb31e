"""Articles as they are counted: one row each, its day in the event's time zone, its family, its words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.corpus.boilerplate import SPANS
from tenor.corpus.minhash import stretches, words_of
from tenor.corpus.store import Store
from tenor.tables import ARTICLES

COUNTED_AT = 0.7
"""The threshold of the families that count as one."""

# Of every article the newest version that has a text, with the date of its first one.
HEADS = """\
WITH versions AS (
  SELECT *, CASE WHEN native_id = '' THEN doc_id ELSE native_id END AS article FROM documents
),
dated AS (
  SELECT outlet, article, arg_min(struct_pack(published, precision, tz_source), version) AS first
  FROM versions GROUP BY outlet, article
),
newest AS (
  SELECT *, row_number() OVER (PARTITION BY outlet, article ORDER BY deleted, version DESC) AS back FROM versions
)
SELECT doc_id, newest.outlet AS outlet, lang, url, first_seen,
       dated.first.published AS published, dated.first.precision AS precision, dated.first.tz_source AS tz_source
FROM newest JOIN dated USING (outlet, article) WHERE back = 1 AND NOT deleted ORDER BY doc_id"""

_QUARTER = timedelta(minutes=15)
_FIRST, _LAST = (int(datetime(year, 1, 1, tzinfo=UTC).timestamp()) for year in (3, 9998))


def heads(store: Store) -> pa.Table:
    """Return the articles of a store without their texts, one row each, by doc_id.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     heads(Store(folder)).column_names
    ['doc_id', 'outlet', 'lang', 'url', 'first_seen', 'published', 'precision', 'tz_source']
    """
    return store.query(HEADS, {})


def days(published: pa.ChunkedArray, precision: pa.ChunkedArray, tz_source: pa.ChunkedArray, zone: str) -> pa.Array:
    """Return the day of each article in a time zone; empty where less than the day is known.

    A date without an hour, or an hour without a time zone, is taken as the day it says.

    Examples
    --------
    >>> late = pa.chunked_array([[datetime(2025, 7, 23, 22, 30, tzinfo=UTC)] * 3])
    >>> days(late, pa.chunked_array([["minute", "day", "month"]]), pa.chunked_array([["given"] * 3]), "Europe/Istanbul")
    <pyarrow.lib.Date32Array object at ...>
    [
      2025-07-24,
      2025-07-23,
      null
    ]
    """
    moments = published.cast(pa.timestamp("s", tz="UTC"), safe=False).combine_chunks().cast(pa.int64())
    known = pc.is_in(precision, pa.array(["second", "minute", "hour", "day"])).combine_chunks()
    exact = pc.and_(pc.not_equal(precision, "day"), pc.not_equal(tz_source, "none")).combine_chunks()
    seconds = pc.fill_null(moments, 0).to_numpy()
    local = seconds + np.where(exact.to_numpy(zero_copy_only=False), _offsets(seconds, ZoneInfo(zone)), 0)
    there = pc.and_(known, moments.is_valid()).to_numpy(zero_copy_only=False)
    return pa.array((local // 86_400).astype(np.int32), pa.date32(), mask=~there)


def _offsets(seconds: NDArray[np.int64], zone: ZoneInfo) -> NDArray[np.int64]:
    """Return how many seconds local time is ahead; it never changes within a quarter of an hour."""
    width = int(_QUARTER.total_seconds())
    # A moment in the first or last year of all time has no local one: it is taken as two years inside.
    quarters, place = np.unique(np.clip(seconds, _FIRST, _LAST) // width, return_inverse=True)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    ahead = [(start + int(item) * _QUARTER).astimezone(zone).utcoffset() or timedelta(0) for item in quarters]
    made: NDArray[np.int64] = np.array([int(item.total_seconds()) for item in ahead], np.int64)[place]
    return made


def table(store: Store, zone: str, impossible: pa.Table) -> pa.Table:
    """Return the articles, as rows of `ARTICLES`; families and boilerplate must be stored.

    Parameters
    ----------
    store
        The store.
    zone
        The event's time zone.
    impossible
        ``doc_id, why``: dates that can't be; these articles count as undated.
    """
    found = store.query(_WITH_FAMILIES.format(heads=HEADS), {"threshold": COUNTED_AT})
    own = days(found["published"], found["precision"], found["tz_source"], zone)
    places = pc.index_in(found["doc_id"], value_set=impossible["doc_id"].combine_chunks())
    said = impossible["why"].take(places)
    coarse = pc.if_else(
        pc.is_null(own), pc.binary_join_element_wise("only the ", found["precision"], " is known", ""), ""
    )
    coarse = pc.if_else(pc.equal(found["precision"], "none"), "no date is given", coarse)
    why = pc.coalesce(said, coarse)
    own = pc.if_else(pc.equal(why, ""), pa.chunked_array([own]), None)
    words = _words(store)
    found = found.append_column("day", own).append_column("why_undated", why)
    found = found.join(words, "doc_id").sort_by("doc_id")
    alone = found["copy_id"]
    columns = {
        **{name: found[name] for name in ARTICLES.names if name in found.column_names},
        "copy_id": pc.coalesce(alone, found["doc_id"]),
        "first_publisher": pc.fill_null(found["first_publisher"], fill_value=True),
    }
    return pa.table([columns[name] for name in ARTICLES.names], ARTICLES.names).cast(ARTICLES)


_WITH_FAMILIES = """\
SELECT * FROM ({heads}) LEFT JOIN (SELECT doc_id, copy_id, first_publisher FROM copies WHERE threshold = $threshold)
USING (doc_id) ORDER BY doc_id"""
_TEXTS = """\
SELECT doc_id, title, text, spans FROM (SELECT doc_id FROM ({heads})) JOIN documents USING (doc_id)
{spans}"""


def _words(store: Store) -> pa.Table:
    """Return how many words headline, body and boilerplate of each article have."""
    parts = []
    with store.snapshot() as then:
        for part in then.batches(_TEXTS.format(heads=HEADS, spans=SPANS), {}):
            rows = part.to_pylist()
            repeated = ["\n".join(row["text"][s["start"] : s["stop"]] for s in row["spans"] or ()) for row in rows]
            whole = counted([row["text"] for row in rows])
            boilerplate = counted(repeated)
            columns = {
                "doc_id": part["doc_id"],
                "headline_words": counted([row["title"] for row in rows]),
                "body_words": whole - boilerplate,
                "boilerplate_words": boilerplate,
            }
            parts.append(pa.table(columns))
    empty = pa.table({"doc_id": pa.array([], pa.string()), **{name: pa.array([], pa.int64()) for name in _COUNTS}})
    return pa.concat_tables(parts) if parts else empty


_COUNTS = ("headline_words", "body_words", "boilerplate_words")


def counted(texts: list[str]) -> NDArray[np.int64]:
    """Return how many words each text has.

    Examples
    --------
    >>> counted(["Don't stop.", ""]).tolist()
    [3, 0]
    """
    found = [np.diff(words_of(texts[start:stop]).first) for start, stop in stretches(texts)]
    return np.concatenate([np.empty(0, np.int64), *found])
