"""For whom a report is made: for oneself, or for everybody; and in which language."""

from __future__ import annotations

from dataclasses import dataclass

MOST_PASSAGES = 5_000
"""So many passages a page can hold."""
PUBLIC_PASSAGE = 280
"""So many characters of a passage may stand in a public report."""
PUBLIC_AN_ARTICLE = 3
"""So many passages of one article may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How a report is made.

    Parameters
    ----------
    public
        Whether everybody may read it: short passages, few of an article, no persons but the study's actors.
    lang
        Of headings, labels and charts; what others wrote stays as they wrote it.
    passages
        How many passages each hypothesis on texts shows, at most 5,000 in all.
    """

    public: bool = False
    lang: str = "en"
    passages: int = 16

    def each(self, hypotheses: int) -> int:
        """Return how many passages a hypothesis may show.

        Examples
        --------
        >>> Form(passages=5_000).each(10), Form().each(2)
        (500, 16)
        """
        return min(self.passages, MOST_PASSAGES // max(hypotheses, 1))
