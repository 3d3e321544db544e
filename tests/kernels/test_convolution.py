"""Single rows and gradients against torch, on whole numbers, so that every sum is exact."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from leanset.kernels.convolution import (
    LARGEST_KERNEL,
    MAP_TILE,
    add_weight_gradient,
    convolve_row,
    input_gradient,
    sum_lanes,
    tap_tile,
)
from leanset.kernels.lanes import LANES
from leanset.kernels.packing import PACK, pack
from leanset.kernels.tiles import REGISTERS

Floats = NDArray[np.float32]

SHAPES = [(1, 6, 5), (2, 7, 3), (3, 13, 5)]
"""Channels, maps and kernel size: whole tiles of maps, and a tile and some."""


def whole(seed: int, *shape: int) -> torch.Tensor:
    return torch.randint(-3, 4, shape, generator=torch.Generator().manual_seed(seed)).float()


def filled_up(gradient: Floats, tile_rows: int) -> Floats:
    """A gradient of maps with maps of zeros up to whole tiles."""
    return np.pad(gradient, ((0, -len(gradient) % tile_rows), (0, 0), (0, 0), (0, 0)))


@pytest.mark.parametrize(("channels", "maps", "size"), SHAPES)
def test_rows_of_a_convolution_go_where_they_are_sent(channels: int, maps: int, size: int) -> None:
    images, weight = whole(1, PACK, channels, 8, 9), whole(2, maps, channels, size, size)
    expected = pack(torch.conv2d(images, weight))[0].numpy()
    outputs = np.full((maps, 2, 10 - size, PACK), 99, np.float32)
    for y in range(9 - size):
        convolve_row(pack(images)[0].numpy(), weight.numpy(), y, outputs, y % 2)
        np.testing.assert_array_equal(outputs[:, y % 2], expected[:, y])


@pytest.mark.parametrize(("channels", "maps", "size"), SHAPES)
def test_input_gradients_are_torchs(channels: int, maps: int, size: int) -> None:
    upstream, weight = whole(1, PACK, maps, 4, 5), whole(2, maps, channels, size, size)
    shape = (PACK, channels, 3 + size, 4 + size)
    expected = torch.nn.grad.conv2d_input(shape, weight, upstream)
    inputs = np.empty((*shape[1:], PACK), np.float32)
    gradient = filled_up(pack(upstream)[0].numpy(), len(tap_tile(size)))
    input_gradient(gradient, weight.numpy(), inputs)
    np.testing.assert_array_equal(inputs, pack(expected)[0].numpy())


@pytest.mark.parametrize(("channels", "maps", "size"), SHAPES)
def test_weight_gradients_add_up_row_by_row(channels: int, maps: int, size: int) -> None:
    upstream, images = whole(1, PACK, maps, 4, 5), whole(2, PACK, channels, 3 + size, 4 + size)
    expected = torch.nn.grad.conv2d_weight(images, (maps, channels, size, size), upstream)
    tile = tap_tile(size)
    gradient = filled_up(pack(upstream)[0].numpy(), len(tile))
    sums = np.zeros((len(gradient), channels, size, size, LANES), np.float32)
    for y in range(4):
        add_weight_gradient(pack(images)[0].numpy(), gradient, y, y, sums, tile)
    weight_gradient = np.empty((maps, channels, size, size), np.float32)
    sum_lanes(sums, weight_gradient)
    np.testing.assert_array_equal(weight_gradient, expected.numpy())


@pytest.mark.parametrize("size", range(1, LARGEST_KERNEL + 1))
def test_tiles_leave_registers_for_what_they_are_made_of(size: int) -> None:
    tile = tap_tile(size)
    assert len(tile[0]) == size
    # where even one row of taps is too much, it spills, and stays right
    assert len(tile) * size < REGISTERS or len(tile) == 1
    assert len(MAP_TILE) * len(MAP_TILE[0]) < REGISTERS
