"""Which rounds an article belongs to, by its day and by what it says."""

from __future__ import annotations

from pathlib import Path

from tenor.corpus.rounds import rounds_tables
from tenor.model import Document
from tenor.study import Study
from tests.corpus.press import QUERIES, ROUNDS, article, day, press, rows, table

LONG = "The delegations met in the palace on Friday and spoke for two hours about the exchange of prisoners."


def assigned(study: Study, by: str) -> list[tuple[object, ...]]:
    sql = f"""SELECT text, round, cue, part FROM assignments JOIN documents USING (doc_id)
    WHERE "by" = '{by}' ORDER BY ALL"""
    return [tuple(row.values()) for row in rows(study, sql)]


def test_by_day(tmp_path: Path) -> None:
    # The window of a round is its day and the two after it.
    days = ["2024-01-31", "2024-02-01", "2024-02-03", "2024-02-04", "2024-03-02", "2024-04-03", ""]
    study = press(tmp_path, [article(f"of {at}", at=at) for at in days])
    assert assigned(study, "date") == [
        ("of 2024-02-01", "r1", "", ""),
        ("of 2024-02-03", "r1", "", ""),
        ("of 2024-03-02", "r2", "", ""),
        ("of 2024-04-03", "r3", "", ""),
    ]


def test_by_reference(tmp_path: Path) -> None:
    documents = [
        article("After the first round and the Second Rounds", at="2024-04-02"),
        article("talks", title="Third round", lang="en"),
        article("Третий раунд", lang="en"),
        article("Итоги третьего раунда", lang="ru"),
        article("На втором раунде, third round", lang="und"),
        article("Birinci turda üçüncü", lang=""),
        article("first round", lang="ru"),
        article("the third", title="no", lang="en"),
        article("round", title="third", lang="en"),
    ]
    assert assigned(press(tmp_path, documents), "reference") == [
        ("After the first round and the Second Rounds", "r1", "first round", "body"),
        ("After the first round and the Second Rounds", "r2", "Second Rounds", "body"),
        ("Birinci turda üçüncü", "r1", "Birinci turda", "body"),
        ("talks", "r3", "Third round", "title"),
        ("Итоги третьего раунда", "r3", "третьего раунда", "body"),
        ("На втором раунде, third round", "r2", "втором раунде", "body"),
        ("На втором раунде, third round", "r3", "third round", "body"),
    ]


def test_a_cue_stands_where_its_row_says(tmp_path: Path) -> None:
    study = press(tmp_path, [article("😀 İlk olarak, birinci turda", lang="tr")])
    (row,) = rows(
        study,
        'SELECT text, cue, "start" AS a, "stop" AS b FROM assignments JOIN documents USING (doc_id) WHERE part <> \'\'',
    )
    assert str(row["text"])[int(str(row["a"])) : int(str(row["b"]))] == row["cue"] == "birinci turda"


def test_a_query_never_crosses_from_the_headline_to_the_text(tmp_path: Path) -> None:
    queries = "queries:\n  - {id: talks, any: [peace talks], without: [bad news]}\n"
    documents = [
        article("talks begin", title="No peace"),
        article("peace talks", title="One"),
        article("nothing", title="Peace talks!"),
        article("peace talks and bad news"),
        article("news of peace talks", title="All is bad"),
    ]
    study = press(tmp_path, documents, queries=queries)
    found = rows(study, "SELECT title, text FROM matches JOIN documents USING (doc_id) ORDER BY ALL")
    assert [tuple(row.values()) for row in found] == [
        ("All is bad", "news of peace talks"),
        ("One", "peace talks"),
        ("Peace talks!", "nothing"),
    ]
    assert ("", "talks") in table(study, "matches", ["doc_id", "query"])


def copies() -> list[Document]:
    return [
        article(LONG, outlet="agency", at="2024-02-03"),
        # Its own day lies in no round.
        article(LONG, outlet="b", at="2024-02-05"),
        article(LONG, outlet="c", at=""),
    ]


def test_a_copy_goes_with_its_first_publication(tmp_path: Path) -> None:
    study = press(tmp_path, copies())
    first = "first published by agency on 2024-02-03; "
    assert sorted(item[1:3] for item in assigned(study, "date")) == [
        ("r1", ""),
        ("r1", f"{first}it has no day of its own"),
        ("r1", f"{first}its own day says no round"),
    ]
    follows = rounds_tables(study.refresh(), study.plan).follows.to_pylist()
    assert [(row["outlet"], row["day"], row["round"]) for row in follows] == [
        ("b", day("2024-02-05"), "r1"),
        ("c", None, "r1"),
    ]


def test_a_copy_may_follow_into_another_round_or_none(tmp_path: Path) -> None:
    # A short text is only a copy within three days, one of forty words within a year.
    before, other = LONG, " ".join(f"word{number}" for number in range(40))
    documents = [
        article(before, outlet="agency", at="2024-01-30"),
        article(before, outlet="b", at="2024-02-01"),
        article(other, outlet="agency", at="2024-02-02"),
        article(other, outlet="b", at="2024-03-01"),
    ]
    study = press(tmp_path, documents)
    assert sorted(item[1:3] for item in assigned(study, "date")) == [
        ("", "first published by agency on 2024-01-30; its own day says r1"),
        ("r1", ""),
        ("r1", "first published by agency on 2024-02-02; its own day says r2"),
    ]
    counted = {row["round"]: row for row in rounds_tables(study.refresh(), study.plan).rounds.to_pylist()}
    assert [(counted[name]["by_date"], counted[name]["by_first_copy"]) for name in ("r1", "r2", "r3")] == [
        (2, 1),
        (0, 0),
        (0, 0),
    ]


def test_a_line_that_points_elsewhere_is_no_reference(tmp_path: Path) -> None:
    queries = "queries:\n  - {id: talks, any: [third round]}\n"
    own, pointing = "They met. The third round comes.\nThey left.", "They met.\nRead also: The third round\nThey left."
    study = press(tmp_path, [article(own), article(pointing)], queries=queries)
    assert assigned(study, "reference") == [(own, "r3", "third round", "body")]
    picked = rows(study, "SELECT text FROM matches JOIN documents USING (doc_id)")
    assert [row["text"] for row in picked] == [own]


def test_an_undated_family_says_nothing_of_rounds(tmp_path: Path) -> None:
    documents = [
        article(LONG, outlet="agency", at="2024-02-01", precision="month"),
        article(LONG, outlet="b", at="2024-03-01"),
    ]
    assert [item[1:3] for item in assigned(press(tmp_path, documents), "date")] == [("r2", "")]


def test_where_day_and_words_disagree(tmp_path: Path) -> None:
    documents = [
        article("first round", at="2024-02-01"),
        article("second round, not the first round", at="2024-04-01"),
        article("third round", at="2024-04-01"),
        article("nothing of the kind", at="2024-04-01"),
        article("third round again", at="2024-04-20"),
        article("nothing at all", at=""),
    ]
    study = press(tmp_path, documents)
    found = rounds_tables(study.refresh(), study.plan)
    assert [tuple(row.values()) for row in found.disagreement.to_pylist()] == [
        ("none", "none", 1, 1),
        ("none", "r3", 1, 1),
        ("r1", "r1", 1, 1),
        ("r3", "none", 1, 1),
        ("r3", "r1 r2", 1, 1),
        ("r3", "r3", 1, 1),
    ]
    assert [(row["round"], row["by_date"], row["by_reference"], row["cues"]) for row in found.rounds.to_pylist()] == [
        ("r1", 1, 2, 2),
        ("r2", 0, 1, 2),
        ("r3", 3, 2, 2),
    ]
    assert found.rounds["days"].to_pylist() == [
        "2024-02-01 to 2024-02-03",
        "2024-03-01 to 2024-03-03",
        "2024-04-01 to 2024-04-03",
    ]


def test_rounds_of_nothing(tmp_path: Path) -> None:
    study = press(tmp_path)
    found = rounds_tables(study.refresh(), study.plan)
    assert [(row["by_date"], row["by_reference"]) for row in found.rounds.to_pylist()] == [(0, 0)] * 3
    assert (found.disagreement.num_rows, found.follows.num_rows) == (0, 0)


def test_a_round_without_cues(tmp_path: Path) -> None:
    rounds = "\n".join(line.partition(", cues")[0] + "}" * (", cues" in line) for line in ROUNDS.splitlines()) + "\n"
    study = press(tmp_path, [article("third round")], rounds=rounds, queries=QUERIES)
    assert assigned(study, "reference") == []
    assert assigned(study, "date") == [("third round", "r1", "", "")]
