"""Whether runs that share their seeds vary together, and what to make of it where they do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from leanset.statistics.contrast import Contrast, contrast
from leanset.statistics.moments import Moments

Pairs = tuple[NDArray[np.float64], NDArray[np.float64]]
"""The values ``[n]`` of two arms, run by run."""

WORTH_PAIRING = 0.3
"""The correlation from which on a paired interval is the narrower one, at few runs too."""

_ENOUGH = 20


def pooled_correlation(arms: Iterable[Sequence[Pairs]]) -> float:
    """How arms vary together with what they are compared with; 0 where that can hardly be told.

    The mean of the correlations of all comparisons, each counted by its degrees of freedom: of five
    runs alone a correlation tells nothing. Where what they are compared with has fewer than twenty
    degrees of freedom in all, arms are taken as independent.

    Args:
        arms: the comparisons in groups, each with one and the same arm. However many comparisons
            share its runs, they tell of a correlation hardly more than one does.
    """
    freedom = enough = 0
    product = 0.0
    for group in arms:
        told = [
            (len(ours) - 1, float(np.corrcoef(ours, others)[0, 1]))
            for ours, others in group
            if len(ours) > 2 and ours.std() > 0 and others.std() > 0
        ]
        freedom += sum(count for count, _ in told)
        enough += max((count for count, _ in told), default=0)
        product += sum(count * correlation for count, correlation in told)
    return product / freedom if enough >= _ENOUGH else 0.0


def paired_difference(pairs: Pairs) -> Contrast:
    """The mean of the differences run by run, ours minus the others' (Student's t)."""
    ours, others = pairs
    return contrast([(1.0, Moments.of(ours - others))])
