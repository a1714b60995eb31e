"""The statements of an article: who says what, of whom, and what sort of statement it is."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from tenor.annotate.assembled import Mark, assembled, joined
from tenor.annotate.attribution import Attribution, attributions
from tenor.annotate.framing import Framed, framed, scare_quotes
from tenor.annotate.kinds import Kind, Polarity, Who, has, kind_of, polarity_of
from tenor.annotate.language import Language, language_named
from tenor.annotate.plain import Plain
from tenor.annotate.quotations import Page, Said, quotations
from tenor.annotate.sentences import sentences
from tenor.annotate.speaker import Span
from tenor.annotate.speakers import Named, Speakers
from tenor.annotate.speech import is_headline
from tenor.annotate.windows import Window, window_of
from tenor.corpus.phrases import fold

# Goes up whenever a rule or a word list changes what is found.
RULES = "statements@1"
# What an author says of the future is no longer than this.
_LONGEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What is read: a title, a text, and what others found in them.

    Parameters
    ----------
    title, text
        As they stand in the corpus.
    lang
        Its language.
    day
        When it was published.
    marks
        The encoder's sources, cues and contents, by part (``title``, ``body``).
    named
        Where actors are named, by part, in order.
    """

    title: str
    text: str
    lang: str
    day: date | None = None
    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict)
    named: Mapping[str, Sequence[Named]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """Something that somebody says, in code points of a part of an article.

    Parameters
    ----------
    part
        ``title`` or ``body``.
    kind
        ``quote``, ``framing``, ``assessment``, ``prediction``, ``promise`` or ``rhetorical``.
    form
        ``direct``, ``indirect``, ``mixed``, ``announced`` (its words are left out), ``scare`` (words in quotation marks
        that are not the author's) or ``author``.
    source, cue
        Who says it and what announces it, None where the text has none.
    content
        What is said, in one or several pieces.
    actor, target
        Ids of the study's actors; empty where it names none.
    frame
        Of a framing: as what.
    polarity
        ``negative`` where it is denied or says no.
    window
        The days that it speaks of.
    outer
        The number of the statement within which this one is reported, among those of the article; -1 for none.
    score
        How sure it is, from 0 to 1.
    """

    part: str
    kind: Kind
    form: str
    source: Span | None
    cue: Span | None
    content: tuple[Span, ...]
    actor: str = ""
    target: str = ""
    frame: str = ""
    polarity: Polarity = ""
    window: Window | None = None
    outer: int = -1
    score: float = 0.0

    @property
    def start(self) -> int:
        """Where it begins."""
        return min(start for start, _ in self._spans())

    @property
    def stop(self) -> int:
        """Where it ends."""
        return max(stop for _, stop in self._spans())

    def _spans(self) -> list[Span]:
        return [*self.content, *(span for span in (self.cue, self.source) if span)]


def statements(article: Article, roles: Mapping[str, str] | None = None) -> list[Statement]:
    """Return the statements of an article, title first, in order of place.

    The time taken grows as the text does.

    Parameters
    ----------
    article
        What is read.
    roles
        The public roles of actors, by id.

    Examples
    --------
    >>> found = statements(Article(title="", text='"We will pay," the minister said.', lang="en"))
    >>> [(one.kind, one.form) for one in found]
    [('promise', 'direct')]
    """
    language = language_named(article.lang)
    found: list[Statement] = []
    before: Speakers | None = None
    for part, text in (("title", article.title), ("body", article.text)):
        if not text.strip():
            continue
        reader = _Part.of(part, text, language, article, roles or {}, before)
        before = reader.speakers
        base = len(found)
        found += [replace(one, outer=one.outer + base if one.outer >= 0 else -1) for one in reader.read()]
    return found


@dataclass(frozen=True, slots=True)
class Paged:
    """A text without unseen characters, as a page, and the way back to the places in it."""

    plain: Plain
    page: Page


def page_of(text: str, language: Language) -> Paged:
    """Return a text as the rules read it.

    Examples
    --------
    >>> page_of("It ended. He left.", language_named("en")).page.sentences
    [(0, 9), (10, 18)]
    """
    plain = Plain(text)
    spans = [(plain.there(start), plain.there(stop)) for start, stop in sentences(text, language)]
    return Paged(plain, Page(plain.text, fold(plain.text), spans, language.speech))


@dataclass(frozen=True, slots=True)
class _Part:
    """A title or text while it is read; places are those of its page."""

    name: str
    plain: Plain
    page: Page
    language: Language
    marks: Sequence[Mark]
    speakers: Speakers
    said: Sequence[Said]
    day: date | None

    @classmethod
    def of(
        cls,
        name: str,
        text: str,
        language: Language,
        article: Article,
        roles: Mapping[str, str],
        before: Speakers | None,
    ) -> _Part:
        paged = page_of(text, language)
        plain, page = paged.plain, paged.page
        marks = [
            mark._replace(start=plain.there(mark.start), stop=plain.there(mark.stop))
            for mark in article.marks.get(name, ())
        ]
        named = [
            one._replace(start=plain.there(one.start), stop=plain.there(one.stop))
            for one in article.named.get(name, ())
        ]
        said = quotations(page)
        speakers = Speakers(page, language.statements, named, said, roles, before)
        return cls(name, plain, page, language, marks, speakers, said, article.day)

    def read(self) -> list[Statement]:
        rules = self.language.statements
        headlines = [is_headline(self.page.text, sentence) for sentence in self.page.sentences]
        own = attributions(self.page, rules, headlines)
        by_encoder = assembled(self.page, self.marks, self.said) if self.marks else []
        every = joined(by_encoder, own) if by_encoder else own
        found = [self._stated(one) for one in every]
        found += self._framed(found)
        found += self._own(found)
        return self._in_order(found)

    # --- what is attributed ------------------------------------------------------------------------

    def _stated(self, one: Attribution) -> Statement:
        rules, page = self.language.statements, self.page
        actor = self.speakers.of(one.source, one.content, one.cue)
        who = Who(source=self._folded(one.source), role=self.speakers.role(actor))
        kind: Kind = kind_of(page, rules, one.content, one.cue, who) if one.content else "quote"
        ahead = kind in ("prediction", "promise")
        window = window_of(page, self.language, one.content, self.day) if ahead else None
        return Statement(
            part=self.name,
            kind=kind,
            form=one.form,
            source=one.source,
            cue=one.cue,
            content=one.content,
            actor=actor,
            target=self.speakers.target(one.content, actor),
            polarity=polarity_of(page, rules, one.content, one.cue),
            window=window,
            outer=one.outer,
            score=round(one.score * self._whole(one), 3),
        )

    def _folded(self, span: Span | None) -> str:
        return self.page.folded[span[0] : span[1]] if span else ""

    def _whole(self, one: Attribution) -> float:
        """Return how far a passage is whole: signs that no text has make it doubtful."""
        start, stop = one.start, min(one.stop, one.start + 2_000)
        text = self.page.text[start:stop]
        odd = sum(sign in "\ufffd¤¬�|~^\\" or "\u0080" <= sign <= "\u009f" for sign in text)
        odd += sum(pair in text for pair in ("â€", "Ã", "Ð", "Â", "Ñ\u0080"))
        return 0.6 if odd else 1.0

    # --- framings ----------------------------------------------------------------------------------

    def _framed(self, found: Sequence[Statement]) -> Iterator[Statement]:
        rules = self.language.statements
        inside = sorted((span, place) for place, one in enumerate(found) for span in one.content)
        for one in [*framed(self.page, rules, self.said), *scare_quotes(self.page, rules, self.said)]:
            place = _around(inside, one)
            outer = found[place] if place >= 0 else None
            source = one.source
            actor = self.speakers.of(source, (), one.cue) if source else outer.actor if outer else ""
            yield Statement(
                part=self.name,
                kind=one.kind,
                form=one.form,
                source=source,
                cue=one.cue,
                content=one.content,
                actor=actor,
                target=self.speakers.target((one.target,) if one.target else (), ""),
                frame=one.frame,
                polarity="negative" if one.denied else "positive",
                outer=place if outer is not None else -1,
                score=one.score,
            )

    # --- what the author says ----------------------------------------------------------------------

    def _own(self, found: Sequence[Statement]) -> Iterator[Statement]:
        """Yield what the author says of the future, or asks without asking, in sentences that give nobody's words."""
        rules, page = self.language.statements, self.page
        taken = sorted((one.start, one.stop) for one in found)
        starts = [start for start, _ in taken]
        for sentence in page.sentences:
            at = bisect_left(starts, sentence[1])
            if at and any(stop > sentence[0] for _, stop in taken[max(0, at - 4) : at]):
                continue
            if sentence[1] - sentence[0] > _LONGEST:
                continue
            kind = self._own_kind(sentence)
            if kind is None:
                continue
            score = 0.3 if has(page, rules.hedged, sentence) else 0.4
            yield Statement(
                part=self.name,
                kind=kind,
                form="author",
                source=None,
                cue=None,
                content=(sentence,),
                target=self.speakers.target((sentence,), ""),
                polarity=polarity_of(page, rules, (sentence,), None),
                window=window_of(page, self.language, (sentence,), self.day) if kind == "prediction" else None,
                score=score,
            )

    def _own_kind(self, sentence: Span) -> Kind | None:
        rules, page = self.language.statements, self.page
        if has(page, rules.rhetorical, sentence):
            return "rhetorical"
        if page.text[sentence[0] : sentence[1]].rstrip("\"”’»' ").endswith("?"):
            return "rhetorical" if has(page, rules.asked, sentence) else None
        if has(page, rules.not_promise, sentence):
            return None
        foretold = has(page, rules.own_future, sentence) and has(page, rules.prediction, sentence)
        return "prediction" if foretold or has(page, rules.hedged, sentence) else None

    # --- in order ----------------------------------------------------------------------------------

    def _in_order(self, found: Sequence[Statement]) -> list[Statement]:
        """Return statements in order of place, in the places of the text as it was given."""
        order = sorted(range(len(found)), key=lambda at: (found[at].start, found[at].stop, found[at].kind, at))
        number = {at: place for place, at in enumerate(order)}
        return [self._back(found[at], number.get(found[at].outer, -1)) for at in order]

    def _back(self, one: Statement, outer: int) -> Statement:
        def back(span: Span | None) -> Span | None:
            return self.plain.back(*span) if span and span[0] < span[1] else None

        content = tuple(self.plain.back(*span) for span in one.content if span[0] < span[1])
        return replace(one, source=back(one.source), cue=back(one.cue), content=content, outer=outer)


def _around(inside: Sequence[tuple[Span, int]], one: Framed) -> int:
    """Return the number of the statement inside which something is framed, the innermost; -1 for none."""
    place = one.content[0][0]
    at = bisect_right(inside, ((place, 1 << 60), 1 << 60))
    for (_, stop), number in reversed(inside[max(0, at - 6) : at]):
        if place < stop:
            return number
    return -1
