"""Parts of a description that rest on the words of articles, each with the passages that show it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from tenor.audit.keywords import Spoken, in_rounds, spoken, texts_of, words_between
from tenor.corpus.articles import COUNTED_AT
from tenor.corpus.phrases import finder, fold
from tenor.corpus.rounds import UNKNOWN
from tenor.corpus.store import Store
from tenor.corpus.wording import STOP_WORDS, quoted_names
from tenor.described import KeyWords
from tenor.model import Listing, Passage, Plan, Section

AROUND = 160
_PAIRS, _WORDS, _NAMES, _SHOWN = 5, 15, 20, 3
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
       count(DISTINCT later.copy_id) AS copy_groups
FROM articles AS later JOIN articles AS first ON later.copy_id = first.doc_id
WHERE later.doc_id <> first.doc_id GROUP BY ALL ORDER BY articles DESC, had_it_first, printed_it_too"""
_LARGEST = """\
SELECT copy_id, count(*) AS articles, count(DISTINCT outlet) AS outlets, min(day) AS first, max(day) AS last
FROM articles GROUP BY copy_id HAVING count(*) > 1 ORDER BY articles DESC, copy_id LIMIT 50"""

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
    share = f"{later:,} ({later / number:.1%})"
    sentences = [
        f"{within}, {share} are near-copies or language editions of one that came out before.",
        f"{within}, {main['copy_groups']:,} copy groups are left where each counts once, for who had it first.",
    ]
    if main["editions"]:
        sentences.append(f"{within}, {main['editions']:,} of those came in as language editions of one piece.")
    others = [f"{row['copies'] + row['editions']:,} at {level:g}" for level, row in at.items() if level != COUNTED_AT]
    sentences.append(f"{within}, other thresholds of likeness find more or fewer copies: {', '.join(others)}.")
    who = store.query(_WHO, {})
    between = [row for row in who.to_pylist() if row["had_it_first"] != row["printed_it_too"]]
    if between:
        top = between[0]
        sentences.append(
            f"{within}, {top['printed_it_too']} most often printed what {top['had_it_first']} had before: "
            f"{top['articles']:,} articles."
        )
    largest = store.query(_LARGEST, {})
    return Section(
        id="copies",
        title="Copies",
        sentences=tuple(sentences),
        listings=(_listing("who", "Who had it first", who), _listing("largest", "The largest copy groups", largest)),
        passages=tuple(_pairs(store, largest["copy_id"].to_pylist()[:_PAIRS])),
    )


def _pairs(store: Store, groups: Sequence[str]) -> Iterator[Passage]:
    """Yield the beginning of the first article of each group, and of its last copy."""
    sql = (
        "SELECT copy_id, arg_max(doc_id, published) AS last FROM articles "
        "WHERE copy_id IN (SELECT unnest($ids)) GROUP BY copy_id"
    )
    last = (
        {row["copy_id"]: row["last"] for row in store.query(sql, {"ids": list(groups)}).to_pylist()} if groups else {}
    )
    texts = _texts(store, [*groups, *last.values()])
    for number, group in enumerate(groups, 1):
        for doc_id, what in ((group, "first"), (last[group], "a copy")):
            if doc_id in texts and (what == "first" or doc_id != group):
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
        title=row["title"],
        text=text[start : span[1] + (AROUND if span[1] else 2 * AROUND)],
        start=span[0] - start,
        stop=span[1] - start,
        url=row["url"],
        about=about,
    )


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
    if not ours:
        return [f"{within}, no word was found that {label} has more of than the other rounds, in {lang}."]
    few = ", ".join(ours[:_WORDS])
    chance = (
        f"of {found.tested:,} words tested, up to {found.by_chance:.0f} would stand out by chance"
    )
    return [f"{within}, {label} has more of these words than the other rounds, in {lang}: {few} ({chance})."]


def _is_stop(word: str, lang: str) -> bool:
    return word in STOP_WORDS.get(lang, frozenset()) or not any(map(str.isalpha, word))


def _showing(store: Store, words: Sequence[str], ids: Sequence[str], label: str) -> Iterator[Passage]:
    """Yield for each word one place in the first of some articles that has it."""
    left = {word: finder([word]) for word in words}
    for part in texts_of(store, ids) if left else ():
        for row in part.to_pylist():
            folded = fold(row["text"])
            for word in list(left):
                place = left[word].first(folded)
                if place:
                    del left[word]
                    whole = _texts(store, [row["doc_id"]])[row["doc_id"]]
                    yield passage(whole, place, f"“{word}”, {label}")
        if not left:
            return


def _names(store: Store, within: str, in_a_round: Sequence[str]) -> Section:
    ids = store.query("SELECT doc_id FROM articles WHERE first_publisher ORDER BY doc_id", {})["doc_id"].to_pylist()
    where = within
    if len(ids) > _MOST_TEXTS:
        ids = list(in_a_round)[:_MOST_TEXTS]
        where = f"{within} (looking at {len(ids):,} of the rounds, each copy group once)"
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
    few = ", ".join(f"{name} ({count:,})" for name, count in top[:8])
    said = f"{where}, these names are quoted in most articles, as simple patterns find them: {few}."
    rows = tuple((name, count, len(outlets[name])) for name, count in top)
    texts = _texts(store, [places[name][0] for name, _ in top[:_SHOWN]])
    return Section(
        id="names",
        title="Most quoted names",
        sentences=(said,),
        listings=(Listing(name="names", title="Names quoted", columns=("name", "articles", "outlets"), rows=rows),),
        passages=tuple(passage(texts[places[name][0]], places[name][1:], f"quotes {name}") for name, _ in top[:_SHOWN]),
    )


def _uses(store: Store, plan: Plan, within: str, phrases: Sequence[str]) -> Section:
    """Return who used each phrase first: those asked for, and the cues of the rounds."""
    wanted = [*phrases, *(phrase for item in plan.rounds for _, cues in item.cues for phrase in cues)]
    finders = {phrase: finder([phrase]) for phrase in dict.fromkeys(wanted)}
    counts: Counter[str] = Counter()
    first: dict[str, tuple[str, tuple[int, int], bool]] = {}
    for row in _in_time(store) if finders else ():
        parts = [(fold(row["title"]), True), (fold(row["text"]), False)]
        for phrase, wanted_one in finders.items():
            hits = [(place, in_title) for part, in_title in parts if (place := wanted_one.first(part))]
            if hits:
                counts[phrase] += 1
                first.setdefault(phrase, (row["doc_id"], *hits[0]))
    texts = _texts(store, [doc_id for doc_id, _, _ in first.values()])
    sentences, shown, rows = [], [], []
    for phrase in finders:
        if phrase not in first:
            if phrase in phrases:
                sentences.append(f"{within}, nobody uses “{phrase}”.")
            continue
        doc_id, place, in_title = first[phrase]
        row, n = texts[doc_id], counts[phrase]
        if phrase in phrases or len(phrases) == 0:
            who = f"{row['outlet']} on {row['day']}"
            sentences.append(f"{within}, “{phrase}” is first used by {who}, and in {n:,} of them in all.")
        rows.append((phrase, row["outlet"], row["day"], n, doc_id))
        shown.append(passage(row, place, f"first use of “{phrase}”", in_title=in_title))
    columns = ("phrase", "first used by", "day", "articles", "doc id")
    listings = (Listing(name="phrases", title="First uses", columns=columns, rows=tuple(rows)),) if rows else ()
    return Section(
        id="phrases", title="First uses", sentences=tuple(sentences), listings=listings, passages=tuple(shown[:12])
    )


def _in_time(store: Store) -> Iterator[Mapping[str, Any]]:
    """Yield dated articles with their texts, the earliest first; one dated to the day comes at its end."""
    sql = (
        "SELECT doc_id, title, text FROM articles JOIN documents USING (doc_id) WHERE day IS NOT NULL "
        "ORDER BY day, articles.precision = 'day', articles.published, doc_id"
    )
    with store.snapshot() as then:
        for part in then.batches(sql, {}):
            yield from part.to_pylist()


def _listing(name: str, title: str, table: pa.Table) -> Listing:
    columns = [table[column].to_pylist() for column in table.column_names]
    words = tuple(column.replace("_", " ") for column in table.column_names)
    return Listing(name=name, title=title, columns=words, rows=tuple(zip(*columns, strict=True)))
