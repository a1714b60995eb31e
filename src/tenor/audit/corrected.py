"""A verdict on a model's figures, corrected by what people say of sentences that were drawn by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.audit.drawable import Drawable, drawable, unit_of
from tenor.audit.effect import Source
from tenor.audit.within import Texts, Way
from tenor.coding.agreement import said_of
from tenor.coding.codebook import Variable, variable_of
from tenor.coding.drawn import Wanted, outgrown
from tenor.coding.sample import Sample, kept_sample
from tenor.compare.clusters import Rows, summed
from tenor.compare.contrasts import Estimated
from tenor.compare.correct import Coded, Corrected, corrected
from tenor.corpus.human import Journal
from tenor.errors import StudyError, TenorError
from tenor.evidence import CodedRound, Corrections, Number
from tenor.grammar import counted, listed, verb
from tenor.model import Hypothesis, Measure, Plan

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
NEEDED = 100
"""How many sentences of each round must be coded before a verdict rests on them, unless all are."""
BOTH = 25
"""Of a share: how many people must have called yes in each round, and how many the model must have called no."""
MISSED = 0.05
"""Which share of what is counted may lie outside what could be drawn, and is then left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What people say of the sentences that a hypothesis counts, and with which chance each could be drawn.

    Parameters
    ----------
    numbers
        What people say of a sentence (``doc_id:start:stop``), in numbers.
    there, stratum
        The sentences that could be drawn, and the place of each one's stratum in `names`; None without a sample.
    chances
        With which chance a sentence of each stratum was drawn and coded.
    names
        The strata.
    drawn, coded
        How many sentences were drawn, and how many of them are coded.
    sampled
        Whether a sample was drawn for them at all.
    why
        Why these codes can't correct a model, so that they only tell how far coders agree.
    """

    numbers: Mapping[str, float]
    there: pa.Array | None = None
    stratum: Numbers | None = None
    chances: Floats | None = None
    names: tuple[str, ...] = ()
    drawn: int = 0
    coded: int = 0
    sampled: bool = False
    why: str = ""


def said_by_people(
    source: Source,
    plan: Plan,
    hypotheses: Sequence[Hypothesis],
    coded: tuple[pa.Table, Sequence[Variable]],
    journal: Journal,
) -> dict[str, Said]:
    """Return by the id of a hypothesis what people said, where somebody coded its variable.

    Parameters
    ----------
    source, plan, hypotheses
        The study, and what is asked of a model.
    coded
        The codes that stand, and the variables of the study.
    journal
        Where samples are kept.
    """
    codes, variables = coded
    frames: dict[Wanted, Drawable] = {}
    found = {}
    for item in hypotheses:
        of = dict(item.parameters)
        variable = variable_of(item.measure, variables)
        numbers, why = said_of(item.measure, of, codes, variables)
        if variable is None or not (numbers or why):
            continue
        actor = of.get("actor", "") if variable.actor else ""
        wanted = Wanted(variable=variable.name, actor=actor, speech=of.get("speech", ""))
        units = {f"{doc_id}:{start}:{stop}": one for (doc_id, start, stop), one in numbers.items() if start >= 0}
        # A sample of one voice serves a claim about it best; one of all voices serves it too.
        own, sample = next(
            ((one, kept) for one in (wanted, replace(wanted, speech="")) if (kept := kept_sample(journal, one.name))),
            (wanted, None),
        )
        if why or sample is None:
            found[item.id] = Said(numbers=units, why=why or f"the codes were not drawn by chance (`{own.command}`)")
            continue
        try:
            frames[own] = frames.get(own) or drawable(source, plan, variable, own)
        except TenorError as error:
            found[item.id] = Said(numbers=units, sampled=True, why=error.what)
            continue
        found[item.id] = _sampled(units, sample, frames[own], own.command)
    return found


def _sampled(units: Mapping[str, float], sample: Sample, frame: Drawable, again: str) -> Said:
    """Return codes with the chance of each sentence: that of its stratum to be drawn, times the share coded of it."""
    if why := outgrown(sample, frame.strata, again):
        return Said(numbers=units, sampled=True, why=why)
    names, place = np.unique(np.array(frame.stratum), return_inverse=True)
    drawn_ids = sample.rows["doc_id"].to_pylist()
    coded = {unit: units[unit] for unit in drawn_ids if unit in units}
    own = pc.index_in(pa.array(list(coded), pa.string()), frame.units).to_numpy(zero_copy_only=False)
    sizes = np.bincount(place, minlength=names.size)
    done = np.bincount(place[own.astype(np.int64)], minlength=names.size)
    return Said(
        numbers=coded,
        there=frame.units,
        stratum=place.astype(np.int64),
        chances=done / np.maximum(sizes, 1),
        names=tuple(str(name) for name in names),
        drawn=len(drawn_ids),
        coded=len(coded),
        sampled=True,
        why="" if coded else "nothing of the sample is coded yet",
    )


# ----------------------------------------------------------------------------------- with a hypothesis


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """The rows of a hypothesis joined with what people say of some of them.

    Parameters
    ----------
    texts
        The rows, with the sentence of each as ``unit``.
    measure, said
        What is measured, and what people say.
    scale
        By what a code is divided to stand in the unit of the measure: the spread of the codes, or 1 for shares.
    """

    texts: Texts
    measure: Measure
    said: Said
    scale: float

    def estimated(self, way: Way) -> Estimated:
        """Return the corrected contrast under a way of counting, or why there is none."""
        found = self.three(way)
        if isinstance(found, str):
            return Estimated(value=None, population=self.texts.hypothesis.population, why_not=found)
        how = f"corrected by {counted(sum(found.coded), 'sentence')} that people coded"
        return replace(found.corrected, method=f"{how}; {found.corrected.method}" if found.corrected.method else "")

    def three(self, way: Way) -> Corrected | str:
        """Return the three numbers under a way of counting, or why there are none."""
        joined = self._joined(way)
        if isinstance(joined, str):
            return joined
        hypothesis = self.texts.hypothesis
        weights = [weight for _, weight in hypothesis.contrast]
        try:
            found = corrected(joined, weights, population=hypothesis.population, weighing=way.weighing)
        except StudyError as error:
            return f"people's codes can't correct it: {error.what}"
        return found or "no outlet has sentences in every round"

    def _joined(self, way: Way) -> Coded | str:
        table, rows, why = self.texts.laid_out(way)
        if why or not len(rows):
            return why or "no such text in any of the rounds"
        named, titles = table["unit"].is_valid().to_numpy(), pc.equal(table["part"], "title").to_numpy()
        if self.said.there is None:
            return self._all_coded(table, rows, ~titles)
        at = pc.fill_null(pc.index_in(table["unit"], self.said.there), -1).to_numpy().astype(np.int64)
        inside = named & (at >= 0)
        missed = int(np.sum(~inside & ~titles))
        if missed > MISSED * max(1, int(np.sum(~titles))):
            return f"{missed:,} of {int(np.sum(~titles)):,} sentences counted this way could not be drawn"
        own, first = np.unique(at[inside], return_index=True)
        return self._coded(self._by_unit(rows.only(inside), at[inside], first), own)

    def _by_unit(self, rows: Rows, at: Numbers, first: Numbers) -> Rows:
        """Return one row a sentence: mentions in it are taken together."""
        place = np.unique(at, return_inverse=True)[1]
        num, den = (summed(place, item, first.size) for item in (rows.num, rows.den))
        return replace(rows.only(first), num=num, den=den)

    def _coded(self, rows: Rows, own: Numbers) -> Coded | str:
        assert self.said.there is not None
        assert self.said.stratum is not None
        assert self.said.chances is not None
        stratum = self.said.stratum[own]
        pi = self.said.chances[stratum]
        if empty := sorted({self.said.names[one] for one in stratum[pi <= 0]}):
            return f"no sentence of {listed(empty)} is coded yet"
        names = self.said.there.take(pa.array(own)).to_pylist()
        codes = np.array([self.said.numbers.get(name, np.nan) for name in names]) / self.scale
        return Coded(rows=rows, codes=codes, pi=pi, stratum=stratum)

    def _all_coded(self, table: pa.Table, rows: Rows, kept: NDArray[np.bool_]) -> Coded | str:
        """Return rows without a draw: only where every sentence is coded nothing depends on which ones were."""
        names = table["unit"].to_pylist()
        codes = np.array([self.said.numbers.get(name, np.nan) for name in names]) / self.scale
        if np.isnan(codes[kept]).any() or not kept.any():
            return self.said.why
        whole = rows.only(kept)
        return Coded(rows=whole, codes=codes[kept], pi=np.ones(len(whole)), stratum=np.zeros(len(whole), np.int64))


@dataclass(frozen=True, slots=True, kw_only=True)
class Checks:
    """What people's codes do for a hypothesis on a model's figures.

    Parameters
    ----------
    unchecked
        Why no verdict can stand on the figures; empty where people checked them, or no model is asked.
    correction
        The figures with the codes that correct them.
    note
        Why codes that are there correct nothing.
    """

    unchecked: str = ""
    correction: Correction | None = None
    note: str = ""

    @property
    def decides(self) -> Correction | None:
        """Return the correction, where the verdict stands on it."""
        return None if self.unchecked else self.correction


def checks_of(texts: Texts, measure: Measure, said: Said | None, source: Source, unchecked: str) -> Checks:
    """Return what people's codes do for a hypothesis.

    Parameters
    ----------
    texts, measure
        The rows of the hypothesis.
    said
        What people said; None where nobody coded anything, or no model is asked.
    source
        For the places of sentences.
    unchecked
        Why the figures can't be believed, as far as the agreement of coders goes.
    """
    correction, why = _correction(texts, measure, said, source)
    if correction is None:
        # Who has drawn a sample wants the figures corrected: until that is possible, they are not believed.
        blocked = why if said is not None and said.sampled else ""
        return Checks(unchecked=unchecked or blocked, note=why)
    return Checks(unchecked=unchecked or too_few(correction), correction=correction)


def _correction(texts: Texts, measure: Measure, said: Said | None, source: Source) -> tuple[Correction | None, str]:
    """Return a hypothesis joined with codes, or why they can't correct it."""
    if said is None or not said.numbers:
        return None, said.why if said is not None else ""
    if said.why and said.there is None and len(said.numbers) < texts.rows.num_rows / 2:
        return None, said.why
    scale = 1.0 if measure.scale != "sd" else _spread(said)
    if scale <= 0:
        return None, "all codes are the same, so that nothing shows what one standard deviation is"
    rows = texts.rows.append_column("unit", unit_of(texts.rows, source.query, measure))
    found = Correction(texts=replace(texts, rows=rows), measure=measure, said=said, scale=scale)
    three = found.three(texts.registered)
    return (None, three) if isinstance(three, str) else (found, "")


def _spread(said: Said) -> float:
    """Return the standard deviation of what people would say of all sentences, each code standing for its stratum's."""
    numbers = np.array(list(said.numbers.values()))
    if said.there is None or said.stratum is None or said.chances is None:
        weights = np.ones(numbers.size)
    else:
        at = pc.index_in(pa.array(list(said.numbers), pa.string()), said.there).to_numpy(zero_copy_only=False)
        weights = 1 / said.chances[said.stratum[at.astype(np.int64)]]
    middle = np.average(numbers, weights=weights)
    return float(np.sqrt(np.average((numbers - middle) ** 2, weights=weights)))


def too_few(correction: Correction) -> str:
    """Say why a verdict can't rest on the codes yet; nothing, where it can."""
    joined, rounds = correction._joined(correction.texts.registered), correction.texts.rounds
    if isinstance(joined, str):
        return joined
    short = []
    for number, item in enumerate(rounds):
        own = joined.rows.round == number
        done, size = int(np.sum(joined.there & own)), int(own.sum())
        if done == size or correction.texts.hypothesis.contrast[number][1] == 0:
            continue
        if done < NEEDED:
            short.append(f"{done:,} of {item.label}, where {min(NEEDED, size)} are needed")
        elif correction.measure.scale == "share":
            short += _one_sided(joined, own & joined.there, item.label)
    return f"too few sentences that were drawn by chance are coded: {listed(short)}" if short else ""


def _one_sided(coded: Coded, mine: NDArray[np.bool_], label: str) -> list[str]:
    yes, no = int(np.sum(coded.codes[mine] >= 0.5)), int(np.sum(coded.figures[mine] < 0.5))
    found = [f"{yes} of {label} are a yes, where {BOTH} are needed"] if yes < BOTH else []
    return found + ([f"{no} of {label} are a no to the model, where {BOTH} are needed"] if no < BOTH else [])


# ---------------------------------------------------------------------------------------- what is shown


def corrections(correction: Correction, alpha: float, why: str) -> Corrections | None:
    """Return the three numbers as a finding shows them.

    Parameters
    ----------
    correction
        The rows with the codes.
    alpha
        The level that Holm leaves to the hypothesis.
    why
        Why the corrected number does not decide; empty if it does.
    """
    found = correction.three(correction.texts.registered)
    if isinstance(found, str):
        return None
    parts = (("the model alone", found.model), ("people's codes alone", found.codes), ("corrected", found.corrected))
    weights = [weight for _, weight in correction.texts.hypothesis.contrast]
    used = [item for item, weight in zip(correction.texts.rounds, weights, strict=True) if weight]
    return Corrections(
        numbers=tuple(_number(whose, one, alpha) for whose, one in parts if one.value is not None),
        rounds=tuple(
            CodedRound(label=item.label, coded=done, units=size, lam=lam)
            for item, done, size, lam in zip(used, found.coded, found.size, found.lam, strict=True)
        ),
        n_codes=sum(found.coded),
        coding_error=found.coding_error,
        decides=not why,
        why=why,
        notes=tuple(_notes(correction)),
    )


def _number(whose: str, one: Estimated, alpha: float) -> Number:
    assert one.value is not None
    low, high = one.test.interval(alpha) if one.test is not None else (None, None)
    return Number(whose=whose, value=one.value, low=low, high=high, method=one.method or one.why_not)


def _notes(correction: Correction) -> list[str]:
    said, (table, _, _) = correction.said, correction.texts.laid_out(correction.texts.registered)
    titles = int(pc.sum(pc.equal(table["part"], "title")).as_py() or 0)
    found = ["rounds and outlets by themselves are as the model reads them, uncorrected"]
    if titles:
        found.append(f"the corrected difference leaves out {counted(titles, 'headline')}, which nobody codes")
    if said.coded < said.drawn:
        missing = said.drawn - said.coded
        what = f"{missing:,} of {counted(said.drawn, 'drawn sentence')} {verb(missing, 'is', 'are')} not coded"
        found.append(f"{what}: they are taken to be missing by chance")
    if correction.measure.scale == "sd":
        found.append("one standard deviation of the codes is that of the codes drawn, taken as it is")
    return found
