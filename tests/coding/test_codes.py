"""Codes from a table: every row checked against its article, kept once, and nothing of a broken file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenor.coding.codebook import VARIABLES, Variable
from tenor.coding.codes import COLUMNS, CodesRead, codes, import_codes
from tenor.corpus.human import Journal
from tenor.corpus.store import Store
from tenor.errors import MissingInput, SourceError
from tenor.model import Plan
from tenor.study import Study
from tenor.tables import no_formula
from tenor.testing import example_folder
from tests.corpus.press import article, press, put
from tests.sources.builders import xlsx

ACTORS = """\
actors:
  - {id: accord, name: the accord, kind: organisation, aliases: {en: [accord]}}
  - {id: envoy, name: the envoy, kind: person, public_role: envoy, aliases: {en: [envoy]}}
"""
FIRST = "The talks failed. The envoy, pale, left. The talks failed."
RUSSIAN = "Переговоры сорвались. Посол уехал."
TURKISH = "Görüşmeler çöktü. Elçi ayrıldı, ağlayarak."
MARKS = "-5 degrees at the quay. =Not a formula, this. 'Quoted', he said."


@dataclass(frozen=True)
class Coded:
    """A study of articles, and where codes of them are kept."""

    journal: Journal
    store: Store
    plan: Plan
    folder: Path

    def read(self, content: str | bytes, *, charset: str = "", variables: Sequence[Variable] = VARIABLES) -> CodesRead:
        path = self.folder / "codes.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self.read_file(path, charset=charset, variables=variables)

    def read_file(self, path: Path, *, charset: str = "", variables: Sequence[Variable] = VARIABLES) -> CodesRead:
        return import_codes(self.journal, self.store, path, self.plan, variables, charset=charset)

    def units(self) -> list[tuple[str, str, str, str]]:
        """Return what is kept as coder, place, question, value; the place with the native id."""
        ids = {row["doc_id"]: row["native_id"] for row in self.store.query("FROM documents", {}).to_pylist()}
        found = []
        for row in codes(self.journal).to_pylist():
            place = "" if row["start"] is None else f":{row['start']}:{row['stop']}"
            question = f"{row['variable']}:{row['actor']}".rstrip(":")
            found.append((row["coder"], ids[row["doc_id"]] + place, question, row["value"]))
        return sorted(found)


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("press")
    found = press(
        folder,
        [
            article(FIRST, outlet="a", native_id="A1"),
            article(RUSSIAN, outlet="b", native_id="B1", lang="ru"),
            article(TURKISH, outlet="c", native_id="C1", lang="tr"),
            article(MARKS, outlet="a", native_id="A2"),
            article("Same id, first outlet.", outlet="a", native_id="X"),
            article("Same id, second outlet.", outlet="b", native_id="X"),
        ],
        rest=ACTORS,
    )
    # A later version, in which a sentence has moved.
    put(found.store, article(f"Breaking. {FIRST}", outlet="a", native_id="A1"))
    return found


@pytest.fixture
def coded(study: Study, tmp_path: Path) -> Coded:
    return Coded(Journal(tmp_path / "human.sqlite"), study.store, study.plan, tmp_path)


def table(*rows: str, header: str = ",".join(COLUMNS)) -> str:
    return "\n".join([header, *rows]) + "\n"


def sheet(rows: Iterable[Sequence[str]], delimiter: str = ",") -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows)
    return text.getvalue()


def why(found: CodesRead) -> list[str]:
    return [f"{item.place.rpartition(':')[2]}: {item.why}" for item in found.refused]


def numbers(found: CodesRead) -> tuple[int, int, int, int, int]:
    report = found.report
    assert report.read == report.kept + report.merged + report.already_there + report.refused
    return report.read, report.kept, report.merged, report.already_there, report.refused


def envoy(value: str = "4", *, coder: str = "ann", place: str = "18,40") -> str:
    return f'{coder},A1,{place},"The envoy, pale, left.",arousal,,{value}'


ENVOY = envoy()


# --- what is kept ------------------------------------------------------------------------------------------


def test_a_sentence_and_an_article(coded: Coded) -> None:
    found = coded.read(table(ENVOY, "ann,B1,,,,toward,accord,-2", "bea,B1,,,,toward,accord,-1"))
    assert numbers(found) == (3, 3, 0, 0, 0)
    assert (found.report.source, found.report.importer, found.report.lost, found.report.notes) == (
        "codes.csv",
        "codes@1",
        (),
        (),
    )
    assert coded.units() == [
        ("ann", "A1:18:40", "arousal", "4"),
        ("ann", "B1", "toward:accord", "-2"),
        ("bea", "B1", "toward:accord", "-1"),
    ]


def test_reading_twice_adds_nothing(coded: Coded) -> None:
    text = table(ENVOY, "ann,B1,,,,toward,accord,-2")
    assert numbers(coded.read(text)) == (2, 2, 0, 0, 0)
    assert numbers(coded.read(text)) == (2, 0, 0, 2, 0)
    assert len(coded.journal.entries()) == 2


def test_another_answer_is_a_correction(coded: Coded) -> None:
    coded.read(table(ENVOY))
    found = coded.read(table(envoy("5")))
    assert found.report.notes == ("1 code differs from what the same coder said before: kept as a correction",)
    assert coded.units() == [("ann", "A1:18:40", "arousal", "5")]
    assert [(entry.value, entry.supersedes) for entry in coded.journal.entries()] == [("4", None), ("5", 1)]


def test_the_doc_id_will_do(coded: Coded) -> None:
    ids = coded.store.query("SELECT doc_id FROM documents WHERE native_id = 'B1'", {})["doc_id"].to_pylist()
    # With it, the place needs no text: this version can't have another.
    found = coded.read(table(f"ann,{ids[0]},22,34,,arousal,,2", f"ann,{ids[0]},22,99,,arousal,,2"))
    assert coded.units() == [("ann", "B1:22:34", "arousal", "2")]
    assert why(found) == ["3: the article has 34 characters, and no place 22 to 99; mend start and stop"]


def test_columns_in_any_order_and_spelling(coded: Coded) -> None:
    found = coded.read(table("4,AROUSAL note,arousal,A2,ann", header="Value,Note,Variable,Doc_ID,CODER"))
    assert coded.units() == [("ann", "A2", "arousal", "4")]
    assert found.report.lost == ("Note",)


def test_rows_that_are_empty_are_no_rows(coded: Coded) -> None:
    assert numbers(coded.read(table(ENVOY, ",,,,,,,", "", ",,,,,,,"))) == (1, 1, 0, 0, 0)


def test_the_same_row_twice_counts_once(coded: Coded) -> None:
    assert numbers(coded.read(table(ENVOY, ENVOY, envoy("4.0")))) == (3, 1, 2, 0, 0)


def test_several_values_at_once(coded: Coded) -> None:
    assert numbers(coded.read(table("ann,A1,,,,emotion,,joy; Fear", "bea,A1,,,,emotion,,fear|joy"))) == (2, 2, 0, 0, 0)
    assert [value for *_, value in coded.units()] == ["fear; joy", "fear; joy"]


# --- places ---------------------------------------------------------------------------------------------------


def test_a_code_belongs_to_the_version_that_it_fits(coded: Coded) -> None:
    # At 18 in the first version, at 28 in the second.
    coded.read(table(ENVOY, envoy(coder="bea", place="28,50")))
    rows = coded.store.query("SELECT doc_id, version FROM documents WHERE native_id = 'A1'", {}).to_pylist()
    versions = {row["doc_id"]: row["version"] for row in rows}
    assert [(row["coder"], versions[row["doc_id"]], row["start"]) for row in codes(coded.journal).to_pylist()] in (
        [("ann", 1, 18), ("bea", 2, 28)],
        [("bea", 2, 28), ("ann", 1, 18)],
    )


def test_a_code_of_a_whole_article_belongs_to_the_newest_and_stays_there(tmp_path: Path) -> None:
    found = press(tmp_path / "s", [article("One.", native_id="N")], rest=ACTORS)
    here = Coded(Journal(tmp_path / "human.sqlite"), found.store, found.plan, tmp_path)
    text = table("ann,N,,,,arousal,,2")
    here.read(text)
    before = codes(here.journal)
    put(found.store, article("One. Two.", native_id="N"))
    assert numbers(here.read(text)) == (1, 0, 0, 1, 0)
    assert codes(here.journal) == before
    # Another coder read what is there now.
    here.read(text.replace("ann", "bea"))
    assert len(set(codes(here.journal)["doc_id"].to_pylist())) == 2


def test_a_place_that_is_wrong_is_found_by_its_text(coded: Coded) -> None:
    found = coded.read(table("ann,B1,3,15,Посол уехал.,arousal,,2", "bea,B1,,,Посол уехал.,arousal,,3"))
    assert coded.units() == [("ann", "B1:22:34", "arousal", "2"), ("bea", "B1:22:34", "arousal", "3")]
    assert found.report.notes == (
        "2 places were found by the text, which stands in the article once; the first is on line 2",
    )


BOTH = "fill in both, or neither for a code of the whole article"
WHOLE = "write how many characters of the text stand before, as a whole number"
REFUSED = {
    "ann,A1,1,18,The talks failed.,arousal,,2": (
        "at 1 to 18 stands 'reaking. The talk', and the text stands in the article 2 times; write start and stop"
    ),
    "ann,B1,0,21,Переговоры удались.,arousal,,2": (
        "at 0 to 21 stands 'Переговоры сорвались.', and the text does not stand in the article; "
        "code the article as it is stored"
    ),
    "ann,B1,,,Nowhere.,arousal,,2": "the text does not stand in the article; code the article as it is stored",
    "ann,B1,22,34,,arousal,,2": (
        "text is empty, so nobody can tell whether the place is the one that was coded; "
        "fill in the sentence, or name the article by its doc_id"
    ),
    "ann,B1,22,,Посол уехал.,arousal,,2": f"stop is empty, and start is not; {BOTH}",
    "ann,B1,,34,Посол уехал.,arousal,,2": f"start is empty, and stop is not; {BOTH}",
    "ann,B1,x,34,Посол уехал.,arousal,,2": f"start is 'x'; {WHOLE}",
    "ann,B1,-1,34,Посол уехал.,arousal,,2": f"start is '-1'; {WHOLE}",
    "ann,ZZ,,,,arousal,,2": (
        "no article 'ZZ' is stored; write the identifier of its source, or its doc_id; or add the article first"
    ),
    "ann,X,,,,arousal,,2": "'X' could be an article of a and b; write its doc_id instead",
    "ann,B1,,,,arousl,,2": "no variable 'arousl'; did you mean 'arousal'?",
    "ann,B1,,,,arousal,,7": "arousal can't be '7'; write 1, 2, 3, 4 or 5",
    "ann,B1,,,,arousal,accord,2": "arousal is not asked about an actor, and here is 'accord'; leave actor empty",
    "ann,B1,,,,toward,,2": "toward is asked about an actor, and actor is empty; name the actor by its id",
    "ann,B1,,,,toward,acord,2": "no actor 'acord'; did you mean 'accord'?",
    "Bea,B1,,,,valence,,2": "the coder 'Bea' is 'bea' elsewhere; write it alike, or give another person another name",
    ",B1,,,,arousal,,2": "coder is empty; fill it in",
    "ann,,,,,arousal,,2": "doc is empty; fill it in",
    "ann,B1,,,,arousal,,": "value is empty; fill it in",
    "ann,B1,,,,arousal": "6 cells under 8 columns",
}


@pytest.mark.parametrize(("row", "said"), REFUSED.items())
def test_a_row_that_is_refused_says_why(coded: Coded, row: str, said: str) -> None:
    found = coded.read(table("bea,B1,,,,arousal,,1", row))
    assert why(found) == [f"3: {said}"]
    assert numbers(found) == (2, 1, 0, 0, 1)
    assert coded.units() == [("bea", "B1", "arousal", "1")]


def test_a_text_pins_down_the_outlet(coded: Coded) -> None:
    assert numbers(coded.read(table('ann,X,0,23,"Same id, second outlet.",arousal,,2'))) == (1, 1, 0, 0, 0)


def test_two_answers_of_one_coder_are_refused_with_both_lines(coded: Coded) -> None:
    found = coded.read(table(ENVOY, "bea,B1,,,,arousal,,1", envoy("2"), ENVOY))
    assert why(found) == [
        "2: ann says 4 here and 2 on line 4; keep one of the two rows",
        "4: ann says 2 here and 4 on line 2; keep one of the two rows",
        "5: ann says 4 here and 2 on line 4; keep one of the two rows",
    ]
    assert numbers(found) == (4, 1, 0, 0, 3)
    assert coded.units() == [("bea", "B1", "arousal", "1")]


# --- what spreadsheets do -----------------------------------------------------------------------------------

ROWS = [
    ("ann", "A1", "18", "40", "The envoy, pale, left.", "arousal", "", "4"),
    ("Ольга", "B1", "22", "34", "Посол уехал.", "toward", "envoy", "-1"),
]
KEPT = [("ann", "A1:18:40", "arousal", "4"), ("Ольга", "B1:22:34", "toward:envoy", "-1")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_spreadsheets_write(coded: Coded, delimiter: str, charset: str) -> None:
    coded.read(sheet(ROWS, delimiter).encode(charset))
    assert coded.units() == KEPT


def test_a_first_line_that_says_the_separator(coded: Coded) -> None:
    found = coded.read(("sep=;\r\n" + sheet([*ROWS, ("ann", "ZZ", "", "", "", "arousal", "", "1")], ";")).encode())
    assert coded.units() == KEPT
    assert why(found) == [f"5: {REFUSED['ann,ZZ,,,,arousal,,2']}"]


def test_an_old_encoding_is_taken_where_the_texts_bear_it_out(coded: Coded) -> None:
    found = coded.read(sheet(ROWS, ";").encode("cp1251"))
    assert coded.units() == KEPT
    assert found.report.notes == ("it was read as cp1251, in which its texts are those of the articles",)


def test_an_old_encoding_that_is_named(coded: Coded) -> None:
    rows = [("Çağlar", "C1", "18", "42", "Elçi ayrıldı, ağlayarak.", "arousal", "", "4")]
    assert coded.read(sheet(rows, ";").encode("cp1254"), charset="cp1254").report.notes == ()
    assert coded.units() == [("Çağlar", "C1:18:42", "arousal", "4")]


def test_an_old_encoding_that_nothing_bears_out_is_refused_whole(coded: Coded) -> None:
    rows = [("Ольга Ивановна", "B1", "", "", "", "arousal", "", "4"), ROWS[0]]
    with pytest.raises(SourceError, match="this is not UTF-8; set charset to its encoding"):
        coded.read(sheet(rows, ";").encode("cp1251"))
    assert coded.journal.entries() == ()


def test_formula_signs_are_what_they_were(coded: Coded) -> None:
    rows = []
    for text in ("-5 degrees at the quay.", "=Not a formula, this.", "'Quoted', he said."):
        start = MARKS.index(text)
        place = str(start), str(start + len(text))
        rows.append(("ann", "A2", *place, no_formula(text), "toward", "envoy", "'-1"))
    assert numbers(coded.read(sheet(rows))) == (3, 3, 0, 0, 0)
    assert {value for *_, value in coded.units()} == {"-1"}


def test_places_that_a_program_wrote_as_decimals(coded: Coded) -> None:
    assert numbers(coded.read(table(envoy(place="18.0,40.0")))) == (1, 1, 0, 0, 0)
    assert numbers(coded.read(table(envoy(place="18.5,40")))) == (1, 0, 0, 0, 1)


def test_a_workbook(coded: Coded) -> None:
    names = [*COLUMNS, "ann", "A1", "The envoy, pale, left.", "arousal"]
    at = {name: place for place, name in enumerate(names)}

    def cell(name: str, letter: str, line: int) -> str:
        return f'<c r="{letter}{line}" t="s"><v>{at[name]}</v></c>'

    head = "".join(cell(name, "ABCDEFGH"[place], 1) for place, name in enumerate(COLUMNS))
    row = (
        cell("ann", "A", 2)
        + cell("A1", "B", 2)
        + '<c r="C2"><v>18</v></c><c r="D2"><v>40</v></c>'
        + cell("The envoy, pale, left.", "E", 2)
        + cell("arousal", "F", 2)
        + '<c r="H2"><v>4</v></c>'
    )
    path = xlsx(coded.folder / "codes.xlsx", f'<row r="1">{head}</row><row r="2">{row}</row>', strings=names)
    assert numbers(coded.read_file(path)) == (1, 1, 0, 0, 0)
    assert coded.units() == [("ann", "A1:18:40", "arousal", "4")]


# --- files that are wrong as a whole ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty"),
        (table(), "the table holds no code that can be read"),
        (table("ann,A1", header="coder,doc,text"), "holds no code that can be read: 2 cells under 3 columns"),
        (
            table("ann,A1,4", header="coder,docs,value"),
            "no column 'doc'; did you mean 'docs'? (columns: coder, docs, value)",
        ),
        (table("ann,A1,4", header="coder,doc,value"), "no column 'variable'; name it in the first row"),
        (
            table("a,b,A1,arousal,4", header="coder,Coder,doc,variable,value"),
            "two columns hold the coder: coder",
        ),
        (
            table("a,b,A1,arousal,4", header="coder,doc,doc_id,variable,value"),
            "two columns hold the doc: doc",
        ),
        (table(ENVOY, 'bea,B1,,,"Посол уехал.,arousal,,2'), "a quote opened here is never closed"),
    ],
)
def test_nothing_of_a_broken_file_is_kept(coded: Coded, content: str, said: str) -> None:
    with pytest.raises(SourceError) as error:
        coded.read(content)
    assert said in str(error.value)
    assert "codes.csv" in str(error.value)
    assert coded.journal.entries() == ()


def test_a_file_that_is_not_there(coded: Coded) -> None:
    with pytest.raises(MissingInput, match="there is no file"):
        coded.read_file(coded.folder / "nowhere.csv")


# --- whatever the order and the form --------------------------------------------------------------------------


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(["18:40", "0:17", "41:58", ":"]), st.sampled_from("1234")),
        min_size=1,
        max_size=12,
    ),
    st.sampled_from(",;\t"),
    st.booleans(),
)
def test_no_row_is_lost_and_none_counts_twice(
    study: Study, tmp_path: Path, drawn: list[tuple[str, str, str]], delimiter: str, mark: bool
) -> None:
    journal = Journal(tmp_path / f"{len(list(tmp_path.iterdir()))}.sqlite")
    here = Coded(journal, study.store, study.plan, tmp_path)
    rows = []
    for coder, place, value in drawn:
        start, stop = place.split(":")
        text = FIRST[int(start) : int(stop)] if start else ""
        rows.append((coder, "A1", start, stop, text, "arousal", "", value))
    content = sheet(rows, delimiter).encode("utf-8-sig" if mark else "utf-8")
    first = numbers(here.read(content))
    said: dict[tuple[str, str], set[str]] = {}
    for coder, place, value in drawn:
        said.setdefault((coder, place), set()).add(value)
    agreed = {key for key, values in said.items() if len(values) == 1}
    assert first[0] == len(drawn)
    assert first[1] == len(agreed) == codes(journal).num_rows
    assert first[4] == sum((coder, place) not in agreed for coder, place, _ in drawn)
    assert numbers(here.read(content))[1:] == (0, first[2], first[1], first[4])


# --- the view --------------------------------------------------------------------------------------------------


def test_the_view_has_the_last_answer_of_each_coder_and_nothing_taken_down(coded: Coded) -> None:
    coded.read(table(ENVOY, "ann,B1,,,,toward,accord,-2"))
    coded.read(table(envoy("1")))
    assert [row["value"] for row in codes(coded.journal).to_pylist()] == ["1", "-2"]
    ids = coded.store.query("SELECT doc_id FROM documents WHERE native_id = 'A1'", {})["doc_id"].to_pylist()
    assert sum(coded.journal.forget(doc_id) for doc_id in ids) == 2
    assert [row["value"] for row in codes(coded.journal).to_pylist()] == ["-2"]


def test_one_person_under_two_spellings_is_named(coded: Coded) -> None:
    coded.read(table(ENVOY))
    found = coded.read(table(envoy(coder="ANN")))
    assert why(found) == ["2: the coder 'ANN' is 'ann' elsewhere; write it alike, or give another person another name"]


def test_the_view_of_nothing(tmp_path: Path) -> None:
    assert codes(Journal(tmp_path / "human.sqlite")).num_rows == 0


# --- the example -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Coded:
    folder = tmp_path_factory.mktemp("harbour")
    source = example_folder("harbour")
    (folder / "tenor.yaml").write_bytes((source / "tenor.yaml").read_bytes())
    study = Study.open(folder)
    study.add([source / "articles.jsonl", source / "articles-later.jsonl"])
    return Coded(Journal(folder / "human.sqlite"), study.store, study.plan, folder)


def test_all_codes_of_the_harbour_are_kept(harbour: Coded) -> None:
    path = example_folder("harbour") / "codes.csv"
    assert numbers(harbour.read_file(path)) == (400, 400, 0, 0, 0)
    assert numbers(harbour.read_file(path)) == (400, 0, 0, 400, 0)
    rows = codes(harbour.journal).to_pylist()
    assert len(rows) == 400
    texts = {row["doc_id"]: row["text"] for row in harbour.store.query("FROM documents", {}).to_pylist()}
    with path.open(encoding="utf-8", newline="") as file:
        meant = sorted(row["text"] for row in csv.DictReader(file) if row["start"])
    assert sorted(texts[row["doc_id"]][row["start"] : row["stop"]] for row in rows if row["start"] is not None) == meant
