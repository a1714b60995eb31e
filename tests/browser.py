"""A real browser for tests: Debian's Chromium, offline, driven by Playwright."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium() -> str:
    """Return the path of a Chromium; install it where that is possible, else say what to type."""
    given = os.environ.get("CHROMIUM")
    found = given or _on_path()
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        for command in (["apt-get", "update"], ["apt-get", "install", "-y", "chromium"]):
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        found = _on_path()
    if not found:
        pytest.fail("no Chromium here; type: sudo apt-get update && sudo apt-get install -y chromium")
    return found


def _on_path() -> str | None:
    return next((path for path in map(shutil.which, NAMES) if path), None)


def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=chromium(), args=list(ARGUMENTS))
