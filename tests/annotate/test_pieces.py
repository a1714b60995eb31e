"""Sentences that are read, and who speaks in them: nothing of a text is lost, whatever it is."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from tenor.annotate.language import language_named
from tenor.annotate.pieces import MOST, pieces, shortened

TEXTS = st.text(st.sampled_from('ab.,!? "«»\n—\u00adA1'), max_size=200)


@settings(deadline=None)
@given(TEXTS, TEXTS)
def test_every_sign_belongs_to_one_voice(title: str, text: str) -> None:
    found = list(pieces(title, text, language_named("en")))
    for part, words in (("title", title), ("body", text)):
        spans = [(voice.start, voice.stop) for one in found if one.part == part for voice in one.voices]
        assert spans == sorted(spans)
        assert all(one[1] <= other[0] for one, other in pairwise(spans))
        read = "".join(words[start:stop] for start, stop in spans)
        assert "".join(read.replace("\u00ad", "").split()) == "".join(words.replace("\u00ad", "").split())
    for one in found:
        assert one.voices[0].start == one.start
        assert one.voices[-1].stop == one.stop


def test_a_monologue_is_cut_where_it_breathes() -> None:
    text = "we shall see, " * 2_000
    parts = list(shortened(text, (0, len(text.rstrip()))))
    assert max(len(text[start:stop].split()) for start, stop in parts) <= MOST
    assert all(text[start:stop].endswith(",") for start, stop in parts)
    assert "".join(text[start:stop] for start, stop in parts).replace(" ", "") == text.replace(" ", "")


def test_a_post_without_any_stop_is_read_whole() -> None:
    text = "and then he said that " * 400
    assert sum(len(text[one.start : one.stop].split()) for one in pieces("", text, language_named("en"))) == 2_000
