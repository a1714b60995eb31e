"""Mentions of a study's actors in texts, by rule; what the words do not settle is told and not guessed.

- An alias is found as it is written: with a capital letter only where it is listed with one, an acronym in capitals.
- A name that is also a word ("Hope") is a mention inside a sentence. Where a sentence begins with it, or gives every
  word a capital letter, something must show it: a verb of speech behind it, an office before it, or that the text has
  named the actor in full before.
- A name of several actors means the one whose office or body the sentence names, or else the one whom the text names in
  full; where it names several so, the one named in the same sentence or the one before.
- A title is its holder's on the day of the text.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, field
from datetime import date
from functools import lru_cache

from tenor.annotate.aliases import How, Names, Sense, folded, key, names_in, reach
from tenor.annotate.language import language_named
from tenor.annotate.plain import Plain
from tenor.model import Actor

# Goes up whenever a rule or a word list changes what is found.
RULES = "names@1"
WORD = "it is a word as well, and nothing here shows which it is"
SHARED = "several actors bear this name, and nothing here shows which is meant"
UNDATED = "it is a title, and the text has no day that would tell whose"
# What stands this far from a name tells nothing of it; so the time taken grows as the text does.
_NEAR, _FAR = 60, 500
_QUOTES = ("\"'“”«„‘", "\"'“”»’")
_OPENING, _CLOSING = _QUOTES[0] + "(", _QUOTES[1] + ")"
_APOSTROPHES = "'’ʼ‘`′"
_HYPHENS = "-‐‑"
_TAIL = re.compile(rf"[{_APOSTROPHES}](\w+)")
_NEXT = re.compile(r"[^\S\n]+(\w)")
_LAST = re.compile(r"(\w[\w'’-]*)[^\S\n]+$")
_WORDS = re.compile(r"[^\W\d_][\w'’-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """Where a text names an actor, or may do so.

    Parameters
    ----------
    start, stop
        The words, in code points, with a Turkish suffix behind an apostrophe but without an English 's.
    actor
        The actor's id; empty where it is not settled, or whether it is a name at all.
    alias
        The alias or title of the study that was found; the first one if it is of several.
    how
        ``alias``, ``title`` or ``full name``.
    candidates
        Of a mention that is not settled: whose it may be.
    why
        And why it is not, in a sentence.
    """

    start: int
    stop: int
    actor: str
    alias: str
    how: How
    candidates: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActorFinder:
    """Finds the actors of a study; made by `finder_of`.

    Parameters
    ----------
    actors
        Whom it finds.
    version
        Changes with whatever changes what is found.
    """

    actors: tuple[Actor, ...]
    version: str
    names: Mapping[str, Names] = field(repr=False)

    def mentions(
        self,
        text: str,
        lang: str,
        day: date | None,
        sentences: Sequence[tuple[int, int]],
        *,
        named: Collection[str] = (),
    ) -> list[Mention]:
        """Return every mention in a text, in order, without overlaps; of two that overlap, the longer.

        Parameters
        ----------
        text
            A title or a body.
        lang
            Its language; in one without aliases only full names are found.
        day
            When it was published.
        sentences
            Its sentences, in order.
        named
            Ids of actors that other parts of the same document name in full (see `named`).

        Examples
        --------
        >>> hope = Actor(id="hope", name="Jonas Hope", kind="person", aliases=(("en", ("Hope",)),))
        >>> finder = finder_of([hope])
        >>> text = "Hope faded. There Hope stood."
        >>> [(found.start, found.actor) for found in finder.mentions(text, "en", None, [(0, 11), (12, 29)])]
        [(0, ''), (18, 'hope')]
        """
        names = self._of(lang)
        plain = Plain(text)
        spans = [(plain.there(start), plain.there(stop)) for start, stop in sentences] or [(0, len(plain.text))]
        page = _Page(plain.text, folded(plain.text), tuple(spans), names, day)
        hits = _longest(_hits(page))
        full = [(hit.start, hit.senses[0].actor) for hit in hits if hit.full]
        found = []
        for hit in hits:
            mention = _judged(page, hit, full, named)
            if mention:
                start, stop = plain.back(mention[0], mention[1])
                actors, why = mention[2], mention[3]
                first = next(sense for sense in hit.senses if sense.actor in actors)
                found.append(
                    Mention(
                        start=start,
                        stop=stop,
                        actor="" if why else actors[0],
                        alias=first.alias,
                        how=first.how,
                        candidates=actors if why else (),
                        why=why,
                    )
                )
        return found

    def named(self, mentions: Sequence[Mention]) -> frozenset[str]:
        """Return whom mentions name in full.

        Examples
        --------
        >>> finder_of([]).named([Mention(start=0, stop=3, actor="a", alias="A B", how="full name")])
        frozenset({'a'})
        """
        return frozenset(mention.actor for mention in mentions if mention.how == "full name" and mention.actor)

    def _of(self, lang: str) -> Names:
        return self.names.get(_bare(lang)) or self.names[""]


def finder_of(actors: Sequence[Actor]) -> ActorFinder:
    """Return what finds actors; for the same ones it is made once a process.

    Parameters
    ----------
    actors
        As the study describes them.

    Examples
    --------
    >>> talda = Actor(id="talda", name="Mira Talda", kind="person", aliases=(("ru", ("Талда",)),))
    >>> [found.actor for found in finder_of([talda]).mentions("За Талдой шли.", "ru", None, [])]
    ['talda']
    """
    return _finder_of(tuple(actors))


@lru_cache(maxsize=4)
def _finder_of(actors: tuple[Actor, ...]) -> ActorFinder:
    listed = [words for actor in actors for words in (*actor.aliases, *(one for t in actor.titles for one in t.words))]
    langs = sorted({_bare(lang) for lang, _ in listed})
    said = "\n".join(sorted(repr(astuple(actor)) for actor in actors))
    return ActorFinder(
        actors=actors,
        version=f"{RULES}-{hashlib.sha256(said.encode()).hexdigest()[:8]}",
        names={lang: names_in(actors, lang, language_named(lang or "und")) for lang in ["", *langs]},
    )


def _bare(lang: str) -> str:
    return lang.lower().replace("_", "-").partition("-")[0]


# --- what stands in the text ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    """A text while it is read, without its unseen characters."""

    text: str
    folded: str
    sentences: tuple[tuple[int, int], ...]
    names: Names
    day: date | None

    def number(self, place: int) -> int:
        """Return which sentence a place is in."""
        return max(bisect_right(self.sentences, (place, len(self.text))) - 1, 0)

    def sentence(self, place: int) -> tuple[int, int]:
        """Return where the sentence stands that a place is in, as far as it tells something of it."""
        begin, stop = self.sentences[self.number(place)]
        return max(begin, place - _FAR), min(stop, place + _FAR)


@dataclass(frozen=True, slots=True)
class _Hit:
    """A form of a name: where it stands, and what it may mean."""

    start: int
    stop: int
    senses: tuple[Sense, ...]

    @property
    def full(self) -> bool:
        """Return whether it names one actor in full."""
        return len({sense.actor for sense in self.senses}) == 1 and self.senses[0].how == "full name"


def _hits(page: _Page) -> Iterator[_Hit]:
    """Yield the longest name at each place that is written as it must be."""
    for start, forms in page.names.at(page.folded):
        for form in forms:
            stop = reach(page.folded, start, form)
            end = _end(page, start, stop) if stop else 0
            words = page.text[start:stop]
            senses = tuple(
                sense
                for sense in (page.names.senses[form] if end else ())
                if _is_written(page, start, words, sense)
                and (sense.how != "title" or _is_title(page, start, end, sense))
            )
            if senses:
                yield _Hit(start, end, senses)
                break


def _is_written(page: _Page, start: int, words: str, sense: Sense) -> bool:
    """Return whether a form has its capital letters."""
    for word, capitals in zip(words.split(), sense.written, strict=True):
        if capitals == 1 and not word[0].isupper():
            return _is_small(page, start, key(words))
        head = word[:capitals]
        as_word = capitals > 3 and head.isalpha() and head[0].isupper() and head[1:].islower()
        if capitals > 1 and any(map(str.islower, head)) and not as_word:
            return False
    return True


def _is_small(page: _Page, start: int, form: str) -> bool:
    """Return whether a name may be written small: in a post without capitals, if it is no word."""
    words = page.names.language.names.words | page.names.common
    begin, stop = page.sentence(start)
    return form not in words and not any(map(str.isupper, page.text[begin:stop]))


def _end(page: _Page, start: int, stop: int) -> int:
    """Return where a name ends, 0 if it is a part of another word."""
    text = page.text
    if start > 1 and text[start - 1] in _APOSTROPHES and text[start - 2].isalpha() and text[start] > "\u0400":
        return 0
    tail = _TAIL.match(text, stop)
    if tail is None:
        return stop
    suffix = page.names.language.names.suffix
    if page.names.language.names.head_last:
        return tail.end() if suffix.fullmatch(page.folded, *tail.span(1)) else 0
    return stop if text[start] < "\u0400" else 0


def _is_title(page: _Page, start: int, stop: int, sense: Sense) -> bool:
    """Return whether a title is the one that is listed, and held on that day."""
    if page.day is not None and not sense.holds(page.day):
        return False
    rules = page.names.language.names
    begin, end = page.sentence(start)
    left = page.folded[max(begin, start - _NEAR) : start]
    if rules.not_title_left.search(left) or rules.not_title_right.match(page.folded, stop, end):
        return False
    if page.text[start - 1 : start] in tuple(_HYPHENS) or page.text[stop : stop + 1] in tuple(_HYPHENS):
        return False
    if not rules.titles_bind or _is_flat(page, start):
        return True
    behind = _NEXT.match(page.text, stop, end)
    if behind and behind[1].isupper():
        return False
    before = _LAST.search(page.text, begin, start) if rules.head_last else None
    if before is None or not before[1][0].isupper():
        return True
    first = not page.text[begin : before.start()].strip(_OPENING + " ")
    return first and key(before[1]) in page.names.language.sentences.starters


def _longest(hits: Iterator[_Hit]) -> list[_Hit]:
    """Return hits without overlaps: of two, the longer, or else the first."""
    found: list[_Hit] = []
    for hit in hits:
        if found and hit.start < found[-1].stop:
            if hit.stop - hit.start <= found[-1].stop - found[-1].start:
                continue
            found.pop()
        found.append(hit)
    return found


# --- what it means ----------------------------------------------------------------------------------


def _judged(
    page: _Page, hit: _Hit, full: Sequence[tuple[int, str]], elsewhere: Collection[str]
) -> tuple[int, int, tuple[str, ...], str] | None:
    """Return where a mention stands, whose it is or may be, and why it is not settled; None if it is none."""
    everyone = tuple(dict.fromkeys(sense.actor for sense in hit.senses))
    if page.day is None and all(sense.how == "title" and sense.dated for sense in hit.senses):
        return hit.start, hit.stop, everyone, UNDATED
    word = _as_word(page, hit, full, elsewhere)
    if word == "word":
        return None
    actors = _meant(page, hit, full, elsewhere)
    why = WORD if word == "open" else "" if len(actors) == 1 else SHARED
    return hit.start, hit.stop, actors, why


def _meant(page: _Page, hit: _Hit, full: Sequence[tuple[int, str]], elsewhere: Collection[str]) -> tuple[str, ...]:
    """Return whose a name may be: of one actor, of the one the sentence or the text tells, or of all who bear it."""
    everyone = tuple(dict.fromkeys(sense.actor for sense in hit.senses))
    if len(everyone) == 1:
        return everyone
    for told in (_by_office(page, hit, everyone), _by_full_name(page, hit, full, elsewhere)):
        if len(told & set(everyone)) == 1:
            return tuple(told & set(everyone))
    named = {actor for _, actor in full} | set(elsewhere)
    own = tuple(dict.fromkeys(sense.actor for sense in hit.senses if sense.own))
    return own if len(own) == 1 and not named & set(everyone) else everyone


def _by_office(page: _Page, hit: _Hit, everyone: Collection[str]) -> set[str]:
    """Return whose office stands right before a name, or whose body in its sentence."""
    begin, end = page.sentence(hit.start)
    before = _LAST.search(page.text, begin, hit.start)
    offices = page.names.offices.get(key(before[1]), ()) if before else ()
    held = {sense.actor for sense in offices if page.day is None or sense.holds(page.day)}
    if held & set(everyone):
        return held
    sentence = page.folded[begin:end]
    return {actor for actor in everyone if any(body in sentence for body in page.names.roles[actor])}


def _by_full_name(page: _Page, hit: _Hit, full: Sequence[tuple[int, str]], elsewhere: Collection[str]) -> set[str]:
    """Return whom the text names in full; of several, whom the same sentence does before, or the one before it."""
    bearers = {sense.actor for sense in hit.senses}
    named = ({actor for _, actor in full} | set(elsewhere)) & bearers
    if len(named) < 2:
        return named
    here = page.number(hit.start)
    near = {actor for place, actor in full if place < hit.start and page.number(place) >= here - 1}
    return near & bearers


def _as_word(page: _Page, hit: _Hit, full: Sequence[tuple[int, str]], elsewhere: Collection[str]) -> str:
    """Return whether what is a name and a word is a ``name`` here, a ``word``, or ``open``."""
    form = key(page.text[hit.start : hit.stop]).partition("'")[0]
    senses = [sense for sense in hit.senses if len(sense.written) == 1 and sense.written[0]]
    if form not in page.names.common or len(senses) < len(hit.senses):
        return "name"
    if senses[0].written[0] > 1:
        return "open" if _is_flat(page, hit.start) else "name"
    rules = page.names.language.names
    begin, end = page.sentence(hit.start)
    left = page.folded[max(begin, hit.start - _NEAR) : hit.start]
    if _is_thing(page, hit) or (form in rules.months and _is_month(page, hit, left)):
        return "word"
    suffixed = hit.stop > hit.start + len(form) and form not in rules.months
    if suffixed or rules.role.search(left) or rules.speaks.match(page.folded, hit.stop, end):
        return "name"
    behind = _NEXT.match(page.text, hit.stop, end)
    followed = behind is not None and behind[1].isupper() and not _is_flat(page, hit.start)
    if not _begins(page, hit.start) and not _is_flat(page, hit.start):
        return "open" if followed else "name"
    if rules.word_after.match(page.folded, hit.stop, end):
        return "word"
    before = {actor for place, actor in full if place < hit.start} | set(elsewhere)
    asked = page.text[begin:end].rstrip(_CLOSING + " ").endswith("?")
    shown = not followed and not asked and any(sense.actor in before for sense in senses)
    return "name" if shown else "open"


def _is_thing(page: _Page, hit: _Hit) -> bool:
    """Return whether a word stands alone in quotation marks, or is joined to one that is written small."""
    before, behind = page.text[hit.start - 1 : hit.start], page.text[hit.stop : hit.stop + 1]
    then = page.text[hit.stop + 1 : hit.stop + 2]
    if before and behind and before in _QUOTES[0] and behind in _QUOTES[1]:
        return not then.isalpha()
    return bool(behind) and behind in _HYPHENS and then.islower()


def _is_month(page: _Page, hit: _Hit, left: str) -> bool:
    rules = page.names.language.names
    return bool(rules.in_time.search(left) or rules.time_after.match(page.folded, hit.stop))


def _begins(page: _Page, start: int) -> bool:
    """Return whether a sentence begins at a place, or words in quotation marks, or behind a colon."""
    begin = page.sentence(start)[0]
    before = page.text[begin:start]
    bare = before.rstrip(_OPENING)
    if len(bare) < len(before):
        return True
    bare = bare.rstrip(" \t\u00a0" + "—–-•*")
    return not any(map(str.isalpha, bare)) or bare[-1] in ".:!?…;"


def _is_flat(page: _Page, start: int) -> bool:
    """Return whether capital letters tell nothing in a sentence: all or nearly all its words have them."""
    begin, end = page.sentence(start)
    words = _WORDS.findall(page.text, begin, end)
    long = [word for word in words if len(word) > 3]
    if sum(map(len, words)) > 8 and all(word.isupper() for word in words):
        return True
    return len(words) > 3 and len(long) > 2 and sum(word[0].isupper() for word in long) >= 0.9 * len(long)
