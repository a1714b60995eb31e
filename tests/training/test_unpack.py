"""A shipped file comes back as torch weights that say what the file says, and learning goes on from them."""

# ruff: noqa: E402 - torch is installed only where the encoder is trained

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
onnx = pytest.importorskip("onnx", reason="onnx is not installed")

from training.export import export
from training.model import Model
from training.samples import batch
from training.tasks import MARKED, SENTENCE, SPANS
from training.unpack import history, unpacked

from tests.training import toys
from training import learn as module


def labels() -> dict[str, list[dict[str, Any]]]:
    return {
        "sentence": [{"task": task.name, "labels": list(task.labels)} for task in SENTENCE],
        "marked": [{"task": task.name, "labels": list(task.labels)} for task in MARKED],
        "spans": [{"task": name, "labels": list(some)} for name, some in SPANS],
    }


def shaken() -> Model:
    """Return a model whose every norm and bias is far from where it begins."""
    made = toys.model(4)
    with torch.no_grad():
        for name, values in made.named_parameters():
            if values.ndim < 2:
                values.copy_(torch.randn(values.shape) * 0.3 + (1.0 if name.endswith("norm.weight") else 0.0))
    made.eval()
    return made


def shipped(folder: Path, made: Model) -> Path:
    """Write a shipped folder, in the one form that matters to unpacking."""
    folder.mkdir()
    texts = [sample.ids for sample in toys.yes_or_no(80)]
    export(made, texts, folder / "model.onnx", "int8")
    toys.speller().save(str(folder / "tokenizer.json"))
    sizes = made.encoder.sizes
    said = {
        "version": "9.8.7",
        "made": {"seen": 80, "seconds": 5},
        "files": {"model.onnx": hashlib.sha256((folder / "model.onnx").read_bytes()).hexdigest()},
        "width": sizes.width,
        "layers": sizes.layers,
        **labels(),
    }
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


def said(path: Path, made: Model) -> list[tuple[Any, Any]]:
    """Return what the graph and the torch model say of the same texts, output by output."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    some = batch(toys.yes_or_no(60)[:40], toys.PAD)
    targets = torch.zeros(some.size, 1, some.ids.shape[1])
    targets[:, 0, 1] = 1
    given = {"ids": some.ids.numpy(), "mask": some.mask.numpy(), "targets": targets.numpy()}
    theirs = session.run(["sentence", "tokens", "marked"], given)
    with torch.no_grad():
        heads = made(some.ids, some.mask)
        marked = torch.cat([head(heads.states, some.mask, targets) for head in made.marked.values()], -1)
    seen = some.mask.bool().numpy()
    return [
        (theirs[0], heads.sentence.numpy()),
        (theirs[1][seen], heads.tokens.numpy()[seen]),
        (theirs[2], marked.numpy()),
    ]


def test_what_is_unpacked_says_what_the_file_says(tmp_path: Path) -> None:
    base, made = toys.base(tmp_path / "base"), shaken()
    folder = shipped(tmp_path / "shipped", made)
    found = unpacked(base, folder)
    for theirs, ours in said(folder / "model.onnx", found):
        assert np.corrcoef(theirs.ravel(), ours.ravel())[0, 1] > 0.995
        assert np.abs(theirs - ours).mean() < 0.1 * theirs.std()
    # Apart from rounding it is the model that was exported, norms and all.
    for theirs, ours in said(folder / "model.onnx", made):
        assert np.corrcoef(theirs.ravel(), ours.ravel())[0, 1] > 0.99


def test_in_floats_again_it_says_the_same_once_more(tmp_path: Path) -> None:
    base = toys.base(tmp_path / "base")
    found = unpacked(base, shipped(tmp_path / "shipped", shaken()))
    export(found, [], tmp_path / "float.onnx", "fp32")
    for theirs, ours in said(tmp_path / "float.onnx", found):
        assert np.abs(theirs - ours).max() < 1e-4


def test_channels_that_were_evened_out_come_back_as_they_were(tmp_path: Path) -> None:
    made = shaken()
    with torch.no_grad():
        made.encoder.layers[1].inner.weight[3] *= 40
        made.encoder.layers[1].inner.bias[3] = 6.0
    folder = shipped(tmp_path / "shipped", made)
    kept = {one.name for one in onnx.load(folder / "model.onnx").graph.initializer}
    assert "encoder.layers.1.raised.shares" in kept
    found = unpacked(toys.base(tmp_path / "base"), folder).encoder.layers[1].outer.weight
    assert found[:, 3].detach() == pytest.approx(centred(made.encoder.layers[1].outer.weight.detach())[:, 3], rel=0.1)


def centred(weight: Any) -> Any:
    """Take the mean off what goes to all units, as the graph does."""
    return weight - weight.mean(0, keepdim=True)


def test_an_inner_width_of_its_own_is_read_off_the_file(tmp_path: Path) -> None:
    from training.model import smaller

    small = smaller(shaken(), [0, 2], 12)
    found = unpacked(toys.base(tmp_path / "base"), shipped(tmp_path / "shipped", small))
    assert (found.encoder.sizes.layers, found.encoder.sizes.inner) == (2, 12)


def test_a_file_of_another_manifest_is_refused(tmp_path: Path) -> None:
    folder = shipped(tmp_path / "shipped", shaken())
    whole = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(ValueError, match="not the file that its manifest names"):
        unpacked(toys.base(tmp_path / "base"), folder)


def test_other_pieces_are_refused(tmp_path: Path) -> None:
    folder, base = shipped(tmp_path / "shipped", shaken()), toys.base(tmp_path / "base")
    other = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    other["model"]["vocab"]["zz"] = other["model"]["vocab"].pop("z")
    (folder / "tokenizer.json").write_text(json.dumps(other), encoding="utf-8")
    with pytest.raises(ValueError, match="other pieces than the base"):
        unpacked(base, folder)


@pytest.mark.parametrize("kind", ["sentence", "marked", "spans"])
def test_other_labels_are_refused(tmp_path: Path, kind: str) -> None:
    folder = shipped(tmp_path / "shipped", shaken())
    kept = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    kept[kind][0]["labels"] = kept[kind][0]["labels"][::-1]
    (folder / "manifest.json").write_text(json.dumps(kept), encoding="utf-8")
    with pytest.raises(ValueError, match=f"other {kind} labels"):
        unpacked(toys.base(tmp_path / "base"), folder)


def test_the_recipe_keeps_how_the_first_model_was_made(tmp_path: Path) -> None:
    found = history(shipped(tmp_path / "shipped", shaken()))
    assert (found["version"], found["seen"], found["seconds"], len(found["model"])) == ("9.8.7", 80, 5, 64)


def test_learning_goes_on_from_what_was_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TOKENS", 24)
    found = unpacked(toys.base(tmp_path / "base"), shipped(tmp_path / "shipped", shaken()))
    before = {name: values.detach().clone() for name, values in found.named_parameters()}
    module.learn(found, toys.yes_or_no(30), tmp_path, module.Plan(60, 0, 1e-2), toys.loss_of(found))
    assert not torch.equal(before["encoder.layers.0.query.weight"], found.encoder.layers[0].query.weight)
