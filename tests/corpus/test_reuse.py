"""How much wording is used again, counted by hand on small texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.corpus.reuse import FEWEST, phrases_of, words_of
from tenor.measure.originality import MEASURES
from tenor.model import Measure
from tenor.study import Study
from tenor.testing import check_measure
from tests.corpus.press import article, press, rows

STOCK = "both sides agreed to go on with their work in the coming weeks"


def test_names_numbers_and_quotations_are_no_wording() -> None:
    assert words_of("On 5 May Osvin Brandel said: “We go on”, and left.") == [
        "on",
        "0",
        "1",
        "said",
        "",
        "",
        "and",
        "left",
        "",
    ]
    assert words_of("ПАРИЖ. Стороны встретились в Анкаре 5 мая.") == [
        "париж",
        "",
        *["стороны", "встретились", "в", "1", "0", "мая"],
        "",
    ]


def test_a_phrase_holds_one_name_at_most() -> None:
    # "the talks in Corvan were", "talks in Corvan were held", ...: whichever town it is.
    assert phrases_of("Then the talks in Corvan were held").size == 3
    assert np.array_equal(
        phrases_of("Then the talks in Corvan were held"), phrases_of("Then the talks in Lindrath were held")
    )
    assert phrases_of("Then the talks of Corvan and Halmer began").size == 2
    assert phrases_of("Then Ann and Bob and Eve met").size == 0


@given(st.text(max_size=300))
def test_any_text_has_phrases_or_none(text: str) -> None:
    found = phrases_of(text)
    assert np.array_equal(found, np.unique(found))
    assert found.size <= len(words_of(text))


def _corpus(folder: Path, *, late: int = 8, outlets: tuple[str, ...] = ("a", "b")) -> Study:
    """Return a study whose first two rounds have texts of their own, with the stock phrase in the second only."""
    words = [f"{chr(97 + one)}{chr(97 + two)}zz" for one in range(26) for two in range(26)]

    def own(number: int) -> str:
        return " ".join(words[(number * 7 + at) % len(words)] for at in range(12))

    documents = []
    for number in range(8):
        documents.append(article(f"{own(number)}.", outlet=outlets[number % 2], at="2024-02-01"))
        documents.append(article(f"{own(20 + number)}. {STOCK}.", outlet=outlets[number % 2], at="2024-03-01"))
    documents += [article(f"{own(40 + number)}. {STOCK}.", outlet="c", at="2024-04-01") for number in range(late)]
    return press(folder, documents)


def _shares(study: Study) -> dict[str, float]:
    sql = "SELECT round, sum(reused) AS a, sum(phrases) AS b FROM reuse GROUP BY round ORDER BY round"
    found = study.refresh().query(sql, {})
    return {row["round"]: row["a"] / row["b"] for row in found.to_pylist()}


def test_every_round_is_held_against_as_many_earlier_texts(tmp_path: Path) -> None:
    study = _corpus(tmp_path)
    assert rows(study, "SELECT DISTINCT reference AS n FROM reuse") == [{"n": 8}]
    found = _shares(study)
    # Nothing of the second round had been said. In the third, nine of each text's 17 phrases had, wherever two outlets
    # with the stock phrase are among the eight of sixteen earlier texts that were drawn.
    assert found["r2"] == 0
    assert STOCK.count(" ") + 1 - 4 == 9
    assert found["r3"] == pytest.approx(9 / 17, abs=0.06)


def test_what_one_outlet_alone_repeats_is_its_own(tmp_path: Path) -> None:
    assert _shares(_corpus(tmp_path, outlets=("a", "a"))) == {"r2": 0, "r3": 0}


def test_too_little_before_says_nothing(tmp_path: Path) -> None:
    documents = [article(f"{STOCK} {at}.", outlet="ab"[at % 2], at="2024-02-01") for at in range(FEWEST - 1)]
    study = press(tmp_path, [*documents, article(f"{STOCK}.", at="2024-03-01")])
    assert rows(study, "SELECT * FROM reuse") == []


def test_the_measure_counts_phrases(tmp_path: Path) -> None:
    rounds = press_measure(_corpus(tmp_path))
    assert [item[0] for item in rounds] == [0, 0, pytest.approx(8 * 9, abs=8)]
    assert [item[1] for item in rounds] == [0, 8 * 17, 8 * 17]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda item: item.name)
def test_the_measures_keep_the_contract(tmp_path: Path, measure: Measure) -> None:
    check_measure(measure, _corpus(tmp_path).refresh().query, {"query": ""})


def press_measure(study: Study) -> list[tuple[float, float]]:
    return [(item.num, item.den) for item in study.measure("originality.text_reuse").rounds]
