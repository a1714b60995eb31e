"""Reports to look at, written once, and a browser to look at them with."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenor.report.page import write_report
from tests.report import sample


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of the sample audit."""
    return write_report(sample.audit(), tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="session")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of an audit with too much of everything."""
    return write_report(sample.crowded(), tmp_path_factory.mktemp("crowded"))
