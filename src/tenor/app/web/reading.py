"""Reading the store for many readers: tables stay open until the store changes, and what all pages ask is kept."""

from __future__ import annotations

import contextlib
import json
import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from tenor.errors import StoreDamaged

if TYPE_CHECKING:
    import pyarrow as pa

    from tenor.corpus.store import Snapshot, Store

_Found = TypeVar("_Found")
_OPEN, _REMEMBERED = 3, 400
# Tables that somebody writes to all the time are looked at anew not more often than this, in seconds.
_EVERY = 1.0


class Reader:
    """Asks a store from many threads.

    Parameters
    ----------
    store
        The tables. Each opening of them costs some 30 ms, which is why they stay open here.
    """

    __slots__ = ("_guard", "_idle", "_kept", "_looked", "_making", "_places", "_state", "_store")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._state = ""
        self._looked = 0.0
        self._places = threading.BoundedSemaphore(_OPEN)
        self._guard = threading.Lock()
        self._idle: queue.LifoQueue[tuple[str, contextlib.ExitStack, Snapshot]] = queue.LifoQueue()
        self._kept: dict[object, Any] = {}
        self._making: dict[object, threading.Lock] = {}

    @property
    def store(self) -> Store:
        """Return the tables themselves."""
        return self._store

    def state(self) -> str:
        """Return what names the tables as they are, or were a second ago: another text when something changed."""
        if self._state and time.monotonic() - self._looked < _EVERY:
            return self._state
        self._looked = time.monotonic()
        found = json.dumps(self._store.live(), sort_keys=True)
        if found != self._state:
            with self._guard:
                self._state, self._kept, self._making = found, {}, {}
            self._close_old(found)
        return found

    def query(self, sql: str, parameters: Mapping[str, object]) -> pa.Table:
        """Run a SELECT, as `tenor.corpus.store.Store.query` does."""
        try:
            with self._places, self._open() as tables:
                return tables.query(sql, parameters)
        except StoreDamaged:  # swept meanwhile, perhaps: the store looks again, and says it if not
            return self._store.query(sql, parameters)

    def rows(self, sql: str, parameters: Mapping[str, object] | None = None) -> list[dict[str, Any]]:
        """Return the rows of a SELECT."""
        found: list[dict[str, Any]] = self.query(sql, parameters or {}).to_pylist()
        return found

    def remembered(self, key: object, make: Callable[[], _Found]) -> _Found:
        """Return what was made under a key since the store last changed, or make it."""
        self.state()
        kept = self._kept
        if key not in kept:
            with self._guard:
                making = self._making.setdefault(key, threading.Lock())
            with making:  # by one of those who ask, while the others wait for it
                if key not in kept:
                    if len(kept) >= _REMEMBERED:
                        kept.clear()
                    kept[key] = make()
                return cast("_Found", kept[key])
        found: _Found = kept[key]
        return found

    def close(self) -> None:
        """Close what is open."""
        self._close_old("")

    @contextlib.contextmanager
    def _open(self) -> Iterator[Snapshot]:
        state = self.state()
        held = self._take(state)
        try:
            yield held[2]
        except BaseException:
            held[1].close()
            raise
        if held[0] == self._state:
            self._idle.put(held)
        else:
            held[1].close()

    def _take(self, state: str) -> tuple[str, contextlib.ExitStack, Snapshot]:
        while True:
            try:
                held = self._idle.get_nowait()
            except queue.Empty:
                stack = contextlib.ExitStack()
                return state, stack, stack.enter_context(self._store.snapshot())
            if held[0] == state:
                return held
            held[1].close()

    def _close_old(self, state: str) -> None:
        for _ in range(self._idle.qsize()):
            try:
                held = self._idle.get_nowait()
            except queue.Empty:
                return
            if held[0] == state:
                self._idle.put(held)
            else:
                held[1].close()
