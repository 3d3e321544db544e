"""Rules that weigh what they keep: where weights go, their mean, and how they are clipped."""

from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from pydantic import ValidationError
from tests.selectors.examples import scored

from leanset.selectors import Materials
from leanset.selectors.base import Selection
from leanset.selectors.weighing import Weighing, with_mean_one


class Drawn(Weighing):
    """Draws samples of each group, and weighs them by their scores."""

    method: Literal["drawn"] = "drawn"

    def weighed(
        self, keep: int, group: Materials, rng: np.random.Generator
    ) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        positions = rng.permutation(len(group.labels))[:keep]
        return positions, group.scores["s"].values[positions].astype(np.float64)


def choose(of: Materials, keep: int, seed: int = 0, **settings: Any) -> Selection:
    return Drawn.model_validate(settings).choose(keep, of, np.random.default_rng(seed))


VALUES = [1.0, 2, 3, 4, 5, 6, 7, 8, 9]
EXAMPLE = scored(VALUES, [0, 1, 2] * 3)


def test_each_weight_is_that_of_its_sample_over_the_mean() -> None:
    selection = choose(EXAMPLE, 9, weights="loss")
    assert selection.weights is not None
    # the scores from 1 to 9 have mean 5
    by_sample = dict(zip(selection.indices.tolist(), selection.weights.tolist(), strict=True))
    assert by_sample == pytest.approx({sample: VALUES[sample] / 5 for sample in range(9)})
    assert selection.weights.dtype == np.float32


def test_what_weights_added_up_to_is_kept_also_where_they_are_clipped() -> None:
    # 1 + 2 + … + 9
    for clip in (None, 1.2):
        assert choose(EXAMPLE, 9, weights="loss", clip=clip).total == 45


@pytest.mark.parametrize("balance", ["none", "proportional", "uniform"])
def test_weights_of_all_groups_together_have_mean_1(balance: str) -> None:
    # in each group by itself they would not: class 2 has larger scores than class 0
    selection = choose(EXAMPLE, 6, weights="sampler", balance=balance)
    assert selection.weights is not None
    assert selection.weights.mean() == pytest.approx(1)
    scores = np.array(VALUES)[selection.indices]
    assert selection.weights / selection.weights[0] == pytest.approx(scores / scores[0])


@pytest.mark.parametrize("weights", ["loss", "sampler"])
def test_what_weights_are_for_is_what_was_asked_for(weights: str) -> None:
    assert choose(EXAMPLE, 4, weights=weights).weighting == weights


def test_without_weights_there_are_none_and_no_use_for_them() -> None:
    selection = choose(EXAMPLE, 4)
    assert (selection.weights, selection.weighting) == (None, None)


@pytest.mark.parametrize("balance", ["none", "proportional", "uniform"])
def test_the_arms_with_and_without_weights_keep_the_same_samples(balance: str) -> None:
    kept = {
        tuple(choose(EXAMPLE, 5, seed=3, weights=weights, balance=balance).indices.tolist())
        for weights in ("none", "loss", "sampler")
    }
    assert len(kept) == 1
    selected = Drawn.model_validate({"balance": balance}).select(
        5, EXAMPLE, np.random.default_rng(3)
    )
    assert kept == {tuple(selected.tolist())}


def test_clipping_needs_weights_to_clip() -> None:
    with pytest.raises(ValidationError, match="clip belongs to weights: loss or sampler"):
        Drawn.model_validate({"clip": 3})
    clipped = choose(EXAMPLE, 9, weights="loss", clip=1.5).weights
    assert clipped is not None
    assert clipped.max() == pytest.approx(1.5)
    assert clipped.mean() == pytest.approx(1)


@pytest.mark.parametrize("clip", [0.99, 0, -1, float("inf"), float("nan")])
def test_weights_of_mean_1_cannot_be_clipped_below_it(clip: float) -> None:
    with pytest.raises(ValidationError, match="clip"):
        Drawn.model_validate({"weights": "loss", "clip": clip})


# --- the arithmetic


def mean_one(*weights: float, clip: float | None = None) -> list[float]:
    return with_mean_one(np.array(weights, dtype=np.float64), clip).tolist()


def test_weights_are_divided_by_their_mean() -> None:
    # the clusters of CRAIG: 1, 2 and 9 samples, on average 4
    assert mean_one(1, 2, 9) == [0.25, 0.5, 2.25]


def test_what_a_clipped_weight_loses_goes_to_the_others_in_proportion() -> None:
    # 0.25, 0.5 and 2.25: 2 stay, and 1 is shared as 1 : 2
    assert mean_one(1, 2, 9, clip=2) == pytest.approx([1 / 3, 2 / 3, 2])


def test_a_weight_that_passes_the_clip_on_being_scaled_up_is_clipped_as_well() -> None:
    # 7, 4 and 1 are 1.75, 1 and 0.25; at 1.5 the others have 1.5 to share as 4 : 1, 1.2 and 0.3
    assert mean_one(7, 4, 1, clip=1.5) == pytest.approx([1.5, 1.2, 0.3])
    # at 1.1 they have 1.9: 1.52 is too much again, and the last has what is left, 0.8
    assert mean_one(7, 4, 1, clip=1.1) == pytest.approx([1.1, 1.1, 0.8])


def test_a_clip_of_1_makes_all_weights_1() -> None:
    assert mean_one(7, 4, 1, clip=1) == pytest.approx([1, 1, 1])


def test_where_only_weights_of_0_are_left_they_share_what_is_clipped() -> None:
    # 4 of one sample: 3 stay with it, and 1 is shared by three
    assert mean_one(5, 0, 0, 0, clip=3) == pytest.approx([3, 1 / 3, 1 / 3, 1 / 3])


def test_weights_that_are_all_0_are_all_1() -> None:
    assert mean_one(0, 0, 0) == [1, 1, 1]
    assert mean_one(0, clip=1) == [1]


def test_a_weight_below_the_clip_is_left_alone() -> None:
    assert mean_one(1, 2, 9, clip=2.25) == [0.25, 0.5, 2.25]


WEIGHTS = st.lists(
    st.just(0.0) | st.floats(1e-6, 1e6) | st.integers(1, 5).map(float), min_size=1, max_size=40
)


@given(WEIGHTS, st.none() | st.floats(1, 20) | st.just(1.0))
def test_the_mean_is_1_none_is_above_the_clip_and_the_order_is_kept(
    weights: list[float], clip: float | None
) -> None:
    given_weights = np.array(weights)
    found = with_mean_one(given_weights, clip)
    assert found.dtype == np.float32
    assert found.mean(dtype=np.float64) == pytest.approx(1, abs=1e-6)
    assert (found >= 0).all()
    if clip is not None:
        assert found.max() <= clip * (1 + 1e-6)
    ordered = found[np.argsort(given_weights, kind="stable")].astype(np.float64)
    assert (np.diff(ordered) >= -1e-6 * ordered[1:]).all()
    assert given_weights.tolist() == weights


@given(WEIGHTS.filter(any), st.none() | st.floats(1, 20))
def test_weights_below_the_clip_keep_their_proportions(
    weights: list[float], clip: float | None
) -> None:
    given_weights = np.array(weights)
    found = with_mean_one(given_weights, clip).astype(np.float64)
    free = (found < (clip or np.inf) * (1 - 1e-5)) & (given_weights > 0)
    if free.any():
        factors = found[free] / given_weights[free]
        assert factors == pytest.approx(factors[0], rel=1e-5)
