"""Pages out of templates: every text is escaped, every hidden character made visible, every word translated."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

import jinja2
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tenor import grammar
from tenor.app.web.catalogue import LANGUAGES, OFFERED
from tenor.report import tables, words
from tenor.report.catalogue import LANGUAGES as DRAWN
from tenor.report.catalogue import catalogue
from tenor.report.verdicts import BADGES

if TYPE_CHECKING:
    from tenor.app.web.site import Ask

_WEB = re.compile(r"(https?://[^\s<>\"'\\]*[^\s<>\"'\\.,;:!?)\]])")
_HTTP = re.compile(r"https?://[^\s<>\"'\\]+", re.ASCII)
_LONGEST = 300


def page(ask: Ask, template: str, values: Mapping[str, object], status: int = 200) -> Response:
    """Return a page; for a part of a page that htmx asks for, the template sees `ask.htmx`."""
    shared = {
        "ask": ask,
        "t": ask.words.say,
        "counted": ask.words.counted,
        "whole": ask.words.number,
        "languages": [(name, LANGUAGES[name]) for name in OFFERED],
        "badges": BADGES,
        "secret": ask.site.secret,
        "problem": None,
    }
    lang = ask.words.lang if ask.words.lang in DRAWN else "en"
    html = _environment(lang).get_template(template).render({**shared, **values})
    return HTMLResponse(html.encode("utf-8", "backslashreplace"), status_code=status)


def go(address: str) -> Response:
    """Send the browser on, after a form was taken."""
    return RedirectResponse(address, status_code=303)


def link(path: str, values: Mapping[str, object] | None = None) -> str:
    """Return an address on this site.

    Examples
    --------
    >>> link("/documents/a b", {"span": "body:1:2", "claim": ""})
    '/documents/a%20b?span=body%3A1%3A2'
    """
    kept = {name: value for name, value in (values or {}).items() if value not in (None, "")}
    return quote(path, safe="/:") + (f"?{urlencode(kept)}" if kept else "")


@cache
def _environment(lang: str) -> jinja2.Environment:
    say = catalogue(lang)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(str(files("tenor.app.web") / "templates")),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "ratio": words.ratio,
        "apart": lambda value, unit: words.apart(value, unit, say),
        "number": words.number,
        "percent": words.percent,
        "probability": words.probability,
        "pieces": pieces,
        "short": short,
        "moment": moment,
        "cell": _cell,
    }
    environment.globals |= {
        "interval": lambda low, high: words.interval(low, high, say),
        "unit_of": lambda measure: words.unit_of(measure, say),
        "query_of": lambda query, own=False: words.query_of(query, say, own=own),
        "value_of": words.value_of,
        "capital": words.capital,
        "listed": grammar.listed,
        "n_windows": tables.n_windows,
        "relations": words.RELATIONS,
        "link": link,
        "web": web,
    }
    return environment


def _final(value: object) -> object:
    return words.seen(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _cell(value: object) -> str:
    if value is None or value == "":
        return words.NOTHING
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return words.number(value)
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return moment(value) if isinstance(value, dt.datetime) else str(value)


def moment(value: dt.datetime) -> str:
    """Return a moment in UTC, to the minute."""
    return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


def short(text: str, most: int = _LONGEST) -> str:
    """Return the beginning of a text on one line; a title may be a megabyte."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[: most - 1]}…"


def web(address: str) -> str:
    """Return an address of the web that may become a link, or "".

    Examples
    --------
    >>> web("https://example.org/a"), web("javascript:alert(1)"), web("https://a\u202e.org")
    ('https://example.org/a', '', '')
    """
    fine = len(address) < 2_000 and _HTTP.fullmatch(address) and words.seen(address) == address
    return address if fine else ""


def pieces(text: str) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is a web address that may become a link."""
    parts = _WEB.split(text[:10_000])
    return [(part, bool(number % 2) and bool(web(part))) for number, part in enumerate(parts) if part]
