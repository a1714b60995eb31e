"""Editions are linked where two addresses name one piece in two languages, and nowhere else."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.corpus.editions import APART, LINKED, Links, links

DAY = 86_400_000_000
Row = tuple[str, str, int | None]


def told(rows: Iterable[Row]) -> Links:
    """Ask for the links of (language, address, day); doc_ids are a, b, c ..."""
    made = [
        {"doc_id": chr(97 + number), "lang": lang, "url": url, "published": None if day is None else day * DAY}
        for number, (lang, url, day) in enumerate(rows)
    ]
    names = [("doc_id", pa.string()), ("lang", pa.string()), ("url", pa.string()), ("published", pa.int64())]
    return links(pa.Table.from_pylist(made, pa.schema(names)))


def pairs(rows: Iterable[Row]) -> list[tuple[str, str]]:
    return [(row["first"], row["second"]) for row in told(rows).pairs.to_pylist()]


SAME = {
    "label of the host": ("https://uk.example.org/news/3845678-talks.html", "https://ru.example.org/news/3845678-talks.html"),
    "three labels": ("https://ua.news.example.com.ua/politics/981234", "https://ru.news.example.com.ua/politics/981234"),
    "segment": ("https://example.com/uk/post/talks-end-without-deal", "https://example.com/ru/post/talks-end-without-deal"),
    "three letters": ("https://www.example.com.ua/rus/news/2024/05/14/7455666/", "https://www.example.com.ua/ukr/news/2024/05/14/7455666/"),
    "none for the first language": ("https://www.example.com.ua/news/2024/05/14/7455666/", "https://www.example.com.ua/eng/news/2024/05/14/7455666/"),
    "second segment": ("https://example.tv/news/en/talks-in-istanbul-end", "https://example.tv/news/tr/talks-in-istanbul-end"),
    "language and country": ("https://example.org/en-us/news/12345678", "https://example.org/tr-tr/news/12345678"),
    "word": ("https://example.org/russian/features-61234567", "https://example.org/ukrainian/features-61234567"),
    "parameter": ("https://example.org/item.php?id=556677&lang=ru", "https://example.org/item.php?lang=uk&id=556677"),
    "mobile and tracked": ("https://m.example.org/en/a/556677?utm_source=x&fbclid=y", "http://www.example.org/ru/a/556677/#top"),
    "same number, other slug": ("https://example.org/en/politics/123456-talks-end", "https://example.org/ru/politics/123456-peregovory"),
    "number before the slug": ("https://example.org/en/news/654321/talks.html", "https://example.org/ru/news/654321/peregovory.html"),
    "Cyrillic slug": ("https://example.org/uk/переговори-в-стамбулі-завершились", "https://ru.example.org/переговори-в-стамбулі-завершились"),
}  # fmt: skip


@pytest.mark.parametrize(("one", "two"), SAME.values(), ids=SAME)
def test_addresses_of_one_piece(one: str, two: str) -> None:
    assert pairs([("uk", one, 1), ("ru", two, 0)]) == [("b", "a")]
    assert pairs([("ru", one, 0), ("ru", two, 0)]) == [], "one language"


OTHER = {
    "front page": ("https://example.org/en/", "https://example.org/ru/"),
    "section": ("https://example.org/en/news", "https://example.org/ru/news"),
    "day": ("https://example.org/en/2024/05/14/", "https://example.org/ru/2024/05/14/"),
    "day in one": ("https://example.org/en/20240514", "https://example.org/ru/20240514"),
    "year in a slug": ("https://example.org/en/elections-2024", "https://example.org/ru/elections-2024"),
    "other site": ("https://example.org/en/news/3845678", "https://example.net/ru/news/3845678"),
    "other number": ("https://example.org/en/news/3845678-talks", "https://example.org/ru/news/3845679-talks"),
    "other section": ("https://example.org/en/sport/123456-talks", "https://example.org/ru/politics/123456-final"),
    "short number, other slug": ("https://example.org/en/news/1234-talks", "https://example.org/ru/news/1234-sdelka"),
    "no address": ("talks", "talks"),
    "nothing": ("", ""),
    "hostile": ("http://[::1/en/3845678", "http://[::1/ru/3845678\x00"),
}


@pytest.mark.parametrize(("one", "two"), OTHER.values(), ids=OTHER)
def test_addresses_of_two_pieces(one: str, two: str) -> None:
    assert pairs([("en", one, 0), ("ru", two, 0)]) == []


URL = "https://{}.example.org/news/3845678-talks.html"


def test_all_are_linked_to_the_earliest() -> None:
    rows = [(lang, URL.format(lang), day) for lang, day in (("en", 2), ("ru", 1), ("uk", 0), ("tr", 3))]
    assert pairs(rows) == [("c", "a"), ("c", "b"), ("c", "d")]


def test_what_came_out_later_is_counted_and_not_linked() -> None:
    rows = [("uk", URL.format("uk"), 0), ("ru", URL.format("ru"), 4), ("en", URL.format("en"), None)]
    made = told(rows)
    assert made.pairs.equals(LINKED.empty_table())
    assert made.apart == 2
    assert told([("uk", URL.format("uk"), 0), ("ru", URL.format("ru"), 3)]).by_address == 1
    assert APART == 3 * DAY


def test_versions_of_one_address_are_stood_for_by_the_earliest() -> None:
    rows = [("uk", URL.format("uk"), 0), ("uk", URL.format("uk"), 1), ("ru", URL.format("ru"), 1)]
    assert pairs(rows) == [("a", "c")]


def test_two_pieces_of_a_language_under_one_key_link_nothing() -> None:
    far = told([("uk", URL.format("uk"), 0), ("uk", URL.format("uk"), 30), ("ru", URL.format("ru"), 1)])
    assert (far.pairs.num_rows, far.ambiguous) == (0, 1)
    address = "https://example.org/{}/politics/123456-{}"
    slugs = told((lang, address.format(lang, slug), 0) for lang, slug in (("en", "a"), ("en", "b"), ("ru", "c")))
    assert (slugs.pairs.num_rows, slugs.ambiguous) == (0, 1)


def test_the_key_of_the_source_goes_first() -> None:
    heads = {
        "doc_id": ["a", "b", "c", "d"],
        "lang": ["uk", "ru", "en", "tr"],
        "edition": ["piece 7", "piece 7", "", ""],
        "url": [URL.format("uk"), "", URL.format("en"), URL.format("tr")],
        "published": [0, 90 * DAY, 0, 0],
    }
    made = links(pa.table(heads))
    assert made.pairs.to_pylist() == [{"first": "c", "second": "d"}, {"first": "a", "second": "b"}][::-1]
    assert (made.given, made.by_address) == (1, 1), "the source knows best, also of what is late"


def test_columns_that_lack_link_nothing() -> None:
    heads = pa.table({"doc_id": ["a", "b"], "published": [0, 0]})
    nothing = Links(pairs=LINKED.empty_table(), given=0, by_address=0, by_number=0, ambiguous=0, apart=0)
    assert links(heads) == nothing
    assert links(heads.append_column("lang", pa.array(["uk", "ru"]))) == nothing
    langs = heads.append_column("lang", pa.array(["uk", None])).append_column("url", pa.array([URL, None]))
    assert links(langs) == nothing


rows_of = st.lists(
    st.tuples(
        st.sampled_from(["uk", "ru", "en", "und", ""]),
        st.one_of(
            st.text(max_size=40),
            st.sampled_from([URL.format(lang) for lang in ("uk", "ru", "en")]),
            st.sampled_from([f"//example.org/{lang}/a/123456-{slug}" for lang in ("uk", "ru") for slug in "xy"]),
        ),
        st.one_of(st.none(), st.integers(0, 6)),
    ),
    max_size=20,
)


@settings(max_examples=100, deadline=None)
@given(rows_of, st.randoms(use_true_random=False))
def test_links_join_two_languages_whatever_the_order(rows: list[Row], rng: random.Random) -> None:
    made = told(rows)
    by_id = {chr(97 + number): row for number, row in enumerate(rows)}
    for pair in made.pairs.to_pylist():
        one, two = by_id[pair["first"]], by_id[pair["second"]]
        assert one[0] != two[0]
        assert one[2] is not None
        assert two[2] is not None
        assert one[2] <= two[2] <= one[2] + 3
    order = list(range(len(rows)))
    rng.shuffle(order)
    heads = [{"doc_id": chr(97 + n), "lang": rows[n][0], "url": rows[n][1], "day": rows[n][2]} for n in order]
    published = [None if row["day"] is None else row["day"] * DAY for row in heads]
    columns = {name: pa.array([row[name] for row in heads], pa.string()) for name in ("doc_id", "lang", "url")}
    again = links(pa.table({**columns, "published": pa.array(published, pa.int64())}))
    assert again == made
