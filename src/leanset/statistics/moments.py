"""What an interval needs to know of a sample."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Moments:
    """What a difference of means needs to know of a sample.

    Attributes:
        mean: of its values.
        deviation: with ``count - 1`` in the denominator; not looked at below two values.
        count: how many values there are.
    """

    mean: float
    deviation: float
    count: int

    @classmethod
    def of(cls, values: ArrayLike) -> Moments:
        """The moments of ``[n]`` values.

        Raises:
            ValueError: there are no values.
        """
        sample = np.asarray(values, dtype=np.float64)
        if sample.size == 0:
            raise ValueError("a sample without values has no mean")
        deviation = float(sample.std(ddof=1)) if sample.size > 1 else math.nan
        return cls(float(sample.mean()), deviation, sample.size)
