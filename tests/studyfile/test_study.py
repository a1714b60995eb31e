"""Every mistake in a study or claims file is named with its file and line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.errors import MissingInput, StudyError, TenorError
from tenor.model import Round, Title, Window
from tenor.studyfile import (
    claims_schema,
    margin_from_words,
    margin_in_words,
    read_claims,
    read_study,
    round_stretch,
    study_schema,
)
from tenor.testing import example_folder
from tests.conftest import CLAIMS, STUDY

Small = Callable[..., Path]


# Two actors, with a title each on lines 4 and 6.
TITLES = """\
actors:
  - {{id: a, name: A, kind: state, aliases: {{en: [A]}}, titles: [
    {}]}}
  - {{id: b, name: B, kind: state, aliases: {{en: [B]}}, titles: [
    {}]}}
id: small"""


# Another claim, whose hypothesis says the opposite of H1.
OTHER = """\
    hypotheses:
      - id: H2
        measure: volume.share
        query: talks
        contrast: {r3: 1, r1: -0.5, r2: -0.5}
        relation: greater
        margin: at least 20 % more"""


def study_error(small: Small, old: str, new: str) -> str:
    assert old in STUDY
    folder = small("", study=STUDY.replace(old, new))
    with pytest.raises(TenorError) as caught:
        read_study(folder / "tenor.yaml")
    return str(caught.value)


def claims_error(small: Small, old: str, new: str) -> str:
    assert old in CLAIMS
    folder = small("", claims=CLAIMS.replace(old, new))
    with pytest.raises(TenorError) as caught:
        read_claims(folder / "claims.yaml", read_study(folder / "tenor.yaml"))
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("date: 2024-02-01}", "date: 2024-02-01, strat: 1}", 9, "rounds.0.strat: unknown setting 'strat'"),
        ("title: Talks", "titel: Talks", 5, "event.titel: unknown setting 'titel'; did you mean 'title'?"),
        ("date: 2024-03-01", "date: 1 March", 10, "'1 March' is no date; write year-month-day"),
        ("date: 2024-03-01", "date: 2024", 10, "2024 is no date"),
        ("date: 2024-03-01", "date: 2024-02-31", 10, "rounds.1.date"),
        ("Europe/Istanbul", "Europa/Istanbul", 6, "'Europa/Istanbul' is no time zone"),
        ("Europe/Istanbul", "../../etc/passwd", 6, "is no time zone"),
        ("id: r2", "id: r1", 10, "the id 'r1' is used twice"),
        ("id: r2", "id: 2", 10, "is not text; put it in quotes"),
        ("date: 2024-03-01", "date: 2024-02-02", 10, "the windows of 'r1' (2024-02-01 to 2024-02-03) and 'r2'"),
        ("{from: 0, to: 2, unit: day}", "{from: 2, to: 0, unit: day}", 7, "ends (0) before it starts"),
        ("{from: 0, to: 2, unit: day}", "{from: 0, to: 2, unit: month}", 7, "'month' is not possible here"),
        ("to: 2024-04-30", "to: 2023-04-30", 12, "the comparison ends before it starts"),
        ("tenor: 1", "tenor: 2", 1, "'2' is not possible here; write 1"),
        ("outlet: outlet, ", "", 14, "the outlet must be named once"),
        ("query: query, ", "", 14, "the query must be named once"),
        ("matched: matched, ", "", 16, "the matched pieces must be named once"),
        ("label: the first round, ", "", 9, "'label' is missing here; add it"),
        ("id: small", "id: small\nid: again", 3, "this setting stands here twice"),
        ("title: Talks", "title: [Talks", 6, "this is not YAML"),
        ("title: Talks", "title: &a Talks\n  occasion: *a", 6, "aliases"),
        ("date: 2024-02-01}", 'date: 2024-02-01, cues: {en: ["*round"]}}', 9, "* may only stand at the end of a word"),
        ("date: 2024-02-01}", 'date: 2024-02-01, cues: {en: ["r*und"]}}', 9, "* may only stand at the end of a word"),
        ("date: 2024-02-01}", 'date: 2024-02-01, cues: {english: ["round"]}}', 9, "cues"),
        ("id: small", "actors: [{id: a, name: A B, kind: person, aliases: {en: [B]}}]\nid: small", 2, "public role"),
        (
            "id: small",
            TITLES.format("{to: 2020-01-02, words: {en: [the head]}}", "{from: 2020-01-02}"),
            6,
            "'words' is",
        ),
        (
            "id: small",
            TITLES.format("{to: 2020-01-02, words: {en: [the head]}}", "{from: 2020-01-02, words: {en: [The Head]}}"),
            6,
            "'The Head' is 'a' and 'b' on the same days",
        ),
        (
            "id: small",
            TITLES.format("{from: 2020-01-02, to: 2020-01-01, words: {en: [x]}}", "{words: {en: [y]}}"),
            4,
            "this title ends before it starts",
        ),
        ("id: small", "queries: [{id: q, any: ['!!']}]\nid: small", 2, "queries.0.any"),
        (
            "id: small",
            "outlets: [{name: A, observed: [{from: 2024-01-02, to: 2024-01-01, why: log}]}]\nid: small",
            2,
            "these days end before they start",
        ),
        (
            "id: small",
            "outlets: [{name: A, observed: [{from: 2024-01-01, to: 2024-01-09, why: a}],\n"  # noqa: ISC004
            "  unobserved: [{from: 2024-01-05, to: 2024-01-05, why: b}]}]\nid: small",
            3,
            "declared observed and unobserved",
        ),
    ],
)
def test_study_mistakes_are_named(small: Small, old: str, new: str, line: int, says: str) -> None:
    message = study_error(small, old, new)
    assert f"tenor.yaml:{line}: " in message
    assert says in message


def test_all_mistakes_are_named_at_once(small: Small) -> None:
    message = study_error(small, "title: Talks", "title: Talks\n  wndow: 1\n  occasion: 3")
    assert message.count("tenor.yaml:") == 2


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("{r3: 1, r1: -0.5, r2: -0.5}", "{r3: 1, r1: -0.5}", 12, "the weights sum to 0.5, not to zero"),
        ("{r3: 1, r1: -0.5, r2: -0.5}", "{r3: 1, r1: -.5, rr: -.5}", 12, "no round 'rr'; known: r1, r2, r3"),
        ("{r3: 1, r1: -0.5, r2: -0.5}", "{r3: .nan, r1: -0.5, r2: -0.5}", 12, "not a number of ordinary size"),
        ("{r3: 1, r1: -0.5, r2: -0.5}", "{r3: 0, r1: 0}", 12, "no round has a positive weight"),
        ("volume.share", "volume.shares", 10, "no measure 'volume.shares'; did you mean 'volume.share'?"),
        ("volume.share", "tone.valenc", 10, "no measure 'tone.valenc'; did you mean 'tone.valence'?"),
        ("volume.share", "tone.valence", 14, "on the wrong scale: this is compared in standard deviations"),
        ("query: talks", "pooling: outlet", 9, "no query says what counts"),
        ("at least 20 % fewer", "20", 14, "the margin 20 has no unit"),
        ("at least 20 % fewer", "0.2", 14, "the margin 0.2 has no unit"),
        ("at least 20 % fewer", "0.2 %", 14, "on the wrong scale; was '20 %' meant?"),
        ("at least 20 % fewer", "5 points", 14, "on the wrong scale: this is compared as a ratio"),
        ("at least 20 % fewer", "at least 20 % more", 14, "points the other way"),
        ("at least 20 % fewer", "120 %", 14, "nothing falls by 100 % or more"),
        ("at least 20 % fewer", "quite a lot", 14, "can't be read"),
        ("relation: less", "relation: lesser", 13, "'lesser' is not possible here"),
        ("relation: less", "relation: less\n        population: outlets like these", 14, "is too narrow"),
        ("relation: less", "relation: less\n        population: these outlets", 14, "nothing says which"),
        ("relation: less", "relation: less\n        settled: {basline: no}", 14, "no axis 'basline'"),
        ("volume.share", "content.keyness", 10, "content.keyness lists words, it is no one number"),
        ("relation: less", "relation: less\n        of: {actor: x}", 14, "no actor 'x'; describe it under 'actors'"),
        ("    hypotheses:", "    all_of: [H2]\n    hypotheses:", 8, "no hypothesis 'H2'; known: H1"),
        (
            "    hypotheses:",
            "    all_of: [sparse]\n    hypotheses:",
            8,
            "a claim, no hypothesis; name its hypotheses: H1",
        ),
        ("    hypotheses:", "    all_of: [H1]\n    hypotheses:", 8, "'H1' is a part of the claim twice"),
        ("    hypotheses:", "    untestable: nobody knows\n    hypotheses:", 8, "not testable has hypotheses"),
        ("relation: less", "relation: less\n        secondary: true", 3, "nothing decides this claim"),
        ("    hypotheses:", OTHER, 3, "H2 and H1 can't both hold"),
    ],
)
def test_claims_mistakes_are_named(small: Small, old: str, new: str, line: int, says: str) -> None:
    message = claims_error(small, old, new)
    assert f"claims.yaml:{line}: " in message
    assert says in message


def test_a_title_is_held_on_days_that_include_the_last(small: Small) -> None:
    one, other = "{to: 2020-01-02, words: {en: [the head]}}", "{from: 2020-01-03, words: {en: [the head]}}"
    folder = small("", study=STUDY.replace("id: small", TITLES.format(one, other)))
    first, second = (actor.titles for actor in read_study(folder / "tenor.yaml").actors)
    assert first == (Title(words=(("en", ("the head",)),), stop=date(2020, 1, 3)),)
    assert second == (Title(words=(("en", ("the head",)),), start=date(2020, 1, 3)),)


def test_norway_stays_no(small: Small) -> None:
    folder = small("", study=STUDY.replace("title: Talks", "title: no"))
    assert read_study(folder / "tenor.yaml").event.title == "no"


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "holds no settings"),
        (b"- a\n- b\n", "holds no settings"),
        (b"title: \xff\xfe", "not UTF-8"),
        (b"a: " + b"[" * 60 + b"]" * 60, "nested too deeply"),
        (b"a: b\n\tc: d\n", "not YAML"),
        (b"x" * 1_000_001, "too many"),
        (b"a: !!python/object:os.system x\n", "unknown setting 'a'"),
    ],
)
def test_files_that_are_no_study(tmp_path: Path, raw: bytes, says: str) -> None:
    path = tmp_path / "tenor.yaml"
    path.write_bytes(raw)
    with pytest.raises(StudyError if says != "unknown setting 'a'" else TenorError, match=says):
        read_study(path)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(MissingInput, match="tenor new"):
        read_study(tmp_path / "tenor.yaml")


def test_weeks_are_whole_weeks_of_the_event() -> None:
    plan = read_study(example_folder("debates") / "tenor.yaml")
    week = round_stretch(plan.event, plan.round("d3"), plan.event.window)
    assert (week.start, week.stop) == (date(2019, 9, 8), date(2019, 9, 15))
    longer = round_stretch(plan.event, plan.round("d3"), Window(start=-1, stop=1, unit="week"))
    assert (longer.start, longer.days) == (date(2019, 9, 1), 21)


@given(st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-30, 30), st.integers(0, 30))
def test_day_windows_have_their_length(day: date, start: int, more: int) -> None:
    event = read_study(example_folder("hurricanes") / "tenor.yaml").event
    stretch = round_stretch(
        event, Round(id="r", label="r", date=day), Window(start=start, stop=start + more, unit="day")
    )
    assert stretch.days == more + 1


@given(st.integers(1, 99), st.sampled_from(["less", "differs", "equivalent"]))
def test_margins_come_back_in_words(percent: int, relation: str) -> None:
    margin = margin_from_words(f"{percent} %", relation)  # type: ignore[arg-type]
    assert margin.size == pytest.approx(1 - percent / 100)
    assert f"{percent} % fewer" in margin_in_words(margin, relation)  # type: ignore[arg-type]


def test_margins_above() -> None:
    assert margin_from_words("at least 250 % more", "greater").size == 3.5
    assert margin_from_words("by 12,5 percent", "less").size == 0.875


def test_schemas_name_every_setting() -> None:
    assert {"event", "rounds", "comparison", "counts"} <= set(study_schema()["properties"])
    assert "margin" in claims_schema()["$defs"]["HypothesisSetting"]["properties"]
    assert study_schema()["additionalProperties"] is False
