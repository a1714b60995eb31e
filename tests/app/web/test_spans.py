"""A text cut at the edges of its marks is still the text, and every mark is drawn where it stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tenor.app.web.spans import Mark, around, cut, span_of

TEXTS = st.text(alphabet="ab é\U0001f600\u202e\n", max_size=40)
PLACES = st.tuples(st.integers(-3, 45), st.integers(-3, 45))


@given(TEXTS, st.lists(PLACES, max_size=8))
def test_pieces_joined_are_the_text_and_every_mark_covers_its_span(text: str, places: list[tuple[int, int]]) -> None:
    marks = [Mark(part="body", start=start, stop=stop, layer="x", about="") for start, stop in places]
    pieces = cut(text, marks)
    assert "".join(piece.text for piece in pieces) == text
    for number, mark in enumerate(marks):
        drawn = "".join(piece.text for piece in pieces if number in piece.marks)
        fine = 0 <= mark.start < mark.stop <= len(text)
        assert drawn == (text[mark.start : mark.stop] if fine else "")
        assert sum(number in piece.begins for piece in pieces) == fine


@given(TEXTS, st.integers(0, 40), st.integers(0, 40), st.integers(0, 12))
def test_a_passage_holds_its_place_whole(text: str, one: int, other: int, room: int) -> None:
    start, stop = sorted((min(one, len(text)), min(other, len(text))))
    before, inside, after = around(text, start, stop, room)
    assert inside == text[start:stop]
    assert text[:start].endswith(before.removeprefix("…"))
    assert text[stop:].startswith(after.removesuffix("…"))


def test_what_is_no_span_is_none() -> None:
    for text in ("", "body", "body:1", "body:-1:4", "body:1:4:5", "text:1:4", "body:²:4", f"body:1:{10**30}"):
        assert span_of(text) is None, text
