from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leanset.coverage import batched_greedy, lists, threads
from leanset.coverage.batched_greedy import BatchedGreedy
from leanset.coverage.lists import ListsAbove
from leanset.coverage.similarity import SimilarityName
from tests.coverage.examples import (
    GRID,
    MEMORIES,
    NAMES,
    NARROW,
    ROOMY,
    Floats,
    assert_greedy,
    clustered,
    covered_by,
    matrix_of,
    normal,
    objective_of,
    regrets,
    tolerance,
)

BLOCKS = 10_000
"""Bytes that make a block several rows of 120 points, and the last one shorter."""


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether lists were made, each time that it was tried."""
    outcomes: list[bool] = []
    make = ListsAbove.made

    def noted(*arguments: Any) -> ListsAbove | None:
        outcomes.append((made := make(*arguments)) is not None)
        return made

    monkeypatch.setattr(ListsAbove, "made", noted)
    return outcomes


@pytest.fixture
def listed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists however long they are, after the first choice."""
    monkeypatch.setattr(batched_greedy, "_FIRST_LOOK", 1)
    monkeypatch.setattr(lists, "_LARGEST_PART", 2.0)


def choice_of(
    name: SimilarityName, points: Floats, keep: int, memory: int = ROOMY, seed: int = 0
) -> list[int]:
    objective = objective_of(name, points, memory)
    BatchedGreedy(objective, ROOMY).add(keep, np.random.default_rng(seed))
    return objective.cover().chosen.tolist()


@pytest.mark.parametrize("memory", [ROOMY, BLOCKS, NARROW])
@pytest.mark.parametrize("name", NAMES)
def test_every_choice_is_that_of_the_plain_greedy(
    name: SimilarityName, memory: int, tried: list[bool]
) -> None:
    for points in (normal(120, 5), clustered(120, 12), normal(17, 3)):
        keep = len(points) // 2
        assert_greedy(name, points, choice_of(name, points, keep, memory))
    assert False in tried
    assert True in tried


@pytest.mark.usefixtures("listed_at_once")
@pytest.mark.parametrize("memory", [ROOMY, BLOCKS, NARROW])
@pytest.mark.parametrize("name", NAMES)
def test_every_choice_from_early_lists_is_that_of_the_plain_greedy(
    name: SimilarityName, memory: int, tried: list[bool]
) -> None:
    points = normal(120, 5)
    assert_greedy(name, points, choice_of(name, points, 60, memory))
    assert tried == [True]


@pytest.mark.parametrize("memory", [ROOMY, BLOCKS])
@pytest.mark.parametrize("name", NAMES)
def test_every_choice_without_any_lists_is_that_of_the_plain_greedy(
    name: SimilarityName, memory: int, monkeypatch: pytest.MonkeyPatch, tried: list[bool]
) -> None:
    monkeypatch.setattr(lists, "LISTS_SHARE", 0.0)
    points = clustered(120, 12)
    assert_greedy(name, points, choice_of(name, points, 60, memory))
    # looked for after 4, 8, 16 and 32 choices
    assert tried == [False] * 4


@given(GRID, MEMORIES, st.integers(0, 9))
def test_no_choice_gains_less_than_the_best_of_then_whatever_ties(
    points: Floats, memory: int, seed: int
) -> None:
    n = len(points)
    for name in NAMES:
        matrix, floor = matrix_of(name, points), objective_of(name, points).similarity.floor
        chosen = choice_of(name, points, n, memory, seed)
        assert sorted(chosen) == list(range(n))
        lost = regrets(lambda some: covered_by(matrix, floor, some), n, chosen)  # noqa: B023
        assert max(lost) <= tolerance(matrix, floor)


@pytest.mark.usefixtures("listed_at_once")
@settings(max_examples=30)
@given(points=GRID, memory=MEMORIES, seed=st.integers(0, 9))
def test_nor_does_one_from_lists(points: Floats, memory: int, seed: int) -> None:
    n = len(points)
    for name in NAMES:
        matrix, floor = matrix_of(name, points), objective_of(name, points).similarity.floor
        chosen = choice_of(name, points, n, memory, seed)
        assert sorted(chosen) == list(range(n))
        lost = regrets(lambda some: covered_by(matrix, floor, some), n, chosen)  # noqa: B023
        assert max(lost) <= tolerance(matrix, floor)


def test_lists_are_not_made_for_a_last_choice_that_is_made_already(tried: list[bool]) -> None:
    points = clustered(120, 4)
    assert len(choice_of("euclidean", points, 4)) == 4
    assert tried == []
    choice_of("euclidean", points, 5)
    assert len(tried) == 1


def test_the_number_of_threads_changes_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    points, choices = clustered(1600, 60), []
    for cores in (1, 3):
        monkeypatch.setattr(threads, "usable_cores", lambda cores=cores: cores)
        choices.append(choice_of("euclidean", points, 100))
    assert choices[0] == choices[1]


@pytest.mark.usefixtures("listed_at_once")
@pytest.mark.parametrize("name", NAMES)
def test_copies_are_chosen_equally_often_wherever_they_are(name: SimilarityName) -> None:
    # three places with four copies each, in no order
    copies = np.random.default_rng(5).permutation(np.arange(12) % 3)
    points = normal(3, 4)[copies]
    chosen = [choice_of(name, points, 3, seed=seed) for seed in range(400)]
    assert all(set(copies[of]) == {0, 1, 2} for of in chosen)
    # a quarter of 400 is 100, deviation 8.7
    counts = np.bincount(np.concatenate(chosen), minlength=12)
    assert counts.min() > 60
    assert counts.max() < 140
