"""A claim: its bottom line with its limits, what stands behind it, and the passages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tenor.app.web.pages.start import standing
from tenor.app.web.render import link, page
from tenor.app.web.spans import around
from tenor.errors import MissingInput, TenorError, UnknownName
from tenor.studyfile import margin_in_words

if TYPE_CHECKING:
    import pyarrow as pa
    from starlette.responses import Response

    from tenor.app.web.results import Results
    from tenor.app.web.site import Ask
    from tenor.model import Claim
    from tenor.results import Verdict

_A_PAGE = 25
_TEXTS = """\
SELECT doc_id, outlet, title, text, url, lang FROM documents WHERE doc_id IN (SELECT unnest($ids))"""
SORTS = ("order", "low", "high")


def claim(ask: Ask) -> Response:
    """Show a claim: the bottom line first, with its limits."""
    site, name = ask.site, ask.part("claim")
    item, verdict, results, changed = _found(ask, name)
    findings = []
    for finding in verdict.findings if verdict and results else ():
        drawn = results.drawn_of(finding.hypothesis.id) if results else None
        findings.append((finding, drawn, _links(ask, name, finding.hypothesis.id)))
    limits = dict.fromkeys(limit for finding, _, _ in findings for limit in finding.limits)
    mine = {(f.hypothesis.measure.partition("@")[0], f.hypothesis.parameters) for f, _, _ in findings}
    over = [
        item for item in results.over if any(item.series.measure.name == measure for measure, _ in mine)
    ] if results else []  # fmt: skip
    values = {
        "claim": item,
        "verdict": verdict,
        "findings": findings,
        "limits": list(limits),
        "over": over,
        "results": results,
        "changed": changed,
        "margin_in_words": margin_in_words,
        "run": site.runs.current(),
        "ids": [other.id for other in site.claims_or_why()[0]],
    }
    return page(ask, "claim.html.j2", values)


def _found(ask: Ask, name: str) -> tuple[Claim, Verdict | None, Results | None, tuple[str, ...]]:
    """Return a claim as the file has it, or else as it was audited, with its verdict."""
    claims, _ = ask.site.claims_or_why()
    results, changed, _ = standing(ask)
    verdict = results.verdict(name) if results else None
    mine = next((item for item in claims if item.id == name), verdict.claim if verdict else None)
    if mine is None:
        raise UnknownName.of("claim", name, [item.id for item in claims])
    return mine, verdict, results, changed


def _links(ask: Ask, name: str, hypothesis: str) -> dict[str, str]:
    """Return where the passages of each window of a hypothesis are listed."""
    results, _, _ = standing(ask)
    assert results is not None
    here = link(f"/claims/{name}/passages", {"h": hypothesis})
    try:
        labels = ask.site.kept.places(results, hypothesis)["window"].unique().to_pylist()
    except MissingInput:
        return {}
    return {"": here} | {
        label: link(f"/claims/{name}/passages", {"h": hypothesis, "window": label}) for label in labels
    }


def passages(ask: Ask) -> Response:
    """List the passages behind a hypothesis, or the figures where it rests on counts."""
    item, verdict, results, _ = _found(ask, ask.part("claim"))
    if results is None or verdict is None:
        raise MissingInput("this claim was not audited yet", do="run the audit first")
    known = [finding.hypothesis.id for finding in verdict.findings]
    name = ask.get("h") or known[0]
    if name not in known:
        raise UnknownName.of("hypothesis", name, known)
    finding = next(f for f in verdict.findings if f.hypothesis.id == name)
    values: dict[str, object] = {"claim": item, "hypothesis": name, "known": known, "finding": finding}
    try:
        rows = ask.site.kept.places(results, name)
    except TenorError as error:
        return page(ask, "passages.html.j2", {**values, "why": str(error), "listed_rows": None, "total": 0})
    return page(ask, "passages.html.j2", {**values, "why": "", **_listed(ask, rows)})


def _listed(ask: Ask, rows: pa.Table) -> dict[str, object]:
    """Return one page of the rows that are asked for, with the words of texts, and how all of them spread."""
    import pyarrow as pa
    import pyarrow.compute as pc

    sort = ask.one_of("sort", SORTS, "order")
    facets: dict[str, list[tuple[str, int]]] = {}
    for column in ("window", "outlet", "speech"):
        if column not in rows.column_names:
            continue
        wanted = ask.get(column)
        others = rows
        for other in {"window", "outlet", "speech"} - {column}:
            if other in rows.column_names and ask.get(other):
                others = others.filter(pc.equal(others[other], pa.scalar(ask.get(other))))
        spread = {item["values"]: item["counts"] for item in pc.value_counts(others[column]).to_pylist()}
        facets[column] = [(value, count) for value, count in spread.items() if value]
        if wanted and wanted not in spread:
            facets[column].append((wanted, 0))
    for column in ("window", "outlet", "speech"):
        if column in rows.column_names and ask.get(column):
            rows = rows.filter(pc.equal(rows[column], pa.scalar(ask.get(column))))
    if sort != "order" and "value" in rows.column_names:
        rows = rows.sort_by([("value", "ascending" if sort == "low" else "descending")])
    at, last = ask.number("page", 1), max(1, -(-rows.num_rows // _A_PAGE))
    at = min(at, last)
    shown = rows.slice((at - 1) * _A_PAGE, _A_PAGE).to_pylist()
    figures = "doc_id" not in rows.column_names
    return {
        "listed_rows": shown
        if figures
        else [_quoted(ask, row, texts) for texts in [_texts(ask, shown)] for row in shown],
        "figures": figures,
        "columns": rows.column_names,
        "total": rows.num_rows,
        "facets": facets,
        "sort": sort,
        "at": at,
        "last": last,
    }


def _texts(ask: Ask, rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    ids = sorted({row["doc_id"] for row in rows if row["doc_id"]})
    return {row["doc_id"]: row for row in ask.site.reader.rows(_TEXTS, {"ids": ids})} if ids else {}


def _quoted(ask: Ask, row: dict[str, Any], texts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a passage as it is shown; a document that was removed since has none."""
    found = texts.get(row["doc_id"])
    day = row.get("date") or row.get("start") if "part" not in row else row.get("date")
    shown = {
        "gone": found is None,
        "doc_id": row["doc_id"],
        "outlet": row["outlet"],
        "day": day,
        "window": row["window"],
        "speech": row.get("speech") or "",
        "value": row.get("value"),
    }
    if found is None:
        return shown
    part, start, stop = _place(row)
    whole = found["title"] if part == "title" or not found["text"] else found["text"]
    before, inside, after = around(whole, start, stop) if stop else ("", "", whole[:300])
    span = f"{part}:{start}:{stop}" if stop else ""
    back = {"span": span, "claim": ask.part("claim"), "h": ask.get("h")}
    address = link(f"/documents/{row['doc_id']}", back) + ("#span" if span else "")
    return {
        **shown,
        "title": found["title"],
        "url": found["url"],
        "lang": found["lang"],
        "before": before,
        "inside": inside,
        "after": after,
        "address": address,
    }


def _place(row: dict[str, Any]) -> tuple[str, int, int]:
    """Return where a passage stands; (.., 0, 0) where the row is about the whole article."""
    if "part" not in row or row.get("stop") is None:
        return "body", 0, 0
    return row["part"] or "body", int(row["start"]), int(row["stop"])
