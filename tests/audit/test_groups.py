"""Groups of outlets: how much more one changed than the other, worked out by hand on agency texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenor.errors import TenorError
from tenor.results import Finding
from tests.corpus.press import article, press

GROUPS = """\
groups:
  - {id: east, name: the eastern outlets, outlets: [a, b], source: a list of 2023}
  - {id: west, name: the western outlets, outlets: [c, d], source: a list of 2023}
"""
CLAIM = """\
tenor_claims: 1
claims:
  - id: agency
    quote: the east lives off the wire
    holder: a commentator
    date: 2024-04-10
    source: a test
    hypotheses:
      - id: H1
        measure: originality.agency_share
        query: talks
        population: POPULATION
        groups: [east, west]
        contrast: {r3: 1, r1: -1}
        relation: greater
        margin: at least 10 points higher
"""
TIMES = ("first", "second", "third", "fourth")
# Of four articles each, so many are agency text, in the first and the third round.
AGENCY = {"a": (1, 3), "b": (0, 2), "c": (1, 1), "d": (2, 1)}


def _found(folder: Path, population: str) -> Finding:
    documents = []
    for outlet, counts in AGENCY.items():
        for day, many in zip(("2024-02-01", "2024-04-01"), counts, strict=True):
            for number in range(4):
                credit = f"\n\nSource: {('Reuters', 'Interfax', 'TASS', 'ANSA')[number]}" if number < many else ""
                text = f"The talks of {outlet} in {day}, told for the {TIMES[number]} time."
                documents.append(article(text + credit, outlet=outlet, at=day))
    study = press(folder, documents, rest=GROUPS, claims=CLAIM.replace("POPULATION", population))
    return study.audit().verdicts[0].findings[0]


def test_the_difference_of_two_changes(tmp_path: Path) -> None:
    found = _found(tmp_path, "these outlets")
    assert found.estimate is not None
    # a: 1/4 to 3/4, b: 0 to 2/4, so +50 points; c: none, d: 2/4 to 1/4, so -12.5 points.
    assert found.estimate.value == pytest.approx(0.5 + 0.125)
    said = "changed by 62.50 percentage points more in the eastern outlets than in the western outlets"
    assert said in found.sentence
    assert "rose more or fell less in the eastern outlets than in the western outlets" in found.reading
    assert "the eastern outlets: 2 outlets, put together by a list of 2023" in found.limits


def test_each_group_needs_outlets_of_its_own(tmp_path: Path) -> None:
    found = _found(tmp_path, "outlets like these")
    assert found.word == "not testable"
    assert "only 2 outlets in one of the groups, where 8 are needed" in found.reasons[0]


@pytest.mark.parametrize(
    ("claim", "groups", "says"),
    [
        ("groups: [east, wets]", GROUPS, "no group 'wets'; did you mean 'west'?"),
        ("groups: [east]", GROUPS, "1 groups; name two"),
        ("groups: [east, west]", GROUPS.replace("[c, d]", "[b, d]"), "both groups hold b"),
        ("groups: [east, west]", "", "no group 'east'; describe it under 'groups' in the study"),
        ("groups: [east, west]\n        outlets: [a]", GROUPS, "both say which outlets count"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, claim: str, groups: str, says: str) -> None:
    claims = CLAIM.replace("groups: [east, west]", claim).replace("POPULATION", "these outlets")
    study = press(tmp_path, [], rest=groups, claims=claims)
    with pytest.raises(TenorError, match=r"claims\.yaml:") as caught:
        study.claims()
    assert says in str(caught.value)


def test_a_group_says_where_it_is_from(tmp_path: Path) -> None:
    with pytest.raises(TenorError, match="source"):
        press(tmp_path, [], rest=GROUPS.replace(", source: a list of 2023", ""))
