"""A run that is killed and started again ends as if nothing had happened."""

# ruff: noqa: E402 - torch is installed only where the encoder is trained

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from torch import Tensor, nn
from training.learn import DECAY, FORGETS, HEAD_RATE, WARM, Mean, Plan, endless, finished, groups, learn, pace
from training.model import Model, forgetful
from training.samples import Sample

from tests.training import toys
from training import learn as module

ROOT = Path(__file__).parents[2]
TOTAL = 100
# Learns as `toys.run` does, but slowly, so that it can be killed in between.
SLOW = """
import sys, time
from pathlib import Path
from training import learn
from tests.training import toys
learn.SAVED = 2
learn.TOKENS = 24
take = learn.Mean.take
def slowly(self, model):
    take(self, model)
    time.sleep(0.1)
learn.Mean.take = slowly
toys.run(Path(sys.argv[1]), 100)
"""


class Killed(Exception):
    """Stands for a power cut."""


@contextmanager
def small() -> Iterator[None]:
    """Make batches small, and every second step a checkpoint."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "TOKENS", 24)
        patch.setattr(module, "SAVED", 2)
        yield


@pytest.fixture(autouse=True)
def few() -> Iterator[None]:
    with small():
        yield


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nothing disturbed; not to be written into."""
    folder = tmp_path_factory.mktemp("whole")
    with small():
        toys.run(folder, TOTAL)
    return folder


def weights(folder: Path, name: str = "model.pt") -> dict[str, Tensor]:
    kept = torch.load(folder / name)
    return dict(kept if name == "model.pt" else kept["model"])


def log_of(folder: Path) -> list[dict[str, float]]:
    return [json.loads(line) for line in (folder / "log.jsonl").read_text(encoding="utf-8").splitlines()]


def alike(one: Path, other: Path) -> None:
    for name in ("model.pt", "checkpoint.pt"):
        ours, theirs = weights(one, name), weights(other, name)
        assert ours.keys() == theirs.keys()
        for key, values in ours.items():
            torch.testing.assert_close(values, theirs[key], atol=1e-6, rtol=0)
    assert [(line["seen"], line["steps"]) for line in log_of(one)] == [
        (line["seen"], line["steps"]) for line in log_of(other)
    ]
    assert [line["loss"] for line in log_of(one)] == pytest.approx([line["loss"] for line in log_of(other)], abs=1e-6)


def dying(made: Model, steps: int, frozen: int = 1) -> Callable[[list[Sample]], Tensor]:
    """Return a loss that is killed after so many steps."""
    loss, left = toys.loss_of(made, frozen), iter(range(steps))

    def found(some: list[Sample]) -> Tensor:
        if next(left, None) is None:
            raise Killed
        return loss(some)

    return found


def killed(folder: Path, steps: int) -> None:
    made = toys.model()
    with pytest.raises(Killed):
        learn(made, toys.yes_or_no(30), folder, Plan(TOTAL, 1, 1e-2), dying(made, steps))


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_a_killed_run_goes_on_to_the_same_weights(tmp_path: Path, whole: Path, steps: int) -> None:
    killed(tmp_path, steps)
    assert (tmp_path / "checkpoint.pt").exists() == (steps >= 2)
    toys.run(tmp_path, TOTAL)
    alike(tmp_path, whole)


def test_a_run_that_is_killed_twice_goes_on_to_the_same_weights(tmp_path: Path, whole: Path) -> None:
    killed(tmp_path, 5)
    killed(tmp_path, 5)
    toys.run(tmp_path, TOTAL)
    alike(tmp_path, whole)


def test_the_toy_run_spans_several_epochs_and_learns(whole: Path) -> None:
    log = log_of(whole)
    assert log[-1]["epoch"] == 3  # of thirty texts each
    assert log[-1]["loss"] < log[0]["loss"]
    begin = dict(toys.model().named_parameters())
    changed = {name for name, values in weights(whole).items() if not torch.equal(values, begin[name])}
    still = ("encoder.words", "encoder.positions", "encoder.norm", "encoder.layers.0.")
    assert not any(name.startswith(still) for name in changed)
    assert {"sentence.biased.weight", "tokens.weight", "encoder.layers.2.inner.weight"} <= changed


def test_a_process_that_is_killed_leaves_what_can_be_gone_on_with(tmp_path: Path, whole: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    with subprocess.Popen([sys.executable, "-c", SLOW, str(tmp_path)], env=environment, cwd=ROOT) as process:
        end = time.monotonic() + 400
        while not (tmp_path / "model.pt").exists() and process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert log_of(tmp_path)[-1]["seen"] < TOTAL
    toys.run(tmp_path, TOTAL)
    for name, values in weights(tmp_path).items():
        torch.testing.assert_close(values, weights(whole)[name], atol=1e-6, rtol=0)


def test_a_half_written_file_does_no_harm(tmp_path: Path, whole: Path) -> None:
    killed(tmp_path, 4)
    for name in ("checkpoint.part", "model.part"):
        (tmp_path / name).write_bytes((tmp_path / "checkpoint.pt").read_bytes()[:500])
    toys.run(tmp_path, TOTAL)
    alike(tmp_path, whole)
    assert not list(tmp_path.glob("*.part"))


def test_a_finished_run_stays_as_it_is(tmp_path: Path, whole: Path) -> None:
    for path in whole.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "model.pt").unlink()  # killed between the two files
    toys.run(tmp_path, TOTAL)
    alike(tmp_path, whole)


def test_a_longer_plan_goes_on_from_a_finished_run(tmp_path: Path) -> None:
    toys.run(tmp_path, 40)
    first = log_of(tmp_path)
    before = weights(tmp_path)
    toys.run(tmp_path, 80)
    log = log_of(tmp_path)
    assert log[: len(first)] == first
    assert first[-1]["seen"] >= 40
    assert log[-1]["seen"] >= 80
    assert log[len(first)]["steps"] > first[-1]["steps"]
    assert not torch.equal(weights(tmp_path)["tokens.weight"], before["tokens.weight"])


def test_nothing_to_learn_from_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="There is nothing to learn from"):
        toys.run(tmp_path, 10, texts=0)


def test_log_lines_say_how_far_a_run_is(whole: Path) -> None:
    log = log_of(whole)
    assert {frozenset(line) for line in log} == {frozenset({"seen", "epoch", "place", "seconds", "steps", "loss"})}
    assert [line["steps"] for line in log[:-1]] == list(range(2, 2 * len(log), 2))
    seen = [line["seen"] for line in log]
    assert seen == sorted(set(seen))
    assert seen[-2] < TOTAL <= seen[-1] < TOTAL + 24
    seconds = [line["seconds"] for line in log]
    assert seconds == sorted(seconds)
    assert all(line["loss"] > 0 for line in log)


def test_the_loss_in_the_log_is_the_mean_since_the_last_line(tmp_path: Path) -> None:
    losses, made = iter([1.0, 3.0, 10.0, 20.0]), toys.model()

    def known(found: list[Sample]) -> Tensor:
        return 0 * made.tokens.weight.sum() + next(losses)

    learn(made, toys.yes_or_no(30)[:4], tmp_path, Plan(16, 0), known)
    assert [line["loss"] for line in log_of(tmp_path)][:2] == [2.0, 15.0]


def test_the_kept_model_is_the_mean_of_the_weights(tmp_path: Path, whole: Path) -> None:
    made = finished(whole, toys.base(tmp_path / "base"))
    assert not made.training
    kept = weights(whole)
    assert all(torch.equal(values, kept[name]) for name, values in made.named_parameters())
    last = weights(whole, "checkpoint.pt")
    assert not torch.equal(kept["tokens.weight"], last["tokens.weight"])


def test_the_moving_mean_by_hand() -> None:
    part = nn.Linear(1, 1, bias=False)
    part.weight.data.fill_(0.0)
    mean = Mean(part)
    for value, wanted in ((1.0, 1 / 2), (2.0, 1.0), (3.0, 1.5)):  # plain means of 0, 1, 2, 3 at first
        part.weight.data.fill_(value)
        mean.take(part)
        assert mean.values["weight"].item() == pytest.approx(wanted, rel=1e-6)
    mean.steps = 10_000
    part.weight.data.fill_(11.5)
    mean.take(part)
    assert mean.values["weight"].item() == pytest.approx(1.5 + 10 * FORGETS, rel=1e-6)


def test_the_pace_goes_up_and_down_in_lines() -> None:
    assert WARM == 0.05
    assert [pace(done) for done in (0.0, 0.025, 0.05, 0.525, 1.0, 1.5)] == pytest.approx([0, 0.5, 1, 0.5, 0, 0])


def test_what_learns_and_how_fast() -> None:
    made = toys.model()
    parts = groups(made, Plan(10, 2, 3e-4))
    names = {id(values): name for name, values in made.named_parameters()}
    found = {(part["lr"], part["weight_decay"]): {names[id(values)] for values in part["params"]} for part in parts}
    assert found.keys() == {(3e-4, DECAY), (3e-4, 0.0), (HEAD_RATE, DECAY), (HEAD_RATE, 0.0)}
    assert all(name.startswith("encoder.layers.2.") for rate in (DECAY, 0.0) for name in found[3e-4, rate])
    assert all(name.endswith(("bias", "norm.weight")) for name in found[3e-4, 0.0])
    heads = {name for name in names.values() if not name.startswith("encoder.")}
    assert found[HEAD_RATE, DECAY] | found[HEAD_RATE, 0.0] == heads
    assert found[HEAD_RATE, 0.0] == {name for name in heads if name.endswith("bias")}
    assert all(part["peak"] == part["lr"] for part in parts)


def test_batches_go_on_from_any_place() -> None:
    some = toys.yes_or_no(30)
    every = list(islice(endless(some, 0, 0), 30))
    assert every[-1][0] >= 2
    begin = 17
    epoch, place, _ = every[begin]
    assert list(islice(endless(some, epoch, place), 10)) == every[begin : begin + 10]
    # After an epoch's last batch the next epoch begins.
    last = max(number for number, (one, _, _) in enumerate(every) if one == 0)
    assert next(endless(some, 0, every[last][1] + 1)) == every[last + 1]


def test_words_learn_where_they_are_read_and_nowhere_else(tmp_path: Path) -> None:
    made = toys.model()
    before = made.encoder.words.weight.detach().clone()
    some = [sample for sample in toys.yes_or_no(30) if not {28, 29} & {*sample.ids}]
    read = sorted({word for sample in some for word in sample.ids})
    learn(made, some, tmp_path, Plan(60, 0, 1e-2, words=True), toys.loss_of(made))
    moved = (made.encoder.words.weight.detach() - before).abs().sum(1)
    assert {28, 29}.isdisjoint(read)
    assert moved[[28, 29]].tolist() == [0, 0]
    assert (moved[read] > 0).sum() >= len(read) - 1  # the padding is read, but never looked at
    kept = weights(tmp_path)["encoder.words.weight"]
    assert torch.equal(kept, made.encoder.words.weight)


def test_with_words_and_forgetting_a_killed_run_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    def made() -> Model:
        found = toys.model()
        forgetful(found, 0.2)
        return found

    plan, some = Plan(TOTAL, 0, 1e-2, words=True), toys.yes_or_no(30)
    first, second = tmp_path / "first", tmp_path / "second"
    for folder in (first, second):
        folder.mkdir()
    one = made()
    learn(one, some, first, plan, toys.loss_of(one))
    other = made()
    with pytest.raises(Killed):
        learn(other, some, second, plan, dying(other, 7, 0))
    other = made()
    learn(other, some, second, plan, toys.loss_of(other))
    alike(first, second)


def test_a_forgetful_model_forgets_while_it_learns_and_not_when_it_is_read() -> None:
    made, some = toys.model(), toys.yes_or_no(9)
    forgetful(made, 0.5)
    loss = toys.loss_of(made)
    made.train()
    assert loss(some).item() != loss(some).item()
    made.eval()
    assert loss(some).item() == loss(some).item()
