"""Language editions of one piece: the same site gives it at addresses that differ in the language only.

Two documents of different languages are editions of one piece if their source gives them the same key
(column ``edition``), or, where both have none, if they came out within `APART` of each other and their addresses

- are equal without the part that names the language: a label of the host (``ru.``), one of the first
  two segments of the path (``/rus/``) or a parameter (``?lang=ru``); or
- have the same site and section and the same number of five digits or more, whatever words stand
  beside it (``/en/politics/123456-talks`` and ``/ru/politics/123456-peregovory``).

An address must name one piece: ``/en/news`` and ``/ru/news`` are no editions. Where one language has
several documents under a key, they must be versions of one address, and the earliest stands for
them; else nothing can be told apart, nothing is linked, and that is counted.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

LINKED = pa.schema(
    [
        pa.field("first", pa.string(), nullable=False),
        pa.field("second", pa.string(), nullable=False),
    ]
)

APART = 3 * 86_400_000_000
"""How far apart editions may come out, in microseconds."""

_CODES = (
    "ar|az|be|bg|cs|de|el|en|es|et|fa|fi|fr|he|hu|hy|it|ja|ka|kk|ko|lt|lv|nl|pl|pt|ro|ru|sk|sr|sv|tr|ua|uk|zh"
    "|ara|aze|bel|bul|ces|deu|eng|fra|geo|kat|kaz|ger|ita|lat|lit|pol|por|ron|rus|spa|tur|ukr|zho"
    "|arabic|azeri|belarusian|deutsch|english|espanol|francais|french|georgian|german|polish|polski|romanian"
    "|russian|spanish|turkce|turkish|ukrainian"
)
_LANGUAGES = frozenset(_CODES.split("|"))
_PARAMETERS = frozenset({"lang", "language", "locale", "hl", "lng"})
_NOISE = re.compile(r"utm_\w+|fbclid|gclid|yclid|amp")
_ADDRESS = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?//([^/?#\s]+)([^?#\s]*)(?:\?([^#\s]*))?")
_SITE = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_FRONT = re.compile(r"(?:www\d?|m|mobile|amp)\.")
_LOCALE = re.compile(r"([a-z]{2,3})[-_][a-z]{2}")
_DIGITS = re.compile(r"\d+")
_DATE = re.compile(r"(?:19|20)\d\d(?:(?:0\d|1[0-2])(?:[0-2]\d|3[01])?)?")
_ID, _LONG_ID, _WORDS = 4, 5, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Pairs of editions, the earlier first, and what they were told by.

    `given` were linked by the source's key, `by_address` and `by_number` by their addresses.
    `ambiguous` keys hold several pieces of one language; `apart` documents are linked to none because the
    one that they share a key with came out too far from them, or there is no date to tell by.
    """

    pairs: pa.Table
    given: int
    by_address: int
    by_number: int
    ambiguous: int
    apart: int


@dataclass(frozen=True, slots=True)
class _Head:
    """What is known of a document; sorted by time, undated ones last."""

    undated: bool
    time: int
    doc_id: str
    lang: str
    url: str
    edition: str


_Entry = tuple[Hashable, Hashable, _Head]


@dataclass(frozen=True, slots=True)
class _Place:
    """An address in parts; `language` is what was taken out of it."""

    site: str
    segments: tuple[str, ...]
    query: tuple[str, ...]
    language: tuple[str, ...]


def links(heads: pa.Table) -> Links:
    """Return which documents are editions of an earlier one in another language.

    Parameters
    ----------
    heads
        Columns ``doc_id`` and ``published``; with ``lang``, and ``url`` or ``edition``, editions can be told.

    Returns
    -------
    Links
        Rows of `LINKED`, by doc_id, each edition paired with the earliest; and what was not linked.

    Examples
    --------
    >>> urls = ["https://example.org/eng/news/2024/05/14/7455666/", "https://example.org/news/2024/05/14/7455666/"]
    >>> heads = {"doc_id": ["a", "b"], "lang": ["en", "uk"], "url": urls, "published": [2, 1]}
    >>> links(pa.table(heads)).pairs.to_pylist()
    [{'first': 'b', 'second': 'a'}]
    """
    items = _heads(heads)
    pairs: set[tuple[str, str]] = set()
    left: dict[str, set[str]] = {"ambiguous": set(), "apart": set()}
    counts = {}
    loose = [item for item in items if not item.edition]
    places = {item.doc_id: place for item in loose if (place := _place(item.url))}
    keyed: dict[str, list[_Entry]] = {
        "given": [(item.edition, item.edition, item) for item in items if item.edition],
        "by_address": list(_by_address(loose, places)),
        "by_number": list(_by_number(loose, places)),
    }
    for name, entries in keyed.items():
        new = _linked(entries, left, dated=name != "given") - pairs
        counts[name] = len(new)
        pairs |= new
    rows = sorted(pairs, key=lambda pair: (pair[1], pair[0]))
    columns = {"first": [first for first, _ in rows], "second": [second for _, second in rows]}
    left["apart"] -= {second for _, second in pairs}
    return Links(pairs=pa.table(columns, LINKED), **counts, **{name: len(items) for name, items in left.items()})


def _heads(heads: pa.Table) -> list[_Head]:
    """Return the documents whose language is known, by time."""
    if "lang" not in heads.schema.names:
        return []
    empty = [""] * heads.num_rows
    langs, urls, editions = (
        pc.fill_null(heads[name].cast(pa.string()), "").to_pylist() if name in heads.schema.names else empty
        for name in ("lang", "url", "edition")
    )
    known = {lang for lang in langs if lang not in {"", "und"}}
    if len(known) < 2:
        return []
    times = heads["published"].cast(pa.int64()).to_pylist()
    ids = heads["doc_id"].to_pylist()
    return sorted(
        (
            _Head(time is None, time or 0, doc_id, lang, url, edition)
            for doc_id, time, lang, url, edition in zip(ids, times, langs, urls, editions, strict=True)
            if lang in known and (url or edition)
        ),
        key=lambda item: (item.undated, item.time, item.doc_id),
    )


# --- addresses -------------------------------------------------------------------------------------


def _place(url: str) -> _Place | None:
    """Return the parts of an address, without its language; None for what is no address."""
    found = _ADDRESS.match(url)
    if found is None:
        return None
    language: list[str] = []
    site = _site(found[1], language)
    if not _SITE.fullmatch(site):
        return None
    segments = [segment for segment in found[2].split("/") if segment]
    for place, segment in enumerate(segments[:2]):
        if _names_language(segment):
            language.append(segment.lower())
            del segments[place]
            break
    query = []
    for part in (found[3] or "").split("&"):
        name, _, value = part.partition("=")
        if name.lower() in _PARAMETERS:
            language.append(value.lower())
        elif part and not _NOISE.fullmatch(name.lower()):
            query.append(part)
    return _Place(site, tuple(segments), tuple(sorted(query)), tuple(language))


def _site(host: str, language: list[str]) -> str:
    """Return the host without user, port, ``www`` and a label that names a language."""
    name = host.rpartition("@")[2].partition(":")[0].lower().rstrip(".")
    name = _FRONT.sub("", name, count=1) if _FRONT.match(name) else name
    label, _, rest = name.partition(".")
    if "." in rest and label in _LANGUAGES:
        language.append(label)
        return rest
    return name


def _names_language(segment: str) -> bool:
    lower = segment.lower()
    locale = _LOCALE.fullmatch(lower)
    return (locale[1] if locale else lower) in _LANGUAGES


def _by_address(items: Iterable[_Head], places: dict[str, _Place]) -> Iterator[_Entry]:
    """Yield key, address and document where the address names one piece."""
    for item in items:
        place = places.get(item.doc_id)
        if place and any(_is_specific(part) for part in (*reversed(place.segments), *place.query)):
            yield (place.site, place.segments, place.query), place.language, item


def _by_number(items: Iterable[_Head], places: dict[str, _Place]) -> Iterator[_Entry]:
    """Yield key, address and document where the address holds a long number."""
    for item in items:
        place = places.get(item.doc_id)
        for at, segment in enumerate(place.segments if place else ()):
            number = next((digits for digits in _numbers(segment) if len(digits) >= _LONG_ID), None)
            if place and number:
                yield (place.site, place.segments[:at], number), (place.language, place.segments), item
                break


def _is_specific(part: str) -> bool:
    """Whether a part holds a number that is no date, or a slug of several words."""
    if any(len(digits) >= _ID for digits in _numbers(part)):
        return True
    return sum(any(map(str.isalpha, word)) for word in re.split(r"[-_+]|%20", part)) >= _WORDS


def _numbers(part: str) -> Iterator[str]:
    return (digits for digits in _DIGITS.findall(part) if not _DATE.fullmatch(digits))


# --- links -----------------------------------------------------------------------------------------


def _linked(entries: Iterable[_Entry], left: dict[str, set[str]], *, dated: bool) -> set[tuple[str, str]]:
    """Return the pairs of those that share a key; ``entries`` come by time."""
    groups: dict[Hashable, list[tuple[Hashable, _Head]]] = defaultdict(list)
    for key, address, item in entries:
        groups[key].append((address, item))
    pairs: set[tuple[str, str]] = set()
    for members in groups.values():
        if len({item.lang for _, item in members}) > 1:
            pairs |= _of_one_key(members, left, dated=dated)
    return pairs


def _of_one_key(
    members: list[tuple[Hashable, _Head]], left: dict[str, set[str]], *, dated: bool
) -> set[tuple[str, str]]:
    """Pair the earliest with the first version of each other language."""
    chosen: dict[str, tuple[Hashable, _Head]] = {}
    for address, item in members:
        before = chosen.setdefault(item.lang, (address, item))
        if dated and (before[0] != address or _apart(before[1], item)):
            left["ambiguous"].add(members[0][1].doc_id)
            return set()
    first, *others = (item for _, item in chosen.values())
    near = {item.doc_id for item in others if not dated or not _apart(first, item)}
    left["apart"].update(item.doc_id for item in others if item.doc_id not in near)
    return {(first.doc_id, doc_id) for doc_id in near}


def _apart(one: _Head, two: _Head) -> bool:
    if one.doc_id == two.doc_id:
        return False
    return one.undated or two.undated or two.time - one.time > APART
