"""Greedy facility location by products of matrices, then by short lists."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.facility_location import FacilityLocation
from leanset.coverage.lists import ListsAbove
from leanset.coverage.similarity import Block
from leanset.coverage.threads import side_by_side
from leanset.coverage.ties import Ties

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

_FIRST_LOOK = 4
"""After so many choices, and twice as many, and so on, it is seen whether lists are short."""


class BatchedGreedy:
    """The greedy maximiser of facility location that keeps all gains up to date.

    A point that rises to a new level takes from the gains of all others what is covered now. At
    first nearly all points rise, and blocks of similarities, products of matrices, are passed over
    for them. But soon few similarities are above the level of their row; these are listed once,
    and from then on only they are looked at. The choice is that of the plain greedy algorithm
    (Nemhauser, Wolsey and Fisher 1978), at least 1 − 1/e of the best there is.
    """

    def __init__(self, objective: FacilityLocation, memory: int) -> None:
        self._objective = objective
        self._memory = memory
        self._lists: ListsAbove | None = None
        self._gains = objective.gains(np.arange(len(objective)))

    def add(self, keep: int, rng: np.random.Generator) -> None:
        """Add ``keep`` points to the set, equal gains by chance."""
        ties = Ties(len(self._objective), rng)
        look = _FIRST_LOOK
        for number in range(1, keep + 1):
            point = ties.largest(self._gains)
            risen, before = self._objective.add(point)
            if number < keep:
                self._lower(risen, before)
            self._gains[point] = -np.inf
            if look == number < keep and self._lists is None:
                self._list()
                look *= 2

    def _lower(self, risen: Indices, before: Floats) -> None:
        """Take from the gains what is covered now."""
        after = self._objective.level[risen]
        if self._lists is not None:
            self._lists.lower(risen, before, after, self._gains)
            return
        for block in self._objective.similarity.blocks(risen):
            _lower_by(block, before[block.part], after[block.part], self._gains)

    def _list(self) -> None:
        """List the similarities above their levels, if they are few enough by now."""
        self._lists = ListsAbove.made(
            self._objective.similarity, self._objective.level, self._memory
        )
        if self._lists is not None:
            chosen = np.isneginf(self._gains)
            self._gains = self._lists.gains(self._objective.level)
            self._gains[chosen] = -np.inf


def _lower_by(block: Block, before: Floats, after: Floats, gains: NDArray[np.float64]) -> None:
    """Take from the gains what is covered now by the points of a block."""
    from leanset.coverage.kernels import lower_gains

    side_by_side(
        lambda first, last: lower_gains(
            block.values, block.places, before, after, gains, first, last
        ),
        len(gains),
        len(block.places),
    )
