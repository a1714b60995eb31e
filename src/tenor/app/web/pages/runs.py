"""Runs: start one, watch it, cancel it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.app.web.render import go, link, page
from tenor.errors import UnknownName

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.runs import Run
    from tenor.app.web.site import Ask

# What a button may start; a measure is asked for on its own page.
STARTED = ("audit", "annotate", "refresh", "preregister")


def runs(ask: Ask) -> Response:
    """List the runs, and what can be started."""
    return page(ask, "runs.html.j2", {"runs": ask.site.runs.all(), "current": ask.site.runs.current()})


def run(ask: Ask) -> Response:
    """Show one run, as far as it is."""
    found = ask.site.runs.get(ask.part("run"))
    return page(ask, "run.html.j2", {"run": found, "next_page": after(found)})


def after(found: Run) -> str:
    """Return the page that shows what a run has worked out."""
    if found.kind == "measure":
        return link("/compare", {name: value for name, value in found.asked if name != "lang"})
    return {"annotate": "/quality", "refresh": "/documents"}.get(found.kind, "/")


def start_run(ask: Ask) -> Response:
    """Start a run, and show it."""
    kind = ask.sent("kind")
    if kind not in STARTED:
        raise UnknownName.of("kind of run", kind[:40], STARTED)
    found = ask.site.runs.start(kind, {"lang": ask.words.lang} if kind == "audit" else {})
    return go(link(f"/runs/{found.id}"))


def cancel(ask: Ask) -> Response:
    """Ask a run to stop, and show it."""
    found = ask.site.runs.cancel(ask.part("run"))
    return go(link(f"/runs/{found.id}"))
