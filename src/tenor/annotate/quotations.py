"""What stands in quotation marks, or behind the dash of a dialogue, and whether it is somebody's words.

Marks are paired within a line. A quotation whose closing mark does not come goes on in the next line if that
begins with an opening mark, or closes it; else it ends where its attribution begins, at the end of the line, or
of its first sentence if the line is long.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from tenor.annotate.language import Speaking
from tenor.annotate.sentences import lines

_MARK = re.compile(r"[\"“”„‟«»]|(?<![^\W_])['‘‚](?=\S)|(?<=\S)['’](?![^\W_])")
_DOUBLE, _ANGLED, _SINGLE = '"“”„‟', "«»", "'‘’‚"
_LEFT = frozenset("([{—–―-/:>")
_ELISION = re.compile(r"'(?:\d0?s?\b|\d\ds?\b|em\b|tis\b|twas\b|til\b|cause\b|n\b|round\b)", re.IGNORECASE)
_SPEECH_DASH = re.compile(r"[—–―-]\s+(?=[\"«“„…(]{0,2}[^\W\d_])")
_LETTERS = re.compile(r"[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*")
_STOPS = ".!?…"
# How far a quotation without a closing mark may run, how many lines one that is closed later may span.
_UNCLOSED = 1_000
_LINES = 12
_WINDOW = 200
_NEAR = 60


@dataclass(frozen=True, slots=True)
class Said:
    """Words that stand as somebody's own, marks included; ``doubt``: a mark is missing."""

    start: int
    stop: int
    doubt: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """A text while it is read: itself, folded, its sentences and its lines."""

    text: str
    folded: str
    sentences: Sequence[tuple[int, int]]
    rules: Speaking

    def sentence_at(self, place: int) -> tuple[int, int]:
        """Return the sentence in which a place lies, or the one before it."""
        at = bisect_right(self.sentences, (place, len(self.text))) - 1
        return self.sentences[max(at, 0)] if self.sentences else (0, len(self.text))


def quotations(page: Page) -> list[Said]:
    """Return the quotations of a text that are somebody's words, in order.

    Parameters
    ----------
    page
        The text with its sentences.

    Returns
    -------
    list of Said
        They don't overlap; one over several paragraphs gives one a paragraph.
    """
    found: list[Said] = []
    every = list(lines(page.text))
    marks = [list(_marks(page.text, *line)) for line in every]
    carried = ""
    for number, line in enumerate(every):
        if not carried and _is_dialogue(page, line, every[number - 1] if number else None):
            found += cut(page, Said(*line), dialogue=True)
            continue
        scan = _Scan(page, line, marks[number], carried)
        scan.run()
        carried = scan.finish(goes_on=_goes_on(every, marks, number, scan.family))
        found += _speech(page, line, scan.found, found[-1] if found else None)
    return found


# --- marks -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mark:
    place: int
    family: str
    opens: bool
    closes: bool


def _marks(text: str, start: int, stop: int) -> Iterator[_Mark]:
    for match in _MARK.finditer(text, start, stop):
        place = match.start()
        left = text[place - 1] if place > start else " "
        right = text[place + 1] if place + 1 < stop else " "
        yield _mark(match[0], place, left, right, text)


def _mark(sign: str, place: int, left: str, right: str, text: str) -> _Mark:
    free = left.isspace() or left in _LEFT or left in _DOUBLE + _ANGLED + _SINGLE
    begins = free and not right.isspace()
    if sign in _ANGLED:
        return _Mark(place, _ANGLED, sign == "«", sign == "»")
    if sign in _SINGLE:
        opens = sign in "'‘‚" and begins and not _ELISION.match(text, place)
        return _Mark(place, _SINGLE, opens, sign in "'’" and not left.isspace() and not right.isalnum())
    if sign in "„‟":
        return _Mark(place, _DOUBLE, opens=True, closes=False)
    if sign == "”":
        return _Mark(place, _DOUBLE, begins, closes=True)
    if sign == "“":
        return _Mark(place, _DOUBLE, begins, closes=not left.isspace())
    return _Mark(place, _DOUBLE, begins, closes=right.isspace() or not (left.isspace() or left in "([{"))


_Pairs = list[tuple[Said, bool]]


class _Scan:
    """A line while its marks are paired, left to right; ``carried``: the family of a quotation open before it."""

    __slots__ = ("again", "depth", "family", "found", "last", "line", "marks", "page", "start")

    def __init__(self, page: Page, line: tuple[int, int], marks: Sequence[_Mark], carried: str) -> None:
        self.page, self.line, self.marks = page, line, marks
        reopened = bool(marks) and marks[0].place == line[0] and marks[0].family == carried
        self.found: _Pairs = []
        self.again = bool(carried)
        self.family = "" if reopened else carried
        self.depth = int(bool(self.family))
        self.start, self.last = line[0], -1

    def run(self) -> None:
        for number, mark in enumerate(self.marks):
            if not self.family:
                self._outside(number, mark)
            elif mark.family == self.family:
                self._inside(mark)

    def _outside(self, number: int, mark: _Mark) -> None:
        if mark.opens and (mark.family != _SINGLE or _single_closes(self.marks, number)):
            self.family, self.start, self.depth = mark.family, mark.place, 1
        elif mark.closes and not mark.opens and mark.family != _SINGLE:
            self.found += [(said, False) for said in _unopened(self.page, self.line, mark)]

    def _inside(self, mark: _Mark) -> None:
        if mark.closes:
            self.depth, self.last = self.depth - 1, mark.place + 1
            if self.depth == 0:
                self._end(Said(self.start, self.last))
        elif mark.opens and self._begins_anew(mark):
            self._end(_unclosed(self.page, self.start, (self.line[0], mark.place)))
            self.family, self.start, self.depth = mark.family, mark.place, 1
        elif mark.opens:
            self.depth += 1

    def _begins_anew(self, mark: _Mark) -> bool:
        """Return whether a quotation opens behind a full stop though one is open: that one was never closed."""
        behind_stop = self.page.text[mark.place - 2 : mark.place - 1] in tuple(_STOPS)
        return self.family == _DOUBLE and behind_stop and mark.place - self.start > 1

    def _end(self, said: Said) -> None:
        self.found.append((said, self.again))
        self.family, self.again, self.depth = "", False, 0

    def finish(self, *, goes_on: bool) -> str:
        """End what is still open; return its family if it goes on in the next line."""
        if not self.family:
            return ""
        if self.last > self.start:
            self._end(Said(self.start, self.last))
            return ""
        family = self.family
        if goes_on:
            self._end(Said(self.start, self.line[1], goes_on=True))
            return family
        self._end(_unclosed(self.page, self.start, self.line))
        return ""


def _single_closes(marks: Sequence[_Mark], place: int) -> bool:
    """Return whether a single mark is closed in its line: else it is an apostrophe."""
    near = islice(marks, place + 1, place + 1 + _NEAR)
    singles = (mark for mark in near if mark.family == _SINGLE and mark.place > marks[place].place + 1)
    nearest = next((mark for mark in singles if mark.closes or mark.opens), None)
    return nearest is not None and nearest.closes


def _goes_on(every: Sequence[tuple[int, int]], marks: Sequence[Sequence[_Mark]], number: int, family: str) -> bool:
    """Return whether a quotation that is open at the end of a line goes on in the next."""
    if family in ("", _SINGLE):
        return False
    for later in range(number + 1, min(number + 1 + _LINES, len(every))):
        own = [mark for mark in marks[later] if mark.family == family]
        if not own:
            continue
        if own[0].place == every[later][0] and own[0].opens:
            return later == number + 1
        return own[0].closes and not own[0].opens
    return False


def _unclosed(page: Page, start: int, line: tuple[int, int]) -> Said:
    """Return a quotation whose closing mark is missing."""
    match = page.rules.unclosed.search(page.folded, start + 1, min(start + _WINDOW * 2, line[1]))
    if match:
        return Said(start, match.start(), doubt=True)
    if line[1] - start <= _UNCLOSED:
        return Said(start, start + len(page.text[start : line[1]].rstrip()), doubt=True)
    return Said(start, max(start + 1, min(page.sentence_at(start)[1], line[1])), doubt=True)


def _unopened(page: Page, line: tuple[int, int], mark: _Mark) -> Iterator[Said]:
    """Yield a quotation whose opening mark is missing, if an attribution follows it."""
    start = max(page.sentence_at(mark.place)[0], line[0])
    right = page.folded[mark.place - 1 : min(mark.place + _WINDOW, line[1])]
    if mark.place > start and not page.text[mark.place - 1].isdigit() and page.rules.cue_right.match(right):
        yield Said(start, mark.place + 1, doubt=True)


# --- whether it is speech --------------------------------------------------------------------------


def _speech(page: Page, line: tuple[int, int], pairs: _Pairs, before: Said | None) -> Iterator[Said]:
    """Yield those of a line's pairs that are speech; what the narrator puts in between is cut out."""
    end = line[0]
    for said, again in pairs:
        if said.start < end:
            continue
        follows = again and before is not None and before.goes_on
        if follows or said.goes_on or _is_speech(page, line, said, end):
            for piece in cut(page, said, dialogue=False):
                before = piece
                yield piece
            end = said.stop


def _is_speech(page: Page, line: tuple[int, int], said: Said, end: int) -> bool:
    content = page.text[said.start + 1 : said.stop - (not said.doubt)].strip()
    words = _LETTERS.findall(content)
    if not words:
        return False
    sentence = page.sentence_at(said.start)
    begin = max(sentence[0], end, said.start - _WINDOW)
    left = page.folded[begin : said.start]
    right = page.folded[said.stop - 2 : min(said.stop + _WINDOW, line[1])]
    ends = content[-1] in _STOPS
    name = _is_name(words) and not ends
    if (page.rules.not_left.search(left) or page.rules.not_right.match(right)) and (name or len(words) <= 3):
        return False
    if page.rules.cue_right.match(right) or (said.doubt and page.rules.unclosed.match(page.folded, said.stop)):
        return True
    if left.rstrip().endswith(":"):
        return True
    if _stands_alone(page, line, said, sentence, words=len(words), ends=ends):
        return True
    small = content[0].islower()
    if page.rules.cue_left.search(left):
        return small or ends or (not name and (len(words) > 3 or left.rstrip().endswith(",")))
    return (ends and len(words) > 1 and not name) or (len(words) >= 6 and not _is_name(words))


def _is_name(words: Sequence[str]) -> bool:
    """Return whether words are written as a title or name is: capitals, but for short words."""
    long = [word for word in words if len(word) > 3]
    return words[0][0].isupper() and (len(words) == 1 or all(word[0].isupper() for word in long))


def _stands_alone(
    page: Page, line: tuple[int, int], said: Said, sentence: tuple[int, int], *, words: int, ends: bool
) -> bool:
    """Return whether a quotation is one or several whole sentences."""
    if page.text[max(sentence[0], said.start - _WINDOW) : said.start].strip(" \t—–-"):
        return False
    rest = page.text[said.stop : min(said.stop + 2, line[1])]
    last = page.sentence_at(said.stop - 1)
    closed = last[1] <= said.stop + 1 and (ends or rest[:1] in tuple(_STOPS) or not rest.strip())
    return closed and (words > 1 or ends) and page.text[said.start + 1].isupper()


# --- dialogue, and the narrator inside a quotation -------------------------------------------------


def _is_dialogue(page: Page, line: tuple[int, int], before: tuple[int, int] | None) -> bool:
    """Return whether a line begins with the dash of a dialogue and not of a list."""
    match = _SPEECH_DASH.match(page.text, *line)
    if not match or page.text[line[0]] == "-":
        return False
    begins = page.text[match.end() :][:3].lstrip('"«“„…(')[:1]
    if not begins.isupper():
        return False
    listed = before is not None and page.text[slice(*before)].rstrip().endswith(":")
    introduced = before is not None and page.rules.cue_left.search(
        page.folded[max(before[0], before[1] - _WINDOW) : before[1]]
    )
    ended = page.text[line[1] - 1] in _STOPS + ':»”"' or page.rules.insertion.search(page.folded, *line) is not None
    return ended and (not listed or introduced is not None)


_NEXT_DASH = re.compile(r"[,.!?…:]?\s*[—–―-]\s+")


def cut(page: Page, said: Said, *, dialogue: bool) -> Iterator[Said]:
    """Yield a quotation without what the narrator says inside it.

    Parameters
    ----------
    page
        The text.
    said
        The quotation.
    dialogue
        Whether it is a line of a dialogue: then the narrator may have the last word.
    """
    start = said.start
    while match := page.rules.insertion.search(page.folded, start + 1, said.stop):
        dash = _NEXT_DASH.search(page.text, match.end(), said.stop)
        if dash is None and not dialogue:
            break
        yield replace(said, start=start, stop=match.start())
        if dash is None:
            return
        start = dash.end()
    if page.text[start : said.stop].strip():
        yield replace(said, start=start, stop=said.stop)
