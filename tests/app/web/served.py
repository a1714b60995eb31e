"""A real server in a process of its own, asked over loopback."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Page

SECRET = re.compile(r'name="secret" value="([^"]+)"')


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@dataclass
class Served:
    """A server that runs."""

    address: str
    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    def ask(self, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a page, or send a form, without following where it leads."""
        where = urlsplit(self.address)
        assert where.hostname
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
        try:
            sent = {"Host": self.host, **(headers or {})}
            body = None
            if form is not None:
                body = urlencode(form)
                sent["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("GET" if form is None else "POST", path, body, sent)
            found = connection.getresponse()
            return Answer(found.status, {k.lower(): v for k, v in found.getheaders()}, found.read())
        finally:
            connection.close()

    def secret(self) -> str:
        """Return the secret of this server's forms."""
        found = SECRET.search(self.ask("/runs").text) or SECRET.search(self.ask("/claims/new").text)
        assert found
        return found[1]

    def send(self, path: str, form: Mapping[str, str]) -> Answer:
        """Send a form as a page of this server would."""
        return self.ask(path, {"secret": self.secret(), **form}, {"Origin": f"http://{self.host}"})


@contextmanager
def serving(folder: Path, *options: str, env: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Serve a study; at the end the server must go when it is told to, and must have said nothing bad."""
    command = [
        sys.executable,
        "-c",
        "from tenor.app.cli import main; main()",
        "serve",
        "--study",
        str(folder),
        "--port",
        "0",
        *options,
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)
    assert process.stdout
    address = process.stdout.readline().decode().strip()
    if not address:
        assert process.stderr
        raise AssertionError(process.stderr.read().decode())
    try:
        yield Served(address, folder, process)
    finally:
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert b"Traceback" not in said, said.decode()


@dataclass
class Seen:
    """A page with what it said and what it asked for."""

    page: Page
    address: str
    console: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page of the server and wait until it is ready."""
        self.page.goto(self.address.rstrip("/") + path)
        return self.ready()

    def ready(self) -> Page:
        """Wait until the page is ready."""
        self.page.locator("html[data-ready=true]").wait_for()
        return self.page

    def width(self) -> int:
        """Return how wide the page is."""
        return int(self.page.evaluate("document.documentElement.scrollWidth"))


@contextmanager
def opened(browser: Browser, served: Served, width: int = 1280, **options: Any) -> Iterator[Seen]:
    """Open a browser's window on a server."""
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    seen = Seen(context.new_page(), served.address)
    seen.page.on("console", lambda message: seen.console.append(message.text))
    seen.page.on("pageerror", lambda error: seen.console.append(str(error)))
    seen.page.on("dialog", lambda dialog: seen.console.append(f"dialog: {dialog.message}"))
    seen.page.on("request", lambda request: seen.requests.append(request.url))
    try:
        yield seen
    finally:
        context.close()
