"""The facade: a study folder and its verbs. Each verb hands over to the folder that does the work."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tenor.errors import StudyError
from tenor.model import Audit, Claim, ImportReport, Measured, Plan, Registered

if TYPE_CHECKING:
    from typing import Self

    import pyarrow as pa

    from tenor.corpus.store import Store

STUDY_FILE = "tenor.yaml"
CLAIMS_FILE = "claims.yaml"


class Study:
    """A folder with a study file, claims, and the figures they are about.

    Parameters
    ----------
    folder
        The study's folder; use `Study.new` or `Study.open`.

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

    __slots__ = ("_folder", "_plan")

    def __init__(self, folder: Path, plan: Plan) -> None:
        self._folder = folder
        self._plan = plan

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
    def open(cls, folder: Path | str = ".") -> Self:
        """Open a study folder.

        Raises
        ------
        TenorError
            The study file is missing or says something impossible, with file and line.
        """
        from tenor.studyfile import read_study

        return cls(Path(folder), read_study(Path(folder) / STUDY_FILE))

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

    def add(self) -> tuple[ImportReport, ...]:
        """Import every file of counts the study declares; what is there already stays.

        Returns
        -------
        tuple of ImportReport
            One a file: what was read, kept, merged, refused, lost.

        Raises
        ------
        TenorError
            A file is missing or holds what can't be counts; then nothing of it is kept.
        """
        from tenor.corpus.ingest import add_counts
        from tenor.sources.counts import read_counts

        if not self._plan.sources:
            do = f"add a 'counts' entry to {self._plan.file}"
            raise StudyError("the study declares no file of counts", do=do)
        starts = self._plan.event.week_starts
        read = [read_counts(self._folder / item.file, item, week_starts=starts) for item in self._plan.sources]
        return tuple(add_counts(self.store, counts, report) for counts, report in read)

    def describe(self) -> pa.Table:
        """Say what is in the store, before any claim.

        Returns
        -------
        pyarrow.Table
            A row for each outlet and query: first and last day, days or weeks with figures,
            missing and doubtful ones, matched and total pieces.
        """
        from tenor.corpus.completeness import description

        return description(self.store)

    def measure(self, name: str, *, query: str) -> Measured:
        """Measure one query over time and round by round.

        Parameters
        ----------
        name
            ``volume.rate`` or ``volume.share``.
        query
            As the counts name it.

        Returns
        -------
        Measured
            The series, and the pooled value in every round's window. No interval: one
            window has none, a contrast between rounds has (`audit`).

        Raises
        ------
        UnknownName
            There is no such measure, or no figure for that query.
        """
        from tenor.audit.run import measure_one

        return measure_one(self.store, self._plan, name, query)

    def preregister(self) -> tuple[Registered, ...]:
        """Hash every hypothesis before its numbers are looked at, and keep the hashes.

        Returns
        -------
        tuple of Registered
            "after viewing" where a run of this study had looked at the measure before.
        """
        from tenor.audit.run import register

        return register(self.store, self._plan, self.claims())

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
        return audit_study(self.store, self._plan, self.claims(), files)

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

        return evidence(self.store, self._plan, self.claims(), hypothesis)

    def report(self, folder: Path | str | None = None) -> Path:
        """Audit the claims and write the report: one page, and the data behind it as CSV.

        Parameters
        ----------
        folder
            Where to write; by default ``reports`` in the study's folder.

        Returns
        -------
        Path
            The page.
        """
        from tenor.report.page import write_report

        return write_report(self.audit(), Path(folder) if folder else self._folder / "reports")
