"""The sample: drawn by chance and by nothing else, handed out safely, read back with what spreadsheets do to it."""

from __future__ import annotations

import csv
import io
import json
import random
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.coding.sample import (
    COLUMNS,
    DRAWN,
    PASSAGE,
    Sample,
    ToJudge,
    draw,
    keep_sample,
    kept_sample,
    one_line,
    read_sheet,
    stale,
    take_sample,
    write_sheet,
)
from tenor.corpus.human import Journal
from tenor.errors import MissingInput, SeveralErrors, SourceError, StoreDamaged, StudyError
from tenor.model import Round

ROUNDS = ["r1", "r2", "r3"]
IDS = ["d1", "d2", "d3", "d4"]
HEADER = "doc_id,about_event,refers_to,note\n"


def table(sizes: dict[str, int]) -> pa.Table:
    pairs = [(f"{name}-{number}", name) for name, size in sizes.items() for number in range(size)]
    return pa.table({"doc_id": [doc_id for doc_id, _ in pairs], "stratum": [name for _, name in pairs]})


def drawn_of(rows: pa.Table, stratum: str) -> list[str]:
    pairs = zip(rows["doc_id"].to_pylist(), rows["stratum"].to_pylist(), strict=True)
    return [doc_id for doc_id, name in pairs if name == stratum]


SIZES = st.dictionaries(st.sampled_from(["outside", "r1/cue", "r1/no cue", "r2/cue"]), st.integers(1, 40), min_size=1)


# --- the draw ----------------------------------------------------------------------------------------


@given(SIZES, st.integers(1, 120), st.integers(0, 5))
def test_chances_add_up(sizes: dict[str, int], n: int, seed: int) -> None:
    rows = draw(table(sizes), n, seed).to_pylist()
    assert len({row["doc_id"] for row in rows}) == len(rows) == min(n, sum(sizes.values()))
    for name, size in sizes.items():
        own = [row for row in rows if row["stratum"] == name]
        assert all(row["size"] == size for row in own)
        if own:
            assert sum(1 / row["pi"] for row in own) == pytest.approx(size)
    # As even as sizes allow: who gave fewer than another by more than one gave everything.
    given_ = {name: sum(row["stratum"] == name for row in rows) for name in sizes}
    assert all(given_[name] == sizes[name] for name in sizes if given_[name] < max(given_.values()) - 1)


@given(SIZES, st.integers(1, 60), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(sizes: dict[str, int], n: int, chance: random.Random) -> None:
    before = table(sizes)
    order = list(range(before.num_rows))
    chance.shuffle(order)
    assert draw(before.take(order), n, 7).equals(draw(before, n, 7))


@given(SIZES, SIZES, st.integers(1, 60))
def test_other_strata_do_not_change_who_comes_first(sizes: dict[str, int], others: dict[str, int], n: int) -> None:
    more = {f"new {name}": size for name, size in others.items()}
    before, after = draw(table(sizes), n, 7), draw(table(sizes | more), n, 7)
    for name in sizes:
        short, long = sorted((drawn_of(before, name), drawn_of(after, name)), key=len)
        assert long[: len(short)] == short


def test_a_stratum_that_grows_leaves_the_others_as_they_are() -> None:
    before, after = draw(table({"a": 40, "b": 40}), 20, 7), draw(table({"a": 40, "b": 4000}), 20, 7)
    assert drawn_of(before, "a") == drawn_of(after, "a")
    assert len(drawn_of(after, "b")) == 10


def test_the_strata_take_turns() -> None:
    rows = draw(table({"a": 40, "b": 40, "c": 2}), 12, 7)
    assert rows["stratum"].to_pylist() == ["a", "b", "c", "a", "b", "c", *"abababab"[:6]]
    assert rows.schema == DRAWN


def test_every_article_is_as_likely() -> None:
    # 5 of 20, 2,000 seeds: 500 times each, give or take 19.4; five of these are out of reach of chance.
    times = Counter(name for seed in range(2000) for name in draw(table({"a": 20}), 5, seed)["doc_id"].to_pylist())
    assert len(times) == 20
    assert all(abs(count - 500) < 97 for count in times.values())


def test_another_seed_is_another_sample() -> None:
    strata = table({"a": 1000})
    assert draw(strata, 20, 1)["doc_id"].to_pylist() != draw(strata, 20, 2)["doc_id"].to_pylist()


@pytest.mark.parametrize(
    ("strata", "n", "said"),
    [
        (table({}), 5, "no article to draw from"),
        (table({"a": 3}), 0, "a sample of 0 articles"),
        (pa.table({"doc_id": ["d", "d"], "stratum": ["a", "b"]}), 5, "article d stands in 'a' and again in 'b'"),
    ],
)
def test_what_can_not_be_drawn(strata: pa.Table, n: int, said: str) -> None:
    with pytest.raises(StudyError, match=said):
        draw(strata, n, 1)


# --- kept with the study -------------------------------------------------------------------------------


def sample(sizes: dict[str, int], *, n: int = 6, seed: int = 7, name: str = "rounds") -> Sample:
    return take_sample(table(sizes), n=n, seed=seed, name=name, what="articles that match the search")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "human.sqlite")


def test_a_sample_comes_back_as_it_was_drawn(journal: Journal) -> None:
    found = sample({"a": 9, "b": 2, "c": 300})
    assert keep_sample(journal, found, coder="ann") == 7
    assert keep_sample(journal, found, coder="ann") == 0
    assert kept_sample(journal, "rounds") == found
    assert kept_sample(journal, "other") is None


def test_the_last_sample_counts(journal: Journal) -> None:
    first, second = sample({"a": 9, "b": 9}), sample({"a": 9, "b": 12})
    for coder, item in (("ann", first), ("bea", second), ("ann", sample({"a": 5}, name="other"))):
        keep_sample(journal, item, coder=coder)
    assert kept_sample(journal, "rounds") == second


def test_a_crash_leaves_the_sample_before(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = sample({"a": 9}), sample({"a": 9, "b": 9})
    keep_sample(journal, first, coder="ann")
    plain = Journal.enter

    def dies(self: Journal, **entry: str) -> int:
        if entry["unit"] == "sample:rounds":
            raise KeyboardInterrupt
        return plain(self, **entry)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "enter", dies)
        with pytest.raises(KeyboardInterrupt):
            keep_sample(journal, second, coder="ann")
    assert kept_sample(journal, "rounds") == first
    keep_sample(journal, second, coder="ann")
    assert kept_sample(journal, "rounds") == second


def test_a_takedown_reaches_the_sample(journal: Journal, tmp_path: Path) -> None:
    found = sample({"a": 9})
    keep_sample(journal, found, coder="ann")
    gone = found.rows["doc_id"][0].as_py()
    journal.forget(gone)
    left = kept_sample(journal, "rounds")
    assert left is not None
    assert left.rows["doc_id"].to_pylist() == found.rows["doc_id"].to_pylist()[1:]
    assert gone.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("value", ["{}", "nonsense", "[]", json.dumps({"drawn": "x"})])
def test_a_damaged_entry_is_said(journal: Journal, value: str) -> None:
    journal.enter(coder="ann", kind="sample", unit="sample:rounds", variable="draw:rounds", value=value)
    with pytest.raises(StoreDamaged, match="the sample 'rounds' can't be read"):
        kept_sample(journal, "rounds")


def test_what_changed_since() -> None:
    found = sample({"a": 3, "b": 3})
    assert stale(found, table({"b": 3, "a": 3})) == ()
    assert stale(found, table({"a": 3, "b": 1, "c": 2})) == (
        "'b' had 3 articles when the sample was drawn and has 1 now",
        "'c' had 0 articles when the sample was drawn and has 2 now",
        "2 articles of the sample can't be found any more",
    )
    moved = pa.table({"doc_id": [*(f"a-{n}" for n in range(3)), "b-0", "b-1", "b-2"], "stratum": [*"aaab", "b", "a"]})
    assert stale(found, moved)[-1] == "1 article of the sample belongs elsewhere now"


def test_as_many_but_others() -> None:
    found = sample({"a": 500}, n=1)
    kept = found.rows["doc_id"][0].as_py()
    others = pa.table({"doc_id": [kept, *(f"x{n}" for n in range(499))], "stratum": ["a"] * 500})
    assert stale(found, others) == ("there are as many articles as when the sample was drawn, but not the same ones",)


# --- the sheet out ---------------------------------------------------------------------------------------


def article(doc_id: str = "d1", *, title: str = "Talks", passage: str = "They met.") -> ToJudge:
    return ToJudge(doc_id=doc_id, outlet="Газета", published="2024-02-01", lang="uk", title=title, passage=passage)


def cells_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_sheet_and_what_is_said_of_it(tmp_path: Path) -> None:
    path = tmp_path / "judge.csv"
    third = Round(id="r3", label="the third round", date=date(2024, 4, 1))
    said = write_sheet(path, [article("d1"), article("d2")], [third])
    assert path.read_bytes().startswith(b"\xef\xbb\xbfdoc_id,")
    assert [tuple(row) for row in cells_of(path)] == [COLUMNS, COLUMNS]
    assert cells_of(path)[0]["outlet"] == "Газета"
    assert "2 articles to judge" in said[0]
    assert "r3 (the third round)" in said[2]
    assert [item.name for item in tmp_path.iterdir()] == ["judge.csv"]


HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\n=1+1",
    "＝1+1",
    'a "quoted", title; with | all',
    "line\r\nline\u2028line",
    "safe\u202etxt.exe",
    "\u2066isolate",
    "nul\x00bell\x07esc\x1b[31m",
    "half \ud83d",
    "tag\U000e0041",
    "A" * 1_000_000,
    "\n" * 1_000_000,
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_only_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "judge.csv"
    write_sheet(path, [article(title=text, passage=text), article("d2")], [])
    rows = cells_of(path)
    assert [row["doc_id"] for row in rows] == ["d1", "d2"]
    for name in ("title", "passage"):
        cell = rows[0][name]
        assert not cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))
        assert all(mark.isprintable() for mark in cell)
        assert len(cell) <= PASSAGE + 2
    assert path.stat().st_size < 10_000
    # And it comes back as a sheet in which nothing is filled in.
    assert read_sheet(path, ROUNDS, ["d1", "d2"]).empty == 2


def test_a_passage_is_cut() -> None:
    assert one_line("слово " * 1000) == ("слово " * 100).rstrip() + "…"
    assert one_line("short") == "short"
    assert one_line("a\u200db") == "a\u200db"


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_answers_are_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "judge.csv"
    write_sheet(path, [article("d1")], [])
    write_sheet(path, [article("d2")], [])
    assert cells_of(path)[0]["doc_id"] == "d2"
    path.write_text(path.read_text(encoding="utf-8").replace(",,,\n", ",yes,,\n"), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(StudyError, match="1 article of this sheet is judged already; read it in first"):
        write_sheet(path, [article("d3")], [])
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"my own notes\n", b"", b"PK\x03\x04 a workbook", "да".encode("cp1251"), b'"open'])
def test_other_files_are_never_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "judge.csv"
    path.write_bytes(content)
    with pytest.raises(StudyError, match="no sheet written here"):
        write_sheet(path, [article()], [])
    assert path.read_bytes() == content


# --- the sheet in ----------------------------------------------------------------------------------------


def write(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "judge.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("yes", ["yes", "YES", "Yes ", "y", "да", "ДА", "так", "evet", "EVET", "TRUE"])
def test_yes_in_every_language(tmp_path: Path, yes: str) -> None:
    path = write(tmp_path, f"{HEADER}d1,{yes},r1,\n")
    assert [answer.about_event for answer in read_sheet(path, ROUNDS, IDS).answers] == [True]


@pytest.mark.parametrize("no", ["no", "NO", "n", "нет", "Ні", "hayır", "HAYIR", "FALSE"])
def test_no_in_every_language(tmp_path: Path, no: str) -> None:
    # What is not about the event may leave its rounds open.
    found = read_sheet(write(tmp_path, f"{HEADER}d1,{no},,\n"), ROUNDS, IDS)
    assert [(answer.about_event, answer.refers_to) for answer in found.answers] == [(False, ())]
    assert found.problems == ()


@pytest.mark.parametrize(
    ("cell", "rounds"),
    [
        ("r1", ("r1",)),
        ("R3 r1", ("r1", "r3")),
        ('"r1, r3"', ("r1", "r3")),
        ("r1;r3", ("r1", "r3")),
        ('"r1\nr3"', ("r1", "r3")),
        ("r1 r1", ("r1",)),
        ("none", ()),
        ("None", ()),
        ("-", ()),
        ("—", ()),
        ("нет", ()),
        ("немає", ()),
        ("yok", ()),
    ],
)
def test_rounds_as_people_write_them(tmp_path: Path, cell: str, rounds: tuple[str, ...]) -> None:
    found = read_sheet(write(tmp_path, f"{HEADER}d1,yes,{cell},\n"), ROUNDS, IDS)
    assert [answer.refers_to for answer in found.answers] == [rounds]


def test_a_round_may_be_called_no(tmp_path: Path) -> None:
    found = read_sheet(write(tmp_path, f"{HEADER}d1,yes,NO,\n"), ["no", "yes"], IDS)
    assert [answer.refers_to for answer in found.answers] == [("no",)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("first", ["", "sep={}\r\n"])
def test_what_spreadsheets_do(tmp_path: Path, encoding: str, between: str, end: str, first: str) -> None:
    if first and between == "\t":
        pytest.skip("the reader of delimited text does not know sep= with a tab")
    rows = [["Doc_ID", "outlet", "about_event", "refers_to", "note"], ["d1", "Газета", "да", "r1", 'a "b"; c, d']]
    rows += [["", "", "", "", ""], ["d2", "x", "", "", ""], ["d3", "y", "n", "none", "", "", ""]]
    text = io.StringIO(newline="")
    text.write(first.format(between))
    csv.writer(text, delimiter=between, lineterminator=end).writerows(rows)
    path = write(tmp_path, text.getvalue(), encoding)
    found = read_sheet(path, ROUNDS, IDS)
    assert [(answer.doc_id, answer.about_event, answer.note) for answer in found.answers] == [
        ("d1", True, 'a "b"; c, d'),
        ("d3", False, ""),
    ]
    assert [answer.line for answer in found.answers] == [2 + bool(first), 5 + bool(first)]
    assert found.empty == 2
    assert found.problems == ()


def test_half_filled_rows_are_named(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER}d1,yes,,\nd2,,r1,\nd3,,,later\nd9,yes,r1,\nd4,yes,r2,\n")
    found = read_sheet(path, ROUNDS, IDS)
    assert [answer.doc_id for answer in found.answers] == ["d4"]
    said = ["refers_to is empty", "about_event is empty", "about_event is empty", "no article 'd9' was handed out"]
    assert found.problems == tuple(
        f"{path}:{line}: {what}; the row is skipped" for line, what in zip(range(2, 6), said, strict=True)
    )


def test_all_that_can_not_be_understood_is_said_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER}d1,yes,r11,\nd2,maybe,r1,\nd3,yes,r1,\nd3,yes,r2,\nd4,yes,none r1,\n")
    with pytest.raises(SeveralErrors) as found:
        read_sheet(path, ROUNDS, IDS)
    assert str(found.value).splitlines() == [
        f"{path}:2: no round 'r11'; did you mean 'r1'?",
        f"{path}:3: about_event is 'maybe'; write yes or no",
        f"{path}:5: article d3 is judged otherwise on line 4; keep one of the two rows",
        f"{path}:6: no round 'none'; known: r1, r2, r3",
    ]


def test_the_same_row_twice_counts_once(tmp_path: Path) -> None:
    path = write(tmp_path, f"{HEADER}d1,yes,r1 r2,\nd1,Y,R2 R1,seen twice\n")
    assert len(read_sheet(path, ROUNDS, IDS).answers) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ((HEADER + "d1,да,r1,\n").encode("cp1251"), r"judge.csv:2: this is not UTF-8; save it .* as 'CSV UTF-8'"),
        (b"PK\x03\x04" + bytes(range(256)), "CSV UTF-8"),
        (b"", "CSV UTF-8"),
        (b"a,b\n1,2\n", "it needs one column doc_id and one about_event and one refers_to"),
        (b"doc_id,about_event,refers_to,refers_to\nd1,yes,r1,r2\n", "it needs one column refers_to"),
        (b'doc_id,about_event,refers_to\nd1,"yes,r1\n', "never closed"),
        (b"doc_id,about_event,refers_to\nd1,yes,r1,r2\n", "judge.csv:2: the cells of this row can't be told apart"),
        (b'doc_id,about_event,refers_to\nd1,"y"es,r1\n', "judge.csv:2: the cells of this row can't be told apart"),
    ],
)
def test_what_is_no_sheet(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "judge.csv"
    path.write_bytes(content)
    with pytest.raises(SourceError, match=said):
        read_sheet(path, ROUNDS, IDS)


def test_no_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(MissingInput):
        read_sheet(tmp_path / "none.csv", ROUNDS, IDS)
    with pytest.raises(SourceError):
        read_sheet(tmp_path, ROUNDS, IDS)


def test_a_huge_note_is_kept(tmp_path: Path) -> None:
    found = read_sheet(write(tmp_path, f"{HEADER}d1,yes,r1,{'x' * 1_000_000}\n"), ROUNDS, IDS)
    assert len(found.answers[0].note) == 1_000_000


def test_an_id_that_looks_like_a_formula_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "judge.csv"
    write_sheet(path, [article("=d1")], [])
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",,,\n", ",no,,\n"), encoding="utf-8")
    assert [answer.doc_id for answer in read_sheet(path, ROUNDS, ["=d1"]).answers] == ["=d1"]


def test_pi_is_what_was_drawn_over_the_size() -> None:
    rows = draw(table({"a": 30, "b": 7}), 20, 3).to_pylist()
    assert {(row["stratum"], Fraction(row["pi"]).limit_denominator(100)) for row in rows} == {
        ("a", Fraction(13, 30)),
        ("b", Fraction(1)),
    }
