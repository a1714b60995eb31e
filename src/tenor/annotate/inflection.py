"""The forms of a name: what a reader of its language expects, generated from the name as it is listed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from tenor.annotate.language import Ending, Naming

Cases = tuple[tuple[str, ...], ...]


def cases_of(word: str, who: str, endings: Sequence[Ending]) -> Cases:
    """Return a word's forms, a case each; none where it does not change.

    Parameters
    ----------
    word
        Folded, as listed in a dictionary.
    who
        What it names; see `tenor.annotate.language.Ending`.
    endings
        The language's rules.

    Examples
    --------
    >>> from tenor.annotate.language import language_named
    >>> russian = language_named("ru").names.endings
    >>> [" ".join(forms) for forms in cases_of("брандель", "man", russian)]
    ['бранделя', 'бранделю', 'бранделя', 'бранделем', 'бранделе']
    >>> cases_of("меркель", "woman", russian)
    ()
    """
    if "-" in word:
        return _joined(word.split("-"), who, endings)
    for rule in endings:
        match = rule.ends.search(word) if _meant(rule, who) else None
        if match:
            start, stop = match.span(match.lastindex or 0)
            return tuple(
                tuple(word[:start] + form.strip("-") + word[stop:] for form in case.split("/"))
                for case in rule.forms.split()
            )
    return ()


def forms_of(words: Sequence[str], kind: str, naming: Naming, fixed: Sequence[bool] = ()) -> set[tuple[str, ...]]:
    """Return every form of a name, word by word, as it is listed among them.

    All words of a person's name are declined; of an institution's, the first noun and what stands before it, or the
    last word, as the language has it. The words agree in case.

    Parameters
    ----------
    words
        Folded.
    kind
        ``man``, ``woman``, ``thing``, ``institution`` or ``word``.
    naming
        The language's rules.
    fixed
        For each word, whether it never changes.

    Examples
    --------
    >>> from tenor.annotate.language import language_named
    >>> found = forms_of(["белый", "дом"], "institution", language_named("ru").names)
    >>> ("белого", "дома") in found, ("белого", "дом") in found
    (True, False)
    """
    held = fixed or [False] * len(words)
    kinds = list(_kinds(words, kind, naming))
    cases = [
        cases_of(word, one, naming.endings) if one and not still else ()
        for word, one, still in zip(words, kinds, held, strict=True)
    ]
    person = kind in ("man", "woman")
    found = {tuple(words)}
    for case in range(max(map(len, cases), default=0)):
        # "Ким Чен Ына": of a person's name, first words may stay as they are; all others agree.
        loose = list(_choices(words, cases, case))
        exact = [set(forms[case]) if case < len(forms) else {word} for word, forms in zip(words, cases, strict=True)]
        found.update(product(*(loose[:-1] if person else exact[:-1]), exact[-1]))
    return found


def _kinds(words: Sequence[str], kind: str, naming: Naming) -> Iterator[str]:
    """Yield what each word is declined as; empty for one that does not change."""
    if kind in ("man", "woman"):
        yield from [kind] * len(words)
        return
    head = len(words) - 1 if naming.head_last else 0
    while not naming.head_last and head < len(words) - 1 and cases_of(words[head], "attribute", naming.endings):
        head += 1
    for place in range(len(words)):
        before = "" if naming.head_last else "attribute"
        yield before if place < head else kind if place == head else ""


def _joined(parts: Sequence[str], who: str, endings: Sequence[Ending]) -> Cases:
    """Return the forms of a word with hyphens, of which any part may stay as it is ("Франкфурте-на-Майне")."""
    cases = [cases_of(part, who, endings) for part in parts]
    return tuple(
        tuple(sorted("-".join(form) for form in product(*_choices(parts, cases, case))))
        for case in range(max(map(len, cases)))
    )


def _choices(parts: Sequence[str], cases: Sequence[Cases], case: int) -> Iterator[set[str]]:
    for part, forms in zip(parts, cases, strict=True):
        yield {part, *(forms[case] if case < len(forms) else ())}


def _meant(rule: Ending, who: str) -> bool:
    return who in rule.who.split() if rule.who else who != "attribute"
