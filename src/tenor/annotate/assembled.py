"""What the encoder marks as source, cue and content -> attributions, and these joined with those found by rule."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from tenor.annotate.attribution import Attribution
from tenor.annotate.quotations import Page, Said
from tenor.annotate.speaker import Span

# So many spans before a place are looked at for those that reach over it.
_NEAR = 12
# So sure a rule is of words whose speaker stands behind them ("..., the minister insisted").
_BEHIND = 0.9


class Mark(NamedTuple):
    """A stretch that the encoder marked; ``label`` is source, cue or content."""

    start: int
    stop: int
    label: str
    score: float


def assembled(page: Page, marks: Sequence[Mark], said: Sequence[Said]) -> list[Attribution]:
    """Return attributions made of the encoder's marks.

    Contents of one quotation belong together, though they stand in several sentences. A content has the cue that is
    nearest to it in its sentence, a cue the source nearest to it.

    Parameters
    ----------
    page
        The text.
    marks
        What the encoder marked, in the places of the page's text.
    said
        The quotations of the text.
    """
    by_sentence: dict[Span, list[Mark]] = {}
    for mark in sorted(marks):
        by_sentence.setdefault(page.sentence_at(mark.start), []).append(mark)
    found: list[_Linked] = []
    for some in by_sentence.values():
        found += _linked(some)
    return [_made(page, one) for one in _across(found, said)]


class _Linked(NamedTuple):
    contents: tuple[Mark, ...]
    cue: Mark | None
    source: Mark | None


def _linked(marks: Sequence[Mark]) -> list[_Linked]:
    """Return the contents of a sentence with their cues and sources."""
    contents = [mark for mark in marks if mark.label == "content"]
    cues = [mark for mark in marks if mark.label == "cue"]
    sources = [mark for mark in marks if mark.label == "source"]
    by_cue: dict[Mark | None, list[Mark]] = {}
    for content in contents:
        outside = [cue for cue in cues if not _inside(cue, content)]
        by_cue.setdefault(_nearest(content, outside), []).append(content)
    found = []
    for cue, some in by_cue.items():
        free = [source for source in sources if not any(_inside(source, content) for content in some)]
        groups = [some] if cue is not None else [[one] for one in some]
        found += [_Linked(tuple(group), cue, _nearest(cue or group[0], free)) for group in groups]
    return sorted(found, key=lambda one: one.contents[0])


def _inside(one: Mark, other: Mark) -> bool:
    return one.start < other.stop and other.start < one.stop


def _gap(one: Mark, other: Mark) -> int:
    return max(one.start - other.stop, other.start - one.stop, 0)


def _nearest(one: Mark, others: Iterable[Mark]) -> Mark | None:
    return min(others, key=lambda other: (_gap(one, other), other.start), default=None)


def _across(found: Sequence[_Linked], said: Sequence[Said]) -> list[_Linked]:
    """Return what was linked with contents of one quotation joined."""
    starts = [one.start for one in said]
    by_quotation: dict[int, _Linked] = {}
    kept: list[_Linked | None] = []
    places: dict[int, int] = {}
    for one in found:
        at = bisect_right(starts, one.contents[0].start) - 1
        whole = at >= 0 and one.contents[0].start < said[at].stop
        if whole and at in by_quotation and (one.cue is None or by_quotation[at].cue is None):
            before = by_quotation[at]
            contents = (*before.contents, *one.contents)
            joined = _Linked(contents, before.cue or one.cue, before.source or one.source)
            kept[places[at]] = joined
            by_quotation[at] = joined
            continue
        if whole:
            by_quotation[at] = one
            places[at] = len(kept)
        kept.append(one)
    return [one for one in kept if one is not None]


def _made(page: Page, one: _Linked) -> Attribution:
    parts = [mark for mark in (*one.contents, one.cue, one.source) if mark]
    score = sum(mark.score for mark in parts) / len(parts) * (1.0 if one.cue and one.source else 0.7)
    spans: list[Span] = []
    for mark in sorted(one.contents):
        # Sentences of one quotation that follow on each other are one stretch.
        if spans and not any(map(str.isalnum, page.text[spans[-1][1] : mark.start])):
            spans[-1] = (spans[-1][0], max(mark.stop, spans[-1][1]))
        else:
            spans.append((mark.start, mark.stop))
    spans = [(start, start + len(page.text[start:stop].rstrip(" ,.;:"))) for start, stop in spans]
    quoted = page.text[spans[0][0]] in "\"“„«‘'"
    return Attribution(
        content=tuple(spans),
        cue=one.cue and (one.cue.start, one.cue.stop),
        source=one.source and (one.source.start, one.source.stop),
        form="direct" if quoted else "indirect",
        score=round(float(score), 3),
    )


def joined(by_encoder: Sequence[Attribution], by_rule: Sequence[Attribution]) -> list[Attribution]:
    """Return the attributions of both: of two with the same words one, and of what only one of them found the surer.

    What stands in quotation marks has its ends by rule; who says it, and what announces it, as the encoder marks them,
    where it does.

    Parameters
    ----------
    by_encoder, by_rule
        Attributions of one text.
    """
    whose = _meeting(by_encoder, by_rule)
    number: dict[int, int] = {}
    kept: list[Attribution] = []
    for place, one in enumerate(by_rule):
        mine = [by_encoder[other] for other in whose.get(place, ())]
        if one.outer < 0 and not mine and not _sure(one):
            continue
        number[place] = len(kept)
        kept.append(_both(one, mine) if mine and one.outer < 0 else one)
    taken = {other for place, some in whose.items() if by_rule[place].outer < 0 for other in some}
    alone = [one for other, one in enumerate(by_encoder) if other not in taken and (one.cue or one.source)]
    outers = [number.get(one.outer, -1) for place, one in enumerate(by_rule) if place in number]
    return [*(replace(one, outer=outer) for one, outer in zip(kept, outers, strict=True)), *alone]


def _sure(one: Attribution) -> bool:
    """Return whether a rule is to be believed where the encoder sees nothing."""
    if one.form == "announced" or (one.cue and one.cue[1] - one.cue[0] == 1):
        return True
    return one.cue is not None and one.source is not None and (one.form != "indirect" or one.score >= _BEHIND)


def _both(rule: Attribution, marked: Sequence[Attribution]) -> Attribution:
    """Return one attribution of what a rule and the encoder found in the same words."""
    first = max(marked, key=lambda one: (one.cue is not None, one.source is not None, one.score))
    whole = any(
        one.content[0][0] < rule.content[0][0] and one.content[-1][1] >= rule.content[-1][1] - 2 for one in marked
    )
    content = first.content if whole or rule.form != "direct" else rule.content
    score = 1 - (1 - rule.score) * (1 - first.score)
    return replace(
        rule,
        content=content,
        cue=first.cue or rule.cue,
        source=first.source or rule.source,
        score=round(min(score, 0.99), 3),
    )


def _meeting(by_encoder: Sequence[Attribution], by_rule: Sequence[Attribution]) -> dict[int, list[int]]:
    """Return for each attribution by rule those of the encoder that share words with it."""
    spans = sorted((span, place) for place, one in enumerate(by_encoder) for span in one.content)
    starts = [span[0] for span, _ in spans]
    found: dict[int, list[int]] = {}
    for place, one in enumerate(by_rule):
        for start, stop in one.content:
            at = bisect_left(starts, stop)
            near = spans[max(0, at - _NEAR) : at]
            found.setdefault(place, []).extend(other for span, other in near if span[1] > start)
    return {place: sorted(set(some)) for place, some in found.items() if some}
