"""Checks that a plug-in can run on itself, and the bundled examples to run them on."""

from __future__ import annotations

import gzip
import re
import shutil
import tempfile
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tenor.errors import MissingInput, StudyError, TenorError, UnknownName, shown
from tenor.model import Document, Measure, Reject
from tenor.tables import ROWS, TABLES

Query = Callable[[str, Mapping[str, object]], pa.Table]


def example_folder(name: str) -> Path:
    """Return the folder of a bundled example.

    Parameters
    ----------
    name
        ``debates``, ``harbour``, ``hurricanes`` or ``istanbul``.

    Raises
    ------
    UnknownName
        No example has that name.

    Examples
    --------
    >>> example_folder("debates").name
    'debates'
    """
    here = Path(__file__).parent
    # In a wheel the examples lie inside the package, in a checkout beside `src`.
    folders = [here / "examples", here.parents[1] / "examples"]
    root = next((folder for folder in folders if folder.is_dir()), folders[0])
    known = sorted(item.name for item in root.iterdir() if item.is_dir()) if root.is_dir() else []
    if name not in known:
        raise UnknownName.of("example", name, known)
    return root / name


def check_measure(measure: Measure, query: Query, parameters: Mapping[str, object]) -> None:
    """Check that a measure keeps the promises every measure makes.

    Parameters
    ----------
    measure
        The measure.
    query
        Runs a SELECT with bound parameters on a store that holds at least one row for it.
    parameters
        A value for each of ``measure.parameters``.

    Raises
    ------
    StudyError
        With the promise that is not kept.

    Examples
    --------
    >>> import tempfile
    >>> from tenor.corpus.store import Store
    >>> from tenor.registry import measure_named
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     check_measure(measure_named("volume.rate"), Store(folder).query, {"query": "x"})
    Traceback (most recent call last):
    tenor.errors.StudyError: volume.rate@1: gives no row here; check it on a store that holds some
    """

    def refuse(what: str) -> StudyError:
        return StudyError(f"{measure.full_name}: {what}")

    unknown = [table for table in measure.needs if table not in TABLES]
    if unknown:
        raise refuse(f"needs unknown tables {unknown}")
    unbound = [name for name in measure.parameters if f"${name}" not in measure.sql]
    if unbound or set(parameters) != set(measure.parameters):
        raise refuse(f"its parameters {measure.parameters} must each be bound in the SQL and given here")
    rows = query(measure.sql, parameters)
    if rows.schema.names != ROWS.names or rows.schema.types != ROWS.types:
        raise refuse(f"gives columns {rows.schema.names} of types {rows.schema.types}, not those of tables.ROWS")
    if rows.num_rows == 0:
        raise refuse("gives no row here; check it on a store that holds some")
    if rows["num"].null_count or (measure.scale != "sd" and pc.min(rows["num"]).as_py() < 0):
        raise refuse("gives a numerator that is missing or negative")
    empty = pc.and_(pc.equal(rows["den"], 0), pc.or_(pc.is_valid(rows["doc_id"]), pc.not_equal(rows["num"], 0)))
    if pc.any(pc.or_(pc.less(rows["den"], 0), empty)).as_py():
        raise refuse("gives a denominator of zero or below; leave it empty where there is none")
    if query(measure.sql, parameters) != rows:
        raise refuse("gives other rows, or another order, when it is asked again")


def check_importer(importer: Any, sample: Path, settings: object) -> None:
    r"""Check that an importer keeps the promises every importer makes.

    Parameters
    ----------
    importer
        The importer.
    sample
        A file of its format with at least one article.
    settings
        `tenor.sources.importer.ArticleSettings` with which the sample can be read.

    Raises
    ------
    StudyError
        With the promise that is not kept.

    Examples
    --------
    >>> import tempfile
    >>> from tenor.sources.importer import ArticleSettings
    >>> from tenor.sources.table import IMPORTERS
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sample = Path(folder) / "a.csv"
    ...     _ = sample.write_text("headline,paper,date\nTalks resume,The Paper,2019-07-01\n")
    ...     check_importer(IMPORTERS[0], sample, ArticleSettings())
    """

    def promise(kept: object, what: str) -> None:
        if not kept:
            raise StudyError(f"{importer.name}: {what}")

    promise(re.fullmatch(r"[a-z0-9-]+@\d+", importer.name), "its name is not like nexis-docx@1")
    raw = sample.read_bytes()
    with tempfile.TemporaryDirectory() as folder:
        renamed = Path(folder) / "renamed"
        shutil.copyfile(sample, renamed)
        promise(importer.looks_like(renamed, _head(raw)), "does not know its own format by the content")
        items = list(importer.read(sample, settings))
        promise(items == list(importer.read(sample, settings)), "gives other items when it reads again")
        documents = [item for item in items if isinstance(item, Document)]
        promise(documents, "gives no article here; check it on a file that holds some")
        ids = [item.doc_id for item in importer.read(renamed, settings) if isinstance(item, Document)]
        promise(ids == [item.doc_id for item in documents], "gives other doc_ids when the file has another name")
        for document in documents:
            _check_document(document, importer.name, promise)
        for reject in (item for item in items if isinstance(item, Reject)):
            promise(reject.place and reject.why, f"refuses without a place or a reason: {reject!r}")
        for share in (0.1, 0.25, 0.5, 0.75, 0.9, 0.99):
            renamed.write_bytes(raw[: int(len(raw) * share)])
            promise(_fails_well(importer, renamed, settings), f"breaks on the first {share:.0%} of the file")
    for other in (b"", b"\x00\x01\x02\xff" * 64, b"\x89PNG\r\n\x1a\n\x00\x00\x00"):
        promise(not importer.looks_like(sample.parent / "none", other), f"takes {other[:8]!r} for its format")
    promise(sample.read_bytes() == raw, "changes the file")


def _check_document(document: Document, name: str, promise: Any) -> None:
    place = document.raw
    promise(place, f"sets no place: {document.title[:60]!r}")
    promise(document.importer == name, f"{place}: carries the name {document.importer!r}")
    promise(document.outlet and (document.title or document.text), f"{place}: has no outlet, or neither title nor text")
    for text in (document.outlet, document.title, document.text):
        promise(unicodedata.is_normalized("NFC", text), f"{place}: is not NFC")
        promise(not set(text) & set("\r\x00\u00a0"), f"{place}: holds line ends or spaces that are not plain")
    published = document.published
    promise((published is None) == (document.precision == "none"), f"{place}: date and precision disagree")
    promise(published is None or published.utcoffset() == timedelta(0), f"{place}: is not dated in UTC")


def _head(raw: bytes) -> bytes:
    return gzip.decompress(raw)[: 1 << 16] if raw.startswith(b"\x1f\x8b") else raw[: 1 << 16]


def _fails_well(importer: Any, path: Path, settings: object) -> bool:
    """Return whether a cut-off file is read in part or refused with an error of tenor."""
    try:
        head = path.read_bytes()[: 1 << 16]
        if not head.startswith(b"\x1f\x8b"):
            importer.looks_like(path, head)
        for _ in importer.read(path, settings):
            pass
    except TenorError:
        return True
    except Exception as error:
        raise StudyError(f"{importer.name}: raises {type(error).__name__} on a cut-off file") from error
    return True


# --- languages -------------------------------------------------------------------------------------

Spans = list[tuple[int, int]]
# What the rules of a language must reach on hand-marked texts. Sweeping wordings are an open set: rules miss
# many of those that nobody thought of, so their floor only tells rules from none.
FLOORS: dict[str, float] = {"sentences": 0.97, "speech": 0.95, "generalisation": 0.6}
_MARK = re.compile(r"⟦([a-z]) |⟧")
_KINDS = {"q": "quoted", "r": "reported", "g": "generalisation"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The rules that are checked: functions of a text and a language's code, as in `tenor.annotate`.

    Parameters
    ----------
    sentences
        ``(text, language)`` -> list of (start, stop).
    speech
        ``(text, sentences, language)`` -> list of parts with ``start``, ``stop``, ``kind``.
    generalisations
        ``(text, language)`` -> list of (start, stop, name).
    """

    sentences: Callable[[str, str], Spans]
    speech: Callable[[str, Spans, str], Sequence[Any]]
    generalisations: Callable[[str, str], Sequence[tuple[int, int, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How far rules agree with hand-marked texts.

    Parameters
    ----------
    right, extra, missing
        Found as marked; found but not marked; marked but not found.
    """

    right: int = 0
    extra: int = 0
    missing: int = 0

    def __add__(self, other: Score) -> Score:
        """Return both together."""
        return Score(
            right=self.right + other.right, extra=self.extra + other.extra, missing=self.missing + other.missing
        )

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 1 where nothing was marked and nothing found."""
        every = 2 * self.right + self.extra + self.missing
        return 2 * self.right / every if every else 1.0


def check_language(name: str, gold: Path, rules: Rules, *, part: str = "test") -> dict[str, dict[str, Score]]:
    r"""Check that the rules of a language reach the floors on hand-marked texts.

    Counted are ends of sentences, parts of sentences that are quoted or reported (the same words and the same kind;
    blanks and signs at their edges don't matter), and generalisations (one span that overlaps the marked one).

    Parameters
    ----------
    name
        The language's code, such as ``en``.
    gold
        A folder with ``sentences.en.test.txt``, ``speech.en.test.txt`` and ``generalisation.en.test.txt``. In the
        first two, a block is a line ``# tag`` and a line of text, ``\n`` standing for a line break; blank lines
        part blocks. ``⏎`` stands behind every sentence; ``⟦q ...⟧`` is a quotation, ``⟦r ...⟧`` reported speech. In the
        third, a line is ``+`` or ``-``, a tab and a sentence with ``⟦g ...⟧`` around the generalisation.
    rules
        The functions to check.
    part
        ``dev`` or ``test``.

    Returns
    -------
    dict
        For each kind the scores by tag, and all of them under "".

    Raises
    ------
    MissingInput
        A file is not there.
    StudyError
        A floor is missed, or what is found breaks a promise: spans out of order or outside the text, characters that
        belong to no sentence or to two.

    Examples
    --------
    >>> import tempfile
    >>> from tenor.annotate.generalisation import generalisations
    >>> from tenor.annotate.sentences import sentences
    >>> from tenor.annotate.speech import speech
    >>> marked = {"sentences": "# title\nDr. Marsh left.⏎ Nobody saw her.⏎", "speech": "# says\n⟦q “No,”⟧ she said."}
    >>> marked["generalisation"] = "+\t⟦g Everyone knows⟧ it.\n-\tAll 27 members voted."
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for kind, text in marked.items():
    ...         _ = Path(folder, f"{kind}.en.dev.txt").write_text(text, encoding="utf-8")
    ...     rules = Rules(sentences=sentences, speech=speech, generalisations=generalisations)
    ...     scores = check_language("en", Path(folder), rules, part="dev")
    >>> scores["sentences"]["title"].f1, scores["speech"][""].right
    (1.0, 1)
    """
    found: dict[str, dict[str, Score]] = {}
    for kind, floor in FLOORS.items():
        path = gold / f"{kind}.{name}.{part}.txt"
        if not path.is_file():
            raise MissingInput(f"there is no {shown(path)}", do="mark texts by hand to check the rules on")
        tags: dict[str, Score] = {}
        for tag, text in _blocks(path.read_text(encoding="utf-8"), kind):
            score = _SCORERS[kind](text, name, rules)
            tags[tag] = tags.get(tag, Score()) + score
            tags[""] = tags.get("", Score()) + score if tag else score
        found[kind] = tags
        if "" not in tags:
            raise StudyError(f"{shown(path)} holds no text")
        if tags[""].f1 < floor:
            raise StudyError(f"{name}: {kind}: F1 {tags[''].f1:.3f} in {path.name}, at least {floor} is needed")
    return found


def _blocks(raw: str, kind: str) -> Iterator[tuple[str, str]]:
    """Yield (tag, marked text) of a file."""
    if kind == "generalisation":
        yield from (("+" if line[0] == "+" else "-", line) for line in raw.splitlines() if line[:1] in ("+", "-"))
        return
    for block in re.split(r"\n\s*\n", raw.strip()):
        tag, _, text = block.partition("\n")
        if text:
            yield tag.removeprefix("# "), text.replace("\\n", "\n")


def _unmarked(marked: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Return a text without its marks, and what they say: (kind, start, stop)."""
    pieces: list[str] = []
    spans: list[tuple[str, int, int]] = []
    place = length = 0
    opened = ("", 0)
    for mark in _MARK.finditer(marked):
        pieces.append(marked[place : mark.start()])
        length += len(pieces[-1])
        place = mark.end()
        if mark[1]:
            opened = (_KINDS[mark[1]], length)
        else:
            spans.append((*opened, length))
    return "".join([*pieces, marked[place:]]), spans


def _compared(found: set[Any], marked: set[Any]) -> Score:
    return Score(right=len(found & marked), extra=len(found - marked), missing=len(marked - found))


def _split(text: str, name: str, rules: Rules) -> Spans:
    """Return the sentences, if they keep what sentences promise."""
    spans = rules.sentences(text, name)
    ends = [0, *(place for span in spans for place in span), len(text)]
    outside = "".join(text[start:stop] for start, stop in zip(ends[::2], ends[1::2], strict=True))
    if ends != sorted(ends) or any(text[start:stop].strip() != text[start:stop] != "" for start, stop in spans):
        raise StudyError(f"{name}: sentences overlap, are out of order, or have blanks at their edges in {text!r}")
    if outside.strip():
        raise StudyError(f"{name}: '{outside.strip()}' belongs to no sentence of {text!r}")
    return spans


def _score_sentences(marked: str, name: str, rules: Rules) -> Score:
    pieces = marked.split("⏎")
    ends = {len("".join(pieces[: number + 1])) for number in range(len(pieces) - 1)}
    return _compared({stop for _, stop in _split("".join(pieces), name, rules)}, ends)


def _score_speech(marked: str, name: str, rules: Rules) -> Score:
    text, spans = _unmarked(marked)
    split = _split(text, name, rules)
    parts = rules.speech(text, split, name)
    shared = [(part.start, part.stop) for part in parts]
    if not _shares_out(shared, split):
        raise StudyError(f"{name}: the parts do not share out the sentences of {text!r}")
    wanted = {
        (kind, *_inner(text, max(start, first), min(stop, last)))
        for kind, start, stop in spans
        for first, last in split
    }
    found = {(part.kind, *_inner(text, part.start, part.stop)) for part in parts if part.kind != "narration"}
    return _compared(*({item for item in items if item[1] < item[2]} for items in (found, wanted)))


def _shares_out(parts: Spans, sentences: Spans) -> bool:
    """Return whether each sentence falls into parts without gaps."""
    starts = {start for start, _ in parts}
    stops = {stop for _, stop in parts}
    edges = {start for start, _ in sentences} | {stop for _, stop in sentences}
    gapless = starts - {start for start, _ in sentences} == stops - {stop for _, stop in sentences}
    return gapless and edges <= starts | stops and parts == sorted(parts)


def _inner(text: str, start: int, stop: int) -> tuple[int, int]:
    """Return a span without blanks and signs at its edges."""
    places = [place for place in range(start, stop) if text[place].isalnum()]
    return (places[0], places[-1] + 1) if places else (start, start)


def _score_sweeping(marked: str, name: str, rules: Rules) -> Score:
    text, spans = _unmarked(marked[2:])
    found = rules.generalisations(text, name)
    if any(not 0 <= start < stop <= len(text) for start, stop, _ in found):
        raise StudyError(f"{name}: a generalisation lies outside {text!r}")
    met = [any(start < last and first < stop for _, first, last in spans) for start, stop, _ in found]
    return Score(right=int(any(met)), extra=met.count(False), missing=int(bool(spans) and not any(met)))


_SCORERS: dict[str, Callable[[str, str, Rules], Score]] = {
    "sentences": _score_sentences,
    "speech": _score_speech,
    "generalisation": _score_sweeping,
}
