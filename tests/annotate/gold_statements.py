"""The hand-marked statements, and how what is found is held against them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from tenor.annotate.statements import Article, Statement, statements

GOLD = Path(__file__).parent / "gold"
_OPEN = re.compile(r"\{([sq])(\d?):")
# Contents agree if they share so much of what either has; a speaker, half.
SHARED, SPEAKER = 0.7, 0.5


@dataclass(frozen=True, slots=True)
class Case:
    """A text with the statements it holds: their speakers and contents by number, and what else is asked."""

    number: int
    text: str
    sources: dict[int, tuple[int, int]]
    contents: dict[int, tuple[int, int]]
    asked: dict[str, str]
    day: date | None
    clean: Case | None = None

    @property
    def statements(self) -> list[int]:
        """The numbers of the statements."""
        return sorted({*self.sources, *self.contents})


def cases(lang: str) -> list[Case]:
    """Return the cases of a language."""
    found, number = [], 0
    for line in (GOLD / f"statements.{lang}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            number = int(line.split()[1])
        elif line.strip() and not line.startswith("#"):
            clean, _, corrupted = line.partition(" ||| ")
            first = _case(number, clean)
            found.append(_case(number, corrupted, first) if corrupted else first)
    return found


def _case(number: int, line: str, clean: Case | None = None) -> Case:
    marked, _, said = line.partition(" => ")
    asked, day = {}, None
    for item in said.split():
        if item.startswith("@"):
            day = date.fromisoformat(item[1:])
        else:
            name, _, value = item.partition("=")
            asked[name] = value
    text = ""
    sources: dict[int, tuple[int, int]] = {}
    contents: dict[int, tuple[int, int]] = {}
    stack: list[tuple[str, int, int]] = []
    place = 0
    while place < len(marked):
        opened = _OPEN.match(marked, place)
        if opened:
            stack.append((opened[1], int(opened[2] or 1), len(text)))
            place = opened.end()
        elif marked[place] == "}":
            kind, which, start = stack.pop()
            (sources if kind == "s" else contents)[which] = (start, len(text))
            place += 1
        else:
            text += marked[place]
            place += 1
    return Case(number, text, sources, contents, asked, day, clean)


@dataclass(slots=True)
class Score:
    """How many were right, found and wanted, and what was wrong."""

    right: int = 0
    found: int = 0
    wanted: int = 0
    wrong: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        """The share of what was found that is right."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of what there is that was found."""
        return self.right / self.wanted if self.wanted else 1.0


def scores(lang: str) -> dict[int, Score]:
    """Return the scores of a language, case by case."""
    every: dict[int, Score] = defaultdict(Score)
    for case in cases(lang):
        found = read(case, lang)
        one = every[case.number]
        right = [which for which in case.statements if _found(case, which, found, lang)]
        counted = _counted(case, found)
        one.right += len(right)
        one.wanted += len(case.statements)
        one.found += max(counted, len(right))
        if len(right) < len(case.statements) or counted > len(right):
            one.wrong.append(case.text)
    return dict(every)


def read(case: Case, lang: str) -> list[Statement]:
    """Return what is found in a case; no actor is named in it."""
    return statements(Article(title="", text=case.text, lang=lang, day=case.day))


def _counted(case: Case, found: Sequence[Statement]) -> int:
    """Return how many statements of the sort that is asked for were found."""
    form = case.asked.get("form")
    if form in ("author", "scare"):
        attributed = sum(one.form not in ("author", "scare") and one.kind != "framing" for one in found)
        return sum(one.form == form for one in found) + (attributed if form == "author" else 0)
    sort = [one for one in found if one.kind != "framing" and (one.form != "author" or case.number == 12)]
    return len(sort)


def _found(case: Case, which: int, found: Sequence[Statement], lang: str) -> bool:
    fits = list(_fitting(case, which, found))
    if case.clean is not None:
        twin = list(_fitting(case.clean, which, read(case.clean, lang)))
        return bool(fits and twin) and fits[0].score < twin[0].score and fits[0].kind == twin[0].kind
    if "outer2" in case.asked and which == 2:
        outer = [found.index(one) for one in _fitting(case, 1, found)]
        fits = [one for one in fits if one.outer in outer]
    return any(_as_asked(case, one) for one in fits)


def _as_asked(case: Case, one: Statement) -> bool:
    window = one.window
    seen = {
        "kind": one.kind,
        "form": one.form,
        "pol": one.polarity,
        "to": window.last.isoformat() if window and window.last else "",
    }
    return all(seen[name] == value for name, value in case.asked.items() if name in seen)


def _fitting(case: Case, which: int, found: Sequence[Statement]) -> Iterator[Statement]:
    source, content = case.sources.get(which), case.contents.get(which)
    for one in found:
        if source and (one.source is None or _share(source, one.source) < SPEAKER):
            continue
        if content is None:
            # Who is said to pass on what another says has the same words as content.
            if which == 1 and "outer2" not in case.asked and one.content:
                continue
        elif not one.content or _share(content, (one.content[0][0], one.content[-1][1])) < SHARED:
            continue
        yield one


def _share(one: tuple[int, int], other: tuple[int, int]) -> float:
    both = min(one[1], other[1]) - max(one[0], other[0])
    return max(0, both) / (max(one[1], other[1]) - min(one[0], other[0]))
