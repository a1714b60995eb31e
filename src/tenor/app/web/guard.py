"""Who may ask, and what a browser may do with the answer: host, origin, token, size, and headers on every answer."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
COOKIE = "tenor_token"
LARGEST = 2_000_000
_SAFE = {"GET", "HEAD"}
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Whom a server answers.

    `hosts` are the names by which it may be called; none where it is reached under names that it does not know. Then
    a `token` is demanded of everybody.
    """

    hosts: frozenset[str]
    token: str = ""

    @classmethod
    def of(cls, host: str, port: int, token: str) -> Rules:
        """Return the rules for an address: of this machine only, or with a token."""
        if is_loopback(host):
            return cls(hosts=frozenset(f"{name}:{port}" for name in _LOOPBACK))
        return cls(hosts=frozenset(), token=token)


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach an address."""
    return host in {"127.0.0.1", "localhost", "::1", "[::1]"}


class Guard:
    """Stands before the app.

    Parameters
    ----------
    app
        What is asked.
    rules
        Whom it answers.
    """

    __slots__ = ("_app", "_rules")

    def __init__(self, app: App, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, refuse, or send on without the token in the address."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        answer = self._refusal(scope, headers) or self._without_token(scope, headers)
        if answer:
            await _answer(send, *answer)
            return
        await self._app(scope, _limited(receive), _with_headers(send))

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> tuple[int, str, list[tuple[bytes, bytes]]] | None:
        host = headers.get("host", "")
        if self._rules.hosts and host not in self._rules.hosts:
            return 400, "This address is not known here. Open the one that `tenor serve` printed.", []
        if scope["method"] not in {*_SAFE, "POST"}:
            return 405, "This can only be read, or sent as a form.", []
        if scope["method"] == "POST" and not _from_here(headers, host):
            return 403, "This form was sent from another site, and nothing was done.", []
        size = headers.get("content-length", "0")
        if not size.isdecimal() or int(size) > LARGEST:
            return 413, "This is too large.", []
        return None

    def _without_token(
        self, scope: Scope, headers: dict[str, str]
    ) -> tuple[int, str, list[tuple[bytes, bytes]]] | None:
        wanted = self._rules.token
        if not wanted:
            return None
        asked = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        given = next((value for name, value in asked if name == "token"), "")
        if given and secrets.compare_digest(given.encode(), wanted.encode()):
            left = urlencode([(name, value) for name, value in asked if name != "token"])
            path = "/" + scope["path"].lstrip("/")
            where = path + (f"?{left}" if left else "")
            cookie = f"{COOKIE}={wanted}; HttpOnly; SameSite=Lax; Path=/"
            kept = [(b"location", where.encode("latin-1", "ignore")), (b"set-cookie", cookie.encode())]
            return 303, "", kept
        if secrets.compare_digest(_cookie(headers.get("cookie", ""), COOKIE).encode(), wanted.encode()):
            return None
        return 403, "Open the address with the token that `tenor serve` printed.", []


def _from_here(headers: dict[str, str], host: str) -> bool:
    """Return whether a form was sent by one of our own pages, as far as the browser says.

    Under "no referrer" a browser names no origin when it sends a form, but says whether it is the same site's. The
    secret in every form, which `tenor.app.web.site` checks, is asked for in any case.
    """
    origin = headers.get("origin", "null")
    if origin != "null":
        return origin in {f"http://{host}", f"https://{host}"}
    return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}


def _cookie(text: str, name: str) -> str:
    try:
        found = SimpleCookie(text).get(name)
    except CookieError:
        return ""
    return found.value if found else ""


def _limited(receive: Receive) -> Receive:
    taken = 0

    async def limited() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        # As if the browser had gone away: what is sent without its length is not read to its end.
        return message if taken <= LARGEST else {"type": "http.disconnect"}

    return limited


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message["headers"] = [*message.get("headers", []), *HEADERS]
        await send(message)

    return sending


async def _answer(send: Send, status: int, text: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
    body = f"{HTTPStatus(status).phrase}. {text}\n".encode()
    plain = (b"content-type", b"text/plain; charset=utf-8")
    start = {
        "type": "http.response.start",
        "status": status,
        "headers": [plain, (b"content-length", str(len(body)).encode()), *headers, *HEADERS],
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
