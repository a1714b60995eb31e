"""Time expressions on news that others marked (TempEval-3), and how many sentences a second are read.

    TENOR_DATA=FOLDER python benchmarks/times.py [--part dev]

An expression is found if it shares a letter with a marked one (relaxed) or has its edges (strict); its value is right
if it is the same string, as in TempEval-3. "Days" takes values as days only: the time of the day is left out ("Friday
night"), and values the set writes against its own rules are read as what they mean ("2000-W7", "1949-XX"). A marked
expression that is not found is read by itself behind "of", so that values are told for all that are marked.

Speed is processor time of one core, so that other programs on the machine do not count.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tenor.annotate.sentences import sentences
from tenor.annotate.times import find_times

SENTENCES = {
    "en": "The ministry said on Friday that the troops would leave the valley by the end of August, as last week.",
    "ru": "Министерство сообщило в пятницу, что войска уйдут из долины к концу августа, как решили на прошлой неделе.",
    "uk": "Міністерство повідомило в п'ятницю, що війська залишать долину до кінця серпня, як вирішили минулого тижня.",
    "tr": "Bakanlık cuma günü birliklerin geçen hafta açıklandığı gibi ağustos sonuna kadar ayrılacağını söyledi.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What was marked, found and right, in expressions."""

    marked: int = 0
    found: int = 0
    overlap: int = 0
    exact: int = 0
    value: int = 0
    exact_value: int = 0
    days: int = 0
    read: int = 0
    read_days: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in self.__slots__})

    def f1(self, right: int) -> float:
        """Return F1 for so many right ones."""
        return 2 * right / (self.marked + self.found) if self.marked + self.found else 0.0

    def lines(self) -> Iterator[tuple[str, float]]:
        """Give every measure with its name."""
        yield "F1 relaxed", self.f1(self.overlap)
        yield "F1 strict", self.f1(self.exact)
        yield "F1 relaxed and value", self.f1(self.value)
        yield "F1 relaxed and days", self.f1(self.days)
        yield "F1 strict and value", self.f1(self.exact_value)
        yield "value right, of those found exactly", self.exact_value / max(self.exact, 1)
        yield "value right, of those found", self.value / max(self.overlap, 1)
        yield "value right, of all marked", self.read / max(self.marked, 1)
        yield "days right, of all marked", self.read_days / max(self.marked, 1)


def as_days(value: str) -> str:
    """Return a value without the time of the day, and as it should have been written."""
    if value.startswith("P") and not value.startswith(("PA", "PR")):
        return value
    plain = re.sub(r"T(?:\d\d(?::\d\d)*|[A-Z]{2})$", "", re.sub(r"(?:-XX)+$", "", value))
    return re.sub(r"^(\d{3})X$", r"\1", re.sub(r"-W(\d)(?!\d)", r"-W0\1", plain))


def tally(text: str, day: date, marked: list[tuple[int, int, str]]) -> Tally:
    """Return how a text's time expressions are found, sentence by sentence."""
    found = [
        (start + one.inner[0], start + one.inner[1], one.value)
        for start, stop in sentences(text, "en")
        for one in find_times(text[start:stop], "en", day)
    ]
    total = Tally(found=len(found))
    free = list(found)
    for start, stop, value in marked:
        near = [one for one in free if one[0] < stop and one[1] > start]
        best = next((one for one in near if one[:2] == (start, stop)), near[0] if near else None)
        if best is None:
            alone = find_times("of " + text[start:stop], "en", day)
            said = alone[0].value if alone else ""
            total += Tally(marked=1, read=said == value, read_days=as_days(said) == as_days(value))
            continue
        free.remove(best)
        exact, right, days = best[:2] == (start, stop), best[2] == value, as_days(best[2]) == as_days(value)
        total += Tally(
            marked=1,
            overlap=1,
            exact=exact,
            value=right,
            exact_value=exact and right,
            days=days,
            read=right,
            read_days=days,
        )
    return total


def timeml(path: Path) -> Tally:
    """Return the tally of a file of the set."""
    total = Tally()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            marked = [(one["start"], one["end"], one["value"]) for one in row["spans"] if one["label"] == "TIMEX3"]
            total += tally(row["text"], date.fromisoformat(row["date"][:10]), marked)
    return total


def speed(language: str, many: int) -> float:
    """Return sentences a second of one core; each has a number of its own, so that it is read anew."""
    texts = [f"{number}: {SENTENCES[language]}" for number in range(many)]
    find_times(SENTENCES[language], language, date(2025, 7, 14))
    start = time.process_time()
    for text in texts:
        find_times(text, language, date(2025, 7, 14))
    return many / (time.process_time() - start)


def main() -> None:
    """Print the measures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", default="dev", choices=["dev", "train"])
    part = parser.parse_args().part
    for language in SENTENCES:
        few, many = speed(language, 2_000), speed(language, 8_000)
        print(f"{language}: {few:,.0f} sentences a second, {many:,.0f} with four times as many")
    if "TENOR_DATA" not in os.environ:
        print("TENOR_DATA names no folder with the labelled sets: nothing else is measured")
        return
    total = timeml(Path(os.environ["TENOR_DATA"]) / "timex" / f"{part}.jsonl.gz")
    print(f"timex {part}: {total.marked} marked, {total.found} found")
    for name, number in total.lines():
        print(f"  {number:.3f}  {name}")


if __name__ == "__main__":
    main()
