"""Photograph every page of the reports: ``make screenshots``; both widths, light and dark, in every language."""

from __future__ import annotations

import sys
import tempfile
from itertools import product
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, sync_playwright
from tests.browser import launch

from tenor.app.examples import run_example
from tenor.report.catalogue import LANGUAGES
from tenor.report.describe import write_description
from tenor.report.form import Form
from tenor.study import Study

ROOT = Path(__file__).parents[1]
EXAMPLES = ("debates", "harbour")
WIDTHS = (390, 1280)
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TALLEST = 14_000
"""A page that is longer is photographed in pieces of so many pixels."""


def photograph(browser: Browser, page: Path, folder: Path, name: str) -> None:
    """Save a page in both widths, light and dark, with every chart alive."""
    for width, scheme in product(WIDTHS, SCHEMES):
        context = browser.new_context(viewport={"width": width, "height": 900}, offline=True, color_scheme=scheme)
        shown = context.new_page()
        shown.goto(page.as_uri())
        figures = shown.locator("figure.chart")
        for number in range(figures.count()):
            figures.nth(number).scroll_into_view_if_needed()
            shown.locator("figure.chart[data-ready=true]").nth(number).wait_for()
        height = int(shown.evaluate("document.documentElement.scrollHeight"))
        for part, top in enumerate(range(0, height, TALLEST)):
            path = folder / f"{name}-{width}-{scheme}{f'-{part + 1}' if height > TALLEST else ''}.png"
            shown.screenshot(
                path=path, full_page=True, clip={"x": 0, "y": top, "width": width, "height": min(TALLEST, height - top)}
            )
        context.close()


def main(folder: Path) -> None:
    """Write the reports of the examples into a temporary folder and photograph them."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made, sync_playwright() as playwright:
        browser = launch(playwright)
        for name in EXAMPLES:
            run_example(name, Path(made))
            study = Study.open(Path(made) / name)
            for lang in LANGUAGES:
                photograph(browser, study.report(Path(made) / lang, form=Form(lang=lang)), folder, f"{name}-{lang}")
            photograph(browser, study.report(Path(made) / "p", form=Form(public=True)), folder, f"{name}-public")
            photograph(browser, write_description(study.describe(), Path(made) / "d"), folder, f"{name}-describe")
        browser.close()
    sys.stdout.write(f"{folder}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "demo" / "screenshots")
