import numpy as np
import pytest
from numba.core.errors import TypingError
from numpy.typing import NDArray

from leanset.kernels.compiling import compiled
from leanset.kernels.lanes import LANES, load, splat, store, total, where_above, where_equal

NAN = float("nan")


@compiled
def write_total(values: NDArray[np.float32], at: int, sums: NDArray[np.float32]) -> None:
    sums[0] = total(load(values, at))


@compiled
def write_arithmetic(
    left: NDArray[np.float32], right: NDArray[np.float32], results: NDArray[np.float32]
) -> None:
    a, b = load(left, 0), load(right, 0)
    store(results, 0, a + b)
    store(results, LANES, a - b)
    store(results, 2 * LANES, a * b)
    a += splat(0.5)
    store(results, 3 * LANES, a)
    store(results, 4 * LANES, where_above(load(left, 0), b, splat(1), splat(0)))
    store(results, 5 * LANES, where_equal(load(left, 0), b, splat(1), splat(0)))


def sixteen(*first: float) -> NDArray[np.float32]:
    return np.array([*first, *[0.0] * (LANES - len(first))], dtype=np.float32)


def arithmetic(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    results = np.empty((6, LANES), np.float32)
    write_arithmetic(left, right, results)
    return results


def test_operators_work_lane_by_lane() -> None:
    left, right = np.arange(16, dtype=np.float32), np.arange(16, 0, -1, dtype=np.float32)
    added, subtracted, multiplied, increased, above, equal = arithmetic(left, right)
    np.testing.assert_array_equal(added, left + right)
    np.testing.assert_array_equal(subtracted, left - right)
    np.testing.assert_array_equal(multiplied, left * right)
    np.testing.assert_array_equal(increased, left + np.float32(0.5))
    np.testing.assert_array_equal(above, left > right)
    np.testing.assert_array_equal(equal, left == right)
    assert equal.sum() == 1


def test_a_nan_is_above_everything_and_equals_nothing() -> None:
    *_, above, equal = arithmetic(sixteen(NAN, NAN, 0), sixteen(np.inf, NAN, NAN))
    assert above[:3].tolist() == [1, 1, 0]
    assert equal[:3].tolist() == [0, 0, 0]


def test_the_sum_of_the_lanes_starts_at_any_place_in_the_array() -> None:
    values = np.arange(100, dtype=np.float32)
    sums = np.empty(1, np.float32)
    for at in (0, 1, 7, 84):
        write_total(values, at, sums)
        assert sums[0] == values[at : at + LANES].sum()


@pytest.mark.parametrize(
    "values",
    [np.zeros(32), np.zeros(32, np.float32)[::2], np.zeros(32, np.int32)],
    ids=["float64", "every other element", "integers"],
)
def test_only_contiguous_float32_is_read(values: NDArray[np.generic]) -> None:
    with pytest.raises(TypingError, match="a contiguous float32 array is needed"):
        write_total(values, 0, np.empty(1, np.float32))  # type: ignore[arg-type]
