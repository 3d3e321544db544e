from collections import Counter

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.selectors.examples import chosen, times_chosen

from leanset.errors import LeansetError
from leanset.selectors.base import Materials, Needs
from leanset.selectors.grouped import Balance
from leanset.selectors.k_center import KCenter


def k_center(balance: Balance = "none") -> KCenter:
    return KCenter(method="k_center", embedding="pca", balance=balance)


def embedded(points: NDArray[np.float32], labels: list[int] | None = None) -> Materials:
    given = [0] * len(points) if labels is None else labels
    return Materials(np.array(given, dtype=np.int64), embeddings={"pca": points})


def line(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)[:, np.newaxis]


def test_two_of_three_heaps_always_leave_the_near_pair_together() -> None:
    # heaps at 0, 4 and 100: whichever comes first, the second is of the other side, and the third
    # of the heap that is left
    three = embedded(line(0, 0, 4, 4, 100, 100))
    for seed in range(20):
        assert [sample // 2 for sample in chosen(k_center(), 3, three, seed)] == [0, 1, 2]
        assert chosen(k_center(), 2, three, seed)[1] // 2 == 2


def test_the_first_is_drawn_from_all() -> None:
    counts = times_chosen(k_center(), 1, embedded(line(*range(8))), seeds=400)
    # 50 of 400 each, deviation 6.6
    assert counts.min() > 22
    assert counts.max() < 78


def test_with_class_balance_every_class_is_covered_by_itself() -> None:
    # class 1 lies within class 0, and is left out by the rule over all
    points = line(*np.linspace(0, 1, 90), *np.linspace(0.5, 0.501, 10))
    both = embedded(points, [0] * 90 + [1] * 10)
    assert chosen(k_center("none"), 10, both)[-1] < 90
    for seed in range(5):
        kept = chosen(k_center("proportional"), 10, both, seed)
        assert Counter(sample // 90 for sample in kept) == {0: 9, 1: 1}
        assert Counter(s // 90 for s in chosen(k_center("uniform"), 20, both, seed)) == {
            0: 10,
            1: 10,
        }


def test_duplicates_and_constant_features_fill_the_budget() -> None:
    constant = embedded(np.ones((12, 3), dtype=np.float32), [0, 1, 2] * 4)
    for keep in (1, 5, 12):
        assert len(set(chosen(k_center(), keep, constant))) == keep
    assert {s % 3 for s in chosen(k_center("proportional"), 3, constant)} == {0, 1, 2}


def test_the_seed_decides() -> None:
    points = np.random.default_rng(0).random((200, 4), dtype=np.float32)
    assert chosen(k_center(), 30, embedded(points)) == chosen(k_center(), 30, embedded(points))
    assert chosen(k_center(), 30, embedded(points)) != chosen(k_center(), 30, embedded(points), 1)


def test_a_value_that_is_not_finite_is_refused_and_the_embedding_named() -> None:
    points = line(0, 1, 2, 3)
    points[2] = np.nan
    with pytest.raises(LeansetError, match="the first is sample 2") as error:
        chosen(k_center(), 2, embedded(points))
    assert "embedding pca" in str(error.value)


def test_it_reads_the_embedding_and_labels_only_to_balance() -> None:
    assert k_center().needs() == Needs(embeddings=("pca",))
    assert not k_center().uses_labels()
    assert k_center("uniform").uses_labels()


def test_classes_by_themselves_take_less_work_and_memory_than_all_at_once() -> None:
    points = np.zeros((1000, 20), dtype=np.float32)
    ten = embedded(points, list(range(10)) * 100)
    all_at_once, by_class = k_center().demand(100, ten), k_center("proportional").demand(100, ten)
    assert all_at_once.products == 1000 * 20 * 100
    assert by_class.products == pytest.approx(10 * 100 * 20 * 10)
    assert by_class.memory < all_at_once.memory / 4
