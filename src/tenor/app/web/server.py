"""Serving a study on this machine: the address, who may ask, and how it ends."""

from __future__ import annotations

import errno
import logging
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path

import uvicorn

from tenor.app.web.guard import Rules, is_loopback
from tenor.errors import Busy, StudyError

TOKEN = "TENOR_TOKEN"  # noqa: S105 - the name of a variable
_SHORTEST = 16


def serve(folder: Path, host: str, port: int, say: Callable[[str], None]) -> None:
    """Serve a study until it is interrupted.

    Parameters
    ----------
    folder
        The study's folder.
    host
        An address of this machine. Of any but a loopback address a token is demanded; it is made anew each time
        unless the environment variable ``TENOR_TOKEN`` has one.
    port
        0 for any that is free.
    say
        Told the address, once it answers.

    Raises
    ------
    TenorError
        There is no study, or the port is taken.
    """
    from tenor.app.web.app import make_app
    from tenor.app.web.site import Site

    site = Site(folder.resolve())
    site.study()
    token = "" if is_loopback(host) else _token()
    listening = _listening(host, port)
    port = listening.getsockname()[1]
    logging.basicConfig(level=logging.WARNING)
    config = uvicorn.Config(
        make_app(site, Rules.of(host, port, token)),
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
        ws="none",
    )
    shown = "127.0.0.1" if is_loopback(host) else host
    address = f"http://{shown}:{port}/{f'?token={token}' if token else ''}"
    _Server(config, lambda: say(address)).run(sockets=[listening])


class _Server(uvicorn.Server):
    """Says its address once it answers, and not before."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self._ready()


def _token() -> str:
    given = os.environ.get(TOKEN, "")
    if given and len(given) < _SHORTEST:
        raise StudyError(f"{TOKEN} is too short to keep anybody out", do=f"give it {_SHORTEST} characters or more")
    return given or secrets.token_urlsafe(24)


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens.

    Raises
    ------
    TenorError
        The port is taken, or is none of ours; the address is not of this machine.
    """
    name = "127.0.0.1" if host == "localhost" else host.strip("[]")
    family = socket.AF_INET6 if ":" in name else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((name, port))
        listening.listen(128)
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            do = f"use another: `tenor serve --port {port + 1}`, or `--port 0` for any that is free"
            raise Busy(f"port {port} is in use, perhaps by another `tenor serve`", do=do) from error
        do = "name an address of this machine, and a port from 1024 to 65535"
        raise StudyError(f"nothing can be served at {host}:{port}: {error.strerror}", do=do) from error
    return listening
