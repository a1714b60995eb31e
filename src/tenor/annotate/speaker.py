"""Who speaks, beside the words that announce speech: the stretch that names the speaker."""

from __future__ import annotations

import re

from tenor.annotate.cues import Stating
from tenor.annotate.quotations import Page

Span = tuple[int, int]
# A speaker has no more words than this.
_WORDS = 16
_EDGE = " \t\n\u00a0\u202f,;:.!?…—–-\"“”„«»'‘()*•>"
_CLAUSE = re.compile(r"[;:.!?…\"“”„«»()\n]|\s[—–-]\s")
_WORD = re.compile(r"[^\W_][\w'’ʼ.-]*")


def trimmed(page: Page, span: Span) -> Span:
    """Return a stretch without blanks and signs at its ends."""
    text = page.text[span[0] : span[1]]
    start = span[0] + len(text) - len(text.lstrip(_EDGE))
    return start, max(start, span[0] + len(text.rstrip(_EDGE)))


def clean(page: Page, rules: Stating, span: Span) -> Span | None:
    """Return the speaker in a stretch without what introduces or follows it; None if nothing is left."""
    start, stop = trimmed(page, span)
    for _ in range(6):
        before = start, stop
        lead = rules.lead.match(page.folded, start, stop)
        if lead and lead.end() > start:
            start = lead.end()
        trail = rules.trail.search(page.folded, start, stop)
        # "Dana Will said": a word that would be cut off is a name if it has a capital letter.
        if trail and not page.text[trail.start() : trail.end()].lstrip()[:1].isupper():
            stop = trail.start()
        start, stop = trimmed(page, (start, stop))
        if (start, stop) == before:
            break
    words = len(_WORD.findall(page.text, start, stop))
    return (start, stop) if 0 < words <= _WORDS else None


def speaker_before(page: Page, rules: Stating, span: Span) -> Span | None:
    """Return the speaker that stands before announcing words.

    Parameters
    ----------
    page
        The text.
    rules
        The language's.
    span
        From where the sentence, or what is said, begins or ends, to the announcing words.
    """
    start, stop = span
    stop = trimmed(page, (start, stop))[1] if page.text[start:stop].strip(_EDGE) else start
    aside = page.text[stop : span[1]].lstrip().startswith(",")
    for sign in _CLAUSE.finditer(page.text, start, stop):
        start = sign.end()
    commas = [place for place in range(start, stop) if page.text[place] == ","]
    if not commas:
        return clean(page, rules, (start, stop))
    last = commas[-1] + 1
    # "Ossian, who heads the delegation, hung back and said": the subject stands before the aside.
    if rules.verbal.match(page.folded, last, stop) and len(commas) > 1:
        return clean(page, rules, (commas[-3] + 1 if len(commas) > 2 else start, commas[-2]))
    # "Castell, director of the institute, said": what stands between two commas says more of whom stands before them.
    if aside or rules.relative.match(page.folded, last + _blanks(page, last), stop):
        begin = commas[-2] + 1 if len(commas) > 1 else start
        if rules.citing.match(page.folded, last + _blanks(page, last), stop):
            return clean(page, rules, (begin, last - 1))
        return clean(page, rules, (begin, stop)) or clean(page, rules, (last, stop))
    return clean(page, rules, (last, stop))


def _blanks(page: Page, place: int) -> int:
    rest = page.text[place : place + 8]
    return len(rest) - len(rest.lstrip())


def speaker_after(page: Page, rules: Stating, span: Span) -> Span | None:
    """Return the speaker that stands behind announcing words, with what says more of them."""
    start, stop = span
    start += _blanks(page, start)
    if start < stop and page.text[start] in ',;:.!?…—–"“”„«»(':
        return None
    if sign := _CLAUSE.search(page.text, start, stop):
        stop = sign.start()
    if tail := rules.tail.search(page.folded, start, stop):
        stop = tail.start()
    comma = page.text.find(",", start, stop)
    if comma > 0:
        behind = comma + 1 + _blanks(page, comma + 1)
        names_more = page.text[behind : behind + 1].islower() and not rules.relative.match(page.folded, behind, stop)
        second = page.text.find(",", behind, stop)
        stop = comma if not names_more else second if second > 0 else stop
    return clean(page, rules, (start, stop))
