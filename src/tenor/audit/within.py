"""Rows of a measure on texts -> a difference between rounds, outlet by outlet, with everything behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.audit.frame import cut
from tenor.audit.layers import Layer, layers_of, rows_of
from tenor.compare.clusters import Rows
from tenor.compare.contrasts import Estimated, Weighing, contrast, difference_in_differences
from tenor.compare.ratios import ratio
from tenor.model import Hypothesis, Plan, Round, Stretch, Window
from tenor.studyfile import round_stretch

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
NOWHERE = -1
ALL_DAYS, QUIET_DAYS = "all days", "without the days of other events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of counting texts."""

    window: Window
    layer: Layer
    weighing: Weighing
    text: str = ""
    days: str = ""

    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return (axis, choice) pairs in words."""
        return (
            ("window", str(self.window)),
            ("pooling", self.weighing),
            *((("copies", f"copies {self.layer.copies}"),) if self.layer.copies else ()),
            *((("boilerplate", f"boilerplate {self.layer.boilerplate}"),) if self.layer.boilerplate else ()),
            *((("text", self.text),) if self.text else ()),
            *((("days", self.days),) if self.days else ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The rows of a measure that belong to articles, ready to be counted in any way.

    Parameters
    ----------
    plan, hypothesis, rounds
        What is asked.
    rows
        All rows of the measure.
    outlets
        Their names, in the order of their numbers.
    silent
        In which languages how many articles of the rounds have no row: the coder says nothing in that language.
    readings
        The rows again by which part of an article was read, where that can be chosen; the first are `rows`.
    """

    plan: Plan
    hypothesis: Hypothesis
    rounds: tuple[Round, ...]
    rows: pa.Table
    outlets: tuple[str, ...]
    silent: tuple[tuple[str, int], ...] = ()
    readings: tuple[tuple[str, pa.Table], ...] = ()

    def ways(self) -> list[Way]:
        """Return every way that applies, the registered one first."""
        event = self.plan.event
        layers = layers_of(self.rows)
        poolings: list[Weighing] = ["outlet", "pool"] if len(self.outlets) > 1 else ["pool"]
        every = [
            Way(window=window, layer=layer, weighing=weighing, text=text, days=days)
            for days in ([ALL_DAYS, QUIET_DAYS] if self.registered.days else [""])
            for text in ([name for name, _ in self.readings] or [""])
            for window in (event.window, *event.other_windows)
            for layer in layers
            for weighing in poolings
        ]
        first = self.registered
        return [first, *(way for way in every if way != first)]

    @property
    def registered(self) -> Way:
        """Return the way that the hypothesis names; outlets weigh the same unless it says otherwise."""
        layers = layers_of(self.rows)
        wanted = [layer for layer in layers if layer.copies in ("", self.hypothesis.copies)]
        one = len(self.outlets) < 2
        return Way(
            window=self.plan.event.window,
            layer=max(wanted or layers, key=lambda layer: layer.boilerplate != "counted"),
            weighing="pool" if one else "outlet",
            text=self.readings[0][0] if self.readings else "",
            days=ALL_DAYS if self._disturbed(self.plan.event.window) else "",
        )

    def _disturbed(self, window: Window) -> list[date]:
        """Return the days inside the rounds on which something else happened."""
        return [
            event.date
            for item, days in zip(self.rounds, self.stretches(window)[0], strict=True)
            for event in item.confounders
            if days.start <= event.date < days.stop
        ]

    def stretches(self, window: Window) -> tuple[tuple[Stretch, ...], str]:
        """Return the days of each round, and why there are none."""
        shorter, why = cut(window, self.rounds, self.plan.event, self.hypothesis.as_of)
        return tuple(round_stretch(self.plan.event, item, shorter) for item in self.rounds), why

    def counted(self, way: Way) -> tuple[Rows, str]:
        """Return the rows of the rounds under a way of counting, and why they can't be had."""
        _, rows, why = self.laid_out(way)
        return rows, why

    def laid_out(self, way: Way) -> tuple[pa.Table, Rows, str]:
        """Return the rows that count as they are stored and as arrays, one beside the other, and why there are none."""
        stretches, why = self.stretches(way.window)
        if not why and any(one.overlaps(other) for at, one in enumerate(stretches) for other in stretches[:at]):
            why = "under this window the rounds overlap"
        rows = self._inside(stretches, way.text)
        if way.days == QUIET_DAYS:
            rows = rows.filter(pc.invert(pc.is_in(rows["date"], pa.array(self._disturbed(way.window), pa.date32()))))
        own = rows_of(rows, way.layer)
        keep = own.kept & (own.den > 0)
        rows, rounds = rows.filter(pa.array(keep)), round_of(rows["date"], stretches)[keep]
        found = _arrays(rows, own.num[keep], own.den[keep], rounds, self.outlets)
        return rows, found, why

    def _inside(self, stretches: Sequence[Stretch], text: str = "") -> pa.Table:
        """Return the rows of articles whose day is in one of the rounds."""
        rows = dict(self.readings).get(text, self.rows)
        inside = round_of(rows["date"], stretches) != NOWHERE
        return rows.filter(pa.array(inside & rows["doc_id"].is_valid().to_numpy()))

    def shown(self) -> pa.Table:
        """Return the rows of the rounds that count in the registered way, with the round of each, lowest first."""
        way = self.registered
        stretches, _ = self.stretches(way.window)
        rows = self._inside(stretches)
        rows = rows.filter(pa.array(rows_of(rows, way.layer).kept))
        labels = [item.label for item in self.rounds]
        at = round_of(rows["date"], stretches)
        rows = rows.append_column("window", pa.array([labels[number] for number in at], pa.string()))
        rows = rows.append_column("order", pa.array(at))
        keys = [(name, "ascending") for name in ("order", "num", "outlet", "doc_id", "start")]
        return rows.sort_by(keys).drop_columns(["order"])

    def estimated(self, way: Way) -> Estimated:
        """Return the contrast of the rounds under a way of counting, or their ratio where a margin is one."""
        rows, why = self.counted(way)
        weights = [weight for _, weight in self.hypothesis.contrast]
        if why or not len(rows):
            return Estimated(
                value=None, population=self.hypothesis.population, why_not=why or "no such text in any of the rounds"
            )
        population = self.hypothesis.population
        if self.hypothesis.margin.unit == "ratio":
            why = "two groups are compared by their differences, and this measure as a ratio"
            if self.hypothesis.groups:
                return Estimated(value=None, population=population, why_not=why)
            return ratio(rows, weights, population=population, weighing=way.weighing)
        if not self.hypothesis.groups:
            return contrast(rows, weights, population=population, weighing=way.weighing)
        first, second = (
            rows.only(
                np.isin(rows.outlet, [self.outlets.index(name) for name in group.outlets if name in self.outlets])
            )
            for group in self.hypothesis.groups
        )
        return difference_in_differences(first, second, weights, population=population, weighing=way.weighing)


def with_words(rows: pa.Table, texts: Mapping[str, Mapping[str, str]]) -> pa.Table:
    """Return rows with the words they are about, each in its document.

    Parameters
    ----------
    rows
        As `Texts.shown` gives them.
    texts
        ``title``, ``text`` and ``url`` of each document.
    """
    found = []
    for row in rows.to_pylist():
        document = texts[row["doc_id"]]
        words = document["title"] if row["part"] == "title" or row["start"] is None else document["text"]
        passage = words if row["start"] is None else words[row["start"] : row["stop"]]
        kept = {name: row[name] for name in ("window", "outlet", "date", "doc_id", "part", "start", "stop", "speech")}
        # A measure of what a round adds up to has no value of its own for one article.
        value = row["num"] / row["den"] if row["num"] is not None and row["den"] else None
        found.append({**kept, "value": value, "passage": passage, "url": document["url"]})
    return pa.Table.from_pylist(found)


def texts_of(plan: Plan, hypothesis: Hypothesis, rows: pa.Table, articles: pa.Table) -> Texts:
    """Gather the rows of a measure for a hypothesis.

    Parameters
    ----------
    plan, hypothesis
        What is asked.
    rows
        All rows of the measure.
    articles
        ``doc_id, lang, day, outlet`` of every article.
    """
    own = rows.filter(rows["doc_id"].is_valid())
    names = sorted(own["outlet"].unique().to_pylist())
    rounds = tuple(plan.round(name) for name, _ in hypothesis.contrast)
    made = Texts(plan=plan, hypothesis=hypothesis, rounds=rounds, rows=rows, outlets=tuple(names))
    stretches, _ = made.stretches(plan.event.window)
    there = articles.filter(pa.array(round_of(articles["day"], stretches) != NOWHERE))
    if hypothesis.members:
        there = there.filter(pc.is_in(there["outlet"], pa.array(hypothesis.members, pa.string())))
    spoken = set(there.filter(pc.is_in(there["doc_id"], own["doc_id"].combine_chunks()))["lang"].to_pylist())
    counts = Counter(lang for lang in there["lang"].to_pylist() if lang not in spoken)
    return replace(made, silent=tuple(sorted(counts.items())))


def rows_in(rows: pa.Table, stretches: Sequence[Stretch], outlets: Sequence[str]) -> Rows:
    """Return the rows that lie in some stretches as arrays; the number of the stretch stands for the round."""
    at = round_of(rows["date"], stretches)
    num, den = (rows[name].to_numpy(zero_copy_only=False).astype(float) for name in ("num", "den"))
    keep = (at != NOWHERE) & (den > 0)
    return _arrays(rows.filter(pa.array(keep)), num[keep], den[keep], at[keep], outlets)


def _arrays(rows: pa.Table, num: Floats, den: Floats, rounds: Numbers, outlets: Sequence[str]) -> Rows:
    return Rows(
        num=num,
        den=den,
        outlet=pc.index_in(rows["outlet"], pa.array(outlets, pa.string())).to_numpy().astype(np.int64),
        round=rounds,
        copy=_codes(rows["copy_id"]),
        day=rows["date"].cast(pa.int32()).to_numpy().astype(np.int64),
        document=_codes(rows["doc_id"]),
    )


def round_of(days: pa.ChunkedArray, stretches: Sequence[Stretch]) -> Numbers:
    """Return the round of each day, `NOWHERE` where it is in none."""
    at = days.cast(pa.int32()).to_numpy()
    found = np.full(at.size, NOWHERE, np.int64)
    for number, stretch in enumerate(stretches):
        found[(at >= _number(stretch.start)) & (at < _number(stretch.stop))] = number
    return found


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)) // timedelta(days=1)


def _codes(column: pa.ChunkedArray) -> Numbers:
    codes: Numbers = column.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    return codes
