"""What can be named in a study: measures, tenor's own and those of installed plug-ins."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from tenor.errors import StudyError, UnknownName
from tenor.model import MarginUnit, Measure

# Measures of the design that this version can't compute yet, with how they are compared: a claim
# may be written down, registered and kept with them, and its verdict says so.
PLANNED: dict[str, MarginUnit] = {
    **dict.fromkeys(("tone.valence", "tone.arousal", "tone.emotion", "tone.toward"), "sd"),
    **dict.fromkeys(
        (
            "tone.neutral",
            "salience.documents",
            "salience.headlines",
            "salience.first_mention",
            "salience.mentions",
            "language.loaded",
            "language.techniques",
            "language.generalisation",
            "originality.agency_share",
            "originality.text_reuse",
            "originality.own_reporting",
            "frames.share",
        ),
        "points",
    ),
    **dict.fromkeys(("behaviour.entropy", "behaviour.jsd"), "ratio"),
}


@cache
def measures() -> dict[str, Measure]:
    """Return every measure by name, from the entry points ``tenor.measures``.

    An entry point names a tuple of `Measure`; tenor's own come the same way.

    Raises
    ------
    StudyError
        Two plug-ins give a measure of the same name, or an entry point holds something else.

    Examples
    --------
    >>> from tenor.registry import measures
    >>> measures()["volume.rate"].full_name
    'volume.rate@1'
    """
    return plugged("measure", lambda item: isinstance(item, Measure))


def plugged(kind: str, is_one: Callable[[object], bool]) -> dict[str, Any]:
    """Return everything of a kind by name, from the entry points ``tenor.<kind>s``.

    Parameters
    ----------
    kind
        ``measure`` or ``importer``.
    is_one
        Whether an object is of that kind.

    Raises
    ------
    StudyError
        Two plug-ins give one of the same name, or an entry point holds something else.

    Examples
    --------
    >>> plugged("nothing", lambda item: True)
    {}
    """
    found: dict[str, Any] = {}
    for point in sorted(entry_points(group=f"tenor.{kind}s"), key=lambda item: item.value):
        for item in point.load():
            if not is_one(item):
                raise StudyError(f"the plug-in {point.value} holds something that is no {kind}: {item!r}")
            if item.name in found:
                raise StudyError(f"two plug-ins give a {kind} '{item.name}', one of them is {point.value}")
            found[item.name] = item
    return dict(sorted(found.items()))


def compared_as(name: str) -> MarginUnit:
    """Return how a measure is compared: as a ratio, in standard deviations or in points.

    Raises
    ------
    UnknownName
        There is no such measure, and none is planned.

    Examples
    --------
    >>> compared_as("volume.rate"), compared_as("tone.arousal")
    ('ratio', 'sd')
    """
    bare = name.partition("@")[0]
    if bare in PLANNED:
        return PLANNED[bare]
    measure_named(name)
    return "ratio"


def measure_named(name: str) -> Measure:
    """Return the measure of that name, with or without its version.

    Raises
    ------
    UnknownName
        There is none, or not in that version.

    Examples
    --------
    >>> measure_named("volume.share@1").denominator
    'all pieces'
    """
    bare, _, version = name.partition("@")
    known = measures()
    if bare not in known:
        raise UnknownName.of("measure", bare, known)
    measure = known[bare]
    if version and version != str(measure.version):
        raise UnknownName(f"no measure '{name}'", do=f"this tenor has {measure.full_name}")
    return measure
