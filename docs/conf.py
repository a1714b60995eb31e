"""How the documentation is built: Sphinx, furo, Markdown; nothing is loaded from elsewhere."""

from __future__ import annotations

import re
import sys
from importlib.metadata import version as version_of
from pathlib import Path
from typing import TYPE_CHECKING

from sphinx.errors import ExtensionError

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

project = "tenor"
author = "The tenor authors"
version = release = version_of("tenor")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build", "generated"]
templates_path = ["_templates"]

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
napoleon_google_docstring = False

html_theme = "furo"
html_title = "tenor"
html_copy_source = False
html_show_copyright = False
html_show_sphinx = False

# What a page could load, or lead to, outside this folder.
_OUTSIDE = re.compile(r"""(?:\b(?:src|href)=["']?|url\(["']?|@import\s+["'])((?:https?:)?//[^"')\s>]+)""")


def _generate(_app: Sphinx) -> None:
    from generate import write_all  # noqa: PLC0415  # it stands beside this file, known only from here on

    write_all(HERE / "generated")


def _refuse_outside(app: Sphinx, error: Exception | None) -> None:
    """Fail the build when a page or style names an address outside."""
    if error or app.builder.format != "html":
        return
    folder = Path(app.outdir)
    for path in sorted(item for item in folder.rglob("*") if item.suffix in {".html", ".css"}):
        if found := _OUTSIDE.search(path.read_text(encoding="utf-8")):
            raise ExtensionError(f"{path.relative_to(folder)} reaches outside: {found[1]}")


def setup(app: Sphinx) -> None:
    """Connect the two steps around the build."""
    app.connect("builder-inited", _generate)
    app.connect("build-finished", _refuse_outside)
