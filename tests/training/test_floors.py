"""The model that ships reaches its floors, on the data they were measured on."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("onnx", reason="onnx is not installed")

from training.evaluate import LANGUAGES, Shipped, lines

from tenor.annotate.encoder import Encoder
from tenor.errors import ModelMissing

FLOORS: dict[str, Any] = json.loads((Path(__file__).parents[1] / "eval_floor.json").read_text(encoding="utf-8"))
QUICK = ("babe", "emobank", "rusentne")


def data() -> Path:
    """Return the folder of the sets, or skip where it is not, or holds other files than those of the floors."""
    if "TENOR_DATA" not in os.environ:
        pytest.skip("TENOR_DATA names no folder with the labelled sets")
    folder = Path(os.environ["TENOR_DATA"])
    for name, digest in FLOORS["sha256"].items():
        path = folder / name / "dev.jsonl.gz"
        if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != digest:
            pytest.skip(f"{name} is not the file that the floors were measured on")
    try:
        Encoder.open()
    except ModelMissing:
        pytest.skip("the model is not installed")
    return folder


def missed(folder: Path, names: tuple[str, ...]) -> dict[str, tuple[float, float]]:
    """Return the score and the floor of each line that is below it, and of each floor without a line."""
    wanted = {key: floor for key, floor in FLOORS["floors"].items() if key.partition("/")[0] in names}
    assert wanted
    reader = Shipped.open(None, LANGUAGES)
    found = {
        f"{one.set}/{one.task}/{one.language}/{one.metric}": one.score
        for one in lines(reader, folder, FLOORS["split"], names)
    }
    return {key: (found.get(key, -1.0), floor) for key, floor in wanted.items() if found.get(key, -1.0) < floor}


def test_some_floors() -> None:
    assert missed(data(), QUICK) == {}


@pytest.mark.slow
def test_all_floors() -> None:
    assert missed(data(), tuple(FLOORS["sha256"])) == {}
