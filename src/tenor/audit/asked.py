"""What a measure is asked besides a query: of which actor, emotion or technique, and in whose voice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from tenor.errors import StudyError, TenorError, UnknownName
from tenor.model import Measure, Plan
from tenor.tables import EMOTIONS

SPEECH = "speech"
VOICES = ("narration", "reported", "quoted")


def check(plan: Plan, measure: Measure, of: Mapping[str, str]) -> None:
    """Refuse what a measure can't be asked.

    Parameters
    ----------
    plan, measure
        The study, and what is measured in it.
    of
        As a claim's ``of`` gives it.

    Raises
    ------
    UnknownName
        The measure is not asked that, or there is no such actor, emotion or voice.
    StudyError
        The measure must be asked something and is not.

    Examples
    --------
    >>> from tenor.registry import measure_named
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> plan = read_study(example_folder("harbour") / "tenor.yaml")
    >>> check(plan, measure_named("volume.rate"), {"actor": "brandel"})
    Traceback (most recent call last):
    tenor.errors.UnknownName: no question for volume.rate 'actor'; it is asked nothing more
    """
    own = [name for name in measure.parameters if name != "query"]
    possible = [*own, *([SPEECH] if "scores" in measure.needs else [])]
    for name in of:
        if name not in possible:
            do = f"it is asked {', '.join(possible)}" if possible else "it is asked nothing more"
            raise UnknownName(f"no question for {measure.name} '{name}'", do=do)
    for name in own:
        if name not in of:
            example = next(iter(_known(plan, name)), "...")
            raise StudyError(f"{measure.name} is asked of one {name}", do=f"name it, as in {name}={example}")
    for name, said in of.items():
        known = _known(plan, name)
        if known and said not in known:
            raise UnknownName.of(name, said, known)


def mistakes(plan: Plan, measure: Measure, of: Mapping[str, str]) -> TenorError | None:
    """Return what `check` would raise."""
    try:
        check(plan, measure, of)
    except TenorError as error:
        return error
    return None


def _known(plan: Plan, name: str) -> Sequence[str]:
    return {"actor": [item.id for item in plan.actors], "emotion": EMOTIONS, SPEECH: VOICES}.get(name, ())


def bound(query: str, of: Mapping[str, str]) -> dict[str, object]:
    """Return what is bound in a measure's SELECT.

    Examples
    --------
    >>> bound("talks", {"actor": "brandel", "speech": "quoted"})
    {'query': 'talks', 'actor': 'brandel'}
    """
    return {"query": query, **{name: said for name, said in of.items() if name != SPEECH}}


def spoken(rows: pa.Table, of: Mapping[str, str]) -> pa.Table:
    """Return the rows in one voice, where one is asked; rows that say which days were observed stay."""
    if SPEECH not in of:
        return rows
    return rows.filter(pc.or_kleene(pc.is_null(rows["doc_id"]), pc.equal(rows["speech"], of[SPEECH])))
