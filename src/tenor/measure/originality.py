"""How much is the outlets' own: agency text, and wording that stood in earlier rounds."""

from __future__ import annotations

from tenor.measure.spoken import DAYS, joined, of_articles
from tenor.model import Measure

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
    sql=joined(of_articles("origins.how IS NOT NULL", "1", join=_AGENCY, where=_WIRES), DAYS),
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
        of_articles("reuse.reused", "reuse.phrases", join="JOIN reuse ON reuse.doc_id = articles.doc_id"),
        DAYS,
    ),
)

MEASURES = (AGENCY_SHARE, TEXT_REUSE)
