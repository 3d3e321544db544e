import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from tests.selectors.examples import chosen, scored, times_chosen

from leanset.budgets import kept
from leanset.errors import LeansetError
from leanset.selectors import Window

# sample i has rank i
TEN = scored([float(i) for i in range(10)])


def window(start: float, width: float | None = None) -> Window:
    return Window(method="window", score="s", start=start, width=width)


def test_a_window_without_width_is_as_wide_as_the_budget() -> None:
    # from rank 0.3 · 10 on
    assert chosen(window(0.3), 4, TEN) == [3, 4, 5, 6]
    assert chosen(window(0.0), 2, TEN) == [0, 1]
    assert chosen(window(0.6), 4, TEN) == [6, 7, 8, 9]


def test_from_a_window_wider_than_the_budget_samples_are_drawn_uniformly() -> None:
    counts = times_chosen(window(0.2, 0.5), 2, TEN, seeds=300)
    # ranks 2 to 6, two of five: 120 of 300, deviation √(300·⅖·⅗) = 8.5
    assert counts[[0, 1, 7, 8, 9]].tolist() == [0] * 5
    assert counts[2:7].min() > 85
    assert counts[2:7].max() < 155


def test_a_window_with_balance_is_one_within_each_class() -> None:
    # class 0 has the ranks 0 to 3, class 1 those from 4 on; from the middle of each, one in four
    materials = scored([float(i) for i in range(8)], [0] * 4 + [1] * 4)
    rule = Window(method="window", score="s", start=0.5, balance="uniform")
    assert chosen(rule, 2, materials) == [2, 6]


def test_a_class_that_gives_all_it_has_widens_its_window() -> None:
    # 6 of 8 and 2 uniformly: class 1 gives both, class 0 four of its hard half
    materials = scored([float(i) for i in range(10)], [0] * 8 + [1] * 2)
    rule = Window(method="window", score="s", start=0.5, width=0.5, balance="uniform")
    assert chosen(rule, 6, materials) == [4, 5, 6, 7, 8, 9]


def test_a_window_past_the_hard_end_is_refused_with_the_settings() -> None:
    with pytest.raises(ValidationError, match=r"start 0\.7 and width 0\.4 add up to 1\.1"):
        window(0.7, 0.4)
    # what rounding adds to a sum of fractions is let pass
    assert window(0.7, 0.3 + 1e-12).width == 0.3 + 1e-12


def test_a_budget_that_reaches_past_the_hard_end_is_refused() -> None:
    message = (
        r"method window keeps 5 of 10 samples from start 0\.6 on, which is past the hard end\. "
        r"Give start at most 0\.5, or lower"
    )
    with pytest.raises(LeansetError, match=message):
        window(0.6).check(5, available=10)
    window(0.6).check(4, available=10)


def test_a_budget_larger_than_the_window_is_refused() -> None:
    message = r"draws 5 samples from a window of width 0\.4, which holds 4 of 10\. Raise width"
    with pytest.raises(LeansetError, match=message):
        window(0.1, 0.4).check(5, available=10)
    window(0.1, 0.4).check(4, available=10)


@given(st.integers(1, 5000), st.integers(0, 99), st.integers(1, 100))
def test_fractions_that_add_up_to_one_fit_whatever_the_number_of_samples(
    available: int, percent: int, width: int
) -> None:
    start, share = percent / 100, min(width, 100 - percent) / 100
    keep = kept(share, available)
    window(start, share).check(keep, available)
    # a fraction that keeps less than half a sample keeps one all the same
    if share * available >= 0.5:
        window(start).check(keep, available)


@pytest.mark.parametrize(("start", "width"), [(-0.1, None), (1.0, None), (0.0, 0.0), (0.0, 1.1)])
def test_a_window_lies_between_the_two_ends(start: float, width: float | None) -> None:
    with pytest.raises(ValidationError, match="than"):
        window(start, width)
