import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from leanset.coverage import threads
from leanset.coverage.similarity import Euclidean, Similarity, SimilarityName
from tests.coverage.examples import (
    GRID,
    MEMORIES,
    NAMES,
    NARROW,
    ROOMY,
    Floats,
    matrix_of,
    normal,
    similarity_of,
)


def rows_of(similarity: Similarity, points: list[int] | None = None) -> Floats:
    """The similarities of some points with all, put together from their blocks."""
    asked = np.arange(len(similarity)) if points is None else np.array(points, dtype=np.int64)
    rows = np.full((len(asked), len(similarity)), np.nan, dtype=np.float32)
    for block in similarity.blocks(asked):
        rows[block.part] = block.values[block.places]
    return rows


def test_cosine_is_between_opposite_and_same_direction() -> None:
    east, north, west = [2.0, 0.0], [0.0, 3.0], [-5.0, 0.0]
    rows = rows_of(similarity_of("cosine", np.array([east, north, west], np.float32)))
    assert rows.tolist() == [[1, 0.5, 0], [0.5, 1, 0.5], [0, 0.5, 1]]


def test_a_point_without_direction_is_half_like_all_even_itself() -> None:
    rows = rows_of(similarity_of("cosine", np.array([[0.0, 0.0], [1.0, 2.0]], np.float32)))
    assert rows[0].tolist() == [0.5, 0.5]


def test_euclidean_is_the_negative_distance() -> None:
    # the sides of the triangle are 3, 4 and 5
    rows = rows_of(similarity_of("euclidean", np.array([[0, 0], [3, 0], [3, 4]], np.float32)))
    assert rows.tolist() == [[0, -3, -5], [-3, 0, -4], [-5, -4, 0]]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("points", "width"), [(1, 3), (7, 1), (60, 5), (61, 33)])
def test_all_pairs_follow_the_formula(name: SimilarityName, points: int, width: int) -> None:
    places = normal(points, width)
    places[::5] *= 1e4
    rows = rows_of(similarity_of(name, places))
    np.testing.assert_allclose(rows, matrix_of(name, places), rtol=1e-6, atol=3e-7)


@pytest.mark.parametrize(
    ("offset", "spread", "apart"),
    [(0, 1, 1e-3), (0, 1000, 1e-3), (1e4, 1, 1e-2), (1e4, 100, 1e-2), (-1e4, 1e-2, 1e-2)],
)
def test_distances_lose_no_digits_far_from_the_origin_or_near_each_other(
    offset: float, spread: float, apart: float
) -> None:
    places = (offset + spread * normal(100, 16)).astype(np.float32)
    places[1::2] = places[::2] + (apart * normal(50, 16, seed=1)).astype(np.float32)
    exact = cdist(places.astype(np.float64), places.astype(np.float64))
    np.testing.assert_allclose(-rows_of(similarity_of("euclidean", places)), exact, rtol=1e-6)


def test_near_points_at_the_origin_are_told_apart_beside_far_ones() -> None:
    # the mean is far from the origin, where a number of single precision has no room for 1e-6
    places = np.array([[1e-6, 0], [2e-6, 0], [1000, 0]], np.float32)
    assert rows_of(similarity_of("euclidean", places))[0, 1] == pytest.approx(-1e-6, rel=1e-6)


@given(GRID, st.integers(1, 1000), st.data())
def test_blocks_of_any_memory_hold_the_same_rows(
    points: Floats, memory: int, data: st.DataObject
) -> None:
    asked = data.draw(st.lists(st.integers(0, len(points) - 1)))
    for name in NAMES:
        stored = rows_of(similarity_of(name, points), asked)
        assert not np.isnan(stored).any()
        rows = rows_of(similarity_of(name, points, memory), asked)
        np.testing.assert_allclose(rows, stored, rtol=0, atol=2e-7 if name == "cosine" else 0)


@given(GRID, MEMORIES)
def test_single_rows_and_sums_are_those_of_the_matrix(points: Floats, memory: int) -> None:
    for name in NAMES:
        similarity, matrix = similarity_of(name, points, memory), matrix_of(name, points)
        for point in range(len(points)):
            np.testing.assert_allclose(similarity.row(point), matrix[point], rtol=1e-6, atol=3e-7)
        np.testing.assert_allclose(similarity.sums(), matrix.sum(axis=1), rtol=1e-6, atol=3e-6)


@pytest.mark.parametrize("name", NAMES)
def test_a_block_takes_its_share_of_the_memory_and_at_least_a_row(name: SimilarityName) -> None:
    points, asked = normal(50, 3), np.arange(50)
    # a row is 200 bytes: of 7,000 bytes a tenth holds three, of 100 none
    for memory, rows in ((7_000, 3), (100, 1)):
        blocks = similarity_of(name, points, memory).blocks(asked)
        sizes = [block.values.nbytes for block in blocks]
        assert max(sizes) == 200 * rows
        assert len(sizes) == -(-50 // rows)


def test_all_pairs_are_computed_once_where_they_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    written, write = [], Euclidean._write

    def counted(self: Euclidean, points: np.ndarray, block: Floats) -> None:
        written.append(len(points))
        write(self, points, block)

    monkeypatch.setattr(Euclidean, "_write", counted)
    # 10 × 10 similarities are 400 bytes, six tenths of 667
    for memory, expected in ((667, [10]), (666, [1] * 30)):
        written.clear()
        similarity = similarity_of("euclidean", normal(10, 2), memory)
        for _ in range(3):
            rows_of(similarity)
        assert written == expected


@given(GRID, MEMORIES)
def test_no_similarity_is_below_the_floor_nor_above_that_with_itself(
    points: Floats, memory: int
) -> None:
    for name in NAMES:
        similarity = similarity_of(name, points, memory)
        rows = rows_of(similarity)
        rounding = 3e-7 if name == "cosine" else 0
        assert rows.min() >= similarity.floor - rounding
        assert rows.max() <= (1 if name == "cosine" else 0) + rounding


def test_two_points_opposite_of_their_mean_are_not_below_the_floor_by_rounding() -> None:
    for seed in range(100):
        similarity = similarity_of("euclidean", normal(2, 5, seed))
        assert similarity.floor <= similarity.row(0).min() <= 0.99 * similarity.floor


@pytest.mark.parametrize("memory", [ROOMY, NARROW])
@pytest.mark.parametrize("name", NAMES)
def test_a_single_point_is_like_itself(name: SimilarityName, memory: int) -> None:
    similarity = similarity_of(name, np.array([[3.0, 4.0]], np.float32), memory)
    expected = 1 if name == "cosine" else 0
    assert rows_of(similarity).tolist() == [[expected]]
    assert similarity.row(0).tolist() == [expected]
    assert len(similarity) == 1


def test_the_number_of_threads_changes_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    points, rows = normal(1600, 5), []
    for cores in (1, 2, 3):
        monkeypatch.setattr(threads, "usable_cores", lambda cores=cores: cores)
        rows.append(rows_of(similarity_of("euclidean", points), [0, 700, 1599]))
    assert (rows[0] == rows[1]).all()
    assert (rows[0] == rows[2]).all()
