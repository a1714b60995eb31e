"""How far a run is, how fast, and how long it will still take."""

from __future__ import annotations

import time
from typing import TextIO

_TERMINAL, _LINE = 0.5, 5.0


class Progress:
    """Shows how far a run is: in place on a terminal, else a line every five seconds.

    Parameters
    ----------
    stream
        Where; nowhere if it is None.
    total
        How many units there will be, if that is known.

    Examples
    --------
    >>> Progress(None, 10).words(5, 1000, seconds=10)
    '5 of 10 units, 100 rows a second, 10 s left'
    """

    __slots__ = ("_every", "_next", "_shown", "_started", "_stream", "_terminal", "_total")

    def __init__(self, stream: TextIO | None, total: int | None) -> None:
        self._stream, self._total = stream, total
        self._terminal = stream is not None and stream.isatty()
        self._every = _TERMINAL if self._terminal else _LINE
        self._started = time.monotonic()
        self._next = self._started + self._every
        self._shown = False

    def show(self, units: int, rows: int, *, last: bool = False) -> None:
        """Show where the run is, if it is time to."""
        now = time.monotonic()
        if self._stream is None or (now < self._next and not (last and self._shown)):
            return
        self._next = now + self._every
        self._shown = True
        text = self.words(units, rows, seconds=now - self._started)
        end = "\n" if last or not self._terminal else ""
        self._stream.write(f"\r{text}\x1b[K{end}" if self._terminal else f"{text}\n")
        self._stream.flush()

    def words(self, units: int, rows: int, *, seconds: float) -> str:
        """Return where the run is, in words.

        Examples
        --------
        >>> Progress(None, None).words(0, 0, seconds=1)
        '0 units, 0 rows a second'
        """
        of = "" if self._total is None else f" of {self._total:,}"
        text = f"{units:,}{of} units, {rows / max(seconds, 1e-9):,.0f} rows a second"
        if self._total is None or not 0 < units < self._total:
            return text
        return f"{text}, {_time(seconds / units * (self._total - units))} left"


def _time(seconds: float) -> str:
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.1f} h"
