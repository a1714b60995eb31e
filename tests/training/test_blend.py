"""A blend lies between two models, and at its ends it is one of them."""

# ruff: noqa: E402 - torch is installed only where the encoder is trained

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")

from training.blend import blended, main

from tests.training import toys


def test_a_blend_by_hand() -> None:
    one, other = {"a": torch.tensor([1.0, 4.0])}, {"a": torch.tensor([3.0, 0.0])}
    assert blended(one, other, 0.75)["a"].tolist() == [1.5, 3.0]
    assert torch.equal(blended(one, other, 1.0)["a"], one["a"])
    assert torch.equal(blended(one, other, 0.0)["a"], other["a"])


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        blended({}, {}, share)


def test_models_of_other_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="same weights"):
        blended({"a": torch.zeros(2)}, {"a": torch.zeros(3)}, 0.5)
    with pytest.raises(ValueError, match="same weights"):
        blended({"a": torch.zeros(2)}, {}, 0.5)


def test_the_command_leaves_a_run_that_says_it_is_a_blend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one, other = toys.model(1).state_dict(), toys.model(2).state_dict()
    for name, state in (("run", one), ("other", other)):
        (tmp_path / name).mkdir()
        torch.save(state, tmp_path / name / "model.pt")
    (tmp_path / "run" / "run.json").write_text(json.dumps({"samples": 9}), encoding="utf-8")
    (tmp_path / "run" / "log.jsonl").write_text("{}\n", encoding="utf-8")
    places = [str(tmp_path / name) for name in ("run", "other")]
    monkeypatch.setattr(sys, "argv", ["blend", *places, "0.5", str(tmp_path / "out")])
    main()
    found = torch.load(tmp_path / "out" / "model.pt")
    assert all(torch.allclose(values, (one[name] + other[name]) / 2, atol=1e-6) for name, values in found.items())
    assert json.loads((tmp_path / "out" / "run.json").read_text(encoding="utf-8")) == {"samples": 9, "blend": 0.5}
    assert (tmp_path / "out" / "log.jsonl").exists()
