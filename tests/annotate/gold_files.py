"""Where the hand-marked texts are, and the rules that are held against them."""

from __future__ import annotations

from pathlib import Path

from tenor.annotate.generalisation import generalisations
from tenor.annotate.sentences import sentences
from tenor.annotate.speech import speech
from tenor.testing import Rules

GOLD = Path(__file__).parent / "gold"
LANGUAGES = ("en", "ru", "tr", "uk")
RULES = Rules(sentences=sentences, speech=speech, generalisations=generalisations)
