"""How many runs it takes."""

from __future__ import annotations

import math
from bisect import bisect_left

MOST_RUNS = 1000
"""More than anybody would train."""

_CERTAIN = 1e3


def runs_to_settle(
    distance: float, our_deviation: float, their_deviation: float, level: float, power: float = 0.8
) -> int | None:
    """The least number of runs of both cells at which a difference is likely to be shown.

    Shown by Welch's test, from the noncentral t distribution; both cells have as many runs.

    Args:
        distance: of the true difference from the bound that it is to be told from.
        our_deviation: of the runs of one cell.
        their_deviation: of the runs of the other.
        level: at which it is tested, one-sided.
        power: how likely it is to be shown, in (0, 1).

    Returns:
        From 2 on; None where there is no distance, or more than ``MOST_RUNS`` would be needed.
    """
    variance = our_deviation**2 + their_deviation**2
    if not distance > 0:
        return None
    if variance == 0:
        return 2
    share = our_deviation**2 / variance

    def is_enough(runs: int) -> bool:
        # Welch's degrees of freedom, and the distance in standard errors
        freedom = (runs - 1) / (share**2 + (1 - share) ** 2)
        return _chance(distance / math.sqrt(variance / runs), freedom, level) >= power

    if not is_enough(MOST_RUNS):
        return None
    return bisect_left(range(MOST_RUNS), True, lo=2, key=is_enough)


def _chance(errors: float, freedom: float, level: float) -> float:
    """How likely a t-test shows a difference of so many standard errors."""
    from scipy.special import stdtrit
    from scipy.stats import nct

    if errors > _CERTAIN:
        return 1.0
    return float(nct.sf(stdtrit(freedom, 1 - level), freedom, errors))
