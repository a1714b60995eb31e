"""A measure outlet by outlet: what each is worth in every round's window."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow.compute as pc

from tenor.audit.effect import rows_named
from tenor.audit.frame import grid
from tenor.audit.layers import layers_of
from tenor.audit.run import source_of
from tenor.audit.series import round_values
from tenor.corpus.store import Store
from tenor.model import Measure, Plan
from tenor.results import WindowValue


def by_outlet(
    store: Store, plan: Plan, measure: Measure, query: str, of: Mapping[str, str]
) -> tuple[tuple[str, tuple[WindowValue, ...]], ...]:
    """Return the value of a measure in every round's window, outlet by outlet.

    It shows what `tenor.audit.run.measure_one` shows of all outlets together: copies once, boilerplate left out.

    Parameters
    ----------
    store, plan
        The study.
    measure, query, of
        What is asked, as for `measure_one`.

    Returns
    -------
    tuple
        (outlet, windows) pairs, in the order of the outlets' names. No interval: one window has none.

    Examples
    --------
    >>> from tenor.registry import measure_named
    >>> from tenor.studyfile import read_study
    >>> from tenor.testing import example_folder
    >>> plan = read_study(example_folder("debates") / "tenor.yaml")
    >>> by_outlet(Store("corpus"), plan, measure_named("volume.rate"), "talks", {})
    ()
    """
    source = source_of(store)
    rows = rows_named(source, measure, query, (), of)
    layer = max(layers_of(rows)) if rows.num_rows else None
    doubtful = source.doubtful(plan, query)
    found = []
    for outlet in sorted(rows["outlet"].unique().to_pylist()):
        own = grid(rows.filter(pc.equal(rows["outlet"], outlet)), doubtful, layer) if layer else None
        if own is not None:
            found.append((outlet, round_values(own, plan, query)))
    return tuple(found)
