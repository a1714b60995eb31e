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
# What `fitted` tries: how much of the range is kept, how far channels are evened out; and on how many tokens.
PARTS, SHARES, TRIED = (1.0, 0.85, 0.7, 0.55, 0.4, 0.3), (0.0, 0.35, 0.5, 0.65, 0.8), 1_024


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
    """Return the scale for values from `low` to `high`; 0 is always kept exactly."""
    low, high = min(low, 0.0), max(high, 0.0)
    scale = (high - low) / LEVELS or 1.0
    return Scale(scale, int(np.clip(round(-low / scale), 0, LEVELS)))


def fitted(sample: Floats, weights: Floats, *, even: bool) -> tuple[Floats, Scale]:
    """Return by what each channel is divided, and the scale of what is left, for products nearest to those in floats.

    Tried are ranges that cut the largest values, and with `even` channels that are made more alike, as SmoothQuant does
    (Xiao and others 2023): some are thirty times as large as the others, and one scale for all of them is too coarse.

    Parameters
    ----------
    sample
        What goes into the products, (tokens, channels).
    weights
        The products' weights, (channels, out); they are multiplied by what the channels are divided by.
    even
        Whether channels may be divided; else all are divided by 1.
    """
    some = sample[:: max(1, len(sample) // TRIED)]
    wanted = some @ weights
    best: tuple[float, Floats, Scale] | None = None
    for share in SHARES if even else (0.0,):
        factors = _factors(sample, weights, share)
        whole, scales = columns(weights * factors[:, None])
        divided, kept = some / factors, whole * scales
        low, high = float((sample / factors).min()), float((sample / factors).max())
        for part in PARTS:
            most = part * max(-low, high)
            scale = ranged(max(low, -most), min(high, most))
            left = scale.kept(divided) @ kept - wanted
            error = float(np.square(left - left.mean(0)).mean())  # the mean is put back in the bias
            if best is None or error < best[0]:
                best = error, factors, scale
    assert best is not None
    return best[1], best[2]


def _factors(sample: Floats, weights: Floats, share: float) -> Floats:
    """Return what evens channels out: nothing if the share is 0, wholly if it is 1 and the weights bear it."""
    if not share:
        return np.ones(sample.shape[1], np.float32)
    values, by = (np.maximum(np.abs(some).max(axis), 1e-5) for some, axis in ((sample, 0), (weights, 1)))
    found = values**share / by ** (1 - share)
    return np.asarray(found / np.exp(np.log(found).mean()), np.float32)


def _whole(values: Floats, axis: int, most: int) -> tuple[Bytes, Floats]:
    largest = np.abs(values).max(axis)
    scales = np.where(largest > 0, largest / most, 1).astype(np.float32)
    return np.rint(values / np.expand_dims(scales, axis)).astype(np.int8), scales
