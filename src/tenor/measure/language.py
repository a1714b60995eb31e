"""How it is worded: loaded words, techniques of persuasion, sweeping generalisations, as shares of sentences."""

from __future__ import annotations

from tenor.measure.spoken import DAYS, joined, of_sentences
from tenor.model import Measure

_NEEDS = ("annotated", "annotations", "articles", "boilerplate", "coders", "completeness", "matches", "scores")
_HOLDS = """\
EXISTS (SELECT 1 FROM annotations WHERE annotations.doc_id = scores.doc_id AND annotations.part = scores.part
         AND annotations.coder = {coder} AND annotations.variable = '{variable}'{more}
         AND annotations.start < scores.stop AND scores.start < annotations.stop)"""


def _language(name: str, num: str, *, where: str, numerator: str, asks: str, also: tuple[str, ...] = ()) -> Measure:
    return Measure(
        name=name,
        version=1,
        numerator=numerator,
        denominator="all sentences",
        scale="share",
        needs=_NEEDS,
        parameters=("query", *also),
        asks=asks,
        sql=joined(of_sentences(num, where=where), DAYS),
    )


LOADED = _language(
    "language.loaded",
    "scores.biased >= 0.5",
    where="scores.biased IS NOT NULL",
    numerator="sentences in loaded words",
    asks="Which share of sentences is worded with bias?",
)
TECHNIQUES = _language(
    "language.techniques",
    _HOLDS.format(
        coder="scores.coder",
        variable="technique",
        more="\n         AND ($technique = 'any' OR annotations.value = $technique)",
    ),
    where="scores.biased IS NOT NULL",
    numerator="sentences that persuade",
    asks="Which share of sentences holds a technique of persuasion?",
    also=("technique",),
)
GENERALISATION = _language(
    "language.generalisation",
    _HOLDS.format(coder="'rules@1'", variable="generalisation", more=""),
    where="articles.lang IN ('en', 'ru', 'uk', 'tr')",
    numerator="sentences that generalise",
    asks="Which share of sentences says something of everyone, of no one, or of all times?",
)

MEASURES = (LOADED, TECHNIQUES, GENERALISATION)
