"""The tiny model, opened once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenor.annotate.encoder import Encoder
from tests.annotate import tiny


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tiny model; not to be written into."""
    return tiny.write(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="session")
def encoder(tiny_folder: Path) -> Encoder:
    """The tiny model, ready to read."""
    return Encoder.open(tiny_folder)
