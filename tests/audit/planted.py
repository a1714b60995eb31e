"""A corpus of which everything is known: who copied whom, which words, names, rounds and first uses stand in it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from tenor.model import ArticleSource
from tenor.study import Study

OUTLETS = ("Daily", "Echo", "Globe", "Herald", "Press", "Voice")
ROUNDS = (date(2024, 2, 1), date(2024, 3, 1), date(2024, 4, 1))
GAP = (date(2024, 2, 11), date(2024, 2, 20))
COLUMNS = tuple(
    (role, "id" if role == "native_id" else role)
    for role in ("native_id", "outlet", "date", "title", "text", "lang", "url")
)
STUDY = """\
tenor: 1
id: planted
title: Three rounds of talks
event:
  title: Talks
  timezone: Europe/Istanbul
  window: {from: 0, to: 2, unit: day}
rounds:
  - {id: r1, label: the first round, date: 2024-02-01, cues: {en: [first round]}}
  - {id: r2, label: the second round, date: 2024-03-01}
  - {id: r3, label: the third round, date: 2024-04-01, cues: {en: [third round]}}
queries:
  - {id: talks, any: [negotiator*]}
comparison: {from: 2024-02-01, to: 2024-04-30}
"""
CLAIMS = """\
tenor_claims: 1
claims:
  - id: fewer
    quote: The third round was covered less.
    holder: a commentator
    date: 2024-04-10
    source: a test
    hypotheses:
      - id: H1
        measure: volume.rate
        contrast: {r3: 1, r1: -0.5, r2: -0.5}
        relation: less
        margin: at least 20 % fewer
"""
Row = dict[str, str]


class Words:
    """Gives texts of made-up words, none like another."""

    def __init__(self, seed: int = 1) -> None:
        self._random = np.random.default_rng(seed)
        parts = [a + b for a in "bdfgklmnprst" for b in "aeiou"]
        self._known = [f"{a}{b}{c}" for a in parts[:12] for b in parts[12:30:2] for c in parts[40:50:3]]

    def text(self, number: int = 40, *planted: str) -> str:
        """Return so many words with planted ones at the end, each a sentence."""
        words = self._random.choice(self._known, number).tolist()
        return " ".join([*words, *(f". {item} ." for item in planted)])


def row(number: int, outlet: str, when: str, text: str, title: str = "", lang: str = "en") -> Row:
    """Return an article as a line of a file."""
    return {"id": f"n{number}", "outlet": outlet, "date": when, "title": title, "text": text, "lang": lang, "url": ""}


def study_of(folder: Path, rows: Iterable[Row], study: str = STUDY, claims: str = CLAIMS) -> Study:
    """Return a study with these articles added."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "tenor.yaml").write_text(study, encoding="utf-8")
    (folder / "claims.yaml").write_text(claims, encoding="utf-8")
    return added(folder, rows, "press.jsonl")


def added(folder: Path, rows: Iterable[Row], name: str) -> Study:
    """Add a file of articles to a study."""
    lines = [json.dumps(item) for item in rows]
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    study = Study.open(folder)
    study.add([folder / name], how=ArticleSource(path="", columns=COLUMNS))
    return study


def in_rounds(words: Words, each: int = 4, planted: Sequence[tuple[int, int, str]] = ()) -> list[Row]:
    """Return so many articles of each outlet in each round; (outlets, round, word) are planted in the first outlets."""
    rows: list[Row] = []
    for place, outlet in enumerate(OUTLETS):
        for number, start in enumerate(ROUNDS):
            mine = [word for outlets, at, word in planted if place < outlets and at == number]
            for piece in range(each):
                when = f"{start + timedelta(days=piece % 3)}T{8 + piece:02}:00:00+03:00"
                rows.append(row(len(rows), outlet, when, words.text(40, *mine, *mine)))
    return rows
