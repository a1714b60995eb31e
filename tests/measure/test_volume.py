"""How much: every measure's rows on small stores, counted by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tenor.measure.content import KEYNESS
from tenor.measure.volume import MEASURES, RATE, SHARE, WORDS
from tenor.model import Document, Measure
from tenor.study import Study
from tenor.testing import check_measure
from tests.conftest import STUDY
from tests.corpus.press import article, day, press

LONG = "The delegations met in the palace on Friday and spoke of talks for two hours about the exchange of prisoners."
STRIKE = "outlets:\n  - {name: a, unobserved: [{from: 2024-02-03, to: 2024-02-03, why: a strike}]}\n"


def documents() -> list[Document]:
    """Five articles of two outlets on 1 to 4 February; nothing of b on the 2nd and 4th."""
    return [
        article("talks begin", outlet="a", at="2024-02-01"),
        article(LONG, outlet="a", at="2024-02-02"),
        article(LONG, outlet="b", at="2024-02-03"),
        article("no such word", outlet="b", at="2024-02-01"),
        article("an end of it", outlet="a", at="2024-02-04"),
        article("undated talks", outlet="a", at=""),
    ]


def asked(study: Study, measure: Measure, query: str) -> list[tuple[object, ...]]:
    found = study.refresh().query(measure.sql, {"query": query}).to_pylist()
    return [(row["outlet"], row["date"].day, bool(row["doc_id"]), row["part"], row["num"], row["den"]) for row in found]


def test_a_rate(tmp_path: Path) -> None:
    found = asked(press(tmp_path, documents()), RATE, "talks")
    assert [row for row in found if row[2]] == [
        ("a", 1, True, None, 1, None),
        ("a", 2, True, None, 1, None),
        ("b", 3, True, None, 1, None),
    ]
    assert [row for row in found if not row[2]] == [
        (name, at, False, None, 0, 1) for name in "ab" for at in (1, 2, 3, 4)
    ]


def test_a_share(tmp_path: Path) -> None:
    found = asked(press(tmp_path, documents()), SHARE, "talks")
    assert [row for row in found if row[2]] == [
        ("a", 1, True, None, 1, 1),
        ("a", 2, True, None, 1, 1),
        ("a", 4, True, None, 0, 1),
        ("b", 1, True, None, 0, 1),
        ("b", 3, True, None, 1, 1),
    ]
    assert {row[4:] for row in found if not row[2]} == {(0, 0)}


def test_words(tmp_path: Path) -> None:
    found = asked(press(tmp_path, documents()), WORDS, "talks")
    assert [row for row in found if row[2]] == [
        ("a", 1, True, "body", 2, 1),
        ("a", 1, True, "boilerplate", 0, None),
        ("a", 2, True, "body", 20, 1),
        ("a", 2, True, "boilerplate", 0, None),
        ("b", 3, True, "body", 20, 1),
        ("b", 3, True, "boilerplate", 0, None),
    ]


def test_without_a_query_all_articles_count(tmp_path: Path) -> None:
    study = press(tmp_path, documents())
    for measure in (RATE, SHARE, WORDS):
        found = [row for row in asked(study, measure, "") if row[2] and row[3] != "boilerplate"]
        assert len(found) == 5, measure.name


@pytest.mark.parametrize("measure", [RATE, SHARE, WORDS])
def test_an_unobserved_day_has_no_figure(tmp_path: Path, measure: Measure) -> None:
    study = press(tmp_path, documents(), rest=STRIKE)
    days = {(row[0], row[1]): row[5] for row in asked(study, measure, "talks") if not row[2]}
    assert [key for key, den in days.items() if den is None] == [("a", 3)]
    assert len(days) == 8


def test_a_query_that_matches_nothing_gives_zeros(tmp_path: Path) -> None:
    queries = "queries:\n  - {id: none, any: [absent]}\n"
    study = press(tmp_path, documents(), queries=queries)
    assert [row[4:] for row in asked(study, RATE, "none")] == [(0, 1)] * 8
    assert sum(float(str(row[5])) for row in asked(study, SHARE, "none")) == 5
    assert asked(study, RATE, "other") == []
    points = study.measure("volume.rate", query="none").series.points
    assert [point.value for point in points] == [0, 0, 0, 0]


@pytest.mark.parametrize("measure", [*MEASURES, KEYNESS], ids=lambda item: item.name)
@pytest.mark.parametrize("query", ["talks", ""])
def test_measures_keep_their_promises(tmp_path: Path, measure: Measure, query: str) -> None:
    study = press(tmp_path, documents(), rest=STRIKE)
    check_measure(measure, study.refresh().query, {"query": query})


def test_counts_of_others_are_what_they_were(tmp_path: Path) -> None:
    (tmp_path / "tenor.yaml").write_text(STUDY, encoding="utf-8")
    lines = ["date,outlet,query,matched,total", "2024-02-01,a,talks,1,10", "2024-02-02,a,talks,3,12"]
    (tmp_path / "counts.csv").write_text("\n".join(lines), encoding="utf-8")
    study = Study.open(tmp_path)
    study.add()
    assert asked(study, RATE, "talks") == [("a", 1, False, None, 1, 1), ("a", 2, False, None, 3, 1)]
    assert asked(study, SHARE, "talks") == [("a", 1, False, None, 1, 10), ("a", 2, False, None, 3, 12)]
    assert asked(study, WORDS, "talks") == []


def test_what_is_shown_of_a_measure(tmp_path: Path) -> None:
    found = press(tmp_path, documents(), rest=STRIKE).measure("volume.rate", query="talks")
    # The copy of 3 February counts for the 2nd; a was not observed on the 3rd.
    assert [(point.num, point.den, point.value, point.observed) for point in found.series.points] == [
        (1, 2, 0.5, True),
        (1, 2, 0.5, True),
        (0, 1, 0, False),
        (0, 2, 0, True),
    ]
    first = found.rounds[0]
    assert (first.label, first.num, first.den, first.stretch.start) == ("the first round", 2, 5, day("2024-02-01"))
    assert first.observed == pytest.approx(5 / 6)
