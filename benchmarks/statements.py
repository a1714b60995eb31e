"""How fast statements are read, given what the encoder said: sentences a second on one core, and how that grows.

``python -m benchmarks.statements`` reads the articles of the harbour example, their languages mixed as they are there,
and one article made of many. Nothing is loaded but the rules.
"""

from __future__ import annotations

import json
import time
from datetime import date

from tenor.annotate.actors import finder_of
from tenor.annotate.assembled import Mark
from tenor.annotate.sentences import sentences
from tenor.annotate.statements import Article, statements
from tenor.annotate.stating import named_of
from tenor.studyfile import read_study
from tenor.testing import example_folder

# Sentences a second that are asked for.
WANTED = 300


def articles() -> list[Article]:
    """Return the articles of the example with their actors, and with marks as an encoder would set them."""
    folder = example_folder("harbour")
    actors = {one.id: one for one in read_study(folder / "tenor.yaml").actors}
    finder = finder_of(tuple(actors.values()))
    found = []
    for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        day = date.fromisoformat(row["published"][:10])
        text, lang = row["text"], row["lang"]
        spans = sentences(text, lang)
        mentions = finder.mentions(text, lang, day, spans)
        named = [named_of(one.start, one.stop, actors[one.actor], text, lang) for one in mentions if one.actor]
        marks = [Mark(start, (start + stop) // 2, "content", 0.8) for start, stop in spans[::3]] if lang == "en" else []
        found.append(
            Article(title=row["title"], text=text, lang=lang, day=day, named={"body": named}, marks={"body": marks})
        )
    return found


def main() -> None:
    """Print the table."""
    every = articles()
    statements(every[0])  # the patterns are made once
    print("language  sentences  statements  sentences a second")
    for lang in ("en", "ru", "uk", "tr"):
        some = [one for one in every if one.lang == lang]
        _line(lang, some)
    _line("all", every)
    text = "\n\n".join(one.text for one in every if one.lang == "en")
    print("one English article, so many times as long")
    for times in (1, 2, 4):
        _line(f"x{times}", [Article(title="", text="\n\n".join([text] * times), lang="en", day=date(2023, 9, 6))])


def _line(name: str, some: list[Article]) -> None:
    many = sum(len(sentences(one.text, one.lang)) for one in some)
    begun = time.process_time()
    found = sum(len(statements(one)) for one in some)
    speed = many / (time.process_time() - begun)
    print(f"{name:8} {many:10,} {found:11,} {speed:19,.0f}{'' if speed >= WANTED else f'  below {WANTED}'}")


if __name__ == "__main__":
    main()
