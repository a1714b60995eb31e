"""Drawing sentences for a person to judge: which are drawn, and that the page that is passed on holds no text."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.study import Study
from tests.corpus.press import article, press
from tests.scripts import loaded

BENCH = loaded("benchmarks/face_validity.py")
WORDS = ("good", "bad", "hot", "Anna", "talks")


def sentence(number: int) -> str:
    """Return a sentence of six words that no other has; the more often "good", the more pleasant to the tiny model."""
    tone = ["good"] * (number % 4) + ["bad"] * (3 - number % 4)
    return " ".join([*tone, WORDS[number % 5], WORDS[number // 5 % 5], WORDS[number // 25 % 5]]) + f" {number}."


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory, tiny_folder: Path) -> Study:
    """A study of five articles in English, one of them a copy."""
    texts = ["\n".join(sentence(20 * part + number) for number in range(20)) for part in range(4)]
    documents = [article(text, title="good | talks", at=f"2024-02-0{day}") for day, text in enumerate(texts, 1)]
    documents.append(article(texts[0], title="good | talks", outlet="b", at="2024-02-05"))
    found = press(tmp_path_factory.mktemp("face"), documents)
    found.annotate(model=tiny_folder, workers=1)
    return found


@given(st.lists(st.floats(0, 1), min_size=9, max_size=60), st.integers(0, 9))
def test_levels_are_apart_and_in_order(scores: list[float], seed: int) -> None:
    found = BENCH.places(np.array(scores), 3, 0.05, (seed, 1))
    assert len({place for place, _ in found}) == len(found) == 9
    levels = {level: [scores[place] for place, at in found if at == level] for level in BENCH.LEVELS}
    assert all(len(some) == 3 for some in levels.values())
    assert max(levels["low"]) <= min(levels["middle"])
    assert max(levels["middle"]) <= min(levels["high"])
    assert BENCH.places(np.array(scores), 3, 0.05, (seed, 1)) == found


def test_the_ends_are_as_narrow_as_asked() -> None:
    found = BENCH.places(np.arange(1000.0)[::-1], 10, 0.05, (1, 2))
    ranks = {level: [999 - place for place, at in found if at == level] for level in BENCH.LEVELS}
    assert max(ranks["low"]) < 50
    assert min(ranks["middle"]) >= 475
    assert max(ranks["middle"]) < 525
    assert min(ranks["high"]) >= 950
    # Mixed: no level comes first as a whole.
    assert len({level for _, level in found[:10]}) > 1


def test_what_is_drawn_is_scored_said_once_and_where_it_is_said_to_be(study: Study) -> None:
    found = BENCH.draw(study.store, "valence", each=5, share=0.05, seed=1)
    assert found.column == "valence"
    assert {one.level for one in found.drawn} == set(BENCH.LEVELS)
    assert {one.lang for one in found.drawn} == {"en"}
    lines = list(BENCH.texts_page(found, study.store))[2:]
    said = [re.fullmatch(r"\| \d+ \| (.+) \|  \|", line)[1] for line in lines]  # type: ignore[index]
    assert len(set(said)) == 15
    assert set(said) <= {sentence(number) for number in range(80)}
    goods = {
        level: [text.count("good") for text, one in zip(said, found.drawn, strict=True) if one.level == level]
        for level in BENCH.LEVELS
    }
    assert max(goods["low"]) <= min(goods["high"])
    assert sum(goods["low"]) < sum(goods["high"])


def test_the_page_that_is_passed_on_holds_no_text(study: Study) -> None:
    found = BENCH.draw(study.store, "valence", each=5, share=0.05, seed=1)
    page = "\n".join(BENCH.scored_page(found))
    assert not re.search("|".join(WORDS), page)
    assert page.count("\n") == 16
    assert all(line.endswith("|  |") for line in page.splitlines()[2:])


def test_another_seed_draws_others_and_the_same_the_same(study: Study) -> None:
    one, again, other = (
        BENCH.draw(study.store, "valence", each=5, share=0.3, seed=seed, lang="en") for seed in (1, 1, 2)
    )
    assert one == again
    assert one.drawn != other.drawn


def test_a_cell_is_one_line_and_short() -> None:
    assert BENCH.shown("a | b\nc") == "a \\| b c"
    assert len(BENCH.shown("word " * 100)) <= 280
    assert BENCH.shown("x" * 280) == "x" * 280
    assert BENCH.shown("x" * 281) == "x" * 279 + "…"


def test_the_command(study: Study, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    said = ["face_validity.py", str(study.folder), "valence", "emotion_joy", "--each", "2"]
    monkeypatch.setattr(sys, "argv", said)
    BENCH.main()
    page = capsys.readouterr().out
    assert re.findall("^## .*", page, re.MULTILINE) == ["## valence", "## emotion_joy"]
    assert "Drawn with seed 1 from 80 sentences as tiny@" in page
    monkeypatch.setattr(sys, "argv", [*said, "--texts"])
    BENCH.main()
    assert capsys.readouterr().out.count("\n|") == 16
    monkeypatch.setattr(sys, "argv", [*said, "--lang", "ru"])
    with pytest.raises(SystemExit):
        BENCH.main()
    assert "valence: 0 sentences have a score, and 6 are needed" in capsys.readouterr().err
