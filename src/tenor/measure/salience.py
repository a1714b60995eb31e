"""How present an actor is: in how many articles and headlines, how early, how often."""

from __future__ import annotations

from typing import Literal

from tenor.measure.spoken import DAYS, joined, of_articles
from tenor.model import Measure

_NEEDS = ("annotated", "annotations", "articles", "boilerplate", "coders", "completeness", "documents", "matches")
# From 1, the first words, to 0, the last; a headline is the first of all.
_PLACE = "CASE WHEN mentions.above > 0 THEN 1 ELSE 1 - mentions.first / length(documents.text) END"


def _salience(name: str, sql: str, *, numerator: str, over: str, scale: Literal["share", "mean"], asks: str) -> Measure:
    return Measure(
        name=name,
        version=1,
        numerator=numerator,
        denominator=over,
        scale=scale,
        needs=_NEEDS,
        parameters=("query", "actor"),
        asks=asks,
        sql=joined(sql, DAYS),
    )


DOCUMENTS = _salience(
    "salience.documents",
    of_articles("coalesce(mentions.many, 0) > 0", "1"),
    numerator="articles that name the actor",
    over="all articles",
    scale="share",
    asks="Which share of articles names an actor?",
)
HEADLINES = _salience(
    "salience.headlines",
    of_articles("coalesce(mentions.above, 0) > 0", "1", where="articles.headline_words > 0"),
    numerator="headlines that name the actor",
    over="all headlines",
    scale="share",
    asks="Which share of headlines names an actor?",
)
FIRST = _salience(
    "salience.first_mention",
    of_articles(_PLACE, "1", where="mentions.many > 0"),
    numerator="place of the first mention",
    over="article that names the actor",
    scale="mean",
    asks="How early does an article name an actor, from 1 (at once) to 0 (at its end)?",
)
MENTIONS = _salience(
    "salience.mentions",
    of_articles(
        "coalesce(mentions.many, 0)",
        "articles.headline_words + articles.body_words",
        where="articles.headline_words + articles.body_words > 0",
    ),
    numerator="mentions",
    over="all words",
    scale="share",
    asks="How often is an actor named, in a hundred words?",
)

MEASURES = (DOCUMENTS, HEADLINES, FIRST, MENTIONS)
