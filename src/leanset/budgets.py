"""Budgets are what is kept; here they become exact counts and exact quotas."""

from typing import Annotated, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator

from leanset.errors import LeansetError

Counts: TypeAlias = NDArray[np.int64]


def _is_budget(budget: Any) -> float:
    if isinstance(budget, bool) or not isinstance(budget, int | float):
        raise ValueError(f"a budget is a number of samples or a fraction, not {budget!r}")
    if isinstance(budget, int) and budget < 1:
        raise ValueError(f"a budget keeps at least 1 sample, not {budget}")
    if isinstance(budget, float) and not 0 < budget <= 1:
        raise ValueError(
            f"a fractional budget is above 0 and at most 1, not {budget}; "
            "write a number of samples without a decimal point"
        )
    return budget


def _some(budgets: tuple[float, ...]) -> tuple[float, ...]:
    if not budgets:
        raise ValueError("name at least one budget")
    return budgets


Budget: TypeAlias = Annotated[int | float, BeforeValidator(_is_budget)]
"""Samples kept: a count (integer from 1) or a fraction (float in (0, 1])."""

Budgets: TypeAlias = Annotated[tuple[Budget, ...], AfterValidator(_some)]
"""At least one budget."""


def kept(budget: float, available: int) -> int:
    """The number of samples a budget keeps of ``available``; a fraction keeps at least one.

    Raises:
        LeansetError: the budget is a count above ``available``.
    """
    if isinstance(budget, float):
        return max(1, round(budget * available))
    if budget > available:
        raise LeansetError(
            f"the budget {budget} is above the {available} training samples there are.",
            remedy="Lower it, or give a fraction such as 0.5.",
        )
    return budget


def label(budget: float) -> str:
    """How tables and figures name a budget: ``600`` for a count, ``10 %`` for a fraction."""
    return f"{budget * 100:g} %" if isinstance(budget, float) else str(budget)


def largest_remainder(shares: NDArray[np.floating[Any]], rng: np.random.Generator) -> Counts:
    """Round shares to integers whose sum is the rounded sum of the shares.

    Each share is rounded down, then the largest remainders are rounded up; equal remainders are
    ordered by ``rng``.

    Args:
        shares: non-negative, ``[k]``.
        rng: breaks ties.
    """
    floors = np.floor(shares + 1e-9)
    missing = round(float(shares.sum())) - int(floors.sum())
    quotas: Counts = floors.astype(np.int64)
    by_remainder = np.lexsort((rng.random(len(shares)), -np.round(shares - floors, 9)))
    quotas[by_remainder[:missing]] += 1
    return quotas


def proportional_quotas(sizes: Counts, keep: int, rng: np.random.Generator) -> Counts:
    """Divide a budget over groups in proportion to their sizes, exactly.

    A group whose share is rounded to nothing gets one sample of the group with the most, as long
    as there are as many samples to keep as groups.

    Args:
        sizes: samples in each group, ``[k]``; empty groups are allowed.
        keep: samples to keep in all, at most ``sizes.sum()``.
        rng: breaks ties between equal remainders.
    """
    quotas = largest_remainder(sizes * (keep / sizes.sum()), rng)
    without = np.flatnonzero((quotas == 0) & (sizes > 0))
    if keep < np.count_nonzero(sizes):
        return quotas
    for group in without:
        quotas[rng.choice(np.flatnonzero(quotas == quotas.max()))] -= 1
        quotas[group] = 1
    return quotas


def equal_quotas(sizes: Counts, keep: int, rng: np.random.Generator) -> Counts:
    """Divide a budget equally over groups; what a short group cannot fill goes to the others.

    Every quota is ``min(size, level)`` for one common level, and the few samples left over go to
    groups drawn by ``rng`` among those that have more (water filling).

    Args:
        sizes: samples in each group, ``[k]``; empty groups are allowed.
        keep: samples to keep in all, at most ``sizes.sum()``.
        rng: draws the groups that take one sample more.
    """
    low, high = 0, int(sizes.max())
    while low < high:
        level = (low + high + 1) // 2
        if int(np.minimum(sizes, level).sum()) <= keep:
            low = level
        else:
            high = level - 1
    quotas = np.minimum(sizes, low)
    left_over = keep - int(quotas.sum())
    has_more = np.flatnonzero(sizes > low)
    quotas[rng.permutation(has_more)[:left_over]] += 1
    return quotas
