"""A small sample of articles for people to judge: drawn by chance, handed out as a sheet, read back."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from tenor.corpus.durable import nowhere, write_durably
from tenor.corpus.human import Journal
from tenor.errors import Place, SeveralErrors, SourceError, StoreDamaged, StudyError, TenorError, UnknownName, shown
from tenor.grammar import counted, verb
from tenor.model import Round
from tenor.sources.delimited import Record, header_of, records
from tenor.sources.files import Snapshot, open_text
from tenor.sources.text import fold
from tenor.tables import no_formula

DRAWN = pa.schema(
    [
        pa.field("doc_id", pa.string(), nullable=False),
        pa.field("stratum", pa.string(), nullable=False),
        pa.field("pi", pa.float64(), nullable=False),
        pa.field("size", pa.int64(), nullable=False),
    ]
)
COLUMNS = ("doc_id", "outlet", "published", "lang", "title", "passage", "about_event", "refers_to", "note")
PASSAGE = 600
Name = TypeVar("Name", str, int)
_FILLED = ("about_event", "refers_to", "note")
_YES = frozenset(map(fold, ("yes", "y", "true", "да", "д", "так", "т", "evet", "e")))
_NO = frozenset(map(fold, ("no", "n", "false", "нет", "н", "ні", "hayır", "h")))
_NONE = frozenset(map(fold, ("none", "-", "–", "—", "−", "no", "нет", "ні", "немає", "жодного", "yok", "hayır")))
_BETWEEN = str.maketrans(dict.fromkeys(",;/|\n\t\r", " "))


# ------------------------------------------------------------------------------------------ the draw


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A sample as it was drawn: from what, by which seed, and how many articles there were then.

    `rows` is a table of DRAWN; `sizes` counts the articles of every stratum, also of those nothing
    was drawn from; `members` is a hash of which article was in which stratum.
    """

    name: str
    what: str
    seed: int
    rows: pa.Table
    sizes: tuple[tuple[str, int], ...]
    members: str


def draw(strata: pa.Table, n: int, seed: int) -> pa.Table:
    """Draw documents at random, evenly over the strata.

    Documents stand in an order that depends on the seed and their own id only; a stratum gives the
    first of its own. So a larger sample holds the smaller one, and what is added to other strata
    changes how many a stratum gives at most, never which come first.

    Parameters
    ----------
    strata
        Columns ``doc_id`` and ``stratum``; each document once, in any order.
    n
        How many to draw in all; small strata give all they have, and others more for it.
    seed
        Another seed is another sample.

    Returns
    -------
    pa.Table
        Of DRAWN: `pi` is the chance to be drawn, `size` how many documents the stratum has. The
        strata take turns, so that the first half of the sample is also spread evenly.

    Raises
    ------
    StudyError
        There is nothing to draw, or a document stands twice.

    Examples
    --------
    >>> found = draw(pa.table({"doc_id": ["a", "b", "c", "d"], "stratum": ["x", "x", "x", "y"]}), 2, seed=1)
    >>> sorted(zip(found["stratum"].to_pylist(), found["size"].to_pylist()))
    [('x', 3), ('y', 1)]
    """
    if n < 1:
        raise StudyError(f"a sample of {n} articles", do="draw one or more")
    members = members_of(strata)
    if not members:
        raise StudyError("there is no article to draw from", do="add articles first")
    counts = spread_evenly({name: len(ids) for name, ids in members.items()}, n)
    rows = []
    for name, ids in members.items():
        first = sorted(ids, key=lambda doc_id: _rank(seed, doc_id))[: counts[name]]
        rows += [(turn, name, doc_id, counts[name] / len(ids), len(ids)) for turn, doc_id in enumerate(first)]
    rows.sort()
    columns = {"doc_id": 2, "stratum": 1, "pi": 3, "size": 4}
    return pa.table({name: [row[at] for row in rows] for name, at in columns.items()}, schema=DRAWN)


def take_sample(strata: pa.Table, *, n: int, seed: int, name: str, what: str) -> Sample:
    """Draw a sample and note from what it was drawn.

    Parameters
    ----------
    strata, n, seed
        As for `draw`.
    name
        A short name, by which it is kept: ``rounds``.
    what
        What the articles are, in words: ``articles that match the search``.

    Raises
    ------
    StudyError
        There is nothing to draw, or a document stands twice.

    Examples
    --------
    >>> found = take_sample(pa.table({"doc_id": ["a"], "stratum": ["x"]}), n=5, seed=1, name="rounds", what="articles")
    >>> found.sizes, found.rows["pi"].to_pylist()
    ((('x', 1),), [1.0])
    """
    rows = draw(strata, n, seed)
    members = members_of(strata)
    sizes = tuple((stratum, len(ids)) for stratum, ids in members.items())
    return Sample(name=name, what=what, seed=seed, rows=rows, sizes=sizes, members=digest_of(members))


def stale(sample: Sample, strata_now: pa.Table) -> tuple[str, ...]:
    """Say what changed since a sample was drawn; nothing, where nothing did.

    Examples
    --------
    >>> before = take_sample(pa.table({"doc_id": ["a"], "stratum": ["x"]}), n=5, seed=1, name="rounds", what="articles")
    >>> stale(before, pa.table({"doc_id": ["a", "b"], "stratum": ["x", "x"]}))
    ("'x' had 1 article when the sample was drawn and has 2 now",)
    """
    members = members_of(strata_now)
    if digest_of(members) == sample.members:
        return ()
    then, now = dict(sample.sizes), {name: len(ids) for name, ids in members.items()}
    said = [
        f"'{name}' had {counted(then.get(name, 0), 'article')} when the sample was drawn "
        f"and has {now.get(name, 0):,} now"
        for name in sorted(then.keys() | now.keys())
        if then.get(name, 0) != now.get(name, 0)
    ]
    place = {doc_id: name for name, ids in members.items() for doc_id in ids}
    drawn = dict(zip(sample.rows["doc_id"].to_pylist(), sample.rows["stratum"].to_pylist(), strict=True))
    gone = sum(doc_id not in place for doc_id in drawn)
    moved = sum(place.get(doc_id, name) != name for doc_id, name in drawn.items())
    said += [f"{counted(gone, 'article')} of the sample can't be found any more"] if gone else []
    belong = verb(moved, "belongs", "belong")
    said += [f"{counted(moved, 'article')} of the sample {belong} elsewhere now"] if moved else []
    return tuple(said or ["there are as many articles as when the sample was drawn, but not the same ones"])


def keep_sample(journal: Journal, sample: Sample, *, coder: str) -> int:
    """Keep a sample with the study; keeping it twice adds nothing.

    Each article is an entry of its own, so that a takedown erases it here too. The entry that
    makes the sample count comes last: a crash leaves the sample before it in force.

    Returns
    -------
    int
        How many entries were added.

    Examples
    --------
    >>> journal = Journal("human.sqlite")
    >>> table = pa.table({"doc_id": ["a", "b"], "stratum": ["x", "x"]})
    >>> sample = take_sample(table, n=2, seed=1, name="rounds", what="articles")
    >>> keep_sample(journal, sample, coder="ann"), keep_sample(journal, sample, coder="ann")
    (3, 0)
    """
    variable, rows = f"draw:{sample.name}", sample.rows.to_pylist()
    drawn = hashlib.sha256(json.dumps([sample.seed, sample.sizes, sample.members, rows]).encode()).hexdigest()[:16]
    entries = [(row.pop("doc_id"), {"drawn": drawn, **row}) for row in rows]
    head = {"what": sample.what, "seed": sample.seed, "drawn": drawn, "articles": len(rows)}
    entries.append((f"sample:{sample.name}", {**head, "sizes": sample.sizes, "members": sample.members}))
    values = [(unit, variable, json.dumps(value, ensure_ascii=False)) for unit, value in entries]
    return enter_new(journal, values, kind="sample", coder=coder)


def enter_new(journal: Journal, values: Iterable[tuple[str, str, str]], *, kind: str, coder: str) -> int:
    """Enter (unit, variable, value) where it is not what the coder's last entry says already.

    Examples
    --------
    >>> journal = Journal("human.sqlite")
    >>> [enter_new(journal, [("d1", "tone", "cold")], kind="code", coder="ann") for _ in range(2)]
    [1, 0]
    """
    there = {(entry.unit, entry.variable): entry.value for entry in journal.latest(kind) if entry.coder == coder}
    count = 0
    for unit, variable, value in values:
        if there.get((unit, variable)) != value:
            journal.enter(coder=coder, kind=kind, unit=unit, variable=variable, value=value)
            count += 1
    return count


def kept_sample(journal: Journal, name: str) -> Sample | None:
    """Return the last sample kept under a name; articles that were taken down are no longer in it.

    Raises
    ------
    StoreDamaged
        An entry does not read as one that was written here.

    Examples
    --------
    >>> kept_sample(Journal("human.sqlite"), "rounds") is None
    True
    """
    entries = [entry for entry in journal.entries("sample") if entry.variable == f"draw:{name}"]
    heads = [entry for entry in entries if entry.unit == f"sample:{name}"]
    if not heads:
        return None
    try:
        head = json.loads(heads[-1].value)
        found = {entry.unit: json.loads(entry.value) for entry in entries if _of_draw(entry.value, head["drawn"])}
        rows = [{"doc_id": unit, **row} for unit, row in found.items() if unit != heads[-1].unit]
        return Sample(
            name=name,
            what=head["what"],
            seed=head["seed"],
            rows=pa.Table.from_pylist(rows, schema=DRAWN),
            sizes=tuple((stratum, size) for stratum, size in head["sizes"]),
            members=head["members"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreDamaged(f"the sample '{name}' can't be read: {error}", do="draw it again") from error


def _of_draw(value: str, drawn: str) -> bool:
    return bool(json.loads(value)["drawn"] == drawn)


def members_of(strata: pa.Table) -> dict[str, list[str]]:
    """Return the documents of each stratum.

    Raises
    ------
    StudyError
        A document stands twice.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    seen: dict[str, str] = {}
    for doc_id, name in zip(strata["doc_id"].to_pylist(), strata["stratum"].to_pylist(), strict=True):
        if doc_id in seen:
            what = f"article {doc_id} stands in '{seen[doc_id]}' and again in '{name}'"
            raise StudyError(what, do="each article belongs to one stratum")
        seen[doc_id] = name
        found[name].append(doc_id)
    return {name: found[name] for name in sorted(found)}


def digest_of(members: Mapping[str, Sequence[str]]) -> str:
    """Return a hash of which document is in which stratum."""
    text = json.dumps([[name, sorted(ids)] for name, ids in members.items()])
    return hashlib.sha256(text.encode()).hexdigest()


def _rank(seed: int, doc_id: str) -> tuple[bytes, str]:
    return hashlib.sha256(f"{seed}\x1f{doc_id}".encode("utf-8", "surrogatepass")).digest(), doc_id


def spread_evenly(sizes: Mapping[Name, int], n: int) -> dict[Name, int]:
    """Return how many each stratum gives: as even as their sizes allow, the first in order one more."""
    left, counts = min(n, sum(sizes.values())), dict.fromkeys(sizes, 0)
    while left:
        open_ = [name for name in sizes if counts[name] < sizes[name]][:left]
        room = min(sizes[name] - counts[name] for name in open_)
        each = min(left // len(open_), room)
        for name in open_:
            counts[name] += each
        left -= each * len(open_)
    return counts


# ------------------------------------------------------------------------------------- the sheet out


@dataclass(frozen=True, slots=True, kw_only=True)
class ToJudge:
    """An article as the sheet shows it; its stratum is left out, so that nobody judges by it."""

    doc_id: str
    outlet: str
    published: str
    lang: str
    title: str
    passage: str


def write_sheet(path: Path, rows: Sequence[ToJudge], rounds: Sequence[Round]) -> tuple[str, ...]:
    """Write a CSV file to be filled in with a spreadsheet, whole or not at all.

    Parameters
    ----------
    path
        An older sheet there is replaced as long as nothing is filled in.
    rows
        The articles, in the order in which they are to be judged.
    rounds
        The rounds of the study, for the instructions.

    Returns
    -------
    tuple of str
        What whoever fills it in has to know, a line each.

    Raises
    ------
    StudyError
        The file holds answers, or is no such sheet.

    Examples
    --------
    >>> row = ToJudge(doc_id="d1", outlet="Daily", published="2024-02-01", lang="en", title="=1+1", passage="Talks")
    >>> _ = write_sheet(Path("judge.csv"), [row], [])
    >>> Path("judge.csv").read_text(encoding="utf-8-sig").splitlines()[1]
    "d1,Daily,2024-02-01,en,'=1+1,Talks,,,"
    """
    _check_free(path)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = (row.outlet, row.published, row.lang, row.title, row.passage)
        writer.writerow([no_formula(row.doc_id), *(no_formula(one_line(cell)) for cell in cells), "", "", ""])
    write_durably(path, text.getvalue().encode("utf-8-sig"), nowhere)
    named = ", ".join(f"{item.id} ({item.label})" for item in rounds) or "no rounds yet"
    return (
        f"{shown(path)} has {counted(len(rows), 'article')} to judge, one a row.",
        "about_event: write yes or no. Is the article about the event itself?",
        f"refers_to: write the ids of all rounds it refers to, with spaces between, or none: {named}.",
        "note: anything you like. Leave the other columns as they are, and save as CSV UTF-8.",
        "Rows that you leave empty can be filled in later; the order is random, so begin at the top.",
    )


def one_line(text: str, most: int = PASSAGE) -> str:
    r"""Return the beginning of a text on one line, with what would hide or reorder it made visible.

    Examples
    --------
    >>> one_line("safe\u202etxt\nnext", 12)
    'safe⟦U+202E⟧txt nex…'
    """
    # Twice as much is looked at, because runs of white space become one space.
    words = " ".join(text[: 2 * most].split())
    cut = words[:most].rstrip() + "…" if len(words) > most or len(text) > 2 * most else words
    return "".join(f"⟦U+{ord(mark):04X}⟧" if _hides(mark) else mark for mark in cut)


def _hides(mark: str) -> bool:
    # Joiners stay, because languages need them; direction marks, tags, half characters and controls don't.
    kind = unicodedata.category(mark)
    return kind in {"Cc", "Cs", "Zl", "Zp"} or (kind == "Cf" and mark not in "\u00ad\u200c\u200d")


def _check_free(path: Path) -> None:
    if not path.exists():
        return
    do = "read it in first (`tenor rounds --judged`), then move it away"
    try:
        filled = sum(any(cells[name] for name in _FILLED) for _, cells in _rows_of(path))
    except TenorError as error:
        raise StudyError("this file is no sheet written here", do=do, place=Place(shown(path))) from error
    if filled:
        what = f"{counted(filled, 'article')} of this sheet {verb(filled, 'is', 'are')} judged already"
        raise StudyError(what, do=do, place=Place(shown(path)))


def strike(path: Path, doc_ids: Collection[str]) -> int:
    """Take articles out of a sheet for good; what is filled in for others stays.

    Returns
    -------
    int
        How many rows went; 0 where there is no sheet.

    Raises
    ------
    SourceError
        The file can't be read as a sheet, so nobody can tell whether an article is still in it.

    Examples
    --------
    >>> strike(Path("judge.csv"), ["d1"])
    0
    """
    if not path.exists():
        return 0
    struck = {no_formula(doc_id) for doc_id in doc_ids}
    gone = {line for line, cells in _rows_of(path) if cells["doc_id"] in struck}
    if not gone:
        return 0
    with open_text(path) as stream:
        whole = stream.read()
    delimiter, _, skipped = header_of(whole)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    body = whole.lstrip("\ufeff").split("\n", skipped)[skipped]
    for line, record in records(io.StringIO(body, newline=""), delimiter, Place(shown(path))):
        if line + skipped not in gone:
            writer.writerow(record.cells)
    write_durably(path, text.getvalue().encode("utf-8-sig"), nowhere)
    return len(gone)


# -------------------------------------------------------------------------------------- the sheet in


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What somebody wrote about one article, and the line it stands on."""

    doc_id: str
    about_event: bool
    refers_to: tuple[str, ...]
    note: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """All complete answers of a sheet, what is wrong with other rows, and how many are still empty."""

    answers: tuple[Answer, ...]
    problems: tuple[str, ...]
    empty: int


def read_sheet(path: Path, known_rounds: Collection[str], known_ids: Collection[str]) -> Answers:
    r"""Read a sheet that was filled in, with what spreadsheets do to it.

    Parameters
    ----------
    path
        The sheet: commas, semicolons or tabs, UTF-8 or UTF-16.
    known_rounds
        The ids of the rounds.
    known_ids
        The ids of the articles that were handed out.

    Returns
    -------
    Answers
        Rows filled in by half and rows of unknown articles are named in `problems`.

    Raises
    ------
    MissingInput
        There is no such file.
    SourceError
        It is no such sheet, not in an encoding that holds every script, or a row falls apart.
    SeveralErrors
        Answers that can't be understood or contradict each other, all of them: nothing is read
        until they are mended.

    Examples
    --------
    >>> _ = Path("judge.csv").write_text("doc_id;about_event;refers_to\nd1;Yes;r1, R3\nd2;;r1\nd3;;\n")
    >>> found = read_sheet(Path("judge.csv"), ["r1", "r2", "r3"], ["d1", "d2", "d3"])
    >>> [(answer.doc_id, answer.about_event, answer.refers_to) for answer in found.answers], found.empty
    ([('d1', True, ('r1', 'r3'))], 1)
    >>> found.problems
    ('judge.csv:3: about_event is empty; the row is skipped',)
    """
    ids = {no_formula(item): item for item in known_ids}
    found: dict[str, Answer] = {}
    errors: list[TenorError] = []
    problems: list[str] = []
    empty = 0
    for line, cells in _rows_of(path):
        place = Place(shown(path), line)
        if not any(cells[name] for name in _FILLED):
            empty += 1
        elif cells["doc_id"] not in ids:
            problems.append(f"{place}: no article '{one_line(cells['doc_id'], 40)}' was handed out; the row is skipped")
        elif missing := _missing(cells):
            problems.append(f"{place}: {missing} is empty; the row is skipped")
        else:
            try:
                answer = _answer(ids[cells["doc_id"]], cells, known_rounds, place)
                _check_same(found.setdefault(answer.doc_id, answer), answer, place)
            except TenorError as error:
                errors.append(error)
    if errors:
        raise SeveralErrors(errors)
    return Answers(answers=tuple(found.values()), problems=tuple(problems), empty=empty)


def _rows_of(path: Path) -> Iterable[tuple[int, dict[str, str]]]:
    place = Place(shown(path))
    try:
        Snapshot.of(path)
        with open_text(path) as stream:
            text = stream.read()
    except SourceError as error:
        do = "save it from the spreadsheet as 'CSV UTF-8', then try again"
        raise SourceError(error.what, do=do, place=error.place or place) from error
    delimiter, names, skipped = header_of(text)
    columns = _columns([fold(name) for name in names], Place(place.file, skipped + 1))
    body = text.lstrip("\ufeff").split("\n", skipped)[skipped]
    for line, record in list(records(io.StringIO(body, newline=""), delimiter, place))[1:]:
        yield line + skipped, _cells(record, columns, len(names), Place(place.file, line + skipped))


def _columns(names: Sequence[str], place: Place) -> dict[str, int]:
    missing = [name for name in ("doc_id", "about_event", "refers_to") if names.count(name) != 1]
    if missing:
        what = f"this is no sheet to judge: it needs one column {' and one '.join(missing)}"
        raise SourceError(what, do="fill in the sheet as it was written, and keep its first row", place=place)
    return {name: names.index(name) for name in ("doc_id", *_FILLED) if name in names}


def _cells(record: Record, columns: Mapping[str, int], width: int, place: Place) -> dict[str, str]:
    if record.broken or record.too_long or any(cell.strip() for cell in record.cells[width:]):
        do = "put quotation marks around cells that hold a comma or semicolon, and double those inside"
        raise SourceError("the cells of this row can't be told apart", do=do, place=place)
    cells = {name: record.cells[at].strip() for name, at in columns.items() if at < len(record.cells)}
    return {name: cells.get(name, "") for name in ("doc_id", *_FILLED)}


def _missing(cells: Mapping[str, str]) -> str:
    if not cells["about_event"]:
        return "about_event"
    # What is not about the event may leave open which rounds it refers to.
    return "" if cells["refers_to"] or fold(cells["about_event"]) in _NO else "refers_to"


def _answer(doc_id: str, cells: Mapping[str, str], rounds: Collection[str], place: Place) -> Answer:
    about = fold(cells["about_event"])
    if about not in _YES | _NO:
        what = f"about_event is '{one_line(cells['about_event'], 40)}'"
        raise SourceError(what, do="write yes or no", place=place)
    refers_to = _rounds(cells["refers_to"], rounds, place)
    return Answer(
        doc_id=doc_id, about_event=about in _YES, refers_to=refers_to, note=cells["note"], line=place.line or 0
    )


def _rounds(cell: str, rounds: Collection[str], place: Place) -> tuple[str, ...]:
    words = cell.translate(_BETWEEN).split()
    folded = {fold(name): name for name in rounds}
    if not words or (fold(" ".join(words)) in _NONE - folded.keys()):
        return ()
    found = [word if word in rounds else folded.get(fold(word), "") for word in words]
    for word, name in zip(words, found, strict=True):
        if not name:
            raise UnknownName.of("round", one_line(word, 40), rounds, place=place)
    return tuple(sorted(set(found)))


def _check_same(first: Answer, again: Answer, place: Place) -> None:
    if (first.about_event, first.refers_to) != (again.about_event, again.refers_to):
        what = f"article {first.doc_id} is judged otherwise on line {first.line}"
        raise SourceError(what, do="keep one of the two rows", place=place)
