"""Parts of a description that rest on the words of articles, each with the passages that show it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from tenor.audit.keywords import Spoken, in_rounds, spoken, texts_of, words_between
from tenor.corpus.articles import COUNTED_AT
from tenor.corpus.boilerplate import SPANS, own_words
from tenor.corpus.phrases import finder, fold
from tenor.corpus.rounds import UNKNOWN
from tenor.corpus.store import Store
from tenor.corpus.wording import STOP_WORDS, quoted_names
from tenor.described import KeyWords, Listing, Passage, Section, stand_out
from tenor.grammar import counted, verb
from tenor.model import Plan

AROUND = 160
_PAIRS, _WORDS, _NAMES, _SHOWN, _MOST_USES = 5, 15, 20, 3, 12
_LONGEST_TITLE = 300
_MOST_TEXTS = 20_000
_TEXTS = """\
SELECT doc_id, articles.outlet AS outlet, articles.day AS day, title, text, url
FROM articles JOIN documents USING (doc_id)
WHERE doc_id IN (SELECT unnest($ids))"""
_AT = """\
SELECT threshold, count(*) FILTER (WHERE how = 'copy') AS copies, count(*) FILTER (WHERE how = 'edition') AS editions,
       count(DISTINCT copy_id) AS copy_groups
FROM copies GROUP BY threshold ORDER BY threshold"""
_WHO = """\
SELECT first.outlet AS had_it_first, later.outlet AS printed_it_too, count(*) AS articles,
       count(DISTINCT later.copy_id) AS copy_groups, count(*) FILTER (WHERE NOT coalesce(
         later.day > first.day OR (later.published > first.published
         AND first.precision <> 'day' AND later.precision <> 'day'), false)) AS order_unknown
FROM articles AS later JOIN articles AS first ON later.copy_id = first.doc_id
WHERE later.doc_id <> first.doc_id GROUP BY ALL ORDER BY articles DESC, had_it_first, printed_it_too"""
_LARGEST = """\
SELECT copy_id, count(*) AS articles, count(DISTINCT outlet) AS outlets, min(day) AS first, max(day) AS last
FROM articles GROUP BY copy_id HAVING count(*) > 1 ORDER BY articles DESC, copy_id LIMIT 50"""

_HEAD = ("doc_id", "outlet", "day", "precision", "published")
_IN_TIME = """\
SELECT doc_id, articles.outlet AS outlet, day, articles.precision AS precision, articles.published AS published,
       title, text, spans
FROM articles JOIN documents USING (doc_id)
{spans}
ORDER BY day NULLS LAST, articles.precision = 'day', articles.published, doc_id"""

# Some of each round, drawn by the hash of their ids.
_CUES = """\
SELECT * FROM assignments WHERE "by" = 'reference'
QUALIFY row_number() OVER (PARTITION BY round ORDER BY md5(doc_id)) <= $most ORDER BY round, doc_id"""


def copies(store: Store, within: str) -> Section:
    """Say how many articles are near-copies, who had them first, and show some."""
    at = {row["threshold"]: row for row in store.query(_AT, {}).to_pylist()}
    main, number = at[COUNTED_AT], sum(store.query("SELECT count(*) AS n FROM articles", {})["n"].to_pylist())
    later = main["copies"] + main["editions"]
    if not later:
        return Section(id="copies", title="Copies", sentences=(f"{within}, no near-copy of another was found.",))
    who = store.query(_WHO, {})
    unknown = sum(who["order_unknown"].to_pylist())
    sentences = [
        f"{within}, {later:,} ({later / number:.1%}) {verb(later, 'is a near-copy', 'are near-copies')} of another.",
        f"{within}, {main['copy_groups']:,} would be left if each copy group counted once.",
    ]
    if main["editions"]:
        n = main["editions"]
        sentences.append(f"{within}, {n:,} of the copies {verb(n, 'is a language edition', 'are language editions')}.")
    if unknown:
        they = verb(unknown, "it is", "they are")
        sentences.append(
            f"{within}, {unknown:,} of the copies may as well be older than what {they} counted as a copy of: "
            "the day is the same and the hour not known, or no day is known."
        )
    others = [f"{row['copies'] + row['editions']:,} at {level:g}" for level, row in at.items() if level != COUNTED_AT]
    sentences.append(
        f"{within}, copies are those of a likeness of {COUNTED_AT:g} or more; there would be {' and '.join(others)}."
    )
    sentences += _borrowed(who, within)
    largest = store.query(_LARGEST, {})
    return Section(
        id="copies",
        title="Copies",
        sentences=tuple(sentences),
        listings=(listing("who", "Who had it first", who), listing("largest", "The largest copy groups", largest)),
        passages=tuple(_pairs(store, largest["copy_id"].to_pylist()[:_PAIRS])),
    )


def _borrowed(who: pa.Table, within: str) -> Iterator[str]:
    """Say which outlet most often printed what another had before, where it is known who was first."""
    rows = who.to_pylist()
    other = [row for row in rows if row["had_it_first"] != row["printed_it_too"]]
    own = sum(row["articles"] for row in rows) - sum(row["articles"] for row in other)
    if own:
        yield f"{within}, {counted(own, 'is a copy', 'are copies')} of what the same outlet printed."
    known = [(row["articles"] - row["order_unknown"], row) for row in other]
    most = max((n for n, _ in known), default=0)
    pairs = [(row["had_it_first"], row["printed_it_too"]) for n, row in known if n == most]
    if most and len(pairs) == 1:
        ((first, later),) = pairs
        yield f"{within}, {later} most often printed what {first} had before: {counted(most, 'article')}."
    elif most:
        yield f"{within}, no outlet stands out that prints what another had before: {counted(most, 'article')} at most."


def _pairs(store: Store, groups: Sequence[str]) -> Iterator[Passage]:
    """Yield the beginning of the first article of each group, and of its last copy."""
    sql = (
        "SELECT copy_id, last(doc_id ORDER BY published NULLS FIRST, doc_id) AS last FROM articles "
        "WHERE copy_id IN (SELECT unnest($ids)) AND doc_id <> copy_id GROUP BY copy_id"
    )
    last = (
        {row["copy_id"]: row["last"] for row in store.query(sql, {"ids": list(groups)}).to_pylist()} if groups else {}
    )
    texts = _texts(store, [*groups, *last.values()])
    for number, group in enumerate(groups, 1):
        for doc_id, what in ((group, "first"), (last[group], "a copy")):
            if doc_id in texts:
                yield passage(texts[doc_id], (0, 0), f"copy group {number}, {what}")


def _texts(store: Store, ids: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    if not ids:
        return {}
    return {row["doc_id"]: row for row in store.query(_TEXTS, {"ids": sorted(set(ids))}).to_pylist()}


def passage(row: Mapping[str, Any], span: tuple[int, int], about: str, *, in_title: bool = False) -> Passage:
    """Return a place in an article with what stands around it; an empty span shows the beginning."""
    text = row["title"] if in_title or not row["text"] else row["text"]
    start = max(0, span[0] - AROUND)
    return Passage(
        doc_id=row["doc_id"],
        outlet=row["outlet"],
        day=row["day"],
        title=_cut(row["title"]),
        text=text[start : span[1] + (AROUND if span[1] else 2 * AROUND)],
        start=span[0] - start,
        stop=span[1] - start,
        url=row["url"],
        about=about,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_TITLE else f"{text[: _LONGEST_TITLE - 1]}…"


def of_boilerplate(store: Store) -> tuple[Passage, ...]:
    """Return some lines that are left out, of different outlets and reasons."""
    sql = (
        "SELECT arg_min(doc_id, doc_id) AS doc_id, arg_min(start, doc_id) AS start, arg_min(stop, doc_id) AS stop, why "
        "FROM boilerplate JOIN articles USING (doc_id) GROUP BY outlet, why ORDER BY count(*) DESC, outlet, why LIMIT 6"
    )
    rows = store.query(sql, {}).to_pylist()
    texts = _texts(store, [row["doc_id"] for row in rows])
    return tuple(passage(texts[row["doc_id"]], (row["start"], row["stop"]), row["why"]) for row in rows)


def of_cues(store: Store, plan: Plan) -> tuple[Passage, ...]:
    """Return some places where articles refer to each round."""
    rows = store.query(_CUES, {"most": _SHOWN}).to_pylist()
    texts = _texts(store, [row["doc_id"] for row in rows])
    labels = {item.id: item.label for item in plan.rounds}
    return tuple(
        passage(
            texts[row["doc_id"]],
            (row["start"], row["stop"]),
            f"refers to {labels[row['round']]}",
            in_title=row["part"] == "title",
        )
        for row in rows
    )


def wordings(store: Store, plan: Plan, within: str, phrases: Sequence[str]) -> list[Section]:
    """Return the words that set rounds apart, the names quoted most, and the first uses of phrases."""
    rounds = in_rounds(store, plan, [item.id for item in plan.rounds])
    said = spoken(store, rounds) if len(plan.rounds) > 1 else []
    return [
        _words(store, plan, within, said),
        _names(store, within, sorted(rounds)),
        _uses(store, plan, within, phrases),
    ]


def _words(store: Store, plan: Plan, within: str, said: Sequence[Spoken]) -> Section:
    sentences: list[str] = []
    rows: list[tuple[str | int | float, ...]] = []
    shown: list[Passage] = []
    for item in plan.rounds:
        others = [other.id for other in plan.rounds if other is not item]
        for part in said:
            found = words_between(part, [item.id], others)
            sentences += _sentences(found, within, item.label)
            rows += [
                (item.id, part.lang, w.word, *w.uses, round(w.log_odds, 2), round(w.low, 2), round(w.high, 2), w.groups)
                for w in found.words
            ]
            ours = [word.word for word in found.words if word.log_odds > 0 and not _is_stop(word.word, part.lang)]
            mine = [
                i for i, name in zip(part.articles["doc_id"].to_pylist(), part.rounds, strict=True) if name == item.id
            ]
            shown += _showing(store, ours[:_SHOWN], mine, item.label)
    columns = (
        "round",
        "language",
        "word",
        "uses here",
        "uses in other rounds",
        "log-odds",
        "low",
        "high",
        "copy groups",
    )
    listings = (Listing(name="words", title="Words that set rounds apart", columns=columns, rows=tuple(rows)),)
    return Section(
        id="words",
        title="Words that set rounds apart",
        sentences=tuple(dict.fromkeys(sentences)),
        listings=listings if rows else (),
        passages=tuple(shown),
    )


def _sentences(found: KeyWords, within: str, label: str) -> list[str]:
    lang = "texts of unknown language" if found.lang == UNKNOWN else f"texts in {found.lang}"
    ours = [word.word for word in found.words if word.log_odds > 0 and not _is_stop(word.word, found.lang)]
    if found.note:
        return [f"{within}, words can't set {label} apart in {lang}: {found.note}."]
    stops = [word.word for word in found.words if word.log_odds > 0 and _is_stop(word.word, found.lang)]
    if not ours:
        but = f" but such as say little: {', '.join(stops[:_WORDS])}" if stops else ""
        return [f"{within}, no word was found that {label} has more of than the other rounds, in {lang}{but}."]
    few = ", ".join(ours[:_WORDS]) + (f" and {len(ours) - _WORDS:,} more" if len(ours) > _WORDS else "")
    said = f"{within}, {label} has more of these words than the other rounds, in {lang}: {few}."
    return [said, f"{within}, {stand_out(found)}, for {label} in {lang}."]


def _is_stop(word: str, lang: str) -> bool:
    return word in STOP_WORDS.get(lang, frozenset()) or not any(map(str.isalpha, word))


def _showing(store: Store, words: Sequence[str], ids: Sequence[str], label: str) -> Iterator[Passage]:
    """Yield for each word one place in the first of some articles that has it."""
    left = {word: finder([word]) for word in words}
    for part in texts_of(store, ids) if left else ():
        for row in part.to_pylist():
            parts = [(name, fold(row[name])) for name in ("text", "title")]
            for word in list(left):
                hit = left[word].first_in(parts)
                if hit:
                    del left[word]
                    whole = _texts(store, [row["doc_id"]])[row["doc_id"]]
                    yield passage(whole, hit[1], f"“{word}”, {label}", in_title=hit[0] == "title")
        if not left:
            return


def _names(store: Store, within: str, in_a_round: Sequence[str]) -> Section:
    ids = store.query("SELECT doc_id FROM articles WHERE first_publisher ORDER BY doc_id", {})["doc_id"].to_pylist()
    where = within
    if len(ids) > _MOST_TEXTS:
        # Ids are hashes, so the first of them are a sample by chance.
        ids = list(in_a_round or ids)[:_MOST_TEXTS]
        where = f"{within} (looking only at {len(ids):,} {'of the rounds' if in_a_round else 'of them'})"
    articles: Counter[str] = Counter()
    outlets: defaultdict[str, set[str]] = defaultdict(set)
    places: dict[str, tuple[str, int, int]] = {}
    for part in texts_of(store, ids):
        for row in part.to_pylist():
            named = quoted_names(row["text"], row["lang"])
            for name in {item[0] for item in named}:
                articles[name] += 1
                outlets[name].add(row["outlet"])
            for name, start, stop in named:
                places.setdefault(name, (row["doc_id"], start, stop))
    top = sorted(articles.items(), key=lambda item: (-item[1], item[0]))[:_NAMES]
    if not top:
        said = f"{where}, no name was found that simple patterns show to be quoted."
        return Section(id="names", title="Most quoted names", sentences=(said,))
    few = ", ".join(f"{name} ({count:,})" for name, count in top[:8] if count > 1)
    how = "articles in brackets, copies once, each spelling by itself"
    said = f"{where}, simple patterns find these people quoted ({how}): {few}."
    if not few:
        said = f"{where}, simple patterns find nobody quoted in more than one article (copies once)."
    rows = tuple((name, count, len(outlets[name])) for name, count in top)
    texts = _texts(store, [places[name][0] for name, _ in top[:_SHOWN]])
    return Section(
        id="names",
        title="Most quoted names",
        sentences=(said,),
        listings=(Listing(name="names", title="Names quoted", columns=("name", "articles", "outlets"), rows=rows),),
        passages=tuple(passage(texts[places[name][0]], places[name][1:], f"quotes {name}") for name, _ in top[:_SHOWN]),
    )


@dataclass(slots=True)
class _Use:
    """The first article that holds a phrase, and what is known of the others."""

    row: Mapping[str, Any]
    place: tuple[int, int]
    in_title: bool
    articles: int = 1
    perhaps: set[str] = field(default_factory=set)

    def add(self, row: Mapping[str, Any]) -> None:
        """Count another article; one of the same day may have come before, where no hour says it did not."""
        self.articles += 1
        day, outlet = self.row["day"], self.row["outlet"]
        if row["day"] == day is not None and row["outlet"] != outlet:
            hours = row["precision"] != "day" != self.row["precision"]
            if not hours or row["published"] == self.row["published"]:
                self.perhaps.add(row["outlet"])


def _uses(store: Store, plan: Plan, within: str, phrases: Sequence[str]) -> Section:
    """Return who used each phrase first: those asked for, and the cues of the rounds."""
    wanted = [*phrases, *(phrase for item in plan.rounds for _, cues in item.cues for phrase in cues)]
    names = list(dict.fromkeys(wanted))
    found = _found(store, names)
    texts = _texts(store, [use.row["doc_id"] for use in found.values()])
    asked = set(phrases) or found.keys()
    sentences = [_said(phrase, found.get(phrase), within) for phrase in names if phrase in asked]
    uses = [(phrase, found[phrase]) for phrase in names if phrase in found]
    rows = tuple(
        (phrase, use.row["outlet"], use.row["day"], use.articles, len(use.perhaps), use.row["doc_id"])
        for phrase, use in uses
    )
    columns = ("phrase", "first used by", "day", "articles", "others perhaps before", "doc id")
    shown = [
        passage(texts[use.row["doc_id"]], use.place, f"first use of “{phrase}”", in_title=use.in_title)
        for phrase, use in uses[:_MOST_USES]
    ]
    listings = (Listing(name="phrases", title="First uses", columns=columns, rows=rows),) if rows else ()
    return Section(
        id="phrases", title="First uses", sentences=tuple(sentences), listings=listings, passages=tuple(shown)
    )


def _found(store: Store, phrases: Sequence[str]) -> dict[str, _Use]:
    finders = {phrase: finder([phrase]) for phrase in phrases}
    found: dict[str, _Use] = {}
    for row in _in_time(store) if finders else ():
        parts = [(name, fold(row[name])) for name in ("title", "text")]
        for phrase, wanted in finders.items():
            hit = wanted.first_in(parts)
            if hit and phrase in found:
                found[phrase].add(row)
            elif hit:
                found[phrase] = _Use({name: row[name] for name in _HEAD}, hit[1], in_title=hit[0] == "title")
    return found


def _said(phrase: str, use: _Use | None, within: str) -> str:
    if use is None:
        return f"{within}, nobody uses “{phrase}”."
    day, outlet, number = use.row["day"], use.row["outlet"], counted(use.articles, "article")
    if day is None:
        return f"{within}, “{phrase}” is used in {number}, and no day is known of any."
    others = sorted(use.perhaps)
    if others:
        few = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        who = f"{outlet} on {day}, or by {few} the same day: the hour is not known"
        return f"{within}, “{phrase}” is first used by {who}; {number} in all, copies included."
    return f"{within}, “{phrase}” is first used by {outlet} on {day}; {number} in all, copies included."


def _in_time(store: Store) -> Iterator[Mapping[str, Any]]:
    """Yield articles with their own words, the earliest first; one dated to the day comes at the day's end."""
    with store.snapshot() as then:
        for part in then.batches(_IN_TIME.format(spans=SPANS), {}):
            yield from own_words(part).to_pylist()


def listing(name: str, title: str, table: pa.Table) -> Listing:
    """Return a table as it is shown."""
    columns = [table[column].to_pylist() for column in table.column_names]
    words = tuple(column.replace("_", " ") for column in table.column_names)
    return Listing(name=name, title=title, columns=words, rows=tuple(zip(*columns, strict=True)))
