"""The demo: the bundled examples, run from copy to report."""

from __future__ import annotations

import shutil
from pathlib import Path

from tenor.errors import Place, StudyError, shown
from tenor.model import Audit
from tenor.study import Study
from tenor.testing import example_folder

EXAMPLES = ("debates", "hurricanes")


def run_example(name: str, folder: Path) -> tuple[Audit, Path]:
    """Copy an example, import its figures, audit its claims, write its report.

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
    study = Study.open(target)
    study.preregister()
    study.add()
    path = study.report()
    return study.audit(), path
