"""Codes that people gave, from a table into the study, each checked against the article it is about."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa

from tenor.coding.codebook import VARIABLES, Variable
from tenor.corpus.human import Journal
from tenor.corpus.store import Store
from tenor.errors import Place, SourceError, StudyError, TenorError, UnknownName, did_you_mean, shown
from tenor.grammar import counted, listed, verb
from tenor.model import ImportReport, Plan, Reject
from tenor.sources.delimited import delimited_rows
from tenor.sources.files import Snapshot, head_of, likely_charsets
from tenor.sources.importer import ArticleSettings, Note
from tenor.sources.rows import Row, RowItem
from tenor.sources.text import clean_line, clean_text, excerpt_of, fold
from tenor.sources.xlsxrows import looks_like_xlsx, xlsx_rows
from tenor.tables import no_formula

IMPORTER = "codes@1"
KIND = "code"
COLUMNS = ("coder", "doc", "start", "stop", "text", "variable", "actor", "value")
NEEDED = ("coder", "doc", "variable", "value")
CODES = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("start", pa.int64()),
        pa.field("stop", pa.int64()),
        pa.field("variable", pa.string(), nullable=False),
        pa.field("actor", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("coder", pa.string(), nullable=False),
    ]
)

_SAMPLE = 1 << 20
_UNIT = re.compile(r"(?P<doc>.+):(?P<start>\d+):(?P<stop>\d+)", re.DOTALL)
# A deleted version has no text; of the others, a code belongs to the newest that it fits.
_DOCUMENTS = """\
SELECT doc_id, native_id, outlet, text FROM documents
WHERE NOT deleted AND (doc_id IN (SELECT unnest($names)) OR native_id IN (SELECT unnest($names)))
ORDER BY version DESC, doc_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodesRead:
    """What an import of codes read, kept and refused; `refused` has every such row with its line and why.

    In the report, `merged` counts rows that stand in the file twice, and `lost` names columns that were not read.
    """

    report: ImportReport
    refused: tuple[Reject, ...] = ()


def import_codes(
    journal: Journal,
    store: Store,
    path: Path,
    plan: Plan,
    variables: Sequence[Variable] = VARIABLES,
    *,
    charset: str = "",
) -> CodesRead:
    """Read a table of codes and keep them with the study; reading it twice adds nothing.

    Parameters
    ----------
    journal
        Where they are kept: with the coder's name, under the unit ``doc_id:start:stop`` or ``doc_id``.
    store, plan
        The articles and the actors that they are about.
    path
        A table with a row a code, as delimited text or XLSX, and the columns ``coder, doc, variable, value``; for
        sentences also ``start, stop, text``, for variables that are asked about an actor also ``actor``.
        `doc` is the identifier of the source or the doc_id. Without start, stop and text, a code is about the
        whole article.
    variables
        What can be coded, as `tenor.coding.codebook.read_codebook` gives it.
    charset
        The encoding, where it is not UTF-8 and the file does not say it. A likely one is tried without being
        named, and taken only if texts with letters beyond ASCII then stand in the articles as they should.

    Returns
    -------
    CodesRead
        A code that says something else than the coder's own last one corrects it.

    Raises
    ------
    TenorError
        The file is missing, empty, or no such table; then nothing of it is kept.
    """
    table = _table(path, charset)
    rows = [_prepared(row, place) for row, place in table.rows]
    names = sorted({raw.cells["doc"] for raw in rows})
    last = _last(journal)
    against = _Against(
        documents=_documents(store, names),
        variables={item.name: item for item in variables},
        actors=tuple(item.id for item in plan.actors),
        last=last,
        coders=_coders([*(coder for coder, _, _ in last), *(raw.cells["coder"] for raw in rows)]),
    )
    found, refused = [], list(table.refused)
    for raw in rows:
        try:
            found.append(_code(raw, against))
        except TenorError as error:
            refused.append(raw.reject(f"{error.what}; {error.do}" if error.do else error.what))
    if table.doubt and not any(item.proves_charset for item in found):
        raise table.doubt
    codes, contradicted = _unique(found)
    refused += contradicted
    values = [(item.coder, item.unit, item.question, item.value) for item in codes]
    kept = journal.enter_all(values, kind=KIND)
    report = ImportReport(
        source=path.name,
        importer=IMPORTER,
        read=len(rows) + len(table.refused),
        kept=kept,
        merged=len(found) - len(codes) - len(contradicted),
        already_there=len(codes) - kept,
        refused=len(refused),
        lost=table.lost,
        notes=(*table.notes, *_notes(codes, last)),
    )
    return CodesRead(report=report, refused=tuple(sorted(refused, key=_line_of)))


def codes(journal: Journal) -> pa.Table:
    """Return the codes that stand: of each coder the last answer to each question about each unit.

    Returns
    -------
    pyarrow.Table
        Of CODES, in an order of their own; `start` and `stop` are empty where a code is about the whole
        article, `actor` where it is about nobody.

    Examples
    --------
    >>> journal = Journal("human.sqlite")
    >>> _ = journal.enter_all([("ann", "d1:0:40", "toward:accord", "-1"), ("ann", "d2", "arousal", "4")], kind="code")
    >>> [(row["doc_id"], row["start"], row["variable"], row["actor"]) for row in codes(journal).to_pylist()]
    [('d2', None, 'arousal', ''), ('d1', 0, 'toward', 'accord')]
    """
    rows = []
    for entry in journal.latest(KIND):
        variable, _, actor = entry.variable.partition(":")
        place = _UNIT.fullmatch(entry.unit)
        doc_id, start, stop = (place["doc"], int(place["start"]), int(place["stop"])) if place else (entry.unit, -1, -1)
        rows.append((variable, actor, doc_id, start, stop, entry.coder, entry.value))
    rows.sort()
    found = [
        {
            "doc_id": doc_id,
            "start": start if start >= 0 else None,
            "stop": stop if start >= 0 else None,
            "variable": variable,
            "actor": actor,
            "value": value,
            "coder": coder,
        }
        for variable, actor, doc_id, start, stop, coder, value in rows
    ]
    return pa.Table.from_pylist(found, CODES)


# ------------------------------------------------------------------------------------ the table


@dataclass(slots=True)
class _Table:
    """A table as it was read: its rows with their places, what could not be read of it, and why it is in doubt."""

    rows: list[tuple[Row, Place]] = field(default_factory=list)
    refused: list[Reject] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: tuple[str, ...] = ()
    empty: int = 0
    doubt: SourceError | None = None


def _table(path: Path, charset: str) -> _Table:
    Snapshot.of(path)
    place = Place(shown(path))
    try:
        table = _gathered(_rows_of(path, charset), place)
    except SourceError as error:
        likely = likely_charsets(head_of(path, _SAMPLE)) if isinstance(error.__cause__, UnicodeError) else []
        if charset or not likely:
            raise
        table = _gathered(_rows_of(path, likely[0]), place)
        table.doubt = error
        table.notes.append(f"it was read as {likely[0]}, in which its texts are those of the articles")
    if not table.rows:
        why = f": {table.refused[0].why}" if table.refused else ""
        if table.empty:
            raise SourceError("nothing is filled in yet", do="write coder and value into each row", place=place)
        raise SourceError(f"the table holds no code that can be read{why}", do="export it again", place=place)
    return table


def _rows_of(path: Path, charset: str) -> Iterable[RowItem]:
    settings = ArticleSettings(charset=charset)
    return xlsx_rows(path, settings) if looks_like_xlsx(path, head_of(path)) else delimited_rows(path, settings)


def _gathered(items: Iterable[RowItem], place: Place) -> _Table:
    table = _Table()
    columns: Mapping[str, str] = {}
    for item in items:
        if isinstance(item, Reject):
            table.refused.append(item)
        elif isinstance(item, Note):
            table.notes.append(item.text)
        else:
            if not columns:
                columns = _columns(item.columns, place)
                table.lost = tuple(name for name in item.columns if name.strip() and name not in columns.values())
            cells = {role: item.cells.get(name, "") for role, name in columns.items()}
            if not any(cell.strip() for cell in cells.values()):
                continue
            if _left_empty(cells):
                table.empty += 1
            else:
                table.rows.append((replace(item, cells=cells), Place(place.file, item.line)))
    if table.empty:
        have = verb(table.empty, "has", "have")
        table.notes.append(f"{counted(table.empty, 'row')} {have} no coder and no value yet")
    return table


def _left_empty(cells: Mapping[str, str]) -> bool:
    """Return whether a row of a sheet was not filled in yet."""
    return bool(cells.get("doc", "").strip()) and not cells["coder"].strip() and not cells["value"].strip()


def _columns(names: Sequence[str], place: Place) -> Mapping[str, str]:
    """Return which column of the file holds what, by its name in any spelling.

    Raises
    ------
    SourceError
        One that is needed is missing, or stands there twice.
    """
    plain = {name: fold(name.strip().strip("\"'")) for name in names}
    found = {}
    for role in COLUMNS:
        wanted = (role, "doc_id") if role == "doc" else (role,)
        fits = [name for name in names if plain[name] in wanted]
        if len(fits) > 1:
            raise SourceError(f"two columns hold the {role}: {listed(fits)}", do="keep one", place=place)
        if not fits and role in NEEDED:
            hint = did_you_mean(role, [name for name in plain.values() if name and name not in COLUMNS])
            do = hint if hint.startswith("did") else "name it in the first row"
            raise SourceError(f"no column '{role}'", do=f"{do} (columns: {', '.join(names)})", place=place)
        if fits:
            found[role] = fits[0]
    return found


# -------------------------------------------------------------------------------- row by row


@dataclass(frozen=True, slots=True)
class _Raw:
    """A row as it stands, without what spreadsheets put before cells that could be formulas."""

    cells: Mapping[str, str]
    place: Place

    def reject(self, why: str) -> Reject:
        return Reject(place=str(self.place), why=why, excerpt=excerpt_of(self.cells["text"] or self.cells["doc"]))


def _prepared(row: Row, place: Place) -> _Raw:
    cells = {name: row.cells.get(name, "") for name in COLUMNS}
    plain = {
        name: cell if name == "text" else clean_line(_unescaped(cell.strip())).text for name, cell in cells.items()
    }
    return _Raw(plain, place)


def _unescaped(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and no_formula(cell[1:]) == cell else cell


@dataclass(frozen=True, slots=True)
class _Version:
    doc_id: str
    outlet: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Against:
    """What a row is checked against.

    `last` has what each coder said last, by (coder, unit, question); `coders` has them as they were first written.
    """

    documents: Mapping[str, Sequence[_Version]]
    variables: Mapping[str, Variable]
    actors: Sequence[str]
    last: Mapping[tuple[str, str, str], str]
    coders: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Code:
    """A code that passed every check, and where it was found if that is not where it said."""

    raw: _Raw
    coder: str
    unit: str
    question: str
    value: str
    moved: bool

    @property
    def proves_charset(self) -> bool:
        """Return whether letters beyond ASCII were read as they stand in the article."""
        return ":" in self.unit and not self.raw.cells["text"].isascii()


def _documents(store: Store, names: Sequence[str]) -> dict[str, list[_Version]]:
    found: defaultdict[str, list[_Version]] = defaultdict(list)
    asked = set(names)
    for row in store.query(_DOCUMENTS, {"names": list(names)}).to_pylist():
        version = _Version(row["doc_id"], row["outlet"], row["text"])
        for name in {row["doc_id"], row["native_id"]} & asked:
            found[name].append(version)
    return dict(found)


def _last(journal: Journal) -> dict[tuple[str, str, str], str]:
    return {(entry.coder, entry.unit, entry.variable): entry.value for entry in journal.entries(KIND)}


def _coders(names: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in names:
        found.setdefault(name.casefold(), name)
    return found


def _code(raw: _Raw, against: _Against) -> _Code:
    """Check a row.

    Raises
    ------
    TenorError
        With what is wrong and what to do; the caller knows the line.
    """
    cells = raw.cells
    for name in NEEDED:
        if not cells[name]:
            raise StudyError(f"{name} is empty", do="fill it in")
    # Under two spellings, one person would count as two who agree.
    if (coder := against.coders[cells["coder"].casefold()]) != cells["coder"]:
        what = f"the coder '{excerpt_of(cells['coder'], 40)}' is '{excerpt_of(coder, 40)}' elsewhere"
        raise StudyError(what, do="write it alike, or give another person another name")
    variable = against.variables.get(cells["variable"])
    if variable is None:
        raise UnknownName.of("variable", cells["variable"], against.variables)
    question = _question(variable, cells["actor"], against.actors)
    value = variable.read(cells["value"])
    unit, moved = _unit(raw, against, question)
    return _Code(raw=raw, coder=cells["coder"], unit=unit, question=question, value=value, moved=moved)


def _question(variable: Variable, actor: str, actors: Sequence[str]) -> str:
    if not variable.actor:
        if actor:
            what = f"{variable.name} is not asked about an actor, and here is '{excerpt_of(actor, 40)}'"
            raise StudyError(what, do="leave actor empty")
        return variable.name
    if not actor:
        raise StudyError(f"{variable.name} is asked about an actor, and actor is empty", do="name the actor by its id")
    if actor not in actors:
        raise UnknownName.of("actor", excerpt_of(actor, 40), actors)
    return f"{variable.name}:{actor}"


def _unit(raw: _Raw, against: _Against, question: str) -> tuple[str, bool]:
    """Return the unit that a row is about, and whether its place had to be found by its text."""
    cells = raw.cells
    versions = against.documents.get(cells["doc"], ())
    if not versions:
        what = f"no article '{excerpt_of(cells['doc'], 40)}' is stored"
        raise UnknownName(what, do="write the identifier of its source, or its doc_id; or add the article first")
    places, moved = _places(cells, versions)
    known = [(version, unit) for version, unit in places if (cells["coder"], unit, question) in against.last]
    chosen = (known or places)[0]
    outlets = sorted({version.outlet for version, _ in (known or places)})
    if len(outlets) > 1:
        what = f"'{excerpt_of(cells['doc'], 40)}' could be an article of {listed(outlets)}"
        raise StudyError(what, do="write its doc_id instead")
    return chosen[1], moved


def _places(cells: Mapping[str, str], versions: Sequence[_Version]) -> tuple[list[tuple[_Version, str]], bool]:
    """Return the versions that a row fits, the newest first, with the unit in each, and whether it was looked for."""
    start, stop = _offset(cells, "start"), _offset(cells, "stop")
    if (start is None) != (stop is None):
        what = "start is empty, and stop is not" if start is None else "stop is empty, and start is not"
        raise StudyError(what, do="fill in both, or neither for a code of the whole article")
    wordings = _wordings(cells["text"])
    if start is None or stop is None:
        if not wordings:
            return [(version, version.doc_id) for version in versions], False
        return _found(wordings, versions, ""), True
    if not wordings:
        if all(version.doc_id != cells["doc"] for version in versions):
            do = "fill in the sentence, or name the article by its doc_id"
            raise StudyError("text is empty, so nobody can tell whether the place is the one that was coded", do=do)
        if not start < stop <= len(versions[0].text):
            what = f"the article has {len(versions[0].text):,} characters, and no place {start} to {stop}"
            raise StudyError(what, do="mend start and stop")
    fits = [version for version in versions if not wordings or version.text[start:stop] in wordings]
    if fits and start < stop:
        return [(version, f"{version.doc_id}:{start}:{stop}") for version in fits], False
    there = versions[0].text[start:stop] if start < stop else ""
    return _found(wordings, versions, f" at {start} to {stop} stands '{excerpt_of(there, 40)}', and"), True


def _offset(cells: Mapping[str, str], name: str) -> int | None:
    """Return a place; one that a program wrote as 642.0 is meant as 642."""
    cell = cells[name]
    if not cell:
        return None
    if not re.fullmatch(r"[0-9]{1,9}(?:[.,]0*)?", cell):
        what = f"{name} is '{excerpt_of(cell, 40)}'"
        raise StudyError(what, do="write how many characters of the text stand before, as a whole number")
    return int(re.split("[.,]", cell)[0])


def _wordings(cell: str) -> tuple[str, ...]:
    """Return a text as the cell has it, and as the article has it if a spreadsheet changed it."""
    found = (form for text in (cell, _unescaped(cell)) for form in (text, clean_text(text).text))
    return tuple(dict.fromkeys(form for form in found if form.strip()))


def _found(wordings: Sequence[str], versions: Sequence[_Version], before: str) -> list[tuple[_Version, str]]:
    """Return the one place at which a text stands in each version that holds it once.

    Raises
    ------
    StudyError
        It stands in none, or in none of them only once.
    """
    found, most = [], 0
    for version in versions:
        wording = next((item for item in wordings if item in version.text), None)
        times = version.text.count(wording) if wording else 0
        most = max(most, times)
        if wording and times == 1:
            start = version.text.index(wording)
            found.append((version, f"{version.doc_id}:{start}:{start + len(wording)}"))
    if not found:
        often = f"the text stands in the article {most} times" if most else "the text does not stand in the article"
        do = "write start and stop" if most else "code the article as it is stored"
        raise StudyError(f"{before} {often}".strip(), do=do)
    return found


# ------------------------------------------------------------------------------------- all together


def _unique(found: Sequence[_Code]) -> tuple[list[_Code], list[Reject]]:
    """Return each code once, without those of which one coder says two things, and a reject for each of these."""
    groups: defaultdict[tuple[str, str, str], list[_Code]] = defaultdict(list)
    for item in found:
        groups[item.coder, item.unit, item.question].append(item)
    kept, refused = [], []
    for items in groups.values():
        if len({item.value for item in items}) == 1:
            kept.append(items[0])
            continue
        for item in items:
            other = next(one for one in items if one.value != item.value)
            what = f"{item.coder} says {item.value} here and {other.value} on line {other.raw.place.line}"
            refused.append(item.raw.reject(f"{what}; keep one of the two rows"))
    return kept, refused


def _notes(codes: Sequence[_Code], last: Mapping[tuple[str, str, str], str]) -> list[str]:
    said = []
    moved = [item for item in codes if item.moved]
    if moved:
        places = f"{counted(len(moved), 'place')} {verb(len(moved), 'was', 'were')} found by the text"
        said.append(f"{places}, which stands in the article once; the first is on line {moved[0].raw.place.line}")
    changed = sum(last.get((item.coder, item.unit, item.question), item.value) != item.value for item in codes)
    if changed:
        differ = f"{counted(changed, 'code')} {verb(changed, 'differs', 'differ')} from what the same coder said before"
        said.append(f"{differ}: kept as {verb(changed, 'a correction', 'corrections')}")
    return said


def _line_of(item: Reject) -> tuple[int, str]:
    line = item.place.rpartition(":")[2]
    return (int(line) if line.isdigit() else 0), item.place
