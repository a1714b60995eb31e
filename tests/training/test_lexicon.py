"""Learning the list of words: the regression, what is left out, and that the shipped file comes out again."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse
from training.lexicon import learnt, names, rebuilt, ridge, used

from tenor.annotate.lexicon import FILE, Lexicon

TEXTS = ["good", "bad"] * 5


def test_how_often_a_word_stands_over_the_root_of_the_length() -> None:
    found = used(["good, good talks now", "not good"], {"bad": 0, "good": 1, "not": 2})
    assert found.toarray() == pytest.approx(np.array([[0, 2 / 4**0.5, 0], [0, 0, 1 / 2**0.5]]))


def test_ridge_by_hand() -> None:
    # Around the means, ten residuals of 1 - w and two weights of w: 10 (1 - w)^2 + 4 w^2 is least at 10/12.
    middle, weights = ridge(used(TEXTS, {"bad": 0, "good": 1}), np.array([4.0, 2.0] * 5), 1.0)
    assert middle == pytest.approx(3)
    assert weights == pytest.approx([-10 / 12, 10 / 12])


def test_ridge_solves_the_normal_equations() -> None:
    generator = np.random.default_rng(1)
    features, gold = generator.random((30, 7)), generator.random(30)
    middle, weights = ridge(sparse.csr_matrix(features), gold, 0.7)
    centred = features - features.mean(axis=0)
    wanted = np.linalg.solve(centred.T @ centred + 0.7 * np.eye(7), centred.T @ (gold - gold.mean()))
    assert weights == pytest.approx(wanted, abs=1e-7)
    assert middle == pytest.approx(gold.mean() - features.mean(axis=0) @ wanted, abs=1e-7)


def test_names_and_words_seen_once_are_left_out() -> None:
    texts = [
        *("good talks with Weller", "bad talks with Weller", "Weller is good", "bad war!", "good peace"),
        *("bad war", "good deal, not bad", "bad end", "good end!", "I lost badly"),
    ]
    gold = np.array([[4, 2], [2, 3], [4, 2], [1, 5], [4, 2], [1, 4], [4, 3], [2, 3], [4, 4], [1, 3.0]])
    text = learnt(texts, gold)
    rows = {row[0]: row[3] for row in (line.split("\t") for line in text.splitlines() if line[0] != "#")}
    assert rows == {"*": "10", "!": "2", "bad": "5", "end": "2", "good": "5", "talk": "2", "war": "2", "with": "2"}
    assert learnt(texts, gold) == text
    weights = Lexicon.of(text.encode()).weights
    assert weights["good"][0] > 0 > weights["war"][0]
    assert weights["war"][1] > 0 > weights["good"][1]


def test_a_capital_counts_where_no_sentence_begins() -> None:
    assert names(["He met Falk", "Falk met him", "the falk", "he saw Falk"]) == {"falk"}
    assert names(["Minister Meets Falk", "I know that I'm late", "then I left"]) == set()


@pytest.mark.slow
def test_the_shipped_list_comes_out_again(tenor_data: Path) -> None:
    if not (tenor_data / "emobank").exists():
        pytest.skip("TENOR_DATA holds no EmoBank")
    assert rebuilt(tenor_data) == (files("tenor.annotate") / "lang" / FILE).read_bytes()
