"""The README shows what the commands print now, and names only what exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tenor.app.cli import cli
from tenor.study import Study
from tests.scripts import ROOT, loaded

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_console_text_is_what_audit_prints(tmp_path: Path) -> None:
    script = loaded("docs/readme.py")
    audit, printed = script.audited(tmp_path / "debates")
    assert printed
    assert script.with_console(README, printed) == README, "run `make readme`"
    own, binomial, _ = audit.verdicts[0].findings[0].alternatives
    for estimate in (own, binomial):
        assert f"{estimate.low:.2f} to {estimate.high:.2f}" in README
    assert "t = 2.09" in README


def test_commands_and_verbs_exist() -> None:
    named = set(re.findall(r"^tenor (\w+)", README, re.MULTILINE))
    assert len(named) >= 7
    assert named <= set(cli.commands)
    verbs = set(re.findall(r"study\.(\w+)\(", README))
    assert verbs
    assert all(hasattr(Study, verb) for verb in verbs)


@pytest.mark.parametrize("name", ["README.md", "examples/README.md", "CONTRIBUTING.md"])
def test_links_lead_somewhere(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    targets = re.findall(r'\]\((?!https?:)([^)#]+)\)|(?:src|srcset)="([^"]+)"', text)
    for target in (one or other for one, other in targets):
        assert (ROOT / name).parent.joinpath(target).exists(), target
