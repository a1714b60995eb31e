"""Where the words of others are told without quotation marks, by the patterns of a language."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from itertools import islice
from operator import attrgetter

from tenor.annotate.language import Clause
from tenor.annotate.quotations import Page, Said
from tenor.annotate.sentences import UPPER

Span = tuple[int, int]
_start = attrgetter("start")
# A clause is no longer than this, and what excludes a pattern stands no further before it.
_FAR, _NEAR, _TURNS = 2_000, 300, 20
_EDGE = " \t\u00a0\u202f,;:—–-"
_CAPITAL = re.compile(r"[^\W\d_]\S*\s+")
_NAME = re.compile(rf"(?:[{UPPER}][^\W_]*\s+){{2,5}}")
_HEAD = re.compile(r"(?P<who>[^:\n]{2,60}):\s+(?=\S)")
_TAIL = re.compile(r"\s[—–-]\s(?P<who>[^—–\n]{2,60})$")
_WORD = re.compile(r"[^\W_]+")


def reported(page: Page, sentence: Span, quoted: Sequence[Said], *, headline: bool) -> list[Span]:
    """Return where a sentence reports what somebody says.

    Parameters
    ----------
    page
        The text.
    sentence
        Where it stands.
    quoted
        The quotations that touch it.
    headline
        Whether it is a line of its own without a full stop.

    Returns
    -------
    list of (start, stop)
        In order, without overlaps, quotations left out.
    """
    found: list[Span] = list(_headline(page, sentence)) if headline else []
    ends = sorted(stop for _, stop in found)
    for clause in page.rules.clauses:
        for match in _matches(page, clause, sentence, quoted):
            for span in _spans(page, clause, match, sentence, ends, quoted):
                found.append(span)
                # Behind a clause that stands before its verb, the verb is no part of the next one.
                insort(ends, sentence[0] + match.end() if clause.side == "nominal" else span[1])
    return _without(_joined(found), page, quoted)


def _matches(page: Page, clause: Clause, sentence: Span, quoted: Sequence[Said]) -> Iterator[re.Match[str]]:
    for match in clause.pattern.finditer(page.folded[sentence[0] : sentence[1]]):
        start, stop = (sentence[0] + place for place in match.span())
        at = bisect_right(quoted, start, key=_start)
        inside = at > 0 and start < quoted[at - 1].stop
        if inside or (clause.alone and at > 0):
            continue
        if not clause.unless.search(page.folded[max(sentence[0], start - _NEAR) : stop]):
            yield match


def _spans(
    page: Page, clause: Clause, match: re.Match[str], sentence: Span, ends: Sequence[int], quoted: Sequence[Said]
) -> Iterator[Span]:
    base = sentence[0]
    at = bisect_right(ends, base + match.start())
    begin = max(ends[at - 1] if at else base, base + match.start() - _FAR)
    colon = match[0].startswith(":")
    if clause.side in ("before", "around") and not quoted and not colon:
        yield max(begin, page.text.rfind(": ", begin, base + match.start()) + 1), base + match.start()
    if clause.side in ("after", "around"):
        start = base + (match.start("r") if "r" in match.re.groupindex and match["r"] is not None else match.end())
        if start < sentence[1] and (clause.side == "after" or match[0].rstrip().endswith(",")):
            yield start, clause_end(page, start, sentence[1], quoted)
    if clause.side == "nominal":
        begin = max(
            [begin, *(stop.end() for stop in page.rules.stop.finditer(page.folded, begin, base + match.start()))]
        )
        verb = base + match.start("r")
        start = _clause_start(page, begin, verb)
        # "Ücretsiz olacağını ekledi": a verb that needs a complement keeps the word before it.
        bare = not page.text[start:verb].strip() and page.rules.bare.match(match["r"])
        yield (begin if bare else start), base + match.end("r")


def clause_end(page: Page, start: int, stop: int, quoted: Sequence[Said]) -> int:
    """Return where a reported clause ends: with its sentence, before a turn, or behind words quoted in it."""
    stop = min(stop, start + _FAR)
    ends = [stop]
    hard = page.rules.stop.search(page.folded, start, stop)
    if hard:
        ends.append(hard.start())
    for match in islice(page.rules.turn.finditer(page.folded, start, stop), _TURNS):
        if not page.rules.goes_on.search(page.folded[start : match.start()]):
            ends.append(match.start())
            break
    first = bisect_left(quoted, start, key=_start)
    for said in islice(quoted, first, first + _TURNS):
        if said.start < stop and page.rules.after_quoted.match(page.folded, said.stop, stop):
            ends.append(said.stop)
            break
    return max(min(ends), start)


def _clause_start(page: Page, start: int, stop: int) -> int:
    """Return where a clause begins that stands before its verb: behind the subject of the sentence."""
    start += len(page.text[start:stop]) - len(page.text[start:stop].lstrip(_EDGE))
    text = page.folded[start:stop]
    comma = text.find(", ")
    head = _WORD.findall(text[:comma]) if comma > 0 else []
    if 0 < len(head) <= 8 and not page.rules.inside.search(text[:comma]):
        return start + comma + 2
    while addressee := page.rules.addressee.match(page.folded, start, stop):
        start = addressee.end()
    name = _NAME.match(page.text, start, stop)
    if name and not page.rules.inside.search(page.folded[start : name.end()].rstrip()):
        start = name.end()
    elif subject := page.rules.subject.match(page.folded, start, stop):
        start = subject.end()
        while (name := _CAPITAL.match(page.text, start, stop)) and name[0][0].isupper():
            start = name.end()
    while addressee := page.rules.addressee.match(page.folded, start, stop):
        start = addressee.end()
    return start


def _headline(page: Page, sentence: Span) -> Iterator[Span]:
    """Yield what a headline reports: "Minister: no deal", "No deal - minister"."""
    text, folded = page.text[slice(*sentence)], page.folded[slice(*sentence)]
    if match := _HEAD.match(text):
        if _speaks(page, match["who"], folded[match.start("who") : match.end("who")]):
            yield sentence[0] + match.end(), sentence[1]
    elif (match := _TAIL.search(text)) and _speaks(page, match["who"], folded[match.start("who") :]):
        yield sentence[0], sentence[0] + match.start()


def _speaks(page: Page, who: str, folded: str) -> bool:
    """Return whether what stands before a headline's colon is somebody who speaks."""
    words = _WORD.findall(who)
    if not 0 < len(words) <= 6 or page.rules.not_speaker.search(folded):
        return False
    if page.rules.speaker.search(folded):
        return True
    return 2 <= len(words) <= 3 and all(word[0].isupper() and not word.isupper() for word in words)


def _joined(spans: list[Span]) -> list[Span]:
    """Return spans in order, overlapping ones as one."""
    found: list[Span] = []
    for start, stop in sorted(span for span in spans if span[0] < span[1]):
        if found and start < found[-1][1]:
            found[-1] = (found[-1][0], max(stop, found[-1][1]))
        else:
            found.append((start, stop))
    return found


def _without(spans: list[Span], page: Page, quoted: Sequence[Said]) -> list[Span]:
    """Return what is left of spans outside quotations, without blanks and signs at the edges."""
    found = []
    for start, stop in spans:
        place = start
        at = max(bisect_right(quoted, start, key=_start) - 1, 0)
        while at < len(quoted) and quoted[at].start < stop:
            if quoted[at].stop > place:
                found.append((place, quoted[at].start))
                place = quoted[at].stop
            at += 1
        found.append((place, stop))
    return [span for span in (_trimmed(page.text, *span) for span in found) if span[0] < span[1]]


def _trimmed(text: str, start: int, stop: int) -> Span:
    piece = text[start:stop]
    stop = start + len(piece.rstrip(_EDGE + "\n\r.!?…"))
    start += len(piece) - len(piece.lstrip(_EDGE + "\n\r.!?…"))
    return (start, stop) if any(map(str.isalnum, text[start:stop])) else (start, start)
