"""How much is the outlets' own: agency text, and wording that stood in earlier rounds."""

from __future__ import annotations

from tenor.measure.spoken import DAYS, QUERY, joined
from tenor.model import Measure

_HEAD = """\
SELECT articles.doc_id AS doc_id, CAST(NULL AS BIGINT) AS start, CAST(NULL AS BIGINT) AS stop,
       articles.day AS date, CAST(1 AS SMALLINT) AS days, articles.outlet AS outlet,
       articles.copy_id AS copy_id, CAST(NULL AS VARCHAR) AS part, CAST(NULL AS VARCHAR) AS speech,
       CAST({num} AS DOUBLE) AS num, CAST({den} AS DOUBLE) AS den
FROM articles {join}
WHERE articles.day IS NOT NULL AND {where} AND {query}
"""
# An agency's own articles say nothing of how much others print of them.
_AGENCY = "LEFT JOIN origins ON origins.doc_id = articles.doc_id"
_WIRES = "articles.outlet NOT IN (SELECT outlet FROM articles JOIN origins USING (doc_id) WHERE how = 'its own')"

AGENCY_SHARE = Measure(
    name="originality.agency_share",
    version=1,
    numerator="articles that are agency text",
    denominator="all articles",
    scale="share",
    needs=("articles", "completeness", "matches", "origins"),
    parameters=("query",),
    asks="Which share of articles is agency text: a copy of it, or credited at its head or foot?",
    sql=joined(_HEAD.format(num="origins.how IS NOT NULL", den="1", join=_AGENCY, where=_WIRES, query=QUERY), DAYS),
)
TEXT_REUSE = Measure(
    name="originality.text_reuse",
    version=1,
    numerator="phrases that outlets used in earlier rounds",
    denominator="all phrases",
    scale="share",
    needs=("articles", "completeness", "matches", "reuse"),
    parameters=("query",),
    asks="Which share of an article's phrases had stood in two outlets' articles of earlier rounds?",
    sql=joined(
        _HEAD.format(
            num="reuse.reused",
            den="reuse.phrases",
            join="JOIN reuse ON reuse.doc_id = articles.doc_id",
            where="TRUE",
            query=QUERY,
        ),
        DAYS,
    ),
)

MEASURES = (AGENCY_SHARE, TEXT_REUSE)
