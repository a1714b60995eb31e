"""What was run and what was registered, and when: the record a registration is judged by."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version

import pyarrow as pa

from tenor.corpus.store import Store
from tenor.results import Registered
from tenor.tables import REGISTRATIONS, RUNS


def record(store: Store, command: str, looked_at: Sequence[str], inputs: Sequence[str]) -> None:
    """Record that a run looked at some measures.

    Parameters
    ----------
    command
        The verb.
    looked_at
        ``measure:query`` names.
    inputs
        ``file sha256`` lines.
    """
    row = {
        "at": datetime.now(tz=UTC),
        "command": command,
        "tenor": version("tenor"),
        "looked_at": list(looked_at),
        "inputs": list(inputs),
    }
    store.append("runs", pa.Table.from_pylist([row], RUNS))


def record_once(store: Store, command: str, looked_at: Sequence[str]) -> None:
    """Record that a run looked at some measures, unless an earlier one had looked at all of them.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for _ in range(2):
    ...         record_once(Store(folder), "describe", ["volume.rate:"])
    ...     Store(folder).query("SELECT count(*) AS n FROM runs", {})["n"].to_pylist()
    [1]
    """
    if not seen_before(store).issuperset(looked_at):
        record(store, command, looked_at, [])


def seen_before(store: Store) -> set[str]:
    """Return every ``measure:query`` that any run has looked at.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     record(Store(folder), "audit", ["volume.rate:x"], [])
    ...     seen_before(Store(folder))
    {'volume.rate:x'}
    """
    rows = store.query("SELECT DISTINCT unnest(looked_at) AS name FROM runs", {})
    return set(rows["name"].to_pylist())


def registrations(store: Store) -> tuple[Registered, ...]:
    """Return all registrations, oldest first."""
    rows = store.query('SELECT * FROM registrations ORDER BY "at", hypothesis', {}).to_pylist()
    return tuple(Registered(**row) for row in rows)


def keep(store: Store, found: Sequence[Registered]) -> None:
    """Keep registrations; they are never changed."""
    rows = [
        {"hypothesis": item.hypothesis, "sha256": item.sha256, "at": item.at, "after_viewing": item.after_viewing}
        for item in found
    ]
    store.append("registrations", pa.Table.from_pylist(rows, REGISTRATIONS))
