"""Every dependency has its line, and none of those installed along is under the GPL or AGPL."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([\w.-]+) \| ([\w.-]+) \| (\S.*) \|$", re.MULTILINE)


def declared() -> dict[str, list[Requirement]]:
    """Return the requirements of pyproject.toml by the heading of the page that lists them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    lines = {
        "To run tenor": project["project"]["dependencies"],
        "To test and document it": [line for extra in extras.values() for line in extra],
        "To build it": project["build-system"]["requires"],
    }
    return {
        heading: [item for item in map(Requirement, group) if item.name != "tenor"] for heading, group in lines.items()
    }


def page() -> dict[str, dict[str, str]]:
    """Return the licence of every dependency in docs/dependencies.md, by heading."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    sections = re.split(r"^## (.+)$", text, flags=re.MULTILINE)[1:]
    return {
        heading: {name: licence for name, licence, _ in ROW.findall(body) if name != "dependency"}
        for heading, body in zip(sections[::2], sections[1::2], strict=True)
    }


def test_every_requirement_has_its_line_and_every_line_its_requirement() -> None:
    wanted = {heading: sorted(item.name for item in group) for heading, group in declared().items()}
    assert {heading: sorted(rows) for heading, rows in page().items()} == wanted


# --- licences --------------------------------------------------------------------------------------

# As classifiers and free texts write what the page writes in SPDX.
CLASSIFIED = {
    "Apache-2.0": ("Apache",),
    "BSD-2-Clause": ("BSD License", "BSD-2-Clause"),
    "BSD-3-Clause": ("BSD License", "BSD-3-Clause"),
    "MIT": ("MIT",),
    "MPL-2.0": ("MPL-2.0", "Mozilla Public License 2.0"),
}
COPYLEFT = re.compile(r"(?<!L)(AGPL|GPL)|GNU (Affero )?General Public", re.IGNORECASE)


def licence_of(package: PackageMetadata) -> str:
    """Return what a package says of its licence: SPDX if it does, else classifiers, else the first line."""
    if "License-Expression" in package:
        return package["License-Expression"]
    classifiers = [item for item in package.get_all("Classifier") or () if item.startswith("License")]
    if classifiers:
        return " AND ".join(item.rpartition(" :: ")[2] for item in classifiers)
    return package["License"].partition("\n")[0] if "License" in package else ""


def is_copyleft(licence: str) -> bool:
    """Return whether every way to take a licence leads to GPL or AGPL; an exception for linking frees it."""
    parts = re.split(r"\bOR\b", licence)
    return all(any(_binds(item) for item in re.split(r"\bAND\b", part)) for part in parts)


def _binds(part: str) -> bool:
    return bool(COPYLEFT.search(part)) and " WITH " not in part


def installed_along(names: list[Requirement]) -> dict[str, PackageMetadata]:
    """Return the metadata of requirements and of all that these require on this machine."""
    found: dict[str, PackageMetadata] = {}
    waiting = [(item, frozenset({""})) for item in names]
    while waiting:
        item, extras = waiting.pop()
        name = canonicalize_name(item.name)
        if item.marker and not any(item.marker.evaluate({"extra": extra}) for extra in extras):
            continue
        if name not in found:
            found[name] = metadata(name)
            below = frozenset({"", *item.extras})
            waiting += [(Requirement(line), below) for line in requires(name) or ()]
    return found


def test_nothing_that_runs_with_tenor_is_copyleft() -> None:
    packages = installed_along(declared()["To run tenor"])
    assert {"altair", "duckdb", "narwhals", "typing-extensions"} <= set(packages)
    licences = {name: licence_of(package) for name, package in packages.items()}
    assert {name: licence for name, licence in licences.items() if is_copyleft(licence)} == {}
    assert [name for name, licence in licences.items() if not licence] == [], "these name no licence"


LISTED = [(name, licence) for rows in page().values() for name, licence in rows.items()]


@pytest.mark.parametrize(("name", "licence"), LISTED, ids=[name for name, _ in LISTED])
def test_the_page_names_the_licence_that_the_package_names(name: str, licence: str) -> None:
    try:
        said = licence_of(metadata(name))
    except PackageNotFoundError:
        pytest.skip("not installed here")
    assert any(words in said for words in CLASSIFIED[licence]), said


@pytest.mark.parametrize(
    ("licence", "copyleft"),
    [
        ("GPL-3.0-or-later", True),
        ("AGPL-3.0-only", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("MIT AND GPL-2.0-only", True),
        ("MIT OR GPL-2.0-only", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("LGPL-2.1-or-later", False),
        ("GNU Lesser General Public License v3 (LGPLv3)", False),
        ("BSD License", False),
        ("MPL-2.0", False),
    ],
)
def test_copyleft_is_recognised(licence: str, copyleft: bool) -> None:
    assert is_copyleft(licence) is copyleft
