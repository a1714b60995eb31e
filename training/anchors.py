"""What the scores are held against: counting words, what was asked for, and the best that was published."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Anchor:
    """``floor`` is TF-IDF on dev (`training.floors`), ``must`` what was asked for, ``best`` a published number."""

    floor: float | None = None
    must: float | None = None
    best: str = ""


ANCHORS: dict[str, Anchor] = {
    "emobank/affect/en/r valence": Anchor(0.53, 0.74, ".838 (Park 2021, RoBERTa-large)"),
    "emobank/affect/en/r arousal": Anchor(0.48, 0.54, ".573"),
    "emobank/affect/en/r dominance": Anchor(0.28, 0.44, ".536"),
    "goemotions/emotions/en/macro-F1": Anchor(0.45, 0.44, ".541 (RoBERTa, thresholds per label)"),
    "newsmtsc/tone/en/macro-F1": Anchor(0.64, 0.78, ".831 (GRU-TSC)"),
    "rusentne/tone/ru/F1(pos, neg)": Anchor(0.38, 0.52, ".66 (RuSentNE-2023)"),
    "babe/biased/en/macro-F1": Anchor(0.76, 0.81, ".804 (BABE)"),
    "wiki_npov/npov/en/macro-F1": Anchor(0.66, 0.73),
    "claimbuster/check_worthy/en/macro-F1": Anchor(0.79, 0.87),
    "pledges/pledge/en/macro-F1": Anchor(0.57, 0.66),
    "cameo_class/quad/en/macro-F1": Anchor(0.84, 0.67),
    "polnear/quote/en/exact F1 source": Anchor(None, 0.72, ".832 (CofeNet-BERT); rules .107"),
    "polnear/quote/en/exact F1 cue": Anchor(None, 0.66, ".753; rules .228"),
    "polnear/quote/en/exact F1 content": Anchor(None, 0.58, ".729; rules .056"),
    "ptc/technique/en/span F1": Anchor(None, 0.36, ".516 (SemEval-2020 task 11)"),
    "nerel/entity/ru/entity F1": Anchor(None, 0.78),
    "bsnlp_ner/entity/ru/entity F1": Anchor(None, 0.78, ".715 (natasha)"),
    "bsnlp_ner/entity/uk/entity F1": Anchor(None, 0.78),
    "future_statements/future/en/macro-F1": Anchor(0.68),
    "promise/promise/en/macro-F1": Anchor(0.74),
}
