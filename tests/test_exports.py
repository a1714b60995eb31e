"""What tenor offers by name, that its examples run, and that importing it stays quick."""

from __future__ import annotations

import doctest
import importlib
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import tenor

SRC = Path(__file__).parents[1] / "src"
HEAVY = {
    "altair",
    "duckdb",
    "numpy",
    "onnxruntime",
    "pyarrow",
    "pydantic",
    "ruamel",
    "scipy",
    "tokenizers",
    "vl_convert",
}


def module_names() -> list[str]:
    """Return every module of tenor by its dotted name."""
    paths = (path.relative_to(SRC).with_suffix("") for path in sorted((SRC / "tenor").rglob("*.py")))
    return [".".join(path.parts).removesuffix(".__init__") for path in paths if path.name != "__main__"]


def own_docstring(item: object) -> str:
    """Return the docstring somebody wrote: not one that dataclass made or a parent lends."""
    text = inspect.cleandoc(item.__doc__ or "")
    made = inspect.isclass(item) and text.startswith(f"{item.__name__}(")
    return "" if made else text


def is_documented(name: str) -> bool:
    """Return whether a name stands for a function or class, which can carry a docstring."""
    item = getattr(tenor, name)
    return inspect.isclass(item) or inspect.isfunction(item)


def test_all_is_sorted_and_names_each_thing_once() -> None:
    assert list(tenor.__all__) == sorted(set(tenor.__all__))


@pytest.mark.parametrize("name", tenor.__all__)
def test_every_name_resolves(name: str) -> None:
    assert getattr(tenor, name) is not None


@pytest.mark.parametrize("name", [name for name in tenor.__all__ if is_documented(name)])
def test_every_public_name_has_a_docstring_with_examples(name: str) -> None:
    item = getattr(tenor, name)
    text = own_docstring(item)
    assert text, f"tenor.{name} has no docstring"
    if inspect.isclass(item) and issubclass(item, BaseException):
        return  # an error is raised, not called: its docstring says when
    assert "\nExamples\n--------\n" in text, f"the docstring of tenor.{name} has no Examples section"
    assert ">>> " in text, f"the Examples of tenor.{name} run nothing"


@pytest.mark.parametrize("name", module_names())
def test_the_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(name)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS)
    said: list[str] = []
    for number, example in enumerate(doctest.DocTestFinder(exclude_empty=True).find(module, name)):
        folder = tmp_path / str(number)
        folder.mkdir()
        monkeypatch.chdir(folder)
        runner.run(example, out=said.append)
    assert not runner.failures, "".join(said)


def test_importing_tenor_loads_nothing_heavy() -> None:
    code = "import sys, tenor, tenor.app.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert "click" in loaded
    assert not loaded & HEAVY
