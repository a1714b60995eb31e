"""The model card says what its inputs say, and leaves empty what is not there."""

from __future__ import annotations

from dataclasses import replace

from training.card import page
from training.evaluate import Line

MANIFEST = {
    "version": "9.9",
    "layers": 6,
    "width": 384,
    "longest": 192,
    "made": {"seconds": 7200, "seen": 150_000},
    "sentence": [{"task": "biased", "labels": ["no", "yes"], "languages": ["en"]}],
    "marked": [],
    "spans": [{"task": "feeling", "labels": ["experiencer", "emotion_cue"], "languages": []}],
}
BABE = Line(
    set="babe",
    task="biased",
    language="en",
    metric="macro-F1",
    score=0.812,
    low=0.77,
    high=0.85,
    examples=1374,
    floor=0.76,
    must=0.81,
    anchor=".804 (BABE)",
    licence="copyleft",
)


def test_a_card_says_what_was_measured() -> None:
    card = page(MANIFEST, {"default": [BABE]}, {"Speed": "Fast."})
    assert "| babe | biased | en | macro-F1 | .81 | .77-.85 | .76 | .804 (BABE) | copyleft | 1,374 |" in card
    assert "| hours of one core | 4.0 |" in card
    assert "about 0.04 kWh" in card  # two hours, two cores, ten watts
    assert "| no, yes | en |" in card
    assert "| experiencer, emotion_cue | none: not shown |" in card
    assert "## Speed\n\nFast." in card
    assert "Beside other models" not in card


def test_what_was_spent_before_counts_too() -> None:
    made = {
        "seconds": 7200,
        "seen": 150_000,
        "threads": 1,
        "shipped": {"seconds": 3600, "seen": 9_000, "version": "9.8"},
    }
    card = page({**MANIFEST, "made": made}, {"default": [BABE]}, {})
    assert "| texts shown in training | 150,000, after 9,000 for version 9.8 |" in card
    assert "| hours of one core | 4.0 |" in card  # two of one, and one of two


def test_models_stand_side_by_side() -> None:
    other = [replace(BABE, score=0.7), replace(BABE, set="emobank")]
    card = page(MANIFEST, {"default": [BABE, replace(BABE, language="ru")], "accurate": other}, {})
    assert "| set | language | metric | default | teacher |" in card
    assert "| babe | en | macro-F1 | .81 | .70 |" in card
    assert "| babe | ru | macro-F1 | .81 |  |" in card
