"""What outlets repeat is marked where it stands; news that is repeated is not."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenor.corpus import boilerplate as module
from tenor.corpus.boilerplate import BACKGROUND, CLOSING, ELSEWHERE, LINE, OPENING, marked, repeated, segments
from tenor.tables import BOILERPLATE

START = datetime(2024, 3, 1, 12, tzinfo=UTC)
FOOTER = "© The Daily. Materials may be used only with a link. All rights are with The Daily."
BACK = "Russia launched its full-scale invasion of Ukraine in February 2022."
QUOTE = "“There will be no ceasefire without guarantees,” the minister told reporters on Monday."


@dataclass(frozen=True)
class Item:
    """A document as these tests write it; `day` counts from the start, None is undated."""

    text: str
    day: int | None = 0
    outlet: str = "daily"
    family: str | None = None


def table(items: Iterable[Item]) -> pa.Table:
    rows = [
        {
            "doc_id": str(number),
            "outlet": item.outlet,
            "text": item.text,
            "copy_id": item.family,
            "published": None if item.day is None else START + timedelta(days=item.day),
        }
        for number, item in enumerate(items)
    ]
    names = ["doc_id", "outlet", "text", "copy_id"]
    schema = [pa.field(name, pa.string()) for name in names] + [pa.field("published", pa.timestamp("us", tz="UTC"))]
    return pa.Table.from_pylist(rows, pa.schema(schema))


def own(number: int) -> str:
    return f"Event number {number} took place in town {number * 7}. Nobody had expected it {number * 3} days ago."


def marks(items: Iterable[Item]) -> list[tuple[int, str, str]]:
    """Return (document, segment, why)."""
    documents = table(items)
    texts = documents["text"].to_pylist()
    return [
        (int(row["doc_id"]), texts[int(row["doc_id"])][row["start"] : row["stop"]], row["why"])
        for row in marked(documents).to_pylist()
    ]


# --- segments --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t ", []),
        ("One. Two!\r\nThree", ["One.", "Two!", "Three"]),
        ("Он сказал: «Нет.» Потом ушёл.", ["Он сказал: «Нет.»", "Потом ушёл."]),
        ("Рост в 2020 г. составил 5 %. — Да", ["Рост в 2020 г. составил 5 %.", "— Да"]),
        ("J. Smith came. 5 men left…", ["J. Smith came.", "5 men left…"]),
        ("a\u2028b\x85c", ["a", "b", "c"]),
        ("...", ["..."]),
    ],
)
def test_segments(text: str, expected: list[str]) -> None:
    assert [text[start:stop] for start, stop in segments(text)] == expected


@given(st.text() | st.text(alphabet='aА.!? \n\r\u2028"»İ'))
def test_segments_lose_nothing(text: str) -> None:
    found = segments(text)
    assert all(0 <= start < stop <= len(text) for start, stop in found)
    assert all(stop <= start for (_, stop), (start, _) in pairwise(found))
    held = "".join(text[start:stop] for start, stop in found)
    assert "".join(held.split()) == "".join(text.split())
    assert all(text[start:stop] == text[start:stop].strip() for start, stop in found)


@pytest.mark.parametrize("piece", [".", "a. ", '."', ". ", "“", "Б! ", "\n", "Read also ", "-:"])
def test_a_line_of_a_million_characters(piece: str) -> None:
    text = piece * (1_000_000 // len(piece))
    start = time.perf_counter()
    marked(table([Item(text)]))
    assert time.perf_counter() - start < 20, "it took an hour if it were quadratic"


# --- what is repeated ------------------------------------------------------------------------------


def test_a_footer_is_marked_whole_and_short_sentences_in_it() -> None:
    found = marks(Item(f"{own(day)}\n{FOOTER}", day) for day in range(12))
    assert [(doc, why) for doc, _, why in found] == [(doc, CLOSING) for doc in range(12) for _ in range(3)]
    assert " ".join(text for doc, text, _ in found if doc == 3) == FOOTER


def test_where_a_repeated_line_stands_is_said() -> None:
    items = [Item(f"DAILY NEWS\n{own(day)}\nAdvert\n{own(day + 50)} {BACK} {own(day + 99)}", day) for day in range(8)]
    found = marks(items)
    assert [item for item in found if item[0] == 7] == [
        (7, "DAILY NEWS", OPENING),
        (7, "Advert", LINE),
        (7, BACK, BACKGROUND),
    ]
    assert len(found) == 24


def test_short_sentences_inside_a_paragraph_are_language() -> None:
    assert marks(Item(f"{own(day)} He declined to comment. {own(day + 50)}", day) for day in range(30)) == []


def test_a_line_of_short_sentences_only() -> None:
    line = "All rights are reserved. The Bulletin serves all."
    found = marks(Item(f"{own(day)}\n{line}", day) for day in range(12))
    assert [text for _, text, _ in found] == ["All rights are reserved.", "The Bulletin serves all."] * 12
    # One sentence of its own, and the line is the article's.
    assert marks(Item(f"{own(day)}\nHe declined to comment. Town {day} slept.", day) for day in range(12)) == []


def test_a_quotation_of_two_days_is_news() -> None:
    others = [Item(own(number), number) for number in range(20, 40)]
    quoting = [Item(f"{own(number)}\n{QUOTE}\n{own(number + 50)}", number % 2) for number in range(10)]
    assert marks([*quoting, *others]) == []
    later = [Item(f"{own(number)}\n{QUOTE}\n{own(number + 50)}", number) for number in range(10)]
    assert len(marks([*later, *others])) == 10, "the same on ten days"


def test_an_agency_copy_in_twenty_outlets_is_news() -> None:
    items = [Item(f"{BACK}\n{own(1)}", day, f"outlet {day}", "one") for day in range(20)]
    assert marks(items) == []


def test_copies_of_one_text_are_one_family() -> None:
    others = [Item(own(number), number) for number in range(20, 40)]
    assert marks([Item(f"{own(1)}\n{BACK}", day, family="one") for day in range(9)] + others) == []


def test_items_of_one_line_stay() -> None:
    alerts = [Item("An air raid alert was declared in Kyiv this night.", day) for day in range(30)]
    assert marks(alerts) == []
    framed = [Item("An air raid alert was declared in Kyiv.\nFollow us on Telegram", day) for day in range(30)]
    assert {(text, why) for _, text, why in marks(framed)} == {("Follow us on Telegram", ELSEWHERE)}


def test_an_outlet_of_three_articles() -> None:
    assert marks(Item(f"{own(day)}\n{FOOTER}", day) for day in range(3)) == []


def test_a_corpus_of_three_days() -> None:
    assert len(marks(Item(f"{own(number)}\n{BACK}", number % 3) for number in range(12))) == 12
    assert marks(Item(f"{own(number)}\n{BACK}", number % 2) for number in range(12)) == []


def test_a_transcript_header() -> None:
    header = "TRANSCRIPT OF THE PRESS CONFERENCE\nThis text has been lightly edited for clarity by our desk."
    found = marks(Item(f"{header}\nQ: What of {day}?\nA: Thank you. We saw {day * 3} there.", day) for day in range(9))
    assert {(text, why) for _, text, why in found} == {(line, OPENING) for line in header.split("\n")}


def test_a_large_outlet_needs_a_share() -> None:
    plain = [Item(own(number), number % 60) for number in range(500)]
    assert marks([*plain, *(Item(f"{own(600 + day)}\n{BACK}", day) for day in range(9))]) == []
    assert len(marks([*plain, *(Item(f"{own(600 + day)}\n{BACK}", day) for day in range(11))])) == 11


def test_undated_articles_need_more_families() -> None:
    assert marks(Item(f"{own(number)}\n{BACK}", None) for number in range(9)) == []
    assert len(marks(Item(f"{own(number)}\n{BACK}", None) for number in range(11))) == 11


def test_outlets_repeat_apart() -> None:
    items = [Item(f"{own(day)}\n{BACK}", day, f"outlet {day % 3}") for day in range(12)]
    assert marks(items) == [], "four families in each outlet"


# --- what points elsewhere -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "Read also: What comes next",
        "READ MORE",
        "- See also: the map. And the list.",
        "Subscribe to our newsletter",
        "Photo: Reuters",
        "Advertisement",
        "Читайте также: Что будет дальше",
        "Смотрите ещё: видео",
        "Подписывайтесь на наш канал",
        "Реклама",
        "Фото: РИА Новости",
        "Нашли опечатку? Нажмите Ctrl+Enter",
        "Читайте також: Що далі",
        "ДИВІТЬСЯ ТАКОЖ відео",
        "Підписуйтесь на нас у Telegram",
        "Всі права захищені.",
        "İlgili haberler: Ne olacak?",
        "Devamını oku",
        "Ayrıca okuyun: Görüşmeler",
        "Lesen Sie auch: Was nun?",
        "Czytaj też: co dalej",
        "À lire aussi : la suite",
    ],
)
def test_lines_that_point_elsewhere(line: str) -> None:
    text = f"{own(1)}\n  {line} \n{own(2)}"
    found = marks([Item(text)])
    assert " ".join(item for _, item, _ in found) == line
    assert {why for *_, why in found} == {ELSEWHERE}


@pytest.mark.parametrize(
    "line",
    [
        "Read alsongs of the war",
        "He told them to read also the second letter.",
        "Photographs from space show the bridge.",
        "More than 200 people came.",
        "Video evidence was shown in court.",
        "Реклама водки запрещена с понедельника.",
        "Источники сообщили о встрече.",
        "Читать книги стали реже.",
        "Kaynaklar görüşmeyi doğruladı.",
        "Source of the leak was never found.",
        "Read also: " + "a long paragraph of the article itself " * 9,
    ],
)
def test_lines_that_do_not(line: str) -> None:
    assert marks([Item(f"{own(1)}\n{line}\n{own(2)}")]) == []


# --- bad input -------------------------------------------------------------------------------------


def test_nothing() -> None:
    assert marked(table([])).schema == BOILERPLATE
    assert repeated([]).keys.size == 0
    assert marks([Item("")] * 9) == []
    nulls = table([Item("")]).set_column(2, "text", pa.array([None], pa.string()))
    assert marked(nulls).num_rows == 0


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=60), max_size=8))
def test_any_text(texts: list[str]) -> None:
    items = [Item(f"{text}\nRead also: \u202e{text}\n{FOOTER}", day) for day, text in enumerate(texts)]
    documents = table(items)
    rows = marked(documents).to_pylist()
    spans = [(int(row["doc_id"]), row["start"], row["stop"]) for row in rows]
    assert spans == sorted(spans)
    for (doc, _, stop), (after, start, _) in pairwise(spans):
        assert doc < after or stop <= start
    assert all((start, stop) in segments(items[doc].text) for doc, start, stop in spans)


def test_batches_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    items = [Item(f"{own(day)}\n{BACK} {own(day + 40)}\n{FOOTER}", day, f"outlet {day % 2}") for day in range(20)]
    documents = table(items)
    whole = marked(documents)
    monkeypatch.setattr(module, "_AT_ONCE", 3)
    known = repeated(documents.to_batches(7))
    parts = pa.concat_tables([marked(documents.slice(at, 5), known) for at in range(0, 20, 5)])
    assert whole.num_rows == 80
    assert parts.equals(whole.combine_chunks())


def test_nine_british_papers(tenor_data: Path) -> None:
    # Every export ends or begins with its paper's copyright line.
    with gzip.open(tenor_data / "uk_immigration_news" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    items = [Item(row["text"], int(row["day"]) if row["day"] else None, row["source"]) for row in rows]
    texts = [item.text for item in items]
    found = [(doc, text) for doc, text, _ in marks(items)]
    rights = {doc for doc, text in found if "copyright" in text or "©" in text or text.startswith("c 20")}
    holds = {doc for doc, text in enumerate(texts) if "copyright 20" in text or "©" in text}
    print(f"{len(rights & holds)} of {len(holds)} articles with a copyright line")
    assert len(rights & holds) > 0.95 * len(holds) > 2000
    assert sum(len(text) for _, text in found) < 0.05 * sum(map(len, texts)), "articles stay"
