"""What the encoder makes of texts, on a model whose numbers can be worked out by hand; see tiny.py."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.annotate import batches
from tenor.annotate import encoder as module
from tenor.annotate.batches import Row, feeds, packs
from tenor.annotate.encoder import Empty, Encoder, Read
from tenor.annotate.tokens import spelt
from tests.annotate import tiny

NOTHING = Empty(no_text=0, unknown_language=0, other_language=0)
# One token is first by 5 and inside by -5, against outside by 0; or the other way round.
SURE = 1 - 1 / (1 + math.exp(5) + math.exp(-5))
BOTH = 1 - 1 / (1 + 2 * math.exp(5))

Found = tuple[int, str, str, str, float]


def softmax(*scores: float) -> list[float]:
    powers = [math.exp(score) for score in scores]
    return [power / sum(powers) for power in powers]


def sigmoid(score: float) -> float:
    return 1 / (1 + math.exp(-score))


def found(encoder: Encoder, texts: Sequence[str], read: Read) -> list[Found]:
    """Return the spans in words: text, task, label, what stands there, score."""
    spans = read.spans
    columns = (spans.text, spans.task, spans.label, spans.start, spans.stop, spans.score)
    return [
        (
            text,
            encoder.manifest.spans[task].name,
            encoder.manifest.spans[task].labels[label],
            texts[text][start:stop],
            round(score, 5),
        )
        for text, task, label, start, stop, score in zip(*(column.tolist() for column in columns), strict=True)
    ]


def same(one: Read, other: Read) -> None:
    """Hold that two readings are equal to the last bit."""
    np.testing.assert_array_equal(one.vectors, other.vectors)
    for name in ("values", "decided"):
        for mine, theirs in ((one, other), (one.marked, other.marked)):
            assert getattr(mine, name).keys() == getattr(theirs, name).keys()
            for task, values in getattr(mine, name).items():
                np.testing.assert_array_equal(values, getattr(theirs, name)[task])
    for name in ("text", "task", "label", "start", "stop", "score"):
        np.testing.assert_array_equal(getattr(one.spans, name), getattr(other.spans, name))
    assert (one.cut, one.empty) == (other.cut, other.empty)


# --- by hand ---------------------------------------------------------------------------------------


def test_values_are_in_the_units_of_the_gold(encoder: Encoder) -> None:
    # Four tokens with the ends: one good, one hot. Valence 2 * 1/4 + 3, arousal 0.5 * 1/4 + 2.
    read = encoder.read(["good hot", "talks"], ["en", "uk"])
    np.testing.assert_allclose(read.values["affect"], [[3.5, 2.125], [3.0, 2.0]], rtol=1e-6)
    assert "affect" not in read.decided
    assert read.values["affect"].dtype == np.float32


def test_labels_hold_from_their_threshold_on(encoder: Encoder) -> None:
    read = encoder.read(["good talks", "good", "talks"], ["en"] * 3)
    expected = [[sigmoid(tone), sigmoid(-tone)] for tone in (4 / 4, 4 / 3, 0)]
    np.testing.assert_allclose(read.values["emotions"], expected, rtol=1e-5)
    # 0.73 and 0.79 are at least 0.7, 0.5 is not; 0.27, 0.21 and 0.5 are all at least 0.2.
    assert read.decided["emotions"].tolist() == [[True, True], [True, True], [False, True]]


def test_a_threshold_that_is_met_exactly_holds(tmp_path: Path) -> None:
    tasks = [{**tiny.TASKS["sentence"][1], "thresholds": [0.5, 0.5000001]}]
    some = [tiny.TASKS["sentence"][0], *tasks, tiny.TASKS["sentence"][2]]
    read = Encoder.open(tiny.write(tmp_path, sentence=some)).read(["talks"], ["en"])
    assert read.decided["emotions"].tolist() == [[True, False]]


def test_a_bias_decides_but_does_not_move_the_probability(encoder: Encoder) -> None:
    read = encoder.read(["talks"], ["en"])
    np.testing.assert_allclose(read.values["biased"], [softmax(0.2, 0)], rtol=1e-5)
    assert read.values["biased"][0].argmax() == 0
    assert read.decided["biased"].tolist() == [1]


def test_vectors_are_means_of_length_one(encoder: Encoder) -> None:
    read = encoder.read(["good hot", "good good hot Anna"], ["en", None])
    root = 1 / math.sqrt(3)
    first = np.zeros(tiny.WIDTH)
    first[[tiny.TONE, tiny.HEAT, tiny.CONTENT_IN]] = root
    second = np.zeros(tiny.WIDTH)
    second[[tiny.TONE, tiny.HEAT, tiny.SOURCE, tiny.CONTENT_IN]] = np.array([2, 1, 1, 2]) / math.sqrt(10)
    np.testing.assert_allclose(read.vectors, [first, second], atol=1e-6)


def test_spans_stand_in_code_points_of_the_text(encoder: Encoder) -> None:
    texts = ["😀 Anna Smith talks  good bad", "hot", "a bad Anna!"]
    read = encoder.read(texts, ["en", "en", "en"])
    once = round(SURE, 5)
    assert found(encoder, texts, read) == [
        (0, "quote", "source", "Anna Smith", once),
        (0, "quote", "content", "talks  good bad", once),
        (0, "loaded", "word", "bad", once),
        (2, "quote", "source", "Anna", once),
        (2, "loaded", "word", "bad", once),
        (2, "loaded", "word", "!", once),
    ]
    assert read.spans.start.tolist()[:2] == [2, 13]


def test_a_span_that_begins_inside_is_none(encoder: Encoder) -> None:
    # "good" is inside content by 5, but nothing began; to begin there costs 5 against outside.
    assert found(encoder, ["good good"], encoder.read(["good good"], ["en"])) == []


def test_one_sign_that_is_two_tokens_is_one_span(encoder: Encoder) -> None:
    texts = ["a‼ b"]
    read = encoder.read(texts, ["en"])
    assert found(encoder, texts, read) == [(0, "loaded", "word", "‼", round(SURE, 5))]


def test_a_span_ends_with_the_accent_of_its_last_letter(encoder: Encoder) -> None:
    texts = ["и\u0306 a"]
    assert [what for *_, what, _ in found(encoder, texts, encoder.read(texts, ["uk"]))] == ["и\u0306"]


def test_a_bias_makes_spans_rarer(tmp_path: Path) -> None:
    quote, loaded = tiny.TASKS["spans"]
    for bias, many in ((4.9, 1), (5.1, 0), (-4.9, 1)):
        some = [quote, {**loaded, "biases": [bias]}]
        opened = Encoder.open(tiny.write(tmp_path / str(bias), spans=some))
        read = opened.read(["a bad b"], ["uk"])
        assert len(read.spans.text) == many, bias
        np.testing.assert_allclose(read.spans.score, [SURE] * many, rtol=1e-5)


def test_a_cost_makes_spans_rarer_as_the_manifest_says(tmp_path: Path) -> None:
    quote, loaded = tiny.TASKS["spans"]
    for cost, many in ((4.9, 1), (5.1, 0), (-4.9, 1)):
        some = [quote, {**loaded, "costs": [cost]}]
        opened = Encoder.open(tiny.write(tmp_path / str(cost), spans=some))
        read = opened.read(["a bad b"], ["uk"])
        assert len(read.spans.text) == many, cost


def test_a_mark_is_judged_by_its_own_tokens(encoder: Encoder) -> None:
    marks = [[(0, 4), (0, 10), (5, 10), (1, 2)], [], [(0, 3)]]
    read = encoder.read(["good talks", "good", "hot"], ["en"] * 3, marks)
    marked = read.marked
    assert marked.text.tolist() == [0, 0, 0, 0, 2]
    assert marked.mark.tolist() == [0, 1, 2, 3, 0]
    tone = [softmax(-4, 0, 4), softmax(-2, 0, 2), softmax(0, 0, 0), softmax(-4, 0, 4), softmax(0, 0, 0)]
    np.testing.assert_allclose(marked.values["tone"], tone, rtol=1e-5)
    assert marked.decided["tone"].tolist() == [2, 2, 0, 2, 0]
    np.testing.assert_allclose(marked.values["role"], [softmax(0, 0)] * 4 + [softmax(4, 0)], rtol=1e-5)
    assert read.empty["tone"] == NOTHING


@pytest.mark.parametrize("many", [batches.MARKS, batches.MARKS + 1, 5 * batches.MARKS])
def test_very_many_marks_are_judged_as_few(encoder: Encoder, many: int) -> None:
    marks = [(0, 4), (5, 10)] * many
    texts = ["good talks", "good"]
    read = encoder.read(texts, ["en", "en"], [marks, [(0, 4)]])
    tone = [softmax(-4, 0, 4), softmax(0, 0, 0)] * many + [softmax(-4, 0, 4)]
    np.testing.assert_allclose(read.marked.values["tone"], tone, rtol=1e-5)
    assert read.marked.mark.tolist() == [*range(2 * many), 0]
    assert len(found(encoder, texts, read)) == 1
    np.testing.assert_array_equal(read.vectors, encoder.read(texts, ["en", "en"]).vectors)


# --- what is left empty ----------------------------------------------------------------------------


def test_a_task_says_nothing_in_languages_without_gold(encoder: Encoder) -> None:
    texts, langs = ["bad Anna"] * 5, ["en", "uk", None, "", "und"]
    read = encoder.read(texts, langs, [[(0, 3)]] * 5)
    rows = {name: np.isfinite(values).all(1).tolist() for name, values in read.values.items()}
    yes, no = [True], [False]
    assert rows == {"affect": 2 * yes + 3 * no, "emotions": yes + 4 * no, "biased": yes + 4 * no}
    assert read.decided["biased"].tolist() == [1, -1, -1, -1, -1]
    assert not read.decided["emotions"][1:].any()
    assert [span[:3] for span in found(encoder, texts, read)] == [
        (0, "quote", "source"),
        (0, "loaded", "word"),
        (1, "loaded", "word"),
    ]
    assert np.isfinite(read.marked.values["tone"]).all(1).tolist() == 2 * yes + 3 * no
    assert read.marked.decided["role"].tolist() == [0, -1, -1, -1, -1]
    only_en = Empty(no_text=0, unknown_language=3, other_language=1)
    both = Empty(no_text=0, unknown_language=3, other_language=0)
    assert read.empty == {
        **dict.fromkeys(("emotions", "biased", "role", "quote"), only_en),
        **dict.fromkeys(("affect", "tone", "loaded"), both),
    }
    assert np.isfinite(read.vectors).all()


@pytest.mark.parametrize("text", ["", " \n\t", "12 500", "😀", "!!!", "\0", "\ud800", "\u00ad", "."])
def test_a_text_without_a_letter_is_said_nothing_of(encoder: Encoder, text: str) -> None:
    read = encoder.read(["good", text], ["en", "en"], [[], [(0, len(text))]])
    assert np.isnan(read.vectors[1]).all()
    assert all(np.isnan(values[1]).all() for values in read.values.values())
    assert read.decided["biased"].tolist() == [1, -1]
    assert not read.decided["emotions"][1].any()
    assert read.marked.decided["tone"].tolist() == [-1]
    assert not len(read.spans.text)
    assert set(read.empty.values()) == {Empty(no_text=1, unknown_language=0, other_language=0)}


def test_no_texts_give_no_rows(encoder: Encoder) -> None:
    read = encoder.read([], [])
    assert read.vectors.shape == (0, tiny.WIDTH)
    assert {name: values.shape for name, values in read.values.items()} == {
        "affect": (0, 2),
        "emotions": (0, 2),
        "biased": (0, 2),
    }
    assert {name: values.shape for name, values in read.decided.items()} == {"emotions": (0, 2), "biased": (0,)}
    assert read.marked.values["tone"].shape == (0, 3)
    assert len(read.spans.text) == len(read.spans.task) == len(read.marked.text) == read.cut == 0
    assert set(read.empty.values()) == {NOTHING}


def test_a_mark_beyond_what_is_read_is_counted(encoder: Encoder) -> None:
    # Twelve tokens are read: ten of the text's, "good" each but the last of the text.
    text = "good " * 14 + "talks"
    marks = [(0, 4), (45, 49), (50, 54), (len(text) - 5, len(text)), (4, 5), (3, 3), (47, 52)]
    read = encoder.read([text], ["en"], [marks])
    assert read.cut == 1
    assert np.isfinite(read.marked.values["tone"]).all(1).tolist() == [True, True, False, False, False, False, True]
    assert read.marked.decided["tone"].tolist() == [2, 2, -1, -1, -1, -1, 2]
    expected = Empty(no_text=0, unknown_language=0, other_language=0, out_of_reach=4)
    assert (read.empty["tone"], read.empty["affect"]) == (expected, NOTHING)
    np.testing.assert_allclose(read.values["affect"], [[2 * 10 / 12 + 3, 2.0]], rtol=1e-6)


def test_of_several_reasons_only_the_first_is_counted(encoder: Encoder) -> None:
    # Each mark is blank, so none shares a token.
    read = encoder.read(["12 3", "good bad", "good bad", "good bad"], ["uk", "und", "uk", "en"], [[(4, 4)]] * 4)
    assert read.empty["role"] == Empty(no_text=1, unknown_language=1, other_language=1, out_of_reach=1)
    assert read.empty["tone"] == Empty(no_text=1, unknown_language=1, other_language=0, out_of_reach=2)


def test_nothing_is_asked_where_there_are_no_such_tasks(tmp_path: Path) -> None:
    folder = tiny.write(tmp_path, sentence=[], marked=[], spans=[])
    read = Encoder.open(folder).read(["good", ""], ["en", "en"], [[(0, 4)], []])
    assert np.isfinite(read.vectors).all(1).tolist() == [True, False]
    assert (read.values, read.decided, read.empty) == ({}, {}, {})
    assert (len(read.spans.text), len(read.marked.text)) == (0, 1)


# --- hostile texts ---------------------------------------------------------------------------------

HOSTILE = {
    "one letter": "a",
    "no space": "good" * 2_500,
    "many blanks": "good" + " " * 100_000 + "talks",
    "emoji": "👩‍👩‍👧 good 🇺🇦!",
    "mixed scripts": "Anna говорить 漢字 مرحبا talks!",
    "lone surrogates": "\ud800Anna\udfff bad\ud83d",
    "nul": "Anna\0bad\0!",
    "soft hyphens": "An\u00adna ta\u00adlks bad\u00ad",
    "ends of a text in it": "</s> <pad> Anna <s> bad <unk>",
    "right to left": "\u202egood bad\u202c !",
    "accents without end": "a" + "\u0301" * 5_000,
    "line breaks": "Anna\r\n\u2028\x85bad !",
    "composed anew": "ﷺ ﬁ ½ Å bad",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_gives_numbers_and_whole_spans(encoder: Encoder, text: str) -> None:
    marks = [(0, len(text)), (len(text) - 1, len(text)), (0, 0)]
    read = encoder.read([text, "good bad"], ["en", "en"], [marks, []])
    alone = encoder.read(["good bad"], ["en"])
    assert np.isfinite(read.vectors).all()
    assert all(np.isfinite(values).all() for values in read.values.values())
    assert np.isfinite(read.marked.values["tone"][0]).all()
    for _, _, _, what, _ in found(encoder, [text, "good bad"], read):
        assert what
        assert what == what.strip()
    for task, values in alone.values.items():
        np.testing.assert_allclose(read.values[task][1], values[0], rtol=1e-6)


def test_words_are_found_beside_signs_that_are_none(encoder: Encoder) -> None:
    texts = ["\ud800 Anna\udfff bad\ud83d"]
    words = [what for *_, what, _ in found(encoder, texts, encoder.read(texts, ["en"]))]
    assert words == ["Anna", "bad"]


@pytest.mark.parametrize("mark", [(-1, 2), (0, 5), (3, 2), (5, 5)])
def test_a_mark_outside_its_text_is_refused(encoder: Encoder, mark: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"not inside text 1, which has 4 signs"):
        encoder.read(["good talks", "good"], ["en", "en"], [[(0, 10)], [(0, 4), mark]])


@pytest.mark.parametrize(("langs", "marks"), [(["en"], None), (["en"] * 3, None), (["en"] * 2, [[]])])
def test_lists_of_other_lengths_are_refused(encoder: Encoder, langs: list[str], marks: Any) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        encoder.read(["good", "bad"], langs, marks)


# --- neighbours ------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    ["good", "bad", "hot", "Anna", "Smith", "talks", "!", "й", "и\u0306", "  ", "😀", "\ud800", "a", "‼"]
)
TEXTS = st.one_of(st.lists(WORDS, max_size=16).map(" ".join), st.text(max_size=40))
LANGS = st.sampled_from(["en", "uk", "tr", "und", None])


@st.composite
def readings(draw: st.DrawFn) -> tuple[list[str], list[str | None], list[list[tuple[int, int]]]]:
    texts = draw(st.lists(TEXTS, max_size=12))
    langs = [draw(LANGS) for _ in texts]
    marks = []
    for text in texts:
        ends = st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(lambda pair: (min(pair), max(pair)))
        marks.append(draw(st.lists(ends, max_size=3)))
    return texts, langs, marks


def row(read: Read, text: int) -> dict[str, Any]:
    """Return all that is said of one text."""
    marks = read.marked.text == text
    spans = read.spans.text == text
    return {
        "vector": read.vectors[text],
        **{f"value {name}": values[text] for name, values in read.values.items()},
        **{f"decided {name}": values[text] for name, values in read.decided.items()},
        **{f"mark {name}": values[marks] for name, values in read.marked.values.items()},
        **{f"mark decided {name}": values[marks] for name, values in read.marked.decided.items()},
        "marks": read.marked.mark[marks],
        **{name: getattr(read.spans, name)[spans] for name in ("task", "label", "start", "stop", "score")},
    }


def alike(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, values in one.items():
        np.testing.assert_allclose(values, other[name], rtol=1e-5, atol=1e-6, err_msg=name)


@settings(max_examples=60, deadline=None)
@given(readings(), st.randoms(use_true_random=False))
def test_neighbours_and_order_change_nothing(encoder: Encoder, some: Any, order: Any) -> None:
    texts, langs, marks = some
    read = encoder.read(texts, langs, marks)
    places = list(range(len(texts)))
    order.shuffle(places)
    moved = encoder.read(*([part[place] for place in places] for part in some))
    for now, before in enumerate(places):
        alike(row(moved, now), row(read, before))
        alike(row(encoder.read([texts[before]], [langs[before]], [marks[before]]), 0), row(read, before))
    assert (moved.empty, moved.cut) == (read.empty, read.cut)
    assert read.spans.text.tolist() == sorted(read.spans.text.tolist())


@settings(max_examples=60, deadline=None)
@given(readings())
def test_every_span_is_a_stretch_of_its_text_and_none_overlaps_its_like(encoder: Encoder, some: Any) -> None:
    texts, langs, marks = some
    spans = encoder.read(texts, langs, marks).spans
    last: tuple[Any, ...] = ()
    for text, task, label, start, stop, score in zip(
        spans.text, spans.task, spans.label, spans.start, spans.stop, spans.score, strict=True
    ):
        assert 0 <= start < stop <= len(texts[text])
        assert texts[text][start:stop].strip() == texts[text][start:stop]
        assert 0 < score <= 1
        assert langs[text] in encoder.manifest.spans[task].languages
        if last[:3] == (text, task, label):
            assert start >= last[3]
        assert last[:3] <= (text, task, label)
        last = (text, task, label, stop)


@settings(max_examples=40, deadline=None)
@given(readings())
def test_no_marks_are_the_same_as_empty_marks_and_do_not_touch_the_rest(encoder: Encoder, some: Any) -> None:
    texts, langs, marks = some
    without = encoder.read(texts, langs)
    same(without, encoder.read(texts, langs, [[] for _ in texts]))
    with_marks = encoder.read(texts, langs, marks)
    for task, values in without.values.items():
        np.testing.assert_allclose(values, with_marks.values[task], rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(without.spans.start, with_marks.spans.start)


def test_the_same_texts_give_the_same_bits(encoder: Encoder, tiny_folder: Path) -> None:
    texts = [f"{word} talks {'good ' * number}" for number in range(30) for word in ("Anna", "bad", "hot")]
    langs, marks = ["en"] * len(texts), [[(0, 3)]] * len(texts)
    read = encoder.read(texts, langs, marks)
    same(read, encoder.read(texts, langs, marks))
    same(read, Encoder.open(tiny_folder, threads=2).read(texts, langs, marks))


def test_texts_beyond_one_chunk_are_read_as_within_it(encoder: Encoder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"bad {'good ' * (number % 9)}Anna" for number in range(20)]
    marks = [[(0, 3)] * (number % 3) for number in range(20)]
    whole = encoder.read(texts, ["en"] * 20, marks)
    monkeypatch.setattr(module, "CHUNK", 3)
    parts = encoder.read(texts, ["en"] * 20, marks)
    for text in range(20):
        alike(row(parts, text), row(whole, text))
    assert (parts.cut, parts.empty) == (whole.cut, whole.empty)


# --- batches ---------------------------------------------------------------------------------------


def some_rows(lengths: Sequence[int]) -> list[Row]:
    tokenizer = tiny.speller()
    texts = [" ".join(["good"] * (length - 2)) for length in sorted(lengths)]
    return [Row(number, text, spelt(tokenizer, text, 192), [], False) for number, text in enumerate(texts)]


@settings(deadline=None)
@given(st.lists(st.integers(3, 192), max_size=60))
def test_a_pack_has_no_more_tokens_than_it_may(lengths: list[int]) -> None:
    rows = some_rows(lengths)
    found = list(packs(rows))
    assert [one for pack in found for one in pack] == rows
    assert all(len(pack) * len(pack[-1].spelt.ids) <= batches.TOKENS for pack in found)
    for pack, following in pairwise(found):
        assert (len(pack) + 1) * len(following[0].spelt.ids) > batches.TOKENS, "there was room for one more"


def test_a_graph_is_fed_padding_on_the_right_and_shares_of_marks() -> None:
    first, second = some_rows([3, 5])
    fed = feeds([first._replace(marks=[(0, 1, 1)]), second._replace(marks=[(1, 1, 2), (2, 3, 3)])], padding=1)
    good = tiny.PIECES.index("▁good")
    assert fed["ids"].tolist() == [[0, good, 2, 1, 1], [0, good, good, good, 2]]
    assert fed["mask"].tolist() == [[1, 1, 1, 0, 0], [1] * 5]
    assert fed["targets"].tolist() == [[[0, 1, 0, 0, 0], [0] * 5], [[0, 0.5, 0.5, 0, 0], [0, 0, 0, 1, 0]]]


# --- start -----------------------------------------------------------------------------------------


def test_importing_the_encoder_loads_neither_library() -> None:
    code = "import sys, tenor.annotate.encoder, tenor.app.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"onnxruntime", "tokenizers", "tenor_models"} & set(done.stdout.split())


def test_opening_the_encoder_touches_no_network(tiny_folder: Path) -> None:
    code = (
        "import sys\n"
        "def hook(event, args):\n"
        "    if event.startswith(('socket.connect', 'socket.getaddrinfo')): raise OSError(event)\n"
        "sys.addaudithook(hook)\n"
        "from pathlib import Path\n"
        "from tenor.annotate.encoder import Encoder\n"
        "read = Encoder.open(Path(sys.argv[1])).read(['good bad'], ['en'])\n"
        "print(len(read.spans.text), 'huggingface_hub' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tiny_folder)], capture_output=True, text=True, check=True)
    assert (done.stdout.split(), done.stderr) == (["1", "False"], "")
