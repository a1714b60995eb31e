"""Files that pages load: styles, scripts, the chart library. All of them come from here, nothing from elsewhere."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from tenor.report.palette import PALETTE

if TYPE_CHECKING:
    from starlette.requests import Request

# Drawn by hand; a browser asks for one, and a page without it is a page with an error in its console.
_ICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="6" fill="#0072b2"/>'
    '<path d="M7 9h18M16 9v15" stroke="#fff" stroke-width="4" fill="none"/></svg>'
)
_KINDS = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}


async def asset(request: Request) -> Response:
    """Answer with a file, or with 304 where the browser has it."""
    name = str(request.path_params["name"])
    found = await run_in_threadpool(_file, name)
    if found is None:
        return Response("There is no such file.\n", status_code=404, media_type="text/plain")
    content, tag = found
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=_KINDS[name.rpartition(".")[2]], headers=headers)


async def icon(request: Request) -> Response:
    """Answer with the icon."""
    return Response(_ICON, media_type=_KINDS["svg"], headers={"cache-control": "private, max-age=86400"})


@cache
def _file(name: str) -> tuple[bytes, str] | None:
    makers: dict[str, Callable[[], str]] = {"tenor.css": styles, "vega.js": _vega, "icon.svg": lambda: _ICON}
    if name in makers:
        content = makers[name]().encode()
    elif name in {"app.js", "htmx.min.js"}:
        content = (files("tenor.app.web") / "static" / name).read_bytes()
    elif name == "report.js":
        content = (files("tenor.report") / "templates" / name).read_bytes()
    else:
        return None
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def styles() -> str:
    """Return the styles of the report, with those of the app behind them."""
    light, dark = (" ".join(f"--{name}: {colours[at]};" for name, colours in PALETTE.items()) for at in (0, 1))
    tones = "\n".join(f".tone-{name} {{ --tone: var(--{name}); }}" for name in PALETTE)
    report = files("tenor.report") / "templates"
    parts = [
        f":root {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}",
        *((report / name).read_text(encoding="utf-8") for name in ("report.css", "describe.css")),
        tones,
        (files("tenor.app.web") / "static" / "app.css").read_text(encoding="utf-8"),
    ]
    return "\n".join(parts)


def _vega() -> str:
    """Return the chart library; what makes it takes 200 MB, in a process that ends."""
    command = [sys.executable, "-m", "tenor.app.web.library"]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True, stdin=subprocess.DEVNULL).stdout.decode()  # noqa: S603
