"""Where the sentences of a text begin and end, by rule.

A line break ends a sentence, but for breaks inside hard-wrapped paragraphs. Elsewhere a sentence ends at a
full stop, question mark, exclamation mark or ellipsis, with what closes behind it, unless one of `_RULES`
says that it goes on; they are asked in order, and the first that knows answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tenor.annotate.language import Language, Splitting, language_named
from tenor.annotate.plain import Plain, back
from tenor.corpus.phrases import fold

_BREAK = re.compile(r"[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_CLOSERS = "\"'”’»“›)\\]}*_"
UPPER = "A-ZÀ-ÖØ-ÞĞİŞА-ЯЁІЇЄҐ"
_FACES = "\U0001f600-\U0001f64f\U0001f910-\U0001f92f\U0001f970-\U0001f97a"
_SIGNS = f"{_FACES}\U0001f300-\U0001f5ff\U0001f680-\U0001faff\u2600-\u27bf\U0001f1e6-\U0001f1ff"
# Signs that end a sentence, what closes behind them, signs again ("?».") and emoji behind all that.
_END = re.compile(
    rf"(?P<mark>[.!?…؟।]+)(?P<closed>(?:[{_CLOSERS}]{{1,4}}[.!?…]*|\[\d{{1,3}}\]){{0,4}})"
    rf"(?P<signs>(?:\s?[{_SIGNS}]){{0,20}}(?:(?:\s#\w{{1,60}}){{1,10}}(?=\s+[{UPPER}]))?)(?=\s|$)"
    rf"|(?P<glued>(?:(?<=[^\W\d_]{{3}})|(?<=[^\W\d_][»”\"]))[.!?])(?=[{UPPER}][^\W\d_{UPPER}])"
    rf"|(?P<wide>[。！？]+[」』”’]*)"
    rf"|(?<=\w)\s?(?P<faces>[{_FACES}](?:\s?[{_SIGNS}]){{0,20}})(?=\s[^\W\d_])"
)
_SPACES = re.compile(r"\s*")
_TAGS = re.compile(rf"(?:(?:[#@]\w{{1,100}}|https?://\S{{1,300}}|[{_SIGNS}])\s*){{1,30}}$")
_OPENERS = "\"'“„«‘‚‹([{¿¡*_"
_FIRST = re.compile(rf"[{_OPENERS}]{{0,4}}(?P<word>[^\W\d_]+(?:['’ʼ-][^\W\d_]+)*)(?P<dot>\.?)")
_OPENING = re.compile(r"(?:(?:[#@]\w{1,100}|[—–―*•-])\s+){0,5}")
_DASH = re.compile(r"[—–―-]\s+")
_ROMAN = re.compile(r"[IVXLCDM]{2,}|[IVX]")
_NUMBER = re.compile(r"[-−+]?\d+(?:[.,:/-]\d+)*")
_INITIALS = re.compile(r"[^\W\d_](?:['’]?\.-?[^\W\d_]){0,4}|[^\W\d_]{2}(?:\.[^\W\d_])?")
_SMALL_THEN_BIG = re.compile(rf"[^\W\d_{UPPER}]{{1,6}}[{UPPER}]")
_LATIN = re.compile(r"[A-Za-z]")
_QUOTES = frozenset("\"'”’»“›")
# What may stand behind a sign is looked at, and before it; further away nothing matters.
_WINDOW = 60
_BEHIND = 80
_BRACKET = 300
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_WRAPPED = (50, 100)


def sentences(text: str, language: str | Language) -> list[tuple[int, int]]:
    r"""Return the sentences of a text.

    Every character that is not blank belongs to one sentence; blanks around sentences belong to none.
    The time taken grows as the text does.

    Parameters
    ----------
    text
        Any text, as it stands in the corpus.
    language
        Its code, or the language itself; one that is not known is split by what all languages share.

    Returns
    -------
    list of (start, stop)
        In code points, in order; ``text[start:stop]`` is the sentence.

    Examples
    --------
    >>> text = "Dr. Marsh left the U.S. He moved to Oslo."
    >>> [text[start:stop] for start, stop in sentences(text, "en")]
    ['Dr. Marsh left the U.S.', 'He moved to Oslo.']
    """
    known = language if isinstance(language, Language) else language_named(language)
    plain = Plain(text)
    found = [span for line in lines(plain.text) for span in _in_line(plain.text, line, known.sentences)]
    return back(plain, found)


def lines(text: str) -> Iterator[tuple[int, int]]:
    r"""Yield the lines of a text that hold something, hard-wrapped ones together.

    Examples
    --------
    >>> list(lines("Title\n\nText"))
    [(0, 5), (7, 11)]
    """
    block: list[tuple[int, int]] = []
    start = 0
    for gap in [*(match.span() for match in _BREAK.finditer(text)), (len(text), len(text))]:
        if text[start : gap[0]].strip():
            block.append((start, gap[0]))
        if gap[1] - gap[0] > 1 or gap[0] == len(text):
            yield from _unwrapped(text, block)
            block = []
        start = gap[1]


def _unwrapped(text: str, block: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the lines of a block, as one if they are broken at a width and not where something ends."""
    lengths = [stop - start for start, stop in block[:-1]]
    if len(lengths) < 2 or not _WRAPPED[0] <= max(lengths) <= _WRAPPED[1]:
        return block
    goes_on = sum(text[start : start + 1].islower() for start, _ in block[1:])
    if min(lengths) < max(lengths) - 20 or goes_on * 2 < len(lengths):
        return block
    return [(block[0][0], block[-1][1])]


# --- one line --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place where a sentence may end.

    Parameters
    ----------
    mark
        The signs there.
    closed
        What closes behind them.
    before, behind
        What stands before the signs, inside the sentence, and behind the blanks that follow.
    opened
        Whether ``before`` begins where the sentence does.
    small
        Whether the sentence begins with a small letter.
    rules
        The language's.
    """

    mark: str
    closed: str
    before: str
    behind: str
    opened: bool
    small: bool
    rules: Splitting

    def next_word(self) -> re.Match[str] | None:
        """Return the word behind, if one stands there, marks that open before it."""
        return _FIRST.match(self.behind)

    def next_small(self) -> bool:
        """Return whether the next word begins with a small letter, and is no name that always does."""
        word = self.next_word()
        if word is None or not word["word"][0].islower():
            return False
        return not (_SMALL_THEN_BIG.match(word["word"]) or fold(word["word"]) in self.rules.small_names)

    def begins(self) -> bool:
        """Return whether the next word is one that begins sentences."""
        word = self.next_word()
        return bool(word and not word["dot"] and fold(word["word"]) in self.rules.starters)

    def words(self) -> list[str]:
        """Return the last two words before the signs."""
        return [word.lstrip(_OPENERS) for word in self.before.rsplit(None, 2)[-2:]]


def _in_line(text: str, line: tuple[int, int], rules: Splitting) -> Iterator[tuple[int, int]]:
    """Yield the sentences of a line."""
    start = _skip(text, *line)
    for match in _END.finditer(text, start, line[1]):
        if match.start() <= start and not match["wide"]:
            continue
        behind = _skip(text, match.end(), line[1])
        if behind == line[1]:
            break
        if match["wide"] or _ends(text, start, match, behind, line[1], rules):
            yield start, match.end()
            start = behind
    stop = start + len(text[start : line[1]].rstrip())
    if stop > start:
        yield start, stop


def _skip(text: str, start: int, stop: int) -> int:
    match = _SPACES.match(text, start, stop)
    return match.end() if match else start


def _ends(text: str, start: int, match: re.Match[str], behind: int, line_end: int, rules: Splitting) -> bool:
    if match["faces"]:
        return text[behind : behind + 1].isupper()
    if match["glued"]:
        return _glued(text, start, match.start(), behind, rules)
    if _TAGS.match(text, behind, line_end):
        return False
    first = _FIRST.match(text, _OPENING.match(text, start, line_end).end(), line_end)  # type: ignore[union-attr]
    spot = _Spot(
        mark=match["mark"],
        closed=match["closed"],
        before=text[max(start, match.start() - _WINDOW) : match.start()],
        behind=text[behind : min(behind + _BEHIND, line_end)],
        opened=match.start() - start <= _WINDOW,
        small=bool(first and first["word"][0].islower() and not _SMALL_THEN_BIG.match(first["word"])),
        rules=rules,
    )
    if _inside_bracket(text, start, match, line_end):
        return False
    return next(answer for rule in _RULES if (answer := rule(spot)) is not None)


def _glued(text: str, start: int, place: int, behind: int, rules: Splitting) -> bool:
    """Return whether a blank is missing behind a full stop: "лицо.Он сказал", but not "Яндекс.Такси"."""
    word = _FIRST.match(text, behind, behind + _BEHIND)
    if word and fold(word["word"]) in rules.starters:
        return True
    before = (text[max(start, place - _WINDOW) : place].split() or [""])[-1]
    return before.islower() and not _LATIN.search(before) and before.isalpha()


def _inside_bracket(text: str, start: int, match: re.Match[str], line_end: int) -> bool:
    """Return whether a bracket that was opened after words of the same sentence is open, or closes here."""
    near = max(start, match.start() - _BRACKET)
    at = max(text.rfind(sign, near, match.start()) for sign in "([{")
    if at <= start or not any(map(str.isalnum, text[max(start, at - _WINDOW) : at])):
        return False
    if match["closed"].endswith((")", "]", "}")):
        return True
    closer = _CLOSING[text[at]]
    return (
        closer not in match["closed"]
        and text.find(closer, at, match.start()) < 0
        and text.find(closer, match.start(), min(match.start() + _BRACKET, line_end)) > 0
    )


# --- rules: True, the sentence ends; False, it goes on; None, ask the next -------------------------


def _nothing_before(spot: _Spot) -> bool | None:
    """Let it go on where signs stand before any word, or inside brackets: "...and", "[...]", ". . ."."""
    if not any(map(str.isalnum, spot.before)) and spot.opened and not any(sign in spot.closed for sign in _QUOTES):
        return False
    if spot.before.endswith(("[", "(", "<")) or spot.behind.startswith((".", "…")):
        return False
    return None


def _dash(spot: _Spot) -> bool | None:
    """Tell what a dash behind is: of the narrator after a quotation, or before the next turn of a dialogue."""
    match = _DASH.match(spot.behind)
    if not match:
        return None
    begins = spot.behind[match.end() :].lstrip(_OPENERS)[:1]
    closed = any(sign in spot.closed for sign in _QUOTES)
    return not closed and not begins.islower()


def _small_letter(spot: _Spot) -> bool | None:
    """Let the sentence go on before a small letter, but for posts in small letters, names and "p. 12"."""
    if not spot.next_small():
        return None
    word = spot.next_word()
    assert word is not None
    numbered = re.match(r"\s*\d", spot.behind[word.end() :])
    if word["dot"] and numbered and fold(word["word"]) in spot.rules.before_number:
        return None
    if spot.closed.strip(".!?…"):
        return False
    if spot.mark != ".":
        return spot.small and spot.mark[0] in "!?"
    last = (spot.words() or [""])[-1]
    vowel = spot.rules.consonants_end_abbreviations and fold(last[-1:]) in spot.rules.vowels
    latin = bool(_LATIN.match(word["word"])) and not _LATIN.match(last)
    long = len(last) >= (8 if spot.rules.consonants_end_abbreviations else 4) or (len(last) >= 4 and (vowel or latin))
    plain = last.isalpha() and last.islower() and not spot.rules.short(fold(last))
    return None if plain and (spot.small or long) else False


def _loud_name(spot: _Spot) -> bool | None:
    """Let it go on behind a name that ends in a mark ("Yahoo! Finance"), or a quoted title whose mark ends nothing."""
    if spot.mark[0] not in "!?":
        return None
    words = spot.words()
    if words and not spot.closed and fold(words[-1]) in spot.rules.marked_names:
        return False
    if spot.rules.quote_needs_stop and spot.closed and spot.closed[-1] in _QUOTES:
        opened = max(spot.before.rfind(sign) for sign in '«“„"')
        left = spot.before[:opened].rstrip() if opened > 0 else ""
        if left and left[-1] not in ":.!?…,":
            return False
    return None


def _asked_by(spot: _Spot) -> bool | None:
    """Let it go on before who asked or shouted, right behind the quotation: '"Is it over?" Lena asked.'"""
    if spot.mark[0] in "!?…" and any(sign in spot.closed for sign in _QUOTES) and not spot.begins():
        return False if spot.rules.asked_by.match(fold(spot.behind)) else None
    return None


def _stutter(spot: _Spot) -> bool | None:
    """Let it go on where an ellipsis stands between the same word twice: "I… I saw nothing"."""
    words, word = spot.words(), spot.next_word()
    return False if spot.mark[0] in ".…" and spot.mark != "." and word and words and words[-1] == word["word"] else None


def _other_sign(spot: _Spot) -> bool | None:
    """End the sentence at anything but a single full stop right behind a word."""
    return None if spot.mark == "." and not any(sign in spot.closed for sign in _QUOTES) else True


def _number(spot: _Spot) -> bool | None:
    """Tell the number of a list, a question or a section, and an ordinal, from other numbers."""
    words = spot.words()
    last = words[-1] if words else ""
    numbered = _NUMBER.fullmatch(last)
    if (numbered or _ROMAN.fullmatch(last) or (len(last) == 1 and last.isalpha())) and _labelled(spot):
        return False
    if not numbered:
        return None
    alone = spot.opened and not any(map(str.isalnum, spot.before.strip()[: -len(last)]))
    if (alone and len(last) <= 3) or _enumerated(spot, last):
        return False
    if spot.rules.ordinals and last.isdigit() and len(last) <= 3:
        return spot.begins() or spot.behind[:1].isdigit()
    return True


def _labelled(spot: _Spot) -> bool:
    """Return whether all there is of the sentence is a word such as "Question", and its number."""
    words = spot.before.split() if spot.opened else []
    if len(words) == 3 and fold(words[1]) in ("no.", "№", "nr."):
        words = [words[0], words[2]]
    return len(words) == 2 and fold(words[0].lstrip(_OPENERS)).rstrip(".") in spot.rules.labels


def _enumerated(spot: _Spot, last: str) -> bool:
    """Return whether the number counts items inside a sentence: "two aims: 1. Peace; 2. Bread"."""
    left = spot.before.rstrip()[: -len(last)].rstrip()
    if not last.isdigit() or len(last) > 2:
        return False
    return (
        left.endswith(";")
        or (left.endswith(":") and last == "1")
        or (left.endswith(",") and f" {int(last) - 1}. " in left)
    )


def _roman(spot: _Spot) -> bool | None:
    """Tell the Roman number of a list and an ordinal from that of a king."""
    words = spot.words()
    last = words[-1] if words else ""
    if not _ROMAN.fullmatch(last):
        return None
    if len(words) == 1 and spot.opened:
        return False
    if spot.rules.ordinals:
        return spot.begins()
    if len(last) == 1 and (_LATIN.match(words[0]) or not words[0][:1].isupper()):
        # "World War I. Crowds cheered", but "Robert V. Quayle voted".
        return spot.begins() or (last == "I" and len(words) == 2 and words[0].istitle() and _then_small(spot))
    return True


def _abbreviation(spot: _Spot) -> bool | None:
    """Look a word up among the abbreviations."""
    words = spot.words()
    last = fold(words[-1]) if words else ""
    if words and len(last) == 1 and words[-1].isupper():
        return False if last in spot.rules.before_number and spot.behind[:1].isdigit() else None
    word = spot.next_word()
    if word and word["dot"] and spot.rules.short(f"{last}.{fold(word['word'])}"):
        return False
    if len(words) == 2 and words[0].endswith(".") and len(last) <= 4:
        joined = fold(words[0]) + last
        answer = _listed(spot, joined, words[0])
        if answer is not None:
            return answer
    return _listed(spot, last, words[0] if len(words) == 2 else "")


def _listed(spot: _Spot, word: str, left: str) -> bool | None:
    rules = spot.rules
    digit = spot.behind[:1].isdigit() or spot.behind[:1] in "№§"
    if word in rules.before_number and digit:
        return False
    if word in rules.after_number and (any(map(str.isdigit, left)) or _ROMAN.fullmatch(left)):
        # "В 1998 г. Иванов уехал": a date alone is no sentence.
        return not digit and not (spot.opened and len(spot.before.split()) <= 3)
    if word in rules.ends:
        return True
    if word in rules.after_name and left[:1].isupper() and fold(left) not in rules.starters and not digit:
        # "Sokol St. No. 5", "Kara Mah. Su Sok.": an address goes on.
        near = {fold(item[:-1]) for item in spot.behind.split()[:3] if item.endswith(".")}
        return not near & (rules.before_number | rules.after_name)
    if word in rules.likely:
        return spot.begins() or _then_small(spot)
    if word in rules.starter:
        return spot.begins()
    if word in rules.never or word in rules.after_name:
        return False
    return None


def _then_small(spot: _Spot) -> bool:
    """Return whether a capitalised word follows, and behind it one in small letters: a sentence begins."""
    word = spot.next_word()
    if word is None or word["dot"] or fold(word["word"]) in spot.rules.continuers:
        return False
    rest = spot.behind[word.end() :]
    return bool(rest[:1] == "," or rest.lstrip()[:1].islower())


def _initial(spot: _Spot) -> bool | None:
    """Keep initials with the name behind them; a small letter with a full stop ends nothing."""
    words = spot.words()
    last = words[-1] if words else ""
    if not _INITIALS.fullmatch(last) or (len(last) == 2 and not last.istitle()):
        return None
    if len(last) == 2:
        # "Дж. Р. Кларенс": two letters only where another initial follows, or stands before.
        word = spot.next_word()
        near = bool(word and word["dot"] and len(word["word"]) <= 2)
        return False if near else None
    before = [word.lstrip(_OPENERS) for word in spot.before.split()[:-1]]
    if before and fold(before[-1]) in spot.rules.labels:
        return True
    while before and before[-1].endswith(".") and _INITIALS.fullmatch(before[-1].rstrip(".")):
        before.pop()
    surname = len(before) > 1 and before[-1][:1].isupper() and fold(before[-1]).endswith(tuple(spot.rules.surnames))
    return not last.islower() and (spot.begins() or (surname and _then_small(spot)))


def _no_vowel(spot: _Spot) -> bool | None:
    """Take a word that can't be pronounced for an abbreviation; behind a number, for a unit."""
    words = spot.words()
    last = words[-1] if words else ""
    folded = fold(last)
    if not last.isalpha() or not 2 <= len(last) <= 5 or last.isupper() or set(folded) & set(spot.rules.vowels):
        return None
    if len(words) == 2 and words[0][-1:].isdigit():
        return not spot.behind[:1].isdigit()
    return spot.begins()


def _by_default(_: _Spot) -> bool | None:
    return True


_RULES = (
    _nothing_before,
    _dash,
    _small_letter,
    _loud_name,
    _asked_by,
    _stutter,
    _other_sign,
    _number,
    _abbreviation,
    _roman,
    _initial,
    _no_vowel,
    _by_default,
)
