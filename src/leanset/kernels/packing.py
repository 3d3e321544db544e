"""Images in packs: 64 samples side by side under every pixel, the layout of the kernels."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from leanset.kernels.compiling import compiled

PACK = 64
"""Samples in a pack."""

_GATHERED = 16


def pack(values: Tensor, width: int = PACK) -> Tensor:
    """Values ``[samples, ...]`` in packs ``[packs, ..., width]``, the last filled up with zeros."""
    missing = -len(values) % width
    if missing:
        values = torch.cat([values, values.new_zeros(missing, *values.shape[1:])])
    packs: Tensor = values.unflatten(0, (-1, width))
    return packs.movedim(1, -1).contiguous()


def unpack(packs: Tensor, samples: int) -> Tensor:
    """Packs ``[packs, ..., width]`` as ``[samples, ...]``; a single pack is not copied."""
    return packs.movedim(-1, 1).flatten(0, 1)[:samples]


def pack_bytes(images: Tensor, batch: Tensor, mean: Tensor, deviation: Tensor) -> Tensor:
    """The chosen images, normalised by channel, as ``float32 [packs, C, H, W, 64]``.

    Args:
        images: ``uint8 [N, C, H, W]``, contiguous.
        batch: ``int64 [B]``, the rows to take.
        mean: ``float32``, one value for each channel, in any shape.
        deviation: as ``mean``.

    Raises:
        IndexError: a row is not in 0 .. N - 1.
    """
    count, channels, height, width = images.shape
    rows = batch.numpy()
    if len(rows) and not 0 <= rows.min() <= rows.max() < count:
        raise IndexError(f"rows {rows.min()} to {rows.max()} of {count} images")
    packs = mean.new_empty(-(-len(rows) // PACK), channels, height, width, PACK)
    _gather(
        images.numpy().reshape(count, channels, -1),
        rows,
        mean.numpy().reshape(-1),
        deviation.numpy().reshape(-1),
        packs.numpy().reshape(len(packs), channels, -1, PACK),
    )
    return packs


@compiled
def _gather(
    images: NDArray[np.uint8],
    batch: NDArray[np.int64],
    mean: NDArray[np.float32],
    deviation: NDArray[np.float32],
    packs: NDArray[np.float32],
) -> None:
    _, channels, pixels = images.shape
    normalised = np.empty(256, np.float32)
    for c in range(channels):
        for level in range(256):
            normalised[level] = (np.float32(level) - mean[c]) / deviation[c]
        # a few images at a time, because more rows of bytes push each other out of the cache
        for first in range(0, len(packs) * PACK, _GATHERED):
            target = packs[first // PACK, c]
            column = first % PACK
            rows = batch[first : first + _GATHERED]
            for pixel in range(pixels):
                for sample in range(len(rows)):
                    level = images[rows[sample], c, pixel]
                    target[pixel, column + sample] = normalised[level]
                for sample in range(len(rows), _GATHERED):
                    target[pixel, column + sample] = 0
