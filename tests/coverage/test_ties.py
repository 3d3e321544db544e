import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leanset.coverage.ties import Ties

SMALL = st.lists(st.integers(0, 3), min_size=1, max_size=8)


@given(SMALL, st.integers(0, 99))
def test_what_is_taken_is_as_large_as_any(values: list[int], seed: int) -> None:
    ties = Ties(len(values), np.random.default_rng(seed))
    assert values[ties.largest(np.array(values, dtype=float))] == max(values)


def test_equal_values_are_taken_equally_often_wherever_they_are() -> None:
    values = np.array([1.0, 5, 5, 2, 5, 5])
    taken = [Ties(6, np.random.default_rng(seed)).largest(values) for seed in range(800)]
    counts = np.bincount(taken, minlength=6)
    # a quarter of 800 is 200, deviation 12.2
    assert counts[[0, 3]].tolist() == [0, 0]
    assert counts[[1, 2, 4, 5]].min() > 145
    assert counts[[1, 2, 4, 5]].max() < 255


def test_the_order_is_drawn_once_so_that_the_choice_is_settled() -> None:
    ties = Ties(50, np.random.default_rng(0))
    assert len({ties.largest(np.zeros(50)) for _ in range(20)}) == 1


def test_the_one_that_is_left_is_found_among_those_taken() -> None:
    values = np.full(4, -np.inf)
    values[2] = -7.0
    assert Ties(4, np.random.default_rng(0)).largest(values) == 2


@given(SMALL, st.integers(0, 99), st.data())
def test_of_some_candidates_the_largest_is_taken_as_if_there_were_no_others(
    values: list[int], seed: int, data: st.DataObject
) -> None:
    of = np.array(
        data.draw(st.lists(st.integers(0, len(values) - 1), min_size=1, unique=True)),
        dtype=np.int64,
    )
    ties, all_values = Ties(len(values), np.random.default_rng(seed)), np.array(values, dtype=float)
    without = np.full(len(values), -np.inf)
    without[of] = all_values[of]
    assert ties.largest_of(of, all_values[of]) == ties.largest(without)
