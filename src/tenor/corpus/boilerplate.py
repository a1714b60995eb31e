"""Which sentences and lines of an article are boilerplate: what its outlet repeats, and what points elsewhere.

Repeated is a segment that stands in many of an outlet's copy families, on many of its days. Families,
because an agency's text in twenty outlets is one text; days, because a quotation in ten articles of two
days is news. A sentence of background that an outlet puts into article after article is boilerplate
too, and says so (`BACKGROUND`). Lines that begin with "read also" and its like are marked at once.

Segments are compared without regard to case and spacing. Nothing is deleted: marks are spans, and who
measures leaves them out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import groupby, pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tenor.corpus.minhash import Flags, Hashes, Numbers
from tenor.tables import BOILERPLATE

FEWEST_FAMILIES, FAMILY_SHARE, ENOUGH_FAMILIES = 5, 0.02, 50
"""In how many of an outlet's copy families a segment stands: the larger of the first two, at most the third."""
FEWEST_DAYS = 5
"""On how many days; on all of them where an outlet has three or four, and never where it has fewer."""
UNDATED_FAMILIES, UNDATED_SHARE = 10, 0.1
"""The same where under half of the families are dated, so that days say nothing."""
SENTENCE_WORDS = 6
"""A shorter sentence inside a paragraph is common language, not boilerplate: unless its neighbour is marked, or its
whole line is repeated."""
LINE_WORDS = 12
"""A marked line inside the text is background if it is longer."""

OPENING = "repeated at the beginning"
CLOSING = "repeated at the end"
LINE = "repeated line"
BACKGROUND = "repeated background"
ELSEWHERE = "points elsewhere"

SPANS = """\
LEFT JOIN (SELECT doc_id, list(struct_pack(start := start, stop := stop) ORDER BY start) AS spans
           FROM boilerplate GROUP BY doc_id) USING (doc_id)"""
"""What joins `spans`, the places of their boilerplate, to rows with ``doc_id``; null where there is none."""

# Lines that begin so are never the article's own; "еще" stands for "ещё" too.
_CUES = (
    r"read (?:also|next|more (?:about|on|at|here))|also read|see also|more on this(?: story| topic)?",
    r"related (?:stories|articles|news|links|topics|coverage)|recommended (?:stories|articles|reading)",
    r"you (?:may|might) also like|(?:subscribe|sign up) (?:to|for) (?:our|the|us)|(?:like|find|join) us on",
    r"follow us (?:on|in|at)|share this (?:article|story|page|post|with)|download (?:our|the) app",
    r"click here (?:to|for)|all rights reserved",
    r"(?:читайте|читать|смотрите|смотреть|см\.?) (?:также|тоже|еще)|также (?:читайте|смотрите|по теме)",
    r"(?:материалы|новости|еще|другие новости) по теме|подпи(?:сывайтесь|шитесь|саться) на",
    r"следите за (?:нами|нашими)|присоединяйтесь к нам|нашли (?:опечатку|ошибку)",
    r"если вы (?:нашли|заметили) (?:опечатку|ошибку)|(?:все|исключительные) права защищены",
    r"(?:при )?(?:использовани[ие]|перепечатк[аеи]) материалов",
    r"(?:читайте|читати|дивіться|див\.?) (?:також|теж|ще)|також (?:читайте|дивіться)",
    r"(?:матеріали|новини) (?:по темі|за темою)|підпи(?:суйтесь|суйтеся|шіться|сатися|сатись) на",
    r"стежте за (?:нами|нашими)|(?:долучайтес[ья]|приєднуйтес[ья]) до (?:нас|нашого)",
    r"(?:якщо ви )?(?:знайшли|помітили) (?:помилку|опечатку)|(?:всі|усі) права захищен[оі]",
    r"(?:при )?(?:використання|передрук) матеріалів",
    r"(?:ayrıca|bunu da|şunu da) (?:oku(?:yun)?|bakın(?:ız)?)|[iİ]lgili haber(?:ler)?|devamını oku",
    r"haberin devamı|bizi takip ed?[et]i?n?|abone olun|takip edin|tüm hakları saklıdır",
    r"lesen sie (?:auch|mehr|dazu)|mehr zum thema|auch interessant|folgen sie uns|abonnieren sie",
    r"(?:czytaj|zobacz|przeczytaj|sprawdź|obejrzyj) (?:też|także|również|więcej)|polecamy także",
    r"dołącz do nas|wszelkie prawa zastrzeżone",
    r"(?:à )?lire (?:aussi|également)|voir aussi|suivez-nous|abonnez-vous|tous droits réservés",
)
# Lines that are only this, or this with a colon and little more.
_LABELS = (
    r"read more|related|more|advertisement|sponsored|share(?: this)?|photos?|image|picture|source|tags?|topics?|video",
    r"подробнее|читать далее|по теме|реклама|поделиться|фото|видео|источник|теги|метки|автор",
    r"детальніше|читати далі|за темою|по темі|поділити(?:ся|сь)|відео|джерело",
    r"reklam|paylaş|fotoğraf|kaynak|etiketler|anzeige|werbung|teilen|foto|quelle",
    r"reklama|udostępnij|fot\.?|źródło|publicité|partager|crédit photo",
)
_CUE = re.compile(rf"\W{{0,9}}(?:{'|'.join(_CUES)})(?!\w)".replace("еще", "ещ[её]"), re.IGNORECASE)
_LABEL = re.compile(rf"\W{{0,9}}(?:{'|'.join(_LABELS)})(?!\w)[^\w:]*+(?P<colon>:)?\W*+", re.IGNORECASE)
_CUE_LETTERS, _LABEL_LETTERS = 300, 50

# Every part is bounded or gives nothing back: a line of a million stops or quotation marks takes no longer.
_STOP = re.compile(r"[.!?…][\"'»”’)\]]*+\s++(?=[\"'«“„‘(\[—–-]*+\s?(\w))")
_INITIAL = re.compile(r"(?<!\w)\w\.$")
_AT_ONCE = 1_000
_NO_DAY = np.int32(-(2**31))


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """What each outlet repeats: hashes of outlet and segment, sorted."""

    keys: Hashes


def segments(text: str) -> list[tuple[int, int]]:
    r"""Return where the sentences of a text stand; a line's end ends a sentence.

    Parameters
    ----------
    text
        Any text.

    Returns
    -------
    list of (start, stop)
        In code points, in order; together they hold everything but white space.

    Examples
    --------
    >>> text = "Talks ended. J. Smith left!\nRead also: more"
    >>> [text[start:stop] for start, stop in segments(text)]
    ['Talks ended.', 'J. Smith left!', 'Read also: more']
    """
    return [(start, stop) for start, stop, _ in _segments(text)]


def blanked(text: str, spans: Sequence[Mapping[str, int]]) -> str:
    """Return a text with spaces for its boilerplate, so that every other place stays the same.

    Examples
    --------
    >>> blanked("Talks ended. Read also: more", [{"start": 13, "stop": 28}]).rstrip()
    'Talks ended.'
    """
    for span in spans:
        text = text[: span["start"]] + " " * (span["stop"] - span["start"]) + text[span["stop"] :]
    return text


def own_words(articles: pa.Table) -> pa.Table:
    """Return articles with spaces for what they only repeat or point to: "read also: the third round" is no reference.

    Parameters
    ----------
    articles
        Any columns, with ``text`` and its ``spans`` (see `SPANS`); the others stay as they are.

    Examples
    --------
    >>> row = {"text": "Talks ended. Read also: more", "spans": [{"start": 13, "stop": 28}]}
    >>> own_words(pa.Table.from_pylist([row])).to_pylist()
    [{'text': 'Talks ended.                '}]
    """
    rows = articles.select(["text", "spans"]).to_pylist()
    texts = [blanked(row["text"], row["spans"] or ()) for row in rows]
    return articles.drop_columns(["spans", "text"]).append_column("text", pa.array(texts, pa.string()))


def repeated(batches: Iterable[pa.RecordBatch | pa.Table]) -> Repeated:
    """Return what outlets repeat, from one pass over all documents.

    Texts are not held; each segment takes 28 bytes until the end, so a million articles about 300 MB.

    Parameters
    ----------
    batches
        Rows with ``doc_id``, ``outlet``, ``text``, ``copy_id`` (null: a family of its own) and ``published``.

    Returns
    -------
    Repeated
        What `marked` needs besides the documents.

    Examples
    --------
    >>> from datetime import date
    >>> rows = [{"doc_id": str(day), "outlet": "x", "copy_id": None, "published": date(2024, 3, day),
    ...          "text": f"Talks of day {day} ended late. Our agency has covered the war since it began."}
    ...         for day in range(1, 9)]
    >>> repeated([pa.Table.from_pylist(rows)]).keys.size
    1
    """
    return _known([_Rows.of(part, _cut(part)) for batch in batches for part in _parts(batch)])


def _known(parts: Sequence[_Rows]) -> Repeated:
    if not parts:
        return Repeated(keys=np.empty(0, np.uint64))
    rows = _Rows.joined(parts)
    _, first, inverse = np.unique(rows.key, return_index=True, return_inverse=True)
    outlets, place = np.unique(rows.outlet, return_inverse=True)
    families, days = _distinct(place, rows.family, outlets.size), _days(place, rows, outlets.size)
    dated = _distinct(place[rows.day != _NO_DAY], rows.family[rows.day != _NO_DAY], outlets.size)
    told = 2 * dated >= families
    fewest = np.where(
        told,
        np.clip(FAMILY_SHARE * families, FEWEST_FAMILIES, ENOUGH_FAMILIES),
        np.maximum(UNDATED_FAMILIES, UNDATED_SHARE * families),
    )
    fewest_days = np.where(told, np.clip(days, 3, FEWEST_DAYS), 0)
    own = place[first]
    enough = _distinct(inverse, rows.family, first.size) >= fewest[own]
    return Repeated(keys=rows.key[first][enough & (_days(inverse, rows, first.size) >= fewest_days[own])])


def marked(documents: pa.Table, known: Repeated | None = None) -> pa.Table:
    r"""Return the boilerplate of documents.

    Parameters
    ----------
    documents
        As for `repeated`.
    known
        What the outlets repeat in the whole corpus; found in these documents if it is not given.

    Returns
    -------
    pyarrow.Table
        Rows of `BOILERPLATE` by document, in the order given, then by place. Spans are whole segments, in
        code points of ``text``; ``why`` is `OPENING`, `CLOSING`, `LINE`, `BACKGROUND` or `ELSEWHERE`.
        A text that would be marked from beginning to end (an item of one line that comes again
        and again) keeps what is only repeated.

    Examples
    --------
    >>> text = "Talks ended without a deal.\nRead also: What comes next"
    >>> rows = {"doc_id": ["a"], "outlet": ["x"], "text": [text], "copy_id": ["a"], "published": [None]}
    >>> marked(pa.table(rows)).to_pylist()
    [{'doc_id': 'a', 'start': 28, 'stop': 54, 'why': 'points elsewhere'}]
    """
    cuts: Iterable[tuple[pa.Table, _Cut]] = ((part, _cut(part)) for part in _parts(documents))
    if known is None:
        cuts = list(cuts)
        known = _known([_Rows.of(part, cut) for part, cut in cuts])
    found: dict[str, list[object]] = {name: [] for name in BOILERPLATE.names}
    for part, cut in cuts:
        for doc_id, start, stop, why in _marks(part, cut, known):
            for name, value in zip(BOILERPLATE.names, (doc_id, start, stop, why), strict=True):
                found[name].append(value)
    return pa.table(found, BOILERPLATE)


# --- segments --------------------------------------------------------------------------------------


def _segments(text: str) -> list[tuple[int, int, int]]:
    """Return start, stop and the number of the line."""
    found: list[tuple[int, int, int]] = []
    place = 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        start, stop = place, place + len(line)
        place = stop
        for match in _STOP.finditer(line):
            end = stop - len(line) + match.end()
            if match[1].islower() or _INITIAL.search(line, max(0, match.start() - 2), match.start() + 1):
                continue
            _add(found, text, start, end, number)
            start = end
        _add(found, text, start, stop, number)
    return found


def _add(found: list[tuple[int, int, int]], text: str, start: int, stop: int, number: int) -> None:
    """Add a segment without the white space around it, unless it is nothing else."""
    right = text[start:stop].rstrip()
    if right:
        found.append((start + len(right) - len(right.lstrip()), start + len(right), number))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    """The segments of some documents, side by side; `doc` is the row of each."""

    doc: Numbers
    start: Numbers
    stop: Numbers
    line: Numbers
    words: Numbers
    key: Hashes


def _parts(documents: pa.RecordBatch | pa.Table) -> Iterator[pa.Table]:
    """Yield the documents with their columns as needed, some at a time."""
    table = pa.table({name: documents[name] for name in ("doc_id", "outlet", "text", "copy_id", "published")})
    for start in range(0, table.num_rows, _AT_ONCE):
        yield table.slice(start, _AT_ONCE)


def _cut(documents: pa.Table) -> _Cut:
    texts = pc.fill_null(documents["text"], "").to_pylist()
    cut = [(row, *segment) for row, text in enumerate(texts) for segment in _segments(text)]
    doc, start, stop, line = np.array(cut, np.int64).reshape(-1, 4).T
    pieces = [texts[row][begin:end].casefold().split() for row, begin, end, _ in cut]
    prints = np.fromiter((_hash(" ".join(piece)) for piece in pieces), np.uint64, len(pieces))
    return _Cut(
        doc=doc,
        start=start,
        stop=stop,
        line=line,
        words=np.fromiter(map(len, pieces), np.int64, len(pieces)),
        key=prints * np.uint64(0x9E3779B97F4A7C15) ^ _hashed(documents["outlet"])[doc],
    )


def _hashed(column: pa.ChunkedArray) -> Hashes:
    encoded = pc.fill_null(column.cast(pa.string()), "").combine_chunks().dictionary_encode()
    values = [_hash(item) for item in encoded.dictionary.to_pylist()]
    made: Hashes = np.array(values, np.uint64)[encoded.indices.to_numpy()]
    return made


def _hash(item: str) -> int:
    return int.from_bytes(blake2b(item.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "little")


# --- counting --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """One row a segment: its key, and outlet, copy family and day of its document."""

    key: Hashes
    outlet: Hashes
    family: Hashes
    day: NDArray[np.int32]

    @classmethod
    def of(cls, documents: pa.Table, cut: _Cut) -> _Rows:
        """Count only documents of two segments or more: one of a single line is no frame around something."""
        counted = np.bincount(cut.doc, minlength=documents.num_rows)[cut.doc] > 1
        families = pc.coalesce(documents["copy_id"].cast(pa.string()), documents["doc_id"].cast(pa.string()))
        days = pc.fill_null(_dates(documents["published"]), pa.scalar(int(_NO_DAY), pa.int32())).to_numpy()
        rows = cut.doc[counted]
        return cls(
            key=cut.key[counted],
            outlet=_hashed(documents["outlet"])[rows],
            family=_hashed(families)[rows],
            day=days[rows].astype(np.int32),
        )

    @classmethod
    def joined(cls, parts: Sequence[_Rows]) -> _Rows:
        return cls(
            key=np.concatenate([part.key for part in parts]),
            outlet=np.concatenate([part.outlet for part in parts]),
            family=np.concatenate([part.family for part in parts]),
            day=np.concatenate([part.day for part in parts]),
        )


def _dates(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.date32()).cast(pa.int32())


def _days(owner: Numbers, rows: _Rows, owners: int) -> Numbers:
    dated = rows.day != _NO_DAY
    return _distinct(owner[dated], rows.day[dated], owners)


def _distinct(owner: Numbers, values: NDArray[np.generic], owners: int) -> Numbers:
    """Return how many different values each owner has."""
    order = np.lexsort((values, owner))
    owner, values = owner[order], values[order]
    new = np.ones(owner.size, np.bool_)
    new[1:] = (owner[1:] != owner[:-1]) | (values[1:] != values[:-1])
    return np.bincount(owner[new], minlength=owners)


# --- marking ---------------------------------------------------------------------------------------


def _marks(documents: pa.Table, cut: _Cut, known: Repeated) -> Iterator[tuple[str, int, int, str]]:
    texts, ids = pc.fill_null(documents["text"], "").to_pylist(), documents["doc_id"].to_pylist()
    often = _among(cut.key, known.keys)
    ends = np.searchsorted(cut.doc, np.arange(documents.num_rows + 1)).tolist()
    for row, (first, last) in enumerate(pairwise(ends)):
        here = slice(first, last)
        start, stop = cut.start[here].tolist(), cut.stop[here].tolist()
        reasons = _reasons(_Text(texts[row], start, stop, cut.line[here], cut.words[here]), often[here])
        for begin, end, why in zip(start, stop, reasons, strict=True):
            if why:
                yield ids[row], begin, end, why


@dataclass(frozen=True, slots=True)
class _Text:
    """One document's segments."""

    text: str
    start: list[int]
    stop: list[int]
    line: Numbers
    words: Numbers


def _reasons(item: _Text, often: Flags) -> list[str]:
    """Return for each segment why it is marked, "" if it is not."""
    count = len(item.start)
    lines = [list(group) for _, group in groupby(range(count), key=item.line.tolist().__getitem__)]
    reasons = [""] * count
    for places in lines:
        if _points_elsewhere(item.text, item.start[places[0]], item.stop[places[-1]]):
            for place in places:
                reasons[place] = ELSEWHERE
    if often.any():
        alone = np.bincount(item.line, minlength=1)[item.line] == 1
        chosen = often & _long_enough(item, often, alone)
        free = [place for place in range(count) if not reasons[place]]
        if not all(chosen[place] for place in free):
            _name(reasons, chosen.tolist(), alone.tolist(), item.words.tolist())
    return reasons


def _long_enough(item: _Text, often: Flags, alone: Flags) -> Flags:
    """Return which segments may be marked.

    They are lines, the sentences of a line that is repeated to the last of them, long sentences, and short ones
    beside a marked one of their line.
    """
    fresh = np.bincount(item.line, weights=~often, minlength=1)[item.line] > 0
    made = alone | ~fresh | (item.words >= SENTENCE_WORDS)
    sure = often & made
    same = item.line[1:] == item.line[:-1]
    made[1:] |= sure[:-1] & same
    made[:-1] |= sure[1:] & same
    return made


def _name(reasons: list[str], chosen: list[bool], alone: list[bool], words: list[int]) -> None:
    """Write why into the reasons that are still empty."""
    count = len(reasons)
    settled = [bool(reason) or chosen[place] for place, reason in enumerate(reasons)]
    head = next(place for place in range(count) if not settled[place])
    tail = count - next(place for place in range(count) if not settled[count - 1 - place])
    for place in range(count):
        if chosen[place] and not reasons[place]:
            short = alone[place] and words[place] <= LINE_WORDS
            inside = LINE if short else BACKGROUND
            reasons[place] = OPENING if place < head else CLOSING if place >= tail else inside


def _points_elsewhere(text: str, start: int, stop: int) -> bool:
    if stop - start > _CUE_LETTERS:
        return False
    if _CUE.match(text, start, stop):
        return True
    label = _LABEL.match(text, start, stop)
    return label is not None and (
        label.end() == stop or (label["colon"] is not None and stop - start <= _LABEL_LETTERS)
    )


def _among(values: Hashes, known: Hashes) -> Flags:
    if not known.size:
        return np.zeros(values.size, np.bool_)
    made: Flags = known[np.minimum(np.searchsorted(known, values), known.size - 1)] == values
    return made
