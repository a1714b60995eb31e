"""The page that says which keys do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tenor.app.web.render import page

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask


def keys(ask: Ask) -> Response:
    """List the keys."""
    return page(ask, "help.html.j2", {})
