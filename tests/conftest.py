"""Studies to test on: the bundled examples, copied, and small ones written for a test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tenor.study import Study
from tenor.testing import example_folder
from tests.browser import launch

STUDY = """\
tenor: 1
id: small
title: Three rounds of talks
event:
  title: Talks
  timezone: Europe/Istanbul
  window: {from: 0, to: 2, unit: day}
rounds:
  - {id: r1, label: the first round, date: 2024-02-01}
  - {id: r2, label: the second round, date: 2024-03-01}
  - {id: r3, label: the third round, date: 2024-04-01}
comparison: {from: 2024-01-01, to: 2024-04-30}
counts:
  - file: counts.csv
    every: day
    columns: {date: date, outlet: outlet, query: query, matched: matched, total: total}
"""

CLAIMS = """\
tenor_claims: 1
claims:
  - id: sparse
    quote: The third round was covered sparsely.
    holder: a commentator
    date: 2024-04-10
    source: a test
    hypotheses:
      - id: H1
        measure: volume.share
        query: talks
        contrast: {r3: 1, r1: -0.5, r2: -0.5}
        relation: less
        margin: at least 20 % fewer
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser for all tests: two at once in one process are too many."""
    with sync_playwright() as playwright:
        running = launch(playwright)
        yield running
        running.close()


@pytest.fixture
def debates(tmp_path: Path) -> Study:
    """The debates example with its figures added."""
    return _example("debates", tmp_path)


@pytest.fixture
def hurricanes(tmp_path: Path) -> Study:
    """The hurricanes example with its figures added."""
    return _example("hurricanes", tmp_path)


def _example(name: str, folder: Path) -> Study:
    shutil.copytree(example_folder(name), folder / name)
    study = Study.open(folder / name)
    study.add()
    return study


@pytest.fixture
def small(tmp_path: Path) -> Callable[..., Path]:
    """Write a small study: `small(counts, study=..., claims=...)` returns its folder."""

    def write(counts: str | bytes, *, study: str = STUDY, claims: str = CLAIMS) -> Path:
        raw = counts if isinstance(counts, bytes) else counts.encode()
        (tmp_path / "counts.csv").write_bytes(raw)
        (tmp_path / "tenor.yaml").write_text(study, encoding="utf-8")
        (tmp_path / "claims.yaml").write_text(claims, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def tenor_data() -> Path:
    """The folder with larger real data, where there is one."""
    folder = os.environ.get("TENOR_DATA")
    if not folder:
        pytest.skip("TENOR_DATA names no folder")
    return Path(folder)
