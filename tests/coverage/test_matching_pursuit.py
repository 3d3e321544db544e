from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import nnls

from leanset.coverage.matching_pursuit import Pursued, pursue, pursuit_demand
from tests.coverage.gradients import Rows

LAMS = (0.0, 0.01, 0.5, 5.0)


@dataclass(frozen=True)
class Case:
    matrix: np.ndarray
    target: np.ndarray
    lam: float

    def pursued(self, keep: int, seed: int = 0) -> Pursued:
        rng = np.random.default_rng(seed)
        return pursue(Rows(self.matrix), self.target, keep, self.lam, rng)

    def best_weights(self, rows: list[int]) -> np.ndarray:
        """By scipy: the ridge is a row for each weight, whose target is 0."""
        ridge = np.sqrt(self.lam) * np.eye(len(rows))
        return nnls(
            np.vstack([self.matrix[rows].T, ridge]),
            np.concatenate([self.target, np.zeros(len(rows))]),
        )[0]

    def missing(self, rows: np.ndarray, weights: np.ndarray) -> float:
        return float(np.linalg.norm(self.target - weights @ self.matrix[rows]))

    def objective(self, rows: np.ndarray, weights: np.ndarray) -> float:
        return self.missing(rows, weights) ** 2 + self.lam * float(weights @ weights)

    def plain_pursuit(self) -> list[tuple[list[int], np.ndarray]]:
        """What is picked and how it weighs after each step of a pursuit written out."""
        picked: list[int] = []
        residual, steps, objective = self.target, [], self.target @ self.target
        while objective > 1e-8 * self.target @ self.target:
            products = self.matrix @ residual
            products[picked] = -np.inf
            if products.max() <= 0:
                break
            picked.append(int(products.argmax()))
            weights = self.best_weights(picked)
            weights[weights < 1e-12] = 0
            residual = self.target - weights @ self.matrix[picked]
            objective = self.objective(np.array(picked), weights)
            steps.append((list(picked), weights))
        return steps


def random_case(seed: int, samples: int, width: int, lam: float, lean: float) -> Case:
    """Gaussian gradients that lean to one side, and their sum for a target."""
    matrix = np.random.default_rng(seed).normal(size=(samples, width))
    matrix[:, 0] += lean
    return Case(matrix, matrix.sum(axis=0), lam)


cases = st.builds(
    random_case,
    seed=st.integers(0, 2**32),
    samples=st.integers(1, 10),
    width=st.integers(1, 12),
    lam=st.sampled_from(LAMS),
    lean=st.sampled_from([0.0, 1.0, 5.0]),
)


def test_two_steps_by_hand() -> None:
    # g = (4, 3) of (1, 0), (0, 1), (1, 1): products 4, 3, 7 with the third, whose weight is
    # 7 / 2 = 3.5; missing is (0.5, -0.5), and the first fills it up: 1 (1, 0) + 3 (1, 1)
    case = Case(np.array([[1.0, 0], [0, 1], [1, 1]]), np.array([4.0, 3.0]), 0.0)
    first, second = case.pursued(1), case.pursued(2)
    assert first.indices.tolist() == [2]
    assert first.weights == pytest.approx([3.5])
    assert second.indices.tolist() == [2, 0]
    assert second.weights == pytest.approx([3, 1])


def test_the_ridge_is_on_the_sums_as_they_stand() -> None:
    # one gradient 2, target 6, lam 0.5: w = 2 · 6 / (4 + 0.5)
    case = Case(np.array([[2.0]]), np.array([6.0]), 0.5)
    assert case.pursued(1).weights == pytest.approx([12 / 4.5])


@given(cases)
@settings(deadline=None)
def test_every_step_is_that_of_a_pursuit_written_out(case: Case) -> None:
    steps = case.plain_pursuit()
    for keep in range(1, len(case.matrix) + 1):
        found = case.pursued(keep)
        # the first step at which so many weigh something, or the last there is
        reached = [step for step in steps if np.count_nonzero(step[1]) >= keep]
        picked, weights = (reached or steps)[0 if reached else -1]
        if np.count_nonzero(weights) <= keep:
            assert found.indices.tolist() == np.array(picked)[weights > 0].tolist()
            assert found.weights == pytest.approx(weights[weights > 0], rel=1e-6, abs=1e-9)


@given(cases, st.integers(1, 10))
@settings(deadline=None)
def test_weights_are_the_best_that_are_not_negative(case: Case, keep: int) -> None:
    found = case.pursued(keep)
    assert 1 <= len(found.indices) <= keep
    assert (found.weights > 0).all()
    expected = case.best_weights(found.indices.tolist())
    assert found.weights == pytest.approx(expected, rel=1e-6, abs=1e-9)


@given(cases)
@settings(deadline=None)
def test_with_any_budget_no_weights_of_all_samples_are_better(case: Case) -> None:
    assume(case.lam > 0)
    found = case.pursued(len(case.matrix))
    weights = np.zeros(len(case.matrix))
    weights[found.indices] = found.weights
    assert weights == pytest.approx(
        case.best_weights(list(range(len(weights)))), rel=1e-5, abs=1e-7
    )


@given(cases)
@settings(deadline=None)
def test_a_larger_budget_never_fits_worse(case: Case) -> None:
    results = [case.pursued(keep) for keep in range(1, len(case.matrix) + 1)]
    objectives = [case.objective(found.indices, found.weights) for found in results]
    assert (np.diff(objectives) <= 1e-9 * objectives[0]).all()
    if case.lam == 0:
        missing = [case.missing(found.indices, found.weights) for found in results]
        assert (np.diff(missing) <= 1e-9 * missing[0]).all()


def test_a_sample_whose_weight_falls_to_nothing_leaves_its_place_to_another() -> None:
    # g = (4, 1): products 15, 13.7 and 8; the first weighs 15 / 18 and leaves (1.5, -1.5). Then
    # the second, with which the first would weigh -0.06; alone it weighs 13.7 / 11.05. Its rest
    # takes the third: 10/9 (3.2, 0.9) + 2/9 (2, 0) = (4, 1)
    case = Case(np.array([[3.0, 3.0], [3.2, 0.9], [2.0, 0.0]]), np.array([4.0, 1.0]), 0.0)
    assert case.pursued(1).indices.tolist() == [0]
    assert case.pursued(1).weights == pytest.approx([5 / 6])
    assert case.pursued(2).indices.tolist() == [1, 2]
    assert case.pursued(2).weights == pytest.approx([10 / 9, 2 / 9])


def many(samples: int = 400, width: int = 12, seed: int = 0) -> Case:
    return random_case(seed, samples, width, lam=0.0, lean=1.0)


def test_hundreds_of_samples_with_many_drops_end_at_the_optimum() -> None:
    case = random_case(3, 300, 40, lam=0.5, lean=1.0)
    found = case.pursued(300)
    expected = case.best_weights(list(range(300)))
    weights = np.zeros(300)
    weights[found.indices] = found.weights
    assert weights == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_it_ends_when_the_target_is_matched() -> None:
    case = many()
    found = case.pursued(400)
    # twelve numbers take twelve weights at most
    assert len(found.indices) <= 12
    assert case.missing(found.indices, found.weights) <= 1e-4 * np.linalg.norm(case.target)


@pytest.mark.parametrize("lam", LAMS)
def test_it_ends_when_nothing_points_to_the_target(lam: float) -> None:
    opposite = Case(-np.eye(3), np.ones(3), lam)
    assert opposite.pursued(3).indices.tolist() == []
    nothing = Case(np.zeros((4, 3)), np.zeros(3), lam)
    assert nothing.pursued(3).indices.tolist() == []
    assert Case(np.zeros((4, 3)), np.ones(3), lam).pursued(2).indices.tolist() == []


def test_only_samples_that_are_open_are_picked() -> None:
    case = many()
    among = np.arange(400) % 2 == 1
    found = pursue(Rows(case.matrix), case.target, 9, 0.5, np.random.default_rng(0), among)
    assert len(found.indices) == 9
    assert (found.indices % 2 == 1).all()


def test_equal_gradients_are_picked_by_chance_and_weigh_the_same() -> None:
    twice = Case(np.array([[1.0, 2], [1, 2], [1, 2], [-1, 0]]), np.array([2.0, 6]), 0.5)
    assert {tuple(twice.pursued(1, seed).indices) for seed in range(40)} == {(0,), (1,), (2,)}
    weights = twice.pursued(3).weights
    assert weights == pytest.approx(np.full(3, weights[0]))
    # without a ridge one of them says all that the others could
    assert len(Case(twice.matrix[:3], twice.target, 0.0).pursued(3).indices) == 1


def test_products_that_differ_by_rounding_only_are_equal() -> None:
    class Rounded(Rows):
        def along(self, direction: np.ndarray) -> np.ndarray:
            return super().along(direction) * (1 + 1e-7 * np.arange(3, dtype=np.float32))

    rows = Rounded(np.array([[1.0, 2]] * 3))
    firsts = {
        int(pursue(rows, np.array([2.0, 6]), 1, 0.5, np.random.default_rng(seed)).indices[0])
        for seed in range(40)
    }
    assert firsts == {0, 1, 2}


def test_the_same_seed_picks_the_same() -> None:
    case = many()
    first, second = case.pursued(10, seed=4), case.pursued(10, seed=4)
    assert first.indices.tolist() == second.indices.tolist()
    assert first.weights.tolist() == second.weights.tolist()


@pytest.mark.parametrize("scale", [1e-12, 1.0, 1e12])
def test_without_a_ridge_the_scale_of_gradients_does_not_matter(scale: float) -> None:
    case = many()
    scaled = Case(scale * case.matrix, scale * case.target, 0.0)
    assert scaled.pursued(8).indices.tolist() == case.pursued(8).indices.tolist()
    assert scaled.pursued(8).weights == pytest.approx(case.pursued(8).weights, rel=1e-5)


def test_the_demand_grows_with_what_is_kept_and_with_what_there_is() -> None:
    # 600 steps over 6,000 gradients of 85 · 10 numbers and those chosen, in one thread of two
    demand = pursuit_demand(6000, (1, 10, 85), 600)
    assert demand.products == 2 * 600 * 850 * 6600
    # what is chosen from, then 600² entries and half as many, in float64
    assert demand.memory > 4 * 6000 * 95 + 12 * 600**2
    more = pursuit_demand(6000, (1, 10, 85), 3000)
    assert more.memory > demand.memory
    assert more.seconds() > demand.seconds()
