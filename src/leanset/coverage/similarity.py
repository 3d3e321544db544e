"""How alike points are, a few rows of the matrix of all pairs at a time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leanset.coverage.demand import Demand
from leanset.coverage.threads import side_by_side

Floats: TypeAlias = NDArray[np.float32]
Indices: TypeAlias = NDArray[np.int64]

SimilarityName: TypeAlias = Literal["cosine", "euclidean"]

STORED_SHARE = 0.6
"""The part of the memory that all similarities may take, if they are to be kept."""

BLOCK_SHARE = 0.1
"""The part of the memory that a block of them may take, if they are computed as needed."""

_BYTES = 4

_BYTES_OF_A_POINT = 120
"""Its gain, level, owner, rank among ties and the like."""

_ROOM_FOR_ROUNDING = 1 + 1e-6

_REMEDY = (
    "Have each class chosen from by itself (balance: proportional), or name an embedding with "
    "fewer dimensions."
)

_PASSES_OF_A_DIFFERENCE = 0.1
"""A difference in a compiled loop, in passes over whole arrays, which also read and write."""


@dataclass(frozen=True)
class Block:
    """Similarities of some points with all N.

    Attributes:
        values: ``float32 [B, N]``.
        places: ``int64 [b]``, the rows of ``values`` that belong to the points.
        part: which of the points asked for they are.
    """

    values: Floats
    places: Indices
    part: slice


class Similarity(ABC):
    """The symmetric matrix of similarities of N points, which is kept only where memory allows.

    Attributes:
        floor: no similarity is below it.
    """

    floor: float

    def __init__(self, points: Floats, memory: int) -> None:
        """Of ``float32 [N, D]`` points, with so many bytes to be used."""
        self._points = points
        at_once = int(BLOCK_SHARE * memory) // (_BYTES * len(points))
        self._rows_at_once = min(max(1, at_once), len(points))
        self._values: Floats | None = None
        self._kept = is_stored(len(points), memory)

    def __len__(self) -> int:
        return len(self._points)

    def blocks(self, points: Indices) -> Iterator[Block]:
        """The similarities of some points with all, in the order asked for.

        A block is good until the next one is asked for.
        """
        if self._kept:
            yield Block(self._all(), points, slice(0, len(points)))
            return
        for start in range(0, len(points), self._rows_at_once):
            part = slice(start, min(start + self._rows_at_once, len(points)))
            values = self._room()[: part.stop - part.start]
            self._write(points[part], values)
            yield Block(values, np.arange(len(values)), part)

    def sums(self) -> NDArray[np.float64]:
        """Σⱼ s_ij of each point, ``float64 [N]``."""
        return np.concatenate(
            [
                block.values.sum(axis=1, dtype=np.float64)[block.places]
                for block in self.blocks(np.arange(len(self)))
            ]
        )

    def row(self, point: int) -> Floats:
        """The similarities of one point with all, ``float32 [N]``."""
        return self._all()[point] if self._kept else self._row(point)

    def _all(self) -> Floats:
        if self._values is None:
            self._values = np.empty((len(self), len(self)), dtype=np.float32)
            self._write(np.arange(len(self)), self._values)
        return self._values

    def _room(self) -> Floats:
        if self._values is None:
            self._values = np.empty((self._rows_at_once, len(self)), dtype=np.float32)
        return self._values

    @classmethod
    @abstractmethod
    def demand(cls, points: int, width: int, memory: int) -> Demand:
        """What it takes to compute all of so many points of so many numbers once."""

    @abstractmethod
    def _write(self, points: Indices, block: Floats) -> None:
        """Write the similarities of some points with all into ``float32 [B, N]``."""

    @abstractmethod
    def _row(self, point: int) -> Floats:
        """The similarities of one point with all, ``float32 [N]``."""


class Cosine(Similarity):
    """(1 + cos) / 2, from 0 for opposite directions to 1 for the same; a zero point has cos 0."""

    floor = 0.0

    def __init__(self, points: Floats, memory: int) -> None:
        import torch

        super().__init__(normalised(points), memory)
        self._tensor = torch.from_numpy(self._points)

    @classmethod
    def demand(cls, points: int, width: int, memory: int) -> Demand:
        """A product of matrices, and a pass that writes it."""
        taken = _memory_of(points, width, memory)
        return Demand(taken, points**2 * width, points**2, _REMEDY)

    def _write(self, points: Indices, block: Floats) -> None:
        import torch

        some = self._tensor[torch.from_numpy(points)]
        # torch's products of matrices are several times as fast as numpy's
        torch.addmm(torch.tensor(0.5), some, self._tensor.T, alpha=0.5, out=torch.from_numpy(block))

    def _row(self, point: int) -> Floats:
        row: Floats = self._points @ self._points[point]
        row *= 0.5
        row += 0.5
        return row


class Euclidean(Similarity):
    """−‖x − y‖, by differences, so that near points lose no digits."""

    def __init__(self, points: Floats, memory: int) -> None:
        super().__init__(points, memory)
        self._columns = np.ascontiguousarray(points.T)
        centre = points.mean(axis=0, dtype=np.float64, keepdims=True).astype(np.float32)
        # no two points are further apart than twice the longest way from a third
        self.floor = 2.0 * _ROOM_FOR_ROUNDING * float(self._from(centre).min())

    @classmethod
    def demand(cls, points: int, width: int, memory: int) -> Demand:
        """A compiled loop over the numbers of each pair."""
        taken = _memory_of(points, width, memory)
        passes = points**2 * (1 + width * _PASSES_OF_A_DIFFERENCE)
        return Demand(taken, passes=passes, remedy=_REMEDY)

    def _write(self, points: Indices, block: Floats) -> None:
        self._measure(self._points[points], block)

    def _row(self, point: int) -> Floats:
        return self._from(self._points[point : point + 1])

    def _from(self, place: Floats) -> Floats:
        row = np.empty((1, len(self)), dtype=np.float32)
        self._measure(place, row)
        alone: Floats = row[0]
        return alone

    def _measure(self, some: Floats, block: Floats) -> None:
        from leanset.coverage.kernels import negative_distances

        side_by_side(
            lambda first, last: negative_distances(some, self._columns, block, first, last),
            len(self),
            some.size,
        )


SIMILARITIES: dict[SimilarityName, type[Cosine] | type[Euclidean]] = {
    "cosine": Cosine,
    "euclidean": Euclidean,
}
"""All similarities by name."""


def is_stored(points: int, memory: int) -> bool:
    """Whether all pairs of so many points fit."""
    return _BYTES * points**2 <= STORED_SHARE * memory


def _memory_of(points: int, width: int, memory: int) -> int:
    """Bytes of three copies of the points, what is known of each, and the pairs held at once."""
    pairs = _BYTES * points**2
    block = max(int(BLOCK_SHARE * memory), _BYTES * points)
    held = pairs if is_stored(points, memory) else min(pairs, block)
    return (3 * _BYTES * width + _BYTES_OF_A_POINT) * points + held


def normalised(points: Floats) -> Floats:
    """Points ``float32 [N, D]`` scaled to length 1; points of length 0 stay."""
    lengths = np.sqrt(np.einsum("nd,nd->n", points, points, dtype=np.float64))[:, np.newaxis]
    unit = np.empty(points.shape, dtype=np.float32)
    # without a copy of the points in double precision
    np.divide(points, np.where(lengths > 0, lengths, 1), out=unit, casting="same_kind")
    return unit
