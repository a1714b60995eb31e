"""One or many: numbers with their nouns and verbs, and names in a row, as people say them."""

from __future__ import annotations

from collections.abc import Iterable


def listed(names: Iterable[str]) -> str:
    """Return names joined as in speech.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b"]), listed(["a"]), listed([])
    ('a, b and c', 'a and b', 'a', '')
    """
    *others, last = (*names,) or ("",)
    return f"{', '.join(others)} and {last}" if others else last


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun, its verb, or both.

    Examples
    --------
    >>> counted(1, "outlet"), counted(1_200, "query", "queries"), counted(0, "is", "are")
    ('1 outlet', '1,200 queries', '0 are')
    """
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def verb(number: int, one: str, many: str) -> str:
    """Return a verb as it goes with a number of things.

    Examples
    --------
    >>> verb(1, "is", "are"), verb(0, "is", "are"), verb(2, "has", "have")
    ('is', 'are', 'have')
    """
    return one if number == 1 else many
