"""Texts with gold as samples: tokens, tags, epochs and batches."""

# ruff: noqa: E402 - torch is installed only where the encoder is trained

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="torch is not installed")

from training.samples import (
    LONGEST,
    Sample,
    batch,
    batches,
    held_out,
    padding_of,
    samples,
    scales_of,
    shown,
    tagged,
)
from training.shapes import Example, Mark
from training.tasks import ANY, TASKS

from tests.training import toys
from training import samples as module

# Five tokens of two letters each, one blank between them, between the two ends.
PLACES = [(0, 0), (0, 2), (3, 5), (6, 8), (9, 11), (12, 14), (0, 0)]


def example(text: str, task: str, **gold: object) -> Example:
    said = {"source": "toy", "lang": "en", **gold}
    return Example(id=text, task=task, split="train", text=text, doc=text, **said)  # type: ignore[arg-type]


def tags_of(label: str, *spans: tuple[int, int, str]) -> str:
    """Return the tags of the five tokens and the ends, as a word of O, F and I."""
    marks = tuple(Mark(start=start, stop=stop, label=name) for start, stop, name in spans)
    return "".join("OFI"[tag] for tag in tagged(PLACES, example("x", "technique", marks=marks), label))


def sample(name: str, length: int = 3, source: str = "toy", lang: str = "en", *, full: bool = False) -> Sample:
    tags = {"technique": ((int(full),) * length,)} if source == "ptc" else {}
    return Sample(text=name, lang=lang, sources=(source,), ids=tuple(range(length)), tags=tags)


def many(count: int, source: str = "toy", lang: str = "en") -> list[Sample]:
    return [sample(f"{source} {lang} {place}", source=source, lang=lang) for place in range(count)]


@pytest.mark.parametrize(
    ("spans", "tags"),
    [
        ([], "OOOOOOO"),
        ([(0, 2)], "OFOOOOO"),
        ([(3, 11)], "OOFIIOO"),
        ([(4, 10)], "OOFIIOO"),  # parts of tokens count as the whole
        ([(2, 3)], "OOOOOOO"),  # a blank is no token
        ([(5, 9)], "OOOFOOO"),  # blanks at its ends
        ([(0, 5), (6, 8)], "OFIFOOO"),  # they touch
        ([(0, 4), (4, 8)], "OFIFOOO"),  # they meet inside the second token: the later one begins after it
        ([(0, 1), (1, 2)], "OFOOOOO"),  # both inside one token: the first is kept
        ([(0, 1), (1, 5)], "OFFOOOO"),
        ([(6, 7), (0, 2)], "OFOFOOO"),  # their order does not matter
        ([(12, 40)], "OOOOOFO"),  # it goes on beyond what is read
        ([(20, 40)], "OOOOOOO"),  # all of it is beyond
    ],
)
def test_tags_of_one_label(spans: list[tuple[int, int]], tags: str) -> None:
    assert tags_of("Doubt", *((start, stop, "Doubt") for start, stop in spans), (0, 14, "Slogans")) == tags


@pytest.mark.parametrize(
    ("spans", "tags"),
    [
        ([(0, 5, "Doubt"), (6, 8, "Slogans")], "OFIFOOO"),
        ([(0, 8, "Doubt"), (3, 11, "Slogans")], "OFIIIOO"),  # they overlap: one stretch
        ([(0, 11, "Doubt"), (3, 5, "Slogans"), (6, 8, "Doubt")], "OFIIIOO"),
        ([(0, 2, "Doubt"), (0, 8, "Slogans")], "OFIIOOO"),  # the same beginning
        ([(0, 8, "Doubt"), (0, 8, "Slogans")], "OFIIOOO"),  # the same place
        ([(0, 4, "Doubt"), (4, 8, "Slogans")], "OFIIOOO"),  # they share a token
    ],
)
def test_tags_of_any_label(spans: list[tuple[int, int, str]], tags: str) -> None:
    assert tags_of(ANY, *spans) == tags


SPANS = st.lists(st.tuples(st.integers(0, 13), st.integers(1, 14), st.sampled_from(["Doubt", "Slogans"])), max_size=6)


@given(SPANS, st.sampled_from(["Doubt", ANY]))
@settings(max_examples=100, deadline=None)
def test_inside_never_follows_outside(spans: list[tuple[int, int, str]], label: str) -> None:
    some = [(start, stop, name) for start, stop, name in spans if start < stop]
    tags = tags_of(label, *some)
    assert "OI" not in tags
    # A token is tagged just if a span of the label has a letter of it.
    letters = {place for start, stop, name in some if label in (name, ANY) for place in range(start, stop)}
    touched = [bool(letters & set(range(start, stop))) for start, stop in PLACES]
    assert [tag != "O" for tag in tags] == touched


def test_a_text_is_spelt_with_its_ends() -> None:
    (found,) = samples(toys.speller(), [example("a  c zz", "biased", labels=("no",))], {})
    assert found.ids == (toys.START, 4, 6, toys.UNKNOWN, toys.END)
    assert padding_of(toys.speller()) == toys.PAD


def test_a_long_text_is_cut_but_keeps_its_end() -> None:
    text = " ".join("a" * 300)
    marks = (Mark(start=2 * 188, stop=2 * 200, label="biased_word"), Mark(start=500, stop=501, label="biased_word"))
    (found,) = samples(toys.speller(), [example(text, "loaded", marks=marks)], {})
    assert len(found.ids) == LONGEST == 192
    assert (found.ids[0], found.ids[-2], found.ids[-1]) == (toys.START, 4, toys.END)
    # Word 188 is token 189; the last word that is read is token 190.
    assert found.tags["loaded"] == ((0,) * 189 + (1, 2) + (0,),)
    (whole,) = samples(toys.speller(), [example(" ".join("a" * 190), "biased", labels=("no",))], {})
    assert len(whole.ids) == LONGEST


def test_one_text_has_the_gold_of_all_its_examples() -> None:
    emotions = TASKS["emotions"].labels
    found = samples(
        toys.speller(),
        [
            example("a b c", "biased", labels=("yes",)),
            example("x", "biased", labels=("no",), source="other", lang="uk"),
            example("a b c", "tone", target=(2, 5), labels=("positive",), source="second"),
            example("a b c", "tone", target=(0, 1), labels=("negative",)),
            example("a b c", "tone", target=(1, 2), labels=("negative",)),  # a blank
            example("a b c", "emotions", labels=("anger", "neutral")),
            example("a b c", "affect", values=(3.0, 1.0, 7.0)),
            example("a b c", "technique", marks=(Mark(start=2, stop=3, label="Doubt"),)),
        ],
        {"affect": ([2.0, 1.0, 5.0], [0.5, 1.0, 4.0])},
    )
    first, second = found
    assert (first.text, first.lang, first.sources) == ("a b c", "en", ("toy", "second"))
    assert first.ids == (toys.START, 4, 5, 6, toys.END)
    assert first.marked == (("tone", 2, 3, 2), ("tone", 1, 1, 0))
    assert first.golds == {
        "biased": (1.0,),
        "affect": (2.0, 0.0, 0.5),
        "emotions": tuple(float(name in {"anger", "neutral"}) for name in emotions),
    }
    labels = (*TASKS["technique"].labels, ANY)
    wanted = [(0, 0, 1, 0, 0) if name in {"Doubt", ANY} else (0,) * 5 for name in labels]
    assert list(first.tags["technique"]) == wanted
    assert (second.text, second.lang, second.golds, second.marked) == ("x", "uk", {"biased": (0.0,)}, ())


def test_scales_are_mean_and_deviation_of_each_value() -> None:
    some = [example("a", "affect", values=(1.0, 2.0, 3.0)), example("b", "affect", values=(3.0, 2.5, 3.5))]
    scales = scales_of([*some, example("c", "biased", labels=("no",))])
    assert scales == {"affect": ([2.0, 2.25, 3.25], [1.0, 0.25, 0.25])}


def test_held_out_texts_are_few_and_stay_the_same() -> None:
    some = [f"text number {place}" for place in range(20_000)]
    kept = [text for text in some if held_out(text)]
    # Four of a hundred; five standard deviations of a share by chance are .007.
    assert len(kept) / len(some) == pytest.approx(0.04, abs=0.007)
    assert kept == [text for text in some if zlib.crc32(text.encode()) % 100 < 4]


def names(some: Iterable[Sample]) -> Counter[str]:
    """Count samples by their text: each has one of its own."""
    return Counter(one.text for one in some)


def test_an_epoch_shows_every_sample_of_a_set_without_a_cap_once() -> None:
    some = many(50) + many(30, "other")
    for epoch in range(3):
        assert names(shown(some, epoch)) == names(some)
    assert shown(some, 0) == shown(some, 0)
    assert shown(some, 0) != shown(some, 1)
    assert shown([], 0) == []


def test_a_set_with_a_cap_shows_others_before_it_repeats_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SHOWN", {"nerel": 10})
    some = many(35, "nerel")
    epochs = [names(shown(some, epoch)) for epoch in range(7)]
    assert all(len(epoch) == epoch.total() == 10 for epoch in epochs)
    assert len(epochs[0] | epochs[1] | epochs[2]) == 30
    # Seven epochs of ten are twice all.
    assert sum(epochs, Counter()) == names(some * 2)
    assert names(shown(some[:10], 3)) == names(some[:10])


def test_a_small_set_is_repeated_within_an_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REPEATED", {"adaq": 3})
    some = many(5, "adaq")
    assert names(shown(some + many(4), 0)) == names(some * 3 + many(4))


def test_half_of_the_ptc_samples_are_empty() -> None:
    some = [sample(f"full {place}", source="ptc", full=True) for place in range(6)]
    some += [sample(f"empty {place}", source="ptc") for place in range(40)]
    epochs = [names(shown(some, epoch)) for epoch in range(20)]
    for epoch in epochs:
        assert len(epoch) == epoch.total() == 12
        assert names(some[:6]) <= epoch
    assert len(sum(epochs, Counter())) > 12 + 6  # not always the same empty ones
    assert names(shown(some[:8], 0)) == names(some[:8])  # fewer empty ones than full ones


def test_bsnlp_shows_languages_as_often_as_was_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "KIN", 7)
    some = many(10, "bsnlp_ner", "ru") + many(4, "bsnlp_ner", "uk")
    some += many(20, "bsnlp_ner", "cs") + many(20, "bsnlp_ner", "pl")
    counts = names(shown(some, 0))
    assert [counts[one.text] for one in some[:14]] == [1] * 10 + [3] * 4
    kin = [counts[one.text] for one in some[14:]]
    assert (sum(kin), max(kin)) == (7, 1)


@given(st.lists(st.integers(2, LONGEST), max_size=60), st.integers(200, 2000), st.integers(0, 5))
@settings(max_examples=60, deadline=None)
def test_batches_hold_every_sample_once_and_no_more_than_asked(lengths: list[int], tokens: int, seed: int) -> None:
    some = [sample(str(place), length) for place, length in enumerate(lengths)]
    found = list(batches(some, tokens, seed))
    assert names(one for part in found for one in part) == names(some)
    assert all(part and len(part) * max(len(one.ids) for one in part) <= tokens for part in found)
    assert found == list(batches(some, tokens, seed))


def test_batches_hold_every_sample_of_several_stretches_once() -> None:
    some = [sample(str(place), 2 + place % 7) for place in range(4_500)]
    assert names(one for part in batches(some, 64, 3) for one in part) == names(some)


def test_a_text_longer_than_a_batch_stands_alone() -> None:
    long = sample("long", 50)
    assert [long] in list(batches([sample("a", 3), long, sample("b", 4)], 20, 0))


def test_batches_are_of_like_length_and_in_an_order_of_the_seed() -> None:
    some = [sample(str(place), 2 + place % 40) for place in range(400)]
    found, other = list(batches(some, 100, 0)), list(batches(some, 100, 1))
    assert all(len(part[-1].ids) - len(part[0].ids) <= 3 for part in found)
    lengths = [len(part[0].ids) for part in found]
    assert lengths != sorted(lengths)
    assert found != other
    assert sorted(part[0].text for part in found) == sorted(part[0].text for part in other)


def test_a_batch_is_padded_on_the_right() -> None:
    one = Sample(
        text="one",
        lang="en",
        sources=("toy",),
        ids=(0, 7, 2),
        golds={"biased": (1.0,), "affect": (0.5, 0.0, -0.5)},
        tags={"loaded": ((0, 1, 0),)},
        marked=(("tone", 1, 1, 2),),
    )
    two = Sample(
        text="two",
        lang="en",
        sources=("toy",),
        ids=(0, 8, 9, 10, 2),
        golds={"biased": (0.0,)},
        tags={"quote": ((0, 1, 2, 0, 0), (0,) * 5, (0, 0, 0, 1, 0))},
        marked=(("role", 1, 2, 0), ("tone", 3, 3, 0)),
    )
    found = batch([one, two], toys.PAD)
    assert found.ids.tolist() == [[0, 7, 2, 1, 1], [0, 8, 9, 10, 2]]
    assert found.mask.tolist() == [[1, 1, 1, 0, 0], [1] * 5]
    assert found.size == 2
    assert {name: (rows.tolist(), gold.tolist()) for name, (rows, gold) in found.golds.items()} == {
        "affect": ([0], [[0.5, 0.0, -0.5]]),
        "biased": ([0, 1], [[1.0], [0.0]]),
    }
    assert {name: (rows.tolist(), gold.tolist()) for name, (rows, gold) in found.tags.items()} == {
        "loaded": ([0], [[[0, 1, 0, -1, -1]]]),
        "quote": ([1], [[[0, 1, 2, 0, 0], [0] * 5, [0, 0, 0, 1, 0]]]),
    }
    marked = {name: tuple(part.tolist() for part in parts) for name, parts in found.marked.items()}
    assert marked == {"role": ([1], [[1, 2]], [0]), "tone": ([0, 1], [[1, 1], [3, 3]], [2, 0])}


def test_a_batch_without_gold_has_none() -> None:
    found = batch([sample("a"), replace(sample("b"), ids=(0, 2))], toys.PAD)
    assert (found.golds, found.tags, found.marked) == ({}, {}, {})
    assert found.ids.tolist() == [[0, 1, 2], [0, 2, 1]]


def test_rare_emotions_are_shown_in_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.samples.SHOWN", {"goemotions": 6})
    monkeypatch.setattr("training.samples.RARE", 3)

    def one(number: int, place: int) -> Sample:
        golds = {"emotions": tuple(float(k == place) for k in range(2))}
        return Sample(text=f"{number}", lang="en", sources=("goemotions",), ids=(0, 1), golds=golds)

    some = [one(number, 0) for number in range(10)] + [one(number, 1) for number in (10, 11)]
    found = [sorted(int(sample.text) for sample in shown(some, epoch)) for epoch in (0, 1)]
    assert all(len(texts) == 6 and {10, 11} <= set(texts) for texts in found)
    assert not set(found[0]) & set(found[1]) - {10, 11}, "others are shown before any is shown again"
