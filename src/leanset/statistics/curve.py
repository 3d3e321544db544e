"""Accuracy along the number of samples kept: how few reach a target, and the area below."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from leanset.statistics.contrast import Contrast, contrast
from leanset.statistics.moments import Moments

_STEPS = 100
"""Into how many parts a stretch between two budgets is cut to look for the ends of an interval."""


@dataclass(frozen=True)
class Point:
    """A cell of a curve."""

    kept: int
    accuracy: Moments


@dataclass(frozen=True)
class LeastData:
    """How many samples reach a target.

    Attributes:
        kept: where the means reach it, and stay above it; None where they do not. Where even the
            smallest budget does, that budget.
        low: from here on the target is not excluded; None where it is excluded everywhere.
        high: from here on it is shown to be reached; None where that is shown nowhere.
    """

    kept: float | None
    low: float | None
    high: float | None


def least_data(
    points: Sequence[Point], target: float, confidence: float, reference: Moments | None = None
) -> LeastData:
    """The least number of samples that reaches a target, between budgets by interpolation.

    Means are joined by straight lines over log(kept), which runs below a curve that flattens: what
    is found is rather too many than too few. The interval holds every number of samples at which
    the interval of the accuracy there, in ``confidence`` of cases, holds the target.

    Args:
        points: ascending in kept, at least one.
        target: an accuracy, or with a reference the distance to it.
        confidence: in (0, 1).
        reference: what the target is measured from; it may be the accuracy of the last point.
    """
    sizes, gaps = _along(points, target, reference)
    level = (1 - confidence) / 2
    return LeastData(
        kept=_crossing(sizes, np.array([gap.estimate for gap in gaps])),
        low=_crossing(sizes, np.array([gap.above(level) for gap in gaps])),
        high=_crossing(sizes, np.array([gap.below(level) for gap in gaps])),
    )


def area_coefficients(kept: Sequence[int]) -> NDArray[np.float64]:
    """What each accuracy counts in the normalised area below the curve, ``[n]``, in sum 1.

    Trapezoids over log(kept), divided by the whole width: the mean accuracy over all budgets from
    the smallest to the largest, on a logarithmic scale.

    Args:
        kept: ascending, at least two.
    """
    places = np.log(np.asarray(kept, dtype=np.float64))
    widths = np.diff(places)
    coefficients = np.zeros(len(places))
    coefficients[:-1] += widths / 2
    coefficients[1:] += widths / 2
    return np.asarray(coefficients / (places[-1] - places[0]))


def _along(
    points: Sequence[Point], target: float, reference: Moments | None
) -> tuple[NDArray[np.float64], list[Contrast]]:
    """Numbers of samples along the curve, and by how much its accuracy there passes the target."""
    sizes, gaps = [float(points[0].kept)], [_gap([(1.0, points[0].accuracy)], target, reference)]
    for left, right in pairwise(points):
        for step in range(1, _STEPS + 1):
            part = step / _STEPS
            between = (1 - part) * math.log(left.kept) + part * math.log(right.kept)
            means = [(1 - part, left.accuracy), (part, right.accuracy)]
            sizes.append(math.exp(between))
            gaps.append(_gap(means, target, reference))
    return np.array(sizes), gaps


def _gap(
    means: Sequence[tuple[float, Moments]], target: float, reference: Moments | None
) -> Contrast:
    """An accuracy minus a target."""
    if reference is None:
        return contrast(means, constant=-target)
    # the last point may be the reference itself, whose variance then counts once
    others = [(weight, sample) for weight, sample in means if sample is not reference]
    itself = sum(weight for weight, sample in means if sample is reference)
    return contrast([*others, (itself - 1.0, reference)], constant=-target)


def _crossing(sizes: NDArray[np.float64], gaps: NDArray[np.float64]) -> float | None:
    """From where on no gap is negative; between two sizes by a straight line over log(size)."""
    (short,) = np.nonzero(~(gaps >= 0))
    if not len(short):
        return float(sizes[0])
    last = int(short[-1])
    if last == len(sizes) - 1:
        return None
    if not math.isfinite(gaps[last]):
        return float(sizes[last + 1])
    part = gaps[last] / (gaps[last] - gaps[last + 1])
    left, right = np.log(sizes[last : last + 2])
    return float(np.exp(left + part * (right - left)))
