"""What the rules know of a language: words and patterns as data, one TOML file a language, read strictly.

A language needs no code. Its lists hold words as people write them; ``*`` in a word stands for any letters,
at its end mostly. Its patterns are regular expressions in which ``{name}`` stands for any word of that list.
All of it is folded as texts are (`tenor.corpus.phrases.fold`), so case and accents make no difference.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from pathlib import Path
from typing import Any, get_type_hints

from tenor.annotate.cues import Framing, Stating
from tenor.corpus.phrases import fold
from tenor.errors import Place, StudyError, shown
from tenor.registry import plugged

Words = frozenset[str]
Pattern = re.Pattern[str]
_NEVER = r"(?!)"
# What a setting of that name may say, and whether it may say several.
_CHOICES = {
    ".kind": ({"framing", "assessment"}, False),
    ".side": ({"after", "before", "around", "nominal"}, False),
    ".who": ({"man", "woman", "thing", "institution", "word", "attribute"}, True),
}
_NOTHING = re.compile(_NEVER)
_LIST = re.compile(r"\{([a-z_]+)\}")
# What must stay as it is when a pattern is folded: escapes, and the P of a named group.
_KEPT = re.compile(r"\\.|\(\?P|[^\\(]+|\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Splitting:
    """How the sentences of a language end.

    Parameters
    ----------
    vowels
        The letters that a word needs: what has none of them, and a full stop, is an abbreviation.
    never
        Abbreviations after which a sentence goes on (``dr``), without their last full stop.
    starter
        Those that end a sentence only before one of ``starters`` (``u.s``).
    likely
        Those that end one before a capitalised word that a word in small letters follows (``inc``).
    ends
        Those that end one before any capital letter (``etc``).
    after_name
        Those that end one if a capitalised word stands before (``st``: "Quarry St." but not "St. Anne").
    after_number
        Those that end one if a number stands before (``г``: "2021 г." but not "г. Москва").
    before_number
        Those that belong to a number behind them, and are words otherwise (``no``).
    starters
        Words that begin a sentence when they are written with a capital letter.
    continuers
        Words that begin no sentence behind such an abbreviation, though they have a capital letter ("9 p.m. Monday").
    surnames
        Endings of surnames behind which initials may stand too ("Петров И. И. Суд решил").
    asked_by
        Words right behind a quotation that ends in a question or exclamation mark: who asked.
    small_names
        Names that begin with a small letter at the start of a sentence too (``adidas``).
    marked_names
        Names that end in an exclamation or question mark (``yahoo``).
    labels
        Words that stand before a number or letter and with it before a sentence ("Question 3. Who pays?").
    ordinals
        Whether a number with a full stop is an ordinal ("3. tur").
    quote_needs_stop
        Whether a full stop follows a quoted title that ends in a question or exclamation mark.
    consonants_end_abbreviations
        Whether a word that ends in a vowel is no abbreviation, so that a full stop after it ends a sentence.
    """

    vowels: str = "aeiouy"
    never: Words = frozenset()
    starter: Words = frozenset()
    likely: Words = frozenset()
    ends: Words = frozenset()
    after_name: Words = frozenset()
    after_number: Words = frozenset()
    before_number: Words = frozenset()
    starters: Words = frozenset()
    small_names: Words = frozenset()
    marked_names: Words = frozenset()
    labels: Words = frozenset()
    continuers: Words = frozenset()
    surnames: Words = frozenset()
    asked_by: Pattern = _NOTHING
    ordinals: bool = False
    quote_needs_stop: bool = False
    consonants_end_abbreviations: bool = False

    def short(self, word: str) -> bool:
        """Return whether a folded word is an abbreviation that is listed."""
        lists = (self.never, self.starter, self.likely, self.ends, self.after_name, self.after_number)
        return any(word in words for words in lists) or word in self.before_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """Where reported speech stands around words that announce it.

    Parameters
    ----------
    name
        What the pattern stands for, for people.
    side
        ``after``: from the end of the match (or from its group ``r``) to the end of the clause. ``before``: from the
        start of the sentence to the match. ``around``: both. ``nominal``: the match's group ``r`` is the verb of a
        clause that stands before it, as in Turkish.
    pattern
        The announcing words.
    unless
        If it is found in the sentence up to the end of the match, the pattern does not count.
    alone
        Whether the pattern does not count behind a quotation in the same sentence.
    """

    name: str
    side: str
    pattern: Pattern
    unless: Pattern = _NOTHING
    alone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaking:
    """How a language tells what others say.

    Parameters
    ----------
    cue_left
        Before a quotation, in its sentence: that it is speech.
    cue_right
        Right behind a quotation: that it is speech.
    not_left, not_right
        Touching the quotation: that it is a title, a name or a word that is kept at a distance.
    unclosed
        Where a quotation ends whose closing mark is missing: the match begins there.
    insertion
        The words of the narrator inside a quotation, from the dash before them; up to the next dash.
    stop
        Where a reported clause ends before its sentence does.
    turn
        Where it ends too, unless ``goes_on`` is found in it up to there.
    after_quoted
        Right behind words quoted inside a reported clause: that it has ended.
    subject
        At the start of a sentence with a clause as its object: who says it.
    addressee
        Behind that: to whom, where and when it is said, as far as it can't belong to the clause.
    bare
        A verb that can't be a clause alone.
    inside
        Before a comma near the start of such a sentence: that the clause has begun already.
    speaker
        What may stand before the colon, or behind the dash, of a headline that tells what somebody says.
    not_speaker
        What may not, though it looks like a name.
    clauses
        The ways to report.
    """

    cue_left: Pattern = _NOTHING
    cue_right: Pattern = _NOTHING
    not_left: Pattern = _NOTHING
    not_right: Pattern = _NOTHING
    unclosed: Pattern = _NOTHING
    insertion: Pattern = _NOTHING
    stop: Pattern = _NOTHING
    turn: Pattern = _NOTHING
    goes_on: Pattern = _NOTHING
    after_quoted: Pattern = _NOTHING
    subject: Pattern = _NOTHING
    addressee: Pattern = _NOTHING
    bare: Pattern = _NOTHING
    inside: Pattern = _NOTHING
    speaker: Pattern = _NOTHING
    not_speaker: Pattern = _NOTHING
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweeping:
    """A way to claim that everyone, no one or always; ``g`` in the pattern is what is marked, else all of it.

    Parameters
    ----------
    name
        What the pattern stands for; it is told with each span.
    pattern
        The words.
    """

    name: str
    pattern: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How words with one ending are declined; the first that fits a word is used.

    Parameters
    ----------
    ends
        The end of the word; what its last group holds is replaced, or all of it where it has none.
    forms
        What stands there instead: a case each, in the same order in all rules, ``/`` between several of one case, ``-``
        for nothing. Without any, the word does not change.
    who
        For which words: ``man``, ``woman``, ``thing`` (a name of one word), ``institution`` (one of several), ``word``
        (written small), ``attribute`` (before the noun of an institution). Empty: for all but attributes.
    """

    ends: Pattern
    forms: str = ""
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How a language names people and institutions.

    Parameters
    ----------
    endings
        How names are declined.
    head_last
        Whether the last word of a title or institution is declined, and what tells it apart stands before it (Turkish);
        else the first noun is.
    titles_bind
        Whether a capitalised word next to a title makes another one of it ("президент Сундовии").
    common
        Names that are words as well, which may begin a sentence ("Hope").
    months
        Those of them that are months.
    words
        Names that are words if they are written small ("trump").
    men, women
        First names by which the rest of a name is declined, where their ending would say otherwise.
    suffix
        What belongs to a name behind its apostrophe.
    speaks
        Right behind a word at the start of a sentence: that it is a name.
    role
        Right before it: that it is a name.
    word_after
        Right behind it: that it is no name.
    in_time, time_after
        Right before or behind a month: that it is no name.
    not_title_left, not_title_right
        Next to a title: that it is another one ("the president of the club").
    """

    endings: tuple[Ending, ...] = ()
    head_last: bool = False
    titles_bind: bool = False
    common: Words = frozenset()
    months: Words = frozenset()
    words: Words = frozenset()
    men: Words = frozenset()
    women: Words = frozenset()
    suffix: Pattern = _NOTHING
    speaks: Pattern = _NOTHING
    role: Pattern = _NOTHING
    word_after: Pattern = _NOTHING
    in_time: Pattern = _NOTHING
    time_after: Pattern = _NOTHING
    not_title_left: Pattern = _NOTHING
    not_title_right: Pattern = _NOTHING


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language as the rules know it.

    Parameters
    ----------
    name
        Its code, such as ``en``.
    sentences
        How its sentences end.
    speech
        How it tells what others say.
    generalisations
        Its sweeping generalisations.
    literal
        Sentences in which such words count something: no generalisation stands in them.
    names
        How it names people and institutions.
    statements
        How it tells who says what.
    """

    name: str
    sentences: Splitting = field(default_factory=Splitting)
    speech: Speaking = field(default_factory=Speaking)
    generalisations: tuple[Sweeping, ...] = ()
    literal: Pattern = _NOTHING
    names: Naming = field(default_factory=Naming)
    statements: Stating = field(default_factory=Stating)


# Settings that are lists of tables.
_TABLES: dict[object, type[Any]] = {
    tuple[Clause, ...]: Clause,
    tuple[Ending, ...]: Ending,
    tuple[Framing, ...]: Framing,
}


# --- asking for one --------------------------------------------------------------------------------


def languages() -> Mapping[str, Language]:
    """Return every language by its code: tenor's own, and those of the entry points ``tenor.languages``.

    An entry point names a tuple of `Language`, each made with `load`.

    Raises
    ------
    StudyError
        A file is wrong, or two give a language of the same code.

    Examples
    --------
    >>> sorted(languages())[:4]
    ['en', 'ru', 'tr', 'uk']
    """
    return {**{code: _own(code) for code in _files()}, **_others()}


def language_named(code: str) -> Language:
    """Return a language, or one without any words if it is not known; its file is read once.

    Parameters
    ----------
    code
        Such as ``en`` or ``en-GB``; "" and ``und`` are not known.

    Raises
    ------
    StudyError
        Its file is wrong, or two give a language of the same code.

    Examples
    --------
    >>> language_named("en-GB").name, language_named("und").name
    ('en', 'und')
    """
    bare = code.lower().replace("_", "-").partition("-")[0]
    return _own(bare) if bare in _files() else _others().get(bare) or Language(name=code)


@cache
def _files() -> Mapping[str, Path]:
    return {path.stem: path for path in sorted((Path(__file__).parent / "lang").glob("*.toml"))}


@cache
def _own(code: str) -> Language:
    return load(_files()[code])


@cache
def _others() -> Mapping[str, Language]:
    found: dict[str, Language] = plugged("language", lambda item: isinstance(item, Language))
    twice = sorted(found.keys() & _files().keys())
    if twice:
        raise StudyError(f"a plug-in gives the language '{twice[0]}', which tenor has already")
    return found


# --- reading a file --------------------------------------------------------------------------------


def load(path: Path) -> Language:
    r"""Read a language from its file.

    Parameters
    ----------
    path
        A TOML file with the tables ``sentences``, ``words``, ``speech``, ``generalisation``, ``names``, ``statements``.

    Raises
    ------
    StudyError
        With file and line: it is no TOML, a setting is not known or of the wrong kind, a pattern can't be read.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "xx.toml"
    ...     _ = path.write_text('name = "xx"\n[sentences]\nnever = ["Dr"]\n')
    ...     sorted(load(path).sentences.never)
    ['dr']
    """
    text = path.read_text(encoding="utf-8")
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        place = Place(shown(path), int(line[1]) if line else None)
        raise StudyError(f"this is no TOML: {error}", place=place) from error
    return _File(shown(path), text).language(raw)


@dataclass(frozen=True, slots=True)
class _File:
    """A file while it is read, so that a mistake can be told with its line."""

    name: str
    text: str

    def wrong(self, what: str, setting: str, *, do: str = "") -> StudyError:
        *tables, key = setting.split(".")
        found = re.compile(rf"^[ \t]*\[\[?{re.escape('.'.join(tables))}\]\]?", re.MULTILINE).search(self.text)
        begin = found.end() if tables and found else 0
        at = re.compile(rf"^[ \t]*(?:\[+[\w.]*\b)?{re.escape(key)}\b", re.MULTILINE).search(self.text, begin)
        line = self.text.count("\n", 0, at.start()) + 1 if at else None
        return StudyError(what, do=do, place=Place(self.name, line, setting))

    def language(self, raw: dict[str, Any]) -> Language:
        self._known(raw, {"name", "sentences", "words", "speech", "generalisation", "names", "statements"}, "")
        words = self._words(raw.get("words", {}))
        sweeping = raw.get("generalisation", {})
        self._known(sweeping, {"literal", "patterns"}, "generalisation.")
        if not isinstance(raw.get("name"), str) or not raw["name"]:
            raise self.wrong("the language has no name", "name", do="write its code, such as 'en'")
        return Language(
            name=raw["name"],
            sentences=self._filled(Splitting, raw.get("sentences", {}), "sentences", words),
            speech=self._filled(Speaking, raw.get("speech", {}), "speech", words),
            generalisations=self._several(Sweeping, sweeping.get("patterns", []), "generalisation.patterns", words),
            literal=self._pattern(sweeping.get("literal", _NEVER), "generalisation.literal", words),
            names=self._filled(Naming, raw.get("names", {}), "names", words),
            statements=self._filled(Stating, raw.get("statements", {}), "statements", words),
        )

    def _known(self, table: object, known: set[str], where: str) -> None:
        if not isinstance(table, dict):
            raise self.wrong("this is no table", where.rstrip("."))
        for key in table.keys() - known:
            raise self.wrong(f"there is no setting '{key}'", f"{where}{key}", do=f"known: {', '.join(sorted(known))}")

    def _words(self, table: object) -> dict[str, str]:
        if not isinstance(table, dict):
            raise self.wrong("this is no table", "words")
        found: dict[str, str] = {}
        for key, value in table.items():
            if not re.fullmatch(r"[a-z_]+", key):
                raise self.wrong("a list's name has small letters only", f"words.{key}")
            items = self._strings(value, f"words.{key}")
            inner = [_LIST.fullmatch(item) for item in items]
            plain = [item for item, other in zip(items, inner, strict=True) if not other]
            parts = [found.get(other[1]) for other in inner if other]
            if None in parts:
                raise self.wrong("it names a list that does not stand above it", f"words.{key}")
            found[key] = "(?:" + "|".join([*(part for part in parts if part), one_of(plain)]) + ")"
        return found

    def _filled(self, kind: type[Any], table: object, where: str, words: Mapping[str, str]) -> Any:
        assert is_dataclass(kind)
        names = {item.name: item for item in fields(kind)}
        self._known(table, set(names), f"{where}.")
        assert isinstance(table, dict)
        hints = get_type_hints(kind)
        missing = [name for name, item in names.items() if name not in table and _needed(item)]
        if missing:
            raise self.wrong(f"the setting '{missing[0]}' is missing", where)
        given = {name: self._value(hints[name], value, f"{where}.{name}", words) for name, value in table.items()}
        return kind(**given)

    def _value(self, hint: object, value: object, where: str, words: Mapping[str, str]) -> object:
        if hint == Words:
            return frozenset(fold(item) for item in self._strings(value, where))
        if hint == Pattern:
            return self._pattern(value, where, words)
        if hint in _TABLES:
            return self._several(_TABLES[hint], value, where, words)
        if not isinstance(value, bool if hint is bool else str):
            raise self.wrong(f"this must be {'true or false' if hint is bool else 'text'}", where)
        for setting, (known, several) in _CHOICES.items():
            said = (value.split() if several else [value]) if isinstance(value, str) else []
            if where.endswith(setting) and not known.issuperset(said):
                what = f"there is no {setting.strip('.')} '{value}'"
                raise self.wrong(what, where, do=f"known: {', '.join(sorted(known))}")
        return fold(value) if isinstance(value, str) else value

    def _several(self, kind: type[Any], value: object, where: str, words: Mapping[str, str]) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise self.wrong("this must be a list of tables", where)
        return tuple(self._filled(kind, item, where, words) for item in value)

    def _strings(self, value: object, where: str) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.wrong("this must be a list of words", where)
        return value

    def _pattern(self, value: object, where: str, words: Mapping[str, str]) -> Pattern:
        if not isinstance(value, str):
            raise self.wrong("this must be text", where)
        unknown = [name for name in _LIST.findall(value) if name not in words]
        if unknown:
            raise self.wrong(f"there is no list '{unknown[0]}'", where, do=f"lists: {', '.join(sorted(words))}")
        folded = _KEPT.sub(lambda part: part[0] if part[0].startswith(("\\", "(?P")) else fold(part[0]), value)
        try:
            return re.compile(_LIST.sub(lambda name: words[name[1]], folded))
        except re.error as error:
            raise self.wrong(f"this pattern can't be read: {error}", where) from error


def _needed(item: Any) -> bool:
    return item.default is MISSING and item.default_factory is MISSING


# --- words as patterns -----------------------------------------------------------------------------


def one_of(words: Iterable[str]) -> str:
    r"""Return a pattern for any of some words, or phrases; ``*`` at the end of a word stands for any ending.

    The words share their beginnings in it, so that looking for three hundred of them costs little more than
    looking for one.

    Examples
    --------
    >>> pattern = re.compile(rf"\b{one_of(['say', 'says', 'going to sa*'])}")
    >>> [match[0] for match in pattern.finditer("he says: going to say, saying")]
    ['says', 'going to say']
    """
    tree: dict[str, Any] = {}
    for word in sorted({fold(item) for item in words}):
        node = tree
        for char in word:
            node = node.setdefault(char, {})
        if not word.endswith("*"):
            node = node.setdefault("", {})
    return _branches(tree) if tree else _NEVER


def _branches(node: dict[str, Any]) -> str:
    # A longer word comes before the one it begins with; the end of a word, and any ending, come last.
    order = sorted(node, key=lambda char: (char == "", char == "*", char))
    parts = [_step(char) + (_branches(node[char]) if node[char] else "") for char in order]
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"


def _step(char: str) -> str:
    known = {"": r"(?!\w)", "*": r"\w*", " ": r"\s+", "'": "['’ʼ]", "’": "['’ʼ]"}
    return known.get(char) or re.escape(char)
