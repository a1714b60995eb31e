"""A claim asked for in words, and written into the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.app.cli import cli
from tenor.errors import SeveralErrors, TenorError
from tenor.study import Study
from tenor.studyfile.writing import NewClaim, add_claim, checked, claim_text, with_claim
from tenor.testing import example_folder

HARBOUR = example_folder("harbour")
HEAD = ("a columnist", "2023-09-20", "a column", "dimmed")


def ask(folder: Path, quote: str, *answers: str) -> Result:
    runner = CliRunner()
    return runner.invoke(cli, ["claim", quote, "--study", str(folder)], input="\n".join([*answers, ""]))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("tenor.yaml", "claims.yaml"):
        shutil.copy(HARBOUR / name, tmp_path / name)
    return tmp_path


def test_what_is_answered_is_written_and_understood(folder: Path) -> None:
    before = (folder / "claims.yaml").read_text(encoding="utf-8")
    # A date that is none, a round that is none and a margin without a unit are asked again.
    answers = (
        "soon",
        *HEAD[1:],
        "9",
        "1",
        "r9",
        "r3",
        "",
        "ten",
        "at least 10 points lower",
        "1",
        "1",
        "his influence",
    )
    found = ask(folder, "the envoy factor has dimmed", HEAD[0], *answers)
    assert found.exit_code == 0, found.output
    after = (folder / "claims.yaml").read_text(encoding="utf-8")
    assert after.startswith(before)
    claim = Study.open(folder).claims()[-1]
    (hypothesis,) = claim.hypotheses
    assert (claim.id, claim.quote, claim.not_tested) == ("dimmed", "the envoy factor has dimmed", "his influence")
    assert (hypothesis.measure, hypothesis.relation, hypothesis.margin.size) == ("salience.headlines", "less", 10.0)
    assert hypothesis.contrast == (("r3", 1.0), ("r1", -0.5), ("r2", -0.5))
    assert (hypothesis.query, hypothesis.parameters) == ("harbour", (("actor", "brandel"),))
    assert "no round 'r9'" in found.stderr
    assert "'soon' is no date" in found.stderr
    assert "written into" in found.stdout


def test_what_no_figures_can_show_is_listed(folder: Path) -> None:
    assert ask(folder, "the age of ships is over", *HEAD, "14", "nobody agrees what would show it").exit_code == 0
    claim = Study.open(folder).claims()[-1]
    assert (claim.hypotheses, claim.untestable) == ((), "nobody agrees what would show it.")


def test_a_file_that_is_wrong_is_not_touched(folder: Path) -> None:
    path = folder / "claims.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("volume.rate", "volume.rates"), encoding="utf-8")
    before = path.read_bytes()
    found = ask(folder, "sparse", *HEAD)
    assert isinstance(found.exception, TenorError)
    assert "claims.yaml:" in str(found.exception)
    assert path.read_bytes() == before


def test_an_id_that_is_taken_is_refused(folder: Path) -> None:
    before = (folder / "claims.yaml").read_bytes()
    said = NewClaim(id="cold", quote="q", holder="h", date="2023-09-20", source="s", untestable="no")
    with pytest.raises(SeveralErrors, match=r"claims.yaml:\d+.*'cold' is used twice"):
        add_claim(folder / "claims.yaml", Study.open(folder).plan, said)
    assert (folder / "claims.yaml").read_bytes() == before
    assert sorted(item.name for item in folder.iterdir()) == ["claims.yaml", "tenor.yaml"]


def test_the_first_claim_makes_the_file(tmp_path: Path) -> None:
    shutil.copy(HARBOUR / "tenor.yaml", tmp_path / "tenor.yaml")
    assert ask(tmp_path, "sparse", *HEAD, "", "1", "r3", "r1", "", "1", "").exit_code == 0
    (claim,) = Study.open(tmp_path).claims()
    assert claim.hypotheses[0].measure == "volume.rate"


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=80).filter(str.strip))
def test_any_words_stay_words(words: str) -> None:
    said = NewClaim(id="x", quote=words, holder="h", date="2023-09-20", source="s", untestable="no")
    plan = Study.open(HARBOUR).plan
    try:
        (claim,) = checked(with_claim("", claim_text(said, "H1")), plan, "claims.yaml")
    except TenorError:
        return  # what the file can't hold is refused, with its line
    assert claim.quote == words
    assert claim.untestable == "no."
