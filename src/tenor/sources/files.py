"""Open files safely: seen to be unchanged, unpacked within limits, decoded only as declared."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import stat
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO, cast

from tenor.errors import MissingInput, Place, SourceError, shown

HEAD = 1 << 16
GZIP = b"\x1f\x8b"
_MOST_UNPACKED = 20 << 30
_FREE = 16 << 20
_MOST_RATIO = 200
_PIECE = 1 << 20
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# How files begin that are no text, however few control characters follow.
_NO_TEXT = (
    b"PK\x03\x04",
    GZIP,
    b"PAR1",
    b"%PDF",
    b"SQLite format 3",
    b"\xd0\xcf\x11\xe0",
    b"7z\xbc\xaf",
    b"Rar!",
    b"BZh",
    b"\xfd7zXZ",
    b"\x28\xb5\x2f\xfd",
    b"\x89PNG",
    b"\xff\xd8\xff",
)
_LIKELY = ("cp1251", "koi8-r", "cp866", "koi8-u", "cp1252", "cp1254", "cp1250", "cp1253")
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What shows that a file is still the same: size, time of the last change, and which file it is."""

    size: int
    changed: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> Snapshot:
        """Take a snapshot of a regular file.

        Raises
        ------
        MissingInput
            There is no such file.
        SourceError
            It is no regular file, or empty.

        Examples
        --------
        >>> Snapshot.of(Path(__file__)) == Snapshot.of(Path(__file__))
        True
        """
        try:
            found = path.stat()
        except OSError as error:
            raise MissingInput(f"there is no file {shown(path)}", do="check the path") from error
        if not stat.S_ISREG(found.st_mode):
            raise SourceError("this is no regular file", do="name a file or a folder", place=Place(shown(path)))
        if not found.st_size:
            raise SourceError("the file is empty", do="export it again", place=Place(shown(path)))
        return cls(size=found.st_size, changed=found.st_mtime_ns, inode=found.st_ino)

    def check(self, path: Path) -> None:
        """Check that the file has not changed since.

        Raises
        ------
        SourceError
            It has; what was read of it must not be kept.
        """
        try:
            same = Snapshot.of(path) == self
        except (MissingInput, SourceError):
            same = False
        if not same:
            do = "wait until it is written, then import it again"
            raise SourceError("the file changed while it was read; nothing is kept", do=do, place=Place(shown(path)))


class Unpacked(io.RawIOBase):
    """Packed bytes as they unpack, up to a limit: a small file can't unpack to fill the machine.

    Parameters
    ----------
    stream
        Gives the unpacked bytes.
    packed
        How many bytes these are when packed.
    place
        For the message.
    most
        How many unpacked bytes are too many however well they pack.
    """

    def __init__(self, stream: BinaryIO, packed: int, place: Place, most: int = _MOST_UNPACKED) -> None:
        self._stream, self._place, self._read = stream, place, 0
        self._limit = min(most, max(_FREE, packed * _MOST_RATIO))

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: object) -> int:
        """Read on; refuse to go past the limit."""
        view = memoryview(cast("bytearray", buffer)).cast("B")
        try:
            piece = self._stream.read(len(view))
        except (EOFError, zlib.error, gzip.BadGzipFile, OSError, RuntimeError, NotImplementedError) as error:
            what = f"the packed data is damaged or cut off: {error}"
            raise SourceError(what, do="copy or export the file again", place=self._place) from error
        self._read += len(piece)
        if self._read > self._limit:
            what = f"it unpacks to more than {self._limit >> 20} MB, far more than its size lets expect"
            raise SourceError(what, do="unpack it yourself if you trust it", place=self._place)
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Close the packed file too."""
        self._stream.close()
        super().close()


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    r"""Open a file for its bytes, through gzip if it is packed.

    Examples
    --------
    >>> with open_bytes(Path(__file__)) as stream:
    ...     stream.read(7)[3:]
    b'Open'
    """
    with path.open("rb") as raw:
        packed = raw.read(2) == GZIP
        raw.seek(0)
        if not packed:
            yield raw
            return
        unzipped = Unpacked(cast("BinaryIO", gzip.GzipFile(fileobj=raw)), path.stat().st_size, Place(shown(path)))
        with io.BufferedReader(unzipped, _PIECE) as stream:
            yield stream


def head_of(path: Path, size: int = HEAD) -> bytes:
    r"""Return the first bytes of a file, behind gzip if it is packed.

    Examples
    --------
    >>> head_of(Path(__file__), 7)[3:]
    b'Open'
    """
    with open_bytes(path) as stream:
        return stream.read(size)


# --- text --------------------------------------------------------------------------------------------


def mark_of(head: bytes) -> str:
    r"""Return the encoding that a byte order mark names, or nothing.

    Examples
    --------
    >>> mark_of(b"\xff\xfea\x00"), mark_of(b"abc")
    ('utf-16', '')
    """
    return next((name for mark, name in _MARKS if head.startswith(mark)), "")


def rough_text(head: bytes) -> str | None:
    r"""Return the first bytes as text good enough to see a structure in, or None if they are no text.

    Examples
    --------
    >>> rough_text(b"a,b"), rough_text(b"PK\x03\x04\x00")
    ('a,b', None)
    """
    name = mark_of(head)
    if name:
        return codecs.getincrementaldecoder(name)("replace").decode(head).lstrip("\ufeff")
    odd = sum(byte < 32 and byte not in b"\t\n\r\x0c" for byte in head)
    if head.startswith(_NO_TEXT) or odd * (50 if len(head) > 1000 else 10) > len(head):
        return None
    try:
        return codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return head.decode("latin-1")


def charset_of(path: Path, declared: str) -> str:
    """Return the encoding of a text file: its byte order mark, what is declared, or else UTF-8.

    Raises
    ------
    SourceError
        The declared encoding does not exist.

    Examples
    --------
    >>> charset_of(Path(__file__), "")
    'utf-8'
    """
    name = mark_of(head_of(path, 4))
    if name:
        return name
    try:
        return codecs.lookup(declared or "utf-8").name
    except LookupError as error:
        do = "write it like utf-8, cp1251, koi8-r"
        raise SourceError(f"no encoding '{declared}'", do=do, place=Place(shown(path))) from error


@contextmanager
def open_text(path: Path, declared: str = "") -> Iterator[TextIO]:
    r"""Open a text file; line ends come as they are.

    Raises
    ------
    SourceError
        The bytes are not in the encoding that is declared or marked; likely ones are proposed.

    Examples
    --------
    >>> with open_text(Path(__file__)) as stream:
    ...     stream.read(16)[3:]
    'Open files sa'
    """
    charset = charset_of(path, declared)
    with open_bytes(path) as raw, io.TextIOWrapper(raw, encoding=charset, newline="") as text:
        try:
            yield text
        except UnicodeError as error:
            raise _undecodable(path, charset) from error


def _undecodable(path: Path, charset: str) -> SourceError:
    """Return an error that names the line and what the file could be instead."""
    line, sample = _first_bad(path, charset)
    names = likely_charsets(sample)
    do = f"set charset to its encoding (likely {' or '.join(names)})" if names else "save it as UTF-8"
    return SourceError(f"this is not {charset.upper()}", do=do, place=Place(shown(path), line))


def _first_bad(path: Path, charset: str) -> tuple[int, bytes]:
    """Return the line of the first byte that can't be decoded, and the bytes from the start of that piece."""
    decoder = codecs.getincrementaldecoder(charset)("strict")
    line = 1
    with open_bytes(path) as raw:
        while piece := raw.read(HEAD):
            try:
                line += decoder.decode(piece).count("\n")
            except UnicodeError as error:
                start = error.start if isinstance(error, UnicodeDecodeError) else 0
                return line + piece[:start].count(b"\n"), piece
    return line, b""


def likely_charsets(sample: bytes) -> list[str]:
    """Return the encodings in which bytes look most like words, the likeliest first.

    Examples
    --------
    >>> likely_charsets("Переговоры в Стамбуле прошли без прорыва".encode("cp1251"))
    ['cp1251']
    """
    ranked = sorted(((_wordlike(sample, name), -place) for place, name in enumerate(_LIKELY)), reverse=True)
    best = ranked[0][0]
    return [_LIKELY[-place] for score, place in ranked if score > 0 and score > best * 0.9][:2]


def _wordlike(sample: bytes, charset: str) -> float:
    """Return the share of words with letters beyond ASCII that a language could have."""
    try:
        text = sample.decode(charset)
    except UnicodeDecodeError:
        text = sample.decode(charset, "replace")
    words = [word for word in _WORDS.findall(text) if not word.isascii()]
    odd = sum(not mark.isprintable() or 0x2500 <= ord(mark) <= 0x25FF for mark in text if ord(mark) > 127)
    return (sum(map(_is_word, words)) - odd) / max(len(words), 1)


def _is_word(word: str) -> bool:
    beyond = [mark for mark in word if not mark.isascii()]
    cased = word.islower() or word.isupper() or word.istitle()
    cyrillic = all("\u0400" <= mark <= "\u04ff" for mark in beyond)
    if cyrillic:
        return cased and len(beyond) == len(word) and (len(word) < 4 or not word.isupper())
    latin = all(mark < "\u0250" for mark in beyond)
    return cased and latin and len(beyond) * 2 <= len(word)


def bounded_lines(stream: TextIO, most: int) -> Iterator[tuple[int, str | None]]:
    r"""Yield every line with its number; a line longer than `most` comes as None and is not held.

    Examples
    --------
    >>> list(bounded_lines(io.StringIO("short\nmuch too long\n"), 6))
    [(1, 'short\n'), (2, None)]
    """
    number = 0
    while line := stream.readline(most + 1):
        number += 1
        if len(line) <= most:
            yield number, line
            continue
        while line and not line.endswith("\n"):
            line = stream.readline(_PIECE)
        yield number, None
