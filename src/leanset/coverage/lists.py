"""The similarities that still matter once a set is mostly covered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.similarity import Block, Similarity

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

LISTS_SHARE = 0.25
"""The part of the memory that lists may take."""

_LARGEST_PART = 0.05
"""Lists pay where they hold at most so much of all pairs."""

_SAMPLED_ROWS = 256
_ROOM = 1.5
_ENTRY_BYTES = 8


@dataclass(frozen=True)
class ListsAbove:
    """For each point i the points j whose similarity s_ij is above the level of i.

    Levels only rise, so that no other pair can ever add to a gain again.

    Attributes:
        starts: ``int64 [N + 1]``, where the list of each point begins.
        columns: ``int32``, the points of all lists.
        values: ``float32``, their similarities.
    """

    starts: Indices
    columns: NDArray[np.int32]
    values: Floats

    @classmethod
    def made(cls, similarity: Similarity, level: Floats, memory: int) -> Self | None:
        """The lists, or None if they would be too long."""
        expected = _expected_length(similarity, level)
        n = len(similarity)
        room = int(min(LISTS_SHARE * memory / _ENTRY_BYTES, _LARGEST_PART * n**2 + n))
        if expected * _ROOM > room:
            return None
        starts = np.zeros(n + 1, dtype=np.int64)
        # memory that is never written to is never taken
        columns, values = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.float32)
        for block in similarity.blocks(np.arange(n)):
            of_block = starts[block.part.start : block.part.stop + 1]
            _count(block, level[block.part], of_block)
            if of_block[-1] > room:
                return None
            _fill(block, level[block.part], of_block, columns, values)
        return cls(starts, columns[: starts[-1]], values[: starts[-1]])

    def gains(self, level: Floats) -> NDArray[np.float64]:
        """What each point would add to the levels, ``float64 [N]``."""
        from leanset.coverage.kernels import gains_of_lists

        gains = np.zeros(len(level))
        gains_of_lists(level, self.starts, self.columns, self.values, gains)
        return gains

    def lower(
        self, risen: Indices, before: Floats, after: Floats, gains: NDArray[np.float64]
    ) -> None:
        """Take from the gains what is covered by points that rose from one level to another."""
        from leanset.coverage.kernels import lower_gains_of_lists

        lower_gains_of_lists(risen, before, after, self.starts, self.columns, self.values, gains)


def _expected_length(similarity: Similarity, level: Floats) -> float:
    """The length of all lists together, from that of a few."""
    from leanset.coverage.kernels import count_above

    n = len(similarity)
    rows = np.unique(np.linspace(0, n - 1, _SAMPLED_ROWS).astype(np.int64))
    counts = np.empty(len(rows), dtype=np.int64)
    for block in similarity.blocks(rows):
        count_above(block.values, block.places, level[rows[block.part]], counts[block.part])
    return float(counts.mean() * n)


def _count(block: Block, level: Floats, starts: Indices) -> None:
    """Where the lists of a block begin and end, ``[b + 1]``, from where the first begins."""
    from leanset.coverage.kernels import count_above
    from leanset.coverage.threads import side_by_side

    counts = np.empty(len(block.places), dtype=np.int64)
    side_by_side(
        lambda first, last: count_above(
            block.values, block.places[first:last], level[first:last], counts[first:last]
        ),
        len(counts),
        block.values.shape[1],
    )
    starts[1:] = starts[0] + np.cumsum(counts)


def _fill(
    block: Block, level: Floats, starts: Indices, columns: NDArray[np.int32], values: Floats
) -> None:
    from leanset.coverage.kernels import list_above
    from leanset.coverage.threads import side_by_side

    side_by_side(
        lambda first, last: list_above(
            block.values,
            block.places[first:last],
            level[first:last],
            starts[first:last],
            columns,
            values,
        ),
        len(block.places),
        block.values.shape[1],
    )
