"""How little data reaches a target, on curves whose answer is known."""

import math

import numpy as np
import pytest
from scipy.special import stdtrit

from leanset.statistics import LeastData, Moments, Point, area_coefficients, least_data


def points(*cells: tuple[int, float], deviation: float = 0.0, runs: int = 5) -> list[Point]:
    return [Point(kept, Moments(mean, deviation, runs)) for kept, mean in cells]


def test_between_two_budgets_it_goes_by_the_logarithm() -> None:
    # half way from 0.8 to 0.9, so at the geometric mean of 100 and 10,000
    found = least_data(points((100, 0.8), (10_000, 0.9)), 0.85, 0.95)
    assert found.kept == found.low == found.high == pytest.approx(1000)


def test_what_the_smallest_budget_reaches_may_take_less() -> None:
    assert least_data(points((100, 0.8), (200, 0.9)), 0.7, 0.95) == LeastData(100, 100, 100)


def test_what_no_budget_reaches_is_none() -> None:
    assert least_data(points((100, 0.8), (200, 0.9)), 0.95, 0.95) == LeastData(None, None, None)


def test_a_curve_that_falls_again_has_to_come_back_for_good() -> None:
    # 0.85 is reached at 100 too, but not kept; between 200 and 800 half way is 400
    found = least_data(points((100, 0.9), (200, 0.8), (800, 0.9)), 0.85, 0.95)
    assert found.kept == pytest.approx(400)


def test_the_interval_at_a_budget_is_students() -> None:
    # at 100 samples the mean is 0.8, at 10,000 it is 0.9; Student's half width is
    # 2.776 · 0.01 / √5 = 0.01242 at either, and at part w of the way it is from Welch's formula
    found = least_data(points((100, 0.8), (10_000, 0.9), deviation=0.01), 0.8, 0.95)
    assert found.low == 100
    assert found.kept == 100
    part = math.log(found.high / 100) / math.log(100)
    weights = np.array([1 - part, part])
    error = 0.01 / math.sqrt(5) * math.sqrt((weights**2).sum())
    freedom = 4 * (weights**2).sum() ** 2 / (weights**4).sum()
    assert 0.1 * part == pytest.approx(stdtrit(freedom, 0.975) * error, rel=0.02)


def test_full_itself_is_within_any_margin_of_full() -> None:
    full = Moments(0.9, 0.5, 5)
    curve = [*points((100, 0.1), deviation=0.001), Point(1000, full)]
    found = least_data(curve, -0.05, 0.95, reference=full)
    assert found.high is not None
    assert 100 < found.low < found.kept < found.high < 1000


def test_a_single_run_excludes_nothing_and_shows_nothing() -> None:
    curve = points((100, 0.8), (10_000, 0.9), runs=1)
    found = least_data(curve, 0.85, 0.95)
    assert (found.low, found.high) == (100, None)
    assert found.kept == pytest.approx(1000)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    truth = least_data(points((100, 0.80), (300, 0.88), (1000, 0.93), (5000, 0.95)), 0.9, 0.95)
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(300):
        drawn = [
            Point(kept, Moments.of(rng.normal(mean, deviation, 5)))
            for kept, mean, deviation in (
                (100, 0.80, 0.02), (300, 0.88, 0.01), (1000, 0.93, 0.004), (5000, 0.95, 0.002),
            )
        ]  # fmt: skip
        found = least_data(drawn, 0.9, 0.95)
        high = found.high or math.inf
        held += found.low is not None and found.low <= truth.kept <= high
    # three standard errors of 300 draws are 3.8 %
    assert 0.91 < held / 300 < 0.99


def test_the_area_is_the_mean_over_log_kept() -> None:
    # over 10 to 100 and 100 to 1,000, equally wide: (1/2 · 0.5, 1/2, 1/2 · 0.5)
    assert area_coefficients([10, 100, 1000]).tolist() == pytest.approx([0.25, 0.5, 0.25])
    # over one and two decades: widths 1/3 and 2/3
    assert area_coefficients([1, 10, 1000]).tolist() == pytest.approx([1 / 6, 1 / 2, 1 / 3])
