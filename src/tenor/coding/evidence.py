"""What a resolution rests on: articles of the study and copies of other texts, and whether they share an origin.

Two papers that print one agency's report are one source. A copy of something that is no article lies in
``human.sqlite`` under its sha256, so that it is there when the page is not; ``tenor remove SHA256`` erases it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from typing import Any

from tenor.coding.ledger import Draft, Passage, Source, line, past_day, source_said, whole_text
from tenor.corpus.agencies import Credits
from tenor.corpus.store import Store
from tenor.errors import StudyError, UnknownName, did_you_mean
from tenor.grammar import counted, listed, verb
from tenor.model import Plan

COPY = "source"
ASKED_FOR = 2
"""How many sources of different origin are asked for."""

_MOST = 1_000_000
# Of what two sources share, which is said: the first of these.
_TOLD = ("copy", "text", "outlet", "agency")
_ARTICLES = """\
SELECT documents.doc_id AS doc_id, native_id, version, documents.outlet AS outlet, title, text, url, first_seen,
       articles.copy_id AS copy_id, agency
FROM documents LEFT JOIN articles USING (doc_id) LEFT JOIN origins USING (doc_id)
WHERE NOT deleted AND (documents.doc_id IN (SELECT unnest($names)) OR native_id IN (SELECT unnest($names)))
ORDER BY version, documents.doc_id"""
_TEXTS = """\
SELECT documents.doc_id AS doc_id, documents.outlet AS outlet, title, text, day, documents.lang AS lang
FROM documents LEFT JOIN articles USING (doc_id) WHERE NOT deleted AND documents.doc_id IN (SELECT unnest($ids))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A source as a person names it: an article by its id, or a text that was kept, with where it is from."""

    doc: str = ""
    text: str = ""
    url: str = ""
    title: str = ""
    agency: str = ""
    retrieved: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A passage as it stands in its article; `text` is empty where the article was removed."""

    passage: Passage
    outlet: str = ""
    day: date | None = None
    lang: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rests:
    """The sources of a resolution, what is doubtful about them, and the copies that are to be kept."""

    sources: tuple[Source, ...] = ()
    doubts: tuple[str, ...] = ()
    copies: tuple[Draft, ...] = ()


class Articles:
    """Articles by the names under which they are asked for: ids of the store or of their source.

    Parameters
    ----------
    store
        Called when the first one is asked for.

    Examples
    --------
    >>> Articles(lambda: Store("corpus")).of("d1")
    Traceback (most recent call last):
    ...
    tenor.errors.UnknownName: no article 'd1'; none is known here; it may have been removed
    """

    __slots__ = ("_known", "_store")

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._known: dict[str, dict[str, Any]] = {}

    def fetch(self, names: Iterable[str]) -> None:
        """Look up many at once; those that are not there are missed when they are asked for."""
        rows = self._store().query(_ARTICLES, {"names": sorted(set(names))}).to_pylist()
        # The newest version of each comes last.
        self._known |= {key: row for row in rows for key in (row["native_id"], row["doc_id"]) if key}

    def of(self, name: str) -> dict[str, Any]:
        """Return one.

        Raises
        ------
        UnknownName
            There is no such article, or it was removed.
        """
        if name not in self._known:
            self.fetch([name])
        if name not in self._known:
            sql = "SELECT DISTINCT native_id FROM documents WHERE starts_with(native_id, $head) ORDER BY 1 LIMIT 200"
            near = self._store().query(sql, {"head": name[:2]})["native_id"].to_pylist()
            raise UnknownName(f"no article '{name[:80]}'", do=f"{did_you_mean(name, near)}; it may have been removed")
        return self._known[name]

    def passage(self, name: str, text: str) -> Passage:
        """Return where a text stands in an article, word for word.

        Raises
        ------
        TenorError
            There is no such article, or the text does not stand in it exactly once.
        """
        article = self.of(name)
        wanted = whole_text(text, "the text of a passage", _MOST)
        places = [(part, article[key]) for part, key in (("body", "text"), ("title", "title"))]
        found = [(part, whole.find(wanted)) for part, whole in places if whole.count(wanted) == 1]
        if not found:
            times = sum(whole.count(wanted) for _, whole in places)
            what = f"{times} times" if times else "nowhere"
            do = "copy it from the article, as long as it takes to be found once"
            raise StudyError(f"'{wanted[:60]}' stands {what} in the article '{name[:80]}'", do=do)
        part, start = found[0]
        return Passage(doc_id=article["doc_id"], part=part, start=start, stop=start + len(wanted))


def rests_on(articles: Articles, plan: Plan, cited: Sequence[Cited], today: date, asked: int = ASKED_FOR) -> Rests:
    """Look up the sources that a person names.

    Parameters
    ----------
    articles
        Those that may be cited.
    plan
        The study.
    cited
        What the person names.
    today
        The day on which copies count as retrieved that do not say theirs.
    asked
        How many sources of different origin are asked for.

    Returns
    -------
    Rests
        With a doubt where fewer are named than asked for, or two share an origin: a copy group, an outlet, an agency.

    Raises
    ------
    TenorError
        There is no such article, or a copy is empty or too large.
    """
    if len(cited) > 100:
        raise StudyError(f"{len(cited):,} sources are too many", do="name the ones that matter, at most 100")
    found, origins, copies = [], [], []
    for item in cited:
        article = articles.of(item.doc) if item.doc else None
        source = _article_source(item, article) if article else _copied(item, today)
        text = article["text"] if article else whole_text(item.text, "the copy of a source", _MOST)
        found.append(source)
        origins.append(_origins(source, article, text, plan))
        if source.copy:
            copies.append(Draft(item=source.sha256, action="copy", said={"text": text}, kind=COPY))
    return Rests(sources=tuple(found), doubts=tuple(_doubts(found, origins, asked)), copies=tuple(copies))


def _article_source(item: Cited, article: Mapping[str, Any]) -> Source:
    return Source(
        doc_id=article["doc_id"],
        url=article["url"],
        title=article["title"],
        agency=line(item.agency, "the agency", 100),
        sha256=_sha256(article["text"]),
        retrieved=article["first_seen"].date(),
    )


def _copied(item: Cited, today: date) -> Source:
    text = whole_text(item.text, "the copy of a source", _MOST)
    return Source(
        url=line(item.url, "the address of a source", 2_000),
        title=line(item.title, "the title of a source", 500),
        agency=line(item.agency, "the agency", 100),
        sha256=_sha256(text),
        retrieved=past_day(item.retrieved or today, "the day on which a source was retrieved", today),
        copy=True,
    )


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _origins(source: Source, article: Mapping[str, Any] | None, text: str, plan: Plan) -> set[str]:
    """Return all that a source has in common with others of its origin, in words."""
    agencies = {source.agency} if source.agency else set()
    if article is None:
        agencies.add(Credits.of([outlet.name for outlet in plan.outlets if outlet.agency]).found(text)[0])
    else:
        agencies.add(article["agency"] or "")
    found = {f"the agency {name}" for name in agencies if name} | {f"the text {source.sha256[:12]}"}
    if article:
        found |= {f"the outlet {article['outlet']}"}
        found |= {f"the copy group {article['copy_id']}"} if article["copy_id"] else set()
    return found


def _doubts(sources: Sequence[Source], origins: Sequence[set[str]], asked: int) -> Iterable[str]:
    if len(sources) < asked:
        number = counted(len(sources), "source") if sources else "no source"
        yield f"it rests on {number}; two of different origin are asked for"
    for one, other in combinations(range(len(sources)), 2):
        shared = sorted(origins[one] & origins[other], key=lambda name: (_TOLD.index(name.split()[1]), name))
        if shared:
            yield f"sources {one + 1} and {other + 1} share an origin: {shared[0]}"


def resolved_said(rests: Rests) -> dict[str, Any]:
    """Return sources and doubts as an event holds them."""
    said: dict[str, Any] = {"sources": [source_said(item) for item in rests.sources]} if rests.sources else {}
    return {**said, **({"doubts": list(rests.doubts)} if rests.doubts else {})}


def shown(store: Store, passages: Sequence[Passage]) -> tuple[Shown, ...]:
    """Return passages with their words, as far as their articles are still there."""
    ids = sorted({item.doc_id for item in passages})
    rows = {row["doc_id"]: row for row in store.query(_TEXTS, {"ids": ids}).to_pylist()} if ids else {}
    return tuple(_shown(item, rows.get(item.doc_id)) for item in passages)


def _shown(passage: Passage, row: Mapping[str, Any] | None) -> Shown:
    if row is None:
        return Shown(passage=passage)
    text = (row["title"] if passage.part == "title" else row["text"])[passage.start : passage.stop]
    return Shown(passage=passage, outlet=row["outlet"], day=row["day"], lang=row["lang"], text=text)


def gone(found: Sequence[Shown]) -> str:
    """Say how much of what something rests on was removed; empty where nothing was.

    Examples
    --------
    >>> gone([Shown(passage=Passage(doc_id="d1", part="body", start=0, stop=9))])
    'the article behind it was removed: it rests on what people entered'
    """
    lost = {item.passage.doc_id for item in found if not item.text}
    if not lost:
        return ""
    if all(not item.text for item in found):
        which = "the article behind it was" if len(lost) == 1 else f"all {len(lost)} articles behind it were"
        return f"{which} removed: it rests on what people entered"
    return f"{counted(len(lost), 'article')} behind it {verb(len(lost), 'was', 'were')} removed: {listed(sorted(lost))}"
