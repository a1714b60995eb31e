"""Which rows of a measure count: copies once or each time, boilerplate left out or in; and whose days are doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.model import BoilerplateRule, CopyRule, Stretch

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]
BOILERPLATE = "boilerplate"


class Layer(NamedTuple):
    """A rule for copies and one for boilerplate; empty where the rows know of none."""

    copies: CopyRule
    boilerplate: BoilerplateRule


class Fault(NamedTuple):
    """Days of an outlet whose figures can't be believed."""

    outlet: str
    stretch: Stretch
    why: str


class Counted(NamedTuple):
    """The rows of a measure as arrays, and which of them count."""

    num: Floats
    den: Floats
    of_article: Flags
    kept: Flags


def layers_of(rows: pa.Table) -> list[Layer]:
    """Return every layer that makes sense for rows: figures counted by others have neither copies nor text."""
    if rows.num_rows == rows["doc_id"].null_count:
        return [Layer("", "")]
    inside = pc.any(pc.equal(rows["part"], BOILERPLATE)).as_py()
    rules: list[BoilerplateRule] = ["left out", "counted"] if inside else [""]
    copies: list[CopyRule] = ["once", "all"]
    return [Layer(copy, rule) for copy in copies for rule in rules]


def rows_of(rows: pa.Table, layer: Layer) -> Counted:
    """Return the rows that count under a layer.

    Under ``once`` a family of near-copies counts for the first of its articles that is counted at
    all; of a family in which none has anything above the line, the first one stays below it.
    """
    num = rows["num"].to_numpy(zero_copy_only=False).astype(float)
    den = rows["den"].to_numpy(zero_copy_only=False).astype(float)
    of_article = rows["doc_id"].is_valid().to_numpy()
    kept = np.ones(num.size, np.bool_)
    if layer.boilerplate == "left out":
        kept &= ~pc.fill_null(pc.equal(rows["part"], BOILERPLATE), False).to_numpy()
    if layer.copies == "once" and of_article.any():
        counted = np.where(kept, num, 0)[of_article]
        kept[of_article] &= _first_of_family(rows.filter(pa.array(of_article)), counted)
    return Counted(num, den, of_article, kept)


def squares_of(names: pa.ChunkedArray, num: Floats) -> Floats:
    """Return the square of each article's sum on the first of its rows, zero on the others.

    Examples
    --------
    >>> squares_of(pa.chunked_array([["a", "a", "b"]]), np.array([1.0, 2.0, 3.0])).tolist()
    [9.0, 0.0, 9.0]
    """
    own = names.combine_chunks().dictionary_encode().indices.to_numpy()
    found = np.zeros(num.size)
    _, first = np.unique(own, return_index=True)
    found[first] = np.bincount(own, weights=num)[own[first]] ** 2
    return found


def _first_of_family(rows: pa.Table, num: Floats) -> Flags:
    families = rows["copy_id"].combine_chunks().dictionary_encode().indices.to_numpy()
    articles = rows["doc_id"].combine_chunks().dictionary_encode()
    names = articles.dictionary.to_pylist()
    rank = np.empty(len(names), np.int64)
    rank[np.argsort(np.array(names), kind="stable")] = np.arange(len(names))
    own = articles.indices.to_numpy()
    some = np.bincount(own, weights=num, minlength=len(names))[own] > 0
    days = rows["date"].cast(pa.int32()).to_numpy()
    order = np.lexsort((rank[own], days, ~some, families))
    opening = order[np.flatnonzero(np.diff(families[order], prepend=-1))]
    chosen = np.zeros(len(names), np.bool_)
    chosen[own[opening]] = True
    made: Flags = chosen[own]
    return made


def places_of(outlets: pa.ChunkedArray) -> tuple[tuple[str, ...], Numbers]:
    """Return the outlets in order of their names, and the place of each row's."""
    coded = outlets.combine_chunks().dictionary_encode()
    names = coded.dictionary.to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    place = np.empty(len(names), np.int64)
    place[order] = np.arange(len(names))
    return tuple(names[at] for at in order), place[coded.indices.to_numpy()]


def faults_of(doubtful: pa.Table, outlets: Sequence[str], step: int) -> tuple[Fault, ...]:
    """Return the stretches of doubtful days of some outlets, days of one reason joined.

    Parameters
    ----------
    doubtful
        Rows ``outlet, start, days, why``.
    outlets
        Whose.
    step
        Only rows of so many days.
    """
    mine = pc.and_(pc.is_in(doubtful["outlet"], pa.array(outlets, pa.string())), pc.equal(doubtful["days"], step))
    rows = doubtful.filter(mine).sort_by([("outlet", "ascending"), ("start", "ascending")])
    if rows.num_rows == 0:
        return ()
    starts = rows["start"].cast(pa.int32()).to_numpy()
    kinds = [rows[name].combine_chunks().dictionary_encode().indices.to_numpy() for name in ("outlet", "why")]
    breaks = (np.diff(starts) != step) | (np.diff(kinds[0]) != 0) | (np.diff(kinds[1]) != 0)
    first = np.concatenate([[0], np.flatnonzero(breaks) + 1])
    last = np.concatenate([first[1:] - 1, [starts.size - 1]])
    names, whys = rows["outlet"].take(first), rows["why"].take(first)
    return tuple(
        Fault(name, Stretch(start=_day(starts[one]), stop=_day(starts[other] + step)), why)
        for name, why, one, other in zip(names.to_pylist(), whys.to_pylist(), first, last, strict=True)
    )


def _day(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=int(number))
