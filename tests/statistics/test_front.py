"""Which choices nothing beats, by brute force."""

import math

from hypothesis import given
from hypothesis import strategies as st

from leanset.statistics import front

CHOICES = st.lists(
    st.tuples(st.integers(0, 4).map(float), st.integers(0, 4).map(float) | st.just(math.nan)),
    max_size=8,
)


@given(CHOICES)
def test_a_choice_is_on_the_front_unless_another_is_no_dearer_no_worse_and_not_the_same(
    choices: list[tuple[float, float]],
) -> None:
    expected = [
        not math.isnan(value)
        and not any(c <= cost and v >= value and (c, v) != (cost, value) for c, v in choices)
        for cost, value in choices
    ]
    costs, values = ([each[side] for each in choices] for side in (0, 1))
    assert front(costs, values).tolist() == expected
