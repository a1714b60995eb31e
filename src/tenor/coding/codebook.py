"""What people are asked to code: variables with their scales and values, tenor's own and those of a study."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import get_args

from tenor.compare.agree import Level
from tenor.errors import StudyError, TenorError, did_you_mean
from tenor.registry import PLANNED, measures
from tenor.sources.text import fold
from tenor.studyfile.lined import Lined, SettingPath, raise_all, read_lined
from tenor.tables import EMOTIONS, FRAMES

CODEBOOK_FILE = "codebook.yaml"
NONE, NEUTRAL = "none", "neutral"
BETWEEN = "; "
SCALES: tuple[Level, ...] = get_args(Level)
# Questions that are asked elsewhere, in the sheet of `tenor rounds --judge`.
_TAKEN = frozenset({"about_event", "refers_to", "note"})
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_APART = re.compile(r"[;|]")
_ALONE = frozenset({NONE, NEUTRAL})
_MANY, _MOST = 8, 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """A question that coders answer about a sentence or an article.

    Parameters
    ----------
    name
        As it stands in the column `variable`.
    scale
        How far two answers are apart, for agreement.
    definition
        What the question is, for coders.
    values
        The answers that there are, an ordinal scale's in their order.
    between
        Instead of values: any number from the first to the second.
    actor
        Whether it is asked about an actor, whom the code then names.
    many
        Whether an answer may be several values at once, with semicolons between them.
    measures
        The measures that its codes validate.

    Examples
    --------
    >>> VARIABLES[0].name, VARIABLES[0].read(" 3.0 ")
    ('arousal', '3')
    """

    name: str
    scale: Level
    definition: str
    values: tuple[str, ...] = ()
    between: tuple[float, float] | None = None
    actor: bool = False
    many: bool = False
    measures: tuple[str, ...] = ()

    def read(self, cell: str) -> str:
        """Return an answer in its one spelling.

        Raises
        ------
        StudyError
            There is no such answer.

        Examples
        --------
        >>> emotion = next(item for item in VARIABLES if item.name == "emotion")
        >>> emotion.read("Joy; fear")
        'fear; joy'
        >>> emotion.read("happy")
        Traceback (most recent call last):
        tenor.errors.StudyError: emotion can't be 'happy'; known: admiration, amusement, anger, annoyance, ...
        """
        if not self.many:
            return self._one(cell)
        found = sorted({self._one(part) for part in _APART.split(cell) if part.strip()} or {self._one(cell)})
        if len(found) > 1 and (alone := _ALONE & set(found)):
            raise StudyError(f"{self.name} can't be '{min(alone)}' and something else", do="write one or the other")
        return BETWEEN.join(found)

    def number(self, value: str) -> float:
        """Return where an answer stands on the scale: a number as it is, a word by its place in the list.

        Examples
        --------
        >>> [item.number(item.values[0]) for item in VARIABLES[:4]]
        [1.0, 1.0, -2.0, 0.0]
        """
        return float(value) if self._numeric else float(self.values.index(value))

    @property
    def _numeric(self) -> bool:
        return self.between is not None or all(_number(value) is not None for value in self.values)

    @property
    def range(self) -> str:
        """Return in words which answers there are.

        Examples
        --------
        >>> VARIABLES[0].range, VARIABLES[3].range
        ('1, 2, 3, 4 or 5', 'yes or no')
        """
        if self.between is not None:
            return f"a number from {self.between[0]:g} to {self.between[1]:g}"
        return f"{', '.join(self.values[:-1])} or {self.values[-1]}"

    def _one(self, cell: str) -> str:
        number = _number(cell) if self._numeric else None
        if self.between is not None:
            if number is not None and self.between[0] <= number <= self.between[1]:
                return f"{number:.10g}"
        elif number is not None:
            found = next((value for value in self.values if _number(value) == number), None)
            if found is not None:
                return found
        else:
            wanted = fold(" ".join(cell.split()))
            found = next((value for value in self.values if fold(value) == wanted), None)
            if found is not None:
                return found
        shown = " ".join(cell.split())[:40]
        what = f"{self.name} can't be '{shown}'" if shown else f"{self.name} has no value"
        raise StudyError(
            what, do=f"write {self.range}" if len(self.values) < _MANY else did_you_mean(shown, self.values)
        )


def _number(cell: str) -> float | None:
    """Return a number as people and spreadsheets write it: with a comma, a real minus sign, a plus."""
    plain = cell.strip().replace("−", "-").replace("–", "-").replace(",", ".")
    if not re.fullmatch(r"[+-]?\d+(?:\.\d*)?", plain):
        return None
    return float(plain)


_TECHNIQUES = (
    *("Appeal_to_Authority", "Appeal_to_fear-prejudice", "Bandwagon,Reductio_ad_hitlerum", "Black-and-White_Fallacy"),
    *("Causal_Oversimplification", "Doubt", "Exaggeration,Minimisation", "Flag-Waving", "Loaded_Language"),
    *("Name_Calling,Labeling", "Repetition", "Slogans", "Thought-terminating_Cliches"),
    "Whataboutism,Straw_Men,Red_Herring",
)
_FIVE = ("1", "2", "3", "4", "5")

VARIABLES: tuple[Variable, ...] = (
    Variable(
        name="arousal",
        scale="interval",
        definition="How agitated does it sound, from 1 (calm, routine) to 5 (tense, frantic)?",
        values=_FIVE,
        measures=("tone.arousal",),
    ),
    Variable(
        name="valence",
        scale="interval",
        definition="How pleasant does it sound, from 1 (very unpleasant) to 5 (very pleasant)?",
        values=_FIVE,
        measures=("tone.valence",),
    ),
    Variable(
        name="toward",
        scale="interval",
        definition="How well or badly is the actor spoken of, from -2 (very badly) to 2 (very well)?",
        values=("-2", "-1", "0", "1", "2"),
        actor=True,
        measures=("tone.toward",),
    ),
    Variable(
        name="loaded",
        scale="nominal",
        definition="Do its words take sides, where others would have said the same without?",
        values=("yes", "no"),
        measures=("language.loaded",),
    ),
    Variable(
        name="emotion",
        scale="nominal",
        definition="Which emotions does it show? Write neutral where it shows none.",
        values=EMOTIONS,
        many=True,
        measures=("tone.emotion", "tone.neutral"),
    ),
    Variable(
        name="technique",
        scale="nominal",
        definition="Which techniques of persuasion does it use? Write none where it uses none.",
        values=(*_TECHNIQUES, NONE),
        many=True,
        measures=("language.techniques",),
    ),
    Variable(
        name="frame",
        scale="nominal",
        definition="Under which aspects does it show what it tells of? Write none where it is under none of these.",
        values=(*FRAMES, NONE),
        many=True,
        measures=("frames.share",),
    ),
)


def variable_of(measure: str, variables: Sequence[Variable] = VARIABLES) -> Variable | None:
    """Return the variable whose codes validate a measure; None where there is none.

    Parameters
    ----------
    measure
        Its name, with or without version.
    variables
        As `read_codebook` gives them.

    Examples
    --------
    >>> variable_of("tone.arousal@1").name, variable_of("volume.rate")
    ('arousal', None)
    """
    bare = measure.partition("@")[0]
    return next((item for item in variables if bare in item.measures), None)


# ------------------------------------------------------------------------------------ a study's own


def read_codebook(path: Path) -> tuple[Variable, ...]:
    r"""Return the variables of a study: what its codebook says, and tenor's own where it says nothing.

    Parameters
    ----------
    path
        The file ``codebook.yaml``; there need not be one.

    Returns
    -------
    tuple of Variable
        A measure is validated by one of them: if the study's own variables name it, by theirs.

    Raises
    ------
    TenorError
        With file, line, setting, what is wrong and what to do; all mistakes at once.

    Examples
    --------
    >>> read_codebook(Path("codebook.yaml")) == VARIABLES
    True
    >>> text = "tenor_codebook: 1\nvariables:\n  arousal: {values: {from: 0, to: 100}}\n"
    >>> _ = Path("codebook.yaml").write_text(text)
    >>> read_codebook(Path("codebook.yaml"))[0].range
    'a number from 0 to 100'
    """
    if not path.exists():
        return VARIABLES
    lined = read_lined(path)
    errors: list[TenorError] = list(_unknown(lined, (), ("tenor_codebook", "variables")))
    if lined.values.get("tenor_codebook") != 1 or isinstance(lined.values["tenor_codebook"], bool):
        errors.append(lined.error(("tenor_codebook",), "the version of this file's format is missing", "write 1"))
    said = lined.values.get("variables")
    if not isinstance(said, dict):
        errors.append(lined.error(("variables",), "there is no list of variables by name", "describe one, or more"))
        said = {}
    known = {item.name: item for item in VARIABLES}
    own: dict[str, Variable] = {}
    for name in said:
        try:
            own[name] = _variable(lined, name, known.get(name))
        except TenorError as error:
            errors.append(error)
    errors += _claimed_twice(lined, own)
    raise_all(errors)
    # What the file names a measure for goes before what tenor would have it validated by.
    named = {name: item for name, item in own.items() if "measures" in said[name]}
    taken = {measure for item in named.values() for measure in item.measures}
    others = [item for item in VARIABLES if item.name not in own]
    return tuple(
        item if item.name in named else replace(item, measures=tuple(m for m in item.measures if m not in taken))
        for item in (*own.values(), *others)
    )


def _variable(lined: Lined, name: str, base: Variable | None) -> Variable:
    """Return a variable as the file describes it, on top of tenor's own of that name."""
    at: SettingPath = ("variables", name)
    said = lined.values["variables"][name]
    if not _NAME.fullmatch(name) or name in _TAKEN:
        why = "is asked elsewhere" if name in _TAKEN else "can't be a name"
        raise lined.error(at, f"'{name}' {why}", "use another one: small letters, digits and _")
    if not isinstance(said, dict):
        raise lined.error(at, f"'{name}' is not described", "write its definition, scale and values below it")
    raise_all(_unknown(lined, at, _READERS))
    if base is None and (missing := [key for key in ("definition", "scale", "values") if key not in said]):
        raise lined.error((*at, missing[0]), f"'{missing[0]}' is missing here", "add it")
    found = base or Variable(name=name, scale="nominal", definition="")
    for key in said:
        found = _READERS[key](found, lined, (*at, key), said[key])
    _check(found, lined, at)
    return found


def _unknown(lined: Lined, at: SettingPath, known: Mapping[str, object] | Sequence[str]) -> list[StudyError]:
    here = lined.values
    for part in at:
        here = here[part]
    unknown = [key for key in here if key not in known]
    return [lined.error((*at, key), f"unknown setting '{key}'", did_you_mean(key, known)) for key in unknown]


def _definition(found: Variable, lined: Lined, at: SettingPath, said: object) -> Variable:
    if not isinstance(said, str) or not said.strip():
        raise lined.error(at, f"{said!r} is no definition", "write the question that coders answer")
    return replace(found, definition=" ".join(said.split()))


def _scale(found: Variable, lined: Lined, at: SettingPath, said: object) -> Variable:
    scale = next((name for name in SCALES if name == said), None)
    if scale is None:
        raise lined.error(at, f"'{said}' is no scale", f"write {', '.join(SCALES[:-1])} or {SCALES[-1]}")
    return replace(found, scale=scale)


def _values(found: Variable, lined: Lined, at: SettingPath, said: object) -> Variable:
    if isinstance(said, dict):
        ends = [said.get("from"), said.get("to")]
        numbers = [float(end) for end in ends if isinstance(end, int | float) and not isinstance(end, bool)]
        if set(said) != {"from", "to"} or len(numbers) != 2 or not numbers[0] < numbers[1] or not _finite(numbers):
            raise lined.error(at, "this is no range of numbers", "write it like {from: 0, to: 100}")
        return replace(found, values=(), between=(numbers[0], numbers[1]))
    if not isinstance(said, list) or not 2 <= len(said) <= _MOST:
        raise lined.error(at, "there must be two values or more", "write them like [low, high], or {from: 0, to: 100}")
    for index, value in enumerate(said):
        if isinstance(value, bool) or not isinstance(value, str | int | float) or not str(value).strip():
            raise lined.error((*at, index), f"{value!r} is neither a word nor a number", "put it in quotes")
        if _APART.search(str(value)):
            raise lined.error((*at, index), f"'{value}' holds a semicolon or a bar", "these stand between values")
    values = tuple(f"{value:g}" if isinstance(value, float) else " ".join(str(value).split()) for value in said)
    folded = [fold(value) for value in values]
    for index, value in enumerate(folded):
        if value in folded[:index]:
            raise lined.error((*at, index), f"the value '{values[index]}' stands here twice", "keep one")
    return replace(found, values=values, between=None)


def _finite(numbers: Sequence[float]) -> bool:
    return all(map(math.isfinite, numbers))


def _actor(found: Variable, lined: Lined, at: SettingPath, said: object) -> Variable:
    return replace(found, actor=_flag(lined, at, said))


def _many(found: Variable, lined: Lined, at: SettingPath, said: object) -> Variable:
    return replace(found, many=_flag(lined, at, said))


def _flag(lined: Lined, at: SettingPath, said: object) -> bool:
    if not isinstance(said, bool):
        raise lined.error(at, f"'{said}' is not possible here", "write true or false")
    return said


def _measures(found: Variable, lined: Lined, at: SettingPath, said: object) -> Variable:
    names = [str(name) for name in said] if isinstance(said, list) else [str(said)]
    known = {**PLANNED, **measures()}
    for index, name in enumerate(names):
        if name not in known:
            place = (*at, index) if isinstance(said, list) else at
            raise lined.error(place, f"no measure '{name}'", did_you_mean(name, known))
    return replace(found, measures=tuple(names))


_READERS: Mapping[str, Callable[[Variable, Lined, SettingPath, object], Variable]] = {
    "definition": _definition,
    "scale": _scale,
    "values": _values,
    "actor": _actor,
    "many": _many,
    "measures": _measures,
}


def _check(found: Variable, lined: Lined, at: SettingPath) -> None:
    """Check what is possible only together."""
    numeric = found.between is not None or all(_number(value) is not None for value in found.values)
    if found.scale in ("interval", "ratio") and not numeric:
        do = "write numbers, or take the scale ordinal or nominal"
        raise lined.error((*at, "values"), f"an {found.scale} scale has numbers, not words", do)
    if found.scale == "nominal" and found.between is not None:
        raise lined.error((*at, "values"), "a range of numbers is no nominal scale", "take the scale interval")
    lowest = found.between[0] if found.between else min(map(found.number, found.values))
    if found.scale == "ratio" and lowest < 0:
        raise lined.error((*at, "values"), "a ratio scale has nothing below zero", "take the scale interval")
    if found.many and found.scale != "nominal":
        raise lined.error((*at, "many"), "only a nominal answer may be several values at once", "write false")


def _claimed_twice(lined: Lined, own: Mapping[str, Variable]) -> list[StudyError]:
    first: dict[str, str] = {}
    errors = []
    for name, item in own.items():
        for measure in item.measures if "measures" in lined.values["variables"][name] else ():
            if first.setdefault(measure, name) != name:
                what = f"{measure} is validated by '{first[measure]}' already"
                errors.append(lined.error(("variables", name, "measures"), what, "name it under one of the two"))
    return errors
