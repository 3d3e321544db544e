"""A block forwards and backwards, its passes interleaved row by row, so that rows stay in cache.

Maps are ``float32 [packs, C, H, W, 64]``; ``masks [packs, 64]`` are ones for samples, zeros for the
columns that fill the last pack. A buffer of convolved values, or of their gradient, holds all of
its rows or the last two.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leanset.kernels.compiling import compiled
from leanset.kernels.convolution import (
    add_weight_gradient,
    convolve_row,
    input_gradient,
    sum_lanes,
)
from leanset.kernels.normalisation import add_row_moments, spread_gradient
from leanset.kernels.pooling import add_peak_sums, pool_rows, rectify, route_row
from leanset.kernels.tiles import TileShape


@compiled
def convolve_and_pool(
    maps: NDArray[np.float32],
    weight: NDArray[np.float32],
    scale: NDArray[np.float32],
    samples: int,
    masks: NDArray[np.float32],
    convolved: NDArray[np.float32],
    peaks: NDArray[np.float32],
    moments: NDArray[np.float64],
) -> None:
    """Convolve maps, and keep each window's peak.

    Fills ``convolved [packs or 1, O, rows, W', 64]`` and ``peaks [packs, O, H' // 2, W' // 2, 64]``
    and adds to ``moments [O, 3]``; with ``moments [0, 3]`` none are computed.
    """
    packs, _, height, _, pack = maps.shape
    rows = convolved.shape[2]
    for p in range(packs):
        buffer = convolved[p % len(convolved)]
        filled = min(pack, samples - p * pack)
        for y in range(height - weight.shape[2] + 1):
            convolve_row(maps[p], weight, y, buffer, y % rows)
            add_row_moments(buffer, y % rows, filled, masks[p], moments)
            if y % 2 == 1:
                pool_rows(buffer, (y - 1) % rows, y % rows, scale, y // 2, peaks[p])


@compiled
def rectify_packs(
    peaks: NDArray[np.float32],
    statistics: NDArray[np.float32],
    scale: NDArray[np.float32],
    shift: NDArray[np.float32],
    masks: NDArray[np.float32],
    outputs: NDArray[np.float32],
) -> None:
    """``rectify`` for every pack: ``peaks`` and ``outputs [packs, O, H, W, 64]``."""
    for p in range(len(peaks)):
        rectify(peaks[p], statistics, scale, shift, masks[p], outputs[p])


@compiled
def peak_sums(
    upstream: NDArray[np.float32],
    outputs: NDArray[np.float32],
    peaks: NDArray[np.float32],
    statistics: NDArray[np.float32],
    sums: NDArray[np.float64],
) -> None:
    """``add_peak_sums`` for every pack, maps ``[packs, O, H, W, 64]``, into ``sums [O, 2]``."""
    for p in range(len(peaks)):
        add_peak_sums(upstream[p], outputs[p], peaks[p], statistics, sums)


@compiled
def convolution_gradients(
    upstream: NDArray[np.float32],
    maps: NDArray[np.float32],
    convolved: NDArray[np.float32],
    peaks: NDArray[np.float32],
    outputs: NDArray[np.float32],
    statistics: NDArray[np.float32],
    coefficients: NDArray[np.float32],
    masks: NDArray[np.float32],
    weight: NDArray[np.float32],
    buffer: NDArray[np.float32],
    lanes: NDArray[np.float32],
    map_gradients: NDArray[np.float32],
    weight_gradient: NDArray[np.float32],
    tap_shape: TileShape,
) -> None:
    """The gradients of maps and weights from ``upstream``, that of the block's outputs.

    All arrays of a forward pass are as there, ``convolved`` with all of its rows. ``buffer [>= O,
    rows, W', 64]`` and ``lanes [>= O, C, K, K, 16]`` have whole tiles of maps, zero beyond O;
    ``lanes`` is zero throughout, and both are overwritten. Written are ``map_gradients``, shaped as
    ``maps`` or without packs, where the maps need no gradient, and ``weight_gradient``, shaped as
    ``weight [O, C, K, K]``.
    """
    height, rows = convolved.shape[2], buffer.shape[1]
    for p in range(len(maps)):
        for y in range(height):
            row, above = y % rows, (y - 1) % rows
            spread_gradient(convolved[p], y, statistics, coefficients, masks[p], buffer, row)
            if y % 2 == 1:
                route_row(
                    convolved[p], y // 2, upstream[p], outputs[p], peaks[p], coefficients,
                    buffer, above, row,
                )  # fmt: skip
                add_weight_gradient(maps[p], buffer, y - 1, above, lanes, tap_shape)
            if y % 2 == 1 or y == height - 1:
                add_weight_gradient(maps[p], buffer, y, row, lanes, tap_shape)
        if p < len(map_gradients):
            input_gradient(buffer, weight, map_gradients[p])
    sum_lanes(lanes, weight_gradient)
