"""When runs that share their seeds are compared pair by pair."""

import numpy as np
import pytest
import scipy.stats

from leanset.statistics import Pairs, paired_difference, pooled_correlation


def arms(count: int, runs: int, together: float, seed: int = 0) -> list[list[Pairs]]:
    """Comparisons, each with an arm of its own, whose runs are correlated by ``together``."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((count, runs))
    own = rng.standard_normal((count, runs)) * np.sqrt(1 / together**2 - 1 if together else 1)
    return [[(a + b if together else b, a)] for a, b in zip(shared, own, strict=True)]


def test_the_correlation_of_many_comparisons_is_found() -> None:
    assert pooled_correlation(arms(200, 5, 0.6)) == pytest.approx(0.55, abs=0.07)
    assert pooled_correlation(arms(200, 5, 0.0)) == pytest.approx(0.0, abs=0.07)


def test_of_a_few_runs_nothing_is_told() -> None:
    values = np.arange(5.0)
    # perfectly together, but four comparisons of five runs have 16 degrees of freedom, not 20
    assert pooled_correlation([[(values, values)]] * 4) == 0
    assert pooled_correlation([[(values, values)]] * 5) == pytest.approx(1)


def test_comparisons_that_share_an_arm_count_once() -> None:
    values = np.arange(5.0)
    assert pooled_correlation([[(values, values)] * 50]) == 0


def test_arms_that_do_not_vary_or_hardly_overlap_tell_nothing() -> None:
    still, two = np.ones(30), np.arange(2.0)
    assert pooled_correlation([[(still, np.arange(30.0))], [(two, two)]]) == 0


def test_a_paired_difference_is_the_paired_t_test() -> None:
    ours, others = np.array([3.0, 5.0, 4.0, 6.0]), np.array([2.5, 4.0, 4.2, 5.0])
    known = scipy.stats.ttest_rel(ours, others, alternative="greater").pvalue
    assert paired_difference((ours, others)).p_above() == pytest.approx(known)
