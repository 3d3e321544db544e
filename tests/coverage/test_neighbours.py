import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leanset.coverage import neighbours
from leanset.coverage.neighbours import NeighbourCache, nearest_neighbours, search_demand

Points = NDArray[np.float32]

GRID = st.tuples(st.integers(1, 12), st.integers(1, 3)).flatmap(
    lambda shape: arrays(np.float32, shape, elements=st.integers(-2, 2).map(float))
)
"""Points on a small grid: most are tied with others, and many are copies."""


def points(*rows: float) -> Points:
    """Points on a line."""
    return np.array(rows, dtype=np.float32)[:, np.newaxis]


def normal(samples: int, width: int, seed: int = 0) -> Points:
    return np.random.default_rng(seed).normal(size=(samples, width)).astype(np.float32)


def one_by_one(of: Points, count: int) -> tuple[list[list[int]], list[list[float]]]:
    """Neighbours and distances by plain loops: the nearest first, then the lower index."""
    indices, distances = [], []
    for i, point in enumerate(of.astype(np.float64)):
        others = sorted(
            (float(np.sqrt(((point - other) ** 2).sum())), j)
            for j, other in enumerate(of.astype(np.float64))
            if j != i
        )[:count]
        distances.append([distance for distance, _ in others])
        indices.append([j for _, j in others])
    return indices, distances


def test_neighbours_come_nearest_first() -> None:
    # on a line 0 1 3 7: from 3 the way is 2 to 1, 3 to 0 and 4 to 7
    found = nearest_neighbours(points(0, 1, 3, 7), 2)
    assert found.indices.tolist() == [[1, 2], [0, 2], [1, 0], [2, 1]]
    assert found.distances.tolist() == [[1, 3], [1, 2], [2, 3], [4, 6]]


def test_copies_are_neighbours_but_no_point_is_its_own() -> None:
    found = nearest_neighbours(points(5, 0, 5, 5, 5), 2)
    # the copies of 5 are 0, 2, 3, 4; from 0 they all are equally far
    assert found.indices.tolist() == [[2, 3], [0, 2], [0, 3], [0, 2], [0, 2]]
    assert found.distances.tolist() == [[0, 0], [5, 5], [0, 0], [0, 0], [0, 0]]


def test_zero_and_minus_zero_are_the_same_place() -> None:
    found = nearest_neighbours(np.array([[0.0, -0.0], [-0.0, 0.0], [0, 1]], np.float32), 1)
    assert found.indices.tolist() == [[1], [0], [0]]


@settings(max_examples=50)
@given(GRID, st.integers(1, 14))
def test_of_equally_distant_points_the_lower_index_comes_first(of: Points, count: int) -> None:
    found = nearest_neighbours(of, count)
    indices, distances = one_by_one(of, count)
    assert found.indices.tolist() == indices
    np.testing.assert_allclose(found.distances, distances, rtol=1e-12)


@pytest.mark.parametrize("offset", [0.0, 1e4])
def test_neighbours_are_exact_however_far_from_the_origin(offset: float) -> None:
    of = normal(200, 5) + np.float32(offset)
    found = nearest_neighbours(of, 7)
    indices, distances = one_by_one(of, 7)
    assert found.indices.tolist() == indices
    np.testing.assert_allclose(found.distances, distances, rtol=1e-12)


def test_points_that_are_all_equally_distant_have_the_lowest_indices_for_neighbours() -> None:
    found = nearest_neighbours(np.eye(40, dtype=np.float32), 3)
    assert found.indices[:5].tolist() == [[1, 2, 3], [0, 2, 3], [0, 1, 3], [0, 1, 2], [0, 1, 2]]
    assert found.indices[39].tolist() == [0, 1, 2]
    assert np.unique(found.distances).tolist() == [2**0.5]


def test_one_point_far_away_does_not_disturb_the_others() -> None:
    of = normal(50, 3)
    of[7] = 1e6
    assert nearest_neighbours(of, 4).indices.tolist() == one_by_one(of, 4)[0]


@pytest.mark.parametrize(("samples", "count", "found"), [(1, 3, 0), (2, 3, 1), (4, 3, 3)])
def test_where_there_are_fewer_others_all_are_neighbours(
    samples: int, count: int, found: int
) -> None:
    graph = nearest_neighbours(normal(samples, 2), count)
    assert graph.indices.shape == graph.distances.shape == (samples, found)
    assert graph.indices.dtype == np.int64


def test_the_size_of_blocks_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    of = np.concatenate([normal(150, 4), np.round(normal(150, 4)), np.zeros((30, 4), np.float32)])
    whole = nearest_neighbours(of, 6)
    monkeypatch.setattr(neighbours, "_BLOCK", 100_000)
    blocks = nearest_neighbours(of, 6)
    assert blocks.indices.tolist() == whole.indices.tolist()
    assert blocks.distances.tolist() == whole.distances.tolist()


def test_the_same_points_are_searched_once() -> None:
    cache, of = NeighbourCache(10**6), normal(30, 3)
    first = cache.neighbours(of, 4)
    assert first.indices.tolist() == nearest_neighbours(of, 4).indices.tolist()
    assert cache.neighbours(of.copy(), 4) is first
    assert cache.neighbours(of, 5) is not first
    assert cache.neighbours(of + 1, 4) is not first
    assert cache.neighbours(of.reshape(90, 1), 4) is not first


def test_what_is_remembered_cannot_be_changed() -> None:
    graph = NeighbourCache(10**6).neighbours(normal(30, 3), 4)
    with pytest.raises(ValueError, match="read-only"):
        graph.indices[0] = 0
    with pytest.raises(ValueError, match="read-only"):
        graph.distances[0] = 0


def test_the_graphs_not_asked_for_longest_are_forgotten_first() -> None:
    # a graph of 30 points and 4 neighbours is 30 · 4 · 16 = 1,920 bytes: two of them fit
    cache = NeighbourCache(2 * 1920)
    first, second, third = (normal(30, 3, seed) for seed in range(3))
    graphs = [cache.neighbours(of, 4) for of in (first, second)]
    assert cache.neighbours(first, 4) is graphs[0]
    cache.neighbours(third, 4)
    assert cache.neighbours(first, 4) is graphs[0]
    assert cache.neighbours(second, 4) is not graphs[1]


def test_a_graph_larger_than_the_memory_is_not_remembered() -> None:
    cache, of = NeighbourCache(1919), normal(30, 3)
    assert cache.neighbours(of, 4) is not cache.neighbours(of, 4)


def peak_of_search(of: Points) -> int:
    """Bytes that finding ten neighbours took."""
    nearest_neighbours(of[:100], 2)
    tracemalloc.start()
    nearest_neighbours(of, 10)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def test_no_more_memory_is_taken_than_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "REMEMBERED", 0)
    said = search_demand(6000, 64, 10).memory
    assert said / 3 < peak_of_search(normal(6000, 64)) <= said
    assert peak_of_search(np.repeat(normal(300, 64), 20, axis=0)) <= said
    # eleven copies of one point count for the width of all
    assert peak_of_search(np.concatenate([normal(5980, 64), np.ones((20, 64), np.float32)])) <= said


def test_the_work_said_grows_with_the_square_of_the_samples() -> None:
    small, large = search_demand(1000, 8, 5), search_demand(10_000, 8, 5)
    assert large.products == 100 * small.products
    assert small.products == 2 * 1000 * 1000 * 8
    assert "balance: proportional" in small.remedy
