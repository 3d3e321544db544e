"""Many comparisons at once: a worked example, and what Holm's procedure must never do."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leanset.statistics import holm, holm_adjusted, in_sequence

P = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_holm_by_hand() -> None:
    # in order 0.005 0.011 0.02 0.04 against 0.05/4, 0.05/3, 0.05/2, 0.05/1: all rejected
    assert holm([0.02, 0.005, 0.04, 0.011], 0.05) == pytest.approx(
        [0.05 / 2, 0.05 / 4, 0.05, 0.05 / 3]
    )
    # 0.02 is above 0.05/3, so it stops there, and the rest are judged at that level
    assert holm([0.03, 0.001, 0.02, 0.9], 0.05) == pytest.approx(
        [0.05 / 3, 0.05 / 4, 0.05 / 3, 0.05 / 3]
    )


def test_adjusted_p_values_by_hand() -> None:
    # 0.005 · 4 = 0.02, 0.011 · 3 = 0.033, 0.02 · 2 = 0.04, 0.03 · 1 = 0.03 but no less than 0.04
    assert holm_adjusted([0.02, 0.005, 0.03, 0.011]) == pytest.approx([0.04, 0.02, 0.04, 0.033])
    assert holm_adjusted([0.5, 0.6]).tolist() == [1.0, 1.0]


def step_down(p: list[float], level: float) -> list[bool]:
    """Holm's procedure as it is written."""
    rejected = [False] * len(p)
    for step, place in enumerate(sorted(range(len(p)), key=lambda place: p[place])):
        if p[place] > level / (len(p) - step):
            break
        rejected[place] = True
    return rejected


@given(P, st.floats(0.001, 0.5))
def test_a_p_value_is_below_its_level_exactly_where_holm_rejects(
    p: list[float], level: float
) -> None:
    assert [bool(x) for x in np.array(p) <= holm(p, level)] == step_down(p, level)


@given(P, st.floats(0.001, 0.5))
def test_adjusted_p_values_say_the_same(p: list[float], level: float) -> None:
    clear = [abs(adjusted - level) > 1e-9 for adjusted in holm_adjusted(p)]
    told = zip(holm_adjusted(p) <= level, step_down(p, level), clear, strict=True)
    assert all(found == rejected for found, rejected, is_clear in told if is_clear)


@given(P, st.floats(0.001, 0.5))
def test_no_level_is_stricter_than_bonferronis_nor_laxer_than_none(
    p: list[float], level: float
) -> None:
    levels = holm(p, level)
    assert (levels >= level / len(p) - 1e-15).all()
    assert (levels <= level).all()


def test_in_sequence_nothing_counts_after_a_failure() -> None:
    assert in_sequence([0.01, 0.2, 0.001]) == [0.01, 0.2, 0.2]
    assert in_sequence([]) == []


def test_no_comparisons_have_no_levels() -> None:
    assert holm([], 0.05).tolist() == holm_adjusted([]).tolist() == []
