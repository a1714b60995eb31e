"""Whether the model that ships says the same of the same piece in two languages; where not, it must stay silent."""

from __future__ import annotations

import numpy as np
import pytest

from tenor.annotate.encoder import Encoder
from tenor.errors import ModelMissing
from tests.annotate.parallel import EDITIONS, alike, pieces, toward

LEVELS = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}


@pytest.fixture(scope="module")
def shipped() -> Encoder:
    try:
        return Encoder.open()
    except ModelMissing:
        pytest.skip("the model is not installed")


def test_tone_towards_a_target_is_alike_in_english_and_russian(shipped: Encoder) -> None:
    items, scores = toward(), {}
    for lang in ("en", "ru"):
        read = shipped.read(
            [one.texts[lang] for one in items], [lang] * len(items), [[one.spans[lang]] for one in items]
        )
        chances = read.marked.values["tone"]
        scores[lang] = (chances[:, 2] - chances[:, 0]).astype(np.float64)
        assert np.corrcoef(scores[lang], [LEVELS[one.tone] for one in items])[0, 1] > 0.7
    (pair,) = alike(scores)
    assert pair.low < 0 < pair.high
    assert pair.correlation > 0.7


def test_affect_is_not_alike_so_it_is_left_empty_but_in_english(shipped: Encoder) -> None:
    items = pieces()
    forced = {lang: shipped.read([one.texts[lang] for one in items], ["en"] * len(items)) for lang in EDITIONS}
    for column in range(2):
        scores = {lang: read.values["affect"][:, column].astype(np.float64) for lang, read in forced.items()}
        apart = [pair for pair in alike(scores) if "en" in (pair.first, pair.second)]
        assert all(pair.high < 0 or pair.low > 0 for pair in apart), "were they alike, they could be pooled"
    for lang in ("ru", "uk", "tr"):
        read = shipped.read([one.texts[lang] for one in items], [lang] * len(items))
        assert np.isnan(read.values["affect"]).all()
        assert read.empty["affect"].other_language == len(items)
