import hashlib
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.clustering import Clustering
from leanset.errors import LeansetError
from leanset.selectors import Clustered, Full, Materials, Random, Rs2
from leanset.selectors.base import Selection, SelectorBase
from leanset.subsets import (
    Subset,
    draw_subset,
    effective_samples,
    subset_hash,
    weights_of,
)

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


class Weighs(Broken):
    """Returns weights as well, as it is told to."""

    weights: tuple[float, ...] | None
    weighting: Literal["loss", "sampler"] | None

    def choose(self, keep: int, materials: Materials, rng: np.random.Generator) -> Selection:
        weights = None if self.weights is None else np.array(self.weights, dtype=np.float32)
        return Selection(self.select(keep, materials, rng), weights, self.weighting)


def weighed(*weights: float, weighting: Any = "loss", returns: Any = (6, 1, 4)) -> Subset:
    """Three samples, not in order, and their weights."""
    selector: Any = Weighs(returns=returns, weights=weights, weighting=weighting)
    return draw_subset(selector, 3, MATERIALS, 0, classes=3)


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


# --- weights


@pytest.mark.parametrize("weighting", ["loss", "sampler"])
def test_weights_follow_their_samples_into_ascending_order(weighting: str) -> None:
    subset = weighed(0.5, 2.0, 0.5, weighting=weighting)
    assert subset.indices.tolist() == [1, 4, 6]
    assert subset.weights is not None
    assert subset.weights.tolist() == [2.0, 0.5, 0.5]
    assert subset.weights.dtype == np.float32
    assert subset.weighting == weighting


def test_a_rule_that_does_not_weigh_leaves_no_weights() -> None:
    assert (drawn().weights, drawn().weighting) == (None, None)


def test_the_hash_covers_weights_and_what_they_are_for() -> None:
    plain = subset_hash(np.array([1, 4, 6]), 3)
    hashes = {
        plain,
        weighed(1.0, 1.0, 1.0).hash,
        weighed(0.5, 2.0, 0.5).hash,
        weighed(0.5, 2.0, 0.5, weighting="sampler").hash,
        weighed(2.0, 0.5, 0.5).hash,
    }
    assert len(hashes) == 5
    assert weighed(0.5, 2.0, 0.5).hash == weighed(0.5, 0.5, 2.0, returns=(6, 4, 1)).hash


def test_the_hash_of_a_subset_without_weights_is_what_it_was_before_there_were_any() -> None:
    # the digest of the indices alone, and the one of a pool with its budget
    assert subset_hash(np.array([1, 2, 300]), 3) == "a1671a506c4c89d09729ef0973b64527"
    assert subset_hash(np.array([1, 2, 300]), 2) == "c6c041fc529fab6452eeccc97eb48c2c"


@pytest.mark.parametrize(
    ("weights", "fault"),
    [
        ((1.0, 1.0), "2 weights for 3 samples"),
        ((1.0, 1.0, 1.0, 1.0), "4 weights for 3 samples"),
        ((1.0, np.nan, 1.0), "weights of which some are negative, NaN or infinite"),
        ((1.0, np.inf, 1.0), "weights of which some are negative, NaN or infinite"),
        ((2.5, -0.5, 1.0), "weights of which some are negative, NaN or infinite"),
        ((1.0, 1.0, 1.001), r"weights whose mean is 1\.00033 and not 1"),
        ((0.0, 0.0, 0.0), "weights whose mean is 0 and not 1"),
    ],
)
def test_weights_that_are_none_are_refused_as_a_fault_of_the_method(
    weights: tuple[float, ...], fault: str
) -> None:
    with pytest.raises(LeansetError, match=rf"method broken returned {fault}\. This is a fault"):
        weighed(*weights)


def test_a_mean_of_1_within_rounding_is_accepted_and_so_is_a_weight_of_0() -> None:
    # 3.0002 / 3 is 0.00007 above 1
    assert weighed(3.0002, 0.0, 0.0).weights is not None


def test_weights_have_a_use_and_a_use_has_weights() -> None:
    without_use: Any = Weighs(returns=(0, 1, 2), weights=(1.0, 1.0, 1.0), weighting=None)
    without_weights: Any = Weighs(returns=(0, 1, 2), weights=None, weighting="loss")
    for selector in (without_use, without_weights):
        with pytest.raises(LeansetError, match="weights without a use for them, or a use for"):
            draw_subset(selector, 3, MATERIALS, 0, classes=3)


def test_effective_samples_of_a_worked_example() -> None:
    # (3 + 1 + 0 + 0)² / (9 + 1) = 1.6
    assert effective_samples(np.array([3, 1, 0, 0], dtype=np.float32)) == pytest.approx(1.6)
    assert effective_samples(np.array([0, 2.5], dtype=np.float32)) == 1


@given(st.integers(1, 1000), st.floats(0.125, 1000, width=32))
def test_as_many_samples_are_effective_as_there_are_where_all_weigh_the_same(
    n: int, weight: float
) -> None:
    assert effective_samples(np.full(n, weight, dtype=np.float32)) == pytest.approx(n)


@given(st.lists(st.floats(0, 1000, width=32), min_size=1, max_size=50).filter(any))
def test_effective_samples_are_from_one_to_all(weights: list[float]) -> None:
    found = effective_samples(np.array(weights, dtype=np.float32))
    assert 1 - 1e-9 <= found <= len(weights)


def test_weights_come_out_of_a_row_whatever_kind_of_list_holds_them() -> None:
    for held in ([1.5, 0.5], np.array([1.5, 0.5])):
        weights = weights_of({"weights": held})
        assert weights is not None
        assert weights.dtype == np.float32
        assert weights.tolist() == [1.5, 0.5]
    assert weights_of({"weights": None}) is None
