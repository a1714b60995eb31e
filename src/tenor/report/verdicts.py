"""A shape, a colour and a plain meaning for each word of a verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tenor.model import Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """How a verdict word looks and what it means."""

    colour: str
    shape: str
    meaning: str


BADGES: dict[Word, Badge] = {
    "supported": Badge(
        colour="green",
        shape='<circle cx="12" cy="12" r="11"/><path class="cut" d="M6.5 12.5l4 4L17.5 8.5"/>',
        meaning="the difference goes the claimed way and is larger than the margin set beforehand",
    ),
    "right direction, size not established": Badge(
        colour="sky",
        shape='<path d="M4 2L22 12L4 22Z"/>',
        meaning="the difference goes the claimed way, but may be smaller than the margin",
    ),
    "opposite direction found": Badge(
        colour="orange",
        shape='<path d="M20 2L2 12L20 22Z"/>',
        meaning="the difference goes against the claim",
    ),
    "no meaningful difference": Badge(
        colour="blue",
        shape='<path d="M2 5h20v5H2zM2 14h20v5H2z"/>',
        meaning="whatever difference there is lies inside the margin",
    ),
    "depends on how it is counted": Badge(
        colour="purple",
        shape='<path class="ring" d="M12 2.5L21.5 12L12 21.5L2.5 12Z"/><path d="M12 2.5V21.5L2.5 12Z"/>',
        meaning="equally sound ways of counting disagree",
    ),
    "inconclusive": Badge(
        colour="ochre",
        shape='<circle class="ring" cx="12" cy="12" r="9.5"/><path class="ring" d="M7 12h10"/>',
        meaning="the figures can't tell: a difference that matters is neither shown nor ruled out",
    ),
    "not validated": Badge(
        colour="soft",
        shape='<rect class="ring" x="3" y="3" width="18" height="18" stroke-dasharray="4 3"/>',
        meaning="no sufficient check by people against the model's figures",
    ),
    "not testable": Badge(
        colour="ghost",
        shape='<path class="ring" d="M4 4L20 20M20 4L4 20"/>',
        meaning="these figures can't answer the question",
    ),
}
