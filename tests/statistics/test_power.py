"""How many runs it takes, against the tables every textbook has and against simulation."""

import numpy as np
import pytest
import scipy.stats

from leanset.statistics import runs_to_settle


@pytest.mark.parametrize(("distance", "runs"), [(0.2, 394), (0.5, 64), (0.8, 26), (1.0, 17)])
def test_equal_deviations_need_what_cohens_tables_say(distance: float, runs: int) -> None:
    # Cohen (1988), table 2.4.1: two-sided 5 %, power 80 %, n of each sample (his 393 is rounded)
    assert runs_to_settle(distance, 1.0, 1.0, 0.025) == runs


def test_what_it_promises_comes_about() -> None:
    runs = runs_to_settle(0.8, 1.0, 0.3, 0.01)
    assert runs is not None
    rng = np.random.default_rng(1)
    ours, others = (rng.normal(mean, deviation, (4000, runs))
                    for mean, deviation in ((0.8, 1.0), (0.0, 0.3)))  # fmt: skip
    p = scipy.stats.ttest_ind(ours, others, axis=1, equal_var=False, alternative="greater").pvalue
    # 80 % and a little, because runs are whole: three standard errors of 4,000 draws are 1.9 %
    assert 0.78 < (p < 0.01).mean() < 0.87


@pytest.mark.parametrize("distance", [0.0, -1.0, float("nan")])
def test_without_a_distance_no_number_of_runs_is_enough(distance: float) -> None:
    assert runs_to_settle(distance, 1.0, 1.0, 0.025) is None


def test_more_than_anybody_would_train_is_no_answer() -> None:
    assert runs_to_settle(1e-6, 1.0, 1.0, 0.025) is None


def test_where_nothing_scatters_two_runs_are_enough() -> None:
    assert runs_to_settle(0.01, 0.0, 0.0, 0.025) == 2
    assert runs_to_settle(1e9, 1.0, 1.0, 0.025) == 2
