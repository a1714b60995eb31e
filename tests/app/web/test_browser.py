"""The app in a real browser: from a claim to its passages to the document and back, runs, two readers at once."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tenor.study import Study
from tests.app.web.served import Served, opened, serving

Scheme = Literal["light", "dark"]
SIGHTS: list[tuple[int, Scheme, str]] = list(product((390, 1280), ("light", "dark"), ("en", "ru")))


def test_from_a_claim_to_its_passages_to_the_document_and_back(browser: Browser, harbour: Served) -> None:
    with opened(browser, harbour) as seen:
        page = seen.go("/")
        page.get_by_role("link", name="gone cold").click()
        page = seen.ready()
        expect(page.locator(".verdict")).to_contain_text("Supported")
        expect(page.locator(".limits")).to_be_visible()
        page.get_by_role("link", name="Read the passages").click()
        page = seen.ready()
        listed = page.url
        marked = page.locator(".passage mark").first.inner_text()
        page.locator("a.open").first.click()
        page = seen.ready()
        assert page.url.endswith("#span")
        assert marked in page.locator("#span").evaluate_all("all => all.map(one => one.textContent)")[0]
        expect(page.locator("#span").first).to_be_focused()
        page.keyboard.press("b")
        page.wait_for_url(listed)
        seen.ready()
        assert seen.console == []
        assert all(url.startswith(harbour.address) for url in seen.requests)


def test_a_point_of_a_chart_leads_to_the_documents_of_its_days(browser: Browser, harbour: Served) -> None:
    with opened(browser, harbour) as seen:
        page = seen.go("/claims/half-as-much")
        figure = page.locator("figure.chart").last
        figure.scroll_into_view_if_needed()
        page.locator("figure.chart[data-ready=true]").last.wait_for()
        point = figure.locator(".wide [aria-label^='2023-09-05']").first
        point.dispatch_event("click")
        page.wait_for_url("**/documents?from=2023-09-05&to=*")
        seen.ready()
        assert page.locator(".hits li").count() > 0
        assert seen.console == []


def test_a_run_is_started_watched_and_cancelled(browser: Browser, own: Path) -> None:
    with serving(own) as served, opened(browser, served) as seen, opened(browser, served) as other:
        page = seen.go("/")
        page.get_by_role("button", name="Answer the claims", exact=True).click()
        page = seen.ready()
        expect(page.locator("#progress")).to_have_attribute("data-stage", "running", timeout=20_000)
        run = page.url
        page.goto("about:blank")  # this browser goes away
        watching = other.go("/")
        watching.get_by_role("link", name="Watch it").click()
        watching = other.ready()
        assert watching.url == run
        expect(watching.locator(".said")).to_contain_text("answering the claims", timeout=20_000)
        watching.get_by_role("button", name="Cancel").click()
        watching = other.ready()
        expect(watching.locator("#progress")).to_have_attribute("data-stage", "cancelled", timeout=30_000)
        page.goto(run)
        expect(page.locator("#progress")).to_have_attribute("data-stage", "cancelled")
        assert seen.console == other.console == []


@pytest.mark.parametrize(("width", "scheme", "lang"), SIGHTS)
def test_every_page_is_sound(width: int, scheme: Scheme, lang: str, browser: Browser, harbour: Served) -> None:
    with opened(browser, harbour, width, color_scheme=scheme, locale=lang) as seen:
        for path in PAGES:
            page = seen.go(path)
            assert page.locator("html").get_attribute("lang") == lang
            assert seen.width() <= width, path
            assert seen.console == [], path


def test_filters_stand_in_the_address_and_keys_do_what_the_mouse_does(browser: Browser, harbour: Served) -> None:
    with opened(browser, harbour) as seen:
        page = seen.go("/documents")
        page.locator("select[name=outlet]").select_option("Tidewire")
        page.wait_for_url("**outlet=Tidewire**")
        expect(page.locator("#rows > .fine")).to_contain_text("27 articles")
        page.go_back()
        seen.ready()
        expect(page.locator("#rows > .fine")).to_contain_text("215 articles")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/documents/*")
        page = seen.ready()
        before = page.locator(".m").count()
        page.locator("input[value=feeling]").check()
        page.wait_for_url("**show=feeling**")
        expect(page.locator(".m.c5, .m.c7, .m.c3, .m.c1").first).to_be_attached()
        page.wait_for_function(f"document.querySelectorAll('.m').length > {before}")
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("n")
        first = page.evaluate("document.activeElement.id")
        page.keyboard.press("n")
        assert first != page.evaluate("document.activeElement.id")
        page.keyboard.press("p")
        assert first == page.evaluate("document.activeElement.id")
        page.keyboard.press("/")
        page.keyboard.type("harbour")
        page.keyboard.press("Enter")
        page.wait_for_url("**/search?q=harbour")
        seen.ready()
        page.keyboard.press("g")
        page.keyboard.press("c")
        page.wait_for_url(harbour.address)
        page = seen.ready()
        page.keyboard.press("?")
        page.wait_for_url("**/help")
        assert seen.ready().locator("kbd").count() > 5
        assert seen.console == []


def test_a_promise_is_confirmed_and_resolved(browser: Browser, own: Path) -> None:
    with serving(own) as served, opened(browser, served) as seen:
        page = seen.go("/promises")
        proposal = page.locator(".proposal", has_text="north quay will be open again").first
        proposal.locator("summary").click()
        proposal.get_by_label("What").fill("The north quay opens by 31 March")
        proposal.get_by_label("Your name").fill("ann")
        proposal.get_by_role("button", name="Confirm", exact=True).click()
        page = seen.ready()
        expect(page.locator("h1")).to_contain_text("The north quay opens by 31 March")
        expect(page.locator("dl")).to_contain_text("in force")
        page.get_by_label("Outcome").select_option("broken")
        page.get_by_role("button", name="Enter it").click()
        page = seen.ready()  # it says what is missing, and keeps what was chosen
        expect(page.get_by_role("alert")).to_be_visible()
        expect(page.get_by_label("Outcome")).to_have_value("broken")
        page.get_by_label("Where you looked").fill("all articles of April, for the north quay")
        page.get_by_label("Your name").first.fill("ann")
        page.get_by_role("button", name="Enter it").click()
        page = seen.ready()
        expect(page.locator("dl").first).to_contain_text("broken")
        expect(page.locator("#log tbody tr")).to_have_count(2)
        page.locator(".passage a.open").first.click()
        assert "north quay" in seen.ready().locator("#span").first.inner_text()
        assert [line for line in seen.console if "422" not in line] == []
    found = Study.open(own).promises.at()
    assert [(item.state, item.resolutions[0].by) for item in found if "north quay opens" in item.what] == [
        ("broken", "ann")
    ]


PAGES = (
    "/",
    "/claims/cold",
    "/claims/cold/passages?h=H2",
    "/documents",
    "/search?q=harbour",
    "/copies",
    "/compare?measure=tone.arousal",
    "/quality",
    "/statements",
    "/promises",
    "/predictions",
    "/downloads",
    "/claims/new",
    "/claims/edit",
    "/runs",
    "/help",
)
