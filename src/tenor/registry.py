"""What can be named in a study: measures, tenor's own and those of installed plug-ins."""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from tenor.errors import StudyError, UnknownName
from tenor.model import Measure


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
    found: dict[str, Measure] = {}
    for point in sorted(entry_points(group="tenor.measures"), key=lambda item: item.value):
        for measure in point.load():
            if not isinstance(measure, Measure):
                raise StudyError(f"the plug-in {point.value} holds something that is no Measure: {measure!r}")
            if measure.name in found:
                raise StudyError(f"two plug-ins give a measure '{measure.name}', one of them is {point.value}")
            found[measure.name] = measure
    return dict(sorted(found.items()))


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
