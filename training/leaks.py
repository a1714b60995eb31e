"""Nothing that is scored on may stand in what is learnt from: dev texts against train and distillation texts.

``python -m training.leaks`` prints what was found and dropped, always from train.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from training.sets import SOURCES, chosen, examples, rows
from training.shapes import LICENCES, Example, Source
from training.text import normalise, sentences

# A dev sentence of so many words counts wherever it stands; a shorter one only as a whole text.
FEWEST_WORDS = 5
DISTIL = ("us_debates", "sotu")


@dataclass(frozen=True, slots=True)
class Held:
    """What may not be learnt from: whole texts of any length, and longer sentences by their first words."""

    whole: dict[str, str]
    parts: dict[tuple[str, ...], tuple[tuple[tuple[str, ...], str], ...]]

    def find(self, text: str) -> tuple[str, str] | None:
        """Return the held text in `text` and the set it is from, if there is one."""
        plain = normalise(text)
        if plain in self.whole:
            return plain, self.whole[plain]
        words = tuple(plain.split())
        for start in range(len(words) - FEWEST_WORDS + 1):
            for part, source in self.parts.get(words[start : start + FEWEST_WORDS], ()):
                if words[start : start + len(part)] == part:
                    return " ".join(part), source
        return None


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Train examples without leaks or repeats, and what was dropped: (set, why, the set it was found in) -> count."""

    train: list[Example]
    dropped: Counter[tuple[str, str, str]]


def held(texts: Iterable[tuple[str, str]]) -> Held:
    """Return what may not be learnt from.

    Parameters
    ----------
    texts
        Pairs of a set's name and a text of its that is scored on.

    Examples
    --------
    >>> kept_back = held([("toy", "Yes. The talks ended without a result.")])
    >>> kept_back.find("He said: the talks ended without a result!")
    ('the talks ended without a result', 'toy')
    >>> kept_back.find("Yes.") is None
    True
    """
    whole: dict[str, str] = {}
    parts: dict[tuple[str, ...], dict[tuple[str, ...], str]] = defaultdict(dict)
    for source, text in texts:
        plain = normalise(text)
        if plain:
            whole.setdefault(plain, source)
        for start, stop in [(0, len(text)), *sentences(text)]:
            words = tuple(normalise(text[start:stop]).split())
            if len(words) >= FEWEST_WORDS:
                parts[words[:FEWEST_WORDS]].setdefault(words, source)
    return Held(whole=whole, parts={key: tuple(found.items()) for key, found in parts.items()})


def scored_on(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield every text that is scored on: all dev texts, and all of a set that is only evaluated and has no dev."""
    for source in SOURCES.values():
        found = examples(folder, source, "dev")
        if source.evaluate_only and not found:
            found = examples(folder, source, "train")
        for example in found:
            yield source.name, example.text


def clean(folder: Path, sources: Sequence[Source], kept_back: Held) -> Cleaned:
    """Return the train examples of some sets, leaks and exact repeats dropped.

    A repeat has the same words, target and gold for the same task; the same words with other gold stay, because
    people disagree. Repeats are dropped across sets too.
    """
    kept: list[Example] = []
    dropped: Counter[tuple[str, str, str]] = Counter()
    seen: dict[tuple[object, ...], str] = {}
    for source in sources:
        for example in examples(folder, source, "train"):
            leak = kept_back.find(example.text)
            gold = (example.labels, example.values, example.marks)
            key = (example.task, normalise(example.text), example.target, gold)
            if leak is not None:
                dropped[source.name, "dev text", leak[1]] += 1
            elif key in seen:
                dropped[source.name, "repeat", seen[key]] += 1
            else:
                seen[key] = source.name
                kept.append(example)
    return Cleaned(train=kept, dropped=dropped)


def distillation(folder: Path, train: Iterable[Example], kept_back: Held) -> Iterator[str]:
    """Yield the texts to distil on, each once: train texts, then sentences of speeches and debates that are clean."""
    seen = set()
    for text in _learnt(folder, train):
        plain = normalise(text)
        if plain and plain not in seen and kept_back.find(text) is None:
            seen.add(plain)
            yield text


def _learnt(folder: Path, train: Iterable[Example]) -> Iterator[str]:
    for example in train:
        yield example.text
    for name in DISTIL:
        for row in rows(folder, name, "corpus"):
            for start, stop in sentences(row["text"]):
                yield row["text"][start:stop]


def shared(found: Iterable[Example]) -> Counter[tuple[str, str]]:
    """Return how many texts two sets have in common, word for word."""
    sets: dict[str, set[str]] = defaultdict(set)
    for example in found:
        sets[normalise(example.text)].add(example.source)
    pairs: Counter[tuple[str, str]] = Counter()
    for names in sets.values():
        ordered = sorted(names)
        pairs.update((one, other) for place, one in enumerate(ordered) for other in ordered[place + 1 :])
    return pairs


def main() -> None:
    """Print the sizes after cleaning, what was dropped and why, and which sets share texts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--licences", default=",".join(LICENCES), help="licence classes to train on")
    folder, licences = Path(os.environ["TENOR_DATA"]), parser.parse_args().licences.split(",")
    kept_back = held(scored_on(folder))
    done = clean(folder, chosen(licences), kept_back)
    sizes = Counter((example.source, example.task) for example in done.train)
    print("| set | task | train | dev |\n|-|-|-|-|")
    for source in chosen(licences):
        dev = Counter(example.task for example in examples(folder, source, "dev"))
        for task in source.tasks:
            print(f"| {source.name} | {task} | {sizes[source.name, task]:,} | {dev[task]:,} |")
    print("\n| dropped from | why | also in | examples |\n|-|-|-|-|")
    for (name, why, where), count in sorted(done.dropped.items()):
        print(f"| {name} | {why} | {where} | {count:,} |")
    print("\n| train sets with the same texts | texts |\n|-|-|")
    for (one, other), count in shared(done.train).most_common():
        print(f"| {one}, {other} | {count:,} |")
    print(f"\n{sum(1 for _ in distillation(folder, done.train, kept_back)):,} texts to distil on.")


if __name__ == "__main__":
    main()
