"""Margins in words: the smallest difference that would matter, read from and shown back in words."""

from __future__ import annotations

import re

from tenor import model
from tenor.errors import StudyError

_MARGIN = re.compile(
    r"(?:at least |by at least |within |by )?(?P<number>\d+(?:[.,]\d+)?)\s*(?:%|per\s?cent)"
    r"(?:\s+(?P<side>fewer|less|lower|smaller|below|more|greater|higher|larger|above|either way))?"
)
_LOWER = {"fewer", "less", "lower", "smaller", "below"}
_HIGHER = {"more", "greater", "higher", "larger", "above"}


def margin_from_words(words: object, relation: model.Relation) -> model.Margin:
    """Read a margin such as ``at least 20 % fewer``.

    Parameters
    ----------
    words
        What the file says; a bare number is refused, because 20, 0.2 and 0.02 have all
        been meant by it.
    relation
        The relation of the hypothesis, which the words must not contradict.

    Returns
    -------
    Margin
        As a ratio: 0.8 for 20 % fewer, 1.2 for 20 % more.

    Raises
    ------
    StudyError
        The words can't be read, or are on the wrong scale, or on the wrong side.

    Examples
    --------
    >>> margin_from_words("at least 20 % fewer", "less").ratio
    0.8
    """
    do = "write it in words with its unit, as in 'at least 20 % fewer'"
    if not isinstance(words, str):
        raise StudyError(f"the margin {words!r} has no unit", do=do)
    if re.search(r"\bpoints?\b|\bpp\b|\bsd\b", words):
        raise StudyError(f"the margin '{words}' is on the wrong scale: volume is compared as a ratio", do=do)
    match = _MARGIN.fullmatch(words.strip().lower())
    if match is None:
        raise StudyError(f"the margin '{words}' can't be read", do=do)
    percent = float(match["number"].replace(",", "."))
    side = match["side"] or ""
    if (relation == "less" and side in _HIGHER) or (relation == "greater" and side in _LOWER):
        raise StudyError(f"the margin '{words}' points the other way than the relation '{relation}'", do="change one")
    if percent < 1:
        raise StudyError(f"the margin '{words}' is on the wrong scale", do=f"was '{percent * 100:g} %' meant?")
    if relation != "greater" and percent >= 100:
        raise StudyError(f"the margin '{words}' is on the wrong scale: nothing falls by 100 % or more", do=do)
    ratio = 1 + percent / 100 if relation == "greater" else 1 - percent / 100
    return model.Margin(ratio=round(ratio, 10), words=words.strip())


def margin_in_words(margin: model.Margin, relation: model.Relation) -> str:
    """Say a margin so that nobody can misread it.

    Examples
    --------
    >>> margin_in_words(margin_from_words("within 20 %", "equivalent"), "equivalent")
    'between 20 % fewer and 25 % more'
    >>> margin_in_words(margin_from_words("at least 20 % fewer", "less"), "less")
    'at least 20 % fewer (0.8 times or below)'
    """
    percent = abs(margin.ratio - 1) * 100
    if relation == "less":
        return f"at least {percent:.3g} % fewer ({margin.ratio:.3g} times or below)"
    if relation == "greater":
        return f"at least {percent:.3g} % more ({margin.ratio:.3g} times or above)"
    more = (1 / margin.ratio - 1) * 100
    if relation == "differs":
        return f"at least {percent:.3g} % fewer or {more:.3g} % more"
    return f"between {percent:.3g} % fewer and {more:.3g} % more"
