"""What it is about: which articles' words are compared."""

from __future__ import annotations

from tenor.model import Measure

_WORDS = """\
SELECT articles.doc_id AS doc_id, CAST(NULL AS BIGINT) AS start, CAST(NULL AS BIGINT) AS stop,
       articles.day AS date, CAST(1 AS SMALLINT) AS days, articles.outlet AS outlet,
       articles.copy_id AS copy_id, CAST(NULL AS VARCHAR) AS part, CAST(NULL AS VARCHAR) AS speech,
       CAST(articles.headline_words + articles.body_words AS DOUBLE) AS num, CAST(NULL AS DOUBLE) AS den
FROM articles
WHERE articles.day IS NOT NULL
  AND ($query = '' OR articles.doc_id IN (SELECT doc_id FROM matches WHERE query = $query))
ORDER BY outlet, date, doc_id"""

KEYNESS = Measure(
    name="content.keyness",
    version=1,
    numerator="words",
    denominator="all words",
    scale="words",
    needs=("articles", "matches"),
    parameters=("query",),
    asks="Which words set a round apart from others? (`tenor compare`)",
    sql=_WORDS,
)

MEASURES = (KEYNESS,)
