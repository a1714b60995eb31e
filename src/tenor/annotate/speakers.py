"""Which of the study's actors a speaker is, and of whom something is said; who is not named stays without a name."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tenor.annotate.cues import Stating
from tenor.annotate.quotations import Page, Said
from tenor.annotate.speaker import Span
from tenor.corpus.phrases import fold

# So many sentences back somebody is looked for whom a pronoun stands for.
_BACK = 6
# In which form a role stands for somebody, and what of it tells nothing.
_DETERMINERS = frozenset({"the", "its", "their", "his", "her"})
_SMALL = frozenset({"of", "the", "a", "an", "for", "in"})


class Named(NamedTuple):
    """Where an actor is named; ``bare`` says that it is the plain form of the name, not a case of it."""

    start: int
    stop: int
    actor: str
    person: bool = True
    bare: bool = True


class Speakers:
    """Tells whose words something is, in one part of an article.

    Parameters
    ----------
    page
        The text.
    rules
        The language's.
    named
        Where actors are named, in order.
    said
        The quotations of the text: who is named in them says nothing of who speaks.
    roles
        The public roles of actors, by id.
    before
        Of the part before this one.
    """

    def __init__(
        self,
        page: Page,
        rules: Stating,
        named: Sequence[Named],
        said: Sequence[Said],
        roles: Mapping[str, str],
        before: Speakers | None,
    ) -> None:
        self.page, self.rules, self.named = page, rules, named
        self._starts = [one.start for one in named]
        self._said = [(one.start, one.stop) for one in said]
        self._said_starts = [start for start, _ in self._said]
        self.known: set[str] = {one.actor for one in named} | (before.known if before else set())
        self._roles = {actor: fold(role).replace(",", " ") for actor, role in roles.items()}

    def role(self, actor: str) -> str:
        """Return an actor's public role, folded."""
        return self._roles.get(actor, "")

    def of(self, source: Span | None, content: tuple[Span, ...], cue: Span | None) -> str:
        """Return the actor who speaks; "" for a speaker whom the study does not name.

        Parameters
        ----------
        source
            Where the speaker stands.
        content
            What is said.
        cue
            What announces it.
        """
        if source is None:
            return self._before(content[0][0]) if content and cue is None else ""
        inside = [one for one in self._within(source) if not self._is_another(one, source)]
        if inside:
            return min(inside, key=lambda one: (not one.person, not one.bare)).actor
        text = self.page.folded[source[0] : source[1]]
        if self.rules.pronoun.fullmatch(text):
            return self._before(min([source[0], *(start for start, _ in content)]))
        return self._by_role(text, source[0]) if not any(one.person for one in self._within(source)) else ""

    def target(self, content: tuple[Span, ...], speaker: str) -> str:
        """Return the first actor that something is said of, other than who says it."""
        for span in content:
            for one in self._within(span):
                if one.actor != speaker:
                    return one.actor
        return ""

    def _within(self, span: Span) -> Sequence[Named]:
        first = bisect_left(self._starts, span[0])
        return self.named[first : bisect_left(self._starts, span[1])]

    def _is_another(self, one: Named, source: Span) -> bool:
        """Return whether a speaker is not the one named in it: "Hope's spokesman", "a lawyer of Hope"."""
        behind = self.page.text[one.stop : one.stop + 2]
        if behind[:1] in ("'", "’") and behind[1:] in ("s", ""):
            return True
        before = self.page.folded[source[0] : one.start]
        after = self.page.folded[one.stop : source[1]]
        aide = self.rules.aide.search(before)
        if aide and ((before[aide.end() :].strip() and one.person) or not one.bare):
            return True
        return not one.bare and bool(self.rules.aide.search(after))

    def _by_role(self, text: str, place: int) -> str:
        """Return the known actor whose public role has the words of a speaker ("the minister of ports").

        Of several, the one who was named last before it.
        """
        first, _, bare = text.partition(" ")
        words = {word for word in bare.replace("'s", "").split() if word not in _SMALL}
        if first not in _DETERMINERS or not words:
            return ""
        held = {actor for actor in self.known if words <= set(self._roles.get(actor, "").replace("'s", "").split())}
        if len(held) <= 1:
            return next(iter(held), "")
        at = bisect_left(self._starts, place)
        return next((one.actor for one in reversed(self.named[:at]) if one.actor in held), "")

    def _before(self, place: int) -> str:
        """Return who was spoken of before a place: of the nearest sentence, the first person outside quotations."""
        sentences = self.page.sentences
        at = bisect_left(sentences, (place, 0)) - 1
        for number in range(at, max(-1, at - _BACK - 1), -1):
            start, stop = sentences[number]
            for one in self._within((start, min(stop, place))):
                if one.person and not self._quoted(one.start):
                    return one.actor
        return ""

    def _quoted(self, place: int) -> bool:
        at = bisect_left(self._said_starts, place + 1) - 1
        return at >= 0 and place < self._said[at][1]
