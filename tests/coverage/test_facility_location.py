import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.coverage import threads
from leanset.coverage.similarity import SimilarityName
from tests.coverage.examples import (
    GRID,
    MEMORIES,
    NAMES,
    NARROW,
    ROOMY,
    Floats,
    covered_by,
    matrix_of,
    normal,
    objective_of,
    similarity_of,
    tolerance,
)


def some_of(points: Floats, data: st.DataObject) -> list[int]:
    """Distinct points in any order, at least one."""
    return data.draw(st.lists(st.integers(0, len(points) - 1), min_size=1, unique=True))


def test_what_is_gained_is_what_comes_nearer() -> None:
    # 0 1 2 10 on a line: the mean is 3.25, and twice the longest way from it, 13.5, is where each
    # begins; of the point at 1 they are 1 0 1 9 away, so that it gains 4 · 13.5 − 11
    objective = objective_of("euclidean", np.array([[0], [1], [2], [10]], np.float32))
    assert objective.gains(np.array([1]))[0] == pytest.approx(43, rel=1e-5)
    objective.add(1)
    # then the one at 10 gains its own 9 and no others, the one at 0 its own 1
    assert objective.gains(np.array([3, 0, 1])).tolist() == [9, 1, 0]
    risen, before = objective.add(3)
    assert (risen.tolist(), before.tolist()) == ([3], [-9])
    cover = objective.cover()
    assert cover.chosen.tolist() == [1, 3]
    assert cover.owner.tolist() == [0, 0, 0, 1]
    assert cover.level.tolist() == [-1, 0, -1, 0]
    assert cover.sizes.tolist() == [3, 1]


@given(GRID, MEMORIES, st.data())
def test_gains_are_differences_of_what_is_covered(
    points: Floats, memory: int, data: st.DataObject
) -> None:
    chosen = some_of(points, data)
    for name in NAMES:
        matrix, objective = matrix_of(name, points), objective_of(name, points, memory)
        floor = objective.similarity.floor
        asked = np.array(some_of(points, data))
        for place, point in enumerate(chosen):
            before = chosen[:place]
            expected = [
                covered_by(matrix, floor, [*before, other]) - covered_by(matrix, floor, before)
                for other in asked
            ]
            np.testing.assert_allclose(
                objective.gains(asked), expected, rtol=0, atol=tolerance(matrix, floor)
            )
            objective.add(point)


@given(GRID, MEMORIES, st.data())
def test_a_set_grows_and_gains_never_rise(points: Floats, memory: int, data: st.DataObject) -> None:
    chosen, everyone = some_of(points, data), np.arange(len(points))
    for name in NAMES:
        objective = objective_of(name, points, memory)
        gains = objective.gains(everyone)
        for point in chosen:
            level = objective.level.copy()
            objective.add(point)
            assert (objective.level >= level).all()
            after = objective.gains(everyone)
            assert (after >= 0).all()
            # rows computed one by one or together may differ in their last bit
            assert (after <= gains + 1e-6 * len(points)).all()
            gains = after


@given(GRID, MEMORIES, st.data())
def test_risen_points_are_those_whose_level_rose(
    points: Floats, memory: int, data: st.DataObject
) -> None:
    for name in NAMES:
        objective = objective_of(name, points, memory)
        for point in some_of(points, data):
            level = objective.level.copy()
            risen, before = objective.add(point)
            assert risen.tolist() == np.flatnonzero(objective.level > level).tolist()
            assert before.tolist() == level[risen].tolist()


@given(GRID, MEMORIES, st.data())
def test_each_point_is_owned_by_the_chosen_one_most_similar_to_it(
    points: Floats, memory: int, data: st.DataObject
) -> None:
    chosen = some_of(points, data)
    for name in NAMES:
        matrix, objective = matrix_of(name, points), objective_of(name, points, memory)
        for point in chosen:
            objective.add(point)
        cover = objective.cover()
        among = matrix[:, chosen]
        assert cover.chosen.tolist() == chosen
        np.testing.assert_allclose(cover.level, among.max(axis=1), rtol=1e-6, atol=3e-7)
        owned = among[np.arange(len(points)), cover.owner]
        np.testing.assert_allclose(owned, among.max(axis=1), rtol=1e-6, atol=3e-7)
        assert cover.owner[chosen].tolist() == list(range(len(chosen)))
        assert cover.sizes.tolist() == [
            (cover.owner == place).sum() for place in range(len(chosen))
        ]


@given(GRID, st.data())
def test_of_equally_near_chosen_points_the_first_owns(points: Floats, data: st.DataObject) -> None:
    chosen = some_of(points, data)
    # distances of whole numbers, so that equal ones are equal to the last bit
    objective = objective_of("euclidean", points)
    for point in chosen:
        objective.add(point)
    first = matrix_of("euclidean", points)[:, chosen].argmax(axis=1)
    first[chosen] = np.arange(len(chosen))
    assert objective.cover().owner.tolist() == first.tolist()


@pytest.mark.parametrize("memory", [ROOMY, NARROW])
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [0.0, 0.1, -3e4])
def test_points_that_are_all_equal_are_all_covered_by_the_first(
    name: SimilarityName, memory: int, value: float
) -> None:
    objective = objective_of(name, np.full((9, 4), value, np.float32), memory)
    for point in (5, 2, 7):
        objective.add(point)
    cover = objective.cover()
    # two of the nine own themselves, the rest is the first one's
    assert cover.sizes.tolist() == [7, 1, 1]
    assert np.ptp(cover.level) <= 1e-6


@given(GRID, MEMORIES, st.data())
def test_sizes_sum_to_all_points_and_each_is_at_least_one(
    points: Floats, memory: int, data: st.DataObject
) -> None:
    copies = np.concatenate([points, points])
    chosen = some_of(copies, data)
    for name in NAMES:
        objective = objective_of(name, copies, memory)
        for point in chosen:
            objective.add(point)
        sizes = objective.cover().sizes
        assert len(sizes) == len(chosen)
        assert sizes.sum() == len(copies)
        assert sizes.min() >= 1


def test_the_number_of_threads_changes_no_gain(monkeypatch: pytest.MonkeyPatch) -> None:
    similarity, gains = similarity_of("euclidean", normal(1600, 3)), []
    for cores in (1, 3):
        monkeypatch.setattr(threads, "usable_cores", lambda cores=cores: cores)
        objective = objective_of("euclidean", normal(1600, 3))
        objective.add(17)
        gains.append(objective.gains(np.arange(len(similarity))))
    assert (gains[0] == gains[1]).all()
