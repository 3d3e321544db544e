import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.selectors.examples import chosen, scored, times_chosen

from leanset.budgets import kept
from leanset.errors import LeansetError
from leanset.selectors import Ccs


def ccs(beta: float, strata: int = 50) -> Ccs:
    return Ccs(method="ccs", score="s", beta=beta, strata=strata)


def test_the_hardest_are_cut_off_as_a_fraction_of_all_samples() -> None:
    # 0.2 of ten: the ranks 8 and 9 never come, whatever is kept
    ten = scored([float(i) for i in range(10)])
    assert chosen(ccs(0.2, strata=4), 8, ten) == list(range(8))
    assert times_chosen(ccs(0.2, strata=4), 4, ten, seeds=50)[8:].tolist() == [0, 0]


def test_strata_are_equally_wide_over_the_range_of_what_is_left() -> None:
    # the sample of 1000 is cut off; what is left runs from 0 to 8, so that four strata are 2 wide:
    # 0 1 | 3 | 5 | 7 8, and four kept are one of each
    values = [0.0, 1, 3, 5, 7, 8, 1000]
    assert {tuple(chosen(ccs(1 / 7, 4), 4, scored(values), seed)) for seed in range(60)} == {
        (a, 2, 3, b) for a in (0, 1) for b in (4, 5)
    }


def test_a_boundary_belongs_to_the_stratum_above_and_the_highest_value_to_the_last() -> None:
    # 0 to 4 in two strata: 0 1 | 2 3 4, 2 being the boundary; the share of a half is 2
    assert {tuple(chosen(ccs(0, 2), 4, scored([0.0, 1, 2, 3, 4]), seed)) for seed in range(40)} == {
        (0, 1, 2, 3),
        (0, 1, 2, 4),
        (0, 1, 3, 4),
    }


def test_a_small_stratum_gives_all_and_its_share_to_the_others() -> None:
    # 0 0 0 0 0 0 | 5 | 9 9 9, empty strata between: seven kept are one, then 3 + 3
    values = [0.0] * 6 + [5.0] + [9.0] * 3
    for seed in range(20):
        subset = chosen(ccs(0, 10), 7, scored(values), seed)
        assert subset[3:] == [6, 7, 8, 9]
        assert len([i for i in subset if i < 6]) == 3


def test_within_a_stratum_samples_are_drawn_uniformly() -> None:
    counts = times_chosen(ccs(0, 2), 4, scored([0.0] * 5 + [1.0] * 10), seeds=300)
    # two of five: 120 of 300, deviation 8.5; two of ten: 60, deviation 6.9
    assert counts[:5].min() > 85
    assert counts[:5].max() < 155
    assert counts[5:].min() > 32
    assert counts[5:].max() < 88


def test_a_constant_score_is_one_stratum() -> None:
    counts = times_chosen(ccs(0.25), 2, scored([3.0] * 8), seeds=400)
    # a quarter cut off and two of six drawn, all by chance: 100 of 400, deviation 8.7
    assert counts.min() > 65
    assert counts.max() < 135


def test_a_budget_that_needs_what_is_cut_off_is_refused() -> None:
    message = (
        r"method ccs cuts off the hardest 0\.3 of 10 samples, which leaves fewer than the 8 to "
        r"keep\. Give beta at most 0\.2, or lower"
    )
    with pytest.raises(LeansetError, match=message):
        ccs(0.3).check(8, available=10)
    ccs(0.3).check(7, available=10)


@given(st.integers(1, 5000), st.integers(0, 99))
def test_a_beta_and_a_budget_that_add_up_to_one_fit(available: int, percent: int) -> None:
    share = (100 - percent) / 100
    # a fraction that keeps less than half a sample keeps one all the same
    if share * available >= 0.5:
        ccs(percent / 100).check(kept(share, available), available)


@pytest.mark.parametrize(("beta", "strata"), [(-0.1, 50), (1.0, 50), (0.1, 0)])
def test_settings_that_mean_nothing_are_refused(beta: float, strata: int) -> None:
    with pytest.raises(ValidationError, match="than"):
        ccs(beta, strata)


def test_extreme_values_fall_into_strata_as_well() -> None:
    # 0 | 1 | 2 of three strata whose width is beyond the range of float32
    for seed in range(10):
        assert chosen(ccs(0, 3), 3, scored([-3.4e38, 0.0, 3.4e38, 3.4e38]), seed)[:2] == [0, 1]
