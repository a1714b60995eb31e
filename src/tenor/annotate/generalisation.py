"""Sweeping generalisations by rule: that everyone knows, no one doubts, or it was always so."""

from __future__ import annotations

from tenor.annotate.language import Language, language_named
from tenor.annotate.plain import Plain
from tenor.annotate.sentences import sentences
from tenor.corpus.phrases import fold


def generalisations(text: str, language: str | Language) -> list[tuple[int, int, str]]:
    """Return where a text claims something of everyone, of no one, or of all times.

    It is the wording that is found, not whether the claim is true. Questions, conditions, rules and quantities
    that were counted are left out as far as words tell.

    Parameters
    ----------
    text
        A sentence or more.
    language
        Its code, or the language itself; in one that is not known nothing is found.

    Returns
    -------
    list of (start, stop, pattern)
        In order, in code points, without overlaps; the name of the pattern that was found.

    Examples
    --------
    >>> generalisations("He said that everyone understands the risk.", "en")
    [(13, 33, 'everyone knows')]
    """
    known = language if isinstance(language, Language) else language_named(language)
    if not known.generalisations:
        return []
    plain = Plain(text)
    folded = fold(plain.text)
    found: list[tuple[int, int, str]] = []
    for start, stop in sentences(plain.text, known):
        if not known.literal.search(folded[start:stop]):
            found += _in_sentence(folded[start:stop], start, known)
    return [(*plain.back(start, stop), name) for start, stop, name in found]


def _in_sentence(sentence: str, base: int, language: Language) -> list[tuple[int, int, str]]:
    """Return what is found in a sentence; of two that overlap, the first, the longer, the one listed first."""
    spans: list[tuple[int, int, int]] = []
    for number, pattern in enumerate(language.generalisations):
        group = "g" if "g" in pattern.pattern.groupindex else 0
        spans += [(match.start(group), -match.end(group), number) for match in pattern.pattern.finditer(sentence)]
    found: list[tuple[int, int, str]] = []
    for start, minus, number in sorted(spans):
        if start < -minus and (not found or base + start >= found[-1][1]):
            found.append((base + start, base - minus, language.generalisations[number].name))
    return found
