"""Languages as data: read strictly, told with file and line when wrong, and good enough on hand-marked texts."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from tenor.annotate.language import Language, language_named, languages, load, one_of
from tenor.annotate.sentences import sentences
from tenor.errors import MissingInput, StudyError
from tenor.testing import Score, check_language
from tests.annotate.gold_files import GOLD, LANGUAGES, RULES

# On hand-marked texts the rules were written on (dev), and on texts nobody looked at (test).
FLOORS = {"sentences": 0.97, "speech": 0.95}


@pytest.mark.parametrize("part", ["dev", "test"])
@pytest.mark.parametrize("name", LANGUAGES)
def test_floors(name: str, part: str) -> None:
    scores = check_language(name, GOLD, RULES, part=part)
    for kind, floor in FLOORS.items():
        assert scores[kind][""].f1 >= floor, kind


def test_every_language_is_there_and_names_itself() -> None:
    assert {"en", "ru", "tr", "uk"} <= languages().keys()
    assert all(language.name == code for code, language in languages().items())
    assert language_named("TR_tr").name == "tr"
    assert language_named("").generalisations == ()


def test_a_language_is_read_once() -> None:
    assert language_named("en") is language_named("en")


def write(folder: Path, text: str) -> Path:
    path = folder / "xx.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_language_of_a_user(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        'name = "xx"\n[sentences]\nnever = ["Bl"]\n[words]\nall = ["alle"]\nknow = ["weiß", "wiss*"]\n'
        "[[generalisation.patterns]]\nname = \"all know\"\npattern = '\\b{all}\\s+{know}'\n",
    )
    language = load(path)
    assert isinstance(language, Language)
    assert sentences("Bl. Mai. Ende", language) == [(0, 8), (9, 13)]
    assert language.generalisations[0].pattern.search("alle wissen")


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("name = 'xx'\nname = 'yy'\n", 2, "no TOML"),
        ("[sentences]\n", None, "no name"),
        ("name = 'xx'\n[sentences]\nnevr = ['Dr']\n", 3, "no setting 'nevr'"),
        ("name = 'xx'\nsentence = 3\n", 2, "no setting 'sentence'"),
        ("name = 'xx'\n[sentences]\nnever = 'Dr'\n", 3, "list of words"),
        ("name = 'xx'\n[sentences]\nnever = [3]\n", 3, "list of words"),
        ("name = 'xx'\n[sentences]\nordinals = 'yes'\n", 3, "true or false"),
        ("name = 'xx'\n[sentences]\nvowels = true\n", 3, "must be text"),
        ("name = 'xx'\n[words]\nsaid = ['x']\n[speech]\nstop = '('\n", 5, "can't be read"),
        ("name = 'xx'\n[words]\nsaid = ['x']\n[speech]\nstop = '{sad}'\n", 5, "no list 'sad'"),
        ("name = 'xx'\n[words]\na = ['{b}']\nb = ['x']\n", 3, "stand above"),
        ("name = 'xx'\n[words]\nA = ['x']\n", 3, "small letters"),
        ("name = 'xx'\nwords = 3\n", 2, "no table"),
        ("name = 'xx'\n[speech]\n[[speech.clauses]]\nname = 'x'\nside = 'left'\npattern = 'x'\n", 5, "no side 'left'"),
        ("name = 'xx'\n[speech]\n[[speech.clauses]]\nname = 'x'\nside = 'after'\n", 3, "'pattern' is missing"),
        ("name = 'xx'\n[generalisation]\npatterns = 3\n", 3, "list of tables"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: int | None, what: str) -> None:
    with pytest.raises(StudyError, match=re.escape(what)) as caught:
        load(write(tmp_path, text))
    assert caught.value.place is not None
    assert (Path(caught.value.place.file).name, caught.value.place.line) == ("xx.toml", line)


def test_one_of_takes_whole_words_and_the_longest() -> None:
    pattern = re.compile(rf"\b{one_of(['said', 'say*', 'no', 'no one', '*ing'])}")
    assert [match[0] for match in pattern.finditer("said saying no one nobody saids going")] == [
        "said", "saying", "no one", "going",
    ]  # fmt: skip
    assert re.search(one_of([]), "anything") is None


# --- check_language --------------------------------------------------------------------------------


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    """Write texts whose score can be counted by hand: 3 ends, one quotation and one report, one generalisation."""
    write_gold(tmp_path, "sentences", "# a\nDr. Marsh left.⏎ She ran.⏎\n\n# b\nTitle⏎\n")
    write_gold(tmp_path, "speech", "# a\n⟦q “No,”⟧ she said. She said that ⟦r it rained⟧.\n")
    write_gold(tmp_path, "generalisation", "+\t⟦g Everyone knows⟧ it.\n-\tAll 27 members voted.\n")
    return tmp_path


def write_gold(folder: Path, kind: str, text: str) -> None:
    (folder / f"{kind}.en.test.txt").write_text(text, encoding="utf-8")


def test_scores_are_counted_by_tag(gold: Path) -> None:
    scores = check_language("en", gold, RULES)
    assert scores["sentences"] == {"a": Score(right=2), "b": Score(right=1), "": Score(right=3)}
    assert scores["speech"][""] == Score(right=2)
    assert scores["generalisation"] == {"+": Score(right=1), "-": Score(), "": Score(right=1)}
    assert Score(right=3, extra=1, missing=1).f1 == 0.75


def test_a_floor_that_is_missed_is_told(gold: Path) -> None:
    write_gold(gold, "sentences", "# a\nHe ran.⏎ She⏎ ran.⏎\n")
    with pytest.raises(StudyError, match=r"en: sentences: F1 0\.800 in sentences\.en\.test\.txt"):
        check_language("en", gold, RULES)


def test_a_missing_and_an_empty_file_are_told(gold: Path) -> None:
    write_gold(gold, "sentences", "\n")
    with pytest.raises(StudyError, match="holds no text"):
        check_language("en", gold, RULES)
    with pytest.raises(MissingInput, match=r"sentences\.en\.dev\.txt"):
        check_language("en", gold, RULES, part="dev")


@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (replace(RULES, sentences=lambda text, _: [(0, 3)]), "belongs to no sentence"),
        (replace(RULES, sentences=lambda text, _: [(0, len(text)), (0, len(text))]), "overlap"),
        (replace(RULES, speech=lambda text, spans, _: []), "do not share out"),
        (replace(RULES, generalisations=lambda text, _: [(0, 999, "x")]), "lies outside"),
    ],
)
def test_a_broken_promise_is_told(gold: Path, wrong: object, what: str) -> None:
    with pytest.raises(StudyError, match=what):
        check_language("en", gold, wrong)  # type: ignore[arg-type]
