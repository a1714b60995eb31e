"""Aliases and titles of actors -> every form in which a text may hold them, and what each may mean."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from tenor.annotate.inflection import forms_of
from tenor.annotate.language import Language
from tenor.corpus.phrases import fold
from tenor.model import Actor

How = Literal["alias", "title", "full name"]
_MARKS = {**dict.fromkeys(map(ord, "’ʼ‘`′"), "'"), **dict.fromkeys(map(ord, "‐‑"), "-"), ord("ґ"): "г"}
_FIRST = re.compile(r"\w+")
_BLANKS = re.compile(r"[^\S\n]+")
_ARTICLE = re.compile(r"^(?:the|an?) ")
_CAPITALS = re.compile(r"[A-ZА-ЯІЇЄҐ]\w*['’]?(?: [A-ZА-ЯІЇЄҐ]\w*)+")
_DECLINED_LETTERS = re.compile(r"(?=.*[аеиоуыэюяіїє]).{2,}[бвгджзклмнпрстфхцчшщ]")


class Sense(NamedTuple):
    """What a form may mean.

    `written` holds for each word 0 (either way), 1 (capitalised) or how many letters are capitals; `own` is False for
    the surname of somebody for whom only the full name is listed.
    """

    actor: str
    alias: str
    how: How
    written: tuple[int, ...]
    since: date | None = None
    until: date | None = None
    own: bool = True

    @property
    def dated(self) -> bool:
        """Return whether it holds on some days only."""
        return self.since is not None or self.until is not None

    def holds(self, day: date) -> bool:
        """Return whether it holds on a day."""
        return (self.since is None or self.since <= day) and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """All names of a study's actors in one language.

    Parameters
    ----------
    language
        Its rules.
    senses
        What each form means; ``*`` in it stands for any ending.
    starting
        The forms that begin with a word, the longest first.
    stems
        Those whose first word may have any ending.
    common
        Forms that are words as well.
    offices
        What a title means that stands before a name, without its article.
    roles
        For each actor, the names of bodies in the public role.
    """

    language: Language
    senses: Mapping[str, tuple[Sense, ...]]
    starting: Mapping[str, tuple[str, ...]]
    stems: Mapping[str, tuple[str, ...]]
    common: frozenset[str]
    offices: Mapping[str, tuple[Sense, ...]]
    roles: Mapping[str, tuple[str, ...]]

    def at(self, text: str) -> Iterator[tuple[int, Sequence[str]]]:
        """Yield where in a folded text a form may begin, and the forms that may."""
        stems = tuple(self.stems)
        for word in _FIRST.finditer(text):
            forms = self.starting.get(word[0], ())
            if stems and word[0].startswith(stems):
                loose = [form for stem in stems if word[0].startswith(stem) for form in self.stems[stem]]
                forms = tuple(sorted({*forms, *loose}, key=_longest_first))
            if forms:
                yield word.start(), forms


def folded(text: str) -> str:
    """Return a text as names are looked for in it; every character stays where it is.

    Examples
    --------
    >>> folded("Ґудзь і ТРАМП’S")
    "гудзь і трамп's"
    """
    return fold(text).translate(_MARKS)


def key(text: str) -> str:
    """Return a form as it is looked up: folded, with one blank between words and plain marks.

    Examples
    --------
    >>> key("Лук’ян  Білий")
    "лук'ян білий"
    """
    return " ".join(folded(text).split())


def reach(text: str, start: int, form: str) -> int:
    """Return where a form ends that begins at a place of a folded text, 0 if it does not stand there.

    Examples
    --------
    >>> reach("в белом  доме", 2, "белом доме"), reach("в белом доме", 2, "бел* дом"), reach("трампы", 0, "трамп*")
    (13, 0, 6)
    """
    place = start
    for number, word in enumerate(form.split()):
        if number:
            blanks = _BLANKS.match(text, place)
            if blanks is None:
                return 0
            place = blanks.end()
        stem = word.rstrip("*")
        if not text.startswith(stem, place):
            return 0
        place += len(stem)
        if word.endswith("*"):
            ending = _FIRST.match(text, place)
            place = ending.end() if ending else place
        elif _FIRST.match(text, place):
            return 0
    return place


def names_in(actors: Sequence[Actor], lang: str, language: Language) -> Names:
    """Gather the names of actors in a language.

    Parameters
    ----------
    actors
        Each person's name is a full name in every language.
    lang
        Which aliases and titles to take.
    language
        How it names people.

    Examples
    --------
    >>> from tenor.annotate.language import language_named
    >>> brandel = Actor(id="b", name="Osvin Brandel", kind="person", aliases=(("ru", ("Брандель",)),))
    >>> names = names_in([brandel], "ru", language_named("ru"))
    >>> names.senses["бранделем"][0].alias, "бранделями" in names.senses
    ('Брандель', False)
    """
    senses: defaultdict[str, list[Sense]] = defaultdict(list)
    for actor in actors:
        for form, sense in [*_of_aliases(actor, lang, language), *_of_titles(actor, lang, language)]:
            if sense not in senses[form]:
                senses[form].append(sense)
    for form, sense in _surnames(actors, lang, language, senses):
        if all(other.actor != sense.actor for other in senses[form]):
            senses[form].append(sense)
    common = {form for word in language.names.common for (form,) in forms_of([key(word)], "thing", language.names)}
    offices: defaultdict[str, tuple[Sense, ...]] = defaultdict(tuple)
    for form, found in senses.items():
        offices[_ARTICLE.sub("", form)] += tuple(sense for sense in found if sense.how == "title")
    return Names(
        language=language,
        senses={form: tuple(found) for form, found in senses.items()},
        starting=_by_beginning(form for form in senses if "*" not in form.split()[0]),
        stems=_by_beginning(form for form in senses if "*" in form.split()[0]),
        common=frozenset(common),
        offices={form: found for form, found in offices.items() if found},
        roles={actor.id: tuple(map(folded, _CAPITALS.findall(actor.public_role))) for actor in actors},
    )


# --- aliases ----------------------------------------------------------------------------------------


def _of_aliases(actor: Actor, lang: str, language: Language) -> Iterator[tuple[str, Sense]]:
    """Yield the forms of an actor's aliases; one that is a form of another is not declined again."""
    listed = list(dict.fromkeys([*dict(actor.aliases).get(lang, ()), *_name(actor)]))
    forms = {alias: _forms(alias, _kind(alias, actor, listed, language), language) for alias in listed}
    for place, alias in enumerate(listed):
        own = key(alias)
        covered = any(
            own in forms[other] and (key(other) not in forms[alias] or other in listed[:place])
            for other in listed
            if key(other) != own
        )
        sense = Sense(actor.id, alias, _how(actor, alias), _written(alias))
        for form in sorted({own} if covered else forms[alias]):
            yield form, sense


def _name(actor: Actor) -> list[str]:
    """Return a person's name, if it is a full one."""
    return [actor.name] if actor.kind == "person" and _how(actor, actor.name) == "full name" else []


def _how(actor: Actor, alias: str) -> How:
    words = alias.split()
    full = actor.kind == "person" and len(words) > 1 and words[0][0].isupper() and words[-1][0].isupper()
    return "full name" if full else "alias"


def _kind(alias: str, actor: Actor, listed: Sequence[str], language: Language) -> str:
    words = alias.split()
    if not any(map(str.isupper, alias)):
        return "word"
    if actor.kind != "person":
        return "institution" if len(words) > 1 else "thing"
    fuller = next((item.split() for item in listed if item.split()[-1] == alias and " " in item), words)
    return _gender(fuller, language)


def _gender(words: Sequence[str], language: Language) -> str:
    """Return by the first name whether a full name is a woman's; of one name alone nothing is known."""
    first = key(words[0]).strip("*")
    woman = len(words) > 1 and (first in language.names.women or first.endswith(("а", "я")))
    return "woman" if woman and first not in language.names.men else "man"


def _forms(alias: str, kind: str, language: Language) -> set[str]:
    words = key(alias).split()
    person = kind in ("man", "woman")
    fixed = [
        "*" in word or _letters(listed) > 1 or (person and not any(map(str.isupper, listed)))
        for word, listed in zip(words, alias.split(), strict=True)
    ]
    found = {" ".join(form) for form in forms_of(words, kind, language.names, fixed)}
    # "В МИДе": an acronym that is read as a word is declined as one, in small letters.
    if len(words) == 1 and _letters(alias) > 2 and _DECLINED_LETTERS.fullmatch(words[0]):
        found.update(form for (form,) in forms_of(words, "man", language.names))
    return found


def _written(alias: str) -> tuple[int, ...]:
    return tuple(_letters(word) or int(word[0].isupper()) for word in alias.split())


def _letters(word: str) -> int:
    """Return how many capital letters, and signs between them, an acronym has."""
    bare = word.rstrip("*")
    return len(bare) if bare.isupper() and sum(map(str.isalpha, bare)) > 1 else 0


# --- titles and surnames ----------------------------------------------------------------------------


def _of_titles(actor: Actor, lang: str, language: Language) -> Iterator[tuple[str, Sense]]:
    for title in actor.titles:
        for words in dict(title.words).get(lang, ()):
            sense = Sense(actor.id, words, "title", _written(words), title.start, title.stop)
            for form in sorted(_forms(words, "word", language)):
                yield form, sense


def _surnames(
    actors: Iterable[Actor], lang: str, language: Language, senses: Mapping[str, Sequence[Sense]]
) -> Iterator[tuple[str, Sense]]:
    """Yield surnames under which one actor is listed, for others whose full name ends in them."""
    for actor in actors:
        for alias in [*dict(actor.aliases).get(lang, ()), *_name(actor)]:
            words = alias.split()
            if _how(actor, alias) != "full name" or "*" in words[-1] or key(words[-1]) not in senses:
                continue
            sense = Sense(actor.id, alias, "alias", _written(words[-1]), own=False)
            for form in sorted(_forms(words[-1], _gender(words, language), language)):
                if form in senses:
                    yield form, sense


# --- looking up -------------------------------------------------------------------------------------


def _by_beginning(forms: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return forms by their first letters or digits."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for form in forms:
        match = _FIRST.match(form)
        if match:
            found[match[0]].append(form)
    return {word: tuple(sorted(some, key=_longest_first)) for word, some in sorted(found.items())}


def _longest_first(form: str) -> tuple[int, str]:
    return -len(form), form
