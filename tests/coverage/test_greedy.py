from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.coverage.greedy import lazy_greedy, stochastic_greedy
from tests.coverage.examples import best_of_all, plain_greedy, regrets

GUARANTEE = 1 - 1 / np.e


@dataclass
class Weights:
    """Sets that together weigh as much as all that is in any of them: monotone and submodular."""

    sets: list[frozenset[int]]
    chosen: list[int] = field(default_factory=list)
    asked: int = 0
    largest_question: int = 0

    def __len__(self) -> int:
        return len(self.sets)

    def value(self, chosen: list[int]) -> float:
        return float(sum(1 + thing % 3 for thing in set().union(*(self.sets[i] for i in chosen))))

    def gains(self, points: np.ndarray) -> np.ndarray:
        self.asked += len(points)
        self.largest_question = max(self.largest_question, len(points))
        now = self.value(self.chosen)
        return np.array([self.value([*self.chosen, point]) - now for point in points.tolist()])

    def add(self, point: int) -> None:
        self.chosen.append(point)


SETS = st.lists(st.frozensets(st.integers(0, 11), max_size=5), min_size=1, max_size=9).map(Weights)


def many(sets: int, things: int, size: int, seed: int = 0) -> Weights:
    rng = np.random.default_rng(seed)
    return Weights(
        [frozenset(rng.choice(things, size, replace=False).tolist()) for _ in range(sets)]
    )


@given(SETS, st.integers(0, 9))
def test_each_lazy_choice_gains_as_much_as_any(of: Weights, seed: int) -> None:
    lazy_greedy(of, len(of), np.random.default_rng(seed))
    assert sorted(of.chosen) == list(range(len(of)))
    assert max(regrets(of.value, len(of), of.chosen)) == 0


@pytest.mark.parametrize("sets", [31, 32, 33, 100])
def test_a_lazy_choice_reaches_what_the_plain_one_does(sets: int) -> None:
    of = many(sets, things=200, size=6)
    lazy_greedy(of, 15, np.random.default_rng(0))
    assert max(regrets(of.value, sets, of.chosen)) == 0
    assert len(set(of.chosen)) == 15


def test_a_lazy_choice_asks_for_far_fewer_gains_than_the_plain_one() -> None:
    # the first ten sets have ten things each, of their own; all others have one
    of = Weights([frozenset(range(10 * i, 10 * i + 10)) for i in range(10)])
    of.sets += [frozenset([1000 + i]) for i in range(990)]
    lazy_greedy(of, 10, np.random.default_rng(0))
    assert sorted(of.chosen) == list(range(10))
    # the plain one asks for 1000 + 999 + … + 991
    assert of.asked < 1000 + 9 * 40


def test_what_gains_nothing_is_not_asked_again() -> None:
    of = Weights([frozenset([0, 1])] * 100)
    lazy_greedy(of, 50, np.random.default_rng(0))
    # all for the first choice, all others for the second
    assert of.asked == 100 + 99


@given(SETS, st.integers(0, 9), st.data())
def test_a_lazy_choice_is_within_the_guarantee(of: Weights, seed: int, data: st.DataObject) -> None:
    keep = data.draw(st.integers(1, len(of)))
    lazy_greedy(of, keep, np.random.default_rng(seed))
    assert of.value(of.chosen) >= GUARANTEE * best_of_all(of.value, len(of), keep) - 1e-9


def counts_of(of: Weights, keep: int, seeds: int, epsilon: float | None = None) -> np.ndarray:
    """How often each set is chosen over so many seeds."""
    chosen = []
    for seed in range(seeds):
        again, rng = Weights(of.sets), np.random.default_rng(seed)
        if epsilon is None:
            lazy_greedy(again, keep, rng)
        else:
            stochastic_greedy(again, keep, epsilon, rng)
        chosen += again.chosen
    return np.bincount(chosen, minlength=len(of))


@pytest.mark.parametrize("epsilon", [None, 1e-9, 0.5])
@pytest.mark.parametrize("apart", [0, 3])
def test_equal_sets_are_chosen_equally_often_wherever_they_are(
    apart: int, epsilon: float | None
) -> None:
    # the same things or others that weigh as much; and more sets than are asked for together, so
    # that some of equal bounds could be left out
    sets = [frozenset([apart * i, apart * i + 1]) for i in range(40)]
    counts = counts_of(Weights(sets), keep=4, seeds=300, epsilon=epsilon)
    # a tenth of 300 is 30, deviation 5.2
    assert counts.min() > 5
    assert counts.max() < 55


@given(SETS, st.floats(0.01, 0.99), st.integers(0, 9), st.data())
def test_a_stochastic_choice_has_its_exact_size(
    of: Weights, epsilon: float, seed: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(1, len(of)))
    stochastic_greedy(of, keep, epsilon, np.random.default_rng(seed))
    assert len(of.chosen) == len(set(of.chosen)) == keep
    assert set(of.chosen) <= set(range(len(of)))


@given(SETS, st.integers(0, 9), st.data())
def test_with_a_tiny_epsilon_all_are_looked_at_each_time(
    of: Weights, seed: int, data: st.DataObject
) -> None:
    keep = data.draw(st.integers(1, len(of)))
    stochastic_greedy(of, keep, 1e-12, np.random.default_rng(seed))
    assert max(regrets(of.value, len(of), of.chosen)) == 0
    # N, then N − 1, and so on
    assert of.asked == sum(len(of) - place for place in range(keep))


def test_a_random_few_are_looked_at_each_time() -> None:
    of = many(100, things=300, size=6)
    stochastic_greedy(of, 10, 0.1, np.random.default_rng(0))
    # 100 / 10 · ln 10 = 23.03
    assert of.largest_question == 24
    assert of.asked == 10 * 24


@pytest.mark.parametrize("epsilon", [0.05, 0.3])
@pytest.mark.parametrize("seed", range(4))
def test_a_stochastic_choice_is_within_its_guarantee_on_average(epsilon: float, seed: int) -> None:
    of = many(9, things=14, size=4, seed=seed)
    best = best_of_all(of.value, 9, 3)
    reached = []
    for trial in range(100):
        again = Weights(of.sets)
        stochastic_greedy(again, 3, epsilon, np.random.default_rng(trial))
        reached.append(again.value(again.chosen))
    assert np.mean(reached) >= (GUARANTEE - epsilon) * best


def test_a_plain_greedy_agrees_where_nothing_ties() -> None:
    of = Weights([frozenset(range(start, start + size)) for start, size in _NESTED])
    expected = plain_greedy(of.value, len(of), len(of))
    lazy, stochastic = Weights(of.sets), Weights(of.sets)
    lazy_greedy(lazy, len(of), np.random.default_rng(1))
    stochastic_greedy(stochastic, len(of), 1e-12, np.random.default_rng(2))
    assert lazy.chosen == stochastic.chosen == expected


_NESTED = [(0, 9), (8, 12), (40, 6), (60, 3), (61, 20)]
"""Where each set begins and how many things are in it; some overlap."""
