"""A student with all of its teacher is its teacher; a smaller one fits and comes nearer."""

# ruff: noqa: E402 - torch is installed only where the encoder is trained

from __future__ import annotations

import json
from dataclasses import replace
from math import log
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from training.distil import Lesson, answers
from training.learn import Plan, finished, learn
from training.model import TOKEN, WEIGHTS, Heads, smaller
from training.samples import Sample, batch
from training.tasks import LABELS, SENTENCE

from tests.training import toys
from training import distil as module
from training import learn as learning

INNER = toys.SIZES.inner
COLUMNS = [(task.name, label) for task in SENTENCE for label in task.labels]


def without_gold(many: int) -> list[Sample]:
    return [replace(sample, golds={}, tags={}, marked=()) for sample in toys.yes_or_no(many)]


def said(texts: int, tokens: int) -> Heads:
    return Heads(
        states=torch.zeros(texts, tokens, toys.SIZES.width),
        sentence=torch.zeros(texts, len(COLUMNS)),
        tokens=torch.zeros(texts, tokens, len(LABELS), 3),
    )


def test_a_student_with_all_layers_and_units_is_its_teacher() -> None:
    teacher = toys.model()
    student = smaller(teacher, range(3), INNER)
    theirs = teacher.state_dict()
    assert student.state_dict().keys() == theirs.keys()
    assert all(torch.equal(values, theirs[name]) for name, values in student.state_dict().items())
    # It has weights of its own: what it learns does not change its teacher.
    student.tokens.weight.data.zero_()
    assert teacher.tokens.weight.abs().sum() > 0


def test_a_teacher_has_nothing_to_say_to_itself() -> None:
    teacher = toys.model()
    lesson = Lesson(teacher, smaller(teacher, range(3), INNER), toys.PAD)
    # Kept states are of 16 bits, so that not all is 0 to the last digit.
    assert lesson.loss(without_gold(9)).item() == pytest.approx(0, abs=1e-5)
    other = Lesson(teacher, toys.model(1), toys.PAD)
    assert other.loss(without_gold(9)).item() > 0.1


def test_the_gold_counts_beside_the_teacher() -> None:
    teacher, some = toys.model(), toys.yes_or_no(9)
    lesson = Lesson(teacher, smaller(teacher, range(3), INNER), toys.PAD)
    ready = batch(some, toys.PAD)
    wanted = module.GOLD * teacher.loss(teacher(ready.ids, ready.mask), ready).item()
    assert lesson.loss(some).item() == pytest.approx(wanted, abs=1e-4)


def test_a_student_has_the_layers_that_were_named() -> None:
    teacher = toys.model()
    student = smaller(teacher, [0, 2], INNER)
    assert student.encoder.sizes == replace(toys.SIZES, layers=2)
    for ours, theirs in ((0, 0), (1, 2)):
        state = teacher.encoder.layers[theirs].state_dict()
        own = student.encoder.layers[ours].state_dict()
        assert all(torch.equal(values, state[name]) for name, values in own.items())
    for name in ("encoder.words.weight", "look.weight", "marked.tone.mix.weight", "sentence.emotions.bias"):
        assert torch.equal(student.state_dict()[name], teacher.state_dict()[name])


def test_the_inner_units_that_weigh_most_stay() -> None:
    teacher = toys.model()
    for layer in teacher.encoder.layers:
        layer.inner.weight.data.fill_(0.1)
        layer.outer.weight.data.fill_(0.1)
        layer.inner.bias.data = torch.arange(float(INNER))
        layer.inner.weight.data[[3, 11]] = 1.0  # heavy going in
        layer.outer.weight.data[:, 7] = 1.0  # heavy coming out
        layer.inner.weight.data[5], layer.outer.weight.data[:, 5] = 2.0, 0.0  # nothing comes of it
    student = smaller(teacher, [1], 3)
    layer = student.encoder.layers[0]
    assert layer.inner.bias.tolist() == [3.0, 7.0, 11.0]
    assert layer.inner.weight[:, 0].tolist() == pytest.approx([1.0, 0.1, 1.0])
    assert layer.outer.weight.shape == (8, 3)
    assert layer.outer.weight[0].tolist() == pytest.approx([0.1, 1.0, 0.1])


def test_a_smaller_student_answers_in_the_same_shapes() -> None:
    teacher = toys.model()
    student = smaller(teacher, [1], 5)
    some = batch(toys.yes_or_no(4), toys.PAD)
    theirs, ours = teacher(some.ids, some.mask), student(some.ids, some.mask)
    assert [ours.states.shape, ours.sentence.shape, ours.tokens.shape] == [
        theirs.states.shape,
        theirs.sentence.shape,
        theirs.tokens.shape,
    ]


def test_the_distance_of_answers_by_hand() -> None:
    some = batch(without_gold(2), toys.PAD)  # of three and of four tokens
    theirs, ours = said(2, 4), said(2, 4)
    assert answers(ours, theirs, some).item() == 0
    theirs.sentence[1, COLUMNS.index(("biased", "yes"))] = log(3)  # 3/4 against 1/2
    classes = (0.75 * log(1.5) + 0.25 * log(0.5)) / 2
    theirs.sentence[0, COLUMNS.index(("affect", "valence"))] = 6.0
    numbers = WEIGHTS["affect"] * 36 / (2 * 3)
    theirs.sentence[0, COLUMNS.index(("frames", "MO"))] = log(3)
    labels = WEIGHTS["frames"] * (0.75 * log(1.5) + 0.25 * log(0.5)) / (2 * 5)
    theirs.tokens[1, 2, 0, 1] = log(2)  # 1/2 and two of 1/4 against thirds
    theirs.tokens[0, 3] = 50 * torch.rand(len(LABELS), 3)  # padding
    tokens = TOKEN * (0.5 * log(1.5) + 0.5 * log(0.75)) / 2
    assert answers(ours, theirs, some).item() == pytest.approx(classes + numbers + labels + tokens, rel=1e-5)


def test_the_teacher_reads_each_text_once_and_remembers_it_well() -> None:
    teacher, some = toys.model(), without_gold(7)
    lesson = Lesson(teacher, smaller(teacher, [0], INNER), toys.PAD)
    lesson.loss(some[:3])
    seen: list[int] = []
    hook = teacher.register_forward_pre_hook(lambda _, told: seen.append(len(told[0])))
    lesson.loss(some[1:6])
    lesson.loss(some[:6])
    hook.remove()
    assert seen == [3]  # the texts 3, 4 and 5
    ready = batch(some[:6], toys.PAD)
    with torch.no_grad():
        fresh = teacher.encoder(ready.ids, ready.mask)
    kept = lesson._states(some[:6], ready)
    inside = ready.mask.bool()
    torch.testing.assert_close(kept[inside], fresh[inside], atol=2e-3, rtol=0)
    assert not kept[~inside].any()


def test_an_empty_text_is_no_trouble() -> None:
    teacher = toys.model()
    empty = Sample(text="", lang="en", sources=("extra",), ids=(toys.START, toys.END))
    loss = Lesson(teacher, smaller(teacher, [0], 4), toys.PAD).loss([empty, *without_gold(2)])
    assert loss.isfinite()


def test_a_student_comes_nearer_and_its_teacher_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "SAVED", 10)
    monkeypatch.setattr(learning, "TOKENS", 60)
    teacher = toys.model()
    before = {name: values.clone() for name, values in teacher.state_dict().items()}
    student = smaller(teacher, [0, 2], 8)
    some = without_gold(20)
    learn(student, some, tmp_path, Plan(300, 0, 1e-2), Lesson(teacher, student, toys.PAD).loss)
    lines = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) >= 3
    assert lines[-1]["loss"] < 0.6 * lines[0]["loss"]
    assert all(torch.equal(values, before[name]) for name, values in teacher.state_dict().items())
    # The folder tells how large the student is.
    kept = finished(tmp_path, toys.base(tmp_path / "base"))
    assert kept.encoder.sizes == replace(toys.SIZES, layers=2, inner=8)
