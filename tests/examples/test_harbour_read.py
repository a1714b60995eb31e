"""The harbour example, read by the model that ships: what was planted for this step is found."""

from __future__ import annotations

import shutil
from typing import Any

import pytest
from ruamel.yaml import YAML

from tenor.annotate.encoder import Encoder
from tenor.audit.decide import VERDICT_WORDS
from tenor.errors import ModelMissing
from tenor.results import Audit
from tenor.study import Study
from tenor.testing import example_folder

FOLDER = example_folder("harbour")
TRUTH: dict[str, Any] = YAML(typ="safe").load((FOLDER / "truth.yaml").read_text(encoding="utf-8"))


def _installed() -> bool:
    try:
        Encoder.open()
    except ModelMissing:
        return False
    return True


pytestmark = pytest.mark.skipif(not _installed(), reason="the model is not installed")


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """The example with its articles, read; without codes."""
    folder = tmp_path_factory.mktemp("harbour") / "harbour"
    shutil.copytree(FOLDER, folder)
    made = Study.open(folder)
    made.add()
    for name in ("articles.jsonl", "articles-later.jsonl"):
        made.add([folder / name])
    made.annotate()
    return made


@pytest.fixture(scope="module")
def coded(study: Study) -> Audit:
    """What the audit says with people's codes."""
    found = study.code(study.folder / "codes.csv")
    assert (found.report.kept, found.refused) == (400, ())
    return study.audit()


def spans(study: Study, variable: str) -> dict[str, list[str]]:
    """Return the words of a variable's spans by the article's own id."""
    sql = """
        SELECT native_id, part, title, text, start, stop FROM annotations JOIN documents USING (doc_id)
        WHERE variable = $variable ORDER BY ALL"""
    found: dict[str, list[str]] = {}
    for row in study.store.query(sql, {"variable": variable}).to_pylist():
        words = row["title"] if row["part"] == "title" else row["text"]
        found.setdefault(row["native_id"], []).append(words[row["start"] : row["stop"]])
    return found


def plants(kind: str) -> list[dict[str, Any]]:
    """Return what was planted of a kind for this step."""
    return [item for item in TRUTH["plants"] if item["kind"] == kind and item["step"] == 6]


def test_every_word_of_a_passage_stands_in_its_document(study: Study) -> None:
    sql = """
        SELECT count(*) AS n FROM scores JOIN documents USING (doc_id)
        WHERE start >= stop OR stop > length(CASE WHEN part = 'title' THEN title ELSE text END)"""
    assert study.store.query(sql, {})["n"].to_pylist() == [0]


def test_before_anybody_coded_no_tone_is_believed(study: Study) -> None:
    verdict = next(item for item in study.audit().verdicts if item.claim.id == "cold")
    planted = next(row for row in TRUTH["verdicts"] if row["claim"] == "cold")
    assert verdict.word == planted["without_codes"]
    (finding,) = verdict.findings
    assert finding.estimate is not None
    assert finding.estimate.method.endswith("uncorrected")
    assert finding.sentence.startswith("The model's figures, not checked by people")
    assert finding.reasons == ("no human codes for arousal: `tenor coding import codes.csv`",)


def test_with_codes_the_planted_word_is_found(coded: Audit) -> None:
    words = {verdict.claim.id: verdict.word for verdict in coded.verdicts}
    planted = {row["claim"]: row["word"] for row in TRUTH["verdicts"]}
    due = (
        "half-as-much",
        "cold",
        "mediator-mentioned-less",
        "hardly-a-headline",
        "written-out",
        "velmara-as-ever",
        "dockers-come-forward",
        "off-the-wire",
        "fear-and-longing",
        "experts-take-the-floor",
        "shorter",
        "nothing-new",
    )
    assert {name: words[name] for name in due} == {name: planted[name] for name in due}


def test_where_the_model_has_no_gold_nothing_is_said(coded: Audit) -> None:
    words = {verdict.claim.id: verdict for verdict in coded.verdicts}
    # Seven outlets are too few to speak of others.
    assert words["sour-on-the-mediator"].word == "not testable"
    limits = words["cold"].findings[0].limits
    assert any("it says nothing of" in limit and "ru, tr and uk" in limit for limit in limits)


def _effect(audit: Audit, claim: str) -> float:
    finding = next(verdict for verdict in audit.verdicts if verdict.claim.id == claim).findings[0]
    assert finding.estimate is not None
    return finding.estimate.value


def test_effects_have_the_planted_size(coded: Audit) -> None:
    assert _effect(coded, "cold") < -0.5, "a coder who does not know the rounds should see half a standard deviation"
    counted = {row["id"]: row["counted"] for row in TRUTH["effects"] if "counted" in row}
    for claim, effect, which in (
        ("mediator-mentioned-less", "E2", "once"),
        ("hardly-a-headline", "E3", "once"),
        ("dockers-come-forward", "E7", "all"),
        ("experts-take-the-floor", "E8", "once"),
    ):
        assert _effect(coded, claim) * 100 == pytest.approx(counted[effect][which]["D"], abs=3.5), claim


def test_the_groups_changed_apart(coded: Audit) -> None:
    finding = next(verdict for verdict in coded.verdicts if verdict.claim.id == "fear-and-longing").findings[0]
    assert finding.estimate is not None
    assert finding.estimate.value > 0.2, "E6: in standard deviations of the model's own scale"
    assert "in the outlets that feared a deal than in the outlets that longed for one" in finding.sentence
    assert any("put together by their leading articles" in limit for limit in finding.limits)


def test_every_word_of_a_verdict_is_shown(coded: Audit) -> None:
    assert {verdict.word for verdict in coded.verdicts} == {word for word, _ in VERDICT_WORDS}


def test_agency_text_is_found(study: Study, coded: Audit) -> None:
    found = study.store.query("SELECT native_id FROM origins JOIN documents USING (doc_id) WHERE how <> 'its own'", {})
    copied = {row["id"] for row in TRUTH["copies"] if row["of"].startswith("TW")}
    assert set(found["native_id"].to_pylist()) == copied | {row["id"] for row in TRUTH["translations"]}
    counted = next(row["counted"] for row in TRUTH["effects"] if row["id"] == "E5")
    planted = next(value for name, value in counted.items() if name.startswith("agency share"))
    assert _effect(coded, "off-the-wire") * 100 == pytest.approx(planted["D"], abs=0.1)


def test_the_third_round_says_again_what_the_second_said(study: Study) -> None:
    rounds = [item.value for item in study.measure("originality.text_reuse", query="harbour").rounds]
    assert rounds[0] is None
    assert rounds[1] is not None
    assert rounds[2] is not None
    assert rounds[1] < 0.02, "E4"
    assert rounds[2] > 0.06, "E4"


def test_what_was_planted_as_nothing_is_not_found(study: Study) -> None:
    quoted = [item.value for item in study.measure("tone.arousal", of={"speech": "quoted"}).rounds]
    assert None not in quoted
    first, second, third = (value or 0.0 for value in quoted)
    # By articles drawn anew the standard error is 0.09: with model 0.1.0 it came out at -0.14, with 0.2.0 at -0.21.
    assert abs(third - (first + second) / 2) < 0.25, "N1"
    narrated = [item.value or 0.0 for item in study.measure("tone.valence", of={"speech": "narration"}).rounds]
    assert abs(narrated[1] - narrated[0]) < 0.2, "N2"


def test_sweeping_generalisations(study: Study) -> None:
    found = spans(study, "generalisation")
    hit = [
        item
        for item in plants("generalisation")
        if any(item["span"][:12] in w for w in found.get(item["articles"][0], []))
    ]
    # One of eleven is worded in a way that no rule covers. Three more were found only after rules had been widened.
    assert len(hit) >= 10
    assert sum(map(len, found.values())) <= 20, "few are found beside the planted ones and their copies"


def test_the_evidence_opens_the_sentences(study: Study, coded: Audit) -> None:
    rows = study.evidence("H2").to_pylist()
    counted = {item.label: item.den for item in coded.verdicts[1].findings[0].windows}
    assert {label: sum(row["window"] == label for row in rows) for label in counted} == counted
    assert all(row["passage"] for row in rows)
    assert {row["speech"] for row in rows} == {"narration"}
