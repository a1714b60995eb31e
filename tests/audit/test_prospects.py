"""What a corpus could decide, said at registration."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tenor.study import Study
from tests.audit.test_verdict import daily
from tests.conftest import CLAIMS
from tests.corpus.press import article, press

Small = Callable[..., Path]
CLAIM = """\
tenor_claims: 1
claims:
  - id: agency
    quote: more of it is agency text
    holder: a commentator
    date: 2024-04-10
    source: a test
    hypotheses:
      - {id: H1, measure: originality.agency_share, query: talks, population: outlets like these,
         contrast: {r3: 1, r1: -1}, relation: RELATION, margin: MARGIN}
"""


def _said(folder: Path, outlets: int, relation: str, margin: str) -> str:
    documents = [
        article(f"The talks of {name} in {day}.", outlet=name, at=day)
        for name in (f"outlet {number:02}" for number in range(outlets))
        for day in ("2024-02-01", "2024-04-01")
    ]
    study = press(folder, documents, claims=CLAIM.replace("RELATION", relation).replace("MARGIN", margin))
    return study.preregister()[0].prospect


USUAL = "if their own differences spread by 10 points,"


@pytest.mark.parametrize(
    ("outlets", "relation", "margin", "said"),
    [
        (7, "greater", "5 points", "not testable: only 7 outlets have articles in all rounds, 8 are needed"),
        # methods.md: .266 for 12 outlets whose differences spread by .3.
        (12, "greater", "5 points", f"with 12 outlets, {USUAL} you could see a difference of 8.9 points or more"),
        (8, "equivalent", "within 5 points", f"with 8 outlets, {USUAL} sameness can't be supported"),
    ],
)
def test_outlets(tmp_path: Path, outlets: int, relation: str, margin: str, said: str) -> None:
    assert _said(tmp_path, outlets, relation, margin).startswith(said)


def _figures(small: Small, figures: str, claims: str = CLAIMS) -> str:
    folder = small(figures, claims=claims)
    shutil.rmtree(folder / "corpus", ignore_errors=True)
    study = Study.open(folder)
    study.add()
    return study.preregister()[0].prospect


def test_it_says_the_same_whatever_the_rounds_are(small: Small) -> None:
    flat = _figures(small, daily())
    assert flat.startswith("with 36 comparison windows you could see a fall of ")
    assert _figures(small, daily(levels=(9.0, 0.1, 4.0))).split()[:4] == flat.split()[:4]
    same = CLAIMS.replace("relation: less", "relation: equivalent").replace("at least 20 % fewer", "within 20 %")
    assert "sameness would be shown where it is true" in _figures(small, daily(), same)


def test_without_figures_nothing_can_be_decided(small: Small) -> None:
    study = Study.open(small(daily()))
    assert study.preregister()[0].prospect == "not testable: no figure is stored that it could be judged by"
