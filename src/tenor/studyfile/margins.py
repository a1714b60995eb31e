"""Margins in words: the smallest difference that would matter, read from and shown back in words."""

from __future__ import annotations

import re

from tenor import model
from tenor.errors import StudyError

_MARGIN = re.compile(
    r"(?:at least |by at least |within |by )?(?P<number>\d+(?:[.,]\d+)?)\s*"
    r"(?P<unit>%|per\s?cent|(?:percentage )?points?|pp|sd|standard deviations?)"
    r"(?:\s+(?P<side>fewer|less|lower|smaller|below|more|greater|higher|larger|above|either way))?"
)
_LOWER = {"fewer", "less", "lower", "smaller", "below"}
_HIGHER = {"more", "greater", "higher", "larger", "above"}
_EXAMPLES: dict[model.MarginUnit, str] = {
    "ratio": "at least 20 % fewer",
    "sd": "at least 0.2 sd lower",
    "points": "at least 5 points lower",
}
_COMPARED: dict[model.MarginUnit, str] = {
    "ratio": "as a ratio",
    "sd": "in standard deviations",
    "points": "in percentage points",
}


def margin_from_words(words: object, relation: model.Relation, unit: model.MarginUnit = "ratio") -> model.Margin:
    """Read a margin such as ``at least 20 % fewer``.

    Parameters
    ----------
    words
        What the file says; a bare number is refused, because 20, 0.2 and 0.02 have all
        been meant by it.
    relation
        The relation of the hypothesis, which the words must not contradict.
    unit
        How the measure is compared.

    Returns
    -------
    Margin
        As a ratio: 0.8 for 20 % fewer, 1.2 for 20 % more; else the difference as it was given.

    Raises
    ------
    StudyError
        The words can't be read, or are on the wrong scale, or on the wrong side.

    Examples
    --------
    >>> margin_from_words("at least 20 % fewer", "less").size
    0.8
    >>> margin_from_words("at least 5 points lower", "less", "points").size
    5.0
    """
    do = f"write it in words with its unit, as in '{_EXAMPLES[unit]}'"
    if not isinstance(words, str):
        raise StudyError(f"the margin {words!r} has no unit", do=do)
    match = _MARGIN.fullmatch(words.strip().lower())
    if match is None:
        raise StudyError(f"the margin '{words}' can't be read", do=do)
    if _unit(match["unit"]) != unit:
        raise StudyError(f"the margin '{words}' is on the wrong scale: this is compared {_COMPARED[unit]}", do=do)
    side = match["side"] or ""
    if (relation == "less" and side in _HIGHER) or (relation == "greater" and side in _LOWER):
        raise StudyError(f"the margin '{words}' points the other way than the relation '{relation}'", do="change one")
    number = float(match["number"].replace(",", "."))
    size = _ratio(number, words, relation) if unit == "ratio" else _difference(number, words)
    return model.Margin(size=size, words=words.strip(), unit=unit)


def _unit(word: str) -> model.MarginUnit:
    if word == "%" or re.fullmatch(r"per\s?cent", word):
        return "ratio"
    return "sd" if word.startswith("s") else "points"


def _ratio(percent: float, words: str, relation: model.Relation) -> float:
    if percent < 1:
        raise StudyError(f"the margin '{words}' is on the wrong scale", do=f"was '{percent * 100:g} %' meant?")
    if relation != "greater" and percent >= 100:
        raise StudyError(f"the margin '{words}' is on the wrong scale: nothing falls by 100 % or more", do="mend it")
    return round(1 + percent / 100 if relation == "greater" else 1 - percent / 100, 10)


def _difference(number: float, words: str) -> float:
    if number <= 0:
        raise StudyError(f"the margin '{words}' is no difference", do="write the smallest one that would matter")
    return number


def margin_in_words(margin: model.Margin, relation: model.Relation) -> str:
    """Say a margin so that nobody can misread it.

    Examples
    --------
    >>> margin_in_words(margin_from_words("within 20 %", "equivalent"), "equivalent")
    'between 20 % fewer and 25 % more'
    >>> margin_in_words(margin_from_words("at least 20 % fewer", "less"), "less")
    'at least 20 % fewer (0.8 times or below)'
    >>> margin_in_words(margin_from_words("0.2 sd", "less", "sd"), "less")
    'at least 0.2 standard deviations lower'
    """
    if margin.unit != "ratio":
        return _difference_in_words(margin, relation)
    percent = abs(margin.size - 1) * 100
    if relation == "less":
        return f"at least {percent:.3g} % fewer ({margin.size:.3g} times or below)"
    if relation == "greater":
        return f"at least {percent:.3g} % more ({margin.size:.3g} times or above)"
    more = (1 / margin.size - 1) * 100
    if relation == "differs":
        return f"at least {percent:.3g} % fewer or {more:.3g} % more"
    return f"between {percent:.3g} % fewer and {more:.3g} % more"


def _difference_in_words(margin: model.Margin, relation: model.Relation) -> str:
    size = f"{margin.size:g} {'standard deviations' if margin.unit == 'sd' else 'percentage points'}"
    return {
        "less": f"at least {size} lower",
        "greater": f"at least {size} higher",
        "differs": f"at least {size} apart",
        "equivalent": f"less than {size} apart",
    }[relation]
