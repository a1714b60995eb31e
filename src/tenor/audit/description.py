"""What is in a study before any claim: sentences that are true of these articles, and what stands behind them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.audit import passages
from tenor.audit.layers import faults_of
from tenor.audit.passages import listing
from tenor.audit.run import manifest_of
from tenor.corpus import completeness, rounds
from tenor.corpus.derived import span_of, unobserved_days
from tenor.corpus.describe import counts_table
from tenor.corpus.feeds import too_sparse
from tenor.corpus.store import Store
from tenor.described import Description, Listing, Observed, Section
from tenor.grammar import counted, verb
from tenor.model import Plan, Stretch

_MOST_COLUMNS = 120
_OUTLETS = """\
SELECT outlet, lang, count(*) AS articles, count(DISTINCT copy_id) AS copy_groups, min(day) AS first, max(day) AS last,
       CAST(median(body_words) AS BIGINT) AS median_words, count(*) FILTER (WHERE day IS NULL) AS undated
FROM articles GROUP BY outlet, lang ORDER BY articles DESC, outlet, lang"""
_UNDATED = """\
SELECT why_undated AS why, count(*) AS articles FROM articles WHERE day IS NULL
GROUP BY ALL ORDER BY articles DESC, why"""
_VERSIONS = """\
SELECT count(*) AS articles, count(*) FILTER (WHERE versions > 1) AS edited
FROM (SELECT count(*) AS versions FROM documents WHERE native_id <> '' GROUP BY outlet, native_id)"""
_BOILERPLATE = """\
SELECT sum(body_words + boilerplate_words) AS words, sum(boilerplate_words) AS repeated,
       count(*) FILTER (WHERE boilerplate_words > 0) AS articles FROM articles"""
_SPAN = "SELECT min(day) AS first, max(day) AS last FROM completeness"
# A week begins on Monday, as 1 January of 1 did; `$length` is a whole number of weeks.
_FLOWS = """\
SELECT outlet, min(day) AS first, max(day) AS last, CAST(sum(pieces) AS BIGINT) AS pieces,
       count(*) FILTER (WHERE observed) AS observed, list(why ORDER BY day) FILTER (WHERE why <> '') AS whys
FROM completeness GROUP BY outlet, (day - DATE '0001-01-01') // $length ORDER BY outlet, first"""
_DAYS = "SELECT count(*) AS days FROM completeness"
_DECLARED = "SELECT * FROM completeness WHERE declared <> '' ORDER BY outlet, day"


def describe(store: Store, plan: Plan, phrases: Sequence[str] = (), *, words: bool = True) -> Description:
    """Describe a study; what is made from its articles must be up to date.

    Parameters
    ----------
    store, plan
        The study.
    phrases
        Whose first use is looked for, besides the cues of the rounds; ``*`` ends a word.
    words
        Whether to read what articles say: their words, names and phrases, which takes longest.

    Raises
    ------
    StudyError
        A phrase holds no word.
    """
    outlets = store.query(_OUTLETS, {})
    number = sum(outlets["articles"].to_pylist())
    sections = [*_counts(store), *_articles(store, outlets, number)]
    if number:
        within = these(number)
        sections += [passages.copies(store, within), _boilerplate(store, within), _completeness(store, plan, within)]
        sections.append(_rounds(store, plan, within))
        sections += passages.wordings(store, plan, within, phrases) if words else []
    return Description(
        plan=plan,
        articles=number,
        sections=tuple(item for item in sections if item.sentences),
        flows=_flows(store),
        manifest=manifest_of((), ()),
    )


def these(number: int) -> str:
    """Return how every sentence begins, so that nobody reads it as one about all coverage.

    Examples
    --------
    >>> these(600), these(1)
    ('In these 600 articles', 'In this one article')
    """
    return f"In these {number:,} articles" if number != 1 else "In this one article"


def _counts(store: Store) -> list[Section]:
    table = counts_table(store)
    if table.num_rows == 0:
        return []
    figures = sum(table["observed"].to_pylist())
    outlets, queries = (len(set(table[name].to_pylist())) for name in ("outlet", "query"))
    first, last = min(table["first"].to_pylist()), max(table["last"].to_pylist())
    within = f"In these {figures:,} figures" if figures != 1 else "In this one figure"
    whose = counted(outlets, "outlet or pool", "outlets or pools")
    asked = f"{counted(queries, 'query', 'queries')} of {whose} {verb(queries, 'was', 'were')} counted"
    sentences = [f"{within}, {asked}, {_over(first, last)}."]
    missing, doubtful = (sum(table[name].to_pylist()) for name in ("missing", "doubtful"))
    if missing:
        gaps = counted(missing, "day or week", "days or weeks")
        sentences.append(f"{within}, {gaps} between first and last {verb(missing, 'is', 'are')} missing.")
    if doubtful:
        said = counted(doubtful, "looks like a feed that stopped: it is", "look like a feed that stopped: they are")
        sentences.append(f"{within}, {said} not taken for zeros.")
    shown = listing("counts", "Figures by outlet and query", table)
    return [Section(id="counts", title="Counts", sentences=tuple(sentences), listings=(shown,))]


def _articles(store: Store, outlets: pa.Table, number: int) -> list[Section]:
    if not number:
        return []
    rows = outlets.to_pylist()
    names, langs = ({row[key] for row in rows} for key in ("outlet", "lang"))
    days = [day for row in rows for day in (row["first"], row["last"]) if day is not None]
    when = _over(min(days), max(days)) if days else "on unknown days"
    within = these(number)
    known = sorted(lang for lang in langs if lang != rounds.UNKNOWN)
    spoken = f"in {', '.join(known)}" if known else "in a language that was not recognised"
    sentences = [f"{within}, {counted(len(names), 'outlet')} {verb(len(names), 'speaks', 'speak')} {spoken}, {when}."]
    unknown = sum(row["articles"] for row in rows if row["lang"] == rounds.UNKNOWN)
    if unknown and known:
        sentences.append(f"{within}, {counted(unknown, 'is', 'are')} too short, or too mixed, to tell the language.")
    for row in store.query(_UNDATED, {}).to_pylist():
        n, them = row["articles"], "it" if row["articles"] == 1 else "them"
        sentences.append(
            f"{within}, {counted(n, 'is', 'are')} without a day ({row['why']}): nothing that counts days has {them}."
        )
    edited = store.query(_VERSIONS, {}).to_pylist()[0]["edited"]
    if edited:
        sentences.append(f"{within}, {counted(edited, 'is', 'are')} there in several versions; the newest one counts.")
    if len(names) == 1:
        sentences.append(f"{within}, one outlet speaks alone: nothing can be said about how outlets differ.")
    shown = listing("outlets", "Articles by outlet and language", outlets)
    return [Section(id="here", title="What is here", sentences=tuple(sentences), listings=(shown,))]


def _over(first: date, last: date) -> str:
    return f"on {first}" if first == last else f"from {first} to {last}"


def _boilerplate(store: Store, within: str) -> Section:
    row = store.query(_BOILERPLATE, {}).to_pylist()[0]
    if not row["repeated"]:
        said = f"{within}, no line was found that an outlet repeats again and again."
        return Section(id="boilerplate", title="What outlets repeat", sentences=(said,))
    share = row["repeated"] / row["words"]
    said = (
        f"{within}, {share:.1%} of the words are lines that an outlet repeats or that point elsewhere "
        f"(in {row['articles']:,} of them); no measure counts these words unless you ask for it."
    )
    return Section(
        id="boilerplate",
        title="What outlets repeat",
        sentences=(said,),
        passages=passages.of_boilerplate(store),
    )


def _completeness(store: Store, plan: Plan, within: str) -> Section:
    flows = store.query("SELECT outlet, day, pieces FROM completeness WHERE pieces > 0", {})
    names, days = set(flows["outlet"].to_pylist()), sum(store.query(_DAYS, {})["days"].to_pylist())
    sparse = _sparse(flows, span_of(flows, plan))
    found = _faults(store)
    doubted = len({item[0] for item in found})
    sentences = []
    if not names:
        sentences.append(f"{within}, there is no day: how complete the outlets are can't be told.")
    elif not found:
        sentences.append(
            f"{within}, no gap, stop or sample was found in the {counted(len(names), 'outlet')} with a day."
        )
    else:
        sentences.append(
            f"{within}, {doubted} of the {counted(len(names), 'outlet')} with a day {verb(doubted, 'is', 'are')} "
            "not a full count on all days; such days are never taken for zeros."
        )
    if names:
        few = f"{flows.num_rows:,} of {counted(days, 'day')} {verb(flows.num_rows, 'has', 'have')}"
        sentences.append(f"{within}, each outlet's days taken together, {few} a piece.")
    if sparse:
        few = ", ".join(sparse[:8]) + (f" and {len(sparse) - 8} more" if len(sparse) > 8 else "")
        sentences.append(f"{within}, {counted(len(sparse), 'outlet')} ran too little to tell whether it is all: {few}.")
    sentences += [f"{within}, {said}." for said in completeness.disagreements(store.query(_DECLARED, {}))]
    columns = ("outlet", "from", "to", "days", "why")
    shown = Listing(name="gaps", title="Days that are no full count", columns=columns, rows=tuple(found))
    return Section(
        id="completeness",
        title="What was observed",
        sentences=tuple(sentences),
        listings=(shown,) if found else (),
    )


def _sparse(flows: pa.Table, span: Stretch) -> list[str]:
    """Return the outlets that ran too little to tell anything."""
    daily: dict[str, NDArray[np.int64]] = {}
    for row in flows.to_pylist():
        own = daily.setdefault(row["outlet"], np.zeros(span.days, np.int64))
        if span.start <= row["day"] < span.stop:
            own[(row["day"] - span.start).days] = row["pieces"]
    return [name for name, pieces in sorted(daily.items()) if too_sparse(pieces)]


def _faults(store: Store) -> list[tuple[str, date, date, int, str]]:
    """Return the unobserved stretches, each with its first and last day."""
    days = unobserved_days(store)
    return [
        (outlet, stretch.start, stretch.stop - timedelta(days=1), stretch.days, why)
        for outlet, stretch, why in faults_of(days, days["outlet"].unique().to_pylist(), 1)
    ]


def _rounds(store: Store, plan: Plan, within: str) -> Section:
    tables = rounds.rounds_tables(store, plan)
    sentences = []
    for row in tables.rounds.to_pylist():
        said = f"{within}, {counted(row['by_date'], 'falls', 'fall')} into the days of {row['label']} ({row['days']})"
        if row["cues"]:
            said += f", and {counted(row['by_reference'], 'refers', 'refer')} to it in so many words"
        sentences.append(f"{said}.")
        if row["by_first_copy"]:
            n = row["by_first_copy"]
            said = f"{n:,} of those of {row['label']} came out on other days, or on no known day"
            copied = verb(n, "it is a copy", "they are copies")
            sentences.append(f"{within}, {said}: {copied} of what was first published then.")
    clash = sum(
        row["articles"]
        for row in tables.disagreement.to_pylist()
        if "none" not in (row["by_date"], row["by_reference"]) and row["by_date"] not in row["by_reference"].split()
    )
    older = sum(not row["round"] for row in tables.follows.to_pylist())
    if older:
        said = verb(older, "belongs to none: a copy of an older piece", "belong to none: copies of older pieces")
        sentences.append(f"{within}, {older:,} came out in the days of a round and {said}.")
    if clash:
        speak = verb(clash, "speaks", "speak")
        sentences.append(f"{within}, {clash:,} came out in one round and {speak} only of another.")
    listings = [listing("rounds", "Articles by round", tables.rounds)]
    if any(item.cues for item in plan.rounds):
        listings.append(listing("disagreement", "By date and by what they refer to", tables.disagreement))
    if tables.follows.num_rows:
        listings.append(listing("follows", "Copies that follow their first publication", tables.follows))
    return Section(
        id="rounds",
        title="Rounds",
        sentences=tuple(sentences),
        listings=tuple(listings),
        passages=passages.of_cues(store, plan),
    )


def _flows(store: Store) -> tuple[Observed, ...]:
    """Return every outlet week by week; by longer stretches where that would be too many."""
    span = store.query(_SPAN, {}).to_pylist()[0]
    if span["first"] is None:
        return ()
    first, last = ((span[name] - date.min).days for name in ("first", "last"))
    length = 7
    while last // length - first // length >= _MOST_COLUMNS:
        length *= 2
    return tuple(
        Observed(
            outlet=row["outlet"],
            stretch=Stretch(start=row["first"], stop=row["last"] + timedelta(days=1)),
            pieces=row["pieces"],
            observed=row["observed"],
            why="; ".join(dict.fromkeys(row["whys"] or ())),
        )
        for row in store.query(_FLOWS, {"length": length}).to_pylist()
    )
