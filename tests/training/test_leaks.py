"""No text that is scored on may be learnt from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from training.leaks import FEWEST_WORDS, clean, distillation, held, scored_on, shared
from training.sets import SOURCES, chosen, examples
from training.text import normalise, sentences

from tests.training.test_sets import write

AFFECT = {"valence": 3, "arousal": 3, "dominance": 3}


def emobank(folder: Path, split: str, texts: Iterable[str]) -> None:
    write(folder, "emobank", split, [{"id": f"{n}", "text": text, **AFFECT} for n, text in enumerate(texts)])


def test_leaks_and_repeats_leave_train(tmp_path: Path) -> None:
    emobank(tmp_path, "dev", ["Thank you!", "The talks ended without any result."])
    leaks = ["thank you", "He said the talks ended without any result today.", "THE TALKS ended; without any result"]
    emobank(tmp_path, "train", [*leaks, "Thank you for the talks.", "Thank you for the talks!", "Another text."])
    done = clean(tmp_path, [SOURCES["emobank"]], held(scored_on(tmp_path)))
    assert [example.text for example in done.train] == ["Thank you for the talks.", "Another text."]
    assert done.dropped == Counter({("emobank", "dev text", "emobank"): 3, ("emobank", "repeat", "emobank"): 1})


def test_a_leak_into_another_set_is_found(tmp_path: Path) -> None:
    emobank(tmp_path, "train", ["We shall never leave this table."])
    write(tmp_path, "checkthat19", "dev", [{"id": "1", "text": "We shall never leave this table.", "check_worthy": 0}])
    done = clean(tmp_path, chosen(), held(scored_on(tmp_path)))
    assert done.train == []
    assert done.dropped["emobank", "dev text", "checkthat19"] == 1


def test_a_set_without_dev_that_is_only_evaluated_is_held_whole(tmp_path: Path) -> None:
    write(tmp_path, "frac", "train", [{"id": "1", "text": "Taxes will rise.", "label": "economic"}])
    write(tmp_path, "checkthat19", "train", [{"id": "1", "text": "Taxes will fall.", "check_worthy": 1}])
    assert list(scored_on(tmp_path)) == [("frac", "Taxes will rise."), ("checkthat19", "Taxes will fall.")]


def test_other_gold_for_the_same_words_stays(tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": "Fine.", "labels": [name]} for n, name in enumerate(["joy", "anger", "joy"])]
    write(tmp_path, "goemotions", "train", rows)
    done = clean(tmp_path, chosen(["permissive"]), held([]))
    assert [example.labels for example in done.train] == [("joy",), ("anger",)]


def test_distillation_texts_are_clean_and_stand_once(tmp_path: Path) -> None:
    emobank(tmp_path, "dev", ["Nobody will ever raise your taxes again."])
    emobank(tmp_path, "train", ["A calm text."])
    speech = "Good evening. Nobody will ever raise your taxes again! A calm text. Good evening."
    write(tmp_path, "sotu", "corpus", [{"id": "1", "text": speech}])
    kept_back = held(scored_on(tmp_path))
    done = clean(tmp_path, chosen(), kept_back)
    assert list(distillation(tmp_path, done.train, kept_back)) == ["A calm text.", "Good evening."]
    assert shared(done.train) == Counter()


def test_no_dev_sentence_stands_in_what_small_sets_teach(tenor_data: Path) -> None:
    names = ("emobank", "babe", "pledges", "cameo_class", "cameo_actors", "promise", "gne_roles")
    kept_back = held((name, e.text) for name in names for e in examples(tenor_data, SOURCES[name], "dev"))
    done = clean(tenor_data, [SOURCES[name] for name in names], kept_back)
    dev = [example.text for name in names for example in examples(tenor_data, SOURCES[name], "dev")]
    assert _leaks(dev, (example.text for example in done.train)) == set()
    assert _leaks(dev, (e.text for name in names for e in examples(tenor_data, SOURCES[name], "train")))


@pytest.mark.slow
def test_no_dev_sentence_stands_in_anything_that_is_learnt(tenor_data: Path) -> None:
    scored = list(scored_on(tenor_data))
    kept_back = held(scored)
    done = clean(tenor_data, chosen(), kept_back)
    texts = list(distillation(tenor_data, done.train, kept_back))
    assert len(done.train) > 100_000
    assert len(texts) > 200_000
    assert _leaks([text for _, text in scored], texts) == set()
    assert {example.split for example in done.train} == {"train"}


def _leaks(dev: Iterable[str], learnt: Iterable[str]) -> set[str]:
    """Look for leaks another way than the code does: as equal texts, and as equal sentences."""
    texts, parts = set(), set()
    for text in dev:
        texts.add(normalise(text))
        parts |= _long(text)
    return {text for text in learnt if normalise(text) in texts or _long(text) & parts}


def _long(text: str) -> set[str]:
    plain = {normalise(text[start:stop]) for start, stop in sentences(text)}
    return {some for some in plain if len(some.split()) >= FEWEST_WORDS}
