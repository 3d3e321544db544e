"""Sums over the first dimension that treat every place in the other dimensions alike.

Torch's own sum adds up the last few columns of an array in another order than the rest, so that
identical samples can differ in the last bit; a score would then break their tie by place.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


def total(values: Iterable[Tensor]) -> Tensor:
    """The sum of arrays of one shape, one after another."""
    rows = iter(values)
    result = next(rows).clone()
    for row in rows:
        result += row
    return result


def mean(values: Tensor) -> Tensor:
    """Of ``[n, ...]`` the mean, ``[...]``."""
    return total(values) / len(values)


def std(values: Tensor) -> Tensor:
    """Of ``[n, ...]``, n at least 2, the standard deviation with divisor n − 1, ``[...]``."""
    centre = mean(values)
    return (total((value - centre).square() for value in values) / (len(values) - 1)).sqrt()
