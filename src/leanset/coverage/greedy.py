"""Greedy maximisers of any submodular objective that can say what candidates would gain it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.ties import Ties

_TOGETHER = 32
"""Bounds renewed together: enough for a product of matrices, few enough not to be in vain."""


class Objective(Protocol):
    """A monotone submodular function of a growing set of candidates 0, …, N − 1."""

    def __len__(self) -> int:
        """N."""

    def gains(self, points: NDArray[np.int64]) -> NDArray[np.float64]:
        """What it would gain by each of some candidates."""

    def add(self, point: int) -> Any:
        """Put a candidate into the set."""


def lazy_greedy(objective: Objective, keep: int, rng: np.random.Generator) -> None:
    """Add ``keep`` candidates, each the best then, without asking for all gains each time.

    A gain that was true before is a bound ever after, so only candidates whose bound is the
    highest are asked again (Minoux 1978), some at a time. The choice is that of the plain greedy
    algorithm; equal gains are decided by chance.
    """
    ties = Ties(len(objective), rng)
    bounds = objective.gains(np.arange(len(objective)))
    stale = np.zeros(len(objective), dtype=np.bool_)
    for _ in range(keep):
        best = bounds[~stale].max(initial=-np.inf)
        while len(rivals := np.flatnonzero(stale & (bounds >= best))):
            ask = rivals[_highest(bounds[rivals], _TOGETHER)]
            bounds[ask] = objective.gains(ask)
            stale[ask] = False
            best = max(best, bounds[ask].max())
        point = ties.largest(np.where(stale, -np.inf, bounds))
        objective.add(point)
        bounds[point] = -np.inf
        # what gains nothing will not gain anything later
        stale = bounds > 0


def stochastic_greedy(
    objective: Objective, keep: int, epsilon: float, rng: np.random.Generator
) -> None:
    """Add ``keep`` candidates, each the best of a random few.

    Of N candidates (N / keep) · ln(1 / ε) are drawn each time, and what is reached is at least
    1 − 1/e − ε of the best there is, in expectation (Mirzasoleiman et al. 2015, theorem 1).
    """
    ties = Ties(len(objective), rng)
    left = np.arange(len(objective))
    few = int(np.ceil(len(left) / keep * np.log(1 / epsilon)))
    for _ in range(keep):
        drawn = rng.choice(left, min(few, len(left)), replace=False)
        point = ties.largest_of(drawn, objective.gains(drawn))
        objective.add(point)
        left = left[left != point]


def _highest(bounds: NDArray[np.float64], count: int) -> NDArray[np.int64]:
    """The places of so many highest bounds, or of all, in no order."""
    if count >= len(bounds):
        return np.arange(len(bounds))
    return np.argpartition(bounds, -count)[-count:]
