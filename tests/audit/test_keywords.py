"""Words that set rounds apart: planted ones are found on the right side, languages and copies are kept apart."""

from __future__ import annotations

import pytest

from tenor.audit.keywords import texts_of
from tenor.corpus.boilerplate import blanked
from tenor.corpus.journal import seen_before
from tenor.described import KeyWords, stand_out
from tenor.errors import StudyError, UnknownName
from tenor.study import Study
from tests.audit.planted import OUTLETS, Words, in_rounds, row, study_of

RUSSIAN = "Переговорщики встретились в Стамбуле и ничего не решили, сообщил министр номер {}."


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    words = Words()
    rows = in_rounds(words, planted=[(5, 2, "ultimatum"), (4, 0, "handshake"), (2, 2, "solowort")])
    copied = words.text(50, *["copyword"] * 5)
    rows += [row(500 + n, outlet, f"2024-04-02T{10 + n}:00:00Z", copied) for n, outlet in enumerate(OUTLETS)]
    for n, (outlet, day) in enumerate((o, d) for o in OUTLETS[:2] for d in ("2024-02-02", "2024-04-02")):
        rows.append(row(600 + n, outlet, day, f"{RUSSIAN.format(n)} {words.text(20)}", lang="ru"))
    return study_of(tmp_path_factory.mktemp("words"), rows)


@pytest.fixture(scope="module")
def found(study: Study) -> dict[str, KeyWords]:
    return {item.lang: item for item in study.compare(["r3"], ["r1", "r2"])}


def test_planted_words_stand_on_their_side(found: dict[str, KeyWords]) -> None:
    words = {item.word: item for item in found["en"].words}
    # 24 articles a round, and six copies that speak once.
    assert found["en"].articles == (25, 48)
    assert found["en"].note == ""
    assert words["ultimatum"].uses == (40, 0)
    assert (words["ultimatum"].outlets, words["ultimatum"].groups) == (5, 20)
    assert words["ultimatum"].log_odds > words["ultimatum"].low > 0
    assert words["handshake"].uses == (0, 32)
    assert words["handshake"].log_odds < words["handshake"].high < 0
    assert found["en"].words[0].word == "ultimatum"


def test_two_outlets_or_one_copy_group_are_not_enough(found: dict[str, KeyWords]) -> None:
    assert not {"solowort", "copyword"} & {item.word for item in found["en"].words}


def test_languages_are_apart(found: dict[str, KeyWords]) -> None:
    assert list(found) == ["en", "ru"]
    assert found["ru"].articles == (2, 2)
    assert found["ru"].words == ()
    assert "an interval needs 3 on each" in found["ru"].note


def test_the_other_way_round(study: Study, found: dict[str, KeyWords]) -> None:
    words = {item.word: item for item in study.compare(["r1", "r2"], ["r3"])[0].words}
    first = next(item for item in found["en"].words if item.word == "ultimatum")
    assert words["ultimatum"].uses == (0, 40)
    assert words["ultimatum"].log_odds == pytest.approx(-first.log_odds)


def test_sides(study: Study) -> None:
    with pytest.raises(UnknownName, match="no round 'r33'; did you mean 'r3'"):
        study.compare(["r33"], ["r1"])
    with pytest.raises(UnknownName, match="no query 'talk'; did you mean 'talks'"):
        study.compare(["r3"], ["r1"], query="talk")
    for ours, theirs in ((["r3"], ["r3", "r1"]), ([], ["r1"]), (["r3"], [])):
        with pytest.raises(StudyError, match="a comparison needs two sides, and no round on both"):
            study.compare(ours, theirs)
    # Nobody speaks of negotiators here.
    assert study.compare(["r3"], ["r1"], query="talks") == ()


def test_looking_is_remembered(study: Study, found: dict[str, KeyWords]) -> None:
    assert found
    before = len(study.store.query("FROM runs", {}))
    study.compare(["r3"], ["r1"], query="talks")
    assert {"content.keyness:", "content.keyness:talks"} <= seen_before(study.store)
    assert len(study.store.query("FROM runs", {})) == before + 1


def test_boilerplate_is_blanked_in_place(study: Study) -> None:
    assert blanked("keep drop keep", [{"start": 5, "stop": 9}]) == "keep      keep"
    ids = study.store.query("SELECT doc_id FROM articles ORDER BY doc_id LIMIT 3", {})["doc_id"].to_pylist()
    rows = [item for part in texts_of(study.store, ids) for item in part.to_pylist()]
    assert [item["doc_id"] for item in rows] == ids


def test_how_many_stand_out(found: dict[str, KeyWords]) -> None:
    assert stand_out(found["en"]).startswith(f"{len(found['en'].words)} of {found['en'].tested} words tested stand out")
    few = KeyWords(lang="en", articles=(1, 1), words=found["en"].words[:1], tested=1, by_chance=0.05, note="")
    assert stand_out(few) == "1 of 1 word tested stands out, more often or less; by chance less than 1 would"
