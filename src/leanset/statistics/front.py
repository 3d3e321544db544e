"""What nothing else is better than in every respect."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray


def front(cost: ArrayLike, value: ArrayLike) -> NDArray[np.bool_]:
    """Which of ``[n]`` choices no other one beats: none as cheap is worth more.

    Of equal choices all are on the front. A choice whose cost or value is NaN is not.
    """
    costs, values = (np.asarray(each, dtype=np.float64) for each in (cost, value))
    known = ~(np.isnan(costs) | np.isnan(values))
    no_dearer = costs[None] <= costs[:, None]
    no_worse = values[None] >= values[:, None]
    better = (costs[None] < costs[:, None]) | (values[None] > values[:, None])
    beaten = (no_dearer & no_worse & better & known[None]).any(axis=1)
    return np.asarray(known & ~beaten)
