"""The codebook: every answer in one spelling, a study's own variables, and mistakes with their line."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.coding.codebook import VARIABLES, Variable, read_codebook, variable_of
from tenor.errors import SeveralErrors, StudyError
from tenor.registry import PLANNED, measures

BY_NAME = {item.name: item for item in VARIABLES}
HEAD = "tenor_codebook: 1\nvariables:\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "codebook.yaml"
    path.write_text(text, encoding="utf-8")
    return path


# --- tenor's own ---------------------------------------------------------------------------------------


def test_every_measure_that_is_named_exists_and_is_validated_once() -> None:
    named = [measure for item in VARIABLES for measure in item.measures]
    assert len(set(named)) == len(named)
    assert set(named) <= {*PLANNED, *measures()}


@pytest.mark.parametrize(
    ("measure", "name"),
    [
        ("tone.arousal", "arousal"),
        ("tone.arousal@1", "arousal"),
        ("tone.valence", "valence"),
        ("tone.toward", "toward"),
        ("tone.emotion", "emotion"),
        ("tone.neutral", "emotion"),
        ("language.loaded", "loaded"),
        ("language.techniques", "technique"),
        ("frames.share", "frame"),
    ],
)
def test_which_variable_validates_a_measure(measure: str, name: str) -> None:
    found = variable_of(measure)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("measure", ["volume.rate", "salience.mentions", "nothing"])
def test_no_variable_validates_what_no_model_reads(measure: str) -> None:
    assert variable_of(measure) is None


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("arousal", "3", "3"),
        ("arousal", " 3,0 ", "3"),
        ("arousal", "+4.", "4"),
        ("toward", "−2", "-2"),  # the minus sign of typographers
        ("toward", "–1", "-1"),
        ("toward", "0", "0"),
        ("loaded", "YES", "yes"),
        ("emotion", "Fear", "fear"),
        ("emotion", "joy;fear | joy", "fear; joy"),
        ("technique", "name_calling,labeling", "Name_Calling,Labeling"),
        ("frame", "human_interest", "human_interest"),
        ("frame", "None", "none"),
    ],
)
def test_an_answer_has_one_spelling(name: str, cell: str, value: str) -> None:
    assert BY_NAME[name].read(cell) == value


@pytest.mark.parametrize(
    ("name", "cell", "said"),
    [
        ("arousal", "6", "arousal can't be '6'; write 1, 2, 3, 4 or 5"),
        ("arousal", "2.5", "arousal can't be '2.5'"),
        ("arousal", "", "arousal has no value"),
        ("arousal", "high", "arousal can't be 'high'"),
        ("toward", "-3", "toward can't be '-3'; write -2, -1, 0, 1 or 2"),
        ("loaded", "maybe", "loaded can't be 'maybe'; write yes or no"),
        ("emotion", "feer", "emotion can't be 'feer'; did you mean 'fear'?"),
        ("emotion", "neutral; fear", "emotion can't be 'neutral' and something else"),
        ("technique", "none; Doubt", "technique can't be 'none' and something else"),
        ("frame", " ; ", "frame can't be ';'"),
    ],
)
def test_an_answer_that_there_is_not(name: str, cell: str, said: str) -> None:
    with pytest.raises(StudyError) as error:
        BY_NAME[name].read(cell)
    assert said in str(error.value)


@given(st.sampled_from(VARIABLES), st.data())
def test_reading_an_answer_twice_changes_nothing(variable: Variable, data: st.DataObject) -> None:
    value = variable.read(data.draw(st.sampled_from(variable.values)).upper())
    assert value in variable.values
    assert variable.read(value) == value


def test_words_of_an_ordinal_scale_stand_by_their_place() -> None:
    words = Variable(name="heat", scale="ordinal", definition="?", values=("low", "middle", "high"))
    assert [words.number(value) for value in words.values] == [0.0, 1.0, 2.0]
    assert [BY_NAME["toward"].number(value) for value in BY_NAME["toward"].values] == [-2.0, -1.0, 0.0, 1.0, 2.0]


# --- a study's own ---------------------------------------------------------------------------------------


def test_without_a_codebook_tenors_own_hold(tmp_path: Path) -> None:
    assert read_codebook(tmp_path / "codebook.yaml") == VARIABLES


def test_what_a_study_says_replaces_what_tenor_says_and_nothing_else(tmp_path: Path) -> None:
    text = HEAD + "  arousal:\n    values: {from: 0, to: 100}\n    definition: How loud?\n"
    found = {item.name: item for item in read_codebook(written(tmp_path, text))}
    assert (found["arousal"].definition, found["arousal"].scale) == ("How loud?", "interval")
    assert found["arousal"].measures == ("tone.arousal",)
    assert [found["arousal"].read(cell) for cell in ("0", "33.5", "100,0")] == ["0", "33.5", "100"]
    with pytest.raises(StudyError, match="write a number from 0 to 100"):
        found["arousal"].read("101")
    assert {name: item for name, item in found.items() if name != "arousal"} == {
        name: item for name, item in BY_NAME.items() if name != "arousal"
    }


def test_a_variable_of_its_own_takes_over_a_measure(tmp_path: Path) -> None:
    text = HEAD + (
        "  heat: {definition: How hot?, scale: ordinal, values: [low, middle, high], measures: tone.arousal}\n"
        "  who: {definition: Who is it?, scale: nominal, values: [us, them], actor: true, many: true}\n"
    )
    found = read_codebook(written(tmp_path, text))
    assert [item.name for item in found[:2]] == ["heat", "who"]
    assert (found[1].actor, found[1].many) == (True, True)
    by_measure = variable_of("tone.arousal", found)
    assert by_measure is not None
    assert by_measure.name == "heat"
    assert next(item for item in found if item.name == "arousal").measures == ()


def test_the_example_of_the_docs(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "coding.md").read_text(encoding="utf-8")
    found = {item.name: item for item in read_codebook(written(tmp_path, page.split("```yaml\n")[1].split("```")[0]))}
    assert (found["arousal"].between, found["arousal"].measures) == ((0.0, 100.0), ())
    assert (found["heat"].values, found["heat"].measures) == (("none", "some", "much"), ("tone.arousal",))
    named = [f"`{name}`" for item in VARIABLES for name in (item.name, *item.measures)]
    assert [name for name in named if name not in page] == []


def test_yes_and_no_are_words(tmp_path: Path) -> None:
    text = HEAD + "  angry: {definition: Is it?, scale: nominal, values: [yes, no]}\n"
    assert read_codebook(written(tmp_path, text))[0].values == ("yes", "no")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("variables: {}\n", ["codebook.yaml:1: tenor_codebook: the version of this file's format is missing; write 1"]),
        ("tenor_codebook: 2\nvariables: {}\n", ["codebook.yaml:1: tenor_codebook: the version"]),
        ("tenor_codebook: true\nvariables: {}\n", ["codebook.yaml:1: tenor_codebook: the version"]),
        ("tenor_codebook: 1\n", ["variables: there is no list of variables by name"]),
        (
            "tenor_codebook: 1\nvariabels: {}\n",
            ["codebook.yaml:2: variabels: unknown setting 'variabels'; did"],
        ),
        (HEAD + "  heat: hot\n", ["codebook.yaml:3: variables.heat: 'heat' is not described"]),
        (HEAD + "  Heat: {}\n", ["codebook.yaml:3: variables.Heat: 'Heat' can't be a name"]),
        (HEAD + "  about_event: {}\n", ["'about_event' is asked elsewhere"]),
        (
            HEAD + "  heat: {scale: nominal}\n",
            ["codebook.yaml:3: variables.heat.definition: 'definition' is"],
        ),
        (
            HEAD + "  arousal:\n    valuse: [1, 2]\n",
            ["codebook.yaml:4: variables.arousal.valuse: unknown setting"],
        ),
        (HEAD + "  arousal: {scale: linear}\n", ["'linear' is no scale; write nominal, ordinal, interval or ratio"]),
        (HEAD + "  arousal: {definition: 5}\n", ["5 is no definition"]),
        (HEAD + "  arousal: {values: [1]}\n", ["there must be two values or more"]),
        (HEAD + "  arousal: {values: [low, high]}\n", ["an interval scale has numbers, not words"]),
        (HEAD + "  arousal: {values: {from: 5, to: 1}}\n", ["this is no range of numbers"]),
        (HEAD + "  arousal: {values: {from: 1, till: 5}}\n", ["this is no range of numbers"]),
        (HEAD + "  loaded: {values: {from: 1, to: 5}}\n", ["a range of numbers is no nominal scale"]),
        (
            HEAD + "  loaded:\n    values: [yes, no, YES]\n",
            ["codebook.yaml:4: variables.loaded.values.2: the value"],
        ),
        (HEAD + "  loaded: {values: [true, false]}\n", ["True is neither a word nor a number; put it in quotes"]),
        (HEAD + "  frame: {values: [a; b, c]}\n", ["'a; b' holds a semicolon or a bar"]),
        (HEAD + "  toward: {scale: ratio}\n", ["a ratio scale has nothing below zero"]),
        (HEAD + "  arousal: {many: true}\n", ["only a nominal answer may be several values at once"]),
        (HEAD + "  arousal: {actor: maybe}\n", ["'maybe' is not possible here; write true or false"]),
        (HEAD + "  arousal: {measures: [tone.arosal]}\n", ["no measure 'tone.arosal'; did you mean 'tone.arousal'?"]),
        (
            HEAD + "  loaded: {measures: tone.arousal}\n  valence: {measures: tone.arousal}\n",
            ["codebook.yaml:4: variables.valence.measures: tone.arousal is validated by 'loaded' already"],
        ),
        (
            HEAD + "  arousal: {scale: x}\n  loaded: {values: 3}\n",
            ["'x' is no scale", "codebook.yaml:4: "],
        ),
        (
            HEAD + "  arousal: {}\n  arousal: {}\n",
            ["codebook.yaml:4: variables.arousal: this setting stands"],
        ),
    ],
)
def test_mistakes_are_said_with_their_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, said: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises((SeveralErrors, StudyError)) as error:
        read_codebook(written(tmp_path, text))
    assert [part for part in said if part not in str(error.value)] == []
