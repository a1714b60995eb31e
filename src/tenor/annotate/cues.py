"""What the rules know of a language to tell who says what: the table ``statements`` of its file."""

from __future__ import annotations

import re
from dataclasses import dataclass

Pattern = re.Pattern[str]
_NOTHING = re.compile(r"(?!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """A way to call something something.

    Parameters
    ----------
    name
        What the pattern stands for, for people.
    pattern
        The words; group ``s`` is who does it, ``c`` the words that tell it, ``t`` what is framed, ``f`` as what. A
        speaker that is missing is looked for before the match.
    kind
        ``framing``, or ``assessment`` where something is judged and not named.
    """

    name: str
    pattern: Pattern
    kind: str = "framing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stating:
    """How a language tells who says what, promises and predicts. All are searched in folded text.

    Parameters
    ----------
    cue
        The words that announce speech or thought.
    dash_cue
        Behind a quotation and a dash: that a verb stands there (group ``c``), whatever it is.
    by
        A speaker without a verb: group ``c`` the words, ``s`` the speaker ("according to the union").
    citing
        On whom the one who reports relies: groups ``c`` and ``s`` ("citing two officials").
    relayed
        That an agency or paper passes something on: groups ``c`` and ``s`` (", Reuters reports").
    join
        Behind a cue inside what somebody says: up to the clause that is reported in turn.
    joint
        Right before a reported clause: the word that belongs to it ("that").
    ahead
        Behind a cue: up to such a clause.
    vowed
        Behind a cue of a promise: up to what is promised, where other words stand between.
    away
        At the start of a reported clause: what belongs to the cue.
    lead
        At the start of what stands before a cue: what is no speaker.
    trail
        At its end: what is none either.
    tail
        Where a speaker ends that stands behind a cue.
    verbal
        At the start of what stands between a comma and a cue: that no speaker stands there, but what they do.
    relative
        What begins a clause about a speaker ("who").
    pronoun
        All of a speaker who is named elsewhere.
    own_voice
        All of a speaker within what somebody says: no other than who says it, or nobody at all ("I", "people").
    aide
        In a speaker: it is somebody who speaks for the one named.
    announced
        That something is or will be said, and not what: groups ``c`` and ``s``.
    future
        In what is said: that it speaks of what is to come.
    promise_cue, prediction_cue
        In a cue: that somebody promises, or foretells.
    promise, prediction
        In what is said of the future: that it is one or the other.
    first_person
        In what is said of the future: that the speaker will do it.
    not_promise
        In what is said: that it is none, whoever says it.
    expert
        In a speaker, or an actor's role: somebody who foretells and does not promise.
    vague
        In what is said of the future: that it is asked, wished or ordered.
    denial
        In a cue: that what follows is denied.
    negated
        In what is said: that it is negative.
    assessment
        In what is said: that it judges.
    rhetorical
        In a sentence: that it is not meant as it stands.
    asked
        At the start of a sentence that ends in a question mark: that an answer is not expected.
    hedged
        In a sentence of the author's own: what may be.
    own_future
        In a sentence of the author's own: what will be.
    condition
        At the start of what is said: the condition under which it holds.
    term
        Before a length of time: that somebody is given so long.
    so_called
        Right before words in quotation marks or not: that they are somebody else's.
    owner
        Behind or before such words: whose they are, group ``s``.
    framings
        The ways to call something something.
    """

    cue: Pattern = _NOTHING
    dash_cue: Pattern = _NOTHING
    by: Pattern = _NOTHING
    citing: Pattern = _NOTHING
    relayed: Pattern = _NOTHING
    join: Pattern = _NOTHING
    joint: Pattern = _NOTHING
    ahead: Pattern = _NOTHING
    vowed: Pattern = _NOTHING
    away: Pattern = _NOTHING
    lead: Pattern = _NOTHING
    trail: Pattern = _NOTHING
    tail: Pattern = _NOTHING
    verbal: Pattern = _NOTHING
    relative: Pattern = _NOTHING
    pronoun: Pattern = _NOTHING
    own_voice: Pattern = _NOTHING
    aide: Pattern = _NOTHING
    announced: Pattern = _NOTHING
    future: Pattern = _NOTHING
    promise_cue: Pattern = _NOTHING
    prediction_cue: Pattern = _NOTHING
    promise: Pattern = _NOTHING
    prediction: Pattern = _NOTHING
    first_person: Pattern = _NOTHING
    not_promise: Pattern = _NOTHING
    expert: Pattern = _NOTHING
    vague: Pattern = _NOTHING
    denial: Pattern = _NOTHING
    negated: Pattern = _NOTHING
    assessment: Pattern = _NOTHING
    rhetorical: Pattern = _NOTHING
    asked: Pattern = _NOTHING
    hedged: Pattern = _NOTHING
    own_future: Pattern = _NOTHING
    condition: Pattern = _NOTHING
    term: Pattern = _NOTHING
    so_called: Pattern = _NOTHING
    owner: Pattern = _NOTHING
    framings: tuple[Framing, ...] = ()
