"""Can't be imported by a worker: its process ends first."""

import os

if os.environ.get("PYTHONHASHSEED") == "0":
    os._exit(7)


def work() -> None:
    """Never come to it."""
