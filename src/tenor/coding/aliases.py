"""How many of the mentions of an actor its aliases find, round by round, from sentences that people judged.

How a sheet would be drawn: the unit is a sentence and one actor, and the question is "does this sentence name the
actor, by a name or title?". Each round has three strata: sentences in which a mention was found; those without one in
an article that has one, or with a word that begins as an alias does, or with a mention that was left open; and all
others. From each, sentences are drawn by chance (`tenor.coding.sample.draw` over ids of sentences), at most one an
article, because the sentences of an article name an actor alike. The coder sees the sentence and not the stratum.
Pronouns and "the minister" are no mentions unless the study lists them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenor.compare.proportions import Share, Tally, stratified_share
from tenor.errors import StudyError


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedSentence:
    """A sentence, drawn by chance within its round and stratum, that somebody judged.

    Parameters
    ----------
    round, stratum
        Where it was drawn from.
    found
        Whether the aliases found the actor in it; the same in all of a stratum.
    names
        Whether it names the actor in truth.
    """

    round: str
    stratum: str
    found: bool
    names: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AliasRecall:
    """Of the sentences of a round that name an actor, the share in which the aliases find it.

    `share` is among these documents, and None where nothing can be said; `why` says then why not.
    """

    round: str
    share: Share | None
    judged: int
    why: str = ""


def alias_recall(
    judged: Sequence[JudgedSentence], sizes: Mapping[tuple[str, str], int], alpha: float = 0.05
) -> tuple[AliasRecall, ...]:
    """Estimate the recall of an actor's aliases in each round.

    Parameters
    ----------
    judged
        Sentences drawn at random within their strata.
    sizes
        How many sentences each (round, stratum) has, also those from which none was judged.
    alpha
        One minus the level of the intervals; see `tenor.compare.proportions.stratified_share`.

    Returns
    -------
    tuple of AliasRecall
        One a round, in the order of `sizes`.

    Raises
    ------
    StudyError
        A sentence is of no known stratum, more were judged than there are, or a stratum holds sentences of both kinds.

    Examples
    --------
    >>> judged = [JudgedSentence(round="r1", stratum="found", found=True, names=True)]
    >>> alias_recall(judged, {("r1", "found"): 1})[0].share
    Share(value=1.0, low=1.0, high=1.0)
    >>> alias_recall(judged, {("r1", "found"): 1, ("r1", "other"): 9})[0].why
    "no sentence of 'other' (9 in all) has been judged"
    """
    rows: defaultdict[tuple[str, str], list[JudgedSentence]] = defaultdict(list)
    for row in judged:
        rows[row.round, row.stratum].append(row)
    for place in sorted(rows.keys() - sizes.keys()):
        raise StudyError(f"there is no stratum '{place[1]}' in round '{place[0]}'", do="draw the sample again")
    return tuple(_of_round(name, rows, sizes, alpha) for name in dict.fromkeys(name for name, _ in sizes))


def _of_round(
    name: str,
    rows: Mapping[tuple[str, str], Sequence[JudgedSentence]],
    sizes: Mapping[tuple[str, str], int],
    alpha: float,
) -> AliasRecall:
    held = {stratum: size for (its_round, stratum), size in sizes.items() if its_round == name and size}
    number = sum(len(rows.get((name, stratum), ())) for stratum in held)
    for stratum, size in held.items():
        if not rows.get((name, stratum)):
            why = f"no sentence of '{stratum}' ({size:,} in all) has been judged"
            return AliasRecall(round=name, share=None, judged=number, why=why)
    share = stratified_share([_tally(rows[name, stratum], size) for stratum, size in held.items()], alpha)
    why = "" if share else "none of the judged sentences names the actor"
    return AliasRecall(round=name, share=share, judged=number, why=why)


def _tally(rows: Sequence[JudgedSentence], size: int) -> Tally:
    """Return what was judged of a stratum; in one of found sentences none can be missed, and the other way round."""
    first = rows[0]
    if any(row.found != first.found for row in rows):
        what = f"'{first.stratum}' of round '{first.round}' holds sentences with and without a mention that was found"
        raise StudyError(what, do="part them into strata of their own")
    if len(rows) > size:
        what = f"{len(rows)} sentences of '{first.stratum}' in round '{first.round}' were judged, and it has {size}"
        raise StudyError(what, do="draw the sample again from the articles as they are now")
    names = sum(row.names for row in rows)
    if first.found:
        return Tally(size=size, judged=len(rows), yes=names, no=0, most_no=0)
    return Tally(size=size, judged=len(rows), yes=0, no=names, most_yes=0)
