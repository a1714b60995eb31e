"""Which sentences can be drawn to be coded for a variable, and in which stratum each is: round and model's figure."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tenor.annotate.run import unread
from tenor.audit.asked import check
from tenor.audit.effect import Query, Source, rows_named
from tenor.audit.layers import BOILERPLATE
from tenor.audit.within import NOWHERE, Floats, Numbers, round_of
from tenor.coding.codebook import Variable
from tenor.coding.drawn import Wanted
from tenor.errors import MissingInput, StudyError
from tenor.model import Measure, Plan
from tenor.registry import measure_named, measures
from tenor.studyfile import round_stretch

LEVELS = ("low", "middle", "high")
_SENTENCES = """\
SELECT scores.doc_id AS doc_id, start, stop FROM scores
JOIN coders ON coders.role = 'encoder' AND coders.coder = scores.coder
WHERE part = 'body' ORDER BY doc_id, start"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawable:
    """The sentences of the rounds that can be drawn: of every article, without headlines and what outlets repeat.

    `units` are ``doc_id:start:stop``; `stratum` names the round and the third of it by what the model says.
    """

    units: pa.Array
    stratum: tuple[str, ...]

    @property
    def strata(self) -> pa.Table:
        """Return units and strata as a sample is drawn from them."""
        return pa.table({"doc_id": self.units, "stratum": pa.array(self.stratum, pa.string())})


def asked_of(plan: Plan, variable: Variable, wanted: Wanted) -> tuple[Measure, dict[str, str]]:
    """Return the measure by whose figures sentences are put into strata, and what it is asked.

    Raises
    ------
    TenorError
        No measure of this version stands behind the variable, it is asked about an actor and none is named, or there
        is no such actor or voice.
    """
    if variable.actor and not wanted.actor:
        raise StudyError(f"{variable.name} is asked about an actor", do="name one: --of actor=ID")
    if wanted.actor and not variable.actor:
        raise StudyError(f"{variable.name} is not asked about an actor", do="leave the actor out")
    possible = {"query", "actor", "technique"}
    for name in variable.measures:
        if name in measures() and set(measures()[name].parameters) <= possible:
            measure = measure_named(name)
            of = wanted.of | ({"technique": "any"} if "technique" in measure.parameters else {})
            check(plan, measure, of)
            return measure, of
    raise StudyError(f"no measure of this version says anything of {variable.name}", do="draw for another variable")


def drawable(source: Source, plan: Plan, variable: Variable, wanted: Wanted) -> Drawable:
    """Return the sentences that can be drawn for a variable.

    Parameters
    ----------
    source, plan
        The study; every article must have been read.
    variable, wanted
        What is coded, about whom, and in which voice.

    Raises
    ------
    TenorError
        As for `asked_of`, or the articles were not read.
    """
    measure, of = asked_of(plan, variable, wanted)
    if why := unread(source.query, plan, measure.needs):
        raise MissingInput(f"nothing can be drawn for {variable.name}: {why}")
    rows = rows_named(source, measure, "", (), of)
    inside = pc.fill_null(pc.not_equal(rows["part"], BOILERPLATE), True)
    rows = rows.filter(pc.and_(pc.and_(rows["doc_id"].is_valid(), inside), pc.greater(rows["den"], 0)))
    stretches = [round_stretch(plan.event, item, plan.event.window) for item in plan.rounds]
    at = round_of(rows["date"], stretches)
    rows, at = rows.filter(pa.array(at != NOWHERE)), at[at != NOWHERE]
    return _laid_out(unit_of(rows, source.query, measure), at, rows, plan)


def _laid_out(units: pa.Array, at: Numbers, rows: pa.Table, plan: Plan) -> Drawable:
    there = units.is_valid().to_numpy(zero_copy_only=False)
    coded = units.filter(pa.array(there)).dictionary_encode()
    own = coded.indices.to_numpy().astype(np.int64)
    size = len(coded.dictionary)
    num, den = (np.bincount(own, weights=rows[name].to_numpy()[there], minlength=size) for name in ("num", "den"))
    rounds = np.zeros(size, np.int64)
    rounds[own] = at[there]
    levels = thirds(num / den, rounds) if size else np.empty(0, np.int64)
    names = [f"{plan.rounds[one].id}: {LEVELS[third]}" for one, third in zip(rounds, levels, strict=True)]
    return Drawable(units=coded.dictionary, stratum=tuple(names))


def thirds(values: Floats, rounds: Numbers) -> Numbers:
    """Return for each value in which third of its round it lies; equal values lie together, by their middle rank.

    Examples
    --------
    >>> thirds(np.array([0.3, 0.1, 0.2, 0.9]), np.array([0, 0, 0, 1])).tolist()
    [2, 0, 1, 1]
    >>> thirds(np.array([1.0, 1, 1, 1, 0]), np.zeros(5, np.int64)).tolist()
    [1, 1, 1, 1, 0]
    """
    found = np.zeros(values.size, np.int64)
    for one in np.unique(rounds):
        own = rounds == one
        _, place, many = np.unique(values[own], return_inverse=True, return_counts=True)
        middle = (np.cumsum(many) - many / 2) / many.sum()
        found[own] = np.floor(3 * middle).astype(np.int64)[place]
    return found


def unit_of(rows: pa.Table, query: Query, measure: Measure) -> pa.Array:
    """Return the sentence of each row, ``doc_id:start:stop``; null in headlines and for whole articles."""
    body = pc.and_(pc.is_valid(rows["start"]), pc.not_equal(rows["part"], "title"))
    starts, stops = rows["start"], rows["stop"]
    if "actor" in measure.parameters:
        starts, stops = _around(rows, query)
    parts = [rows["doc_id"], starts.cast(pa.string()), stops.cast(pa.string()), pa.scalar(":")]
    found = pc.if_else(body, pc.binary_join_element_wise(*parts), pa.scalar(None, pa.string()))
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _around(rows: pa.Table, query: Query) -> tuple[pa.Array, pa.Array]:
    """Return start and stop of the sentence around each mention."""
    places: defaultdict[str, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for row in query(_SENTENCES, {}).to_pylist():
        places[row["doc_id"]][0].append(row["start"])
        places[row["doc_id"]][1].append(row["stop"])
    found: list[tuple[int | None, int | None]] = []
    for doc_id, start in zip(rows["doc_id"].to_pylist(), rows["start"].to_pylist(), strict=True):
        starts, stops = places[doc_id]
        at = bisect_right(starts, start if start is not None else -1) - 1
        inside = at >= 0 and start < stops[at]
        found.append((starts[at], stops[at]) if inside else (None, None))
    return pa.array([one for one, _ in found], pa.int64()), pa.array([other for _, other in found], pa.int64())
