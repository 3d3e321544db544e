"""What another test set would have said."""

import math

import numpy as np
import pytest

from leanset.statistics import sampling_error


def test_of_one_run_it_is_the_error_of_a_share() -> None:
    right = np.array([1.0] * 90 + [0.0] * 10)
    # √(p (1 − p) / (n − 1)) = √(0.09 / 99)
    assert sampling_error(right) == pytest.approx(math.sqrt(0.09 / 99))


def test_two_networks_that_fail_alike_differ_for_certain() -> None:
    shares = np.random.default_rng(0).random(50)
    assert sampling_error(shares - shares) == 0


def test_other_test_sets_scatter_as_much_as_it_says() -> None:
    rng = np.random.default_rng(1)
    chances = rng.beta(8, 1, size=100_000)
    drawn = [chances[rng.integers(len(chances), size=400)] for _ in range(500)]
    scatter = np.std([each.mean() for each in drawn])
    assert np.mean([sampling_error(each) for each in drawn]) == pytest.approx(scatter, rel=0.1)


def test_of_a_single_test_sample_nothing_is_known() -> None:
    assert math.isnan(sampling_error(np.array([1.0])))
