"""The app: addresses, the one way in for every request, and a plain page for every mistake."""

from __future__ import annotations

import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tenor.app.web import static
from tenor.app.web.catalogue import LANGUAGES, chosen, words
from tenor.app.web.guard import Guard, Rules
from tenor.app.web.render import page
from tenor.app.web.site import Ask, Site
from tenor.errors import Busy, MissingInput, TenorError, UnknownName

if TYPE_CHECKING:
    from tenor.app.web.guard import App

Page = Callable[[Ask], Response]
LANGUAGE = "tenor_lang"
_PAGES = "tenor.app.web.pages"
# Path, module and function; a module is loaded when its first page is asked for.
READ = (
    ("/", "start.start"),
    ("/claims/new", "write.new"),
    ("/claims/edit", "write.edit"),
    ("/claims/{claim}", "claim.claim"),
    ("/claims/{claim}/passages", "claim.passages"),
    ("/documents", "documents.documents"),
    ("/documents/{doc}", "document.document"),
    ("/search", "search.search"),
    ("/copies", "copies.copies"),
    ("/copies/{copy}", "copies.family"),
    ("/compare", "compare.compare"),
    ("/quality", "quality.quality"),
    ("/statements", "statements.statements"),
    ("/promises", "ledger.ledger"),
    ("/promises/{item}", "ledger.item"),
    ("/predictions", "ledger.ledger"),
    ("/predictions/{item}", "ledger.item"),
    ("/downloads", "downloads.downloads"),
    ("/downloads/{table}.csv", "downloads.table"),
    ("/runs", "runs.runs"),
    ("/runs/{run}", "runs.run"),
    ("/help", "help.keys"),
)
SENT = (
    ("/claims/new", "write.add"),
    ("/claims/edit", "write.save"),
    ("/compare", "compare.take"),
    ("/promises/confirm", "ledger.confirm"),
    ("/promises/{item}", "ledger.act"),
    ("/predictions/confirm", "ledger.confirm"),
    ("/predictions/{item}", "ledger.act"),
    ("/runs", "runs.start_run"),
    ("/runs/{run}/cancel", "runs.cancel"),
)
STATUS = {UnknownName: 404, MissingInput: 404, Busy: 503}
_log = logging.getLogger("tenor.app")


class Expired(TenorError):
    """A form is older than the server."""


def make_app(site: Site, rules: Rules) -> App:
    """Return the app of one study.

    Parameters
    ----------
    site
        The study.
    rules
        Whom it answers.
    """
    routes = [Route(path, _taking(site, where), methods=["POST"]) for path, where in SENT]
    routes += [Route(path, _showing(site, where), methods=["GET"]) for path, where in READ]
    routes += [Route("/static/{name}", static.asset), Route("/favicon.ico", static.icon)]

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        site.runs.close()
        site.reader.close()

    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={HTTPException: _no_such_page(site)})
    return Guard(app, rules)


def _showing(site: Site, where: str) -> Callable[[Request], Awaitable[Response]]:
    async def show(request: Request) -> Response:
        return await run_in_threadpool(_answer, where, asked(site, request))

    return show


def _taking(site: Site, where: str) -> Callable[[Request], Awaitable[Response]]:
    async def take(request: Request) -> Response:
        try:
            async with request.form(max_files=0, max_fields=500) as form:
                sent: dict[str, tuple[str, ...]] = {}
                for name, value in form.multi_items():
                    sent[name] = (*sent.get(name, ()), str(value))
        except ClientDisconnect:
            return Response(status_code=413)
        return await run_in_threadpool(_answer, where, asked(site, request, sent), sent=True)

    return take


def asked(site: Site, request: Request, sent: dict[str, tuple[str, ...]] | None = None) -> Ask:
    """Return what a request asks."""
    arguments: dict[str, tuple[str, ...]] = {}
    for name, value in request.query_params.multi_items():
        arguments[name] = (*arguments.get(name, ()), value)
    said = arguments.get("lang", ("",))[-1]
    before = request.cookies.get(LANGUAGE, "")
    lang = chosen(asked=said, before=before, accepted=request.headers.get("accept-language", ""))
    return Ask(
        site=site,
        path=request.url.path,
        words=words(lang),
        arguments=arguments,
        form=sent or {},
        parts={name: str(value) for name, value in request.path_params.items()},
        htmx="hx-request" in request.headers,
    )


def _check_secret(ask: Ask) -> None:
    """Refuse a form that no page of this server made."""
    if not secrets.compare_digest(ask.sent("secret").encode(), ask.site.secret.encode()):
        raise Expired("this form is older than the server, and nothing was done", do="reload the page it is on")


def _answer(where: str, ask: Ask, *, sent: bool = False) -> Response:
    """Make a page; whatever goes wrong is said on a page, with what to do about it."""
    try:
        if sent:
            _check_secret(ask)
        module, _, name = where.partition(".")
        make: Page = getattr(import_module(f"{_PAGES}.{module}"), name)
        answer = make(ask)
    except TenorError as error:
        answer = problem(ask, error)
    except Exception as error:
        _log.exception("a page failed: %s", ask.path)
        bug = TenorError(
            f"this is a bug in tenor: {type(error).__name__}", do="the terminal of `tenor serve` says more"
        )
        answer = problem(ask, bug, 500)
    answer.headers.setdefault("cache-control", "private, no-cache")
    said = ask.get("lang")
    if said in LANGUAGES:
        answer.set_cookie(LANGUAGE, said, httponly=True, samesite="lax", max_age=365 * 86_400)
    return answer


def problem(ask: Ask, error: TenorError, status: int = 0) -> Response:
    """Return a page that says what is wrong, where, and what to do."""
    status = status or next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
    every = getattr(error, "errors", (error,))
    try:
        title = ask.site.plan.title
    except TenorError:
        title = "tenor"
    return page(ask, "problem.html.j2", {"errors": every, "title": title, "status": status}, status)


def _no_such_page(site: Site) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def say(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        what = MissingInput("there is no such page", do="go back, or begin at the start page")
        return await run_in_threadpool(problem, asked(site, request), what, status)

    return say
