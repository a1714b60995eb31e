"""Do sentences sound as they were scored? Draws some at low, middle and high scores, for a person to judge.

    python benchmarks/face_validity.py STUDY valence arousal --texts > beside-the-study.md
    python benchmarks/face_validity.py STUDY valence arousal > judgements.md

STUDY is a folder whose articles were read (`tenor annotate`); what follows are columns of the table `scores`. The same
seed draws the same sentences. Both pages have them in the same order, under the same numbers, mixed so that the place
says nothing of the score. With ``--texts`` come the sentences without their scores: judge each there as low, middle or
high before looking at the other page. That one has ids, places and scores and no text, so it may be passed on where
the texts may not: copy the judgements into it.

Low and high are the lowest and the highest share of all sentences (``--share``, 5 %), middle the share around the
median. Sentences of copies, boilerplate and sentences of fewer than five words are not drawn.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tenor.corpus.store import Store
from tenor.measure.spoken import overlaps
from tenor.study import Study
from tenor.tables import NUMBERS

LEVELS = ("low", "middle", "high")
DEFAULT = ("valence", "arousal", "biased", "emotion_fear", "emotion_anger")
EACH = 10
SHARE = 0.05
FEWEST_WORDS = 5
LONGEST = 280
_SCORED = f"""\
SELECT scores.doc_id, scores.part, scores.start, scores.stop, scores.speech, articles.lang, scores.coder,
       CAST(scores.{{column}} AS DOUBLE) AS score
FROM scores JOIN coders ON coders.role = 'encoder' AND coders.coder = scores.coder
JOIN articles ON articles.doc_id = scores.doc_id
WHERE scores.{{column}} IS NOT NULL AND articles.first_publisher AND scores.words >= $fewest
  AND ($lang = '' OR articles.lang = $lang) AND NOT {overlaps("scores")}
ORDER BY scores.doc_id, scores.part, scores.start, scores.stop"""  # noqa: S608 (the column is one of NUMBERS)
_TEXTS = """\
SELECT doc_id, title, text FROM documents JOIN articles USING (doc_id) WHERE doc_id IN (SELECT unnest($ids))"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A sentence that was drawn: where it stands, its score, and at which level that is."""

    doc_id: str
    part: str
    start: int
    stop: int
    speech: str
    lang: str
    score: float
    level: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What was drawn for a column, in an order that says nothing, from how many sentences, by whom scored."""

    column: str
    drawn: tuple[Drawn, ...]
    sentences: int
    coder: str


def places(scores: NDArray[np.float64], each: int, share: float, seed: Sequence[int]) -> list[tuple[int, str]]:
    """Return which scores are drawn and at which level, mixed.

    Parameters
    ----------
    scores
        All there are, in whatever order.
    each
        How many a level.
    share
        The share of all scores that a level is; it grows to hold `each`.
    seed
        The same draws the same.

    Raises
    ------
    ValueError
        There are fewer scores than three levels need.
    """
    size = len(scores)
    if size < len(LEVELS) * each:
        raise ValueError(
            f"{size:,} sentences have a score, and {len(LEVELS) * each} are needed; draw fewer with --each"
        )
    ranked = np.argsort(scores, kind="stable")
    wide = min(max(each, round(share * size)), size // len(LEVELS))
    begins = (0, (size - wide) // 2, size - wide)
    generator = np.random.default_rng(seed)
    found = [
        (int(place), level)
        for begin, level in zip(begins, LEVELS, strict=True)
        for place in generator.choice(ranked[begin : begin + wide], size=each, replace=False)
    ]
    return [found[at] for at in generator.permutation(len(found))]


def draw(store: Store, column: str, *, each: int, share: float, seed: int, lang: str = "") -> Draw:
    """Return the sentences that are drawn for a column of the table `scores`."""
    table = store.query(_SCORED.format(column=column), {"fewest": FEWEST_WORDS, "lang": lang})
    scores = np.asarray(table["score"].to_numpy(), np.float64)
    try:
        chosen = places(scores, each, share, (seed, zlib.crc32(column.encode())))
    except ValueError as error:
        raise ValueError(f"{column}: {error}") from error
    rows = table.take([place for place, _ in chosen]).to_pylist()
    coder = rows[0].pop("coder")
    return Draw(
        column=column,
        drawn=tuple(
            Drawn(**{name: value for name, value in row.items() if name != "coder"}, level=level)
            for row, (_, level) in zip(rows, chosen, strict=True)
        ),
        sentences=table.num_rows,
        coder=coder,
    )


def shown(sentence: str) -> str:
    r"""Return a sentence as a table's cell, cut to what may be shown.

    Examples
    --------
    >>> shown("Talks | went\non.")
    'Talks \\| went on.'
    """
    plain = " ".join(sentence.split())
    cut = plain if len(plain) <= LONGEST else plain[: LONGEST - 1].rstrip() + "…"
    return cut.replace("|", "\\|")


def scored_page(some: Draw) -> Iterator[str]:
    """Yield the lines of a column's table without any text."""
    yield "| no. | article | part | place | voice | language | score | level | judged as |"
    yield "|-|-|-|-|-|-|-|-|-|"
    for number, one in enumerate(some.drawn, 1):
        place = f"{one.start}-{one.stop}"
        cells = (number, one.doc_id, one.part, place, one.speech, one.lang, f"{one.score:.3f}", one.level, "")
        yield f"| {' | '.join(str(cell) for cell in cells)} |"


def texts_page(some: Draw, store: Store) -> Iterator[str]:
    """Yield the lines of a column's table with the sentences and without their scores."""
    rows = store.query(_TEXTS, {"ids": sorted({one.doc_id for one in some.drawn})}).to_pylist()
    parts = {(row["doc_id"], part): row[name] for row in rows for part, name in (("title", "title"), ("body", "text"))}
    yield "| no. | sentence | judged as |"
    yield "|-|-|-|"
    for number, one in enumerate(some.drawn, 1):
        yield f"| {number} | {shown(parts[one.doc_id, one.part][one.start : one.stop])} |  |"


def main() -> None:
    """Print a page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("study", type=Path, nargs="?", help="the study's folder; without one, this help")
    parser.add_argument("columns", nargs="*", metavar="column", help=f"of the table scores; {', '.join(DEFAULT)}")
    parser.add_argument("--texts", action="store_true", help="the sentences instead of their scores")
    parser.add_argument("--each", type=int, default=EACH, help="sentences a level")
    parser.add_argument("--share", type=float, default=SHARE, help="share of all sentences that is low, middle, high")
    parser.add_argument("--lang", default="", help="only articles in this language")
    parser.add_argument("--seed", type=int, default=1)
    said = parser.parse_args()
    if said.study is None:
        parser.print_help()
        return
    if unknown := set(said.columns) - set(NUMBERS):
        parser.error(f"no column {min(unknown)} in the table scores")
    store = Study.open(said.study).store
    for column in said.columns or DEFAULT:
        try:
            found = draw(store, column, each=said.each, share=said.share, seed=said.seed, lang=said.lang)
        except ValueError as error:
            parser.error(str(error))
        print(f"## {column}\n")
        print(f"Drawn with seed {said.seed} from {found.sentences:,} sentences as {found.coder} scored them.\n")
        print("\n".join(texts_page(found, store) if said.texts else scored_page(found)), end="\n\n")


if __name__ == "__main__":
    main()
