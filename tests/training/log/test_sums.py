"""Sums over the first dimension, which are the same at every place of the others."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from leanset.training.log.sums import mean, std, total


def test_they_are_those_of_a_worked_example() -> None:
    values = torch.tensor([[1.0, 5], [2, 5], [6, 5]])
    # 1 + 2 + 6; deviations -2, -1, 3 from 3: (4 + 1 + 9) / 2
    assert total(values).tolist() == [9, 15]
    assert mean(values).tolist() == [3, 5]
    assert std(values).tolist() == [pytest.approx(7**0.5), 0]


def test_counts_are_added_up_exactly_and_have_a_mean() -> None:
    assert total(torch.tensor([[2**40], [1]])).tolist() == [2**40 + 1]
    assert mean(torch.tensor([[1], [2]])).tolist() == [1.5]


def test_the_values_are_left_alone() -> None:
    values = torch.ones(3, 2)
    for function in (total, mean, std):
        function(values)
    assert (values == 1).all()


@given(st.integers(2, 60), st.integers(1, 300), st.integers(0, 2**32))
def test_equal_columns_have_equal_sums_to_the_last_bit(rows: int, columns: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    values = torch.randn(rows, 1, generator=generator).expand(rows, columns).contiguous()
    for function in (total, mean, std):
        assert len(set(function(values).tolist())) == 1
