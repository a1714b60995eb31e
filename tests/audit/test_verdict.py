"""Gates, axes, registration and bottom lines on small studies."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.app.output import plain
from tenor.audit.frame import packed
from tenor.results import Audit, Finding
from tenor.study import Study
from tests.conftest import CLAIMS, STUDY

Small = Callable[..., Path]
ROUNDS = (date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1))


def daily(
    *,
    outlets: tuple[str, ...] = ("a", "b"),
    levels: tuple[float, ...] = (1.0, 1.0, 1.0),
    total: bool = True,
    skip: Callable[[str, date], bool] = lambda _outlet, _day: False,
    base: int = 40,
) -> str:
    """Return four months of counts; round r's three days are `levels[r]` times the usual."""
    generator = np.random.default_rng(7)
    rows = ["date,outlet,query,matched,total"]
    for outlet in outlets:
        for offset in range(121):
            day = date(2024, 1, 1) + timedelta(days=offset)
            level = next((levels[at] for at, first in enumerate(ROUNDS) if 0 <= (day - first).days < 3), 1.0)
            matched = int(generator.poisson(base * level))
            if not skip(outlet, day):
                rows.append(f"{day},{outlet},talks,{matched},{1000 if total else ''}")
    return "\n".join(rows) + "\n"


def audited(folder: Path) -> Audit:
    study = Study.open(folder)
    study.add()
    return study.audit()


def only(audit: Audit) -> Finding:
    (verdict,) = audit.verdicts
    (finding,) = verdict.findings
    assert "nan" not in json.dumps(plain(audit)).lower().replace("finance", "")
    return finding


def test_a_sparse_third_round_is_found(small: Small) -> None:
    found = only(audited(small(daily(levels=(3.0, 3.0, 0.9)))))
    assert found.word == "supported"
    assert found.agreement[0] == found.agreement[1] >= 3
    assert found.placebo is not None
    assert found.placebo.as_far == 0


def test_the_same_round_again_is_no_difference(small: Small) -> None:
    found = only(audited(small(daily(base=4000, total=False).replace(",\n", ",100000\n"))))
    assert found.word == "no meaningful difference"


def test_more_instead_of_less(small: Small) -> None:
    assert only(audited(small(daily(levels=(1.0, 1.0, 3.0))))).word == "opposite direction found"


def test_no_total_means_no_share(small: Small) -> None:
    found = only(
        audited(small(daily(total=False).replace("total\n", "all\n"), study=STUDY.replace(", total: total", "")))
    )
    assert found.word == "not testable"
    assert "no denominator" in " ".join(found.reasons)


def test_a_gap_in_a_round_closes_the_gate(small: Small) -> None:
    found = only(audited(small(daily(skip=lambda outlet, day: outlet == "a" and day == ROUNDS[2]))))
    assert found.word == "not testable"
    assert "the window of the third round (2024-04-01 to 2024-04-03) is 83% observed" in " ".join(found.reasons)


def test_gaps_in_ordinary_time_cost_windows(small: Small) -> None:
    found = only(audited(small(daily(skip=lambda _outlet, day: day.month == 1))))
    assert found.word in ("inconclusive", "not testable", "depends on how it is counted", "no meaningful difference")
    assert sum(item.kind == "comparison" for item in found.windows) < 30


def test_too_few_windows(small: Small) -> None:
    study = STUDY.replace("from: 2024-01-01", "from: 2024-03-20")
    found = only(audited(small(daily(), study=study)))
    assert found.word == "not testable"
    assert "at least 20 comparable stretches" in " ".join(found.reasons)


def test_no_comparison_period(small: Small) -> None:
    study = "\n".join(line for line in STUDY.splitlines() if not line.startswith("comparison"))
    assert "names no comparison period" in " ".join(only(audited(small(daily(), study=study))).reasons)


def test_weekly_window_needed_for_weekly_counts(small: Small) -> None:
    rows = ["date,outlet,query,matched,total"]
    rows += [f"{date(2024, 1, 1) + timedelta(weeks=at)},a,talks,{10 + at % 3},100" for at in range(17)]
    study = STUDY.replace("every: day", "every: week")
    found = only(audited(small("\n".join(rows) + "\n", study=study)))
    assert found.word == "not testable"
    assert "a window of days would cut weeks in two" in " ".join(found.reasons)


def test_a_query_without_figures(small: Small) -> None:
    found = only(audited(small(daily(), claims=CLAIMS.replace("query: talks", "query: walks"))))
    assert found.word == "not testable"
    assert "no figures are stored for the query 'walks'" in " ".join(found.reasons)


def test_silence_is_a_number_and_not_a_crash(small: Small) -> None:
    found = only(audited(small(daily(levels=(3.0, 3.0, 0.0)))))
    assert found.word == "supported"
    assert any("half a piece was added" in limit for limit in found.limits)


def test_nothing_anywhere_is_not_testable(small: Small) -> None:
    found = only(audited(small(daily(base=0))))
    assert found.word in ("not testable", "inconclusive")


def test_confounders_and_population_stand_in_the_verdict(small: Small) -> None:
    study = STUDY.replace("date: 2024-04-01}", "date: 2024-04-01, confounders: [{date: 2024-04-02, what: a strike}]}")
    found = only(audited(small(daily(), study=study)))
    assert "Inside the windows also: a strike (2024-04-02, the third round)." in found.sentence
    assert "Population: comparable events" in found.sentence
    assert "per round" in found.sentence


def test_order_of_rows_and_outlet_names_do_not_matter(small: Small) -> None:
    text = daily(levels=(2.0, 2.0, 1.0))
    head, *rows = text.strip().split("\n")
    first = only(audited(small(text)))
    other = small("\n".join([head, *reversed(rows)]) + "\n")
    import shutil

    shutil.rmtree(other / "corpus")
    again = only(audited(other))
    assert first.estimate == again.estimate
    assert first.specifications == again.specifications


def test_all_parts_must_hold(small: Small) -> None:
    second = (
        CLAIMS[CLAIMS.index("      - id: H1") :].replace("H1", "H2").replace("less", "greater").replace("fewer", "more")
    ).replace("volume.share", "volume.rate")
    audit = audited(small(daily(levels=(3.0, 3.0, 0.9)), claims=CLAIMS + second))
    (verdict,) = audit.verdicts
    assert [item.word for item in verdict.findings] == ["supported", "opposite direction found"]
    assert verdict.word == "opposite direction found"
    assert "2 parts, all must hold, the weakest decides" in verdict.sentence
    assert verdict.parts == (("H1", "supported"), ("H2", "opposite direction found"))


def test_a_claim_may_rest_on_the_hypotheses_of_others(small: Small) -> None:
    other = CLAIMS[CLAIMS.index("  - id: sparse") :].replace("sparse", "different").replace("H1", "H2")
    other = other.replace("    hypotheses:", "    all_of: [H1]\n    hypotheses:").replace("volume.share", "volume.rate")
    aside = other + "        secondary: true\n"
    figures = daily(levels=(3.0, 3.0, 0.9))
    together, beside = (audited(small(figures, claims=CLAIMS + item)) for item in (other, aside))
    assert together.verdicts[1].parts == (("H2", "supported"), ("H1", "supported"))
    assert beside.verdicts[1].parts == (("H1", "supported"),)
    assert [item.hypothesis.id for item in beside.verdicts[1].findings] == ["H2"]
    # Whoever asks two questions needs stronger answers than whoever asks one and looks at another besides.
    first, alone = (audit.verdicts[0].findings[0].p_adjusted for audit in (together, beside))
    assert first is not None
    assert alone is not None
    assert alone < first


def test_a_claim_that_nothing_can_test_is_listed_with_why(small: Small) -> None:
    claim = CLAIMS[CLAIMS.index("  - id: sparse") : CLAIMS.index("    hypotheses:")].replace("sparse", "war")
    said = "    untestable: A sweeping generalisation.\n    needs: a codebook\n"
    audit = audited(small(daily(), claims=CLAIMS + claim + said))
    assert audit.verdicts[1].word == "not testable"
    assert audit.verdicts[1].sentence == "Not testable: A sweeping generalisation. It would need: a codebook."
    assert audit.verdicts[1].findings == ()


def test_identical_ways_of_counting_collapse(small: Small) -> None:
    one = only(audited(small(daily(outlets=("a",)))))
    choices = [item.choices for item in one.specifications]
    assert len(choices) == len(set(choices)) == 3


def test_registration_before_and_after_viewing(small: Small) -> None:
    folder = small(daily())
    study = Study.open(folder)
    assert [item.after_viewing for item in study.preregister()] == [False]
    study.add()
    assert "self-declared" in only(study.audit()).registration
    assert [item.after_viewing for item in study.preregister()] == [True]
    assert "self-declared" in only(study.audit()).registration
    claims = folder / "claims.yaml"
    claims.write_text(claims.read_text().replace("20 %", "30 %"), encoding="utf-8")
    assert "changed since it was registered" in only(study.audit()).registration
    study.preregister()
    assert "after viewing" in only(study.audit()).registration


def test_unregistered_is_exploratory(small: Small) -> None:
    assert "exploratory" in only(audited(small(daily()))).registration


@given(st.integers(0, 60), st.sets(st.integers(0, 59)), st.integers(1, 9))
def test_windows_never_overlap_or_touch_busy_days(size: int, busy: set[int], length: int) -> None:
    found = packed(range(size), busy, length)
    used = [column for window in found for column in window]
    assert len(used) == len(set(used))
    assert not busy.intersection(used)
    assert all(window == list(range(window[0], window[0] + length)) for window in found)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.floats(0, 4), min_size=3, max_size=3), st.sampled_from(["less", "greater", "differs", "equivalent"]))
def test_any_world_gets_a_word(tmp_path_factory: pytest.TempPathFactory, levels: list[float], relation: str) -> None:
    folder = tmp_path_factory.mktemp("study")
    (folder / "tenor.yaml").write_text(STUDY, encoding="utf-8")
    claims = CLAIMS.replace("less", relation).replace("at least 20 % fewer", "20 %")
    (folder / "claims.yaml").write_text(claims, encoding="utf-8")
    (folder / "counts.csv").write_text(daily(levels=(levels[0], levels[1], levels[2]), base=5), encoding="utf-8")
    assert only(audited(folder)).sentence
