"""How well a subset's gradient matches that of all, at the proxies it was chosen at and others."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from leanset.matching import match_table, relative_error
from leanset.seeds import numpy_generator
from leanset.selectors import Materials, Random
from leanset.training.log import TrainingLog
from leanset.training.log.snapshot import Moment


def g(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)


def at(*indices: int) -> NDArray[np.int64]:
    return np.array(indices, dtype=np.int64)


def w(*weights: float) -> NDArray[np.float32]:
    return np.array(weights, dtype=np.float32)


# --- the relative error

# they sum to (3, 4), of length 5
GRADIENTS = g([1, 0], [2, 0], [0, 4], [0, 0])


def test_the_error_of_a_worked_example() -> None:
    # 4 / 2 times (1, 4) is (2, 8); (3, 4) less that is (1, -4), of length √17
    assert relative_error(GRADIENTS, at(0, 2), None) == pytest.approx(np.sqrt(17) / 5)
    # with weights 1.5 and 0.5: 2 · (1.5, 2) = (3, 4) is all of it
    assert relative_error(GRADIENTS, at(0, 2), w(1.5, 0.5)) == pytest.approx(0, abs=1e-12)


def test_weights_belong_to_indices_in_their_order() -> None:
    assert relative_error(GRADIENTS, at(2, 0), w(0.5, 1.5)) == pytest.approx(0, abs=1e-12)
    assert relative_error(GRADIENTS, at(0, 2), w(0.5, 1.5)) > 1


def test_all_samples_match_themselves() -> None:
    assert relative_error(GRADIENTS, at(3, 1, 0, 2), None) == 0


def test_samples_without_any_gradient_miss_all_of_it() -> None:
    assert relative_error(GRADIENTS, at(3), None) == 1


def test_weights_that_stand_for_fewer_samples_add_up_to_fewer_gradients() -> None:
    # the whole is (4, 0); two samples of gradient (2, 0) stand for themselves, or for all four
    long = g([2, 0], [2, 0], [0, 1], [0, -1])
    assert relative_error(long, at(0, 1), w(1, 1), total=2) == 0
    assert relative_error(long, at(0, 1), w(1, 1)) == 1


def test_where_gradients_cancel_there_is_no_relative_error() -> None:
    assert np.isnan(relative_error(g([1, 2], [-1, -2]), at(0), None))


def test_many_small_gradients_beside_a_large_one_are_not_lost() -> None:
    # in single precision 2²⁴ + 1 is 2²⁴; of 2²⁴ + 100 the subset has twice 50 of the hundred ones
    gradients = np.ones((101, 1), dtype=np.float32)
    gradients[0] = 2**24
    error = relative_error(gradients, np.arange(1, 101), None)
    assert error == pytest.approx((2**24 + 100 - 101) / (2**24 + 100), rel=1e-12)


@given(
    arrays(np.float32, (8, 3), elements=st.floats(-8, 8, width=16)),
    st.permutations(range(8)),
    st.integers(1, 8),
    st.floats(0.125, 8),
)
def test_the_error_is_that_of_the_sum_written_out_and_free_of_scale(
    gradients: NDArray[np.float32], order: list[int], n: int, scale: float
) -> None:
    indices, weights = np.array(order[:n]), np.linspace(0.5, 1.5, n) if n > 1 else np.ones(1)
    whole = [sum(float(row[c]) for row in gradients) for c in range(3)]
    part = [
        sum(8 / n * float(weight) * float(gradients[index, c])
            for index, weight in zip(indices, weights, strict=True))
        for c in range(3)
    ]  # fmt: skip
    length = np.sqrt(sum(value**2 for value in whole))
    found = relative_error(gradients, indices, weights.astype(np.float32))
    if length == 0:
        assert np.isnan(found)
        return
    missed = np.sqrt(sum((a - b) ** 2 for a, b in zip(whole, part, strict=True)))
    assert found == pytest.approx(missed / length, rel=1e-6, abs=1e-5)
    scaled = relative_error(gradients * np.float32(scale), indices, weights.astype(np.float32))
    assert scaled == pytest.approx(found, rel=1e-3, abs=1e-5)


# --- the table

SAMPLES = 12


def part_of_log(seed: int) -> TrainingLog:
    """What two proxies of one run said of twelve samples of three classes after two epochs."""
    errors = np.random.default_rng(seed).normal(size=(2, 2, SAMPLES, 3)).astype(np.float32)
    return TrainingLog(
        labels=np.arange(SAMPLES) % 3,
        features_at=(1, 4),
        seconds=np.ones(2),
        arrays={
            "logits": np.zeros((2, 4, SAMPLES, 3), dtype=np.float16),
            "errors": errors,
            "features": np.zeros((2, 2, SAMPLES, 1), dtype=np.float32),
        },
    )


def gradients_of(part: TrainingLog, epoch: int) -> NDArray[np.float32]:
    """The errors of both proxies side by side."""
    errors = part.arrays["errors"][:, part.features_at.index(epoch)]
    return np.concatenate([errors[0], errors[1]], axis=1)


def row(
    run: int, *indices: int, weights: Any = None, budget: str = "25 %", total: float = 12
) -> dict[str, Any]:
    return {
        "variant": "craig", "recipe": "mlp", "budget": budget, "kept": len(indices), "run": run,
        "selection_seed": 100 + run, "indices": at(*indices), "weights": weights,
        "weighting": None if weights is None else "loss",
        "weight_total": None if weights is None else total,
    }  # fmt: skip


PARTS = [part_of_log(seed) for seed in range(3)]
SUBSETS = pd.DataFrame(
    [
        row(0, 0, 1, 2, weights=w(2, 0.5, 0.5)),
        row(1, 3, 4, 5, weights=w(1, 1.5, 0.5)),
        row(2, 6, 7, 8, weights=w(0, 0, 3)),
        row(0, 0, 5, budget="2"),
        row(2, 3, 9, budget="2"),
    ]
)


def test_each_subset_is_matched_at_its_own_proxies_and_at_those_of_the_next_run() -> None:
    table = match_table(SUBSETS, PARTS, Moment("short", 4))
    assert table[["variant", "recipe", "budget", "kept", "run", "log"]].to_numpy().tolist() == [
        ["craig", "mlp", "25 %", 3, 0, "short"],
        ["craig", "mlp", "25 %", 3, 1, "short"],
        ["craig", "mlp", "25 %", 3, 2, "short"],
        ["craig", "mlp", "2", 2, 0, "short"],
        ["craig", "mlp", "2", 2, 2, "short"],
    ]
    for found, subset in zip(table.to_dict("records"), SUBSETS.to_dict("records"), strict=True):
        # after run 2 comes run 0 again
        here, elsewhere = (gradients_of(PARTS[(subset["run"] + by) % 3], 4) for by in (0, 1))
        given_weights = subset["weights"]
        assert found["error_here"] == relative_error(here, subset["indices"], given_weights)
        assert found["error_elsewhere"] == relative_error(
            elsewhere, subset["indices"], given_weights
        )


def test_beside_it_stands_the_subset_of_the_random_arm() -> None:
    table = match_table(SUBSETS, PARTS, Moment("short", 4))
    everything = Materials(np.arange(SAMPLES) % 3)
    for found, subset in zip(table.to_dict("records"), SUBSETS.to_dict("records"), strict=True):
        rng = numpy_generator(subset["selection_seed"])
        random = Random(method="random").select(subset["kept"], everything, rng)
        for column, by in (("random_here", 0), ("random_elsewhere", 1)):
            gradients = gradients_of(PARTS[(subset["run"] + by) % 3], 4)
            assert found[column] == relative_error(gradients, random, None)


@pytest.mark.parametrize(("epoch", "means"), [(1, 1), (4, 4), (None, 4)])
def test_gradients_are_those_of_the_epoch_that_was_selected_at(
    epoch: int | None, means: int
) -> None:
    table = match_table(SUBSETS.iloc[:1], PARTS, Moment("short", epoch))
    expected = relative_error(gradients_of(PARTS[0], means), at(0, 1, 2), w(2, 0.5, 0.5))
    assert table["error_here"].tolist() == [expected]


def test_the_table_says_what_the_weights_added_up_to() -> None:
    half = pd.DataFrame([row(0, 0, 1, 2, weights=w(2, 0.5, 0.5), total=6)])
    found = match_table(half, PARTS, Moment("short", 4))["error_here"].tolist()
    assert found == [
        relative_error(gradients_of(PARTS[0], 4), at(0, 1, 2), w(2, 0.5, 0.5), total=6)
    ]


def test_where_all_runs_share_their_proxies_there_is_no_elsewhere() -> None:
    table = match_table(SUBSETS, PARTS[:1], Moment("short", 4))
    gradients = gradients_of(PARTS[0], 4)
    assert table["error_here"].tolist()[1] == relative_error(gradients, at(3, 4, 5), w(1, 1.5, 0.5))
    assert table[["error_elsewhere", "random_elsewhere"]].isna().all(axis=None)
    assert (table.dtypes.iloc[-4:] == np.float64).all()


def test_a_table_that_comes_back_from_a_file_is_matched_alike(tmp_path_factory: Any) -> None:
    file = tmp_path_factory.mktemp("subsets") / "subsets.parquet"
    SUBSETS.to_parquet(file)
    pd.testing.assert_frame_equal(
        match_table(pd.read_parquet(file), PARTS, Moment("short", 4)),
        match_table(SUBSETS, PARTS, Moment("short", 4)),
    )
