"""The model's own distribution: what is in it, under which licence, how large."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from training.leaks import DISTIL
from training.sets import chosen

from tenor.annotate.encoder import Encoder
from tests.annotate import tiny

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"
HERE = MODELS / "tenor_models" / "default"
FILES = ("manifest.json", "model.onnx", "tokenizer.json")
MOST_BYTES = 60_000_000


def built(folder: Path, into: Path) -> tuple[Path, Path]:
    """Return the sdist of a folder and the wheel made from it."""
    for kind, source in (("sdist", folder), ("wheel", into / "whole")):
        command = [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(into)]
        subprocess.run(command, cwd=source, check=True, capture_output=True)
        if kind == "sdist":
            with tarfile.open(next(into.glob("*.tar.gz"))) as archive:
                archive.extractall(into, filter="data")
            next(path for path in into.iterdir() if path.is_dir()).rename(into / "whole")
    return next(into.glob("*.tar.gz")), next(into.glob("*.whl"))


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, Path]:
    """The distribution with the tiny model in it: its folder, its sdist, its wheel."""
    folder = tmp_path_factory.mktemp("checkout") / "models"
    shutil.copytree(MODELS, folder, ignore=shutil.ignore_patterns("default", "dist", "build", "*.egg-info"))
    tiny.write(folder / "tenor_models" / "default")
    # As in a checkout that ignores large files: they belong into the wheel all the same.
    (folder / ".gitignore").write_text("*.onnx\n")
    return folder, *built(folder, tmp_path_factory.mktemp("dist"))


def test_the_wheel_holds_the_model_and_its_licence(stand_in: tuple[Path, Path, Path]) -> None:
    folder, _, wheel = stand_in
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        assert {name for name in names if name.startswith("tenor_models/")} == {
            "tenor_models/__init__.py",
            *(f"tenor_models/default/{name}" for name in FILES),
        }
        for name in FILES:
            inside = archive.read(f"tenor_models/default/{name}")
            assert inside == (folder / "tenor_models" / "default" / name).read_bytes()
        licences = {name.rpartition("/")[2] for name in names if "/licenses/" in name}
        said = archive.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    assert licences == {"LICENSE", "NOTICE"}
    assert "License-Expression: CC-BY-SA-4.0\n" in said


def test_the_sdist_is_whole(stand_in: tuple[Path, Path, Path]) -> None:
    with tarfile.open(stand_in[1]) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"LICENSE", "NOTICE", "README.md", "pyproject.toml", *(f"tenor_models/default/{name}" for name in FILES)}
    assert wanted <= names


def test_the_wheel_is_found_and_opened_from_another_folder(stand_in: tuple[Path, Path, Path], tmp_path: Path) -> None:
    with zipfile.ZipFile(stand_in[2]) as archive:
        archive.extractall(tmp_path / "site")
    code = "from tenor.annotate.encoder import Encoder; print(Encoder.open().manifest.name)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {code}", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "tiny\n"


def test_the_wheel_is_read_as_it_is_without_being_unpacked(stand_in: tuple[Path, Path, Path]) -> None:
    code = "from tenor.annotate.encoder import Encoder; print(len(Encoder.open().read(['bad'], ['en']).spans.text))"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, sys.argv[1]); {code}", str(stand_in[2])]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "1\n"


@pytest.mark.skipif(not (HERE / "model.onnx").is_file(), reason="the model is not in this checkout")
def test_the_model_in_the_checkout_is_whole_and_small_enough(tmp_path: Path) -> None:
    assert Encoder.open(HERE).manifest.sentence
    _, wheel = built(MODELS, tmp_path)
    assert wheel.stat().st_size <= MOST_BYTES
    with zipfile.ZipFile(wheel) as archive:
        assert {f"tenor_models/default/{name}" for name in FILES} <= set(archive.namelist())


def test_the_model_in_the_checkout_is_there_as_a_whole_or_not_at_all() -> None:
    there = [name for name in FILES if (HERE / name).is_file()]
    assert there in ([], list(FILES))


# --- licences --------------------------------------------------------------------------------------


def entries(text: str, pattern: str) -> dict[str, tuple[str, str]]:
    return {name: (origin, licence) for name, origin, licence in re.findall(pattern, text, re.MULTILINE)}


def test_the_notice_names_every_set_with_its_origin_and_licence() -> None:
    notice = entries((MODELS / "NOTICE").read_text(encoding="utf-8"), r"^- (\w+): (.+)\n  Licence: (.+)$")
    page = entries(
        (ROOT / "training" / "DATA.md").read_text(encoding="utf-8"),
        r"^### (\w+)\n\n- Origin: (.+)\n(?:- .+\n)*?- Licence: (.+)$",
    )
    learnt = {*(source.name for source in chosen()), *DISTIL}
    assert learnt <= set(page)
    assert notice == {name: page[name] for name in learnt}


def test_nothing_non_commercial_is_learnt_from() -> None:
    notice = (MODELS / "NOTICE").read_text(encoding="utf-8")
    assert not re.search(r"Licence: .*(NonCommercial|BY-NC)", notice)


def test_the_licence_is_the_one_that_is_declared() -> None:
    project = tomllib.loads((MODELS / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    licence = (MODELS / "LICENSE").read_text(encoding="utf-8")
    assert project["license"] == "CC-BY-SA-4.0"
    assert licence.startswith("Attribution-ShareAlike 4.0 International\n")
    assert re.findall(r"^Section (\d) -- ", licence, re.MULTILINE) == list("12345678")


def test_tenor_itself_holds_no_model() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert "/models" in project["tool"]["hatch"]["build"]["targets"]["sdist"]["exclude"]
