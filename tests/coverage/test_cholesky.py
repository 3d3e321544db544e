import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.coverage.cholesky import GrowingSystem


def grown(matrix: np.ndarray, right: np.ndarray) -> GrowingSystem:
    system = GrowingSystem(len(right))
    for i in range(len(right)):
        system.append(matrix[i, :i], matrix[i, i], right[i])
    return system


def test_two_equations_are_solved_and_one_is_left_when_the_other_goes() -> None:
    # 4 w + 2 v = 8, 2 w + 5 v = 12: v = 2, w = 1; without the first 5 v = 12
    system = grown(np.array([[4.0, 2.0], [2.0, 5.0]]), np.array([8.0, 12.0]))
    assert system.solution() == pytest.approx([1, 2])
    system.drop(0)
    assert system.solution() == pytest.approx([2.4])
    system.drop(0)
    assert system.solution().shape == (0,)


@given(st.integers(0, 2**32), st.lists(st.tuples(st.booleans(), st.integers(0, 100)), max_size=30))
def test_what_is_left_after_any_appends_and_drops_is_solved(
    seed: int, changes: list[tuple[bool, int]]
) -> None:
    rng = np.random.default_rng(seed)
    root = rng.normal(size=(30, 30))
    matrix, right = root @ root.T + np.eye(30), rng.normal(size=30)
    system, there, coming = GrowingSystem(30), [], iter(range(30))
    for goes, place in changes:
        if goes and there:
            system.drop(place % len(there))
            del there[place % len(there)]
        else:
            new = next(coming)
            system.append(matrix[new, there], matrix[new, new], right[new])
            there.append(new)
        expected = np.linalg.solve(matrix[np.ix_(there, there)], right[there])
        assert system.solution() == pytest.approx(expected, rel=1e-8, abs=1e-8)


def test_equations_that_say_the_same_twice_have_finite_solutions() -> None:
    system = grown(np.ones((3, 3)), np.ones(3))
    assert np.isfinite(system.solution()).all()
    assert system.solution().sum() == pytest.approx(1)
