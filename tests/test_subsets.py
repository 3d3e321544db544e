import hashlib
from typing import Any, Literal

import numpy as np
import pytest

from leanset.clustering import Clustering
from leanset.errors import LeansetError
from leanset.selectors import Clustered, Full, Materials, Random, Rs2
from leanset.selectors.base import SelectorBase
from leanset.subsets import Subset, draw_subset, subset_hash

LABELS = np.array([0, 2, 2, 0, 2, 0, 0, 2], dtype=np.int64)
MATERIALS = Materials(LABELS)


class Broken(SelectorBase):
    """Returns what it is told to, whatever was asked."""

    method: Literal["broken"] = "broken"
    returns: tuple[int, ...]

    def uses_labels(self) -> bool:
        return False

    def select(
        self,
        keep: int,  # noqa: ARG002
        materials: Materials,  # noqa: ARG002
        rng: np.random.Generator,  # noqa: ARG002
    ) -> np.ndarray:
        return np.array(self.returns, dtype=np.int64)


def drawn_by_broken(*returns: int) -> Subset:
    selector: Any = Broken(returns=returns)
    return draw_subset(selector, 3, MATERIALS, 0, classes=3)


def drawn(keep: int = 3, seed: int = 5) -> Subset:
    return draw_subset(Random(method="random"), keep, MATERIALS, seed, classes=3)


def test_indices_are_ascending_and_distinct_and_typed() -> None:
    subset = drawn(6)
    assert subset.kept == len(subset.indices) == 6
    assert (np.diff(subset.indices) > 0).all()
    assert subset.indices.dtype == np.int64


def test_the_class_histogram_counts_the_kept_of_every_class_the_missing_too() -> None:
    everything = draw_subset(Full(method="full"), 8, MATERIALS, 0, classes=4)
    assert everything.class_histogram.tolist() == [4, 0, 4, 0]


def test_a_subset_remembers_its_seed_and_how_long_choosing_took() -> None:
    subset = drawn(seed=5)
    assert subset.selection_seed == 5
    assert 0 <= subset.seconds < 10


def test_one_seed_draws_one_subset_and_another_seed_another() -> None:
    assert drawn(seed=5).hash == drawn(seed=5).hash
    assert len({drawn(seed=seed).hash for seed in range(20)}) > 10


def test_the_hash_is_of_the_indices_alone_whatever_their_integer_type() -> None:
    indices = np.array([1, 2, 300])
    expected = hashlib.sha256(b"\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\x2c\1\0\0\0\0\0\0").hexdigest()[
        :32
    ]
    assert subset_hash(indices, 3) == expected
    assert subset_hash(indices.astype(np.int32), 3) == expected
    assert subset_hash(np.array([1, 2, 301]), 3) != expected


def test_a_pool_that_epochs_draw_from_is_another_subset_for_each_budget() -> None:
    selector = Rs2(method="rs2")
    three, five = (draw_subset(selector, keep, MATERIALS, 0, classes=3) for keep in (3, 5))
    everything = draw_subset(Full(method="full"), 8, MATERIALS, 0, classes=3)
    assert three.indices.tolist() == five.indices.tolist() == everything.indices.tolist()
    assert (three.kept, five.kept) == (3, 5)
    assert len({three.hash, five.hash, everything.hash}) == 3


def test_a_budget_the_rule_cannot_meet_is_refused_before_it_selects() -> None:
    with pytest.raises(LeansetError, match="method full keeps all 8 samples, not 3"):
        draw_subset(Full(method="full"), 3, MATERIALS, 0, classes=3)


def test_the_clusterings_reach_the_selector_by_name() -> None:
    clustering = Clustering(
        np.array([0, 0, 0, 0, 1, 1, 1, 1]),
        np.array([4.0, 3, 2, 1, 1, 2, 3, 4]),
        np.zeros((2, 1), dtype=np.float32),
    )
    closest = Clustered(method="clustered", clustering="c", keep="closest")
    materials = Materials(LABELS, {"c": clustering})
    subset = draw_subset(closest, 2, materials, 0, classes=3)
    assert subset.indices.tolist() == [3, 4]


@pytest.mark.parametrize(
    ("returns", "distinct"),
    [((0, 1), 2), ((0, 1, 1), 2), ((0, 1, 2, 3), 4), ((), 0)],
    ids=["too few", "one twice", "too many", "none"],
)
def test_a_method_that_misses_its_budget_is_refused_as_its_own_fault(
    returns: tuple[int, ...], distinct: int
) -> None:
    message = (
        f"method broken returned {distinct} distinct samples of the 3 asked for. "
        "This is a fault of the method, not of your settings; please report it."
    )
    with pytest.raises(LeansetError, match=message):
        drawn_by_broken(*returns)


@pytest.mark.parametrize("outside", [-1, 8])
def test_a_method_that_returns_a_sample_that_is_not_there_is_refused(outside: int) -> None:
    with pytest.raises(LeansetError, match="method broken"):
        drawn_by_broken(0, 1, outside)
