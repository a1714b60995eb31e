"""Heads and loss: padding and batch mates change nothing, and the loss is the one worked out by hand."""

# ruff: noqa: E402 - torch is installed only where the encoder is trained

from __future__ import annotations

from math import e, log

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from torch import Tensor, nn
from training.model import TOKEN, WEIGHTS, Heads, Model
from training.samples import Batch, Sample, batch
from training.tasks import LABELS, MARKED, SENTENCE, SPANS, TASKS

from tests.training import toys

SHORT, MIDDLE, LONG = (0, 5, 2), (0, 7, 8, 9, 2), (0, *range(4, 20), 2)
COLUMNS = sum(len(task.labels) for task in SENTENCE)


def plain(ids: tuple[int, ...], **gold: object) -> Sample:
    return Sample(text=str(ids), lang="en", sources=("toy",), ids=ids, **gold)  # type: ignore[arg-type]


def column(task: str, label: str) -> int:
    """Return the place of a label among all sentence scores."""
    labels = [(one.name, name) for one in SENTENCE for name in one.labels]
    return labels.index((task, label))


def zeros(texts: int, tokens: int) -> Heads:
    return Heads(
        states=torch.zeros(texts, tokens, toys.SIZES.width),
        sentence=torch.zeros(texts, COLUMNS),
        tokens=torch.zeros(texts, tokens, len(LABELS), 3),
    )


def lost(made: Model, said: Heads, some: Batch) -> float:
    return float(made.loss(said, some).detach())


def gradients(made: nn.Module) -> dict[str, float]:
    """Return the size of each parameter's gradient, 0 where there is none."""
    return {
        name: 0.0 if values.grad is None else float(values.grad.abs().sum()) for name, values in made.named_parameters()
    }


def test_a_padded_batch_says_what_each_text_alone_says() -> None:
    made = toys.model().eval()
    some = batch([plain(ids) for ids in (SHORT, LONG, MIDDLE)], toys.PAD)
    ends = torch.tensor([[1, 1], [4, 9], [2, 3]])
    with torch.inference_mode():
        together = made(some.ids, some.mask)
        marks = made.about("tone", together.states, some.mask, torch.arange(3), ends)
        for row, ids in enumerate((SHORT, LONG, MIDDLE)):
            one = torch.tensor([ids])
            alone = made(one, torch.ones_like(one))
            mark = made.about("tone", alone.states, torch.ones_like(one), torch.tensor([0]), ends[row : row + 1])
            pairs = (
                (together.states[row, : len(ids)], alone.states[0]),
                (together.tokens[row, : len(ids)], alone.tokens[0]),
                (together.sentence[row], alone.sentence[0]),
                (marks[row], mark[0]),
            )
            for part, whole in pairs:
                torch.testing.assert_close(part, whole, atol=1e-5, rtol=0)
        other = made(torch.tensor([MIDDLE]), torch.ones(1, len(MIDDLE)))
    assert (other.sentence[0] - together.sentence[0]).abs().max() > 1e-2  # the texts do differ
    assert together.sentence.shape == (3, COLUMNS)
    assert together.tokens.shape == (3, len(LONG), len(LABELS), 3)


def test_a_fresh_task_looks_at_the_plain_mean() -> None:
    made = toys.model()
    nn.init.zeros_(made.look.weight)
    states = torch.arange(24, dtype=torch.float32).view(1, 3, 8)
    said = made.heads(states, torch.tensor([[1, 1, 0]]))
    mean = states[0, :2].mean(0)
    wanted = torch.cat([made.sentence[task.name](mean) for task in SENTENCE])
    torch.testing.assert_close(said.sentence[0], wanted)
    torch.testing.assert_close(said.tokens[0].flatten(1), made.tokens(states)[0])


def test_a_task_looks_more_at_some_tokens_than_at_others() -> None:
    made = toys.model()
    nn.init.zeros_(made.look.weight)
    place = [task.name for task in SENTENCE].index("biased")
    made.look.weight.data[place, 0] = 1.0
    states = torch.zeros(1, 2, 8)
    states[0, 1, 0], states[0, 0, 1] = log(3), 1.0  # weights of 1/4 and 3/4
    vector = torch.tensor([0.75 * log(3), 0.25, *[0.0] * 6])
    begin = column("biased", "no")
    found = made.heads(states, torch.ones(1, 2)).sentence[0, begin : begin + 2]
    torch.testing.assert_close(found, made.sentence["biased"](vector))


def by_hand(made: Model, states: Tensor, inside: list[int]) -> Tensor:
    """Return the tone towards some tokens of one text, without a mask or weights of tokens."""
    head = made.marked["tone"]
    target = states[inside].mean(0)
    looks = torch.stack([head.look(target) @ state / states.shape[1] ** 0.5 for state in states])
    seen = sum(share * state for share, state in zip(looks.exp() / looks.exp().sum(), states, strict=True))
    found: Tensor = head.out(nn.functional.gelu(head.mix(torch.cat([target, seen]))))
    return found


@pytest.mark.parametrize("inside", [[1], [2, 3], [1, 2, 3, 4]])
def test_marked_heads_on_one_token_and_on_several(inside: list[int]) -> None:
    made = toys.model()
    states = torch.randn(2, 6, 8)
    mask = torch.tensor([[1, 1, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0]])
    ends = torch.tensor([[1, 1], [inside[0], inside[-1]]])
    found = made.about("tone", states, mask, torch.tensor([0, 1]), ends)
    torch.testing.assert_close(found[1], by_hand(made, states[1, :5], inside))
    torch.testing.assert_close(found[0], by_hand(made, states[0, :3], [1]))


def test_two_marks_of_one_text_are_answered_apart() -> None:
    made = toys.model()
    states = torch.randn(1, 5, 8)
    found = made.about("tone", states, torch.ones(1, 5), torch.tensor([0, 0]), torch.tensor([[1, 1], [3, 3]]))
    torch.testing.assert_close(found[1], by_hand(made, states[0], [3]))
    assert (found[0] - found[1]).abs().max() > 1e-3


def test_the_loss_of_classes_is_their_cross_entropy() -> None:
    some = batch([plain(SHORT, golds={"biased": (1.0,)}), plain(SHORT, golds={"biased": (0.0,)}), plain(SHORT)], 1)
    said = zeros(3, 3)
    said.sentence[:, column("biased", "yes")] = log(3)  # yes has 3/4
    wanted = (log(4 / 3) + log(4)) / 3  # a share of all texts, also of those without gold
    assert lost(toys.model(), said, some) == pytest.approx(wanted, rel=1e-6)


def test_the_loss_of_numbers_is_their_squared_distance() -> None:
    some = batch([plain(SHORT, golds={"affect": (0.0, 1.0, -1.0)})], 1)
    said = zeros(1, 3)
    said.sentence[0, column("affect", "valence")] = 2.0
    said.sentence[0, column("affect", "arousal")] = 2.0
    assert lost(toys.model(), said, some) == pytest.approx(4 * (4 + 1 + 1) / 3, rel=1e-6)  # affect counts four times


def test_the_loss_of_labels_is_the_mean_over_them() -> None:
    labels = TASKS["frames"].labels
    some = batch([plain(SHORT, golds={"frames": tuple(float(name in {"CO", "MO"}) for name in labels)})], 1)
    said = zeros(1, 3)
    said.sentence[0, column("frames", "CO")] = log(3)  # 3/4, rightly
    said.sentence[0, column("frames", "RE")] = log(3)  # 3/4, wrongly
    assert WEIGHTS["frames"] == 1.0
    wanted = (log(4 / 3) + log(4) + 3 * log(2)) / 5
    assert lost(toys.model(), said, some) == pytest.approx(wanted, rel=1e-6)


def test_the_loss_of_a_task_counts_its_weight() -> None:
    emotions = batch([plain(SHORT, golds={"emotions": (0.0,) * 28})], 1)
    assert lost(toys.model(), zeros(1, 3), emotions) == pytest.approx(WEIGHTS["emotions"] * log(2), rel=1e-6)
    slant = batch([plain(SHORT, golds={"slant": (1.0,) * 7})], 1)
    assert lost(toys.model(), zeros(1, 3), slant) == pytest.approx(WEIGHTS["slant"], rel=1e-6)


def test_the_loss_of_spans_sums_tokens_and_forgets_padding() -> None:
    tags = ((0, 1, 0), (0, 0, 0), (0, 0, 0))
    some = batch([plain(SHORT, tags={"quote": tags}), plain(LONG)], toys.PAD)
    said = zeros(2, len(LONG))
    said.tokens[0, 1, LABELS.index(("quote", "source")), 1] = 1.0
    said.tokens[0, 3:] = 9.0 * torch.randn(len(LONG) - 3, len(LABELS), 3)  # padding
    said.tokens[0, 1, LABELS.index(("entity", "PER")), 1] = 5.0  # another task's
    said.tokens[0, 0, LABELS.index(("quote", "cue")), 0] = log(2)  # outside has 1/2, rightly
    # Nine tags: one of these two each, and a third for the other seven.
    wanted = 1.5 * TOKEN * (log(2 + e) - 1 + log(2) + 7 * log(3)) / 2  # quotes count half as much again
    assert lost(toys.model(), said, some) == pytest.approx(wanted, rel=1e-6)


def test_the_loss_of_marks_is_their_cross_entropy() -> None:
    made = toys.model()
    for task in MARKED:
        nn.init.zeros_(made.marked[task.name].out.weight)
        made.marked[task.name].out.bias.data = torch.tensor([log(2), 0.0, 0.0])  # 1/2, 1/4, 1/4
    some = batch([plain(SHORT, marked=(("tone", 1, 1, 0), ("role", 1, 1, 1))), plain(MIDDLE)], toys.PAD)
    assert lost(made, zeros(2, 5), some) == pytest.approx((2 * log(2) + log(4)) / 2, rel=1e-6)  # tone twice


def test_losses_of_tasks_add_up() -> None:
    made = toys.model()
    gold = {"golds": {"biased": (1.0,)}}, {"marked": (("tone", 1, 2, 1),)}, {"tags": {"loaded": ((0, 1, 2, 0, 0),)}}
    parts = [batch([plain(MIDDLE, **one)], 1) for one in gold]
    together = batch([plain(MIDDLE, **{**gold[0], **gold[1], **gold[2]})], 1)
    said = made(together.ids, together.mask)
    whole = lost(made, said, together)
    assert whole == pytest.approx(sum(lost(made, said, one) for one in parts), rel=1e-6)


def test_a_batch_without_gold_has_no_loss() -> None:
    made = toys.model()
    some = batch([plain(SHORT), plain(MIDDLE)], 1)
    assert lost(made, made(some.ids, some.mask), some) == 0


def test_tasks_without_gold_learn_nothing() -> None:
    made = toys.model()
    some = batch([plain(MIDDLE, golds={"biased": (1.0,)}), plain(LONG)], toys.PAD)
    made.loss(made(some.ids, some.mask), some).backward()
    sizes = gradients(made)
    assert {name for name in sizes if name.startswith(("sentence.", "tokens.", "marked.")) and sizes[name]} == {
        "sentence.biased.weight",
        "sentence.biased.bias",
    }
    looks = made.look.weight.grad.abs().sum(1)
    assert [task.name for task, size in zip(SENTENCE, looks.tolist(), strict=True) if size] == ["biased"]


def test_a_span_task_without_gold_learns_nothing() -> None:
    made = toys.model()
    some = batch([plain(MIDDLE, tags={"quote": ((0, 1, 2, 0, 0),) * 3})], toys.PAD)
    made.loss(made(some.ids, some.mask), some).backward()
    rows = made.tokens.weight.grad.view(len(LABELS), -1).abs().sum(1)
    assert [label for label, size in zip(LABELS, rows.tolist(), strict=True) if size] == [
        (name, label) for name, labels in SPANS if name == "quote" for label in labels
    ]
    assert not any(size for name, size in gradients(made).items() if name.startswith(("sentence.", "marked.", "look")))


@pytest.mark.parametrize("frozen", [1, 2, 3])
def test_frozen_layers_and_words_get_no_gradient(frozen: int) -> None:
    made = toys.model()
    some = batch(toys.yes_or_no(4), toys.PAD)
    made.loss(made(some.ids, some.mask, frozen), some).backward()
    sizes = gradients(made)
    still = tuple(f"encoder.layers.{layer}." for layer in range(frozen))
    lower = ("encoder.words", "encoder.positions", "encoder.norm", *still)
    # A key's bias moves all looks of a token alike, so that nothing comes of it.
    upper = [name for name in sizes if name.startswith("encoder.layers.") and not name.startswith(still)]
    assert not any(size for name, size in sizes.items() if name.startswith(lower))
    assert all(sizes[name] for name in upper if not name.endswith("key.bias"))
    assert len(upper) == 16 * (3 - frozen)


def test_freezing_changes_nothing_that_is_said() -> None:
    made = toys.model().eval()
    some = batch([plain(SHORT), plain(LONG)], toys.PAD)
    with torch.inference_mode():
        plainly = made(some.ids, some.mask)
        for frozen in (1, 3):
            said = made(some.ids, some.mask, frozen)
            torch.testing.assert_close(said.sentence, plainly.sentence)
            torch.testing.assert_close(said.tokens, plainly.tokens)
