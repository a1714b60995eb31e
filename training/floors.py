"""What counting words reaches: TF-IDF of words and letters into a linear model, scored on dev.

``python -m training.floors [task-or-set ...]`` prints a table; settings are chosen on a tenth of train.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier

from training.leaks import clean, held, scored_on
from training.score import macro_f1, multilabel_macro_f1, pearson
from training.sets import SOURCES, examples
from training.shapes import Example
from training.tasks import TASKS

# A tenth of train chooses the settings.
INNER = 10
AROUND = 60
WORD, PIECE = r"\w+|[!?…]", r"\S+"
STRENGTHS = (0.3, 1.0, 3.0, 10.0, 30.0)
CUTS = tuple(np.linspace(0.05, 0.95, 19))
# Where letters cost more time than they bring: 28 models over 43,000 texts.
WORDS_ONLY = ("goemotions",)
PUBLISHED = {
    "emobank": ".55/.35/.27",
    "newsmtsc": ".63",
    "rusentne": ".31 F1(pos, neg)",
    "babe": ".72",
    "wiki_npov": ".68",
    "claimbuster": ".83",
    "pledges": ".59",
    "cameo_class": ".61",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Texts as numbers: fitting rows, choosing rows and dev rows."""

    fit: Any
    choose: Any
    dev: Any


def features(fit: Sequence[Example], choose: Sequence[Example], dev: Sequence[Example]) -> Parts:
    """Return TF-IDF of word 1-2-grams and letter 3-5-grams; for a marked target also of what stands around it."""
    blocks = []
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=WORD)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), min_df=3, sublinear_tf=True)
    views = [(words, _text)] if fit[0].source in WORDS_ONLY else [(words, _text), (letters, _text)]
    if fit[0].target is not None:
        around = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True, token_pattern=PIECE)
        views.append((around, _around))
    for vectoriser, view in views:
        learnt = vectoriser.fit_transform([view(example) for example in fit])
        rest = [vectoriser.transform([view(example) for example in some]) for some in (choose, dev)]
        blocks.append((learnt, *rest))
    return Parts(*(sparse.csr_matrix(sparse.hstack([block[part] for block in blocks])) for part in range(3)))


def classes(task: str, fit: list[Example], choose: list[Example], dev: list[Example]) -> tuple[list[str], list[str]]:
    """Return the dev gold and the guesses of the best logistic model."""
    parts = features(fit, choose, dev)
    gold = [example.labels[0] for example in fit]
    wanted = [example.labels[0] for example in choose]
    best: tuple[float, Any] = (-1.0, None)
    for strength in STRENGTHS[1:]:
        for weight in (None, "balanced"):
            model = LogisticRegression(C=strength, class_weight=weight, max_iter=300, tol=1e-3).fit(parts.fit, gold)
            reached = macro_f1(wanted, [str(label) for label in model.predict(parts.choose)])
            best = max(best, (reached, model), key=lambda pair: pair[0])
    print(f"{task}: {best[1].C} {best[1].class_weight}", file=sys.stderr)
    return [example.labels[0] for example in dev], [str(label) for label in best[1].predict(parts.dev)]


def numbers(fit: list[Example], choose: list[Example], dev: list[Example]) -> list[float]:
    """Return r on dev for each number of a regression task."""
    parts = features(fit, choose, dev)
    found = []
    for place in range(len(fit[0].values)):
        gold = [example.values[place] for example in fit]
        wanted = [example.values[place] for example in choose]
        models = [Ridge(alpha=strength).fit(parts.fit, gold) for strength in STRENGTHS]
        best = max(models, key=lambda model: pearson(wanted, model.predict(parts.choose)))
        found.append(pearson([example.values[place] for example in dev], best.predict(parts.dev)))
    return found


def labels(task: str, fit: list[Example], choose: list[Example], dev: list[Example]) -> float:
    """Return macro-F1 on dev, each label's threshold chosen inside train."""
    parts, names = features(fit, choose, dev), TASKS[task].labels
    gold = np.array([[label in example.labels for label in names] for example in fit], dtype=int)
    model = OneVsRestClassifier(LogisticRegression(C=10.0, solver="liblinear")).fit(parts.fit, gold)
    chances, final = model.predict_proba(parts.choose), model.predict_proba(parts.dev)
    cuts = []
    for place, name in enumerate(names):
        wanted = [{name} & set(example.labels) for example in choose]
        reached = [
            multilabel_macro_f1(wanted, [{name} if chance >= cut else set() for chance in chances[:, place]], [name])
            for cut in CUTS
        ]
        cuts.append(CUTS[int(np.argmax(reached))])
    guess = [{name for name, chance, cut in zip(names, row, cuts, strict=True) if chance >= cut} for row in final]
    return multilabel_macro_f1([set(example.labels) for example in dev], guess, names)


def floor(train: list[Example], dev: list[Example]) -> str:
    """Return a task's floor in words, such as ``macro-F1 .72``."""
    task = TASKS[train[0].task]
    choose = train[::INNER]
    fit = [example for place, example in enumerate(train) if place % INNER]
    if task.head == "regression":
        return "r " + "/".join(_short(value) for value in numbers(fit, choose, dev))
    if task.head == "labels":
        return f"macro-F1 {_short(labels(task.name, fit, choose, dev))}, {len(task.labels)} labels"
    gold, guess = classes(task.name, fit, choose, dev)
    said = f"macro-F1 {_short(macro_f1(gold, guess))}"
    return said if task.name != "tone" else f"{said}, F1(pos, neg) {_short(macro_f1(gold, guess, task.labels[::2]))}"


def _text(example: Example) -> str:
    return example.text


def _around(example: Example) -> str:
    """Return the words by the target, those before it marked apart from those after it."""
    start, stop = example.target or (0, 0)
    before = example.text[max(0, start - AROUND) : start].casefold().split()
    after = example.text[stop : stop + AROUND].casefold().split()
    return " ".join([f"<{word}" for word in before] + [f">{word}" for word in after])


def _short(value: float) -> str:
    return f"{value:.2f}".replace("0.", ".")


def main() -> None:
    """Print the floors of the sets and tasks named, of all that have a dev split otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("only", nargs="*", help="sets or tasks")
    folder, only = Path(os.environ["TENOR_DATA"]), set(parser.parse_args().only)
    kept_back = held(scored_on(folder))
    print("| set | task | train | dev | floor, dev | the issue's floor |\n|-|-|-|-|-|-|", flush=True)
    for source in SOURCES.values():
        tasks = [
            task for task in source.tasks if TASKS[task].head != "spans" and (not only or only & {source.name, task})
        ]
        if source.evaluate_only or not tasks:
            continue
        train, dev = clean(folder, [source], kept_back).train, examples(folder, source, "dev")
        for task in tasks:
            learnt = [example for example in train if example.task == task]
            scored = [example for example in dev if example.task == task]
            if scored:
                size = f"{len(learnt):,} | {len(scored):,}"
                known = PUBLISHED.get(source.name, "")
                print(f"| {source.name} | {task} | {size} | {floor(learnt, scored)} | {known} |", flush=True)


if __name__ == "__main__":
    main()
