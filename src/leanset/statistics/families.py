"""Many comparisons at once, with one chance of a false alarm for all of them together."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike, NDArray


def holm(p: ArrayLike, level: float) -> NDArray[np.float64]:
    """The level at which Holm's procedure judges each of ``[m]`` p-values.

    A hypothesis is rejected exactly where its p-value is at most the level returned for it, so an
    interval drawn at that level and the verdict agree. The smallest p-value is held against
    ``level / m``, the next against ``level / (m − 1)``, and so on to the first that is not
    rejected; that one and all after it have been judged at the level where this stopped.

    Source: Holm, Scandinavian Journal of Statistics 6 (1979).

    Args:
        p: in any order.
        level: the chance of one or more false rejections, in (0, 1).
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = level / np.arange(len(values), 0, -1, dtype=np.float64)
    (kept,) = np.nonzero(values[order] > steps)
    if len(kept):
        steps[kept[0] :] = steps[kept[0]]
    levels = np.empty_like(steps)
    levels[order] = steps
    return levels


def holm_adjusted(p: ArrayLike) -> NDArray[np.float64]:
    """For each of ``[m]`` p-values the least level at which Holm's procedure rejects it."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    raised = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted


def in_sequence(p: Iterable[float]) -> list[float]:
    """The p-values of hypotheses tested one after the other, each only once all before it fell.

    The order is fixed before the data are seen, and then no correction is needed beside this: the
    p-value of each is the largest so far (Maurer, Hothorn and Lehmacher 1995).
    """
    return list(accumulate(p, max))
