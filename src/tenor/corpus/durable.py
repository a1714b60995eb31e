"""Files that are there wholly or not at all: written beside their place, synced, then renamed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tenor.errors import NoSpace, Place, shown

At = Callable[[str], None]
"""Called with the name of each point a process could die at; tests pass one that kills it there."""

UNFINISHED = ".tmp-*"
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def nowhere(point: str) -> None:
    """Do nothing at a commit point."""


class Draft:
    """A file under a temporary name, hashed while it is written, that gets its own name at the end.

    Parameters
    ----------
    folder
        Where it will stand; made if it is not there.
    at
        Called at "before write", "half file", "before rename" and "after rename".

    Examples
    --------
    >>> draft = Draft(Path("notes"), nowhere)
    >>> draft.write(b"text")
    4
    >>> draft.keep(f"{draft.sha256[:8]}.txt").as_posix()
    'notes/982d9e3e.txt'
    """

    __slots__ = ("_at", "_digest", "_file", "_path", "size")

    def __init__(self, folder: Path, at: At) -> None:
        at("before write")
        with enough_room(folder):
            make_folder(folder)
            self._path = folder / f".tmp-{secrets.token_hex(8)}"
            # Unbuffered: after a full disk there is nothing left that closing would try to write.
            self._file = self._path.open("xb", buffering=0)
        self._at = at
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Return the hash of what was written so far."""
        return self._digest.hexdigest()

    @property
    def closed(self) -> bool:
        """Return whether it was kept or discarded."""
        return self._file.closed

    def write(self, data: bytes) -> int:
        """Write and hash; what is written after `discard` goes nowhere, so that a writer above can close."""
        count = len(data)
        if not self._file.closed:
            rest = memoryview(data)
            with enough_room(self._path.parent):
                while rest:
                    rest = rest[self._file.write(rest) :]
            self._digest.update(data)
            self.size += count
        return count

    def flush(self) -> None:
        """Do nothing: what is written is not held back."""

    def pause(self) -> None:
        """Pass the commit point at which the file is begun and not complete."""
        self._at("half file")

    def keep(self, name: str) -> Path:
        """Put the file on the disk for good, under its own name in the same folder."""
        path = self._path.with_name(name)
        with enough_room(path.parent):
            os.fsync(self._file.fileno())
            self._file.close()
            self._at("before rename")
            self._path.replace(path)
            self._at("after rename")
            sync_folder(path.parent)
        return path

    def discard(self) -> None:
        """Leave nothing behind; after `keep` there is nothing to discard."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def write_durably(path: Path, payload: bytes, at: At) -> None:
    """Write a whole file, or nothing.

    Examples
    --------
    >>> write_durably(Path("a/b.json"), b"{}", nowhere)
    >>> Path("a/b.json").read_text()
    '{}'
    """
    draft = Draft(path.parent, at)
    try:
        half = len(payload) // 2
        draft.write(payload[:half])
        draft.pause()
        draft.write(payload[half:])
        draft.keep(path.name)
    finally:
        draft.discard()


@contextlib.contextmanager
def enough_room(folder: Path) -> Iterator[None]:
    """Say it in a sentence when the disk is full.

    Examples
    --------
    >>> with enough_room(Path("talks")):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    ...
    tenor.errors.NoSpace: talks: the disk or your share of it is full; free some space, then run the command again: ...
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        what = "the disk or your share of it is full"
        do = "free some space, then run the command again: what was stored before is as it was"
        raise NoSpace(what, do=do, place=Place(shown(folder))) from error


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each known to the disk before something is put into it.

    Examples
    --------
    >>> make_folder(Path("a/b"))
    >>> Path("a/b").is_dir()
    True
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Wait until the disk knows the names in a folder."""
    if sys.platform == "win32":  # there a folder can't be opened for this
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
