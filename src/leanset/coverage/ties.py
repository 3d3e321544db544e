"""The largest of many values, equal ones by chance and not by place."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_ROUNDING = 1e-7
"""Values that differ by this part of the largest are equal: rounding must not choose."""


class Ties:
    """A random order of N candidates, drawn once; of equal values the first in it is taken."""

    def __init__(self, candidates: int, rng: np.random.Generator) -> None:
        self._rank = rng.permutation(candidates)

    def largest(self, values: NDArray[np.float64]) -> int:
        """The candidate of the largest of ``[N]`` values."""
        best = np.flatnonzero(values >= _least_of_the_largest(values))
        return int(best[np.argmin(self._rank[best])])

    def largest_of(self, candidates: NDArray[np.int64], values: NDArray[np.float64]) -> int:
        """The one of some candidates with the largest of their values."""
        best = candidates[values >= _least_of_the_largest(values)]
        return int(best[np.argmin(self._rank[best])])


def _least_of_the_largest(values: NDArray[np.float64]) -> float:
    """What still equals the largest of ``[n]`` values."""
    largest = float(values.max())
    return largest - _ROUNDING * abs(largest)
