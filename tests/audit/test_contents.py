"""How far rounds lie apart in content, and how new articles are: planted corpora, and the words they must end with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from tenor.audit.contents import READINGS, how_new, new_rows, pairs_of, placed
from tenor.errors import StudyError
from tenor.registry import PLANNED, measure_named, measures
from tenor.results import Verdict
from tenor.study import Study
from tenor.testing import check_measure
from tests.audit.planted import ROUNDS, Row, row, study_of

OUTLETS = tuple(f"Paper {letter}" for letter in "ABCDEFGHIJ")
CLAIM = """\
  - id: {id}
    quote: Essentially the same in content.
    holder: a commentator
    date: 2024-04-10
    source: a test
    hypotheses:
      - {{id: H-{id}, measure: {measure}, population: {population}, contrast: {contrast}, relation: {relation},
         margin: {margin}}}
"""
SAME = {
    "id": "same",
    "measure": "content.distance",
    "population": "outlets like these",
    "contrast": "{r3: 1, r2: -1}",
    "relation": "equivalent",
    "margin": "within 25 %",
}
NOVEL = {**SAME, "id": "novel", "measure": "content.novelty", "relation": "less", "margin": "at least 10 % lower"}
FAR = {
    **SAME,
    "id": "far",
    "contrast": "{r3: 1, r1: -0.5, r2: -0.5}",
    "relation": "greater",
    "margin": "at least 25 % more",
}
# Which topics a round's articles speak of: the third is as the second, or as no other; or nothing ever changes.
AS_BEFORE, NEW, ALWAYS = ("a", "b", "b"), ("ab", "ba", "c"), ("a", "a", "a")


def words(topic: str, number: int = 40) -> list[str]:
    """Return the words of a topic."""
    return [f"{topic}{chr(97 + one // 26)}{chr(97 + one % 26)}ord" for one in range(number)]


def corpus(topics: Sequence[str], *, seed: int = 0, each: int = 4, langs: Sequence[str] = ("en",)) -> list[Row]:
    """Return articles of ten outlets in three rounds; a topic of two letters is a mixture, mostly of the first."""
    generator = np.random.default_rng(seed)
    rows: list[Row] = []
    for place, outlet in enumerate(OUTLETS):
        lang = langs[place % len(langs)]
        for number, start in enumerate(ROUNDS):
            for piece in range(each):
                topic = topics[number]
                known = [word for at, one in enumerate(topic) for word in words(lang + one, 40 if at == 0 else 20)]
                said = [*generator.choice(known, 30).tolist(), *generator.choice(words(f"{lang}z"), 10).tolist()]
                said += generator.choice(words(f"p{place}", 10), 4).tolist()
                when = f"{start + timedelta(days=piece % 3)}T{8 + piece:02}:00:00+03:00"
                sentences = [" ".join(said[at : at + 11]).capitalize() + "." for at in range(0, len(said), 11)]
                rows.append(row(len(rows), outlet, when, " ".join(sentences), f"The {lang}zab", lang))
    return rows


def asked(folder: Path, rows: Sequence[Row], *claims: dict[str, str]) -> Study:
    """Return a study with these claims."""
    said = "tenor_claims: 1\nclaims:\n" + "".join(CLAIM.format(**claim) for claim in claims)
    return study_of(folder, rows, claims=said)


def verdict(folder: Path, rows: Sequence[Row], claim: dict[str, str]) -> Verdict:
    (found,) = asked(folder, rows, claim).audit().verdicts
    return found


def test_both_measures_are_there_and_keep_their_promises(tmp_path: Path) -> None:
    assert {"content.distance", "content.novelty"} <= set(measures())
    assert not {"content.distance", "content.novelty"} & set(PLANNED)
    study = asked(tmp_path, corpus(AS_BEFORE), SAME)
    for name in ("content.distance", "content.novelty"):
        check_measure(measure_named(name), study.refresh().query, {"query": ""})


def test_a_round_that_says_what_the_one_before_said_is_the_same(tmp_path: Path) -> None:
    found = verdict(tmp_path, corpus(AS_BEFORE), SAME)
    assert found.word == "supported"
    (finding,) = found.findings
    assert finding.estimate is not None
    assert finding.estimate.value < 0.2
    assert finding.estimate.low == 0
    assert finding.sentence.startswith("The articles of the third round lie ")
    assert "as the first round and the second round lie from each other" in finding.sentence
    assert "10 outlets, 120 articles in 120 copy groups" in finding.sentence
    assert finding.agreement[0] == finding.agreement[1] > 1
    assert any("random halves" in reason for reason in finding.reasons)


def test_a_round_of_its_own_is_not_the_same_and_is_far(tmp_path: Path) -> None:
    rows = corpus(NEW)
    assert verdict(tmp_path / "a", rows, SAME).word == "opposite direction found"
    found = verdict(tmp_path / "b", rows, FAR)
    assert found.word == "supported"
    (finding,) = found.findings
    assert "as these lie from each other" in finding.sentence
    assert any(reason.endswith("0 lie as far apart") for reason in finding.reasons)


def test_where_nothing_ever_changes_there_is_no_measure_of_a_distance(tmp_path: Path) -> None:
    words_ = set()
    for seed in range(2):
        found = verdict(tmp_path / str(seed), corpus(ALWAYS, seed=seed), SAME)
        words_.add(found.word)
    # Either the others lie at nothing, so that there is no ratio, or at so little that the interval has no end.
    assert words_ <= {"not testable", "inconclusive"}


def test_a_round_with_nothing_new_is_found_and_one_with_everything_new_is_not(tmp_path: Path) -> None:
    found = verdict(tmp_path / "a", corpus(AS_BEFORE), NOVEL)
    assert found.word == "supported"
    assert "times" in found.findings[0].difference
    assert verdict(tmp_path / "b", corpus(NEW), NOVEL).word in ("opposite direction found", "no meaningful difference")


def test_the_first_round_can_be_new_against_nothing(tmp_path: Path) -> None:
    found = verdict(tmp_path, corpus(AS_BEFORE), {**NOVEL, "contrast": "{r3: 1, r1: -1}"})
    assert found.word == "not testable"
    assert "the first round is the first" in found.findings[0].reasons[0]


@pytest.mark.parametrize("claim", [SAME, NOVEL])
def test_other_occasions_say_nothing_of_contents(tmp_path: Path, claim: dict[str, str]) -> None:
    found = verdict(tmp_path, corpus(AS_BEFORE), {**claim, "population": "comparable events"})
    assert found.word == "not testable"
    assert "judged by outlets" in found.findings[0].reasons[0]


def test_languages_are_never_compared_with_each_other(tmp_path: Path) -> None:
    """Half of the outlets turn from English to Russian in the third round: nothing they say then can be compared."""
    rows = corpus(AS_BEFORE, langs=("en", "ru"))
    whole = verdict(tmp_path / "a", rows, SAME)
    assert whole.word == "supported"
    assert any(limit.startswith("en and ru: each language") for limit in whole.findings[0].limits)
    third = str(ROUNDS[2])[:7]
    turned = [
        {**item, "lang": "tr"} if item["lang"] == "ru" and item["date"].startswith(third) else item for item in rows
    ]
    found = verdict(tmp_path / "b", turned, SAME)
    assert found.word == "not testable"
    assert "only 5 outlets" in found.findings[0].reasons[0]


def test_as_many_earlier_articles_are_looked_at_in_every_round(tmp_path: Path) -> None:
    """Where every round is drawn from the same words, later ones look no less new for having more behind them."""
    study = asked(tmp_path, corpus(ALWAYS, each=3), NOVEL)
    store = study.refresh()
    rows = store.query(measure_named("content.novelty").sql, {"query": ""})
    found = how_new(study.plan, placed(store.query, rows, READINGS[0]))
    assert dict(found.size) == {"en": 30}
    days = np.array(found.placed.documents["date"].to_pylist())[found.rows]
    second, third = (found.values[[day.month == month for day in days]] for month in (3, 4))
    assert second.size == third.size == 30
    error = np.hypot(second.std(), third.std()) / np.sqrt(30)
    assert abs(second.mean() - third.mean()) < 3 * error
    # The nearest of all earlier ones is nearer, the more there are: that is what equal numbers keep out.
    vectors = found.placed.vectors
    plain = 1 - np.max(vectors[found.rows[30:]] @ vectors[:60].T, axis=1)
    assert plain.mean() < third.mean() - error


def test_a_copy_of_an_earlier_article_is_not_new_at_all(tmp_path: Path) -> None:
    rows = corpus(NEW)
    before = rows[4]
    again = row(len(rows), "Paper J", "2024-04-02T12:00:00+03:00", before["text"], "Again", "en")
    study = asked(tmp_path, [*rows, again], NOVEL)
    store = study.refresh()
    sql = measure_named("content.novelty").sql
    made = new_rows(store.query, study.plan, store.query(sql, {"query": ""}))
    name = store.query("SELECT doc_id FROM documents WHERE title = 'Again'", {})["doc_id"][0].as_py()
    (value,) = [item["num"] for item in made.to_pylist() if item["doc_id"] == name]
    others = [item["num"] for item in made.to_pylist() if item["doc_id"] not in (None, name)]
    # Of sixty-one earlier articles thirty are looked at, so that about half of the time it is not among them.
    assert value < 0.6 * min(others)


@pytest.mark.parametrize("claim", [SAME, NOVEL])
def test_evidence_shows_the_nearest_passages_where_they_stand(tmp_path: Path, claim: dict[str, str]) -> None:
    study = asked(tmp_path, corpus(AS_BEFORE), claim)
    table = study.evidence(f"H-{claim['id']}")
    assert table.num_rows == (40 if claim is SAME else 80)
    texts = dict(zip(*study.store.query("SELECT doc_id, text FROM documents", {}).to_pydict().values(), strict=True))
    for item in table.to_pylist():
        assert texts[item["doc_id"]][item["start"] : item["stop"]] == item["passage"] != ""
        assert texts[item["earlier_doc_id"]][item["earlier_start"] : item["earlier_stop"]] == item["earlier_passage"]
        assert item["earlier_date"] < item["date"]
    assert table["value"].to_pylist() == sorted(table["value"].to_pylist())


def test_an_article_measures_and_a_distance_does_not(tmp_path: Path) -> None:
    study = asked(tmp_path, corpus(AS_BEFORE), SAME)
    values = [item.value for item in study.measure("content.novelty").rounds]
    assert values[0] is None
    assert values[1] is not None
    assert values[2] is not None
    assert values[2] < values[1]
    with pytest.raises(StudyError, match="compares rounds with each other"):
        study.measure("content.distance")


def test_the_same_again_gives_the_same(tmp_path: Path) -> None:
    one, other = (verdict(tmp_path / name, corpus(NEW), FAR) for name in "ab")
    assert one.findings[0].estimate == other.findings[0].estimate
    assert one.findings[0].specifications == other.findings[0].specifications
    assert one.findings[0].reasons == other.findings[0].reasons


@pytest.mark.parametrize("texts", [["", "", ""], ["One.", "One.", "One."]])
def test_articles_without_words_of_their_own_say_nothing(tmp_path: Path, texts: list[str]) -> None:
    rows = [
        row(len(OUTLETS) * at + place, outlet, f"{start}T09:00:00+03:00", text, f"Title {at} {place}")
        for at, (start, text) in enumerate(zip(ROUNDS, texts, strict=True))
        for place, outlet in enumerate(OUTLETS)
    ]
    for at, claim in enumerate((SAME, NOVEL)):
        assert verdict(tmp_path / str(at), rows, claim).word == "not testable"


def test_articles_without_sentences_have_no_passages(tmp_path: Path) -> None:
    study = asked(tmp_path, corpus(AS_BEFORE), SAME)
    assert pairs_of(study.refresh().query, []).num_rows == 0
