"""Studies that are served, real servers on loopback, and a browser."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tenor.app.web.results import audit_and_keep
from tenor.errors import ModelMissing
from tenor.study import Study
from tenor.testing import example_folder
from tests.app.web.served import Served, serving

KEPT = ("half-as-much", "cold", "mediator-mentioned-less", "written-out")


@pytest.fixture(scope="session")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbour with a few of its claims, its articles read; nobody changes it."""
    folder = tmp_path_factory.mktemp("read") / "harbour"
    shutil.copytree(example_folder("harbour"), folder)
    claims = (folder / "claims.yaml").read_text(encoding="utf-8")
    head, *blocks = re.split(r"(?m)^(?=  - id: )", claims)
    mine = [block for block in blocks if re.match(rf"  - id: ({'|'.join(KEPT)})\n", block)]
    assert len(mine) == len(KEPT)
    (folder / "claims.yaml").write_text(head + "".join(mine), encoding="utf-8")
    study = Study.open(folder)
    study.add()
    for name in ("articles.jsonl", "articles-later.jsonl"):
        study.add([folder / name])
    try:
        study.annotate()
    except ModelMissing as missing:
        pytest.skip(f"nothing can be read here: {missing}")
    study.code(folder / "codes.csv")
    return folder


@pytest.fixture(scope="session")
def answered(read: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The harbour, read and its claims answered; nobody changes it."""
    folder = tmp_path_factory.mktemp("answered") / "harbour"
    shutil.copytree(read, folder)
    study = Study.open(folder)
    study.preregister()
    audit_and_keep(study, "20260101-000000-000000-audit", lambda _: None)
    return folder


@pytest.fixture(scope="session")
def harbour(answered: Path) -> Iterator[Served]:
    """The answered harbour, served."""
    with serving(answered) as served:
        yield served


@pytest.fixture
def own(read: Path, tmp_path: Path) -> Path:
    """The harbour, read, for one test to change."""
    shutil.copytree(read, tmp_path / "own")
    return tmp_path / "own"
