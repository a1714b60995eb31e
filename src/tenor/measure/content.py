"""What it is about: which articles' words are compared."""

from __future__ import annotations

from tenor.measure.spoken import DAYS, ORDER, QUERY
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

# The articles whose words are compared; what is counted of them takes two articles, and is no SQL.
_ARTICLES = f"""\
SELECT articles.doc_id AS doc_id, CAST(NULL AS BIGINT) AS start, CAST(NULL AS BIGINT) AS stop,
       articles.day AS date, CAST(1 AS SMALLINT) AS days, articles.outlet AS outlet,
       articles.copy_id AS copy_id, CAST(NULL AS VARCHAR) AS part, CAST(NULL AS VARCHAR) AS speech,
       CAST(articles.headline_words + articles.body_words AS DOUBLE) AS num, CAST(NULL AS DOUBLE) AS den
FROM articles
WHERE articles.day IS NOT NULL AND {QUERY}
UNION ALL
{DAYS}{ORDER}"""
_NEEDS = ("articles", "boilerplate", "completeness", "documents", "matches")

NOVELTY = Measure(
    name="content.novelty",
    version=1,
    numerator="distance from the nearest earlier article",
    denominator="article",
    scale="mean",
    needs=_NEEDS,
    parameters=("query",),
    asks="How far is an article from the nearest one of earlier rounds, if as many are looked at for each?",
    sql=_ARTICLES,
)
DISTANCE = Measure(
    name="content.distance",
    version=1,
    numerator="distance in content",
    denominator="distance between other rounds",
    scale="distance",
    needs=_NEEDS,
    parameters=("query",),
    asks="How far do a round's articles lie from those of others, against how far these lie from each other?",
    sql=_ARTICLES,
)

MEASURES = (KEYNESS, DISTANCE, NOVELTY)
