"""How was this event covered this time, compared with before, and is what people say about it true?

Start with `Study.new` or `Study.open`; `tenor --help` has the same verbs.
"""

from tenor.errors import (
    Busy,
    MissingInput,
    ModelMissing,
    SeveralErrors,
    SourceError,
    StoreDamaged,
    StudyError,
    TenorError,
    UnknownName,
)
from tenor.study import Study

__all__ = [
    "Busy",
    "MissingInput",
    "ModelMissing",
    "SeveralErrors",
    "SourceError",
    "StoreDamaged",
    "Study",
    "StudyError",
    "TenorError",
    "UnknownName",
]
