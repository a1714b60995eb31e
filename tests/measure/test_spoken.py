"""Measures on what was read out of texts: rows on a small store, counted by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tenor.annotate.scales import FEWEST, fix
from tenor.measure import language, salience, tone
from tenor.model import Measure
from tenor.study import Study
from tenor.tables import SCALES
from tenor.testing import check_measure
from tests.corpus.press import article, day, press
from tests.measure.scored import ACTORS, ENCODER, keep, score, span

TEXT = "The talks were calm. Brandel shouted. He left."
GIVEN: dict[str, dict[str, str]] = {
    "tone.emotion": {"emotion": "fear"},
    "tone.toward": {"actor": "brandel"},
    "language.techniques": {"technique": "any"},
    **{measure.name: {"actor": "brandel"} for measure in salience.MEASURES},
}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Three articles: two of a, one of b; in the first, Brandel is named in the headline and the body."""
    documents = [
        article(TEXT, title="Brandel shouts", outlet="a", at="2024-02-01"),
        article(TEXT.replace("calm", "long"), title="Talks", outlet="a", at="2024-02-02"),
        article("The talks went on without anybody.", title="Talks", outlet="b", at="2024-02-01"),
    ]
    made = press(tmp_path, documents)
    store = made.refresh()
    first, second, third = ids(made)
    scores = [
        score(first, 0, 20, valence=3.0, arousal=2.0, biased=0.2, emotions=["neutral"], emotion_fear=0.1),
        score(first, 21, 37, valence=1.0, arousal=4.0, biased=0.9, emotions=["anger"], emotion_fear=0.5),
        score(first, 38, 46, speech="quoted", valence=2.0, arousal=3.0, biased=0.5, emotions=[], emotion_fear=0.3),
        score(second, 0, 20, valence=4.0, arousal=2.0, biased=0.1, emotions=["fear", "neutral"], emotion_fear=0.7),
        score(third, 0, 34, words=2),
    ]
    annotations = [
        span(first, 0, 7, "mention", "alias", actor="brandel", coder=ACTORS, part="title"),
        span(first, 21, 28, "mention", "alias", actor="brandel", coder=ACTORS),
        span(second, 21, 28, "mention", "alias", actor="brandel", coder=ACTORS),
        span(first, 21, 28, "toward", "negative", actor="brandel", coder=ACTORS, score=-0.5),
        span(second, 21, 28, "toward", "neutral", actor="other", coder=ACTORS, score=0.1),
        span(first, 29, 36, "technique", "Loaded_Language", score=0.8),
        span(third, 0, 34, "generalisation", "no one", coder="rules@1"),
        span(third, 0, 34, "mention", "alias", actor="brandel", coder="somebody else"),
    ]
    keep(store, scores, annotations)
    names = ["valence", "arousal", "emotion_fear"]
    scales = [(ENCODER, name, 2.0 if name != "emotion_fear" else 0.5, 0.5) for name in names] + [
        (ACTORS, "toward", 0.0, 0.25)
    ]
    rows = [
        {"coder": coder, "number": name, "lang": "en", "mean": mean, "sd": sd, "sentences": 9, "at": None}
        for coder, name, mean, sd in scales
    ]
    rows = [{**row, "at": pa.scalar(0, pa.timestamp("us", tz="UTC")).as_py()} for row in rows]
    store.append("scales", pa.Table.from_pylist(rows, SCALES))
    return made


def ids(study: Study) -> tuple[str, str, str]:
    """Return the articles in the order in which they were written."""
    found = study.refresh().query("SELECT doc_id FROM articles ORDER BY outlet, day", {})["doc_id"].to_pylist()
    return found[0], found[1], found[2]


def asked(study: Study, measure: Measure, **more: str) -> list[tuple[Any, ...]]:
    """Return the rows of articles: outlet, day, start, speech, num, den."""
    bound = {"query": "", **GIVEN.get(measure.name, {}), **more}
    found = study.store.query(measure.sql, bound).to_pylist()
    return [
        (row["outlet"], row["date"].day, row["start"], row["speech"], round(row["num"], 4), row["den"])
        for row in found
        if row["doc_id"]
    ]


@pytest.mark.parametrize("measure", [*tone.MEASURES, *salience.MEASURES, *language.MEASURES], ids=lambda one: one.name)
def test_each_keeps_the_promises_of_measures(study: Study, measure: Measure) -> None:
    check_measure(measure, study.store.query, {"query": "", **GIVEN.get(measure.name, {})})


def test_valence_in_standard_deviations_of_the_reference(study: Study) -> None:
    assert asked(study, tone.VALENCE) == [
        ("a", 1, 0, "narration", 2.0, 1),
        ("a", 1, 21, "narration", -2.0, 1),
        ("a", 1, 38, "quoted", 0.0, 1),
        ("a", 2, 0, "narration", 4.0, 1),
    ]


def test_an_emotion_by_its_likelihood(study: Study) -> None:
    assert [row[4] for row in asked(study, tone.EMOTION)] == [-0.8, 0.0, -0.4, 0.4]
    assert asked(study, tone.EMOTION, emotion="joy") == []


def test_neutral_is_no_emotion_or_only_that(study: Study) -> None:
    assert [row[4] for row in asked(study, tone.NEUTRAL)] == [1, 0, 1, 0]


def test_the_tone_towards_one_actor(study: Study) -> None:
    assert asked(study, tone.TOWARD) == [("a", 1, 21, "narration", -2.0, 1)]


def test_presence_in_articles_headlines_places_and_words(study: Study) -> None:
    assert [row[4:] for row in asked(study, salience.DOCUMENTS)] == [(1, 1), (1, 1), (0, 1)]
    assert [row[4:] for row in asked(study, salience.HEADLINES)] == [(1, 1), (0, 1), (0, 1)]
    assert [row[4:] for row in asked(study, salience.FIRST)] == [(1, 1), (round(1 - 21 / 46, 4), 1)]
    assert [row[4:] for row in asked(study, salience.MENTIONS)] == [(2, 10), (1, 9), (0, 7)]


def test_shares_of_sentences(study: Study) -> None:
    assert [row[4] for row in asked(study, language.LOADED)] == [0, 1, 1, 0]
    assert [row[4] for row in asked(study, language.TECHNIQUES)] == [0, 1, 0, 0]
    assert [row[4] for row in asked(study, language.TECHNIQUES, technique="Doubt")] == [0, 0, 0, 0]
    assert [row[4] for row in asked(study, language.GENERALISATION)] == [0, 0, 0, 0, 1]


def test_days_without_articles_have_nothing_below_the_line(study: Study) -> None:
    found = study.store.query(tone.VALENCE.sql, {"query": ""}).to_pylist()
    assert [(row["outlet"], row["date"], row["num"], row["den"]) for row in found if row["doc_id"] is None] == [
        (name, day(f"2024-02-0{at}"), 0, 0) for name in "ab" for at in (1, 2)
    ]


def test_what_an_outlet_repeats_is_marked(study: Study) -> None:
    first = ids(study)[0]
    schema = study.store.query("FROM boilerplate", {}).schema
    row = [{"doc_id": first, "start": 30, "stop": 40, "why": "repeated"}]
    study.store.append("boilerplate", pa.Table.from_pylist(row, schema))
    found = study.store.query(tone.VALENCE.sql, {"query": ""}).to_pylist()
    assert [row["part"] for row in found if row["doc_id"] == first] == ["body", "boilerplate", "boilerplate"]


def test_a_scale_is_fixed_once_and_stays(tmp_path: Path) -> None:
    made = press(tmp_path, [article(TEXT, outlet="a", at="2024-02-01")])
    store = made.refresh()
    doc_id = store.query("SELECT doc_id FROM articles", {})["doc_id"][0].as_py()
    keep(store, [score(doc_id, at, at + 1, valence=float(at % 2)) for at in range(FEWEST)])
    assert fix(store) == 1
    scale = store.query("SELECT number, lang, mean, sd, sentences FROM scales", {}).to_pylist()
    half = (0.25 * FEWEST / (FEWEST - 1)) ** 0.5
    assert scale == [{"number": "valence", "lang": "en", "mean": 0.5, "sd": pytest.approx(half), "sentences": FEWEST}]
    store.append(
        "scores",
        store.query("SELECT * REPLACE (valence + 9 AS valence) FROM scores", {}).cast(
            store.query("FROM scores", {}).schema
        ),
    )
    assert fix(store) == 0
    assert store.query("SELECT number, lang, mean, sd, sentences FROM scales", {}).to_pylist() == scale
