"""What one standard deviation is: of all sentences of a language when a number is first used, and never moved."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa

from tenor.corpus.store import Store
from tenor.tables import NUMBERS, SCALES

# A language with fewer sentences has no spread to go by.
FEWEST = 30

_SENTENCES = """\
SELECT '{number}' AS number, coder, articles.lang AS lang, avg({number}) AS mean, stddev_samp({number}) AS sd,
       count({number}) AS sentences
FROM scores JOIN coders USING (coder) JOIN articles USING (doc_id)
WHERE coders.role = 'encoder' GROUP BY coder, articles.lang"""
_TOWARD = """\
SELECT 'toward' AS number, coder, articles.lang AS lang, avg(score) AS mean, stddev_samp(score) AS sd,
       count(score) AS sentences
FROM annotations JOIN coders USING (coder) JOIN articles USING (doc_id)
WHERE coders.role = 'actors' AND variable = 'toward' GROUP BY coder, articles.lang"""


def fix(store: Store, now: datetime | None = None) -> int:
    """Keep mean and spread of every number that has none yet, by coder and language.

    They are of all sentences that are there, quotations and all: so that a difference of rounds is measured by the
    same rod whatever is added, left out or asked for later.

    Parameters
    ----------
    store
        The study's; every article must have been read.
    now
        The moment that is kept with them; the clock's if not given.

    Returns
    -------
    int
        How many were added.

    Examples
    --------
    >>> fix(Store("corpus"))
    0
    """
    known = {(row["coder"], row["number"], row["lang"]) for row in store.query("FROM scales", {}).to_pylist()}
    sql = " UNION ALL ".join([*(_SENTENCES.format(number=name) for name in NUMBERS), _TOWARD])
    found = store.query(f"{sql} ORDER BY coder, number, lang", {}).to_pylist()
    at = now or datetime.now(tz=UTC)
    new = [
        {**row, "at": at}
        for row in found
        if row["sentences"] >= FEWEST and row["sd"] and (row["coder"], row["number"], row["lang"]) not in known
    ]
    if new:
        store.append("scales", pa.Table.from_pylist(new, SCALES))
    return len(new)
