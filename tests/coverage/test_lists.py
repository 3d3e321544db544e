import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.coverage import threads
from leanset.coverage.facility_location import FacilityLocation
from leanset.coverage.lists import ListsAbove
from leanset.coverage.similarity import Similarity, SimilarityName
from tests.coverage.examples import (
    MEMORIES,
    NAMES,
    NARROW,
    ROOMY,
    Floats,
    clustered,
    matrix_of,
    normal,
    objective_of,
    similarity_of,
)


def pairs_of(lists: ListsAbove) -> set[tuple[int, int]]:
    """The pairs (i, j) that are listed, each once."""
    rows = np.repeat(np.arange(len(lists.starts) - 1), np.diff(lists.starts))
    pairs = list(zip(rows.tolist(), lists.columns.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs) == len(lists.values)
    return set(pairs)


def covered(points: Floats, chosen: range, name: SimilarityName) -> FacilityLocation:
    """A choice under way, of points that then cover all others fairly well."""
    objective = objective_of(name, points)
    for point in chosen:
        objective.add(point)
    return objective


def made(similarity: Similarity, level: Floats, memory: int = ROOMY) -> ListsAbove:
    lists = ListsAbove.made(similarity, level, memory)
    assert lists is not None
    return lists


@given(st.integers(0, 99), st.integers(2, 25), MEMORIES)
def test_exactly_the_pairs_above_the_level_are_listed(seed: int, points: int, memory: int) -> None:
    places, above = normal(points, 3, seed), np.random.default_rng(seed).integers(0, 3, points)
    for name in NAMES:
        matrix = matrix_of(name, places)
        # so many of each row, and halfway to the next, where no rounding can reach
        falling = -np.sort(-matrix, axis=1)
        between = (falling + np.roll(falling, 1, axis=1)) / 2
        between[:, 0] = 2
        level = between[np.arange(points), np.minimum(above, points - 1)].astype(np.float32)
        lists = ListsAbove.made(similarity_of(name, places, memory), level, ROOMY)
        expected = set(zip(*np.nonzero(matrix > level[:, np.newaxis]), strict=True))
        # lists may hold a twentieth of all pairs and one for each point, with half as much to spare
        if 1.5 * len(expected) > int(0.05 * points**2 + points):
            assert lists is None
        else:
            assert lists is not None
            assert pairs_of(lists) == expected
            rows = np.repeat(np.arange(points), np.diff(lists.starts))
            similarities = matrix[rows, lists.columns]
            np.testing.assert_allclose(lists.values, similarities, rtol=1e-6, atol=3e-7)


def test_a_similarity_at_the_level_is_not_above_it() -> None:
    # 0 1 2 on a line: −1 and −2 are not above −1, and 0 is not above 0
    points = np.array([[0], [1], [2]], np.float32)
    lists = made(similarity_of("euclidean", points), np.array([-1, 0, -1], np.float32))
    assert pairs_of(lists) == {(0, 0), (2, 2)}
    assert lists.starts.tolist() == [0, 1, 1, 2]
    assert lists.values.tolist() == [0, 0]


def test_nothing_above_the_levels_is_lists_of_nothing() -> None:
    lists = made(similarity_of("cosine", normal(5, 2)), np.ones(5, np.float32))
    assert pairs_of(lists) == set()
    assert lists.gains(np.ones(5, np.float32)).tolist() == [0] * 5


def test_lists_that_take_more_than_their_share_of_the_memory_are_not_made() -> None:
    # each point with itself, 100 entries of 8 bytes; half as much again, and a quarter of the
    # memory: 1,200 bytes need 4,800
    similarity, level = similarity_of("euclidean", normal(100, 3)), np.full(100, -1e-9, np.float32)
    assert len(made(similarity, level, 4_800).columns) == 100
    assert ListsAbove.made(similarity, level, 4_799) is None


@pytest.mark.parametrize("memory", [ROOMY, 20_000])
def test_lists_are_not_made_when_a_few_rows_promised_too_little(memory: int) -> None:
    # of 600 rows 256 are looked at first; only the others have any similarity above their levels
    n = 600
    looked_at = np.unique(np.linspace(0, n - 1, 256).astype(np.int64))
    level = np.full(n, -1e9, np.float32)
    level[looked_at] = 1
    similarity = similarity_of("euclidean", normal(n, 2), memory)
    assert ListsAbove.made(similarity, level, ROOMY) is None


@pytest.mark.parametrize("memory", [ROOMY, 30_000, NARROW])
@pytest.mark.parametrize("name", NAMES)
def test_gains_from_lists_are_those_from_all_pairs(name: SimilarityName, memory: int) -> None:
    points = clustered(300, 30)
    objective = covered(points, range(60), name)
    lists = made(similarity_of(name, points, memory), objective.level)
    rows = np.maximum(matrix_of(name, points) - objective.level[:, np.newaxis].astype(float), 0)
    gains = lists.gains(objective.level)
    np.testing.assert_allclose(gains, rows.sum(axis=0), rtol=1e-6, atol=1e-5)
    np.testing.assert_allclose(gains, objective.gains(np.arange(300)), rtol=1e-6, atol=1e-5)


def test_gains_of_the_same_similarities_agree_in_double_precision() -> None:
    # stored similarities from 1/2 to 1, whose differences single precision holds exactly
    points = np.abs(clustered(300, 30))
    objective = covered(points, range(60), "cosine")
    assert objective.level.min() >= 0.5
    lists = made(objective.similarity, objective.level)
    gains = objective.gains(np.arange(300))
    np.testing.assert_allclose(lists.gains(objective.level), gains, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_gains_lowered_by_lists_are_those_of_the_new_levels(name: SimilarityName) -> None:
    objective = covered(clustered(300, 30), range(60), name)
    lists = made(objective.similarity, objective.level)
    gains = lists.gains(objective.level)
    for point in (61, 100, 299):
        risen, before = objective.add(point)
        lists.lower(risen, before, objective.level[risen], gains)
        np.testing.assert_allclose(gains, lists_now(objective), rtol=1e-9, atol=1e-9)


def lists_now(objective: FacilityLocation) -> np.ndarray:
    """Gains from lists made afresh."""
    return made(objective.similarity, objective.level).gains(objective.level)


@pytest.mark.parametrize("memory", [ROOMY, 3_000_000])
def test_the_number_of_threads_changes_no_list(
    memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    points, listed = clustered(1600, 100, width=4), []
    level = np.full(1600, -2.5, np.float32)
    for cores in (1, 3):
        monkeypatch.setattr(threads, "usable_cores", lambda cores=cores: cores)
        listed.append(made(similarity_of("euclidean", points, memory), level))
    first, second = listed
    assert len(first.columns) > 1600
    assert first.starts.tolist() == second.starts.tolist()
    assert first.columns.tolist() == second.columns.tolist()
    assert first.values.tolist() == second.values.tolist()
