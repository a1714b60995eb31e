"""A description against a corpus of which everything is known, and against the corpora nobody wishes for."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest

from tenor.app.output import plain
from tenor.audit.description import these
from tenor.described import Description, Listing, Section
from tenor.errors import StudyError
from tenor.grammar import counted
from tenor.study import Study
from tests.audit.planted import GAP, OUTLETS, STUDY, Row, Words, added, in_rounds, row, study_of

BEGINS = re.compile(r"In these [\d,]+ (articles|figures)|In this one (article|figure)")
# What a number of one must not be followed by, and a larger number not.
WRONG = re.compile(
    r"(?<![\d,.])1 (articles|outlets|are|fall|refer|days|copies|pieces|were|have)\b|[2-9] (is|falls|article)\b"
)


def checked(found: Description) -> dict[str, Section]:
    """Return the sections by id, after what must hold for every description."""
    json.dumps(plain(found), allow_nan=False)
    for section in found.sections:
        assert section.sentences
        for said in section.sentences:
            assert BEGINS.match(said), said
            assert said.endswith("."), said
            assert not WRONG.search(said), said
            assert "None" not in said
            assert "nan" not in said.split()
        for item in section.listings:
            assert item.rows
            assert {len(cells) for cells in item.rows} == {len(item.columns)}
        for passage in section.passages:
            assert 0 <= passage.start <= passage.stop <= len(passage.text)
    columns = {(item.stretch.start.toordinal() - 1) // 7 for item in found.flows}
    assert len(columns) <= 120
    return {section.id: section for section in found.sections}


def table(section: Section, name: str) -> Listing:
    return next(item for item in section.listings if item.name == name)


def said(section: Section, part: str) -> str:
    return next(item for item in section.sentences if part in item)


# ------------------------------------------------------------------------------------ everything is known

PLANTED = {
    "in rounds": 72,
    "steady": 3 * (90 - 10),
    "copies": 12,
    "uses": 7,
    "undated": 3,
    "names": 5,
    "cues": 3,
    "moved": 4,
    "edited": 1,
}
NUMBER = sum(PLANTED.values())


def changed(text: str, last: int, words: Words) -> str:
    """Return a text with so many of its last words changed."""
    kept = text.split()[:-last]
    return " ".join([*kept, words.text(last)])


def planted_rows() -> list[Row]:
    words = Words()
    rows = in_rounds(words, planted=[(5, 2, "ultimatum"), (2, 2, "solowort")])

    def put(outlet: str, when: str, text: str, title: str = "") -> None:
        rows.append(row(len(rows), outlet, when, text, title))

    for day in (date(2024, 2, 1) + timedelta(days=n) for n in range(90)):
        for hour in (6, 12, 18):
            if not GAP[0] <= day <= GAP[1]:
                put("Daily", f"{day}T{hour:02}:00:00+03:00", words.text(20))
    # Echo prints what Daily had: three whole, one with 8 of 100 words changed, one with 30.
    for last in (0, 0, 0, 8, 30):
        text = words.text(100)
        put("Daily", "2024-03-20T08:00:00+03:00", text)
        put("Echo", "2024-03-20T09:00:00+03:00", changed(text, last, words) if last else text)
    # Nobody knows which of these two was first.
    text = words.text(100)
    put("Globe", "2024-03-21", text)
    put("Herald", "2024-03-21", text)
    put("Globe", "2024-03-10", words.text(30, "fifty days"))
    put("Press", "2024-03-10T08:00:00Z", words.text(30, "Fifty days"))
    put("Herald", "2024-03-10T09:00:00+03:00", words.text(30), "Fifty days, says Herald")
    # 22:30 in London is the next day in Istanbul.
    put("Voice", "2024-03-11T22:30:00Z", words.text(30, "sixty days"))
    put("Echo", "2024-03-11", words.text(30, "sixty days"))
    put("Press", "2024-03-14T10:00:00Z", words.text(30, "eighty days"))
    put("Press", "2024-03-14T09:00:00Z", words.text(30, "eighty\u00a0days 🕊\ufe0f"), "Quiet 🕊\ufe0f eighty days")
    put("Globe", "", words.text(30, "seventy days"))
    put("Globe", "", words.text(30))
    put("Voice", "2024-03", words.text(30))
    for name, outlet in (("Anna Schmidt", "Daily"), ("Anna Schmidt", "Echo"), ("Anna Schmidt", "Press")):
        put(outlet, "2024-03-15T10:00:00Z", words.text(30, f"“We will talk,” said {name}"))
    for outlet in ("Daily", "Echo"):
        put(outlet, "2024-03-15T11:00:00Z", words.text(30, "“We will not,” said Omar Reyes"))
    put("Globe", "2024-04-02T10:00:00+03:00", words.text(30, "In the third round"))
    put("Herald", "2024-03-25T10:00:00+03:00", words.text(30, "In the third round"))
    put("Press", "2024-02-02T10:00:00+03:00", words.text(30, "In the third round"))
    # A copy that follows its first publication out of a round, and one that follows it out of none.
    for first, later in (("2024-02-03T20:00:00+03:00", "2024-02-04T08:00:00+03:00"), ("2024-02-28", "2024-03-01")):
        text = words.text(60)
        put("Herald", first, text)
        put("Voice", later, text)
    put("Voice", "2024-03-16T10:00:00Z", words.text(30))
    return rows


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = tmp_path_factory.mktemp("planted")
    rows = planted_rows()
    assert len(rows) == NUMBER
    study_of(folder, rows)
    edited = rows[-1] | {"text": Words(9).text(30)}
    return added(folder, [edited], "later.jsonl")


@pytest.fixture(scope="module")
def found(study: Study) -> Description:
    return study.describe(["fifty days", "sixty days", "seventy days", "eighty days", "ninety days"])


@pytest.fixture(scope="module")
def sections(found: Description) -> dict[str, Section]:
    return checked(found)


def test_what_is_here(found: Description, sections: dict[str, Section]) -> None:
    here = sections["here"]
    assert found.articles == NUMBER
    within = f"In these {NUMBER} articles"
    assert here.sentences == (
        f"{within}, 6 outlets speak in en, from 2024-02-01 to 2024-04-30.",
        f"{within}, 2 are without a day (no date is given): nothing that counts days has them.",
        f"{within}, 1 is without a day (only the month is known): nothing that counts days has it.",
        f"{within}, 1 is there in several versions; the newest one counts.",
    )
    # outlet, lang, articles, copy groups, first, last, words in the middle, undated.
    rows = {cells[0]: cells for cells in table(here, "outlets").rows}
    assert sum(int(str(cells[2])) for cells in rows.values()) == NUMBER
    assert rows["Globe"][2:4] == (12 + 1 + 1 + 2 + 1, 12 + 1 + 1 + 2 + 1)
    assert rows["Globe"][7] == 2
    assert rows["Voice"][7] == 1


def test_who_copied_whom(sections: dict[str, Section]) -> None:
    copies = sections["copies"]
    within = f"In these {NUMBER} articles"
    unknown = "what it is counted as a copy of: the day is the same and the hour not known, or no day is known."
    # Three whole and one changed a little after Daily, one of unknown order, two that move.
    assert copies.sentences == (
        f"{within}, 7 ({7 / NUMBER:.1%}) are near-copies of another.",
        f"{within}, {NUMBER - 7} would be left if each copy group counted once.",
        f"{within}, 1 of the copies may as well be older than {unknown}",
        f"{within}, copies are those of a likeness of 0.7 or more; there would be 8 at 0.5 and 6 at 0.9.",
        f"{within}, Echo most often printed what Daily had before: 4 articles.",
    )
    who = {(str(cells[0]), str(cells[1])): cells[2:] for cells in table(copies, "who").rows}
    assert who["Daily", "Echo"] == (4, 4, 0)
    assert who["Herald", "Voice"] == (2, 2, 0)
    unsure = who.get(("Globe", "Herald")) or who["Herald", "Globe"]
    assert unsure == (1, 1, 1)
    assert len(who) == 3
    assert [item.about for item in copies.passages[:2]] == ["copy group 1, first", "copy group 1, a copy"]


def test_gaps(found: Description, sections: dict[str, Section]) -> None:
    observed = sections["completeness"]
    gaps = [cells for cells in table(observed, "gaps").rows if cells[0] == "Daily"]
    assert [cells[1:4] for cells in gaps] == [(*GAP, 10)]
    assert "of the 6 outlets with a day" in observed.sentences[0]
    dated = NUMBER - PLANTED["undated"]
    assert sum(item.pieces for item in found.flows) == dated
    assert sum(item.observed for item in found.flows if item.outlet == "Daily") == 90 - 10
    starts = {item.stretch.start for item in found.flows}
    assert {start.weekday() for start in starts - {date(2024, 2, 1)}} == {0}
    assert all(item.why for item in found.flows if item.observed < item.stretch.days)


def test_rounds(sections: dict[str, Section]) -> None:
    rounds = sections["rounds"]
    within = f"In these {NUMBER} articles"
    # Six outlets with four pieces each, three a day of Daily, and what was planted besides.
    assert rounds.sentences[0] == (
        f"{within}, {24 + 9 + 3} fall into the days of the first round (2024-02-01 to 2024-02-03), "
        "and 0 refer to it in so many words."
    )
    assert rounds.sentences[1] == (
        f"{within}, 1 of those of the first round came out on other days, or on no known day: "
        "it is a copy of what was first published then."
    )
    assert rounds.sentences[2] == (
        f"{within}, {24 + 9} fall into the days of the second round (2024-03-01 to 2024-03-03)."
    )
    assert rounds.sentences[3] == (
        f"{within}, {24 + 9 + 1} fall into the days of the third round (2024-04-01 to 2024-04-03), "
        "and 3 refer to it in so many words."
    )
    older = "1 came out in the days of a round and belongs to none: a copy of an older piece."
    assert rounds.sentences[4] == f"{within}, {older}"
    assert rounds.sentences[5] == f"{within}, 1 came out in one round and speaks only of another."
    assert len(rounds.sentences) == 6
    assert [item.text[item.start : item.stop] for item in rounds.passages] == ["third round"] * 3


def test_words_of_enough_outlets(sections: dict[str, Section]) -> None:
    words = sections["words"]
    here = said(words, "the third round has more of these words")
    assert "ultimatum" in here
    assert "solowort" not in " ".join(words.sentences)
    rows = {(cells[0], cells[2]): cells for cells in table(words, "words").rows}
    # Five outlets, four articles, twice each.
    assert rows["r3", "ultimatum"][3:5] == (40, 0)
    assert float(str(rows["r3", "ultimatum"][6])) > 0
    assert float(str(rows["r1", "ultimatum"][5])) < 0
    assert not any(word == "solowort" for _, word in rows)
    shown = next(item for item in words.passages if item.about == "“ultimatum”, the third round")
    assert shown.text[shown.start : shown.stop] == "ultimatum"


def test_names(sections: dict[str, Section]) -> None:
    names = sections["names"]
    assert "Anna Schmidt (3), Omar Reyes (2)." in names.sentences[0]
    assert table(names, "names").rows == (("Anna Schmidt", 3, 3), ("Omar Reyes", 2, 2))
    assert [item.text[item.start : item.stop] for item in names.passages] == ["Anna Schmidt", "Omar Reyes"]


def test_first_uses(sections: dict[str, Section]) -> None:
    uses = sections["phrases"]
    within = f"In these {NUMBER} articles"
    unknown = "the hour is not known; 3 articles in all, copies included."
    assert uses.sentences == (
        f"{within}, “fifty days” is first used by Herald on 2024-03-10, or by Globe the same day: {unknown}",
        f"{within}, “sixty days” is first used by Echo on 2024-03-11; 2 articles in all, copies included.",
        f"{within}, “seventy days” is used in 1 article, and no day is known of any.",
        f"{within}, “eighty days” is first used by Press on 2024-03-14; 2 articles in all, copies included.",
        f"{within}, nobody uses “ninety days”.",
    )
    marked = {item.about: item.text[item.start : item.stop] for item in uses.passages}
    assert marked["first use of “fifty days”"] == "Fifty days"
    assert marked["first use of “sixty days”"] == "sixty days"
    # The headline is looked at first, and what stands before the words there is two characters wide.
    assert marked["first use of “eighty days”"] == "eighty days"
    assert marked["first use of “third round”"] == "third round"
    shown = next(item for item in uses.passages if item.about == "first use of “eighty days”")
    assert shown.text == "Quiet 🕊\ufe0f eighty days"


def test_without_phrases_the_cues_are_looked_for(study: Study) -> None:
    uses = checked(study.describe())["phrases"]
    first = "“third round” is first used by Press on 2024-02-02; 3 articles in all, copies included."
    assert uses.sentences == (f"In these {NUMBER} articles, {first}",)


def test_a_phrase_without_a_word(study: Study) -> None:
    with pytest.raises(StudyError, match="no word to look for"):
        study.describe(["!!"])


# ------------------------------------------------------------------------------------ what nobody wishes for


def of(tmp_path: Path, rows: list[Row], *phrases: str, study: str = STUDY) -> dict[str, Section]:
    return checked(study_of(tmp_path, rows, study).describe(phrases))


def test_nothing_was_added(tmp_path: Path) -> None:
    (tmp_path / "tenor.yaml").write_text(STUDY, encoding="utf-8")
    found = Study.open(tmp_path).describe(["fifty days"])
    assert (found.articles, found.sections, found.flows) == (0, (), ())


def test_one_article(tmp_path: Path) -> None:
    text = "Three words only."
    sections = of(tmp_path, [row(1, "Daily", "2024-02-01", text)], "words only")
    assert sections["here"].sentences[0] == "In this one article, 1 outlet speaks in en, on 2024-02-01."
    assert sections["here"].sentences[1].startswith("In this one article, one outlet speaks alone")
    assert sections["copies"].sentences == ("In this one article, no near-copy of another was found.",)
    assert sections["rounds"].sentences[0].startswith("In this one article, 1 falls into the days of the first round")
    assert sections["rounds"].sentences[1] == (
        "In this one article, 0 fall into the days of the second round (2024-03-01 to 2024-03-03)."
    )
    assert "no article in" in sections["words"].sentences[0]
    first = "In this one article, “words only” is first used by Daily on 2024-02-01; 1 article in all, copies included."
    assert sections["phrases"].sentences == (first,)
    assert sections["completeness"].sentences[-1].endswith("ran too little to tell whether it is all: Daily.")


def test_all_copies(tmp_path: Path) -> None:
    text = Words().text(60)
    rows = [row(n, outlet, f"2024-02-01T{8 + n:02}:00:00+03:00", text) for n, outlet in enumerate(OUTLETS)]
    copies = of(tmp_path, rows)["copies"]
    assert copies.sentences[0] == "In these 6 articles, 5 (83.3%) are near-copies of another."
    assert copies.sentences[1] == "In these 6 articles, 1 would be left if each copy group counted once."
    assert copies.sentences[-1] == (
        "In these 6 articles, no outlet stands out that prints what another had before: 1 article at most."
    )
    # The first and the last of the group, never the same article twice.
    assert [item.outlet for item in copies.passages] == ["Daily", "Voice"]


def test_nothing_is_dated(tmp_path: Path) -> None:
    words = Words()
    copied = words.text(60)
    rows = [row(n, "Daily", "", words.text(30, "fifty days")) for n in range(3)]
    rows += [row(10, "Daily", "", copied), row(11, "Echo", "", copied)]
    sections = of(tmp_path, rows, "fifty days")
    assert sections["here"].sentences[0] == "In these 5 articles, 2 outlets speak in en, on unknown days."
    assert sections["completeness"].sentences == (
        "In these 5 articles, there is no day: how complete the outlets are can't be told.",
    )
    assert "used in 3 articles, and no day is known of any" in sections["phrases"].sentences[0]
    # Nobody knows who was first, so nobody is said to have been.
    copies = sections["copies"]
    assert not any("most often printed" in item for item in copies.sentences)
    assert any("1 of the copies may as well be older" in item for item in copies.sentences)
    assert {item.outlet for item in copies.passages} == {"Daily", "Echo"}


HOSTILE = (
    '<script>alert(1)</script> \u202eevil\u202c \x1b[31mred\x07 =HYPERLINK("x") fifty days {{7*7}} \' OR 1=1 -- %s',
    "fifty days",
    "🕊\ufe0f\u00a0\u00a0fifty\u00a0days\u2028after",
    "a" * 100_000 + " fifty days",
    "- " * 2000,
    "İıſßﬁ fifty days ẞ",
)


def test_hostile_texts(tmp_path: Path) -> None:
    rows = [row(n, "=1+1|Daily\u202e", "2024-02-01T08:00:00Z", text, title=text) for n, text in enumerate(HOSTILE)]
    rows.append(row(99, "Echo", "2024-02-02", "Short.", title="T" * 1_000_000, lang=""))
    rows.append(row(98, "Echo", "2024-02-02", "Переговоры в Стамбуле завершились без результата.", lang="ru"))
    sections = of(tmp_path, rows, "fifty days")
    assert "speak in en, ru, from 2024-02-01 to 2024-02-02" in sections["here"].sentences[0]
    assert "fifty days" in sections["phrases"].sentences[0]
    marked = [item.text[item.start : item.stop] for item in sections["phrases"].passages]
    assert [" ".join(item.split()) for item in marked] == ["fifty days"]
    assert all(len(item.title) <= 300 for section in sections.values() for item in section.passages)


def test_passages_beside_boilerplate_stand_where_they_stood(tmp_path: Path) -> None:
    words, footer = Words(), "Read also: fifty days that nobody will ever forget here"
    rows = [
        row(n, "Daily", f"2024-02-{1 + n:02}T08:00:00Z", f"{footer}\n\n🕊\ufe0f {words.text(30)}\n\n{footer}")
        for n in range(12)
    ]
    rows.append(row(50, "Echo", "2024-02-20T08:00:00Z", words.text(30, "fifty days")))
    sections = of(tmp_path, rows, "fifty days")
    assert sections["boilerplate"].passages
    assert {item.text[item.start : item.stop].strip() for item in sections["boilerplate"].passages} == {footer}
    # What points elsewhere is no use of the phrase by this article.
    assert "first used by Echo on 2024-02-20; 1 article in all" in sections["phrases"].sentences[0]


def test_many_years_fit_the_heat_map(tmp_path: Path) -> None:
    words = Words()
    # 840 days that begin on a Sunday: 121 weeks with a piece.
    start = date(2021, 1, 3)
    rows = [row(n, "Daily", str(start + timedelta(days=n)), words.text(12)) for n in range(0, 840, 3)]
    rows.append(row(900, "Daily", str(start + timedelta(days=839)), words.text(12)))
    found = study_of(tmp_path, rows).describe()
    assert sum(item.pieces for item in found.flows) == len(rows)
    assert len({item.stretch.start for item in found.flows}) <= 120
    assert sum(item.stretch.days for item in found.flows) == 840


def test_how_many() -> None:
    assert (these(1), these(1_000)) == ("In this one article", "In these 1,000 articles")
    assert (counted(1, "day"), counted(0, "day"), counted(2, "query", "queries")) == ("1 day", "0 days", "2 queries")


def test_figures(debates: Study) -> None:
    sections = checked(debates.describe())
    assert set(sections) == {"counts"}
    assert sections["counts"].sentences[0].startswith("In these ")
    assert " were counted, from " in sections["counts"].sentences[0]


@pytest.mark.parametrize("name", ["fomc_press"])
def test_a_real_corpus(name: str, tenor_data: Path, tmp_path: Path) -> None:
    (tmp_path / "tenor.yaml").write_text(STUDY.replace("2024-", "2021-"), encoding="utf-8")
    study = Study.open(tmp_path)
    study.add([tenor_data / name / "corpus.jsonl.gz"])
    found = study.describe(["inflation"])
    sections = checked(found)
    # The set's own card: 3,232 turns of 63 press conferences in 2011-2022.
    assert sections["here"].sentences[0] == (
        "In these 3,232 articles, 1 outlet speaks in en, from 2011-04-27 to 2022-09-21."
    )
    assert " 63 of " in said(sections["completeness"], "have a piece")
    assert "first used by FOMC press conference on 2011-04-27" in sections["phrases"].sentences[0]
