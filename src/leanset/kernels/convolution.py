"""Convolution of packed maps without padding, stride 1, and its two gradients.

Maps are ``float32 [C, H, W, 64]``: 64 samples side by side (a pack), so that one weight meets 64
values that lie together. Offsets are flat, because vectors are read at flat offsets.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leanset.kernels.compiling import compiled
from leanset.kernels.lanes import LANES, load, total
from leanset.kernels.tiles import (
    REGISTERS,
    TileShape,
    add_outer,
    add_products,
    add_tile_to,
    store_tile,
    tile_shape,
    zero_tile,
)

LARGEST_KERNEL = 7
"""A row of taps of a wider kernel leaves no room for tiles of gradients."""

MAP_TILE = tile_shape(6, 4 if REGISTERS == 32 else 1)
"""Maps and vectors of samples that a convolution sums at a time."""


def tap_tile(size: int) -> TileShape:
    """The tile of a weight gradient: maps, and the taps of a kernel's row."""
    return tile_shape(max(1, min(6, REGISTERS * 3 // 4 // size)), size)


@compiled
def convolve_row(
    inputs: NDArray[np.float32],
    weight: NDArray[np.float32],
    y: int,
    outputs: NDArray[np.float32],
    row: int,
) -> None:
    """Row ``y`` of the convolution of ``inputs [C, H, W, 64]`` into a row of ``outputs``.

    ``weight`` is ``[O, C, K, K]`` and ``outputs [O, rows, W - K + 1, 64]``.
    """
    _, height, width, pack = inputs.shape
    maps, out_height, out_width, _ = outputs.shape
    _, channels, size, _ = weight.shape
    taps = channels * size * size
    for b in range(0, pack, LANES * len(MAP_TILE[0])):
        for x in range(out_width):
            for first in range(0, maps, len(MAP_TILE)):
                sums = zero_tile(MAP_TILE)
                tap = first * taps
                for c in range(channels):
                    for i in range(size):
                        at = ((c * height + y + i) * width + x) * pack + b
                        for _ in range(size):
                            sums = add_outer(sums, weight, tap, taps, maps - first, inputs, at)
                            tap += 1
                            at += pack
                at = ((first * out_height + row) * out_width + x) * pack + b
                store_tile(sums, maps - first, outputs, at, out_height * out_width * pack)


@compiled
def input_gradient(
    gradient: NDArray[np.float32], weight: NDArray[np.float32], inputs: NDArray[np.float32]
) -> None:
    """The gradient of the convolution's inputs, written into ``inputs [C, H, W, 64]``.

    ``gradient [>= O, H - K + 1, W - K + 1, 64]`` is that of its outputs, ``weight [O, C, K, K]``.
    """
    channels, height, width, pack = inputs.shape
    _, out_height, out_width, _ = gradient.shape
    maps, _, size, _ = weight.shape
    for y in range(height):
        top, bottom = max(0, y - out_height + 1), min(size, y + 1)
        for b in range(0, pack, LANES * len(MAP_TILE[0])):
            for x in range(width):
                left, right = max(0, x - out_width + 1), min(size, x + 1)
                for first in range(0, channels, len(MAP_TILE)):
                    sums, there = zero_tile(MAP_TILE), channels - first
                    for o in range(maps):
                        for i in range(top, bottom):
                            tap = ((o * channels + first) * size + i) * size + left
                            at = ((o * out_height + y - i) * out_width + x - left) * pack + b
                            for _ in range(left, right):
                                sums = add_outer(
                                    sums, weight, tap, size * size, there, gradient, at
                                )
                                tap += 1
                                at -= pack
                    at = ((first * height + y) * width + x) * pack + b
                    store_tile(sums, there, inputs, at, height * width * pack)


@compiled
def add_weight_gradient(
    inputs: NDArray[np.float32],
    gradient: NDArray[np.float32],
    y: int,
    row: int,
    sums: NDArray[np.float32],
    shape: TileShape,
) -> None:
    """Add what row ``y`` of the convolution contributes to the gradient of its weights.

    ``gradient`` holds that row's gradient in its row ``row``. ``sums [>= O, C, K, K, 16]`` and
    ``gradient [>= O, ...]`` have whole tiles of maps; the sum over the lanes is still to be taken.
    """
    channels, height, width, pack = inputs.shape
    _, out_height, out_width, _ = gradient.shape
    maps, _, size, _, _ = sums.shape
    for first in range(0, maps, len(shape)):
        gradient_at = (first * out_height + row) * out_width * pack
        for c in range(channels):
            for i in range(size):
                products = zero_tile(shape)
                input_at = (c * height + y + i) * width * pack
                for at in range(0, out_width * pack, LANES):
                    products = add_products(
                        products,
                        gradient, gradient_at + at, out_height * out_width * pack,
                        inputs, input_at + at, pack,
                    )  # fmt: skip
                at = ((first * channels + c) * size + i) * size * LANES
                add_tile_to(products, sums, at, channels * size * size * LANES, LANES)


@compiled
def sum_lanes(sums: NDArray[np.float32], gradient: NDArray[np.float32]) -> None:
    """Sum over the lanes: ``[>= O, C, K, K, 16]`` into ``gradient [O, C, K, K]``."""
    maps, channels, size, _ = gradient.shape
    at = 0
    for o in range(maps):
        for c in range(channels):
            for i in range(size):
                for j in range(size):
                    gradient[o, c, i, j] = total(load(sums, at))
                    at += LANES
