from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.selectors.examples import chosen, times_chosen

from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs
from leanset.selectors.grouped import Balance
from leanset.selectors.herding import Herding, unit_rows


def herding(balance: Balance = "none") -> Herding:
    return Herding(method="herding", embedding="features", balance=balance)


def embedded(points: NDArray[np.float32], labels: list[int] | None = None) -> Materials:
    given = [0] * len(points) if labels is None else labels
    return Materials(np.array(given, dtype=np.int64), embeddings={"features": points})


def rows(*values: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def order_of(points: NDArray[np.float32], keep: int, seed: int = 0) -> list[int]:
    order: list[int] = herding().pick(keep, embedded(points), np.random.default_rng(seed)).tolist()
    return order


def unit(points: NDArray[np.float32]) -> list[list[float]]:
    result = []
    for row in points.astype(float).tolist():
        norm = sum(value * value for value in row) ** 0.5
        result.append([value / norm if norm else 0.0 for value in row])
    return result


def plain(points: NDArray[np.float32], keep: int) -> list[int]:
    """The running mean of every candidate, written out."""
    features = unit(points)
    mean = [sum(column) / len(features) for column in zip(*features, strict=True)]
    kept: list[int] = []
    for _ in range(keep):

        def miss(sample: int) -> float:
            together = [features[i] for i in (*kept, sample)]
            running = [sum(column) / len(together) for column in zip(*together, strict=True)]
            return sum((a - b) ** 2 for a, b in zip(mean, running, strict=True))

        kept.append(min((i for i in range(len(features)) if i not in kept), key=miss))
    return kept


def test_a_worked_example() -> None:
    # directions (1, 0), (0, 1), (0.6, 0.8); μ = (1.6, 1.8) / 3 = (0.533, 0.6)
    # ‖μ − φ‖²: 0.218 + 0.36 = 0.578; 0.284 + 0.16 = 0.444; 0.0044 + 0.04 = 0.0444, so 2
    # 2μ − φ_2 = (0.467, 0.4); to (1, 0): 0.284 + 0.16 = 0.444; to (0, 1): 0.218 + 0.36, so 0
    assert order_of(rows((7, 0), (0, 2), (3, 4)), 3) == [2, 0, 1]


def test_the_nearest_is_taken_and_not_the_farthest() -> None:
    # one sample points away from all others: by the farthest it would come first
    points = rows(*[(1.0, 0.02 * i) for i in range(9)], (-1.0, 0.0))
    # the mean is along (0.8, 0.07), and of the directions that of sample 4 is the nearest to it
    assert order_of(points, 1) == [4]


def test_a_row_of_zeros_counts_as_zeros() -> None:
    # φ: (1, 0), (−1, 0), (0, 0); μ = 0: the zeros are at it, the others 1 away
    assert order_of(rows((2, 0), (-2, 0), (0, 0)), 1) == [2]
    # φ: (1, 0) three times and (0, 0); μ = (0.75, 0), nearer to (1, 0) than to 0
    assert order_of(rows((1, 0), (3, 0), (5, 0), (0, 0)), 1) != [3]
    assert unit_rows(rows((0, 0), (3, 4))).tolist() == [[0, 0], [0.6, 0.8]]


@pytest.mark.parametrize("seed", range(5))
def test_it_is_a_plain_loop_over_running_means_step_by_step(seed: int) -> None:
    points = np.random.default_rng(seed).standard_normal((40, 6)).astype(np.float32) + 0.5
    points[7] = 0
    assert order_of(points, 25, seed) == plain(points, 25)


def test_the_running_mean_is_nearer_than_that_of_a_random_subset() -> None:
    rng = np.random.default_rng(0)
    points = rng.standard_normal((500, 10)).astype(np.float32)
    features = unit_rows(points)
    order = np.array(order_of(points, 50))

    def miss(subset: NDArray[np.int64]) -> float:
        return float(np.linalg.norm(features[subset].mean(axis=0) - features.mean(axis=0)))

    nearest_at_random = min(miss(rng.choice(500, 50, replace=False)) for _ in range(100))
    assert miss(order) < nearest_at_random / 3


def test_a_class_at_a_time_is_the_rule_and_every_class_is_there() -> None:
    assert Herding(method="herding", embedding="features").balance == "proportional"
    points = np.random.default_rng(0).standard_normal((60, 3)).astype(np.float32)
    three = embedded(points, [0] * 50 + [1] * 7 + [2] * 3)
    kept = chosen(herding("proportional"), 6, three)
    assert Counter(three.labels[kept].tolist()) == {0: 4, 1: 1, 2: 1}
    # within the class, against the mean of the class
    assert {i for i in kept if i < 50} == set(plain(points[:50], 4))
    assert Counter(three.labels[chosen(herding("uniform"), 12, three)].tolist()) == {
        0: 5,
        1: 4,
        2: 3,
    }


def test_of_duplicates_one_is_drawn() -> None:
    # four equal samples at the mean, and two apart from it: one of the four, 100 of 400 each
    counts = times_chosen(herding(), 1, embedded(rows(*[(1, 1)] * 4, (1, 0), (0, 1))), seeds=400)
    assert counts[4:].tolist() == [0, 0]
    # deviation 8.7
    assert counts[:4].min() > 65
    assert counts[:4].max() < 135


def test_constant_features_fill_the_budget_by_the_seed() -> None:
    constant = embedded(np.full((30, 5), 0.1, dtype=np.float32))
    for keep in (1, 9, 30):
        assert len(set(chosen(herding(), keep, constant))) == keep
    assert chosen(herding(), 9, constant) == chosen(herding(), 9, constant)
    assert chosen(herding(), 9, constant) != chosen(herding(), 9, constant, 1)


def test_a_value_that_is_not_finite_is_refused_and_the_embedding_named() -> None:
    points = np.ones((5, 2), dtype=np.float32)
    points[3, 1] = np.nan
    with pytest.raises(LeansetError, match="the first is sample 3") as error:
        chosen(herding("proportional"), 2, embedded(points, [0, 0, 0, 1, 1]))
    assert "embedding features" in str(error.value)


def test_it_reads_the_embedding_and_labels_only_to_balance() -> None:
    assert herding().needs() == Needs(embeddings=("features",))
    assert herding("proportional").uses_labels()
    assert not herding("none").uses_labels()


def test_its_demand_is_a_look_at_the_group_for_each_sample_kept() -> None:
    ten = embedded(np.zeros((1000, 20), dtype=np.float32), list(range(10)) * 100)
    assert herding().demand(100, ten).passes == 1000 * 20 * 100
    by_class = herding("proportional").demand(100, ten)
    assert by_class.passes == pytest.approx(10 * 100 * 20 * 10)
    assert by_class.memory == herding().demand(100, ten).memory / 10
