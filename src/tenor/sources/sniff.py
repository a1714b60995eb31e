"""Tell what a file is by what is in it, never by its name."""

from __future__ import annotations

import zipfile
from pathlib import Path

from tenor.errors import Place, SourceError, shown
from tenor.sources.files import Snapshot, head_of, rough_text
from tenor.sources.importer import Importer, importers

_MAGIC = (
    (b"%PDF", "a PDF", "export it as text, DOCX or a table"),
    (b"{\\rtf", "an RTF file", "open it in a word processor and save it as DOCX"),
    (b"\xd0\xcf\x11\xe0", "an old Word or Excel file", "save it as DOCX or XLSX"),
    (b"SQLite format 3", "an SQLite database", "export its table of articles as CSV"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it and name the folder"),
    (b"Rar!", "a RAR archive", "unpack it and name the folder"),
    (b"BZh", "a bzip2 archive", "unpack it"),
    (b"\xfd7zXZ", "an XZ archive", "unpack it"),
    (b"\x28\xb5\x2f\xfd", "a Zstandard archive", "unpack it"),
    (b"\x89PNG", "a picture", "articles must come as text"),
    (b"\xff\xd8\xff", "a picture", "articles must come as text"),
    (b"WARC/", "a web archive (WARC)", "extract the articles' text first"),
)
_INSIDE = (
    ("word/document.xml", "a Word document that is no Nexis export", "save its text as .txt files or a table"),
    ("ppt/presentation.xml", "a presentation", "articles must come as text"),
    ("content.xml", "an OpenDocument file", "save it as DOCX, XLSX or CSV"),
)


def sniff(path: Path) -> Importer:
    r"""Return the importer for a file, by its content.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    SourceError
        Nothing here reads it; the message says what it looks like. Or two plug-ins claim it.
    MissingInput
        There is no such file.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "named.docx"
    ...     _ = path.write_text("title,text,date\nOne,Two,2019-07-01\n")
    ...     sniff(path).name
    'table@1'
    """
    Snapshot.of(path)
    head = head_of(path)
    found = [importer for importer in importers().values() if importer.looks_like(path, head)]
    if len(found) == 1:
        return found[0]
    if found:
        names = " and ".join(importer.name for importer in found)
        raise SourceError(f"{names} both say they read this", do="name one as the importer", place=Place(shown(path)))
    what, do = describe(path, head)
    reads = "; ".join(importer.reads for importer in importers().values())
    raise SourceError(f"this is {what}", do=f"{do} (tenor reads: {reads})", place=Place(shown(path)))


def describe(path: Path, head: bytes) -> tuple[str, str]:
    """Return what a file that nothing reads looks like, and what to do with it.

    Examples
    --------
    >>> describe(Path("a.csv"), b"<html><body>no export today")
    ('an HTML page that is no export tenor knows', 'export the articles as a table, or from Nexis or Factiva')
    """
    for magic, what, do in _MAGIC:
        if head.startswith(magic):
            return what, do
    if head.startswith(b"PK"):
        return _archive(path)
    text = rough_text(head)
    if text is None:
        if b"\x00" in head[:200]:
            return "no text, or UTF-16 without a byte order mark", "save it as UTF-8"
        return "no text and no format tenor knows", "export the articles as CSV, JSONL, Parquet or XLSX"
    start = text.lstrip()[:200].lower()
    if start.startswith("<?xml") and "<html" not in start:
        return "an XML file that is no export tenor knows", "export the articles as a table"
    if start.startswith("<"):
        return "an HTML page that is no export tenor knows", "export the articles as a table, or from Nexis or Factiva"
    if start.startswith(("{", "[")):
        return "JSON of a form tenor does not know", "write one object a line, or one list of objects"
    return "text of a form tenor does not know", "add a header line, or name the importer"


def _archive(path: Path) -> tuple[str, str]:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return "a damaged or cut-off ZIP archive", "copy or export it again"
    for name, what, do in _INSIDE:
        if name in names:
            return what, do
    return f"a ZIP archive of {len(names):,} files", "unpack it and name the folder"
