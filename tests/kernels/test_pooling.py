"""Pooling, ReLU and their way back on single rows, where every number can be counted."""

import numpy as np
from numpy.typing import NDArray

from leanset.kernels.packing import PACK
from leanset.kernels.pooling import pool_rows, rectify, route_row

NAN = float("nan")


def maps(*rows: list[float]) -> NDArray[np.float32]:
    """One map, the same for every sample: ``[1, H, W, 64]``."""
    return np.repeat(np.array(rows, np.float32)[None, :, :, None], PACK, axis=3)


def floats(*values: float) -> NDArray[np.float32]:
    return np.array(values, np.float32)


def peaks_of(scale: float, *rows: list[float]) -> list[float]:
    convolved = maps(*rows)
    peaks = np.empty((1, 1, convolved.shape[2] // 2, PACK), np.float32)
    pool_rows(convolved, 0, 1, floats(scale), 0, peaks)
    assert (peaks == peaks[..., :1]).all() or np.isnan(peaks).any()
    return list(peaks[0, 0, :, 0])


def routed(convolved: NDArray[np.float32], peaks: list[float], outputs: list[float]) -> NDArray:
    """Where a gradient of 1 for every window goes, in one sample."""
    gradient = np.zeros_like(convolved)
    arguments = maps([1.0] * len(peaks)), maps(outputs), maps(peaks), np.ones((3, 1), np.float32)
    route_row(convolved, 0, *arguments, gradient, 0, 1)
    return gradient[0, ..., 0]


def test_the_peak_of_a_window_is_its_largest_value() -> None:
    assert peaks_of(2.0, [1, 7, -1, -2], [3, 5, -3, -4]) == [7, -1]


def test_the_peak_is_the_smallest_value_where_the_norm_turns_signs_round() -> None:
    assert peaks_of(-2.0, [1, 7, -1, -2], [3, 5, -3, -4]) == [1, -4]


def test_the_peak_is_the_first_value_where_the_norm_makes_all_equal() -> None:
    assert peaks_of(0.0, [1, 7, -1, -2], [3, 5, -3, -4]) == [1, -1]


def test_a_last_column_without_a_neighbour_is_not_pooled() -> None:
    assert peaks_of(1.0, [1, 2, 9], [3, 4, 9]) == [4]


def test_a_nan_wherever_it_is_becomes_the_peak() -> None:
    for place in range(4):
        values = [1.0, 7.0, 3.0, 5.0]
        values[place] = NAN
        for scale in (1.0, -1.0, 0.0):
            assert np.isnan(peaks_of(scale, values[:2], values[2:])).all()


def test_peaks_are_normalised_and_rectified_and_filling_columns_come_out_as_zeros() -> None:
    peaks = maps([3.0, 5.0, NAN])
    outputs = np.empty_like(peaks)
    mask = (np.arange(PACK) < 10).astype(np.float32)
    # (3 - 4) · 2 · 3 + 1 = -5 and (5 - 4) · 2 · 3 + 1 = 7
    statistics = floats(4, 2, 0)[:, None]
    rectify(peaks, statistics, floats(3), floats(1), mask, outputs)
    np.testing.assert_array_equal(outputs[0, 0, :, :10].T, [[0, 7, NAN]] * 10)
    np.testing.assert_array_equal(outputs[0, 0, :2, 10:], 0)


def test_the_gradient_goes_to_the_value_that_won() -> None:
    convolved = maps([1, 7, -1, -2], [3, 5, -3, -4])
    gradient = routed(convolved, peaks=[7, -1], outputs=[1, 1])
    assert gradient.tolist() == [[0, 1, 1, 0], [0, 0, 0, 0]]


def test_of_equal_values_the_first_in_scan_order_gets_the_gradient() -> None:
    for first in range(4):
        window = [0.0] * first + [8.0] * (4 - first)
        gradient = routed(maps(window[:2], window[2:]), peaks=[8], outputs=[1])
        assert gradient.flatten().tolist() == [float(place == first) for place in range(4)]


def test_no_gradient_passes_a_rectified_value() -> None:
    convolved = maps([1, 7, -1, -2], [3, 5, -3, -4])
    gradient = routed(convolved, peaks=[7, -1], outputs=[0, 1])
    assert gradient.tolist() == [[0, 0, 1, 0], [0, 0, 0, 0]]
