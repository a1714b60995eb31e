"""How far people agree on what they coded, and whether a measure may be called validated."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tenor.coding.codebook import BETWEEN, NEUTRAL, NONE, VARIABLES, Variable, variable_of
from tenor.compare.agree import ACCEPTABLE, Agreement, Floats, Level, agreement
from tenor.errors import StudyError, did_you_mean
from tenor.grammar import counted, listed

NEEDED = 50
"""How many units must be coded twice before a verdict rests on them."""
NEEDED_A_ROUND = 10
"""How many in each round of the contrast: coders may agree on one round and not on another."""
FEWEST = 20
"""With fewer units coded twice, a language or a round has no alpha of its own."""

AGREEMENT = pa.schema(
    [
        pa.field("variable", pa.string(), nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("scale", pa.string(), nullable=False),
        pa.field("by", pa.string(), nullable=False),
        pa.field("of", pa.string(), nullable=False),
        pa.field("codes", pa.int64(), nullable=False),
        pa.field("coders", pa.int64(), nullable=False),
        pa.field("units", pa.int64(), nullable=False),
        pa.field("coded_twice", pa.int64(), nullable=False),
        pa.field("alpha", pa.float64()),
        pa.field("low", pa.float64()),
        pa.field("high", pa.float64()),
        pa.field("word", pa.string(), nullable=False),
        pa.field("why", pa.string(), nullable=False),
    ]
)

_Row = Mapping[str, str | int | None]


def agreement_table(
    codes: pa.Table,
    variables: Sequence[Variable] = VARIABLES,
    *,
    languages: Mapping[str, str] | None = None,
    rounds: Mapping[str, str] | None = None,
) -> pa.Table:
    """Return how far coders agree on each variable and actor: in all, and by language and round.

    Parameters
    ----------
    codes
        As `tenor.coding.codes.codes` gives them; what the codebook does not know is left out.
    variables
        As `tenor.coding.codebook.read_codebook` gives them.
    languages, rounds
        The language and the round of an article by its doc_id; articles that are not named are in none.

    Returns
    -------
    pyarrow.Table
        Of AGREEMENT. `by` is all, language or round, and `of` which; `why` says what is missing where `alpha`,
        `low` and `high` are empty. The intervals (95 %) are from draws of whole articles.

    Raises
    ------
    StudyError
        A code is none of the values that its variable has now.

    Examples
    --------
    >>> from tenor.coding.codes import CODES
    >>> rows = [(f"d{n}", coder, str(n % 5 + 1)) for n in range(30) for coder in ("ann", "bea")]
    >>> said = [{"doc_id": doc_id, "variable": "arousal", "actor": "", "value": v, "coder": c} for doc_id, c, v in rows]
    >>> found = agreement_table(pa.Table.from_pylist(said, CODES))
    >>> [(row["variable"], row["coded_twice"], row["alpha"], row["word"]) for row in found.to_pylist()]
    [('arousal', 30, 1.0, 'good')]
    """
    groups = _grouped(codes)
    rows = []
    for variable in variables:
        for actor in sorted({actor for name, actor in groups if name == variable.name}):
            own = groups[variable.name, actor]
            scored = _scores(variable)
            rows.append(_line(variable, actor, ("all", ""), own, _agreement(own, scored)))
            for by, of in (("language", languages or {}), ("round", rounds or {})):
                rows += [
                    _line(variable, actor, (by, name), part, _of_part(part, scored))
                    for name, part in _parts(own, of).items()
                ]
    return pa.Table.from_pylist(rows, AGREEMENT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Validation:
    """Whether human codes stand behind a measure, and if not, why.

    `agreement` is that of the codes behind it, None where there are none, and `n_codes` how many they are.
    """

    ok: bool
    why: str
    agreement: Agreement | None
    n_codes: int


def validated(
    measure: str,
    parameters: Mapping[str, str],
    codes: pa.Table,
    rounds: Mapping[str, str],
    contrast: Sequence[str],
    variables: Sequence[Variable] = VARIABLES,
) -> Validation:
    """Return whether human codes are there for a measure, enough of them, in all rounds, and in agreement.

    Ask it about measures that a model gives: one that no variable of the codebook stands for is never validated.

    Parameters
    ----------
    measure
        Its name, with or without version.
    parameters
        What it is asked about: ``{"actor": "accord"}`` takes the codes about that actor, ``{"emotion": "fear"}``
        whether coders agree on where there is fear.
    codes
        As `tenor.coding.codes.codes` gives them.
    rounds
        The round of an article by its doc_id, for all its versions: a code stays with the version it was given to.
    contrast
        The rounds that the hypothesis compares.
    variables
        As `tenor.coding.codebook.read_codebook` gives them.

    Returns
    -------
    Validation
        Not ok without codes; with fewer than NEEDED units coded twice, or fewer than NEEDED_A_ROUND in a round;
        or if the lower end of alpha's 95 % interval is below ACCEPTABLE.

    Examples
    --------
    >>> from tenor.coding.codes import CODES
    >>> validated("tone.arousal", {}, CODES.empty_table(), {}, ["r1", "r3"]).why
    'no human codes for arousal'
    """
    variable = variable_of(measure, variables)
    if variable is None:
        return Validation(ok=False, why=f"no variable of the codebook stands for {measure}", agreement=None, n_codes=0)
    actor = parameters.get("actor", "") if variable.actor else ""
    name = f"{variable.name} ({actor})" if actor else variable.name
    rows = [
        row
        for (of, about), own in _grouped(codes).items()
        if of == variable.name and actor in ("", about)
        for row in own
    ]
    if not rows:
        return Validation(ok=False, why=f"no human codes for {name}", agreement=None, n_codes=0)
    try:
        found = _agreement(rows, _asked(variable, measure, parameters) or _scores(variable))
    except StudyError as error:
        return Validation(
            ok=False, why=f"the codes for {name} can't be used: {error}", agreement=None, n_codes=len(rows)
        )
    why = _too_few(rows, found, name, rounds, contrast) or _too_low(found, name)
    return Validation(ok=not why, why=why, agreement=found, n_codes=len(rows))


Unit = tuple[str, int, int]
"""An article by its doc_id, or a sentence of it from start to stop; -1 and -1 for the whole article."""


def said_of(
    measure: str, parameters: Mapping[str, str], codes: pa.Table, variables: Sequence[Variable] = VARIABLES
) -> tuple[dict[Unit, float], str]:
    """Return what people say of each unit in numbers that a measure can be held against, and why there are none.

    Parameters
    ----------
    measure, parameters, codes, variables
        As for `validated`.

    Returns
    -------
    tuple
        By unit the mean of its coders: a number as it is, an ordinal answer by its place, 1 and 0 for whether it is
        what the measure counts. Empty where the variable's answers stand for no number.

    Examples
    --------
    >>> from tenor.coding.codes import CODES
    >>> said = [{"doc_id": "d1", "variable": "loaded", "actor": "", "value": v, "coder": v} for v in ("yes", "no")]
    >>> said_of("language.loaded", {}, pa.Table.from_pylist(said, CODES))
    ({('d1', -1, -1): 0.5}, '')
    """
    variable = variable_of(measure, variables)
    if variable is None:
        return {}, f"no variable of the codebook stands for {measure}"
    actor = parameters.get("actor", "") if variable.actor else ""
    groups = _grouped(codes)
    rows = [row for (of, about), own in groups.items() if of == variable.name and actor in ("", about) for row in own]
    found: defaultdict[Unit, list[float]] = defaultdict(list)
    try:
        number = _number_of(variable, measure, parameters)
        for row in rows:
            found[_unit(row)[:3]].append(number(str(row["value"])))
    except StudyError as error:
        return {}, f"the codes for {variable.name} can't be used: {error}"
    return {unit: sum(numbers) / len(numbers) for unit, numbers in found.items()}, ""


def _number_of(variable: Variable, measure: str, parameters: Mapping[str, str]) -> Callable[[str], float]:
    """Return what turns an answer into a number.

    Raises
    ------
    StudyError
        The answers are names, and nothing says which of them is counted.
    """
    asked = _asked(variable, measure, parameters)
    if asked is not None:
        return asked.number
    if variable.scale != "nominal":
        return _scores(variable).number
    if set(variable.values) != {"yes", "no"}:
        raise StudyError(f"the answers to {variable.name} are no numbers", do="compare one of them")
    return lambda value: float(_plain(variable, value) == "yes")


def _too_few(
    rows: Sequence[_Row], found: Agreement, name: str, rounds: Mapping[str, str], contrast: Sequence[str]
) -> str:
    if found.pairable < NEEDED:
        units = counted(found.pairable, "unit has", "units have")
        return f"too few human codes for {name}: {units} been coded by two people, and {NEEDED} are needed"
    twice = Counter(rounds.get(str(unit[0]), "") for unit, coders in Counter(map(_unit, rows)).items() if coders >= 2)
    short = [f"{twice[item]:,} in {item}" for item in contrast if twice[item] < NEEDED_A_ROUND]
    if short:
        return (
            f"human codes for {name} don't cover every round: {listed(short)}, and {NEEDED_A_ROUND} are needed in each"
        )
    return ""


def _too_low(found: Agreement, name: str) -> str:
    if found.alpha is None or found.low is None or found.high is None:
        return f"nothing can be said of how far coders agree on {name}: {found.why}"
    if found.low >= ACCEPTABLE:
        return ""
    interval = f"95 % interval {found.low:.2f} to {found.high:.2f}"
    reached = f"the lower end must reach {ACCEPTABLE:.3f}"
    return f"coders agree too little on {name}: alpha {found.alpha:.2f}, {interval}, and {reached}"


# ------------------------------------------------------------------------------------- from codes to arrays


@dataclass(frozen=True, slots=True)
class _Scores:
    """On which scale codes are compared, and where a value stands on it."""

    scale: Level
    number: Callable[[str], float]


def _scores(variable: Variable) -> _Scores:
    """Return the scale of a variable; nominal answers are numbered by their spelling."""
    numbers: dict[str, float] = {}

    def named(value: str) -> float:
        return numbers.setdefault(_plain(variable, value), float(len(numbers)))

    if variable.scale == "nominal":
        return _Scores("nominal", named)
    return _Scores(variable.scale, lambda value: variable.number(_plain(variable, value)))


def _plain(variable: Variable, value: str) -> str:
    try:
        return variable.read(value)
    except StudyError as error:
        do = "code it again, or put the value back into the codebook"
        raise StudyError(f"a code of {variable.name} is '{value}', which it can't be any more", do=do) from error


def _asked(variable: Variable, measure: str, parameters: Mapping[str, str]) -> _Scores | None:
    """Return yes and no, where a measure asks about one value of many: fear among emotions."""
    wanted = [value for key, value in parameters.items() if key not in ("actor", "speech", "query")]
    if measure.partition("@")[0] == "tone.neutral":
        wanted = [NEUTRAL]
    if variable.scale != "nominal" or len(wanted) != 1:
        return None
    value = wanted[0]
    if value == "any":
        return _Scores("nominal", lambda said: float(_plain(variable, said) != NONE))
    if value not in variable.values:
        raise StudyError(f"{variable.name} has no value '{value}'", do=did_you_mean(value, variable.values))
    return _Scores("nominal", lambda said: float(value in _plain(variable, said).split(BETWEEN)))


def _unit(row: _Row) -> tuple[str, int, int, str]:
    start, stop = row["start"], row["stop"]
    whole = start is None or stop is None
    return str(row["doc_id"]), -1 if whole else int(str(start)), -1 if whole else int(str(stop)), str(row["actor"])


def _grouped(codes: pa.Table) -> dict[tuple[str, str], list[_Row]]:
    groups: defaultdict[tuple[str, str], list[_Row]] = defaultdict(list)
    for row in codes.to_pylist():
        groups[row["variable"], row["actor"]].append(row)
    return dict(sorted(groups.items()))


def _parts(rows: Sequence[_Row], of: Mapping[str, str]) -> dict[str, list[_Row]]:
    parts: defaultdict[str, list[_Row]] = defaultdict(list)
    for row in rows:
        if name := of.get(str(row["doc_id"]), ""):
            parts[name].append(row)
    return dict(sorted(parts.items()))


def _agreement(rows: Sequence[_Row], scores: _Scores) -> Agreement:
    """Return the agreement of codes; the sentences of an article are drawn together."""
    table, articles = _laid_out(rows, scores)
    return agreement(table, scores.scale, clusters=articles)


def _of_part(rows: Sequence[_Row], scores: _Scores) -> Agreement:
    """Return the agreement on a part of the codes, or that they are too few for it."""
    table, articles = _laid_out(rows, scores)
    twice = int(((~np.isnan(table)).sum(axis=1) >= 2).sum())
    if twice >= FEWEST:
        return agreement(table, scores.scale, clusters=articles)
    return Agreement(
        alpha=None,
        low=None,
        high=None,
        level=scores.scale,
        units=len(table),
        coders=table.shape[1],
        pairable=twice,
        why=f"{counted(twice, 'unit has', 'units have')} been coded by two people, and {FEWEST} are needed",
    )


def _laid_out(rows: Sequence[_Row], scores: _Scores) -> tuple[Floats, NDArray[np.int64]]:
    """Return codes as units by coders, and a number for the article of each unit."""
    units = {unit: place for place, unit in enumerate(sorted(set(map(_unit, rows))))}
    coders = {name: place for place, name in enumerate(sorted({str(row["coder"]) for row in rows}))}
    table = np.full((len(units), len(coders)), np.nan)
    for row in rows:
        table[units[_unit(row)], coders[str(row["coder"])]] = scores.number(str(row["value"]))
    articles: dict[str, int] = {}
    return table, np.array([articles.setdefault(unit[0], len(articles)) for unit in units], np.int64)


def _line(
    variable: Variable, actor: str, part: tuple[str, str], rows: Sequence[_Row], found: Agreement
) -> dict[str, str | int | float | None]:
    return {
        "variable": variable.name,
        "actor": actor,
        "scale": variable.scale,
        "by": part[0],
        "of": part[1],
        "codes": len(rows),
        "coders": found.coders,
        "units": found.units,
        "coded_twice": found.pairable,
        "alpha": found.alpha,
        "low": found.low,
        "high": found.high,
        "word": found.word,
        "why": found.why,
    }
