"""What is in the store, before any claim."""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from tenor.corpus.completeness import doubtful_days
from tenor.corpus.store import Store

_COUNTS = """\
SELECT outlet, query, days, min(start) AS first, max(start) AS last, count(*) AS observed,
       CAST((max(start) - min(start)) / days + 1 - count(*) AS BIGINT) AS missing,
       CAST(sum(matched) AS BIGINT) AS matched, CAST(sum(total) AS BIGINT) AS total, max(matched) AS most
FROM counts GROUP BY outlet, query, days ORDER BY outlet, query, days"""

_SINCE = """\
SELECT first_seen, doc_id, outlet, native_id, version, changed, published, title
FROM documents WHERE first_seen >= $since ORDER BY first_seen, outlet, native_id, version"""


def counts_table(store: Store) -> pa.Table:
    """Return a row for each outlet and query: days with figures, missing and doubtful ones, sums.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     counts_table(Store(folder)).num_rows
    0
    """
    table = store.query(_COUNTS, {})
    doubtful = doubtful_days(store).to_pylist()
    counted = [
        sum(item["outlet"] == row["outlet"] and row["first"] <= item["start"] <= row["last"] for item in doubtful)
        for row in table.select(["outlet", "first", "last"]).to_pylist()
    ]
    return table.add_column(7, "doubtful", pa.array(counted, pa.int64()))


_COPIES = """\
SELECT threshold, copies.copy_id AS copy_id, first.outlet AS first_outlet, first.day AS first_day,
       doc_id, own.outlet AS outlet, own.day AS day, round(similarity, 3) AS similarity, how, title
FROM copies JOIN articles AS own USING (doc_id) JOIN articles AS first ON first.doc_id = copies.copy_id
JOIN documents USING (doc_id) WHERE NOT copies.first_publisher
ORDER BY threshold, first_day, copies.copy_id, day, outlet, doc_id"""


def copies_table(store: Store) -> pa.Table:
    """Return every near-copy with what it is a copy of, at each threshold.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     copies_table(Store(folder)).num_rows
    0
    """
    return store.query(_COPIES, {})


def new_since(store: Store, moment: datetime) -> pa.Table:
    """Return every version that came into the store at a moment or later, and what changed in it."""
    return store.query(_SINCE, {"since": moment})
