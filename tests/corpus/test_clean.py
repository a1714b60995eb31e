"""Languages are told apart where the text is long enough, and not guessed where it is not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from tenor.corpus.clean import identify
from tenor.errors import StudyError

SENTENCES = {
    "en": "The talks in Istanbul ended without a breakthrough on Tuesday",
    "de": "Die Gespräche in Istanbul endeten am Dienstag ohne Durchbruch",
    "fr": "Les pourparlers à Istanbul se sont achevés mardi sans percée",
    "ru": "Переговоры в Стамбуле завершились во вторник без прорыва",
    "uk": "Переговори у Стамбулі завершилися у вівторок без прориву",
    "tr": "İstanbul'daki görüşmeler salı günü sonuç alınamadan sona erdi",
    "pl": "Rozmowy w Stambule zakończyły się we wtorek bez przełomu",
    "bg": "Преговорите в Истанбул приключиха във вторник без пробив, съобщи турската агенция",
}


@pytest.mark.parametrize(("lang", "sentence"), SENTENCES.items(), ids=SENTENCES)
def test_a_sentence_is_enough(lang: str, sentence: str) -> None:
    assert identify(sentence, tuple(SENTENCES)) == lang
    assert identify(sentence, tuple(reversed(SENTENCES))) == lang


@pytest.mark.parametrize("text", ["", "Talks", "12:30 01.02.2024 - 15:45 03.04.2024 123456789"])
def test_what_is_too_short_stays_open(text: str) -> None:
    assert identify(text) == "und"


def test_a_language_that_is_not_known_is_named() -> None:
    with pytest.raises(StudyError, match="a language can't be identified"):
        identify("The talks in Istanbul ended", ["en", "xx"])


def test_real_articles_in_five_languages(tenor_data: Path) -> None:
    right = wrong = 0
    with gzip.open(tenor_data / "bsnlp_news" / "corpus.jsonl.gz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, list(lines)[::8]):
            found = identify(row["text"])
            right += found == row["lang"]
            wrong += found not in (row["lang"], "und")
    assert (right, wrong) >= (571, 0)
    assert wrong <= 1
