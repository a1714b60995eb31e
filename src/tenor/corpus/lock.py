"""One writer at a time: a lock of the operating system on a file, which ends with its process."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tenor.errors import Busy, Place, shown

_WAIT = 5.0


@contextlib.contextmanager
def locked(path: Path, *, wait: float = _WAIT) -> Iterator[None]:
    """Hold the lock inside; a killed process loses it, so none is ever left behind.

    Parameters
    ----------
    path
        The file.
    wait
        How many seconds to wait for another to let go of it.

    Raises
    ------
    Busy
        Another holds it for longer.

    Examples
    --------
    >>> with locked(Path("LOCK")):
    ...     Path("LOCK").exists()
    True
    """
    with path.open("a+b") as file:
        deadline = time.monotonic() + wait
        while not _try_lock(file.fileno()):
            if time.monotonic() > deadline:
                what = "another process is writing to this study"
                raise Busy(what, do="wait for it to end, then try again", place=Place(shown(path)))
            time.sleep(0.02)
        try:
            yield
        finally:
            _unlock(file.fileno())


if sys.platform == "win32":
    import msvcrt

    def _try_lock(handle: int) -> bool:
        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _try_lock(handle: int) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_UN)
