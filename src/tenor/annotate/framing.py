"""What is called something: "presents X as Y", "calls X Y", "so-called", and words kept at a distance."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from tenor.annotate.cues import Framing, Stating
from tenor.annotate.quotations import Page, Said
from tenor.annotate.speaker import Span, clean, speaker_before, trimmed

_MARKED = re.compile(r"[\"“„«‘](?P<f>[^\"“”„«»‘’\n]{2,60})[\"”“»’]|(?<![\w])'(?P<f2>[^'\n]{2,60})'(?!\w)")
_WORD = re.compile(r"[^\W_]+(?:['’ʼ-][^\W_]+)*")
# Words at a distance are few, and what tells whose they are stands near.
_FEW, _NEAR = 4, 90


class Framed(NamedTuple):
    """Something that is called something; ``denied``: somebody says that it is not."""

    kind: Literal["framing", "assessment"]
    form: str
    source: Span | None
    cue: Span | None
    target: Span | None
    content: tuple[Span, ...]
    frame: str
    denied: bool
    score: float


def framed(page: Page, rules: Stating, said: Sequence[Said]) -> Iterator[Framed]:
    """Yield what is called something by the patterns of the language, sentence by sentence.

    Parameters
    ----------
    page
        The text.
    rules
        The language's.
    said
        The quotations of the text.
    """
    for sentence in page.sentences:
        taken: list[Span] = []
        for way in rules.framings:
            for match in way.pattern.finditer(page.folded[slice(*sentence)]):
                one = _framed(page, rules, way, match, sentence)
                if one and not any(start < match.end() and match.start() < stop for start, stop in taken):
                    taken.append(match.span())
                    yield one


def _part(match: re.Match[str], name: str, base: int = 0) -> Span | None:
    """Return where a group stands; one of several alternatives has a digit behind its name."""
    for group in (name, f"{name}2", f"{name}3"):
        if match.re.groupindex.get(group) and match[group] is not None:
            return base + match.start(group), base + match.end(group)
    return None


def _framed(page: Page, rules: Stating, way: Framing, match: re.Match[str], sentence: Span) -> Framed | None:
    base = sentence[0]
    frame, cue, target = _part(match, "f", base), _part(match, "c", base), _part(match, "t", base)
    if frame is None:
        return None
    given = _part(match, "s", base)
    source = clean(page, rules, given) if given else speaker_before(page, rules, (sentence[0], (cue or frame)[0]))
    frame = trimmed(page, frame)
    if frame[0] >= frame[1] or (cue and page.text[cue[0]].isupper() and cue[0] > sentence[0]):
        return None
    before = page.folded[max(sentence[0], (cue or frame)[0] - 20) : (cue or frame)[0]]
    return Framed(
        kind="assessment" if way.kind == "assessment" else "framing",
        form="direct" if page.text[frame[0] - 1 : frame[0]] in tuple("\"“„«‘'") else "indirect",
        source=source,
        cue=trimmed(page, cue) if cue else None,
        target=trimmed(page, target) if target else None,
        content=(frame,),
        frame=page.folded[frame[0] : frame[1]],
        denied=bool(rules.denial.search(before)),
        score=0.7 if source else 0.5,
    )


def scare_quotes(page: Page, rules: Stating, said: Sequence[Said]) -> Iterator[Framed]:
    """Yield words in quotation marks that are nobody's speech here: somebody else's, if the text tells whose.

    Parameters
    ----------
    page
        The text.
    rules
        The language's.
    said
        The quotations of the text; what stands in them is left alone.
    """
    starts = [one.start for one in said]
    for match in _MARKED.finditer(page.text):
        at = bisect_right(starts, match.start()) - 1
        inside = at >= 0 and match.start() < said[at].stop
        whole = inside and said[at].start == match.start() and said[at].stop <= match.end() + 1
        frame = trimmed(page, _part(match, "f") or match.span())
        if (inside and not whole) or not 0 < len(_WORD.findall(page.text, *frame)) <= _FEW:
            continue
        left = page.folded[max(0, match.start() - _NEAR) : match.start() + 1]
        right = page.folded[match.end() - 1 : match.end() + _NEAR]
        called = rules.so_called.search(left[:-1])
        owner = rules.owner.search(left) or rules.owner.match(right)
        if whole and not owner:
            continue
        if not owner and (page.text[frame[0]].isupper() and not called):
            continue
        yield _scare(page, rules, match, frame, owner, called)


def _scare(
    page: Page,
    rules: Stating,
    match: re.Match[str],
    frame: Span,
    owner: re.Match[str] | None,
    called: re.Match[str] | None,
) -> Framed:
    source: Span | None = None
    if owner:
        named = _part(owner, "s")
        on_right = owner.re is rules.owner and owner.string[:1] in "\"”’'»“"
        base = match.end() - 1 if on_right else max(0, match.start() - _NEAR)
        source = clean(page, rules, (base + named[0], base + named[1])) if named else None
    base = max(0, match.start() - _NEAR)
    cue = trimmed(page, (base + called.start(), base + called.end())) if called else None
    score = 0.7 if source else 0.5 if called else 0.35
    return Framed("framing", "scare", source, cue, None, (frame,), page.folded[frame[0] : frame[1]], False, score)
