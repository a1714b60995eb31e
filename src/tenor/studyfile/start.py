"""A new study: commented files to fill in, and the schemas editors check them with."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

from tenor.errors import Place, StudyError, shown
from tenor.studyfile.settings import claims_schema, study_schema


def write_start(folder: Path, study_file: str, claims_file: str) -> Path:
    """Write a commented study, commented claims and their schemas into a folder.

    Raises
    ------
    StudyError
        One of the files is there already; nothing is written then.
    """
    texts = {
        study_file: (files("tenor.studyfile") / "start" / "tenor.yaml").read_text(encoding="utf-8"),
        claims_file: (files("tenor.studyfile") / "start" / "claims.yaml").read_text(encoding="utf-8"),
        "schemas/study.json": json.dumps(study_schema(), indent=1, ensure_ascii=False) + "\n",
        "schemas/claims.json": json.dumps(claims_schema(), indent=1, ensure_ascii=False) + "\n",
    }
    there = [name for name in (study_file, claims_file) if (folder / name).exists()]
    if there:
        place = Place(shown(folder / there[0]))
        raise StudyError("this file is there already", do="choose another folder", place=place)
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / study_file
