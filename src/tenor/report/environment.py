"""How templates are filled: text of others is never markup, and every filter a page needs."""

from __future__ import annotations

import base64
import gzip
import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jinja2

from tenor import grammar
from tenor.report import tables, words
from tenor.report.export import csv_uri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tenor.evidence import Quoted
    from tenor.report.catalogue import Catalogue
    from tenor.report.export import Cell
    from tenor.report.figures import Figure
    from tenor.results import Finding

TEMPLATES = Path(__file__).with_name("templates")
_WEB = re.compile(r"(https?://[^\s<>\"'\\]*[^\s<>\"'\\.,;:!?)\]])")
_ADDRESS = re.compile(r"https?://[^\s<>\"'\\]+", re.IGNORECASE)
LONGEST_ADDRESS = 2_000
LONGEST_TITLE = 300


def environment(say: Catalogue) -> jinja2.Environment:
    """Return what fills templates, in a language."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_final,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "ratio": words.ratio,
        "apart": lambda value, unit: words.apart(value, unit, say),
        "times": lambda value: words.times(value, say),
        "change": lambda value: words.change(value, say),
        "number": words.number,
        "percent": words.percent,
        "probability": words.probability,
        "cell": lambda value: _cell(value, say),
        "pieces": _pieces,
        "marked": marked,
        "host": host,
        "title": _title,
        "csv": csv_uri,
        "both": both,
        "limits": _limits,
    }
    made.globals |= {
        "interval": lambda low, high: words.interval(low, high, say),
        "unit_of": lambda measure: words.unit_of(measure, say),
        "query_of": lambda query, own=False: words.query_of(query, say, own=own),
        "agreement": lambda agree, of: words.agreement(agree, of, say),
        "value_of": words.value_of,
        "capital": words.capital,
        "listed": lambda names: say.listed(list(names)),
        "counted": words.counted,
        "n_windows": tables.n_windows,
        "plural": grammar.counted,
    }
    return made


def _final(value: object) -> object:
    """Make control characters visible in whatever text reaches the page; what is marked safe stays."""
    return words.seen(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


def _cell(value: Cell, say: Catalogue) -> str:
    if value is None:
        return words.NOTHING
    if isinstance(value, bool):
        return say("yes" if value else "no")
    return words.number(value) if isinstance(value, int | float) else value


def _limits(findings: Iterable[Finding]) -> list[str]:
    """Return the limits of all findings of a claim, each once."""
    return list(dict.fromkeys(limit for item in findings for limit in item.limits))


def _pieces(text: str) -> list[tuple[str, bool]]:
    """Return a text in pieces, each with whether it is a web address that may become a link."""
    parts = _WEB.split(text)
    return [(part, bool(number % 2) and words.seen(part) == part) for number, part in enumerate(parts) if part]


def marked(item: Quoted) -> list[tuple[str, bool]]:
    """Return a passage in pieces, each with whether it is marked; marks that lie on each other are one."""
    found: list[tuple[str, bool]] = []
    at = 0
    for start, stop in sorted(item.marks):
        if stop <= at:
            continue
        found += [(item.text[at : max(start, at)], False), (item.text[max(start, at) : stop], True)]
        at = stop
    found.append((item.text[at:], False))
    return [(text, mark) for text, mark in found if text]


def host(address: str) -> str:
    """Return the host of a web address that may become a link, else nothing.

    Examples
    --------
    >>> host("https://quayside.example/2023/09/05"), host("javascript:alert(1)"), host("http://[")
    ('quayside.example', '', '')
    """
    if len(address) > LONGEST_ADDRESS or not _ADDRESS.fullmatch(address) or words.seen(address) != address:
        return ""
    try:
        return (urlsplit(address).hostname or "")[:80]
    except ValueError:  # brackets that hold no address
        return ""


def _title(text: str) -> str:
    return text if len(text) <= LONGEST_TITLE else f"{text[: LONGEST_TITLE - 1].rstrip()}…"


def both(figure: Figure) -> str:
    """Return the specifications of both widths packed together: they share their rows."""
    return packed(f'{{"wide":{figure.wide.spec},"narrow":{figure.narrow.spec}}}')


def packed(text: str) -> str:
    """Return a text as gzip in base64: the specification of a chart takes a sixth of its room so."""
    return base64.b64encode(gzip.compress(text.encode("utf-8", "surrogatepass"), 9, mtime=0)).decode("ascii")
