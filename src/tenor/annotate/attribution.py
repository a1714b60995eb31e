"""Who says what in a text, by rule: contents that are quoted or told, the words that announce them, and the speakers.

Contents come from the rules for quotation and reported speech. Each is given to the announcing words nearest to it, on
the side where its punctuation points; the speaker is what stands beside these words, without what only introduces it.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from tenor.annotate.cues import Stating
from tenor.annotate.quotations import Page, Said, quotations
from tenor.annotate.reported import clause_end, reported
from tenor.annotate.speaker import Span, clean, speaker_after, speaker_before, trimmed

# So far from what is said its announcing words may stand, before it and behind it.
_BEFORE, _BEHIND = 160, 110
# How deep quotations in quotations are looked into.
_DEPTH = 4
_HEADLINE = 250
_POINTS = re.compile(r"[,!?…—–-]")
_COLON = re.compile(r"^[\W_]*(?P<s>[^:\n]{2,70}):\s*$")
_DASH = re.compile(r"^[\"'”’»!?.…]*\s+(?P<c>[—–-])\s+(?P<s>[^—–\n\"«“„:]{2,80})$")
_TAIL = re.compile(r"(?P<q>[^\n]*\w\W?\s[^\n]*\w[\"”’»!?.…,]*)\s+[—–-]\s+(?P<s>[^—–\n\"«“„:,]{2,60})$")
_TAIL_WORDS = 5
_TURN = re.compile(r"^[ \t]*(?P<s>[^\W\d_][^:\n\"“„«.!?]{1,40}):[ \t]+(?P<q>\S[^\n]*\S)[ \t]*$", re.MULTILINE)
_INNER = re.compile(r"[\"“„«‘'](?P<q>[^\"“”„«»‘’']{2,400})[\"”“»’']")


# Where announcing words stand, and where they begin.
Cues = tuple[Sequence[Span], Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribution:
    """Words that a text gives to somebody.

    Parameters
    ----------
    content
        The words, in code points, in order; none where only is said that something was said.
    cue, source
        What announces them, and who says them; None where the text has none.
    form
        ``direct``, ``indirect``, ``mixed`` or ``announced``.
    score
        How sure it is, from 0 to 1.
    outer
        The number of the attribution within which this one is reported; -1 where there is none.
    follows
        Whether it goes on with the words of the one before it.
    """

    content: tuple[Span, ...]
    cue: Span | None
    source: Span | None
    form: str
    score: float
    outer: int = -1
    follows: bool = False

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


@dataclass(slots=True)
class _Group:
    """Contents without other words between them."""

    start: int
    stop: int
    quoted: bool
    told: bool
    doubt: bool = False
    parts: list[Span] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    cue: Span | None
    source: Span | None
    score: float


def attributions(page: Page, rules: Stating, headlines: Sequence[bool]) -> list[Attribution]:
    """Return what a text gives to somebody, in order.

    Parameters
    ----------
    page
        The text with its sentences.
    rules
        The language's.
    headlines
        Of each sentence, whether it is a headline.
    """
    said = quotations(page)
    cues = [match.span() for match in rules.cue.finditer(page.folded) if not _is_name(page, match.start())]
    begins = [start for start, _ in cues]
    groups = _groups(page, rules, (cues, begins), said, headlines)
    found: list[Attribution] = []
    by_cue: dict[Span, int] = {}
    for place, group in enumerate(groups):
        near = _near(page, rules, (groups[place - 1] if place else None, group, *groups[place + 1 : place + 2]))
        told = _attributed(page, rules, near, group, (cues, begins))
        if told is None and place and found and _goes_on(page, groups[place - 1], group):
            _extend(found, group)
            continue
        told = told or _unattributed(page, group, near)
        if told is None:
            continue
        if told.cue in by_cue and told.cue is not None:
            _extend(found, group, by_cue[told.cue])
            continue
        if told.cue:
            by_cue[told.cue] = len(found)
        found.append(_made(group, told))
    found += _announced(page, rules, groups)
    found = _with_outer(page, rules, found)
    return [*found, *_inner(page, rules, found, (cues, begins))]


# --- contents --------------------------------------------------------------------------------------


def _groups(page: Page, rules: Stating, cues: Cues, said: Sequence[Said], headlines: Sequence[bool]) -> list[_Group]:
    """Return contents that stand beside each other as one."""
    pieces: list[tuple[int, int, bool, bool]] = [(one.start, one.stop, True, one.doubt) for one in said]
    turns = _turns(page)
    pieces = [one for one in pieces if not _inside_one(turns, one[0])]
    pieces += [(start, stop, False, False) for start, stop in turns]
    first = 0
    for sentence, headline in zip(page.sentences, headlines, strict=True):
        if _inside_one(turns, sentence[1] - 1):
            continue
        while first < len(said) and said[first].stop <= sentence[0]:
            first += 1
        last = first
        while last < len(said) and said[last].start < sentence[1]:
            last += 1
        for start, stop in _told(page, rules, cues, sentence, said[first:last], headline=headline):
            pieces.append((start, stop, False, False))
    groups: list[_Group] = []
    for start, stop, quoted, doubt in sorted(pieces):
        if groups and _joins(page, groups[-1], start, quoted=quoted):
            groups[-1].stop = max(stop, groups[-1].stop)
            groups[-1].quoted |= quoted
            groups[-1].told |= not quoted
            groups[-1].doubt |= doubt
        else:
            groups.append(_Group(start, stop, quoted, not quoted, doubt))
    for group in groups:
        group.parts = [(group.start, group.stop)]
    return groups


def _turns(page: Page) -> list[Span]:
    """Return what is said in the turns of a transcript: lines that begin with a name and a colon, two or more."""
    found, speakers = [], set()
    for match in _TURN.finditer(page.text):
        named = all(word[0].isupper() for word in match["s"].split())
        if named and len(match["s"].split()) <= _TAIL_WORDS and not page.rules.not_speaker.search(match["s"].lower()):
            # Prose that quotes is no transcript, whatever its paragraphs begin with.
            if any(sign in match["q"] for sign in '"“„«'):
                return []
            speakers.add(match["s"])
            found.append(match.span("q"))
    return found if len(speakers) > 1 else []


def _inside_one(spans: Sequence[Span], place: int) -> bool:
    at = bisect_right(spans, (place, len(spans) and spans[-1][1])) - 1
    return at >= 0 and spans[at][0] <= place < spans[at][1]


def _told(
    page: Page, rules: Stating, cues: Cues, sentence: Span, quoted: Sequence[Said], *, headline: bool
) -> Iterator[Span]:
    """Yield what a sentence tells of what somebody says, with the word that joins it."""
    found = reported(page, sentence, quoted, headline=headline)
    for begin, stop in found:
        away = rules.away.match(page.folded, begin, stop)
        start = trimmed(page, (away.end(), stop))[0] if away else begin
        joint = rules.joint.search(page.folded, max(sentence[0], start - 12), start)
        yield (joint.start() if joint else start), stop
    if found:
        return
    if headline and (tail := _TAIL.match(page.text[slice(*sentence)])) and _is_speaker(page, tail, sentence[0]):
        yield sentence[0], sentence[0] + tail.end("q")
        return
    at = bisect_left(cues[1], sentence[0])
    while at < len(cues[0]) and cues[0][at][1] < sentence[1]:
        cue = cues[0][at]
        at += 1
        ahead = rules.ahead.match(page.folded, cue[1], sentence[1])
        if ahead is None and rules.promise_cue.search(page.folded, *cue):
            ahead = rules.vowed.match(page.folded, cue[1], sentence[1])
        inside = any(one.start < cue[1] and cue[0] < one.stop for one in quoted)
        if ahead and not inside and not any(one.start < ahead.end() and cue[1] <= one.start for one in quoted):
            stop = clause_end(page, ahead.end(), sentence[1], quoted)
            for one in quoted:
                stop = min(stop, one.start) if one.start >= ahead.end() else stop
            yield trimmed(page, (ahead.end(), stop))
            return


def _is_speaker(page: Page, tail: re.Match[str], base: int) -> bool:
    """Return whether what stands behind a headline's dash may be somebody who says it."""
    start, stop = base + tail.start("s"), base + tail.end("s")
    if page.rules.not_speaker.search(page.folded, start, stop):
        return False
    words = page.text[start:stop].split()
    named = all(word[0].isupper() for word in words)
    return len(words) <= _TAIL_WORDS and (named or page.rules.speaker.search(page.folded, start, stop) is not None)


def _joins(page: Page, before: _Group, start: int, *, quoted: bool) -> bool:
    between = page.text[before.stop : start]
    if any(map(str.isalnum, between)) or "\n" in between or len(between) > 12:
        return False
    if before.told != before.quoted and quoted == before.quoted:
        return quoted or ";" not in between
    return not any(sign in between for sign in ".!?…—–")


# --- who says it -----------------------------------------------------------------------------------


def _near(page: Page, rules: Stating, around: Sequence[_Group | None]) -> tuple[Span, Span]:
    """Return the stretches of narration before and behind a content, in its first and last sentence."""
    before, group = around[0], around[1]
    behind = around[2] if len(around) > 2 else None
    assert group is not None
    begin = page.sentence_at(group.start)[0]
    end = page.sentence_at(max(group.stop - 1, group.start))[1]
    left = (max(begin, before.stop if before else 0, group.start - _HEADLINE), group.start)
    right = (group.stop, min(end, behind.start if behind else end, group.stop + _HEADLINE))
    return (min(left), left[1]), (right[0], max(right))


def _is_name(page: Page, place: int) -> bool:
    """Return whether a word is written as a name: with a capital letter inside a sentence."""
    begin = page.sentence_at(place)[0]
    return page.text[place].isupper() and any(map(str.isalnum, page.text[begin:place]))


def _attributed(page: Page, rules: Stating, near: tuple[Span, Span], group: _Group, cues: Cues) -> _Found | None:
    """Return what announces a content, and who says it."""
    left, right = near
    before, behind = _last(cues, left), _first(cues, right)
    points = group.quoted and (
        _POINTS.search(page.text[max(group.start, group.stop - 2) : group.stop + 3]) or not _words(page, left)
    )
    dashed = rules.dash_cue.match(page.folded, right[0], right[1]) if group.quoted else None
    if dashed:
        return _behind(page, rules, near, dashed.span("c"))
    if points and behind and behind[0] - right[0] <= _BEHIND:
        return _behind(page, rules, near, behind)
    if by := _by(page, rules, near):
        return by
    if before and left[1] - before[1] <= _BEFORE:
        return _before(page, rules, left, before, group)
    if behind and behind[0] - right[0] <= _BEHIND:
        return _behind(page, rules, near, behind)
    return _in_headline(page, near)


def _words(page: Page, span: Span) -> bool:
    return any(map(str.isalpha, page.text[span[0] : span[1]]))


def _last(cues: Cues, span: Span) -> Span | None:
    at = bisect_left(cues[1], span[1]) - 1
    return cues[0][at] if at >= 0 and cues[0][at][0] >= span[0] else None


def _first(cues: Cues, span: Span) -> Span | None:
    at = bisect_left(cues[1], span[0])
    return cues[0][at] if at < len(cues[0]) and cues[0][at][0] < span[1] else None


def _behind(page: Page, rules: Stating, near: tuple[Span, Span], cue: Span) -> _Found:
    left, right = near
    source = speaker_before(page, rules, (right[0], cue[0])) or speaker_after(page, rules, (cue[1], right[1]))
    # Where the verb comes last, who says it stands before what is said.
    source = source or clean(page, rules, left)
    return _Found(cue, source, 0.9 if source else 0.6)


def _before(page: Page, rules: Stating, left: Span, cue: Span, group: _Group) -> _Found:
    source = speaker_before(page, rules, (left[0], cue[0])) or speaker_after(page, rules, (cue[1], left[1]))
    score = 0.85 if group.quoted else 0.75
    return _Found(cue, source, score if source else score - 0.25)


def _by(page: Page, rules: Stating, near: tuple[Span, Span]) -> _Found | None:
    """Return a speaker without a verb: "according to the union"."""
    left, right = near
    matches = [*rules.by.finditer(page.folded, *left)][-1:] + [*rules.by.finditer(page.folded, *right)][:1]
    for match in matches:
        source = clean(page, rules, match.span("s"))
        if source:
            return _Found(trimmed(page, match.span("c")), source, 0.8)
    return None


def _in_headline(page: Page, near: tuple[Span, Span]) -> _Found | None:
    """Return who stands before a colon or behind a dash."""
    left, right = near
    match = _COLON.match(page.text[left[0] : left[1]])
    if match and _is_speaker(page, match, left[0]):
        start = left[0] + match.start("s")
        colon = left[0] + page.text[left[0] : left[1]].rindex(":")
        return _Found((colon, colon + 1), trimmed(page, (start, left[0] + match.end("s"))), 0.75)
    if match := _DASH.match(page.text[right[0] : right[1]].rstrip(" .")):
        dash = right[0] + match.start("c")
        return _Found((dash, dash + 1), trimmed(page, (dash + 1, right[0] + match.end("s"))), 0.75)
    return None


def _unattributed(page: Page, group: _Group, near: tuple[Span, Span]) -> _Found | None:
    """Return that nobody is named for a content: told words always have somebody, so they are let go."""
    if not group.quoted or group.stop - group.start < 12:
        return None
    return _Found(None, None, 0.4)


def _goes_on(page: Page, before: _Group, group: _Group) -> bool:
    """Return whether a quotation without announcing words goes on with what was said right before it."""
    between = page.text[before.stop : group.start]
    if not (group.quoted and before.quoted) or between.count("\n") > 2:
        return False
    first, second = page.sentence_at(max(before.stop - 1, 0)), page.sentence_at(group.start)
    return second[0] <= first[1] + 3 and not _words(page, (max(second[0], first[1]), group.start))


def _extend(found: list[Attribution], group: _Group, place: int = -1) -> None:
    one = found[place]
    form = one.form if one.form == _form(group) else "mixed"
    found[place] = replace(one, content=tuple(sorted({*one.content, *group.parts})), form=form)


def _form(group: _Group) -> str:
    return "mixed" if group.quoted and group.told else "direct" if group.quoted else "indirect"


def _made(group: _Group, told: _Found) -> Attribution:
    score = told.score * (0.6 if group.doubt else 1)
    return Attribution(
        content=tuple(group.parts), cue=told.cue, source=told.source, form=_form(group), score=round(score, 3)
    )


# --- what is reported within something else --------------------------------------------------------


def _announced(page: Page, rules: Stating, groups: Sequence[_Group]) -> Iterator[Attribution]:
    """Yield what is said to be said, its words left out."""
    starts = [group.start for group in groups]
    for match in rules.announced.finditer(page.folded):
        at = bisect_right(starts, match.end())
        around = groups[max(at - 1, 0) : at + 1]
        sentence = page.sentence_at(match.start())
        if any(group.start < sentence[1] and sentence[0] < group.stop for group in around):
            continue
        named = match.groupdict().get("s") is not None
        source = (
            clean(page, rules, match.span("s"))
            if named
            else speaker_before(page, rules, (sentence[0], match.start("c")))
        )
        yield Attribution(content=(), cue=trimmed(page, match.span("c")), source=source, form="announced", score=0.6)


def _with_outer(page: Page, rules: Stating, found: Sequence[Attribution]) -> list[Attribution]:
    """Return attributions with those who pass them on: an agency, or one who cites somebody."""
    kept = sorted(found, key=lambda one: (one.start, one.stop))
    made: list[Attribution] = []
    for one in kept:
        sentence = (page.sentence_at(one.start)[0], page.sentence_at(max(one.stop - 1, one.start))[1])
        inside = one.content
        relay = _outside(
            rules.relayed.finditer(page.folded, sentence[0], min(sentence[1] + 120, len(page.text))), inside
        )
        cite = _outside(rules.citing.finditer(page.folded, *sentence), inside)
        number = len(made)
        cited = clean(page, rules, cite.span("s")) if cite else None
        if cite and cited and cited != one.source and _is_somebody(page, cited):
            made.append(one)
            inner = replace(one, cue=trimmed(page, cite.span("c")), source=cited, outer=number)
            made.append(replace(inner, score=round(one.score * 0.9, 3)))
        elif relay and (by := clean(page, rules, _part(relay, "s"))) and one.source and not _overlap(by, one.source):
            outer = replace(one, cue=trimmed(page, _part(relay, "c")), source=by, form="indirect")
            made += [outer, replace(one, outer=number)]
        else:
            made.append(one)
    return made


def _is_somebody(page: Page, span: Span) -> bool:
    """Return whether words name somebody who may be cited, and not a thing that is given as a reason."""
    named = page.text[span[0]].isupper()
    return named or page.rules.speaker.search(page.folded, *span) is not None


def _outside(matches: Iterator[re.Match[str]], inside: Sequence[Span]) -> re.Match[str] | None:
    for match in matches:
        if not any(_overlap(_part(match, "s"), span) for span in inside):
            return match
    return None


def _part(match: re.Match[str], name: str) -> Span:
    """Return where a group stands, or its other form with a 2 behind its name."""
    other = f"{name}2"
    return match.span(other) if match[name] is None and other in match.re.groupindex else match.span(name)


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _inner(page: Page, rules: Stating, found: Sequence[Attribution], cues: Cues) -> Iterator[Attribution]:
    """Yield what is said within what is said, quotations in quotations too."""
    queue = [(place, span, 0) for place, one in enumerate(found) for span in one.content if one.outer < 0]
    number = len(found)
    while queue:
        place, span, depth = queue.pop(0)
        inner = _inside(page, rules, span, cues)
        if inner is None or depth >= _DEPTH:
            continue
        score = round(found[place].score * 0.8 ** (depth + 1), 3) if place < len(found) else 0.3
        yield replace(inner, outer=place, score=score)
        queue.append((number, inner.content[0], depth + 1))
        number += 1


def _inside(page: Page, rules: Stating, span: Span, cues: Cues) -> Attribution | None:
    """Return the first thing that somebody is said to say inside a stretch."""
    at = bisect_left(cues[1], span[0] + 1)
    while at < len(cues[0]) and cues[0][at][1] < span[1]:
        cue = cues[0][at]
        at += 1
        source = speaker_before(page, rules, (_clause(page, span, cue[0]), cue[0]))
        quoted = _INNER.search(page.text, cue[1], min(span[1], cue[1] + _HEADLINE))
        if source and rules.own_voice.fullmatch(page.folded, *source):
            continue
        if quoted and source and quoted.start() - cue[1] <= 60:
            return Attribution(content=(quoted.span(),), cue=cue, source=source, form="direct", score=0.5)
        joined = rules.join.match(page.folded, cue[1], span[1])
        if joined and source and span[1] - joined.end() > 8:
            content = trimmed(page, (joined.end(), span[1]))
            return Attribution(content=(content,), cue=cue, source=source, form="indirect", score=0.5)
    return None


def _clause(page: Page, span: Span, stop: int) -> int:
    """Return where the sentence of a place inside a content begins."""
    return max(span[0], page.sentence_at(stop)[0])
