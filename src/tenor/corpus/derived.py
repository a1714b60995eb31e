"""What is made from documents and study file: families, boilerplate, articles, days, queries, rounds.

`refresh` makes anew what is out of date and leaves the rest alone. Each table is written in one step
together with the mark of what it was made from, so that a killed run is simply gone on with.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import pyarrow as pa

from tenor.corpus import agencies, articles, boilerplate, completeness, copies, reuse, rounds
from tenor.corpus.store import Store
from tenor.errors import StudyError
from tenor.model import Plan, Stretch
from tenor.studyfile import round_stretch
from tenor.tables import BOILERPLATE, MADE

# Another number whenever a table comes out differently from the same input.
_FORMAT = 5
_MOST_CELLS = 10_000_000
_AROUND = timedelta(days=366)
_FLOWS = "SELECT outlet, day, count(*) AS pieces FROM articles WHERE day IS NOT NULL GROUP BY outlet, day"
_REPEATED = """\
SELECT doc_id, outlet, documents.text, copy_id, heads.published FROM ({heads}) AS heads
JOIN documents USING (doc_id, outlet)
LEFT JOIN (SELECT doc_id, copy_id FROM copies WHERE threshold = $threshold) USING (doc_id)"""

Tables = dict[str, pa.Table]


@dataclass(frozen=True, slots=True)
class Step:
    """A table, or several that are made together: what it depends on, and how it is made."""

    table: str
    what: str
    of: str
    make: Callable[[Store, Plan], Tables]


def refresh(store: Store, plan: Plan, say: Callable[[str], None] = lambda _: None) -> tuple[str, ...]:
    """Bring what is made from documents and study file up to date.

    Parameters
    ----------
    store, plan
        The study.
    say
        Told what is being done, before each step that takes time.

    Returns
    -------
    tuple of str
        The tables that were made anew.

    Raises
    ------
    Busy
        Something is out of date, and another process writes.
    StudyError
        A query of the study has the name of a query of the counts.

    Examples
    --------
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> refresh(Store("corpus"), read_study(example_folder("debates") / "tenor.yaml"))
    ()
    """
    _check_names(store, plan)
    if not store.live().get("documents") and not store.live().get("made"):
        return ()
    made = {row["table"]: row["of"] for row in store.query("SELECT * FROM made", {}).to_pylist()}
    new = []
    for step in _steps(store, plan):
        if made.get(step.table) == step.of:
            continue
        say(step.what)
        found = step.make(store, plan)
        made[step.table] = step.of
        marks = [{"table": table, "of": of} for table, of in sorted(made.items())]
        store.replace({**found, "made": pa.Table.from_pylist(marks, MADE)})
        new.append(step.table)
    return tuple(new)


def stale(store: Store, plan: Plan) -> tuple[str, ...]:
    """Return the tables that `refresh` would make anew, in its order.

    Examples
    --------
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> stale(Store("corpus"), read_study(example_folder("debates") / "tenor.yaml"))
    ()
    """
    if not store.live().get("documents") and not store.live().get("made"):
        return ()
    made = {row["table"]: row["of"] for row in store.query("SELECT * FROM made", {}).to_pylist()}
    return tuple(step.table for step in _steps(store, plan) if made.get(step.table) != step.of)


def _check_names(store: Store, plan: Plan) -> None:
    """Refuse a name that stands for counts and for articles: nobody could tell which is meant."""
    mine = [item.id for item in plan.queries]
    if not mine or not store.live().get("counts"):
        return
    sql = "SELECT min(query) AS name FROM counts WHERE query IN (SELECT unnest($names))"
    name = store.query(sql, {"names": mine})["name"][0].as_py()
    if name is not None:
        what = f"'{name}' is a query of the study file and also a query of its counts"
        raise StudyError(what, do=f"give the one in {plan.file} another id")


def _steps(store: Store, plan: Plan) -> list[Step]:
    live = store.live()
    texts = _hash(_FORMAT, live.get("documents", []), live.get("tombstones", []))
    own = _hash(texts, plan.event.timezone)
    days = [asdict(item) for outlet in plan.outlets for item in outlet.declared]
    dates = [asdict(plan.event.window), plan.event.week_starts, *((item.id, item.date) for item in plan.rounds)]
    wires = sorted(outlet.name for outlet in plan.outlets if outlet.agency)
    envelope = _envelope(plan)
    return [
        Step("copies", "finding near-copies", texts, _copies),
        Step("boilerplate", "finding what outlets repeat", texts, _boilerplate),
        Step("articles", "dating and counting articles", own, _articles),
        Step("completeness", "checking which days were observed", _hash(own, days, envelope), _completeness),
        Step("matches", "asking the study's queries", _hash(own, [asdict(q) for q in plan.queries]), _matches),
        Step("assignments", "assigning rounds", _hash(own, rounds.rules_sha(plan)), _assignments),
        Step("origins", "finding agency texts", _hash(own, wires), _origins),
        Step("reuse", "finding wording that is used again", _hash(own, dates), _reuse),
    ]


def _hash(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, default=str, ensure_ascii=False).encode()).hexdigest()


def _copies(store: Store, _: Plan) -> Tables:
    kept = copies.Stored(
        signatures=store.query("FROM signatures", {}),
        pairs=store.query("FROM pairs", {}),
        boilerplate=store.query("FROM repeated", {}),
    )

    def texts(doc_ids: Sequence[str]) -> pa.Table:
        sql = "SELECT doc_id, title, text FROM documents WHERE doc_id IN (SELECT unnest($ids))"
        return store.query(sql, {"ids": list(doc_ids)})

    found = copies.update(articles.heads(store), texts, stored=kept)
    return {
        "copies": found.table,
        "signatures": found.signatures,
        "pairs": found.pairs,
        "repeated": found.boilerplate,
    }


def _boilerplate(store: Store, _: Plan) -> Tables:
    sql, bound = _REPEATED.format(heads=articles.HEADS), {"threshold": articles.COUNTED_AT}
    with store.snapshot() as then:
        known = boilerplate.repeated(then.batches(sql, bound))
    with store.snapshot() as then:
        parts = [boilerplate.marked(part, known) for part in then.batches(sql, bound)]
    found = pa.concat_tables(parts) if parts else BOILERPLATE.empty_table()
    return {"boilerplate": found.sort_by([("doc_id", "ascending"), ("start", "ascending")])}


def _articles(store: Store, plan: Plan) -> Tables:
    impossible = completeness.impossible_dates(articles.heads(store))
    return {"articles": articles.table(store, plan.event.timezone, impossible)}


def _completeness(store: Store, plan: Plan) -> Tables:
    flows = store.query(_FLOWS, {})
    declared = [item for outlet in plan.outlets for item in outlet.declared]
    names = set(flows["outlet"].to_pylist())
    mine = [item for item in declared if item.outlet in names]
    return {"completeness": completeness.checked(flows, span_of(flows, plan), mine)}


def _matches(store: Store, plan: Plan) -> Tables:
    return {"matches": rounds.matched(store, plan)}


def _assignments(store: Store, plan: Plan) -> Tables:
    return {"assignments": rounds.assigned(store, plan)}


def _origins(store: Store, plan: Plan) -> Tables:
    return {"origins": agencies.origins(store, plan)}


def _reuse(store: Store, plan: Plan) -> Tables:
    return {"reuse": reuse.reuse(store, plan)}


def span_of(flows: pa.Table, plan: Plan) -> Stretch:
    """Return the days that are looked at: from the first article to the last.

    Where that would be more outlet-days than can be handled (a very long corpus of very many
    outlets), the days around the study's rounds and comparison, with a year on each side.
    """
    if flows.num_rows == 0:
        return Stretch(start=date(1970, 1, 1), stop=date(1970, 1, 1))
    dates = sorted(flows["day"].unique().to_pylist())
    whole = Stretch(start=dates[0], stop=dates[-1] + timedelta(days=1))
    if whole.days * len(flows["outlet"].unique()) <= _MOST_CELLS:
        return whole
    near = _envelope(plan)
    start = max(whole.start, near.start - _AROUND)
    return Stretch(start=start, stop=max(start, min(whole.stop, near.stop + _AROUND)))


def _envelope(plan: Plan) -> Stretch:
    stretches = [round_stretch(plan.event, item, plan.event.window) for item in plan.rounds]
    stretches += [plan.comparison.stretch] if plan.comparison else []
    return Stretch(start=min(item.start for item in stretches), stop=max(item.stop for item in stretches))


def unobserved_days(store: Store) -> pa.Table:
    """Return the days on which an outlet's articles are no full count, as rows ``outlet, start, days, why``.

    Examples
    --------
    >>> unobserved_days(Store("corpus")).num_rows
    0
    """
    sql = (
        "SELECT outlet, day AS start, CAST(1 AS SMALLINT) AS days, why FROM completeness "
        "WHERE NOT observed ORDER BY outlet, day"
    )
    return store.query(sql, {})
