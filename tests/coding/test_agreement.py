"""Agreement on codes, and the gate it opens: by hand, with too few codes, and on the example's."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tenor.coding.agreement import FEWEST, NEEDED, NEEDED_A_ROUND, agreement_table, validated
from tenor.coding.codebook import VARIABLES, Variable
from tenor.coding.codes import CODES, codes, import_codes
from tenor.corpus.human import Journal
from tenor.errors import StudyError
from tenor.study import Study
from tenor.testing import example_folder

Code = tuple[str, str, str]
CONTRAST = ("r1", "r3")


def table(said: Iterable[Code], variable: str = "arousal", *, actor: str = "", places: bool = False) -> pa.Table:
    """Return codes from (doc_id, coder, value); `places` makes every code of a document another sentence of it."""
    rows = [
        {
            "doc_id": doc_id,
            "start": 10 * (number // 2) if places else None,
            "stop": 10 * (number // 2) + 9 if places else None,
            "variable": variable,
            "actor": actor,
            "value": value,
            "coder": coder,
        }
        for number, (doc_id, coder, value) in enumerate(said)
    ]
    return pa.Table.from_pylist(rows, CODES)


def pairs(count: int, *, wrong: int = 0, start: int = 0) -> list[Code]:
    """Return two coders' codes of articles d0, d1 ... from 1 to 5 in turn; of `wrong` of them the second says 6 - x."""
    said = []
    for number in range(start, start + count):
        first = number % 5 + 1
        second = 6 - first if number - start < wrong else first
        said += [(f"d{number}", "ann", str(first)), (f"d{number}", "bea", str(second))]
    return said


def in_rounds(count: int) -> dict[str, str]:
    return {f"d{number}": CONTRAST[number % 2] for number in range(count)}


def rows(found: pa.Table) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = found.to_pylist()
    return listed


# --- the table -----------------------------------------------------------------------------------------------


def test_alpha_done_by_hand() -> None:
    # Values 1, 1, 2, 3: within (0 + 1) * 2 / 4 = 0.5; among 2 * (1 + 4 + 1 + 4 + 1) / 12 = 11 / 6.
    said = [("d1", "ann", "1"), ("d1", "bea", "1"), ("d2", "ann", "2"), ("d2", "bea", "3"), ("d3", "ann", "5")]
    (row,) = rows(agreement_table(table(said)))
    assert row["alpha"] == pytest.approx(1 - 0.5 / (11 / 6))
    assert (row["codes"], row["coders"], row["units"], row["coded_twice"]) == (5, 2, 3, 2)


def test_nothing_coded_is_an_empty_table() -> None:
    assert agreement_table(CODES.empty_table()).num_rows == 0


def test_each_variable_and_actor_has_its_line() -> None:
    parts = [
        table(pairs(30)),
        table([(doc_id, coder, str(int(v) - 3)) for doc_id, coder, v in pairs(30)], "toward", actor="accord"),
        table([(doc_id, coder, str(int(v) - 3)) for doc_id, coder, v in pairs(30, wrong=15)], "toward", actor="envoy"),
        table([("d1", "ann", "hello")], "note"),
    ]
    found = rows(agreement_table(pa.concat_tables(parts)))
    assert [(row["variable"], row["actor"], row["alpha"] == 1) for row in found] == [
        ("arousal", "", True),
        ("toward", "accord", True),
        ("toward", "envoy", False),
    ]


def test_languages_and_rounds_where_there_are_enough() -> None:
    languages = {f"d{number}": "en" if number < FEWEST else "uk" for number in range(FEWEST + 5)}
    found = rows(agreement_table(table(pairs(FEWEST + 7)), languages=languages, rounds=in_rounds(FEWEST + 7)))
    assert [(row["by"], row["of"], row["coded_twice"], row["alpha"], row["why"]) for row in found] == [
        ("all", "", 27, 1.0, ""),
        ("language", "en", 20, 1.0, ""),
        ("language", "uk", 5, None, "5 units have been coded by two people, and 20 are needed"),
        ("round", "r1", 14, None, "14 units have been coded by two people, and 20 are needed"),
        ("round", "r3", 13, None, "13 units have been coded by two people, and 20 are needed"),
    ]
    assert [row["word"] for row in found] == ["good", "good", "undefined", "undefined", "undefined"]


def test_the_sentences_of_an_article_are_drawn_together() -> None:
    # The same 60 sentences, of 60 articles or of 6: alpha stays, and what is alike in an article widens the interval.
    chance = random.Random(4)
    said = []
    for number in range(60):
        value = chance.randint(1, 5)
        off = value if number >= 20 else max(1, value - 2)
        said += [(f"d{number}", "ann", str(value)), (f"d{number}", "bea", str(off))]
    apart = rows(agreement_table(table(said, places=True)))[0]
    few = [(f"d{int(doc_id[1:]) // 10}", coder, value) for doc_id, coder, value in said]
    together = rows(agreement_table(table(few, places=True)))[0]
    assert together["units"] == apart["units"] == 60
    assert together["alpha"] == pytest.approx(apart["alpha"])
    assert together["high"] - together["low"] > 1.3 * (apart["high"] - apart["low"])


def test_an_ordinal_scale_of_words_goes_by_their_place() -> None:
    heat = Variable(name="heat", scale="ordinal", definition="?", values=("low", "middle", "high"))
    near = table([*pairs_of("low", "low", 10), *pairs_of("high", "high", 10), *pairs_of("low", "middle", 4)], "heat")
    far = table([*pairs_of("low", "low", 10), *pairs_of("high", "high", 10), *pairs_of("low", "high", 4)], "heat")
    (one,), (other,) = rows(agreement_table(near, [heat])), rows(agreement_table(far, [heat]))
    assert one["alpha"] > other["alpha"]
    assert one["scale"] == "ordinal"


def pairs_of(first: str, second: str, count: int) -> list[Code]:
    names = [f"{first}-{second}-{number}" for number in range(count)]
    return [code for name in names for code in ((name, "ann", first), (name, "bea", second))]


def test_a_value_that_the_codebook_has_no_more() -> None:
    with pytest.raises(StudyError, match="a code of arousal is '9', which it can't be any more"):
        agreement_table(table([("d1", "ann", "9")]))


@given(st.randoms(use_true_random=False))
def test_the_order_of_codes_does_not_matter(chance: random.Random) -> None:
    said = pairs(24, wrong=6)
    before = agreement_table(table(said))
    chance.shuffle(said)
    assert agreement_table(table(said)).equals(before)


@given(st.permutations(["yes", "no"]), st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=20))
def test_names_of_nominal_values_do_not_matter(names: list[str], drawn: list[tuple[bool, bool]]) -> None:
    def alpha(words: Mapping[bool, str]) -> Any:
        said = [
            (f"d{number}", coder, words[value])
            for number, both in enumerate(drawn)
            for coder, value in zip(("ann", "bea"), both, strict=True)
        ]
        return rows(agreement_table(table(said, "loaded")))[0]["alpha"]

    one, other = alpha({True: "yes", False: "no"}), alpha({True: names[0], False: names[1]})
    assert one == other if one is None else one == pytest.approx(other)


# --- the gate ------------------------------------------------------------------------------------------------


def test_enough_codes_in_agreement_open_the_gate() -> None:
    found = validated("tone.arousal", {}, table(pairs(120, wrong=2)), in_rounds(120), CONTRAST)
    assert (found.ok, found.why, found.n_codes) == (True, "", 240)
    assert found.agreement is not None
    assert (found.agreement.pairable, found.agreement.word) == (120, "good")


def test_no_codes() -> None:
    found = validated("tone.toward", {"actor": "envoy"}, table(pairs(60)), in_rounds(60), CONTRAST)
    assert (found.ok, found.why, found.agreement, found.n_codes) == (
        False,
        "no human codes for toward (envoy)",
        None,
        0,
    )


def test_codes_towards_one_actor_say_nothing_of_another() -> None:
    toward = [(doc_id, coder, str(int(value) - 3)) for doc_id, coder, value in pairs(60)]
    about = table(toward, "toward", actor="accord")
    assert validated("tone.toward", {"actor": "accord"}, about, in_rounds(60), CONTRAST).ok
    assert not validated("tone.toward", {"actor": "envoy"}, about, in_rounds(60), CONTRAST).ok


def test_one_coder_is_not_enough_however_much_was_coded() -> None:
    alone = [code for code in pairs(200) if code[1] == "ann"]
    found = validated("tone.arousal", {}, table(alone), in_rounds(200), CONTRAST)
    assert found.why == "too few human codes for arousal: 0 units have been coded by two people, and 50 are needed"
    assert (found.ok, found.n_codes) == (False, 200)


@pytest.mark.parametrize(("twice", "ok"), [(NEEDED - 1, False), (NEEDED, True)])
def test_fifty_units_must_be_coded_twice(twice: int, ok: bool) -> None:
    said = [*pairs(twice), *(code for code in pairs(80, start=twice) if code[1] == "bea")]
    found = validated("tone.arousal", {}, table(said), in_rounds(200), CONTRAST)
    assert found.ok is ok
    assert found.why == ("" if ok else "too few human codes for arousal: 49 units have been coded by two people, "
                         "and 50 are needed")  # fmt: skip


@pytest.mark.parametrize(("third", "ok"), [(NEEDED_A_ROUND - 1, False), (NEEDED_A_ROUND, True)])
def test_every_round_of_the_contrast_must_be_covered(third: int, ok: bool) -> None:
    rounds = {f"d{number}": "r3" if number < third else "r1" for number in range(60)}
    found = validated("tone.arousal", {}, table(pairs(60)), rounds, CONTRAST)
    assert found.ok is ok
    if not ok:
        assert found.why.startswith("human codes for arousal don't cover every round: 9 in r3, and 10 ")
    # A round that is not compared needs none.
    assert validated("tone.arousal", {}, table(pairs(60)), rounds, ["r1"]).ok


def test_an_article_of_no_round_covers_none() -> None:
    found = validated("tone.arousal", {}, table(pairs(60)), {}, CONTRAST)
    assert "0 in r1 and 0 in r3" in found.why


def test_coders_who_agree_too_little() -> None:
    found = validated("tone.arousal", {}, table(pairs(60, wrong=20)), in_rounds(60), CONTRAST)
    assert not found.ok
    assert found.why.startswith("coders agree too little on arousal: alpha 0.")
    assert found.why.endswith("the lower end must reach 0.667")


def test_a_good_alpha_with_a_wide_interval_is_not_enough() -> None:
    # Six of 52 apart: alpha is above .667, and the lower end of its interval is below.
    found = validated("tone.arousal", {}, table(pairs(52, wrong=7)), in_rounds(52), CONTRAST)
    assert found.agreement is not None
    assert found.agreement.alpha is not None
    assert found.agreement.low is not None
    assert found.agreement.low < 0.667 < found.agreement.alpha
    assert not found.ok


def test_one_answer_to_everything_shows_nothing() -> None:
    said = [(f"d{number}", coder, "3") for number in range(60) for coder in ("ann", "bea")]
    found = validated("tone.arousal", {}, table(said), in_rounds(60), CONTRAST)
    assert not found.ok
    assert found.why.startswith("nothing can be said of how far coders agree on arousal: all codes are the same")


def test_what_no_variable_stands_for_is_never_validated() -> None:
    found = validated("originality.text_reuse", {}, table(pairs(60)), in_rounds(60), CONTRAST)
    assert (found.ok, found.why) == (False, "no variable of the codebook stands for originality.text_reuse")


def test_codes_that_the_codebook_refuses_are_a_reason_and_no_crash() -> None:
    said = [*pairs(60), ("d99", "ann", "9")]
    found = validated("tone.arousal", {}, table(said), in_rounds(60), CONTRAST)
    assert found.why.startswith("the codes for arousal can't be used: a code of arousal is '9'")


# --- one value among many ---------------------------------------------------------------------------------------


def emotions() -> pa.Table:
    """Return codes that agree on fear and on nothing else."""
    said = []
    for number in range(80):
        fear = number % 2 == 0
        for coder, other in (("ann", "joy"), ("bea", "anger")):
            said.append((f"d{number}", coder, f"{other}; fear" if fear and number % 4 else "fear" if fear else other))
    return table(said, "emotion")


def test_agreement_is_on_what_the_measure_asks_about() -> None:
    rounds = {f"d{number}": CONTRAST[number // 40] for number in range(80)}
    assert validated("tone.emotion", {"emotion": "fear"}, emotions(), rounds, CONTRAST).ok
    joy = validated("tone.emotion", {"emotion": "joy"}, emotions(), rounds, CONTRAST)
    assert joy.why.startswith("coders agree too little on emotion")
    neutral = validated("tone.neutral", {"speech": "narration"}, emotions(), rounds, CONTRAST)
    assert neutral.why.startswith("nothing can be said")  # nobody ever said neutral
    nothing = validated("tone.emotion", {"emotion": "hunger"}, emotions(), rounds, CONTRAST)
    assert "emotion has no value 'hunger'" in nothing.why


def test_any_technique() -> None:
    values = [("Doubt", "Slogans"), ("none", "none")]
    said = [
        (f"d{number}", coder, values[number % 2][place])
        for number in range(60)
        for place, coder in enumerate(("ann", "bea"))
    ]
    rounds = {f"d{number}": CONTRAST[number // 30] for number in range(60)}
    assert validated("language.techniques", {"technique": "any"}, table(said, "technique"), rounds, CONTRAST).ok
    doubt = validated("language.techniques", {"technique": "Doubt"}, table(said, "technique"), rounds, CONTRAST)
    assert not doubt.ok


# --- the example --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> tuple[pa.Table, dict[str, str]]:
    folder: Path = tmp_path_factory.mktemp("harbour")
    source = example_folder("harbour")
    (folder / "tenor.yaml").write_bytes((source / "tenor.yaml").read_bytes())
    study = Study.open(folder)
    study.add([source / "articles.jsonl"])
    journal = Journal(folder / "human.sqlite")
    import_codes(journal, study.store, source / "codes.csv", study.plan)
    documents = study.store.query("SELECT doc_id, native_id FROM documents", {}).to_pylist()
    return codes(journal), {row["doc_id"]: f"r{row['native_id'].split('-')[1]}" for row in documents}


def test_agreement_in_the_harbour_is_what_its_generator_says(harbour: tuple[pa.Table, dict[str, str]]) -> None:
    said, _ = harbour
    truth = YAML(typ="safe").load((example_folder("harbour") / "truth.yaml").read_text(encoding="utf-8"))["codes"]
    found = {row["variable"]: row for row in rows(agreement_table(said))}
    for name, (actor, twice) in {"arousal": ("", 110), "toward": ("accord", 90)}.items():
        meant = truth["variables"][name]["agreement"]["krippendorff interval"]
        assert found[name]["alpha"] == pytest.approx(meant, abs=0.0006)
        assert (found[name]["actor"], found[name]["coded_twice"], found[name]["coders"]) == (actor, twice, 2)
    assert found["arousal"]["word"] == "good"
    # Its alpha is acceptable; the lower end of its interval is not, and that is what counts.
    assert found["toward"]["low"] == pytest.approx(0.59, abs=0.02)
    assert found["toward"]["low"] < 0.667 < found["toward"]["alpha"]
    assert found["toward"]["word"] == "low"


def test_alpha_is_low_where_little_varies(harbour: tuple[pa.Table, dict[str, str]]) -> None:
    # As docs/coding.md says: the rounds differ in what there is to agree on, not in the slips of the coders.
    said, rounds = harbour
    found = {row["of"]: row for row in rows(agreement_table(said, rounds=rounds)) if row["variable"] == "arousal"}
    given_: dict[str, dict[tuple[str, int], list[int]]] = {"r1": {}, "r2": {}, "r3": {}}
    for row in said.to_pylist():
        if row["variable"] == "arousal":
            unit = row["doc_id"], row["start"]
            given_[rounds[row["doc_id"]]].setdefault(unit, []).append(int(row["value"]))
    for name, alpha, values in (("r1", 0.84, {1, 2, 3, 4, 5}), ("r3", 0.03, {1, 2})):
        apart = [abs(first - second) for first, second in given_[name].values()]
        assert found[name]["alpha"] == pytest.approx(alpha, abs=0.005)
        assert {value for both in given_[name].values() for value in both} == values
        assert apart.count(0) / len(apart) == pytest.approx(0.6, abs=0.02)
        assert max(apart) == 1


def test_the_gate_in_the_harbour(harbour: tuple[pa.Table, dict[str, str]]) -> None:
    said, rounds = harbour
    every = ("r1", "r2", "r3")
    assert validated("tone.arousal", {"speech": "narration"}, said, rounds, every, VARIABLES).ok
    accord = validated("tone.toward", {"actor": "accord"}, said, rounds, every)
    assert accord.why.startswith("coders agree too little on toward (accord): alpha 0.71, 95 % interval 0.5")
    assert (
        validated("tone.toward", {"actor": "brandel"}, said, rounds, every).why == "no human codes for toward (brandel)"
    )
