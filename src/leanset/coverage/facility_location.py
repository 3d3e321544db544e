"""Facility location: few points that every point has a similar one among."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.similarity import Block, Similarity
from leanset.coverage.threads import side_by_side

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Cover:
    """Points chosen to cover all N.

    Attributes:
        chosen: ``int64 [k]``, in the order chosen.
        owner: ``int64 [N]``, the place in ``chosen`` of the chosen point most similar to each
            point, of equals the first; a chosen point is its own.
        level: ``float32 [N]``, the similarity of each point to its owner.
    """

    chosen: Indices
    owner: Indices
    level: Floats

    @property
    def sizes(self) -> Indices:
        """How many points each chosen one stands for, ``int64 [k]``; their sum is N."""
        return np.bincount(self.owner, minlength=len(self.chosen))


class FacilityLocation:
    """f(S) = Σᵢ max_{j ∈ S} s_ij, of a growing set S; before the first, the least similarity.

    Attributes:
        level: ``float32 [N]``, max_{j ∈ S} s_ij of each point.
    """

    def __init__(self, similarity: Similarity) -> None:
        self.similarity = similarity
        self.level = np.full(len(similarity), similarity.floor, dtype=np.float32)
        self._chosen: list[int] = []
        self._owner = np.zeros(len(similarity), dtype=np.int64)

    def __len__(self) -> int:
        return len(self.similarity)

    def gains(self, points: Indices) -> NDArray[np.float64]:
        """What f would gain by each of some points, ``float64 [b]``."""
        gains = np.empty(len(points))
        for block in self.similarity.blocks(points):
            _gains_of(block, self.level, gains[block.part])
        return gains

    def add(self, point: int) -> tuple[Indices, Floats]:
        """Put a point into S.

        Returns:
            The points that it is more similar to than all chosen before, and their levels until
            now.
        """
        row = self.similarity.row(point)
        risen = np.flatnonzero(row > self.level)
        before = self.level[risen]
        self.level[risen] = row[risen]
        self._owner[risen] = len(self._chosen)
        self._owner[point] = len(self._chosen)
        self._chosen.append(point)
        return risen, before

    def cover(self) -> Cover:
        """What was chosen so far."""
        return Cover(np.array(self._chosen, dtype=np.int64), self._owner, self.level)


def _gains_of(block: Block, level: Floats, gains: NDArray[np.float64]) -> None:
    """Write down what each point of a block would add to the levels of all."""
    from leanset.coverage.kernels import gains_of_rows

    side_by_side(
        lambda first, last: gains_of_rows(
            block.values, block.places[first:last], level, gains[first:last]
        ),
        len(gains),
        len(level),
    )
