import numpy as np
import pytest
from numpy.typing import NDArray

from leanset.kernels.compiling import compiled
from leanset.kernels.lanes import LANES
from leanset.kernels.tiles import (
    TileShape,
    add_outer,
    add_products,
    add_tile_to,
    store_tile,
    tile_shape,
    zero_tile,
)


@compiled
def outer_product(
    scalars: NDArray[np.float32],
    vectors: NDArray[np.float32],
    rows: int,
    results: NDArray[np.float32],
    shape: TileShape,
) -> None:
    """``scalars [rows, terms]`` and ``vectors [terms, V * 16]`` into ``results [R, V * 16]``."""
    tile, terms = zero_tile(shape), len(vectors)
    for term in range(terms):
        tile = add_outer(tile, scalars, term, terms, rows, vectors, term * vectors.shape[1])
    store_tile(tile, rows, results, 0, results.shape[1])


@compiled
def lane_products(
    left: NDArray[np.float32],
    right: NDArray[np.float32],
    results: NDArray[np.float32],
    shape: TileShape,
) -> None:
    """``left [R, 16]`` and ``right [V, 16]`` added to ``results [R, V, 16]``."""
    tile = add_products(zero_tile(shape), left, 0, LANES, right, 0, LANES)
    add_tile_to(tile, results, 0, results.shape[1] * LANES, LANES)


def integers(*shape: int) -> NDArray[np.float32]:
    """Small whole numbers, whose products and sums are exact in any order."""
    return np.random.default_rng(sum(shape)).integers(-9, 10, shape).astype(np.float32)


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (3, 2)])
def test_outer_products_are_summed_into_the_tile(rows: int, columns: int) -> None:
    scalars, vectors = integers(rows, 7), integers(7, columns * LANES)
    results = np.empty((rows, columns * LANES), np.float32)
    outer_product(scalars, vectors, rows, results, tile_shape(rows, columns))
    np.testing.assert_array_equal(results, scalars @ vectors)


def test_only_the_rows_that_are_there_are_stored() -> None:
    scalars, vectors = integers(2, 7), integers(7, 2 * LANES)
    results = np.full((3, 2 * LANES), 99, np.float32)
    outer_product(scalars, vectors, 2, results, tile_shape(3, 2))
    np.testing.assert_array_equal(results[:2], scalars @ vectors)
    np.testing.assert_array_equal(results[2], 99)


def test_products_of_lanes_are_added_to_what_is_there() -> None:
    left, right = integers(3, LANES), integers(2, LANES)
    results = np.ones((3, 2, LANES), np.float32)
    lane_products(left, right, results, tile_shape(3, 2))
    np.testing.assert_array_equal(results, 1 + left[:, None] * right[None])
