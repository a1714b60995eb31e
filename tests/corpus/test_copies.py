"""Copies are found when they are edited, cut or prefixed; what only looks alike stays apart."""

from __future__ import annotations

import gzip
import importlib.util
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.corpus.copies import Copies, Families, Stored, copies, families, find_copies, update
from tenor.corpus.families import BUCKET
from tenor.corpus.minhash import boilerplate, made_with, number_sets, shared, signatures
from tenor.corpus.repeated import AT_ONCE
from tenor.errors import StudyError
from tenor.tables import BINS, COPIES, PAIRS, REPEATED, SIGNATURES

START = datetime(2024, 3, 1, 12, tzinfo=UTC)
SYLLABLES = ["ba", "den", "ki", "lor", "mu", "pra", "sol", "tev", "zi", "ґор", "жи", "şe", "ğu"]


@dataclass(frozen=True)
class Item:
    """A document as these tests write it; `hour` counts from the start, None is undated."""

    doc_id: str
    text: str
    title: str = ""
    outlet: str | None = None
    hour: int | None = 0
    precision: str = "minute"
    lang: str = "en"
    url: str = ""


def table(items: Iterable[Item]) -> pa.Table:
    rows = [
        {
            "doc_id": item.doc_id,
            "title": item.title,
            "text": item.text,
            "outlet": item.outlet or f"outlet of {item.doc_id}",
            "published": None if item.hour is None else START + timedelta(hours=item.hour),
            "precision": item.precision,
            "lang": item.lang,
            "url": item.url,
        }
        for item in items
    ]
    names = ["doc_id", "title", "text", "outlet", "precision", "lang", "url"]
    schema = [pa.field(name, pa.string()) for name in names] + [pa.field("published", pa.timestamp("us", tz="UTC"))]
    return pa.Table.from_pylist(rows, pa.schema(schema))


def found(items: Iterable[Item], threshold: float = 0.5) -> Mapping[str, str]:
    made = copies(table(items), [threshold])
    return dict(zip(made["doc_id"].to_pylist(), made["copy_id"].to_pylist(), strict=True))


def prose(seed: int, words: int) -> list[str]:
    """Words that no other seed gives in this order."""
    rng = random.Random(seed)
    return ["".join(rng.choices(SYLLABLES, k=rng.randint(1, 4))) for _ in range(words)]


def edited(words: list[str], share: float, seed: int = 1) -> list[str]:
    """Replace a stretch here and there, as an editor does, until a share of the words is new."""
    rng = random.Random(seed)
    made = list(words)
    while sum(a != b for a, b in zip(words, made, strict=True)) < share * len(words):
        at = rng.randrange(len(words) - 5)
        made[at : at + 5] = [f"new{seed}{rng.randrange(10**6)}" for _ in range(5)]
    return made


TEXT = prose(1, 200)
CHANGES = {
    "the same": (" ".join(TEXT), 0.9),
    "case and punctuation": (" — ".join(TEXT).upper() + "!", 0.9),
    "edited by a tenth": (" ".join(edited(TEXT, 0.1)), 0.7),
    "prefixed": ("AGENCY - " + " ".join(TEXT), 0.9),
    "cut to a third": (" ".join(TEXT[:70]), 0.9),
    "cut and edited": (" ".join(edited(TEXT[:100], 0.05)), 0.5),
    "another title": ("Quite another title by the desk\n" + " ".join(TEXT), 0.9),
}


@pytest.mark.parametrize(("text", "threshold"), CHANGES.values(), ids=CHANGES)
def test_a_copy_is_found(text: str, threshold: float) -> None:
    items = [Item("b", " ".join(TEXT)), Item("a", text, hour=5), Item("c", " ".join(prose(2, 200)))]
    assert found(items, threshold) == {"a": "b", "b": "b", "c": "c"}


def test_an_edited_copy_is_none_at_a_high_threshold() -> None:
    made = copies(table([Item("a", " ".join(TEXT)), Item("b", " ".join(edited(TEXT, 0.15)), hour=1)]))
    by_level = {(row["doc_id"], round(row["threshold"], 1)): row for row in made.to_pylist()}
    assert [by_level["b", level]["copy_id"] for level in (0.5, 0.7, 0.9)] == ["a", "b", "b"]
    assert 0.5 < by_level["b", 0.5]["similarity"] < 0.7
    assert by_level["b", 0.9]["similarity"] == 1


def test_the_similarity_is_the_exact_one() -> None:
    one, two = TEXT[:52], [*TEXT[:47], *prose(9, 5)]  # 50 shingles each, 45 shared
    made = copies(table([Item("a", " ".join(one)), Item("b", " ".join(two), hour=1)]), [0.5]).to_pylist()
    assert made[1]["similarity"] == pytest.approx(45 / 55)
    made = copies(table([Item("a", " ".join(TEXT[:102])), Item("b", " ".join(one), hour=1)]), [0.5]).to_pylist()
    assert made[1]["similarity"] == 1  # cut to a half: all of it stands in the other


TRANSLATED = [
    "The president said on Monday that the talks in Istanbul had ended without a deal on a ceasefire and would resume.",
    "Президент заявив у понеділок, що переговори в Стамбулі завершилися без угоди про припинення вогню і поновляться.",
    "Cumhurbaşkanı pazartesi günü İstanbul'daki görüşmelerin ateşkes anlaşması olmadan sona erdiğini söyledi.",
]


def test_a_translation_is_no_copy() -> None:
    items = [Item(str(number), text) for number, text in enumerate(TRANSLATED)]
    assert families(copies(table(items)), 0.5).families == 3


@pytest.mark.parametrize("text", TRANSLATED)
def test_copies_are_found_in_every_script(text: str) -> None:
    other = text.upper().replace("'", "’") + " (AGENCY)"
    assert found([Item("a", text), Item("b", other, hour=1)]) == {"a": "a", "b": "a"}


REPORT = (
    "{name} Corp on Tuesday reported quarterly revenue of {a} million dollars compared with {b} million dollars in "
    "the same quarter of last year and said that it expects full year revenue of {c} million dollars as demand in its "
    "main markets remains strong and costs stay under control according to a statement of the company"
)


def test_a_template_filled_in_anew_is_no_copy() -> None:
    items = [
        Item(str(number), REPORT.format(name=name, a=101 + number, b=201 + 7 * number, c=800 + 3 * number), hour=number)
        for number, name in enumerate(["Alpha", "Beta", "Gamma"])
    ]
    assert families(copies(table(items)), 0.5).families == 3


def test_a_text_with_one_number_mended_stays_a_copy() -> None:
    text = REPORT.format(name="Alpha", a=101, b=201, c=800)
    assert found([Item("a", text), Item("b", text.replace("101", "102"), hour=1)]) == {"a": "a", "b": "a"}


def test_weather_reports_of_an_outlet_are_no_copies() -> None:
    places = [" ".join(prose(100 + number, 12)) for number in range(30)]
    report = "The weather in {} today is fair with some clouds in the evening and light wind from the north west"
    items = [
        Item(f"{number:02}", report.format(place), outlet="The Paper", hour=24 * number)
        for number, place in enumerate(places)
    ]
    assert families(copies(table(items)), 0.5).families == 30


def test_a_footer_does_not_make_copies() -> None:
    footer = " ".join(prose(5, 60))
    items = [
        Item(f"{number:02}", " ".join(prose(200 + number, 30)) + "\n" + footer, outlet="The Paper", hour=number)
        for number in range(20)
    ]
    assert families(copies(table(items)), 0.5).families == 20
    without = table(items).drop_columns("outlet")
    assert families(copies(without), 0.5).families < 20, "what is tested would pass without the footer being dropped"
    assert find_copies(table(items)).report.boilerplate == 58


def test_a_shared_background_paragraph_makes_no_family() -> None:
    shared = prose(3, 80)
    items = [
        Item("a", " ".join([*prose(31, 120), *shared]), hour=1),
        Item("b", " ".join([*prose(32, 120), *shared]), hour=2),
        Item("p", " ".join(shared), hour=0),
    ]
    assert found(items) == {"a": "a", "b": "b", "p": "p"}


def test_a_chain_is_cut() -> None:
    # Each is half like the next; the ends share nothing.
    words = prose(4, 800)
    items = [Item(str(step), " ".join(words[60 * step : 60 * step + 200]), hour=step) for step in range(10)]
    for doc_id, copy_id in found(items).items():
        assert int(doc_id) - int(copy_id) <= 1


def test_who_was_first() -> None:
    text = " ".join(TEXT)
    day = Item("day", text, hour=-12, precision="day")
    assert set(found([day, Item("c", text, hour=-3), Item("undated", text, hour=None)]).values()) == {"c"}
    assert set(found([day, Item("c", text, hour=30)]).values()) == {"day"}
    assert set(found([Item("b", text, hour=None), Item("a", text, hour=None)]).values()) == {"a"}
    made = copies(table([Item("a", text, hour=2), Item("b", text, hour=1)]), [0.5])
    assert made["first_publisher"].to_pylist() == [False, True]


def test_no_documents_no_words_one_word() -> None:
    assert copies(table([])).equals(COPIES.empty_table())
    items = [Item("a", ""), Item("b", "", title="—"), Item("c", "Talks"), Item("d", "talks!"), Item("e", "Two talks")]
    assert found(items) == {"a": "a", "b": "b", "c": "c", "d": "c", "e": "e"}


def test_titles_are_copies_only_of_the_same_words() -> None:
    titles = ["Trump and Putin hold talks in Alaska", "Trump and Putin hold talks in Geneva"]
    items = [Item("a", "", title=titles[0]), Item("b", "", title=titles[1]), Item("c", titles[0].upper())]
    assert found(items) == {"a": "a", "b": "b", "c": "a"}


def test_what_is_wrong_is_said() -> None:
    with pytest.raises(StudyError, match=r"thresholds \[0\]"):
        copies(table([]), [0])
    with pytest.raises(StudyError, match="twice"):
        copies(table([Item("a", "x"), Item("a", "y")]))
    with pytest.raises(StudyError, match="lack the columns published"):
        copies(table([]).drop_columns("published"))


# --- what must not matter --------------------------------------------------------------------------

words = st.lists(st.sampled_from(["peace", "talks", "Київ", "ırak", "50"]), max_size=40).map(" ".join)
stretch = st.builds(
    lambda start, length: " ".join(TEXT[start : start + length]), st.integers(0, 150), st.integers(0, 150)
)
several = st.lists(
    st.tuples(st.one_of(words, stretch), st.one_of(st.none(), st.integers(0, 3)), st.sampled_from("xy")), max_size=25
)


def items_of(drawn: list[tuple[str, int | None, str]]) -> list[Item]:
    return [Item(f"{number:02}", text, hour=hour, outlet=o) for number, (text, hour, o) in enumerate(drawn)]


@settings(max_examples=60, deadline=None)
@given(several, st.randoms(use_true_random=False))
def test_the_order_of_documents_does_not_matter(drawn: list[tuple[str, int | None, str]], rng: random.Random) -> None:
    items = items_of(drawn)
    before = copies(table(items))
    rng.shuffle(items)
    assert copies(table(items)).equals(before)


@settings(max_examples=60, deadline=None)
@given(several)
def test_an_unrelated_document_changes_nothing(drawn: list[tuple[str, int | None, str]]) -> None:
    items = items_of(drawn)
    before = copies(table(items)).to_pylist()
    after = copies(table([*items, Item("99", " ".join(prose(77, 60)), hour=1)])).to_pylist()
    assert [row for row in after if row["doc_id"] != "99"] == before
    assert {row["copy_id"] for row in after if row["doc_id"] == "99"} == {"99"}


def parts(found: Copies) -> list[pa.Table]:
    return [found.table, found.signatures, found.pairs, found.boilerplate]


@settings(max_examples=60, deadline=None)
@given(several, st.lists(st.sets(st.integers(0, 24)), max_size=4))
def test_any_way_of_coming_and_going_gives_what_scratch_gives(
    drawn: list[tuple[str, int | None, str]], steps: list[set[int]]
) -> None:
    items = items_of(drawn)
    stored = None
    for chosen in [*steps, set(range(25))]:
        stored = find_copies(table(item for number, item in enumerate(items) if number in chosen), stored=stored)
    assert stored is not None
    for kept, scratch in zip(parts(stored), parts(find_copies(table(items))), strict=True):
        assert kept.equals(scratch)


class Shelf:
    """Texts that are read by doc_id; says which were."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.whole = table(items)
        self.heads = self.whole.drop_columns(["title", "text"])
        self.asked: list[Sequence[str]] = []

    def __call__(self, doc_ids: Sequence[str]) -> pa.Table:
        self.asked.append(doc_ids)
        rows = {row["doc_id"]: row for row in self.whole.select(["doc_id", "title", "text"]).to_pylist()}
        return pa.Table.from_pylist([rows[doc_id] for doc_id in sorted(doc_ids)])

    @property
    def read(self) -> set[str]:
        return {doc_id for part in self.asked for doc_id in part}


def test_only_texts_of_which_something_is_not_known_are_read() -> None:
    old = [Item(f"{number:03}", " ".join(prose(number // 2, 60)), hour=number) for number in range(200)]
    shelf = Shelf([*old, Item("new", " ".join(prose(7, 60)) + " again", hour=300)])
    before = update(shelf.heads.slice(0, 200), shelf)
    assert len(shelf.read) == 200
    shelf.asked.clear()
    after = update(shelf.heads, shelf, stored=before)
    assert shelf.read == {"new", "014"}, "the new one and the one it is a copy of"
    assert after.report.read == 3, "the new one for its signature, and both to be compared"
    for made, scratch in zip(parts(after), parts(find_copies(shelf.whole)), strict=True):
        assert made.equals(scratch)
    shelf.asked.clear()
    assert update(shelf.heads, shelf, stored=after).table.equals(after.table)
    assert not shelf.asked


def test_what_is_stored_may_come_from_files(tmp_path: Path) -> None:
    items = [Item(f"{number:02}", " ".join(prose(number // 3, 60)), outlet="x", hour=number) for number in range(30)]
    before = find_copies(table(items[:29]))
    kept = {}
    for name in ("signatures", "pairs", "boilerplate"):
        pq.write_table(getattr(before, name), tmp_path / name)
        kept[name] = pq.read_table(tmp_path / name)
    after = find_copies(table(items), stored=Stored(**kept))
    assert after.table.equals(copies(table(items)))
    assert after.report.read < 30 + 3, "the sample of the outlet, and what is new"


def test_texts_are_read_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [Item(f"{number:03}", " ".join(prose(number % 40, 60)), outlet=f"{number % 9}") for number in range(200)]
    for name in ("tenor.corpus.copies.AT_ONCE", "tenor.corpus.repeated.AT_ONCE"):
        monkeypatch.setattr(name, 100)
    shelf = Shelf(items)
    made = update(shelf.heads, shelf)
    assert max(map(len, shelf.asked)) <= 200 < sum(map(len, shelf.asked))
    monkeypatch.undo()
    assert made.table.equals(copies(shelf.whole))
    assert AT_ONCE > 100


def test_a_text_that_is_not_given_is_said() -> None:
    shelf = Shelf([Item("a", "Talks"), Item("b", "No talks")])
    with pytest.raises(StudyError, match="1 texts are not there, that of 'b' too"):
        update(shelf.heads, lambda doc_ids: shelf(doc_ids).slice(0, 1))


@settings(max_examples=60, deadline=None)
@given(several)
def test_every_document_has_one_row_and_a_first_publisher(drawn: list[tuple[str, int | None, str]]) -> None:
    made = copies(table(items_of(drawn)), [0.6])
    rows = {row["doc_id"]: row for row in made.to_pylist()}
    assert made.schema.equals(COPIES)
    assert len(rows) == made.num_rows == len(drawn)
    for row in rows.values():
        assert rows[row["copy_id"]]["first_publisher"]
        assert row["first_publisher"] == (row["copy_id"] == row["doc_id"])
        assert row["similarity"] >= np.float32(0.6)


def test_new_boilerplate_asks_for_signatures_anew() -> None:
    def paper(number: int) -> Item:
        return Item(f"{number:02}", " ".join(prose(number, 30)) + " read also on our site today", outlet="The Paper")

    items = [Item("other", " ".join(TEXT)), *(paper(number) for number in range(9))]
    before = find_copies(table(items))
    assert find_copies(table([*items, Item("new", "x")]), stored=before).report.read == 1
    items.append(paper(10))  # the tenth: now it is boilerplate
    after = find_copies(table(items), stored=before)
    assert (before.report.boilerplate, after.report.boilerplate) == (0, 4)
    assert after.report.read == 10 + 10, "the paper's texts, to see what it repeats, and for new signatures"
    assert after.table.equals(copies(table(items)))


def test_a_turn_of_phrase_is_no_boilerplate() -> None:
    texts = [f"{' '.join(prose(number, 30))} one of the many" for number in range(20)]
    assert boilerplate(texts, share=0.1, least=10).size == 0, "four words in a row"
    assert boilerplate([f"{text} things" for text in texts], share=0.1, least=10).size == 3, "five"


def test_versions_of_one_text_are_no_boilerplate() -> None:
    versions = [" ".join([*TEXT[:100], f"word{number}", *TEXT[100:]]) for number in range(20)]
    assert boilerplate(versions, share=0.1, least=10).size == 0


def test_numbers_are_the_same_however_they_are_written() -> None:
    ways = ["1,200", "1 200", "1.200", "1200", "1.2 thousand", "1,2 тис. осіб", "1,2 bin"]
    sets = number_sets([*ways, "12,000 or 120, 0 and 2"])
    pairs = [np.array(side) for side in ([0] * 6, range(1, 7))]
    assert shared(sets, *pairs).tolist() == [1] * 6
    assert shared(sets, np.array([0]), np.array([7])).tolist() == [0]
    assert number_sets(["9" * 10_000, "", "٣ ² ½"]).sizes.tolist() == [1, 0, 0]


def test_a_copy_with_its_numbers_retold_stays_a_copy() -> None:
    words = list(TEXT)
    words[10:190:20] = [f"{number},{number}00" for number in range(1, 10)]
    retold = " ".join(words).replace(",", ".").replace("00", " thousand")
    assert found([Item("a", " ".join(words)), Item("b", retold, hour=1)]) == {"a": "a", "b": "a"}


def test_signatures_do_not_depend_on_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [Item(str(seed), " ".join(prose(seed, 5 * seed))) for seed in range(30)]
    ready = table(items).select(["doc_id", "text"]).combine_chunks()
    whole = pa.Table.from_batches([signatures(batch) for batch in ready.to_batches()])
    alone = pa.Table.from_batches([signatures(ready.slice(row, 1).to_batches()[0]) for row in range(30)])
    assert whole.equals(alone)
    assert whole.schema.equals(SIGNATURES)
    monkeypatch.setattr("tenor.corpus.minhash._AT_ONCE", 300)
    assert whole.equals(pa.Table.from_batches([signatures(batch) for batch in ready.to_batches()]))
    assert copies(table(items)).num_rows == 90


def test_signatures_stay_what_they_were() -> None:
    # Stored signatures are compared with new ones: a change here needs another _FORMAT.
    made = signatures(pa.record_batch({"doc_id": ["a"], "text": ["Переговори в Стамбулі: İstanbul'da 2 saat"]}))
    row = made.to_pylist()[0]
    assert (row["shingles"], row["signature"][:3], row["fingerprint"]) == PINNED
    assert row["made_with"] == made_with(np.empty(0, np.uint64))


PINNED = (5, [273180158, 2315457896, 1148594700], 14304968551676856327)


def test_agreement_of_signatures_is_the_jaccard_similarity() -> None:
    # 200 pairs of 150 shingles, half of them shared: J = 1/3, standard error .0027.
    agree = []
    for seed in range(200):
        common = prose(1000 + seed, 77)
        texts = [" ".join([*common, *prose(2000 + 2 * seed + side, 77)]) for side in (0, 1)]
        made = signatures(pa.record_batch({"doc_id": ["a", "b"], "text": texts}))["signature"].to_pylist()
        agree.append(sum(a == b for a, b in zip(*made, strict=True)) / BINS)
    assert np.mean(agree) == pytest.approx(75 / (2 * 152 - 75), abs=0.012)


# --- editions --------------------------------------------------------------------------------------


def test_a_piece_in_four_languages_with_copies_is_one_family() -> None:
    items = []
    for at, lang in enumerate(["uk", "ru", "en", "tr"]):
        text = " ".join(prose(500 + at, 120))
        url = f"https://{lang}.example.org/news/1234567-talks.html"
        items.append(Item(f"{at}0", text, outlet="The Site", hour=10 * at, lang=lang, url=url))
        items += [Item(f"{at}{copy}", f"{text} agency", hour=10 * at + copy, lang=lang) for copy in (1, 2)]
    items.append(Item("other", " ".join(prose(600, 120)), lang="en", url="https://en.example.org/news/7654321-talks"))
    made = find_copies(table(items))
    for level in (0.5, 0.7, 0.9):
        counted = Families(documents=13, families=2, with_copies=1, largest=12, copies=2, editions=9)
        assert families(made.table, level) == counted
    rows = {row["doc_id"]: row for row in made.table.to_pylist() if row["threshold"] == 0.5}
    assert [rows[doc_id]["how"] for doc_id in ("00", "01", "10", "11", "other")] == [
        "first",
        "copy",
        "edition",
        "edition",
        "first",
    ]
    assert rows["10"]["similarity"] == 1
    assert rows["11"]["similarity"] == pytest.approx(118 / 119), "the one to the first of its language"
    assert made.report.editions == 3


def test_an_edition_that_copies_brings_the_family_of_what_it_copies() -> None:
    text = " ".join(prose(510, 120))
    url = "https://{}.example.org/news/1234567-talks.html"
    items = [
        Item("agency", text, hour=0, lang="ru"),
        Item("site-ru", text, hour=2, lang="ru", url=url.format("ru")),
        Item("site-en", " ".join(prose(511, 120)), hour=1, lang="en", url=url.format("en")),
    ]
    assert set(found(items).values()) == {"agency"}


# --- bad input -------------------------------------------------------------------------------------

HOSTILE = [
    "\x00" * 50,
    "a" * 200_000,
    "\u202e" + "talks " * 500,
    "́" * 5_000,
    "9" * 50_000,
    "1,234" * 10_000,
    "1 " * 5_000,
    "😀 " * 1_000,
]


def test_hostile_texts_stand_alone() -> None:
    items = [Item(f"{number}", text) for number, text in enumerate(HOSTILE)]
    made = find_copies(table([*items, Item("a", " ".join(TEXT)), Item("b", " ".join(TEXT), hour=1)]))
    rows = [row for row in made.table.to_pylist() if row["doc_id"] != "b"]
    assert all(row["copy_id"] == row["doc_id"] for row in rows)
    assert families(made.table, 0.5).copies == 1


def test_no_similarity_is_other_than_from_the_threshold_to_one() -> None:
    items = [Item(str(seed), " ".join(prose(seed % 7, 10 * (seed % 5))), hour=None) for seed in range(40)]
    made = copies(table([*items, Item("empty", ""), Item("hostile", HOSTILE[0])]))
    values = made["similarity"].to_numpy()
    assert np.isfinite(values).all()
    assert ((values >= made["threshold"].to_numpy()) & (values <= 1)).all()


def test_all_are_copies() -> None:
    texts = [" ".join(prose(seed, 80)) for seed in range(10)]
    items = [Item(f"{number:03}", texts[number % 10] + f" {number}", hour=number) for number in range(300)]
    assert families(copies(table(items)), 0.9).families == 10


def test_a_family_of_ten_thousand() -> None:
    items = [
        Item(f"{number:05}", " ".join([*TEXT[:40], f"word{number}", *TEXT[40:80]]), outlet="x", hour=number // 10)
        for number in range(10_000)
    ]
    made = find_copies(table(items), [0.9])
    assert families(made.table, 0.9).largest == 10_000, "though one outlet has nothing else: no template, but versions"
    assert made.table["copy_id"].unique().to_pylist() == ["00000"]


def test_three_words_all_undated_one_outlet() -> None:
    texts = ["talks end today", "Talks end today!", "talks end tomorrow", "talks", "today end talks"]
    items = [Item(f"{number}", text, outlet="x", hour=None) for number, text in enumerate(texts)]
    assert found(items) == {"0": "0", "1": "0", "2": "2", "3": "3", "4": "4"}
    assert find_copies(table(items)).report.undated == 5


def test_tables_of_nothing_have_their_columns() -> None:
    made = find_copies(table([]))
    assert [part.schema for part in parts(made)] == [COPIES, SIGNATURES, PAIRS, REPEATED]
    assert made.report.families[0] == (
        0.5,
        Families(documents=0, families=0, with_copies=0, largest=0, copies=0, editions=0),
    )


# --- planted copies --------------------------------------------------------------------------------


def test_planted_copies_are_found_and_look_alikes_stay_apart() -> None:
    # The benchmark's documents, of which a fifth are copies of seven kinds; in full with 20,000 and 200,000.
    path = Path(__file__).parents[2] / "benchmarks" / "copies.py"
    spec = importlib.util.spec_from_file_location("planted_copies", path)
    assert spec is not None
    assert spec.loader is not None
    benchmark = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(benchmark)
    made = benchmark.planted(3_000, seed=2)
    found_pairs, true = benchmark.of_families(copies(made.documents, [0.5])), made.true()
    assert len(true) > 1_000
    assert len(found_pairs & true) >= 0.99 * len(found_pairs), "precision"
    assert len(found_pairs & true) >= 0.98 * len(true), "recall"
    for kind, pairs in made.others.items():
        assert len(pairs) > 100, kind
        assert not found_pairs & pairs, kind


# --- bounded work ----------------------------------------------------------------------------------


def test_five_thousand_identical_titles_are_one_family() -> None:
    items = [
        Item(f"{number:04}", "", title="News in brief today", outlet="x", hour=number // 100) for number in range(5000)
    ]
    made = find_copies(table(items))
    assert families(made.table, 0.9) == Families(
        documents=5000, families=1, with_copies=1, largest=5000, copies=4999, editions=0
    )
    assert (made.report.pairs, made.report.different_texts) == (0, 1)


def test_the_same_heading_over_each_days_bulletin_is_no_copy_of_the_first() -> None:
    items = [Item(f"{day:03}", "", title="Summary of the day", outlet="x", hour=24 * day) for day in range(40)]
    made = find_copies(table(items)).table.filter(pc.equal(pc.field("threshold"), 0.7))
    assert [int(first) for first in sorted(set(made["copy_id"].to_pylist()))] == list(range(0, 40, 4))


def test_a_long_text_is_a_copy_for_a_year() -> None:
    first = Item("a", " ".join(TEXT))
    for days, same in ((51, True), (366, True), (367, False)):
        later = Item("b", " ".join([*TEXT, "again"]), hour=24 * days)
        assert (found([first, later])["b"] == "a") == same, days


def test_a_large_bucket_is_capped_and_said() -> None:
    # A thousand updates of one text, one word changed in each: every pair is near.
    texts = [" ".join([*TEXT[:100], f"word{number}", *TEXT[100:]]) for number in range(1000)]
    made = find_copies(table(Item(f"{number:04}", text, hour=number) for number, text in enumerate(texts)))
    assert made.report.buckets.capped > 0
    assert made.report.buckets.largest == 1000
    assert made.report.buckets.left_out > 0
    assert made.report.pairs < 1000 * 2 * BUCKET, "of 499,500"
    assert families(made.table, 0.9).families == 1


# --- real texts ------------------------------------------------------------------------------------


def real(path: Path) -> pa.Table:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return table(
        Item(
            row["id"],
            row["text"],
            outlet=row.get("source", row["id"]),
            hour=int(row["day"]) * 24 if row.get("day") else None,
        )
        for row in rows
    )


LEVELS = (0.5, 0.7, 0.9)


def test_copies_among_nine_british_papers(tenor_data: Path) -> None:
    # Print and online editions carry the same article under other titles, and Saturday's in the Sunday
    # paper; 310, 278 and 149 families on 2026-11-22. An article has two or three places, no more: a larger
    # family would mean that page headings or copyright lines, which all texts have, made copies.
    made = find_copies(real(tenor_data / "uk_immigration_news" / "corpus.jsonl.gz"))
    counted = [families(made.table, level) for level in LEVELS]
    assert all(item.with_copies >= least for item, least in zip(counted, (305, 273, 147), strict=True))
    assert max(item.largest for item in counted) <= 3
    assert (made.report.buckets.capped, made.report.same_words_only) == (0, 0)


def test_copies_among_reports_of_events(tenor_data: Path) -> None:
    # Topics hold two events of a kind each ("ecb", "ecbplus"): reports of one event are alike and mostly
    # no copies, and a copy is never of another event. 20 copies of earlier reports on 2026-11-22;
    # their headings and similarities were looked at, not their texts.
    rows = copies(real(tenor_data / "ecbplus" / "train.jsonl.gz"), [0.5]).to_pylist()
    pairs = [(row["doc_id"], row["copy_id"]) for row in rows if not row["first_publisher"]]
    assert 18 <= len(pairs) <= 25
    assert all(event(one) == event(two) for one, two in pairs)


def event(doc_id: str) -> tuple[str, bool]:
    return doc_id.partition("_")[0], doc_id.endswith("ecbplus")
