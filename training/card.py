"""The model card, ``docs/model.md``, from the manifest of the shipped model and the results in ``training/results``.

``python -m training.card`` writes the page anew. Results are what ``python -m training.evaluate --json`` printed:
``default.json`` for the shipped model; others, such as ``accurate.json``, for models it is held against, each with a
line in ``RESULTS``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from training.evaluate import Line
from training.shapes import LICENCES
from training.tasks import TASKS

ROOT = Path(__file__).parents[1]
PAGE, RESULTS_FOLDER = ROOT / "docs" / "model.md", ROOT / "training" / "results"
MANIFEST = ROOT / "models" / "tenor_models" / "default" / "manifest.json"
# What each file of results is, in the order of the table's columns.
RESULTS: Mapping[str, str] = {
    "default": "default",
    "accurate": "teacher",
    "minilm": "MiniLM-L6, English only",
    "frozen": "frozen base",
    "open": "open licences only",
}
# A core of a processor of its kind under load, in watts: an assumption, as the machine shows no meter.
WATTS = 10
# On how many cores a run was made whose recipe does not say so.
THREADS = 2
NO_GOLD = """\
## Where nothing stands behind it

A score is left empty where there is no gold to hold it against, and how many were left empty is counted.

- **Turkish**: no gold for any task. The model reads Turkish (its letters are in the vocabulary), and its vectors may be
  compared, but no head answers.
- **Ukrainian**: gold for names of persons, places and organisations only, from few documents. None for tone.
- **Russian**: tone towards a marked actor, and names. None for valence, arousal or loaded wording.
- All else is English. Most gold is American or British news, speeches and debates of 2000 to 2020.
"""
HEAD = """\
# The model that reads sentences

Made by `python -m training.card`; edit that, not this page.

One small encoder answers all questions in one pass, without a network, without torch. It is a distribution of its own,
`tenor-models`, under CC BY-SA 4.0 as far as our rights reach; what it was learnt from, and under which terms, stands in
its NOTICE. A model is one more coder: its scores are shown with their passages, and no verdict rests on them until
people have coded a sample of the same corpus.
"""


def page(manifest: Mapping[str, Any], results: Mapping[str, Sequence[Line]], notes: Mapping[str, str]) -> str:
    """Return the card.

    Parameters
    ----------
    manifest
        Of the shipped model.
    results
        Score lines by the name of the model; ``default`` must be there.
    notes
        What was measured elsewhere, by heading: speed, size, limits.
    """
    parts = [HEAD, _made(manifest), _asked(manifest), _scores(results["default"])]
    if len(results) > 1:
        parts.append(_held_against(results))
    parts.append(NO_GOLD)
    parts += [f"## {heading}\n\n{text.strip()}\n" for heading, text in notes.items()]
    return "\n".join(parts)


def _made(manifest: Mapping[str, Any]) -> str:
    made = manifest["made"]
    before = made.get("shipped")
    spent = sum(one["seconds"] / 3600 * one.get("threads", THREADS) for one in (made, before) if one)
    seen = f"{made['seen']:,}" + (f", after {before['seen']:,} for version {before['version']}" if before else "")
    rows = [
        ("version", manifest["version"]),
        ("layers, width", f"{manifest['layers']}, {manifest['width']}"),
        ("tokens read of a text", str(manifest["longest"])),
        ("texts shown in training", seen),
        ("hours of one core", f"{spent:.1f}"),
        ("energy", f"about {spent * WATTS / 1000:.2f} kWh, at {WATTS} W a core, assumed and not measured"),
        ("seeds", "1, so no spread over seeds is known"),
    ]
    return "## How it was made\n\n| | |\n|-|-|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows) + "\n"


def _asked(manifest: Mapping[str, Any]) -> str:
    lines = ["## What it answers", "", "| task | answers | languages with gold |", "|-|-|-|"]
    for kind in ("sentence", "marked", "spans"):
        for task in manifest[kind]:
            labels = task["labels"]
            short = ", ".join(labels) if len(labels) <= 6 else f"{len(labels)} labels"
            known = ", ".join(task["languages"]) or "none: not shown"
            lines.append(f"| **{task['task']}** {TASKS[task['task']].asks} | {short} | {known} |")
    return "\n".join(lines) + "\n"


def _scores(found: Sequence[Line]) -> str:
    text = """\
## Scores

On dev parts that were not learnt from, by the file that is shipped (`make eval`). *95 %* is a bootstrap over documents.
*words* is what counting words reaches (TF-IDF and a linear model). *published* are mostly much larger models, often on
other splits: a bearing, no contest. Test parts are scored by others.
"""
    lines = [
        text,
        "| set | task | language | metric | ours | 95 % | words | published | licence | n |",
        "|" + "-|" * 10,
    ]
    for line in sorted(found, key=lambda one: (LICENCES.index(one.licence), one.set)):
        spread = f"{short(line.low)}-{short(line.high)}"
        cells = [line.set, line.task, line.language, line.metric, short(line.score), spread]
        cells += [short(line.floor), line.anchor, line.licence, f"{line.examples:,}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _held_against(results: Mapping[str, Sequence[Line]]) -> str:
    names = [name for name in RESULTS if name in results]
    by_key = {
        name: {(one.set, one.task, one.language, one.metric): one.score for one in results[name]} for name in names
    }
    text = """\
## Beside other models

*teacher* is the model with all twelve layers that the default's first version learnt from; *MiniLM* and *frozen base*
learnt the same way from the same texts; *open licences only* has the default's shape and saw permissive and share-alike
sets alone: what leaving the others out costs. Empty: the set or the task is not there.
"""
    lines = [text, "| set | language | metric | " + " | ".join(RESULTS[name] for name in names) + " |"]
    lines.append("|" + "-|" * (3 + len(names)))
    for key in by_key["default"]:
        cells = [short(by_key[name].get(key)) for name in names]
        lines.append(f"| {key[0]} | {key[2]} | {key[3]} | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def short(value: float | None) -> str:
    """Return a score with two places and no zero before them.

    Examples
    --------
    >>> short(0.756), short(None)
    ('.76', '')
    """
    return "" if value is None else f"{value:.2f}".replace("0.", ".", 1)


def results() -> dict[str, list[Line]]:
    """Return what lies in ``training/results``."""
    found = {}
    for name in RESULTS:
        path = RESULTS_FOLDER / f"{name}.json"
        if path.exists():
            found[name] = [Line(**entry) for entry in json.loads(path.read_text(encoding="utf-8"))]
    return found


def main() -> None:
    """Write the page."""
    notes = json.loads((RESULTS_FOLDER / "notes.json").read_text(encoding="utf-8"))
    manifest = json.loads(MANIFEST.read_text(encoding="utf-8"))
    PAGE.write_text(page(manifest, results(), notes), encoding="utf-8")


if __name__ == "__main__":
    main()
