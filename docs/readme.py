"""Draw the README's charts and write its console text, from the bundled example: ``make readme``."""

from __future__ import annotations

import io
import re
import shutil
import sys
import tempfile
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path

from tenor.app.cli import run
from tenor.report.charts import chart_png, specification_strip, timeline
from tenor.results import Audit
from tenor.study import Study
from tenor.testing import example_folder

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"(<!-- tenor audit -->\n```\n)(.*?)(```\n)", re.DOTALL)


def audited(folder: Path) -> tuple[Audit, str]:
    """Return the audit of the debates example, and what `tenor audit` prints."""
    shutil.copytree(example_folder("debates"), folder)
    study = Study.open(folder)
    study.preregister()
    study.add()
    printed = io.StringIO()
    with redirect_stdout(printed):
        run(["audit", "--study", str(folder)])
    return study.audit(), printed.getvalue()


def with_console(readme: str, printed: str) -> str:
    """Return the README with what `tenor audit` prints now."""
    return BLOCK.sub(lambda found: f"{found[1]}{printed}{found[3]}", readme)


def draw(audit: Audit, folder: Path) -> None:
    """Draw the timeline and the ways of counting, light and dark."""
    second = audit.verdicts[1].findings[0]
    share = replace(audit.measures[0], numerator="clips", denominator="all clips")
    series = replace(audit.series[0], measure=share)
    for dark in (False, True):
        mode = "dark" if dark else "light"
        chart_png(timeline(series, narrow=False), folder / f"timeline-{mode}.png", dark)
        chart_png(specification_strip(second, share, narrow=False), folder / f"ways-{mode}.png", dark)


def main() -> None:
    """Rewrite README.md and its images."""
    with tempfile.TemporaryDirectory() as folder:
        audit, printed = audited(Path(folder) / "debates")
    draw(audit, ROOT / "docs" / "images")
    readme = ROOT / "README.md"
    readme.write_text(with_console(readme.read_text(encoding="utf-8"), printed), encoding="utf-8")
    sys.stdout.write(f"{readme}\n")


if __name__ == "__main__":
    main()
