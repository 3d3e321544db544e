import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from leanset.budgets import (
    Budget,
    Budgets,
    Counts,
    equal_quotas,
    kept,
    label,
    largest_remainder,
    proportional_quotas,
)
from leanset.errors import LeansetError

BUDGET: TypeAdapter[float] = TypeAdapter(Budget)


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


@st.composite
def groups_and_budgets(draw: st.DrawFn) -> tuple[Counts, int]:
    """Sizes of groups, some of them empty, and a budget from 1 to all."""
    sizes = draw(st.lists(st.integers(0, 30), min_size=1, max_size=40).filter(any))
    return np.array(sizes, dtype=np.int64), draw(st.integers(1, sum(sizes)))


@pytest.mark.parametrize("budget", [1, 600, 0.01, 1.0])
def test_a_count_from_one_or_a_fraction_up_to_one_is_a_budget(budget: float) -> None:
    parsed = BUDGET.validate_python(budget)
    assert parsed == budget
    assert type(parsed) is type(budget)


@pytest.mark.parametrize("budget", [0, -3])
def test_a_count_below_one_is_refused(budget: int) -> None:
    with pytest.raises(ValidationError, match=f"a budget keeps at least 1 sample, not {budget}"):
        BUDGET.validate_python(budget)


@pytest.mark.parametrize("budget", [1.5, 0.0, -0.1, float("nan"), float("inf")])
def test_a_fraction_outside_zero_to_one_is_refused_and_says_how_to_write_a_count(
    budget: float,
) -> None:
    message = (
        f"a fractional budget is above 0 and at most 1, not {budget}; "
        "write a number of samples without a decimal point"
    )
    with pytest.raises(ValidationError, match=message):
        BUDGET.validate_python(budget)


@pytest.mark.parametrize("budget", ["600", True, None])
def test_what_is_not_a_number_is_no_budget(budget: object) -> None:
    message = f"a budget is a number of samples or a fraction, not {budget!r}"
    with pytest.raises(ValidationError, match=message):
        BUDGET.validate_python(budget)


def test_a_list_of_budgets_names_at_least_one() -> None:
    budgets: TypeAdapter[tuple[float, ...]] = TypeAdapter(Budgets)
    assert budgets.validate_python([60, 0.5]) == (60, 0.5)
    with pytest.raises(ValidationError, match="name at least one budget"):
        budgets.validate_python([])


def test_a_count_keeps_itself() -> None:
    assert kept(600, 60_000) == 600
    assert kept(60_000, 60_000) == 60_000


def test_a_fraction_keeps_its_share_and_at_least_one() -> None:
    assert kept(0.01, 60_000) == 600
    assert kept(1.0, 60_000) == 60_000
    assert kept(0.29, 100) == 29  # 0.29 × 100 is 28.999999999999996 in floating point
    assert kept(0.001, 100) == 1


def test_one_is_a_sample_and_one_point_zero_is_all_of_them() -> None:
    assert kept(1, 500) == 1
    assert kept(1.0, 500) == 500


def test_a_budget_above_the_number_of_samples_is_refused() -> None:
    message = (
        r"the budget 60001 is above the 60000 training samples there are\. "
        r"Lower it, or give a fraction such as 0\.5\."
    )
    with pytest.raises(LeansetError, match=message):
        kept(60_001, 60_000)


def test_a_label_tells_a_count_from_a_fraction() -> None:
    assert label(600) == "600"
    assert label(0.01) == "1 %"
    assert label(0.005) == "0.5 %"
    assert label(1.0) == "100 %"
    assert label(1) == "1"


def test_the_largest_remainders_are_rounded_up() -> None:
    # floors 1 + 2 + 0 = 3 of 5: the two missing go to the remainders 0.75 and 0.9
    assert largest_remainder(np.array([1.75, 2.35, 0.9]), rng()).tolist() == [2, 2, 1]


def test_a_share_just_under_a_whole_number_counts_as_that_number() -> None:
    # 3 × 0.1 × 10 and its kin: what floating point took away must not cost a sample
    shares = np.array([3 - 1e-12, 2 + 1e-12])
    assert largest_remainder(shares, rng()).tolist() == [3, 2]


def test_equal_remainders_are_ordered_by_chance_not_by_index() -> None:
    winners = [int(np.argmax(largest_remainder(np.full(4, 0.25), rng(s)))) for s in range(200)]
    # each of four wins a quarter of 200; a binomial stays within 20 of 50 (over 3 deviations)
    assert all(30 <= wins <= 70 for wins in np.bincount(winners, minlength=4))


@given(groups_and_budgets(), st.integers(0, 2**32))
def test_proportional_quotas_are_exact_and_no_group_gives_more_than_it_has(
    case: tuple[Counts, int], seed: int
) -> None:
    sizes, keep = case
    quotas = proportional_quotas(sizes, keep, rng(seed))
    assert quotas.sum() == keep
    assert (quotas >= 0).all()
    assert (quotas <= sizes).all()


@given(groups_and_budgets(), st.integers(0, 2**32))
def test_proportional_quotas_are_within_one_of_their_share_where_no_share_rounds_to_nothing(
    case: tuple[Counts, int], seed: int
) -> None:
    sizes, keep = case
    shares = sizes * keep / sizes.sum()
    rounded = largest_remainder(shares, rng(seed))
    assume((rounded[sizes > 0] > 0).all() or keep < np.count_nonzero(sizes))
    quotas = proportional_quotas(sizes, keep, rng(seed))
    assert quotas.tolist() == rounded.tolist()
    assert (np.abs(quotas - shares) < 1).all()


@given(groups_and_budgets(), st.integers(0, 2**32))
def test_every_group_is_present_as_soon_as_there_is_a_sample_for_each(
    case: tuple[Counts, int], seed: int
) -> None:
    sizes, keep = case
    quotas = proportional_quotas(sizes, keep, rng(seed))
    present, groups = np.count_nonzero(quotas), np.count_nonzero(sizes)
    if keep >= groups:
        assert present == groups
    else:
        assert present <= keep


@given(groups_and_budgets(), st.integers(0, 2**32))
def test_what_the_small_groups_get_is_taken_from_the_large_one_at_a_time(
    case: tuple[Counts, int], seed: int
) -> None:
    sizes, keep = case
    rounded = largest_remainder(sizes * keep / sizes.sum(), rng(seed))
    quotas = proportional_quotas(sizes, keep, rng(seed))
    giving = quotas < rounded
    if giving.any():
        # nobody who gave had fewer than another: they end at most one below the most there is
        assert quotas[giving].min() >= quotas.max() - 1
        assert set((quotas - rounded)[~giving].tolist()) <= {0, 1}


def test_proportional_quotas_of_a_worked_example() -> None:
    # shares of 10 in proportion to 50, 30, 20 are whole
    assert proportional_quotas(np.array([50, 30, 20]), 10, rng()).tolist() == [5, 3, 2]
    # shares of 3 are 1.5, 0.9, 0.6: floors 1 + 0 + 0, then up with 0.9 and 0.6
    assert proportional_quotas(np.array([50, 30, 20]), 3, rng()).tolist() == [1, 1, 1]


def test_the_largest_group_gives_one_to_each_that_would_have_none() -> None:
    # shares of 10 are 9.8, 0.1, 0.1 and 0: rounded to 10, 0, 0, 0; two of the ten go to the small
    assert proportional_quotas(np.array([980, 10, 10, 0]), 10, rng()).tolist() == [8, 1, 1, 0]
    # shares of 4 are 1.96, 1.96, 0.04, 0.04: 2, 2, 0, 0, and both of the large give one
    assert proportional_quotas(np.array([98, 98, 2, 2]), 4, rng()).tolist() == [1, 1, 1, 1]


def test_with_fewer_samples_than_groups_the_largest_are_served() -> None:
    # shares of 2 are 1.96, 0.02, 0.02: rounded to 2, 0, 0, and there are not enough for all three
    assert proportional_quotas(np.array([98, 1, 1]), 2, rng()).tolist() == [2, 0, 0]


def test_equal_quotas_pass_on_what_a_short_group_cannot_fill() -> None:
    # 12 of groups 2, 0, 9, 9: 2 + 0 leave 10 for two groups, 5 each
    assert equal_quotas(np.array([2, 0, 9, 9]), 12, rng()).tolist() == [2, 0, 5, 5]


def test_the_sample_left_over_goes_to_a_group_drawn_by_chance_that_has_one() -> None:
    # 11 of 2, 0, 9, 9: level 4 fills 2 + 0 + 4 + 4 = 10, and one group of nine takes a fifth
    outcomes = {tuple(equal_quotas(np.array([2, 0, 9, 9]), 11, rng(s)).tolist()) for s in range(40)}
    assert outcomes == {(2, 0, 5, 4), (2, 0, 4, 5)}


def test_a_budget_below_the_number_of_groups_draws_who_gives_one() -> None:
    drawn = [equal_quotas(np.array([5, 5, 0, 5]), 1, rng(s)) for s in range(60)]
    assert {tuple(quotas.tolist()) for quotas in drawn} == {
        (1, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 0, 1),
    }


def dealt_round_by_round(sizes: Counts, keep: int) -> tuple[list[int], int]:
    """The slow way: one sample to every group that has one more, as long as all get one."""
    quotas = [0] * len(sizes)
    while True:
        takers = [g for g, size in enumerate(sizes) if quotas[g] < size]
        if not takers or keep < len(takers):
            return quotas, keep
        for g in takers:
            quotas[g] += 1
        keep -= len(takers)


@given(groups_and_budgets(), st.integers(0, 2**32))
def test_equal_quotas_are_what_dealing_one_by_one_gives(
    case: tuple[Counts, int], seed: int
) -> None:
    sizes, keep = case
    dealt, left_over = dealt_round_by_round(sizes, keep)
    quotas = equal_quotas(sizes, keep, rng(seed))
    extra = quotas - dealt
    assert quotas.sum() == keep
    assert (quotas <= sizes).all()
    assert sorted(set(extra.tolist())) in ([0], [0, 1], [1])
    assert extra.sum() == left_over


def test_quotas_leave_the_sizes_they_were_given_alone() -> None:
    sizes = np.array([3, 4, 5])
    equal_quotas(sizes, 7, rng())
    proportional_quotas(sizes, 7, rng())
    assert sizes.tolist() == [3, 4, 5]
