"""The two published cases, from the raw files to the verdicts."""

from __future__ import annotations

from datetime import date

import pytest

from tenor.results import Finding, Specification
from tenor.study import Study


def finding(study: Study, name: str) -> Finding:
    return next(f for v in study.audit().verdicts for f in v.findings if f.hypothesis.id == name)


def test_shares_of_the_four_debates(debates: Study) -> None:
    rounds = debates.measure("volume.share", query="any candidate").rounds
    assert [(item.num, item.den) for item in rounds] == [(7316, 96553), (7361, 95970), (4164, 94278), (4393, 94893)]
    assert [round(100 * (item.value or 0), 3) for item in rounds] == [7.577, 7.670, 4.417, 4.629]


def test_ordinary_weeks(debates: Study) -> None:
    found = finding(debates, "H1")
    weeks = [item.value for item in found.windows if item.kind == "comparison" and item.value is not None]
    assert len(weeks) == 21
    mean = sum(weeks) / 21
    sd = (sum((value - mean) ** 2 for value in weeks) / 20) ** 0.5
    assert (round(100 * mean, 3), round(100 * sd, 3)) == (3.584, 0.799)


def test_a_smaller_share(debates: Study) -> None:
    found = finding(debates, "H1")
    assert found.estimate is not None
    assert found.estimate.value == pytest.approx(0.579, abs=0.0005)
    own, binomial, quasi = found.alternatives
    assert (binomial.low, binomial.high) == pytest.approx((0.560, 0.599), abs=0.0005)
    assert binomial.method.startswith("binomial (do not believe")
    assert (quasi.low, quasi.high) == pytest.approx((0.372, 0.903), abs=0.0005)
    assert "dispersion 175.07" in quasi.method
    # By hand: the logarithms of the 21 weeks' shares have a standard deviation of .22989; times
    # sqrt(1.5) and t(20) = 2.086 that is .579 exp(±.5873).
    assert "K = 21" in own.method
    assert "t(20) = 2.086" in own.method
    assert (own.low, own.high) == pytest.approx((0.3220, 1.0423), abs=0.0005)
    # Two hypotheses: Holm leaves 2.5 % to the first.
    assert found.estimate.level == pytest.approx(0.975)
    assert found.estimate.population == "comparable events"
    assert found.word == "inconclusive"
    assert found.p_adjusted is not None
    assert found.p_adjusted > 0.05


def cells(found: Finding) -> dict[tuple[str, str], Specification]:
    return {(dict(item.choices)["baseline"], dict(item.choices)["exposure"]): item for item in found.specifications}


def test_less_per_night(debates: Study) -> None:
    found = finding(debates, "H2")
    table = {key: round(item.effect or 0, 2) for key, item in cells(found).items()}
    assert table == {
        ("none", "per round"): 0.58,
        ("none", "per occasion"): 1.16,
        ("week before", "per round"): 0.62,
        ("week before", "per occasion"): 1.25,
        ("three weeks before", "per round"): 0.36,
        ("three weeks before", "per occasion"): 0.72,
    }
    assert found.word == "depends on how it is counted"
    assert found.agreement == (4, 6)
    assert any("from 0.36 to 1.25 times" in reason for reason in found.reasons)
    registered = [item for item in found.specifications if item.registered]
    assert [dict(item.choices)["baseline"] for item in registered] == ["three weeks before"]


def test_what_a_sentence_settles_is_shown_and_not_counted(debates: Study) -> None:
    table = cells(finding(debates, "H1"))
    assert len(table) == 6
    assert table["none", "per round"].agrees is True
    others = [item for key, item in table.items() if key != ("none", "per round")]
    assert all(item.agrees is None and "the sentence settles" in item.why for item in others)


PUBLISHED = [
    (date(2019, 6, 23), "Joe Biden", 37.9),
    (date(2019, 6, 23), "Kamala Harris", 16.8),
    (date(2019, 7, 28), "Joe Biden", 36.2),
    (date(2019, 7, 28), "Kamala Harris", 18.2),
    (date(2019, 9, 8), "Joe Biden", 43.3),
    (date(2019, 9, 8), "Elizabeth Warren", 26.0),
    (date(2019, 9, 8), "Beto O'Rourke", 12.4),
]


@pytest.mark.parametrize(("week", "candidate", "published"), PUBLISHED)
def test_published_weekly_shares(debates: Study, week: date, candidate: str, published: float) -> None:
    series = debates.measure("volume.share", query=candidate).series
    value = next(point.value for point in series.points if point.start == week)
    assert value is not None
    assert abs(100 * value - published) <= 0.13


def test_three_hurricanes(hurricanes: Study) -> None:
    found = finding(hurricanes, "H1")
    sums = {item.label: item.num for item in found.windows}
    assert sums == {"Maria": 2305, "Harvey": 7857, "Irma": 11945}
    assert found.word == "not testable"
    assert "0.23 times" in found.sentence
    values = {item.label: item.value or 0 for item in found.windows}
    assert values["Maria"] / ((values["Harvey"] + values["Irma"]) / 2) == pytest.approx(0.233, abs=0.0005)
    assert any("the feed seems to have stopped" in reason for reason in found.reasons)
    assert any("at least 20 comparable stretches" in reason for reason in found.reasons)
    assert found.estimate is None


def test_evidence_names_file_and_line(debates: Study) -> None:
    rows = debates.evidence("H1").to_pylist()
    assert len(rows) == 24
    assert rows[0]["window"] == "the third debate"
    assert (rows[0]["matched"], rows[0]["total"], rows[0]["source"]) == (4164, 94278, "cable_weekly.csv")
    lines = (debates.folder / "cable_weekly.csv").read_text(encoding="utf-8").splitlines()
    for row in rows:
        assert lines[row["line"] - 1].startswith(f"{row['start']},")
        assert f",{row['matched']},{row['total']}," in lines[row["line"] - 1]
