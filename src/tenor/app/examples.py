"""The demo: the bundled examples, run from copy to report."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tenor.errors import ModelMissing, Place, StudyError, shown
from tenor.results import Audit
from tenor.study import Study
from tenor.testing import example_folder

EXAMPLES = ("debates", "hurricanes", "harbour")
# What an example has besides figures, in the order in which it is added.
ARTICLES = ("articles.jsonl", "articles-later.jsonl")
CODES = "codes.csv"


def run_example(name: str, folder: Path, say: Callable[[str], None] = lambda _: None) -> tuple[Audit, Path]:
    """Copy an example, import its figures and articles, read them, audit its claims, write its report.

    Parameters
    ----------
    name
        Of the example.
    folder
        Where its copy goes.
    say
        Told what is being done, and what is left out where the model is not installed.

    Raises
    ------
    StudyError
        The folder holds something that is no earlier demo.
    """
    target = folder / name
    if target.exists():
        if not (target / "tenor.yaml").is_file():
            raise StudyError("this folder holds something else", do="name another", place=Place(shown(target)))
        shutil.rmtree(target)
    shutil.copytree(example_folder(name), target)
    study = Study.open(target, say=say)
    study.preregister()
    study.add()
    if (target / ARTICLES[0]).is_file():
        _read(study, target, say)
    path = study.report()
    return study.audit(), path


def _read(study: Study, target: Path, say: Callable[[str], None]) -> None:
    """Add the articles one file after the other, read their sentences, import the codes."""
    for name in ARTICLES:
        if (target / name).is_file():
            study.add([target / name])
    say("reading sentences")
    try:
        study.annotate()
    except ModelMissing as missing:
        say(f"what is in the sentences is left out: {missing}")
    if (target / CODES).is_file():
        study.code(target / CODES)
