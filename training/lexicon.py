"""The lexicon twin: words of EmoBank's train part with what each adds to a sentence's valence and arousal.

``python -m training.lexicon OUT`` writes the list that tenor ships (`src/tenor/annotate/lang/en.affect.tsv`), the same
bytes each time, and prints its correlation on dev. Ridge regression on how often words stand in a sentence, over
the root of its length; how much weights shrink is chosen for each of the two by cross-validation inside train.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, lsqr

from tenor.annotate.lexicon import Lexicon, words
from training.leaks import clean, held, scored_on
from training.score import pearson
from training.sets import SOURCES, examples
from training.shapes import Example

Floats = NDArray[np.float64]
HEAD = """\
# Learnt from EmoBank (Buechel and Hahn 2017) by training/lexicon.py; CC BY-SA 4.0, as EmoBank is.
# A word without its ending, what it adds to valence and to arousal, and how many sentences of train have it.
# The first line is a sentence whose words weigh nothing.
"""
# A word in fewer sentences of train says nothing by itself.
FEWEST = 2
FOLDS = 5
PENALTIES = (0.3, 0.6, 1.0, 2.0, 4.0)


def names(texts: Sequence[str]) -> set[str]:
    """Return the words that mostly have a capital where no sentence begins; headlines in capitals are not asked.

    A name says whom a sentence is about and not how it sounds: with a weight of its own it would carry the tone of
    EmoBank's years over to whoever is named today.

    Examples
    --------
    >>> sorted(names(["We saw Ann today, and I waved.", "Ann saw us.", "Ann Meets Bob Again"]))
    ['ann']
    """
    seen: Counter[str] = Counter()
    large: Counter[str] = Counter()
    for text in texts:
        inner = [(word, text[start].isupper()) for word, start, _ in words(text)[1:] if word]
        if 2 * sum(capital for _, capital in inner) > len(inner):
            continue
        seen.update(word for word, _ in inner)
        large.update(word for word, capital in inner if capital)
    return {word for word, many in large.items() if 2 * many > seen[word] and word != "i" and not word.startswith("i'")}


def used(texts: Sequence[str], known: Mapping[str, int]) -> Any:
    """Return how often each known word stands in each text, over the root of the text's length in words."""
    entries, rows, columns = [], [], []
    for row, text in enumerate(texts):
        said = words(text)
        for word, many in Counter(word for word, _, _ in said if word in known).items():
            entries.append(many / len(said) ** 0.5)
            rows.append(row)
            columns.append(known[word])
    return sparse.csr_matrix((entries, (rows, columns)), shape=(len(texts), len(known)))


def ridge(features: Any, gold: Floats, penalty: float) -> tuple[float, Floats]:
    """Return the intercept, which does not shrink, and the weights of a ridge regression.

    Examples
    --------
    >>> middle, weights = ridge(sparse.csr_matrix([[1.0], [0.0]]), np.array([3.0, 1.0]), 0.5)
    >>> round(middle, 6), weights.round(6).tolist()
    (1.5, [1.0])
    """
    means = np.asarray(features.mean(axis=0)).ravel()
    centred = LinearOperator(
        features.shape,
        matvec=lambda weights: features @ weights - means @ weights,
        rmatvec=lambda rest: features.T @ rest - means * rest.sum(),
        dtype=np.float64,
    )
    weights = lsqr(centred, gold - gold.mean(), damp=penalty**0.5, atol=1e-9, btol=1e-9)[0]
    return float(gold.mean() - means @ weights), weights


def best(features: Any, gold: Floats) -> float:
    """Return the penalty under which held-out parts of train are guessed best."""
    fold = np.arange(len(gold)) % FOLDS

    def reached(penalty: float) -> float:
        guess = np.empty_like(gold)
        for part in range(FOLDS):
            middle, weights = ridge(features[fold != part], gold[fold != part], penalty)
            guess[fold == part] = middle + features[fold == part] @ weights
        return pearson(gold, guess)

    return max(PENALTIES, key=reached)


def learnt(texts: Sequence[str], gold: Floats) -> str:
    """Return the list as text: the middle first, then words in order.

    Parameters
    ----------
    texts
        Sentences to learn from.
    gold
        Their valence and arousal, a row a sentence.
    """
    counts = Counter(word for text in texts for word in {word for word, _, _ in words(text)})
    left_out = {"", *names(texts)}
    kept = sorted(word for word, many in counts.items() if many >= FEWEST and word not in left_out)
    features = used(texts, {word: at for at, word in enumerate(kept)})
    (one, valence), (other, arousal) = (ridge(features, y, best(features, y)) for y in gold.T)
    lines = [f"*\t{one:.3f}\t{other:.3f}\t{len(texts)}"]
    lines += [f"{word}\t{_short(valence[at])}\t{_short(arousal[at])}\t{counts[word]}" for at, word in enumerate(kept)]
    return HEAD + "\n".join(lines) + "\n"


def rebuilt(folder: Path) -> bytes:
    """Return the list's file, learnt from EmoBank's train part without what is scored on.

    Parameters
    ----------
    folder
        What ``TENOR_DATA`` names.
    """
    train = clean(folder, [SOURCES["emobank"]], held(scored_on(folder))).train
    return learnt([example.text for example in train], _gold(train)).encode("utf-8")


def main() -> None:
    """Write the list and print how well it does."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="the file to write")
    said = parser.parse_args()
    folder = Path(os.environ["TENOR_DATA"])
    data = rebuilt(folder)
    said.out.write_bytes(data)
    lexicon = Lexicon.of(data)
    dev = examples(folder, SOURCES["emobank"], "dev")
    found, gold = lexicon.scores([example.text for example in dev]), _gold(dev)
    known = np.isfinite(found[:, 0])
    valence, arousal = (pearson(gold[known, at], found[known, at]) for at in range(2))
    print(f"{len(lexicon.weights):,} words, {len(data) / 1000:.0f} kB, version {lexicon.version}")
    print(f"dev r valence {valence:.3f}, arousal {arousal:.3f}")
    print(f"{int((~known).sum())} of {len(dev):,} sentences have too few known words")


def _gold(some: Sequence[Example]) -> Floats:
    return np.array([example.values[:2] for example in some])


def _short(weight: float) -> str:
    return f"{round(weight, 2) + 0.0:.2f}"


if __name__ == "__main__":
    main()
