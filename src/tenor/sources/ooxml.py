"""Read the XML inside Word and Excel files without trusting it.

Only members that are asked for are unpacked, and only up to a limit; no member is ever written to
disk. XML that declares a document type, and so possibly entities, is refused.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, BinaryIO, Self, cast
from xml.parsers import expat

from tenor.errors import Place, SourceError, shown
from tenor.sources.files import Unpacked

_PIECE = 1 << 16
_MOST_MEMBERS = 20_000
_MOST_MEMBER = 2 << 30
_MOST_TEXT = 64 << 20
ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Element:
    """A piece of XML as it is read: a start tag, an end tag, or the text between tags."""

    kind: str
    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""


class Package:
    """A Word or Excel file: a ZIP archive with known members.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SourceError
        It is no ZIP archive, or one that no office program writes: encrypted, with members
        outside its folder, or with several of one name.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "a.docx"
    ...     with zipfile.ZipFile(path, "w") as archive:
    ...         archive.writestr("word/document.xml", "<a>One</a>")
    ...     with Package(path) as package:
    ...         [(item.kind, item.name, item.text) for item in package.xml("word/document.xml")]
    [('start', 'a', ''), ('text', '', 'One'), ('end', 'a', '')]
    """

    __slots__ = ("_archive", "_place", "_size")

    def __init__(self, path: Path) -> None:
        self._place = Place(shown(path))
        self._size = path.stat().st_size
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            what = f"this ZIP archive is damaged or cut off: {error}"
            raise SourceError(what, do="copy or export the file again", place=self._place) from error
        try:
            self._check()
        except SourceError:
            self._archive.close()
            raise

    def __enter__(self) -> Self:
        """Return the package."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._archive.close()

    @property
    def members(self) -> list[str]:
        """Return the names of what is inside."""
        return self._archive.namelist()

    def _check(self) -> None:
        infos = self._archive.infolist()
        names = [info.filename for info in infos]
        outside = [name for name in names if _is_outside(name)]
        what = ""
        if outside:
            what = f"the archive holds a member outside its own folder: {outside[0][:80]!r}"
        elif len(names) > _MOST_MEMBERS:
            what = f"the archive holds {len(names):,} members"
        elif len(set(names)) < len(names):
            what = "the archive holds two members of one name"
        elif any(info.flag_bits & 1 for info in infos):
            what = "the file is protected by a password"
        if what:
            raise SourceError(what, do="save it anew in an office program", place=self._place)

    def xml(self, name: str) -> Generator[Element]:
        """Yield the XML of a member, piece by piece; names come without their namespace.

        Raises
        ------
        SourceError
            There is no such member, it is damaged, unpacks to too much, or declares entities.
        """
        with self._open(name) as stream:
            yield from xml_elements(stream, Place(self._place.file, setting=name))

    def _open(self, name: str) -> BinaryIO:
        try:
            info = self._archive.getinfo(name)
            stream = self._archive.open(info)
        except KeyError as error:
            raise SourceError(f"the archive holds no {name}", do="export it again", place=self._place) from error
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
            raise SourceError(f"{name} can't be unpacked: {error}", do="export it again", place=self._place) from error
        packed = min(info.compress_size, self._size)
        limited = Unpacked(cast("BinaryIO", _Checked(stream)), packed, self._place, _MOST_MEMBER)
        return io.BufferedReader(limited, _PIECE)


def xml_elements(stream: BinaryIO, place: Place) -> Iterator[Element]:
    """Yield the XML of a stream, piece by piece; names come without their namespace.

    Raises
    ------
    SourceError
        It is damaged, or declares a document type and so possibly entities.

    Examples
    --------
    >>> [item.kind for item in xml_elements(io.BytesIO(b"<a>One</a>"), Place("x"))]
    ['start', 'text', 'end']
    """
    parser = _Parser(place)
    while piece := stream.read(_PIECE):
        yield from parser.feed(piece, last=False)
    yield from parser.feed(b"", last=True)


class _Checked:
    """A member of an archive whose damage shows as an OSError, which `Unpacked` puts into words."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    def read(self, size: int) -> bytes:
        try:
            return self._stream.read(size)
        except zipfile.BadZipFile as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        self._stream.close()


def _is_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or (len(name) > 1 and name[1] == ":")


class _Parser:
    """Turns pieces of XML into elements."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._found: list[Element] = []
        self._texts: list[str] = []
        self._held = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.EntityDeclHandler = self._doctype

    def feed(self, piece: bytes, *, last: bool) -> list[Element]:
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            what = f"this XML is damaged or cut off: {error}"
            raise SourceError(what, do="export the file again", place=self._place) from error
        found, self._found = self._found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._flush()
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        self._found.append(Element("start", name.rpartition(" ")[2], plain))

    def _end(self, name: str) -> None:
        self._flush()
        self._found.append(Element("end", name.rpartition(" ")[2]))

    def _text(self, text: str) -> None:
        self._held += len(text)
        if self._held > _MOST_TEXT:
            raise SourceError("one element holds more than 64 MB of text", do="split the file", place=self._place)
        self._texts.append(text)

    def _flush(self) -> None:
        if self._texts:
            self._found.append(Element("text", text="".join(self._texts)))
            self._texts, self._held = [], 0

    def _doctype(self, *_: object) -> None:
        what = "the XML declares a document type, which could hide entities"
        raise SourceError(what, do="save the file anew in an office program", place=self._place)


def is_package_with(path: Path, head: bytes, member: str) -> bool:
    """Return whether a file is a ZIP archive that holds a certain member.

    Examples
    --------
    >>> is_package_with(Path("x"), b"title,text", "word/document.xml")
    False
    """
    if not head.startswith(ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return member in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
