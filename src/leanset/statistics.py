"""Differences of means, with intervals that say how much a few runs can tell."""

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


@dataclass(frozen=True)
class Difference:
    """An estimated difference and the interval around it."""

    estimate: float
    low: float
    high: float


def welch_difference(ours: ArrayLike, others: ArrayLike, confidence: float) -> Difference:
    """The difference of the means of two independent samples, ``ours`` minus ``others``.

    Args:
        ours: ``[n]`` values.
        others: ``[m]`` values.
        confidence: of the interval, in (0, 1); see ``welch_difference_of_moments``.

    Raises:
        ValueError: a sample has no values.
    """
    return welch_difference_of_moments(Moments.of(ours), Moments.of(others), confidence)


def welch_difference_of_moments(ours: Moments, others: Moments, confidence: float) -> Difference:
    """Welch's interval, which lets the two samples vary differently (Biometrika 34, 1947).

    With fewer than two values on a side nothing can be said, and the interval is infinite. Where
    neither side varies it is the estimate alone.

    Args:
        ours: the sample whose mean the other's is taken from.
        others: the other sample.
        confidence: how often such intervals hold the true difference, in (0, 1).
    """
    from scipy.special import stdtrit

    estimate = ours.mean - others.mean
    if min(ours.count, others.count) < 2:
        return Difference(estimate, -math.inf, math.inf)
    our_part, other_part = (side.deviation**2 / side.count for side in (ours, others))
    squared_error = our_part + other_part
    if squared_error == 0:
        return Difference(estimate, estimate, estimate)
    # the Welch-Satterthwaite degrees of freedom, in shares so that no fourth power underflows
    share = our_part / squared_error
    freedom = 1 / (share**2 / (ours.count - 1) + (1 - share) ** 2 / (others.count - 1))
    margin = float(stdtrit(freedom, (1 + confidence) / 2)) * math.sqrt(squared_error)
    return Difference(estimate, estimate - margin, estimate + margin)
