"""Means, differences and weighted sums of means, against scipy and worked examples."""

import math

import numpy as np
import pytest
import scipy.stats
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from leanset.statistics import Moments, contrast, difference, welch_difference

SAMPLES = st.lists(st.floats(-5, 5).map(lambda x: round(x, 6)), min_size=2, max_size=8)


@given(SAMPLES, st.floats(0.5, 0.999))
def test_of_one_sample_it_is_students_interval(values: list[float], confidence: float) -> None:
    assume(np.std(values) > 1e-3)
    found = contrast([(1.0, Moments.of(values))]).interval(confidence)
    known = scipy.stats.ttest_1samp(values, 0).confidence_interval(confidence)
    assert (found.low, found.high) == pytest.approx((known.low, known.high), abs=1e-9)


@settings(max_examples=40)
@given(SAMPLES, SAMPLES, st.floats(-1, 1))
def test_of_two_it_is_welchs_test(ours: list[float], others: list[float], bound: float) -> None:
    assume(np.std(ours) > 1e-3 and np.std(others) > 1e-3)
    found = difference(Moments.of(ours), Moments.of(others))
    shifted = np.array(ours) - bound
    above = scipy.stats.ttest_ind(shifted, others, equal_var=False, alternative="greater")
    below = scipy.stats.ttest_ind(shifted, others, equal_var=False, alternative="less")
    assert found.p_above(bound) == pytest.approx(above.pvalue, abs=1e-9)
    assert found.p_below(bound) == pytest.approx(below.pvalue, abs=1e-9)
    known = scipy.stats.ttest_ind(ours, others, equal_var=False).confidence_interval(0.9)
    interval = welch_difference(ours, others, 0.9)
    assert (interval.low, interval.high) == pytest.approx((known.low, known.high), abs=1e-9)


def test_a_weighted_sum_by_hand() -> None:
    # 0.5 · 2 + 0.5 · 6 − 3 = 1; the variance is 0.25 · 4/4 + 0.25 · 16/8 + 1 · 9/9 = 1.75, of
    # which the parts are 0.25, 0.5 and 1; freedom 1.75² / (0.25²/3 + 0.5²/7 + 1²/8)
    found = contrast(
        [(0.5, Moments(2.0, 2.0, 4)), (0.5, Moments(6.0, 4.0, 8)), (-1.0, Moments(3.0, 3.0, 9))]
    )
    assert found.estimate == 1
    assert found.error == pytest.approx(math.sqrt(1.75))
    assert found.freedom == pytest.approx(1.75**2 / (0.25**2 / 3 + 0.5**2 / 7 + 1 / 8))


def test_a_constant_moves_the_estimate_and_nothing_else() -> None:
    sample = Moments(2.0, 1.0, 4)
    plain, moved = contrast([(1.0, sample)]), contrast([(1.0, sample)], constant=-0.5)
    assert moved.estimate == 1.5
    assert (moved.error, moved.freedom) == (plain.error, plain.freedom)


def test_of_a_single_value_nothing_is_known() -> None:
    found = contrast([(1.0, Moments.of([0.5])), (-1.0, Moments.of([0.1, 0.2]))])
    interval = found.interval(0.95)
    assert (interval.low, interval.high) == (-math.inf, math.inf)
    assert found.p_above() == found.p_below() == 1
    assert found.freedom == 0


def test_a_sample_that_counts_nothing_may_be_unknown() -> None:
    parts = [(1.0, Moments.of([0.1, 0.3])), (0.0, Moments.of([0.5]))]
    assert contrast(parts) == contrast(parts[:1])


@pytest.mark.parametrize(("bound", "p"), [(0.4, 0.0), (0.5, 1.0), (0.6, 1.0)])
def test_values_that_do_not_vary_are_certain(bound: float, p: float) -> None:
    found = contrast([(1.0, Moments.of([0.5, 0.5]))])
    assert found.interval(0.95).low == found.interval(0.95).high == 0.5
    assert found.p_above(bound) == p


@given(SAMPLES, SAMPLES, st.floats(0.001, 0.4))
def test_an_interval_excludes_a_bound_exactly_where_the_test_does(
    ours: list[float], others: list[float], level: float
) -> None:
    found = difference(Moments.of(ours), Moments.of(others))
    assume(abs(found.below(level)) > 1e-9)
    assert (found.below(level) > 0) == (found.p_above() < level)


def test_a_sample_without_values_has_no_mean() -> None:
    with pytest.raises(ValueError, match="no mean"):
        Moments.of([])
