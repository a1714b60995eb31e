"""One study as a site: what all pages share, and what one request asks."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tenor.app.web.catalogue import Words
from tenor.app.web.kept import file_hash
from tenor.app.web.reading import Reader
from tenor.app.web.results import Kept
from tenor.app.web.runs import Runs
from tenor.errors import TenorError, UnknownName
from tenor.study import CLAIMS_FILE, STUDY_FILE, Study

if TYPE_CHECKING:
    from tenor.model import Claim, Plan

Stamp = tuple[int, int]


class Site:
    """What a server holds of a study: nothing that is not on the disk as well, but the secret of its forms.

    Parameters
    ----------
    folder
        The study's folder.
    """

    __slots__ = ("_claims", "_study", "folder", "kept", "reader", "runs", "secret")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.secret = secrets.token_urlsafe(24)
        self.runs = Runs(folder)
        self.kept = Kept(folder)
        self._study: tuple[Stamp, Study] | None = None
        self._claims: tuple[tuple[Stamp, Stamp], tuple[Claim, ...]] | None = None
        from tenor.corpus.store import Store

        self.reader = Reader(Store(folder / "corpus"))

    def study(self) -> Study:
        """Return the study as its file says it now.

        Raises
        ------
        TenorError
            The file is missing or says something impossible.
        """
        stamp = _stamp(self.folder / STUDY_FILE)
        if self._study is None or self._study[0] != stamp:
            self._study = (stamp, Study.open(self.folder))
        return self._study[1]

    @property
    def plan(self) -> Plan:
        """Return what the study file says."""
        return self.study().plan

    def claims(self) -> tuple[Claim, ...]:
        """Return the claims as their file says them now.

        Raises
        ------
        TenorError
            The file is missing or says something impossible.
        """
        stamp = (_stamp(self.folder / STUDY_FILE), _stamp(self.folder / CLAIMS_FILE))
        if self._claims is None or self._claims[0] != stamp:
            self._claims = (stamp, self.study().claims())
        return self._claims[1]

    def claims_or_why(self) -> tuple[tuple[Claim, ...], str]:
        """Return the claims, or none and what is wrong with their file."""
        try:
            return self.claims(), ""
        except TenorError as error:
            return (), str(error)

    def outdated(self) -> tuple[str, ...]:
        """Return the tables that are older than the articles or the study file."""
        from tenor.corpus.derived import stale

        plan = self.plan
        return self.reader.remembered(("stale", plan.sha256), lambda: stale(self.reader.store, plan))


def _stamp(path: Path) -> Stamp:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request: where, with which parameters or form, in which language.

    `arguments` and `form` have every value of a name, in order.
    """

    site: Site
    path: str
    words: Words
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    form: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)
    htmx: bool = False

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return self.parts[name]

    def get(self, name: str, default: str = "") -> str:
        """Return the last value of a parameter."""
        return self.arguments.get(name, (default,))[-1].strip()

    def all(self, name: str) -> tuple[str, ...]:
        """Return every value of a parameter."""
        return tuple(value for value in self.arguments.get(name, ()) if value)

    def sent(self, name: str, default: str = "") -> str:
        """Return the last value of a field of a form."""
        return self.form.get(name, (default,))[-1].strip()

    def number(self, name: str, default: int, least: int = 1, most: int = 100_000) -> int:
        """Return a parameter that is a whole number, brought between two others."""
        text = self.get(name)
        return min(max(int(text), least), most) if text.isdecimal() and len(text) < 10 else default

    def one_of(self, name: str, known: tuple[str, ...], default: str) -> str:
        """Return a parameter that is one of a few words.

        Raises
        ------
        UnknownName
            It is none of them.
        """
        text = self.get(name) or default
        if text not in known:
            raise UnknownName.of(f"value of '{name}'", text, known)
        return text

    def address(self, changes: Mapping[str, str | int | None]) -> str:
        """Return the address of this page with other parameters; None or "" takes one away.

        Examples
        --------
        >>> from tenor.app.web.catalogue import words
        >>> ask = Ask(site=None, path="/documents", words=words("en"), arguments={"lang": ("en",), "page": ("3",)})
        >>> ask.address({"page": 4}), ask.address({"lang": None, "page": None})
        ('/documents?lang=en&page=4', '/documents')
        """
        pairs = [(name, value) for name, values in self.arguments.items() if name not in changes for value in values]
        pairs += [(name, str(value)) for name, value in changes.items() if value not in (None, "")]
        return self.path + (f"?{urlencode(pairs)}" if pairs else "")


def read_only(folder: Path) -> bool:
    """Return whether nothing can be written into a folder."""
    import os

    return not os.access(folder, os.W_OK)


def claims_hash(site: Site) -> str:
    """Return the hash of the claims file as it is now."""
    return file_hash(site.folder / CLAIMS_FILE)
