import numpy as np
import pytest

from leanset.kernels.normalisation import add_row_moments, batch_statistics
from leanset.kernels.packing import PACK


@pytest.mark.parametrize("samples", [1, 40, 64])
@pytest.mark.parametrize("level", [0.0, 1000.0])
def test_moments_of_rows_join_into_those_of_all_values(samples: int, level: float) -> None:
    rng = np.random.default_rng(samples)
    convolved = np.zeros((2, 5, 3, PACK), np.float32)
    convolved[..., :samples] = level + rng.normal(size=(2, 5, 3, samples))
    mask = (np.arange(PACK) < samples).astype(np.float32)
    moments = np.zeros((2, 3))
    for row in range(5):
        add_row_moments(convolved, row, samples, mask, moments)
    values = convolved[..., :samples].astype(np.float64).reshape(2, -1)
    np.testing.assert_array_equal(moments[:, 0], 15 * samples)
    np.testing.assert_allclose(moments[:, 1], values.mean(axis=1), rtol=1e-6, atol=1e-6)
    # the squares would lose all digits at a level of 1,000, were they not of deviations
    np.testing.assert_allclose(moments[:, 2] / (15 * samples), values.var(axis=1), rtol=1e-4)


def test_statistics_of_a_batch_move_the_running_ones_by_a_share() -> None:
    # 10 values of mean 3 and squared deviations 90: variance 9, or 10 without bias
    moments = np.array([[10.0, 3.0, 90.0]])
    mean, variance = np.ones(1, np.float32), np.full(1, 2, np.float32)
    statistics = np.empty((3, 1), np.float32)
    bias = np.full(1, 0.5, np.float32)
    batch_statistics(moments, bias, 0.25, 7.0, mean, variance, statistics)
    np.testing.assert_array_equal(statistics[:, 0], np.array([3, 1 / 4, 1 / 10], np.float32))
    assert mean[0] == 1 + 0.25 * (3.5 - 1)
    assert variance[0] == 2 + 0.25 * (10 - 2)
