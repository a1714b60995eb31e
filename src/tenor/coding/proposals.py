"""What the rules propose to a ledger: promises and predictions read off the articles, each utterance once.

Copies of one text are one utterance. What is said again in another text is shown beside it, for a person to merge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tenor.coding.ledger import Event, Passage, passages_read
from tenor.corpus.store import Store
from tenor.errors import UnknownName, did_you_mean
from tenor.sources.text import fold

DISMISSED = "dismissed"
_SHORTEST = 6
_ALIKE = 0.5
_MOST_WORDS = 400
_MOST_NEAR, _MOST_SHOWN = 50, 10
# No more of a piece of a statement is read; a passage shows all of it.
_LONGEST = 2_000

# Only of articles as they are counted, and by the coder who speaks for statements where one was appointed.
_PROPOSED = """\
SELECT statement_id, statements.doc_id AS doc_id, part, statements.start AS start, statements.stop AS stop, actor,
       array_to_string([
         substring(CASE part WHEN 'title' THEN title ELSE text END, place[1] + 1, least(place[2] - place[1], $most))
         FOR place IN content], ' ') AS said,
       window_from, window_to, window_text, score, articles.outlet AS outlet, day, articles.lang AS lang, copy_id
FROM statements JOIN articles USING (doc_id) JOIN documents USING (doc_id)
WHERE kind = $kind AND (
  coder IN (SELECT coder FROM coders WHERE role = 'statements')
  OR NOT EXISTS (SELECT 1 FROM coders WHERE role = 'statements'))
ORDER BY day NULLS LAST, statements.doc_id, part, statements.start, statement_id"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An utterance that a rule takes for a promise or a prediction.

    Parameters
    ----------
    statement
        Its id in the table `statements`; of copies, that of the first.
    holder
        The actor, empty for a speaker whom the study does not name.
    text
        What was said.
    day
        That of the article: often not the day on which it was said.
    first, last
        The days it speaks of, as the rule read them.
    passages
        Where it stands, in the article and its copies.
    alike
        Other proposals and items of the ledger that may be the same, said again.
    doubt
        Why it may be none: nobody makes it, or nothing says by when.
    """

    statement: str
    holder: str
    text: str
    outlet: str
    day: date | None
    lang: str
    first: date | None
    last: date | None
    words: str
    score: float | None
    passages: tuple[Passage, ...]
    alike: tuple[str, ...] = ()
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What an item of the ledger says, to find what says the same again."""

    id: str
    holder: str
    texts: tuple[str, ...]


def proposals(store: Store, kind: str, events: Sequence[Event], items: Sequence[Kept] = ()) -> tuple[Proposal, ...]:
    """Return what is proposed and nobody has confirmed or dismissed yet, by day.

    Parameters
    ----------
    store
        With the statements.
    kind
        ``promise`` or ``prediction``.
    events
        Of the ledger.
    items
        What it holds.

    Examples
    --------
    >>> proposals(Store("corpus"), "promise", [])
    ()
    """
    settled = list(_settled(events))
    families: dict[tuple[str, str, str], list[Proposal]] = {}
    for row in store.query(_PROPOSED, {"kind": kind, "most": _LONGEST}).to_pylist():
        found = _proposal(row)
        key = (row["copy_id"] or row["doc_id"], found.holder, fold(found.text))
        families.setdefault(key, []).append(found)
    kept = [_one(family) for family in families.values()]
    left = [item for item in kept if not _is_settled(item, settled)]
    return tuple(_with_alike(left, items))


def _settled(events: Iterable[Event]) -> Iterable[Passage]:
    for event in events:
        if event.action == DISMISSED:
            yield Passage.read(event.item)
        yield from passages_read(event.said)


def _is_settled(found: Proposal, settled: Sequence[Passage]) -> bool:
    return any(own.overlaps(other) for own in found.passages for other in settled)


def _proposal(row: Mapping[str, Any]) -> Proposal:
    doubts = [] if row["actor"] else ["nobody whom the study names makes it"]
    doubts += [] if row["window_to"] else ["nothing says by when"]
    return Proposal(
        statement=row["statement_id"],
        holder=row["actor"],
        text=" ".join(row["said"].split()),
        outlet=row["outlet"],
        day=row["day"],
        lang=row["lang"],
        first=row["window_from"],
        last=row["window_to"],
        words=row["window_text"],
        score=row["score"],
        passages=(Passage(doc_id=row["doc_id"], part=row["part"], start=row["start"], stop=row["stop"]),),
        doubt="; ".join(doubts),
    )


def _one(family: Sequence[Proposal]) -> Proposal:
    passages = dict.fromkeys(passage for item in family for passage in item.passages)
    return replace(family[0], passages=tuple(passages))


def _with_alike(found: Sequence[Proposal], items: Sequence[Kept]) -> Iterable[Proposal]:
    """Add to each what may be the same: of one holder, in about the same words."""
    said = [(item.holder, item.id, _words(text)) for item in items for text in item.texts]
    said += [(item.holder, item.statement, _words(item.text)) for item in found]
    often = Counter(word for _, _, words in said for word in words)
    # Two sets with half of all words in common share one of the rarest half of either: only these are looked up.
    index: dict[tuple[str, str], list[int]] = {}
    for at, (holder, _, words) in enumerate(said):
        for word in _rarest(words, often):
            index.setdefault((holder, word), []).append(at)
    for proposal in found:
        own = _words(proposal.text)
        # Whom the study does not name may be anybody: nothing tells that two are one.
        keys = ((proposal.holder, word) for word in _rarest(own, often)) if proposal.holder else ()
        near = [said[at] for at in sorted({at for key in keys for at in index[key][:_MOST_NEAR]})]
        names = [name for _, name, words in near if name != proposal.statement and _likeness(own, words) >= _ALIKE]
        yield replace(proposal, alike=tuple(dict.fromkeys(names))[:_MOST_SHOWN])


def _rarest(words: frozenset[str], often: Mapping[str, int]) -> list[str]:
    return sorted(words, key=lambda word: (often[word], word))[: len(words) // 2 + 1]


def _words(text: str) -> frozenset[str]:
    return frozenset(fold(text[: 20 * _MOST_WORDS]).split()[:_MOST_WORDS])


def _likeness(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other) if one and other else 0.0


def named(found: Sequence[Proposal], names: Sequence[str], kind: str) -> tuple[Proposal, ...]:
    """Return the proposals that are meant, by their ids or the beginnings of these.

    Raises
    ------
    UnknownName
        There is none, or there are several.
    """
    return tuple(dict.fromkeys(_named(found, name, kind) for name in names))


def _named(found: Sequence[Proposal], name: str, kind: str) -> Proposal:
    meant = [item for item in found if item.statement == name]
    if not meant and len(name) >= _SHORTEST:
        meant = [item for item in found if item.statement.startswith(name)]
    if len(meant) == 1:
        return meant[0]
    if meant:
        raise UnknownName(f"{len(meant)} proposed {kind}s begin with '{name}'", do="write more of the id")
    near = did_you_mean(name, [item.statement for item in found]) if len(found) <= 1_000 else ""
    do = near if found else "nothing is proposed: `tenor annotate` reads the articles, or it was settled before"
    raise UnknownName(f"no proposed {kind} '{name[:80]}'", do=do)
