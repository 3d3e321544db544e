from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from leanset.coverage import farthest_first as module
from leanset.coverage import threads
from leanset.coverage.farthest_first import demand_of, farthest_first


def picks(
    points: NDArray[np.float32], keep: int, first: int = 0, seed: int = 0
) -> NDArray[np.int64]:
    return farthest_first(points, keep, first, np.random.default_rng(seed))


def column(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)[:, np.newaxis]


def lattice(most: int, dimensions: int) -> st.SearchStrategy[NDArray[np.float32]]:
    """Points whose distances are exact, with many that are equal."""
    shape = st.tuples(st.integers(1, most), st.integers(1, dimensions))
    return hnp.arrays(np.float32, shape, elements=st.integers(-9, 9))


def squared_distances(points: NDArray[np.float32]) -> NDArray[np.float64]:
    differences = points[:, np.newaxis].astype(np.float64) - points
    return (differences**2).sum(axis=2)


def plain_greedy(distances: NDArray[np.float64], keep: int, first: int) -> list[int]:
    """Of all points left, the one whose nearest pick is farthest; every distance looked at."""
    picked = [first]
    while len(picked) < keep:
        nearest = distances[:, picked].min(axis=1)
        nearest[picked] = -1
        picked.append(int(nearest.argmax()))
    return picked


def waits(distances: NDArray[np.float64], order: NDArray[np.int64]) -> list[tuple[float, float]]:
    """For every pick but the first: its own distance to the nearest before, and the greatest."""
    nearest = np.full(len(distances), np.inf)
    found = []
    for before, pick in pairwise(order):
        nearest = np.minimum(nearest, distances[:, before])
        nearest[before] = -1
        found.append((float(nearest[pick]), float(nearest.max())))
    return found


def test_a_worked_example_on_a_line() -> None:
    # from 0: 10 is farthest; then of 1 2 5 9 the nearest pick is at 1 2 5 1, so 5; then of 1 2 9
    # it is at 1 2 1, so 2; and 1 and 9 tie
    order = picks(column(0, 1, 2, 5, 9, 10), 4)
    assert order.tolist() == [0, 5, 3, 2]
    assert order.dtype == np.int64


def test_partners_make_products_of_differences_the_distance() -> None:
    points, partners = column(0, 1, 2, 3), column(0, 5, 5, 6)
    # to the first: 5, 10, 18, so 3; to it the others are at 2·1 = 2 and 1·1 = 1, so 1
    rng = np.random.default_rng(0)
    assert farthest_first(points, 3, 0, rng, partners=partners).tolist() == [0, 3, 1]


@settings(deadline=None)
@given(lattice(12, 3), st.data())
def test_every_pick_is_a_farthest_point(points: NDArray[np.float32], data: st.DataObject) -> None:
    keep = data.draw(st.integers(1, len(points)))
    first = data.draw(st.integers(0, len(points) - 1))
    order = picks(points, keep, first)
    assert order[0] == first
    assert len(set(order.tolist())) == keep
    assert all(own == most for own, most in waits(squared_distances(points), order))


@settings(deadline=None)
@given(lattice(10, 2), st.data())
def test_no_point_is_farther_than_twice_the_least_possible(
    points: NDArray[np.float32], data: st.DataObject
) -> None:
    keep = data.draw(st.integers(1, len(points)))
    first = data.draw(st.integers(0, len(points) - 1))
    distances = np.sqrt(squared_distances(points))

    def radius(centres: tuple[int, ...]) -> float:
        return float(distances[:, list(centres)].min(axis=1).max())

    least = min(radius(centres) for centres in combinations(range(len(points)), keep))
    assert radius(tuple(picks(points, keep, first).tolist())) <= 2 * least + 1e-9


@pytest.mark.parametrize("contenders", [1, 7, 64, 1000])
@pytest.mark.parametrize("partners", [False, True])
def test_it_is_the_plain_greedy_step_by_step_however_few_are_brought_up_to_date(
    contenders: int, partners: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_CONTENDERS", contenders)
    points = np.random.default_rng(contenders).random((300, 5), dtype=np.float32) + 0.1
    other = np.log(points) if partners else points
    first, second = points.astype(np.float64), other.astype(np.float64)
    distances = ((first[:, np.newaxis] - first) * (second[:, np.newaxis] - second)).sum(axis=2)
    rng = np.random.default_rng(0)
    order = farthest_first(points, 200, 17, rng, partners=other if partners else None)
    assert order.tolist() == plain_greedy(distances, 200, 17)


@pytest.mark.parametrize("contenders", [5, 64, 1000])
def test_ties_without_end_are_no_trouble(contenders: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_CONTENDERS", contenders)
    points = np.random.default_rng(0).integers(0, 2, (400, 6)).astype(np.float32)
    order = picks(points, 400)
    assert sorted(order.tolist()) == list(range(400))
    assert all(own == most for own, most in waits(squared_distances(points), order))


def test_duplicates_come_after_all_that_differ() -> None:
    points = np.repeat(np.random.default_rng(0).random((50, 3), dtype=np.float32), 4, axis=0)
    order = picks(points, 120, first=3)
    assert len(set((order[:50] // 4).tolist())) == 50
    assert len(set(order.tolist())) == 120


def test_points_that_are_all_the_same_are_drawn() -> None:
    constant = np.full((20, 4), 0.3, dtype=np.float32)
    counts = np.bincount(
        np.concatenate([picks(constant, 5, first=0, seed=seed) for seed in range(400)]),
        minlength=20,
    )
    # the first always; four of the other 19: 84 of 400, deviation 8.2
    assert counts[0] == 400
    assert counts[1:].min() > 50
    assert counts[1:].max() < 120


def test_of_two_equally_far_either_is_picked() -> None:
    assert {int(picks(column(0, -1, 1), 2, seed=seed)[1]) for seed in range(20)} == {1, 2}


def test_the_seed_decides_and_nothing_else() -> None:
    points = np.random.default_rng(0).integers(0, 5, (500, 3)).astype(np.float32)
    assert picks(points, 90).tolist() == picks(points.copy(), 90).tolist()
    assert picks(points, 90).tolist() != picks(points, 90, seed=1).tolist()


@pytest.mark.parametrize("count", [2, 5])
def test_any_number_of_threads_picks_the_same(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    points = np.random.default_rng(0).random((6000, 8), dtype=np.float32)
    monkeypatch.setattr(threads, "usable_cores", lambda: 1)
    alone = picks(points, 300)
    monkeypatch.setattr(threads, "usable_cores", lambda: count)
    assert picks(points, 300).tolist() == alone.tolist()


def test_a_view_with_other_strides_is_read_right() -> None:
    points = np.random.default_rng(0).random((7, 90), dtype=np.float32).T
    assert picks(points, 40).tolist() == picks(np.ascontiguousarray(points), 40).tolist()


def test_distances_beyond_the_numbers_there_are_leave_distinct_picks() -> None:
    order = picks(np.linspace(-3e38, 3e38, 30, dtype=np.float32)[:, np.newaxis], 30)
    assert sorted(order.tolist()) == list(range(30))


def test_memory_grows_with_points_and_picks_and_not_with_their_product() -> None:
    # 200,000 × 64, of which 2,000 are kept: less than the points themselves, 51 MB
    assert demand_of(200_000, 64, 2_000).memory < 51_200_000
    assert demand_of(200_000, 64, 2_000).products == 200_000 * 64 * 2_000
