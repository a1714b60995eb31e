"""What is in a study before any claim: sentences that are true of these articles, and what stands behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.audit import passages
from tenor.audit.run import manifest_of
from tenor.corpus import completeness, rounds
from tenor.corpus.derived import span_of
from tenor.corpus.describe import counts_table
from tenor.corpus.feeds import too_sparse
from tenor.corpus.store import Store
from tenor.described import Description, Listing, Observed, Section
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
_UNOBSERVED = "SELECT outlet, day, why FROM completeness WHERE NOT observed ORDER BY outlet, day"
_DECLARED = "SELECT * FROM completeness WHERE declared <> '' ORDER BY outlet, day"


def describe(store: Store, plan: Plan, phrases: Sequence[str] = ()) -> Description:
    """Describe a study; what is made from its articles must be up to date.

    Parameters
    ----------
    store, plan
        The study.
    phrases
        Whose first use is looked for, besides the cues of the rounds; ``*`` ends a word.

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
        sections += [_rounds(store, plan, within), *passages.wordings(store, plan, within, phrases)]
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


def listing(name: str, title: str, table: pa.Table) -> Listing:
    """Return a table as it is shown."""
    columns = [table[column].to_pylist() for column in table.column_names]
    words = tuple(column.replace("_", " ") for column in table.column_names)
    return Listing(name=name, title=title, columns=words, rows=tuple(zip(*columns, strict=True)))


def _counts(store: Store) -> list[Section]:
    table = counts_table(store)
    if table.num_rows == 0:
        return []
    figures = sum(table["observed"].to_pylist())
    outlets, queries = (len(set(table[name].to_pylist())) for name in ("outlet", "query"))
    first, last = min(table["first"].to_pylist()), max(table["last"].to_pylist())
    within = f"In these {figures:,} figures" if figures != 1 else "In this one figure"
    whose = counted(outlets, "outlet or pool", "outlets or pools")
    asked = f"{counted(queries, 'query', 'queries')} of {whose} {_were(queries)} counted"
    sentences = [f"{within}, {asked}, {_over(first, last)}."]
    missing, doubtful = (sum(table[name].to_pylist()) for name in ("missing", "doubtful"))
    if missing:
        unit = "day or week" if missing == 1 else "days or weeks"
        sentences.append(f"{within}, {missing:,} {unit} between first and last {_are(missing)} missing.")
    if doubtful:
        said = "looks like a feed that stopped: it is" if doubtful == 1 else "look like a feed that stopped: they are"
        sentences.append(f"{within}, {doubtful:,} {said} not taken for zeros.")
    shown = listing("counts", "Figures by outlet and query", table)
    return [Section(id="counts", title="Counts", sentences=tuple(sentences), listings=(shown,))]


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun.

    Examples
    --------
    >>> counted(1, "outlet"), counted(2, "query", "queries")
    ('1 outlet', '2 queries')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


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
    sentences = [f"{within}, {counted(len(names), 'outlet')} {_speak(len(names))} {spoken}, {when}."]
    unknown = sum(row["articles"] for row in rows if row["lang"] == rounds.UNKNOWN)
    if unknown and known:
        sentences.append(f"{within}, {unknown:,} {_are(unknown)} too short, or too mixed, to tell the language.")
    for row in store.query(_UNDATED, {}).to_pylist():
        n, them = row["articles"], "it" if row["articles"] == 1 else "them"
        sentences.append(
            f"{within}, {n:,} {_are(n)} without a day ({row['why']}): nothing that counts days has {them}."
        )
    edited = store.query(_VERSIONS, {}).to_pylist()[0]["edited"]
    if edited:
        sentences.append(f"{within}, {edited:,} {_are(edited)} there in several versions; the newest one counts.")
    if len(names) == 1:
        sentences.append(f"{within}, one outlet speaks alone: nothing can be said about how outlets differ.")
    shown = listing("outlets", "Articles by outlet and language", outlets)
    return [Section(id="here", title="What is here", sentences=tuple(sentences), listings=(shown,))]


def _speak(number: int) -> str:
    return "speaks" if number == 1 else "speak"


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _has(number: int) -> str:
    return "has" if number == 1 else "have"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"


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
    found = _faults(store.query(_UNOBSERVED, {}))
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
            f"{within}, {doubted} of the {counted(len(names), 'outlet')} with a day {_are(doubted)} not a full count "
            "on all days; such days are never taken for zeros."
        )
    if names:
        few = f"{flows.num_rows:,} of {counted(days, 'day')}"
        sentences.append(f"{within}, each outlet's days taken together, {few} {_has(flows.num_rows)} a piece.")
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


def _faults(table: pa.Table) -> list[tuple[str, date, date, int, str]]:
    """Return the unobserved stretches, days of one reason that follow each other joined."""
    rows = table.to_pylist()

    def key(item: tuple[int, Mapping[str, date]]) -> tuple[object, ...]:
        at, row = item
        return row["outlet"], row["why"], row["day"].toordinal() - at

    found = []
    for (outlet, why, _), group in groupby(enumerate(rows), key=key):
        days = [row["day"] for _, row in group]
        found.append((str(outlet), days[0], days[-1], len(days), str(why)))
    return found


def _rounds(store: Store, plan: Plan, within: str) -> Section:
    tables = rounds.rounds_tables(store, plan)
    sentences = []
    for row in tables.rounds.to_pylist():
        said = f"{within}, {row['by_date']:,} {_fall(row['by_date'])} into the days of {row['label']} ({row['days']})"
        if row["cues"]:
            said += f", and {row['by_reference']:,} {_refer(row['by_reference'])} to it in so many words"
        sentences.append(f"{said}.")
        if row["by_first_copy"]:
            n = row["by_first_copy"]
            said = f"{n:,} of those of {row['label']} came out on other days, or on no known day"
            copied = "it is a copy" if n == 1 else "they are copies"
            sentences.append(f"{within}, {said}: {copied} of what was first published then.")
    clash = sum(
        row["articles"]
        for row in tables.disagreement.to_pylist()
        if "none" not in (row["by_date"], row["by_reference"]) and row["by_date"] not in row["by_reference"].split()
    )
    older = sum(not row["round"] for row in tables.follows.to_pylist())
    if older:
        said = f"{older:,} came out in the days of a round and {_belong(older)} to none: {_copies(older)}"
        sentences.append(f"{within}, {said}.")
    if clash:
        sentences.append(f"{within}, {clash:,} came out in one round and {_speak_of(clash)} only of another.")
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


def _fall(number: int) -> str:
    return "falls" if number == 1 else "fall"


def _refer(number: int) -> str:
    return "refers" if number == 1 else "refer"


def _belong(number: int) -> str:
    return "belongs" if number == 1 else "belong"


def _copies(number: int) -> str:
    return "a copy of an older piece" if number == 1 else "copies of older pieces"


def _speak_of(number: int) -> str:
    return "speaks" if number == 1 else "speak"


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
