"""A tokenizer's pieces, cut to what Latin and Cyrillic text needs; no torch here."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>", "<mask>")
SPACE = "▁"
# Pieces stand in the order of how common they are in a hundred languages.
COMMON = 30_000
# A piece that our texts have so often stays, however rare it is elsewhere.
SEEN = 8
# Another script's sign that our texts have so often, such as the Greek of a name, is worth a row.
SEEN_SIGN = 2
# Pieces with letters that no other language of ours has stay.
LETTERS = re.compile("[ğışİĞŞіїєґІЇЄҐ]")
# So do pieces that read like these languages: of Turkish and Ukrainian there is little or no text to count.
SPARSE = ("tr", "az", "uk", "ru")
SHORTEST = 3
ALPHABETS = ("LATIN", "CYRILLIC")


class Encoded(Protocol):
    """What is asked of an encoded text."""

    @property
    def ids(self) -> list[int]:
        """The numbers of its pieces."""


class Speller(Protocol):
    """What is asked of a tokenizer."""

    def encode_batch(self, texts: list[str], /, *, add_special_tokens: bool) -> Sequence[Encoded]:
        """Spell texts."""


def readable(piece: str) -> bool:
    """Say whether a piece has no letter or digit of another script than Latin and Cyrillic.

    Examples
    --------
    >>> [readable(piece) for piece in ("▁görüş", "ґрунт", "«", "ελ", "٣", "稣")]
    [True, True, True, False, False, False]
    """
    for sign in piece.replace(SPACE, ""):
        if sign.isascii():
            continue
        kind = unicodedata.category(sign)
        if kind[0] == "L" and not unicodedata.name(sign, "").startswith(ALPHABETS):
            return False
        if (kind[0] == "M" and not unicodedata.name(sign, "").startswith("COMBINING")) or kind in {"Nd", "Nl"}:
            return False
    return True


def pruned(
    tokenizer: Mapping[str, Any], counts: Mapping[int, int], language: Callable[[str], str]
) -> tuple[str, tuple[int, ...]]:
    """Return a smaller tokenizer as JSON, and the old numbers of the pieces it keeps, in order.

    Kept are special pieces, readable single signs, and readable pieces that are common, that our texts have, that
    have a letter of Turkish or Ukrainian, or that read like a language of which we have little text.

    Parameters
    ----------
    tokenizer
        A Unigram tokenizer's JSON, read.
    counts
        How often our texts have each piece, by number.
    language
        Names the language that a word or a part of one is most like.

    Raises
    ------
    ValueError
        It is no Unigram tokenizer.
    """
    model = tokenizer["model"]
    if model["type"] != "Unigram":
        raise ValueError(f"A Unigram tokenizer is needed, not {model['type']}.")
    pieces = [piece for piece, _ in model["vocab"]]
    kept = tuple(
        number
        for number, piece in enumerate(pieces)
        if _stays(number, piece, counts.get(number, 0)) or _sparse(piece, language)
    )
    new = {pieces[number]: place for place, number in enumerate(kept)}
    vocab = [model["vocab"][number] for number in kept]
    added = [{**token, "id": new[token["content"]]} for token in tokenizer["added_tokens"]]
    smaller = {**tokenizer, "added_tokens": added, "model": {**model, "vocab": vocab, "unk_id": new["<unk>"]}}
    return json.dumps(smaller, ensure_ascii=False), kept


def spelling(tokenizer: Speller, texts: Sequence[str]) -> tuple[float, float]:
    """Return the share of unknown pieces, and how many pieces a word has."""
    unknown = pieces = 0
    for encoded in tokenizer.encode_batch(list(texts), add_special_tokens=False):
        unknown += encoded.ids.count(SPECIAL.index("<unk>"))
        pieces += len(encoded.ids)
    return unknown / max(pieces, 1), pieces / max(sum(len(text.split()) for text in texts), 1)


def _stays(number: int, piece: str, count: int) -> bool:
    if piece in SPECIAL:
        return True
    if not readable(piece):
        return len(piece) == 1 and count >= SEEN_SIGN
    letters = piece.replace(SPACE, "")
    return len(letters) <= 1 or number < COMMON or count >= SEEN or bool(LETTERS.search(piece))


def _sparse(piece: str, language: Callable[[str], str]) -> bool:
    letters = piece.replace(SPACE, "")
    return len(letters) >= SHORTEST and letters.isalpha() and readable(piece) and language(letters) in SPARSE
