"""What is found out about a document after its import: the language of those that do not say it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from tenor.errors import StudyError

UNKNOWN = "und"
LANGUAGES = ("bg", "cs", "de", "en", "fr", "pl", "ru", "tr", "uk")
_FEWEST_LETTERS = 20
_LEAST_CONFIDENCE = 0.8
_LOOKED_AT = 5_000


def identify(text: str, among: Sequence[str] = LANGUAGES) -> str:
    """Return the language of a text, "und" if it is too short or could be several.

    Parameters
    ----------
    text
        A text or a title; its first 5,000 characters are looked at.
    among
        The languages that are possible in this study; fewer make fewer mistakes.

    Returns
    -------
    str
        A code such as ``uk``. The same text and languages always give the same.

    Raises
    ------
    StudyError
        One of the languages is not known to the identifier.

    Examples
    --------
    >>> identify("Переговори у Стамбулі завершилися без прориву", ["ru", "uk"])
    'uk'
    >>> identify("Talks", ["en", "ru"])
    'und'
    """
    start = text[:_LOOKED_AT]
    if sum(map(str.isalpha, start)) < _FEWEST_LETTERS:
        return UNKNOWN
    code, confidence = _identifier(tuple(sorted(set(among)))).classify(start)
    return str(code) if confidence >= _LEAST_CONFIDENCE else UNKNOWN


@lru_cache(maxsize=4)
def _identifier(among: tuple[str, ...]) -> Any:
    """Load the identifier once for a choice of languages."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - it loads a model

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    try:
        identifier.set_languages(among)
    except ValueError as error:
        raise StudyError(f"a language can't be identified: {error}", do="use codes of two letters") from error
    return identifier
