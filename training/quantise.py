"""Numbers of 8 bits for weights and activations; numpy only.

Weights are whole numbers of 7 bits, one scale a column: a processor with AVX2 but without VNNI adds two products of
an unsigned and a signed byte in 16 bits, which overflows with 8. Activations are unsigned bytes with one scale and
one zero point for good, so what is said of a text does not depend on its neighbours.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.int8]

# The largest weight in 7 bits, the largest of a word's row in 8, and the levels of an activation.
WEIGHT, WORD, LEVELS = 63, 127, 255


@dataclass(frozen=True, slots=True)
class Scale:
    """How an activation is kept: ``(value / scale + zero)`` rounded, from 0 to 255."""

    scale: float
    zero: int

    def kept(self, values: Floats) -> Floats:
        """Return what is left of values after rounding and cutting.

        Examples
        --------
        >>> Scale(0.5, 2).kept(np.array([-2.0, 0.3, 0.8], np.float32)).tolist()
        [-1.0, 0.5, 1.0]
        """
        whole = np.clip(np.rint(values / np.float32(self.scale)) + self.zero, 0, LEVELS)
        return np.asarray((whole - self.zero) * self.scale, np.float32)


def columns(weights: Floats) -> tuple[Bytes, Floats]:
    """Return weights (in, out) in 7 bits and each column's scale.

    Examples
    --------
    >>> whole, scales = columns(np.array([[6.3, 0.0], [-3.2, 0.0]], np.float32))
    >>> whole.tolist(), [round(scale, 3) for scale in scales.tolist()]
    ([[63, 0], [-32, 0]], [0.1, 1.0])
    """
    return _whole(weights, 0, WEIGHT)


def rows(words: Floats) -> tuple[Bytes, Floats]:
    """Return words (pieces, width) in 8 bits and each row's scale."""
    return _whole(words, 1, WORD)


def ranged(low: float, high: float) -> Scale:
    """Return the scale for values from `low` to `high`; 0 is always kept exactly.

    A search for narrower ranges, and channels divided by factors as in SmoothQuant, were tried: of a pooled vector's
    cosine to that in floats they changed the fourth digit.
    """
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / LEVELS or 1.0
    return Scale(scale, int(np.clip(round(-low / scale), 0, LEVELS)))


def _whole(values: Floats, axis: int, most: int) -> tuple[Bytes, Floats]:
    largest = np.abs(values).max(axis)
    scales = np.where(largest > 0, largest / most, 1).astype(np.float32)
    return np.rint(values / np.expand_dims(scales, axis)).astype(np.int8), scales
