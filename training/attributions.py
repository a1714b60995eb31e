"""How well statements are assembled: exact spans and complete attributions on PolNeAR and ADAQ, own rules beside.

``python -m training.attributions`` prints the table for the folder that ``TENOR_DATA`` names. Statements that are told
within others are left out, because these sets mark the outer one only.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from tenor.annotate.assembled import Mark as EncoderMark
from tenor.annotate.assembled import assembled
from tenor.annotate.encoder import Encoder
from tenor.annotate.language import language_named
from tenor.annotate.pieces import pieces
from tenor.annotate.quotations import quotations
from tenor.annotate.statements import Article, Statement, page_of, statements
from training.score import Found, exact_spans
from training.sets import SOURCES, gold, rows
from training.shapes import Mark, Row

LABELS = ("source", "cue", "content")
Way = Literal["both", "rules", "encoder"]
# A complete attribution is one mark from its first to its last place; its parts stand in the label.
WHOLE = "attribution"
# Sets that mark contents without their quotation marks, which ours are then compared without.
BARE = frozenset({"adaq"})
SIGNS = '"«»“”„ \u00ad'


class Line(NamedTuple):
    """One number: of which set, in which language, read how, of what."""

    set: str
    lang: str
    way: Way
    label: str
    found: Found


def lines(folder: Path, name: str, split: str, lang: str, ways: Sequence[Way]) -> Iterator[Line]:
    """Yield the numbers of a set: exact spans of the three parts, and complete attributions where the set links them.

    Parameters
    ----------
    folder
        What ``TENOR_DATA`` names.
    name, split, lang
        A set, its file, and which language of it.
    ways
        Statements as tenor assembles them, by its rules alone, or by the encoder's marks alone.
    """
    found_rows = [row for row in reversed(rows(folder, name, split)) if row["lang"] == lang]
    docs = {str(row.get("doc") or row["id"]): _unescaped(row) if name in BARE else row for row in found_rows}
    truth = {doc: list(marks) for doc, marks in gold(folder, SOURCES[name], split)["quote"].items() if doc in docs}
    linked = {doc: found for doc, row in docs.items() if (found := _linked(row))}
    marks = {} if tuple(ways) == ("rules",) else _encoded(docs)
    for way in ways:
        read = {doc: _read(row, marks.get(doc, []), way) for doc, row in docs.items()}
        bare = name in BARE
        guess = {
            doc: [mark for one in found for mark in _marks(one, docs[doc]["text"], bare)] for doc, found in read.items()
        }
        for label in LABELS:
            yield Line(name, lang, way, label, exact_spans(truth, guess, [label]))
        if linked:
            whole = {doc: [mark for one in found for mark in _whole(*_parts(one))] for doc, found in read.items()}
            every = sorted({mark.label for some in (*linked.values(), *whole.values()) for mark in some})
            yield Line(name, lang, way, WHOLE, exact_spans(linked, whole, every))


def _unescaped(row: Row) -> Row:
    """Return a row whose text is a cell of a CSV file as the text that was meant; every place stays where it is.

    What is taken out becomes a soft hyphen, which the rules don't see.

    Examples
    --------
    >>> _unescaped({"text": '"He said ""no""."'})["text"].replace("\u00ad", "~")
    '~He said "~no"~.~'
    """
    text: str = row["text"]
    if not (text.startswith('"') and text.endswith('"') and len(text) > 1):
        return row
    inner = text[1:-1].replace('""', '"\u00ad')
    return {**row, "text": f"\u00ad{inner}\u00ad"}


def _encoded(docs: Mapping[str, Row]) -> dict[str, list[EncoderMark]]:
    """Return the encoder's marks, sentence by sentence, as `tenor annotate` reads them."""
    encoder = Encoder.open(threads=1)
    task = next(number for number, one in enumerate(encoder.manifest.spans) if one.name == "quote")
    labels = encoder.manifest.spans[task].labels
    found: dict[str, list[EncoderMark]] = {}
    for doc, row in docs.items():
        some = list(pieces("", row["text"], language_named(row["lang"])))
        read = encoder.read([row["text"][one.start : one.stop] for one in some], [row["lang"]] * len(some)).spans
        found[doc] = [
            EncoderMark(some[text].start + start, some[text].start + stop, labels[label], score)
            for text, kind, start, stop, label, score in zip(
                *(part.tolist() for part in (read.text, read.task, read.start, read.stop, read.label, read.score)),
                strict=True,
            )
            if kind == task
        ]
    return found


def _read(row: Row, marks: Sequence[EncoderMark], way: Way) -> list[Statement]:
    if way == "encoder":
        page = page_of(row["text"], language_named(row["lang"]))
        plain = page.plain
        placed = [one._replace(start=plain.there(one.start), stop=plain.there(one.stop)) for one in marks]
        return [
            Statement(
                part="body",
                kind="quote",
                form=one.form,
                source=one.source and plain.back(*one.source),
                cue=one.cue and plain.back(*one.cue),
                content=tuple(plain.back(*span) for span in one.content),
            )
            for one in assembled(page.page, placed, quotations(page.page))
        ]
    given = {"body": marks} if way == "both" else {}
    found = statements(Article(title="", text=row["text"], lang=row["lang"], marks=given))
    return [one for one in found if one.outer < 0 and one.kind != "framing" and one.form not in ("author", "scare")]


def _parts(one: Statement) -> tuple[tuple[int, int] | None, tuple[int, int] | None, tuple[int, int] | None]:
    return one.source, one.cue, (one.content[0][0], one.content[-1][1]) if one.content else None


def _marks(one: Statement, text: str, bare: bool) -> Iterator[Mark]:
    for label, span in zip(LABELS, _parts(one), strict=True):
        if span:
            start, stop = span
            if bare and label == "content":
                start += len(text[start:stop]) - len(text[start:stop].lstrip(SIGNS))
                stop = start + len(text[start:stop].rstrip(SIGNS))
            yield Mark(start=start, stop=stop, label=label)


def _whole(
    source: tuple[int, int] | None, cue: tuple[int, int] | None, content: tuple[int, int] | None
) -> Iterator[Mark]:
    if source and cue and content:
        spans = [source, cue, content]
        label = " ".join(f"{start}-{stop}" for start, stop in spans)
        yield Mark(start=min(start for start, _ in spans), stop=max(stop for _, stop in spans), label=label)


def _linked(row: Row) -> list[Mark]:
    """Return the attributions of a document that have all three parts."""
    places = {span["id"]: (span["start"], span["end"]) for span in row["spans"] if "id" in span}
    found: list[Mark] = []
    for relation in row.get("relations", ()):
        parts = [[places[name] for name in relation[label] if name in places] for label in LABELS]
        if all(parts):
            envelopes = [(min(start for start, _ in some), max(stop for _, stop in some)) for some in parts]
            found += _whole(envelopes[0], envelopes[1], envelopes[2])
    return found


def shown(found: Sequence[Line]) -> str:
    """Return the numbers as text."""
    head = f"{'set':8} {'lang':4} {'read by':8} {'what':12} precision recall    F1"
    return "\n".join(
        [
            head,
            *(
                f"{one.set:8} {one.lang:4} {one.way:8} {one.label:12} {one.found.precision:9.3f} "
                f"{one.found.recall:6.3f} {one.found.f1:5.3f}"
                for one in found
            ),
        ]
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=None, help="instead of TENOR_DATA")
    parser.add_argument("--split", default="dev", help="of polnear; adaq has train alone, on which no rule was tuned")
    said = parser.parse_args()
    folder = said.data or Path(os.environ.get("TENOR_DATA", ""))
    if not (said.data or "TENOR_DATA" in os.environ) or not folder.is_dir():
        parser.exit(66, "There is nothing to score on: name a folder with --data, or set TENOR_DATA.\n")
    found = [*lines(folder, "polnear", said.split, "en", ("both", "rules", "encoder"))]
    found += lines(folder, "adaq", "train", "ru", ("rules",))
    print(shown(found))


if __name__ == "__main__":
    main()
