"""A document to read, with whatever coders marked in it, layer by layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tenor.app.web.render import link, page
from tenor.app.web.spans import MOST, Mark, cut, span_of
from tenor.errors import MissingInput
from tenor.tables import TABLES

if TYPE_CHECKING:
    from starlette.responses import Response

    from tenor.app.web.site import Ask

_DOCUMENT = """\
SELECT documents.*, articles.day AS day, articles.copy_id AS copy_id, articles.why_undated AS why_undated
FROM documents LEFT JOIN articles USING (doc_id) WHERE doc_id = $id"""
_VERSIONS = """\
SELECT doc_id, version, changed, first_seen, deleted FROM documents
WHERE outlet = $outlet AND native_id = $native AND native_id <> '' ORDER BY version"""
_FAMILY = "SELECT count(*) AS n FROM articles WHERE copy_id = $copy"
_ROUNDS = 'SELECT round, "by", cue, part, start, stop FROM assignments WHERE doc_id = $id'
_ANNOTATIONS = """\
SELECT part, start, stop, variable, value, actor, coder, score FROM annotations WHERE doc_id = $id ORDER BY start"""
_SCORES = """\
SELECT part, start, stop, speech, coder, valence, arousal, lexicon_valence, lexicon_arousal, emotions
FROM scores WHERE doc_id = $id ORDER BY part DESC, start"""
_BOILERPLATE = "SELECT start, stop, why FROM boilerplate WHERE doc_id = $id"
_STATEMENTS = "SELECT * FROM statements WHERE doc_id = $id ORDER BY start"
_TOMBSTONE = 'SELECT "at", why FROM tombstones WHERE doc_id = $id'
# Shown where nobody says what to show; feelings are too many to read past.
_USUAL = ("mention", "quote", "loaded", "generalisation", "statement")
# Each layer that is shown from the beginning has a colour of its own; the others take turns.
_OWN = {
    "mention": 0,
    "quote": 2,
    "loaded": 1,
    "generalisation": 3,
    "statement:source": 5,
    "statement:cue": 6,
    "statement": 4,
}
_TURNS = (5, 7, 3, 1)


def document(ask: Ask) -> Response:
    """Show a document and what is marked in it."""
    name = ask.part("doc")
    found = ask.site.reader.rows(_DOCUMENT, {"id": name})
    if not found:
        raise _missing(ask, name)
    row = found[0]
    marks = list(_marks(ask, row))
    layers = Counter(mark.layer for mark in marks)
    shown = _shown(ask, layers)
    drawn = [mark for mark in marks if mark.layer in shown][:MOST]
    span = span_of(ask.get("span"))
    drawn += [Mark(part=span[0], start=span[1], stop=span[2], layer="span", about="")] if span else []
    plan = ask.site.plan
    values = {
        "doc": row,
        "title": cut(row["title"], _of(drawn, "title")),
        "title_marks": _of(drawn, "title"),
        "body": cut(row["text"], _of(drawn, "body")),
        "body_marks": _of(drawn, "body"),
        "layers": [
            (layer, count, layer in shown, _colour(layer, number))
            for number, (layer, count) in enumerate(sorted(layers.items()))
        ],
        "colours": {layer: _colour(layer, number) for number, layer in enumerate(sorted(layers))},
        "left_out": max(0, sum(layers[layer] for layer in shown) - MOST),
        "sentences": _sentences(ask, row),
        "versions": ask.site.reader.rows(_VERSIONS, {"outlet": row["outlet"], "native": row["native_id"]}),
        "family": ask.site.reader.rows(_FAMILY, {"copy": row["copy_id"]})[0]["n"] if row["copy_id"] else 0,
        "rounds": ask.site.reader.rows(_ROUNDS, {"id": name}),
        "labels": {item.id: item.label for item in plan.rounds},
        "span": span,
        "back": _back(ask),
    }
    return page(ask, "document.html.j2", values)


def _missing(ask: Ask, name: str) -> MissingInput:
    """Say of a document that is not there whether it was removed."""
    gone = ask.site.reader.rows(_TOMBSTONE, {"id": name})
    if gone:
        what = f"this document was removed on {gone[0]['at']:%Y-%m-%d}: {gone[0]['why'] or 'no reason was given'}"
        return MissingInput(
            what, do="nothing of it is kept; verdicts that counted it change when the audit is run again"
        )
    return MissingInput(f"there is no document '{name[:80]}'", do="search for it, or see the list of documents")


def _shown(ask: Ask, layers: Counter[str]) -> set[str]:
    """Return the layers that are asked for; the usual ones where nothing is said."""
    if "show" in ask.arguments:
        return set(ask.all("show")) & set(layers)
    return {layer for layer in layers if layer.partition(":")[0] in _USUAL}


def _colour(layer: str, number: int) -> int:
    """Return the number of a layer's colour."""
    return _OWN.get(layer, _OWN.get(layer.partition(":")[0], _TURNS[number % len(_TURNS)]))


def _of(marks: list[Mark], part: str) -> list[Mark]:
    return [mark for mark in marks if mark.part == part]


def _marks(ask: Ask, row: dict[str, Any]) -> Iterator[Mark]:
    """Yield everything that is marked in a document, by models, rules, people and the search."""
    reader, of = ask.site.reader, {"id": row["doc_id"]}
    actors = {actor.id: actor.name for actor in ask.site.plan.actors}
    for item in reader.rows(_ANNOTATIONS, of):
        who = actors.get(item["actor"], item["actor"])
        about = ": ".join(part for part in (item["value"], who) if part)
        yield _mark(item, item["variable"], about, item["coder"])
    for item in reader.rows(_SCORES, of):
        if item["speech"] != "narration":
            yield _mark(item, "speech", item["speech"], item["coder"])
    for item in reader.rows(_BOILERPLATE, of):
        yield _mark({**item, "part": "body"}, "boilerplate", item["why"], "")
    for item in reader.rows(_ROUNDS, of):
        if item["stop"]:
            yield _mark({**item, "part": "title" if item["part"] == "title" else "body"}, "round", item["cue"], "")
    yield from _codes(ask, row)
    yield from _statements(ask, row)


def _mark(item: dict[str, Any], layer: str, about: str, coder: str) -> Mark:
    part = "title" if item["part"] == "title" else "body"
    return Mark(part=part, start=item["start"], stop=item["stop"], layer=layer, about=about, coder=coder)


def _codes(ask: Ask, row: dict[str, Any]) -> Iterator[Mark]:
    """Yield what people coded in a document, a layer a coder."""
    from tenor.coding.codes import codes
    from tenor.corpus.human import HUMAN_FILE, Journal

    path = ask.site.folder / HUMAN_FILE
    if not path.is_file():
        return
    stamp = path.stat().st_mtime_ns
    table = ask.site.reader.remembered(("codes", stamp), lambda: codes(Journal(path)).to_pylist())
    for item in table:
        if item["doc_id"] == row["doc_id"] and item["start"] is not None:
            about = " ".join(part for part in (item["variable"], item["actor"], item["value"]) if part)
            yield _mark({**item, "part": "body"}, f"people:{item['coder']}", about, item["coder"])


def _statements(ask: Ask, row: dict[str, Any]) -> Iterator[Mark]:
    """Yield who says what in a document."""
    if "statements" not in TABLES:
        return
    for item in ask.site.reader.rows(_STATEMENTS, {"id": row["doc_id"]}):
        said = f"{item['kind']}, {item['actor'] or 'unnamed speaker'}"
        for start, stop in item["content"]:
            yield _mark({**item, "start": start, "stop": stop}, f"statement:{item['kind']}", said, item["coder"])
        for name in ("source", "cue"):
            if item[f"{name}_start"] >= 0:
                place = {**item, "start": item[f"{name}_start"], "stop": item[f"{name}_stop"]}
                yield _mark(place, f"statement:{name}", said, item["coder"])


def _sentences(ask: Ask, row: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the sentences as they were scored, each with where it stands."""
    found = []
    for item in ask.site.reader.rows(_SCORES, {"id": row["doc_id"]})[:400]:
        whole = row["title"] if item["part"] == "title" else row["text"]
        span = f"{item['part']}:{item['start']}:{item['stop']}"
        valence = item["valence"] if item["valence"] is not None else item["lexicon_valence"]
        arousal = item["arousal"] if item["arousal"] is not None else item["lexicon_arousal"]
        found.append(
            {
                "address": ask.address({"span": span}) + "#span",
                "words": whole[item["start"] : item["stop"]][:160],
                "speech": item["speech"],
                "valence": valence,
                "arousal": arousal,
                "emotions": item["emotions"] or [],
            }
        )
    return found


def _back(ask: Ask) -> tuple[str, str] | None:
    """Return where the reader came from, as the address says: the passages of a claim, or a search."""
    if claim := ask.get("claim"):
        return link(
            f"/claims/{claim}/passages", {"h": ask.get("h")}
        ), f"{ask.words.say('Passages behind')} {ask.get('h') or claim}"
    if words := ask.get("q"):
        return link("/search", {"q": words}), f"{ask.words.say('Search for')} “{words[:60]}”"
    return None
