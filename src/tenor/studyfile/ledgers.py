"""Files of promises and of predictions, as a person writes them: `tenor promises import FILE` enters what they say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, Field

from tenor.studyfile.lined import Lined, describe, duplicates, raise_all, read_lined
from tenor.studyfile.settings import Day, Identifier, Strict, Text

_File = TypeVar("_File", bound="PromisesDescription | PredictionsDescription")


class DaysSetting(Strict):
    """The first and the last of several days, both included."""

    start: Day = Field(alias="from", description="First day.")
    stop: Day = Field(alias="to", description="Last day, included.")


class PassageSetting(Strict):
    """Where an article says it."""

    doc: Text = Field(description="The article: its id in the source, or tenor's doc_id.")
    text: Text = Field(description="The words, as they stand there; they must stand there once.")


class SourceSetting(Strict):
    """What a resolution rests on: an article of the study, or a copy of something else."""

    doc: Text | None = Field(default=None, description="An article of the study, by its id.")
    file: Text | None = Field(default=None, description="A text file with a copy, from this file's folder.")
    text: Text | None = Field(default=None, description="The copy itself, where it is short.")
    url: str = Field(default="", description="Where it was found.")
    title: str = Field(default="", description="What it is called.")
    agency: str = Field(default="", description="The agency it is from, where it does not say so itself.")
    retrieved: Day | None = Field(default=None, description="When it was read; needed for a copy.")


class WithdrawnSetting(Strict):
    """That its holder took it back."""

    on: Day = Field(description="When.")
    why: str = Field(default="", description="In which words, or why.")


class _Resolved(Strict):
    day: Day = Field(description="When it happened; of what did not happen, the last day up to which was looked.")
    searched: str = Field(default="", description="Where was looked, and for what.")
    why: str = Field(default="", description="The reason, where it does not follow from the sources.")
    sources: tuple[SourceSetting, ...] = Field(default=(), description="Two of different origin are asked for.")
    settles: bool = Field(default=False, description="Ends a dispute: nothing else that was found counts then.")


class KeptSetting(_Resolved):
    """What became of a promise."""

    outcome: Literal["kept", "partly kept", "broken", "disputed", "moot"] = Field(description="What became of it.")


class VerifiedSetting(_Resolved):
    """What came of a prediction."""

    outcome: Literal["happened", "did not happen", "void", "disputed", "unscorable as worded"] = Field(
        description="What came of it: of the proposition, not of whoever made it."
    )


class RevisedSetting(Strict):
    """Another deadline, named later."""

    on: Day = Field(description="When it was named.")
    deadline: Day | DaysSetting = Field(description="The new one: a day, or {from: DAY, to: DAY}.")
    words: str = Field(default="", description="How it was put, as in '10 or 12 days'.")
    passages: tuple[PassageSetting, ...] = Field(default=(), description="Where articles say it.")


class RewordedSetting(Strict):
    """What was said later of the same."""

    on: Day = Field(description="When.")
    window: Day | DaysSetting | None = Field(default=None, description="Other days.")
    probability: Any = Field(default=None, description="Another probability.")


class _Item(Strict):
    id: Identifier = Field(description="A short name.")
    holder: str = Field(default="", description="The actor's id; left out for a speaker whom the study does not name.")
    what: str = Field(default="", description="What was said, in your own words.")
    said: Day = Field(description="When it was said: not when it was printed.")
    condition: str = Field(default="", description="Under which condition, if any.")
    grace: int | None = Field(default=None, description="Days after the end until it may be called not done; else 3.")
    passages: tuple[PassageSetting, ...] = Field(default=(), description="Where articles say it.")
    withdrawn: WithdrawnSetting | None = Field(default=None, description="That it was taken back.")


class PromiseSetting(_Item):
    """A promise or a threat."""

    deadline: Day | DaysSetting | None = Field(
        default=None, description="By when: a day, or {from: DAY, to: DAY} where nobody can say which."
    )
    words: str = Field(default="", description="How the deadline was put, as in '50 days'.")
    continuous: bool = Field(default=False, description="That something will go on, or will not be done.")
    revised: tuple[RevisedSetting, ...] = Field(default=(), description="Other deadlines, named later.")
    resolved: KeptSetting | None = Field(default=None, description="What became of it.")


class PredictionSetting(_Item):
    """A prediction."""

    window: Day | DaysSetting | None = Field(
        default=None, description="Of which days it speaks: a last day, or {from: DAY, to: DAY}."
    )
    probability: Any = Field(
        default=None, description="How likely: 0.8, [0.7, 0.9] or words as in 'likely'; left out: it was said flatly."
    )
    lang: str = Field(default="en", pattern=r"^[a-z]{2}$", description="The language of words of probability.")
    absent: bool = Field(default=False, description="It was said that it will not come true.")
    event: Identifier | None = Field(default=None, description="What it is about: those of one event share an outcome.")
    revised: tuple[RewordedSetting, ...] = Field(default=(), description="What was said later of the same.")
    resolved: VerifiedSetting | None = Field(default=None, description="What came of it.")


class PromisesDescription(Strict):
    """The promises of a study, as far as they stand in one file."""

    tenor_promises: Literal[1] = Field(description="The version of this file's format.")
    promises: tuple[PromiseSetting, ...] = Field(min_length=1, description="What was promised.")


class PredictionsDescription(Strict):
    """The predictions of a study, as far as they stand in one file."""

    tenor_predictions: Literal[1] = Field(description="The version of this file's format.")
    predictions: tuple[PredictionSetting, ...] = Field(min_length=1, description="What was predicted.")


def read_promises(path: Path) -> tuple[Lined, tuple[PromiseSetting, ...]]:
    """Read a file of promises.

    Parameters
    ----------
    path
        As in ``promises.yaml``.

    Returns
    -------
    tuple
        The lines, for errors, and what it says.

    Raises
    ------
    TenorError
        With file, line, setting, what is wrong and what to do.

    Examples
    --------
    >>> from tenor.testing import example_folder
    >>> _, found = read_promises(example_folder("istanbul") / "promises.yaml")
    >>> found[0].id
    'fifty-days'
    """
    lined, said = _read(path, PromisesDescription)
    return lined, said.promises


def read_predictions(path: Path) -> tuple[Lined, tuple[PredictionSetting, ...]]:
    """Read a file of predictions.

    Raises
    ------
    TenorError
        With file, line, setting, what is wrong and what to do.

    Examples
    --------
    >>> from tenor.testing import example_folder
    >>> _, found = read_predictions(example_folder("harbour") / "predictions.yaml")
    >>> found[0].id
    'F01'
    """
    lined, said = _read(path, PredictionsDescription)
    return lined, said.predictions


def _read(path: Path, description: type[_File]) -> tuple[Lined, _File]:
    lined = read_lined(path)
    said = describe(lined, description)
    items: Sequence[BaseModel] = said.promises if isinstance(said, PromisesDescription) else said.predictions
    name = "promises" if isinstance(said, PromisesDescription) else "predictions"
    raise_all(duplicates(lined, [(name, at) for at in range(len(items))], [item.id for item in items]))  # type: ignore[attr-defined]
    return lined, said
