"""How it sounds: pleasant, agitated, neutral, and towards whom, as the encoder scores sentences."""

from __future__ import annotations

from typing import Literal

from tenor.measure.spoken import DAYS, QUERY, joined, of_sentences, overlaps
from tenor.model import Measure
from tenor.tables import EMOTIONS

_IN_SD = "(scores.{0} - scales.mean) / scales.sd"
_TABLES = ("annotated", "articles", "boilerplate", "coders", "completeness", "matches", "scores")
_EMOTION = "CASE $emotion " + " ".join(f"WHEN '{name}' THEN scores.emotion_{name}" for name in EMOTIONS) + " END"
# The likelier a target is meant well rather than badly, from -1 to 1; the voice is that of the sentence around it.
_TOWARD = f"""\
SELECT annotations.doc_id AS doc_id, annotations.start AS start, annotations.stop AS stop,
       articles.day AS date, CAST(1 AS SMALLINT) AS days, articles.outlet AS outlet,
       articles.copy_id AS copy_id,
       CASE WHEN {overlaps("annotations")} THEN 'boilerplate' ELSE annotations.part END AS part,
       scores.speech AS speech,
       CAST((annotations.score - scales.mean) / scales.sd AS DOUBLE) AS num, CAST(1 AS DOUBLE) AS den
FROM annotations JOIN coders ON coders.role = 'actors' AND coders.coder = annotations.coder
JOIN articles ON articles.doc_id = annotations.doc_id
JOIN scales ON scales.coder = annotations.coder AND scales.lang = articles.lang AND scales.number = 'toward'
LEFT JOIN (SELECT scores.* FROM scores JOIN coders ON coders.role = 'encoder' AND coders.coder = scores.coder) AS scores
  ON scores.doc_id = annotations.doc_id AND scores.part = annotations.part
  AND scores.start <= annotations.start AND annotations.start < scores.stop
WHERE articles.day IS NOT NULL AND annotations.variable = 'toward' AND annotations.actor = $actor AND {QUERY}
"""


def _tone(
    name: str,
    sql: str,
    *,
    numerator: str,
    asks: str,
    over: str = "sentence",
    scale: Literal["sd", "share"] = "sd",
    also: tuple[str, ...] = (),
) -> Measure:
    needs = (*_TABLES, *(("scales",) if scale == "sd" else ()), *(("annotations",) if "actor" in also else ()))
    return Measure(
        name=name,
        version=1,
        numerator=numerator,
        denominator=over,
        scale=scale,
        needs=tuple(sorted(needs)),
        parameters=("query", *also),
        asks=asks,
        sql=joined(sql, DAYS),
    )


def _scored(number: str) -> str:
    return of_sentences(_IN_SD.format(number), scale=f"'{number}'", where=f"scores.{number} IS NOT NULL")


VALENCE = _tone(
    "tone.valence", _scored("valence"), numerator="valence", asks="How pleasant or unpleasant does a sentence sound?"
)
AROUSAL = _tone(
    "tone.arousal", _scored("arousal"), numerator="arousal", asks="How agitated or calm does a sentence sound?"
)
EMOTION = _tone(
    "tone.emotion",
    of_sentences(
        f"({_EMOTION} - scales.mean) / scales.sd", scale="'emotion_' || $emotion", where=f"{_EMOTION} IS NOT NULL"
    ),
    numerator="likelihood of the emotion",
    asks="How likely does a sentence show an emotion?",
    also=("emotion",),
)
NEUTRAL = _tone(
    "tone.neutral",
    of_sentences("list_sort(scores.emotions) IN ([], ['neutral'])", where="scores.emotions IS NOT NULL"),
    numerator="sentences without emotion",
    over="all sentences",
    scale="share",
    asks="Which share of sentences shows no emotion?",
)
TOWARD = _tone(
    "tone.toward",
    _TOWARD,
    numerator="tone towards the actor",
    over="mention",
    asks="How well or badly is an actor spoken of where it is named?",
    also=("actor",),
)

MEASURES = (VALENCE, AROUSAL, EMOTION, NEUTRAL, TOWARD)
