"""Read the files a person writes: the study and its claims, in YAML 1.2, with a line for every mistake."""

from tenor.studyfile.claims import read_claims
from tenor.studyfile.margins import margin_from_words, margin_in_words
from tenor.studyfile.settings import claims_schema, study_schema
from tenor.studyfile.sources import read_sources, write_sources
from tenor.studyfile.study import read_study, round_stretch

__all__ = [
    "claims_schema",
    "margin_from_words",
    "margin_in_words",
    "read_claims",
    "read_sources",
    "read_study",
    "round_stretch",
    "study_schema",
    "write_sources",
]
