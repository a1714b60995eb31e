"""The facade: a study folder and its verbs. Each verb hands over to the folder that does the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tenor.described import Description
from tenor.errors import TenorError
from tenor.model import ArticleSource, Claim, ImportReport, Plan
from tenor.results import Audit, Measured, Registered
from tenor.rich import rendered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime
    from typing import Self, TextIO

    import pyarrow as pa

    from tenor.annotate.happened import Sought
    from tenor.annotate.run import Annotated
    from tenor.annotate.told import Wanted
    from tenor.coding.codes import CodesRead
    from tenor.coding.judging import Judgements
    from tenor.coding.ledgers import Predictions, Promises
    from tenor.corpus.human import Journal
    from tenor.corpus.rounds import RoundsTables
    from tenor.corpus.search import Filters, Found
    from tenor.corpus.store import Store
    from tenor.described import KeyWords
    from tenor.report.form import Form

STUDY_FILE = "tenor.yaml"
CLAIMS_FILE = "claims.yaml"
CODEBOOK_FILE = "codebook.yaml"
JUDGE_FILE = "judge.csv"


class Study:
    """A folder with a study file, claims, and the figures they are about.

    Parameters
    ----------
    folder, plan
        The study's folder and what its study file says; use `Study.new` or `Study.open`.
    say
        Told what is being done, before each step that takes time.

    Examples
    --------
    >>> import shutil, tempfile
    >>> from tenor.testing import example_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = shutil.copytree(example_folder("debates"), folder, dirs_exist_ok=True)
    ...     study = Study.open(folder)
    ...     _ = study.add()
    ...     [verdict.word for verdict in study.audit().verdicts]
    ['inconclusive', 'depends on how it is counted']
    """

    __slots__ = ("_folder", "_plan", "_say")

    def __init__(self, folder: Path, plan: Plan, say: Callable[[str], None] = lambda _: None) -> None:
        self._folder = folder
        self._plan = plan
        self._say = say

    @classmethod
    def new(cls, folder: Path | str) -> Path:
        """Write a commented study into a new folder, with schemas for editors.

        Parameters
        ----------
        folder
            It may exist, but must hold neither a study nor claims.

        Returns
        -------
        Path
            The study file, to be edited next.

        Raises
        ------
        StudyError
            There is a study already.
        """
        from tenor.studyfile.start import write_start

        return write_start(Path(folder), STUDY_FILE, CLAIMS_FILE)

    @classmethod
    def open(cls, folder: Path | str = ".", *, say: Callable[[str], None] = lambda _: None) -> Self:
        """Open a study folder.

        Parameters
        ----------
        folder
            It holds ``tenor.yaml``.
        say
            Told what is being done, before each step that takes time.

        Raises
        ------
        TenorError
            The study file is missing or says something impossible, with file and line.
        """
        from tenor.studyfile import read_study

        return cls(Path(folder), read_study(Path(folder) / STUDY_FILE), say)

    def _repr_html_(self) -> str | None:
        return rendered(self._plan)

    @property
    def folder(self) -> Path:
        """Return the study's folder."""
        return self._folder

    @property
    def plan(self) -> Plan:
        """Return what the study file says."""
        return self._plan

    @property
    def store(self) -> Store:
        """Return the tables; ``study.store.query(sql, {})`` asks them anything."""
        from tenor.corpus.store import Store

        return Store(self._folder / "corpus")

    def claims(self) -> tuple[Claim, ...]:
        """Read the claims file and check it against the study.

        Raises
        ------
        TenorError
            With file, line, setting, what is wrong and what to do.
        """
        from tenor.studyfile import read_claims

        return read_claims(self._folder / CLAIMS_FILE, self._plan)

    def refresh(self) -> Store:
        """Bring what is made from articles and study file up to date: copies, days, rounds.

        Every verb that reads them does it by itself.

        Returns
        -------
        Store
            The tables.
        """
        from tenor.corpus.derived import refresh

        refresh(self.store, self._plan, self._say)
        return self.store

    def add(self, paths: Sequence[Path | str] = (), *, how: ArticleSource | None = None) -> tuple[ImportReport, ...]:
        """Import counts and articles; what is there already stays.

        Parameters
        ----------
        paths
            Files or folders of articles. Without any: every file of counts the study
            declares, and every file of articles that was added before.
        how
            How to read the paths, where it can't be found out: columns, outlet, charset.

        Returns
        -------
        tuple of ImportReport
            One a file: what was read, kept, merged, refused, lost. How each file of articles
            was read is kept in ``sources.yaml``; what was refused, in ``rejects``.

        Raises
        ------
        TenorError
            A file is missing or is not what it is said to be; then nothing of it is kept.
        """
        from tenor.corpus.intake import add_all, add_paths

        if paths:
            return add_paths(self.store, self._folder, [Path(path) for path in paths], how)
        return add_all(self.store, self._folder, self._plan)

    def describe(self, phrases: Sequence[str] = ()) -> Description:
        """Say what is in the store, before any claim.

        Parameters
        ----------
        phrases
            Whose first use is looked for, besides the cues of the rounds; ``*`` ends a word.

        Returns
        -------
        Description
            Sections of sentences, each with the tables and passages behind it.

        Raises
        ------
        StudyError
            A phrase holds no word.
        """
        from tenor.audit.description import describe
        from tenor.corpus.journal import record_once

        store = self.refresh()
        found = describe(store, self._plan, phrases)
        if found.articles:
            # It shows how many pieces each round has, and their words: whoever reads it has looked.
            record_once(store, "describe", ["volume.rate:", "content.keyness:"])
        return found

    def copies(self) -> pa.Table:
        """Return every near-copy with the article it is a copy of, at each of three thresholds.

        Returns
        -------
        pyarrow.Table
            ``threshold, copy_id, first_outlet, first_day, doc_id, outlet, day, similarity, how, title``.
        """
        from tenor.corpus.describe import copies_table

        return copies_table(self.refresh())

    def rounds(self) -> RoundsTables:
        """Return how articles fall into rounds: by their day, by what they refer to, and where the two disagree."""
        from tenor.corpus.rounds import rounds_tables

        return rounds_tables(self.refresh(), self._plan)

    def code(self, path: Path | str, *, charset: str = "") -> CodesRead:
        """Import what people coded: a table with a row a code.

        Parameters
        ----------
        path
            Columns ``coder, doc, variable, value``; for sentences ``start, stop, text``; about one ``actor``.
        charset
            The encoding, where it is not UTF-8.

        Returns
        -------
        CodesRead
            What was read, kept and refused; reading it twice adds nothing.

        Raises
        ------
        TenorError
            The file is missing or no such table; then nothing of it is kept.
        """
        from tenor.coding.codebook import read_codebook
        from tenor.coding.codes import import_codes

        variables = read_codebook(self._folder / CODEBOOK_FILE)
        return import_codes(self._journal, self.refresh(), Path(path), self._plan, variables, charset=charset)

    def draw(
        self, variable: str, number: int, *, of: Mapping[str, str] | None = None, to: Path | None = None
    ) -> tuple[str, ...]:
        """Draw sentences to be coded for a variable, keep their chances, and write them into a sheet.

        Parameters
        ----------
        variable, number, of
            What is coded, in how many sentences; ``{"actor": "brandel"}``, ``{"speech": "narration"}``.
        to
            The sheet; in the study's folder if not given. What to do with it is returned, its path last.
        """
        from tenor.audit.draw import draw_codes, wanted_of

        return draw_codes(self.refresh(), self._plan, self._folder, wanted_of(variable, of or {}), number, to)

    def agreement(self) -> pa.Table:
        """Return how well the coders agree: Krippendorff's alpha of each variable, with its interval."""
        from tenor.coding.agreement import agreement_table
        from tenor.coding.codebook import read_codebook
        from tenor.coding.codes import codes

        return agreement_table(codes(self._journal), read_codebook(self._folder / CODEBOOK_FILE))

    def judge(self, number: int) -> tuple[Path, tuple[str, ...]]:
        """Draw articles into a sheet, to be judged by hand in a spreadsheet.

        Parameters
        ----------
        number
            How many, spread evenly over rounds, with and without a cue.

        Returns
        -------
        tuple
            The sheet, and what to do with it.

        Raises
        ------
        TenorError
            There are no articles, or the sheet holds answers.
        """
        from tenor.coding.judging import judge

        path = self._folder / JUDGE_FILE
        return path, judge(self.refresh(), self._plan, self._journal, path, number)

    def judged(self, sheet: Path | str, *, coder: str = "") -> tuple[str, ...]:
        """Read a sheet that was filled in, and keep its answers with the study.

        Raises
        ------
        TenorError
            The sheet can't be read or contradicts itself, with file and line; then nothing is kept.
        """
        from tenor.coding.judging import judged

        return judged(self.store, self._plan, self._journal, Path(sheet), coder)

    def judgements(self) -> Judgements:
        """Return how well the search and the cues do round by round, as far as articles were judged."""
        from tenor.coding.judging import judgements

        return judgements(self.refresh(), self._plan, self._journal)

    @property
    def promises(self) -> Promises:
        """Return the ledger of promises: proposed, confirmed, revised, and what became of each."""
        from tenor.coding.ledgers import Promises

        return Promises(self.refresh, self._plan, self._journal, self._folder)

    @property
    def predictions(self) -> Predictions:
        """Return the ledger of predictions: proposed, confirmed, resolved, and how good they were."""
        from tenor.coding.ledgers import Predictions

        return Predictions(self.refresh, self._plan, self._journal, self._folder)

    @property
    def _journal(self) -> Journal:
        from tenor.corpus.human import HUMAN_FILE, Journal

        return Journal(self._folder / HUMAN_FILE)

    def annotate(
        self, *, model: Path | str | None = None, workers: int | None = None, progress: TextIO | None = None
    ) -> Annotated:
        """Read the sentences of every article that is new: their tone, wording, quotations, and whom they name.

        Parameters
        ----------
        model
            A folder with a model; the installed one if not given.
        workers
            How many processes; as many as there are cores if not given. The rows are the same.
        progress
            Where to show how far it is.

        Returns
        -------
        Annotated
            How much was read, and by whom.

        Raises
        ------
        ModelMissing
            The model is not installed, or altered.
        TenorError
            Some articles could not be read; what could be is kept.
        """
        from tenor.annotate.run import annotate

        folder = Path(model) if model is not None else None
        return annotate(self.refresh(), self._plan, model=folder, workers=workers, progress=progress)

    def statements(self, wanted: Wanted | None = None) -> pa.Table:
        """Return who says what: one row a statement, by day, outlet and place.

        Parameters
        ----------
        wanted
            Filters; all statements without it.

        Raises
        ------
        UnknownName
            There is no such actor, kind, outlet or round.
        MissingInput
            The articles were not read yet.
        """
        from tenor.annotate.told import Wanted, told

        return told(self.refresh(), self._plan, wanted or Wanted())

    def events(self, sought: Sought | None = None) -> pa.Table:
        """Return who did what to whom on which day: one row an event, with its reports (see `happened`)."""
        from tenor.annotate.happened import Sought, happened

        return happened(self.refresh(), self._plan, sought or Sought())

    def compare(self, ours: Sequence[str], theirs: Sequence[str], *, query: str = "") -> tuple[KeyWords, ...]:
        """Return the words that set rounds apart from others (`content.keyness`), a list a language.

        Parameters
        ----------
        ours, theirs
            Ids of rounds; a family of near-copies speaks once.
        query
            Only articles it picks.

        Returns
        -------
        tuple of KeyWords
            A word is kept if its interval over outlets excludes no difference, and it stands in at least
            3 outlets and 5 copy groups.

        Raises
        ------
        TenorError
            There is no such round, or one stands on both sides.
        """
        from tenor.audit.keywords import compared
        from tenor.corpus.journal import record

        store = self.refresh()
        found = compared(store, self._plan, ours, theirs, query)
        record(store, "compare", [f"content.keyness:{query}"], [])
        return found

    def new_since(self, moment: datetime) -> pa.Table:
        """Return every version of an article that came in at a moment or later, and what changed in it."""
        from tenor.corpus.describe import new_since

        return new_since(self.store, moment)

    def search(self, words: str, filters: Filters | None = None, *, limit: int = 20, skip: int = 0) -> Found:
        """Find articles that hold all words, in every script.

        Parameters
        ----------
        words
            Words, ``"phrases"`` and ``beginnings*``.
        filters
            Outlet, language, days.
        limit, skip
            Which hits to return, best first.

        Returns
        -------
        Found
            Hits with the places of the words, and facets by outlet, language, month and round.
        """
        from tenor.corpus.search import SearchIndex
        from tenor.studyfile import round_stretch

        event = self._plan.event
        rounds = {item.id: round_stretch(event, item, event.window) for item in self._plan.rounds}
        index = SearchIndex(self.store, self._folder / "corpus" / "search.sqlite")
        return index.search(words, filters, rounds=rounds, limit=limit, skip=skip)

    def remove(self, doc_ids: Sequence[str], *, why: str, now: bool = False) -> int:
        """Remove articles for good: out of sight at once, off the disk when the store is compacted.

        Parameters
        ----------
        doc_ids
            Which versions of articles.
        why
            Kept with the ids, never with the text.
        now
            Compact and erase at once.

        Returns
        -------
        int
            How many were there.
        """
        from tenor.coding.drawn import strike_codes
        from tenor.coding.sample import strike
        from tenor.corpus.intake import remove

        found = remove(self.store, self._folder, doc_ids, why=why, now=now)
        strike(self._folder / JUDGE_FILE, doc_ids)
        strike_codes(self._folder, doc_ids)
        return found

    def compact(self) -> tuple[int, int, tuple[TenorError, ...]]:
        """Merge small files of the store, erase what was removed, and check that every file is whole.

        Returns
        -------
        tuple
            Files merged, old files deleted, and damage found.
        """
        store = self.store
        return store.compact(), store.sweep(), store.verify()

    def measure(self, name: str, *, query: str = "", of: Mapping[str, str] | None = None) -> Measured:
        """Measure one query over time and round by round.

        Parameters
        ----------
        name
            As `tenor measures` lists it: ``volume.rate``, ``tone.arousal``.
        query
            As the counts or the study's queries name it; without one, all articles.
        of
            What else is asked: ``{"actor": "brandel"}``, ``{"emotion": "fear"}``, ``{"speech": "narration"}``.

        Returns
        -------
        Measured
            The series, and the pooled value in every round's window. No interval: one
            window has none, a contrast between rounds has (`audit`).

        Raises
        ------
        UnknownName
            There is no such measure, actor or emotion, or no figure for that query.
        MissingInput
            The articles were not read yet.
        """
        from tenor.audit.run import measure_one

        return measure_one(self.refresh(), self._plan, name, query, of or {})

    def preregister(self) -> tuple[Registered, ...]:
        """Hash every hypothesis before its numbers are looked at, and keep the hashes.

        Returns
        -------
        tuple of Registered
            "after viewing" where a run of this study had looked at the measure before.
        """
        from tenor.audit.run import register

        return register(self.refresh(), self._plan, self.claims())

    def audit(self) -> Audit:
        """Answer every claim of the claims file.

        Returns
        -------
        Audit
            A verdict a claim, with everything behind it.

        Raises
        ------
        TenorError
            A file says something impossible, or nothing was added yet.
        """
        from tenor.audit.run import audit_study

        files = [self._folder / name for name in (STUDY_FILE, CLAIMS_FILE)]
        return audit_study(self.refresh(), self._plan, self.claims(), files)

    def evidence(self, hypothesis: str) -> pa.Table:
        """Return the figures behind a hypothesis, each with the file and line it stands on.

        Parameters
        ----------
        hypothesis
            Its id in the claims file.

        Returns
        -------
        pyarrow.Table
            ``window, outlet, query, start, days, matched, total, source, line``; windows are
            the rounds first, then the comparison windows.

        Raises
        ------
        UnknownName
            No claim has a hypothesis of that id.
        """
        from tenor.audit.run import evidence

        return evidence(self.refresh(), self._plan, self.claims(), hypothesis)

    def report(self, folder: Path | str | None = None, *, form: Form | None = None) -> Path:
        """Audit the claims, write the report as a page, as Markdown and as data, and return the page.

        Parameters
        ----------
        folder
            Where to write; by default ``reports`` in the study's folder.
        form
            For oneself or for the public, in which language, with how many passages.
        """
        from tenor.audit.shown import shown
        from tenor.report.page import write_report

        audit, found = shown(self.store, self.audit(), self._folder, form.each if form else None)
        return write_report(audit, Path(folder or self._folder / "reports"), form, found=found)
