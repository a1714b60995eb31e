"""Every labelled set in one form; ``TENOR_DATA`` names the folder they lie in.

One function a set turns its rows into examples. Documents are cut into windows of whole sentences; a span that
crosses a window's border is cut there, so score spans against `gold`, which keeps them whole.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from training.shapes import LICENCES, Example, Mark, Row, Source, Split
from training.text import normalise, sentences, windows

# The longest window of a document, in characters: quotes need the paragraph, entities the sentence.
QUOTE_WINDOW = 500
WINDOW = 300
# A statement about the future is tied to the sentence that has this share of its words, and to no other.
TIED = 0.3
# Of each hundred documents of a set without a dev split of its own, so many are kept for dev.
OWN_DEV = 12

NEREL = {
    "PERSON": "PER",
    "ORGANIZATION": "ORG",
    "CITY": "LOC",
    "COUNTRY": "LOC",
    "STATE_OR_PROVINCE": "LOC",
    "DISTRICT": "LOC",
    "LOCATION": "LOC",
}
ENTITIES = {"PER": "PER", "PERS": "PER", "LOC": "LOC", "ORG": "ORG"}
PARTS = {"SRC": ("source",), "TAR": ("target",), "SRC/TAR": ("source", "target")}
# CAMEO root codes by quad class: verbal and material cooperation, verbal and material conflict.
QUADS = {**dict.fromkeys(range(1, 6), "1"), **dict.fromkeys(range(6, 10), "2")}
QUADS |= {**dict.fromkeys(range(10, 15), "3"), **dict.fromkeys(range(15, 21), "4")}


def rows(folder: Path, name: str, split: str) -> list[Row]:
    """Return a set's rows; a split that the folder does not have is empty.

    Parameters
    ----------
    folder
        What ``TENOR_DATA`` names.
    name
        A set, which is a folder in it.
    split
        Its file, such as ``train``, ``dev`` or ``corpus``.
    """
    path = folder / name / f"{split}.jsonl.gz"
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def examples(folder: Path, source: Source, split: Split) -> list[Example]:
    """Return the examples of a set's split, those without a word left out."""
    if not source.own_dev or split not in {"train", "dev"}:
        found = source.read(rows(folder, source.name, split), split)
    else:
        late = split == "dev"
        held = [row for row in rows(folder, source.name, "train") if _late(row["id"]) is late]
        found = source.read(held, split)
    return [example for example in found if normalise(example.text)]


def gold(folder: Path, source: Source, split: Split) -> dict[str, dict[str, list[Mark]]]:
    """Return a span set's marks as annotated, by task and document, uncut by windows."""
    found: dict[str, dict[str, list[Mark]]] = {}
    for row in _first_of_each(rows(folder, source.name, split)):
        for task, marks in _marks_of(source.name, row).items():
            found.setdefault(task, {})[_doc(row)] = marks
    return found


def chosen(licences: Iterable[str] = LICENCES) -> list[Source]:
    """Return the sets to train on whose licence class is among `licences`.

    Raises
    ------
    ValueError
        One of the licences is no licence class.
    """
    wanted = set(licences)
    unknown = sorted(wanted - set(LICENCES))
    if unknown:
        raise ValueError(f"No licence class is called {', '.join(unknown)}. There are {', '.join(LICENCES)}.")
    return [source for source in SOURCES.values() if not source.evaluate_only and source.licence in wanted]


def _late(row_id: str) -> bool:
    """Say whether a row belongs to our own dev split; the same id always gives the same."""
    return zlib.crc32(row_id.encode()) % 100 < OWN_DEV


def _doc(row: Row) -> str:
    return str(row.get("doc") or row["id"])


def _first_of_each(found: Sequence[Row]) -> list[Row]:
    """Keep one row a document: a text that six people annotated would count six times."""
    kept: dict[str, Row] = {}
    for row in found:
        kept.setdefault(f"{_doc(row)}\n{row['text']}" if "annotator" in row else row["id"], row)
    return list(kept.values())


def _example(source: str, task: str, split: Split, row: Row, **gold_of: Any) -> Example:
    return Example(
        id=f"{source}/{row['id']}/{task}",
        source=source,
        task=task,
        split=split,
        lang=row["lang"],
        text=row["text"],
        doc=_doc(row),
        **gold_of,
    )


def _flat(marks: Iterable[Mark], *, across: bool) -> list[Mark]:
    """Keep of overlapping marks the longest, of equals the first: across labels, or within each label."""
    kept: list[Mark] = []
    for mark in sorted(set(marks), key=lambda mark: (mark.start - mark.stop, mark)):
        rivals = kept if across else [other for other in kept if other.label == mark.label]
        if all(mark.stop <= other.start or other.stop <= mark.start for other in rivals):
            kept.append(mark)
    return sorted(kept)


def _spans(row: Row, names: Callable[[str], tuple[str, ...]]) -> list[Mark]:
    return [
        Mark(start=span["start"], stop=span["end"], label=label)
        for span in row["spans"]
        for label in names(span["label"])
        if span["start"] < span["end"]
    ]


def _renamed(names: dict[str, str]) -> Callable[[str], tuple[str, ...]]:
    return lambda label: (names[label],) if label in names else ()


def _marks_of(name: str, row: Row) -> dict[str, list[Mark]]:
    """Return a row's marks as tenor names them, by task."""
    match name:
        case "polnear" | "adaq":
            parts = {word: word.casefold() for word in ("Source", "Cue", "Content", "source", "cue", "content")}
            return {"quote": _flat(_spans(row, _renamed(parts)), across=False)}
        case "nerel":
            return {"entity": _flat(_spans(row, _renamed(NEREL)), across=True)}
        case "bsnlp_ner" | "ner_uk":
            return {"entity": _flat(_spans(row, _renamed(ENTITIES)), across=True)}
        case "plover_gsr":
            return {"event_actors": _flat(_spans(row, lambda label: PARTS.get(label, ())), across=False)}
        case "cameo_actors":
            actors = {"source": "source", "target": "target"}
            return {"event_actors": _flat(_spans(row, _renamed(actors)), across=False)}
    tasks = {"gne_roles": "feeling", "ptc": "technique", "babe": "loaded", "unlp2025": "manipulative", "timex": "time"}
    return {tasks[name]: _flat(_spans(row, lambda label: (label,)), across=False)}


def _whole(name: str) -> Callable[[Sequence[Row], Split], Iterator[Example]]:
    """Return a reader of a span set whose rows are sentences."""

    def read(found: Sequence[Row], split: Split) -> Iterator[Example]:
        for row in found:
            for task, marks in _marks_of(name, row).items():
                yield _example(name, task, split, row, marks=tuple(marks))

    return read


def _cut(name: str, limit: int) -> Callable[[Sequence[Row], Split], Iterator[Example]]:
    """Return a reader of a span set whose rows are documents."""

    def read(found: Sequence[Row], split: Split) -> Iterator[Example]:
        for row in _first_of_each(found):
            for task, marks in _marks_of(name, row).items():
                yield from _pieces(_example(name, task, split, row, marks=tuple(marks)), limit)

    return read


def _pieces(whole: Example, limit: int) -> Iterator[Example]:
    """Cut a document into windows, its marks with it."""
    for start, stop in windows(whole.text, limit):
        inside = tuple(
            Mark(start=max(mark.start, start) - start, stop=min(mark.stop, stop) - start, label=mark.label)
            for mark in whole.marks
            if mark.start < stop and start < mark.stop
        )
        yield Example(
            id=f"{whole.id}/{start}",
            source=whole.source,
            task=whole.task,
            split=whole.split,
            lang=whole.lang,
            text=whole.text[start:stop],
            doc=whole.doc,
            offset=start,
            marks=inside,
        )


def _emobank(found: Sequence[Row], split: Split) -> Iterator[Example]:
    for row in found:
        yield _example("emobank", "affect", split, row, values=(row["valence"], row["arousal"], row["dominance"]))


def _goemotions(found: Sequence[Row], split: Split) -> Iterator[Example]:
    for row in found:
        yield _example("goemotions", "emotions", split, row, labels=tuple(row["labels"]))


def _targets(name: str) -> Callable[[Sequence[Row], Split], Iterator[Example]]:
    """Return a reader that makes an example of each marked target."""

    def read(found: Sequence[Row], split: Split) -> Iterator[Example]:
        for row in found:
            for place, span in enumerate(row["spans"]):
                made = _example(name, "tone", split, row, target=(span["start"], span["end"]), labels=(span["label"],))
                yield Example(**{**_fields(made), "id": f"{made.id}/{place}"})

    return read


def _fields(example: Example) -> dict[str, Any]:
    return {name: getattr(example, name) for name in Example.__slots__}


def _narrative_frames(found: Sequence[Row], split: Split) -> Iterator[Example]:
    for row in found:
        yield _example("narrative_frames", "frames", split, row, labels=tuple(row["labels"]))
        seen = set()
        for said in row["roles"]:
            place = re.search(rf"(?<!\w){re.escape(said['entity'])}(?!\w)", row["text"], re.IGNORECASE)
            if place is None or place.span() in seen:
                continue
            seen.add(place.span())
            yield from _role(row, split, place.span(), said["role"])


def _role(row: Row, split: Split, place: tuple[int, int], role: str) -> Iterator[Example]:
    """Make an example of the sentence where a hero, villain or victim is first named."""
    for start, stop in sentences(row["text"]):
        if start <= place[0] and place[1] <= stop:
            made = _example("narrative_frames", "role", split, row, labels=(role,))
            target = (place[0] - start, place[1] - start)
            changed = {"id": f"{made.id}/{place[0]}-{place[1]}", "text": row["text"][start:stop], "offset": start}
            yield Example(**{**_fields(made), **changed, "target": target})


def _plover(found: Sequence[Row], split: Split) -> Iterator[Example]:
    for row in found:
        yield _example("plover_gsr", "event", split, row, labels=(row["event"],))
    yield from _whole("plover_gsr")(found, split)


def _ukraine_bias(found: Sequence[Row], split: Split) -> Iterator[Example]:
    for row in found:
        said = row["labels"]
        votes = [said["subjectivity"], said["hidden_assumptions"]]
        votes += [said["framing"][side] for side in ("russia", "ukraine", "west")]
        votes += [said["bias"][side] for side in ("pro-russia", "pro-west")]
        yield _example("ukraine_bias", "slant", split, row, values=tuple(float(vote["avg"]) for vote in votes))


def _yes_no(name: str, task: str, field: str) -> Callable[[Sequence[Row], Split], Iterator[Example]]:
    """Return a reader of a set whose gold is true or false."""

    def read(found: Sequence[Row], split: Split) -> Iterator[Example]:
        for row in found:
            yield _example(name, task, split, row, labels=("yes" if row[field] else "no",))

    return read


def _one_of(name: str, task: str, field: str) -> Callable[[Sequence[Row], Split], Iterator[Example]]:
    """Return a reader of a set whose gold is one word."""

    def read(found: Sequence[Row], split: Split) -> Iterator[Example]:
        for row in found:
            yield _example(name, task, split, row, labels=(str(row[field]),))

    return read


def _babe(found: Sequence[Row], split: Split) -> Iterator[Example]:
    yield from _yes_no("babe", "biased", "biased")(found, split)
    yield from _whole("babe")(found, split)


def _promise(found: Sequence[Row], split: Split) -> Iterator[Example]:
    for row in found:
        yield _example("promise", "promise", split, row, labels=(row["promise"].casefold(),))
        if row["timeline"] != "N/A":
            yield _example("promise", "deadline", split, row, labels=(row["timeline"],))


def _future_statements(found: Sequence[Row], split: Split) -> Iterator[Example]:
    """Tie each statement to a sentence by shared words; sentences that might be meant are left out."""
    fields = ("Event Variable", "Predicted Attribute", "Magnitude / Predicted Value", "Modality Evidence", "Event Date")
    for row in found:
        cuts = sentences(row["text"])
        words = [_content(row["text"][start:stop]) for start, stop in cuts]
        common = Counter(word for some in words for word in some)
        best = [0.0] * len(cuts)
        chosen_ones = set()
        for statement in row["statements"]:
            said = _content(" ".join(str(statement.get(field) or "") for field in fields)) & set(common)
            weight = sum(1 / common[word] for word in said) or 1.0
            shares = [sum(1 / common[word] for word in some & said) / weight for some in words]
            best = [max(pair) for pair in zip(best, shares, strict=True)]
            if shares and max(shares) >= TIED:
                chosen_ones.add(shares.index(max(shares)))
        for place, (start, stop) in enumerate(cuts):
            if place in chosen_ones or best[place] < TIED / 2:
                made = _example("future_statements", "future", split, row)
                changed = {"id": f"{made.id}/{start}", "text": row["text"][start:stop], "offset": start}
                yield Example(**{**_fields(made), **changed, "labels": ("yes" if place in chosen_ones else "no",)})


def _content(text: str) -> set[str]:
    """Return the words that may tell what a sentence is about, cut to a stem of six letters."""
    return {word[:6] for word in normalise(text).split() if len(word) > 3 or word.isdigit()}


def _unlp2025(found: Sequence[Row], split: Split) -> Iterator[Example]:
    for row in found:
        yield _example("unlp2025", "manipulation", split, row, labels=tuple(row["labels"]))
    yield from _whole("unlp2025")(found, split)


def _petrarch_unit(found: Sequence[Row], split: Split) -> Iterator[Example]:
    for place, row in enumerate(found):  # some ids stand twice
        roots = [event.get("eventcode", "")[:2] for event in row["events"]]
        quads = {QUADS.get(int(root), "") if root.isdigit() else "" for root in roots}
        if len(quads) == 1 and "" not in quads:
            yield _example("petrarch_unit", "quad", split, {**row, "id": f"{row['id']}/{place}"}, labels=tuple(quads))


def _checkthat19(found: Sequence[Row], split: Split) -> Iterator[Example]:
    yield from _yes_no("checkthat19", "check_worthy", "check_worthy")(found, split)


_ALL = (
    Source(name="emobank", tasks=("affect",), licence="share-alike", read=_emobank),
    Source(name="goemotions", tasks=("emotions",), licence="permissive", read=_goemotions),
    Source(name="newsmtsc", tasks=("tone",), licence="permissive", read=_targets("newsmtsc")),
    Source(name="rusentne", tasks=("tone",), licence="permissive", read=_targets("rusentne")),
    Source(name="narrative_frames", tasks=("frames", "role"), licence="permissive", read=_narrative_frames),
    Source(name="plover_gsr", tasks=("event", "event_actors"), licence="share-alike", read=_plover),
    Source(name="ukraine_bias", tasks=("slant",), licence="copyleft", read=_ukraine_bias),
    Source(name="gne_roles", tasks=("feeling",), licence="unstated", read=_whole("gne_roles")),
    Source(name="babe", tasks=("biased", "loaded"), licence="copyleft", read=_babe),
    Source(name="wiki_npov", tasks=("npov",), licence="copyleft", read=_yes_no("wiki_npov", "npov", "biased")),
    Source(
        name="claimbuster",
        tasks=("check_worthy",),
        licence="copyleft",
        read=_yes_no("claimbuster", "check_worthy", "check_worthy"),
    ),
    Source(name="pledges", tasks=("pledge",), licence="unstated", read=_one_of("pledges", "pledge", "pledge")),
    Source(name="promise", tasks=("promise", "deadline"), licence="unstated", read=_promise),
    Source(
        name="future_statements",
        tasks=("future",),
        licence="unstated",
        read=_future_statements,
        own_dev=True,
        silver=True,
    ),
    Source(name="polnear", tasks=("quote",), licence="unstated", read=_cut("polnear", QUOTE_WINDOW)),
    Source(name="adaq", tasks=("quote",), licence="unstated", read=_whole("adaq")),
    Source(name="ptc", tasks=("technique",), licence="unstated", read=_cut("ptc", WINDOW)),
    Source(name="nerel", tasks=("entity",), licence="unstated", read=_cut("nerel", WINDOW)),
    Source(name="bsnlp_ner", tasks=("entity",), licence="unstated", read=_cut("bsnlp_ner", WINDOW)),
    Source(name="cameo_class", tasks=("quad",), licence="copyleft", read=_one_of("cameo_class", "quad", "label")),
    Source(name="cameo_actors", tasks=("event_actors",), licence="copyleft", read=_whole("cameo_actors")),
    Source(
        name="unlp2025",
        tasks=("manipulation", "manipulative"),
        licence="non-commercial",
        read=_unlp2025,
        evaluate_only=True,
    ),
    Source(name="ner_uk", tasks=("entity",), licence="non-commercial", read=_cut("ner_uk", WINDOW), evaluate_only=True),
    Source(
        name="frac",
        tasks=("policy_frame",),
        licence="non-commercial",
        read=_one_of("frac", "policy_frame", "label"),
        evaluate_only=True,
    ),
    Source(name="petrarch_unit", tasks=("quad",), licence="permissive", read=_petrarch_unit, evaluate_only=True),
    Source(
        name="case2021_t2",
        tasks=("event_type",),
        licence="unstated",
        read=_one_of("case2021_t2", "event_type", "label"),
        evaluate_only=True,
    ),
    Source(name="checkthat19", tasks=("check_worthy",), licence="copyleft", read=_checkthat19, evaluate_only=True),
    Source(name="timex", tasks=("time",), licence="unstated", read=_cut("timex", WINDOW), evaluate_only=True),
)
SOURCES: dict[str, Source] = {source.name: source for source in _ALL}
