"""Sentences drawn by chance to be coded: kept with their chances before anybody codes them, and written as a sheet."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from tenor.coding.codebook import Variable
from tenor.coding.codes import COLUMNS
from tenor.coding.sample import DRAWN, Name, Sample, digest_of, draw, members_of, spread_evenly, stale, take_sample
from tenor.corpus.durable import nowhere, write_durably
from tenor.errors import Place, StudyError, TenorError, shown
from tenor.grammar import counted, verb
from tenor.sources.delimited import header_of, records
from tenor.sources.files import open_text
from tenor.tables import no_formula

WHAT = "sentences"
_DOC = COLUMNS.index("doc")


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCode:
    """A sentence as the sheet shows it: without outlet, round and what the model says, so that nobody codes by them."""

    doc_id: str
    start: int
    stop: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be coded: a variable, perhaps about an actor, perhaps in one voice only.

    Examples
    --------
    >>> one = Wanted(variable="toward", actor="accord", speech="narration")
    >>> one.name, one.sheet
    ('code:toward:accord@narration', 'code-toward-accord-narration.csv')
    >>> one.command
    'tenor coding sample toward --of actor=accord --of speech=narration -n 400'
    """

    variable: str
    actor: str = ""
    speech: str = ""

    @property
    def name(self) -> str:
        """Return the name under which its sample is kept."""
        about = f":{self.actor}" if self.actor else ""
        return f"code:{self.variable}{about}{f'@{self.speech}' if self.speech else ''}"

    @property
    def sheet(self) -> str:
        """Return the name of its sheet."""
        return f"{'-'.join(part for part in ('code', self.variable, self.actor, self.speech) if part)}.csv"

    @property
    def of(self) -> dict[str, str]:
        """Return what is asked besides the variable, as a claim's ``of`` gives it."""
        return {key: value for key, value in (("actor", self.actor), ("speech", self.speech)) if value}

    @property
    def command(self) -> str:
        """Return what to type to draw its sample."""
        return f"tenor coding sample {self.variable}{''.join(f' --of {k}={v}' for k, v in self.of.items())} -n 400"


def take_codes(strata: pa.Table, n: int, *, seed: int, name: str) -> Sample:
    """Draw sentences to be coded: as many of each round, and in a round by the size of its strata.

    Half of a round's codes are spread evenly over its strata, so that small ones are seen, the rest by how many
    sentences are left in each. Where one comes in the sheet is by chance, so that what is coded first is of all.

    Parameters
    ----------
    strata
        Columns ``doc_id`` (a sentence) and ``stratum``, as ``round: third``.
    n
        How many to draw in all.
    seed, name
        As for `tenor.coding.sample.take_sample`.

    Raises
    ------
    StudyError
        There is nothing to draw, or a sentence stands twice.

    Examples
    --------
    >>> rare = pa.table({"doc_id": [f"d{n}" for n in range(100)], "stratum": ["r1: low"] * 95 + ["r1: high"] * 5})
    >>> found = take_codes(rare, 40, seed=0, name="code:loaded")
    >>> [found.rows["stratum"].to_pylist().count(one) for one in ("r1: low", "r1: high")]
    [35, 5]
    """
    members = members_of(strata)
    rounds: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for stratum, ids in members.items():
        rounds[stratum.partition(":")[0]][stratum] = len(ids)
    if n < 1 or not members:
        return take_sample(strata, n=n, seed=seed, name=name, what=WHAT)
    each = spread_evenly({one: sum(sizes.values()) for one, sizes in rounds.items()}, n)
    counts = {key: many for one, sizes in rounds.items() for key, many in by_size(sizes, each[one]).items()}
    rows: list[tuple[float, str, dict[str, str | float | int]]] = []
    for stratum, ids in members.items():
        if counts[stratum]:
            own = pa.table({"doc_id": ids, "stratum": [stratum] * len(ids)})
            drawn = draw(own, counts[stratum], seed).to_pylist()
            rows += [((turn + 0.5) / len(drawn), stratum, row) for turn, row in enumerate(drawn)]
    rows.sort(key=lambda item: item[:2])
    return Sample(
        name=name,
        what=WHAT,
        seed=seed,
        rows=pa.Table.from_pylist([row for _, _, row in rows], schema=DRAWN),
        sizes=tuple((stratum, len(ids)) for stratum, ids in members.items()),
        members=digest_of(members),
    )


def by_size(sizes: Mapping[Name, int], n: int) -> dict[Name, int]:
    """Return how many of `n` each stratum gives: half evenly, the rest by what is left in each.

    Examples
    --------
    >>> by_size({"low": 60, "middle": 60, "high": 60}, 90), by_size({"low": 1900, "high": 100}, 200)
    ({'low': 30, 'middle': 30, 'high': 30}, {'low': 147, 'high': 53})
    """
    n = min(n, sum(sizes.values()))
    first = spread_evenly(sizes, n // 2)
    left, room = n - n // 2, sum(sizes.values()) - n // 2
    share = {key: left * (size - first[key]) / max(room, 1) for key, size in sizes.items()}
    found = {key: first[key] + int(share[key]) for key in sizes}
    short = n - sum(found.values())
    for key in sorted(sizes, key=lambda one: (int(share[one]) - share[one], one))[:short]:
        found[key] += 1
    return found


def outgrown(sample: Sample, strata: pa.Table, again: str) -> str:
    """Say that the corpus is not the one from which a sample was drawn; nothing, where it is.

    Parameters
    ----------
    sample, strata
        The sample, and the stratum of every sentence that could be drawn now (``doc_id, stratum``).
    again
        What to type to draw it again.

    Examples
    --------
    >>> from tenor.coding.sample import take_sample
    >>> before = pa.table({"doc_id": ["a:0:9"], "stratum": ["x"]})
    >>> sample = take_sample(before, n=5, seed=0, name="code:arousal", what=WHAT)
    >>> outgrown(sample, before, "tenor coding sample arousal")
    ''
    >>> now = pa.table({"doc_id": ["a:0:9", "b:0:4"], "stratum": ["x", "x"]})
    >>> outgrown(sample, now, "tenor coding sample arousal").partition(":")[0]
    'the sample was drawn from 1 sentence, and now there are 2, or others'
    """
    if not stale(sample, strata):
        return ""
    then = sum(size for _, size in sample.sizes)
    return (
        f"the sample was drawn from {counted(then, 'sentence')}, and now there are {strata.num_rows:,}, or others: "
        f"draw it again with `{again}`; what is coded stays, and the sheet asks for what is new"
    )


def write_coding_sheet(path: Path, rows: Sequence[ToCode], variable: Variable, actor: str = "") -> tuple[str, ...]:
    """Write a CSV file to be filled in with a spreadsheet, in the columns that an import of codes reads.

    Parameters
    ----------
    path
        An older sheet there is replaced as long as nothing is filled in.
    rows
        The sentences, in the order in which they are to be coded.
    variable, actor
        What is asked, and about whom.

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
    >>> from tenor.coding.codebook import VARIABLES
    >>> one = ToCode(doc_id="d1", start=0, stop=4, text="=1+1")
    >>> _ = write_coding_sheet(Path("arousal.csv"), [one], VARIABLES[0])
    >>> Path("arousal.csv").read_text(encoding="utf-8-sig").splitlines()
    ['coder,doc,start,stop,text,variable,actor,value', ",d1,0,4,'=1+1,arousal,,"]
    """
    _check_free(path)
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for row in rows:
        cells = ("", row.doc_id, str(row.start), str(row.stop), row.text, variable.name, actor, "")
        writer.writerow([no_formula(cell) for cell in cells])
    write_durably(path, text.getvalue().encode("utf-8-sig"), nowhere)
    return (
        f"{shown(path)} has {counted(len(rows), 'sentence')} to code, one a row, in random order: begin at the top.",
        f"{variable.definition}",
        f"value: write {variable.range}. coder: write your name, always alike.",
        "Two people code the same rows, each alone in a copy of the sheet. Rows left empty can be filled in later.",
        "Save as CSV UTF-8, then read it in with `tenor coding import`.",
    )


def strike_codes(folder: Path, doc_ids: Collection[str]) -> int:
    """Take the sentences of articles out of every sheet of codes in a folder, for good; the rest stays as it is.

    Returns
    -------
    int
        How many rows went.

    Raises
    ------
    TenorError
        A sheet can't be read, so nobody can tell whether an article is still in it.

    Examples
    --------
    >>> from tenor.coding.codebook import VARIABLES
    >>> two = [ToCode(doc_id=name, start=0, stop=2, text="No") for name in ("d1", "d2")]
    >>> _ = write_coding_sheet(Path("code-arousal.csv"), two, VARIABLES[0])
    >>> strike_codes(Path("."), ["d1"]), strike_codes(Path("."), ["d1"])
    (1, 0)
    """
    struck = {no_formula(doc_id) for doc_id in doc_ids}
    gone = 0
    for path in sorted(folder.glob("code-*.csv")):
        delimiter, rows = _records_of(path, Place(shown(path)))
        kept = [row for row in rows if len(row) < len(COLUMNS) or row[_DOC] not in struck]
        if len(kept) < len(rows):
            text = io.StringIO(newline="")
            csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(kept)
            write_durably(path, text.getvalue().encode("utf-8-sig"), nowhere)
            gone += len(rows) - len(kept)
    return gone


def _check_free(path: Path) -> None:
    if not path.exists():
        return
    place, do = Place(shown(path)), "read it in first (`tenor coding import`), then move it away"
    try:
        _, rows = _records_of(path, place)
        filled = sum(1 for row in rows[1:] if len(row) >= len(COLUMNS) and row[-1].strip())
    except TenorError as error:
        raise StudyError("this file is no sheet written here", do=do, place=place) from error
    if filled:
        what = f"{counted(filled, 'row')} of this sheet {verb(filled, 'is', 'are')} filled in already"
        raise StudyError(what, do=do, place=place)


def _records_of(path: Path, place: Place) -> tuple[str, list[Sequence[str]]]:
    """Return what stands between the cells of a sheet, and its rows, the first with the names of the columns.

    Raises
    ------
    TenorError
        The file is no such sheet.
    """
    with open_text(path) as stream:
        text = stream.read()
    delimiter, names, skipped = header_of(text)
    if [name.strip().lower() for name in names] != list(COLUMNS):
        raise StudyError("its columns are not those of a sheet of codes", place=place)
    body = io.StringIO(text.lstrip("\ufeff").split("\n", skipped)[skipped], newline="")
    return delimiter, [record.cells for _, record in records(body, delimiter, place)]
